/*
 * pagetable.c - four levels of 512 entries whose nodes are shared between address spaces until one side
 * writes.
 *
 *     level 3        level 2        level 1        level 0 (leaf)
 *     +------+       +------+       +------+       +-----------------+
 *     | 512G | ----> |  1G  | ----> |  2M  | ----> | 512 pte_t of 4K |
 *     +------+       +------+       +------+       +-----------------+
 *
 * After fork both tables have one root, with two references. A write goes down from its own root and
 * copies each node on the way that has more than one reference:
 *
 *     parent   child                        parent        child (writes to page 7)
 *         \     /                             |             |
 *         root(2)                          root(1)       root'(1)
 *            |                                |   \      /  |
 *         node(1)          becomes            | node2(2)    |          the rest stays shared
 *          /    \                          node(1)        node'(1)
 *      leaf(1)  leaf(1)                       \             |
 *                                           leaf(1)       leaf'(1)     frames: one more reference
 *
 * A frame has one reference per leaf NODE that shows it (and one from the page cache). So a page belongs to
 * one address space alone when every node on its path and the frame itself have exactly one reference.
 */
#include "pt_node.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SPARE 4

/* --- nodes ------------------------------------------------------------------------------------ */

/* must: the caller cannot fail (unmapping); then the host's own exhaustion is the end. */
static struct pt_node *node_new(struct pagetable *pt, bool must)
{
    struct pt_node *n;

    if (!physmem_charge(pt->phys, must))
        return NULL;
    n = pt->spare;
    if (n) {
        pt->spare = n->child[0];
        pt->nspare--;
        n->child[0] = NULL;
    } else {
        n = calloc(1, sizeof(*n));
    }
    if (n) {
        n->refs = 1;
        return n;
    }
    physmem_uncharge(pt->phys);
    if (must) {
        fputs("mseal-emu: the host is out of memory while unmapping\n", stderr);
        abort();
    }
    return NULL;
}

void pt_node_free(struct pagetable *pt, struct pt_node *n, bool empty)
{
    physmem_uncharge(pt->phys);
    if (empty && pt->nspare < MAX_SPARE) {
        n->child[0] = pt->spare;
        pt->spare = n;
        pt->nspare++;
    } else {
        free(n);
    }
}

void pt_node_put(struct pagetable *pt, struct pt_node *n, unsigned level)
{
    if (--n->refs)
        return;
    pt_each_slot(i, n, level, 0, PT_SLOTS)
    {
        if (level)
            pt_node_put(pt, n->child[i], level - 1);
        else if (n->pte[i] & PTE_PRESENT)
            frame_put(pt->phys, pte_pfn(n->pte[i]));
    }
    pt_node_free(pt, n, false);
}

uint64_t pt_node_count(const struct pt_node *n, unsigned level)
{
    uint64_t sum = 1;

    if (level)
        pt_each_slot(i, n, level, 0, PT_SLOTS) sum += pt_node_count(n->child[i], level - 1);
    return sum;
}

struct pt_node *pt_node_copy(struct pagetable *pt, struct pt_node **where, unsigned level, bool must)
{
    struct pt_node *old = *where, *n = node_new(pt, must);

    if (!n)
        return NULL;
    n->used = old->used;
    memcpy(n->pte, old->pte, sizeof(n->pte));
    for (unsigned i = 0; i < PT_SLOTS; i++) {
        if (level && n->child[i])
            n->child[i]->refs++;
        else if (!level && n->pte[i] & PTE_PRESENT)
            frame_get(pt->phys, pte_pfn(n->pte[i]));
    }
    old->refs--;
    *where = n;
    pt_forget_leaf(pt);
    return n;
}

/* --- the table -------------------------------------------------------------------------------- */

void pt_init(struct pagetable *pt, struct physmem *phys)
{
    memset(pt, 0, sizeof(*pt));
    pt->phys = phys;
    pt_forget_leaf(pt);
}

void pt_destroy(struct pagetable *pt)
{
    if (pt->root)
        pt_node_put(pt, pt->root, PT_TOP);
    for (struct pt_node *n = pt->spare, *next; n; n = next) {
        next = n->child[0];
        free(n);
    }
    pt_init(pt, pt->phys);
}

void pt_share(struct pagetable *child, struct pagetable *parent)
{
    child->root = parent->root;
    child->nodes = parent->nodes;
    if (child->root)
        child->root->refs++;
    pt_forget_leaf(child);
    parent->last_own = false;
}

struct pt_node *pt_find_leaf(struct pagetable *pt, uint64_t addr)
{
    struct pt_node *n = pt->root;
    bool own = true;

    if ((addr & ~(LEAF_SPAN - 1)) == pt->last_base)
        return pt->last;
    if (addr >= PT_END || !n)
        return NULL;
    for (unsigned level = PT_TOP; level; level--) {
        own &= n->refs == 1;
        n = n->child[slot_of(addr, level)];
        if (!n)
            return NULL;
    }
    pt->last = n;
    pt->last_base = addr & ~(LEAF_SPAN - 1);
    pt->last_own = own && n->refs == 1;
    return n;
}

pte_t pt_get(struct pagetable *pt, uint64_t addr)
{
    const struct pt_node *leaf = pt_find_leaf(pt, addr);

    return leaf ? leaf->pte[slot_of(addr, 0)] : 0;
}

/* The entry at addr, if it shows a frame and no other table has a node on the path to it; else 0. */
static inline pte_t own_entry(struct pagetable *pt, uint64_t addr)
{
    const struct pt_node *leaf = pt_find_leaf(pt, addr);
    pte_t e;

    if (!leaf)
        return 0;
    if (!pt->last_own) { /* since we looked, the other side may have gone */
        pt_forget_leaf(pt);
        leaf = pt_find_leaf(pt, addr);
    }
    e = leaf->pte[slot_of(addr, 0)];
    return pt->last_own && e & PTE_PRESENT && pte_pfn(e) ? e : 0;
}

bool pt_exclusive(struct pagetable *pt, uint64_t addr)
{
    pte_t e = own_entry(pt, addr);

    return e && pt->phys->frames[pte_pfn(e)].refs == 1;
}

bool pt_mapped_once(struct pagetable *pt, uint64_t addr)
{
    pte_t e = own_entry(pt, addr);
    const struct frame *f = &pt->phys->frames[pte_pfn(e)];

    return e && f->refs == 1 + (f->obj != NULL);
}

struct pt_node *pt_own_node(struct pagetable *pt, uint64_t addr, unsigned level)
{
    struct pt_node **where = &pt->root, *parent = NULL;

    if (addr >= PT_END)
        return NULL;
    for (unsigned l = PT_TOP;; l--) {
        if (!*where) {
            *where = node_new(pt, false);
            if (!*where)
                return NULL;
            pt->nodes++;
            if (parent)
                parent->used++;
        } else if (!pt_node_own(pt, where, l, false)) {
            return NULL;
        }
        if (l == level)
            return *where;
        parent = *where;
        where = &parent->child[slot_of(addr, l)];
    }
}

pte_t *pt_slot(struct pagetable *pt, uint64_t addr)
{
    struct pt_node *leaf;

    if ((addr & ~(LEAF_SPAN - 1)) == pt->last_base && pt->last_own)
        return leaf_slot(pt->last, addr);
    leaf = pt_own_node(pt, addr, 0);
    if (!leaf)
        return NULL;
    pt->last = leaf;
    pt->last_base = addr & ~(LEAF_SPAN - 1);
    pt->last_own = true;
    return leaf_slot(leaf, addr);
}
