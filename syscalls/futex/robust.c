/*
 * robust.c - robust lists: locks that a thread held when it died are marked and passed on
 * (kernel/futex/core.c, exit_robust_list).
 */
#include <errno.h>
#include <linux/futex.h>

#include "../handlers.h"
#include "futex.h"

struct krobust_head {
    uint64_t next;
    int64_t offset;
    uint64_t pending;
};

int64_t sys_set_robust_list(struct task *t, const uint64_t a[6])
{
    if (a[1] != sizeof(struct krobust_head))
        return -EINVAL;
    t->robust_list = a[0];
    t->robust_list_len = a[1];
    return 0;
}

int64_t sys_get_robust_list(struct task *t, const uint64_t a[6])
{
    int pid = arg_int(a[0]);
    const struct task *o = pid ? find_task(t->k, pid) : t;
    uint64_t len = sizeof(struct krobust_head);

    if (!o)
        return -ESRCH;
    if (!ptrace_may_access(t, o))
        return -EPERM;
    if (mm_copy_out(t->mm, a[2], &len, sizeof(len)))
        return -EFAULT;
    return mm_copy_out(t->mm, a[1], &o->robust_list, sizeof(o->robust_list)) ? -EFAULT : 0;
}

/* handle_futex_death(): false when the list cannot be trusted any further. */
static bool lock_died(struct task *t, uint64_t uaddr, bool pi, bool pending)
{
    uint32_t word, dead;

    if (uaddr % 4 || mm_copy_in(t->mm, &word, uaddr, sizeof(word)))
        return false;
    /* It was about to unlock and had cleared the word: the wake-up is missing. */
    if (pending && !pi && !word) {
        futex_wake_addr(t, uaddr, 1);
        return true;
    }
    if ((word & FUTEX_TID_MASK) != (uint32_t)t->tid)
        return true;
    dead = (word & FUTEX_WAITERS) | FUTEX_OWNER_DIED;
    if (mm_copy_out(t->mm, uaddr, &dead, sizeof(dead)))
        return false;
    if (!pi && word & FUTEX_WAITERS)
        futex_wake_addr(t, uaddr, 1);
    return true;
}

static void walk_robust_list(struct task *t)
{
    struct krobust_head head;
    uint64_t entry, next;
    bool pi;

    if (mm_copy_in(t->mm, &head, t->robust_list, sizeof(head)))
        return;
    entry = head.next;
    for (int i = 0; i < ROBUST_LIST_LIMIT && (entry & ~UINT64_C(1)) != t->robust_list; i++) {
        uint64_t addr = entry & ~UINT64_C(1);
        bool ok = !mm_copy_in(t->mm, &next, addr, sizeof(next)); /* read before the lock is passed on */

        pi = entry & 1;
        if (addr != (head.pending & ~UINT64_C(1)) && !lock_died(t, addr + (uint64_t)head.offset, pi, false))
            return;
        if (!ok)
            return;
        entry = next;
    }
    if (head.pending & ~UINT64_C(1))
        lock_died(t, (head.pending & ~UINT64_C(1)) + (uint64_t)head.offset, head.pending & 1, true);
}

void futex_task_exit(struct task *t)
{
    futex_wait_free(t);
    if (t->robust_list)
        walk_robust_list(t);
    t->robust_list = 0;
    if (!list_empty(&t->k->futexes->pi))
        futex_pi_owner_died(t);
}
