/*
 * memory_failure.c - MADV_HWPOISON and MADV_SOFT_OFFLINE: a page of memory is said to be broken, or soon.
 *
 * Source: madvise_inject_error (mm/madvise.c), memory_failure, hwpoison_user_mappings (mm/memory-failure.c),
 * Linux 6.18; what happens was measured on Debian's 6.18. The frame is lost to all who show it:
 *
 *     private pages        each entry of it becomes PTE_POISON: SIGBUS, BUS_MCEERR_AR, until it is discarded
 *                          or unmapped
 *     shared memory        the page cache keeps it, poisoned: SIGBUS for each mapping, EIO for read(2)
 *     a file's clean page  is dropped and can be read again: nobody notices
 *     the page of zeroes   stays (EBUSY), as do the kernel's own
 *
 * A page that goes offline softly is copied elsewhere first, which no program can see. Linux remembers for
 * the whole machine that the page of zeroes was tried once, and gives another error after that (EHWPOISON);
 * here it is EBUSY each time.
 */
#include "mm.h"

struct shown {
    pfn_t pfn;
    uint64_t at;
};

static int shows_frame(void *ctx, uint64_t addr, pte_t e)
{
    struct shown *s = ctx;

    s->at = addr;
    return e & PTE_PRESENT && pte_pfn(e) == s->pfn;
}

/* All entries of the private page in mm. 0 or -ENOMEM: some remain. */
static int poison_entries(struct mm *mm, pfn_t pfn)
{
    struct shown s = {.pfn = pfn};

    for (uint64_t from = 0; pt_walk(&mm->pt, from, MM_TASK_SIZE, shows_frame, &s);
         from = s.at + MM_PAGE_SIZE) {
        pte_t *slot = pt_slot(&mm->pt, s.at);
        uint64_t *counter;

        if (!slot)
            return -ENOMEM;
        counter = mm_rss_counter(&mm->stats, *slot);
        if (counter)
            --*counter;
        *slot = PTE_POISON;
        mm_tlb_invalidate(mm, s.at, s.at + MM_PAGE_SIZE);
        frame_put(&mm->sys->phys, pfn);
    }
    return 0;
}

/* 1: what it held is lost; 0: it can be had again; or negative errno. */
static int poison_frame(struct mm_system *sys, pfn_t pfn)
{
    struct frame *f = &sys->phys.frames[pfn];
    struct vm_object *obj = f->obj;
    int err = 0;

    if (!pfn || (obj && obj->kind == OBJ_SPECIAL))
        return -EBUSY;
    if (obj) {
        bool lost = obj->kind != OBJ_FILE || f->flags & FRAME_DIRTY;

        mm_unmap_object(obj, f->index, f->index + 1, false);
        if (lost)
            f->flags = (f->flags & ~FRAME_DIRTY) | FRAME_POISON;
        else
            vm_object_forget(obj, f->index);
        return lost;
    }
    frame_get(&sys->phys, pfn); /* until all have let go of it */
    for (struct mm *mm = sys->mms; mm && !err; mm = mm->next)
        err = poison_entries(mm, pfn);
    frame_put(&sys->phys, pfn);
    return err ? err : 1;
}

int mm_memory_failure(struct mm *mm, const struct mm_change *c, bool soft)
{
    if (!mm->cap_sys_admin)
        return mm_fail(mm, -EPERM, "declaring memory broken takes CAP_SYS_ADMIN");
    for (uint64_t at = c->start; at < c->end; at += MM_PAGE_SIZE) {
        pfn_t pfn = mm_fault_frame(mm, at, MM_READ);
        int r;

        if (pfn == PFN_NONE)
            return mm_fail_at(mm, -EFAULT, MM_ABOUT_HOLE, at, "there is no page that could be read");
        r = mm_ask_vma(mm, c, vma_tree_find(&mm->vmas, at));
        if (!r && !soft)
            r = poison_frame(mm->sys, pfn);
        if (r < 0)
            return r == -EBUSY ? mm_fail(mm, r, "the page belongs to the kernel") : r;
        if (r && !mm->poisoned_page)
            mm->poisoned_page = at;
    }
    return 0;
}

bool mm_take_poisoned(struct mm *mm, uint64_t *addr)
{
    *addr = mm->poisoned_page;
    mm->poisoned_page = 0;
    return *addr != 0;
}
