/*
 * open.c - open, openat, openat2, creat: flags to a checked open (fs/open.c, fs/namei.c: do_open,
 * lookup_open).
 */
#include "../handlers.h"
#include "../landlock/landlock.h"
#include "fs_calls.h"
#include "notify.h"
#include "stream.h"

#include <linux/openat2.h>

#define VALID_OPEN_FLAGS                                                                                     \
    (O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_DSYNC | O_SYNC |          \
     O_ASYNC | O_DIRECT | O_LARGEFILE_X86 | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_PATH |      \
     O_TMPFILE_BIT)
#define OPATH_FLAGS (O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC)
#define VALID_RESOLVE                                                                                        \
    (RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH | RESOLVE_IN_ROOT |     \
     RESOLVE_CACHED)

/* build_open_flags(): the checks that need no file. */
static int check_flags(uint64_t flags, uint64_t mode, uint64_t resolve)
{
    if (flags & ~(uint64_t)VALID_OPEN_FLAGS)
        return -EINVAL;
    if (resolve & ~(uint64_t)VALID_RESOLVE)
        return -EINVAL;
    if ((resolve & RESOLVE_BENEATH) && (resolve & RESOLVE_IN_ROOT))
        return -EINVAL;
    if (flags & (O_CREAT | O_TMPFILE_BIT)) {
        if (mode & ~UINT64_C(07777))
            return -EINVAL;
    } else if (mode) {
        return -EINVAL;
    }
    if ((flags & (O_DIRECTORY | O_CREAT)) == (O_DIRECTORY | O_CREAT))
        return -EINVAL;
    if (flags & O_TMPFILE_BIT) {
        if (!(flags & O_DIRECTORY))
            return -EINVAL;
        if ((flags & O_ACCMODE) == O_RDONLY)
            return -EINVAL;
    }
    if ((flags & O_PATH) && (flags & ~(uint64_t)OPATH_FLAGS))
        return -EINVAL;
    return 0;
}

static unsigned acc_mode(unsigned flags)
{
    static const unsigned char may[4] = {MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE, MAY_READ | MAY_WRITE};
    unsigned acc = may[flags & O_ACCMODE];

    if (flags & O_TRUNC)
        acc |= MAY_WRITE;
    return acc;
}

/* may_open(): what the inode and its file system say. */
static int may_open(struct task *t, struct dentry *d, unsigned flags, bool created)
{
    struct inode *inode = d->inode;
    unsigned acc = created ? 0 : acc_mode(flags);
    int err;

    switch (inode->mode & S_IFMT) {
    case S_IFLNK:
        return -ELOOP;
    case S_IFDIR:
        if (acc & MAY_WRITE)
            return -EISDIR;
        break;
    case S_IFBLK:
    case S_IFCHR:
        if (d->sb->nodev || d->sb->type == FS_HOST)
            return -EACCES;
        flags &= ~O_TRUNC;
        break;
    }
    if (d->host_fd) {
        if (!stream_grants(d, acc))
            return -EACCES;
    } else if (!created) {
        err = inode_permission(t, inode, acc);
        if (err)
            return err;
    }
    if ((flags & O_NOATIME) && !inode_owner_or_capable(t, inode))
        return -EPERM;
    return 0;
}

/* O_TMPFILE: a file without a name in directory d. */
static int64_t open_tmpfile(struct task *t, struct dentry *dir, unsigned flags, unsigned mode,
                            struct file **out)
{
    struct dentry *d;
    struct inode *inode;
    char name[24];
    int64_t err = dir->sb->ro ? -EROFS : inode_permission(t, dir->inode, MAY_WRITE | MAY_EXEC);
    int n;

    if (!err && !dir->inode->ops->tmpfile)
        err = -EOPNOTSUPP;
    if (!err)
        err = dir->inode->ops->tmpfile(t, dir, S_IFREG | (mode & ~t->fs->umask), &inode);
    if (err)
        return err;
    n = snprintf(name, sizeof(name), "#%lu", (unsigned long)inode->ino);
    d = dentry_alloc(dir->sb, dir, name, n);
    if (!d) {
        inode_put(inode);
        return -ENOMEM;
    }
    d->inode = inode;
    d->deleted = true;
    inode->nlink = 0;
    inode->linkable = !(flags & O_EXCL);
    err = file_open_dentry(t, d, flags, out);
    dentry_put(d);
    return err;
}

/* The last component with O_CREAT: *d gets what was found or made. */
static int lookup_create(struct walk *w, unsigned flags, unsigned mode, struct dentry **d, bool *created)
{
    struct task *t = w->t;
    int err;

    if (w->last_type != LAST_NORM)
        return flags & O_EXCL ? -EEXIST : -EISDIR;
    if (w->trailing_slash)
        return -EISDIR;
    if (!is_dir(w->cur->inode))
        return -ENOTDIR;
    err = walk_last(w, d);
    if (err)
        return err;
    if ((*d)->inode)
        return (flags & O_EXCL) ? -EEXIST : 0;
    if (w->cur->sb->ro)
        return -EROFS;
    err = landlock_make(t, w->cur, S_IFREG);
    if (!err)
        err = inode_permission(t, w->cur->inode, MAY_WRITE | MAY_EXEC);
    if (err)
        return err;
    if (!w->cur->inode->ops->create)
        return -EACCES;
    if (w->cur->deleted)
        return -ENOENT;
    err = w->cur->inode->ops->create(t, *d, S_IFREG | (mode & ~t->fs->umask & 07777), 0, NULL);
    *created = !err;
    if (!err)
        notify_name(w->cur, IN_CREATE, (*d)->name, false, 0);
    return err;
}

/* path_openat() without the open: what is at path, with a reference, *created by us or not. */
static int64_t find_or_create(struct task *t, int dfd, const char *path, unsigned flags, unsigned mode,
                              unsigned resolve, struct dentry **out, bool *created)
{
    struct walk w;
    struct dentry *d = NULL;
    int64_t err;

    if (!*path)
        return -ENOENT;
    err = walk_begin(&w, t, dfd, path, resolve);
    while (!err) {
        err = walk_to_parent(&w);
        if (err)
            break;
        err = flags & O_CREAT ? lookup_create(&w, flags, mode, &d, created) : walk_last(&w, &d);
        if (!err && !d->inode)
            err = -ENOENT;
        if (err)
            break;
        if (S_ISLNK(d->inode->mode) && w.last_type == LAST_NORM) {
            if (!(flags & O_NOFOLLOW) || w.trailing_slash) {
                err = walk_follow(&w, &d);
                if (err == 0)
                    continue;
                if (err < 0)
                    break;
                err = 0;
            } else if (!(flags & O_PATH)) {
                err = flags & O_DIRECTORY ? -ENOTDIR : -ELOOP;
                break;
            }
        }
        if (((flags & O_DIRECTORY) || w.trailing_slash) && !is_dir(d->inode))
            err = -ENOTDIR;
        else if ((flags & O_CREAT) && !*created && is_dir(d->inode))
            err = -EISDIR;
        break;
    }
    walk_end(&w);
    if (err)
        dentry_put(d);
    else
        *out = d;
    return err;
}

/* do_open() of fs/namei.c: may t open d, and what O_TRUNC asks for. */
static int64_t open_found(struct task *t, struct dentry *d, unsigned flags, bool created, struct file **out)
{
    bool truncate =
        (flags & O_TRUNC) && S_ISREG(d->inode->mode) && !created && !(flags & O_PATH) && !d->host_fd;
    struct file *f;
    unsigned refused = 0;
    int64_t err = flags & O_PATH ? 0 : may_open(t, d, flags, created);

    if (!err && !(flags & O_PATH))
        err = landlock_open(t, d, flags, false, &refused);
    if (!err && truncate && refused & LL_TRUNCATE)
        err = -EACCES;
    if (err)
        return err;
    err = file_open_dentry(t, d, flags, &f);
    if (err)
        return err;
    if (!(flags & O_PATH))
        notify_dentry(d, IN_OPEN);
    if (truncate) {
        err = do_truncate(t, d->inode, d, 0);
        if (err) {
            file_put(f);
            return err;
        }
    }
    f->created = created;
    f->refused = refused;
    *out = f;
    return 0;
}

static int64_t do_open(struct task *t, int dfd, const char *path, unsigned flags, unsigned mode,
                       unsigned resolve, struct file **out)
{
    struct dentry *d;
    bool created = false;
    int64_t err = find_or_create(t, dfd, path, flags, mode, resolve, &d, &created);

    if (err)
        return err;
    if (flags & O_TMPFILE_BIT)
        err = open_tmpfile(t, d, flags, mode, out);
    else
        err = open_found(t, d, flags, created, out);
    dentry_put(d);
    return err;
}

int vfs_open(struct task *t, const char *path, unsigned flags, unsigned mode, struct file **out)
{
    flags = (flags & VALID_OPEN_FLAGS) | O_LARGEFILE_X86;
    if (flags & O_PATH)
        flags &= OPATH_FLAGS;
    mode = flags & (O_CREAT | O_TMPFILE_BIT) ? mode & 07777 : 0;
    int err = check_flags(flags, mode, 0);
    return err ? err : do_open(t, AT_FDCWD, path, flags, mode, 0, out);
}

/* do_open_execat(): what execve and the loader open. */
int vfs_open_exec_at(struct task *t, int dfd, const char *path, unsigned flags, struct file **out)
{
    unsigned refused; /* nobody gets the file */
    struct dentry *d;
    int err = path_lookup(t, dfd, path, lookup_flags(flags), &d);

    if (err)
        return err;
    if (S_ISLNK(d->inode->mode))
        err = -ELOOP;
    else if (!S_ISREG(d->inode->mode) || d->sb->noexec)
        err = -EACCES;
    else
        err = inode_permission(t, d->inode, MAY_EXEC);
    if (!err)
        err = landlock_open(t, d, O_RDONLY, true, &refused);
    if (!err)
        err = file_open_dentry(t, d, O_RDONLY | O_LARGEFILE_X86, out);
    if (!err)
        notify_dentry(d, IN_OPEN);
    dentry_put(d);
    return err;
}

int vfs_open_exec(struct task *t, const char *path, struct file **out)
{
    return vfs_open_exec_at(t, AT_FDCWD, path, 0, out);
}

static int64_t open_user(struct task *t, int dfd, uint64_t upath, unsigned flags, unsigned mode,
                         unsigned resolve)
{
    char path[PATH_MAX];
    struct file *f;
    int64_t n = getname(t, upath, path, false), err;

    if (n < 0)
        return n;
    err = do_open(t, dfd, path, flags, mode, resolve, &f);
    return err ? err : fd_install_new(t, f, flags);
}

static int64_t open_how(struct task *t, int dfd, uint64_t upath, unsigned flags, unsigned mode)
{
    int err;

    flags = (flags & VALID_OPEN_FLAGS) | O_LARGEFILE_X86;
    if (flags & O_PATH)
        flags &= OPATH_FLAGS;
    mode = flags & (O_CREAT | O_TMPFILE_BIT) ? mode & 07777 : 0;
    err = check_flags(flags, mode, 0);
    return err ? err : open_user(t, dfd, upath, flags, mode, 0);
}

int64_t sys_open(struct task *t, const uint64_t a[6])
{
    return open_how(t, AT_FDCWD, a[0], a[1], a[2]);
}

int64_t sys_openat(struct task *t, const uint64_t a[6])
{
    return open_how(t, (int)a[0], a[1], a[2], a[3]);
}

int64_t sys_creat(struct task *t, const uint64_t a[6])
{
    return open_how(t, AT_FDCWD, a[0], O_CREAT | O_WRONLY | O_TRUNC, a[1]);
}

int64_t sys_openat2(struct task *t, const uint64_t a[6])
{
    struct open_how how;
    int err;

    err = copy_struct_in(t, &how, sizeof(how), a[2], a[3], sizeof(how));
    if (err)
        return err;
    err = check_flags(how.flags, how.mode, how.resolve);
    if (err)
        return err;
    if (how.resolve & RESOLVE_CACHED) {
        if (how.flags & (O_TRUNC | O_CREAT | O_TMPFILE_BIT))
            return -EAGAIN;
    }
    if (!(how.flags & O_PATH))
        how.flags |= O_LARGEFILE_X86;
    return open_user(t, (int)a[0], a[1], how.flags, how.mode, how.resolve);
}
