/* seccomp_ptrace.c - seccomp filters and tracers: SECCOMP_RET_TRACE, what is told of filters, and what suspends them. */
#include "seccomp.h"
#include <sys/ptrace.h>
#include <sys/user.h>

static int next(pid_t pid)
{
    int s = -1;

    return waitpid(pid, &s, __WALL) == pid ? s : -1;
}
#define AT_SECCOMP (0x7f | SIGTRAP << 8 | PTRACE_EVENT_SECCOMP << 16)
#define AT_CALL    (0x7f | (SIGTRAP | 0x80) << 8)

/* A traced child with a filter that wants its tracer asked about tuxcall. */
static pid_t traced(int (*fn)(void), long options)
{
    fflush(stdout);
    pid_t pid = must(fork());

    if (!pid) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        no_new_privs();
        must(filter(SECCOMP_FILTER_FLAG_LOG,
                    PROGRAM(LOAD(nr), UNLESS(SYS_tuxcall, 1), RETURN(SECCOMP_RET_TRACE | 77),
                            UNLESS(SYS_security, 1), RETURN(SECCOMP_RET_ERRNO | 9), ALLOW)));
        _exit(fn());
    }
    must(waitpid(pid, NULL, 0));
    must(ptrace(PTRACE_SETOPTIONS, pid, 0, options | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL));
    must(ptrace(PTRACE_CONT, pid, 0, 0));
    return pid;
}
static int tuxcall(void)
{
    long r = syscall(SYS_tuxcall, 1, 2, 3);

    return r == -1 ? 100 + errno : (int)r;
}
static void finish(pid_t pid)
{
    kill(pid, SIGKILL);
    while (!WIFSIGNALED(next(pid)))
        ;
}

static void stops(void)
{
    struct __ptrace_syscall_info info;
    struct user_regs_struct regs;
    unsigned long message = 0;
    siginfo_t si;
    pid_t pid = traced(tuxcall, PTRACE_O_TRACESECCOMP);

    is_num(next(pid), AT_SECCOMP, "the tracer hears of the call");
    must(ptrace(PTRACE_GETEVENTMSG, pid, 0, &message));
    is_num((long)message, 77, "with the filter's message");
    must(ptrace(PTRACE_GETSIGINFO, pid, 0, &si));
    is_true(si.si_signo == SIGTRAP && si.si_code == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8), "and its siginfo");
    must(ptrace(PTRACE_GETREGS, pid, 0, &regs));
    is_true(regs.orig_rax == SYS_tuxcall && regs.rax == (unsigned long)-ENOSYS && regs.rdi == 1 &&
                regs.rdx == 3,
            "registers are those before the call");
    is_num(ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info), 84, "PTRACE_GET_SYSCALL_INFO");
    is_true(info.op == PTRACE_SYSCALL_INFO_SECCOMP && info.seccomp.nr == SYS_tuxcall &&
                info.seccomp.args[1] == 2 && info.seccomp.ret_data == 77,
            "tells the call and the message");
    must(ptrace(PTRACE_CONT, pid, 0, 0));
    is_num(next(pid), (100 + ENOSYS) << 8, "after PTRACE_CONT the call is made");

    pid = traced(tuxcall, PTRACE_O_TRACESECCOMP);
    next(pid);
    must(ptrace(PTRACE_SYSCALL, pid, 0, 0));
    is_num(next(pid), AT_CALL, "PTRACE_SYSCALL goes on to the end of the call");
    must(ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info));
    is_true(info.op == PTRACE_SYSCALL_INFO_EXIT && info.exit.rval == -ENOSYS, "with its result");
    finish(pid);

    pid = traced(tuxcall, 0);
    is_num(next(pid), (100 + ENOSYS) << 8, "without PTRACE_O_TRACESECCOMP there is no stop");
}

static void replacements(void)
{
    struct user_regs_struct regs;
    pid_t pid = traced(tuxcall, PTRACE_O_TRACESECCOMP);

    next(pid);
    must(ptrace(PTRACE_GETREGS, pid, 0, &regs));
    regs.orig_rax = SYS_getsid;
    regs.rdi = (unsigned long)pid;
    must(ptrace(PTRACE_SETREGS, pid, 0, &regs));
    must(ptrace(PTRACE_SYSCALL, pid, 0, 0));
    next(pid);
    must(ptrace(PTRACE_GETREGS, pid, 0, &regs));
    is_num((long)regs.rax, getsid(0), "the tracer may put another call in its place");
    finish(pid);

    pid = traced(tuxcall, PTRACE_O_TRACESECCOMP);
    next(pid);
    must(ptrace(PTRACE_GETREGS, pid, 0, &regs));
    regs.orig_rax = SYS_security;
    must(ptrace(PTRACE_SETREGS, pid, 0, &regs));
    must(ptrace(PTRACE_CONT, pid, 0, 0));
    is_num(next(pid), (100 + 9) << 8, "which filters are asked about");

    pid = traced(tuxcall, PTRACE_O_TRACESECCOMP);
    next(pid);
    must(ptrace(PTRACE_GETREGS, pid, 0, &regs));
    regs.orig_rax = (unsigned long)-1;
    regs.rax = 55;
    must(ptrace(PTRACE_SETREGS, pid, 0, &regs));
    must(ptrace(PTRACE_CONT, pid, 0, 0));
    is_num(next(pid), 55 << 8, "or none, with a result of its choice");

    pid = traced(tuxcall, PTRACE_O_TRACESECCOMP);
    next(pid);
    finish(pid);
    is_true(true, "a task can be killed where it stands");

    pid = traced(tuxcall, PTRACE_O_TRACESECCOMP);
    next(pid);
    must(ptrace(PTRACE_DETACH, pid, 0, 0));
    is_num(next(pid), (100 + ENOSYS) << 8, "without its tracer it goes on");
}

/* With PTRACE_SYSCALL: the stop before the call comes before filters. */
static void order(void)
{
    struct user_regs_struct regs;
    pid_t pid;
    int s;

    fflush(stdout);
    pid = must(fork());
    if (!pid) {
        no_new_privs();
        must(filter(0, VERDICT(SYS_security, SECCOMP_RET_KILL_PROCESS)));
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        syscall(SYS_tuxcall);
        _exit(0);
    }
    must(waitpid(pid, &s, 0));
    must(ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL));
    do {
        must(ptrace(PTRACE_SYSCALL, pid, 0, 0));
        s = next(pid);
        must(ptrace(PTRACE_GETREGS, pid, 0, &regs));
    } while (regs.orig_rax != SYS_tuxcall);
    regs.orig_rax = SYS_security;
    must(ptrace(PTRACE_SETREGS, pid, 0, &regs));
    must(ptrace(PTRACE_SYSCALL, pid, 0, 0));
    is_num(next(pid), AT_CALL, "a call that kills still comes to its end for a tracer");
    must(ptrace(PTRACE_GETREGS, pid, 0, &regs));
    is_num((long)regs.rax, SYS_security, "with registers as they were");
    must(ptrace(PTRACE_CONT, pid, 0, 0));
    s = next(pid);
    is_true(WIFSIGNALED(s) && WTERMSIG(s) == SIGSYS, "the signal that kills is not the tracer's to take");
}

static void dumps(void)
{
    struct sock_filter got[16];
    struct {
        unsigned long long filter_off, flags;
    } meta = {0, 0};
    pid_t pid = traced(tuxcall, PTRACE_O_TRACESECCOMP);

    next(pid);
    if (geteuid()) {
        is_err(ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 0, got), "EACCES",
               "reading filters needs CAP_SYS_ADMIN");
        is_err(ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_SUSPEND_SECCOMP), "EPERM",
               "so does suspending them");
        finish(pid);
        return;
    }
    is_num(ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 0, NULL), 6, "PTRACE_SECCOMP_GET_FILTER tells the length");
    is_num(ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 0, got), 6, "and the program");
    is_true(got[1].code == (BPF_JMP | BPF_JEQ | BPF_K) && got[1].k == SYS_tuxcall &&
                got[5].k == SECCOMP_RET_ALLOW,
            "as it was installed");
    is_err(ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 1, got), "ENOENT", "of one that is not there");
    is_err(ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 0, 16), "EFAULT", "to where nothing is");
    is_num(ptrace(PTRACE_SECCOMP_GET_METADATA, pid, sizeof(meta), &meta), 16, "PTRACE_SECCOMP_GET_METADATA");
    is_num((long)meta.flags, SECCOMP_FILTER_FLAG_LOG, "tells the flags");
    is_err(ptrace(PTRACE_SECCOMP_GET_METADATA, pid, 4, &meta), "EINVAL", "not of too small a structure");
    is_ok(ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_SUSPEND_SECCOMP), "filters can be suspended");
    must(ptrace(PTRACE_CONT, pid, 0, 0));
    is_num(next(pid), (100 + ENOSYS) << 8, "the call that was asked about is made");
}

static int filtered_call(void)
{
    return syscall(SYS_security) == -1 ? errno : 0;
}
static void suspension(void)
{
    pid_t pid;

    if (geteuid())
        return;
    fflush(stdout);
    pid = must(fork());
    if (!pid) {
        no_new_privs();
        must(filter(0, VERDICT(SYS_security, SECCOMP_RET_ERRNO | 9)));
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        _exit(filtered_call());
    }
    must(waitpid(pid, NULL, 0));
    must(ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_SUSPEND_SECCOMP));
    must(ptrace(PTRACE_CONT, pid, 0, 0));
    is_num(next(pid), ENOSYS << 8, "PTRACE_O_SUSPEND_SECCOMP: filters are not asked");
}

int main(void)
{
    stops();
    replacements();
    order();
    dumps();
    suspension();
    return done();
}
