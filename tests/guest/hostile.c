/*
 * hostile.c - a program that means harm to whatever runs it: arguments of every kind to every system call, addresses of sockets
 * of every length, second opens of what can't be opened twice, memory and stack without end, waiting for what never comes.
 *
 * For the emulator only: it asks for the emulator's own system call first, since a kernel run by root would be rebooted.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PG         4096ul
#define NUMBERS    512
#define TRIALS     48 /* of each number */
#define SYS_DESIGN 4097

/* ---- every call with everything ------------------------------------------------------------------------------ */

static struct progress {
    volatile int trial;
    volatile long calls;
} * progress; /* shared between the processes */

static uint64_t seed = 1;

static uint32_t rnd(uint32_t n)
{
    static uint64_t s;

    s = (s ? s : seed) * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(s >> 33) % n;
}

static char *edge; /* a page to write, a page to read, nothing */

static uint64_t argument(void)
{
    const uint64_t bad[] = {
        0,
        1,
        4095,
        0x7ffffffff000,
        0x7fffffffffff,
        1ull << 47,
        1ull << 63,
        ~0ull,
        ~0ull - 4095,
        0xffffffff81000000,
        0xffffffffff600000,
        0x8000000000000fff,
        (uintptr_t)edge + PG,
        (uintptr_t)edge + PG - 1,
        (uintptr_t)edge + 2 * PG - 3,
        (uintptr_t)edge + 2 * PG,
        (uintptr_t)edge + 2 * PG - 16,
        (uintptr_t)argument,
        0x7fffffff,
        0x80000000,
        0xffffffff,
    };

    switch (rnd(8)) {
    case 0:
    case 1:
    case 2:
        return bad[rnd(sizeof bad / sizeof *bad)];
    case 3:
        return (uintptr_t)edge + rnd(PG);
    case 4:
        return rnd(24); /* descriptors, commands, small sizes */
    case 5:
        return 1ull << rnd(64);
    case 6:
        return rnd(3) ? PG * rnd(20) : (uint64_t)rnd(1u << 31) << rnd(33);
    default:
        return (uintptr_t)edge;
    }
}

static void victim(long nr, int from)
{
    pid_t me = getpid();
    sigset_t none;
    int fds[2];

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setsid();
    for (int fd = 0; fd < 12; fd++)
        close(fd);
    for (int fd = 0; fd < 3; fd++)
        open("/dev/null", O_RDWR);
    if (pipe(fds) || socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
        return;
    memfd_create("m", 3);
    eventfd(1, 0);
    epoll_create1(0);
    open("/proc/self/maps", O_RDONLY);
    open("/tmp/hostile", O_RDWR | O_CREAT, 0600);
    open("/", O_RDONLY | O_DIRECTORY);
    socket(AF_INET, SOCK_DGRAM, 0);
    timerfd_create(CLOCK_MONOTONIC, 0);
    edge = mmap(NULL, 3 * PG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < TRIALS; i++) {
        uint64_t a[6];

        /* What the kernel reads there: numbers that are small, large, negative, or addresses again. */
        mprotect(edge, 2 * PG, PROT_READ | PROT_WRITE);
        for (size_t k = 0; k < 2 * PG / 8; k++)
            ((uint64_t *)edge)[k] = argument();
        if (i % 3 == 0)
            strcpy(edge + rnd(64), rnd(2) ? "/proc/self/fd/5" : "../../../../tmp/x");
        munmap(edge + 2 * PG, PG);
        mprotect(edge + PG, PG, PROT_READ);
        for (int k = 0; k < 6; k++)
            a[k] =
                i < 12 ? (k == i % 6 ? (i < 6 ? 0 : (uintptr_t)edge + 2 * PG - 3) : argument()) : argument();
        if (nr == SYS_kill || nr == SYS_tkill || nr == SYS_tgkill || nr == SYS_rt_sigqueueinfo ||
            nr == SYS_rt_tgsigqueueinfo || nr == SYS_prlimit64)
            a[0] |= 1 << 22; /* not the one who counts */
        if (i < from)
            continue;
        progress->trial = i + 1;
        progress->calls++;
        syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
        if (syscall(SYS_getpid) != me)
            _exit(0); /* from fork and its like */
    }
    _exit(0);
}

/* Each number in a process of its own, and in another one where that one died. */
static int calls(void)
{
    const struct timespec tick = {0, 10000000};
    sigset_t all;

    progress = mmap(NULL, PG, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL); /* any signal may announce the end of a child */
    for (long nr = 0; nr < NUMBERS; nr++) {
        progress->trial = 0;
        for (int from = 0; from < TRIALS; from = progress->trial) {
            pid_t pid = fork();
            int ticks = 0;

            if (!pid)
                victim(nr, from);
            if (pid < 0)
                return 1;
            while (waitpid(pid, NULL, WNOHANG) == 0) {
                nanosleep(&tick, NULL);
                if (++ticks == 100) {
                    kill(-pid, SIGKILL);
                    kill(pid, SIGKILL);
                }
            }
            kill(-pid, SIGKILL); /* its children, if they are still in its group */
            if (progress->trial <= from)
                progress->trial = from + 1;
        }
    }
    printf("%ld calls\n", progress->calls);
    return 0;
}

/* ---- addresses of sockets: each family, each length ----------------------------------------------------------- */

static int addresses(void)
{
    unsigned char addr[256];

    for (int family = 0; family < 48; family++) {
        for (unsigned len = 0; len < sizeof addr; len += len < 130 ? 1 : 17) {
            int fd = socket(len & 1 ? AF_INET : AF_UNIX, SOCK_DGRAM, 0);

            memset(addr, len % 3 ? 'a' + family : 0xff, sizeof addr);
            addr[0] = (unsigned char)family;
            addr[1] = 0;
            if (len % 5 == 0)
                addr[2] = 0; /* AF_UNIX: an abstract name */
            bind(fd, (void *)addr, len);
            connect(fd, (void *)addr, len);
            sendto(fd, "x", 1, MSG_DONTWAIT, (void *)addr, len);
            getsockname(fd, (void *)addr, &(socklen_t){len});
            close(fd);
        }
    }
    return 0;
}

/* ---- /proc/self/fd: what can be opened a second time ---------------------------------------------------------- */

static void again(const char *what, int fd)
{
    char path[64];
    int second;

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    for (int i = 0; i < 2; i++) {
        second = open(path, i ? O_RDONLY : O_RDWR);
        printf("%s: %s\n", what, second < 0 ? strerrorname_np(errno) : "opened");
        if (second >= 0) {
            char c = 0;

            (void)!write(second, "12345678", 8);
            (void)!pread(second, &c, 1, 0);
            close(second);
        }
    }
    close(fd);
}

static int reopen(void)
{
    sigset_t none;
    int p[2], s[2];

    sigemptyset(&none);
    if (pipe(p) || socketpair(AF_UNIX, SOCK_STREAM, 0, s))
        return 1;
    again("memfd", memfd_create("m", 0));
    again("eventfd", eventfd(0, 0));
    again("epoll", epoll_create1(0));
    again("signalfd", signalfd(-1, &none, 0));
    again("timerfd", timerfd_create(CLOCK_MONOTONIC, 0));
    again("pidfd", (int)syscall(SYS_pidfd_open, getpid(), 0));
    again("socket", s[0]);
    again("pipe", p[0]);
    again("directory", open("/", O_RDONLY | O_DIRECTORY));
    return 0;
}

/* ---- without end ------------------------------------------------------------------------------------------------ */

static int map_touch(void)
{
    for (;;) {
        char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED)
            return puts(strerrorname_np(errno)) < 0;
        memset(p, 1, 1 << 20);
    }
}

static int map_only(void)
{
    unsigned long n = 0;

    while (mmap(NULL, 2 * PG, n++ & 1 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
           MAP_FAILED)
        ;
    return puts(strerrorname_np(errno)) < 0;
}

static int address_space(void)
{
    unsigned long len = 1ul << 46;

    for (; len >= PG; len /= 2)
        while (mmap(NULL, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) != MAP_FAILED)
            ;
    return puts(strerrorname_np(errno)) < 0;
}

static int heap(void)
{
    void **last = NULL, **p;

    while ((p = malloc(3000))) {
        *p = last;
        last = p;
    }
    return puts(strerrorname_np(errno)) < 0;
}

static int file(void)
{
    static char buf[1 << 16];
    int fd = open("/tmp/endless", O_RDWR | O_CREAT, 0600);

    memset(buf, 1, sizeof buf);
    while (write(fd, buf, sizeof buf) > 0)
        ;
    return puts(strerrorname_np(errno)) < 0;
}

static int descriptors(void)
{
    int fd, p[2];

    do
        fd = pipe(p);
    while (fd >= 0 && write(p[1], "x", 1) == 1);
    return write(1, "EMFILE\n", errno == EMFILE ? 7 : 0) < 0;
}

/* Page tables cost memory as well: one page in each 2 MiB. */
static int tables(void)
{
    char *p = mmap(NULL, 1ul << 40, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    for (unsigned long at = 0; p != MAP_FAILED && at < 1ul << 40; at += 2 << 20)
        *(volatile char *)(p + at);
    return 0;
}

#pragma GCC diagnostic ignored "-Winfinite-recursion"
static int recursion_at(volatile int n)
{
    volatile char frame[1000];

    frame[n % 1000] = 1;
    return recursion_at(n + 1) + frame[0];
}

static int recursion(void)
{
    return recursion_at(0);
}

/* A handler for the overflow that overflows again: blocked by then. */
static void deeper(int signo)
{
    recursion_at(signo);
}

static int handler(void)
{
    stack_t ss = {.ss_sp = malloc(1 << 16), .ss_size = 1 << 16};
    struct sigaction sa = {.sa_handler = deeper, .sa_flags = SA_ONSTACK};

    sigaltstack(&ss, NULL);
    sigaction(SIGSEGV, &sa, NULL);
    return recursion_at(0);
}

static int deadlock(void)
{
    int p[2];
    char c;

    if (pipe(p))
        return 1;
    if (fork() == 0)
        pause();
    return (int)read(p[0], &c, 1);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(void);
    } modes[] = {
        {"calls", calls},         {"addresses", addresses}, {"reopen", reopen},
        {"map-touch", map_touch}, {"map-only", map_only},   {"address-space", address_space},
        {"heap", heap},           {"file", file},           {"descriptors", descriptors},
        {"tables", tables},       {"recursion", recursion}, {"handler", handler},
        {"deadlock", deadlock},
    };
    char name[64];

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc < 2)
        return 2;
    if (argc > 2)
        seed = strtoull(argv[2], NULL, 0);
    if (strcmp(argv[1], "reopen") && syscall(SYS_DESIGN, name, sizeof name) < 0) {
        fprintf(stderr, "hostile: only for the emulator\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (!strcmp(argv[1], modes[i].name))
            return modes[i].run();
    return 2;
}
