/*
 * numa.c - memory policy and page migration on a machine with one node: nothing ever moves, the answers are Linux'.
 */
#include <errno.h>

#include <mseal-emu/design.h>

#include "../handlers.h"
#include "../process.h"

#define MPOL_MF_MOVE     2u
#define MPOL_MF_MOVE_ALL 4u

int64_t sys_mbind(struct task *t, const uint64_t a[6])
{
    creds_to_mm(t);
    return mm_mbind(t->mm, a[0], a[1], arg_int(a[2]), a[3], a[4], arg_uint(a[5]));
}

int64_t sys_set_mempolicy(struct task *t, const uint64_t a[6])
{
    return mm_set_mempolicy(t->mm, arg_int(a[0]), a[1], a[2]);
}

int64_t sys_get_mempolicy(struct task *t, const uint64_t a[6])
{
    return mm_get_mempolicy(t->mm, a[0], a[1], a[2], a[3], a[4]);
}

int64_t sys_set_mempolicy_home_node(struct task *t, const uint64_t a[6])
{
    return mm_set_mempolicy_home_node(t->mm, a[0], a[1], a[2], a[3]);
}

/* The task whose pages a pid argument means; 0 is the caller. */
static int target_of(struct task *t, int pid, struct task **target)
{
    *target = pid ? find_task(t->k, pid) : t;
    if (!*target)
        return -ESRCH;
    if (!ptrace_may_access(t, *target))
        return -EPERM;
    return (*target)->mm ? 0 : mm_fail(t->mm, -EINVAL, "the task has no address space any more");
}

int64_t sys_migrate_pages(struct task *t, const uint64_t a[6])
{
    struct task *target;
    int64_t ret;
    int err;

    creds_to_mm(t);
    ret = mm_migrate_pages(t->mm, a[1], a[2], a[3]);
    if (ret == -EFAULT)
        return ret;
    err = target_of(t, arg_int(a[0]), &target);
    return err ? err : ret;
}

int64_t sys_move_pages(struct task *t, const uint64_t a[6])
{
    uint64_t count = a[1], pages = a[2], nodes = a[3], status = a[4];
    unsigned flags = arg_uint(a[5]);
    struct task *target;
    int err;

    if (flags & ~(MPOL_MF_MOVE | MPOL_MF_MOVE_ALL))
        return mm_fail(t->mm, -EINVAL, "unknown flags");
    if ((flags & MPOL_MF_MOVE_ALL) && !capable(t, 23 /* CAP_SYS_NICE */))
        return -EPERM;
    err = target_of(t, arg_int(a[0]), &target);
    if (err)
        return err;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t addr;
        int32_t node, st;

        if (mm_copy_in(t->mm, &addr, pages + 8 * i, 8))
            return -EFAULT;
        if (nodes) {
            if (mm_copy_in(t->mm, &node, nodes + 4 * i, 4))
                return -EFAULT;
            if (node != 0)
                return -ENODEV;
        }
        st = mm_page_node(target->mm, addr & MM_PAGE_MASK);
        if (mm_copy_out(t->mm, status + 4 * i, &st, 4))
            return -EFAULT;
    }
    return 0;
}
