/*
 * sched.c - scheduling as programs ask for it: priorities, policies, affinity. One virtual processor runs
 * everything in turn, so the answers are kept and given back, and change nothing (kernel/sched/syscalls.c).
 */
#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/resource.h>

#include "../handlers.h"
#include "../process.h"

#define NR_CPUS_VIRTUAL 1
#define CPUMASK_BYTES   8 /* nr_cpu_ids of a small machine, in longs */
#define POLICY_EXT      7 /* SCHED_EXT */
#define RR_INTERVAL_NS  100000000

int64_t sys_sched_yield(struct task *t, const uint64_t a[6])
{
    if (t->k->nr_tasks > 1 && !t->retrying)
        return SYS_BLOCK; /* still runnable: it goes on when the others had their turn */
    return 0;
}

/* ---- nice ---- */

static bool same_user(const struct task *t, const struct task *o)
{
    return o->cred.uid == t->cred.euid || o->cred.euid == t->cred.euid;
}

static bool may_nice(const struct task *t, const struct task *o, int nice)
{
    return nice >= o->nice || (uint64_t)(20 - nice) <= o->proc->rlim[RLIMIT_NICE].cur ||
           capable(t, CAP_SYS_NICE);
}

static bool prio_matches(const struct task *t, const struct task *o, int which, unsigned who)
{
    switch (which) {
    case PRIO_PROCESS:
        return who ? o->tid == (int)who : o == t;
    case PRIO_PGRP:
        return o->proc->pgid == (who ? (int)who : t->proc->pgid);
    default:
        return o->cred.uid == (who ? who : t->cred.uid);
    }
}

int64_t sys_getpriority(struct task *t, const uint64_t a[6])
{
    int which = arg_int(a[0]);
    int64_t best = -ESRCH;

    if (which < PRIO_PROCESS || which > PRIO_USER)
        return -EINVAL;
    list_for_each (n, &t->k->tasks) {
        const struct task *o = container_of(n, struct task, node);

        if (prio_matches(t, o, which, arg_uint(a[1])) && 20 - o->nice > best)
            best = 20 - o->nice;
    }
    return best;
}

int64_t sys_setpriority(struct task *t, const uint64_t a[6])
{
    int which = arg_int(a[0]), nice = arg_int(a[2]);
    int64_t ret = -ESRCH;

    if (which < PRIO_PROCESS || which > PRIO_USER)
        return -EINVAL;
    nice = nice < -20 ? -20 : nice > 19 ? 19 : nice;
    list_for_each (n, &t->k->tasks) {
        struct task *o = container_of(n, struct task, node);

        if (!prio_matches(t, o, which, arg_uint(a[1])))
            continue;
        if (!same_user(t, o) && !capable(t, CAP_SYS_NICE)) {
            ret = -EPERM;
        } else if (!may_nice(t, o, nice)) {
            ret = -EACCES;
        } else {
            o->nice = nice;
            if (ret == -ESRCH)
                ret = 0;
        }
    }
    return ret;
}

/* ---- policies ---- */

static struct task *target_of(struct task *t, int pid)
{
    return pid ? find_task(t->k, pid) : t;
}

static bool policy_valid(int policy)
{
    return (policy >= SCHED_OTHER && policy <= SCHED_BATCH) || policy == SCHED_IDLE ||
           policy == 6 /* DEADLINE */ || policy == POLICY_EXT;
}

static bool is_rt(int policy)
{
    return policy == SCHED_FIFO || policy == SCHED_RR;
}

static int set_policy(struct task *t, struct task *o, int policy, int prio)
{
    bool reset = policy >= 0 && policy & SCHED_RESET_ON_FORK;
    uint64_t rtprio = o->proc->rlim[RLIMIT_RTPRIO].cur;

    if (policy < 0) {
        policy = o->sched_policy;
        reset = o->reset_on_fork;
    } else {
        policy &= ~SCHED_RESET_ON_FORK;
        if (!policy_valid(policy))
            return -EINVAL;
    }
    if (prio < 0 || prio > 99 || is_rt(policy) != (prio != 0))
        return -EINVAL;
    if (policy == 6)
        return capable(t, CAP_SYS_NICE) ? -EINVAL : -EPERM;
    if (!capable(t, CAP_SYS_NICE)) {
        if (is_rt(policy) &&
            ((policy != o->sched_policy && !rtprio) || (prio > o->sched_priority && (uint64_t)prio > rtprio)))
            return -EPERM;
        if (!same_user(t, o) || (o->reset_on_fork && !reset))
            return -EPERM;
    }
    o->sched_policy = policy;
    o->sched_priority = prio;
    o->reset_on_fork = reset;
    return 0;
}

int64_t sys_sched_setscheduler(struct task *t, const uint64_t a[6])
{
    int policy = arg_int(a[1]), prio;
    struct task *o;

    if (policy < 0)
        return -EINVAL;
    if (!a[2] || arg_int(a[0]) < 0)
        return -EINVAL;
    if (mm_copy_in(t->mm, &prio, a[2], sizeof(prio)))
        return -EFAULT;
    o = target_of(t, arg_int(a[0]));
    return o ? set_policy(t, o, policy, prio) : -ESRCH;
}

int64_t sys_sched_setparam(struct task *t, const uint64_t a[6])
{
    struct task *o;
    int prio;

    if (!a[1] || arg_int(a[0]) < 0)
        return -EINVAL;
    if (mm_copy_in(t->mm, &prio, a[1], sizeof(prio)))
        return -EFAULT;
    o = target_of(t, arg_int(a[0]));
    return o ? set_policy(t, o, -1, prio) : -ESRCH;
}

int64_t sys_sched_getscheduler(struct task *t, const uint64_t a[6])
{
    const struct task *o;

    if (arg_int(a[0]) < 0)
        return -EINVAL;
    o = target_of(t, arg_int(a[0]));
    return o ? o->sched_policy | (o->reset_on_fork ? SCHED_RESET_ON_FORK : 0) : -ESRCH;
}

int64_t sys_sched_getparam(struct task *t, const uint64_t a[6])
{
    const struct task *o;

    if (!a[1] || arg_int(a[0]) < 0)
        return -EINVAL;
    o = target_of(t, arg_int(a[0]));
    if (!o)
        return -ESRCH;
    return mm_copy_out(t->mm, a[1], &o->sched_priority, sizeof(o->sched_priority)) ? -EFAULT : 0;
}

int64_t sys_sched_get_priority_max(struct task *t, const uint64_t a[6])
{
    return !policy_valid(arg_int(a[0])) ? -EINVAL : is_rt(arg_int(a[0])) ? 99 : 0;
}

int64_t sys_sched_get_priority_min(struct task *t, const uint64_t a[6])
{
    return !policy_valid(arg_int(a[0])) ? -EINVAL : is_rt(arg_int(a[0])) ? 1 : 0;
}

int64_t sys_sched_rr_get_interval(struct task *t, const uint64_t a[6])
{
    const struct task *o;

    if (arg_int(a[0]) < 0)
        return -EINVAL;
    o = target_of(t, arg_int(a[0]));
    if (!o)
        return -ESRCH;
    return copy_timespec_out(t, a[1],
                             o->sched_policy == SCHED_RR ? RR_INTERVAL_NS
                             : is_rt(o->sched_policy)    ? 0
                                                         : 2800000);
}

struct ksched_attr { /* struct sched_attr, version 1 */
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
    uint32_t util_min, util_max;
};
#define SCHED_ATTR_VER0  48
#define SCHED_ATTR_VER1  56
#define FLAG_KEEP_POLICY 0x08
#define FLAG_KEEP_PARAMS 0x10
#define FLAGS_UTIL_CLAMP 0x60
#define FLAGS_ALL        0x7f

int64_t sys_sched_getattr(struct task *t, const uint64_t a[6])
{
    unsigned size = arg_uint(a[2]);
    const struct task *o;
    struct ksched_attr attr = {0};

    if (!a[1] || arg_int(a[0]) < 0 || size > MM_PAGE_SIZE || size < SCHED_ATTR_VER0 || arg_uint(a[3]))
        return -EINVAL;
    o = target_of(t, arg_int(a[0]));
    if (!o)
        return -ESRCH;
    attr.size = size < sizeof(attr) ? size : sizeof(attr);
    attr.policy = (uint32_t)o->sched_policy;
    attr.flags = o->reset_on_fork;
    attr.nice = o->nice;
    attr.priority = (uint32_t)o->sched_priority;
    attr.util_max = 1024;
    return mm_copy_out(t->mm, a[1], &attr, attr.size) ? -EFAULT : 0;
}

int64_t sys_sched_setattr(struct task *t, const uint64_t a[6])
{
    struct ksched_attr attr = {0};
    struct task *o;
    uint32_t size;
    bool rt;
    int err;

    if (!a[1] || arg_int(a[0]) < 0 || arg_uint(a[2]))
        return -EINVAL;
    if (mm_copy_in(t->mm, &size, a[1], sizeof(size)))
        return -EFAULT;
    if (!size)
        size = SCHED_ATTR_VER0;
    if (size < SCHED_ATTR_VER0 || size > MM_PAGE_SIZE)
        return -E2BIG;
    if (mm_copy_in(t->mm, &attr, a[1], size < sizeof(attr) ? size : sizeof(attr)))
        return -EFAULT;
    if (attr.flags & FLAGS_UTIL_CLAMP && size < SCHED_ATTR_VER1)
        return -EINVAL;
    if ((int)attr.policy < 0)
        return -EINVAL;
    if (attr.flags & FLAG_KEEP_POLICY)
        attr.policy = UINT32_MAX;
    o = target_of(t, arg_int(a[0]));
    if (!o)
        return -ESRCH;
    if (attr.flags & FLAG_KEEP_PARAMS && is_rt(o->sched_policy))
        attr.priority = (uint32_t)o->sched_priority;
    else if (attr.flags & FLAG_KEEP_PARAMS)
        attr.nice = o->nice;
    if ((int)attr.policy >= 0 && !policy_valid((int)attr.policy))
        return -EINVAL;
    if (attr.flags & ~(uint64_t)FLAGS_ALL)
        return -EINVAL;
    rt = is_rt((int)attr.policy < 0 ? o->sched_policy : (int)attr.policy);
    if (!rt && attr.nice < o->nice && !may_nice(t, o, attr.nice))
        return -EPERM;
    err =
        set_policy(t, o, (int)(attr.policy | (attr.flags & 1 ? SCHED_RESET_ON_FORK : 0)), (int)attr.priority);
    if (!err && !rt)
        o->nice = attr.nice < -20 ? -20 : attr.nice > 19 ? 19 : attr.nice;
    return err;
}

/* ---- affinity ---- */

int64_t sys_sched_getaffinity(struct task *t, const uint64_t a[6])
{
    unsigned len = arg_uint(a[1]);
    uint64_t mask = (UINT64_C(1) << NR_CPUS_VIRTUAL) - 1;

    if (len * 8 < NR_CPUS_VIRTUAL || len & (sizeof(long) - 1))
        return -EINVAL;
    if (!target_of(t, arg_int(a[0])))
        return -ESRCH;
    if (len > CPUMASK_BYTES)
        len = CPUMASK_BYTES;
    return mm_copy_out(t->mm, a[2], &mask, len) ? -EFAULT : (int64_t)len;
}

int64_t sys_sched_setaffinity(struct task *t, const uint64_t a[6])
{
    unsigned len = arg_uint(a[1]);
    const struct task *o;
    uint64_t mask = 0;

    if (mm_copy_in(t->mm, &mask, a[2], len < sizeof(mask) ? len : sizeof(mask)))
        return -EFAULT;
    o = target_of(t, arg_int(a[0]));
    if (!o)
        return -ESRCH;
    if (!same_user(t, o) && !capable(t, CAP_SYS_NICE))
        return -EPERM;
    return mask & ((UINT64_C(1) << NR_CPUS_VIRTUAL) - 1) ? 0 : -EINVAL;
}

int64_t sys_getcpu(struct task *t, const uint64_t a[6])
{
    const uint32_t zero = 0;

    if (a[0] && mm_copy_out(t->mm, a[0], &zero, sizeof(zero)))
        return -EFAULT;
    return a[1] && mm_copy_out(t->mm, a[1], &zero, sizeof(zero)) ? -EFAULT : 0;
}
