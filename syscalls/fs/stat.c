/*
 * stat.c - stat and its relatives, access, readlink, statfs (fs/stat.c, fs/statfs.c, faccessat of fs/open.c).
 */
#include "../handlers.h"
#include "fs_calls.h"

#include <linux/magic.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

static struct statx_timestamp stx_time(uint64_t ns)
{
    return (struct statx_timestamp){.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
}

/* What file systems differ in: those of text have blocks of 1024 bytes, tmpfs remembers when a file was made. */
static unsigned blksize_of(const struct super *sb)
{
    return sb->magic == PROC_SUPER_MAGIC || sb->magic == DEVPTS_SUPER_MAGIC ? 1024 : MM_PAGE_SIZE;
}

void generic_getattr(struct inode *inode, struct statx *stx)
{
    uint64_t size = inode_size(inode);

    memset(stx, 0, sizeof(*stx));
    stx->stx_mask = STATX_BASIC_STATS | (inode->sb->magic == TMPFS_MAGIC ? STATX_BTIME : 0);
    stx->stx_blksize = inode->obj ? inode->obj->page_size : blksize_of(inode->sb);
    stx->stx_nlink = inode->nlink;
    stx->stx_uid = inode->uid;
    stx->stx_gid = inode->gid;
    stx->stx_mode = inode->mode;
    stx->stx_ino = inode->ino;
    stx->stx_rdev_major = major(inode->rdev);
    stx->stx_rdev_minor = minor(inode->rdev);
    stx->stx_dev_major = major(inode->dev);
    stx->stx_dev_minor = minor(inode->dev);
    stx->stx_atime = stx_time(inode->atime);
    stx->stx_mtime = stx_time(inode->mtime);
    stx->stx_ctime = stx_time(inode->ctime);
    stx->stx_btime = stx_time(inode->btime);
    if (S_ISREG(inode->mode)) {
        stx->stx_size = size;
        stx->stx_blocks = inode->obj ? inode->obj->nr_pages * 8 : 0;
    } else if (S_ISLNK(inode->mode) && inode->sb->type == FS_TMP) {
        stx->stx_size = strlen(inode->target);
    } else if (S_ISDIR(inode->mode) && (inode->sb->magic == TMPFS_MAGIC || inode->sb->type == FS_MQUEUE) &&
               inode->alias) {
        uint64_t n = 0; /* both count 20 bytes for each name */

        list_for_each (p, &inode->alias->children)
            n++;
        stx->stx_size = 40 + 20 * n;
    }
}

int inode_getattr(struct inode *inode, struct dentry *d, struct statx *stx)
{
    int err = 0;

    if (inode->ops->getattr)
        err = inode->ops->getattr(inode, d, stx);
    else
        generic_getattr(inode, stx);
    stx->stx_attributes_mask |= STATX_ATTR_MOUNT_ROOT;
    if (d && d == d->sb->root)
        stx->stx_attributes |= STATX_ATTR_MOUNT_ROOT;
    stx->stx_mnt_id = inode->sb->mnt_id;
    stx->stx_mask |= STATX_MNT_ID;
    return err;
}

static void stat_from_statx(struct stat *st, const struct statx *x)
{
    memset(st, 0, sizeof(*st));
    st->st_dev = makedev(x->stx_dev_major, x->stx_dev_minor);
    st->st_ino = x->stx_ino;
    st->st_nlink = x->stx_nlink;
    st->st_mode = x->stx_mode;
    st->st_uid = x->stx_uid;
    st->st_gid = x->stx_gid;
    st->st_rdev = makedev(x->stx_rdev_major, x->stx_rdev_minor);
    st->st_size = x->stx_size;
    st->st_blksize = x->stx_blksize;
    st->st_blocks = x->stx_blocks;
    st->st_atim = (struct timespec){x->stx_atime.tv_sec, x->stx_atime.tv_nsec};
    st->st_mtim = (struct timespec){x->stx_mtime.tv_sec, x->stx_mtime.tv_nsec};
    st->st_ctim = (struct timespec){x->stx_ctime.tv_sec, x->stx_ctime.tv_nsec};
}

/* vfs_statx(): path may be empty (or NULL, since 6.11) with AT_EMPTY_PATH: the descriptor itself. */
static int64_t do_statx(struct task *t, int dfd, uint64_t upath, unsigned at, struct statx *stx)
{
    char path[PATH_MAX] = "";
    struct dentry *d;
    int64_t n;
    int err;

    if (!((at & AT_EMPTY_PATH) && !upath)) {
        n = getname(t, upath, path, at & AT_EMPTY_PATH);
        if (n < 0)
            return n;
    }
    if (!*path && dfd != AT_FDCWD) {
        struct file *f = fd_file_raw(t, dfd);

        return f ? inode_getattr(f->inode, f->dentry, stx) : -EBADF;
    }
    err = path_lookup(t, dfd, path, lookup_flags(at), &d);
    if (err)
        return err;
    err = inode_getattr(d->inode, d, stx);
    dentry_put(d);
    return err;
}

static int64_t do_stat(struct task *t, int dfd, uint64_t upath, unsigned at, uint64_t ubuf)
{
    struct statx stx;
    struct stat st;
    int64_t err = do_statx(t, dfd, upath, at, &stx);

    if (err)
        return err;
    stat_from_statx(&st, &stx);
    return mm_copy_out(t->mm, ubuf, &st, sizeof(st));
}

int64_t sys_stat(struct task *t, const uint64_t a[6])
{
    return do_stat(t, AT_FDCWD, a[0], 0, a[1]);
}

int64_t sys_lstat(struct task *t, const uint64_t a[6])
{
    return do_stat(t, AT_FDCWD, a[0], AT_SYMLINK_NOFOLLOW, a[1]);
}

int64_t sys_fstat(struct task *t, const uint64_t a[6])
{
    struct file *f = fd_file_raw(t, (int)a[0]);
    struct statx stx;
    struct stat st;
    int err;

    if (!f)
        return -EBADF;
    err = inode_getattr(f->inode, f->dentry, &stx);
    if (err)
        return err;
    stat_from_statx(&st, &stx);
    return mm_copy_out(t->mm, a[1], &st, sizeof(st));
}

int64_t sys_newfstatat(struct task *t, const uint64_t a[6])
{
    unsigned at = a[3];

    if (at & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE))
        return -EINVAL;
    return do_stat(t, (int)a[0], a[1], at, a[2]);
}

static void leave_time(struct statx *stx, struct statx_timestamp *time, unsigned bit)
{
    stx->stx_mask &= ~bit;
    *time = (struct statx_timestamp){0};
}

/* What comes whether asked for or not, and what does not: of file systems that know when a file was made this, and the times of
 * changes, which looking at makes finer (fill_mg_cmtime(), Linux 6.13). */
static void leave_out(struct statx *stx, unsigned asked)
{
    if (!(stx->stx_mask & STATX_BTIME))
        return;
    if (!(asked & STATX_BTIME))
        leave_time(stx, &stx->stx_btime, STATX_BTIME);
    if (!(asked & (STATX_MTIME | STATX_CTIME))) {
        leave_time(stx, &stx->stx_mtime, STATX_MTIME);
        leave_time(stx, &stx->stx_ctime, STATX_CTIME);
    }
}

#define STATX_MNT_ID_UNIQUE_ 0x4000u /* newer than some headers */

int64_t sys_statx(struct task *t, const uint64_t a[6])
{
    unsigned at = a[2], mask = a[3];
    struct statx stx;
    int64_t err;

    if (mask & STATX__RESERVED)
        return -EINVAL;
    if ((at & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE)
        return -EINVAL;
    if (at & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE))
        return -EINVAL;
    err = do_statx(t, (int)a[0], a[1], at, &stx);
    if (!err)
        leave_out(&stx, mask);
    if (!err && mask & STATX_MNT_ID_UNIQUE_) {
        stx.stx_mnt_id += MOUNT_UNIQUE_OFFSET;
        stx.stx_mask ^= STATX_MNT_ID | STATX_MNT_ID_UNIQUE_;
    }
    return err ? err : mm_copy_out(t->mm, a[4], &stx, sizeof(stx));
}

/* ---- access ---- */

static int64_t do_faccessat(struct task *t, int dfd, uint64_t upath, unsigned mode, unsigned at)
{
    struct dentry *d;
    int err;

    if (mode & ~7u)
        return -EINVAL;
    if (at & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    char path[PATH_MAX] = "";
    if (!((at & AT_EMPTY_PATH) && !upath)) {
        int64_t n = getname(t, upath, path, at & AT_EMPTY_PATH);

        if (n < 0)
            return n;
    }
    err = path_lookup(t, dfd, path, lookup_flags(at), &d);
    if (err)
        return err;
    if ((mode & X_OK) && S_ISREG(d->inode->mode) && d->sb->noexec)
        err = -EACCES;
    else if (mode)
        err = inode_permission(t, d->inode, mode);
    dentry_put(d);
    return err;
}

int64_t sys_access(struct task *t, const uint64_t a[6])
{
    return do_faccessat(t, AT_FDCWD, a[0], a[1], 0);
}

int64_t sys_faccessat(struct task *t, const uint64_t a[6])
{
    return do_faccessat(t, (int)a[0], a[1], a[2], 0);
}

int64_t sys_faccessat2(struct task *t, const uint64_t a[6])
{
    return do_faccessat(t, (int)a[0], a[1], a[2], a[3]);
}

/* ---- readlink ---- */

static int64_t do_readlinkat(struct task *t, int dfd, uint64_t upath, uint64_t ubuf, int size)
{
    char path[PATH_MAX], text[PATH_MAX];
    struct dentry *d;
    int64_t n;
    int err;

    if (size <= 0)
        return -EINVAL;
    n = getname(t, upath, path, true);
    if (n < 0)
        return n;
    err = path_lookup(t, dfd, path, LOOKUP_EMPTY, &d);
    if (err)
        return err;
    if (!S_ISLNK(d->inode->mode) || !d->inode->ops->readlink)
        n = *path ? -EINVAL : -ENOENT;
    else
        n = d->inode->ops->readlink(t, d, text, size < PATH_MAX ? size : PATH_MAX);
    if (n > 0 && mm_copy_out(t->mm, ubuf, text, n))
        n = -EFAULT;
    dentry_put(d);
    return n;
}

int64_t sys_readlink(struct task *t, const uint64_t a[6])
{
    return do_readlinkat(t, AT_FDCWD, a[0], a[1], (int)a[2]);
}

int64_t sys_readlinkat(struct task *t, const uint64_t a[6])
{
    return do_readlinkat(t, (int)a[0], a[1], a[2], (int)a[3]);
}

/* ---- statfs ---- */

#define ST_VALID_ 0x20

/* A place in the tree, and not of a pipe, a socket, a memfd: of what is mounted somewhere. */
static bool is_mounted(const struct dentry *d)
{
    while (d->parent)
        d = d->parent;
    return d == d->sb->root;
}

static struct statfs statfs_of(const struct kernel *k, const struct dentry *d)
{
    const struct super *sb = d->sb;
    struct statfs s = {.f_type = (long)sb->magic, .f_bsize = 4096, .f_namelen = 255, .f_frsize = 4096};
    bool mounted = is_mounted(d);
    const struct vm_object *obj = d->inode->obj;

    if (obj && obj->kind == OBJ_HUGETLB)
        s.f_bsize = s.f_frsize = (long)obj->page_size;
    s.f_fsid.__val[0] = (int)sb->dev;
    if (sb->type == FS_HOST) {
        /* Free space is the host's; a fixed picture keeps runs alike. */
        s.f_blocks = 16u << 20;
        s.f_bfree = s.f_bavail = 8u << 20;
        s.f_files = 4u << 20;
        s.f_ffree = 3u << 20;
    } else if (sb->magic == TMPFS_MAGIC && mounted) {
        s.f_blocks = k->sys.phys.nframes / 2;
        s.f_bfree = s.f_bavail = k->sys.phys.nfree < s.f_blocks ? k->sys.phys.nfree : s.f_blocks;
        s.f_files = sb->max_inodes;
        s.f_ffree = sb->max_inodes - sb->nr_inodes;
    }
    if (sb->magic == TMPFS_MAGIC || sb->type == FS_HOST || sb->type == FS_SYS) /* those with a UUID */
        s.f_fsid.__val[1] = (int)sb->magic;
    s.f_flags = ST_VALID_;
    if (mounted)
        s.f_flags |= (sb->ro ? ST_RDONLY : 0) | (sb->nodev ? ST_NODEV : 0) | (sb->noexec ? ST_NOEXEC : 0) |
                     ST_RELATIME;
    return s;
}

static int64_t do_statfs(struct task *t, const struct dentry *d, uint64_t ubuf)
{
    struct statfs s = statfs_of(t->k, d);

    return mm_copy_out(t->mm, ubuf, &s, sizeof(s));
}

int64_t sys_statfs(struct task *t, const uint64_t a[6])
{
    struct dentry *d;
    int64_t err = user_path_lookup(t, AT_FDCWD, a[0], LOOKUP_FOLLOW, &d);

    if (err)
        return err;
    err = do_statfs(t, d, a[1]);
    dentry_put(d);
    return err;
}

int64_t sys_fstatfs(struct task *t, const uint64_t a[6])
{
    struct file *f = fd_file_raw(t, (int)a[0]);

    return f ? do_statfs(t, f->dentry, a[1]) : -EBADF;
}

int64_t sys_ustat(struct task *t, const uint64_t a[6])
{
    struct {
        int32_t free;
        uint64_t inodes;
        char name[6], pack[6];
    } u = {0};

    for (const struct super *sb = t->k->vfs->supers; sb; sb = sb->next) {
        struct statfs s;

        if ((uint32_t)sb->dev != arg_uint(a[0]) || !sb->root)
            continue;
        s = statfs_of(t->k, sb->root);
        u.free = (int32_t)s.f_bfree;
        u.inodes = s.f_ffree;
        return mm_copy_out(t->mm, a[1], &u, sizeof(u)) ? -EFAULT : 0;
    }
    return -EINVAL;
}
