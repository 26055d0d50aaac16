/* The page table against a plain array, several tables sharing nodes by fork. */
#include "pagetable.h"
#include "pt_node.h"
#include "run_suite.h"

#include <check.h>
#include <errno.h>
#include <string.h>

enum { TABLES = 4, PAGES = 4096 };

static struct physmem pm;
static struct pagetable pt[TABLES];
static pte_t model[TABLES][PAGES]; /* frame number | marker bits, as in the table */
static bool alive[TABLES];
static uint64_t seed;

static uint64_t rnd(uint64_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % n;
}

/* Pages of the model lie around three corners, so that leaves, 1 GiB and 512 GiB boundaries are crossed. */
static uint64_t page_addr(unsigned i)
{
    static const uint64_t corner[4] = {0x400000, 0x40000000 - 512 * 4096, 0x8000000000 - 512 * 4096,
                                       0x7fffffffe000 - 1023 * 4096ull};

    return corner[i / 1024] + (uint64_t)(i % 1024) * 4096;
}

static int count_entry(void *ctx, uint64_t addr, pte_t e)
{
    ++*(unsigned *)ctx;
    return 0;
}

static bool keep_guard(void *ctx, uint64_t addr, pte_t e)
{
    return e & PTE_GUARD;
}

static void compare(int t)
{
    unsigned want = 0, got = 0;

    for (unsigned i = 0; i < PAGES; i++) {
        ck_assert_msg(pt_get(&pt[t], page_addr(i)) == model[t][i], "table %d page %u", t, i);
        want += model[t][i] != 0;
    }
    pt_walk(&pt[t], 0, UINT64_MAX, count_entry, &got);
    ck_assert_uint_eq(got, want);
}

/* References of every frame: how many LEAVES show it is unknown to the model, but free ones and lost ones are
 * not. */
static void check_frames(void)
{
    static unsigned char seen[8192];

    memset(seen, 0, sizeof(seen));
    for (int t = 0; t < TABLES; t++)
        for (unsigned i = 0; alive[t] && i < PAGES; i++)
            if (model[t][i] & PTE_PRESENT)
                seen[pte_pfn(model[t][i])]++;
    for (pfn_t f = 1; f < pm.fresh; f++) {
        uint32_t refs = pm.frames[f].refs;

        ck_assert_msg(!seen[f] == !refs && refs <= seen[f], "frame %u: %u of %u", f, refs, seen[f]);
    }
}

static void set_page(int t, unsigned i, pte_t e)
{
    pte_t *slot = pt_slot(&pt[t], page_addr(i));

    ck_assert_ptr_nonnull(slot);
    if (*slot & PTE_PRESENT)
        frame_put(&pm, pte_pfn(*slot));
    *slot = model[t][i] = e;
    if (e & PTE_PRESENT) {
        unsigned owners = 0;

        for (int u = 0; u < TABLES; u++)
            owners += alive[u] && model[u][i] == e;
        ck_assert_uint_eq(owners, 1);
        ck_assert(pt_exclusive(&pt[t], page_addr(i)));
    }
}

static void clear_pages(int t, bool keep)
{
    unsigned corner = rnd(4) * 1024, lo = rnd(1024), n = 1 + rnd(1024 - lo);

    if (rnd(3))
        n = 1 + rnd(n < 8 ? n : 8);
    pt_clear(&pt[t], page_addr(corner + lo), page_addr(corner + lo + n - 1) + 4096, keep ? keep_guard : NULL,
             NULL);
    for (unsigned i = corner + lo; i < corner + lo + n; i++)
        if (!keep || !(model[t][i] & PTE_GUARD))
            model[t][i] = 0;
}

static void move_pages(int t)
{
    unsigned a = rnd(4) * 1024, b = rnd(4) * 1024, n = 1 + rnd(600), from = rnd(1024 - n), to = rnd(1024 - n);

    if (!rnd(3) && a != b) /* whole leaves */
        from = to = 0, n = 1024;
    if (a == b && from < to + n && to < from + n)
        return;
    pt_clear(&pt[t], page_addr(b + to), page_addr(b + to + n - 1) + 4096, NULL, NULL);
    ck_assert_int_eq(pt_move(&pt[t], page_addr(a + from), page_addr(b + to), (uint64_t)n * 4096), 0);
    memcpy(&model[t][b + to], &model[t][a + from], n * sizeof(pte_t));
    memset(&model[t][a + from], 0, n * sizeof(pte_t));
}

START_TEST(random_against_array)
{
    seed = _i + 1;
    memset(&pm, 0, sizeof(pm));
    ck_assert_int_eq(physmem_init(&pm, 32 << 20), 0);
    memset(model, 0, sizeof(model));
    memset(alive, 0, sizeof(alive));
    for (int t = 0; t < TABLES; t++)
        pt_init(&pt[t], &pm);
    alive[0] = true;
    for (int step = 0; step < 3000; step++) {
        int t = rnd(TABLES), u = rnd(TABLES);
        unsigned i = rnd(PAGES);

        if (!alive[t])
            continue;
        switch (rnd(12)) {
        case 0:
            if (t == u)
                break;
            pt_destroy(&pt[u]);
            alive[u] = rnd(4);
            if (alive[u])
                pt_share(&pt[u], &pt[t]);
            memcpy(model[u], model[t], sizeof(model[u]));
            if (!alive[u])
                memset(model[u], 0, sizeof(model[u]));
            break;
        case 1:
            clear_pages(t, true);
            break;
        case 2:
            clear_pages(t, false);
            break;
        case 3:
            move_pages(t);
            break;
        case 4:
            set_page(t, i, PTE_GUARD);
            break;
        default:
            if (rnd(2)) /* neighbours */
                i = (i & ~63u) % 256;
            set_page(t, i, pte_make(physmem_alloc(&pm), PTE_PRESENT | PTE_ANON));
            break;
        }
        if (step % 100 == 0) {
            compare(t);
            check_frames();
        }
    }
    for (int t = 0; t < TABLES; t++) {
        compare(t);
        pt_destroy(&pt[t]);
        ck_assert_uint_eq(pt[t].nodes, 0);
    }
    ck_assert_uint_eq(pm.nfree, pm.nframes - 1); /* no frame and no node was lost */
    physmem_destroy(&pm);
}
END_TEST

START_TEST(exclusive_after_the_other_side_went)
{
    struct pagetable a, b;

    memset(&pm, 0, sizeof(pm));
    ck_assert_int_eq(physmem_init(&pm, 1 << 20), 0);
    pt_init(&a, &pm);
    pt_init(&b, &pm);
    *pt_slot(&a, 0x1000) = pte_make(physmem_alloc(&pm), PTE_PRESENT | PTE_ANON);
    ck_assert(pt_exclusive(&a, 0x1000));
    pt_share(&b, &a);
    ck_assert(!pt_exclusive(&a, 0x1000));
    ck_assert(!pt_exclusive(&b, 0x1000));
    pt_destroy(&a);
    ck_assert(pt_exclusive(&b, 0x1000));
    pt_destroy(&b);
    physmem_destroy(&pm);
}
END_TEST

START_TEST(out_of_memory)
{
    struct pagetable a;
    pfn_t pfn;

    memset(&pm, 0, sizeof(pm));
    ck_assert_int_eq(physmem_init(&pm, 1 << 20), 0);
    pt_init(&a, &pm);
    pfn = physmem_alloc(&pm);
    *pt_slot(&a, 0x1000) = pte_make(pfn, PTE_PRESENT | PTE_ANON);
    while (physmem_charge(&pm, false))
        ;
    ck_assert_ptr_null(pt_slot(&a, 0x40000000));
    ck_assert_int_eq(pt_move(&a, 0, 0x8000000000, 2 << 20), -ENOMEM);
    ck_assert_uint_eq(pte_pfn(pt_get(&a, 0x1000)), pfn);
    ck_assert_ptr_null(pt_slot(&a, UINT64_C(1) << 47));
    pt_destroy(&a);
    physmem_destroy(&pm);
}
END_TEST

static bool in_order(const struct pagetable *a)
{
    FILE *nowhere = fopen("/dev/null", "we");
    bool ok;

    ck_assert_ptr_nonnull(nowhere);
    ok = !pt_check(a, nowhere);
    fclose(nowhere);
    return ok;
}

/* What pt_check() is there for: entries nobody knows of, nodes miscounted, a node without references. */
START_TEST(check_finds_what_is_broken)
{
    static const unsigned slots[] = {0, 1, PT_GROUP - 1, PT_GROUP, PT_SLOTS / 2 + 3, PT_SLOTS - 1};
    struct pagetable a;
    struct pt_node *leaf;

    memset(&pm, 0, sizeof(pm));
    ck_assert_int_eq(physmem_init(&pm, 1 << 20), 0);
    pt_init(&a, &pm);
    leaf = pt_own_node(&a, 0x40000000, 0);
    ck_assert_ptr_nonnull(leaf);
    ck_assert(in_order(&a));
    for (size_t i = 0; i < sizeof(slots) / sizeof(*slots); i++) {
        unsigned seen = 0;

        leaf->pte[slots[i]] = PTE_GUARD;
        ck_assert_msg(!in_order(&a), "slot %u", slots[i]);
        *leaf_slot(leaf, slots[i] * MM_PAGE_SIZE) = PTE_GUARD;
        ck_assert(in_order(&a));
        pt_walk(&a, 0, UINT64_MAX, count_entry, &seen);
        ck_assert_uint_eq(seen, 1);
        leaf->pte[slots[i]] = 0;
        leaf->used = 0;
    }
    a.root->used++;
    ck_assert(!in_order(&a));
    a.root->used--;
    a.nodes++;
    ck_assert(!in_order(&a));
    a.nodes--;
    a.root->child[PT_SLOTS - 1] = pt_own_node(&a, 0x40000000, 2);
    ck_assert(!in_order(&a));
    a.root->child[PT_SLOTS - 1] = NULL;
    leaf->refs = 0;
    ck_assert(!in_order(&a));
    leaf->refs = 1;
    ck_assert(in_order(&a));
    pt_destroy(&a);
    physmem_destroy(&pm);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("pagetable");

    tcase_add_loop_test(tc, random_against_array, 0, 8);
    tcase_add_test(tc, exclusive_after_the_other_side_went);
    tcase_add_test(tc, out_of_memory);
    tcase_add_test(tc, check_finds_what_is_broken);
    return run_suite("pagetable", tc, NULL);
}
