/*
 * ring.c - the memory that io_uring shares with the guest (io_uring/io_uring.c, Linux 6.18).
 *
 * One object holds everything, each part at the mmap offset it is asked for by. The rings are there twice:
 * IORING_OFF_SQ_RING and IORING_OFF_CQ_RING show the same pages (IORING_FEAT_SINGLE_MMAP).
 */
#include "uring.h"

#include <stdlib.h>

/* The head of the rings, as Linux lays it out; the guest is told by io_sqring_offsets and io_cqring_offsets.
 */
struct rings {
    uint32_t sq_head, sq_tail, cq_head, cq_tail;
    uint32_t sq_mask, cq_mask, sq_entries, cq_entries;
    uint32_t sq_dropped, sq_flags, cq_flags, cq_overflow;
    uint32_t pad[4];
};
#define AT(field) offsetof(struct rings, field)

struct uring_overflow {
    struct list_head node;
    struct io_uring_cqe cqe;
};

static uint32_t get(const struct uring *ring, uint64_t at)
{
    uint32_t v = 0;

    vm_object_read(ring->obj, at, &v, sizeof(v));
    return v;
}

static void put(struct uring *ring, uint64_t at, uint32_t v)
{
    vm_object_write(ring->obj, at, &v, sizeof(v));
}

/* Pages made beforehand: an object of this kind has no others, and an access beyond them is SIGBUS. */
static int make_pages(struct vm_object *obj, uint64_t at, uint64_t bytes)
{
    int err = 0;

    for (uint64_t i = 0; !err && i < bytes; i += MM_PAGE_SIZE)
        vm_object_page(obj, (at + i) >> MM_PAGE_SHIFT, true, &err);
    return err;
}

int ring_make_pages(struct uring *ring, uint64_t at, uint64_t bytes)
{
    static const char zeroes[MM_PAGE_SIZE];
    int err;

    if (ring->obj->size < at + bytes)
        ring->obj->size = MM_PAGE_ALIGN(at + bytes);
    err = make_pages(ring->obj, at, bytes);
    for (uint64_t done = 0; !err && done < bytes;
         done += MM_PAGE_SIZE) /* another may have been there before */
        vm_object_write(ring->obj, at + done, zeroes, MM_PAGE_SIZE);
    return err;
}

int ring_create(struct uring *ring, struct io_uring_params *p)
{
    uint64_t cqes = sizeof(struct rings) + (uint64_t)ring->cq_entries * sizeof(struct io_uring_cqe);
    uint64_t size, sqes = (uint64_t)ring->sq_entries * ring->sqe_size;
    int err;

    if (ring->flags & IORING_SETUP_CQE32)
        cqes *= 2;
    size = (cqes + 63) & ~63ull;
    if (!(ring->flags & URING_NO_SQARRAY)) {
        ring->sq_array = size;
        size += (uint64_t)ring->sq_entries * sizeof(uint32_t);
    }
    ring->obj = vm_object_create(&ring->k->sys, OBJ_SPECIAL, IORING_OFF_SQES + sqes, NULL, NULL);
    if (!ring->obj)
        return -ENOMEM;
    err = make_pages(ring->obj, IORING_OFF_SQ_RING, size);
    if (!err)
        err = make_pages(ring->obj, IORING_OFF_SQES, sqes);
    if (err)
        return err;
    ring->obj->mirror_at = IORING_OFF_CQ_RING >> MM_PAGE_SHIFT;
    ring->obj->mirror_pages = MM_PAGE_ALIGN(size) >> MM_PAGE_SHIFT;
    put(ring, AT(sq_mask), ring->sq_entries - 1);
    put(ring, AT(cq_mask), ring->cq_entries - 1);
    put(ring, AT(sq_entries), ring->sq_entries);
    put(ring, AT(cq_entries), ring->cq_entries);
    p->sq_off = (struct io_sqring_offsets){AT(sq_head),
                                           AT(sq_tail),
                                           AT(sq_mask),
                                           AT(sq_entries),
                                           AT(sq_flags),
                                           AT(sq_dropped),
                                           (uint32_t)ring->sq_array};
    p->cq_off = (struct io_cqring_offsets){AT(cq_head),     AT(cq_tail),          AT(cq_mask), AT(cq_entries),
                                           AT(cq_overflow), sizeof(struct rings), AT(cq_flags)};
    return 0;
}

void ring_destroy(struct uring *ring)
{
    list_for_each_safe (n, tmp, &ring->overflow) {
        list_del(n);
        free(container_of(n, struct uring_overflow, node));
    }
    vm_object_put(ring->obj);
}

/* ---- submission ---- */

uint32_t ring_sq_pending(const struct uring *ring)
{
    uint32_t n = get(ring, AT(sq_tail)) - ring->sq_head;

    return n < ring->sq_entries ? n : ring->sq_entries;
}

bool ring_take_sqe(struct uring *ring, struct io_uring_sqe *sqe)
{
    uint32_t i = ring->sq_head++ & (ring->sq_entries - 1);

    if (ring->sq_array)
        i = get(ring, ring->sq_array + i * sizeof(uint32_t));
    if (i >= ring->sq_entries) {
        put(ring, AT(sq_dropped), get(ring, AT(sq_dropped)) + 1);
        return false;
    }
    vm_object_read(ring->obj, IORING_OFF_SQES + (uint64_t)i * ring->sqe_size, sqe, sizeof(*sqe));
    return true;
}

void ring_commit_sq(struct uring *ring)
{
    put(ring, AT(sq_head), ring->sq_head);
}

void ring_sq_flag(struct uring *ring, uint32_t flag, bool on)
{
    uint32_t old = get(ring, AT(sq_flags)), new = on ? old | flag : old & ~flag;

    if (new != old)
        put(ring, AT(sq_flags), new);
}

/* ---- completion ---- */

uint32_t ring_cq_head(const struct uring *ring)
{
    return get(ring, AT(cq_head));
}

uint32_t ring_cq_ready(const struct uring *ring)
{
    return ring->cq_tail - ring_cq_head(ring);
}

bool ring_has_room(const struct uring *ring)
{
    return list_empty(&ring->overflow) && ring_cq_ready(ring) < ring->cq_entries;
}

static bool store(struct uring *ring, const struct io_uring_cqe *cqe)
{
    uint64_t at = sizeof(struct rings) + (uint64_t)(ring->cq_tail & (ring->cq_entries - 1)) * ring->cqe_size;

    if (ring_cq_ready(ring) >= ring->cq_entries)
        return false;
    vm_object_write(ring->obj, at, cqe, sizeof(*cqe));
    put(ring, AT(cq_tail), ++ring->cq_tail);
    return true;
}

void ring_post(struct uring *ring, uint64_t user_data, int32_t res, uint32_t flags)
{
    struct io_uring_cqe cqe = {.user_data = user_data, .res = res, .flags = flags};
    struct uring_overflow *o;

    ring->posted = true;
    if (list_empty(&ring->overflow) && store(ring, &cqe))
        return;
    o = malloc(sizeof(*o));
    if (!o) {
        put(ring, AT(cq_overflow), get(ring, AT(cq_overflow)) + 1);
        return;
    }
    o->cqe = cqe;
    list_add_tail(&ring->overflow, &o->node);
    ring_sq_flag(ring, IORING_SQ_CQ_OVERFLOW, true);
}

void ring_flush_overflow(struct uring *ring)
{
    while (!list_empty(&ring->overflow)) {
        struct uring_overflow *o = list_first(&ring->overflow, struct uring_overflow, node);

        if (!store(ring, &o->cqe))
            return;
        ring->posted = true;
        list_del(&o->node);
        free(o);
    }
    ring_sq_flag(ring, IORING_SQ_CQ_OVERFLOW, false);
}

void ring_signal(struct uring *ring)
{
    if (ring->eventfd && (!ring->eventfd_async || ring->async) &&
        !(get(ring, AT(cq_flags)) & IORING_CQ_EVENTFD_DISABLED))
        eventfd_signal(ring->eventfd);
}

void ring_flush(struct uring *ring)
{
    if (!ring->posted)
        return;
    timeouts_counted(ring);
    ring->posted = false;
    ring->changes++;
    wake_up(&ring->wait);
    ring_signal(ring);
}
