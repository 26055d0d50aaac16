/* nsfs.h - namespaces as files, see nsfs.c. */
#ifndef SYSCALLS_FS_NSFS_H
#define SYSCALLS_FS_NSFS_H

#include "vfs.h"

/* "uts:[4026531838]": its length. */
int ns_name(enum ns_kind kind, char *buf, size_t size);
/* What /proc/PID/ns/ leads to, with a reference. 0 or -ENOMEM. */
int ns_dentry(struct kernel *k, enum ns_kind kind, struct dentry **out);
void ns_release_all(struct vfs *v);

#endif
