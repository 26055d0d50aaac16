/* Frames: references, recycling, and who is told when code goes. */
#include "run_suite.h"

#include <mseal-emu/mm.h>

#include <check.h>
#include <string.h>

static struct physmem pm;
static uint64_t told;

static void code_changed(void *ctx, uint64_t paddr, uint64_t len)
{
    told = paddr;
    ck_assert_uint_eq(len, MM_PAGE_SIZE);
}

static void setup(void)
{
    memset(&pm, 0, sizeof(pm));
    pm.code_changed = code_changed;
    told = 0;
    ck_assert_int_eq(physmem_init(&pm, 1 << 20), 0);
}

static void teardown(void)
{
    physmem_destroy(&pm);
}

static bool all_zero(pfn_t pfn)
{
    const char *p = frame_ptr(&pm, pfn);

    return !*p && !memcmp(p, p + 1, MM_PAGE_SIZE - 1);
}

START_TEST(exhausts_and_recovers)
{
    static pfn_t got[256];
    unsigned n = 0;

    while ((got[n] = physmem_alloc(&pm)) != PFN_NONE) {
        ck_assert(all_zero(got[n]));
        memset(frame_ptr(&pm, got[n]), 0xa5, MM_PAGE_SIZE);
        n++;
    }
    ck_assert_uint_eq(n, 255); /* all but the zero page */
    ck_assert_uint_eq(pm.nfree, 0);
    for (unsigned i = 0; i < n; i++)
        frame_put(&pm, got[i]);
    ck_assert_uint_eq(pm.nfree, 255);
    for (unsigned i = 0; i < n; i++)
        ck_assert(all_zero(physmem_alloc(&pm)));
    ck_assert_uint_eq(physmem_alloc(&pm), PFN_NONE);
}
END_TEST

START_TEST(references)
{
    pfn_t a = physmem_alloc(&pm);

    frame_get(&pm, a);
    frame_put(&pm, a);
    ck_assert_uint_eq(pm.nfree, 254);
    frame_put(&pm, a);
    ck_assert_uint_eq(pm.nfree, 255);
    frame_get(&pm, 0); /* the zero page is not counted */
    frame_put(&pm, 0);
    frame_put(&pm, 0);
    ck_assert_uint_eq(pm.nfree, 255);
}
END_TEST

START_TEST(nodes_pay_from_the_same_purse)
{
    unsigned n = 0;

    while (physmem_charge(&pm, false))
        n++;
    ck_assert_uint_eq(n, 255);
    ck_assert_uint_eq(physmem_alloc(&pm), PFN_NONE);
    ck_assert(physmem_charge(&pm, true));
    physmem_uncharge(&pm); /* the debt first */
    ck_assert_uint_eq(physmem_alloc(&pm), PFN_NONE);
    physmem_uncharge(&pm);
    ck_assert_uint_ne(physmem_alloc(&pm), PFN_NONE);
}
END_TEST

START_TEST(code_is_told_when_reused_or_written)
{
    pfn_t a = physmem_alloc(&pm);

    frame_written(&pm, a);
    ck_assert_uint_eq(told, 0);
    pm.frames[a].flags |= FRAME_EXEC;
    frame_written(&pm, a);
    ck_assert_uint_eq(told, (uint64_t)a << 12);
    told = 0;
    frame_put(&pm, a);
    ck_assert_uint_eq(told, 0);
    ck_assert_uint_eq(physmem_alloc(&pm), a);
    ck_assert_uint_eq(told, (uint64_t)a << 12);
    told = 0;
    frame_put(&pm, a);
    ck_assert_uint_eq(physmem_alloc(&pm), a);
    ck_assert_uint_eq(told, 0);
}
END_TEST

START_TEST(much_freed_goes_back_to_the_host)
{
    enum { N = 20000 };
    static pfn_t got[N];

    physmem_destroy(&pm);
    ck_assert_int_eq(physmem_init(&pm, (N + 10) * MM_PAGE_SIZE), 0);
    for (int i = 0; i < N; i++) {
        got[i] = physmem_alloc(&pm);
        memset(frame_ptr(&pm, got[i]), 1, 8);
    }
    for (int i = 0; i < N; i++)
        frame_put(&pm, got[i]);
    ck_assert_uint_eq(pm.nwarm, N - 16384);
    ck_assert_uint_eq(pm.nfree, N + 9);
    for (int i = 0; i < N; i++)
        ck_assert(all_zero(physmem_alloc(&pm)));
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("phys");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_test(tc, exhausts_and_recovers);
    tcase_add_test(tc, references);
    tcase_add_test(tc, nodes_pay_from_the_same_purse);
    tcase_add_test(tc, code_is_told_when_reused_or_written);
    tcase_add_test(tc, much_freed_goes_back_to_the_host);
    return run_suite("phys", tc, NULL);
}
