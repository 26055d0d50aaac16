/*
 * blocked.c CALL - waits for ever in a system call until a child kills it: what strace says of a call that never ends.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int fd[2], pair[2], listening, epoll;
static struct timespec hours = {36000, 0};
static char bytes[1 << 20];
static struct iovec iov = {bytes, sizeof(bytes)};
static struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};

static void in_read(void)
{
    read(fd[0], bytes, 9);
}

static void in_readv(void)
{
    readv(fd[0], &iov, 1);
}

static void in_write(void)
{
    write(fd[1], bytes, sizeof(bytes));
}

static void in_poll(void)
{
    struct pollfd p = {fd[0], POLLIN, 0};

    syscall(SYS_poll, &p, 1, -1);
}

static void in_select(void)
{
    fd_set set;

    FD_ZERO(&set);
    FD_SET(fd[0], &set);
    syscall(SYS_select, fd[0] + 1, &set, NULL, NULL, NULL);
}

static void in_epoll_wait(void)
{
    struct epoll_event event;

    syscall(SYS_epoll_wait, epoll, &event, 1, -1);
}

static void in_nanosleep(void)
{
    struct timespec left;

    syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &hours, &left);
}

static void in_pause(void)
{
    syscall(SYS_pause);
}

static void in_sigtimedwait(void)
{
    siginfo_t info;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    syscall(SYS_rt_sigtimedwait, &set, &info, &hours, 8);
}

static void in_wait4(void)
{
    int status;

    syscall(SYS_wait4, -1, &status, 0, NULL);
}

static void in_waitid(void)
{
    siginfo_t info;

    syscall(SYS_waitid, P_ALL, 0, &info, WEXITED, NULL);
}

static void in_futex(void)
{
    static unsigned word;

    syscall(SYS_futex, &word, FUTEX_WAIT, 0, &hours);
}

static void in_accept(void)
{
    struct sockaddr_in in;
    socklen_t len = sizeof(in);

    accept(listening, (struct sockaddr *)&in, &len);
}

static void in_recvfrom(void)
{
    recvfrom(pair[0], bytes, 9, 0, NULL, NULL);
}

static void in_recvmsg(void)
{
    recvmsg(pair[0], &message, 0);
}

static void in_sendmsg(void)
{
    sendmsg(pair[0], &message, 0);
}

static const struct {
    const char *name;
    void (*call)(void);
} calls[] = {
    {"read", in_read},           {"readv", in_readv},       {"write", in_write},
    {"poll", in_poll},           {"select", in_select},     {"epoll_wait", in_epoll_wait},
    {"nanosleep", in_nanosleep}, {"pause", in_pause},       {"sigtimedwait", in_sigtimedwait},
    {"wait4", in_wait4},         {"waitid", in_waitid},     {"futex", in_futex},
    {"accept", in_accept},       {"recvfrom", in_recvfrom}, {"recvmsg", in_recvmsg},
    {"sendmsg", in_sendmsg},
};

/* Is process pid asleep in a call? One that is stopped for its tracer is not. */
static int sleeps(int pid)
{
    char path[64], text[512] = "";
    const char *state;
    int stat;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    stat = open(path, O_RDONLY);
    read(stat, text, sizeof(text) - 1);
    close(stat);
    state = strrchr(text, ')');
    return state && !strncmp(state, ") S", 3);
}

int main(int argc, char **argv)
{
    struct timespec moment = {0, 20000000};
    int parent = getpid(), seen = 0;

    pipe(fd);
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    listening = socket(AF_INET, SOCK_STREAM, 0);
    listen(listening, 1);
    epoll = epoll_create1(0);
    if (!fork()) {
        while (seen < 3) { /* not between two calls */
            nanosleep(&moment, NULL);
            seen = sleeps(parent) ? seen + 1 : 0;
        }
        kill(parent, SIGKILL);
        _exit(0);
    }
    for (unsigned i = 0; argc == 2 && i < sizeof(calls) / sizeof(*calls); i++)
        if (!strcmp(argv[1], calls[i].name))
            calls[i].call();
    return 2;
}
