/*
 * mlock.c - mlock(2), mlock2(2), munlock(2), mlockall(2), munlockall(2).
 *
 * Nothing is ever paged out here, so a lock is what a program can see of it: VM_LOCKED in smaps and merging, the pages made
 * present, RLIMIT_MEMLOCK, and the calls that refuse locked memory. Follows mm/mlock.c of Linux 6.18.
 */
#include "mm.h"

#include <sys/mman.h>

static bool can_do_mlock(const struct mm *mm)
{
    return mm->rlim[MM_RLIMIT_MEMLOCK] != 0 || mm->cap_ipc_lock;
}

static struct mm_change lock_change(const struct mm *mm, uint64_t start, uint64_t end, bool lock)
{
    return (struct mm_change){.kind = CHANGE_LOCK,
                              .door = lock ? DOOR_MLOCK : DOOR_MUNLOCK,
                              .start = start,
                              .end = end,
                              .pkru = mm->pkru,
                              .direct = true};
}

/* mlock_fixup(): [start, end) lies within *v, which becomes the VMA that holds start afterwards. */
static int lock_part(struct mm *mm, struct vma *v, uint64_t start, uint64_t end, uint64_t locked)
{
    struct vma_change to = {.flags = (v->flags & ~VM_LOCKED_MASK) | locked,
                            .seal = v->seal,
                            .anon_name = v->anon_name,
                            .policy = v->policy};
    struct mm_change c = lock_change(mm, start, end, locked != 0);
    bool was = v->flags & VM_LOCKED, will = locked & VM_LOCKED;
    int err;

    err = mm_ask_vma(mm, &c, v);
    if (err)
        return err;
    if (to.flags == v->flags || (v->flags & (VM_SPECIAL | VM_HUGETLB | VM_DROPPABLE)))
        return 0; /* can't be locked: passed over without a word */
    err = vma_modify(mm, v, start, end, &to);
    if (err)
        return err;
    if (will != was)
        mm->stats.locked_vm += (will ? 1 : -1) * ((end - start) >> MM_PAGE_SHIFT);
    return 0;
}

/* apply_vma_lock_flags(): unlike madvise it stops at a hole, what came before stays changed. */
static int lock_range(struct mm *mm, uint64_t start, uint64_t len, uint64_t locked)
{
    uint64_t end = start + len;
    struct mm_change c = lock_change(mm, start, end, locked != 0);
    int err;

    if (end < start)
        return mm_fail(mm, -EINVAL, "the range wraps around the end of the address space");
    if (end == start)
        return 0;
    err = mm_ask_range(mm, &c);
    while (!err && start < end) {
        const struct vma *at = vma_tree_find(&mm->vmas, start);
        struct vma v;
        uint64_t stop;

        if (!at || at->start > start)
            return mm_fail_at(mm, -ENOMEM, MM_ABOUT_HOLE, start, "the whole range must be mapped");
        v = *at;
        stop = v.end < end ? v.end : end;
        err = lock_part(mm, &v, start, stop, locked);
        start = v.start <= start && v.end > stop ? v.end : stop;
    }
    return err;
}

/* Pages of [start, start + len) that are locked already and so count towards the limit. */
static uint64_t count_locked(struct mm *mm, uint64_t start, uint64_t len)
{
    uint64_t end = UINT64_MAX - len < start ? UINT64_MAX : start + len, count = 0;
    const struct vma *v = vma_tree_find(&mm->vmas, start);

    for (; v && v->start < end; v = vma_tree_next(&mm->vmas, v)) {
        uint64_t from = v->start > start ? v->start : start, to = v->end < end ? v->end : end;

        if (v->flags & VM_LOCKED)
            count += to - from;
    }
    return count >> MM_PAGE_SHIFT;
}

int64_t mm_mlock(struct mm *mm, uint64_t addr, uint64_t len, int flags)
{
    uint64_t limit = mm->rlim[MM_RLIMIT_MEMLOCK] >> MM_PAGE_SHIFT, pages;
    int err;

    if (flags & ~MLOCK_ONFAULT)
        return mm_fail(mm, -EINVAL, "unknown flags");
    if (!can_do_mlock(mm))
        return mm_fail(mm, -EPERM, "an RLIMIT_MEMLOCK of 0 needs CAP_IPC_LOCK");
    len = MM_PAGE_ALIGN(len + (addr & ~MM_PAGE_MASK));
    addr &= MM_PAGE_MASK;

    pages = (len >> MM_PAGE_SHIFT) + mm->stats.locked_vm;
    if (pages > limit && !mm->cap_ipc_lock)
        pages -= count_locked(mm, addr, len);
    if (pages > limit && !mm->cap_ipc_lock)
        return mm_fail_at(mm, -ENOMEM, MM_ABOUT_MEMLOCK, len, "RLIMIT_MEMLOCK bounds locked memory");
    err = lock_range(mm, addr, len, flags & MLOCK_ONFAULT ? VM_LOCKED_MASK : VM_LOCKED);
    mm_assert_valid(mm);
    if (err || !len)
        return err;
    return mm_populate(mm, addr, addr + len, POPULATE_LOCKED);
}

int64_t mm_munlock(struct mm *mm, uint64_t addr, uint64_t len)
{
    int err;

    len = MM_PAGE_ALIGN(len + (addr & ~MM_PAGE_MASK));
    err = lock_range(mm, addr & MM_PAGE_MASK, len, 0);
    mm_assert_valid(mm);
    return err;
}

/* All VMAs; one that can't be changed is left as it is. */
static void lock_all(struct mm *mm, uint64_t locked)
{
    const struct vma *at = vma_tree_find(&mm->vmas, 0);

    while (at) {
        struct vma v = *at;

        lock_part(mm, &v, v.start, v.end, locked);
        at = vma_tree_find(&mm->vmas, v.end);
    }
}

int64_t mm_mlockall(struct mm *mm, int flags)
{
    uint64_t onfault = flags & MCL_ONFAULT ? VM_LOCKONFAULT : 0;

    if (!flags || (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) || flags == MCL_ONFAULT)
        return mm_fail(mm, -EINVAL, "no flags, unknown flags, or MCL_ONFAULT alone");
    if (!can_do_mlock(mm))
        return mm_fail(mm, -EPERM, "an RLIMIT_MEMLOCK of 0 needs CAP_IPC_LOCK");
    if ((flags & MCL_CURRENT) && mm->stats.total_vm > mm->rlim[MM_RLIMIT_MEMLOCK] >> MM_PAGE_SHIFT &&
        !mm->cap_ipc_lock)
        return mm_fail_at(mm, -ENOMEM, MM_ABOUT_MEMLOCK, mm->stats.total_vm << MM_PAGE_SHIFT,
                          "RLIMIT_MEMLOCK bounds locked memory");
    mm->def_flags &= ~VM_LOCKED_MASK;
    if (flags & MCL_FUTURE)
        mm->def_flags |= VM_LOCKED | onfault;
    if (flags & MCL_CURRENT) {
        lock_all(mm, VM_LOCKED | onfault);
        mm_populate(mm, 0, MM_TASK_SIZE, POPULATE_MAPPED);
    }
    mm_assert_valid(mm);
    return 0;
}

int64_t mm_munlockall(struct mm *mm)
{
    mm->def_flags &= ~VM_LOCKED_MASK;
    lock_all(mm, 0);
    mm_assert_valid(mm);
    return 0;
}
