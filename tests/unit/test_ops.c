/*
 * test_ops.c - mmap, munmap, mprotect, mremap, brk, fork: limits, errors, and what stays when they fail half
 * way.
 *
 * What the host's kernel can be asked is compared with it by `make fuzz-kernel`; here is what it cannot:
 * limits of the machine, protection keys, other releases, refusals.
 */
#include "run_suite.h"
#include "space.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define BASE UINT64_C(0x10000000)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW   (PROT_READ | PROT_WRITE)

static void setup(void)
{
    space_make(16 << 20, "linux");
}

static void teardown(void)
{
    mm_put(mm);
    ck_assert_uint_eq(sys.committed, 0);
    mm_system_destroy(&sys);
}

static uint64_t pg(uint64_t n)
{
    return BASE + n * P;
}

static int64_t map(uint64_t at, uint64_t pages, uint64_t prot, uint64_t flags)
{
    return mm_mmap(mm, pg(at), pages * P, prot, flags | MAP_FIXED, NULL, 0);
}

static void map_ok(uint64_t at, uint64_t pages, uint64_t prot)
{
    ck_assert_int_eq(map(at, pages, prot, ANON), (int64_t)pg(at));
}

static const struct vma *vma_at(uint64_t page)
{
    const struct vma *v = mm_find_vma(mm, pg(page));

    return v && v->start <= pg(page) ? v : NULL;
}

static struct mm_stats stats(void)
{
    struct mm_stats st;

    mm_get_stats(mm, &st);
    return st;
}

/* ---- the number of VMAs --------------------------------------------------------------------- */

START_TEST(map_count_split)
{
    map_ok(0, 8, PROT_READ);
    sys.max_map_count = 1;
    ck_assert_int_eq(mm_mprotect(mm, pg(2), P, RW, -1), -ENOMEM);
    ck_assert_uint_eq(mm_vma_count(mm), 1);
    /* room for one: the first of two cuts is made and stays */
    sys.max_map_count = 2;
    ck_assert_int_eq(mm_mprotect(mm, pg(2), P, RW, -1), -ENOMEM);
    ck_assert_uint_eq(mm_vma_count(mm), 2);
    ck_assert_uint_eq(vma_at(2)->start, pg(2));
    ck_assert_uint_eq(vma_at(2)->flags & VM_WRITE, 0);
    ck_assert_uint_eq(sys.committed, 0);
}
END_TEST

START_TEST(map_count_munmap)
{
    map_ok(0, 8, PROT_READ);
    sys.max_map_count = 1;
    ck_assert_int_eq(mm_munmap(mm, pg(2), P), -ENOMEM); /* a hole in the middle */
    ck_assert_int_eq(mm_munmap(mm, pg(6), 2 * P), 0);   /* the end is no new VMA */
    ck_assert_uint_eq(mm_vma_count(mm), 1);
}
END_TEST

START_TEST(map_count_mmap_may_exceed_by_one)
{
    map_ok(0, 1, PROT_READ);
    sys.max_map_count = 1;
    map_ok(2, 1, PROT_READ);
    ck_assert_int_eq(map(4, 1, PROT_READ, ANON), -ENOMEM);
    ck_assert_uint_eq(mm_vma_count(mm), 2);
}
END_TEST

START_TEST(map_count_mremap)
{
    map_ok(0, 4, RW);
    sys.max_map_count = 6;
    ck_assert_int_eq(mm_mremap(mm, pg(0), 4 * P, 4 * P, MREMAP_MAYMOVE | MREMAP_FIXED, pg(8)), -ENOMEM);
    /* before the VMA is looked for */
    ck_assert_int_eq(mm_mremap(mm, pg(40), P, P, MREMAP_MAYMOVE | MREMAP_FIXED, pg(8)), -ENOMEM);
    sys.max_map_count = 7;
    ck_assert_int_eq(mm_mremap(mm, pg(40), P, P, MREMAP_MAYMOVE | MREMAP_FIXED, pg(8)), -EFAULT);
    ck_assert_int_eq(mm_mremap(mm, pg(0), 4 * P, 4 * P, MREMAP_MAYMOVE | MREMAP_FIXED, pg(8)),
                     (int64_t)pg(8));
}
END_TEST

/* ---- RLIMIT_*, overcommit ------------------------------------------------------------------- */

START_TEST(rlimit_as)
{
    map_ok(0, 4, RW);
    mm_set_rlimit(mm, MM_RLIMIT_AS, 6 * P);
    ck_assert_int_eq(map(8, 3, RW, ANON), -ENOMEM);
    map_ok(2, 4, RW); /* two of the four replace what is there */
    ck_assert_uint_eq(stats().total_vm, 6);
    ck_assert_int_eq(mm_mremap(mm, pg(0), 6 * P, 7 * P, 0, 0), -ENOMEM);
    ck_assert_int_eq(mm_mremap(mm, pg(0), 2 * P, 2 * P, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, pg(8)), -ENOMEM);
}
END_TEST

START_TEST(rlimit_data)
{
    mm_set_rlimit(mm, MM_RLIMIT_DATA, 4 * P);
    map_ok(0, 4, RW);
    ck_assert_int_eq(map(8, 1, RW, ANON), -ENOMEM);
    ck_assert_int_eq(map(8, 1, RW, MAP_SHARED | MAP_ANONYMOUS), (int64_t)pg(8)); /* not data */
    map_ok(9, 1, PROT_READ);
    ck_assert_int_eq(mm_mprotect(mm, pg(9), P, RW, -1), -ENOMEM);
    /* a limit of 0 is there to stop brk only, as long as the hard one allows more */
    mm_set_rlimit(mm, MM_RLIMIT_DATA, 0);
    map_ok(10, 1, RW);
    mm_set_rlimit_data_max(mm, 5 * P);
    ck_assert_int_eq(map(12, 1, RW, ANON), -ENOMEM);
}
END_TEST

START_TEST(rlimit_memlock)
{
    mm_set_rlimit(mm, MM_RLIMIT_MEMLOCK, 2 * P);
    ck_assert_int_eq(map(0, 3, RW, ANON | MAP_LOCKED), -EAGAIN);
    ck_assert_int_eq(map(0, 2, RW, ANON | MAP_LOCKED), (int64_t)pg(0));
    ck_assert_uint_eq(stats().locked_vm, 2);
    ck_assert_int_eq(mm_mremap(mm, pg(0), 2 * P, 3 * P, 0, 0), -EAGAIN);
    mm_set_rlimit(mm, MM_RLIMIT_MEMLOCK, 0);
    ck_assert_int_eq(map(8, 1, RW, ANON | MAP_LOCKED), -EPERM);
}
END_TEST

START_TEST(overcommit)
{
    ck_assert_int_eq(map(0, 4097, RW, ANON), -ENOMEM); /* more than the machine has */
    ck_assert_int_eq(map(0, 4097, RW, MAP_SHARED | MAP_ANONYMOUS), -ENOMEM);
    ck_assert_int_eq(map(0, 4097, RW, ANON | MAP_NORESERVE), (int64_t)pg(0));
    ck_assert_int_eq(map(5000, 4097, PROT_READ, ANON), (int64_t)pg(5000));
    ck_assert_int_eq(mm_mprotect(mm, pg(5000), 4097 * P, RW, -1), -ENOMEM);
    sys.overcommit = 2; /* half of RAM */
    ck_assert_int_eq(map(0, 2100, RW, ANON), -ENOMEM);
    ck_assert_int_eq(map(0, 1000, RW, ANON | MAP_NORESERVE), (int64_t)pg(0)); /* not honoured */
    ck_assert_uint_eq(sys.committed, 1000);
}
END_TEST

/* A failed mmap over something: checks come first, what lay there stays. */
START_TEST(failed_mmap_keeps_the_old)
{
    map_ok(0, 4, RW);
    ck_assert_int_eq(map(0, 4101, RW, ANON), -ENOMEM);
    ck_assert_uint_eq(stats().total_vm, 4);
    ck_assert_ptr_nonnull(vma_at(3));
    ck_assert_int_eq(map(1, 1, RW, MAP_FIXED_NOREPLACE | ANON), -EEXIST);
    ck_assert_int_eq(mm_mmap(mm, pg(0) + 1, P, RW, ANON | MAP_FIXED, NULL, 0), -EINVAL);
    ck_assert_int_eq(map(0, 0, RW, ANON), -EINVAL);
    ck_assert_int_eq(map(0, 1, RW, MAP_ANONYMOUS), -EINVAL);
    ck_assert_int_eq(map(0, 1, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN), -EINVAL);
    ck_assert_int_eq(mm_mmap(mm, 0, UINT64_MAX, RW, ANON, NULL, 0), -ENOMEM);
    ck_assert_int_eq(mm_mmap(mm, 0, P, RW, ANON, NULL, 1), -EINVAL);
    ck_assert_uint_eq(mm_vma_count(mm), 1);
}
END_TEST

/* ---- files ---------------------------------------------------------------------------------- */

static struct mm_file *file_for(bool readable, bool writable)
{
    struct mm_file *f = mm_file_create_shmem(&sys, "memfd:t", 4 * P);

    f->readable = readable;
    f->writable = writable;
    return f;
}

static int64_t map_file(struct mm_file *f, uint64_t prot, uint64_t flags)
{
    return mm_mmap(mm, pg(0), 4 * P, prot, flags | MAP_FIXED, f, 0);
}

START_TEST(file_modes)
{
    struct mm_file *f = file_for(true, false);

    ck_assert_int_eq(map_file(f, RW, MAP_SHARED), -EACCES);
    ck_assert_int_eq(map_file(f, RW, MAP_PRIVATE), (int64_t)pg(0));
    ck_assert_int_eq(map_file(f, PROT_READ, MAP_SHARED), (int64_t)pg(0));
    ck_assert_int_eq(mm_mprotect(mm, pg(0), P, RW, -1), -EACCES);
    ck_assert_uint_eq(f->obj->writable_maps, 0);
    f->readable = false;
    ck_assert_int_eq(map_file(f, PROT_READ, MAP_PRIVATE), -EACCES);
    f->readable = f->noexec = true;
    ck_assert_int_eq(map_file(f, PROT_EXEC, MAP_PRIVATE), -EPERM);
    ck_assert_int_eq(map_file(f, PROT_READ, MAP_PRIVATE), (int64_t)pg(0));
    ck_assert_int_eq(mm_mprotect(mm, pg(0), P, PROT_EXEC, -1), -EACCES);
    f->writable = f->append_only = true;
    ck_assert_int_eq(map_file(f, PROT_READ, MAP_SHARED), -EACCES);
    ck_assert_int_eq(map_file(f, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN), -EINVAL);
    ck_assert_int_eq(map_file(f, PROT_READ, MAP_SHARED_VALIDATE | MAP_SYNC), -EOPNOTSUPP);
    ck_assert_int_eq(mm_mmap(mm, pg(0), 4 * P, PROT_READ, MAP_PRIVATE, f, UINT64_MAX & MM_PAGE_MASK),
                     -EOVERFLOW);
    mm_file_put(f);
}
END_TEST

START_TEST(writable_maps)
{
    struct mm_file *f = file_for(true, true);

    ck_assert_int_eq(map_file(f, RW, MAP_SHARED), (int64_t)pg(0));
    ck_assert_uint_eq(f->obj->writable_maps, 4);
    ck_assert_int_eq(mm_mprotect(mm, pg(1), P, PROT_READ, -1), 0); /* may become writable again */
    ck_assert_uint_eq(f->obj->writable_maps, 4);
    ck_assert_int_eq(mm_munmap(mm, pg(1), P), 0);
    ck_assert_uint_eq(f->obj->writable_maps, 3);
    ck_assert_int_eq(mm_mremap(mm, pg(0), P, P, MREMAP_MAYMOVE | MREMAP_FIXED, pg(8)), (int64_t)pg(8));
    ck_assert_uint_eq(f->obj->writable_maps, 3);
    ck_assert_int_eq(mm_munmap(mm, pg(0), 16 * P), 0);
    ck_assert_uint_eq(f->obj->writable_maps, 0);
    mm_file_put(f);
}
END_TEST

START_TEST(sealed_memfd)
{
    struct mm_file *f = file_for(true, true);

    f->obj->fseals = F_SEAL_FUTURE_WRITE;
    ck_assert_int_eq(map_file(f, RW, MAP_SHARED), -EPERM);
    ck_assert_int_eq(map_file(f, RW, MAP_PRIVATE), (int64_t)pg(0));
    ck_assert_int_eq(map_file(f, PROT_READ, MAP_SHARED), (int64_t)pg(0));
    ck_assert_uint_eq(vma_at(0)->flags & VM_MAYWRITE, 0);
    ck_assert_int_eq(mm_mprotect(mm, pg(0), P, RW, -1), -EACCES);
    mm_file_put(f);
}
END_TEST

/* ---- brk ------------------------------------------------------------------------------------ */

START_TEST(heap)
{
    struct mm_layout *l = mm_layout(mm);

    map_ok(0, 2, RW); /* bss: touches the heap and stays apart from it */
    l->start_brk = l->brk = pg(2);
    ck_assert_int_eq(mm_brk(mm, 0), (int64_t)pg(2));
    ck_assert_int_eq(mm_brk(mm, pg(3) + 1), (int64_t)pg(3) + 1);
    ck_assert_uint_eq(mm_vma_count(mm), 2);
    ck_assert_int_eq(mm_brk(mm, pg(6)), (int64_t)pg(6));
    ck_assert_uint_eq(mm_vma_count(mm), 2);
    ck_assert_uint_eq(vma_at(5)->start, pg(2));
    ck_assert_int_eq(mm_brk(mm, pg(2) - 1), (int64_t)pg(6));
    ck_assert_int_eq(mm_brk(mm, UINT64_MAX), (int64_t)pg(6));
    ck_assert_int_eq(mm_brk(mm, MM_TASK_SIZE + P), (int64_t)pg(6));
    map_ok(8, 1, PROT_READ); /* in the way: one page must stay free */
    ck_assert_int_eq(mm_brk(mm, pg(8)), (int64_t)pg(6));
    ck_assert_int_eq(mm_brk(mm, pg(7)), (int64_t)pg(7));
    mm_set_rlimit(mm, MM_RLIMIT_DATA, 3 * P);
    ck_assert_int_eq(mm_brk(mm, pg(6)), (int64_t)pg(7)); /* checked when shrinking, too */
    ck_assert_int_eq(mm_brk(mm, pg(5)), (int64_t)pg(5));
    ck_assert_int_eq(mm_brk(mm, pg(2)), (int64_t)pg(2));
    ck_assert_ptr_null(vma_at(2));
}
END_TEST

/* ---- execute-only memory, MDWE, special mappings -------------------------------------------- */

START_TEST(execute_only)
{
    struct mm_fault f;

    map_ok(0, 2, PROT_EXEC);
    ck_assert_uint_eq(vma_pkey(vma_at(0)), 1);
    ck_assert_int_eq(mm_fault(mm, pg(0), MM_READ, &f), -EFAULT);
    ck_assert_int_eq(f.reason, MM_FAULT_PKEY);
    ck_assert_int_eq(mm_fault(mm, pg(0), MM_EXEC, &f), 0);
    ck_assert_int_eq(mm_mprotect(mm, pg(0), P, PROT_READ, 1), -EINVAL); /* nobody's to give */
    ck_assert_int_eq(mm_mprotect(mm, pg(0), 2 * P, PROT_READ | PROT_EXEC, -1), 0);
    ck_assert_uint_eq(vma_pkey(vma_at(0)), 0);
    ck_assert_int_eq(mm_pkey_alloc(mm, 0, 0), 2);
    ck_assert_int_eq(mm_mprotect(mm, pg(1), P, RW, 2), 0);
    ck_assert_uint_eq(vma_pkey(vma_at(1)), 2);
    ck_assert_int_eq(mm_mprotect(mm, pg(1), P, PROT_READ, -1), 0);
    ck_assert_uint_eq(vma_pkey(vma_at(1)), 2); /* mprotect keeps it */
}
END_TEST

START_TEST(mdwe)
{
    map_ok(0, 1, PROT_READ | PROT_EXEC);
    map_ok(1, 1, RW);
    ck_assert_int_eq(mm_set_mdwe(mm, 1), 0);
    ck_assert_int_eq(map(4, 1, RW | PROT_EXEC, ANON), -EACCES);
    ck_assert_int_eq(mm_mprotect(mm, pg(1), P, PROT_READ | PROT_EXEC, -1), -EACCES);
    ck_assert_int_eq(mm_mprotect(mm, pg(0), P, PROT_READ | PROT_EXEC, -1), 0);
    ck_assert_int_eq(mm_mprotect(mm, pg(0), P, RW | PROT_EXEC, -1), -EACCES);
}
END_TEST

START_TEST(special_is_whole)
{
    struct vm_object *obj = vm_object_create(&sys, OBJ_SPECIAL, 2 * P, NULL, NULL);
    uint64_t flags = VM_READ | VM_EXEC | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_DONTEXPAND;

    ck_assert_int_eq(mm_map_special(mm, pg(2), 2 * P, flags, obj, VMA_VDSO), (int64_t)pg(2));
    vm_object_put(obj);
    map_ok(0, 2, RW);
    ck_assert_int_eq(mm_munmap(mm, pg(2), P), -EINVAL);
    ck_assert_int_eq(mm_mprotect(mm, pg(2), P, PROT_READ, -1), -EINVAL);
    /* the cut at the start stays when the one at the end is not possible */
    ck_assert_int_eq(mm_munmap(mm, pg(1), 2 * P), -EINVAL);
    ck_assert_uint_eq(vma_at(1)->start, pg(1));
    ck_assert_int_eq(mm_mremap(mm, pg(2), 2 * P, 3 * P, MREMAP_MAYMOVE, 0), -EFAULT);
    ck_assert_int_eq(mm_mremap(mm, pg(2), 2 * P, 2 * P, MREMAP_MAYMOVE | MREMAP_FIXED, pg(8)),
                     (int64_t)pg(8));
    ck_assert_int_eq(mm_munmap(mm, pg(8), 2 * P), 0);
}
END_TEST

/* ---- fork and pictures ---------------------------------------------------------------------- */

static int byte_of(struct mm *m, uint64_t page)
{
    unsigned char c;
    int err = mm_copy_in(m, &c, pg(page), 1);

    return err ? err : c;
}

START_TEST(fork_copies)
{
    struct mm *child;
    uint64_t committed;
    int err;

    map_ok(0, 8, RW);
    ck_assert_int_eq(mm_copy_out(mm, pg(0), "a", 1), 0);
    ck_assert_int_eq(mm_copy_out(mm, pg(3), "b", 1), 0);
    ck_assert_int_eq(mm_copy_out(mm, pg(6), "c", 1), 0);
    ck_assert_int_eq(mm_madvise(mm, pg(2), 2 * P, MADV_DONTFORK), 0);
    ck_assert_int_eq(mm_madvise(mm, pg(6), P, MADV_WIPEONFORK), 0);
    ck_assert_int_eq(mm_mlock(mm, pg(0), P, 0), 0);
    committed = sys.committed;
    child = mm_fork(mm, &err);
    ck_assert_ptr_nonnull(child);
    ck_assert_int_eq(mm_check(child, stderr), 0);
    ck_assert_uint_eq(sys.committed, committed + 6);
    ck_assert_int_eq(byte_of(child, 0), 'a');
    ck_assert_int_eq(byte_of(child, 3), -EFAULT);
    ck_assert_int_eq(byte_of(child, 6), 0);
    ck_assert_int_eq(byte_of(mm, 6), 'c');
    ck_assert_uint_eq(mm_find_vma(child, pg(0))->flags & VM_LOCKED, 0);
    /* each writes its own */
    ck_assert_int_eq(mm_copy_out(mm, pg(0), "p", 1), 0);
    ck_assert_int_eq(mm_copy_out(child, pg(0), "k", 1), 0);
    ck_assert_int_eq(byte_of(mm, 0), 'p');
    ck_assert_int_eq(byte_of(child, 0), 'k');
    mm_put(child);
    ck_assert_uint_eq(sys.committed, committed);
}
END_TEST

/* Private pages from before a fork keep the child's VMA apart from new neighbours. */
START_TEST(fork_child_does_not_merge)
{
    struct mm *parent = mm;
    int err;

    map_ok(0, 2, RW);
    ck_assert_int_eq(mm_copy_out(mm, pg(0), "a", 1), 0);
    mm = mm_fork(parent, &err);
    map_ok(2, 2, RW);
    ck_assert_uint_eq(mm_vma_count(mm), 2);
    mm_put(mm);
    mm = parent;
    map_ok(2, 2, RW);
    ck_assert_uint_eq(mm_vma_count(mm), 1);
}
END_TEST

START_TEST(snapshot_is_frozen)
{
    struct mm_snapshot *s;
    uint64_t args[6] = {pg(0), P};

    mm_set_event(mm, 7);
    map_ok(0, 4, RW);
    s = mm_snapshot_take(mm);
    mm_set_event(mm, 9);
    ck_assert_int_eq(mm_design_syscall(mm, 462, args), 0);
    ck_assert_int_eq(mm_munmap(mm, pg(2), P), 0);
    ck_assert_uint_eq(mm_snapshot_find(s, pg(2))->end, pg(4));
    ck_assert_uint_eq(mm_snapshot_find(s, pg(0))->seal, 0);
    ck_assert_uint_eq(vma_at(0)->birth, 7);
    ck_assert_uint_eq(vma_at(0)->sealed_at, 9);
    ck_assert_uint_eq(vma_at(1)->sealed_at, 0);
    mm_snapshot_put(s);
}
END_TEST

/* ---- refusals ------------------------------------------------------------------------------- */

START_TEST(refusal_is_told)
{
    uint64_t args[6] = {pg(1), P};
    const struct mm_refusal *r;

    map_ok(0, 4, RW);
    ck_assert_int_eq(mm_design_syscall(mm, 462, args), 0);
    ck_assert_ptr_null(mm_last_refusal(mm));
    ck_assert_int_eq(mm_munmap(mm, pg(0), 4 * P), -EPERM);
    r = mm_last_refusal(mm);
    ck_assert_ptr_nonnull(r);
    ck_assert_int_eq(r->err, -EPERM);
    ck_assert_uint_eq(r->vma.start, pg(1));
    ck_assert_int_eq(r->change->kind, CHANGE_UNMAP);
    ck_assert_int_eq(r->change->door, DOOR_MUNMAP);
    ck_assert(r->change->direct && *r->why);
    ck_assert_ptr_nonnull(r->where);
    ck_assert_int_eq(strncmp(r->where, "mm/designs/linux.c:", 19), 0);
    ck_assert_uint_eq(r->change->start, pg(1));
    ck_assert_uint_eq(r->change->end, pg(2));
    mm_set_event(mm, 1);
    ck_assert_ptr_null(mm_last_refusal(mm));
}
END_TEST

/* Every built-in design survives the calls it adds, with absurd arguments. */
START_TEST(designs_survive)
{
    static const uint64_t absurd[] = {
        0, 1, P, BASE, BASE + 1, MM_TASK_SIZE, UINT64_MAX, UINT64_MAX & MM_PAGE_MASK, UINT64_C(1) << 62};
    const struct mseal_design *d;
    unsigned i, a, b;

    for (i = 0; (d = mseal_design_at(i)); i++) {
        const struct mseal_syscall *s;

        ck_assert_ptr_eq(mseal_design_find(d->name), d);
        mm_put(mm);
        mm = mm_create(&sys, d);
        map_ok(0, 4, RW);
        for (s = d->syscalls; s && s->name; s++)
            for (a = 0; a < sizeof(absurd) / sizeof(*absurd); a++)
                for (b = 0; b < sizeof(absurd) / sizeof(*absurd); b++) {
                    uint64_t args[6] = {absurd[a], absurd[b]};

                    mm_design_syscall(mm, s->nr, args);
                    ck_assert_int_eq(mm_check(mm, stderr), 0);
                }
        ck_assert_int_eq(mm_design_syscall(mm, 1, absurd), -ENOSYS);
    }
    ck_assert_ptr_null(mseal_design_find("nonesuch"));
}
END_TEST

static int64_t first_argument(struct mm *m, const uint64_t args[6])
{
    return (int64_t)args[0];
}

/* A design's own calls may have any numbers, in any order. */
START_TEST(design_calls_of_any_number)
{
    static const struct mseal_syscall calls[] = {
        {600, "high", "int", first_argument}, {39, "low", "int", first_argument}, {0}};
    static const struct mseal_design d = {.name = "numbers", .syscalls = calls};
    const uint64_t args[6] = {7};

    mm_put(mm);
    mm = mm_create(&sys, &d);
    ck_assert_ptr_eq(mm_design_call(mm, 600), &calls[0]);
    ck_assert_ptr_eq(mm_design_call(mm, 39), &calls[1]);
    ck_assert_ptr_nonnull(mm_design_call(mm, MSEAL_EMU_DESIGN));
    for (unsigned nr = 0; nr < 700; nr++)
        ck_assert_int_eq(!mm_design_call(mm, nr), nr != 39 && nr != 600);
    ck_assert_int_eq(mm_design_syscall(mm, 39, args), 7);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("ops");

    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, map_count_split);
    tcase_add_test(t, map_count_munmap);
    tcase_add_test(t, map_count_mmap_may_exceed_by_one);
    tcase_add_test(t, map_count_mremap);
    tcase_add_test(t, rlimit_as);
    tcase_add_test(t, rlimit_data);
    tcase_add_test(t, rlimit_memlock);
    tcase_add_test(t, overcommit);
    tcase_add_test(t, failed_mmap_keeps_the_old);
    tcase_add_test(t, file_modes);
    tcase_add_test(t, writable_maps);
    tcase_add_test(t, sealed_memfd);
    tcase_add_test(t, heap);
    tcase_add_test(t, execute_only);
    tcase_add_test(t, mdwe);
    tcase_add_test(t, special_is_whole);
    tcase_add_test(t, fork_copies);
    tcase_add_test(t, fork_child_does_not_merge);
    tcase_add_test(t, snapshot_is_frozen);
    tcase_add_test(t, refusal_is_told);
    tcase_add_test(t, designs_survive);
    tcase_add_test(t, design_calls_of_any_number);
    return run_suite("ops", t, NULL);
}
