/*
 * proc_more.c - /proc: locks of files, groups of the scheduler, namespaces, and files that programs about the machine
 * look at.
 */
#include "probe.h"
#include <sys/file.h>
#include <sys/sysmacros.h>

#ifndef F_OFD_SETLK
#define F_OFD_SETLK 37
#endif

static char mine[64]; /* "maj:min:inode " of the file the locks are on */

/* The lines of /proc/locks about it, without numbers and place: "POSIX  ADVISORY  WRITE PID 0 EOF\n" ... */
static const char *locks(void)
{
    static char out[1024];
    char pid[32];

    out[0] = 0;
    snprintf(pid, sizeof(pid), " %d ", getpid());
    for (const char *s = proc_read("/proc/locks"); s && *s; s = next_line(s)) {
        const char *end = strchr(s, '\n'), *at = strstr(s, mine), *kind = strstr(s, ": "),
                   *who = strstr(s, pid);
        int number = who && who < at;

        if (!at || at > end || !kind)
            continue;
        kind += 2;
        snprintf(out + strlen(out), sizeof(out) - strlen(out), "%.*s%s %.*s\n",
                 (int)((number ? who : strstr(kind, " -1 ")) - kind), kind, number ? " PID" : " -1",
                 (int)(end - at - strlen(mine)), at + strlen(mine));
    }
    return out;
}

static void lock(int fd, int cmd, int type, off_t start, off_t len)
{
    struct flock fl = {.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len};

    must(fcntl(fd, cmd, &fl));
}

static void file_locks(void)
{
    int fd = temp_file(PG);
    struct stat st;

    must(fstat(fd, &st));
    snprintf(mine, sizeof(mine), "%02x:%02x:%lu ", major(st.st_dev), minor(st.st_dev),
             (unsigned long)st.st_ino);
    is_str(locks(), "", "/proc/locks: nothing of a file without any");
    lock(fd, F_SETLK, F_WRLCK, 10, 20);
    is_str(locks(), "POSIX  ADVISORY  WRITE PID 10 29\n", "a lock of a range");
    lock(fd, F_SETLK, F_RDLCK, 10, 0);
    is_str(locks(), "POSIX  ADVISORY  READ PID 10 EOF\n", "one to the end, for reading");
    lock(fd, F_SETLK, F_UNLCK, 0, 0);
    is_str(locks(), "", "it goes");
    lock(fd, F_OFD_SETLK, F_WRLCK, 0, 1);
    is_str(locks(), "OFDLCK ADVISORY  WRITE -1 0 0\n", "one of an open file is nobody's");
    lock(fd, F_OFD_SETLK, F_UNLCK, 0, 0);
    must(flock(fd, LOCK_SH));
    is_str(locks(), "FLOCK  ADVISORY  READ PID 0 EOF\n", "flock");
    must(flock(fd, LOCK_EX));
    is_str(locks(), "FLOCK  ADVISORY  WRITE PID 0 EOF\n", "for writing");
    close(fd);
    is_str(locks(), "", "closing the file ends it");
}

/* How a write ends, and what the file says then. */
static const char *after(const char *path, const char *text)
{
    static char out[256];
    int fd = must(open(path, O_RDWR));
    ssize_t n = write(fd, text, strlen(text));
    int err = errno;
    size_t len;

    close(fd);
    snprintf(out, sizeof(out), "%s ", n < 0 ? strerrorname_np(err) : "ok");
    len = strlen(out);
    snprintf(out + len, sizeof(out) - len, "%.*s", (int)strcspn(proc_read(path), "\n"), proc_text);
    return out;
}

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), k = strlen(end);

    return n >= k && !strcmp(s + n - k, end);
}

static int new_session(char *unused)
{
    return setsid() > 0 && ends_with(after("/proc/self/autogroup", "x"), " nice 0");
}

static int same_session(char *unused)
{
    return ends_with(after("/proc/self/autogroup", "x"), " nice 3");
}

/* In a session of its own: which of what is expected of autogroup holds, a bit each. */
static int in_session(char *unused)
{
    const char *path = "/proc/self/autogroup";
    int id, ok = 0;

    must(setsid());
    ok |= sscanf(proc_read(path), "/autogroup-%d nice 0", &id) == 1;
    ok |= !strncmp(after(path, "20"), "EINVAL ", 7) << 1;
    ok |= !strncmp(after(path, "x"), "EINVAL ", 7) << 2;
    ok |= ends_with(after(path, "3"), " nice 3") << 3;
    ok |= (in_child(same_session, NULL) == 1) << 4;
    ok |= (in_child(new_session, NULL) == 1) << 5;
    return ok;
}

static void scheduler(void)
{
    const char *s = strrchr(proc_read("/proc/self/stat"), ')');
    char first[64], prio[128], name[16];
    int p = 0;

    sscanf(s, ") %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %d", &p);
    snprintf(prio, sizeof(prio), "\n%-45s:%21d\n", "prio", 100 + p);
    must(prctl(PR_GET_NAME, name));
    s = proc_read("/proc/self/sched");
    snprintf(first, sizeof(first), "%s (%d, #threads: 1)\n---", name, getpid());
    if (*s) {
        is_true(!strncmp(s, first, strlen(first)), "/proc/self/sched begins with who it is about");
        is_true(strstr(s, "\npolicy                                       :                    0\n"),
                "has a line for the policy");
        is_true(strstr(s, prio), "and one for the priority, which stat counts from 100");
        is_true(!strncmp(after("/proc/self/sched", "0"), "ok ", 3), "what is written into it is taken");
    } else {
        told_skip("/proc/self/sched", "this kernel has no CONFIG_SCHED_DEBUG");
    }
    if (access("/proc/self/autogroup", F_OK))
        told_skip("/proc/self/autogroup", "this kernel has no CONFIG_SCHED_AUTOGROUP");
    else
        is_num(in_child(in_session, NULL), 0x3f,
               "/proc/self/autogroup: a number and a nice value for a session");
}

static void namespaces(void)
{
    static const char *const names[][2] = {
        {"cgroup", "cgroup"},
        {"ipc", "ipc"},
        {"mnt", "mnt"},
        {"net", "net"},
        {"pid", "pid"},
        {"time", "time"},
        {"pid_for_children", "pid"},
        {"time_for_children", "time"},
        {"user", "user"},
        {"uts", "uts"},
    };
    char path[64], link[64];
    bool ok = true;

    if (access("/proc/self/timens_offsets", F_OK)) {
        told_skip("namespaces", "this kernel has no CONFIG_TIME_NS");
        return;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        unsigned long number;
        char kind[16];
        ssize_t n;

        snprintf(path, sizeof(path), "/proc/self/ns/%s", names[i][0]);
        n = readlink(path, link, sizeof(link) - 1);
        link[n < 0 ? 0 : n] = 0;
        ok &= sscanf(link, "%15[a-z]:[%lu]", kind, &number) == 2 && !strcmp(kind, names[i][1]) &&
              number >= 0xe0000000;
    }
    is_true(ok, "/proc/self/ns: a link for each kind of namespace, with its kind and number");
    is_str(proc_read("/proc/self/timens_offsets"),
           "monotonic           0         0\nboottime            0         0\n", "/proc/self/timens_offsets");
    is_true(!strncmp(after("/proc/self/timens_offsets", "x"), "EINVAL ", 7), "cannot be a word");
    is_true(!strncmp(after("/proc/self/timens_offsets", "monotonic 0 1000000000"), "EINVAL ", 7),
            "nor have a second of nanoseconds");
    is_true(strncmp(after("/proc/self/timens_offsets", "monotonic 1 0"), "ok ", 3),
            "nor be changed once somebody lives there");
    is_true(!strncmp(after("/proc/self/setgroups", "deny"), "EPERM ", 6), "/proc/self/setgroups stays");
    is_true(!strncmp(after("/proc/self/uid_map", "0 0 1"), "EPERM ", 6), "as does the map of users");
}

static void settings(void)
{
    static const char *const names[] = {
        "vm/dirty_ratio",
        "vm/min_free_kbytes",
        "vm/page-cluster",
        "vm/vfs_cache_pressure",
        "kernel/panic",
        "kernel/printk",
        "kernel/msgmni",
        "kernel/sched_rt_period_us",
        "kernel/keys/maxkeys",
        "kernel/ngroups_max",
        "fs/dentry-state",
        "fs/inode-nr",
        "fs/protected_symlinks",
        "fs/epoll/max_user_watches",
        "user/max_user_namespaces",
        "user/max_inotify_watches",
    };
    char path[64];

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        const char *s;

        snprintf(path, sizeof(path), "/proc/sys/%s", names[i]);
        s = proc_read(path);
        s += *s == '-'; /* panic may be */
        is_true(*s >= '0' && *s <= '9' && ends_with(s, "\n"), path);
    }
}

static void others(void)
{
    is_true(strstr(proc_read("/proc/self/mountstats"), " mounted on /proc with fstype proc\n"),
            "/proc/self/mountstats");
    is_true(strstr(proc_read("/proc/tty/drivers"),
                   "pty_slave            /dev/pts      136 0-1048575 pty:slave\n"),
            "/proc/tty/drivers");
    proc_read("/proc/interrupts");
    is_true(!strncmp(proc_text + strspn(proc_text, " "), "CPU0       ", 11),
            "/proc/interrupts has a column for each processor");
    is_true((strstr(proc_text, "\nLOC: ") || strstr(proc_text, "\n LOC: ")) &&
                strstr(proc_text, " Local timer interrupts\n"),
            "and a line for the timer");
    is_true(strstr(proc_read("/proc/softirqs"), "\n       TIMER: "), "/proc/softirqs");
    is_true(!strncmp(proc_read("/proc/buddyinfo"), "Node 0, zone ", 13), "/proc/buddyinfo");
    is_str(proc_read("/proc/execdomains"), "0-0\tLinux           \t[kernel]\n", "/proc/execdomains");
    if (!access("/proc/slabinfo", R_OK))
        is_true(!strncmp(proc_read("/proc/slabinfo"), "slabinfo - version: 2.1\n# name ", 31),
                "/proc/slabinfo");
    else
        told_skip("/proc/slabinfo", "only root reads it");
}

int main(void)
{
    file_locks();
    scheduler();
    namespaces();
    settings();
    others();
    return done();
}
