/*
 * diff_world.c - the native program's surroundings, made like those the emulator gives: its pid is 1000 and
 * its parent's 1, /tmp is empty and its own, nothing else can be changed, and there are no SysV segments. All
 * that is done with namespaces:
 *
 *      us -- helper (mount, pid and ipc namespace) -- init (pid 1 there) -- the program (1000)
 *
 * Without the right to make namespaces the program runs as our grandchild in the world as it is.
 */
#include "diff.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

    if (fd >= 0)
        close(fd);
    return ok;
}

static bool unshare_user(void)
{
    char uid[64], gid[64];

    snprintf(uid, sizeof(uid), "%u %u 1", getuid(), getuid());
    snprintf(gid, sizeof(gid), "%u %u 1", getgid(), getgid());
    return !unshare(CLONE_NEWUSER) && write_file("/proc/self/setgroups", "deny") &&
           write_file("/proc/self/uid_map", uid) && write_file("/proc/self/gid_map", gid);
}

static bool below_tmp(const char *path)
{
    return !strncmp(path, "/tmp/", 5);
}

/* Directories on the way to `path`. */
static void make_parents(char *path)
{
    for (char *p = path + 1; (p = strchr(p, '/')); p++) {
        *p = '\0';
        mkdir(path, 0755);
        *p = '/';
    }
}

/* Show what is at `path` below the /tmp of outside at the same place in the new one; fd: it, opened before.
 */
static void expose(char *path, int fd, bool dir)
{
    char from[32];

    if (fd < 0 || !below_tmp(path))
        return;
    make_parents(path);
    if (dir)
        mkdir(path, 0755);
    else
        close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0755));
    snprintf(from, sizeof(from), "/proc/self/fd/%d", fd);
    mount(from, path, NULL, MS_BIND, NULL);
}

/* A private and empty /tmp; the working directory and the program stay visible; and then nothing else can be
 * changed. */
static const char *arrange_files(const char *program)
{
    struct mount_attr ro = {.attr_set = MOUNT_ATTR_RDONLY}, rw = {.attr_clr = MOUNT_ATTR_RDONLY};
    char cwd[PATH_MAX], prog[PATH_MAX];
    int cwd_fd = -1, prog_fd = -1;

    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
        return "its files are the host's own";
    if (getcwd(cwd, sizeof(cwd)) && below_tmp(cwd))
        cwd_fd = open(cwd, O_PATH | O_CLOEXEC);
    if (realpath(program, prog) && below_tmp(prog))
        prog_fd = open(prog, O_PATH | O_CLOEXEC);
    if (mount("tmpfs", "/tmp", "tmpfs", 0, "mode=1777"))
        return "its /tmp is the host's";
    expose(cwd, cwd_fd, true);
    if (cwd_fd < 0 || strncmp(prog, cwd, strlen(cwd)))
        expose(prog, prog_fd, false);
    if (syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &ro, sizeof(ro)))
        return "it may change the host's files";
    syscall(SYS_mount_setattr, AT_FDCWD, "/tmp", 0, &rw, sizeof(rw));
    mount("tmpfs", "/dev/shm", "tmpfs", 0, "mode=1777");
    if (cwd_fd >= 0 && chdir(cwd))
        return "its working directory is hidden by /tmp";
    return NULL;
}

static _Noreturn void run_program(int sock, void (*become)(void *), void *arg)
{
    char go = 0;

    setpgid(0, 0); /* as a shell does it; and so its group is not orphaned */
    /* The socket translates our pid for its reader. */
    if (write(sock, &go, 1) != 1 || read(sock, &go, 1) != 1)
        _exit(125);
    become(arg);
    _exit(127);
}

/* pid 1 of the namespace: starts the program and takes in orphans until it is over. */
static _Noreturn void be_init(int sock, bool pids, void (*become)(void *), void *arg)
{
    pid_t program;

    if (pids) {
        setsid();
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
        write_file("/proc/sys/kernel/ns_last_pid", "999");
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    program = fork();
    if (!program)
        run_program(sock, become, arg);
    close(sock);
    for (pid_t p; (p = wait(NULL)) != program && (p > 0 || errno == EINTR);)
        ;
    _exit(0);
}

static _Noreturn void be_helper(int sock, int told, const char *program, void (*become)(void *), void *arg)
{
    const char *missing = NULL;
    bool pids = true;
    pid_t init;

    if (unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC) &&
        !(unshare_user() && !unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC))) {
        missing = "no namespaces: its pid, files and SysV segments are the host's";
        pids = false;
    } else {
        missing = arrange_files(program);
    }
    if (missing && write(told, missing, strlen(missing)) < 0)
        _exit(125);
    close(told);
    init = fork();
    if (!init)
        be_init(sock, pids, become, arg);
    close(sock);
    while (waitpid(init, NULL, 0) < 0 && errno == EINTR)
        ;
    _exit(0);
}

int world_start(struct diff_world *w, const char *program, void (*become)(void *arg), void *arg)
{
    static char missing[128];
    int sock[2], told[2], one = 1;
    ssize_t n;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sock) || pipe2(told, O_CLOEXEC))
        return -errno;
    setsockopt(sock[0], SOL_SOCKET, SO_PASSCRED, &one, sizeof(one));
    w->helper = fork();
    if (w->helper < 0)
        return -errno;
    if (!w->helper) {
        close(sock[0]);
        close(told[0]);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        be_helper(sock[1], told[1], program, become, arg);
    }
    close(sock[1]);
    close(told[1]);
    n = read(told[0], missing, sizeof(missing) - 1);
    close(told[0]);
    w->missing = n > 0 ? missing : NULL;
    w->sock = sock[0];
    return 0;
}

pid_t world_pid(struct diff_world *w)
{
    union {
        char buf[CMSG_SPACE(sizeof(struct ucred))];
        struct cmsghdr align;
    } u;
    char byte;
    struct iovec iov = {&byte, 1};
    struct msghdr msg = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = u.buf, .msg_controllen = sizeof(u.buf)};
    struct cmsghdr *c;

    if (recvmsg(w->sock, &msg, 0) != 1)
        return -1;
    c = CMSG_FIRSTHDR(&msg);
    return c && c->cmsg_type == SCM_CREDENTIALS ? ((struct ucred *)CMSG_DATA(c))->pid : -1;
}

void world_go(struct diff_world *w)
{
    char go = 0;

    if (write(w->sock, &go, 1) != 1)
        fprintf(stderr, "mseal-emu: diff: the program's process is gone\n");
    close(w->sock);
}
