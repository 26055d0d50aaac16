/*
 * naive_map.c - mmap(2), brk(2) and remap_file_pages(2) of the naive model.
 */
#include "naive.h"
#include "mm/uapi.h"

#define VM_MAY (VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC)

/* Flags that MAP_SHARED takes without a word; MAP_SHARED_VALIDATE knows no others. */
static const uint64_t legacy = MAP_SHARED | MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS | MAP_DENYWRITE |
                               MAP_EXECUTABLE | MAP_UNINITIALIZED | MAP_GROWSDOWN | MAP_LOCKED |
                               MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK | MAP_STACK | MAP_HUGETLB |
                               MAP_32BIT | 0x80 | UINT64_C(63) << 26;

static uint64_t prot_flags(uint64_t prot)
{
    return (prot & PROT_READ ? VM_READ : 0) | (prot & PROT_WRITE ? VM_WRITE : 0) |
           (prot & PROT_EXEC ? VM_EXEC : 0);
}

static int check_file(struct naive *w, unsigned file, uint64_t len, uint64_t prot, uint64_t *flags,
                      uint64_t pgoff, uint64_t *vm)
{
    uint64_t max = file == FILE_ZERO ? UINT64_MAX : INT64_MAX;
    bool writable = file != FILE_MEMFD0_RO;
    struct naive_page p = {.file = (uint8_t)file};
    const struct naive_object *o = naive_object(w, &p);

    if (len > max || pgoff > (max - len) >> MM_PAGE_SHIFT)
        return -EOVERFLOW;
    switch (*flags & MAP_TYPE) {
    case MAP_SHARED:
        *flags &= legacy;
        break;
    case MAP_SHARED_VALIDATE:
        if (*flags & ~legacy)
            return -EOPNOTSUPP;
        break;
    case MAP_PRIVATE:
        return *vm & VM_GROWSDOWN ? -EINVAL : 0;
    default:
        return -EINVAL;
    }
    if (prot & PROT_WRITE && !writable)
        return -EACCES;
    *vm |= VM_MAYSHARE | VM_SHARED;
    if (!writable)
        *vm &= ~(VM_SHARED | VM_MAYWRITE);
    if (*vm & VM_GROWSDOWN)
        return -EINVAL;
    if (o && o->seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE) && *vm & VM_SHARED) {
        if (*vm & VM_WRITE)
            return -EPERM;
        *vm &= ~VM_MAYWRITE;
    }
    return 0;
}

static int check_anonymous(uint64_t addr, uint64_t flags, uint64_t *pgoff, uint64_t *vm)
{
    bool stack = *vm & VM_GROWSDOWN;

    *pgoff = addr >> MM_PAGE_SHIFT;
    switch (flags & MAP_TYPE) {
    case MAP_SHARED:
        *pgoff = 0;
        *vm |= VM_SHARED | VM_MAYSHARE;
        return stack ? -EINVAL : 0;
    case MAP_DROPPABLE:
        *vm |= VM_DROPPABLE | VM_NORESERVE | VM_WIPEONFORK | VM_DONTDUMP;
        return stack || flags & (MAP_LOCKED | MAP_HUGETLB) ? -EINVAL : 0;
    case MAP_PRIVATE:
        return 0;
    default:
        return -EINVAL;
    }
}

/* The descriptor or, for remap_file_pages(2), the file itself is known by now. */
static int64_t map_file(struct naive *w, unsigned file, uint64_t addr, uint64_t len, uint64_t prot,
                        uint64_t flags, uint64_t pgoff)
{
    uint64_t asked = flags, pages, vm = prot_flags(prot) | VM_MAY | w->def_flags;
    struct naive_page as = {0};
    unsigned from = 0, to = 0;
    bool locked, huge = flags & MAP_HUGETLB;
    uint64_t replaced = 0;
    int64_t at;
    int err;

    if (huge && !(flags & MAP_ANONYMOUS))
        return -EINVAL;
    if (!len || (huge && len > UINT64_MAX - (1 << 21)))
        return -EINVAL;
    if (flags & MAP_FIXED_NOREPLACE)
        flags |= MAP_FIXED;
    if (!(flags & MAP_FIXED))
        addr &= MM_PAGE_MASK;
    len = MM_PAGE_ALIGN(len);
    if (!len)
        return -ENOMEM;
    if (huge) /* 2 MiB are more than the arena has */
        return flags & MAP_FIXED && addr & ((1 << 21) - 1) ? -EINVAL : -ENOMEM;
    at = naive_place(w, addr, len, flags);
    if (at < 0)
        return at;
    naive_pages(w, (uint64_t)at, len, &from, &to);
    for (unsigned i = from; i < to; i++)
        replaced += w->page[i].flags != 0;
    if (flags & MAP_FIXED_NOREPLACE && replaced)
        return -EEXIST;
    if (flags & MAP_LOCKED && !naive_can_lock(w))
        return -EPERM;
    vm |= (flags & MAP_GROWSDOWN ? VM_GROWSDOWN : 0) | (flags & MAP_LOCKED ? VM_LOCKED : 0) |
          (flags & MAP_SYNC ? VM_SYNC : 0) | (flags & MAP_STACK ? VM_NOHUGEPAGE : 0);
    pages = to - from;
    if (!naive_may_lock(w, vm, pages))
        return -EAGAIN;
    err = file ? check_file(w, file, len, prot, &flags, pgoff, &vm)
               : check_anonymous((uint64_t)at, flags, &pgoff, &vm);
    if (!err)
        err = naive_may_unmap(w, from, to);
    if (err)
        return err;
    if (flags & MAP_NORESERVE)
        vm |= VM_NORESERVE;
    if (!naive_may_expand(w, vm, pages - replaced)) {
        naive_cut(w, from); /* the cuts were made by then */
        naive_cut(w, to);
        return -ENOMEM;
    }
    if ((vm & (VM_WRITE | VM_SHARED | VM_NORESERVE)) == VM_WRITE)
        vm |= VM_ACCOUNT;
    locked = vm & VM_LOCKED;
    if (vm & VM_DROPPABLE)
        vm &= ~(VM_LOCKED | VM_LOCKONFAULT);
    naive_clear(w, from, to);
    if (vm & VM_SHARED && (!file || file == FILE_ZERO))
        naive_new_object(w, len, &file);
    as.flags = vm;
    as.pgoff = pgoff;
    as.file = (uint8_t)file;
    naive_insert(w, from, to, &as, !(locked && vm & VM_DROPPABLE));
    if (locked || (asked & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE)
        naive_populate(w, from, to, true);
    return at;
}

int64_t naive_mmap(struct naive *w, const uint64_t a[6])
{
    unsigned file = FILE_NONE;

    if (a[5] % MM_PAGE_SIZE)
        return -EINVAL;
    if (!(a[3] & MAP_ANONYMOUS)) {
        if (a[4] < FD_MEMFD0 || a[4] > FD_ZERO)
            return -EBADF;
        file = FILE_MEMFD0 + (unsigned)a[4] - FD_MEMFD0;
    }
    return map_file(w, file, a[0], a[1], a[2], a[3], a[5] >> MM_PAGE_SHIFT);
}

int64_t naive_remap_file_pages(struct naive *w, const uint64_t a[6])
{
    uint64_t addr = a[0] & MM_PAGE_MASK, size = a[1] & MM_PAGE_MASK, prot, flags;
    const struct naive_page *p;
    unsigned from, to;
    int64_t ret;

    if (a[2] || addr + size <= addr || a[3] + (size >> MM_PAGE_SHIFT) < a[3])
        return -EINVAL;
    if (!naive_pages(w, addr, size, &from, &to) || !(w->page[from].flags & VM_SHARED))
        return -EINVAL;
    p = &w->page[from];
    for (unsigned i = from; i < to; i++) {
        if (w->page[i].file != p->file || w->page[i].flags != p->flags || w->page[i].sealed != p->sealed)
            return -EINVAL;
    }
    prot = (p->flags & VM_READ ? PROT_READ : 0) | (p->flags & VM_WRITE ? PROT_WRITE : 0) |
           (p->flags & VM_EXEC ? PROT_EXEC : 0);
    flags = (a[4] & MAP_NONBLOCK) | MAP_SHARED | MAP_FIXED | MAP_POPULATE |
            (p->flags & VM_LOCKED ? MAP_LOCKED : 0);
    ret = map_file(w, p->file, addr, size, prot, flags, a[3]);
    return ret < 0 ? ret : 0;
}

/* brk(2) tells a refusal by the break as it was. */
int64_t naive_brk(struct naive *w, uint64_t brk)
{
    uint64_t now = MM_PAGE_ALIGN(w->brk), then = MM_PAGE_ALIGN(brk);
    struct naive_page as = {.flags = VM_READ | VM_WRITE | VM_MAY | VM_ACCOUNT | w->def_flags};
    unsigned from, to, above;

    /* one page more: the limit counts the scratch page, too */
    if (brk < w->start_brk ||
        (w->world->data_room && brk - w->start_brk > (w->world->data_room + 1) * MM_PAGE_SIZE))
        return (int64_t)w->brk;
    if (then < now) {
        naive_pages(w, then, now - then, &from, &to);
        if (brk <= w->brk && (naive_next(w, from) >= to || naive_may_unmap(w, from, to)))
            return (int64_t)w->brk;
        naive_clear(w, from, to);
    } else if (then > now) {
        /* one page above must stay free, more below a stack */
        if (!naive_pages(w, now, then - now, &from, &to))
            return (int64_t)w->brk;
        above = naive_next(w, from);
        if (!naive_may_lock(w, as.flags, to - from) || above <= to || to == w->n ||
            (above < w->n && w->page[above].flags & VM_GROWSDOWN) ||
            !naive_may_expand(w, as.flags, to - from))
            return (int64_t)w->brk;
        as.pgoff = now >> MM_PAGE_SHIFT;
        for (unsigned i = from; i < to; i++) {
            w->page[i] = as;
            w->page[i].pgoff += i - from;
            w->page[i].first = i == from;
        }
        if (now > w->start_brk) /* the heap grows; what ends where it begins stays apart */
            naive_join(w, from);
        if (w->def_flags & VM_LOCKED)
            naive_populate(w, from, to, true);
    }
    w->brk = brk;
    return (int64_t)brk;
}
