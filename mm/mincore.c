/*
 * mincore.c - mincore(2): a private page counts when it exists, a file's page when the page cache has it.
 *
 * Follows mm/mincore.c of Linux 6.18. Page cache of files that the caller could not write is not told: all ones.
 */
#include "mm.h"

#define CHUNK 4096u /* pages a round, as Linux': what was copied out before a fault stays */

static bool may_know(const struct mm *mm, const struct vma *v)
{
    if (vma_is_anonymous(v))
        return true;
    if (!vma_has_file(v))
        return false;
    return v->file->writable || mm->owner_uid == 0 || v->file->obj->kind == OBJ_SHMEM;
}

static bool page_resident(struct mm *mm, const struct vma *v, uint64_t addr)
{
    struct vm_object *obj = vma_object(v);
    int err;

    if (pt_get(&mm->pt, addr) & PTE_PRESENT)
        return true;
    return obj && obj->kind != OBJ_ZERO && vm_object_page(obj, vma_index(v, addr), false, &err) != PFN_NONE;
}

int64_t mm_mincore(struct mm *mm, uint64_t addr, uint64_t len, uint64_t vec)
{
    uint64_t pages = (len >> MM_PAGE_SHIFT) + ((len & ~MM_PAGE_MASK) != 0);
    uint8_t chunk[CHUNK];

    if (addr & ~MM_PAGE_MASK)
        return mm_fail(mm, -EINVAL, "the address is not a multiple of the page size");
    if (addr + len < addr || addr + len > MM_TASK_SIZE)
        return mm_fail(mm, -ENOMEM, "the range reaches past the end of the address space");
    if (vec + pages < vec || vec + pages > MM_TASK_SIZE)
        return -EFAULT;

    while (pages) {
        const struct vma *v = vma_tree_find(&mm->vmas, addr);
        uint64_t n;

        if (!v || v->start > addr)
            return mm_fail_at(mm, -ENOMEM, MM_ABOUT_HOLE, addr, "the whole range must be mapped");
        n = (v->end - addr) >> MM_PAGE_SHIFT;
        n = n < pages ? n : pages;
        n = n < CHUNK ? n : CHUNK;
        for (uint64_t i = 0; i < n; i++)
            chunk[i] = !may_know(mm, v) || page_resident(mm, v, addr + (i << MM_PAGE_SHIFT));
        if (mm_copy_out(mm, vec, chunk, n))
            return -EFAULT;
        pages -= n;
        vec += n;
        addr += n << MM_PAGE_SHIFT;
    }
    return 0;
}
