/*
 * alias.c - code that is written through another address than it runs at (two mappings of one page, as some JITs do).
 *
 * The engine notices a write to translated code by watching the first write through a TLB entry, and starts watching again
 * when it translates; but it then only looks at the address the code runs at. A write entry of the same frame at
 * another address stays unwatched. So no frame may have both at once: whoever comes second misses, everything is flushed,
 * and the new write entry is watched again.
 *
 *      frame ---- writable entry at W      W != X and both alive: flush
 *            `--- executable entry at X
 */
#include "cpu_priv.h"

#include <stdlib.h>
#include <string.h>

/* Page number and the flush it belongs to; several executable entries at different addresses count as MANY. */
#define VPN_BITS 36
#define VPN_MASK ((UINT64_C(1) << VPN_BITS) - 1)
#define MANY VPN_MASK

struct alias {
    uint64_t writer, runner;
};

bool alias_init(struct cpu *cpu)
{
    cpu->aliases = calloc(cpu->phys->nframes, sizeof(*cpu->aliases)); /* touched where the guest's memory is */
    cpu->epoch = UINT64_C(1) << VPN_BITS;
    return cpu->aliases != NULL;
}

void alias_destroy(struct cpu *cpu)
{
    free(cpu->aliases);
}

void alias_flushed(struct cpu *cpu)
{
    cpu->epoch += UINT64_C(1) << VPN_BITS;
}

static bool alive(const struct cpu *cpu, uint64_t entry)
{
    return (entry & ~VPN_MASK) == cpu->epoch;
}

/* May `mine` (writer or runner) be at `me` while `other` is where it is? Then it is. */
static bool settle(const struct cpu *cpu, uint64_t *mine, uint64_t other, uint64_t me)
{
    if (alive(cpu, other) && other != me)
        return false;
    *mine = alive(cpu, *mine) && *mine != me ? cpu->epoch | MANY : me;
    return true;
}

unsigned alias_perms(struct cpu *cpu, uint64_t vaddr, uint64_t paddr, unsigned perms)
{
    struct alias *a = &cpu->aliases[paddr >> MM_PAGE_SHIFT];
    uint64_t me = cpu->epoch | (vaddr >> MM_PAGE_SHIFT & VPN_MASK);

    if (perms & MM_WRITE && !settle(cpu, &a->writer, a->runner, me))
        perms &= ~(unsigned)MM_WRITE;
    if (perms & MM_EXEC && !settle(cpu, &a->runner, a->writer, me))
        perms &= ~(unsigned)MM_EXEC;
    return perms;
}
