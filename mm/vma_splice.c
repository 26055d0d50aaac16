/*
 * vma_splice.c - changing the VMA tree: one primitive, that replaces a range.
 *
 * Nearly every change meets one leaf that nobody else holds and that has room: it is done in place. All
 * others are in vma_reshape.c.
 */
#include "vma_slots.h"

#include <errno.h>

/* --- the common case: one leaf, in place --------------------------------------------------------- */

/*
 * Finds the leaf with the last VMA that starts at or below start. True: the change fits in there and all
 * of the path is ours; p and the slots [*a, *b) to be replaced are set.
 */
static bool one_leaf(const struct vma_tree *t, uint64_t start, uint64_t end, size_t n, struct vma_path *p,
                     unsigned *a, unsigned *b)
{
    struct vma_node *node = t->root;
    uint64_t beyond = VMA_NO_SLOT; /* start of the first VMA of the leaves that follow */
    unsigned count;

    if (!node)
        return false;
    for (unsigned level = t->height - 1;; level--) {
        unsigned begun = vma_slots_begun(node, start);

        p->node[level] = node;
        if (node->refs > 1)
            return false;
        if (!level)
            break;
        begun -= begun > 0;
        p->slot[level] = begun;
        if (begun + 1 < node->n)
            beyond = node->first[begun + 1];
        node = vma_inner(node)->child[begun];
    }
    if (beyond < end)
        return false;
    *a = vma_slots_below(node, start);
    for (*b = *a; *b < node->n && node->first[*b] < end; ++*b)
        ; /* VMAs that meet the range lie in it: one mostly */
    count = *b - *a;
    if (n > VMA_FANOUT || node->n - count + n > VMA_FANOUT)
        return false;
    if (n < count && node->n - count + n < (t->height > 1 ? VMA_MIN : 1))
        return false;
    return true;
}

static void splice_leaf(struct vma_tree *t, struct vma_path *p, unsigned a, unsigned b,
                        const struct vma *with, unsigned n)
{
    struct vma_node *leaf = p->node[0];
    bool noted = t->height > 1; /* does a parent know the gaps of the leaf? */
    uint64_t gap = noted ? gap_among(leaf, (int)a - 1, b) : 0;

    for (unsigned i = 0; i < n; i++) /* the new first: the old may hold the last reference on the same file */
        vma_ref(&with[i]);
    for (unsigned i = a; i < b; i++)
        vma_unref(vma_at(leaf, i));
    put_vmas(leaf, a, b, with, n);
    t->count += n;
    t->count -= b - a;
    if (noted)
        note_upward(t, p, 0, gap, gap_among(leaf, (int)a - 1, a + n));
}

/* --- the primitive ------------------------------------------------------------------------------- */

int vma_tree_splice(struct vma_tree *t, uint64_t start, uint64_t end, const struct vma *with, size_t n)
{
    struct vma_path p;
    unsigned a, b;

    if (one_leaf(t, start, end, n, &p, &a, &b)) {
        if (t->changes)
            vma_note_splice(t, start, end, p.node[0], a, b, with, n);
        splice_leaf(t, &p, a, b, with, n);
        return 0;
    }
    if (t->changes)
        vma_note_change(t, start, end);
    return vma_tree_reshape(t, start, end, with, n);
}

/* Does nobody else hold a node on the way to addr? */
static bool path_is_ours(const struct vma_tree *t, uint64_t addr)
{
    const struct vma_node *node = t->root;

    for (unsigned level = t->height - 1; node->refs == 1; level--) {
        if (!level)
            return true;
        node = vma_inner(node)->child[vma_slots_below(node, addr)];
    }
    return false;
}

struct vma *vma_tree_edit(struct vma_tree *t, uint64_t addr)
{
    const struct vma *v = vma_tree_find(t, addr);

    if (!v || v->start > addr)
        return NULL;
    return path_is_ours(t, addr) ? (struct vma *)v : vma_tree_own(t, addr);
}

int vma_tree_limit_memory(struct vma_tree *t, uint64_t bytes)
{
    if (!t->arena)
        t->arena = vma_arena_create();
    if (!t->arena)
        return -ENOMEM;
    vma_arena_limit(t->arena, bytes);
    return 0;
}

#ifdef MM_DEBUG
void vma_tree_fail_once(struct vma_tree *t, unsigned nth)
{
    if (t->arena)
        vma_arena_fail_once(t->arena, nth);
}
#endif
