/* dnotify.h - fcntl's F_NOTIFY (dnotify.c). */
#ifndef SYSCALLS_FS_DNOTIFY_H
#define SYSCALLS_FS_DNOTIFY_H

#include <sys/inotify.h>

#include "vfs.h"

/* F_NOTIFY by descriptor fd: DN_* more to be told of; 0: nothing any more. 0, -ENOTDIR or -ENOMEM. */
int dnotify_set(struct task *t, struct file *f, int fd, unsigned mask);
void dnotify_flush(struct file *f,
                   const struct files *owner);        /* a descriptor of f in that table was closed */
void dnotify_tell(struct inode *dir, unsigned mask);  /* DN_* happened in dir */
void dnotify_event(struct inode *dir, uint32_t mask); /* the same, as IN_* of inotify */

#endif
