/*
 * copy.c - bytes from one file to another inside the kernel: sendfile, copy_file_range, splice, tee, vmsplice
 * (fs/splice.c, fs/read_write.c).
 */
#include "../handlers.h"
#include "fasync.h"
#include "fs_calls.h"
#include "pipe.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/types.h>

#define CHUNK (64u << 10)

/* One read from f into host memory, at *pos for files with a position. */
static int64_t read_some(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    struct iovec v = {buf, len};

    return f->ops->read ? f->ops->read(t, f, buf, len, pos) : f->ops->readv(t, f, &v, 1, pos);
}

static int64_t write_some(struct task *t, struct file *f, const void *buf, uint64_t len, uint64_t *pos)
{
    struct iovec v = {(void *)buf, len};

    if (!file_is_stream(f) && (f->flags & O_APPEND) && S_ISREG(f->inode->mode))
        *pos = inode_size(f->inode);
    return f->ops->write ? f->ops->write(t, f, buf, len, pos) : f->ops->writev(t, f, &v, 1, pos);
}

/* Room for at least one byte: else what was read from a stream or file would have nowhere to go. */
static int64_t out_ready(struct task *t, struct file *out)
{
    struct pipe *p = file_pipe(out);

    if (!p || p->n < p->max || !p->readers)
        return 0;
    return out->flags & O_NONBLOCK ? -EAGAIN : task_block(t, &p->wr_wait, 0, "write to a pipe");
}

/*
 * Seekable in -> anything. restart_data[0]: bytes done before the call blocked. Reading does not consume
 * (pread), so a short write costs nothing.
 */
static int64_t file_to_any(struct task *t, struct file *in, uint64_t *ipos, struct file *out, uint64_t *opos,
                           uint64_t len)
{
    char *buf = malloc(CHUNK);
    int64_t err = buf ? 0 : -ENOMEM;

    *ipos += t->restart_data[0];
    while (!err && t->restart_data[0] < len) {
        uint64_t want = len - t->restart_data[0] < CHUNK ? len - t->restart_data[0] : CHUNK, at = *ipos;
        int64_t got, put;

        err = out_ready(t, out);
        if (err)
            break;
        got = read_some(t, in, buf, want, &at);
        if (got <= 0) {
            err = got;
            break;
        }
        put = write_some(t, out, buf, got, opos);
        if (put < 0) {
            err = put;
            break;
        }
        *ipos += put;
        t->restart_data[0] += put;
        if (put < got)
            err = file_pipe(out) ? 0 : -1;
    }
    free(buf);
    if (err == SYS_BLOCK) {
        *ipos -= t->restart_data[0];
        return err;
    }
    return t->restart_data[0] ? (int64_t)t->restart_data[0] : err == -1 ? 0 : err;
}

static int64_t copy_off_in(struct task *t, uint64_t uoff, uint64_t *off)
{
    return uoff && mm_copy_in(t->mm, off, uoff, sizeof(*off)) ? -EFAULT : 0;
}

int64_t sys_sendfile(struct task *t, const uint64_t a[6])
{
    struct file *in, *out;
    uint64_t ipos, opos, len = a[3], off = 0;
    int64_t r;

    if (a[2] && mm_copy_in(t->mm, &off, a[2], sizeof(off)))
        return -EFAULT;
    in = fd_file(t, arg_int(a[1]));
    if (!in || !in->mf.readable)
        return -EBADF;
    if (a[2] && file_is_stream(in))
        return -ESPIPE;
    if (a[2] && (int64_t)off < 0)
        return -EINVAL;
    out = fd_file(t, arg_int(a[0]));
    if (!out || !out->mf.writable)
        return -EBADF;
    if (is_dir(in->inode) || (!in->ops->read && !in->ops->readv) || (!out->ops->write && !out->ops->writev))
        return -EINVAL;
    if (file_is_stream(in) && !file_pipe(in))
        return -EINVAL;
    if ((out->flags & O_APPEND) && S_ISREG(out->inode->mode))
        return -EINVAL;
    if (file_is_stream(in))
        return -EINVAL;
    if (len > MAX_RW_COUNT)
        len = MAX_RW_COUNT;
    ipos = a[2] ? off : in->pos;
    opos = out->pos;
    r = file_to_any(t, in, &ipos, out, &opos, len);
    if (r == SYS_BLOCK || r < 0)
        return r;
    if (!file_is_stream(out))
        out->pos = opos;
    if (a[2])
        return mm_copy_out(t->mm, a[2], &ipos, sizeof(ipos)) ? -EFAULT : r;
    in->pos = ipos;
    return r;
}

/* generic_file_rw_checks(): may bytes of `in` come into `out` without a program's hands? */
static int64_t check_copy(const struct file *in, const struct file *out)
{
    if (is_dir(in->inode) || is_dir(out->inode))
        return -EISDIR;
    if (!S_ISREG(in->inode->mode) || !S_ISREG(out->inode->mode))
        return -EINVAL;
    if (!in->mf.readable || !out->mf.writable || (out->flags & O_APPEND))
        return -EBADF;
    return 0;
}

static bool same_filesystem(const struct file *in, const struct file *out)
{
    return in->inode->sb->type == out->inode->sb->type && in->mf.dev == out->mf.dev;
}

int64_t file_clone(const struct file *in, const struct file *out)
{
    int64_t err = same_filesystem(in, out) ? check_copy(in, out) : -EXDEV;

    return err ? err : -EOPNOTSUPP;
}

int64_t sys_copy_file_range(struct task *t, const uint64_t a[6])
{
    struct file *in = fd_file(t, arg_int(a[0])), *out = fd_file(t, arg_int(a[2]));
    uint64_t ipos, opos, len = a[4];
    int64_t r;

    if (!in || !out)
        return -EBADF;
    ipos = in->pos;
    opos = out->pos;
    if (copy_off_in(t, a[1], &ipos) || copy_off_in(t, a[3], &opos))
        return -EFAULT;
    if (arg_uint(a[5]))
        return -EINVAL;
    r = check_copy(in, out);
    if (r)
        return r;
    if (!same_filesystem(in, out))
        return -EXDEV;
    if ((int64_t)ipos < 0 || (int64_t)opos < 0 || (int64_t)(ipos + len) < 0 || (int64_t)(opos + len) < 0)
        return -EOVERFLOW;
    if (in->inode == out->inode && opos < ipos + len && ipos < opos + len)
        return -EINVAL;
    if (len > MAX_RW_COUNT)
        len = MAX_RW_COUNT;
    r = file_to_any(t, in, &ipos, out, &opos, len);
    if (r < 0)
        return r;
    if (a[1] && mm_copy_out(t->mm, a[1], &ipos, sizeof(ipos)))
        return -EFAULT;
    if (a[3] && mm_copy_out(t->mm, a[3], &opos, sizeof(opos)))
        return -EFAULT;
    if (!a[1])
        in->pos = ipos;
    if (!a[3])
        out->pos = opos;
    return r;
}

/* ---- pipes: buffers move, or are copied ---- */

static int64_t pipe_input(struct task *t, struct pipe *p, bool nonblock)
{
    if (p->n || !p->writers)
        return 0;
    return nonblock ? -EAGAIN : task_block(t, &p->rd_wait, 0, "splice from a pipe");
}

static int64_t pipe_output(struct task *t, struct pipe *p, bool nonblock)
{
    if (!p->readers) {
        send_sigpipe(t);
        return -EPIPE;
    }
    if (p->n < p->max)
        return 0;
    return nonblock ? -EAGAIN : task_block(t, &p->wr_wait, 0, "splice to a pipe");
}

static void pipe_changed(struct pipe *p, int reason)
{
    p->changes++;
    wake_up(&p->rd_wait);
    wake_up(&p->wr_wait);
    fasync_tell(&p->fasync, reason);
}

/* Up to len bytes of `from` appended to `to`; consume: they leave `from`. */
static int64_t pipe_to_pipe(struct pipe *from, struct pipe *to, uint64_t len, bool consume)
{
    uint64_t done = 0;
    unsigned i = 0;

    while (done < len && to->n < to->max && i < from->n) {
        struct pipe_buf *b = pipe_buf(from, i);
        unsigned part = b->len < len - done ? b->len : len - done;

        if (!pipe_append(to, b->data + b->off, part, false))
            break;
        done += part;
        if (!consume) {
            i++;
        } else {
            b->off += part;
            b->len -= part;
            if (!b->len)
                pipe_drop_first(from);
        }
    }
    if (done && consume)
        pipe_changed(from, POLL_OUT);
    if (done)
        pipe_changed(to, POLL_IN);
    return done;
}

static int64_t pipe_to_file(struct task *t, struct pipe *p, struct file *out, uint64_t *pos, uint64_t len)
{
    uint64_t done = 0;
    int64_t put = 0;

    while (done < len && p->n) {
        struct pipe_buf *b = pipe_buf(p, 0);
        unsigned part = b->len < len - done ? b->len : len - done;

        put = write_some(t, out, b->data + b->off, part, pos);
        if (put <= 0)
            break;
        done += put;
        b->off += put;
        b->len -= put;
        if (!b->len)
            pipe_drop_first(p);
        else if ((unsigned)put < part)
            break;
    }
    if (done)
        pipe_changed(p, POLL_OUT);
    return done ? (int64_t)done : put;
}

static int64_t file_to_pipe(struct task *t, struct file *in, uint64_t *pos, struct pipe *p, uint64_t len)
{
    char buf[PIPE_PAGE];
    uint64_t done = 0;
    int64_t got = 0;

    while (done < len && p->n < p->max) {
        got = read_some(t, in, buf, len - done < PIPE_PAGE ? len - done : PIPE_PAGE, pos);
        if (got <= 0)
            break;
        if (!pipe_append(p, buf, got, false))
            break;
        done += got;
        if (file_is_stream(in))
            break;
    }
    if (done)
        pipe_changed(p, POLL_IN);
    return done ? (int64_t)done : got;
}

#define SPLICE_ALL      15u /* MOVE NONBLOCK MORE GIFT */
#define SPLICE_NONBLOCK 2u

int64_t file_splice(struct task *t, struct file *in, uint64_t *iat, struct file *out, uint64_t *oat,
                    uint64_t len, unsigned flags)
{
    struct pipe *ip = file_pipe(in), *op = file_pipe(out);
    bool nonblock = flags & SPLICE_NONBLOCK;
    int64_t r;

    if ((ip && iat) || (op && oat))
        return -ESPIPE;
    if (!in->mf.readable || !out->mf.writable)
        return -EBADF;
    if ((iat && (int64_t)*iat < 0) || (oat && (int64_t)*oat < 0))
        return -EINVAL;
    if (ip && op) {
        if (ip == op)
            return -EINVAL;
        nonblock |= (in->flags | out->flags) & O_NONBLOCK;
        r = pipe_input(t, ip, nonblock);
        if (!r && ip->n)
            r = pipe_output(t, op, nonblock);
        return r ? r : pipe_to_pipe(ip, op, len, true);
    }
    if (ip) {
        if (oat && file_is_stream(out))
            return -EINVAL;
        if ((out->flags & O_APPEND) || (!out->ops->write && !out->ops->writev))
            return -EINVAL;
        r = pipe_input(t, ip, nonblock || (in->flags & O_NONBLOCK));
        return r ? r : pipe_to_file(t, ip, out, oat ? oat : &out->pos, len);
    }
    if (op) {
        if (iat && file_is_stream(in))
            return -EINVAL;
        if (is_dir(in->inode) || (!in->ops->read && !in->ops->readv))
            return -EINVAL;
        r = pipe_output(t, op, nonblock || (out->flags & O_NONBLOCK));
        return r ? r : file_to_pipe(t, in, iat ? iat : &in->pos, op, len);
    }
    return -EINVAL;
}

int64_t sys_splice(struct task *t, const uint64_t a[6])
{
    struct file *in, *out;
    uint64_t iat, oat;
    int64_t r;

    if (!a[4])
        return 0;
    if (arg_uint(a[5]) & ~SPLICE_ALL)
        return -EINVAL;
    in = fd_file(t, arg_int(a[0]));
    out = fd_file(t, arg_int(a[2]));
    if (!in || !out)
        return -EBADF;
    if ((a[1] && file_pipe(in)) || (a[3] && file_pipe(out)))
        return -ESPIPE;
    if (copy_off_in(t, a[1], &iat) || copy_off_in(t, a[3], &oat))
        return -EFAULT;
    r = file_splice(t, in, a[1] ? &iat : NULL, out, a[3] ? &oat : NULL, a[4], arg_uint(a[5]));
    if (r >= 0 && ((a[1] && mm_copy_out(t->mm, a[1], &iat, sizeof(iat))) ||
                   (a[3] && mm_copy_out(t->mm, a[3], &oat, sizeof(oat)))))
        return -EFAULT;
    return r;
}

int64_t file_tee(struct task *t, struct file *in, struct file *out, uint64_t len, unsigned flags)
{
    struct pipe *ip = file_pipe(in), *op = file_pipe(out);
    bool nonblock = flags & SPLICE_NONBLOCK || (in->flags | out->flags) & O_NONBLOCK;
    int64_t r;

    if (!in->mf.readable || !out->mf.writable)
        return -EBADF;
    if (!ip || !op || ip == op)
        return -EINVAL;
    r = pipe_input(t, ip, nonblock);
    if (!r && ip->n)
        r = pipe_output(t, op, nonblock);
    return r ? r : pipe_to_pipe(ip, op, len, false);
}

int64_t sys_tee(struct task *t, const uint64_t a[6])
{
    struct file *in = fd_file(t, arg_int(a[0])), *out = fd_file(t, arg_int(a[1]));

    if (arg_uint(a[3]) & ~SPLICE_ALL)
        return -EINVAL;
    if (!a[2])
        return 0;
    return in && out ? file_tee(t, in, out, a[2], arg_uint(a[3])) : -EBADF;
}

int64_t sys_vmsplice(struct task *t, const uint64_t a[6])
{
    struct file *f = fd_file(t, arg_int(a[0]));
    unsigned flags;
    int64_t r;

    if (arg_uint(a[3]) & ~SPLICE_ALL)
        return -EINVAL;
    if (!f)
        return -EBADF;
    if (!file_pipe(f))
        return -EBADF;
    flags = f->flags;
    f->flags |= arg_uint(a[3]) & SPLICE_NONBLOCK ? O_NONBLOCK : 0; /* of this call */
    /* The pages are copied: what a later change by the giver would show is undefined anyway. */
    r = f->mf.writable ? sys_writev(t, a) : sys_readv(t, a);
    f->flags = flags;
    return r;
}
