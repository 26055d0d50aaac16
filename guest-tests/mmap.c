/* mmap.c - placing, merging and refusing new mappings; munmap. */
#include "probe.h"

static void placing(void)
{
    char *p = arena(8);
    char *q = mmap(p + PG, PG, RW, ANON, -1, 0);
    is_true(q == p + PG, "a hint whose place is free is taken");
    q = mmap(p + PG, PG, RW, ANON, -1, 0);
    is_true(q != p + PG && q != MAP_FAILED, "a hint whose place is taken goes elsewhere");
    munmap(q, PG);
    q = mmap(p + 2 * PG + 123, PG, RW, ANON, -1, 0);
    is_true(q == p + 2 * PG || q == p + 3 * PG, "an unaligned hint is rounded to a page");
    is_true(q == p + 3 * PG || q == p + 2 * PG, "an unaligned hint gives an aligned address");
    is_err(mmap(p + 123, PG, RW, ANON | MAP_FIXED, -1, 0), "EINVAL", "MAP_FIXED wants an aligned address");
    is_err(mmap(p + PG, PG, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), "EEXIST",
           "MAP_FIXED_NOREPLACE refuses a taken place");
    is_err(mmap(p, 3 * PG, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), "EEXIST",
           "MAP_FIXED_NOREPLACE refuses a partly taken place");
    is_ok(mmap(p + 6 * PG, PG, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0),
          "MAP_FIXED_NOREPLACE takes a free place");
    is_err(mmap(p + PG, PG, RW, ANON | MAP_FIXED | MAP_FIXED_NOREPLACE, -1, 0), "EEXIST",
           "MAP_FIXED_NOREPLACE wins over MAP_FIXED");
    is_ok(mmap(p + PG, 4 * PG, PROT_READ, ANON | MAP_FIXED, -1, 0), "MAP_FIXED replaces what is there");
    is_str(picture(p, 8), ".|rrrr|.|w|.", "MAP_FIXED replaced exactly its range");
    q = mmap(NULL, PG, RW, ANON | MAP_32BIT, -1, 0);
    is_true(q != MAP_FAILED && (uintptr_t)q < 0x80000000ul, "MAP_32BIT maps below 2 GB");
    q = mmap(NULL, 2 * PG, PROT_NONE, ANON, -1, 0);
    char *r = mmap(NULL, 2 * PG, PROT_NONE, SHARED, -1, 0);
    is_true(r < q, "two mappings without a hint are placed top down");
    munmap(q, 2 * PG);
    is_true(mmap(NULL, 2 * PG, PROT_NONE, SHARED, -1, 0) == q, "the highest gap that fits is used again");
}

static void errors(void)
{
    char *p = arena(2);
    int fd = temp_file(2 * PG), ro = open("/proc/self/exe", O_RDONLY), wo = -1;
    char path[64];
    snprintf(path, sizeof path, "/tmp/probe-wo-%d", getpid());
    wo = open(path, O_CREAT | O_WRONLY, 0600);
    is_err(mmap(NULL, 0, RW, ANON, -1, 0), "EINVAL", "length 0 is EINVAL");
    is_err(mmap(NULL, -1ul, RW, ANON, -1, 0), "ENOMEM", "a length that rounds to 0 is ENOMEM");
    is_err(mmap(NULL, 1ul << 47, RW, ANON, -1, 0), "ENOMEM", "a length of the whole address space is ENOMEM");
    is_err(mmap(NULL, PG, RW, MAP_ANONYMOUS, -1, 0), "EINVAL", "neither shared nor private is EINVAL");
    is_err(mmap(NULL, PG, RW, MAP_PRIVATE, -1, 0), "EBADF", "a bad descriptor is EBADF");
    is_err(mmap(NULL, 0, RW, MAP_PRIVATE, -1, 0), "EBADF", "a bad descriptor is told before length 0");
    is_err(mmap(NULL, PG, PROT_READ, MAP_PRIVATE, fd, 123), "EINVAL", "an unaligned offset is EINVAL");
    is_err(mmap(NULL, PG, PROT_READ, MAP_PRIVATE, -1, 123), "EINVAL",
           "an unaligned offset is told before a bad descriptor");
    is_err(mmap(NULL, 2 * PG, PROT_READ, MAP_PRIVATE, fd, (off_t)(-1ul & ~(PG - 1))), "EOVERFLOW",
           "an offset that wraps is EOVERFLOW");
    is_err(mmap(NULL, PG, RW, MAP_SHARED, ro, 0), "EACCES",
           "a shared writable mapping of a read-only file is EACCES");
    is_ok(mmap(NULL, PG, RW, MAP_PRIVATE, ro, 0), "a private writable mapping of a read-only file is fine");
    is_err(mmap(NULL, PG, PROT_READ, MAP_PRIVATE, wo, 0), "EACCES", "mapping a write-only file is EACCES");
    is_err(mmap(NULL, PG, PROT_NONE, MAP_SHARED, wo, 0), "EACCES",
           "mapping a write-only file with PROT_NONE too");
    is_err(mmap(NULL, PG, RW, ANON | MAP_GROWSDOWN | MAP_SHARED, -1, 0), "EINVAL",
           "MAP_SHARED_VALIDATE with MAP_ANONYMOUS is EINVAL");
    is_err(mmap(NULL, PG, RW, SHARED | MAP_GROWSDOWN, -1, 0), "EINVAL", "MAP_GROWSDOWN must be private");
    is_err(mmap(NULL, PG, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN, fd, 0), "EINVAL",
           "MAP_GROWSDOWN must be anonymous");
    is_err(mmap(NULL, PG, PROT_READ, MAP_SHARED_VALIDATE | 0x200000, fd, 0), "EOPNOTSUPP",
           "MAP_SHARED_VALIDATE refuses an unknown flag");
    is_ok(mmap(NULL, PG, PROT_READ, MAP_SHARED | 0x200000, fd, 0), "MAP_SHARED ignores an unknown flag");
    is_ok(mmap(NULL, PG, RW | 0x100, ANON, -1, 0), "unknown protection bits are ignored");
    is_err(mmap(NULL, PG, RW, ANON | MAP_HUGETLB | (63 << 26), -1, 0), "EINVAL",
           "MAP_HUGETLB of an absurd page size is EINVAL");
    is_err(mmap((void *)(1ul << 47), PG, RW, ANON | MAP_FIXED, -1, 0), "ENOMEM",
           "MAP_FIXED above the user space is ENOMEM");
    is_err(mmap((void *)0x7ffffffff000ul, PG, RW, ANON | MAP_FIXED, -1, 0), "ENOMEM",
           "the last page below 2^47 cannot be mapped");
    int dir = open("/tmp", O_RDONLY);
    is_err(mmap(NULL, PG, PROT_READ, MAP_PRIVATE, dir, 0), "ENODEV", "a directory is ENODEV");
    int pipefd[2];
    must(pipe(pipefd));
    is_err(mmap(NULL, PG, PROT_READ, MAP_PRIVATE, pipefd[0], 0), "ENODEV", "a pipe is ENODEV");
    is_err(mmap(NULL, PG, PROT_READ, MAP_PRIVATE, pipefd[1], 0), "EACCES", "a pipe's write end is EACCES");
    is_err(mmap(p, PG, RW, MAP_PRIVATE | MAP_FIXED, fd, 0), "ok",
           "a file page can be mapped at a fixed place");
    unlink(path);
}

static void merging(void)
{
    char *p = arena(8);
    map_at(p, 2, RW, ANON);
    map_at(p + 2 * PG, 2, RW, ANON);
    is_str(picture(p, 4), "wwww", "a new mapping merges with an equal neighbour below");
    map_at(p + 4 * PG, 1, PROT_READ, ANON);
    is_str(picture(p, 5), "wwww|r", "another protection does not merge");
    map_at(p + 4 * PG, 1, RW, SHARED);
    is_str(picture(p, 5), "wwww|w", "shared and private do not merge");
    map_at(p + 5 * PG, 1, RW, SHARED);
    is_str(picture(p + 4 * PG, 2), "w|w", "two shared anonymous mappings are two objects");
    must(munmap(p, 8 * PG));
    map_at(p, 2, RW, ANON);
    map_at(p + 4 * PG, 2, RW, ANON);
    map_at(p + 2 * PG, 2, RW, ANON);
    is_str(picture(p, 6), "wwwwww", "a mapping that fills a hole merges with both sides");
    must(munmap(p, 8 * PG));
    map_at(p, 1, RW, ANON);
    p[0] = 1;
    map_at(p + 2 * PG, 1, RW, ANON);
    p[2 * PG] = 1;
    map_at(p + PG, 1, RW, ANON);
    is_str(picture(p, 3), "ww|w",
           "pages written in two VMAs before keep these apart when the hole between is filled");
    must(munmap(p, 8 * PG));
    map_at(p, 1, RW, ANON);
    map_at(p + PG, 1, RW, ANON | MAP_NORESERVE);
    is_str(picture(p, 2), "w|w", "MAP_NORESERVE keeps a mapping apart");
    is_true(has_flag(p + PG, "nr") && !has_flag(p, "nr"), "MAP_NORESERVE shows as nr");
    map_at(p + 2 * PG, 1, RW, ANON | MAP_STACK);
    map_at(p + 3 * PG, 1, RW, ANON);
    is_str(picture(p + 2 * PG, 2), "w|w", "MAP_STACK asks for no huge pages (nh) and keeps a mapping apart");
    int fd = temp_file(8 * PG);
    must(munmap(p, 8 * PG));
    must(mmap(p, PG, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0));
    must(mmap(p + PG, PG, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, (off_t)PG));
    is_str(picture(p, 2), "rr", "file mappings with consecutive offsets merge");
    must(mmap(p + 2 * PG, PG, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, (off_t)PG));
    is_str(picture(p, 3), "rr|r", "file mappings with other offsets do not");
    must(mmap(p + 3 * PG, PG, PROT_READ, MAP_PRIVATE | MAP_FIXED, open("/proc/self/exe", O_RDONLY),
              (off_t)(2 * PG)));
    is_str(picture(p, 4), "rr|r|r", "nor do mappings of two files");
    struct row r;
    row_of(p, &r);
    is_num((long)r.off, 0, "maps shows the offset of a merged file mapping");
    is_true(strstr(r.name, "/tmp/probe-") == r.name && strstr(r.name, " (deleted)"),
            "maps marks an unlinked file (deleted)");
    row_of(p + 2 * PG, &r);
    is_num((long)r.off, (long)PG, "maps shows the byte offset in hex");
    char *z = mmap(NULL, PG, RW, SHARED, -1, 0);
    row_of(z, &r);
    is_str(r.name, "/dev/zero (deleted)", "maps shows shared anonymous memory as /dev/zero (deleted)");
    is_str(r.perm, "rw-s", "maps shows s for shared");
    z = mmap(NULL, PG, RW, MAP_PRIVATE, open("/dev/zero", O_RDWR), 0);
    row_of(z, &r);
    is_str(r.name, "/dev/zero", "maps shows a private mapping of /dev/zero by its name");
    is_num(z[0], 0, "a private mapping of /dev/zero reads as zero");
}

static void unmapping(void)
{
    char *p = pages(8, RW);
    is_err(munmap(p + 1, PG), "EINVAL", "munmap of an unaligned address is EINVAL");
    is_err(munmap(p, 0), "EINVAL", "munmap of length 0 is EINVAL");
    is_err(munmap(p, -1ul), "EINVAL", "munmap of a length that wraps is EINVAL");
    is_err(munmap((void *)(1ul << 47), PG), "EINVAL", "munmap above the user space is EINVAL");
    is_ok(munmap(p + 2 * PG, 1), "munmap rounds its length up");
    is_str(picture(p, 8), "ww|.|wwwww", "munmap in the middle splits");
    is_ok(munmap(p + 2 * PG, PG), "munmap of a hole succeeds");
    is_ok(munmap(p, 8 * PG), "munmap over holes succeeds");
    is_str(picture(p, 8), "........", "munmap took all of it");
    is_str(try_access(p, 'r'), "SEGV_MAPERR", "unmapped memory faults with SEGV_MAPERR");
}

static void contents(void)
{
    char *p = pages(3, RW);
    is_num(p[5], 0, "new memory is zero");
    fill(p, 3, 'a');
    map_at(p + PG, 1, RW, ANON);
    is_num(p[PG], 0, "replacing a page by MAP_FIXED gives a zero page");
    is_true(p[0] == 'a' && p[2 * PG] == 'c', "its neighbours keep their contents");
    is_num(smaps_kb(p, "Rss"), 8, "smaps' Rss does not count the untouched page");
    p[PG] = 1;
    is_num(smaps_kb(p, "Rss"), 12, "and counts it when it was written");
    is_num(smaps_kb(p, "Anonymous"), 12, "written private pages are Anonymous");
    char *q = pages(4, PROT_READ);
    (void)*(volatile char *)q;
    is_num(smaps_kb(q, "Rss"), 0, "reading untouched memory maps the zero page, which Rss does not count");
    char *r = must(mmap(NULL, 4 * PG, RW, ANON | MAP_POPULATE, -1, 0));
    is_num(smaps_kb(r, "Rss") >= 16, 1, "MAP_POPULATE faults everything in");
    is_str(vmflags(p), "rd wr mr mw me ac", "VmFlags of writable anonymous memory");
    is_str(vmflags(q), "rd mr mw me", "VmFlags of anonymous memory never writable are not accounted");
    is_str(vmflags(mmap(NULL, PG, PROT_NONE, ANON, -1, 0)), "mr mw me", "VmFlags of PROT_NONE memory");
    is_str(vmflags(mmap(NULL, PG, RW, SHARED, -1, 0)), "rd wr sh mr mw me ms",
           "VmFlags of shared anonymous memory");
}

static void growing_down(void)
{
    char *p = arena(600);
    char *top = p + 598 * PG;
    must(mmap(top, 2 * PG, RW, ANON | MAP_FIXED | MAP_GROWSDOWN, -1, 0));
    is_true(has_flag(top, "gd"), "MAP_GROWSDOWN shows as gd");
    is_str(try_access(top - PG, 'w'), "fine", "an access below a MAP_GROWSDOWN mapping grows it");
    is_str(picture(top - 2 * PG, 4), ".|www", "by the pages down to the access");
    is_str(try_access(top - 10 * PG, 'w'), "fine", "an access further below grows it too");
    is_str(picture(top - 10 * PG, 12), "wwwwwwwwwwww", "over the pages between");
    map_at(top - 300 * PG, 1, RW, ANON);
    is_str(try_access(top - 45 * PG, 'w'), "SEGV_MAPERR",
           "it does not grow to within 256 pages of another mapping");
    munmap(top - 300 * PG, PG);
    is_str(try_access(top - 45 * PG, 'w'), "fine", "and does once that is gone");
    map_at(top - 300 * PG, 1, PROT_NONE, ANON);
    is_str(try_access(top - 47 * PG, 'w'), "fine",
           "a PROT_NONE mapping below does not count for the guard gap");
}

int main(void)
{
    placing();
    errors();
    merging();
    unmapping();
    contents();
    growing_down();
    return done();
}
