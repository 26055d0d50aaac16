/*
 * history.c - `mseal-emu history`: what a trace or a recording of a run tells afterwards.
 *
 * A trace (--trace-json) becomes strace's text again. A recording (--record) answers questions: see
 * history_record.c.
 */
#include "cmd.h"
#include "history.h"

#include "emu/options.h"
#include "syscalls/trace/event.h"

#include <dlfcn.h>
#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* ---- JSON to events; jansson is loaded when there is something to read ---- */

/* clang-format off */
#define FUNCTIONS(F)                                                                                        \
    F(json_loads) F(json_object_get) F(json_string_value) F(json_string_length) F(json_integer_value)       \
    F(json_array_size) F(json_array_get) F(json_delete)
/* clang-format on */
static struct {
#define F(name) __typeof__(&name) name;
    FUNCTIONS(F)
#undef F
} J;

static bool load_jansson(void)
{
    void *so = dlopen("libjansson.so.4", RTLD_NOW | RTLD_LOCAL);
    bool all = so;

#define F(name) all = all && (J.name = (__typeof__(J.name))dlsym(so, #name));
    FUNCTIONS(F)
#undef F
    return all;
}

/* Our strings are bytes written as code points below 256: UTF-8 back to bytes, into room of the same length.
 */
static struct piece bytes_of(json_t *v, char **room)
{
    const char *s = v ? J.json_string_value(v) : NULL;
    size_t n = s ? J.json_string_length(v) : 0;
    struct piece p = {*room, 0};

    for (size_t i = 0; i < n; i++) {
        uint8_t c = (uint8_t)s[i];

        if (c >= 0xc2 && c <= 0xc3 && i + 1 < n)
            c = (uint8_t)((c & 3) << 6 | (s[++i] & 0x3f));
        (*room)[p.len++] = (char)c;
    }
    (*room)[p.len] = '\0';
    *room += p.len + 1;
    return p;
}

static struct piece string_at(json_t *o, const char *key, char **room)
{
    return bytes_of(J.json_object_get(o, key), room);
}

static int64_t number_at(json_t *o, const char *key)
{
    json_t *v = J.json_object_get(o, key);

    return v ? (int64_t)J.json_integer_value(v) : 0;
}

static bool true_at(json_t *o, const char *key)
{
    return json_is_true(J.json_object_get(o, key));
}

/* False: not one of our lines. room has at least the line's length twice. */
static bool to_event(json_t *o, struct event *ev, char *room)
{
    struct piece kind = string_at(o, "kind", &room), name;
    json_t *args = J.json_object_get(o, "args");

    memset(ev, 0, sizeof(*ev));
    while (ev->kind < EVENT_KINDS && strcmp(event_kind_name(ev->kind), kind.s))
        ev->kind++;
    if (ev->kind == EVENT_KINDS)
        return false;
    ev->nr = (uint64_t)number_at(o, "event");
    ev->now_ns = (uint64_t)number_at(o, "time");
    ev->pid = (int)number_at(o, "pid");
    ev->tid = (int)number_at(o, "tid");
    ev->tasks = (unsigned)number_at(o, "tasks");
    ev->ret = number_at(o, "return");
    ev->spent_ns = (uint64_t)number_at(o, "spent");
    ev->failed = true_at(o, "failed");
    ev->injected = (true_at(o, "injected") ? INJECTED_RESULT : 0) |
                   (true_at(o, "poked") ? INJECTED_ARGS : 0) | (true_at(o, "delayed") ? INJECTED_DELAY : 0);
    ev->follows = true_at(o, "follows");
    ev->awaited = true_at(o, "awaited");
    name = string_at(o, J.json_object_get(o, "call") ? "call" : "signal", &room);
    ev->name = name.len ? name.s : NULL;
    if (!ev->name && ev->kind <= EVENT_CALL)
        return false;
    ev->sysno = J.json_object_get(o, "nr") ? number_at(o, "nr") : -1;
    name = string_at(o, "ip", &room);
    ev->ip = name.len ? strtoull(name.s, NULL, 16) : EVENT_NO_IP;
    name = string_at(o, "comm", &room);
    ev->comm = name.len ? name.s : NULL;
    ev->cont = string_at(o, "more", &room);
    ev->result = string_at(o, "result", &room);
    ev->aux = string_at(o, "aux", &room);
    ev->detail = string_at(o, "detail", &room);
    ev->why = string_at(o, "why", &room);
    ev->stack = string_at(o, "stack", &room);
    ev->dump = string_at(o, "dump", &room);
    for (size_t i = 0; args && i < J.json_array_size(args) && i < EVENT_ARGS; i++)
        ev->arg[ev->nargs++] = bytes_of(J.json_array_get(args, i), &room);
    return true;
}

/* The text of a JSON trace. 0, or the exit status after one line on stderr. */
static int history_text(FILE *in, const char *name, const struct layout_options *opt)
{
    struct layout *l = layout_create(opt);
    char *line = NULL, *room = NULL;
    size_t size = 0, number = 0;
    int err = EXIT_FAILED;

    if (!load_jansson()) {
        fprintf(stderr, "mseal-emu history: libjansson.so.4 is needed to read a JSON trace\n");
        goto out;
    }
    while (l && getline(&line, &size, in) > 0) {
        json_error_t why;
        json_t *o = J.json_loads(line, 0, &why);
        struct event ev;

        number++;
        free(room);
        room = malloc(2 * strlen(line) + 64);
        if (!room || !o || !to_event(o, &ev, room)) {
            fprintf(stderr, "mseal-emu history: %s:%zu: %s\n", name, number, o ? "not an event" : why.text);
            if (o)
                J.json_delete(o);
            goto out;
        }
        layout_event(l, &ev);
        J.json_delete(o);
    }
    err = 0;
out:
    layout_destroy(l);
    free(line);
    free(room);
    return err;
}

/* ---- the command line ---- */

static const char usage[] =
    "Usage: mseal-emu history --text [-kTtrniYq] [-a COLUMN] [-z|-Z|--code] [--explain] [--terminal] "
    "TRACE.json\n"
    "       mseal-emu history [QUESTION] RECORDING\n"
    "Tell about a run that is over.\n\n"
    "Of a trace (mseal-emu --trace-json TRACE.json PROGRAM):\n"
    "  --text             strace's text, as it would have gone to a file; with --terminal, to a "
    "terminal;\n"
    "                     --timestamps=FORM,UNIT, --relative-timestamps=UNIT, --syscall-times=UNIT as "
    "there\n"
    "  --code             only instructions and calls of functions, where the trace has them\n"
    "  --explain          below each call that failed: why\n"
    "Of a recording (mseal-emu --record RECORDING PROGRAM):\n"
    "  (none)             every event that changed an address space or was refused\n"
    "  --maps N           the areas after event N (0: the last)\n"
    "  --diff M,N         what became different between events M and N\n"
    "  --page ADDRESS     everything that happened to a page\n"
    "  --seals            what was sealed, when, by whom\n"
    "  --refused          every refused attempt, and why\n"
    "  --mm N             of address space N (default: the first one a program ran in)\n";

struct command {
    bool text;
    struct layout_options layout;
    unsigned quiet, stamps; /* how often -q, -t */
    struct history_question question;
};

/* An option about the text of a trace, as strace's of the same name. False: none, or not with this argument. */
static bool layout_option(struct command *cmd, int c, const char *arg)
{
    struct layout_options *opt = &cmd->layout;

    switch (c) {
    case 'E':
        cmd->text = true;
        return true;
    case 'e':
        opt->why = true;
        return true;
    case 'm':
        opt->terminal = true;
        return true;
    case 'c':
        opt->only = ONLY_CODE;
        return true;
    case 'k':
        opt->stack = true;
        return true;
    case 'r':
        opt->stamps.relative = true;
        return stamp_parse_unit(&opt->stamps.relative_digits, arg ? arg : "");
    case 't':
        stamp_count(&opt->stamps, ++cmd->stamps);
        return true;
    case 's':
        return stamp_parse(&opt->stamps, arg);
    case 'T':
        opt->stamps.spent = true;
        return stamp_parse_unit(&opt->stamps.spent_digits, arg ? arg : "");
    case 'z':
    case 'Z':
        opt->only = ONLY_STATUS;
        opt->status = c == 'z' ? STATUS_SUCCESSFUL : STATUS_FAILED;
        return true;
    case 'n':
        opt->number = true;
        return true;
    case 'i':
        opt->ip = true;
        return true;
    case 'Y':
        opt->comm = true;
        return true;
    case 'q':
        cmd->quiet++;
        opt->quiet = cmd->quiet > 2 ? QUIET_EXIT | QUIET_THREAD_EXECVE : cmd->quiet > 1 ? QUIET_EXIT : 0;
        return true;
    default:
        return false;
    }
}

/* A question, or an option that is a number. False: it is none. */
static bool question_option(struct command *cmd, int c, const char *arg)
{
    struct history_question *q = &cmd->question;
    char *end = NULL;

    switch (c) {
    case 'M':
        q->kind = HISTORY_MAPS;
        q->from = strtoull(arg, &end, 0);
        break;
    case 'D':
        q->kind = HISTORY_DIFF;
        q->from = strtoull(arg, &end, 0);
        if (*end == ',')
            q->to = strtoull(end + 1, &end, 0);
        break;
    case 'P':
        q->kind = HISTORY_PAGE;
        q->addr = strtoull(arg, &end, 16);
        break;
    case 'S':
        q->kind = HISTORY_SEALS;
        break;
    case 'R':
        q->kind = HISTORY_REFUSED;
        break;
    case 'A':
        q->mm = strtoull(arg, &end, 0);
        break;
    case 'a':
        cmd->layout.column = (unsigned)strtoull(arg, &end, 10);
        break;
    }
    return !end || (!*end && end != arg);
}

int cmd_history(int argc, char **argv)
{
    static const struct option longs[] = {
        {"text", 0, 0, 'E'},
        {"explain", 0, 0, 'e'},
        {"terminal", 0, 0, 'm'},
        {"code", 0, 0, 'c'},
        {"help", 0, 0, 'h'},
        {"maps", 1, 0, 'M'},
        {"diff", 1, 0, 'D'},
        {"page", 1, 0, 'P'},
        {"seals", 0, 0, 'S'},
        {"refused", 0, 0, 'R'},
        {"mm", 1, 0, 'A'},
        {"timestamps", 1, 0, 's'},
        {"relative-timestamps", 2, 0, 'r'},
        {"syscall-times", 2, 0, 'T'},
        {0},
    };
    struct command cmd = {.layout = {.out = stdout,
                                     .column = LAYOUT_COLUMN,
                                     .stamps = {.relative_digits = 6, .spent_digits = 6}},
                          .question = {.kind = HISTORY_ALL}};
    const char *name;
    FILE *in;
    int c, err;

    optind = 0;
    while ((c = getopt_long(argc, argv, "+TzZkrthniYqa:", longs, NULL)) != -1) {
        if (c == '?')
            return EXIT_USAGE;
        if (c == 'h')
            return cmd_usage(usage, true);
        if (strchr("MDPSRAa", c)) {
            if (!question_option(&cmd, c, optarg)) {
                fprintf(stderr, "mseal-emu history: not a number: '%s'\n", optarg);
                return EXIT_USAGE;
            }
        } else if (!layout_option(&cmd, c, optarg)) {
            return cmd_usage(usage, false);
        }
    }
    if (optind + 1 != argc)
        return cmd_usage(usage, false);
    name = argv[optind];
    in = fopen(name, "re");
    if (!in) {
        fprintf(stderr, "mseal-emu history: %s: %s\n", name, strerror(errno));
        return EXIT_FAILED;
    }
    err = cmd.text ? history_text(in, name, &cmd.layout) : history_ask(in, name, &cmd.question);
    fclose(in);
    return err;
}
