/*
 * dir.c - calls that change directories: mkdir, mknod, symlink, link, unlink, rmdir, rename (fs/namei.c).
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

static int may_create(struct task *t, struct dentry *dir)
{
    if (dir->deleted)
        return -ENOENT;
    return inode_permission(t, dir->inode, MAY_WRITE | MAY_EXEC);
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

/* ---- rename ---- */

/* fsnotify_move(): one direction of it. */
static void notify_moved(struct dentry *odir, const char *oname, struct dentry *d, struct inode *replaced)
{
    bool isdir = is_dir(d->inode);
    uint32_t cookie;

    if (!d->sb->k->vfs->nr_watches)
        return;
    cookie = ++d->sb->k->vfs->last_cookie;
    notify_name(odir, IN_MOVED_FROM, oname, isdir, cookie);
    notify_name(d->parent, IN_MOVED_TO, d->name, isdir, cookie);
    if (odir == d->parent)
        dnotify_tell(odir->inode, DN_RENAME);
    if (replaced)
        notify_inode(replaced, IN_ATTRIB);
    notify_inode(d->inode, IN_MOVE_SELF);
}

/* inode, whose reference it takes, is what has the name from now on. Lost where there is no memory. */
static void leave_at(struct dentry *dir, const char *name, struct inode *inode)
{
    struct dentry *d = dentry_alloc(dir->sb, dir, name, strlen(name));

    if (d)
        tmpfs_instantiate(d, inode);
    else
        inode_put(inode);
    dentry_put(d);
}

/* vfs_rename()'s checks, then the file system, then our tree. */
static int rename_dentries(struct task *t, struct dentry *odir, struct dentry *old, struct dentry *ndir,
                           struct dentry *new, unsigned flags)
{
    bool isdir = is_dir(old->inode);
    struct inode *left = NULL;
    char name[NAME_LEN_MAX + 1];
    struct dentry *hold;
    int err;

    if (old->inode == new->inode)
        return 0;
    err = may_delete(t, odir, old, isdir);
    if (err)
        return err;
    if (!new->inode) {
        err = may_create(t, ndir);
    } else if (flags & RENAME_EXCHANGE) {
        err = may_delete(t, ndir, new, is_dir(new->inode));
    } else {
        err = may_delete(t, ndir, new, isdir);
    }
    if (err)
        return err;
    if (isdir && odir != ndir) {
        err = inode_permission(t, old->inode, MAY_WRITE);
        if (err)
            return err;
    }
    if (!odir->inode->ops->rename)
        return -EPERM;
    if (old->mounted || new->mounted)
        return -EBUSY;
    if (flags & RENAME_WHITEOUT && odir->inode->ops->whiteout) {
        left = odir->inode->ops->whiteout(t, odir);
        if (!left)
            return -ENOSPC;
    }
    err = odir->inode->ops->rename(t, old, new, flags);
    if (err) {
        inode_put(left);
        return err;
    }
    hold = dentry_get(odir);
    memcpy(name, old->name, old->name_len + 1);
    d_move(old, ndir, new->name);
    if (left)
        leave_at(odir, name, left);
    if (flags & RENAME_EXCHANGE)
        d_move(new, hold, name);
    notify_moved(hold, name, old, flags & RENAME_EXCHANGE ? NULL : new->inode);
    if (flags & RENAME_EXCHANGE)
        notify_moved(ndir, old->name, new, NULL);
    dentry_put(hold);
    return 0;
}

/* Parent and last name of one side. */
static int rename_side(struct walk *w, struct task *t, int dfd, uint64_t upath)
{
    char path[PATH_MAX];
    int64_t n = getname(t, upath, path, false);
    int err;

    memset(w, 0, sizeof(*w));
    if (n < 0)
        return n;
    err = walk_begin(w, t, dfd, path, 0);
    if (!err)
        err = walk_to_parent(w);
    if (!err && w->cur->inode && !is_dir(w->cur->inode))
        err = -ENOTDIR;
    return err;
}

static int64_t do_renameat2(struct task *t, int ofd, uint64_t uold, int nfd, uint64_t unew, unsigned flags)
{
    struct walk from, to = {0};
    struct dentry *old = NULL, *new = NULL;
    int err;

    if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT))
        return -EINVAL;
    if ((flags & (RENAME_NOREPLACE | RENAME_WHITEOUT)) && (flags & RENAME_EXCHANGE))
        return -EINVAL;
    err = rename_side(&from, t, ofd, uold);
    if (!err)
        err = rename_side(&to, t, nfd, unew);
    if (err)
        goto out;
    err = -EXDEV;
    if (from.cur->sb != to.cur->sb)
        goto out;
    err = -EBUSY;
    if (from.last_type != LAST_NORM)
        goto out;
    if (flags & RENAME_NOREPLACE)
        err = -EEXIST;
    if (to.last_type != LAST_NORM)
        goto out;
    err = -EROFS;
    if (from.cur->sb->ro)
        goto out;
    err = dir_lookup(t, from.cur, from.last, strlen(from.last), &old);
    if (!err && !old->inode)
        err = -ENOENT;
    if (!err)
        err = dir_lookup(t, to.cur, to.last, strlen(to.last), &new);
    if (err)
        goto out;
    err = -EEXIST;
    if ((flags & RENAME_NOREPLACE) && new->inode)
        goto out;
    if (flags & RENAME_EXCHANGE) {
        err = -ENOENT;
        if (!new->inode)
            goto out;
        err = -ENOTDIR;
        if (!is_dir(new->inode) && to.trailing_slash)
            goto out;
    }
    err = -ENOTDIR;
    if (!is_dir(old->inode) && (from.trailing_slash || (!(flags & RENAME_EXCHANGE) && to.trailing_slash)))
        goto out;
    err = -EINVAL;
    if (d_is_ancestor(old, to.cur))
        goto out;
    err = flags & RENAME_EXCHANGE ? -EINVAL : -ENOTEMPTY;
    if (d_is_ancestor(new, from.cur))
        goto out;
    err = landlock_rename(t, old, to.cur, new, flags & RENAME_EXCHANGE);
    if (!err)
        err = rename_dentries(t, from.cur, old, to.cur, new, flags);
out:
    dentry_put(old);
    dentry_put(new);
    walk_end(&from);
    walk_end(&to);
    return err;
}

int64_t sys_rename(struct task *t, const uint64_t a[6])
{
    return do_renameat2(t, AT_FDCWD, a[0], AT_FDCWD, a[1], 0);
}

int64_t sys_renameat(struct task *t, const uint64_t a[6])
{
    return do_renameat2(t, arg_int(a[0]), a[1], arg_int(a[2]), a[3], 0);
}

int64_t sys_renameat2(struct task *t, const uint64_t a[6])
{
    return do_renameat2(t, arg_int(a[0]), a[1], arg_int(a[2]), a[3], arg_uint(a[4]));
}
