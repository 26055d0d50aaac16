/*
 * pkeys.c - protection keys: pkey_alloc(2), pkey_free(2), pkey_mprotect(2) and the rights in PKRU.
 *
 * The calls are made on every machine: without keys they have errors of their own. Rights are only changed
 * where the processor has them. Key 0 is left alone, everybody's stack has it.
 */
#include "fuzz.h"

#include <cpuid.h>

#include "mm/uapi.h"

#define PKEYS 16u

bool fuzz_has_pkeys(void)
{
    unsigned a, b, c = 0, d;

    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && c & bit_OSPKE;
}

uint32_t fuzz_pkru(void)
{
    uint32_t eax = 0, edx;

    __asm__ volatile(".byte 0x0f, 0x01, 0xee" : "=a"(eax), "=d"(edx) : "c"(0)); /* rdpkru */
    return eax;
}

void fuzz_set_pkru(uint32_t pkru)
{
    __asm__ volatile(".byte 0x0f, 0x01, 0xef" ::"a"(pkru), "c"(0), "d"(0) : "memory"); /* wrpkru */
}

uint32_t fuzz_with_rights(uint32_t pkru, uint64_t key, uint64_t rights)
{
    return (pkru & ~(3u << 2 * key)) | (uint32_t)(rights & 3) << 2 * key;
}

/* ---- arguments ---- */

/* One of the few keys that a sequence has, or one that there is not; never 0. */
static uint64_t gen_key(struct fuzz_gen *g)
{
    static const uint64_t odd[] = {(uint64_t)-1, 15, 16, (uint64_t)-2, UINT64_C(0xffffffff)};

    return one_in(g->r, 6) ? odd[rng_below(g->r, 5)] : 1 + rng_below(g->r, 3);
}

void fuzz_gen_pkey_alloc(struct fuzz_gen *g, uint64_t a[6])
{
    a[0] = one_in(g->r, 20);
    a[1] = one_in(g->r, 20) ? 4 + rng_below(g->r, 4) : rng_below(g->r, 4);
}

void fuzz_gen_pkey_free(struct fuzz_gen *g, uint64_t a[6])
{
    a[0] = gen_key(g);
}

void fuzz_gen_pkey_mprotect(struct fuzz_gen *g, uint64_t a[6])
{
    fuzz_gen_range(g, a);
    a[2] = fuzz_gen_prot(g);
    a[3] = one_in(g->r, 8) ? 0 : gen_key(g);
}

void fuzz_gen_rights(struct fuzz_gen *g, uint64_t a[6])
{
    a[0] = one_in(g->r, 10) ? PKEYS - 1 : 1 + rng_below(g->r, 4);
    a[1] = rng_below(g->r, 4);
}

/* ---- the model's side ---- */

int64_t fuzz_model_pkey_alloc(struct model *m, const uint64_t a[6])
{
    struct mm *mm = model_mm(m);
    int64_t key = mm_pkey_alloc(mm, a[0], a[1]);

    if (key >= 0)
        mm_set_pkru(mm, fuzz_with_rights(mm_pkru(mm), (uint64_t)key, a[1]));
    return key;
}

int64_t fuzz_model_pkey_free(struct model *m, const uint64_t a[6])
{
    return mm_pkey_free(model_mm(m), (int)a[0]);
}

int64_t fuzz_model_pkey_mprotect(struct model *m, const uint64_t a[6])
{
    return mm_mprotect(model_mm(m), a[0], a[1], a[2], (int)a[3]);
}
