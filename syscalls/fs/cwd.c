/*
 * cwd.c - where a task stands: getcwd, chdir, fchdir, chroot, umask, and the mount calls nobody may use.
 */
#include "../handlers.h"
#include "fs_calls.h"

#include <linux/capability.h>

int64_t sys_getcwd(struct task *t, const uint64_t a[6])
{
    char buf[PATH_MAX + 16];
    bool unreachable;
    int64_t n;

    if (t->fs->cwd->deleted)
        return -ENOENT;
    memcpy(buf, "(unreachable)", 13);
    n = d_path(t->fs->cwd, t->fs->root, buf + 13, sizeof(buf) - 13, &unreachable);
    if (n < 0)
        return n;
    const char *from = unreachable ? buf : buf + 13;
    n += unreachable ? 14 : 1;
    if ((uint64_t)n > a[1])
        return -ERANGE;
    return mm_copy_out(t->mm, a[0], from, n) ? -EFAULT : n;
}

int64_t vfs_cwd_path(struct task *t, char *buf, size_t size)
{
    bool unreachable;

    return t->fs->cwd->deleted ? -ENOENT : d_path(t->fs->cwd, t->fs->root, buf, size, &unreachable);
}

void fs_set_place(struct dentry **place, struct dentry *d)
{
    struct dentry *old = *place;

    *place = dentry_get(d);
    dentry_put(old);
}

int64_t sys_chdir(struct task *t, const uint64_t a[6])
{
    struct dentry *d;
    int err = user_path_lookup(t, AT_FDCWD, a[0], LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &d);

    if (err)
        return err;
    err = inode_permission(t, d->inode, MAY_EXEC);
    if (!err)
        fs_set_place(&t->fs->cwd, d);
    dentry_put(d);
    return err;
}

int64_t sys_fchdir(struct task *t, const uint64_t a[6])
{
    struct file *f = fd_file_raw(t, arg_int(a[0]));
    int err;

    if (!f)
        return -EBADF;
    if (!is_dir(f->inode))
        return -ENOTDIR;
    err = inode_permission(t, f->inode, MAY_EXEC);
    if (!err)
        fs_set_place(&t->fs->cwd, f->dentry);
    return err;
}

int64_t sys_chroot(struct task *t, const uint64_t a[6])
{
    struct dentry *d;
    int err = user_path_lookup(t, AT_FDCWD, a[0], LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &d);

    if (err)
        return err;
    err = inode_permission(t, d->inode, MAY_EXEC);
    if (!err && !task_capable(t, CAP_SYS_CHROOT))
        err = -EPERM;
    if (!err)
        fs_set_place(&t->fs->root, d);
    dentry_put(d);
    return err;
}

int64_t sys_umask(struct task *t, const uint64_t a[6])
{
    unsigned old = t->fs->umask;

    t->fs->umask = a[0] & 0777;
    return old;
}
