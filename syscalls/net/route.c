/*
 * route.c - the routes of the loopback interface: all of them, and which one a packet takes (net/ipv4/route.c,
 * net/ipv4/fib_semantics.c, net/ipv6/route.c).
 *
 * Every address of 127.0.0.0/8 and ::1 is this machine; another one is unreachable, unless a request says to go out by lo
 * all the same.
 */
#include "route.h"
#include "netif.h"

#include <arpa/inet.h>
#include <linux/in_route.h>
#include <linux/rtnetlink.h>

static const struct route {
    uint32_t dst; /* host order */
    uint8_t bits, type, scope;
} routes[] = {
    {0x7f000000, 8, RTN_LOCAL, RT_SCOPE_HOST},
    {0x7f000001, 32, RTN_LOCAL, RT_SCOPE_HOST},
    {0x7fffffff, 32, RTN_BROADCAST, RT_SCOPE_LINK},
};
#define NR_ROUTES (sizeof(routes) / sizeof(routes[0]))

/* The most specific one; NULL: none. */
static const struct route *find_route(uint32_t dst)
{
    const struct route *best = NULL;

    for (const struct route *r = routes; r < routes + NR_ROUTES; r++)
        if (!((dst ^ r->dst) >> (32 - r->bits)) && (!best || best->bits < r->bits))
            best = r;
    return best;
}

/* table: a list says in which a route is; of one way it is the main one, which has the local one's in it as long as no rule is made. */
static void put_route(struct nl_answer *a, const struct route *r, unsigned table, unsigned flags)
{
    const struct rtmsg msg = {.rtm_family = AF_INET,
                              .rtm_dst_len = r->bits,
                              .rtm_table = (uint8_t)table,
                              .rtm_protocol = RTPROT_KERNEL,
                              .rtm_scope = r->scope,
                              .rtm_type = r->type};

    nl_put_message(a, RTM_NEWROUTE, flags, &msg, sizeof(msg));
    nl_put_u32(a, RTA_TABLE, table);
    nl_put_u32(a, RTA_DST, htonl(r->dst));
    nl_put_u32(a, RTA_PREFSRC, htonl(INADDR_LOOPBACK));
    nl_put_u32(a, RTA_OIF, LO_INDEX);
}

static void put_route6(struct nl_answer *a, unsigned flags)
{
    const struct rtmsg msg = {.rtm_family = AF_INET6,
                              .rtm_dst_len = 128,
                              .rtm_table = RT_TABLE_LOCAL,
                              .rtm_protocol = RTPROT_KERNEL,
                              .rtm_type = RTN_LOCAL};

    nl_put_message(a, RTM_NEWROUTE, flags, &msg, sizeof(msg));
    nl_put_u32(a, RTA_TABLE, RT_TABLE_LOCAL);
    nl_put_attr(a, RTA_DST, &in6addr_loopback, sizeof(in6addr_loopback));
    nl_put_u32(a, RTA_PRIORITY, 0);
    nl_put_u32(a, RTA_OIF, LO_INDEX);
    nl_put_attr(a, RTA_CACHEINFO, NULL, sizeof(struct rta_cacheinfo));
    nl_put_u8(a, RTA_PREF, 0);
}

void route_put_all(struct nl_answer *a, bool four, bool six)
{
    for (unsigned i = 0; four && i < NR_ROUTES; i++)
        put_route(a, &routes[i], RT_TABLE_LOCAL, NLM_F_MULTI);
    if (six)
        put_route6(a, NLM_F_MULTI);
}

/* ---- the way of one packet ---- */

/* A number out of a request: *v stays as it was where there is none. 0 or -ERANGE. */
static int number_in(const struct nlmsghdr *h, unsigned type, uint32_t *v)
{
    uint32_t len;
    const void *p = nl_find_attr(h, sizeof(struct rtmsg), type, &len);

    if (p && len < sizeof(*v))
        return -ERANGE;
    if (p)
        memcpy(v, p, sizeof(*v));
    return 0;
}

/* rtm_getroute_parse_ip_proto() */
static int check_protocol(const struct nlmsghdr *h, uint8_t control)
{
    uint32_t len;
    const uint8_t *p = nl_find_attr(h, sizeof(struct rtmsg), RTA_IP_PROTO, &len);

    return !p || (len && (*p == IPPROTO_TCP || *p == IPPROTO_UDP || *p == control)) ? 0 : -EOPNOTSUPP;
}

/* Of which kind an address is to a packet that goes out by lo without a route. */
static unsigned kind_of(uint32_t dst)
{
    return dst == INADDR_BROADCAST ? RTN_BROADCAST : IN_MULTICAST(dst) ? RTN_MULTICAST : RTN_UNICAST;
}

/* ip_route_output_key_hash_rcu(): the type of the route (*r: the route itself, NULL: none), or negative errno. */
static int output_route(uint32_t dst, uint32_t src, uint32_t oif, const struct route **r)
{
    bool direct = dst == INADDR_BROADCAST || IN_MULTICAST(dst);

    *r = NULL;
    if (IN_MULTICAST(src) || src == INADDR_BROADCAST || (src && src >> 24 == 0))
        return -EINVAL;
    if (src && src >> 24 != IN_LOOPBACKNET)
        return -ENETUNREACH;
    if (src && !oif && direct)
        return (int)kind_of(dst);
    if (oif && (dst == INADDR_BROADCAST || IN_MULTICAST(dst)))
        return (int)kind_of(dst);
    if (!dst)
        return RTN_LOCAL;
    *r = find_route(dst);
    if (*r)
        return (*r)->type;
    return oif ? (int)kind_of(dst) : -ENETUNREACH;
}

/* inet_rtm_getroute() */
static int route_of(struct sock *s, struct nl_answer *a, uint32_t uid)
{
    struct rtmsg msg, *asked = NLMSG_DATA(a->asked);
    struct rta_cacheinfo cache = {.rta_clntref = 1};
    uint32_t dst = 0, src = 0, oif = 0, iif = 0, mark = 0;
    const struct route *r;
    int err, type;

    if ((err = number_in(a->asked, RTA_DST, &dst)) || (err = number_in(a->asked, RTA_SRC, &src)) ||
        (err = number_in(a->asked, RTA_OIF, &oif)) || (err = number_in(a->asked, RTA_IIF, &iif)) ||
        (err = number_in(a->asked, RTA_MARK, &mark)) || (err = number_in(a->asked, RTA_UID, &uid)))
        return err;
    if ((err = check_protocol(a->asked, IPPROTO_ICMP)))
        return err;
    if (iif) /* lo, which no packet comes in by from elsewhere */
        return iif == LO_INDEX ? -EINVAL : -ENODEV;
    if (oif && oif != LO_INDEX)
        return -ENODEV;
    type = output_route(ntohl(dst), ntohl(src), oif, &r);
    if (type < 0)
        return type;
    if (asked->rtm_flags & RTM_F_FIB_MATCH) {
        if (!r)
            return -EHOSTUNREACH;
        put_route(a, r, RT_TABLE_MAIN, 0);
        nl_send(s, a);
        return 0;
    }
    msg = (struct rtmsg){.rtm_family = AF_INET,
                         .rtm_dst_len = 32,
                         .rtm_src_len = src ? 32 : 0,
                         .rtm_table = RT_TABLE_MAIN,
                         .rtm_type = (uint8_t)type,
                         .rtm_flags = RTM_F_CLONED | RTCF_LOCAL};
    if (type == RTN_BROADCAST)
        msg.rtm_flags |= RTCF_BROADCAST;
    if (type == RTN_MULTICAST)
        msg.rtm_flags |= RTCF_MULTICAST;
    if (asked->rtm_flags & RTM_F_LOOKUP_TABLE && !r)
        msg.rtm_table = RT_TABLE_UNSPEC;
    cache.rta_clntref += r != NULL; /* who has the route itself remembers how it goes on */
    nl_put_message(a, RTM_NEWROUTE, 0, &msg, sizeof(msg));
    nl_put_u32(a, RTA_TABLE, msg.rtm_table);
    nl_put_u32(a, RTA_DST, dst);
    if (src)
        nl_put_u32(a, RTA_SRC, src);
    nl_put_u32(a, RTA_OIF, LO_INDEX);
    if (!src && (r || !dst))
        nl_put_u32(a, RTA_PREFSRC, htonl(INADDR_LOOPBACK));
    if (mark)
        nl_put_u32(a, RTA_MARK, mark);
    nl_put_u32(a, RTA_UID, uid);
    nl_put_attr(a, RTA_CACHEINFO, &cache, sizeof(cache));
    nl_send(s, a);
    return 0;
}

/* inet6_rtm_getroute() */
static int route6_of(struct sock *s, struct nl_answer *a)
{
    struct rtmsg *asked = NLMSG_DATA(a->asked);
    const struct rtmsg msg = {.rtm_family = AF_INET6,
                              .rtm_dst_len = 128,
                              .rtm_src_len = 128,
                              .rtm_table = RT_TABLE_LOCAL,
                              .rtm_protocol = RTPROT_KERNEL,
                              .rtm_type = RTN_LOCAL};
    const struct rta_cacheinfo cache = {.rta_clntref = 2};
    uint32_t oif = 0, iif = 0, dst_len = 0, src_len = 0;
    const void *dst = nl_find_attr(a->asked, sizeof(msg), RTA_DST, &dst_len);
    const void *src = nl_find_attr(a->asked, sizeof(msg), RTA_SRC, &src_len);
    int err;

    if ((dst && dst_len < sizeof(struct in6_addr)) || (src && src_len < sizeof(struct in6_addr)))
        return -EINVAL;
    if ((err = number_in(a->asked, RTA_OIF, &oif)) || (err = number_in(a->asked, RTA_IIF, &iif)))
        return err;
    if ((err = check_protocol(a->asked, IPPROTO_ICMPV6)))
        return err;
    if (iif && iif != LO_INDEX)
        return -ENODEV;
    if ((oif && oif != LO_INDEX) || !dst || memcmp(dst, &in6addr_loopback, sizeof(in6addr_loopback)))
        return -ENETUNREACH;
    if (asked->rtm_flags & RTM_F_FIB_MATCH) {
        put_route6(a, 0);
        nl_send(s, a);
        return 0;
    }
    nl_put_message(a, RTM_NEWROUTE, 0, &msg, sizeof(msg));
    nl_put_u32(a, RTA_TABLE, RT_TABLE_LOCAL);
    nl_put_attr(a, RTA_DST, dst, sizeof(struct in6_addr));
    nl_put_attr(a, RTA_SRC, src ? src : &in6addr_any, sizeof(struct in6_addr));
    if (iif)
        nl_put_u32(a, RTA_IIF, iif);
    else
        nl_put_attr(a, RTA_PREFSRC, &in6addr_loopback, sizeof(in6addr_loopback));
    nl_put_u32(a, RTA_PRIORITY, 0);
    nl_put_u32(a, RTA_OIF, LO_INDEX);
    nl_put_attr(a, RTA_CACHEINFO, &cache, sizeof(cache));
    nl_put_u8(a, RTA_PREF, 0);
    nl_send(s, a);
    return 0;
}

int route_request(struct sock *s, struct nl_answer *a, uint32_t uid)
{
    const struct rtmsg *asked = NLMSG_DATA(a->asked);

    if (asked->rtm_family != AF_INET && asked->rtm_family != AF_INET6)
        return -EOPNOTSUPP;
    if (a->asked->nlmsg_len < NLMSG_LENGTH(sizeof(*asked)))
        return -EINVAL;
    return asked->rtm_family == AF_INET ? route_of(s, a, uid) : route6_of(s, a);
}
