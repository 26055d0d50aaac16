/*
 * deliver.c - what happens when a task meets its signal: default actions, job control, or a handler
 * (get_signal of kernel/signal.c). The frame itself is the CPU side's.
 */
#include <sys/wait.h>

#include "coredump.h"

#include "../proc/ptrace.h"
#include "../proc/seccomp.h"
#include "../trace/lockstep.h"
#include "../trace/trace.h"

/*
 * A process group is orphaned when no member has a parent outside of the group but inside of the session:
 * nobody could continue it, so the terminal's stop signals do nothing. The program that was run counts the
 * shell we pretend to be.
 */
bool pgrp_orphaned(struct kernel *k, int pgid)
{
    list_for_each (n, &k->processes) {
        struct process *p = container_of(n, struct process, node);

        if (p->pgid != pgid || p->zombie)
            continue;
        if (p->parent ? p->parent->pgid != pgid && p->parent->sid == p->sid
                      : p == k->init && p->sid == KERNEL_SHELL_SID)
            return false;
    }
    return true;
}

static void task_stopped(struct task *t)
{
    struct process *p = t->proc;

    t->stop_pending = false;
    t->state = TASK_STOPPED;
    if (t->k->trace)
        trace_stopped(t, p->stop_signal);
    if (p->stopping && --p->stopping == 0) {
        p->stopped = true;
        p->reported_stop = false;
        p->continued = false;
        notify_parent(p, CLD_STOPPED);
    }
}

static void stop_process(struct task *t, int signo)
{
    struct process *p = t->proc;

    if (!p->stopping) {
        p->stop_signal = signo;
        list_for_each (n, &p->threads) {
            struct task *o = container_of(n, struct task, thread_node);

            if (o->state == TASK_RUNNING || o->state == TASK_SLEEPING) {
                o->stop_pending = true;
                p->stopping++;
                if (o != t)
                    signal_wake_up(o);
            }
        }
    }
    task_stopped(t);
}

void process_continue(struct process *p)
{
    bool was_stopped = p->stopped, was_stopping = p->stopping > 0;

    if (!was_stopped && !was_stopping)
        return;
    p->stopped = false;
    p->stopping = 0;
    list_for_each (n, &p->threads) {
        struct task *t = container_of(n, struct task, thread_node);

        t->stop_pending = false;
        if (t->state == TASK_STOPPED && !t->pt.stop) {
            t->state = TASK_RUNNING;
            t->k->ops->wake(t);
        }
    }
    if (was_stopped) {
        p->continued = true;
        notify_parent(p, CLD_CONTINUED);
    }
}

static void restore_saved_mask(struct task *t)
{
    if (t->restore_blocked) {
        t->restore_blocked = false;
        set_blocked(t, t->saved_blocked);
    }
}

/* The default action of signo. True: t goes on looking for another signal. */
static bool default_action(struct task *t, int signo, const struct ksiginfo *info)
{
    struct process *p = t->proc;

    if (sigbit(signo) & SIG_KERNEL_IGNORE)
        return true;
    if (sigbit(signo) & SIG_KERNEL_STOP) {
        if (signo != SIGSTOP && pgrp_orphaned(t->k, p->pgid))
            return true;
        stop_process(t, signo);
        return false;
    }
    if (t->k->ops->fatal_signal)
        t->k->ops->fatal_signal(t, info);
    process_exit(p, sigbit(signo) & SIG_KERNEL_COREDUMP && coredump(t, info) ? signo | 0x80 : signo);
    return false;
}

/* What a debugger wants t to get, out of turn. */
static int debugger_signal(struct task *t, struct ksiginfo *info)
{
    info->signo = 0;
    return t->k->ops->filter_signal(t, info);
}

int get_signal(struct task *t, struct ksiginfo *info, struct ksigaction *action)
{
    if (t->state == TASK_ZOMBIE || t->state == TASK_DEAD || t->state == TASK_STOPPED)
        return -1;
    if (t->pt.ending) {
        task_exit(t, t->exit_code);
        return -1;
    }
    for (;;) {
        struct ksigaction *ka;
        int signo;

        if (ptrace_event_due(t))
            return -1;
        signo = ptrace_signal_resumed(t, info);
        if (signo > 0)
            goto take;
        if (t->stop_pending && !(t->pending.set & sigbit(SIGKILL))) {
            task_stopped(t);
            return -1;
        }
        if (t->k->ops->filter_signal && (signo = debugger_signal(t, info)) < 0)
            return -1;
        if (!signo && !((t->pending.set | t->proc->pending.set) & ~t->blocked)) {
            restore_saved_mask(t);
            return 0;
        }
        if (!signo) {
            signo = dequeue_signal(t, t->blocked, info);
            if (t->k->trace && signo != SIGKILL && !seccomp_kills(t, signo))
                trace_signal(t, info);
            if (t->k->lockstep && signo != SIGKILL)
                lockstep_signal(t, info);
            if (t->k->ops->filter_signal && (signo = t->k->ops->filter_signal(t, info)) < 0)
                return -1;
            if (!signo)
                continue;
        }
        if (ptrace_signal(t, info))
            return -1;
    take:
        ka = &t->sighand->action[signo - 1];
        if (seccomp_kills(t, signo))
            ka->handler = (uint64_t)(uintptr_t)SIG_DFL;
        if (ka->handler == (uint64_t)(uintptr_t)SIG_IGN)
            continue;
        if (ka->handler != (uint64_t)(uintptr_t)SIG_DFL) {
            *action = *ka;
            if (ka->flags & SA_RESETHAND)
                ka->handler = (uint64_t)(uintptr_t)SIG_DFL;
            return signo;
        }
        if (!default_action(t, signo, info))
            return -1;
    }
}

ksigset_t signal_frame_mask(const struct task *t)
{
    return t->restore_blocked ? t->saved_blocked : t->blocked;
}

void signal_delivered(struct task *t, int signo, const struct ksigaction *action)
{
    ksigset_t mask = t->blocked | action->mask;

    t->restore_blocked = false;
    if (!(action->flags & SA_NODEFER))
        mask |= sigbit(signo);
    set_blocked(t, mask);
}

/* kernel/signal.c do_notify_parent{,_cldstop}: SIGCHLD with who and why; always wakes wait4. */
void notify_parent(struct process *p, int code)
{
    struct process *parent = p->parent;
    struct ksiginfo info = {.signo = SIGCHLD};
    const struct ksigaction *ka;

    if (!parent)
        return;
    info.info.si_signo = SIGCHLD;
    info.info.si_code = code;
    info.info.chld.pid = p->pid;
    info.info.chld.uid = p->leader->cred.uid;
    info.info.chld.utime = (int64_t)(p->utime_ns / 10000000);
    info.info.chld.stime = (int64_t)(p->stime_ns / 10000000);
    switch (code) {
    case CLD_STOPPED:
        info.info.chld.status = p->stop_signal;
        break;
    case CLD_CONTINUED:
        info.info.chld.status = SIGCONT;
        break;
    case CLD_EXITED:
        info.info.chld.status = WEXITSTATUS(p->exit_status);
        break;
    default:
        info.info.chld.status = WTERMSIG(p->exit_status);
    }

    if (code == CLD_STOPPED || code == CLD_CONTINUED) {
        ka = &parent->leader->sighand->action[SIGCHLD - 1];
        if (ka->handler != (uint64_t)(uintptr_t)SIG_IGN && !(ka->flags & SA_NOCLDSTOP))
            send_signal_process(parent, &info);
    } else if (p->exit_signal > 0 && p->exit_signal <= NR_SIGNALS) { /* clone(2) takes any byte for one */
        info.signo = info.info.si_signo = p->exit_signal;
        send_signal_process(parent, &info);
    }
    wake_up(&parent->child_wait);
}
