/*
 * wait.c - how a system call waits.
 *
 * Nothing sleeps inside a handler: a handler that cannot proceed puts the task on wait queues, returns
 * SYS_BLOCK, and is run again from its start after a wake-up, a signal or its deadline. So a handler is
 * written as "look; if not yet, return task_block()", and everything it looked at is looked at again.
 */
#include <errno.h>
#include <stdlib.h>

#include "process.h"

void waitq_init(struct waitq *q)
{
    list_init(&q->waiters);
}

void task_wait_add(struct task *t, struct waitq *q)
{
    struct wait_entry *e = malloc(sizeof(*e));

    if (!e) { /* a lost wake-up would hang the guest: make it look again soon instead */
        t->deadline_soon = true;
        return;
    }
    e->task = t;
    e->q = q;
    list_add_tail(&q->waiters, &e->node);
    list_add_tail(&t->waits, &e->all);
}

void task_wait_end(struct task *t)
{
    list_for_each_safe (n, tmp, &t->waits) {
        struct wait_entry *e = container_of(n, struct wait_entry, all);

        list_del(&e->node);
        list_del(&e->all);
        free(e);
    }
    t->wait_what = NULL;
    t->wait_killable = false;
    t->deadline_soon = false;
}

static void make_ready(struct task *t)
{
    if (t->work)
        list_add_tail(&t->k->ready_work, &t->run_node);
    else
        t->k->ops->wake(t);
}

int64_t task_block(struct task *t, struct waitq *q, uint64_t deadline, const char *what)
{
    if (!t->deadline)
        t->deadline = deadline;
    if (t->wait_killable ? fatal_signal_pending(t) : signal_pending(t)) {
        task_wait_end(t);
        return -ERESTARTSYS;
    }
    if (t->deadline && t->k->now_ns >= t->deadline) {
        task_wait_end(t);
        t->timed_out = true;
        return -ETIMEDOUT;
    }
    if (q)
        task_wait_add(t, q);
    t->wait_what = what;
    if (t->deadline_soon) /* stays runnable: it polls */
        make_ready(t);
    else
        t->state = TASK_SLEEPING;
    return SYS_BLOCK;
}

int64_t task_block_killable(struct task *t, struct waitq *q, const char *what)
{
    t->wait_killable = true;
    return task_block(t, q, 0, what);
}

void task_wake(struct task *t)
{
    if (t->state != TASK_SLEEPING)
        return;
    task_wait_end(t);
    t->state = TASK_RUNNING;
    make_ready(t);
}

void kernel_run_work(struct kernel *k)
{
    while (!list_empty(&k->ready_work)) {
        struct task *t = list_first(&k->ready_work, struct task, run_node);

        list_del(&t->run_node);
        t->work(t);
    }
}

void wake_up(struct waitq *q)
{
    while (!list_empty(&q->waiters)) {
        struct wait_entry *e = list_first(&q->waiters, struct wait_entry, node);
        struct task *t = e->task;

        if (t->state == TASK_SLEEPING) {
            task_wake(t); /* takes the entry off q */
        } else {
            list_del(&e->node);
            list_del(&e->all);
            free(e);
        }
    }
}

static uint64_t next_deadline(const struct list_head *tasks, uint64_t next)
{
    list_for_each (n, tasks) {
        const struct task *t = container_of(n, struct task, node);

        if (t->state == TASK_SLEEPING && t->deadline && (!next || t->deadline < next))
            next = t->deadline;
    }
    return next;
}

uint64_t kernel_next_deadline(const struct kernel *k)
{
    return next_deadline(&k->waiting_work, next_deadline(&k->tasks, timers_next_deadline(k)));
}

static void wake_due(struct kernel *k, const struct list_head *tasks)
{
    list_for_each (n, tasks) {
        struct task *t = container_of(n, struct task, node);

        if (t->state == TASK_SLEEPING && t->deadline && t->deadline <= k->now_ns)
            task_wake(t);
    }
}

void kernel_advance(struct kernel *k, uint64_t now_ns)
{
    if (now_ns > k->now_ns)
        k->now_ns = now_ns;
    timers_expire(k);
    wake_due(k, &k->tasks);
    wake_due(k, &k->waiting_work);
}
