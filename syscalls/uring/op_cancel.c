/* op_cancel.c - ASYNC_CANCEL: requests found by their number, file or operation end
 * (io_uring/cancel.c, 6.18). */
#include "uring.h"

#define CANCEL_USERDATA (1u << 4)
#define CANCEL_OP       (1u << 5)
#define KNOWN_FLAGS                                                                                          \
    (IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_ANY |                            \
     IORING_ASYNC_CANCEL_FD_FIXED | CANCEL_USERDATA | CANCEL_OP)

/* Held back, linked and ended ones are not to be found. */
static bool waits(const struct uring_req *req)
{
    return req->started && !req->stopped && !list_empty(&req->w.node);
}

struct uring_req *uring_find(struct uring *ring, uint64_t user_data, const struct uring_op *op,
                             const struct uring_req *except)
{
    list_for_each (n, &ring->reqs) {
        struct uring_req *req = container_of(n, struct uring_req, node);

        if (req != except && waits(req) && req->sqe.user_data == user_data && (!op || req->op == op))
            return req;
    }
    return NULL;
}

int cancel_prep(struct uring_req *req)
{
    unsigned flags = req->sqe.cancel_flags;

    if (flags & ~KNOWN_FLAGS)
        return -EINVAL;
    return flags & IORING_ASYNC_CANCEL_ANY && flags & (IORING_ASYNC_CANCEL_FD | CANCEL_OP) ? -EINVAL : 0;
}

static bool matches(const struct uring_req *req, const struct io_uring_sqe *by, const struct file *f)
{
    unsigned flags = by->cancel_flags;
    bool number = flags & CANCEL_USERDATA || !(flags & (IORING_ASYNC_CANCEL_FD | CANCEL_OP));

    if (flags & IORING_ASYNC_CANCEL_ANY)
        return true;
    if (flags & IORING_ASYNC_CANCEL_FD && req->file != f)
        return false;
    if (flags & CANCEL_OP && req->sqe.opcode != by->len)
        return false;
    return !number || req->sqe.user_data == by->addr;
}

int64_t cancel_issue(struct uring_req *req)
{
    const struct io_uring_sqe *by = &req->sqe;
    bool all = by->cancel_flags & (IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_ANY);
    struct file *f = NULL;
    int64_t found = 0;

    if (by->cancel_flags & IORING_ASYNC_CANCEL_FD) {
        bool fixed = by->flags & IOSQE_FIXED_FILE || by->cancel_flags & IORING_ASYNC_CANCEL_FD_FIXED;

        f = fixed ? files_get_slot(req->ring, (unsigned)by->fd) : fd_file(&req->w, by->fd);
        if (!f)
            return -EBADF;
    }
    list_for_each_safe (n, tmp, &req->ring->reqs) {
        struct uring_req *other = container_of(n, struct uring_req, node);

        if (other == req || !waits(other) || !matches(other, by, f))
            continue;
        found++;
        req_stop(other, -ECANCELED);
        if (!all)
            return 0;
    }
    return all ? found : -ENOENT;
}
