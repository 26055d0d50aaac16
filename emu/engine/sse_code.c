/*
 * sse_code.c - arithmetic of SSE whose usual case is in the code that wants it.
 *
 *      lea  TO(%rbp), %rsi                     ...
 *      lea  FROM(%rbp), %rdx
 *      mov  %rbp, %rdi
 *      call *helper_addsd                      nop; call 1f            and behind the block's end, once for each function:
 *                                           1: movsd (%rsi), %xmm0
 *                                              addsd (%rdx), %xmm0
 *                                              mov   MXCSR(%rdi), %eax
 *                                              and   $(what results hang on), %eax
 *                                              cmp   $(all masked, to nearest, "inexact" is set), %eax
 *                                              jne   2f
 *                                              movq  %xmm0, %rax
 *                                              add   %rax, %rax
 *                                              shr   $53, %rax
 *                                              sub   $2, %rax
 *                                              cmp   $0x7fe - 2, %rax  the exponent; see plain_double() in sse.c
 *                                              ja    2f
 *                                              movsd %xmm0, (%rsi)
 *                                              ret
 *                                           2: jmp   *helper_addsd     where the call came from is on the stack as ever
 *
 * A mask of MXCSR, a flag that is not set yet, 0 and what is not a number are sse.c's, so an exception comes from there.
 */
#include "code.h"

#define MAX_STUB  64
#define FOR_JUMPS 128 /* bytes of room that are left to jump_code.c and chain_code.c */

#define DOUBLE_PREFIX 0xf2 /* of ...sd, 0xf3 of ...ss */

/* insn (%reg), %xmm0, or a store: of the scalar that prefix is for. */
static uint8_t *put_scalar(uint8_t *p, uint8_t prefix, uint8_t opcode, uint8_t reg)
{
    const uint8_t bytes[] = {prefix, 0x0f, opcode, reg};

    return put(p, sizeof(bytes), bytes);
}

enum { IN_RDX = 2, IN_RSI = 6 };

/* The code for `1:` above at p. operand: where the function's address is. Returns where it ends. */
static uint8_t *put_stub(uint8_t *p, const struct quick *q, const uint8_t *operand)
{
    uint8_t *from[2];

    p = put_scalar(p, q->prefix, 0x10, IN_RSI);
    p = put_scalar(p, q->prefix, q->opcode, IN_RDX);
    p = put32(put(p, 2, "\x8b\x87"), q->mode.at);
    p = put32(put(p, 1, "\x25"), q->mode.mask);
    p = put32(put(p, 1, "\x3d"), q->mode.value);
    from[0] = p = put(p, 2, "\x75\0");
    if (q->prefix == DOUBLE_PREFIX) {
        p = put(p, 16, "\x66\x48\x0f\x7e\xc0\x48\x01\xc0\x48\xc1\xe8\x35\x48\x83\xe8\x02");
        p = put32(put(p, 2, "\x48\x3d"), 0x7fe - 2);
    } else {
        p = put(p, 12, "\x66\x0f\x7e\xc0\x01\xc0\xc1\xe8\x18\x83\xe8\x02");
        p = put32(put(p, 1, "\x3d"), 0xfe - 2);
    }
    from[1] = p = put(p, 2, "\x77\0");
    p = put_scalar(p, q->prefix, 0x11, IN_RSI);
    *p++ = 0xc3;
    for (unsigned i = 0; i < 2; i++)
        from[i][-1] = (uint8_t)(p - from[i]);
    p = put(p, 2, "\xff\x25");
    return put32(p, (uint64_t)(operand - (p + 4)));
}

void sse_shorten(struct engine *e, struct code *c, uint8_t *site)
{
    void *function;
    uint8_t *operand = called(c, site, &function), *stub;
    struct quick q;

    if (!operand || !sse_quick(function, &q))
        return;
    stub = c->stub[q.nr];
    if (!stub) {
        if (c->room < MAX_STUB + FOR_JUMPS)
            return;
        stub = c->stub[q.nr] = c->end;
        c->end = put_stub(stub, &q, operand);
        c->room -= (unsigned)(c->end - stub);
    }
    put32(put(site, 2, "\x90\xe8"), (uint64_t)(stub - (site + CALL_BYTES)));
    e->nr_quick++;
}
