/*
 * tlb.c - what does the CPU have to forget of its translations?
 *
 * Forgetting all of them makes it pay for every page it uses again, so a change of pages that the CPU was
 * never told of must cost nothing, and a change of a few pages those pages only. What it was told is
 * remembered in two small filters, by page and by 2 MiB region: a bit that is clear proves that nothing was
 * handed out; one that is set may be there for another page. Bits go when everything is forgotten; when too
 * many are set that is due. The pages that were forgotten last are listed, since the filter still has them:
 * mprotect() and then munmap() of a page is one thing to forget.
 *
 *     nothing  ->  a few pages  ->  everything        what is pending only moves to the right
 */
#include "mm.h"

#include <string.h>

#define REGION_SHIFT 21
#define MANY         64 /* more pages or regions than this are not looked at one by one */
#define FULL         ((1u << MM_TLB_FILTER_SHIFT) / 4) /* of so many bits, the filters say little */

static unsigned hash(uint64_t n)
{
    return (unsigned)(n * UINT64_C(0x9e3779b97f4a7c15) >> (64 - MM_TLB_FILTER_SHIFT));
}

static bool test_bit(const uint64_t *filter, uint64_t n)
{
    return filter[hash(n) / 64] >> (hash(n) % 64) & 1;
}

static bool any_region(const struct mm *mm, uint64_t first, uint64_t last)
{
    for (uint64_t n = first; n <= last; n++)
        if (test_bit(mm->tlb_regions, n))
            return true;
    return false;
}

void mm_tlb_note(struct mm *mm, uint64_t addr)
{
    unsigned page = hash(addr >> MM_PAGE_SHIFT), region = hash(addr >> REGION_SHIFT);

    for (unsigned i = 0; i < mm->tlb_nr_gone; i++)
        if (mm->tlb_gone[i] == (addr & MM_PAGE_MASK))
            mm->tlb_gone[i--] = mm->tlb_gone[--mm->tlb_nr_gone];
    mm->tlb_nr_noted += !test_bit(mm->tlb_pages, addr >> MM_PAGE_SHIFT);
    mm->tlb_pages[page / 64] |= UINT64_C(1) << page % 64;
    mm->tlb_regions[region / 64] |= UINT64_C(1) << region % 64;
    if (addr < mm->tlb_lo)
        mm->tlb_lo = addr;
    if (addr >= mm->tlb_hi)
        mm->tlb_hi = addr + 1;
}

static bool in_list(const uint64_t *list, unsigned n, uint64_t page)
{
    for (unsigned i = 0; i < n; i++)
        if (list[i] == page)
            return true;
    return false;
}

/* One page has to go, unless it is in the list already or went. */
static void add_stale(struct mm *mm, uint64_t page)
{
    if (in_list(mm->tlb_stale, mm->tlb_nr_stale, page) || in_list(mm->tlb_gone, mm->tlb_nr_gone, page))
        return;
    if (mm->tlb_nr_stale < MM_TLB_FEW && mm->tlb_nr_noted < FULL)
        mm->tlb_stale[mm->tlb_nr_stale++] = page;
    else
        mm->tlb_flush = true;
}

void mm_tlb_invalidate(struct mm *mm, uint64_t start, uint64_t end)
{
    uint64_t lo = start > mm->tlb_lo ? start : mm->tlb_lo, hi = end < mm->tlb_hi ? end : mm->tlb_hi;

    if (mm->tlb_flush || lo >= hi)
        return;
    hi--;
    if (hi - lo < MANY << MM_PAGE_SHIFT) {
        for (uint64_t n = lo >> MM_PAGE_SHIFT; n <= hi >> MM_PAGE_SHIFT; n++)
            if (test_bit(mm->tlb_pages, n))
                add_stale(mm, n << MM_PAGE_SHIFT);
    } else if (hi - lo < (uint64_t)MANY << REGION_SHIFT) {
        mm->tlb_flush = any_region(mm, lo >> REGION_SHIFT, hi >> REGION_SHIFT);
    } else {
        mm->tlb_flush = true;
    }
}

bool mm_tlb_flush_needed(struct mm *mm)
{
    if (!mm->tlb_flush && !mm->tlb_nr_stale)
        return false;
    mm->tlb_flush = false;
    mm->tlb_nr_stale = mm->tlb_nr_noted = 0;
    mm->tlb_lo = UINT64_MAX;
    mm->tlb_hi = 0;
    memset(mm->tlb_pages, 0, sizeof(mm->tlb_pages));
    memset(mm->tlb_regions, 0, sizeof(mm->tlb_regions));
    return true;
}

unsigned mm_tlb_stale_pages(struct mm *mm, uint64_t page[MM_TLB_FEW])
{
    unsigned n = mm->tlb_nr_stale;

    if (mm->tlb_flush) {
        mm_tlb_flush_needed(mm);
        return MM_TLB_FEW + 1;
    }
    if (n) {
        memcpy(page, mm->tlb_stale, n * sizeof(*page));
        memcpy(mm->tlb_gone, page, n * sizeof(*page));
        mm->tlb_nr_gone = n;
    }
    mm->tlb_nr_stale = 0;
    return n;
}
