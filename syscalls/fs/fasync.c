/*
 * fasync.c - being told by a signal that a file is ready, and who is told (fs/fcntl.c).
 */
#include "fasync.h"
#include "../process.h"

#include <poll.h>
#include <stdlib.h>

struct fasync { /* one open file with O_ASYNC */
    struct list_head node;
    struct file *file; /* no reference: it takes itself off */
    int fd;
};

/* ---- owners ---- */

static struct process *process_of_group(struct kernel *k, int pgid)
{
    list_for_each (n, &k->processes) {
        struct process *p = container_of(n, struct process, node);

        if (p->pgid == pgid)
            return p;
    }
    return NULL;
}

/* find_vpid(): of a task or, when its leader is gone, of a group or session. */
static bool pid_in_use(struct kernel *k, int pid)
{
    if (find_task(k, pid))
        return true;
    list_for_each (n, &k->processes) {
        const struct process *p = container_of(n, struct process, node);

        if (p->pgid == pid || p->sid == pid)
            return true;
    }
    return false;
}

static int set_owner(struct task *t, struct file *f, int type, int pid)
{
    if (pid && !pid_in_use(t->k, pid))
        return -ESRCH;
    f->fown.type = type;
    f->fown.pid = pid;
    if (pid) {
        f->fown.uid = t->cred.uid;
        f->fown.euid = t->cred.euid;
    }
    return 0;
}

int fown_set(struct task *t, struct file *f, int who)
{
    if (who == INT_MIN)
        return -EINVAL;
    return set_owner(t, f, who < 0 ? F_OWNER_PGRP : F_OWNER_PID, who < 0 ? -who : who);
}

void fown_set_default(struct task *t, struct file *f)
{
    if (!f->fown.pid)
        set_owner(t, f, F_OWNER_PID, t->proc->pid);
}

/* The number of an owner that is still there; 0: none. */
static int owner_alive(struct file *f)
{
    const struct fown *o = &f->fown;
    bool there = o->type == F_OWNER_PGRP  ? process_of_group(f->k, o->pid) != NULL
                 : o->type == F_OWNER_PID ? find_process(f->k, o->pid) != NULL
                                          : find_task(f->k, o->pid) != NULL;

    return there ? o->pid : 0;
}

int fown_get(struct file *f)
{
    int pid = owner_alive(f);

    return f->fown.type == F_OWNER_PGRP ? -pid : pid;
}

int fown_set_ex(struct task *t, struct file *f, uint64_t uaddr)
{
    struct f_owner_ex o;

    if (mm_copy_in(t->mm, &o, uaddr, sizeof(o)))
        return -EFAULT;
    if (o.type != F_OWNER_TID && o.type != F_OWNER_PID && o.type != F_OWNER_PGRP)
        return -EINVAL;
    return set_owner(t, f, o.type, o.pid);
}

int fown_get_ex(struct task *t, struct file *f, uint64_t uaddr)
{
    struct f_owner_ex o = {f->fown.type, owner_alive(f)};

    return mm_copy_out(t->mm, uaddr, &o, sizeof(o));
}

/* ---- telling ---- */

static bool may_tell(const struct fown *o, const struct task *target)
{
    const struct cred *c = &target->cred;

    return !o->euid || o->euid == c->suid || o->euid == c->uid || o->uid == c->suid || o->uid == c->uid;
}

static int send(const struct fown *o, struct task *target, const struct ksiginfo *info)
{
    return o->type == F_OWNER_TID ? send_signal_task(target, info) : send_signal_process(target->proc, info);
}

/* The code of a signal that has codes of its own would not say what it is about. */
static bool has_own_codes(int sig)
{
    return sigbit(sig) & (sigbit(SIGILL) | sigbit(SIGFPE) | sigbit(SIGSEGV) | sigbit(SIGBUS) |
                          sigbit(SIGTRAP) | sigbit(SIGCHLD) | sigbit(SIGSYS));
}

struct event {
    int reason, fd; /* POLL_IN ... */
};

/* ev NULL: urgent data came. */
static void tell_task(const struct fown *o, struct task *target, const struct event *ev)
{
    static const unsigned bands[] = {
        [POLL_IN] = POLLIN | POLLRDNORM,
        [POLL_OUT] = POLLOUT | POLLWRNORM | POLLWRBAND,
        [POLL_MSG] = POLLIN | POLLRDNORM | POLLMSG,
        [POLL_ERR] = POLLERR,
        [POLL_PRI] = POLLPRI | POLLRDBAND,
        [POLL_HUP] = POLLHUP | POLLERR,
    };
    struct ksiginfo info = {.signo = o->signum};

    if (!may_tell(o, target))
        return;
    if (ev && o->signum) {
        info.info.si_signo = o->signum;
        info.info.si_code = has_own_codes(o->signum) ? SI_SIGIO : ev->reason;
        info.info.poll.band = bands[ev->reason];
        info.info.poll.fd = ev->fd;
        if (!send(o, target, &info))
            return;
    } /* no room for one more: the plain signal has to do */
    siginfo_kernel(&info, ev ? SIGIO : SIGURG);
    send(o, target, &info);
}

static void tell_owner(struct file *f, const struct event *ev)
{
    const struct fown *o = &f->fown;

    if (o->type != F_OWNER_PGRP) {
        struct task *target = o->pid ? find_task(f->k, o->pid) : NULL;

        if (target)
            tell_task(o, target, ev);
        return;
    }
    list_for_each (n, &f->k->processes) {
        struct process *p = container_of(n, struct process, node);

        if (p->pgid == o->pid)
            tell_task(o, p->leader, ev);
    }
}

void fasync_tell(const struct list_head *list, int reason)
{
    list_for_each (n, list) {
        const struct fasync *a = container_of(n, struct fasync, node);
        struct file *f = a->file;

        if ((reason == POLL_IN && !f->mf.readable) || (reason == POLL_OUT && !f->mf.writable) ||
            (reason == POLL_PRI && !f->fown.signum))
            continue;
        tell_owner(f, &(struct event){reason, a->fd});
    }
}

void fown_tell(struct file *f, int fd, int reason)
{
    tell_owner(f, &(struct event){reason, fd});
}

bool fown_tell_urgent(struct file *f)
{
    if (!f->fown.pid)
        return false;
    tell_owner(f, NULL);
    return true;
}

/* ---- asking to be told ---- */

void fasync_forget(struct file *f)
{
    if (f->async)
        list_del(&f->async->node);
    free(f->async);
    f->async = NULL;
    f->flags &= ~(unsigned)O_ASYNC;
}

int fasync_set(struct task *t, struct file *f, int fd, bool on)
{
    struct list_head *list;
    struct fasync *a;

    if (!f->ops || !f->ops->fasync)
        return -ENOTTY;
    if (!on) {
        fasync_forget(f);
        return 0;
    }
    a = calloc(1, sizeof(*a));
    if (!a)
        return -ENOMEM;
    a->file = f;
    a->fd = fd;
    f->async = a;
    f->flags |= O_ASYNC;
    list_init(&a->node);
    list = f->ops->fasync(t, f);
    if (list)
        list_add(list, &a->node);
    return 0;
}
