/* run_suite.h - how the main() of each unit test ends. */
#ifndef TESTS_UNIT_RUN_SUITE_H
#define TESTS_UNIT_RUN_SUITE_H

#include <check.h>
#include <stdarg.h>
#include <stdlib.h>

#define TEST_TIMEOUT 600 /* seconds: a test that hangs ends, one on a machine that does much else passes */

/* Runs the cases, the last of which is followed by NULL, as one suite. Returns the exit status of the program. */
__attribute__((sentinel)) static inline int run_suite(const char *name, ...)
{
    Suite *suite = suite_create(name);
    SRunner *runner;
    TCase *tc;
    va_list ap;
    int failed;

    va_start(ap, name);
    while ((tc = va_arg(ap, TCase *))) {
        tcase_set_timeout(tc, TEST_TIMEOUT);
        suite_add_tcase(suite, tc);
    }
    va_end(ap);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
