/*
 * naive_advise.c - madvise(2), msync(2) and mincore(2) of the naive model.
 */
#include "naive.h"

#include "mm/uapi.h"

static bool discards(int advice)
{
    return advice == MADV_DONTNEED || advice == MADV_FREE || advice == MADV_REMOVE ||
           advice == MADV_DONTNEED_LOCKED || advice == MADV_DONTFORK || advice == MADV_WIPEONFORK ||
           advice == MADV_GUARD_INSTALL;
}

static void drop_pages(struct naive *w, unsigned from, unsigned to)
{
    for (; from < to; from++) {
        if (w->page[from].has != HAS_GUARD)
            naive_drop(&w->page[from]);
    }
}

static int install_guards(struct naive *w, unsigned from, unsigned to)
{
    unsigned begin = naive_begin(w, from), end = naive_end(w, from);

    if (w->page[from].flags & VM_LOCKED)
        return -EINVAL;
    for (unsigned i = begin; i < end; i++)
        w->page[i].flags |= VM_MAYBE_GUARD; /* of all the VMA, which is not cut */
    if (naive_anonymous(&w->page[from]))
        naive_family(w, from);
    for (; from < to; from++) {
        naive_drop(&w->page[from]);
        w->page[from].has = HAS_GUARD;
    }
    return 0;
}

/* There is no swap: only what need not be kept goes. */
static void page_out(struct naive *w, unsigned from, unsigned to)
{
    for (; from < to; from++) {
        struct naive_page *p = &w->page[from];

        if (p->has == HAS_OWN && !p->shared && (p->lazy || p->flags & VM_DROPPABLE))
            naive_drop(p);
    }
}

/* Advice about the pages of one VMA. 1: it is advice that only changes flags. */
static int advise_pages(struct naive *w, unsigned from, unsigned to, int advice)
{
    const struct naive_page *p = &w->page[from];
    struct naive_object *o = naive_object(w, p);

    switch (advice) {
    case MADV_WILLNEED:
        return 0;
    case MADV_DONTNEED:
    case MADV_DONTNEED_LOCKED:
        if (advice == MADV_DONTNEED && p->flags & VM_LOCKED)
            return -EINVAL;
        drop_pages(w, from, to);
        return 0;
    case MADV_FREE:
        if (p->flags & VM_LOCKED || !naive_anonymous(p))
            return -EINVAL;
        for (; from < to; from++)
            w->page[from].lazy |= w->page[from].has == HAS_OWN && !w->page[from].shared;
        return 0;
    case MADV_REMOVE:
        if (p->flags & VM_LOCKED || !p->file)
            return -EINVAL;
        if (!(p->flags & VM_SHARED) || !(p->flags & VM_MAYWRITE))
            return -EACCES;
        return naive_punch(o, p->pgoff << MM_PAGE_SHIFT, (to - from) * MM_PAGE_SIZE);
    case MADV_COLD:
        return p->flags & VM_LOCKED ? -EINVAL : 0;
    case MADV_PAGEOUT:
        if (p->flags & VM_LOCKED)
            return -EINVAL;
        page_out(w, from, to);
        return 0;
    case MADV_COLLAPSE:
        return -EINVAL; /* nothing here is as large as a huge page */
    case MADV_GUARD_INSTALL:
        return install_guards(w, from, to);
    case MADV_GUARD_REMOVE:
        for (; from < to; from++) {
            if (w->page[from].has == HAS_GUARD)
                naive_drop(&w->page[from]);
        }
        return 0;
    default:
        return 1;
    }
}

/* What the flags become, or -EINVAL. */
static int advise_flags(const struct naive_page *p, int advice, uint64_t *flags)
{
    switch (advice) {
    case MADV_NORMAL:
        *flags &= ~(VM_RAND_READ | VM_SEQ_READ);
        return 0;
    case MADV_RANDOM:
        *flags = (*flags & ~VM_SEQ_READ) | VM_RAND_READ;
        return 0;
    case MADV_SEQUENTIAL:
        *flags = (*flags & ~VM_RAND_READ) | VM_SEQ_READ;
        return 0;
    case MADV_DONTFORK:
        *flags |= VM_DONTCOPY;
        return 0;
    case MADV_DOFORK:
        *flags &= ~VM_DONTCOPY;
        return 0;
    case MADV_MERGEABLE:
        if (!(*flags & (VM_SHARED | VM_MAYSHARE | VM_DROPPABLE)))
            *flags |= VM_MERGEABLE;
        return 0;
    case MADV_UNMERGEABLE:
        *flags &= ~VM_MERGEABLE;
        return 0;
    case MADV_HUGEPAGE:
        *flags = (*flags & ~VM_NOHUGEPAGE) | VM_HUGEPAGE;
        return 0;
    case MADV_NOHUGEPAGE:
        *flags = (*flags & ~VM_HUGEPAGE) | VM_NOHUGEPAGE;
        return 0;
    case MADV_DONTDUMP:
        *flags |= VM_DONTDUMP;
        return 0;
    case MADV_DODUMP:
        *flags &= ~VM_DONTDUMP;
        return p->flags & VM_DROPPABLE ? -EINVAL : 0;
    case MADV_WIPEONFORK:
        *flags |= VM_WIPEONFORK;
        return p->file || p->flags & VM_SHARED ? -EINVAL : 0;
    default: /* MADV_KEEPONFORK */
        *flags &= ~VM_WIPEONFORK;
        return p->flags & VM_DROPPABLE ? -EINVAL : 0;
    }
}

static int advise(struct naive *w, unsigned from, unsigned to, int advice)
{
    struct naive_page as = w->page[from];
    int err;

    if (as.sealed && discards(advice) && naive_anonymous(&as) && !(as.flags & VM_WRITE))
        return -EPERM;
    err = advise_pages(w, from, to, advice);
    if (err <= 0)
        return err;
    err = advise_flags(&w->page[from], advice, &as.flags);
    if (!err && as.flags != w->page[from].flags)
        naive_change(w, from, to, &as);
    return err;
}

static int prefault(struct naive *w, unsigned from, unsigned to, bool write)
{
    for (; from < to; from++) {
        if (!w->page[from].flags)
            return -ENOMEM;
        if (!(w->page[from].flags & (write ? VM_WRITE : VM_READ)))
            return -EINVAL;
        if (naive_touch(w, from, write) != TOUCH_OK)
            return -EFAULT;
    }
    return 0;
}

static bool known(int advice)
{
    return (advice >= MADV_NORMAL && advice <= MADV_DONTNEED) ||
           (advice >= MADV_FREE && advice <= MADV_COLLAPSE) || advice == MADV_GUARD_INSTALL ||
           advice == MADV_GUARD_REMOVE;
}

int64_t naive_madvise(struct naive *w, uint64_t addr, uint64_t len, int advice)
{
    uint64_t size = MM_PAGE_ALIGN(len);
    unsigned from, to;
    int err = 0;

    if (!known(advice) || addr % MM_PAGE_SIZE || (len && !size) || addr + size < addr)
        return -EINVAL;
    if (!size)
        return 0;
    if (!naive_pages(w, addr, len, &from, &to))
        return -ENOMEM;
    if (advice == MADV_POPULATE_READ || advice == MADV_POPULATE_WRITE)
        return prefault(w, from, to, advice == MADV_POPULATE_WRITE);
    for (unsigned i = from, stop; i < to; i = stop) {
        stop = i + 1;
        if (!w->page[i].flags) {
            err = -ENOMEM; /* told at the end */
            continue;
        }
        stop = naive_end(w, i);
        stop = stop < to ? stop : to;
        int ret = advise(w, i, stop, advice);
        if (ret)
            return ret;
    }
    return err;
}

int64_t naive_msync(struct naive *w, uint64_t addr, uint64_t len, int flags)
{
    uint64_t size = MM_PAGE_ALIGN(len);
    unsigned from, to;
    int err = 0;

    if (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC) || addr % MM_PAGE_SIZE ||
        (flags & MS_ASYNC && flags & MS_SYNC))
        return -EINVAL;
    if (addr + size < addr)
        return -ENOMEM;
    if (!size)
        return 0;
    if (!naive_pages(w, addr, len, &from, &to))
        return -ENOMEM;
    for (unsigned i = from; i < to; i++) {
        if (!w->page[i].flags) {
            err = -ENOMEM;
            if (flags == MS_ASYNC)
                return err;
        } else if (flags & MS_INVALIDATE && w->page[i].flags & VM_LOCKED) {
            return -EBUSY;
        }
    }
    return err;
}

int64_t naive_mincore(struct naive *w, uint64_t addr, uint64_t len)
{
    unsigned from, to;
    int64_t bits = 0;

    if (addr % MM_PAGE_SIZE)
        return -EINVAL;
    if (addr + len < addr || addr + len > MM_TASK_SIZE)
        return -ENOMEM;
    if (!len)
        return 0;
    if (!naive_pages(w, addr, len, &from, &to))
        return -ENOMEM;
    for (unsigned i = from; i < to; i++) {
        const struct naive_page *p = &w->page[i];
        const struct naive_object *o = naive_object(w, p);

        if (!p->flags)
            return -ENOMEM;
        if (i - from < ARENA_PAGES - 1 && (p->has == HAS_ZERO || p->has == HAS_OWN ||
                                           (o && p->pgoff < ARENA_PAGES && o->cached >> p->pgoff & 1)))
            bits |= INT64_C(1) << (i - from);
    }
    return bits;
}
