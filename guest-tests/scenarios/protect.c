/* protect.c - P: changing the protection of sealed memory. */
#define _GNU_SOURCE
#include "scenario.h"

#include <fcntl.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Seal four pages of protection was, ask for now. */
static void change(int was, int now)
{
    char *p = area(4, was);
    seal_pages(p, 4);
    say("%s", result(mprotect(p, 4 * PG, now)));
    show(p, 4);
}

static void p01(void)
{
    change(R, RW);
}

static void p02(void)
{
    change(R, NONE);
}

static void p03(void)
{
    change(RX, RWX);
}

static void p04(void)
{
    char *p = area(4, R);
    seal_pages(p, 4);
    say("%s", result(syscall(SYS_pkey_mprotect, p, 4 * PG, RW, -1)));
    show(p, 4);
}

static void p05(void)
{
    char *p = area(4, R);
    seal_pages(p, 4);
    say("%s", result(mprotect(p, 4 * PG, R)));
}

static void p06(void)
{
    change(RW, R);
}

static void p07(void)
{
    char *p = area_like("UUSU", R);
    say("%s", result(mprotect(p, 4 * PG, RW)));
    show(p, 4);
}

static void p08(void)
{
    char *p = area_like("US", R);
    say("len PG+1: %s", result(mprotect(p, PG + 1, RW)));
    show(p, 2);
}

static void p09(void)
{
    char *p = area_like("U.US", R);
    say("U.US: %s", result(mprotect(p, 4 * PG, RW)));
    show(p, 4);
}

static void p10(void)
{
    char *p = area_like(".USU", R), *q = area_like("S.UU", R);
    say(".USU: %s", result(mprotect(p, 4 * PG, RW)));
    show(p, 4);
    say("S.UU: %s", result(mprotect(q, 4 * PG, RW)));
    show(q, 4);
}

static void p11(void)
{
    char *p = map_at(room(4, NONE), 4, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, -1);
    fill(p, 4, 'x');
    seal_pages(p, 4);
    say("%s", result(mprotect(p + 3 * PG, PG, R | PROT_GROWSDOWN)));
    show(p, 4);
}

static void p12(void)
{
    char *p = area(2, RX);
    long key = syscall(SYS_pkey_alloc, 0ul, 0ul);
    if (key < 0)
        skip("no protection keys");
    seal_pages(p, 2);
    say("retag: %s", result(syscall(SYS_pkey_mprotect, p, 2 * PG, RX, key)));
}

static void p13(void)
{
    int fd = file_of_f(2);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int ro = open(path, O_RDONLY);
    if (ro < 0)
        broken("open read-only");
    char *p = map_at(room(2, NONE), 2, R, MAP_SHARED, ro);
    seal_pages(p, 2);
    say("+W: %s", result(mprotect(p, 2 * PG, RW)));
    say("same: %s", result(mprotect(p, 2 * PG, R)));
}

static void p14(void)
{
    change(NONE, RW);
}

static void p15(void)
{
    char *p = area(2, RW);
    personality(READ_IMPLIES_EXEC);
    seal_pages(p, 2);
    say("%s", result(mprotect(p, 2 * PG, R)));
    show(p, 2);
}

const struct scenario protect_scenarios[] = {
    {"P01", "read-only data made writable", p01},
    {"P02", "read-only data made inaccessible", p02},
    {"P03", "code made writable", p03},
    {"P04", "pkey_mprotect without a key, read-only to writable", p04},
    {"P05", "control: the protection it has already", p05},
    {"P06", "writable data made read-only", p06},
    {"P07", "span with one sealed page in the middle", p07},
    {"P08", "length of a page and a byte reaches the sealed page", p08},
    {"P09", "a hole before the sealed page", p09},
    {"P10", "hole first, sealed first", p10},
    {"P11", "PROT_GROWSDOWN reaches down to a sealed start", p11},
    {"P12", "code tagged with the attacker's protection key", p12},
    {"P13", "which error first: no write permission on the file, or the seal", p13},
    {"P14", "an inaccessible reservation opened", p14},
    {"P15", "READ_IMPLIES_EXEC turns a harmless call into an executable one", p15},
    {0},
};
