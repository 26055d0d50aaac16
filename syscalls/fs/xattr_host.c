/* xattr_host.c - extended attributes of the host's files: those they have there, found by their names. */
#include "xattr.h"

#include <sys/xattr.h>

static int64_t get(struct inode *inode, struct dentry *d, const char *name, void *buf, size_t size)
{
    char path[PATH_MAX + NAME_LEN_MAX];
    ssize_t n;

    if (d->deleted || !hostfs_path(d, path, sizeof(path)))
        return -ENODATA;
    n = lgetxattr(path, name, buf, size);
    return n < 0 ? -errno : n;
}

static int set(struct inode *inode, struct dentry *d, const char *name, const void *value, size_t size,
               int flags)
{
    char path[PATH_MAX + NAME_LEN_MAX];

    if (d->deleted || !hostfs_path(d, path, sizeof(path)))
        return -EOPNOTSUPP;
    return (value ? lsetxattr(path, name, value, size, flags) : lremovexattr(path, name)) ? -errno : 0;
}

static int64_t list(struct inode *inode, struct dentry *d, char *buf, size_t size)
{
    char path[PATH_MAX + NAME_LEN_MAX];
    ssize_t n;

    if (d->deleted || !hostfs_path(d, path, sizeof(path)))
        return 0;
    n = llistxattr(path, buf, size);
    return n < 0 ? -errno : n;
}

const struct xattr_ops host_xattrs = {.get = get, .set = set, .list = list};
