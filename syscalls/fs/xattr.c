/*
 * xattr.c - extended attributes: the calls, and who may (fs/xattr.c, security/commoncap.c of Linux 6.18). Where they are kept is
 * the file system's business (xattr.h).
 */
#include "../handlers.h"
#include "fs_calls.h"
#include "xattr.h"

#include <linux/capability.h>
#include <linux/xattr.h>
#include <stdlib.h>

static bool begins(const char *name, const char *family)
{
    return !strncmp(name, family, strlen(family));
}

/* xattr_permission() */
static int permission(struct task *t, const struct inode *inode, const char *name, unsigned mask)
{
    bool write = mask & MAY_WRITE;

    if (begins(name, XATTR_SECURITY_PREFIX) || begins(name, "system."))
        return 0;
    if (begins(name, XATTR_TRUSTED_PREFIX) && !task_capable(t, CAP_SYS_ADMIN))
        return write ? -EPERM : -ENODATA;
    if (begins(name, XATTR_USER_PREFIX)) {
        if (!S_ISREG(inode->mode) && !is_dir(inode))
            return write ? -EPERM : -ENODATA;
        if (write && is_dir(inode) && inode->mode & S_ISVTX && !inode_owner_or_capable(t, inode))
            return -EPERM;
    }
    return inode_permission(t, inode, mask);
}

/* cap_inode_setxattr() */
static int may_set_security(struct task *t, const char *name)
{
    if (!begins(name, XATTR_SECURITY_PREFIX))
        return 0;
    return task_capable(t, strcmp(name, XATTR_NAME_CAPS) ? CAP_SYS_ADMIN : CAP_SETFCAP) ? 0 : -EPERM;
}

/* xattr_resolve_name(): the file system's attributes at all, and a name behind the family's. */
static int resolve(const struct inode *inode, const char *name)
{
    static const char *const families[] = {XATTR_USER_PREFIX, XATTR_TRUSTED_PREFIX, XATTR_SECURITY_PREFIX};

    if (!inode->ops->xattr)
        return -EOPNOTSUPP;
    for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
        if (!strcmp(name, families[i]))
            return -EINVAL;
    return 0;
}

/* import_xattr_name() */
static int64_t copy_name(struct task *t, uint64_t uname, char name[XATTR_NAME_MAX + 1])
{
    int64_t n = mm_copy_str(t->mm, name, uname, XATTR_NAME_MAX + 1);

    if (n == 0 || n == -ENAMETOOLONG)
        return -ERANGE;
    return n < 0 ? n : 0;
}

/* ---- the three things to do with a file's attributes, and taking one away ---- */

struct request {
    char name[XATTR_NAME_MAX + 1];
    uint64_t uvalue; /* guest's buffer, for names or a value */
    uint64_t size;
    unsigned flags;
    void *value; /* set: the value, copied in */
};

static int64_t do_get(struct task *t, struct dentry *d, struct request *r)
{
    size_t size = r->size < XATTR_SIZE_MAX ? r->size : XATTR_SIZE_MAX;
    void *buf = NULL;
    int64_t n = permission(t, d->inode, r->name, MAY_READ);

    if (!n)
        n = resolve(d->inode, r->name);
    if (n)
        return n;
    if (size && !(buf = malloc(size)))
        return -ENOMEM;
    n = d->inode->ops->xattr->get(d->inode, d, r->name, buf, size);
    if (n > 0 && size && mm_copy_out(t->mm, r->uvalue, buf, (uint64_t)n))
        n = -EFAULT;
    else if (n == -ERANGE && size == XATTR_SIZE_MAX)
        n = -E2BIG;
    free(buf);
    return n;
}

static int64_t change(struct task *t, struct dentry *d, struct request *r)
{
    struct inode *inode = d->inode;
    int err;

    if (inode->sb->ro)
        return -EROFS;
    err = permission(t, inode, r->name, MAY_WRITE);
    if (!err)
        err = may_set_security(t, r->name);
    if (!err)
        err = resolve(inode, r->name);
    return err ? err : inode->ops->xattr->set(inode, d, r->name, r->value, r->size, (int)r->flags);
}

/* "trusted." is for those who may see it; the names that follow move up. */
static int64_t hide_trusted(struct task *t, char *names, int64_t n)
{
    char *to = names;

    if (task_capable(t, CAP_SYS_ADMIN))
        return n;
    for (char *from = names; from < names + n;) {
        size_t len = strlen(from) + 1;

        if (!begins(from, XATTR_TRUSTED_PREFIX)) {
            memmove(to, from, len);
            to += len;
        }
        from += len;
    }
    return to - names;
}

static int64_t do_list(struct task *t, struct dentry *d, struct request *r)
{
    char *names;
    int64_t n;

    if (!d->inode->ops->xattr)
        return 0;
    names = malloc(XATTR_LIST_MAX);
    if (!names)
        return -ENOMEM;
    n = d->inode->ops->xattr->list(d->inode, d, names, XATTR_LIST_MAX);
    if (n > 0)
        n = hide_trusted(t, names, n);
    if (n > 0 && r->size && (uint64_t)n > r->size)
        n = -ERANGE;
    if (n > 0 && r->size && mm_copy_out(t->mm, r->uvalue, names, (uint64_t)n))
        n = -EFAULT;
    free(names);
    return n == -ERANGE && r->size >= XATTR_LIST_MAX ? -E2BIG : n;
}

/* ---- which file ---- */

typedef int64_t (*operation)(struct task *t, struct dentry *d, struct request *r);

static int64_t on_path(struct task *t, int dfd, uint64_t upath, unsigned at, operation fn, struct request *r)
{
    struct dentry *d;
    int64_t err = user_path_lookup(t, dfd, upath, lookup_flags(at), &d);

    if (err)
        return err;
    err = fn(t, d, r);
    dentry_put(d);
    return err;
}

static int64_t on_fd(struct task *t, uint64_t fd, operation fn, struct request *r)
{
    struct file *f = fd_file(t, arg_int(fd));

    return f ? fn(t, f->dentry, r) : -EBADF;
}

/* ---- the calls ---- */

/* setxattr_copy(): all of what is to be set comes first. r->value is to be freed. */
static int64_t copy_set(struct task *t, struct request *r, uint64_t uname, uint64_t uvalue, uint64_t size,
                        unsigned flags)
{
    int64_t err;

    *r = (struct request){.size = size, .flags = flags};
    if (flags & ~(XATTR_CREATE | XATTR_REPLACE))
        return -EINVAL;
    err = copy_name(t, uname, r->name);
    if (err)
        return err;
    if (size > XATTR_SIZE_MAX)
        return -E2BIG;
    r->value = malloc(size + 1);
    if (!r->value)
        return -ENOMEM;
    return size && mm_copy_in(t->mm, r->value, uvalue, size) ? -EFAULT : 0;
}

static int64_t set_at(struct task *t, int dfd, const uint64_t a[6], unsigned at)
{
    struct request r;
    int64_t err = copy_set(t, &r, a[1], a[2], a[3], arg_uint(a[4]));

    if (!err)
        err = on_path(t, dfd, a[0], at, change, &r);
    free(r.value);
    return err;
}

int64_t sys_setxattr(struct task *t, const uint64_t a[6])
{
    return set_at(t, AT_FDCWD, a, 0);
}

int64_t sys_lsetxattr(struct task *t, const uint64_t a[6])
{
    return set_at(t, AT_FDCWD, a, AT_SYMLINK_NOFOLLOW);
}

int64_t sys_fsetxattr(struct task *t, const uint64_t a[6])
{
    struct request r;
    int64_t err = copy_set(t, &r, a[1], a[2], a[3], arg_uint(a[4]));

    if (!err)
        err = on_fd(t, a[0], change, &r);
    free(r.value);
    return err;
}

static int64_t named(struct task *t, struct request *r, uint64_t uname, uint64_t uvalue, uint64_t size)
{
    *r = (struct request){.uvalue = uvalue, .size = size};
    return copy_name(t, uname, r->name);
}

int64_t sys_getxattr(struct task *t, const uint64_t a[6])
{
    struct request r;
    int64_t err = named(t, &r, a[1], a[2], a[3]);

    return err ? err : on_path(t, AT_FDCWD, a[0], 0, do_get, &r);
}

int64_t sys_lgetxattr(struct task *t, const uint64_t a[6])
{
    struct request r;
    int64_t err = named(t, &r, a[1], a[2], a[3]);

    return err ? err : on_path(t, AT_FDCWD, a[0], AT_SYMLINK_NOFOLLOW, do_get, &r);
}

int64_t sys_fgetxattr(struct task *t, const uint64_t a[6])
{
    struct request r;
    int64_t err = named(t, &r, a[1], a[2], a[3]);

    return err ? err : on_fd(t, a[0], do_get, &r);
}

int64_t sys_removexattr(struct task *t, const uint64_t a[6])
{
    struct request r;
    int64_t err = named(t, &r, a[1], 0, 0);

    return err ? err : on_path(t, AT_FDCWD, a[0], 0, change, &r);
}

int64_t sys_lremovexattr(struct task *t, const uint64_t a[6])
{
    struct request r;
    int64_t err = named(t, &r, a[1], 0, 0);

    return err ? err : on_path(t, AT_FDCWD, a[0], AT_SYMLINK_NOFOLLOW, change, &r);
}

int64_t sys_fremovexattr(struct task *t, const uint64_t a[6])
{
    struct request r;
    int64_t err = named(t, &r, a[1], 0, 0);

    return err ? err : on_fd(t, a[0], change, &r);
}

int64_t sys_listxattr(struct task *t, const uint64_t a[6])
{
    struct request r = {.uvalue = a[1], .size = a[2]};

    return on_path(t, AT_FDCWD, a[0], 0, do_list, &r);
}

int64_t sys_llistxattr(struct task *t, const uint64_t a[6])
{
    struct request r = {.uvalue = a[1], .size = a[2]};

    return on_path(t, AT_FDCWD, a[0], AT_SYMLINK_NOFOLLOW, do_list, &r);
}

int64_t sys_flistxattr(struct task *t, const uint64_t a[6])
{
    struct request r = {.uvalue = a[1], .size = a[2]};

    return on_fd(t, a[0], do_list, &r);
}

/* ---- the *at() calls of Linux 6.13 ---- */

/* struct xattr_args of 6.13's headers, with what later ones may add: that must be 0. */
struct args {
    uint64_t value;
    uint32_t size, flags;
};

static int copy_args(struct task *t, struct args *args, uint64_t uargs, uint64_t usize)
{
    return copy_struct_in(t, args, sizeof(*args), uargs, usize, sizeof(*args));
}

static bool bad_at(unsigned at)
{
    return at & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH);
}

int64_t sys_setxattrat(struct task *t, const uint64_t a[6])
{
    struct args args;
    int64_t err = copy_args(t, &args, a[4], a[5]);
    struct request r;

    if (err)
        return err;
    if (bad_at(arg_uint(a[2])))
        return -EINVAL;
    err = copy_set(t, &r, a[3], args.value, args.size, args.flags);
    if (!err)
        err = on_path(t, arg_int(a[0]), a[1], arg_uint(a[2]), change, &r);
    free(r.value);
    return err;
}

int64_t sys_getxattrat(struct task *t, const uint64_t a[6])
{
    struct args args;
    int64_t err = copy_args(t, &args, a[4], a[5]);
    struct request r;

    if (err)
        return err;
    if (args.flags || bad_at(arg_uint(a[2])))
        return -EINVAL;
    err = named(t, &r, a[3], args.value, args.size);
    return err ? err : on_path(t, arg_int(a[0]), a[1], arg_uint(a[2]), do_get, &r);
}

int64_t sys_listxattrat(struct task *t, const uint64_t a[6])
{
    struct request r = {.uvalue = a[3], .size = a[4]};

    if (bad_at(arg_uint(a[2])))
        return -EINVAL;
    return on_path(t, arg_int(a[0]), a[1], arg_uint(a[2]), do_list, &r);
}

int64_t sys_removexattrat(struct task *t, const uint64_t a[6])
{
    struct request r;
    int64_t err;

    if (bad_at(arg_uint(a[2])))
        return -EINVAL;
    err = named(t, &r, a[3], 0, 0);
    return err ? err : on_path(t, arg_int(a[0]), a[1], arg_uint(a[2]), change, &r);
}
