/*
 * rlimit.c - resource limits; those of memory live in mm, which is told of every change.
 */
#include <errno.h>
#include <linux/capability.h>
#include <sys/resource.h>

#include "../handlers.h"
#include "../process.h"

#define NR_RLIMITS  16
#define NR_OPEN_MAX 1048576 /* /proc/sys/fs/nr_open */

struct krlimit {
    uint64_t cur, max;
};

/* What a login on an idle Debian machine has; fixed, so that runs do not depend on the host. */
void rlimits_init(struct process *p)
{
    static const struct krlimit defaults[NR_RLIMITS] = {
        [RLIMIT_CPU] = {RLIM_INFINITY, RLIM_INFINITY},
        [RLIMIT_FSIZE] = {RLIM_INFINITY, RLIM_INFINITY},
        [RLIMIT_DATA] = {RLIM_INFINITY, RLIM_INFINITY},
        [RLIMIT_STACK] = {8 << 20, RLIM_INFINITY},
        [RLIMIT_CORE] = {0, RLIM_INFINITY},
        [RLIMIT_RSS] = {RLIM_INFINITY, RLIM_INFINITY},
        [RLIMIT_NPROC] = {31000, 31000},
        [RLIMIT_NOFILE] = {1024, NR_OPEN_MAX},
        [RLIMIT_MEMLOCK] = {8 << 20, 8 << 20},
        [RLIMIT_AS] = {RLIM_INFINITY, RLIM_INFINITY},
        [RLIMIT_LOCKS] = {RLIM_INFINITY, RLIM_INFINITY},
        [RLIMIT_SIGPENDING] = {31000, 31000},
        [RLIMIT_MSGQUEUE] = {819200, 819200},
        [RLIMIT_NICE] = {0, 0},
        [RLIMIT_RTPRIO] = {0, 0},
        [RLIMIT_RTTIME] = {RLIM_INFINITY, RLIM_INFINITY},
    };

    for (int i = 0; i < NR_RLIMITS; i++) {
        p->rlim[i].cur = defaults[i].cur;
        p->rlim[i].max = defaults[i].max;
    }
    if (p->k->cfg.stack)
        p->rlim[RLIMIT_STACK].cur = p->k->cfg.stack;
}

void rlimits_to_mm(const struct process *p, struct mm *mm)
{
    mm_set_rlimit(mm, MM_RLIMIT_AS, p->rlim[RLIMIT_AS].cur);
    mm_set_rlimit(mm, MM_RLIMIT_DATA, p->rlim[RLIMIT_DATA].cur);
    mm_set_rlimit(mm, MM_RLIMIT_STACK, p->rlim[RLIMIT_STACK].cur);
    mm_set_rlimit(mm, MM_RLIMIT_MEMLOCK, p->rlim[RLIMIT_MEMLOCK].cur);
}

/* do_prlimit(): new and old may be NULL. */
static int do_prlimit(struct task *t, struct process *p, unsigned which, const struct krlimit *new,
                      struct krlimit *old)
{
    if (which >= NR_RLIMITS)
        return -EINVAL;
    if (new &&new->cur > new->max)
        return -EINVAL;
    if (new &&which == RLIMIT_NOFILE &&new->max > NR_OPEN_MAX)
        return -EPERM;
    if (new &&new->max > p->rlim[which].max && !capable(t, CAP_SYS_RESOURCE))
        return -EPERM;
    if (old) {
        old->cur = p->rlim[which].cur;
        old->max = p->rlim[which].max;
    }
    if (new) {
        p->rlim[which].cur = new->cur;
        p->rlim[which].max = new->max;
        if (p->leader->mm)
            rlimits_to_mm(p, p->leader->mm);
        else if (t->proc == p)
            rlimits_to_mm(p, t->mm);
        if (which == RLIMIT_CPU)
            t->k->ops->wake(t); /* the run loop has to ask again how long somebody may run */
    }
    return 0;
}

static bool may_prlimit(const struct task *t, const struct task *target)
{
    const struct cred *c = &t->cred, *o = &target->cred;

    if (t == target || capable(t, CAP_SYS_RESOURCE))
        return true;
    return c->uid == o->euid && c->uid == o->suid && c->uid == o->uid && c->gid == o->egid &&
           c->gid == o->sgid && c->gid == o->gid;
}

int64_t sys_prlimit64(struct task *t, const uint64_t a[6])
{
    struct krlimit new, old;
    struct task *target;
    int err;

    if (a[2] && mm_copy_in(t->mm, &new, a[2], sizeof(new)))
        return -EFAULT;
    target = arg_int(a[0]) ? find_task(t->k, arg_int(a[0])) : t;
    if (!target)
        return -ESRCH;
    if (!may_prlimit(t, target))
        return -EPERM;
    err = do_prlimit(t, target->proc, arg_uint(a[1]), a[2] ? &new : NULL, a[3] ? &old : NULL);
    if (!err && a[3] && mm_copy_out(t->mm, a[3], &old, sizeof(old)))
        return -EFAULT;
    return err;
}

int64_t sys_getrlimit(struct task *t, const uint64_t a[6])
{
    struct krlimit old;
    int err = do_prlimit(t, t->proc, arg_uint(a[0]), NULL, &old);

    if (!err && mm_copy_out(t->mm, a[1], &old, sizeof(old)))
        return -EFAULT;
    return err;
}

int64_t sys_setrlimit(struct task *t, const uint64_t a[6])
{
    struct krlimit new;

    if (mm_copy_in(t->mm, &new, a[1], sizeof(new)))
        return -EFAULT;
    return do_prlimit(t, t->proc, arg_uint(a[0]), &new, NULL);
}
