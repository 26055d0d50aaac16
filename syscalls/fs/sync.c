/*
 * sync.c - calls that only tell the kernel something: fsync and family, fadvise64, readahead (fs/sync.c,
 * mm/fadvise.c), file handles and mounts, which there are none of.
 */
#include "../handlers.h"
#include "fs_calls.h"

#include <linux/capability.h>

static int64_t do_fsync(struct task *t, uint64_t fd)
{
    struct file *f = fd_file(t, arg_int(fd));

    if (!f)
        return -EBADF;
    return f->ops && f->ops->fsync ? f->ops->fsync(f) : -EINVAL;
}

int64_t sys_fsync(struct task *t, const uint64_t a[6])
{
    return do_fsync(t, a[0]);
}

int64_t sys_fdatasync(struct task *t, const uint64_t a[6])
{
    return do_fsync(t, a[0]);
}

int64_t sys_sync(struct task *t, const uint64_t a[6])
{
    return 0;
}

int64_t sys_syncfs(struct task *t, const uint64_t a[6])
{
    return fd_file(t, arg_int(a[0])) ? 0 : -EBADF;
}

int64_t sys_sync_file_range(struct task *t, const uint64_t a[6])
{
    struct file *f = fd_file(t, arg_int(a[0]));
    int64_t off = a[1], end;

    if (!f)
        return -EBADF;
    if (arg_uint(a[3]) & ~7u)
        return -EINVAL;
    if (off < 0 || __builtin_add_overflow(off, (int64_t)a[2], &end) || end < off)
        return -EINVAL;
    if (!S_ISREG(f->inode->mode) && !is_dir(f->inode) && !S_ISLNK(f->inode->mode) && !S_ISBLK(f->inode->mode))
        return -ESPIPE;
    return 0;
}

int64_t sys_fadvise64(struct task *t, const uint64_t a[6])
{
    struct file *f = fd_file(t, arg_int(a[0]));

    if (!f)
        return -EBADF;
    if (S_ISFIFO(f->inode->mode))
        return -ESPIPE;
    if ((int64_t)a[2] < 0 || arg_int(a[3]) < 0 || arg_int(a[3]) > 5)
        return -EINVAL;
    return 0;
}

int64_t sys_readahead(struct task *t, const uint64_t a[6])
{
    struct file *f = fd_file(t, arg_int(a[0]));

    if (!f || !f->mf.readable)
        return -EBADF;
    return S_ISREG(f->inode->mode) || S_ISBLK(f->inode->mode) ? 0 : -EINVAL;
}

int64_t sys_name_to_handle_at(struct task *t, const uint64_t a[6])
{
    struct dentry *d;
    int err;

    if (arg_uint(a[4]) & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH | 0x200 | 1))
        return -EINVAL;
    err = user_path_lookup(
        t, arg_int(a[0]), a[1],
        (a[4] & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0) | (a[4] & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &d);
    if (err)
        return err;
    dentry_put(d);
    return -EOPNOTSUPP;
}

int64_t sys_open_by_handle_at(struct task *t, const uint64_t a[6])
{
    return task_capable(t, CAP_DAC_READ_SEARCH) ? -ESTALE : -EPERM;
}
