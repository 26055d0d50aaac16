/*
 * xattr_memory.c - extended attributes of files in memory (fs/xattr.c: simple_xattr_*, mm/shmem.c), a list in the inode.
 *
 * Which name is listed first is open in Linux (a tree by name); here they are in the order of their names, too.
 */
#include "xattr.h"

#include <linux/xattr.h>
#include <stdlib.h>

#define MAX_BYTES                                                                                            \
    (128u << 10) /* of one file's values: half of an inode's share of the file system (mm/shmem.c) */

struct xattr {
    struct xattr *next;
    char *name;
    size_t size;
    char value[];
};

void xattrs_free(struct xattr *x)
{
    while (x) {
        struct xattr *next = x->next;

        free(x->name);
        free(x);
        x = next;
    }
}

/* The place of name in the list, or where it would be. */
static struct xattr **place_of(struct inode *inode, const char *name)
{
    struct xattr **p = &inode->xattrs;

    while (*p && strcmp((*p)->name, name) < 0)
        p = &(*p)->next;
    return p;
}

static bool is(const struct xattr *x, const char *name)
{
    return x && !strcmp(x->name, name);
}

static bool known_family(const char *name)
{
    return !strncmp(name, "user.", 5) || !strncmp(name, "trusted.", 8) || !strncmp(name, "security.", 9);
}

static int64_t get(struct inode *inode, struct dentry *d, const char *name, void *buf, size_t size)
{
    const struct xattr *x = *place_of(inode, name);

    if (!strcmp(name, XATTR_NAME_POSIX_ACL_ACCESS) || !strcmp(name, XATTR_NAME_POSIX_ACL_DEFAULT))
        return -ENODATA; /* lists of rights can be had, but there are none */
    if (!known_family(name))
        return -EOPNOTSUPP;
    if (!is(x, name))
        return -ENODATA;
    if (size && x->size > size)
        return -ERANGE;
    if (size)
        memcpy(buf, x->value, x->size);
    return (int64_t)x->size;
}

static int set(struct inode *inode, struct dentry *d, const char *name, const void *value, size_t size,
               int flags)
{
    struct xattr **p = place_of(inode, name), *old = is(*p, name) ? *p : NULL, *x;
    size_t total = size;

    if (!known_family(name))
        return -EOPNOTSUPP;
    if (old && flags & XATTR_CREATE)
        return -EEXIST;
    if (!old && (flags & XATTR_REPLACE || !value))
        return -ENODATA;
    for (const struct xattr *o = inode->xattrs; o; o = o->next)
        total += o == old ? 0 : o->size;
    if (value && total > MAX_BYTES)
        return -ENOSPC;
    if (value) {
        x = malloc(sizeof(*x) + size);
        if (!x || !(x->name = strdup(name))) {
            free(x);
            return -ENOMEM;
        }
        x->size = size;
        memcpy(x->value, value, size);
        x->next = old ? old->next : *p;
        *p = x;
    } else {
        *p = old->next;
    }
    if (old) {
        old->next = NULL;
        xattrs_free(old);
    }
    inode->ctime = vfs_now(inode->sb->k);
    return 0;
}

static int64_t list(struct inode *inode, struct dentry *d, char *buf, size_t size)
{
    size_t at = 0;

    for (const struct xattr *x = inode->xattrs; x; x = x->next) {
        size_t n = strlen(x->name) + 1;

        if (size && n > size - at)
            return -ERANGE;
        if (size)
            memcpy(buf + at, x->name, n);
        at += n;
    }
    return (int64_t)at;
}

const struct xattr_ops memory_xattrs = {.get = get, .set = set, .list = list};
