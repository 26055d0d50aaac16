/*
 * rfc_v1.c - mseal() as first posted: one seal per system call.
 *
 * Jeff Xu, "[RFC PATCH v1 0/8] Introduce mseal() syscall", 16 October 2023
 * <20231016143828.647848-1-jeffxu@chromium.org>, and v2 a day later <20231017090815.1067790-1-jeffxu@chromium.org>.
 *
 *   mseal(addr, len, types, flags), system call 453
 *
 *   type               refuses
 *   MM_SEAL_MSEAL      adding other seals
 *   MM_SEAL_MPROTECT   mprotect(2), pkey_mprotect(2)
 *   MM_SEAL_MUNMAP     munmap(2)
 *   MM_SEAL_MMAP       mmap(2) over the range
 *   MM_SEAL_MREMAP     mremap(2) of the range, and onto it
 *
 * The door decides, not the effect: a seal is looked at only when its own system call asks for the change. What the
 * kernel does on behalf of another call is exempt, and that is the hole Torvalds refused it for: pages sealed
 * against munmap go away by mmap(MAP_FIXED), by mremap's shrinking, brk, shmdt, and advice was never looked at.
 *
 * Known holes: U06-U13, O07, O08 (other doors), D* (no advice is checked), M02 (a sealed area whose flags become those of an
 * unsealed neighbour is merged into it and loses the seal: only the neighbour's word is looked at).
 * v2 differs in one thing: do_mmap() always tests MM_SEAL_MMAP, so shmat(SHM_REMAP) and remap_file_pages() are refused.
 */
#include "common.h"

enum {
    MM_SEAL_MSEAL = 0x1,
    MM_SEAL_MPROTECT = 0x2,
    MM_SEAL_MUNMAP = 0x4,
    MM_SEAL_MMAP = 0x8,
    MM_SEAL_MREMAP = 0x10,
    MM_SEAL_ALL = 0x1f,
};

/* A macro, so that the rule's line is that of the call. */
#define refuse_if(v, bit, sentence, why) ((v)->seal & (bit) ? MSEAL_REFUSE(why, -EACCES, sentence) : 0)

static int check(const struct mm_change *c, const struct vma *v, const char **why, bool v2)
{
    switch (c->door) {
    case DOOR_MPROTECT:
    case DOOR_PKEY_MPROTECT:
        return refuse_if(v, MM_SEAL_MPROTECT, "MM_SEAL_MPROTECT refuses mprotect on this area", why);
    case DOOR_MUNMAP:
        return refuse_if(v, MM_SEAL_MUNMAP, "MM_SEAL_MUNMAP refuses munmap of this area", why);
    case DOOR_MMAP:
        return refuse_if(v, MM_SEAL_MMAP, "MM_SEAL_MMAP refuses mmap over this area", why);
    case DOOR_SHMAT:
    case DOOR_REMAP_FILE_PAGES:
        return v2 ? refuse_if(v, MM_SEAL_MMAP, "MM_SEAL_MMAP refuses a mapping over this area", why) : 0;
    case DOOR_MREMAP:
        if (!c->direct || c->kind == CHANGE_DUPLICATE) /* old_len 0: the range that is looked at is empty */
            return 0;
        return refuse_if(v, MM_SEAL_MREMAP, "MM_SEAL_MREMAP refuses mremap of or onto this area", why);
    default:
        return 0;
    }
}

static int check_v1(const struct mm_change *c, const struct vma *v, const char **why)
{
    return check(c, v, why, false);
}

static int check_v2(const struct mm_change *c, const struct vma *v, const char **why)
{
    return check(c, v, why, true);
}

/* Only the neighbour's word is tested, so a sealed area can be absorbed by an unsealed one. */
static bool can_merge(uint64_t changed, uint64_t neighbour)
{
    return neighbour == 0;
}

static int takes_types(struct mm *mm, const struct vma *v, uint64_t from, uint64_t to, uint64_t types)
{
    return (v->seal & MM_SEAL_MSEAL) && (types & ~v->seal) ? mm_fail(mm, -EACCES, "MM_SEAL_MSEAL: no further seals") : 0;
}

static int64_t sys_mseal_rfc(struct mm *mm, const uint64_t a[6])
{
    uint64_t types = a[2], flags = a[3];
    if ((types & ~(uint64_t)MM_SEAL_ALL) || flags)
        return -EINVAL;
    return seal_tested(mm, a[0], a[1], takes_types, types);
}

static int64_t seal_types(struct mm *mm, uint64_t addr, uint64_t len, enum mseal_keep what)
{
    static const uint64_t types[] = {[KEEP_ALL] = MM_SEAL_ALL, [KEEP_MAPPED] = MM_SEAL_MUNMAP, [KEEP_PROTECTION] = MM_SEAL_MPROTECT};
    return sys_mseal_rfc(mm, (const uint64_t[6]){addr, len, types[what]});
}

static const struct mseal_syscall calls[] = {
    {453, "mseal", "ptr,size,hex,hex", sys_mseal_rfc},
    {0},
};

#define RFC(version, what, mail, range_check) \
    const struct mseal_design design_rfc_v##version = { \
        .abi = MSEAL_DESIGN_ABI, \
        .name = "rfc-v" #version, \
        .title = what, \
        .source = mail, \
        .rules = 0, \
        .range = range_check, \
        .can_merge = can_merge, \
        .syscalls = calls, \
        .seal = seal_types, \
    }

RFC(1, "mseal() as first proposed: one seal per system call, judged by the door (October 2023)",
    "20231016143828.647848-1-jeffxu@chromium.org", check_v1);
RFC(2, "rfc-v1, with the mmap seal tested for every new mapping (October 2023)", "20231017090815.1067790-1-jeffxu@chromium.org", check_v2);
