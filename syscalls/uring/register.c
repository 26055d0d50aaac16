/*
 * register.c - io_uring_register (io_uring/register.c, Linux 6.18).
 *
 * Not there, and EINVAL as on kernels before they came: personalities, registered descriptors of rings,
 * workers' processors, memory regions, resizing, NAPI, zero-copy receive.
 */
#include "uring.h"

#include <stdlib.h>

#define USE_REGISTERED_RING  (1u << 31)
#define REGISTER_PBUF_STATUS 26 /* newer than the headers of some supported systems */
#define REGISTER_LAST        36u
#define MAX_RESTRICTIONS     128u

static int64_t probe(struct task *t, uint64_t uarg, unsigned n)
{
    struct io_uring_probe *p;
    size_t size;
    int64_t err = 0;

    if (!uarg || n > 256)
        return -EINVAL;
    if (n > UOP_LAST)
        n = UOP_LAST;
    size = sizeof(*p) + n * sizeof(p->ops[0]);
    p = calloc(1, size);
    if (!p)
        return -ENOMEM;
    if (mm_copy_in(t->mm, p, uarg, size))
        err = -EFAULT;
    for (size_t i = 0; !err && i < size; i++)
        if (((char *)p)[i])
            err = -EINVAL;
    p->last_op = UOP_LAST - 1;
    p->ops_len = (uint8_t)n;
    for (unsigned i = 0; i < n; i++) {
        p->ops[i].op = (uint8_t)i;
        p->ops[i].flags = uring_op(i) ? IO_URING_OP_SUPPORTED : 0;
    }
    if (!err && mm_copy_out(t->mm, uarg, p, size))
        err = -EFAULT;
    free(p);
    return err;
}

static int64_t register_eventfd(struct task *t, struct uring *ring, uint64_t uarg, unsigned n, bool async)
{
    struct file *f;
    int fd;

    if (n != 1)
        return -EINVAL;
    if (ring->eventfd)
        return -EBUSY;
    if (mm_copy_in(t->mm, &fd, uarg, sizeof(fd)))
        return -EFAULT;
    f = fd_file(t, fd);
    if (!f || !file_is_eventfd(f))
        return f ? -EINVAL : -EBADF;
    ring->eventfd = file_get(f);
    ring->eventfd_async = async;
    return 0;
}

static int64_t unregister_eventfd(struct uring *ring)
{
    if (!ring->eventfd)
        return -ENXIO;
    file_put(ring->eventfd);
    ring->eventfd = NULL;
    return 0;
}

static int64_t enable_rings(struct task *t, struct uring *ring)
{
    if (!(ring->flags & IORING_SETUP_R_DISABLED))
        return -EBADFD;
    if (ring->flags & IORING_SETUP_SINGLE_ISSUER && !ring->issuer)
        ring->issuer = t->tid;
    ring->flags &= ~IORING_SETUP_R_DISABLED;
    return 0;
}

/* io_register_restrictions(): they hold once the ring is enabled, which it is not yet. */
static int64_t restrictions(struct task *t, struct uring *ring, uint64_t uarg, unsigned n)
{
    struct uring_restrictions lim = {.registered = true};

    if (!(ring->flags & IORING_SETUP_R_DISABLED))
        return -EBADFD;
    if (ring->limits.registered)
        return -EBUSY;
    if (!uarg || n > MAX_RESTRICTIONS)
        return -EINVAL;
    for (unsigned i = 0; i < n; i++) {
        struct io_uring_restriction res;

        if (mm_copy_in(t->mm, &res, uarg + i * sizeof(res), sizeof(res)))
            return -EFAULT;
        switch (res.opcode) {
        case IORING_RESTRICTION_REGISTER_OP:
            if (res.register_op >= REGISTER_LAST)
                return -EINVAL;
            lim.register_ops |= UINT64_C(1) << res.register_op;
            break;
        case IORING_RESTRICTION_SQE_OP:
            if (res.sqe_op >= UOP_LAST)
                return -EINVAL;
            lim.sqe_ops |= UINT64_C(1) << res.sqe_op;
            break;
        case IORING_RESTRICTION_SQE_FLAGS_ALLOWED:
            lim.flags_allowed = res.sqe_flags;
            break;
        case IORING_RESTRICTION_SQE_FLAGS_REQUIRED:
            lim.flags_required = res.sqe_flags;
            break;
        default:
            return -EINVAL;
        }
    }
    ring->limits = lim;
    return 0;
}

/* io_register_files_update() */
static int64_t update_old(struct task *t, struct uring *ring, uint64_t uarg, unsigned n)
{
    struct io_uring_files_update up;

    if (!n)
        return -EINVAL;
    if (mm_copy_in(t->mm, &up, uarg, sizeof(up)))
        return -EFAULT;
    return up.resv ? -EINVAL : files_update(t, ring, up.offset, up.fds, n, 0);
}

/* io_register_rsrc(); the last argument is the structure's size. */
static int64_t register_resource(struct task *t, struct uring *ring, uint64_t uarg, unsigned size, bool files)
{
    struct io_uring_rsrc_register r;

    if (size != sizeof(r))
        return -EINVAL;
    if (mm_copy_in(t->mm, &r, uarg, sizeof(r)))
        return -EFAULT;
    if (!r.nr || r.resv2 || r.flags & ~IORING_RSRC_REGISTER_SPARSE ||
        (r.flags & IORING_RSRC_REGISTER_SPARSE && r.data))
        return -EINVAL;
    return files ? files_register(t, ring, r.data, r.nr, r.tags)
                 : buffers_register(t, ring, r.data, r.nr, r.tags);
}

static int64_t update_resource(struct task *t, struct uring *ring, uint64_t uarg, unsigned size, bool files)
{
    struct io_uring_rsrc_update2 up;

    if (size != sizeof(up))
        return -EINVAL;
    if (mm_copy_in(t->mm, &up, uarg, sizeof(up)))
        return -EFAULT;
    if (!up.nr || up.resv || up.resv2)
        return -EINVAL;
    return files ? files_update(t, ring, up.offset, up.data, up.nr, up.tags)
                 : buffers_update(t, ring, up.offset, up.data, up.nr, up.tags);
}

/* __io_uring_register() */
static int64_t do_register(struct task *t, struct uring *ring, unsigned op, uint64_t uarg, unsigned n)
{
    if (ring->issuer && ring->issuer != t->tid)
        return -EEXIST;
    if (ring->limits.registered && !(ring->flags & IORING_SETUP_R_DISABLED) &&
        !(ring->limits.register_ops >> op & 1))
        return -EACCES;
    switch (op) {
    case IORING_REGISTER_BUFFERS:
        return uarg ? buffers_register(t, ring, uarg, n, 0) : -EFAULT;
    case IORING_UNREGISTER_BUFFERS:
        return uarg || n ? -EINVAL : table_unregister(ring, &ring->bufs);
    case IORING_REGISTER_FILES:
        return uarg ? files_register(t, ring, uarg, n, 0) : -EFAULT;
    case IORING_UNREGISTER_FILES:
        return uarg || n ? -EINVAL : table_unregister(ring, &ring->files);
    case IORING_REGISTER_FILES_UPDATE:
        return update_old(t, ring, uarg, n);
    case IORING_REGISTER_EVENTFD:
    case IORING_REGISTER_EVENTFD_ASYNC:
        return register_eventfd(t, ring, uarg, n, op == IORING_REGISTER_EVENTFD_ASYNC);
    case IORING_UNREGISTER_EVENTFD:
        return uarg || n ? -EINVAL : unregister_eventfd(ring);
    case IORING_REGISTER_PROBE:
        return probe(t, uarg, n);
    case IORING_REGISTER_ENABLE_RINGS:
        return uarg || n ? -EINVAL : enable_rings(t, ring);
    case IORING_REGISTER_RESTRICTIONS:
        return restrictions(t, ring, uarg, n);
    case IORING_REGISTER_PBUF_RING:
        return kbuf_register_ring(t, ring, uarg, n);
    case IORING_UNREGISTER_PBUF_RING:
        return kbuf_unregister_ring(t, ring, uarg, n);
    case REGISTER_PBUF_STATUS:
        return kbuf_status(t, ring, uarg, n);
    case IORING_REGISTER_FILES2:
    case IORING_REGISTER_BUFFERS2:
        return register_resource(t, ring, uarg, n, op == IORING_REGISTER_FILES2);
    case IORING_REGISTER_FILES_UPDATE2:
    case IORING_REGISTER_BUFFERS_UPDATE:
        return update_resource(t, ring, uarg, n, op == IORING_REGISTER_FILES_UPDATE2);
    default:
        return -EINVAL;
    }
}

int64_t sys_io_uring_register(struct task *t, const uint64_t a[6])
{
    unsigned op = arg_uint(a[1]);
    struct uring *ring;
    struct file *f;
    int64_t r;

    if ((op & ~USE_REGISTERED_RING) >= REGISTER_LAST || arg_int(a[0]) == -1 || op & USE_REGISTERED_RING)
        return -EINVAL;
    r = uring_of(t, arg_int(a[0]), &ring, &f);
    if (r)
        return r;
    file_get(f);
    r = do_register(t, ring, op, a[2], arg_uint(a[3]));
    file_put(f);
    return r;
}
