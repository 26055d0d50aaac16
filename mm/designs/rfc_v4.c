/*
 * rfc_v4.c - one seal for everything; still opt-in at mmap: v4 to v8 of the mseal() series.
 *
 *   v4  4 January 2024  <20240104185138.169307-1-jeffxu@chromium.org>   mseal(start, len, flags), flags 0; call 457; EACCES
 *   v5, v6              build fixes; the RFC tag dropped
 *   v7 22 January 2024  <20240122152905.2220849-2-jeffxu@chromium.org>  refusals become EPERM, as in mimmutable()
 *   v8 31 January 2024  <20240131175027.3287009-1-jeffxu@chromium.org>  call 462; mmap's test next to its unmap
 *
 * PROT_SEAL in mmap's prot seals at birth, MAP_SEALABLE in its flags allows sealing later; anything else can't be sealed
 * (EACCES). v9 removed both: everything can be sealed. Semantics otherwise as merged in 6.10, advice bug included.
 *
 * Known holes: as linux-6.10, and all memory that nobody thought of mapping MAP_SEALABLE.
 */
#include "common.h"

enum { SEALED = 1, SEALABLE = 2 };
#define PROT_SEAL    UINT64_C(0x04000000)
#define MAP_SEALABLE UINT64_C(0x08000000)

static int check(const struct mm_change *c, const struct vma *v, const char **why, int err)
{
    if (!(v->seal & SEALED))
        return 0;
    if (change_is_advice(c)) {
        if (!advice_hits_mask(c->advice) || vma_has_file(v) || (v->flags & VM_SHARED) || writable_now(c, v))
            return 0;
        return MSEAL_REFUSE(why, err, "a seal keeps the contents of anonymous memory that cannot be written");
    }
    if (change_ends_mapping(c) || c->kind == CHANGE_PROTECT || (change_is_remap(c) && c->kind != CHANGE_DUPLICATE))
        return MSEAL_REFUSE(why, err, "the area is sealed");
    return 0;
}

static int check_eacces(const struct mm_change *c, const struct vma *v, const char **why)
{
    return check(c, v, why, -EACCES);
}

static int check_eperm(const struct mm_change *c, const struct vma *v, const char **why)
{
    return check(c, v, why, -EPERM);
}

static int mmap_bits(uint64_t *prot, uint64_t *flags, uint64_t *seal, const char **why)
{
    *seal = *prot & PROT_SEAL ? SEALED | SEALABLE : *flags & MAP_SEALABLE ? SEALABLE : 0;
    *prot &= ~PROT_SEAL;
    *flags &= ~MAP_SEALABLE;
    return 0;
}

static int is_sealable(struct mm *mm, const struct vma *v, uint64_t from, uint64_t to, uint64_t arg)
{
    return v->seal & SEALABLE ? 0 : mm_fail(mm, -EACCES, "an area was not mapped MAP_SEALABLE");
}

static int64_t sys_mseal_v4(struct mm *mm, const uint64_t a[6])
{
    if (a[2])
        return -EINVAL;
    return seal_tested(mm, a[0], a[1], is_sealable, SEALED);
}

/* Scenarios map without knowing MAP_SEALABLE: give them the memory a user of this design would have asked for. */
static int64_t seal_fully(struct mm *mm, uint64_t addr, uint64_t len, enum mseal_keep what)
{
    uint64_t end;
    int r = seal_range(mm, addr, len, &end);
    if (r <= 0)
        return r;
    if (mm_range_has_gap(mm, addr, end))
        return -ENOMEM;
    return mm_seal_apply(mm, addr, end, seal_or, SEALED | SEALABLE);
}

static const struct mseal_syscall calls_457[] = {{457, "mseal", "ptr,size,hex", sys_mseal_v4}, {0}};
static const struct mseal_syscall calls_462[] = {{462, "mseal", "ptr,size,hex", sys_mseal_v4}, {0}};

#define DESIGN(id, version, what, mail, fn, table, rule_bits) \
    const struct mseal_design design_rfc_v##id = { \
        .abi = MSEAL_DESIGN_ABI, \
        .name = "rfc-v" version, \
        .title = what, \
        .source = mail, \
        .rules = rule_bits, \
        .range = fn, \
        .syscalls = table, \
        .mmap_bits = mmap_bits, \
        .seal = seal_fully, \
    }

DESIGN(4, "4", "one seal, memory must be MAP_SEALABLE, EACCES (January 2024)", "20240104185138.169307-1-jeffxu@chromium.org",
       check_eacces, calls_457, 0);
DESIGN(5, "5", "as rfc-v4 (January 2024)", "20240109154547.1839886-1-jeffxu@chromium.org", check_eacces, calls_457, 0);
DESIGN(6, "6", "as rfc-v4, no longer an RFC (January 2024)", "20240111234142.2944934-1-jeffxu@chromium.org", check_eacces, calls_457, 0);
DESIGN(7, "7", "as rfc-v4, refusals are EPERM (January 2024)", "20240122152905.2220849-2-jeffxu@chromium.org", check_eperm, calls_457, 0);
DESIGN(8, "8", "as rfc-v7, system call 462 (January 2024)", "20240131175027.3287009-1-jeffxu@chromium.org", check_eperm,
       calls_462, RULE_LIMIT_BEFORE_UNMAP);
