/*
 * inherit.c - the descriptors the first program begins with: 0, 1 and 2, and whatever else the emulator was given to pass on.
 *
 * They keep their numbers. A regular file is that file of the host; devices that the machine has itself are its own.
 */
#include "../handlers.h"
#include "stream.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* One of our own devices in place of the host's. */
static struct file *device_file(struct kernel *k, unsigned flags, unsigned minor_number)
{
    static const char *const names[] = {
        [3] = "null", [5] = "zero", [7] = "full", [8] = "random", [9] = "urandom"};
    struct fs_struct fs = {.refs = 1, .root = k->vfs->root, .cwd = k->vfs->root};
    struct task t = SETUP_TASK(k, &fs);
    struct file *f = NULL;
    struct dentry *d;
    char path[32];

    snprintf(path, sizeof(path), "/dev/%s", names[minor_number]);
    if (!path_lookup(&t, AT_FDCWD, path, LOOKUP_FOLLOW, &d)) {
        file_open_dentry(&t, d, flags, &f);
        dentry_put(d);
    }
    return f;
}

static struct file *terminal_file(struct task *first, int fd, unsigned flags)
{
    struct vfs *v = first->k->vfs;
    struct dentry *d = devfs_add_tty(first);
    struct file *f;

    if (v->tty_fd < 0)
        v->tty_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (!d || !(f = file_alloc(first->k, &tty_file_ops, flags)))
        return NULL;
    f->dentry = dentry_get(d);
    f->inode = inode_get(d->inode);
    f->mf.ino = d->inode->ino;
    f->priv = host_stream_create(v, fd);
    return f;
}

/* A file whose reads and writes are the host's. */
static struct file *outside_file(struct kernel *k, int fd, struct inode *inode, const char *name,
                                 const struct file_ops *ops, unsigned flags)
{
    struct file *f = file_on_inode(k, inode, name, ops, flags);

    if (f) {
        f->dentry->host_fd = fd + 1;
        f->priv = host_stream_create(k->vfs, fd);
    }
    return f;
}

static struct file *regular_file(struct kernel *k, int fd, unsigned flags)
{
    struct inode *inode = hostfs_inode_of_fd(k->vfs->root->sb, fd);
    char name[32], proc[32], path[PATH_MAX];
    struct vm_object *obj;
    struct file *f;
    bool has_path;
    ssize_t n;

    if (!inode)
        return NULL;
    snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fd);
    n = readlink(proc, path, sizeof(path) - 1);
    path[n > 0 ? n : 0] = 0;
    has_path = *path == '/';
    snprintf(name, sizeof(name), "host:[%d]", fd);
    f = outside_file(k, fd, inode, has_path ? path + 1 : name, &host_regular_ops, flags);
    if (f) {
        f->dentry->outside = has_path;
        f->pos = lseek(fd, 0, SEEK_CUR);
        if (f->mf.readable && !inode_object(inode, &obj))
            f->mf.obj = vm_object_get(obj);
    }
    inode_put(inode);
    return f;
}

/* A pipe, a socket, or a device that only passes bytes on. */
static struct file *stream_file(struct kernel *k, int fd, unsigned flags, mode_t mode)
{
    bool sock = S_ISSOCK(mode);
    struct inode *inode = sock ? anon_inode(k, FS_SOCK, S_IFSOCK | 0777)
                               : anon_inode(k, FS_PIPE, (S_ISCHR(mode) ? S_IFCHR : S_IFIFO) | 0600);
    struct file *f;
    char name[64];

    if (!inode)
        return NULL;
    snprintf(name, sizeof(name), "%s:[%lu]", sock ? "socket" : "pipe", (unsigned long)inode->ino);
    f = outside_file(k, fd, inode, name, &host_pipe_ops, flags);
    inode_put(inode);
    return f;
}

static struct file *host_file(struct task *first, int fd, unsigned flags, const struct stat *st)
{
    if (S_ISREG(st->st_mode))
        return regular_file(first->k, fd, flags);
    if (S_ISCHR(st->st_mode) && chrdev_ops(st->st_rdev))
        return device_file(first->k, flags, minor(st->st_rdev));
    if (S_ISCHR(st->st_mode) && isatty(fd))
        return terminal_file(first, fd, flags);
    return stream_file(first->k, fd, flags, st->st_mode);
}

static int give(struct task *t, int fd, const struct stat *st)
{
    int flags = fcntl(fd, F_GETFL), got;
    struct file *f = host_file(t, fd, (flags & (O_ACCMODE | O_APPEND)) | O_LARGEFILE_X86, st);

    if (!f)
        return -ENOMEM;
    got = fd_install(t, f, fd, false); /* lower numbers may be closed: the place is given */
    return got < 0 ? got : 0;
}

/* A directory is opened anew, as the guest sees it, if it does. */
static int give_directory(struct task *t, int fd)
{
    char proc[32], path[PATH_MAX];
    struct fs_struct fs = {.refs = 1, .root = t->k->vfs->root, .cwd = t->k->vfs->root};
    struct task setup = SETUP_TASK(t->k, &fs);
    struct file *f = NULL;
    struct dentry *d;
    ssize_t n;
    int got;

    snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fd);
    n = readlink(proc, path, sizeof(path) - 1);
    path[n > 0 ? n : 0] = 0;
    if (path_lookup(&setup, AT_FDCWD, path, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &d))
        return 0;
    got = file_open_dentry(&setup, d, O_RDONLY | O_DIRECTORY, &f);
    dentry_put(d);
    if (!got)
        got = fd_install(t, f, fd, false);
    return got < 0 ? got : 0;
}

/* What else the caller left open for the program it started, as `prog <(...)` does: all that execve does not close. */
static int give_inherited(struct task *t)
{
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *e;
    int err = 0;

    while (dir && !err && (e = readdir(dir))) {
        int fd = atoi(e->d_name), flags = fcntl(fd, F_GETFD);
        struct stat st;

        if (fd < 3 || flags < 0 || flags & FD_CLOEXEC || fstat(fd, &st))
            continue;
        if (S_ISDIR(st.st_mode))
            err = *t->k->cfg.root && strcmp(t->k->cfg.root, "/") ? 0 : give_directory(t, fd);
        else if (S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) || S_ISCHR(st.st_mode))
            err = give(t, fd, &st);
    }
    if (dir)
        closedir(dir);
    return err;
}

int vfs_setup_files(struct task *t)
{
    signal(SIGPIPE, SIG_IGN); /* a closed stdout is an EPIPE for us, a SIGPIPE for the guest */
    for (int fd = 0; fd < 3; fd++) {
        struct stat st;
        int err;

        if (fstat(fd, &st)) {
            /* Closed for the guest; for us nothing of ours may land there. */
            open("/dev/null", O_RDWR);
            continue;
        }
        err = give(t, fd, &st);
        if (err)
            return err;
    }
    return give_inherited(t);
}
