/*
 * tlb.c - when does the CPU have to forget its translations?
 *
 * It can only forget all of them at once, and pays for every page it uses again. So a change of pages the CPU
 * was never told of must not cost a flush. What it was told is remembered in two small filters, by page and
 * by 2 MiB region: a bit that is clear proves that nothing was handed out; one that is set may be there for
 * another page.
 */
#include "mm.h"

#include <string.h>

#define REGION_SHIFT 21
#define FEW          64 /* more pages or regions than this are not looked at one by one */

static unsigned hash(uint64_t n)
{
    return (unsigned)(n * UINT64_C(0x9e3779b97f4a7c15) >> (64 - MM_TLB_FILTER_SHIFT));
}

static bool any_bit(const uint64_t *filter, uint64_t first, uint64_t last)
{
    for (uint64_t n = first; n <= last; n++)
        if (filter[hash(n) / 64] >> (hash(n) % 64) & 1)
            return true;
    return false;
}

void mm_tlb_note(struct mm *mm, uint64_t addr)
{
    unsigned page = hash(addr >> MM_PAGE_SHIFT), region = hash(addr >> REGION_SHIFT);

    mm->tlb_pages[page / 64] |= UINT64_C(1) << page % 64;
    mm->tlb_regions[region / 64] |= UINT64_C(1) << region % 64;
    if (addr < mm->tlb_lo)
        mm->tlb_lo = addr;
    if (addr >= mm->tlb_hi)
        mm->tlb_hi = addr + 1;
}

void mm_tlb_invalidate(struct mm *mm, uint64_t start, uint64_t end)
{
    uint64_t lo = start > mm->tlb_lo ? start : mm->tlb_lo, hi = end < mm->tlb_hi ? end : mm->tlb_hi;

    if (mm->tlb_flush || lo >= hi)
        return;
    hi--;
    if (hi - lo < FEW << MM_PAGE_SHIFT)
        mm->tlb_flush = any_bit(mm->tlb_pages, lo >> MM_PAGE_SHIFT, hi >> MM_PAGE_SHIFT);
    else if (hi - lo < (uint64_t)FEW << REGION_SHIFT)
        mm->tlb_flush = any_bit(mm->tlb_regions, lo >> REGION_SHIFT, hi >> REGION_SHIFT);
    else
        mm->tlb_flush = true;
}

bool mm_tlb_flush_needed(struct mm *mm)
{
    if (!mm->tlb_flush)
        return false;
    mm->tlb_flush = false;
    mm->tlb_lo = UINT64_MAX;
    mm->tlb_hi = 0;
    memset(mm->tlb_pages, 0, sizeof(mm->tlb_pages));
    memset(mm->tlb_regions, 0, sizeof(mm->tlb_regions));
    return true;
}
