/*
 * no_unmap.c - what Chrome asked for first: the object stays, its protection may change.
 *
 * Stephen Roettger <CAEAAPHYgg49WtpE7Jdq6HDecFp5RHPhdxtPTUaNF12RONu5aDA@mail.gmail.com>, October 2023: V8 switches the protection of its
 * code pages, but nobody may unmap or replace them. De Raadt called it partial sealing. Later dropped, since with protection keys
 * the protection itself no longer changes. Same call as mseal(2): mseal(addr, len, 0), 462.
 *
 * Known holes: by intent all of P* (protection) and D* (contents).
 */
#include "common.h"

static int check(const struct mm_change *c, const struct vma *v, const char **why)
{
    if (!v->seal || !(change_ends_mapping(c) || c->kind == CHANGE_DUPLICATE))
        return 0;
    return MSEAL_REFUSE(why, -EPERM, "the object stays mapped here; only its protection may change");
}

static int64_t sys_keep(struct mm *mm, const uint64_t a[6])
{
    uint64_t end;
    if (a[2])
        return -EINVAL;
    int r = seal_range(mm, a[0], a[1], &end);
    if (r <= 0)
        return r;
    return mm_range_has_gap(mm, a[0], end) ? mm_fail(mm, -ENOMEM, "the whole range must be mapped")
                                           : mm_seal_apply(mm, a[0], end, seal_or, 1);
}

static const struct mseal_syscall calls[] = {{462, "mseal", "ptr,size,hex", sys_keep}, {0}};

const struct mseal_design design_no_unmap = {
    .abi = MSEAL_DESIGN_ABI,
    .name = "no-unmap",
    .title = "existence is sealed, protection is not: Chrome's first wish (October 2023)",
    .source = "CAEAAPHYgg49WtpE7Jdq6HDecFp5RHPhdxtPTUaNF12RONu5aDA@mail.gmail.com",
    .rules = RULES_LINUX_6_18,
    .range = check,
    .syscalls = calls,
};
