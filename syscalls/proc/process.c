/*
 * process.c - processes and threads as structures: made, found by their numbers, freed. How they end is in task_end.c and
 * process_end.c.
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

#include "../file.h"
#include "../process.h"
#include "../signal/coredump.h"
#include "seccomp.h"

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

void task_stop_waiting(struct task *t)
{
    task_wait_end(t);
    futex_wait_free(t);
    sem_wait_free(t);
    mq_wait_free(t);
    userfault_call_free(t);
    seccomp_call_free(t);
}

void task_release_parts(struct task *t)
{
    task_stop_waiting(t);
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

/* ---- out of sight, and freed ---- */

void task_bury(struct task *t)
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
