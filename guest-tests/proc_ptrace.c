/* proc_ptrace.c - ptrace: stops, memory, registers, system calls, events, attach and detach. */
#include "probe.h"
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

static volatile long target = 11;
static char *locked;

static int next(pid_t pid)
{
    int s = -1;
    return waitpid(pid, &s, __WALL) == pid ? s : -1;
}
static pid_t traced(void (*f)(void))
{
    fflush(stdout);
    pid_t pid = must(fork());
    if (!pid) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        f();
        _exit(0);
    }
    return pid;
}
static void tell_target(void)
{
    raise(SIGUSR1);
    _exit((int)target);
}
static void tell_locked(void)
{
    _exit(locked[0]);
}
static void calls(void)
{
    _exit(syscall(SYS_getppid) == 77 ? 7 : 1);
}
static void child(void)
{
    if (!fork())
        _exit(5);
    int s;
    wait(&s);
    _exit(WEXITSTATUS(s));
}
/* This program again, which then has nothing to say. */
static void run_true(void)
{
    execl("/proc/self/exe", "true", NULL);
}
static void wait_for_ever(void)
{
    for (;;)
        pause();
}
static void nothing(int sig)
{
}

static void with_signals_waiting(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigaddset(&set, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR2);
    for (int i = 0; i < 3; i++)
        sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = i});
    raise(SIGSTOP);
}

static void waiting_signals(void)
{
    struct __ptrace_peeksiginfo_args args = {.nr = 10};
    pid_t pid = traced(with_signals_waiting);
    siginfo_t si[10];
    int s;

    next(pid);
    ptrace(PTRACE_CONT, pid, 0, 0);
    next(pid);
    is_num(ptrace(PTRACE_PEEKSIGINFO, pid, &args, si), 1, "PEEKSIGINFO: one signal waits for the task");
    is_true(si[0].si_signo == SIGUSR2 && si[0].si_code == SI_TKILL && si[0].si_pid == pid,
            "is the one that it sent itself");
    args.flags = PTRACE_PEEKSIGINFO_SHARED;
    is_num(ptrace(PTRACE_PEEKSIGINFO, pid, &args, si), 3, "three for its process");
    s = si[0].si_signo == SIGRTMIN && si[0].si_value.sival_int == 0 && si[2].si_value.sival_int == 2;
    is_true(s, "in the order they came");
    args.off = 1;
    args.nr = 1;
    is_num(ptrace(PTRACE_PEEKSIGINFO, pid, &args, si), 1, "from the second on, one");
    is_num(si[0].si_value.sival_int, 1, "the second");
    args.off = 3;
    is_num(ptrace(PTRACE_PEEKSIGINFO, pid, &args, si), 0, "behind the last");
    args.off = UINT64_MAX;
    is_num(ptrace(PTRACE_PEEKSIGINFO, pid, &args, si), 0, "far behind it");
    args = (struct __ptrace_peeksiginfo_args){.flags = PTRACE_PEEKSIGINFO_SHARED, .nr = 3};
    is_err(ptrace(PTRACE_PEEKSIGINFO, pid, &args, 16), "EFAULT", "to where nothing is");
    args.nr = 0;
    is_num(ptrace(PTRACE_PEEKSIGINFO, pid, &args, 16), 0, "none to where nothing is");
    args.nr = -1;
    is_err(ptrace(PTRACE_PEEKSIGINFO, pid, &args, si), "EINVAL", "less than none");
    args = (struct __ptrace_peeksiginfo_args){.flags = 2, .nr = 1};
    is_err(ptrace(PTRACE_PEEKSIGINFO, pid, &args, si), "EINVAL", "an unknown flag");
    is_err(ptrace(PTRACE_PEEKSIGINFO, pid, 16, si), "EFAULT", "no arguments");
    ptrace(PTRACE_KILL, pid, 0, 0);
    next(pid);
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!strcmp(argv[0], "true")) /* run_true */
        return 0;
    struct user_regs_struct regs;
    siginfo_t si;
    unsigned long msg = 0, mask, old_mask = 0;
    locked = pages(1, RW);
    locked[0] = 3;
    mprotect(locked, PG, PROT_READ);
    signal(SIGUSR1, nothing);

    pid_t pid = traced(tell_target);
    int s = next(pid);
    is_true(WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP, "a traced child stops at a signal");
    errno = 0;
    is_num(ptrace(PTRACE_PEEKDATA, pid, &target, 0), 11, "PEEKDATA reads its memory");
    is_err(ptrace(PTRACE_PEEKDATA, pid, 8, 0), "EIO", "but none that is not there");
    is_ok(ptrace(PTRACE_POKEDATA, pid, &target, 42), "POKEDATA writes it");
    is_num(target, 11, "and only its own");
    is_ok(ptrace(PTRACE_GETSIGINFO, pid, 0, &si), "GETSIGINFO");
    is_true(si.si_signo == SIGSTOP && si.si_pid == pid, "tells who sent it");
    is_ok(ptrace(PTRACE_GETSIGMASK, pid, 8, &old_mask), "GETSIGMASK");
    mask = 1ul << (SIGUSR2 - 1) | 1ul << (SIGKILL - 1);
    is_ok(ptrace(PTRACE_SETSIGMASK, pid, 8, &mask), "SETSIGMASK");
    ptrace(PTRACE_GETSIGMASK, pid, 8, &mask);
    is_num((long)mask, 1l << (SIGUSR2 - 1), "blocks what can be blocked");
    ptrace(PTRACE_SETSIGMASK, pid, 8, &old_mask);
    is_err(ptrace(PTRACE_GETSIGMASK, pid, 16, &mask), "EINVAL", "a set of another size");
    is_err(ptrace(PTRACE_SETSIGMASK, pid, 8, (void *)16), "EFAULT", "a mask that is not there");
    is_ok(ptrace(PTRACE_CONT, pid, 0, 0), "CONT");
    s = next(pid);
    is_num(WSTOPSIG(s), SIGUSR1, "the next signal");
    ptrace(PTRACE_CONT, pid, 0, 0);
    is_num(WEXITSTATUS(next(pid)), 42, "the program saw the poke");
    is_err(ptrace(PTRACE_CONT, pid, 0, 0), "ESRCH", "it is gone");

    pid = traced(tell_target);
    next(pid);
    ptrace(PTRACE_CONT, pid, 0, 0);
    next(pid);
    ptrace(PTRACE_CONT, pid, 0, SIGTERM);
    s = next(pid);
    is_true(WIFSIGNALED(s) && WTERMSIG(s) == SIGTERM, "CONT with another signal");

    pid = traced(tell_locked);
    next(pid);
    is_ok(ptrace(PTRACE_POKETEXT, pid, locked, 9), "a read-only page can be poked");
    is_num(locked[0], 3, "in the child's copy");
    ptrace(PTRACE_CONT, pid, 0, 0);
    is_num(WEXITSTATUS(next(pid)), 9, "which sees it");

    pid = traced(calls);
    next(pid);
    is_err(ptrace(PTRACE_SETOPTIONS, pid, 0, 1 << 30), "EINVAL", "an option that is none");
    is_ok(ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD), "TRACESYSGOOD");
    bool entry_ok = false, exit_ok = false;
    for (int entering = 1;; entering = !entering) {
        ptrace(PTRACE_SYSCALL, pid, 0, 0);
        s = next(pid);
        if (!WIFSTOPPED(s))
            break;
        ptrace(PTRACE_GETREGS, pid, 0, &regs);
        if (WSTOPSIG(s) != (SIGTRAP | 0x80) || regs.orig_rax != SYS_getppid)
            continue;
        if (entering) {
            entry_ok = regs.rax == (unsigned long)-ENOSYS;
        } else {
            exit_ok = regs.rax == (unsigned long)getpid();
            regs.rax = 77;
            ptrace(PTRACE_SETREGS, pid, 0, &regs);
        }
    }
    is_true(entry_ok, "before a system call rax is ENOSYS");
    is_true(exit_ok, "after it the result");
    is_num(WEXITSTATUS(s), 7, "which can be changed");

    pid = traced(calls);
    next(pid);
    for (;;) {
        ptrace(PTRACE_SYSCALL, pid, 0, 0);
        s = next(pid);
        if (!WIFSTOPPED(s))
            break;
        if (ptrace(PTRACE_PEEKUSER, pid, offsetof(struct user_regs_struct, orig_rax), 0) == SYS_getppid) {
            ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, orig_rax), -1L);
            ptrace(PTRACE_CONT, pid, 0, 0);
            s = next(pid);
            break;
        }
    }
    is_num(WEXITSTATUS(s), 1, "a call can be made to be none");

    pid = traced(calls);
    next(pid);
    unsigned long before, after;
    before = (unsigned long)ptrace(PTRACE_PEEKUSER, pid, offsetof(struct user_regs_struct, rip), 0);
    is_ok(ptrace(PTRACE_SINGLESTEP, pid, 0, 0), "SINGLESTEP");
    s = next(pid);
    after = (unsigned long)ptrace(PTRACE_PEEKUSER, pid, offsetof(struct user_regs_struct, rip), 0);
    is_true(WIFSTOPPED(s) && WSTOPSIG(s) == SIGTRAP && after != before && after - before < 16,
            "goes on by one instruction");
    struct iovec iov = {&regs, sizeof regs};
    is_true(!ptrace(PTRACE_GETREGSET, pid, 1, &iov) && iov.iov_len == sizeof regs && regs.rip == after,
            "GETREGSET tells the same");
    is_ok(ptrace(PTRACE_KILL, pid, 0, 0), "PTRACE_KILL");
    s = next(pid);
    is_true(WIFSIGNALED(s) && WTERMSIG(s) == SIGKILL, "kills");

    pid = traced(child);
    next(pid);
    ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEFORK);
    ptrace(PTRACE_CONT, pid, 0, 0);
    s = next(pid);
    is_num(s >> 8, SIGTRAP | PTRACE_EVENT_FORK << 8, "a fork is an event");
    is_ok(ptrace(PTRACE_GETEVENTMSG, pid, 0, &msg), "with the number");
    s = next((pid_t)msg);
    is_true(WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP, "of the child, which is traced and stops");
    ptrace(PTRACE_CONT, (pid_t)msg, 0, 0);
    is_num(WEXITSTATUS(next((pid_t)msg)), 5, "and whose end the tracer hears first");
    ptrace(PTRACE_CONT, pid, 0, 0);
    while (WIFSTOPPED(s = next(pid)))
        ptrace(PTRACE_CONT, pid, 0, 0);
    is_num(WEXITSTATUS(s), 5, "then its parent");

    pid = traced(run_true);
    next(pid);
    ptrace(PTRACE_CONT, pid, 0, 0);
    s = next(pid);
    is_true(WIFSTOPPED(s) && WSTOPSIG(s) == SIGTRAP, "a SIGTRAP after exec");
    ptrace(PTRACE_CONT, pid, 0, 0);
    is_num(next(pid), 0, "and on");

    fflush(stdout);
    pid = must(fork());
    if (!pid)
        wait_for_ever();
    usleep(2000);
    is_ok(ptrace(PTRACE_ATTACH, pid, 0, 0), "ATTACH");
    s = next(pid);
    is_true(WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP, "stops it");
    is_err(ptrace(PTRACE_ATTACH, pid, 0, 0), "EPERM", "once only");
    is_ok(ptrace(PTRACE_DETACH, pid, 0, 0), "DETACH");
    is_err(ptrace(PTRACE_PEEKDATA, pid, &target, 0), "ESRCH", "then it is nobody's");
    is_num(waitpid(pid, &s, WNOHANG), 0, "and goes on");
    is_ok(ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_EXITKILL), "SEIZE");
    is_ok(ptrace(PTRACE_INTERRUPT, pid, 0, 0), "INTERRUPT");
    s = next(pid);
    is_num(s >> 8, SIGTRAP | PTRACE_EVENT_STOP << 8, "is an event");
    kill(pid, SIGKILL);
    is_num(next(pid), SIGKILL, "SIGKILL ends any stop");
    is_err(ptrace(PTRACE_ATTACH, getpid(), 0, 0), "EPERM", "ATTACH to oneself");
    is_err(ptrace(PTRACE_ATTACH, 1 << 22, 0, 0), "ESRCH", "or to nobody");
    waiting_signals();
    return done();
}
