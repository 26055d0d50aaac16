/*
 * straight.c - long straight code goes on by itself.
 *
 * A block has at most 512 instructions or a page. One that ends so is left to the engine's main loop (a tenth of
 * sha256sum's time), although it could look for the next one like any other.
 */
#include "code.h"

_Thread_local const struct disas *engine_translates;

void tcg_gen_lookup_and_goto_ptr_x86_64(void *tcg) __attribute__((weak));

WRAP(void, translator_loop_x86_64, const void *ops, struct disas *db, void *cpu, void *block, int max)
{
    engine_translates = db;
    __real_translator_loop_x86_64(ops, db, cpu, block, max);
    engine_translates = NULL;
}

WRAP(void, tcg_gen_exit_tb_x86_64, void *tcg, const void *block, unsigned idx)
{
    if (!block && engine_translates && engine_translates->is_jmp == DISAS_TOO_MANY)
        tcg_gen_lookup_and_goto_ptr_x86_64(tcg);
    else
        __real_tcg_gen_exit_tb_x86_64(tcg, block, idx);
}
