/*
 * vma_slots.h - the slots of one node: moved, filled, emptied, and what its parent notes down of it.
 *
 * Inline, since most changes of an address space are a few of these and nothing else (splice_leaf in vma_splice.c).
 */
#ifndef MM_VMA_SLOTS_H
#define MM_VMA_SLOTS_H

#include "vma_node.h"

#include <string.h>

/* The way from the root to a leaf. */
struct vma_path {
    struct vma_node *node[VMA_MAX_HEIGHT]; /* by level; 0 is the leaf */
    unsigned slot[VMA_MAX_HEIGHT];
};

/* --- references ---------------------------------------------------------------------------------- */

static inline void vma_ref(const struct vma *v)
{
    if (!v->file)
        return;
    mm_file_get(v->file);
    if (v->file->obj)
        v->file->obj->nr_vmas++;
}

static inline void vma_unref(const struct vma *v)
{
    if (!v->file)
        return;
    if (v->file->obj)
        v->file->obj->nr_vmas--;
    mm_file_put(v->file);
}

/* --- slots --------------------------------------------------------------------------------------- */

/* Shifts n slots of one node. */
static inline void shift_slots(struct vma_node *node, unsigned to, unsigned from, unsigned n, unsigned level)
{
    memmove(node->last + to, node->last + from, n * sizeof(node->last[0]));
    memmove(node->first + to, node->first + from, n * sizeof(node->first[0]));
    if (level) {
        memmove(vma_inner(node)->gap + to, vma_inner(node)->gap + from, n * sizeof(uint64_t));
        memmove(vma_inner(node)->child + to, vma_inner(node)->child + from, n * sizeof(struct vma_node *));
    }
}

static inline void set_count(struct vma_node *node, unsigned n)
{
    for (unsigned i = n; i < node->n; i++) {
        node->last[i] = node->first[i] = VMA_NO_SLOT;
        __asm__(""); /* one slot nearly always: not worth two calls of memset */
    }
    node->n = n;
}

/* Slots [a, b) become m slots, to be filled by the caller. In a leaf the old VMAs lose their places. */
static inline void resize_slots(struct vma_node *node, unsigned a, unsigned b, unsigned m, unsigned level)
{
    for (unsigned i = a; !level && i < b; i++)
        vma_leaf(node)->used &= ~(1u << (node->last[i] & VMA_PLACE));
    if (a + m != b)
        shift_slots(node, a + m, b, node->n - b, level);
    set_count(node, node->n - (b - a) + m);
}

/* Fills an empty slot of a leaf. */
static inline void set_vma(struct vma_node *node, unsigned i, const struct vma *v)
{
    struct vma_leaf *leaf = vma_leaf(node);
    unsigned place = __builtin_ctz(~leaf->used);

    leaf->used |= 1u << place;
    leaf->v[place] = *v;
    node->first[i] = v->start;
    node->last[i] = v->end | place;
}

/* Replaces the VMAs in slots [a, b) of a leaf, whose references are the caller's business. */
static inline void put_vmas(struct vma_node *node, unsigned a, unsigned b, const struct vma *with, unsigned m)
{
    unsigned kept = m < b - a ? m : b - a; /* slots, and places */

    for (unsigned i = a; i < a + kept; i++, with++) {
        unsigned place = node->last[i] & VMA_PLACE;

        vma_leaf(node)->v[place] = *with;
        node->first[i] = with->start;
        node->last[i] = with->end | place;
    }
    if (m == b - a)
        return;
    if (m > b - a) {
        node->run_from = a;
        node->run_to = a + m;
    }
    resize_slots(node, a + kept, b, m - kept, 0);
    for (unsigned i = kept; i < m; i++)
        set_vma(node, a + i, with++);
}

/* Moves the slots [fi, fi + n) of one node to another, before its slot ti. */
static inline void move_slots(struct vma_node *to, unsigned ti, struct vma_node *from, unsigned fi,
                              unsigned n, unsigned level)
{
    resize_slots(to, ti, ti, n, level);
    for (unsigned i = 0; i < n; i++) {
        if (!level) {
            set_vma(to, ti + i, vma_at(from, fi + i));
            continue;
        }
        to->first[ti + i] = from->first[fi + i];
        to->last[ti + i] = from->last[fi + i];
        vma_inner(to)->gap[ti + i] = vma_inner(from)->gap[fi + i];
        vma_inner(to)->child[ti + i] = vma_inner(from)->child[fi + i];
    }
    resize_slots(from, fi, fi + n, 0, level);
}

/* --- what a parent notes down of a child --------------------------------------------------------- */

/* Notes down child, which stands on `level`, in slot i of its parent. */
static inline void note_child(struct vma_node *parent, unsigned i, struct vma_node *child, unsigned level)
{
    parent->first[i] = child->first[0];
    parent->last[i] = vma_last(child, child->n - 1);
    vma_inner(parent)->gap[i] = vma_node_gap(child, level);
    vma_inner(parent)->child[i] = child;
}

/* The largest gap between neighbours among the slots [from, to] of node, as far as there are such. */
static inline uint64_t gap_among(const struct vma_node *node, int from, int to)
{
    uint64_t gap = 0, g;

    for (int i = from < 0 ? 1 : from + 1; i <= to && i < node->n; i++) {
        g = node->first[i] - vma_last(node, i - 1);
        gap = g > gap ? g : gap;
    }
    return gap;
}

static inline uint64_t max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/*
 * The node on `level` of the path changed: tell those above, as far as it matters to them. before and after:
 * the largest of the gaps that the change took away and of those it brought, so that most changes need not
 * look at the other gaps of the node. UINT64_MAX and 0: not known.
 */
static inline void note_upward(const struct vma_tree *t, const struct vma_path *p, unsigned level,
                               uint64_t before, uint64_t after)
{
    for (; level + 1 < t->height; level++) {
        struct vma_node *child = p->node[level], *parent = p->node[level + 1];
        unsigned i = p->slot[level + 1];
        uint64_t noted = vma_inner(parent)->gap[i], gap = noted;

        if (after >= before)
            gap = max(noted, after);
        else if (before >= noted)
            gap = vma_node_gap(child, level);
        if (gap == noted && parent->first[i] == child->first[0] &&
            parent->last[i] == vma_last(child, child->n - 1))
            return;
        before = max(noted, gap_among(parent, i - 1, i + 1));
        parent->first[i] = child->first[0];
        parent->last[i] = vma_last(child, child->n - 1);
        vma_inner(parent)->gap[i] = gap;
        after = max(gap, gap_among(parent, i - 1, i + 1));
    }
}

#endif
