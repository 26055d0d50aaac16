/*
 * object.c - objects and the page cache: one set of frames per object that read(2), write(2) and every
 * mapping see.
 *
 * The cache holds one reference on each of its frames, and the frame points back (obj, index). A shared
 * mapping writes into the cached frame; a private mapping shows it until its first write, which copies.
 * FRAME_DIRTY says that a mapping changed bytes the backing store has not seen: write(2) itself writes
 * through.
 */
#include "mm.h"
#include "pfn_map.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

/* Objects are made here only, so that the map can live beside what others see of them. */
struct object {
    struct vm_object o;
    struct pfn_map map;
};

static struct pfn_map *map_of(const struct vm_object *obj)
{
    return obj->pages;
}

struct vm_object *vm_object_create(struct mm_system *sys, enum vm_object_kind kind, uint64_t size,
                                   const struct vm_object_ops *ops, void *priv)
{
    struct object *ob = calloc(1, sizeof(*ob));

    if (!ob)
        return NULL;
    ob->o.kind = kind;
    ob->o.refs = 1;
    ob->o.size = size;
    ob->o.page_size = MM_PAGE_SIZE;
    ob->o.ops = ops;
    ob->o.priv = priv;
    ob->o.sys = sys;
    ob->o.pages = &ob->map;
    return &ob->o;
}

struct vm_object *vm_object_get(struct vm_object *obj)
{
    obj->refs++;
    return obj;
}

/* The cache forgets the page at index; whoever still maps the frame keeps it as it is. */
static void drop_page(struct vm_object *obj, uint64_t index)
{
    pfn_t pfn = pfn_map_erase(map_of(obj), index);
    struct frame *f;

    if (pfn == PFN_NONE)
        return;
    f = &obj->sys->phys.frames[pfn];
    f->obj = NULL;
    f->flags &= ~FRAME_DIRTY;
    obj->nr_pages--;
    frame_put(&obj->sys->phys, pfn);
}

void vm_object_forget(struct vm_object *obj, uint64_t index)
{
    drop_page(obj, index);
}

static void drop_pages(struct vm_object *obj, uint64_t first, uint64_t end)
{
    uint64_t index = first;

    while (pfn_map_next(map_of(obj), &index) != PFN_NONE && index < end)
        drop_page(obj, index);
}

void vm_object_put(struct vm_object *obj)
{
    if (!obj || --obj->refs)
        return;
    obj->refs = 1; /* write_back may take and drop references */
    vm_object_sync(obj, 0, UINT64_MAX);
    drop_pages(obj, 0, UINT64_MAX);
    if (obj->ops && obj->ops->release)
        obj->ops->release(obj);
    free(obj);
}

/* --- getting a page --------------------------------------------------------------------------- */

bool mm_reclaim(struct mm_system *sys)
{
    struct physmem *pm = &sys->phys;
    uint64_t got = 0;

    for (pfn_t pfn = 1; pfn < pm->fresh; pfn++) {
        struct frame *f = &pm->frames[pfn];

        if (f->refs == 1 && f->obj && f->obj->kind == OBJ_FILE && !(f->flags & FRAME_DIRTY)) {
            drop_page(f->obj, f->index);
            got++;
        }
    }
    return got > 0;
}

pfn_t mm_alloc_frame(struct mm_system *sys, bool zeroed)
{
    pfn_t pfn = zeroed ? physmem_alloc(&sys->phys) : physmem_alloc_raw(&sys->phys);

    if (pfn == PFN_NONE && mm_reclaim(sys))
        pfn = zeroed ? physmem_alloc(&sys->phys) : physmem_alloc_raw(&sys->phys);
    return pfn;
}

pfn_t vm_object_page(struct vm_object *obj, uint64_t index, bool create, int *err)
{
    struct physmem *pm = &obj->sys->phys;
    bool reads = obj->ops && obj->ops->read_page;
    pfn_t pfn;
    int ret;

    if (index - obj->mirror_at < obj->mirror_pages)
        index -= obj->mirror_at;
    pfn = pfn_map_get(map_of(obj), index);
    if (pfn != PFN_NONE || !create)
        return pfn;
    if (obj->kind == OBJ_HUGETLB) {
        *err = -ENOSPC;
        return PFN_NONE;
    }
    pfn = mm_alloc_frame(obj->sys, !reads);
    if (pfn == PFN_NONE) {
        *err = -ENOMEM;
        return PFN_NONE;
    }
    ret = reads ? obj->ops->read_page(obj, index, frame_ptr(pm, pfn)) : 0;
    if (!ret)
        ret = pfn_map_set(map_of(obj), index, pfn);
    if (ret) {
        frame_put(pm, pfn);
        *err = ret;
        return PFN_NONE;
    }
    pm->frames[pfn].obj = obj;
    pm->frames[pfn].index = index;
    obj->nr_pages++;
    return pfn;
}

/* --- read(2) and write(2) --------------------------------------------------------------------- */

static uint64_t page_part(uint64_t offset, uint64_t len)
{
    uint64_t rest = MM_PAGE_SIZE - (offset & ~MM_PAGE_MASK);

    return len < rest ? len : rest;
}

int64_t vm_object_read(struct vm_object *obj, uint64_t offset, void *buf, uint64_t len)
{
    uint64_t done = 0, n;
    int err = 0;

    if (offset >= obj->size)
        return 0;
    if (len > obj->size - offset)
        len = obj->size - offset;
    for (; done < len; done += n) {
        uint64_t at = offset + done;
        /* a hole of a memory-only object reads as zeroes and stays a hole */
        pfn_t pfn = vm_object_page(obj, at >> MM_PAGE_SHIFT, obj->kind == OBJ_FILE, &err);

        n = page_part(at, len - done);
        if (pfn != PFN_NONE && obj->sys->phys.frames[pfn].flags & FRAME_POISON)
            err = -EIO;
        if (err)
            return done ? (int64_t)done : err;
        if (pfn == PFN_NONE)
            memset((char *)buf + done, 0, n);
        else
            memcpy((char *)buf + done, (char *)frame_ptr(&obj->sys->phys, pfn) + (at & ~MM_PAGE_MASK), n);
    }
    return (int64_t)done;
}

/* One page's part of a write. 0 or negative errno, and then nothing was written. */
static int write_part(struct vm_object *obj, uint64_t at, const void *buf, uint64_t n)
{
    bool through = obj->ops && obj->ops->write_back;
    struct physmem *pm = &obj->sys->phys;
    int err = 0;
    pfn_t pfn;

    if (obj->fseals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE) ||
        (obj->fseals & F_SEAL_GROW && at + n > obj->size))
        return -EPERM;
    if (through)
        err = obj->ops->write_back(obj, at, buf, n);
    if (err)
        return err;
    pfn = vm_object_page(obj, at >> MM_PAGE_SHIFT, !through, &err);
    if (err)
        return err;
    if (pfn != PFN_NONE && pm->frames[pfn].flags & FRAME_POISON)
        return -EIO;
    if (pfn != PFN_NONE) {
        memcpy((char *)frame_ptr(pm, pfn) + (at & ~MM_PAGE_MASK), buf, n);
        frame_written(pm, pfn);
        if (!through)
            pm->frames[pfn].flags |= FRAME_DIRTY;
    }
    if (at + n > obj->size)
        obj->size = at + n;
    return 0;
}

int64_t vm_object_write(struct vm_object *obj, uint64_t offset, const void *buf, uint64_t len)
{
    uint64_t done = 0, n;
    int err;

    if (obj->kind == OBJ_HUGETLB) /* has no write_iter */
        return -EINVAL;
    if (offset >= INT64_MAX)
        return len ? -EFBIG : 0;
    if (len > INT64_MAX - offset)
        len = INT64_MAX - offset;
    for (; done < len; done += n) {
        n = page_part(offset + done, len - done);
        err = write_part(obj, offset + done, (const char *)buf + done, n);
        if (err)
            return done ? (int64_t)done : err;
    }
    return (int64_t)done;
}

/* --- size and holes --------------------------------------------------------------------------- */

/* Zeroes the part of [from, to) that is cached; both lie in one page. */
static void zero_part(struct vm_object *obj, uint64_t from, uint64_t to)
{
    struct physmem *pm = &obj->sys->phys;
    int err;
    pfn_t pfn = from < to ? vm_object_page(obj, from >> MM_PAGE_SHIFT, false, &err) : PFN_NONE;

    if (pfn == PFN_NONE)
        return;
    memset((char *)frame_ptr(pm, pfn) + (from & ~MM_PAGE_MASK), 0, to - from);
    frame_written(pm, pfn);
}

int vm_object_truncate(struct vm_object *obj, uint64_t size)
{
    uint64_t old = obj->size, first = MM_PAGE_ALIGN(size) >> MM_PAGE_SHIFT;

    if (size > INT64_MAX || (obj->kind == OBJ_HUGETLB && size % obj->page_size))
        return -EINVAL;
    if ((size < old && obj->fseals & F_SEAL_SHRINK) || (size > old && obj->fseals & F_SEAL_GROW))
        return -EPERM;
    if (size > old) {
        /* What a mapping wrote behind the old end: files lose it when they grow, memory keeps it (6.18). */
        if (obj->kind == OBJ_FILE)
            zero_part(obj, old, size < MM_PAGE_ALIGN(old) ? size : MM_PAGE_ALIGN(old));
        obj->size = size;
        return 0;
    }
    obj->size = size;
    mm_unmap_object(obj, first, UINT64_MAX, true);
    drop_pages(obj, first, UINT64_MAX);
    zero_part(obj, size, MM_PAGE_ALIGN(size));
    return 0;
}

void vm_object_trim(struct vm_object *obj)
{
    drop_pages(obj, MM_PAGE_ALIGN(obj->size) >> MM_PAGE_SHIFT, UINT64_MAX);
}

/* A file's hole has to be zeroes in the backing store as well. */
static int zero_backing(struct vm_object *obj, uint64_t from, uint64_t to)
{
    static const char zeroes[MM_PAGE_SIZE];
    int err = 0;

    if (!obj->ops || !obj->ops->write_back)
        return 0;
    if (to > obj->size)
        to = obj->size;
    for (uint64_t at = from, n; at < to && !err; at += n) {
        n = page_part(at, to - at);
        err = obj->ops->write_back(obj, at, zeroes, n);
    }
    return err;
}

/*
 *      offset                               end
 *        |                                   |
 *   |....zzzz|########|########|########|zzzzz...|     z: zeroed in place, #: page dropped and unmapped
 *            first                      last
 */
int vm_object_punch(struct vm_object *obj, uint64_t offset, uint64_t len)
{
    uint64_t end = offset + len, first, last;
    int err;

    if (!len || end < offset || end > INT64_MAX)
        return -EINVAL;
    if (obj->fseals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE))
        return -EPERM;
    err = zero_backing(obj, offset, end);
    if (err)
        return err;
    first = MM_PAGE_ALIGN(offset) >> MM_PAGE_SHIFT;
    last = end >> MM_PAGE_SHIFT;
    if (first > last) { /* inside one page */
        zero_part(obj, offset, end);
        return 0;
    }
    zero_part(obj, offset, first << MM_PAGE_SHIFT);
    zero_part(obj, last << MM_PAGE_SHIFT, end);
    if (first < last) {
        mm_unmap_object(obj, first, last, false);
        drop_pages(obj, first, last);
    }
    return 0;
}

int64_t vm_object_seek(struct vm_object *obj, uint64_t offset, bool hole)
{
    uint64_t index = offset >> MM_PAGE_SHIFT, next = index, at;
    pfn_t pfn;

    if (offset >= obj->size)
        return -ENXIO;
    if (obj->kind == OBJ_FILE || obj->kind == OBJ_HUGETLB)
        return hole ? (int64_t)obj->size : (int64_t)offset;
    pfn = pfn_map_next(map_of(obj), &next);
    if (!hole && (pfn == PFN_NONE || next << MM_PAGE_SHIFT >= obj->size))
        return -ENXIO;
    while (hole && pfn != PFN_NONE && next == index) {
        next = ++index;
        pfn = pfn_map_next(map_of(obj), &next);
    }
    at = (hole ? index : next) << MM_PAGE_SHIFT;
    if (at < offset)
        at = offset;
    return (int64_t)(at < obj->size ? at : obj->size);
}

/* --- writing back ----------------------------------------------------------------------------- */

int vm_object_sync(struct vm_object *obj, uint64_t offset, uint64_t len)
{
    uint64_t end = len > UINT64_MAX - offset ? UINT64_MAX : offset + len;
    uint64_t index = offset >> MM_PAGE_SHIFT;
    struct physmem *pm = &obj->sys->phys;
    bool cleaned = false;
    int ret = 0;
    pfn_t pfn;

    if (!obj->ops || !obj->ops->write_back)
        return 0;
    for (; (pfn = pfn_map_next(map_of(obj), &index)) != PFN_NONE && index << MM_PAGE_SHIFT < end; index++) {
        uint64_t at = index << MM_PAGE_SHIFT;
        int err;

        if (!(pm->frames[pfn].flags & FRAME_DIRTY))
            continue;
        err = at < obj->size
                  ? obj->ops->write_back(obj, at, frame_ptr(pm, pfn), page_part(at, obj->size - at))
                  : 0;
        if (err) {
            ret = ret ? ret : err;
            continue;
        }
        pm->frames[pfn].flags &= ~FRAME_DIRTY;
        cleaned = true;
    }
    /* The next write to a clean page must be seen, so nobody may still hold it writable. */
    for (struct mm *mm = obj->sys->mms; cleaned && mm; mm = mm->next)
        mm_tlb_invalidate(mm, 0, MM_TASK_SIZE);
    return ret;
}

void vm_object_count(const struct vm_object *obj, uint64_t first, uint64_t last, uint64_t *cached,
                     uint64_t *dirty)
{
    pfn_t pfn;

    *cached = *dirty = 0;
    for (uint64_t at = first; (pfn = pfn_map_next(map_of(obj), &at)) != PFN_NONE && at <= last; at++) {
        ++*cached;
        *dirty += obj->kind == OBJ_FILE && obj->sys->phys.frames[pfn].flags & FRAME_DIRTY;
        if (at == last)
            break;
    }
}

/* --- open files as mappings see them ---------------------------------------------------------- */

struct mm_file *mm_file_get(struct mm_file *f)
{
    if (f)
        f->refs++;
    return f;
}

void mm_file_put(struct mm_file *f)
{
    if (f && !--f->refs && f->release)
        f->release(f);
}
