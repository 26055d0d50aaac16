/*
 * jumps.c - which block of code comes next.
 *
 * A jump within a page is made once for all: the engine chains the two blocks. For every other jump its code asks
 * helper_lookup_tb_ptr(), a third of the time of an interpreter. That looks into a table with room for 64 blocks of a
 * page, then into the block to see whether it is the right one, which are two lines of the host's cache and a
 * search in a tree of hashes for pages with more blocks. Here address and code are together, twice:
 *
 *      mov  RIP, 0x80(%rbp)                    mov  RIP, 0x80(%rbp)
 *      mov  %rbp, %rdi                         jmp  1f                 and behind the block's end:
 *      call *helper_lookup_tb_ptr           1: mov  RIP, %edi
 *      jmp  *%rax                              and  $0x3fff, %edi
 *                                              shl  $4, %edi
 *                                              cmp  near.rip(%rdi), RIP
 *                                              jne  2f
 *                                              jmp  *near.code(%rdi)
 *                                           2: (what was there)  -->  jumps[hash of rip]  { rip ^ epoch, code }
 *
 * The first table is for code of one state of the processor, that of user code as it is, so that it need not be looked
 * at: a block ends with such a jump in the state it began with. The second is asked where the first has something else.
 * In its epoch are the 16 bits that no user address has; it changes with each flush of the TLB, when addresses may come to
 * mean other code, and the first table is emptied. A block that is removed alone (code that was written to) leaves
 * the engine's own index of blocks, qht_remove(), and the tables with it.
 */
#include "code.h"

#include <stdlib.h>

#define NEAR_SLOTS 0x4000u
#define EPOCH      UINT64_C(0x0001000000000000)

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

/* ---- jumps that look for themselves ---- */

#define RSI 6

/* Which register did the code before p store as RIP, with at most one constant stored after it? -1: none is known to have it. */
static int rip_register(const struct code *c, const uint8_t *p)
{
    for (unsigned constant = 0; constant <= 10; constant += 10) {
        const uint8_t *mov = p - 7 - constant;

        if (mov < c->start || (constant && memcmp(p - constant, "\xc7\x85", 2)))
            return -1;
        if ((mov[0] & 0xfb) == 0x48 && mov[1] == 0x89 && (mov[2] & 0xc7) == 0x85 &&
            !memcmp(mov + 3, "\x80\0\0", 4))
            return (mov[0] & 4) << 1 | (mov[2] >> 3 & 7);
    }
    return -1;
}

#define MAX_JUMP 64

/* The code for `1:` above at p, where RIP is in reg. Returns where it ends, and what was there belongs. */
static uint8_t *put_jump(const struct engine *e, uint8_t *p, int reg)
{
    const uint64_t table = (uintptr_t)e->near;

    if (reg < 0) {
        p = put(p, 7, "\x48\x8b\xb5\x80\x00\x00\x00");
        reg = RSI;
    }
    if (reg > 7)
        *p++ = 0x41;
    *p++ = 0x8b;
    *p++ = (uint8_t)(0xf8 | (reg & 7));
    p = put32(put(p, 2, "\x81\xe7"), NEAR_SLOTS - 1);
    p = put(p, 3, "\xc1\xe7\x04");
    *p++ = reg > 7 ? 0x4c : 0x48;
    *p++ = 0x3b;
    *p++ = (uint8_t)(0x87 | (reg & 7) << 3);
    p = put32(p, table + offsetof(struct jump, key));
    p = put(p, 2, "\x75\x06");
    return put32(put(p, 2, "\xff\xa7"), table + offsetof(struct jump, code));
}

#define ASK_BYTES 11

/* mov %rbp, %rdi; call *helper_lookup_tb_ptr; jmp *%rax. Returns the call's operand in memory, NULL: it is not that. */
static uint8_t *asks(const struct code *c, uint8_t *p)
{
    int32_t to_operand;
    uint8_t *operand;
    void *function;

    if (p < c->start || c->end - p < ASK_BYTES || !is(&p, 5, "\x48\x8b\xfd\xff\x15"))
        return NULL;
    memcpy(&to_operand, p, sizeof(to_operand));
    p += sizeof(to_operand);
    operand = p + to_operand;
    if (!is(&p, 2, "\xff\xe0") || operand < p || c->end - operand < (ptrdiff_t)sizeof(function))
        return NULL;
    memcpy(&function, operand, sizeof(function));
    return function == (void *)__wrap_helper_lookup_tb_ptr_x86_64 ? operand : NULL;
}

void jumps_shorten(struct engine *e, struct code *c, uint8_t *ff)
{
    uint8_t *site = ff - 3, *operand = asks(c, site), *p = c->end;

    if (!operand || !e->near || c->flags != e->near_flags || c->room < MAX_JUMP)
        return;
    p = put_jump(e, p, rip_register(c, site));
    p = put(p, 5, site);
    p = put32(p, (uint64_t)(operand - (p + 4)));
    p = put(p, 2, "\xff\xe0");
    put32(put(site, 1, "\xe9"), (uint64_t)(c->end - (site + 5)));
    c->room -= (unsigned)(p - c->end);
    c->end = p;
    e->nr_jumps++;
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
