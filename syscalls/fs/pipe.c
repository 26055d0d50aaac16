/*
 * pipe.c - pipes and FIFOs, as a ring of page buffers (fs/pipe.c).
 *
 *      head -> [......xxxx] [xxxxxxxxxx] [xxx.......] <- tail       up to `max` buffers
 *
 * A write appends to the last buffer only if the odd part (length modulo a page) fits there, else it takes
 * new buffers: so how much fits in a pipe depends on the sizes written, and programs that fill one see Linux'
 * numbers.
 */
#include "../handlers.h"
#include "fasync.h"
#include "fs_calls.h"
#include "pipe.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>

/* Buffers of all pipes together: what one user may have (fs.pipe-user-pages-soft) four times over. */
#define MAX_PIPE_PAGES 65536u

static struct pipe *pipe_create(void)
{
    struct pipe *p = calloc(1, sizeof(*p));

    if (!p)
        return NULL;
    p->max = PIPE_DEF_BUFFERS;
    p->bufs = calloc(p->max, sizeof(*p->bufs));
    if (!p->bufs) {
        free(p);
        return NULL;
    }
    waitq_init(&p->rd_wait);
    waitq_init(&p->wr_wait);
    list_init(&p->fasync);
    return p;
}

static void pipe_destroy(struct pipe *p)
{
    if (!p)
        return;
    for (unsigned i = 0; i < p->n; i++)
        free(pipe_buf(p, i)->data);
    free(p->bufs);
    free(p);
}

static uint64_t pipe_bytes(struct pipe *p)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < p->n; i++)
        n += pipe_buf(p, i)->len;
    return n;
}

/* The first buffer is used up. */
void pipe_drop_first(struct pipe *p)
{
    free(pipe_buf(p, 0)->data);
    p->bufs[p->head] = (struct pipe_buf){0};
    p->head = (p->head + 1) % p->max;
    p->n--;
}

/* A new last buffer with len bytes; data NULL: zeroes. false: no memory. */
bool pipe_append(struct pipe *p, const void *data, unsigned len, bool packet)
{
    struct pipe_buf *b = pipe_buf(p, p->n);

    b->data = malloc(PIPE_PAGE);
    if (!b->data)
        return false;
    memcpy(b->data, data, len);
    b->off = 0;
    b->len = len;
    b->packet = packet;
    p->n++;
    return true;
}

static int64_t pipe_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    struct pipe *p = f->inode->fifo;
    uint64_t done = 0;
    bool was_full = p->n >= p->max;

    if (!len)
        return 0;
    if (!p->n) {
        if (!p->writers)
            return 0;
        if (!(f->flags & O_NONBLOCK))
            return task_block(t, &p->rd_wait, 0, "read from a pipe");
        fasync_tell(&p->fasync, POLL_OUT);
        return -EAGAIN;
    }
    while (p->n && done < len) {
        struct pipe_buf *b = pipe_buf(p, 0);
        unsigned part = b->len < len - done ? b->len : len - done;
        bool packet = b->packet;

        memcpy((char *)buf + done, b->data + b->off, part);
        done += part;
        b->off += part;
        b->len -= part;
        if (!b->len || packet) /* the rest of a packet is lost */
            pipe_drop_first(p);
        if (packet)
            break;
    }
    if (was_full || p->n < p->max)
        wake_up(&p->wr_wait);
    p->changes++;
    fasync_tell(&p->fasync, POLL_OUT); /* each time, whether or not it had been full */
    return done;
}

/* Does the odd part of len go to the end of the last buffer? */
static bool joins_last(struct pipe *p, unsigned odd, bool packet)
{
    struct pipe_buf *b = p->n ? pipe_buf(p, p->n - 1) : NULL;

    return b && odd && !packet && !b->packet && b->off + b->len + odd <= PIPE_PAGE;
}

static int64_t pipe_write(struct task *t, struct file *f, const void *buf, uint64_t len, uint64_t *pos)
{
    struct pipe *p = f->inode->fifo;
    const char *from = buf;
    uint64_t done = 0;
    bool packet = f->flags & O_DIRECT;

    if (!len)
        return 0;
    if (!p->readers && !p->opening_readers) {
        if (!(f->flags & FILE_NOSIGPIPE))
            send_sigpipe(t);
        return -EPIPE;
    }
    /* The odd part goes where there is room at the end of the last buffer. */
    unsigned odd = len % PIPE_PAGE;
    if (joins_last(p, odd, packet)) {
        struct pipe_buf *b = pipe_buf(p, p->n - 1);

        memcpy(b->data + b->off + b->len, from, odd);
        b->len += odd;
        done = odd;
    }
    while (done < len && p->n < p->max) {
        unsigned part = len - done < PIPE_PAGE ? len - done : PIPE_PAGE;

        if (!pipe_append(p, from + done, part, packet))
            return done ? (int64_t)done : -ENOMEM;
        done += part;
    }
    if (done) {
        p->changes++;
        wake_up(&p->rd_wait);
        fasync_tell(&p->fasync, POLL_IN);
        return done;
    }
    if (!(f->flags & O_NONBLOCK))
        return task_block(t, &p->wr_wait, 0, "write to a pipe");
    if (!t->restart_data[0]) /* else told of the part that went in */
        fasync_tell(&p->fasync, POLL_IN);
    return -EAGAIN;
}

static uint64_t pipe_peek(struct file *f, void *buf, uint64_t len, uint64_t room, uint64_t *whole)
{
    struct pipe *p = f->inode->fifo;
    uint64_t at = 0;

    *whole = 0;
    for (unsigned i = 0; i < p->n && at < len; i++) {
        struct pipe_buf *b = pipe_buf(p, i);
        unsigned part = b->len < len - at ? b->len : len - at;

        if (at < room)
            memcpy((char *)buf + at, b->data + b->off, part < room - at ? part : room - at);
        at += part;
        if (at <= room)
            *whole = at;
        if (b->packet)
            break;
    }
    return at;
}

/* The odd part goes first, then page by page; what is not there whole does not go. */
static uint64_t pipe_write_cut(struct file *f, uint64_t len, uint64_t have)
{
    struct pipe *p = f->inode->fifo;
    unsigned odd = len % PIPE_PAGE;

    if (!p->readers && !p->opening_readers)
        return len;
    if (joins_last(p, odd, f->flags & O_DIRECT))
        return have < odd ? 0 : odd + (have - odd) / PIPE_PAGE * PIPE_PAGE;
    return p->n == p->max ? len : have / PIPE_PAGE * PIPE_PAGE;
}

static unsigned pipe_poll(struct task *t, struct file *f, bool wait)
{
    struct pipe *p = f->inode->fifo;
    unsigned ev = 0;

    if (f->mf.readable) {
        if (p->n)
            ev |= POLLIN | POLLRDNORM;
        if (!p->writers && f->pos != p->writer_changes)
            ev |= POLLHUP;
        if (wait)
            task_wait_add(t, &p->rd_wait);
    }
    if (f->mf.writable) {
        if (p->n < p->max)
            ev |= POLLOUT | POLLWRNORM;
        if (!p->readers)
            ev |= POLLERR;
        if (wait)
            task_wait_add(t, &p->wr_wait);
    }
    return ev;
}

static int64_t pipe_ioctl(struct task *t, struct file *f, unsigned cmd, uint64_t arg)
{
    if (cmd == FIONREAD) {
        int n = pipe_bytes(f->inode->fifo);

        return mm_copy_out(t->mm, arg, &n, sizeof(n));
    }
    return -ENOTTY;
}

static void pipe_release(struct file *f)
{
    struct pipe *p = f->inode->fifo;

    if (f->mf.readable)
        p->readers--;
    if (f->mf.writable)
        p->writers--;
    p->changes++;
    wake_up(&p->rd_wait);
    wake_up(&p->wr_wait);
    if (!p->readers != !p->writers) {
        fasync_tell(&p->fasync, POLL_IN);
        fasync_tell(&p->fasync, POLL_OUT);
    }
    if (!p->readers && !p->writers && f->inode->sb->type != FS_PIPE)
        while (p->n) /* a FIFO nobody has open is empty */
            pipe_drop_first(p);
}

static struct list_head *pipe_fasync(struct task *t, struct file *f)
{
    return &f->inode->fifo->fasync;
}

static uint64_t pipe_changes(struct file *f)
{
    return f->inode->fifo->changes;
}

static void pipe_inode_evict(struct inode *inode)
{
    if (inode->fifo) {
        inode->sb->k->vfs->pipe_pages -= inode->fifo->max;
        pipe_destroy(inode->fifo);
    }
}

void fifo_evict(struct inode *inode)
{
    if (S_ISFIFO(inode->mode))
        pipe_inode_evict(inode);
}

static const struct inode_ops pipe_inode_ops = {.setattr = simple_setattr, .evict = pipe_inode_evict};

const struct file_ops fifo_file_ops = {
    .read = pipe_read,
    .write = pipe_write,
    .poll = pipe_poll,
    .ioctl = pipe_ioctl,
    .release = pipe_release,
    .changes = pipe_changes,
    .fasync = pipe_fasync,
    .peek = pipe_peek,
    .write_cut = pipe_write_cut,
    .byte_stream = true,
};

struct pipe *file_pipe(const struct file *f)
{
    return f->ops == &fifo_file_ops ? f->inode->fifo : NULL;
}

/* ---- FIFOs: open waits for the other side ---- */

/* An open that waits counts as the other side's partner already; restart_data[1] remembers that we are
 * counted and [2] how many partners there had been, since one may come and go before we run again. */
static int64_t fifo_wait(struct task *t, struct file *f, struct waitq *q, unsigned partners, uint64_t changes,
                         unsigned *opening, const char *what)
{
    int64_t r;

    if (partners || (t->restart_data[1] && t->restart_data[2] != changes)) {
        if (t->restart_data[1])
            --*opening;
        t->restart_data[1] = 0;
        return 0;
    }
    if (!t->restart_data[1]) {
        t->restart_data[1] = 1;
        t->restart_data[2] = changes;
        ++*opening;
    }
    r = task_block(t, q, 0, what);
    if (r != SYS_BLOCK) {
        --*opening;
        t->restart_data[1] = 0;
    }
    return r;
}

int64_t fifo_open(struct task *t, struct inode *inode, struct file *f)
{
    bool named = inode->sb->type != FS_PIPE; /* what pipe(2) made is opened again without waiting */
    struct pipe *p = inode->fifo;
    int64_t r;

    if (!p) {
        p = inode->fifo = pipe_create();
        if (!p)
            return -ENOMEM;
        inode->sb->k->vfs->pipe_pages += p->max;
    }
    f->pos = 0;
    switch (f->flags & O_ACCMODE) {
    case O_RDONLY:
        p->reader_changes += !t->restart_data[1];
        wake_up(&p->wr_wait);
        if (!named)
            break;
        if (f->flags & O_NONBLOCK) {
            f->pos = p->writer_changes; /* no POLLHUP before there was a writer */
            break;
        }
        r = fifo_wait(t, f, &p->rd_wait, p->writers + p->opening_writers, p->writer_changes,
                      &p->opening_readers, "open of a FIFO for reading");
        if (r)
            return r;
        break;
    case O_WRONLY:
        if (named && (f->flags & O_NONBLOCK) && !p->readers && !p->opening_readers)
            return -ENXIO;
        p->writer_changes += !t->restart_data[1];
        wake_up(&p->rd_wait);
        if (!named)
            break;
        r = fifo_wait(t, f, &p->wr_wait, p->readers + p->opening_readers, p->reader_changes,
                      &p->opening_writers, "open of a FIFO for writing");
        if (r)
            return r;
        break;
    default:
        p->reader_changes++;
        p->writer_changes++;
        break;
    }
    if (f->mf.readable)
        p->readers++;
    if (f->mf.writable)
        p->writers++;
    wake_up(&p->rd_wait);
    wake_up(&p->wr_wait);
    return 0;
}

/* ---- pipe(2) ---- */

static int make_pipe(struct task *t, unsigned flags, struct file *out[2])
{
    struct vfs *v = t->k->vfs;
    struct inode *inode = anon_inode(t->k, FS_PIPE, S_IFIFO | 0600);
    char name[32];

    out[0] = out[1] = NULL;
    if (!inode)
        return -ENFILE;
    inode->ops = &pipe_inode_ops;
    inode->uid = t->cred.fsuid;
    inode->gid = t->cred.fsgid;
    if (v->pipe_pages + PIPE_DEF_BUFFERS <= MAX_PIPE_PAGES)
        inode->fifo = pipe_create();
    if (inode->fifo) {
        v->pipe_pages += PIPE_DEF_BUFFERS;
        snprintf(name, sizeof(name), "pipe:[%lu]", (unsigned long)inode->ino);
        out[0] = file_on_inode(t->k, inode, name, &fifo_file_ops, O_RDONLY | (flags & O_NONBLOCK));
        out[1] =
            file_on_inode(t->k, inode, name, &fifo_file_ops, O_WRONLY | (flags & (O_NONBLOCK | O_DIRECT)));
    }
    if (out[0])
        inode->fifo->readers++;
    if (out[1]) {
        inode->fifo->writers++;
        inode->fifo->writer_changes = 1;
    }
    inode_put(inode);
    if (out[0] && out[1])
        return 0;
    file_put(out[0]);
    file_put(out[1]);
    return -ENFILE;
}

static int64_t do_pipe2(struct task *t, uint64_t ufds, unsigned flags)
{
    struct file *f[2];
    int err;

    if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT))
        return -EINVAL;
    err = make_pipe(t, flags, f);
    return err ? err : fd_install_pair(t, f, flags, ufds);
}

int64_t sys_pipe(struct task *t, const uint64_t a[6])
{
    return do_pipe2(t, a[0], 0);
}

int64_t sys_pipe2(struct task *t, const uint64_t a[6])
{
    return do_pipe2(t, a[0], arg_uint(a[1]));
}

/* F_SETPIPE_SZ: bytes, rounded up to a power of two of pages. */
int64_t pipe_resize(struct task *t, struct pipe *p, unsigned bytes)
{
    unsigned pages = 1;
    struct pipe_buf *bufs;

    if (bytes > 1u << 31)
        return -EINVAL;
    while (pages * PIPE_PAGE < bytes)
        pages *= 2;
    if (pages * PIPE_PAGE > (1u << 20) && !task_capable(t, 24 /* CAP_SYS_RESOURCE */))
        return -EPERM;
    if (pages > p->max && t->k->vfs->pipe_pages + pages - p->max > MAX_PIPE_PAGES)
        return -EPERM;
    if (pages < p->n)
        return -EBUSY;
    bufs = calloc(pages, sizeof(*bufs));
    if (!bufs)
        return -ENOMEM;
    for (unsigned i = 0; i < p->n; i++)
        bufs[i] = *pipe_buf(p, i);
    free(p->bufs);
    t->k->vfs->pipe_pages += pages - p->max;
    p->bufs = bufs;
    p->head = 0;
    p->max = pages;
    wake_up(&p->wr_wait);
    return (int64_t)pages * PIPE_PAGE;
}
