/* many_maps.c - 20,000 system calls on memory: what recordings are measured with. */
#include <sys/mman.h>

#define PG 4096ul

int main(void)
{
    for (int i = 0; i < 5000; i++) {
        char *p = mmap(0, (4 + i % 60) * PG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        mprotect(p + PG, PG, PROT_READ);
        mprotect(p + PG, PG, PROT_READ | PROT_WRITE);
        munmap(p + (i % 3) * PG, (4 + i % 60) * PG);
    }
    return 0;
}
