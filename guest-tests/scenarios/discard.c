/* discard.c - D: dropping the contents of sealed memory by advice. */
#define _GNU_SOURCE
#include "scenario.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Advise all of a sealed area. */
static void advise(char *p, size_t pages, int advice)
{
    seal_pages(p, pages);
    say("%s", result(do_madvise(p, pages, advice)));
    show(p, pages);
}

static char *written_file_area(int prot)
{
    char *p = file_area(2, RW, MAP_PRIVATE, NULL);
    fill(p, 2, 'x');
    if (mprotect(p, 2 * PG, prot))
        broken("mprotect");
    return p;
}

static void d01(void)
{
    advise(area(2, R), 2, MADV_DONTNEED);
}

static void d02(void)
{
    char *p = area(2, R);
    if (mlock(p, 2 * PG))
        broken("mlock");
    seal_pages(p, 2);
    say("DONTNEED:%s", result(do_madvise(p, 2, MADV_DONTNEED)));
    say("LOCKED:%s", result(do_madvise(p, 2, ADV_DONTNEED_LOCKED)));
    show(p, 2);
}

static void d03(void)
{
    advise(area(2, R), 2, MADV_FREE);
}

static void d04(void)
{
    advise(area(2, R), 2, MADV_REMOVE);
}

static void d05(void)
{
    advise(area(2, R), 2, MADV_DONTFORK);
}

static void d06(void)
{
    advise(area(2, R), 2, MADV_WIPEONFORK);
}

static void d07(void)
{
    advise(area(2, R), 2, ADV_GUARD_INSTALL);
}

static void d08(void)
{
    char *p = area(2, NONE);
    seal_pages(p, 2);
    say("%s", result(do_madvise(p, 2, MADV_DONTNEED)));
}

static void d09(void)
{
    advise(area(2, RW), 2, MADV_DONTNEED);
}

static void d10(void)
{
    advise(written_file_area(R), 2, MADV_DONTNEED);
}

static void d11(void)
{
    advise(file_area(2, RX, MAP_PRIVATE, NULL), 2, ADV_GUARD_INSTALL);
}

static void d12(void)
{
    advise(file_area(2, R, MAP_SHARED, NULL), 2, MADV_REMOVE);
}

static void d13(void)
{
    int fd = open("/dev/zero", O_RDWR);
    char *p = map_at(room(2, RW), 2, RW, MAP_PRIVATE, fd);
    fill(p, 2, 'x');
    mprotect(p, 2 * PG, R);
    say("fd=%d", fd >= 0);
    advise(p, 2, MADV_DONTNEED);
}

static void d14(void)
{
    char *p = shared_area(2, R);
    advise(p, 2, MADV_DONTNEED);
    say("REMOVE %s", result(do_madvise(p, 2, MADV_REMOVE)));
    show(p, 2);
}

static void d15(void)
{
    char *p = area_like("UUSU", R);
    say("%s", result(do_madvise(p, 4, MADV_DONTNEED)));
    show(p, 4);
}

static long process_madvise_self(const struct iovec *iov, size_t n, int advice)
{
    int pidfd = (int)syscall(SYS_pidfd_open, getpid(), 0u);
    if (pidfd < 0)
        broken("pidfd_open");
    return syscall(SYS_process_madvise, pidfd, iov, n, advice, 0u);
}

static void d16(void)
{
    char *p = area(2, R);
    struct iovec iov = {p, 2 * PG};
    seal_pages(p, 2);
    say("%s", result(process_madvise_self(&iov, 1, MADV_DONTNEED)));
    show(p, 2);
}

static void d18(void)
{
    static const struct {
        const char *name;
        int advice;
    } harmless[] = {{"RANDOM", MADV_RANDOM},
                    {"WILLNEED", MADV_WILLNEED},
                    {"COLD", ADV_COLD},
                    {"PAGEOUT", ADV_PAGEOUT},
                    {"DONTDUMP", MADV_DONTDUMP},
                    {"MERGEABLE", MADV_MERGEABLE},
                    {"HUGEPAGE", MADV_HUGEPAGE},
                    {"NORMAL", MADV_NORMAL},
                    {"DOFORK", MADV_DOFORK},
                    {"KEEPONFORK", MADV_KEEPONFORK},
                    {"UNMERGEABLE", MADV_UNMERGEABLE},
                    {"SEQ", MADV_SEQUENTIAL},
                    {"GUARD_REMOVE", ADV_GUARD_REMOVE},
                    {"POP_READ", ADV_POPULATE_READ}};
    char *p = area(2, R);
    seal_pages(p, 2);
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        say("%s:%s", harmless[i].name, result(do_madvise(p, 2, harmless[i].advice)));
    show(p, 2);
}

static void d21(void)
{
    advise(area(2, RW), 2, ADV_GUARD_INSTALL);
}

static void d22(void)
{
    char *p = area_like("U.US", R);
    say("U.US DONTNEED: %s", result(do_madvise(p, 4, MADV_DONTNEED)));
    show(p, 4);
}

static void d23(void)
{
    char *vdso;
    size_t pages = vdso_pages(&vdso);
    if (!pages)
        skip("no vDSO");
    seal_pages(vdso, pages);
    say("vdso DONTNEED:%s", result(do_madvise(vdso, pages, MADV_DONTNEED)));
}

static void d24(void)
{
    advise(file_area(2, RX, MAP_PRIVATE, NULL), 2, MADV_DONTFORK);
}

static void d25(void)
{
    char *p = area(3, R);
    if (do_madvise(p + PG, 1, ADV_GUARD_INSTALL))
        skip("no guard regions");
    seal_pages(p, 3);
    say("%s", result(do_madvise(p, 3, ADV_GUARD_REMOVE)));
    show(p, 3);
}

static void d26(void)
{
    char *u = area(1, R), *s = area(1, R);
    struct iovec iov[2] = {{u, PG}, {s, PG}};
    seal_pages(s, 1);
    long r = process_madvise_self(iov, 2, MADV_DONTNEED);
    if (r < 0)
        say("%s", result(r));
    else
        say("%ld", r);
    show(u, 1);
    show(s, 1);
}

static void d28(void)
{
    advise(file_area(2, R, MAP_PRIVATE, NULL), 2, MADV_DONTNEED);
}

const struct scenario discard_scenarios[] = {
    {"D01", "DONTNEED on read-only anonymous memory", d01},
    {"D02", "DONTNEED and DONTNEED_LOCKED on locked memory", d02},
    {"D03", "FREE on read-only anonymous memory", d03},
    {"D04", "REMOVE on private memory: which error first", d04},
    {"D05", "DONTFORK: a hole in the child", d05},
    {"D06", "WIPEONFORK: zeroes in the child", d06},
    {"D07", "GUARD_INSTALL on read-only anonymous memory", d07},
    {"D08", "DONTNEED on an inaccessible reservation with contents", d08},
    {"D09", "DONTNEED on writable memory: the attacker could write it anyway", d09},
    {"D10", "DONTNEED undoes relocations (RELRO)", d10},
    {"D11", "GUARD_INSTALL on code: crash any page", d11},
    {"D12", "REMOVE punches the file through a read-only mapping", d12},
    {"D13", "DONTNEED on a private mapping of /dev/zero: is it anonymous?", d13},
    {"D14", "DONTNEED and REMOVE on shared anonymous memory", d14},
    {"D15", "DONTNEED over a span with a sealed page", d15},
    {"D16", "process_madvise on oneself", d16},
    {"D18", "control: harmless advice", d18},
    {"D21", "GUARD_INSTALL on writable memory", d21},
    {"D22", "DONTNEED over a hole, then a sealed page", d22},
    {"D23", "DONTNEED on the vDSO", d23},
    {"D24", "DONTFORK on code: the child lacks the page", d24},
    {"D25", "GUARD_REMOVE: the defender's guard pages vanish", d25},
    {"D26", "process_madvise over an unsealed and a sealed page", d26},
    {"D28", "control: DONTNEED on a clean file mapping", d28},
    {0},
};
