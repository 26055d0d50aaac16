/*
 * rtnetlink.c - NETLINK_ROUTE requests: links, addresses and routes of the loopback interface (net/core/rtnetlink.c).
 *
 * getaddrinfo(3), getifaddrs(3) and ip(8) list them. An answer comes as Linux gives it: what was asked for in one
 * datagram, the end of the list in another. Nothing can be changed. Routes are in route.c.
 */
#include "netif.h"
#include "route.h"

#include <arpa/inet.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>

#ifndef IFF_LOWER_UP
#define IFF_LOWER_UP 0x10000
#endif

/* ---- what there is ---- */

static void put_link(struct nl_answer *a, unsigned flags)
{
    static const char address[6];
    const struct ifinfomsg link = {
        .ifi_type = ARPHRD_LOOPBACK, .ifi_index = LO_INDEX, .ifi_flags = LO_FLAGS | IFF_LOWER_UP};

    nl_put_message(a, RTM_NEWLINK, flags, &link, sizeof(link));
    nl_put_attr(a, IFLA_IFNAME, LO_NAME, sizeof(LO_NAME));
    nl_put_u32(a, IFLA_TXQLEN, LO_TXQLEN);
    nl_put_u8(a, IFLA_OPERSTATE, 0); /* IF_OPER_UNKNOWN */
    nl_put_u8(a, IFLA_LINKMODE, 0);
    nl_put_u32(a, IFLA_MTU, LO_MTU);
    nl_put_u32(a, IFLA_MIN_MTU, 0);
    nl_put_u32(a, IFLA_MAX_MTU, 0);
    nl_put_u32(a, IFLA_GROUP, 0);
    nl_put_u32(a, IFLA_PROMISCUITY, 0);
    nl_put_u32(a, IFLA_NUM_TX_QUEUES, 1);
    nl_put_u32(a, IFLA_NUM_RX_QUEUES, 1);
    nl_put_u8(a, IFLA_CARRIER, 1);
    nl_put_u32(a, IFLA_CARRIER_CHANGES, 0);
    nl_put_u8(a, IFLA_PROTO_DOWN, 0);
    nl_put_attr(a, IFLA_ADDRESS, address, sizeof(address));
    nl_put_attr(a, IFLA_BROADCAST, address, sizeof(address));
    nl_put_attr(a, IFLA_STATS64, NULL, sizeof(struct rtnl_link_stats64));
    nl_put_attr(a, IFLA_STATS, NULL, sizeof(struct rtnl_link_stats));
    nl_put_attr(a, IFLA_QDISC, "noqueue", sizeof("noqueue"));
    nl_put_attr(a, IFLA_MAP, NULL, sizeof(struct rtnl_link_ifmap));
}

static void put_address(struct nl_answer *a, int family)
{
    const struct ifaddrmsg msg = {.ifa_family = (uint8_t)family,
                                  .ifa_prefixlen = family == AF_INET ? 8 : 128,
                                  .ifa_flags = IFA_F_PERMANENT,
                                  .ifa_scope = RT_SCOPE_HOST,
                                  .ifa_index = LO_INDEX};
    const struct ifa_cacheinfo lifetime = {.ifa_prefered = UINT32_MAX, .ifa_valid = UINT32_MAX};
    const struct in_addr four = {htonl(INADDR_LOOPBACK)};

    nl_put_message(a, RTM_NEWADDR, NLM_F_MULTI, &msg, sizeof(msg));
    if (family == AF_INET) {
        nl_put_attr(a, IFA_ADDRESS, &four, sizeof(four));
        nl_put_attr(a, IFA_LOCAL, &four, sizeof(four));
        nl_put_attr(a, IFA_LABEL, LO_NAME, sizeof(LO_NAME));
        nl_put_u32(a, IFA_FLAGS, IFA_F_PERMANENT);
        nl_put_attr(a, IFA_CACHEINFO, &lifetime, sizeof(lifetime));
    } else {
        nl_put_attr(a, IFA_ADDRESS, &in6addr_loopback, sizeof(in6addr_loopback));
        nl_put_attr(a, IFA_CACHEINFO, &lifetime, sizeof(lifetime));
        nl_put_u32(a, IFA_FLAGS, IFA_F_PERMANENT);
        nl_put_u8(a, IFA_PROTO, IFAPROT_KERNEL_LO);
    }
}

static void put_rule(struct nl_answer *a, int family, unsigned table, unsigned priority)
{
    const struct fib_rule_hdr rule = {
        .family = (uint8_t)family, .table = (uint8_t)table, .action = FR_ACT_TO_TBL};

    nl_put_message(a, RTM_NEWRULE, NLM_F_MULTI, &rule, sizeof(rule));
    nl_put_u32(a, FRA_TABLE, table);
    nl_put_u32(a, FRA_SUPPRESS_PREFIXLEN, UINT32_MAX);
    nl_put_u8(a, FRA_PROTOCOL, RTPROT_KERNEL);
    if (priority)
        nl_put_u32(a, FRA_PRIORITY, priority);
}

/* In which order tables are looked at. */
static void put_rules(struct nl_answer *a, int family)
{
    put_rule(a, family, RT_TABLE_LOCAL, 0);
    put_rule(a, family, RT_TABLE_MAIN, 32766);
    if (family == AF_INET)
        put_rule(a, family, RT_TABLE_DEFAULT, 32767);
}

static void put_all(struct nl_answer *a, unsigned type, int family)
{
    bool four = family != AF_INET6, six = family != AF_INET;

    switch (type) {
    case RTM_GETLINK:
        put_link(a, NLM_F_MULTI);
        break;
    case RTM_GETADDR:
        if (four)
            put_address(a, AF_INET);
        if (six)
            put_address(a, AF_INET6);
        break;
    case RTM_GETROUTE:
        route_put_all(a, four, six);
        break;
    case RTM_GETRULE:
        if (four)
            put_rules(a, AF_INET);
        if (six)
            put_rules(a, AF_INET6);
        break;
    }
}

/* ---- requests ---- */

/* A request for one link, by its number or its name: 0 or negative errno. */
static int find_link(const struct nlmsghdr *h)
{
    struct ifinfomsg msg;
    const struct rtattr *r = (const void *)((const char *)h + NLMSG_SPACE(sizeof(msg)));
    int left = (int)h->nlmsg_len - (int)NLMSG_SPACE(sizeof(msg));

    if (left < 0)
        return -EINVAL;
    memcpy(&msg, NLMSG_DATA(h), sizeof(msg));
    if (msg.ifi_index > 0)
        return msg.ifi_index == LO_INDEX ? 0 : -ENODEV;
    if (msg.ifi_index < 0)
        return -EINVAL;
    for (; RTA_OK(r, left); r = RTA_NEXT(r, left))
        if (r->rta_type == IFLA_IFNAME) {
            size_t len = strnlen(RTA_DATA(r), RTA_PAYLOAD(r));

            return len == strlen(LO_NAME) && !memcmp(RTA_DATA(r), LO_NAME, len) ? 0 : -ENODEV;
        }
    return -EINVAL;
}

/* rtnetlink_rcv_msg() */
static int answer_one(struct task *t, struct sock *s, struct nl_answer *a, bool *listed)
{
    enum { RTM_KIND = 3, KIND_GET = 2 };
    const struct nlmsghdr *h = a->asked;
    int family, err;

    if (h->nlmsg_type > RTM_MAX)
        return -EOPNOTSUPP;
    if (h->nlmsg_len < NLMSG_LENGTH(sizeof(struct rtgenmsg)))
        return 0;
    if ((h->nlmsg_type & RTM_KIND) != KIND_GET)
        return -EPERM;
    if (h->nlmsg_flags & NLM_F_DUMP) {
        *listed = true;
        family = ((const struct rtgenmsg *)NLMSG_DATA(h))->rtgen_family;
        err = h->nlmsg_type == RTM_GETRULE && family && family != AF_INET && family != AF_INET6
                  ? -EAFNOSUPPORT
                  : 0;
        if (!err)
            put_all(a, h->nlmsg_type, family);
        nl_done(s, a, err);
        return 0;
    }
    if (h->nlmsg_type == RTM_GETROUTE)
        return route_request(s, a, t->cred.uid);
    if (h->nlmsg_type != RTM_GETLINK)
        return -EOPNOTSUPP;
    err = find_link(h);
    if (!err) {
        put_link(a, 0);
        nl_send(s, a);
    }
    return err;
}

void rtnetlink_request(struct task *t, struct sock *s, const void *buf, uint64_t len)
{
    nl_requests(t, s, buf, len, answer_one);
}
