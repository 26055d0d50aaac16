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

/* The answer while the recording is read. Most questions are about events, each told as its records end; two about pictures. */
struct answer {
    const struct history_question *q;
    uint64_t mm; /* the address space asked about; 0: none was seen yet */
    bool seen;
    /* the event that is being read */
    struct step step;
    char text[512]; /* its call or its note */
    bool noted;
    /* HISTORY_MAPS and HISTORY_DIFF */
    bool whole;
    bool back;             /* what would have to change to come from the later to the earlier event */
    bool taken;            /* `before` is the picture after event `first` */
    uint64_t first, until; /* 0: to the end */
    struct picture before, now;
};

static void answer_init(struct answer *a, const struct history_question *q)
{
    *a = (struct answer){.q = q, .mm = q->mm, .first = q->from, .until = q->from};
    a->whole = q->kind == HISTORY_MAPS || q->kind == HISTORY_DIFF;
    if (q->kind == HISTORY_DIFF) {
        a->back = q->to && q->to < q->from;
        a->first = a->back ? q->to : q->from;
        a->until = a->back ? q->from : q->to;
    }
}

/* The picture goes from `now` to `before`. False: out of memory. */
static bool take_picture(struct answer *a)
{
    a->taken = true;
    if (!picture_list(&a->now))
        return false;
    a->before.area = a->now.area;
    a->before.n = a->now.n;
    a->now.area = NULL;
    a->now.n = a->now.room = 0;
    return true;
}

/* False: out of memory. */
static bool read_areas(struct answer *a, const struct recording *r)
{
    if (!a->mm)
        a->mm = r->mm;
    if (r->mm != a->mm)
        return true;
    a->seen = true;
    if (a->whole && !picture_apply(&a->now, r->start, r->end, r->area, r->nr_areas))
        return false;
    if (a->step.changes)
        tell(&a->step, "(the program's start, a fault, or a call still on its way)");
    begin(&a->step, r->nr);
    if (!a->whole)
        show_changes(&a->step, r, a->q);
    return true;
}

static void tell_why(const struct answer *a, const struct recording *r)
{
    if (a->q->kind != HISTORY_ALL && a->q->kind != HISTORY_REFUSED)
        return;
    if (a->q->kind == HISTORY_REFUSED || !a->noted)
        printf("event %" PRIu64 ": %s\n", r->nr, a->text);
    printf("    why: %.*s\n", (int)r->text.len, r->text.s);
}

/* One record. False: out of memory. */
static bool read_record(struct answer *a, struct recording *r)
{
    if (a->q->kind == HISTORY_DIFF && !a->taken && r->nr > a->first && !take_picture(a))
        return false;
    switch (r->tag) {
    case RECORD_AREAS:
        return read_areas(a, r);
    case RECORD_WHO:
        snprintf(a->step.who, sizeof(a->step.who), "%s", r->name);
        break;
    case RECORD_CALL:
        recording_call_text(r, a->text, sizeof(a->text));
        if (a->step.changes && a->step.nr == r->nr)
            tell(&a->step, a->text);
        a->step.changes = a->noted = false;
        break;
    case RECORD_WHY:
        tell_why(a, r);
        break;
    case RECORD_NOTE:
        snprintf(a->text, sizeof(a->text), "%.*s", (int)r->text.len, r->text.s);
        a->noted = true;
        if (a->q->kind == HISTORY_ALL)
            printf("event %" PRIu64 ": --- %s\n", r->nr, a->text);
        break;
    }
    return true;
}

/* What is said at the end. False: out of memory. */
static bool show_pictures(struct answer *a)
{
    if (!a->whole)
        return true;
    if (!picture_list(&a->now))
        return false;
    if (a->q->kind == HISTORY_MAPS)
        print_picture(&a->now);
    else if (!a->taken) /* nothing happened after the first of the two */
        print_difference(&a->now, &a->now);
    else
        print_difference(a->back ? &a->now : &a->before, a->back ? &a->before : &a->now);
    return true;
}

int history_ask(FILE *in, const char *name, const struct history_question *q)
{
    struct answer a;
    struct recording r;
    bool room = true;
    int err = EXIT_FAILED;

    answer_init(&a, q);
    a.step.out = open_memstream(&a.step.text, &a.step.len);
    if (!a.step.out || !recording_open(&r, in, name, "history"))
        goto out_stream;
    while (room && recording_next(&r) && !(a.whole && a.until && r.nr > a.until))
        room = read_record(&a, &r);
    if (!room)
        goto out;
    if (r.broken) /* what it tells until there may be what somebody needs */
        fprintf(stderr, "mseal-emu history: %s: broken at byte %zu: %s\n", name, r.at, r.broken);
    if (q->mm && !a.seen) {
        fprintf(stderr, "mseal-emu history: %s: no address space %" PRIu64 "%s\n", name, q->mm,
                a.whole && a.until ? " by then" : " in it");
        goto out;
    }
    room = show_pictures(&a);
    if (room && !r.broken)
        err = 0;
out:
    if (!room)
        fprintf(stderr, "mseal-emu history: out of memory\n");
    picture_free(&a.now);
    picture_free(&a.before);
    recording_close(&r);
out_stream:
    if (a.step.out)
        fclose(a.step.out);
    free(a.step.text);
    return err;
}
