/*
 * naive_remap.c - mremap(2) of the naive model, as Linux has it since 6.17.
 */
#include "naive.h"
#include "mm/uapi.h"

struct move {
    uint64_t addr, old, new, flags, to; /* lengths in bytes, page aligned */
    bool grown_locked;
};

static bool has_target(const struct move *m)
{
    return m->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP);
}

static int check_arguments(const struct move *m)
{
    if (m->flags & ~UINT64_C(7) || m->addr % MM_PAGE_SIZE || !m->new || m->new > MM_TASK_SIZE)
        return -EINVAL;
    if (!has_target(m))
        return 0;
    if (m->to > MM_TASK_SIZE - m->new || m->to % MM_PAGE_SIZE || !(m->flags & MREMAP_MAYMOVE))
        return -EINVAL;
    if (m->flags & MREMAP_DONTUNMAP && m->old != m->new)
        return -EINVAL;
    return m->addr + m->old > m->to && m->to + m->new > m->addr ? -EINVAL : 0;
}

/* May the VMA of page i, where the mapping begins, be resized or moved? */
static int check_vma(struct naive *w, struct move *m, unsigned i)
{
    const struct naive_page *p = &w->page[i];
    uint64_t old = m->new < m->old ? m->new : m->old, grown = (m->new - old) >> MM_PAGE_SHIFT;

    if (p->sealed)
        return -EPERM;
    if (!has_target(m) && m->new <= m->old)
        return 0;
    if (!m->old && !(p->flags & (VM_SHARED | VM_MAYSHARE)))
        return -EINVAL;
    if (old >> MM_PAGE_SHIFT > naive_end(w, i) - i)
        return -EFAULT;
    if (!grown)
        return 0;
    m->grown_locked = p->flags & VM_LOCKED;
    if (!naive_may_lock(w, p->flags, grown))
        return -EAGAIN;
    return naive_may_expand(w, p->flags, grown) ? 0 : -ENOMEM;
}

/*
 * A VMA like the old one at m->to, joined with what is there (be it the old one), then the pages go over:
 *
 *     i                          k
 *     |--pages--|                |--pages--|0000|     and the old place goes, or (DONTUNMAP) stays without pages
 */
static int64_t carry(struct naive *w, const struct move *m)
{
    unsigned i = (unsigned)((m->addr - ARENA) >> MM_PAGE_SHIFT),
             k = (unsigned)((m->to - ARENA) >> MM_PAGE_SHIFT);
    unsigned old = (unsigned)(m->old >> MM_PAGE_SHIFT), new = (unsigned)(m->new >> MM_PAGE_SHIFT), begin, end;
    struct naive_page as = w->page[i];

    if (naive_anonymous(&as) && !as.family)
        as.pgoff = m->to >> MM_PAGE_SHIFT;
    naive_insert(w, k, k + new, &as, true);
    for (unsigned n = 0; n < old; n++) {
        w->page[k + n].has = w->page[i + n].has;
        w->page[k + n].word = w->page[i + n].word;
        w->page[k + n].lazy = w->page[i + n].lazy;
        w->page[k + n].shared = w->page[i + n].shared;
        naive_drop(&w->page[i + n]);
    }
    if (m->flags & MREMAP_DONTUNMAP) {
        begin = naive_begin(w, i);
        end = naive_end(w, i);
        if (w->page[i].flags & VM_LOCKED)
            w->leak += end - begin; /* unlocked, but counted ever after */
        for (unsigned n = begin; n < end; n++) {
            w->page[n].flags &= ~(VM_LOCKED | VM_LOCKONFAULT);
            if (begin == i && end == i + old)
                w->page[n].family = 0;
        }
    } else if (old) {
        naive_clear(w, i, i + old);
    }
    return (int64_t)m->to;
}

static int64_t find_place_and_carry(struct naive *w, struct move *m)
{
    int64_t at = naive_place(w, has_target(m) ? m->to : 0, m->new, m->flags & MREMAP_FIXED ? MAP_FIXED : 0);

    if (at < 0)
        return at;
    m->to = (uint64_t)at;
    return carry(w, m);
}

static int64_t move_to(struct naive *w, struct move *m)
{
    unsigned i = (unsigned)((m->addr - ARENA) >> MM_PAGE_SHIFT);
    int err = m->flags & MREMAP_FIXED ? naive_munmap(w, m->to, m->new) : 0;

    if (!err && !w->page[i].flags)
        return -EFAULT; /* the destination took the mapping itself: old_len was 0, or wrapped */
    if (!err && m->new < m->old) {
        err = naive_munmap(w, m->addr + m->new, m->old - m->new);
        m->old = m->new;
    }
    if (err)
        return err;
    if (m->flags & MREMAP_DONTUNMAP && !naive_may_expand(w, w->page[i].flags, m->old >> MM_PAGE_SHIFT))
        return -ENOMEM;
    return find_place_and_carry(w, m);
}

/* MREMAP_FIXED without a change of size takes whatever VMAs there are, one by one, holes included. */
static int64_t move_all(struct naive *w, const struct move *all)
{
    unsigned from = (unsigned)((all->addr - ARENA) >> MM_PAGE_SHIFT);
    /* old may reach far out of the arena only if nothing is checked against it but the VMA's end */
    uint64_t pages = all->old >> MM_PAGE_SHIFT, moved = 0;
    unsigned to = pages > w->n - from ? w->n : from + (unsigned)pages;

    for (unsigned i = from, end; (i = naive_next(w, i)) < to; i = end) {
        struct move m = *all;
        int64_t ret;

        end = naive_end(w, i);
        /* /dev/zero chooses its own places: such a VMA moves alone or not at all */
        if (w->page[i].file == FILE_ZERO && (i != from || end < from + pages))
            return -EFAULT;
        end = end < to ? end : to;
        m.addr = ARENA + i * MM_PAGE_SIZE;
        m.old = m.new = (end - i) * MM_PAGE_SIZE;
        m.to = all->to + (i - from) * MM_PAGE_SIZE;
        ret = check_vma(w, &m, i);
        if (!ret)
            ret = move_to(w, &m);
        if (ret < 0)
            return ret;
        moved++;
    }
    return moved ? (int64_t)all->to : -EFAULT;
}

static int64_t grow(struct naive *w, struct move *m, unsigned i)
{
    unsigned end = naive_end(w, i), more = (unsigned)((m->new - m->old) >> MM_PAGE_SHIFT);
    struct naive_page as = w->page[end - 1];

    if (i + (m->old >> MM_PAGE_SHIFT) == end && more <= w->n - end && naive_next(w, end) >= end + more) {
        for (unsigned n = 0; n < more; n++) {
            w->page[end + n] = as;
            w->page[end + n].pgoff = as.pgoff + 1 + n;
            w->page[end + n].first = false;
            naive_drop(&w->page[end + n]);
        }
        naive_join_grown(w, end + more);
        return (int64_t)m->addr;
    }
    if (!(m->flags & MREMAP_MAYMOVE))
        return -ENOMEM;
    return find_place_and_carry(w, m);
}

static int64_t remap(struct naive *w, struct move *m)
{
    unsigned i, to;
    int64_t ret = check_arguments(m);

    if (ret)
        return ret;
    if (!naive_pages(w, m->addr, MM_PAGE_SIZE, &i, &to) || !w->page[i].flags)
        return -EFAULT;
    if (m->flags & MREMAP_FIXED && m->old == m->new)
        return move_all(w, m);
    ret = check_vma(w, m, i);
    if (ret)
        return ret;
    if (has_target(m))
        return move_to(w, m);
    if (m->new > m->old)
        return grow(w, m, i);
    if (m->new < m->old)
        ret = naive_munmap(w, m->addr + m->new, m->old - m->new);
    return ret ? ret : (int64_t)m->addr;
}

int64_t naive_mremap(struct naive *w, const uint64_t a[6])
{
    struct move m = {
        .addr = a[0], .old = MM_PAGE_ALIGN(a[1]), .new = MM_PAGE_ALIGN(a[2]), .flags = a[3], .to = a[4]};
    int64_t ret = remap(w, &m);
    unsigned from, to;

    if (ret >= 0 && m.grown_locked && naive_pages(w, (uint64_t)ret + m.old, m.new - m.old, &from, &to))
        naive_populate(w, from, to, true);
    return ret;
}
