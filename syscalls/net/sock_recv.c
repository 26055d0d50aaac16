/*
 * sock_recv.c - what came in, taken off the queue: of a stream as much as is asked for, of others a message at a time
 * (net/unix/af_unix.c, net/ipv4/tcp.c, net/ipv4/udp.c).
 */
#include "sock.h"

#include <signal.h>
#include <stdlib.h>

static void take_extras(struct sock *s, struct skb *b, bool peek, struct sock_recv *out)
{
    out->from = b->from;
    out->from_len = b->from_len;
    out->cred = b->cred;
    out->have_cred = true;
    if (!b->nr_fds)
        return;
    out->fds = calloc(b->nr_fds, sizeof(*out->fds));
    if (!out->fds)
        return;
    out->nr_fds = b->nr_fds;
    for (unsigned i = 0; i < b->nr_fds; i++)
        out->fds[i] = peek ? file_get(b->fds[i]) : b->fds[i];
    if (!peek) {
        free(b->fds);
        b->fds = NULL;
        b->nr_fds = 0;
    }
}

/* Not even behind the urgent byte. */
bool sock_nothing_to_read(const struct sock *s)
{
    return list_empty(&s->queue) ||
           (sock_is_stream(s) && s->queued == (sock_skips_urgent(s) ? s->urgent->len : 0));
}

static uint64_t recv_stream(struct sock *s, char *buf, uint64_t len, bool peek, struct sock_recv *out)
{
    uint64_t done = 0;
    bool first = true;

    list_for_each_safe (n, tmp, &s->queue) {
        struct skb *b = container_of(n, struct skb, node);
        unsigned part = b->len < len - done ? b->len : len - done;

        if (done == len || (!first && (b->nr_fds || b == s->urgent)))
            break;
        if (peek && b == s->urgent && !sock_oob_inline(s))
            continue;
        if (!b->len) { /* an urgent byte that was taken */
            if (!first && !s->urgent)
                break;
            if (!peek)
                skb_unqueue(s, b);
            continue;
        }
        if (first || b->nr_fds)
            take_extras(s, b, peek, out);
        first = false;
        memcpy(buf + done, b->data + b->off, part);
        done += part;
        if (peek)
            continue;
        b->off += part;
        b->len -= part;
        s->queued -= part;
        if (!b->len)
            skb_unqueue(s, b);
        if (out->nr_fds)
            break;
    }
    return done;
}

static int64_t recv_whole(struct sock *s, char *buf, uint64_t len, unsigned flags, struct sock_recv *out)
{
    struct skb *b = list_first(&s->queue, struct skb, node);
    uint64_t whole = b->len, done = whole < len ? whole : len;
    bool peek = flags & MSG_PEEK;

    take_extras(s, b, peek, out);
    memcpy(buf, b->data + b->off, done);
    out->truncated = whole > len;
    if (!peek)
        skb_unqueue(s, b);
    return flags & MSG_TRUNC ? whole : done;
}

/* MSG_WAITALL, and more may come. */
static bool wants_more(const struct sock *s, uint64_t len, unsigned flags)
{
    return sock_is_stream(s) && flags & MSG_WAITALL && !(flags & (MSG_DONTWAIT | MSG_PEEK)) &&
           s->queued < len && !s->urgent && s->peer && !s->shut_rd && s->queued < SOCK_BUF;
}

static int64_t wait_data(struct task *t, struct sock *s, unsigned flags)
{
    int64_t err = s->error;

    if (err) {
        s->error = 0;
        return -err;
    }
    if (s->shut_rd || (sock_connects(s) && (!s->peer || s->peer->shut_wr)))
        return 0;
    return flags & MSG_DONTWAIT ? -EAGAIN : sock_wait(t, &s->wait, s->rcvtimeo, sock_waits_for_data);
}

/* There is room again for what is sent to s. */
static void tell_room(struct sock *s)
{
    struct sock *p = s->peer;

    if (!p || !p->wants_room || s->queued >= SOCK_BUF / 2)
        return;
    p->wants_room = false;
    sock_tell(p, POLL_OUT);
}

int64_t sock_recv(struct task *t, struct sock *s, void *buf, uint64_t len, unsigned flags,
                  struct sock_recv *out)
{
    bool peek = flags & MSG_PEEK;
    int64_t done;

    memset(out, 0, sizeof(*out));
    if (s->state == SS_LISTEN)
        return s->family == AF_UNIX ? -EINVAL : -ENOTCONN;
    if (sock_connects(s) && s->state == SS_NEW)
        return s->family == AF_UNIX && sock_is_stream(s) ? -EINVAL : -ENOTCONN;
    if (flags & MSG_OOB)
        return sock_recv_urgent(s, buf, len, flags, out);
    if (!peek && sock_is_stream(s))
        sock_pass_urgent(s);
    if (sock_nothing_to_read(s) || wants_more(s, len, flags))
        return wait_data(t, s, flags);
    done = sock_is_stream(s) ? (int64_t)recv_stream(s, buf, len, peek, out)
                             : recv_whole(s, buf, len, flags, out);
    if (peek)
        return done;
    sock_changed(s);
    tell_room(s);
    if (s->peer)
        sock_changed(s->peer);
    return done;
}
