/*
 * jumps.c - which block of code comes next.
 *
 * A jump within a page is made once for all: the engine chains the two blocks. For every other jump its code asks
 * helper_lookup_tb_ptr(), a third of the time of an interpreter. That looks into a table with room for 64 blocks of a
 * page, then into the block to see whether it is the right one, which are two lines of the host's cache and a
 * search in a tree of hashes for pages with more blocks. Here address and code are together:
 *
 *      jumps[hash of rip]  { rip ^ epoch, code }
 *
 * The epoch is in the 16 bits that no user address has, and changes with each flush of the TLB, when addresses may come to
 * mean other code. A block that is removed alone (code that was written to) leaves the engine's own index of
 * blocks, qht_remove(), and the table with it.
 */
#include "engine.h"

#include <string.h>

#define EPOCH UINT64_C(0x0001000000000000)

/* Of RFLAGS, what chooses the code: IOPL, TF, RF, VM, AC. In hflags: CPL 3, 64-bit code. */
#define RFLAGS_OF_CODE  0x73100u
#define HFLAGS_EXPECTED (3u | 1u << 14 | 1u << 15)

static struct jump *jump_of(struct engine *e, uint64_t rip)
{
    return &e->jumps[(rip >> 3 ^ rip >> 15) % ENGINE_JUMPS];
}

void jumps_forget(struct engine *e)
{
    e->epoch += EPOCH;
    if (!e->epoch) { /* it came round */
        memset(e->jumps, 0, sizeof(e->jumps));
        e->epoch = EPOCH;
    }
}

/* Is what we take for RIP and RFLAGS what the engine says they are? */
static void look_at_state(struct engine *e, const struct engine_state *s)
{
    uint64_t rip = 0;

    e->known = true;
    e->usable = !uc_reg_read(e->uc, UC_X86_REG_RIP, &rip) && rip == s->rip &&
                (s->hflags & HFLAGS_EXPECTED) == HFLAGS_EXPECTED;
}

WRAP(void *, helper_lookup_tb_ptr_x86_64, const struct engine_state *s);

/* Ask the engine, and remember. */
static __attribute__((noinline)) void *look_up(struct engine *e, const struct engine_state *s, uint32_t flags)
{
    struct jump *j = jump_of(e, s->rip);
    void *code;

    if (!e->known)
        look_at_state(e, s);
    code = __real_helper_lookup_tb_ptr_x86_64(s);
    /* Where there is no code yet it is the way out, which was made before all blocks. */
    if (!e->usable || (uintptr_t)code < e->first_block)
        return code;
    if (flags != e->flags) {
        e->flags = flags;
        jumps_forget(e);
    }
    j->key = s->rip ^ e->epoch;
    j->code = code;
    return code;
}

void *__wrap_helper_lookup_tb_ptr_x86_64(const struct engine_state *s)
{
    struct engine *e = engine_current;
    uint32_t flags = s->hflags | ((uint32_t)s->rflags & RFLAGS_OF_CODE);
    struct jump *j = jump_of(e, s->rip);

    if (likely(j->key == (s->rip ^ e->epoch) && flags == e->flags))
        return j->code;
    return look_up(e, s, flags);
}

/* ---- the engine's index of its blocks; a block begins with its address ---- */

WRAP(bool, qht_insert, void *uc, void *index, void *block, uint32_t hash, void **existing)
{
    if (uc == engine_current->uc && (uintptr_t)block < engine_current->first_block)
        engine_current->first_block = (uintptr_t)block;
    return __real_qht_insert(uc, index, block, hash, existing);
}

WRAP(bool, qht_remove, void *index, const uint64_t *block, uint32_t hash)
{
    jump_of(engine_current, *block)->key = 0;
    return __real_qht_remove(index, block, hash);
}

/* All of them. */
WRAP(bool, qht_reset_size, void *uc, void *index, size_t n)
{
    if (uc == engine_current->uc)
        jumps_forget(engine_current);
    return __real_qht_reset_size(uc, index, n);
}

/* ---- long straight code ---- */

/*
 * A block has at most 512 instructions or a page. One that ends so is left to the engine's main loop (a tenth of
 * sha256sum's time), although it could look for the next one like any other.
 */
struct disas { /* DisasContextBase of qemu/include/exec/translator.h */
    void *block;
    uint64_t first, next;
    enum { DISAS_NEXT, DISAS_TOO_MANY } is_jmp;
};

static _Thread_local const struct disas *translated;

void tcg_gen_lookup_and_goto_ptr_x86_64(void *tcg) __attribute__((weak));

WRAP(void, translator_loop_x86_64, const void *ops, struct disas *db, void *cpu, void *block, int max)
{
    translated = db;
    __real_translator_loop_x86_64(ops, db, cpu, block, max);
    translated = NULL;
}

WRAP(void, tcg_gen_exit_tb_x86_64, void *tcg, const void *block, unsigned idx)
{
    if (!block && translated && translated->is_jmp == DISAS_TOO_MANY)
        tcg_gen_lookup_and_goto_ptr_x86_64(tcg);
    else
        __real_tcg_gen_exit_tb_x86_64(tcg, block, idx);
}
