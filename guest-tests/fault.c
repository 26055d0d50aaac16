/* fault.c - how accesses end: signal, code and address, zero page, copy on write, odd instructions. */
#include "probe.h"
#include <ucontext.h>

static volatile uintptr_t fault_rip, fault_err;

static void note_context(int sig, siginfo_t *si, void *uc)
{
    ucontext_t *u = uc;
    fault_rip = (uintptr_t)u->uc_mcontext.gregs[REG_RIP];
    fault_err = (uintptr_t)u->uc_mcontext.gregs[REG_ERR];
    fault_handler(sig, si, uc);
}

/* Run `insns` under the fault handler with rdi = arg; fault text relative to arg. */
#define run(arg, insns)                                                                                      \
    ({                                                                                                       \
        const char *volatile t_ = "fine";                                                                    \
        fault_arm();                                                                                         \
        struct sigaction sa_ = {.sa_sigaction = note_context, .sa_flags = SA_SIGINFO | SA_ONSTACK};          \
        for (int s_ = 1; s_ <= SIGSEGV; s_++)                                                                \
            if (s_ == SIGILL || s_ == SIGTRAP || s_ == SIGBUS || s_ == SIGFPE || s_ == SIGSEGV)              \
                sigaction(s_, &sa_, NULL);                                                                   \
        if (sigsetjmp(fault_jmp, 1))                                                                         \
            t_ = fault_text((void *)(arg));                                                                  \
        else                                                                                                 \
            __asm__ volatile(insns ::"D"(arg), "S"(0ul), "a"(0ul), "c"(0ul), "d"(0ul)                        \
                             : "memory", "rbx", "cc");                                                       \
        t_;                                                                                                  \
    })

static void counts_as_write(const char *fact)
{
    if (on_tcg())
        told_skip(fact, "QEMU's own processor reads first and reports that");
    else
        is_num((long)fault_err, 6, fact);
}

static void addresses(void)
{
    char *p = pages(3, RW);
    must(munmap(p + PG, PG));
    is_str(run(p + 2 * PG - 1, "movb %%al, (%%rdi)"), "SEGV_MAPERR", "si_addr of a byte is the byte");
    is_str(run(p + 2 * PG - 4, "movq (%%rdi), %%rax"), "SEGV_MAPERR",
           "si_addr of an access that starts in the hole is its start");
    is_str(run(p + PG - 4, "movq (%%rdi), %%rax"), "SEGV_MAPERR at +4",
           "of one that runs into the hole it is the hole's start");
    is_str(run(p + PG - 4, "movq %%rax, (%%rdi)"), "SEGV_MAPERR at +4", "for writes too");
    is_str(run(p + PG - 8, "movups %%xmm0, (%%rdi)"), "SEGV_MAPERR at +8", "and for sixteen bytes");
    is_num((long)fault_err, 6, "the error code says write, user, not present");
    is_str(run(p + PG, "movq (%%rdi), %%rax"), "SEGV_MAPERR", "a read");
    is_num((long)fault_err, 4, "has error code 4");
    char *q = pages(1, PROT_READ);
    is_str(run(q, "movq %%rax, (%%rdi)"), "SEGV_ACCERR", "a write of a read-only page nobody touched");
    is_num((long)fault_err, 6, "has error code 6: there is no page");
    must(mprotect(p, PG, PROT_READ));
    (void)*(volatile char *)p;
    is_str(run(p, "movq %%rax, (%%rdi)"), "SEGV_ACCERR", "a write of a present read-only page");
    is_num((long)fault_err, 7, "has error code 7");
    is_str(run(p, "call *%%rdi"), "SEGV_ACCERR", "a jump to a present page without execute");
    is_num((long)fault_err, 21, "has error code 21");
    is_true(fault_rip == (uintptr_t)p, "and RIP is the target");
    is_str(run(0x10, "movq (%%rdi), %%rax"), "SEGV_MAPERR", "a null pointer's member");
    is_str(run(1ul << 63, "movq (%%rdi), %%rax"), "SEGV SI_KERNEL",
           "a non-canonical address is a general protection fault");
    is_num((long)(uintptr_t)fault_info.si_addr, 0, "whose si_addr is 0");
    is_str(run(0xffffffff81000000ul, "movq (%%rdi), %%rax"), "SEGV_MAPERR",
           "a kernel address is SEGV_MAPERR");
    is_str(run(p + PG - 3, "movl $8, %%ecx\n\tmovq %%rdi, %%rsi\n\trep lodsb"), "SEGV_MAPERR at +3",
           "a string instruction stops at the exact byte");
    is_str(run(p + PG, "lock incq (%%rdi)"), "SEGV_MAPERR", "a locked read-modify-write of a hole");
    counts_as_write("counts as a write");
    is_str(run(p + PG, "addq %%rax, (%%rdi)"), "SEGV_MAPERR", "an addition to memory");
    counts_as_write("counts as a write too");
    is_str(run(p + PG, "pushq (%%rdi)"), "SEGV_MAPERR", "a push out of a hole");
    is_num((long)fault_err, 4, "is a read");
}

static void instructions(void)
{
    is_num((run(0ul, "ud2"), fault_info.si_signo * 100 + fault_info.si_code), SIGILL * 100 + ILL_ILLOPN,
           "ud2 is SIGILL, ILL_ILLOPN");
    is_true((uintptr_t)fault_info.si_addr == fault_rip, "with its address");
    is_num((run(0ul, "int3"), fault_info.si_signo * 1000 + fault_info.si_code), SIGTRAP * 1000 + SI_KERNEL,
           "int3 is SIGTRAP, SI_KERNEL");
    is_num((run(0ul, "hlt"), fault_info.si_signo * 1000 + fault_info.si_code), SIGSEGV * 1000 + SI_KERNEL,
           "hlt is SIGSEGV, SI_KERNEL");
    is_num((run(0ul, "cli"), fault_info.si_signo * 1000 + fault_info.si_code), SIGSEGV * 1000 + SI_KERNEL,
           "cli too");
    is_num((run(0ul, "inb %%dx, %%al"), fault_info.si_signo * 1000 + fault_info.si_code),
           SIGSEGV * 1000 + SI_KERNEL, "in too");
    is_num((run(0ul, "movq %%rax, %%cr0"), fault_info.si_signo * 1000 + fault_info.si_code),
           SIGSEGV * 1000 + SI_KERNEL, "mov to cr0 too");
    is_num((run(0ul, "movl $1, %%eax\n\tcltd\n\txorl %%ecx, %%ecx\n\tidivl %%ecx"),
            fault_info.si_signo * 100 + fault_info.si_code),
           SIGFPE * 100 + FPE_INTDIV, "division by zero is SIGFPE, FPE_INTDIV");
    is_num((run(0ul, "movl $0x80000000, %%eax\n\tcltd\n\tmovl $-1, %%ecx\n\tidivl %%ecx"),
            fault_info.si_signo * 100 + fault_info.si_code),
           SIGFPE * 100 + FPE_INTDIV, "so is INT_MIN / -1");
    char *p = pages(1, RW);
    memcpy(p, "\xb8\x01\x00\x00\x00\xc3", 6); /* mov eax,1; ret */
    must(mprotect(p, PG, PROT_READ | PROT_WRITE | PROT_EXEC));
    int (*f)(void) = (int (*)(void))(uintptr_t)p;
    is_num(f(), 1, "code written into a page runs");
    p[1] = 2;
    is_num(f(), 2, "code changed in place runs as changed");
    int fd[2];
    must(pipe(fd));
    must(write(fd[1], "\x03", 1));
    must(read(fd[0], p + 1, 1));
    is_num(f(), 3, "so does code changed by read(2)");
    int m = must(memfd_create("code", 0));
    must(ftruncate(m, (off_t)PG));
    char *w = must(mmap(NULL, PG, RW, MAP_SHARED, m, 0));
    memcpy(w, "\xb8\x04\x00\x00\x00\xc3", 6);
    char *x = must(mmap(NULL, PG, RX, MAP_SHARED, m, 0));
    f = (int (*)(void))(uintptr_t)x;
    is_num(f(), 4, "code written through another mapping runs");
    w[1] = 5;
    is_num(f(), 5, "and runs as changed there");
    must(pwrite(m, "\x06", 1, 1));
    is_num(f(), 6, "or by pwrite(2)");
}

/* Protection and contents that change under a processor that has just used the page: reads, writes, jumps. */
static void changing(void)
{
    char *p = pages(4, RW);
    int (*f)(void) = (int (*)(void))(uintptr_t)(p + PG);
    memcpy(p + PG, "\xb8\x01\x00\x00\x00\xc3", 6); /* mov eax,1; ret */
    must(mprotect(p + PG, PG, PROT_READ));
    is_str(run(p + PG, "movb %%al, (%%rdi)"), "SEGV_ACCERR", "a write right after mprotect took it away");
    is_num(p[PG + 1], 1, "the page can be read");
    must(mprotect(p + PG, PG, RW));
    p[PG + 1] = 2;
    must(mprotect(p + PG, PG, PROT_READ));
    is_str(run(p + PG, "call *%%rdi"), "SEGV_ACCERR", "a jump there");
    is_true(fault_rip == (uintptr_t)(p + PG) && fault_err == 21, "is known by its address and error code");
    must(mprotect(p + PG, PG, RX));
    is_num(f(), 2, "once it is allowed the code runs");
    must(mprotect(p + PG, PG, RW));
    is_str(run(p + PG, "call *%%rdi"), "SEGV_ACCERR", "and taken away it does not");
    p[PG + 1] = 3;
    must(mprotect(p + PG, PG, PROT_NONE));
    is_str(run(p + PG, "movb (%%rdi), %%al"), "SEGV_ACCERR", "nor is anything read without any access");
    must(mprotect(p + PG, PG, PROT_READ | PROT_WRITE | PROT_EXEC));
    is_num(f(), 3, "with all access what was written last runs");

    /* mov eax,4; ret across the end of a page, whose second half comes and goes */
    p[2 * PG] = 0;
    must(mprotect(p + 2 * PG, PG, PROT_READ));
    must(mprotect(p + PG, PG, RW));
    memcpy(p + 2 * PG - 3, "\xb8\x04\x00", 3);
    must(mprotect(p + PG, PG, RX));
    is_str(run(p + 2 * PG - 3, "call *%%rdi"), "SEGV_ACCERR at +3",
           "an instruction that runs into a page without execute");
    is_true(fault_rip == (uintptr_t)(p + 2 * PG - 3), "faults as a whole");
    must(mprotect(p + 2 * PG, PG, RW));
    memcpy(p + 2 * PG, "\x00\x00\xc3", 3);
    must(mprotect(p + 2 * PG, PG, RX));
    f = (int (*)(void))(uintptr_t)(p + 2 * PG - 3);
    is_num(f(), 4, "and runs when it may");
    must(munmap(p + 2 * PG, PG));
    is_str(run(p + 2 * PG - 3, "call *%%rdi"), "SEGV_MAPERR at +3", "and not when the page is gone");
    must(mmap(p + 2 * PG, PG, RW, ANON | MAP_FIXED, -1, 0));
    p[2 * PG] = 1;
    must(munmap(p + 2 * PG, PG));
    is_str(run(p + 2 * PG, "call *%%rdi"), "SEGV_MAPERR", "a jump to a page that was unmapped after a write");
    is_str(run(p + 2 * PG, "movb (%%rdi), %%al"), "SEGV_MAPERR", "a read of it");
    must(mmap(p + 2 * PG, PG, RW, ANON | MAP_FIXED, -1, 0));
    is_num(p[2 * PG], 0, "a new page at its place is zero");

    /* int3 and hlt of the program's own, on such a page */
    p[2 * PG] = (char)0xcc;
    must(mprotect(p + 2 * PG, PG, PROT_READ));
    must(mprotect(p + 2 * PG, PG, RX));
    is_num((run(p + 2 * PG, "call *%%rdi"), fault_info.si_signo), SIGTRAP,
           "int3 on a page that became code is SIGTRAP");
    is_true(fault_rip == (uintptr_t)(p + 2 * PG + 1), "behind the instruction");
    must(mprotect(p + 2 * PG, PG, RW));
    p[2 * PG] = (char)0xf4;
    must(mprotect(p + 2 * PG, PG, RX));
    is_num((run(p + 2 * PG, "call *%%rdi"), fault_info.si_signo * 1000 + fault_info.si_code),
           SIGSEGV * 1000 + SI_KERNEL, "hlt there is SIGSEGV, SI_KERNEL");

    /* many at once, and more often than any table has places */
    unsigned wrong = 0;
    char *q = pages(40, RW);
    for (volatile unsigned round = 0; round < 300; round++) {
        unsigned at = round * 7 % 40, n = 1 + round % (40 - at);
        for (unsigned i = at; i < at + n; i++)
            q[i * PG] = (char)round;
        must(mprotect(q + at * PG, n * PG, PROT_READ));
        wrong += strcmp(run(q + (at + n - 1) * PG, "movb %%al, (%%rdi)"), "SEGV_ACCERR") != 0;
        wrong += q[at * PG] != (char)round;
        must(madvise(q + at * PG, n * PG, MADV_DONTNEED));
        wrong += q[(at + n / 2) * PG] != 0;
        must(mprotect(q + at * PG, n * PG, RW));
    }
    is_num((long)wrong, 0, "writes after mprotect fault, pages after MADV_DONTNEED are zero, each time");
}

static void copying(void)
{
    int fd = temp_file(2 * PG + 100);
    char *p = must(mmap(NULL, 4 * PG, RW, MAP_PRIVATE, fd, 0));
    char *s = must(mmap(NULL, 4 * PG, RW, MAP_SHARED, fd, 0));
    is_num(p[2 * PG + 99], 'c', "the last byte of a file");
    is_num(p[2 * PG + 100], 0, "is followed by zeroes up to the page's end");
    is_str(try_access(p + 3 * PG, 'r'), "BUS_ADRERR", "a page past the end of file is SIGBUS, BUS_ADRERR");
    is_str(try_access(p + 3 * PG + 77, 'w'), "BUS_ADRERR", "with the exact address");
    s[0] = 'S';
    is_num(p[0], 'S', "a private page not yet written follows the file");
    p[0] = 'P';
    s[0] = 'T';
    is_num(p[0], 'P', "one that was written does not");
    char c = 0;
    must(pread(fd, &c, 1, 0));
    is_num(c, 'T', "read(2) sees a shared mapping's write");
    must(pwrite(fd, "W", 1, (off_t)PG));
    is_num(s[PG], 'W', "and a shared mapping sees write(2)");
    must(ftruncate(fd, (off_t)PG));
    is_str(try_access(s + PG, 'r'), "BUS_ADRERR", "a shared page cut off by ftruncate is SIGBUS");
    is_str(try_access(p + PG, 'r'), "BUS_ADRERR", "a private one too");
    is_str(try_access(p, 'r'), "fine", "the page before is not");
    must(ftruncate(fd, (off_t)(3 * PG)));
    is_num(s[PG], 0, "grown again, the page is zero");
    p[2 * PG] = 'Q';
    must(ftruncate(fd, (off_t)PG));
    is_str(try_access(p + 2 * PG, 'r'), "BUS_ADRERR", "ftruncate drops private copies too");
    is_err(syscall(SYS_write, 1, p + 2 * PG, 1), "EFAULT",
           "the kernel's access past the end of file is EFAULT");
    /* Behind the end of file in its page: memory keeps what was written there, filesystems on disk differ. */
    int m = must(memfd_create("m", 0));
    must(ftruncate(m, 10));
    s = must(mmap(NULL, PG, RW, MAP_SHARED, m, 0));
    s[50] = 'Z';
    must(ftruncate(m, (off_t)PG));
    is_num(s[50], 'Z',
           "what was written behind the end of a memory file in its page is there when the file grows");
    s[60] = 'Z';
    must(ftruncate(m, 55));
    is_num(s[60], 0, "cutting the file zeroes the rest of the page");
}

int main(void)
{
    addresses();
    instructions();
    changing();
    copying();
    return done();
}
