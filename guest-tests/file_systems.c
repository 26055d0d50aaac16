/* file_systems.c - statfs and fstatfs: of which file system a path or a descriptor is, and how it is mounted. */
#include "probe.h"
#include <linux/magic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/timerfd.h>
#include <sys/vfs.h>

#define MQUEUE_MAGIC 0x19800202
#define VALID        0x20 /* ST_VALID */

static struct statfs s;

/* What nobody mounted has neither flags nor room. */
static void is_internal(int fd, long type, const char *fact)
{
    memset(&s, 0xff, sizeof(s));
    is_true(!fstatfs(fd, &s) && s.f_type == type && s.f_flags == VALID && !s.f_blocks && !s.f_bfree &&
                !s.f_files && s.f_bsize == 4096 && s.f_frsize == 4096 && s.f_namelen == 255 &&
                s.f_fsid.__val[0],
            fact);
    close(fd);
}

static void is_mounted(const char *path, long type, bool room, const char *fact)
{
    struct stat here, dev;

    if (!strncmp(path, "/dev/", 5) && strcmp(path, "/dev/null") && !stat(path, &here) &&
        !stat("/dev", &dev) && here.st_dev == dev.st_dev) {
        told_skip(fact, "nothing is mounted there");
        return;
    }
    memset(&s, 0xff, sizeof(s));
    is_true(!statfs(path, &s) && s.f_type == type && s.f_flags & VALID && s.f_flags & ST_RELATIME &&
                (s.f_blocks && s.f_files) == room && s.f_namelen == 255 && s.f_fsid.__val[0],
            fact);
}

int main(void)
{
    sigset_t none;
    int p[2];

    sigemptyset(&none);
    must(pipe(p));
    is_internal(p[0], PIPEFS_MAGIC, "a pipe");
    is_internal(must(socket(AF_UNIX, SOCK_STREAM, 0)), SOCKFS_MAGIC, "a socket");
    is_internal(must(syscall(SYS_memfd_create, "m", 0)), TMPFS_MAGIC, "a memfd");
    is_true(s.f_fsid.__val[1], "which has a second number");
    is_internal(must(eventfd(0, 0)), ANON_INODE_FS_MAGIC, "an eventfd");
    is_internal(must(epoll_create1(0)), ANON_INODE_FS_MAGIC, "an epoll descriptor");
    is_internal(must(inotify_init()), ANON_INODE_FS_MAGIC, "inotify");
    is_internal(must(signalfd(-1, &none, 0)), ANON_INODE_FS_MAGIC, "a signalfd");
    is_internal(must(timerfd_create(CLOCK_MONOTONIC, 0)), ANON_INODE_FS_MAGIC, "a timerfd");
    long q = syscall(SYS_mq_open, "probe-fs", O_CREAT | O_RDWR, 0600, NULL);
    if (q >= 0) {
        syscall(SYS_mq_unlink, "probe-fs");
        is_internal((int)q, MQUEUE_MAGIC, "a message queue");
    } else {
        told_skip("a message queue", "this kernel has none");
    }
    is_mounted("/proc", PROC_SUPER_MAGIC, false, "/proc");
    is_mounted("/proc/self/fd", PROC_SUPER_MAGIC, false, "below it");
    is_mounted("/sys", SYSFS_MAGIC, false, "/sys");
    is_true(s.f_fsid.__val[1], "which has a second number");
    is_mounted("/dev/null", TMPFS_MAGIC, true, "/dev is in memory");
    is_mounted("/dev/shm", TMPFS_MAGIC, true, "/dev/shm");
    is_mounted("/dev/pts", DEVPTS_SUPER_MAGIC, false, "/dev/pts");
    int f = temp_file(1);
    is_true(!fstatfs(f, &s) && s.f_blocks && s.f_flags & ST_RELATIME,
            "a file without a name is still of what is mounted");
    is_err(statfs("/none", &s), "ENOENT", "nothing");
    is_err(statfs("/", (struct statfs *)16), "EFAULT", "nowhere");
    is_err(fstatfs(99, &s), "EBADF", "no descriptor");
    is_ok(fstatfs(must(open("/dev", O_PATH)), &s), "O_PATH will do");
    return done();
}
