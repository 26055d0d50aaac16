/*
 * fcntl.c - fcntl(2) (fs/fcntl.c).
 */
#include "../handlers.h"
#include "fasync.h"
#include "dnotify.h"
#include "fs_calls.h"
#include "lease.h"
#include "pipe.h"

#define SETFL_MASK (O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME)

static int64_t set_flags(struct task *t, struct file *f, int fd, unsigned arg)
{
    if ((arg & O_NOATIME) && !(f->flags & O_NOATIME) && !inode_owner_or_capable(t, f->inode))
        return -EPERM;
    if ((arg & O_DIRECT) && !(f->flags & O_DIRECT) && !file_pipe(f) && !S_ISREG(f->inode->mode))
        return -EINVAL;
    if (((arg ^ f->flags) & O_ASYNC) && fasync_set(t, f, fd, arg & O_ASYNC) == -ENOMEM)
        return -ENOMEM;
    f->flags = (arg & SETFL_MASK) | (f->flags & ~SETFL_MASK);
    return 0;
}

static bool is_memfd_like(const struct file *f)
{
    return f->mf.obj && (f->inode->sb->type == FS_TMP || f->inode->sb->type == FS_HUGETLB);
}

#define F_GETOWNER_UIDS_ 17

/* How long what is written will live, RWH_WRITE_LIFE_*: kept, for who asks. */
static int64_t set_rw_hint(struct task *t, struct inode *inode, uint64_t arg)
{
    uint64_t hint;

    if (!inode_owner_or_capable(t, inode))
        return -EPERM;
    if (mm_copy_in(t->mm, &hint, arg, sizeof(hint)))
        return -EFAULT;
    if (hint > RWH_WRITE_LIFE_EXTREME)
        return -EINVAL;
    inode->rw_hint = (uint8_t)hint;
    return 0;
}

int64_t sys_fcntl(struct task *t, const uint64_t a[6])
{
    int fd = arg_int(a[0]), r;
    unsigned cmd = arg_uint(a[1]);
    uint64_t arg = a[2];
    struct file *f = fd_file_raw(t, fd);

    if (!f)
        return -EBADF;
    if ((f->flags & O_PATH) && cmd != F_DUPFD && cmd != F_DUPFD_CLOEXEC && cmd != F_GETFD && cmd != F_SETFD &&
        cmd != F_GETFL)
        return -EBADF;
    switch (cmd) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        r = fd_install(t, file_get(f), arg > INT_MAX ? -1 : (int)arg, cmd == F_DUPFD_CLOEXEC);
        if (r < 0)
            file_put(f);
        return r;
    case F_GETFD:
        return fd_get_cloexec(t, fd);
    case F_SETFD:
        fd_set_cloexec(t, fd, arg & FD_CLOEXEC);
        return 0;
    case F_GETFL:
        return f->flags;
    case F_SETFL:
        return set_flags(t, f, fd, arg);
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
        return fcntl_lock(t, f, cmd, arg);
    case F_GETOWN:
        return fown_get(f);
    case F_SETOWN:
        return fown_set(t, f, arg_int(arg));
    case F_SETOWN_EX:
        return fown_set_ex(t, f, arg);
    case F_GETOWN_EX:
        return fown_get_ex(t, f, arg);
    case F_GETSIG:
        return f->fown.signum;
    case F_SETSIG:
        if (arg > NR_SIGNALS)
            return -EINVAL;
        f->fown.signum = (int)arg;
        return 0;
    case F_GETLEASE:
        return lease_get(f);
    case F_SETLEASE:
        return lease_set(t, f, fd, (int)arg);
    case F_NOTIFY:
        return dnotify_set(t, f, fd, (unsigned)arg);
    case F_GETOWNER_UIDS_: {
        unsigned uids[2] = {f->fown.uid, f->fown.euid};

        return mm_copy_out(t->mm, arg, uids, sizeof(uids));
    }
    case F_GETPIPE_SZ:
        return file_pipe(f) ? (int64_t)file_pipe(f)->max * PIPE_PAGE : -EBADF;
    case F_SETPIPE_SZ:
        return file_pipe(f) ? pipe_resize(t, file_pipe(f), arg) : -EBADF;
    case F_ADD_SEALS:
        if (!f->mf.writable)
            return -EPERM;
        if (!is_memfd_like(f) || arg & ~0x3full)
            return -EINVAL;
        return vm_object_add_seals(f->mf.obj, arg);
    case F_GET_SEALS:
        return is_memfd_like(f) ? (int64_t)f->mf.obj->fseals : -EINVAL;
    case F_GET_RW_HINT: {
        uint64_t hint = f->inode->rw_hint;

        return mm_copy_out(t->mm, arg, &hint, sizeof(hint));
    }
    case F_SET_RW_HINT:
        return set_rw_hint(t, f->inode, arg);
    case 1027: { /* F_DUPFD_QUERY */
        struct file *g = fd_file_raw(t, (int)arg);

        return g ? g == f : -EBADF;
    }
    case 1028: /* F_CREATED_QUERY */
        return f->created;
    }
    return -EINVAL;
}
