/* matrix.h - scenarios x designs: what ran, what came out, what should have. */
#ifndef EMU_CMD_MATRIX_H
#define EMU_CMD_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* How an attempt ended, in the words of the table. */
enum outcome_class {
    CLASS_NONE,      /* nothing known: a program of the user's */
    CLASS_BLOCKED,   /* refused, nothing changed */
    CLASS_RESIDUE,   /* refused; only a split border is left of the attempt */
    CLASS_PARTLY,    /* refused after something unsealed was changed, or some of the call was done */
    CLASS_KEPT,      /* the call reports success, but what was sealed stays */
    CLASS_SUCCEEDED, /* the attack had its effect */
    CLASS_WORKS,     /* a harmless control works, as it should */
    CLASS_BROKEN,    /* a harmless control is refused: the design's price */
    CLASS_KILLED,    /* the program died of a signal */
    CLASS_SKIPPED,   /* not possible here */
    NR_CLASSES
};
extern const char *const outcome_class_names[NR_CLASSES];

/* One line of the expectations: design "*" stands for every design no other line of the scenario names. */
struct expectation {
    char *scenario, *designs, *outcome, *source;
    enum outcome_class class;
};
struct expectations {
    struct expectation *row;
    size_t n;
    char *text; /* the rows point into it */
};
/* Reads a file of tab-separated scenario, designs, class, outcome, source. 0 or negative errno, with a line on stderr. */
int expectations_load(struct expectations *e, const char *path);
void expectations_free(struct expectations *e);
/* NULL: none. */
const struct expectation *expectation_find(const struct expectations *e, const char *scenario,
                                           const char *design);

struct cell {
    char *text; /* what it printed, one line */
    int status; /* wait status */
    const struct expectation *expected;
    enum outcome_class class;
    bool wrong; /* not what the expectations say, or nothing is written down for a built-in design */
};
struct matrix_row {
    const char *name; /* scenario id or program */
    const char *what; /* one line on it, may be empty */
    bool scenario;
    bool differs; /* designs give different outcomes */
};
struct matrix_column {
    const char *label; /* the design's name */
    const char *arg;   /* for --design: its name, or the path of a plug-in */
    bool plugin;       /* not built in: nobody wrote down what it should do */
};
struct matrix {
    struct matrix_row *rows;
    size_t nrows;
    struct matrix_column *designs;
    size_t ndesigns;
    struct cell *cells; /* row-major */
};
static inline struct cell *matrix_cell(const struct matrix *m, size_t row, size_t col)
{
    return &m->cells[row * m->ndesigns + col];
}
/* First errno's name in an outcome ("len PG+1: EPERM [wx|rxs]"), or "". */
void outcome_error(const char *text, char *buf, size_t size);
/* Fill in class and wrong of every cell, and which rows differ. */
void matrix_judge(struct matrix *m, const struct expectations *e);

/* format: text, markdown, html, json, junit, tap. 0, or -EINVAL: no such format. */
int matrix_render(const struct matrix *m, const char *format, FILE *out);

#endif
