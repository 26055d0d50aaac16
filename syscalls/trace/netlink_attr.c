/* netlink_attr.c - bodies of netlink messages and their attributes, as tables of netlink.h say. */
#include "netlink.h"

#include <sys/socket.h>

#include "print_socket.h"

#define HARDWARE_MAX 32 /* MAX_ADDR_LEN: no address of an interface is longer */

/* ---- values; each false: it is none of this kind, but bytes ---- */

static bool print_value(struct call *c, const struct field *f, uint64_t addr, uint64_t len)
{
    uint8_t value[256] __attribute__((aligned(8)));

    if (len < f->size)
        return false;
    if (get(c, value, addr, f->size))
        print_field_value(c, f, value, f->size);
    else
        print_addr(c, addr);
    return true;
}

/* All but the NUL at its end. -x finds it not to be printable, and shows all in hexadecimal digits, with it. */
static bool print_text(struct call *c, uint64_t addr, uint64_t len)
{
    uint8_t text[4096] = "";
    uint64_t limit = c->tr->opt.strsize < sizeof(text) ? c->tr->opt.strsize : sizeof(text);
    size_t n = len < limit ? len : limit;
    enum quoting quoting;
    bool ended;

    if (n && !get(c, text, addr, n)) {
        print_addr(c, addr);
        return true;
    }
    quoting = in_hex(c, text, n);
    ended = quoting != QUOTE_HEX && n && !text[n - 1];
    print_quoted(c->out, text, n - ended, !ended, quoting);
    return true;
}

static bool print_address(struct call *c, uint8_t family, uint64_t addr, uint64_t len)
{
    size_t size = family == AF_INET    ? sizeof(struct in_addr)
                  : family == AF_INET6 ? sizeof(struct in6_addr)
                                       : 0;
    struct in6_addr a;

    if (!size || len < size)
        return false;
    if (get(c, &a, addr, size))
        print_inet_addr(c, family, &a, size, NULL);
    else
        print_addr(c, addr);
    return true;
}

static bool print_hardware(struct call *c, uint64_t addr, uint64_t len)
{
    uint8_t a[HARDWARE_MAX];

    if (len > sizeof(a))
        return false;
    if (!get(c, a, addr, len)) {
        print_addr(c, addr);
        return true;
    }
    if (c->tr->opt.xlat != XLAT_ABBREV)
        print_quoted(c->out, a, len, false, QUOTE_HEX);
    if (c->tr->opt.xlat == XLAT_RAW)
        return true;
    text_puts(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? " /* " : "");
    for (unsigned i = 0; i < len; i++)
        text_printf(c->out, "%s%02x", i ? ":" : "", a[i]);
    text_puts(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? " */" : "");
    return true;
}

static void print_one_number(struct call *c, const void *p)
{
    text_printf(c->out, "%u", *(const uint32_t *)p);
}

static bool print_numbers(struct call *c, uint64_t addr, uint64_t len)
{
    if (len < sizeof(uint32_t))
        return false;
    print_array(c, addr, len / sizeof(uint32_t), sizeof(uint32_t), print_one_number);
    return true;
}

static bool print_known(struct call *c, const struct nl_attr *a, uint8_t family, uint64_t addr, uint64_t len)
{
    switch (a->how) {
    case NL_VALUE:
        return print_value(c, &a->value, addr, len);
    case NL_TEXT:
        return print_text(c, addr, len);
    case NL_INSIDE:
        print_attributes(c, a->inside, family, addr, len);
        return true;
    case NL_ADDRESS:
        return print_address(c, family, addr, len);
    case NL_HARDWARE:
        return print_hardware(c, addr, len);
    case NL_NUMBERS:
        return print_numbers(c, addr, len);
    case NL_OWN:
        if (len < a->value.size)
            return false;
        a->own(c, addr, len);
        return true;
    default:
        return false;
    }
}

/* ---- attributes ---- */

struct about {
    const struct nl_space *space;
    uint8_t family;
};

static void print_attribute(struct call *c, const void *header, uint64_t addr, uint64_t len,
                            const void *about)
{
    const struct about *ab = about;
    const struct nl_attr *a = ab->space->attr;
    const struct nlattr *h = header;
    unsigned type = h->nla_type & NLA_TYPE_MASK;
    uint64_t n = h->nla_len < len ? h->nla_len : len;
    bool more = n > sizeof(*h);

    while (a->name && a->type != type)
        a++;
    text_printf(c->out, "%s{nla_len=%u, nla_type=", more ? "[" : "", h->nla_len);
    if (h->nla_type & NLA_F_NESTED) {
        print_xlat_named(c, "nla_nested", NLA_F_NESTED);
        text_putc(c->out, '|');
    }
    if (h->nla_type & NLA_F_NET_BYTEORDER) {
        print_xlat_named(c, "nla_order", NLA_F_NET_BYTEORDER);
        text_putc(c->out, '|');
    }
    print_one_name(c, a->name, ab->space->unknown, type);
    text_putc(c->out, '}');
    if (!more)
        return;
    addr += sizeof(*h);
    n -= sizeof(*h);
    text_puts(c->out, ", ");
    if (!a->name || !print_known(c, a, ab->family, addr, n))
        print_mem(c, addr, n, true);
    text_putc(c->out, ']');
}

void print_attributes(struct call *c, const struct nl_space *space, uint8_t family, uint64_t addr,
                      uint64_t len)
{
    const struct about about = {space, family};
    const struct nl_chain chain = {sizeof(struct nlattr), sizeof(uint16_t), print_attribute, &about};

    print_chain(c, addr, len, &chain);
}

/* ---- bodies ---- */

/* A family that has nothing known behind it. */
static void print_unknown(struct call *c, uint8_t family, uint64_t addr, uint64_t len)
{
    text_puts(c->out, "{family=");
    print_xlat_named(c, "af", family);
    if (len > sizeof(family)) {
        text_puts(c->out, ", data=");
        print_mem(c, addr + sizeof(family), len - sizeof(family), true);
    }
    text_putc(c->out, '}');
}

void print_body(struct call *c, const struct nl_body *body, uint8_t first, uint64_t addr, uint64_t len)
{
    uint8_t bytes[128] __attribute__((aligned(8)));
    bool whole = false;
    uint64_t at;

    if (!body) {
        print_unknown(c, first, addr, len);
        return;
    }
    text_printf(c->out, "{%s=", body->field->name);
    print_xlat_named(c, "af", first);
    if (len < body->size)
        text_puts(c->out, ", ...");
    else if ((whole = get(c, bytes, addr, body->size)))
        print_fields(c, body->field + 1, bytes, body->size, ", ");
    else
        text_printf(c->out, ", %#lx", addr + 1);
    text_putc(c->out, '}');
    at = (body->size + 3) & ~3ul;
    if (!whole || !body->space || len <= at)
        return;
    text_puts(c->out, ", ");
    print_attributes(c, body->space, first, addr + at, len - at);
}
