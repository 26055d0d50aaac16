/*
 * vma_gap.c - free stretches of the address space.
 *
 * Every inner node notes the largest gap inside each child, so a search enters a child only if an answer is
 * in there, but for the (at most two) children that a limit cuts through. Guard gaps below stacks are not in
 * the tree: an answer that touches one is given up and the search goes on beyond it, as Linux does; stacks
 * are few.
 */
#include "vma_node.h"

static uint64_t max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Are there len free bytes between the slots i and i + 1, within the limits? */
static bool between(const struct vma_node *node, unsigned i, uint64_t lo, uint64_t hi, uint64_t len,
                    uint64_t *a, uint64_t *b)
{
    *a = max(vma_last(node, i), lo);
    *b = min(node->first[i + 1], hi);
    return *a < *b && *b - *a >= len;
}

/* Start of the lowest stretch between VMAs below node. */
static uint64_t lowest(const struct vma_node *node, unsigned level, uint64_t lo, uint64_t hi, uint64_t len)
{
    uint64_t a, b, found;

    unsigned below = vma_slots_below(node, lo);

    for (unsigned i = below ? below - 1 : 0; i < node->n && node->first[i] < hi; i++) {
        if (level && i >= below && vma_inner(node)->gap[i] >= len) {
            found = lowest(vma_inner(node)->child[i], level - 1, lo, hi, len);
            if (found != MM_NO_GAP)
                return found;
        }
        if (i + 1 < node->n && between(node, i, lo, hi, len, &a, &b))
            return a;
    }
    return MM_NO_GAP;
}

/* End of the highest stretch between VMAs below node. */
static uint64_t highest(const struct vma_node *node, unsigned level, uint64_t lo, uint64_t hi, uint64_t len)
{
    uint64_t a, b, found;

    for (unsigned i = vma_slots_begun(node, hi - 1); i-- > 0;) {
        if (i + 1 < node->n && between(node, i, lo, hi, len, &a, &b))
            return b;
        if (vma_last(node, i) <= lo)
            break;
        if (level && vma_inner(node)->gap[i] >= len) {
            found = highest(vma_inner(node)->child[i], level - 1, lo, hi, len);
            if (found != MM_NO_GAP)
                return found;
        }
    }
    return MM_NO_GAP;
}

/* The VMA above addr, if it keeps a guard gap that reaches below end. */
static const struct vma *guarded(const struct vma_tree *t, uint64_t addr, uint64_t end, uint64_t guard)
{
    const struct vma *v = vma_tree_find(t, addr);

    return v && (v->flags & VM_GROWSDOWN) && v->start - min(v->start, guard) < end ? v : NULL;
}

uint64_t vma_tree_gap_up(const struct vma_tree *t, uint64_t lo, uint64_t hi, uint64_t len, uint64_t guard_gap)
{
    const struct vma_node *root = t->root;
    const struct vma *stack;
    uint64_t found, top;

    lo = max(lo, t->lo);
    hi = min(hi, t->hi);
    for (;; lo = stack->end) {
        if (!len || lo >= hi || hi - lo < len)
            return MM_NO_GAP;
        if (!root || min(root->first[0], hi) - min(lo, root->first[0]) >= len) {
            found = lo;
        } else {
            found = lowest(root, t->height - 1, lo, hi, len);
            top = max(vma_last(root, root->n - 1), lo);
            if (found == MM_NO_GAP && top < hi && hi - top >= len)
                found = top;
        }
        if (found == MM_NO_GAP)
            return found;
        stack = guarded(t, found, found + len, guard_gap);
        if (!stack)
            return found;
    }
}

uint64_t vma_tree_gap_down(const struct vma_tree *t, uint64_t lo, uint64_t hi, uint64_t len,
                           uint64_t guard_gap)
{
    const struct vma_node *root = t->root;
    const struct vma *stack;
    uint64_t found, top;

    lo = max(lo, t->lo);
    hi = min(hi, t->hi);
    for (;; hi = stack->start - min(stack->start, guard_gap)) {
        if (!len || lo >= hi || hi - lo < len)
            return MM_NO_GAP;
        top = root ? max(vma_last(root, root->n - 1), lo) : lo;
        if (top < hi && hi - top >= len) {
            found = hi;
        } else {
            found = highest(root, t->height - 1, lo, hi, len);
            top = min(root->first[0], hi);
            if (found == MM_NO_GAP && lo < top && top - lo >= len)
                found = top;
        }
        if (found == MM_NO_GAP)
            return found;
        stack = guarded(t, found - len, found, guard_gap);
        if (!stack)
            return found - len;
    }
}
