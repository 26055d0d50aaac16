/*
 * pt_check.c - is a page table in order, and does every node and frame have as many references as are held?
 */
#include "pt_node.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* *nodes counts what is looked at. */
static int check_node(const struct pt_node *n, unsigned level, uint64_t *nodes, FILE *why)
{
    unsigned used = 0;

    ++*nodes;
    if (!n->refs)
        return fprintf(why, "a page table node without references\n"), -EINVAL;
    for (unsigned group = 0; !level && group < PT_SLOTS / PT_GROUP; group++)
        if (!(n->used >> group & 1) && !pt_group_empty(n, group))
            return fprintf(why, "slots of a page table leaf from %u on are not known to be written\n",
                           group * PT_GROUP),
                   -EINVAL;
    if (!level)
        return 0;
    pt_each_slot(i, n, level, 0, PT_SLOTS)
    {
        used++;
        if (check_node(n->child[i], level - 1, nodes, why))
            return -EINVAL;
    }
    if (used != n->used)
        return fprintf(why, "a page table node of level %u counts %u children, has %u\n", level, n->used,
                       used),
               -EINVAL;
    return 0;
}

int pt_check(const struct pagetable *pt, FILE *why)
{
    struct pagetable fresh = *pt;
    uint64_t nodes = 0;

    if (pt->root && check_node(pt->root, PT_TOP, &nodes, why))
        return -EINVAL;
    if (nodes != pt->nodes)
        return fprintf(why, "%" PRIu64 " page table nodes counted, there are %" PRIu64 "\n", pt->nodes,
                       nodes),
               -EINVAL;
    pt_forget_leaf(&fresh);
    if (pt->last && pt_find_leaf(&fresh, pt->last_base) != pt->last)
        return fprintf(why, "the remembered leaf of %#" PRIx64 " is stale\n", pt->last_base), -EINVAL;
    if (pt->last_own && !fresh.last_own)
        return fprintf(why, "the leaf of %#" PRIx64 " is taken for our own but shared\n", pt->last_base),
               -EINVAL;
    return 0;
}

static size_t census_slot(const struct pt_census *c, const struct pt_node *n)
{
    size_t i = ((uintptr_t)n >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 20 & (c->size - 1);

    while (c->seen[i] && c->seen[i] != n)
        i = (i + 1) & (c->size - 1);
    return i;
}

static bool census_grow(struct pt_census *c)
{
    struct pt_census old = *c;

    c->size = old.size ? old.size * 2 : 1024;
    c->seen = calloc(c->size, sizeof(*c->seen));
    c->parents = calloc(c->size, sizeof(*c->parents));
    if (!c->seen || !c->parents)
        return false;
    for (size_t i = 0; i < old.size; i++) {
        if (!old.seen[i])
            continue;
        c->seen[census_slot(c, old.seen[i])] = old.seen[i];
        c->parents[census_slot(c, old.seen[i])] = old.parents[i];
    }
    free(old.seen);
    free(old.parents);
    return true;
}

static bool census_node(struct pt_census *c, const struct pt_node *n, unsigned level)
{
    size_t at;

    if (c->nseen * 2 >= c->size && !census_grow(c))
        return false;
    at = census_slot(c, n);
    c->parents[at]++;
    if (c->seen[at])
        return true;
    c->seen[at] = n;
    c->nseen++;
    pt_each_slot(i, n, level, 0, PT_SLOTS)
    {
        if (!level && n->pte[i] & PTE_PRESENT)
            c->shown[pte_pfn(n->pte[i])]++;
        else if (level && !census_node(c, n->child[i], level - 1))
            return false;
    }
    return true;
}

bool pt_census_add(struct pt_census *c, const struct pagetable *pt)
{
    return !pt->root || census_node(c, pt->root, PT_TOP);
}

int pt_census_check(const struct pt_census *c, FILE *why)
{
    for (size_t i = 0; i < c->size; i++)
        if (c->seen[i] && c->seen[i]->refs != c->parents[i])
            return fprintf(why, "a page table node has %u references and %u parents\n", c->seen[i]->refs,
                           c->parents[i]),
                   -EINVAL;
    return 0;
}
