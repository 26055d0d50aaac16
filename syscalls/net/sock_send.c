/*
 * sock_send.c - a message on the way: whom it is for, and onto their queue (net/unix/af_unix.c, net/ipv4/tcp.c,
 * net/ipv4/udp.c).
 */
#include "sock.h"

#include "../process.h"

#include <signal.h>
#include <stdlib.h>

#define UDP_MOST 65507 /* bytes: what an IPv4 packet has room for behind its headers */

/* A message of its own on to's queue; NULL: no memory. */
static struct skb *skb_queue(struct sock *to, const struct sockaddr_storage *from, unsigned from_len,
                             const void *buf, uint64_t len)
{
    struct skb *b = calloc(1, sizeof(*b) + len);

    if (!b)
        return NULL;
    if (from_len)
        b->from = *from;
    b->from_len = from_len;
    b->len = len;
    memcpy(b->data, buf, len);
    list_add_tail(&to->queue, &b->node);
    to->queued += len;
    return b;
}

int64_t sock_deliver(struct sock *to, const struct sockaddr_storage *from, unsigned from_len, const void *buf,
                     uint64_t len)
{
    if (!skb_queue(to, from, from_len, buf, len))
        return -ENOBUFS;
    sock_tell(to, POLL_IN);
    sock_changed(to);
    return (int64_t)len;
}

static int64_t queue_on(struct task *t, struct sock *s, struct sock *to, const char *buf, uint64_t len,
                        struct file **fds, unsigned nr_fds)
{
    bool named = s->addr_len > 2 || s->family != AF_UNIX;
    struct skb *b = skb_queue(to, &s->addr, named ? s->addr_len : 0, buf, len);

    if (!b)
        return -ENOBUFS;
    b->fds = fds;
    b->nr_fds = nr_fds;
    b->cred = (struct ucred){t->proc->pid, t->cred.uid, t->cred.gid};
    if (named) {
        sock_name_sender(&b->from);
        sock_map_address(&b->from, to->family);
        b->from_len = to->family == AF_UNIX ? s->addr_len : to->addr_len;
    }
    sock_tell(to, POLL_IN);
    sock_changed(to);
    return len;
}

/* The last byte is urgent. */
static int64_t send_urgent(struct task *t, struct sock *s, struct sock *to, const char *buf, uint64_t len,
                           struct file **fds, unsigned nr_fds)
{
    bool alone = len == 1;
    int64_t r;

    if (!alone && (r = queue_on(t, s, to, buf, len - 1, fds, nr_fds)) < 0)
        return r;
    r = queue_on(t, s, to, buf + len - 1, 1, alone ? fds : NULL, alone ? nr_fds : 0);
    if (r < 0)
        return len > 1 ? (int64_t)len - 1 : r;
    sock_urgent_came(to);
    return (int64_t)len;
}

/* The other end of a connection, for len bytes. 0; or what the call returns: bytes, or negative errno. */
static int64_t find_end(struct sock *s, unsigned sa_len, uint64_t len, struct sock **to)
{
    *to = s->peer;
    if (sa_len && s->family == AF_UNIX)
        return s->state == SS_CONNECTED ? -EISCONN : -EOPNOTSUPP;
    if (s->state != SS_CONNECTED)
        return s->family == AF_UNIX ? -ENOTCONN : -EPIPE;
    if (!*to && sock_is_tcp(s) && !s->reset && len)
        return tcp_send_to_closed(s, len);
    return !*to || ((*to)->shut_rd && !sock_is_tcp(s)) ? -EPIPE : 0;
}

/* The socket that a datagram goes to: that of the address, or the peer. 0, with NULL where it gets lost; or negative errno. */
static int find_receiver(struct task *t, struct sock *s, const struct sockaddr_storage *sa, unsigned sa_len,
                         struct sock **to)
{
    int err = 0;

    *to = s->peer;
    if (sa_len) {
        err = sock_find(t, s, sa, sa_len, to);
        if (err == -ECONNREFUSED && s->family != AF_UNIX) {
            *to = NULL;
            return 0;
        }
    } else if (!*to && s->family == AF_UNIX) {
        return s->peer_gone ? -ECONNREFUSED : -ENOTCONN;
    } else if (!*to && s->state != SS_CONNECTED) {
        return -EDESTADDRREQ;
    } else if (!*to && sock_find(t, s, &s->peer_addr, s->peer_len, to)) {
        s->error = ECONNREFUSED; /* as the network answers: the next call is told */
        sock_tell(s, POLL_ERR);
        sock_changed(s);
        *to = NULL;
        return 0;
    }
    if (err)
        return err;
    if ((*to)->peer && (*to)->peer != s && s->family == AF_UNIX)
        return -EPERM;
    if ((*to)->shut_rd)
        return -EPIPE;
    return s->family != AF_UNIX && sock_autobind(t, s) ? -EAGAIN : 0;
}

static int64_t wait_room(struct task *t, struct sock *s, struct sock *to, unsigned flags)
{
    s->wants_room = true;
    if (flags & MSG_DONTWAIT)
        return -EAGAIN;
    task_wait_add(t, &s->wait);
    return sock_wait(t, &to->wait, s->sndtimeo, "room in a socket");
}

static int64_t send_whole(struct task *t, struct sock *s, struct sock *to, const void *buf, uint64_t len,
                          unsigned flags, struct file **fds, unsigned nr_fds)
{
    if (len > (uint64_t)s->sndbuf || (s->family != AF_UNIX && len > UDP_MOST))
        return -EMSGSIZE;
    if (to->queued && to->queued + len > SOCK_BUF)
        return wait_room(t, s, to, flags);
    return queue_on(t, s, to, buf, len, fds, nr_fds);
}

/* As much as there is room for. */
static int64_t send_part(struct task *t, struct sock *s, struct sock *to, const void *buf, uint64_t len,
                         unsigned flags, struct file **fds, unsigned nr_fds)
{
    if (!len)
        return flags & MSG_OOB && s->family == AF_UNIX ? -EOPNOTSUPP : 0;
    if (to->queued >= SOCK_BUF)
        return wait_room(t, s, to, flags);
    if (len > SOCK_BUF - to->queued)
        len = SOCK_BUF - to->queued;
    else if (flags & MSG_OOB)
        return send_urgent(t, s, to, buf, len, fds, nr_fds);
    return queue_on(t, s, to, buf, len, fds, nr_fds);
}

static int64_t send_without_signal(struct task *t, struct sock *s, const void *buf, uint64_t len,
                                   unsigned flags, const struct sockaddr_storage *sa, unsigned sa_len,
                                   struct file **fds, unsigned nr_fds)
{
    struct sock *to;
    int64_t r;

    if (s->error) {
        r = -s->error;
        s->error = 0;
        return r;
    }
    if (s->family == AF_NETLINK)
        return netlink_send(t, s, buf, len, sa, sa_len);
    if (s->shut_wr)
        return -EPIPE;
    r = sock_connects(s) ? find_end(s, sa_len, len, &to) : find_receiver(t, s, sa, sa_len, &to);
    if (r)
        return r;
    if (!to)
        return (int64_t)len;
    return sock_is_stream(s) ? send_part(t, s, to, buf, len, flags, fds, nr_fds)
                             : send_whole(t, s, to, buf, len, flags, fds, nr_fds);
}

int64_t sock_send(struct task *t, struct sock *s, const void *buf, uint64_t len, unsigned flags,
                  const struct sockaddr_storage *sa, unsigned sa_len, struct file **fds, unsigned nr_fds)
{
    int64_t r = send_without_signal(t, s, buf, len, flags, sa, sa_len, fds, nr_fds);

    if (r == -EPIPE && !(flags & MSG_NOSIGNAL) && sock_connects(s))
        send_sigpipe(t);
    return r;
}
