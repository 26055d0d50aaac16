/*
 * vma.c - questions about one VMA that need no tree.
 */
#include "mm.h"
#include "uapi.h"

uint64_t vma_flags_from_prot(uint64_t prot)
{
    return (prot & PROT_READ ? VM_READ : 0) | (prot & PROT_WRITE ? VM_WRITE : 0) |
           (prot & PROT_EXEC ? VM_EXEC : 0);
}

bool vma_is_special(const struct vma *v)
{
    return v->kind == VMA_VDSO || v->kind == VMA_VVAR || v->kind == VMA_VVAR_VCLOCK;
}

bool vma_has_file(const struct vma *v)
{
    return v->file && !vma_is_special(v);
}

bool vma_is_anonymous(const struct vma *v)
{
    if (vma_is_special(v))
        return false;
    return !v->file || (v->file->obj && v->file->obj->kind == OBJ_ZERO);
}

bool pkru_allows_write(uint32_t pkru, const struct vma *v)
{
    return !(pkru >> (2 * vma_pkey(v)) & (PKEY_DISABLE_ACCESS | PKEY_DISABLE_WRITE));
}

uint64_t vma_page_size(const struct vma *v)
{
    return v->flags & VM_HUGETLB ? v->file->obj->page_size : MM_PAGE_SIZE;
}

int vma_check_split(struct mm *mm, const struct vma *v, uint64_t addr)
{
    if (vma_is_special(v))
        return mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, v->start,
                          "a special mapping ([vdso], [vvar]) cannot be cut in two");
    if (addr & (vma_page_size(v) - 1))
        return mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, v->start, "a huge page cannot be cut in two");
    return 0;
}

struct vma vma_slice(const struct vma *v, uint64_t start, uint64_t end)
{
    struct vma part = *v;

    part.pgoff = vma_index(v, start);
    part.start = start;
    part.end = end;
    return part;
}
