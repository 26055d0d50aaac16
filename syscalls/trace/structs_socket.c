/* structs_socket.c - addresses of sockets, as strace shows them, and what else their calls tell. */
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "../kernel.h"
#include "print_socket.h"

/* ---- addresses ---- */

#define IN6_LEAST offsetof(struct sockaddr_in6, sin6_scope_id)

/*
 * n bytes in network order, as the call that makes it, of a number (text NULL: begin has it) or of a text between
 * begin and end; -X: as the bytes they are.
 */
static void print_net(struct call *c, const void *p, size_t n, const char *begin, const char *text,
                      const char *end)
{
    if (c->tr->opt.xlat != XLAT_ABBREV)
        print_quoted(c->out, p, n, false, QUOTE_HEX);
    if (c->tr->opt.xlat == XLAT_RAW)
        return;
    text_puts(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? " /* " : "");
    text_puts(c->out, begin);
    if (text)
        print_bytes(c, text, strlen(text));
    text_puts(c->out, end);
    text_puts(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? " */" : "");
}

void print_port(struct call *c, const char *field, const uint16_t *port)
{
    char told[32];

    snprintf(told, sizeof(told), "htons(%u)", ntohs(*port));
    text_puts(c->out, field);
    print_net(c, port, sizeof(*port), told, NULL, "");
}

void print_inet_addr(struct call *c, int family, const void *addr, size_t size, const char *field)
{
    bool abbrev = c->tr->opt.xlat == XLAT_ABBREV, six = family == AF_INET6;
    char text[INET6_ADDRSTRLEN], end[32] = ")";

    if (field && !(six && abbrev)) /* there the call names it */
        text_printf(c->out, "%s=", field);
    if (field && six && abbrev)
        snprintf(end, sizeof(end), ", &%s)", field);
    if (six || family == AF_INET)
        print_net(c, addr, size, six ? "inet_pton(AF_INET6, " : "inet_addr(",
                  inet_ntop(family, addr, text, sizeof(text)), end);
    else
        print_quoted(c->out, addr, size, false, QUOTE_HEX);
}

void print_in_addr(struct call *c, const struct in_addr *addr)
{
    print_inet_addr(c, AF_INET, addr, sizeof(*addr), NULL);
}

void print_in6_addr(struct call *c, const struct in6_addr *addr, const char *field)
{
    print_inet_addr(c, AF_INET6, addr, sizeof(*addr), field);
}

static void put_in(struct call *c, const struct sockaddr_in *in)
{
    print_port(c, ", sin_port=", &in->sin_port);
    text_puts(c->out, ", sin_addr=");
    print_in_addr(c, &in->sin_addr);
}

/* There is but one interface here. */
#define LOOPBACK_INDEX 1

void print_interface(struct call *c, unsigned index)
{
    bool named = index == LOOPBACK_INDEX;

    if (!named || c->tr->opt.xlat != XLAT_ABBREV)
        text_printf(c->out, "%u", index);
    if (!named || c->tr->opt.xlat == XLAT_RAW)
        return;
    text_puts(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? " /* if_nametoindex(" : "if_nametoindex(");
    print_bytes(c, "lo", 2);
    text_puts(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? ") */" : ")");
}

/* Of addresses that mean something on one link only, the interface by its name. */
static void put_scope(struct call *c, const struct sockaddr_in6 *in)
{
    text_puts(c->out, ", sin6_scope_id=");
    if (IN6_IS_ADDR_LINKLOCAL(&in->sin6_addr) || IN6_IS_ADDR_MC_LINKLOCAL(&in->sin6_addr))
        print_interface(c, in->sin6_scope_id);
    else
        text_printf(c->out, "%u", in->sin6_scope_id);
}

static void put_in6(struct call *c, const struct sockaddr_in6 *in, size_t len)
{
    char told[32];

    print_port(c, ", sin6_port=", &in->sin6_port);
    text_puts(c->out, ", sin6_flowinfo=");
    snprintf(told, sizeof(told), "htonl(%u)", ntohl(in->sin6_flowinfo));
    print_net(c, &in->sin6_flowinfo, sizeof(in->sin6_flowinfo), told, NULL, "");
    text_puts(c->out, ", ");
    print_in6_addr(c, &in->sin6_addr, "sin6_addr");
    if (len > IN6_LEAST)
        put_scope(c, in);
}

static void put_un(struct call *c, const struct sockaddr_un *un, size_t len)
{
    size_t n = len - offsetof(struct sockaddr_un, sun_path);

    if (n > sizeof(un->sun_path))
        n = sizeof(un->sun_path);
    if (!n)
        return;
    text_puts(c->out, ", sun_path=");
    if (un->sun_path[0]) {
        print_bytes(c, un->sun_path, strnlen(un->sun_path, n));
    } else {
        text_putc(c->out, '@');
        print_bytes(c, un->sun_path + 1, n - 1);
    }
}

static void put_nl(struct call *c, const struct sockaddr_nl *nl)
{
    text_printf(c->out, ", nl_pid=%u, nl_groups=%#08x", nl->nl_pid, nl->nl_groups);
}

int print_name(struct call *c, uint64_t addr, int length)
{
    union {
        struct sockaddr sa;
        struct sockaddr_un un;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
        struct sockaddr_nl nl;
    } u;
    size_t len = length > (int)sizeof(u) ? sizeof(u) : (size_t)length;

    memset(&u, 0, sizeof(u));
    if (length < (int)sizeof(u.sa.sa_family) || !get(c, &u, addr, len)) {
        print_addr(c, addr);
        return -1;
    }
    text_puts(c->out, "{sa_family=");
    print_xlat_named(c, "af", u.sa.sa_family);
    if (u.sa.sa_family == AF_UNIX) {
        put_un(c, &u.un, len);
    } else if (u.sa.sa_family == AF_INET && len >= sizeof(u.in)) {
        put_in(c, &u.in);
    } else if (u.sa.sa_family == AF_INET6 && len >= IN6_LEAST) {
        put_in6(c, &u.in6, len);
    } else if (u.sa.sa_family == AF_NETLINK && len >= sizeof(u.nl)) {
        put_nl(c, &u.nl);
    } else if (len > sizeof(u.sa.sa_family)) {
        text_puts(c->out, ", sa_data=");
        print_bytes(c, u.sa.sa_data, len - sizeof(u.sa.sa_family));
    }
    text_putc(c->out, '}');
    return u.sa.sa_family;
}

/*
 * A name that comes out, and the length behind a pointer that follows: the call writes over how much room there
 * was. What is kept of it: the room, and where it stood.
 */
static void note_room(struct call *c, uint64_t addr)
{
    struct call_note *note;
    int room;

    note_drop(c);
    if (!get(c, &room, addr, sizeof(room)) || !(note = note_make(c, 2)))
        return;
    note->n = 2;
    note->v[0] = (uint64_t)room;
    note->v[1] = addr;
}

static void print_sockaddr(struct call *c, uint64_t addr, const struct arg *a)
{
    const struct call_note *note = a->len >= 0 ? NULL : note_find(c);
    int len = 0;

    if (a->len >= 0)
        len = (int)c->args[(int)a->len];
    else if (!addr)
        note_drop(c); /* nobody looks at its length */
    else if (!c->failed && note && get(c, &len, note->v[1], sizeof(len)) && len > (int)note->v[0])
        len = (int)note->v[0];
    print_name(c, addr, len);
}

static void print_socklen(struct call *c, uint64_t addr, const struct arg *a)
{
    const struct call_note *note = note_find(c);
    int len;

    if (!note || (!c->failed && !get(c, &len, addr, sizeof(len))))
        print_addr(c, addr);
    else if (c->failed || len == (int)note->v[0])
        text_printf(c->out, "[%d]", (int)note->v[0]);
    else
        text_printf(c->out, "[%d => %d]", (int)note->v[0], len);
    note_drop(c);
}

static void print_protocol(struct call *c, uint64_t v, const struct arg *a)
{
    int family = (int)c->args[0];

    if (family == AF_INET || family == AF_INET6)
        print_xlat_named(c, "ip_protocol", (uint32_t)v);
    else if (family == AF_NETLINK)
        print_xlat_named(c, "netlink_protocol", (uint32_t)v);
    else
        text_printf(c->out, "%u", (unsigned)v);
}

#define TYPE_MASK 15u

/* A type and flags beside it; what is no type is all flags. */
static void print_type(struct call *c, uint64_t v, const struct arg *a)
{
    uint32_t type = (uint32_t)v & TYPE_MASK;

    if (!type || !xlat_name(xlat_find("sock_type")->x, type)) {
        print_flags_named(c, "sock_flags", (uint32_t)v);
        return;
    }
    print_xlat_named(c, "sock_type", type);
    if ((uint32_t)v == type)
        return;
    text_putc(c->out, '|');
    print_flags_named(c, "sock_flags", (uint32_t)v & ~TYPE_MASK);
}

const struct struct_type structs_socket[] = {
    {"sockaddr", 0, NULL, print_sockaddr, false, STRUCT_ON_ERROR, NULL, true},
    {"sock_type", 0, NULL, print_type, false, STRUCT_PLAIN},
    {"sock_proto", 0, NULL, print_protocol, false, STRUCT_PLAIN},
    {"socklen", 0, NULL, print_socklen, false, STRUCT_ON_ERROR, note_room},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
