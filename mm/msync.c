/*
 * msync.c - msync(2): shared file pages are written back; everything else is checks.
 *
 * Follows mm/msync.c of Linux 6.18: holes are passed over and give ENOMEM at the end (MS_ASYNC alone: at once).
 */
#include "mm.h"

#include <sys/mman.h>

int64_t mm_msync(struct mm *mm, uint64_t addr, uint64_t len, int flags)
{
    uint64_t end;
    int unmapped = 0;

    if (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC))
        return mm_fail(mm, -EINVAL, "unknown flags");
    if (addr & ~MM_PAGE_MASK)
        return mm_fail(mm, -EINVAL, "the address is not a multiple of the page size");
    if ((flags & MS_ASYNC) && (flags & MS_SYNC))
        return mm_fail(mm, -EINVAL, "MS_ASYNC and MS_SYNC exclude each other");
    end = addr + MM_PAGE_ALIGN(len);
    if (end < addr)
        return mm_fail(mm, -ENOMEM, "the range wraps around the end of the address space");

    while (addr < end) {
        const struct vma *v = vma_tree_find(&mm->vmas, addr);
        uint64_t stop;

        if (!v)
            return mm_fail_at(mm, -ENOMEM, MM_ABOUT_HOLE, addr, "part of the range is not mapped");
        if (addr < v->start) {
            mm_fail_at(mm, -ENOMEM, MM_ABOUT_HOLE, addr, "part of the range is not mapped");
            if (flags == MS_ASYNC)
                return -ENOMEM;
            addr = v->start;
            if (addr >= end)
                return -ENOMEM;
            unmapped = -ENOMEM;
        }
        if ((flags & MS_INVALIDATE) && (v->flags & VM_LOCKED))
            return mm_fail_at(mm, -EBUSY, MM_ABOUT_VMA, v->start, "MS_INVALIDATE of locked memory");
        stop = v->end < end ? v->end : end;
        if ((flags & MS_SYNC) && v->file && (v->flags & VM_SHARED)) {
            int err = vm_object_sync(v->file->obj, vma_index(v, addr) << MM_PAGE_SHIFT, stop - addr);

            if (err)
                return err;
        }
        addr = stop;
    }
    return unmapped;
}
