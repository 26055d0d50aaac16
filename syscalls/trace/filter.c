/* filter.c - the language of -e and -P: what is shown of which calls. */
#include "filter.h"
#include "inject.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../fs/vfs.h"
#include "../process.h"

struct trace_filter {
    struct set calls;
    struct set signals;
    struct set raw, abbrev, verbose; /* calls: how their arguments are shown */
    struct set read, write;          /* descriptors whose data are shown */
    struct set fds;                  /* trace-fds: only calls with one of these */
    char **path;                     /* -P: as given, and what that leads to */
    size_t nr_paths;
    struct injection injection;
};

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
        return injection_add(&f->injection, value, IS("fault"));
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
    injection_destroy(&f->injection);
    free(f);
}

bool filter_call(const struct trace_filter *f, const char *name, unsigned classes)
{
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

const struct inject_rule *filter_injection(const struct trace_filter *f, const char *name, unsigned classes)
{
    return injection_find(&f->injection, name, classes);
}
