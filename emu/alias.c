/*
 * alias.c - pages of code that are written, at the same or at another address (JITs, trampolines on the stack).
 *
 * The engine looks for code to forget at the first write through a TLB entry only, and only for code under that very write;
 * later writes of the page, and those through entries for other addresses, go unseen. So a frame's entries either
 * write or execute: whoever comes second misses, everything is flushed, and a frame that becomes writable loses its
 * translated code as a whole.
 *
 *      frame ---- writable entry at W      both alive: flush; W comes second: forget the code, too
 *            `--- executable entry at X
 *
 * Code that writes to its own page needs both at once: the second miss in a row for the same frame gets them.
 */
#include "cpu_priv.h"

#include <stdlib.h>

/* Until which flush an entry may exist (epoch), and whether code of the frame may be translated. */
struct alias {
    uint32_t writer, runner;
    bool has_code;
};

bool alias_init(struct cpu *cpu)
{
    /* touched where the guest's memory is */
    cpu->aliases = calloc(cpu->phys->nframes, sizeof(*cpu->aliases));
    cpu->epoch = 1;
    cpu->insistent = PFN_NONE;
    return cpu->aliases != NULL;
}

void alias_destroy(struct cpu *cpu)
{
    free(cpu->aliases);
}

void alias_flushed(struct cpu *cpu)
{
    cpu->engine->writes_to_code = false;
    cpu->epoch++; /* should it wrap, a match too many costs a flush */
}

unsigned alias_perms(struct cpu *cpu, uint64_t paddr, unsigned perms, unsigned access)
{
    pfn_t pfn = (pfn_t)(paddr >> MM_PAGE_SHIFT);
    struct alias *a = &cpu->aliases[pfn];

    if (access == MM_WRITE) {
        bool both = cpu->insistent == pfn;

        perms &= ~(unsigned)MM_EXEC;
        cpu->insistent = PFN_NONE;
        if (a->has_code && !both) {
            cpu_code_changed(cpu, pfn * MM_PAGE_SIZE, MM_PAGE_SIZE);
            a->has_code = false;
        }
        if (a->runner == cpu->epoch && !both) {
            cpu->insistent = pfn;
            return perms & ~(unsigned)MM_WRITE;
        }
        if (a->runner == cpu->epoch)
            cpu->engine->writes_to_code = true;
        a->writer = cpu->epoch;
    } else if (access == MM_EXEC) {
        perms &= ~(unsigned)MM_WRITE;
        if (a->writer == cpu->epoch)
            return perms & ~(unsigned)MM_EXEC;
        a->runner = cpu->epoch;
        a->has_code = true;
    } else {
        perms &= ~(unsigned)MM_EXEC;
        if (perms & MM_WRITE && !a->has_code && a->runner != cpu->epoch)
            a->writer = cpu->epoch; /* will be written in all likelihood: saves a miss */
        else
            perms &= ~(unsigned)MM_WRITE;
    }
    return perms;
}
