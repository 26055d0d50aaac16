/*
 * cros_nx.c - MSEAL_NX of the ChromeOS and Android kernels: sealed, but the protection may change as long as it never
 * becomes executable.
 *
 * maltesermailo/android_kernel_pantah mm/mseal.c @0df8f28f8bf4, on top of the 6.10 semantics. mseal(addr, len, flags)
 * with flags 0 or MSEAL_NX; its numeric value is not published: 1 here. Mixing the two kinds of seal is EACCES. With NX,
 * mprotect is allowed when the new protection has no PROT_EXEC and PKRU permits writing; discarding PROT_NONE memory is allowed.
 *
 * Known holes: as linux-6.11; NX-sealed read-only data can be made writable by whoever can call mprotect (P01).
 */
#include "common.h"

enum { SEALED = 1, SEALED_NX = 2 };
#define MSEAL_NX UINT64_C(1)

static int check(const struct mm_change *c, const struct vma *v, const char **why)
{
    if (!v->seal)
        return 0;
    if (change_is_advice(c)) {
        if (!advice_discards(c->advice) || vma_has_file(v) || (v->flags & VM_SHARED) || writable_now(c, v))
            return 0;
        if ((v->seal & SEALED_NX) && !(v->flags & VM_PROT_MASK))
            return 0;
        return MSEAL_REFUSE(why, -EPERM, "a seal keeps the contents of anonymous memory that cannot be written");
    }
    if (c->kind == CHANGE_PROTECT) {
        if ((v->seal & SEALED_NX) && !(c->new_flags & VM_EXEC) && pkru_allows_write(c->pkru, v))
            return 0;
        if (v->seal & SEALED_NX)
            return MSEAL_REFUSE(why, -EPERM, "MSEAL_NX: the area may never become executable");
        return MSEAL_REFUSE(why, -EPERM, "the area is sealed");
    }
    if (change_ends_mapping(c) || (change_is_remap(c) && c->kind != CHANGE_DUPLICATE))
        return MSEAL_REFUSE(why, -EPERM, "the area is sealed");
    return 0;
}

static int same_kind(struct mm *mm, const struct vma *v, uint64_t from, uint64_t to, uint64_t word)
{
    return v->seal && v->seal != word ? mm_fail(mm, -EACCES, "an area has the other kind of seal") : 0;
}

static int64_t sys_mseal_nx(struct mm *mm, const uint64_t a[6])
{
    uint64_t word = a[2] & MSEAL_NX ? SEALED | SEALED_NX : SEALED;
    if (a[2] & ~MSEAL_NX)
        return -EINVAL;
    return seal_tested(mm, a[0], a[1], same_kind, word);
}

static const char *vmflags(uint64_t seal)
{
    return seal ? "sl " : "";
}

static int64_t seal_nx(struct mm *mm, uint64_t addr, uint64_t len, enum mseal_keep what)
{
    return sys_mseal_nx(mm, (const uint64_t[6]){addr, len, MSEAL_NX});
}

static const struct mseal_syscall calls[] = {{462, "mseal", "ptr,size,hex", sys_mseal_nx}, {0}};

const struct mseal_design design_cros_nx = {
    .abi = MSEAL_DESIGN_ABI,
    .name = "cros-nx",
    .title = "MSEAL_NX of ChromeOS and Android: protection may change, but never to executable",
    .source = "maltesermailo/android_kernel_pantah mm/mseal.c @0df8f28f8bf4",
    .rules = RULE_LIMIT_BEFORE_UNMAP,
    .range = check,
    .vmflags = vmflags,
    .syscalls = calls,
    .seal = seal_nx,
};
