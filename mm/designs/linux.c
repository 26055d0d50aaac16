/*
 * linux.c - mseal(2) as Linux has it: merged in 6.10, checks moved into the loops in 6.12, reworked in 6.17.
 *
 * One bit for each VMA, mseal(addr, len, 0), system call 462, EPERM. What a seal forbids is the same in all
 * releases but for the discarding advice; WHEN it is looked at is not:
 *
 *   6.10, 6.11   the whole range first, so a refused call has changed nothing (mremap with old_len 0 looks at
 *                an empty range)
 *   6.12 - 6.16  at each VMA when the operation reaches it: what came before stays changed
 *   6.17 -       the same; mremap tests all its arguments first, moves several VMAs, and "anonymous" in the
 *                rule for advice means no vm_ops
 *
 * Two releases have mistakes that are kept: 6.16 forgets a seal with MADV_UNMERGEABLE (D18; so did 6.12 until some time
 * after 6.12.43, which is not modelled), 6.17 to 6.18.15 merge less when they seal (M08).
 *
 * Known holes, all of them on purpose: contents of file mappings (D10-D12, D14), of writable memory (D09),
 * guards taken out (D25), forced writes (W01-W03), changes through the object behind (W05-W08), inheritance
 * of writable memory (L02, L03).
 */
#include "common.h"

enum { SEALED = 1 };

/* The rule for discarding, given what the release calls anonymous. */
static int check_advice(const struct mm_change *c, const struct vma *v, bool anonymous, const char **why)
{
    if (!anonymous || writable_now(c, v))
        return 0;
    return MSEAL_REFUSE(why, -EPERM, "sealed anonymous memory that the caller cannot write keeps its contents");
}

/* Before 6.17: no file behind it, which [vdso] has not, but private /dev/zero has. */
static bool has_no_file(const struct vma *v)
{
    return !vma_has_file(v) && !(v->flags & VM_SHARED);
}

static int check_existence(const struct mm_change *c, const char **why)
{
    if (c->kind == CHANGE_PROTECT)
        return MSEAL_REFUSE(why, -EPERM, "the protection of a sealed area is fixed");
    if (change_ends_mapping(c))
        return MSEAL_REFUSE(why, -EPERM, "a sealed area stays mapped where it is");
    if (change_is_remap(c))
        return MSEAL_REFUSE(why, -EPERM, "mremap of a sealed area is refused in every form");
    return 0;
}

static int check_6_18(const struct mm_change *c, const struct vma *v, const char **why)
{
    if (!(v->seal & SEALED))
        return 0;
    if (change_is_advice(c))
        return advice_discards(c->advice) ? check_advice(c, v, vma_is_anonymous(v), why) : 0;
    return check_existence(c, why);
}

static int check_6_12(const struct mm_change *c, const struct vma *v, const char **why)
{
    if (!(v->seal & SEALED))
        return 0;
    if (change_is_advice(c))
        return advice_discards(c->advice) ? check_advice(c, v, has_no_file(v), why) : 0;
    return check_existence(c, why);
}

static int check_6_11(const struct mm_change *c, const struct vma *v, const char **why)
{
    return c->kind == CHANGE_DUPLICATE ? 0 : check_6_12(c, v, why);
}

/* 6.10.0 took the list of discarding advice for a mask. */
static int check_6_10(const struct mm_change *c, const struct vma *v, const char **why)
{
    if (!(v->seal & SEALED) || !change_is_advice(c))
        return check_6_11(c, v, why);
    return advice_hits_mask(c->advice) ? check_advice(c, v, has_no_file(v), why) : 0;
}

/* mseal(2), the same in all releases: do_mseal in mm/mseal.c. */
static int64_t sys_mseal(struct mm *mm, const uint64_t a[6])
{
    uint64_t end;
    int r;

    if (a[2])
        return mm_fail(mm, -EINVAL, "the flags must be 0");
    r = seal_range(mm, a[0], a[1], &end);
    if (r <= 0)
        return r;
    return mm_range_has_gap(mm, a[0], end) ? mm_fail(mm, -ENOMEM, "the whole range must be mapped")
                                           : mm_seal_apply(mm, a[0], end, seal_or, SEALED);
}

static const char *vmflags(uint64_t seal)
{
    return seal & SEALED ? "sl " : "";
}

static const struct mseal_syscall calls[] = {{462, "mseal", "ptr,size,hex", sys_mseal}, {0}};

#define LINUX(id, release, what, from, rule_bits, range_check, vma_check) \
    const struct mseal_design design_linux_##id = { \
        .abi = MSEAL_DESIGN_ABI, \
        .name = "linux-" release, \
        .title = what, \
        .source = from, \
        .rules = rule_bits, \
        .range = range_check, \
        .vma = vma_check, \
        .vmflags = vmflags, \
        .syscalls = calls, \
    }

LINUX(6_18, "6.18", "mseal(2) of Linux 6.17 and later", "mm/mseal.c, mm/vma.c, mm/mremap.c, mm/madvise.c of Linux 6.18",
      RULES_LINUX_6_18, NULL, check_6_18);
LINUX(6_17, "6.17", "mseal(2) of Linux 6.17 to 6.18.15: as 6.18, and leaves sealed neighbours unmerged",
      "mm/mseal.c of Linux 6.17; measured on 6.17.13 and 6.18.15", RULES_LINUX_6_18 | RULE_SEAL_MERGE_LAGS, NULL, check_6_18);
LINUX(7_1, "7.1", "mseal(2) of Linux 7.1 and later: as 6.18, and /proc/self/mem forces nothing",
      "mm/mseal.c of Linux 7.2, security/Kconfig (PROC_MEM_FORCE_PTRACE)", RULES_LINUX_6_18 | RULE_MEM_NO_FORCE, NULL, check_6_18);
LINUX(6_16, "6.16", "mseal(2) of Linux 6.16: as 6.12, with guard regions, and MADV_UNMERGEABLE unseals",
      "mm/vma.c, mm/mremap.c, mm/madvise.c, mm/ksm.c of Linux 6.16; measured on 6.16.12",
      RULE_MREMAP_DEST_FIRST | RULE_GATHER_SPLITS | RULE_GUARD_ADVICE | RULE_PROCESS_MADVISE_ALL | RULE_UNMERGEABLE_UNSEALS,
      NULL, check_6_12);
LINUX(6_12, "6.12", "mseal(2) of Linux 6.12: checked VMA by VMA", "mm/vma.c, mm/mremap.c of Linux 6.12",
      RULE_MREMAP_DEST_FIRST | RULE_MREMAP_UNALIGNED_LATE | RULE_GATHER_SPLITS, NULL, check_6_12);
LINUX(6_11, "6.11", "mseal(2) of Linux 6.11: all or nothing", "mm/mseal.c, mm/mmap.c of Linux 6.11",
      RULE_LIMIT_BEFORE_UNMAP | RULE_MREMAP_DEST_FIRST, check_6_11, NULL);
LINUX(6_10, "6.10", "mseal(2) as merged, with the advice bug", "mm/mseal.c of Linux 6.10",
      RULE_LIMIT_BEFORE_UNMAP | RULE_MREMAP_DEST_FIRST, check_6_10, NULL);
