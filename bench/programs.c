/*
 * programs.c - programs under mseal-emu, under qemu-user and on the host, side by side.
 *
 * Every program runs once under each in turn, for several rounds, and the medians of the processor time are
 * compared, so that whatever else the machine does meets all three alike. The goals are those of the project;
 * a missed one makes the exit status 1. usage: programs DIRECTORY-OF-THE-BUILD [NAME...]
 *
 * What was done for the mean of the compute programs, with Unicorn 2.1.1 (emu/engine/ says how):
 *
 *   - Jumps that leave their page find their target in a table of ours, a page of straight code goes on by itself,
 *     the TLB is not searched when code is translated: python3 takes 15 % less, sha256sum 10 %.
 *   - Those jumps then look into the table themselves, and loads and stores into a TLB of ours (code that is changed after it
 *     was made): python3 takes another 14 % less, "memory" 10 %, sha256sum 3 %.
 *   - SSE is the host's: "floating point" takes 25 to 45 % less, from run to run, less differently where addresses are
 *     not randomized. With its usual case in the code itself another 9 %. From run to run it still takes 155 or 200 ms, the
 *     product of matrices waiting for its operands or not.
 *   - Looking after each access whether to stop is left out: sha256sum, "memory" and python3 take a tenth less; with 2.1.4,
 *     a third to half less.
 *
 * And what was tried:
 *
 *   - Processor features left out (SSE4, SSSE3 and SSE4; GLIBC_TUNABLES inside): no difference that shows,
 *     python3 -c pass takes 253, 247 and 259 ms with all, without SSE4 and without both. Debian 12's sha256sum does
 *     not use OpenSSL.
 *   - Large pages of the host: the guest's memory from 4 MiB on is in them (all 16 MB of "memory"), and the
 *     engine asks for them for its code. The first 4 MiB in them, too: the same.
 *   - Calls of functions in other pages made jumps for good, instead of looked up (two of five lookups of python3): the
 *     same, their cost is that of jumps that are predicted wrongly.
 *   - Other sizes of the engine's TLB: 1,024 and 8,192 entries from the start cost python3 1 and 22 % and
 *     sha256sum 1 and 4 %; held at 256 or 512 entries, python3 takes a tenth more.
 *   - Misses of the engine's TLB and flushes: neither shows in a profile of "memory" once it is warm; 85 % of
 *     its time is at one load, waiting for the caches, which also have to hold the TLB here, a line for each page.
 *   - A table of jumps with two and four times the entries, or with neighbours in one line of the cache: the same.
 *   - Hooks: none is in the code while a single task runs and no timer is set.
 *
 * What is left: each access to memory is seven instructions and a line or two of the cache where qemu-user has one instruction;
 * sha256sum does not fit into the host's first-level cache (57 KiB of code for a block of its data).
 *
 * And for the calls: of the 12,600 instructions that a life of "mmap, touch, mprotect, munmap" takes, 2,100 read
 * and write registers through the engine's interface, 2,500 fill, search and mend its TLB, 1,200 are its main
 * loop and the guest's code, 500 clear the page. Its code does not fit in the host's first-level cache (about 48
 * KiB, 32 are usual: 400 misses a life), so what is not executed is saved twice. Without a difference that shows:
 * -Os (7 % slower, although a fifth fewer misses), no alignment of functions and loops (1.5 % faster), no
 * vectorization of struct copies, errors' code moved out of the way. The page and the top of the stack have the
 * same place in the engine's TLB, as in Linux' own layout without randomization: 700 instructions that only other
 * addresses would save.
 */
#include "measure.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROUNDS   9
#define MAX_ARGS 12

enum runner { EMU, QEMU, HOST, NR_RUNNERS };
static const char *const runner_name[NR_RUNNERS] = {"mseal-emu", "qemu-user", "host"};

struct program {
    const char *name;
    const char *argv[MAX_ARGS]; /* a first '@': a guest program of ours; "DATA": a file of 20 MB */
    bool compute;               /* part of the geometric mean */
    double vs_qemu, vs_host;    /* goals: times as fast as; 0: none */
    const char *longer; /* for mseal-emu, instead of the last argument: what it is asked is soon done */
    double times;       /* ... so many times the work; the cost is divided by it */
    bool less_memory;   /* than qemu-user is a goal, too */
};

static const struct program programs[] = {
    {"integer", {"@integer", "30"}, .compute = true},
    {"floating point", {"@floating", "12"}, .compute = true},
    {"memory, 4,096 pages", {"@memory", "30"}, .compute = true},
    {"sha256sum, 20 MB", {"sha256sum", "DATA"}, .compute = true},
    {"python3 loop",
     {"/usr/bin/python3", "-S", "-E", "-c",
      "x = 0\nfor i in range(700000): x = (x * 31 + i) % 1000003\nprint(x)"},
     .compute = true},
    {"getpid loop", {"@getpid", "2000"}, .vs_qemu = 3},
    {"mmap, touch, mprotect, munmap", {"@mmap", "200"}, .vs_qemu = 10, .vs_host = 3},
    /* Filling 200 MB takes as long as thousands of forks and would be measured instead of them. */
    {"fork, exit, wait with 200 MB", {"@forkloop", "200"}, .vs_qemu = 5, .longer = "4000", .times = 20},
    {"pipe ping-pong", {"@pingpong", "50000"}, .vs_qemu = 3},
    {"mutex hand-over of threads", {"@handover", "30000"}, .vs_qemu = 3},
    {"static hello world", {"@hello"}, .vs_qemu = 1, .less_memory = true},
};
#define NR_PROGRAMS (sizeof(programs) / sizeof(programs[0]))

static char build[4096], data[4200];

static void make_data(void)
{
    unsigned x = 1;
    FILE *f;

    snprintf(data, sizeof(data), "%s/bench/data", build);
    f = fopen(data, "w");
    for (unsigned i = 0; f && i < 20u << 20; i++) {
        x = x * 1103515245 + 12345;
        putc(x >> 24, f);
    }
    if (!f || fclose(f)) {
        fprintf(stderr, "bench/programs: cannot write %s\n", data);
        exit(1);
    }
}

/* The command line of p under a runner. Strings are never freed: there are few. */
static void command(const struct program *p, enum runner r, const char **argv)
{
    unsigned n = 0;
    char *s = NULL;

    if (r == EMU && asprintf(&s, "%s/mseal-emu", build) >= 0)
        argv[n++] = s;
    if (r == QEMU)
        argv[n++] = "qemu-x86_64";
    for (unsigned i = 0; p->argv[i]; i++, n++) {
        argv[n] = strcmp(p->argv[i], "DATA") ? p->argv[i] : data;
        if (r == EMU && p->longer && !p->argv[i + 1])
            argv[n] = p->longer;
        if (p->argv[i][0] == '@' && asprintf(&s, "%s/bench/guest/%s", build, p->argv[i] + 1) >= 0)
            argv[n] = s;
    }
    argv[n] = NULL;
    /* qemu-user does not look into PATH */
    if (r == QEMU && !strchr(argv[1], '/')) {
        char *path = strdup(getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin");

        for (char *dir = strtok(path, ":"); dir; dir = strtok(NULL, ":")) {
            if (asprintf(&s, "%s/%s", dir, argv[1]) >= 0 && !access(s, X_OK)) {
                argv[1] = s;
                break;
            }
        }
    }
}

static bool wanted(const char *name, int argc, char **argv)
{
    for (int i = 2; i < argc; i++)
        if (strstr(name, argv[i]))
            return true;
    return argc <= 2;
}

static unsigned goal(const char *what, double is, double least)
{
    if (!least)
        return 0;
    printf("  %s %.3gx (goal %gx%s)", what, is, least, is >= least ? "" : ", missed");
    return is < least;
}

/* One line of the table; adds to the sum of logarithms. Returns the number of goals missed. */
static unsigned measure(const struct program *p, double *logs, unsigned *nlogs)
{
    struct cost cost[NR_RUNNERS][ROUNDS] = {0}, mid[NR_RUNNERS];
    bool works[NR_RUNNERS] = {true, true, true};
    const char *argv[NR_RUNNERS][MAX_ARGS + 2];
    unsigned missed = 0;

    for (int r = 0; r < NR_RUNNERS; r++)
        command(p, r, argv[r]);
    for (unsigned i = 0; i < ROUNDS; i++)
        for (int r = 0; r < NR_RUNNERS; r++)
            works[r] = works[r] && measure_run(argv[r], &cost[r][i]);
    for (unsigned i = 0; i < ROUNDS && p->longer; i++)
        cost[EMU][i].ms /= p->times;
    printf("%-30s", p->name);
    for (int r = 0; r < NR_RUNNERS; r++) {
        mid[r] = measure_median(cost[r], ROUNDS);
        if (works[r])
            printf(" %10.1f", mid[r].ms);
        else
            printf(" %10s", "failed");
    }
    if (!works[EMU]) {
        printf("\n");
        return 1;
    }
    if (works[QEMU]) {
        printf(" %8.2f", mid[EMU].ms / mid[QEMU].ms);
        missed += goal("qemu-user", mid[QEMU].ms / mid[EMU].ms, p->vs_qemu);
        if (p->compute) {
            *logs += log(mid[EMU].ms / mid[QEMU].ms);
            ++*nlogs;
        }
    }
    if (works[HOST])
        missed += goal("host", mid[HOST].ms / mid[EMU].ms, p->vs_host);
    if (p->less_memory && works[QEMU]) {
        bool held = mid[EMU].rss <= mid[QEMU].rss;

        printf("  RSS %ld KiB, qemu-user %ld KiB%s", mid[EMU].rss, mid[QEMU].rss,
               held ? "" : " (goal: no more, missed)");
        missed += !held;
    }
    printf("\n");
    fflush(stdout);
    return missed;
}

int main(int argc, char **argv)
{
    double logs = 0;
    unsigned nlogs = 0, missed = 0;

    if (argc < 2 || !realpath(argv[1], build)) {
        fprintf(stderr, "usage: %s DIRECTORY-OF-THE-BUILD [NAME...]\n", argv[0]);
        return 2;
    }
    make_data();
    printf("%-30s", "ms of processor time, medians");
    for (int r = 0; r < NR_RUNNERS; r++)
        printf(" %10s", runner_name[r]);
    printf(" %8s  %s\n", "emu/qemu", "times as fast as");
    for (unsigned i = 0; i < NR_PROGRAMS; i++)
        if (wanted(programs[i].name, argc, argv))
            missed += measure(&programs[i], &logs, &nlogs);
    if (nlogs) {
        double mean = exp(logs / nlogs);

        printf("%-30s %10s %10s %10s %8.2f  (goal: at most 1.00%s)\n", "compute, geometric mean", "", "", "",
               mean, mean <= 1 ? "" : ", missed");
        missed += mean > 1;
    }
    unlink(data);
    return missed > 0;
}
