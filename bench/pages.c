/*
 * pages.c - what a page fault, a fork and giving memory back cost with 100, 10,000 and 100,000 resident
 * pages.
 *
 * Guest memory is not touched, so that this measures the tables and not the host's memory; where frames are
 * zeroed or copied by the work itself that is part of it. The rounds of the three sizes take turns, processor
 * time is measured, the median is shown.
 */
#include "mm/mm.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define BASE   UINT64_C(0x7f0000000000)
#define SIZES  3
#define ROUNDS 7

struct space {
    struct mm_system sys;
    struct mm *mm;
    uint64_t n;
};

static void expect(bool held, const char *what)
{
    if (held)
        return;
    fprintf(stderr, "bench/pages: %s failed\n", what);
    exit(1);
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void map(struct space *s)
{
    expect(mm_mmap(s->mm, BASE, s->n * MM_PAGE_SIZE, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, NULL, 0) == (int64_t)BASE,
           "mmap");
}

static void touch(struct mm *mm, uint64_t n, unsigned access)
{
    struct mm_fault f;

    for (uint64_t i = 0; i < n; i++)
        expect(!mm_fault(mm, BASE + i * MM_PAGE_SIZE, access, &f), "mm_fault");
}

/* --- what is measured: each returns nanoseconds per page or per fork -------------------------- */

static double first_write(struct space *s)
{
    double t;

    map(s);
    t = now();
    touch(s->mm, s->n, MM_WRITE);
    return (now() - t) / (double)s->n;
}

static double first_read(struct space *s)
{
    double t;

    map(s);
    t = now();
    touch(s->mm, s->n, MM_READ);
    t = (now() - t) / (double)s->n;
    touch(s->mm, s->n, MM_WRITE);
    return t;
}

static double present(struct space *s)
{
    uint64_t rounds = 100000 / s->n;
    double t = now();

    for (uint64_t i = 0; i < rounds; i++)
        touch(s->mm, s->n, MM_WRITE);
    return (now() - t) / (double)(rounds * s->n);
}

static double fork_and_exit(struct space *s)
{
    double t = now();
    int err;

    for (int i = 0; i < 200; i++) {
        struct mm *child = mm_fork(s->mm, &err);

        expect(child, "mm_fork");
        mm_put(child);
    }
    return (now() - t) / 200;
}

static double copy_on_write(struct space *s)
{
    struct mm *child;
    double t;
    int err;

    child = mm_fork(s->mm, &err);
    expect(child, "mm_fork");
    t = now();
    touch(child, s->n, MM_WRITE);
    t = (now() - t) / (double)s->n;
    mm_put(child);
    return t;
}

static double unmap(struct space *s)
{
    double t = now();

    expect(!mm_munmap(s->mm, BASE, s->n * MM_PAGE_SIZE), "munmap");
    t = (now() - t) / (double)s->n;
    map(s);
    touch(s->mm, s->n, MM_WRITE);
    return t;
}

static const struct {
    const char *name;
    double (*run)(struct space *s);
    double max_ns; /* at 100,000 pages; 0: no goal */
    double max_ratio;
} ops[] = {
    {"first write to a page", first_write, 1000, 0},
    {"first read of a page", first_read, 1000, 0},
    {"page that is there", present, 100, 0},
    {"fork + exit", fork_and_exit, 0, 4},
    {"copy of a page after fork", copy_on_write, 0, 0},
    {"munmap, per page", unmap, 0, 0},
};

static int by_value(const void *a, const void *b)
{
    double d = *(const double *)a - *(const double *)b;

    return d < 0 ? -1 : d > 0;
}

int main(void)
{
    static const uint64_t sizes[SIZES] = {100, 10000, 100000};
    static struct space spaces[SIZES];
    unsigned missed = 0;

    for (unsigned k = 0; k < SIZES; k++) {
        spaces[k].n = sizes[k];
        expect(!mm_system_init(&spaces[k].sys, UINT64_C(2) << 30), "mm_system_init");
        spaces[k].mm = mm_create(&spaces[k].sys, NULL);
        expect(spaces[k].mm, "mm_create");
    }
    printf("%-28s %10s %10s %10s  %s\n", "ns per operation, pages:", "100", "10,000", "100,000", "goal");
    for (unsigned i = 0; i < sizeof(ops) / sizeof(*ops); i++) {
        double ns[SIZES][ROUNDS], a, b, c;
        bool held = true;

        for (unsigned r = 0; r < ROUNDS; r++)
            for (unsigned k = 0; k < SIZES; k++)
                ns[k][r] = ops[i].run(&spaces[k]);
        for (unsigned k = 0; k < SIZES; k++)
            qsort(ns[k], ROUNDS, sizeof(double), by_value);
        a = ns[0][ROUNDS / 2], b = ns[1][ROUNDS / 2], c = ns[2][ROUNDS / 2];
        printf("%-28s %10.1f %10.1f %10.1f", ops[i].name, a, b, c);
        if (ops[i].max_ns) {
            held = c <= ops[i].max_ns;
            printf("  <= %.0f ns%s", ops[i].max_ns, held ? "" : "  missed");
        }
        if (ops[i].max_ratio) {
            held = c <= a * ops[i].max_ratio;
            printf("  <= %.0fx%s", ops[i].max_ratio, held ? "" : "  missed");
        }
        printf("\n");
        missed += !held;
    }
    for (unsigned k = 0; k < SIZES; k++) {
        mm_put(spaces[k].mm);
        mm_system_destroy(&spaces[k].sys);
    }
    return missed > 0;
}
