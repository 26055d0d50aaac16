/* summary.c - -c: how often each call was made, failed, and what virtual time it took, as strace's table. */
#include "event.h"
#include "../kernel.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define NAME_WIDTH 16

struct line {
    char name[40];
    int64_t nr; /* of the call */
    uint64_t calls, errors, ns, min, max;
};

struct summary {
    struct summary_options opt;
    struct line *line;
    size_t n, room;
};

/* ---- columns ---- */

enum column { PERCENT, TOTAL, MIN, MAX, AVERAGE, CALLS, ERRORS, NAME };
static const struct {
    const char *words; /* what -S and -U call it */
    const char *title;
    int width;
} columns[SUMMARY_COLUMNS] = {
    [PERCENT] = {"time-percent time_percent time", "% time", 6},
    [TOTAL] = {"total-time total_time", "seconds", 11},
    [MIN] = {"min-time min_time shortest", "shortest", 8},
    [MAX] = {"max-time max_time longest", "longest", 8},
    [AVERAGE] = {"avg-time avg_time", "usecs/call", 11},
    [CALLS] = {"calls count", "calls", 9},
    [ERRORS] = {"errors error", "errors", 9},
    [NAME] = {"name syscall syscall-name syscall_name", "syscall", NAME_WIDTH},
};
static const unsigned usual[] = {PERCENT, TOTAL, AVERAGE, CALLS, ERRORS, NAME};

/* The column a word of len bytes names, SUMMARY_COLUMNS: none. */
static unsigned column_of(const char *word, size_t len)
{
    for (unsigned i = 0; i < SUMMARY_COLUMNS; i++)
        for (const char *w = columns[i].words; *w; w += strcspn(w, " "), w += *w == ' ')
            if (strcspn(w, " ") == len && !memcmp(w, word, len))
                return i;
    return SUMMARY_COLUMNS;
}

bool summary_parse_columns(struct summary_options *opt, const char *text)
{
    unsigned seen = 0;

    opt->n = 0;
    do {
        size_t len = strcspn(text, ",");
        unsigned column = column_of(text, len);

        if (column == SUMMARY_COLUMNS || seen >> column & 1)
            return false;
        seen |= 1u << column;
        opt->column[opt->n++] = column;
        text += len;
    } while (*text++);
    if (!(seen >> NAME & 1)) /* numbers of nobody are no use */
        opt->column[opt->n++] = NAME;
    return true;
}

bool summary_parse_sort(struct summary_options *opt, const char *text)
{
    opt->sort = column_of(text, strlen(text));
    return opt->sort < SUMMARY_COLUMNS || !strcmp(text, "none") || !strcmp(text, "nothing");
}

/* ---- counting ---- */

struct summary *summary_create(const struct summary_options *opt)
{
    struct summary *s = calloc(1, sizeof(struct summary));

    if (!s)
        return NULL;
    s->opt = *opt;
    if (!s->opt.n) {
        memcpy(s->opt.column, usual, sizeof(usual));
        s->opt.n = sizeof(usual) / sizeof(*usual);
    }
    return s;
}

void summary_destroy(struct summary *s)
{
    if (s)
        free(s->line);
    free(s);
}

static struct line *find(struct summary *s, const char *name, int64_t nr)
{
    for (size_t i = 0; i < s->n; i++)
        if (!strcmp(s->line[i].name, name))
            return &s->line[i];
    if (s->n == s->room) {
        size_t room = s->room ? 2 * s->room : 64;
        struct line *line = realloc(s->line, room * sizeof(*line));

        if (!line)
            return NULL;
        s->line = line;
        s->room = room;
    }
    s->line[s->n] = (struct line){.nr = nr, .min = UINT64_MAX};
    snprintf(s->line[s->n].name, sizeof(s->line->name), "%s", name);
    return &s->line[s->n++];
}

void summary_event(struct summary *s, const struct event *ev)
{
    /* The processor works on a call for a fixed time; what is more was spent waiting. */
    uint64_t ns = s->opt.wall || ev->spent_ns < KERNEL_SYSCALL_NS ? ev->spent_ns : KERNEL_SYSCALL_NS;
    struct line *l = find(s, ev->name, ev->sysno);

    if (!l)
        return;
    l->calls++;
    l->errors += ev->failed;
    l->ns += ns;
    if (ns < l->min)
        l->min = ns;
    if (ns > l->max)
        l->max = ns;
}

/* ---- printing ---- */

static int compare(const void *a, const void *b, void *by)
{
    const struct line *x = a, *y = b;
    const uint64_t values[SUMMARY_COLUMNS][2] = {
        [PERCENT] = {x->ns, y->ns},
        [TOTAL] = {x->ns, y->ns},
        [MIN] = {x->min, y->min},
        [MAX] = {x->max, y->max},
        [AVERAGE] = {x->ns / x->calls, y->ns / y->calls},
        [CALLS] = {x->calls, y->calls},
        [ERRORS] = {x->errors, y->errors},
    };
    const uint64_t *v;

    if (*(const unsigned *)by == SUMMARY_UNSORTED)
        return x->nr < y->nr ? -1 : x->nr > y->nr;
    v = values[*(const unsigned *)by];
    if (v[0] != v[1])
        return v[0] < v[1] ? 1 : -1;
    if (*(const unsigned *)by != NAME && x->calls != y->calls)
        return x->calls < y->calls ? 1 : -1;
    return strcmp(x->name, y->name);
}

/* A word in its column: names to the left, numbers to the right. */
static void put_cell(FILE *out, const struct summary *s, unsigned i, const char *text)
{
    unsigned n = s->opt.n, column = s->opt.column[i];

    if (i)
        fputc(' ', out);
    if (column != NAME)
        fprintf(out, "%*s", columns[column].width, text);
    else
        fprintf(out, "%-*s", i + 1 < n ? columns[column].width : 0, text);
    if (i + 1 == n)
        fputc('\n', out);
}

static void put_line(FILE *out, const struct summary *s, const struct line *l, uint64_t total)
{
    for (unsigned i = 0; i < s->opt.n; i++) {
        char text[48] = "";

        switch (s->opt.column[i]) {
        case PERCENT:
            snprintf(text, sizeof(text), "%.2f", total ? 100.0 * (double)l->ns / (double)total : 0.0);
            break;
        case TOTAL:
            snprintf(text, sizeof(text), "%.6f", (double)l->ns / 1e9);
            break;
        case MIN:
            snprintf(text, sizeof(text), "%.6f", (double)l->min / 1e9);
            break;
        case MAX:
            snprintf(text, sizeof(text), "%.6f", (double)l->max / 1e9);
            break;
        case AVERAGE:
            snprintf(text, sizeof(text), "%" PRIu64, l->calls ? l->ns / 1000 / l->calls : 0);
            break;
        case CALLS:
            snprintf(text, sizeof(text), "%" PRIu64, l->calls);
            break;
        case ERRORS:
            if (l->errors)
                snprintf(text, sizeof(text), "%" PRIu64, l->errors);
            break;
        default:
            snprintf(text, sizeof(text), "%s", l->name);
        }
        put_cell(out, s, i, text);
    }
}

static void put_rule(FILE *out, const struct summary *s)
{
    static const char dashes[] = "----------------";

    for (unsigned i = 0; i < s->opt.n; i++)
        put_cell(out, s, i, dashes + NAME_WIDTH - columns[s->opt.column[i]].width);
}

void summary_print(const struct summary *s, FILE *out)
{
    unsigned by = s->opt.sort;
    struct line total = {.name = "total", .min = UINT64_MAX};

    if (!s->n)
        return;
    for (size_t i = 0; i < s->n; i++) {
        const struct line *l = &s->line[i];

        total.calls += l->calls;
        total.errors += l->errors;
        total.ns += l->ns;
        total.min = l->min < total.min ? l->min : total.min;
        total.max = l->max > total.max ? l->max : total.max;
    }
    qsort_r(s->line, s->n, sizeof(*s->line), compare, &by);
    for (unsigned i = 0; i < s->opt.n; i++)
        put_cell(out, s, i, columns[s->opt.column[i]].title);
    put_rule(out, s);
    for (size_t i = 0; i < s->n; i++)
        put_line(out, s, &s->line[i], total.ns);
    put_rule(out, s);
    put_line(out, s, &total, total.ns);
}
