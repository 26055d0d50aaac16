/*
 * pt_range.c - whole ranges of a page table: looking at them, emptying them, moving them. Each walk goes down
 * only where there is something, and copies a shared node only when something in it really changes.
 */
#include "pt_node.h"

#include <errno.h>
#include <string.h>

/* --- walking ---------------------------------------------------------------------------------- */

/* The part of [start, end) below the child of a node at `base`: first and last slot it touches. */
static void slots_of_range(uint64_t base, unsigned level, uint64_t start, uint64_t end, unsigned *lo,
                           unsigned *hi)
{
    uint64_t span = (uint64_t)PT_SLOTS << level_shift(level);

    *lo = start > base ? slot_of(start, level) : 0;
    *hi = end < base + span ? slot_of(end - 1, level) : PT_SLOTS - 1;
}

static int walk_node(const struct pt_node *n, unsigned level, uint64_t base, uint64_t start, uint64_t end,
                     int (*fn)(void *ctx, uint64_t addr, pte_t e), void *ctx)
{
    unsigned lo, hi;

    slots_of_range(base, level, start, end, &lo, &hi);
    pt_each_slot(i, n, level, lo, hi + 1)
    {
        uint64_t addr = base + ((uint64_t)i << level_shift(level));
        int ret =
            level ? walk_node(n->child[i], level - 1, addr, start, end, fn, ctx) : fn(ctx, addr, n->pte[i]);

        if (ret)
            return ret;
    }
    return 0;
}

int pt_walk(const struct pagetable *pt, uint64_t start, uint64_t end,
            int (*fn)(void *ctx, uint64_t addr, pte_t e), void *ctx)
{
    if (end > PT_END)
        end = PT_END;
    if (!pt->root || start >= end)
        return 0;
    return walk_node(pt->root, PT_TOP, 0, start, end, fn, ctx);
}

/* Every munmap asks this, so it looks only at slots that were handed out to be written. */
static bool leaf_empty(struct pt_node *n)
{
    while (n->used) {
        if (!pt_group_empty(n, (unsigned)__builtin_ctz(n->used)))
            return false;
        n->used &= n->used - 1;
    }
    return true;
}

/* --- clearing --------------------------------------------------------------------------------- */

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

/* Nothing is left in *where, a node of ours. */
static void drop_empty(struct pagetable *pt, struct pt_node **where)
{
    pt_node_free(pt, *where, true);
    pt->nodes--;
    *where = NULL;
    pt_forget_leaf(pt);
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
        if (leaf_empty(n))
            drop_empty(c->pt, where);
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
        pt_forget_leaf(c->pt);
    } else if (ndrop) {
        n = pt_node_own(c->pt, where, 0, true);
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
        c->pt->nodes -= pt_node_count(n, level);
        pt_node_put(c->pt, n, level);
        *where = NULL;
        pt_forget_leaf(c->pt);
        return;
    }
    slots_of_range(base, level, c->start, c->end, &lo, &hi);
    for (i = lo; i <= hi && !n->child[i]; i++)
        ;
    if (i > hi && n->used)
        return;
    n = pt_node_own(c->pt, where, level, true);
    for (; i <= hi; i++) {
        if (!n->child[i])
            continue;
        clear_node(c, &n->child[i], level - 1, base + ((uint64_t)i << level_shift(level)));
        if (!n->child[i])
            n->used--;
    }
    if (!n->used)
        drop_empty(c->pt, where);
}

/*
 * Most ranges lie in one leaf: straight down to it, and up again as far as nodes became empty. False: nothing is done, since
 * a node on the way is shared or has no children.
 */
static bool clear_in_leaf(struct clear_ctx *c)
{
    struct pt_node **where[PT_LEVELS];
    unsigned level = PT_TOP;

    if (slot_of(c->start, 0) + ((c->end - c->start) >> MM_PAGE_SHIFT) > PT_SLOTS)
        return false;
    for (where[level] = &c->pt->root; level && *where[level]; level--) {
        struct pt_node *n = *where[level];

        if (n->refs > 1 || !n->used)
            return false;
        where[level - 1] = &n->child[slot_of(c->start, level)];
    }
    if (!*where[level])
        return true;
    clear_leaf(c, where[0], c->start & ~(LEAF_SPAN - 1));
    while (!*where[level] && ++level < PT_LEVELS && !--(*where[level])->used)
        drop_empty(c->pt, where[level]);
    return true;
}

void pt_clear(struct pagetable *pt, uint64_t start, uint64_t end,
              bool (*keep)(void *ctx, uint64_t addr, pte_t e), void *ctx)
{
    struct clear_ctx c = {pt, start, end < PT_END ? end : PT_END, keep, ctx};

    if (pt->root && c.start < c.end && !clear_in_leaf(&c))
        clear_node(&c, &pt->root, PT_TOP, 0);
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

/* --- moving ----------------------------------------------------------------------------------- */

/* How much of `left` bytes can move in one step: up to the end of the nearer leaf. */
static uint64_t move_step(uint64_t from, uint64_t to, uint64_t left)
{
    uint64_t a = LEAF_SPAN - (from & (LEAF_SPAN - 1)), b = LEAF_SPAN - (to & (LEAF_SPAN - 1));
    uint64_t step = a < b ? a : b;

    return step < left ? step : left;
}

/* Makes and unshares what the step from -> to writes. A whole leaf moves by its pointer, so only the parents
 * count. */
static bool move_prepare(struct pagetable *pt, uint64_t from, uint64_t to, uint64_t step)
{
    unsigned level = step == LEAF_SPAN;

    return pt_own_node(pt, from, level) && pt_own_node(pt, to, level);
}

static void move_whole_leaf(struct pagetable *pt, uint64_t from, uint64_t to)
{
    struct pt_node *a = pt_own_node(pt, from, 1), *b = pt_own_node(pt, to, 1);
    struct pt_node **src = &a->child[slot_of(from, 1)], **dst = &b->child[slot_of(to, 1)];

    if (*dst) { /* an empty one */
        pt_node_put(pt, *dst, 0);
        pt->nodes--;
        b->used--;
    }
    *dst = *src;
    *src = NULL;
    a->used--;
    b->used++;
}

/*
 *     from  |..aaaaaaa|bbbbbbbbb|cc.......|     leaves
 *     to    |.....aaaa|aaabbbbbb|bbbcc....|
 *
 * A step ends where either side changes leaf. Where from and to are equal modulo 2 MiB whole leaves change
 * their parent.
 *
 * Two passes, so that running out of memory leaves everything where it was.
 */
int pt_move(struct pagetable *pt, uint64_t from, uint64_t to, uint64_t len)
{
    uint64_t step;

    for (int pass = 0; pass < 2; pass++) {
        for (uint64_t off = 0; off < len; off += step) {
            step = move_step(from + off, to + off, len - off);
            if (!pt_find_leaf(pt, from + off))
                continue;
            if (!pass) {
                if (!move_prepare(pt, from + off, to + off, step))
                    goto out_of_memory;
            } else if (step == LEAF_SPAN) {
                move_whole_leaf(pt, from + off, to + off);
            } else {
                pte_t *src = leaf_slot(pt_own_node(pt, from + off, 0), from + off);
                struct pt_node *leaf = pt_own_node(pt, to + off, 0);
                pte_t *dst = leaf_slot(leaf, to + off);

                leaf->used = UINT32_MAX; /* a look at empty slots costs less than to say here which are not */
                memcpy(dst, src, (step >> MM_PAGE_SHIFT) * sizeof(*dst));
                memset(src, 0, (step >> MM_PAGE_SHIFT) * sizeof(*src));
            }
            pt_forget_leaf(pt);
        }
    }
    pt_prune(pt, from, from + len);
    return 0;
out_of_memory:
    pt_forget_leaf(pt);
    pt_prune(pt, to, to + len);
    return -ENOMEM;
}
