/*
 * brk.c - brk(2): the heap's end. Refusals are told by returning the break as it is.
 *
 * Source: SYSCALL_DEFINE1(brk) in mm/mmap.c and do_brk_flags in mm/vma.c, Linux 6.18.
 */
#include "mm.h"
#include "uapi.h"

/* check_data_rlimit(): heap and initialized data together. */
static bool data_limit_allows(const struct mm *mm, uint64_t brk)
{
    const struct mm_layout *l = &mm->layout;

    return mm->rlim[MM_RLIMIT_DATA] == MM_RLIM_INFINITY ||
           (brk - l->start_brk) + (l->end_data - l->start_data) <= mm->rlim[MM_RLIMIT_DATA];
}

static int shrink(struct mm *mm, uint64_t from, uint64_t old_end)
{
    const struct vma *v = vma_tree_find(&mm->vmas, from);

    if (!v || v->start >= old_end)
        return mm_fail_at(mm, -EINVAL, MM_ABOUT_HOLE, from, "the heap was unmapped there");
    return mm_unmap_range(mm, from, old_end, CHANGE_UNMAP, DOOR_BRK, false);
}

static int grow(struct mm *mm, uint64_t start, uint64_t len)
{
    uint64_t pages = len >> MM_PAGE_SHIFT, guard;
    struct vma v = {.start = start, .end = start + len, .pgoff = start >> MM_PAGE_SHIFT, .birth = mm->event};
    const struct vma *next;
    int64_t at;
    int err;

    at = mm_get_unmapped_area(mm, NULL, start, len, 0, MAP_FIXED);
    if (at < 0)
        return (int)at;
    if (!mm_mlock_future_ok(mm, mm->def_flags & VM_LOCKED, len))
        return -EAGAIN;
    next = vma_tree_find(&mm->vmas, start);
    guard = next && next->flags & VM_GROWSDOWN ? mm->sys->stack_guard_gap : 0;
    if (next && v.end + MM_PAGE_SIZE > (next->start > guard ? next->start - guard : 0))
        return mm_fail_at(mm, -ENOMEM, MM_ABOUT_VMA, next->start, "the heap would run into the next area");

    v.flags = VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_ACCOUNT | mm->def_flags;
    if (mm->read_implies_exec)
        v.flags |= VM_EXEC;
    v.flags = mm_ksm_flags(mm, v.flags);
    if (!mm_may_expand(mm, v.flags, pages))
        return -ENOMEM;
    if (mm->vmas.count > mm->sys->max_map_count)
        return mm_fail_at(mm, -ENOMEM, MM_ABOUT_MAP_COUNT, 0,
                          "the number of areas is limited (vm.max_map_count)");
    err = mm_charge(mm, pages);
    if (err)
        return err;
    /* The heap's VMA grows, and only it: what ends where the heap begins (bss) stays apart. */
    err = start > mm->layout.start_brk ? vma_insert_expand(mm, &v)
                                       : vma_tree_splice(&mm->vmas, v.start, v.end, &v, 1);
    if (err) {
        mm_uncharge(mm, pages);
        return err;
    }
    vma_account(mm, &v, (int64_t)pages);
    if (v.flags & VM_LOCKED)
        mm->stats.locked_vm += pages;
    return 0;
}

int64_t mm_brk(struct mm *mm, uint64_t brk)
{
    struct mm_layout *l = &mm->layout;
    uint64_t old_end = MM_PAGE_ALIGN(l->brk), new_end = MM_PAGE_ALIGN(brk);
    int err = 0;

    if (brk < l->start_brk || !data_limit_allows(mm, brk)) {
        if (brk >= l->start_brk)
            mm_fail_at(mm, -ENOMEM, MM_ABOUT_DATA, brk - l->brk, "RLIMIT_DATA bounds the heap");
        return (int64_t)l->brk;
    }
    if (new_end != old_end) /* new_end wraps to 0 at the top of the address space: growing then fails */
        err = brk <= l->brk ? shrink(mm, new_end, old_end) : grow(mm, old_end, new_end - old_end);
    mm_assert_valid(mm);
    if (err)
        return (int64_t)l->brk;
    l->brk = brk;
    if (new_end > old_end && mm->def_flags & VM_LOCKED)
        mm_populate(mm, old_end, new_end, POPULATE_MAPPED);
    return (int64_t)brk;
}
