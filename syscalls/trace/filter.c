/* filter.c - the language of -e and -P: what is shown of which calls, and faults to inject. */
#include "filter.h"
#include "sets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../fs/vfs.h"
#include "../process.h"

struct rule {
    struct set set;
    bool has_result;
    int64_t result;
    int signo;
    uint64_t first, last, step, seen; /* which of the calls that match */
};

struct trace_filter {
    struct set calls;
    struct set signals;
    struct set raw, abbrev, verbose; /* calls: how their arguments are shown */
    struct set read, write;          /* descriptors whose data are shown */
    struct set fds;                  /* trace-fds: only calls with one of these */
    char **path;                     /* -P: as given, and what that leads to */
    size_t nr_paths;
    struct rule *rule;
    size_t nr_rules;
};

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
    const char *wrong = part ? set_parse_calls(&r->set, part) : "no system call named";

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

/* ---- status, quiet, decode-fds: words, each of them a bit ---- */

static unsigned bits_of(const struct set *s, const char *const *words)
{
    unsigned bits = 0;

    for (unsigned i = 0; words[i]; i++)
        bits |= set_has_number(s, i) ? 1u << i : 0;
    return bits;
}

static const char *parse_bits(unsigned *bits, const char *text, const char *const *words, const char *wrong)
{
    struct set s = {.given = false};

    if (set_parse_words(&s, text, words)) {
        set_destroy(&s);
        return wrong;
    }
    *bits = bits_of(&s, words);
    set_destroy(&s);
    return NULL;
}

static const char *parse_status(struct layout_options *layout, const char *text)
{
    static const char *const words[] = {"successful",  "failed",   "unfinished",
                                        "unavailable", "detached", NULL};
    unsigned bits;
    const char *wrong = parse_bits(&bits, text, words,
                                   "status is of successful, failed, unfinished, unavailable and detached");

    if (wrong)
        return wrong;
    layout->only = ONLY_STATUS;
    layout->status = bits;
    return NULL;
}

static const char *parse_quiet(struct layout_options *layout, const char *text)
{
    static const char *const words[] = {
        "exit", "thread-execve", "attach", "personality", "path-resolution", "superseded", NULL};
    const char *wrong =
        parse_bits(&layout->quiet, text, words,
                   "quiet is of attach, exit, path-resolution, personality and thread-execve");

    if (layout->quiet & QUIET_SUPERSEDED)
        layout->quiet |= QUIET_THREAD_EXECVE;
    return wrong;
}

static const char *parse_fds(unsigned *fds, const char *text)
{
    static const char *const words[] = {"path", "socket", "dev", "eventfd", "pidfd", "signalfd", NULL};

    return parse_bits(fds, text, words, "decode-fds is of path, socket, dev, eventfd, pidfd and signalfd");
}

static const char *parse_pids(struct layout_options *layout, const char *text)
{
    static const char *const words[] = {"comm", "pidns", NULL};
    unsigned bits;
    const char *wrong = parse_bits(&bits, text, words, "decode-pids is of comm and pidns");

    layout->comm = !wrong && bits & 1;
    return wrong;
}

/* ---- */

const char *filter_add(struct trace_filter **fp, const char *spec, struct layout_options *layout,
                       unsigned *fds)
{
    const char *eq = strchr(spec, '='), *value = eq ? eq + 1 : spec;
    size_t len = eq ? (size_t)(eq - spec) : 0;
    struct trace_filter *f = *fp ? *fp : calloc(1, sizeof(*f));

#define IS(name) (len == strlen(name) && !memcmp(spec, name, len))
    if (!f)
        return "out of memory";
    *fp = f;
    if (!eq || IS("trace") || IS("t"))
        return set_parse_calls(&f->calls, value);
    if (IS("signal") || IS("signals") || IS("s"))
        return set_parse_signals(&f->signals, value);
    if (IS("raw") || IS("x"))
        return set_parse_calls(&f->raw, value);
    if (IS("abbrev") || IS("a"))
        return set_parse_calls(&f->abbrev, value);
    if (IS("verbose") || IS("v"))
        return set_parse_calls(&f->verbose, value);
    if (IS("read") || IS("reads") || IS("r"))
        return set_parse_numbers(&f->read, value);
    if (IS("write") || IS("writes") || IS("w"))
        return set_parse_numbers(&f->write, value);
    if (IS("trace-fds") || IS("trace-fd") || IS("fds") || IS("fd"))
        return set_parse_numbers(&f->fds, value);
    if (IS("decode-pids") || IS("decode-pid"))
        return parse_pids(layout, value);
    if (IS("inject") || IS("fault"))
        return add_rule(f, value, IS("fault"));
    if (IS("status"))
        return parse_status(layout, value);
    if (IS("quiet") || IS("silent") || IS("silence") || IS("q"))
        return parse_quiet(layout, value);
    if (IS("decode-fds") || IS("decode-fd"))
        return parse_fds(fds, value);
    if (IS("kvm"))
        return "there is no kvm here";
    return "-e takes trace=, trace-fds=, signal=, status=, raw=, abbrev=, verbose=, read=, write=, quiet=, "
           "decode-fds=, decode-pids=, inject= and fault=";
#undef IS
}

static bool keep_path(struct trace_filter *f, const char *path)
{
    char **more = realloc(f->path, (f->nr_paths + 1) * sizeof(*more)), *copy = strdup(path);

    if (more)
        f->path = more;
    if (!more || !copy) {
        free(copy);
        return false;
    }
    f->path[f->nr_paths++] = copy;
    return true;
}

const char *filter_add_path(struct trace_filter **fp, const char *path)
{
    struct trace_filter *f = *fp ? *fp : calloc(1, sizeof(*f));

    if (!f)
        return "out of memory";
    *fp = f;
    return keep_path(f, path) ? NULL : "out of memory";
}

void filter_resolve_paths(struct trace_filter *f, struct task *t)
{
    size_t given = f->nr_paths;

    for (size_t i = 0; i < given; i++) {
        char path[PATH_MAX + 1];
        struct dentry *d;

        if (path_lookup(t, AT_FDCWD, f->path[i], LOOKUP_FOLLOW, &d))
            continue;
        if (vfs_path_from(d, NULL, path, sizeof(path)) && strcmp(path, f->path[i]))
            keep_path(f, path);
        dentry_put(d);
    }
}

void filter_destroy(struct trace_filter *f)
{
    if (!f)
        return;
    set_destroy(&f->calls);
    set_destroy(&f->signals);
    set_destroy(&f->raw);
    set_destroy(&f->abbrev);
    set_destroy(&f->verbose);
    set_destroy(&f->read);
    set_destroy(&f->write);
    set_destroy(&f->fds);
    for (size_t i = 0; i < f->nr_paths; i++)
        free(f->path[i]);
    free(f->path);
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
    return !f->calls.given || set_has_call(&f->calls, name, classes);
}

bool filter_signal(const struct trace_filter *f, int signo)
{
    return !f->signals.given || set_has_number(&f->signals, (uint64_t)signo);
}

struct call_style filter_style(const struct trace_filter *f, const char *name, unsigned classes)
{
    return (struct call_style){
        .raw = f->raw.given && set_has_call(&f->raw, name, classes),
        .full = f->abbrev.given && !set_has_call(&f->abbrev, name, classes),
        .shallow = f->verbose.given && !set_has_call(&f->verbose, name, classes),
    };
}

bool filter_dumps(const struct trace_filter *f, int fd, bool written)
{
    const struct set *s = written ? &f->write : &f->read;

    return s->given && fd >= 0 && set_has_number(s, (uint64_t)fd);
}

bool filter_is_about(const struct trace_filter *f)
{
    return f->nr_paths || f->fds.given;
}

bool filter_fd(const struct trace_filter *f, int fd)
{
    return f->fds.given && fd >= 0 && set_has_number(&f->fds, (uint64_t)fd);
}

bool filter_path(const struct trace_filter *f, const char *path)
{
    for (size_t i = 0; i < f->nr_paths; i++)
        if (!strcmp(f->path[i], path))
            return true;
    return false;
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

        if (!set_has_call(&r->set, name, classes))
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
