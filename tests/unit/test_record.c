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

/* The number of its event: now and then many are left out, or it ends after later ones. */
static uint64_t event(unsigned i)
{
    return 100 + i + i / 100 * 40 - (i % 50 == 7 ? 30 : 0);
}

/* The areas in [4096, 4096 * 5000) after the i-th call: none to three, with and without holes between. */
static size_t areas(unsigned i, struct vma v[3], const char *names[3])
{
    static struct mm_file file;
    size_t n = i % 4;

    for (unsigned k = 0; k < n; k++) {
        uint64_t from = k ? k * 1000 + i % 3 : 1 + i / 4 % 2, to = k == 2 && i % 3 ? 5000 : (k + 1) * 1000;

        v[k] = (struct vma){
            .start = 4096 * from, .end = 4096 * to, .flags = (i + k) % 8, .birth = i % 5 ? i : event(i)};
        names[k] = (i + k) % 2 ? name[k] : "";
        if (i % 7 == k)
            v[k].flags |= VM_MAYSHARE;
        if (i % 11 == k)
            v[k].flags |= (uint64_t)(1 + i % 15) << VM_PKEY_SHIFT;
        if (i % 3 == k) {
            v[k].seal = 1 + i % 200;
            v[k].sealed_at = i / 2;
        }
        if (*names[k] && i % 2) {
            v[k].file = &file;
            v[k].pgoff = i;
        }
    }
    return n;
}

/* A recording of CALLS calls, each of which changed an address space, in memory. */
static char *make(size_t *size)
{
    int fd = memfd_create("recording", 0);
    FILE *out = fdopen(dup(fd), "w");
    struct recorder *r = recorder_create(out, "a design", NULL);
    char *bytes;

    ck_assert_ptr_nonnull(r);
    for (unsigned i = 0; i < CALLS; i++) {
        struct vma v[3];
        const char *names[3];
        struct watch_change c = {.mm = 1 + i % 7 / 6,
                                 .start = 4096,
                                 .end = 4096 * 5000,
                                 .event = event(i),
                                 .now = v,
                                 .name = names};
        uint64_t args[6];

        c.n = areas(i, v, names);
        for (unsigned k = 0; k < 6; k++)
            args[k] = value(i, k);
        if (i % 5) {
            recorder_call(r, &c, event(i), 1000 + (int)i % 3, recorder_string(r, name[i % 4]), nr_regs[i % 4],
                          args, (int64_t)value(i, 6));
            continue;
        }
        /* As events, which say more. */
        recorder_event(r, &(struct event){.kind = EVENT_SEAL, .nr = event(i), .change = &c, .name = name[1]},
                       args);
        recorder_event(r,
                       &(struct event){.kind = EVENT_EXIT,
                                       .nr = event(i),
                                       .tid = 1000 + (int)i % 3,
                                       .name = name[i % 4],
                                       .nr_regs = nr_regs[i % 4],
                                       .ret = (int64_t)value(i, 6),
                                       .why = i % 100 ? (struct piece){"", 0} : (struct piece){"because", 7}},
                       args);
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

static void same_areas(const struct recording *r, unsigned i)
{
    struct vma v[3];
    const char *names[3];
    size_t n = areas(i, v, names);

    ck_assert_uint_eq(r->nr, event(i));
    ck_assert_uint_eq(r->mm, 1 + i % 7 / 6);
    ck_assert_uint_eq(r->start, 4096);
    ck_assert_uint_eq(r->end, 4096 * 5000);
    ck_assert_uint_eq(r->nr_areas, n);
    for (size_t k = 0; k < n; k++) {
        const struct area *a = &r->area[k];

        ck_assert_uint_eq(a->start, v[k].start);
        ck_assert_uint_eq(a->end, v[k].end);
        ck_assert_uint_eq(a->flags, v[k].flags);
        ck_assert_str_eq(a->name, names[k]);
        ck_assert_uint_eq(a->pgoff, v[k].pgoff);
        ck_assert_uint_eq(a->birth, v[k].birth);
        ck_assert_uint_eq(a->seal, v[k].seal);
        ck_assert_uint_eq(a->sealed_at, v[k].sealed_at);
    }
}

START_TEST(says_what_was_recorded)
{
    struct recording r;
    unsigned i = 0, whys = 0;
    size_t size;
    char *bytes = make(&size);

    ck_assert(open_bytes(&r, bytes, size));
    ck_assert_str_eq(r.design, "a design");
    while (recording_next(&r)) {
        switch (r.tag) {
        case RECORD_AREAS:
            same_areas(&r, i);
            break;
        case RECORD_WHO:
            ck_assert_uint_eq(i % 5, 0);
            ck_assert_str_eq(r.name, name[1]);
            break;
        case RECORD_CALL:
            ck_assert_uint_eq(r.nr, event(i));
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
            whys++;
            break;
        }
    }
    ck_assert_ptr_null(r.broken);
    ck_assert_uint_eq(i, CALLS);
    ck_assert_uint_eq(whys, CALLS / 100);
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
