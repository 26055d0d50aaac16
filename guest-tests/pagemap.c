/*
 * pagemap.c - /proc/self/pagemap page by page and by PAGEMAP_SCAN, pages that were written to since (UFFD_FEATURE_WP_ASYNC), and
 * PROCMAP_QUERY of /proc/self/maps.
 */
#include "probe.h"

#include <linux/types.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>

/* ---- newer than the headers of some supported systems ---- */

enum { ALLOWED = 1, WRITTEN = 2, OF_FILE = 4, PRESENT = 8, SWAPPED = 16, ZERO = 32, GUARD = 256 };
#define SEEN                                                                                                 \
    (ALLOWED | WRITTEN | OF_FILE | PRESENT | SWAPPED | ZERO | GUARD) /* not soft-dirty: kernels differ */
struct region {
    __u64 start, end, categories;
};
enum { PROTECT = 1, MUST_PROTECT = 2 };
struct scan {
    __u64 size, flags, start, end, walk_end, vec, vec_len, max_pages;
    __u64 inverted, all, any, returned;
};
#define SCAN           _IOWR('f', 16, struct scan)
#define WP_UNPOPULATED (1ull << 13)
#define WP_ASYNC       (1ull << 15)

enum { READABLE = 1, WRITABLE = 2, EXECUTABLE = 4, SHAREABLE = 8, OR_NEXT = 16, OF_A_FILE = 32 };
struct query {
    __u64 size, flags, addr;
    __u64 vma_start, vma_end, vma_flags, page_size, offset, inode;
    __u32 dev_major, dev_minor, name_size, build_id_size;
    __u64 name_addr, build_id_addr;
};
#define QUERY _IOWR('f', 17, struct query)

static int map;
static struct region regions[64];

/* Bits 55 to 63 of a page's entry, but soft-dirty. */
static long entry(const char *p)
{
    __u64 e = 0;

    must(pread(map, &e, sizeof(e), (off_t)((unsigned long)p / PG * sizeof(e))));
    return (long)(e >> 56 << 1);
}

/* A scan of n pages as text: each region's pages and categories; where it ended if not at the end; or the error. */
static const char *scan(const char *p, size_t n, struct scan s)
{
    static char out[512];
    char *to = out;
    long found;

    s.size = s.size ? s.size : sizeof(s);
    s.start = (unsigned long)p;
    s.end = s.end ? s.end : s.start + n * PG;
    s.returned = s.returned ? s.returned : SEEN;
    if (s.vec_len == 0 && !s.vec)
        s.vec = (unsigned long)regions, s.vec_len = 64;
    errno = 0;
    found = ioctl(map, SCAN, &s);
    if (found < 0)
        return strerrorname_np(errno);
    *to = 0;
    for (long i = 0; i < found; i++)
        to += sprintf(to, "%s%d-%d:%x", i ? " " : "", (int)((regions[i].start - s.start) / PG),
                      (int)((regions[i].end - s.start) / PG), (unsigned)regions[i].categories);
    if (s.walk_end != s.end)
        sprintf(to, " to %d", (int)((s.walk_end - s.start) / PG));
    return out;
}
#define SCAN_(p, n, ...) scan(p, n, (struct scan){__VA_ARGS__})

/* 16 pages: 1 written to, 3 read, 5 with a guard. */
static char *some_pages(void)
{
    char *p = pages(16, RW);

    p[PG] = 1;
    (void)*(volatile char *)(p + 3 * PG);
    must(madvise(p + 5 * PG, PG, MADV_GUARD_INSTALL));
    return p;
}

static void entries(void)
{
    char *p = some_pages(), *shared = must(mmap(NULL, 2 * PG, RW, SHARED, -1, 0)), bytes[64];
    struct stat st;

    must(stat("/proc/self/pagemap", &st));
    is_true((st.st_mode & 07777) == 0400 && !st.st_size, "pagemap is for its owner");
    shared[0] = 1;
    is_num(entry(p), 0, "a page that nobody touched");
    is_num(entry(p + PG), 0x102, "one that was written to: present, mapped once");
    is_num(entry(p + 3 * PG), 0x100, "the page of zeroes is everybody's");
    is_num(entry(p + 5 * PG), 0x88, "a guard");
    is_num(entry(shared), 0x142, "shared memory");
    is_num(entry((char *)PG), 0, "where nothing is mapped");
    is_err(pread(map, bytes, 7, 0), "EINVAL", "part of an entry");
    is_err(pread(map, bytes, 8, 4), "EINVAL", "across two");
    is_num(pread(map, bytes, 0, 0), 0, "nothing");
    is_num(pread(map, bytes, 16, (1l << 47) / 4096 * 8), 0, "behind the address space");
    is_num(pread(map, bytes, 16, ((1l << 47) / 4096 - 2) * 8), 8, "up to its end");
    is_err(lseek(map, 0, SEEK_END), "EINVAL", "it has no end to seek");
    is_err(ioctl(map, 0x1234, 0), "EINVAL", "an unknown request");
    must(munmap(shared, 2 * PG));
}

static void scanning(void)
{
    char *p = some_pages(), *shared = must(mmap(NULL, 4 * PG, RW, SHARED, -1, 0));

    shared[0] = 1;
    is_str(SCAN_(p, 16), "0-1:2 1-2:a 2-3:2 3-4:2a 4-5:2 5-6:112 6-16:2", "all pages and what they are");
    is_str(SCAN_(p, 16, .all = PRESENT), "1-2:a 3-4:2a", "those that are present");
    is_str(SCAN_(p, 16, .all = PRESENT, .inverted = PRESENT), "0-1:2 2-3:2 4-5:2 5-6:112 6-16:2",
           "those that are not");
    is_str(SCAN_(p, 16, .any = PRESENT | GUARD), "1-2:a 3-4:2a 5-6:112", "present or a guard");
    is_str(SCAN_(p, 16, .any = PRESENT | GUARD, .returned = PRESENT), "1-2:8 3-4:8 5-6:0", "told in part");
    is_str(SCAN_(p, 16, .all = PRESENT, .max_pages = 1), "1-2:a to 3", "one page, and where the next begins");
    is_str(SCAN_(p, 16, .max_pages = 3), "0-1:2 1-2:a 2-3:2 to 3", "three pages");
    is_str(SCAN_(p, 16, .vec = (unsigned long)regions, .vec_len = 2), "0-1:2 1-2:a to 2", "two regions");
    is_str(SCAN_(p, 16, .vec = (unsigned long)regions), "", "none");
    is_str(SCAN_(p, 16, .end = (unsigned long)p + PG + 1), "0-1:2 1-2:a to 2", "the end is rounded up");
    is_str(SCAN_(shared, 1), "0-1:e", "shared memory");
    is_str(SCAN_(p + 1, 1), "EINVAL", "an unaligned start");
    is_str(SCAN_(p, 1, .end = (unsigned long)p - PG), "EFAULT", "a range that ends before it begins");
    is_str(SCAN_(p, 1, .size = sizeof(struct scan) - 8), "EINVAL", "another size of the structure");
    is_str(SCAN_(p, 1, .flags = 4), "EINVAL", "an unknown flag");
    is_str(SCAN_(p, 1, .all = 1 << 9), "EINVAL", "an unknown category");
    is_str(SCAN_(p, 1, .vec_len = 4), "EINVAL", "regions to nowhere");
    is_str(SCAN_(p, 1, .vec = 8, .vec_len = 4), "EFAULT", "or to what is not mapped");
    is_str(SCAN_(p, 4, .flags = PROTECT), "", "pages that cannot be protected are passed over");
    is_str(SCAN_(p, 4, .flags = MUST_PROTECT), "EPERM", "or an error");
    is_err(ioctl(map, SCAN, 8), "EFAULT", "arguments from nowhere");
    must(munmap(shared, 4 * PG));
}

static int watch(__u64 features, char *p, size_t n)
{
    struct uffdio_api api = {.api = UFFD_API, .features = features};
    struct uffdio_register r = {.range = {(unsigned long)p, n * PG}, .mode = UFFDIO_REGISTER_MODE_WP};
    int fd = must((int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK));

    must(ioctl(fd, UFFDIO_API, &api));
    must(ioctl(fd, UFFDIO_REGISTER, &r));
    return fd;
}

static int protect(int fd, char *p, size_t n, bool on)
{
    struct uffdio_writeprotect w = {{(unsigned long)p, n * PG}, on ? UFFDIO_WRITEPROTECT_MODE_WP : 0};

    return ioctl(fd, UFFDIO_WRITEPROTECT, &w);
}

static void written(void)
{
    char *p = pages(8, RW), *q, *code;
    int fd, file;

    p[0] = 1;
    p[PG] = 2;
    (void)*(volatile char *)(p + 2 * PG);
    fd = watch(WP_ASYNC, p, 8);
    is_str(SCAN_(p, 8), "0-2:b 2-3:2b 3-8:3", "watched, all pages count as written to");
    is_str(SCAN_(p, 8, .flags = PROTECT | MUST_PROTECT, .all = WRITTEN), "0-2:b 2-3:2b 3-8:3",
           "until protected");
    is_str(SCAN_(p, 8), "0-2:9 2-3:29 3-8:11", "also those that nobody touched");
    is_num(entry(p), 0x106, "pagemap shows it");
    is_num(entry(p + 3 * PG), 0x84, "for these, too");
    p[0] = 5;
    p[4 * PG] = 1;
    (void)*(volatile char *)(p + 5 * PG);
    is_str(SCAN_(p, 8), "0-1:b 1-2:9 2-3:29 3-4:11 4-5:b 5-6:29 6-8:11",
           "a write needs nobody, a read is none");
    is_str(SCAN_(p, 8, .flags = PROTECT, .all = WRITTEN, .returned = WRITTEN, .max_pages = 1), "0-1:2 to 4",
           "told and protected again, one page");
    is_str(SCAN_(p, 8, .all = WRITTEN, .returned = WRITTEN), "4-5:2", "which leaves the other");
    is_str(SCAN_(p, 8, .flags = PROTECT, .all = ZERO, .vec = (unsigned long)regions), "", "with none told");
    is_str(SCAN_(p, 8, .all = WRITTEN), "", "all are protected, whatever they are");
    is_ok(protect(fd, p, 8, false), "UFFDIO_WRITEPROTECT takes it off");
    is_str(SCAN_(p, 8, .all = WRITTEN), "0-2:b 2-3:2b 3-4:3 4-5:b 5-6:2b 6-8:3", "of all");
    is_ok(protect(fd, p, 8, true), "or puts it on");
    is_str(SCAN_(p, 8, .all = WRITTEN), "", "all");
    must(madvise(p, PG, MADV_DONTNEED));
    is_str(SCAN_(p, 2), "0-1:3 1-2:9", "what is dropped was written to");
    must(close(fd));
    is_str(SCAN_(p, 2), "0-1:2 1-2:a", "without the descriptor nothing is protected");

    q = must(mmap(NULL, 2 * PG, RW, SHARED, -1, 0));
    q[0] = 1;
    fd = watch(WP_ASYNC, q, 2);
    is_str(SCAN_(q, 2, .flags = PROTECT), "0-1:f 1-2:3", "shared memory");
    is_str(SCAN_(q, 2), "0-1:d 1-2:11", "is protected likewise");
    q[0] = q[PG] = 2;
    is_str(SCAN_(q, 2), "0-2:f", "and written to");
    must(close(fd));

    file = must(open("/proc/self/exe", O_RDONLY));
    code = must(mmap(NULL, PG, RW, MAP_PRIVATE, file, 0));
    (void)*(volatile char *)code;
    fd = watch(WP_ASYNC, code, 1);
    is_str(SCAN_(code, 1, .flags = PROTECT), "0-1:f", "any file's private mapping");
    is_str(SCAN_(code, 1), "0-1:d", "can be watched so");
    code[0] = 1;
    is_str(SCAN_(code, 1), "0-1:b", "a written page is its own");
    must(close(fd));
    must(close(file));
}

static int writer(void *p)
{
    *(volatile char *)p = 7;
    return 0;
}

static void unpopulated(void)
{
    static char stack[65536] __attribute__((aligned(16)));
    char *p = pages(8, RW);
    int fd = watch(0, p, 4);
    struct pollfd message = {.events = POLLIN};
    struct uffd_msg msg;
    pid_t child;

    p[0] = 1;
    is_ok(protect(fd, p, 2, true), "without UFFD_FEATURE_WP_UNPOPULATED");
    is_num(entry(p), 0x106, "a page that is there is protected");
    is_num(entry(p + PG), 0, "one that is not is not");
    must(close(fd));

    message.fd = fd = watch(WP_UNPOPULATED, p, 8);
    is_ok(protect(fd, p + 4 * PG, 2, true), "with it");
    is_num(entry(p + 4 * PG), 0x84, "it is");
    (void)*(volatile char *)(p + 5 * PG);
    is_num(entry(p + 5 * PG), 0x104, "and still when it was read");
    must(madvise(p + 4 * PG, PG, MADV_DONTNEED));
    is_num(entry(p + 4 * PG), 0, "but not when it was dropped");
    must(protect(fd, p + 4 * PG, 1, true));
    child = must(clone(writer, stack + sizeof(stack), CLONE_VM | SIGCHLD, p + 4 * PG));
    must(poll(&message, 1, 10000));
    must(read(fd, &msg, sizeof(msg)));
    is_num((long)msg.arg.pagefault.flags, UFFD_PAGEFAULT_FLAG_WP | UFFD_PAGEFAULT_FLAG_WRITE,
           "a write waits, and is told as one to a protected page");
    must(protect(fd, p + 4 * PG, 1, false));
    must(waitpid(child, NULL, 0));
    is_num(p[4 * PG], 7, "until it is let through");
    must(close(fd));
}

/* ---- PROCMAP_QUERY ---- */

static char name[300];
static int maps;

/* The answer as text: pages from addr to the area's start and end, its flags, its name; or the error. */
static const char *query(const char *addr, struct query q)
{
    static char out[512];

    q.size = q.size ? q.size : sizeof(q);
    q.addr = (unsigned long)addr;
    if (!q.name_addr && !q.name_size)
        q.name_addr = (unsigned long)name, q.name_size = sizeof(name);
    *name = 0;
    errno = 0;
    if (ioctl(maps, QUERY, &q) < 0)
        return strerrorname_np(errno);
    snprintf(out, sizeof(out), "%ld-%ld %x %s", ((long)q.vma_start - (long)q.addr) / (long)PG,
             ((long)q.vma_end - (long)q.addr) / (long)PG, (unsigned)q.vma_flags, q.name_size ? name : "");
    return out;
}
#define QUERY_(p, ...) query(p, (struct query){__VA_ARGS__})

static void areas(void)
{
    char *p = arena(8), *anon = map_at(p, 4, RW, ANON), want[64];
    int fd = must(memfd_create("file", 0));
    struct query q = {.size = sizeof(q)};
    struct {
        struct query q;
        long more;
    } bigger = {.q = {.size = sizeof(bigger)}};

    maps = must(open("/proc/self/maps", O_RDONLY));
    must(munmap(p + PG, PG));
    must(mprotect(p + 2 * PG, PG, PROT_READ));
    must(ftruncate(fd, (off_t)(4 * PG)));
    must(mmap(p + 6 * PG, 2 * PG, RX, MAP_PRIVATE | MAP_FIXED, fd, PG));

    is_str(QUERY_(p), "0-1 3 ", "the area at an address");
    is_str(QUERY_(p + PG), "ENOENT", "where there is none");
    is_str(QUERY_(p + PG, .flags = OR_NEXT), "1-2 1 ", "the next one");
    is_str(QUERY_(p + 6 * PG), "0-2 5 /memfd:file (deleted)", "of a file, with its name");
    is_str(QUERY_(p + 2 * PG, .flags = OR_NEXT | WRITABLE), "1-2 3 ", "the next that can be written");
    is_str(QUERY_(p + 2 * PG, .flags = WRITABLE), "ENOENT", "just this, if it could");
    is_str(QUERY_(p, .flags = OR_NEXT | EXECUTABLE), "6-8 5 /memfd:file (deleted)", "the next with code");
    is_str(QUERY_(p, .flags = OR_NEXT | OF_A_FILE), "6-8 5 /memfd:file (deleted)", "of a file");
    is_str(QUERY_(p, .flags = OR_NEXT | SHAREABLE), "8-9 8 /dev/zero (deleted)", "the next shared one");
    is_str(QUERY_(p, .flags = 64), "EINVAL", "an unknown flag");
    is_str(QUERY_((char *)(1ul << 60), .flags = OR_NEXT), "ENOENT", "behind all of them");
    is_str(QUERY_(p + 6 * PG, .name_addr = (unsigned long)name, .name_size = 4), "ENAMETOOLONG",
           "a name that has no room");
    is_str(QUERY_(p, .name_addr = (unsigned long)name), "EINVAL", "an address without a size");
    is_str(QUERY_(p + 6 * PG, .name_addr = 8, .name_size = sizeof(name)), "EFAULT", "a bad address");
    is_str(QUERY_(p, .build_id_size = 8), "EINVAL", "a size without an address");
    is_str(QUERY_(p, .size = 16), "EINVAL", "a structure that is too short");
    is_str(QUERY_(p, .size = PG + 8), "E2BIG", "or much too long");
    bigger.q.addr = q.addr = (unsigned long)(p + 6 * PG);
    is_ok(ioctl(maps, QUERY, &bigger), "longer with zeroes");
    is_true(bigger.q.vma_end == q.addr + 2 * PG && !bigger.more, "is answered as far as known");
    bigger.more = 1;
    bigger.q.size = sizeof(bigger);
    bigger.q.name_size = 0;
    is_err(ioctl(maps, QUERY, &bigger), "E2BIG", "with something else not");
    must(ioctl(maps, QUERY, &q));
    is_true(q.page_size == PG && q.offset == PG && q.inode && !q.name_size, "a file's offset and inode");
    q = (struct query){.size = sizeof(q), .addr = (unsigned long)anon, .build_id_addr = (unsigned long)name};
    q.build_id_size = 20;
    must(ioctl(maps, QUERY, &q));
    is_true(!q.offset && !q.inode && !q.build_id_size, "anonymous memory has none, nor a build-id");
    snprintf(want, sizeof(want), "%s", QUERY_((char *)&q));
    is_true(strstr(want, "[stack]"), "the stack's name");
    is_err(ioctl(maps, 0x1234, 0), "ENOTTY", "another request of maps");
    is_err(ioctl(maps, QUERY, 8), "EFAULT", "a query from nowhere");
    must(close(maps));
    maps = must(open("/proc/self/smaps", O_RDONLY));
    is_str(QUERY_(p), "ENOTTY", "smaps answers none");
    must(close(fd));
}

int main(void)
{
    if (!since(6, 15)) {
        told_skip("pagemap", "the guards in it came with Linux 6.15");
        return done();
    }
    map = must(open("/proc/self/pagemap", O_RDONLY));
    entries();
    scanning();
    written();
    unpopulated();
    areas();
    return done();
}
