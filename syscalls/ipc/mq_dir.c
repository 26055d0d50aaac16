/*
 * mq_dir.c - /dev/mqueue: the names of POSIX message queues as a directory (ipc/mqueue.c).
 */
#include "mqueue.h"

#include <errno.h>

#define MQUEUE_MAGIC 0x19800202
#define MQUEUE_MINOR 18

/* open(2) with O_CREAT, and mknod(2) of a regular file. */
static int mq_dir_create(struct task *t, struct dentry *child, unsigned mode, uint64_t rdev,
                         const char *target)
{
    return S_ISREG(mode) ? mq_create(t, child, mode, NULL) : -EPERM;
}

static int mq_dir_unlink(struct task *t, struct dentry *child)
{
    mq_unname(t->k->ipc, child->inode->priv);
    return 0;
}

static const struct inode_ops mq_dir_ops = {
    .lookup = tmpfs_lookup,
    .list = tmpfs_list,
    .create = mq_dir_create,
    .unlink = mq_dir_unlink,
    .setattr = simple_setattr,
};

int mqueue_mount(struct vfs *v, struct dentry *dev)
{
    struct dentry *at = tmpfs_add(dev, "mqueue", S_IFDIR | 0755, 0, NULL), *root;
    struct super *sb = super_create(v, FS_MQUEUE, "mqueue", MQUEUE_MAGIC, makedev(0, MQUEUE_MINOR));

    root = sb ? super_root(sb, inode_alloc(sb, S_IFDIR | 01777)) : NULL;
    if (!at || !root)
        return -ENOMEM;
    root->inode->ops = &mq_dir_ops;
    root->inode->ino = ++v->next_anon_ino;
    return vfs_mount(v, at, root);
}
