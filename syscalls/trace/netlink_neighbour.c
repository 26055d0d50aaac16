/* netlink_neighbour.c - what messages of NETLINK_ROUTE about neighbours are made of (ip-neighbour(8)). */
#include "netlink.h"

#include <linux/neighbour.h>

static const struct field fields[] = {
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
static const struct nl_attr attrs[] = {
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
static const struct nl_space space = {"NDA_???", attrs};

const struct nl_body netlink_neighbour = {sizeof(struct ndmsg), fields, &space};
