/*
 * watch.h - how the address spaces change, and who changes them: kept by whoever has to tell (JSON, recording,
 * --explain).
 *
 * To be watched must change nothing: no references are held.
 */
#ifndef SYSCALLS_TRACE_WATCH_H
#define SYSCALLS_TRACE_WATCH_H

#include "../kernel.h"
#include "event.h"
#include "text.h"

struct sig; /* print.h */

struct watch *watch_create(void);
void watch_destroy(struct watch *w);

/*
 * What changed in t's address space since it was last asked for; all of it the first time. False: nothing that
 * shows. It is remembered for watch_unmapped() and watch_history(): call is its cause, NULL: unknown; it lives
 * as long as w.
 */
bool watch_update(struct watch *w, struct task *t, const char *call, struct watch_change *c);
/* t's call changed something, or is about to tell who called: remember its backtrace under its event number.
 */
void watch_origin(struct watch *w, struct task *t, const char *call);
/* "main+0x2f <- __libc_start_call_main+0x7a", or "" */
const char *watch_who(const struct watch *w, uint64_t event);
/* The last unmapping of addr in mm: its event number, 0: never seen. */
uint64_t watch_unmapped(const struct watch *w, uint64_t mm, uint64_t addr);
/* The last 16 changes remembered of the page at addr, oldest first, a line each. */
void watch_history(const struct watch *w, uint64_t mm, uint64_t addr, struct text *out);
/* A string that lives as long as w. */
const char *watch_string(struct watch *w, const char *s, size_t len);

/* ---- explain.c ---- */
/* May there be something to explain about a call of t that returned ret? Failures, and those that do not tell of them. */
static inline bool explain_may(const struct task *t, int64_t ret)
{
    return ret < 0 || t->seccomp.mode || t->sysno == 12 /* brk */ || t->sysno == 426 /* io_uring_enter */;
}
/* Why the call of t that returned ret failed; nothing is added when there is nothing to say. changed: areas
 * changed before. */
void explain_call(struct watch *w, struct task *t, const struct sig *sig, int64_t ret,
                  const struct watch_change *changed, struct text *out);
/* Why an access failed; w may be NULL. */
void explain_fault(const struct watch *w, struct task *t, const struct mm_fault *f, unsigned access,
                   struct text *out);

#endif
