/* file_attr.c - owner, mode, times, position and extended attributes of files that have no name: pipes, sockets, memfds, eventfds ... */
#include "probe.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/xattr.h>

static struct stat status(int fd)
{
    struct stat st;

    must(fstat(fd, &st));
    return st;
}

static const struct timespec long_ago[2] = {{5, 0}, {6, 0}};

/* An inode of its own: all of it can be changed. */
static void own(const char *what, int fd)
{
    char fact[80];

    snprintf(fact, sizeof(fact), "%s: fchmod", what);
    is_ok(fchmod(fd, 0240), fact);
    snprintf(fact, sizeof(fact), "%s: the mode shows, the kind of file stays", what);
    is_num(status(fd).st_mode & 07777, 0240, fact);
    snprintf(fact, sizeof(fact), "%s: fchown to oneself", what);
    is_ok(fchown(fd, getuid(), getgid()), fact);
    snprintf(fact, sizeof(fact), "%s: futimens", what);
    is_ok(futimens(fd, long_ago), fact);
    snprintf(fact, sizeof(fact), "%s: the times show", what);
    is_true(status(fd).st_atime == 5 && status(fd).st_mtime == 6, fact);
    snprintf(fact, sizeof(fact), "%s: no change of contents is seen by its times", what);
    is_true(status(fd).st_ctime > 6, fact);
}

/* Files that share one inode, which nobody may change; before Linux 6.16 anybody could. */
static void shared(const char *what, int fd)
{
    char fact[80];

    if (since(6, 16)) {
        snprintf(fact, sizeof(fact), "%s: fchmod", what);
        is_err(fchmod(fd, 0240), "EOPNOTSUPP", fact);
        snprintf(fact, sizeof(fact), "%s: fchown", what);
        is_err(fchown(fd, getuid(), getgid()), "EOPNOTSUPP", fact);
        snprintf(fact, sizeof(fact), "%s: futimens", what);
        is_err(futimens(fd, long_ago), "EOPNOTSUPP", fact);
    } else {
        snprintf(fact, sizeof(fact), "%s: nobody may change it", what);
        told_skip(fact, "since Linux 6.16");
    }
    snprintf(fact, sizeof(fact), "%s: lseek does nothing", what);
    is_num(lseek(fd, 100, SEEK_SET), 0, fact);
    snprintf(fact, sizeof(fact), "%s: user attributes are for files and directories", what);
    is_err(fsetxattr(fd, "user.x", "y", 1, 0), "EPERM", fact);
}

int main(void)
{
    uint64_t counter = 3;
    int fds[2], fd;
    sigset_t set;

    must(pipe(fds));
    own("pipe", fds[0]);
    is_num(status(fds[1]).st_mode & 07777, 0240, "pipe: both ends are one inode");
    is_err(lseek(fds[0], 0, SEEK_SET), "ESPIPE", "pipe: lseek");
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, fds));
    own("socket", fds[0]);
    is_num(status(fds[1]).st_mode & 07777, 0777, "socket: its peer is another inode");
    own("memfd", must(memfd_create("x", 0)));
    sigemptyset(&set);
    fd = must(eventfd(3, 0));
    shared("eventfd", fd);
    is_err(pread(fd, &counter, 8, 0), "ESPIPE", "eventfd: pread");
    shared("epoll", must(epoll_create1(0)));
    shared("timerfd", must(timerfd_create(CLOCK_MONOTONIC, 0)));
    shared("signalfd", must(signalfd(-1, &set, 0)));
    shared("inotify", must(inotify_init1(0)));
    fd = must(open("/proc/self/status", O_RDONLY));
    is_err(fchmod(fd, 0400), "EPERM", "/proc/PID: fchmod");
    is_ok(fchown(fd, getuid(), getgid()), "/proc/PID: fchown to oneself");
    is_ok(futimens(fd, long_ago), "/proc/PID: futimens");
    is_err(fgetxattr(fd, "user.x", NULL, 0), "EOPNOTSUPP", "/proc/PID: attributes");
    return done();
}
