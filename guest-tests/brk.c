/* brk.c - the heap's end: growing, shrinking, what it meets. */
#include "probe.h"

static char *kernel_brk(char *p)
{
    return (char *)syscall(SYS_brk, p);
}

int main(void)
{
    char *end = kernel_brk(NULL);
    char *b = (char *)(((uintptr_t)end + PG - 1) & ~(PG - 1));
    struct row r;
    is_true(kernel_brk(b + 3 * PG) == b + 3 * PG, "brk grows the heap");
    is_true(row_of(b, &r) && !strcmp(r.name, "[heap]"), "which maps shows as [heap]");
    is_str(picture(b, 4), "www|.", "by whole pages");
    is_num(b[2 * PG], 0, "of zeroes");
    is_true(kernel_brk(b + 3 * PG + 5) == b + 3 * PG + 5, "an unaligned break is kept as given");
    is_str(picture(b, 5), "wwww|.", "and rounded up in the map");
    b[3 * PG] = 'x';
    is_true(kernel_brk(b + 3 * PG) == b + 3 * PG, "brk shrinks the heap");
    is_str(try_access(b + 3 * PG, 'r'), "SEGV_MAPERR", "giving pages back");
    is_true(kernel_brk(b + 4 * PG) == b + 4 * PG && b[3 * PG] == 0, "which are zero when they return");
    is_true(kernel_brk((char *)1) == b + 4 * PG,
            "a break below the heap's start is refused: the old one is returned");
    is_true(kernel_brk((char *)(1ul << 47)) == b + 4 * PG, "so is one above the user space");
    map_at(b + 6 * PG, 1, RW, ANON);
    is_true(kernel_brk(b + 7 * PG) == b + 4 * PG, "brk does not grow over another mapping");
    is_true(kernel_brk(b + 6 * PG) == b + 4 * PG, "nor up to it: it keeps a page free");
    is_true(kernel_brk(b + 5 * PG) == b + 5 * PG, "but to one page below");
    must(munmap(b + 6 * PG, PG));
    must(munmap(b + PG, PG));
    is_str(picture(b, 5), "w|.|www", "the heap can have holes");
    is_true(kernel_brk(b + 3 * PG) == b + 3 * PG, "shrinking works above them");
    is_true(kernel_brk(b) == b, "and over them");
    is_str(picture(b, 5), ".....", "leaving nothing");
    must((long)kernel_brk(b + 2 * PG));
    must(mprotect(b, PG, PROT_READ));
    is_true(kernel_brk(b + 3 * PG) == b + 3 * PG, "a heap with other protections grows");
    is_str(picture(b, 3), "r|ww", "with fresh writable memory that merges with writable memory only");
    must(mprotect(b, 3 * PG, PROT_READ));
    must((long)kernel_brk(b + 4 * PG));
    is_str(picture(b, 4), "rrr|w", "and does not with read-only memory");
    struct rlimit old, lim;
    getrlimit(RLIMIT_DATA, &old);
    lim = old;
    lim.rlim_cur = 16 * PG;
    setrlimit(RLIMIT_DATA, &lim);
    is_true(kernel_brk(b + 4096 * PG) == b + 4 * PG, "RLIMIT_DATA bounds the heap");
    is_err(mmap(NULL, 4096 * PG, RW, ANON, -1, 0), "ENOMEM", "and private writable mappings");
    is_ok(mmap(NULL, 4096 * PG, PROT_READ, ANON, -1, 0), "not read-only ones");
    is_ok(mmap(NULL, 4096 * PG, RW, SHARED, -1, 0), "nor shared ones");
    setrlimit(RLIMIT_DATA, &old);
    return done();
}
