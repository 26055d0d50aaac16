/* What emu/engine/ does instead of Unicorn: the same. */
#include "emu/cpu_priv.h"
#include "run_suite.h"

#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 20000

typedef void binary(void *state, void *to, const void *from);

#define PAIR(name)                                                                                           \
    void __wrap_##name(void *state, void *to, const void *from);                                             \
    void __real_##name(void *state, void *to, const void *from) __attribute__((weak));
/* clang-format off */
#define EACH(X)                                                                                        \
    X(helper_addsd_x86_64) X(helper_addpd_x86_64) X(helper_addss_x86_64) X(helper_addps_x86_64)        \
    X(helper_subsd_x86_64) X(helper_subpd_x86_64) X(helper_subss_x86_64) X(helper_subps_x86_64)        \
    X(helper_mulsd_x86_64) X(helper_mulpd_x86_64) X(helper_mulss_x86_64) X(helper_mulps_x86_64)        \
    X(helper_divsd_x86_64) X(helper_divpd_x86_64) X(helper_divss_x86_64) X(helper_divps_x86_64)        \
    X(helper_sqrtsd_x86_64) X(helper_sqrtss_x86_64) X(helper_ucomisd_x86_64) X(helper_comisd_x86_64)   \
    X(helper_ucomiss_x86_64) X(helper_comiss_x86_64)
/* clang-format on */
EACH(PAIR)

#define ROW(name) {#name, __wrap_##name, __real_##name},
static const struct {
    const char *name;
    binary *ours, *real;
} functions[] = {EACH(ROW)};
#define NR_FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

static uint64_t rng = 1;

static uint64_t random64(void)
{
    rng = rng * 6364136223846793005u + 1442695040888963407u;
    return rng ^ rng >> 31;
}

static const double special[] = {
    0.0, -0.0, 1, -1, 3, INFINITY, -INFINITY, NAN, DBL_MIN, DBL_MIN / 2, DBL_TRUE_MIN, DBL_MAX, DBL_EPSILON,
    FLT_MIN, FLT_TRUE_MIN, FLT_MAX,
    /* times the least normal number: rounded up to it, and an underflow all the same */
    1 - DBL_EPSILON / 2, 1 - FLT_EPSILON / 2};

/* 16 bytes of two doubles or four floats, some of them special, some near others. */
static void random_register(void *reg, bool floats)
{
    for (int i = 0; i < (floats ? 4 : 2); i++) {
        uint64_t bits = random64();
        double d;
        float f;

        if (random64() % 4 == 0)
            d = special[random64() % (sizeof(special) / sizeof(special[0]))];
        else if (random64() % 2)
            d = ldexp(1.0 + (double)(bits & 0xff) / 256, (int)(bits >> 8 & 15) - 8);
        else
            memcpy(&d, &bits, sizeof(d));
        f = (float)d;
        if (floats)
            memcpy((char *)reg + 4 * i, &f, sizeof(f));
        else
            memcpy((char *)reg + 8 * i, &d, sizeof(d));
    }
}

void helper_ldmxcsr_x86_64(void *state, uint32_t value) __attribute__((weak));

/* With all roundings, denormals as zero, flags and none. (That results that are too small become zero the engine forgets.) */
START_TEST(results_are_the_engines)
{
    static const uint32_t modes[] = {0x1fa0, 0x1fa0, 0x1f80, 0x3fa0, 0x5f80, 0x7fbf, 0x1fe0};
    static uint8_t ours[4096] __attribute__((aligned(16))), real[4096] __attribute__((aligned(16)));
    const struct engine_state *flags_of_ours = (const void *)ours, *flags_of_real = (const void *)real;
    const char *name = functions[_i].name;
    bool floats = strstr(name, "ss_") || strstr(name, "ps_");

    if (!functions[_i].real)
        return; /* the shared library: nothing is done instead */
    sse_look();
    for (int k = 0; k < ROUNDS; k++) {
        uint32_t mode = modes[random64() % (sizeof(modes) / sizeof(modes[0]))];
        uint8_t to[2][64] = {{0}}, from[64] = {0}, at_first[16];

        random_register(to[0], floats);
        random_register(from, floats);
        memcpy(at_first, to[0], 16);
        memcpy(to[1], to[0], 64);
        helper_ldmxcsr_x86_64(ours, mode);
        helper_ldmxcsr_x86_64(real, mode);
        functions[_i].ours(ours, to[0], from);
        functions[_i].real(real, to[1], from);
        if (memcmp(to[0], to[1], 64) || flags_of_ours->cc_src != flags_of_real->cc_src) {
            char text[400] = "", *p = text;

            for (int b = 0; b < 16; b++)
                p += sprintf(p, "%02x", at_first[b]);
            for (int b = 0; b < 16; b++)
                p += sprintf(p, "%s%02x", b ? "" : " ", from[b]);
            ck_abort_msg("%s: MXCSR %#x, operands %s: another result", name, mode, text);
        }
    }
}
END_TEST

/* ---- flags: of each kind of operation the engine knows ---- */

uint64_t __wrap_helper_cc_compute_all_x86_64(uint64_t result, uint64_t src1, uint64_t src2, uint32_t op);
uint64_t __real_helper_cc_compute_all_x86_64(uint64_t result, uint64_t src1, uint64_t src2, uint32_t op)
    __attribute__((weak));

START_TEST(flags_are_the_engines)
{
    if (!__real_helper_cc_compute_all_x86_64)
        return;
    for (int k = 0; k < ROUNDS; k++) {
        static const uint64_t edges[] = {
            0, 1, 0x7f, 0x80, 0xff, 0x8000, 0x80000000, UINT64_C(1) << 63, UINT64_MAX};
        uint64_t x = random64() % 2 ? random64() : edges[random64() % (sizeof(edges) / sizeof(*edges))];
        uint64_t y = random64(), z = random64();

        for (uint32_t op = 1; op < 48; op++)
            ck_assert_uint_eq(__wrap_helper_cc_compute_all_x86_64(x, y, z, op),
                              __real_helper_cc_compute_all_x86_64(x, y, z, op));
    }
}
END_TEST

int main(void)
{
    TCase *floats = tcase_create("sse"), *flags = tcase_create("flags");

    tcase_add_loop_test(floats, results_are_the_engines, 0, NR_FUNCTIONS);
    tcase_add_test(flags, flags_are_the_engines);
    return run_suite("engine", floats, flags, NULL);
}
