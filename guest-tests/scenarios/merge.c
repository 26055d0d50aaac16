/* merge.c - M: merging, splitting and limits. */
#define _GNU_SOURCE
#include "scenario.h"

#include <sys/syscall.h>
#include <unistd.h>

static void m01(void)
{
    char *p = area(4, RW);
    munmap(p + 2 * PG, 2 * PG);
    seal_pages(p, 2);
    fill(map_at(p + 2 * PG, 2, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1), 2, 'N');
    show(p, 4);
    say("munmap new: %s", result(munmap(p + 2 * PG, 2 * PG)));
    show(p, 4);
}

static void m02(void)
{
    char *p = area(4, R);
    mlock(p + 2 * PG, 2 * PG);
    seal_pages(p + 2 * PG, 2);
    munlock(p + 2 * PG, 2 * PG);
    show(p, 4);
    say("then RW on sealed half: %s", result(mprotect(p + 2 * PG, 2 * PG, RW)));
    show(p, 4);
}

static void m03(void)
{
    char *p = area(4, R);
    seal_pages(p, 4);
    mlock(p + PG, PG);
    show(p, 4);
    munlock(p + PG, PG);
    show(p, 4);
    say("%s", result(munmap(p, 4 * PG)));
}

/* Fill the address space with areas until not one more split is possible. */
static void m04(void)
{
    char *p = area(6, R);
    mprotect(p, 2 * PG, RW);
    size_t pages = 140000;
    char *many = mmap(NULL, pages * PG, NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (many == MAP_FAILED)
        broken("mmap");
    size_t i = 1;
    while (i < pages && mprotect(many + i * PG, PG, R) == 0)
        i += 2;
    if (i >= pages)
        skip("no map count limit met");
    mprotect(many + (pages - 1) * PG, PG, R); /* the last page needs one area more, not two */
    say("mseal(VMA0+half VMA1)=%s", result(seal(p, 4 * PG)));
    munmap(many, pages * PG);
    show(p, 6);
}

static void m05(void)
{
    char *p = area(4, R);
    unsigned char seen[4];
    seal_pages(p, 4);
    say("mlock2 span %s", result(syscall(SYS_mlock2, p, 4 * PG, 1ul)));
    munlock(p, 4 * PG);
    say("msync %s", result(msync(p, 4 * PG, MS_INVALIDATE)));
    say("mincore %s", result(mincore(p, 4 * PG, seen)));
    show(p, 4);
}

static void m06(void)
{
    char *p = area(6, R);
    seal_pages(p, 2);
    seal_pages(p + 2 * PG, 2);
    show(p, 6);
    say("merged neighbours; shrink via munmap mid %s", result(munmap(p + PG, 2 * PG)));
}

static void m07(void)
{
    char *p = area(6, R);
    seal_pages(p, 2);
    seal_pages(p + 4 * PG, 2);
    seal_pages(p + 2 * PG, 2);
    show(p, 6);
}

static void m08(void)
{
    char *p = area(6, R);
    seal_pages(p + 2 * PG, 2);
    seal_pages(p, 6);
    show(p, 6);
    say("tail munmap %s", result(munmap(p + 4 * PG, 2 * PG)));
}

static void m10(void)
{
    char *p = area_like("U.UU", R);
    say("%s", result(seal(p, 4 * PG)));
    show(p, 4);
    say("mprotect first: %s", result(mprotect(p, PG, RW)));
}

static void m11(void)
{
    char *p = area(2, RW);
    seal_pages(p, 2); /* the attacker's doing: nobody asked for it */
    say("owner's munmap: %s", result(munmap(p, 2 * PG)));
}

static void m12(void)
{
    char *p = area(4, R);
    munmap(p + PG, PG);
    seal_pages(p, 1);
    seal_pages(p + 2 * PG, 2);
    void *q = mmap(p + PG, PG, RWX, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    say("mmap in the hole %s", result(q == MAP_FAILED ? -1 : 0));
    show(p, 4);
}

static void m13(void)
{
    char *p = area(4, R);
    seal_pages(p, 4);
    say("mlock:%s", result(mlock(p, PG)));
    say("munlock:%s", result(munlock(p, PG)));
    say("mbind:%s", result(syscall(SYS_mbind, p + PG, PG, 0ul, NULL, 0ul, 0ul)));
    show(p, 4);
}

const struct scenario merge_scenarios[] = {
    {"M01", "control: new memory beside sealed memory stays separate", m01},
    {"M02", "laundering: flags made equal to an unsealed neighbour's", m02},
    {"M03", "sealed memory split and merged again", m03},
    {"M04", "the map count limit met while sealing", m04},
    {"M05", "control: mlock2, msync, mincore", m05},
    {"M06", "two sealed neighbours merge", m06},
    {"M07", "the gap between two sealed areas sealed", m07},
    {"M08", "unsealed, sealed, unsealed sealed in one call", m08},
    {"M10", "sealing over a hole", m10},
    {"M11", "the seal as a weapon: the owner can't unmap", m11},
    {"M12", "a hole left between sealed areas is filled by the attacker", m12},
    {"M13", "control: locks and policy are not protection", m13},
    {0},
};
