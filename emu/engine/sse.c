/*
 * sse.c - arithmetic of SSE and SSE2: the host's processor has it, too.
 *
 * The engine computes in software, with rounding and NaNs as they should be, but tells nobody about exceptions: the
 * guest's MXCSR never has a flag and no exception that a program unmasked comes. The host does all of that
 * right if it has the guest's MXCSR for the one instruction, which costs as much as the software does:
 *
 *      guest's MXCSR, all masked --> host's     r = a op b     host's flags --> guest's MXCSR, or its exception 19
 *
 * Most of the time that is not needed. Flags stay set, and the flag of an inexact result soon is; then rounding to
 * nearest with all exceptions masked, what the host always does, gives the guest's result unless this one is
 * special: one look at its exponent.
 *
 *      neither 0 (where that may have been too small), denormal, infinite nor a NaN: r is it, no flag is missing
 *
 * One is: the flag of a denormal operand is not looked for then. And an underflow that is not masked is told by what it would be
 * if it were: not when the result is exact. The engine goes on doing what is MMX or newer.
 */
#include "engine.h"

#include <emmintrin.h>
#include <pthread.h>
#include <string.h>

/* MXCSR */
enum {
    INVALID = 1,
    DENORMAL = 2,
    BY_ZERO = 4,
    INEXACT = 0x20,
    FLAGS = 0x3f,
    DENORMALS_ARE_ZERO = 0x40,
    MASKS = 0x1f80,
    ROUNDING = 0x6000,
    ROUND_UP = 0x4000
};
#define MASK_SHIFT    7
#define SIMD_VECTOR   19
#define BEFORE_RESULT (INVALID | DENORMAL | BY_ZERO) /* found without computing: nothing else is told then */

/* Where the engine keeps MXCSR in its state, and the values of the two modes below; until it is found, no value has them. */
#define NO_MODE 1
static unsigned mxcsr_at;
static uint32_t plain_value = NO_MODE, exact_value = NO_MODE;

void raise_exception_ra_x86_64(void *state, int vector, uintptr_t at) __attribute__((weak, noreturn));

static inline uint32_t *mxcsr(void *state)
{
    return (uint32_t *)((uint8_t *)state + mxcsr_at);
}

/* Results like the host's unless they are special, and no flag that is not there. */
static inline bool plain_mode(void *state)
{
    const uint32_t used = MASKS | ROUNDING | DENORMALS_ARE_ZERO | INEXACT;

    return (*mxcsr(state) & used) == plain_value;
}

/* The same for what needs no rounding. */
static inline bool exact_mode(void *state)
{
    return (*mxcsr(state) & (MASKS | DENORMALS_ARE_ZERO)) == exact_value;
}

/* From the second least exponent of a normal number to the greatest: what was rounded up to the least was too small. */
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

static inline bool ordered(double a, double b)
{
    return a < b || a >= b;
}

/* ---- an instruction with the guest's MXCSR ---- */

/* Returns the host's. */
static inline unsigned enter(void *state)
{
    unsigned host = _mm_getcsr();

    _mm_setcsr((*mxcsr(state) | MASKS) & ~(unsigned)FLAGS);
    return host;
}

/* at: where translated code called us from. Does not return if there is an exception. */
static inline void leave(void *state, unsigned host, void *at)
{
    unsigned raised = _mm_getcsr() & FLAGS, unmasked = raised & ~(*mxcsr(state) >> MASK_SHIFT);

    _mm_setcsr(host);
    if (unmasked & BEFORE_RESULT)
        raised &= BEFORE_RESULT;
    *mxcsr(state) |= raised;
    if (unmasked)
        raise_exception_ra_x86_64(state, SIMD_VECTOR, (uintptr_t)at);
}

/* The compiler does not know that arithmetic depends on MXCSR: keep it between the two. */
#define KEEP(x) __asm__ volatile("" : "+x"(x) : : "memory")

/* ---- operands: loaded and stored as the engine does, or the host would wait for its stores ---- */

static inline __m128d load_sd(const void *p)
{
    return _mm_load_sd(p);
}

static inline __m128d load_pd(const void *p)
{
    return _mm_loadh_pd(_mm_load_sd(p), (const double *)p + 1);
}

static inline __m128 load_ss(const void *p)
{
    return _mm_load_ss(p);
}

static inline __m128 load_ps(const void *p)
{
    return _mm_castpd_ps(load_pd(p));
}

static inline void store_sd(void *p, __m128d x)
{
    _mm_store_sd(p, x);
}

static inline void store_pd(void *p, __m128d x)
{
    _mm_storeu_pd(p, x);
}

static inline void store_ss(void *p, __m128 x)
{
    _mm_store_ss(p, x);
}

static inline void store_ps(void *p, __m128 x)
{
    _mm_storeu_ps(p, x);
}

/* ---- the instructions ---- */

/* kind: sd, pd, ss or ps; quick, also: the usual and a rarer reason why r is the result and no flag is missing. */
#define OPERATION(name, kind, type, op, quick, also)                                                         \
    static void name##_slowly(void *state, void *to, type a, type b, void *at);                              \
    WRAP(void, name, void *state, void *to, const void *from)                                                \
    {                                                                                                        \
        type a = load_##kind(to), b = load_##kind(from), r = op;                                             \
                                                                                                             \
        if (likely(quick) || (also))                                                                         \
            store_##kind(to, r);                                                                             \
        else if (mxcsr_at)                                                                                   \
            name##_slowly(state, to, a, b, __builtin_return_address(0));                                     \
        else                                                                                                 \
            __real_##name(state, to, from);                                                                  \
    }                                                                                                        \
    /* away from what is executed all the time */                                                            \
    static                                                                                                   \
        __attribute__((cold, noinline)) void name##_slowly(void *state, void *to, type a, type b, void *at)  \
    {                                                                                                        \
        unsigned host = enter(state);                                                                        \
        type r;                                                                                              \
                                                                                                             \
        KEEP(a);                                                                                             \
        KEEP(b);                                                                                             \
        r = op;                                                                                              \
        KEEP(r);                                                                                             \
        leave(state, host, at);                                                                              \
        store_##kind(to, r);                                                                                 \
    }

/*
 * Are the n results r of a and b plain? Or 0, where exact(x, y) says that nothing was lost: matrices are full of zeros.
 */
#define PLAIN(type, n, exact)                                                                                \
    ({                                                                                                       \
        type x[n], y[n], z[n];                                                                               \
        bool all = true;                                                                                     \
                                                                                                             \
        memcpy(x, &a, sizeof(x));                                                                            \
        memcpy(y, &b, sizeof(y));                                                                            \
        memcpy(z, &r, sizeof(z));                                                                            \
        for (int i = 0; i < n && all; i++)                                                                   \
            all = likely(plain_##type(z[i])) || (z[i] == 0 && exact(x[i], y[i]));                            \
        all;                                                                                                 \
    })

#define DOUBLE(x) _mm_cvtsd_f64(x)
#define FLOAT(x)  _mm_cvtss_f32(x)

#define SCALAR(name, kind, type, value, plain, op, exact)                                                    \
    OPERATION(name, kind, type, op, plain_mode(state) && plain(value(r)),                                    \
              value(r) == 0 && exact(value(a), value(b)) && plain_mode(state))

#define ARITHMETIC(name, op, exact)                                                                          \
    SCALAR(helper_##name##sd_x86_64, sd, __m128d, DOUBLE, plain_double, op##_sd(a, b), exact)                \
    SCALAR(helper_##name##ss_x86_64, ss, __m128, FLOAT, plain_float, op##_ss(a, b), exact)                   \
    OPERATION(helper_##name##pd_x86_64, pd, __m128d, op##_pd(a, b),                                          \
              plain_mode(state) && PLAIN(double, 2, exact), false)                                           \
    OPERATION(helper_##name##ps_x86_64, ps, __m128, op##_ps(a, b),                                           \
              plain_mode(state) && PLAIN(float, 4, exact), false)

#define SUM_EXACT(x, y)      true
#define PRODUCT_EXACT(x, y)  ((x) == 0 || (y) == 0)
#define QUOTIENT_EXACT(x, y) ((x) == 0)
#define ROOT_EXACT(x, y)     ((y) == 0)

ARITHMETIC(add, _mm_add, SUM_EXACT)
ARITHMETIC(sub, _mm_sub, SUM_EXACT)
ARITHMETIC(mul, _mm_mul, PRODUCT_EXACT)
ARITHMETIC(div, _mm_div, QUOTIENT_EXACT)

SCALAR(helper_sqrtsd_x86_64, sd, __m128d, DOUBLE, plain_double, _mm_sqrt_sd(a, b), ROOT_EXACT)
SCALAR(helper_sqrtss_x86_64, ss, __m128, FLOAT, plain_float, _mm_move_ss(a, _mm_sqrt_ss(b)), ROOT_EXACT)
OPERATION(helper_sqrtpd_x86_64, pd, __m128d, _mm_sqrt_pd(b),
          plain_mode(state) && PLAIN(double, 2, ROOT_EXACT), false)
OPERATION(helper_sqrtps_x86_64, ps, __m128, _mm_sqrt_ps(b), plain_mode(state) && PLAIN(float, 4, ROOT_EXACT),
          false)

/* Only NaNs raise something. */
#define SELECTION(name, op)                                                                                  \
    OPERATION(helper_##name##sd_x86_64, sd, __m128d, op##_sd(a, b),                                          \
              exact_mode(state) && ordered(DOUBLE(a), DOUBLE(b)), false)                                     \
    OPERATION(helper_##name##ss_x86_64, ss, __m128, op##_ss(a, b),                                           \
              exact_mode(state) && ordered(FLOAT(a), FLOAT(b)), false)                                       \
    OPERATION(helper_##name##pd_x86_64, pd, __m128d, op##_pd(a, b), false, false)                            \
    OPERATION(helper_##name##ps_x86_64, ps, __m128, op##_ps(a, b), false, false)

SELECTION(min, _mm_min)
SELECTION(max, _mm_max)
SELECTION(cmpeq, _mm_cmpeq)
SELECTION(cmplt, _mm_cmplt)
SELECTION(cmple, _mm_cmple)
SELECTION(cmpunord, _mm_cmpunord)
SELECTION(cmpneq, _mm_cmpneq)
SELECTION(cmpnlt, _mm_cmpnlt)
SELECTION(cmpnle, _mm_cmpnle)
SELECTION(cmpord, _mm_cmpord)

/* Set ZF, PF and CF, which are all the flags then. */
enum { CF = 1, PF = 4, ZF = 0x40 };

#define COMPARISON(insn, kind, type, scalar)                                                                 \
    WRAP(void, helper_##insn##_x86_64, struct engine_state *state, const void *to, const void *from)         \
    {                                                                                                        \
        bool c, p, z;                                                                                        \
        type a, b;                                                                                           \
        unsigned host;                                                                                       \
                                                                                                             \
        if (!likely(mxcsr_at)) {                                                                             \
            __real_helper_##insn##_x86_64(state, to, from);                                                  \
            return;                                                                                          \
        }                                                                                                    \
        a = load_##kind(to);                                                                                 \
        b = load_##kind(from);                                                                               \
        if (likely(exact_mode(state) && ordered(scalar(a), scalar(b)))) {                                    \
            state->cc_src = scalar(a) < scalar(b) ? CF : scalar(a) == scalar(b) ? ZF : 0;                    \
            return;                                                                                          \
        }                                                                                                    \
        host = enter(state);                                                                                 \
        __asm__ volatile(#insn " %4, %3" : "=@ccc"(c), "=@ccp"(p), "=@ccz"(z) : "x"(a), "x"(b));             \
        leave(state, host, __builtin_return_address(0));                                                     \
        state->cc_src = (c ? CF : 0) | (p ? PF : 0) | (z ? ZF : 0);                                          \
    }

COMPARISON(ucomisd, sd, __m128d, DOUBLE)
COMPARISON(comisd, sd, __m128d, DOUBLE)
COMPARISON(ucomiss, ss, __m128, FLOAT)
COMPARISON(comiss, ss, __m128, FLOAT)

/* ---- conversions ---- */

/* The rest is done the same way for all: r is made from the operand a, which is loaded from `from` by load. */
#define CONVERSION(name, from_type, load, to_kind, to_type, op, quick)                                       \
    WRAP(void, name, void *state, void *to, const void *from)                                                \
    {                                                                                                        \
        from_type a;                                                                                         \
        to_type r;                                                                                           \
        unsigned host;                                                                                       \
                                                                                                             \
        if (!likely(mxcsr_at)) {                                                                             \
            __real_##name(state, to, from);                                                                  \
            return;                                                                                          \
        }                                                                                                    \
        a = load(from);                                                                                      \
        r = op(a);                                                                                           \
        if (!likely(quick)) {                                                                                \
            host = enter(state);                                                                             \
            KEEP(a);                                                                                         \
            r = op(a);                                                                                       \
            KEEP(r);                                                                                         \
            leave(state, host, __builtin_return_address(0));                                                 \
        }                                                                                                    \
        store_##to_kind(to, r);                                                                              \
    }

static inline __m128 load_two_floats(const void *p)
{
    return _mm_castpd_ps(load_sd(p));
}

#define FLOAT_TO_DOUBLE(x) _mm_cvtss_sd(_mm_setzero_pd(), x)
#define DOUBLE_TO_FLOAT(x) _mm_cvtsd_ss(_mm_setzero_ps(), x)
#define INTS_TO_FLOATS(x)  _mm_cvtepi32_ps(_mm_castps_si128(x))
#define INTS_TO_DOUBLES(x) _mm_cvtepi32_pd(_mm_castps_si128(x))
#define FLOATS_TO_INTS(x)  _mm_castsi128_ps(_mm_cvtps_epi32(x))
#define FLOATS_CUT(x)      _mm_castsi128_ps(_mm_cvttps_epi32(x))
#define DOUBLES_TO_INTS(x) _mm_castsi128_ps(_mm_cvtpd_epi32(x))
#define DOUBLES_CUT(x)     _mm_castsi128_ps(_mm_cvttpd_epi32(x))

CONVERSION(helper_cvtss2sd_x86_64, __m128, load_ss, sd, __m128d, FLOAT_TO_DOUBLE,
           exact_mode(state) && plain_float(FLOAT(a)))
CONVERSION(helper_cvtsd2ss_x86_64, __m128d, load_sd, ss, __m128, DOUBLE_TO_FLOAT,
           plain_mode(state) && plain_float(FLOAT(r)))
CONVERSION(helper_cvtps2pd_x86_64, __m128, load_two_floats, pd, __m128d, _mm_cvtps_pd, false)
CONVERSION(helper_cvtpd2ps_x86_64, __m128d, load_pd, ps, __m128, _mm_cvtpd_ps, false)
CONVERSION(helper_cvtdq2ps_x86_64, __m128, load_ps, ps, __m128, INTS_TO_FLOATS, plain_mode(state))
CONVERSION(helper_cvtdq2pd_x86_64, __m128, load_two_floats, pd, __m128d, INTS_TO_DOUBLES, true)
CONVERSION(helper_cvtps2dq_x86_64, __m128, load_ps, ps, __m128, FLOATS_TO_INTS, false)
CONVERSION(helper_cvttps2dq_x86_64, __m128, load_ps, ps, __m128, FLOATS_CUT, false)
CONVERSION(helper_cvtpd2dq_x86_64, __m128d, load_pd, ps, __m128, DOUBLES_TO_INTS, false)
CONVERSION(helper_cvttpd2dq_x86_64, __m128d, load_pd, ps, __m128, DOUBLES_CUT, false)

#define FROM_INTEGER(name, integer, kind, type, op, quick)                                                   \
    WRAP(void, name, void *state, void *to, integer value)                                                   \
    {                                                                                                        \
        type r;                                                                                              \
        unsigned host;                                                                                       \
                                                                                                             \
        if (!likely(mxcsr_at)) {                                                                             \
            __real_##name(state, to, value);                                                                 \
            return;                                                                                          \
        }                                                                                                    \
        r = op;                                                                                              \
        if (!likely(quick)) {                                                                                \
            host = enter(state);                                                                             \
            __asm__ volatile("" : "+r"(value) : : "memory");                                                 \
            r = op;                                                                                          \
            KEEP(r);                                                                                         \
            leave(state, host, __builtin_return_address(0));                                                 \
        }                                                                                                    \
        store_##kind(to, r);                                                                                 \
    }

FROM_INTEGER(helper_cvtsi2sd_x86_64, int32_t, sd, __m128d, _mm_cvtsi32_sd(_mm_setzero_pd(), value), true)
FROM_INTEGER(helper_cvtsq2sd_x86_64, int64_t, sd, __m128d, _mm_cvtsi64_sd(_mm_setzero_pd(), value),
             plain_mode(state))
FROM_INTEGER(helper_cvtsi2ss_x86_64, int32_t, ss, __m128, _mm_cvtsi32_ss(_mm_setzero_ps(), value),
             plain_mode(state))
FROM_INTEGER(helper_cvtsq2ss_x86_64, int64_t, ss, __m128, _mm_cvtsi64_ss(_mm_setzero_ps(), value),
             plain_mode(state))

/* What does not fit is INVALID, and the least integer. */
#define LEAST(integer) ((integer)(UINT64_C(1) << (8 * sizeof(integer) - 1)))
#define TO_INTEGER(name, integer, kind, type, op)                                                            \
    WRAP(integer, name, void *state, const void *from)                                                       \
    {                                                                                                        \
        type a;                                                                                              \
        unsigned host;                                                                                       \
        integer r;                                                                                           \
                                                                                                             \
        if (!likely(mxcsr_at))                                                                               \
            return __real_##name(state, from);                                                               \
        a = load_##kind(from);                                                                               \
        r = op(a);                                                                                           \
        if (!likely(plain_mode(state) && r != LEAST(integer))) {                                             \
            host = enter(state);                                                                             \
            KEEP(a);                                                                                         \
            r = op(a);                                                                                       \
            __asm__ volatile("" : "+r"(r) : : "memory");                                                     \
            leave(state, host, __builtin_return_address(0));                                                 \
        }                                                                                                    \
        return r;                                                                                            \
    }

TO_INTEGER(helper_cvtsd2si_x86_64, int32_t, sd, __m128d, _mm_cvtsd_si32)
TO_INTEGER(helper_cvtsd2sq_x86_64, int64_t, sd, __m128d, _mm_cvtsd_si64)
TO_INTEGER(helper_cvttsd2si_x86_64, int32_t, sd, __m128d, _mm_cvttsd_si32)
TO_INTEGER(helper_cvttsd2sq_x86_64, int64_t, sd, __m128d, _mm_cvttsd_si64)
TO_INTEGER(helper_cvtss2si_x86_64, int32_t, ss, __m128, _mm_cvtss_si32)
TO_INTEGER(helper_cvtss2sq_x86_64, int64_t, ss, __m128, _mm_cvtss_si64)
TO_INTEGER(helper_cvttss2si_x86_64, int32_t, ss, __m128, _mm_cvttss_si32)
TO_INTEGER(helper_cvttss2sq_x86_64, int64_t, ss, __m128, _mm_cvttss_si64)

/* ---- where MXCSR is: ask the engine ---- */

void helper_ldmxcsr_x86_64(void *state, uint32_t value) __attribute__((weak));

/* Loaded into a state that is all zeros, it is the one word that has its value. */
static void sse_look(void)
{
    static uint32_t blank[1024] __attribute__((aligned(16)));
    const uint32_t value = MASKS | ROUND_UP | FLAGS;
    struct engine_state *state = (struct engine_state *)blank;
    double one[8] = {1}, two[8] = {2};
    unsigned found = 0, at = 0;

    if (!helper_ldmxcsr_x86_64 || !__real_helper_ucomisd_x86_64 || !raise_exception_ra_x86_64)
        return; /* the shared library */
    helper_ldmxcsr_x86_64(blank, value);
    __real_helper_ucomisd_x86_64(state, one, two);
    for (unsigned i = 0; i < sizeof(blank) / sizeof(*blank); i++) {
        if (blank[i] == value) {
            at = i * sizeof(*blank);
            found++;
        }
    }
    if (found == 1 && at > sizeof(*state) && state->cc_src == CF)
        mxcsr_at = at, plain_value = MASKS | INEXACT, exact_value = MASKS;
}

void sse_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, sse_look);
}
