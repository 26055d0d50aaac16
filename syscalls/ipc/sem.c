/*
 * sem.c - System V semaphores: semget(2), semop(2), semtimedop(2) (ipc/sem.c).
 *
 * All operations of a call are done, or none. Who has to wait leaves them in the set's queue; the task that
 * makes them possible does them in its name, so that nobody overtakes who waits longer.
 */
#include "ipc.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/sem.h>

#include "../handlers.h"

#define SEMMSL_ 32000
#define SEMMNS_ 1024000000
#define SEMOPM_ 500

static int64_t set_create(struct task *t, int key, int flags, int n)
{
    struct ipc_namespace *ns = t->k->ipc;
    struct sem_set *set;
    int id;

    if (!n)
        return -EINVAL;
    if (ns->used_sems + n > SEMMNS_)
        return -ENOSPC;
    set = calloc(1, sizeof(*set) + (size_t)n * sizeof(set->sem[0]));
    if (!set)
        return -ENOMEM;
    list_init(&set->pending);
    list_init(&set->undos);
    set->n = n;
    set->ctime = ipc_now(t->k);
    id = ipc_add(t, &ns->sem, &set->o, key, flags);
    if (id < 0) {
        free(set);
        return id;
    }
    ns->used_sems += n;
    return id;
}

static int set_accept(const struct ipc_object *o, int n)
{
    return n > ((const struct sem_set *)o)->n ? -EINVAL : 0;
}

int64_t sys_semget(struct task *t, const uint64_t a[6])
{
    int n = arg_int(a[1]);

    if (n < 0 || n > SEMMSL_)
        return -EINVAL;
    return ipc_get(t, &t->k->ipc->sem, arg_int(a[0]), arg_int(a[2]), n, set_create, set_accept);
}

/* ---- the operations ---- */

/* Take back the first n operations of q. */
static void undo_first(struct sem_set *set, struct sem_queue *q, unsigned n)
{
    while (n--) {
        set->sem[q->op[n].num].val -= q->op[n].op;
        if (q->op[n].flg & SEM_UNDO)
            q->undo->adj[q->op[n].num] = (int16_t)(q->undo->adj[q->op[n].num] + q->op[n].op);
    }
}

/* perform_atomic_semop(): 0: done; 1: has to wait; or -EAGAIN, -ERANGE. */
static int perform(struct sem_set *set, struct sem_queue *q)
{
    unsigned i;
    int err = 0;

    for (i = 0; i < q->n; i++) {
        struct sem *s = &set->sem[q->op[i].num];
        int op = q->op[i].op, val = s->val + op;

        if ((!op && s->val) || val < 0) {
            q->blocking = i;
            err = q->op[i].flg & IPC_NOWAIT ? -EAGAIN : 1;
            break;
        }
        if (val > SEMVMX_) {
            err = -ERANGE;
            break;
        }
        if (q->op[i].flg & SEM_UNDO) {
            int adj = q->undo->adj[q->op[i].num] - op;

            if (adj < -SEMAEM_ - 1 || adj > SEMAEM_) {
                err = -ERANGE;
                break;
            }
            q->undo->adj[q->op[i].num] = (int16_t)adj;
        }
        s->val = val;
    }
    if (err) {
        undo_first(set, q, i);
        return err;
    }
    for (i = 0; i < q->n; i++)
        set->sem[q->op[i].num].pid = q->task->proc->pid;
    set->otime = ipc_now(q->task->k);
    return 0;
}

static void finish(struct sem_queue *q, int status)
{
    list_del(&q->node);
    q->status = status;
    task_wake(q->task);
}

/* One round over who waits, either for zero or to change something. Was something changed? */
static bool update_round(struct sem_set *set, bool alter)
{
    list_for_each_safe (pos, tmp, &set->pending) {
        struct sem_queue *q = container_of(pos, struct sem_queue, node);
        int err;

        if (q->alter != alter)
            continue;
        err = perform(set, q);
        if (err > 0)
            continue;
        finish(q, err);
        if (!err && alter)
            return true;
    }
    return false;
}

void sem_update(struct sem_set *set)
{
    do
        update_round(set, false); /* who waits for zero comes first: the moment may pass */
    while (update_round(set, true));
}

void sem_set_free(struct kernel *k, struct sem_set *set)
{
    list_for_each_safe (pos, tmp, &set->pending) {
        finish(container_of(pos, struct sem_queue, node), -EIDRM);
    }
    list_for_each_safe (pos, tmp, &set->undos) {
        sem_undo_free(container_of(pos, struct sem_undo, set_node));
    }
    k->ipc->used_sems -= set->n;
    ipc_remove(&k->ipc->sem, &set->o);
    free(set);
}

void sem_wait_free(struct task *t)
{
    if (!t->sem_wait)
        return;
    list_del(&t->sem_wait->node);
    free(t->sem_wait);
    t->sem_wait = NULL;
}

/* ---- the calls ---- */

static int64_t wait_rest(struct task *t, uint64_t deadline)
{
    int64_t ret = t->sem_wait->status;

    if (ret > 0) {
        ret = task_block(t, NULL, deadline, "a semaphore");
        if (ret == SYS_BLOCK)
            return ret;
        ret = ret == -ETIMEDOUT ? -EAGAIN : -EINTR; /* never started again: semop(2) */
    }
    sem_wait_free(t);
    return ret;
}

static int queue_fill(struct task *t, struct sem_queue *q, uint64_t addr, unsigned n, int *max, bool *undo)
{
    q->task = t;
    q->n = n;
    list_init(&q->node);
    if (mm_copy_in(t->mm, q->op, addr, n * sizeof(q->op[0])))
        return -EFAULT;
    for (unsigned i = 0; i < n; i++) {
        *max = q->op[i].num > *max ? q->op[i].num : *max;
        *undo |= !!(q->op[i].flg & SEM_UNDO);
        q->alter |= q->op[i].op != 0;
    }
    return 0;
}

static int64_t do_semop(struct task *t, int id, uint64_t addr, unsigned n, uint64_t deadline)
{
    struct sem_queue *q;
    struct sem_set *set;
    int max = 0, err;
    bool undo = false;

    if (t->retrying)
        return wait_rest(t, t->deadline);
    if (n > SEMOPM_)
        return -E2BIG;
    if (n < 1)
        return -EINVAL;
    q = calloc(1, sizeof(*q) + n * sizeof(q->op[0]));
    if (!q)
        return -ENOMEM;
    err = queue_fill(t, q, addr, n, &max, &undo);
    if (err)
        goto out;
    set = id < 0 ? NULL : (struct sem_set *)ipc_find(&t->k->ipc->sem, id);
    err = !set                                                              ? -EINVAL
          : max >= set->n                                                   ? -EFBIG
          : !ipc_permits(t, &set->o, q->alter ? 0222 /* S_IWUGO */ : 0444u) ? -EACCES
                                                                            : 0;
    if (!err && undo) {
        q->undo = sem_undo_get(t, set);
        err = q->undo ? 0 : -ENOMEM;
    }
    if (!err)
        err = perform(set, q);
    if (!err && q->alter)
        sem_update(set);
    if (err <= 0)
        goto out;
    q->status = 1;
    list_add_tail(&set->pending, &q->node);
    t->sem_wait = q;
    return wait_rest(t, deadline);

out:
    free(q);
    return err;
}

int64_t sys_semop(struct task *t, const uint64_t a[6])
{
    return do_semop(t, arg_int(a[0]), a[1], arg_uint(a[2]), 0);
}

int64_t sys_semtimedop(struct task *t, const uint64_t a[6])
{
    struct ktimespec ts;
    uint64_t deadline = 0, ns;

    if (a[3] && !t->retrying) {
        if (mm_copy_in(t->mm, &ts, a[3], sizeof(ts)))
            return -EFAULT;
        if (arg_uint(a[2]) > SEMOPM_)
            return -E2BIG;
        if (copy_timespec_in(t, a[3], &ns))
            return -EINVAL;
        deadline = ns > UINT64_MAX - t->k->now_ns ? UINT64_MAX : t->k->now_ns + ns;
    }
    return do_semop(t, arg_int(a[0]), a[1], arg_uint(a[2]), deadline);
}
