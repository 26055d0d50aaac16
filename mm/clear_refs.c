/*
 * clear_refs.c - /proc/PID/clear_refs: forget which pages were used, to see in smaps ("Referenced") which are from then on.
 *
 * A page that was not used since is marked old; the next access, which the CPU has to ask for again, takes the mark away.
 * Source: clear_refs_write in fs/proc/task_mmu.c, Linux 6.18 without CONFIG_MEM_SOFT_DIRTY.
 */
#include "mm.h"

#include <mseal-emu/pagemap.h>

int mm_make_old(struct mm *mm, uint64_t start, uint64_t end, bool shared_too)
{
    uint64_t at = start;

    for (; mm_find_entry(mm, at, end, PTE_PRESENT, &at); at += MM_PAGE_SIZE) {
        pte_t *slot;

        if (!shared_too && !pt_mapped_once(&mm->pt, at))
            continue;
        slot = pt_slot(&mm->pt, at);
        if (!slot)
            return mm_fail_memory(mm);
        *slot |= PTE_OLD;
    }
    mm_tlb_invalidate(mm, start, end);
    return 0;
}

int mm_clear_refs(struct mm *mm, enum mm_clear_refs which)
{
    struct vma_iter it;
    const struct vma *v;
    int err = 0;

    if (which == MM_CLEAR_HIWATER) {
        mm->stats.hiwater_rss = 0;
        mm_update_hiwater(mm);
    }
    if (which > MM_CLEAR_MAPPED)
        return 0;
    vma_iter_init(&it, &mm->vmas, 0);
    while (!err && (v = vma_iter_next(&it)))
        if (which == MM_CLEAR_ALL || (which == MM_CLEAR_MAPPED) == vma_has_file(v))
            err = mm_make_old(mm, v->start, v->end, true);
    return err;
}
