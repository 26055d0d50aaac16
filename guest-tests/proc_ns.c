/*
 * proc_ns.c - the files of /proc/PID/ns, what can be asked of them, and setns into the namespaces one lives in.
 */
#include "probe.h"
#include <linux/nsfs.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif
#ifndef NSFS_MAGIC
#define NSFS_MAGIC 0x6e736673
#endif

static const struct kind {
    const char *name, *kind;
    int flag;
    bool has_parent;
} kinds[] = {
    {"cgroup", "cgroup", CLONE_NEWCGROUP, false}, {"ipc", "ipc", CLONE_NEWIPC, false},
    {"mnt", "mnt", CLONE_NEWNS, false},           {"net", "net", CLONE_NEWNET, false},
    {"pid", "pid", CLONE_NEWPID, true},           {"pid_for_children", "pid", CLONE_NEWPID, true},
    {"time", "time", CLONE_NEWTIME, false},       {"user", "user", CLONE_NEWUSER, true},
    {"uts", "uts", CLONE_NEWUTS, false},
};

static int open_ns(const char *name, int flags)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
    return open(path, flags);
}

/* One kind: what of the file is as it should be, a bit each. */
static unsigned looks_right(const struct kind *k)
{
    int fd = must(open_ns(k->name, O_RDONLY)), user;
    char path[64], link[64] = "", self[64] = "", c;
    struct statfs fs;
    struct stat st;
    unsigned ok = 0, uid = 99;

    must(fstat(fd, &st));
    must(fstatfs(fd, &fs));
    snprintf(path, sizeof(path), "/proc/self/ns/%s", k->name);
    must(readlink(path, link, sizeof(link) - 1));
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    must(readlink(path, self, sizeof(self) - 1));
    snprintf(path, sizeof(path), "%s:[%lu]", k->kind, (unsigned long)st.st_ino);
    ok |= !strcmp(link, path) && !strcmp(self, path);
    ok |= (S_ISREG(st.st_mode) && (st.st_mode & 0777) == 0444 && !st.st_size && fs.f_type == NSFS_MAGIC) << 1;
    ok |= (read(fd, &c, 1) == -1 && errno == EINVAL) << 2;
    ok |= (lseek(fd, 0, SEEK_SET) == -1 && errno == ESPIPE) << 3;
    ok |= (fchmod(fd, 0600) == -1 && errno == EPERM) << 4;
    ok |= (ioctl(fd, NS_GET_NSTYPE) == k->flag) << 5;
    ok |= (ioctl(fd, NS_GET_PARENT) == -1 && errno == (k->has_parent ? EPERM : EINVAL)) << 6;
    if (k->flag == CLONE_NEWUSER) {
        ok |= (ioctl(fd, NS_GET_USERNS) == -1 && errno == EPERM) << 7;
        ok |= (!ioctl(fd, NS_GET_OWNER_UID, &uid) && uid != 99) << 8;
    } else {
        user = ioctl(fd, NS_GET_USERNS);
        ok |= (user >= 0 && ioctl(user, NS_GET_NSTYPE) == CLONE_NEWUSER) << 7;
        ok |= (ioctl(fd, NS_GET_OWNER_UID, &uid) == -1 && errno == EINVAL) << 8;
        close(user);
    }
    ok |= (ioctl(fd, 0xb7ff) == -1 && errno == ENOTTY) << 9;
    close(fd);
    return ok;
}

static void *enters_time(void *arg)
{
    return (void *)(long)(setns(*(int *)arg, CLONE_NEWTIME) ? errno : 0);
}

static void entering(bool root)
{
    int uts = must(open_ns("uts", O_RDONLY)), user = must(open_ns("user", O_RDONLY)),
        mnt = must(open_ns("mnt", O_RDONLY)), time = open_ns("time", O_RDONLY),
        pidfd = must(syscall(434 /* pidfd_open */, getpid(), 0)), file = temp_file(1);
    const char *allowed = root ? "ok" : "EPERM";
    char cwd[64] = "";
    pthread_t th;
    void *err;

    is_err(setns(-1, 0), "EBADF", "setns: no descriptor");
    is_err(setns(file, 0), "EINVAL", "of another file");
    is_err(setns(uts, CLONE_NEWIPC), "EINVAL", "of another kind than it should be");
    is_err(setns(uts, 0x1234), "EINVAL", "flags of no kind");
    is_err(setns(uts, CLONE_NEWUTS), allowed, "a namespace that one lives in");
    is_err(setns(uts, 0), allowed, "of whatever kind it is");
    is_err(setns(user, 0), "EINVAL", "but for that of users");
    is_err(setns(pidfd, 0), "EINVAL", "of a process, none");
    is_err(setns(pidfd, 5), "EINVAL", "or unknown ones");
    is_err(setns(pidfd, CLONE_NEWUTS | CLONE_NEWIPC), allowed, "two of them");
    is_err(setns(pidfd, CLONE_NEWUTS | CLONE_NEWUSER), "EINVAL", "that of users comes first");
    must(chdir("/tmp"));
    is_err(setns(mnt, CLONE_NEWNS), allowed, "that of mounts");
    is_str(getcwd(cwd, sizeof(cwd)), root ? "/" : "/tmp", "takes one to its root");
    if (time < 0 || !root) {
        told_skip("a namespace of time", "needs CONFIG_TIME_NS and CAP_SYS_ADMIN");
        return;
    }
    is_ok(setns(time, CLONE_NEWTIME), "that of time");
    must(pthread_create(&th, NULL, enters_time, &time));
    pthread_join(th, &err);
    is_num((long)err, EUSERS, "which a thread beside others cannot enter");
}

static int as_user(char *unused)
{
    int uts = must(open_ns("uts", O_RDONLY));

    must(syscall(SYS_setresuid, 1000, 1000, 1000));
    return setns(uts, CLONE_NEWUTS) == -1 && errno == EPERM;
}

int main(void)
{
    bool root = !geteuid() && !setns(open_ns("uts", O_RDONLY), CLONE_NEWUTS);

    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        char fact[64];

        snprintf(fact, sizeof(fact), "/proc/self/ns/%s", kinds[i].name);
        if (access(fact, F_OK))
            told_skip(fact, "this kernel has no such namespaces");
        else
            is_num(looks_right(&kinds[i]), 0x3ff, fact);
    }
    is_err(open_ns("uts", O_RDWR), "EPERM", "none can be written to");
    entering(root);
    if (root)
        is_num(in_child(as_user, NULL), 1, "who is nobody special enters none");
    else
        told_skip("who is nobody special", "needs root");
    return done();
}
