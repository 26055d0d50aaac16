/*
 * floats.c - arithmetic of SSE that the host's processor does alike.
 *
 * The engine computes in software, to be right about the guest's rounding, its flags and every NaN. But the flag of an
 * inexact result stays set once it is, and most results are normal numbers: then IEEE 754 leaves only one
 * answer, no flag changes, and the host's instruction gives it. Everything else goes to the engine.
 *
 *      rounding to nearest, inexact already raised, denormals not zero    one look at the status
 *      a result that is neither 0, denormal, infinite nor a NaN           one look at its exponent
 *
 * The least normal exponent is left out, too: what was rounded up to it may have raised the underflow. Zeros are exact
 * where an operand says so; matrices are full of them.
 */
#include "engine.h"

#include <float.h>
#include <pthread.h>
#include <string.h>

/* float_status of the engine's qemu/include/fpu/softfloat-types.h: bytes. */
enum { ROUNDING = 1, RAISED = 2, DENORMALS_ARE_ZERO = 5 };
enum { TO_NEAREST = 0, UP = 2, INEXACT = 32 };

#define BYTE(n, value) ((uint64_t)(value) << 8 * (n))
#define DAZ            BYTE(DENORMALS_ARE_ZERO, 0xff)
#define ALIKE          (BYTE(ROUNDING, 0xff) | BYTE(RAISED, INEXACT) | DAZ)

/* Where the status is in the engine's state, found by floats_look(); until then no status is the wanted one. */
static struct {
    unsigned at;
    uint64_t alike, no_daz;
} sse = {0, UINT64_MAX, UINT64_MAX};

static inline uint64_t status(const void *state)
{
    uint64_t s;

    memcpy(&s, (const uint8_t *)state + sse.at, sizeof(s));
    return s;
}

static inline bool host_alike(const void *state)
{
    return (status(state) & ALIKE) == sse.alike;
}

/* Exponents from 2 to the greatest of a number. */
static inline bool plain_double(double x)
{
    uint64_t bits;

    memcpy(&bits, &x, sizeof(bits));
    return (bits << 1 >> 53) - 2 <= 0x7fe - 2;
}

static inline bool plain_float(float x)
{
    uint32_t bits;

    memcpy(&bits, &x, sizeof(bits));
    return (bits << 1 >> 24) - 2 <= 0xfe - 2;
}

typedef double guest_double __attribute__((may_alias));
typedef float guest_float __attribute__((may_alias));

/* Of n numbers; exact: when the result is 0, does it follow from an operand that nothing was lost? */
#define ARITHMETIC(name, type, n, op, exact)                                                                 \
    WRAP(void, name, void *state, void *to, const void *from)                                                \
    {                                                                                                        \
        type a[n], b[n], r[n];                                                                               \
        int i;                                                                                               \
                                                                                                             \
        memcpy(a, to, sizeof(a));                                                                            \
        memcpy(b, from, sizeof(b));                                                                          \
        for (i = 0; i < n; i++)                                                                              \
            r[i] = a[i] op b[i];                                                                             \
        if (likely(host_alike(state))) {                                                                     \
            for (i = 0; i < n && likely(plain_##type(r[i])); i++)                                            \
                ;                                                                                            \
            if (likely(i == n)) {                                                                            \
                for (i = 0; i < n; i++)                                                                      \
                    ((guest_##type *)to)[i] = r[i];                                                          \
                return;                                                                                      \
            }                                                                                                \
            for (i = 0; i < n && (plain_##type(r[i]) || (r[i] == 0 && (exact))); i++)                        \
                ;                                                                                            \
            if (i == n) {                                                                                    \
                memcpy(to, r, sizeof(r));                                                                    \
                return;                                                                                      \
            }                                                                                                \
        }                                                                                                    \
        __real_##name(state, to, from);                                                                      \
    }

ARITHMETIC(helper_addsd_x86_64, double, 1, +, true)
ARITHMETIC(helper_addpd_x86_64, double, 2, +, true)
ARITHMETIC(helper_addss_x86_64, float, 1, +, true)
ARITHMETIC(helper_addps_x86_64, float, 4, +, true)
ARITHMETIC(helper_subsd_x86_64, double, 1, -, true)
ARITHMETIC(helper_subpd_x86_64, double, 2, -, true)
ARITHMETIC(helper_subss_x86_64, float, 1, -, true)
ARITHMETIC(helper_subps_x86_64, float, 4, -, true)
ARITHMETIC(helper_mulsd_x86_64, double, 1, *, a[i] == 0 || b[i] == 0)
ARITHMETIC(helper_mulpd_x86_64, double, 2, *, a[i] == 0 || b[i] == 0)
ARITHMETIC(helper_mulss_x86_64, float, 1, *, a[i] == 0 || b[i] == 0)
ARITHMETIC(helper_mulps_x86_64, float, 4, *, a[i] == 0 || b[i] == 0)
ARITHMETIC(helper_divsd_x86_64, double, 1, /, a[i] == 0)
ARITHMETIC(helper_divpd_x86_64, double, 2, /, a[i] == 0)
ARITHMETIC(helper_divss_x86_64, float, 1, /, a[i] == 0)
ARITHMETIC(helper_divps_x86_64, float, 4, /, a[i] == 0)

#define SQUARE_ROOT(name, type, root)                                                                        \
    WRAP(void, name, void *state, void *to, const void *from)                                                \
    {                                                                                                        \
        type x, r;                                                                                           \
                                                                                                             \
        memcpy(&x, from, sizeof(x));                                                                         \
        r = x > 0 ? root(x) : 0;                                                                             \
        if (likely(plain_##type(r) && host_alike(state)))                                                    \
            memcpy(to, &r, sizeof(r));                                                                       \
        else                                                                                                 \
            __real_##name(state, to, from);                                                                  \
    }

SQUARE_ROOT(helper_sqrtsd_x86_64, double, __builtin_sqrt)
SQUARE_ROOT(helper_sqrtss_x86_64, float, __builtin_sqrtf)

/* Sets ZF, PF and CF, which are all the flags then. Only NaNs raise something. */
#define COMPARISON(name, type)                                                                               \
    WRAP(void, name, struct engine_state *state, const void *to, const void *from)                           \
    {                                                                                                        \
        type a, b;                                                                                           \
                                                                                                             \
        memcpy(&a, to, sizeof(a));                                                                           \
        memcpy(&b, from, sizeof(b));                                                                         \
        if (likely((a < b || a >= b) && (status(state) & DAZ) == sse.no_daz))                                \
            state->cc_src = a < b ? FLAG_CARRY : a == b ? FLAG_ZERO : 0;                                     \
        else                                                                                                 \
            __real_##name(state, to, from);                                                                  \
    }

enum { FLAG_CARRY = 1, FLAG_ZERO = 0x40 };

COMPARISON(helper_ucomisd_x86_64, double)
COMPARISON(helper_comisd_x86_64, double)
COMPARISON(helper_ucomiss_x86_64, float)
COMPARISON(helper_comiss_x86_64, float)

/* ---- where the status is: ask the engine ---- */

/* A state that only has a status: the engine's own functions are called with it. */
static uint8_t blank[4096] __attribute__((aligned(16)));

/* The engine's a * b. */
static double engine_product(double a, double b)
{
    double to[8] = {a}, from[8] = {b};

    __real_helper_mulsd_x86_64(blank, to, from);
    return to[0];
}

/* An inexact product raises the flag, and nothing else: there is the status. Then see that its other bytes mean what we say. */
static void floats_look(void)
{
    double odd = 1 + DBL_EPSILON; /* odd * odd is between 1 + 2 and 1 + 3 of DBL_EPSILON */
    double one[8] = {1}, two[8] = {2};
    struct engine_state *state = (struct engine_state *)blank;
    unsigned at = 0, raised = 0;

    if (!__real_helper_mulsd_x86_64 || !__real_helper_ucomisd_x86_64)
        return; /* the shared library */
    if (engine_product(odd, odd) != 1 + 2 * DBL_EPSILON)
        return;
    for (unsigned i = 0; i < sizeof(blank); i++) {
        if (blank[i]) {
            raised++;
            at = i - RAISED;
        }
    }
    if (raised != 1 || blank[at + RAISED] != INEXACT)
        return;
    blank[at + ROUNDING] = UP;
    if (engine_product(odd, odd) != 1 + 3 * DBL_EPSILON)
        return;
    blank[at + ROUNDING] = TO_NEAREST;
    if (engine_product(DBL_MIN / 4, 1) != DBL_MIN / 4)
        return;
    blank[at + DENORMALS_ARE_ZERO] = 1;
    if (engine_product(DBL_MIN / 4, 1) != 0)
        return;
    sse.at = at;
    sse.alike = BYTE(RAISED, INEXACT);
    __real_helper_ucomisd_x86_64(state, one, two);
    if (state->cc_src == FLAG_CARRY)
        sse.no_daz = 0;
}

void floats_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, floats_look);
}
