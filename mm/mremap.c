/*
 * mremap.c - mremap(2): what is asked for, and whether it may be.
 *
 * Source: do_mremap, check_mremap_params, check_prep_vma, remap_move in mm/mremap.c, Linux 6.18. One call of
 * many kinds, by the lengths (rounded to pages) and the flags; # pages, 0 new ones, . a place without:
 *
 *     old_len > new_len   the tail goes                     |#####xxx|         ->  |#####|
 *     old_len == new_len  nothing
 *     old_len < new_len   grow in place                     |#####|            ->  |#####000|
 *                         or, with a neighbour, move        |#####|abc|        ->        |abc|  |#####000|
 *     MREMAP_FIXED        move to new_addr, what is         |#####|  |xxxxx|   ->           |#####|
 *                         there goes; grow or shrink too
 *     MREMAP_DONTUNMAP    the pages move, the area stays    |#####|            ->  |.....|  |#####|
 *     old_len == 0        a second mapping of an object     |#####|            ->  |#####|  |#####|
 */
#include "mremap.h"

struct mm_change remap_change(const struct remap *r)
{
    enum mm_change_kind kind = CHANGE_GROW;

    if (!r->old_len)
        kind = CHANGE_DUPLICATE;
    else if (remap_has_target(r))
        kind = CHANGE_MOVE;
    else if (r->new_len < r->old_len)
        kind = CHANGE_SHRINK;
    else if (r->new_len == r->old_len)
        kind = CHANGE_SAME;
    return (struct mm_change){
        .kind = kind,
        .door = DOOR_MREMAP,
        .start = r->addr,
        .end = r->addr + (r->old_len ? r->old_len : MM_PAGE_SIZE),
        .new_start = remap_has_target(r) ? r->new_addr : r->addr,
        .direct = true,
    };
}

int remap_lookup(struct remap *r)
{
    const struct vma *v = vma_tree_find_to_change(&r->mm->vmas, r->addr);

    if (!v || v->start > r->addr)
        return mm_fail_at(r->mm, -EFAULT, MM_ABOUT_HOLE, r->addr, "nothing is mapped at the old address");
    r->v = *v;
    return 0;
}

/* check_mremap_params(): everything that can be said without looking at a VMA. */
static int check_arguments(const struct remap *r)
{
    struct mm *mm = r->mm;

    if (r->flags & ~(uint64_t)(MREMAP_FIXED | MREMAP_MAYMOVE | MREMAP_DONTUNMAP))
        return mm_fail(mm, -EINVAL, "unknown flags");
    if (r->addr & ~MM_PAGE_MASK)
        return mm_fail(mm, -EINVAL, "the old address is not a multiple of the page size");
    if (!r->new_len || r->new_len > MM_TASK_SIZE)
        return mm_fail(mm, -EINVAL, "the new length is 0 or exceeds the address space");
    if (!remap_has_target(r))
        return 0;
    if (r->new_addr > MM_TASK_SIZE - r->new_len || r->new_addr & ~MM_PAGE_MASK)
        return mm_fail(mm, -EINVAL,
                       "the new address is not page aligned, or the range ends past the address space");
    if (!(r->flags & MREMAP_MAYMOVE))
        return mm_fail(mm, -EINVAL, "MREMAP_FIXED and MREMAP_DONTUNMAP need MREMAP_MAYMOVE");
    if (r->flags & MREMAP_DONTUNMAP && r->old_len != r->new_len)
        return mm_fail(mm, -EINVAL, "MREMAP_DONTUNMAP cannot change the length");
    if (r->addr + r->old_len > r->new_addr && r->new_addr + r->new_len > r->addr)
        return mm_fail(mm, -EINVAL, "the old and the new range overlap");
    /* Both sides may be cut in three before the move starts, which then wants room for four more. */
    if (r->mm->vmas.count + 2 >= r->mm->sys->max_map_count - 3)
        return mm_fail_at(mm, -ENOMEM, MM_ABOUT_MAP_COUNT, 0,
                          "the number of areas is limited (vm.max_map_count)");
    return 0;
}

int remap_align_huge(struct remap *r)
{
    uint64_t mask = vma_page_size(&r->v) - 1;

    if (!(r->v.flags & VM_HUGETLB))
        return 0;
    r->old_len = (r->old_len + mask) & ~mask;
    r->new_len = (r->new_len + mask) & ~mask;
    if ((r->addr | r->new_addr) & mask)
        return mm_fail_at(r->mm, -EINVAL, MM_ABOUT_VMA, r->v.start,
                          "the address is not aligned to a huge page");
    return r->new_len > r->old_len
               ? mm_fail_at(r->mm, -EINVAL, MM_ABOUT_VMA, r->v.start, "huge pages cannot grow in number")
               : 0;
}

int remap_check_vma(struct remap *r)
{
    struct mm *mm = r->mm;
    const struct vma *v = &r->v;
    uint64_t old_len = r->new_len < r->old_len ? r->new_len : r->old_len;
    uint64_t grown = r->new_len - old_len;

    if (!r->old_len && !(v->flags & (VM_SHARED | VM_MAYSHARE)))
        return mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, v->start,
                          "only shared memory can be mapped twice with an old length of 0");
    if (r->flags & MREMAP_DONTUNMAP && v->flags & (VM_DONTEXPAND | VM_PFNMAP))
        return mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, v->start, "MREMAP_DONTUNMAP of a special mapping");
    if (old_len > v->end - r->addr)
        return mm_fail_at(mm, -EFAULT, MM_ABOUT_VMA, v->start, "the old range is more than this one area");
    if (!grown)
        return 0;
    r->populate_grown = v->flags & VM_LOCKED;
    if (vma_index(v, r->addr) + (r->new_len >> MM_PAGE_SHIFT) < vma_index(v, r->addr))
        return mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, v->start,
                          "the new length exceeds the largest page offset");
    if (v->flags & (VM_DONTEXPAND | VM_PFNMAP))
        return mm_fail_at(mm, -EFAULT, MM_ABOUT_VMA, v->start, "a special mapping cannot grow");
    if (!mm_mlock_future_ok(mm, v->flags & VM_LOCKED, grown))
        return -EAGAIN;
    return mm_may_expand(mm, v->flags, grown >> MM_PAGE_SHIFT) ? 0 : -ENOMEM;
}

/* check_prep_vma() for the VMA in r->v. */
static int check_vma(struct remap *r)
{
    struct mm_change c = remap_change(r);
    int err = mm_ask_vma(r->mm, &c, &r->v);

    if (!err)
        err = remap_align_huge(r);
    if (!err && (remap_has_target(r) || r->new_len > r->old_len))
        err = remap_check_vma(r);
    return err;
}

/* vma_multi_allowed(): the files of /dev/zero and of segments choose their own places. */
static bool moves_with_others(const struct vma *v)
{
    return !v->file || !v->file->obj || (v->file->obj->kind != OBJ_ZERO && !mm_file_is_shm(v->file));
}

/*
 * MREMAP_FIXED with equal lengths moves whatever VMAs are in the range, one by one, and keeps the gaps
 * between them:
 *
 *     |--A--|   |-B-||--C--|    ->    |--A'-|   |-B'||--C'-|
 *
 * There must be no gap at the start. The first failure ends it; what was moved by then stays moved.
 */
static int64_t move_all(struct remap *whole)
{
    uint64_t start = whole->addr, end = whole->addr + whole->old_len;
    uint64_t at = start;
    const struct vma *v;

    while (at < end && (v = vma_tree_find(&whole->mm->vmas, at)) && v->start < end) {
        struct remap r = *whole;
        int64_t ret;

        if (at == start && v->start > start)
            return mm_fail_at(whole->mm, -EFAULT, MM_ABOUT_HOLE, start,
                              "a move of several areas may not begin in a gap");
        if (!moves_with_others(v) && (at != start || v->end < end))
            return mm_fail_at(whole->mm, -EFAULT, MM_ABOUT_VMA, v->start,
                              "this kind of mapping cannot be moved together with others");
        r.v = *v;
        r.addr = v->start < at ? at : v->start;
        r.old_len = r.new_len = (v->end > end ? end : v->end) - r.addr;
        r.new_addr = whole->new_addr + (r.addr - start);
        at = r.addr + r.old_len;
        ret = check_vma(&r);
        if (!ret)
            ret = remap_to(&r);
        if (ret < 0)
            return ret;
        if (r.new_addr != (uint64_t)ret)
            return mm_fail_at(whole->mm, -EFAULT, MM_ABOUT_VMA, (uint64_t)ret,
                              "one of the areas went elsewhere");
    }
    return at == start
               ? mm_fail_at(whole->mm, -EFAULT, MM_ABOUT_HOLE, start, "nothing is mapped in the old range")
               : (int64_t)whole->new_addr;
}

static int64_t remap_since_6_17(struct remap *r)
{
    bool move_only = r->flags & MREMAP_FIXED && r->old_len == r->new_len;
    struct mm_change c = remap_change(r);
    int64_t ret;

    ret = remap_lookup(r);
    if (!ret)
        ret = mm_ask_range(r->mm, &c);
    if (ret)
        return ret;
    if (move_only && r->mm->design->rules & RULE_MREMAP_MULTI)
        return move_all(r);
    ret = check_vma(r);
    if (ret)
        return ret;
    if (remap_has_target(r))
        return remap_to(r);
    if (r->new_len == r->old_len)
        return (int64_t)r->addr;
    if (r->new_len > r->old_len)
        return remap_grow(r);
    ret = remap_cut(r);
    return ret ? ret : (int64_t)r->addr;
}

int64_t mm_mremap(struct mm *mm, uint64_t addr, uint64_t old_len, uint64_t new_len, uint64_t flags,
                  uint64_t new_addr)
{
    struct remap r = {.mm = mm, .addr = addr, .flags = flags, .new_addr = new_addr};
    int64_t ret;

    r.old_len = MM_PAGE_ALIGN(old_len);
    r.new_len = MM_PAGE_ALIGN(new_len);
    if (mm->design->rules & RULE_MREMAP_CHECKS_FIRST) {
        ret = check_arguments(&r);
        if (!ret)
            ret = remap_since_6_17(&r);
    } else {
        ret = remap_before_6_17(&r);
    }
    mm_assert_valid(mm);
    if (ret >= 0 && r.populate_grown)
        mm_populate(mm, (uint64_t)ret + r.old_len, (uint64_t)ret + r.new_len, POPULATE_MAPPED);
    return ret;
}
