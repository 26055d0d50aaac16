/*
 * process.c - processes and threads: making the structures, finding them, their end, and who inherits the
 * children.
 *
 *     struct process (pid)  <- threads -  struct task (leader, tid == pid), struct task (tid) ...
 *
 * A thread that is over goes to kernel.dead at once; the leader stays, a zombie, until its process is reaped.
 * A process whose parent is NULL belongs to an invisible pid 1 that reaps at once.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "../file.h"
#include "../process.h"
#include "../signal/coredump.h"
#include "ptrace.h"
#include "seccomp.h"
#include "../trace/lockstep.h"
#include "../trace/trace.h"

struct task *find_task(struct kernel *k, int tid)
{
    list_for_each (n, &k->tasks) {
        struct task *t = container_of(n, struct task, node);

        if (t->tid == tid)
            return t;
    }
    return NULL;
}

struct process *find_process(struct kernel *k, int pid)
{
    list_for_each (n, &k->processes) {
        struct process *p = container_of(n, struct process, node);

        if (p->pid == pid)
            return p;
    }
    return NULL;
}

/* ---- making ---- */

#define PID_MAX  4194304
#define PID_WRAP 300 /* RESERVED_PIDS of kernel/pid.c */

int alloc_tid(struct kernel *k)
{
    for (int tries = 0; tries < PID_MAX; tries++) {
        int tid = k->next_pid;

        k->next_pid = tid + 1 < PID_MAX ? tid + 1 : PID_WRAP;
        if (!find_task(k, tid))
            return tid;
    }
    return -EAGAIN;
}

int claim_tid(const struct task *t, int tid)
{
    if (tid < 1 || tid >= PID_MAX)
        return -EINVAL;
    if (!capable(t, CAP_SYS_ADMIN) && !capable(t, CAP_CHECKPOINT_RESTORE))
        return -EPERM;
    return find_task(t->k, tid) ? -EEXIST : tid;
}

/* Lists by number: a new one nearly always belongs at the end. */
void task_insert(struct kernel *k, struct task *t)
{
    struct list_head *before = k->tasks.prev;

    while (before != &k->tasks && container_of(before, struct task, node)->tid > t->tid)
        before = before->prev;
    list_add(before, &t->node);
    k->nr_tasks++;
}

static void process_insert(struct kernel *k, struct process *p)
{
    struct list_head *before = k->processes.prev;

    while (before != &k->processes && container_of(before, struct process, node)->pid > p->pid)
        before = before->prev;
    list_add(before, &p->node);
}

struct task *task_alloc(struct kernel *k)
{
    struct task *t = aligned_alloc(16, (sizeof(*t) + 15) / 16 * 16);

    if (!t)
        return NULL;
    memset(t, 0, sizeof(*t));
    t->k = k;
    list_init(&t->node);
    list_init(&t->thread_node);
    list_init(&t->run_node);
    list_init(&t->waits);
    sigqueue_init(&t->pending);
    t->sysno = t->last_sysno = -1;
    t->state = TASK_RUNNING;
    t->timer_slack = 50000;
    return t;
}

struct process *process_alloc(struct kernel *k, int pid)
{
    struct process *p = calloc(1, sizeof(*p));

    if (!p)
        return NULL;
    p->k = k;
    p->pid = pid;
    p->refs = 1;
    list_init(&p->children);
    list_init(&p->sibling);
    list_init(&p->threads);
    sigqueue_init(&p->pending);
    waitq_init(&p->child_wait);
    waitq_init(&p->exit_wait);
    p->exit_signal = SIGCHLD;
    p->dumpable = true;
    p->coredump_filter = CORE_DEFAULT;
    p->start_ns = k->now_ns;
    process_insert(k, p);
    return p;
}

void task_join(struct task *t, struct process *p)
{
    t->proc = process_get(p);
    list_add_tail(&p->threads, &t->thread_node);
    p->nr_threads++;
    if (!p->leader)
        p->leader = t;
}

struct process *process_get(struct process *p)
{
    p->refs++;
    return p;
}

void process_put(struct process *p)
{
    if (--p->refs)
        return;
    sigqueue_flush(&p->pending, ~UINT64_C(0));
    if (p->exe_file)
        file_put(p->exe_file);
    free(p);
}

/* t's system call, if it waits in one, will not go on. */
static void stop_waiting(struct task *t)
{
    task_wait_end(t);
    futex_wait_free(t);
    sem_wait_free(t);
    mq_wait_free(t);
    userfault_call_free(t);
    seccomp_call_free(t);
}

/* All of t except the structure itself; safe on a task that was only half made. */
static void task_release_parts(struct task *t)
{
    stop_waiting(t);
    sem_task_exit(t);
    seccomp_exit(t);
    if (t->files)
        files_put(t->files);
    if (t->fs)
        fs_put(t->fs);
    if (t->mm)
        mm_put(t->mm);
    t->files = NULL;
    t->fs = NULL;
    t->mm = NULL;
}

void task_free(struct task *t)
{
    task_release_parts(t);
    list_del(&t->node);
    list_del(&t->run_node);
    list_del(&t->thread_node);
    sigqueue_flush(&t->pending, ~UINT64_C(0));
    sighand_put(t->sighand);
    creds_release(&t->cred);
    t->k->ops->free_cpu(t);
    free(t->inject.seen);
    if (t->proc)
        process_put(t->proc);
    free(t);
}

/* ---- the end ---- */

/* The task is no longer found by its number; freed when nobody runs on it. */
static void task_bury(struct task *t)
{
    list_del(&t->node);
    list_del(&t->thread_node);
    list_del(&t->run_node);
    list_add_tail(&t->k->dead, &t->node);
    t->state = TASK_DEAD;
    t->k->nr_tasks--;
}

void kernel_bury_dead(struct kernel *k, const struct task *current)
{
    list_for_each_safe (n, tmp, &k->dead) {
        struct task *t = container_of(n, struct task, node);

        if (t != current && t != k->current)
            task_free(t);
    }
}

void kernel_destroy_tasks(struct kernel *k)
{
    k->current = NULL;
    list_for_each_safe (n, tmp, &k->tasks) {
        struct task *t = container_of(n, struct task, node);

        task_release_parts(t);
        task_bury(t);
    }
    kernel_bury_dead(k, NULL);
    list_for_each_safe (n, tmp, &k->processes) {
        struct process *p = container_of(n, struct process, node);

        timers_exit(p);
        list_del(&p->node);
        process_put(p);
    }
}

void process_reap(struct process *p)
{
    if (p->reaped)
        return;
    p->reaped = true;
    list_del(&p->sibling);
    list_del(&p->node);
    task_bury(p->leader);
    process_put(p);
}

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

/* PR_SET_PDEATHSIG, which is about the parent THREAD; then another thread stands in as the maker. */
static void parent_thread_died(struct task *t)
{
    list_for_each_safe (n, tmp, &t->proc->children) {
        struct process *c = container_of(n, struct process, sibling);
        struct ksiginfo info;

        if (c->parent_task != t)
            continue;
        c->parent_task = NULL;
        list_for_each (m, &t->proc->threads) {
            struct task *o = container_of(m, struct task, thread_node);

            if (o != t && o->state != TASK_ZOMBIE)
                c->parent_task = o;
        }
        list_for_each (m, &c->threads) {
            struct task *o = container_of(m, struct task, thread_node);

            if (!o->pdeath_signal)
                continue;
            siginfo_user(&info, t, o->pdeath_signal, SI_USER);
            send_signal_process(c, &info);
        }
    }
}

static void process_over(struct process *p)
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

/* Linux tells the joiner only if somebody is left who could look (mm_release in kernel/fork.c). */
static bool mm_is_shared(const struct task *t)
{
    list_for_each (n, &t->k->tasks) {
        const struct task *o = container_of(n, struct task, node);

        if (o != t && o->mm == t->mm)
            return true;
    }
    return false;
}

void task_leave_mm(struct task *t)
{
    const uint32_t zero = 0;

    if (!list_empty(&t->k->urings))
        uring_task_exit(t);
    if (!t->mm)
        return;
    futex_task_exit(t);
    if (t->clear_child_tid && mm_is_shared(t) && !mm_copy_out(t->mm, t->clear_child_tid, &zero, sizeof(zero)))
        futex_wake_addr(t, t->clear_child_tid, 1);
    t->clear_child_tid = 0;
    if (!list_empty(&t->k->aio) && !mm_is_shared(t))
        aio_exit(t->k, t->mm);
}

void vfork_release(struct task *t)
{
    struct task *parent = t->vfork_parent;

    t->vfork_parent = NULL;
    if (parent)
        task_wake(parent);
}

static void forget_vfork_child(struct task *t)
{
    list_for_each (n, &t->k->tasks) {
        struct task *c = container_of(n, struct task, node);

        if (c->vfork_parent == t)
            c->vfork_parent = NULL;
    }
}

static void account_memory(struct task *t)
{
    struct mm_stats st;
    struct process *p = t->proc;

    if (!t->mm)
        return;
    mm_get_stats(t->mm, &st);
    if (st.hiwater_rss * 4 > p->maxrss)
        p->maxrss = st.hiwater_rss * 4;
}

/* Does a task of p live on that has not begun to end? t itself does not count. */
static bool others_live(const struct process *p, const struct task *t)
{
    list_for_each (n, &p->threads) {
        const struct task *o = container_of(n, struct task, thread_node);

        if (o != t && o->state != TASK_ZOMBIE && o->state != TASK_DEAD && !o->pt.ending)
            return true;
    }
    return false;
}

void task_exit(struct task *t, int status)
{
    struct process *p = t->proc;
    struct kernel *k = t->k;

    if (t->state == TASK_ZOMBIE || t->state == TASK_DEAD)
        return;
    t->exit_code = status;
    stop_waiting(t);
    if (!p->exiting && !others_live(p, t)) { /* synchronize_group_exit(): the last one decides */
        p->exiting = true;
        p->exit_status = status;
    }
    if (ptrace_exit_stop(t, status)) {
        t->retrying = false;
        list_del(&t->run_node);
        return;
    }
    task_leave_mm(t);
    account_memory(t);
    vfork_release(t);
    if (t->vforking)
        forget_vfork_child(t);
    if (k->trace && t == p->leader && p->nr_threads > 1)
        trace_ending(t);
    else if (k->trace)
        trace_exit(t, p->exiting ? p->exit_status : status);
    if (k->lockstep)
        lockstep_exited(t, p->exiting ? p->exit_status : status);
    if (t->stop_pending) {
        t->stop_pending = false;
        if (p->stopping)
            p->stopping--;
    }
    if (p->nr_threads == 1 && t->mm && k->ops->exit_mm)
        k->ops->exit_mm(t);
    t->state = TASK_ZOMBIE;
    ptrace_tracer_exit(t);
    parent_thread_died(t);
    task_release_parts(t);
    sigqueue_flush(&t->pending, ~UINT64_C(0));
    list_del(&t->run_node);
    p->nr_threads--;
    if (t != p->leader) {
        if (ptrace_keeps(t))
            p->nr_kept++;
        else
            task_bury(t);
    }
    if (p->nr_threads)
        return;
    if (k->trace && t != p->leader) { /* nobody hears of a leader's end before */
        p->leader->event = t->event;
        trace_exit(p->leader, p->exit_status);
    }
    process_over(p);
}

void kill_other_threads(struct task *t, int status)
{
    list_for_each_safe (n, tmp, &t->proc->threads) {
        struct task *o = container_of(n, struct task, thread_node);

        if (o != t)
            task_exit(o, status);
    }
}

void process_exit(struct process *p, int status)
{
    struct task *last = p->k->current && p->k->current->proc == p ? p->k->current : p->leader;

    if (p->exiting || p->zombie)
        return;
    p->exiting = true;
    p->exit_status = status;
    if (last->state == TASK_ZOMBIE) /* the leader went first: any other one */
        list_for_each (n, &p->threads) {
            struct task *o = container_of(n, struct task, thread_node);

            if (o->state != TASK_ZOMBIE)
                last = o;
        }
    kill_other_threads(last, status);
    task_exit(last, status);
}
