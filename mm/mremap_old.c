/*
 * mremap_old.c - mremap(2) in the order of Linux 6.10 to 6.16: one VMA only, and the arguments of a move are
 * looked at after it.
 *
 * Source: SYSCALL_DEFINE5(mremap), mremap_to, vma_to_resize in mm/mremap.c, Linux 6.11 and 6.12. Up to 6.11
 * the design is asked about the whole source (for a move: after its arguments); from 6.12 on about the VMA at
 * the old address.
 */
#include "mremap.h"

static int check_target(const struct remap *r)
{
    if (r->new_addr & ~MM_PAGE_MASK || r->new_len > MM_TASK_SIZE || r->new_addr > MM_TASK_SIZE - r->new_len)
        return mm_fail(r->mm, -EINVAL,
                       "the new address is not page aligned, or the range ends past the address space");
    return 0;
}

static int64_t move_to_target(struct remap *r)
{
    struct mm_change c = remap_change(r);
    struct mm *mm = r->mm;
    int err = check_target(r);

    if (err)
        return err;
    if (r->addr + r->old_len > r->new_addr && r->new_addr + r->new_len > r->addr)
        return mm_fail(mm, -EINVAL, "the old and the new range overlap");
    if (mm->vmas.count + 2 >= mm->sys->max_map_count - 3)
        return mm_fail_at(mm, -ENOMEM, MM_ABOUT_MAP_COUNT, 0,
                          "the number of areas is limited (vm.max_map_count)");
    err = mm_ask_range(mm, &c);
    if (err)
        return err;
    /* The destination is gone before anybody sees that the source is more than one VMA. */
    err = remap_clear_way(r);
    if (!err)
        err = remap_cut(r);
    if (!err)
        err = remap_lookup(r);
    if (!err)
        err = remap_check_vma(r);
    return err ? err : remap_to_free(r);
}

int64_t remap_before_6_17(struct remap *r)
{
    struct mm *mm = r->mm;
    struct mm_change c = remap_change(r);
    int64_t ret;

    if (r->flags & ~(uint64_t)(MREMAP_FIXED | MREMAP_MAYMOVE | MREMAP_DONTUNMAP))
        return mm_fail(mm, -EINVAL, "unknown flags");
    if (remap_has_target(r) && !(r->flags & MREMAP_MAYMOVE))
        return mm_fail(mm, -EINVAL, "MREMAP_FIXED and MREMAP_DONTUNMAP need MREMAP_MAYMOVE");
    if (r->flags & MREMAP_DONTUNMAP && r->old_len != r->new_len)
        return mm_fail(mm, -EINVAL, "MREMAP_DONTUNMAP cannot change the length");
    if (r->addr & ~MM_PAGE_MASK || !r->new_len)
        return mm_fail(mm, -EINVAL,
                       "the old address is not a multiple of the page size, or the new length is 0");
    /* 6.15 */
    if (remap_has_target(r) && !(mm->design->rules & RULE_MREMAP_UNALIGNED_LATE) && check_target(r))
        return -EINVAL;

    ret = remap_lookup(r);
    if (!ret)
        ret = mm_ask_vma(mm, &c, &r->v);
    if (!ret)
        ret = remap_align_huge(r);
    if (ret)
        return ret;
    if (remap_has_target(r))
        return move_to_target(r);
    ret = mm_ask_range(mm, &c);
    if (ret)
        return ret;
    if (r->new_len == r->old_len)
        return (int64_t)r->addr;
    if (r->new_len < r->old_len) {
        ret = remap_cut(r);
        return ret ? ret : (int64_t)r->addr;
    }
    ret = remap_check_vma(r);
    return ret ? ret : remap_grow(r);
}
