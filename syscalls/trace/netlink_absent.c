/*
 * netlink_absent.c - what messages of NETLINK_ROUTE are made of that are about things this machine has none of: they are asked
 * for, and the answer is a list without elements or an error with the request in it.
 */
#include "netlink.h"

#include <linux/if_addrlabel.h>
#include <linux/neighbour.h>
#include <linux/net_namespace.h>
#include <linux/netconf.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>

/* ---- neighbours: ip-neighbour(8), and tables of them: ip-ntable(8) ---- */

static const struct field neighbour_fields[] = {
    FIELD(struct ndmsg, ndm_family, FIELD_UNSIGNED),
    FIELD(struct ndmsg, ndm_ifindex, FIELD_IFINDEX),
    FIELD_OF(struct ndmsg, ndm_state, FIELD_FLAGS, "neighbour_state"),
    FIELD_OF(struct ndmsg, ndm_flags, FIELD_FLAGS, "neighbour_flags"),
    FIELD_OF(struct ndmsg, ndm_type, FIELD_CONST, "route_type"),
    FIELDS_END,
};
static const struct field cache_fields[] = {
    FIELD(struct nda_cacheinfo, ndm_confirmed, FIELD_UNSIGNED),
    FIELD(struct nda_cacheinfo, ndm_used, FIELD_UNSIGNED),
    FIELD(struct nda_cacheinfo, ndm_updated, FIELD_UNSIGNED),
    FIELD(struct nda_cacheinfo, ndm_refcnt, FIELD_UNSIGNED),
    FIELDS_END,
};
static const struct nl_attr neighbour_attrs[] = {
    NL_ATTR(NDA_UNSPEC, NL_BYTES),
    NL_ATTR(NDA_DST, NL_ADDRESS),
    NL_ATTR(NDA_LLADDR, NL_HARDWARE),
    NL_ATTR_STRUCT(NDA_CACHEINFO, sizeof(struct nda_cacheinfo), cache_fields),
    NL_ATTR_NUMBER(NDA_PROBES, 4),
    NL_ATTR_NUMBER(NDA_VLAN, 2),
    NL_ATTR(NDA_PORT, NL_BYTES),
    NL_ATTR_NUMBER(NDA_VNI, 4),
    NL_ATTR_NAMED(NDA_IFINDEX, 4, FIELD_IFINDEX, NULL),
    NL_ATTR_NAMED(NDA_MASTER, 4, FIELD_IFINDEX, NULL),
    NL_ATTR_NUMBER(NDA_LINK_NETNSID, 4),
    NL_ATTR_NUMBER(NDA_SRC_VNI, 4),
    NL_ATTR_NAMED(NDA_PROTOCOL, 1, FIELD_CONST, "ip_protocol"),
    NL_ATTR_NUMBER(NDA_NH_ID, 4),
    NL_ATTR(NDA_FDB_EXT_ATTRS, NL_BYTES),
    NL_ATTR(NDA_FLAGS_EXT, NL_BYTES),
    NL_ATTR_NAMED(NDA_NDM_STATE_MASK, 2, FIELD_FLAGS, "neighbour_state"),
    NL_ATTR_NAMED(NDA_NDM_FLAGS_MASK, 1, FIELD_FLAGS, "neighbour_flags"),
    {.name = NULL}};
static const struct nl_space neighbour_space = {"NDA_???", neighbour_attrs};
const struct nl_body netlink_neighbour = {sizeof(struct ndmsg), neighbour_fields, &neighbour_space};

/* strace looks at its first byte only; what is behind it is reserved. */
static const struct field table_fields[] = {FIELD(struct ndtmsg, ndtm_family, FIELD_UNSIGNED), FIELDS_END};
static const struct nl_attr table_attrs[] = {NL_ATTR(NDTA_UNSPEC, NL_BYTES),
                                             NL_ATTR(NDTA_NAME, NL_TEXT),
                                             NL_ATTR_NUMBER(NDTA_THRESH1, 4),
                                             NL_ATTR_NUMBER(NDTA_THRESH2, 4),
                                             NL_ATTR_NUMBER(NDTA_THRESH3, 4),
                                             NL_ATTR(NDTA_CONFIG, NL_BYTES),
                                             NL_ATTR(NDTA_PARMS, NL_BYTES),
                                             NL_ATTR(NDTA_STATS, NL_BYTES),
                                             NL_ATTR_NUMBER(NDTA_GC_INTERVAL, 8),
                                             NL_ATTR(NDTA_PAD, NL_BYTES),
                                             {.name = NULL}};
static const struct nl_space table_space = {"NDTA_???", table_attrs};
const struct nl_body netlink_neighbour_table = {1, table_fields, &table_space};

/* ---- labels of addresses: ip-addrlabel(8) ---- */

static const struct field label_fields[] = {
    FIELD(struct ifaddrlblmsg, ifal_family, FIELD_UNSIGNED),
    FIELD(struct ifaddrlblmsg, ifal_prefixlen, FIELD_UNSIGNED),
    FIELD(struct ifaddrlblmsg, ifal_flags, FIELD_UNSIGNED),
    FIELD(struct ifaddrlblmsg, ifal_index, FIELD_IFINDEX),
    FIELD(struct ifaddrlblmsg, ifal_seq, FIELD_UNSIGNED),
    FIELDS_END,
};
static const struct nl_attr label_attrs[] = {
    NL_ATTR(IFAL_ADDRESS, NL_ADDRESS), NL_ATTR_NUMBER(IFAL_LABEL, 4), {.name = NULL}};
static const struct nl_space label_space = {"IFAL_???", label_attrs};
const struct nl_body netlink_label = {sizeof(struct ifaddrlblmsg), label_fields, &label_space};

/* ---- settings: ip-netconf(8); numbers of name spaces: ip-netns(8) ---- */

static const struct field settings_fields[] = {FIELD(struct netconfmsg, ncm_family, FIELD_UNSIGNED),
                                               FIELDS_END};
static const struct nl_attr settings_attrs[] = {
    NL_ATTR(NETCONFA_UNSPEC, NL_BYTES),
    NL_ATTR_NAMED(NETCONFA_IFINDEX, 4, FIELD_IFINDEX, NULL),
    NL_ATTR_NAMED(NETCONFA_FORWARDING, 4, FIELD_SIGNED, NULL),
    NL_ATTR_NAMED(NETCONFA_RP_FILTER, 4, FIELD_SIGNED, NULL),
    NL_ATTR_NAMED(NETCONFA_MC_FORWARDING, 4, FIELD_SIGNED, NULL),
    NL_ATTR_NAMED(NETCONFA_PROXY_NEIGH, 4, FIELD_SIGNED, NULL),
    NL_ATTR_NAMED(NETCONFA_IGNORE_ROUTES_WITH_LINKDOWN, 4, FIELD_SIGNED, NULL),
    NL_ATTR_NAMED(NETCONFA_INPUT, 4, FIELD_SIGNED, NULL),
    NL_ATTR_NAMED(NETCONFA_BC_FORWARDING, 4, FIELD_SIGNED, NULL),
    {.name = NULL}};
static const struct nl_space settings_space = {"NETCONFA_???", settings_attrs};
const struct nl_body netlink_settings = {sizeof(struct netconfmsg), settings_fields, &settings_space};

static const struct field namespace_fields[] = {FIELD(struct rtgenmsg, rtgen_family, FIELD_UNSIGNED),
                                                FIELDS_END};
static const struct nl_attr namespace_attrs[] = {{.name = "NETNSA_NONE", .type = NETNSA_NONE},
                                                 NL_ATTR_NAMED(NETNSA_NSID, 4, FIELD_SIGNED, NULL),
                                                 NL_ATTR_NUMBER(NETNSA_PID, 4),
                                                 NL_ATTR_NAMED(NETNSA_FD, 4, FIELD_FD, NULL),
                                                 NL_ATTR_NAMED(NETNSA_TARGET_NSID, 4, FIELD_SIGNED, NULL),
                                                 NL_ATTR_NAMED(NETNSA_CURRENT_NSID, 4, FIELD_SIGNED, NULL),
                                                 {.name = NULL}};
static const struct nl_space namespace_space = {"NETNSA_???", namespace_attrs};
const struct nl_body netlink_namespace = {sizeof(struct rtgenmsg), namespace_fields, &namespace_space};

/* ---- next hops: ip-nexthop(8) ---- */

static const struct field hop_fields[] = {
    FIELD(struct nhmsg, nh_family, FIELD_UNSIGNED),
    FIELD_OF(struct nhmsg, nh_scope, FIELD_CONST, "route_scope"),
    FIELD_OF(struct nhmsg, nh_protocol, FIELD_CONST, "route_protocol"),
    {.name = "resvd",
     .at = offsetof(struct nhmsg, resvd),
     .size = 1,
     .kind = FIELD_HEX,
     .if_mask = 0xff000000 /* itself */},
    FIELD_OF(struct nhmsg, nh_flags, FIELD_FLAGS, "hop_flags"),
    FIELDS_END,
};
static const struct nl_attr hop_attrs[] = {NL_ATTR(NHA_UNSPEC, NL_BYTES),
                                           NL_ATTR_NUMBER(NHA_ID, 4),
                                           NL_ATTR(NHA_GROUP, NL_BYTES),
                                           NL_ATTR(NHA_GROUP_TYPE, NL_BYTES),
                                           NL_ATTR_NUMBER(NHA_BLACKHOLE, 4),
                                           NL_ATTR_NAMED(NHA_OIF, 4, FIELD_IFINDEX, NULL),
                                           NL_ATTR(NHA_GATEWAY, NL_ADDRESS),
                                           NL_ATTR(NHA_ENCAP_TYPE, NL_BYTES),
                                           NL_ATTR(NHA_ENCAP, NL_BYTES),
                                           NL_ATTR_NUMBER(NHA_GROUPS, 4),
                                           NL_ATTR_NAMED(NHA_MASTER, 4, FIELD_IFINDEX, NULL),
                                           NL_ATTR_NUMBER(NHA_FDB, 4),
                                           NL_ATTR(NHA_RES_GROUP, NL_BYTES),
                                           NL_ATTR(NHA_RES_BUCKET, NL_BYTES),
                                           {.name = NULL}};
static const struct nl_space hop_space = {"NHA_???", hop_attrs};
const struct nl_body netlink_hop = {sizeof(struct nhmsg), hop_fields, &hop_space};

/* ---- queues: tc(8) ---- */

static const struct field queue_fields[] = {
    FIELD(struct tcmsg, tcm_family, FIELD_UNSIGNED), FIELD(struct tcmsg, tcm_ifindex, FIELD_IFINDEX),
    FIELD(struct tcmsg, tcm_handle, FIELD_UNSIGNED), FIELD(struct tcmsg, tcm_parent, FIELD_UNSIGNED),
    FIELD(struct tcmsg, tcm_info, FIELD_UNSIGNED),   FIELDS_END,
};
static const struct nl_attr queue_attrs[] = {NL_ATTR(TCA_UNSPEC, NL_BYTES),
                                             NL_ATTR(TCA_KIND, NL_TEXT),
                                             NL_ATTR(TCA_OPTIONS, NL_BYTES),
                                             NL_ATTR(TCA_STATS, NL_BYTES),
                                             NL_ATTR(TCA_XSTATS, NL_BYTES),
                                             NL_ATTR(TCA_RATE, NL_BYTES),
                                             NL_ATTR_NUMBER(TCA_FCNT, 4),
                                             NL_ATTR(TCA_STATS2, NL_BYTES),
                                             NL_ATTR(TCA_STAB, NL_BYTES),
                                             NL_ATTR(TCA_PAD, NL_BYTES),
                                             NL_ATTR(TCA_DUMP_INVISIBLE, NL_BYTES),
                                             NL_ATTR_NUMBER(TCA_CHAIN, 4),
                                             NL_ATTR_NUMBER(TCA_HW_OFFLOAD, 1),
                                             NL_ATTR_NUMBER(TCA_INGRESS_BLOCK, 4),
                                             NL_ATTR_NUMBER(TCA_EGRESS_BLOCK, 4),
                                             NL_ATTR_NUMBER(TCA_DUMP_FLAGS, 4),
                                             {.name = "TCA_EXT_WARN_MSG", .type = 16, .how = NL_TEXT},
                                             {.name = NULL}};
static const struct nl_space queue_space = {"TCA_???", queue_attrs};
const struct nl_body netlink_queue = {sizeof(struct tcmsg), queue_fields, &queue_space};
