/* sheets.c - the files that strace's text is written to: one for all tasks, or one for each (-ff). */
#include "sheets.h"

#include "../kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* NULL after one line on stderr. */
static FILE *open_own(const struct sheets *s, int tid, bool append)
{
    FILE *out = NULL;
    char *name;

    if (asprintf(&name, "%s.%d", s->name, tid) < 0)
        return NULL;
    out = fopen(name, append ? "ae" : "we");
    if (!out)
        fprintf(stderr, "mseal-emu: %s: %s\n", name, strerror(errno));
    free(name);
    return out;
}

struct sheet *sheet_of(struct sheets *s, int tid)
{
    struct sheet *sheet = s->list;

    while (s->name && sheet && sheet->tid != tid)
        sheet = sheet->next;
    if (sheet && !sheet->over)
        return sheet;
    if (!sheet) {
        sheet = calloc(1, sizeof(*sheet));
        if (!sheet)
            return NULL;
        sheet->tid = tid;
        sheet->next = s->list;
        s->list = sheet;
    }
    sheet->out = s->name && tid != KERNEL_FIRST_PID ? open_own(s, tid, s->append || sheet->over) : s->first;
    sheet->over = false;
    return sheet;
}

void sheet_cut(struct sheet *sheet)
{
    if (sheet->open)
        fputs(" <unfinished ...>\n", sheet->out);
    sheet->open = 0;
    sheet->column = 0;
}

void sheets_flush(struct sheets *s)
{
    for (struct sheet *sheet = s->list; sheet; sheet = sheet->next) {
        if (!sheet->out)
            continue;
        sheet_cut(sheet);
        fflush(sheet->out);
    }
}

static void close_own(const struct sheets *s, struct sheet *sheet)
{
    if (sheet->out && sheet->out != s->first)
        trace_close(sheet->out);
    sheet->out = NULL;
}

void sheets_over(struct sheets *s, int tid)
{
    struct sheet *sheet = s->name && tid != KERNEL_FIRST_PID ? sheet_of(s, tid) : NULL;

    if (!sheet)
        return;
    close_own(s, sheet);
    sheet->over = true;
}

void sheets_destroy(struct sheets *s)
{
    sheets_flush(s);
    for (struct sheet *next; s->list; s->list = next) {
        next = s->list->next;
        close_own(s, s->list);
        free(s->list);
    }
}

void trace_close(FILE *f)
{
    if (ferror(f) | fclose(f))
        fputs("mseal-emu: the trace could not be written whole\n", stderr);
}
