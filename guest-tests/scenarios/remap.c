/* remap.c - R: mremap of sealed memory. */
#define _GNU_SOURCE
#include "scenario.h"

#define MOVE (MREMAP_MAYMOVE | MREMAP_FIXED)

static void resize(int prot, size_t from, size_t to, int flags)
{
    char *p = area(4, prot);
    if (from < 4)
        munmap(p + from * PG, (4 - from) * PG);
    seal_pages(p, from);
    say("%s", result(do_mremap(p, from, to, flags, NULL)));
    show(p, 4);
}

/* Move the area p to a place that has pages of its own. */
static void move(char *p, size_t from, size_t to, char *dst)
{
    say("%s", result(do_mremap(p, from, to, MOVE, dst)));
    show(p, 4);
    printf(" dst");
    show(dst, 4);
}

static void r01(void)
{
    resize(R, 4, 2, 0);
}

static void r02(void)
{
    resize(RW, 3, 4, 0);
}

static void r03(void)
{
    resize(R, 4, 4, 0);
}

static void r04(void)
{
    resize(R, 4, 8, MREMAP_MAYMOVE);
}

static void r05(void)
{
    char *p = area(4, R);
    seal_pages(p, 4);
    move(p, 4, 4, room(4, NONE));
}

static void r06(void)
{
    char *p = area(4, R);
    seal_pages(p, 4);
    say("%s", result(do_mremap(p, 4, 4, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL)));
    show(p, 4);
}

static void r07(void)
{
    char *p = shared_area(4, R), *copy;
    seal_pages(p, 4);
    copy = (char *)do_mremap(p, 0, 4, MREMAP_MAYMOVE, NULL);
    say("%s", result((long)copy));
    if (copy == (char *)-1)
        return;
    printf(" copy");
    show(copy, 4);
    say("mprotect copy RW: %s", result(mprotect(copy, 4 * PG, RW)));
}

static void r08(void)
{
    move(area_like("UUSS", R), 4, 4, room(4, NONE));
}

static void r09(void)
{
    char *p = area_like("UUSS", R);
    say("%s", result(do_mremap(p, 4, 1, 0, NULL)));
    show(p, 4);
}

static void r10(void)
{
    move(area_like("UUSS", R), 4, 1, area(4, R));
}

static void r11(void)
{
    char *src = area(2, R), *dst = area(4, R);
    seal_pages(src, 2);
    say("src sealed, dst intact? %s", result(do_mremap(src, 2, 2, MOVE, dst)));
    show(dst, 4);
}

const struct scenario remap_scenarios[] = {
    {"R01", "shrunk in place", r01},
    {"R02", "grown in place", r02},
    {"R03", "control: the size it has", r03},
    {"R04", "moved by growing", r04},
    {"R05", "moved to a prepared address", r05},
    {"R06", "moved away leaving zero pages (MREMAP_DONTUNMAP)", r06},
    {"R07", "a shared mapping duplicated (old size 0)", r07},
    {"R08", "several areas moved, the second half sealed", r08},
    {"R09", "shrunk, the tail sealed", r09},
    {"R10", "moved shrinking, the tail sealed: the destination is live memory", r10},
    {"R11", "sealed source onto live memory: the destination must stay", r11},
    {0},
};
