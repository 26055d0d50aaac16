/* proc_numa.c - move_pages: where a page is, without touching it. */
#include "probe.h"

/* The status of one page, or how the call fails. */
static const char *where(const void *p, const int *node, int flags)
{
    static char text[32];
    int st = -99;
    long r = syscall(SYS_move_pages, 0, 1, &p, node, &st, flags);

    if (r < 0)
        snprintf(text, sizeof(text), "fails: %s", strerrorname_np(errno));
    else if (st < 0)
        snprintf(text, sizeof(text), "%s", strerrorname_np(-st));
    else
        snprintf(text, sizeof(text), "node %d", st);
    return text;
}

int main(void)
{
    char *p = pages(4, RW), *shared = must(mmap(NULL, 2 * PG, RW, SHARED, -1, 0));
    int zero = 0, bad = -1, st[3];
    const void *three[3] = {p, p + 2 * PG, NULL};

    if (syscall(SYS_move_pages, 0, 0, NULL, NULL, NULL, 0) < 0 && errno == ENOSYS) {
        told_skip("move_pages", "this kernel has none");
        return done();
    }
    p[0] = 1;
    (void)*(volatile char *)(p + PG);
    shared[0] = 1;
    is_str(where(p, NULL, 0), "node 0", "a page that was written");
    is_str(where(p + 5, NULL, 0), "node 0", "anywhere in it");
    is_str(where(p + PG, NULL, 0), "EFAULT", "one that was only read is the page of zeroes");
    is_str(where(p + 2 * PG, NULL, 0), "ENOENT", "one that was not touched");
    is_str(where(p + 2 * PG, NULL, 0), "ENOENT", "is not by asking");
    is_str(where(shared, NULL, 0), "node 0", "shared memory");
    is_str(where(shared + PG, NULL, 0), "ENOENT", "not touched either");
    is_str(where(NULL, NULL, 0), "EFAULT", "nothing there");
    is_str(where((void *)(1ul << 50), NULL, 0), "EFAULT", "no address");
    is_str(where(p, &zero, 2), "node 0", "MPOL_MF_MOVE to where it is");
    is_str(where(p + 2 * PG, &zero, 2), "ENOENT", "of what is not there");
    is_str(where(p, &bad, 2), "fails: ENODEV", "to no node");
    is_str(where(p, NULL, 1), "fails: EINVAL", "a flag that does not exist");
    is_num(syscall(SYS_move_pages, 0, 3, three, NULL, st, 0), 0, "three at once");
    is_true(st[0] == 0 && st[1] == -ENOENT && st[2] == -EFAULT, "each for itself");
    is_err(syscall(SYS_move_pages, 0, 1, (void *)16, NULL, st, 0), "EFAULT", "wild pages");
    is_err(syscall(SYS_move_pages, 0, 1, three, NULL, (void *)16, 0), "EFAULT", "a wild answer");
    is_err(syscall(SYS_move_pages, 0, 1, three, (void *)16, st, 0), "EFAULT", "wild nodes");
    is_err(syscall(SYS_move_pages, 0x3fffffff, 1, three, NULL, st, 0), "ESRCH", "nobody");
    return done();
}
