/* proc_task.c - /proc/PID about a task: the call it waits in, its children, its timers and their slack, oom_adj. */
#include "probe.h"

#include <time.h>

/* Writes text to /proc/self/NAME: "ok" or the error. */
static const char *write_proc(const char *name, const char *text)
{
    char path[64];
    int fd;
    ssize_t n;

    snprintf(path, sizeof path, "/proc/self/%s", name);
    fd = must(open(path, O_WRONLY));
    errno = 0;
    n = write(fd, text, strlen(text));
    close(fd);
    return n == (ssize_t)strlen(text) ? "ok" : result(n, errno);
}

static mode_t mode_of(const char *path)
{
    struct stat st;

    must(stat(path, &st));
    return st.st_mode;
}

/* A child that reads into *byte from a pipe, of which the parent has the other end, until that is closed. */
static pid_t reader(int pipes[2], char *byte)
{
    pid_t child;

    must(pipe(pipes));
    child = must(fork());
    if (!child) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(pipes[1]);
        (void)!read(pipes[0], byte, 1);
        _exit(0);
    }
    return child;
}

/* ---- who waits in what ---- */

static void waiting(void)
{
    char path[64], byte;
    long nr = -1, fd = -1, addr = 0;
    const char *text;
    int pipes[2];
    pid_t child;

    if (access("/proc/self/syscall", F_OK)) {
        told_skip("syscall", "kernel without CONFIG_HAVE_ARCH_TRACEHOOK");
        return;
    }
    child = reader(pipes, &byte);
    snprintf(path, sizeof path, "/proc/%d/syscall", (int)child);
    for (int i = 0; i < 2000 && (nr != SYS_read || fd != pipes[0]); i++) {
        if (i)
            usleep(1000);
        text = proc_read(path);
        sscanf(text, "%ld %lx %lx", &nr, (unsigned long *)&fd, (unsigned long *)&addr);
    }
    is_num(nr, SYS_read, "syscall: the number of the call that a task waits in");
    is_num(fd, pipes[0], "its first argument");
    is_true(addr == (long)&byte, "the second, an address");
    is_num(mode_of(path), S_IFREG | 0400, "the file is its owner's");
    close(pipes[1]);
    must(waitid(P_PID, (id_t)child, &(siginfo_t){0}, WEXITED | WNOWAIT));
    text = proc_read(path);
    is_true(!strcmp(text, "-1 0x0 0x0\n") || !strcmp(text, "running\n") /* 7.3 */,
            "of one that has ended: none");
    must(waitpid(child, NULL, 0));
    close(pipes[0]);
    sscanf(proc_read("/proc/self/syscall"), "%ld", &nr);
    is_num(nr, SYS_read, "of the task itself: the call that reads it");
}

static void children(void)
{
    char path[64], want[64], byte;
    int pipes[2];
    pid_t child;

    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    if (access(path, F_OK)) {
        told_skip("children", "kernel without CONFIG_PROC_CHILDREN");
        return;
    }
    child = reader(pipes, &byte);
    snprintf(want, sizeof want, "%d ", (int)child);
    is_str(proc_read(path), want, "children: of the thread, each with a blank behind it");
    close(pipes[1]);
    must(waitpid(child, NULL, 0));
    is_str(proc_read(path), "", "none after it was waited for");
    close(pipes[0]);
}

/* ---- timers ---- */

static void timers(void)
{
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1, .sigev_value.sival_int = 77};
    char want[256];
    timer_t a, b;

    if (access("/proc/self/timers", F_OK)) {
        told_skip("timers", "kernel without CONFIG_CHECKPOINT_RESTORE");
        return;
    }
    is_str(proc_read("/proc/self/timers"), "", "no timers, no lines");
    must(timer_create(CLOCK_REALTIME, &ev, &a));
    ev.sigev_notify = SIGEV_NONE;
    ev.sigev_value.sival_ptr = NULL;
    must(timer_create(CLOCK_MONOTONIC, &ev, &b));
    snprintf(want, sizeof want,
             "ID: 1\nsignal: 10/0000000000000000\nnotify: none/pid.%d\nClockID: 1\n"
             "ID: 0\nsignal: 10/000000000000004d\nnotify: signal/pid.%d\nClockID: 0\n",
             (int)getpid(), (int)getpid());
    is_str(proc_read("/proc/self/timers"), want, "the newest first: number, signal and value, how, clock");
    must(timer_delete(b));
    must(timer_delete(a));
    is_str(proc_read("/proc/self/timers"), "", "they go when they are deleted");
}

static void slack(void)
{
    is_str(proc_read("/proc/self/timerslack_ns"), "50000\n", "timerslack_ns: what a task begins with");
    is_num(mode_of("/proc/self/timerslack_ns"), S_IFREG | 0666, "everybody may open it");
    is_str(write_proc("timerslack_ns", "123"), "ok", "it can be written");
    is_num(prctl(PR_GET_TIMERSLACK), 123, "prctl() knows what was written");
    must(prctl(PR_SET_TIMERSLACK, 456));
    is_str(proc_read("/proc/self/timerslack_ns"), "456\n", "and the other way round");
    is_str(write_proc("timerslack_ns", "12x"), "EINVAL", "no number");
    is_str(write_proc("timerslack_ns", "-1"), "EINVAL", "a negative one");
    is_str(write_proc("timerslack_ns", "0\n"), "ok", "0");
    is_str(proc_read("/proc/self/timerslack_ns"), "50000\n", "stands for what it began with");
}

/* ---- what says little here ---- */

static void others(void)
{
    int old = atoi(proc_read("/proc/self/oom_score_adj"));

    if (old > 0)
        told_skip("oom_adj", "oom_score_adj was raised, and what was raised stays");
    else {
        is_str(write_proc("oom_score_adj", "500"), "ok", "oom_score_adj: 500 of 1000");
        is_str(proc_read("/proc/self/oom_adj"), "8\n", "oom_adj: 8 of 17");
        is_str(write_proc("oom_score_adj", "1000"), "ok", "oom_score_adj: all");
        is_str(proc_read("/proc/self/oom_adj"), "15\n", "oom_adj: 15");
    }
    is_str(proc_read("/proc/self/setgroups"), "allow\n", "setgroups");
    is_true(strspn(proc_read("/proc/self/sessionid"), "0123456789") > 0, "sessionid: a number");
    is_num(mode_of("/proc/self/projid_map"), S_IFREG | 0644, "projid_map");
}

int main(void)
{
    waiting();
    children();
    timers();
    slack();
    others();
    return done();
}
