/*
 * exact.h - was nothing lost? Of arithmetic whose numbers and result are plain, or 0.
 *
 * Programs that compute with whole numbers in doubles, as awk, perl and Lua do, never get the flag of an inexact result, after which
 * nobody has to ask. True means that the result is exact; false may be said of one that is.
 */
#ifndef EMU_ENGINE_EXACT_H
#define EMU_ENGINE_EXACT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define DOUBLE_BITS 53

/* How many bits of a normal number's significand are in use, from the first to the last that is 1. */
static inline int bits_in_use(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof(bits));
    return DOUBLE_BITS - __builtin_ctzll(bits | UINT64_C(1) << (DOUBLE_BITS - 1));
}

/* Of the product of two numbers that are not 0. */
static inline bool product_fits(double a, double b)
{
    return bits_in_use(a) + bits_in_use(b) <= DOUBLE_BITS;
}

/* What of r is b, and what is a (Knuth's sum of two numbers, whose error these would be). */
static inline bool exact_add(double a, double b, double r)
{
    double of_b = r - a;

    return of_b == b && r - of_b == a;
}

static inline bool exact_sub(double a, double b, double r)
{
    return exact_add(a, -b, r);
}

static inline bool exact_mul(double a, double b, double r)
{
    return a == 0 || b == 0 || (r != 0 && product_fits(a, b));
}

static inline bool exact_div(double a, double b, double r)
{
    return a == 0 || (product_fits(r, b) && r * b == a);
}

/* Instructions have the number whose root they take as their second operand. */
static inline bool exact_sqrt(double unused, double b, double r)
{
    (void)unused;
    return b == 0 || (product_fits(r, r) && r * r == b);
}

#endif
