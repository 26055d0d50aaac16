/*
 * naive_change.c - calls that change what VMAs look like: mprotect(2), mseal(2), the mlock(2) family,
 * mbind(2).
 */
#include "naive.h"
#include "mm/uapi.h"

/* ---- mprotect ---- */

static int protect(struct naive *w, unsigned from, unsigned to, uint64_t prot)
{
    const struct naive_page old = w->page[from];
    uint64_t may = (old.flags & VM_MAYREAD ? VM_READ : 0) | (old.flags & VM_MAYWRITE ? VM_WRITE : 0) |
                   (old.flags & VM_MAYEXEC ? VM_EXEC : 0);
    struct naive_page as = old;

    if (prot & ~may)
        return -EACCES;
    if (old.sealed)
        return -EPERM;
    as.flags = (old.flags & ~VM_PROT_MASK) | prot;
    if (as.flags == old.flags)
        return 0;
    if (prot & VM_WRITE) {
        if (!naive_may_expand(w, as.flags, to - from) && naive_may_expand(w, old.flags, to - from))
            return -ENOMEM;
        if (!(old.flags & (VM_WRITE | VM_SHARED | VM_NORESERVE)))
            as.flags |= VM_ACCOUNT;
    } else if (naive_anonymous(&old) && !old.family) {
        as.flags &= ~VM_ACCOUNT; /* no page of it was ever made */
    }
    naive_change(w, from, to, &as);
    if (prot & VM_WRITE && old.flags & VM_LOCKED && !(old.flags & (VM_WRITE | VM_SHARED)))
        naive_populate(w, from, to, true);
    return 0;
}

int64_t naive_mprotect(struct naive *w, uint64_t addr, uint64_t len, uint64_t prot)
{
    uint64_t grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP), end = addr + MM_PAGE_ALIGN(len), vm;
    unsigned from, to, v;
    int err = 0;

    prot &= ~(uint64_t)(PROT_GROWSDOWN | PROT_GROWSUP);
    if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) || addr % MM_PAGE_SIZE)
        return -EINVAL;
    if (!len)
        return 0;
    if (end <= addr)
        return -ENOMEM;
    if (prot & ~(uint64_t)(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM))
        return -EINVAL;
    if (!naive_pages(w, addr, len, &from, &to))
        return -ENOMEM;
    v = naive_next(w, from);
    if (v >= to)
        return -ENOMEM;
    if (grows & PROT_GROWSDOWN) { /* from the beginning of the stack on */
        if (!(w->page[v].flags & VM_GROWSDOWN))
            return -EINVAL;
        from = naive_begin(w, v);
    } else if (v > from) {
        return -ENOMEM;
    } else if (grows) {
        return -EINVAL;
    }
    vm = (prot & PROT_READ ? VM_READ : 0) | (prot & PROT_WRITE ? VM_WRITE : 0) |
         (prot & PROT_EXEC ? VM_EXEC : 0);
    for (unsigned i = from, stop; i < to && !err; i = stop) {
        if (!w->page[i].flags)
            return -ENOMEM;
        stop = naive_end(w, i);
        stop = stop < to ? stop : to;
        err = protect(w, i, stop, vm);
    }
    return err;
}

/* ---- mseal ---- */

int64_t naive_mseal(struct naive *w, uint64_t addr, uint64_t len, uint64_t flags)
{
    uint64_t size = MM_PAGE_ALIGN(len);
    struct naive_page as;
    unsigned from, to;

    if (!w->mseal)
        return -ENOSYS;
    if (flags || addr % MM_PAGE_SIZE || (len && !size) || addr + size < addr)
        return -EINVAL;
    if (!size)
        return 0;
    if (!naive_pages(w, addr, len, &from, &to))
        return -ENOMEM;
    for (unsigned i = from; i < to; i++) {
        if (!w->page[i].flags)
            return -ENOMEM;
    }
    for (unsigned i = from, stop; i < to; i = stop) {
        stop = naive_end(w, i);
        stop = stop < to ? stop : to;
        as = w->page[i];
        as.sealed = true;
        if (!w->page[i].sealed)
            naive_change(w, i, stop, &as);
    }
    return 0;
}

/* ---- mlock ---- */

#define LOCKS (VM_LOCKED | VM_LOCKONFAULT)

static void lock_part(struct naive *w, unsigned from, unsigned to, uint64_t locks)
{
    struct naive_page as = w->page[from];

    as.flags = (as.flags & ~LOCKS) | locks;
    if (as.flags != w->page[from].flags && !(as.flags & VM_DROPPABLE))
        naive_change(w, from, to, &as);
}

/* addr and size are page aligned; not in the arena: a hole. */
static int lock_range(struct naive *w, uint64_t addr, uint64_t size, uint64_t locks)
{
    unsigned from, to;

    if (addr + size < addr)
        return -EINVAL;
    if (!size)
        return 0;
    if (!naive_pages(w, addr, size, &from, &to))
        return -ENOMEM;
    for (unsigned i = from, stop; i < to; i = stop) {
        if (!w->page[i].flags)
            return -ENOMEM;
        stop = naive_end(w, i);
        stop = stop < to ? stop : to;
        lock_part(w, i, stop, locks);
    }
    return 0;
}

int64_t naive_mlock(struct naive *w, uint64_t addr, uint64_t len, int flags)
{
    uint64_t size = MM_PAGE_ALIGN(len + addr % MM_PAGE_SIZE), limit = w->world->memlock >> MM_PAGE_SHIFT;
    uint64_t pages = (size >> MM_PAGE_SHIFT) + naive_locked(w);
    unsigned from, to;
    int err;

    if (flags & ~1)
        return -EINVAL;
    if (!naive_can_lock(w))
        return -EPERM;
    addr &= MM_PAGE_MASK;
    if (!w->world->cap_ipc_lock && pages > limit) { /* what is locked already does not count twice */
        uint64_t end = UINT64_MAX - size < addr ? UINT64_MAX : addr + size;

        for (unsigned i = 0; i < w->n; i++) {
            uint64_t at = ARENA + i * MM_PAGE_SIZE;

            pages -= at >= addr && at < end && w->page[i].flags & VM_LOCKED;
        }
        if (pages > limit)
            return -ENOMEM;
    }
    err = lock_range(w, addr, size, flags & 1 ? LOCKS : VM_LOCKED);
    if (err || !size)
        return err;
    naive_pages(w, addr, size, &from, &to);
    return naive_populate(w, from, to, false) ? -ENOMEM : 0;
}

int64_t naive_munlock(struct naive *w, uint64_t addr, uint64_t len)
{
    return lock_range(w, addr & MM_PAGE_MASK, MM_PAGE_ALIGN(len + addr % MM_PAGE_SIZE), 0);
}

/* MCL_CURRENT is never asked for: it would lock what lies around the arena. */
int64_t naive_mlockall(struct naive *w, int flags)
{
    if (!flags || flags & ~7 || flags == 4)
        return -EINVAL;
    if (!naive_can_lock(w))
        return -EPERM;
    w->def_flags = flags & 2 ? VM_LOCKED | (flags & 4 ? VM_LOCKONFAULT : 0) : 0;
    return 0;
}

int64_t naive_munlockall(struct naive *w)
{
    w->def_flags = 0;
    for (unsigned i = naive_next(w, 0); i < w->n; i = naive_next(w, naive_end(w, i)))
        lock_part(w, i, naive_end(w, i), 0);
    return 0;
}

/* ---- mbind: MPOL_DEFAULT and MPOL_LOCAL, without a mask ---- */

int64_t naive_mbind(struct naive *w, const uint64_t a[6])
{
    uint64_t size = MM_PAGE_ALIGN(a[1]);
    struct naive_page as;
    unsigned from, to;

    if (a[5] & ~UINT64_C(7) || a[0] % MM_PAGE_SIZE || a[0] + size < a[0])
        return -EINVAL;
    if (!size)
        return 0;
    if (!naive_pages(w, a[0], a[1], &from, &to) || naive_next(w, from) >= to)
        return -EFAULT;
    for (unsigned i = from; i < to && a[2]; i++) {
        if (!w->page[i].flags)
            return -EFAULT;
    }
    for (unsigned i = naive_next(w, from), stop; i < to; i = naive_next(w, stop)) {
        stop = naive_end(w, i);
        stop = stop < to ? stop : to;
        as = w->page[i];
        as.policy = (uint8_t)a[2];
        if (as.policy != w->page[i].policy)
            naive_change(w, i, stop, &as);
    }
    return 0;
}
