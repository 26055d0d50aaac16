/*
 * op_timeout.c - TIMEOUT, TIMEOUT_REMOVE, LINK_TIMEOUT (io_uring/timeout.c, Linux 6.18).
 *
 * A timeout is over when its time is, or when as many completions came as it waits for.
 */
#include "uring.h"

#include <time.h>

#define MULTISHOT   (1u << 6)
#define CLOCKS      (IORING_TIMEOUT_BOOTTIME | IORING_TIMEOUT_REALTIME)
#define KNOWN_FLAGS (IORING_TIMEOUT_ABS | CLOCKS | IORING_TIMEOUT_ETIME_SUCCESS | MULTISHOT)
#define UPDATES     (IORING_TIMEOUT_UPDATE | IORING_LINK_TIMEOUT_UPDATE)

static int take_time(struct uring_req *req, uint64_t uts)
{
    struct ktimespec ts;

    if (mm_copy_in(req->owner->mm, &ts, uts, sizeof(ts)))
        return -EFAULT;
    if (ts.tv_sec < 0 || ts.tv_nsec < 0)
        return -EINVAL;
    if (ts.tv_sec >= INT64_MAX / 1000000000)
        req->time = INT64_MAX;
    else
        req->time = (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
    return 0;
}

int timeout_prep(struct uring_req *req)
{
    unsigned flags = req->sqe.timeout_flags;

    if (req->sqe.len != 1 || flags & ~KNOWN_FLAGS || (flags & CLOCKS) == CLOCKS ||
        (flags & (MULTISHOT | IORING_TIMEOUT_ABS)) == (MULTISHOT | IORING_TIMEOUT_ABS))
        return -EINVAL;
    req->count = (unsigned)req->sqe.off;
    req->benign = flags & IORING_TIMEOUT_ETIME_SUCCESS;
    req->multishot = flags & MULTISHOT;
    return take_time(req, req->sqe.addr);
}

/* The moment on the virtual clock; never 0, which would be none. */
static uint64_t deadline(const struct uring_req *req, uint64_t ns, unsigned flags)
{
    int clock = flags & IORING_TIMEOUT_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC;
    uint64_t when = 1;

    clock_deadline(req->owner, clock, ns, flags & IORING_TIMEOUT_ABS, &when);
    return when ? when : 1;
}

static void arm(struct uring_req *req)
{
    req->armed = deadline(req, req->time, req->sqe.timeout_flags);
    req->since = req->ring->events;
}

int64_t timeout_issue(struct uring_req *req)
{
    bool again = req->sqe.timeout_flags & MULTISHOT;

    if (!req->armed)
        arm(req);
    if (req->ring->k->now_ns >= req->armed) {
        req->ring->timeouts++;
        if (!again || (req->count && !--req->count) || !ring_has_room(req->ring))
            return -ETIME;
        req_post_more(req, -ETIME);
        arm(req);
    }
    req_wait(req, req->armed);
    return SYS_BLOCK;
}

void timeouts_counted(struct uring *ring)
{
    list_for_each_safe (n, tmp, &ring->reqs) {
        struct uring_req *req = container_of(n, struct uring_req, node);

        if (req->op != uring_op(IORING_OP_TIMEOUT) || !req->armed || req->stopped || !req->count ||
            req->sqe.timeout_flags & MULTISHOT || ring->events - req->since < req->count)
            continue;
        ring->timeouts++;
        req_stop(req, 0);
    }
}

/* ---- linked timeouts ---- */

void link_timeout_arm(struct uring_req *guard)
{
    guard->started = true;
    arm(guard);
    req_wait(guard, guard->armed);
}

/* Time is up. */
int64_t link_timeout_issue(struct uring_req *req)
{
    if (req->ring->k->now_ns < req->armed) { /* it was changed meanwhile */
        req_wait(req, req->armed);
        return SYS_BLOCK;
    }
    if (req->guarded)
        req_stop(req->guarded, -ECANCELED);
    return -ETIME;
}

/* ---- removing and changing ---- */

int timeout_remove_prep(struct uring_req *req)
{
    unsigned flags = req->sqe.timeout_flags;

    if (req->sqe.flags & IOSQE_FIXED_FILE)
        return -EINVAL;
    if (!(flags & UPDATES))
        return flags ? -EINVAL : 0;
    if ((flags & CLOCKS) == CLOCKS || flags & ~(UPDATES | CLOCKS | IORING_TIMEOUT_ABS))
        return -EINVAL;
    return take_time(req, req->sqe.addr2);
}

int64_t timeout_remove_issue(struct uring_req *req)
{
    unsigned flags = req->sqe.timeout_flags;
    const struct uring_op *op =
        uring_op(flags & IORING_LINK_TIMEOUT_UPDATE ? IORING_OP_LINK_TIMEOUT : IORING_OP_TIMEOUT);
    struct uring_req *p = uring_find(req->ring, req->sqe.addr, op, req);

    if (!p)
        return -ENOENT;
    if (!(flags & UPDATES)) {
        req_stop(p, -ECANCELED);
        return 0;
    }
    p->time = req->time;
    if (!(p->sqe.timeout_flags & MULTISHOT))
        p->count = 0;
    p->armed = deadline(req, req->time, (flags & IORING_TIMEOUT_ABS) | (p->sqe.timeout_flags & CLOCKS));
    req_wait(p, p->armed);
    return 0;
}
