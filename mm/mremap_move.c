/*
 * mremap_move.c - carrying a mapping to another place, or making it longer.
 *
 * Source: mremap_to, move_vma, copy_vma_and_data, copy_vma, dontunmap_complete, expand_vma in mm/mremap.c and
 * mm/vma.c, Linux 6.18.
 */
#include "mremap.h"

/* What the move promises anew: all of it if the old place is kept, else what it grows by. */
static uint64_t pages_to_charge(const struct remap *r)
{
    if (!(r->v.flags & VM_ACCOUNT))
        return 0;
    return (r->flags & MREMAP_DONTUNMAP ? r->new_len : r->new_len - r->old_len) >> MM_PAGE_SHIFT;
}

/* vrm_set_new_addr(): a place for new_len bytes. */
static int choose_address(struct remap *r)
{
    uint64_t hint = remap_has_target(r) ? r->new_addr : 0;
    uint64_t flags = (r->flags & MREMAP_FIXED ? MAP_FIXED : 0) | (r->v.flags & VM_MAYSHARE ? MAP_SHARED : 0);
    int64_t at = mm_get_unmapped_area(r->mm, r->v.file, hint, r->new_len, vma_index(&r->v, r->addr), flags);

    if (at < 0)
        return (int)at;
    r->new_addr = (uint64_t)at;
    return 0;
}

/*
 * copy_vma(): the same area at the new place, merged with what is there. Anonymous memory without private
 * pages takes the page offset that belongs to the new address, so that it may merge, even with the VMA it is
 * copied from.
 */
static int insert_copy(struct remap *r)
{
    struct vma copy = vma_slice(&r->v, r->addr, r->addr + r->old_len);

    if (vma_is_anonymous(&copy) && !copy.anon_vma)
        copy.pgoff = r->new_addr >> MM_PAGE_SHIFT;
    if (!(copy.uffd & MM_UFFD_MOVES)) { /* what moves is watched no more (mremap_userfaultfd_prep) */
        copy.uffd = 0;
        copy.flags &= ~VM_UFFD_MASK;
    }
    copy.start = r->new_addr;
    copy.end = r->new_addr + r->new_len;
    return vma_insert(r->mm, &copy);
}

/*
 * What MREMAP_DONTUNMAP leaves: the VMA without its pages, and not locked any more. Linux unlocks all of it,
 * even when only a part was moved, and forgets to take it out of locked_vm (dontunmap_complete), which
 * RLIMIT_MEMLOCK feels ever after.
 */
static int leave_source(struct remap *r)
{
    struct mm *mm = r->mm;
    struct vma old = *vma_tree_find(&mm->vmas, r->addr);

    if (old.flags & VM_LOCKED)
        mm->locked_leak += vma_pages(&old);
    old.flags &= ~VM_LOCKED_MASK;
    if (old.start == r->addr && old.end == r->addr + r->old_len)
        old.anon_vma = 0; /* pgoff stays what it was (7.2 sets it anew): the VMA may not merge then */
    return vma_tree_splice(&mm->vmas, old.start, old.end, &old, 1) ? mm_fail_memory(mm) : 0;
}

/* The old place goes without asking: the design agreed to the move. Its promise of memory went with the
 * pages. */
static int drop_source(struct remap *r)
{
    struct unmap u;
    int err = unmap_gather(r->mm, &u, r->addr, r->addr + r->old_len, NULL);

    if (err)
        return err;
    u.nr_accounted = 0;
    return unmap_commit(r->mm, &u);
}

/*
 * move_vma(): copy the area, move the page table entries, drop the source.
 *
 *        addr                          new_addr
 *     |--|#######|---|                 .            .
 *     |--|#######|---|                 |#######|0000|     copy, entries moved
 *     |--|       |---|                 |#######|0000|     or |--|.......|---| with MREMAP_DONTUNMAP
 */
static int64_t move_vma(struct remap *r)
{
    struct mm *mm = r->mm;
    uint64_t new_pages = r->new_len >> MM_PAGE_SHIFT, charge = pages_to_charge(r),
             hiwater = mm->stats.hiwater_vm;
    struct vma moved = r->v;
    struct unmap u;
    int err;

    if (mm->vmas.count >= mm->sys->max_map_count - 3)
        return mm_fail_at(mm, -ENOMEM, MM_ABOUT_MAP_COUNT, 0,
                          "the number of areas is limited (vm.max_map_count)");
    err = r->v.start != r->addr ? vma_check_split(mm, &r->v, r->addr) : 0;
    if (!err && r->v.end != r->addr + r->old_len)
        err = vma_check_split(mm, &r->v, r->addr + r->old_len);
    if (!err)
        err = mm_charge(mm, charge);
    if (err)
        return err;
    err = insert_copy(r);
    if (err)
        goto uncharge;
    err = pt_move(&mm->pt, r->addr, r->new_addr, r->old_len);
    if (err)
        goto remove_copy;
    if (r->old_len)
        mm_tlb_invalidate(mm, r->addr, r->addr + r->old_len);

    vma_account(mm, &moved, (int64_t)new_pages);
    if (moved.flags & VM_LOCKED)
        mm->stats.locked_vm += new_pages;
    mm_uffd_moved(mm, r->v.uffd, r->addr, r->old_len, r->new_addr);
    if (r->flags & MREMAP_DONTUNMAP)
        err = leave_source(r);
    else
        err = r->old_len ? drop_source(r) : 0;
    if (mm->stats.total_vm <= hiwater) /* it was higher for a moment only */
        mm->stats.hiwater_vm = hiwater;
    else
        mm->stats.hiwater_vm = mm->stats.total_vm;
    return err ? err : (int64_t)r->new_addr;

remove_copy: /* nothing was counted for it yet: count, then unmap */
    vma_account(mm, &moved, (int64_t)new_pages);
    if (moved.flags & VM_LOCKED)
        mm->stats.locked_vm += new_pages;
    if (!unmap_gather(mm, &u, r->new_addr, r->new_addr + r->new_len, NULL)) {
        u.nr_accounted = 0;
        unmap_commit(mm, &u);
    }
uncharge:
    mm_uncharge(mm, charge);
    return err;
}

int64_t remap_to_free(struct remap *r)
{
    int err;

    if (r->flags & MREMAP_DONTUNMAP && !mm_may_expand(r->mm, r->v.flags, r->old_len >> MM_PAGE_SHIFT))
        return -ENOMEM;
    err = choose_address(r);
    return err ? err : move_vma(r);
}

int remap_cut(struct remap *r)
{
    int err;

    if (r->new_len >= r->old_len)
        return 0;
    err =
        mm_do_munmap(r->mm, r->addr + r->new_len, r->old_len - r->new_len, CHANGE_UNMAP, DOOR_MREMAP, false);
    if (!err)
        r->old_len = r->new_len;
    return err;
}

int remap_clear_way(struct remap *r)
{
    return r->flags & MREMAP_FIXED
               ? mm_do_munmap(r->mm, r->new_addr, r->new_len, CHANGE_REPLACE, DOOR_MREMAP, true)
               : 0;
}

int64_t remap_to(struct remap *r)
{
    int err = remap_clear_way(r);

    if (!err)
        err = remap_lookup(
            r); /* the destination may have been a part of it, or, as old lengths may wrap, all */
    if (!err)
        err = remap_cut(r);
    if (!err)
        err = remap_lookup(r); /* so may have been the tail */
    return err ? err : remap_to_free(r);
}

/* vma_expandable(): is what follows free, and inside the address space? */
static bool room_behind(struct remap *r)
{
    uint64_t end = r->v.end + (r->new_len - r->old_len);
    const struct vma *next;

    if (r->addr + r->old_len != r->v.end || end < r->v.end)
        return false;
    next = vma_tree_find(&r->mm->vmas, r->v.end);
    if (next && next->start < end)
        return false;
    return mm_get_unmapped_area(r->mm, NULL, r->v.start, end - r->v.start, 0, MAP_FIXED) >= 0;
}

static int64_t grow_in_place(struct remap *r)
{
    struct mm *mm = r->mm;
    uint64_t pages = (r->new_len - r->old_len) >> MM_PAGE_SHIFT, charge = pages_to_charge(r);
    int err = mm_charge(mm, charge);

    if (err)
        return err;
    err = vma_extend(mm, &r->v, r->v.end + (pages << MM_PAGE_SHIFT));
    if (err) {
        mm_uncharge(mm, charge);
        return err;
    }
    vma_account(mm, &r->v, (int64_t)pages);
    if (r->v.flags & VM_LOCKED)
        mm->stats.locked_vm += pages;
    return (int64_t)r->addr;
}

int64_t remap_grow(struct remap *r)
{
    int err;

    if (room_behind(r))
        return grow_in_place(r);
    if (!(r->flags & MREMAP_MAYMOVE))
        return mm_fail_at(r->mm, -ENOMEM, MM_ABOUT_VMA, r->v.start,
                          "there is no room behind the area, and MREMAP_MAYMOVE is not given");
    err = choose_address(r);
    return err ? err : move_vma(r);
}
