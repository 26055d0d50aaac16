/* netlink.c - messages of netlink sockets: one behind the other, their headers, and those that every protocol has. */
#include "netlink.h"

#include <string.h>
#include <sys/socket.h>

#include "../file.h"
#include "../net/sock.h"
#include "print_socket.h"

#define DEPTH_MAX 8 /* of messages in messages that tell of an error in them */

/* A socket that has no address yet is of no protocol that could be found out. */
static const struct sock *netlink_sock(struct call *c)
{
    int fd = (int)c->args[0];
    const struct file *f = fd >= 0 ? fd_file_raw(c->t, fd) : NULL;
    const struct sock *s = f ? file_sock(f) : NULL;

    return s && s->family == AF_NETLINK ? s : NULL;
}

static const struct nl_protocol *protocol_of(const struct sock *s)
{
    static const struct nl_protocol *const all[] = {&netlink_route, &netlink_sock_diag};

    for (unsigned i = 0; s && s->bound && i < sizeof(all) / sizeof(*all); i++)
        if (all[i]->number == s->protocol)
            return all[i];
    return NULL;
}

const struct nl_type *nl_type_find(const struct nl_protocol *p, unsigned type)
{
    for (const struct nl_type *t = p->types; t->name; t++)
        if (t->type == type)
            return t;
    return NULL;
}

void print_one_name(struct call *c, const char *name, const char *unknown, uint64_t v)
{
    const struct xlat one[] = {{name, v, 0}, XEND};
    const struct xlat_table table = {.name = "", .x = one, .unknown = unknown};

    print_xlat(c, &table, v);
}

void print_chain(struct call *c, uint64_t addr, uint64_t len, const struct nl_chain *chain)
{
    uint8_t header[16] __attribute__((aligned(8)));
    bool several = false;

    for (uint64_t i = 0;; i++) {
        uint32_t own = 0, step;

        if (len < chain->header) {
            print_mem(c, addr, len, true);
            break;
        }
        if (!get(c, header, addr, chain->header)) {
            if (several)
                text_printf(c->out, "... /* %#lx */", addr);
            else
                print_addr(c, addr);
            break;
        }
        if (is_too_many(c, i)) {
            text_puts(c->out, "...");
            break;
        }
        memcpy(&own, header, chain->len_size);
        step = own < chain->header ? 0 : (own + 3) & ~3u;
        if (step >= len || addr + step < addr)
            step = 0;
        if (!several && step) {
            text_putc(c->out, '[');
            several = true;
        }
        chain->print(c, header, addr, len, chain->about);
        if (!step)
            break;
        text_puts(c->out, ", ");
        addr += step;
        len -= step;
    }
    if (several)
        text_putc(c->out, ']');
}

/* ---- a header ---- */

static void print_type(struct call *c, const struct nl_protocol *p, unsigned type)
{
    static const char *const control[] = {[NLMSG_NOOP] = "NLMSG_NOOP",
                                          [NLMSG_ERROR] = "NLMSG_ERROR",
                                          [NLMSG_DONE] = "NLMSG_DONE",
                                          [NLMSG_OVERRUN] = "NLMSG_OVERRUN"};
    const struct nl_type *t = p && type >= NLMSG_MIN_TYPE ? nl_type_find(p, type) : NULL;

    if (p && type >= NLMSG_MIN_TYPE)
        print_one_name(c, t ? t->name : NULL, p->unknown, type);
    else
        print_one_name(c, type < sizeof(control) / sizeof(*control) ? control[type] : NULL, "NLMSG_???",
                       type);
}

static void print_header(struct call *c, const struct nl_protocol *p, const struct nlmsghdr *h)
{
    const char *flags = h->nlmsg_type == NLMSG_ERROR           ? "nlmsg_ack"
                        : p && h->nlmsg_type >= NLMSG_MIN_TYPE ? p->flags(h->nlmsg_type)
                                                               : "nlmsg";

    text_printf(c->out, "{nlmsg_len=%u, nlmsg_type=", h->nlmsg_len);
    print_type(c, p, h->nlmsg_type);
    text_puts(c->out, ", nlmsg_flags=");
    print_flags_named(c, flags, h->nlmsg_flags);
    text_printf(c->out, ", nlmsg_seq=%u, nlmsg_pid=", h->nlmsg_seq);
    print_pid(c, (int)h->nlmsg_pid);
    text_putc(c->out, '}');
}

/* ---- what is behind it ---- */

struct about {
    const struct nl_protocol *protocol; /* NULL: unknown */
    unsigned depth;
};

static void print_message(struct call *c, const void *header, uint64_t addr, uint64_t len, const void *about);

static void print_error_cookie(struct call *c, const void *p)
{
    text_printf(c->out, "%u", *(const uint8_t *)p);
}

static void print_cookie(struct call *c, uint64_t addr, uint64_t len)
{
    print_array(c, addr, len, 1, print_error_cookie);
}

static const struct nl_attr error_attrs[] = {
    {.name = "NLMSGERR_ATTR_UNUSED", .type = NLMSGERR_ATTR_UNUSED},
    NL_ATTR(NLMSGERR_ATTR_MSG, NL_TEXT),
    NL_ATTR_NUMBER(NLMSGERR_ATTR_OFFS, 4),
    {.name = "NLMSGERR_ATTR_COOKIE", .type = NLMSGERR_ATTR_COOKIE, .how = NL_OWN, .own = print_cookie},
    {.name = "NLMSGERR_ATTR_POLICY", .type = 4},
    {.name = "NLMSGERR_ATTR_MISS_TYPE", .type = 5},
    {.name = "NLMSGERR_ATTR_MISS_NEST", .type = 6},
    {.name = NULL}};
static const struct nl_space error_space = {"NLMSGERR_ATTR_???", error_attrs};

/* What was wrong, the message it was wrong with, and what more there is to say. */
static void print_error(struct call *c, const struct about *about, uint64_t addr, uint64_t len, bool capped)
{
    const struct about inner = {about->protocol, about->depth + 1};
    struct nlmsgerr e;
    uint64_t asked;

    if (len < sizeof(e) || about->depth >= DEPTH_MAX) {
        print_mem(c, addr, len, true);
        return;
    }
    if (!get(c, &e, addr, sizeof(e))) {
        print_addr(c, addr);
        return;
    }
    addr += offsetof(struct nlmsgerr, msg);
    len -= offsetof(struct nlmsgerr, msg);
    asked = capped || e.msg.nlmsg_len < sizeof(e.msg) ? sizeof(e.msg) : e.msg.nlmsg_len;
    asked = asked < len ? asked : len;
    text_puts(c->out, asked < len ? "[{error=" : "{error=");
    if (e.error > 0) /* no such thing */
        text_printf(c->out, "%d", e.error);
    else
        print_errno(c, e.error);
    text_puts(c->out, ", msg=");
    print_message(c, &e.msg, addr, asked, &inner);
    text_putc(c->out, '}');
    if (asked == len)
        return;
    text_puts(c->out, ", ");
    print_attributes(c, &error_space, AF_UNSPEC, addr + asked, len - asked);
    text_putc(c->out, ']');
}

static void print_number(struct call *c, uint64_t addr)
{
    int n;

    if (get(c, &n, addr, sizeof(n)))
        text_printf(c->out, "%d", n);
    else
        print_addr(c, addr);
}

static void print_payload(struct call *c, const struct nlmsghdr *h, const struct about *about, uint64_t addr,
                          uint64_t len)
{
    const struct nl_protocol *p = about->protocol;
    uint8_t first;

    if (h->nlmsg_type == NLMSG_ERROR)
        print_error(c, about, addr, len, h->nlmsg_flags & NLM_F_CAPPED);
    else if (h->nlmsg_type == NLMSG_DONE && len == sizeof(int))
        print_number(c, addr);
    else if (!p || h->nlmsg_type < NLMSG_MIN_TYPE)
        print_mem(c, addr, len, true);
    else if (get(c, &first, addr, sizeof(first)))
        print_body(c, p->body(h, first, len), first, addr, len);
    else
        print_addr(c, addr);
}

static void print_message(struct call *c, const void *header, uint64_t addr, uint64_t len, const void *about)
{
    const struct nlmsghdr *h = header;
    uint64_t n = h->nlmsg_len < len ? h->nlmsg_len : len;
    bool more = n > sizeof(*h);

    text_puts(c->out, more ? "[" : "");
    print_header(c, ((const struct about *)about)->protocol, h);
    if (!more)
        return;
    text_puts(c->out, ", ");
    print_payload(c, h, about, addr + sizeof(*h), n - sizeof(*h));
    text_putc(c->out, ']');
}

/* ---- what calls move ---- */

void print_netlink(struct call *c, uint64_t addr, uint64_t len)
{
    const struct sock *s = netlink_sock(c);
    const struct about about = {protocol_of(s), 0};
    const struct nl_chain messages = {sizeof(struct nlmsghdr), sizeof(uint32_t), print_message, &about};

    if (s && s->bound && s->protocol == NETLINK_KOBJECT_UEVENT) /* text */
        print_mem(c, addr, len, false);
    else
        print_chain(c, addr, len, &messages);
}

void print_packet(struct call *c, uint64_t addr, uint64_t len)
{
    if (!c->style.shallow && netlink_sock(c))
        print_netlink(c, addr, len);
    else
        print_mem(c, addr, len, false);
}
