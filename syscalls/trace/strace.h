/* strace.h - the tracer's state. */
#ifndef SYSCALLS_TRACE_STRACE_H
#define SYSCALLS_TRACE_STRACE_H

#include "filter.h"
#include "print.h"
#include "watch.h"

#define TRACE_GHOSTS 64

struct trace {
    struct kernel *k;
    struct trace_options opt;
    bool words;            /* somebody reads decoded arguments */
    struct layout *layout; /* each of these NULL: not wanted */
    struct summary *summary;
    struct recorder *recorder;
    struct watch *watch;
    struct text line;          /* arguments of the event being made, one behind the other */
    size_t arg_at[EVENT_ARGS]; /* where each begins */
    unsigned nargs;
    struct text aux, result, why, stack;
    struct text fault_why; /* of the last fault, told with its signal */
    int fault_tid;
    int running; /* tid of the last EVENT_SWITCH */
    char nameless[32];
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
