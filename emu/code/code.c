/* code.c - whom the processor's callbacks concern, and which code is to be looked at. */
#include "priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/options.h"

#define LONGEST_INSN 15

static struct task_code *find(struct code *c, const struct task *t)
{
    struct task_code *tc = c->tasks;

    while (tc && tc->t != t)
        tc = tc->next;
    return tc;
}

static struct task_code *of(struct code *c, const struct task *t)
{
    struct task_code *tc;

    if (c->cur && c->cur->t == t)
        return c->cur;
    tc = find(c, t);
    if (!tc && (tc = calloc(1, sizeof(*tc)))) {
        tc->t = t;
        tc->next = c->tasks;
        c->tasks = tc;
    }
    return tc;
}

/* ---- from the processor ---- */

static bool wanted(const struct code *c, uint64_t addr)
{
    if (ranges_all(c->ranges))
        return true;
    for (size_t i = 0; c->set && i < c->set->n; i++)
        if (addr >= c->set->r[i].lo && addr < c->set->r[i].hi)
            return true;
    return false;
}

void code_insn(struct code *c, uint64_t addr)
{
    struct task *t = c->m->loaded;

    if (!c->cur)
        return;
    insn_done(c, t, c->cur, addr, false);
    if (wanted(c, addr))
        insn_begins(c, t, c->cur, addr);
}

void code_block(struct code *c, uint64_t addr, unsigned size)
{
    struct task *t = c->m->loaded;

    if (!c->cur)
        return;
    if (c->ranges && !wanted(c, addr))
        insn_done(c, t, c->cur, addr, false);
    if (c->calls)
        calls_block(c, t, c->cur, addr, size);
    if (c->drcov)
        drcov_block(c->drcov, t, addr, size);
}

/* ---- from the run loop ---- */

static bool hook(struct code *c, const struct range *r)
{
    struct range *p;

    for (size_t i = 0; i < c->nr_hooked; i++)
        if (c->hooked[i].lo <= r->lo && r->hi <= c->hooked[i].hi)
            return true;
    p = realloc(c->hooked, (c->nr_hooked + 1) * sizeof(*p));
    if (!p)
        return false;
    c->hooked = p;
    p[c->nr_hooked++] = *r;
    /* The instruction behind the last one tells what that did. */
    return !cpu_watch_insns(c->m->cpu, r->lo,
                            r->hi - 1 > UINT64_MAX - LONGEST_INSN ? UINT64_MAX : r->hi - 1 + LONGEST_INSN);
}

bool code_stale(const struct code *c, const struct task *t)
{
    struct mm_stats st;

    if (!c->ranges || ranges_all(c->ranges) || !t->mm)
        return false;
    mm_get_stats(t->mm, &st);
    return !c->set || c->mm != mm_id(t->mm) || c->exec_vm != st.exec_vm;
}

void code_before(struct code *c, struct task *t)
{
    bool ok = true;

    c->ran = true;
    c->cur = of(c, t);
    if (!code_stale(c, t))
        return;
    c->set = ranges_of(c->ranges, t);
    c->mm = mm_id(t->mm);
    c->exec_vm = c->set ? c->set->exec_vm : 0;
    for (size_t i = 0; c->set && i < c->set->n && ok; i++)
        ok = hook(c, &c->set->r[i]);
    if (!c->set || !ok)
        fprintf(stderr, "mseal-emu: --trace-insn: out of memory\n");
}

void code_after(struct code *c, struct task *t, bool trapped)
{
    struct task_code *tc = c->cur;

    if (tc && tc->begun.any && t->mm)
        insn_done(c, t, tc, 0, trapped);
    c->cur = NULL;
}

void code_before_handler(struct code *c, struct task *t)
{
    struct task_code *tc = of(c, t);

    if (tc && tc->begun.any)
        insn_done(c, t, tc, 0, false);
}

void code_handler(struct code *c, struct task *t, int signo)
{
    struct task_code *tc = of(c, t);

    if (tc && c->calls)
        calls_handler(c, t, tc, signo);
}

void code_forked(struct code *c, const struct task *parent, struct task *child)
{
    struct task_code *from = find(c, parent), *to = from && c->calls ? of(c, child) : NULL;

    if (to)
        calls_fork(to, from, mm_id(child->mm));
}

void code_gone(struct code *c, struct task *t)
{
    for (struct task_code **p = &c->tasks; *p; p = &(*p)->next) {
        struct task_code *tc = *p;

        if (tc->t != t)
            continue;
        *p = tc->next;
        if (c->cur == tc)
            c->cur = NULL;
        calls_free(tc);
        free(tc);
        return;
    }
}

/* ---- life ---- */

static bool split(struct code *c, const char *list)
{
    for (const char *s = list;; s++) {
        size_t len = strcspn(s, ",");
        struct pattern *p = realloc(c->pattern, (c->nr_patterns + 1) * sizeof(*p));

        if (!p)
            return false;
        c->pattern = p;
        p += c->nr_patterns;
        *p = (struct pattern){.text = strndup(s, len)};
        if (!p->text)
            return false;
        c->nr_patterns++;
        s += len;
        if (!*s)
            break;
    }
    return true;
}

static int start(struct code *c, const struct code_options *opt)
{
    const char *wrong = NULL;

    if (opt->coverage && !(c->drcov = drcov_create()))
        goto no_memory;
    if (opt->insn && !(c->ranges = ranges_create(opt->insn, &wrong))) {
        if (!wrong)
            goto no_memory;
        fprintf(stderr, "mseal-emu: --trace-insn '%s': is ADDR-ADDR, the name of a function or of a file\n",
                wrong);
        return EXIT_USAGE;
    }
    c->calls = opt->calls;
    if (opt->calls && *opt->calls &&
        (!split(c, opt->calls) || (!(c->named = ranges_create(opt->calls, &wrong)) && !wrong)))
        goto no_memory;
    if ((opt->insn || opt->calls) && !(c->names = names_create()))
        goto no_memory;
    if (c->ranges && ranges_all(c->ranges) && cpu_watch_insns(c->m->cpu, 1, 0))
        goto no_memory;
    if (((c->ranges && !ranges_all(c->ranges)) || c->calls || c->drcov) && cpu_watch_blocks(c->m->cpu))
        goto no_memory;
    return 0;
no_memory:
    fprintf(stderr, "mseal-emu: out of memory\n");
    return EXIT_FAILED;
}

struct code *code_create(struct machine *m, const struct code_options *opt, int *status)
{
    struct code *c = calloc(1, sizeof(*c));

    if (!c) {
        fprintf(stderr, "mseal-emu: out of memory\n");
        *status = EXIT_FAILED;
        return NULL;
    }
    c->m = m;
    *status = start(c, opt);
    if (!*status)
        return c;
    code_destroy(c);
    return NULL;
}

void code_coverage_to(struct code *c, FILE *out)
{
    drcov_to(c->drcov, out);
}

void code_destroy(struct code *c)
{
    if (!c)
        return;
    while (c->tasks)
        code_gone(c, (struct task *)c->tasks->t);
    drcov_destroy(c->drcov);
    ranges_complain(c->ranges);
    ranges_destroy(c->ranges);
    ranges_destroy(c->named);
    names_destroy(c->names);
    for (size_t i = 0; i < c->nr_patterns; i++) {
        if (c->ran && !c->pattern[i].met)
            fprintf(stderr, "mseal-emu: --trace-calls: no function or file '%s' was called\n",
                    c->pattern[i].text);
        free(c->pattern[i].text);
    }
    free(c->pattern);
    free(c->hooked);
    free(c->line.s);
    free(c);
}
