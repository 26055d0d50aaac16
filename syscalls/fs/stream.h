/* stream.h - files that are descriptors of the host: see stream.c. */
#ifndef SYSCALLS_FS_STREAM_H
#define SYSCALLS_FS_STREAM_H

#include "vfs.h"

/* file.priv of these: what file_ops below work on. NULL: out of memory. It closes fd, unless that is 0, 1 or 2, in the end. */
struct host_stream *host_stream_create(struct vfs *v, int fd);
extern const struct file_ops host_pipe_ops;    /* no position: pipes, sockets, devices */
extern const struct file_ops host_regular_ops; /* the host's position is the file's */

/* The terminal of the host; flags are open(2)'s. */
int tty_open(struct task *t, struct file *f, unsigned flags);
/* Open once more what the emulator was started with (/dev/stderr): never for more than it was given. */
int64_t stream_reopen(struct task *t, struct dentry *d, struct file *f, unsigned flags);
bool stream_grants(const struct dentry *d, unsigned acc); /* MAY_* */

#endif
