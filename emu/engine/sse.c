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
 * if it were: not when the result is exact. As long as the flag of an inexact result is not set, exact.h says of doubles whether
 * it stays so. The engine goes on doing what is MMX or newer. For operations of one number sse_code.c puts the look at
 * the exponent into the guest's code.
 */
#include "code.h"
#include "exact.h"

#include <emmintrin.h>
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

#define PLAIN_MASK (MASKS | ROUNDING | DENORMALS_ARE_ZERO | INEXACT)

/* Results like the host's unless they are special, and no flag that is not there. */
static inline bool plain_mode(void *state)
{
    return (*mxcsr(state) & PLAIN_MASK) == plain_value;
}

/* Results like the host's, but a flag may be missing. */
static inline bool nearest_mode(void *state)
{
    return (*mxcsr(state) & (PLAIN_MASK & ~INEXACT)) == (plain_value & ~INEXACT);
}

/* The same for what needs no rounding. */
static inline bool exact_mode(void *state)
{
    return (*mxcsr(state) & (MASKS | DENORMALS_ARE_ZERO)) == exact_value;
}

/*
 * From the second least exponent of a normal number to the greatest: what was rounded up to the least was too small. Moved by
 * hand, or the compiler would also store the result out of the general register, some cycles later.
 */
static inline bool plain_double(double x)
{
    uint64_t bits;

    __asm__("movq %1, %0" : "=r"(bits) : "x"(x));
    return (bits << 1 >> 53) - 2 <= 0x7fe - 2;
}

static inline bool plain_float(float x)
{
    uint32_t bits;

    __asm__("movd %1, %0" : "=r"(bits) : "x"(x));
    return (bits << 1 >> 24) - 2 <= 0xfe - 2;
}

static inline bool zero_or_plain(double x)
{
    return x == 0 || plain_double(x);
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

/*
 * The guest's instruction is the host's, operand for operand: which of two NaNs comes out is decided by their order, which the
 * compiler would be free to change. out_is: "+x", or "=r" where an integer is the result; in_is: "x" or "r".
 */
#define RUN(insn, out_is, out, in_is, in) __asm__(insn " %1, %0" : out_is(out) : in_is(in))

/* The same with the guest's MXCSR, for code that goes on at `at`. */
#define RUN_AS_GUEST(state, at, insn, out_is, out, in_is, in)                                                \
    do {                                                                                                     \
        unsigned host = enter(state);                                                                        \
                                                                                                             \
        __asm__ volatile(insn " %1, %0" : out_is(out) : in_is(in) : "memory");                               \
        leave(state, host, at);                                                                              \
    } while (0)

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
#define OPERATION(insn, kind, type, quick, also)                                                             \
    static void insn##_slowly(void *state, void *to, type r, type b, void *at);                              \
    WRAP(void, helper_##insn##_x86_64, void *state, void *to, const void *from)                              \
    {                                                                                                        \
        type a = load_##kind(to), b = load_##kind(from), r = a;                                              \
                                                                                                             \
        RUN(#insn, "+x", r, "x", b);                                                                         \
        if (likely(quick) || (also))                                                                         \
            store_##kind(to, r);                                                                             \
        else if (mxcsr_at)                                                                                   \
            insn##_slowly(state, to, a, b, __builtin_return_address(0));                                     \
        else                                                                                                 \
            __real_helper_##insn##_x86_64(state, to, from);                                                  \
    }                                                                                                        \
    /* away from what is executed all the time */                                                            \
    static                                                                                                   \
        __attribute__((cold, noinline)) void insn##_slowly(void *state, void *to, type r, type b, void *at)  \
    {                                                                                                        \
        RUN_AS_GUEST(state, at, #insn, "+x", r, "x", b);                                                     \
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

#define SCALAR(insn, kind, type, value, plain, exact, nothing_lost)                                          \
    OPERATION(insn, kind, type, plain_mode(state) && plain(value(r)),                                        \
              (value(r) == 0 && exact(value(a), value(b)) && plain_mode(state)) || (nothing_lost))

/* No flag is missing though none was set. */
#define NOTHING_LOST(name)                                                                                   \
    (nearest_mode(state) && zero_or_plain(DOUBLE(a)) && zero_or_plain(DOUBLE(b)) &&                          \
     zero_or_plain(DOUBLE(r)) && exact_##name(DOUBLE(a), DOUBLE(b), DOUBLE(r)))

#define ARITHMETIC(name, exact)                                                                              \
    SCALAR(name##sd, sd, __m128d, DOUBLE, plain_double, exact, NOTHING_LOST(name))                           \
    SCALAR(name##ss, ss, __m128, FLOAT, plain_float, exact, false)                                           \
    OPERATION(name##pd, pd, __m128d, plain_mode(state) && PLAIN(double, 2, exact), false)                    \
    OPERATION(name##ps, ps, __m128, plain_mode(state) && PLAIN(float, 4, exact), false)

#define SUM_EXACT(x, y)      true
#define PRODUCT_EXACT(x, y)  ((x) == 0 || (y) == 0)
#define QUOTIENT_EXACT(x, y) ((x) == 0)
#define ROOT_EXACT(x, y)     ((y) == 0)

ARITHMETIC(add, SUM_EXACT)
ARITHMETIC(sub, SUM_EXACT)
ARITHMETIC(mul, PRODUCT_EXACT)
ARITHMETIC(div, QUOTIENT_EXACT)
ARITHMETIC(sqrt, ROOT_EXACT)

#define FUNCTION(name) ((void *)__wrap_helper_##name##_x86_64)

bool sse_quick(const void *function, struct quick *q)
{
    static const struct {
        void *function;
        uint8_t prefix, opcode;
    } scalars[NR_QUICK] = {
        {FUNCTION(addsd), 0xf2, 0x58},  {FUNCTION(addss), 0xf3, 0x58}, {FUNCTION(mulsd), 0xf2, 0x59},
        {FUNCTION(mulss), 0xf3, 0x59},  {FUNCTION(subsd), 0xf2, 0x5c}, {FUNCTION(subss), 0xf3, 0x5c},
        {FUNCTION(divsd), 0xf2, 0x5e},  {FUNCTION(divss), 0xf3, 0x5e}, {FUNCTION(sqrtsd), 0xf2, 0x51},
        {FUNCTION(sqrtss), 0xf3, 0x51},
    };

    for (unsigned i = 0; i < NR_QUICK && mxcsr_at; i++) {
        if (scalars[i].function != function)
            continue;
        *q = (struct quick){i, scalars[i].prefix, scalars[i].opcode, {mxcsr_at, PLAIN_MASK, plain_value}};
        return true;
    }
    return false;
}

/* Only NaNs raise something. */
#define SELECTION(name)                                                                                      \
    OPERATION(name##sd, sd, __m128d, exact_mode(state) && ordered(DOUBLE(a), DOUBLE(b)), false)              \
    OPERATION(name##ss, ss, __m128, exact_mode(state) && ordered(FLOAT(a), FLOAT(b)), false)                 \
    OPERATION(name##pd, pd, __m128d, false, false)                                                           \
    OPERATION(name##ps, ps, __m128, false, false)

SELECTION(min)
SELECTION(max)
SELECTION(cmpeq)
SELECTION(cmplt)
SELECTION(cmple)
SELECTION(cmpunord)
SELECTION(cmpneq)
SELECTION(cmpnlt)
SELECTION(cmpnle)
SELECTION(cmpord)

/* Set ZF, PF and CF, which are all the flags then. */
enum { CF = 1, PF = 4, ZF = 0x40 };

#define COMPARISON(insn, kind, type, scalar)                                                                 \
    WRAP(void, helper_##insn##_x86_64, struct engine_state *state, const void *to, const void *from)         \
    {                                                                                                        \
        type a = load_##kind(to), b = load_##kind(from);                                                     \
        bool c, p, z;                                                                                        \
        unsigned host;                                                                                       \
                                                                                                             \
        if (likely(exact_mode(state) && ordered(scalar(a), scalar(b)))) {                                    \
            state->cc_src = scalar(a) < scalar(b) ? CF : scalar(a) == scalar(b) ? ZF : 0;                    \
            return;                                                                                          \
        }                                                                                                    \
        if (!mxcsr_at) {                                                                                     \
            __real_helper_##insn##_x86_64(state, to, from);                                                  \
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

static inline __m128 load_two_floats(const void *p)
{
    return _mm_castpd_ps(load_sd(p));
}

/* Of the registers' operand a, which is loaded from `from` by load. */
#define CONVERSION(insn, from_type, load, to_kind, to_type, quick)                                           \
    WRAP(void, helper_##insn##_x86_64, void *state, void *to, const void *from)                              \
    {                                                                                                        \
        from_type a = load(from);                                                                            \
        to_type r = {0};                                                                                     \
                                                                                                             \
        RUN(#insn, "+x", r, "x", a);                                                                         \
        if (!likely(quick)) {                                                                                \
            if (!mxcsr_at) {                                                                                 \
                __real_helper_##insn##_x86_64(state, to, from);                                              \
                return;                                                                                      \
            }                                                                                                \
            RUN_AS_GUEST(state, __builtin_return_address(0), #insn, "+x", r, "x", a);                        \
        }                                                                                                    \
        store_##to_kind(to, r);                                                                              \
    }

CONVERSION(cvtss2sd, __m128, load_ss, sd, __m128d, exact_mode(state) && plain_float(FLOAT(a)))
CONVERSION(cvtsd2ss, __m128d, load_sd, ss, __m128, plain_mode(state) && plain_float(FLOAT(r)))
CONVERSION(cvtps2pd, __m128, load_two_floats, pd, __m128d, false)
CONVERSION(cvtpd2ps, __m128d, load_pd, ps, __m128, false)
CONVERSION(cvtdq2ps, __m128, load_ps, ps, __m128, plain_mode(state))
CONVERSION(cvtdq2pd, __m128, load_two_floats, pd, __m128d, true)
CONVERSION(cvtps2dq, __m128, load_ps, ps, __m128, false)
CONVERSION(cvttps2dq, __m128, load_ps, ps, __m128, false)
CONVERSION(cvtpd2dq, __m128d, load_pd, ps, __m128, false)
CONVERSION(cvttpd2dq, __m128d, load_pd, ps, __m128, false)

/* The engine has a q in the names of those of 64 bits. */
#define FROM_INTEGER(name, insn, integer, kind, type, quick)                                                 \
    WRAP(void, helper_##name##_x86_64, void *state, void *to, integer value)                                 \
    {                                                                                                        \
        type r = {0};                                                                                        \
                                                                                                             \
        RUN(#insn, "+x", r, "r", value);                                                                     \
        if (!likely(quick)) {                                                                                \
            if (!mxcsr_at) {                                                                                 \
                __real_helper_##name##_x86_64(state, to, value);                                             \
                return;                                                                                      \
            }                                                                                                \
            RUN_AS_GUEST(state, __builtin_return_address(0), #insn, "+x", r, "r", value);                    \
        }                                                                                                    \
        store_##kind(to, r);                                                                                 \
    }

FROM_INTEGER(cvtsi2sd, cvtsi2sd, int32_t, sd, __m128d, true)
FROM_INTEGER(cvtsq2sd, cvtsi2sd, int64_t, sd, __m128d, plain_mode(state))
FROM_INTEGER(cvtsi2ss, cvtsi2ss, int32_t, ss, __m128, plain_mode(state))
FROM_INTEGER(cvtsq2ss, cvtsi2ss, int64_t, ss, __m128, plain_mode(state))

/* What does not fit is INVALID, and the least integer. */
#define LEAST(integer) ((integer)(UINT64_C(1) << (8 * sizeof(integer) - 1)))
#define TO_INTEGER(name, insn, integer, kind, type)                                                          \
    WRAP(integer, helper_##name##_x86_64, void *state, const void *from)                                     \
    {                                                                                                        \
        type a = load_##kind(from);                                                                          \
        integer r;                                                                                           \
                                                                                                             \
        RUN(#insn, "=r", r, "x", a);                                                                         \
        if (!likely(plain_mode(state) && r != LEAST(integer))) {                                             \
            if (!mxcsr_at)                                                                                   \
                return __real_helper_##name##_x86_64(state, from);                                           \
            RUN_AS_GUEST(state, __builtin_return_address(0), #insn, "=r", r, "x", a);                        \
        }                                                                                                    \
        return r;                                                                                            \
    }

TO_INTEGER(cvtsd2si, cvtsd2si, int32_t, sd, __m128d)
TO_INTEGER(cvtsd2sq, cvtsd2si, int64_t, sd, __m128d)
TO_INTEGER(cvttsd2si, cvttsd2si, int32_t, sd, __m128d)
TO_INTEGER(cvttsd2sq, cvttsd2si, int64_t, sd, __m128d)
TO_INTEGER(cvtss2si, cvtss2si, int32_t, ss, __m128)
TO_INTEGER(cvtss2sq, cvtss2si, int64_t, ss, __m128)
TO_INTEGER(cvttss2si, cvttss2si, int32_t, ss, __m128)
TO_INTEGER(cvttss2sq, cvttss2si, int64_t, ss, __m128)

/* ---- where MXCSR is: ask the engine ---- */

void helper_ldmxcsr_x86_64(void *state, uint32_t value) __attribute__((weak));

/* Loaded into a state that is all zeros, it is the one word that has its value. */
void sse_look(void)
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
