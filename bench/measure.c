/* measure.c - runs a program out of sight and asks the kernel what it cost. */
#include "measure.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

bool measure_run(const char *const *argv, struct cost *cost)
{
    struct rusage ru;
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);

        dup2(null, 0);
        dup2(null, 1);
        dup2(null, 2);
        execvp(argv[0], (char *const *)argv);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &ru) != pid || status)
        return false;
    cost->ms = (double)(ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1e3 +
               (double)(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1e3;
    cost->rss = ru.ru_maxrss;
    return true;
}

static int by_time(const void *a, const void *b)
{
    double x = ((const struct cost *)a)->ms, y = ((const struct cost *)b)->ms;

    return (x > y) - (x < y);
}

struct cost measure_median(struct cost *costs, unsigned n)
{
    qsort(costs, n, sizeof(*costs), by_time);
    return costs[n / 2];
}
