/*
 * vma_node.h - the nodes of the VMA tree and the memory they live in, for vma_*.c only.
 *
 * A node is a row of slots. In a leaf a slot is a VMA, above it is a child; first[] and last[] say which addresses
 * the slot spans, and lie packed at the head of the node, because searching them is what costs cache misses:
 *
 *   inner, level 1       last  | 5000 | 9000 |  inf |        gap: largest free stretch inside the child; the one
 *                        first | 1000 | 6000 |  inf |             between children follows from first and last
 *                        gap   | 2000 |    0 |
 *                        child |  |   |  |   |
 *                       .---------'      '-------.
 *   leaf, level 0   last | 2000 | 5000 |    last | 7000 | 9000 |
 *                  first | 1000 | 4000 |   first | 6000 | 7000 |
 *                     v  | VMA  | VMA  |      v  | VMA  | VMA  |
 *
 * No node knows what lies outside of it, so a change climbs only while it changes what the parent noted down.
 * Nodes have reference counts and are shared by snapshots; only a node with one reference, on a path of such nodes,
 * is written to. Leaves are all equally deep, but may be nearly empty where splits at an edge left them so.
 */
#ifndef MM_VMA_NODE_H
#define MM_VMA_NODE_H

#include "vma_tree.h"

#define VMA_FANOUT     32               /* slots in a node; measured with bench/vma.c, see there */
#define VMA_MIN        (VMA_FANOUT / 4) /* fewer after a removal: the node is joined with a neighbour */
#define VMA_MAX_HEIGHT 16               /* levels; as many as struct vma_iter has room for */
#define VMA_NO_SLOT    UINT64_MAX       /* first and last of unused slots: greater than every address */

struct vma_node {
    uint64_t last[VMA_FANOUT];  /* end of the last VMA in the slot, ascending */
    uint64_t first[VMA_FANOUT]; /* start of the first */
    uint32_t refs;
    uint16_t n;                 /* slots in use */
    uint8_t run_from, run_to;   /* the slots last inserted: [from, to). Insertions that go on from there are a run */
};

struct vma_leaf {
    struct vma_node node;
    struct vma v[VMA_FANOUT];
};

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

/* Slots whose VMAs all end at or below addr. No branch depends on the data: wrong guesses cost more than comparing. */
static inline unsigned vma_slots_below(const struct vma_node *node, uint64_t addr)
{
    unsigned n = 0;

    for (unsigned i = 0; i < VMA_FANOUT; i++)
        n += node->last[i] <= addr;
    return n;
}

/* Slots that begin at or below addr. */
static inline unsigned vma_slots_begun(const struct vma_node *node, uint64_t addr)
{
    unsigned n = 0;

    for (unsigned i = 0; i < VMA_FANOUT; i++)
        n += node->first[i] <= addr;
    return n;
}

/* Largest free stretch between the first and the last VMA below node. */
uint64_t vma_node_gap(const struct vma_node *node, unsigned level);
/* Drops one reference; the last one frees the subtree and its references on files. */
void vma_node_put(struct vma_arena *arena, struct vma_node *node, unsigned level);

/* --- vma_arena.c: memory of nodes, shared by a tree and all snapshots of it ---------------------------------- */

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

#endif
