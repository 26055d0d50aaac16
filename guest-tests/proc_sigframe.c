/* proc_sigframe.c - signals whose handler cannot begin: no way back from it, no room for its frame. */
#include "probe.h"

#define SA_RESTORER_ 0x04000000

/* struct sigaction as rt_sigaction(2) takes it. */
struct action {
    void *handler;
    unsigned long flags;
    void *restorer;
    unsigned long mask;
};

static char alt[65536];

static void leave(int signo)
{
    _exit(signo);
}

static void handle(int signo, unsigned long flags, void *restorer)
{
    struct action act = {leave, flags, restorer, 0};

    must(syscall(SYS_rt_sigaction, signo, &act, NULL, 8));
}

/* A signal while the stack pointer points nowhere. */
static void raise_without_stack(int signo)
{
    __asm__ volatile("mov %%rsp, %%rbx; mov $4096, %%esp; syscall; mov %%rbx, %%rsp"
                     :
                     : "a"(SYS_tgkill), "D"(getpid()), "S"(gettid()), "d"(signo)
                     : "rbx", "rcx", "r11", "memory");
}

static int without_restorer(char *flags)
{
    handle(SIGUSR1, *flags == 'i' ? SA_SIGINFO : 0, NULL);
    raise(SIGUSR1);
    return 0;
}

static int with_restorer(char *arg)
{
    handle(SIGUSR1, SA_RESTORER_, NULL); /* it never gets there */
    raise(SIGUSR1);
    return 0;
}

static int heard(char *restorer)
{
    stack_t ss = {.ss_sp = alt, .ss_size = sizeof(alt)};

    must(sigaltstack(&ss, NULL));
    handle(SIGSEGV, SA_ONSTACK | SA_RESTORER_, NULL);
    handle(SIGUSR1, *restorer == 'r' ? SA_RESTORER_ : 0, NULL);
    if (*restorer == 'r')
        raise_without_stack(SIGUSR1);
    else
        raise(SIGUSR1);
    return 0;
}

static int segv_itself(char *arg)
{
    handle(SIGSEGV, SA_RESTORER_, NULL);
    raise_without_stack(SIGSEGV);
    return 0;
}

static int no_stack(char *arg)
{
    handle(SIGUSR1, SA_RESTORER_, NULL);
    raise_without_stack(SIGUSR1);
    return 0;
}

int main(void)
{
    is_num(in_child(with_restorer, NULL), SIGUSR1, "a handler with SA_RESTORER runs");
    is_num(in_child(without_restorer, ""), 1000 + SIGSEGV, "without it the task dies of SIGSEGV");
    is_num(in_child(without_restorer, "i"), 1000 + SIGSEGV, "with SA_SIGINFO, too");
    is_num(in_child(no_stack, NULL), 1000 + SIGSEGV, "as it does where there is no stack");
    is_num(in_child(heard, ""), SIGSEGV, "SIGSEGV's own handler hears of what has no way back");
    is_num(in_child(heard, "r"), SIGSEGV, "and of what has no stack");
    is_num(in_child(segv_itself, NULL), 1000 + SIGSEGV, "but not of itself");
    return done();
}
