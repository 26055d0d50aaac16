/*
 * setup.c - io_uring_setup, and a ring as an open file: poll, mmap, close, fdinfo
 * (io_uring/io_uring.c, 6.18).
 *
 * The thread of IORING_SETUP_SQPOLL is asleep at all times, and says so (IORING_SQ_NEED_WAKEUP): programs wake
 * it, and what it does is done then. Not there, and EINVAL as on kernels before they came: IORING_SETUP_IOPOLL,
 * NO_MMAP, REGISTERED_FD_ONLY, HYBRID_IOPOLL, CQE_MIXED.
 */
#include "uring.h"

#include <linux/capability.h>
#include <poll.h>
#include <stdlib.h>

#define MAX_ENTRIES    32768u
#define MAX_CQ_ENTRIES (2 * MAX_ENTRIES)
#define SETUP_FLAGS                                                                                          \
    (IORING_SETUP_SQPOLL | IORING_SETUP_SQ_AFF | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP |                  \
     IORING_SETUP_ATTACH_WQ | IORING_SETUP_R_DISABLED | IORING_SETUP_SUBMIT_ALL |                            \
     IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SQE128 | IORING_SETUP_CQE32 |      \
     IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | URING_NO_SQARRAY)
/* All up to NO_IOWAIT but REG_REG_RING, RECVSEND_BUNDLE, MIN_TIMEOUT and RW_ATTR. */
#define FEATURES 0x21fffu

static const struct file_ops uring_ops;

bool file_is_uring(const struct file *f)
{
    return f->ops == &uring_ops;
}

int uring_of(struct task *t, int fd, struct uring **out, struct file **f)
{
    *f = fd_file(t, fd);
    if (!*f)
        return -EBADF;
    if (!file_is_uring(*f))
        return -EOPNOTSUPP;
    *out = (*f)->priv;
    return 0;
}

/* ---- the open file ---- */

static unsigned uring_poll(struct task *t, struct file *f, bool wait)
{
    struct uring *ring = f->priv;
    unsigned ev = 0;

    if (wait)
        task_wait_add(t, &ring->wait);
    if (ring_sq_pending(ring) < ring->sq_entries)
        ev |= POLLOUT | POLLWRNORM;
    if (ring_cq_ready(ring) || !list_empty(&ring->overflow) || !list_empty(&ring->deferred))
        ev |= POLLIN | POLLRDNORM;
    return ev;
}

static uint64_t uring_changes(struct file *f)
{
    return ((struct uring *)f->priv)->changes;
}

/* The kernel chooses where the rings go: processors with caches by address would see two of them. */
static int uring_may_mmap(struct file *f, uint64_t addr, uint64_t off)
{
    uint64_t part = off & URING_OFF_MASK;

    if (addr)
        return -EINVAL;
    if (part == URING_OFF_PBUF)
        return kbuf_may_mmap(f->priv, off);
    return part == IORING_OFF_SQ_RING || part == IORING_OFF_CQ_RING || part == IORING_OFF_SQES ? 0 : -ENOMEM;
}

static void uring_fdinfo(struct file *f, FILE *out)
{
    const struct uring *ring = f->priv;
    uint32_t pending = ring_sq_pending(ring), ready = ring_cq_ready(ring);

    fprintf(out,
            "SqMask:\t0x%x\nSqHead:\t%u\nSqTail:\t%u\nCachedSqHead:\t%u\nCqMask:\t0x%x\nCqHead:\t%u\n"
            "CqTail:\t%u\nCachedCqTail:\t%u\nSQEs:\t%u\nCQEs:\t%u\nSqThread:\t-1\nSqThreadCpu:\t-1\n"
            "UserFiles:\t%u\nUserBufs:\t%u\n",
            ring->sq_entries - 1, ring->sq_head, ring->sq_head + pending, ring->sq_head, ring->cq_entries - 1,
            ring_cq_head(ring), ring->cq_tail, ring->cq_tail, pending, ready, ring->files.n, ring->bufs.n);
}

/* Nobody can ask for completions any more. */
static void uring_free(struct uring *ring)
{
    while (!list_empty(&ring->reqs))
        req_free(list_first(&ring->reqs, struct uring_req, node));
    table_unregister(ring, &ring->files);
    table_unregister(ring, &ring->bufs);
    kbuf_free_all(ring);
    if (ring->eventfd)
        file_put(ring->eventfd);
    list_del(&ring->node);
    ring_destroy(ring);
    free(ring);
}

static void uring_release(struct file *f)
{
    if (f->priv)
        uring_free(f->priv);
}

static const struct file_ops uring_ops = {
    .poll = uring_poll,
    .changes = uring_changes,
    .may_mmap = uring_may_mmap,
    .show_fdinfo = uring_fdinfo,
    .release = uring_release,
};

/* ---- the call ---- */

static uint32_t power_of_two(uint32_t n)
{
    return n <= 1 ? 1 : 1u << (32 - __builtin_clz(n - 1));
}

/* io_uring_sanitise_params() */
static int check_flags(unsigned flags)
{
    if (flags & ~SETUP_FLAGS)
        return -EINVAL;
    if (flags & IORING_SETUP_TASKRUN_FLAG &&
        !(flags & (IORING_SETUP_COOP_TASKRUN | IORING_SETUP_DEFER_TASKRUN)))
        return -EINVAL;
    if (flags & IORING_SETUP_SQPOLL &&
        flags & (IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_DEFER_TASKRUN))
        return -EINVAL;
    return flags & IORING_SETUP_DEFER_TASKRUN && !(flags & IORING_SETUP_SINGLE_ISSUER) ? -EINVAL : 0;
}

/* IORING_SETUP_SQ_AFF: the one processor there is, for a thread that there is. */
static int check_processor(const struct io_uring_params *p)
{
    if (!(p->flags & IORING_SETUP_SQ_AFF))
        return 0;
    return p->flags & IORING_SETUP_SQPOLL && !p->sq_thread_cpu ? 0 : -EINVAL;
}

/* io_uring_fill_params(): how large the rings are. */
static int check_sizes(struct io_uring_params *p, uint32_t entries)
{
    bool clamp = p->flags & IORING_SETUP_CLAMP;

    if (!entries || (entries > MAX_ENTRIES && !clamp))
        return -EINVAL;
    p->sq_entries = power_of_two(entries > MAX_ENTRIES ? MAX_ENTRIES : entries);
    if (!(p->flags & IORING_SETUP_CQSIZE)) {
        p->cq_entries = 2 * p->sq_entries;
        return 0;
    }
    if (!p->cq_entries || (p->cq_entries > MAX_CQ_ENTRIES && !clamp))
        return -EINVAL;
    p->cq_entries = power_of_two(p->cq_entries > MAX_CQ_ENTRIES ? MAX_CQ_ENTRIES : p->cq_entries);
    return p->cq_entries < p->sq_entries ? -EINVAL : 0;
}

static struct uring *uring_alloc(struct kernel *k, const struct io_uring_params *p)
{
    struct uring *ring = calloc(1, sizeof(*ring));

    if (!ring)
        return NULL;
    ring->k = k;
    ring->flags = p->flags;
    ring->sq_entries = p->sq_entries;
    ring->cq_entries = p->cq_entries;
    ring->sqe_size = sizeof(struct io_uring_sqe) * (p->flags & IORING_SETUP_SQE128 ? 2 : 1);
    ring->cqe_size = sizeof(struct io_uring_cqe) * (p->flags & IORING_SETUP_CQE32 ? 2 : 1);
    list_init(&ring->reqs);
    list_init(&ring->held);
    list_init(&ring->deferred);
    list_init(&ring->overflow);
    list_init(&ring->groups);
    waitq_init(&ring->wait);
    list_add_tail(&k->urings, &ring->node);
    return ring;
}

/* IORING_SETUP_ATTACH_WQ: there are no workers to share, but the other ring must be one. */
static int check_attached(struct task *t, const struct io_uring_params *p)
{
    struct file *f;

    if (!(p->flags & IORING_SETUP_ATTACH_WQ))
        return 0;
    f = fd_file(t, (int)p->wq_fd);
    if (!f)
        return -ENXIO;
    return file_is_uring(f) ? 0 : -EINVAL;
}

int64_t sys_io_uring_setup(struct task *t, const uint64_t a[6])
{
    struct io_uring_params p;
    struct uring *ring;
    struct file *f;
    int err;

    if (mm_copy_in(t->mm, &p, a[1], sizeof(p)))
        return -EFAULT;
    if (p.resv[0] || p.resv[1] || p.resv[2])
        return -EINVAL;
    err = check_flags(p.flags);
    if (!err)
        err = check_sizes(&p, arg_uint(a[0]));
    if (!err)
        err = check_processor(&p);
    if (err)
        return err;
    ring = uring_alloc(t->k, &p);
    if (!ring)
        return -ENOMEM;
    err = ring_create(ring, &p);
    if (!err)
        err = check_attached(t, &p);
    p.features = FEATURES;
    if (!err && mm_copy_out(t->mm, a[1], &p, sizeof(p)))
        err = -EFAULT;
    f = err ? NULL : anon_file(t->k, "[io_uring]", &uring_ops, ring, O_RDWR);
    if (!f) {
        uring_free(ring);
        return err ? err : -ENFILE;
    }
    ring->file = f;
    if (p.flags & IORING_SETUP_SQPOLL)
        ring_sq_flag(ring, IORING_SQ_NEED_WAKEUP, true);
    if (p.flags & IORING_SETUP_SINGLE_ISSUER && !(p.flags & IORING_SETUP_R_DISABLED))
        ring->issuer = t->tid;
    f->mf.obj = vm_object_get(ring->obj);
    f->mf.vm_flags = VM_DONTEXPAND | VM_MIXEDMAP;
    f->mf.noexec = true;
    return fd_install_new(t, f, O_CLOEXEC);
}
