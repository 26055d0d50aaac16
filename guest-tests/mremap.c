/* mremap.c - shrinking, growing, moving: what appears where, and which refusal comes first. */
#include "probe.h"

static char *fixed(char *old, size_t o, size_t n, int flags, char *to)
{
    return mremap(old, o, n, MREMAP_MAYMOVE | MREMAP_FIXED | flags, to);
}

static void sizes(void)
{
    char *p = pages(4, RW);
    char *a = arena(8);
    fill(p, 4, 'a');
    is_true(mremap(p, 4 * PG, 2 * PG, 0) == p, "shrinking stays in place");
    is_str(picture(p, 4), "ww|..", "and gives the tail back");
    is_true(mremap(p, 2 * PG, 4 * PG, 0) == p, "growing into free space stays in place");
    is_str(picture(p, 4), "wwww", "as one VMA");
    is_true(p[PG] == 'b' && p[2 * PG] == 0, "whose new pages are zero");
    is_err(mremap(p, 4 * PG, 5 * PG, 0), "ENOMEM",
           "growing where a neighbour is, without MREMAP_MAYMOVE, is ENOMEM");
    char *q = mremap(p, 4 * PG, 5 * PG, MREMAP_MAYMOVE);
    is_true(q != MAP_FAILED && q != p, "with MREMAP_MAYMOVE it moves");
    is_str(picture(p, 4), "....", "leaving nothing behind");
    is_true(q[0] == 'a' && q[PG] == 'b' && q[4 * PG] == 0, "and taking its contents along");
    is_true(mremap(q, 5 * PG, 5 * PG, 0) == q, "the same size is a success");
    is_true(mremap(q, 5 * PG - 100, 5 * PG - 3000, 0) == q, "sizes are rounded up to pages");
    munmap(q, 5 * PG);
    map_at(a, 4, RW, ANON);
    is_err(mremap(a, 2 * PG, 3 * PG, 0), "ENOMEM", "growing the first half of a VMA in place is ENOMEM");
    is_true(mremap(a + 2 * PG, 2 * PG, 4 * PG, 0) == a + 2 * PG, "growing its tail works");
    is_str(picture(a, 8), "wwwwww|..", "and stays one VMA");
    q = mremap(a + PG, PG, 2 * PG, MREMAP_MAYMOVE);
    is_str(picture(a, 8), "w|.|wwww|..", "growing a middle page by moving leaves a hole there");
    is_str(picture(q, 2), "ww", "and two pages elsewhere");
}

static void moving(void)
{
    char *p = pages(4, RW), *a = arena(8);
    fill(p, 4, 'a');
    is_true(fixed(p, 2 * PG, 2 * PG, 0, a) == a, "MREMAP_FIXED moves to the given place");
    is_str(picture(p, 4), "..|ww", "out of the old one");
    is_str(picture(a, 8), "ww|......", "into the new one");
    is_true(a[0] == 'a' && a[PG] == 'b', "with its contents");
    map_at(a + 4 * PG, 4, PROT_READ, ANON);
    is_true(fixed(p + 2 * PG, PG, PG, 0, a + 5 * PG) == a + 5 * PG, "onto an existing mapping");
    is_str(picture(a, 8), "ww|..|r|w|rr", "it replaces just its size");
    is_num(a[5 * PG], 'c', "by the moved contents");
    is_true(fixed(a + PG, PG, PG, 0, a + 2 * PG) == a + 2 * PG, "moving up by one page");
    is_num(a[2 * PG], 'b', "keeps the contents");
    is_true(fixed(p + 3 * PG, PG, 2 * PG, 0, a + 6 * PG) == a + 6 * PG, "moving and growing in one");
    is_true(a[6 * PG] == 'd' && a[7 * PG] == 0, "appends zero pages");
    char *s = pages(4, RW), *d = arena(4);
    fill(s, 4, 'p');
    is_true(fixed(s, 4 * PG, 2 * PG, 0, d) == d, "moving and shrinking in one");
    is_str(picture(s, 4), "....", "drops the rest of the old place");
    is_str(picture(d, 4), "ww|..", "and arrives short");
    char *m = pages(3, PROT_READ), *n = arena(6);
    map_at(n, 1, PROT_READ, ANON);
    must(fixed(m, PG, PG, 0, n + PG));
    is_str(picture(n, 3), "rr|.", "never touched, moved memory merges with its new neighbour");
    m = pages(2, RW);
    n = arena(6);
    m[0] = 'm';
    map_at(n, 1, RW, ANON);
    must(fixed(m, PG, PG, 0, n + PG));
    is_str(picture(n, 3), "w|w|.", "moved memory that was written keeps its own offset and does not merge");
}

static void several(void)
{
    if (!since(6, 17)) {
        told_skip("moving several VMAs at once", "since Linux 6.17");
        return;
    }
    char *p = pages(4, RW), *a = arena(4);
    fill(p, 4, 'a');
    must(mprotect(p + PG, PG, PROT_READ));
    is_true(fixed(p, 4 * PG, 4 * PG, 0, a) == a, "several VMAs move at once");
    is_str(picture(a, 4), "w|r|ww", "each as it was");
    is_str(picture(p, 4), "....", "leaving nothing");
    must(munmap(a + 2 * PG, PG));
    is_true(fixed(a, 4 * PG, 4 * PG, 0, p) == p, "with a hole between them");
    is_str(picture(p, 4), "w|r|.|w", "that stays a hole");
    is_err(mremap(p, 4 * PG, 5 * PG, MREMAP_MAYMOVE), "EFAULT", "several VMAs cannot grow");
    is_err(mremap(p, 4 * PG, 4 * PG, MREMAP_MAYMOVE), "ok",
           "keeping their size they may stay where they are");
    is_err(mremap(p + 2 * PG, 2 * PG, 2 * PG, MREMAP_MAYMOVE | MREMAP_FIXED, a), "EFAULT",
           "a hole at the start is EFAULT");
    is_ok(mremap(p, 4 * PG, 2 * PG, 0), "shrinking over several VMAs unmaps the tail");
    is_str(picture(p, 4), "w|r|..", "whatever it holds");
}

static int grow_by_one(char *p)
{
    return mremap(p, 3 * PG, 4 * PG, 0) == p && !strcmp(picture(p, 5), "wwwww") ? 0 : 1;
}

static void growing_after_fork(void)
{
    char *p = map_at(arena(6), 3, RW, ANON);
    map_at(p + 4 * PG, 1, RW, ANON);
    fill(p, 3, 'a');
    is_num(in_child(grow_by_one, p), 0,
           "inherited memory that grows takes in untouched memory that it comes to");
}

static void dontunmap(void)
{
    char *p = pages(2, RW), *a = arena(4);
    fill(p, 2, 'a');
    is_true(fixed(p, 2 * PG, 2 * PG, MREMAP_DONTUNMAP, a) == a, "MREMAP_DONTUNMAP moves the pages");
    is_str(picture(p, 2), "ww", "and leaves the old mapping");
    is_true(p[0] == 0 && a[0] == 'a' && a[PG] == 'b', "empty, while the new one has the contents");
    is_err(mremap(p, PG, 2 * PG, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL), "EINVAL",
           "MREMAP_DONTUNMAP cannot change the size");
    is_err(mremap(p, PG, PG, MREMAP_DONTUNMAP, NULL), "EINVAL", "MREMAP_DONTUNMAP wants MREMAP_MAYMOVE");
    int fd = temp_file(2 * PG);
    char *f = must(mmap(NULL, 2 * PG, PROT_READ, MAP_PRIVATE, fd, 0));
    char *g = mremap(f, 2 * PG, 2 * PG, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
    is_true(g != MAP_FAILED && g[0] == 'a' && f[0] == 'a',
            "MREMAP_DONTUNMAP of a file mapping shows the file twice");
}

static void duplicate(void)
{
    char *p = must(mmap(NULL, 2 * PG, RW, SHARED, -1, 0));
    p[0] = 'x';
    char *q = mremap(p, 0, 2 * PG, MREMAP_MAYMOVE);
    is_true(q != MAP_FAILED && q != p && q[0] == 'x', "old size 0 maps a shared mapping a second time");
    q[1] = 'y';
    is_num(p[1], 'y', "both show the same memory");
    is_err(mremap(pages(1, RW), 0, PG, MREMAP_MAYMOVE), "EINVAL", "old size 0 of private memory is EINVAL");
    is_err(mremap(p, 0, PG, 0), "ENOMEM", "old size 0 without MREMAP_MAYMOVE is ENOMEM");
}

static void errors(void)
{
    char *p = pages(4, RW), *a = arena(4);
    is_err(mremap(p + 1, PG, PG, 0), "EINVAL", "an unaligned old address is EINVAL");
    is_err(mremap(p, PG, 0, 0), "EINVAL", "new size 0 is EINVAL");
    is_err(mremap(p, PG, PG, 8), "EINVAL", "an unknown flag is EINVAL");
    is_err(mremap(p, PG, PG, MREMAP_FIXED, a), "EINVAL", "MREMAP_FIXED wants MREMAP_MAYMOVE");
    is_err(fixed(p, PG, PG, 0, a + 1), "EINVAL", "an unaligned new address is EINVAL");
    is_err(fixed(p, 2 * PG, 2 * PG, 0, p + PG), "EINVAL", "old and new place may not overlap");
    is_err(fixed(p, 2 * PG, 2 * PG, 0, (char *)(1ul << 47)), "EINVAL",
           "a new place above the user space is EINVAL");
    is_err(mremap(a, PG, 2 * PG, MREMAP_MAYMOVE), "EFAULT", "an unmapped old address is EFAULT");
    is_err(mremap(p + 3 * PG, 2 * PG, 3 * PG, MREMAP_MAYMOVE), "EFAULT",
           "an old range that ends beyond its VMA is EFAULT");
    is_err(mremap(p, PG, 1ul << 47, MREMAP_MAYMOVE), since(6, 17) ? "EINVAL" : "ENOMEM",
           "an absurd new size");
    is_str(picture(p, 4), "wwww", "none of them changed anything");
    int fd = temp_file(PG);
    char *f = must(mmap(NULL, PG, PROT_READ, MAP_SHARED, fd, (off_t)(1ul << 40)));
    is_err(mremap(f, PG, -PG, MREMAP_MAYMOVE), since(6, 17) ? "EINVAL" : "ENOMEM",
           "an offset that would wrap");
}

int main(void)
{
    sizes();
    moving();
    several();
    growing_after_fork();
    dontunmap();
    duplicate();
    errors();
    return done();
}
