/* test_table.c - the system call table: complete, in order, and every argument type means something. */
#include "../../syscalls/handlers.h"
#include "../../syscalls/trace/print.h"
#include "run_suite.h"

#include <check.h>
#include <string.h>
#include <sys/syscall.h>

START_TEST(test_complete)
{
    /* Linux 6.18 has 0..336 and 424..469, without holes */
    for (unsigned nr = 0; nr < SYS_MAX; nr++) {
        bool exists = nr <= 336 || (nr >= 424 && nr <= 469);

        ck_assert_msg(!!sys_row(nr) == exists, "number %u", nr);
        if (exists)
            ck_assert_uint_eq(sys_row(nr)->nr, nr);
    }
    ck_assert_ptr_null(sys_row(SYS_MAX));
    ck_assert_ptr_null(sys_row(UINT32_MAX));
}
END_TEST

START_TEST(test_names)
{
    static const struct {
        const char *name;
        unsigned nr;
    } some[] = {{"read", SYS_read},     {"mmap", SYS_mmap},
                {"clone3", SYS_clone3}, {"futex_waitv", 449},
                {"mseal", 462},         {"exit_group", SYS_exit_group},
                {"statx", SYS_statx},   {"pkey_mprotect", SYS_pkey_mprotect},
                {"rseq", 334}};

    for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
        const struct sys_row *row = sys_row_by_name(some[i].name);

        ck_assert_ptr_nonnull(row);
        ck_assert_uint_eq(row->nr, some[i].nr);
    }
    ck_assert_ptr_null(sys_row_by_name("no_such_call"));
}
END_TEST

START_TEST(test_types)
{
    /* structures that strace shows as an address and we do not look into yet */
    static const char *const plain[] = {"cap_header", "mincore",    "msghdr", "sembuf",
                                        "nodemask",   "sched_attr", NULL};
    struct sig sig;

    for (unsigned nr = 0; nr < SYS_MAX; nr++) {
        const struct sys_row *row = sys_row(nr);
        int allowed = 0;

        if (!row)
            continue;
        for (int i = 0; plain[i]; i++)
            for (const char *p = row->sig; (p = strstr(p, plain[i])); p++)
                allowed++;
        ck_assert_msg(sig_parse(&sig, row->sig) <= allowed, "%s: \"%s\"", row->name, row->sig);
    }
    for (const struct variant_set *set = variant_sets; set->name; set++)
        for (const struct variant *v = set->v;; v++) {
            ck_assert_msg(!v->type || !sig_parse(&sig, v->type), "variant %s: \"%s\"", set->name, v->type);
            if (v->value == VARIANT_OTHERWISE)
                break;
        }
}
END_TEST

/* Who is called with fewer arguments than it looks at gets zeroes: variants and what designs add must not be. */
START_TEST(test_nargs)
{
    static const struct {
        const char *name;
        unsigned nargs;
    } some[] = {{"getpid", 0},
                {"brk", 1},
                {"munmap", 2},
                {"mprotect", 3},
                {"pread64", 4},
                {"mmap", 6},
                /* mseal: a design's */
                {"futex", 6},
                {"prctl", 6},
                {"fcntl", 6},
                {"ioctl", 6},
                {"mseal", 6}};

    for (size_t i = 0; i < sizeof(some) / sizeof(*some); i++)
        ck_assert_uint_eq(sys_nargs(sys_row_by_name(some[i].name)->nr), some[i].nargs);
    ck_assert_uint_eq(sys_nargs(SYS_MAX - 1), 6);
    ck_assert_uint_eq(sys_nargs(1000), 6);
}
END_TEST

START_TEST(test_lengths)
{
    struct sig sig;

    for (unsigned nr = 0; nr < SYS_MAX; nr++) {
        const struct sys_row *row = sys_row(nr);

        if (!row)
            continue;
        sig_parse(&sig, row->sig);
        for (int i = 0; i < sig.n; i++)
            ck_assert_msg(sig.arg[i].len < sig.n, "%s: argument %d counts by one that is not there",
                          row->name, i);
    }
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("syscalls.def");

    tcase_add_test(tc, test_complete);
    tcase_add_test(tc, test_names);
    tcase_add_test(tc, test_types);
    tcase_add_test(tc, test_lengths);
    tcase_add_test(tc, test_nargs);
    return run_suite("table", tc, NULL);
}
