/*
 * notes.c - what a call will write over and its line still tells: kept from its beginning to its end.
 */
#include <stdlib.h>

#include "../kernel.h"
#include "strace.h"

struct call_note *note_find(const struct call *c)
{
    struct call_note *note = c->tr->notes;

    while (note && note->tid != c->t->tid)
        note = note->next;
    return note;
}

void note_drop(struct call *c)
{
    for (struct call_note **p = &c->tr->notes; *p; p = &(*p)->next)
        if ((*p)->tid == c->t->tid) {
            struct call_note *note = *p;

            *p = note->next;
            free(note);
            return;
        }
}

struct call_note *note_make(struct call *c, uint64_t n)
{
    struct call_note *note;

    note_drop(c); /* of a call that never ended */
    note = calloc(1, sizeof(*note) + n * sizeof(note->v[0]));
    if (!note)
        return NULL;
    note->tid = c->t->tid;
    note->next = c->tr->notes;
    c->tr->notes = note;
    return note;
}

void notes_destroy(struct call_note *list)
{
    for (struct call_note *next; list; list = next) {
        next = list->next;
        free(list);
    }
}
