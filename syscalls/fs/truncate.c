/*
 * truncate.c - size of files: truncate, ftruncate, fallocate (fs/open.c, mm/shmem.c).
 */
#include "../handlers.h"
#include "fs_calls.h"

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
    return inode->ops->setattr(t, inode, d, &(struct iattr){.valid = ATTR_SIZE, .size = size});
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
    return do_truncate(t, f->inode, f->dentry, a[1]);
}
