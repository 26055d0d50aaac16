/* memory.c - more pages than a TLB holds: a random walk over 4,096 of them, reading and writing. Argument:
 * steps in millions. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define PAGES 4096
#define WORDS (4096 / sizeof(uint64_t))

int main(int argc, char **argv)
{
    uint64_t steps = (argc > 1 ? atoi(argv[1]) : 1) * 1000000ull, x = 1, sum = 0;
    uint64_t(*page)[WORDS] = aligned_alloc(4096, PAGES * 4096);

    if (!page)
        return 1;
    for (unsigned i = 0; i < PAGES; i++)
        page[i][i % WORDS] = i;
    while (steps--) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        uint64_t *word = &page[(x >> 40) % PAGES][(x >> 33) % WORDS];

        sum += *word;
        *word = x ^ sum;
    }
    printf("%016lx\n", sum);
    return 0;
}
