/* summary.c - -c: how often each call was made, failed, and what virtual time it took, as strace's table. */
#include "event.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct line {
    char name[40];
    uint64_t calls, errors, ns;
};

struct summary {
    struct line *line;
    size_t n, room;
};

struct summary *summary_create(void)
{
    return calloc(1, sizeof(struct summary));
}

void summary_destroy(struct summary *s)
{
    if (s)
        free(s->line);
    free(s);
}

static struct line *find(struct summary *s, const char *name)
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
    s->line[s->n] = (struct line){.calls = 0};
    snprintf(s->line[s->n].name, sizeof(s->line->name), "%s", name);
    return &s->line[s->n++];
}

void summary_event(struct summary *s, const struct event *ev)
{
    struct line *l;

    if (ev->kind != EVENT_EXIT && (ev->kind != EVENT_CALL || strcmp(ev->name, "execve")))
        return;
    l = find(s, ev->name);
    if (!l)
        return;
    l->calls++;
    l->errors += ev->failed;
    l->ns += ev->spent_ns;
}

static int by_time(const void *a, const void *b)
{
    const struct line *x = a, *y = b;

    if (x->ns != y->ns)
        return x->ns < y->ns ? 1 : -1;
    if (x->calls != y->calls)
        return x->calls < y->calls ? 1 : -1;
    return strcmp(x->name, y->name);
}

static void print_line(FILE *out, const struct line *l, uint64_t total)
{
    char errors[24] = "";

    if (l->errors)
        snprintf(errors, sizeof(errors), "%" PRIu64, l->errors);
    fprintf(out, "%6.2f %11.6f %11" PRIu64 " %9" PRIu64 " %9s %s\n",
            total ? 100.0 * (double)l->ns / (double)total : 0.0, (double)l->ns / 1e9,
            l->calls ? l->ns / 1000 / l->calls : 0, l->calls, errors, l->name);
}

void summary_print(const struct summary *s, FILE *out)
{
    static const char rule[] = "------ ----------- ----------- --------- --------- ----------------\n";
    struct line total = {.name = "total"};

    for (size_t i = 0; i < s->n; i++) {
        total.calls += s->line[i].calls;
        total.errors += s->line[i].errors;
        total.ns += s->line[i].ns;
    }
    qsort(s->line, s->n, sizeof(*s->line), by_time);
    fprintf(out, "%% time     seconds  usecs/call     calls    errors syscall\n%s", rule);
    for (size_t i = 0; i < s->n; i++)
        print_line(out, &s->line[i], total.ns);
    fputs(rule, out);
    print_line(out, &total, total.ns);
}
