/* common.h - what several designs share: the argument checks of a sealing call and tests on a change. */
#ifndef MM_DESIGNS_COMMON_H
#define MM_DESIGNS_COMMON_H

#include "../uapi.h"

#include <mseal-emu/design.h>

/*
 * The range of every mseal() ever posted: unaligned address, a length that rounds up to 0, and wrapping are EINVAL, in that
 * order; an empty range is fine. 1: go on, *end is the end of the range; 0: nothing to do; or -EINVAL.
 */
static inline int seal_range(struct mm *mm, uint64_t addr, uint64_t len, uint64_t *end)
{
    uint64_t rounded = MM_PAGE_ALIGN(len);

    *end = addr + rounded;
    if (addr & ~MM_PAGE_MASK)
        return mm_fail(mm, -EINVAL, "the address is not a multiple of the page size");
    if (len && !rounded)
        return mm_fail(mm, -EINVAL, "the length rounded up to pages is 0");
    if (*end < addr)
        return mm_fail(mm, -EINVAL, "the range wraps around the end of the address space");
    return rounded ? 1 : 0;
}

/*
 * Calls visit for each area of [start, end) in address order, with the part of it that lies in the range; it may change the area.
 * The first obstacle wins: -ENOMEM at a hole, or what visit returned.
 */
typedef int (*seal_visit)(struct mm *mm, const struct vma *v, uint64_t from, uint64_t to, uint64_t arg);
static inline int seal_walk(struct mm *mm, uint64_t start, uint64_t end, seal_visit visit, uint64_t arg)
{
    while (start < end) {
        const struct vma *v = mm_find_vma(mm, start);
        uint64_t to;
        int r;

        if (!v || v->start > start)
            return mm_fail(mm, -ENOMEM, "the whole range must be mapped");
        to = v->end < end ? v->end : end;
        r = visit(mm, v, start, to, arg);
        if (r)
            return r;
        start = to;
    }
    return 0;
}

/* For mm_seal_apply(): add bits. */
static inline uint64_t seal_or(uint64_t old, uint64_t bits)
{
    return old | bits;
}

/* A sealing call behind its flags: the range is looked at, then all areas by `test` (with bits), then each gets the bits. */
static inline int64_t seal_tested(struct mm *mm, uint64_t addr, uint64_t len, seal_visit test, uint64_t bits)
{
    uint64_t end;
    int r = seal_range(mm, addr, len, &end);

    if (r <= 0)
        return r;
    r = seal_walk(mm, addr, end, test, bits);
    return r ? r : mm_seal_apply(mm, addr, end, seal_or, bits);
}

/* Would the change take the area, or a part of it, away from its place or put something else there? */
static inline bool change_ends_mapping(const struct mm_change *c)
{
    switch (c->kind) {
    case CHANGE_UNMAP:
    case CHANGE_REPLACE:
    case CHANGE_MOVE:
    case CHANGE_SHRINK:
        return true;
    default:
        return false;
    }
}

/* Any form of mremap on the area itself. */
static inline bool change_is_remap(const struct mm_change *c)
{
    switch (c->kind) {
    case CHANGE_MOVE:
    case CHANGE_SHRINK:
    case CHANGE_GROW:
    case CHANGE_SAME:
    case CHANGE_DUPLICATE:
        return true;
    default:
        return false;
    }
}

/* Any advice, whatever the operation files it under. */
static inline bool change_is_advice(const struct mm_change *c)
{
    switch (c->kind) {
    case CHANGE_DISCARD:
    case CHANGE_INHERIT:
    case CHANGE_GUARD:
    case CHANGE_ADVISE:
        return true;
    default:
        return false;
    }
}

/* The advice that Linux counts as discarding (6.13 and later; GUARD_INSTALL doesn't exist before). */
static inline bool advice_discards(int advice)
{
    switch (advice) {
    case MADV_FREE:
    case MADV_DONTNEED:
    case MADV_DONTNEED_LOCKED:
    case MADV_REMOVE:
    case MADV_DONTFORK:
    case MADV_WIPEONFORK:
    case MADV_GUARD_INSTALL:
        return true;
    default:
        return false;
    }
}

/* The same list as the first patches wrote it: OR-ed into a mask, although advice is a number. Hits all but multiples of 32. */
static inline bool advice_hits_mask(int advice)
{
    return advice & (MADV_FREE | MADV_DONTNEED | MADV_DONTNEED_LOCKED | MADV_REMOVE | MADV_DONTFORK | MADV_WIPEONFORK);
}

/* May the calling task write the area right now? */
static inline bool writable_now(const struct mm_change *c, const struct vma *v)
{
    return (v->flags & VM_WRITE) && pkru_allows_write(c->pkru, v);
}

#endif
