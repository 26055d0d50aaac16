/*
 * forget.c - making the engine forget the translations of a few pages and keep all others.
 *
 * The engine's interface can only flush the whole TLB; then every page in use misses again, and every
 * indirect jump is looked up anew. But an entry that is made replaces the one the page had, and there is a
 * way to have one made: to forget code, uc_ctl_remove_cache() translates the address for execution, which
 * misses if the page may not be executed, and asks us. The answer is a frame full of HLT, to be executed
 * only:
 *
 *     before   page | read, write | frame
 *     after    page | execute     | trap frame    data misses, as it should; a jump there meets HLT, a fault
 *                                                 at CPL 3, and is then tried again without any of this
 *
 * What could go wrong is executable pages. An entry that allows execution would not be replaced, and an
 * instruction that begins on the page before would run into the trap frame. So where either page is known to
 * the engine as executable everything is flushed, and also when the page before a trapped one becomes so.
 */
#include "cpu_priv.h"

#include <string.h>

#define HLT 0xf4

static unsigned hash(uint64_t vpn)
{
    return (unsigned)(vpn * UINT64_C(0x9e3779b97f4a7c15) >> (64 - EXEC_FILTER_SHIFT));
}

static bool may_be_executable(const struct cpu *cpu, uint64_t page)
{
    unsigned h = hash(page >> MM_PAGE_SHIFT);

    return cpu->exec_pages[h / 64] >> h % 64 & 1;
}

static bool is_trapped(const struct cpu *cpu, uint64_t page)
{
    for (unsigned i = 0; i < cpu->nr_trapped; i++)
        if (cpu->trapped[i] == page)
            return true;
    return false;
}

bool forget_init(struct cpu *cpu)
{
    cpu->trap_frame = physmem_alloc(cpu->phys);
    if (cpu->trap_frame == PFN_NONE)
        return false;
    memset(frame_ptr(cpu->phys, cpu->trap_frame), HLT, MM_PAGE_SIZE);
    return true;
}

void forget_flushed(struct cpu *cpu)
{
    cpu->nr_trapped = 0;
    memset(cpu->exec_pages, 0, sizeof(cpu->exec_pages));
}

bool forget_allows_exec(struct cpu *cpu, uint64_t page)
{
    unsigned h = hash(page >> MM_PAGE_SHIFT);

    if (is_trapped(cpu, page + MM_PAGE_SIZE))
        return false;
    cpu->exec_pages[h / 64] |= UINT64_C(1) << h % 64;
    return true;
}

bool forget_trapped_at(const struct cpu *cpu, uint64_t rip)
{
    return is_trapped(cpu, rip & MM_PAGE_MASK);
}

void cpu_forget_pages(struct cpu *cpu, const uint64_t *page, unsigned n)
{
    bool all = n > MM_TLB_FEW || cpu->flush || cpu->nr_dirty;

    for (unsigned i = 0; i < n && !all; i++) {
        bool known = is_trapped(cpu, page[i]);

        if (may_be_executable(cpu, page[i]) || may_be_executable(cpu, page[i] - MM_PAGE_SIZE) ||
            (!known && cpu->nr_trapped == MAX_TRAPPED)) {
            all = true;
            break;
        }
        accesses_forget_page(cpu->engine, page[i]);
        cpu->trapping = true;
        uc_ctl_remove_cache(cpu->uc, page[i], page[i] + 1);
        cpu->trapping = false;
        if (!known)
            cpu->trapped[cpu->nr_trapped++] = page[i];
        cpu->fills -= cpu->fills > 0; /* its entry is there already when it is used again */
    }
    if (all)
        cpu_want_flush(cpu);
}
