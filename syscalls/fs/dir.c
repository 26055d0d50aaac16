/*
 * dir.c - calls that change directories: mkdir, mknod, symlink, link, unlink, rmdir (fs/namei.c).
 */
#include "../handlers.h"
#include "../landlock/landlock.h"
#include "dnotify.h"
#include "fs_calls.h"
#include "notify.h"

#include <linux/capability.h>
#include <linux/fs.h>

/* filename_create(): parent and a name that must not exist yet. w stays open on success; *out has a
 * reference. */
static int begin_create(struct walk *w, struct task *t, int dfd, uint64_t upath, bool dir,
                        struct dentry **out)
{
    char path[PATH_MAX];
    int64_t n = getname(t, upath, path, false);
    int err;

    *out = NULL;
    if (n < 0)
        return n;
    err = walk_begin(w, t, dfd, path, 0);
    if (!err)
        err = walk_to_parent(w);
    if (!err && w->last_type != LAST_NORM)
        err = -EEXIST;
    if (!err && !is_dir(w->cur->inode))
        err = -ENOTDIR;
    if (!err)
        err = walk_last(w, out);
    if (!err && (*out)->inode)
        err = -EEXIST;
    if (!err && w->trailing_slash && !dir)
        err = -ENOENT;
    if (!err && w->cur->sb->ro)
        err = -EROFS;
    if (err) {
        dentry_put(*out);
        walk_end(w);
    }
    return err;
}

static void end_create(struct walk *w, struct dentry *d)
{
    dentry_put(d);
    walk_end(w);
}

static int64_t make_node(struct task *t, int dfd, uint64_t upath, unsigned mode, uint64_t rdev,
                         const char *target)
{
    struct walk w;
    struct dentry *d;
    int err = begin_create(&w, t, dfd, upath, S_ISDIR(mode), &d);

    if (err)
        return err;
    err = landlock_make(t, w.cur, mode);
    if (!err)
        err = may_create(t, w.cur);
    if (!err && (S_ISCHR(mode) || S_ISBLK(mode)) && !task_capable(t, CAP_MKNOD))
        err = -EPERM;
    if (!err && !w.cur->inode->ops->create)
        err = -EPERM;
    if (!err)
        err = w.cur->inode->ops->create(t, d, mode, rdev, target);
    if (!err)
        notify_name(w.cur, IN_CREATE, d->name, S_ISDIR(mode), 0);
    end_create(&w, d);
    return err;
}

static int64_t do_mkdirat(struct task *t, int dfd, uint64_t upath, unsigned mode)
{
    return make_node(t, dfd, upath, S_IFDIR | (mode & 01777 & ~t->fs->umask), 0, NULL);
}

int64_t sys_mkdir(struct task *t, const uint64_t a[6])
{
    return do_mkdirat(t, AT_FDCWD, a[0], arg_uint(a[1]));
}

int64_t sys_mkdirat(struct task *t, const uint64_t a[6])
{
    return do_mkdirat(t, arg_int(a[0]), a[1], arg_uint(a[2]));
}

static int64_t do_mknodat(struct task *t, int dfd, uint64_t upath, unsigned mode, unsigned dev)
{
    switch (mode & S_IFMT) {
    case 0:
        mode |= S_IFREG;
        break;
    case S_IFREG:
    case S_IFCHR:
    case S_IFBLK:
    case S_IFIFO:
    case S_IFSOCK:
        break;
    case S_IFDIR:
        return -EPERM;
    default:
        return -EINVAL;
    }
    return make_node(t, dfd, upath, (mode & S_IFMT) | (mode & 07777 & ~t->fs->umask),
                     S_ISCHR(mode) || S_ISBLK(mode) ? dev : 0, NULL);
}

int64_t sys_mknod(struct task *t, const uint64_t a[6])
{
    return do_mknodat(t, AT_FDCWD, a[0], arg_uint(a[1]), arg_uint(a[2]));
}

int64_t sys_mknodat(struct task *t, const uint64_t a[6])
{
    return do_mknodat(t, arg_int(a[0]), a[1], arg_uint(a[2]), arg_uint(a[3]));
}

static int64_t do_symlinkat(struct task *t, uint64_t utarget, int dfd, uint64_t upath)
{
    char target[PATH_MAX];
    int64_t n = getname(t, utarget, target, false);

    return n < 0 ? n : make_node(t, dfd, upath, S_IFLNK | 0777, 0, target);
}

int64_t sys_symlink(struct task *t, const uint64_t a[6])
{
    return do_symlinkat(t, a[0], AT_FDCWD, a[1]);
}

int64_t sys_symlinkat(struct task *t, const uint64_t a[6])
{
    return do_symlinkat(t, a[0], arg_int(a[1]), a[2]);
}

static int64_t do_linkat(struct task *t, int ofd, uint64_t uold, int nfd, uint64_t unew, unsigned at)
{
    struct walk w;
    struct dentry *old, *d;
    int err;

    if (at & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    err = user_path_lookup(
        t, ofd, uold, (at & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0) | (at & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0),
        &old);
    if (err)
        return err;
    err = begin_create(&w, t, nfd, unew, false, &d);
    if (err)
        goto out;
    err = old->sb != d->sb ? -EXDEV : landlock_link(t, old, w.cur);
    if (!err)
        err = may_create(t, w.cur);
    if (!err && (is_dir(old->inode) || !w.cur->inode->ops->link))
        err = -EPERM;
    if (!err && old->inode->nlink == 0 && !old->inode->linkable)
        err = -ENOENT; /* unlinked; an O_TMPFILE one may get its name */
    if (!err)
        err = w.cur->inode->ops->link(t, old, d);
    if (!err) {
        old->inode->linkable = false;
        notify_inode(old->inode, IN_ATTRIB);
        notify_name(w.cur, IN_CREATE, d->name, false, 0);
    }
    end_create(&w, d);
out:
    dentry_put(old);
    return err;
}

int64_t sys_link(struct task *t, const uint64_t a[6])
{
    return do_linkat(t, AT_FDCWD, a[0], AT_FDCWD, a[1], 0);
}

int64_t sys_linkat(struct task *t, const uint64_t a[6])
{
    return do_linkat(t, arg_int(a[0]), a[1], arg_int(a[2]), a[3], arg_uint(a[4]));
}

/* ---- removal ---- */

/* vfs_unlink() and vfs_rmdir() did their work: the number of links, the last of them, the name. */
static void notify_removed(struct dentry *dir, struct dentry *d, bool isdir)
{
    if (!isdir)
        notify_inode(d->inode, IN_ATTRIB);
    if (d->refs == 1 && d->inode->watches && (!d->inode->nlink || isdir))
        notify_gone(d->inode); /* nobody has it open */
    notify_name(dir, IN_DELETE, d->name, isdir, 0);
}

static int remove_path(struct task *t, int dfd, const char *path, bool dir)
{
    struct dentry *d = NULL;
    struct walk w;
    int err;

    err = walk_begin(&w, t, dfd, path, 0);
    if (!err)
        err = walk_to_parent(&w);
    if (err)
        goto out;
    if (w.last_type != LAST_NORM) {
        err = !dir                         ? -EISDIR
              : w.last_type == LAST_DOTDOT ? -ENOTEMPTY
              : w.last_type == LAST_DOT    ? -EINVAL
                                           : -EBUSY;
        goto out;
    }
    if (!is_dir(w.cur->inode)) {
        err = -ENOTDIR;
        goto out;
    }
    if (w.cur->sb->ro) {
        err = -EROFS;
        goto out;
    }
    err = dir_lookup(t, w.cur, w.last, strlen(w.last), &d);
    if (err)
        goto out;
    if (!dir && w.trailing_slash) {
        err = !d->inode ? -ENOENT : is_dir(d->inode) ? -EISDIR : -ENOTDIR;
        goto out;
    }
    err = d->inode ? landlock_check(t, w.cur, dir ? LL_REMOVE_DIR : LL_REMOVE_FILE) : -ENOENT;
    if (!err)
        err = may_delete(t, w.cur, d, dir);
    if (!err && d->mounted)
        err = -EBUSY;
    if (!err && !(dir ? w.cur->inode->ops->rmdir : w.cur->inode->ops->unlink))
        err = -EPERM;
    if (!err)
        err = dir ? w.cur->inode->ops->rmdir(t, d) : w.cur->inode->ops->unlink(t, d);
    if (!err && t->k->vfs->nr_watches)
        notify_removed(w.cur, d, dir);
out:
    dentry_put(d);
    walk_end(&w);
    return err;
}

int vfs_unlink(struct task *t, const char *path)
{
    return remove_path(t, AT_FDCWD, path, false);
}

static int64_t do_remove(struct task *t, int dfd, uint64_t upath, bool dir)
{
    char path[PATH_MAX];
    int64_t n = getname(t, upath, path, false);

    return n < 0 ? n : remove_path(t, dfd, path, dir);
}

int64_t sys_unlink(struct task *t, const uint64_t a[6])
{
    return do_remove(t, AT_FDCWD, a[0], false);
}

int64_t sys_rmdir(struct task *t, const uint64_t a[6])
{
    return do_remove(t, AT_FDCWD, a[0], true);
}

int64_t sys_unlinkat(struct task *t, const uint64_t a[6])
{
    if (arg_uint(a[2]) & ~AT_REMOVEDIR)
        return -EINVAL;
    return do_remove(t, arg_int(a[0]), a[1], a[2] & AT_REMOVEDIR);
}
