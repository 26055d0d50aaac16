/* page_end.c - code at the end of a page whose neighbour cannot be run, and code that changes the page it is on. */
#include "probe.h"

#include <setjmp.h>
#include <ucontext.h>

static char *page;
static sigjmp_buf back;
static char seen[96];

static void on_signal(int signo, siginfo_t *info, void *context)
{
    long rip = (long)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] - (long)page;

    if (info->si_code == SI_KERNEL)
        snprintf(seen, sizeof(seen), "signal %d at %ld", signo, rip);
    else
        snprintf(seen, sizeof(seen), "signal %d at %ld for %ld", signo, rip,
                 info->si_addr < (void *)PG ? (long)info->si_addr : (long)((char *)info->si_addr - page));
    siglongjmp(back, 1);
}

/* Run code whose last byte, if `before` is its length, is the last of the page. */
static const char *run(const char *code, size_t len, size_t before)
{
    memset(page, 0x90, PG);
    memcpy(page + PG - before, code, len);
    if (!sigsetjmp(back, 1))
        snprintf(seen, sizeof(seen), "returned %d", ((int (*)(void))(uintptr_t)(page + PG - before))());
    return seen;
}
#define RUN(code, before) run(code, sizeof(code) - 1, before)

static void neighbour(const char *kind)
{
    char fact[128];
#define FACT(text) (snprintf(fact, sizeof(fact), "%s: %s", kind, text), fact)

    is_str(RUN("\xb8\x05\0\0\0\xc3", 6), "returned 5", FACT("code that ends with the page runs"));
    is_str(RUN("\xb8\x05\0\0\0\x90", 6), "signal 11 at 4096 for 4096",
           FACT("code that runs off faults at the next page"));
    is_str(RUN("\xb8\x05\0\0\0\x90", 300), "signal 11 at 4096 for 4096", FACT("after all it did before"));
    is_str(RUN("\xb8\x05\0\0\0\xb8\x06\0", 8), "signal 11 at 4093 for 4096",
           FACT("an instruction that crosses faults for the next page"));
    is_str(RUN("\x31\xc0\x8b\x00\x90\x90\x90", 7), "signal 11 at 4091 for 0",
           FACT("a fault before the end comes first"));
    is_str(RUN("\x0f\x0b\x90\x90\x90", 5), "signal 4 at 4091 for 4091",
           FACT("so does an illegal instruction"));
    is_str(RUN("\xcc", 1), "signal 5 at 4096", FACT("a breakpoint as the last byte"));
    is_str(RUN("\x31\xc0\xff\xc0\x83\xf8\x64\x75\xf9\x90", 10), "signal 11 at 4096 for 4096",
           FACT("a loop is finished first"));
    is_str(RUN("\x66\x66", 2), "signal 11 at 4094 for 4096",
           FACT("prefixes alone are an instruction that crosses"));
}

int main(void)
{
    struct sigaction sa = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
    int (*f)(void);
    int sum = 0;

    sigaction(SIGSEGV, &sa, NULL);
    sigaction(SIGILL, &sa, NULL);
    sigaction(SIGTRAP, &sa, NULL);
    page = must(mmap(NULL, 2 * PG, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    must(mprotect(page + PG, PG, PROT_READ | PROT_WRITE));
    neighbour("data");
    must(mprotect(page + PG, PG, PROT_NONE));
    neighbour("no access");
    must(munmap(page + PG, PG));
    neighbour("a hole");

    f = (int (*)(void))(uintptr_t)page;
    memcpy(page, "\xb8\x01\0\0\0\xff\x05\xf6\xff\xff\xff\xc3", 12); /* mov eax, 1; inc dword [that 1]; ret */
    for (int i = 0; i < 1000; i++)
        sum += f();
    is_num(sum, 500500, "code that changes its own instruction runs as changed");
    memcpy(page, "\xb8\x01\0\0\0\xc3", 6);
    sum = 0;
    for (int i = 0; i < 1000; i++) {
        page[2000] = (char)i; /* a write elsewhere on the page first */
        page[1] = (char)(i & 63);
        sum += f();
    }
    is_num(sum, 31020, "code changed after other bytes of its page runs as changed");
    return done();
}
