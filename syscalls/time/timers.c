/*
 * timers.c - timers of a process: alarm, setitimer, timer_create (kernel/time/itimer.c, posix-timers.c).
 *
 * A timer that expires sends its signal; one that repeats is armed again, and expirations while its signal is
 * still pending are counted as overruns and told with the next one.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

#include "../handlers.h"
#include "../process.h"

#define NSEC       UINT64_C(1000000000)
#define MAX_TIMERS 31000 /* timers count against RLIMIT_SIGPENDING */

struct ptimer {
    struct ptimer *next;
    int id, clock;
    int notify, signo, tid; /* sigevent */
    bool cpu;               /* counts CPU time: */
    struct cpu_clock cpu_clock;
    uint64_t value;
    uint64_t deadline, interval; /* ns on the virtual clock, or on cpu_clock; 0: off */
    bool pending;                /* its signal waits to be taken */
    uint64_t overrun, last_overrun;
};

struct kitimerspec {
    struct ktimespec interval, value;
};

static uint64_t after(uint64_t base, uint64_t ns)
{
    return !ns ? 0 : ns > UINT64_MAX / 2 - base ? UINT64_MAX / 2 : base + ns;
}

/* ---- the clock came to a deadline ---- */

static uint64_t expirations(uint64_t *deadline, uint64_t interval, uint64_t now)
{
    uint64_t n;

    if (!interval) {
        *deadline = 0;
        return 1;
    }
    n = 1 + (now - *deadline) / interval;
    *deadline += n * interval;
    return n;
}

static uint64_t timer_now(const struct kernel *k, const struct ptimer *tm)
{
    return tm->cpu ? cpu_clock_now(k, &tm->cpu_clock) : k->now_ns;
}

static void ptimer_fire(struct process *p, struct ptimer *tm, uint64_t now)
{
    uint64_t n = expirations(&tm->deadline, tm->interval, now);
    struct ksiginfo info = {.signo = tm->signo};
    struct task *t;

    if (tm->notify == SIGEV_NONE)
        return;
    if (tm->pending) {
        tm->overrun += n;
        return;
    }
    tm->overrun = n - 1;
    info.info.si_signo = tm->signo;
    info.info.si_code = SI_TIMER;
    info.info.timer.tid = tm->id;
    info.info.timer.value = tm->value;
    tm->pending = true;
    if (tm->notify & SIGEV_THREAD_ID) {
        t = find_task(p->k, tm->tid);
        if (t && t->proc == p)
            send_signal_task(t, &info);
    } else {
        send_signal_process(p, &info);
    }
}

void timers_expire(struct kernel *k)
{
    list_for_each_safe (n, tmp, &k->processes) {
        struct process *p = container_of(n, struct process, node);
        struct ksiginfo info;

        if (p->zombie)
            continue;
        if (p->real_deadline && p->real_deadline <= k->now_ns) {
            expirations(&p->real_deadline, p->real_interval, k->now_ns);
            siginfo_kernel(&info, SIGALRM);
            send_signal_process(p, &info);
        }
        for (struct ptimer *tm = p->timers; tm; tm = tm->next)
            if (!tm->cpu && tm->deadline && tm->deadline <= k->now_ns)
                ptimer_fire(p, tm, k->now_ns);
    }
}

static void earlier(uint64_t *next, uint64_t deadline)
{
    if (deadline && (!*next || deadline < *next))
        *next = deadline;
}

uint64_t timers_next_deadline(const struct kernel *k)
{
    uint64_t next = 0;

    list_for_each (n, &k->processes) {
        const struct process *p = container_of(n, struct process, node);

        earlier(&next, p->real_deadline);
        for (const struct ptimer *tm = p->timers; tm; tm = tm->next)
            if (!tm->cpu)
                earlier(&next, tm->deadline);
    }
    return next;
}

void timers_signal_taken(struct process *p, struct ksiginfo *info)
{
    if (info->info.si_code != SI_TIMER)
        return;
    for (struct ptimer *tm = p->timers; tm; tm = tm->next)
        if (tm->id == info->info.timer.tid && tm->pending) {
            tm->pending = false;
            tm->last_overrun = tm->overrun > INT_MAX ? INT_MAX : tm->overrun;
            info->info.timer.overrun = (int32_t)tm->last_overrun;
            tm->overrun = 0;
        }
}

/* execve keeps alarm and setitimer, and loses what timer_create made; exit loses both. */
void timers_exec(struct process *p)
{
    while (p->timers) {
        struct ptimer *tm = p->timers;

        p->timers = tm->next;
        free(tm);
    }
}

void timers_exit(struct process *p)
{
    timers_exec(p);
    p->real_deadline = p->real_interval = 0;
}

/* ---- alarm, getitimer, setitimer ---- */

static void put_timeval(int64_t tv[2], uint64_t ns)
{
    tv[0] = (int64_t)(ns / NSEC);
    tv[1] = (int64_t)(ns % NSEC / 1000);
}

static uint64_t remaining(const struct kernel *k, uint64_t deadline)
{
    return !deadline ? 0 : deadline > k->now_ns ? deadline - k->now_ns : 1000;
}

int64_t sys_alarm(struct task *t, const uint64_t a[6])
{
    struct process *p = t->proc;
    uint64_t left = remaining(t->k, p->real_deadline), secs = left / NSEC;

    if (left && (left % NSEC >= NSEC / 2 || !secs)) /* to the nearest second, never 0 while it runs */
        secs++;
    p->real_deadline = arg_uint(a[0]) ? t->k->now_ns + arg_uint(a[0]) * NSEC : 0;
    p->real_interval = 0;
    t->k->ops->wake(t); /* the run loop has to look at deadlines again */
    return (int64_t)secs;
}

static int itimer_read(struct task *t, int which, int64_t out[4])
{
    const struct process *p = t->proc;

    memset(out, 0, 4 * sizeof(out[0]));
    if (which != ITIMER_REAL && which != ITIMER_VIRTUAL && which != ITIMER_PROF)
        return -EINVAL;
    if (which == ITIMER_REAL) {
        put_timeval(out, p->real_interval);
        put_timeval(out + 2, remaining(t->k, p->real_deadline));
    } else {
        uint64_t used = p->utime_ns + (which == ITIMER_PROF ? p->stime_ns : 0);
        const uint64_t *tm = p->cpu_timer[which - 1];

        put_timeval(out, tm[1]);
        put_timeval(out + 2, !tm[0] ? 0 : tm[0] > used ? tm[0] - used : 1000);
    }
    return 0;
}

int64_t sys_getitimer(struct task *t, const uint64_t a[6])
{
    int64_t tv[4];
    int err = itimer_read(t, arg_int(a[0]), tv);

    if (!err && mm_copy_out(t->mm, a[1], tv, sizeof(tv)))
        return -EFAULT;
    return err;
}

static bool timeval_ns(const int64_t tv[2], uint64_t *ns)
{
    if (tv[0] < 0 || tv[1] < 0 || tv[1] >= 1000000)
        return false;
    *ns = tv[0] >= INT64_MAX / (int64_t)NSEC ? INT64_MAX : (uint64_t)tv[0] * NSEC + (uint64_t)tv[1] * 1000;
    return true;
}

int64_t sys_setitimer(struct task *t, const uint64_t a[6])
{
    int64_t new[4] = {0}, old[4];
    uint64_t interval, value;
    struct process *p = t->proc;
    int which = arg_int(a[0]), err;

    if (a[1] && mm_copy_in(t->mm, new, a[1], sizeof(new)))
        return -EFAULT;
    if (!timeval_ns(new, &interval) || !timeval_ns(new + 2, &value))
        return -EINVAL;
    err = itimer_read(t, which, old);
    if (err)
        return err;
    if (which == ITIMER_REAL) {
        p->real_deadline = after(t->k->now_ns, value);
        p->real_interval = value ? interval : 0;
    } else {
        uint64_t used = p->utime_ns + (which == ITIMER_PROF ? p->stime_ns : 0);

        p->cpu_timer[which - 1][0] = after(used, value);
        p->cpu_timer[which - 1][1] = interval;
    }
    t->k->ops->wake(t);
    return a[2] && mm_copy_out(t->mm, a[2], old, sizeof(old)) ? -EFAULT : 0;
}

/* RLIMIT_CPU: SIGXCPU each second from the soft limit on, SIGKILL at the hard one. */
static void check_cpu_limit(struct process *p)
{
    uint64_t *cur = &p->rlim[RLIMIT_CPU].cur, max = p->rlim[RLIMIT_CPU].max,
             secs = (p->utime_ns + p->stime_ns) / NSEC;
    struct ksiginfo info;

    if (secs >= max || secs >= *cur) {
        siginfo_kernel(&info, secs >= max ? SIGKILL : SIGXCPU);
        send_signal_process(p, &info);
        if (secs < max)
            *cur = secs + 1;
    }
}

void timers_charge(struct task *t)
{
    struct process *p = t->proc;

    for (int i = 0; i < 2; i++) {
        uint64_t *tm = p->cpu_timer[i], used = p->utime_ns + (i ? p->stime_ns : 0);
        struct ksiginfo info;

        if (!tm[0] || used < tm[0])
            continue;
        expirations(&tm[0], tm[1], used);
        siginfo_kernel(&info, i ? SIGPROF : SIGVTALRM);
        send_signal_process(p, &info);
    }
    list_for_each (n, &t->k->processes) { /* anybody may have a timer on p's clock; few have timers at all */
        struct process *o = container_of(n, struct process, node);

        for (struct ptimer *tm = o->timers; tm; tm = tm->next)
            if (tm->cpu && tm->deadline && timer_now(t->k, tm) >= tm->deadline)
                ptimer_fire(o, tm, timer_now(t->k, tm));
    }
    if (p->rlim[RLIMIT_CPU].cur != RLIM_INFINITY)
        check_cpu_limit(p);
}

static void nearer(uint64_t *left, uint64_t at, uint64_t used)
{
    uint64_t d = at > used ? at - used : 0;

    if (d < *left)
        *left = d;
}

uint64_t timers_cpu_left(const struct task *t)
{
    const struct process *p = t->proc;
    uint64_t left = UINT64_MAX, used = p->utime_ns + p->stime_ns;

    if (p->cpu_timer[0][0])
        nearer(&left, p->cpu_timer[0][0], p->utime_ns);
    if (p->cpu_timer[1][0])
        nearer(&left, p->cpu_timer[1][0], used);
    list_for_each (n, &t->k->processes)
        for (const struct ptimer *tm = container_of(n, struct process, node)->timers; tm; tm = tm->next)
            if (tm->cpu && tm->deadline &&
                (tm->cpu_clock.tid ? tm->cpu_clock.tid == t->tid : tm->cpu_clock.pid == p->pid))
                nearer(&left, tm->deadline, timer_now(t->k, tm));
    if (p->rlim[RLIMIT_CPU].cur < UINT64_MAX / NSEC)
        nearer(&left, p->rlim[RLIMIT_CPU].cur * NSEC, used);
    return left;
}

/* ---- timer_create and its family ---- */

static struct ptimer *ptimer_find(struct process *p, int id)
{
    for (struct ptimer *tm = p->timers; tm; tm = tm->next)
        if (tm->id == id)
            return tm;
    return NULL;
}

/* show_timer() of fs/proc/base.c */
static void show_timer(const struct process *p, const struct ptimer *tm, FILE *out)
{
    static const char *const how[] = {
        [SIGEV_SIGNAL] = "signal", [SIGEV_NONE] = "none", [SIGEV_THREAD] = "thread"};
    bool thread = tm->notify & SIGEV_THREAD_ID;

    fprintf(out, "ID: %d\nsignal: %d/%016lx\nnotify: %s/%s.%d\nClockID: %d\n", tm->id, tm->signo,
            (unsigned long)tm->value, how[tm->notify & ~SIGEV_THREAD_ID], thread ? "tid" : "pid",
            thread ? tm->tid : p->pid, tm->clock);
}

void timers_show(const struct process *p, FILE *out)
{
    for (const struct ptimer *last = NULL, *tm; last != p->timers; last = tm) { /* the newest first */
        for (tm = p->timers; tm->next != last; tm = tm->next)
            ;
        show_timer(p, tm, out);
    }
}

/* good_sigevent() */
static bool sigevent_ok(struct task *t, const struct ksigevent *ev)
{
    struct task *o;

    switch (ev->notify) {
    case SIGEV_SIGNAL | SIGEV_THREAD_ID:
        o = find_task(t->k, ev->tid);
        if (!o || o->proc != t->proc)
            return false;
        /* fall through */
    case SIGEV_SIGNAL:
    case SIGEV_THREAD:
        return ev->signo > 0 && ev->signo <= NR_SIGNALS;
    case SIGEV_NONE:
        return true;
    }
    return false;
}

static bool clock_has_timers(int id)
{
    return id == CLOCK_REALTIME || id == CLOCK_MONOTONIC || id == CLOCK_BOOTTIME || id == CLOCK_TAI ||
           id == CLOCK_PROCESS_CPUTIME_ID || id == CLOCK_THREAD_CPUTIME_ID || id == CLOCK_REALTIME_ALARM ||
           id == CLOCK_BOOTTIME_ALARM;
}

/* PR_TIMER_CREATE_RESTORE_IDS: the number stands where it will be written. */
static int wanted_id(struct task *t, uint64_t uid, int *id)
{
    if (mm_copy_in(t->mm, id, uid, sizeof(*id)))
        return -EFAULT;
    if (*id < 0)
        return -EINVAL;
    for (const struct ptimer *tm = t->proc->timers; tm; tm = tm->next)
        if (tm->id == *id)
            return -EBUSY;
    return 0;
}

int64_t sys_timer_create(struct task *t, const uint64_t a[6])
{
    struct ksigevent ev = {.notify = SIGEV_SIGNAL, .signo = SIGALRM};
    int clock = arg_int(a[0]);
    struct process *p = t->proc;
    struct ptimer *tm, **link;
    uint64_t deadline;
    struct cpu_clock cpu_clock = {0};
    unsigned count = 0;
    int wanted = -1, err;
    bool cpu;

    if (a[1] && mm_copy_in(t->mm, &ev, a[1], sizeof(ev)))
        return -EFAULT;
    if (clock_deadline(t, clock, 0, false, &deadline))
        return -EINVAL;
    if (clock >= 0 && !clock_has_timers(clock))
        return -EOPNOTSUPP;
    cpu = !cpu_clock_of(t, clock, &cpu_clock);
    for (tm = p->timers; tm; tm = tm->next)
        count++;
    if (count >= MAX_TIMERS)
        return -EAGAIN;
    err = p->restore_timer_ids ? wanted_id(t, a[2], &wanted) : 0;
    if (err)
        return err;
    tm = calloc(1, sizeof(*tm));
    if (!tm)
        return -EAGAIN;
    tm->id = wanted >= 0 ? wanted : p->next_timer_id; /* used up even if something is wrong with the rest */
    p->next_timer_id = (tm->id + 1) & INT_MAX;
    if (a[1] && !sigevent_ok(t, &ev)) {
        free(tm);
        return -EINVAL;
    }
    tm->clock = clock;
    tm->cpu = cpu;
    tm->cpu_clock = cpu_clock;
    tm->notify = ev.notify;
    tm->signo = ev.signo;
    tm->tid = ev.tid;
    tm->value = a[1] ? ev.value : (uint64_t)tm->id;
    if (mm_copy_out(t->mm, a[2], &tm->id, sizeof(tm->id))) {
        free(tm);
        return -EFAULT;
    }
    for (link = &p->timers; *link; link = &(*link)->next)
        ;
    *link = tm;
    return 0;
}

static void ptimer_read(const struct kernel *k, const struct ptimer *tm, struct kitimerspec *its)
{
    uint64_t now = timer_now(k, tm), left = !tm->deadline ? 0 : tm->deadline > now ? tm->deadline - now : 1;

    its->interval = (struct ktimespec){(int64_t)(tm->interval / NSEC), (int64_t)(tm->interval % NSEC)};
    its->value = (struct ktimespec){(int64_t)(left / NSEC), (int64_t)(left % NSEC)};
}

int64_t sys_timer_settime(struct task *t, const uint64_t a[6])
{
    struct kitimerspec old;
    uint64_t interval, value, deadline = 0;
    struct ptimer *tm;
    int err;

    if (!a[2])
        return -EINVAL;
    err = copy_timespec_in(t, a[2], &interval);
    if (!err)
        err = copy_timespec_in(t, a[2] + sizeof(struct ktimespec), &value);
    if (err)
        return err;
    tm = ptimer_find(t->proc, arg_int(a[0]));
    if (!tm)
        return -EINVAL;
    ptimer_read(t->k, tm, &old);
    if (value && tm->cpu)
        deadline = arg_int(a[1]) & TIMER_ABSTIME ? value : after(timer_now(t->k, tm), value);
    else if (value)
        err = clock_deadline(t, tm->clock, value, arg_int(a[1]) & TIMER_ABSTIME, &deadline);
    if (err)
        return err;
    tm->deadline = deadline;
    tm->interval = value ? interval : 0;
    tm->overrun = tm->last_overrun = 0;
    tm->pending = false;
    t->k->ops->wake(t);
    return a[3] && mm_copy_out(t->mm, a[3], &old, sizeof(old)) ? -EFAULT : 0;
}

int64_t sys_timer_gettime(struct task *t, const uint64_t a[6])
{
    const struct ptimer *tm = ptimer_find(t->proc, arg_int(a[0]));
    struct kitimerspec its;

    if (!tm)
        return -EINVAL;
    ptimer_read(t->k, tm, &its);
    return mm_copy_out(t->mm, a[1], &its, sizeof(its)) ? -EFAULT : 0;
}

int64_t sys_timer_getoverrun(struct task *t, const uint64_t a[6])
{
    const struct ptimer *tm = ptimer_find(t->proc, arg_int(a[0]));

    return tm ? (int64_t)tm->last_overrun : -EINVAL;
}

int64_t sys_timer_delete(struct task *t, const uint64_t a[6])
{
    for (struct ptimer **link = &t->proc->timers; *link; link = &(*link)->next) {
        struct ptimer *tm = *link;

        if (tm->id != arg_int(a[0]))
            continue;
        *link = tm->next;
        free(tm);
        return 0;
    }
    return -EINVAL;
}
