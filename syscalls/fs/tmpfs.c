/*
 * tmpfs.c - file systems that live in the guest's memory: /tmp, /dev, /dev/shm.
 *
 * The tree is the pinned dentries themselves; a regular file's bytes are a vm_object of kind OBJ_SHMEM. Inode
 * numbers count up and times come from the virtual clock, so everything stat(2) shows is the same in each
 * run.
 */
#include "vfs.h"
#include "xattr.h"

#include <stdlib.h>

int tmpfs_lookup(struct task *t, struct dentry *dir, struct dentry *child)
{
    return 0; /* what exists is pinned and was found already */
}

int tmpfs_list(struct task *t, struct dentry *dir, struct dirlist *out)
{
    list_for_each (p, &dir->children) {
        struct dentry *d = container_of(p, struct dentry, sibling);

        if (d->inode && !d->mounted && dirlist_add(out, d->name, d->name_len, d->inode->ino, d->inode->mode))
            return -ENOMEM;
    }
    return 0;
}

static void tmpfs_evict(struct inode *inode)
{
    if (S_ISLNK(inode->mode))
        free(inode->target);
}

static const struct inode_ops tmpfs_dir_ops, tmpfs_link_ops, tmpfs_special_ops; /* at the end */

struct inode *tmpfs_inode(struct super *sb, unsigned mode, uint64_t rdev)
{
    struct inode *inode = inode_alloc(sb, mode);

    if (!inode)
        return NULL;
    inode->ino = sb->next_ino++;
    inode->rdev = rdev;
    inode->ops = S_ISDIR(mode)   ? &tmpfs_dir_ops
                 : S_ISREG(mode) ? &tmpfs_file_ops
                 : S_ISLNK(mode) ? &tmpfs_link_ops
                                 : &tmpfs_special_ops;
    if (S_ISREG(mode))
        inode->fops = &regular_file_ops;
    return inode;
}

static void touch_dir(struct dentry *dir)
{
    dir->inode->mtime = dir->inode->ctime = vfs_now(dir->sb->k);
}

void tmpfs_instantiate(struct dentry *child, struct inode *inode)
{
    child->inode = inode;
    if (is_dir(inode)) {
        inode->alias = child;
        child->parent->inode->nlink++;
    }
    d_hash(child);
    d_pin(child);
    touch_dir(child->parent);
}

/* inode_init_owner() */
static void init_owner(const struct task *t, struct inode *inode, const struct inode *dir)
{
    if (t) {
        inode->uid = t->cred.fsuid;
        inode->gid = t->cred.fsgid;
    }
    if (dir->mode & S_ISGID) {
        inode->gid = dir->gid;
        if (S_ISDIR(inode->mode))
            inode->mode |= S_ISGID;
    }
}

static int tmpfs_create(struct task *t, struct dentry *child, unsigned mode, uint64_t rdev,
                        const char *target)
{
    struct inode *inode = tmpfs_inode(child->sb, mode, rdev);

    if (!inode)
        return -ENOSPC;
    if (target) {
        inode->target = strdup(target);
        if (!inode->target) {
            inode_put(inode);
            return -ENOMEM;
        }
    }
    init_owner(t, inode, child->parent->inode);
    tmpfs_instantiate(child, inode);
    return 0;
}

static int tmpfs_tmpfile(struct task *t, struct dentry *dir, unsigned mode, struct inode **out)
{
    *out = tmpfs_inode(dir->sb, mode, 0);
    if (!*out)
        return -ENOSPC;
    init_owner(t, *out, dir->inode);
    return 0;
}

/* A character device 0:0 that nobody may open, as overlayfs has it for a name that is gone. */
static struct inode *tmpfs_whiteout(struct task *t, struct dentry *dir)
{
    struct inode *inode = tmpfs_inode(dir->sb, S_IFCHR, 0);

    if (inode)
        init_owner(t, inode, dir->inode);
    return inode;
}

struct dentry *tmpfs_add(struct dentry *dir, const char *name, unsigned mode, uint64_t rdev,
                         const char *target)
{
    struct dentry *d = d_find(dir->sb->k->vfs, dir, name, strlen(name));

    if (d)
        return d;
    d = dentry_alloc(dir->sb, dir, name, strlen(name));
    if (!d)
        return NULL;
    if (tmpfs_create(NULL, d, mode, rdev, target)) {
        dentry_put(d);
        return NULL;
    }
    dentry_put(d); /* pinned */
    return d;
}

struct dentry *super_root(struct super *sb, struct inode *inode)
{
    struct dentry *root = inode ? dentry_alloc(sb, NULL, "", 0) : NULL;

    if (!root) {
        inode_put(inode);
        return NULL;
    }
    root->inode = inode;
    inode->alias = root;
    sb->root = root;
    return root;
}

struct dentry *tmpfs_mount_root(struct vfs *v, const char *name, unsigned mode, uint64_t dev)
{
    struct super *sb = super_create(v, FS_TMP, name, 0x01021994, dev);

    return sb ? super_root(sb, tmpfs_inode(sb, S_IFDIR | mode, 0)) : NULL;
}

void tmpfs_forget(struct dentry *child)
{
    touch_dir(child->parent);
    child->deleted = true;
    d_drop(child);
}

static int tmpfs_unlink(struct task *t, struct dentry *child)
{
    struct inode *inode = child->inode;

    inode->nlink--;
    inode->ctime = vfs_now(child->sb->k);
    tmpfs_forget(child);
    return 0;
}

static bool tmpfs_empty(const struct dentry *d)
{
    list_for_each (p, &d->children)
        if (container_of(p, struct dentry, sibling)->inode)
            return false;
    return true;
}

static int tmpfs_rmdir(struct task *t, struct dentry *child)
{
    if (!tmpfs_empty(child))
        return -ENOTEMPTY;
    child->inode->nlink -= 1;
    child->parent->inode->nlink--;
    return tmpfs_unlink(t, child);
}

static int tmpfs_link(struct task *t, struct dentry *old, struct dentry *child)
{
    old->inode->nlink++;
    old->inode->ctime = vfs_now(child->sb->k);
    tmpfs_instantiate(child, inode_get(old->inode));
    return 0;
}

/* child is where old goes; it may exist (replaced, or swapped with RENAME_EXCHANGE). The tree itself is moved
 * by the caller. */
static int tmpfs_rename(struct task *t, struct dentry *old, struct dentry *child, unsigned flags)
{
    struct inode *from = old->parent->inode, *to = child->parent->inode;
    int delta;

    if (flags & 2 /* RENAME_EXCHANGE */) {
        delta = is_dir(old->inode) - is_dir(child->inode);
    } else {
        if (child->inode && is_dir(child->inode) && !tmpfs_empty(child))
            return -ENOTEMPTY;
        delta = is_dir(old->inode);
        if (child->inode) {
            if (is_dir(child->inode))
                tmpfs_rmdir(t, child);
            else
                tmpfs_unlink(t, child);
        }
    }
    from->nlink -= delta;
    to->nlink += delta;
    touch_dir(old->parent);
    touch_dir(child->parent);
    old->inode->ctime = vfs_now(old->sb->k);
    return 0;
}

static int64_t tmpfs_readlink(struct task *t, struct dentry *d, char *buf, size_t size)
{
    size_t n = strlen(d->inode->target);

    memcpy(buf, d->inode->target, n < size ? n : size);
    return n < size ? n : size;
}

static int tmpfs_setattr(struct task *t, struct inode *inode, struct dentry *d, const struct iattr *a)
{
    if (a->valid & ATTR_SIZE) {
        int err = vm_object_truncate(inode->obj, a->size);

        if (err)
            return err;
        inode->mtime = vfs_now(inode->sb->k);
    }
    inode_copy_attr(inode, a);
    return 0;
}

static int tmpfs_object(struct inode *inode, struct vm_object **out)
{
    if (!inode->obj) {
        inode->obj = vm_object_create(&inode->sb->k->sys, OBJ_SHMEM, 0, NULL, NULL);
        if (!inode->obj)
            return -ENOMEM;
        inode->obj->fseals = F_SEAL_SEAL; /* only memfds take seals */
    }
    *out = inode->obj;
    return 0;
}

static const struct inode_ops tmpfs_dir_ops = {
    .lookup = tmpfs_lookup,
    .list = tmpfs_list,
    .create = tmpfs_create,
    .unlink = tmpfs_unlink,
    .rmdir = tmpfs_rmdir,
    .link = tmpfs_link,
    .rename = tmpfs_rename,
    .tmpfile = tmpfs_tmpfile,
    .whiteout = tmpfs_whiteout,
    .setattr = tmpfs_setattr,
    .xattr = &memory_xattrs,
};
/* A directory that only the machine itself changes: devpts. */
const struct inode_ops tmpfs_fixed_dir_ops = {
    .lookup = tmpfs_lookup, .list = tmpfs_list, .setattr = tmpfs_setattr};
const struct inode_ops tmpfs_file_ops = {
    .setattr = tmpfs_setattr, .object = tmpfs_object, .xattr = &memory_xattrs};
static const struct inode_ops tmpfs_link_ops = {
    .readlink = tmpfs_readlink,
    .setattr = tmpfs_setattr,
    .evict = tmpfs_evict,
    .xattr = &memory_xattrs,
};
static const struct inode_ops tmpfs_special_ops = {
    .setattr = tmpfs_setattr, .evict = fifo_evict, .xattr = &memory_xattrs};
