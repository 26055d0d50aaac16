/*
 * trace.h - what happened, one event after another, as whoever asked wants to read it (event.h).
 *
 * The dispatcher, signal delivery and exits call in here when kernel.trace is set; nothing is done when it is
 * not.
 */
#ifndef SYSCALLS_TRACE_TRACE_H
#define SYSCALLS_TRACE_TRACE_H

#include <stdio.h>

#include "../table.h"
#include "event.h"
#include "filter.h"
#include "text.h"

enum { /* in the order of filter.c's words */
       FD_PATH = 1,
       FD_SOCKET = 2,
       FD_DEV = 4,
       FD_EVENTFD = 8,
       FD_PIDFD = 16,
       FD_SIGNALFD = 32,
       FD_ALL = 63
};
enum hex_style {
    HEX_NONE,
    HEX_CHARS /* that are not ASCII */,
    HEX_NON_ASCII /* all of such strings */,
    HEX_ALL
};
enum xlat_style { XLAT_ABBREV, XLAT_RAW, XLAT_VERBOSE };
struct trace_options {
    bool text; /* strace's lines, as `layout` says; layout.out is closed by trace_destroy() unless it is
                  stderr */
    struct layout_options layout;
    FILE *json, *record;         /* NULL: none; closed too */
    const char *program;         /* for the recording */
    bool states;                 /* with record: registers, code and the decoded line at each event */
    struct trace_filter *filter; /* -e, NULL: everything; freed too */
    unsigned strsize;            /* -s: bytes of a string shown, usually 32 */
    enum hex_style hex;          /* -x: of strings, what is shown as hexadecimal numbers */
    enum xlat_style xlat;        /* -X */
    unsigned fds;                /* -y: what is shown of descriptors, FD_* */
    bool comm;                   /* -Y: names of tasks behind their numbers */
    bool stack;                  /* -k: a backtrace after each call */
    unsigned frames;             /* of it, the most that are shown */
    bool detach;                 /* -b: a process that calls execve is told of no more */
    uint64_t limit;              /* of calls told, then nothing more is; UINT64_MAX: none */
    bool explain;                /* why calls and accesses fail */
    bool summary, summary_only;  /* -C, -c */
    struct summary_options summary_options;
};
/* NULL: out of memory. Assign to kernel.trace; kernel_destroy() frees it. */
struct trace *trace_create(struct kernel *k, const struct trace_options *opt);
void trace_destroy(struct trace *tr);

/* The program's own start, which no call of the guest did: strace's first line. After the loader is done with
 * t. */
void trace_first_exec(struct task *t, const struct exec_request *req);
/* If kernel.trace_entries. It may do something to the call: inject.h. */
void trace_sys_enter(struct task *t);
void trace_sys_exit(
    struct task *t,
    int64_t ret); /* also -ERESTART*: "= ? ERESTARTSYS (To be restarted if SA_RESTART is set)" */
/* The call has to wait: show what is there of its line. */
void trace_blocked(struct task *t);
void trace_signal(struct task *t, const struct ksiginfo *info);
/* An access of t's own failed, at the instruction rip; its signal follows. */
void trace_fault(struct task *t, const struct mm_fault *f, unsigned access, uint64_t rip);
/* The last 16 changes of the page at addr, a line each; nothing unless changes are kept (--explain,
 * --trace-json, --record). */
void trace_page_history(struct trace *tr, struct task *t, uint64_t addr, struct text *out);
/* t runs from now on. */
void trace_switch(struct task *t);
/* t ran code: EVENT_INSN or EVENT_FUNC about addr. */
void trace_code(struct task *t, enum event_kind kind, uint64_t addr, const struct text *detail);
/* A signal to p that its action ignores. */
void trace_ignored(struct process *p, const struct ksiginfo *info);
/* t called execve and is the leader of its process now; its number was pid before. */
void trace_superseded(struct task *t, int pid);
/* t has a new program. */
void trace_execed(struct task *t);
void trace_stopped(struct task *t, int signo);
/* t, a leader, has ended before its threads; trace_exit() follows when they are over, too. */
void trace_ending(struct task *t);
/* t is over; status as wait4 has it. */
void trace_exit(struct task *t, int status);
/* execve worked: whatever was printed of other threads is over. */
void trace_flush(struct trace *tr);

#endif
