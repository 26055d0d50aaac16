/*
 * vma_node.h - the nodes of the VMA tree and the memory they live in, for vma_*.c only.
 *
 * A node is a row of slots. In a leaf a slot is a VMA, above it is a child; first[] and last[] say which
 * addresses the slot spans, and lie packed at the head of the node, because searching them is what costs
 * cache misses:
 *
 *   inner, level 1       last  | 5000 | 9000 |  inf |        gap: the largest free stretch inside
 *                        first | 1000 | 6000 |  inf |        the child; the one between children
 *                        gap   | 2000 |    0 |               follows from first and last
 *                        child |  |   |  |   |
 *                       .---------'      '-------.
 *   leaf, level 0   last | 2000 | 5000 |    last | 7000 | 9000 |
 *                  first | 1000 | 4000 |   first | 6000 | 7000 |
 *                     v  | VMA  | VMA  |      v  | VMA  | VMA  |   (in no order)
 *
 * No node knows what lies outside of it, so a change climbs only while it changes what the parent noted down.
 * Nodes have reference counts and are shared by snapshots; only a node with one reference, on a path of such
 * nodes, is written to. Leaves are all equally deep, but may be nearly empty where splits at an edge left
 * them so.
 */
#ifndef MM_VMA_NODE_H
#define MM_VMA_NODE_H

#include "vma_tree.h"

#define VMA_FANOUT     32               /* slots in a node; measured with bench/vma.c, see there */
#define VMA_MIN        (VMA_FANOUT / 4) /* fewer after a removal: the node is joined with a neighbour */
#define VMA_SPARE      (VMA_FANOUT / 8) /* slots a run leaves free in its leaves: their VMAs may yet be cut */
#define VMA_MAX_HEIGHT 16               /* levels; as many as struct vma_iter has room for */
#define CACHE_LINE     64               /* bytes; nodes begin at one */
#define VMA_NO_SLOT    UINT64_MAX       /* first and last of unused slots: greater than every address */

struct vma_node {
    uint64_t last[VMA_FANOUT];  /* end of the last VMA in the slot, ascending; in a leaf also its place */
    uint64_t first[VMA_FANOUT]; /* start of the first */
    uint32_t refs;
    uint16_t n;       /* slots in use */
    uint8_t run_from; /* the slots last inserted: [from, to). Insertions that go on from there are a run */
    uint8_t run_to;
};

/*
 * The VMAs of a leaf lie in no order and never move while they stay in it: an insertion shifts keys, not
 * records, which with a million VMAs would be a cache miss for each. The place of slot i's VMA is in the low
 * bits of last[i], which page alignment leaves free: a search that got there needs no further cache line to
 * know it.
 */
struct vma_leaf {
    struct vma_node node;
    uint32_t used; /* places taken in v[] */
    struct vma v[VMA_FANOUT];
};
_Static_assert(VMA_FANOUT == 32, "the used mask; the groups of vma_slots_below()");
#define VMA_PLACE (MM_PAGE_SIZE - 1)

struct vma_inner {
    struct vma_node node;
    uint64_t gap[VMA_FANOUT];
    struct vma_node *child[VMA_FANOUT];
};

static inline struct vma_leaf *vma_leaf(const struct vma_node *node)
{
    return (struct vma_leaf *)node;
}

static inline struct vma_inner *vma_inner(const struct vma_node *node)
{
    return (struct vma_inner *)node;
}

/* The VMA in slot i of a leaf. */
static inline struct vma *vma_at(const struct vma_node *leaf, unsigned i)
{
    return &vma_leaf(leaf)->v[leaf->last[i] & VMA_PLACE];
}

/* End of the last VMA in slot i of any node. */
static inline uint64_t vma_last(const struct vma_node *node, unsigned i)
{
    return node->last[i] & MM_PAGE_MASK;
}

/*
 * Slots whose VMAs all end at or below addr. First which group of four, then where in there: few comparisons,
 * and none of them a branch, since guessing wrong would cost more than all of them.
 */
static inline unsigned vma_slots_below(const struct vma_node *node, uint64_t addr)
{
    const uint64_t *key = node->last;
    unsigned group;

    addr |= VMA_PLACE; /* compare with the end, whatever the place */
    group = (key[3] <= addr) + (key[7] <= addr) + (key[11] <= addr) + (key[15] <= addr) + (key[19] <= addr) +
            (key[23] <= addr) + (key[27] <= addr);
    key += 4 * group;
    return 4 * group + (key[0] <= addr) + (key[1] <= addr) + (key[2] <= addr) + (key[3] <= addr);
}

/* Slots that begin at or below addr: one more than the above if addr lies in a slot. Saves the cache lines of
 * first[]. */
static inline unsigned vma_slots_begun(const struct vma_node *node, uint64_t addr)
{
    unsigned below = vma_slots_below(node, addr);

    return below + (below < VMA_FANOUT && node->first[below] <= addr);
}

/* Largest free stretch between the first and the last VMA below node. */
uint64_t vma_node_gap(const struct vma_node *node, unsigned level);
/* Drops one reference; the last one frees the subtree and its references on files. */
void vma_node_put(struct vma_arena *arena, struct vma_node *node, unsigned level);

/* --- changes.c: if t->changes: [start, end) is about to change. No VMA is cut by its ends ---------- */
void vma_note_change(struct vma_tree *t, uint64_t start, uint64_t end);
/* The slots [a, b) of a leaf are what is there, and with[0..n) comes in their place. */
void vma_note_splice(struct vma_tree *t, uint64_t start, uint64_t end, const struct vma_node *leaf,
                     unsigned a, unsigned b, const struct vma *with, size_t n);
void vma_changes_free(struct vma_changes *c); /* may be NULL */

/* --- vma_arena.c: memory of nodes, shared by a tree and all snapshots of it ---------------------- */

/* Takes the first reference. NULL: out of memory. */
struct vma_arena *vma_arena_create(void);
void vma_arena_get(struct vma_arena *arena);
/* The last reference frees all memory; no node may be in use any more. */
void vma_arena_put(struct vma_arena *arena);
/* Makes sure that so many nodes can be had without failure. 0 or -ENOMEM. */
int vma_arena_reserve(struct vma_arena *arena, unsigned leaves, unsigned inners);
/* A node out of what was reserved: one reference, no slots; the rest is uninitialised. */
struct vma_node *vma_arena_alloc(struct vma_arena *arena, unsigned level);
void vma_arena_free(struct vma_arena *arena, struct vma_node *node, unsigned level);
/* From now on the arena may take at most this many bytes more from the system. */
void vma_arena_limit(struct vma_arena *arena, uint64_t bytes);
#ifdef MM_DEBUG
/* The nth reservation from now on fails. */
void vma_arena_fail_once(struct vma_arena *arena, unsigned nth);
#endif

/* ---- vma_reshape.c ---- */
/* vma_tree_splice() where one leaf is not enough. 0 or -ENOMEM. */
int vma_tree_reshape(struct vma_tree *t, uint64_t start, uint64_t end, const struct vma *with, size_t n);
/* The VMA of addr, which there is, for writing: nodes on the way that a snapshot holds too are copied. NULL: no memory. */
struct vma *vma_tree_own(struct vma_tree *t, uint64_t addr);

#endif
