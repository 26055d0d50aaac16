/*
 * vma_tree.c - the VMAs of one address space: making, sharing, finding, walking and checking the tree.
 *
 * The shape of the nodes is in vma_node.h, changes are in vma_splice.c and vma_reshape.c, the search for free space in
 * vma_gap.c.
 */
#include "vma_node.h"

#include <errno.h>

void vma_tree_init(struct vma_tree *t, uint64_t lo, uint64_t hi)
{
    *t = (struct vma_tree){.lo = lo, .hi = hi};
}

void vma_tree_destroy(struct vma_tree *t)
{
    if (t->root)
        vma_node_put(t->arena, t->root, t->height - 1);
    if (t->arena)
        vma_arena_put(t->arena);
    vma_changes_free(t->changes);
    vma_tree_init(t, t->lo, t->hi);
}

void vma_tree_snapshot(struct vma_tree *dst, const struct vma_tree *src)
{
    *dst = *src;
    dst->changes = NULL;
    if (dst->root)
        dst->root->refs++;
    if (dst->arena)
        vma_arena_get(dst->arena);
}

/*
 * Searches often come in order. One that ends in the leaf of the last one needs no way down, and is a hint
 * that the leaf behind it comes next: a part of it is fetched with each search, and all of it is there in
 * time.
 */
static const struct vma *find_at_finger(const struct vma_tree *t, uint64_t addr)
{
    const struct vma_node *leaf = t->finger;
    unsigned i;

    if (!leaf || addr < leaf->first[0] || addr >= vma_last(leaf, leaf->n - 1))
        return NULL;
    i = vma_slots_below(leaf, addr);
    if (t->ahead) {
        __builtin_prefetch(&t->ahead->last[i]);
        __builtin_prefetch(&t->ahead->first[i]);
        __builtin_prefetch(&vma_leaf(t->ahead)->v[i]);
        __builtin_prefetch(&vma_leaf(t->ahead)->v[i].birth);
    }
    return vma_at(leaf, i);
}

/*
 * A change writes to more of a leaf than a search reads: the counts, the first[] keys, the records of the VMA
 * and of the one before it, and the places of the two that it may be cut into. Asked for together, they come
 * in the time that one of them takes.
 */
static void fetch_for_change(const struct vma_node *node, unsigned slot)
{
    const struct vma_leaf *leaf = vma_leaf(node);
    uint32_t free = ~leaf->used;

    for (unsigned i = 0; i < VMA_FANOUT; i += CACHE_LINE / sizeof(node->first[0]))
        __builtin_prefetch(&node->first[i], 1);
    __builtin_prefetch(&vma_at(node, slot)->birth, 1);
    if (slot)
        __builtin_prefetch(vma_at(node, slot - 1), 1);
    for (unsigned i = 0; i < 2 && free; i++, free &= free - 1) {
        const struct vma *place = &leaf->v[__builtin_ctz(free)];

        __builtin_prefetch(place, 1);
        __builtin_prefetch(&place->birth, 1);
    }
}

static const struct vma *find(const struct vma_tree *t, uint64_t addr, bool for_change)
{
    const struct vma *v = find_at_finger(t, addr);
    const struct vma_node *node = t->root, *ahead = NULL;
    unsigned slot;

    if (v)
        return v;
    if (!node || addr >= vma_last(node, node->n - 1))
        return NULL;
    for (unsigned level = t->height - 1; level > 0; level--) {
        struct vma_node *const *child = vma_inner(node)->child;

        /* one miss instead of two: keys and children at once */
        for (unsigned i = 0; i < VMA_FANOUT; i += CACHE_LINE / sizeof(*child))
            __builtin_prefetch(&child[i]);
        slot = vma_slots_below(node, addr);
        ahead = slot + 1 < node->n ? child[slot + 1] : NULL;
        node = child[slot];
    }
    ((struct vma_tree *)t)->finger = node;
    ((struct vma_tree *)t)->ahead = ahead;
    slot = vma_slots_below(node, addr);
    if (for_change)
        fetch_for_change(node, slot);
    return vma_at(node, slot);
}

const struct vma *vma_tree_find(const struct vma_tree *t, uint64_t addr)
{
    return find(t, addr, false);
}

const struct vma *vma_tree_find_to_change(const struct vma_tree *t, uint64_t addr)
{
    return find(t, addr, true);
}

const struct vma *vma_tree_next(const struct vma_tree *t, const struct vma *v)
{
    return vma_tree_find(t, v->end);
}

const struct vma *vma_tree_prev(const struct vma_tree *t, const struct vma *v)
{
    const struct vma_node *node = t->root;

    if (!node || v->start <= node->first[0])
        return NULL;
    for (unsigned level = t->height - 1; level > 0; level--)
        node = vma_inner(node)->child[vma_slots_begun(node, v->start - 1) - 1];
    return vma_at(node, vma_slots_begun(node, v->start - 1) - 1);
}

void vma_tree_adjacent(const struct vma_tree *t, uint64_t start, uint64_t end, const struct vma **prev,
                       const struct vma **next)
{
    const struct vma_node *leaf = t->finger;
    const struct vma *v;

    *prev = *next = NULL;
    if (leaf && leaf->first[0] < start && end < vma_last(leaf, leaf->n - 1)) { /* all of it is in the leaf */
        unsigned i = vma_slots_below(leaf, start);

        if (i && vma_last(leaf, i - 1) == start)
            *prev = vma_at(leaf, i - 1);
        i += vma_last(leaf, i) == end;
        if (leaf->first[i] == end)
            *next = vma_at(leaf, i);
        return;
    }
    v = start ? vma_tree_find(t, start - 1) : NULL;
    if (v && v->end == start)
        *prev = v;
    v = vma_tree_find(t, end);
    if (v && v->start == end)
        *next = v;
}

/* --- walking ------------------------------------------------------------------------------------- */

void vma_iter_init(struct vma_iter *it, const struct vma_tree *t, uint64_t addr)
{
    struct vma_node *node = t->root;

    it->tree = t;
    it->depth = t->height;
    for (unsigned level = t->height; level-- > 0;) {
        unsigned slot = vma_slots_below(node, addr);

        if (level && slot == node->n) /* past the end: behind the last slot of the last leaf */
            slot--;
        it->leaf[level] = node;
        it->slot[level] = slot;
        if (level)
            node = vma_inner(node)->child[slot];
    }
}

const struct vma *vma_iter_next(struct vma_iter *it)
{
    unsigned level = 0;
    struct vma_node *node;

    if (!it->depth)
        return NULL;
    node = it->leaf[0];
    if (it->slot[0] < node->n)
        return vma_at(node, it->slot[0]++);
    do {
        if (++level == it->depth)
            return NULL;
        node = it->leaf[level];
    } while (it->slot[level] + 1 == node->n);
    node = vma_inner(node)->child[++it->slot[level]];
    while (level-- > 0) {
        it->leaf[level] = node;
        it->slot[level] = 0;
        if (level)
            node = vma_inner(node)->child[0];
    }
    return vma_at(node, it->slot[0]++);
}

const struct vma *vma_iter_prev(struct vma_iter *it)
{
    unsigned level = 0;
    struct vma_node *node;

    if (!it->depth)
        return NULL;
    node = it->leaf[0];
    if (it->slot[0] > 0)
        return vma_at(node, --it->slot[0]);
    do {
        if (++level == it->depth)
            return NULL;
    } while (it->slot[level] == 0);
    node = vma_inner(it->leaf[level])->child[--it->slot[level]];
    while (level-- > 0) {
        it->leaf[level] = node;
        it->slot[level] = node->n - 1;
        if (level)
            node = vma_inner(node)->child[node->n - 1];
    }
    return vma_at(node, it->slot[0]);
}

/* --- checking ------------------------------------------------------------------------------------ */

static const char *leaf_error(const struct vma_node *node, unsigned i)
{
    unsigned place = node->last[i] & VMA_PLACE;
    const struct vma *v;

    if (place >= VMA_FANOUT || !(vma_leaf(node)->used & 1u << place))
        return "a slot without a VMA";
    v = &vma_leaf(node)->v[place];
    if (v->start != node->first[i] || v->end != vma_last(node, i))
        return "key differs from the VMA";
    if (v->start >= v->end || ((v->start | v->end) & ~MM_PAGE_MASK))
        return "empty or unaligned VMA";
    return NULL;
}

/* What is wrong with the subtree, or NULL; adds its VMAs to *count. */
static const char *node_error(const struct vma_node *node, unsigned level, uint64_t *count)
{
    const char *error;

    if (!node->refs || !node->n || node->n > VMA_FANOUT)
        return "bad reference or slot count";
    for (unsigned i = 0; i < VMA_FANOUT; i++) {
        if (i >= node->n) {
            if (node->first[i] != VMA_NO_SLOT || node->last[i] != VMA_NO_SLOT)
                return "unused slot has a key";
            continue;
        }
        if (i && node->first[i] < vma_last(node, i - 1))
            return "out of order";
        if (level) {
            const struct vma_node *child = vma_inner(node)->child[i];

            error = node_error(child, level - 1, count);
            if (!error &&
                (child->first[0] != node->first[i] || vma_last(child, child->n - 1) != node->last[i]))
                error = "key differs from the child's";
            if (!error && vma_node_gap(child, level - 1) != vma_inner(node)->gap[i])
                error = "gap differs from the child's";
        } else {
            error = leaf_error(node, i);
        }
        if (error)
            return error;
    }
    if (!level && __builtin_popcount(vma_leaf(node)->used) != node->n)
        return "two slots share a VMA, or one has none";
    if (!level)
        *count += node->n;
    return NULL;
}

/* The leaf that a search for addr ends in. */
static const struct vma_node *leaf_of(const struct vma_tree *t, uint64_t addr)
{
    const struct vma_node *node = t->root;

    for (unsigned level = t->height - 1; level > 0; level--)
        node = vma_inner(node)->child[vma_slots_below(node, addr)];
    return node;
}

int vma_tree_check(const struct vma_tree *t, FILE *why)
{
    const struct vma_node *root = t->root;
    const char *error = NULL;
    uint64_t count = 0;

    if (!root != !t->height)
        error = "height and root disagree";
    else if (root)
        error = node_error(root, t->height - 1, &count);
    if (!error && count != t->count)
        error = "wrong count";
    if (!error && root && (root->first[0] < t->lo || vma_last(root, root->n - 1) > t->hi))
        error = "outside of the address space";
    if (!error && t->finger && (!root || leaf_of(t, t->finger->first[0]) != t->finger))
        error = "finger on a leaf of another tree";
    if (error && why)
        fprintf(why, "VMA tree: %s\n", error);
    return error ? -EINVAL : 0;
}
