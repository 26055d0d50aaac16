/*
 * vma_tree.c - the VMAs of one address space, first form: one sorted array behind a reference count.
 *
 * Everything the header promises but the speed; the B+ tree takes its place behind the same functions.
 */
#include "vma_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct vma_node {
    unsigned refs;
    size_t n;
    struct vma v[];
};

static void vma_ref(const struct vma *v)
{
    if (!v->file)
        return;
    mm_file_get(v->file);
    if (v->file->obj)
        v->file->obj->nr_vmas++;
}

static void vma_unref(const struct vma *v)
{
    if (!v->file)
        return;
    if (v->file->obj)
        v->file->obj->nr_vmas--;
    mm_file_put(v->file);
}

static void node_put(struct vma_node *node)
{
    if (!node || --node->refs)
        return;
    for (size_t i = 0; i < node->n; i++)
        vma_unref(&node->v[i]);
    free(node);
}

/* Slot of the first VMA with end > addr. */
static size_t slot_of(const struct vma_tree *t, uint64_t addr)
{
    size_t lo = 0, hi = t->count;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (t->root->v[mid].end > addr)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

void vma_tree_init(struct vma_tree *t, uint64_t lo, uint64_t hi)
{
    *t = (struct vma_tree){ .lo = lo, .hi = hi };
}

void vma_tree_destroy(struct vma_tree *t)
{
    node_put(t->root);
    vma_tree_init(t, t->lo, t->hi);
}

void vma_tree_snapshot(struct vma_tree *dst, const struct vma_tree *src)
{
    *dst = *src;
    if (dst->root)
        dst->root->refs++;
}

static const struct vma *at(const struct vma_tree *t, size_t slot)
{
    return slot < t->count ? &t->root->v[slot] : NULL;
}

const struct vma *vma_tree_find(const struct vma_tree *t, uint64_t addr)
{
    return at(t, slot_of(t, addr));
}

const struct vma *vma_tree_next(const struct vma_tree *t, const struct vma *v)
{
    return at(t, slot_of(t, v->end));
}

const struct vma *vma_tree_prev(const struct vma_tree *t, const struct vma *v)
{
    return at(t, slot_of(t, v->start) - 1);
}

void vma_iter_init(struct vma_iter *it, const struct vma_tree *t, uint64_t addr)
{
    it->tree = t;
    it->slot[0] = slot_of(t, addr);
}

const struct vma *vma_iter_next(struct vma_iter *it)
{
    return it->slot[0] < it->tree->count ? at(it->tree, it->slot[0]++) : NULL;
}

const struct vma *vma_iter_prev(struct vma_iter *it)
{
    return it->slot[0] ? at(it->tree, --it->slot[0]) : NULL;
}

int vma_tree_splice(struct vma_tree *t, uint64_t start, uint64_t end, const struct vma *with, size_t n)
{
    size_t a = slot_of(t, start), b = a, total;
    struct vma_node *node;

    while (b < t->count && t->root->v[b].start < end)
        b++;
    total = t->count - (b - a) + n;
    node = malloc(sizeof(*node) + total * sizeof(struct vma));
    if (!node)
        return -ENOMEM;
    node->refs = 1;
    node->n = total;
    if (t->root) {
        memcpy(node->v, t->root->v, a * sizeof(struct vma));
        memcpy(node->v + a + n, t->root->v + b, (t->count - b) * sizeof(struct vma));
    }
    if (n)
        memcpy(node->v + a, with, n * sizeof(struct vma));
    for (size_t i = 0; i < total; i++)
        vma_ref(&node->v[i]);
    node_put(t->root);
    t->root = node;
    t->count = total;
    return 0;
}

struct vma *vma_tree_edit(struct vma_tree *t, uint64_t addr)
{
    size_t slot = slot_of(t, addr);

    if (slot >= t->count || t->root->v[slot].start > addr)
        return NULL;
    if (t->root->refs > 1 && vma_tree_splice(t, addr, addr, NULL, 0))
        return NULL;
    return &t->root->v[slot];
}

/* The free stretch between slot - 1 and slot, cut to [lo, hi). False: shorter than len. */
static bool gap_at(const struct vma_tree *t, size_t slot, uint64_t lo, uint64_t hi, uint64_t len,
                   uint64_t guard, uint64_t *a, uint64_t *b)
{
    uint64_t from = slot ? t->root->v[slot - 1].end : t->lo, to = t->hi;

    if (slot < t->count) {
        const struct vma *v = &t->root->v[slot];

        to = v->start;
        if (v->flags & VM_GROWSDOWN)
            to = to > guard ? to - guard : 0;
    }
    *a = from > lo ? from : lo;
    *b = to < hi ? to : hi;
    return *a < *b && *b - *a >= len;
}

uint64_t vma_tree_gap_up(const struct vma_tree *t, uint64_t lo, uint64_t hi, uint64_t len, uint64_t guard_gap)
{
    uint64_t a, b;

    for (size_t i = slot_of(t, lo); i <= t->count; i++)
        if (gap_at(t, i, lo, hi, len, guard_gap, &a, &b))
            return a;
    return MM_NO_GAP;
}

uint64_t vma_tree_gap_down(const struct vma_tree *t, uint64_t lo, uint64_t hi, uint64_t len, uint64_t guard_gap)
{
    uint64_t a, b;

    for (size_t i = t->count + 1; i-- > 0;)
        if (gap_at(t, i, lo, hi, len, guard_gap, &a, &b))
            return b - len;
    return MM_NO_GAP;
}

int vma_tree_check(const struct vma_tree *t, FILE *why)
{
    uint64_t end = t->lo;

    for (size_t i = 0; i < t->count; i++) {
        const struct vma *v = &t->root->v[i];
        if (v->start < end || v->end <= v->start) {
            if (why)
                fprintf(why, "vma %#lx-%#lx out of order\n", v->start, v->end);
            return -EINVAL;
        }
        end = v->end;
    }
    return 0;
}
