/* many_areas.c - ARGUMENT areas, made in scattered order, every tenth sealed; a child begins with all of them. */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PG        4096ul
#define SYS_MSEAL 462

int main(int argc, char **argv)
{
    unsigned long pairs = strtoul(argc > 1 ? argv[1] : "1000", NULL, 0) / 2;
    char *p = mmap(0, 2 * pairs * PG, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int status = 1;

    for (unsigned long i = 0; i < pairs; i++) {
        char *page = p + (2 * (i * 7919 % pairs) + 1) * PG;

        if (mprotect(page, PG, PROT_READ | PROT_WRITE))
            return 1;
        if (i % 10 == 0)
            syscall(SYS_MSEAL, page, PG, 0);
        if (i % 100 == 0)
            munmap(page, PG); /* refused */
    }
    if (!fork())
        _exit(0);
    wait(&status);
    return status;
}
