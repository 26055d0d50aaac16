/*
 * pty.c - the files of a pseudoterminal: open, read, write, poll, close.
 *
 * The bytes that natively a worker carries from one side to the other are carried at once.
 */
#include "pty.h"

#include <linux/capability.h>
#include <poll.h>
#include <stdlib.h>

#include "../fs/fasync.h"
#include "../process.h"

#define MAX_PTYS   4096 /* kernel.pty.max */
#define READ_CHUNK 64   /* the kernel copies that much at a time, and VMIN above it means no more */
#define TENTH_NS   UINT64_C(100000000)

static const struct file_ops ptmx_file_ops, pts_file_ops; /* at the end */

void pty_wake(struct pty *p)
{
    p->changes++;
    wake_up(&p->master_wait);
    wake_up(&p->slave_wait);
}

void pty_status(struct pty *p, uint8_t instead, uint8_t what)
{
    if (!p->packet)
        return;
    p->status = (p->status & ~instead) | what;
    pty_wake(p);
}

/* O_ASYNC: a slave whose write had no room for all hears that there is some. */
static void tell_room(struct pty *p)
{
    if (p->told_full)
        fasync_tell(&p->slave_fasync, POLL_OUT);
    p->told_full = false;
}

/* ---- what the line discipline asks for ---- */

static size_t shown_room(void *owner)
{
    const struct pty *p = owner;

    return PTY_SHOWN - (p->shown_head - p->shown_tail);
}

static void shown_put(void *owner, const uint8_t *bytes, size_t n)
{
    struct pty *p = owner;

    for (size_t i = 0; i < n; i++)
        p->shown[p->shown_head++ % PTY_SHOWN] = bytes[i];
    p->changes++;
    wake_up(&p->master_wait);
}

void pty_flush_shown(struct pty *p)
{
    size_t n = p->shown_head - p->shown_tail;

    if (n > PTY_READ)
        p->shown_head -= n - PTY_READ;
    pty_status(p, 0, TIOCPKT_FLUSHWRITE);
}

static void signal_foreground(void *owner, int signo)
{
    struct pty *p = owner;

    tty_signal_pgrp(p->k, p->tty.pgrp, signo, NULL);
}

static void flushed(void *owner)
{
    struct pty *p = owner;

    pty_flush_shown(p);
    pty_status(p, 0, TIOCPKT_FLUSHREAD);
}

static void flow(void *owner, bool stopped)
{
    struct pty *p = owner;

    pty_status(p, stopped ? TIOCPKT_START : TIOCPKT_STOP, stopped ? TIOCPKT_STOP : TIOCPKT_START);
    pty_wake(p);
    if (!stopped)
        tell_room(p);
}

static void line_came(void *owner)
{
    fasync_tell(&((struct pty *)owner)->slave_fasync, POLL_IN);
}

static const struct ldisc_ops ldisc_ops = {.room = shown_room,
                                           .put = shown_put,
                                           .signal = signal_foreground,
                                           .flushed = flushed,
                                           .flow = flow,
                                           .line = line_came};

void pty_pump(struct pty *p)
{
    size_t before = p->typed_tail, shown = p->shown_head;

    if (p->null_slave)
        return;
    while (p->typed_tail != p->typed_head) {
        size_t at = p->typed_tail % PTY_FLIP, n = p->typed_head - p->typed_tail, taken;

        if (n > PTY_FLIP - at)
            n = PTY_FLIP - at;
        taken = ldisc_receive(&p->ldisc, p->typed + at, n);
        p->typed_tail += taken;
        if (taken < n)
            break;
    }
    if (p->typed_tail == before)
        return;
    pty_wake(p);
    if (!ldisc_canonical(&p->ldisc) && ldisc_available(&p->ldisc, 1))
        fasync_tell(&p->slave_fasync, POLL_IN);
    if (p->shown_head != shown)
        fasync_tell(&p->master_fasync, POLL_IN);
}

/* ---- the slave ---- */

/* How many bytes make a read that asks for len complete. */
static size_t read_least(const struct ldisc *l, uint64_t len)
{
    size_t least = l->termios.c_cc[VMIN];

    if (!least)
        return 1;
    if (least > READ_CHUNK)
        least = READ_CHUNK;
    return least < len ? least : len;
}

/*
 * The time that VTIME gives a raw read is over. restart_data[1]: until when; [2]: 1 + the bytes there were at the last look,
 * since each byte begins it anew where VMIN counts.
 */
static bool read_time_over(struct task *t, const struct ldisc *l)
{
    uint64_t time = l->termios.c_cc[VTIME] * TENTH_NS, there = 1 + l->head - l->tail;
    bool least = l->termios.c_cc[VMIN];

    if (ldisc_canonical(l) || (least && (!time || there == 1)))
        return false;
    if (!t->restart_data[2] || (least && there != t->restart_data[2]))
        t->restart_data[1] = t->k->now_ns + time;
    t->restart_data[2] = there;
    t->deadline = t->restart_data[1];
    return t->k->now_ns >= t->restart_data[1];
}

static int64_t pts_take(struct pty *p, void *buf, uint64_t len)
{
    const struct ldisc *l = &p->ldisc;
    bool raw = !ldisc_canonical(l);
    size_t n;

    if (raw && l->termios.c_cc[VMIN] > READ_CHUNK && len > READ_CHUNK)
        len = READ_CHUNK;
    n = ldisc_read(&p->ldisc, buf, len);
    pty_pump(p);
    /* Who filled the buffer may write again; who reads beside us finds what is left. */
    pty_wake(p);
    return n;
}

static int64_t pts_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    struct pty *p = pty_of(f);
    struct ldisc *l = &p->ldisc;
    bool partial;
    int64_t r;

    if (p->null_slave)
        return -EOPNOTSUPP;
    r = tty_check_change(t, &p->tty, SIGTTIN);
    if (r || !len)
        return r;
    if (ldisc_available(l, read_least(l, len)))
        return pts_take(p, buf, len);
    partial = !ldisc_canonical(l) && l->head != l->tail;
    if (read_time_over(t, l))
        return partial ? pts_take(p, buf, len) : 0;
    if (f->flags & O_NONBLOCK)
        return partial ? pts_take(p, buf, len) : -EAGAIN;
    r = task_block(t, &p->slave_wait, t->deadline, "input from a terminal");
    return r != SYS_BLOCK && partial ? pts_take(p, buf, len) : r;
}

static int64_t pts_write(struct task *t, struct file *f, const void *buf, uint64_t len, uint64_t *pos)
{
    struct pty *p = pty_of(f);
    size_t n;
    int err;

    if (p->null_slave)
        return -EOPNOTSUPP;
    err =
        p->ldisc.termios.c_lflag & TOSTOP && !t->restart_data[0] ? tty_check_change(t, &p->tty, SIGTTOU) : 0;
    if (err || !len)
        return err;
    n = ldisc_write(&p->ldisc, buf, len);
    p->told_full |= n < len && f->async;
    if (n && !p->null_master)
        fasync_tell(&p->master_fasync, POLL_IN);
    if (n)
        return n;
    if (f->flags & O_NONBLOCK)
        return -EAGAIN;
    return task_block(t, &p->slave_wait, 0, "room in a terminal");
}

static unsigned pts_poll(struct task *t, struct file *f, bool wait)
{
    struct pty *p = pty_of(f);
    const struct ldisc *l = &p->ldisc;
    const cc_t *cc = l->termios.c_cc;
    unsigned ev = 0;

    if (wait)
        task_wait_add(t, &p->slave_wait);
    if (p->null_slave)
        return 0;
    if (ldisc_available(l, cc[VTIME] || !cc[VMIN] ? 1 : cc[VMIN]))
        ev |= POLLIN | POLLRDNORM;
    if (ldisc_room(l))
        ev |= POLLOUT | POLLWRNORM;
    return ev;
}

uint64_t pty_changes(struct file *f)
{
    return pty_of(f)->changes;
}

static void free_if_unused(struct pty *p)
{
    if (p->master || p->slaves)
        return;
    list_del(&p->node);
    dentry_put(p->dentry);
    free(p);
}

/* One file more of either side. 0 or -ENOMEM. */
static int add_file(struct pty *p, struct file *f, bool slave)
{
    struct pty_file *pf = calloc(1, sizeof(*pf));

    if (!pf)
        return -ENOMEM;
    pf->pty = p;
    pf->file = f;
    f->priv = pf;
    if (slave)
        list_add_tail(&p->slave_files, &pf->node);
    return 0;
}

void pts_release(struct file *f)
{
    struct pty_file *pf = f->priv;
    struct pty *p = pf->pty;

    list_del(&pf->node);
    free(pf);
    if (!--p->slaves) {
        p->closed = true;
        p->packet = p->packet && p->master;
        pty_wake(p);
    }
    free_if_unused(p);
}

/* One file more of the slave: 0, or -EIO, -EBUSY, -ENOMEM. */
static int64_t pty_open_slave(struct task *t, struct file *f, struct pty *p, unsigned flags)
{
    if (!p->master || p->master_hung || p->locked)
        return -EIO;
    if (p->exclusive && !task_capable(t, CAP_SYS_ADMIN))
        return -EBUSY;
    if (add_file(p, f, true))
        return -ENOMEM;
    f->ops = &pts_file_ops;
    p->slaves++;
    p->closed = false;
    tty_opened(t, &p->tty, f, flags);
    return 0;
}

static struct pty *find_pty(struct vfs *v, unsigned index)
{
    list_for_each (n, &v->ptys) {
        struct pty *p = container_of(n, struct pty, node);

        if (p->index == index)
            return p;
    }
    return NULL;
}

int64_t pts_open(struct task *t, struct file *f, unsigned index, unsigned flags)
{
    struct pty *p = find_pty(t->k->vfs, index);

    return p ? pty_open_slave(t, f, p, flags) : -EIO;
}

int64_t pts_open_tty(struct task *t, struct file *f, struct tty *tty, unsigned flags)
{
    return pty_open_slave(t, f, container_of(tty, struct pty, tty), flags);
}

/* ---- the master ---- */

static int64_t ptmx_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    struct pty *p = pty_of(f);
    uint8_t *to = buf;
    uint64_t done = 0;

    if (p->null_master)
        return -EOPNOTSUPP;
    if (!len)
        return 0;
    if (p->packet && p->status) {
        *to = p->status;
        p->status = 0;
        return 1;
    }
    if (p->shown_tail == p->shown_head) {
        if (p->closed)
            return -EIO;
        if (f->flags & O_NONBLOCK)
            return -EAGAIN;
        return task_block(t, &p->master_wait, 0, "output of a pseudoterminal");
    }
    if (p->packet)
        to[done++] = TIOCPKT_DATA;
    while (done < len && p->shown_tail != p->shown_head)
        to[done++] = p->shown[p->shown_tail++ % PTY_SHOWN];
    ldisc_process_echoes(&p->ldisc);
    p->changes++;
    wake_up(&p->slave_wait);
    tell_room(p);
    return done;
}

static int64_t ptmx_write(struct task *t, struct file *f, const void *buf, uint64_t len, uint64_t *pos)
{
    struct pty *p = pty_of(f);
    const uint8_t *from = buf;
    uint64_t done = 0;

    if (p->null_master)
        return -EOPNOTSUPP;
    while (done < len) {
        while (done < len && p->typed_head - p->typed_tail < PTY_FLIP)
            p->typed[p->typed_head++ % PTY_FLIP] = from[done++];
        pty_pump(p);
        if (p->typed_head - p->typed_tail == PTY_FLIP)
            break;
    }
    if (done || !len)
        return done;
    if (f->flags & O_NONBLOCK)
        return -EAGAIN;
    return task_block(t, &p->master_wait, 0, "room in a pseudoterminal");
}

static unsigned ptmx_poll(struct task *t, struct file *f, bool wait)
{
    struct pty *p = pty_of(f);
    unsigned ev = 0;

    if (wait)
        task_wait_add(t, &p->master_wait);
    if (p->null_master)
        return 0;
    if (p->shown_tail != p->shown_head)
        ev |= POLLIN | POLLRDNORM;
    if (p->packet && p->status)
        ev |= POLLPRI | POLLIN | POLLRDNORM;
    if (p->closed)
        ev |= POLLHUP;
    if (p->typed_head - p->typed_tail < PTY_FLIP)
        ev |= POLLOUT | POLLWRNORM;
    return ev;
}

void ptmx_release(struct file *f)
{
    struct pty *p = pty_of(f);

    free(f->priv);
    p->master = false;
    devpts_remove(p->dentry);
    pty_hangup_slave(p);
    free_if_unused(p);
}

int64_t ptmx_open(struct task *t, struct file *f)
{
    struct vfs *v = t->k->vfs;
    unsigned index = v->tty ? 1 : 0; /* the terminal that the host gave is number 0 */
    struct pty *p;

    while (find_pty(v, index))
        index++;
    if (index >= MAX_PTYS)
        return -ENOSPC;
    p = calloc(1, sizeof(*p));
    if (!p)
        return -ENOMEM;
    p->k = t->k;
    p->index = index;
    p->tty.dev = makedev(PTS_MAJOR, index);
    p->locked = p->master = true;
    p->dentry = devpts_add(v, t, index);
    if (!p->dentry || add_file(p, f, false)) {
        if (p->dentry)
            devpts_remove(p->dentry);
        free(p);
        return -ENOMEM;
    }
    dentry_get(p->dentry);
    list_init(&p->slave_files);
    list_init(&p->slave_fasync);
    list_init(&p->master_fasync);
    ldisc_init(&p->ldisc, &ldisc_ops, p);
    waitq_init(&p->master_wait);
    waitq_init(&p->slave_wait);
    list_add_tail(&v->ptys, &p->node);
    f->ops = &ptmx_file_ops;
    return 0;
}

static struct list_head *ptmx_fasync(struct task *t, struct file *f)
{
    return &pty_of(f)->master_fasync;
}

static struct list_head *pts_fasync(struct task *t, struct file *f)
{
    return &pty_of(f)->slave_fasync;
}

static const struct file_ops ptmx_file_ops = {
    .read = ptmx_read,
    .write = ptmx_write,
    .poll = ptmx_poll,
    .changes = pty_changes,
    .ioctl = ptmx_ioctl,
    .fasync = ptmx_fasync,
    .release = ptmx_release,
    .byte_stream = true,
};
static const struct file_ops pts_file_ops = {
    .read = pts_read,
    .write = pts_write,
    .poll = pts_poll,
    .changes = pty_changes,
    .ioctl = pts_ioctl,
    .fasync = pts_fasync,
    .release = pts_release,
    .byte_stream = true,
};
