/* structs_message.c - what sendmsg and recvmsg move, as strace shows it. */
#include <sys/socket.h>

#include "../kernel.h"
#include "print_socket.h"

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
    int len = (int)m->msg_namelen, family;

    text_puts(c->out, "{msg_name=");
    family = print_name(c, (uint64_t)(uintptr_t)m->msg_name, room && len > (int)*room ? (int)*room : len);
    text_puts(c->out, ", msg_namelen=");
    if (room && (int)*room != len)
        text_printf(c->out, "%d => ", (int)*room);
    text_printf(c->out, "%d, msg_iov=", len);
    /* Without an address the socket tells what is in it. */
    print_iov(c, (uint64_t)(uintptr_t)m->msg_iov, m->msg_iovlen,
              family == AF_NETLINK ? print_netlink
              : family < 0         ? print_packet
                                   : print_data,
              data);
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

const struct struct_type structs_message[] = {
    {"msghdr", sizeof(struct msghdr), print_message, NULL, false, STRUCT_PLAIN},
    {"got_msghdr", 0, NULL, print_got_message, false, STRUCT_ON_ERROR, note_message},
    {"sent_mmsgs", 0, NULL, print_sent_mmsgs, false, STRUCT_ON_ERROR},
    {"mmsgs", 0, NULL, print_mmsgs, false, STRUCT_ON_ERROR, note_mmsgs},
    {"mmsg_timeout", 0, NULL, print_mmsg_timeout, false, STRUCT_ON_ERROR},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
