/*
 * urgent.c - urgent data of TCP and AF_UNIX: the byte that MSG_OOB sends and receives, and the mark in the stream before it
 * (net/ipv4/tcp_input.c, net/unix/af_unix.c).
 *
 * The byte is a message of its own in the receiver's queue, and the mark is there as long as it is. What reads the stream
 * stops before it; the next read goes over it, or with SO_OOBINLINE has it.
 */
#include "sock.h"
#include "../fs/fasync.h"

#include <signal.h>

bool sock_has_urgent(const struct sock *s)
{
    return s->type == SOCK_STREAM;
}

bool sock_at_mark(const struct sock *s)
{
    return s->urgent && list_first(&s->queue, struct skb, node) == s->urgent;
}

bool sock_skips_urgent(const struct sock *s)
{
    return sock_at_mark(s) && !sock_oob_inline(s);
}

unsigned sock_before_mark(const struct sock *s)
{
    unsigned n = 0;

    if (!s->urgent || sock_oob_inline(s) || s->family == AF_UNIX)
        return s->queued;
    list_for_each (p, &s->queue) {
        const struct skb *b = container_of(p, struct skb, node);

        if (b == s->urgent)
            break;
        n += b->len;
    }
    return n;
}

void sock_urgent_came(struct sock *s)
{
    struct skb *b = container_of(s->queue.prev, struct skb, node);

    if (sock_skips_urgent(s) && (s->family != AF_UNIX || s->urgent_taken)) /* others become data like any */
        skb_unqueue(s, s->urgent);
    s->urgent = b;
    s->urgent_taken = false;
    if (s->file && fown_tell_urgent(s->file))
        sock_tell(s, POLL_PRI);
}

int64_t sock_recv_urgent(struct sock *s, char *buf, uint64_t len, unsigned flags, struct sock_recv *out)
{
    if (s->family == AF_UNIX && !sock_has_urgent(s))
        return -EOPNOTSUPP;
    if (!sock_has_urgent(s) || !s->urgent || s->urgent_taken || sock_oob_inline(s))
        return -EINVAL;
    out->urgent = true;
    out->truncated = !len;
    s->urgent_taken = !(flags & MSG_PEEK);
    if (!len)
        return 0;
    *buf = flags & MSG_TRUNC ? 0 : s->urgent->data[s->urgent->off];
    if (s->family == AF_UNIX && s->urgent_taken) { /* it does not count any more */
        s->queued -= s->urgent->len;
        s->urgent->len = 0;
    }
    return 1;
}
