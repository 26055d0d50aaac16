/* sse_align.c - which instructions want their operand of 16 bytes at a multiple of 16: all of SSE to SSE4.2, AES and PCLMULQDQ. */
#include "probe.h"

#include <setjmp.h>
#include <ucontext.h>

enum map { BYTE_0F, BYTE_38, BYTE_3A };

/* Instructions of one kind: opcodes as "28-29 2b". */
static const struct kind {
    const char *name;
    unsigned char prefix; /* 0: none */
    enum map map;
    bool aligned;
    const char *opcodes;
} kinds[] = {
    {"packed single", 0, BYTE_0F, true, "14-15 28-29 2b 51-59 5b-5f c2 c6"},
    {"packed double", 0x66, BYTE_0F, true, "14-15 28-29 2b-2d 51 54-5f c2 c6 7c-7d d0 e6"},
    {"packed integers", 0x66, BYTE_0F, true, "60-6d 6f 70 74-76 7f d1-d5 d8-e5 e7-ef f1-f6 f8-fe"},
    {"packed, with f3", 0xf3, BYTE_0F, true, "12 16 5b 70"},
    {"packed, with f2", 0xf2, BYTE_0F, true, "70 7c-7d d0 e6"},
    {"SSSE3, SSE4 and AES", 0x66, BYTE_38, true, "00-0b 10 14-15 17 1c-1e 28-2b 37-41 db-df"},
    {"SSE4 with a number", 0x66, BYTE_3A, true, "08-09 0c-0f 40-42 44 df"},
    {"movups, halves, scalars", 0, BYTE_0F, false, "10-13 16-17 2a 2c-2f 5a"},
    {"movupd, halves, scalars", 0x66, BYTE_0F, false, "10-13 16-17 2a 2e-2f 6e 7e c4 d6"},
    {"movdqu, movq, single", 0xf3, BYTE_0F, false, "10-11 2a 2c-2d 51-53 58-5a 5c-5f 6f 7e-7f c2 e6"},
    {"lddqu, movddup, double", 0xf2, BYTE_0F, false, "10-12 2a 2c-2d 51 58-5a 5c-5f c2 f0"},
    {"MMX", 0, BYTE_0F, false, "60-6b 6e-6f 70 74-76 7e-7f d1-d5 d8-df e0-e5 e7-ef f1-f6 f8-fe c4"},
    {"MMX, SSSE3", 0, BYTE_38, false, "00-0b 1c-1e"},
    {"extensions", 0x66, BYTE_38, false, "20-25 30-35"},
    {"scalars with a number, strings", 0x66, BYTE_3A, false, "0a-0b 14-17 20-22 60-63"},
};

static sigjmp_buf back;
static siginfo_t seen;
static uintptr_t seen_rip;

static void on_signal(int sig, siginfo_t *si, void *context)
{
    seen = *si;
    seen_rip = (uintptr_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    siglongjmp(back, 1);
}

/* 0, or the signal that an instruction at code gave that has its operand at p; xmm0 and so on are 0. */
static int execute(const unsigned char *code, void *p)
{
    seen.si_signo = 0;
    if (!sigsetjmp(back, 1))
        __asm__ volatile("pxor %%xmm0, %%xmm0\n\txor %%eax, %%eax\n\tcall *%0\n\temms"
                         :
                         : "r"(code), "D"(p)
                         : "xmm0", "rax", "rcx", "rdx", "memory", "cc", "mm0");
    return seen.si_signo;
}

static void write_code(unsigned char *code, const struct kind *k, unsigned opcode)
{
    bool number =
        k->map == BYTE_3A ||
        (k->map == BYTE_0F && (opcode == 0x70 || opcode == 0xc2 || opcode == 0xc4 || opcode == 0xc6));

    if (k->prefix)
        *code++ = k->prefix;
    *code++ = 0x0f;
    if (k->map != BYTE_0F)
        *code++ = k->map == BYTE_38 ? 0x38 : 0x3a;
    *code++ = (unsigned char)opcode;
    *code++ = 0x07; /* (%rdi), register 0 */
    if (number)
        *code++ = 0;
    *code = 0xc3;
}

static unsigned char *code_page(void)
{
    static unsigned char *code;

    if (!code)
        code = (unsigned char *)pages(1, PROT_READ | PROT_WRITE | PROT_EXEC);
    return code;
}

/* Does the opcode do at p what is expected: nothing, or a general protection fault at itself? */
static bool as_expected(const struct kind *k, unsigned opcode, char *p, bool faults)
{
    static unsigned told;
    unsigned char *code = code_page();
    int sig;

    write_code(code, k, opcode);
    sig = execute(code, p);
    if (faults ? sig == SIGSEGV && seen.si_code == SI_KERNEL && !seen.si_addr && seen_rip == (uintptr_t)code
               : !sig)
        return true;
    if (told++ < 10)
        fprintf(stderr, "# %s: %02x %02x at %p: signal %d, code %d, address %p\n", k->name, k->prefix, opcode,
                (void *)p, sig, seen.si_code, seen.si_addr);
    return false;
}

static void test_kind(const struct kind *k, char *page)
{
    const char *s = k->opcodes;
    unsigned n = 0, right = 0;
    char fact[100];

    while (*s) {
        char *end;
        unsigned first = (unsigned)strtoul(s, &end, 16),
                 last = *end == '-' ? (unsigned)strtoul(end + 1, &end, 16) : first;

        for (unsigned op = first; op <= last; op++, n += 4) {
            right += as_expected(k, op, page + 64, false);
            right += as_expected(k, op, page + 72, k->aligned);
            right += as_expected(k, op, page + 65, k->aligned);
            right += as_expected(k, op, page + 68, k->aligned);
        }
        s = end + (*end == ' ');
    }
    snprintf(fact, sizeof(fact), "%s: %s", k->name, k->aligned ? "only at a multiple of 16" : "anywhere");
    is_num(right, n, fact);
}

/* What else may be wrong with the place. */
static void places(char *page)
{
    static const struct kind load = {"movaps", 0, BYTE_0F, true, ""};
    char *two = pages(2, PROT_READ | PROT_WRITE);

    must(munmap(two + PG, PG));
    memcpy(code_page(), "\x66\xf3\x0f\x6f\x07\xc3", 6);
    is_num(execute(code_page(), page + 1), 0, "movdqu with a prefix 66 that means nothing");
    is_true(as_expected(&load, 0x28, two + PG + 8, true), "not aligned and not mapped: general protection");
    is_true(as_expected(&load, 0x28, two + PG - 8, true), "not aligned, half of it not mapped");
    must(mprotect(two, PG, PROT_READ));
    is_true(as_expected(&load, 0x29, two + 8, true), "not aligned and not writable");
    is_true(as_expected(&load, 0x28, two + PG - 16, false), "the last 16 bytes of a page");
    memset(page, 1, PG);
    as_expected(&load, 0x29, page + 8, true);
    is_true(!memchr(page, 0, PG), "a store that faults stores nothing");
}

int main(void)
{
    char *page = pages(1, PROT_READ | PROT_WRITE);
    struct sigaction sa = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};

    if (on_tcg()) {
        told_skip("alignment of operands of SSE", "a processor that does not look");
        return done();
    }
    must(sigaction(SIGSEGV, &sa, NULL));
    must(sigaction(SIGILL, &sa, NULL));
    must(sigaction(SIGBUS, &sa, NULL));
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        test_kind(&kinds[i], page);
    places(page);
    return done();
}
