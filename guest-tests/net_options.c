/* net_options.c - options of sockets: what they are at first, what can be set, and of which sockets. */
#include "probe.h"
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#define PASS_RIGHTS 83 /* SO_PASSRIGHTS */

static int un, tcp, udp, tcp6, pair[2];

/* The number, or the error. */
static const char *get(int s, int level, int name)
{
    static char text[32];
    long v = 0;
    socklen_t n = 4;

    if (getsockopt(s, level, name, &v, &n))
        return strerrorname_np(errno);
    snprintf(text, sizeof(text), "%d", (int)v);
    return text;
}
static const char *set(int s, int level, int name, int v)
{
    return setsockopt(s, level, name, &v, sizeof(v)) ? strerrorname_np(errno) : "ok";
}

/* What is on or off, of every socket. */
static void switches(void)
{
    static const struct {
        int name;
        const char *text;
    } all[] = {{SO_DEBUG, "SO_DEBUG"},
               {SO_DONTROUTE, "SO_DONTROUTE"},
               {SO_BROADCAST, "SO_BROADCAST"},
               {SO_KEEPALIVE, "SO_KEEPALIVE"},
               {SO_OOBINLINE, "SO_OOBINLINE"},
               {SO_NO_CHECK, "SO_NO_CHECK"},
               {SO_TIMESTAMP, "SO_TIMESTAMP"},
               {SO_RXQ_OVFL, "SO_RXQ_OVFL"},
               {SO_SELECT_ERR_QUEUE, "SO_SELECT_ERR_QUEUE"}};
    int socks[] = {un, tcp, udp};

    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
        bool ok = true;
        for (int k = 0; k < 3; k++)
            ok &= !strcmp(get(socks[k], SOL_SOCKET, all[i].name), "0") &&
                  !strcmp(set(socks[k], SOL_SOCKET, all[i].name, 7), "ok") &&
                  !strcmp(get(socks[k], SOL_SOCKET, all[i].name), "1");
        is_true(ok, all[i].text);
    }
}

static void numbers(void)
{
    socklen_t n = 8;
    long rate = 0;

    is_str(get(un, SOL_SOCKET, SO_RCVLOWAT), "1", "SO_RCVLOWAT");
    is_str(set(un, SOL_SOCKET, SO_PRIORITY, 6), "ok", "SO_PRIORITY");
    is_str(get(un, SOL_SOCKET, SO_PRIORITY), "6", "is kept");
    is_str(get(tcp, SOL_SOCKET, SO_MARK), "0", "SO_MARK");
    is_str(get(udp, SOL_SOCKET, SO_PEEK_OFF), "-1", "SO_PEEK_OFF");
    is_true(!getsockopt(tcp, SOL_SOCKET, SO_MAX_PACING_RATE, &rate, &n) && n == 8 && rate == -1,
            "SO_MAX_PACING_RATE is long");
    is_str(set(un, SOL_SOCKET, SO_REUSEPORT, 1), "EOPNOTSUPP", "ports are shared where there are any");
    is_str(set(tcp, SOL_SOCKET, SO_REUSEPORT, 1), "ok", "as here");
    is_str(get(tcp, SOL_SOCKET, SO_REUSEADDR), "0", "which is not the same as an address");
    is_str(set(un, SOL_SOCKET, SO_ZEROCOPY, 1), "EOPNOTSUPP", "SO_ZEROCOPY of a Unix socket");
    is_str(set(tcp, SOL_SOCKET, SO_ZEROCOPY, 1), "ok", "of a TCP socket");
    is_str(set(tcp, SOL_SOCKET, SO_TYPE, 1), "ENOPROTOOPT", "the type stays");
    is_str(get(tcp, SOL_SOCKET, SO_SNDBUFFORCE), "ENOPROTOOPT", "what can only be set");
    is_str(get(tcp, SOL_SOCKET, 99), "ENOPROTOOPT", "no such option");
    is_err(setsockopt(tcp, SOL_SOCKET, SO_KEEPALIVE, "xy", 2), "EINVAL", "half a number");
    is_err(setsockopt(tcp, SOL_SOCKET, SO_KEEPALIVE, (void *)16, 4), "EFAULT", "a wild one");
    is_str(get(un, IPPROTO_TCP, TCP_NODELAY), "EOPNOTSUPP", "a level that Unix sockets have not");
    is_str(set(un, IPPROTO_TCP, TCP_NODELAY, 1), "EOPNOTSUPP", "nor to set");
    is_str(set(udp, IPPROTO_TCP, TCP_NODELAY, 1), "ENOPROTOOPT", "nor UDP");
}

static void of_one_family(void)
{
    if (since(6, 16)) {
        is_str(get(tcp, SOL_SOCKET, SO_PASSCRED), "EOPNOTSUPP", "SO_PASSCRED is for Unix sockets");
        is_str(set(tcp, SOL_SOCKET, SO_PASSCRED, 1), "EOPNOTSUPP", "alone");
        is_str(get(un, SOL_SOCKET, PASS_RIGHTS), "1", "SO_PASSRIGHTS is on at first");
        is_str(get(tcp, SOL_SOCKET, PASS_RIGHTS), "EOPNOTSUPP", "of those that can");
    } else {
        told_skip("credentials and rights", "since Linux 6.16");
    }
    struct sockaddr_storage name;
    socklen_t n = 2;
    is_err(getsockopt(tcp, SOL_SOCKET, SO_PEERNAME, &name, &n), "ENOTCONN", "SO_PEERNAME of nobody");
    is_ok(getsockopt(pair[0], SOL_SOCKET, SO_PEERNAME, &name, &n), "of a pair");
    n = sizeof(name);
    is_err(getsockopt(pair[0], SOL_SOCKET, SO_PEERNAME, &name, &n), "EINVAL", "more than there is");
}

static void tcp_and_ip(void)
{
    char name[32] = "";
    socklen_t n = sizeof(name);

    is_str(get(tcp, IPPROTO_TCP, TCP_KEEPIDLE), "7200", "TCP_KEEPIDLE");
    is_str(get(tcp, IPPROTO_TCP, TCP_KEEPINTVL), "75", "TCP_KEEPINTVL");
    is_str(get(tcp, IPPROTO_TCP, TCP_KEEPCNT), "9", "TCP_KEEPCNT");
    is_str(set(tcp, IPPROTO_TCP, TCP_KEEPCNT, 3), "ok", "can be set");
    is_str(get(tcp, IPPROTO_TCP, TCP_KEEPCNT), "3", "and is");
    is_str(set(tcp, IPPROTO_TCP, TCP_KEEPCNT, 128), "EINVAL", "to no more than 127");
    is_str(get(tcp, IPPROTO_TCP, TCP_SYNCNT), "6", "TCP_SYNCNT");
    is_str(get(tcp, IPPROTO_TCP, TCP_LINGER2), "60", "TCP_LINGER2");
    is_str(get(tcp, IPPROTO_TCP, TCP_QUICKACK), "1", "TCP_QUICKACK");
    is_str(set(tcp, IPPROTO_TCP, TCP_MAXSEG, 5), "EINVAL", "segments too short");
    is_true(!getsockopt(tcp, IPPROTO_TCP, TCP_CONGESTION, name, &n) && n == 16, "TCP_CONGESTION has a name");
    is_err(setsockopt(tcp, IPPROTO_TCP, TCP_CONGESTION, "nonsense", 8), "ENOENT", "that is known");
    is_ok(setsockopt(tcp, IPPROTO_TCP, TCP_CONGESTION, "reno", 4), "as this one is");
    is_str(get(udp, IPPROTO_IP, IP_TTL), "64", "IP_TTL");
    is_str(set(udp, IPPROTO_IP, IP_TTL, 256), "EINVAL", "a byte");
    is_str(set(udp, IPPROTO_IP, IP_TTL, 5), "ok", "can be set");
    is_str(get(udp, IPPROTO_IP, IP_TTL), "5", "and is");
    is_str(get(udp, IPPROTO_IP, IP_MULTICAST_LOOP), "1", "IP_MULTICAST_LOOP");
    is_str(get(udp, IPPROTO_IP, IP_RECVTTL), "0", "IP_RECVTTL");
    if (tcp6 >= 0) {
        is_str(get(tcp6, IPPROTO_IPV6, IPV6_V6ONLY), "0", "IPV6_V6ONLY");
        is_str(set(tcp6, IPPROTO_IPV6, IPV6_V6ONLY, 1), "ok", "can be set");
        is_str(get(tcp6, IPPROTO_IPV6, IPV6_V6ONLY), "1", "and is");
        is_str(get(tcp6, IPPROTO_IPV6, IPV6_UNICAST_HOPS), "64", "IPV6_UNICAST_HOPS");
    } else {
        told_skip("IPv6", "this kernel has none");
    }
}

static void odd_calls(void)
{
    struct sockaddr_in any = {.sin_family = AF_UNSPEC};
    int v = 0, raw = socket(AF_UNIX, SOCK_RAW, 0);
    socklen_t n = sizeof(v);

    is_true(raw >= 0 && !getsockopt(raw, SOL_SOCKET, SO_TYPE, &v, &n) && v == SOCK_DGRAM,
            "a raw Unix socket is one of datagrams");
    is_ok(bind(udp, (struct sockaddr *)&any, sizeof(any)), "any address may have no family");
    is_ok(shutdown(un, SHUT_RDWR), "a Unix socket can be shut down before it is connected");
    is_err(shutdown(tcp, SHUT_RDWR), "ENOTCONN", "a TCP socket not");
}

int main(void)
{
    un = must(socket(AF_UNIX, SOCK_STREAM, 0));
    tcp = socket(AF_INET, SOCK_STREAM, 0);
    udp = socket(AF_INET, SOCK_DGRAM, 0);
    tcp6 = socket(AF_INET6, SOCK_STREAM, 0);
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
    if (tcp < 0) {
        told_skip("options of sockets", "this kernel has no network");
        return done();
    }
    switches();
    numbers();
    of_one_family();
    tcp_and_ip();
    odd_calls();
    return done();
}
