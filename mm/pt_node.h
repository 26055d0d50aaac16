/*
 * pt_node.h - the nodes of a page table, for the files that walk them: pagetable.c, pt_range.c, pt_check.c.
 */
#ifndef MM_PT_NODE_H
#define MM_PT_NODE_H

#include "pagetable.h"

#define PT_BITS   9
#define PT_SLOTS  (1u << PT_BITS)
#define PT_GROUP  (PT_SLOTS / 32)
#define PT_LEVELS 4
#define PT_TOP    (PT_LEVELS - 1)
#define PT_END    (UINT64_C(1) << 47)
#define LEAF_SPAN (UINT64_C(1) << (MM_PAGE_SHIFT + PT_BITS))
#define LEAF_NONE UINT64_MAX

struct pt_node {
    uint32_t refs;
    /* Above: how many children are not NULL. In a leaf, which is written through pointers: bit i is set if
     * its slots from i * PT_GROUP on may hold something. */
    uint32_t used;
    union {
        pte_t pte[PT_SLOTS];             /* level 0 */
        struct pt_node *child[PT_SLOTS]; /* above */
    };
};

static inline unsigned level_shift(unsigned level)
{
    return MM_PAGE_SHIFT + level * PT_BITS;
}

static inline unsigned slot_of(uint64_t addr, unsigned level)
{
    return addr >> level_shift(level) & (PT_SLOTS - 1);
}

/* The sanitizers would look at each load, and make the check after every change of an address space ten times as dear:
 * these two only read a node at hand, from its first slot to its last. */
#define PT_TRUSTED __attribute__((no_sanitize("address", "undefined")))

static inline PT_TRUSTED bool pt_group_empty(const struct pt_node *n, unsigned group)
{
    const pte_t *e = n->pte + group * PT_GROUP;
    pte_t any = 0;

#pragma GCC unroll 16
    for (unsigned i = 0; i < PT_GROUP; i++)
        any |= e[i];
    return !any;
}

/* The first slot from i on, below end, that holds something; end: none does. Most are empty, so they are passed over
 * in groups, in a leaf without a look at those that were never written. */
static inline PT_TRUSTED unsigned pt_next_slot(const struct pt_node *n, unsigned level, unsigned i,
                                               unsigned end)
{
    while (i < end && !n->pte[i]) {
        unsigned group = i / PT_GROUP;

        if ((!level && !(n->used >> group & 1)) || (i % PT_GROUP == 0 && pt_group_empty(n, group)))
            i = (group + 1) * PT_GROUP;
        else
            i++;
    }
    return i < end ? i : end;
}

/* Each slot of node n from lo on, below end, that holds something. */
#define pt_each_slot(i, n, level, lo, end)                                                                   \
    for (unsigned i = pt_next_slot(n, level, lo, end); i < (end); i = pt_next_slot(n, level, i + 1, end))

/* A slot of a leaf, to be written at once: the next clearing looks at what is there by then. */
static inline pte_t *leaf_slot(struct pt_node *leaf, uint64_t addr)
{
    unsigned i = slot_of(addr, 0);

    leaf->used |= 1u << i / PT_GROUP;
    return &leaf->pte[i];
}

/* To be called when pt->last may be gone, or be somebody else's as well. */
static inline void pt_forget_leaf(struct pagetable *pt)
{
    pt->last = NULL;
    pt->last_base = LEAF_NONE;
    pt->last_own = false;
}

/* Back to where it came from. empty: all its slots are 0. */
void pt_node_free(struct pagetable *pt, struct pt_node *n, bool empty);
/* Drops one reference on a subtree; with the last one go its own references on nodes and frames. */
void pt_node_put(struct pagetable *pt, struct pt_node *n, unsigned level);
/* Puts a copy of our own in the place of a node that somebody else has too. NULL: out of memory (never if must). */
struct pt_node *pt_node_copy(struct pagetable *pt, struct pt_node **where, unsigned level, bool must);
/* The node in *where, ours alone: copied if somebody else has it too. NULL as above. */
static inline struct pt_node *pt_node_own(struct pagetable *pt, struct pt_node **where, unsigned level,
                                          bool must)
{
    return (*where)->refs == 1 ? *where : pt_node_copy(pt, where, level, must);
}
/* Nodes of a subtree. */
uint64_t pt_node_count(const struct pt_node *n, unsigned level);
/* The leaf of addr, remembered in pt->last; NULL: none. */
struct pt_node *pt_find_leaf(struct pagetable *pt, uint64_t addr);
/* The node of addr at a level, made if it is missing, with its whole path ours alone. NULL: out of memory. */
struct pt_node *pt_own_node(struct pagetable *pt, uint64_t addr, unsigned level);

#endif
