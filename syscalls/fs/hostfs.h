/*
 * hostfs.h - files of the host: what hostfs.c (names, inodes, attributes) needs of hostfs_file.c (the bytes of
 * regular files).
 */
#ifndef SYSCALLS_FS_HOSTFS_H
#define SYSCALLS_FS_HOSTFS_H

#include "vfs.h"

extern const struct file_ops hostfs_file_ops;
/* As struct inode_ops has them. */
int hostfs_open(struct task *t, struct dentry *d, struct file *f);
int hostfs_object(struct inode *inode, struct vm_object **out);
uint64_t hostfs_size(struct inode *inode);

#endif
