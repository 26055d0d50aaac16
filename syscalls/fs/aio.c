/*
 * aio.c - contexts of asynchronous I/O and their rings: io_setup, io_destroy, io_getevents (fs/aio.c,
 * Linux 6.18).
 *
 * The ring is a shared mapping of a file nobody can open, "/[aio] (deleted)" in maps. The guest names a
 * context by the address of its ring, whose header says which context it is; mremap may move it. io_destroy
 * unmaps the ring and reports success whatever becomes of that: a sealed ring stays mapped.
 */
#include "../handlers.h"
#include "../process.h"
#include "aio.h"

#include <stdlib.h>
#include <sys/mman.h>

#define AIO_RING_MAGIC 0xa10a10a1
#define AIO_DEV        0x13 /* 00:13 */

/* The header as the guest sees it (struct aio_ring). */
struct ring_head {
    uint32_t id, nr, head, tail, magic, compat_features, incompat_features, header_length;
};

static struct vm_object *ring_object(const struct aio_context *ctx)
{
    return ctx->ring->mf.obj;
}

static struct ring_head ring_read(const struct aio_context *ctx)
{
    struct ring_head h = {0};

    vm_object_read(ring_object(ctx), 0, &h, sizeof(h));
    /* The guest may have written anything there (aio_read_events_ring takes the remainder, too). */
    h.head %= ctx->nr_slots;
    h.tail %= ctx->nr_slots;
    return h;
}

static uint64_t slot_offset(unsigned slot)
{
    return sizeof(struct ring_head) + slot * sizeof(struct io_event);
}

/* ---- contexts ---- */

static struct aio_context *find(struct kernel *k, uint64_t mm_id, unsigned id)
{
    list_for_each (n, &k->aio) {
        struct aio_context *ctx = container_of(n, struct aio_context, node);

        if (ctx->mm_id == mm_id && ctx->id == id)
            return ctx;
    }
    return NULL;
}

struct aio_context *aio_lookup(struct task *t, uint64_t id)
{
    struct aio_context *ctx;
    const struct vma *v;
    uint32_t index;

    if (mm_copy_in(t->mm, &index, id, sizeof(index)))
        return NULL;
    ctx = find(t->k, mm_id(t->mm), index);
    if (!ctx)
        return NULL;
    v = mm_find_vma(t->mm, id);
    if (v->file == &ctx->ring->mf && v->start == id && !v->pgoff)
        ctx->user_id = id; /* mremap has moved it (aio_ring_mremap) */
    return ctx->user_id == id ? ctx : NULL;
}

bool aio_has_room(const struct aio_context *ctx)
{
    struct ring_head h = ring_read(ctx);
    unsigned used = (h.tail + ctx->nr_slots - h.head) % ctx->nr_slots;

    return used + ctx->nr_polls < ctx->nr_slots - 1;
}

static void context_free(struct aio_context *ctx)
{
    list_for_each_safe (n, tmp, &ctx->polls) {
        aio_poll_free(ctx, container_of(n, struct aio_poll, node));
    }
    wake_up(&ctx->wait);
    list_del(&ctx->node);
    file_put(ctx->ring);
    free(ctx);
}

void aio_exit(struct kernel *k, const struct mm *mm)
{
    list_for_each_safe (n, tmp, &k->aio) {
        struct aio_context *ctx = container_of(n, struct aio_context, node);

        if (!mm || ctx->mm_id == mm_id(mm))
            context_free(ctx);
    }
}

uint64_t aio_in_use(const struct kernel *k)
{
    uint64_t used = 0;

    list_for_each (n, &k->aio)
        used += container_of(n, struct aio_context, node)->max_reqs;
    return used;
}

/* aio_private_file() */
static struct file *ring_file(struct task *t, uint64_t size)
{
    struct vm_object *obj = mm_memfd_object(&t->k->sys, MM_PAGE_SIZE, false, false);
    struct inode *inode = anon_inode(t->k, FS_ANON, S_IFREG | 0600);
    struct file *f = NULL;

    if (obj && inode && !vm_object_truncate(obj, size)) {
        inode->dev = AIO_DEV;
        f = file_on_inode(t->k, inode, "[aio]", NULL, O_RDWR);
    }
    if (f) {
        f->dentry->deleted = true;
        f->mf.obj = vm_object_get(obj);
        f->mf.vm_flags = VM_DONTEXPAND;
    }
    if (inode)
        inode_put(inode);
    if (obj)
        vm_object_put(obj);
    return f;
}

/* ioctx_alloc(): 0 or negative errno. */
static int context_create(struct task *t, unsigned asked, struct aio_context **out)
{
    unsigned nr = (asked > 4 ? asked : 4) * 2;
    uint64_t used = aio_in_use(t->k);
    struct aio_context *ctx;
    int64_t at;

    if (nr > 0x10000000u / sizeof(struct io_event))
        return -EINVAL;
    if (!nr || used + asked > t->k->aio_max_nr)
        return -EAGAIN;
    ctx = calloc(1, sizeof(*ctx));
    if (!ctx)
        return -ENOMEM;
    /* Two more, so that a full ring can be told from an empty one. */
    ctx->size = MM_PAGE_ALIGN(slot_offset(nr + 2));
    ctx->nr_slots = (unsigned)((ctx->size - sizeof(struct ring_head)) / sizeof(struct io_event));
    ctx->max_reqs = asked;
    ctx->mm_id = mm_id(t->mm);
    while (find(t->k, ctx->mm_id, ctx->id))
        ctx->id++;
    list_init(&ctx->polls);
    waitq_init(&ctx->wait);
    ctx->ring = ring_file(t, ctx->size);
    at = ctx->ring ? mm_mmap(t->mm, 0, ctx->size, PROT_READ | PROT_WRITE, MAP_SHARED, &ctx->ring->mf, 0)
                   : -ENOMEM;
    if (at < 0) {
        if (ctx->ring)
            file_put(ctx->ring);
        free(ctx);
        return -ENOMEM;
    }
    ctx->user_id = (uint64_t)at;
    struct ring_head h = {ctx->id, ctx->nr_slots, 0, 0, AIO_RING_MAGIC, 1, 0, sizeof(h)};
    vm_object_write(ring_object(ctx), 0, &h, sizeof(h));
    list_add_tail(&t->k->aio, &ctx->node);
    *out = ctx;
    return 0;
}

static void context_kill(struct task *t, struct aio_context *ctx)
{
    mm_unmap_ring(t->mm, ctx->user_id, ctx->size);
    context_free(ctx);
}

int64_t sys_io_setup(struct task *t, const uint64_t a[6])
{
    struct aio_context *ctx;
    uint64_t id;
    int err;

    if (mm_copy_in(t->mm, &id, a[1], sizeof(id)))
        return -EFAULT;
    if (id || !arg_uint(a[0]))
        return -EINVAL;
    err = context_create(t, arg_uint(a[0]), &ctx);
    if (!err && mm_copy_out(t->mm, a[1], &ctx->user_id, sizeof(id))) {
        context_kill(t, ctx);
        err = -EFAULT;
    }
    return err;
}

int64_t sys_io_destroy(struct task *t, const uint64_t a[6])
{
    struct aio_context *ctx = aio_lookup(t, a[0]);

    if (!ctx)
        return -EINVAL;
    context_kill(t, ctx);
    return 0;
}

/* ---- events ---- */

void aio_complete(struct task *t, struct aio_context *ctx, const struct io_event *e, struct file *resfd)
{
    struct ring_head h = ring_read(ctx);

    vm_object_write(ring_object(ctx), slot_offset(h.tail), e, sizeof(*e));
    h.tail = (h.tail + 1) % ctx->nr_slots;
    vm_object_write(ring_object(ctx), offsetof(struct ring_head, tail), &h.tail, sizeof(h.tail));
    wake_up(&ctx->wait);
    if (resfd)
        eventfd_signal(resfd);
}

/* Takes up to max events out of the ring: how many, or -EFAULT if none could be stored. */
static int64_t take_events(struct task *t, struct aio_context *ctx, int64_t max, uint64_t uevents)
{
    struct ring_head h = ring_read(ctx);
    int64_t n = 0;

    for (; n < max && h.head != h.tail; n++) {
        struct io_event e;

        vm_object_read(ring_object(ctx), slot_offset(h.head), &e, sizeof(e));
        if (mm_copy_out(t->mm, uevents + (uint64_t)n * sizeof(e), &e, sizeof(e)))
            return n ? n : -EFAULT;
        h.head = (h.head + 1) % ctx->nr_slots;
        vm_object_write(ring_object(ctx), offsetof(struct ring_head, head), &h.head, sizeof(h.head));
    }
    return n;
}

/* read_events(); what was taken before the call waited is counted in restart_data[1]. */
static int64_t get_events(struct task *t, const uint64_t a[6])
{
    int64_t min = (int64_t)a[1], max = (int64_t)a[2], n, *taken = (int64_t *)&t->restart_data[1];
    struct aio_context *ctx;
    uint64_t ns = 0, deadline;

    if (a[4] && (n = copy_timespec_in(t, a[4], &ns)))
        return n;
    ctx = aio_lookup(t, a[0]);
    if (!ctx || min > max || min < 0)
        return -EINVAL;
    deadline = poll_deadline(t, a[4], ns);
    aio_check_polls(t, ctx, false);
    n = take_events(t, ctx, max - *taken, a[3] + (uint64_t)*taken * sizeof(struct io_event));
    if (n < 0)
        return *taken ? *taken : n;
    *taken += n;
    if (*taken >= min || (deadline && t->k->now_ns >= deadline))
        return *taken;
    aio_check_polls(t, ctx, true);
    task_wait_add(t, &ctx->wait);
    n = poll_wait(t, deadline, "io_getevents");
    return n == SYS_BLOCK ? n : *taken ? *taken : n;
}

int64_t sys_io_getevents(struct task *t, const uint64_t a[6])
{
    return get_events(t, a);
}

int64_t sys_io_pgetevents(struct task *t, const uint64_t a[6])
{
    struct {
        uint64_t mask, size;
    } sig = {0};
    int64_t ret;

    if (a[5] && mm_copy_in(t->mm, &sig, a[5], sizeof(sig)))
        return -EFAULT;
    ret = poll_mask_begin(t, sig.mask, sig.size);
    if (ret)
        return ret;
    ret = get_events(t, a);
    if (ret == -EINTR)
        ret = -ERESTARTNOHAND;
    poll_mask_end(t, ret);
    return ret;
}
