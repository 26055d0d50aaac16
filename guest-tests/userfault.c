/* userfault.c - userfaultfd: areas that are watched, pages that another thread brings, write protection. */
#include "probe.h"
#include <linux/magic.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>

#define DO_CONTINUE _IOWR(UFFDIO, 0x07, struct uffdio_zeropage)
#define DO_POISON   _IOWR(UFFDIO, 0x08, struct uffdio_zeropage)

static int fd;
static char page[PG] __attribute__((aligned(4096)));
static struct uffd_msg last;

static int open_fd(uint64_t features)
{
    int f = (int)must(syscall(SYS_userfaultfd, O_CLOEXEC | 1));
    struct uffdio_api api = {.api = UFFD_API, .features = features};
    must(ioctl(f, UFFDIO_API, &api));
    return f;
}
static int watch(void *p, size_t n, uint64_t mode)
{
    struct uffdio_register r = {.range = {(uintptr_t)p, n * PG}, .mode = mode};
    return ioctl(fd, UFFDIO_REGISTER, &r);
}
static int copy(void *p, uint64_t mode)
{
    struct uffdio_copy c = {.dst = (uintptr_t)p, .src = (uintptr_t)page, .len = PG, .mode = mode};
    return ioctl(fd, UFFDIO_COPY, &c);
}
static int supply(unsigned long how, void *p)
{
    struct uffdio_zeropage z = {.range = {(uintptr_t)p, PG}};
    return ioctl(fd, how, &z);
}
static int protect(void *p, uint64_t mode)
{
    struct uffdio_writeprotect wp = {.range = {(uintptr_t)p, PG}, .mode = mode};
    return ioctl(fd, UFFDIO_WRITEPROTECT, &wp);
}
/* Answers one fault. */
static void *answer(void *arg)
{
    void *at;
    if (read(fd, &last, sizeof last) != sizeof last)
        return "no message";
    at = (void *)(uintptr_t)(last.arg.pagefault.address & ~(PG - 1));
    if (last.arg.pagefault.flags & UFFD_PAGEFAULT_FLAG_WP)
        protect(at, 0);
    else if (last.arg.pagefault.flags & 4)
        supply(DO_CONTINUE, at);
    else
        copy(at, 0);
    return NULL;
}
static char touch(char *p, bool write)
{
    pthread_t th;
    char c;
    memset(&last, 0, sizeof last);
    pthread_create(&th, NULL, answer, NULL);
    if (write)
        *(volatile char *)p = 'w';
    c = *(volatile char *)p;
    pthread_join(th, NULL);
    return c;
}

int main(void)
{
    memset(page, 'P', PG);
    fd = (int)must(syscall(SYS_userfaultfd, O_CLOEXEC | 1));
    char *p = pages(4, RW);
    is_err(watch(p, 1, 1), "EINVAL", "nothing works before UFFDIO_API");
    struct uffdio_api api = {.api = 1};
    is_err(ioctl(fd, UFFDIO_API, &api), "EINVAL", "another version of the interface");
    api = (struct uffdio_api){.api = UFFD_API, .features = 1ull << 40};
    is_err(ioctl(fd, UFFDIO_API, &api), "EINVAL", "a feature that does not exist");
    api = (struct uffdio_api){.api = UFFD_API};
    is_ok(ioctl(fd, UFFDIO_API, &api), "UFFDIO_API");
    is_err(ioctl(fd, UFFDIO_API, &api), "EINVAL", "but once");
    is_err(syscall(SYS_userfaultfd, 2), "EINVAL", "a flag that does not exist");
    is_err(watch(p, 1, 0), "EINVAL", "a watch for nothing");
    is_err(watch(p, 1, 8), "EINVAL", "a mode that does not exist");
    is_err(watch(p + 1, 1, 1), "EINVAL", "an unaligned range");
    is_err(watch(p, 0, 1), "EINVAL", "an empty range");
    is_err(watch(p, 1, 4), "EINVAL", "minor faults of anonymous memory");
    is_err(copy(p, 0), "ENOENT", "filling what is not watched");
    is_ok(watch(p, 4, 1), "missing pages are watched");
    int other = open_fd(0), mine = fd;
    fd = other;
    is_err(watch(p, 1, 1), "EBUSY", "by one descriptor only");
    fd = mine;
    is_num(touch(p, false), 'P', "a read waits for the other thread's page");
    is_true(last.event == UFFD_EVENT_PAGEFAULT && last.arg.pagefault.address == (uintptr_t)p &&
                !last.arg.pagefault.flags,
            "which is told where");
    is_num(touch(p + PG + 5, true), 'w', "so does a write");
    is_true(last.arg.pagefault.address == (uintptr_t)p + PG &&
                last.arg.pagefault.flags == UFFD_PAGEFAULT_FLAG_WRITE,
            "told by its page and as a write");
    is_num(p[PG], 'P', "the rest of the page is as it was given");
    is_err(copy(p, 0), "EEXIST", "no page is filled twice");
    is_err(supply(UFFDIO_ZEROPAGE, p), "EEXIST", "not with zeroes either");
    is_err(copy(p + 2 * PG, 4), "EINVAL", "a mode of COPY that does not exist");
    is_err(copy(p + 2 * PG, 2), "EINVAL", "a write-protected copy where writes are not watched");
    is_ok(supply(UFFDIO_ZEROPAGE, p + 2 * PG), "ZEROPAGE");
    is_num(p[2 * PG], 0, "gives zeroes");
    if (since(6, 6)) {
        is_ok(supply(DO_POISON, p + 3 * PG), "POISON");
        is_true(strstr(try_access(p + 3 * PG, 'r'), "BUS"),
                "makes an access SIGBUS (its code tells whether the kernel handles memory failure)");
    } else {
        told_skip("POISON", "since Linux 6.6");
    }
    is_err(supply(DO_CONTINUE, p), "EINVAL", "CONTINUE in anonymous memory");
    int pipes[2];
    must(pipe(pipes));
    must(write(pipes[1], "x", 1));
    char *q = pages(2, RW);
    must(watch(q, 2, 1));
    is_err(read(pipes[0], q, 1), "EFAULT", "the kernel's own access does not wait");
    must(munmap(q, PG));
    is_ok(watch(q + PG, 1, 1), "the rest of an area may be watched again");
    is_err(protect(p, 1), "ENOENT", "write protection where writes are not watched");

    char *w = pages(2, RW);
    w[0] = w[PG] = 'o';
    is_ok(watch(w, 2, 2), "writes are watched");
    is_ok(protect(w, 1), "a page is protected");
    is_num(w[0], 'o', "it can be read");
    is_num(touch(w, true), 'w', "a write waits until the protection goes");
    is_true(last.arg.pagefault.flags == (UFFD_PAGEFAULT_FLAG_WP | UFFD_PAGEFAULT_FLAG_WRITE),
            "and is told as such");
    must(protect(w + PG, 1));
    pid_t child = fork();
    if (!child) {
        w[PG] = 'c';
        _exit(w[PG] == 'c' ? 0 : 1);
    }
    int s = 0;
    waitpid(child, &s, 0);
    is_num(s, 0, "a child is not watched");
    struct uffdio_range r = {(uintptr_t)w, 2 * PG};
    is_ok(ioctl(fd, UFFDIO_UNREGISTER, &r), "the watch ends");
    is_str(try_access(w + PG, 'w'), "fine", "and its protection with it");

    int mem = (int)must(syscall(SYS_memfd_create, "u", 0));
    must(ftruncate(mem, 2 * PG));
    char *sh = must(mmap(NULL, 2 * PG, RW, MAP_SHARED, mem, 0));
    must(watch(sh, 2, 1));
    is_num(touch(sh, false), 'P', "a page of a shared file");
    char c = 0;
    is_true(pread(mem, &c, 1, 0) == 1 && c == 'P', "is the file's");
    must(pwrite(mem, "f", 1, PG));
    is_num(sh[PG], 'f', "a page the file has is not missing");
    char *sh2 = must(mmap(NULL, 2 * PG, RW, MAP_SHARED, mem, 0));
    must(watch(sh2, 2, 4));
    is_num(touch(sh2 + PG, false), 'f', "but is a minor fault, which CONTINUE answers");
    is_true(last.arg.pagefault.flags == 4, "told as such");
    int exe = must(open("/proc/self/exe", O_RDONLY));
    char *ro = must(mmap(NULL, PG, PROT_READ, MAP_SHARED, exe, 0));
    struct statfs fs;
    if (fstatfs(exe, &fs) == 0 && fs.f_type == TMPFS_MAGIC)
        told_skip("a mapped file of a disk cannot be watched", "this program is in memory");
    else
        is_err(watch(ro, 1, 1), "EINVAL", "a mapped file of a disk cannot be watched");

    struct pollfd pf = {fd, POLLIN, 0};
    is_true(poll(&pf, 1, 0) == 1 && pf.revents == POLLERR, "poll needs O_NONBLOCK");
    fcntl(fd, F_SETFL, O_NONBLOCK);
    is_num(poll(&pf, 1, 0), 0, "nobody waits for a page");
    is_err(read(fd, page, sizeof page), "EAGAIN", "so there is no message");
    is_err(read(fd, page, 31), "EINVAL", "a buffer for less than one");
    close(other);
    char *g = pages(2, RW);
    other = fd;
    fd = open_fd(UFFD_FEATURE_SIGBUS);
    must(watch(g, 2, 1));
    is_str(try_access(g, 'r'), "BUS_ADRERR", "UFFD_FEATURE_SIGBUS: a signal instead");
    close(fd);
    is_str(try_access(g, 'r'), "fine", "closed: nobody watches any more");
    return done();
}
