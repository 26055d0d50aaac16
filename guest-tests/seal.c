/* seal.c - mseal(2): arguments, what it forbids and what not, what a refused call leaves behind. */
#include "probe.h"

static char *sealed(size_t n, int prot)
{
    char *p = pages(n, RW);
    fill(p, n, 'x');
    must(mprotect(p, n * PG, prot));
    must(sys_mseal(p, n * PG, 0));
    return p;
}

/* Four read-only pages, the third sealed: U U S U. */
static char *uusu(void)
{
    char *p = pages(4, RW);
    fill(p, 4, 'x');
    must(mprotect(p, 4 * PG, PROT_READ));
    must(sys_mseal(p + 2 * PG, PG, 0));
    return p;
}

static void arguments(void)
{
    char *p = pages(4, RW);
    is_err(sys_mseal(p, PG, 1), "EINVAL", "flags must be 0");
    is_err(sys_mseal(p, PG, 1ul << 63), "EINVAL", "in all 64 bits");
    is_err(sys_mseal(p + 1, 0, 0), "EINVAL", "an unaligned address is EINVAL for length 0 too");
    is_err(sys_mseal(p, -1ul, 0), "EINVAL", "a length that rounds to 0 is EINVAL");
    is_err(sys_mseal(p, -PG, 0), "EINVAL", "a length that wraps is EINVAL");
    is_ok(sys_mseal(p, 0, 0), "length 0 is fine");
    is_ok(sys_mseal((void *)(1ul << 50), 0, 0), "length 0 is fine anywhere");
    is_err(sys_mseal((void *)(1ul << 50), PG, 0), "ENOMEM", "an address above the user space is ENOMEM");
    must(munmap(p + PG, PG));
    is_err(sys_mseal(p, 4 * PG, 0), "ENOMEM", "a hole in the range is ENOMEM");
    is_str(picture(p, 4), "w|.|ww", "and nothing is sealed");
    is_err(sys_mseal(p + 2 * PG, 1ul << 62, 0), "ENOMEM", "a range that ends in nowhere is ENOMEM");
    is_ok(sys_mseal(p, 1, 0), "a length of 1 seals one page");
    is_str(picture(p, 4), "ws|.|ww", "which smaps shows as sl");
    is_ok(sys_mseal(p, PG, 0), "sealing twice is fine");
}

static void splitting(void)
{
    char *p = pages(6, RW);
    must(sys_mseal(p + 2 * PG, 2 * PG, 0));
    is_str(picture(p, 6), "ww|wsws|ww", "sealing the middle splits into three");
    must(sys_mseal(p, 2 * PG, 0));
    is_str(picture(p, 6), "wswswsws|ww", "sealing the neighbour merges with it");
    must(munmap(p + 4 * PG, 2 * PG));
    map_at(p + 4 * PG, 1, RW, ANON);
    is_str(picture(p, 6), "wswswsws|w|.", "a new mapping beside sealed memory stays apart");
    must(sys_mseal(p, 5 * PG, 0));
    is_str(picture(p, 6), "wswswswsws|.", "sealing all of it gives one VMA");
}

static void protection(void)
{
    char *p = sealed(2, PROT_READ), *w = sealed(1, RW);
    is_err(mprotect(p, PG, RW), "EPERM", "mprotect of sealed memory is EPERM");
    is_err(mprotect(p, PG, PROT_READ), "EPERM", "even to what it has");
    is_err(mprotect(p, PG, PROT_NONE), "EPERM", "or to less");
    is_ok(mprotect(p, 0, RW), "of length 0 it is fine");
    is_err(mprotect(p, PG, 0x100), "EINVAL", "bad arguments are told before the seal");
    is_str(try_access(w, 'w'), "fine", "sealed writable memory can be written");
    is_str(try_access(p, 'w'), "SEGV_ACCERR", "sealed read-only memory cannot");
    char *q = uusu();
    is_err(mprotect(q, 4 * PG, RW), "EPERM", "mprotect over a sealed page in the middle is EPERM");
    is_str(picture(q, 4), since(6, 12) ? "ww|rs|r" : "rr|rs|r", "what came before the seal stays changed");
    q = uusu();
    is_err(mprotect(q + PG, 2 * PG, RW), "EPERM", "from the middle of a VMA up to a seal");
    is_str(picture(q, 4), "r|w|rs|r", "likewise");
}

static void unmapping(void)
{
    char *p = sealed(2, PROT_READ);
    is_err(munmap(p, PG), "EPERM", "munmap of sealed memory is EPERM");
    is_str(picture(p, 2), "rsrs", "and a wholly sealed VMA is not even split");
    char *q = uusu();
    is_err(munmap(q, 4 * PG), "EPERM", "munmap over a sealed page is EPERM");
    is_str(picture(q, 4), "rr|rs|r", "and unmaps nothing");
    is_num(q[0], 'x', "of the contents either");
    q = uusu();
    is_err(munmap(q + PG, 3 * PG), "EPERM", "munmap from the middle of a VMA up to a seal");
    is_str(picture(q, 4), since(6, 12) ? "r|r|rs|r" : "rr|rs|r", "leaves the split it had made");
    q = uusu();
    is_err(munmap(q + 2 * PG, 2 * PG), "EPERM", "munmap from a seal on");
    is_str(picture(q, 4), "rr|rs|r", "leaves nothing");
    is_err(mmap(p, PG, RW, ANON | MAP_FIXED, -1, 0), "EPERM", "MAP_FIXED over sealed memory is EPERM");
    is_err(mmap(p, PG, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), "EEXIST",
           "MAP_FIXED_NOREPLACE is EEXIST as ever");
    is_true(mmap(p, PG, RW, ANON, -1, 0) != p, "a hint there goes elsewhere");
    q = uusu();
    is_err(mmap(q + PG, 3 * PG, RW, ANON | MAP_FIXED, -1, 0), "EPERM", "MAP_FIXED over a range with a seal");
    is_str(picture(q, 4), since(6, 12) ? "r|r|rs|r" : "rr|rs|r", "leaves the split it had made");
    is_err(mmap(p, 1ul << 47, RW, ANON | MAP_FIXED, -1, 0), "ENOMEM",
           "an absurd length is told before the seal");
}

static void remapping(void)
{
    char *p = sealed(4, PROT_READ), *a = arena(4);
    is_err(mremap(p, 4 * PG, 2 * PG, 0), "EPERM", "mremap cannot shrink sealed memory");
    is_err(mremap(p, 4 * PG, 5 * PG, MREMAP_MAYMOVE), "EPERM", "nor grow it");
    is_err(mremap(p, 4 * PG, 4 * PG, 0), "EPERM", "nor leave it as it is");
    is_err(mremap(p, 4 * PG, 4 * PG, MREMAP_MAYMOVE | MREMAP_FIXED, a), "EPERM", "nor move it");
    is_str(picture(a, 4), "....", "and nothing appeared at the destination");
    is_err(mremap(p, 4 * PG, 4 * PG, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL), "EPERM",
           "nor move it with MREMAP_DONTUNMAP");
    char *q = pages(2, RW);
    is_err(mremap(q, 2 * PG, 2 * PG, MREMAP_MAYMOVE | MREMAP_FIXED, p), "EPERM",
           "nor move something onto it");
    is_str(picture(q, 2), "ww", "and the source is still there");
    is_err(mremap(p, PG, PG, 8), "EINVAL", "bad flags are told before the seal");
    if (since(6, 17))
        is_err(mremap(p, 4 * PG, 4 * PG, MREMAP_MAYMOVE | MREMAP_FIXED, p + PG), "EINVAL",
               "so is an overlap");
    else
        told_skip("so is an overlap", "since Linux 6.17");
    q = uusu();
    is_err(mremap(q, 4 * PG, PG, 0), "EPERM", "shrinking over a seal is EPERM");
    is_str(picture(q, 4), since(6, 12) ? "r|r|rs|r" : "rr|rs|r", "leaving the split at the cut");
    q = uusu();
    map_at(a, 4, PROT_NONE, ANON);
    if (since(6, 17)) {
        is_err(mremap(q, 4 * PG, 4 * PG, MREMAP_MAYMOVE | MREMAP_FIXED, a), "EPERM",
               "moving several VMAs of which one is sealed is EPERM");
        is_str(picture(q, 4), "..|rs|r", "after those before it are gone");
        is_str(picture(a, 4), "rr|nn", "and have arrived");
    }
    char *s = must(mmap(NULL, PG, RW, SHARED, -1, 0));
    must(sys_mseal(s, PG, 0));
    is_err(mremap(s, 0, PG, MREMAP_MAYMOVE), since(6, 12) ? "EPERM" : "ok",
           "a sealed shared mapping cannot be shown a second time");
}

static void advice(void)
{
    char *p = sealed(2, PROT_READ), *w = sealed(2, RW);
    is_err(madvise(p, PG, MADV_DONTNEED), "EPERM",
           "MADV_DONTNEED of sealed read-only anonymous memory is EPERM");
    is_num(p[0], 'x', "and keeps its contents");
    is_err(madvise(p, PG, MADV_FREE), "EPERM", "MADV_FREE too");
    is_err(madvise(p, PG, MADV_DONTFORK), "EPERM", "MADV_DONTFORK too");
    is_err(madvise(p, PG, MADV_WIPEONFORK), "EPERM", "MADV_WIPEONFORK too");
    is_err(madvise(p, PG, MADV_REMOVE), "EPERM", "MADV_REMOVE too");
    is_err(madvise(p, PG, MADV_DONTNEED_LOCKED), "EPERM", "MADV_DONTNEED_LOCKED too");
    is_err(madvise(p, PG, MADV_GUARD_INSTALL), since(6, 13) ? "EPERM" : "EINVAL", "MADV_GUARD_INSTALL too");
    is_ok(madvise(p, PG, MADV_RANDOM), "MADV_RANDOM is harmless");
    is_str(picture(p, 2), "rs|rs", "and splits a sealed VMA");
    is_ok(madvise(p, PG, MADV_NORMAL), "MADV_NORMAL");
    is_str(picture(p, 2), "rsrs", "merges it again");
    is_ok(madvise(w, PG, MADV_DONTNEED),
          "MADV_DONTNEED of sealed writable memory is fine: it could be zeroed anyway");
    is_num(w[0], 0, "and drops the page");
    char *f = must(mmap(NULL, PG, RW, MAP_PRIVATE, temp_file(PG), 0));
    f[0] = 'N';
    must(mprotect(f, PG, PROT_READ));
    must(sys_mseal(f, PG, 0));
    if (since(6, 17)) {
        is_ok(madvise(f, PG, MADV_DONTNEED), "MADV_DONTNEED of a sealed private file page is allowed");
        is_num(f[0], 'a', "and brings the file's bytes back: the known hole");
    }
    char *q = uusu();
    is_err(madvise(q, 4 * PG, MADV_DONTNEED), "EPERM", "advice over a range with a seal is EPERM");
    is_true(since(6, 12) ? q[0] == 0 && q[PG] == 0 && q[2 * PG] == 'z' && q[3 * PG] == '{' : true,
            "after what came before was dropped");
}

static int child_tries(char *p)
{
    return munmap(p, PG) == -1 && errno == EPERM && mprotect(p, PG, RW) == -1 && errno == EPERM &&
           p[0] == 'x';
}

static void others(void)
{
    char *p = sealed(2, PROT_READ);
    is_num(in_child(child_tries, p), 1, "a forked child has the seal too");
    is_ok(mlock(p, PG), "sealed memory can be locked");
    is_str(picture(p, 2), "rs|rs", "which splits it");
    is_ok(munlock(p, PG), "and unlocked");
    is_str(picture(p, 2), "rsrs", "which merges it");
    is_ok(msync(p, PG, MS_SYNC), "msync is no change");
    char *heap = sbrk(0);
    char *b = (char *)(((uintptr_t)heap + PG - 1) & ~(PG - 1));
    must(brk(b + 2 * PG));
    must(sys_mseal(b, PG, 0));
    is_true(syscall(SYS_brk, b) == (long)(b + 2 * PG),
            "brk cannot shrink over a seal: it returns the old break");
    is_str(picture(b, 2), "ws|w", "and nothing went");
    is_true(syscall(SYS_brk, b + 3 * PG) == (long)(b + 3 * PG), "it can still grow");
    char *n = pages(2, PROT_NONE);
    is_ok(sys_mseal(n, PG, 0), "PROT_NONE memory can be sealed");
    is_err(mprotect(n, PG, PROT_READ), "EPERM", "and stays closed");
    int fd = open("/proc/self/mem", O_RDWR);
    ssize_t r = pwrite(fd, "M", 1, (off_t)(uintptr_t)p);
    if (r == 1)
        is_num(p[0], 'M', "/proc/self/mem writes through protection and seal");
    else
        told_skip("/proc/self/mem writes through protection and seal", "kernel restricts /proc/self/mem");
}

int main(void)
{
    if (sys_mseal(NULL, 0, 0) && errno == ENOSYS) {
        told_skip("everything about mseal", "this kernel has no mseal");
        return done();
    }
    arguments();
    splitting();
    protection();
    unmapping();
    remapping();
    advice();
    others();
    return done();
}
