/*
 * wilcox.c - immutability as bits of mprotect: Matthew Wilcox' counter-proposal.
 *
 * <ZS1URCBgwGGj9JtM@casper.infradead.org> and <ZS6Ea4/KI0mKiRMv@casper.infradead.org>, 16-17 October 2023. No code and no values
 * were ever posted; both are ours:
 *
 *   PROT_IMMUTABLE    0x40000000   the mapping exists, here, with these permissions, until exec or exit
 *   PROT_DOWNGRADABLE 0x20000000   with it: permissions may still shrink (only together with PROT_IMMUTABLE, else EINVAL)
 *
 * in the prot of mmap and mprotect. Existence is judged by the effect, whichever call it came through.
 *
 * Known holes: contents are not part of it: every advice works (D*), and so does forced writing (W*).
 * Growing in place is refused: the range is what is fixed.
 */
#include "common.h"

enum { IMMUTABLE = 1, DOWNGRADABLE = 2 };
#define PROT_IMMUTABLE    UINT64_C(0x40000000)
#define PROT_DOWNGRADABLE UINT64_C(0x20000000)

static int check(const struct mm_change *c, const struct vma *v, const char **why)
{
    if (!(v->seal & IMMUTABLE))
        return 0;
    if (c->kind == CHANGE_PROTECT) {
        uint64_t was = v->flags & (VM_PROT_MASK | VM_PKEY_MASK), now = c->new_flags & (VM_PROT_MASK | VM_PKEY_MASK);
        if (now == was)
            return 0;
        if ((v->seal & DOWNGRADABLE) && (now & VM_PKEY_MASK) == (was & VM_PKEY_MASK) && !(now & ~was))
            return 0;
        if (v->seal & DOWNGRADABLE)
            return MSEAL_REFUSE(why, -EPERM, "PROT_IMMUTABLE|PROT_DOWNGRADABLE: permissions may only shrink");
        return MSEAL_REFUSE(why, -EPERM, "PROT_IMMUTABLE: permissions are fixed");
    }
    if (change_ends_mapping(c) || (change_is_remap(c) && c->kind != CHANGE_SAME))
        return MSEAL_REFUSE(why, -EPERM, "PROT_IMMUTABLE: the mapping stays where and what it is");
    return 0;
}

static int take_bits(uint64_t *prot, uint64_t *seal, const char **why)
{
    uint64_t bits = *prot & (PROT_IMMUTABLE | PROT_DOWNGRADABLE);
    *prot &= ~(PROT_IMMUTABLE | PROT_DOWNGRADABLE);
    if (bits == PROT_DOWNGRADABLE)
        return MSEAL_REFUSE(why, -EINVAL, "PROT_DOWNGRADABLE means nothing without PROT_IMMUTABLE");
    *seal = (bits & PROT_IMMUTABLE ? IMMUTABLE : 0) | (bits & PROT_DOWNGRADABLE ? DOWNGRADABLE : 0);
    return 0;
}

static int mmap_bits(uint64_t *prot, uint64_t *flags, uint64_t *seal, const char **why)
{
    return take_bits(prot, seal, why);
}

static int make_immutable(struct mm *mm, const struct vma *v, uint64_t from, uint64_t to, uint64_t arg)
{
    return mm_seal_apply(mm, from, to, seal_or, IMMUTABLE);
}

/* As mprotect does: area by area, up to a hole. */
static int64_t seal_immutable(struct mm *mm, uint64_t addr, uint64_t len, enum mseal_keep what)
{
    uint64_t end;
    int r = seal_range(mm, addr, len, &end);

    return r <= 0 ? r : seal_walk(mm, addr, end, make_immutable, 0);
}

const struct mseal_design design_wilcox = {
    .abi = MSEAL_DESIGN_ABI,
    .name = "wilcox",
    .title = "PROT_IMMUTABLE, optionally PROT_DOWNGRADABLE, as bits of mprotect (October 2023)",
    .source = "ZS1URCBgwGGj9JtM@casper.infradead.org",
    .rules = RULES_LINUX_6_18,
    .range = check,
    .mmap_bits = mmap_bits,
    .mprotect_bits = take_bits,
    .seal = seal_immutable,
};
