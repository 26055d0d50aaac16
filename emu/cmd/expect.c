/* expect.c - the expectations of the matrix: a table of scenario, designs, class, outcome and where we know it from. */
#include "matrix.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const outcome_class_names[NR_CLASSES] = {
    [CLASS_NONE] = "",           [CLASS_BLOCKED] = "blocked", [CLASS_RESIDUE] = "blocked, split left",
    [CLASS_PARTLY] = "partly",   [CLASS_KEPT] = "kept",       [CLASS_SUCCEEDED] = "succeeded",
    [CLASS_WORKS] = "works",     [CLASS_BROKEN] = "broken",   [CLASS_KILLED] = "killed",
    [CLASS_SKIPPED] = "skipped",
};

static char *read_file(const char *path)
{
    FILE *f = fopen(path, "re");
    char *text = NULL;
    size_t len = 0;
    if (!f)
        return NULL;
    if (getdelim(&text, &len, '\0', f) < 0) {
        free(text);
        text = strdup("");
    }
    fclose(f);
    return text;
}

static int class_by_name(const char *name)
{
    for (int i = 1; i < NR_CLASSES; i++)
        if (!strcmp(outcome_class_names[i], name))
            return i;
    return -1;
}

/* Cuts a line at its tabs. */
static bool parse(char *line, struct expectation *e)
{
    char *field[5], *rest = line;
    for (int i = 0; i < 5; i++)
        if (!(field[i] = strsep(&rest, "\t")))
            return false;
    int class = class_by_name(field[2]);
    if (rest || class < 0)
        return false;
    *e = (struct expectation){field[0], field[1], field[3], field[4], class};
    return true;
}

int expectations_load(struct expectations *e, const char *path)
{
    size_t room = 0, number = 0;
    memset(e, 0, sizeof *e);
    e->text = read_file(path);
    if (!e->text) {
        int err = errno;
        fprintf(stderr, "mseal-emu: %s: %s\n", path, strerror(err));
        return -err;
    }
    for (char *rest = e->text, *line; (line = strsep(&rest, "\n"));) {
        number++;
        if (!*line || *line == '#')
            continue;
        if (e->n == room) {
            room = room ? 2 * room : 256;
            struct expectation *bigger = realloc(e->row, room * sizeof *bigger);
            if (!bigger) {
                expectations_free(e);
                return -ENOMEM;
            }
            e->row = bigger;
        }
        if (!parse(line, &e->row[e->n])) {
            fprintf(stderr,
                    "mseal-emu: %s:%zu: not scenario, designs, class, outcome, source separated by tabs\n",
                    path, number);
            expectations_free(e);
            return -EINVAL;
        }
        e->n++;
    }
    return 0;
}

void expectations_free(struct expectations *e)
{
    free(e->row);
    free(e->text);
    memset(e, 0, sizeof *e);
}

static bool names(const char *list, const char *design)
{
    size_t len = strlen(design);
    for (const char *p = list; (p = strstr(p, design)); p += len)
        if ((p == list || p[-1] == ',') && (p[len] == ',' || !p[len]))
            return true;
    return false;
}

const struct expectation *expectation_find(const struct expectations *e, const char *scenario,
                                           const char *design)
{
    const struct expectation *others = NULL;
    for (size_t i = 0; i < e->n; i++) {
        const struct expectation *x = &e->row[i];
        if (strcmp(x->scenario, scenario))
            continue;
        if (names(x->designs, design))
            return x;
        if (!strcmp(x->designs, "*"))
            others = x;
    }
    return others;
}
