/*
 * clock.c - the virtual clocks, and sleeping on them (kernel/time/). All clocks are one: kernel.now_ns is
 * CLOCK_MONOTONIC, the wall clock is a constant ahead of it, CPU clocks are what the run loop charged to the
 * process.
 */
#include <errno.h>
#include <linux/capability.h>
#include <time.h>

#include "../handlers.h"
#include "../process.h"

#define NSEC                UINT64_C(1000000000)
#define CLOCK_TAI_OFFSET_NS (37 * NSEC)
#define LOW_RES_NS          4000000 /* CONFIG_HZ 250: what the coarse clocks tick in */

int copy_timespec_in(struct task *t, uint64_t addr, uint64_t *ns)
{
    struct ktimespec ts;

    if (mm_copy_in(t->mm, &ts, addr, sizeof(ts)))
        return -EFAULT;
    if (ts.tv_sec < 0 || ts.tv_nsec < 0 || ts.tv_nsec >= (int64_t)NSEC)
        return -EINVAL;
    if (ts.tv_sec >= INT64_MAX / (int64_t)NSEC)
        *ns = INT64_MAX;
    else
        *ns = (uint64_t)ts.tv_sec * NSEC + (uint64_t)ts.tv_nsec;
    return 0;
}

int copy_timespec_out(struct task *t, uint64_t addr, uint64_t ns)
{
    struct ktimespec ts = {(int64_t)(ns / NSEC), (int64_t)(ns % NSEC)};

    return mm_copy_out(t->mm, addr, &ts, sizeof(ts)) ? -EFAULT : 0;
}

/*
 * CPU-time clocks of anybody: ~pid << 3 | kind, with bit 2 for a thread (kernel/time/posix-cpu-timers.c). pid 0: the caller.
 * Another thread's is for its own process only. Kinds: 0 PROF, 1 VIRT, 2 SCHED; 3 are descriptors (PTP).
 */
int cpu_clock_of(const struct task *t, int id, struct cpu_clock *c)
{
    int pid = ~(id >> 3);

    if (id >= 0) {
        if (id != CLOCK_PROCESS_CPUTIME_ID && id != CLOCK_THREAD_CPUTIME_ID)
            return -EINVAL;
        *c = (struct cpu_clock){.tid = id == CLOCK_THREAD_CPUTIME_ID ? t->tid : 0, .pid = t->proc->pid};
        return 0;
    }
    if ((id & 3) == 3)
        return -EINVAL;
    *c = (struct cpu_clock){.tid = id & 4 ? t->tid : 0, .pid = t->proc->pid, .user_only = (id & 3) == 1};
    if (pid) {
        const struct task *o = find_task(t->k, pid);

        if (!o || (id & 4 ? o->proc != t->proc : o->proc->leader != o))
            return -EINVAL;
        c->pid = o->proc->pid;
        c->tid = id & 4 ? o->tid : 0;
    }
    return 0;
}

uint64_t cpu_clock_now(const struct kernel *k, const struct cpu_clock *c)
{
    const struct task *t = c->tid ? find_task((struct kernel *)k, c->tid) : NULL;
    const struct process *p = find_process((struct kernel *)k, c->pid);

    if (c->tid)
        return t ? t->utime_ns + (c->user_only ? 0 : t->stime_ns) : 0;
    return p ? p->utime_ns + (c->user_only ? 0 : p->stime_ns) : 0;
}

/* Time since a clock's zero; negative errno for a clock Linux does not have. */
static int clock_now(struct task *t, int id, uint64_t *ns)
{
    const struct kernel *k = t->k;
    struct cpu_clock c;

    switch (id) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_ALARM:
        *ns = KERNEL_EPOCH_NS + k->now_ns;
        return 0;
    case CLOCK_TAI:
        *ns = KERNEL_EPOCH_NS + k->now_ns + CLOCK_TAI_OFFSET_NS;
        return 0;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_BOOTTIME:
    case CLOCK_BOOTTIME_ALARM:
        *ns = k->now_ns;
        return 0;
    case CLOCK_REALTIME_COARSE:
        *ns = (KERNEL_EPOCH_NS + k->now_ns) / LOW_RES_NS * LOW_RES_NS;
        return 0;
    case CLOCK_MONOTONIC_COARSE:
        *ns = k->now_ns / LOW_RES_NS * LOW_RES_NS;
        return 0;
    }
    if (cpu_clock_of(t, id, &c))
        return -EINVAL;
    *ns = cpu_clock_now(k, &c);
    return 0;
}

int clock_deadline(struct task *t, int id, uint64_t ns, bool absolute, uint64_t *deadline)
{
    uint64_t base, now = t->k->now_ns;
    int err = clock_now(t, id, &base);

    if (err)
        return err;
    if (absolute)
        ns = ns > base ? ns - base : 0;
    *deadline = ns > UINT64_MAX / 2 - now ? UINT64_MAX / 2 : now + ns;
    if (!*deadline)
        *deadline = 1;
    return 0;
}

int64_t sys_clock_gettime(struct task *t, const uint64_t a[6])
{
    uint64_t ns;
    int err = clock_now(t, arg_int(a[0]), &ns);

    return err ? err : copy_timespec_out(t, a[1], ns);
}

int64_t sys_clock_getres(struct task *t, const uint64_t a[6])
{
    int id = arg_int(a[0]);
    uint64_t ns;
    int err = clock_now(t, id, &ns);

    if (err)
        return err;
    if (!a[1])
        return 0;
    return copy_timespec_out(t, a[1],
                             id == CLOCK_REALTIME_COARSE || id == CLOCK_MONOTONIC_COARSE ? LOW_RES_NS : 1);
}

/* Nobody may set the clocks: they follow from the work done. */
int64_t sys_clock_settime(struct task *t, const uint64_t a[6])
{
    uint64_t ns;
    int id = arg_int(a[0]), err;

    if (id != CLOCK_REALTIME && clock_now(t, id, &ns))
        return -EINVAL;
    if (id != CLOCK_REALTIME)
        return -EINVAL;
    err = copy_timespec_in(t, a[1], &ns);
    return err ? err : -EPERM;
}

int64_t sys_settimeofday(struct task *t, const uint64_t a[6])
{
    int64_t tv[2];

    if (a[0]) {
        if (mm_copy_in(t->mm, tv, a[0], sizeof(tv)))
            return -EFAULT;
        if (tv[0] < 0 || tv[1] < 0 || tv[1] >= 1000000)
            return -EINVAL;
    }
    return -EPERM;
}

int64_t sys_gettimeofday(struct task *t, const uint64_t a[6])
{
    uint64_t ns = KERNEL_EPOCH_NS + t->k->now_ns;
    int64_t tv[2] = {(int64_t)(ns / NSEC), (int64_t)(ns % NSEC / 1000)};
    int32_t tz[2] = {0, 0};

    if (a[0] && mm_copy_out(t->mm, a[0], tv, sizeof(tv)))
        return -EFAULT;
    if (a[1] && mm_copy_out(t->mm, a[1], tz, sizeof(tz)))
        return -EFAULT;
    return 0;
}

int64_t sys_time(struct task *t, const uint64_t a[6])
{
    int64_t now = (int64_t)((KERNEL_EPOCH_NS + t->k->now_ns) / NSEC);

    return a[0] && mm_copy_out(t->mm, a[0], &now, sizeof(now)) ? -EFAULT : now;
}

/* ---- sleeping ---- */

/*
 * The rest of a relative sleep. restart_arg: [0] deadline, [1] where to write what remains. After a signal
 * without a handler Linux continues through restart_syscall(), with a handler the caller gets EINTR and what
 * remains.
 */
static int64_t sleep_until(struct task *t)
{
    uint64_t deadline = t->restart_arg[0], rem = t->restart_arg[1];
    int64_t ret = task_block(t, NULL, deadline, "time to pass (sleep)");

    if (ret == -ETIMEDOUT)
        return 0;
    if (ret != -ERESTARTSYS)
        return ret;
    if (rem && copy_timespec_out(t, rem, deadline > t->k->now_ns ? deadline - t->k->now_ns : 0))
        return -EFAULT;
    t->restart = sleep_until;
    return -ERESTART_RESTARTBLOCK;
}

static int64_t sleep_on(struct task *t, int id, uint64_t ns, bool absolute, uint64_t rem)
{
    uint64_t deadline;
    int err = clock_deadline(t, id, ns, absolute, &deadline);
    int64_t ret;

    if (err)
        return err;
    if (absolute) {
        ret = task_block(t, NULL, deadline, "time to pass (sleep)");
        return ret == -ETIMEDOUT ? 0 : ret == -ERESTARTSYS ? -ERESTARTNOHAND : ret;
    }
    t->restart_arg[0] = deadline;
    t->restart_arg[1] = rem;
    return sleep_until(t);
}

int64_t sys_nanosleep(struct task *t, const uint64_t a[6])
{
    uint64_t ns;
    int err;

    if (t->retrying)
        return sleep_until(t);
    err = copy_timespec_in(t, a[0], &ns);
    return err ? err : sleep_on(t, CLOCK_MONOTONIC, ns, false, a[1]);
}

int64_t sys_clock_nanosleep(struct task *t, const uint64_t a[6])
{
    bool absolute = arg_int(a[1]) & TIMER_ABSTIME;
    int id = arg_int(a[0]);
    uint64_t ns;
    int err;

    if (t->retrying && !absolute)
        return sleep_until(t);
    err = clock_now(t, id, &ns);
    if (err)
        return err;
    switch (id) { /* clocks one cannot sleep on (posix_clocks[] without nsleep) */
    case CLOCK_THREAD_CPUTIME_ID:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_MONOTONIC_COARSE:
        return -EOPNOTSUPP;
    case CLOCK_REALTIME_ALARM:
    case CLOCK_BOOTTIME_ALARM:
        if (!capable(t, CAP_WAKE_ALARM))
            return -EPERM;
    }
    err = copy_timespec_in(t, a[2], &ns);
    return err ? err : sleep_on(t, id, ns, absolute, a[3]);
}

int64_t sys_restart_syscall(struct task *t, const uint64_t a[6])
{
    if (!t->restart)
        return -EINTR;
    return t->restart(t);
}
