/* code.h - changing a block's code after the engine made it. */
#ifndef EMU_ENGINE_CODE_H
#define EMU_ENGINE_CODE_H

#include <string.h>

#include <mseal-emu/phys.h>

#include "engine.h"

struct block { /* TranslationBlock of qemu/include/exec/exec-all.h */
    uint64_t pc, cs_base;
    uint32_t flags;
    uint16_t size, icount;
    uint32_t cflags, trace;
    uint8_t *code;
    size_t code_size;
    void *original;
    uintptr_t page_next[2];
    uint64_t page_addr[2];
    /* of two jumps to other blocks, from code: what follows, and the distance in the instruction */
    uint16_t next_at[2];
    uintptr_t distance_at[2];
};

struct disas { /* DisasContextBase of qemu/include/exec/translator.h */
    const struct block *block;
    uint64_t first, next; /* next: where the instruction begins that is translated */
    enum { DISAS_NEXT, DISAS_TOO_MANY } is_jmp;
};

/* What this thread translates; NULL: nothing. */
extern _Thread_local const struct disas *engine_translates __attribute__((visibility("hidden")));

/* How memory is accessed (MemOp of qemu/include/exec/memop.h): bits 0 and 1 the size, and how many low bits of addresses are 0. */
#define HOW_ALIGN_SHIFT 4
#define HOW_ALIGN_MASK  (7u << HOW_ALIGN_SHIFT)

#define NR_QUICK 10

/* Of one block. slow: where its slow cases begin, as far as known; room: bytes that may be written behind its end. */
struct code {
    uint8_t *start, *slow, *end;
    unsigned room;
    uint32_t flags;          /* of the processor's state that it is for */
    uint8_t *stub[NR_QUICK]; /* sse_code.c's, by function; NULL: none yet */
};

/* ff: the place of the byte 0xff of MASK_FF, ASK_FF or CALL_FF, the bytes around it. */
#define MASK_FF "\xf0\xff\xff" /* and $~0xfff, %rsi */
#define ASK_FF  "\xfd\xff\x15" /* mov %rbp, %rdi; call *helper_lookup_tb_ptr */
#define CALL_FF "\xff\x15"     /* call *FUNCTION */
/* Returns its end; NULL: it is none. */
uint8_t *access_shorten(struct engine *e, struct code *c, uint8_t *ff);
void jump_shorten(struct engine *e, struct code *c, uint8_t *ff);
void sse_shorten(struct engine *e, struct code *c, uint8_t *ff);
/* To be called last: the two jumps of b, whose code c is. */
void chains_prepare(struct engine *e, struct code *c, const struct block *b);

/* sse.c: what needs no function in its usual case. */
struct quick {
    unsigned nr; /* below NR_QUICK */
    uint8_t prefix, opcode;
    struct {
        uint32_t at, mask, value; /* from the processor's state; MXCSR & mask has to be value */
    } mode;
};
/* False: the function is none of them. */
bool sse_quick(const void *function, struct quick *q);

/* jumps.c: of the table that jumps look into themselves. */
#define NEAR_SLOTS 0x4000u

/* What the code that was replaced says of the engine's TLB. */
struct layout {
    int8_t mask, table; /* from the processor's state */
    uint8_t shift;      /* page's address to entry's offset; 0: not known yet */
    int8_t addend;      /* in an entry, which begins with the pages that may be read and written */
};

struct accesses {
    uint64_t *read, *write, *host; /* by slot */
    uint8_t *state;                /* the engine's, of its processor; NULL: not known yet */
    struct layout layout;
    struct used used;
};

/* Does code at *p begin with these bytes? Then it goes on behind them. */
static inline bool is(uint8_t **p, unsigned n, const void *bytes)
{
    if (memcmp(*p, bytes, n))
        return false;
    *p += n;
    return true;
}

/* These return where what was put ends. */
static inline uint8_t *put(uint8_t *p, size_t n, const void *bytes)
{
    memcpy(p, bytes, n);
    return p + n;
}

static inline uint8_t *put32(uint8_t *p, uint64_t value)
{
    uint32_t v = (uint32_t)value;

    return put(p, sizeof(v), &v);
}

#define CALL_BYTES 6

/* call *FUNCTION at p. Returns its operand in memory, which is behind it; NULL: it is not that. */
static inline uint8_t *called(const struct code *c, uint8_t *p, void **function)
{
    int32_t to_operand;
    uint8_t *operand;

    if (c->end - p < CALL_BYTES || !is(&p, 2, CALL_FF))
        return NULL;
    memcpy(&to_operand, p, sizeof(to_operand));
    operand = p + sizeof(to_operand) + to_operand;
    if (operand < p || c->end - operand < (ptrdiff_t)sizeof(*function))
        return NULL;
    memcpy(function, operand, sizeof(*function));
    return operand;
}

/* mov REG, %edi: its lower half. */
static inline uint8_t *put_to_edi(uint8_t *p, unsigned reg)
{
    if (reg > 7)
        *p++ = 0x41;
    *p++ = 0x8b;
    *p++ = (uint8_t)(0xf8 | (reg & 7));
    return p;
}

#endif
