/*
 * devpts.c - /dev/pts: ptmx, and a node for each terminal (fs/devpts).
 */
#include <linux/magic.h>

#include "tty.h"

#define PTS_MODE 0620 /* as Debian mounts it: gid=5,mode=620 */
#define PTS_GID  5
#define INO_PTMX 2

static struct dentry *add(struct dentry *dir, const char *name, unsigned mode, uint64_t rdev, uint64_t ino)
{
    struct dentry *d = tmpfs_add(dir, name, S_IFCHR | mode, rdev, NULL);

    if (d)
        d->inode->ino = ino;
    return d;
}

int devpts_mount(struct vfs *v, struct dentry *dev)
{
    struct dentry *at = tmpfs_add(dev, "pts", S_IFDIR | 0755, 0, NULL);
    struct dentry *root = tmpfs_mount_root(v, "devpts", 0755, makedev(0, 22));

    if (!at || !root || vfs_mount(v, at, root))
        return -ENOMEM;
    root->sb->magic = DEVPTS_SUPER_MAGIC;
    root->sb->noexec = true;
    root->inode->ops = &tmpfs_fixed_dir_ops;
    v->devpts = root;
    return add(root, "ptmx", 0, makedev(TTY_AUX_MAJOR, 2), INO_PTMX) ? 0 : -ENOMEM;
}

struct dentry *devpts_add(struct vfs *v, const struct task *t, unsigned index)
{
    char name[16];
    struct dentry *d;

    snprintf(name, sizeof(name), "%u", index);
    d = add(v->devpts, name, PTS_MODE, makedev(PTS_MAJOR, index), index + 3);
    if (d) {
        d->inode->uid = t ? t->cred.fsuid : 0;
        d->inode->gid = PTS_GID;
    }
    return d;
}

void devpts_remove(struct dentry *node)
{
    node->inode->nlink = 0;
    node->deleted = true;
    d_drop(node);
}
