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

static struct file *host_file(struct task *first, int fd, unsigned flags, const struct stat *st)
{
    struct kernel *k = first->k;
    struct vfs *v = k->vfs;
    struct inode *inode = NULL;
    struct file *f = NULL;
    const struct file_ops *ops = &host_pipe_ops;
    char name[64], path[PATH_MAX] = "", proc[32];

    snprintf(name, sizeof(name), "host:[%d]", fd);
    if (S_ISREG(st->st_mode)) {
        struct super *sb = v->root->sb;
        ssize_t n;

        snprintf(proc, sizeof(proc), "/proc/self/fd/%d", fd);
        n = readlink(proc, path, sizeof(path) - 1);
        path[n > 0 ? n : 0] = 0;
        inode = hostfs_inode_of_fd(sb, fd);
        ops = &host_regular_ops;
    } else if (S_ISCHR(st->st_mode) && chrdev_ops(st->st_rdev)) {
        struct dentry *d;
        struct fs_struct fs = {.refs = 1, .root = v->root, .cwd = v->root};
        struct task t = SETUP_TASK(k, &fs);
        static const char *const names[] = {
            [3] = "null", [5] = "zero", [7] = "full", [8] = "random", [9] = "urandom"};

        snprintf(path, sizeof(path), "/dev/%s", names[minor(st->st_rdev)]);
        if (!path_lookup(&t, AT_FDCWD, path, LOOKUP_FOLLOW, &d)) {
            file_open_dentry(&t, d, flags, &f);
            dentry_put(d);
        }
        return f;
    } else if (S_ISCHR(st->st_mode) && isatty(fd)) {
        struct dentry *d = devfs_add_tty(first);

        if (v->tty_fd < 0)
            v->tty_fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (!d || !(f = file_alloc(k, &tty_file_ops, flags)))
            return NULL;
        f->dentry = dentry_get(d);
        f->inode = inode_get(d->inode);
        f->mf.ino = d->inode->ino;
        f->priv = host_stream_create(v, fd);
        return f;
    } else if (S_ISSOCK(st->st_mode)) {
        inode = anon_inode(k, FS_SOCK, S_IFSOCK | 0777);
        snprintf(name, sizeof(name), "socket:[%lu]", inode ? (unsigned long)inode->ino : 0);
    } else {
        inode = anon_inode(k, FS_PIPE, (S_ISCHR(st->st_mode) ? S_IFCHR : S_IFIFO) | 0600);
        snprintf(name, sizeof(name), "pipe:[%lu]", inode ? (unsigned long)inode->ino : 0);
    }
    if (!inode)
        return NULL;
    f = file_on_inode(k, inode, *path == '/' ? path + 1 : name, ops, flags);
    if (f) {
        struct vm_object *obj;

        f->dentry->outside = *path == '/';
        f->dentry->host_fd = fd + 1;
        if (S_ISREG(st->st_mode)) {
            f->pos = lseek(fd, 0, SEEK_CUR);
            if (f->mf.readable && !inode_object(inode, &obj))
                f->mf.obj = vm_object_get(obj);
        }
        f->priv = host_stream_create(v, fd);
    }
    inode_put(inode);
    return f;
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
