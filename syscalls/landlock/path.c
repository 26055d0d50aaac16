/*
 * path.c - what landlock's layers permit on files (security/landlock/fs.c). A rule is about everything beneath its inode: what
 * a layer permits on a place is the sum of the rules that are met on the way up to the root, across mounts.
 */
#include "landlock.h"

#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#include "../fs/fs_calls.h"

static unsigned granted_by(const struct landlock_layer *l, const struct inode *inode)
{
    for (unsigned i = 0; i < l->nr_rules; i++)
        if (l->rule[i].inode == inode)
            return l->rule[i].access;
    return 0;
}

/* What l grants on d and in what is above it. */
static unsigned granted(const struct landlock_layer *l, struct dentry *d)
{
    unsigned access = 0;

    for (;;) {
        struct dentry *up = d_parent(d);

        access |= granted_by(l, d->inode);
        if (!up || up == d)
            return access;
        d = up;
    }
}

/* Files that no path leads to are nobody's matter: pipes, sockets, memfds. */
static bool has_no_place(const struct dentry *d)
{
    const struct dentry *root = d;

    if (d->sb->type == FS_ANON || d->sb->type == FS_PIPE || d->sb->type == FS_SOCK || d->sb->type == FS_NS ||
        d->outside)
        return true;
    while (root->parent)
        root = root->parent;
    return !root->covers && root != d->sb->k->vfs->root;
}

/* Rights of `access` that some layer refuses. */
static unsigned refused(const struct task *t, struct dentry *d, unsigned access)
{
    unsigned none = 0;

    if (!t->cred.landlock || has_no_place(d))
        return 0;
    for (const struct landlock_layer *l = t->cred.landlock; l; l = l->parent)
        if (access & l->fs)
            none |= access & l->fs & ~granted(l, d);
    return none;
}

int landlock_check(const struct task *t, struct dentry *d, unsigned access)
{
    return refused(t, d, access) ? -EACCES : 0;
}

static bool is_device(const struct inode *inode)
{
    return S_ISCHR(inode->mode) || S_ISBLK(inode->mode);
}

int landlock_open(const struct task *t, struct dentry *d, unsigned flags, bool exec, unsigned *not_later)
{
    unsigned how = flags & O_ACCMODE, access = exec ? LL_EXECUTE : 0, later, none;

    *not_later = 0;
    if (!t->cred.landlock)
        return 0;
    if (how != O_WRONLY)
        access |= is_dir(d->inode) ? LL_READ_DIR : LL_READ_FILE;
    if (how != O_RDONLY)
        access |= LL_WRITE_FILE;
    later = LL_TRUNCATE | (is_device(d->inode) ? LL_IOCTL_DEV : 0);
    none = refused(t, d, access | later);
    *not_later = none & later;
    return none & access ? -EACCES : 0;
}

static unsigned make_right(unsigned mode)
{
    switch (mode & S_IFMT) {
    case S_IFLNK:
        return LL_MAKE_SYM;
    case S_IFDIR:
        return LL_MAKE_DIR;
    case S_IFCHR:
        return LL_MAKE_CHAR;
    case S_IFBLK:
        return LL_MAKE_BLOCK;
    case S_IFIFO:
        return LL_MAKE_FIFO;
    case S_IFSOCK:
        return LL_MAKE_SOCK;
    default:
        return LL_MAKE_REG;
    }
}

int landlock_make(const struct task *t, struct dentry *dir, unsigned mode)
{
    return landlock_check(t, dir, make_right(mode));
}

/* ---- other names ---- */

static unsigned remove_right(const struct dentry *d)
{
    return !d->inode ? 0 : is_dir(d->inode) ? LL_REMOVE_DIR : LL_REMOVE_FILE;
}

/* Would d have rights below `to` that it has not where it is? Of files only those that files have count. */
static bool gains(const struct landlock_layer *l, struct dentry *d, struct dentry *to)
{
    unsigned mask = is_dir(d->inode) ? LL_FS_ALL : LL_FS_FILE, handled = l->fs | LL_REFER;

    return granted(l, to) & handled & mask & ~granted(l, d);
}

/* Each layer must permit both sides to be referred to, also those that never said so, and nobody may gain by it. */
static bool may_refer(const struct task *t, struct dentry *old, struct dentry *from, struct dentry *to,
                      struct dentry *exchanged)
{
    for (const struct landlock_layer *l = t->cred.landlock; l; l = l->parent) {
        if (!(granted(l, from) & granted(l, to) & LL_REFER))
            return false;
        if (gains(l, old, to) || (exchanged && gains(l, exchanged, from)))
            return false;
    }
    return true;
}

static int move(const struct task *t, struct dentry *old, struct dentry *from, unsigned from_access,
                struct dentry *to, unsigned to_access, struct dentry *exchanged)
{
    if (!t->cred.landlock || has_no_place(to))
        return 0;
    if (refused(t, from, from_access) || refused(t, to, to_access))
        return -EACCES;
    return from == to || may_refer(t, old, from, to, exchanged) ? 0 : -EXDEV;
}

int landlock_link(const struct task *t, struct dentry *old, struct dentry *dir)
{
    struct dentry *from = old->parent ? old->parent : old;

    return move(t, old, from, 0, dir, make_right(old->inode->mode), NULL);
}

int landlock_rename(const struct task *t, struct dentry *old, struct dentry *dir, struct dentry *new,
                    bool exchange)
{
    unsigned from_access = remove_right(old) | (exchange ? make_right(new->inode->mode) : 0);

    return move(t, old, old->parent, from_access, dir, make_right(old->inode->mode) | remove_right(new),
                exchange ? new : NULL);
}

/* ---- devices ---- */

/* What the kernel answers without asking the device. */
static bool is_general(unsigned cmd)
{
    switch (cmd) {
    case FIOCLEX:
    case FIONCLEX:
    case FIONBIO:
    case FIOASYNC:
    case FIOQSIZE:
    case FIFREEZE:
    case FITHAW:
    case FS_IOC_FIEMAP:
    case FIGETBSZ:
    case FICLONE:
    case FICLONERANGE:
    case FIDEDUPERANGE:
        return true;
    }
    return false;
}

int landlock_ioctl(const struct file *f, unsigned cmd)
{
    return f->refused & LL_IOCTL_DEV && is_device(f->inode) && !is_general(cmd) ? -EACCES : 0;
}
