/* diff_show.c - a difference as the user sees it: the call on both sides, the areas around it, and what came
 * before. */
#include "diff.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const side_name[2] = {"emulator", "host"};
#define AROUND 2 /* areas shown on each side of one that differs */

unsigned call_nr_args(unsigned nr)
{
    const struct sys_row *row = sys_row(nr);
    unsigned n = 1;

    if (!row)
        return 6;
    if (!*row->sig || *row->sig == '=' || !strncmp(row->sig, " =", 2))
        return 0;
    for (const char *p = row->sig; *p && *p != '='; p++)
        n += *p == ',';
    return n < 6 ? n : 6;
}

static void show_value(const struct diff_names *nm, int64_t ret)
{
    char buf[DIFF_NAME];

    if (ret < 0 && ret >= -4095)
        printf("-%s", ret <= -512                  ? "ERESTART"
                      : strerrorname_np((int)-ret) ? strerrorname_np((int)-ret)
                                                   : "?");
    else
        printf("%s", names_of(nm, (uint64_t)ret, buf));
}

static void show_call(const struct diff *d, int side, const struct lockstep_record *rec)
{
    const struct sys_row *row = sys_row(rec->nr);
    char buf[DIFF_NAME];

    printf("  %-9s ", side_name[side]);
    if (row)
        printf("%s(", row->name);
    else
        printf("syscall_%u(", rec->nr);
    for (unsigned i = 0; i < call_nr_args(rec->nr); i++)
        printf("%s%s", i ? ", " : "", names_of(&d->names[side], rec->args[i], buf));
    printf(") = ");
    show_value(&d->names[side], rec->ret);
    printf("\n");
}

/* The last calls: those whose results were not compared may be where it began. */
static void show_history(const struct diff *d)
{
    uint64_t n = d->calls < DIFF_HISTORY ? d->calls : DIFF_HISTORY;

    if (n)
        printf("before it:\n");
    for (uint64_t i = d->calls - n; i < d->calls; i++) {
        const struct lockstep_record *r = d->history[i % DIFF_HISTORY];

        show_call(d, DIFF_EMU, &r[DIFF_EMU]);
        if (r[DIFF_EMU].ret != r[DIFF_NATIVE].ret)
            show_call(d, DIFF_NATIVE, &r[DIFF_NATIVE]);
    }
}

static bool has_line(const struct diff_maps *m, const char *norm)
{
    for (size_t i = 0; i < m->n; i++)
        if (!strcmp(m->v[i].norm, norm))
            return true;
    return false;
}

static int by_start(const void *a, const void *b)
{
    const struct diff_vma *x = a, *y = b;

    return x->start < y->start ? -1 : x->start > y->start;
}

static void show_areas(int side, struct diff_maps *m, const struct diff_maps *other)
{
    bool *shown = calloc(m->n + 1, sizeof(*shown));

    printf("areas (%s), > where they differ:\n", side_name[side]);
    qsort(m->v, m->n, sizeof(*m->v), by_start);
    for (size_t i = 0; shown && i < m->n; i++)
        if (!has_line(other, m->v[i].norm))
            for (size_t j = i < AROUND ? 0 : i - AROUND; j <= i + AROUND && j < m->n; j++)
                shown[j] = true;
    for (size_t i = 0; shown && i < m->n; i++)
        if (shown[i])
            printf("%s %s\n", has_line(other, m->v[i].norm) ? "  " : "> ", m->v[i].line);
        else if (i && shown[i - 1])
            printf("   ...\n");
    free(shown);
}

static void show_both_areas(struct diff *d, const struct diff_pair *p)
{
    struct diff_maps m[2] = {0};

    if (!p->step[0].text || !p->step[1].text)
        return;
    for (int i = 0; i < 2; i++)
        if (maps_parse(&m[i], &d->names[i], p->step[i].text))
            goto out;
    for (int i = 0; i < 2; i++)
        show_areas(i, &m[i], &m[!i]);
out:
    maps_free(&m[0]);
    maps_free(&m[1]);
}

void show_call_difference(struct diff *d, const struct diff_pair *p, const char *what, bool maps)
{
    printf("difference at call %" PRIu64 " (memory call %" PRIu64 "): %s\n", d->calls + 1, d->memory_calls,
           what);
    for (int i = 0; i < 2; i++)
        if (p->step[i].rec.kind == LOCKSTEP_CALL)
            show_call(d, i, &p->step[i].rec);
    if (maps)
        show_both_areas(d, p);
    show_history(d);
}

static void show_step(const struct diff *d, int side, const struct lockstep_record *rec)
{
    char buf[DIFF_NAME];
    const char *name;

    switch (rec->kind) {
    case LOCKSTEP_CALL:
        show_call(d, side, rec);
        break;
    case LOCKSTEP_SIGNAL:
        name = sigabbrev_np(rec->signo);
        printf("  %-9s SIG%s, si_code %d, address %s\n", side_name[side], name ? name : "?", rec->code,
               names_of(&d->names[side], rec->addr, buf));
        break;
    case LOCKSTEP_EXIT:
        if (WIFSIGNALED(rec->ret))
            printf("  %-9s killed by SIG%s\n", side_name[side], sigabbrev_np(WTERMSIG(rec->ret)));
        else
            printf("  %-9s exit status %d\n", side_name[side], (int)WEXITSTATUS(rec->ret));
        break;
    }
}

void show_signal_difference(struct diff *d, const struct diff_pair *p, const char *what)
{
    printf("difference after call %" PRIu64 " (memory call %" PRIu64 "): %s\n", d->calls, d->memory_calls,
           what);
    for (int i = 0; i < 2; i++)
        show_step(d, i, &p->step[i].rec);
    show_history(d);
}

/* ---- what was written ---- */

static char *slurp(int fd, size_t *len)
{
    struct stat st;
    char *s;
    ssize_t n;

    if (fstat(fd, &st))
        return NULL;
    s = malloc((size_t)st.st_size + 1);
    if (!s)
        return NULL;
    n = pread(fd, s, (size_t)st.st_size, 0);
    *len = n < 0 ? 0 : (size_t)n;
    s[*len] = '\0';
    return s;
}

bool show_output_difference(const char *what, int emu_fd, int native_fd)
{
    size_t len[2] = {0}, i = 0, line = 1, from = 0;
    char *s[2] = {slurp(emu_fd, &len[0]), slurp(native_fd, &len[1])};
    bool same = s[0] && s[1] && len[0] == len[1] && !memcmp(s[0], s[1], len[0]);

    if (!same && s[0] && s[1]) {
        for (; i < len[0] && i < len[1] && s[0][i] == s[1][i]; i++)
            if (s[0][i] == '\n') {
                line++;
                from = i + 1;
            }
        printf("difference in %s: %zu and %zu bytes, line %zu\n", what, len[0], len[1], line);
        for (int k = 0; k < 2; k++)
            printf("  %-9s %.*s\n", side_name[k], (int)(len[k] > from ? strcspn(s[k] + from, "\n") : 0),
                   s[k] + from);
    }
    free(s[0]);
    free(s[1]);
    return same;
}
