/* What the host's kernel can't be asked in the fuzzer: names, keys, policies, segments' books, seals of memfds, old kernels. */
#include "names.h"
#include "run_suite.h"
#include "space.h"

#include <check.h>
#include <fcntl.h>
#include <string.h>
#include <sys/shm.h>

#define BASE    UINT64_C(0x100000000)
#define SCRATCH UINT64_C(0x200000000)
#define RW      (PROT_READ | PROT_WRITE)

static void setup(void)
{
    space_make(64 << 20, "linux-6.18");
    map_at(SCRATCH, 1, RW, MAP_PRIVATE);
}

static uint64_t user_string(const char *s)
{
    ck_assert_int_eq(mm_copy_out(mm, SCRATCH, s, strlen(s) + 1), 0);
    return SCRATCH;
}

static const char *maps_line(uint64_t addr)
{
    static char line[512];

    line[mm_maps_line(mm, mm_find_vma(mm, addr), line, sizeof(line) - 1)] = 0;
    return line;
}

START_TEST(names)
{
    char longest[81];
    struct mm_names *names = NULL;

    map_at(BASE, 4, RW, MAP_PRIVATE);
    ck_assert_int_eq(mm_set_vma_name(mm, BASE + P, P, user_string("a name")), 0);
    ck_assert_uint_eq(mm_vma_count(mm), 4);
    ck_assert_ptr_nonnull(strstr(maps_line(BASE + P), "[anon:a name]"));
    ck_assert_int_eq(mm_set_vma_name(mm, BASE, 4 * P, user_string("a name")), 0); /* equal names merge */
    ck_assert_uint_eq(mm_vma_count(mm), 2);
    ck_assert_int_eq(mm_set_vma_name(mm, BASE, 4 * P, 0), 0);
    ck_assert_ptr_null(strstr(maps_line(BASE), "anon:"));

    memset(longest, 'x', 80);
    longest[80] = 0;
    ck_assert_int_eq(mm_set_vma_name(mm, BASE, P, user_string(longest)), -EINVAL);
    ck_assert_int_eq(mm_set_vma_name(mm, BASE, P, user_string(longest + 1)), 0);
    for (const char *bad = "\\`$[]\x1f\x7f"; *bad; bad++)
        ck_assert_int_eq(mm_set_vma_name(mm, BASE, P, user_string((char[]){'a', *bad, 0})), -EINVAL);
    ck_assert_int_eq(mm_set_vma_name(mm, BASE, P, 0x10), -EFAULT);
    ck_assert_int_eq(mm_set_vma_name(mm, BASE + 1, P, user_string("n")), -EINVAL);
    /* named up to the hole */
    ck_assert_int_eq(mm_set_vma_name(mm, BASE + 3 * P, 2 * P, user_string("n")), -ENOMEM);
    ck_assert_ptr_nonnull(strstr(maps_line(BASE + 3 * P), "[anon:n]"));

    map_at(BASE + 8 * P, 1, RW, MAP_SHARED);
    ck_assert_int_eq(mm_set_vma_name(mm, BASE + 8 * P, P, user_string("s")), 0);
    ck_assert_ptr_nonnull(strstr(maps_line(BASE + 8 * P), "[anon_shmem:s]"));

    for (int i = 0; i < 1000; i++) {
        char text[16];

        snprintf(text, sizeof(text), "%d", i % 500);
        ck_assert_uint_eq(mm_names_intern(&names, text), i % 500 + 1);
        ck_assert_str_eq(mm_names_text(names, i % 500 + 1), text);
    }
    ck_assert_ptr_null(mm_names_text(names, 501));
    mm_names_put(names);
}
END_TEST

START_TEST(names_of_files)
{
    struct mm_file *file = mm_file_create_shmem(&sys, "memfd:x", P);

    ck_assert_int_eq(mm_mmap(mm, BASE, P, PROT_READ, MAP_PRIVATE | MAP_FIXED, file, 0), (int64_t)BASE);
    ck_assert_int_eq(mm_set_vma_name(mm, BASE, P, user_string("n")), -EBADF);
    mm_file_put(file);
}
END_TEST

START_TEST(keys)
{
    for (int i = 1; i < 16; i++)
        ck_assert_int_eq(mm_pkey_alloc(mm, 0, 0), i);
    ck_assert_int_eq(mm_pkey_alloc(mm, 0, 0), -ENOSPC);
    ck_assert_int_eq(mm_pkey_alloc(mm, 1, 0), -EINVAL);
    ck_assert_int_eq(mm_pkey_alloc(mm, 0, 4), -EINVAL);
    ck_assert_int_eq(mm_pkey_free(mm, 7), 0);
    ck_assert_int_eq(mm_pkey_free(mm, 7), -EINVAL);
    ck_assert_int_eq(mm_pkey_free(mm, 16), -EINVAL);
    ck_assert_int_eq(mm_pkey_free(mm, -1), -EINVAL);
    ck_assert_int_eq(mm_pkey_alloc(mm, 0, 3), 7);
    ck_assert_int_eq(mm_pkey_free(mm, 0), 0); /* as Linux on x86 */
    ck_assert_int_eq(mm_pkey_alloc(mm, 0, 0), 0);
}
END_TEST

START_TEST(discard_needs_the_key_when_sealed)
{
    const uint64_t seal[6] = {BASE, P, 0};
    int key = (int)mm_pkey_alloc(mm, 0, 0);

    map_at(BASE, 1, RW, MAP_PRIVATE);
    ck_assert_int_eq(mm_mprotect(mm, BASE, P, RW, key), 0);
    ck_assert_int_eq(mm_design_syscall(mm, 462, seal), 0);
    ck_assert_int_eq(mm_madvise(mm, BASE, P, MADV_DONTNEED), 0);
    for (uint32_t denied = 1; denied <= 3; denied++) {
        mm_set_pkru(mm, denied << (2 * key));
        ck_assert_int_eq(mm_madvise(mm, BASE, P, MADV_DONTNEED), -EPERM);
    }
    ck_assert_int_eq(mm_madvise(mm, BASE, P, MADV_POPULATE_WRITE), -EINVAL);
}
END_TEST

START_TEST(older_kernels)
{
    struct mm *old = mm_create(&sys, mseal_design_find("linux-6.12"));

    ck_assert_int_eq(mm_mmap(old, BASE, P, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, NULL, 0),
                     (int64_t)BASE);
    ck_assert_int_eq(mm_madvise(old, BASE, P, 102), -EINVAL); /* MADV_GUARD_INSTALL came with 6.13 */
    ck_assert_int_eq(mm_process_madvise(old, BASE, P, MADV_DONTNEED, false), -EINVAL);
    ck_assert_int_eq(mm_process_madvise(old, BASE, P, MADV_COLD, false), 0);
    ck_assert_int_eq(mm_process_madvise(mm, SCRATCH, P, MADV_DONTNEED, false), 0);
    ck_assert_int_eq(mm_process_madvise(mm, SCRATCH, P, MADV_DONTNEED, true), -EINVAL);
    ck_assert_int_eq(mm_process_madvise(mm, SCRATCH, P, MADV_COLD, true), 0);
    mm_put(old);
}
END_TEST

START_TEST(policies)
{
    const uint64_t node0 = 1, node1 = 2, both = 3, far = 1;
    uint64_t mask = 77;
    int32_t mode = 77;

    map_at(BASE, 4, RW, MAP_PRIVATE);
    ck_assert_int_eq(mm_copy_out(mm, SCRATCH, &node0, 8), 0);
    ck_assert_int_eq(mm_mbind(mm, BASE + P, P, 2 /* BIND */, SCRATCH, 64, 0), 0);
    ck_assert_uint_eq(mm_vma_count(mm), 4);
    ck_assert_int_eq(mm_get_mempolicy(mm, SCRATCH + 64, SCRATCH + 128, 64, BASE + P, 2 /* ADDR */), 0);
    mm_copy_in(mm, &mode, SCRATCH + 64, 4);
    mm_copy_in(mm, &mask, SCRATCH + 128, 8);
    ck_assert_int_eq(mode, 2);
    ck_assert_uint_eq(mask, 1);
    ck_assert_int_eq(mm_set_mempolicy_home_node(mm, BASE, 4 * P, 0, 0), 0);
    ck_assert_int_eq(mm_set_mempolicy_home_node(mm, BASE, P, 0, 0), -ENOENT); /* nothing there has a policy */
    ck_assert_int_eq(mm_mbind(mm, BASE, 4 * P, 0, 0, 0, 0), 0);
    ck_assert_uint_eq(mm_vma_count(mm), 2);

    ck_assert_int_eq(mm_copy_out(mm, SCRATCH, &node1, 8), 0);
    ck_assert_int_eq(mm_mbind(mm, BASE, P, 2, SCRATCH, 64, 0), -EINVAL); /* there is no node 1 */
    ck_assert_int_eq(mm_mbind(mm, BASE, P, 2 | 1 << 14 /* RELATIVE */, SCRATCH, 64, 0), 0);
    ck_assert_int_eq(mm_copy_out(mm, SCRATCH, &both, 8), 0);
    ck_assert_int_eq(mm_set_mempolicy(mm, 3 | 1 << 15 /* INTERLEAVE, STATIC */, SCRATCH, 64), 0);
    ck_assert_int_eq(mm_get_mempolicy(mm, SCRATCH + 64, SCRATCH + 128, 64, 0, 0), 0);
    mm_copy_in(mm, &mode, SCRATCH + 64, 4);
    mm_copy_in(mm, &mask, SCRATCH + 128, 8);
    ck_assert_int_eq(mode, 3 | 1 << 15);
    ck_assert_uint_eq(mask, 3);

    ck_assert_int_eq(mm_set_mempolicy(mm, 7, 0, 0), -EINVAL);
    ck_assert_int_eq(mm_set_mempolicy(mm, 3, 0, 0), -EINVAL);
    ck_assert_int_eq(mm_set_mempolicy(mm, 2 | 3 << 14, SCRATCH, 64), -EINVAL);
    ck_assert_int_eq(mm_set_mempolicy(mm, 3 | 1 << 13, SCRATCH, 64), -EINVAL);
    ck_assert_int_eq(mm_set_mempolicy(mm, 2, 8, 64), -EFAULT);
    /* node 1024: beyond what a kernel can have */
    ck_assert_int_eq(mm_copy_out(mm, SCRATCH + 128, &far, 8), 0);
    ck_assert_int_eq(mm_set_mempolicy(mm, 2, SCRATCH, 1024 + 2), -EINVAL);
    ck_assert_int_eq(mm_mbind(mm, BASE, 8 * P, 4, 0, 0, 0), -EFAULT); /* a hole at the tail */
}
END_TEST

static uint64_t time_now;

static uint64_t test_clock(const struct mm_system *of)
{
    return time_now;
}

START_TEST(segments)
{
    struct mm_owner alice = {.pid = 10, .uid = 1000, .gid = 1000},
                    bob = {.pid = 11, .uid = 1001, .gid = 1001};
    struct shmid_ds ds;
    struct mm *other;
    int64_t id, at;

    sys.clock = test_clock;
    time_now = 1000;
    mm_set_owner(mm, &alice);
    id = mm_shmget(mm, 0x1234, 5000, IPC_CREAT | 0600);
    ck_assert_int_eq(id, 0);
    ck_assert_int_eq(mm_shmget(mm, 0x1234, 5000, 0600), id);
    ck_assert_int_eq(mm_shmget(mm, 0x1234, 5001, 0600), -EINVAL);
    ck_assert_int_eq(mm_shmget(mm, 0x1234, 1, IPC_CREAT | IPC_EXCL), -EEXIST);
    ck_assert_int_eq(mm_shmget(mm, 0x4321, 1, 0600), -ENOENT);
    at = mm_shmat(mm, (int)id, 0, 0);
    ck_assert_int_gt(at, 0);
    ck_assert_ptr_nonnull(strstr(maps_line((uint64_t)at), "/SYSV00001234 (deleted)"));

    other = mm_create(&sys, NULL);
    mm_set_owner(other, &bob);
    ck_assert_int_eq(mm_shmat(other, (int)id, 0, SHM_RDONLY), -EACCES);
    ck_assert_int_eq(mm_shmctl(other, (int)id, IPC_RMID, 0), -EPERM);
    mm_put(other);

    time_now = 2000;
    ck_assert_int_eq(mm_shmctl(mm, (int)id, IPC_STAT, SCRATCH), 0);
    mm_copy_in(mm, &ds, SCRATCH, sizeof(ds));
    ck_assert_uint_eq(ds.shm_nattch, 1);
    ck_assert_uint_eq(ds.shm_segsz, 5000);
    ck_assert_int_eq(ds.shm_cpid, 10);
    ck_assert_int_eq(ds.shm_atime, 1000);
    ck_assert_int_eq(ds.shm_perm.mode, 0600);
    ds.shm_perm.mode = 0640;
    mm_copy_out(mm, SCRATCH, &ds, sizeof(ds));
    ck_assert_int_eq(mm_shmctl(mm, (int)id, IPC_SET, SCRATCH), 0);
    ck_assert_int_eq(mm_shmctl(mm, 0, SHM_STAT, SCRATCH), id);
    mm_copy_in(mm, &ds, SCRATCH, sizeof(ds));
    ck_assert_int_eq(ds.shm_perm.mode, 0640);
    ck_assert_int_eq(ds.shm_ctime, 2000);
    ck_assert_int_eq(mm_shmctl(mm, 0, SHM_INFO, SCRATCH), 0);
    ck_assert_int_eq(mm_shmctl(mm, (int)id, IPC_STAT, 8), -EFAULT);

    ck_assert_int_eq(mm_shmctl(mm, (int)id, IPC_RMID, 0), 0);
    ck_assert_int_eq(mm_shmget(mm, 0x1234, 1, 0600), -ENOENT); /* its key is gone, it is not */
    ck_assert_int_eq(mm_shmctl(mm, (int)id, IPC_STAT, SCRATCH), 0);
    ck_assert_int_eq(mm_shmdt(mm, (uint64_t)at), 0);
    ck_assert_int_eq(mm_shmctl(mm, (int)id, IPC_STAT, SCRATCH), -EINVAL);
    ck_assert_int_eq(mm_shmdt(mm, (uint64_t)at), -EINVAL);
    ck_assert_int_eq(mm_shmget(mm, IPC_PRIVATE, 1, 0600), 1); /* indices go round */
}
END_TEST

START_TEST(seals_of_memfds)
{
    struct vm_object *obj = mm_memfd_object(&sys, MM_PAGE_SIZE, true, false),
                     *closed = mm_memfd_object(&sys, MM_PAGE_SIZE, false, false);

    ck_assert_int_eq(vm_object_add_seals(closed, F_SEAL_GROW), -EPERM);
    ck_assert_int_eq(vm_object_add_seals(obj, 0x40), -EINVAL);
    obj->writable_maps = 1;
    ck_assert_int_eq(vm_object_add_seals(obj, F_SEAL_WRITE), -EBUSY);
    ck_assert_int_eq(vm_object_add_seals(obj, 0x10 /* F_SEAL_FUTURE_WRITE */), 0);
    obj->writable_maps = 0;
    ck_assert_int_eq(vm_object_add_seals(obj, F_SEAL_WRITE | F_SEAL_SEAL), 0);
    ck_assert_int_eq(vm_object_add_seals(obj, F_SEAL_GROW), -EPERM);
    vm_object_put(obj);
    vm_object_put(closed);
    obj = mm_memfd_object(&sys, MM_PAGE_SIZE, false, true); /* MFD_NOEXEC_SEAL lets others be added */
    ck_assert_uint_eq(obj->fseals, 0x20);
    vm_object_put(obj);
}
END_TEST

START_TEST(mdwe)
{
    ck_assert_int_eq(mm_set_mdwe(mm, 4), -EINVAL);
    ck_assert_int_eq(mm_set_mdwe(mm, 2), -EINVAL);
    ck_assert_int_eq(mm_set_mdwe(mm, 1), 0);
    ck_assert_int_eq(mm_set_mdwe(mm, 0), -EPERM);
    ck_assert_int_eq(mm_set_mdwe(mm, 3), -EPERM);
    ck_assert_int_eq(mm_get_mdwe(mm), 1);
    map_at(BASE, 1, RW, MAP_PRIVATE);
    ck_assert_int_eq(mm_mprotect(mm, BASE, P, PROT_READ | PROT_EXEC, -1), -EACCES);
}
END_TEST

/* In the fuzzer the host sometimes keeps such a page: its lists are per processor. */
START_TEST(pageout_drops_what_was_given_up)
{
    struct mm_fault f;

    map_at(BASE, 3, RW, MAP_PRIVATE);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(mm_fault(mm, BASE + i * P, MM_WRITE, &f), 0);
    ck_assert_int_eq(mm_madvise(mm, BASE, 2 * P, MADV_FREE), 0);
    ck_assert_int_eq(mm_fault(mm, BASE, MM_WRITE, &f), 0); /* wanted again */
    ck_assert_int_eq(mm_madvise(mm, BASE, 3 * P, MADV_PAGEOUT), 0);
    ck_assert_int_eq(pt_get(&mm->pt, BASE) & PTE_PRESENT, PTE_PRESENT);
    ck_assert_int_eq(pt_get(&mm->pt, BASE + P), 0);
    ck_assert_int_eq(pt_get(&mm->pt, BASE + 2 * P) & PTE_PRESENT, PTE_PRESENT);
}
END_TEST

START_TEST(mlockall_current)
{
    uint64_t locked;

    map_at(BASE, 4, RW, MAP_PRIVATE);
    map_at(BASE + 4 * P, 1, PROT_NONE, MAP_PRIVATE);
    mm_set_rlimit(mm, MM_RLIMIT_MEMLOCK, 4 * P);
    ck_assert_int_eq(mm_mlockall(mm, MCL_CURRENT), -ENOMEM);
    mm_set_rlimit(mm, MM_RLIMIT_MEMLOCK, 0);
    ck_assert_int_eq(mm_mlockall(mm, MCL_CURRENT), -EPERM);
    mm_set_rlimit(mm, MM_RLIMIT_MEMLOCK, 64 * P);
    ck_assert_int_eq(mm_mlockall(mm, MCL_CURRENT), 0);
    locked = mm->stats.locked_vm;
    ck_assert_uint_eq(locked, mm->stats.total_vm);
    ck_assert_uint_eq(mm->stats.rss_anon, 4 + 1);
    ck_assert_int_eq(mm_munlockall(mm), 0);
    ck_assert_uint_eq(mm->stats.locked_vm, 0);
}
END_TEST

static int zeroes(struct vm_object *obj, uint64_t index, void *page)
{
    memset(page, 0, P);
    return 0;
}

static int advise_poison(uint64_t addr, int *told)
{
    uint64_t at;
    int err = (int)mm_madvise(mm, addr, P, 100 /* MADV_HWPOISON */);

    ck_assert_int_eq(mm_check(mm, stderr), 0);
    *told = mm_take_poisoned(mm, &at);
    ck_assert(!*told || at == addr);
    return err;
}

/* What the guest test cannot see: the books, a file of the host, a kernel built without it. */
START_TEST(memory_failure)
{
    static const struct vm_object_ops ops = {.read_page = zeroes};
    struct mm_file file = {.obj = vm_object_create(&sys, OBJ_FILE, 2 * P, &ops, NULL),
                           .refs = 1,
                           .readable = true,
                           .writable = true};
    uint64_t free_before, at;
    struct mm_fault f;
    struct mm *child;
    int told, err;

    map_at(BASE, 2, RW, MAP_PRIVATE);
    ck_assert_int_eq(mm_copy_out(mm, BASE, "xy", 2), 0);
    ck_assert_int_eq(advise_poison(BASE, &told), -EPERM);
    ck_assert(!told);
    mm_set_owner(mm, &(struct mm_owner){.cap_sys_admin = true});
    ck_assert_int_eq(advise_poison(BASE + P, &told), -EBUSY); /* the page of zeroes */
    sys.no_memory_failure = true;
    ck_assert_int_eq(advise_poison(BASE, &told), -EINVAL);
    sys.no_memory_failure = false;

    child = mm_fork(mm, &err);
    ck_assert_ptr_nonnull(child);
    free_before = sys.phys.nfree;
    ck_assert_uint_eq(child->stats.rss_anon, mm->stats.rss_anon);
    ck_assert_int_eq(advise_poison(BASE, &told), 0);
    ck_assert(told);
    ck_assert(!mm_take_poisoned(mm, &at)); /* told once */
    ck_assert_int_eq(mm_check(child, stderr), 0);
    ck_assert_int_eq(mm_fault(child, BASE, MM_READ, &f), -EFAULT);
    ck_assert_int_eq(f.reason, MM_FAULT_POISON);
    mm_put(child);
    ck_assert_uint_ge(sys.phys.nfree, free_before); /* nobody holds the frame */

    ck_assert_int_eq(mm_mmap(mm, BASE, 2 * P, RW, MAP_SHARED | MAP_FIXED, &file, 0), (int64_t)BASE);
    ck_assert_int_eq(mm_fault(mm, BASE, MM_READ, &f), 0);
    ck_assert_int_eq(advise_poison(BASE, &told), 0);
    ck_assert(!told); /* clean: read again */
    ck_assert_uint_eq(file.obj->nr_pages, 0);
    ck_assert_int_eq(mm_fault(mm, BASE, MM_WRITE, &f), 0);
    ck_assert_int_eq(advise_poison(BASE, &told), 0);
    ck_assert(told); /* dirty: lost */
    ck_assert_int_eq(mm_fault(mm, BASE, MM_READ, &f), -EFAULT);
    ck_assert_int_eq(mm_munmap(mm, BASE, 2 * P), 0);
    vm_object_put(file.obj);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("advice");

    tcase_add_checked_fixture(tc, setup, space_drop);
    tcase_add_test(tc, names);
    tcase_add_test(tc, names_of_files);
    tcase_add_test(tc, keys);
    tcase_add_test(tc, discard_needs_the_key_when_sealed);
    tcase_add_test(tc, older_kernels);
    tcase_add_test(tc, policies);
    tcase_add_test(tc, segments);
    tcase_add_test(tc, seals_of_memfds);
    tcase_add_test(tc, mdwe);
    tcase_add_test(tc, pageout_drops_what_was_given_up);
    tcase_add_test(tc, mlockall_current);
    tcase_add_test(tc, memory_failure);
    return run_suite("advice", tc, NULL);
}
