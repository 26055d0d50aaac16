/*
 * jump_code.c - jumps that look into the table of jumps.c themselves.
 *
 *      mov  RIP, 0x80(%rbp)                    mov  RIP, 0x80(%rbp)
 *      mov  %rbp, %rdi                         jmp  1f                 and behind the block's end:
 *      call *helper_lookup_tb_ptr           1: mov  RIP, %edi
 *      jmp  *%rax                              and  $0x3fff, %edi
 *                                              shl  $4, %edi
 *                                              cmp  near.rip(%rdi), RIP
 *                                              jne  2f
 *                                              jmp  *near.code(%rdi)
 *                                           2: (what was there)
 *
 * As long as nothing was found yet the state of the processor that the table is for is not known, and code is left as it is.
 */
#include "code.h"

void *__wrap_helper_lookup_tb_ptr_x86_64(const struct engine_state *s);

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
    p = put_to_edi(p, (unsigned)reg);
    p = put32(put(p, 2, "\x81\xe7"), NEAR_SLOTS - 1);
    p = put(p, 3, "\xc1\xe7\x04");
    *p++ = reg > 7 ? 0x4c : 0x48;
    *p++ = 0x3b;
    *p++ = (uint8_t)(0x87 | (reg & 7) << 3);
    p = put32(p, table + offsetof(struct jump, key));
    p = put(p, 2, "\x75\x06");
    return put32(put(p, 2, "\xff\xa7"), table + offsetof(struct jump, code));
}

/* mov %rbp, %rdi; call *helper_lookup_tb_ptr; jmp *%rax. Returns the call's operand in memory, NULL: it is not that. */
static uint8_t *asks(const struct code *c, uint8_t *p)
{
    uint8_t *operand;
    void *function;

    if (p < c->start || c->end - p < 3 || !is(&p, 3, "\x48\x8b\xfd"))
        return NULL;
    operand = called(c, p, &function);
    p += CALL_BYTES;
    if (!operand || function != (void *)__wrap_helper_lookup_tb_ptr_x86_64 || !is(&p, 2, "\xff\xe0"))
        return NULL;
    return operand;
}

void jump_shorten(struct engine *e, struct code *c, uint8_t *ff)
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
