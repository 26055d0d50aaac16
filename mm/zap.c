/*
 * zap.c - taking pages away: from a range of one address space, or of one object from all of them.
 */
#include "mm.h"

#define ZAP_KEEP_GUARDS 1u /* guard markers stay */
#define ZAP_KEEP_ANON   2u /* private copies stay */

struct zap {
    struct mm *mm;
    const struct vma *v;
    unsigned flags;
    bool dirty_file; /* a page that the backing store must see */
};

uint64_t *mm_rss_counter(struct mm_stats *st, pte_t e)
{
    if (!(e & PTE_PRESENT) || !pte_pfn(e) || e & PTE_SPECIAL)
        return NULL;
    if (e & PTE_ANON)
        return &st->rss_anon;
    return e & PTE_SHMEM ? &st->rss_shmem : &st->rss_file;
}

void mm_update_hiwater(struct mm *mm)
{
    struct mm_stats *st = &mm->stats;
    uint64_t rss = st->rss_anon + st->rss_file + st->rss_shmem;

    if (rss > st->hiwater_rss)
        st->hiwater_rss = rss;
    if (st->total_vm > st->hiwater_vm)
        st->hiwater_vm = st->total_vm;
}

static bool zap_keep(void *ctx, uint64_t addr, pte_t e)
{
    struct zap *z = ctx;
    uint64_t *counter = mm_rss_counter(&z->mm->stats, e);

    if (e & PTE_GUARD && z->flags & ZAP_KEEP_GUARDS)
        return true;
    if (e & PTE_ANON && z->flags & ZAP_KEEP_ANON)
        return true;
    if (counter)
        --*counter;
    if (!(e & PTE_ANON) && e & PTE_PRESENT && z->mm->sys->phys.frames[pte_pfn(e)].flags & FRAME_DIRTY)
        z->dirty_file = true;
    return false;
}

static void zap_flags(struct mm *mm, const struct vma *v, uint64_t start, uint64_t end, unsigned flags)
{
    struct vm_object *obj = vma_object(v);
    struct zap z = {mm, v, flags, false};

    if (start >= end || !mm->pt.root)
        return;
    mm_update_hiwater(mm);
    pt_clear(&mm->pt, start, end, zap_keep, &z);
    mm_tlb_invalidate(mm, start, end);
    /* Somebody outside may be looking at the file, and the emulator may be killed: do not keep it waiting. */
    if (z.dirty_file && obj && obj->ops && obj->ops->write_back)
        vm_object_sync(obj, vma_index(v, start) << MM_PAGE_SHIFT, end - start);
}

void mm_zap(struct mm *mm, const struct vma *v, uint64_t start, uint64_t end)
{
    zap_flags(mm, v, start, end, 0);
}

/* The part of [first, end) pages of an object that VMA v shows, as addresses. False: none. */
static bool object_part(const struct vma *v, uint64_t first, uint64_t end, uint64_t *from, uint64_t *to)
{
    uint64_t pages = vma_pages(v);

    if (first >= v->pgoff + pages || end <= v->pgoff)
        return false;
    *from = first > v->pgoff ? v->start + ((first - v->pgoff) << MM_PAGE_SHIFT) : v->start;
    *to = end < v->pgoff + pages ? v->start + ((end - v->pgoff) << MM_PAGE_SHIFT) : v->end;
    return true;
}

void mm_unmap_object(struct vm_object *obj, uint64_t first, uint64_t end, bool private_too)
{
    for (struct mm *mm = obj->nr_vmas ? obj->sys->mms : NULL; mm; mm = mm->next) {
        struct vma_iter it;
        const struct vma *v;
        uint64_t from, to;

        vma_iter_init(&it, &mm->vmas, 0);
        while ((v = vma_iter_next(&it)))
            if (vma_object(v) == obj && object_part(v, first, end, &from, &to))
                zap_flags(mm, v, from, to, ZAP_KEEP_GUARDS | (private_too ? 0 : ZAP_KEEP_ANON));
    }
}
