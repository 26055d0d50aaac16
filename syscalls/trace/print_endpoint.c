/*
 * print_endpoint.c - sockets as strace -yy shows them: the protocol, where they are bound, whom they are connected to.
 *
 * strace asks the kernel once for each socket and repeats that answer; this is how it is at the moment.
 */
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "../net/sock.h"
#include "strace.h"

static const char *protocol_name(const struct sock *s)
{
    if (s->family == AF_UNIX)
        return s->type == SOCK_STREAM ? "UNIX-STREAM" : "UNIX";
    if (s->family == AF_NETLINK)
        return "NETLINK";
    if (s->family == AF_INET6)
        return s->type == SOCK_STREAM ? "TCPv6" : "UDPv6";
    return s->type == SOCK_STREAM ? "TCP" : "UDP";
}

static void put_inet(struct call *c, const struct sockaddr_storage *sa)
{
    const struct sockaddr_in *four = (const void *)sa;
    const struct sockaddr_in6 *six = (const void *)sa;
    char text[INET6_ADDRSTRLEN];

    if (sa->ss_family == AF_INET)
        text_printf(c->out, "%s:%u", inet_ntop(AF_INET, &four->sin_addr, text, sizeof(text)),
                    ntohs(four->sin_port));
    else
        text_printf(c->out, "[%s]:%u", inet_ntop(AF_INET6, &six->sin6_addr, text, sizeof(text)),
                    ntohs(six->sin6_port));
}

/* "12->13,"/path"": a name that is not in the file system is told up to its first NUL. */
static void put_unix(struct call *c, const struct sock *s)
{
    const struct sockaddr_un *un = (const void *)&s->addr;
    uint64_t peer = s->peer ? s->peer->ino : s->peer_ino;

    text_printf(c->out, "%lu", s->ino);
    if (peer)
        text_printf(c->out, "->%lu", peer);
    if (s->addr_len > offsetof(struct sockaddr_un, sun_path)) {
        bool abstract = !un->sun_path[0];
        const char *name = un->sun_path + abstract;
        size_t room = s->addr_len - offsetof(struct sockaddr_un, sun_path) - abstract;

        text_puts(c->out, abstract ? ",@" : ",");
        print_bytes(c, name, strnlen(name, room));
    }
}

/* "ROUTE:1000": the protocol, and the port. */
static void put_netlink(struct call *c, const struct sock *s)
{
    static const char prefix[] = "NETLINK_";
    const char *name = xlat_name(xlat_find("netlink_protocol")->x, (uint64_t)s->protocol);

    if (name)
        text_printf(c->out, "%s:", name + strlen(prefix));
    else
        text_printf(c->out, "%d:", s->protocol);
    text_printf(c->out, "%u", ((const struct sockaddr_nl *)&s->addr)->nl_pid);
}

bool print_endpoint(struct call *c, struct file *f)
{
    const struct sock *s = file_sock(f);

    if (!s)
        return false;
    text_printf(c->out, "<%s:[", protocol_name(s));
    if (s->family == AF_UNIX) {
        put_unix(c, s);
    } else if (s->family == AF_NETLINK && s->bound) {
        put_netlink(c, s);
    } else if (list_empty(&s->named) && s->state == SS_NEW) {
        text_printf(c->out, "%lu", s->ino);
    } else {
        put_inet(c, &s->addr);
        if (s->state == SS_CONNECTED) {
            text_puts(c->out, "->");
            put_inet(c, &s->peer_addr);
        }
    }
    text_puts(c->out, "]>");
    return true;
}
