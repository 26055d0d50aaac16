/*
 * pipe.h - the inside of a pipe, for pipe.c and splice.c.
 */
#ifndef SYSCALLS_FS_PIPE_H
#define SYSCALLS_FS_PIPE_H

#include "vfs.h"

#define PIPE_PAGE        4096u
#define PIPE_DEF_BUFFERS 16u

struct pipe_buf {
    char *data; /* one page */
    unsigned off, len;
    bool packet; /* O_DIRECT: read as a whole */
};
struct pipe {
    struct pipe_buf *bufs;
    unsigned head, n, max;     /* ring: first buffer, buffers used, buffers there are */
    unsigned readers, writers; /* open files */
    unsigned opening_readers, opening_writers;
    uint64_t reader_changes, writer_changes; /* how often one was opened */
    uint64_t changes;                        /* counts events, for edge-triggered epoll */
    struct waitq rd_wait, wr_wait;
    struct list_head fasync;
};

static inline struct pipe_buf *pipe_buf(struct pipe *p, unsigned i)
{
    return &p->bufs[(p->head + i) % p->max];
}
void pipe_drop_first(struct pipe *p);
bool pipe_append(struct pipe *p, const void *data, unsigned len, bool packet);
struct pipe *file_pipe(const struct file *f); /* NULL: not a pipe */
int64_t pipe_resize(struct task *t, struct pipe *p, unsigned bytes);

#endif
