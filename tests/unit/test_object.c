/* Objects without mappings (test_pages.c has those): the index, reading and writing, holes, seals, the
 * backing store. */
#include "mm.h"
#include "pfn_map.h"
#include "run_suite.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#define P MM_PAGE_SIZE

static struct mm_system sys;

static void setup(void)
{
    ck_assert_int_eq(mm_system_init(&sys, 16 << 20), 0);
}

static void teardown(void)
{
    ck_assert_int_eq(mm_system_check(&sys, stderr), 0);
    mm_system_destroy(&sys);
}

/* --- the index -------------------------------------------------------------------------------- */

START_TEST(map_against_array)
{
    enum { N = 500 };
    static uint64_t index[N];
    static pfn_t want[N];
    struct pfn_map m = {0};
    uint64_t seed = (uint64_t)_i, next;

    for (int i = 0; i < N; i++) { /* ascending, with steps from 1 to 2^52 */
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        index[i] = i ? index[i - 1] + 1 + (seed >> 12) % (UINT64_C(1) << (i % 10 ? 3 : i / 10)) : 0;
        want[i] = PFN_NONE;
    }
    index[N - 1] = UINT64_MAX;
    for (int step = 0; step < 20000; step++) {
        int i;

        seed = seed * 6364136223846793005u + 1442695040888963407u;
        i = (int)((seed >> 33) % N);
        ck_assert_uint_eq(pfn_map_get(&m, index[i]), want[i]);
        if (want[i] == PFN_NONE) {
            ck_assert_int_eq(pfn_map_set(&m, index[i], (pfn_t)step), 0);
            want[i] = (pfn_t)step;
        } else {
            ck_assert_uint_eq(pfn_map_erase(&m, index[i]), want[i]);
            want[i] = PFN_NONE;
        }
        next = index[i];
        while (i < N && want[i] == PFN_NONE)
            i++;
        ck_assert_uint_eq(pfn_map_next(&m, &next), i < N ? want[i] : PFN_NONE);
        if (i < N)
            ck_assert_uint_eq(next, index[i]);
    }
    for (int i = 0; i < N; i++)
        ck_assert_uint_eq(pfn_map_erase(&m, index[i]), want[i]);
    ck_assert_ptr_null(m.root);
}
END_TEST

/* --- memory-only objects ---------------------------------------------------------------------- */

START_TEST(read_and_write)
{
    struct vm_object *o = vm_object_create(&sys, OBJ_SHMEM, 0, NULL, NULL);
    char buf[3 * P], back[3 * P];

    memset(buf, 'a', sizeof(buf));
    ck_assert_int_eq(vm_object_read(o, 0, back, 10), 0);
    ck_assert_int_eq(vm_object_write(o, 100, buf, 2 * P), 2 * (int64_t)P);
    ck_assert_uint_eq(o->size, 100 + 2 * P);
    ck_assert_int_eq(vm_object_read(o, 0, back, sizeof(back)), 100 + 2 * (int64_t)P);
    ck_assert_int_eq(back[99], 0);
    ck_assert_int_eq(memcmp(back + 100, buf, 2 * P), 0);
    ck_assert_int_eq(vm_object_write(o, INT64_MAX, buf, 1), -EFBIG);
    ck_assert_int_eq(vm_object_write(o, INT64_MAX - 1, buf, 2), 1);
    ck_assert_uint_eq(o->nr_pages, 4);
    ck_assert_int_eq(vm_object_read(o, UINT64_C(1) << 40, back, 100), 100); /* a hole, and it stays one */
    ck_assert_int_eq(back[0], 0);
    ck_assert_uint_eq(o->nr_pages, 4);
    vm_object_put(o);
    ck_assert_uint_eq(sys.phys.nfree, sys.phys.nframes - 1);
}
END_TEST

START_TEST(truncate_and_punch)
{
    struct vm_object *o = vm_object_create(&sys, OBJ_SHMEM, 0, NULL, NULL);
    char buf[4 * P];

    memset(buf, 'a', sizeof(buf));
    vm_object_write(o, 0, buf, sizeof(buf));
    ck_assert_int_eq(vm_object_truncate(o, P + 10), 0);
    ck_assert_uint_eq(o->nr_pages, 2);
    ck_assert_int_eq(vm_object_truncate(o, 4 * P), 0);
    ck_assert_int_eq(vm_object_read(o, 0, buf, sizeof(buf)), 4 * (int64_t)P);
    ck_assert(buf[P + 9] == 'a' && buf[P + 10] == 0 && buf[2 * P] == 0);

    memset(buf, 'b', sizeof(buf));
    vm_object_write(o, 0, buf, sizeof(buf));
    ck_assert_int_eq(vm_object_punch(o, P - 1, P + 2), 0);
    ck_assert_uint_eq(o->nr_pages, 3);
    ck_assert_uint_eq(o->size, 4 * P);
    vm_object_read(o, 0, buf, sizeof(buf));
    ck_assert(buf[P - 2] == 'b' && !buf[P - 1] && !buf[P] && !buf[2 * P] && buf[2 * P + 1] == 'b');
    ck_assert_int_eq(vm_object_punch(o, 5, 2), 0);
    vm_object_read(o, 0, buf, 10);
    ck_assert(buf[4] == 'b' && !buf[5] && !buf[6] && buf[7] == 'b');
    ck_assert_int_eq(vm_object_punch(o, 5, 0), -EINVAL);
    ck_assert_int_eq(vm_object_truncate(o, UINT64_MAX), -EINVAL);
    vm_object_put(o);
}
END_TEST

START_TEST(seek)
{
    struct vm_object *o = vm_object_create(&sys, OBJ_SHMEM, 10 * P, NULL, NULL);

    vm_object_write(o, 3 * P + 5, "x", 1);
    vm_object_write(o, 4 * P, "x", 1);
    vm_object_write(o, 10 * P - 1, "x", 1);
    ck_assert_int_eq(vm_object_seek(o, 0, true), 0);
    ck_assert_int_eq(vm_object_seek(o, 0, false), 3 * (int64_t)P);
    ck_assert_int_eq(vm_object_seek(o, 3 * P + 7, false), 3 * (int64_t)P + 7);
    ck_assert_int_eq(vm_object_seek(o, 3 * P + 7, true), 5 * (int64_t)P);
    ck_assert_int_eq(vm_object_seek(o, 9 * P + 1, true), 10 * (int64_t)P);
    ck_assert_int_eq(vm_object_seek(o, 10 * P, false), -ENXIO);
    ck_assert_int_eq(vm_object_seek(o, 10 * P, true), -ENXIO);
    vm_object_truncate(o, 8 * P);
    ck_assert_int_eq(vm_object_seek(o, 5 * P, false), -ENXIO);
    vm_object_put(o);
}
END_TEST

START_TEST(seals)
{
    struct vm_object *o = vm_object_create(&sys, OBJ_SHMEM, P, NULL, NULL);
    char buf[2 * P] = {0};

    o->fseals = F_SEAL_GROW;
    ck_assert_int_eq(vm_object_write(o, 0, buf, 2 * P), (int64_t)P); /* page by page, as Linux does */
    ck_assert_int_eq(vm_object_write(o, P - 1, buf, 2), 1);
    ck_assert_int_eq(vm_object_write(o, P, buf, 1), -EPERM);
    ck_assert_int_eq(vm_object_truncate(o, P + 1), -EPERM);
    ck_assert_int_eq(vm_object_truncate(o, 10), 0);
    o->fseals = F_SEAL_SHRINK;
    ck_assert_int_eq(vm_object_truncate(o, 9), -EPERM);
    ck_assert_int_eq(vm_object_truncate(o, 10), 0);
    o->fseals = F_SEAL_WRITE;
    ck_assert_int_eq(vm_object_write(o, 0, buf, 1), -EPERM);
    ck_assert_int_eq(vm_object_punch(o, 0, 1), -EPERM);
    vm_object_put(o);
}
END_TEST

/* --- files ------------------------------------------------------------------------------------ */

static char disk[8 * P];
static unsigned reads, writes;
static int fail;

static int read_page(struct vm_object *obj, uint64_t index, void *page)
{
    reads++;
    if (fail)
        return fail;
    memset(page, 0, P);
    if (index < 8)
        memcpy(page, disk + index * P, obj->size - index * P < P ? obj->size - index * P : P);
    return 0;
}

static int write_back(struct vm_object *obj, uint64_t offset, const void *data, uint64_t len)
{
    writes++;
    if (fail)
        return fail;
    memcpy(disk + offset, data, len);
    return 0;
}

static const struct vm_object_ops disk_ops = {read_page, write_back, NULL};

static struct vm_object *open_disk(uint64_t size)
{
    memset(disk, 'd', sizeof(disk));
    reads = writes = 0;
    fail = 0;
    return vm_object_create(&sys, OBJ_FILE, size, &disk_ops, NULL);
}

static struct mm_file as_file(struct vm_object *o)
{
    return (struct mm_file){.obj = o, .refs = 1, .readable = true, .writable = true};
}

START_TEST(file_cache)
{
    struct vm_object *o = open_disk(2 * P + 100);
    char buf[4 * P];

    ck_assert_int_eq(vm_object_read(o, 0, buf, sizeof(buf)), 2 * (int64_t)P + 100);
    ck_assert_int_eq(vm_object_read(o, 0, buf, sizeof(buf)), 2 * (int64_t)P + 100);
    ck_assert_uint_eq(reads, 3);
    ck_assert_int_eq(vm_object_write(o, 5, "new", 3), 3);
    ck_assert_int_eq(memcmp(disk + 5, "new", 3), 0); /* through at once */
    ck_assert_int_eq(vm_object_read(o, 5, buf, 3), 3);
    ck_assert_int_eq(memcmp(buf, "new", 3), 0);
    ck_assert_uint_eq(reads, 3);
    ck_assert_int_eq(vm_object_write(o, 6 * P, "far", 3), 3); /* not cached: not read first */
    ck_assert_uint_eq(reads, 3);
    ck_assert_uint_eq(o->size, 6 * P + 3);
    fail = -EIO;
    ck_assert_int_eq(vm_object_read(o, 4 * P, buf, 1), -EIO);
    ck_assert_int_eq(vm_object_write(o, 0, "x", 1), -EIO);
    fail = 0;
    vm_object_put(o);
}
END_TEST

START_TEST(shared_mapping_writes_back)
{
    struct vm_object *o = open_disk(2 * P + 100);
    struct mm_file file = as_file(o);
    struct mm *mm = mm_create(&sys, NULL);
    uint64_t at = 0x10000000;
    struct mm_fault f;

    ck_assert_int_eq(mm_mmap(mm, at, 4 * P, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, &file, 0),
                     (int64_t)at);
    ck_assert_int_eq(mm_fault(mm, at, MM_READ, &f), 0);
    ck_assert_uint_eq(f.perms, MM_READ); /* clean: the first write has to be seen */
    ck_assert_int_eq(mm_copy_out(mm, at + 1, "one", 3), 0);
    ck_assert_int_eq(mm_copy_out(mm, at + 2 * P + 98, "tail", 4), 0);
    ck_assert_uint_eq(writes, 0);
    ck_assert_int_eq(vm_object_sync(o, 0, P), 0);
    ck_assert_int_eq(memcmp(disk + 1, "one", 3), 0);
    ck_assert_int_eq(memcmp(disk + 2 * P + 98, "dd", 2), 0);
    ck_assert_int_eq(mm_fault(mm, at, MM_READ, &f), 0);
    ck_assert_uint_eq(f.perms, MM_READ); /* clean again */
    ck_assert(mm_tlb_flush_needed(mm));
    ck_assert_int_eq(mm_munmap(mm, at, 4 * P), 0);
    ck_assert_int_eq(memcmp(disk + 2 * P + 98, "tadd", 4), 0); /* never past the end of the file */
    ck_assert_uint_eq(writes, 2);

    fail = -EIO; /* a page that cannot be read */
    ck_assert_int_eq(mm_mmap(mm, at, 4 * P, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, &file, 0),
                     (int64_t)at);
    ck_assert_int_eq(mm_fault(mm, at + P, MM_READ, &f), -EFAULT);
    ck_assert_int_eq(f.reason, MM_FAULT_IO);
    fail = 0;
    mm_put(mm);
    vm_object_put(o);
}
END_TEST

START_TEST(mirrored_pages_are_the_same)
{
    struct vm_object *o = vm_object_create(&sys, OBJ_SPECIAL, 32 * P, NULL, NULL);
    struct mm_file file = as_file(o);
    struct mm *mm = mm_create(&sys, NULL);
    uint64_t at = 0x10000000;
    struct mm_fault f;
    char c = 0;
    int err = 0;

    o->mirror_at = 16;
    o->mirror_pages = 2;
    ck_assert_uint_ne(vm_object_page(o, 1, true, &err), PFN_NONE);
    ck_assert_uint_eq(vm_object_page(o, 17, false, &err), vm_object_page(o, 1, false, &err));
    ck_assert_uint_eq(o->nr_pages, 1);
    ck_assert_int_eq(mm_mmap(mm, at, 3 * P, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, &file, 16 * P),
                     (int64_t)at);
    ck_assert_int_eq(mm_copy_out(mm, at + P, "m", 1), 0);
    ck_assert_int_eq(vm_object_read(o, P, &c, 1), 1);
    ck_assert_int_eq(c, 'm');
    ck_assert_int_eq(mm_fault(mm, at + 2 * P, MM_READ, &f), -EFAULT); /* behind them nothing is made */
    ck_assert_int_eq(f.reason, MM_FAULT_PAST_EOF);
    ck_assert_int_eq(mm_check(mm, stderr), 0);
    mm_put(mm);
    vm_object_put(o);
}
END_TEST

START_TEST(growing_zeroes_the_tail)
{
    struct vm_object *o = open_disk(100);
    struct mm_file file = as_file(o);
    struct mm *mm = mm_create(&sys, NULL);
    char buf[8];

    ck_assert_int_gt(mm_mmap(mm, 0x10000000, P, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, &file, 0), 0);
    ck_assert_int_eq(mm_copy_out(mm, 0x10000000 + 200, "lost", 4), 0);
    ck_assert_int_eq(vm_object_truncate(o, 300), 0);
    ck_assert_int_eq(vm_object_read(o, 200, buf, 4), 4);
    ck_assert_int_eq(memcmp(buf, "\0\0\0\0", 4), 0);
    mm_put(mm);
    vm_object_put(o);
}
END_TEST

START_TEST(clean_pages_give_way)
{
    struct vm_object *o = vm_object_create(&sys, OBJ_FILE, 1 << 30, &disk_ops, NULL);
    struct mm *mm = mm_create(&sys, NULL);
    struct mm_fault f;
    char c;

    for (uint64_t i = 0; i < 5000; i++) /* more than memory: the older ones go */
        ck_assert_int_eq(vm_object_read(o, i * P, &c, 1), 1);
    mm_mmap(mm, 0x10000000, 3000 * P, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, NULL,
            0);
    for (uint64_t i = 0; i < 3000; i++)
        ck_assert_int_eq(mm_fault(mm, 0x10000000 + i * P, MM_WRITE, &f), 0);
    ck_assert_int_eq(mm_system_check(&sys, stderr), 0);
    mm_put(mm);
    vm_object_put(o);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("object");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_add_loop_test(tc, map_against_array, 0, 4);
    tcase_add_test(tc, read_and_write);
    tcase_add_test(tc, truncate_and_punch);
    tcase_add_test(tc, seek);
    tcase_add_test(tc, seals);
    tcase_add_test(tc, file_cache);
    tcase_add_test(tc, shared_mapping_writes_back);
    tcase_add_test(tc, mirrored_pages_are_the_same);
    tcase_add_test(tc, growing_zeroes_the_tail);
    tcase_add_test(tc, clean_pages_give_way);
    return run_suite("object", tc, NULL);
}
