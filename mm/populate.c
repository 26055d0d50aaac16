/*
 * populate.c - faulting pages in before anybody touches them: MAP_POPULATE, mlock (__mm_populate() in Linux'
 * mm/gup.c).
 */
#include "mm.h"

static int populate_vma(struct mm *mm, const struct vma *v, uint64_t start, uint64_t end)
{
    /* Writable private memory is written to, so that it is copied now; sharing needs no copy. */
    bool write = (v->flags & (VM_WRITE | VM_SHARED)) == VM_WRITE;
    pte_t e;

    if (v->flags & VM_LOCKONFAULT)
        return 0;
    if (!(v->flags & VM_PROT_MASK))
        return mm_fail_at(mm, -EFAULT, MM_ABOUT_VMA, v->start, "memory without access has no pages to lock");
    /* arch_vma_access_permitted(): the protection key counts, so execute-only memory can't be populated. */
    if (mm->pkru >> (2 * vma_pkey(v)) & (write ? 3 : 1))
        return mm_fail_at(mm, -EFAULT, MM_ABOUT_VMA, v->start,
                          "the protection key denies access to its pages");
    for (uint64_t addr = start; addr < end; addr += MM_PAGE_SIZE) {
        switch (mm_fault_page(mm, v, addr, write, &e)) {
        case MM_FAULT_NONE:
            break;
        case MM_FAULT_OOM:
            return mm_fail_memory(mm);
        default:
            return mm_fail_at(mm, -EFAULT, MM_ABOUT_VMA, addr,
                              "a page in it cannot be had: it has a guard or lies past the end of the file");
        }
    }
    return 0;
}

int mm_populate(struct mm *mm, uint64_t start, uint64_t end, bool ignore_errors)
{
    const struct vma *v;
    int err;

    for (uint64_t addr = start; addr < end;) {
        struct vma copy;

        v = vma_tree_find(&mm->vmas, addr);
        if (!v || v->start >= end)
            break;
        copy = *v;
        addr = copy.end;
        if (copy.flags & (VM_IO | VM_PFNMAP))
            continue;
        err =
            populate_vma(mm, &copy, copy.start > start ? copy.start : start, copy.end < end ? copy.end : end);
        if (err && !ignore_errors)
            return err;
    }
    return 0;
}
