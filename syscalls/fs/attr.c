/*
 * attr.c - chmod, chown, utimes and their relatives (fs/open.c, fs/utimes.c, notify_change() of fs/attr.c).
 */
#include "../handlers.h"
#include "fs_calls.h"
#include "notify.h"

#include <linux/capability.h>
#include <sys/time.h>
#include <utime.h>

/* fsnotify_change(): which event that is. */
static uint32_t change_event(unsigned valid)
{
    uint32_t mask = valid & (ATTR_MODE | ATTR_UID | ATTR_GID) ? IN_ATTRIB : 0;

    if (valid & ATTR_SIZE)
        mask |= IN_MODIFY;
    if ((valid & (ATTR_ATIME | ATTR_MTIME)) == (ATTR_ATIME | ATTR_MTIME))
        mask |= IN_ATTRIB;
    else if (valid & ATTR_ATIME)
        mask |= IN_ACCESS;
    else if (valid & ATTR_MTIME)
        mask |= IN_MODIFY;
    return mask;
}

int inode_setattr(struct task *t, struct inode *inode, struct dentry *d, const struct iattr *a)
{
    int err = inode->ops->setattr ? inode->ops->setattr(t, inode, d, a) : -EPERM;

    if (!err)
        notify_dentry(d, change_event(a->valid));
    return err;
}

/* setattr_prepare(): may t do this? */
static int may_change(struct task *t, struct inode *inode, struct iattr *a)
{
    if (a->valid & ATTR_UID)
        if ((inode->uid != t->cred.fsuid || a->uid != inode->uid) && !task_capable(t, CAP_CHOWN))
            return -EPERM;
    if (a->valid & ATTR_GID)
        if ((inode->uid != t->cred.fsuid || (a->gid != inode->gid && !task_in_group(t, a->gid))) &&
            !task_capable(t, CAP_CHOWN))
            return -EPERM;
    if (a->valid & ATTR_MODE) {
        unsigned gid = a->valid & ATTR_GID ? a->gid : inode->gid;

        if (!inode_owner_or_capable(t, inode))
            return -EPERM;
        if (!task_in_group(t, gid) && !task_capable(t, CAP_FSETID))
            a->mode &= ~S_ISGID;
    }
    return 0;
}

static int notify_change(struct task *t, struct dentry *d, struct inode *inode, struct iattr *a)
{
    int err;

    if (inode->sb->ro)
        return -EROFS;
    err = may_change(t, inode, a);
    if (err)
        return err;
    return inode_setattr(t, inode, d, a);
}

/* ---- chmod ---- */

static int chmod_dentry(struct task *t, struct dentry *d, unsigned mode)
{
    struct iattr a = {.valid = ATTR_MODE, .mode = mode & 07777};

    if (S_ISLNK(d->inode->mode))
        return d->sb->ro ? -EROFS : -EOPNOTSUPP;
    return notify_change(t, d, d->inode, &a);
}

/* The file that one of the *at() calls with flags AT_SYMLINK_NOFOLLOW and AT_EMPTY_PATH means. 0 or negative errno. */
static int lookup_at(struct task *t, int dfd, uint64_t upath, unsigned at, struct dentry **d)
{
    if (at & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    return user_path_lookup(t, dfd, upath, lookup_flags(at), d);
}

static int64_t do_fchmodat(struct task *t, int dfd, uint64_t upath, unsigned mode, unsigned at)
{
    struct dentry *d;
    int err;

    err = lookup_at(t, dfd, upath, at, &d);
    if (err)
        return err;
    err = chmod_dentry(t, d, mode);
    dentry_put(d);
    return err;
}

int64_t sys_chmod(struct task *t, const uint64_t a[6])
{
    return do_fchmodat(t, AT_FDCWD, a[0], arg_uint(a[1]), 0);
}

int64_t sys_fchmodat(struct task *t, const uint64_t a[6])
{
    return do_fchmodat(t, arg_int(a[0]), a[1], arg_uint(a[2]), 0);
}

int64_t sys_fchmodat2(struct task *t, const uint64_t a[6])
{
    return do_fchmodat(t, arg_int(a[0]), a[1], arg_uint(a[2]), arg_uint(a[3]));
}

int64_t sys_fchmod(struct task *t, const uint64_t a[6])
{
    struct file *f = fd_file(t, arg_int(a[0]));

    return f ? chmod_dentry(t, f->dentry, arg_uint(a[1])) : -EBADF;
}

/* ---- chown ---- */

static int chown_dentry(struct task *t, struct dentry *d, unsigned uid, unsigned gid)
{
    struct inode *inode = d->inode;
    struct iattr a = {.uid = uid, .gid = gid};

    if (uid != UINT32_MAX)
        a.valid |= ATTR_UID;
    if (gid != UINT32_MAX)
        a.valid |= ATTR_GID;
    if (inode->sb->ro)
        return -EROFS;
    if (!a.valid)
        return 0;
    int err = may_change(t, inode, &a);
    if (err)
        return err;
    /* A program that runs as another must not change hands and stay so. */
    if (!is_dir(inode) && (inode->mode & (S_ISUID | S_ISGID))) {
        a.valid |= ATTR_MODE;
        a.mode = inode->mode & 07777 & ~S_ISUID;
        if (inode->mode & S_IXGRP)
            a.mode &= ~S_ISGID;
    }
    return inode_setattr(t, inode, d, &a);
}

static int64_t do_fchownat(struct task *t, int dfd, uint64_t upath, unsigned uid, unsigned gid, unsigned at)
{
    struct dentry *d;
    int err;

    err = lookup_at(t, dfd, upath, at, &d);
    if (err)
        return err;
    err = chown_dentry(t, d, uid, gid);
    dentry_put(d);
    return err;
}

int64_t sys_chown(struct task *t, const uint64_t a[6])
{
    return do_fchownat(t, AT_FDCWD, a[0], arg_uint(a[1]), arg_uint(a[2]), 0);
}

int64_t sys_lchown(struct task *t, const uint64_t a[6])
{
    return do_fchownat(t, AT_FDCWD, a[0], arg_uint(a[1]), arg_uint(a[2]), AT_SYMLINK_NOFOLLOW);
}

int64_t sys_fchownat(struct task *t, const uint64_t a[6])
{
    return do_fchownat(t, arg_int(a[0]), a[1], arg_uint(a[2]), arg_uint(a[3]), arg_uint(a[4]));
}

int64_t sys_fchown(struct task *t, const uint64_t a[6])
{
    struct file *f = fd_file(t, arg_int(a[0]));

    return f ? chown_dentry(t, f->dentry, arg_uint(a[1]), arg_uint(a[2])) : -EBADF;
}

/* ---- times ---- */

/* ts NULL: both are now, and then write permission is enough. */
static int times_dentry(struct task *t, struct dentry *d, const struct timespec ts[2])
{
    struct inode *inode = d->inode;
    uint64_t now = vfs_now(t->k), ns[2] = {now, now};
    bool omit[2] = {false, false}, touch = !ts || (ts[0].tv_nsec == UTIME_NOW && ts[1].tv_nsec == UTIME_NOW);
    struct iattr a = {0};

    if (inode->sb->ro)
        return -EROFS;
    for (int i = 0; ts && i < 2; i++) {
        omit[i] = ts[i].tv_nsec == UTIME_OMIT;
        if (ts[i].tv_nsec != UTIME_NOW && !omit[i])
            ns[i] = (uint64_t)ts[i].tv_sec * 1000000000 + ts[i].tv_nsec;
    }
    if (touch) {
        if (!inode_owner_or_capable(t, inode)) {
            int err = inode_permission(t, inode, MAY_WRITE);

            if (err)
                return err;
        }
    } else if (!inode_owner_or_capable(t, inode)) {
        return -EPERM;
    }
    a = (struct iattr){
        .valid = (omit[0] ? 0 : ATTR_ATIME) | (omit[1] ? 0 : ATTR_MTIME), .atime = ns[0], .mtime = ns[1]};
    return inode_setattr(t, inode, d, &a);
}

static bool valid_nsec(long nsec)
{
    return nsec == UTIME_OMIT || nsec == UTIME_NOW || (nsec >= 0 && nsec < 1000000000);
}

static int64_t do_utimes(struct task *t, int dfd, uint64_t upath, const struct timespec *ts, unsigned at)
{
    struct dentry *d;
    int err;

    if (ts && (!valid_nsec(ts[0].tv_nsec) || !valid_nsec(ts[1].tv_nsec)))
        return -EINVAL;
    if (!upath && dfd != AT_FDCWD) {
        struct file *f;

        if (at)
            return -EINVAL;
        f = fd_file(t, dfd);
        return f ? times_dentry(t, f->dentry, ts) : -EBADF;
    }
    err = lookup_at(t, dfd, upath, at, &d);
    if (err)
        return err;
    err = times_dentry(t, d, ts);
    dentry_put(d);
    return err;
}

int64_t sys_utimensat(struct task *t, const uint64_t a[6])
{
    struct timespec ts[2];

    if (a[2]) {
        if (mm_copy_in(t->mm, ts, a[2], sizeof(ts)))
            return -EFAULT;
        if (ts[0].tv_nsec == UTIME_OMIT && ts[1].tv_nsec == UTIME_OMIT)
            return 0;
    }
    return do_utimes(t, arg_int(a[0]), a[1], a[2] ? ts : NULL, arg_uint(a[3]));
}

static int64_t utimes_timeval(struct task *t, int dfd, uint64_t upath, uint64_t utv)
{
    struct timeval tv[2];
    struct timespec ts[2];

    if (utv) {
        if (mm_copy_in(t->mm, tv, utv, sizeof(tv)))
            return -EFAULT;
        for (int i = 0; i < 2; i++) {
            if (tv[i].tv_usec < 0 || tv[i].tv_usec >= 1000000)
                return -EINVAL;
            ts[i] = (struct timespec){tv[i].tv_sec, tv[i].tv_usec * 1000};
        }
    }
    return do_utimes(t, dfd, upath, utv ? ts : NULL, 0);
}

int64_t sys_futimesat(struct task *t, const uint64_t a[6])
{
    return utimes_timeval(t, arg_int(a[0]), a[1], a[2]);
}

int64_t sys_utimes(struct task *t, const uint64_t a[6])
{
    return utimes_timeval(t, AT_FDCWD, a[0], a[1]);
}

int64_t sys_utime(struct task *t, const uint64_t a[6])
{
    struct utimbuf tb;
    struct timespec ts[2] = {{0}};

    if (a[1]) {
        if (mm_copy_in(t->mm, &tb, a[1], sizeof(tb)))
            return -EFAULT;
        ts[0].tv_sec = tb.actime;
        ts[1].tv_sec = tb.modtime;
    }
    return do_utimes(t, AT_FDCWD, a[0], a[1] ? ts : NULL, 0);
}
