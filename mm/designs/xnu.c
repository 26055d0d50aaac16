/*
 * xnu.c - VM_FLAGS_PERMANENT of macOS: unmapping a permanent entry takes its access away instead.
 *
 * apple-oss-distributions/xnu @e3723e1f1766 osfmk/vm/vm_map.c (vme_permanent). munmap() says 0, and the entry stays with no
 * access, now or ever; a mapping on top of it is refused (ENOMEM, KERN_NO_SPACE-like). Made permanent at creation there; here by
 * vm_permanent(addr, len), our number 4160. mprotect() is bounded by the maximum protection the entry has, not by this bit.
 *
 * Known holes: protection (P01, P03), contents (D*). Unmapping "succeeds": a denial of service, but never a replacement.
 */
#include "common.h"

enum { PERMANENT = 1, REVOKED = 2 };

static int check(const struct mm_change *c, const struct vma *v, const char **why)
{
    if (!(v->seal & PERMANENT))
        return 0;
    if (c->kind == CHANGE_UNMAP && c->door == DOOR_MUNMAP)
        return MSEAL_REVOKE;
    if (c->kind == CHANGE_PROTECT && (v->seal & REVOKED))
        return MSEAL_REFUSE(why, -EACCES, "access to this permanent entry was given up by munmap");
    if (change_ends_mapping(c))
        return MSEAL_REFUSE(why, c->kind == CHANGE_REPLACE ? -ENOMEM : -EPERM, "a permanent entry cannot be replaced or moved");
    return 0;
}

static int64_t sys_permanent(struct mm *mm, const uint64_t a[6])
{
    uint64_t end;
    int r = seal_range(mm, a[0], a[1], &end);
    if (r <= 0)
        return r;
    return mm_range_has_gap(mm, a[0], end) ? mm_fail(mm, -ENOMEM, "the whole range must be mapped")
                                           : mm_seal_apply(mm, a[0], end, seal_or, PERMANENT);
}

static uint64_t revoked(uint64_t seal)
{
    return seal | REVOKED;
}

static const struct mseal_syscall calls[] = {{4160, "vm_permanent", "ptr,size", sys_permanent}, {0}};

const struct mseal_design design_xnu_permanent = {
    .abi = MSEAL_DESIGN_ABI,
    .name = "xnu-permanent",
    .title = "macOS' permanent entries: munmap succeeds, and leaves an entry nobody can touch",
    .source = "apple-oss-distributions/xnu @e3723e1f1766 osfmk/vm/vm_map.c",
    .rules = RULES_LINUX_6_18,
    .range = check,
    .revoked = revoked,
    .syscalls = calls,
};
