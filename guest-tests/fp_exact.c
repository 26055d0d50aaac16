/* fp_exact.c - the flag of an inexact result of SSE's doubles: exactly when a bit was lost. MXCSR has no flag before. */
#include "probe.h"
#include "fp.h"

#include <math.h>

#define MASKED 0x1f80u
#define ROUNDS 20000

typedef unsigned __int128 uint128;

/* a insn b, told whether that was inexact; any other flag is none of these numbers'. */
#define RUN(name)                                                                                            \
    static bool name(double a, double b, double *r)                                                          \
    {                                                                                                        \
        unsigned before = MASKED, after;                                                                     \
                                                                                                             \
        __asm__ volatile("ldmxcsr %2\n\t" #name " %3, %0\n\tstmxcsr %1"                                      \
                         : "+x"(a), "=m"(after)                                                              \
                         : "m"(before), "x"(b));                                                             \
        *r = a;                                                                                              \
        return after != MASKED;                                                                              \
    }

RUN(addsd)
RUN(subsd)
RUN(mulsd)
RUN(divsd)
RUN(sqrtsd)

/* A whole number of at most n bits, more often one with few. */
static uint64_t whole(unsigned n)
{
    return fp_random() >> (64 - n) >> fp_random() % n;
}

/* More than a double has? */
static bool lost(uint128 x)
{
    return x && (uint128)(double)x != x;
}

static bool sum_is_wrong(void)
{
    uint64_t a = whole(53), b = whole(53);
    unsigned up = (unsigned)(fp_random() % 60);
    double r;
    bool inexact = addsd(ldexp((double)a, (int)up), (double)b, &r);

    return inexact != lost(((uint128)a << up) + b);
}

static bool difference_is_wrong(void)
{
    uint64_t a = whole(53), b = whole(53);
    unsigned up = (unsigned)(fp_random() % 60);
    uint128 big = (uint128)a << up;
    double r;
    bool inexact = subsd(-ldexp((double)a, (int)up), -(double)b, &r);

    return inexact != lost(big > b ? big - b : b - big);
}

static bool product_is_wrong(void)
{
    uint64_t a = whole(53), b = whole(53);
    int down = (int)(fp_random() % 1000);
    double r;
    bool inexact = mulsd(ldexp((double)a, -down), (double)b, &r);

    return inexact != lost((uint128)a * b);
}

/* A whole number of exactly n bits. What is next to a product of two such numbers, divided by one of them, is nearly the other. */
static uint64_t long_number(unsigned n)
{
    return fp_random() >> (64 - n) | UINT64_C(1) << (n - 1);
}

static bool quotient_is_wrong(void)
{
    uint64_t b = long_number(26), a = b * long_number(27) + fp_random() % 2;
    double r;
    bool inexact;

    if (fp_random() & 1) {
        b = whole(53) + 1;
        a = whole(53) + 1;
    }
    inexact = divsd((double)a, (double)b, &r);
    return inexact != (((uint128)a << 64) % b > 0);
}

static bool root_is_wrong(void)
{
    uint64_t root = fp_random() & 1 ? whole(26) : 2 * long_number(26), a = root * root;
    double r;
    bool inexact;

    if (fp_random() & 1 && !lost(a + 1))
        a++;
    inexact = sqrtsd(0, (double)a, &r);
    return inexact != (r != floor(r) || (uint128)r * (uint128)r != a);
}

static void check(bool (*is_wrong)(void), const char *fact)
{
    long wrong = 0;

    fp_seed = 1;
    for (int i = 0; i < ROUNDS; i++)
        wrong += is_wrong();
    is_num(wrong, 0, fact);
}

int main(void)
{
    if (on_tcg()) {
        told_skip("inexact results", "a processor that forgets exceptions");
        return done();
    }
    check(sum_is_wrong, "addsd");
    check(difference_is_wrong, "subsd");
    check(product_is_wrong, "mulsd");
    check(quotient_is_wrong, "divsd");
    check(root_is_wrong, "sqrtsd");
    return done();
}
