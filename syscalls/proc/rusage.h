/* rusage.h - resource usage as getrusage(2), wait4(2) and times(2) tell it; all times are virtual. */
#ifndef SYSCALLS_PROC_RUSAGE_H
#define SYSCALLS_PROC_RUSAGE_H

#include "../process.h"

struct ktimeval {
    int64_t tv_sec, tv_usec;
};
struct krusage { /* struct rusage of x86-64 */
    struct ktimeval utime, stime;
    int64_t maxrss, ixrss, idrss, isrss, minflt, majflt, nswap, inblock, oublock, msgsnd, msgrcv, nsignals,
        nvcsw, nivcsw;
};
/* Of a process; with `both`, that of its reaped children too. */
void rusage_of(const struct process *p, struct krusage *ru, bool both);
/* c was reaped: its figures become its parent's children's. */
void rusage_reaped(struct process *parent, const struct process *c);

#endif
