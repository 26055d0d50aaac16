/* mlock.c - mlock, mlock2, munlock, mlockall, msync, mincore. */
#include "probe.h"

static void locking(void)
{
    char *p = pages(4, RW);
    is_ok(mlock(p + PG, PG), "mlock");
    is_str(picture(p, 4), "w|w|ww", "splits");
    is_true(has_flag(p + PG, "lo"), "shows as lo");
    is_num(smaps_kb(p + PG, "Rss"), 4, "and faults the page in");
    is_num(smaps_kb(p + PG, "Locked"), 4, "smaps counts it as Locked");
    is_num(status_kb("VmLck"), 4, "VmLck counts it");
    is_ok(mlock(p + PG + 5, 1), "mlock rounds the address down");
    is_num(status_kb("VmLck"), 4, "locking twice counts once");
    is_ok(munlock(p, 4 * PG), "munlock over unlocked pages is fine");
    is_str(picture(p, 4), "wwww", "and merges");
    p = pages(4, RW);
    is_ok(mlock2(p, 2 * PG, MLOCK_ONFAULT), "mlock2 with MLOCK_ONFAULT");
    is_num(smaps_kb(p, "Rss"), 0, "faults nothing in");
    is_true(has_flag(p, "lf"), "and shows as lf");
    p[0] = 1;
    is_num(smaps_kb(p, "Rss"), 4, "until it is touched");
    is_ok(mlock2(p, 2 * PG, 0), "mlock2 without flags is mlock");
    is_true(!has_flag(p, "lf") && smaps_kb(p, "Rss") == 8, "and takes the rest in");
    is_err(mlock2(p, PG, 2), "EINVAL", "an unknown mlock2 flag is EINVAL");
    must(munlock(p, 4 * PG));
    must(munmap(p + PG, PG));
    is_err(mlock(p, 4 * PG), "ENOMEM", "mlock over a hole is ENOMEM");
    is_true(has_flag(p, "lo") && !has_flag(p + 2 * PG, "lo"), "after locking what came before it");
    is_err(munlock(p, 4 * PG), "ENOMEM", "munlock over a hole too");
    is_true(!has_flag(p, "lo"), "after unlocking what came before it");
    is_err(mlock(p, -PG), "EINVAL", "a range that wraps is EINVAL");
    is_ok(mlock(p, 0), "length 0 is fine");
    char *n = pages(1, PROT_NONE);
    is_err(mlock(n, PG), "ENOMEM", "mlock of PROT_NONE memory is ENOMEM");
    is_true(has_flag(n, "lo"), "but marks it locked");
    munlock(n, PG);
    char *q = must(mmap(NULL, 2 * PG, RW, ANON | MAP_LOCKED, -1, 0));
    is_true(has_flag(q, "lo") && smaps_kb(q, "Rss") >= 8, "MAP_LOCKED locks and faults in");
    munmap(q, 2 * PG);
    is_num(status_kb("VmLck"), 0, "unmapping gives the count back");
}

static int limited(char *p)
{
    struct rlimit lim = {4 * PG, 4 * PG};
    if (geteuid() == 0 && setresuid(65534, 65534, 65534))
        return 99;
    setrlimit(RLIMIT_MEMLOCK, &lim);
    if (mlock(p, 5 * PG) == 0 || errno != ENOMEM)
        return 1;
    if (mlock(p, 4 * PG))
        return 2;
    if (mlock(p + 2 * PG, 2 * PG))
        return 3;
    if (mmap(NULL, PG, RW, ANON | MAP_LOCKED, -1, 0) != MAP_FAILED || errno != EAGAIN)
        return 4;
    munlock(p, 4 * PG);
    lim.rlim_cur = 0;
    setrlimit(RLIMIT_MEMLOCK, &lim);
    if (mlock(p, PG) == 0 || errno != EPERM)
        return 5;
    if (mmap(NULL, PG, RW, ANON | MAP_LOCKED, -1, 0) != MAP_FAILED || errno != EPERM)
        return 6;
    return 0;
}

static int all(char *p)
{
    if (mlockall(0) == 0 || errno != EINVAL || mlockall(MCL_ONFAULT) == 0 || errno != EINVAL ||
        mlockall(8) == 0)
        return 1;
    if (mlockall(MCL_FUTURE))
        return 2;
    char *q = mmap(NULL, 2 * PG, RW, ANON, -1, 0);
    if (!has_flag(q, "lo") || has_flag(p, "lo") || smaps_kb(q, "Rss") != 8)
        return 3;
    if (mlockall(MCL_CURRENT))
        return 4;
    if (!has_flag(p, "lo"))
        return 5;
    q = mmap(NULL, 2 * PG, PROT_READ, ANON, -1, 0);
    if (has_flag(q, "lo"))
        return 6;
    if (munlockall() || has_flag(p, "lo") || status_kb("VmLck"))
        return 7;
    if (mlockall(MCL_FUTURE | MCL_ONFAULT))
        return 8;
    q = mmap(NULL, 2 * PG, RW, SHARED, -1, 0);
    return has_flag(q, "lf") ? 0 : 9;
}

static int droppable_to_come(char *p)
{
    map_at(p + PG, 1, RW, MAP_DROPPABLE | MAP_ANONYMOUS);
    if (mlockall(MCL_FUTURE))
        return 1;
    map_at(p, 1, RW, MAP_DROPPABLE | MAP_ANONYMOUS);
    map_at(p + 2 * PG, 1, RW, MAP_DROPPABLE | MAP_ANONYMOUS);
    if (has_flag(p, "lo") || has_flag(p + 2 * PG, "lo") || smaps_kb(p, "Rss") != 4)
        return 2;
    if (strcmp(picture(p, 3), "w|w|w"))
        return 3;
    munlockall();
    map_at(p, 3, RW, MAP_DROPPABLE | MAP_ANONYMOUS);
    return strcmp(picture(p, 3), "www") ? 4 : 0;
}

static void syncing(void)
{
    char *p = pages(4, RW);
    is_ok(msync(p, 4 * PG, MS_SYNC), "msync of anonymous memory is fine");
    is_err(msync(p + 1, PG, MS_SYNC), "EINVAL", "msync of an unaligned address is EINVAL");
    is_err(msync(p, PG, MS_SYNC | MS_ASYNC), "EINVAL", "MS_SYNC with MS_ASYNC is EINVAL");
    is_err(msync(p, PG, 8), "EINVAL", "an unknown msync flag is EINVAL");
    is_ok(msync(p, PG, 0), "no flag is fine");
    is_err(msync(p, -PG, MS_SYNC), "ENOMEM", "a range that wraps is ENOMEM");
    must(munmap(p + PG, PG));
    is_err(msync(p, 4 * PG, MS_SYNC), "ENOMEM", "msync over a hole is ENOMEM");
    must(mlock(p, PG));
    is_err(msync(p, PG, MS_INVALIDATE), "EBUSY", "MS_INVALIDATE of locked memory is EBUSY");
    must(munlock(p, PG));
    is_ok(msync(p, 0, MS_SYNC), "length 0 is fine");
}

static void residency(void)
{
    unsigned char v[8] = {9, 9, 9, 9, 9, 9, 9, 9};
    char *p = pages(4, RW);
    p[PG] = 1;
    is_ok(mincore(p, 4 * PG, v), "mincore");
    is_true(v[0] == 0 && v[1] == 1 && v[2] == 0 && v[4] == 9, "tells which pages are there");
    (void)*(volatile char *)p;
    mincore(p, PG, v);
    is_num(v[0], 1, "the zero page counts as there");
    is_err(mincore(p + 1, PG, v), "EINVAL", "an unaligned address is EINVAL");
    is_err(mincore(p, 4 * PG, (void *)8), "EFAULT", "a bad vector is EFAULT");
    is_err(mincore((void *)(1ul << 47), PG, v), "ENOMEM", "an address above the user space is ENOMEM");
    must(munmap(p + 2 * PG, PG));
    is_err(mincore(p, 4 * PG, v), "ENOMEM", "a hole is ENOMEM");
    is_ok(mincore(p, 0, v), "length 0 is fine");
}

int main(void)
{
    locking();
    int r = in_child(limited, pages(8, RW));
    if (r == 99)
        told_skip("RLIMIT_MEMLOCK", "cannot drop privileges");
    else
        is_num(r, 0, "RLIMIT_MEMLOCK: mlock beyond is ENOMEM, MAP_LOCKED EAGAIN, limit 0 EPERM");
    is_num(in_child(all, pages(2, RW)), 0,
           "mlockall: bad flags, future and current mappings, munlockall, on fault");
    if (mmap(NULL, PG, RW, MAP_DROPPABLE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
        told_skip("mlockall locks no droppable memory to come", "since Linux 6.11");
    else
        is_num(in_child(droppable_to_come, arena(3)), 0,
               "mlockall locks no droppable memory to come, but it is there and merges with nothing");
    syncing();
    residency();
    return done();
}
