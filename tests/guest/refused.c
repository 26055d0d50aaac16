/* refused.c - memory calls that fail for as many reasons as fit, and a last write into sealed memory: what
 * --explain explains. */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PG 4096

static __attribute__((noinline)) char *make_table(void)
{
    return mmap(NULL, 3 * PG, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static __attribute__((noinline)) void protect_table(char *p)
{
    mprotect(p, 2 * PG, PROT_READ);
    syscall(462, p + PG, PG, 0);
}

int main(void)
{
    struct rlimit limit = {PG, PG};
    char *p = make_table();

    protect_table(p);
    mprotect(p, 2 * PG, PROT_NONE); /* stops at the sealed page: the first one is changed */
    munmap(p, 3 * PG);
    mmap(p + 100, PG, PROT_READ, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mmap(p, PG, PROT_READ, MAP_FIXED_NOREPLACE | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    munmap(p, PG);
    madvise(p, 3 * PG, MADV_WILLNEED); /* into what was just unmapped */
    mlock((void *)0x1000, 10);
    write(1, (void *)0x1234, 10);
    syscall(SYS_getrandom, p + PG, 4, 0); /* the very beginning of the sealed area */
    setrlimit(RLIMIT_AS, &limit);
    make_table();
    p[PG] = 1;
    return 0;
}
