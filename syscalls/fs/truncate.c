/*
 * truncate.c - size of files: truncate, ftruncate, fallocate (fs/open.c, mm/shmem.c).
 */
#include "../handlers.h"
#include "../landlock/landlock.h"
#include "fs_calls.h"
#include "lease.h"

#include <linux/falloc.h>
#include <signal.h>

int do_truncate(struct task *t, struct inode *inode, struct dentry *d, uint64_t size)
{
    struct vm_object *obj;
    uint64_t limit = t->proc->rlim[1].cur; /* RLIMIT_FSIZE */
    int err;

    if (inode->sb->ro)
        return -EROFS;
    if (inode->ops->setattr == NULL)
        return -EPERM;
    if (size > limit && size > inode_size(inode)) {
        struct ksiginfo info = {.signo = SIGXFSZ};

        info.info.si_signo = SIGXFSZ;
        info.info.si_code = SI_KERNEL;
        send_signal_task(t, &info);
        return -EFBIG;
    }
    if (inode->sb->type == FS_TMP) {
        err = inode_object(inode, &obj);
        if (err)
            return err;
    }
    return inode_setattr(t, inode, d, &(struct iattr){.valid = ATTR_SIZE, .size = size});
}

int64_t sys_truncate(struct task *t, const uint64_t a[6])
{
    struct dentry *d;
    int err;

    if ((int64_t)a[1] < 0)
        return -EINVAL;
    err = user_path_lookup(t, AT_FDCWD, a[0], LOOKUP_FOLLOW, &d);
    if (err)
        return err;
    if (is_dir(d->inode))
        err = -EISDIR;
    else if (!S_ISREG(d->inode->mode))
        err = -EINVAL;
    else
        err = inode_permission(t, d->inode, MAY_WRITE);
    if (!err)
        err = landlock_check(t, d, LL_TRUNCATE);
    if (!err)
        err = (int)lease_break(t, d->inode, true, false);
    if (!err)
        err = do_truncate(t, d->inode, d, a[1]);
    dentry_put(d);
    return err;
}

int64_t sys_ftruncate(struct task *t, const uint64_t a[6])
{
    struct file *f = fd_file(t, (int)a[0]);

    if ((int64_t)a[1] < 0)
        return -EINVAL;
    if (!f)
        return -EBADF;
    if (!S_ISREG(f->inode->mode) || !f->mf.writable)
        return -EINVAL;
    if (f->refused & LL_TRUNCATE)
        return -EACCES;
    return do_truncate(t, f->inode, f->dentry, a[1]);
}

/* shmem_fallocate(): bytes [off, end) get pages, and the file grows if it is to; not if there is no room for all. */
static int64_t allocate_pages(struct vm_object *obj, uint64_t off, uint64_t end, bool grow)
{
    int err = 0;

    grow = grow && end > obj->size;
    if (grow && obj->fseals & F_SEAL_GROW)
        return -EPERM;
    for (uint64_t i = off >> MM_PAGE_SHIFT; !err && i <= (end - 1) >> MM_PAGE_SHIFT; i++)
        vm_object_page(obj, i, true, &err);
    if (!err)
        return grow ? vm_object_truncate(obj, end) : 0;
    vm_object_trim(obj);
    return err == -ENOMEM ? -ENOSPC : err;
}

/* vfs_fallocate() */
int64_t sys_fallocate(struct task *t, const uint64_t a[6])
{
    struct file *f = fd_file(t, arg_int(a[0]));
    unsigned mode = arg_uint(a[1]);
    int64_t off = a[2], len = a[3], end;
    struct inode *inode;

    if (!f)
        return -EBADF;
    inode = f->inode;
    if (off < 0 || len <= 0)
        return -EINVAL;
    if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_COLLAPSE_RANGE |
                 FALLOC_FL_ZERO_RANGE | FALLOC_FL_INSERT_RANGE | FALLOC_FL_UNSHARE_RANGE))
        return -EOPNOTSUPP;
    switch (mode & ~FALLOC_FL_KEEP_SIZE) {
    case 0:
        break;
    case FALLOC_FL_PUNCH_HOLE:
        if (!(mode & FALLOC_FL_KEEP_SIZE))
            return -EOPNOTSUPP;
        break;
    case FALLOC_FL_UNSHARE_RANGE:
    case FALLOC_FL_ZERO_RANGE:
        break;
    case FALLOC_FL_COLLAPSE_RANGE:
    case FALLOC_FL_INSERT_RANGE:
        if (mode & FALLOC_FL_KEEP_SIZE)
            return -EOPNOTSUPP;
        break;
    default:
        return -EOPNOTSUPP;
    }
    if (!f->mf.writable)
        return -EBADF;
    if (S_ISFIFO(inode->mode))
        return -ESPIPE;
    if (is_dir(inode))
        return -EISDIR;
    if (!S_ISREG(inode->mode))
        return -ENODEV;
    if (__builtin_add_overflow(off, len, &end))
        return -EFBIG;
    if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE))
        return -EOPNOTSUPP;
    if (inode->sb->type == FS_HOST) {
        if (fallocate(inode->host.wfd, mode, off, len))
            return -errno;
        if (inode->obj && (mode & FALLOC_FL_PUNCH_HOLE))
            vm_object_punch(inode->obj, off, len);
        else if (inode->obj && !(mode & FALLOC_FL_KEEP_SIZE) && (uint64_t)end > inode->obj->size)
            inode->obj->size = end;
        return 0;
    }
    if (mode & FALLOC_FL_PUNCH_HOLE)
        return vm_object_punch(f->mf.obj, off, len);
    if ((uint64_t)(len >> MM_PAGE_SHIFT) > t->k->sys.phys.nframes / 2)
        return -ENOSPC;
    return allocate_pages(f->mf.obj, off, end, !(mode & FALLOC_FL_KEEP_SIZE));
}
