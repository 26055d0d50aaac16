/* filter.c - the language of -e: sets of calls, sets of signals, faults to inject. */
#include "filter.h"

#include <errno.h>
#include <mseal-emu/design.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "../table.h"
#include "../process.h"

static const struct {
    const char *name;
    unsigned classes;
} class_names[] = {
    {"file", SC_FILE},     {"desc", SC_DESC},       {"memory", SC_MEMORY}, {"process", SC_PROCESS},
    {"signal", SC_SIGNAL}, {"network", SC_NETWORK}, {"net", SC_NETWORK},   {"ipc", SC_IPC},
    {"creds", SC_CREDS},   {"clock", SC_CLOCK},     {"pure", SC_PURE},     {"stat", SC_STAT},
    {"%stat", SC_STAT},
};

struct word { /* a part of a set */
    enum { EVERY, CLASS, NAME, REGEX } kind;
    unsigned classes;
    char *name;
    regex_t regex;
};

struct set {
    bool given, negated;
    struct word *word;
    size_t n;
};

struct rule {
    struct set set;
    bool has_result;
    int64_t result;
    int signo;
    uint64_t first, last, step, seen; /* which of the calls that match */
};

struct trace_filter {
    struct set calls;
    struct set signals; /* of names */
    struct rule *rule;
    size_t nr_rules;
};

/* ---- sets ---- */

static void set_destroy(struct set *s)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->word[i].kind == REGEX)
            regfree(&s->word[i].regex);
        free(s->word[i].name);
    }
    free(s->word);
    memset(s, 0, sizeof(*s));
}

static bool set_has(const struct set *s, const char *name, unsigned classes)
{
    bool has = false;

    for (size_t i = 0; i < s->n && !has; i++) {
        const struct word *w = &s->word[i];

        has = w->kind == EVERY || (w->kind == CLASS && classes & w->classes) ||
              (w->kind == NAME && name && !strcmp(name, w->name)) ||
              (w->kind == REGEX && name && !regexec(&w->regex, name, 0, NULL, 0));
    }
    return has != s->negated;
}

static bool is_known(const char *name)
{
    if (sys_row_by_name(name))
        return true;
    for (unsigned i = 0; mseal_design_at(i); i++)
        for (const struct mseal_syscall *s = mseal_design_at(i)->syscalls; s && s->name; s++)
            if (!strcmp(s->name, name))
                return true;
    return false;
}

static const char *add_call_word(struct set *s, const char *text)
{
    struct word w = {.kind = NAME}, *more;
    bool may_be_unknown = *text == '?';

    text += may_be_unknown;
    if (!strcmp(text, "all")) {
        w.kind = EVERY;
    } else if (!strcmp(text, "none")) {
        return NULL;
    } else if (*text == '/') {
        w.kind = REGEX;
        if (regcomp(&w.regex, text + 1, REG_EXTENDED | REG_NOSUB))
            return "not a regular expression";
    } else {
        const char *class = *text == '%' ? text + 1 : text;

        for (size_t i = 0; i < sizeof(class_names) / sizeof(*class_names) && w.kind == NAME; i++)
            if (!strcmp(class, class_names[i].name) && (*text == '%' || !is_known(text))) {
                w.kind = CLASS;
                w.classes = class_names[i].classes;
            }
        if (w.kind == NAME && (*text == '%' || (!may_be_unknown && !is_known(text))))
            return *text == '%' ? "no such class of system calls" : "no such system call";
    }
    more = realloc(s->word, (s->n + 1) * sizeof(*more));
    w.name = strdup(text);
    if (!more || !w.name)
        return "out of memory";
    s->word = more;
    s->word[s->n++] = w;
    return NULL;
}

static int signal_by_name(const char *text)
{
    char *end;
    long n = strtol(text, &end, 10);

    if (*text && !*end)
        return n > 0 && n <= 64 ? (int)n : 0;
    if (!strncmp(text, "SIG", 3))
        text += 3;
    for (int i = 1; i < 32; i++)
        if (!strcasecmp(text, sigabbrev_np(i)))
            return i;
    return 0;
}

static const char *add_signal_word(struct set *s, const char *text)
{
    struct word w = {.kind = EVERY}, *more;
    int signo = signal_by_name(text);

    if (!strcmp(text, "none"))
        return NULL;
    if (strcmp(text, "all")) {
        if (!signo)
            return "no such signal";
        w.kind = CLASS;
        w.classes = (unsigned)signo;
    }
    more = realloc(s->word, (s->n + 1) * sizeof(*more));
    if (!more)
        return "out of memory";
    s->word = more;
    s->word[s->n++] = w;
    return NULL;
}

/* "[!]a,b,c" replaces what the set was. */
static const char *set_parse(struct set *s, const char *text, const char *(*add)(struct set *, const char *))
{
    char *copy, *save = NULL;
    const char *wrong = NULL;

    set_destroy(s);
    s->given = true;
    s->negated = *text == '!';
    copy = strdup(text + s->negated);
    if (!copy)
        return "out of memory";
    for (char *w = strtok_r(copy, ",", &save); w && !wrong; w = strtok_r(NULL, ",", &save))
        wrong = add(s, w);
    free(copy);
    return wrong;
}

/* ---- inject=SET:error=E:when=N ---- */

static int errno_by_name(const char *text)
{
    char *end;
    long n = strtol(text, &end, 10);

    if (*text && !*end)
        return n > 0 && n < 4096 ? (int)n : 0;
    for (int e = 1; e < 134; e++)
        if (strerrorname_np(e) && !strcmp(strerrorname_np(e), text))
            return e;
    return 0;
}

/* "3", "3+", "3..5", "1+2" */
static bool parse_when(struct rule *r, const char *text)
{
    char *end;

    r->first = r->last = strtoull(text, &end, 10);
    if (!r->first || end == text)
        return false;
    if (!strncmp(end, "..", 2)) {
        r->last = strtoull(end + 2, &end, 10);
        if (r->last < r->first)
            return false;
    }
    if (*end == '+') {
        if (r->last == r->first)
            r->last = UINT64_MAX;
        r->step = end[1] ? strtoull(end + 1, &end, 10) : 1;
        if (*end == '+')
            end++;
    }
    return !*end && r->step;
}

static const char *parse_rule(struct rule *r, char *text)
{
    char *save = NULL, *part = strtok_r(text, ":", &save);
    const char *wrong = part ? set_parse(&r->set, part, add_call_word) : "no system call named";

    r->first = r->step = 1;
    r->last = UINT64_MAX;
    while (!wrong && (part = strtok_r(NULL, ":", &save))) {
        if (!strncmp(part, "error=", 6)) {
            r->result = -errno_by_name(part + 6);
            r->has_result = true;
            if (!r->result)
                wrong = "no such errno";
        } else if (!strncmp(part, "retval=", 7)) {
            char *end;

            r->result = (int64_t)strtoull(part + 7, &end, 0);
            r->has_result = true;
            if (*end || end == part + 7)
                wrong = "not a number";
        } else if (!strncmp(part, "signal=", 7)) {
            r->signo = signal_by_name(part + 7);
            if (!r->signo)
                wrong = "no such signal";
        } else if (!strncmp(part, "when=", 5)) {
            if (!parse_when(r, part + 5))
                wrong = "not N, N+, N+STEP or N..M";
        } else {
            wrong = "inject takes error=, retval=, signal= and when=";
        }
    }
    if (!wrong && !r->has_result && !r->signo)
        wrong = "inject needs error=, retval= or signal=";
    return wrong;
}

static const char *add_rule(struct trace_filter *f, const char *text, bool fault)
{
    struct rule *more = realloc(f->rule, (f->nr_rules + 1) * sizeof(*more)), *r;
    char *copy = strdup(text);
    const char *wrong;

    if (more)
        f->rule = more;
    if (!more || !copy) {
        free(copy);
        return "out of memory";
    }
    r = &f->rule[f->nr_rules];
    memset(r, 0, sizeof(*r));
    if (fault) { /* fault=SET: ENOSYS unless it says otherwise */
        r->has_result = true;
        r->result = -ENOSYS;
    }
    wrong = parse_rule(r, copy);
    free(copy);
    if (wrong)
        set_destroy(&r->set);
    else
        f->nr_rules++;
    return wrong;
}

/* ---- */

const char *filter_add(struct trace_filter **fp, const char *spec, enum layout_only *only)
{
    const char *eq = strchr(spec, '='), *value = eq ? eq + 1 : spec;
    size_t len = eq ? (size_t)(eq - spec) : 0;
    struct trace_filter *f = *fp ? *fp : calloc(1, sizeof(*f));

#define IS(name) (len == strlen(name) && !memcmp(spec, name, len))
    if (!f)
        return "out of memory";
    *fp = f;
    if (!eq || IS("trace") || IS("t"))
        return set_parse(&f->calls, value, add_call_word);
    if (IS("signal") || IS("signals") || IS("s"))
        return set_parse(&f->signals, value, add_signal_word);
    if (IS("inject") || IS("fault"))
        return add_rule(f, value, IS("fault"));
    if (IS("status")) {
        if (!strcmp(value, "successful"))
            *only = ONLY_SUCCESSFUL;
        else if (!strcmp(value, "failed"))
            *only = ONLY_FAILED;
        else if (strcmp(value, "all"))
            return "status is successful, failed or all";
        return NULL;
    }
    return "-e takes trace=, signal=, status=, inject= and fault=";
#undef IS
}

void filter_destroy(struct trace_filter *f)
{
    if (!f)
        return;
    set_destroy(&f->calls);
    set_destroy(&f->signals);
    for (size_t i = 0; i < f->nr_rules; i++)
        set_destroy(&f->rule[i].set);
    free(f->rule);
    free(f);
}

bool filter_call(const struct trace_filter *f, int64_t sysno, const char *name, unsigned classes)
{
    /* What a design adds is about memory. */
    if (name && !classes && (sysno >= SYS_MAX || sysno < 0 || !sys_row((unsigned)sysno)))
        classes = SC_MEMORY;
    return !f->calls.given || set_has(&f->calls, name, classes);
}

bool filter_signal(const struct trace_filter *f, int signo)
{
    bool has = false;

    if (!f->signals.given)
        return true;
    for (size_t i = 0; i < f->signals.n; i++)
        has |= f->signals.word[i].kind == EVERY || f->signals.word[i].classes == (unsigned)signo;
    return has != f->signals.negated;
}

bool filter_injects(const struct trace_filter *f)
{
    return f->nr_rules;
}

bool filter_inject(struct trace_filter *f, struct task *t, const char *name, unsigned classes, int64_t *ret)
{
    bool done = false;

    for (size_t i = 0; i < f->nr_rules; i++) {
        struct rule *r = &f->rule[i];

        if (!set_has(&r->set, name, classes))
            continue;
        r->seen++;
        if (r->seen < r->first || r->seen > r->last || (r->seen - r->first) % r->step)
            continue;
        if (r->signo) {
            struct ksiginfo info;

            siginfo_kernel(&info, r->signo);
            send_signal_task(t, &info);
        }
        if (r->has_result && !done) {
            *ret = r->result;
            done = true;
        }
    }
    return done;
}
