/*
 * chain_code.c - jumps to the next block, which the engine fills in once that is known.
 *
 * It makes a jump to what follows, leaves there, and writes the distance into it when it knows the block that came next. Some
 * processors (measured: Zen 4) go on predicting the old target of a jump that they executed, for seconds: half of
 * the time of a small loop. So it is none until after it was passed once, which is when the engine fills it in:
 *
 *      jmp  +0                                 test $0, %eax       has room for the distance, too
 *      mov  $NEXT, RIP                         mov  $NEXT, RIP
 *      lea  BLOCK + n, %rax                    lea  BLOCK + n, %rax
 *      jmp  leave                              jmp  1f             and behind the block's end:
 *                                           1: cmpb $0xe9, the instruction `test`
 *                                              je   2f
 *                                              movb $0xe9, the instruction `test`
 *                                           2: jmp  leave
 */
#include "code.h"

#define JMP       0xe9
#define TEST      0xa9
#define JMP_BYTES 5
#define STUB      21
#define MAX_LEAVE 40 /* bytes from where `jmp +0` ends to the end of `jmp leave` */

/* lea block + n, %rax; jmp leave, not far behind p. Returns where the jump is; NULL: it is not there. */
static uint8_t *leaves(const struct code *c, const struct block *b, unsigned n, uint8_t *p)
{
    const uint8_t *end = c->end - p > MAX_LEAVE ? p + MAX_LEAVE : c->end;
    int32_t to_block;

    p = memmem(p, (size_t)(end - p), "\x48\x8d\x05", 3);
    if (!p || end - p < 7 + JMP_BYTES || p[7] != JMP)
        return NULL;
    memcpy(&to_block, p + 3, sizeof(to_block));
    p += 7;
    return (uintptr_t)p + (uintptr_t)to_block == (uintptr_t)b + n ? p : NULL;
}

static void prepare(struct engine *e, struct code *c, const struct block *b, unsigned n)
{
    uint8_t *next = c->start + b->next_at[n], *jump = next - JMP_BYTES, *leave, *p = c->end;
    int32_t to_leave;

    if (b->next_at[n] != b->distance_at[n] + 4 || jump < c->start || next > c->end || c->room < STUB ||
        memcmp(jump, "\xe9\0\0\0", JMP_BYTES))
        return;
    leave = leaves(c, b, n, next);
    if (!leave)
        return;
    memcpy(&to_leave, leave + 1, sizeof(to_leave));
    p = put32(put(p, 2, "\x80\x3d"), (uint64_t)(jump - (p + 7)));
    *p++ = JMP;
    p = put(p, 2, "\x74\x07");
    p = put32(put(p, 2, "\xc6\x05"), (uint64_t)(jump - (p + 7)));
    *p++ = JMP; /* what is stored; then an instruction */
    *p++ = JMP;
    p = put32(p, (uint64_t)(leave + JMP_BYTES + to_leave - (p + 4)));
    put32(leave + 1, (uint64_t)(c->end - (leave + JMP_BYTES)));
    *jump = TEST;
    c->room -= (unsigned)(p - c->end);
    c->end = p;
    e->nr_chains++;
}

void chains_prepare(struct engine *e, struct code *c, const struct block *b)
{
    for (unsigned n = 0; n < 2; n++)
        prepare(e, c, b, n);
}
