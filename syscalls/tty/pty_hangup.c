/*
 * pty_hangup.c - a pseudoterminal's side that is hung up: its files are good for nothing any more, another open of the slave is
 * (drivers/tty/tty_io.c).
 *
 * That happens to the slave's when the master is closed, and by TIOCVHANGUP and vhangup(2).
 */
#include "pty.h"

#include <linux/capability.h>
#include <poll.h>

#include "../fs/fasync.h"
#include "../handlers.h"
#include "../process.h"

static int64_t hung_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    return t->retrying ? -EIO : 0; /* it was hung up while we waited, or before */
}

static int64_t hung_write(struct task *t, struct file *f, const void *buf, uint64_t len, uint64_t *pos)
{
    return -EIO;
}

static unsigned hung_poll(struct task *t, struct file *f, bool wait)
{
    return POLLIN | POLLOUT | POLLERR | POLLHUP | POLLRDNORM | POLLWRNORM;
}

static int64_t hung_ioctl(struct task *t, struct file *f, unsigned cmd, uint64_t arg)
{
    return cmd == TIOCSPGRP ? -ENOTTY : -EIO;
}

static const struct file_ops hung_slave_ops = {
    .read = hung_read,
    .write = hung_write,
    .poll = hung_poll,
    .changes = pty_changes,
    .ioctl = hung_ioctl,
    .release = pts_release,
};
static const struct file_ops hung_master_ops = {
    .read = hung_read,
    .write = hung_write,
    .poll = hung_poll,
    .changes = pty_changes,
    .ioctl = hung_ioctl,
    .release = ptmx_release,
};

void pty_hangup_slave(struct pty *p)
{
    list_for_each (n, &p->slave_files) {
        struct file *f = container_of(n, struct pty_file, node)->file;

        fasync_forget(f);
        f->ops = &hung_slave_ops;
    }
    ldisc_init(&p->ldisc, p->ldisc.ops, p); /* as it was made, for who opens it next */
    p->null_slave = false;
    p->typed_tail = p->typed_head;
    tty_hangup(p->k, &p->tty);
    pty_wake(p);
}

int64_t pty_vhangup(struct task *t, struct file *f, bool master)
{
    struct pty *p = pty_of(f);

    if (!task_capable(t, CAP_SYS_ADMIN))
        return -EPERM;
    if (!master) {
        pty_hangup_slave(p);
        return 0;
    }
    fasync_forget(f);
    f->ops = &hung_master_ops;
    p->master_hung = true;
    pty_wake(p);
    return 0;
}

/* The host's terminal is not ours to hang up. */
int64_t sys_vhangup(struct task *t, const uint64_t a[6])
{
    struct tty *tty = t->proc->tty;

    if (!task_capable(t, CAP_SYS_TTY_CONFIG))
        return -EPERM;
    if (tty && tty != t->k->vfs->host_tty)
        pty_hangup_slave(container_of(tty, struct pty, tty));
    return 0;
}
