/* mmap.c - the life of a mapping: mmap, touch, mprotect, munmap. Argument: lives in thousands. */
#include <stdlib.h>
#include <sys/mman.h>

int main(int argc, char **argv)
{
    long lives = (argc > 1 ? atol(argv[1]) : 1) * 1000;

    while (lives--) {
        volatile char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (p == MAP_FAILED)
            return 1;
        p[0] = 1;
        if (mprotect((void *)p, 4096, PROT_READ) || munmap((void *)p, 4096))
            return 1;
    }
    return 0;
}
