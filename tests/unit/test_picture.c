/* test_picture.c - the areas of an address space after any changes are those of an array of pages. */
#include "../../emu/cmd/picture.c" /* how deep its tree is */
#include "run_suite.h"

#include <check.h>
#include <string.h>

#define PAGES   400u
#define CHANGES 5000u

static uint64_t seed = 88172645463325252;

static unsigned below(unsigned n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 20) % n;
}

static void apply(struct picture *p, uint64_t start, uint64_t end, const struct area *a, size_t n)
{
    if (!picture_apply(p, start, end, a, n))
        ck_abort_msg("out of memory");
}

START_TEST(nothing)
{
    struct picture p = {0};

    apply(&p, 0, 100, NULL, 0);
    ck_assert(picture_list(&p));
    ck_assert_uint_eq(p.n, 0);
    apply(&p, 0, 100, &(struct area){.start = 10, .end = 20, .name = ""}, 1);
    apply(&p, 0, 100, NULL, 0);
    ck_assert(picture_list(&p));
    ck_assert_uint_eq(p.n, 0);
    picture_free(&p);
}
END_TEST

/* owner[page]: the number of the area over it, 0: none. An area that a change meets is gone whole. */
START_TEST(any_changes)
{
    struct picture p = {0};
    unsigned owner[PAGES] = {0}, made = 0;
    bool same = true;

    for (unsigned c = 0; c < CHANGES; c++) {
        uint64_t start = below(PAGES), end = start + 1 + below(c % 50 ? 12 : PAGES), at = start;
        struct area a[8] = {{0}};
        size_t n = 0, k = 0;

        if (end > PAGES)
            end = PAGES;
        for (uint64_t i = start; i < end; i++)
            for (unsigned j = 0, dead = owner[i]; dead && j < PAGES; j++)
                owner[j] = owner[j] == dead ? 0 : owner[j];
        while (n < 8 && (at += below(3)) < end) {
            a[n] = (struct area){.start = at, .end = at + 1 + below(3), .birth = ++made, .name = ""};
            if (a[n].end > end)
                a[n].end = end;
            for (; at < a[n].end; at++)
                owner[at] = made;
            n++;
        }
        apply(&p, start, end, a, n);
        ck_assert(picture_list(&p));
        for (unsigned i = 0; same && i < PAGES; i++) {
            if (k < p.n && p.area[k].end == i)
                k++;
            same = owner[i] == (k < p.n && p.area[k].start <= i && i < p.area[k].end ? p.area[k].birth : 0);
        }
        ck_assert_msg(same, "after change %u", c);
        ck_assert_uint_eq(p.n, p.count);
        if (c % 1000 == 999) {
            picture_clear(&p);
            memset(owner, 0, sizeof(owner));
        }
    }
    picture_free(&p);
}
END_TEST

static unsigned depth(const struct picture_node *t)
{
    unsigned l = t ? depth(t->left) : 0, r = t ? depth(t->right) : 0;

    return t ? 1 + (l > r ? l : r) : 0;
}

/* A change costs no more than the tree is deep: not much for many areas, in whatever order they come. */
START_TEST(many_areas)
{
    for (unsigned order = 0; order < 3; order++) {
        const uint64_t n = 100000, factor[] = {1, 7919, n - 1};
        struct picture p = {0};

        for (uint64_t i = 0; i < n; i++) {
            uint64_t at = 2 * (i * factor[order] % n);

            apply(&p, at, at + 1, &(struct area){.start = at, .end = at + 1, .name = ""}, 1);
        }
        ck_assert(picture_list(&p));
        ck_assert_uint_eq(p.n, n);
        ck_assert_uint_lt(depth(p.root), 60);
        picture_free(&p);
    }
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("picture");

    tcase_add_test(tc, nothing);
    tcase_add_test(tc, any_changes);
    tcase_add_test(tc, many_areas);
    return run_suite("picture", tc, NULL);
}
