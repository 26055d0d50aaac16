/*
 * task_end.c - a thread's end, and that of all of a process (do_exit of kernel/exit.c).
 */
#include "../file.h"
#include "../process.h"
#include "../trace/lockstep.h"
#include "../trace/trace.h"
#include "ptrace.h"

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
    task_stop_waiting(t);
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
