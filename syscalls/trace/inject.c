/*
 * inject.c - what the rules of -e inject= do to a call: nothing but its registers, its memory and the virtual clock are touched, so
 * all who look on (filters, tracers, debuggers) see it as under strace, which stands between the program and the kernel.
 */
#include "inject.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../process.h"

/* Is this one of t's calls that the rule means? Counts it. */
static bool is_its_turn(struct task *t, const struct inject_rule *r, unsigned nth)
{
    uint64_t n;

    if (nth >= t->inject.nr_seen) {
        uint32_t *more = realloc(t->inject.seen, (nth + 1) * sizeof(*more));

        if (!more)
            return false;
        memset(more + t->inject.nr_seen, 0, (nth + 1 - t->inject.nr_seen) * sizeof(*more));
        t->inject.seen = more;
        t->inject.nr_seen = nth + 1;
    }
    n = ++t->inject.seen[nth];
    return n >= r->first && n <= r->last && !((n - r->first) % r->step);
}

/* As a tracer writes: where the program may, as far as that goes; else where nobody may. */
static void put_bytes(struct task *t, const struct inject_poke *p)
{
    uint64_t to = t->args[p->arg - 1];
    int64_t n = t->mm ? mm_access_remote(t->mm, to, p->bytes, p->n, true, false) : -EIO;

    if (n <= 0 && t->mm)
        n = mm_access_remote(t->mm, to, p->bytes, p->n, true, true);
    if (n > 0)
        t->inject.done |= INJECTED_ARGS;
    if (n < (int64_t)p->n)
        fprintf(
            stderr,
            "mseal-emu: -e inject: process %d: %ld of %zu bytes could be put at %#lx, argument #%u of '%s'\n",
            t->tid, n > 0 ? n : 0, p->n, to, p->arg, t->inject.name);
}

static void poke(struct task *t, bool at_exit)
{
    const struct inject_rule *r = t->inject.rule;

    for (unsigned i = 0; i < r->nr_pokes; i++) {
        const struct inject_poke *p = &r->poke[i];

        if (p->at_exit != at_exit)
            continue;
        if (p->arg <= t->inject.nargs)
            put_bytes(t, p);
        else
            fprintf(
                stderr,
                "mseal-emu: -e inject: process %d: there is no argument #%u, '%s' has only %u arguments\n",
                t->tid, p->arg, t->inject.name, t->inject.nargs);
    }
}

void inject_enter(struct task *t, const struct inject_rule *r, unsigned nth, const char *name, unsigned nargs)
{
    if (!is_its_turn(t, r, nth))
        return;
    t->inject.rule = r;
    t->inject.name = name;
    t->inject.nargs = nargs;
    if (r->signo) {
        struct ksiginfo info;

        siginfo_kernel(&info, r->signo);
        if (r->signo == SIGKILL) /* the kernel's own is for a lack of memory, as crash reports have it */
            info.info.si_code = SI_USER;
        send_signal_task(t, &info);
    }
    if (r->has_result) {
        t->inject.done |= INJECTED_RESULT | (r->is_value ? INJECTED_VALUE : 0);
        t->regs.orig_rax = (uint64_t)r->instead; /* a result that looks like ERESTARTSYS restarts nothing */
    }
    poke(t, false);
    if (r->delay[0].given) {
        t->inject.done |= INJECTED_DELAY;
        t->inject.waits = INJECT_BEFORE;
    }
}

/* Virtual time passes, for others to go on in: only what kills t ends it early. False: it is over. */
static bool delayed(struct task *t, uint64_t ns)
{
    t->wait_killable = true;
    if (!t->debug_interrupt && task_block(t, NULL, t->k->now_ns + ns, "-e inject: a delay") == SYS_BLOCK)
        return true;
    t->inject.waits = INJECT_WAITS_NOT;
    task_wait_end(t);
    t->deadline = 0;
    t->timed_out = false;
    return false;
}

bool inject_stands_before(struct task *t, int64_t *ret)
{
    bool interrupted = t->debug_interrupt;

    *ret = SYS_BLOCK;
    if (t->inject.waits == INJECT_BEFORE && delayed(t, t->inject.rule->delay[0].ns))
        return true;
    *ret = -ERESTARTNOINTR;
    return interrupted || sigkill_pending(t);
}

int64_t inject_number(const struct task *t)
{
    return t->inject.rule->instead;
}

int64_t inject_result(const struct task *t)
{
    return t->inject.rule->result;
}

void inject_exit(struct task *t)
{
    poke(t, true);
    if (!t->inject.rule->delay[1].given)
        return;
    t->inject.done |= INJECTED_DELAY;
    t->inject.waits = INJECT_AFTER;
}

int64_t inject_hold_back(struct task *t, int64_t ret)
{
    if (t->inject.waits != INJECT_AFTER)
        return ret;
    t->inject.result = ret;
    return delayed(t, t->inject.rule->delay[1].ns) ? SYS_BLOCK : ret;
}
