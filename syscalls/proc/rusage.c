/*
 * rusage.c - what a process used: getrusage, times.
 */
#include "rusage.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "../handlers.h"

#define NS_PER_TICK 10000000 /* USER_HZ 100 */

static struct ktimeval timeval_of(uint64_t ns)
{
    return (struct ktimeval){.tv_sec = (int64_t)(ns / 1000000000), .tv_usec = (int64_t)(ns / 1000 % 1000000)};
}

static uint64_t live_maxrss(const struct process *p)
{
    struct mm_stats st;
    uint64_t kib = p->maxrss;

    if (p->leader->mm) {
        mm_get_stats(p->leader->mm, &st);
        if (st.hiwater_rss * 4 > kib)
            kib = st.hiwater_rss * 4;
    }
    return kib;
}

void rusage_of(const struct process *p, struct krusage *ru, bool both)
{
    uint64_t rss = live_maxrss(p);

    memset(ru, 0, sizeof(*ru));
    ru->utime = timeval_of(p->utime_ns + (both ? p->cutime_ns : 0));
    ru->stime = timeval_of(p->stime_ns + (both ? p->cstime_ns : 0));
    ru->maxrss = (int64_t)(both && p->cmaxrss > rss ? p->cmaxrss : rss);
    ru->minflt = (int64_t)(p->min_flt + (both ? p->cmin_flt : 0));
    ru->majflt = (int64_t)(p->maj_flt + (both ? p->cmaj_flt : 0));
    ru->nvcsw = (int64_t)p->nvcsw;
    ru->nivcsw = (int64_t)p->nivcsw;
}

void rusage_reaped(struct process *parent, const struct process *c)
{
    uint64_t rss = c->cmaxrss > c->maxrss ? c->cmaxrss : c->maxrss;

    parent->cutime_ns += c->utime_ns + c->cutime_ns;
    parent->cstime_ns += c->stime_ns + c->cstime_ns;
    parent->cmin_flt += c->min_flt + c->cmin_flt;
    parent->cmaj_flt += c->maj_flt + c->cmaj_flt;
    if (rss > parent->cmaxrss)
        parent->cmaxrss = rss;
}

int64_t sys_getrusage(struct task *t, const uint64_t a[6])
{
    const struct process *p = t->proc;
    struct krusage ru;

    switch (arg_int(a[0])) {
    case RUSAGE_SELF:
        rusage_of(p, &ru, false);
        break;
    case RUSAGE_THREAD: /* faults are counted by process */
        rusage_of(p, &ru, false);
        ru.utime = timeval_of(t->utime_ns);
        ru.stime = timeval_of(t->stime_ns);
        break;
    case RUSAGE_CHILDREN:
        memset(&ru, 0, sizeof(ru));
        ru.utime = timeval_of(p->cutime_ns);
        ru.stime = timeval_of(p->cstime_ns);
        ru.maxrss = (int64_t)p->cmaxrss;
        ru.minflt = (int64_t)p->cmin_flt;
        ru.majflt = (int64_t)p->cmaj_flt;
        break;
    default:
        return -EINVAL;
    }
    return mm_copy_out(t->mm, a[1], &ru, sizeof(ru)) ? -EFAULT : 0;
}

int64_t sys_times(struct task *t, const uint64_t a[6])
{
    const struct process *p = t->proc;
    int64_t tms[4] = {(int64_t)(p->utime_ns / NS_PER_TICK), (int64_t)(p->stime_ns / NS_PER_TICK),
                      (int64_t)(p->cutime_ns / NS_PER_TICK), (int64_t)(p->cstime_ns / NS_PER_TICK)};

    if (a[0] && mm_copy_out(t->mm, a[0], tms, sizeof(tms)))
        return -EFAULT;
    return (int64_t)(t->k->now_ns / NS_PER_TICK);
}
