/* madvise.c - advice that drops, splits, forbids or populates, and its errors. */
#include "probe.h"

static void discarding(void)
{
    char *p = pages(4, RW);
    fill(p, 4, 'a');
    is_ok(madvise(p + PG, 2 * PG, MADV_DONTNEED), "MADV_DONTNEED");
    is_true(p[0] == 'a' && p[PG] == 0 && p[2 * PG] == 0 && p[3 * PG] == 'd', "zeroes exactly its range");
    is_str(picture(p, 4), "wwww", "and splits nothing");
    must(mprotect(p, PG, PROT_READ));
    is_ok(madvise(p, PG, MADV_DONTNEED), "MADV_DONTNEED works on read-only memory");
    is_num(p[0], 0, "which then reads zero");
    must(mlock(p + 3 * PG, PG));
    is_err(madvise(p + 3 * PG, PG, MADV_DONTNEED), "EINVAL", "MADV_DONTNEED of locked memory is EINVAL");
    is_ok(madvise(p + 3 * PG, PG, MADV_DONTNEED_LOCKED), "MADV_DONTNEED_LOCKED is for that");
    int fd = temp_file(2 * PG);
    char *f = must(mmap(NULL, 2 * PG, RW, MAP_PRIVATE, fd, 0));
    f[0] = 'X';
    must(madvise(f, PG, MADV_DONTNEED));
    is_num(f[0], 'a', "MADV_DONTNEED of a private file page brings the file's bytes back");
    char *s = must(mmap(NULL, 2 * PG, RW, SHARED, -1, 0));
    s[0] = 'S';
    must(madvise(s, PG, MADV_DONTNEED));
    is_num(s[0], 'S', "MADV_DONTNEED of shared memory loses nothing");
    is_ok(madvise(s, PG, MADV_REMOVE), "MADV_REMOVE of shared anonymous memory");
    is_num(s[0], 0, "punches a hole: zero");
    is_err(madvise(p, PG, MADV_REMOVE), "EINVAL", "MADV_REMOVE of private anonymous memory is EINVAL");
    must(mprotect(s, PG, PROT_READ));
    is_ok(madvise(s, PG, MADV_REMOVE),
          "MADV_REMOVE minds whether it could be made writable, not whether it is");
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    char *ro = must(mmap(NULL, PG, PROT_READ, MAP_SHARED, must(open(path, O_RDONLY)), 0));
    is_err(madvise(ro, PG, MADV_REMOVE), "EACCES", "MADV_REMOVE of a mapping that never can be is EACCES");
    is_err(madvise(f, PG, MADV_REMOVE), "EACCES", "MADV_REMOVE of a private file mapping is EACCES");
    is_ok(madvise(p + PG, PG, MADV_FREE), "MADV_FREE of private anonymous memory");
    is_err(madvise(f, PG, MADV_FREE), "EINVAL", "MADV_FREE of a file mapping is EINVAL");
    is_err(madvise(s, PG, MADV_FREE), "EINVAL", "MADV_FREE of shared memory is EINVAL");
}

static void flags(void)
{
    char *p = pages(6, RW);
    is_ok(madvise(p + 2 * PG, 2 * PG, MADV_SEQUENTIAL), "MADV_SEQUENTIAL");
    is_str(picture(p, 6), "ww|ww|ww", "is a flag of the VMA: it splits");
    is_true(has_flag(p + 2 * PG, "sr"), "and shows as sr");
    is_ok(madvise(p + 2 * PG, 2 * PG, MADV_RANDOM), "MADV_RANDOM");
    is_true(has_flag(p + 2 * PG, "rr") && !has_flag(p + 2 * PG, "sr"), "replaces it by rr");
    is_ok(madvise(p + 2 * PG, 2 * PG, MADV_NORMAL), "MADV_NORMAL");
    is_str(picture(p, 6), "wwwwww", "takes it away and merges");
    is_ok(madvise(p, PG, MADV_DONTFORK), "MADV_DONTFORK");
    is_true(has_flag(p, "dc"), "shows as dc");
    is_ok(madvise(p, PG, MADV_DOFORK), "MADV_DOFORK takes it back");
    is_str(picture(p, 6), "wwwwww", "and merges");
    is_ok(madvise(p, PG, MADV_DONTDUMP), "MADV_DONTDUMP");
    is_true(has_flag(p, "dd"), "shows as dd");
    must(madvise(p, PG, MADV_DODUMP));
    is_ok(madvise(p, PG, MADV_WIPEONFORK), "MADV_WIPEONFORK");
    is_true(has_flag(p, "wf"), "shows as wf");
    must(madvise(p, PG, MADV_KEEPONFORK));
    is_str(picture(p, 6), "wwwwww", "MADV_KEEPONFORK takes it back");
    char *s = must(mmap(NULL, PG, RW, SHARED, -1, 0));
    is_err(madvise(s, PG, MADV_WIPEONFORK), "EINVAL", "MADV_WIPEONFORK of shared memory is EINVAL");
    char *f = must(mmap(NULL, PG, RW, MAP_PRIVATE, temp_file(PG), 0));
    is_err(madvise(f, PG, MADV_WIPEONFORK), "EINVAL", "MADV_WIPEONFORK of a file mapping is EINVAL");
}

static void errors(void)
{
    char *p = pages(6, RW);
    fill(p, 6, 'a');
    is_err(madvise(p + 1, PG, MADV_DONTNEED), "EINVAL", "an unaligned address is EINVAL");
    is_err(madvise(p, PG, 1000), "EINVAL", "unknown advice is EINVAL");
    is_err(madvise(p, 0, 1000), "EINVAL", "unknown advice is EINVAL for length 0 too");
    is_ok(madvise(p, 0, MADV_DONTNEED), "length 0 is fine");
    is_ok(madvise((void *)(1ul << 50), 0, MADV_DONTNEED), "length 0 is fine anywhere");
    is_err(madvise(p, -1ul, MADV_DONTNEED), "EINVAL", "a length that rounds to 0 is EINVAL");
    is_err(madvise(p, -2 * PG, MADV_DONTNEED), "EINVAL", "a length that wraps is EINVAL");
    must(munmap(p + 2 * PG, PG));
    is_err(madvise(p, 6 * PG, MADV_DONTNEED), "ENOMEM", "a hole in the range is ENOMEM");
    is_true(p[0] == 0 && p[5 * PG] == 0, "but the advice was carried out on both sides");
    is_err(madvise(p + 2 * PG, PG, MADV_NORMAL), "ENOMEM", "nothing but a hole is ENOMEM");
    p[0] = 'a';
    p[3 * PG] = 'd';
    must(mlock(p + 3 * PG, PG));
    is_err(madvise(p, 4 * PG, MADV_DONTNEED), "EINVAL", "a VMA that refuses ends the walk with its errno");
    is_true(p[0] == 0 && p[3 * PG] == 'd', "after what came before it was done");
}

static void populate(void)
{
    char *p = pages(4, RW);
    is_ok(madvise(p, 4 * PG, MADV_POPULATE_READ), "MADV_POPULATE_READ");
    is_num(smaps_kb(p, "Rss"), 0, "maps zero pages only");
    is_ok(madvise(p, 2 * PG, MADV_POPULATE_WRITE), "MADV_POPULATE_WRITE");
    is_num(smaps_kb(p, "Rss"), 8, "makes pages of its own");
    must(mprotect(p, PG, PROT_READ));
    is_err(madvise(p, PG, MADV_POPULATE_WRITE), "EINVAL",
           "MADV_POPULATE_WRITE of read-only memory is EINVAL");
    must(mprotect(p, PG, PROT_NONE));
    is_err(madvise(p, PG, MADV_POPULATE_READ), "EINVAL", "MADV_POPULATE_READ of PROT_NONE memory is EINVAL");
    must(munmap(p + 2 * PG, PG));
    is_err(madvise(p + PG, 3 * PG, MADV_POPULATE_READ), "ENOMEM", "MADV_POPULATE_READ over a hole is ENOMEM");
    int fd = temp_file(PG);
    char *f = must(mmap(NULL, 3 * PG, PROT_READ, MAP_SHARED, fd, 0));
    is_err(madvise(f + PG, PG, MADV_POPULATE_READ), "EFAULT",
           "MADV_POPULATE_READ past the end of file is EFAULT");
}

static void guards(void)
{
    char *p = pages(4, RW);
    fill(p, 4, 'a');
    if (madvise(p + PG, PG, MADV_GUARD_INSTALL) && errno == EINVAL) {
        told_skip("guard markers", "no MADV_GUARD_INSTALL on this kernel");
        return;
    }
    is_str(try_access(p + PG, 'r'), "SEGV_MAPERR", "a guard page faults with SEGV_MAPERR");
    is_str(try_access(p + PG, 'w'), "SEGV_MAPERR", "for writes too");
    is_str(picture(p, 4), "wwww", "and splits nothing");
    is_true(p[0] == 'a' && p[2 * PG] == 'c', "its neighbours stay");
    is_ok(madvise(p, 4 * PG, MADV_DONTNEED), "MADV_DONTNEED over a guard");
    is_str(try_access(p + PG, 'r'), "SEGV_MAPERR", "leaves it");
    is_ok(mprotect(p, 4 * PG, PROT_READ), "mprotect over a guard");
    is_ok(mprotect(p, 4 * PG, RW), "and back");
    is_str(try_access(p + PG, 'r'), "SEGV_MAPERR", "leaves it as well");
    is_err(madvise(p, 4 * PG, MADV_POPULATE_READ), "EFAULT", "populating over a guard is EFAULT");
    is_ok(madvise(p, 4 * PG, MADV_GUARD_REMOVE), "MADV_GUARD_REMOVE");
    is_str(try_access(p + PG, 'r'), "fine", "opens the page again");
    is_num(p[PG], 0, "whose contents are gone");
    p[0] = 'k';
    must(madvise(p, 4 * PG, MADV_GUARD_REMOVE));
    is_num(p[0], 'k', "MADV_GUARD_REMOVE keeps pages that are no guards");
    must(mlock(p, PG));
    is_err(madvise(p, PG, MADV_GUARD_INSTALL), "EINVAL", "no guards in locked memory");
    must(madvise(p + PG, PG, MADV_GUARD_INSTALL));
    char *a = arena(4);
    must(mremap(p + PG, PG, PG, MREMAP_MAYMOVE | MREMAP_FIXED, a));
    is_str(try_access(a, 'r'), "SEGV_MAPERR", "a guard moves along with mremap");
    is_err(madvise(a + PG, PG, MADV_GUARD_INSTALL), "ENOMEM", "guards want a mapping");
}

static void process(void)
{
    char *p = pages(4, RW);
    fill(p, 4, 'a');
    int pidfd = (int)syscall(434, getpid(), 0);
    if (pidfd < 0) {
        told_skip("process_madvise", "no pidfd_open");
        return;
    }
    struct iovec_ {
        void *base;
        size_t len;
    } iov[2] = {{p, PG}, {p + 2 * PG, PG}};
    is_num(syscall(440, pidfd, iov, 2, MADV_COLD, 0), 2 * (long)PG,
           "process_madvise says how many bytes it advised");
    is_err(syscall(440, pidfd, iov, 2, MADV_COLD, 1), "EINVAL", "process_madvise knows no flags");
    is_err(syscall(440, 999, iov, 2, MADV_COLD, 0), "EBADF", "process_madvise of a bad descriptor is EBADF");
    iov[1].base = p + PG + 1;
    is_num(syscall(440, pidfd, iov, 2, MADV_COLD, 0), (long)PG,
           "process_madvise stops at the first range that fails");
    iov[0].base = p + 1;
    is_err(syscall(440, pidfd, iov, 2, MADV_COLD, 0), "EINVAL", "and gives its errno if that is the first");
    if (since(6, 14)) {
        iov[0].base = p;
        is_num(syscall(440, pidfd, iov, 1, MADV_DONTNEED, 0), (long)PG,
               "process_madvise on oneself takes MADV_DONTNEED");
        is_num(p[0], 0, "which drops the page");
    }
}

/* A range within one aligned block of 2 MiB is refused even where the block could be collapsed. */
static void collapse(void)
{
    char *p = pages(1024, RW), *block = (char *)(((uintptr_t)p + (2ul << 20) - 1) & -(2ul << 20));

    fill(block, 2, 'c');
    is_err(madvise(block + PG, PG, MADV_COLLAPSE), "EINVAL",
           "MADV_COLLAPSE within one huge page's block is EINVAL");
}

int main(void)
{
    discarding();
    flags();
    errors();
    populate();
    guards();
    process();
    collapse();
    return done();
}
