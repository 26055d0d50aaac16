/*
 * process_end.c - a process whose last thread has ended: its parent hears of it, others inherit its children, and groups may be
 * orphaned (kernel/exit.c).
 */
#include <sys/wait.h>

#include "../file.h"
#include "../process.h"
#include "ptrace.h"

/* The nearest living ancestor that asked for orphans (PR_SET_CHILD_SUBREAPER); NULL: the invisible pid 1. */
static struct process *find_reaper(struct process *p)
{
    for (struct process *q = p->parent; q; q = q->parent)
        if (q->child_subreaper && !q->zombie && q->nr_threads)
            return q;
    return NULL;
}

static bool pgrp_has_stopped(struct kernel *k, int pgid)
{
    list_for_each (n, &k->processes) {
        struct process *p = container_of(n, struct process, node);

        if (p->pgid == pgid && p->stopped)
            return true;
    }
    return false;
}

/* POSIX 3.2.2.2: a group that becomes orphaned while a member is stopped gets SIGHUP and SIGCONT. */
static void kill_orphaned_pgrp(struct kernel *k, int pgid)
{
    struct ksiginfo info;

    if (!pgrp_orphaned(k, pgid) || !pgrp_has_stopped(k, pgid))
        return;
    for (int i = 0; i < 2; i++) {
        siginfo_kernel(&info, i ? SIGCONT : SIGHUP);
        list_for_each_safe (n, tmp, &k->processes) {
            struct process *p = container_of(n, struct process, node);

            if (p->pgid == pgid)
                send_signal_process(p, &info);
        }
    }
}

/* A zombie tells its parent, who may have said that it does not care: then nobody will reap it. */
static void notify_of_end(struct process *p)
{
    const struct ksigaction *ka;
    bool autoreap = !p->parent, quiet = false;

    if (p->parent && p->exit_signal == SIGCHLD) {
        ka = &p->parent->leader->sighand->action[SIGCHLD - 1];
        quiet = ka->handler == (uint64_t)(uintptr_t)SIG_IGN;
        autoreap = quiet || ka->flags & SA_NOCLDWAIT;
    }
    if (quiet)
        wake_up(&p->parent->child_wait);
    else
        notify_parent(p, WIFEXITED(p->exit_status)   ? CLD_EXITED
                         : WCOREDUMP(p->exit_status) ? CLD_DUMPED
                                                     : CLD_KILLED);
    if (autoreap) {
        struct process *parent = p->parent;

        process_reap(p);
        if (parent)
            wake_up(&parent->child_wait); /* somebody in wait4 may get ECHILD now */
    }
}

static void reparent_children(struct process *p)
{
    struct process *reaper = find_reaper(p);

    list_for_each_safe (n, tmp, &p->children) {
        struct process *c = container_of(n, struct process, sibling);

        list_del(&c->sibling);
        c->parent = reaper;
        c->parent_task = reaper ? reaper->leader : NULL;
        c->exit_signal = SIGCHLD;
        if (reaper)
            list_add_tail(&reaper->children, &c->sibling);
        if (c->zombie && !reaper)
            process_reap(c);
        else if (c->zombie)
            notify_of_end(c);
        if (c->pgid != p->pgid && c->sid == p->sid)
            kill_orphaned_pgrp(p->k, c->pgid);
    }
}

void process_over(struct process *p)
{
    struct kernel *k = p->k;

    tty_disassociate(p, NULL);
    p->tty = NULL;
    p->zombie = true;
    p->stopped = false;
    timers_exit(p);
    reparent_children(p);
    if (p->parent ? p->parent->pgid != p->pgid && p->parent->sid == p->sid : p == k->init)
        kill_orphaned_pgrp(k, p->pgid);
    wake_up(&p->exit_wait);
    ptrace_over(p);
    if (p == k->init) {
        k->init_done = true;
        k->init_status = p->exit_status;
        k->init = NULL;
    }
    if (!p->nr_kept)
        notify_of_end(p);
}

void thread_reap(struct task *t)
{
    struct process *p = t->proc;

    t->tracer = NULL;
    task_bury(t);
    if (!--p->nr_kept && p->zombie)
        notify_of_end(p);
}
