/*
 * admin.c - calls that administer file systems: mounting, quotas, fanotify, attributes of inodes. Nobody may here; in which
 * order Linux finds what is wrong with a call is fs/namespace.c's, fs/fsopen.c's, fs/quota/quota.c's, fs/notify/fanotify's and
 * fs/file_attr.c's of 6.18.
 */
#include "../handlers.h"
#include "fs_calls.h"

#include <linux/capability.h>
#include <linux/mount.h>
#include <linux/quota.h>

#define AT_RECURSIVE_    0x8000u
#define FILE_ATTR_SIZE   24u
#define FSCONFIG_EXCL    8 /* FSCONFIG_CMD_CREATE_EXCL */
#define MS_NOUSER_       (UINT64_C(1) << 31)
#define UMOUNT_FLAGS     15u /* MNT_FORCE, MNT_DETACH, MNT_EXPIRE, UMOUNT_NOFOLLOW */
#define UMOUNT_NOFOLLOW_ 8u
#define OPATH_FILE       (O_PATH | O_LARGEFILE_X86)

/* ---- mount, umount2 ---- */

/* strndup_user() of a page at most; 0: no string. */
static int check_string(struct task *t, uint64_t addr)
{
    char c = 1;

    for (uint64_t i = 0; addr && c; i++) {
        if (i == MM_PAGE_SIZE)
            return -EINVAL;
        if (mm_copy_in(t->mm, &c, addr + i, 1))
            return -EFAULT;
    }
    return 0;
}

static int exists(struct task *t, int dfd, uint64_t upath, unsigned lookup)
{
    struct dentry *d;
    int err = user_path_lookup(t, dfd, upath, lookup, &d);

    if (!err)
        dentry_put(d);
    return err;
}

int64_t sys_mount(struct task *t, const uint64_t a[6])
{
    int err = check_string(t, a[2]);
    char byte;

    if (!err)
        err = check_string(t, a[0]);
    if (!err && a[4] && mm_copy_in(t->mm, &byte, a[4], 1))
        err = -EFAULT;
    if (!err)
        err = exists(t, AT_FDCWD, a[1], LOOKUP_FOLLOW);
    return err ? err : a[3] & MS_NOUSER_ ? -EINVAL : -EPERM;
}

int64_t sys_umount2(struct task *t, const uint64_t a[6])
{
    unsigned flags = arg_uint(a[1]);
    int err;

    if (flags & ~UMOUNT_FLAGS)
        return -EINVAL;
    err = exists(t, AT_FDCWD, a[0], flags & UMOUNT_NOFOLLOW_ ? 0 : LOOKUP_FOLLOW);
    return err ? err : -EPERM;
}

/* ---- the calls of the new mount interface that check something before they ask for privileges ---- */

int64_t sys_fsconfig(struct task *t, const uint64_t a[6])
{
    bool key = a[2], value = a[3], ok;
    int aux = arg_int(a[4]);

    if (arg_int(a[0]) < 0)
        return -EINVAL;
    switch (arg_uint(a[1])) {
    case FSCONFIG_SET_FLAG:
        ok = key && !value && !aux;
        break;
    case FSCONFIG_SET_STRING:
        ok = key && value && !aux;
        break;
    case FSCONFIG_SET_BINARY:
        ok = key && value && aux > 0 && aux <= 1024 * 1024;
        break;
    case FSCONFIG_SET_PATH:
    case FSCONFIG_SET_PATH_EMPTY:
        ok = key && value && (aux == AT_FDCWD || aux >= 0);
        break;
    case FSCONFIG_SET_FD:
        ok = key && !value && aux >= 0;
        break;
    case FSCONFIG_CMD_CREATE:
    case FSCONFIG_CMD_RECONFIGURE:
    case FSCONFIG_EXCL:
        ok = !key && !value && !aux;
        break;
    default:
        return -EOPNOTSUPP;
    }
    if (!ok)
        return -EINVAL;
    return fd_file(t, arg_int(a[0])) ? -EINVAL : -EBADF; /* no file here is a context: fsopen makes none */
}

static int open_tree(struct task *t, const uint64_t a[6], struct file **out)
{
    unsigned flags = arg_uint(a[2]);
    struct dentry *d;
    int err;

    if (flags & ~(AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_RECURSIVE_ | AT_SYMLINK_NOFOLLOW | OPEN_TREE_CLONE |
                  OPEN_TREE_CLOEXEC))
        return -EINVAL;
    if ((flags & (AT_RECURSIVE_ | OPEN_TREE_CLONE)) == AT_RECURSIVE_)
        return -EINVAL;
    if (flags & OPEN_TREE_CLONE)
        return -EPERM;
    err = user_path_lookup(t, arg_int(a[0]), a[1], lookup_flags(flags), &d);
    if (err)
        return err;
    err = (int)file_open_dentry(t, d, OPATH_FILE, out);
    dentry_put(d);
    return err;
}

/* Without OPEN_TREE_CLONE it is another way to open with O_PATH. */
int64_t sys_open_tree(struct task *t, const uint64_t a[6])
{
    struct file *f;
    int err = open_tree(t, a, &f);

    return err ? err : fd_install_new(t, f, arg_uint(a[2]) & OPEN_TREE_CLOEXEC);
}

static int64_t check_mount_attr(uint64_t size)
{
    return size > MM_PAGE_SIZE ? -E2BIG : size < MOUNT_ATTR_SIZE_VER0 ? -EINVAL : -EPERM;
}

int64_t sys_open_tree_attr(struct task *t, const uint64_t a[6])
{
    struct file *f;
    int err;

    if (!a[3] && a[4])
        return -EINVAL;
    err = open_tree(t, a, &f);
    if (err)
        return err;
    if (!a[3])
        return fd_install_new(t, f, arg_uint(a[2]) & OPEN_TREE_CLOEXEC);
    file_put(f);
    return check_mount_attr(a[4]);
}

int64_t sys_mount_setattr(struct task *t, const uint64_t a[6])
{
    if (arg_uint(a[2]) & ~(AT_EMPTY_PATH | AT_RECURSIVE_ | AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT))
        return -EINVAL;
    return check_mount_attr(a[4]);
}

/* ---- quotas: no file system has any switched on ---- */

#define QUOTA_TYPES  3 /* MAXQUOTAS: users, groups, projects */
#define QUOTA_XFS(n) (('X' << 8) + (n))

/* May it change something, so that a read-only mount is in the way? */
static bool quota_writes(unsigned op)
{
    return op != Q_GETFMT && op != Q_GETINFO && op != Q_SYNC && op != QUOTA_XFS(3) && op != QUOTA_XFS(5) &&
           op != QUOTA_XFS(7) && op != QUOTA_XFS(8) && op != QUOTA_XFS(9);
}

/* check_quotactl_permission() */
static bool may_quotactl(const struct task *t, unsigned op, unsigned type, unsigned id)
{
    switch (op) {
    case Q_GETFMT:
    case Q_SYNC:
    case Q_GETINFO:
    case QUOTA_XFS(5): /* XGETQSTAT */
    case QUOTA_XFS(7): /* XQUOTASYNC */
    case QUOTA_XFS(8): /* XGETQSTATV */
        return true;
    case Q_GETQUOTA:
    case QUOTA_XFS(3): /* XGETQUOTA */
        if ((type == USRQUOTA && id == t->cred.euid) || (type == GRPQUOTA && task_in_group(t, id)))
            return true;
    }
    return task_capable(t, CAP_SYS_ADMIN);
}

/* What a file system like ext4 answers while its quotas are off. */
static int64_t quota_off(unsigned op, bool ro)
{
    switch (op) {
    case Q_SYNC:
    case Q_QUOTAOFF:
        return 0;
    case QUOTA_XFS(7):
        return ro ? -EROFS : 0;
    case Q_GETFMT:
    case Q_GETINFO:
    case Q_SETINFO:
    case Q_GETQUOTA:
    case Q_SETQUOTA:
    case Q_GETNEXTQUOTA:
    case QUOTA_XFS(3):
    case QUOTA_XFS(4): /* XSETQLIM */
    case QUOTA_XFS(9): /* XGETNEXTQUOTA */
        return -ESRCH;
    case QUOTA_XFS(1): /* XQUOTAON, XQUOTAOFF */
    case QUOTA_XFS(2):
    case QUOTA_XFS(5):
    case QUOTA_XFS(6): /* XQUOTARM */
        return -ENOSYS;
    }
    return -EINVAL; /* also Q_QUOTAON without a file, and XGETQSTATV of a version that is none */
}

int64_t sys_quotactl_fd(struct task *t, const uint64_t a[6])
{
    struct file *f = fd_file_raw(t, arg_int(a[0]));
    unsigned op = arg_uint(a[1]) >> SUBCMDSHIFT, type = arg_uint(a[1]) & SUBCMDMASK;

    if (!f)
        return -EBADF;
    if (type >= QUOTA_TYPES)
        return -EINVAL;
    if (quota_writes(op) && f->inode->sb->ro)
        return -EROFS;
    if (f->inode->sb->type != FS_HOST)
        return -ENOSYS;
    if (!may_quotactl(t, op, type, arg_uint(a[2])))
        return -EPERM;
    return quota_off(op, f->inode->sb->ro);
}

/* By block device, of which there is none. */
int64_t sys_quotactl(struct task *t, const uint64_t a[6])
{
    unsigned op = arg_uint(a[0]) >> SUBCMDSHIFT;
    int err;

    if ((arg_uint(a[0]) & SUBCMDMASK) >= QUOTA_TYPES)
        return -EINVAL;
    if (!a[1])
        return op == Q_SYNC ? 0 : -ENODEV;
    err = exists(t, AT_FDCWD, a[1], LOOKUP_FOLLOW);
    return err ? err : -ENOTBLK;
}

/* ---- fanotify ---- */

#define FAN_MARK_FLAGS 0x7ffu
#define FAN_MARK_TYPES 0x110u /* which of inode, mount, file system, namespace */
#define FAN_MARK_OPS   0x083u /* add, remove, flush */
#define FAN_EVENTS     UINT64_C(0x5b179fff)

/* fanotify_init() makes no group: what is left are errors. */
int64_t sys_fanotify_mark(struct task *t, const uint64_t a[6])
{
    unsigned flags = arg_uint(a[1]), op = flags & FAN_MARK_OPS;

    if (a[2] >> 32 || flags & ~FAN_MARK_FLAGS)
        return -EINVAL;
    if (op == 0x80 ? flags & ~(FAN_MARK_TYPES | FAN_MARK_OPS) : (op != 1 && op != 2) || !a[2])
        return -EINVAL;
    if (a[2] & ~FAN_EVENTS)
        return -EINVAL;
    return fd_file(t, arg_int(a[0])) ? -EINVAL : -EBADF;
}

/* ---- attributes of inodes (chattr(1)): no file system here has them ---- */

static int check_attr_call(uint64_t size, unsigned at_flags)
{
    if (at_flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    return size > MM_PAGE_SIZE ? -E2BIG : size < FILE_ATTR_SIZE ? -EINVAL : 0;
}

int64_t sys_file_getattr(struct task *t, const uint64_t a[6])
{
    int err = check_attr_call(a[3], arg_uint(a[4]));

    if (!err)
        err = exists(t, arg_int(a[0]), a[1], lookup_flags(arg_uint(a[4])));
    return err ? err : -EOPNOTSUPP;
}

int64_t sys_file_setattr(struct task *t, const uint64_t a[6])
{
    int err = check_attr_call(a[3], arg_uint(a[4]));
    uint8_t attr[FILE_ATTR_SIZE];
    struct dentry *d;

    if (!err)
        err = copy_struct_in(t, attr, sizeof(attr), a[2], a[3], sizeof(attr));
    if (!err)
        err = user_path_lookup(t, arg_int(a[0]), a[1], lookup_flags(arg_uint(a[4])), &d);
    if (err)
        return err;
    err = d->sb->ro ? -EROFS : -EOPNOTSUPP;
    dentry_put(d);
    return err;
}
