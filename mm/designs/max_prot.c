/*
 * max_prot.c - the most a mapping may ever be: FreeBSD's PROT_MAX and NetBSD's PROT_MPROTECT.
 *
 * FreeBSD: sys/vm/vm_mmap.c, D18880; mmap and mprotect take prot | PROT_MAX(p) = p << 16. NetBSD: sys/kern/kern_pax.c; mmap takes
 * PROT_MPROTECT(p) = p << 3, what mprotect may add later, with W and X never both reachable (PaX MPROTECT on).
 * The word holds the maximum, with a bit to tell "none given" from it.
 *
 * Known holes: by intent only the protection is kept: munmap, mmap(MAP_FIXED), mremap and every advice work, so the attacker
 * replaces the mapping instead (U*, O*, R*, D*).
 */
#include "common.h"

#define MAX_GIVEN UINT64_C(8)
#define RWX       UINT64_C(7) /* PROT_READ|WRITE|EXEC, and our VM_READ|WRITE|EXEC */

static uint64_t max_of(uint64_t word)
{
    return word & MAX_GIVEN ? word & RWX : RWX;
}

static int check(const struct mm_change *c, const struct vma *v, const char **why)
{
    if (c->kind != CHANGE_PROTECT || !(c->new_flags & VM_PROT_MASK & ~max_of(v->seal)))
        return 0;
    return MSEAL_REFUSE(why, -EACCES, "the new protection exceeds the mapping's maximum");
}

/* FreeBSD: prot | PROT_MAX(max). max 0 means "not given", so a mapping can't be pinned at PROT_NONE. */
static int freebsd_bits(uint64_t *prot, uint64_t *seal, const char **why)
{
    uint64_t max = (*prot >> 16) & RWX;
    *prot &= ~(RWX << 16);
    *seal = max ? max | MAX_GIVEN : 0;
    if (max && (*prot & RWX & ~max))
        return MSEAL_REFUSE(why, -EOPNOTSUPP, "the protection is not within PROT_MAX"); /* ENOTSUP */
    return 0;
}

static int freebsd_mmap(uint64_t *prot, uint64_t *flags, uint64_t *seal, const char **why)
{
    return freebsd_bits(prot, seal, why);
}

/* NetBSD with PaX MPROTECT: the maximum is what is asked for now plus what was announced, W^X. */
static int netbsd_mmap(uint64_t *prot, uint64_t *flags, uint64_t *seal, const char **why)
{
    uint64_t extra = (*prot >> 3) & RWX, now = *prot & RWX, max = now | extra;
    *prot &= ~(RWX << 3);
    if ((max & VM_WRITE) && (max & VM_EXEC))
        max &= now & VM_EXEC ? ~VM_WRITE : ~VM_EXEC;
    *seal = extra ? max | MAX_GIVEN : 0;
    return 0;
}

/* A maximum of nothing can't be told from "not given", so inaccessible memory stays as it is. */
static uint64_t pin(uint64_t old, uint64_t prot)
{
    return old & MAX_GIVEN || !prot ? old : prot | MAX_GIVEN;
}

static int pin_area(struct mm *mm, const struct vma *v, uint64_t from, uint64_t to, uint64_t arg)
{
    return mm_seal_apply(mm, from, to, pin, v->flags & VM_PROT_MASK);
}

/* The strongest use: each mapping's maximum is the protection it has. */
static int64_t seal_at_current(struct mm *mm, uint64_t addr, uint64_t len, enum mseal_keep what)
{
    uint64_t end;
    int r = seal_range(mm, addr, len, &end);

    return r <= 0 ? r : seal_walk(mm, addr, end, pin_area, 0);
}

const struct mseal_design design_prot_max = {
    .abi = MSEAL_DESIGN_ABI,
    .name = "prot_max",
    .title = "FreeBSD's PROT_MAX: a ceiling for mprotect, nothing else",
    .source = "FreeBSD sys/vm/vm_mmap.c, D18880",
    .rules = RULES_LINUX_6_18,
    .range = check,
    .mmap_bits = freebsd_mmap,
    .mprotect_bits = freebsd_bits,
    .seal = seal_at_current,
};

const struct mseal_design design_netbsd = {
    .abi = MSEAL_DESIGN_ABI,
    .name = "netbsd",
    .title = "NetBSD's PROT_MPROTECT with PaX MPROTECT: mprotect may only add what mmap announced",
    .source = "NetBSD sys/kern/kern_pax.c 1.27.6.4",
    .rules = RULES_LINUX_6_18,
    .range = check,
    .mmap_bits = netbsd_mmap,
    .seal = seal_at_current,
};
