/* Code that emu/engine/ changed: it goes where it should, and to the memory that is there now. */
#include "emu/cpu_priv.h"
#include "run_suite.h"

#include <check.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Not there with the shared library: nothing is changed then. */
void __real_helper_lookup_tb_ptr_x86_64(void) __attribute__((weak));

static uint64_t rng = 1;

static uint64_t random64(void)
{
    rng = rng * 6364136223846793005u + 1442695040888963407u;
    return rng ^ rng >> 31;
}

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

/* What 1,000 rounds of the code add up to. */
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

/* n bytes of code at CALLER. */
static void create_world(struct world *w, struct physmem *phys, const uint8_t *code, size_t n)
{
    static const struct cpu_ops ops = {.translate = translate, .syscall = give_result, .nargs = no_args};
    const char *why = "";

    ck_assert_int_eq(physmem_init(phys, 16 << 20), 0);
    w->cpu = cpu_create(phys, &ops, w, &why);
    ck_assert_msg(w->cpu != NULL, "%s", why);
    w->caller = physmem_alloc(phys);
    memcpy(frame_ptr(phys, w->caller), code, n);
}

static void destroy_world(struct world *w, struct physmem *phys)
{
    cpu_destroy(w->cpu);
    physmem_destroy(phys);
}

START_TEST(jumps_go_where_the_code_is_now)
{
    struct world w = {0};
    struct physmem phys;
    pfn_t first, other;
    uint64_t epoch;

    create_world(&w, &phys, caller, sizeof(caller));
    first = w.called = physmem_alloc(&phys);
    other = physmem_alloc(&phys);
    put_called(&phys, w.called, 1);
    put_called(&phys, other, 3);

    ck_assert_uint_eq(sum(&w), 1000);
    if (__real_helper_lookup_tb_ptr_x86_64) /* not the shared library */
        ck_assert_uint_ge(nr_jumps(&w), 2);
    put_called(&phys, w.called, 2); /* other code in the frame */
    cpu_code_changed(w.cpu, (uint64_t)w.called << MM_PAGE_SHIFT, MM_PAGE_SIZE);
    ck_assert_uint_eq(sum(&w), 2000);
    w.called = other; /* another frame at the address */
    cpu_want_flush(w.cpu);
    ck_assert_uint_eq(nr_jumps(&w), 2 * !!__real_helper_lookup_tb_ptr_x86_64);
    ck_assert_uint_eq(sum(&w), 3000);
    /* until the epoch comes round */
    epoch = w.cpu->engine->epoch;
    w.called = first;
    do
        cpu_flush_tlb(w.cpu);
    while (w.cpu->engine->epoch != epoch);
    ck_assert_uint_eq(nr_jumps(&w), 0);
    ck_assert_uint_eq(sum(&w), 2000);
    if (__real_helper_lookup_tb_ptr_x86_64)
        ck_assert_uint_gt(w.cpu->engine->nr_jumps, 0);
    destroy_world(&w, &phys);
}
END_TEST

/* ---- jumps of one page, which the engine fills in ---- */

static const uint8_t steps[] = {
    0x31, 0xc0,             /*    xor  %eax, %eax */
    0xb9, 0xe8, 0x03, 0, 0, /*    mov  $1000, %ecx */
    0x48, 0x85, 0xe4,       /*    test %rsp, %rsp */
    0x78, 0x0c,             /*    js   2f */
    0x83, 0xc0, 0x01,       /* 1: add  $1, %eax */
    0xff, 0xc9,             /*    dec  %ecx */
    0x74, 0x05,             /*    jz   2f */
    0x83, 0xc0, 0x01,       /*    add  $1, %eax */
    0xeb, 0xf4,             /*    jmp  1b */
    0x0f, 0x05,             /* 2: syscall */
};
enum { SECOND_ADD = 19, ITS_ADDEND = 21, ITS_BLOCK = 5 };

#define CODE_SEEN 0x4000 /* bytes of the engine's code: more than that of steps */

/*
 * How many of chain_code.c's jumps lead to another block, and how many were never passed? None of the others may be a jump that
 * leads nowhere: the processor would remember that.
 */
static void count_chains(const struct engine *e, unsigned *lead, unsigned *unused)
{
    const uint8_t *const code = (const uint8_t *)e->first_block;

    *lead = *unused = 0;
    for (const uint8_t *p = code; p < code + CODE_SEEN; p++) {
        const uint8_t *jump;
        int32_t to_jump, distance;

        if (memcmp(p, "\x80\x3d", 2) || memcmp(p + 6, "\xe9\x74\x07\xc6\x05", 5))
            continue;
        memcpy(&to_jump, p + 2, sizeof(to_jump));
        jump = p + 7 + to_jump;
        memcpy(&distance, jump + 1, sizeof(distance));
        ck_assert_uint_eq(*jump, distance ? 0xe9 : 0xa9);
        ++*(distance ? lead : unused);
    }
}

START_TEST(blocks_follow_each_other)
{
    struct world w = {0};
    struct physmem phys;
    unsigned lead, unused;
    uint8_t *code;

    create_world(&w, &phys, steps, sizeof(steps));
    ck_assert_uint_eq(sum(&w), 1999);
    if (__real_helper_lookup_tb_ptr_x86_64) {
        ck_assert_uint_eq(w.cpu->engine->nr_chains, 5);
        count_chains(w.cpu->engine, &lead, &unused);
        ck_assert_uint_eq(lead, 4);
        ck_assert_uint_eq(unused, 1); /* from the first block to the end */
    }
    /* a block that others jump to goes, and another comes in its place */
    code = frame_ptr(&phys, w.caller);
    for (uint8_t addend = 2; addend < 5; addend++) {
        code[ITS_ADDEND] = addend;
        cpu_code_changed(w.cpu, ((uint64_t)w.caller << MM_PAGE_SHIFT) + SECOND_ADD, ITS_BLOCK);
        ck_assert_uint_eq(sum(&w), 1000 + 999 * addend);
    }
    destroy_world(&w, &phys);
}
END_TEST

/* ---- arithmetic: a loop of all of it ---- */

static const uint8_t arithmetic[] = {
    0xb8, 3,    0,    0,    0,    /*    mov   $3, %eax */
    0xf2, 0x0f, 0x2a, 0xc8,       /*    cvtsi2sd %eax, %xmm1 */
    0xb8, 1,    0,    0,    0,    /*    mov   $1, %eax */
    0xf2, 0x0f, 0x2a, 0xc0,       /*    cvtsi2sd %eax, %xmm0 */
    0xb9, 0xe8, 0x03, 0,    0,    /*    mov   $1000, %ecx */
    0xf2, 0x0f, 0x5e, 0xc1,       /* 1: divsd %xmm1, %xmm0 */
    0xf2, 0x0f, 0x58, 0xc1,       /*    addsd %xmm1, %xmm0 */
    0xf2, 0x0f, 0x51, 0xc0,       /*    sqrtsd %xmm0, %xmm0 */
    0xf2, 0x0f, 0x59, 0xc1,       /*    mulsd %xmm1, %xmm0 */
    0xf2, 0x0f, 0x5c, 0xc1,       /*    subsd %xmm1, %xmm0 */
    0xf2, 0x0f, 0x58, 0xc0,       /*    addsd %xmm0, %xmm0 */
    0xff, 0xc9,                   /*    dec   %ecx */
    0x75, 0xe4,                   /*    jnz   1b */
    0x66, 0x48, 0x0f, 0x7e, 0xc0, /*    movq  %xmm0, %rax */
    0x0f, 0x05,                   /*    syscall */
};

/* Results are in fp_sse of guest-tests/; here: that they are not computed by functions. */
START_TEST(arithmetic_needs_no_functions)
{
    struct world w = {0};
    struct physmem phys;
    double x = 1;
    uint64_t bits;

    create_world(&w, &phys, arithmetic, sizeof(arithmetic));
    for (int i = 0; i < 1000; i++) {
        x = sqrt(x / 3 + 3) * 3 - 3;
        x += x;
    }
    memcpy(&bits, &x, sizeof(bits));
    ck_assert_uint_eq(sum(&w), bits);
    if (__real_helper_lookup_tb_ptr_x86_64)
        ck_assert_uint_ge(w.cpu->engine->nr_quick, 6);
    destroy_world(&w, &phys);
}
END_TEST

/* ---- accesses: against a model of memory, of pages that share slots, lie side by side, or at the ends of 32 bits ---- */

#define NR_PAGES  10
#define NR_FRAMES 5
#define CODE      UINT64_C(0x555500000000)
#define STEPS     30000

static const uint64_t pages[NR_PAGES] = {
    0,           0x1000,      0x7ffff000,     0x80000000,        0xfffff000,
    0x100000000, 0x100001000, 0x7fff00000000, UINT64_C(1) << 46, 0x2000};

/* The instruction in 16 bytes, and then syscall. */
static const struct insn {
    const char *bytes;
    unsigned length, size;
    bool writes, is_signed;
} insns[] = {
    {"\x0f\xb6\x07", 3, 1, false, false},     /* movzbl (%rdi), %eax */
    {"\x0f\xb7\x07", 3, 2, false, false},     /* movzwl (%rdi), %eax */
    {"\x8b\x07", 2, 4, false, false},         /* mov    (%rdi), %eax */
    {"\x48\x8b\x07", 3, 8, false, false},     /* mov    (%rdi), %rax */
    {"\x48\x8b\x04\x17", 4, 8, false, false}, /* mov    (%rdi, %rdx), %rax */
    {"\x48\x0f\xbe\x07", 4, 1, false, true},  /* movsbq (%rdi), %rax */
    {"\x48\x0f\xbf\x07", 4, 2, false, true},  /* movswq (%rdi), %rax */
    {"\x48\x63\x07", 3, 4, false, true},      /* movslq (%rdi), %rax */
    {"\x40\x88\x37", 3, 1, true, false},      /* mov    %sil, (%rdi) */
    {"\x66\x89\x37", 3, 2, true, false},      /* mov    %si, (%rdi) */
    {"\x89\x37", 2, 4, true, false},          /* mov    %esi, (%rdi) */
    {"\x48\x89\x37", 3, 8, true, false},      /* mov    %rsi, (%rdi) */
    {"\x48\x89\x34\x17", 4, 8, true, false},  /* mov    %rsi, (%rdi, %rdx) */
};
#define NR_INSNS (sizeof(insns) / sizeof(insns[0]))

/* What is at each page: a frame or -1, and what may be done. */
struct model {
    struct cpu *cpu;
    struct physmem *phys;
    pfn_t code, frame[NR_FRAMES];
    struct {
        int frame;
        unsigned perms;
    } page[NR_PAGES];
    uint8_t bytes[NR_FRAMES][MM_PAGE_SIZE];
    uint64_t result;
};

static int page_of(uint64_t addr)
{
    for (int i = 0; i < NR_PAGES; i++)
        if (pages[i] == (addr & MM_PAGE_MASK))
            return i;
    return -1;
}

/* The model's byte at addr, NULL: it may not be accessed so. */
static uint8_t *byte_at(struct model *m, uint64_t addr, unsigned access)
{
    int i = page_of(addr);

    if (i < 0 || m->page[i].frame < 0 || !(m->page[i].perms & access))
        return NULL;
    return &m->bytes[m->page[i].frame][addr % MM_PAGE_SIZE];
}

static int translate_model(void *ctx, uint64_t addr, unsigned access, struct mm_fault *f)
{
    struct model *m = ctx;
    int i = page_of(addr);

    if (addr == CODE) {
        f->paddr = (uint64_t)m->code << MM_PAGE_SHIFT;
        f->perms = MM_READ | MM_EXEC;
        return 0;
    }
    if (!byte_at(m, addr, access))
        return -EFAULT;
    f->paddr = (uint64_t)m->frame[m->page[i].frame] << MM_PAGE_SHIFT;
    f->perms = m->page[i].perms;
    return 0;
}

static bool give_model_result(void *ctx, uint64_t nr, const uint64_t args[6], uint64_t *result)
{
    ((struct model *)ctx)->result = nr;
    return false;
}

/* Another frame, or other permissions, and the engine told of it in one of its two ways. */
static void change_page(struct model *m)
{
    static const unsigned perms[] = {MM_READ, MM_READ | MM_WRITE, MM_READ | MM_WRITE,
                                     MM_WRITE | MM_READ | MM_EXEC};
    unsigned i = (unsigned)(random64() % NR_PAGES);

    m->page[i].frame = (int)(random64() % (NR_FRAMES + 1)) - 1;
    m->page[i].perms = perms[random64() % 4];
    if (random64() % 4)
        cpu_forget_pages(m->cpu, &pages[i], 1);
    else
        cpu_want_flush(m->cpu);
}

/* One load or store, near an end of a page more often than not. */
static void access_once(struct model *m, int step)
{
    const struct insn *insn = &insns[random64() % NR_INSNS];
    uint64_t addr = pages[random64() % NR_PAGES], value = random64(), expected = 0, bad = 0;
    unsigned access = insn->writes ? MM_WRITE : MM_READ;
    struct cpu_regs r;
    struct cpu_stop stop;
    bool faults = false;

    switch (random64() % 3) {
    case 0:
        addr += random64() % MM_PAGE_SIZE;
        break;
    case 1:
        addr += MM_PAGE_SIZE - random64() % 9; /* also the first of the next page */
    }
    if (random64() % 16 == 0)
        addr += random64() << 32; /* the same slot, in all likelihood of nothing */
    for (unsigned i = 0; i < insn->size && !faults; i++) {
        uint8_t *at = byte_at(m, addr + i, access);

        faults = !at;
        if (faults)
            bad = addr + i;
        else
            expected |= (uint64_t)*at << 8 * i;
    }
    if (insn->is_signed)
        expected = (uint64_t)((int64_t)(expected << (64 - 8 * insn->size)) >> (64 - 8 * insn->size));
    for (unsigned i = 0; i < insn->size && insn->writes && !faults; i++)
        *byte_at(m, addr + i, access) = (uint8_t)(value >> 8 * i);

    cpu_regs_reset(&r);
    r.rip = CODE + 16 * (uint64_t)(insn - insns);
    r.rdi = addr;
    r.rsi = value;
    cpu_load(m->cpu, &r);
    cpu_run(m->cpu, &stop);
    if (faults) {
        ck_assert_msg(stop.event == CPU_FAULT && stop.access == access && stop.fault.addr == bad,
                      "step %d: %u bytes at %#lx: event %d at %#lx", step, insn->size, (unsigned long)addr,
                      (int)stop.event, (unsigned long)stop.fault.addr);
        return;
    }
    ck_assert_msg(stop.event == CPU_STOPPED, "step %d: %u bytes at %#lx: event %d", step, insn->size,
                  (unsigned long)addr, (int)stop.event);
    if (!insn->writes)
        ck_assert_msg(m->result == expected, "step %d: %u bytes at %#lx: %#lx, not %#lx", step, insn->size,
                      (unsigned long)addr, (unsigned long)m->result, (unsigned long)expected);
}

START_TEST(accesses_see_the_memory_that_is_there)
{
    static const struct cpu_ops ops = {
        .translate = translate_model, .syscall = give_model_result, .nargs = no_args};
    static struct model m;
    struct physmem phys;
    const char *why = "";

    ck_assert_int_eq(physmem_init(&phys, 16 << 20), 0);
    m.phys = &phys;
    m.cpu = cpu_create(&phys, &ops, &m, &why);
    ck_assert_msg(m.cpu != NULL, "%s", why);
    m.code = physmem_alloc(&phys);
    for (unsigned i = 0; i < NR_INSNS; i++) {
        uint8_t *at = (uint8_t *)frame_ptr(&phys, m.code) + 16 * i;

        memcpy(at, insns[i].bytes, insns[i].length);
        memcpy(at + insns[i].length, "\x0f\x05", 2);
    }
    for (unsigned i = 0; i < NR_FRAMES; i++)
        m.frame[i] = physmem_alloc(&phys);
    for (unsigned i = 0; i < NR_PAGES; i++)
        m.page[i].frame = -1;
    for (int step = 0; step < STEPS; step++) {
        if (random64() % 16 == 0)
            change_page(&m);
        if (step % 1000 == 100)
            cpu_forget_all_code(m.cpu); /* also the code made before the first access */
        access_once(&m, step);
    }
    for (unsigned i = 0; i < NR_FRAMES; i++)
        ck_assert(!memcmp(frame_ptr(&phys, m.frame[i]), m.bytes[i], MM_PAGE_SIZE));
    if (__real_helper_lookup_tb_ptr_x86_64)
        ck_assert_uint_gt(m.cpu->engine->nr_accesses, 0);
    cpu_destroy(m.cpu);
    physmem_destroy(&phys);
}
END_TEST

int main(void)
{
    TCase *jumps = tcase_create("jumps"), *accesses = tcase_create("accesses"),
          *sse = tcase_create("arithmetic");

    tcase_add_test(jumps, jumps_go_where_the_code_is_now);
    tcase_add_test(jumps, blocks_follow_each_other);
    tcase_add_test(accesses, accesses_see_the_memory_that_is_there);
    tcase_add_test(sse, arithmetic_needs_no_functions);
    return run_suite("engine's code", jumps, accesses, sse, NULL);
}
