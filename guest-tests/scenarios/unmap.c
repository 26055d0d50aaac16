/* unmap.c - U: making sealed memory go away. */
#define _GNU_SOURCE
#include "scenario.h"

#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

static void unmap_like(const char *pattern, size_t from, size_t pages)
{
    char *p = area_like(pattern, R);
    say("%s", result(munmap(p + from * PG, pages * PG)));
    show(p, 4);
}

static void u01(void)
{
    char *p = area(4, R);
    seal_pages(p, 4);
    say("%s", result(munmap(p, 4 * PG)));
    show(p, 4);
}

static void u02(void)
{
    char *p = area(4, R);
    seal_pages(p, 4);
    say("%s", result(munmap(p + PG, PG)));
    show(p, 4);
}

static void u03(void)
{
    unmap_like("UUSU", 0, 4);
}

static void u04(void)
{
    unmap_like("U.US", 0, 4);
}

static void u05(void)
{
    unmap_like("UUUS", 1, 3);
}

static void u06(void)
{
    char *base = (char *)syscall(SYS_brk, 0ul);
    base = (char *)(((uintptr_t)base + PG - 1) & ~(PG - 1));
    if ((char *)syscall(SYS_brk, base + 4 * PG) != base + 4 * PG)
        broken("brk");
    fill(base, 4, 'x');
    seal_pages(base + PG, 1);
    char *now = (char *)syscall(SYS_brk, base);
    say("brk returned %+ld pages", (long)(now - base) / (long)PG);
    show(base, 4);
    now = (char *)syscall(SYS_brk, base + 2 * PG);
    say("from sealed-end: %+ld", (long)(now - base) / (long)PG);
}

/* A SysV segment of four pages in a room of its own. */
static char *attached(void)
{
    int id = shmget(IPC_PRIVATE, 4 * PG, 0600);
    if (id < 0)
        broken("shmget");
    char *p = shmat(id, room(4, NONE), SHM_REMAP);
    shmctl(id, IPC_RMID, NULL);
    if (p == (char *)-1)
        broken("shmat");
    fill(p, 4, 'x');
    return p;
}

static void u07(void)
{
    char *p = attached();
    seal_pages(p, 4);
    say("%s", result(shmdt(p)));
    show(p, 4);
}

static void u08(void)
{
    char *p = attached();
    seal_pages(p + 2 * PG, 1);
    say("%s", result(shmdt(p)));
    show(p, 4);
}

static void u09(void)
{
    unsigned long ring = 0;
    if (syscall(SYS_io_setup, 1ul, &ring))
        skip("no asynchronous I/O contexts");
    seal((void *)ring, PG);
    say("%s", result(syscall(SYS_io_destroy, ring)));
    unsigned char seen;
    say("readable=%c", mincore((void *)ring, PG, &seen) == 0 ? 'y' : 'n');
}

static void u11(void)
{
    char *p = area(4, R);
    seal_only(p, 4 * PG, KEEP_MAPPED);
    void *q = mmap(p, 4 * PG, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    say("%s", result(q == MAP_FAILED ? -1 : 0));
    show(p, 4);
}

static void u12(void)
{
    char *p = area(4, R);
    seal_only(p, 4 * PG, KEEP_MAPPED);
    say("%s", result(do_mremap(p, 4, 2, 0, NULL)));
    show(p, 4);
}

static void u13(void)
{
    char *p = area(4, R);
    seal_only(p, 4 * PG, KEEP_PROTECTION);
    say("munmap %s", result(munmap(p, 4 * PG)));
    void *q = mmap(p, 4 * PG, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    say("mmap %s", result(q == MAP_FAILED ? -1 : 0));
    show(p, 4);
}

const struct scenario unmap_scenarios[] = {
    {"U01", "munmap of exactly the sealed memory", u01},
    {"U02", "a hole punched in the middle", u02},
    {"U03", "munmap of a span with a sealed page in it", u03},
    {"U04", "munmap of a span with a hole and a sealed page", u04},
    {"U05", "munmap from the middle of an area into a sealed page: what is left of the attempt", u05},
    {"U06", "brk shrinks the heap over a sealed page", u06},
    {"U07", "shmdt of a sealed segment", u07},
    {"U08", "shmdt of a segment with one sealed page", u08},
    {"U09", "io_destroy of a sealed ring", u09},
    {"U11", "sealed against unmapping only: mapped over instead", u11},
    {"U12", "sealed against unmapping only: shrunk by mremap instead", u12},
    {"U13", "sealed against mprotect only: unmapped and mapped writable instead", u13},
    {0},
};
