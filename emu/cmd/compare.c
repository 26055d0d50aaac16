/*
 * compare.c - mseal-emu compare: one program under several designs, and the first step at which they part.
 *
 * Runs are deterministic, so two runs are the same line for line until a design makes a difference. Each run is traced; the
 * traces are then walked side by side.
 */
#include "../plugin.h"
#include "cmd.h"
#include "self.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char usage[] =
    "usage: mseal-emu compare [OPTION...] [--] PROGRAM [ARG...]\n"
    "Run a program under several sealing designs and show where they part.\n"
    "  -d, --designs A,B,...   which (default: none,linux-6.11,linux-6.18,mimmutable)\n"
    "  -c, --context N         lines shown before the step (default 3)\n";

#define MAX_DESIGNS 64

struct run {
    const char *design;
    char **line; /* of its trace */
    size_t n;
    char *text;
    int status;
};

struct options {
    struct run run[MAX_DESIGNS];
    size_t n;
    size_t context;
};

/* The trace of one run into a file that has no name any more. */
static int trace_run(struct run *r, char **argv, int argc)
{
    char path[] = "/tmp/mseal-emu-compare-XXXXXX";
    const char **args = calloc((size_t)argc + 8, sizeof *args);
    int fd = mkstemp(path), err = 0;
    size_t n = 0;

    if (fd < 0 || !args) {
        err = -errno;
        goto out;
    }
    const char *fixed[] = {self_path(), "--design", r->design, "--strace", "-o", path, "--"};
    for (; n < sizeof fixed / sizeof *fixed; n++)
        args[n] = fixed[n];
    memcpy(args + n, argv, (size_t)argc * sizeof *args);
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        dup2(null, 0);
        dup2(null, 1);
        dup2(null, 2);
        execv(args[0], (char **)args);
        _exit(125);
    }
    if (pid < 0 || waitpid(pid, &r->status, 0) < 0) {
        err = -errno;
        goto out;
    }
    FILE *f = fdopen(fd, "re");
    size_t room = 0;
    ssize_t len = f ? getdelim(&r->text, &room, '\0', f) : -1;
    if (!f || ferror(f)) {
        err = -errno;
    } else if (len < 0) { /* of an empty file it makes no string */
        free(r->text);
        r->text = NULL;
    }
    if (f) {
        fclose(f);
        fd = -1;
    }
out:
    if (fd >= 0)
        close(fd);
    unlink(path);
    free(args);
    return err;
}

static int split_lines(struct run *r)
{
    size_t room = 0;
    char *rest = r->text, *line;
    while (rest && (line = strsep(&rest, "\n"))) {
        if (!*line)
            continue;
        if (r->n == room) {
            room = room ? 2 * room : 1024;
            char **bigger = realloc(r->line, room * sizeof *bigger);
            if (!bigger)
                return -ENOMEM;
            r->line = bigger;
        }
        r->line[r->n++] = line;
    }
    return 0;
}

/* The call's name in "[pid] name(args...) = result", for telling memory calls from others. */
static bool refused_memory_call(const char *line)
{
    static const char *const calls[] = {
        "mprotect(",         "pkey_mprotect(",   "munmap(",     "mmap(",  "mremap(",
        "madvise(",          "mseal(",           "mimmutable(", "shmdt(", "shmat(",
        "remap_file_pages(", "process_madvise(", "brk("};
    if (!strstr(line, "= -1 EPERM") && !strstr(line, "= -1 EACCES"))
        return false;
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (strstr(line, calls[i]))
            return true;
    return false;
}

static void show_status(const struct run *r)
{
    if (WIFSIGNALED(r->status))
        printf("%-16s killed by signal %d (%s)\n", r->design, WTERMSIG(r->status),
               strsignal(WTERMSIG(r->status)));
    else
        printf("%-16s exit status %d\n", r->design, WEXITSTATUS(r->status));
}

static const char *line_at(const struct run *r, size_t i)
{
    return i < r->n ? r->line[i] : "(the run is over)";
}

static void show_parting(const struct options *o, size_t step)
{
    for (size_t i = step > o->context ? step - o->context : 0; i < step; i++)
        printf("  %6zu %-16s %s\n", i + 1, "(all)", o->run[0].line[i]);
    for (size_t k = 0; k < o->n; k++)
        printf("> %6zu %-16s %s\n", step + 1, o->run[k].design, line_at(&o->run[k], step));
}

/* First step at which not all runs have the same line; SIZE_MAX: they never part. */
static size_t parting(const struct options *o)
{
    for (size_t i = 0;; i++) {
        bool all_over = true;
        for (size_t k = 0; k < o->n; k++) {
            if (i < o->run[k].n)
                all_over = false;
            if (strcmp(line_at(&o->run[0], i), line_at(&o->run[k], i)))
                return i;
        }
        if (all_over)
            return SIZE_MAX;
    }
}

static void report(const struct options *o)
{
    size_t step = parting(o);
    if (step == SIZE_MAX) {
        printf("no difference in %zu steps\n", o->run[0].n);
    } else {
        printf("the designs part at step %zu:\n", step + 1);
        show_parting(o, step);
    }
    for (size_t k = 0; k < o->n; k++) {
        printf("\n");
        show_status(&o->run[k]);
        for (size_t i = 0; i < o->run[k].n; i++)
            if (refused_memory_call(o->run[k].line[i]))
                printf("  refused %6zu %s\n", i + 1, o->run[k].line[i]);
    }
}

static int choose(struct options *o, char *list)
{
    for (const char *name; (name = strsep(&list, ","));) {
        if (o->n == MAX_DESIGNS) {
            fprintf(stderr, "mseal-emu: compare: at most %d designs\n", MAX_DESIGNS);
            return 2;
        }
        if (!design_open(name))
            return 2;
        o->run[o->n++].design = name;
    }
    return 0;
}

int cmd_compare(int argc, char **argv)
{
    static const struct option longopts[] = {{"designs", required_argument, NULL, 'd'},
                                             {"context", required_argument, NULL, 'c'},
                                             {"help", no_argument, NULL, 'h'},
                                             {0}};
    static char defaults[] = "none,linux-6.11,linux-6.18,mimmutable";
    static struct options o = {.context = 3};
    char *list = defaults, *end;
    int err = 0, status;

    optind = 0;
    for (int c; (c = getopt_long(argc, argv, "+d:c:h", longopts, NULL)) != -1;) {
        switch (c) {
        case 'd':
            list = optarg;
            break;
        case 'c':
            o.context = strtoul(optarg, &end, 10);
            if (*end || *optarg < '0' || *optarg > '9') {
                fprintf(stderr, "mseal-emu: compare: not a number: '%s'\n", optarg);
                return 2;
            }
            break;
        case 'h':
            return cmd_usage(usage, true);
        default:
            return cmd_usage(usage, false);
        }
    }
    if (optind == argc)
        return cmd_usage(usage, false);
    if (choose(&o, list))
        return 2;
    if (!self_path())
        return 125;
    for (size_t k = 0; k < o.n && !err; k++) {
        err = trace_run(&o.run[k], argv + optind, argc - optind);
        err = err ? err : split_lines(&o.run[k]);
    }
    status = err ? 125 : 0;
    if (err) {
        fprintf(stderr, "mseal-emu: compare: %s\n", strerror(-err));
    } else if (!o.run[0].n) { /* not even its own start */
        fprintf(stderr, "mseal-emu: compare: %s: cannot be run\n", argv[optind]);
        status = WIFEXITED(o.run[0].status) ? WEXITSTATUS(o.run[0].status) : 125;
    } else {
        report(&o);
    }
    for (size_t k = 0; k < o.n; k++) {
        free(o.run[k].line);
        free(o.run[k].text);
    }
    return status;
}
