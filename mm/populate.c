/*
 * populate.c - faulting pages in before anybody touches them: MAP_POPULATE, mlock (__mm_populate() in Linux'
 * mm/gup.c).
 */
#include "mm.h"

/* left: where it ends at a page that is to be waited for; NULL: none is. */
static int populate_vma(struct mm *mm, const struct vma *v, uint64_t start, uint64_t end, uint64_t *left)
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
        unsigned what;

        if (v->uffd && mm_userfault(mm, v, addr, write, &what)) {
            if (left && mm_uffd_meet(mm, addr, v->uffd, what)) {
                *left = addr;
                return 0;
            }
            return mm_fail_at(mm, -EFAULT, MM_ABOUT_VMA, addr,
                              "a page in it is missing that userfaultfd does not bring to the kernel");
        }
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

/* mlock's errors are as POSIX has them. */
static int posix_error(int err)
{
    return err == -EFAULT ? -ENOMEM : err == -ENOMEM ? -EAGAIN : err;
}

int mm_populate(struct mm *mm, uint64_t start, uint64_t end, enum mm_populate how)
{
    uint64_t left = end;

    for (uint64_t addr = start; addr < end;) {
        const struct vma *v = vma_tree_find(&mm->vmas, addr);
        struct vma copy;
        int err;

        if (!v || v->start >= end)
            break;
        copy = *v;
        addr = copy.end;
        if (copy.flags & (VM_IO | VM_PFNMAP))
            continue;
        err = populate_vma(mm, &copy, copy.start > start ? copy.start : start,
                           copy.end < end ? copy.end : end, how == POPULATE_NOW ? NULL : &left);
        if (err && how == POPULATE_LOCKED)
            return posix_error(err);
        if (left < end) {
            mm->uffd.left.populate = (struct mm_uffd_populate){left, end, how == POPULATE_LOCKED};
            break;
        }
    }
    return 0;
}
