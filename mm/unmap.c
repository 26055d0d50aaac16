/*
 * unmap.c - taking a range away: munmap(2), and everything that unmaps on its way.
 *
 * Source: vms_gather_munmap_vmas, vms_complete_munmap_vmas, do_vmi_munmap in mm/vma.c, Linux 6.18;
 * do_vmi_align_munmap in mm/mmap.c, Linux 6.11, for the kernels that cut before they ask.
 *
 *       first                            last
 *     |---|########|    |####|    |########|-----|        # goes, the rest of first and last stays
 *         start                            end
 *
 * First the whole range is looked at (gather), then it goes at once (commit). A refusal in between leaves
 * nothing behind, except that Linux has already cut the first VMA at `start` by then.
 */
#include "mm.h"

/* Refused after the first VMA was looked at: what Linux leaves behind. */
static int gather_failed(struct mm *mm, const struct unmap *u, int err)
{
    if (mm->design->rules & RULE_GATHER_SPLITS && u->nr_vmas && u->first.start < u->start)
        vma_split_at(mm, u->start);
    return err;
}

int unmap_gather(struct mm *mm, struct unmap *u, uint64_t start, uint64_t end, const struct mm_change *why)
{
    struct vma_iter it;
    const struct vma *v;
    int err;

    u->start = start;
    u->end = end;
    u->nr_vmas = u->nr_pages = u->nr_accounted = 0;
    vma_iter_init(&it, &mm->vmas, start);
    while ((v = vma_iter_next(&it)) && v->start < end) {
        uint64_t from = v->start < start ? start : v->start;
        uint64_t to = v->end > end ? end : v->end;

        /* A hole in the middle of one VMA makes two of it. A cut at one end may exceed the limit for a
         * moment. */
        if (v->start < start && v->end > end && mm->vmas.count >= mm->sys->max_map_count)
            return mm_fail_at(mm, -ENOMEM, MM_ABOUT_MAP_COUNT, 0,
                              "a hole in the middle makes one area more than vm.max_map_count");
        err = why ? mm_ask_vma(mm, why, v) : 0;
        if (err)
            return gather_failed(mm, u, err);
        err = v->start < start ? vma_check_split(mm, v, start) : 0;
        if (err)
            return err;
        if (!u->nr_vmas++)
            u->first = *v;
        err = v->end > end ? vma_check_split(mm, v, end) : 0;
        if (err)
            return gather_failed(mm, u, err);
        u->last = *v;
        u->nr_pages += (to - from) >> MM_PAGE_SHIFT;
        if (v->flags & VM_ACCOUNT)
            u->nr_accounted += (to - from) >> MM_PAGE_SHIFT;
    }
    return 0;
}

void unmap_abort(struct mm *mm, const struct unmap *u)
{
    if (!(mm->design->rules & RULE_GATHER_SPLITS) || !u->nr_vmas)
        return;
    vma_split_at(mm, u->start);
    vma_split_at(mm, u->end);
}

/* Counters of the part of v that goes (sign -1), or that came back (sign 1). */
static void account(struct mm *mm, const struct unmap *u, const struct vma *v, int sign)
{
    uint64_t from = v->start < u->start ? u->start : v->start;
    uint64_t to = v->end > u->end ? u->end : v->end;
    int64_t pages = sign * (int64_t)((to - from) >> MM_PAGE_SHIFT);

    vma_account(mm, v, pages);
    if (v->flags & VM_LOCKED)
        mm->stats.locked_vm += pages;
    if (sign < 0)
        mm_zap(mm, v, from, to);
}

static void account_all(struct mm *mm, const struct unmap *u, int sign)
{
    struct vma_iter it;
    const struct vma *v;

    if (u->nr_vmas == 1) { /* by far the most frequent case, and first is at hand */
        account(mm, u, &u->first, sign);
        return;
    }
    vma_iter_init(&it, &mm->vmas, u->start);
    while ((v = vma_iter_next(&it)) && v->start < u->end)
        account(mm, u, v, sign);
}

int unmap_commit(struct mm *mm, struct unmap *u)
{
    struct vma rest[2];
    size_t n = 0;
    int err;

    if (!u->nr_vmas)
        return 0;
    mm_uffd_unmapping(mm, u->start, u->end);
    if (u->first.start < u->start)
        rest[n++] = vma_slice(&u->first, u->first.start, u->start);
    if (u->last.end > u->end)
        rest[n++] = vma_slice(&u->last, u->end, u->last.end);
    account_all(mm, u, -1);
    err = vma_tree_splice(&mm->vmas, u->first.start, u->last.end, rest, n);
    if (err) /* the pages are gone, but every book agrees with the tree */
        account_all(mm, u, 1);
    else
        mm_uncharge(mm, u->nr_accounted);
    return err;
}

/* Take all access away from the part of area in [start, end), and leave it where it is. */
static int revoke(struct mm *mm, struct vma *area, uint64_t start, uint64_t end)
{
    const struct mseal_design *d = mm->design;
    struct vma_change to = {area->flags & ~VM_PROT_MASK, area->seal, area->anon_name, area->policy};
    int64_t pages = (int64_t)((end - start) >> MM_PAGE_SHIFT);
    uint64_t old_flags = area->flags;
    int err;

    if (d->revoked)
        to.seal = d->revoked(area->seal);
    err = vma_modify(mm, area, start, end, &to);
    if (err)
        return err;
    mm_tlb_invalidate(mm, start, end);
    mm_account(mm, old_flags, area->file, -pages);
    mm_account(mm, to.flags, area->file, pages);
    return 0;
}

/* The design has areas in the range that are not to go but to become inaccessible: one VMA after the other.
 */
static int unmap_or_revoke(struct mm *mm, const struct mm_change *c)
{
    uint64_t at = c->start, from, to;
    const struct vma *v;
    struct unmap u;
    int err = 0;

    while (!err && (v = vma_tree_find(&mm->vmas, at)) && v->start < c->end) {
        struct vma area = *v;

        from = area.start < at ? at : area.start;
        to = area.end > c->end ? c->end : area.end;
        if (mm_ask_range_at(mm, c, &area) == MSEAL_REVOKE) {
            err = revoke(mm, &area, from, to);
        } else {
            err = unmap_gather(mm, &u, from, to, NULL);
            if (!err)
                err = unmap_commit(mm, &u);
        }
        at = to;
    }
    return err;
}

int mm_unmap_range(struct mm *mm, uint64_t start, uint64_t end, enum mm_change_kind kind, enum mm_door door,
                   bool direct)
{
    struct mm_change c = {.kind = kind, .door = door, .start = start, .end = end, .direct = direct};
    struct unmap u;
    int err;

    err = mm_ask_range(mm, &c);
    if (err == MSEAL_REVOKE) {
        err = unmap_or_revoke(mm, &c);
    } else {
        if (!err)
            err = unmap_gather(mm, &u, start, end, &c);
        if (!err)
            err = unmap_commit(mm, &u);
    }
    mm_assert_valid(mm);
    return err;
}

int mm_do_munmap(struct mm *mm, uint64_t start, uint64_t len, enum mm_change_kind kind, enum mm_door door,
                 bool direct)
{
    uint64_t end;

    if (start & ~MM_PAGE_MASK)
        return mm_fail(mm, -EINVAL, "the address is not a multiple of the page size");
    if (start > MM_TASK_SIZE || len > MM_TASK_SIZE - start)
        return mm_fail(mm, -EINVAL, "the range reaches past the end of the address space");
    end = start + MM_PAGE_ALIGN(len);
    if (end == start)
        return mm_fail(mm, -EINVAL, "the length is 0");
    return mm_unmap_range(mm, start, end, kind, door, direct);
}

int64_t mm_munmap(struct mm *mm, uint64_t addr, uint64_t len)
{
    return mm_do_munmap(mm, addr, len, CHANGE_UNMAP, DOOR_MUNMAP, true);
}

int64_t mm_unmap_ring(struct mm *mm, uint64_t addr, uint64_t len)
{
    return mm_do_munmap(mm, addr, len, CHANGE_UNMAP, DOOR_AIO, false);
}
