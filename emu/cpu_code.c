/*
 * cpu_code.c - telling of code as it runs: each instruction of some addresses, or each block.
 *
 * As breakpoints (cpu_break.c), the hooks are made for addresses, cost nothing elsewhere, and stay.
 */
#include "cpu_priv.h"

#include <errno.h>

/* A one-byte instruction may be the HLT of forget.c's trap frame: nobody's code. */
static bool not_real(const struct cpu *cpu, uint64_t addr, uint32_t size)
{
    return cpu->probing || cpu->identity || (size == 1 && forget_trapped_at(cpu, addr));
}

static void on_insn(uc_engine *uc, uint64_t addr, uint32_t size, void *user)
{
    struct cpu *cpu = user;

    if (!not_real(cpu, addr, size))
        cpu->ops->insn(cpu->ctx, addr);
}

static void on_block(uc_engine *uc, uint64_t addr, uint32_t size, void *user)
{
    struct cpu *cpu = user;

    if (!not_real(cpu, addr, size))
        cpu->ops->block(cpu->ctx, addr, size);
}

int cpu_watch_insns(struct cpu *cpu, uint64_t lo, uint64_t hi)
{
    uc_hook hook;

    if (cpu_before_code_hook(cpu) || uc_hook_add(cpu->uc, &hook, UC_HOOK_CODE, (void *)on_insn, cpu, lo, hi))
        return -ENOMEM;
    cpu_forget_all_code(cpu); /* what was translated before does not ask */
    return 0;
}

int cpu_watch_blocks(struct cpu *cpu)
{
    uc_hook hook;

    if (cpu->watching_blocks)
        return 0;
    if (uc_hook_add(cpu->uc, &hook, UC_HOOK_BLOCK, (void *)on_block, cpu, 1, 0))
        return -ENOMEM;
    cpu->watching_blocks = true;
    cpu_forget_all_code(cpu);
    return 0;
}
