/*
 * picture.c - the areas of one address space while a recording goes by, in a treap: a search tree by address
 * that is a heap by random priorities, and so stays shallow.
 *
 * It is cut in two at an address and put together again, and a change of a range is two cuts, whatever its
 * size. Loops, not recursion: whoever made the recording may know the priorities and make the tree deep.
 */
#include "picture.h"

#include <inttypes.h>
#include <mseal-emu/mm.h>
#include <stdlib.h>

struct picture_node {
    struct picture_node *left, *right;
    uint64_t priority;
    struct area a;
};

/* Into what begins before addr and what does not. */
static void split(struct picture_node *t, uint64_t addr, struct picture_node **before,
                  struct picture_node **from)
{
    while (t) {
        struct picture_node ***side = t->a.start < addr ? &before : &from;

        **side = t;
        *side = t->a.start < addr ? &t->right : &t->left;
        t = **side;
    }
    *before = *from = NULL;
}

/* All of l is before all of r. */
static struct picture_node *join(struct picture_node *l, struct picture_node *r)
{
    struct picture_node *t, **at = &t;

    while (l && r) {
        struct picture_node **top = l->priority > r->priority ? &l : &r, *node = *top;

        *at = node;
        at = top == &l ? &node->right : &node->left;
        *top = *at;
    }
    *at = l ? l : r;
    return t;
}

/* How many there were. */
static size_t free_tree(struct picture_node *t)
{
    size_t n = 0;

    while (t) {
        struct picture_node *next = t->left;

        if (next) { /* turned until nothing is on the left */
            t->left = next->right;
            next->right = t;
        } else {
            next = t->right;
            free(t);
            n++;
        }
        t = next;
    }
    return n;
}

static struct picture_node *last(struct picture_node *t)
{
    while (t && t->right)
        t = t->right;
    return t;
}

/* xorshift64 */
static uint64_t random_priority(struct picture *p)
{
    uint64_t x = p->seed ? p->seed : 0x9e3779b97f4a7c15;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return p->seed = x;
}

bool picture_apply(struct picture *p, uint64_t start, uint64_t end, const struct area *area, size_t n)
{
    struct picture_node *now = NULL, *before, *old, *after, *t;

    for (size_t i = 0; i < n; i++) {
        t = calloc(1, sizeof(*t));
        if (!t) {
            free_tree(now);
            return false;
        }
        t->priority = random_priority(p);
        t->a = area[i];
        now = join(now, t);
    }
    split(p->root, start, &before, &old);
    t = last(before);
    if (t && t->a.end > start) { /* begins before and reaches in */
        split(before, t->a.start, &before, &t);
        old = join(t, old);
    }
    split(old, end, &old, &after);
    p->count = p->count - free_tree(old) + n;
    p->root = join(join(before, now), after);
    return true;
}

bool picture_list(struct picture *p)
{
    struct picture_node **stack = malloc((p->count + 1) * sizeof(struct picture_node *)), *t = p->root;
    size_t depth = 0;

    if (stack && p->count > p->room) {
        struct area *a = realloc(p->area, p->count * sizeof(*a));

        if (a) {
            p->area = a;
            p->room = p->count;
        }
    }
    p->n = 0;
    if (!stack || p->count > p->room) {
        free(stack);
        return false;
    }
    while (t || depth) {
        for (; t; t = t->left)
            stack[depth++] = t;
        t = stack[--depth];
        p->area[p->n++] = t->a;
        t = t->right;
    }
    free(stack);
    return true;
}

void picture_clear(struct picture *p)
{
    free_tree(p->root);
    p->root = NULL;
    p->count = p->n = 0;
}

void picture_free(struct picture *p)
{
    picture_clear(p);
    free(p->area);
    p->area = NULL;
    p->room = 0;
}

size_t area_text(const struct area *a, char *buf, size_t size)
{
    int n = snprintf(buf, size, "%08" PRIx64 "-%08" PRIx64 " %c%c%c%c %s %08" PRIx64 " %s\n", a->start,
                     a->end, a->flags & VM_READ ? 'r' : '-', a->flags & VM_WRITE ? 'w' : '-',
                     a->flags & VM_EXEC ? 'x' : '-', a->flags & VM_MAYSHARE ? 's' : 'p',
                     a->seal ? "sl" : "--", a->pgoff << MM_PAGE_SHIFT, a->name);

    return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}
