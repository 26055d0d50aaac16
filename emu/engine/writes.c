/*
 * writes.c - no search of the TLB when code is translated.
 *
 * Writes to translated code have to be seen, so the engine takes the permission to write from the TLB's entries for the
 * page it translates. It looks at all entries to find them, with each block: 4 % of python3's time. alias.c gives
 * out entries for a page of code either to execute or to write by, so there are none to be found, but for code
 * that writes to its own page.
 */
#include "engine.h"

WRAP(void, tlb_reset_dirty_by_vaddr_x86_64, void *cpu, uint64_t start, uint64_t len)
{
    accesses_forget_page(engine_current, start);
    if (engine_current->writes_to_code || !engine_current->uc)
        __real_tlb_reset_dirty_by_vaddr_x86_64(cpu, start, len);
}
