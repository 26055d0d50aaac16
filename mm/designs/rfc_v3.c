/*
 * rfc_v3.c - mseal() with seals by effect, and memory that must be born sealable.
 *
 * Jeff Xu, "[RFC PATCH v3 00/11] Introduce mseal()", 12 December 2023 <20231212231706.2680890-1-jeffxu@chromium.org>.
 * After the first quarrel the types name what stays as it is, whichever call would change it:
 *
 *   MM_SEAL_SEAL             no further seals
 *   MM_SEAL_BASE             stays mapped, in place, at its size
 *   MM_SEAL_PROT_PKEY        protection and pkey stay       (implies BASE)
 *   MM_SEAL_DISCARD_RO_ANON  contents of anonymous memory that can't be written stay   (implies BASE)
 *
 * New: MAP_SEALABLE in mmap's flags (without it mseal() is EACCES), PROT_SEAL_* in mmap's prot (sealed at birth).
 *
 * Known holes: the advice is compared as a bit mask, so harmless advice is refused too (D18); file mappings can be
 * discarded (D10-D14); a mapping that was not born sealable can't be protected (M11 the other way round).
 */
#include "common.h"

enum {
    MM_SEAL_SEAL = 0x1,
    MM_SEAL_BASE = 0x2,
    MM_SEAL_PROT_PKEY = 0x4,
    MM_SEAL_DISCARD_RO_ANON = 0x8,
    MM_SEAL_ALL = 0xf,
};
#define SEALABLE        (UINT64_C(1) << 31) /* word bit: MAP_SEALABLE was given */
#define PROT_SEAL_MASK  UINT64_C(0x3c000000)
#define PROT_SEAL_SHIFT 26
#define MAP_SEALABLE    UINT64_C(0x08000000)

static uint64_t with_implied(uint64_t types)
{
    return types & (MM_SEAL_PROT_PKEY | MM_SEAL_DISCARD_RO_ANON) ? types | MM_SEAL_BASE : types;
}

static int check(const struct mm_change *c, const struct vma *v, const char **why)
{
    if ((change_ends_mapping(c) || (change_is_remap(c) && c->kind != CHANGE_DUPLICATE)) && (v->seal & MM_SEAL_BASE))
        return MSEAL_REFUSE(why, -EACCES, "MM_SEAL_BASE keeps this area mapped, in place and at its size");
    if (c->kind == CHANGE_PROTECT && (v->seal & MM_SEAL_PROT_PKEY))
        return MSEAL_REFUSE(why, -EACCES, "MM_SEAL_PROT_PKEY keeps the protection and the key of this area");
    if (change_is_advice(c) && (v->seal & MM_SEAL_DISCARD_RO_ANON) && advice_hits_mask(c->advice) && !vma_has_file(v) &&
        !(v->flags & VM_SHARED) && !writable_now(c, v))
        return MSEAL_REFUSE(why, -EACCES, "MM_SEAL_DISCARD_RO_ANON keeps the contents of anonymous memory that cannot be written");
    return 0;
}

static int mmap_bits(uint64_t *prot, uint64_t *flags, uint64_t *seal, const char **why)
{
    uint64_t types = (*prot & PROT_SEAL_MASK) >> PROT_SEAL_SHIFT;
    *seal = types ? with_implied(types) | SEALABLE : 0;
    if (*flags & MAP_SEALABLE)
        *seal |= SEALABLE;
    *prot &= ~PROT_SEAL_MASK;
    *flags &= ~MAP_SEALABLE;
    return 0;
}

/* types with SEALABLE: the area becomes sealable by it. */
static int takes_types(struct mm *mm, const struct vma *v, uint64_t from, uint64_t to, uint64_t types)
{
    if (!((v->seal | types) & SEALABLE))
        return mm_fail(mm, -EACCES, "an area was not mapped MAP_SEALABLE");
    return (v->seal & MM_SEAL_SEAL) && (types & ~v->seal) ? mm_fail(mm, -EACCES, "MM_SEAL_SEAL: no further seals") : 0;
}

static int64_t sys_mseal_v3(struct mm *mm, const uint64_t a[6])
{
    if ((a[2] & ~(uint64_t)MM_SEAL_ALL) || a[3])
        return -EINVAL;
    return seal_tested(mm, a[0], a[1], takes_types, with_implied(a[2]));
}

/* Scenarios map without knowing MAP_SEALABLE: give them the memory a user of this design would have asked for. */
static int64_t seal_fully(struct mm *mm, uint64_t addr, uint64_t len, enum mseal_keep what)
{
    static const uint64_t types[] = {
        [KEEP_ALL] = MM_SEAL_ALL, [KEEP_MAPPED] = MM_SEAL_BASE, [KEEP_PROTECTION] = MM_SEAL_PROT_PKEY | MM_SEAL_BASE};
    return seal_tested(mm, addr, len, takes_types, types[what] | SEALABLE);
}

static const struct mseal_syscall calls[] = {
    {457, "mseal", "ptr,size,hex,hex", sys_mseal_v3},
    {0},
};

const struct mseal_design design_rfc_v3 = {
    .abi = MSEAL_DESIGN_ABI,
    .name = "rfc-v3",
    .title = "seals by effect; memory must be mapped MAP_SEALABLE (December 2023)",
    .source = "20231212231706.2680890-1-jeffxu@chromium.org",
    .rules = 0,
    .range = check,
    .syscalls = calls,
    .mmap_bits = mmap_bits,
    .seal = seal_fully,
};
