/*
 * pagetable.c - four levels of 512 entries whose nodes are shared between address spaces until one side writes.
 *
 *     level 3        level 2        level 1        level 0 (leaf)
 *     +------+       +------+       +------+       +-----------------+
 *     | 512G | ----> |  1G  | ----> |  2M  | ----> | 512 pte_t of 4K |
 *     +------+       +------+       +------+       +-----------------+
 *
 * After fork two roots point to... one root, with two references. A write goes down from its own root and copies
 * each node on the way that has more than one reference:
 *
 *     parent   child                        parent        child (writes to page 7)
 *         \     /                             |             |
 *         root(2)                          root(1)       root'(1)
 *            |                                |   \      /  |
 *         node(1)          becomes            | node2(2)    |          untouched subtrees stay shared
 *          /    \                          node(1)        node'(1)
 *      leaf(1)  leaf(1)                       \             |
 *                                           leaf(1)       leaf'(1)     frames of leaf: one more reference each
 *
 * A frame has one reference per leaf NODE that shows it (and one from the page cache). So a page belongs to one
 * address space alone when every node on its path and the frame itself have exactly one reference.
 */
#include "pagetable.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PT_BITS   9
#define PT_SLOTS  (1u << PT_BITS)
#define PT_LEVELS 4
#define LEAF_SPAN (UINT64_C(1) << (MM_PAGE_SHIFT + PT_BITS))
#define LEAF_NONE UINT64_MAX
#define PT_END    (UINT64_C(1) << 47)

#define MAX_SPARE 4

struct pt_node {
    uint32_t refs;
    uint32_t used; /* children that are not NULL; leaves do not count, they are written through pointers */
    union {
        pte_t pte[PT_SLOTS];             /* level 0 */
        struct pt_node *child[PT_SLOTS]; /* above */
    };
};

static unsigned level_shift(unsigned level)
{
    return MM_PAGE_SHIFT + level * PT_BITS;
}

static unsigned slot_of(uint64_t addr, unsigned level)
{
    return addr >> level_shift(level) & (PT_SLOTS - 1);
}

static void forget_leaf(struct pagetable *pt)
{
    pt->last = NULL;
    pt->last_base = LEAF_NONE;
    pt->last_own = false;
}

/* --- nodes ------------------------------------------------------------------------------------------------ */

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

/* empty: all its slots are 0. */
static void node_free(struct pagetable *pt, struct pt_node *n, bool empty)
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

/* Drops one reference on a subtree; with the last one go its own references on nodes and frames. */
static void node_put(struct pagetable *pt, struct pt_node *n, unsigned level)
{
    if (--n->refs)
        return;
    for (unsigned i = 0; i < PT_SLOTS; i++) {
        if (level && n->child[i])
            node_put(pt, n->child[i], level - 1);
        else if (!level && n->pte[i] & PTE_PRESENT)
            frame_put(pt->phys, pte_pfn(n->pte[i]));
    }
    node_free(pt, n, false);
}

/* Every munmap asks this, so it looks at 64 bytes at a time. */
static bool leaf_empty(const struct pt_node *n)
{
    for (const pte_t *e = n->pte; e < n->pte + PT_SLOTS; e += 8)
        if ((e[0] | e[1]) | (e[2] | e[3]) | (e[4] | e[5]) | (e[6] | e[7]))
            return false;
    return true;
}

static uint64_t count_nodes(const struct pt_node *n, unsigned level)
{
    uint64_t sum = 1;

    for (unsigned i = 0; level && i < PT_SLOTS; i++)
        if (n->child[i])
            sum += count_nodes(n->child[i], level - 1);
    return sum;
}

/* The node in *where, ours alone: copied if somebody else has it too. NULL: out of memory. */
static struct pt_node *node_own(struct pagetable *pt, struct pt_node **where, unsigned level, bool must)
{
    struct pt_node *old = *where, *n;

    if (old->refs == 1)
        return old;
    n = node_new(pt, must);
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
    forget_leaf(pt);
    return n;
}

/* --- the table ------------------------------------------------------------------------------------------------ */

void pt_init(struct pagetable *pt, struct physmem *phys)
{
    memset(pt, 0, sizeof(*pt));
    pt->phys = phys;
    forget_leaf(pt);
}

void pt_destroy(struct pagetable *pt)
{
    if (pt->root)
        node_put(pt, pt->root, PT_LEVELS - 1);
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
    forget_leaf(child);
    parent->last_own = false;
}

/* The leaf of addr, remembered in pt->last; NULL: none. */
static struct pt_node *find_leaf(struct pagetable *pt, uint64_t addr)
{
    struct pt_node *n = pt->root;
    bool own = true;

    if ((addr & ~(LEAF_SPAN - 1)) == pt->last_base)
        return pt->last;
    if (addr >= PT_END || !n)
        return NULL;
    for (unsigned level = PT_LEVELS - 1; level; level--) {
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
    const struct pt_node *leaf = find_leaf(pt, addr);

    return leaf ? leaf->pte[slot_of(addr, 0)] : 0;
}

bool pt_exclusive(struct pagetable *pt, uint64_t addr)
{
    const struct pt_node *leaf = find_leaf(pt, addr);
    pte_t e;

    if (!leaf)
        return false;
    if (!pt->last_own) { /* since we looked, the other side may have gone */
        forget_leaf(pt);
        leaf = find_leaf(pt, addr);
    }
    e = leaf->pte[slot_of(addr, 0)];
    return pt->last_own && e & PTE_PRESENT && pte_pfn(e) && pt->phys->frames[pte_pfn(e)].refs == 1;
}

/* The node of addr at a level, made if it is missing, with its whole path ours alone. NULL: out of memory. */
static struct pt_node *own_node(struct pagetable *pt, uint64_t addr, unsigned level)
{
    struct pt_node **where = &pt->root, *parent = NULL;

    if (addr >= PT_END)
        return NULL;
    for (unsigned l = PT_LEVELS - 1;; l--) {
        if (!*where) {
            *where = node_new(pt, false);
            if (!*where)
                return NULL;
            pt->nodes++;
            if (parent)
                parent->used++;
        } else if (!node_own(pt, where, l, false)) {
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
        return &pt->last->pte[slot_of(addr, 0)];
    leaf = own_node(pt, addr, 0);
    if (!leaf)
        return NULL;
    pt->last = leaf;
    pt->last_base = addr & ~(LEAF_SPAN - 1);
    pt->last_own = true;
    return &leaf->pte[slot_of(addr, 0)];
}

/* --- walking ---------------------------------------------------------------------------------------------------- */

/* The part of [start, end) below the child of a node at `base`: first and last slot it touches. */
static void slots_of_range(uint64_t base, unsigned level, uint64_t start, uint64_t end, unsigned *lo, unsigned *hi)
{
    uint64_t span = (uint64_t)PT_SLOTS << level_shift(level);

    *lo = start > base ? slot_of(start, level) : 0;
    *hi = end < base + span ? slot_of(end - 1, level) : PT_SLOTS - 1;
}

static int walk_node(const struct pt_node *n, unsigned level, uint64_t base, uint64_t start, uint64_t end,
                     int (*fn)(void *ctx, uint64_t addr, pte_t e), void *ctx)
{
    unsigned lo, hi;
    int ret = 0;

    slots_of_range(base, level, start, end, &lo, &hi);
    for (unsigned i = lo; i <= hi && !ret; i++) {
        uint64_t addr = base + ((uint64_t)i << level_shift(level));

        if (!level && n->pte[i])
            ret = fn(ctx, addr, n->pte[i]);
        else if (level && n->child[i])
            ret = walk_node(n->child[i], level - 1, addr, start, end, fn, ctx);
    }
    return ret;
}

int pt_walk(const struct pagetable *pt, uint64_t start, uint64_t end,
            int (*fn)(void *ctx, uint64_t addr, pte_t e), void *ctx)
{
    if (end > PT_END)
        end = PT_END;
    if (!pt->root || start >= end)
        return 0;
    return walk_node(pt->root, PT_LEVELS - 1, 0, start, end, fn, ctx);
}

/* --- clearing --------------------------------------------------------------------------------------------------- */

struct clear_ctx {
    struct pagetable *pt;
    uint64_t start, end;
    bool (*keep)(void *ctx, uint64_t addr, pte_t e);
    void *ctx;
};

static void clear_entry(struct pagetable *pt, pte_t *e)
{
    if (*e & PTE_PRESENT)
        frame_put(pt->phys, pte_pfn(*e));
    *e = 0;
}

/* A leaf takes *where with it when nothing is left in it. A shared one is only copied if something is. */
static void clear_leaf(struct clear_ctx *c, struct pt_node **where, uint64_t base)
{
    struct pt_node *n = *where;
    bool drop[PT_SLOTS];
    unsigned lo, hi, left = 0, ndrop = 0;

    slots_of_range(base, 0, c->start, c->end, &lo, &hi);
    if (n->refs == 1) {
        for (unsigned i = lo; i <= hi; i++)
            if (n->pte[i] && !(c->keep && c->keep(c->ctx, base + ((uint64_t)i << MM_PAGE_SHIFT), n->pte[i])))
                clear_entry(c->pt, &n->pte[i]);
        if (leaf_empty(n)) {
            node_free(c->pt, n, true);
            c->pt->nodes--;
            *where = NULL;
            forget_leaf(c->pt);
        }
        return;
    }
    for (unsigned i = 0; i < PT_SLOTS; i++) {
        drop[i] = n->pte[i] && i >= lo && i <= hi &&
                  !(c->keep && c->keep(c->ctx, base + ((uint64_t)i << MM_PAGE_SHIFT), n->pte[i]));
        ndrop += drop[i];
        left += n->pte[i] && !drop[i];
    }
    if (!left) {
        n->refs--;
        c->pt->nodes--;
        *where = NULL;
        forget_leaf(c->pt);
    } else if (ndrop) {
        n = node_own(c->pt, where, 0, true);
        for (unsigned i = lo; i <= hi; i++)
            if (drop[i])
                clear_entry(c->pt, &n->pte[i]);
    }
}

static void clear_node(struct clear_ctx *c, struct pt_node **where, unsigned level, uint64_t base)
{
    uint64_t span = (uint64_t)PT_SLOTS << level_shift(level);
    struct pt_node *n = *where;
    unsigned lo, hi, i;

    if (!level) {
        clear_leaf(c, where, base);
        return;
    }
    if (!c->keep && c->start <= base && base + span <= c->end) {
        c->pt->nodes -= count_nodes(n, level);
        node_put(c->pt, n, level);
        *where = NULL;
        forget_leaf(c->pt);
        return;
    }
    slots_of_range(base, level, c->start, c->end, &lo, &hi);
    for (i = lo; i <= hi && !n->child[i]; i++)
        ;
    if (i > hi && n->used)
        return;
    n = node_own(c->pt, where, level, true);
    for (; i <= hi; i++) {
        if (!n->child[i])
            continue;
        clear_node(c, &n->child[i], level - 1, base + ((uint64_t)i << level_shift(level)));
        if (!n->child[i])
            n->used--;
    }
    if (!n->used) {
        node_free(c->pt, n, true);
        c->pt->nodes--;
        *where = NULL;
        forget_leaf(c->pt);
    }
}

void pt_clear(struct pagetable *pt, uint64_t start, uint64_t end,
              bool (*keep)(void *ctx, uint64_t addr, pte_t e), void *ctx)
{
    struct clear_ctx c = { pt, start, end < PT_END ? end : PT_END, keep, ctx };

    if (pt->root && c.start < c.end)
        clear_node(&c, &pt->root, PT_LEVELS - 1, 0);
}

static bool keep_all(void *ctx, uint64_t addr, pte_t e)
{
    return true;
}

/* Frees the nodes of [start, end) that hold nothing. */
static void pt_prune(struct pagetable *pt, uint64_t start, uint64_t end)
{
    pt_clear(pt, start, end, keep_all, NULL);
}

/* --- moving ------------------------------------------------------------------------------------------------------- */

/* How much of `left` bytes can move in one step: up to the end of the nearer leaf. */
static uint64_t move_step(uint64_t from, uint64_t to, uint64_t left)
{
    uint64_t a = LEAF_SPAN - (from & (LEAF_SPAN - 1)), b = LEAF_SPAN - (to & (LEAF_SPAN - 1));
    uint64_t step = a < b ? a : b;

    return step < left ? step : left;
}

/* Makes and unshares what the step from -> to writes. A whole leaf moves by its pointer, so only the parents count. */
static bool move_prepare(struct pagetable *pt, uint64_t from, uint64_t to, uint64_t step)
{
    unsigned level = step == LEAF_SPAN;

    return own_node(pt, from, level) && own_node(pt, to, level);
}

static void move_whole_leaf(struct pagetable *pt, uint64_t from, uint64_t to)
{
    struct pt_node *a = own_node(pt, from, 1), *b = own_node(pt, to, 1);
    struct pt_node **src = &a->child[slot_of(from, 1)], **dst = &b->child[slot_of(to, 1)];

    if (*dst) { /* an empty one */
        node_put(pt, *dst, 0);
        pt->nodes--;
        b->used--;
    }
    *dst = *src;
    *src = NULL;
    a->used--;
    b->used++;
}

/*
 *   from    |..aaaaaaa|bbbbbbbbb|cc.......|        leaves; a step ends where either side changes leaf. Where from
 *   to   |.....aaaa|aaabbbbbb|bbbcc....|           and to are equal modulo 2 MiB whole leaves change their parent.
 *
 * Two passes, so that running out of memory leaves everything where it was.
 */
int pt_move(struct pagetable *pt, uint64_t from, uint64_t to, uint64_t len)
{
    uint64_t step;

    for (int pass = 0; pass < 2; pass++) {
        for (uint64_t off = 0; off < len; off += step) {
            step = move_step(from + off, to + off, len - off);
            if (!find_leaf(pt, from + off))
                continue;
            if (!pass) {
                if (!move_prepare(pt, from + off, to + off, step))
                    goto out_of_memory;
            } else if (step == LEAF_SPAN) {
                move_whole_leaf(pt, from + off, to + off);
            } else {
                pte_t *src = &own_node(pt, from + off, 0)->pte[slot_of(from + off, 0)];
                pte_t *dst = &own_node(pt, to + off, 0)->pte[slot_of(to + off, 0)];

                memcpy(dst, src, (step >> MM_PAGE_SHIFT) * sizeof(*dst));
                memset(src, 0, (step >> MM_PAGE_SHIFT) * sizeof(*src));
            }
            forget_leaf(pt);
        }
    }
    pt_prune(pt, from, from + len);
    return 0;
out_of_memory:
    forget_leaf(pt);
    pt_prune(pt, to, to + len);
    return -ENOMEM;
}

/* --- checking ------------------------------------------------------------------------------------------------------- */

static int check_node(const struct pt_node *n, unsigned level, FILE *why)
{
    unsigned used = 0;

    if (!n->refs)
        return fprintf(why, "a page table node without references\n"), -EINVAL;
    for (unsigned i = 0; level && i < PT_SLOTS; i++) {
        if (!n->child[i])
            continue;
        used++;
        if (check_node(n->child[i], level - 1, why))
            return -EINVAL;
    }
    if (level && used != n->used)
        return fprintf(why, "a page table node of level %u counts %u children, has %u\n", level, n->used, used), -EINVAL;
    return 0;
}

int pt_check(const struct pagetable *pt, FILE *why)
{
    uint64_t nodes = pt->root ? count_nodes(pt->root, PT_LEVELS - 1) : 0;
    struct pagetable fresh = *pt;

    if (nodes != pt->nodes)
        return fprintf(why, "%" PRIu64 " page table nodes counted, there are %" PRIu64 "\n", pt->nodes, nodes), -EINVAL;
    if (pt->root && check_node(pt->root, PT_LEVELS - 1, why))
        return -EINVAL;
    forget_leaf(&fresh);
    if (pt->last && find_leaf(&fresh, pt->last_base) != pt->last)
        return fprintf(why, "the remembered leaf of %#" PRIx64 " is stale\n", pt->last_base), -EINVAL;
    if (pt->last_own && !fresh.last_own)
        return fprintf(why, "the leaf of %#" PRIx64 " is taken for our own but shared\n", pt->last_base), -EINVAL;
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
    for (unsigned i = 0; i < PT_SLOTS; i++) {
        if (!level && n->pte[i] & PTE_PRESENT)
            c->shown[pte_pfn(n->pte[i])]++;
        else if (level && n->child[i] && !census_node(c, n->child[i], level - 1))
            return false;
    }
    return true;
}

bool pt_census_add(struct pt_census *c, const struct pagetable *pt)
{
    return !pt->root || census_node(c, pt->root, PT_LEVELS - 1);
}

int pt_census_check(const struct pt_census *c, FILE *why)
{
    for (size_t i = 0; i < c->size; i++)
        if (c->seen[i] && c->seen[i]->refs != c->parents[i])
            return fprintf(why, "a page table node has %u references and %u parents\n", c->seen[i]->refs, c->parents[i]),
                   -EINVAL;
    return 0;
}
