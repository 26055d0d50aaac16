/*
 * jobctl.c - controlling terminals of sessions, the group in the foreground, hang-up (drivers/tty/tty_jobctrl.c).
 */
#include <linux/capability.h>
#include <sys/ioctl.h>

#include "../process.h"
#include "tty.h"

void tty_signal_pgrp(struct kernel *k, int pgid, int signo, const struct task *from)
{
    struct ksiginfo info;

    if (!pgid)
        return;
    if (from)
        siginfo_user(&info, from, signo, SI_USER);
    else
        siginfo_kernel(&info, signo);
    list_for_each_safe (n, tmp, &k->processes) {
        struct process *p = container_of(n, struct process, node);

        if (p->pgid == pgid)
            send_signal_process(p, &info);
    }
}

int tty_check_change(struct task *t, const struct tty *tty, int signo)
{
    struct process *p = t->proc;

    if (p->tty != tty || !tty->pgrp || p->pgid == tty->pgrp)
        return 0;
    if (t->blocked & sigbit(signo) || t->sighand->action[signo - 1].handler == (uint64_t)(uintptr_t)SIG_IGN)
        return signo == SIGTTIN ? -EIO : 0;
    if (pgrp_orphaned(t->k, p->pgid))
        return -EIO;
    tty_signal_pgrp(t->k, p->pgid, signo, NULL);
    return -ERESTARTSYS;
}

void tty_take(struct task *t, struct tty *tty)
{
    tty->session = t->proc->sid;
    tty->pgrp = t->proc->pgid;
    t->proc->tty = tty;
    t->proc->tty_old_pgrp = 0;
}

static bool leads_session(const struct process *p)
{
    return p->sid == p->pid;
}

void tty_opened(struct task *t, struct tty *tty, const struct file *f, unsigned flags)
{
    if (!(flags & O_NOCTTY) && leads_session(t->proc) && !t->proc->tty && !tty->session && f->mf.readable)
        tty_take(t, tty);
}

/* Every process of the session loses its terminal. */
static void clear_session(struct kernel *k, int sid)
{
    list_for_each (n, &k->processes) {
        struct process *p = container_of(n, struct process, node);

        if (p->sid == sid)
            p->tty = NULL;
    }
}

void tty_hangup(struct kernel *k, struct tty *tty)
{
    struct ksiginfo info;

    list_for_each_safe (n, tmp, &k->processes) {
        struct process *p = container_of(n, struct process, node);

        if (p->tty == tty)
            p->tty = NULL;
        if (!tty->session || p->sid != tty->session || !leads_session(p))
            continue;
        siginfo_kernel(&info, SIGHUP);
        send_signal_process(p, &info);
        siginfo_kernel(&info, SIGCONT);
        send_signal_process(p, &info);
        p->tty_old_pgrp = tty->pgrp;
    }
    tty->session = tty->pgrp = 0;
}

void tty_disassociate(struct process *p, const struct task *by)
{
    struct tty *tty = p->tty;
    struct kernel *k = p->k;

    if (!leads_session(p))
        return;
    if (tty) {
        int pgrp = tty->pgrp;

        tty_signal_pgrp(k, pgrp, SIGHUP, by);
        if (by)
            tty_signal_pgrp(k, pgrp, SIGCONT, by);
        tty->session = tty->pgrp = 0;
        clear_session(k, p->sid);
    } else if (!by) {
        tty_signal_pgrp(k, p->tty_old_pgrp, SIGHUP, NULL);
        tty_signal_pgrp(k, p->tty_old_pgrp, SIGCONT, NULL);
    }
    p->tty_old_pgrp = 0;
}

static int64_t set_controlling(struct task *t, struct tty *tty, const struct file *f, uint64_t force)
{
    struct process *p = t->proc;
    bool admin = task_capable(t, CAP_SYS_ADMIN);

    if (leads_session(p) && tty->session == p->sid)
        return 0;
    if (!leads_session(p) || p->tty)
        return -EPERM;
    if (tty->session && !(force == 1 && admin))
        return -EPERM;
    if (!f->mf.readable && !admin)
        return -EPERM;
    if (tty->session)
        clear_session(t->k, tty->session);
    tty_take(t, tty);
    return 0;
}

static int64_t set_foreground(struct task *t, struct tty *tty, uint64_t arg)
{
    const struct process *found = NULL;
    int pgid, err = tty_check_change(t, tty, SIGTTOU);

    if (err)
        return err == -EIO ? -ENOTTY : err;
    if (mm_copy_in(t->mm, &pgid, arg, sizeof(pgid)))
        return -EFAULT;
    if (pgid < 0)
        return -EINVAL;
    if (t->proc->tty != tty || tty->session != t->proc->sid)
        return -ENOTTY;
    list_for_each (n, &t->k->processes) {
        const struct process *p = container_of(n, struct process, node);

        if (p->pgid == pgid || (!found && p->pid == pgid)) /* a group, or else a process that leads none */
            found = p;
        if (p->pgid == pgid)
            break;
    }
    if (!found)
        return -ESRCH;
    if (found->sid != t->proc->sid)
        return -EPERM;
    tty->pgrp = pgid;
    return 0;
}

int64_t tty_jobctl_ioctl(struct task *t, struct tty *tty, const struct file *f, unsigned cmd, uint64_t arg,
                         bool own)
{
    bool mine = t->proc->tty == tty;

    switch (cmd) {
    case TIOCSCTTY:
        return set_controlling(t, tty, f, arg);
    case TIOCNOTTY:
        if (!own || !mine)
            return -ENOTTY;
        tty_disassociate(t->proc, t);
        t->proc->tty = NULL;
        return 0;
    case TIOCGPGRP:
        return own && !mine ? -ENOTTY : mm_copy_out(t->mm, arg, &tty->pgrp, sizeof(tty->pgrp));
    case TIOCSPGRP:
        return set_foreground(t, tty, arg);
    case TIOCGSID:
        if ((own && !mine) || !tty->session)
            return -ENOTTY;
        return mm_copy_out(t->mm, arg, &tty->session, sizeof(tty->session));
    }
    return 1;
}
