/* userfault_move.c - userfaultfd: UFFDIO_MOVE, which pages it moves and which it does not. */
#include "probe.h"
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#define FEATURE_MOVE (1u << 16)
#define HOLES        2 /* UFFDIO_MOVE_MODE_ALLOW_SRC_HOLES */
struct move {          /* struct uffdio_move, Linux 6.8 */
    uint64_t dst, src, len, mode;
    int64_t move;
};
#define DO_MOVE _IOWR(UFFDIO, 0x05, struct move)

static int fd;
static int64_t moved; /* what the last one says of itself */

static int move(void *dst, void *src, size_t len, uint64_t mode)
{
    struct move m = {.dst = (uintptr_t)dst, .src = (uintptr_t)src, .len = len, .mode = mode};
    int r = ioctl(fd, DO_MOVE, &m);

    moved = m.move;
    return r;
}

/* n pages that are watched; present, those with a byte in them. */
static char *watched(size_t n)
{
    char *p = pages(n, RW);
    struct uffdio_register r = {.range = {(uintptr_t)p, n * PG}, .mode = UFFDIO_REGISTER_MODE_MISSING};

    must(ioctl(fd, UFFDIO_REGISTER, &r));
    return p;
}

static char *filled(size_t n, int prot)
{
    char *p = pages(n, RW);

    for (size_t i = 0; i < n; i++)
        p[i * PG] = (char)('a' + i);
    must(mprotect(p, n * PG, prot));
    return p;
}

static void pages_go(void)
{
    char *to = watched(4), *from = filled(4, RW);
    unsigned char vec[4];

    is_num(move(to, from, 2 * PG, 0), 0, "two pages move");
    is_num(moved, 2 * PG, "and are counted in bytes");
    is_true(to[0] == 'a' && to[PG] == 'b', "they have what they had");
    is_num(from[0], 0, "where they were is nothing");
    is_err(move(to, from + 2 * PG, PG, 0), "EEXIST", "not to where a page is");
    is_num(moved, -EEXIST, "as it says of itself");
    is_err(move(to + 2 * PG, from + PG, PG, 0), "ENOENT", "not from where none is");
    is_num(move(to + 2 * PG, from + PG, PG, HOLES), 0, "but for holes, if they are allowed");
    is_num(moved, PG, "which count");
    must(mincore(to, 4 * PG, vec));
    is_true(!(vec[2] & 1), "and bring no page");
    is_err(move(to + 2 * PG, from + 2 * PG, 2 * PG, 4), "EINVAL", "a mode nobody knows");
    is_num(move(to + 2 * PG, from + 2 * PG, 2 * PG, 1), 0, "nobody is woken, on demand");
    is_num(to[3 * PG], 'd', "the last one");
}

static void part(void)
{
    char *to = watched(4), *from = filled(4, RW);

    must(madvise(from + 2 * PG, PG, MADV_DONTNEED));
    is_err(move(to, from, 4 * PG, 0), "EAGAIN", "as far as the first that is not there");
    is_num(moved, 2 * PG, "so far");
    is_true(to[PG] == 'b' && from[3 * PG] == 'd', "the rest stays");
}

static void refused(void)
{
    char *to = watched(2), *from = filled(4, RW);
    int mem = (int)must(syscall(SYS_memfd_create, "m", 0));

    must(ftruncate(mem, PG));
    is_err(move(to + 1, from, PG, 0), "EINVAL", "to an address within a page");
    is_err(move(to, from + 1, PG, 0), "EINVAL", "from one");
    is_err(move(to, from, 100, 0), "EINVAL", "a part of a page");
    is_err(move(to, from, 0, 0), "EINVAL", "nothing");
    is_err(move(to, filled(1, PROT_READ), PG, 0), "EINVAL", "from memory that cannot be written");
    is_err(move(to, from, 3 * PG, 0), "EINVAL", "to more than one area");
    is_err(move(filled(1, RW), from, PG, 0), "EINVAL", "to memory nobody watches");
    is_err(move(to, must(mmap(NULL, PG, RW, MAP_SHARED, mem, 0)), PG, 0), "EINVAL", "from shared memory");
    is_err(move(to, must(mmap(NULL, PG, RW, MAP_PRIVATE, mem, 0)), PG, 0), "EINVAL",
           "from a file's private mapping");
    must(mlock(from, 4 * PG));
    is_err(move(to, from, PG, 0), "EINVAL", "from locked memory to what is not");
    must(munlock(from, 4 * PG));
    is_err(move(to, (void *)0x10000000, PG, 0), "ENOENT", "from nowhere");
    is_num(move(to, from, PG, 0), 0, "all that aside");
}

/* What a child has, too, belongs to nobody alone. */
static void shared_with_child(void)
{
    char *to = watched(1), *from = filled(1, RW), c;
    int p[2], status;
    pid_t child;

    must(pipe(p));
    child = (pid_t)must(fork());
    if (!child) {
        close(p[1]);
        (void)!read(p[0], &c, 1);
        _exit(from[0] != 'a');
    }
    close(p[0]);
    is_err(move(to, from, PG, 0), "EBUSY", "not a page that a child has, too");
    from[0] = 'b';
    is_num(move(to, from, PG, 0), 0, "but the copy of it");
    is_num(to[0], 'b', "with what is in that");
    close(p[1]);
    must(waitpid(child, &status, 0));
    is_num(status, 0, "the child has its own");
}

int main(void)
{
    struct uffdio_api api = {.api = UFFD_API, .features = FEATURE_MOVE};

    fd = (int)must(syscall(SYS_userfaultfd, O_CLOEXEC | 1));
    if (ioctl(fd, UFFDIO_API, &api)) {
        told_skip("pages move", "not before Linux 6.8");
        return done();
    }
    pages_go();
    part();
    refused();
    shared_with_child();
    return done();
}
