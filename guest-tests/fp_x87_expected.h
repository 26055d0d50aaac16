/*
 * fp_x87_expected.h - what fp_x87.c's operations add up to on x86-64 hardware, in its order. Again with FP_PRINT=1
 * build/guest-tests/fp_x87 on such a machine.
 */
#ifndef FP_X87_EXPECTED_H
#define FP_X87_EXPECTED_H

#include "fp.h"

static const struct fingerprint fp_x87_expected[] = {
    /* clang-format off */
    {0x4bf907e593848789, 0x7a716272c0fb2ac2}, /* fadd */
    {0x083a0dbb123c8832, 0x20e19dbbbdde2d96}, /* fsub */
    {0x08daa2dcd65c95bc, 0x20e19dbbbdde2d96}, /* fsubr */
    {0x4bd2cd0898793202, 0x8ae19713a6c2596e}, /* fmul */
    {0x5bcf582c52fedbd6, 0x4b9e7903b15b9072}, /* fdiv */
    {0x70cc17b3fb37b5e9, 0x46fbe0fa0cf75894}, /* fdivr */
    {0x6c26ba9f89ac11c1, 0x83dd09af5bc10db9}, /* fsqrt */
    {0x64ca9d943bc7b391, 0xa3335c034717cc48}, /* frndint */
    {0x1242765dd59cd81d, 0xd6f007b96a1eba9b}, /* fsts */
    {0xb18d1483b673e5e9, 0x3a4533692f2321e4}, /* fstl */
    {0x03c27e19256a8ebf, 0x94179543b9a617f5}, /* fistl */
    {0xa7225e886b02ef9c, 0x805bd723a496512f}, /* fistll */
    {0x4c44b0e84749af89, 0xfcd09b7a4966d656}, /* fcomi */
    {0x4c44b0e84749af89, 0x0000000000000000}, /* fucomi */
    /* clang-format on */
};

#endif
