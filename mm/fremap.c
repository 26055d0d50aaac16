/*
 * fremap.c - remap_file_pages(2): since Linux 4.0 a mmap(MAP_FIXED) of the same file at another offset.
 *
 *      mapping   | page 0 | page 1 | page 2 | page 3 |
 *      remap_file_pages(start of page 1, 2 pages, pgoff 7)
 *                | page 0 | page 7 | page 8 | page 3 |      three VMAs
 */
#include "mm.h"

#include <sys/mman.h>

/* Are the VMAs from v to end one stretch of the same file with the same flags? */
static bool same_mapping(struct mm *mm, const struct vma *v, uint64_t end)
{
    const struct vma first = *v;

    for (;;) {
        uint64_t at = v->end;

        if (end <= at)
            return true;
        v = vma_tree_next(&mm->vmas, v);
        if (!v || v->start != at || v->file != first.file || v->flags != first.flags || v->seal != first.seal)
            return false;
    }
}

int64_t mm_remap_file_pages(struct mm *mm, uint64_t addr, uint64_t size, uint64_t prot, uint64_t pgoff,
                            uint64_t flags)
{
    const struct vma *v;
    struct mm_file *file;
    int64_t ret;

    if (prot)
        return mm_fail(mm, -EINVAL, "the protection must be 0: it stays what it is");
    addr &= MM_PAGE_MASK;
    size &= MM_PAGE_MASK;
    if (addr + size <= addr)
        return mm_fail(mm, -EINVAL, "the range is empty or wraps around the end of the address space");
    if (pgoff + (size >> MM_PAGE_SHIFT) < pgoff)
        return mm_fail(mm, -EINVAL, "offset and length exceed the largest page offset");
    v = vma_tree_find(&mm->vmas, addr);
    if (!v || v->start > addr || !(v->flags & VM_SHARED))
        return mm_fail_at(mm, -EINVAL, MM_ABOUT_HOLE, addr,
                          "no shared mapping begins at or before the address");
    if (!same_mapping(mm, v, addr + size))
        return mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, v->start,
                          "the range is not one stretch of one file with one set of attributes");

    prot = (v->flags & VM_READ ? PROT_READ : 0) | (v->flags & VM_WRITE ? PROT_WRITE : 0) |
           (v->flags & VM_EXEC ? PROT_EXEC : 0);
    flags = (flags & MAP_NONBLOCK) | MAP_SHARED | MAP_FIXED | MAP_POPULATE |
            (v->flags & VM_LOCKED ? MAP_LOCKED : 0);
    /* A removed segment ends with the last area that shows it, before the new one can be made of it. */
    if (mm_shm_ends_with(mm, v->file, addr, addr + size)) {
        ret = mm_unmap_range(mm, addr, addr + size, CHANGE_REPLACE, DOOR_REMAP_FILE_PAGES, true);
        return ret ? ret : mm_fail(mm, -EINVAL, "the removed segment ended with this, its last area");
    }
    file = mm_file_get(v->file);
    ret = mm_do_mmap(mm, addr, size, prot, flags, file, pgoff, DOOR_REMAP_FILE_PAGES);
    mm_file_put(file);
    return ret < 0 ? ret : 0;
}
