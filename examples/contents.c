/*
 * contents.c - an idea no system has: the seal covers what the memory holds, not only the mapping.
 *
 *   cc -shared -fPIC -o contents.so contents.c $(pkg-config --cflags mseal-emu)
 *
 * Linux' mseal() lets MADV_DONTNEED undo relocations (a private file mapping goes back to the file's bytes), guard pages be
 * installed in code and removed from data, and /proc/self/mem write through. Here every change of a sealed area that
 * is not an ordinary store of the program itself is refused. mseal(addr, len, 0), number 462.
 */
#include <errno.h>
#include <mseal-emu/design.h>

static int check(const struct mm_change *c, const struct vma *v, const char **why)
{
    if (!v->seal)
        return 0;
    switch (c->kind) {
    case CHANGE_DISCARD:
    case CHANGE_INHERIT:
    case CHANGE_GUARD:
    case CHANGE_POKE:
        return MSEAL_REFUSE(why, -EPERM,
                            "the contents are sealed too: no advice, guard or forced write changes them");
    case CHANGE_ADVISE:
    case CHANGE_LOCK:
    case CHANGE_NAME:
    case CHANGE_POLICY:
    case CHANGE_STACK_GROW:
    case CHANGE_SEAL:
        return 0;
    default:
        return MSEAL_REFUSE(why, -EPERM, "the mapping and its protection are sealed");
    }
}

static uint64_t sealed(uint64_t old, uint64_t arg)
{
    return 1;
}

static int64_t sys_mseal(struct mm *mm, const uint64_t a[6])
{
    if (a[2] || a[0] % MM_PAGE_SIZE || a[0] + a[1] < a[0])
        return -EINVAL;
    return mm_range_has_gap(mm, a[0], a[0] + a[1]) ? -ENOMEM
                                                   : mm_seal_apply(mm, a[0], a[0] + a[1], sealed, 0);
}

static const struct mseal_syscall calls[] = {{462, "mseal", "ptr,size,hex", sys_mseal}, {0}};

const struct mseal_design mseal_design = {
    .abi = MSEAL_DESIGN_ABI,
    .name = "contents",
    .title = "mapping, protection and contents, whoever asks",
    .rules = RULES_LINUX_6_18,
    .range = check,
    .syscalls = calls,
};
