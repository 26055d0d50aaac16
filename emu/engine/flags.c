/*
 * flags.c - the flags of a result of "and", "or", "xor" or "test", when they are wanted.
 *
 * The engine keeps the result and what kind of operation gave it. From that its function makes the flags by way of a jump that the
 * host predicts badly: 6 % of sha256sum's time, which rotates such results.
 */
#include "engine.h"

enum { PF = 4, ZF = 0x40, SF = 0x80 };

#define LOGICB 22 /* enum CCOp of qemu/target/i386/cpu.h; of 1, 2, 4 and 8 bytes */

WRAP(uint64_t, helper_cc_compute_all_x86_64, uint64_t result, uint64_t src1, uint64_t src2, uint32_t op)
{
    uint32_t size = op - LOGICB;

    if (likely(size < 4)) {
        uint64_t top = result << (64 - (8 << size));

        return (__builtin_parity(result & 0xff) ? 0 : PF) | (top ? 0 : ZF) | (top >> 63) * SF;
    }
    return __real_helper_cc_compute_all_x86_64(result, src1, src2, op);
}
