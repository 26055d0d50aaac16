/* tui_run.c - a recording with states (record_state.c), step by step, to go through in both directions. */
#include "tui.h"

#include <mseal-emu/mm.h>
#include <stdlib.h>
#include <string.h>

/* One more of size bytes in an array. NULL: out of memory. */
static void *more(void *array, size_t n, size_t *room, size_t size)
{
    void **a = array;

    if (n == *room) {
        size_t now = *room ? 2 * *room : 256;
        void *p = realloc(*a, now * size);

        if (!p)
            return NULL;
        *a = p;
        *room = now;
    }
    return (char *)*a + n * size;
}

static bool add_change(struct tui_run *run)
{
    const struct recording *r = &run->rec;
    struct tui_change *c = more(&run->change, run->nr_changes, &run->change_room, sizeof(*c));

    if (!c)
        return false;
    *c = (struct tui_change){r->mm, r->start, r->end, run->nr_areas, r->nr_areas};
    run->nr_changes++;
    for (size_t i = 0; i < r->nr_areas; i++) {
        struct area *a = more(&run->area, run->nr_areas, &run->area_room, sizeof(*a));

        if (!a)
            return false;
        *a = r->area[i];
        run->nr_areas++;
    }
    return true;
}

static bool add_code(struct tui_run *run)
{
    const struct recording *r = &run->rec;
    struct tui_code *c = more(&run->code, run->nr_codes + 1, &run->code_room, sizeof(*c));

    if (!c)
        return false;
    *c = (struct tui_code){r->code_rip, r->code, r->code_valid, r->text};
    run->nr_codes++;
    return true;
}

static bool add_step(struct tui_run *run, struct tui_step *next)
{
    const struct recording *r = &run->rec;
    struct tui_step *s = more(&run->step, run->n, &run->room, sizeof(*s));

    if (!s)
        return false;
    *s = *next;
    s->nr = r->nr;
    s->tid = r->tid;
    s->kind = r->kind;
    s->mm = r->mm;
    s->printed = r->printed;
    s->about = r->about;
    s->about_len = r->about_len;
    s->code = r->code_id <= run->nr_codes ? r->code_id : 0;
    memcpy(s->reg, r->reg, sizeof(s->reg));
    s->line = r->text;
    s->nr_changes = run->nr_changes - s->change;
    if (!s->mm && run->n) /* a task without its address space: over */
        s->mm = run->step[run->n - 1].mm;
    run->n++;
    *next = (struct tui_step){.who = "", .change = run->nr_changes};
    return true;
}

bool tui_run_load(struct tui_run *run, FILE *in)
{
    struct tui_step next = {.who = ""};
    bool ok = true;

    memset(run, 0, sizeof(*run));
    if (!recording_open(&run->rec, in, "the recording", "tui"))
        return false;
    /* numbers begin at 1 */
    if (!more(&run->code, 0, &run->code_room, sizeof(*run->code)))
        return false;
    while (ok && recording_next(&run->rec)) {
        switch (run->rec.tag) {
        case RECORD_AREAS:
            ok = add_change(run);
            break;
        case RECORD_WHO:
            next.who = run->rec.name;
            break;
        case RECORD_WHY:
            next.why = run->rec.text;
            break;
        case RECORD_CODE:
            ok = add_code(run);
            break;
        case RECORD_STATE:
            ok = add_step(run, &next);
            break;
        }
    }
    run->maps_at = SIZE_MAX;
    return ok && run->n;
}

void tui_run_free(struct tui_run *run)
{
    recording_close(&run->rec);
    free(run->step);
    free(run->change);
    free(run->area);
    free(run->code);
    free(run->output);
    picture_free(&run->maps);
    memset(run, 0, sizeof(*run));
}

const struct picture *tui_run_maps(struct tui_run *run, size_t i)
{
    uint64_t mm = run->step[i].mm;
    size_t from = run->maps_at;

    if (run->maps_mm == mm && from == i)
        return &run->maps;
    /* Forwards it is one step; backwards the changes of a whole run are applied in a moment. */
    if (run->maps_mm != mm || from == SIZE_MAX || from > i) {
        picture_clear(&run->maps);
        from = 0;
    } else {
        from = run->step[from].change + run->step[from].nr_changes;
    }
    for (size_t c = from; c < run->step[i].change + run->step[i].nr_changes; c++) {
        const struct tui_change *ch = &run->change[c];

        if (ch->mm == mm && !picture_apply(&run->maps, ch->start, ch->end, run->area + ch->first, ch->n))
            break;
    }
    picture_list(&run->maps); /* empty if there is no memory for it */
    run->maps_mm = mm;
    run->maps_at = i;
    return &run->maps;
}

static bool meet(uint64_t a, uint64_t a_end, uint64_t b, uint64_t b_end)
{
    return a < b_end && b < a_end;
}

static uint64_t about_end(const struct tui_step *s)
{
    uint64_t end = s->about + (s->about_len ? s->about_len : 1);

    return end < s->about ? UINT64_MAX : end;
}

bool tui_step_touches(const struct tui_run *run, size_t i, uint64_t mm, uint64_t start, uint64_t end)
{
    const struct tui_step *s = &run->step[i];

    if (s->about && s->mm == mm && meet(s->about & MM_PAGE_MASK, about_end(s), start, end))
        return true;
    for (size_t c = s->change; c < s->change + s->nr_changes; c++)
        if (run->change[c].mm == mm && meet(run->change[c].start, run->change[c].end, start, end))
            return true;
    return false;
}

bool tui_step_touched_area(const struct tui_run *run, size_t i, const struct area *a)
{
    return tui_step_touches(run, i, run->step[i].mm, a->start, a->end);
}

bool tui_step_is_call(const struct tui_step *s)
{
    return s->kind == EVENT_EXIT || s->kind == EVENT_CALL;
}

bool tui_step_is_refused(const struct tui_step *s)
{
    return s->kind == EVENT_EXIT && s->why.len;
}

bool tui_step_is_fault(const struct tui_step *s)
{
    return s->kind == EVENT_SIGNAL && s->why.len;
}
