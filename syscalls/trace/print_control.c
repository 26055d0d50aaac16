/* print_control.c - what goes with a message beside its bytes (cmsg(3)), as strace shows it. */
#include <time.h> /* before errqueue.h */
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "print_socket.h"

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

/* All of them, whatever -s says. */
static void put_data(struct call *c, uint64_t addr, uint64_t len, bool hex)
{
    uint8_t data[1024];
    size_t n = len < sizeof(data) ? len : sizeof(data);

    if (get(c, data, addr, n))
        print_quoted(c->out, data, n, len > n, hex ? QUOTE_HEX : in_hex(c, data, n));
}

static void print_unknown(struct call *c, uint64_t addr, uint64_t len)
{
    put_data(c, addr, len, true);
}

static void print_text(struct call *c, uint64_t addr, uint64_t len)
{
    put_data(c, addr, len, false);
}

static void print_pidfd(struct call *c, uint64_t addr, uint64_t len)
{
    int fd;

    if (get(c, &fd, addr, sizeof(fd)))
        print_fd(c, fd);
}

static void put_int(struct call *c, const void *p)
{
    text_printf(c->out, "%d", *(const int *)p);
}

static void put_byte(struct call *c, const void *p)
{
    text_printf(c->out, "%#x", *(const uint8_t *)p);
}

static void print_ints(struct call *c, uint64_t addr, uint64_t len)
{
    print_array(c, addr, len / sizeof(int), sizeof(int), put_int);
}

static void print_octets(struct call *c, uint64_t addr, uint64_t len)
{
    print_array(c, addr, len, 1, put_byte);
}

/* ---- times ---- */

static void print_times(struct call *c, uint64_t addr, uint64_t len, unsigned n,
                        void (*print)(struct call *c, const void *p))
{
    int64_t t[2];

    if (len < n * sizeof(t))
        text_puts(c->out, "???");
    else if (n > 1)
        print_array(c, addr, n, sizeof(t), print);
    else if (get(c, t, addr, sizeof(t)))
        print(c, t);
}

static void print_timestamp(struct call *c, uint64_t addr, uint64_t len)
{
    print_times(c, addr, len, 1, print_timeval);
}

static void print_timestampns(struct call *c, uint64_t addr, uint64_t len)
{
    print_times(c, addr, len, 1, print_timespec);
}

static void print_timestamping(struct call *c, uint64_t addr, uint64_t len)
{
    print_times(c, addr, len, 3, print_timespec);
}

/* ---- IP ---- */

static void print_pktinfo(struct call *c, uint64_t addr, uint64_t len)
{
    struct in_pktinfo info;

    if (!get(c, &info, addr, sizeof(info)))
        return;
    text_puts(c->out, "{ipi_ifindex=");
    print_interface(c, (unsigned)info.ipi_ifindex);
    text_puts(c->out, ", ipi_spec_dst=");
    print_in_addr(c, &info.ipi_spec_dst);
    text_puts(c->out, ", ipi_addr=");
    print_in_addr(c, &info.ipi_addr);
    text_putc(c->out, '}');
}

struct error_and_offender {
    struct sock_extended_err ee;
    struct sockaddr_in offender;
};

static void print_error(struct call *c, uint64_t addr, uint64_t len)
{
    struct error_and_offender e;

    if (!get(c, &e, addr, sizeof(e)))
        return;
    text_printf(c->out,
                "{ee_errno=%u, ee_origin=%u, ee_type=%u, ee_code=%u, ee_info=%u, ee_data=%u, offender=",
                e.ee.ee_errno, e.ee.ee_origin, e.ee.ee_type, e.ee.ee_code, e.ee.ee_info, e.ee.ee_data);
    print_name(c, addr + offsetof(struct error_and_offender, offender), sizeof(e.offender));
    text_putc(c->out, '}');
}

static void print_address(struct call *c, uint64_t addr, uint64_t len)
{
    print_name(c, addr, (int)len);
}

/* ---- one after the other ---- */

/* Types of the kernel's, which not all headers have. */
#define SO_TIMESTAMP_OLD_    29
#define SO_TIMESTAMPNS_OLD_  35
#define SO_TIMESTAMPING_OLD_ 37
#define SO_TIMESTAMP_NEW_    63
#define SO_TIMESTAMPNS_NEW_  64
#define SO_TIMESTAMPING_NEW_ 65
#define SCM_SECURITY_        3
#define SCM_PIDFD_           4

static const struct {
    int level, type;
    uint64_t least; /* bytes: of fewer, there is nothing but bytes */
    void (*print)(struct call *c, uint64_t addr, uint64_t len);
} control_types[] = {
    {SOL_SOCKET, SCM_RIGHTS, sizeof(int), print_rights},
    {SOL_SOCKET, SCM_CREDENTIALS, sizeof(struct ucred), print_credentials},
    {SOL_SOCKET, SCM_SECURITY_, 1, print_text},
    {SOL_SOCKET, SCM_PIDFD_, sizeof(int), print_pidfd},
    {SOL_SOCKET, SO_TIMESTAMP_OLD_, 1, print_timestamp},
    {SOL_SOCKET, SO_TIMESTAMP_NEW_, 1, print_timestamp},
    {SOL_SOCKET, SO_TIMESTAMPNS_OLD_, 1, print_timestampns},
    {SOL_SOCKET, SO_TIMESTAMPNS_NEW_, 1, print_timestampns},
    {SOL_SOCKET, SO_TIMESTAMPING_OLD_, 1, print_timestamping},
    {SOL_SOCKET, SO_TIMESTAMPING_NEW_, 1, print_timestamping},
    {SOL_IP, IP_TOS, 1, print_octets},
    {SOL_IP, IP_TTL, sizeof(int), print_ints},
    {SOL_IP, SCM_SECURITY_, 1, print_text},
    {SOL_IP, IP_RECVOPTS, 1, print_octets},
    {SOL_IP, IP_RETOPTS, 1, print_octets},
    {SOL_IP, IP_PKTINFO, sizeof(struct in_pktinfo), print_pktinfo},
    {SOL_IP, IP_RECVERR, sizeof(struct error_and_offender), print_error},
    {SOL_IP, IP_ORIGDSTADDR, sizeof(struct sockaddr_in), print_address},
    {SOL_IP, IP_CHECKSUM, sizeof(int), print_ints},
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
    else if (h->cmsg_level == SOL_IP)
        print_xlat_named(c, "ip_cmsg", (uint32_t)h->cmsg_type);
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

void print_control(struct call *c, uint64_t addr, uint64_t given)
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
