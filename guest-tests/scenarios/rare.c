/* rare.c - D, W, M: ways that not every kernel has: io_uring, userfaultfd, protection keys, memory failure, a
 * vDSO that moves. */
#define _GNU_SOURCE
#include "scenario.h"

#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ADV_HWPOISON   100
#define EMU_DESIGN     4097 /* a call that only the emulator has */
#define UFFD_USER_ONLY 1
#define FEATURE_MOVE   (1u << 16)

/* ---- io_uring ---- */

/* One advice through a ring of one entry: 0 or -1 with errno. */
static long ring_madvise(void *p, size_t len, int advice)
{
    struct io_uring_params par = {0};
    int fd = (int)syscall(SYS_io_uring_setup, 1, &par);
    if (fd < 0)
        skip("no io_uring");
    char *sq = mmap(NULL, par.sq_off.array + par.sq_entries * 4, RW, MAP_SHARED, fd, IORING_OFF_SQ_RING);
    char *cq = mmap(NULL, par.cq_off.cqes + par.cq_entries * sizeof(struct io_uring_cqe), RW, MAP_SHARED, fd,
                    IORING_OFF_CQ_RING);
    struct io_uring_sqe *sqe = mmap(NULL, PG, RW, MAP_SHARED, fd, IORING_OFF_SQES);
    if (sq == MAP_FAILED || cq == MAP_FAILED || sqe == MAP_FAILED)
        broken("io_uring's rings");
    memset(sqe, 0, sizeof *sqe);
    sqe->opcode = IORING_OP_MADVISE;
    sqe->addr = (uintptr_t)p;
    sqe->len = (unsigned)len;
    sqe->fadvise_advice = (unsigned)advice;
    *(unsigned *)(sq + par.sq_off.array) = 0;
    __atomic_store_n((unsigned *)(sq + par.sq_off.tail), 1, __ATOMIC_RELEASE);
    if (syscall(SYS_io_uring_enter, fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
        broken("io_uring_enter");
    int res = ((struct io_uring_cqe *)(cq + par.cq_off.cqes))->res;
    close(fd);
    if (res >= 0)
        return 0;
    errno = -res;
    return -1;
}

static void d17(void)
{
    char *p = area(2, R);
    seal_pages(p, 2);
    say("%s", result(ring_madvise(p, 2 * PG, MADV_DONTNEED)));
    show(p, 2);
}

/* ---- protection keys ---- */

static void discard_with_key(unsigned rights)
{
    char *p = area(2, RW);
    int key = pkey_alloc(0, 0);
    if (key < 0)
        skip("no protection keys");
    if (pkey_mprotect(p, 2 * PG, RW, key))
        broken("pkey_mprotect");
    seal_pages(p, 2);
    pkey_set(key, rights);
    long r = do_madvise(p, 2, MADV_DONTNEED);
    int err = errno;
    pkey_set(key, 0);
    errno = err;
    say("%s", result(r));
    show(p, 2);
}

static void d19(void)
{
    discard_with_key(PKEY_DISABLE_WRITE);
}

static void d20(void)
{
    discard_with_key(0);
}

/* ---- memory failure ---- */

static volatile sig_atomic_t lost;

static void on_sigbus(int sig)
{
    (void)sig;
    lost = 1;
}

static void d27(void)
{
    char name[64];
    char *p = area(2, R);
    if (syscall(EMU_DESIGN, name, sizeof name) < 0 && !getenv("HWPOISON"))
        skip("it costs the machine a page");
    seal_pages(p, 2);
    signal(SIGBUS, on_sigbus);
    long r = do_madvise(p, 1, ADV_HWPOISON);
    say("%s", lost ? "SIGBUS" : result(r));
    show(p, 2);
}

/* ---- userfaultfd ---- */

struct move { /* struct uffdio_move, Linux 6.8 */
    uint64_t dst, src, len, mode;
    int64_t move;
};
#define DO_MOVE _IOWR(UFFDIO, 0x05, struct move)

static int faultfd(uint64_t features)
{
    int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_ONLY);
    struct uffdio_api api = {.api = UFFD_API, .features = features};
    if (fd < 0)
        skip("no userfaultfd");
    if (ioctl(fd, UFFDIO_API, &api))
        skip("userfaultfd lacks the feature");
    return fd;
}

static void watch(int fd, void *p, size_t pages, uint64_t mode)
{
    struct uffdio_register reg = {.range = {(uintptr_t)p, pages * PG}, .mode = mode};
    if (ioctl(fd, UFFDIO_REGISTER, &reg))
        say("register: %s", result(-1));
}

static long copy_in(int fd, void *p)
{
    static char evil[PG] __attribute__((aligned(4096)));
    struct uffdio_copy copy = {.dst = (uintptr_t)p, .src = (uintptr_t)evil, .len = PG};
    fill(evil, 1, 'N');
    return ioctl(fd, UFFDIO_COPY, &copy);
}

static void w09(void)
{
    int fd = faultfd(0);
    char *p = map_at(room(2, NONE), 2, R, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    seal_pages(p, 2);
    watch(fd, p, 2, UFFDIO_REGISTER_MODE_MISSING);
    say("copy: %s", result(copy_in(fd, p)));
    struct uffdio_zeropage zero = {.range = {(uintptr_t)p + PG, PG}};
    say("zeropage: %s", result(ioctl(fd, UFFDIO_ZEROPAGE, &zero)));
    show(p, 2);
}

static void w10(void)
{
    int fd = faultfd(0);
    char *p = area(1, R);
    seal_pages(p, 1);
    watch(fd, p, 1, UFFDIO_REGISTER_MODE_MISSING);
    say("copy: %s", result(copy_in(fd, p)));
    show(p, 1);
}

static void w11(void)
{
    int fd = faultfd(FEATURE_MOVE);
    char *p = area(1, RW), *q = map_at(room(1, NONE), 1, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    struct move m = {.dst = (uintptr_t)q, .src = (uintptr_t)p, .len = PG};
    seal_pages(p, 1);
    watch(fd, q, 1, UFFDIO_REGISTER_MODE_MISSING);
    say("move: %s", result(ioctl(fd, DO_MOVE, &m)));
    show(p, 1);
    show(q, 1);
}

static void w12(void)
{
    int fd = faultfd(UFFD_FEATURE_MISSING_SHMEM);
    int mem = (int)syscall(SYS_memfd_create, "w12", 0);
    if (mem < 0 || ftruncate(mem, PG))
        broken("memfd");
    char *p = map_at(room(1, NONE), 1, RW, MAP_PRIVATE, mem);
    fill(p, 1, 'x');
    mprotect(p, PG, R);
    seal_pages(p, 1);
    watch(fd, p, 1, UFFDIO_REGISTER_MODE_MISSING);
    say("DONTNEED: %s", result(do_madvise(p, 1, MADV_DONTNEED)));
    say("copy: %s", result(copy_in(fd, p)));
    show(p, 1);
}

static void w14(void)
{
    int fd = faultfd(UFFD_FEATURE_PAGEFAULT_FLAG_WP);
    char *p = area(1, RW);
    struct uffdio_writeprotect wp = {.range = {(uintptr_t)p, PG}, .mode = UFFDIO_WRITEPROTECT_MODE_WP};
    seal_pages(p, 1);
    watch(fd, p, 1, UFFDIO_REGISTER_MODE_WP);
    say("protect: %s", result(ioctl(fd, UFFDIO_WRITEPROTECT, &wp)));
    close(fd); /* lets writers go on */
    show(p, 1);
}

/* ---- the vDSO ---- */

static void m09(void)
{
    char *vdso, *p;
    size_t pages = vdso_pages(&vdso);
    if (pages < 2)
        skip(pages ? "half a page cannot be sealed" : "no vDSO");
    p = room(1 + pages, NONE);
    map_at(p, 1, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    fill(p, 1, 'x');
    mprotect(p, PG, R);
    if (do_mremap(vdso, pages, pages, MREMAP_MAYMOVE | MREMAP_FIXED, p + PG) == -1)
        broken("mremap of the vDSO");
    say("seal: %s", result(seal(p, 2 * PG)));
    say("then mprotect: %s", result(mprotect(p, PG, RW)));
    say("munmap: %s", result(munmap(p, PG)));
    show(p, 1);
}

const struct scenario rare_scenarios[] = {
    {"D17", "DONTNEED through io_uring", d17},
    {"D19", "DONTNEED on writable memory whose protection key forbids writing", d19},
    {"D20", "control: the same with a key that permits it", d20},
    {"D27", "HWPOISON on sealed memory", d27},
    {"W09", "userfaultfd fills sealed memory not yet touched", w09},
    {"W10", "control: userfaultfd over a page that is there", w10},
    {"W11", "userfaultfd moves a page out of sealed memory", w11},
    {"W12", "private file page discarded, then filled by userfaultfd", w12},
    {"W14", "userfaultfd write-protects sealed memory", w14},
    {"M09", "sealing over memory and half of the vDSO", m09},
    {0},
};
