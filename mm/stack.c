/*
 * stack.c - a VM_GROWSDOWN area grows when something below it is touched (expand_downwards() in Linux'
 * mm/vma.c).
 *
 *        prev              addr                 v
 *     +--------+ . . . . . . | . . . . . . +---------+         becomes [addr, v.end)
 *     +--------+             |             +---------+
 *              |<-guard gap->|   kept free unless prev is a stack itself or nobody may touch it
 */
#include "mm.h"

/* acct_stack_growth() */
static int account_growth(struct mm *mm, const struct vma *v, uint64_t size, uint64_t grow)
{
    if (!mm_may_expand(mm, v->flags, grow))
        return -ENOMEM;
    if (size > mm->rlim[MM_RLIMIT_STACK])
        return mm_fail_at(mm, -ENOMEM, MM_ABOUT_STACK, grow << MM_PAGE_SHIFT,
                          "RLIMIT_STACK bounds the stack");
    if (v->flags & VM_LOCKED && !mm->cap_ipc_lock &&
        mm->stats.locked_vm + grow > mm->rlim[MM_RLIMIT_MEMLOCK] >> MM_PAGE_SHIFT)
        return mm_fail_at(mm, -ENOMEM, MM_ABOUT_MEMLOCK, grow << MM_PAGE_SHIFT,
                          "RLIMIT_MEMLOCK bounds locked memory");
    return v->flags & VM_ACCOUNT ? mm_charge(mm, grow) : mm_may_commit(mm, grow) ? 0 : -ENOMEM;
}

int mm_expand_stack(struct mm *mm, const struct vma *v, uint64_t addr)
{
    struct mm_change change = {.kind = CHANGE_STACK_GROW, .door = DOOR_FAULT, .pkru = mm->pkru};
    const struct vma *prev;
    struct vma grown;
    uint64_t grow;
    int err;

    if (!(v->flags & VM_GROWSDOWN))
        return -EFAULT;
    addr &= MM_PAGE_MASK;
    if (addr < mm->sys->mmap_min_addr)
        return mm_fail(mm, -EPERM, "nothing is mapped below vm.mmap_min_addr");
    prev = vma_tree_prev(&mm->vmas, v);
    if (prev && !(prev->flags & VM_GROWSDOWN) && prev->flags & VM_PROT_MASK &&
        addr - prev->end < mm->sys->stack_guard_gap)
        return mm_fail_at(mm, -ENOMEM, MM_ABOUT_VMA, prev->start,
                          "the stack may not come nearer than the guard gap to the area below");
    err = mm_anon_vma_prepare(mm, v->start);
    if (err)
        return err;
    grown = *vma_tree_find(&mm->vmas, v->end - 1);
    grow = (grown.start - addr) >> MM_PAGE_SHIFT;
    if (grow > grown.pgoff)
        return mm_fail_at(mm, -ENOMEM, MM_ABOUT_VMA, grown.start, "the stack has no page offsets left");
    change.start = addr;
    change.end = grown.start;
    change.old_flags = change.new_flags = grown.flags;
    /* A design may forbid it, before anything is counted. */
    err = mm_ask_vma(mm, &change, &grown);
    if (err)
        return err;
    err = account_growth(mm, &grown, grown.end - addr, grow);
    if (err)
        return err;
    grown.start = addr;
    grown.pgoff -= grow;
    err = vma_tree_splice(&mm->vmas, addr, grown.end, &grown, 1);
    if (err) {
        if (grown.flags & VM_ACCOUNT)
            mm_uncharge(mm, grow);
        return err;
    }
    mm_account(mm, grown.flags, grown.file != NULL, (int64_t)grow);
    if (grown.flags & VM_LOCKED)
        mm->stats.locked_vm += grow;
    mm_assert_valid(mm);
    return 0;
}
