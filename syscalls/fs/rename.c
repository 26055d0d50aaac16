/*
 * rename.c - rename, renameat, renameat2 (vfs_rename of fs/namei.c).
 */
#include "../handlers.h"
#include "../landlock/landlock.h"
#include "dnotify.h"
#include "fs_calls.h"
#include "notify.h"

#include <linux/capability.h>
#include <linux/fs.h>

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

/* May the parents and the last words of both paths be those of a rename? In Linux's order. 0 or negative errno. */
static int check_places(const struct walk *from, const struct walk *to, unsigned flags)
{
    if (from->cur->sb != to->cur->sb)
        return -EXDEV;
    if (from->last_type != LAST_NORM)
        return -EBUSY;
    if (to->last_type != LAST_NORM)
        return flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
    return from->cur->sb->ro ? -EROFS : 0;
}

/* And what is there? */
static int check_entries(const struct walk *from, const struct dentry *old, const struct walk *to,
                         const struct dentry *new, unsigned flags)
{
    bool exchange = flags & RENAME_EXCHANGE;

    if (flags & RENAME_NOREPLACE && new->inode)
        return -EEXIST;
    if (exchange && !new->inode)
        return -ENOENT;
    if (exchange && !is_dir(new->inode) && to->trailing_slash)
        return -ENOTDIR;
    if (!is_dir(old->inode) && (from->trailing_slash || (!exchange && to->trailing_slash)))
        return -ENOTDIR;
    if (d_is_ancestor(old, to->cur))
        return -EINVAL;
    if (d_is_ancestor(new, from->cur))
        return exchange ? -EINVAL : -ENOTEMPTY;
    return 0;
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
    if (!err)
        err = check_places(&from, &to, flags);
    if (!err)
        err = dir_lookup(t, from.cur, from.last, strlen(from.last), &old);
    if (!err && !old->inode)
        err = -ENOENT;
    if (!err)
        err = dir_lookup(t, to.cur, to.last, strlen(to.last), &new);
    if (!err)
        err = check_entries(&from, old, &to, new, flags);
    if (!err)
        err = landlock_rename(t, old, to.cur, new, flags & RENAME_EXCHANGE);
    if (!err)
        err = rename_dentries(t, from.cur, old, to.cur, new, flags);
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
