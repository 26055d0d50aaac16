/* netlink_route.c - what messages of NETLINK_ROUTE are made of: links, addresses, routes and rules (rtnetlink(7)). */
#include "netlink.h"

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

/* ---- links ---- */

static const struct field link_fields[] = {
    FIELD(struct ifinfomsg, ifi_family, FIELD_UNSIGNED),
    FIELD_OF(struct ifinfomsg, ifi_type, FIELD_CONST, "hardware"),
    FIELD(struct ifinfomsg, ifi_index, FIELD_IFINDEX),
    FIELD_OF(struct ifinfomsg, ifi_flags, FIELD_FLAGS, "interface_flags"),
    FIELD(struct ifinfomsg, ifi_change, FIELD_HEX),
    FIELDS_END,
};
#define STATS(s)                                                                                             \
    FIELD(s, rx_packets, FIELD_UNSIGNED), FIELD(s, tx_packets, FIELD_UNSIGNED),                              \
        FIELD(s, rx_bytes, FIELD_UNSIGNED), FIELD(s, tx_bytes, FIELD_UNSIGNED),                              \
        FIELD(s, rx_errors, FIELD_UNSIGNED), FIELD(s, tx_errors, FIELD_UNSIGNED),                            \
        FIELD(s, rx_dropped, FIELD_UNSIGNED), FIELD(s, tx_dropped, FIELD_UNSIGNED),                          \
        FIELD(s, multicast, FIELD_UNSIGNED), FIELD(s, collisions, FIELD_UNSIGNED),                           \
        FIELD(s, rx_length_errors, FIELD_UNSIGNED), FIELD(s, rx_over_errors, FIELD_UNSIGNED),                \
        FIELD(s, rx_crc_errors, FIELD_UNSIGNED), FIELD(s, rx_frame_errors, FIELD_UNSIGNED),                  \
        FIELD(s, rx_fifo_errors, FIELD_UNSIGNED), FIELD(s, rx_missed_errors, FIELD_UNSIGNED),                \
        FIELD(s, tx_aborted_errors, FIELD_UNSIGNED), FIELD(s, tx_carrier_errors, FIELD_UNSIGNED),            \
        FIELD(s, tx_fifo_errors, FIELD_UNSIGNED), FIELD(s, tx_heartbeat_errors, FIELD_UNSIGNED),             \
        FIELD(s, tx_window_errors, FIELD_UNSIGNED), FIELD(s, rx_compressed, FIELD_UNSIGNED),                 \
        FIELD(s, tx_compressed, FIELD_UNSIGNED), FIELD(s, rx_nohandler, FIELD_UNSIGNED)
static const struct field stats_fields[] = {STATS(struct rtnl_link_stats), FIELDS_END};
static const struct field stats64_fields[] = {
    STATS(struct rtnl_link_stats64),
    FIELD(struct rtnl_link_stats64, rx_otherhost_dropped, FIELD_UNSIGNED),
    FIELDS_END,
};
static const struct field map_fields[] = {
    FIELD(struct rtnl_link_ifmap, mem_start, FIELD_HEX),
    FIELD(struct rtnl_link_ifmap, mem_end, FIELD_HEX),
    FIELD(struct rtnl_link_ifmap, base_addr, FIELD_HEX),
    FIELD(struct rtnl_link_ifmap, irq, FIELD_UNSIGNED),
    FIELD(struct rtnl_link_ifmap, dma, FIELD_UNSIGNED),
    FIELD(struct rtnl_link_ifmap, port, FIELD_UNSIGNED),
    FIELDS_END,
};
/* What is behind the last field is padding. */
#define MAP_LEAST (offsetof(struct rtnl_link_ifmap, port) + 1)

static const struct nl_attr link_attrs[] = {
    NL_ATTR(IFLA_UNSPEC, NL_BYTES),
    NL_ATTR(IFLA_ADDRESS, NL_HARDWARE),
    NL_ATTR(IFLA_BROADCAST, NL_HARDWARE),
    NL_ATTR(IFLA_IFNAME, NL_TEXT),
    NL_ATTR_NUMBER(IFLA_MTU, 4),
    NL_ATTR_NUMBER(IFLA_LINK, 4),
    NL_ATTR(IFLA_QDISC, NL_TEXT),
    NL_ATTR_STRUCT(IFLA_STATS, sizeof(struct rtnl_link_stats), stats_fields),
    NL_ATTR(IFLA_COST, NL_BYTES),
    NL_ATTR(IFLA_PRIORITY, NL_BYTES),
    NL_ATTR_NUMBER(IFLA_MASTER, 4),
    NL_ATTR(IFLA_WIRELESS, NL_BYTES),
    NL_ATTR(IFLA_PROTINFO, NL_BYTES),
    NL_ATTR_NUMBER(IFLA_TXQLEN, 4),
    NL_ATTR_STRUCT(IFLA_MAP, MAP_LEAST, map_fields),
    NL_ATTR_NUMBER(IFLA_WEIGHT, 4),
    NL_ATTR_NUMBER(IFLA_OPERSTATE, 1),
    NL_ATTR_NUMBER(IFLA_LINKMODE, 1),
    NL_ATTR(IFLA_LINKINFO, NL_BYTES),
    NL_ATTR_NUMBER(IFLA_NET_NS_PID, 4),
    NL_ATTR(IFLA_IFALIAS, NL_TEXT),
    NL_ATTR_NUMBER(IFLA_NUM_VF, 4),
    NL_ATTR(IFLA_VFINFO_LIST, NL_BYTES),
    NL_ATTR_STRUCT(IFLA_STATS64, sizeof(struct rtnl_link_stats64), stats64_fields),
    NL_ATTR(IFLA_VF_PORTS, NL_BYTES),
    NL_ATTR(IFLA_PORT_SELF, NL_BYTES),
    NL_ATTR(IFLA_AF_SPEC, NL_BYTES),
    NL_ATTR_NUMBER(IFLA_GROUP, 4),
    NL_ATTR_NAMED(IFLA_NET_NS_FD, 4, FIELD_FD, NULL),
    NL_ATTR_NAMED(IFLA_EXT_MASK, 4, FIELD_FLAGS, "link_filter"),
    NL_ATTR_NUMBER(IFLA_PROMISCUITY, 4),
    NL_ATTR_NUMBER(IFLA_NUM_TX_QUEUES, 4),
    NL_ATTR_NUMBER(IFLA_NUM_RX_QUEUES, 4),
    NL_ATTR_NUMBER(IFLA_CARRIER, 1),
    NL_ATTR(IFLA_PHYS_PORT_ID, NL_BYTES),
    NL_ATTR_NUMBER(IFLA_CARRIER_CHANGES, 4),
    NL_ATTR(IFLA_PHYS_SWITCH_ID, NL_BYTES),
    NL_ATTR_NAMED(IFLA_LINK_NETNSID, 4, FIELD_SIGNED, NULL),
    NL_ATTR(IFLA_PHYS_PORT_NAME, NL_TEXT),
    NL_ATTR_NUMBER(IFLA_PROTO_DOWN, 1),
    NL_ATTR_NUMBER(IFLA_GSO_MAX_SEGS, 4),
    NL_ATTR_NUMBER(IFLA_GSO_MAX_SIZE, 4),
    NL_ATTR(IFLA_PAD, NL_BYTES),
    NL_ATTR(IFLA_XDP, NL_BYTES),
    NL_ATTR(IFLA_EVENT, NL_BYTES),
    NL_ATTR_NAMED(IFLA_NEW_NETNSID, 4, FIELD_SIGNED, NULL),
    NL_ATTR_NAMED(IFLA_IF_NETNSID, 4, FIELD_SIGNED, NULL),
    NL_ATTR_NUMBER(IFLA_CARRIER_UP_COUNT, 4),
    NL_ATTR_NUMBER(IFLA_CARRIER_DOWN_COUNT, 4),
    NL_ATTR_NAMED(IFLA_NEW_IFINDEX, 4, FIELD_IFINDEX, NULL),
    NL_ATTR_NUMBER(IFLA_MIN_MTU, 4),
    NL_ATTR_NUMBER(IFLA_MAX_MTU, 4),
    NL_ATTR(IFLA_PROP_LIST, NL_BYTES),
    NL_ATTR(IFLA_ALT_IFNAME, NL_TEXT),
    NL_ATTR(IFLA_PERM_ADDRESS, NL_HARDWARE),
    NL_ATTR(IFLA_PROTO_DOWN_REASON, NL_BYTES),
    NL_ATTR(IFLA_PARENT_DEV_NAME, NL_TEXT),
    NL_ATTR(IFLA_PARENT_DEV_BUS_NAME, NL_TEXT),
    NL_ATTR_NUMBER(IFLA_GRO_MAX_SIZE, 4),
    NL_ATTR_NUMBER(IFLA_TSO_MAX_SIZE, 4),
    NL_ATTR_NUMBER(IFLA_TSO_MAX_SEGS, 4),
    NL_ATTR_NUMBER(IFLA_ALLMULTI, 4),
    /* of newer headers */
    {.name = "IFLA_DEVLINK_PORT", .type = 62, .how = NL_VALUE, .value = {.size = 4, .kind = FIELD_UNSIGNED}},
    {.name = "IFLA_GSO_IPV4_MAX_SIZE",
     .type = 63,
     .how = NL_VALUE,
     .value = {.size = 4, .kind = FIELD_UNSIGNED}},
    {.name = "IFLA_GRO_IPV4_MAX_SIZE",
     .type = 64,
     .how = NL_VALUE,
     .value = {.size = 4, .kind = FIELD_UNSIGNED}},
    {.name = NULL}};
static const struct nl_space link_space = {"IFLA_???", link_attrs};
static const struct nl_body link_body = {sizeof(struct ifinfomsg), link_fields, &link_space};

/* ---- addresses ---- */

static const struct field address_fields[] = {
    FIELD(struct ifaddrmsg, ifa_family, FIELD_UNSIGNED),
    FIELD(struct ifaddrmsg, ifa_prefixlen, FIELD_UNSIGNED),
    FIELD_OF(struct ifaddrmsg, ifa_flags, FIELD_FLAGS, "address_flags"),
    FIELD_OF(struct ifaddrmsg, ifa_scope, FIELD_CONST, "route_scope"),
    FIELD(struct ifaddrmsg, ifa_index, FIELD_IFINDEX),
    FIELDS_END,
};
static const struct field lifetime_fields[] = {
    FIELD(struct ifa_cacheinfo, ifa_prefered, FIELD_UNSIGNED),
    FIELD(struct ifa_cacheinfo, ifa_valid, FIELD_UNSIGNED),
    FIELD(struct ifa_cacheinfo, cstamp, FIELD_UNSIGNED),
    FIELD(struct ifa_cacheinfo, tstamp, FIELD_UNSIGNED),
    FIELDS_END,
};
static const struct nl_attr address_attrs[] = {
    NL_ATTR(IFA_UNSPEC, NL_BYTES),
    NL_ATTR(IFA_ADDRESS, NL_ADDRESS),
    NL_ATTR(IFA_LOCAL, NL_ADDRESS),
    NL_ATTR(IFA_LABEL, NL_TEXT),
    NL_ATTR(IFA_BROADCAST, NL_ADDRESS),
    NL_ATTR(IFA_ANYCAST, NL_ADDRESS),
    NL_ATTR_STRUCT(IFA_CACHEINFO, sizeof(struct ifa_cacheinfo), lifetime_fields),
    NL_ATTR(IFA_MULTICAST, NL_ADDRESS),
    NL_ATTR_NAMED(IFA_FLAGS, 4, FIELD_FLAGS, "address_flags"),
    NL_ATTR_NUMBER(IFA_RT_PRIORITY, 4),
    NL_ATTR_NAMED(IFA_TARGET_NETNSID, 4, FIELD_SIGNED, NULL),
    NL_ATTR(IFA_PROTO, NL_BYTES),
    {.name = NULL}};
static const struct nl_space address_space = {"IFA_???", address_attrs};
static const struct nl_body address_body = {sizeof(struct ifaddrmsg), address_fields, &address_space};

/* ---- routes ---- */

static const struct field route_fields[] = {
    FIELD(struct rtmsg, rtm_family, FIELD_UNSIGNED),
    FIELD(struct rtmsg, rtm_dst_len, FIELD_UNSIGNED),
    FIELD(struct rtmsg, rtm_src_len, FIELD_UNSIGNED),
    FIELD_OF(struct rtmsg, rtm_tos, FIELD_FLAGS, "service"),
    FIELD_OF(struct rtmsg, rtm_table, FIELD_CONST, "route_table"),
    FIELD_OF(struct rtmsg, rtm_protocol, FIELD_CONST, "route_protocol"),
    FIELD_OF(struct rtmsg, rtm_scope, FIELD_CONST, "route_scope"),
    FIELD_OF(struct rtmsg, rtm_type, FIELD_CONST, "route_type"),
    FIELD_OF(struct rtmsg, rtm_flags, FIELD_FLAGS, "route_flags"),
    FIELDS_END,
};
static const struct field cache_fields[] = {
    FIELD(struct rta_cacheinfo, rta_clntref, FIELD_UNSIGNED),
    FIELD(struct rta_cacheinfo, rta_lastuse, FIELD_UNSIGNED),
    FIELD(struct rta_cacheinfo, rta_expires, FIELD_UNSIGNED),
    FIELD(struct rta_cacheinfo, rta_error, FIELD_UNSIGNED),
    FIELD(struct rta_cacheinfo, rta_used, FIELD_UNSIGNED),
    FIELD(struct rta_cacheinfo, rta_id, FIELD_HEX),
    FIELD(struct rta_cacheinfo, rta_ts, FIELD_UNSIGNED),
    FIELD(struct rta_cacheinfo, rta_tsage, FIELD_UNSIGNED),
    FIELDS_END,
};
static const struct nl_attr metric_attrs[] = {NL_ATTR(RTAX_UNSPEC, NL_BYTES),
                                              NL_ATTR_NUMBER(RTAX_LOCK, 4),
                                              NL_ATTR_NUMBER(RTAX_MTU, 4),
                                              NL_ATTR_NUMBER(RTAX_WINDOW, 4),
                                              NL_ATTR_NUMBER(RTAX_RTT, 4),
                                              NL_ATTR_NUMBER(RTAX_RTTVAR, 4),
                                              NL_ATTR_NUMBER(RTAX_SSTHRESH, 4),
                                              NL_ATTR_NUMBER(RTAX_CWND, 4),
                                              NL_ATTR_NUMBER(RTAX_ADVMSS, 4),
                                              NL_ATTR_NUMBER(RTAX_REORDERING, 4),
                                              NL_ATTR_NUMBER(RTAX_HOPLIMIT, 4),
                                              NL_ATTR_NUMBER(RTAX_INITCWND, 4),
                                              NL_ATTR_NUMBER(RTAX_FEATURES, 4),
                                              NL_ATTR_NUMBER(RTAX_RTO_MIN, 4),
                                              NL_ATTR_NUMBER(RTAX_INITRWND, 4),
                                              NL_ATTR_NUMBER(RTAX_QUICKACK, 4),
                                              NL_ATTR(RTAX_CC_ALGO, NL_TEXT),
                                              NL_ATTR(RTAX_FASTOPEN_NO_COOKIE, NL_BYTES),
                                              {.name = NULL}};
static const struct nl_space metric_space = {"RTAX_???", metric_attrs};
static const struct nl_attr route_attrs[] = {
    NL_ATTR(RTA_UNSPEC, NL_BYTES),
    NL_ATTR(RTA_DST, NL_ADDRESS),
    NL_ATTR(RTA_SRC, NL_ADDRESS),
    NL_ATTR_NAMED(RTA_IIF, 4, FIELD_IFINDEX, NULL),
    NL_ATTR_NAMED(RTA_OIF, 4, FIELD_IFINDEX, NULL),
    NL_ATTR(RTA_GATEWAY, NL_ADDRESS),
    NL_ATTR_NUMBER(RTA_PRIORITY, 4),
    NL_ATTR(RTA_PREFSRC, NL_ADDRESS),
    {.name = "RTA_METRICS", .type = RTA_METRICS, .how = NL_INSIDE, .inside = &metric_space},
    NL_ATTR(RTA_MULTIPATH, NL_BYTES),
    NL_ATTR_NUMBER(RTA_PROTOINFO, 4),
    NL_ATTR_NUMBER(RTA_FLOW, 4),
    NL_ATTR_STRUCT(RTA_CACHEINFO, sizeof(struct rta_cacheinfo), cache_fields),
    NL_ATTR(RTA_SESSION, NL_BYTES),
    NL_ATTR_NUMBER(RTA_MP_ALGO, 4),
    NL_ATTR_NAMED(RTA_TABLE, 4, FIELD_CONST, "route_table"),
    NL_ATTR_NUMBER(RTA_MARK, 4),
    NL_ATTR(RTA_MFC_STATS, NL_BYTES),
    NL_ATTR(RTA_VIA, NL_BYTES),
    NL_ATTR(RTA_NEWDST, NL_ADDRESS),
    NL_ATTR_NUMBER(RTA_PREF, 1),
    NL_ATTR(RTA_ENCAP_TYPE, NL_BYTES),
    NL_ATTR(RTA_ENCAP, NL_BYTES),
    NL_ATTR_NUMBER(RTA_EXPIRES, 8),
    NL_ATTR(RTA_PAD, NL_BYTES),
    NL_ATTR_NUMBER(RTA_UID, 4),
    NL_ATTR_NUMBER(RTA_TTL_PROPAGATE, 1),
    NL_ATTR_NUMBER(RTA_IP_PROTO, 1),
    NL_ATTR_NUMBER(RTA_SPORT, 2),
    NL_ATTR_NUMBER(RTA_DPORT, 2),
    NL_ATTR(RTA_NH_ID, NL_BYTES),
    {.name = NULL}};
static const struct nl_space route_space = {"RTA_???", route_attrs};
static const struct nl_body route_body = {sizeof(struct rtmsg), route_fields, &route_space};

/* ---- rules ---- */

static const struct field rule_fields[] = {
    FIELD(struct fib_rule_hdr, family, FIELD_UNSIGNED),
    FIELD(struct fib_rule_hdr, dst_len, FIELD_UNSIGNED),
    FIELD(struct fib_rule_hdr, src_len, FIELD_UNSIGNED),
    FIELD_OF(struct fib_rule_hdr, tos, FIELD_FLAGS, "service"),
    FIELD_OF(struct fib_rule_hdr, table, FIELD_CONST, "rule_table"),
    FIELD_OF(struct fib_rule_hdr, action, FIELD_CONST, "rule_action"),
    FIELD_OF(struct fib_rule_hdr, flags, FIELD_FLAGS, "rule_flags"),
    FIELDS_END,
};
static const struct field uid_range_fields[] = {
    FIELD(struct fib_rule_uid_range, start, FIELD_UNSIGNED),
    FIELD(struct fib_rule_uid_range, end, FIELD_UNSIGNED),
    FIELDS_END,
};
static const struct field port_range_fields[] = {
    FIELD(struct fib_rule_port_range, start, FIELD_UNSIGNED),
    FIELD(struct fib_rule_port_range, end, FIELD_UNSIGNED),
    FIELDS_END,
};
static const struct nl_attr rule_attrs[] = {
    NL_ATTR(FRA_UNSPEC, NL_BYTES),
    NL_ATTR(FRA_DST, NL_ADDRESS),
    NL_ATTR(FRA_SRC, NL_ADDRESS),
    NL_ATTR(FRA_IIFNAME, NL_TEXT),
    NL_ATTR_NUMBER(FRA_GOTO, 4),
    NL_ATTR(FRA_UNUSED2, NL_BYTES),
    NL_ATTR_NUMBER(FRA_PRIORITY, 4),
    NL_ATTR(FRA_UNUSED3, NL_BYTES),
    NL_ATTR(FRA_UNUSED4, NL_BYTES),
    NL_ATTR(FRA_UNUSED5, NL_BYTES),
    NL_ATTR_NUMBER(FRA_FWMARK, 4),
    NL_ATTR_NUMBER(FRA_FLOW, 4),
    NL_ATTR(FRA_TUN_ID, NL_BYTES),
    NL_ATTR_NUMBER(FRA_SUPPRESS_IFGROUP, 4),
    NL_ATTR_NUMBER(FRA_SUPPRESS_PREFIXLEN, 4),
    NL_ATTR_NAMED(FRA_TABLE, 4, FIELD_CONST, "route_table"),
    NL_ATTR_NUMBER(FRA_FWMASK, 4),
    NL_ATTR(FRA_OIFNAME, NL_TEXT),
    NL_ATTR(FRA_PAD, NL_BYTES),
    NL_ATTR_NUMBER(FRA_L3MDEV, 1),
    NL_ATTR_STRUCT(FRA_UID_RANGE, sizeof(struct fib_rule_uid_range), uid_range_fields),
    NL_ATTR_NAMED(FRA_PROTOCOL, 1, FIELD_CONST, "route_protocol"),
    NL_ATTR_NAMED(FRA_IP_PROTO, 1, FIELD_CONST, "ip_protocol"),
    NL_ATTR_STRUCT(FRA_SPORT_RANGE, sizeof(struct fib_rule_port_range), port_range_fields),
    NL_ATTR_STRUCT(FRA_DPORT_RANGE, sizeof(struct fib_rule_port_range), port_range_fields),
    {.name = "FRA_DSCP", .type = 25, .how = NL_VALUE, .value = {.size = 1, .kind = FIELD_UNSIGNED}},
    {.name = NULL}};
static const struct nl_space rule_space = {"FRA_???", rule_attrs};
static const struct nl_body rule_body = {sizeof(struct fib_rule_hdr), rule_fields, &rule_space};

/* ---- messages ---- */

#define TYPE(t, b)                                                                                           \
    {                                                                                                        \
#t, t, b                                                                                             \
    }
static const struct nl_type types[] = {TYPE(RTM_NEWLINK, &link_body),
                                       TYPE(RTM_DELLINK, &link_body),
                                       TYPE(RTM_GETLINK, &link_body),
                                       TYPE(RTM_SETLINK, &link_body),
                                       TYPE(RTM_NEWADDR, &address_body),
                                       TYPE(RTM_DELADDR, &address_body),
                                       TYPE(RTM_GETADDR, &address_body),
                                       TYPE(RTM_NEWROUTE, &route_body),
                                       TYPE(RTM_DELROUTE, &route_body),
                                       TYPE(RTM_GETROUTE, &route_body),
                                       TYPE(RTM_NEWNEIGH, &netlink_neighbour),
                                       TYPE(RTM_DELNEIGH, &netlink_neighbour),
                                       TYPE(RTM_GETNEIGH, &netlink_neighbour),
                                       TYPE(RTM_NEWRULE, &rule_body),
                                       TYPE(RTM_DELRULE, &rule_body),
                                       TYPE(RTM_GETRULE, &rule_body),
                                       TYPE(RTM_NEWQDISC, &netlink_queue),
                                       TYPE(RTM_DELQDISC, &netlink_queue),
                                       TYPE(RTM_GETQDISC, &netlink_queue),
                                       TYPE(RTM_NEWTCLASS, &netlink_queue),
                                       TYPE(RTM_DELTCLASS, &netlink_queue),
                                       TYPE(RTM_GETTCLASS, &netlink_queue),
                                       TYPE(RTM_NEWTFILTER, &netlink_queue),
                                       TYPE(RTM_DELTFILTER, &netlink_queue),
                                       TYPE(RTM_GETTFILTER, &netlink_queue),
                                       TYPE(RTM_NEWACTION, NULL),
                                       TYPE(RTM_DELACTION, NULL),
                                       TYPE(RTM_GETACTION, NULL),
                                       TYPE(RTM_NEWPREFIX, NULL),
                                       TYPE(RTM_GETMULTICAST, &address_body),
                                       TYPE(RTM_GETANYCAST, &address_body),
                                       TYPE(RTM_NEWNEIGHTBL, &netlink_neighbour_table),
                                       TYPE(RTM_GETNEIGHTBL, &netlink_neighbour_table),
                                       TYPE(RTM_SETNEIGHTBL, &netlink_neighbour_table),
                                       TYPE(RTM_NEWNDUSEROPT, NULL),
                                       TYPE(RTM_NEWADDRLABEL, &netlink_label),
                                       TYPE(RTM_DELADDRLABEL, &netlink_label),
                                       TYPE(RTM_GETADDRLABEL, &netlink_label),
                                       TYPE(RTM_GETDCB, NULL),
                                       TYPE(RTM_SETDCB, NULL),
                                       TYPE(RTM_NEWNETCONF, &netlink_settings),
                                       TYPE(RTM_DELNETCONF, &netlink_settings),
                                       TYPE(RTM_GETNETCONF, &netlink_settings),
                                       TYPE(RTM_NEWMDB, NULL),
                                       TYPE(RTM_DELMDB, NULL),
                                       TYPE(RTM_GETMDB, NULL),
                                       TYPE(RTM_NEWNSID, &netlink_namespace),
                                       TYPE(RTM_DELNSID, &netlink_namespace),
                                       TYPE(RTM_GETNSID, &netlink_namespace),
                                       TYPE(RTM_NEWSTATS, NULL),
                                       TYPE(RTM_GETSTATS, NULL),
                                       TYPE(RTM_NEWCACHEREPORT, NULL),
                                       TYPE(RTM_NEWCHAIN, &netlink_queue),
                                       TYPE(RTM_DELCHAIN, &netlink_queue),
                                       TYPE(RTM_GETCHAIN, &netlink_queue),
                                       TYPE(RTM_NEWNEXTHOP, &netlink_hop),
                                       TYPE(RTM_DELNEXTHOP, &netlink_hop),
                                       TYPE(RTM_GETNEXTHOP, &netlink_hop),
                                       TYPE(RTM_NEWLINKPROP, NULL),
                                       TYPE(RTM_DELLINKPROP, NULL),
                                       TYPE(RTM_GETLINKPROP, NULL),
                                       TYPE(RTM_NEWVLAN, NULL),
                                       TYPE(RTM_DELVLAN, NULL),
                                       TYPE(RTM_GETVLAN, NULL),
                                       TYPE(RTM_NEWNEXTHOPBUCKET, NULL),
                                       TYPE(RTM_DELNEXTHOPBUCKET, NULL),
                                       TYPE(RTM_GETNEXTHOPBUCKET, NULL),
                                       {NULL, 0, NULL}};

/* Types come in fours: what is new, what goes, what is asked for, what is set. Actions go as they are listed. */
static const char *flags(unsigned type)
{
    static const char *const tables[] = {"nlmsg_new", "nlmsg_delete", "nlmsg_get", "nlmsg"};

    return type == RTM_DELACTION ? "nlmsg_get" : tables[type & 3];
}

static const struct nl_body *body(const struct nlmsghdr *h, uint8_t first, uint64_t len)
{
    const struct nl_type *t = nl_type_find(&netlink_route, h->nlmsg_type);

    if (h->nlmsg_type == RTM_GETNEIGH && first == AF_BRIDGE) /* its ports are asked for */
        return &link_body;
    return t ? t->body : NULL;
}

const struct nl_protocol netlink_route = {NETLINK_ROUTE, "RTM_???", types, flags, body};
