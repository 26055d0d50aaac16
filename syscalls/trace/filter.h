/* filter.h - -e and -P: which calls and signals are of interest, how they are shown, and what is done to them on purpose. */
#ifndef SYSCALLS_TRACE_FILTER_H
#define SYSCALLS_TRACE_FILTER_H

#include "../task.h"
#include "event.h"

struct trace_filter;

/*
 * One -e argument, as strace takes it: [trace=][!]NAME|%CLASS|/REGEX..., trace-fds=, signal=, raw=, abbrev=, verbose=,
 * read=, write=, inject= and fault= (inject.h). *f is made at the first.
 * NULL: taken; else what is wrong. status=, quiet= and decode-pids= are left in *layout, decode-fds= (FD_*) in *fds.
 */
const char *filter_add(struct trace_filter **f, const char *spec, struct layout_options *layout,
                       unsigned *fds);
/* -P: only calls that have to do with this file, or one of others that were given. */
const char *filter_add_path(struct trace_filter **f, const char *path);
/* Once, when there is a task: descriptors have the names of what links lead to, in its root. */
void filter_resolve_paths(struct trace_filter *f, struct task *t);
void filter_destroy(struct trace_filter *f);
bool filter_call(const struct trace_filter *f, const char *name, unsigned classes);
bool filter_signal(const struct trace_filter *f, int signo);
/* How a call's arguments are to be shown. */
struct call_style {
    bool raw;     /* as numbers */
    bool full;    /* with all fields of structures */
    bool shallow; /* addresses instead of structures */
};
struct call_style filter_style(const struct trace_filter *f, const char *name, unsigned classes);
/* Are the bytes read from fd, or written to it, to be shown? */
bool filter_dumps(const struct trace_filter *f, int fd, bool written);
/* Are calls told only if they are about certain files (-P) or descriptors (-e trace-fds=)? */
bool filter_is_about(const struct trace_filter *f);
bool filter_fd(const struct trace_filter *f, int fd);
bool filter_path(const struct trace_filter *f, const char *path);
struct inject_rule;
/* -e inject=: what is done to a call, NULL: nothing. */
const struct inject_rule *filter_injection(const struct trace_filter *f, const char *name, unsigned classes);

#endif
