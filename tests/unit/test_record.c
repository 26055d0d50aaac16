/* test_record.c - a recording says what was recorded; one that is cut or damaged is never believed or followed. */
#include "../../emu/cmd/recording.h"
#include "../../syscalls/trace/watch.h"
#include "run_suite.h"

#include <check.h>
#include <mseal-emu/mm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CALLS 3000

static const char *const name[] = {"mmap", "munmap", "read", "a_call_of_six"};
static const unsigned nr_regs[] = {6, 2, 3, 6};
static const uint64_t odd[] = {0,
                               1,
                               63,
                               64,
                               UINT64_MAX,
                               (uint64_t)-22,
                               INT64_MAX,
                               UINT64_C(1) << 63,
                               UINT32_MAX,
                               UINT64_C(0x7ffff7fc7000),
                               UINT64_C(0x100000000),
                               MM_TASK_SIZE - 1,
                               MM_TASK_SIZE,
                               UINT64_C(0xdeadbeefdeadbeef)};

/* A value of the i-th call that two runs agree on. */
static uint64_t value(unsigned i, unsigned k)
{
    unsigned r = (i * 7 + k) * 2654435761u >> 7;

    return r % 3 ? odd[r % (sizeof(odd) / sizeof(*odd))] : odd[i / 50 % 8] + r % 5;
}

/* A recording of CALLS calls, each of which changed an area, in memory. */
static char *make(size_t *size)
{
    int fd = memfd_create("recording", 0);
    FILE *out = fdopen(dup(fd), "w");
    struct recorder *r = recorder_create(out, "a design", NULL);
    char *bytes;

    ck_assert_ptr_nonnull(r);
    for (unsigned i = 0; i < CALLS; i++) {
        struct area a = {
            .start = 4096 * (i + 1), .end = 4096 * (i + 3), .flags = i % 8, .birth = i, .name = ""};
        struct watch_change c = {.mm = 1, .start = 4096, .end = 4096 * 5000, .event = i, .areas = &a, .n = 1};
        uint64_t args[6];

        if (i % 2)
            a.name = name[0];
        if (i % 3 == 0) {
            a.seal = 1 + i % 200;
            a.sealed_at = i / 2;
        }
        recorder_areas(r, &c, i % 5 ? "" : name[1]);
        for (unsigned k = 0; k < 6; k++)
            args[k] = value(i, k);
        recorder_call(r, i, 1000 + (int)i % 3, name[i % 4], nr_regs[i % 4], args, (int64_t)value(i, 6));
        recorder_why(r, i, i % 100 ? (struct piece){"", 0} : (struct piece){"because", 7});
    }
    recorder_destroy(r);
    *size = (size_t)lseek(fd, 0, SEEK_END);
    bytes = malloc(*size);
    ck_assert_int_eq(pread(fd, bytes, *size, 0), (ssize_t)*size);
    close(fd);
    return bytes;
}

static bool open_bytes(struct recording *r, char *bytes, size_t size)
{
    FILE *in = fmemopen(bytes, size, "r");
    bool ok;

    ck_assert_ptr_nonnull(in);
    ok = recording_open(r, in, "it", "test");
    fclose(in);
    return ok;
}

START_TEST(says_what_was_recorded)
{
    struct recording r;
    unsigned i = 0;
    size_t size;
    char *bytes = make(&size);

    ck_assert(open_bytes(&r, bytes, size));
    ck_assert_str_eq(r.design, "a design");
    while (recording_next(&r)) {
        switch (r.tag) {
        case RECORD_AREAS:
            ck_assert_uint_eq(r.nr, i);
            ck_assert_uint_eq(r.nr_areas, 1);
            ck_assert_uint_eq(r.area->start, 4096 * (i + 1));
            ck_assert_uint_eq(r.area->end, 4096 * (i + 3));
            ck_assert_uint_eq(r.area->flags, i % 8);
            ck_assert_uint_eq(r.area->seal, i % 3 ? 0 : 1 + i % 200);
            ck_assert_str_eq(r.area->name, i % 2 ? name[0] : "");
            break;
        case RECORD_WHO:
            ck_assert_uint_eq(i % 5, 0);
            ck_assert_str_eq(r.name, name[1]);
            break;
        case RECORD_CALL:
            ck_assert_uint_eq(r.nr, i);
            ck_assert_int_eq(r.tid, 1000 + (int)i % 3);
            ck_assert_str_eq(r.name, name[i % 4]);
            for (unsigned k = 0; k < nr_regs[i % 4]; k++)
                ck_assert_uint_eq(r.arg[k], value(i, k));
            ck_assert_uint_le(r.nargs, nr_regs[i % 4]);
            ck_assert_int_eq(r.ret, (int64_t)value(i, 6));
            i++;
            break;
        case RECORD_WHY:
            ck_assert_uint_eq((i - 1) % 100, 0);
            break;
        }
    }
    ck_assert_ptr_null(r.broken);
    ck_assert_uint_eq(i, CALLS);
    recording_close(&r);
    free(bytes);
}
END_TEST

static void read_all(struct recording *r)
{
    char text[512];

    while (recording_next(r))
        if (r->tag == RECORD_CALL)
            recording_call_text(r, text, sizeof(text));
}

START_TEST(a_cut_is_noticed)
{
    size_t size;
    char *bytes = make(&size);

    ck_assert_uint_gt(size, 20000);
    for (size_t cut = strlen(RECORD_MAGIC); cut < size; cut += cut < 2000 || cut + 2000 > size ? 1 : 97) {
        struct recording r;

        ck_assert(open_bytes(&r, bytes, cut));
        read_all(&r);
        ck_assert_msg(r.broken, "cut after %zu bytes of %zu", cut, size);
        recording_close(&r);
    }
    free(bytes);
}
END_TEST

START_TEST(damage_is_survived)
{
    size_t size;
    char *bytes = make(&size);

    srand(1);
    for (unsigned i = 0; i < 3000; i++) {
        size_t at[3], head = strlen(RECORD_MAGIC), end = head + 1000;
        char was[3];
        struct recording r;

        for (unsigned k = 0; k < 3; k++) {
            at[k] = head + (size_t)rand() % (end - head);
            was[k] = bytes[at[k]];
            bytes[at[k]] ^= (char)(1 << rand() % 8);
        }
        if (open_bytes(&r, bytes, end))
            read_all(&r);
        recording_close(&r);
        for (unsigned k = 3; k-- > 0;)
            bytes[at[k]] = was[k];
    }
    free(bytes);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("record");

    tcase_add_test(tc, says_what_was_recorded);
    tcase_add_test(tc, a_cut_is_noticed);
    tcase_add_test(tc, damage_is_survived);
    return run_suite("record", tc, NULL);
}
