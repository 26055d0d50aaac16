/*
 * code.c - after a block of code was made.
 *
 * The engine's own generator is one object with everything static, so code is not made otherwise but changed where it
 * lies. What follows the block there is not written yet: code that does not fit is put behind its end.
 */
#include "code.h"

/* The engine starts anew when it finds less than 1,024 bytes left in its buffer after a block: these are there. */
#define ROOM 512

#define MAX_BLOCK 1024 /* bytes of a description: 200 to 256 so far */

WRAP(int, tcg_gen_code_x86_64, void *tcg, struct block *b)
{
    int size = __real_tcg_gen_code_x86_64(tcg, b);
    struct engine *e = engine_current;
    struct code c = {b->code, b->code + size, b->code + size, ROOM, b->flags, {NULL}};

    /* The engine puts code right behind its description; or this is not where it says so. */
    if (size <= 0 || !e->uc || (uintptr_t)c.start - (uintptr_t)b > MAX_BLOCK)
        return size;
    for (uint8_t *p = c.start + 1, *ff; p < c.slow - 1 && (ff = memchr(p, 0xff, (size_t)(c.slow - 1 - p)));) {
        uint8_t *end = NULL;

        if (!memcmp(ff - 1, MASK_FF, 3))
            end = access_shorten(e, &c, ff);
        else if (!memcmp(ff - 1, ASK_FF, 3))
            jump_shorten(e, &c, ff);
        if (!end && !memcmp(ff, CALL_FF, 2))
            sse_shorten(e, &c, ff);
        p = end ? end : ff + 1;
    }
    chains_prepare(e, &c, b);
    return (int)(c.end - c.start);
}
