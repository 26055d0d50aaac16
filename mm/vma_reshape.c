/*
 * vma_reshape.c - changes of the VMA tree that one leaf is no place for: nodes that are shared, come and go.
 *
 * They take three phases, each of which leaves a tree behind:
 *
 *   remove  takes the VMAs of the range out. Children that lie in it wholly go without being looked at:
 *
 *                 [ a  b  c | d  e  f | g  h  i | j  k  l ]
 *                       '--------- range ---------'              c, (d e f), (g h i) and j go; only the
 *                 [ a  b |              k  l ]                   leaves of a b and of k l are written to
 *
 *   insert  puts the new ones in, a leaf's worth at a time; a full node on the way is split first. The cut
 *           is at the place of insertion when insertions come in a run, up or down: they leave full nodes.
 *
 *   mend    joins the nodes left and right of what was removed with a neighbour where they became too empty.
 *
 * A node that a snapshot holds too is copied before it is written to. All memory is set aside before the
 * first phase, so that none of them can fail.
 */
#include "vma_slots.h"

#include <errno.h>
#include <string.h>

void vma_node_put(struct vma_arena *arena, struct vma_node *node, unsigned level)
{
    if (--node->refs)
        return;
    for (unsigned i = 0; i < node->n; i++) {
        if (level)
            vma_node_put(arena, vma_inner(node)->child[i], level - 1);
        else
            vma_unref(vma_at(node, i));
    }
    vma_arena_free(arena, node, level);
}

/* The node in *link for writing: itself, or a copy if somebody else holds it too. */
static struct vma_node *unshare(struct vma_tree *t, struct vma_node **link, unsigned level)
{
    struct vma_node *old = *link, *node;

    if (old->refs == 1)
        return old;
    node = vma_arena_alloc(t->arena, level);
    memcpy(node, old, level ? sizeof(struct vma_inner) : sizeof(struct vma_leaf));
    node->refs = 1;
    for (unsigned i = 0; i < node->n; i++) {
        if (level)
            vma_inner(node)->child[i]->refs++;
        else
            vma_ref(vma_at(node, i));
    }
    old->refs--;
    *link = node;
    t->finger = t->ahead = NULL;
    return node;
}

uint64_t vma_node_gap(const struct vma_node *node, unsigned level)
{
    uint64_t gap = 0;

    for (unsigned i = 1; i < node->n; i++) {
        uint64_t g = node->first[i] - vma_last(node, i - 1);
        gap = g > gap ? g : gap;
    }
    for (unsigned i = 0; level && i < node->n; i++) {
        uint64_t g = vma_inner(node)->gap[i];
        gap = g > gap ? g : gap;
    }
    return gap;
}

/* --- removing ------------------------------------------------------------------------------------ */

/* How many VMAs are below node. */
static uint64_t count_vmas(const struct vma_node *node, unsigned level)
{
    uint64_t count = 0;

    if (!level)
        return node->n;
    for (unsigned i = 0; i < node->n; i++)
        count += count_vmas(vma_inner(node)->child[i], level - 1);
    return count;
}

/* Takes the VMAs of [start, end) out of node, which is ours and keeps at least one. */
static void remove_below(struct vma_tree *t, struct vma_node *node, unsigned level, uint64_t start,
                         uint64_t end)
{
    unsigned a = vma_slots_below(node, start), b = vma_slots_begun(node, end - 1);
    unsigned from = a, to = b; /* the slots that go */

    if (!level) {
        for (unsigned i = a; i < b; i++)
            vma_unref(vma_at(node, i));
        t->count -= b - a;
        resize_slots(node, a, b, 0, 0);
        return;
    }
    for (unsigned i = a; i < b; i++) {
        struct vma_node **child = &vma_inner(node)->child[i];

        if (node->first[i] >= start && vma_last(node, i) <= end) {
            t->count -= count_vmas(*child, level - 1);
            vma_node_put(t->arena, *child, level - 1);
            continue;
        }
        remove_below(t, unshare(t, child, level - 1), level - 1, start, end);
        note_child(node, i, *child, level - 1);
        if (i == a)
            from = a + 1;
        if (i + 1 == b) /* not to be confused with from: then a == i and from == to */
            to = i == a ? b : i;
    }
    if (from < to)
        resize_slots(node, from, to, 0, level);
}

static void remove_range(struct vma_tree *t, uint64_t start, uint64_t end)
{
    struct vma_node *root = t->root;

    if (root->first[0] >= start && vma_last(root, root->n - 1) <= end) {
        vma_node_put(t->arena, root, t->height - 1);
        t->root = NULL;
        t->height = 0;
        t->count = 0;
        return;
    }
    remove_below(t, unshare(t, &t->root, t->height - 1), t->height - 1, start, end);
}

/* --- inserting ----------------------------------------------------------------------------------- */

/* The way to the leaf with the last VMA that starts at or below addr, for writing. */
static void descend(struct vma_tree *t, uint64_t addr, struct vma_path *p)
{
    struct vma_node **link = &t->root;

    for (unsigned level = t->height; level-- > 0;) {
        struct vma_node *node = unshare(t, link, level);
        unsigned begun = vma_slots_begun(node, addr);

        p->node[level] = node;
        p->slot[level] = begun - (level && begun);
        link = &vma_inner(node)->child[p->slot[level]];
    }
}

static void grow_root(struct vma_tree *t)
{
    struct vma_node *root = vma_arena_alloc(t->arena, t->height);

    root->n = 1;
    note_child(root, 0, t->root, t->height - 1);
    t->root = root;
    t->height++;
}

/* Cuts the full node on `level` of the path in two; the parent has room. */
static void split(struct vma_tree *t, struct vma_path *p, unsigned level)
{
    struct vma_node *left = p->node[level], *parent = p->node[level + 1];
    struct vma_node *right = vma_arena_alloc(t->arena, level);
    unsigned at = p->slot[level] + (level > 0), i = p->slot[level + 1], cut = VMA_FANOUT / 2;
    unsigned spare = level ? 1 : VMA_SPARE;

    if (at == left->run_to || at == left->run_from) /* goes on where the last insertion was */
        cut = at < spare ? spare : at > VMA_FANOUT - spare ? VMA_FANOUT - spare : at;
    move_slots(right, 0, left, cut, VMA_FANOUT - cut, level);
    right->run_from = right->run_to = at > cut ? at - cut : 0;
    if (left->run_to > cut)
        left->run_from = left->run_to = cut;

    resize_slots(parent, i + 1, i + 1, 1, level + 1);
    note_child(parent, i + 1, right, level);
    note_child(parent, i, left, level);
    parent->run_from = i + 1;
    parent->run_to = i + 2;
}

/* Inserts as many of with[0..n) as one leaf takes; none if it had to make room first. */
static unsigned insert_some(struct vma_tree *t, const struct vma *with, size_t n)
{
    struct vma_path p;
    unsigned room, level = 0;

    if (!t->root) {
        t->root = vma_arena_alloc(t->arena, 0);
        t->height = 1;
    }
    descend(t, with->start, &p);
    room = VMA_FANOUT - p.node[0]->n;
    if (room) {
        unsigned m = n < room ? n : room;

        put_vmas(p.node[0], p.slot[0], p.slot[0], with, m);
        t->count += m;
        note_upward(t, &p, 0, UINT64_MAX, 0);
        return m;
    }
    while (level + 1 < t->height && p.node[level + 1]->n == VMA_FANOUT)
        level++; /* the parent has to be split first */
    if (level + 1 == t->height)
        grow_root(t);
    else
        split(t, &p, level);
    return 0;
}

/* --- mending ------------------------------------------------------------------------------------- */

/* Joins the children i and i + 1 of a node that is ours, or makes them equally full. */
static void join(struct vma_tree *t, struct vma_node *parent, unsigned i, unsigned level)
{
    struct vma_node *left = unshare(t, &vma_inner(parent)->child[i], level);
    struct vma_node *right = unshare(t, &vma_inner(parent)->child[i + 1], level);
    unsigned sum = left->n + right->n, nl = left->n;

    left->run_from = left->run_to = right->run_from = right->run_to = 0;
    if (sum <= VMA_FANOUT - VMA_MIN) { /* not filled to the brim: the next insertion should find room */
        move_slots(left, nl, right, 0, right->n, level);
        vma_node_put(t->arena, right, level);
        resize_slots(parent, i + 1, i + 2, 0, level + 1);
    } else if (nl < sum / 2) {
        move_slots(left, nl, right, 0, sum / 2 - nl, level);
        note_child(parent, i + 1, right, level);
    } else {
        move_slots(right, 0, left, sum / 2, nl - sum / 2, level);
        note_child(parent, i + 1, right, level);
    }
    note_child(parent, i, left, level);
}

static void shrink_root(struct vma_tree *t)
{
    while (t->height > 1 && t->root->n == 1) {
        struct vma_node *root = t->root;

        t->root = vma_inner(root)->child[0];
        t->root->refs++;
        vma_node_put(t->arena, root, --t->height);
    }
}

/* One step of mending at addr; false: nothing to do. */
static bool mend(struct vma_tree *t, uint64_t addr)
{
    struct vma_path p;

    shrink_root(t);
    descend(t, addr, &p);
    for (unsigned level = t->height; level-- > 1;) {
        struct vma_node *node = p.node[level];
        unsigned i = p.slot[level];
        bool poor = vma_inner(node)->child[i]->n < VMA_MIN;

        if (i + 1 < node->n && (poor || vma_inner(node)->child[i + 1]->n < VMA_MIN)) {
            join(t, node, i, level - 1);
        } else if (i > 0 && poor) {
            join(t, node, i - 1, level - 1);
            p.slot[level] = i - 1;
        } else {
            continue;
        }
        note_upward(t, &p, level, UINT64_MAX, 0);
        return true;
    }
    return false;
}

/* --- all of it ----------------------------------------------------------------------------------- */

/*
 * Memory for the worst case. Copied on each level: both ends of the removal, the way of the insertion, and up
 * to VMA_MIN neighbours that a poor node at each of the two seams is joined with. Besides, n insertions split
 * nodes, and half a node's worth has to come before the same one is split again.
 */
static int reserve(struct vma_tree *t, size_t n)
{
    const unsigned copies = 2 * (VMA_MIN + 2) + 4;
    uint64_t leaves = copies, inners = copies * (t->height + 1), split_nodes = n;

    if (!t->arena)
        t->arena = vma_arena_create();
    if (!t->arena || t->height >= VMA_MAX_HEIGHT - 1 || n > UINT32_MAX / 4)
        return -ENOMEM;
    leaves += split_nodes /= VMA_FANOUT / 2;
    while ((split_nodes /= VMA_FANOUT / 2))
        inners += split_nodes;
    return vma_arena_reserve(t->arena, leaves, inners);
}

int vma_tree_reshape(struct vma_tree *t, uint64_t start, uint64_t end, const struct vma *with, size_t n)
{
    const struct vma *v = vma_tree_find(t, start);
    bool removed = v && v->start < end;

    t->finger = t->ahead = NULL;
    if (!removed && !n)
        return 0;
    if (reserve(t, n))
        return -ENOMEM;
    for (size_t i = 0; i < n; i++)
        vma_ref(&with[i]);
    if (removed)
        remove_range(t, start, end);
    for (size_t i = 0; i < n;)
        i += insert_some(t, with + i, n - i);
    if (removed && t->root) {
        v = vma_tree_find(t, end);
        end = v ? v->start : end;
        while (mend(t, start) || mend(t, end))
            ;
        t->finger = t->ahead = NULL;
    }
    return 0;
}

struct vma *vma_tree_own(struct vma_tree *t, uint64_t addr)
{
    struct vma_path p;

    if (reserve(t, 0))
        return NULL;
    descend(t, addr, &p);
    return vma_at(p.node[0], p.slot[0] - 1);
}
