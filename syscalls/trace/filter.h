/* filter.h - -e: which calls and signals are of interest, and which calls fail on purpose. */
#ifndef SYSCALLS_TRACE_FILTER_H
#define SYSCALLS_TRACE_FILTER_H

#include "../task.h"
#include "event.h"

struct trace_filter;

/*
 * One -e argument, as strace takes it: [trace=][!]NAME|%CLASS|/REGEX..., signal=...,
 * status=successful|failed, inject=SET:error=ERRNO|retval=N:signal=SIG:when=N|N+|N..M|N+STEP. *f is made at
 * the first. NULL: taken; else what is wrong. status= is left in *only.
 */
const char *filter_add(struct trace_filter **f, const char *spec, enum layout_only *only);
void filter_destroy(struct trace_filter *f);
bool filter_call(const struct trace_filter *f, int64_t sysno, const char *name, unsigned classes);
bool filter_signal(const struct trace_filter *f, int signo);
bool filter_injects(const struct trace_filter *f);
/* Counts t's call for each rule. True: *ret is its result; a rule's signal is sent. */
bool filter_inject(struct trace_filter *f, struct task *t, const char *name, unsigned classes, int64_t *ret);

#endif
