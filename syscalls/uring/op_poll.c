/* op_poll.c - POLL_ADD, once or again and again, and POLL_REMOVE, which also changes one
 * (io_uring/poll.c, 6.18). */
#include "uring.h"

#include <poll.h>

#define ADD_LEVEL    8u
#define UPDATE_FLAGS (IORING_POLL_UPDATE_EVENTS | IORING_POLL_UPDATE_USER_DATA | IORING_POLL_ADD_MULTI)

static unsigned events(const struct io_uring_sqe *sqe)
{
    return (sqe->poll32_events & 0xffff) | POLLERR | POLLHUP;
}

int poll_prep(struct uring_req *req)
{
    if (req->sqe.len & ~(IORING_POLL_ADD_MULTI | ADD_LEVEL))
        return -EINVAL;
    if (req->sqe.len & IORING_POLL_ADD_MULTI && req->sqe.flags & IOSQE_CQE_SKIP_SUCCESS)
        return -EINVAL;
    return 0;
}

/* Does a completion make the file ready, so that telling of it again and again would never end
 * (EPOLL_URING_WAKE)? */
static bool feeds_itself(const struct uring_req *req)
{
    if (file_is_uring(req->file))
        return true;
    list_for_each (n, &req->ring->k->urings)
        if (container_of(n, struct uring, node)->eventfd == req->file)
            return true;
    return false;
}

/* The multishot form tells what it finds at each wake-up. */
int64_t poll_issue(struct uring_req *req)
{
    unsigned ready;

    req->w.wake_at = 0;
    ready = file_poll(&req->w, req->file, true) & events(&req->sqe);
    if (ready && (!(req->sqe.len & IORING_POLL_ADD_MULTI) || feeds_itself(req) || !ring_has_room(req->ring)))
        return ready;
    if (ready)
        req_post_more(req, (int32_t)ready);
    req_wait(req, req->w.wake_at);
    return SYS_BLOCK;
}

int poll_remove_prep(struct uring_req *req)
{
    unsigned flags = req->sqe.len;

    if (flags & ~UPDATE_FLAGS || flags == IORING_POLL_ADD_MULTI)
        return -EINVAL;
    if (req->sqe.off && !(flags & IORING_POLL_UPDATE_USER_DATA))
        return -EINVAL;
    return req->sqe.poll32_events && !(flags & IORING_POLL_UPDATE_EVENTS) ? -EINVAL : 0;
}

int64_t poll_remove_issue(struct uring_req *req)
{
    unsigned flags = req->sqe.len;
    struct uring_req *p = uring_find(req->ring, req->sqe.addr, uring_op(IORING_OP_POLL_ADD), req);

    if (!p)
        return -ENOENT;
    if (!(flags & (IORING_POLL_UPDATE_EVENTS | IORING_POLL_UPDATE_USER_DATA))) {
        req_stop(p, -ECANCELED);
        return 0;
    }
    if (flags & IORING_POLL_UPDATE_EVENTS) {
        p->sqe.poll32_events = req->sqe.poll32_events;
        p->sqe.len = (p->sqe.len & ~(unsigned)IORING_POLL_ADD_MULTI) | (flags & IORING_POLL_ADD_MULTI);
    }
    if (flags & IORING_POLL_UPDATE_USER_DATA)
        p->sqe.user_data = req->sqe.off;
    task_wait_end(&p->w);
    req_queue(p); /* it looks with new eyes */
    return 0;
}
