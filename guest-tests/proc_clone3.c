/* proc_clone3.c - clone3: flags that go together and that do not, threads without a library, numbers that are asked for. */
#include "probe.h"
#include <asm/prctl.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <poll.h>
#include <stddef.h>
#include <time.h>

#define THREAD  (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM)
#define WORD(x) ((uint64_t)(uintptr_t)(x))

static struct { /* what a child found */
    volatile pid_t pid, tid, ppid, word;
    volatile unsigned long tls;
} saw;
static volatile pid_t word, parent_word;
static volatile sig_atomic_t signals;

static long raw(long nr, long a, long b)
{
    long r;
    __asm__ volatile("syscall" : "=a"(r) : "0"(nr), "D"(a), "S"(b) : "rcx", "r11", "memory");
    return r;
}

/* Runs in the child, which may have no thread area that the library could use. */
__attribute__((used)) static void look_around(void)
{
    unsigned long fs = 0;

    saw.word = word;
    raw(SYS_arch_prctl, ARCH_GET_FS, (long)&fs);
    saw.tls = fs;
    saw.pid = (pid_t)raw(SYS_getpid, 0, 0);
    saw.ppid = (pid_t)raw(SYS_getppid, 0, 0);
    saw.tid = (pid_t)raw(SYS_gettid, 0, 0);
}

/* The child looks around on its own stack and ends. The number, or -errno. */
static long start(struct clone_args *a, size_t size)
{
    long r;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "call look_around\n\t"
                     "mov $60, %%eax\n\t"
                     "xor %%edi, %%edi\n\t"
                     "syscall\n\t"
                     "hlt\n"
                     "1:"
                     : "=a"(r)
                     : "0"((long)SYS_clone3), "D"(a), "S"(size)
                     : "rcx", "r11", "rdx", "r8", "r9", "r10", "memory");
    return r;
}

/* Children that should not be: the error. */
static const char *refused(struct clone_args a, size_t size)
{
    pid_t pid = (pid_t)syscall(SYS_clone3, &a, size);

    if (pid == 0)
        _exit(99);
    if (pid > 0) {
        waitpid(pid, NULL, __WALL);
        return "ok";
    }
    return strerrorname_np(errno);
}
#define REFUSED(...) refused((struct clone_args){__VA_ARGS__}, CLONE_ARGS_SIZE_VER2)

static void threads(void)
{
    static char stack[65536] __attribute__((aligned(16)));
    static char tls[64] __attribute__((aligned(64)));
    struct clone_args a = {.flags = THREAD | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID |
                                    CLONE_CHILD_CLEARTID,
                           .stack = WORD(stack),
                           .stack_size = sizeof(stack),
                           .tls = WORD(tls),
                           .child_tid = WORD(&word),
                           .parent_tid = WORD(&parent_word)};
    pid_t tid;

    word = -1;
    tid = (pid_t)start(&a, CLONE_ARGS_SIZE_VER0);
    is_true(tid > 0 && tid != getpid(), "a thread without a library");
    for (pid_t now; (now = word) != 0;)
        syscall(SYS_futex, &word, FUTEX_WAIT, now, NULL);
    is_num(word, 0, "CHILD_CLEARTID: its word is cleared and its waiters woken");
    is_num(parent_word, tid, "PARENT_SETTID: its number is there");
    is_num(saw.word, tid, "CHILD_SETTID: and it finds it");
    is_true(saw.tid == tid && saw.pid == getpid() && saw.ppid == getppid(), "it is of the same process");
    is_true(saw.tls == WORD(tls), "SETTLS: with a thread area of its own");
    is_err(waitpid(tid, NULL, __WALL), "ECHILD", "nobody waits for a thread");
}

static void processes(void)
{
    static char stack[65536] __attribute__((aligned(16)));
    struct clone_args a = {.flags = CLONE_VM | CLONE_VFORK,
                           .exit_signal = SIGCHLD,
                           .stack = WORD(stack),
                           .stack_size = sizeof(stack)};
    int s = -1, fd = -1;
    pid_t pid;

    memset(&saw, 0, sizeof(saw));
    pid = (pid_t)start(&a, CLONE_ARGS_SIZE_VER0);
    is_true(pid > 0 && saw.pid == pid && saw.tid == pid && saw.ppid == getpid(),
            "VM and VFORK: over when the call returns");
    is_num(waitpid(pid, &s, 0), pid, "a child");
    memset(&saw, 0, sizeof(saw));
    a = (struct clone_args){.flags = CLONE_VM | CLONE_VFORK | CLONE_SETTLS,
                            .exit_signal = SIGCHLD,
                            .tls = 0x1000,
                            .stack = WORD(stack),
                            .stack_size = sizeof(stack)};
    waitpid((pid_t)start(&a, CLONE_ARGS_SIZE_VER0), &s, 0);
    is_num((long)saw.tls, 0x1000, "SETTLS without THREAD");
    a = (struct clone_args){.flags =
                                CLONE_VM | CLONE_VFORK | CLONE_SIGHAND | CLONE_PIDFD | CLONE_PARENT_SETTID,
                            .pidfd = WORD(&fd),
                            .parent_tid = WORD(&parent_word),
                            .stack = WORD(stack),
                            .stack_size = sizeof(stack)};
    pid = (pid_t)start(&a, CLONE_ARGS_SIZE_VER0);
    struct pollfd pf = {.fd = fd, .events = POLLIN};
    is_true(pid > 0 && fd > 2 && parent_word == pid && poll(&pf, 1, 10000) == 1,
            "PIDFD beside PARENT_SETTID");
    is_err(waitpid(pid, &s, 0), "ECHILD", "without an exit signal it is no usual child");
    is_num(waitpid(pid, &s, __WCLONE), pid, "but a clone");
    close(fd);
}

static void on_signal(int sig)
{
    signals++;
}

static void exit_signals(void)
{
    struct clone_args a = {.exit_signal = SIGUSR1};
    sigset_t usr1, none;
    pid_t pid;

    sigemptyset(&none);
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    sigaction(SIGUSR1, &(struct sigaction){.sa_handler = on_signal}, NULL);
    pid = (pid_t)must(syscall(SYS_clone3, &a, CLONE_ARGS_SIZE_VER0));
    if (!pid)
        _exit(5);
    while (!signals)
        sigsuspend(&none);
    is_num(signals, 1, "its end comes as the signal that was asked for");
    int s = 0;
    is_true(waitpid(pid, &s, __WALL) == pid && WEXITSTATUS(s) == 5, "with its status");
    sigprocmask(SIG_UNBLOCK, &usr1, NULL);

    signal(SIGUSR1, on_signal);
    signal(SIGUSR2, SIG_IGN);
    a = (struct clone_args){.flags = CLONE_CLEAR_SIGHAND, .exit_signal = SIGCHLD};
    pid = (pid_t)must(syscall(SYS_clone3, &a, CLONE_ARGS_SIZE_VER0));
    if (!pid) {
        struct sigaction one, two;

        sigaction(SIGUSR1, NULL, &one);
        sigaction(SIGUSR2, NULL, &two);
        _exit((one.sa_handler == SIG_DFL) + 2 * (two.sa_handler == SIG_IGN));
    }
    waitpid(pid, &s, 0);
    is_num(WEXITSTATUS(s), 3, "CLEAR_SIGHAND: handlers go, what is ignored stays so");
}

static void combinations(void)
{
    struct {
        struct clone_args a;
        uint64_t more[2];
    } big = {.a = {.exit_signal = SIGCHLD}};
    char stack[64];

    is_str(REFUSED(.flags = CLONE_THREAD | CLONE_VM), "EINVAL", "THREAD without SIGHAND");
    is_str(REFUSED(.flags = CLONE_SIGHAND), "EINVAL", "SIGHAND without VM");
    is_str(REFUSED(.flags = THREAD, .exit_signal = SIGCHLD), "EINVAL", "a thread with an exit signal");
    is_str(REFUSED(.flags = CLONE_PARENT, .exit_signal = SIGCHLD), "EINVAL", "so with PARENT");
    is_str(REFUSED(.flags = CLONE_SIGHAND | CLONE_VM | CLONE_CLEAR_SIGHAND), "EINVAL",
           "handlers shared and cleared");
    is_str(REFUSED(.flags = CLONE_DETACHED), "EINVAL", "DETACHED is no more");
    is_str(REFUSED(.flags = SIGCHLD), "EINVAL", "no signal among the flags");
    is_str(REFUSED(.flags = 1ull << 40), "EINVAL", "a flag that does not exist");
    is_str(REFUSED(.flags = CLONE_FS | CLONE_NEWNS), "EINVAL", "a root of one's own and shared");
    is_str(REFUSED(.exit_signal = 65), "EINVAL", "no such signal");
    is_str(REFUSED(.exit_signal = 256), "EINVAL", "nor this one");
    is_str(REFUSED(.exit_signal = SIGCHLD, .stack = WORD(stack)), "EINVAL", "a stack of no size");
    is_str(REFUSED(.exit_signal = SIGCHLD, .stack_size = 64), "EINVAL", "a size of no stack");
    is_str(REFUSED(.exit_signal = SIGCHLD, .stack = 1ull << 62, .stack_size = 64), "EINVAL",
           "a stack outside");
    is_str(REFUSED(.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = 99), "EBADF", "no cgroup");
    is_str(REFUSED(.flags = CLONE_PIDFD, .exit_signal = SIGCHLD, .pidfd = 16), "EFAULT",
           "a pidfd to nowhere");
    is_str(refused((struct clone_args){.exit_signal = SIGCHLD}, CLONE_ARGS_SIZE_VER0 - 1), "EINVAL",
           "too short");
    is_str(refused((struct clone_args){.exit_signal = SIGCHLD}, 4097), "E2BIG", "longer than a page");
    is_err(syscall(SYS_clone3, 16, CLONE_ARGS_SIZE_VER0), "EFAULT", "nowhere");
    pid_t pid = (pid_t)syscall(SYS_clone3, &big, sizeof(big));
    if (!pid)
        _exit(0);
    is_true(pid > 0 && waitpid(pid, NULL, 0) == pid, "longer than this kernel knows, but nothing in it");
    big.more[1] = 1;
    is_err(syscall(SYS_clone3, &big, sizeof(big)), "E2BIG", "or something");
    is_str(REFUSED(.exit_signal = SIGCHLD), "ok", "nothing wrong");
}

/* CAP_CHECKPOINT_RESTORE is asked for, so root. */
static void numbers(void)
{
    pid_t want[2], pid = must(fork()), got;
    struct clone_args a = {.exit_signal = SIGCHLD, .set_tid = WORD(want), .set_tid_size = 1};
    int s = 0;

    if (!pid)
        _exit(0);
    waitpid(pid, NULL, 0);
    want[0] = pid;
    want[1] = 1;
    got = (pid_t)syscall(SYS_clone3, &a, CLONE_ARGS_SIZE_VER2);
    if (!got)
        _exit(getpid() == want[0] ? 6 : 7);
    if (got < 0 && errno == EPERM) {
        told_skip("a number that is asked for", "needs CAP_CHECKPOINT_RESTORE");
        return;
    }
    is_num(got, pid, "a number that is asked for");
    waitpid(got, &s, 0);
    is_num(WEXITSTATUS(s), 6, "is the child's");
    want[0] = getpid();
    is_str(refused(a, CLONE_ARGS_SIZE_VER2), "EEXIST", "one that somebody has");
    want[0] = 0;
    is_str(refused(a, CLONE_ARGS_SIZE_VER2), "EINVAL", "0");
    want[0] = 1 << 30;
    is_str(refused(a, CLONE_ARGS_SIZE_VER2), "EINVAL", "one beyond all");
    want[0] = pid;
    a.set_tid_size = 40;
    is_str(refused(a, CLONE_ARGS_SIZE_VER2), "EINVAL", "more than namespaces can be nested");
    a.set_tid_size = 0;
    is_str(refused(a, CLONE_ARGS_SIZE_VER2), "EINVAL", "none, but a place for them");
    a.set_tid_size = 1;
    a.set_tid = 0;
    is_str(refused(a, CLONE_ARGS_SIZE_VER2), "EINVAL", "one, but no place");
    a.set_tid = 16;
    is_str(refused(a, CLONE_ARGS_SIZE_VER2), "EFAULT", "nowhere");
}

int main(void)
{
    threads();
    processes();
    exit_signals();
    combinations();
    numbers();
    return done();
}
