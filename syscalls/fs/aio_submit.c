/*
 * aio_submit.c - requests of asynchronous I/O: io_submit, io_cancel (fs/aio.c, Linux 6.18).
 *
 * As in Linux on most files, a transfer is over before io_submit returns, and waits there where read(2) would
 * wait. Only IOCB_CMD_POLL stays pending; whoever asks for events looks whether it is due.
 */
#include "../handlers.h"
#include "../process.h"
#include "aio.h"

#include <poll.h>
#include <stdlib.h>

#define KIOCB_KEY 0

void aio_poll_free(struct aio_context *ctx, struct aio_poll *p)
{
    list_del(&p->node);
    ctx->nr_polls--;
    file_put(p->file);
    if (p->resfd)
        file_put(p->resfd);
    free(p);
}

void aio_check_polls(struct task *t, struct aio_context *ctx, bool wait)
{
    list_for_each_safe (n, tmp, &ctx->polls) {
        struct aio_poll *p = container_of(n, struct aio_poll, node);
        unsigned ready = file_poll(t, p->file, wait) & p->events;
        struct io_event e = {p->data, p->obj, ready, 0};

        if (!ready)
            continue;
        aio_complete(t, ctx, &e, p->resfd);
        aio_poll_free(ctx, p);
    }
}

static bool is_write(const struct iocb *cb)
{
    return cb->aio_lio_opcode == IOCB_CMD_PWRITE || cb->aio_lio_opcode == IOCB_CMD_PWRITEV;
}

/* aio_prep_rw() and aio_setup_rw(): what io_submit itself refuses. */
static int64_t check_transfer(const struct file *f, const struct iocb *cb)
{
    bool writing = is_write(cb);

    if (!(writing ? f->mf.writable : f->mf.readable))
        return -EBADF;
    if (writing ? !f->ops->write && !f->ops->writev : !f->ops->read && !f->ops->readv)
        return -EINVAL;
    if (cb->aio_lio_opcode <= IOCB_CMD_PWRITE && !access_ok(cb->aio_buf, cb->aio_nbytes))
        return -EFAULT;
    return cb->aio_offset < 0 ? -EINVAL : 0;
}

static int64_t transfer(struct task *t, const struct file *f, const struct iocb *cb)
{
    uint64_t a[6] = {cb->aio_fildes,           cb->aio_buf, cb->aio_nbytes,
                     (uint64_t)cb->aio_offset, 0,           (unsigned)cb->aio_rw_flags};
    bool stream = file_is_stream(f);

    switch (cb->aio_lio_opcode) {
    case IOCB_CMD_PREAD:
        return stream ? sys_read(t, a) : sys_pread64(t, a);
    case IOCB_CMD_PWRITE:
        return stream ? sys_write(t, a) : sys_pwrite64(t, a);
    case IOCB_CMD_PREADV:
        return stream ? sys_readv(t, a) : sys_preadv2(t, a);
    default:
        return stream ? sys_writev(t, a) : sys_pwritev2(t, a);
    }
}

static int submit_poll(struct task *t, struct aio_context *ctx, const struct iocb *cb, uint64_t obj,
                       struct file *f, struct file *resfd)
{
    struct aio_poll *p;

    if ((uint16_t)cb->aio_buf != cb->aio_buf || cb->aio_offset || cb->aio_nbytes || cb->aio_rw_flags)
        return -EINVAL;
    if (!f->ops->poll)
        return -EINVAL;
    p = calloc(1, sizeof(*p));
    if (!p)
        return -ENOMEM;
    p->file = file_get(f);
    p->resfd = resfd ? file_get(resfd) : NULL;
    p->data = cb->aio_data;
    p->obj = obj;
    p->events = (unsigned)cb->aio_buf | POLLERR | POLLHUP;
    list_add_tail(&ctx->polls, &p->node);
    ctx->nr_polls++;
    aio_check_polls(t, ctx, false);
    return 0;
}

/* __io_submit_one(): 0, negative errno, or SYS_BLOCK. */
static int64_t submit(struct task *t, struct aio_context *ctx, const struct iocb *cb, uint64_t ucb)
{
    struct file *f = fd_file(t, (int)cb->aio_fildes), *resfd = NULL;
    const uint32_t key = KIOCB_KEY;
    struct io_event e = {cb->aio_data, ucb, 0, 0};
    int64_t r;

    if (!f)
        return -EBADF;
    if (cb->aio_flags & IOCB_FLAG_RESFD) {
        resfd = fd_file(t, (int)cb->aio_resfd);
        if (!resfd)
            return -EBADF;
        if (!file_is_eventfd(resfd))
            return -EINVAL;
    }
    if (mm_copy_out(t->mm, ucb + offsetof(struct iocb, aio_key), &key, sizeof(key)))
        return -EFAULT;
    switch (cb->aio_lio_opcode) {
    case IOCB_CMD_PREAD:
    case IOCB_CMD_PWRITE:
    case IOCB_CMD_PREADV:
    case IOCB_CMD_PWRITEV:
        r = check_transfer(f, cb);
        if (r)
            return r;
        r = transfer(t, f, cb);
        break;
    case IOCB_CMD_FSYNC:
    case IOCB_CMD_FDSYNC:
        if (cb->aio_buf || cb->aio_offset || cb->aio_nbytes || cb->aio_rw_flags || !f->ops->fsync)
            return -EINVAL;
        r = f->ops->fsync(f);
        break;
    case IOCB_CMD_POLL:
        return submit_poll(t, ctx, cb, ucb, f, resfd);
    default:
        return -EINVAL;
    }
    if (r == SYS_BLOCK)
        return r;
    e.res = r <= -ERESTARTSYS ? -EINTR : r; /* nothing can be restarted here */
    aio_complete(t, ctx, &e, resfd);
    return 0;
}

/* io_submit_one() */
static int64_t submit_one(struct task *t, struct aio_context *ctx, uint64_t ucb)
{
    struct iocb cb;

    if (mm_copy_in(t->mm, &cb, ucb, sizeof(cb)))
        return -EFAULT;
    if (cb.aio_reserved2 || (int64_t)cb.aio_nbytes < 0)
        return -EINVAL;
    if (!aio_has_room(ctx))
        return -EAGAIN;
    return submit(t, ctx, &cb, ucb);
}

/* The requests before the one that waits are counted in restart_data[1]; [0] belongs to the transfer itself.
 */
int64_t sys_io_submit(struct task *t, const uint64_t a[6])
{
    int64_t nr = (int64_t)a[1], r = 0, *done = (int64_t *)&t->restart_data[1];
    struct aio_context *ctx;

    if (nr < 0)
        return -EINVAL;
    ctx = aio_lookup(t, a[0]);
    if (!ctx)
        return -EINVAL;
    for (; *done < nr && *done < ctx->nr_slots; ++*done) {
        uint64_t ucb;

        r = mm_copy_in(t->mm, &ucb, a[2] + (uint64_t)*done * 8, 8);
        if (!r)
            r = submit_one(t, ctx, ucb);
        if (r)
            break;
        t->restart_data[0] = 0;
    }
    return r == SYS_BLOCK ? r : *done ? *done : r;
}

int64_t sys_io_cancel(struct task *t, const uint64_t a[6])
{
    struct aio_context *ctx;
    uint32_t key;

    if (mm_copy_in(t->mm, &key, a[1] + offsetof(struct iocb, aio_key), sizeof(key)))
        return -EFAULT;
    ctx = key == KIOCB_KEY ? aio_lookup(t, a[0]) : NULL;
    if (!ctx)
        return -EINVAL;
    list_for_each (n, &ctx->polls) {
        struct aio_poll *p = container_of(n, struct aio_poll, node);
        struct io_event e = {p->data, p->obj, 0, 0};

        if (p->obj != a[1])
            continue;
        aio_complete(t, ctx, &e, p->resfd);
        aio_poll_free(ctx, p);
        return -EINPROGRESS;
    }
    return -EINVAL;
}
