/*
 * test_changes.c - mm_take_changes() against a list of VMAs that knows nothing but what it tells: after any
 * calls the list is the address space.
 */
#include "run_suite.h"
#include "space.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define ARENA UINT64_C(0x200000000000)
#define PAGES 64

static struct vma list[4 * PAGES];
static size_t n;

static void setup(void)
{
    space_make(64 << 20, NULL);
    n = 0;
}

static void same(const struct vma *a, const struct vma *b)
{
    ck_assert_uint_eq(a->start, b->start);
    ck_assert_uint_eq(a->end, b->end);
    ck_assert_uint_eq(a->flags, b->flags);
    ck_assert_uint_eq(a->birth, b->birth);
}

/* What was there before is what the list has in its place; then it has what is there now. */
static void apply(const struct mm_changes *c)
{
    size_t from = 0, to;
    uint64_t start = c->nr_old ? c->old[0].start : c->nr_now ? c->now[0].start : 0;

    while (from < n && list[from].end <= start)
        from++;
    to = from + c->nr_old;
    ck_assert_uint_le(to, n);
    for (size_t i = 0; i < c->nr_old; i++)
        same(&c->old[i], &list[from + i]);
    ck_assert_uint_lt(n - c->nr_old + c->nr_now, sizeof(list) / sizeof(*list));
    memmove(list + from + c->nr_now, list + to, (n - to) * sizeof(*list));
    if (c->nr_now)
        memcpy(list + from, c->now, c->nr_now * sizeof(*list));
    n = n - c->nr_old + c->nr_now;
}

static void one_call(unsigned r)
{
    uint64_t at = ARENA + r / 8 % PAGES * P, len = (1 + r / 512 % 8) * P;

    switch (r % 8) {
    case 0:
    case 1:
    case 2:
        mm_mmap(mm, at, len, r & 1 << 20 ? PROT_READ : PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL, 0);
        break;
    case 3:
        mm_munmap(mm, at, len);
        break;
    case 4:
    case 5:
        mm_mprotect(mm, at, len, r & 1 << 20 ? PROT_READ : PROT_READ | PROT_WRITE, -1);
        break;
    case 6:
        mm_madvise(mm, at, len, r & 1 << 20 ? MADV_DONTDUMP : MADV_DODUMP);
        break;
    case 7:
        mm_mremap(mm, at, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, ARENA + r / 4096 % PAGES * P);
        break;
    }
}

START_TEST(tells_all)
{
    struct mm_changes c;

    ck_assert(mm_take_changes(mm, &c)); /* the first time: all there is, which is nothing */
    ck_assert_uint_eq(c.nr_old + c.nr_now, 0);
    ck_assert(!mm_take_changes(mm, &c));
    srand(1);
    for (unsigned i = 0; i < 20000; i++) {
        const struct vma *v = NULL;
        uint64_t addr = 0;

        mm_set_event(mm, i);
        for (unsigned calls = 1 + i % 3; calls; calls--)
            one_call((unsigned)rand());
        if (!mm_take_changes(mm, &c))
            continue;
        apply(&c);
        for (size_t k = 0; k <= n; k++, addr = v->end) {
            v = mm_find_vma(mm, addr);
            ck_assert_int_eq(!v, k == n);
            if (!v)
                break;
            same(v, &list[k]);
        }
    }
    ck_assert_uint_gt(n, 5);
}
END_TEST

START_TEST(a_touch_is_no_change)
{
    struct mm_changes c;
    uint8_t byte = 1;

    mm_take_changes(mm, &c);
    mm_mmap(mm, ARENA, P, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL, 0);
    ck_assert(mm_take_changes(mm, &c));
    ck_assert_uint_eq(c.nr_now, 1);
    ck_assert_int_eq(mm_copy_out(mm, ARENA, &byte, 1), 0);
    ck_assert_uint_ne(mm_find_vma(mm, ARENA)->anon_vma, 0);
    ck_assert(!mm_take_changes(mm, &c));
}
END_TEST

START_TEST(a_child_is_new)
{
    struct mm_changes c;
    struct mm *child;
    int err;

    mm_mmap(mm, ARENA, P, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL, 0);
    ck_assert(mm_take_changes(mm, &c));
    child = mm_fork(mm, &err);
    ck_assert_ptr_nonnull(child);
    ck_assert(mm_take_changes(child, &c));
    ck_assert_uint_eq(c.nr_old, 0);
    ck_assert_uint_eq(c.nr_now, 1);
    ck_assert(!mm_take_changes(mm, &c));
    mm_put(child);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("changes");

    tcase_add_checked_fixture(tc, setup, space_drop);
    tcase_add_test(tc, tells_all);
    tcase_add_test(tc, a_touch_is_no_change);
    tcase_add_test(tc, a_child_is_new);
    return run_suite("changes", tc, NULL);
}
