/*
 * differs.c - does one thing on a machine and another in the emulator, for what mseal-emu diff says of it: fault, signal, code,
 * address, end, call.
 *
 * It looks at the time stamp counter: the emulator's begins at 100,000,000,000, and no machine's is there for longer than a moment.
 */
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#include <x86intrin.h>

static const int constant = 1;

static bool is_emulated(void)
{
    unsigned long long t = __rdtsc();

    return t >= 100000000000 && t < 100100000000;
}

static void write_to(volatile const int *p)
{
    *(volatile int *)p = 0;
}

int main(int argc, char **argv)
{
    const char *scene = argc > 1 ? argv[1] : "";
    bool emulated = is_emulated();

    if (!strcmp(scene, "fault") && emulated)
        write_to(NULL);
    if (!strcmp(scene, "signal") && emulated)
        __asm__ volatile("ud2");
    if (!strcmp(scene, "code") && emulated)
        write_to(&constant);
    if (!strcmp(scene, "address") && emulated)
        write_to((int *)16);
    if (!strcmp(scene, "signal") || !strcmp(scene, "code") || !strcmp(scene, "address"))
        write_to(NULL);
    if (!strcmp(scene, "end"))
        _exit(emulated ? 3 : 4);
    if (!strcmp(scene, "call") && emulated)
        getppid();
    return 0;
}
