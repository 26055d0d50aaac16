/*
 * tampered.c MODE [NUMBER] - calls for -e inject= to do something to, for tests/cli/strace_inject.sh to compare what becomes of them
 * under strace and here. What it sees is told with writev(2), which nothing is done to.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static int ends[2]; /* of a pipe */
static volatile sig_atomic_t handled;

__attribute__((format(printf, 1, 2))) static void tell(const char *format, ...)
{
    char text[128];
    struct iovec v = {.iov_base = text};
    va_list args;

    va_start(args, format);
    v.iov_len = (size_t)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (writev(1, &v, 1) < 0)
        _exit(99);
}

static void tell_result(const char *what, long r)
{
    tell("%s: %ld, errno %d, signals %d\n", what, r, r == -1 ? errno : 0, (int)handled);
}

static void *lines(void *who)
{
    char text[16] = "";

    for (int i = 1; i <= 3; i++) {
        snprintf(text, sizeof(text), "%s %d\n", (const char *)who, i);
        tell_result(who, write(1, text, strlen(text)));
    }
    return NULL;
}

static void threads(void)
{
    pthread_t thread;
    int err;

    for (int i = 0; i < 2; i++) {
        err = pthread_create(&thread, NULL, lines, i ? "second" : "first");
        if (err)
            tell("pthread_create: errno %d\n", err);
        else
            pthread_join(thread, NULL);
    }
    lines("main");
}

static void on_sigsys(int signo, siginfo_t *info, void *context)
{
    tell("signal %d of call %d\n", signo, info->si_syscall);
}

/* -1 and getgid are answered with this action, which getppid is not. */
static void filter(unsigned action)
{
    struct sock_filter f[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                              BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)-1, 1, 0),
                              BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getgid, 0, 1),
                              BPF_STMT(BPF_RET | BPF_K, action),
                              BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {sizeof(f) / sizeof(*f), f};
    struct sigaction a = {.sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO};

    sigaction(SIGSYS, &a, NULL);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        _exit(98);
    tell_result("getppid", syscall(SYS_getppid) > 0 ? 1 : -1);
}

static void on_alarm(int signo)
{
    handled++;
    if (writev(ends[1], &(struct iovec){"x", 1}, 1) < 0)
        _exit(96);
}

static void on_signal(void (*handler)(int))
{
    struct sigaction a = {.sa_handler = handler, .sa_flags = SA_RESTART};

    sigaction(SIGALRM, &a, NULL);
    if (pipe(ends))
        _exit(97);
}

/* A read that has nothing to read before a signal comes. */
static void waiting(void)
{
    char c = 0;

    on_signal(on_alarm);
    tell_result("read", read(ends[0], &c, 1));
    tell("%c\n", c ? c : '-');
}

/* A read that has something at once, and a signal that comes three tenths of a second later. */
static void ready(void)
{
    struct itimerval soon = {.it_value = {0, 300000}};
    char c = 0;

    on_signal(on_alarm);
    on_alarm(0);
    setitimer(ITIMER_REAL, &soon, NULL);
    tell_result("read", read(ends[0], &c, 1));
}

/* What is read-only for the program, and what ends with its page. */
static void edges(void)
{
    static const char constant[] __attribute__((aligned(4096))) = "constant\n";
    char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    munmap(page + 4096, 4096);
    memcpy(page + 4090, "page\n", 6);
    tell_result("write", write(1, constant, sizeof(constant) - 1));
    tell_result("write", write(1, page + 4090, 6));
}

/* The child goes on when its parent waits for it: what both do comes in one order. */
static void children(void)
{
    char *argv[] = {"/bin/true", NULL}, c;
    int status = -1;
    long pid;

    if (pipe(ends))
        _exit(97);
    pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (!pid) {
        if (readv(ends[0], &(struct iovec){&c, 1}, 1) != 1)
            _exit(95);
        tell_result("execve", syscall(SYS_execve, "/bin/true", argv, argv + 1));
        _exit(5);
    }
    tell_result("clone", pid > 0 ? 1 : pid);
    if (writev(ends[1], &(struct iovec){"x", 1}, 1) == 1 && wait4(-1, &status, 0, NULL) > 0)
        tell("status %#x\n", status);
}

static void ending(void)
{
    tell_result("exit_group", syscall(SYS_exit_group, 3));
    tell_result("exit", syscall(SYS_exit, 4));
}

static void on_usr1(int signo)
{
    handled++;
}

static void handler(void)
{
    signal(SIGUSR1, on_usr1);
    raise(SIGUSR1);
    tell_result("raise", 0);
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    static const struct {
        const char *name;
        void (*run)(void);
    } modes[] = {{"threads", threads},   {"waiting", waiting}, {"ready", ready},    {"edges", edges},
                 {"children", children}, {"ending", ending},   {"handler", handler}};

    if (!strcmp(mode, "lines"))
        lines("line");
    if (!strcmp(mode, "filter") && argc > 2)
        filter((unsigned)strtoul(argv[2], NULL, 0));
    for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
        if (!strcmp(mode, modes[i].name))
            modes[i].run();
    return 0;
}
