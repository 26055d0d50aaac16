/*
 * stream.c - files that are descriptors of the host: those the emulator was started with (inherit.c), and its terminal.
 *
 * A regular file keeps the host's own offset (a shell that shares it sees it move), everything else is a
 * stream. Reads that would have to wait let other tasks of the guest run; see vfs_wait_host().
 */
#include "../handlers.h"
#include "../tty/tty.h"
#include "fasync.h"
#include "fs_calls.h"
#include "stream.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

struct host_stream {
    int fd;
    struct waitq wait;
    struct list_head fasync;
    bool told;             /* those in fasync know that there is input, and nobody has read since */
    struct list_head node; /* vfs.streams */
};

static unsigned host_ready(int fd, unsigned events)
{
    struct pollfd p = {.fd = fd, .events = events};

    return poll(&p, 1, 0) > 0 ? p.revents : 0;
}

int vfs_wait_host(struct kernel *k, int64_t timeout_ns)
{
    struct host_stream *who[8];
    struct pollfd p[8];
    int n = 0, r, woken = 0;

    list_for_each (it, &k->vfs->streams) {
        struct host_stream *s = container_of(it, struct host_stream, node);

        if ((!list_empty(&s->wait.waiters) || (!list_empty(&s->fasync) && !s->told)) && n < 8) {
            who[n] = s;
            p[n++] = (struct pollfd){.fd = s->fd, .events = POLLIN};
        }
    }
    if (!n)
        return -1;
    struct timespec ts = {timeout_ns / 1000000000, timeout_ns % 1000000000};
    r = ppoll(p, n, timeout_ns < 0 ? NULL : &ts, NULL);
    for (int i = 0; i < n && r > 0; i++)
        if (p[i].revents) {
            wake_up(&who[i]->wait);
            if (!who[i]->told)
                fasync_tell(&who[i]->fasync, POLL_IN);
            who[i]->told = true;
            woken = 1;
        }
    return woken;
}

static int64_t stream_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    struct host_stream *s = f->priv;
    ssize_t n;

    if (!host_ready(s->fd, POLLIN)) {
        if (f->flags & O_NONBLOCK)
            return -EAGAIN;
        return task_block(t, &s->wait, 0, "input from outside");
    }
    do {
        n = read(s->fd, buf, len);
        if (n < 0 && errno == EAGAIN) {
            poll(&(struct pollfd){.fd = s->fd, .events = POLLIN}, 1, -1);
            errno = EINTR;
        }
    } while (n < 0 && errno == EINTR);
    s->told = false;
    return n < 0 ? -errno : n;
}

static int64_t stream_write(struct task *t, struct file *f, const void *buf, uint64_t len, uint64_t *pos)
{
    struct host_stream *s = f->priv;
    uint64_t done = 0;

    do {
        ssize_t n = write(s->fd, (const char *)buf + done, len - done);

        if (n >= 0) {
            done += n;
            continue;
        }
        if (errno == EAGAIN)
            poll(&(struct pollfd){.fd = s->fd, .events = POLLOUT}, 1, -1);
        else if (errno != EINTR) {
            int err = errno;

            if (err == EPIPE)
                send_sigpipe(t);
            return done ? (int64_t)done : -err;
        }
    } while (done < len);
    return done;
}

static unsigned stream_poll(struct task *t, struct file *f, bool wait)
{
    struct host_stream *s = f->priv;
    unsigned ev = host_ready(s->fd, (f->mf.readable ? POLLIN | POLLRDNORM | POLLPRI : 0) |
                                        (f->mf.writable ? POLLOUT | POLLWRNORM : 0));

    if (wait && !ev)
        task_wait_add(t, &s->wait);
    return ev;
}

static struct list_head *stream_fasync(struct task *t, struct file *f)
{
    return &((struct host_stream *)f->priv)->fasync;
}

/* Who is in the foreground owns a terminal that nobody was named for. */
static struct list_head *tty_fasync(struct task *t, struct file *f)
{
    int pgrp = t->k->vfs->host_tty->pgrp;

    if (!f->fown.pid)
        fown_set(t, f, pgrp ? -pgrp : t->proc->pid);
    return stream_fasync(t, f);
}

static void stream_release(struct file *f)
{
    struct host_stream *s = f->priv;

    if (s && s->fd > 2) {
        if (f->dentry->host_fd == s->fd + 1)
            f->dentry->host_fd = 0; /* it cannot be opened once more: the number may become another file's */
        close(s->fd);
    }
    if (s)
        list_del(&s->node);
    free(s);
}

static int64_t tty_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    int err = tty_check_change(t, t->k->vfs->host_tty, SIGTTIN);

    return err ? err : stream_read(t, f, buf, len, pos);
}

/* Terminal settings and size go to the real terminal; who is in the foreground is the guest's own affair. */
static int64_t tty_ioctl(struct task *t, struct file *f, unsigned cmd, uint64_t arg)
{
    struct host_stream *s = f->priv;
    uint8_t buf[64] = {0};
    size_t size = 0;
    bool in = false;
    int64_t err;

    switch (cmd) {
    case TCGETS:
        size = 36; /* the kernel's struct termios */
        break;
    case TCSETS:
    case TCSETSW:
    case TCSETSF:
        size = 36;
        in = true;
        break;
    case TIOCGWINSZ:
        size = sizeof(struct winsize);
        break;
    case TIOCSWINSZ:
        size = sizeof(struct winsize);
        in = true;
        break;
    case FIONREAD:
    case TIOCOUTQ:
        size = sizeof(int);
        break;
    case TCSBRK:
    case TCFLSH:
    case TCXONC:
        return ioctl(s->fd, cmd, (int)arg) ? -errno : 0;
    default:
        err = tty_jobctl_ioctl(t, t->k->vfs->host_tty, f, cmd, arg, true);
        return err == 1 ? -ENOTTY : err;
    }
    if (in && mm_copy_in(t->mm, buf, arg, size))
        return -EFAULT;
    if (ioctl(s->fd, cmd, buf))
        return -errno;
    return in ? 0 : mm_copy_out(t->mm, arg, buf, size);
}

static int64_t pipe_ioctl(struct task *t, struct file *f, unsigned cmd, uint64_t arg)
{
    struct host_stream *s = f->priv;
    int n;

    if (cmd != FIONREAD)
        return -ENOTTY;
    if (ioctl(s->fd, FIONREAD, &n))
        return -errno;
    return mm_copy_out(t->mm, arg, &n, sizeof(n));
}

const struct file_ops tty_file_ops = {
    .read = tty_read,
    .write = stream_write,
    .poll = stream_poll,
    .ioctl = tty_ioctl,
    .fasync = tty_fasync,
    .release = stream_release,
};
const struct file_ops host_pipe_ops = {
    .read = stream_read,
    .write = stream_write,
    .poll = stream_poll,
    .ioctl = pipe_ioctl,
    .fasync = stream_fasync,
    .release = stream_release,
};

struct host_stream *host_stream_create(struct vfs *v, int fd)
{
    struct host_stream *s = calloc(1, sizeof(*s));

    if (s) {
        s->fd = fd;
        waitq_init(&s->wait);
        list_init(&s->fasync);
        list_add_tail(&v->streams, &s->node);
    }
    return s;
}

int tty_open(struct task *t, struct file *f, unsigned flags)
{
    int fd = fcntl(t->k->vfs->tty_fd, F_DUPFD_CLOEXEC, 3);

    if (fd < 0)
        return -errno;
    f->priv = host_stream_create(t->k->vfs, fd);
    if (!f->priv) {
        close(fd);
        return -ENOMEM;
    }
    f->ops = &tty_file_ops;
    tty_opened(t, t->k->vfs->host_tty, f, flags);
    return 0;
}

/* What a descriptor of the emulator allows; access modes are 0, 1 and 2. */
bool stream_grants(const struct dentry *d, unsigned acc)
{
    int mode = fcntl(d->host_fd - 1, F_GETFL) & O_ACCMODE;

    return (mode == O_RDWR || !(acc & (mode == O_RDONLY ? MAY_WRITE : MAY_READ)));
}

/* ---- regular files: the host's offset ---- */

static int64_t regular_readv(struct task *t, struct file *f, const struct iovec *iov, int n, uint64_t *pos)
{
    int fd = ((struct host_stream *)f->priv)->fd;
    bool own = *pos == f->pos; /* read(2), not pread(2) */
    ssize_t got = own ? readv(fd, iov, n) : preadv(fd, iov, n, *pos);

    if (got < 0)
        return -errno;
    *pos += got;
    return got;
}

static int64_t regular_writev(struct task *t, struct file *f, const struct iovec *iov, int n, uint64_t *pos)
{
    int fd = ((struct host_stream *)f->priv)->fd;
    bool own = *pos == f->pos || (f->flags & O_APPEND);
    ssize_t put = own ? writev(fd, iov, n) : pwritev(fd, iov, n, *pos);

    if (put < 0)
        return -errno;
    *pos += put;
    f->pos = own ? *pos : f->pos;
    return put;
}

static int64_t regular_lseek(struct file *f, int64_t off, int whence)
{
    off_t pos = lseek(((struct host_stream *)f->priv)->fd, off, whence);

    if (pos < 0)
        return -errno;
    return f->pos = pos;
}

static int64_t regular_fsync(struct file *f)
{
    return fsync(((struct host_stream *)f->priv)->fd) ? -errno : 0;
}

const struct file_ops host_regular_ops = {
    .readv = regular_readv,
    .writev = regular_writev,
    .lseek = regular_lseek,
    .fsync = regular_fsync,
    .release = stream_release,
};

int64_t stream_reopen(struct task *t, struct dentry *d, struct file *f, unsigned flags)
{
    char path[32];
    int fd;

    if (S_ISSOCK(d->inode->mode))
        return -ENXIO;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", d->host_fd - 1);
    fd = open(path, (int)(flags & (O_ACCMODE | O_APPEND | O_TRUNC)) | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    fcntl(fd, F_SETFL, f->flags & O_APPEND);
    f->ops = S_ISREG(d->inode->mode) ? &host_regular_ops : &host_pipe_ops;
    f->priv = host_stream_create(t->k->vfs, fd);
    if (!f->priv)
        close(fd);
    return f->priv ? 0 : -ENOMEM;
}
