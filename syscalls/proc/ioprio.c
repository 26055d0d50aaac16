/* ioprio.c - ioprio_set(2), ioprio_get(2): priorities of input and output, which only remember what they were set to (block/ioprio.c). */
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>

#include "../handlers.h"
#include "../process.h"

enum { WHO_PROCESS = 1, WHO_PGRP, WHO_USER };
enum { CLASS_NONE, CLASS_RT, CLASS_BE, CLASS_IDLE };
#define CLASS_SHIFT 13

static unsigned class_of(unsigned prio)
{
    return prio >> CLASS_SHIFT & 7;
}
static unsigned level_of(unsigned prio)
{
    return prio & 7;
}

/* What counts where nothing was set: as the scheduler treats the task. */
static unsigned effective(const struct task *o)
{
    unsigned class = o->sched_policy == SCHED_IDLE                                  ? CLASS_IDLE
                     : o->sched_policy == SCHED_FIFO || o->sched_policy == SCHED_RR ? CLASS_RT
                                                                                    : CLASS_BE;

    return class_of(o->ioprio) ? o->ioprio : class << CLASS_SHIFT | (unsigned)(o->nice + 20) / 5;
}

static bool matches(const struct task *t, const struct task *o, int who, int id)
{
    switch (who) {
    case WHO_PROCESS:
        return o->tid == (id ? id : t->tid);
    case WHO_PGRP:
        return o->proc->pgid == (id ? id : t->proc->pgid);
    default:
        return o->cred.uid == (id ? (unsigned)id : t->cred.uid);
    }
}

/* Of several tasks the best one's. */
int64_t sys_ioprio_get(struct task *t, const uint64_t a[6])
{
    int who = arg_int(a[0]);
    int64_t best = -ESRCH;

    if (who < WHO_PROCESS || who > WHO_USER)
        return -EINVAL;
    list_for_each (n, &t->k->tasks) {
        const struct task *o = container_of(n, struct task, node);
        unsigned prio = who == WHO_PROCESS ? o->ioprio : effective(o);

        if (matches(t, o, who, arg_int(a[1])) && (best < 0 || prio < best))
            best = prio;
    }
    return best;
}

static int check_priority(const struct task *t, unsigned prio)
{
    switch (class_of(prio)) {
    case CLASS_RT:
        return capable(t, CAP_SYS_ADMIN) || capable(t, CAP_SYS_NICE) ? 0 : -EPERM;
    case CLASS_BE:
    case CLASS_IDLE:
        return 0;
    case CLASS_NONE:
        return level_of(prio) ? -EINVAL : 0;
    }
    return -EINVAL;
}

int64_t sys_ioprio_set(struct task *t, const uint64_t a[6])
{
    int who = arg_int(a[0]);
    int64_t ret = check_priority(t, arg_uint(a[2]));

    if (ret)
        return ret;
    if (who < WHO_PROCESS || who > WHO_USER)
        return -EINVAL;
    ret = -ESRCH;
    list_for_each (n, &t->k->tasks) {
        struct task *o = container_of(n, struct task, node);

        if (!matches(t, o, who, arg_int(a[1])))
            continue;
        if (o->cred.uid != t->cred.euid && o->cred.uid != t->cred.uid && !capable(t, CAP_SYS_NICE))
            return -EPERM;
        o->ioprio = (uint16_t)a[2];
        ret = 0;
    }
    return ret;
}
