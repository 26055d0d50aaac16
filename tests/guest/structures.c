/*
 * structures.c GROUP - calls with structures of time, descriptors and limits, for tests/cli/strace_args.sh to compare what
 * strace says of them with what mseal-emu does. What the machine decides is not asked for.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/times.h>
#include <sys/timex.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "groups.h"

static void times_and_timers(void)
{
    struct itimerval v = {{1, 2}, {1000, 3}}, old;
    struct itimerspec spec = {{3, 4}, {0, 0}}, was;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL,
                             .sigev_signo = SIGUSR1,
                             .sigev_value.sival_ptr = NOWHERE},
                    none = {.sigev_notify = SIGEV_NONE, .sigev_signo = 5};
    struct timezone zone = {60, 1};
    int id, fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);

    setitimer(ITIMER_VIRTUAL, &v, NULL);
    setitimer(ITIMER_PROF, NULL, &old);
    getitimer(ITIMER_PROF, &old);
    getitimer(77, &old);
    setitimer(ITIMER_REAL, NOWHERE, &old);
    syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &id);
    syscall(SYS_timer_create, 77, &none, NOWHERE);
    syscall(SYS_timer_create, CLOCK_REALTIME, NOWHERE, &id);
    syscall(SYS_timer_settime, 0, 0, &spec, &was);
    syscall(SYS_timer_settime, 99, TIMER_ABSTIME, &spec, &was);
    syscall(SYS_timer_gettime, 0, &was);
    syscall(SYS_timer_delete, 0);
    timerfd_settime(fd, TFD_TIMER_ABSTIME, &spec, &was);
    timerfd_gettime(fd, &was);
    timerfd_gettime(-1, &was);
    syscall(SYS_settimeofday, NOWHERE, &zone);
    syscall(SYS_times, NOWHERE);
}

static void descriptors(void)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.u64 = 0x123456789ab};
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_CUR, .l_start = 1, .l_len = 2};
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_IN_ROOT};
    struct timeval zero = {0, 0};
    struct timespec none = {0, 0};
    struct termios t;
    struct winsize w;
    struct {
        const sigset_t *set;
        size_t size;
    } mask;
    struct pollfd ready;
    fd_set in, out, bad;
    sigset_t set;
    int pipes[2], epoll = epoll_create1(EPOLL_CLOEXEC);

    pipe(pipes);
    write(pipes[1], "x", 1);
    ready = (struct pollfd){pipes[0], POLLIN, 0};
    epoll_ctl(epoll, EPOLL_CTL_ADD, pipes[0], &event);
    event.events = 0;
    epoll_ctl(epoll, EPOLL_CTL_MOD, pipes[1], &event);
    epoll_ctl(epoll, 7, pipes[1], NULL);
    epoll_wait(epoll, &event, 4, 0);
    FD_ZERO(&in);
    FD_SET(pipes[0], &in);
    FD_SET(pipes[1], &in);
    out = in;
    FD_ZERO(&bad);
    FD_SET(60, &bad);
    syscall(SYS_select, pipes[1] + 1, &in, &out, NULL, &zero);
    FD_ZERO(&in);
    syscall(SYS_select, pipes[1] + 1, &in, NULL, NULL, &zero);
    syscall(SYS_select, 61, &bad, NULL, NULL, &zero);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    mask.set = &set;
    mask.size = 8;
    out = bad;
    FD_CLR(60, &out);
    FD_SET(pipes[1], &out);
    syscall(SYS_pselect6, pipes[1] + 1, NULL, &out, NULL, &none, &mask);
    syscall(SYS_ppoll, &ready, 1, &none, NULL, 8);
    ready.events = POLLPRI;
    syscall(SYS_ppoll, &ready, 1, &none, &set, 8);
    fcntl(pipes[0], F_SETLK, &lock);
    fcntl(-1, F_GETLK, &lock);
    fcntl(pipes[0], F_SETLK, NOWHERE);
    syscall(SYS_openat2, AT_FDCWD, "/nonexistent", &how, sizeof(how));
    syscall(SYS_openat2, AT_FDCWD, "/nonexistent", NOWHERE, sizeof(how));
    ioctl(pipes[0], TCGETS, &t);
    ioctl(pipes[0], TIOCGWINSZ, &w);
    w = (struct winsize){24, 80, 0, 0};
    ioctl(pipes[0], TIOCSWINSZ, &w);
}

static void limits(void)
{
    struct rlimit limit = {1024 * 1024, RLIM_INFINITY}, got;
    cpu_set_t cpus;
    gid_t groups[3] = {5, 6, 7};

    setrlimit(RLIMIT_CORE, &limit);
    getrlimit(RLIMIT_CORE, &got);
    syscall(SYS_setrlimit, RLIMIT_CORE, &limit);
    syscall(SYS_getrlimit, RLIMIT_CORE, &got);
    syscall(SYS_prlimit64, 0, RLIMIT_CORE, NULL, &got);
    syscall(SYS_prlimit64, 0, 77, &limit, &got);
    syscall(SYS_prlimit64, 0, RLIMIT_CORE, NOWHERE, NULL);
    syscall(SYS_getrusage, 77, NOWHERE);
    CPU_ZERO(&cpus);
    CPU_SET(0, &cpus);
    syscall(SYS_sched_setaffinity, 0, 8, &cpus);
    syscall(SYS_sched_getaffinity, 0, 4, &cpus);
    syscall(SYS_sched_setaffinity, 0, 8, NOWHERE);
    syscall(SYS_setgroups, 3, NOWHERE);
    syscall(SYS_setgroups, 3, groups);
}

/* Calls about the machine, which are refused or tell nothing that differs. */
static void machine(void)
{
    struct timex tx = {.modes = ADJ_TICK | ADJ_STATUS | 0x8000};
    struct mount_attr attr = {
        .attr_set = MOUNT_ATTR_RDONLY | 0x4000, .attr_clr = 2, .propagation = 1 << 18, .userns_fd = 3};

    clock_adjtime(CLOCK_MONOTONIC, &tx);
    clock_adjtime(99, NOWHERE);
    syscall(SYS_adjtimex, NOWHERE);
    syscall(SYS_ustat, 0x12345, NOWHERE);
    syscall(SYS_fanotify_mark, -1, 1, 2, AT_FDCWD, "/tmp");
    syscall(SYS_fanotify_mark, 0, 0x31, 0x18020003, 7, NOWHERE);
    syscall(SYS_fsconfig, 0, 0, "k", NULL, 0);
    syscall(SYS_fsconfig, 0, 1, "k", "v", 0);
    syscall(SYS_fsconfig, 0, 3, "k", "/x", AT_FDCWD);
    syscall(SYS_fsconfig, 0, 5, "k", NULL, 0);
    syscall(SYS_fsconfig, 0, 6, NULL, NULL, 0);
    syscall(SYS_fsconfig, 0, 99, NOWHERE, 17, 5);
    syscall(SYS_open_tree, AT_FDCWD, "/nonexistent", 0x80900);
    syscall(SYS_open_tree, AT_FDCWD, "/nonexistent", 0x8000);
    syscall(SYS_mount_setattr, AT_FDCWD, "/tmp", 0x40008000, &attr, sizeof(attr));
    syscall(SYS_mount_setattr, AT_FDCWD, "/tmp", 0, NOWHERE, 8);
    syscall(SYS_quotactl, 0x80000700, "/nonexistent", 5, NOWHERE);
    syscall(SYS_quotactl, 0x80000109, NULL, 5, NOWHERE);
    syscall(SYS_quotactl_fd, -1, 0x80000700, 5, NOWHERE);
    syscall(SYS_quotactl_fd, -1, 0x80000100, 5, NOWHERE);
    syscall(SYS_mount, "a", "/nonexistent", "tmpfs", 3, "x=y");
    syscall(SYS_mount, "a", "/nonexistent", "tmpfs", 4096 | 16384, "x=y");
    syscall(SYS_umount2, "/nonexistent", 3);
    syscall(SYS_swapon, "/nonexistent", 0x1008001);
    syscall(SYS_setns, -1, 0x4000000);
    syscall(SYS_ioprio_set, 1, 0, 2 << 13 | 7);
    syscall(SYS_ioprio_set, 1, 0, 7 << 13 | 7);
    syscall(SYS_ioprio_get, 1, 0);
}

int main(int argc, char **argv)
{
    static const struct group_of_calls groups[] = {{"times", times_and_timers},
                                                   {"descriptors", descriptors},
                                                   {"limits", limits},
                                                   {"machine", machine},
                                                   {NULL, NULL}};

    return run_group(groups, argc, argv);
}
