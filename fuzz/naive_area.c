/*
 * naive_area.c - VMAs as runs of page records: where one begins and ends, cutting, joining, room, limits.
 */
#include "naive.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

unsigned naive_begin(const struct naive *w, unsigned i)
{
    while (!w->page[i].first)
        i--;
    return i;
}

unsigned naive_end(const struct naive *w, unsigned i)
{
    for (i++; naive_mapped(w, i) && !w->page[i].first; i++)
        ;
    return i;
}

unsigned naive_next(const struct naive *w, unsigned i)
{
    while (i < w->n && !w->page[i].flags)
        i++;
    return i;
}

void naive_cut(struct naive *w, unsigned i)
{
    if (naive_mapped(w, i))
        w->page[i].first = true;
}

/* Two sets of private pages can't be one; a VMA without any joins a set, unless fork made that. */
static bool families_agree(uint32_t a, uint32_t b, bool a_grew)
{
    return a == b || ((!a || !b) && !((a_grew ? b : a | b) & FAMILY_FORKED));
}

/* Pages i - 1 and i lie in two VMAs: could these be one? Then they are. */
static void join(struct naive *w, unsigned i, bool grew)
{
    const struct naive_page *a, *b = &w->page[i];
    uint32_t family;
    uint64_t sticky;
    unsigned from, to;

    if (!i || !naive_mapped(w, i) || !naive_mapped(w, i - 1) || !b->first)
        return;
    a = b - 1;
    if (((a->flags ^ b->flags) & ~NAIVE_STICKY) || a->file != b->file || a->sealed != b->sealed ||
        a->policy != b->policy || b->pgoff != a->pgoff + 1 || !families_agree(a->family, b->family, grew))
        return;
    family = a->family ? a->family : b->family;
    sticky = (a->flags | b->flags) & NAIVE_STICKY;
    from = naive_begin(w, i - 1);
    to = naive_end(w, i);
    w->page[i].first = false;
    for (i = from; i < to; i++) {
        w->page[i].family = family;
        w->page[i].flags |= sticky;
    }
}

void naive_join(struct naive *w, unsigned i)
{
    join(w, i, false);
}

void naive_join_grown(struct naive *w, unsigned i)
{
    join(w, i, true);
}

void naive_change(struct naive *w, unsigned from, unsigned to, const struct naive_page *as)
{
    bool left = w->page[from].first, right = !naive_mapped(w, to) || w->page[to].first;

    naive_cut(w, from);
    naive_cut(w, to);
    for (unsigned i = from; i < to; i++) {
        w->page[i].flags = as->flags;
        w->page[i].sealed = as->sealed;
        w->page[i].policy = as->policy;
    }
    if (left)
        naive_join(w, from);
    if (right)
        naive_join(w, to);
}

void naive_insert(struct naive *w, unsigned from, unsigned to, const struct naive_page *as, bool merge)
{
    for (unsigned i = from; i < to; i++) {
        w->page[i] = *as;
        w->page[i].pgoff += i - from;
        w->page[i].first = i == from;
        naive_drop(&w->page[i]);
    }
    if (merge) {
        naive_join(w, from);
        naive_join(w, to);
    }
}

void naive_clear(struct naive *w, unsigned from, unsigned to)
{
    naive_cut(w, to);
    memset(&w->page[from], 0, (to - from) * sizeof(w->page[0]));
}

int naive_may_unmap(struct naive *w, unsigned from, unsigned to)
{
    unsigned first = naive_next(w, from);

    for (unsigned i = first; i < to; i++) {
        if (!w->page[i].sealed || !w->page[i].flags)
            continue;
        /* The first VMA was cut before the next one was looked at, and stays cut. */
        if (i >= naive_end(w, first))
            naive_cut(w, from);
        return -EPERM;
    }
    return 0;
}

int naive_munmap(struct naive *w, uint64_t addr, uint64_t len)
{
    unsigned from, to;
    int err;

    if (addr % MM_PAGE_SIZE || addr > MM_TASK_SIZE || len > MM_TASK_SIZE - addr || !MM_PAGE_ALIGN(len))
        return -EINVAL;
    if (!naive_pages(w, addr, len, &from, &to))
        return 0;
    err = naive_may_unmap(w, from, to);
    if (!err)
        naive_clear(w, from, to);
    return err;
}

bool naive_pages(const struct naive *w, uint64_t addr, uint64_t len, unsigned *from, unsigned *to)
{
    uint64_t pages = MM_PAGE_ALIGN(len) >> MM_PAGE_SHIFT;

    if (addr < ARENA || addr >= ARENA + w->n * MM_PAGE_SIZE)
        return false;
    *from = (unsigned)((addr - ARENA) >> MM_PAGE_SHIFT);
    if (pages > w->n - *from)
        return false;
    *to = *from + (unsigned)pages;
    return true;
}

/* ---- limits ---- */

/* Pages with (flags & mask) == want, mapped. */
static uint64_t naive_count(const struct naive *w, uint64_t mask, uint64_t want)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < w->n; i++)
        n += w->page[i].flags && (w->page[i].flags & mask) == want;
    return n;
}

#define DATA_MASK (VM_WRITE | VM_SHARED | VM_GROWSDOWN)

bool naive_may_expand(const struct naive *w, uint64_t flags, uint64_t pages)
{
    if (w->world->as_room && naive_count(w, 0, 0) + pages > w->world->as_room)
        return false;
    return !w->world->data_room || (flags & DATA_MASK) != VM_WRITE ||
           naive_count(w, DATA_MASK, VM_WRITE) + pages <= w->world->data_room;
}

uint64_t naive_locked(const struct naive *w)
{
    return naive_count(w, VM_LOCKED, VM_LOCKED) + w->leak;
}

bool naive_may_lock(const struct naive *w, uint64_t flags, uint64_t pages)
{
    return !(flags & VM_LOCKED) || w->world->cap_ipc_lock ||
           naive_locked(w) + pages <= w->world->memlock >> MM_PAGE_SHIFT;
}

bool naive_can_lock(const struct naive *w)
{
    return w->world->memlock || w->world->cap_ipc_lock;
}

/* ---- room ---- */

static bool is_free(const struct naive *w, unsigned i, uint64_t pages)
{
    return pages <= w->n - i && naive_next(w, i) >= i + pages;
}

/* Does what lies above page i want a gap below, which is larger than the arena? */
static bool below_stack(const struct naive *w, unsigned i)
{
    unsigned above = naive_next(w, i);

    return above < w->n && w->page[above].flags & VM_GROWSDOWN;
}

int64_t naive_place(const struct naive *w, uint64_t hint, uint64_t len, uint64_t map_flags)
{
    uint64_t pages = len >> MM_PAGE_SHIFT;
    unsigned from, to;

    if (len > MM_TASK_SIZE)
        return -ENOMEM;
    if (map_flags & MAP_FIXED) {
        if (hint > MM_TASK_SIZE - len)
            return -ENOMEM;
        return hint % MM_PAGE_SIZE ? -EINVAL : hint < FILLER_START ? -EPERM : (int64_t)hint;
    }
    if (hint && naive_pages(w, hint & MM_PAGE_MASK, len, &from, &to) && is_free(w, from, pages) &&
        !below_stack(w, from))
        return (int64_t)(hint & MM_PAGE_MASK);
    if (pages > w->n)
        return -ENOMEM;
    for (unsigned k = 0; k <= w->n - pages; k++) {
        /* from the top down; MAP_32BIT from the bottom up */
        unsigned i = map_flags & MAP_32BIT ? k : w->n - (unsigned)pages - k;

        if (!is_free(w, i, pages))
            continue;
        if (!below_stack(w, i))
            return (int64_t)(ARENA + i * MM_PAGE_SIZE);
        if (!(map_flags & MAP_32BIT))
            return -ENOMEM; /* the search goes on below the stack's guard gap, whatever else is free above
                               that */
    }
    return -ENOMEM;
}
