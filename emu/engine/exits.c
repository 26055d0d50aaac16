/*
 * exits.c - code that is left at the ends of its blocks only.
 *
 * After each access to memory the engine's code looks whether somebody wants it to stop, as its hooks for memory may. We
 * have none: an access that translate() refuses leaves the block at once, with its registers put right, and whoever
 * else stops user code does so between blocks. The look costs two instructions of the host's, but it also ends what
 * the engine can keep in the host's registers: a tenth of the time of most programs; from 2.1.2 on, where it is a
 * function call, half.
 *
 * The engine has a flag that leaves it out, for blocks of ARM code that must not be left. It has no call to set it, so we
 * look where its own code does. A version that does it otherwise, or hides the function, is as fast as
 * without:
 *
 *      check_exit_request:  ... mov  ENGINE(%rdi), %reg      48 8b modrm disp32
 *                           ... cmpb $0, FLAG(%reg)          80 modrm disp32 00
 *                               je/jne ...                   74 or 75
 */
#include "emu/cpu_priv.h"

#include <malloc.h>
#include <string.h>

#define MOV_BYTES 7
#define LOOK_AT   64 /* bytes of the function */

void check_exit_request_x86_64(void *) __attribute__((weak)); /* Unicorn's, qemu/tcg/tcg-op.c */

/* mov disp32(%rdi), %reg: the register's number, or -1. */
static int loads_engine(const uint8_t *code)
{
    return code[0] == 0x48 && code[1] == 0x8b && (code[2] & 0xc7) == 0x87 ? code[2] >> 3 & 7 : -1;
}

/* cmpb $0, disp32(%reg) and a short branch on it. */
static bool tests_flag(const uint8_t *code, int reg)
{
    return code[0] == 0x80 && code[1] == (0xb8 | reg) && code[6] == 0 && (code[7] == 0x74 || code[7] == 0x75);
}

void exits_init(struct cpu *cpu)
{
    const uint8_t *code = (const uint8_t *)check_exit_request_x86_64;
    int reg = -1;

    if (!code)
        return;
    for (unsigned i = 0; i < LOOK_AT; i++) {
        if (reg < 0) {
            reg = loads_engine(code + i);
            if (reg >= 0)
                i += MOV_BYTES - 1;
        } else if (tests_flag(code + i, reg)) {
            uint32_t offset;

            memcpy(&offset, code + i + 2, sizeof(offset));
            if (offset < malloc_usable_size(cpu->uc))
                cpu->no_exits = (uint8_t *)cpu->uc + offset;
            break;
        }
    }
    exits_within_blocks(cpu, false);
}

void exits_within_blocks(struct cpu *cpu, bool on)
{
    if (cpu->no_exits)
        *cpu->no_exits = !on;
}
