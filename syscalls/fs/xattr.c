/*
 * xattr.c - extended attributes: this machine's file systems keep none (fs/xattr.c).
 */
#include "../handlers.h"
#include "fs_calls.h"

#include <linux/xattr.h>

/* Name as the kernel takes it: 1 to 255 bytes. The file system then knows no such attribute, or no such
 * family. */
static int64_t check_name(struct task *t, uint64_t uname, char name[XATTR_NAME_MAX + 1])
{
    int64_t n = mm_copy_str(t->mm, name, uname, XATTR_NAME_MAX + 1);

    if (n == 0 || n == -ENAMETOOLONG)
        return -ERANGE;
    return n < 0 ? n : 0;
}

static bool known_family(const char *name)
{
    return !strncmp(name, "user.", 5) || !strncmp(name, "trusted.", 8) || !strncmp(name, "security.", 9);
}

static int64_t get_value(const struct inode *inode, const char *name)
{
    if (inode->sb->type == FS_PROC || inode->sb->type == FS_SYS)
        return -EOPNOTSUPP;
    if (!strncmp(name, "user.", 5) && !S_ISREG(inode->mode) && !is_dir(inode))
        return -ENODATA;
    if (!strcmp(name, XATTR_NAME_POSIX_ACL_ACCESS) || !strcmp(name, XATTR_NAME_POSIX_ACL_DEFAULT))
        return -ENODATA; /* who knows them has none */
    return known_family(name) ? -ENODATA : -EOPNOTSUPP;
}

static int64_t set_value(const struct inode *inode, const char *name)
{
    if (inode->sb->ro)
        return -EROFS;
    if (!strncmp(name, "user.", 5) && !S_ISREG(inode->mode) && !is_dir(inode))
        return -EPERM;
    return -EOPNOTSUPP;
}

static int64_t remove_value(const struct inode *inode, const char *name)
{
    return inode->sb->ro ? -EROFS : get_value(inode, name);
}

/* One operation on a path (follow or not) or descriptor. */
static int64_t on_path(struct task *t, uint64_t upath, unsigned flags, uint64_t uname,
                       int64_t (*fn)(const struct inode *, const char *))
{
    char name[XATTR_NAME_MAX + 1];
    struct dentry *d;
    int64_t err = check_name(t, uname, name);

    if (err)
        return err;
    err = user_path_lookup(t, AT_FDCWD, upath, flags, &d);
    if (err)
        return err;
    err = fn(d->inode, name);
    dentry_put(d);
    return err;
}

static int64_t on_fd(struct task *t, uint64_t fd, uint64_t uname,
                     int64_t (*fn)(const struct inode *, const char *))
{
    char name[XATTR_NAME_MAX + 1];
    struct file *f = fd_file(t, arg_int(fd));
    int64_t err;

    if (!f)
        return -EBADF;
    err = check_name(t, uname, name);
    return err ? err : fn(f->inode, name);
}

int64_t sys_getxattr(struct task *t, const uint64_t a[6])
{
    return on_path(t, a[0], LOOKUP_FOLLOW, a[1], get_value);
}

int64_t sys_lgetxattr(struct task *t, const uint64_t a[6])
{
    return on_path(t, a[0], 0, a[1], get_value);
}

int64_t sys_fgetxattr(struct task *t, const uint64_t a[6])
{
    return on_fd(t, a[0], a[1], get_value);
}

static int64_t check_set(uint64_t size, unsigned flags)
{
    if (flags & ~(XATTR_CREATE | XATTR_REPLACE))
        return -EINVAL;
    return size > XATTR_SIZE_MAX ? -E2BIG : 0;
}

int64_t sys_setxattr(struct task *t, const uint64_t a[6])
{
    int64_t err = check_set(a[3], arg_uint(a[4]));

    return err ? err : on_path(t, a[0], LOOKUP_FOLLOW, a[1], set_value);
}

int64_t sys_lsetxattr(struct task *t, const uint64_t a[6])
{
    int64_t err = check_set(a[3], arg_uint(a[4]));

    return err ? err : on_path(t, a[0], 0, a[1], set_value);
}

int64_t sys_fsetxattr(struct task *t, const uint64_t a[6])
{
    int64_t err = check_set(a[3], arg_uint(a[4]));

    return err ? err : on_fd(t, a[0], a[1], set_value);
}

int64_t sys_removexattr(struct task *t, const uint64_t a[6])
{
    return on_path(t, a[0], LOOKUP_FOLLOW, a[1], remove_value);
}

int64_t sys_lremovexattr(struct task *t, const uint64_t a[6])
{
    return on_path(t, a[0], 0, a[1], remove_value);
}

int64_t sys_fremovexattr(struct task *t, const uint64_t a[6])
{
    return on_fd(t, a[0], a[1], remove_value);
}

/* An empty list, for whatever exists. */
static int64_t list_path(struct task *t, uint64_t upath, unsigned flags)
{
    struct dentry *d;
    int err = user_path_lookup(t, AT_FDCWD, upath, flags, &d);

    if (!err)
        dentry_put(d);
    return err;
}

int64_t sys_listxattr(struct task *t, const uint64_t a[6])
{
    return list_path(t, a[0], LOOKUP_FOLLOW);
}

int64_t sys_llistxattr(struct task *t, const uint64_t a[6])
{
    return list_path(t, a[0], 0);
}

int64_t sys_flistxattr(struct task *t, const uint64_t a[6])
{
    return fd_file(t, arg_int(a[0])) ? 0 : -EBADF;
}
