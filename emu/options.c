/*
 * options.c - the command line. Each option is one row: names, argument, help text and what it sets.
 */
#include "options.h"
#include "cmd/cmd.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum kind {
    FLAG,
    COUNT /* a flag that may be repeated */,
    LAST /* a flag that excludes others */,
    STRING,
    OPTIONAL /* a string or none: "" */,
    SIZE,
    NUMBER,
    ENV,
    LIST,
    QUALIFIER /* --trace=SET is -e trace=SET: given whole to a LIST */
};

static const struct row {
    const char *name;
    char letter; /* 0: none */
    enum kind kind;
    size_t at;        /* in struct options */
    const char *arg;  /* as help names it */
    const char *help; /* NULL: not for users */
} rows[] = {
#define AT(field) offsetof(struct options, field)
    {"design", 'd', STRING, AT(design), "NAME",
     "sealing design in force (default: linux); a path loads a shared object"},
    {"env", 'E', ENV, AT(env), "VAR[=VALUE]", "set a variable of the program's environment, or remove it"},
    {"argv0", '0', STRING, AT(argv0), "STRING", "what the program sees as its own name"},
    {"root", 0, STRING, AT(root), "DIR", "directory that is / for the program"},
    {"rw", 0, LIST, AT(rw), "DIR", "let the program change files below DIR (may be repeated)"},
    {"writable", 0, FLAG, AT(writable), NULL, "let the program change every file the caller may change"},
    {"seed", 0, NUMBER, AT(seed), "N",
     "another address layout, random numbers and interleaving (default: 0)"},
    {"chaos", 0, FLAG, AT(chaos), NULL, "switch tasks where it hurts, to find races; --seed chooses how"},
    {"memory", 0, SIZE, AT(memory), "SIZE", "guest memory, with K, M or G (default: 4G)"},
    {"stack", 0, SIZE, AT(stack), "SIZE", "limit of the stack (default: 8M)"},
    {"seal-image", 0, OPTIONAL, AT(seal_image), "WHAT",
     "seal what the loader maps: note, relro, text, all (default: relro and text)"},
    {"vdso", 0, FLAG, AT(vdso), NULL, "give the program a vDSO, whose functions make system calls"},
    {"strace", 0, FLAG, AT(strace), NULL, "print each system call, as strace does"},
    {"explain", 0, FLAG, AT(explain), NULL,
     "say why memory calls and accesses fail: the rule, the area, who made it"},
    {"events", 'e', LIST, AT(events), "SPEC",
     "trace=SET, status=, inject=SET:error=E:when=N, raw=, read= ..., as strace's"},
    {"trace", 0, QUALIFIER, AT(events), "SET", "as -e trace=SET"},
    {"trace-fds", 0, QUALIFIER, AT(events), "SET", "as -e trace-fds=SET"},
    {"signal", 0, QUALIFIER, AT(events), "SET", "as -e signal=SET"},
    {"status", 0, QUALIFIER, AT(events), "SET", "as -e status=SET"},
    {"abbrev", 0, QUALIFIER, AT(events), "SET", "as -e abbrev=SET"},
    {"verbose", 0, QUALIFIER, AT(events), "SET", "as -e verbose=SET"},
    {"raw", 0, QUALIFIER, AT(events), "SET", "as -e raw=SET"},
    {"read", 0, QUALIFIER, AT(events), "SET", "as -e read=SET"},
    {"write", 0, QUALIFIER, AT(events), "SET", "as -e write=SET"},
    {"inject", 0, QUALIFIER, AT(events), "SET:WHAT",
     "change calls: error=, retval=, signal=, delay_exit=, when= ..."},
    {"fault", 0, QUALIFIER, AT(events), "SET:WHAT", "let calls fail: error=, syscall=, when="},
    {"quiet", 0, QUALIFIER, AT(events), "SET", "as -e quiet=SET"},
    {"silent", 0, QUALIFIER, AT(events), "SET", NULL},
    {"silence", 0, QUALIFIER, AT(events), "SET", NULL},
    {"decode-fds", 0, QUALIFIER, AT(events), "SET", "as -e decode-fds=SET"},
    {"decode-pids", 0, QUALIFIER, AT(events), "SET", "as -e decode-pids=SET"},
    {"kvm", 0, QUALIFIER, AT(events), "SET", NULL},
    {"string-limit", 's', NUMBER, AT(strsize), "N", "bytes of a string shown in traces (default: 32)"},
    {"const-print-style", 'X', STRING, AT(xlat), "STYLE", "constants as abbrev, raw or verbose"},
    {"strings-in-hex", 'x', COUNT, AT(hex), NULL, "strings that are not ASCII in hexadecimal; -xx: all"},
    {"strings-in-hex", 0, OPTIONAL, AT(hex_style), "WHAT",
     "none, non-ascii-chars, non-ascii or all (default)"},
    {"timestamps", 't', COUNT, AT(stamps), NULL,
     "virtual time of day; -tt: with microseconds, -ttt: since 1970"},
    {"timestamps", 0, STRING, AT(stamp_style), "FORM,UNIT", "FORM none, time or unix, UNIT s, ms, us or ns"},
    {"absolute-timestamps", 0, COUNT, AT(stamps), NULL, "another name of --timestamps"},
    {"absolute-timestamps", 0, STRING, AT(stamp_style), "FORM,UNIT", NULL},
    {"relative-timestamps", 'r', OPTIONAL, AT(relative), "UNIT", "virtual time since the line before"},
    {"decode-fds", 'y', COUNT, AT(fds), NULL,
     "show what descriptors stand for; -yy: sockets, devices, processes ... too"},
    {"decode-pids", 'Y', FLAG, AT(comm), NULL, "show the names of processes"},
    {"no-abbrev", 'v', FLAG, AT(full), NULL, "show structures and environments whole"},
    {"syscall-number", 'n', FLAG, AT(number), NULL, "show the numbers of system calls"},
    {"instruction-pointer", 'i', FLAG, AT(ip), NULL, "show the instruction pointer"},
    {"trace-path", 'P', LIST, AT(trace_paths), "PATH", "trace calls about PATH only (may be repeated)"},
    {"columns", 'a', NUMBER, AT(column), "COLUMN", "where results are (default: 40)"},
    {"quiet", 'q', COUNT, AT(quiet), NULL, "-qq: do not tell how processes end"},
    {"stack-trace", 'k', OPTIONAL, AT(backtrace), "symbol", "a backtrace after each traced call"},
    {"stack-traces", 0, OPTIONAL, AT(backtrace), "symbol", NULL},
    {"stack-trace-frame-limit", 0, NUMBER, AT(frames), "N", "frames of a backtrace (default: 256)"},
    {"syscall-limit", 0, NUMBER, AT(limit), "N", "trace no more than N calls"},
    {"syscall-times", 'T', OPTIONAL, AT(spent), "UNIT", "show the virtual time spent in each call"},
    {"successful-only", 'z', LAST, AT(only), NULL, "trace calls that succeed"},
    {"failed-only", 'Z', LAST, AT(only), NULL, "trace calls that fail"},
    {"follow-forks", 'f', COUNT, AT(follow), NULL,
     "with -o: show process numbers (all are traced anyway); -ff: --output-separately"},
    {"follow-forks", 0, FLAG, AT(follow_long), NULL, NULL}, /* twice is not -ff */
    {"detach-on", 'b', STRING, AT(detach_on), "execve", "trace a process only until it calls execve"},
    {"always-show-pid", 0, FLAG, AT(always_pid), NULL, "show process numbers from the first line on"},
    {"summary-only", 'c', FLAG, AT(summary), NULL, "count calls, time and errors instead of tracing"},
    {"summary", 'C', FLAG, AT(summary_too), NULL, "as -c, besides tracing"},
    {"summary-wall-clock", 'w', FLAG, AT(wall), NULL, "count the time from a call's beginning to its end"},
    {"summary-sort-by", 'S', STRING, AT(sort), "COLUMN",
     "sort the table: time (default), calls, errors, name, none ..."},
    {"summary-columns", 'U', STRING, AT(columns), "COLUMN,...",
     "columns of the table, such as calls,max-time,name"},
    {"color", 0, STRING, AT(color), "WHEN", "colours in traces: auto (default), always, never"},
    {"trace-insn", 0, OPTIONAL, AT(trace_insn), "WHAT",
     "print executed instructions: of ADDR-ADDR, a function, a file (default: all)"},
    {"trace-calls", 0, OPTIONAL, AT(trace_calls), "NAME,...",
     "print calls of functions and what they return"},
    {"coverage", 0, STRING, AT(coverage), "FILE", "write the executed basic blocks, as drcov does"},
    {"trace-json", 0, STRING, AT(json), "FILE", "write each event as a line of JSON"},
    {"crash-json", 0, STRING, AT(crash_json), "FILE", "write the report of a crash as JSON too"},
    {"record", 0, STRING, AT(record), "FILE", "record the run for mseal-emu history and mseal-emu view"},
    {"output", 'o', STRING, AT(output), "FILE", "print to FILE instead of standard error, or into |COMMAND"},
    {"output-append-mode", 'A', FLAG, AT(append), NULL, "with -o: add to what is in FILE"},
    {"output-separately", 0, FLAG, AT(separately), NULL, "with -o: to FILE.PID of each task"},
    {"maps", 0, FLAG, AT(maps), NULL, "print the address space when the program ends"},
    {"gdb", 'g', STRING, AT(gdb), "PORT|unix:PATH", "let gdb attach there (target remote)"},
    {"gdb-wait", 0, FLAG, AT(gdb_wait), NULL, "with -g: run nothing before gdb has come"},
    /* What mseal-emu diff starts us with: to be like the host, and to tell what happens. */
    {"vsyscall", 0, FLAG, AT(vsyscall), NULL, NULL},
    {"mmap-phase", 0, NUMBER, AT(mmap_phase), "BYTES", NULL},
    {"no-pkeys", 0, FLAG, AT(no_pkeys), NULL, NULL},
    {"no-anon-names", 0, FLAG, AT(no_anon_names), NULL, NULL},
    {"no-memory-failure", 0, FLAG, AT(no_memory_failure), NULL, NULL},
    {"as-root", 0, FLAG, AT(as_root), NULL, NULL},             /* mseal-emu matrix */
    {"record-states", 0, FLAG, AT(record_states), NULL, NULL}, /* mseal-emu tui */
    {"lockstep", 0, NUMBER, AT(lockstep), "FD", NULL},
    {"help", 'h', FLAG, AT(help), NULL, "this text"},
    {"version", 'V', FLAG, AT(version), NULL, "versions of this program and of its engine"},
#undef AT
};
#define NR_ROWS (sizeof(rows) / sizeof(*rows))

void options_help(FILE *out)
{
    fputs("Usage: mseal-emu [OPTION...] [--] PROGRAM [ARG...]\n"
          "Run an unmodified x86-64 Linux program on an address space of our own, under a choice of\n"
          "memory-sealing designs.\n\n",
          out);
    for (size_t i = 0; i < NR_ROWS; i++) {
        char left[64], letter[8] = "    ";

        if (!rows[i].help)
            continue;
        if (rows[i].letter)
            snprintf(letter, sizeof(letter), "-%c, ", rows[i].letter);
        snprintf(left, sizeof(left),
                 rows[i].kind == QUALIFIER  ? "%s--%s=%s"
                 : rows[i].kind == OPTIONAL ? "%s--%s[=%s]"
                 : rows[i].arg              ? "%s--%s %s"
                                            : "%s--%s",
                 letter, rows[i].name, rows[i].arg);
        fprintf(out, "  %-24s  %s\n", left, rows[i].help);
    }
    fputs(
        "\nSubcommands (mseal-emu NAME --help tells more; `mseal-emu -- NAME` runs a program of that name):\n",
        out);
    for (unsigned i = 0; cmd_at(i); i++)
        fprintf(out, "  %-24s  %s\n", cmd_at(i)->name, cmd_at(i)->what);
    fputs(
        "\nThe program sees the host's files read-only and a private, empty /tmp unless --rw or --writable say otherwise.\n"
        "The exit status is the program's own (if it dies of a signal, so does mseal-emu); 125 when mseal-emu fails,\n"
        "126 when the program cannot be run, 127 when it is not found, 2 for a wrong command line.\n",
        out);
}

static int complain(const char *what, const char *which)
{
    fprintf(stderr, "mseal-emu: %s '%s' (--help lists the options)\n", what, which);
    return EXIT_USAGE;
}

/* "64", "0x40", and for sizes "64K", "3M", "1G". False: not such a number, or too large. */
static bool parse_number(const char *s, bool size, uint64_t *out)
{
    static const char units[] = "KMGT";
    const char *unit;
    char *end;
    uint64_t v;

    if (*s < '0' || *s > '9')
        return false;
    errno = 0;
    v = strtoull(s, &end, 0);
    if (errno)
        return false;
    if (size && *end && (unit = strchr(units, *end >= 'a' && *end <= 'z' ? *end - 32 : *end))) {
        unsigned shift = 10 * (unsigned)(unit - units + 1);

        if (v > UINT64_MAX >> shift)
            return false;
        v <<= shift;
        end++;
    }
    *out = v;
    return *end == '\0';
}

static size_t list_length(const char *const *l)
{
    size_t n = 0;

    while (l && l[n])
        n++;
    return n;
}

/* The environment's array and strings are borrowed; the array is ours. VAR=VALUE replaces, VAR removes. */
static bool set_env(struct options *o, const char *spec)
{
    const char *eq = strchr(spec, '=');
    size_t len = eq ? (size_t)(eq - spec) : strlen(spec), n = 0;
    char **env;

    for (char **e = o->env; *e; e++)
        if (strncmp(*e, spec, len) || ((*e)[len] != '='))
            o->env[n++] = *e;
    o->env[n] = NULL;
    if (!eq)
        return true;
    env = realloc(o->env, (n + 2) * sizeof(*env));
    if (!env)
        return false;
    o->env = env;
    env[n] = (char *)spec;
    env[n + 1] = NULL;
    return true;
}

static bool add_to_list(const char ***list, const char *s)
{
    size_t n = list_length(*list);
    const char **l = realloc(*list, (n + 2) * sizeof(*l));

    if (!l)
        return false;
    l[n] = s;
    l[n + 1] = NULL;
    *list = l;
    return true;
}

static int apply(struct options *o, const struct row *r, const char *value)
{
    void *at = (char *)o + r->at;
    bool ok = true;

    switch (r->kind) {
    case FLAG:
        *(bool *)at = true;
        break;
    case COUNT:
        ++*(unsigned *)at;
        break;
    case LAST:
        *(struct last *)at = (struct last){r->letter, ((struct last *)at)->times + 1};
        break;
    case STRING:
    case OPTIONAL:
        *(const char **)at = value ? value : "";
        break;
    case SIZE:
    case NUMBER:
        if (!parse_number(value, r->kind == SIZE, at))
            return complain(r->kind == SIZE ? "not a size:" : "not a number:", value);
        break;
    case ENV:
        if (!*value || *value == '=')
            return complain("not a variable:", value);
        ok = set_env(o, value);
        break;
    case LIST:
    case QUALIFIER:
        ok = add_to_list(at, value);
        break;
    }
    if (ok)
        return 0;
    fprintf(stderr, "mseal-emu: out of memory\n");
    return EXIT_FAILED;
}

static bool is_flag(const struct row *r)
{
    return r->kind == FLAG || r->kind == COUNT || r->kind == LAST;
}

/* With two rows of a name, one is for --name=VALUE; else the last is for the long form. */
static const struct row *find_long(const char *name, size_t len, bool with_value)
{
    const struct row *found = NULL;

    for (size_t i = 0; i < NR_ROWS; i++) {
        const struct row *r = &rows[i];

        if (strlen(r->name) != len || memcmp(r->name, name, len))
            continue;
        if (!found || (with_value ? !is_flag(r) : is_flag(r) || r->kind == OPTIONAL))
            found = r;
    }
    return found;
}

/* strace's, for which there is no place here. */
static const struct {
    char letter; /* 0: none */
    const char *name, *why;
} not_here[] = {
    {'p', "attach", "programs are started here, those that run already cannot be traced"},
    {'D', "daemonize", "the tracer is no process of its own"},
    {'I', "interruptible", "signals reach the program as its own kernel delivers them"},
    {'u', "user", "the program runs as the caller"},
    {'O', "summary-syscall-overhead", "times are virtual, tracing adds nothing to them"},
    {'d', "debug", "nothing is traced by the way of ptrace, which there could be trouble with"},
    {0, "seccomp-bpf", "no call has to be stopped to be traced"},
    {0, "kill-on-exit", "the program ends with the emulator that runs it"},
    {0, "pidns-translation", "there is one namespace of process numbers"},
    {0, "tips", "there are none"},
    {0, "secontext", "there is no SELinux here"},
};

static const char *why_not(char letter)
{
    for (size_t i = 0; i < sizeof(not_here) / sizeof(*not_here); i++)
        if (not_here[i].letter == letter)
            return not_here[i].why;
    return NULL;
}

static const char *why_not_long(const char *name, size_t len)
{
    for (size_t i = 0; i < sizeof(not_here) / sizeof(*not_here); i++)
        if (strlen(not_here[i].name) == len && !memcmp(not_here[i].name, name, len))
            return not_here[i].why;
    return NULL;
}

static const struct row *find_letter(char c)
{
    for (size_t i = 0; i < NR_ROWS; i++)
        if (rows[i].letter == c)
            return &rows[i];
    return NULL;
}

/* --name, --name=value, --name value; *i moves past the value. */
static int parse_long(struct options *o, char **argv, int argc, int *i)
{
    const char *name = argv[*i] + 2, *eq = strchr(name, '=');
    size_t len = eq ? (size_t)(eq - name) : strlen(name);
    const struct row *r = find_long(name, len, eq);

    if (!r && why_not_long(name, len)) {
        fprintf(stderr, "mseal-emu: strace's option --%.*s: %s\n", (int)len, name, why_not_long(name, len));
        return EXIT_USAGE;
    }
    if (!r)
        return complain("unknown option", argv[*i]);
    if (r->kind == QUALIFIER)
        return eq ? apply(o, r, name) : complain("option needs a value, --NAME=VALUE:", argv[*i]);
    if (is_flag(r))
        return eq ? complain("option takes no value:", argv[*i]) : apply(o, r, NULL);
    if (eq || r->kind == OPTIONAL)
        return apply(o, r, eq ? eq + 1 : NULL);
    if (*i + 1 >= argc)
        return complain("option needs a value:", argv[*i]);
    return apply(o, r, argv[++*i]);
}

/* -x, -xVALUE, -x VALUE, -xyz for flags. */
static int parse_letters(struct options *o, char **argv, int argc, int *i)
{
    for (const char *p = argv[*i] + 1; *p; p++) {
        const struct row *r = find_letter(*p);
        int err;

        if (!r && why_not(*p)) {
            fprintf(stderr, "mseal-emu: strace's option -%c: %s\n", *p, why_not(*p));
            return EXIT_USAGE;
        }
        if (!r)
            return complain("unknown option", argv[*i]);
        if (!is_flag(r) && r->kind != OPTIONAL) {
            if (p[1])
                return apply(o, r, p + 1);
            if (*i + 1 >= argc)
                return complain("option needs a value:", argv[*i]);
            return apply(o, r, argv[++*i]);
        }
        err = apply(o, r, NULL);
        if (err)
            return err;
    }
    return 0;
}

int options_parse(struct options *o, int argc, char **argv, char **environment)
{
    size_t n = list_length((const char *const *)environment);
    int i;

    memset(o, 0, sizeof(*o));
    o->design = "linux";
    o->root = "/";
    o->memory = UINT64_C(4) << 30;
    o->stack = UINT64_C(8) << 20;
    o->strsize = UINT64_MAX;
    o->column = o->frames = o->limit = UINT64_MAX;
    o->env = malloc((n + 1) * sizeof(*o->env));
    if (!o->env)
        return EXIT_FAILED;
    memcpy(o->env, environment, (n + 1) * sizeof(*o->env));

    for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        int err;

        if (!strcmp(argv[i], "--")) {
            i++;
            break;
        }
        err = argv[i][1] == '-' ? parse_long(o, argv, argc, &i) : parse_letters(o, argv, argc, &i);
        if (err)
            return err;
    }
    o->first = i;
    if (o->gdb_wait && !o->gdb) {
        fprintf(stderr, "mseal-emu: --gdb-wait needs -g (--help lists the options)\n");
        return EXIT_USAGE;
    }
    if (i >= argc && !o->help && !o->version) {
        fprintf(stderr, "mseal-emu: no program to run (--help lists the options)\n");
        return EXIT_USAGE;
    }
    return 0;
}

void options_free(struct options *o)
{
    free(o->env);
    free(o->rw);
    free(o->events);
    free(o->trace_paths);
}
