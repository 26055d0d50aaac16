/* measure.h - what a program costs, measured from outside: for benchmarks that compare programs. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>

struct cost {
    double ms; /* processor time, its own and the system's for it; its children's too if it waited for them */
    long rss;  /* KiB, largest */
};

/* Runs argv (NULL-terminated, looked up in PATH) once with no input and no output. False: it could not be
 * run, or its exit status was not 0. */
bool measure_run(const char *const *argv, struct cost *cost);
/* The one of n costs that is in the middle by time; sorts them. */
struct cost measure_median(struct cost *costs, unsigned n);

#endif
