/*
 * tracing.c - what it costs to see a system call, and to record one.
 *
 * The same loop runs with and without, in turns; the difference of the medians of the processor time, divided
 * by the calls, is the cost. strace and qemu-user -strace are the peers; a loop under strace is shorter, as
 * it takes long. The cost of --record is told as a share of a program's own time: of a loop of nothing but
 * memory calls, which is the worst that can be, and of real programs. A missed goal makes the
 * exit status 1. usage: tracing DIRECTORY-OF-THE-BUILD
 *
 * --record adds 1,610 instructions to the 12,700 of such a loop's round, three calls and three changes: 13 %, and
 * 15 % of its time. 540 of them write the recording (recorder_call), 800 find out what changed (mm/changes.c,
 * watch.c). Time is more than instructions, as round and recording together do not fit in the host's first-level
 * cache for code. Where the functions lie makes 3 % at most (all of them side by side, by a list for the linker); a
 * smaller history of changes, or buffer, makes no difference.
 */
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>

#define ROUNDS  9
#define GCC     "echo \"int main(void){return 0;}\" | gcc -x c -o /tmp/x - && /tmp/x"
#define IMPORTS "import json, http.client, unittest"
#define SHELL   "for i in 1 2 3 4 5 6; do ls -l /usr/bin; done"

/* Runs `sh -c command`, with $B as the build; exits if it fails. */
static void run(const char *command, struct cost *cost)
{
    if (measure_run((const char *const[]){"/bin/sh", "-c", command, NULL}, cost))
        return;
    fprintf(stderr, "bench/tracing: failed: %s\n", command);
    exit(1);
}

/* Median milliseconds of two commands that take turns. */
static void compare(const char *a, const char *b, double *ta, double *tb)
{
    struct cost cost[2][ROUNDS];

    for (unsigned i = 0; i < ROUNDS; i++) {
        run(a, &cost[0][i]);
        run(b, &cost[1][i]);
    }
    *ta = measure_median(cost[0], ROUNDS).ms;
    *tb = measure_median(cost[1], ROUNDS).ms;
}

static const struct {
    const char *name, *off, *on;
    double calls;
    double times; /* goal: ours costs so many times less; 0: this is ours */
} texts[] = {
    {"mseal-emu --strace", "exec $B/mseal-emu $B/bench/guest/getpid 400",
     "exec $B/mseal-emu --strace -o /dev/null $B/bench/guest/getpid 400", 400000, 0},
    {"strace", "exec $B/bench/guest/getpid 20", "exec strace -o /dev/null $B/bench/guest/getpid 20", 20000,
     20},
    {"qemu-user -strace", "exec qemu-x86_64 $B/bench/guest/getpid 200",
     "exec qemu-x86_64 -strace $B/bench/guest/getpid 200", 200000, 2},
};

static const struct {
    const char *name, *off, *on;
    double max; /* goal: slower by at most this share */
} records[] = {
    {"a shell and six ls -l", "exec $B/mseal-emu sh -c '" SHELL "'",
     "exec $B/mseal-emu --record $B/bench/recording sh -c '" SHELL "'", 0.20},
    {"python3 importing", "exec $B/mseal-emu python3 -c '" IMPORTS "'",
     "exec $B/mseal-emu --record $B/bench/recording python3 -c '" IMPORTS "'", 0.20},
    {"gcc, preprocess to link", "exec $B/mseal-emu sh -c '" GCC "'",
     "exec $B/mseal-emu --record $B/bench/recording sh -c '" GCC "'", 0.20},
    {"nothing but memory calls", "exec $B/mseal-emu $B/bench/guest/mmap 200",
     "exec $B/mseal-emu --record $B/bench/recording $B/bench/guest/mmap 200", 0.20},
    {"a mapping among 60,000", "exec $B/mseal-emu $B/bench/guest/areas 4",
     "exec $B/mseal-emu --record $B/bench/recording $B/bench/guest/areas 4", 0.20},
};

int main(int argc, char **argv)
{
    double ours = 0, off, on;
    unsigned missed = 0;

    if (argc != 2 || setenv("B", argv[1], 1)) {
        fprintf(stderr, "usage: %s DIRECTORY-OF-THE-BUILD\n", argv[0]);
        return 2;
    }
    printf("%-28s %12s\n", "tracing", "us per call");
    for (unsigned i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        double us;
        bool held;

        compare(texts[i].off, texts[i].on, &off, &on);
        us = (on - off) * 1e3 / texts[i].calls;
        if (!texts[i].times) {
            ours = us;
            held = us <= 2;
            printf("%-28s %12.2f  (goal: at most 2%s)\n", texts[i].name, us, held ? "" : ", missed");
        } else {
            held = us >= ours * texts[i].times;
            printf("%-28s %12.2f  %.3gx ours (goal: %gx%s)\n", texts[i].name, us, us / ours, texts[i].times,
                   held ? "" : ", missed");
        }
        missed += !held;
    }
    printf("%-28s %12s %12s\n", "--record, ms", "without", "with");
    for (unsigned i = 0; i < sizeof(records) / sizeof(*records); i++) {
        bool held;

        compare(records[i].off, records[i].on, &off, &on);
        held = on <= off * (1 + records[i].max);
        printf("%-28s %12.1f %12.1f  %+.0f %% (goal: at most +%.0f %%%s)\n", records[i].name, off, on,
               (on / off - 1) * 100, records[i].max * 100, held ? "" : ", missed");
        missed += !held;
    }
    return missed > 0;
}
