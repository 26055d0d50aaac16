/*
 * arguments_files.c GROUP - calls about files, each with what it is for, what it refuses and what is nowhere, for
 * tests/cli/strace_args.sh to compare.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <linux/stat.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "groups.h"

#define HERE  AT_FDCWD
#define FILE_ "args.tmp"

/* ---- paths ---- */

static void paths(void)
{
    char long_name[300], buf[200];
    int dir;

    memset(long_name, 'n', sizeof(long_name) - 1);
    long_name[sizeof(long_name) - 1] = 0;
    CALL(umask, 022);
    CALL(umask, 0);
    CALL(umask, 022);
    CALL(mkdir, "dir.tmp", 0755);
    CALL(mkdir, "dir.tmp", 01777);
    CALL(mkdir, NULL, 0);
    CALL(mkdirat, HERE, "dir.tmp/sub", 0700);
    CALL(mkdirat, 77, "sub", 0);
    dir = (int)CALL(open, "dir.tmp", O_RDONLY | O_DIRECTORY);
    CALL(mkdirat, dir, NOWHERE, 0777);
    CALL(creat, "dir.tmp/" FILE_, 0640);
    CALL(creat, "/nonexistent/x", 0);
    CALL(open, long_name, O_RDWR | O_CREAT | O_EXCL | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC, 04755);
    CALL(open, "\1\t\n\r\f\v\"\\\177\200\377/x",
         O_WRONLY | O_DSYNC | O_ASYNC | O_NOFOLLOW | O_NOATIME | O_CLOEXEC);
    CALL(open, "octal: \1 \0018\0019\0010\0017x", O_RDONLY);
    CALL(open, "dir.tmp", O_PATH | O_TMPFILE, 0);
    CALL(open, "dir.tmp", 3);
    CALL(open, "dir.tmp", 0x8000003 | O_NOCTTY | O_DIRECT);
    CALL(open, NOWHERE, 0);
    CALL(openat, 77, "nothing", O_RDWR | O_TMPFILE, 0600);
    CALL(openat, dir, "nothing", O_CREAT, 0);
    CALL(openat, -1, "nothing", 0);
    CALL(openat, HERE, "", O_ACCMODE);
    CALL(access, "dir.tmp", F_OK);
    CALL(access, "dir.tmp", R_OK | W_OK | X_OK);
    CALL(access, "dir.tmp", 8);
    CALL(access, "dir.tmp", 15);
    CALL(access, NOWHERE, W_OK);
    CALL(faccessat, dir, FILE_, R_OK);
    CALL(faccessat, 77, FILE_, 0x10);
    CALL(faccessat2, dir, FILE_, R_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW);
    CALL(faccessat2, dir, "", R_OK, AT_EMPTY_PATH);
    CALL(faccessat2, dir, "", R_OK, 0x4000);
    CALL(chmod, "dir.tmp/" FILE_, 0600);
    CALL(chmod, "dir.tmp/none", 07777);
    CALL(chmod, NOWHERE, 0170000);
    CALL(fchmod, dir, 0755);
    CALL(fchmod, -1, 0);
    CALL(fchmodat, dir, FILE_, 0666);
    CALL(fchmodat, HERE, NULL, 01000);
    CALL(fchmodat2, dir, FILE_, 0644, AT_SYMLINK_NOFOLLOW);
    CALL(fchmodat2, dir, "none", 0644, 0x40000);
    CALL(chown, "dir.tmp/" FILE_, -1, -1);
    CALL(chown, "none", 5, -1);
    CALL(lchown, "none", 0, 4294967294u);
    CALL(fchown, dir, -1, -1);
    CALL(fchown, 77, 1, 2);
    CALL(fchownat, dir, FILE_, -1, -1, 0);
    CALL(fchownat, dir, "", -1, -1, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW);
    CALL(fchownat, dir, NOWHERE, 3, 4, 0x8000);
    CALL(symlink, "target of it", "dir.tmp/link");
    CALL(symlink, "", "dir.tmp/link");
    CALL(symlink, NOWHERE, NULL);
    CALL(symlinkat, "target", dir, "link2");
    CALL(symlinkat, "target", 77, "link2");
    CALL(readlink, "dir.tmp/link", buf, sizeof(buf));
    CALL(readlink, "dir.tmp/link", buf, 3);
    CALL(readlink, "dir.tmp/link", buf, 0);
    CALL(readlink, "dir.tmp/link", NOWHERE, 5);
    CALL(readlink, "dir.tmp", buf, sizeof(buf));
    CALL(readlinkat, dir, "link2", buf, sizeof(buf));
    CALL(readlinkat, 77, NULL, NULL, 8);
    CALL(link, "dir.tmp/" FILE_, "dir.tmp/hard");
    CALL(link, "none", "dir.tmp/hard");
    CALL(linkat, dir, "link", HERE, "dir.tmp/hard2", AT_SYMLINK_FOLLOW);
    CALL(linkat, dir, "link", dir, "hard2", 0);
    CALL(linkat, dir, "", dir, NOWHERE, AT_EMPTY_PATH | 1);
    CALL(rename, "dir.tmp/hard", "dir.tmp/soft");
    CALL(rename, "none", NULL);
    CALL(renameat, dir, "soft", HERE, "dir.tmp/hard");
    CALL(renameat, 77, "soft", 78, "hard");
    CALL(renameat2, dir, "hard", dir, "hard2", RENAME_EXCHANGE);
    CALL(renameat2, dir, "hard", dir, "hard2", RENAME_NOREPLACE);
    CALL(renameat2, dir, "hard", dir, NOWHERE, RENAME_NOREPLACE | RENAME_WHITEOUT | 0x10);
    CALL(renameat2, dir, "hard", HERE, "hard2", 0x20);
    CALL(mknod, "dir.tmp/fifo", S_IFIFO | 0600, 0);
    CALL(mknod, "dir.tmp/fifo", S_IFIFO | 0600, makedev(3, 4));
    CALL(mknod, "dir.tmp/fifo", S_IFREG | 02755, 0);
    CALL(mknod, "dir.tmp/fifo", 0600, 0);
    CALL(mknod, "dir.tmp/fifo", S_IFSOCK | 0600, 0);
    CALL(mknod, "dir.tmp/fifo", 0110000 | 0600, 0);
    CALL(mknod, "dir.tmp/fifo", S_IFCHR | 0600, makedev(3, 4));
    CALL(mknodat, dir, "fifo", S_IFBLK, makedev(259, 70000));
    CALL(mknodat, 77, NOWHERE, S_IFDIR | 0755, 0);
    CALL(truncate, "dir.tmp/" FILE_, 100);
    CALL(truncate, "dir.tmp/" FILE_, -1);
    CALL(truncate, NULL, 1);
    CALL(ftruncate, dir, 0x123456789abcL);
    CALL(chdir, "dir.tmp");
    CALL(chdir, NULL);
    CALL(chdir, "none");
    CALL(fchdir, dir);
    CALL(fchdir, 77);
    CALL(getcwd, buf, 2);
    CALL(getcwd, NOWHERE, 200);
    CALL(chroot, "/nonexistent");
    CALL(chroot, NOWHERE);
    CALL(unlink, "link");
    CALL(unlink, "none");
    CALL(unlink, NOWHERE);
    CALL(unlinkat, dir, "nothing", 0);
    CALL(unlinkat, dir, "link2", 0);
    CALL(unlinkat, dir, "fifo", 0);
    CALL(unlinkat, dir, "hard", 0);
    CALL(unlinkat, dir, "hard2", 0);
    CALL(unlinkat, dir, "sub", AT_REMOVEDIR);
    CALL(unlinkat, dir, "sub", 0x202);
    CALL(unlinkat, dir, FILE_, 0);
    CALL(rmdir, "../dir.tmp");
    CALL(rmdir, "../dir.tmp");
    CALL(rmdir, NULL);
}

/* ---- data ---- */

static void data(void)
{
    char buf[64] = "some text that is longer than strace shows it";
    struct iovec iov[3] = {{buf, 4}, {buf + 4, 0}, {buf + 8, 40}}, bad[2] = {{buf, 2}, {NOWHERE, 3}};
    int fd = (int)CALL(open, FILE_, O_RDWR | O_CREAT | O_TRUNC, 0600), pipe_[2], other[2];
    uint64_t off = 3;

    CALL(write, fd, buf, sizeof(buf));
    CALL(write, fd, buf, 0);
    CALL(write, fd, NULL, 0);
    CALL(write, fd, NOWHERE, 5);
    CALL(write, -1, "\0\1\0021\3\n\t\\\"", 9);
    CALL(write, -1, "\377\376", 3);
    CALL(pwrite64, fd, buf, 32, 64L);
    CALL(pwrite64, fd, buf, 33, -1L);
    CALL(pread64, fd, buf, 33, 3L);
    CALL(pread64, fd, buf, 33, 1000L);
    CALL(pread64, fd, NOWHERE, 33, 0L);
    CALL(lseek, fd, 0L, SEEK_SET);
    CALL(lseek, fd, -5L, SEEK_CUR);
    CALL(lseek, fd, -5L, SEEK_END);
    CALL(lseek, fd, 0L, SEEK_DATA);
    CALL(lseek, fd, 0L, SEEK_HOLE);
    CALL(lseek, fd, 0L, 9);
    CALL(lseek, fd, 0L, SEEK_SET);
    CALL(read, fd, buf, 32);
    CALL(read, fd, buf, 33);
    CALL(read, fd, NOWHERE, 3);
    CALL(read, 77, buf, -1L);
    CALL(readv, fd, iov, 3);
    CALL(readv, fd, iov, 0);
    CALL(readv, fd, NOWHERE, 2);
    CALL(readv, -1, iov, 3);
    CALL(writev, fd, iov, 3);
    CALL(writev, fd, bad, 2);
    CALL(writev, fd, NULL, 2);
    CALL(writev, -1, iov, 3);
    CALL(preadv, fd, iov, 3L, 0L);
    CALL(preadv, fd, iov, 3L, 95L);
    CALL(preadv, fd, iov, 3L, -2L);
    CALL(pwritev, fd, iov, 1L, 2L);
    CALL(pwritev, -1, bad, 2L, 2L);
    CALL(preadv2, fd, iov, 3L, 0L, 0L, RWF_HIPRI | RWF_NOWAIT);
    CALL(preadv2, fd, iov, 3L, -1L, -1L, 0L);
    CALL(preadv2, fd, iov, 3L, 5L, 0L, 0x40000000L);
    CALL(pwritev2, fd, iov, 1L, 5L, 0L, RWF_DSYNC | RWF_SYNC | RWF_APPEND);
    CALL(pwritev2, fd, iov, 1L, 5L, 0L, 0x80L);
    CALL(pipe, pipe_);
    CALL(pipe2, other, O_NONBLOCK | O_CLOEXEC);
    CALL(pipe2, other, O_DIRECT | 0x7);
    CALL(pipe2, NULL, 0);
    CALL(pipe, NOWHERE);
    CALL(splice, fd, &off, pipe_[1], NULL, 10L, SPLICE_F_MOVE | SPLICE_F_MORE);
    CALL(splice, fd, NOWHERE, pipe_[1], NULL, 10L, SPLICE_F_NONBLOCK | SPLICE_F_GIFT | 0x10);
    CALL(tee, pipe_[0], other[1], 5L, 0);
    CALL(tee, pipe_[0], 77, -1L, 0x20);
    CALL(vmsplice, pipe_[1], iov, 3L, SPLICE_F_GIFT);
    CALL(vmsplice, pipe_[1], NOWHERE, 1L, 0);
    CALL(copy_file_range, fd, NULL, fd, &off, 4L, 0);
    CALL(copy_file_range, fd, NOWHERE, fd, &off, 4L, 8);
    CALL(fadvise64, fd, 0L, 100L, POSIX_FADV_WILLNEED);
    CALL(fadvise64, fd, -1L, 0L, POSIX_FADV_NOREUSE);
    CALL(fadvise64, fd, 1L, 2L, 9);
    CALL(fallocate, fd, FALLOC_FL_KEEP_SIZE, 0L, 4096L);
    CALL(fallocate, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0L, 4096L);
    CALL(fallocate, fd, 0x1000 | FALLOC_FL_COLLAPSE_RANGE, 0L, -1L);
    CALL(fallocate, -1, 0, 0L, 0L);
    CALL(readahead, fd, 0L, 4096L);
    CALL(readahead, 77, -1L, -1L);
    CALL(sync_file_range, fd, 0L, 0L, SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE);
    CALL(sync_file_range, fd, -1L, 0L, 0x18);
    CALL(fsync, fd);
    CALL(fsync, 77);
    CALL(fdatasync, fd);
    CALL(fdatasync, pipe_[0]);
    CALL(syncfs, fd);
    CALL(syncfs, -1);
    CALL(sync);
    CALL(flock, fd, LOCK_EX | LOCK_NB);
    CALL(flock, fd, LOCK_UN);
    CALL(flock, fd, LOCK_SH);
    CALL(flock, fd, 0x55);
    CALL(ftruncate, fd, 10L);
    CALL(ftruncate, -1, 0L);
    CALL(unlink, FILE_);
}

/* ---- descriptors ---- */

static void descriptors(void)
{
    struct epoll_event ev = {.events = EPOLLIN | EPOLLET, .data.u64 = 7}, got[4];
    struct pollfd p[3] = {
        {.events = POLLIN | POLLPRI}, {.fd = -1, .events = POLLOUT}, {.fd = 77, .events = 0}};
    struct timespec ts = {0, 1000}, bad = {-1, 5};
    char events[4096] __attribute__((aligned(8)));
    sigset_t set;
    int fd, e, in, wd, fds[2];

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGRTMIN + 3);
    CALL(eventfd, 3);
    fd = (int)CALL(eventfd2, 0, EFD_NONBLOCK | EFD_CLOEXEC | EFD_SEMAPHORE);
    CALL(eventfd2, -1, 0x100);
    CALL(dup, fd);
    CALL(dup, 77);
    CALL(dup2, fd, 50);
    CALL(dup2, fd, -1);
    CALL(dup3, fd, 51, O_CLOEXEC);
    CALL(dup3, fd, fd, 0);
    CALL(dup3, fd, 52, O_NONBLOCK | 1);
    CALL(fcntl, fd, F_DUPFD_CLOEXEC, 60);
    CALL(close, 77);
    CALL(close_range, 50, 51, 0);
    CALL(close_range, 60, 60, CLOSE_RANGE_CLOEXEC);
    CALL(close_range, 60, 50, CLOSE_RANGE_CLOEXEC | CLOSE_RANGE_UNSHARE | 8);
    CALL(close_range, 60, -1, 0);
    CALL(signalfd, -1, &set, 8L);
    CALL(signalfd4, -1, &set, 8L, SFD_NONBLOCK | SFD_CLOEXEC);
    CALL(signalfd4, fd, &set, 8L, 0);
    CALL(signalfd4, -1, NOWHERE, 8L, 1);
    CALL(signalfd4, -1, &set, 16L, 0);
    CALL(epoll_create, 5);
    CALL(epoll_create, 0);
    e = (int)CALL(epoll_create1, EPOLL_CLOEXEC);
    CALL(epoll_create1, 1);
    CALL(epoll_ctl, e, EPOLL_CTL_ADD, fd, &ev);
    CALL(epoll_ctl, e, EPOLL_CTL_MOD, fd, NOWHERE);
    CALL(epoll_ctl, e, EPOLL_CTL_DEL, fd, NULL);
    CALL(epoll_ctl, e, 9, fd, &ev);
    ev.events = EPOLLOUT | EPOLLONESHOT | EPOLLRDHUP | 0x800;
    CALL(epoll_ctl, e, EPOLL_CTL_ADD, fd, &ev);
    CALL(epoll_wait, e, got, 4, 0);
    CALL(epoll_wait, e, NOWHERE, 4, 0);
    CALL(epoll_wait, e, got, 0, -1);
    CALL(epoll_pwait, e, got, 4, 0, &set, 8L);
    CALL(epoll_pwait, e, got, 4, 0, NULL, 8L);
    CALL(epoll_pwait, e, got, 4, 5, NOWHERE, 8L);
    CALL(epoll_pwait2, e, got, 4, &ts, &set, 8L);
    CALL(epoll_pwait2, e, got, 4, &bad, NULL, 0L);
    CALL(epoll_pwait2, e, got, 4, NOWHERE, NULL, 0L);
    in = (int)CALL(inotify_init1, IN_NONBLOCK | IN_CLOEXEC);
    CALL(inotify_init);
    CALL(inotify_init1, 1);
    wd = (int)CALL(inotify_add_watch, in, ".", IN_CREATE | IN_DELETE | IN_ONLYDIR);
    CALL(inotify_add_watch, in, "none", IN_ALL_EVENTS);
    CALL(inotify_add_watch, in, NOWHERE, IN_MODIFY | 0x100000);
    CALL(inotify_add_watch, 77, ".", IN_DONT_FOLLOW | IN_MASK_ADD | IN_ONESHOT | IN_EXCL_UNLINK);
    CALL(inotify_rm_watch, in, wd);
    CALL(inotify_rm_watch, in, 99);
    CALL(pipe, fds);
    p[0].fd = fds[0];
    CALL(poll, p, 3, 0);
    CALL(poll, p, 1, 0);
    CALL(poll, p, 0, 0);
    CALL(poll, NOWHERE, 2, -1);
    CALL(write, fds[1], "x", 1);
    CALL(poll, p, 1, -1);
    CALL(ppoll, p + 1, 1, &ts, &set, 8L);
    CALL(ppoll, p, 2, NULL, NULL, 0L);
    CALL(mkdir, "empty.tmp", 0700);
    fd = (int)CALL(open, "empty.tmp", O_RDONLY | O_DIRECTORY);
    CALL(getdents64, fd, events, 4096);
    CALL(getdents64, fd, events, 4096);
    CALL(lseek, fd, 0L, SEEK_SET);
    CALL(getdents, fd, events, 4096);
    CALL(getdents, fd, events, 4096);
    CALL(lseek, fd, 0L, SEEK_SET);
    CALL(getdents64, fd, events, 3);
    CALL(getdents64, fd, NOWHERE, 4096);
    CALL(getdents64, 77, NULL, 4096);
    CALL(getdents, fds[0], events, 4096);
    CALL(rmdir, "empty.tmp");
}

/* ---- extended attributes ---- */

static void attributes(void)
{
    struct { /* struct xattr_args of the kernel */
        uint64_t value;
        uint32_t size, flags;
    } args = {.size = 5};
    char buf[100] = "value";
    int fd = (int)CALL(open, FILE_, O_RDWR | O_CREAT, 0600);

    args.value = (uintptr_t)buf;
    CALL(setxattr, FILE_, "user.one", "some value\0", 11L, XATTR_CREATE);
    CALL(setxattr, FILE_, "user.one", "some value", 10L, XATTR_CREATE);
    CALL(setxattr, FILE_, "user.two", "0123456789012345678901234567890123456789", 40L, 0);
    CALL(setxattr, FILE_, "user.two", NOWHERE, 3L, XATTR_REPLACE | XATTR_CREATE | 8);
    CALL(setxattr, NULL, NOWHERE, NULL, 0L, 0);
    CALL(lsetxattr, FILE_, "user.three", NULL, 0L, 0);
    CALL(fsetxattr, fd, "user.four", "\1\2\3", 3L, XATTR_REPLACE);
    CALL(fsetxattr, fd, "none", "x", 1L, 0);
    CALL(getxattr, FILE_, "user.one", buf, 100L);
    CALL(getxattr, FILE_, "user.two", buf, 100L);
    CALL(getxattr, FILE_, "user.two", NULL, 0L);
    CALL(getxattr, FILE_, "user.two", buf, 3L);
    CALL(getxattr, FILE_, "user.two", NOWHERE, 50L);
    CALL(lgetxattr, FILE_, "user.none", buf, 100L);
    CALL(fgetxattr, fd, "user.one", buf, 100L);
    CALL(fgetxattr, 77, NULL, NULL, 0L);
    CALL(listxattr, FILE_, NULL, 0L);
    CALL(listxattr, FILE_, buf, 9L);
    CALL(listxattr, "none", buf, 100L);
    CALL(llistxattr, FILE_, buf, 100L);
    CALL(flistxattr, fd, buf, 100L);
    CALL(flistxattr, fd, NOWHERE, 100L);
    CALL(removexattr, FILE_, "user.two");
    CALL(removexattr, FILE_, "user.two");
    CALL(lremovexattr, FILE_, "user.three");
    CALL(fremovexattr, fd, "user.one");
    CALL(fremovexattr, fd, NOWHERE);
    CALL(setxattrat, HERE, FILE_, 0, "user.at", &args, 16L);
    args.flags = 1;
    CALL(setxattrat, fd, "", AT_EMPTY_PATH, "user.at", &args, 16L);
    CALL(setxattrat, fd, FILE_, AT_SYMLINK_NOFOLLOW, "user.at", NOWHERE, 16L);
    CALL(setxattrat, fd, FILE_, 0, "user.at", &args, 8L);
    args.flags = 0;
    args.size = 100;
    CALL(getxattrat, HERE, FILE_, 0, "user.at", &args, 16L);
    CALL(getxattrat, HERE, FILE_, 0, "user.none", &args, 16L);
    CALL(getxattrat, HERE, FILE_, 1, "user.at", NULL, 16L);
    CALL(listxattrat, HERE, FILE_, AT_SYMLINK_NOFOLLOW, buf, 100L);
    CALL(listxattrat, HERE, FILE_, 0, NOWHERE, 100L);
    CALL(removexattrat, HERE, FILE_, 0, "user.at");
    CALL(removexattrat, HERE, FILE_, 0x8000, "user.at");
    CALL(unlink, FILE_);
}

/* ---- what is told of files ---- */

static void status(void)
{
    static const unsigned sync[] = {0, AT_STATX_FORCE_SYNC, AT_STATX_DONT_SYNC, AT_STATX_SYNC_TYPE};
    struct stat st;
    struct statx sx;
    int fd = (int)CALL(open, FILE_, O_RDWR | O_CREAT | O_TRUNC, 0600);
    struct timespec t[2] = {{1000000000, 5}, {1, 999999999}};

    CALL(write, fd, "hello", 5);
    CALL(utimensat, fd, NULL, t, 0);
    CALL(stat, FILE_, &st);
    CALL(stat, "/dev/null", &st);
    CALL(stat, "none", &st);
    CALL(stat, NOWHERE, NULL);
    CALL(stat, FILE_, NOWHERE);
    symlink("nowhere", "link.tmp");
    CALL(lstat, "link.tmp", &st);
    unlink("link.tmp");
    CALL(lstat, "none", NULL);
    CALL(fstat, fd, &st);
    CALL(fstat, 77, &st);
    CALL(fstat, fd, NOWHERE);
    CALL(newfstatat, HERE, FILE_, &st, 0);
    CALL(newfstatat, fd, "", &st, AT_EMPTY_PATH);
    CALL(newfstatat, HERE, "none", NOWHERE, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT);
    CALL(newfstatat, 77, "none", NOWHERE, 0x10000);
    for (unsigned i = 0; i < 4; i++)
        CALL(statx, HERE, FILE_, sync[i], STATX_BASIC_STATS, &sx);
    CALL(statx, HERE, FILE_, AT_STATX_DONT_SYNC | AT_SYMLINK_NOFOLLOW, STATX_ALL, &sx);
    CALL(statx, fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_MODE | STATX_SIZE, &sx);
    CALL(statx, HERE, "/dev/zero", 0, 0, &sx);
    CALL(statx, HERE, "none", AT_STATX_SYNC_TYPE | 0x20000, 0x40000000, &sx);
    CALL(statx, HERE, FILE_, AT_NO_AUTOMOUNT, 0x80000000u, &sx);
    CALL(statx, HERE, FILE_, 0x10, STATX_MNT_ID | STATX_BTIME, NOWHERE);
    CALL(statx, HERE, NULL, 0, STATX_INO | STATX_BLOCKS | 0x10000000, NULL);
    CALL(unlink, FILE_);
}

int main(int argc, char **argv)
{
    static const struct group_of_calls groups[] = {
        {"paths", paths},           {"data", data},     {"descriptors", descriptors},
        {"attributes", attributes}, {"status", status}, {NULL, NULL}};

    return run_group(groups, argc, argv);
}
