/*
 * test_vma_tree.c - the VMA tree against a sorted array.
 *
 * A few plain facts first, then random splices on a tree and on an array side by side, while snapshots of the
 * tree are kept and must not change, and while memory is refused now and then.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vma_node.h"
#include "run_suite.h"

#define PAGE  MM_PAGE_SIZE
#define LO    (16 * PAGE)
#define HI    (UINT64_C(1) << 32)
#define GUARD (256 * PAGE)

/* The tree counts references and looks at nothing else of a file. */
struct mm_file *mm_file_get(struct mm_file *f)
{
    f->refs++;
    return f;
}

void mm_file_put(struct mm_file *f)
{
    ck_assert_uint_gt(f->refs, 0);
    f->refs--;
}

static uint64_t rng_state;

static uint64_t rnd(uint64_t below)
{
    rng_state ^= rng_state << 13;
    rng_state ^= rng_state >> 7;
    rng_state ^= rng_state << 17;
    return rng_state % below;
}

static struct vma area(uint64_t first_page, uint64_t pages)
{
    return (struct vma){.start = first_page * PAGE, .end = (first_page + pages) * PAGE, .pgoff = first_page};
}

static void check_tree(const struct vma_tree *t)
{
    ck_assert_int_eq(vma_tree_check(t, stderr), 0);
}

/* --- plain facts --------------------------------------------------------------------------------- */

START_TEST(empty_tree)
{
    struct vma_tree t, s;
    struct vma_iter it;

    vma_tree_init(&t, LO, HI);
    vma_tree_snapshot(&s, &t);
    ck_assert_ptr_null(vma_tree_find(&t, 0));
    ck_assert_ptr_null(vma_tree_edit(&t, LO));
    vma_iter_init(&it, &t, 0);
    ck_assert_ptr_null(vma_iter_next(&it));
    ck_assert_ptr_null(vma_iter_prev(&it));
    ck_assert_uint_eq(vma_tree_gap_up(&t, 0, UINT64_MAX, PAGE, GUARD), LO);
    ck_assert_uint_eq(vma_tree_gap_down(&t, 0, UINT64_MAX, PAGE, GUARD), HI - PAGE);
    ck_assert_uint_eq(vma_tree_gap_up(&t, 0, UINT64_MAX, HI - LO, GUARD), LO);
    ck_assert_uint_eq(vma_tree_gap_up(&t, 0, UINT64_MAX, HI - LO + PAGE, GUARD), MM_NO_GAP);
    ck_assert_int_eq(vma_tree_splice(&t, LO, HI, NULL, 0), 0);
    ck_assert_uint_eq(t.count, 0);
    check_tree(&t);
    vma_tree_destroy(&s);
    vma_tree_destroy(&t);
}
END_TEST

START_TEST(find_and_neighbours)
{
    struct vma v[3] = {area(100, 10), area(110, 5), area(200, 1)};
    const struct vma *found;
    struct vma_tree t;

    vma_tree_init(&t, LO, HI);
    ck_assert_int_eq(vma_tree_splice(&t, v[0].start, v[2].end, v, 3), 0);
    ck_assert_uint_eq(t.count, 3);
    found = vma_tree_find(&t, 0);
    ck_assert_uint_eq(found->start, v[0].start);
    ck_assert_ptr_null(vma_tree_prev(&t, found));
    ck_assert_ptr_eq(vma_tree_find(&t, v[0].end - 1), found);
    found = vma_tree_next(&t, found);
    ck_assert_uint_eq(found->start, v[1].start);
    ck_assert_ptr_eq(vma_tree_find(&t, v[1].start), found);
    ck_assert_uint_eq(vma_tree_find(&t, v[1].end)->start, v[2].start);
    ck_assert_uint_eq(vma_tree_prev(&t, found)->start, v[0].start);
    found = vma_tree_next(&t, found);
    ck_assert_uint_eq(found->start, v[2].start);
    ck_assert_ptr_null(vma_tree_next(&t, found));
    ck_assert_ptr_null(vma_tree_find(&t, v[2].end));
    ck_assert_ptr_null(vma_tree_find(&t, UINT64_MAX));
    vma_tree_destroy(&t);
}
END_TEST

START_TEST(snapshot_stays)
{
    struct vma v = area(100, 10), w = area(104, 1);
    struct vma_tree t, s;

    vma_tree_init(&t, LO, HI);
    vma_tree_splice(&t, v.start, v.end, &v, 1);
    vma_tree_snapshot(&s, &t);
    vma_tree_edit(&t, v.start)->flags = VM_READ;
    ck_assert_uint_eq(vma_tree_find(&s, 0)->flags, 0);
    ck_assert_uint_eq(vma_tree_find(&t, 0)->flags, VM_READ);
    vma_tree_splice(&t, v.start, v.end, &w, 1);
    ck_assert_uint_eq(vma_tree_find(&s, 0)->end, v.end);
    vma_tree_destroy(&t);
    ck_assert_uint_eq(vma_tree_find(&s, 0)->end, v.end);
    check_tree(&s);
    vma_tree_destroy(&s);
}
END_TEST

START_TEST(guard_gap_is_kept)
{
    struct vma v[2] = {area(1000, 10), area(2000, 10)};
    struct vma_tree t;

    v[1].flags = VM_GROWSDOWN;
    vma_tree_init(&t, LO, HI);
    vma_tree_splice(&t, v[0].start, v[1].end, v, 2);
    /* downwards from the stack: its guard gap, then the highest room below it */
    ck_assert_uint_eq(vma_tree_gap_down(&t, 0, v[1].end, PAGE, GUARD), v[1].start - GUARD - PAGE);
    ck_assert_uint_eq(vma_tree_gap_down(&t, 0, v[1].end, 734 * PAGE, GUARD), v[0].end);
    ck_assert_uint_eq(vma_tree_gap_down(&t, 0, v[1].end, 735 * PAGE, GUARD), v[0].start - 735 * PAGE);
    /* a limit inside the guard gap does not hide the stack */
    ck_assert_uint_eq(vma_tree_gap_down(&t, 0, v[1].start - PAGE, PAGE, GUARD), v[1].start - GUARD - PAGE);
    ck_assert_uint_eq(vma_tree_gap_up(&t, v[0].start, HI, 734 * PAGE, GUARD), v[0].end);
    ck_assert_uint_eq(vma_tree_gap_up(&t, v[0].start, HI, 735 * PAGE, GUARD), v[1].end);
    vma_tree_destroy(&t);
}
END_TEST

static unsigned count_leaves(const struct vma_tree *t)
{
    struct vma_iter it;
    unsigned leaves = 0;
    void *leaf = NULL;

    vma_iter_init(&it, t, 0);
    while (vma_iter_next(&it)) {
        leaves += it.leaf[0] != leaf;
        leaf = it.leaf[0];
    }
    return leaves;
}

/*
 * Growing runs must fill the nodes, upwards, downwards and in the middle, but not to the brim: that one VMA of each leaf
 * becomes three must not cut every leaf in two.
 */
START_TEST(runs_fill_nodes)
{
    enum { N = 20000 };

    for (int way = 0; way < 3; way++) {
        struct vma ends[2] = {area(20, 1), area(900000, 1)};
        struct vma_tree t;
        unsigned leaves;

        vma_tree_init(&t, LO, HI);
        if (way == 2)
            vma_tree_splice(&t, ends[0].start, ends[1].end, ends, 2);
        for (uint64_t i = 0; i < N; i++) {
            struct vma v = area(way ? 100000 - 2 * i : 100 + 2 * i, 1);

            ck_assert_int_eq(vma_tree_splice(&t, v.start, v.end, &v, 1), 0);
        }
        check_tree(&t);
        leaves = count_leaves(&t);
        ck_assert_uint_lt(leaves, N / VMA_FANOUT * 5 / 4);
        for (uint64_t i = 1; i + 1 < N; i += VMA_FANOUT) {
            uint64_t page = way ? 100000 - 2 * i : 100 + 2 * i;
            struct vma before = area(page - 1, 1), after = area(page + 1, 1);

            ck_assert_int_eq(vma_tree_splice(&t, before.start, before.end, &before, 1), 0);
            ck_assert_int_eq(vma_tree_splice(&t, after.start, after.end, &after, 1), 0);
        }
        check_tree(&t);
        ck_assert_uint_eq(count_leaves(&t), leaves);
        vma_tree_destroy(&t);
    }
}
END_TEST

/* --- against a sorted array ---------------------------------------------------------------------- */

#define SPACE_PAGES 8000 /* small enough that VMAs touch, and for three levels of nodes */
#define MAX_VMAS    9600 /* a VMA may begin in the last page and be some hundred pages long */
#define NR_SNAPS    6
#define NR_FILES    3

struct model {
    unsigned n;
    struct vma v[MAX_VMAS];
};

static struct vm_object objects[NR_FILES];
static struct mm_file files[NR_FILES];

static unsigned model_slot(const struct model *m, uint64_t addr)
{
    unsigned lo = 0, hi = m->n;

    while (lo < hi) {
        unsigned mid = (lo + hi) / 2;
        if (m->v[mid].end > addr)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

static void model_splice(struct model *m, uint64_t start, uint64_t end, const struct vma *with, unsigned n)
{
    unsigned a = model_slot(m, start), b = a;

    while (b < m->n && m->v[b].start < end)
        b++;
    memmove(m->v + a + n, m->v + b, (m->n - b) * sizeof(*m->v));
    if (n)
        memcpy(m->v + a, with, n * sizeof(*with));
    m->n += n - (b - a);
}

/* Every gap between VMAs in order; the answers to both searches by trying them all, the way Linux defines
 * them. */
static uint64_t model_gap(const struct model *m, bool up, uint64_t lo, uint64_t hi, uint64_t len)
{
    for (unsigned k = 0; k <= m->n; k++) {
        unsigned i = up ? k : m->n - k; /* the gap below VMA i */
        uint64_t a = i ? m->v[i - 1].end : LO, b = i < m->n ? m->v[i].start : HI;
        const struct vma *next = i < m->n ? &m->v[i] : NULL;
        uint64_t guard = next && (next->flags & VM_GROWSDOWN)
                             ? next->start - (next->start < GUARD ? next->start : GUARD)
                             : HI;

        a = a > lo ? a : lo;
        b = b < hi ? b : hi;
        if (a >= b || b - a < len)
            continue;
        if (up && guard < a + len) {
            lo = next->end > lo ? next->end : lo;
            continue;
        }
        if (up)
            return a;
        if (guard < b) {
            hi = guard;
            k--; /* the same gap again, if something is left of it */
            continue;
        }
        return b - len;
    }
    return MM_NO_GAP;
}

static void compare(const struct vma_tree *t, const struct model *m)
{
    struct vma_iter it;
    const struct vma *v;

    check_tree(t);
    ck_assert_uint_eq(t->count, m->n);
    vma_iter_init(&it, t, 0);
    for (unsigned i = 0; i < m->n; i++) {
        v = vma_iter_next(&it);
        ck_assert_ptr_nonnull(v);
        ck_assert_int_eq(memcmp(v, &m->v[i], sizeof(*v)), 0);
    }
    ck_assert_ptr_null(vma_iter_next(&it));
    for (unsigned i = m->n; i-- > 0;)
        ck_assert_uint_eq(vma_iter_prev(&it)->start, m->v[i].start);
    ck_assert_ptr_null(vma_iter_prev(&it));
}

/* [start, end) is free, or lies in one VMA. */
static void look_beside(const struct vma_tree *t, const struct model *m, uint64_t start, uint64_t end)
{
    unsigned before = model_slot(m, start - 1), after = model_slot(m, end);
    bool is_before = before < m->n && m->v[before].end == start;
    bool is_after = after < m->n && m->v[after].start == end;
    const struct vma *prev, *next;

    vma_tree_adjacent(t, start, end, &prev, &next);
    ck_assert_uint_eq(prev ? prev->start : 0, is_before ? m->v[before].start : 0);
    ck_assert_uint_eq(next ? next->start : 0, is_after ? m->v[after].start : 0);
}

static void look_around(const struct vma_tree *t, const struct model *m)
{
    uint64_t addr = LO + rnd((SPACE_PAGES + 20) * PAGE), len = (1 + rnd(1u << rnd(12))) * PAGE, lo, hi;
    const struct vma *v = vma_tree_find(t, addr);
    unsigned i = model_slot(m, addr);
    struct vma_iter it;

    ck_assert_int_eq(!v, i == m->n);
    vma_iter_init(&it, t, addr);
    ck_assert_ptr_eq(vma_iter_next(&it), v);
    if (v) {
        const struct vma *prev = vma_tree_prev(t, v), *next = vma_tree_next(t, v);

        ck_assert_int_eq(memcmp(v, &m->v[i], sizeof(*v)), 0);
        ck_assert_uint_eq(prev ? prev->start : 0, i ? m->v[i - 1].start : 0);
        ck_assert_uint_eq(next ? next->start : 0, i + 1 < m->n ? m->v[i + 1].start : 0);
        look_beside(t, m, v->start, v->end);
        look_beside(t, m, v->start, v->start + PAGE);
        look_beside(t, m, v->end - PAGE, v->end);
        if (i && m->v[i - 1].end < v->start)
            look_beside(t, m, m->v[i - 1].end, v->start);
    }
    lo = rnd(2) ? 0 : LO + rnd(SPACE_PAGES) * PAGE;
    hi = rnd(2) ? HI : LO + rnd(SPACE_PAGES) * PAGE;
    ck_assert_uint_eq(vma_tree_gap_up(t, lo, hi, len, GUARD), model_gap(m, true, lo, hi, len));
    ck_assert_uint_eq(vma_tree_gap_down(t, lo, hi, len, GUARD), model_gap(m, false, lo, hi, len));
}

/* VMAs with holes between some, filling [start, end). */
static unsigned make_vmas(uint64_t start, uint64_t end, struct vma *out, unsigned max)
{
    uint64_t mean = 1 + rnd(6);
    unsigned n = 0;

    while (start < end && n < max) {
        uint64_t len = (1 + rnd(mean)) * PAGE;

        len = len < end - start ? len : end - start;
        if (rnd(4)) {
            out[n] =
                (struct vma){.start = start, .end = start + len, .pgoff = rnd(1000), .birth = rnd(1u << 30)};
            out[n].flags = rnd(50) ? VM_READ : VM_GROWSDOWN;
            out[n].file = rnd(3) ? NULL : &files[rnd(NR_FILES)];
            n++;
        }
        start += len;
    }
    return n;
}

static void random_splice(struct vma_tree *t, struct model *m, uint64_t span, bool failing)
{
    static struct vma with[MAX_VMAS];
    uint64_t start = LO + rnd(SPACE_PAGES) * PAGE, end = start + (1 + rnd(span)) * PAGE;
    unsigned a = model_slot(m, start), b, n;

    if (a < m->n && m->v[a].start < start)
        start = m->v[a].start; /* whole VMAs only */
    b = model_slot(m, end);
    if (b < m->n && m->v[b].start < end)
        end = m->v[b].end;
    n = rnd(3) ? make_vmas(start, end, with, MAX_VMAS) : 0;
    if (!failing) {
        ck_assert_int_eq(vma_tree_splice(t, start, end, with, n), 0);
    } else {
        ck_assert_int_eq(vma_tree_limit_memory(t, 0), 0);
        int err = vma_tree_splice(t, start, end, with, n);
        vma_tree_limit_memory(t, UINT64_MAX);
        ck_assert(err == 0 || err == -ENOMEM);
        if (err) {
            compare(t, m);
            return;
        }
    }
    model_splice(m, start, end, with, n);
}

static void random_edit(struct vma_tree *t, struct model *m)
{
    uint64_t addr = LO + rnd(SPACE_PAGES) * PAGE;
    unsigned i = model_slot(m, addr);
    struct vma *v = vma_tree_edit(t, addr);

    ck_assert_int_eq(!!v, i < m->n && m->v[i].start <= addr);
    if (v)
        v->seal = m->v[i].seal = rnd(1000);
}

START_TEST(random_against_array)
{
    static struct model m, kept[NR_SNAPS];
    struct vma_tree t, snap[NR_SNAPS];
    rng_state = 0x9e3779b97f4a7c15 + _i;
    for (unsigned i = 0; i < NR_FILES; i++) {
        objects[i] = (struct vm_object){.refs = 1};
        files[i] = (struct mm_file){.obj = &objects[i], .refs = 1};
    }
    m.n = 0;
    vma_tree_init(&t, LO, HI);
    for (unsigned i = 0; i < NR_SNAPS; i++) {
        vma_tree_snapshot(&snap[i], &t);
        kept[i].n = 0;
    }
    for (unsigned step = 0; step < 2500; step++) {
        uint64_t span = step % 500 < 6 ? SPACE_PAGES / 8 : step % 7 ? 6 : 400;

        random_splice(&t, &m, span, rnd(8) == 0);
        if (rnd(4) == 0)
            random_edit(&t, &m);
        for (unsigned k = 0; k < 2; k++)
            look_around(&t, &m);
        if (rnd(40) == 0) {
            unsigned i = rnd(NR_SNAPS);

            compare(&snap[i], &kept[i]);
            vma_tree_destroy(&snap[i]);
            vma_tree_snapshot(&snap[i], &t);
            memcpy(&kept[i], &m, offsetof(struct model, v) + m.n * sizeof(m.v[0]));
        }
        if (step % 50 == 0)
            compare(&t, &m);
    }
    compare(&t, &m);
    for (unsigned i = 0; i < NR_SNAPS; i++) {
        compare(&snap[i], &kept[i]);
        vma_tree_destroy(&snap[i]);
    }
    /* taking everything out piece by piece passes through every height */
    while (m.n) {
        uint64_t start = m.v[0].start, end = m.v[m.n > 40 ? rnd(40) : rnd(m.n)].end;

        ck_assert_int_eq(vma_tree_splice(&t, start, end, NULL, 0), 0);
        model_splice(&m, start, end, NULL, 0);
        check_tree(&t);
    }
    ck_assert_uint_eq(t.height, 0);
    vma_tree_destroy(&t);
    for (unsigned i = 0; i < NR_FILES; i++) {
        ck_assert_uint_eq(files[i].refs, 1);
        ck_assert_uint_eq(objects[i].nr_vmas, 0);
    }
}
END_TEST

/* Out of memory while everything is shared with a snapshot: nothing changes, and it works once there is
 * memory. */
START_TEST(refused_memory)
{
    static struct vma v[5000];
    struct vma_tree t, s[64];
    unsigned refused = 0, n = 0;

    for (unsigned i = 0; i < 5000; i++)
        v[i] = area(100 + 2 * i, 1);
    vma_tree_init(&t, LO, HI);
    ck_assert_int_eq(vma_tree_limit_memory(&t, 0), 0);
    ck_assert_int_eq(vma_tree_splice(&t, v[0].start, v[4999].end, v, 5000), -ENOMEM);
    ck_assert_uint_eq(t.count, 0);
    vma_tree_limit_memory(&t, UINT64_MAX);
    ck_assert_int_eq(vma_tree_splice(&t, v[0].start, v[4999].end, v, 5000), 0);
    vma_tree_limit_memory(&t, 0);
    for (n = 0; n < 64 && !refused; n++) {
        vma_tree_snapshot(&s[n], &t);
        for (unsigned i = 0; i < 5000 && !refused; i += 40) {
            struct vma *e = vma_tree_edit(&t, v[i].start);

            refused = !e;
            ck_assert(e || vma_tree_splice(&t, v[i].start, v[i].end, NULL, 0) == -ENOMEM);
            if (e)
                e->seal = n + 1;
        }
        check_tree(&t);
    }
    ck_assert_uint_eq(refused, 1);
    ck_assert_uint_eq(t.count, 5000);
    for (unsigned i = 0; i < n; i++) {
        check_tree(&s[i]);
        ck_assert_uint_eq(vma_tree_find(&s[i], v[0].start)->seal, i);
        vma_tree_destroy(&s[i]);
    }
    vma_tree_limit_memory(&t, UINT64_MAX);
    ck_assert_int_eq(vma_tree_splice(&t, v[0].start, v[0].end, NULL, 0), 0);
    check_tree(&t);
    vma_tree_destroy(&t);
}
END_TEST

int main(void)
{
    TCase *facts = tcase_create("facts"), *random = tcase_create("random");

    tcase_add_test(facts, empty_tree);
    tcase_add_test(facts, find_and_neighbours);
    tcase_add_test(facts, snapshot_stays);
    tcase_add_test(facts, guard_gap_is_kept);
    tcase_add_test(facts, runs_fill_nodes);
    tcase_add_test(facts, refused_memory);
    tcase_add_loop_test(random, random_against_array, 0, 5);
    return run_suite("vma_tree", facts, random, NULL);
}
