/*
 * inject.h - -e inject= and -e fault=: what is done to system calls on purpose.
 *
 * inject_rule.c reads the rules, inject.c carries them out. As with strace the last rule that names a call is that call's, and
 * each task counts its calls by itself, each name apart.
 */
#ifndef SYSCALLS_TRACE_INJECT_H
#define SYSCALLS_TRACE_INJECT_H

#include "../task.h"
#include "event.h"
#include "sets.h"

#define INJECT_ARGS      7 /* as strace counts: no call of this processor has more than six */
#define INJECT_POKES     (2 * INJECT_ARGS)
#define INJECT_POKE_MOST 1024 /* bytes */

struct inject_rule {
    struct set calls;
    bool has_result, is_value; /* a value is no error, whatever it looks like */
    int64_t result;
    int64_t instead; /* with a result: the number of the call that seems to be made, -1: none */
    int signo;       /* 0: none */
    struct inject_delay {
        bool given;
        uint64_t ns;
    } delay[2]; /* before the call, after it */
    struct inject_poke {
        bool at_exit;
        unsigned arg; /* from 1 */
        uint8_t *bytes;
        size_t n;
    } poke[INJECT_POKES];
    unsigned nr_pokes;
    uint64_t first, last, step; /* which of a task's calls */
};

struct injection {
    struct inject_rule *rule;
    size_t n;
};

/* ---- inject_rule.c ---- */
/* One rule, "SET:error=EIO:when=2+". NULL: taken; else what is wrong with it. */
const char *injection_add(struct injection *in, const char *text, bool fault);
void injection_destroy(struct injection *in);
/* What is done to the call of this name, NULL: nothing. */
const struct inject_rule *injection_find(const struct injection *in, const char *name, unsigned classes);

/* ---- inject.c ---- */
/* What is done to t's call `name`, the nth that any rule names, of nargs arguments: signals and bytes are there when it returns. */
void inject_enter(struct task *t, const struct inject_rule *r, unsigned nth, const char *name,
                  unsigned nargs);
/*
 * After inject_enter(), and again each time t goes on while t->inject.waits is INJECT_BEFORE: the delay, and a signal that
 * ends t before its call. True: the call is not made, or not yet (*ret is SYS_BLOCK).
 */
bool inject_stands_before(struct task *t, int64_t *ret);
/* Of a call with INJECTED_RESULT: the number it seems to have, which filters are to see, and its result whatever they say. */
int64_t inject_number(const struct task *t);
int64_t inject_result(const struct task *t);
/* When the call is over and its outputs are there, before it is told of. */
void inject_exit(struct task *t);
/* After that, and again while t->inject.waits is INJECT_AFTER: does t's result ret have to wait? Returns it, or SYS_BLOCK. */
int64_t inject_hold_back(struct task *t, int64_t ret);

#endif
