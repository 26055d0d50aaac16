/* netlink_diag.c - what messages of NETLINK_SOCK_DIAG are made of: sockets of each family (sock_diag(7)). */
#include "netlink.h"

#include <linux/inet_diag.h>
#include <linux/netlink_diag.h>
#include <linux/packet_diag.h>
#include <linux/smc_diag.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <sys/socket.h>

#include "print_socket.h"

/* ---- IPv4 and IPv6 ---- */

static void put_identity(struct call *c, int family, const struct inet_diag_sockid *id)
{
    print_port(c, "{idiag_sport=", &id->idiag_sport);
    print_port(c, ", idiag_dport=", &id->idiag_dport);
    text_puts(c->out, ", ");
    print_inet_addr(c, family, id->idiag_src, sizeof(id->idiag_src), "idiag_src");
    text_puts(c->out, ", ");
    print_inet_addr(c, family, id->idiag_dst, sizeof(id->idiag_dst), "idiag_dst");
    text_puts(c->out, ", idiag_if=");
    print_interface(c, id->idiag_if);
    text_printf(c->out, ", idiag_cookie=[%u, %u]}", id->idiag_cookie[0], id->idiag_cookie[1]);
}

static void print_request_id(struct call *c, const void *p)
{
    const struct inet_diag_req_v2 *r = p;

    put_identity(c, r->sdiag_family, &r->id);
}

static void print_old_request_id(struct call *c, const void *p)
{
    const struct inet_diag_req *r = p;

    put_identity(c, r->idiag_family, &r->id);
}

static void print_message_id(struct call *c, const void *p)
{
    const struct inet_diag_msg *m = p;

    put_identity(c, m->idiag_family, &m->id);
}

static const struct field inet_request_fields[] = {
    FIELD(struct inet_diag_req_v2, sdiag_family, FIELD_UNSIGNED),
    FIELD_OF(struct inet_diag_req_v2, sdiag_protocol, FIELD_CONST, "ip_protocol"),
    FIELD_OF(struct inet_diag_req_v2, idiag_ext, FIELD_FLAGS, "inet_wants"),
    FIELD_OF(struct inet_diag_req_v2, idiag_states, FIELD_FLAGS, "sock_states"),
    {.name = "id", .kind = FIELD_OWN, .own = print_request_id},
    FIELDS_END,
};
/* As it was asked for before other families could be. */
static const struct field inet_old_request_fields[] = {
    FIELD(struct inet_diag_req, idiag_family, FIELD_UNSIGNED),
    FIELD(struct inet_diag_req, idiag_src_len, FIELD_UNSIGNED),
    FIELD(struct inet_diag_req, idiag_dst_len, FIELD_UNSIGNED),
    FIELD_OF(struct inet_diag_req, idiag_ext, FIELD_FLAGS, "inet_wants"),
    {.name = "id", .kind = FIELD_OWN, .own = print_old_request_id},
    FIELD_OF(struct inet_diag_req, idiag_states, FIELD_FLAGS, "sock_states"),
    FIELD(struct inet_diag_req, idiag_dbs, FIELD_UNSIGNED),
    FIELDS_END,
};
static const struct nl_attr inet_request_attrs[] = {
    NL_ATTR(INET_DIAG_REQ_NONE, NL_BYTES),
    NL_ATTR(INET_DIAG_REQ_BYTECODE, NL_BYTES),
    {.name = "INET_DIAG_REQ_SK_BPF_STORAGES", .type = 2},
    {.name = "INET_DIAG_REQ_PROTOCOL",
     .type = 3,
     .how = NL_VALUE,
     .value = {.size = 4, .kind = FIELD_CONST, .table = "ip_protocol"}},
    {.name = NULL}};
static const struct nl_space inet_request_space = {"INET_DIAG_REQ_???", inet_request_attrs};
static const struct nl_body inet_request = {sizeof(struct inet_diag_req_v2), inet_request_fields,
                                            &inet_request_space};
static const struct nl_body inet_old_request = {sizeof(struct inet_diag_req), inet_old_request_fields,
                                                &inet_request_space};

static const struct field inet_fields[] = {
    FIELD(struct inet_diag_msg, idiag_family, FIELD_UNSIGNED),
    FIELD_OF(struct inet_diag_msg, idiag_state, FIELD_CONST, "sock_state"),
    FIELD(struct inet_diag_msg, idiag_timer, FIELD_UNSIGNED),
    FIELD(struct inet_diag_msg, idiag_retrans, FIELD_UNSIGNED),
    {.name = "id", .kind = FIELD_OWN, .own = print_message_id},
    FIELD(struct inet_diag_msg, idiag_expires, FIELD_UNSIGNED),
    FIELD(struct inet_diag_msg, idiag_rqueue, FIELD_UNSIGNED),
    FIELD(struct inet_diag_msg, idiag_wqueue, FIELD_UNSIGNED),
    FIELD(struct inet_diag_msg, idiag_uid, FIELD_UNSIGNED),
    FIELD(struct inet_diag_msg, idiag_inode, FIELD_UNSIGNED),
    FIELDS_END,
};

/* The headers of user space have no names for these bits, and so they come with their number. */
static void print_shutdown(struct call *c, uint64_t addr, uint64_t len)
{
    const struct xlat_table *names = xlat_find("shutdown_bits");
    uint8_t bits;

    if (!get(c, &bits, addr, sizeof(bits)))
        return print_addr(c, addr);
    text_printf(c->out, "%#x", bits);
    if (c->tr->opt.xlat == XLAT_RAW || !bits)
        return;
    text_puts(c->out, " /* ");
    if (has_flag(names, bits))
        print_flag_names(c, names, bits);
    else
        text_puts(c->out, names->unknown);
    text_puts(c->out, " */");
}

/* struct inet_diag_sockopt: those that are set, with -v all of them. */
static void print_options(struct call *c, uint64_t addr, uint64_t len)
{
    static const char *const names[] = {"recverr",         "is_icsk",      "freebind",
                                        "hdrincl",         "mc_loop",      "transparent",
                                        "mc_all",          "nodefrag",     "bind_address_no_port",
                                        "recverr_rfc4884", "defer_connect"};
    const unsigned n = sizeof(names) / sizeof(*names);
    const char *sep = "";
    uint16_t bits;

    if (!get(c, &bits, addr, sizeof(bits)))
        return print_addr(c, addr);
    text_putc(c->out, '{');
    for (unsigned i = 0; i < n; i++) {
        if (!c->style.full && !(bits & 1u << i))
            continue;
        text_printf(c->out, "%s%s=%u", sep, names[i], bits >> i & 1);
        sep = ", ";
    }
    if (c->style.full || bits >> n)
        text_printf(c->out, "%sunused=%#x /* bits 3..8 */", sep, bits >> n);
    text_putc(c->out, '}');
    print_tail(c, addr, sizeof(bits), len);
}

static const struct field memory_fields[] = {
    FIELD(struct inet_diag_meminfo, idiag_rmem, FIELD_UNSIGNED),
    FIELD(struct inet_diag_meminfo, idiag_wmem, FIELD_UNSIGNED),
    FIELD(struct inet_diag_meminfo, idiag_fmem, FIELD_UNSIGNED),
    FIELD(struct inet_diag_meminfo, idiag_tmem, FIELD_UNSIGNED),
    FIELDS_END,
};
static const struct nl_attr inet_attrs[] = {
    NL_ATTR(INET_DIAG_NONE, NL_BYTES),
    NL_ATTR_STRUCT(INET_DIAG_MEMINFO, sizeof(struct inet_diag_meminfo), memory_fields),
    NL_ATTR(INET_DIAG_INFO, NL_BYTES),
    NL_ATTR(INET_DIAG_VEGASINFO, NL_BYTES),
    NL_ATTR(INET_DIAG_CONG, NL_TEXT),
    NL_ATTR_NUMBER(INET_DIAG_TOS, 1),
    NL_ATTR_NUMBER(INET_DIAG_TCLASS, 1),
    NL_ATTR(INET_DIAG_SKMEMINFO, NL_BYTES),
    {.name = "INET_DIAG_SHUTDOWN",
     .type = INET_DIAG_SHUTDOWN,
     .how = NL_OWN,
     .value = {.size = 1},
     .own = print_shutdown},
    NL_ATTR(INET_DIAG_DCTCPINFO, NL_BYTES),
    NL_ATTR_NAMED(INET_DIAG_PROTOCOL, 1, FIELD_CONST, "ip_protocol"),
    NL_ATTR_NUMBER(INET_DIAG_SKV6ONLY, 1),
    NL_ATTR(INET_DIAG_LOCALS, NL_BYTES),
    NL_ATTR(INET_DIAG_PEERS, NL_BYTES),
    NL_ATTR(INET_DIAG_PAD, NL_BYTES),
    NL_ATTR_NUMBER(INET_DIAG_MARK, 4),
    NL_ATTR(INET_DIAG_BBRINFO, NL_BYTES),
    NL_ATTR_NUMBER(INET_DIAG_CLASS_ID, 4),
    NL_ATTR(INET_DIAG_MD5SIG, NL_BYTES),
    NL_ATTR(INET_DIAG_ULP_INFO, NL_BYTES),
    {.name = "INET_DIAG_SK_BPF_STORAGES", .type = 20},
    {.name = "INET_DIAG_CGROUP_ID",
     .type = 21,
     .how = NL_VALUE,
     .value = {.size = 8, .kind = FIELD_UNSIGNED}},
    {.name = "INET_DIAG_SOCKOPT", .type = 22, .how = NL_OWN, .value = {.size = 2}, .own = print_options},
    {.name = NULL}};
static const struct nl_space inet_space = {"INET_DIAG_???", inet_attrs};
static const struct nl_body inet_message = {sizeof(struct inet_diag_msg), inet_fields, &inet_space};

/* ---- AF_UNIX ---- */

static const struct field unix_request_fields[] = {
    FIELD(struct unix_diag_req, sdiag_family, FIELD_UNSIGNED),
    FIELD(struct unix_diag_req, sdiag_protocol, FIELD_UNSIGNED),
    FIELD_OF(struct unix_diag_req, udiag_states, FIELD_FLAGS, "sock_states"),
    FIELD(struct unix_diag_req, udiag_ino, FIELD_UNSIGNED),
    FIELD_OF(struct unix_diag_req, udiag_show, FIELD_FLAGS, "unix_show"),
    FIELD(struct unix_diag_req, udiag_cookie, FIELD_NUMBERS),
    FIELDS_END,
};
static const struct nl_body unix_request = {sizeof(struct unix_diag_req), unix_request_fields, NULL};

static const struct field unix_fields[] = {
    FIELD(struct unix_diag_msg, udiag_family, FIELD_UNSIGNED),
    FIELD_OF(struct unix_diag_msg, udiag_type, FIELD_CONST, "sock_type"),
    FIELD_OF(struct unix_diag_msg, udiag_state, FIELD_CONST, "sock_state"),
    FIELD(struct unix_diag_msg, udiag_ino, FIELD_UNSIGNED),
    FIELD(struct unix_diag_msg, udiag_cookie, FIELD_NUMBERS),
    FIELDS_END,
};

static void print_vfs_dev(struct call *c, const void *p)
{
    print_dev(c, ((const struct unix_diag_vfs *)p)->udiag_vfs_dev);
}

static void print_owner(struct call *c, const void *p)
{
    print_id(c, *(const uint32_t *)p);
}

static const struct field vfs_fields[] = {
    {.name = "udiag_vfs_dev", .kind = FIELD_OWN, .own = print_vfs_dev},
    FIELD(struct unix_diag_vfs, udiag_vfs_ino, FIELD_UNSIGNED),
    FIELDS_END,
};
static const struct field queue_fields[] = {
    FIELD(struct unix_diag_rqlen, udiag_rqueue, FIELD_UNSIGNED),
    FIELD(struct unix_diag_rqlen, udiag_wqueue, FIELD_UNSIGNED),
    FIELDS_END,
};
static const struct nl_attr unix_attrs[] = {
    NL_ATTR(UNIX_DIAG_NAME, NL_TEXT),
    NL_ATTR_STRUCT(UNIX_DIAG_VFS, sizeof(struct unix_diag_vfs), vfs_fields),
    NL_ATTR_NUMBER(UNIX_DIAG_PEER, 4),
    NL_ATTR(UNIX_DIAG_ICONS, NL_NUMBERS),
    NL_ATTR_STRUCT(UNIX_DIAG_RQLEN, sizeof(struct unix_diag_rqlen), queue_fields),
    NL_ATTR(UNIX_DIAG_MEMINFO, NL_BYTES),
    NL_ATTR_NUMBER(UNIX_DIAG_SHUTDOWN, 1),
    {.name = "UNIX_DIAG_UID",
     .type = 7,
     .how = NL_VALUE,
     .value = {.size = 4, .kind = FIELD_OWN, .own = print_owner}},
    {.name = NULL}};
static const struct nl_space unix_space = {"UNIX_DIAG_???", unix_attrs};
static const struct nl_body unix_message = {sizeof(struct unix_diag_msg), unix_fields, &unix_space};

/* ---- families of which there are no sockets here, or none are listed: what is asked for ---- */

static void print_netlink_protocol(struct call *c, const void *p)
{
    unsigned v = ((const struct netlink_diag_req *)p)->sdiag_protocol;

    if (v == NDIAG_PROTO_ALL)
        print_one_name(c, "NDIAG_PROTO_ALL", NULL, v);
    else
        print_xlat_named(c, "netlink_protocol", v);
}

static void print_smc_id(struct call *c, const void *p)
{
    put_identity(c, AF_INET, &((const struct smc_diag_req *)p)->id);
}

static const struct field netlink_request_fields[] = {
    FIELD(struct netlink_diag_req, sdiag_family, FIELD_UNSIGNED),
    {.name = "sdiag_protocol", .kind = FIELD_OWN, .own = print_netlink_protocol},
    FIELD(struct netlink_diag_req, ndiag_ino, FIELD_UNSIGNED),
    FIELD_OF(struct netlink_diag_req, ndiag_show, FIELD_FLAGS, "netlink_show"),
    FIELD(struct netlink_diag_req, ndiag_cookie, FIELD_NUMBERS),
    FIELDS_END,
};
static const struct nl_body netlink_request = {sizeof(struct netlink_diag_req), netlink_request_fields, NULL};

static const struct field packet_request_fields[] = {
    FIELD(struct packet_diag_req, sdiag_family, FIELD_UNSIGNED),
    FIELD(struct packet_diag_req, sdiag_protocol, FIELD_HEX),
    FIELD(struct packet_diag_req, pdiag_ino, FIELD_UNSIGNED),
    FIELD_OF(struct packet_diag_req, pdiag_show, FIELD_FLAGS, "packet_show"),
    FIELD(struct packet_diag_req, pdiag_cookie, FIELD_NUMBERS),
    FIELDS_END,
};
static const struct nl_body packet_request = {sizeof(struct packet_diag_req), packet_request_fields, NULL};

static const struct field smc_request_fields[] = {
    FIELD(struct smc_diag_req, diag_family, FIELD_UNSIGNED),
    FIELD_OF(struct smc_diag_req, diag_ext, FIELD_FLAGS, "smc_wants"),
    {.name = "id", .kind = FIELD_OWN, .own = print_smc_id},
    FIELDS_END,
};
static const struct nl_body smc_request = {sizeof(struct smc_diag_req), smc_request_fields, NULL};

/* ---- messages ---- */

static const struct nl_type types[] = {{"TCPDIAG_GETSOCK", TCPDIAG_GETSOCK, NULL},
                                       {"DCCPDIAG_GETSOCK", DCCPDIAG_GETSOCK, NULL},
                                       {"SOCK_DIAG_BY_FAMILY", SOCK_DIAG_BY_FAMILY, NULL},
                                       {"SOCK_DESTROY", SOCK_DESTROY, NULL},
                                       {NULL, 0, NULL}};

static const char *flags(unsigned type)
{
    return "nlmsg_get";
}

/* The family of the sockets decides, not the type of the message. */
static const struct nl_body *body(const struct nlmsghdr *h, uint8_t first, uint64_t len)
{
    static const struct {
        int family;
        const struct nl_body *request, *message;
    } families[] = {
        {AF_INET, &inet_request, &inet_message}, {AF_INET6, &inet_request, &inet_message},
        {AF_UNIX, &unix_request, &unix_message}, {AF_NETLINK, &netlink_request, NULL},
        {AF_PACKET, &packet_request, NULL},      {AF_SMC, &smc_request, NULL},
    };
    bool request = h->nlmsg_flags & NLM_F_REQUEST;

    for (unsigned i = 0; len > 1 && i < sizeof(families) / sizeof(*families); i++) {
        if (families[i].family != first)
            continue;
        if (request && families[i].request == &inet_request && h->nlmsg_type < SOCK_DIAG_BY_FAMILY &&
            h->nlmsg_type >= TCPDIAG_GETSOCK)
            return &inet_old_request;
        return request ? families[i].request : families[i].message;
    }
    return NULL;
}

const struct nl_protocol netlink_sock_diag = {NETLINK_SOCK_DIAG, "SOCK_DIAG_???", types, flags, body};
