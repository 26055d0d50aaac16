/* align_check.c - the AC flag: whoever sets it wants to be told of every access that is not aligned. */
#include "probe.h"

#include <ucontext.h>

#define AC 0x40000

static struct {
    int signo, code;
    void *addr;
    bool at_insn, flag, flag_in_handler;
} seen;

static unsigned long flags_now(void)
{
    unsigned long flags;

    __asm__ volatile("pushf\n\tpop %0" : "=r"(flags));
    return flags;
}

/* Goes on where %r8 says, without the flag. %r9: the instruction that should have faulted. */
static void on_signal(int sig, siginfo_t *si, void *context)
{
    greg_t *r = ((ucontext_t *)context)->uc_mcontext.gregs;

    seen.flag_in_handler = flags_now() & AC;
    seen.signo = sig;
    seen.code = si->si_code;
    seen.addr = si->si_addr;
    seen.at_insn = r[REG_RIP] == r[REG_R9];
    seen.flag = r[REG_EFL] & AC;
    r[REG_RIP] = r[REG_R8];
    r[REG_EFL] &= ~AC;
}

/* One instruction with the flag set, its operand at %rdi, %ecx small. */
#define WITH_FLAG(insn, p)                                                                                   \
    ({                                                                                                       \
        void *place = p;                                                                                     \
        long count = 4;                                                                                      \
                                                                                                             \
        memset(&seen, 0, sizeof(seen));                                                                      \
        __asm__ volatile("lea 2f(%%rip), %%r8\n\tlea 1f(%%rip), %%r9\n\t"                                    \
                         "pushf\n\torl $0x40000, (%%rsp)\n\tpopf\n"                                          \
                         "1:\t" insn "\n\t"                                                                  \
                         "pushf\n\tandl $~0x40000, (%%rsp)\n\tpopf\n"                                        \
                         "2:"                                                                                \
                         : "+D"(place), "+c"(count)                                                          \
                         :                                                                                   \
                         : "rax", "rsi", "r8", "r9", "r11", "xmm0", "memory", "cc");                         \
    })

static bool adraln(void)
{
    return seen.signo == SIGBUS && seen.code == BUS_ADRALN && !seen.addr && seen.at_insn;
}

/* One fact: it is told of as not aligned, or another signal comes, or none (0). */
#define FAULTS(insn, p, fact)                                                                                \
    do {                                                                                                     \
        WITH_FLAG(insn, p);                                                                                  \
        is_true(adraln(), fact);                                                                             \
    } while (0)
#define GIVES(signal, insn, p, fact)                                                                         \
    do {                                                                                                     \
        WITH_FLAG(insn, p);                                                                                  \
        is_num(seen.signo, signal, fact);                                                                    \
    } while (0)

static void accesses(char *p)
{
    GIVES(0, "movb (%%rdi), %%al", p + 1, "a byte is always aligned");
    GIVES(0, "movq (%%rdi), %%rax; movl 4(%%rdi), %%eax; movw 2(%%rdi), %%ax", p + 8, "aligned loads");
    FAULTS("movw (%%rdi), %%ax", p + 1, "two bytes that are not: SIGBUS, BUS_ADRALN, no address");
    is_true(seen.flag, "the flag is in the handler's context");
    is_true(seen.flag_in_handler, "and set in the handler");
    FAULTS("movl (%%rdi), %%eax", p + 2, "four bytes");
    FAULTS("movq (%%rdi), %%rax", p + 4, "eight bytes");
    FAULTS("movsd (%%rdi), %%xmm0", p + 4, "a double");
    GIVES(0, "movss (%%rdi), %%xmm0", p + 4, "a float at a multiple of 4");
    FAULTS("movss (%%rdi), %%xmm0", p + 2, "at another place");
    FAULTS("fldl (%%rdi)", p + 4, "a double of x87");
    GIVES(0, "movsbl (%%rdi), %%eax; lea 1(%%rdi), %%rax", p + 3, "an address is no access");
    memset(p, 0, 64);
    WITH_FLAG("movl $-1, (%%rdi)", p + 1);
    is_true(adraln() && !p[1] && !p[2], "a store that is not aligned stores nothing");
    WITH_FLAG("lock addl $1, (%%rdi)", p + 2);
    is_true(adraln() && !p[2], "nor does an atomic one");
    FAULTS("lock cmpxchgl %%ecx, (%%rdi)", p + 2, "compare and exchange");
    FAULTS("xchgl %%eax, (%%rdi)", p + 2, "exchange");
    GIVES(0, "rep stosb", p + 1, "bytes in a row");
    WITH_FLAG("movaps (%%rdi), %%xmm0", p + 8);
    is_true(seen.signo == SIGSEGV && seen.code == SI_KERNEL,
            "16 bytes that have to be aligned: SIGSEGV as ever");
    is_num(flags_now() & AC, 0, "the flag is gone");
    *(volatile int *)(p + 1) = 5;
    is_num(*(volatile int *)(p + 1), 5, "without it everything is allowed");
}

static void order(void)
{
    char *p = pages(2, PROT_READ);

    must(munmap(p + PG, PG));
    GIVES(SIGBUS, "movl (%%rdi), %%eax", p + PG + 1, "not aligned and not mapped");
    GIVES(SIGBUS, "movl $1, (%%rdi)", p + 1, "not aligned and not writable");
    GIVES(SIGSEGV, "movl (%%rdi), %%eax", p + PG, "aligned and not mapped");
    GIVES(0, "mov $39, %%eax; syscall", p, "a system call");
    GIVES(SIGBUS, "mov $96, %%eax; xor %%esi, %%esi; syscall; mov %%rax, (%%rdi)", p + 1,
          "a system call's result in a place that is not aligned");
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};

    if (on_tcg()) {
        told_skip("the AC flag", "a processor that does not look");
        return done();
    }
    must(sigaction(SIGBUS, &sa, NULL));
    must(sigaction(SIGSEGV, &sa, NULL));
    accesses(pages(1, PROT_READ | PROT_WRITE));
    order();
    return done();
}
