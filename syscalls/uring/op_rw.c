/* op_rw.c - READ, WRITE, their vectors and those with registered buffers (io_uring/rw.c, Linux 6.18). */
#include "uring.h"

#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/ioprio.h>
#include <stdlib.h>

static bool writes(const struct uring_req *req)
{
    return req->sqe.opcode == IORING_OP_WRITE || req->sqe.opcode == IORING_OP_WRITEV ||
           req->sqe.opcode == IORING_OP_WRITE_FIXED;
}

/* ioprio_check_cap() */
static int check_priority(const struct uring_req *req)
{
    unsigned class = req->sqe.ioprio >> IOPRIO_CLASS_SHIFT,
             level = req->sqe.ioprio & ((1u << IOPRIO_CLASS_SHIFT) - 1);

    switch (class) {
    case IOPRIO_CLASS_NONE:
        return level ? -EINVAL : 0;
    case IOPRIO_CLASS_RT:
        return capable(req->owner, CAP_SYS_ADMIN) || capable(req->owner, CAP_SYS_NICE) ? 0 : -EPERM;
    case IOPRIO_CLASS_BE:
    case IOPRIO_CLASS_IDLE:
        return 0;
    default:
        return -EINVAL;
    }
}

static bool has_vector(const struct uring_req *req)
{
    return req->sqe.opcode == IORING_OP_READV || req->sqe.opcode == IORING_OP_WRITEV;
}

static bool picks(const struct uring_req *req)
{
    return req->sqe.flags & IOSQE_BUFFER_SELECT;
}

/* A vector is read when it is submitted: the guest may forget it then (IORING_FEAT_SUBMIT_STABLE). */
int rw_prep(struct uring_req *req)
{
    struct iovec fast[8], *iov;
    int err = check_priority(req);

    if (err)
        return err;
    req->no_wait = req->sqe.rw_flags & RWF_NOWAIT;
    if (!has_vector(req))
        return 0;
    if (picks(req) && req->sqe.len != 1)
        return -EINVAL;
    req->want = iov_import(req->owner, req->sqe.addr, req->sqe.len, fast, &iov);
    if (req->want < 0)
        return (int)req->want;
    req->iov = iov != fast ? iov : malloc(sizeof(fast));
    if (!req->iov)
        return -ENOMEM;
    if (iov == fast)
        memcpy(req->iov, fast, sizeof(fast));
    return 0;
}

/* The one buffer: 0, -EFAULT or -ENOBUFS. */
static int take_buffer(struct uring_req *req, struct iovec *iov)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    bool fixed = sqe->opcode == IORING_OP_READ_FIXED || sqe->opcode == IORING_OP_WRITE_FIXED;

    if (picks(req)) {
        uint32_t len = has_vector(req) ? (uint32_t)req->iov->iov_len : sqe->len;
        uint64_t addr;
        int err = kbuf_pick(req, &addr, &len);

        if (err)
            return err;
        req->want = len;
        *iov = (struct iovec){(void *)(uintptr_t)addr, len};
        return access_ok(addr, len) ? 0 : -EFAULT;
    }
    if (fixed ? buffer_check(req->ring, sqe->buf_index, sqe->addr, sqe->len)
              : !access_ok(sqe->addr, sqe->len))
        return -EFAULT;
    req->want = sqe->len < MAX_RW_COUNT ? sqe->len : MAX_RW_COUNT;
    *iov = (struct iovec){(void *)(uintptr_t)sqe->addr, (size_t)req->want};
    return 0;
}

int64_t rw_issue(struct uring_req *req)
{
    const uint64_t *at = (uint64_t *)&req->sqe.off;
    bool vector = has_vector(req) && !picks(req);
    struct iovec one, *iov = vector ? req->iov : &one;
    struct file *f;
    int64_t err = vector ? 0 : take_buffer(req, &one);

    if (!err)
        err = rw_file(&req->w, WORK_FD, writes(req), &f);
    if (err)
        return err;
    if (file_is_stream(f) || req->sqe.off == UINT64_MAX)
        at = NULL;
    err = file_rwv(&req->w, f, iov, vector ? (int)req->sqe.len : 1, (uint64_t)req->want, at,
                   (unsigned)req->sqe.rw_flags, writes(req));
    if (err >= 0 && picks(req) && !(err == 0 && req->multishot))
        kbuf_used(req, (uint32_t)err);
    return err;
}

int read_multishot_prep(struct uring_req *req)
{
    if (!picks(req) || req->sqe.addr || req->sqe.len)
        return -EINVAL;
    req->multishot = true;
    return rw_prep(req);
}

/* Only of what can be waited for. */
int64_t read_multishot_issue(struct uring_req *req)
{
    int64_t r = req->file->ops->poll ? rw_issue(req) : -EBADFD;

    if (r <= 0)
        kbuf_give_back(req);
    return r;
}
