/*
 * resources.c - registered files and buffers: tables whose slots requests name by index (io_uring/rsrc.c,
 * io_uring/filetable.c, Linux 6.18).
 *
 * Linux pins the pages of a registered buffer. Here the address is looked up at each use: memory that was
 * unmapped or made read-only since is EFAULT.
 */
#include "uring.h"

#include <stdlib.h>

#define MAX_FILES   (1u << 20)
#define MAX_BUFFERS (1u << 14)
#define MAX_BUFFER  (1ull << 30) /* bytes */
#define SLOT_SKIP   (-2)         /* IORING_REGISTER_FILES_SKIP */

/* One slot's new contents, read from element i of the guest's array. 0 or negative errno. */
typedef int (*slot_reader)(struct task *t, uint64_t array, unsigned i, struct uring_slot *slot);

static void slot_clear(struct uring *ring, struct uring_slot *slot)
{
    if (!slot->used)
        return;
    if (slot->tag) {
        ring_post(ring, slot->tag, 0, 0);
        ring->events++;
    }
    if (slot->file)
        file_put(slot->file);
    memset(slot, 0, sizeof(*slot));
}

int64_t table_unregister(struct uring *ring, struct uring_table *tab)
{
    if (!tab->slot)
        return -ENXIO;
    for (unsigned i = 0; i < tab->n; i++)
        slot_clear(ring, &tab->slot[i]);
    free(tab->slot);
    tab->slot = NULL;
    tab->n = 0;
    ring_flush(ring);
    return 0;
}

static int read_tag(struct task *t, uint64_t utags, unsigned i, struct uring_slot *slot)
{
    if (utags && mm_copy_in(t->mm, &slot->tag, utags + i * sizeof(slot->tag), sizeof(slot->tag)))
        return -EFAULT;
    return slot->tag && !slot->used ? -EINVAL : 0;
}

static int64_t table_register(struct task *t, struct uring *ring, struct uring_table *tab, uint64_t array,
                              unsigned n, uint64_t utags, slot_reader reader)
{
    int err = 0;

    tab->slot = calloc(n, sizeof(*tab->slot));
    if (!tab->slot)
        return -ENOMEM;
    tab->n = n;
    for (unsigned i = 0; !err && i < n; i++) {
        err = reader(t, array, i, &tab->slot[i]);
        if (!err)
            err = read_tag(t, utags, i, &tab->slot[i]);
    }
    if (err) {
        for (unsigned i = 0; i < n; i++)
            tab->slot[i].tag = 0;
        table_unregister(ring, tab);
    }
    return err;
}

/* io_register_rsrc_update(): as far as it goes. */
static int64_t table_update(struct task *t, struct uring *ring, struct uring_table *tab, unsigned offset,
                            uint64_t array, unsigned n, uint64_t utags, slot_reader reader)
{
    unsigned i = 0;
    int err = 0;

    if (!tab->slot)
        return -ENXIO;
    if (offset + n < offset)
        return -EOVERFLOW;
    if (offset + n > tab->n)
        return -EINVAL;
    for (; i < n; i++) {
        struct uring_slot new = {0};

        err = reader(t, array, i, &new);
        if (err == SLOT_SKIP)
            continue;
        if (!err)
            err = read_tag(t, utags, i, &new);
        if (err) {
            if (new.file)
                file_put(new.file);
            break;
        }
        slot_clear(ring, &tab->slot[offset + i]);
        tab->slot[offset + i] = new;
    }
    ring_flush(ring);
    return i ? (int64_t)i : err;
}

/* ---- files ---- */

static int read_file(struct task *t, uint64_t ufds, unsigned i, struct uring_slot *slot)
{
    struct file *f;
    int fd;

    if (mm_copy_in(t->mm, &fd, ufds + i * sizeof(fd), sizeof(fd)))
        return -EFAULT;
    if (fd == -1)
        return 0;
    f = fd_file(t, fd);
    if (!f || file_is_uring(f)) /* a ring in a ring would never go away */
        return -EBADF;
    slot->file = file_get(f);
    slot->used = true;
    return 0;
}

static int read_file_or_skip(struct task *t, uint64_t ufds, unsigned i, struct uring_slot *slot)
{
    int fd;

    if (!mm_copy_in(t->mm, &fd, ufds + i * sizeof(fd), sizeof(fd)) && fd == IORING_REGISTER_FILES_SKIP)
        return SLOT_SKIP;
    return read_file(t, ufds, i, slot);
}

/* No array: n empty slots. */
static int empty_slot(struct task *t, uint64_t array, unsigned i, struct uring_slot *slot)
{
    return 0;
}

int64_t files_register(struct task *t, struct uring *ring, uint64_t ufds, unsigned n, uint64_t utags)
{
    if (ring->files.slot)
        return -EBUSY;
    if (!n)
        return -EINVAL;
    if (n > MAX_FILES || n > t->proc->rlim[7 /* RLIMIT_NOFILE */].cur)
        return -EMFILE;
    return table_register(t, ring, &ring->files, ufds, n, utags, ufds ? read_file : empty_slot);
}

int64_t files_update(struct task *t, struct uring *ring, unsigned offset, uint64_t ufds, unsigned n,
                     uint64_t utags)
{
    return table_update(t, ring, &ring->files, offset, ufds, n, utags, read_file_or_skip);
}

struct file *files_get_slot(struct uring *ring, unsigned index)
{
    return index < ring->files.n ? ring->files.slot[index].file : NULL;
}

int64_t files_close(struct uring *ring, unsigned index)
{
    if (!ring->files.slot)
        return -ENXIO;
    if (index >= ring->files.n)
        return -EINVAL;
    if (!ring->files.slot[index].file)
        return -EBADF;
    slot_clear(ring, &ring->files.slot[index]);
    return 0;
}

static int free_slot(const struct uring *ring)
{
    for (unsigned i = 0; i < ring->files.n; i++)
        if (!ring->files.slot[i].used)
            return (int)i;
    return -ENFILE;
}

int64_t files_install(struct task *t, struct uring *ring, int fd, unsigned index)
{
    struct file *f = file_get(fd_file_raw(t, fd));
    bool any = index == (unsigned)IORING_FILE_INDEX_ALLOC;
    int64_t err = 0;
    int slot;

    fd_close(t, fd);
    slot = any ? free_slot(ring) : (int)(index - 1);
    if (slot < 0)
        err = slot == -ENFILE ? -ENFILE : -EINVAL;
    else if (file_is_uring(f))
        err = -EBADF;
    else if (!ring->files.slot)
        err = -ENXIO;
    else if ((unsigned)slot >= ring->files.n)
        err = -EINVAL;
    if (err) {
        file_put(f);
        return err;
    }
    slot_clear(ring, &ring->files.slot[slot]);
    ring->files.slot[slot] = (struct uring_slot){.file = f, .used = true};
    return any ? slot : 0;
}

/* ---- buffers ---- */

static int read_buffer(struct task *t, uint64_t uvec, unsigned i, struct uring_slot *slot)
{
    uint64_t at, part;

    if (mm_copy_in(t->mm, &slot->buf, uvec + i * sizeof(slot->buf), sizeof(slot->buf)))
        return -EFAULT;
    at = (uintptr_t)slot->buf.iov_base;
    if (!at)
        return slot->buf.iov_len ? -EFAULT : 0;
    if (!slot->buf.iov_len || slot->buf.iov_len > MAX_BUFFER || !access_ok(at, slot->buf.iov_len))
        return -EFAULT;
    for (uint64_t left = slot->buf.iov_len; left; left -= part, at += part) {
        part = left;
        if (!mm_user_ptr(t->mm, at, &part, MM_WRITE)) /* FOLL_WRITE | FOLL_LONGTERM */
            return -EFAULT;
    }
    slot->used = true;
    return 0;
}

int64_t buffers_register(struct task *t, struct uring *ring, uint64_t uvec, unsigned n, uint64_t utags)
{
    if (ring->bufs.slot)
        return -EBUSY;
    if (!n || n > MAX_BUFFERS)
        return -EINVAL;
    return table_register(t, ring, &ring->bufs, uvec, n, utags, uvec ? read_buffer : empty_slot);
}

int64_t buffers_update(struct task *t, struct uring *ring, unsigned offset, uint64_t uvec, unsigned n,
                       uint64_t utags)
{
    return table_update(t, ring, &ring->bufs, offset, uvec, n, utags, read_buffer);
}

int buffer_check(const struct uring *ring, unsigned index, uint64_t addr, uint64_t len)
{
    const struct iovec *b;
    uint64_t start;

    if (index >= ring->bufs.n || !ring->bufs.slot[index].used)
        return -EFAULT;
    b = &ring->bufs.slot[index].buf;
    start = (uintptr_t)b->iov_base;
    return addr < start || len > b->iov_len || addr - start > b->iov_len - len ? -EFAULT : 0;
}
