/* proc_time.c - clocks, sleeping, timers. Facts about order and errors, not about how long things take. */
#include "probe.h"
#include <pthread.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>

static volatile int count, overrun, value, code;
static void on(int sig, siginfo_t *si, void *uc)
{
    count++;
    overrun = si->si_overrun;
    value = si->si_value.sival_int;
    code = si->si_code;
}
static long ns(struct timespec t)
{
    return t.tv_sec * 1000000000L + t.tv_nsec;
}
static long now(clockid_t c)
{
    struct timespec t;
    must(clock_gettime(c, &t));
    return ns(t);
}
static void *burn(void *result)
{
    long a = now(CLOCK_THREAD_CPUTIME_ID), b;
    while ((b = now(CLOCK_THREAD_CPUTIME_ID)) - a < 3000000)
        ;
    *(long *)result = b;
    return NULL;
}
static long micro(const struct rusage *ru)
{
    return (ru->ru_utime.tv_sec + ru->ru_stime.tv_sec) * 1000000 + ru->ru_utime.tv_usec +
           ru->ru_stime.tv_usec;
}

int main(void)
{
    struct timespec ts, bad = {0, -1};
    struct itimerval it = {{0, 0}, {0, 20000}}, old;
    struct itimerspec its = {{0, 0}, {0, 20000000}}, ots;
    struct sigaction sa = {.sa_sigaction = on, .sa_flags = SA_SIGINFO};
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 99};
    timer_t tm;
    sigset_t empty;
    sigemptyset(&empty);
    sigaction(SIGALRM, &sa, NULL);
    sigaction(SIGUSR1, &sa, NULL);

    long a = now(CLOCK_MONOTONIC), b = now(CLOCK_MONOTONIC);
    is_true(b >= a, "CLOCK_MONOTONIC does not go back");
    is_true(now(CLOCK_REALTIME) > 1600000000L * 1000000000L, "CLOCK_REALTIME is after 2020");
    is_true(now(CLOCK_BOOTTIME) >= a, "CLOCK_BOOTTIME is not behind");
    is_true(now(CLOCK_PROCESS_CPUTIME_ID) >= 0, "CPU time of the process");
    is_err(clock_gettime(77, &ts), "EINVAL", "no such clock");
    is_err(clock_gettime(10, &ts), "EINVAL", "the clock number that was given back");
    is_err(syscall(SYS_clock_gettime, CLOCK_REALTIME, 1), "EFAULT", "a wild result");
    is_true(!clock_getres(CLOCK_MONOTONIC, &ts) && ns(ts) == 1, "resolution is one nanosecond");
    is_true(!clock_getres(CLOCK_REALTIME_COARSE, &ts) && ns(ts) >= 1000000, "coarse clocks tick");
    is_ok(syscall(SYS_clock_getres, CLOCK_REALTIME, NULL), "clock_getres without a result");
    is_true(times(NULL) > 0, "times without a result");

    a = now(CLOCK_MONOTONIC);
    is_ok(nanosleep(&(struct timespec){0, 5000000}, NULL), "nanosleep");
    is_true(now(CLOCK_MONOTONIC) - a >= 5000000, "takes that long");
    is_err(nanosleep(&bad, NULL), "EINVAL", "a negative part of a second");
    is_err(nanosleep(&(struct timespec){0, 1000000000}, NULL), "EINVAL", "a whole second in the part");
    is_err(syscall(SYS_nanosleep, 1, NULL), "EFAULT", "a wild time");
    is_ok(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &(struct timespec){0, 1}, NULL),
          "sleep until the past");
    is_num(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &ts, NULL), EINVAL,
           "no sleep on a thread's CPU clock");
    is_num(clock_nanosleep(CLOCK_MONOTONIC_COARSE, 0, &ts, NULL), EOPNOTSUPP, "nor on a coarse one");
    is_num(clock_nanosleep(99, 0, &ts, NULL), EINVAL, "nor on none");

    is_num(alarm(100), 0, "no alarm was set");
    is_num(alarm(0), 100, "alarm tells what was left");
    is_ok(setitimer(ITIMER_REAL, &it, NULL), "setitimer");
    is_true(!getitimer(ITIMER_REAL, &old) && (old.it_value.tv_usec > 0 && old.it_value.tv_usec <= 20000),
            "getitimer: what is left");
    sigsuspend(&empty);
    is_true(count == 1 && code == SI_KERNEL, "SIGALRM came, from the kernel");
    is_true(!getitimer(ITIMER_REAL, &old) && !old.it_value.tv_sec && !old.it_value.tv_usec, "and only once");
    it.it_interval.tv_usec = 10000;
    setitimer(ITIMER_REAL, &it, NULL);
    for (count = 0; count < 3;)
        sigsuspend(&empty);
    is_num(count, 3, "an interval repeats");
    memset(&it, 0, sizeof it);
    setitimer(ITIMER_REAL, &it, &old);
    is_num(old.it_interval.tv_usec, 10000, "setitimer gives the old one");
    is_err(setitimer(7, &it, NULL), "EINVAL", "no such timer");
    it.it_value.tv_usec = 1000000;
    is_err(setitimer(ITIMER_REAL, &it, NULL), "EINVAL", "a second of microseconds");
    is_err(syscall(SYS_getitimer, ITIMER_REAL, NULL), "EFAULT", "getitimer without a place");

    is_err(timer_create(77, &ev, &tm), "EINVAL", "timer_create on no clock");
    ev.sigev_signo = 99;
    is_err(timer_create(CLOCK_MONOTONIC, &ev, &tm), "EINVAL", "a timer with signal 99");
    ev.sigev_signo = SIGUSR1;
    is_ok(timer_create(CLOCK_MONOTONIC, &ev, &tm), "timer_create");
    is_true(!timer_gettime(tm, &ots) && !ots.it_value.tv_nsec, "a new one is off");
    is_ok(timer_settime(tm, 0, &its, NULL), "timer_settime");
    is_true(!timer_gettime(tm, &ots) && ots.it_value.tv_nsec > 0, "then it runs");
    count = 0;
    sigsuspend(&empty);
    is_true(count == 1 && value == 99 && code == SI_TIMER, "its signal has SI_TIMER and the value");
    its.it_interval.tv_nsec = 1000000;
    its.it_value.tv_nsec = 1000000;
    sigset_t block;
    sigemptyset(&block);
    sigaddset(&block, SIGUSR1);
    sigprocmask(SIG_BLOCK, &block, NULL);
    timer_settime(tm, 0, &its, NULL);
    nanosleep(&(struct timespec){0, 20000000}, NULL);
    siginfo_t si;
    sigwaitinfo(&block, &si);
    is_true(si.si_overrun >= 10, "expirations of a pending timer are overruns");
    is_true(timer_getoverrun(tm) == si.si_overrun, "timer_getoverrun tells the same");
    sigprocmask(SIG_UNBLOCK, &block, NULL);
    is_err(timer_settime(tm, 0, &(struct itimerspec){{0, 0}, bad}, NULL), "EINVAL", "a time that is none");
    is_ok(timer_delete(tm), "timer_delete");
    is_err(syscall(SYS_timer_delete, 77), "EINVAL", "twice");
    is_err(syscall(SYS_timer_gettime, 77, &ots), "EINVAL", "and it is not there any more");
    sigprocmask(SIG_BLOCK, &block, NULL);
    ev.sigev_notify = SIGEV_NONE;
    timer_create(CLOCK_REALTIME, &ev, &tm);
    its.it_interval.tv_nsec = 0;
    timer_settime(tm, 0, &its, NULL);
    nanosleep(&(struct timespec){0, 5000000}, NULL);
    sigset_t p;
    sigpending(&p);
    is_true(!sigismember(&p, SIGUSR1), "SIGEV_NONE sends nothing");
    fflush(stdout);
    alarm(50);
    if (!fork())
        _exit(alarm(0) ? 1 : 0);
    int s;
    wait(&s);
    is_num(WEXITSTATUS(s), 0, "a child does not inherit the alarm");
    is_true(alarm(0) > 0, "which the parent keeps");

    /* CPU time */
    sigprocmask(SIG_UNBLOCK, &block, NULL);
    ev.sigev_notify = SIGEV_SIGNAL;
    its.it_value.tv_nsec = 3000000;
    count = 0;
    must(timer_create(CLOCK_PROCESS_CPUTIME_ID, &ev, &tm));
    a = now(CLOCK_PROCESS_CPUTIME_ID);
    is_ok(timer_settime(tm, 0, &its, NULL), "a timer on the CPU time of the process");
    while (!count)
        ;
    is_true(now(CLOCK_PROCESS_CPUTIME_ID) - a >= 3000000, "ends a busy loop when that time is used up");
    timer_delete(tm);
    count = 0;
    must(timer_create(CLOCK_THREAD_CPUTIME_ID, &ev, &tm));
    its.it_value.tv_sec = 1000;
    timer_settime(tm, 0, &its, NULL);
    nanosleep(&(struct timespec){0, 5000000}, NULL);
    timer_gettime(tm, &ots);
    is_true(ots.it_value.tv_sec >= 999, "sleeping uses none of a thread's CPU time");
    timer_delete(tm);
    struct rusage self, mine;
    is_ok(getrusage(RUSAGE_THREAD, &mine), "RUSAGE_THREAD");
    getrusage(RUSAGE_SELF, &self);
    is_true(micro(&mine) <= micro(&self), "is at most the process'");
    clockid_t id;
    is_num(clock_getcpuclockid(1 << 22, &id), ESRCH, "the CPU clock of nobody");
    pid_t child = fork();
    if (!child) {
        struct rlimit cpu = {1, 2};
        setrlimit(RLIMIT_CPU, &cpu);
        for (;;)
            ;
    }
    waitpid(child, &s, 0);
    is_num(s, SIGXCPU, "RLIMIT_CPU ends a busy loop with SIGXCPU");

    /* Last, since mseal-emu diff cannot follow threads. */
    pthread_t th;
    long used = -1, all;
    pthread_create(&th, NULL, burn, &used);
    pthread_join(th, NULL);
    long own = now(CLOCK_THREAD_CPUTIME_ID);
    all = now(CLOCK_PROCESS_CPUTIME_ID);
    is_true(used >= 3000000, "a thread's own CPU time grows with its work");
    is_true(own < all - 1000000, "and is no other thread's");
    return done();
}
