/* diff_maps.c - the text of /proc/PID/maps of one side, in a form in which both sides can be the same. */
#include "diff.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Files that only live in memory have another number on each side: the order of their appearance. */
static size_t memory_file(struct diff_names *nm, unsigned dev, uint64_t ino)
{
    for (size_t i = 0; i < nm->nr_ino; i++)
        if (nm->ino[i].dev == dev && nm->ino[i].ino == ino)
            return i;
    if (nm->nr_ino == nm->ino_room) {
        size_t room = nm->ino_room ? 2 * nm->ino_room : 16;
        struct diff_ino *v = realloc(nm->ino, room * sizeof(*v));

        if (!v)
            return SIZE_MAX;
        nm->ino = v;
        nm->ino_room = room;
    }
    nm->ino[nm->nr_ino] = (struct diff_ino){dev, ino};
    return nm->nr_ino++;
}

/* "program+0x1000 program+0x3000 r-xp 00001000 fe:00 1234 /bin/x" */
static char *normalised(struct diff_names *nm, const struct diff_vma *v)
{
    char perms[8], dev[16], start[DIFF_NAME], end[DIFF_NAME], id[64], *line = NULL;
    unsigned major = 0, minor = 0;
    uint64_t off, ino;
    int path = 0;

    if (sscanf(v->line, "%*x-%*x %7s %" SCNx64 " %15s %" SCNu64 " %n", perms, &off, dev, &ino, &path) != 4)
        return strdup(v->line);
    sscanf(dev, "%x:%x", &major, &minor);
    if (ino && !major)
        snprintf(id, sizeof(id), "memory file %zu", memory_file(nm, minor, ino));
    else
        snprintf(id, sizeof(id), "%s %" PRIu64, dev, ino);
    /* Names that are made up take randomness from addresses. */
    if (ino && !major && !nm->plain && !strncmp(v->line + path, "/tmp/", 5))
        path = (int)strlen(v->line);
    names_of(nm, v->start, start);
    if (strcmp(start, "stack")) {
        snprintf(end, sizeof(end), "+%#" PRIx64, v->end - v->start);
    } else {
        *end = '\0'; /* how far it grew depends on what lies on it */
    }
    if (asprintf(&line, "%s%s %s %08" PRIx64 " %s %s", start, end, perms, off, id, v->line + path) < 0)
        return NULL;
    return line;
}

static int by_norm(const void *a, const void *b)
{
    return strcmp(((const struct diff_vma *)a)->norm, ((const struct diff_vma *)b)->norm);
}

int maps_parse(struct diff_maps *m, struct diff_names *nm, const char *text)
{
    size_t lines = 0;
    char *rest, *line;

    memset(m, 0, sizeof(*m));
    for (const char *p = text; (p = strchr(p, '\n')); p++)
        lines++;
    m->text = rest = strdup(text);
    m->v = calloc(lines + 1, sizeof(*m->v));
    if (!rest || !m->v)
        goto nomem;
    while ((line = strsep(&rest, "\n")) && *line) {
        struct diff_vma *v = &m->v[m->n];

        v->line = line;
        if (sscanf(line, "%" SCNx64 "-%" SCNx64, &v->start, &v->end) != 2)
            continue;
        v->norm = normalised(nm, v);
        if (!v->norm)
            goto nomem;
        m->n++;
    }
    qsort(m->v, m->n, sizeof(*m->v), by_norm);
    return 0;
nomem:
    maps_free(m);
    return -ENOMEM;
}

void maps_free(struct diff_maps *m)
{
    for (size_t i = 0; i < m->n; i++)
        free(m->v[i].norm);
    free(m->v);
    free(m->text);
    memset(m, 0, sizeof(*m));
}
