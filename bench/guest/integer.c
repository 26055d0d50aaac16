/* integer.c - integer arithmetic and branches: a sieve, a hash, divisions. Argument: rounds. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned sieve(void)
{
    static uint8_t composite[200000];
    unsigned primes = 0;

    memset(composite, 0, sizeof(composite));
    for (unsigned i = 2; i < sizeof(composite); i++) {
        if (composite[i])
            continue;
        primes++;
        for (unsigned j = 2 * i; j < sizeof(composite); j += i)
            composite[j] = 1;
    }
    return primes;
}

static uint64_t hash(uint64_t seed)
{
    for (unsigned i = 0; i < 1000000; i++) {
        seed ^= seed >> 29;
        seed *= 0x9e3779b97f4a7c15;
        seed ^= seed << 7;
        if (seed % 1000 < i % 7)
            seed += i / 3;
    }
    return seed;
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 1 ? atoi(argv[1]) : 1;
    uint64_t x = 1;

    while (rounds--)
        x = hash(x + sieve());
    printf("%016lx\n", x);
    return 0;
}
