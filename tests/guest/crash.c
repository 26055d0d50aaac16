/* crash.c - write to an address that is easy to find again in a report. */
#include <stdint.h>

int main(void)
{
    *(volatile char *)(uintptr_t)0xdead0 = 1;
    return 0;
}
