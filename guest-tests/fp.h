/* fp.h - arithmetic done many times over with random operands, told as one number. */
#ifndef FP_H
#define FP_H

#include "probe.h"

#define FP_FLAGS                                                                                             \
    0x3fu /* invalid, denormal operand, by zero, overflow, underflow, inexact: of SSE and of x87 */
#define FP_DENORMAL 0x02u /* not always looked for */

/* What an operation's results and flags add up to. */
struct fingerprint {
    uint64_t results, flags;
};

static uint64_t fp_seed = 1;

static inline uint64_t fp_random(void)
{
    fp_seed = fp_seed * 6364136223846793005u + 1442695040888963407u;
    return fp_seed ^ fp_seed >> 31;
}

static inline uint64_t fp_mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

/* Tells two facts, or with FP_PRINT in the environment the row that is expected. */
static inline void fp_tell(const char *name, struct fingerprint got, struct fingerprint want)
{
    char fact[80];

    if (getenv("FP_PRINT")) {
        printf("    {0x%016lx, 0x%016lx}, /* %s */\n", got.results, got.flags, name);
        return;
    }
    snprintf(fact, sizeof(fact), "results of %s", name);
    is_true(got.results == want.results, fact);
    snprintf(fact, sizeof(fact), "flags of %s", name);
    is_true(got.flags == want.flags, fact);
}

#endif
