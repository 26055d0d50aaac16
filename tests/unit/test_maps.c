/*
 * The text of maps and smaps: the same calls made here, by this very process, and in the model; then both are
 * asked. Only where the host runs the kernel whose text we claim to print; the layout of a line is tested
 * everywhere.
 */
#include "run_suite.h"
#include "space.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#define ARENA UINT64_C(0x200000000000)
#define SLOT  UINT64_C(0x10000000)

enum op { MAP = 1, ADVISE, PROTECT, LOCK, READ, WRITE, UNMAP };

/* One call, made twice: natively and in the model. off and len in pages; arg: flags, advice, prot. */
struct step {
    enum op op;
    unsigned off, len;
    int prot, arg;
};

static const struct step cases[][6] = {
    {{MAP, 0, 8, PROT_READ | PROT_WRITE, MAP_PRIVATE}, {WRITE, 0, 3}, {READ, 3, 2}},
    {{MAP, 0, 8, PROT_READ, MAP_PRIVATE}, {READ, 0, 8}},
    {{MAP, 0, 8, PROT_NONE, MAP_PRIVATE}},
    {{MAP, 0, 8, PROT_READ | PROT_WRITE, MAP_SHARED}, {WRITE, 0, 1}, {READ, 1, 2}},
    {{MAP, 0, 8, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE}},
    {{MAP, 0, 8, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE}},
    {{MAP, 0, 8, PROT_READ | PROT_WRITE, MAP_DROPPABLE}, {WRITE, 1, 1}},
    {{MAP, 0, 8, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_GROWSDOWN}, {WRITE, 0, 1}},
    {{MAP, 0, 1024, PROT_READ | PROT_WRITE, MAP_PRIVATE}, {ADVISE, 0, 1024, 0, MADV_HUGEPAGE}},
    {{MAP, 0, 8, PROT_READ | PROT_WRITE, MAP_PRIVATE}, {ADVISE, 0, 8, 0, MADV_NOHUGEPAGE}},
    {{MAP, 0, 8, PROT_READ | PROT_WRITE, MAP_PRIVATE},
     {ADVISE, 0, 8, 0, MADV_DONTFORK},
     {ADVISE, 0, 8, 0, MADV_DONTDUMP},
     {ADVISE, 0, 8, 0, MADV_WIPEONFORK},
     {ADVISE, 0, 8, 0, MADV_RANDOM}},
    {{MAP, 0, 8, PROT_READ | PROT_WRITE, MAP_PRIVATE}, {ADVISE, 0, 8, 0, MADV_SEQUENTIAL}},
    {{MAP, 0, 8, PROT_READ | PROT_WRITE, MAP_PRIVATE}, {WRITE, 0, 8}, {ADVISE, 2, 2, 0, MADV_GUARD_INSTALL}},
    {{MAP, 0, 8, PROT_READ | PROT_WRITE, MAP_PRIVATE}, {LOCK, 0, 2, 0, 0}, {LOCK, 4, 2, 0, MLOCK_ONFAULT}},
    {{MAP, 0, 8, PROT_READ | PROT_WRITE, MAP_PRIVATE},
     {WRITE, 0, 8},
     {PROTECT, 2, 2, PROT_READ},
     {UNMAP, 6, 1}},
    {{MAP, 0, 8, PROT_READ | PROT_WRITE, MAP_PRIVATE}, {WRITE, 0, 8}, {ADVISE, 2, 3, 0, MADV_DONTNEED}},
    {{MAP, 0, 8, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE}, {READ, 0, 8}, {WRITE, 2, 2}},
};

static void on_host(const struct step *s, char *base)
{
    char *at = base + s->off * P;
    uint64_t len = s->len * P;

    switch (s->op) {
    case MAP:
        ck_assert_ptr_eq(mmap(at, len, s->prot, s->arg | MAP_ANONYMOUS | MAP_FIXED, -1, 0), at);
        break;
    case ADVISE:
        ck_assert_int_eq(madvise(at, len, s->arg), 0);
        break;
    case PROTECT:
        ck_assert_int_eq(mprotect(at, len, s->prot), 0);
        break;
    case LOCK:
        ck_assert_int_eq(mlock2(at, len, (unsigned)s->arg), 0);
        break;
    case UNMAP:
        ck_assert_int_eq(munmap(at, len), 0);
        break;
    case READ:
    case WRITE:
        for (uint64_t i = 0; i < len; i += P)
            s->op == WRITE ? *(volatile char *)(at + i) = 1 : *(volatile char *)(at + i);
        break;
    }
}

static void in_model(const struct step *s, uint64_t base)
{
    uint64_t at = base + s->off * P, len = s->len * P;
    struct mm_fault f;

    switch (s->op) {
    case MAP:
        ck_assert_int_eq(
            mm_mmap(mm, at, len, (uint64_t)s->prot, (uint64_t)s->arg | MAP_ANONYMOUS | MAP_FIXED, NULL, 0),
            (int64_t)at);
        break;
    case ADVISE:
        ck_assert_int_eq(mm_madvise(mm, at, len, s->arg), 0);
        break;
    case PROTECT:
        ck_assert_int_eq(mm_mprotect(mm, at, len, (uint64_t)s->prot, -1), 0);
        break;
    case LOCK:
        ck_assert_int_eq(mm_mlock(mm, at, len, s->arg), 0);
        break;
    case UNMAP:
        ck_assert_int_eq(mm_munmap(mm, at, len), 0);
        break;
    case READ:
    case WRITE:
        for (uint64_t i = 0; i < len; i += P)
            ck_assert_int_eq(mm_fault(mm, at + i, s->op == WRITE ? MM_WRITE : MM_READ, &f), 0);
        break;
    }
}

/* The inode numbers of /dev/zero are the host's. */
static void cut_inode(char *line)
{
    char *name = strstr(line, "/dev/zero"), *dev = strstr(line, "00:01 ");

    if (name && dev)
        memmove(dev + 6, name, strlen(name) + 1);
}

/* The part of a smaps text that is about the arena. */
static char *arena_part(FILE *in)
{
    char *text = calloc(1, 1 << 20), line[4096];
    bool inside = false;

    while (fgets(line, sizeof(line), in)) {
        if (strchr("0123456789abcdef", line[0]))
            inside = strtoull(line, NULL, 16) >= ARENA && strtoull(line, NULL, 16) < ARENA + 64 * SLOT;
        cut_inode(line);
        if (inside)
            strcat(text, line);
    }
    fclose(in);
    return text;
}

START_TEST(smaps_like_the_host)
{
    struct utsname u;
    FILE *out = tmpfile();
    char *host, *ours;

    uname(&u);
    if (strncmp(u.release, "6.18.", 5))
        return;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (const struct step *s = cases[i]; s < cases[i] + 6 && s->op; s++) {
            on_host(s, (char *)(ARENA + i * SLOT));
            in_model(s, ARENA + i * SLOT);
        }
    host = arena_part(fopen("/proc/self/smaps", "r"));
    mm_print_smaps(mm, out);
    rewind(out);
    ours = arena_part(out);
    ck_assert_uint_gt(strlen(host), 10000);
    for (char *h = host, *o = ours; *h || *o; h = strchr(h, '\n') + 1, o = strchr(o, '\n') + 1) {
        *strchrnul(h, '\n') = *strchrnul(o, '\n') = '\0';
        ck_assert_str_eq(o, h);
        h[strlen(h)] = o[strlen(o)] = '\n';
    }
    free(host);
    free(ours);
}
END_TEST

static size_t odd_path(const struct mm_file *f, char *buf, size_t size)
{
    return (size_t)snprintf(buf, size, "/tmp/a b\nc\\d (deleted)");
}

START_TEST(names)
{
    struct mm_file *file = mm_file_create_shmem(&sys, "SYSV00000000", 2 * P);
    char line[512];
    int64_t at;

    mm_layout(mm)->start_brk = 0x10000000;
    mm_layout(mm)->brk = 0x10002000;
    mm_layout(mm)->start_stack = 0x7ffffffde010;
    at = mm_mmap(mm, 0x10000000, 2 * P, PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, NULL, 0);
    mm_maps_line(mm, mm_find_vma(mm, (uint64_t)at), line, sizeof(line));
    ck_assert_str_eq(line,
                     "10000000-10002000 r--p 00000000 00:00 0                                  [heap]\n");
    at = mm_mmap(mm, 0x7ffffffde000, P, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, NULL,
                 0);
    mm_maps_line(mm, mm_find_vma(mm, (uint64_t)at), line, sizeof(line));
    ck_assert_str_eq(line,
                     "7ffffffde000-7ffffffdf000 rw-p 00000000 00:00 0                          [stack]\n");
    at = mm_mmap(mm, 0x20000000, P, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED, file, P);
    file->ino = 30;
    mm_maps_line(mm, mm_find_vma(mm, (uint64_t)at), line, sizeof(line));
    ck_assert_str_eq(
        line,
        "20000000-20001000 r-xs 00001000 00:01 30                                 /SYSV00000000 (deleted)\n");
    file->path = odd_path;
    file->dev = 254 << 20 | 3;
    file->ino = 1234567890123456789;
    mm_maps_line(mm, mm_find_vma(mm, (uint64_t)at), line, sizeof(line));
    ck_assert_str_eq(line, "20000000-20001000 r-xs 00001000 fe:03 1234567890123456789                "
                           "/tmp/a b\\012c\\d (deleted)\n");
    ck_assert_uint_eq(mm_maps_line(mm, mm_find_vma(mm, (uint64_t)at), line, 10),
                      9); /* never more than there is room for */
    mm_munmap(mm, 0x20000000, P);
    mm_file_put(file);
}
END_TEST

START_TEST(shared_after_fork)
{
    struct mm *child;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct mm_fault f;
    int err;

    mm_mmap(mm, ARENA, 3 * P, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, NULL, 0);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(mm_fault(mm, ARENA + i * P, MM_WRITE, &f), 0);
    child = mm_fork(mm, &err);
    ck_assert_int_eq(mm_fault(mm, ARENA, MM_WRITE, &f), 0);
    mm_print_smaps(mm, out);
    fclose(out);
    ck_assert_ptr_nonnull(strstr(text, "Rss:                  12 kB\nPss:                   8 kB\n"));
    ck_assert_ptr_nonnull(strstr(
        text, "Shared_Dirty:          8 kB\nPrivate_Clean:         0 kB\nPrivate_Dirty:         4 kB\n"));
    free(text);
    mm_put(child);
}
END_TEST

static void setup(void)
{
    ck_assert_int_eq(mm_system_init(&sys, 64 << 20), 0);
    sys.no_pkeys = true; /* as most hosts */
    mm = mm_create(&sys, NULL);
}

static void touch(struct mm *m, uint64_t at, unsigned pages, unsigned access)
{
    struct mm_fault f;

    for (unsigned i = 0; i < pages; i++)
        ck_assert_int_eq(mm_fault(m, at + i * P, access, &f), 0);
}

/* Each page counts once, whoever shows it. */
START_TEST(what_memory_is_in_use_for)
{
    struct mm_meminfo before, m;
    struct mm *child;
    int err;

    mm_get_meminfo(&sys, &before);
    ck_assert_uint_eq(before.total, (64 << 20) / P);
    ck_assert_uint_eq(before.anon + before.cached + before.mapped + before.mlocked, 0);
    map_at(ARENA, 8, PROT_READ | PROT_WRITE, MAP_PRIVATE);
    map_at(ARENA + SLOT, 8, PROT_READ | PROT_WRITE, MAP_SHARED);
    touch(mm, ARENA, 3, MM_WRITE);
    touch(mm, ARENA + 4 * P, 2, MM_READ); /* the page of zeroes is nobody's */
    touch(mm, ARENA + SLOT, 2, MM_READ);
    child = mm_fork(mm, &err);
    ck_assert_ptr_nonnull(child);
    touch(child, ARENA, 1, MM_WRITE);
    ck_assert_int_eq(mm_mlock(mm, ARENA + SLOT, 3 * P, 0), 0);
    mm_get_meminfo(&sys, &m);
    ck_assert_uint_eq(m.anon, 4);
    ck_assert_uint_eq(m.shmem, 3);
    ck_assert_uint_eq(m.cached, 3);
    ck_assert_uint_eq(m.mapped, 3);
    ck_assert_uint_eq(m.mlocked, 3);
    ck_assert_uint_eq(m.dirty, 0);
    ck_assert_uint_gt(m.tables, before.tables);
    ck_assert_uint_eq(before.free - m.free, 7 + m.tables - before.tables);
    ck_assert_uint_eq(m.committed, 8 + 8); /* private memory of both; an object's is not counted */
    mm_put(child);
    mm_get_meminfo(&sys, &m);
    ck_assert_uint_eq(m.anon, 3);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("maps");

    tcase_add_checked_fixture(tc, setup, space_drop);
    tcase_add_test(tc, smaps_like_the_host);
    tcase_add_test(tc, names);
    tcase_add_test(tc, shared_after_fork);
    tcase_add_test(tc, what_memory_is_in_use_for);
    return run_suite("maps", tc, NULL);
}
