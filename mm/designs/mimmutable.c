/*
 * mimmutable.c - OpenBSD's mimmutable(2): what is mapped stays as it is, judged by the effect.
 *
 * sys/uvm/uvm_map.c 1.338, uvm_mmap.c 1.193, mimmutable.2 1.5. One flag for each entry, mimmutable(addr,
 * len), no flags and no way back. Linux has no number for it; ours is 4159 (OpenBSD's is 159). The range is
 * looked at before anything changes; EPERM.
 *
 * It rounds the range instead of refusing it, skips holes, and is 0 even when nothing is mapped. An area with
 * MADV_WIPEONFORK (MAP_INHERIT_ZERO there) makes it EPERM with nothing marked, as the manual says;
 * revision 1.338 returns 0 by mistake. Operations that OpenBSD has not (mremap, remap_file_pages,
 * shmat(SHM_REMAP), guards) are refused when they would do what a refused one does.
 *
 * Known holes: brk shrinking and shmdt unmap without asking (U06-U08), as on OpenBSD; objects behind a
 * mapping (W05-W08). OpenBSD's sigaltstack, setrlimit(RLIMIT_STACK) and kbind bypasses have no counterpart
 * here.
 */
#include "common.h"

enum { IMMUTABLE = 1 };

/* Advice that takes contents away, where there are private ones to lose. */
static int check_contents(const struct mm_change *c, const struct vma *v, const char **why)
{
    switch (c->advice) {
    case MADV_DONTFORK:
    case MADV_DOFORK:
    case MADV_WIPEONFORK:
    case MADV_KEEPONFORK:
        return MSEAL_REFUSE(why, -EPERM, "the inheritance of an immutable area is fixed");
    case MADV_REMOVE:
        break;
    case MADV_GUARD_INSTALL:
        if (v->flags & VM_SHARED)
            return 0;
        break;
    case MADV_DONTNEED:
    case MADV_FREE:
    case MADV_DONTNEED_LOCKED:
        if (!vma_is_anonymous(v) && !mm_vma_has_private_pages(c->mm, v, v->start, v->end))
            return 0;
        if (mm_range_has_gap(c->mm, c->op_start, c->op_end))
            return MSEAL_REFUSE(why, -EFAULT, "the range has a hole, which is looked for first");
        break;
    default:
        return 0;
    }
    return MSEAL_REFUSE(why, -EPERM, "an immutable area with private pages keeps its contents");
}

static bool bypasses(const struct mm_change *c)
{
    return c->door == DOOR_BRK || c->door == DOOR_SHMDT;
}

static int check(const struct mm_change *c, const struct vma *v, const char **why)
{
    if (!(v->seal & IMMUTABLE) || bypasses(c))
        return 0;
    if (c->kind == CHANGE_PROTECT)
        return MSEAL_REFUSE(why, -EPERM, "the protection of an immutable area is fixed");
    if (c->door == DOOR_MUNMAP && mm_range_has_gap(c->mm, c->op_start, c->op_end))
        return MSEAL_REFUSE(why, -EINVAL, "every page of the range must be mapped");
    if (change_ends_mapping(c) || change_is_remap(c))
        return MSEAL_REFUSE(why, -EPERM, "an immutable area stays mapped where it is");
    return change_is_advice(c) ? check_contents(c, v, why) : 0;
}

/* OpenBSD 7.3 and 7.4: RW -> R was let through, because programs sealed before RELRO was made read-only. */
static int check_7_3(const struct mm_change *c, const struct vma *v, const char **why)
{
    if (c->kind == CHANGE_PROTECT && (v->flags & VM_PROT_MASK) == (VM_READ | VM_WRITE) && (c->new_flags & VM_PROT_MASK) == VM_READ)
        return 0;
    if (change_is_advice(c)) /* madvise, msync and minherit were hooked later */
        return 0;
    return check(c, v, why);
}

static int64_t make_immutable(struct mm *mm, uint64_t addr, uint64_t len)
{
    uint64_t start = addr & MM_PAGE_MASK, end = MM_PAGE_ALIGN(addr + len);
    const struct vma *v;

    if (addr + len < addr || end < start)
        return -EINVAL;
    if (end > MM_TASK_SIZE)
        end = MM_TASK_SIZE;
    if (start >= end || !len)
        return 0;
    for (v = mm_find_vma(mm, start); v && v->start < end; v = mm_find_vma(mm, v->end))
        if (v->flags & VM_WIPEONFORK)
            return -EPERM;
    return mm_seal_apply(mm, start, end, seal_or, IMMUTABLE);
}

static int64_t sys_mimmutable(struct mm *mm, const uint64_t a[6])
{
    return make_immutable(mm, a[0], a[1]);
}

/*
 * Torvalds' advice to the authors of mseal(): begin as mimmutable with a flags argument that must be 0 (2 February 2024,
 * CAHk-=whhmasHcmaS0MZkBe2NohjF7Wb3F3pdW4vqyaSbSzQ75g@mail.gmail.com). mimmutable(addr, len, flags), our number 4161.
 */
static int64_t sys_mimmutable_flags(struct mm *mm, const uint64_t a[6])
{
    return a[2] ? -EINVAL : make_immutable(mm, a[0], a[1]);
}

static const struct mseal_syscall calls[] = {{4159, "mimmutable", "ptr,size", sys_mimmutable}, {0}};
static const struct mseal_syscall calls_flags[] = {{4161, "mimmutable", "ptr,size,hex", sys_mimmutable_flags}, {0}};

#define MIMMUTABLE(id, called, what, from, range_check, table) \
    const struct mseal_design design_##id = { \
        .abi = MSEAL_DESIGN_ABI, \
        .name = called, \
        .title = what, \
        .source = from, \
        .rules = RULES_LINUX_6_18 | RULE_LIMIT_BEFORE_UNMAP, \
        .range = range_check, \
        .syscalls = table, \
    }

#define UVM "OpenBSD sys/uvm/uvm_map.c 1.338, uvm_mmap.c 1.193"
MIMMUTABLE(mimmutable, "mimmutable", "OpenBSD's mimmutable(2), 7.5 and later", UVM, check, calls);
MIMMUTABLE(mimmutable_7_3, "mimmutable-7.3", "OpenBSD's mimmutable(2) of 7.3 and 7.4: RW -> R allowed", UVM, check_7_3, calls);
MIMMUTABLE(mimmutable_flags, "mimmutable-flags", "mimmutable(2) with a flags argument, as Torvalds wanted mseal() to begin",
           "CAHk-=whhmasHcmaS0MZkBe2NohjF7Wb3F3pdW4vqyaSbSzQ75g@mail.gmail.com", check, calls_flags);
