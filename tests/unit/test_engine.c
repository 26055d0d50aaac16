/* What emu/engine/ does instead of Unicorn: the same. */
#include "emu/cpu_priv.h"
#include "run_suite.h"

#include <check.h>
#include <errno.h>
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

/* ---- jumps: two pages of code that call each other, through a register ---- */

#define CALLER UINT64_C(0x10000)
#define CALLED UINT64_C(0x20000)

static const uint8_t caller[] = {
    0x31, 0xdb,                      /*    xor  %ebx, %ebx */
    0xb9, 0xe8, 0x03, 0,    0,       /*    mov  $1000, %ecx */
    0xb8, 0,    0,    2,    0,       /* 1: mov  $CALLED, %eax */
    0x48, 0x8d, 0x35, 0x02, 0, 0, 0, /* lea  2f(%rip), %rsi */
    0xff, 0xe0,                      /*    jmp  *%rax */
    0xff, 0xc9,                      /* 2: dec  %ecx */
    0x75, 0xee,                      /*    jnz  1b */
    0x48, 0x89, 0xd8,                /*    mov  %rbx, %rax */
    0x0f, 0x05,                      /*    syscall */
};
static const uint8_t add_1[] = {0x83, 0xc3, 1, 0xff, 0xe6}; /* add $1, %ebx; jmp *%rsi */

struct world {
    struct cpu *cpu;
    pfn_t caller, called;
    uint64_t result;
};

static int translate(void *ctx, uint64_t addr, unsigned access, struct mm_fault *f)
{
    const struct world *w = ctx;

    if (addr != CALLER && addr != CALLED)
        return -EFAULT;
    f->paddr = (uint64_t)(addr == CALLER ? w->caller : w->called) << MM_PAGE_SHIFT;
    f->perms = MM_READ | MM_EXEC;
    return 0;
}

static bool give_result(void *ctx, uint64_t nr, const uint64_t args[6], uint64_t *result)
{
    ((struct world *)ctx)->result = nr;
    return false;
}

static unsigned no_args(void *ctx, uint64_t nr)
{
    return 0;
}

/* What 1,000 rounds of the called code add up to. */
static uint64_t sum(struct world *w)
{
    struct cpu_regs r;
    struct cpu_stop stop;

    cpu_regs_reset(&r);
    r.rip = CALLER;
    cpu_load(w->cpu, &r);
    w->result = 0;
    cpu_run(w->cpu, &stop);
    ck_assert_int_eq(stop.event, CPU_STOPPED);
    return w->result;
}

static unsigned nr_jumps(const struct world *w)
{
    unsigned n = 0;

    for (unsigned i = 0; i < ENGINE_JUMPS; i++)
        n += w->cpu->engine->jumps[i].key >> 48 == w->cpu->engine->epoch >> 48;
    return n;
}

static void put_called(struct physmem *phys, pfn_t pfn, uint8_t addend)
{
    memcpy(frame_ptr(phys, pfn), add_1, sizeof(add_1));
    ((uint8_t *)frame_ptr(phys, pfn))[2] = addend;
}

START_TEST(jumps_go_where_the_code_is_now)
{
    static const struct cpu_ops ops = {.translate = translate, .syscall = give_result, .nargs = no_args};
    struct world w = {0};
    struct physmem phys;
    const char *why = "";
    pfn_t first, other;
    uint64_t epoch;

    ck_assert_int_eq(physmem_init(&phys, 16 << 20), 0);
    w.cpu = cpu_create(&phys, &ops, &w, &why);
    ck_assert_msg(w.cpu != NULL, "%s", why);
    w.caller = physmem_alloc(&phys);
    first = w.called = physmem_alloc(&phys);
    other = physmem_alloc(&phys);
    memcpy(frame_ptr(&phys, w.caller), caller, sizeof(caller));
    put_called(&phys, w.called, 1);
    put_called(&phys, other, 3);

    ck_assert_uint_eq(sum(&w), 1000);
    if (__real_helper_mulsd_x86_64) /* not the shared library */
        ck_assert_uint_ge(nr_jumps(&w), 2);
    put_called(&phys, w.called, 2); /* other code in the frame */
    cpu_code_changed(w.cpu, (uint64_t)w.called << MM_PAGE_SHIFT, MM_PAGE_SIZE);
    ck_assert_uint_eq(sum(&w), 2000);
    w.called = other; /* another frame at the address */
    cpu_want_flush(w.cpu);
    ck_assert_uint_eq(nr_jumps(&w), 2 * !!__real_helper_mulsd_x86_64);
    ck_assert_uint_eq(sum(&w), 3000);
    /* until the epoch comes round */
    epoch = w.cpu->engine->epoch;
    w.called = first;
    do
        cpu_flush_tlb(w.cpu);
    while (w.cpu->engine->epoch != epoch);
    ck_assert_uint_eq(nr_jumps(&w), 0);
    ck_assert_uint_eq(sum(&w), 2000);
    cpu_destroy(w.cpu);
    physmem_destroy(&phys);
}
END_TEST

int main(void)
{
    TCase *floats = tcase_create("sse"), *jumps = tcase_create("jumps");

    tcase_add_loop_test(floats, results_are_the_engines, 0, NR_FUNCTIONS);
    tcase_add_test(jumps, jumps_go_where_the_code_is_now);
    return run_suite("engine", floats, jumps, NULL);
}
