/* overwrite.c - O: another mapping put in the place of sealed memory. */
#define _GNU_SOURCE
#include "scenario.h"

#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static long over(char *p, size_t pages, int prot, int flags, int fd)
{
    return mmap(p, pages * PG, prot, flags, fd, 0) == MAP_FAILED ? -1 : 0;
}

static void o01(void)
{
    char *p = area(4, R);
    seal_pages(p, 4);
    say("%s", result(over(p, 4, RW, ANON | MAP_FIXED, -1)));
    show(p, 4);
}

static void o02(void)
{
    char *p = area_like("UUSU", R);
    say("%s", result(over(p, 4, RW, ANON | MAP_FIXED, -1)));
    show(p, 4);
}

static void o03(void)
{
    char *p = area(4, R);
    seal_pages(p, 4);
    say("%s", result(over(p + PG, 1, NONE, ANON | MAP_FIXED, -1)));
    show(p, 4);
}

static void o04(void)
{
    char *p = file_area(2, RX, MAP_PRIVATE, NULL), page[PG];
    int evil = file_of_f(2);
    fill(page, 1, 'N');
    if (pwrite(evil, page, PG, 0) != (ssize_t)PG || pwrite(evil, page, PG, PG) != (ssize_t)PG)
        broken("pwrite");
    seal_pages(p, 2);
    say("%s", result(over(p, 2, RWX, MAP_PRIVATE | MAP_FIXED, evil)));
    show(p, 2);
}

static void o05(void)
{
    char *p = area(4, R);
    seal_pages(p, 4);
    say("%s", result(over(p, 4, RW, ANON | MAP_FIXED_NOREPLACE, -1)));
    show(p, 4);
}

static void o06(void)
{
    char *p = area(4, R);
    seal_pages(p, 4);
    void *q = mmap(p, 4 * PG, RW, ANON, -1, 0);
    say("elsewhere=%d", q != MAP_FAILED && q != p);
    show(p, 4);
}

static void o07(void)
{
    char *p = area_like("UUSU", R);
    int id = shmget(IPC_PRIVATE, 4 * PG, 0600);
    say("%s", result(shmat(id, p, SHM_REMAP) == (void *)-1 ? -1 : 0));
    shmctl(id, IPC_RMID, NULL);
    show(p, 4);
}

static void o08(void)
{
    char *p = shared_area(4, RW);
    seal_pages(p, 4);
    say("%s", result(syscall(SYS_remap_file_pages, p, PG, 0ul, 2ul, 0ul)));
    show(p, 4);
}

/* Four pages of the attacker's moved onto dst. */
static void move_onto(char *dst, const char *label, int flags)
{
    char *src = area(4, RW);
    fill(src, 4, 'N');
    say("%s%s", label, result(do_mremap(src, 4, 4, MREMAP_MAYMOVE | MREMAP_FIXED | flags, dst)));
    show(dst, 4);
    printf(" src");
    show(src, 4);
}

static void o09(void)
{
    char *p = area(4, R);
    seal_pages(p, 4);
    move_onto(p, "", 0);
}

static void o10(void)
{
    char *p = area(4, R);
    seal_pages(p, 4);
    move_onto(p, "", MREMAP_DONTUNMAP);
}

static void o11(void)
{
    char *p = area_like("SS..", R);
    struct rlimit none = {PG, PG};
    setrlimit(RLIMIT_AS, &none);
    say("%s", result(over(p, 4, RW, ANON | MAP_FIXED, -1)));
}

static void o12(void)
{
    char *p = area_like("U.SS", R);
    say("%s", result(do_mremap(p, 1, 3, 0, NULL)));
    show(p, 4);
}

static void o13(void)
{
    char *p = area_like("UUSU", R);
    say("mid-start UUSU FIXED at +1: %s", result(over(p + PG, 3, RW, ANON | MAP_FIXED, -1)));
    show(p, 4);
}

static void o14(void)
{
    move_onto(area_like("UUSU", R), "dst partly sealed: ", 0);
}

const struct scenario overwrite_scenarios[] = {
    {"O01", "mmap(MAP_FIXED) over exactly the sealed memory", o01},
    {"O02", "mmap(MAP_FIXED) over a span with a sealed page in it", o02},
    {"O03", "one sealed page replaced by an inaccessible one", o03},
    {"O04", "the attacker's file, writable and executable, over sealed code", o04},
    {"O05", "control: MAP_FIXED_NOREPLACE", o05},
    {"O06", "control: the address only as a hint", o06},
    {"O07", "shmat(SHM_REMAP) over a span with a sealed page", o07},
    {"O08", "remap_file_pages inside a sealed shared mapping", o08},
    {"O09", "mremap(MREMAP_FIXED) onto sealed memory", o09},
    {"O10", "mremap(MREMAP_FIXED|MREMAP_DONTUNMAP) onto sealed memory", o10},
    {"O11", "which error first: the address space limit, or the seal", o11},
    {"O12", "a neighbour grows in place towards sealed memory", o12},
    {"O13", "mmap(MAP_FIXED) from the middle of an area: what is left of the attempt", o13},
    {"O14", "mremap(MREMAP_FIXED) onto a span with a sealed page: the source must survive", o14},
    {0},
};
