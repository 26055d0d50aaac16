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

/* The one buffer: 0 or -EFAULT. */
static int take_buffer(struct uring_req *req, struct iovec *iov)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    bool fixed = sqe->opcode == IORING_OP_READ_FIXED || sqe->opcode == IORING_OP_WRITE_FIXED;

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
    struct iovec one, *iov = req->iov ? req->iov : &one;
    struct file *f;
    int64_t err;

    err = rw_file(&req->w, WORK_FD, writes(req), &f);
    if (!err && !has_vector(req))
        err = take_buffer(req, &one);
    if (err)
        return err;
    if (file_is_stream(f) || req->sqe.off == UINT64_MAX)
        at = NULL;
    return file_rwv(&req->w, f, iov, has_vector(req) ? (int)req->sqe.len : 1, (uint64_t)req->want, at,
                    (unsigned)req->sqe.rw_flags, writes(req));
}
