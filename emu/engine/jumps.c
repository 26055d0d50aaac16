/*
 * jumps.c - which block of code comes next.
 *
 * A jump within a page is made once for all: the engine chains the two blocks. For every other jump its code asks
 * helper_lookup_tb_ptr(), a third of the time of an interpreter. That looks into a table with room for 64 blocks of a
 * page, then into the block to see whether it is the right one, which are two lines of the host's cache and a
 * search in a tree of hashes for pages with more blocks. Here address and code are together, in two tables:
 *
 *      near[end of rip]    { rip, code }             where the code that jumps looks itself: jump_code.c
 *      jumps[hash of rip]  { rip ^ epoch, code }     where it finds something else, it asks as ever
 *
 * The first is for code of one state of the processor, that of user code as it is, so that it need not be looked at: a
 * block ends with such a jump in the state it began with. The epoch is in the 16 bits that no user address has. It
 * changes with each flush of the TLB, when addresses may come to mean other code, and the first table is emptied. A
 * block that is removed alone (code that was written to) leaves the engine's own index of blocks, qht_remove(), and
 * the tables with it.
 */
#include "code.h"

#define EPOCH UINT64_C(0x0001000000000000)

/* Of RFLAGS, what chooses the code: IOPL, TF, RF, VM, AC. In hflags: CPL 3, 64-bit code. */
#define RFLAGS_OF_CODE  0x73100u
#define HFLAGS_EXPECTED (3u | 1u << 14 | 1u << 15)

static struct jump *jump_of(struct engine *e, uint64_t rip)
{
    return &e->jumps[(rip >> 3 ^ rip >> 15) % ENGINE_JUMPS];
}

static uint32_t near_slot(uint64_t rip)
{
    return (uint32_t)rip % NEAR_SLOTS;
}

/* An address with another slot. */
static uint64_t nowhere(uint32_t slot)
{
    return !slot;
}

void jumps_create(struct engine *e)
{
    e->near = low_table(NEAR_SLOTS * sizeof(*e->near));
    if (e->near)
        e->near[0].key = nowhere(0);
}

void jumps_destroy(struct engine *e)
{
    low_table_free(e->near, NEAR_SLOTS * sizeof(*e->near));
}

static void near_forget(struct engine *e)
{
    if (!e->near)
        return;
    if (used_all(&e->near_used))
        low_table_clear(e->near, NEAR_SLOTS * sizeof(*e->near));
    else
        for (uint32_t i = 0; i < e->near_used.n; i++)
            e->near[e->near_used.slot[i]].key = nowhere(e->near_used.slot[i]);
    e->near[0].key = nowhere(0);
    e->near_used.n = 0;
}

/* What is found for a jump from code that is for flags. */
static void near_remember(struct engine *e, uint64_t rip, void *code, uint32_t flags)
{
    uint32_t slot = near_slot(rip);

    if (!e->near || flags != e->near_flags)
        return;
    if (e->near[slot].key == nowhere(slot))
        used_add(&e->near_used, slot);
    e->near[slot].key = rip;
    e->near[slot].code = code;
}

void jumps_forget(struct engine *e)
{
    near_forget(e);
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
    if (!e->near_flags)
        e->near_flags = flags;
    j->key = s->rip ^ e->epoch;
    j->code = code;
    near_remember(e, s->rip, code, flags);
    return code;
}

void *__wrap_helper_lookup_tb_ptr_x86_64(const struct engine_state *s)
{
    struct engine *e = engine_current;
    uint32_t flags = s->hflags | ((uint32_t)s->rflags & RFLAGS_OF_CODE);
    struct jump *j = jump_of(e, s->rip);

    if (likely(j->key == (s->rip ^ e->epoch) && flags == e->flags)) {
        near_remember(e, s->rip, j->code, flags);
        return j->code;
    }
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
    struct engine *e = engine_current;
    uint32_t slot = near_slot(*block);

    jump_of(e, *block)->key = 0;
    if (e->near)
        e->near[slot].key = nowhere(slot);
    return __real_qht_remove(index, block, hash);
}

/* All of them. */
WRAP(bool, qht_reset_size, void *uc, void *index, size_t n)
{
    if (uc == engine_current->uc)
        jumps_forget(engine_current);
    return __real_qht_reset_size(uc, index, n);
}
