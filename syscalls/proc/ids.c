/*
 * ids.c - process ids, groups and sessions (kernel/sys.c).
 */
#include <errno.h>

#include "../handlers.h"
#include "../process.h"

int64_t sys_getpid(struct task *t, const uint64_t a[6])
{
    return t->proc->pid;
}

int64_t sys_gettid(struct task *t, const uint64_t a[6])
{
    return t->tid;
}

int64_t sys_getppid(struct task *t, const uint64_t a[6])
{
    return t->proc->parent ? t->proc->parent->pid : 1;
}

int64_t sys_set_tid_address(struct task *t, const uint64_t a[6])
{
    t->clear_child_tid = a[0];
    return t->tid;
}

/* A process by pid or by the tid of one of its threads, as getpgid() and getsid() find it; 0: the caller. */
static struct process *process_of(struct task *t, int pid)
{
    struct task *o = pid ? find_task(t->k, pid) : t;

    return o ? o->proc : NULL;
}

int64_t sys_getpgid(struct task *t, const uint64_t a[6])
{
    struct process *p = process_of(t, arg_int(a[0]));

    return p ? p->pgid : -ESRCH;
}

int64_t sys_getpgrp(struct task *t, const uint64_t a[6])
{
    return t->proc->pgid;
}

int64_t sys_getsid(struct task *t, const uint64_t a[6])
{
    struct process *p = process_of(t, arg_int(a[0]));

    return p ? p->sid : -ESRCH;
}

static bool pgrp_in_session(struct kernel *k, int pgid, int sid)
{
    list_for_each (n, &k->processes) {
        const struct process *p = container_of(n, struct process, node);

        if (p->pgid == pgid && p->sid == sid)
            return true;
    }
    return false;
}

int64_t sys_setpgid(struct task *t, const uint64_t a[6])
{
    int pid = arg_int(a[0]) ? arg_int(a[0]) : t->proc->pid;
    int pgid = arg_int(a[1]) ? arg_int(a[1]) : pid;
    struct task *target;
    struct process *p;

    if (pgid < 0)
        return -EINVAL;
    target = find_task(t->k, pid);
    if (!target)
        return -ESRCH;
    p = target->proc;
    if (p->leader != target)
        return -EINVAL;
    if (p->parent == t->proc) {
        if (p->sid != t->proc->sid)
            return -EPERM;
        if (p->did_exec)
            return -EACCES;
    } else if (p != t->proc) {
        return -ESRCH;
    }
    if (p->sid == p->pid) /* a session leader */
        return -EPERM;
    if (pgid != pid && !pgrp_in_session(t->k, pgid, t->proc->sid))
        return -EPERM;
    p->pgid = pgid;
    return 0;
}

int64_t sys_setsid(struct task *t, const uint64_t a[6])
{
    struct process *p = t->proc;

    list_for_each (n, &t->k->processes)
        if (container_of(n, struct process, node)->pgid ==
            p->pid) /* we lead a group, or one is left with our number */
            return -EPERM;
    p->sid = p->pgid = p->pid;
    p->autogroup_nice = 0;
    p->tty = NULL;
    p->tty_old_pgrp = 0;
    return p->pid;
}
