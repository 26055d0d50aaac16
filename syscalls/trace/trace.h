/*
 * trace.h - what happened, one event after another, rendered as strace does (--strace).
 *
 * The dispatcher, signal delivery and exits call in here when kernel.trace is set; nothing is done when it is
 * not.
 */
#ifndef SYSCALLS_TRACE_TRACE_H
#define SYSCALLS_TRACE_TRACE_H

#include <stdio.h>

#include "../table.h"

struct trace_options {
    FILE *out;        /* stderr, or the file of -o (closed by trace_destroy) */
    unsigned strsize; /* -s: bytes of a string shown, 32 */
    bool always_pid;  /* -f with -o: a pid column from the first line */
};
/* NULL: out of memory. Assign to kernel.trace; kernel_destroy() frees it. */
struct trace *trace_create(struct kernel *k, const struct trace_options *opt);
void trace_destroy(struct trace *tr);

/* The program's own start, which no call of the guest did: strace's first line. After the loader is done with
 * t. */
void trace_first_exec(struct task *t, const struct exec_request *req);
void trace_sys_enter(struct task *t);
void trace_sys_exit(
    struct task *t,
    int64_t ret); /* also -ERESTART*: "= ? ERESTARTSYS (To be restarted if SA_RESTART is set)" */
/* The call has to wait: show what is there of its line. */
void trace_blocked(struct task *t);
void trace_signal(struct task *t, const struct ksiginfo *info);
/* A signal to p that its action ignores. */
void trace_ignored(struct process *p, const struct ksiginfo *info);
/* t gives its place as leader to the thread that called execve, which was pid. */
void trace_superseded(struct task *t, int pid);
void trace_stopped(struct task *t, int signo);
/* t is over; status as wait4 has it. */
void trace_exit(struct task *t, int status);
/* execve worked: whatever was printed of other threads is over. */
void trace_flush(struct trace *tr);

#endif
