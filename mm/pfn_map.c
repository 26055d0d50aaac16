/*
 * pfn_map.c - a radix tree of 64-way nodes from page index to frame number.
 *
 * A slot of the lowest level holds pfn + 1, a slot above holds a node; 0 is empty in both. The tree grows a
 * level at the top when an index does not fit; it never loses levels until it is empty.
 */
#include "pfn_map.h"

#include <errno.h>
#include <stdlib.h>

#define MAP_BITS   6
#define MAP_SLOTS  (1u << MAP_BITS)
#define MAP_LEVELS 11 /* 64 bits of index */

struct map_node {
    unsigned used;
    uintptr_t slot[MAP_SLOTS];
};

static unsigned slot_of(uint64_t index, unsigned level)
{
    return index >> (level * MAP_BITS) & (MAP_SLOTS - 1);
}

/* Does an index fit into a tree of so many levels? */
static bool fits(uint64_t index, unsigned height)
{
    return height >= MAP_LEVELS || index >> (height * MAP_BITS) == 0;
}

pfn_t pfn_map_get(const struct pfn_map *m, uint64_t index)
{
    const struct map_node *n = m->root;

    if (!n || !fits(index, m->height))
        return PFN_NONE;
    for (unsigned level = m->height - 1; level; level--) {
        n = (const struct map_node *)n->slot[slot_of(index, level)];
        if (!n)
            return PFN_NONE;
    }
    return (pfn_t)(n->slot[slot_of(index, 0)] - 1);
}

/* Makes the tree high enough: an empty one begins at the right height, another gets new levels above its
 * root. */
static int grow(struct pfn_map *m, uint64_t index)
{
    while (!m->root || !fits(index, m->height)) {
        struct map_node *n = calloc(1, sizeof(*n));

        if (!n)
            return -ENOMEM;
        if (m->root) {
            n->slot[0] = (uintptr_t)m->root;
            n->used = 1;
            m->height++;
        } else {
            for (m->height = 1; !fits(index, m->height); m->height++)
                ;
        }
        m->root = n;
    }
    return 0;
}

int pfn_map_set(struct pfn_map *m, uint64_t index, pfn_t pfn)
{
    struct map_node *n, *made[MAP_LEVELS], *child = NULL;
    unsigned level, nmade = 0;

    if (grow(m, index))
        return -ENOMEM;
    n = m->root;
    for (level = m->height - 1; level && n->slot[slot_of(index, level)]; level--)
        n = (struct map_node *)n->slot[slot_of(index, level)];
    while (nmade <
           level) { /* the missing ones, from below, so that a failure leaves no empty node in the tree */
        made[nmade] = calloc(1, sizeof(*child));
        if (!made[nmade])
            goto fail;
        made[nmade]->slot[slot_of(index, nmade)] = nmade ? (uintptr_t)made[nmade - 1] : (uintptr_t)pfn + 1;
        made[nmade]->used = 1;
        nmade++;
    }
    n->slot[slot_of(index, level)] = level ? (uintptr_t)made[level - 1] : (uintptr_t)pfn + 1;
    n->used++;
    return 0;
fail:
    while (nmade)
        free(made[--nmade]);
    if (!((struct map_node *)m->root)->used) {
        free(m->root);
        m->root = NULL;
        m->height = 0;
    }
    return -ENOMEM;
}

pfn_t pfn_map_erase(struct pfn_map *m, uint64_t index)
{
    struct map_node *path[MAP_LEVELS], *n = m->root;
    uintptr_t found;

    if (!n || !fits(index, m->height))
        return PFN_NONE;
    for (unsigned level = m->height - 1; level; level--) {
        path[level] = n;
        n = (struct map_node *)n->slot[slot_of(index, level)];
        if (!n)
            return PFN_NONE;
    }
    path[0] = n;
    found = n->slot[slot_of(index, 0)];
    if (!found)
        return PFN_NONE;
    for (unsigned level = 0; level < m->height; level++) {
        path[level]->slot[slot_of(index, level)] = 0;
        if (--path[level]->used)
            return (pfn_t)(found - 1);
        free(path[level]);
    }
    m->root = NULL;
    m->height = 0;
    return (pfn_t)(found - 1);
}

/* First used slot at or after *index below n, which covers indices that start at `base`. */
static pfn_t next_in(const struct map_node *n, unsigned level, uint64_t base, uint64_t *index)
{
    unsigned i = *index > base ? slot_of(*index, level) : 0;

    for (; i < MAP_SLOTS; i++) {
        uint64_t start = base + ((uint64_t)i << (level * MAP_BITS));
        pfn_t pfn = PFN_NONE;

        if (!n->slot[i])
            continue;
        if (level) {
            pfn = next_in((const struct map_node *)n->slot[i], level - 1, start, index);
        } else {
            pfn = (pfn_t)(n->slot[i] - 1);
            *index = start;
        }
        if (pfn != PFN_NONE)
            return pfn;
    }
    return PFN_NONE;
}

pfn_t pfn_map_next(const struct pfn_map *m, uint64_t *index)
{
    if (!m->root || !fits(*index, m->height))
        return PFN_NONE;
    return next_in(m->root, m->height - 1, 0, index);
}
