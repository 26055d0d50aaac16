/* The processor: what its driver finds out about the engine. */
#include "emu/cpu_priv.h"
#include "run_suite.h"

#include <check.h>

void check_exit_request_x86_64(void *) __attribute__((weak)); /* Unicorn's */

/* The speed of all code hangs on it, and nothing but the speed: see emu/engine/exits.c. */
START_TEST(exits_within_blocks_are_for_hooks)
{
    static const struct cpu_ops ops;
    struct physmem phys;
    const char *why = "";
    struct cpu *cpu;

    ck_assert_int_eq(physmem_init(&phys, 16 << 20), 0);
    cpu = cpu_create(&phys, &ops, NULL, &why);
    ck_assert_msg(cpu != NULL, "%s", why);
    if (check_exit_request_x86_64) {
        ck_assert_msg(cpu->no_exits != NULL, "the engine's function has another form");
        ck_assert_uint_eq(*cpu->no_exits, true);
        ck_assert_int_eq(cpu_break_at(cpu, 0x1000), 0);
        ck_assert_uint_eq(*cpu->no_exits, false);
    } else {
        ck_assert_ptr_null(cpu->no_exits);
    }
    cpu_destroy(cpu);
    physmem_destroy(&phys);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("engine");

    tcase_add_test(c, exits_within_blocks_are_for_hooks);
    return run_suite("cpu", c, NULL);
}
