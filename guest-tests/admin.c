/*
 * admin.c - calls that administer a machine, as somebody without privileges meets them: what is wrong is told in the kernel's
 * order. And those of their neighbours that everybody may call.
 */
#include "probe.h"
#include <linux/mount.h>
#include <linux/sched.h>
#include <sys/timex.h>
#include <time.h>

#define NOWHERE ((void *)16)

static char buf[4096];
static int file, none = -1;

/* Of newer headers. */
enum {
    CACHESTAT = 451,
    LSM_GET = 459,
    LSM_SET = 460,
    LSM_LIST = 461,
    OPEN_TREE_ATTR = 467,
    GETATTR = 468,
    SETATTR = 469
};

static void mounts(void)
{
    is_err(syscall(SYS_mount, "a", "/tmp", NOWHERE, 0, 0), "EFAULT", "mount: a type at no address");
    is_err(syscall(SYS_mount, NOWHERE, "/tmp", "tmpfs", 0, 0), "EFAULT", "mount: a device at no address");
    is_err(syscall(SYS_mount, "a", "/tmp", "tmpfs", 0, NOWHERE), "EFAULT", "mount: data at no address");
    is_err(syscall(SYS_mount, "a", "/nonexistent", "tmpfs", 0, 0), "ENOENT", "mount: where nothing is");
    is_err(syscall(SYS_mount, "a", "/tmp", "nofs", 0, 0), "EPERM",
           "mount: an unknown type, after privileges");
    is_err(syscall(SYS_mount, "a", "/tmp", "tmpfs", 1ul << 31, 0), "EINVAL", "mount: MS_NOUSER, before them");
    is_err(syscall(SYS_umount2, "/tmp", 0x100), "EINVAL", "umount2: unknown flags");
    is_err(syscall(SYS_umount2, "/nonexistent", 0), "ENOENT", "umount2: nothing");
    is_err(syscall(SYS_umount2, "/proc", 5), "EPERM",
           "umount2: flags that exclude each other, after privileges");
    is_err(syscall(SYS_pivot_root, NOWHERE, "/tmp"), "EPERM", "pivot_root: before paths are read");
    is_err(syscall(SYS_fsopen, NOWHERE, 99), "EPERM", "fsopen: before anything");
    is_err(syscall(SYS_fspick, -100, "/nonexistent", 0), "EPERM", "fspick");
    is_err(syscall(SYS_fsmount, -1, 99, 0), "EPERM", "fsmount");
    is_err(syscall(SYS_move_mount, -100, "/nonexistent", -100, "/tmp", 0x10000), "EPERM", "move_mount");
    is_err(syscall(SYS_fsconfig, -1, 99, 0, 0, 0), "EINVAL", "fsconfig: no descriptor");
    is_err(syscall(SYS_fsconfig, 900, 99, 0, 0, 0), "EOPNOTSUPP", "fsconfig: an unknown command");
    is_err(syscall(SYS_fsconfig, 900, FSCONFIG_SET_FLAG, "k", "v", 0), "EINVAL",
           "fsconfig: a flag with a value");
    is_err(syscall(SYS_fsconfig, 900, FSCONFIG_SET_BINARY, "k", "v", 0), "EINVAL", "fsconfig: no bytes");
    is_err(syscall(SYS_fsconfig, 900, FSCONFIG_SET_PATH, "k", "v", -7), "EINVAL",
           "fsconfig: a path from nowhere");
    is_err(syscall(SYS_fsconfig, 900, FSCONFIG_CMD_CREATE, 0, 0, 0), "EBADF",
           "fsconfig: a closed descriptor");
    is_err(syscall(SYS_fsconfig, file, FSCONFIG_CMD_CREATE, 0, 0, 0), "EINVAL", "fsconfig: another file");
    is_err(syscall(SYS_mount_setattr, -100, "/tmp", 4, NOWHERE, 8), "EINVAL", "mount_setattr: unknown flags");
    is_err(syscall(SYS_mount_setattr, -100, "/tmp", 0, NOWHERE, 8), "EINVAL", "mount_setattr: too small");
    is_err(syscall(SYS_mount_setattr, -100, "/tmp", 0, NOWHERE, 5000), "E2BIG", "mount_setattr: too big");
    is_err(syscall(SYS_mount_setattr, -100, "/nonexistent", 0, NOWHERE, 32), "EPERM",
           "mount_setattr: then privileges");
}

static void trees(void)
{
    int fd = (int)syscall(SYS_open_tree, -100, "/tmp", OPEN_TREE_CLOEXEC);

    is_true(fd >= 0, "open_tree opens");
    is_num(fcntl(fd, F_GETFL) & O_PATH, O_PATH, "... as O_PATH does");
    is_num(fcntl(fd, F_GETFD), FD_CLOEXEC, "... and closes on exec if asked to");
    is_true(syscall(SYS_open_tree, fd, "", 0x1000) >= 0, "open_tree of a descriptor (AT_EMPTY_PATH)");
    is_err(syscall(SYS_open_tree, -100, "/tmp", OPEN_TREE_CLONE), "EPERM", "open_tree: a copy of the mount");
    is_err(syscall(SYS_open_tree, -100, "/nonexistent", OPEN_TREE_CLONE), "EPERM",
           "... before the path is looked up");
    is_err(syscall(SYS_open_tree, -100, "/tmp", 0x8000), "EINVAL", "open_tree: AT_RECURSIVE alone");
    is_err(syscall(SYS_open_tree, -100, "/tmp", 0x40000000), "EINVAL", "open_tree: unknown flags");
    is_err(syscall(SYS_open_tree, -100, "/nonexistent", 0), "ENOENT", "open_tree: nothing");
    if (!since(6, 15))
        return;
    is_err(syscall(OPEN_TREE_ATTR, -100, "/tmp", 0, NULL, 32), "EINVAL", "open_tree_attr: a size of nothing");
    is_true(syscall(OPEN_TREE_ATTR, -100, "/tmp", 0, NULL, 0) >= 0,
            "open_tree_attr: without attributes it opens");
    is_err(syscall(OPEN_TREE_ATTR, -100, "/nonexistent", 0, buf, 8), "ENOENT",
           "open_tree_attr: the path first");
    is_err(syscall(OPEN_TREE_ATTR, -100, "/tmp", 0, buf, 8), "EINVAL", "open_tree_attr: then the size");
    is_err(syscall(OPEN_TREE_ATTR, -100, "/tmp", 0, buf, 32), "EPERM", "open_tree_attr: then privileges");
}

/* Of the file system that root is a descriptor of, as a user without privileges may ask. */
static void quotas_of(int root, void *buf)
{
    is_err(syscall(SYS_quotactl_fd, root, 0x80000400, 0, buf), "ESRCH", "quotactl_fd: quotas are off");
    is_err(syscall(SYS_quotactl_fd, root, 0x580300, geteuid(), buf), "ESRCH", "... for oneself");
    is_err(syscall(SYS_quotactl_fd, root, 0x580300, 1, buf), "EPERM", "... others are not asked about");
    is_err(syscall(SYS_quotactl_fd, root, 0x580301, 1, buf), "EPERM", "... nor other groups");
    is_err(syscall(SYS_quotactl_fd, root, 0x580900, geteuid(), buf), "EPERM", "... nor the next");
    is_err(syscall(SYS_quotactl_fd, root, 0x580500, 0, buf), "ENOSYS", "... no state as of XFS");
    is_err(syscall(SYS_quotactl_fd, root, 0x580800, 0, buf), "EINVAL", "... nor of no version");
}

static void quotas(void)
{
    int root;

    is_err(syscall(SYS_quotactl, 0x80000109, NULL, 0, 0), "EINVAL", "quotactl: an unknown kind");
    is_ok(syscall(SYS_quotactl, 0x80000100, NULL, 0, 0), "quotactl: Q_SYNC of all");
    is_err(syscall(SYS_quotactl, 0x80000200, NULL, 0, 0), "ENODEV", "quotactl: Q_QUOTAON of nothing");
    is_err(syscall(SYS_quotactl, 0x80000700, "/nonexistent", 0, buf), "ENOENT", "quotactl: no device");
    is_err(syscall(SYS_quotactl, 0x80000700, "/dev/null", 0, buf), "ENOTBLK", "quotactl: not a disk");
    is_err(syscall(SYS_quotactl, 0x80000700, NOWHERE, 0, buf), "EFAULT", "quotactl: a path at no address");
    is_err(syscall(SYS_quotactl_fd, none, 0x80000700, 0, buf), "EBADF", "quotactl_fd: no descriptor");
    is_err(syscall(SYS_quotactl_fd, file, 0x80000709, 0, buf), "EINVAL", "quotactl_fd: an unknown kind");
    root = must(open("/", O_RDONLY));
    if (syscall(SYS_quotactl_fd, root, 0x80000400, 0, buf) && errno == ENOSYS)
        told_skip("quotactl_fd of a disk", "the root is none");
    else
        quotas_of(root, buf);
    is_err(syscall(SYS_swapon, NOWHERE, 0), "EPERM", "swapon: before the path is read");
    is_err(syscall(SYS_swapon, "/tmp", 0x1000000), "EINVAL", "swapon: unknown flags");
    is_err(syscall(SYS_swapoff, NOWHERE), "EPERM", "swapoff");
}

static void fanotify(void)
{
    is_err(syscall(SYS_fanotify_mark, none, 0, 2, -100, "/tmp"), "EINVAL", "fanotify_mark: nothing to do");
    is_err(syscall(SYS_fanotify_mark, none, 3, 2, -100, "/tmp"), "EINVAL", "... two things");
    is_err(syscall(SYS_fanotify_mark, none, 1, 0, -100, "/tmp"), "EINVAL", "... no events");
    is_err(syscall(SYS_fanotify_mark, none, 1, 1ul << 40, -100, "/tmp"), "EINVAL", "... unknown events");
    is_err(syscall(SYS_fanotify_mark, none, 1ul << 31, 2, -100, "/tmp"), "EINVAL", "... unknown flags");
    is_err(syscall(SYS_fanotify_mark, none, 0x84, 2, -100, "/tmp"), "EINVAL",
           "... flags that go with no flush");
    is_err(syscall(SYS_fanotify_mark, none, 1, 2, -100, "/tmp"), "EBADF", "... no group");
    is_err(syscall(SYS_fanotify_mark, file, 1, 2, -100, "/tmp"), "EINVAL", "... another file");
}

static void attributes(void)
{
    if (!since(6, 17))
        return;
    is_err(syscall(GETATTR, -100, "/tmp", buf, 24, 0x8000), "EINVAL", "file_getattr: unknown flags");
    is_err(syscall(GETATTR, -100, "/tmp", buf, 8, 0), "EINVAL", "file_getattr: too small");
    is_err(syscall(GETATTR, -100, "/tmp", buf, 5000, 0), "E2BIG", "file_getattr: too big");
    is_err(syscall(GETATTR, -100, "/nonexistent", buf, 24, 0), "ENOENT", "file_getattr: nothing");
    is_err(syscall(SETATTR, -100, "/nonexistent", NOWHERE, 24, 0), "EFAULT",
           "file_setattr: attributes first");
    is_err(syscall(SETATTR, -100, "/nonexistent", memset(buf, 0, 32), 24, 0), "ENOENT",
           "file_setattr: then the path");
    buf[30] = 1;
    is_err(syscall(SETATTR, -100, "/nonexistent", buf, 32, 0), "E2BIG", "file_setattr: more than is known");
}

static void clocks(void)
{
    struct timex tx = {.modes = 0};
    int state = adjtimex(&tx);

    is_true(state >= 0 && state <= TIME_ERROR, "adjtimex reads the clock's state");
    is_true(tx.tick == 10000 && tx.tolerance == 32768000 && tx.time.tv_sec > 1000000000,
            "and its discipline");
    tx = (struct timex){.modes = ADJ_TICK};
    is_err(adjtimex(&tx), "EPERM", "... but not to be changed");
    tx = (struct timex){.modes = 0x8000};
    is_err(adjtimex(&tx), "EINVAL", "... ADJ_ADJTIME alone");
    tx = (struct timex){.modes = ADJ_OFFSET_SINGLESHOT};
    is_err(adjtimex(&tx), "EPERM", "... an old offset");
    tx = (struct timex){.modes = ADJ_OFFSET_SS_READ};
    is_true(adjtimex(&tx) >= 0, "... to be read");
    is_err(adjtimex(NOWHERE), "EFAULT", "... at no address");
    tx.modes = 0;
    is_true(clock_adjtime(CLOCK_REALTIME, &tx) >= 0, "clock_adjtime of CLOCK_REALTIME");
    is_err(clock_adjtime(CLOCK_MONOTONIC, &tx), "EOPNOTSUPP", "... of another clock");
    is_err(clock_adjtime(CLOCK_PROCESS_CPUTIME_ID, &tx), "EOPNOTSUPP", "... of one that counts CPU time");
    is_err(clock_adjtime(-1, &tx), "EOPNOTSUPP", "... of another process'");
    is_err(clock_adjtime(10, &tx), "EINVAL", "... of one that is gone");
    is_err(clock_adjtime(99, &tx), "EINVAL", "... of none");
    is_err(clock_adjtime(99, NOWHERE), "EFAULT", "... at no address");
    is_err(clock_adjtime((~file << 3) | 3, &tx), "EINVAL", "... of a file that is no clock");
}

static void page_cache(void)
{
    unsigned long range[2] = {0, 0}, got[5];
    int memfd = must(memfd_create("cached", 0));

    if (!since(6, 5))
        return;
    must(pwrite(memfd, "x", 1, 0));
    must(pwrite(memfd, "x", 1, 5 * PG));
    is_ok(syscall(CACHESTAT, memfd, range, got, 0), "cachestat");
    is_true(got[0] == 2 && !got[1] && !got[2], "counts the pages of a file in memory");
    range[1] = 5 * PG;
    must(syscall(CACHESTAT, memfd, range, got, 0));
    is_num((long)got[0], 1, "in a range");
    range[0] = 5 * PG;
    range[1] = 1;
    must(syscall(CACHESTAT, memfd, range, got, 0));
    is_num((long)got[0], 1, "of bytes");
    is_err(syscall(CACHESTAT, memfd, NOWHERE, got, 1), "EFAULT", "cachestat: a range at no address");
    is_err(syscall(CACHESTAT, memfd, range, NOWHERE, 1), "EINVAL", "cachestat: unknown flags");
    is_err(syscall(CACHESTAT, memfd, range, NOWHERE, 0), "EFAULT", "cachestat: to no address");
    is_err(syscall(CACHESTAT, none, NOWHERE, NOWHERE, 1), "EBADF", "cachestat: no file");
    if (since(6, 14))
        is_err(syscall(CACHESTAT, file, range, got, 1), "EPERM", "cachestat: a file of somebody else");
}

static void modules(void)
{
    unsigned size = 4;
    unsigned long *ids = (unsigned long *)buf;
    long n;

    if (!since(6, 8))
        return;
    is_err(syscall(LSM_LIST, buf, &size, 1), "EINVAL", "lsm_list_modules: flags");
    is_err(syscall(LSM_LIST, buf, NOWHERE, 0), "EFAULT", "lsm_list_modules: a size at no address");
    is_err(syscall(LSM_LIST, buf, &size, 0), "E2BIG", "lsm_list_modules: no room");
    n = syscall(LSM_LIST, buf, &size, 0);
    is_true(n > 0 && n == size / 8, "... which then is told");
    while (n > 0 && ids[n - 1] != 100)
        n--;
    is_true(n > 0, "capabilities are a module");
    is_err(syscall(LSM_GET, 0, buf, &size, 0), "EINVAL", "lsm_get_self_attr: no attribute");
    is_err(syscall(LSM_GET, 100, buf, NULL, 0), "EINVAL", "lsm_get_self_attr: no size");
    is_err(syscall(LSM_GET, 100, buf, NOWHERE, 0), "EFAULT", "lsm_get_self_attr: a size at no address");
    is_err(syscall(LSM_GET, 100, buf, &size, 2), "EINVAL", "lsm_get_self_attr: unknown flags");
    is_err(syscall(LSM_SET, 100, buf, 31, 0), "EINVAL", "lsm_set_self_attr: too small");
    is_err(syscall(LSM_SET, 100, buf, 5000, 0), "E2BIG", "lsm_set_self_attr: too big");
    is_err(syscall(LSM_SET, 100, NOWHERE, 32, 0), "EFAULT", "lsm_set_self_attr: at no address");
    is_err(syscall(LSM_SET, 100, memset(buf, 0, 64), 32, 0), "EINVAL", "lsm_set_self_attr: of length 0");
}

static void scheduling(void)
{
    struct {
        unsigned size, policy;
        unsigned long flags;
        int nice;
        unsigned priority;
        unsigned long dl[3];
        unsigned util[2];
    } a = {.size = sizeof(a), .flags = 0x80};

    is_err(syscall(SYS_sched_setattr, 0, &a, 0), "EINVAL", "sched_setattr: unknown flags");
    a.policy = 77;
    a.flags = 0;
    is_err(syscall(SYS_sched_setattr, 0, &a, 0), "EINVAL", "sched_setattr: an unknown policy");
    a.flags = 8;
    a.nice = getpriority(PRIO_PROCESS, 0);
    is_ok(syscall(SYS_sched_setattr, 0, &a, 0), "... is not looked at with SCHED_FLAG_KEEP_POLICY");
    a.flags = 0x18;
    a.nice = -20;
    is_ok(syscall(SYS_sched_setattr, 0, &a, 0), "... nor are parameters with SCHED_FLAG_KEEP_PARAMS");
    a.priority = 50;
    is_err(syscall(SYS_sched_setattr, 0, &a, 0), "EINVAL", "... but those that the policy does not have");
    a.flags = 0x20;
    a.size = 48;
    is_err(syscall(SYS_sched_setattr, 0, &a, 0), "EINVAL", "sched_setattr: a clamp that has no place");
    is_err(syscall(SYS_ioprio_set, 1, 0, 4 << 13), "EINVAL", "ioprio_set: an unknown class");
    is_err(syscall(SYS_ioprio_set, 1, 0, 9 << 13), "EPERM",
           "ioprio_set: of a class three bits count, 9 is real time");
    is_err(syscall(SYS_ioprio_set, 9, 0, 9 << 13), "EPERM", "ioprio_set: privileges before whose");
    is_err(syscall(SYS_ioprio_set, 9, 0, 2 << 13), "EINVAL", "ioprio_set: of whom");
    is_err(syscall(SYS_ioprio_set, 1, 0, 7), "EINVAL", "ioprio_set: a level of no class");
    is_ok(syscall(SYS_ioprio_set, 1, 0, 2 << 13 | 1 << 3 | 5), "ioprio_set: with a hint");
    is_num(syscall(SYS_ioprio_get, 1, 0), 2 << 13 | 1 << 3 | 5, "ioprio_get tells it");
    is_ok(syscall(SYS_ioprio_set, 1, 0, 3 << 13), "ioprio_set: idle");
    is_err(syscall(SYS_ioprio_get, 1, 999999999), "ESRCH", "ioprio_get of nobody");
    is_err(syscall(SYS_ioprio_set, 3, 12345, 0), "ESRCH", "ioprio_set of a user who has no task");
}

static void options(void)
{
    int id = 77;

    is_err(syscall(SYS_prctl, PR_GET_SPECULATION_CTRL, 0, 1, 0, 0), "EINVAL",
           "PR_GET_SPECULATION_CTRL with more");
    is_err(syscall(SYS_prctl, PR_GET_SPECULATION_CTRL, 9, 0, 0, 0), "ENODEV", "... of what is none");
    is_err(syscall(SYS_prctl, PR_SET_SPECULATION_CTRL, 0, 0, 1, 0), "EINVAL",
           "PR_SET_SPECULATION_CTRL with more");
    is_err(syscall(SYS_prctl, PR_SET_IO_FLUSHER, 7, 7, 7, 7), "EPERM",
           "PR_SET_IO_FLUSHER needs a privilege first");
    is_err(syscall(SYS_prctl, PR_GET_IO_FLUSHER, 7, 7, 7, 7), "EPERM", "PR_GET_IO_FLUSHER, too");
    is_err(syscall(SYS_prctl, 74, 0, 0, 0, 0), "EINVAL",
           "PR_GET_SHADOW_STACK_STATUS: not of this architecture");
    if (!since(6, 16))
        return;
    is_err(syscall(SYS_prctl, 77, 3, 0, 0, 0), "EINVAL", "PR_TIMER_CREATE_RESTORE_IDS: unknown");
    is_err(syscall(SYS_prctl, 77, 1, 1, 0, 0), "EINVAL", "... with more");
    is_num(syscall(SYS_prctl, 77, 2, 0, 0, 0), 0, "... is off");
    is_ok(syscall(SYS_prctl, 77, 1, 0, 0, 0), "... on");
    is_num(syscall(SYS_prctl, 77, 2, 0, 0, 0), 1, "... and then says so");
    is_ok(syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &id), "timer_create with a number of our choice");
    is_num(id, 77, "gets it");
    is_err(syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &id), "EBUSY", "not twice");
    id = -1;
    is_err(syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &id), "EINVAL", "not a negative one");
    must(syscall(SYS_prctl, 77, 0, 0, 0, 0));
    must(syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &id));
    is_num(id, 78, "the next one follows");
}

static void others(void)
{
    int pidfd = (int)must(syscall(SYS_pidfd_open, getpid(), 0));
    struct stat st;
    struct {
        int free;
        unsigned long inodes;
        char name[12];
    } u;

    is_err(syscall(SYS_setns, none, 0), "EBADF", "setns: no descriptor");
    is_err(syscall(SYS_setns, file, CLONE_NEWUTS), "EINVAL", "setns: another file");
    is_err(syscall(SYS_setns, pidfd, 0), "EINVAL", "setns: no namespace");
    is_err(syscall(SYS_setns, pidfd, 1), "EINVAL", "setns: what is none");
    is_err(syscall(SYS_setns, pidfd, CLONE_NEWUTS), "EPERM", "setns: one");
    is_err(syscall(SYS_bpf, 5, NOWHERE, 64), "EFAULT", "bpf: at no address");
    is_err(syscall(SYS_bpf, 5, buf, 5000), "E2BIG", "bpf: too big");
    is_err(syscall(SYS_bpf, 999, memset(buf, 0, 256), 64), "EINVAL", "bpf: an unknown command");
    is_err(syscall(SYS_perf_event_open, NOWHERE, 0, -1, -1, 0x100), "EINVAL",
           "perf_event_open: unknown flags");
    is_err(syscall(SYS_perf_event_open, NOWHERE, 0, -1, -1, 0), "EFAULT", "perf_event_open: at no address");
    memset(buf, 0, 256);
    buf[4] = 4;
    is_err(syscall(SYS_perf_event_open, buf, 0, -1, -1, 0), "E2BIG", "perf_event_open: too small");
    is_true(*(unsigned *)(buf + 4) >= 128, "... and how big it is to be");
    must(stat("/proc", &st));
    is_ok(syscall(SYS_ustat, st.st_dev, &u), "ustat");
    is_err(syscall(SYS_ustat, st.st_dev, NOWHERE), "EFAULT", "ustat: to no address");
    is_err(syscall(SYS_ustat, 0x12345, NOWHERE), "EINVAL", "ustat: no such file system");
}

/* The numbers of an address space: all at once, but for the executable, is nobody's privilege. */
static void address_space(void)
{
    unsigned long here = (unsigned long)buf;
    struct prctl_mm_map map = {here, here + 1, here, here, here, here, here,
                               here, here,     here, here, NULL, 16,   (unsigned)none};

    for (int what = 0; what < 20; what++)
        if (what != PR_SET_MM_MAP && what != PR_SET_MM_MAP_SIZE)
            is_err(prctl(PR_SET_MM, what, -1, 0, 0), "EPERM", "PR_SET_MM: before the address");
    is_err(prctl(PR_SET_MM, PR_SET_MM_BRK, here, 1, 0), "EINVAL", "... after an argument too many");
    is_err(prctl(PR_SET_MM, PR_SET_MM_AUXV, NOWHERE, 16, 0), "EPERM", "... before the vector");
    is_err(prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0), "EINVAL", "... a vector of no place");
    map.auxv = NOWHERE;
    is_err(prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0), "EFAULT", "... or of a wild one");
    map.auxv_size = 0;
    map.exe_fd = 999;
    is_err(prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0), "EPERM", "... another executable");
    map.start_code = here + 1;
    is_err(prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0), "EINVAL", "... after the numbers");
}

int main(void)
{
    file = must(open("/proc/version", O_RDONLY));
    if (!geteuid() && (setgid(65534) || setuid(65534)))
        return 3;
    mounts();
    trees();
    quotas();
    fanotify();
    attributes();
    clocks();
    page_cache();
    modules();
    options();
    others();
    scheduling();
    address_space();
    return done();
}
