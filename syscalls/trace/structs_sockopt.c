/* structs_sockopt.c - options of sockets by level, and their values, as strace shows them. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "../kernel.h"
#include "print_bpf.h"
#include "print_socket.h"

static const struct {
    int level;
    const char *names; /* table of constants */
} levels[] = {
    {SOL_SOCKET, "sockopt"},          {SOL_IP, "ip_option"},
    {SOL_IPV6, "ipv6_option"},        {SOL_TCP, "tcp_option"},
    {17 /* SOL_UDP */, "udp_option"}, {SOL_NETLINK, "netlink_option"},
};

static void print_option(struct call *c, uint64_t v, const struct arg *a)
{
    for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++)
        if (levels[i].level == (int)c->args[1]) {
            print_xlat_named(c, levels[i].names, (uint32_t)v);
            return;
        }
    text_printf(c->out, "%u", (unsigned)v);
}

/* One has another name when it is asked for. */
static void print_got_option(struct call *c, uint64_t v, const struct arg *a)
{
    if ((int)c->args[1] == SOL_SOCKET && (uint32_t)v == SO_GET_FILTER)
        print_xlat_named(c, "sockopt_got", (uint32_t)v);
    else
        print_option(c, v, a);
}

/* ---- values ---- */

/* A field of what came out: as much as there is of it, bytes if it is cut. False: it is not there. */
static bool print_field(struct call *c, const char *name, const int *field, size_t at, size_t len)
{
    if (len <= at)
        return false;
    text_puts(c->out, name);
    if (len - at < sizeof(*field))
        print_quoted(c->out, (const uint8_t *)field, len - at, false, QUOTE_HEX);
    else
        text_printf(c->out, "%d", *field);
    return true;
}

static void print_linger(struct call *c, const void *p, size_t len)
{
    const struct linger *v = p;

    print_field(c, "{l_onoff=", &v->l_onoff, 0, len);
    print_field(c, ", l_linger=", &v->l_linger, sizeof(int), len);
    text_putc(c->out, '}');
}

static void print_peercred(struct call *c, const void *p, size_t len)
{
    const struct ucred *v = p;

    text_puts(c->out, "{pid=");
    if (len >= sizeof(v->pid))
        print_pid(c, v->pid);
    else
        print_field(c, "", &v->pid, 0, len);
    print_field(c, ", uid=", (const int *)&v->uid, sizeof(int), len);
    print_field(c, ", gid=", (const int *)&v->gid, 2 * sizeof(int), len);
    text_putc(c->out, '}');
}

static void print_mreq(struct call *c, const void *p, size_t len)
{
    const struct ip_mreq *v = p;

    text_puts(c->out, "{imr_multiaddr=");
    print_in_addr(c, &v->imr_multiaddr);
    text_puts(c->out, ", imr_interface=");
    print_in_addr(c, &v->imr_interface);
    text_putc(c->out, '}');
}

static void print_mreq6(struct call *c, const void *p, size_t len)
{
    const struct ipv6_mreq *v = p;

    text_putc(c->out, '{');
    print_in6_addr(c, &v->ipv6mr_multiaddr, "ipv6mr_multiaddr");
    text_puts(c->out, ", ipv6mr_interface=");
    print_interface(c, v->ipv6mr_interface);
    text_putc(c->out, '}');
}

static void print_error(struct call *c, const void *p, size_t len)
{
    if (len < sizeof(int)) {
        print_quoted(c->out, p, len, false, QUOTE_HEX);
        return;
    }
    text_putc(c->out, '[');
    print_errno(c, *(const int *)p);
    text_putc(c->out, ']');
}

/* The filter of a socket: set, where it is; got, its instructions, of which the length is the number. */
static bool print_filter(struct call *c, uint64_t addr, int option, int len, bool out)
{
    struct sock_fprog f;

    if (option != SO_ATTACH_FILTER && (out || option != SO_ATTACH_REUSEPORT_CBPF))
        return false;
    if (out && len && len == (uint16_t)len)
        print_socket_instructions(c, addr, (uint16_t)len);
    else if (!out && len == sizeof(f) && get(c, &f, addr, sizeof(f)))
        print_socket_filter(c, &f);
    else
        print_addr(c, addr);
    return true;
}

/* What comes out may be cut, but for group memberships; what goes in is whole or but an address. */
static const struct {
    int level, option;
    bool in, out; /* set, got */
    size_t size;
    void (*print)(struct call *c, const void *p, size_t len);
} values[] = {
    {SOL_SOCKET, SO_LINGER, true, true, sizeof(struct linger), print_linger},
    {SOL_SOCKET, SO_ERROR, false, true, sizeof(int), print_error},
    {SOL_SOCKET, SO_PEERCRED, false, true, sizeof(struct ucred), print_peercred},
    {SOL_IP, IP_ADD_MEMBERSHIP, true, false, sizeof(struct ip_mreq), print_mreq},
    {SOL_IP, IP_DROP_MEMBERSHIP, true, false, sizeof(struct ip_mreq), print_mreq},
    {SOL_IPV6, IPV6_ADD_MEMBERSHIP, true, false, sizeof(struct ipv6_mreq), print_mreq6},
    {SOL_IPV6, IPV6_DROP_MEMBERSHIP, true, false, sizeof(struct ipv6_mreq), print_mreq6},
    {SOL_IPV6, IPV6_JOIN_ANYCAST, true, false, sizeof(struct ipv6_mreq), print_mreq6},
    {SOL_IPV6, IPV6_LEAVE_ANYCAST, true, false, sizeof(struct ipv6_mreq), print_mreq6},
};
/* Those of SOL_SOCKET that are known to be numbers; any other may be more when it is not four bytes long. */
static const int numbers[] = {
    SO_DEBUG,           SO_REUSEADDR,         SO_DONTROUTE,   SO_BROADCAST,          SO_SNDBUF,
    SO_RCVBUF,          SO_KEEPALIVE,         SO_OOBINLINE,   SO_NO_CHECK,           SO_PRIORITY,
    SO_BSDCOMPAT,       SO_REUSEPORT,         SO_PASSCRED,    SO_RCVLOWAT,           SO_SNDLOWAT,
    SO_DETACH_FILTER,   SO_ACCEPTCONN,        SO_SNDBUFFORCE, SO_RCVBUFFORCE,        SO_PASSSEC,
    29 /* TIMESTAMP */, 35 /* TIMESTAMPNS */, SO_MARK,        37 /* TIMESTAMPING */, SO_RXQ_OVFL,
    SO_WIFI_STATUS,     SO_PEEK_OFF,          SO_NOFCS,       SO_LOCK_FILTER,        SO_SELECT_ERR_QUEUE,
    SO_BUSY_POLL,       SO_INCOMING_CPU,      SO_CNX_ADVICE,  SO_INCOMING_NAPI_ID,   SO_ZEROCOPY,
};

static bool is_number(int level, int option)
{
    if (level == SOL_NETLINK)
        return true;
    for (size_t i = 0; level == SOL_SOCKET && i < sizeof(numbers) / sizeof(*numbers); i++)
        if (numbers[i] == option)
            return true;
    return false;
}

/* A number, or what else its length makes of it. */
static void print_value(struct call *c, uint64_t addr, int len, bool number, bool out)
{
    int v;

    if ((number ? len >= (int)sizeof(v) : len == (int)sizeof(v)) && get(c, &v, addr, sizeof(v)))
        text_printf(c->out, "[%d]", v);
    else if (len < 0 || (number && !out && len < (int)sizeof(v)) || (out && !len))
        print_addr(c, addr);
    else
        print_mem(c, addr, (uint64_t)len, number);
}

static void print_sockopt(struct call *c, uint64_t addr, const struct arg *a)
{
    const struct call_note *note = a->out ? note_find(c) : NULL;
    int level = (int)c->args[1], option = (int)c->args[2], len = (int)c->args[4];
    union {
        struct linger linger;
        struct ucred cred;
        struct ip_mreq mreq;
        struct ipv6_mreq mreq6;
    } u;

    if (a->out && (c->failed || !note || !get(c, &len, note->v[1], sizeof(len)))) {
        print_addr(c, addr);
        return;
    }
    if (level == SOL_SOCKET && print_filter(c, addr, option, len, a->out))
        return;
    for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
        size_t n = len < 0 ? 0 : (size_t)len < values[i].size ? (size_t)len : values[i].size;

        if (values[i].level != level || values[i].option != option ||
            !(a->out ? values[i].out : values[i].in))
            continue;
        if (!n || (!a->out && n < values[i].size) || !get(c, &u, addr, n))
            print_addr(c, addr);
        else
            values[i].print(c, &u, n);
        return;
    }
    print_value(c, addr, len, is_number(level, option), a->out);
}

const struct struct_type structs_sockopt[] = {
    {"sockopt_name", 0, NULL, print_option, false, STRUCT_PLAIN},
    {"sockopt_got", 0, NULL, print_got_option, false, STRUCT_PLAIN},
    {"sockopt", 0, NULL, print_sockopt, false, STRUCT_ON_ERROR},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
