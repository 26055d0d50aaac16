/* altstacks.c - handlers on alternate stacks that have their beginning or their end in common: for --trace-calls. */
#include <signal.h>
#include <string.h>

#define NOINLINE __attribute__((noinline, noclone))

static char room[65536];

NOINLINE int leaf(int x)
{
    __asm__ volatile("");
    return 3 * x;
}

NOINLINE void handler(int signo)
{
    leaf(signo);
}

/* Its calls are in the lower half of the whole room. */
NOINLINE void low(int signo)
{
    char big[40000];

    memset(big, signo, sizeof(big));
    __asm__ volatile("" : : "r"(big) : "memory");
    leaf(signo);
    __asm__ volatile("" : : "r"(big) : "memory");
}

NOINLINE void on(char *stack, size_t size, void (*run)(int))
{
    struct sigaction sa = {.sa_handler = run, .sa_flags = SA_ONSTACK};
    stack_t ss = {.ss_sp = stack, .ss_size = size};

    sigaltstack(&ss, NULL);
    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
}

int main(void)
{
    on(room + 32768, 32768, handler);
    on(room, 32768, handler);
    on(room, 65536, low);     /* the first one's end */
    on(room, 65536, handler); /* the second one's beginning */
    return 0;
}
