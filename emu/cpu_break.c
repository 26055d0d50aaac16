/*
 * cpu_break.c - stopping before chosen instructions, for the debugger.
 *
 * The engine calls a code hook for the addresses it was given only, and knows when it translates which
 * instructions these are: all others cost nothing. A hook stays once it was made, since taking it out would
 * cost all translated code again; whether it stops is asked each time.
 *
 * With any code hook in place the engine no longer mends RIP when it is stopped from outside between two blocks
 * that were chained: it takes the hook to have done so. So from then on a hook at each block looks whether
 * to stop, and says where.
 */
#include "cpu_priv.h"

#include <errno.h>
#include <stdlib.h>

static void on_code(uc_engine *uc, uint64_t addr, uint32_t size, void *user)
{
    struct cpu *cpu = user;

    if (cpu->probing || !cpu->ops->breakpoint(cpu->ctx, addr))
        return;
    cpu->stop->event = CPU_BREAK;
    uc_emu_stop(uc);
}

static void on_block(uc_engine *uc, uint64_t addr, uint32_t size, void *user)
{
    struct cpu *cpu = user;

    if (cpu->stop_asked && cpu->running) {
        uc_reg_write(uc, UC_X86_REG_RIP, &addr);
        uc_emu_stop(uc);
    }
}

int cpu_before_code_hook(struct cpu *cpu)
{
    uc_hook hook;

    if (!cpu->code_hooks && uc_hook_add(cpu->uc, &hook, UC_HOOK_BLOCK, (void *)on_block, cpu, 1, 0))
        return -ENOMEM;
    cpu->code_hooks = true;
    exits_within_blocks(cpu, true);
    return 0;
}

int cpu_break_at(struct cpu *cpu, uint64_t addr)
{
    uint64_t *grown;
    uc_hook hook;

    for (unsigned i = 0; i < cpu->nr_breaks; i++)
        if (cpu->breaks[i] == addr)
            return 0;
    grown = realloc(cpu->breaks, (cpu->nr_breaks + 1) * sizeof(*grown));
    if (!grown)
        return -ENOMEM;
    cpu->breaks = grown;
    if (cpu_before_code_hook(cpu))
        return -ENOMEM;
    if (uc_hook_add(cpu->uc, &hook, UC_HOOK_CODE, (void *)on_code, cpu, addr, addr))
        return -ENOMEM;
    grown[cpu->nr_breaks++] = addr;
    cpu_forget_all_code(cpu); /* what was translated before does not ask */
    return 0;
}
