/* history_record.c - questions about a recording: the maps at an event, differences, a page, seals, refusals.
 */
#include "history.h"
#include "picture.h"
#include "recording.h"

#include "emu/options.h"

#include <inttypes.h>
#include <mseal-emu/mm.h>
#include <stdlib.h>
#include <string.h>

/* What one event did, put together from its records: areas come before the call that made them. */
struct step {
    bool changes; /* an AREAS record of the address space asked about */
    bool matters; /* and it is of interest */
    uint64_t nr;
    char *text; /* what changed, a line each */
    size_t len;
    FILE *out;
    char who[512];
};

static void begin(struct step *s, uint64_t nr)
{
    s->nr = nr;
    s->changes = s->matters = false;
    *s->who = '\0';
    rewind(s->out);
}

static void show_changes(struct step *s, const struct recording *r, const struct history_question *q)
{
    char line[4600];
    uint64_t at = r->start;

    s->changes = true;
    for (size_t i = 0; i <= r->nr_areas; i++) {
        uint64_t next = i < r->nr_areas ? r->area[i].start : r->end;
        const struct area *a = &r->area[i];

        if (at < next) {
            fprintf(s->out, "    %08" PRIx64 "-%08" PRIx64 " not mapped\n", at, next);
            s->matters |= q->kind == HISTORY_PAGE && at <= q->addr && q->addr < next;
        }
        if (i == r->nr_areas)
            break;
        area_text(a, line, sizeof(line));
        fprintf(s->out, "    %s", line);
        s->matters |= q->kind == HISTORY_ALL ||
                      (q->kind == HISTORY_PAGE && a->start <= q->addr && q->addr < a->end) ||
                      (q->kind == HISTORY_SEALS && a->seal && a->sealed_at == r->nr);
        at = a->end;
    }
    s->matters |= q->kind == HISTORY_ALL;
}

static void tell(struct step *s, const char *what)
{
    long len;

    if (!s->matters)
        return;
    printf("event %" PRIu64 ": %s\n", s->nr, what);
    if (*s->who)
        printf("    by %s\n", s->who);
    len = ftell(s->out);
    fflush(s->out);
    fwrite(s->text, 1, len > 0 ? (size_t)len : 0, stdout);
}

static void print_picture(const struct picture *p)
{
    char line[4600];

    for (size_t i = 0; i < p->n; i++) {
        area_text(&p->area[i], line, sizeof(line));
        fputs(line, stdout);
    }
}

static bool same(const struct area *a, const struct area *b)
{
    return a->start == b->start && a->end == b->end && a->flags == b->flags && a->seal == b->seal &&
           a->pgoff == b->pgoff && !strcmp(a->name, b->name);
}

static void print_difference(const struct picture *before, const struct picture *after)
{
    size_t i = 0, k = 0;
    char line[4600];

    while (i < before->n || k < after->n) {
        if (i < before->n && k < after->n && same(&before->area[i], &after->area[k])) {
            i++;
            k++;
            continue;
        }
        bool old = k == after->n || (i < before->n && before->area[i].start <= after->area[k].start);

        area_text(old ? &before->area[i++] : &after->area[k++], line, sizeof(line));
        printf("%c %s", old ? '-' : '+', line);
    }
}

int history_ask(FILE *in, const char *name, const struct history_question *q)
{
    struct picture p = {0}, before = {0};
    struct step s = {0};
    struct recording r;
    uint64_t mm = q->mm;
    bool whole = q->kind == HISTORY_MAPS || q->kind == HISTORY_DIFF, taken = false;
    /* Backwards too: what would have to change to come from the later to the earlier event. */
    bool back = q->kind == HISTORY_DIFF && q->to && q->to < q->from, seen = false, noted = false;
    uint64_t first = back ? q->to : q->from, until = q->kind != HISTORY_DIFF ? q->from
                                                     : back                  ? q->from
                                                                             : q->to;
    char text[512] = "";
    int err = EXIT_FAILED;

    s.out = open_memstream(&s.text, &s.len);
    if (!s.out || !recording_open(&r, in, name, "history"))
        goto out_stream;
    while (recording_next(&r)) {
        if (whole && until && r.nr > until)
            break;
        if (q->kind == HISTORY_DIFF && !taken && r.nr > first) {
            taken = true;
            if (!picture_list(&p))
                goto no_memory;
            before.area = p.area;
            before.n = p.n;
            p.area = NULL;
            p.n = p.room = 0;
        }
        switch (r.tag) {
        case RECORD_AREAS:
            if (!mm)
                mm = r.mm;
            if (r.mm != mm)
                break;
            seen = true;
            if (whole && !picture_apply(&p, r.start, r.end, r.area, r.nr_areas))
                goto no_memory;
            if (s.changes)
                tell(&s, "(the program's start, a fault, or a call still on its way)");
            begin(&s, r.nr);
            if (!whole)
                show_changes(&s, &r, q);
            break;
        case RECORD_WHO:
            snprintf(s.who, sizeof(s.who), "%s", r.name);
            break;
        case RECORD_CALL:
            recording_call_text(&r, text, sizeof(text));
            if (s.changes && s.nr == r.nr)
                tell(&s, text);
            s.changes = noted = false;
            break;
        case RECORD_WHY:
            if (q->kind == HISTORY_ALL && noted)
                printf("    why: %.*s\n", (int)r.text.len, r.text.s);
            else if (q->kind == HISTORY_REFUSED || q->kind == HISTORY_ALL)
                printf("event %" PRIu64 ": %s\n    why: %.*s\n", r.nr, text, (int)r.text.len, r.text.s);
            break;
        case RECORD_NOTE:
            snprintf(text, sizeof(text), "%.*s", (int)r.text.len, r.text.s);
            noted = true;
            if (q->kind == HISTORY_ALL)
                printf("event %" PRIu64 ": --- %s\n", r.nr, text);
            break;
        }
    }
    if (r.broken) /* what it tells until there may be what somebody needs */
        fprintf(stderr, "mseal-emu history: %s: broken at byte %zu: %s\n", name, r.at, r.broken);
    if (q->mm && !seen) {
        fprintf(stderr, "mseal-emu history: %s: no address space %" PRIu64 "%s\n", name, q->mm,
                whole && until ? " by then" : " in it");
        goto out;
    }
    if (whole && !picture_list(&p))
        goto no_memory;
    if (q->kind == HISTORY_DIFF && !taken) /* nothing happened after the first of the two */
        print_difference(&p, &p);
    else if (q->kind == HISTORY_MAPS)
        print_picture(&p);
    else if (q->kind == HISTORY_DIFF)
        print_difference(back ? &p : &before, back ? &before : &p);
    if (!r.broken)
        err = 0;
    goto out;
no_memory:
    fprintf(stderr, "mseal-emu history: out of memory\n");
out:
    picture_free(&p);
    picture_free(&before);
    recording_close(&r);
out_stream:
    if (s.out)
        fclose(s.out);
    free(s.text);
    return err;
}
