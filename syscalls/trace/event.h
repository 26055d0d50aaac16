/*
 * event.h - what happened, as data: one record for each step of a run, from which every rendering is made.
 *
 * The decoder (decode.c) fills an event and hands it to the renderers: lines as strace writes them
 * (layout.c), JSON (json.c), the recording (record.c), the summary (summary.c). Texts in an event are decoded
 * already and contain no layout: pid columns, padding and interrupted lines are the renderers' business, so
 * that a trace read back from JSON gives the same text.
 */
#ifndef SYSCALLS_TRACE_EVENT_H
#define SYSCALLS_TRACE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "stamps.h"

struct recorded;
struct vma;

enum event_kind {
    EVENT_ENTER,  /* a call begins: name, the arguments known by now */
    EVENT_EXIT,   /* it ends: cont, the other arguments, result, aux, why */
    EVENT_CALL,   /* both at once: exit, and the program's own start */
    EVENT_SIGNAL, /* is delivered: name, detail (siginfo), why if a fault sent it */
    EVENT_STOP,   /* stopped by signal `name` */
    EVENT_SUPERSEDED, /* a thread that called execve has the number of its leader now: detail is what it was before */
    EVENT_ENDING, /* the task, a leader, comes back from no call; its death is told when its threads are over */
    EVENT_DETACHED, /* of its process nothing is told from now on: it called execve (-b) */
    EVENT_DEATH,    /* the task is over: detail */
    EVENT_FAULT,    /* an access failed: addr, detail, why */
    EVENT_VMA,      /* an address space changed: change */
    EVENT_SEAL,     /* as EVENT_VMA: it has areas that are sealed since this event */
    EVENT_SWITCH,   /* another task runs */
    EVENT_INSN,     /* an instruction at addr was executed: detail */
    EVENT_FUNC,     /* a function was called or returned: detail; addr is where it begins */
    EVENT_KINDS
};
const char *event_kind_name(enum event_kind kind);

struct piece {
    const char *s;
    size_t len;
};

/* The areas in [start, end) of address space mm are others now. */
struct watch_change {
    uint64_t mm, start, end;
    uint64_t event;
    const char *call;        /* that did it */
    const struct vma *now;   /* in order; this and name are valid until the next change */
    const char *const *name; /* of each: file or [name], "" for none; the text lives as long as the tracer */
    size_t n;
    bool sealed; /* one of them since this event */
};

/* -e inject: what was done to a call. */
enum {
    INJECTED_RESULT = 1,
    INJECTED_ARGS = 2,
    INJECTED_DELAY = 4,
    INJECTED_VALUE = 8 /* the result is no error */
};

#define EVENT_ARGS  8
#define EVENT_NO_IP UINT64_MAX
struct event {
    enum event_kind kind;
    uint64_t nr;     /* number of the event; the end of a call has the number of its beginning */
    uint64_t now_ns; /* virtual time */
    int pid, tid;
    unsigned tasks;   /* alive now */
    int64_t sysno;    /* of signals and ends the call before, if they come between calls; -1: none */
    uint64_t ip;      /* instruction pointer, EVENT_NO_IP: unknown */
    const char *comm; /* name of the task */
    const char *name;
    unsigned nr_regs; /* argument registers the call looks at */
    int64_t ret;
    bool failed;
    unsigned injected; /* EVENT_EXIT: INJECTED_* */
    bool follows;      /* EVENT_ENTER: more arguments are told at the end */
    bool awaited;      /* EVENT_ENTER: those, or what became of the ones told */
    uint64_t spent_ns; /* EVENT_EXIT: since the entry */
    struct piece detail;
    struct piece why; /* one sentence, empty: nothing to explain */
    uint64_t addr;
    uint64_t mm;                       /* EVENT_FAULT: number of the address space */
    const struct watch_change *change; /* EVENT_VMA, EVENT_SEAL */
    struct piece cont;                 /* EVENT_EXIT: more of the argument that was begun at the entry */
    struct piece result, aux; /* "-1 EPERM (Operation not permitted)"; aux is told in parentheses behind it */
    struct piece stack;       /* lines of a backtrace, each with its newline */
    struct piece dump;        /* lines that show the bytes read or written */
    unsigned nargs;
    struct piece arg[EVENT_ARGS]; /* those past nargs hold anything */
};

/* ---- layout.c: strace's lines ---- */
enum layout_only {
    ONLY_ALL,
    ONLY_STATUS /* -z, -Z, -e status */,
    ONLY_EXPLAINED,
    ONLY_CODE /* --trace-insn, --trace-calls */
};
enum layout_status { STATUS_SUCCESSFUL = 1, STATUS_FAILED = 2, STATUS_UNFINISHED = 4, STATUS_DETACHED = 16 };
enum layout_quiet { QUIET_EXIT = 1, QUIET_THREAD_EXECVE = 2, QUIET_SUPERSEDED = 32 /* the same */ };
#define LAYOUT_COLUMN 40
struct layout_options {
    FILE *out;
    bool terminal;   /* on a terminal or stderr: "[pid N]" while there are several tasks; else a column from
                        then on */
    bool always_pid; /* a column from the first line (-f with -o) */
    const char *separately; /* each task's lines go to a file of its own, this name with .TID, without that
                               column; the first one's to out. NULL: all to out */
    bool append;            /* those files keep what is in them */
    enum layout_only only;
    unsigned status;             /* ONLY_STATUS: which, enum layout_status */
    unsigned quiet;              /* -q: what is not told, enum layout_quiet */
    unsigned column;             /* -a: of results, usually LAYOUT_COLUMN */
    struct stamp_options stamps; /* -t -r -T */
    bool number;                 /* -n: of calls */
    bool ip;                     /* -i */
    bool comm;                   /* -Y: names of tasks behind their numbers */
    bool why;                    /* a line below each call that has something to explain */
    bool stack;                  /* -k */
    bool color;
};
struct layout *layout_create(const struct layout_options *opt); /* NULL: out of memory */
void layout_event(struct layout *l, const struct event *ev);
void layout_task(struct layout *l,
                 int tid);             /* there is task tid: it has a file, even if nothing is told of it */
void layout_flush(struct layout *l);   /* cuts a line that is still open */
void layout_destroy(struct layout *l); /* does not close opt.out */
/* Is a call that came back told, by how it did (-z, -Z, -e status)? Other reasons to leave it out are not looked at. */
bool layout_wants_status(const struct layout_options *opt, const struct event *ev);
/* " (INJECTED)" and the like, behind a result. */
struct text;
void put_injected(struct text *line, unsigned injected);

/* ---- json.c: one object a line ---- */
void json_event(FILE *out, const struct event *ev);
void json_put_string(FILE *out, const char *s, size_t len); /* with its quotes */

/* ---- summary.c: -c ---- */
#define SUMMARY_COLUMNS 8
struct summary_options {
    bool wall;                           /* -w: the time from beginning to end, not the processor's */
    unsigned sort;                       /* -S: a column, or SUMMARY_UNSORTED */
    unsigned column[SUMMARY_COLUMNS], n; /* -U; n = 0: strace's usual ones */
};
#define SUMMARY_UNSORTED SUMMARY_COLUMNS
/* "time-percent,calls,name" into columns. False: not such a list. */
bool summary_parse_columns(struct summary_options *opt, const char *text);
bool summary_parse_sort(struct summary_options *opt, const char *text);
struct summary *summary_create(const struct summary_options *opt);
void summary_event(struct summary *s, const struct event *ev); /* the end of a call */
void summary_print(const struct summary *s, FILE *out);
void summary_destroy(struct summary *s);

/* ---- record.c: --record ---- */
struct recorder *recorder_create(FILE *out, const char *design, const char *program);
void recorder_event(struct recorder *r, const struct event *ev, const uint64_t args[6]);
/* The same of what there is most of, without an event being made: call nr, and what it changed (NULL: nothing). */
void recorder_call(struct recorder *r, const struct watch_change *c, uint64_t nr, int tid,
                   struct recorded *name, unsigned nr_regs, const uint64_t args[6], int64_t ret);
/* What the recorder knows of a string, by its identity; it lives as long as r. NULL: out of memory. */
struct recorded *recorder_string(struct recorder *r, const char *s);
void recorder_destroy(struct recorder *r); /* closes out */
/* record_state.c - from now on also the machine's state at each event. False: out of memory. */
bool recorder_keep_states(struct recorder *r);
struct task;
void recorder_state(struct recorder *r, struct task *t, const struct event *ev);
struct record_state;
void record_state_destroy(struct record_state *s);

#endif
