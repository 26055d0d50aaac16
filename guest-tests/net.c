/* net.c - facts on sockets of the loopback network and AF_UNIX: names, who is connected to whom, and ends. */
#include "probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

static struct sockaddr_in loopback(unsigned port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* "127.0.0.1:N" with N told only whether it is 0, of one end of fd; "" if it has none. */
static const char *name_of(int fd, bool peer)
{
    static char text[96];
    char host[INET6_ADDRSTRLEN] = "";
    struct sockaddr_storage sa;
    socklen_t len = sizeof(sa);
    struct sockaddr_in *four = (void *)&sa;
    struct sockaddr_in6 *six = (void *)&sa;

    if ((peer ? getpeername : getsockname)(fd, (struct sockaddr *)&sa, &len))
        return "";
    if (sa.ss_family == AF_INET)
        inet_ntop(AF_INET, &four->sin_addr, host, sizeof(host));
    else
        inet_ntop(AF_INET6, &six->sin6_addr, host, sizeof(host));
    snprintf(text, sizeof(text), "%s%s of %u bytes", host, four->sin_port ? ":N" : ":0", len);
    return text;
}

static int bound(int family, int type)
{
    struct sockaddr_in in = loopback(0);
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    int fd = socket(family, type, 0);

    if (family == AF_INET)
        bind(fd, (struct sockaddr *)&in, sizeof(in));
    else
        bind(fd, (struct sockaddr *)&in6, sizeof(in6));
    return fd;
}

static struct sockaddr_in address_of(int fd)
{
    struct sockaddr_in6 sa;
    socklen_t len = sizeof(sa);

    getsockname(fd, (struct sockaddr *)&sa, &len);
    return loopback(ntohs(sa.sin6_port)); /* both families have it at the same place */
}

static void datagrams_that_are_connected(void)
{
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    int to = bound(AF_INET, SOCK_DGRAM), fd = socket(AF_INET, SOCK_DGRAM, 0),
        kept = bound(AF_INET, SOCK_DGRAM), free_again;
    struct sockaddr_in in = address_of(to), chosen;

    is_str(name_of(fd, false), "0.0.0.0:0 of 16 bytes", "a new socket has no name");
    is_str(name_of(fd, true), "", "and no peer");
    is_ok(connect(fd, (struct sockaddr *)&in, sizeof(in)), "connect");
    is_str(name_of(fd, false), "127.0.0.1:N of 16 bytes", "connecting names it");
    is_str(name_of(fd, true), "127.0.0.1:N of 16 bytes", "and its peer");
    chosen = address_of(fd);
    is_ok(connect(fd, &none, sizeof(none)), "connect to AF_UNSPEC");
    is_str(name_of(fd, false), "0.0.0.0:0 of 16 bytes", "takes back the name it did not choose");
    is_str(name_of(fd, true), "", "and the peer");
    free_again = socket(AF_INET, SOCK_DGRAM, 0);
    is_ok(bind(free_again, (struct sockaddr *)&chosen, sizeof(chosen)), "whose port another may have");
    close(free_again);
    is_err(send(fd, "x", 1, 0), "EDESTADDRREQ", "send to nobody");
    chosen = address_of(kept);
    connect(kept, (struct sockaddr *)&in, sizeof(in));
    connect(kept, &none, sizeof(none));
    is_str(name_of(kept, false), "127.0.0.1:0 of 16 bytes",
           "an address from bind stays, the port that was not chosen goes");
    close(kept);
    kept = socket(AF_INET, SOCK_DGRAM, 0);
    bind(kept, (struct sockaddr *)&chosen, sizeof(chosen));
    connect(kept, (struct sockaddr *)&in, sizeof(in));
    connect(kept, &none, sizeof(none));
    is_str(name_of(kept, false), "127.0.0.1:N of 16 bytes", "a chosen one stays");

    close(to);
    is_ok(connect(fd, (struct sockaddr *)&in, sizeof(in)), "connect to a port where nobody is");
    is_str(name_of(fd, true), "127.0.0.1:N of 16 bytes", "is connected all the same");
    is_num(send(fd, "x", 1, 0), 1, "the first datagram is lost");
    is_err(send(fd, "x", 1, 0), "ECONNREFUSED", "the next call is told so");
    is_num(send(fd, "x", 1, 0), 1, "once");
    close(fd);
    close(kept);
}

static void both_families(void)
{
    int to = bound(AF_INET6, SOCK_STREAM), fd = socket(AF_INET, SOCK_STREAM, 0), end;
    struct sockaddr_in in = address_of(to);
    struct sockaddr_in6 from;
    socklen_t len = sizeof(from);
    char byte;

    if (listen(to, 1) || connect(fd, (struct sockaddr *)&in, sizeof(in))) {
        told_skip("sockets of both families", "no AF_INET6 here");
        return;
    }
    end = accept(to, (struct sockaddr *)&from, &len);
    is_true(from.sin6_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&from.sin6_addr) && len == sizeof(from),
            "who comes from AF_INET to a socket of AF_INET6 has a mapped address");
    is_str(name_of(end, false), "::ffff:127.0.0.1:N of 28 bytes", "so has the socket that he gets");
    is_str(name_of(end, true), "::ffff:127.0.0.1:N of 28 bytes", "as its peer");
    is_str(name_of(fd, true), "127.0.0.1:N of 16 bytes", "but he sees what he asked for");
    close(end);
    close(fd);
    close(to);

    to = bound(AF_INET6, SOCK_DGRAM);
    in = address_of(to);
    fd = bound(AF_INET, SOCK_DGRAM);
    sendto(fd, "x", 1, 0, (struct sockaddr *)&in, sizeof(in));
    len = sizeof(from);
    is_num(recvfrom(to, &byte, 1, 0, (struct sockaddr *)&from, &len), 1, "a datagram goes the same way");
    is_true(from.sin6_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&from.sin6_addr) && len == sizeof(from),
            "from a mapped address");
    close(to);
    close(fd);
}

static void limits(void)
{
    int to = bound(AF_INET, SOCK_STREAM), un = socket(AF_UNIX, SOCK_STREAM, 0);
    struct timeval tv = {0, 1000};
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    socklen_t len = sizeof(name);
    char c;

    setsockopt(to, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
    listen(to, 1);
    is_err(accept(to, NULL, NULL), "EAGAIN", "SO_RCVTIMEO of accept");
    bind(un, (struct sockaddr *)&name, sizeof(sa_family_t));
    getsockname(un, (struct sockaddr *)&name, &len);
    listen(un, 0);
    for (int i = 0; i < 2; i++) {
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);

        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
        if (i)
            is_err(connect(fd, (struct sockaddr *)&name, len), "EAGAIN", "SO_SNDTIMEO of connect");
        else if (!connect(fd, (struct sockaddr *)&name, len))
            is_err(recv(fd, &c, 1, 0), "EAGAIN", "SO_RCVTIMEO of recv");
    }
}

static void lingering(void)
{
    struct linger l = {.l_onoff = 7, .l_linger = 5};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    socklen_t len = 100;

    is_err(setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, 4), "EINVAL", "half a SO_LINGER");
    is_ok(setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l)), "SO_LINGER");
    is_ok(getsockopt(fd, SOL_SOCKET, SO_LINGER, &l, &len), "is asked");
    is_true(l.l_onoff == 1 && l.l_linger == 5 && len == sizeof(l), "and is as it was set");
    l = (struct linger){.l_onoff = 0, .l_linger = 9};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
    getsockopt(fd, SOL_SOCKET, SO_LINGER, &l, &len);
    is_true(l.l_onoff == 0 && l.l_linger == 5, "off, it keeps its time");
    close(fd);
}

int main(void)
{
    datagrams_that_are_connected();
    both_families();
    lingering();
    limits();
    return done();
}
