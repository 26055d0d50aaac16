/* output.c - the files and styles of what is told about a run. */
#include "output.h"

#include "code/code.h"
#include "syscalls/trace/lockstep.h"
#include "syscalls/trace/trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int wrong(const char *option, const char *value, const char *what)
{
    fprintf(stderr, "mseal-emu: %s '%s': %s\n", option, value, what);
    return EXIT_USAGE;
}

/* Does the guest's code have lines of its own? */
static bool wants_code(const struct options *o)
{
    return o->trace_insn || o->trace_calls;
}

static bool wants_lines(const struct options *o)
{
    bool other = o->json || o->record || o->explain || wants_code(o);

    if (o->strace || o->summary || o->summary_too || o->spent || o->fds || o->backtrace || o->only.times ||
        o->xlat || o->follow || o->follow_long || o->always_pid || o->hex || o->stamps || o->hex_style ||
        o->stamp_style || o->relative || o->limit != UINT64_MAX || o->strsize != UINT64_MAX || o->detach_on ||
        o->full || o->number || o->ip || o->comm || o->trace_paths || o->column != UINT64_MAX || o->quiet ||
        o->wall || o->sort || o->columns)
        return true;
    return o->events && !other;
}

static bool hex_parse(enum hex_style *hex, const char *text)
{
    static const char *const words[] = {"none", "non-ascii-chars", "non-ascii", "all"};

    if (!*text)
        text = "all";
    for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (!strcmp(text, words[i])) {
            *hex = (enum hex_style)i;
            return true;
        }
    return false;
}

static int set_style(const struct options *o, struct trace_options *to)
{
    if (!o->xlat || !strcmp(o->xlat, "abbrev"))
        to->xlat = XLAT_ABBREV;
    else if (!strcmp(o->xlat, "raw"))
        to->xlat = XLAT_RAW;
    else if (!strcmp(o->xlat, "verbose"))
        to->xlat = XLAT_VERBOSE;
    else
        return wrong("-X", o->xlat, "is abbrev, raw or verbose");
    if (o->hex_style && !hex_parse(&to->hex, o->hex_style))
        return wrong("--strings-in-hex", o->hex_style, "is none, non-ascii-chars, non-ascii or all");
    if (o->backtrace && *o->backtrace && strcmp(o->backtrace, "symbol"))
        return wrong("--stack-trace", o->backtrace, "is symbol (with the line, where there is one)");
    if (o->detach_on && strcmp(o->detach_on, "execve"))
        return wrong("-b", o->detach_on, "is execve: at no other call a process is left");
    if (o->color && strcmp(o->color, "auto") && strcmp(o->color, "always") && strcmp(o->color, "never"))
        return wrong("--color", o->color, "is auto, always or never");
    return 0;
}

static int set_stamps(const struct options *o, struct stamp_options *s)
{
    static const char unit[] = "is s, ms, us or ns";

    *s = (struct stamp_options){.relative = o->relative, .spent = o->spent};
    stamp_count(s, o->stamps);
    if (o->stamp_style && !stamp_parse(s, o->stamp_style))
        return wrong("--timestamps", o->stamp_style, "is of none, time, unix and s, ms, us, ns");
    if (o->relative && !stamp_parse_unit(&s->relative_digits, o->relative))
        return wrong("--relative-timestamps", o->relative, unit);
    if (o->spent && !stamp_parse_unit(&s->spent_digits, o->spent))
        return wrong("--syscall-times", o->spent, unit);
    return 0;
}

static int set_filter(const struct options *o, struct trace_options *to)
{
    const char *what;

    if (o->only.times) {
        to->layout.only = ONLY_STATUS;
        to->layout.status = o->only.letter == 'z' ? STATUS_SUCCESSFUL : STATUS_FAILED;
    }
    if (o->full && (what = filter_add(&to->filter, "abbrev=none", &to->layout, &to->fds)))
        return wrong("-v", "", what);
    for (const char **e = o->events; e && *e; e++) {
        what = filter_add(&to->filter, *e, &to->layout, &to->fds);
        if (what)
            return wrong("-e", *e, what);
    }
    to->comm = to->layout.comm;
    for (const char **path = o->trace_paths; path && *path; path++) {
        what = filter_add_path(&to->filter, *path);
        if (what)
            return wrong("-P", *path, what);
    }
    return 0;
}

static int set_summary(const struct options *o, struct trace_options *to)
{
    struct summary_options *s = &to->summary_options;

    to->summary_only = o->summary;
    to->summary = o->summary || o->summary_too;
    s->wall = o->wall;
    if (o->sort && !summary_parse_sort(s, o->sort))
        return wrong("-S", o->sort, "is time, min-time, max-time, avg-time, calls, errors, name or none");
    if (o->columns && !summary_parse_columns(s, o->columns))
        return wrong("-U", o->columns,
                     "is of time-percent, total-time, min-time, max-time, avg-time, calls, errors and name");
    return 0;
}

/* What nothing can be wrong with. */
static void set_plain(const struct options *o, bool lines, struct trace_options *to)
{
    to->text = lines || o->explain || wants_code(o);
    to->explain = o->explain;
    to->states = o->record && o->record_states;
    to->strsize = o->strsize == UINT64_MAX ? 32 : o->strsize > 1 << 20 ? 1 << 20 : (unsigned)o->strsize;
    to->fds = o->fds > 1 ? FD_ALL : o->fds ? FD_PATH : 0;
    to->layout.comm = o->comm;
    to->layout.number = o->number;
    to->layout.ip = o->ip;
    to->layout.quiet = o->quiet > 2 ? QUIET_EXIT | QUIET_THREAD_EXECVE : o->quiet > 1 ? QUIET_EXIT : 0;
    to->layout.column = o->column == UINT64_MAX ? LAYOUT_COLUMN
                        : o->column > 1000      ? 1000
                                                : (unsigned)o->column;
    to->hex = o->hex > 1 ? HEX_ALL : o->hex ? HEX_NON_ASCII : HEX_NONE;
    to->detach = o->detach_on;
    to->stack = o->backtrace;
    to->frames = o->frames == UINT64_MAX ? 256 : (unsigned)(o->frames < 4096 ? o->frames : 4096);
    to->limit = o->limit;
    if (o->explain && !lines)
        to->layout.only = ONLY_EXPLAINED;
    else if (wants_code(o) && !lines)
        to->layout.only = ONLY_CODE;
}

/* All that options say about the trace's text: 0, or EXIT_USAGE after one line on stderr. */
static int set_words(const struct options *o, struct trace_options *to)
{
    int err = set_style(o, to);

    if (!err)
        err = set_stamps(o, &to->layout.stamps);
    if (!err)
        err = set_filter(o, to);
    return err ? err : set_summary(o, to);
}

/* What depends on where it goes. */
static void set_place(const struct options *o, const struct output *out, struct trace_options *to)
{
    const char *no_color = getenv("NO_COLOR");

    if (out->file)
        to->layout.out = out->file;
    to->layout.separately = out->to_each;
    to->layout.append = o->append;
    to->layout.terminal = to->layout.out == stderr;
    if (!o->color || !strcmp(o->color, "auto"))
        to->layout.color = !(no_color && *no_color) && isatty(fileno(to->layout.out));
    else
        to->layout.color = !strcmp(o->color, "always");
    to->layout.always_pid =
        o->always_pid || ((o->follow || o->follow_long) && o->output && !to->layout.separately);
}

/* Opens what is written to. */
static int open_files(struct machine *m, const struct options *o, struct trace_options *to,
                      struct output *out)
{
    FILE *coverage = NULL;
    int err = output_file_open(out, o);

    set_place(o, out, to);
    if (!err && o->maps)
        m->maps_out = to->layout.out;
    if (!err && o->lockstep) {
        m->k.lockstep = lockstep_create(&m->k, (int)o->lockstep);
        if (!m->k.lockstep) {
            fprintf(stderr, "mseal-emu: --lockstep %d: %s\n", (int)o->lockstep, strerror(errno));
            err = EXIT_FAILED;
        }
    }
    if (!err && o->crash_json)
        err = output_create("--crash-json", o->crash_json, "we", &m->crash_json);
    if (!err && o->coverage)
        err = output_create("--coverage", o->coverage, "we", &coverage);
    if (coverage)
        code_coverage_to(m->code, coverage);
    if (!err && o->json)
        err = output_create("--trace-json", o->json, "we", &to->json);
    if (!err && o->record)
        err = output_create("--record", o->record, "we", &to->record);
    return err;
}

int output_open(struct machine *m, const struct options *o, const char *program, struct output *out)
{
    struct trace_options to = {.layout = {.out = stderr}, .program = program};
    bool lines = wants_lines(o);
    bool traced = lines || o->explain || o->json || o->record || o->events || wants_code(o);
    int err;

    *out = (struct output){.file = NULL};
    err = output_check(o);
    set_plain(o, lines, &to);
    if (!err && traced)
        err = set_words(o, &to);
    if (!err && (wants_code(o) || o->coverage))
        m->code = code_create(m, &(struct code_options){o->trace_insn, o->trace_calls, o->coverage}, &err);
    if (!err) /* last: where something is wrong, no file is emptied */
        err = open_files(m, o, &to, out);
    if (err || !traced)
        goto out;
    m->k.trace = trace_create(&m->k, &to);
    if (m->k.trace) {
        out->file = NULL;
        return 0;
    }
    fprintf(stderr, "mseal-emu: out of memory\n");
    err = EXIT_FAILED;
out:
    filter_destroy(to.filter);
    return err;
}
