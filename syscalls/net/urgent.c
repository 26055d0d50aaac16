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

static struct skb *skb_at(const struct sock *s, const struct list_head *n)
{
    return n == &s->queue ? NULL : container_of(n, struct skb, node);
}

/* Of AF_UNIX what was taken stays as an empty message, and is a mark until data comes behind it. */
bool sock_at_mark(const struct sock *s)
{
    const struct skb *b = skb_at(s, s->queue.next);

    if (!b)
        return false;
    return b == s->urgent ||
           (s->family == AF_UNIX && !b->len && (!s->urgent || skb_at(s, b->node.next) == s->urgent));
}

bool sock_skips_urgent(const struct sock *s)
{
    const struct skb *b = skb_at(s, s->queue.next);

    if (b && !b->len)
        b = skb_at(s, b->node.next);
    return s->urgent && b == s->urgent && !sock_oob_inline(s);
}

unsigned sock_before_mark(const struct sock *s)
{
    unsigned n = 0;

    if (s->family == AF_UNIX)
        return s->queued + s->urgent_lost;
    if (!s->urgent || sock_oob_inline(s))
        return s->queued;
    list_for_each (p, &s->queue) {
        const struct skb *b = container_of(p, struct skb, node);

        if (b == s->urgent)
            break;
        n += b->len;
    }
    return n;
}

void sock_pass_urgent(struct sock *s)
{
    struct skb *b = skb_at(s, s->queue.next);

    if (b && !b->len)
        skb_unqueue(s, b);
    if (!sock_skips_urgent(s))
        return;
    s->urgent_lost += s->urgent->len;
    skb_unqueue(s, s->urgent);
}

void sock_urgent_came(struct sock *s)
{
    struct skb *b = container_of(s->queue.prev, struct skb, node);

    if (sock_skips_urgent(s) && s->family != AF_UNIX) /* others become data like any */
        skb_unqueue(s, s->urgent);
    s->urgent = b;
    s->urgent_taken = false;
    if (s->file && fown_tell_urgent(s->file))
        sock_tell(s, POLL_PRI);
}

/* AF_UNIX: it was taken, and does not count any more. An empty message right before it goes. */
static void empty_urgent(struct sock *s)
{
    struct skb *before = skb_at(s, s->urgent->node.prev);

    if (before && !before->len)
        skb_unqueue(s, before);
    s->queued -= s->urgent->len;
    s->urgent->len = 0;
    s->urgent = NULL;
    s->urgent_taken = false;
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
    if (len)
        *buf = flags & MSG_TRUNC ? 0 : s->urgent->data[s->urgent->off];
    if (s->family == AF_UNIX && s->urgent_taken)
        empty_urgent(s);
    return len ? 1 : 0;
}
