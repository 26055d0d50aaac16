/* proc_ptrace_exit.c - ptrace: the stop before a task ends, and what a tracer sees and may do there. */
#include "probe.h"
#include <pthread.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>

static volatile long target = 11;

#define EXIT_STOP (SIGTRAP | PTRACE_EVENT_EXIT << 8)

static int next(pid_t pid)
{
    int s = -1;
    return waitpid(pid, &s, __WALL) == pid ? s : -1;
}

static pid_t traced(void (*f)(void), long options)
{
    pid_t pid;

    fflush(stdout);
    pid = must(fork());
    if (!pid) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        f();
        _exit(0);
    }
    next(pid);
    ptrace(PTRACE_SETOPTIONS, pid, 0, options);
    ptrace(PTRACE_CONT, pid, 0, 0);
    return pid;
}

static unsigned long message(pid_t pid)
{
    unsigned long m = -1;
    ptrace(PTRACE_GETEVENTMSG, pid, 0, &m);
    return m;
}

static void ends_with_7(void)
{
    _exit(7);
}
static void exits_alone(void)
{
    syscall(SYS_exit, 7);
}
static void raises_term(void)
{
    raise(SIGTERM);
}
static void crashes(void)
{
    *(volatile int *)16 = 1;
}
static void waits(void)
{
    for (;;)
        pause();
}
static void *one_thread(void *arg)
{
    return NULL;
}
static void *sleeping_thread(void *arg)
{
    waits();
    return NULL;
}
static void *exits_with_3(void *arg)
{
    usleep(20000);
    syscall(SYS_exit, 3);
    return NULL;
}
static void leader_first(void)
{
    pthread_t th;

    pthread_create(&th, NULL, exits_with_3, NULL);
    syscall(SYS_exit, 7);
}
static void joins(void)
{
    pthread_t th;

    pthread_create(&th, NULL, one_thread, NULL);
    pthread_join(th, NULL);
    raise(SIGUSR1); /* until the thread's end was heard of: afterwards it is told with the process' status */
    _exit(3);
}
static void leaves_one(void)
{
    pthread_t th;

    pthread_create(&th, NULL, sleeping_thread, NULL);
    raise(SIGUSR1);
    _exit(4);
}
static void vforks(void)
{
    int s;
    pid_t pid = vfork();

    if (!pid)
        _exit(0);
    waitpid(pid, &s, 0);
    _exit(pid & 0x7f);
}

static void at_exit_group(void)
{
    pid_t pid = traced(ends_with_7, PTRACE_O_TRACEEXIT);
    struct user_regs_struct r;
    siginfo_t si;

    is_num(next(pid) >> 8, EXIT_STOP, "a task stops before it ends");
    is_num(message(pid), 7 << 8, "its message is the status to come");
    ptrace(PTRACE_GETSIGINFO, pid, 0, &si);
    is_true(si.si_signo == SIGTRAP && si.si_code == EXIT_STOP, "its siginfo names the event");
    is_num(ptrace(PTRACE_PEEKDATA, pid, &target, 0), 11, "its memory is still there");
    ptrace(PTRACE_GETREGS, pid, 0, &r);
    is_true(r.orig_rax == SYS_exit_group && r.rdi == 7, "and its registers");
    is_ok(ptrace(PTRACE_CONT, pid, 0, 0), "going on");
    is_num(next(pid), 7 << 8, "is the end");
}

static void of_signals(void)
{
    pid_t pid = traced(raises_term, PTRACE_O_TRACEEXIT);

    is_num(next(pid) >> 8, SIGTERM, "a signal is told first");
    ptrace(PTRACE_CONT, pid, 0, SIGTERM);
    is_num(next(pid) >> 8, EXIT_STOP, "then the end it brings");
    is_num(message(pid), SIGTERM, "with the status of that");
    ptrace(PTRACE_CONT, pid, 0, 0);
    is_num(next(pid), SIGTERM, "and it comes");

    pid = traced(crashes, PTRACE_O_TRACEEXIT);
    next(pid);
    ptrace(PTRACE_CONT, pid, 0, SIGSEGV);
    is_num(next(pid) >> 8, EXIT_STOP, "a crash");
    is_num(message(pid) & 0x7f, SIGSEGV, "is told as one");
    ptrace(PTRACE_CONT, pid, 0, 0);
    next(pid);

    pid = traced(waits, PTRACE_O_TRACEEXIT);
    kill(pid, SIGKILL);
    is_num(next(pid) >> 8, EXIT_STOP, "SIGKILL, too");
    is_num(message(pid), SIGKILL, "by its number");
    ptrace(PTRACE_CONT, pid, 0, 0);
    is_num(next(pid), SIGKILL, "and kills");

    pid = traced(ends_with_7, PTRACE_O_TRACEEXIT);
    next(pid);
    kill(pid, SIGKILL);
    is_num(message(pid), 7 << 8, "SIGKILL does not move who stands before the end of its process");
    ptrace(PTRACE_CONT, pid, 0, 0);
    is_num(next(pid), 7 << 8, "nor change it");

    pid = traced(exits_alone, PTRACE_O_TRACEEXIT);
    is_num(next(pid) >> 8, EXIT_STOP, "the end of its last thread alone");
    kill(pid, SIGKILL);
    is_num(message(pid), 7 << 8, "is that of a process, too");
    ptrace(PTRACE_CONT, pid, 0, 0);
    next(pid);
}

static void of_threads(void)
{
    pid_t pid = traced(joins, PTRACE_O_TRACEEXIT | PTRACE_O_TRACECLONE), tid;
    int s;

    is_num(next(pid) >> 8, SIGTRAP | PTRACE_EVENT_CLONE << 8, "a thread is made");
    tid = message(pid);
    ptrace(PTRACE_CONT, pid, 0, 0);
    next(tid);
    ptrace(PTRACE_CONT, tid, 0, 0);
    is_num(next(tid) >> 8, EXIT_STOP, "its end stops it alone");
    is_num(message(tid), 0, "with its own status");
    is_num(waitpid(pid, &s, WNOHANG), 0, "the other one waits for it");
    ptrace(PTRACE_CONT, tid, 0, 0);
    is_num(next(tid), 0, "who traces a thread hears of its end");
    next(pid); /* SIGUSR1 */
    ptrace(PTRACE_CONT, pid, 0, 0);
    is_num(next(pid) >> 8, EXIT_STOP, "then comes the other");
    is_num(message(pid), 3 << 8, "with the process' status");
    ptrace(PTRACE_CONT, pid, 0, 0);
    is_num(next(pid), 3 << 8, "which ends");

    pid = traced(leaves_one, PTRACE_O_TRACEEXIT | PTRACE_O_TRACECLONE);
    next(pid);
    tid = message(pid);
    ptrace(PTRACE_CONT, pid, 0, 0);
    next(tid);
    ptrace(PTRACE_CONT, tid, 0, 0);
    next(pid); /* SIGUSR1 */
    ptrace(PTRACE_CONT, pid, 0, 0);
    is_num(next(pid) >> 8, EXIT_STOP, "who ends the process stops");
    is_num(next(tid) >> 8, EXIT_STOP, "and so does each that it takes along");
    is_num(message(tid), 4 << 8, "with the same status");
    ptrace(PTRACE_CONT, pid, 0, 0);
    is_num(waitpid(pid, &s, WNOHANG | __WALL), 0, "the process is over when all are");
    ptrace(PTRACE_CONT, tid, 0, 0);
    is_num(next(tid), 4 << 8, "the thread's end is told with it");
    is_num(next(pid), 4 << 8, "then the process'");
}

static void untraced(void)
{
    int s;
    pid_t pid = must(fork());

    if (!pid)
        leader_first();
    waitpid(pid, &s, 0);
    is_num(s, 3 << 8, "the last thread to end alone gives the process its status");
}

static void others(void)
{
    pid_t pid = traced(vforks, PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACEEXIT);
    unsigned long child;
    siginfo_t si = {0};

    is_num(next(pid) >> 8, SIGTRAP | PTRACE_EVENT_VFORK_DONE << 8,
           "TRACEVFORKDONE: the child let go of the memory");
    child = message(pid);
    ptrace(PTRACE_CONT, pid, 0, 0);
    is_num(next(pid) >> 8, SIGCHLD, "which ends");
    ptrace(PTRACE_CONT, pid, 0, 0);
    is_num(waitid(P_PID, pid, &si, WSTOPPED), 0, "waitid of an event");
    is_true(si.si_code == CLD_TRAPPED && si.si_status == EXIT_STOP, "has all of it in si_status");
    is_num(message(pid) >> 8, child & 0x7f, "the first one's message was the child");
    is_ok(ptrace(PTRACE_DETACH, pid, 0, 0), "detached before its end");
    is_num(WEXITSTATUS(next(pid)), child & 0x7f, "it ends by itself");
}

int main(void)
{
    at_exit_group();
    of_signals();
    of_threads();
    untraced();
    others();
    return done();
}
