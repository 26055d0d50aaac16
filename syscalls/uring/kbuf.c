/*
 * kbuf.c - buffers that the kernel picks when it has something for them (io_uring/kbuf.c, Linux 6.18): groups
 * that IORING_OP_PROVIDE_BUFFERS fills, and rings in the guest's memory (IORING_REGISTER_PBUF_RING).
 *
 *      ring:  | buf | buf | buf | buf |      the guest puts buffers at its tail, which lies in the first
 *               ^ head        ^ tail         entry; we take them at a head that nobody sees
 *
 * A buffer of a ring is taken when something was put into it; one of a group as soon as a request begins, and
 * is given back only where receiving found nothing.
 */
#include "uring.h"

#include <stdlib.h>

#define MAX_IDS      65536
#define RING_MAX     65536
#define RING_MMAP    1u  /* IOU_PBUF_RING_MMAP */
#define RING_INC     2u  /* IOU_PBUF_RING_INC */
#define PBUF_SHIFT   16  /* of a group's number behind URING_OFF_PBUF */
#define CQE_BUF_MORE 16u /* IORING_CQE_F_BUF_MORE */
#define TAIL_AT      14  /* in the first entry */

struct buf { /* struct io_uring_buf */
    uint64_t addr;
    uint32_t len;
    uint16_t bid, resv;
};
struct kept { /* of a group that was provided */
    struct list_head node;
    struct buf buf;
};
struct uring_group {
    struct list_head node; /* uring.groups */
    unsigned bgid;
    struct list_head bufs; /* struct kept */
    unsigned entries;      /* of a ring, 0: it is none */
    uint64_t at;           /* where the ring lies: in the guest's memory, or (ours) in the rings' object */
    uint16_t head;
    bool ours;   /* IOU_PBUF_RING_MMAP: the guest maps it */
    bool pieces; /* IOU_PBUF_RING_INC: a buffer is used up bit by bit */
};

static struct uring_group *find(const struct uring *ring, unsigned bgid)
{
    list_for_each (n, &ring->groups)
        if (container_of(n, struct uring_group, node)->bgid == bgid)
            return container_of(n, struct uring_group, node);
    return NULL;
}

static struct uring_group *create(struct uring *ring, unsigned bgid)
{
    struct uring_group *g = calloc(1, sizeof(*g));

    if (!g)
        return NULL;
    g->bgid = bgid;
    list_init(&g->bufs);
    list_add_tail(&ring->groups, &g->node);
    return g;
}

/* Up to n buffers of a group go: how many did. */
static unsigned drop(struct uring_group *g, unsigned n)
{
    unsigned done = 0;

    for (; done < n && !list_empty(&g->bufs); done++) {
        struct kept *k = list_first(&g->bufs, struct kept, node);

        list_del(&k->node);
        free(k);
    }
    return done;
}

static void destroy(struct uring_group *g)
{
    drop(g, MAX_IDS);
    list_del(&g->node);
    free(g);
}

void kbuf_free_all(struct uring *ring)
{
    while (!list_empty(&ring->groups))
        destroy(list_first(&ring->groups, struct uring_group, node));
}

/* ---- picking ---- */

static int ring_get(const struct uring_req *req, const struct uring_group *g, uint64_t at, void *buf,
                    size_t len)
{
    if (!g->ours)
        return mm_copy_in(req->w.mm, buf, at, len);
    return vm_object_read(req->ring->obj, at, buf, len) == (int64_t)len ? 0 : -EFAULT;
}

static void ring_put(const struct uring_req *req, const struct uring_group *g, uint64_t at, const void *buf,
                     size_t len)
{
    if (g->ours)
        vm_object_write(req->ring->obj, at, buf, len);
    else
        mm_copy_out(req->w.mm, at, buf, len);
}

static uint64_t entry_at(const struct uring_group *g)
{
    return g->at + (g->head & (g->entries - 1)) * sizeof(struct buf);
}

/* The ring's next buffer. False: there is none. */
static bool peek(struct uring_req *req, const struct uring_group *g, struct buf *b)
{
    uint16_t tail;

    if (ring_get(req, g, g->at + TAIL_AT, &tail, sizeof(tail)) || tail == g->head)
        return false;
    return !ring_get(req, g, entry_at(g), b, sizeof(*b));
}

int kbuf_pick(struct uring_req *req, uint64_t *addr, uint32_t *len)
{
    struct uring_group *g = find(req->ring, req->sqe.buf_group);
    struct buf b;

    if (req->buf.kept) {
        b = (struct buf){.addr = req->buf.addr, .len = req->buf.len};
    } else if (g && g->entries) {
        if (!peek(req, g, &b))
            return -ENOBUFS;
        req->buf.bid = b.bid;
    } else {
        if (!g || list_empty(&g->bufs))
            return -ENOBUFS;
        b = list_first(&g->bufs, struct kept, node)->buf;
        drop(g, 1);
        req->buf.addr = b.addr;
        req->buf.len = b.len;
        req->buf.bid = b.bid;
        req->buf.kept = true;
    }
    *addr = b.addr;
    if (!*len || *len > b.len)
        *len = b.len;
    return 0;
}

void kbuf_used(struct uring_req *req, uint32_t bytes)
{
    struct uring_group *g = find(req->ring, req->sqe.buf_group);
    struct buf b;

    req->cqe_flags = IORING_CQE_F_BUFFER | (uint32_t)req->buf.bid << IORING_CQE_BUFFER_SHIFT;
    if (req->buf.kept) {
        req->buf.kept = false;
        return;
    }
    if (!g || !g->entries)
        return;
    if (g->pieces && peek(req, g, &b) && bytes < b.len) {
        b.addr += bytes;
        b.len -= bytes;
        ring_put(req, g, entry_at(g), &b, offsetof(struct buf, bid));
        req->cqe_flags |= CQE_BUF_MORE;
        return;
    }
    g->head++;
}

void kbuf_give_back(struct uring_req *req)
{
    struct uring_group *g = find(req->ring, req->sqe.buf_group);
    struct kept *k = req->buf.kept && g && !g->entries ? malloc(sizeof(*k)) : NULL;

    req->buf.kept = false;
    if (!k)
        return;
    k->buf = (struct buf){.addr = req->buf.addr, .len = req->buf.len, .bid = req->buf.bid};
    list_add(&g->bufs, &k->node);
}

/* ---- providing ---- */

int provide_prep(struct uring_req *req)
{
    const struct io_uring_sqe *sqe = &req->sqe;
    uint64_t n = (uint64_t)(int64_t)sqe->fd, size;

    if (!n || n > MAX_IDS)
        return -E2BIG;
    if (!sqe->len)
        return -EINVAL;
    if (__builtin_mul_overflow((uint64_t)sqe->len, n, &size) || sqe->addr + size < sqe->addr)
        return -EOVERFLOW;
    if (!access_ok(sqe->addr, size))
        return -EFAULT;
    if (sqe->off > UINT16_MAX)
        return -E2BIG;
    return sqe->off + n > MAX_IDS ? -EINVAL : 0;
}

int64_t provide_issue(struct uring_req *req)
{
    struct uring_group *g = find(req->ring, req->sqe.buf_group);

    if (!g)
        g = create(req->ring, req->sqe.buf_group);
    if (!g || g->entries)
        return g ? -EINVAL : -ENOMEM;
    for (int i = 0; i < req->sqe.fd; i++) {
        struct kept *k = malloc(sizeof(*k));

        if (!k)
            return i ? 0 : -ENOMEM;
        k->buf = (struct buf){.addr = req->sqe.addr + (uint64_t)i * req->sqe.len,
                              .len = req->sqe.len < MAX_RW_COUNT ? req->sqe.len : MAX_RW_COUNT,
                              .bid = (uint16_t)(req->sqe.off + (unsigned)i)};
        list_add_tail(&g->bufs, &k->node);
    }
    return 0;
}

int remove_prep(struct uring_req *req)
{
    return req->sqe.fd <= 0 || req->sqe.fd > MAX_IDS ? -EINVAL : 0;
}

int64_t remove_issue(struct uring_req *req)
{
    struct uring_group *g = find(req->ring, req->sqe.buf_group);

    if (!g)
        return -ENOENT;
    return g->entries ? -EINVAL : (int64_t)drop(g, (unsigned)req->sqe.fd);
}

/* ---- rings ---- */

struct buf_reg { /* struct io_uring_buf_reg; its flags are newer than the headers of some supported systems */
    uint64_t addr;
    uint32_t entries;
    uint16_t bgid, flags;
    uint64_t resv[3];
};

static int get_reg(struct task *t, uint64_t uarg, unsigned n, struct buf_reg *reg)
{
    if (n != 1 || !uarg)
        return -EINVAL;
    if (mm_copy_in(t->mm, reg, uarg, sizeof(*reg)))
        return -EFAULT;
    return reg->resv[0] || reg->resv[1] || reg->resv[2] ? -EINVAL : 0;
}

/* The memory must be there, and writable. */
static int check_memory(struct task *t, uint64_t at, uint64_t size)
{
    if (!at)
        return -EFAULT;
    if (at & ~MM_PAGE_MASK)
        return -EINVAL;
    for (uint64_t done = 0; done < size; done += MM_PAGE_SIZE) {
        uint64_t len = 1;

        if (!mm_user_ptr(t->mm, at + done, &len, MM_WRITE))
            return -EFAULT;
    }
    return 0;
}

/* The part of the rings' object that mmap shows at the group's offset. Two that are too long to lie side by side cannot be. */
static int make_memory(struct uring *ring, unsigned bgid, uint64_t size)
{
    uint64_t at = URING_OFF_PBUF + ((uint64_t)bgid << PBUF_SHIFT);

    list_for_each (n, &ring->groups) {
        const struct uring_group *g = container_of(n, struct uring_group, node);

        if (g->ours && g->at < at + size && at < g->at + g->entries * sizeof(struct buf))
            return -ENOMEM;
    }
    return ring_make_pages(ring, at, size);
}

int kbuf_may_mmap(const struct uring *ring, uint64_t off)
{
    const struct uring_group *g = find(ring, (unsigned)((off & ~(uint64_t)URING_OFF_MASK) >> PBUF_SHIFT));

    return g && g->ours ? 0 : -ENOMEM;
}

int64_t kbuf_register_ring(struct task *t, struct uring *ring, uint64_t uarg, unsigned n)
{
    struct uring_group *g;
    struct buf_reg reg;
    int err = get_reg(t, uarg, n, &reg);

    if (err)
        return err;
    if (reg.flags & ~(RING_MMAP | RING_INC) || !reg.entries || reg.entries & (reg.entries - 1) ||
        reg.entries >= RING_MAX)
        return -EINVAL;
    g = find(ring, reg.bgid);
    if (g && (g->entries || !list_empty(&g->bufs)))
        return -EEXIST;
    if (reg.flags & RING_MMAP)
        err = make_memory(ring, reg.bgid, reg.entries * sizeof(struct buf));
    else
        err = check_memory(t, reg.addr, reg.entries * sizeof(struct buf));
    if (err)
        return err;
    if (!g)
        g = create(ring, reg.bgid);
    if (!g)
        return -ENOMEM;
    g->entries = reg.entries;
    g->ours = reg.flags & RING_MMAP;
    g->at = g->ours ? URING_OFF_PBUF + ((uint64_t)reg.bgid << PBUF_SHIFT) : reg.addr;
    g->head = 0;
    g->pieces = reg.flags & RING_INC;
    return 0;
}

/* The ring of a number: -ENOENT, or -EINVAL where it is none. */
static int find_ring(const struct uring *ring, unsigned bgid, struct uring_group **g)
{
    *g = find(ring, bgid);
    return !*g ? -ENOENT : (*g)->entries ? 0 : -EINVAL;
}

int64_t kbuf_unregister_ring(struct task *t, struct uring *ring, uint64_t uarg, unsigned n)
{
    struct uring_group *g;
    struct buf_reg reg;
    int err = get_reg(t, uarg, n, &reg);

    if (!err && reg.flags)
        err = -EINVAL;
    if (!err)
        err = find_ring(ring, reg.bgid, &g);
    if (!err)
        destroy(g);
    return err;
}

int64_t kbuf_status(struct task *t, struct uring *ring, uint64_t uarg, unsigned n)
{
    uint32_t status[10], head; /* struct io_uring_buf_status: group, head, nothing */
    struct uring_group *g;
    int err;

    if (n != 1 || !uarg)
        return -EINVAL;
    if (mm_copy_in(t->mm, status, uarg, sizeof(status)))
        return -EFAULT;
    for (unsigned i = 2; i < 10; i++)
        if (status[i])
            return -EINVAL;
    err = find_ring(ring, status[0], &g);
    if (err)
        return err;
    head = g->head;
    return mm_copy_out(t->mm, uarg + sizeof(head), &head, sizeof(head)) ? -EFAULT : 0;
}
