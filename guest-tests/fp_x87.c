/* fp_x87.c - arithmetic of x87: results, the status word's flags, and exceptions that are not masked. */
#include "fp_x87_expected.h"

#include <math.h>
#include <ucontext.h>

#define CONTROL 0x37fu

struct outcome {
    unsigned char r[10];
    uint16_t status;
    uint64_t other; /* an integer, or flags of the processor */
};

typedef struct outcome operation(long double a, long double b, uint16_t control);

/* insn with a in st(0) and b in st(1); the result is in st(0). */
#define STACK(name, insn)                                                                                    \
    static struct outcome name(long double a, long double b, uint16_t control)                               \
    {                                                                                                        \
        struct outcome o = {.other = 0};                                                                     \
        uint16_t before = CONTROL;                                                                           \
        long double r;                                                                                       \
                                                                                                             \
        __asm__ volatile("fnclex\n\tfldcw %2\n\tfldt %3\n\tfldt %4\n\t" insn "\n\tfnstsw %1\n\tfstpt %0\n\t" \
                         "fstp %%st(0)\n\tfnclex\n\tfldcw %5"                                                \
                         : "=m"(r), "=m"(o.status)                                                           \
                         : "m"(control), "m"(b), "m"(a), "m"(before)                                         \
                         : "memory");                                                                        \
        memcpy(o.r, &r, sizeof(o.r));                                                                        \
        return o;                                                                                            \
    }

/* insn stores st(0) in memory and pops it. */
#define STORE(name, insn)                                                                                    \
    static struct outcome name(long double a, long double b, uint16_t control)                               \
    {                                                                                                        \
        struct outcome o = {.other = 0};                                                                     \
        uint16_t before = CONTROL;                                                                           \
                                                                                                             \
        __asm__ volatile("fnclex\n\tfldcw %2\n\tfldt %3\n\t" insn " %0\n\tfnstsw %1\n\tfnclex\n\tfldcw %4"   \
                         : "+m"(o.other), "=m"(o.status)                                                     \
                         : "m"(control), "m"(a), "m"(before)                                                 \
                         : "memory");                                                                        \
        return o;                                                                                            \
    }

#define COMPARE(name, insn)                                                                                  \
    static struct outcome name(long double a, long double b, uint16_t control)                               \
    {                                                                                                        \
        struct outcome o = {.other = 0};                                                                     \
        uint16_t before = CONTROL;                                                                           \
                                                                                                             \
        __asm__ volatile("fnclex\n\tfldcw %2\n\tfldt %3\n\tfldt %4\n\t" insn "\n\tpushf\n\tpop %0\n\t"       \
                         "fnstsw %1\n\tfstp %%st(0)\n\tfstp %%st(0)\n\tfnclex\n\tfldcw %5"                   \
                         : "=r"(o.other), "=m"(o.status)                                                     \
                         : "m"(control), "m"(b), "m"(a), "m"(before)                                         \
                         : "memory", "cc");                                                                  \
        o.other &= 0x45; /* ZF PF CF */                                                                      \
        return o;                                                                                            \
    }

/* clang-format off */
#define STACKS(X) \
    X(do_fadd, "fadd %%st(1), %%st") X(do_fsub, "fsub %%st(1), %%st") X(do_fsubr, "fsubr %%st(1), %%st") \
    X(do_fmul, "fmul %%st(1), %%st") X(do_fdiv, "fdiv %%st(1), %%st") X(do_fdivr, "fdivr %%st(1), %%st") \
    X(do_fsqrt, "fsqrt") X(do_frndint, "frndint")
#define STORES(X) \
    X(do_fsts, "fstps") X(do_fstl, "fstpl") X(do_fistl, "fistpl") X(do_fistll, "fistpll")
#define COMPARES(X) \
    X(do_fcomi, "fcomi %%st(1), %%st") X(do_fucomi, "fucomi %%st(1), %%st")

STACKS(STACK) STORES(STORE) COMPARES(COMPARE)

#define ROW(name, insn) {&#name[sizeof("do")], name},
static const struct {
    const char *name;
    operation *run;
} operations[] = {
    STACKS(ROW) STORES(ROW) COMPARES(ROW)
};
/* clang-format on */

/* ---- much of everything ---- */

static long double random_number(void)
{
    static const long double special[] = {0,
                                          -0.0L,
                                          1,
                                          -1,
                                          3,
                                          INFINITY,
                                          -INFINITY,
                                          NAN,
                                          2147483647,
                                          2147483648,
                                          -2147483648.5L,
                                          0.5L,
                                          1.5L,
                                          2.5L,
                                          9223372036854775807.0L,
                                          1e30L,
                                          1e300L,
                                          1e-300L,
                                          1e4000L,
                                          1e-4000L};
    uint64_t k = fp_random();

    if (k & 1)
        return special[(k >> 8) % (sizeof(special) / sizeof(special[0]))];
    return ldexpl((long double)(int64_t)fp_random(), (int)(k >> 8 & 127) - 96);
}

/* Of 3,000 runs with all roundings and precisions. */
static struct fingerprint fingerprint(operation *run)
{
    static const uint16_t controls[] = {0x37f, 0x37f, 0x77f, 0xb7f, 0xf7f, 0x27f, 0x67f, 0x07f, 0xc7f};
    struct fingerprint p = {0, 0};

    fp_seed = 1;
    for (int i = 0; i < 3000; i++) {
        long double a = random_number(), b = random_number();
        struct outcome o = run(a, b, controls[fp_random() % (sizeof(controls) / sizeof(controls[0]))]);
        uint64_t low;
        uint16_t high;

        memcpy(&low, o.r, sizeof(low));
        memcpy(&high, o.r + sizeof(low), sizeof(high));
        p.results = fp_mix(fp_mix(fp_mix(p.results, low), high), o.other);
        p.flags = fp_mix(p.flags, o.status & FP_FLAGS & ~FP_DENORMAL);
    }
    return p;
}

static void much(void)
{
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
        fp_tell(operations[i].name, fingerprint(operations[i].run), fp_x87_expected[i]);
}

/* ---- exceptions ---- */

static sigjmp_buf back;
static volatile int code;
static volatile unsigned status;

static void on_fpe(int sig, siginfo_t *info, void *context)
{
    code = info->si_code;
    status = ((ucontext_t *)context)->uc_mcontext.fpregs->swd & FP_FLAGS;
    siglongjmp(back, 1);
}

/* The signal's code when a / b, or the root of a, is computed with one exception unmasked and waited for. */
static int code_of(bool root, long double a, long double b, unsigned unmasked)
{
    uint16_t control = (uint16_t)(CONTROL & ~unmasked);

    code = 0;
    status = 0;
    if (!sigsetjmp(back, 1)) {
        if (root)
            __asm__ volatile("fnclex\n\tfldcw %0\n\tfldt %1\n\tfsqrt\n\tfwait"
                             :
                             : "m"(control), "m"(a)
                             : "memory");
        else
            __asm__ volatile("fnclex\n\tfldcw %0\n\tfldt %1\n\tfldt %2\n\tfdivp\n\tfwait"
                             :
                             : "m"(control), "m"(b), "m"(a)
                             : "memory");
    }
    __asm__ volatile("fninit");
    return code;
}

enum { IE = 1, ZE = 4, OE = 8, UE = 16, PE = 32 };

static void exceptions(void)
{
    struct sigaction act = {.sa_sigaction = on_fpe, .sa_flags = SA_SIGINFO};

    must(sigaction(SIGFPE, &act, NULL));
    is_num(code_of(false, 1, 0, ZE), FPE_FLTDIV, "a division by zero");
    is_num(status, ZE, "its flag");
    is_num(code_of(false, 0, 0, IE), FPE_FLTINV, "zero by zero");
    is_num(status, IE, "is invalid only");
    is_num(code_of(false, 0, 0, ZE), 0, "and no division by zero");
    is_num(code_of(true, -1, 0, IE), FPE_FLTINV, "the root of -1");
    is_num(code_of(false, 1, 3, PE), FPE_FLTRES, "an inexact quotient");
    is_num(status, PE, "its flag");
    is_num(code_of(false, 1, 4, PE), 0, "an exact one");
    is_num(code_of(false, 1e4900L, 1e-100L, OE), FPE_FLTOVF, "a quotient that is too large");
    is_num(code_of(false, 1, 3, ZE), 0, "another exception than that which is not masked");
}

int main(void)
{
    if (on_tcg()) {
        told_skip("arithmetic of x87", "a processor that forgets exceptions");
        return done();
    }
    much();
    if (!getenv("FP_PRINT"))
        exceptions();
    return done();
}
