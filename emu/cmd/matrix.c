/*
 * matrix.c - mseal-emu matrix: every scenario under every design.
 *
 * Each cell is a run of this very program in a process of its own, so one cell can't disturb another; cells run
 * in parallel and are shown in order, so the table is the same each time.
 */
#include "../output_create.h"
#include "../plugin.h"
#include "cmd.h"
#include "diff.h"
#include "matrix.h"
#include "self.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <mseal-emu/design.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CELL_TEXT_MAX 4096

static const char usage[] =
    "usage: mseal-emu matrix [OPTION...] [SCENARIO|PROGRAM...]\n"
    "Run every scenario (all of them if none is named) or program under every design.\n"
    "  -d, --designs A,B,...   only these designs (a path with a slash: a plug-in)\n"
    "  -f, --format FORMAT     text (default), markdown, html, json, junit, tap\n"
    "  -o, --output FILE       write the table to FILE\n"
    "  -j, --jobs N            cells run at a time (default: the processors)\n"
    "  -t, --trace ID:DESIGN   run one cell with its full system call trace\n"
    "      --scenarios FILE    the program that holds the scenarios\n"
    "      --expected FILE     what should come out; cells that differ make the exit status 1\n"
    "      --print-cells       the cells as lines of an expectations file\n";

struct options {
    const char *format, *output, *trace, *scenarios, *expected;
    unsigned jobs;
    bool print_cells;
};

/* A cell being run. */
struct job {
    pid_t pid; /* 0: free */
    int fd;
    size_t cell, len;
    char text[CELL_TEXT_MAX];
};

/* The child's side: stdout to the pipe, stderr kept only for a trace. */
static void exec_cell(const char *program, const char *arg, const char *design, int out)
{
    const char *argv[] = {self_path(), "--vdso", "--as-root", "--design", design, "--", program, arg, NULL};
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(null, 0);
    dup2(out, 1);
    dup2(null, 2);
    execv(argv[0], (char **)argv);
    _exit(125);
}

static int start(struct job *j, const struct matrix *m, const struct options *o, size_t cell)
{
    const struct matrix_row *row = &m->rows[cell / m->ndesigns];
    const char *design = m->designs[cell % m->ndesigns].arg;
    int pipefd[2];
    if (pipe2(pipefd, O_CLOEXEC))
        return -errno;
    pid_t pid = fork();
    if (pid < 0) {
        int err = errno;
        close(pipefd[0]);
        close(pipefd[1]);
        return -err;
    }
    if (pid == 0)
        exec_cell(row->scenario ? o->scenarios : row->name, row->scenario ? row->name : NULL, design,
                  pipefd[1]);
    close(pipefd[1]);
    j->pid = pid;
    j->fd = pipefd[0];
    j->cell = cell;
    j->len = 0;
    return 0;
}

/* One line: what a table cell can hold. */
static char *one_line(const char *text, size_t len)
{
    while (len && text[len - 1] == '\n')
        len--;
    char *line = strndup(text, len);
    for (char *p = line; p && *p; p++)
        if ((unsigned char)*p < ' ')
            *p = ' ';
    return line;
}

/* Takes what the cell printed; true when it has ended. */
static bool read_job(struct job *j, struct matrix *m)
{
    char spill[512];
    bool full = j->len == sizeof j->text;
    ssize_t n = read(j->fd, full ? spill : j->text + j->len, full ? sizeof spill : sizeof j->text - j->len);
    if (n > 0) {
        j->len += full ? 0 : (size_t)n;
        return false;
    }
    if (n < 0 && errno == EINTR)
        return false;
    struct cell *c = &m->cells[j->cell];
    close(j->fd);
    while (waitpid(j->pid, &c->status, 0) < 0 && errno == EINTR)
        ;
    c->text = one_line(j->text, j->len);
    j->pid = 0;
    return true;
}

static int run_cells(struct matrix *m, const struct options *o)
{
    size_t next = 0, total = m->nrows * m->ndesigns, running = 0;
    struct job *jobs = calloc(o->jobs, sizeof *jobs);
    struct pollfd *fds = calloc(o->jobs, sizeof *fds);
    int r = jobs && fds ? 0 : -ENOMEM;
    while (!r && (next < total || running)) {
        for (unsigned i = 0; i < o->jobs && next < total && !r; i++)
            if (!jobs[i].pid) {
                r = start(&jobs[i], m, o, next++);
                running += !r;
            }
        for (unsigned i = 0; i < o->jobs; i++)
            fds[i] = (struct pollfd){jobs[i].pid ? jobs[i].fd : -1, POLLIN, 0};
        if (poll(fds, o->jobs, -1) < 0 && errno != EINTR)
            r = -errno;
        for (unsigned i = 0; i < o->jobs; i++)
            if (fds[i].revents && read_job(&jobs[i], m))
                running--;
    }
    free(jobs);
    free(fds);
    return r;
}

/* ---- which rows and columns --------------------------------------------------------------------------------- */

static int add_row(struct matrix *m, const char *name, const char *what, bool scenario)
{
    struct matrix_row *rows = realloc(m->rows, (m->nrows + 1) * sizeof *rows);
    if (!rows)
        return -ENOMEM;
    m->rows = rows;
    rows[m->nrows++] = (struct matrix_row){.name = name, .what = what, .scenario = scenario};
    return 0;
}

/* "ID<tab>what" lines, as the scenario program lists itself (it runs natively for that). Kept for the life of the process. */
static int load_scenarios(struct matrix *m, const char *program)
{
    char *command, *line = NULL;
    size_t room = 0;
    int r = 0;
    if (asprintf(&command, "'%s' --list", program) < 0)
        return -ENOMEM;
    FILE *p = popen(command, "re");
    free(command);
    if (!p)
        return -errno;
    while (!r && getline(&line, &room, p) > 0) {
        char *rest = strdup(line), *id = strsep(&rest, "\t"), *what = rest ? strsep(&rest, "\n") : "";
        r = id ? add_row(m, id, what, true) : -ENOMEM;
    }
    free(line);
    if (pclose(p))
        r = r ? r : -ENOEXEC;
    return r;
}

/* Of all scenarios keep those named; a name that is none of them is a program. -ENOENT: nor that, after a line on stderr. */
static int choose_rows(struct matrix *m, char **names, int n)
{
    struct matrix all = *m;
    char path[PATH_MAX];
    int r = 0;
    if (!n)
        return 0;
    m->rows = NULL;
    m->nrows = 0;
    for (int i = 0; i < n && !r; i++) {
        size_t k = 0;
        while (k < all.nrows && strcmp(all.rows[k].name, names[i]))
            k++;
        if (k < all.nrows) {
            r = add_row(m, names[i], all.rows[k].what, true);
        } else if (!access(native_find_program(names[i], path), X_OK)) {
            r = add_row(m, names[i], "", false);
        } else {
            fprintf(stderr, "mseal-emu: matrix: %s: neither a scenario nor a program\n", names[i]);
            r = -ENOENT;
        }
    }
    free(all.rows);
    return r;
}

static int add_design(struct matrix *m, const char *arg, const struct mseal_design *d)
{
    struct matrix_column *bigger = realloc(m->designs, (m->ndesigns + 1) * sizeof *bigger);
    if (!bigger)
        return -ENOMEM;
    m->designs = bigger;
    m->designs[m->ndesigns++] = (struct matrix_column){d->name, arg, strchr(arg, '/') != NULL};
    return 0;
}

/* Those of the comma-separated list, or every built-in one. 0 or an exit status, after a line on stderr. */
static int choose_designs(struct matrix *m, char *list)
{
    const struct mseal_design *d;
    int r = 0;
    if (list) {
        for (const char *name; !r && (name = strsep(&list, ","));) {
            if (!(d = design_open(name)))
                return 2;
            r = add_design(m, name, d);
        }
    } else {
        for (unsigned i = 0; !r && (d = mseal_design_at(i)); i++)
            r = add_design(m, d->name, d);
    }
    if (r)
        fprintf(stderr, "mseal-emu: matrix: %s\n", strerror(-r));
    return r ? 125 : 0;
}

static size_t count_wrong(const struct matrix *m, bool tell)
{
    size_t wrong = 0;
    for (size_t i = 0; i < m->nrows * m->ndesigns; i++) {
        const struct matrix_row *row = &m->rows[i / m->ndesigns];
        const struct cell *c = &m->cells[i];
        if (!c->wrong)
            continue;
        wrong++;
        if (tell)
            fprintf(stderr, "mseal-emu: matrix: %s under %s: \"%s\", expected \"%s\"\n", row->name,
                    m->designs[i % m->ndesigns].label, c->text,
                    c->expected ? c->expected->outcome : "(nothing is written down)");
    }
    return wrong;
}

/* The cells in the form of the expectations, for whoever adds a scenario; class and source are to be filled in. */
static void print_cells(const struct matrix *m)
{
    for (size_t r = 0; r < m->nrows; r++)
        for (size_t d = 0; d < m->ndesigns; d++)
            printf("%s\t%s\t%s\t%s\t%s\n", m->rows[r].name, m->designs[d].label,
                   outcome_class_names[matrix_cell(m, r, d)->class], matrix_cell(m, r, d)->text, "");
}

/* --trace ID:DESIGN: become that one run. */
static int trace_cell(const struct options *o)
{
    const char *colon = strchr(o->trace, ':');
    if (!colon || colon == o->trace || !colon[1]) {
        fprintf(stderr, "mseal-emu: matrix: --trace takes SCENARIO:DESIGN\n");
        return 2;
    }
    char *id = strndup(o->trace, (size_t)(colon - o->trace));
    const char *argv[] = {self_path(), "--vdso", "--as-root",  "--design", colon + 1,
                          "--strace",  "--",     o->scenarios, id,         NULL};
    execv(argv[0], (char **)argv);
    fprintf(stderr, "mseal-emu: %s: %s\n", argv[0], strerror(errno));
    return 125;
}

static int write_table(const struct matrix *m, const struct options *o)
{
    FILE *out = stdout;
    int err = o->output ? output_create("matrix -o", o->output, "we", &out) : 0;
    if (err)
        return err;
    int r = matrix_render(m, o->format, out);
    if (o->output && (ferror(out) | fclose(out))) {
        fprintf(stderr, "mseal-emu: %s: %s\n", o->output, strerror(errno));
        return 125;
    }
    return r ? 2 : 0;
}

static bool known_format(const char *format)
{
    static const char *const names[] = {"text", "markdown", "html", "json", "junit", "tap"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], format))
            return true;
    fprintf(stderr, "mseal-emu: matrix: no format %s: text, markdown, html, json, junit or tap\n", format);
    return false;
}

static int parse_options(int argc, char **argv, struct options *o, struct matrix *m)
{
    enum { SCENARIOS = 256, EXPECTED, PRINT_CELLS };
    static const struct option longopts[] = {
        {"designs", required_argument, NULL, 'd'},         {"format", required_argument, NULL, 'f'},
        {"output", required_argument, NULL, 'o'},          {"jobs", required_argument, NULL, 'j'},
        {"trace", required_argument, NULL, 't'},           {"help", no_argument, NULL, 'h'},
        {"scenarios", required_argument, NULL, SCENARIOS}, {"expected", required_argument, NULL, EXPECTED},
        {"print-cells", no_argument, NULL, PRINT_CELLS},   {0},
    };
    char *end, *designs = NULL;
    optind = 0;
    for (int c; (c = getopt_long(argc, argv, "d:f:o:j:t:h", longopts, NULL)) != -1;) {
        switch (c) {
        case 'd':
            designs = optarg;
            break;
        case 'f':
            o->format = optarg;
            break;
        case 'o':
            o->output = optarg;
            break;
        case 't':
            o->trace = optarg;
            break;
        case 'j':
            o->jobs = (unsigned)strtoul(optarg, &end, 10);
            if (*end || !o->jobs || o->jobs > 1024) {
                fprintf(stderr, "mseal-emu: matrix: --jobs takes a number from 1 to 1024\n");
                return 2;
            }
            break;
        case SCENARIOS:
            o->scenarios = optarg;
            break;
        case EXPECTED:
            o->expected = optarg;
            break;
        case PRINT_CELLS:
            o->print_cells = true;
            break;
        case 'h':
            cmd_usage(usage, true);
            return -1;
        default:
            return cmd_usage(usage, false);
        }
    }
    if (!known_format(o->format))
        return 2;
    return choose_designs(m, designs);
}

int cmd_matrix(int argc, char **argv)
{
    static const char *const scenario_paths[] = {"guest-tests/scenarios/scenarios",
                                                 "../lib/mseal-emu/scenarios", NULL};
    static const char *const expected_paths[] = {"../guest-tests/scenarios/expected.tsv",
                                                 "../lib/mseal-emu/expected.tsv", NULL};
    struct options o = {.format = "text", .jobs = (unsigned)sysconf(_SC_NPROCESSORS_ONLN)};
    struct matrix m = {0};
    struct expectations e = {0};
    int status = !self_path() ? 125 : parse_options(argc, argv, &o, &m);
    if (status)
        return status < 0 ? 0 : status;
    if (!o.scenarios)
        o.scenarios = self_beside(scenario_paths);
    if (!o.expected)
        o.expected = self_beside(expected_paths);
    if (!o.scenarios || access(o.scenarios, X_OK)) {
        fprintf(stderr,
                "mseal-emu: matrix: the scenarios are not built: run make, or name them with --scenarios\n");
        return 127;
    }
    if (o.trace)
        return trace_cell(&o);
    if (o.expected && expectations_load(&e, o.expected))
        return 125;
    int r = load_scenarios(&m, o.scenarios);
    r = r ? r : choose_rows(&m, argv + optind, argc - optind);
    if (r == -ENOENT)
        return 127;
    m.cells = calloc(m.nrows * m.ndesigns + 1, sizeof *m.cells);
    r = r ? r : m.cells ? run_cells(&m, &o) : -ENOMEM;
    if (r) {
        fprintf(stderr, "mseal-emu: matrix: %s\n", strerror(-r));
        return 125;
    }
    matrix_judge(&m, &e);
    if (o.print_cells)
        print_cells(&m);
    else
        status = write_table(&m, &o);
    if (!status && o.expected && !o.print_cells)
        status = count_wrong(&m, true) ? 1 : 0;
    expectations_free(&e);
    return status;
}
