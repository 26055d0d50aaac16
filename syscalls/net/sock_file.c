/*
 * sock_file.c - sockets as open files: read, write, poll, ioctl (net/socket.c).
 */
#include "netif.h"

#include "../fs/fasync.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>

static const struct file_ops socket_ops;

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

/* A message goes whole or stays; what came over TCP is one, and of a datagram nothing stays anyway. */
static uint64_t socket_peek(struct file *f, void *buf, uint64_t len, uint64_t room, uint64_t *whole)
{
    struct sock *s = f->priv;
    uint64_t at = 0;

    *whole = 0;
    if (!sock_is_stream(s))
        return 0;
    list_for_each (n, &s->queue) {
        struct skb *b = container_of(n, struct skb, node);
        unsigned part = b->len < len - at ? b->len : len - at;

        if (at == len || (at && (b->nr_fds || b == s->urgent)))
            break;
        if (b == s->urgent && !sock_oob_inline(s))
            continue;
        if (at < room)
            memcpy((char *)buf + at, b->data + b->off, part < room - at ? part : room - at);
        at += part;
        if (at <= room && !sock_is_tcp(s))
            *whole = at;
        if (b->nr_fds)
            break;
    }
    if (at <= room)
        *whole = at;
    return at;
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
    if ((s->family == AF_UNIX ? !list_empty(&s->queue) : !sock_nothing_to_read(s)) ||
        !list_empty(&s->backlog) || eof)
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
        n = sock_is_stream(s) || list_empty(&s->queue) ? (int)sock_before_mark(s)
                                                       : (int)list_first(&s->queue, struct skb, node)->len;
        return mm_copy_out(t->mm, arg, &n, sizeof(n));
    case TIOCOUTQ:
        /* of TCP all is acknowledged at once */
        n = s->peer && s->family == AF_UNIX ? (int)s->peer->queued : 0;
        return mm_copy_out(t->mm, arg, &n, sizeof(n));
    case SIOCATMARK:
        if (!sock_is_stream(s))
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
    .peek = socket_peek,
    .unit = UINT32_MAX,
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
