/* strace.h - the tracer's state. */
#ifndef SYSCALLS_TRACE_STRACE_H
#define SYSCALLS_TRACE_STRACE_H

#include "filter.h"
#include "print.h"
#include "watch.h"

#define TRACE_GHOSTS 64

/* What a call is called, and its argument types. */
struct traced_call {
    struct traced_call *next;
    uint64_t nr;
    const char *name;
    unsigned classes;               /* SC_* */
    struct recorded *recorded;      /* NULL: not recorded */
    const struct inject_rule *rule; /* -e inject=, NULL: nothing is done to it */
    unsigned nth;                   /* of those that something is done to */
    struct sig sig;
};

struct trace {
    struct kernel *k;
    struct trace_options opt;
    bool words;            /* somebody reads decoded arguments */
    bool plain;            /* nobody but the recorder reads anything: calls and areas need no event */
    struct layout *layout; /* each of these NULL: not wanted */
    struct summary *summary;
    struct recorder *recorder;
    struct watch *watch;
    struct event event;        /* the one being made */
    struct text line;          /* arguments of the event being made, one behind the other */
    size_t arg_at[EVENT_ARGS]; /* where each begins */
    unsigned nargs;
    struct text aux, result, why, stack, dump;
    struct text fault_why; /* of the last fault, told with its signal */
    int fault_tid;
    uint64_t told; /* calls that are over, for opt.limit */
    int running;   /* tid of the last EVENT_SWITCH */
    char nameless[32];
    struct {
        int pid;
        struct ksiginfo info;
    } ghost[TRACE_GHOSTS]; /* ignored signals not yet told */
    unsigned nghosts;
    struct call_note *notes;                        /* of calls that are not over */
    struct traced_call *calls[SYS_MAX], *far_calls; /* those met so far; far: numbers past the table */
    unsigned nr_rules;                              /* how many of them have a rule */
};

/* ---- events.c ---- */
/* A new event of t's, in place; its arguments are not cleared. Valid until the next one. */
struct event *trace_event(struct trace *tr, struct task *t, enum event_kind kind);
/* To everybody who wants it. */
void trace_deliver(struct trace *tr, struct task *t, const struct event *ev);
struct piece trace_piece(const struct text *x);
/* What became different in t's address space, as an event of its own; needs tr->watch. */
void trace_tell_change(struct trace *tr, struct task *t, const char *call, const struct watch_change *c);
static inline void trace_changes(struct trace *tr, struct task *t, const char *call, struct watch_change *c)
{
    if (watch_update(tr->watch, t, call, c))
        trace_tell_change(tr, t, call, c);
}
/* -k */
void trace_take_stack(struct trace *tr, struct task *t, struct event *ev);
/* Signals that t's process ignored since it was last heard of. */
void trace_tell_ignored(struct trace *tr, struct task *t);

#endif
