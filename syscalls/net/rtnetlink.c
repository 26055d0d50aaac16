/*
 * rtnetlink.c - NETLINK_ROUTE requests: links, addresses and routes of the loopback interface (net/core/rtnetlink.c).
 *
 * getaddrinfo(3), getifaddrs(3) and ip(8) list them. An answer comes as Linux gives it: what was asked for in one
 * datagram, the end of the list in another. Nothing can be changed.
 */
#include "netif.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>

#ifndef IFF_LOWER_UP
#define IFF_LOWER_UP 0x10000
#endif
#define ANSWER_MAX 2048

/* One datagram to come: messages of attributes, put one behind the other. */
struct answer {
    const struct nlmsghdr *asked;
    uint32_t port; /* of who asked */
    char buf[ANSWER_MAX];
    uint32_t len, message; /* bytes; where the last message begins */
};

static void *put_bytes(struct answer *a, const void *data, uint32_t len)
{
    void *at = a->buf + a->len;

    memset(at, 0, NLMSG_ALIGN(len));
    if (data)
        memcpy(at, data, len);
    a->len += NLMSG_ALIGN(len);
    ((struct nlmsghdr *)(a->buf + a->message))->nlmsg_len = a->len - a->message;
    return at;
}

static void put_message(struct answer *a, unsigned type, unsigned flags, const void *header, uint32_t len)
{
    struct nlmsghdr h = {.nlmsg_type = (uint16_t)type,
                         .nlmsg_flags = (uint16_t)flags,
                         .nlmsg_seq = a->asked->nlmsg_seq,
                         .nlmsg_pid = a->port};

    a->message = a->len;
    put_bytes(a, &h, sizeof(h));
    put_bytes(a, header, len);
}

/* data may be NULL: zeroes. */
static void put_attr(struct answer *a, unsigned type, const void *data, uint32_t len)
{
    struct rtattr r = {.rta_type = (uint16_t)type, .rta_len = (uint16_t)RTA_LENGTH(len)};

    put_bytes(a, &r, sizeof(r));
    put_bytes(a, data, len);
}

static void put_u8(struct answer *a, unsigned type, uint8_t value)
{
    put_attr(a, type, &value, sizeof(value));
}

static void put_u32(struct answer *a, unsigned type, uint32_t value)
{
    put_attr(a, type, &value, sizeof(value));
}

static void send_answer(struct sock *s, struct answer *a)
{
    if (a->len)
        netlink_deliver(s, a->buf, a->len);
    a->len = 0;
}

/* netlink_ack(): with err, what was asked for comes back whole. */
static void acknowledge(struct sock *s, struct answer *a, int err)
{
    const struct nlmsghdr *asked = a->asked;
    uint32_t len = err ? asked->nlmsg_len : sizeof(*asked);

    if (len > ANSWER_MAX - 64)
        len = sizeof(*asked);
    put_message(a, NLMSG_ERROR, err ? 0 : NLM_F_CAPPED, &err, sizeof(err));
    put_bytes(a, asked, len);
    send_answer(s, a);
}

/* ---- what there is ---- */

static void put_link(struct answer *a, unsigned flags)
{
    static const char address[6];
    const struct ifinfomsg link = {
        .ifi_type = ARPHRD_LOOPBACK, .ifi_index = LO_INDEX, .ifi_flags = LO_FLAGS | IFF_LOWER_UP};

    put_message(a, RTM_NEWLINK, flags, &link, sizeof(link));
    put_attr(a, IFLA_IFNAME, LO_NAME, sizeof(LO_NAME));
    put_u32(a, IFLA_TXQLEN, LO_TXQLEN);
    put_u8(a, IFLA_OPERSTATE, 0); /* IF_OPER_UNKNOWN */
    put_u8(a, IFLA_LINKMODE, 0);
    put_u32(a, IFLA_MTU, LO_MTU);
    put_u32(a, IFLA_MIN_MTU, 0);
    put_u32(a, IFLA_MAX_MTU, 0);
    put_u32(a, IFLA_GROUP, 0);
    put_u32(a, IFLA_PROMISCUITY, 0);
    put_u32(a, IFLA_NUM_TX_QUEUES, 1);
    put_u32(a, IFLA_NUM_RX_QUEUES, 1);
    put_u8(a, IFLA_CARRIER, 1);
    put_u32(a, IFLA_CARRIER_CHANGES, 0);
    put_u8(a, IFLA_PROTO_DOWN, 0);
    put_attr(a, IFLA_ADDRESS, address, sizeof(address));
    put_attr(a, IFLA_BROADCAST, address, sizeof(address));
    put_attr(a, IFLA_STATS64, NULL, sizeof(struct rtnl_link_stats64));
    put_attr(a, IFLA_STATS, NULL, sizeof(struct rtnl_link_stats));
    put_attr(a, IFLA_QDISC, "noqueue", sizeof("noqueue"));
    put_attr(a, IFLA_MAP, NULL, sizeof(struct rtnl_link_ifmap));
}

static void put_address(struct answer *a, int family)
{
    const struct ifaddrmsg msg = {.ifa_family = (uint8_t)family,
                                  .ifa_prefixlen = family == AF_INET ? 8 : 128,
                                  .ifa_flags = IFA_F_PERMANENT,
                                  .ifa_scope = RT_SCOPE_HOST,
                                  .ifa_index = LO_INDEX};
    const struct ifa_cacheinfo lifetime = {.ifa_prefered = UINT32_MAX, .ifa_valid = UINT32_MAX};
    const struct in_addr four = {htonl(INADDR_LOOPBACK)};

    put_message(a, RTM_NEWADDR, NLM_F_MULTI, &msg, sizeof(msg));
    if (family == AF_INET) {
        put_attr(a, IFA_ADDRESS, &four, sizeof(four));
        put_attr(a, IFA_LOCAL, &four, sizeof(four));
        put_attr(a, IFA_LABEL, LO_NAME, sizeof(LO_NAME));
        put_u32(a, IFA_FLAGS, IFA_F_PERMANENT);
        put_attr(a, IFA_CACHEINFO, &lifetime, sizeof(lifetime));
    } else {
        put_attr(a, IFA_ADDRESS, &in6addr_loopback, sizeof(in6addr_loopback));
        put_attr(a, IFA_CACHEINFO, &lifetime, sizeof(lifetime));
        put_u32(a, IFA_FLAGS, IFA_F_PERMANENT);
        put_u8(a, IFA_PROTO, IFAPROT_KERNEL_LO);
    }
}

static void put_route(struct answer *a, unsigned type, unsigned scope, uint32_t dst, unsigned bits)
{
    const struct rtmsg msg = {.rtm_family = AF_INET,
                              .rtm_dst_len = (uint8_t)bits,
                              .rtm_table = RT_TABLE_LOCAL,
                              .rtm_protocol = RTPROT_KERNEL,
                              .rtm_scope = (uint8_t)scope,
                              .rtm_type = (uint8_t)type};

    put_message(a, RTM_NEWROUTE, NLM_F_MULTI, &msg, sizeof(msg));
    put_u32(a, RTA_TABLE, RT_TABLE_LOCAL);
    put_u32(a, RTA_DST, htonl(dst));
    put_u32(a, RTA_PREFSRC, htonl(INADDR_LOOPBACK));
    put_u32(a, RTA_OIF, LO_INDEX);
}

static void put_route6(struct answer *a)
{
    const struct rtmsg msg = {.rtm_family = AF_INET6,
                              .rtm_dst_len = 128,
                              .rtm_table = RT_TABLE_LOCAL,
                              .rtm_protocol = RTPROT_KERNEL,
                              .rtm_type = RTN_LOCAL};

    put_message(a, RTM_NEWROUTE, NLM_F_MULTI, &msg, sizeof(msg));
    put_u32(a, RTA_TABLE, RT_TABLE_LOCAL);
    put_attr(a, RTA_DST, &in6addr_loopback, sizeof(in6addr_loopback));
    put_u32(a, RTA_PRIORITY, 0);
    put_u32(a, RTA_OIF, LO_INDEX);
    put_attr(a, RTA_CACHEINFO, NULL, sizeof(struct rta_cacheinfo));
    put_u8(a, RTA_PREF, 0);
}

static void put_all(struct answer *a, unsigned type, int family)
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
        if (four) {
            put_route(a, RTN_LOCAL, RT_SCOPE_HOST, 0x7f000000, 8);
            put_route(a, RTN_LOCAL, RT_SCOPE_HOST, 0x7f000001, 32);
            put_route(a, RTN_BROADCAST, RT_SCOPE_LINK, 0x7fffffff, 32);
        }
        if (six)
            put_route6(a);
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

/* rtnetlink_rcv_msg(): 0 or negative errno; *listed: the answer is a list, which no acknowledgement follows. */
static int answer_one(struct sock *s, struct answer *a, bool *listed)
{
    enum { RTM_KIND = 3, KIND_GET = 2 };
    const struct nlmsghdr *h = a->asked;
    int end = 0, err;

    if (h->nlmsg_type > RTM_MAX)
        return -EOPNOTSUPP;
    if (h->nlmsg_len < NLMSG_LENGTH(sizeof(struct rtgenmsg)))
        return 0;
    if ((h->nlmsg_type & RTM_KIND) != KIND_GET)
        return -EPERM;
    if (h->nlmsg_flags & NLM_F_DUMP) {
        *listed = true;
        put_all(a, h->nlmsg_type, ((const struct rtgenmsg *)NLMSG_DATA(h))->rtgen_family);
        send_answer(s, a);
        put_message(a, NLMSG_DONE, NLM_F_MULTI, &end, sizeof(end));
        send_answer(s, a);
        return 0;
    }
    if (h->nlmsg_type != RTM_GETLINK)
        return -EOPNOTSUPP;
    err = find_link(h);
    if (!err) {
        put_link(a, 0);
        send_answer(s, a);
    }
    return err;
}

void rtnetlink_request(struct sock *s, const void *buf, uint64_t len)
{
    const char *at = buf;
    uint64_t left = len;

    while (left >= NLMSG_HDRLEN) {
        const struct nlmsghdr *h = (const void *)at;
        struct answer a = {.asked = h, .port = ((struct sockaddr_nl *)&s->addr)->nl_pid};
        bool listed = false;
        int err = 0;

        if (h->nlmsg_len < NLMSG_HDRLEN || h->nlmsg_len > left)
            return;
        if (h->nlmsg_flags & NLM_F_REQUEST && h->nlmsg_type >= NLMSG_MIN_TYPE)
            err = answer_one(s, &a, &listed);
        if (err || (h->nlmsg_flags & NLM_F_ACK && !listed))
            acknowledge(s, &a, err);
        at += NLMSG_ALIGN(h->nlmsg_len);
        left -= NLMSG_ALIGN(h->nlmsg_len) < left ? NLMSG_ALIGN(h->nlmsg_len) : left;
    }
}
