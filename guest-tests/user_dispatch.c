/* user_dispatch.c - prctl(PR_SET_SYSCALL_USER_DISPATCH): calls that become SIGSYS. */
#include "seccomp.h"

#ifndef SYS_USER_DISPATCH
#define SYS_USER_DISPATCH 2
#endif
#define INCLUSIVE_ON 2

static volatile unsigned char selector;
static volatile siginfo_t caught;
static volatile long rax_then;

static void on_sigsys(int signo, siginfo_t *si, void *uc)
{
    (void)signo;
    selector = SYSCALL_DISPATCH_FILTER_ALLOW; /* for the way back */
    *(siginfo_t *)&caught = *si;
    rax_then = ((ucontext_t *)uc)->uc_mcontext.gregs[REG_RAX];
}

static int dispatch(int mode, unsigned long offset, unsigned long len, const volatile void *byte)
{
    return prctl(PR_SET_SYSCALL_USER_DISPATCH, mode, offset, len, byte);
}
static void catch_it(void)
{
    struct sigaction sa = {.sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO};

    must(sigaction(SIGSYS, &sa, NULL));
}

static void arguments(void)
{
    is_err(dispatch(9, 0, 0, NULL), "EINVAL", "an unknown mode");
    is_err(dispatch(PR_SYS_DISPATCH_OFF, 1, 0, NULL), "EINVAL", "off with a region");
    is_err(dispatch(PR_SYS_DISPATCH_OFF, 0, 0, &selector), "EINVAL", "off with a selector");
    is_ok(dispatch(PR_SYS_DISPATCH_OFF, 0, 0, NULL), "off");
    is_err(dispatch(PR_SYS_DISPATCH_ON, 4096, 0, &selector), "EINVAL", "an empty region");
    is_err(dispatch(PR_SYS_DISPATCH_ON, 4096, -4096ul, &selector), "EINVAL", "one that wraps around");
    is_err(dispatch(PR_SYS_DISPATCH_ON, 0, 0, (void *)-4096l), "EFAULT", "a selector no process has");
    if (since(6, 18))
        is_err(dispatch(INCLUSIVE_ON, 0, 0, &selector), "EINVAL", "inclusive, of nothing");
}

static int selected(void)
{
    long r;

    catch_it();
    must(dispatch(PR_SYS_DISPATCH_ON, 0, 0, &selector));
    if (syscall(SYS_getppid) != getppid())
        return 1; /* the selector allows */
    selector = SYSCALL_DISPATCH_FILTER_BLOCK;
    r = syscall(SYS_tuxcall);
    if (r != SYS_tuxcall || rax_then != SYS_tuxcall || selector)
        return 2;
    if (caught.si_code != SYS_USER_DISPATCH || caught.si_syscall != SYS_tuxcall ||
        caught.si_arch != AUDIT_ARCH_X86_64 || caught.si_errno)
        return 3;
    return ((unsigned char *)caught.si_call_addr)[-1] == 5 ? 0 : 4;
}
static int from_here(void)
{
    long r;
    void *here;

    catch_it();
    __asm__ volatile("lea 1f(%%rip), %0" : "=r"(here));
    must(dispatch(PR_SYS_DISPATCH_ON, (unsigned long)here, 1, &selector));
    selector = SYSCALL_DISPATCH_FILTER_BLOCK;
    __asm__ volatile("syscall\n1:" : "=a"(r) : "0"(SYS_getppid) : "rcx", "r11", "memory");
    if (r <= 0 || selector != SYSCALL_DISPATCH_FILTER_BLOCK)
        return 1;
    return syscall(SYS_getppid) == SYS_getppid && !selector ? 0 : 2;
}
static int only_here(void)
{
    long r;
    void *here;

    catch_it();
    __asm__ volatile("lea 1f(%%rip), %0" : "=r"(here));
    must(dispatch(INCLUSIVE_ON, (unsigned long)here, 1, &selector));
    selector = SYSCALL_DISPATCH_FILTER_BLOCK;
    if (syscall(SYS_getppid) != getppid())
        return 1;
    __asm__ volatile("syscall\n1:" : "=a"(r) : "0"(SYS_getppid) : "rcx", "r11", "memory");
    return r == SYS_getppid && !selector ? 0 : 2;
}
static int child_is_free(void)
{
    int s;

    must(dispatch(PR_SYS_DISPATCH_ON, 0, 0, &selector));
    if (!fork()) {
        selector = SYSCALL_DISPATCH_FILTER_BLOCK;
        _exit(syscall(SYS_getppid) > 0 ? 42 : 1);
    }
    must(wait(&s));
    return WEXITSTATUS(s);
}
static int program_is_free(void)
{
    must(dispatch(PR_SYS_DISPATCH_ON, 0, 0, &selector));
    execl("/proc/self/exe", "free", NULL);
    return 1;
}
static int bad_selector(void)
{
    catch_it();
    must(dispatch(PR_SYS_DISPATCH_ON, 0, 0, &selector));
    selector = 7;
    syscall(SYS_getppid);
    return 1;
}
static int no_selector(void)
{
    char *page = pages(1, RW);

    catch_it();
    must(dispatch(PR_SYS_DISPATCH_ON, 0, 0, page));
    munmap(page, PG);
    syscall(SYS_getppid);
    return 1;
}
static int before_filters(void)
{
    catch_it();
    no_new_privs();
    must(filter(0, VERDICT(SYS_tuxcall, SECCOMP_RET_KILL_PROCESS)));
    must(dispatch(PR_SYS_DISPATCH_ON, 0, 0, &selector));
    selector = SYSCALL_DISPATCH_FILTER_BLOCK;
    return syscall(SYS_tuxcall) == SYS_tuxcall && caught.si_code == SYS_USER_DISPATCH ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc && !strcmp(argv[0], "free"))
        return 42;
    arguments();
    is_num(child_of(selected), 0, "the selector decides, and SIGSYS tells the call");
    is_num(child_of(from_here), 0, "calls from the region are made");
    if (since(6, 18))
        is_num(child_of(only_here), 0, "inclusive: all others are");
    is_num(child_of(child_is_free), 42, "a child has it not");
    is_num(child_of(program_is_free), 42, "nor has the next program");
    is_num(child_of(bad_selector), 1000 + SIGSYS, "a selector that says neither kills");
    is_num(child_of(no_selector), 1000 + SIGSEGV, "one that is gone, too");
    is_num(child_of(before_filters), 0, "filters do not see such calls");
    return done();
}
