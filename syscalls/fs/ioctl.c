/*
 * ioctl.c - ioctl(2): what is the same for every file, then the file's own (fs/ioctl.c).
 */
#include "../handlers.h"
#include "../landlock/landlock.h"
#include "fasync.h"
#include "fs_calls.h"

#include <linux/fs.h>
#include <sys/ioctl.h>

int64_t sys_ioctl(struct task *t, const uint64_t a[6])
{
    int fd = arg_int(a[0]), on;
    struct file_clone_range range;
    unsigned cmd = arg_uint(a[1]);
    struct file *f = fd_file(t, fd), *from;

    if (!f)
        return -EBADF;
    if (landlock_ioctl(f, cmd))
        return -EACCES;
    switch (cmd) {
    case FIOCLEX:
        fd_set_cloexec(t, fd, true);
        return 0;
    case FIONCLEX:
        fd_set_cloexec(t, fd, false);
        return 0;
    case FIONBIO:
    case FIOASYNC:
        if (mm_copy_in(t->mm, &on, a[2], sizeof(on)))
            return -EFAULT;
        if (cmd == FIONBIO)
            f->flags = on ? f->flags | O_NONBLOCK : f->flags & ~O_NONBLOCK;
        else if (!on != !(f->flags & O_ASYNC))
            return fasync_set(t, f, fd, on);
        return 0;
    case FIOQSIZE:
        if (S_ISREG(f->inode->mode) || is_dir(f->inode) || S_ISLNK(f->inode->mode)) {
            int64_t size = inode_size(f->inode);

            return mm_copy_out(t->mm, a[2], &size, sizeof(size));
        }
        return -ENOTTY;
    case FIGETBSZ:
        on = 4096;
        return mm_copy_out(t->mm, a[2], &on, sizeof(on));
    case FIONREAD:
        if (S_ISREG(f->inode->mode)) {
            int left = inode_size(f->inode) - f->pos;

            return mm_copy_out(t->mm, a[2], &left, sizeof(left));
        }
        break;
    case FICLONE:
    case FICLONERANGE:
        range.src_fd = arg_int(a[2]);
        if (cmd == FICLONERANGE && mm_copy_in(t->mm, &range, a[2], sizeof(range)))
            return -EFAULT;
        from = fd_file(t, (int)range.src_fd);
        return from ? file_clone(from, f) : -EBADF;
    }
    return f->ops && f->ops->ioctl ? f->ops->ioctl(t, f, cmd, a[2]) : -ENOTTY;
}
