/*
 * sock.c - queues of messages, connections, and sockets as files (net/unix/af_unix.c, net/socket.c).
 */
#include "../process.h"
#include "netif.h"
#include "../fs/fasync.h"
#include "../landlock/landlock.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>

static const struct file_ops socket_ops;
static const char waits_for_data[] = "data on a socket";

static bool is_stream(const struct sock *s)
{
    return s->type == SOCK_STREAM;
}

bool sock_connects(const struct sock *s)
{
    return s->type == SOCK_STREAM || s->type == SOCK_SEQPACKET;
}

void sock_changed(struct sock *s)
{
    s->changes++;
    wake_up(&s->wait);
}

/* sock_wake_async() */
void sock_tell(struct sock *s, int reason)
{
    list_for_each (n, &s->wait.waiters)
        if (container_of(n, struct wait_entry, node)->task->wait_what == waits_for_data &&
            (reason == POLL_IN || reason == POLL_HUP))
            return;
    fasync_tell(&s->fasync, reason);
}

void sock_tell_end(struct sock *s, bool closed)
{
    if (s->family == AF_UNIX) {
        sock_tell(s, closed ? POLL_HUP : POLL_IN);
    } else if (s->shut_rd && s->shut_wr) {
        sock_tell(s, POLL_HUP);
    } else { /* of a FIN, and of data that may have come with it */
        sock_tell(s, POLL_IN);
        sock_tell(s, POLL_IN);
    }
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

void sock_note_owner(struct task *t, struct sock *s)
{
    s->cred = (struct ucred){t->proc->pid, t->cred.euid, t->cred.egid};
    groups_put(s->groups);
    s->groups = groups_get(t->cred.groups);
}

void sock_answer_as(struct sock *s, const struct sock *listener)
{
    s->cred = listener->cred;
    groups_put(s->groups);
    s->groups = groups_get(listener->groups);
}

void sock_note_peer(struct sock *s, const struct sock *peer)
{
    s->peer_cred = peer->cred;
    groups_put(s->peer_groups);
    s->peer_groups = groups_get(peer->groups);
}

/* What s has of the other end when a connection is made. */
static void know(struct sock *s, const struct sock *peer)
{
    sock_note_peer(s, peer);
    s->peer_addr = peer->addr;
    s->peer_len = peer->addr_len;
}

struct sock *sock_create(struct task *t, int family, int type, int protocol)
{
    struct sock *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->k = t->k;
    list_add_tail(&t->k->vfs->sockets, &s->all);
    s->family = family;
    s->type = type;
    s->protocol = protocol;
    s->state = SS_NEW;
    s->sndbuf = s->rcvbuf = SOCK_BUF;
    sock_options_init(s);
    sock_note_owner(t, s);
    s->landlock = landlock_get(t->cred.landlock);
    s->addr.ss_family = family;
    s->peer_addr.ss_family = family;
    s->addr_len = family == AF_UNIX ? 2 : family == AF_INET ? 16 : family == AF_NETLINK ? 12 : 28;
    list_init(&s->queue);
    list_init(&s->named);
    list_init(&s->backlog);
    list_init(&s->pending);
    waitq_init(&s->wait);
    list_init(&s->fasync);
    return s;
}

static void skb_free(struct skb *b)
{
    for (unsigned i = 0; i < b->nr_fds; i++)
        file_put(b->fds[i]);
    free(b->fds);
    free(b);
}

void skb_unqueue(struct sock *s, struct skb *b)
{
    if (b == s->urgent)
        s->urgent = NULL;
    list_del(&b->node);
    s->queued -= b->len;
    skb_free(b);
}

/* Whoever is connected to s sees an end of file, or a reset if bytes were left unread. Many datagram sockets
 * may be. */
static void sock_disconnect(struct sock *s)
{
    s->peer = NULL;
    list_for_each (n, &s->k->vfs->sockets) {
        struct sock *p = container_of(n, struct sock, all);

        if (p->peer != s)
            continue;
        p->peer = NULL;
        p->peer_ino = s->ino;
        p->peer_gone = true;
        if (sock_is_tcp(s))
            tcp_closes(s, p);
        else if (sock_connects(s) && (s->queued || !s->file))
            p->error = ECONNRESET;
        if (p->error && s->family != AF_UNIX)
            sock_tell(p, POLL_ERR);
        else if (sock_connects(s) && (s->family == AF_UNIX || !s->shut_wr))
            sock_tell_end(p, true);
        sock_changed(p);
    }
}

void sock_release(struct sock *s)
{
    sock_unbind(s);
    while (!list_empty(&s->backlog)) { /* connections nobody accepted */
        struct sock *c = list_first(&s->backlog, struct sock, pending);

        list_del(&c->pending);
        sock_release(c);
    }
    sock_disconnect(s);
    while (!list_empty(&s->queue))
        skb_unqueue(s, list_first(&s->queue, struct skb, node));
    wake_up(&s->wait);
    list_del(&s->all);
    groups_put(s->groups);
    groups_put(s->peer_groups);
    landlock_put(s->landlock);
    free(s);
}

void sock_pair(struct sock *a, struct sock *b)
{
    a->peer = b;
    b->peer = a;
    a->state = b->state = SS_CONNECTED;
    know(a, b);
    know(b, a);
}

/* ---- sending ---- */

int64_t sock_wait(struct task *t, struct waitq *q, uint64_t timeo, const char *what)
{
    int64_t r;

    if (timeo && !t->restart_data[3])
        t->restart_data[3] = t->k->now_ns + timeo;
    r = task_block(t, q, t->restart_data[3], what);
    if (r == -ERESTARTSYS && timeo) /* sock_intr_errno(): the limit would begin anew */
        return -EINTR;
    return r == -ETIMEDOUT ? -EAGAIN : r;
}

static int64_t wait_socket(struct task *t, struct sock *s, struct waitq *q, unsigned flags, uint64_t timeo,
                           const char *what)
{
    if (flags & MSG_DONTWAIT)
        return -EAGAIN;
    if (q != &s->wait)
        task_wait_add(t, &s->wait);
    return sock_wait(t, q, timeo, what);
}

static int64_t wait_room(struct task *t, struct sock *s, struct sock *to, unsigned flags)
{
    s->wants_room = true;
    return wait_socket(t, s, &to->wait, flags, s->sndtimeo, "room in a socket");
}

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

int64_t sock_send(struct task *t, struct sock *s, const void *buf, uint64_t len, unsigned flags,
                  const struct sockaddr_storage *sa, unsigned sa_len, struct file **fds, unsigned nr_fds)
{
    struct sock *to = s->peer;
    int err;

    if (s->error) {
        err = s->error;
        s->error = 0;
        if (err == EPIPE)
            goto pipe;
        return -err;
    }
    if (s->family == AF_NETLINK)
        return netlink_send(t, s, buf, len, sa, sa_len);
    if (s->shut_wr)
        goto pipe;
    if (sock_connects(s)) {
        if (sa_len && s->family == AF_UNIX)
            return s->state == SS_CONNECTED ? -EISCONN : -EOPNOTSUPP;
        if (s->state != SS_CONNECTED) {
            if (s->family != AF_UNIX)
                goto pipe;
            return -ENOTCONN;
        }
        if (!to && sock_is_tcp(s) && !s->reset && len)
            return tcp_send_to_closed(s, len);
        if (!to || (to->shut_rd && !sock_is_tcp(s)))
            goto pipe;
    } else {
        if (sa_len) {
            err = sock_find(t, s, sa, sa_len, &to);
            if (err == -ECONNREFUSED && s->family != AF_UNIX)
                return (int64_t)len; /* a datagram to nobody is lost */
            if (err)
                return err;
        } else if (!to && s->family == AF_UNIX) {
            return s->peer_gone ? -ECONNREFUSED : -ENOTCONN;
        } else if (!to && s->state != SS_CONNECTED) {
            return -EDESTADDRREQ;
        } else if (!to && sock_find(t, s, &s->peer_addr, s->peer_len, &to)) {
            s->error = ECONNREFUSED; /* as the network answers: the next call is told */
            sock_tell(s, POLL_ERR);
            sock_changed(s);
            return (int64_t)len;
        }
        if (to->peer && to->peer != s && s->family == AF_UNIX)
            return -EPERM;
        if (to->shut_rd)
            goto pipe;
        if (s->family != AF_UNIX && sock_autobind(t, s))
            return -EAGAIN;
    }
    if (!is_stream(s)) {
        if (len > (uint64_t)s->sndbuf || (s->family != AF_UNIX && len > 65507))
            return -EMSGSIZE;
        if (to->queued && to->queued + len > SOCK_BUF)
            return wait_room(t, s, to, flags);
        return queue_on(t, s, to, buf, len, fds, nr_fds);
    }
    if (!len)
        return flags & MSG_OOB && s->family == AF_UNIX ? -EOPNOTSUPP : 0;
    if (to->queued >= SOCK_BUF)
        return wait_room(t, s, to, flags);
    if (len > SOCK_BUF - to->queued)
        len = SOCK_BUF - to->queued;
    else if (flags & MSG_OOB)
        return send_urgent(t, s, to, buf, len, fds, nr_fds);
    return queue_on(t, s, to, buf, len, fds, nr_fds);
pipe:
    if (!(flags & MSG_NOSIGNAL) && sock_connects(s))
        send_sigpipe(t);
    return -EPIPE;
}

/* ---- receiving ---- */

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
static bool nothing_to_read(const struct sock *s)
{
    return list_empty(&s->queue) ||
           (is_stream(s) && s->queued == (sock_skips_urgent(s) ? s->urgent->len : 0));
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

int64_t sock_recv(struct task *t, struct sock *s, void *buf, uint64_t len, unsigned flags,
                  struct sock_recv *out)
{
    bool peek = flags & MSG_PEEK;
    int64_t done;
    int err;

    memset(out, 0, sizeof(*out));
    if (s->state == SS_LISTEN)
        return s->family == AF_UNIX ? -EINVAL : -ENOTCONN;
    if (sock_connects(s) && s->state == SS_NEW)
        return s->family == AF_UNIX && is_stream(s) ? -EINVAL : -ENOTCONN;
    if (flags & MSG_OOB)
        return sock_recv_urgent(s, buf, len, flags, out);
    if (!peek && is_stream(s))
        sock_pass_urgent(s);
    if (nothing_to_read(s) ||
        (is_stream(s) && (flags & MSG_WAITALL) && !(flags & MSG_DONTWAIT) && !peek && s->queued < len &&
         !s->urgent && s->peer && !s->shut_rd && s->queued < SOCK_BUF)) {
        if (s->error) {
            err = s->error;
            s->error = 0;
            return -err;
        }
        if (s->shut_rd || (sock_connects(s) && (!s->peer || s->peer->shut_wr)))
            return 0;
        return wait_socket(t, s, &s->wait, flags, s->rcvtimeo, waits_for_data);
    }
    if (is_stream(s)) {
        done = recv_stream(s, buf, len, peek, out);
    } else {
        struct skb *b = list_first(&s->queue, struct skb, node);
        uint64_t whole = b->len;

        take_extras(s, b, peek, out);
        done = whole < len ? whole : len;
        memcpy(buf, b->data + b->off, done);
        out->truncated = whole > len;
        if (flags & MSG_TRUNC)
            done = whole;
        if (!peek)
            skb_unqueue(s, b);
    }
    if (!peek) {
        sock_changed(s);
        tell_room(s);
    }
    if (!peek && s->peer)
        sock_changed(s->peer);
    return done;
}

/* ---- as a file ---- */

struct sock *file_sock(const struct file *f)
{
    return f->ops == &socket_ops ? f->priv : NULL;
}

static int64_t socket_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    struct sock_recv got;
    int64_t n;

    if (!len)
        return 0;
    n = sock_recv(t, f->priv, buf, len, f->flags & O_NONBLOCK ? MSG_DONTWAIT : 0, &got);
    for (unsigned i = 0; i < got.nr_fds; i++)
        file_put(got.fds[i]);
    free(got.fds);
    return n;
}

static int64_t socket_write(struct task *t, struct file *f, const void *buf, uint64_t len, uint64_t *pos)
{
    unsigned flags =
        (f->flags & O_NONBLOCK ? MSG_DONTWAIT : 0) | (f->flags & FILE_NOSIGPIPE ? MSG_NOSIGNAL : 0);

    return sock_send(t, f->priv, buf, len, flags, NULL, 0, NULL, 0);
}

static unsigned socket_poll(struct task *t, struct file *f, bool wait)
{
    struct sock *s = f->priv, *p = s->peer;
    unsigned ev = 0;
    bool eof = s->shut_rd || (sock_connects(s) && s->state == SS_CONNECTED && (!p || p->shut_wr));

    if (wait) {
        task_wait_add(t, &s->wait);
        if (p)
            task_wait_add(t, &p->wait);
    }
    if (s->error)
        ev |= POLLERR;
    if ((s->family == AF_UNIX ? !list_empty(&s->queue) : !nothing_to_read(s)) || !list_empty(&s->backlog) ||
        eof)
        ev |= POLLIN | POLLRDNORM;
    if (s->urgent && !s->urgent_taken)
        ev |= POLLPRI;
    if (eof)
        ev |= POLLRDHUP;
    if (sock_connects(s) && (s->state == SS_NEW || (s->shut_rd && s->shut_wr) ||
                             (s->state == SS_CONNECTED && (sock_is_tcp(s) ? tcp_hung_up(s, eof) : !p))))
        ev |= POLLHUP;
    if (s->state != SS_LISTEN && (!p || p->queued < SOCK_BUF / 2))
        ev |= POLLOUT | POLLWRNORM | POLLWRBAND;
    else
        s->wants_room = true;
    return ev;
}

static int64_t socket_ioctl(struct task *t, struct file *f, unsigned cmd, uint64_t arg)
{
    struct sock *s = f->priv;
    int n;

    switch (cmd) {
    case FIONREAD:
        if (s->state == SS_LISTEN)
            return -EINVAL;
        n = is_stream(s) || list_empty(&s->queue) ? (int)sock_before_mark(s)
                                                  : (int)list_first(&s->queue, struct skb, node)->len;
        return mm_copy_out(t->mm, arg, &n, sizeof(n));
    case TIOCOUTQ:
        /* of TCP all is acknowledged at once */
        n = s->peer && s->family == AF_UNIX ? (int)s->peer->queued : 0;
        return mm_copy_out(t->mm, arg, &n, sizeof(n));
    case SIOCATMARK:
        if (!is_stream(s))
            return s->family == AF_UNIX ? -EOPNOTSUPP : -ENOTTY;
        n = sock_at_mark(s);
        return mm_copy_out(t->mm, arg, &n, sizeof(n));
    case FIOSETOWN:
    case SIOCSPGRP:
        return mm_copy_in(t->mm, &n, arg, sizeof(n)) ? -EFAULT : fown_set(t, f, n);
    case FIOGETOWN:
    case SIOCGPGRP:
        n = fown_get(f);
        return mm_copy_out(t->mm, arg, &n, sizeof(n));
    }
    return netif_ioctl(t, s, cmd, arg);
}

static struct list_head *socket_fasync(struct task *t, struct file *f)
{
    return &((struct sock *)f->priv)->fasync;
}

static uint64_t socket_changes(struct file *f)
{
    struct sock *s = f->priv;

    return s->changes + (s->peer ? s->peer->changes : 0);
}

static void socket_release(struct file *f)
{
    sock_release(f->priv);
}

static const struct file_ops socket_ops = {
    .read = socket_read,
    .write = socket_write,
    .poll = socket_poll,
    .ioctl = socket_ioctl,
    .changes = socket_changes,
    .fasync = socket_fasync,
    .byte_stream = true,
    .release = socket_release,
};

struct file *sock_file(struct task *t, struct sock *s, unsigned flags)
{
    struct inode *inode = anon_inode(t->k, FS_SOCK, S_IFSOCK | 0777);
    struct file *f = NULL;
    char name[32];

    if (inode) {
        s->ino = inode->ino;
        snprintf(name, sizeof(name), "socket:[%lu]", (unsigned long)inode->ino);
        f = file_on_inode(t->k, inode, name, &socket_ops, O_RDWR | (flags & SOCK_NONBLOCK ? O_NONBLOCK : 0));
        inode_put(inode);
    }
    s->file = f;
    if (f)
        f->priv = s;
    else
        sock_release(s);
    return f;
}
