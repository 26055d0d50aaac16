/* net_async.c - O_ASYNC: which files have it, who is told by which signal, and when pipes, sockets and inotify tell. */
#include "probe.h"
#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#define SIG (SIGRTMIN + 1)

static char big[100000];
static siginfo_t info; /* of the last signal told() saw */

/* The signals that are blocked and came, oldest first for a real-time one: "IN OUT"; "" for none. ms: wait so long for each. */
static const char *told_in(int ms)
{
    static const char *const reasons[] = {"?", "IN", "OUT", "MSG", "ERR", "PRI", "HUP"};
    static char text[256];
    struct timespec ts = {ms / 1000, ms % 1000 * 1000000L};
    sigset_t all;

    *text = 0;
    sigfillset(&all);
    for (int sig; (sig = sigtimedwait(&all, &info, &ts)) > 0; ts = (struct timespec){0, 0}) {
        size_t n = strlen(text);

        if (info.si_code == SI_KERNEL)
            snprintf(text + n, sizeof(text) - n, "%s%s", n ? " " : "", sig == SIGIO ? "plain" : "urgent");
        else if (info.si_code >= POLL_IN && info.si_code <= POLL_HUP)
            snprintf(text + n, sizeof(text) - n, "%s%s", n ? " " : "", reasons[info.si_code]);
        else
            snprintf(text + n, sizeof(text) - n, "%s%d/%d", n ? " " : "", sig, info.si_code);
    }
    return text;
}

static const char *told(void)
{
    return told_in(0);
}

static void own(int fd, int sig)
{
    must(fcntl(fd, F_SETOWN, getpid()));
    must(fcntl(fd, F_SETSIG, sig));
    must(fcntl(fd, F_SETFL, must(fcntl(fd, F_GETFL)) | O_ASYNC));
}

/* ---- which files, and what is kept ---- */

static void kind(const char *name, int fd, bool can, bool has_owner_ioctl)
{
    char fact[100];
    int on = 1, off = 0, pid = 7;

    must(fd);
    snprintf(fact, sizeof(fact), "%s: FIOASYNC", name);
    is_err(ioctl(fd, FIOASYNC, &on), can ? "ok" : "ENOTTY", fact);
    snprintf(fact, sizeof(fact), "%s: is what F_GETFL shows", name);
    is_num(!!(fcntl(fd, F_GETFL) & O_ASYNC), can, fact);
    is_ok(ioctl(fd, FIOASYNC, &off), "turning off what is off, too");
    snprintf(fact, sizeof(fact), "%s: F_SETFL with O_ASYNC is no error", name);
    is_ok(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_ASYNC), fact);
    snprintf(fact, sizeof(fact), "%s: but is kept only by a file that can tell", name);
    is_num(!!(fcntl(fd, F_GETFL) & O_ASYNC), can, fact);
    snprintf(fact, sizeof(fact), "%s: FIOGETOWN", name);
    is_err(ioctl(fd, FIOGETOWN, &pid), has_owner_ioctl ? "ok" : "ENOTTY", fact);
    close(fd);
}

static void kinds(void)
{
    int p[2], s[2];

    must(pipe(p));
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
    kind("read end of a pipe", p[0], true, false);
    kind("write end of a pipe", p[1], true, false);
    kind("AF_UNIX socket", s[0], true, true);
    close(s[1]);
    kind("TCP socket", socket(AF_INET, SOCK_STREAM, 0), true, true);
    kind("UDP socket", socket(AF_INET, SOCK_DGRAM, 0), true, true);
    kind("netlink socket", socket(AF_NETLINK, SOCK_RAW, 0), true, true);
    kind("inotify", inotify_init(), true, false);
    kind("eventfd", eventfd(0, 0), false, false);
    kind("regular file", open("/proc/self/exe", O_RDONLY), false, false);
    kind("/dev/null", open("/dev/null", O_RDWR), false, false);

    int fd = must(open("/dev/null", O_RDONLY | O_ASYNC)), off = 0;
    is_num(fcntl(fd, F_GETFL) & O_ASYNC, O_ASYNC, "open with O_ASYNC: it is shown");
    is_err(ioctl(fd, FIOASYNC, &off), "ENOTTY", "and cannot be turned off by FIOASYNC");
    is_ok(fcntl(fd, F_SETFL, 0), "nor by F_SETFL");
    is_num(fcntl(fd, F_GETFL) & O_ASYNC, O_ASYNC, "which leaves it");
    close(fd);
}

static void owner_is(int fd, int type, int pid, const char *fact)
{
    struct f_owner_ex o = {-1, -1};
    char got[64], want[64];

    must(fcntl(fd, F_GETOWN_EX, &o));
    snprintf(got, sizeof(got), "%d %d, %d", o.type, o.pid, fcntl(fd, F_GETOWN));
    snprintf(want, sizeof(want), "%d %d, %d", type, pid, type == F_OWNER_PGRP ? -pid : pid);
    is_str(got, want, fact);
}

static void owners(void)
{
    int s[2], pid, child;
    struct f_owner_ex o;

    must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
    owner_is(s[0], F_OWNER_TID, 0, "at first nobody owns a file");
    is_num(fcntl(s[0], F_GETSIG), 0, "and no signal is chosen");
    is_err(fcntl(s[0], F_SETSIG, 65), "EINVAL", "F_SETSIG of no signal");
    is_err(fcntl(s[0], F_SETSIG, -1), "EINVAL", "F_SETSIG of a negative one");
    is_ok(fcntl(s[0], F_SETSIG, 64), "F_SETSIG of the last one");
    is_num(fcntl(s[0], F_GETSIG), 64, "F_GETSIG");
    is_err(fcntl(s[0], F_SETOWN, 4000000), "ESRCH", "F_SETOWN: no such process");
    is_err(fcntl(s[0], F_SETOWN, -4000000), "ESRCH", "F_SETOWN: no such group");
    is_err(fcntl(s[0], F_SETOWN, INT32_MIN), "EINVAL", "F_SETOWN: the least number");
    is_ok(fcntl(s[0], F_SETOWN, getpid()), "F_SETOWN: this process");
    owner_is(s[0], F_OWNER_PID, getpid(), "it is the owner");
    is_ok(fcntl(s[0], F_SETOWN, -getpgrp()), "F_SETOWN: this group");
    owner_is(s[0], F_OWNER_PGRP, getpgrp(), "it is the owner");
    is_ok(fcntl(s[0], F_SETOWN, 0), "F_SETOWN: nobody");
    owner_is(s[0], F_OWNER_PID, 0, "nobody, as a process");
    o = (struct f_owner_ex){F_OWNER_TID, gettid()};
    is_ok(fcntl(s[0], F_SETOWN_EX, &o), "F_SETOWN_EX: this thread");
    owner_is(s[0], F_OWNER_TID, gettid(), "it is the owner");
    o = (struct f_owner_ex){F_OWNER_PGRP, 4000000};
    is_err(fcntl(s[0], F_SETOWN_EX, &o), "ESRCH", "F_SETOWN_EX: no such group");
    o = (struct f_owner_ex){3, getpid()};
    is_err(fcntl(s[0], F_SETOWN_EX, &o), "EINVAL", "F_SETOWN_EX: no such type");
    is_err(fcntl(s[0], F_SETOWN_EX, 1), "EFAULT", "F_SETOWN_EX: no such address");
    is_err(fcntl(s[0], F_GETOWN_EX, 1), "EFAULT", "F_GETOWN_EX: no such address");

    pid = -getpgrp();
    is_ok(ioctl(s[0], SIOCSPGRP, &pid), "SIOCSPGRP: this group");
    owner_is(s[0], F_OWNER_PGRP, getpgrp(), "is F_SETOWN");
    pid = getpid();
    is_ok(ioctl(s[0], FIOSETOWN, &pid), "FIOSETOWN: this process");
    pid = 0;
    is_ok(ioctl(s[0], SIOCGPGRP, &pid), "SIOCGPGRP");
    is_num(pid, getpid(), "is F_GETOWN");
    is_err(ioctl(s[0], FIOSETOWN, 1), "EFAULT", "FIOSETOWN: no such address");

    child = must(fork());
    if (!child) {
        pause();
        _exit(0);
    }
    is_ok(fcntl(s[0], F_SETOWN, -child), "F_SETOWN: the number of a process that leads no group");
    owner_is(s[0], F_OWNER_PGRP, 0, "which is nobody");
    is_ok(fcntl(s[0], F_SETOWN, child), "F_SETOWN: a child");
    kill(child, SIGKILL);
    must(waitpid(child, NULL, 0));
    owner_is(s[0], F_OWNER_PID, 0, "when it is over there is nobody");
    close(s[0]);
    close(s[1]);
    told();
}

/* ---- signals ---- */

static void signals(void)
{
    int p[2], d;
    struct rlimit lim, few;

    must(pipe(p));
    must(fcntl(p[0], F_SETFL, O_ASYNC));
    must(write(p[1], "a", 1));
    is_str(told(), "", "without an owner nobody is told");
    own(p[0], 0);
    must(write(p[1], "a", 1));
    is_str(told(), "plain", "without F_SETSIG: SIGIO as the kernel sends it");
    own(p[0], SIGIO);
    must(write(p[1], "a", 1));
    is_str(told(), "IN", "F_SETSIG of SIGIO: SIGIO with the reason");
    is_num(info.si_signo, SIGIO, "it is SIGIO");
    is_num(info.si_band, POLLIN | POLLRDNORM, "si_band");
    is_num(info.si_fd, p[0], "si_fd");
    own(p[0], SIGUSR1);
    must(write(p[1], "a", 1));
    is_str(told(), "IN", "F_SETSIG of SIGUSR1");
    is_num(info.si_signo, SIGUSR1, "it is SIGUSR1");
    own(p[0], SIGCHLD);
    must(write(p[1], "a", 1));
    told();
    is_num(info.si_code, SI_SIGIO, "F_SETSIG of a signal with codes of its own: SI_SIGIO");
    own(p[0], SIG);
    must(write(p[1], "a", 1));
    must(write(p[1], "a", 1));
    is_str(told(), "IN IN", "a real-time signal comes each time");
    must(getrlimit(RLIMIT_SIGPENDING, &lim));
    few = (struct rlimit){0, lim.rlim_max};
    must(setrlimit(RLIMIT_SIGPENDING, &few));
    must(write(p[1], "a", 1));
    must(setrlimit(RLIMIT_SIGPENDING, &lim));
    is_str(told(), "plain", "SIGIO where no more may wait");

    d = must(dup(p[0]));
    close(p[0]);
    must(write(p[1], "a", 1));
    is_str(told(), "IN", "a copy of the descriptor keeps it going");
    is_num(info.si_fd, p[0], "with the number it was asked for");
    must(fcntl(d, F_SETFL, 0));
    must(write(p[1], "a", 1));
    is_str(told(), "", "O_ASYNC off");
    must(fcntl(d, F_SETFL, O_ASYNC));
    must(write(p[1], "a", 1));
    is_str(told(), "IN", "and on again");
    is_num(info.si_fd, d, "by another number");
    close(d);
    close(p[1]);
    is_str(told(), "", "nothing is told of a file that was closed");
}

/* A child with another user number: is it told of a pipe that we own? */
static void permission(void)
{
    int p[2], child, status = 0;

    if (geteuid()) {
        told_skip("the owner of another user is not told", "not root");
        return;
    }
    must(pipe(p));
    child = must(fork());
    if (!child) {
        must(setresuid(1001, 1001, 1001));
        must(fcntl(p[0], F_SETOWN, getppid()));
        must(fcntl(p[0], F_SETSIG, SIG));
        must(fcntl(p[0], F_SETFL, O_ASYNC));
        must(write(p[1], "a", 1));
        _exit(0);
    }
    must(waitpid(child, &status, 0));
    is_num(status, 0, "anybody may name an owner");
    told(); /* SIGCHLD */
    must(write(p[1], "a", 1));
    is_str(told(), "", "who is not told, being another user's process");
    must(fcntl(p[0], F_SETOWN, getpid()));
    must(write(p[1], "a", 1));
    is_str(told(), "IN", "but is when its own user says so");
    close(p[0]);
    close(p[1]);
    told();
}

/* A group: each process of it is told. */
static void groups(void)
{
    int p[2], go[2], child, status = 0;

    must(pipe(p));
    must(pipe(go));
    must(fcntl(p[0], F_SETSIG, SIG));
    must(fcntl(p[0], F_SETFL, O_ASYNC));
    child = must(fork());
    if (!child) {
        char c;

        must(setpgid(0, 0));
        must(fcntl(p[0], F_SETOWN, -getpgrp()));
        must(write(go[1], "x", 1));
        _exit(strcmp(told_in(5000), "IN") || info.si_fd != p[0] || read(p[0], &c, 1) != 1);
    }
    must(read(go[0], big, 1));
    must(write(p[1], "a", 1));
    must(waitpid(child, &status, 0));
    is_num(status, 0, "a process of the group that owns the file is told");
    told();
    is_true(info.si_signo == SIGCHLD, "one of another group is not");
    for (int i = 0; i < 2; i++) {
        close(p[i]);
        close(go[i]);
    }
}

/* ---- who tells when ---- */

static void pipes(void)
{
    int p[2], q[2], null = must(open("/dev/null", O_WRONLY));
    struct iovec v = {big, 10};

    must(pipe2(p, O_NONBLOCK));
    own(p[0], SIG);
    own(p[1], SIG);
    must(write(p[1], "ab", 2));
    is_str(told(), "IN", "pipe: a write tells the reader");
    is_num(info.si_fd, p[0], "which is this descriptor");
    must(write(p[1], "", 0));
    is_str(told(), "", "not one of nothing");
    must(read(p[0], big, 1));
    is_str(told(), "OUT", "a read tells the writer");
    is_num(info.si_fd, p[1], "which is this descriptor");
    is_num(info.si_band, POLLOUT | POLLWRNORM | POLLWRBAND, "with si_band");
    must(read(p[0], big, 0));
    is_str(told(), "", "not one of nothing");
    must(read(p[0], big, 1));
    told();
    is_err(read(p[0], big, 1), "EAGAIN", "an empty pipe");
    is_str(told(), "OUT", "even then");
    is_num(write(p[1], big, sizeof(big)), 65536, "more than fits");
    is_str(told(), "IN", "is told of once");
    is_err(write(p[1], big, 1), "EAGAIN", "a full pipe");
    is_str(told(), "IN", "even then");
    must(pipe(q));
    own(q[0], SIG);
    must(tee(p[0], q[1], 10, 0));
    is_str(told(), "IN", "tee tells who reads the copy, nobody else");
    is_num(info.si_fd, q[0], "which is this descriptor");
    must(splice(p[0], NULL, null, NULL, 4096, 0));
    is_str(told(), "OUT", "splice from a pipe tells its writer");
    must(vmsplice(p[1], &v, 1, 0));
    is_str(told(), "IN", "vmsplice to a pipe its reader");
    close(p[1]);
    is_str(told(), "IN", "the last writer's end, the reader");
    close(p[0]);
    is_str(told(), "", "closing the rest nobody");
    close(q[1]);
    close(q[0]);
    told();
    must(pipe(p));
    own(p[1], SIG);
    close(p[0]);
    is_str(told(), "OUT", "the last reader's end, the writer");
    close(p[1]);
    close(null);
}

static void unix_sockets(void)
{
    int s[2];

    must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
    own(s[0], SIG);
    must(write(s[1], "ab", 2));
    is_str(told(), "IN", "AF_UNIX stream: data");
    is_num(info.si_fd, s[0], "of this descriptor");
    must(read(s[0], big, 1));
    is_num(read(s[1], big, 0), 0, "a read of nothing does not wait");
    must(shutdown(s[1], SHUT_WR));
    is_str(told(), "IN", "its end, by shutdown");
    must(shutdown(s[1], SHUT_RD));
    is_str(told(), "", "not that the other end reads no more");
    close(s[1]);
    is_str(told(), "HUP", "its end, by close");
    is_num(info.si_band, POLLHUP | POLLERR, "with si_band");
    close(s[0]);

    must(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
    own(s[0], SIG);
    must(shutdown(s[1], SHUT_RDWR));
    is_str(told(), "HUP", "shutdown of both ways");
    close(s[0]);
    close(s[1]);

    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s));
    own(s[0], SIG);
    while (write(s[0], big, 4000) > 0)
        ;
    is_str(told(), "", "a full socket says nothing");
    while (read(s[1], big, sizeof(big)) > 0)
        ;
    is_str(told(), "OUT", "but that it has room again");
    must(write(s[0], "a", 1));
    must(read(s[1], big, 1));
    is_str(told(), "", "only when a write found none");
    close(s[0]);
    close(s[1]);

    must(socketpair(AF_UNIX, SOCK_DGRAM, 0, s));
    own(s[0], SIG);
    must(write(s[1], "a", 1));
    must(write(s[1], "a", 1));
    is_str(told(), "IN IN", "datagrams");
    close(s[1]);
    is_str(told(), "", "whose sender's end is not told");
    close(s[0]);
}

static void internet_sockets(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof(a);
    int l = must(socket(AF_INET, SOCK_STREAM, 0)), c = must(socket(AF_INET, SOCK_STREAM, 0)), s;

    must(bind(l, (void *)&a, n));
    must(listen(l, 4));
    must(getsockname(l, (void *)&a, &n));
    own(l, SIG);
    must(connect(c, (void *)&a, n));
    is_str(told_in(5000), "IN", "TCP: a connection to accept");
    is_num(info.si_fd, l, "of the socket that listens");
    s = must(accept(l, NULL, NULL));
    is_num(fcntl(s, F_GETFL) & O_ASYNC, 0, "what was accepted is not asked about");
    own(s, SIG);
    must(write(c, "a", 1));
    is_str(told_in(5000), "IN", "data");
    is_num(info.si_fd, s, "of this descriptor");
    close(s);
    close(c);
    told();

    c = must(socket(AF_INET, SOCK_STREAM, 0));
    must(fcntl(l, F_SETFL, 0));
    own(c, SIG);
    must(connect(c, (void *)&a, n));
    is_str(told_in(5000), "OUT", "being connected");
    s = must(accept(l, NULL, NULL));
    must(write(c, "a", 1));
    must(recv(s, big, 1, MSG_PEEK));
    close(s);
    is_str(told_in(5000), "ERR", "a reset");
    close(c);
    close(l);

    s = must(socket(AF_INET, SOCK_DGRAM, 0));
    c = must(socket(AF_INET, SOCK_DGRAM, 0));
    a.sin_port = 0;
    must(bind(s, (void *)&a, n));
    must(getsockname(s, (void *)&a, &n));
    own(s, SIG);
    must(connect(c, (void *)&a, n));
    must(write(c, "a", 1));
    is_str(told_in(5000), "IN", "UDP: data");
    close(s);
    own(c, SIG);
    must(write(c, "a", 1));
    is_str(told_in(5000), "ERR", "that nobody is there");
    close(c);
}

static void watches(void)
{
    int in = must(inotify_init()), fd;
    char dir[] = "/tmp/async.XXXXXX", file[64];

    is_true(mkdtemp(dir) != NULL, "a directory to watch");
    snprintf(file, sizeof(file), "%s/f", dir);
    must(inotify_add_watch(in, dir, IN_CREATE));
    own(in, SIG);
    fd = must(open(file, O_CREAT | O_RDWR, 0600));
    is_str(told(), "IN", "inotify: an event");
    is_num(info.si_fd, in, "of this descriptor");
    close(fd);
    close(in);
    unlink(file);
    rmdir(dir);
}

int main(void)
{
    sigset_t all;

    sigfillset(&all);
    must(sigprocmask(SIG_BLOCK, &all, NULL));
    kinds();
    owners();
    signals();
    permission();
    groups();
    pipes();
    unix_sockets();
    internet_sockets();
    watches();
    return done();
}
