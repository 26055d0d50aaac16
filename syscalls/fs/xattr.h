/* xattr.h - extended attributes of inodes: where they are kept. The rules of who may are in xattr.c. */
#ifndef SYSCALLS_FS_XATTR_H
#define SYSCALLS_FS_XATTR_H

#include "vfs.h"

/*
 * What an inode_ops.xattr has. Names are whole ("user.x"), 1 to 255 bytes.
 * get: bytes of the value, copied if size is not 0; -ENODATA, -ERANGE (larger than size), -EOPNOTSUPP (no such family).
 * set: value NULL removes. flags: XATTR_CREATE, XATTR_REPLACE. -EEXIST, -ENODATA, -ENOSPC, -EOPNOTSUPP.
 * list: names, each with its NUL, as get does values.
 */
struct xattr_ops {
    int64_t (*get)(struct inode *inode, struct dentry *d, const char *name, void *buf, size_t size);
    int (*set)(struct inode *inode, struct dentry *d, const char *name, const void *value, size_t size,
               int flags);
    int64_t (*list)(struct inode *inode, struct dentry *d, char *buf, size_t size);
};

extern const struct xattr_ops memory_xattrs; /* xattr_memory.c: files that exist here alone */
extern const struct xattr_ops host_xattrs;   /* xattr_host.c: the host's file's own */

struct xattr;
void xattrs_free(struct xattr *list); /* of an inode with memory_xattrs that goes */

#endif
