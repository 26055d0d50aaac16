/*
 * notify.h - what the calls that open, change and remove files tell inotify and F_NOTIFY (include/linux/fsnotify.h).
 *
 * Costs one look at a counter while nobody watches.
 */
#ifndef SYSCALLS_FS_NOTIFY_H
#define SYSCALLS_FS_NOTIFY_H

#include <sys/inotify.h>

#include "vfs.h"

/* deleted: what the event is about has no name any more (IN_EXCL_UNLINK). */
void notify_inode_watches(struct inode *inode, uint32_t mask, const char *name, uint32_t cookie,
                          bool deleted);
void notify_dentry_watches(struct dentry *d, uint32_t mask);
/* The last name of inode is gone and nobody has it open: IN_DELETE_SELF, and its watches end. */
void notify_gone(struct inode *inode);

/* Of d, to who watches it or its directory. */
static inline void notify_dentry(struct dentry *d, uint32_t mask)
{
    if (d && d->inode && d->sb->k->vfs->nr_watches)
        notify_dentry_watches(d, mask);
}
/* Of the inode alone. */
static inline void notify_inode(struct inode *inode, uint32_t mask)
{
    if (inode->watches || inode->dnotify)
        notify_inode_watches(inode, mask | (is_dir(inode) ? IN_ISDIR : 0), "", 0, false);
}
/* Of a name in dir. */
static inline void notify_name(struct dentry *dir, uint32_t mask, const char *name, bool isdir,
                               uint32_t cookie)
{
    if (dir->inode && (dir->inode->watches || dir->inode->dnotify))
        notify_inode_watches(dir->inode, mask | (isdir ? IN_ISDIR : 0), name, cookie, false);
}

#endif
