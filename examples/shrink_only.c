/*
 * shrink_only.c - a first design: sealed memory may lose rights, never gain any, and never goes away.
 *
 *   cc -shared -fPIC -o shrink_only.so shrink_only.c $(pkg-config --cflags mseal-emu)
 *   mseal-emu --design ./shrink_only.so PROGRAM
 *
 * seal(addr, len) is system call 462, like mseal(2) without flags. is_sealed(addr), number 5000, is an ordinary call that answers
 * a question Linux has no call for.
 */
#include <errno.h>
#include <mseal-emu/design.h>

static int check(const struct mm_change *c, const struct vma *v, const char **why)
{
    if (!v->seal)
        return 0;
    switch (c->kind) {
    case CHANGE_PROTECT:
        if (!(c->new_flags & ~v->flags & VM_PROT_MASK))
            return 0;
        return MSEAL_REFUSE(why, -EPERM, "sealed memory may lose rights, never gain any");
    case CHANGE_UNMAP:
    case CHANGE_REPLACE:
    case CHANGE_MOVE:
    case CHANGE_SHRINK:
        return MSEAL_REFUSE(why, -EPERM, "sealed memory stays where it is");
    default:
        return 0;
    }
}

static uint64_t sealed(uint64_t old, uint64_t arg)
{
    return 1;
}

static int64_t sys_seal(struct mm *mm, const uint64_t a[6])
{
    return mm_range_has_gap(mm, a[0], a[0] + a[1]) ? -ENOMEM
                                                   : mm_seal_apply(mm, a[0], a[0] + a[1], sealed, 0);
}

static int64_t sys_is_sealed(struct mm *mm, const uint64_t a[6])
{
    const struct vma *v = mm_find_vma(mm, a[0]);
    return !v || v->start > a[0] ? -ENOMEM : v->seal != 0;
}

static const struct mseal_syscall calls[] = {
    {462, "mseal", "ptr,size,hex", sys_seal}, {5000, "is_sealed", "ptr", sys_is_sealed}, {0}};

const struct mseal_design mseal_design = {
    .abi = MSEAL_DESIGN_ABI,
    .name = "shrink-only",
    .title = "rights shrink, mappings stay",
    .rules = RULES_LINUX_6_18,
    .range = check,
    .syscalls = calls,
};
