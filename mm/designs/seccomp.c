/*
 * seccomp.c - the baseline of the quarrel: deny by system call and argument.
 *
 * A seccomp filter sees the registers of a call and nothing else. It can refuse mprotect, munmap, mmap(MAP_FIXED), mremap,
 * madvise ... whose address arguments lie in windows that were known when it was installed; it can't see which VMA is meant, and the
 * kernel's own actions pass. The design keeps the window as a mark on the areas of it: seccomp_window(addr, len), our number 4158.
 *
 * Known holes: everything that is not a direct call with an address in its arguments: brk (U06), shmdt by a stale address (U07, U08),
 * io_uring (D17), forced writing (W*), calls the filter's author didn't think of. And it refuses legitimate later use as well.
 */
#include "common.h"

static int check(const struct mm_change *c, const struct vma *v, const char **why)
{
    if (!v->seal || !c->direct)
        return 0;
    switch (c->door) {
    case DOOR_MMAP:
    case DOOR_MUNMAP:
    case DOOR_MPROTECT:
    case DOOR_PKEY_MPROTECT:
    case DOOR_MREMAP:
    case DOOR_MADVISE:
    case DOOR_REMAP_FILE_PAGES:
    case DOOR_SHMAT:
        return MSEAL_REFUSE(why, -EPERM, "the filter denies this call for addresses in the window");
    default:
        return 0;
    }
}

static int64_t sys_window(struct mm *mm, const uint64_t a[6])
{
    uint64_t end;
    int r = seal_range(mm, a[0], a[1], &end);
    return r <= 0 ? r : mm_seal_apply(mm, a[0], end, seal_or, 1);
}

static const struct mseal_syscall calls[] = {{4158, "seccomp_window", "ptr,size", sys_window}, {0}};

const struct mseal_design design_seccomp = {
    .abi = MSEAL_DESIGN_ABI,
    .name = "seccomp",
    .title = "a filter on system calls and their address arguments: what was there before",
    .source = "seccomp(2); Wilcox' \"seccomp disease\" ZS1URCBgwGGj9JtM@casper.infradead.org",
    .rules = RULES_LINUX_6_18,
    .range = check,
    .syscalls = calls,
};
