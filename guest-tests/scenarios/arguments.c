/* arguments.c - E: argument errors, and which comes first. */
#define _GNU_SOURCE
#include "scenario.h"

#include <sys/syscall.h>
#include <unistd.h>

static void e1(void)
{
    char *p = area(2, R);
    seal_pages(p, 2);
    say("unaligned:%s", result(syscall(SYS_madvise, p + 1, PG, MADV_DONTNEED)));
    say("len0:%s", result(syscall(SYS_madvise, p, 0ul, MADV_DONTNEED)));
    say("badadv:%s", result(syscall(SYS_madvise, p, PG, 77)));
    say("wrap:%s", result(syscall(SYS_madvise, p, -PG, MADV_DONTNEED)));
}

static void e2(void)
{
    char *p = area(4, R), *q = room(4, NONE);
    seal_pages(p, 4);
    int move = MREMAP_MAYMOVE | MREMAP_FIXED;
    say("bad newaddr:%s", result(do_mremap(p, 4, 4, move, q + 1)));
    say("overlap:%s", result(do_mremap(p, 4, 4, move, p + PG)));
    say("badflags:%s", result(do_mremap(p, 4, 4, 64, NULL)));
    say("newlen0:%s", result(do_mremap(p, 4, 0, 0, NULL)));
    say("unaligned:%s", result(do_mremap(p + 1, 4, 4, 0, NULL)));
    say("FIXED w/o MAYMOVE:%s", result(do_mremap(p, 4, 4, MREMAP_FIXED, q)));
    say("hugenew:%s", result(syscall(SYS_mremap, p, 4 * PG, 1ul << 47, MREMAP_MAYMOVE, 0ul)));
}

static void e3(void)
{
    char *p = area(2, R);
    seal_pages(p, 2);
    say("unaligned:%s", result(syscall(SYS_munmap, p + 1, PG)));
    say("len0:%s", result(syscall(SYS_munmap, p, 0ul)));
    say("huge:%s", result(syscall(SYS_munmap, p, 1ul << 62)));
}

static void e4(void)
{
    char *p = area(2, R);
    seal_pages(p, 2);
    say("RO+badprot 0x8000:%s", result(syscall(SYS_mprotect, p, PG, 0x8000ul)));
    say("unaligned:%s", result(syscall(SYS_mprotect, p + 1, PG, (long)R)));
    say("len0:%s", result(syscall(SYS_mprotect, p, 0ul, (long)R)));
    say("len wrap:%s", result(syscall(SYS_mprotect, p, -PG, (long)R)));
    say("grows both:%s", result(syscall(SYS_mprotect, p, PG, (long)R | PROT_GROWSDOWN | PROT_GROWSUP)));
}

const struct scenario argument_scenarios[] = {
    {"E1", "madvise: bad arguments on sealed memory", e1},
    {"E2", "mremap: bad arguments on sealed memory", e2},
    {"E3", "munmap: bad arguments on sealed memory", e3},
    {"E4", "mprotect: bad arguments on sealed memory", e4},
    {0},
};
