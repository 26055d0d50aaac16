/*
 * every.h - what the programs share that make calls of all kinds to be told (tests/cli/strace_every.sh): no library, no stack and
 * no mapping has an address in it, so the text is the same on every machine.
 */
#ifndef TESTS_GUEST_EVERY_H
#define TESTS_GUEST_EVERY_H

#include <stdint.h>

#define ARGS 6

/* ---- what arguments point to ---- */

static uint64_t small[64];
static uint64_t words[64];
static char text[] = "a/path\nof \1\377 it, and of more than 32 bytes";
static char short_text[] = "text";
static const char *strings[] = {text, short_text, 0, 0};
/* The last page there is. */
static uint8_t last[4096] __attribute__((aligned(4096), section(".bss.zz")));

static void fill(void)
{
    for (unsigned i = 0; i < 64; i++) {
        small[i] = i + 1;
        words[i] = 0x0000000300000002ull + i;
    }
    for (unsigned i = 0; i < sizeof(last); i++)
        last[i] = (uint8_t)(i + 1);
}

/* ---- */

static long call(long nr, const uint64_t a[ARGS])
{
    register uint64_t r10 __asm__("r10") = a[3], r8 __asm__("r8") = a[4], r9 __asm__("r9") = a[5];
    long ret;

    __asm__ volatile("syscall"
                     : "=a"(ret)
                     : "0"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return ret;
}

/* The program: it gets argc and argv. */
__attribute__((used, noreturn)) static void run(const long *stack);

__asm__(".globl _start\n"
        "_start: mov %rsp, %rdi\n"
        "and $-16, %rsp\n"
        "call run\n");

#endif
