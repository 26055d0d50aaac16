/* rng.c - reproducible random choices: xorshift64* (Marsaglia 2003, Vigna 2016). */
#include "fuzz.h"

uint64_t rng_next(struct rng *r)
{
    uint64_t x = r->s ? r->s : UINT64_C(0x9e3779b97f4a7c15);

    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    r->s = x;
    return x * UINT64_C(0x2545f4914f6cdd1d);
}

unsigned rng_below(struct rng *r, unsigned n)
{
    return (unsigned)((rng_next(r) >> 33) % n);
}
