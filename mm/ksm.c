/*
 * ksm.c - which memory the kernel may look through for equal pages: MADV_MERGEABLE and prctl(PR_SET_MEMORY_MERGE)
 * (mm/ksm.c of Linux 6.18). None are found here, as where nobody turned the search on.
 */
#include "mm.h"

bool mm_ksm_compatible(uint64_t vm_flags)
{
    return !(vm_flags & (VM_SHARED | VM_MAYSHARE | VM_SPECIAL | VM_HUGETLB | VM_DROPPABLE));
}

uint64_t mm_ksm_flags(const struct mm *mm, uint64_t vm_flags)
{
    return mm->merge_any && mm_ksm_compatible(vm_flags) ? vm_flags | VM_MERGEABLE : vm_flags;
}

/* As Linux does it here: areas that could become one by it do not. */
int64_t mm_set_memory_merge(struct mm *mm, bool on)
{
    const struct vma *v;

    if (mm->merge_any == on)
        return 0;
    for (uint64_t at = 0; (v = vma_tree_find(&mm->vmas, at)); at = v->end) {
        struct vma *w;

        if (!mm_ksm_compatible(v->flags) || !(v->flags & VM_MERGEABLE) != on)
            continue;
        w = vma_tree_edit(&mm->vmas, v->start);
        if (!w)
            return mm_fail_memory(mm);
        w->flags ^= VM_MERGEABLE;
        v = w;
    }
    mm->merge_any = on;
    mm_assert_valid(mm);
    return 0;
}

bool mm_memory_merge(const struct mm *mm)
{
    return mm->merge_any;
}
