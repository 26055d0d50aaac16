/* enter.c - io_uring_enter: submit, and wait for completions (io_uring/io_uring.c, Linux 6.18). */
#include "uring.h"

#define ENTER_ABS_TIMER 32u
#define ENTER_FLAGS     0xffu /* up to IORING_ENTER_NO_IOWAIT */
#define ENTER_ARG_REG   64u
#define MAX_RINGS       16u /* registered descriptors of rings: nobody has any */

/* How long to wait, and with which signals blocked. */
struct wait_arg {
    uint64_t sigmask, sigmask_size, ns;
    bool timed;
};

/* io_get_ext_arg() */
static int take_arg(struct task *t, unsigned flags, uint64_t uarg, uint64_t size, struct wait_arg *arg)
{
    struct io_uring_getevents_arg ext;
    struct ktimespec ts;

    *arg = (struct wait_arg){.sigmask = uarg, .sigmask_size = size};
    if (!(flags & IORING_ENTER_EXT_ARG))
        return 0;
    if (flags & ENTER_ARG_REG || size != sizeof(ext))
        return -EINVAL;
    if (mm_copy_in(t->mm, &ext, uarg, sizeof(ext)))
        return -EFAULT;
    arg->sigmask = ext.sigmask;
    arg->sigmask_size = ext.sigmask_sz;
    arg->timed = ext.ts;
    if (!ext.ts)
        return 0;
    if (mm_copy_in(t->mm, &ts, ext.ts, sizeof(ts)))
        return -EFAULT;
    if (ts.tv_sec >= INT64_MAX / 1000000000)
        arg->ns = INT64_MAX;
    else if (ts.tv_sec >= 0)
        arg->ns = (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
    return 0;
}

static uint64_t wait_deadline(struct task *t, const struct wait_arg *arg, unsigned flags)
{
    if (arg->timed && flags & ENTER_ABS_TIMER) {
        t->wake_at = 0;
        return arg->ns ? arg->ns : 1;
    }
    return poll_deadline(t, arg->timed, arg->ns);
}

/* io_cqring_wait(). restart_data[0]: the number of timeouts when the wait began, plus 1. */
static int64_t wait_completions(struct task *t, struct uring *ring, unsigned min, unsigned flags,
                                const struct wait_arg *arg)
{
    uint64_t deadline;
    int64_t r;

    if (ring->flags & IORING_SETUP_DEFER_TASKRUN && ring->issuer != t->tid)
        return -EEXIST;
    if (min > ring->cq_entries)
        min = ring->cq_entries;
    uring_run_deferred(ring);
    ring_flush_overflow(ring);
    ring_flush(ring);
    if (ring_cq_ready(ring) >= min)
        return 0;
    r = poll_mask_begin(t, arg->sigmask, arg->sigmask_size);
    if (r)
        return r;
    if (!t->restart_data[0])
        t->restart_data[0] = ring->timeouts + UINT64_C(1);
    if (t->restart_data[0] != ring->timeouts + UINT64_C(1))
        return 0;
    deadline = wait_deadline(t, arg, flags);
    task_wait_add(t, &ring->wait);
    r = poll_wait(t, deadline, "io_uring_enter");
    if (r == 0)
        r = -ETIME;
    return r != SYS_BLOCK && ring_cq_ready(ring) ? 0 : r;
}

static bool may_submit(const struct task *t, const struct uring *ring)
{
    return !(ring->flags & IORING_SETUP_SINGLE_ISSUER) || ring->issuer == t->tid;
}

/* The thread of IORING_SETUP_SQPOLL is woken: it takes all there is, in as many submissions as errors end. */
static void wake_thread(struct task *t, struct uring *ring)
{
    while (ring_sq_pending(ring) && uring_submit(t, ring, ring_sq_pending(ring)) > 0)
        ;
}

/* restart_data[1]: what was submitted before the call began to wait, plus 1. */
int64_t sys_io_uring_enter(struct task *t, const uint64_t a[6])
{
    unsigned to_submit = arg_uint(a[1]), min = arg_uint(a[2]), flags = arg_uint(a[3]);
    int64_t done = 0, r = 0;
    struct wait_arg arg;
    struct uring *ring;
    struct file *f;

    if (flags & ~ENTER_FLAGS)
        return -EINVAL;
    if (flags & IORING_ENTER_REGISTERED_RING)
        return arg_uint(a[0]) < MAX_RINGS ? -EBADF : -EINVAL;
    r = uring_of(t, arg_int(a[0]), &ring, &f);
    if (r)
        return r;
    if (ring->flags & IORING_SETUP_R_DISABLED)
        return -EBADFD;
    file_get(f); /* what is submitted may close the descriptor */
    if (t->restart_data[1]) {
        done = (int64_t)t->restart_data[1] - 1;
    } else if (ring->flags & IORING_SETUP_SQPOLL) {
        if (flags & IORING_ENTER_SQ_WAKEUP)
            wake_thread(t, ring);
        done = to_submit;
        t->restart_data[1] = (uint64_t)done + 1;
    } else if (to_submit) {
        done = may_submit(t, ring) ? uring_submit(t, ring, to_submit) : -EEXIST;
        if (done != to_submit)
            goto out;
        t->restart_data[1] = (uint64_t)done + 1;
    }
    if (flags & IORING_ENTER_GETEVENTS) {
        r = take_arg(t, flags, a[4], a[5], &arg);
        if (!r)
            r = wait_completions(t, ring, min, flags, &arg);
        poll_mask_end(t, r);
    }
out:
    file_put(f);
    return r == SYS_BLOCK ? r : done ? done : r;
}
