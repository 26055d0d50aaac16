/* proc_restart.c - calls that a signal without a handler interrupts, as a tracer sees them: what they give, and what runs next. */
#include "probe.h"
#include <linux/aio_abi.h>
#include <linux/futex.h>
#include <poll.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/msg.h>
#include <sys/ptrace.h>
#include <sys/sem.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/user.h>
#include <time.h>

#define SYS       512 /* ERESTARTSYS and the others, which only tracers see */
#define NOINTR    513
#define NOHAND    514
#define RESTBLOCK 516

static const struct timespec hour = {3600, 0};
static int p[2], sv[2], ep, file, again, sem, msg, word;
static char fifo[64];

static void a_poll(void)
{
    poll(&(struct pollfd){p[0], POLLIN, 0}, 1, 3600000);
}
static void a_poll_for_ever(void)
{
    poll(&(struct pollfd){p[0], POLLIN, 0}, 1, -1);
}
static void a_ppoll(void)
{
    ppoll(&(struct pollfd){p[0], POLLIN, 0}, 1, &hour, NULL);
}
static void a_select(void)
{
    struct timeval tv = {3600, 0};
    syscall(SYS_select, 0, NULL, NULL, NULL, &tv);
}
static void a_pselect(void)
{
    pselect(0, NULL, NULL, NULL, &hour, NULL);
}
static void an_epoll_wait(void)
{
    struct epoll_event e;
    epoll_wait(ep, &e, 1, 3600000);
}
static void a_nanosleep(void)
{
    syscall(SYS_nanosleep, &hour, NULL);
}
static void a_clock_nanosleep(void)
{
    clock_nanosleep(CLOCK_MONOTONIC, 0, &hour, NULL);
}
static void a_sleep_until(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    ts.tv_sec += 3600;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}
static void a_pause(void)
{
    syscall(SYS_pause);
}
static void a_sigsuspend(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigsuspend(&set);
}
static void a_sigtimedwait(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigtimedwait(&set, NULL, &hour);
}
static void a_wait(void)
{
    if (!fork())
        a_pause();
    syscall(SYS_wait4, -1, NULL, 0, NULL);
}
static void a_waitid(void)
{
    if (!fork())
        a_pause();
    waitid(P_ALL, 0, NULL, WEXITED);
}
static void a_read(void)
{
    char c;
    syscall(SYS_read, p[0], &c, 1);
}
static void a_write(void)
{
    static char much[1 << 17];
    fcntl(p[1], F_SETFL, O_NONBLOCK);
    while (write(p[1], much, sizeof much) > 0)
        ;
    fcntl(p[1], F_SETFL, 0);
    syscall(SYS_writev, p[1], &(struct iovec){much, 1}, 1);
}
static void a_recv(void)
{
    char c;
    recv(sv[0], &c, 1, 0);
}
static void a_recv_for_a_while(void)
{
    struct timeval tv = {3600, 0};
    char c;
    setsockopt(sv[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    recv(sv[0], &c, 1, 0);
}
static void an_accept(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    bind(s, (struct sockaddr *)&a, sizeof(sa_family_t));
    listen(s, 1);
    accept(s, NULL, NULL);
}
static void an_accept_for_a_while(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    struct timeval tv = {3600, 0};
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    bind(s, (struct sockaddr *)&a, sizeof(sa_family_t));
    listen(s, 1);
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    accept(s, NULL, NULL);
}
static void a_connect(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    socklen_t len = sizeof a;
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    bind(s, (struct sockaddr *)&a, sizeof(sa_family_t));
    listen(s, 0);
    getsockname(s, (struct sockaddr *)&a, &len);
    if (!fork()) { /* one waits to be accepted, the next for room */
        connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&a, len);
        write(p[1], "x", 1);
        a_pause();
    }
    read(p[0], &word, 1);
    connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&a, len);
}
static void read_8(int fd)
{
    long v[16];
    syscall(SYS_readv, fd, &(struct iovec){v, sizeof v}, 1);
}
static void an_eventfd(void)
{
    read_8(eventfd(0, 0));
}
static void a_timerfd(void)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, 0);
    timerfd_settime(fd, 0, &(struct itimerspec){.it_value = hour}, NULL);
    read_8(fd);
}
static void an_inotify(void)
{
    read_8(inotify_init());
}
static void a_signalfd(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    read_8(signalfd(-1, &set, 0));
}
static void a_splice(void)
{
    int q[2];
    must(pipe(q));
    splice(p[0], NULL, q[1], NULL, 1, 0);
}
static void a_tee(void)
{
    int q[2];
    must(pipe(q));
    tee(p[0], q[1], 1, 0);
}
static void a_fifo(void)
{
    syscall(SYS_open, fifo, O_RDONLY);
}
static void a_terminal(void)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    unlockpt(master);
    read_8(open(ptsname(master), O_RDWR | O_NOCTTY));
}
static void a_futex(void)
{
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, NULL);
}
static void a_futex_for_a_while(void)
{
    syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &hour);
}
static void some_futexes(void)
{
    struct timespec ts;
    struct {
        uint64_t val, uaddr;
        uint32_t flags, reserved;
    } w = {0, (uintptr_t)&word, 2 | 128, 0};
    clock_gettime(CLOCK_MONOTONIC, &ts);
    ts.tv_sec += 3600;
    syscall(449, &w, 1, 0, &ts, CLOCK_MONOTONIC); /* futex_waitv */
}
static void a_pi_futex(void)
{
    word = getppid();
    syscall(SYS_futex, &word, FUTEX_LOCK_PI, 0, NULL);
}
static void a_semop(void)
{
    syscall(SYS_semop, sem, &(struct sembuf){0, -1, 0}, 1);
}
static void a_msgrcv(void)
{
    char b[16];
    msgrcv(msg, b, 1, 0, 0);
}
static void a_flock(void)
{
    flock(again, LOCK_EX); /* main() has locked file */
}
static void a_lock(void)
{
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
    char c;
    if (!fork()) {
        fcntl(file, F_SETLK, &l);
        write(p[1], "x", 1);
        a_pause();
    }
    read(p[0], &c, 1);
    fcntl(file, F_SETLKW, &l);
}
static void an_aio(void)
{
    struct io_event e;
    aio_context_t ctx = 0;
    syscall(SYS_io_setup, 1, &ctx);
    syscall(SYS_io_getevents, ctx, 1, 1, &e, NULL);
}

static int next(pid_t pid)
{
    int s = -1;
    return waitpid(pid, &s, __WALL) == pid ? s : -1;
}

static long reg(pid_t pid, size_t at)
{
    return ptrace(PTRACE_PEEKUSER, pid, at, 0);
}

/* The child goes on until it calls nr; then a signal comes that it ignores. What the call gives, and the next call. */
static void interrupted(void (*f)(void), long nr, long gives, long then, const char *what)
{
    const size_t orig_rax = offsetof(struct user_regs_struct, orig_rax);
    pid_t pid;
    long ret;
    int s;

    fflush(stdout);
    pid = must(fork());
    if (!pid) {
        setpgid(0, 0);
        must(pipe(p));
        must(socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
        ep = must(epoll_create1(0));
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        f();
        _exit(0);
    }
    s = next(pid);
    ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    do
        ptrace(PTRACE_SYSCALL, pid, 0, 0);
    while (WIFSTOPPED(s = next(pid)) && (reg(pid, orig_rax) != nr || WSTOPSIG(s) != (SIGTRAP | 0x80)));
    ptrace(PTRACE_SYSCALL, pid, 0, 0);
    kill(pid, SIGWINCH);
    s = next(pid);
    ret = reg(pid, offsetof(struct user_regs_struct, rax));
    is_num(WIFSTOPPED(s) && WSTOPSIG(s) == (SIGTRAP | 0x80) ? -ret : 0, gives, what);
    if (gives != EINTR) {
        ptrace(PTRACE_SYSCALL, pid, 0, 0);
        s = next(pid); /* the signal, which is left away */
        ptrace(PTRACE_SYSCALL, pid, 0, 0);
        s = next(pid);
        is_num(WIFSTOPPED(s) && WSTOPSIG(s) == (SIGTRAP | 0x80) ? reg(pid, orig_rax) : -1, then, "then");
    }
    kill(-pid, SIGKILL);
    while (!WIFSIGNALED(s) && !WIFEXITED(s))
        s = next(pid);
}

int main(void)
{
    char name[] = "/tmp/proc_restart.XXXXXX";

    file = must(mkstemp(name));
    again = must(open(name, O_RDWR));
    unlink(name);
    must(flock(file, LOCK_EX));
    snprintf(fifo, sizeof fifo, "%s.fifo", name);
    must(mkfifo(fifo, 0600));
    sem = must(semget(IPC_PRIVATE, 1, 0600));
    msg = must(msgget(IPC_PRIVATE, 0600));
    interrupted(a_poll, SYS_poll, RESTBLOCK, SYS_restart_syscall, "poll");
    interrupted(a_poll_for_ever, SYS_poll, RESTBLOCK, SYS_restart_syscall, "poll without a limit");
    interrupted(a_ppoll, SYS_ppoll, NOHAND, SYS_ppoll, "ppoll");
    interrupted(a_select, SYS_select, NOHAND, SYS_select, "select");
    interrupted(a_pselect, SYS_pselect6, NOHAND, SYS_pselect6, "pselect");
    interrupted(an_epoll_wait, SYS_epoll_wait, EINTR, 0, "epoll_wait");
    interrupted(a_nanosleep, SYS_nanosleep, RESTBLOCK, SYS_restart_syscall, "nanosleep");
    interrupted(a_clock_nanosleep, SYS_clock_nanosleep, RESTBLOCK, SYS_restart_syscall, "clock_nanosleep");
    interrupted(a_sleep_until, SYS_clock_nanosleep, NOHAND, SYS_clock_nanosleep, "... until a moment");
    interrupted(a_pause, SYS_pause, NOHAND, SYS_pause, "pause");
    interrupted(a_sigsuspend, SYS_rt_sigsuspend, NOHAND, SYS_rt_sigsuspend, "sigsuspend");
    interrupted(a_sigtimedwait, SYS_rt_sigtimedwait, EINTR, 0, "sigtimedwait");
    interrupted(a_wait, SYS_wait4, SYS, SYS_wait4, "wait4");
    interrupted(a_waitid, SYS_waitid, SYS, SYS_waitid, "waitid");
    interrupted(a_read, SYS_read, SYS, SYS_read, "read of a pipe");
    interrupted(a_write, SYS_writev, SYS, SYS_writev, "writev to one that is full");
    interrupted(a_recv, SYS_recvfrom, SYS, SYS_recvfrom, "recv");
    interrupted(a_recv_for_a_while, SYS_recvfrom, EINTR, 0, "... with a limit");
    interrupted(an_accept, SYS_accept, SYS, SYS_accept, "accept");
    interrupted(an_accept_for_a_while, SYS_accept, EINTR, 0, "... with a limit");
    interrupted(a_connect, SYS_connect, SYS, SYS_connect, "connect where there is no room");
    interrupted(an_eventfd, SYS_readv, SYS, SYS_readv, "read of an eventfd");
    interrupted(a_timerfd, SYS_readv, SYS, SYS_readv, "... a timerfd");
    interrupted(an_inotify, SYS_readv, SYS, SYS_readv, "... an inotify descriptor");
    interrupted(a_signalfd, SYS_readv, SYS, SYS_readv, "... a signalfd");
    interrupted(a_terminal, SYS_readv, SYS, SYS_readv, "... a terminal");
    interrupted(a_splice, SYS_splice, SYS, SYS_splice, "splice from a pipe");
    interrupted(a_tee, SYS_tee, SYS, SYS_tee, "tee");
    interrupted(a_fifo, SYS_open, SYS, SYS_open, "open of a fifo");
    interrupted(a_futex, SYS_futex, SYS, SYS_futex, "futex");
    interrupted(a_futex_for_a_while, SYS_futex, RESTBLOCK, SYS_restart_syscall, "... with a limit");
    interrupted(some_futexes, 449, SYS, 449, "futex_waitv");
    interrupted(a_pi_futex, SYS_futex, NOINTR, SYS_futex, "FUTEX_LOCK_PI");
    interrupted(a_semop, SYS_semop, EINTR, 0, "semop");
    interrupted(a_msgrcv, SYS_msgrcv, NOHAND, SYS_msgrcv, "msgrcv");
    interrupted(a_flock, SYS_flock, SYS, SYS_flock, "flock");
    interrupted(a_lock, SYS_fcntl, SYS, SYS_fcntl, "fcntl F_SETLKW");
    interrupted(an_aio, SYS_io_getevents, EINTR, 0, "io_getevents");
    unlink(fifo);
    semctl(sem, 0, IPC_RMID);
    msgctl(msg, IPC_RMID, NULL);
    return done();
}
