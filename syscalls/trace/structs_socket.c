/* structs_socket.c - addresses and messages of sockets, as strace shows them. */
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "../kernel.h"
#include "strace.h"

/* ---- addresses ---- */

#define IN6_LEAST offsetof(struct sockaddr_in6, sin6_scope_id)

/*
 * What is in network order, as the call that makes it, of a number or of a text (NULL: none) between begin and end;
 * -X: as the bytes it is.
 */
static void put_net(struct call *c, const void *p, size_t n, const char *begin, const char *text,
                    const char *end)
{
    if (c->tr->opt.xlat != XLAT_ABBREV)
        print_quoted(c->out, p, n, false, true);
    if (c->tr->opt.xlat == XLAT_RAW)
        return;
    text_puts(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? " /* " : "");
    text_puts(c->out, begin);
    if (text)
        print_bytes(c, text, strlen(text));
    text_puts(c->out, end);
    text_puts(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? " */" : "");
}

static void put_port(struct call *c, const char *field, const uint16_t *port)
{
    char told[32];

    snprintf(told, sizeof(told), "htons(%u)", ntohs(*port));
    text_puts(c->out, field);
    put_net(c, port, sizeof(*port), told, NULL, "");
}

static void put_in(struct call *c, const struct sockaddr_in *in)
{
    char text[INET_ADDRSTRLEN];

    put_port(c, ", sin_port=", &in->sin_port);
    text_puts(c->out, ", sin_addr=");
    put_net(c, &in->sin_addr, sizeof(in->sin_addr), "inet_addr(",
            inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text)), ")");
}

/* Of addresses that mean something on one link only, the interface by its name. There is but one here. */
#define LOOPBACK_INDEX 1

static void put_scope(struct call *c, const struct sockaddr_in6 *in)
{
    bool named = in->sin6_scope_id == LOOPBACK_INDEX &&
                 (IN6_IS_ADDR_LINKLOCAL(&in->sin6_addr) || IN6_IS_ADDR_MC_LINKLOCAL(&in->sin6_addr));

    text_puts(c->out, ", sin6_scope_id=");
    if (!named || c->tr->opt.xlat != XLAT_ABBREV)
        text_printf(c->out, "%u", in->sin6_scope_id);
    if (named && c->tr->opt.xlat != XLAT_RAW)
        text_puts(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? " /* if_nametoindex(\"lo\") */"
                                                          : "if_nametoindex(\"lo\")");
}

static void put_in6(struct call *c, const struct sockaddr_in6 *in, size_t len)
{
    bool abbrev = c->tr->opt.xlat == XLAT_ABBREV;
    char text[INET6_ADDRSTRLEN], told[32];

    put_port(c, ", sin6_port=", &in->sin6_port);
    text_puts(c->out, ", sin6_flowinfo=");
    snprintf(told, sizeof(told), "htonl(%u)", ntohl(in->sin6_flowinfo));
    put_net(c, &in->sin6_flowinfo, sizeof(in->sin6_flowinfo), told, NULL, "");
    text_puts(c->out, abbrev ? ", " : ", sin6_addr="); /* the call names it */
    put_net(c, &in->sin6_addr, sizeof(in->sin6_addr), "inet_pton(AF_INET6, ",
            inet_ntop(AF_INET6, &in->sin6_addr, text, sizeof(text)), abbrev ? ", &sin6_addr)" : ")");
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

static void put_sockaddr(struct call *c, uint64_t addr, int length)
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
        return;
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
    put_sockaddr(c, addr, len);
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

/* ---- what comes beside the bytes ---- */

#define CONTROL_MAX 131072 /* net.core.optmem_max: more is not looked at */

static void print_rights(struct call *c, uint64_t addr, uint64_t len)
{
    int fd;

    text_putc(c->out, '[');
    for (uint64_t i = 0; i < len / sizeof(fd) && get(c, &fd, addr + i * sizeof(fd), sizeof(fd)); i++) {
        text_puts(c->out, i ? ", " : "");
        if (is_too_many(c, i)) {
            text_puts(c->out, "...");
            break;
        }
        print_fd(c, fd);
    }
    text_putc(c->out, ']');
}

static void print_credentials(struct call *c, uint64_t addr, uint64_t len)
{
    struct ucred u;

    if (!get(c, &u, addr, sizeof(u)))
        return;
    text_puts(c->out, "{pid=");
    print_pid(c, u.pid);
    text_printf(c->out, ", uid=%d, gid=%d}", (int)u.uid, (int)u.gid);
}

static void print_unknown(struct call *c, uint64_t addr, uint64_t len)
{
    uint8_t data[1024];
    size_t n = len < sizeof(data) ? len : sizeof(data);

    if (get(c, data, addr, n))
        print_quoted(c->out, data, n, len > n, true);
}

static const struct {
    int level, type;
    uint64_t least; /* bytes */
    void (*print)(struct call *c, uint64_t addr, uint64_t len);
} control_types[] = {
    {SOL_SOCKET, SCM_RIGHTS, sizeof(int), print_rights},
    {SOL_SOCKET, SCM_CREDENTIALS, sizeof(struct ucred), print_credentials},
};

/* One header at addr and what it has of the len bytes there. */
static void print_control_entry(struct call *c, const struct cmsghdr *h, uint64_t addr, uint64_t len)
{
    uint64_t n = h->cmsg_len < len ? h->cmsg_len : len;
    void (*print)(struct call * c, uint64_t addr, uint64_t len) = print_unknown;

    n -= n < sizeof(*h) ? n : sizeof(*h);
    text_printf(c->out, "{cmsg_len=%lu, cmsg_level=", h->cmsg_len);
    print_xlat_named(c, "sol", (uint32_t)h->cmsg_level);
    text_puts(c->out, ", cmsg_type=");
    if (h->cmsg_level == SOL_SOCKET)
        print_xlat_named(c, "scm", (uint32_t)h->cmsg_type);
    else
        text_printf(c->out, "%#x", (unsigned)h->cmsg_type);
    for (unsigned i = 0; i < sizeof(control_types) / sizeof(*control_types); i++)
        if (control_types[i].level == h->cmsg_level && control_types[i].type == h->cmsg_type &&
            n >= control_types[i].least)
            print = control_types[i].print;
    if (n) {
        text_puts(c->out, ", cmsg_data=");
        print(c, addr + sizeof(*h), n);
    }
    text_putc(c->out, '}');
}

static void print_control(struct call *c, uint64_t addr, uint64_t given)
{
    uint64_t len = given < CONTROL_MAX ? given : CONTROL_MAX, at = 0;
    struct cmsghdr h;
    uint8_t last;

    if (len < sizeof(h) || !get(c, &last, addr + len - 1, 1) || !get(c, &h, addr, sizeof(h))) {
        print_addr(c, addr);
        return;
    }
    text_putc(c->out, '[');
    while (len - at >= sizeof(h) && get(c, &h, addr + at, sizeof(h))) {
        text_puts(c->out, at ? ", " : "");
        print_control_entry(c, &h, addr + at, len - at);
        if (h.cmsg_len < sizeof(h) || h.cmsg_len > len - at) {
            at = h.cmsg_len < sizeof(h) ? at + sizeof(h) : len;
            break;
        }
        at += (h.cmsg_len + 7) & ~7ul;
        if (at >= len)
            break;
    }
    if (at < len)
        text_printf(c->out, ", ... /* %#lx */", addr + at);
    else if (len < given)
        text_puts(c->out, ", ...");
    text_putc(c->out, ']');
}

/* ---- messages ---- */

#define MESSAGES_MAX 1024 /* UIO_MAXIOV: the kernel takes no more at once */

/* A call that receives writes over the lengths of names. */
static void note_messages(struct call *c, uint64_t addr, uint64_t n)
{
    struct call_note *note;

    n = n < MESSAGES_MAX ? n : MESSAGES_MAX;
    note = note_make(c, n);
    for (; note && note->n < n; note->n++) {
        struct mmsghdr m;

        if (!get(c, &m, addr + note->n * sizeof(m), sizeof(m.msg_hdr)))
            break;
        note->v[note->n] = m.msg_hdr.msg_namelen;
    }
}

static void note_message(struct call *c, uint64_t addr)
{
    note_messages(c, addr, 1);
}

static void note_mmsgs(struct call *c, uint64_t addr)
{
    note_messages(c, addr, (unsigned)c->args[2]);
}

/* room: of the name, as the caller gave it, NULL: nothing was received; data: bytes that are there. */
static void put_message(struct call *c, const struct msghdr *m, const uint64_t *room, uint64_t data)
{
    int len = (int)m->msg_namelen;

    text_puts(c->out, "{msg_name=");
    put_sockaddr(c, (uint64_t)(uintptr_t)m->msg_name, room && len > (int)*room ? (int)*room : len);
    text_puts(c->out, ", msg_namelen=");
    if (room && (int)*room != len)
        text_printf(c->out, "%d => ", (int)*room);
    text_printf(c->out, "%d, msg_iov=", len);
    print_iov(c, (uint64_t)(uintptr_t)m->msg_iov, m->msg_iovlen, true, data);
    text_printf(c->out, ", msg_iovlen=%lu", m->msg_iovlen);
    if (m->msg_controllen) {
        text_puts(c->out, ", msg_control=");
        print_control(c, (uint64_t)(uintptr_t)m->msg_control, m->msg_controllen);
    }
    text_printf(c->out, ", msg_controllen=%lu, msg_flags=", m->msg_controllen);
    print_flags_named(c, "msg", (uint32_t)m->msg_flags);
    text_putc(c->out, '}');
}

static void print_message(struct call *c, const void *p)
{
    put_message(c, p, NULL, UINT64_MAX);
}

static void print_got_message(struct call *c, uint64_t addr, const struct arg *a)
{
    const struct call_note *note = note_find(c);
    struct msghdr m;

    if (!note || !note->n || (!c->failed && !get(c, &m, addr, sizeof(m))))
        print_addr(c, addr);
    else if (c->failed)
        text_printf(c->out, "{msg_namelen=%d}", (int)note->v[0]);
    else
        put_message(c, &m, note->v, (uint64_t)c->ret);
    note_drop(c);
}

/* n messages of which the first `over` were sent or received. */
static void put_messages(struct call *c, uint64_t addr, uint64_t n, uint64_t over,
                         const struct call_note *note)
{
    struct mmsghdr m;

    if (!addr || (n && !get(c, &m, addr, sizeof(m)))) {
        print_addr(c, addr);
        return;
    }
    text_putc(c->out, '[');
    for (uint64_t i = 0; i < n; i++) {
        text_puts(c->out, i ? ", " : "");
        if (is_too_many(c, i) || i >= MESSAGES_MAX || (note && i >= note->n)) {
            text_puts(c->out, "...");
            break;
        }
        if (!get(c, &m, addr + i * sizeof(m), sizeof(m))) {
            text_printf(c->out, "... /* %#lx */", addr + i * sizeof(m));
            break;
        }
        text_puts(c->out, "{msg_hdr=");
        put_message(c, &m.msg_hdr, note ? &note->v[i] : NULL, note ? m.msg_len : UINT64_MAX);
        if (i < over)
            text_printf(c->out, ", msg_len=%u", m.msg_len);
        text_putc(c->out, '}');
    }
    text_putc(c->out, ']');
}

static void print_sent_mmsgs(struct call *c, uint64_t addr, const struct arg *a)
{
    put_messages(c, addr, (unsigned)c->args[2], c->failed ? 0 : (uint64_t)c->ret, NULL);
}

static void print_mmsgs(struct call *c, uint64_t addr, const struct arg *a)
{
    const struct call_note *note = note_find(c);

    if (c->failed || !note)
        print_addr(c, addr);
    else
        put_messages(c, addr, (uint64_t)c->ret, (uint64_t)c->ret, note);
    note_drop(c);
}

/* The last argument, and behind the result what is left of the time. The kernel's answer is what was given.
 */
static void print_mmsg_timeout(struct call *c, uint64_t addr, const struct arg *a)
{
    struct text *out = c->out;
    int64_t left[2];

    if (get(c, left, addr, sizeof(left)))
        print_timespec(c, left);
    else
        print_addr(c, addr);
    if (c->failed || (c->ret && !addr))
        return;
    c->out = c->aux;
    if (!c->ret) {
        text_puts(c->out, "Timeout");
    } else {
        text_puts(c->out, "left ");
        if (get(c, left, addr, sizeof(left)))
            print_timespec(c, left);
        else
            print_addr(c, addr);
    }
    c->out = out;
}

const struct struct_type structs_socket[] = {
    {"sockaddr", 0, NULL, print_sockaddr, false, STRUCT_ON_ERROR},
    {"sock_proto", 0, NULL, print_protocol, false, STRUCT_PLAIN},
    {"socklen", 0, NULL, print_socklen, false, STRUCT_ON_ERROR, note_room},
    {"msghdr", sizeof(struct msghdr), print_message, NULL, false, STRUCT_PLAIN},
    {"got_msghdr", 0, NULL, print_got_message, false, STRUCT_ON_ERROR, note_message},
    {"sent_mmsgs", 0, NULL, print_sent_mmsgs, false, STRUCT_ON_ERROR},
    {"mmsgs", 0, NULL, print_mmsgs, false, STRUCT_ON_ERROR, note_mmsgs},
    {"mmsg_timeout", 0, NULL, print_mmsg_timeout, false, STRUCT_ON_ERROR},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
