/* One access at a time: which frame, which permissions, which signal. */
#include "run_suite.h"
#include "space.h"

#include <check.h>
#include <signal.h>
#include <string.h>

#define BASE UINT64_C(0x100000000)

static struct mm_fault f;

static void setup(void)
{
    space_make(64 << 20, NULL);
}

static struct mm_file *map_shmem(uint64_t addr, uint64_t pages, int prot, int flags, uint64_t size)
{
    struct mm_file *file = mm_file_create_shmem(&sys, "memfd:x", size);

    ck_assert_int_eq(mm_mmap(mm, addr, pages * P, prot, flags | MAP_FIXED, file, 0), (int64_t)addr);
    return file;
}

/* 0, or the signal with its code: SIGSEGV * 16 + SEGV_MAPERR */
static int try(uint64_t addr, unsigned access)
{
    return mm_fault(mm, addr, access, &f) ? f.signo * 16 + (f.code & 15) : 0;
}

#define MAPERR (SIGSEGV * 16 + SEGV_MAPERR)
#define ACCERR (SIGSEGV * 16 + SEGV_ACCERR)
#define PKUERR (SIGSEGV * 16 + 4)
#define ADRERR (SIGBUS * 16 + BUS_ADRERR)

static uint8_t *byte_at(uint64_t addr, unsigned access)
{
    ck_assert_int_eq(try(addr, access), 0);
    return sys.phys.base + f.paddr + addr % P;
}

START_TEST(anonymous)
{
    map_at(BASE, 4, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    ck_assert_int_eq(try(BASE, MM_READ), 0);
    ck_assert_uint_eq(f.paddr, 0); /* the zero page */
    ck_assert_uint_eq(f.perms, MM_READ);
    ck_assert_uint_eq(mm->stats.rss_anon, 0);
    *byte_at(BASE, MM_WRITE) = 7;
    ck_assert_uint_ne(f.paddr, 0);
    ck_assert_uint_eq(f.perms, MM_READ | MM_WRITE);
    ck_assert_uint_eq(mm->stats.rss_anon, 1);
    ck_assert_uint_eq(*byte_at(BASE, MM_READ), 7);
    ck_assert_uint_eq(f.perms, MM_READ | MM_WRITE); /* no second question for the write */
    ck_assert_uint_eq(*byte_at(BASE + P, MM_WRITE), 0);
    ck_assert_int_eq(mm_munmap(mm, BASE, P), 0);
    ck_assert_int_eq(try(BASE, MM_READ), MAPERR);
    ck_assert_uint_eq(mm->stats.rss_anon, 1);
}
END_TEST

START_TEST(protections)
{
    static const struct {
        int prot, read, write, exec;
    } want[] = {
        {PROT_NONE, ACCERR, ACCERR, ACCERR}, {PROT_READ, 0, ACCERR, ACCERR},
        {PROT_WRITE, 0, 0, ACCERR}, /* x86 cannot forbid reading alone */
        {PROT_EXEC, 0, ACCERR, 0},           {PROT_READ | PROT_WRITE | PROT_EXEC, 0, 0, 0},
    };

    for (unsigned i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
        map_at(BASE, 1, want[i].prot, MAP_PRIVATE);
        if (want[i].prot == PROT_EXEC)
            mm_set_pkru(mm, 0); /* not the execute-only key */
        ck_assert_int_eq(try(BASE, MM_READ), want[i].read);
        ck_assert_int_eq(try(BASE, MM_WRITE), want[i].write);
        ck_assert_int_eq(try(BASE, MM_EXEC), want[i].exec);
        if (!want[i].exec)
            ck_assert(f.perms & MM_EXEC);
    }
}
END_TEST

START_TEST(addresses)
{
    ck_assert_int_eq(try(0, MM_READ), MAPERR);
    ck_assert_int_eq(try(MM_TASK_SIZE, MM_READ), MAPERR);
    ck_assert_uint_eq(f.addr, MM_TASK_SIZE);
    ck_assert_int_eq(try(0xffffffffff600000, MM_EXEC), MAPERR);
    ck_assert_int_eq(mm_fault(mm, UINT64_C(1) << 47, MM_READ, &f), -EFAULT);
    ck_assert_int_eq(f.code, SI_KERNEL);
    ck_assert_uint_eq(f.addr, 0);
}
END_TEST

START_TEST(guards_and_keys)
{
    map_at(BASE, 2, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE);
    ck_assert_int_eq(mm_madvise(mm, BASE, P, MADV_GUARD_INSTALL), 0);
    ck_assert_int_eq(try(BASE, MM_READ), MAPERR);
    ck_assert_int_eq(try(BASE, MM_WRITE), MAPERR);
    ck_assert_int_eq(mm_mprotect(mm, BASE, P, PROT_NONE, -1), 0);
    ck_assert_int_eq(try(BASE, MM_READ), ACCERR);

    mm_set_pkru(mm, 0);
    ck_assert_int_eq(mm_pkey_alloc(mm, 0, 0), 1);
    ck_assert_int_eq(mm_mprotect(mm, BASE + P, P, PROT_READ | PROT_WRITE | PROT_EXEC, 1), 0);
    ck_assert_int_eq(try(BASE + P, MM_WRITE), 0);
    mm_set_pkru(mm, 2 << 2);
    ck_assert_int_eq(try(BASE + P, MM_READ), 0);
    ck_assert_uint_eq(f.perms & MM_WRITE, 0);
    ck_assert_int_eq(try(BASE + P, MM_WRITE), PKUERR);
    ck_assert_int_eq(f.pkey, 1);
    mm_set_pkru(mm, 1 << 2);
    ck_assert_int_eq(try(BASE + P, MM_READ), PKUERR);
    ck_assert_int_eq(try(BASE + P, MM_EXEC), 0);
    ck_assert_uint_eq(f.perms, MM_EXEC);
    ck_assert_int_eq(mm_mprotect(mm, BASE + P, P, PROT_NONE, 1), 0);
    ck_assert_int_eq(try(BASE + P, MM_READ), PKUERR); /* the key is looked at first */
}
END_TEST

START_TEST(end_of_file)
{
    struct mm_file *file = map_shmem(BASE, 3, PROT_READ | PROT_WRITE, MAP_SHARED, P + 100);

    *byte_at(BASE + P, MM_WRITE) = 1;
    ck_assert_int_eq(try(BASE + 2 * P, MM_READ), ADRERR);
    ck_assert_int_eq(try(BASE + 2 * P, MM_WRITE), ADRERR);
    ck_assert_int_eq(try(BASE + 2 * P, MM_EXEC), ADRERR); /* although it may not be executed */
    ck_assert_int_eq(try(BASE + P, MM_EXEC), ACCERR);
    ck_assert_uint_eq(mm->stats.rss_shmem, 1);
    ck_assert_int_eq(vm_object_truncate(file->obj, 10), 0);
    ck_assert_int_eq(try(BASE + P, MM_READ), ADRERR);
    ck_assert_uint_eq(mm->stats.rss_shmem, 0);
    ck_assert_int_eq(mm_mprotect(mm, BASE, 3 * P, PROT_NONE, -1), 0);
    ck_assert_int_eq(try(BASE + P, MM_READ), ACCERR);
    mm_file_put(file);
}
END_TEST

START_TEST(private_copies)
{
    struct mm_file *file = map_shmem(BASE, 2, PROT_READ | PROT_WRITE, MAP_PRIVATE, 2 * P);
    uint8_t b = 5;

    ck_assert_int_eq(vm_object_write(file->obj, 0, &b, 1), 1);
    ck_assert_uint_eq(*byte_at(BASE, MM_READ), 5);
    ck_assert_uint_eq(f.perms, MM_READ);
    b = 6;
    ck_assert_int_eq(vm_object_write(file->obj, 0, &b, 1), 1);
    ck_assert_uint_eq(*byte_at(BASE, MM_READ), 6); /* the file's page until we write */
    *byte_at(BASE, MM_WRITE) = 7;
    ck_assert_int_eq(vm_object_read(file->obj, 0, &b, 1), 1);
    ck_assert_uint_eq(b, 6);
    ck_assert_uint_eq(mm->stats.rss_anon, 1);
    ck_assert_uint_eq(mm->stats.rss_shmem, 0);
    ck_assert_int_eq(vm_object_punch(file->obj, 0, 2 * P), 0); /* leaves copies alone */
    ck_assert_uint_eq(*byte_at(BASE, MM_READ), 7);
    ck_assert_int_eq(vm_object_truncate(file->obj, 0), 0); /* does not */
    ck_assert_int_eq(try(BASE, MM_READ), ADRERR);
    ck_assert_uint_eq(mm->stats.rss_anon, 0);
    mm_file_put(file);
}
END_TEST

START_TEST(fork_copies_on_write)
{
    struct mm *parent = mm, *child;
    struct mm_file *file;
    int err;

    map_at(BASE, 4, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    file = map_shmem(BASE + 8 * P, 1, PROT_READ | PROT_WRITE, MAP_SHARED, P);
    mm_file_put(file);
    *byte_at(BASE, MM_WRITE) = 1;
    *byte_at(BASE + 8 * P, MM_WRITE) = 1;
    child = mm_fork(parent, &err);
    ck_assert_ptr_nonnull(child);
    ck_assert(mm_tlb_flush_needed(parent));
    ck_assert(!mm_tlb_flush_needed(parent));
    ck_assert_uint_eq(*byte_at(BASE, MM_READ), 1);
    ck_assert_uint_eq(f.perms, MM_READ);
    *byte_at(BASE, MM_WRITE) = 2;
    *byte_at(BASE + 8 * P, MM_WRITE) = 2;
    mm = child;
    ck_assert_uint_eq(*byte_at(BASE, MM_READ), 1);
    ck_assert_uint_eq(*byte_at(BASE + 8 * P, MM_READ), 2);
    *byte_at(BASE, MM_WRITE) = 3;
    mm = parent;
    ck_assert_uint_eq(*byte_at(BASE, MM_READ), 2);
    ck_assert_uint_eq(f.perms, MM_READ | MM_WRITE);
    mm_put(child);
    ck_assert_uint_eq(*byte_at(BASE, MM_READ), 2);
}
END_TEST

START_TEST(stack_grows)
{
    uint64_t top = BASE + 1024 * P;

    map_at(BASE, 1, PROT_READ, MAP_PRIVATE);
    map_at(top - P, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_GROWSDOWN);
    ck_assert_int_eq(try(top - 10 * P, MM_WRITE), 0);
    ck_assert_uint_eq(mm_find_vma(mm, top - 1)->start, top - 10 * P);
    ck_assert_int_eq(try(BASE + 257 * P, MM_WRITE), 0);
    ck_assert_int_eq(try(BASE + 256 * P, MM_WRITE), MAPERR); /* the guard gap: 256 pages are kept free */
    ck_assert_int_eq(f.reason, MM_FAULT_STACK_LIMIT);
    ck_assert_int_eq(mm_mprotect(mm, BASE, P, PROT_NONE, -1), 0);
    ck_assert_int_eq(try(BASE + 256 * P, MM_WRITE), 0); /* nobody can run into it */
    ck_assert_int_eq(try(BASE + P, MM_READ), 0);
    ck_assert_uint_eq(mm->vmas.count, 2);
    ck_assert_int_eq(mm_munmap(mm, BASE, P), 0);
    mm_set_rlimit(mm, MM_RLIMIT_STACK, 1023 * P);
    ck_assert_int_eq(try(BASE, MM_READ), MAPERR);
    mm_set_rlimit(mm, MM_RLIMIT_STACK, 1024 * P);
    ck_assert_int_eq(try(BASE, MM_READ), 0);
}
END_TEST

START_TEST(out_of_memory_kills)
{
    uint64_t n = 0;

    map_at(BASE, 20000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE);
    while (n < 20000 && !try(BASE + n * P, MM_WRITE))
        n++;
    ck_assert_uint_lt(n, 16384); /* 64 MiB less the table */
    ck_assert_uint_gt(n, 16200);
    ck_assert_int_eq(f.signo, SIGKILL);
    ck_assert_int_eq(f.reason, MM_FAULT_OOM);
    ck_assert_int_eq(mm_munmap(mm, BASE, 20000 * P), 0);
    map_at(BASE, 1000, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    ck_assert_int_eq(try(BASE, MM_WRITE), 0);
    ck_assert_uint_eq(*byte_at(BASE, MM_READ), 0);
}
END_TEST

START_TEST(tlb_flush_only_for_what_was_handed_out)
{
    map_at(BASE, 1000, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    mm_tlb_flush_needed(mm);
    try(BASE + P, MM_WRITE);
    ck_assert_int_eq(mm_munmap(mm, BASE + 500 * P, P), 0);
    ck_assert(!mm_tlb_flush_needed(mm));
    ck_assert_int_eq(mm_munmap(mm, BASE + P, P), 0);
    ck_assert(mm_tlb_flush_needed(mm));
    ck_assert_int_eq(mm_munmap(mm, BASE, 3 * P), 0);
    ck_assert(!mm_tlb_flush_needed(mm));
}
END_TEST

START_TEST(tlb_forgets_what_the_kernel_replaced)
{
    map_at(BASE, 4, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    try(BASE, MM_READ); /* the page of zeroes */
    mm_tlb_flush_needed(mm);
    try(BASE + P, MM_READ);
    ck_assert_int_eq(mm_madvise(mm, BASE, 4 * P, 23 /* MADV_POPULATE_WRITE */), 0);
    ck_assert(mm_tlb_flush_needed(mm));
    try(BASE + P, MM_WRITE);
    ck_assert_int_eq(mm_madvise(mm, BASE, 4 * P, 23), 0);
    ck_assert(!mm_tlb_flush_needed(mm));
}
END_TEST

START_TEST(tlb_single_pages)
{
    uint64_t page[MM_TLB_FEW];

    map_at(BASE, 1000, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    mm_tlb_flush_needed(mm);
    for (unsigned i = 0; i < 40; i++)
        try(BASE + i * P, MM_WRITE);
    ck_assert_uint_eq(mm_tlb_stale_pages(mm, page), 0);
    ck_assert_int_eq(mm_mprotect(mm, BASE + P, 2 * P, PROT_READ, -1), 0);
    ck_assert_int_eq(mm_munmap(mm, BASE + 2 * P, 2 * P), 0);
    ck_assert_uint_eq(mm_tlb_stale_pages(mm, page), 3); /* each once */
    for (unsigned i = 0; i < 3; i++)
        ck_assert_uint_eq(page[i], BASE + (1 + i) * P);
    ck_assert_uint_eq(mm_tlb_stale_pages(mm, page), 0);
    ck_assert(!mm_tlb_flush_needed(mm));
    ck_assert_int_eq(mm_munmap(mm, BASE + 10 * P, (MM_TLB_FEW + 1) * P), 0);
    ck_assert_uint_gt(mm_tlb_stale_pages(mm, page), MM_TLB_FEW);
    ck_assert(!mm_tlb_flush_needed(mm));
    ck_assert_int_eq(mm_munmap(mm, BASE + 4 * P, P), 0); /* all was forgotten */
    ck_assert_uint_eq(mm_tlb_stale_pages(mm, page), 0);
}
END_TEST

START_TEST(tlb_same_page_again)
{
    uint64_t page[MM_TLB_FEW];

    map_at(BASE + P, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    try(BASE + P, MM_WRITE);
    mm_tlb_flush_needed(mm);
    for (unsigned i = 0; i < 5000; i++) { /* more often than the filter has bits */
        map_at(BASE, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED);
        try(BASE, MM_WRITE);
        ck_assert_int_eq(mm_mprotect(mm, BASE, P, PROT_READ, -1), 0);
        ck_assert_uint_eq(mm_tlb_stale_pages(mm, page), 1);
        ck_assert_uint_eq(page[0], BASE);
        ck_assert_int_eq(mm_munmap(mm, BASE, P), 0);
        ck_assert_uint_eq(mm_tlb_stale_pages(mm, page), 0); /* it went already */
    }
    try(BASE + P, MM_WRITE);
    ck_assert_int_eq(mm_munmap(mm, BASE + P, P), 0);
    ck_assert_uint_eq(mm_tlb_stale_pages(mm, page), 1);
}
END_TEST

/* A flush too many is a pity, one too few is a wrong program. */
START_TEST(tlb_never_forgets)
{
    uint64_t seed = 1, addr[300];

    for (int round = 0; round < 200; round++) {
        unsigned n = 1 + round % 300, hit;
        uint64_t start, end;

        mm->tlb_flush = true;
        mm_tlb_flush_needed(mm);
        for (unsigned i = 0; i < n; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            addr[i] = (seed >> 17) % MM_TASK_SIZE & MM_PAGE_MASK;
            mm_tlb_note(mm, addr[i]);
        }
        hit = (unsigned)(seed >> 33) % n;
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        start = addr[hit] - ((seed >> 33) % (UINT64_C(1) << round % 30) & MM_PAGE_MASK);
        end = addr[hit] + MM_PAGE_SIZE + ((seed >> 20) % (UINT64_C(1) << round % 31) & MM_PAGE_MASK);
        mm_tlb_invalidate(mm, start > addr[hit] ? 0 : start, end);
        if (round % 2) {
            uint64_t page[MM_TLB_FEW];
            unsigned found = mm_tlb_stale_pages(mm, page), i = 0;

            while (found <= MM_TLB_FEW && i < found && page[i] != addr[hit])
                i++;
            ck_assert(i < found || found > MM_TLB_FEW);
            continue;
        }
        ck_assert(mm_tlb_flush_needed(mm));
    }
}
END_TEST

START_TEST(copies)
{
    char buf[3 * P], back[3 * P];

    for (unsigned i = 0; i < sizeof(buf); i++)
        buf[i] = (char)(i * 7);
    map_at(BASE, 3, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    ck_assert_int_eq(mm_copy_out(mm, BASE + 100, buf, 2 * P), 0);
    ck_assert_int_eq(mm_copy_in(mm, back, BASE + 100, 2 * P), 0);
    ck_assert_int_eq(memcmp(buf, back, 2 * P), 0);
    ck_assert_int_eq(mm_copy_out(mm, BASE + P + 1, buf, 2 * P), -EFAULT);
    ck_assert_uint_eq(mm_copy_out_partial(mm, BASE + P + 1, buf, 2 * P), 2 * P - 1);
    ck_assert_uint_eq(mm_copy_in_partial(mm, buf, MM_TASK_SIZE - 1, 2), 0);
    ck_assert_int_eq(mm_copy_in(mm, buf, 0, 0), 0);
    ck_assert_int_eq(mm_copy_out(mm, BASE + 2 * P - 3, "abcdef", 7), 0);
    ck_assert_int_eq(mm_copy_str(mm, back, BASE + 2 * P - 3, 100), 6);
    ck_assert_str_eq(back, "abcdef");
    ck_assert_int_eq(mm_copy_str(mm, back, BASE + 2 * P - 3, 6), -ENAMETOOLONG);
    memset(buf, 'x', P);
    ck_assert_int_eq(mm_copy_out(mm, BASE + 2 * P, buf, P), 0);
    ck_assert_int_eq(mm_copy_str(mm, back, BASE + 2 * P, sizeof(back)), -EFAULT);
}
END_TEST

START_TEST(remote)
{
    struct mm_file *file;
    char c = 'n', buf[2 * P];

    map_at(BASE, 1, PROT_NONE, MAP_PRIVATE);
    ck_assert_int_eq(mm_access_remote(mm, BASE, &c, 1, true, false), -EIO);
    ck_assert_int_eq(mm_access_remote(mm, BASE, &c, 1, true, true), 1);
    c = 0;
    ck_assert_int_eq(mm_access_remote(mm, BASE, &c, 1, false, true), 1);
    ck_assert_int_eq(c, 'n');
    ck_assert_int_eq(mm_access_remote(mm, BASE, &c, 1, false, false), -EIO);
    file = map_shmem(BASE + P, 1, PROT_READ, MAP_SHARED, P);
    mm_file_put(file);
    ck_assert_int_eq(mm_access_remote(mm, BASE + P, &c, 1, true, true), -EIO);
    ck_assert_int_eq(mm_access_remote(mm, BASE + P, buf, 2 * P, false, true), (int64_t)P);
}
END_TEST

START_TEST(futex_keys)
{
    struct mm_file *file = map_shmem(BASE, 1, PROT_READ | PROT_WRITE, MAP_SHARED, P);
    struct mm_key a, b;

    ck_assert_int_eq(mm_mmap(mm, BASE + P, P, PROT_READ, MAP_SHARED | MAP_FIXED, file, 0),
                     (int64_t)(BASE + P));
    mm_file_put(file);
    ck_assert_int_eq(mm_futex_key(mm, BASE + 8, false, &a), 0);
    ck_assert_int_eq(mm_futex_key(mm, BASE + P + 8, false, &b), 0);
    ck_assert(a.owner == b.owner && a.offset == b.offset);
    ck_assert_int_eq(mm_futex_key(mm, BASE + P + 8, true, &b), 0);
    ck_assert(a.owner != b.owner);
    map_at(BASE + 2 * P, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    ck_assert_int_eq(mm_futex_key(mm, BASE + 2 * P, false, &a), 0);
    ck_assert_int_eq(mm_futex_key(mm, BASE + 2 * P, true, &b), 0);
    ck_assert(a.owner == mm && b.owner == mm && a.offset != b.offset);
    ck_assert_int_eq(mm_futex_key(mm, 0, false, &a), -EFAULT);
    ck_assert_int_eq(mm_futex_key(mm, 0, true, &a), 0); /* the address is its own identity */
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("fault");

    tcase_add_checked_fixture(tc, setup, space_drop);
    tcase_add_test(tc, anonymous);
    tcase_add_test(tc, protections);
    tcase_add_test(tc, addresses);
    tcase_add_test(tc, guards_and_keys);
    tcase_add_test(tc, end_of_file);
    tcase_add_test(tc, private_copies);
    tcase_add_test(tc, fork_copies_on_write);
    tcase_add_test(tc, stack_grows);
    tcase_add_test(tc, out_of_memory_kills);
    tcase_add_test(tc, tlb_flush_only_for_what_was_handed_out);
    tcase_add_test(tc, tlb_forgets_what_the_kernel_replaced);
    tcase_add_test(tc, tlb_single_pages);
    tcase_add_test(tc, tlb_same_page_again);
    tcase_add_test(tc, tlb_never_forgets);
    tcase_add_test(tc, copies);
    tcase_add_test(tc, remote);
    tcase_add_test(tc, futex_keys);
    return run_suite("fault", tc, NULL);
}
