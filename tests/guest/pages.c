/*
 * pages.c - what time is it after a walk over many pages? The engine's TLB, whose size follows the host's clock, must have
 * no part in the answer. A timer is pending, so blocks of code count.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

#define NR   12000
#define PAGE 4096

static void walk(volatile char *p, unsigned pages)
{
    for (unsigned i = 0; i < pages; i++)
        p[(size_t)i * PAGE]++;
}

int main(void)
{
    struct itimerval far = {.it_value.tv_sec = 1000000};
    char *p = mmap(NULL, (size_t)NR * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct timespec ts;

    if (p == MAP_FAILED || setitimer(ITIMER_REAL, &far, NULL))
        return 1;
    for (unsigned i = 0; i < 20; i++) { /* the TLB grows */
        walk(p, NR);
        mprotect(p, NR / 2 * PAGE, i & 1 ? PROT_READ | PROT_WRITE : PROT_READ);
        mprotect(p, NR / 2 * PAGE, PROT_READ | PROT_WRITE);
    }
    for (unsigned i = 0; i < 20; i++) { /* and shrinks where the host's clock moves on */
        walk(p, 20);
        mprotect(p, NR / 2 * PAGE, PROT_READ);
        mprotect(p, NR / 2 * PAGE, PROT_READ | PROT_WRITE);
    }
    for (unsigned i = 0; i < 4; i++)
        walk(p, NR);
    clock_gettime(CLOCK_MONOTONIC, &ts);
    printf("%lld.%09ld\n", (long long)ts.tv_sec, ts.tv_nsec);
    return 0;
}
