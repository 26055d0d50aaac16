/*
 * sockopt.c - the options of sockets that are numbers, kept for who asks (net/core/sock.c, net/ipv4/ip_sockglue.c,
 * net/ipv4/tcp.c).
 */
#include "sockopt.h"

#include <linux/netlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#define NO_LIMIT INT32_MIN

enum { IS_BOOL = 1, GET_ANYWHERE = 2 /* `families` is about setting */, IS_FIXED = 4, IS_LONG = 8 };

static const struct option {
    int level, name;
    unsigned families, flags;
    int initial, least, most; /* what may be set; NO_LIMIT: anything */
} options[SOCK_OPTIONS] = {
    {SOL_SOCKET, SO_DEBUG, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_DONTROUTE, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_BROADCAST, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_KEEPALIVE, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_OOBINLINE, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_NO_CHECK, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_PRIORITY, FOR_ALL, 0, 0, NO_LIMIT},
    {SOL_SOCKET, SO_BSDCOMPAT, FOR_ALL, IS_FIXED},
    {SOL_SOCKET, SO_RCVLOWAT, FOR_ALL, 0, 1, NO_LIMIT},
    {SOL_SOCKET, SO_TIMESTAMP, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_TIMESTAMPNS, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_PASSSEC, FOR_UNIX | FOR_NETLINK, IS_BOOL},
    {SOL_SOCKET, SO_MARK, FOR_ALL, 0, 0, NO_LIMIT},
    {SOL_SOCKET, SO_RXQ_OVFL, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_WIFI_STATUS, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_PEEK_OFF, FOR_ALL, 0, -1, NO_LIMIT},
    {SOL_SOCKET, SO_NOFCS, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_LOCK_FILTER, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_SELECT_ERR_QUEUE, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_INCOMING_CPU, FOR_ALL, 0, -1, NO_LIMIT},
    {SOL_SOCKET, SO_BUSY_POLL, FOR_ALL, 0, 0, 0, INT32_MAX},
    {SOL_SOCKET, SO_MAX_PACING_RATE, FOR_ALL, IS_LONG, -1, NO_LIMIT},
    {SOL_SOCKET, SO_ZEROCOPY, FOR_INET, GET_ANYWHERE, 0, 0, 1},
    {SOL_SOCKET, SO_PREFER_BUSY_POLL_, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_RESERVE_MEM_, 0, GET_ANYWHERE},
    {SOL_SOCKET, SO_RCVMARK_, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_PASSPIDFD_, FOR_UNIX, IS_BOOL},
    {SOL_SOCKET, SO_PASSRIGHTS_, FOR_UNIX, IS_BOOL, 1},
    {IPPROTO_TCP, TCP_NODELAY, FOR_INET, IS_BOOL},
    {IPPROTO_TCP, TCP_CORK, FOR_INET, IS_BOOL},
    {IPPROTO_TCP, TCP_KEEPIDLE, FOR_INET, 0, 7200, 1, 32767},
    {IPPROTO_TCP, TCP_KEEPINTVL, FOR_INET, 0, 75, 1, 32767},
    {IPPROTO_TCP, TCP_KEEPCNT, FOR_INET, 0, 9, 1, 127},
    {IPPROTO_TCP, TCP_SYNCNT, FOR_INET, 0, 6, 1, 127},
    {IPPROTO_TCP, TCP_LINGER2, FOR_INET, 0, 60, NO_LIMIT},
    {IPPROTO_TCP, TCP_DEFER_ACCEPT, FOR_INET, 0, 0, NO_LIMIT},
    {IPPROTO_TCP, TCP_WINDOW_CLAMP, FOR_INET, 0, 0, NO_LIMIT},
    {IPPROTO_TCP, TCP_QUICKACK, FOR_INET, IS_BOOL, 1},
    {IPPROTO_TCP, TCP_MAXSEG, FOR_INET, 0, 65483, 88, 32767},
    {IPPROTO_TCP, TCP_USER_TIMEOUT, FOR_INET, 0, 0, 0, INT32_MAX},
    {IPPROTO_TCP, TCP_FASTOPEN, FOR_INET, 0, 0, 0, INT32_MAX},
    {IPPROTO_TCP, TCP_NOTSENT_LOWAT, FOR_INET, 0, 0, NO_LIMIT},
    {IPPROTO_IP, IP_TOS, FOR_INET, 0, 0, NO_LIMIT},
    {IPPROTO_IP, IP_TTL, FOR_INET, 0, 64, 1, 255},
    {IPPROTO_IP, IP_PKTINFO, FOR_INET, IS_BOOL},
    {IPPROTO_IP, IP_MTU_DISCOVER, FOR_INET, 0, 1, 0, 5},
    {IPPROTO_IP, IP_RECVERR, FOR_INET, IS_BOOL},
    {IPPROTO_IP, IP_RECVTTL, FOR_INET, IS_BOOL},
    {IPPROTO_IP, IP_RECVTOS, FOR_INET, IS_BOOL},
    {IPPROTO_IP, IP_FREEBIND, FOR_INET, IS_BOOL},
    {IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, FOR_INET, IS_BOOL},
    {IPPROTO_IP, IP_MULTICAST_TTL, FOR_INET, 0, 1, 0, 255},
    {IPPROTO_IP, IP_MULTICAST_LOOP, FOR_INET, IS_BOOL, 1},
    {IPPROTO_IPV6, IPV6_V6ONLY, FOR_INET, IS_BOOL},
    {IPPROTO_IPV6, IPV6_UNICAST_HOPS, FOR_INET, 0, 64, 0, 255},
    {IPPROTO_IPV6, IPV6_MULTICAST_HOPS, FOR_INET, 0, 1, 0, 255},
    {IPPROTO_IPV6, IPV6_MULTICAST_LOOP, FOR_INET, IS_BOOL, 1},
    {IPPROTO_IPV6, IPV6_RECVPKTINFO, FOR_INET, IS_BOOL},
    {IPPROTO_IPV6, IPV6_TCLASS, FOR_INET, 0, 0, 0, 255},
    {SOL_NETLINK, NETLINK_PKTINFO, FOR_NETLINK, IS_BOOL},
    {SOL_NETLINK, NETLINK_BROADCAST_ERROR, FOR_NETLINK, IS_BOOL},
    {SOL_NETLINK, NETLINK_NO_ENOBUFS, FOR_NETLINK, IS_BOOL},
    {SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, FOR_NETLINK, IS_BOOL},
    {SOL_NETLINK, NETLINK_CAP_ACK, FOR_NETLINK, IS_BOOL},
    {SOL_NETLINK, NETLINK_EXT_ACK, FOR_NETLINK, IS_BOOL},
    {SOL_NETLINK, NETLINK_GET_STRICT_CHK, FOR_NETLINK, IS_BOOL},
};

enum sock_family_bit sock_family_bit(const struct sock *s)
{
    return s->family == AF_UNIX ? FOR_UNIX : s->family == AF_NETLINK ? FOR_NETLINK : FOR_INET;
}

void sock_options_init(struct sock *s)
{
    for (unsigned i = 0; i < SOCK_OPTIONS; i++)
        s->option[i] = options[i].initial;
}

int sock_find_option(int level, int name)
{
    for (int i = 0; i < SOCK_OPTIONS; i++)
        if (options[i].level == level && options[i].name == name && level + name)
            return i;
    return -1;
}

bool sock_v6_only(const struct sock *s)
{
    return s->option[sock_find_option(IPPROTO_IPV6, IPV6_V6ONLY)];
}

bool sock_oob_inline(const struct sock *s)
{
    return s->option[sock_find_option(SOL_SOCKET, SO_OOBINLINE)];
}

bool sock_has_level(const struct sock *s, int level)
{
    if (level == SOL_SOCKET)
        return true;
    if (level == SOL_NETLINK)
        return s->family == AF_NETLINK;
    if (s->family != AF_INET && s->family != AF_INET6)
        return false;
    return (level == IPPROTO_TCP && s->type == SOCK_STREAM) || level == IPPROTO_IP ||
           (level == IPPROTO_IPV6 && s->family == AF_INET6);
}

int64_t sock_set_number(struct sock *s, int row, int v)
{
    const struct option *o = &options[row];

    if (!(o->families & sock_family_bit(s)))
        return -EOPNOTSUPP;
    if (o->flags & IS_FIXED)
        return 0;
    if (!(o->flags & IS_BOOL) && o->least != NO_LIMIT && (v < o->least || v > o->most))
        return -EINVAL;
    s->option[row] = o->flags & IS_BOOL ? v != 0 : v;
    return 0;
}

int sock_get_number(const struct sock *s, int row, void *out)
{
    int64_t wide = s->option[row];

    if (!(options[row].flags & GET_ANYWHERE) && !(options[row].families & sock_family_bit(s)))
        return -EOPNOTSUPP;
    memcpy(out, &wide, sizeof(wide));
    return options[row].flags & IS_LONG ? sizeof(wide) : sizeof(s->option[row]);
}
