/* calls.c - ways for functions to begin and to end: for --trace-calls, --trace-insn and --coverage. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline, noclone))

static jmp_buf env;

NOINLINE int leaf(int x)
{
    __asm__ volatile("");
    return 3 * x;
}

/* A tail call, whatever the compiler thinks of them; the flags before the addition do not depend on the stack's
 * address. */
int tail(int x);
__asm__(".type tail, @function\n"
        "tail: cmp %edi, %edi\n"
        "add $1, %edi\n"
        "jmp leaf\n"
        ".size tail, . - tail\n");

NOINLINE int factorial(int n)
{
    return n < 2 ? 1 : n * factorial(n - 1);
}

NOINLINE void deep(int n)
{
    static volatile int never;

    if (never)
        return;
    if (!n)
        longjmp(env, 1);
    deep(n - 1);
    __asm__ volatile("");
}

NOINLINE void handler(int signo)
{
    leaf(signo);
}

NOINLINE void leaving(int signo)
{
    siglongjmp(env, 1);
}

NOINLINE void copy(char *to, const char *from, unsigned long n)
{
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
}

NOINLINE void add_floats(float *f)
{
    f[0] += f[1];
}

NOINLINE void touch(volatile char *p)
{
    *p = 1;
}

NOINLINE void in_child(void)
{
    _exit(leaf(1));
}

int main(void)
{
    static char other[65536];
    struct sigaction sa = {.sa_handler = handler};
    stack_t ss = {.ss_sp = other, .ss_size = sizeof(other)};
    float f[2] = {1, 2};
    char a[4] = "abc", b[4];

    tail(4);
    factorial(3);
    if (!setjmp(env))
        deep(2);
    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
    sigaltstack(&ss, NULL);
    sa.sa_flags = SA_ONSTACK;
    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
    sa.sa_handler = leaving;
    sigaction(SIGSEGV, &sa, NULL);
    if (!sigsetjmp(env, 1))
        touch(NULL);
    copy(b, a, 4);
    add_floats(f);
    fflush(stdout);
    if (!fork())
        in_child();
    wait(NULL);
    printf("%s %g\n", b, (double)f[0]);
    return 0;
}
