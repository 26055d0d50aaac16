/* strace.h - the tracer's state. */
#ifndef SYSCALLS_TRACE_STRACE_H
#define SYSCALLS_TRACE_STRACE_H

#include "print.h"

#define TRACE_GHOSTS 64

struct trace {
    struct kernel *k;
    struct trace_options opt;
    struct text line, aux;
    struct task *open; /* whose line is begun and not ended; NULL: none */
    size_t column;     /* of that line */
    bool several;      /* more than one task has been seen: a pid column */
    struct {
        int pid;
        struct ksiginfo info;
    } ghost[TRACE_GHOSTS]; /* ignored signals not yet told */
    unsigned nghosts;
    struct sig *sigs[SYS_MAX];
    struct {
        const char *text;
        struct sig sig;
    } own[8]; /* calls of the design */
};

#endif
