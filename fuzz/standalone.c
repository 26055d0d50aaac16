/* standalone.c - the fuzzer as a program of its own, without the emulator around it. */
#include "fuzz.h"

int main(int argc, char **argv)
{
    return fuzz_main(argc, argv);
}
