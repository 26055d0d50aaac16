/*
 * judge.c - what an outcome means: as written down, or, for a design nobody wrote anything down for, by comparing it with
 * what happens without a seal.
 */
#include "matrix.h"

#include <string.h>
#include <sys/wait.h>

void outcome_error(const char *text, char *buf, size_t size)
{
    *buf = 0;
    for (const char *p = text; *p; p++) {
        if (*p != 'E' || (p > text && (p[-1] == '_' || (p[-1] >= 'A' && p[-1] <= 'Z'))))
            continue;
        size_t n = strspn(p, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        if (n >= 3 && n < size) {
            memcpy(buf, p, n);
            buf[n] = 0;
            return;
        }
    }
}

/* The outcome without seal marks and area borders: what a program could notice of its memory. */
static void plain(const char *text, char *buf, size_t size)
{
    size_t n = 0;
    for (bool picture = false; *text && n + 1 < size; text++) {
        if (*text == '[' || *text == ']')
            picture = *text == '[';
        if (picture && (*text == '|' || *text == 's'))
            continue;
        buf[n++] = *text;
    }
    buf[n] = 0;
}

/* No line for this design: did it go as without a seal? */
static enum outcome_class derive(const char *text, const struct expectation *unsealed)
{
    char with[1024], without[1024], err[24];
    if (!unsealed)
        return CLASS_NONE;
    bool harmless = unsealed->class == CLASS_WORKS;
    plain(text, with, sizeof with);
    plain(unsealed->outcome, without, sizeof without);
    if (!strcmp(with, without))
        return unsealed->class;
    outcome_error(text, err, sizeof err);
    if (!*err)
        return CLASS_KEPT;
    return harmless ? CLASS_BROKEN : CLASS_BLOCKED;
}

static void judge_cell(const struct matrix_row *row, const struct matrix_column *col, struct cell *c,
                       const struct expectations *e)
{
    if (WIFSIGNALED(c->status))
        c->class = CLASS_KILLED;
    if (!row->scenario)
        return;
    c->expected = expectation_find(e, row->name, col->label);
    if (c->expected)
        c->wrong = strcmp(c->expected->outcome, c->text) != 0;
    else
        c->wrong = !col->plugin;
    if (c->class != CLASS_KILLED)
        c->class = c->expected ? c->expected->class : derive(c->text, expectation_find(e, row->name, "none"));
}

void matrix_judge(struct matrix *m, const struct expectations *e)
{
    for (size_t r = 0; r < m->nrows; r++)
        for (size_t d = 0; d < m->ndesigns; d++) {
            struct cell *c = matrix_cell(m, r, d), *first = matrix_cell(m, r, 0);
            judge_cell(&m->rows[r], &m->designs[d], c, e);
            if (strcmp(c->text, first->text) || c->status != first->status)
                m->rows[r].differs = true;
        }
}
