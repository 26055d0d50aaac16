/* lease.h - leases of files: fcntl's F_SETLEASE and F_GETLEASE, and the calls that have to wait for them (lease.c). */
#ifndef SYSCALLS_FS_LEASE_H
#define SYSCALLS_FS_LEASE_H

#include "vfs.h"

/* F_SETLEASE of F_RDLCK, F_WRLCK or F_UNLCK by descriptor fd. 0, -EINVAL, -EACCES (of somebody else), -EAGAIN (who has it open
 * conflicts, or there is none to give back), -ENOMEM. */
int64_t lease_set(struct task *t, struct file *f, int fd, int type);
/* F_GETLEASE: what f's lease is, or is to become. */
int lease_get(struct file *f);
/* break_lease(): inode is about to be opened or truncated. 0, -EAGAIN (nonblock), SYS_BLOCK or -ERESTARTSYS. */
int64_t lease_break(struct task *t, struct inode *inode, bool write, bool nonblock);
void lease_release_file(struct file *f); /* f goes */

#endif
