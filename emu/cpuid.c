/*
 * cpuid.c - what the guest's processor says of itself: one table, the same on every host and engine version.
 *
 * The level is x86-64-v2 with AES and PCLMULQDQ, what the engine's translator does completely. No AVX and no XSAVE
 * (the translator has none), no RDRAND and RDSEED (not reproducible), no TSC deadline, no FSGSBASE. Protection
 * keys are there: RDPKRU and WRPKRU are carried out by emu/insn.c.
 */
#include "cpu.h"

#define MAX_BASIC    0x0d
#define MAX_EXTENDED 0x80000008u

/* CPUID.1:EDX and what AT_HWCAP repeats. */
#define FEATURES_EDX                                                                                         \
    (1u << 0 /* FPU */ | 1u << 3 /* PSE */ | 1u << 4 /* TSC */ | 1u << 5 /* MSR */ | 1u << 6 /* PAE */ |     \
     1u << 8 /* CX8 */ | 1u << 9 /* APIC */ | 1u << 13 /* PGE */ | 1u << 15 /* CMOV */ |                     \
     1u << 16 /* PAT */ | 1u << 19 /* CLFSH */ | 1u << 23 /* MMX */ | 1u << 24 /* FXSR */ |                  \
     1u << 25 /* SSE */ | 1u << 26 /* SSE2 */)
#define FEATURES_ECX                                                                                         \
    (1u << 0 /* SSE3 */ | 1u << 1 /* PCLMULQDQ */ | 1u << 9 /* SSSE3 */ | 1u << 13 /* CX16 */ |              \
     1u << 19 /* SSE4.1 */ | 1u << 20 /* SSE4.2 */ | 1u << 23 /* POPCNT */ | 1u << 25 /* AES */)
#define SIGNATURE 0x000206c1u /* family 6, model 44, stepping 1: Westmere */

static const struct {
    uint32_t leaf, subleaf; /* subleaf ANY: whatever ECX holds */
    struct cpuid_regs r;
} table[] = {
#define ANY UINT32_MAX
    {0x0, ANY, {MAX_BASIC, 0x756e6547 /* Genu */, 0x6c65746e /* ntel */, 0x49656e69 /* ineI */}},
    {0x1, ANY, {SIGNATURE, 8u << 8 /* CLFLUSH 64 */ | 1u << 16, FEATURES_ECX, FEATURES_EDX}},
    {0x2, ANY, {0x00000001, 0, 0, 0x002c307d}},
    /* Caches: 32 KiB data, 32 KiB code, 256 KiB, 8 MiB; one core, one thread. */
    {0x4, 0, {0x00000121, 7u << 22 | 63, 63, 1}},
    {0x4, 1, {0x00000122, 3u << 22 | 63, 127, 1}},
    {0x4, 2, {0x00000143, 7u << 22 | 63, 511, 1}},
    {0x4, 3, {0x00000163, 15u << 22 | 63, 8191, 3}},
    {0x7, 0, {0, 0, 1u << 3 /* PKU */ | 1u << 4 /* OSPKE */, 0}},
    /* XSAVE components: x87 and SSE, and where signal frames hold PKRU (no XSAVE instruction all the same). */
    {0xd, 0, {0x203, 584, 584, 0}},
    {0xd, 9, {8, 576, 0, 0}},
    {0x80000000, ANY, {MAX_EXTENDED, 0, 0, 0}},
    {0x80000001,
     ANY,
     {0, 0, 1u << 0 /* LAHF */, 1u << 11 /* SYSCALL */ | 1u << 20 /* NX */ | 1u << 29 /* LM */}},
    /* "mseal-emu virtual CPU" */
    {0x80000002, ANY, {0x6165736d, 0x6d652d6c, 0x69762075, 0x61757472}},
    {0x80000003, ANY, {0x5043206c, 0x00000055, 0, 0}},
    {0x80000006, ANY, {0, 0, 256u << 16 | 8u << 12 | 1u << 8 | 64, 0}},
    {0x80000007, ANY, {0, 0, 0, 1u << 8 /* the TSC never stops or changes pace */}},
    {0x80000008, ANY, {48u << 8 | 40, 0, 0, 0}},
};

struct cpuid_regs cpuid_lookup(uint32_t leaf, uint32_t subleaf)
{
    struct cpuid_regs none = {0, 0, 0, 0};

    /* Past the end Intel's processors answer with the highest basic leaf. */
    if (leaf > MAX_EXTENDED || (leaf > MAX_BASIC && leaf < 0x80000000u))
        leaf = MAX_BASIC;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        if (table[i].leaf == leaf && (table[i].subleaf == ANY || table[i].subleaf == subleaf))
            return table[i].r;
    return none;
}
