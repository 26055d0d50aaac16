/*
 * pagemap.c - what /proc/PID/pagemap tells of pages, and the PAGEMAP_SCAN request: pages by category, with those written to
 * since they were last write-protected (UFFD_FEATURE_WP_ASYNC).
 *
 * Source: pagemap_read, do_pagemap_scan and what they call in fs/proc/task_mmu.c, Linux 6.18.
 */
#include "mm.h"

#include <mseal-emu/pagemap.h>
#include "pt_node.h"

#include <stdlib.h>

#define PM_MMAP_EXCLUSIVE (UINT64_C(1) << 56)
#define PM_UFFD_WP        (UINT64_C(1) << 57)
#define PM_GUARD          (UINT64_C(1) << 58)
#define PM_FILE           (UINT64_C(1) << 61)
#define PM_SWAP           (UINT64_C(1) << 62)
#define PM_PRESENT        (UINT64_C(1) << 63)

/* Of an area that is not asked to watch writes the mark means nothing. */
static bool is_protected(const struct vma *v, pte_t e)
{
    return e & PTE_UFFD_WP && v->flags & VM_UFFD_WP;
}

/* A page of an object; the page of zeroes is none. */
static bool is_file_page(pte_t e)
{
    return e & PTE_PRESENT && !(e & PTE_ANON) && pte_pfn(e);
}

uint64_t mm_pagemap_entry(struct mm *mm, uint64_t addr, bool frames)
{
    const struct vma *v = vma_tree_find(&mm->vmas, addr);
    uint64_t entry = 0;
    pte_t e;

    if (!v || v->start > addr)
        return 0;
    e = pt_get(&mm->pt, addr);
    if (e & PTE_PRESENT) {
        entry = PM_PRESENT | (is_file_page(e) ? PM_FILE : 0) |
                (pt_mapped_once(&mm->pt, addr) ? PM_MMAP_EXCLUSIVE : 0);
        if (frames)
            entry |= UINT64_C(1) + pte_pfn(e);                       /* 0 stands for what is not told */
    } else if (e & (PTE_GUARD | PTE_POISON) || is_protected(v, e)) { /* markers count as swapped out */
        entry = PM_SWAP | (e & PTE_GUARD ? PM_GUARD : 0);
    }
    return entry | (is_protected(v, e) ? PM_UFFD_WP : 0);
}

/* ---- PAGEMAP_SCAN ---- */

struct scan {
    struct mm *mm;
    struct mm_page_scan *s;
    struct mm_page_region *regions; /* the last one may still grow */
    uint64_t n, room, found;
};

/* pagemap_page_category() */
static uint64_t category_of(const struct vma *v, pte_t e)
{
    uint64_t c = is_protected(v, e) ? 0 : MM_PAGE_IS_WRITTEN;

    if (e & PTE_PRESENT)
        c |= MM_PAGE_IS_PRESENT | (is_file_page(e) ? MM_PAGE_IS_FILE : 0) |
             (pte_pfn(e) ? 0 : MM_PAGE_IS_PFNZERO);
    else if (e & (PTE_GUARD | PTE_POISON) || is_protected(v, e))
        c |= MM_PAGE_IS_SWAPPED | (e & PTE_GUARD ? MM_PAGE_IS_GUARD : 0);
    return c;
}

static bool is_interesting(const struct mm_page_scan *s, uint64_t categories)
{
    categories ^= s->inverted;
    return (categories & s->all) == s->all && (!s->any || categories & s->any);
}

/* pagemap_scan_push_range(). -ENOSPC: no region is left; -ENOMEM. */
static int push(struct scan *sc, uint64_t categories, uint64_t start, uint64_t end)
{
    struct mm_page_region *last = sc->n ? &sc->regions[sc->n - 1] : NULL, *more;

    if (last && last->end == start && last->categories == categories) {
        last->end = end;
        return 0;
    }
    if (sc->n == sc->s->max_regions)
        return -ENOSPC;
    if (sc->n == sc->room) {
        more = realloc(sc->regions, (2 * sc->room + 16) * sizeof(*more));
        if (!more)
            return -ENOMEM;
        sc->regions = more;
        sc->room = 2 * sc->room + 16;
    }
    sc->regions[sc->n++] = (struct mm_page_region){start, end, categories};
    return 0;
}

/* pagemap_scan_output(): *end is where what was taken ends. -ENOSPC: no more of it. */
static int output(struct scan *sc, uint64_t categories, uint64_t start, uint64_t *end)
{
    uint64_t pages = (*end - start) >> MM_PAGE_SHIFT, left = sc->s->max_pages - sc->found;
    int err = 0;

    if (!sc->s->max_regions)
        return 0;
    if (pages > left) {
        *end = start + (left << MM_PAGE_SHIFT);
        pages = left;
        err = -ENOSPC;
    }
    if (pages) {
        int full = push(sc, categories & sc->s->returned, start, *end);

        if (full) {
            *end = start;
            pages = 0;
            err = full;
        }
    }
    sc->found += pages;
    if (err)
        sc->s->walk_end = *end;
    return err;
}

static int protect(struct scan *sc, uint64_t start, uint64_t end)
{
    for (uint64_t at = start; at < end; at += MM_PAGE_SIZE) {
        pte_t *slot = pt_slot(&sc->mm->pt, at);

        if (!slot)
            return -ENOMEM;
        *slot |= PTE_UFFD_WP;
    }
    mm_tlb_invalidate(sc->mm, start, end);
    return 0;
}

/* Pages that have the same categories; without a table of the pages they are not even "written to". */
static int scan_pages(struct scan *sc, uint64_t categories, uint64_t start, uint64_t end, bool table)
{
    bool blindly = sc->s->protect && !sc->s->max_regions && table;
    int err = 0, failed;

    if (!blindly) {
        if (!is_interesting(sc->s, categories))
            return 0;
        err = output(sc, categories, start, &end);
    }
    failed = sc->s->protect ? protect(sc, start, end) : 0;
    return failed ? failed : err;
}

static int scan_area(struct scan *sc, const struct vma *v, uint64_t start, uint64_t end)
{
    uint64_t categories = v->uffd & MM_UFFD_ASYNC && v->flags & VM_UFFD_WP ? MM_PAGE_IS_WPALLOWED : 0;
    int err = 0;

    if (v->flags & VM_PFNMAP)
        return 0;
    if (!categories && sc->s->must_protect)
        return -EPERM;
    if (!categories && sc->s->protect)
        return 0;
    if (sc->s->all & MM_PAGE_IS_WPALLOWED && !((categories ^ sc->s->inverted) & MM_PAGE_IS_WPALLOWED))
        return 0;
    for (uint64_t at = start, next; !err && at < end; at = next) {
        if (pt_find_leaf(&sc->mm->pt, at)) {
            next = at + MM_PAGE_SIZE;
            err = scan_pages(sc, categories | category_of(v, pt_get(&sc->mm->pt, at)), at, next, true);
        } else {
            next = (at | (LEAF_SPAN - 1)) + 1;
            next = next < end ? next : end;
            err = scan_pages(sc, categories, at, next, false);
        }
    }
    return err;
}

int64_t mm_pagemap_scan(struct mm *mm, struct mm_page_scan *s, struct mm_page_region **regions)
{
    struct scan sc = {.mm = mm, .s = s};
    uint64_t at = s->start;
    int err = 0;

    s->walk_end = 0;
    while (!err && at < s->end) {
        const struct vma *v = vma_tree_find(&mm->vmas, at);
        struct vma area;

        if (!v || v->start >= s->end)
            break;
        area = *v;
        at = area.end < s->end ? area.end : s->end;
        err = scan_area(&sc, &area, area.start > s->start ? area.start : s->start, at);
    }
    if (!s->walk_end)
        s->walk_end = s->end;
    *regions = sc.regions;
    mm_assert_valid(mm);
    return err && err != -ENOSPC ? err : (int64_t)sc.n;
}
