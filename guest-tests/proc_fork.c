/* proc_fork.c - processes: fork, clone, exit, wait, what exec keeps, orphans. */
#include "probe.h"
#include <poll.h>
#include <sched.h>

static int status_of(pid_t pid, int options)
{
    int s = -1;
    return waitpid(pid, &s, options) == pid ? s : -1;
}
static pid_t spawn(void (*f)(void *), void *arg)
{
    fflush(stdout);
    pid_t pid = must(fork());
    if (!pid) {
        f(arg);
        _exit(0);
    }
    return pid;
}
static void leave(void *arg)
{
    _exit((int)(long)arg);
}
/* With more pages than the kernel may be off by when it counts them. */
static void leave_with_memory(void *arg)
{
    fill(pages(1024, RW), 1024, 'm');
    _exit(0);
}
static void die(void *arg)
{
    signal((int)(long)arg, SIG_DFL);
    raise((int)(long)arg);
}
static void sleep_on(void *arg)
{
    for (;;)
        pause();
}
static void in_parent_group(void *arg)
{
    _exit(getpgrp() == (pid_t)(long)arg && getsid(0) == getsid(getppid()) ? 0 : 1);
}
static void orphan(void *arg)
{
    int *fd = arg;
    pid_t me = getpid(), child = fork();
    if (!child) {
        while (getppid() == me)
            usleep(1000);
        char c = getppid() != me ? 'o' : 'x';
        write(fd[1], &c, 1);
    }
    _exit(0);
}
static void reaper(void *arg)
{
    pid_t child, grandchild;
    int s, n = 0;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    child = fork();
    if (!child) {
        grandchild = fork();
        if (!grandchild) {
            usleep(2000);
            _exit(9);
        }
        _exit(0);
    }
    while (wait(&s) > 0)
        n += WEXITSTATUS(s) + 1;
    _exit(n); /* 1 for the child, 10 for the orphan */
}
static void sees_pdeath(void *arg)
{
    int *fd = arg, sig;
    pid_t me = getpid();
    if (fork())
        _exit(usleep(2000));
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    prctl(PR_SET_PDEATHSIG, SIGUSR1);
    if (getppid() == me)
        sigwait(&set, &sig);
    write(fd[1], "d", 1);
}
static char stack[65536] __attribute__((aligned(16)));
static int vm_child(void *arg)
{
    *(volatile int *)arg = 5;
    return 3;
}
static int fd_child(void *arg)
{
    close(*(int *)arg);
    return 0;
}
/* What /proc/self/fdinfo/FD has as "Pid:"; 0: nothing. */
static int fdinfo_pid(int fd)
{
    char path[64], line[128];
    int pid = 0;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
    f = fopen(path, "r");
    while (f && fgets(line, sizeof(line), f))
        sscanf(line, "Pid: %d", &pid);
    if (f)
        fclose(f);
    return pid;
}

static void mark(int sig)
{
}

static void statuses(void)
{
    pid_t self = getpid();
    int s;

    is_true(self == syscall(SYS_gettid), "the first thread's id is the process's");
    is_num(WEXITSTATUS(status_of(spawn(leave, (void *)7), 0)), 7, "exit status");
    is_num(WEXITSTATUS(status_of(spawn(leave, (void *)0x1ff), 0)), 0xff, "only its low byte");
    s = status_of(spawn(die, (void *)SIGTERM), 0);
    is_true(WIFSIGNALED(s) && WTERMSIG(s) == SIGTERM, "killed by SIGTERM");
    s = status_of(spawn(die, (void *)SIGKILL), 0);
    is_true(WIFSIGNALED(s) && WTERMSIG(s) == SIGKILL, "killed by SIGKILL");
    s = status_of(spawn(die, (void *)(long)(SIGRTMIN + 3)), 0);
    is_true(WIFSIGNALED(s) && WTERMSIG(s) == SIGRTMIN + 3, "killed by a realtime signal");
}

static void errors_of_waiting(void)
{
    siginfo_t si;
    int s;

    is_err(waitpid(-1, &s, 0), "ECHILD", "nobody left to wait for");
    is_err(waitpid(getpid(), &s, 0), "ECHILD", "oneself is no child");
    is_err(waitpid(-1, &s, 0x100000), "EINVAL", "an unknown option of waitpid");
    is_err(syscall(SYS_wait4, INT32_MIN, &s, 0, NULL), "ESRCH", "wait4 for INT_MIN");
    is_err(waitid(P_ALL, 0, &si, 0), "EINVAL", "waitid without WEXITED, WSTOPPED or WCONTINUED");
    is_err(waitid(P_PID, 0, &si, WEXITED), "EINVAL", "waitid for pid 0");
    is_err(syscall(SYS_waitid, P_ALL, 0, 16, WEXITED, NULL), "EFAULT",
           "a wild siginfo is worse than no child");
    is_err(syscall(SYS_waitid, P_ALL, 0, 16, 0, NULL), "EFAULT", "or than bad options");
    is_err(syscall(SYS_waitid, P_ALL, 0, NULL, WEXITED, 16), "ECHILD", "wild usage is not");
    memset(&si, 0x55, sizeof si);
    is_err(waitid(P_ALL, 0, &si, WEXITED), "ECHILD", "waitid without a child");
    is_true(!si.si_signo && !si.si_pid && !si.si_code, "writes zeroes all the same");
}

static void zombies(void)
{
    struct rusage ru;
    siginfo_t si;
    pid_t pid;
    int s;

    pid = spawn(sleep_on, NULL);
    is_num(waitpid(pid, &s, WNOHANG), 0, "WNOHANG: not yet");
    memset(&si, 0x55, sizeof si);
    is_ok(waitid(P_PID, (id_t)pid, &si, WEXITED | WNOHANG), "waitid WNOHANG");
    is_num(si.si_pid, 0, "says so with si_pid 0");
    is_ok(kill(pid, 0), "signal 0 to a living child");
    kill(pid, SIGUSR1);
    is_ok(waitid(P_PID, (id_t)pid, &si, WEXITED | WNOWAIT), "WNOWAIT looks");
    is_true(si.si_signo == SIGCHLD && si.si_code == CLD_KILLED && si.si_status == SIGUSR1 && si.si_pid == pid,
            "and tells CLD_KILLED and the signal");
    is_ok(kill(pid, SIGTERM), "a zombie can be signalled");
    is_num(waitpid(pid, &s, 0), pid, "it is still there to be reaped");
    is_err(kill(pid, 0), "ESRCH", "afterwards it is gone");
    is_ok(waitid(P_PID, (id_t)spawn(leave, (void *)4), &si, WEXITED), "waitid reaps");
    is_true(si.si_code == CLD_EXITED && si.si_status == 4, "CLD_EXITED and the status");
    spawn(leave_with_memory, NULL);
    is_true(wait4(-1, &s, 0, &ru) > 0 && ru.ru_maxrss > 0, "wait4 tells usage");
}

static void groups(void)
{
    pid_t pid;
    int s;

    is_num(WEXITSTATUS(status_of(spawn(in_parent_group, (void *)(long)getpgrp()), 0)), 0,
           "group and session are inherited");
    pid = spawn(sleep_on, NULL);
    is_ok(setpgid(pid, pid), "a child becomes leader of its group");
    is_num(getpgid(pid), pid, "getpgid tells");
    is_num(waitpid(0, &s, WNOHANG), -1, "wait for one's own group does not see it");
    is_num(waitpid(-pid, &s, WNOHANG), 0, "wait for its group does");
    is_err(setpgid(pid, 999999), "EPERM", "a group that does not exist");
    is_err(setpgid(pid, -1), "EINVAL", "a negative group");
    is_err(setpgid(999999, 0), "ESRCH", "setpgid of nobody");
    is_err(getpgid(999999), "ESRCH", "getpgid of nobody");
    is_ok(kill(-pid, SIGKILL), "kill of a group");
    is_true(WTERMSIG(status_of(pid, 0)) == SIGKILL, "reaches its member");
    is_err(kill(-pid, 0), "ESRCH", "an empty group");
}

static void orphans(void)
{
    char c = 0;
    int fd[2];

    must(pipe(fd));
    status_of(spawn(orphan, fd), 0);
    is_true(read(fd[0], &c, 1) == 1 && c == 'o', "an orphan gets another parent");
    is_num(WEXITSTATUS(status_of(spawn(reaper, NULL), 0)), 11, "a subreaper inherits orphans");
    status_of(spawn(sees_pdeath, fd), 0);
    is_true(read(fd[0], &c, 1) == 1 && c == 'd', "PR_SET_PDEATHSIG comes when the parent dies");
}

static void unwanted_statuses(void)
{
    struct sigaction sa = {.sa_handler = mark, .sa_flags = SA_NOCLDWAIT};
    pid_t pid;
    int s;

    signal(SIGCHLD, SIG_IGN);
    pid = spawn(leave, NULL);
    is_err(waitpid(pid, &s, 0), "ECHILD",
           "SIGCHLD ignored: children reap themselves, wait waits for the last");
    signal(SIGCHLD, SIG_DFL);
    sigaction(SIGCHLD, &sa, NULL);
    pid = spawn(leave, NULL);
    is_true(waitpid(pid, &s, 0) == -1, "SA_NOCLDWAIT the same");
    signal(SIGCHLD, SIG_DFL);
}

static void cloning(void)
{
    volatile int shared = 0;
    int ptid = 0, ctid = 0, d, s;
    pid_t pid;

    pid = must(clone(vm_child, stack + sizeof stack, CLONE_VM | SIGCHLD, (void *)&shared));
    is_num(WEXITSTATUS(status_of(pid, 0)), 3, "clone: what the function returns is the status");
    is_num(shared, 5, "CLONE_VM shares memory");
    pid = must(clone(vm_child, stack + sizeof stack, CLONE_VM, (void *)&shared));
    is_err(waitpid(pid, &s, 0), "ECHILD", "a child without an exit signal needs __WCLONE");
    is_num(waitpid(pid, &s, __WCLONE), pid, "and __WCLONE finds it");
    pid = must(clone(vm_child, stack + sizeof stack, CLONE_VM, (void *)&shared));
    is_num(waitpid(pid, &s, __WALL), pid, "as does __WALL");
    d = dup(1);
    pid = must(clone(fd_child, stack + sizeof stack, CLONE_FILES | SIGCHLD, &d));
    status_of(pid, 0);
    is_err(fcntl(d, F_GETFD), "EBADF", "CLONE_FILES shares descriptors");
    pid = must(
        (pid_t)syscall(SYS_clone, CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | SIGCHLD, 0, &ptid, &ctid, 0));
    if (!pid)
        _exit(ctid == getpid() ? 0 : 1);
    is_num(ptid, pid, "CLONE_PARENT_SETTID writes here");
    is_num(ctid, 0, "CLONE_CHILD_SETTID does not");
    is_num(WEXITSTATUS(status_of(pid, 0)), 0, "but in the child");
    is_err(syscall(SYS_clone, CLONE_THREAD | SIGCHLD, 0, 0, 0, 0), "EINVAL",
           "CLONE_THREAD without CLONE_SIGHAND");
    is_err(syscall(SYS_clone, CLONE_SIGHAND | SIGCHLD, 0, 0, 0, 0), "EINVAL",
           "CLONE_SIGHAND without CLONE_VM");
}

static void cloning_by_clone3(void)
{
    uint64_t args[11] = {0};
    pid_t pid;

    is_err(syscall(SYS_clone3, args, 8), "EINVAL", "clone3 with too small a structure");
    is_err(syscall(SYS_clone3, NULL, 64), "EFAULT", "clone3 with none");
    args[4] = 300;
    is_err(syscall(SYS_clone3, args, 64), "EINVAL", "clone3: no such exit signal");
    memset(args, 0, sizeof args);
    args[5] = 4096;
    is_err(syscall(SYS_clone3, args, 64), "EINVAL", "clone3: a stack without size");
    memset(args, 0, sizeof args);
    args[4] = SIGCHLD;
    pid = must((pid_t)syscall(SYS_clone3, args, 64));
    if (!pid)
        _exit(6);
    is_num(WEXITSTATUS(status_of(pid, 0)), 6, "clone3 as fork");
}

static void pidfds(void)
{
    int pidfd = -1;
    uint64_t args[11] = {CLONE_PIDFD, (uint64_t)&pidfd, [4] = SIGCHLD};
    struct pollfd pf = {.events = POLLIN};
    siginfo_t si;
    pid_t pid;

    pid = must((pid_t)syscall(SYS_clone3, args, 64));
    if (!pid)
        _exit(8);
    pf.fd = pidfd;
    is_num(poll(&pf, 1, -1), 1, "a pidfd is readable when its process is over");
    is_true(fcntl(pidfd, F_GETFD) == FD_CLOEXEC, "it is close-on-exec");
    is_err(syscall(448, pidfd, 0), "ESRCH", "process_mrelease of one that is over");
    is_true(fdinfo_pid(pidfd) == pid, "its fdinfo tells the number");
    is_ok(waitid(3 /* P_PIDFD */, (id_t)pidfd, &si, WEXITED), "waitid by pidfd");
    is_true(fdinfo_pid(pidfd) == -1, "its fdinfo tells no number any more");
    is_num(si.si_status, 8, "tells the status");
    is_err(syscall(424, pidfd, 0, NULL, 0), "ESRCH", "pidfd_send_signal to nobody");
    is_err(syscall(448, pidfd, 0), "ESRCH", "process_mrelease of nobody");
    is_err(syscall(448, -1, 1), "EINVAL", "process_mrelease with a flag");
    is_err(syscall(448, -1, 0), "EBADF", "without a descriptor");
    is_err(syscall(448, must((int)syscall(434, getpid(), 0)), 0), "EINVAL", "of somebody who lives on");
    is_err(syscall(434, 0, 0), "EINVAL", "pidfd_open of 0");
    is_err(syscall(434, 999999, 0), "ESRCH", "pidfd_open of nobody");
}

static void several_flags(void)
{
    int pidfd = -1, ptid = 0, ctid = 0, there[2], other;
    uint64_t args[11] = {CLONE_PIDFD | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID |
                             CLONE_FS,
                         (uint64_t)&pidfd, (uint64_t)&ctid, (uint64_t)&ptid, SIGCHLD};
    char cwd[2][4096], c;
    struct rusage usage;
    siginfo_t si;
    pid_t pid;

    must(pipe(there));
    must(getcwd(cwd[0], sizeof cwd[0]));
    pid = must((pid_t)syscall(SYS_clone3, args, 64));
    if (!pid) {
        chdir("/proc");
        write(there[1], "x", 1);
        for (;;)
            pause();
    }
    is_num(ptid, pid, "clone3 with several flags: CLONE_PARENT_SETTID");
    is_num(read(there[0], &c, 1), 1, "the child runs");
    must(getcwd(cwd[1], sizeof cwd[1]));
    is_str(cwd[1], "/proc", "CLONE_FS: the child goes elsewhere, and the parent with it");
    must(chdir(cwd[0]));
    close(there[0]);
    close(there[1]);
    other = must((int)syscall(434, pid, 0));
    is_num(poll(&(struct pollfd){.fd = other, .events = POLLIN}, 1, 0), 0, "pidfd_open: it lives");
    is_ok(syscall(424, other, SIGUSR2, NULL, 0), "pidfd_send_signal");
    memset(&usage, 0xff, sizeof usage);
    is_ok(syscall(SYS_waitid, 3 /* P_PIDFD */, pidfd, &si, WEXITED, &usage), "waitid with usage");
    is_true(si.si_code == CLD_KILLED && si.si_status == SIGUSR2, "killed by that signal");
    is_true(usage.ru_utime.tv_sec == 0 && usage.ru_maxrss > 0, "and the usage is the child's");
    close(pidfd);
    close(other);
}

static void stops(void)
{
    siginfo_t si;
    pid_t pid;

    pid = spawn(sleep_on, NULL);
    kill(pid, SIGSTOP);
    is_ok(waitid(P_PID, (id_t)pid, &si, WSTOPPED), "waitid for a stop");
    is_true(si.si_code == CLD_STOPPED && si.si_status == SIGSTOP, "tells the signal");
    is_ok(waitid(P_PID, (id_t)pid, &si, WSTOPPED | WEXITED | WNOHANG), "once:");
    is_num(si.si_pid, 0, "then there is nothing to tell");
    kill(pid, SIGCONT);
    is_ok(waitid(P_PGID, 0, &si, WCONTINUED), "waitid for a continue, of the own group");
    is_true(si.si_pid == pid && si.si_code == CLD_CONTINUED && si.si_status == SIGCONT, "tells it");
    kill(pid, SIGKILL);
    is_ok(waitid(P_ALL, 0, &si, WEXITED), "waitid for anybody");
    is_true(si.si_pid == pid && si.si_code == CLD_KILLED && si.si_status == SIGKILL, "tells who");
}

static void vforking(void)
{
    volatile int shared = 0;
    pid_t pid;

    pid = vfork();
    if (!pid) {
        shared = 77;
        _exit(2);
    }
    is_num(shared, 77, "vfork: the child ran first, in the same memory");
    is_num(WEXITSTATUS(status_of(pid, 0)), 2, "and exits on its own");
}

/* The page is shared with the child, read (so the processor knows where it is), then copied by the kernel's write. */
static void shared_page(void)
{
    volatile int *shown = (volatile int *)pages(1, RW);
    int data[2], two = 2;
    pid_t pid;

    *shown = 1;
    must(pipe(data));
    pid = spawn(sleep_on, NULL);
    is_num(*shown, 1, "after fork the parent's page is the old one");
    write(data[1], &two, sizeof two);
    is_num(read(data[0], (void *)shown, sizeof two), 4, "the kernel writes to it");
    is_num(*shown, 2, "and the parent sees the copy");
    kill(pid, SIGKILL);
    status_of(pid, 0);
}

static void exec_of_nothing(void)
{
    char plain[] = "/tmp/probe-XXXXXX";

    is_err(execl("/nonexistent", "x", NULL), "ENOENT", "exec of nothing");
    is_err(execl("/", "x", NULL), "EACCES", "exec of a directory");
    close(must(mkstemp(plain)));
    is_err(execl(plain, "x", NULL), "EACCES", "exec of a file without x");
    unlink(plain);
    is_err(execl("", "x", NULL), "ENOENT", "exec of an empty name");
    is_err(syscall(SYS_execve, "/proc/self/exe", (char **)1, NULL), "EFAULT", "exec with a wild argv");
}

int main(void)
{
    statuses();
    errors_of_waiting();
    zombies();
    groups();
    orphans();
    unwanted_statuses();
    cloning();
    cloning_by_clone3();
    pidfds();
    several_flags();
    stops();
    vforking();
    shared_page();
    exec_of_nothing();
    return done();
}
