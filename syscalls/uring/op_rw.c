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

int rw_prep(struct uring_req *req)
{
    int err = check_priority(req);

    if (err)
        return err;
    req->no_wait = req->sqe.rw_flags & RWF_NOWAIT;
    return 0;
}

/* The one buffer or the vector: total length, or negative errno; *out may have to be freed. */
static int64_t take_vector(struct uring_req *req, struct iovec fast[8], struct iovec **out, int *n)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    bool fixed = sqe->opcode == IORING_OP_READ_FIXED || sqe->opcode == IORING_OP_WRITE_FIXED;
    uint32_t len = sqe->len < MAX_RW_COUNT ? sqe->len : MAX_RW_COUNT;

    *n = 1;
    *out = fast;
    if (sqe->opcode == IORING_OP_READV || sqe->opcode == IORING_OP_WRITEV) {
        *n = (int)sqe->len;
        return iov_import(&req->w, sqe->addr, sqe->len, fast, out);
    }
    if (fixed ? buffer_check(req->ring, sqe->buf_index, sqe->addr, sqe->len)
              : !access_ok(sqe->addr, sqe->len))
        return -EFAULT;
    fast[0] = (struct iovec){(void *)(uintptr_t)sqe->addr, len};
    return len;
}

int64_t rw_issue(struct uring_req *req)
{
    struct iovec fast[8], *iov;
    const uint64_t *at = (uint64_t *)&req->sqe.off;
    struct file *f;
    int64_t total, done;
    int n;

    done = rw_file(&req->w, WORK_FD, writes(req), &f);
    if (done)
        return done;
    total = take_vector(req, fast, &iov, &n);
    if (total < 0)
        return total;
    req->want = total;
    if (file_is_stream(f) || req->sqe.off == UINT64_MAX)
        at = NULL;
    done = file_rwv(&req->w, f, iov, n, (uint64_t)total, at, (unsigned)req->sqe.rw_flags, writes(req));
    if (iov != fast)
        free(iov);
    return done;
}
