/*
 * hugetlb.c - hugetlbfs on a machine that reserves no huge pages (vm.nr_hugepages is 0, as Linux starts): what MAP_HUGETLB,
 * MFD_HUGETLB and SHM_HUGETLB make. Files, sizes and areas are there in full, but no page is ever to be had: a mapping that
 * reserves its pages is ENOMEM, and one that does not is SIGBUS when it is touched.
 *
 * Source: ksys_mmap_pgoff in mm/mmap.c, fs/hugetlbfs/inode.c, Linux 6.18.
 */
#include "mm.h"
#include "uapi.h"

#define LOG_2M 21
#define LOG_1G 30

uint64_t mm_huge_page_size(unsigned log)
{
    if (log && log != LOG_2M && log != LOG_1G)
        return 0;
    return UINT64_C(1) << (log ? log : LOG_2M);
}

struct vm_object *mm_hugetlb_object(struct mm_system *sys, uint64_t size, uint64_t page_size)
{
    struct vm_object *obj = vm_object_create(sys, OBJ_HUGETLB, size, NULL, NULL);

    if (obj)
        obj->page_size = page_size;
    return obj;
}

uint64_t mm_file_huge_size(const struct mm_file *f)
{
    return f && f->obj && f->obj->kind == OBJ_HUGETLB ? f->obj->page_size : 0;
}

int mm_hugetlb_prepare(struct mm *mm, uint64_t flags, uint64_t *len, struct mm_file *file,
                       struct mm_file **own)
{
    uint64_t size = mm_file_huge_size(file);
    bool make = flags & MAP_ANONYMOUS && flags & MAP_HUGETLB;

    *own = NULL;
    if (!size && !(flags & MAP_HUGETLB))
        return 0;
    if (make)
        size = mm_huge_page_size(flags >> MAP_HUGE_SHIFT & MAP_HUGE_MASK);
    else if (!size)
        return mm_fail(mm, -EINVAL, "MAP_HUGETLB on a file that is not of hugetlbfs");
    if (!size)
        return mm_fail(mm, -EINVAL, "huge pages are 2 MiB or 1 GiB");
    *len = (*len + size - 1) & ~(size - 1);
    if (!*len)
        return mm_fail(mm, -EINVAL, "the length is 0, or is 0 once rounded up to huge pages");
    if (make)
        *own = mm_file_create_hugetlb(mm->sys, *len, size);
    return make && !*own ? mm_fail_memory(mm) : 0;
}

int mm_hugetlb_mmap(struct mm *mm, const struct mm_file *file, uint64_t vm_flags, uint64_t len,
                    uint64_t pgoff)
{
    uint64_t end = (pgoff << MM_PAGE_SHIFT) + len;

    if (pgoff & ((file->obj->page_size >> MM_PAGE_SHIFT) - 1))
        return mm_fail(mm, -EINVAL, "the offset is not a multiple of the huge page's size");
    if (!(vm_flags & VM_NORESERVE) && !mm_file_is_shm(file)) /* shmget(2) reserved, or was told not to */
        return mm_fail(mm, -ENOMEM, "no huge pages are reserved");
    if (vm_flags & VM_WRITE && file->obj->size < end)
        file->obj->size = end;
    return 0;
}
