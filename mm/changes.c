/*
 * changes.c - what an address space was before it changed, for one observer (mm_take_changes).
 *
 * From the first time somebody looks, the VMAs that a change is about to replace are copied. With those that
 * are there afterwards they are the whole difference: the cost is that of the change, however many VMAs there
 * are besides.
 */
#include "mm.h"
#include "vma_node.h"

#include <stdlib.h>
#include <string.h>

struct vmas {
    struct vma *v;
    size_t n, room;
};

struct vma_changes {
    uint64_t lo, hi; /* all changes lie in here, and no VMA is cut by the ends; hi = 0: there was none */
    struct vmas old; /* what was in it; references are not held */
    struct vmas now; /* what is in it, if that is known already */
    bool now_known;
};

static bool room_for(struct vmas *list, size_t n)
{
    struct vma *p;

    if (list->n + n <= list->room)
        return true;
    p = reallocarray(list->v, 2 * (list->n + n), sizeof(*p));
    if (!p)
        return false;
    list->v = p;
    list->room = 2 * (list->n + n);
    return true;
}

/* Copies the VMAs of [lo, hi) to list->v[at]. */
static bool keep(const struct vma_tree *t, struct vmas *list, size_t at, uint64_t lo, uint64_t hi)
{
    const struct vma *first = vma_tree_find(t, lo), *v;
    size_t n = 0;

    for (v = first; v && v->start < hi; v = v->end < hi ? vma_tree_next(t, v) : NULL)
        n++;
    if (!room_for(list, n))
        return false;
    if (at < list->n)
        memmove(list->v + at + n, list->v + at, (list->n - at) * sizeof(*v));
    list->n += n;
    for (v = first; n; v = --n ? vma_tree_next(t, v) : NULL)
        list->v[at++] = *v;
    return true;
}

void vma_note_change(struct vma_tree *t, uint64_t start, uint64_t end)
{
    struct vma_changes *c = t->changes;
    bool kept = true;

    c->now_known = false;
    if (!c->hi) {
        c->old.n = 0;
        kept = keep(t, &c->old, 0, start, end);
        c->lo = start;
        c->hi = end;
    }
    if (start < c->lo) {
        kept = kept && keep(t, &c->old, 0, start, c->lo);
        c->lo = start;
    }
    if (end > c->hi) {
        kept = kept && keep(t, &c->old, c->old.n, c->hi, end);
        c->hi = end;
    }
    if (!kept) { /* out of memory: all of it is told anew */
        c->lo = c->old.n = 0;
        c->hi = MM_TASK_SIZE;
    }
}

void vma_note_splice(struct vma_tree *t, uint64_t start, uint64_t end, const struct vma_node *leaf,
                     unsigned a, unsigned b, const struct vma *with, size_t n)
{
    struct vma_changes *c = t->changes;

    if (c->hi || b - a > c->old.room || n > c->now.room) {
        vma_note_change(t, start, end);
        return;
    }
    c->lo = start;
    c->hi = end;
    c->old.n = b - a;
    c->now.n = n;
    c->now_known = true;
    for (struct vma *v = c->old.v; a < b; a++)
        *v++ = *vma_at(leaf, a);
    for (struct vma *v = c->now.v; n; n--)
        *v++ = *with++;
}

void vma_changes_free(struct vma_changes *c)
{
    if (!c)
        return;
    free(c->old.v);
    free(c->now.v);
    free(c);
}

bool mm_take_changes(struct mm *mm, struct mm_changes *out)
{
    struct vma_changes *c = mm->vmas.changes;

    if (!c) {
        c = mm->vmas.changes = calloc(1, sizeof(*c));
        if (!c)
            return false;
        c->hi = MM_TASK_SIZE;
    }
    if (!c->hi)
        return false;
    if (!c->now_known) {
        c->now.n = 0;
        if (!keep(&mm->vmas, &c->now, 0, c->lo, c->hi))
            return false;
    }
    c->hi = 0;
    *out = (struct mm_changes){c->old.v, c->now.v, c->old.n, c->now.n};
    return true;
}
