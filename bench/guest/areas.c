/* areas.c - a mapping more among many: 60,000 areas that do not merge. Argument: times. */
#include <stdlib.h>
#include <sys/mman.h>

#define AREAS 60000

int main(int argc, char **argv)
{
    static void *area[AREAS];

    for (long times = argc > 1 ? atol(argv[1]) : 1; times; times--) {
        for (int i = 0; i < AREAS; i++) {
            area[i] = mmap(NULL, 4096, i & 1 ? PROT_READ : PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (area[i] == MAP_FAILED)
                return 1;
        }
        for (int i = 0; i < AREAS; i++)
            if (munmap(area[i], 4096))
                return 1;
    }
    return 0;
}
