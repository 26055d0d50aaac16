/*
 * Several address spaces, two files and random changes of everything, against a model that is too simple to
 * be wrong: what one byte of each page reads as. After each step the references of every frame and node add
 * up.
 */
#include "mm.h"
#include "run_suite.h"

#include <check.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#define ARENA UINT64_C(0x3fe00000) /* crosses a 1 GiB boundary */
#define P     MM_PAGE_SIZE

enum { MMS = 4, PAGES = 1024, FILES = 2, FILE_PAGES = 64 };
enum kind { NOTHING, ANON, PRIVATE, SHARED };

struct page {
    enum kind kind;
    int file, index;
    bool own; /* PRIVATE: copied */
    uint8_t byte;
};

static struct mm_system sys;
static struct mm *mms[MMS];
static struct page model[MMS][PAGES];
static struct mm_file *files[FILES];
static uint8_t data[FILES][FILE_PAGES];
static int file_pages[FILES];
static uint64_t seed;

static int rnd(int n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (int)((seed >> 33) % (uint64_t)n);
}

static uint64_t addr_of(int page)
{
    return ARENA + (uint64_t)page * P;
}

/* What a read of the page gives: -1 SIGSEGV, -2 SIGBUS. */
static int expected(const struct page *p)
{
    switch (p->kind) {
    case NOTHING:
        return -1;
    case ANON:
        return p->byte;
    default:
        if (p->index >= file_pages[p->file])
            return -2;
        return p->own ? p->byte : data[p->file][p->index];
    }
}

static int observed(struct mm *mm, int page, unsigned access, uint8_t **where)
{
    struct mm_fault f;

    if (mm_fault(mm, addr_of(page), access, &f))
        return f.signo == SIGSEGV ? -1 : -2;
    *where = sys.phys.base + f.paddr;
    ck_assert_uint_eq(f.perms & access, access);
    return **where;
}

static void touch(int m, int page, bool write)
{
    struct page *p = &model[m][page];
    uint8_t *where, b = (uint8_t)rnd(256);

    ck_assert_int_eq(observed(mms[m], page, write ? MM_WRITE : MM_READ, &where), expected(p));
    if (!write || expected(p) < 0)
        return;
    *where = b;
    if (p->kind == SHARED)
        data[p->file][p->index] = b;
    p->own = p->kind == PRIVATE;
    p->byte = b;
}

static void map(int m, int page, int n)
{
    enum kind kind = 1 + rnd(3);
    int file = rnd(FILES), index = rnd(FILE_PAGES - 16), prot = PROT_READ | PROT_WRITE;
    int flags = MAP_FIXED | (kind == SHARED ? MAP_SHARED : MAP_PRIVATE) | (kind == ANON ? MAP_ANONYMOUS : 0);
    int64_t ret;

    if (n > 16)
        n = 16;
    ret = mm_mmap(mms[m], addr_of(page), (uint64_t)n * P, (uint64_t)prot, (uint64_t)flags,
                  kind == ANON ? NULL : files[file], kind == ANON ? 0 : (uint64_t)index * P);
    ck_assert_int_eq(ret, (int64_t)addr_of(page));
    for (int i = 0; i < n; i++)
        model[m][page + i] = (struct page){.kind = kind, .file = file, .index = index + i};
}

static void discard(int m, int page, int n)
{
    bool hole = false;

    for (int i = 0; i < n; i++)
        hole |= model[m][page + i].kind == NOTHING;
    ck_assert_int_eq(mm_madvise(mms[m], addr_of(page), (uint64_t)n * P, MADV_DONTNEED), hole ? -ENOMEM : 0);
    for (int i = 0; i < n; i++) {
        model[m][page + i].own = false;
        model[m][page + i].byte = 0;
    }
}

static void move(int m, int page, int to, int n)
{
    if (page < to + n && to < page + n)
        return;
    for (int i = 1; i < n; i++) { /* one VMA of one kind */
        const struct page *a = &model[m][page + i - 1], *b = &model[m][page + i];

        if (b->kind == NOTHING || a->kind != b->kind ||
            (a->kind != ANON && (a->file != b->file || b->index != a->index + 1)))
            return;
    }
    if (model[m][page].kind == NOTHING || mm_find_vma(mms[m], addr_of(page))->end < addr_of(page + n))
        return;
    ck_assert_int_eq(mm_mremap(mms[m], addr_of(page), (uint64_t)n * P, (uint64_t)n * P,
                               MREMAP_MAYMOVE | MREMAP_FIXED, addr_of(to)),
                     (int64_t)addr_of(to));
    memcpy(&model[m][to], &model[m][page], (size_t)n * sizeof(struct page));
    memset(&model[m][page], 0, (size_t)n * sizeof(struct page));
}

static void fork_or_exit(int m, int other)
{
    int err;

    if (m == other)
        return;
    mm_put(mms[other]);
    mms[other] = mm_fork(mms[m], &err);
    ck_assert_ptr_nonnull(mms[other]);
    memcpy(model[other], model[m], sizeof(model[m]));
}

static void forget_copies_past_end(int file)
{
    for (int m = 0; m < MMS; m++)
        for (int i = 0; i < PAGES; i++)
            if (model[m][i].kind == PRIVATE && model[m][i].file == file &&
                model[m][i].index >= file_pages[file])
                model[m][i].own = false;
}

static void change_file(int file)
{
    int a = rnd(FILE_PAGES), n = 1 + rnd(FILE_PAGES - a);
    uint8_t b = (uint8_t)rnd(256);

    switch (rnd(3)) {
    case 0:
        ck_assert_int_eq(vm_object_truncate(files[file]->obj, (uint64_t)a * P), 0);
        file_pages[file] = a;
        memset(data[file] + a, 0, (size_t)(FILE_PAGES - a));
        forget_copies_past_end(file);
        break;
    case 1:
        ck_assert_int_eq(vm_object_punch(files[file]->obj, (uint64_t)a * P, (uint64_t)n * P), 0);
        memset(data[file] + a, 0, (size_t)n);
        break;
    default:
        ck_assert_int_eq(vm_object_write(files[file]->obj, (uint64_t)a * P, &b, 1), 1);
        data[file][a] = b;
        if (file_pages[file] <= a) {
            ck_assert_int_eq(vm_object_truncate(files[file]->obj, (uint64_t)(a + 1) * P), 0);
            file_pages[file] = a + 1;
        }
        break;
    }
}

static void compare_all(void)
{
    uint8_t b, *where;

    for (int m = 0; m < MMS; m++)
        for (int i = 0; i < PAGES; i += 1 + rnd(8))
            ck_assert_msg(observed(mms[m], i, MM_READ, &where) == expected(&model[m][i]), "mm %d page %d", m,
                          i);
    for (int f = 0; f < FILES; f++)
        for (int i = 0; i < file_pages[f]; i++) {
            ck_assert_int_eq(vm_object_read(files[f]->obj, (uint64_t)i * P, &b, 1), 1);
            ck_assert_uint_eq(b, data[f][i]);
        }
}

START_TEST(random_against_model)
{
    seed = (uint64_t)_i + 1;
    ck_assert_int_eq(mm_system_init(&sys, 64 << 20), 0);
    memset(model, 0, sizeof(model));
    memset(data, 0, sizeof(data));
    for (int m = 0; m < MMS; m++)
        mms[m] = mm_create(&sys, NULL);
    for (int f = 0; f < FILES; f++) {
        file_pages[f] = FILE_PAGES;
        files[f] = mm_file_create_shmem(&sys, "memfd:x", FILE_PAGES * P);
    }
    for (int step = 0; step < 1500; step++) {
        int m = rnd(MMS), n = 1 + rnd(rnd(4) ? 8 : 64), page = rnd(PAGES - 64);

        switch (rnd(20)) {
        case 0:
            fork_or_exit(m, rnd(MMS));
            break;
        case 1:
        case 2:
            ck_assert_int_eq(mm_munmap(mms[m], addr_of(page), (uint64_t)n * P), 0);
            memset(&model[m][page], 0, (size_t)n * sizeof(struct page));
            break;
        case 3:
            discard(m, page, n);
            break;
        case 4:
            move(m, page, rnd(PAGES - 64), 1 + rnd(8));
            break;
        case 5:
            change_file(rnd(FILES));
            break;
        case 6:
        case 7:
        case 8:
        case 9:
            map(m, page, n);
            break;
        default:
            for (int i = 0; i < n; i++)
                touch(m, page + i, rnd(2));
            break;
        }
        if (step % 10 == 0)
            ck_assert_int_eq(mm_system_check(&sys, stderr), 0);
        if (step % 100 == 0)
            compare_all();
    }
    for (int m = 0; m < MMS; m++)
        mm_put(mms[m]);
    for (int f = 0; f < FILES; f++)
        mm_file_put(files[f]);
    ck_assert_uint_eq(sys.phys.nfree, sys.phys.nframes - 1);
    mm_system_destroy(&sys);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("pages");

    tcase_add_loop_test(tc, random_against_model, 0, 8);
    return run_suite("pages", tc, NULL);
}
