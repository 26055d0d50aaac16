/*
 * sync.c - calls that only tell the kernel something: fsync and family, fadvise64, readahead (fs/sync.c,
 * mm/fadvise.c).
 */
#include "../handlers.h"
#include "fs_calls.h"

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
