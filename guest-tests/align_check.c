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

static void accesses(char *p)
{
    WITH_FLAG("movb (%%rdi), %%al", p + 1);
    is_num(seen.signo, 0, "a byte is always aligned");
    WITH_FLAG("movq (%%rdi), %%rax; movl 4(%%rdi), %%eax; movw 2(%%rdi), %%ax", p + 8);
    is_num(seen.signo, 0, "aligned loads");
    WITH_FLAG("movw (%%rdi), %%ax", p + 1);
    is_true(adraln(), "two bytes that are not: SIGBUS, BUS_ADRALN, no address");
    is_true(seen.flag, "the flag is in the handler's context");
    is_true(seen.flag_in_handler, "and set in the handler");
    WITH_FLAG("movl (%%rdi), %%eax", p + 2);
    is_true(adraln(), "four bytes");
    WITH_FLAG("movq (%%rdi), %%rax", p + 4);
    is_true(adraln(), "eight bytes");
    WITH_FLAG("movsd (%%rdi), %%xmm0", p + 4);
    is_true(adraln(), "a double");
    WITH_FLAG("movss (%%rdi), %%xmm0", p + 4);
    is_num(seen.signo, 0, "a float at a multiple of 4");
    WITH_FLAG("movss (%%rdi), %%xmm0", p + 2);
    is_true(adraln(), "at another place");
    WITH_FLAG("fldl (%%rdi)", p + 4);
    is_true(adraln(), "a double of x87");
    WITH_FLAG("movsbl (%%rdi), %%eax; lea 1(%%rdi), %%rax", p + 3);
    is_num(seen.signo, 0, "an address is no access");
    memset(p, 0, 64);
    WITH_FLAG("movl $-1, (%%rdi)", p + 1);
    is_true(adraln() && !p[1] && !p[2], "a store that is not aligned stores nothing");
    WITH_FLAG("lock addl $1, (%%rdi)", p + 2);
    is_true(adraln() && !p[2], "nor does an atomic one");
    WITH_FLAG("lock cmpxchgl %%ecx, (%%rdi)", p + 2);
    is_true(adraln(), "compare and exchange");
    WITH_FLAG("xchgl %%eax, (%%rdi)", p + 2);
    is_true(adraln(), "exchange");
    WITH_FLAG("rep stosb", p + 1);
    is_num(seen.signo, 0, "bytes in a row");
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
    WITH_FLAG("movl (%%rdi), %%eax", p + PG + 1);
    is_num(seen.signo, SIGBUS, "not aligned and not mapped");
    WITH_FLAG("movl $1, (%%rdi)", p + 1);
    is_num(seen.signo, SIGBUS, "not aligned and not writable");
    WITH_FLAG("movl (%%rdi), %%eax", p + PG);
    is_num(seen.signo, SIGSEGV, "aligned and not mapped");
    WITH_FLAG("mov $39, %%eax; syscall", p);
    is_num(seen.signo, 0, "a system call");
    WITH_FLAG("mov $96, %%eax; xor %%esi, %%esi; syscall; mov %%rax, (%%rdi)", p + 1);
    is_num(seen.signo, SIGBUS, "a system call's result in a place that is not aligned");
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
