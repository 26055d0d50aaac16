/* seccomp_threads.c - filters of threads: each has its own, all can be made to have one's, and one can be killed alone. */
#include "seccomp.h"
#include <pthread.h>

/* A thread that does what it is told, one thing at a time. */
static int orders[2], reports[2];
static pid_t other;

static void *obey(void *unused)
{
    long order, report;

    (void)unused;
    other = (pid_t)syscall(SYS_gettid);
    while (read(orders[0], &order, sizeof(order)) == sizeof(order)) {
        if (order == 0)
            report = syscall(SYS_tuxcall) == -1 ? errno : 0;
        else if (order == 1)
            report = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
        else if (order == 2)
            report = filter(0, VERDICT(SYS_security, SECCOMP_RET_ERRNO));
        else
            report = prctl(PR_GET_SECCOMP);
        if (write(reports[1], &report, sizeof(report)) != sizeof(report))
            break;
    }
    return NULL;
}
static long tell_other(long order)
{
    long report = -1;

    must(write(orders[1], &order, sizeof(order)));
    must(read(reports[0], &report, sizeof(report)));
    return report;
}
static void begin(void)
{
    pthread_t thread;

    must(pipe(orders));
    must(pipe(reports));
    if (pthread_create(&thread, NULL, obey, NULL))
        _exit(90);
    tell_other(3);
}

static int each_its_own(void)
{
    begin();
    no_new_privs();
    if (tell_other(1) != 0)
        return 1;
    must(filter(0, VERDICT(SYS_tuxcall, SECCOMP_RET_ERRNO | 7)));
    return tell_other(0) == ENOSYS && tell_other(3) == 0 && syscall(SYS_tuxcall) == -1 && errno == 7 ? 0 : 2;
}
static int all_the_same(void)
{
    begin();
    no_new_privs();
    if (filter(SECCOMP_FILTER_FLAG_TSYNC, VERDICT(SYS_tuxcall, SECCOMP_RET_ERRNO | 7)))
        return 1;
    return tell_other(0) == 7 && tell_other(1) == 1 && tell_other(3) == 2 ? 0 : 2;
}
static int ancestors_are_no_obstacle(void)
{
    no_new_privs();
    must(filter(0, VERDICT(SYS_tuxcall, SECCOMP_RET_ERRNO | 7)));
    begin();
    must(filter(0, VERDICT(SYS_tuxcall, SECCOMP_RET_TRACE)));
    return filter(SECCOMP_FILTER_FLAG_TSYNC, VERDICT(SYS_tuxcall, SECCOMP_RET_TRAP | 1)) ? 1
           : status_number("Seccomp_filters:") == 3                                      ? 0
                                                                                         : 2;
}
static int strangers_are(void)
{
    begin();
    no_new_privs();
    must(filter(SECCOMP_FILTER_FLAG_TSYNC, PROGRAM(ALLOW)));
    must(tell_other(2)); /* a filter of its own */
    if (filter(SECCOMP_FILTER_FLAG_TSYNC, PROGRAM(ALLOW)) != other)
        return 1;
    if (filter(SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH, PROGRAM(ALLOW)) != -1 ||
        errno != ESRCH)
        return 2;
    if (filter(SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH | SECCOMP_FILTER_FLAG_NEW_LISTENER,
               PROGRAM(ALLOW)) != -1 ||
        errno != ESRCH)
        return 3;
    return status_number("Seccomp_filters:") == 1 ? 0 : 4;
}
static int both(void)
{
    int fd;

    begin();
    no_new_privs();
    fd = (int)filter(SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH |
                         SECCOMP_FILTER_FLAG_NEW_LISTENER,
                     PROGRAM(ALLOW));
    return fd > 2 && tell_other(3) == 2 ? 0 : 1;
}

static void *ask_for_it(void *unused)
{
    syscall(SYS_tuxcall);
    return unused;
}
static int kills_with(unsigned action)
{
    pthread_t thread;

    no_new_privs();
    must(filter(0, VERDICT(SYS_tuxcall, action)));
    if (pthread_create(&thread, NULL, ask_for_it, NULL))
        return 90;
    pthread_join(thread, NULL);
    return 42;
}
static int kills_thread(void)
{
    return kills_with(SECCOMP_RET_KILL_THREAD);
}
static int kills_process(void)
{
    return kills_with(SECCOMP_RET_KILL_PROCESS);
}
static void *strictly(void *unused)
{
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
    syscall(SYS_getppid);
    return unused;
}
static int kills_strict_thread(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, strictly, NULL))
        return 90;
    pthread_join(thread, NULL);
    return 42;
}

int main(void)
{
    is_num(child_of(each_its_own), 0, "a filter is its thread's own, and so is no_new_privs");
    is_num(child_of(all_the_same), 0, "TSYNC: all threads get it");
    is_num(child_of(ancestors_are_no_obstacle), 0, "... also those that have filters of ours already");
    is_num(child_of(strangers_are), 0,
           "... unless one has another: its number, or ESRCH, and nothing is done");
    is_num(child_of(both), 0, "TSYNC_ESRCH goes with NEW_LISTENER");
    is_num(child_of(kills_thread), 42, "KILL_THREAD kills one thread of several");
    is_num(child_of(kills_process), 1000 + SIGSYS, "KILL_PROCESS all of them");
    is_num(child_of(kills_strict_thread), 42, "a thread in strict mode dies alone");
    return done();
}
