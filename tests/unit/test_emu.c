/* The emulator as a library: machines one after the other in one process, and what their owner is told and may do. */
#include "run_suite.h"

#include <mseal-emu/emu.h>

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATUS(code) ((code) << 8)

static struct seen {
    unsigned entered, left, exits;
    const char *refuse; /* name of the call that fails with EPERM */
    int status;         /* of the last process */
    int64_t ret;        /* the last result of `refuse` */
    uint64_t areas, event;
    char path[64]; /* last argument of openat */
} seen;

static bool enter(void *ctx, const struct mseal_emu_call *call, int64_t *ret)
{
    struct seen *s = ctx;

    s->entered++;
    ck_assert_uint_gt(call->event, s->event);
    s->event = call->event;
    ck_assert_int_ge(call->tid, call->pid);
    if (call->name && !strcmp(call->name, "openat"))
        ck_assert_int_ge(mm_copy_str(call->mm, s->path, call->args[1], sizeof(s->path)), 0);
    if (!s->refuse || !call->name || strcmp(call->name, s->refuse) != 0)
        return false;
    *ret = -EPERM;
    return true;
}

static void leave(void *ctx, const struct mseal_emu_call *call, int64_t ret)
{
    struct seen *s = ctx;

    s->left++;
    if (s->refuse && call->name && !strcmp(call->name, s->refuse))
        s->ret = ret;
}

static void exited(void *ctx, int pid, int status, struct mm *mm)
{
    struct seen *s = ctx;

    s->exits++;
    s->status = status;
    s->areas = mm_vma_count(mm);
}

static const struct mseal_emu_hooks hooks = {.enter = enter, .leave = leave, .exit = exited, .ctx = &seen};

/* Wait status of a shell script; options: before the program, ends with NULL. */
static int run(const char *refuse, const char *script)
{
    char *argv[] = {"", "--", "/bin/sh", "-c", (char *)script, NULL}, *envp[] = {"PATH=/bin:/usr/bin", NULL};
    struct mseal_emu *emu;
    int status;

    memset(&seen, 0, sizeof(seen));
    seen.refuse = refuse;
    ck_assert_int_eq(mseal_emu_create(&emu, argv, envp, &hooks), 0);
    ck_assert_ptr_nonnull(emu);
    status = mseal_emu_run(emu);
    mseal_emu_destroy(emu);
    return status;
}

START_TEST(one_after_the_other)
{
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(run(NULL, "exit 7"), STATUS(7));
        ck_assert_uint_eq(seen.exits, 1);
        ck_assert_int_eq(seen.status, STATUS(7));
        ck_assert_uint_gt(seen.areas, 4);
        ck_assert_uint_eq(seen.entered, seen.left + 1); /* exit_group does not return */
    }
    ck_assert_int_eq(run(NULL, "kill -TERM $$"), SIGTERM);
}
END_TEST

START_TEST(owner_answers)
{
    ck_assert_int_eq(run("openat", ". /dev/null; exit 9"), STATUS(127)); /* the C library is not to be had */
    ck_assert_int_eq(seen.ret, -EPERM);
    ck_assert_str_ne(seen.path, "");
    ck_assert_int_eq(run("chdir", "cd / || exit 4"), STATUS(4));
    ck_assert_int_eq(run("mseal", "cd / || exit 4"), STATUS(0));
}
END_TEST

START_TEST(processes_end)
{
    ck_assert_int_eq(run(NULL, "(exit 1); (exit 2); exit 3"), STATUS(3));
    ck_assert_uint_eq(seen.exits, 3);
    ck_assert_int_eq(seen.status, STATUS(3));
}
END_TEST

/* Nothing is made, and the reason is an exit status; the line on stderr is not of interest here. */
START_TEST(what_cannot_be)
{
    static const struct {
        char *argv[5];
        int err;
    } wrong[] = {
        {{"", "--no-such-option", "true"}, 2},
        {{"", "--design", "nonesuch", "true"}, 2},
        {{"", "-o", "/no/such/file", "/bin/true"}, 125},
        {{""}, 2},
        {{"", "/no/such/program"}, 127},
        {{"", "/etc/passwd"}, 126},
    };
    char *none[] = {NULL};
    struct mseal_emu *emu = NULL;

    ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
        ck_assert_int_eq(mseal_emu_create(&emu, (char **)wrong[i].argv, none, NULL), wrong[i].err);
        ck_assert_ptr_null(emu);
    }
    mseal_emu_destroy(NULL);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("library");

    tcase_add_test(c, one_after_the_other);
    tcase_add_test(c, owner_answers);
    tcase_add_test(c, processes_end);
    tcase_add_test(c, what_cannot_be);
    return run_suite("emu", c, NULL);
}
