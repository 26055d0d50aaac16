/*
 * naive_touch.c - what the pages hold: faults, populating, files and what is done to them through
 * descriptors.
 */
#include "naive.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>

#define WRITE_SEALS (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)

void naive_drop(struct naive_page *p)
{
    p->has = HAS_NOTHING;
    p->word = 0;
    p->lazy = p->shared = false;
}

bool naive_anonymous(const struct naive_page *p)
{
    return p->file == FILE_NONE || p->file == FILE_ZERO;
}

static unsigned object_of_file(unsigned file)
{
    return file == FILE_MEMFD1 ? 1 : file < FILE_SHARED ? 0 : 2 + file - FILE_SHARED;
}

struct naive_object *naive_object(struct naive *w, const struct naive_page *p)
{
    return naive_anonymous(p) ? NULL : &w->obj[object_of_file(p->file)];
}

struct naive_object *naive_new_object(struct naive *w, uint64_t size, unsigned *file)
{
    uint64_t used[2] = {0};
    unsigned k = 0;

    for (unsigned i = 0; i < w->n; i++) {
        if (w->page[i].flags && w->page[i].file >= FILE_SHARED)
            used[(w->page[i].file - FILE_SHARED) / 64] |= UINT64_C(1) << (w->page[i].file - FILE_SHARED) % 64;
    }
    while (used[k / 64] & UINT64_C(1) << k % 64)
        k++;
    *file = FILE_SHARED + k;
    memset(&w->obj[2 + k], 0, sizeof(w->obj[0]));
    w->obj[2 + k].size = size;
    return &w->obj[2 + k];
}

/* ---- faults ---- */

/* Would an mprotect make VMAs of the pages i - 1 and i one? Then their private pages may as well be one set
 * from the start. */
static bool nearly_alike(const struct naive *w, unsigned i)
{
    const struct naive_page *a, *b = &w->page[i];

    if (!i || !naive_mapped(w, i))
        return false;
    a = b - 1;
    return a->flags && a->policy == b->policy && a->file == b->file && a->sealed == b->sealed &&
           !((a->flags ^ b->flags) & ~(VM_PROT_MASK | NAIVE_STICKY)) && b->pgoff == a->pgoff + 1;
}

static bool can_share(uint32_t family)
{
    return family && !(family & FAMILY_FORKED);
}

/* The VMA of page i is about to get its first private page. */
void naive_family(struct naive *w, unsigned i)
{
    unsigned from = naive_begin(w, i), to = naive_end(w, i);
    uint32_t family;

    if (w->page[i].family)
        return;
    if (nearly_alike(w, to) && can_share(w->page[to].family))
        family = w->page[to].family;
    else if (nearly_alike(w, from) && can_share(w->page[from - 1].family))
        family = w->page[from - 1].family;
    else
        family = ++w->next_family;
    for (i = from; i < to; i++)
        w->page[i].family = family;
}

static void make_own(struct naive *w, unsigned i, int32_t word)
{
    struct naive_page *p = &w->page[i];

    naive_family(w, i);
    p->has = HAS_OWN;
    p->word = word;
    p->lazy = p->shared = false;
}

int naive_touch(struct naive *w, unsigned i, bool write)
{
    struct naive_page *p = &w->page[i];
    struct naive_object *o = naive_object(w, p);
    bool copies = write && !(p->flags & VM_SHARED);

    if (p->has == HAS_GUARD)
        return TOUCH_GUARD;
    if (p->has == HAS_OWN) {
        if (copies && p->shared)
            make_own(w, i, p->word);
        else if (copies)
            p->lazy = false;
        return TOUCH_OK;
    }
    if (!o) {
        if (write)
            make_own(w, i, 0);
        else
            p->has = HAS_ZERO;
        return TOUCH_OK;
    }
    if (copies)
        naive_family(w, i); /* even if there is nothing to copy */
    if (p->pgoff >= MM_PAGE_ALIGN(o->size) >> MM_PAGE_SHIFT)
        return TOUCH_EOF;
    if (!(o->cached & UINT64_C(1) << p->pgoff)) {
        o->cached |= UINT64_C(1) << p->pgoff;
        o->word[p->pgoff] = 0;
    }
    if (copies)
        make_own(w, i, o->word[p->pgoff]);
    return TOUCH_OK;
}

/* An access below a stack makes it longer, if there is room and nothing accessible below that is no stack. */
static bool grow_stack(struct naive *w, unsigned i)
{
    unsigned stack = naive_next(w, i), below = i;
    struct naive_page as;

    if (stack == w->n || !(w->page[stack].flags & VM_GROWSDOWN))
        return false;
    while (below && !w->page[below - 1].flags)
        below--;
    if (below && !(w->page[below - 1].flags & VM_GROWSDOWN) && w->page[below - 1].flags & VM_PROT_MASK)
        return false;
    naive_family(w, stack);
    as = w->page[stack];
    if (!naive_may_expand(w, as.flags, stack - i) || !naive_may_lock(w, as.flags, stack - i))
        return false;
    w->page[stack].first = false;
    for (unsigned k = i; k < stack; k++) {
        w->page[k] = as;
        w->page[k].pgoff = as.pgoff - (stack - k);
        w->page[k].first = k == i;
        naive_drop(&w->page[k]);
    }
    return true;
}

int64_t naive_access(struct naive *w, uint64_t addr, unsigned access)
{
    unsigned i = (unsigned)((addr - ARENA) >> MM_PAGE_SHIFT);
    const struct naive_page *p = &w->page[i];

    if (!p->flags && !grow_stack(w, i))
        return FAULT(SIGSEGV, SEGV_MAPERR, false);
    if (!(p->flags & VM_PROT_MASK) || (access & MM_WRITE && !(p->flags & VM_WRITE)))
        return FAULT(SIGSEGV, SEGV_ACCERR, false);
    switch (naive_touch(w, i, access & MM_WRITE)) {
    case TOUCH_GUARD:
        return FAULT(SIGSEGV, SEGV_MAPERR, false);
    case TOUCH_EOF:
        return FAULT(SIGBUS, BUS_ADRERR, false);
    default:
        return access & MM_EXEC && !(p->flags & VM_EXEC) ? FAULT(SIGSEGV, SEGV_ACCERR, false) : 0;
    }
}

/* One VMA's part: -EFAULT if a page of it can't be had. */
static int populate_part(struct naive *w, unsigned from, unsigned to)
{
    uint64_t flags = w->page[from].flags;

    if (flags & VM_LOCKONFAULT)
        return 0;
    if (!(flags & VM_PROT_MASK))
        return -EFAULT;
    for (unsigned i = from; i < to; i++) {
        if (naive_touch(w, i, (flags & (VM_WRITE | VM_SHARED)) == VM_WRITE) != TOUCH_OK)
            return -EFAULT;
    }
    return 0;
}

int naive_populate(struct naive *w, unsigned from, unsigned to, bool go_on)
{
    int err = 0;

    for (unsigned i = naive_next(w, from), end; i < to && (!err || go_on); i = naive_next(w, end)) {
        end = naive_end(w, i);
        err = populate_part(w, i, end < to ? end : to);
    }
    return go_on ? 0 : err;
}

/* ---- files ---- */

static struct naive_object *object_of_fd(struct naive *w, int fd)
{
    return &w->obj[fd == FD_MEMFD1];
}

/* Bytes [from, to) of a page become zeroes, as far as they are in its first four. */
static void zero_bytes(struct naive_object *o, uint64_t page, uint64_t from, uint64_t to)
{
    uint8_t bytes[4];

    if (page >= ARENA_PAGES)
        return;
    memcpy(bytes, &o->word[page], 4);
    for (; from < to && from < 4; from++)
        bytes[from] = 0;
    memcpy(&o->word[page], bytes, 4);
}

static void forget_pages(struct naive_object *o, uint64_t from, uint64_t to)
{
    for (; from < to && from < ARENA_PAGES; from++) {
        o->cached &= ~(UINT64_C(1) << from);
        o->word[from] = 0;
    }
}

int64_t naive_ftruncate(struct naive *w, int fd, uint64_t size)
{
    struct naive_object *o = object_of_fd(w, fd);
    uint64_t pages = MM_PAGE_ALIGN(size) >> MM_PAGE_SHIFT;

    if (fd == FD_MEMFD0_RO)
        return -EINVAL;
    if ((size < o->size && o->seals & F_SEAL_SHRINK) || (size > o->size && o->seals & F_SEAL_GROW))
        return -EPERM;
    if (size <= o->size) {
        forget_pages(o, pages, ARENA_PAGES);
        if (size % MM_PAGE_SIZE)
            zero_bytes(o, size >> MM_PAGE_SHIFT, size % MM_PAGE_SIZE, MM_PAGE_SIZE);
        for (unsigned i = 0; i < w->n; i++) { /* private copies go too, guard markers stay */
            if (w->page[i].flags && naive_object(w, &w->page[i]) == o && w->page[i].pgoff >= pages &&
                w->page[i].has == HAS_OWN)
                naive_drop(&w->page[i]);
        }
    }
    o->size = size;
    return 0;
}

int64_t naive_pread(struct naive *w, int fd, uint64_t offset)
{
    const struct naive_object *o = object_of_fd(w, fd);
    uint64_t n = offset >= o->size ? 0 : o->size - offset > 4 ? 4 : o->size - offset;
    int32_t word = 0;

    memcpy(&word, &o->word[offset >> MM_PAGE_SHIFT], n);
    return (int64_t)n << 32 | (word & 0x7fffffff);
}

int64_t naive_pwrite(struct naive *w, int fd, uint64_t offset, int32_t word)
{
    struct naive_object *o = object_of_fd(w, fd);
    uint64_t page = offset >> MM_PAGE_SHIFT;

    if (fd == FD_MEMFD0_RO)
        return -EBADF;
    if (o->seals & WRITE_SEALS || (o->seals & F_SEAL_GROW && offset + 4 > o->size))
        return -EPERM;
    o->cached |= UINT64_C(1) << page;
    o->word[page] = word;
    if (offset + 4 > o->size)
        o->size = offset + 4;
    return 4;
}

/*
 *    offset                    end
 *   |..zzzz|######|######|zzzz..|       z: zeroed, #: the page goes. Private copies of it stay.
 */
int naive_punch(struct naive_object *o, uint64_t offset, uint64_t len)
{
    uint64_t end = offset + len, first = MM_PAGE_ALIGN(offset) >> MM_PAGE_SHIFT, last = end >> MM_PAGE_SHIFT;

    if (!len || end < offset || end > INT64_MAX)
        return -EINVAL;
    if (o->seals & WRITE_SEALS)
        return -EPERM;
    if (first > last) {
        zero_bytes(o, last, offset % MM_PAGE_SIZE, end % MM_PAGE_SIZE);
        return 0;
    }
    if (offset % MM_PAGE_SIZE)
        zero_bytes(o, offset >> MM_PAGE_SHIFT, offset % MM_PAGE_SIZE, MM_PAGE_SIZE);
    zero_bytes(o, last, 0, end % MM_PAGE_SIZE);
    forget_pages(o, first, last);
    return 0;
}

int64_t naive_fallocate(struct naive *w, int fd, uint64_t offset, uint64_t len)
{
    return fd == FD_MEMFD0_RO ? -EBADF : naive_punch(object_of_fd(w, fd), offset, len);
}

int64_t naive_add_seals(struct naive *w, int fd, unsigned seals)
{
    struct naive_object *o = object_of_fd(w, fd);
    uint64_t writers = o->parents_write;

    if (fd == FD_MEMFD0_RO)
        return -EPERM;
    for (unsigned i = 0; i < w->n; i++) {
        const struct naive_page *p = &w->page[i];

        writers += p->flags && naive_object(w, p) == o && (p->flags & VM_SHARED) && (p->flags & VM_MAYWRITE);
    }
    if (o->seals & F_SEAL_SEAL)
        return -EPERM;
    if (seals & ~o->seals & F_SEAL_WRITE && writers)
        return -EBUSY;
    o->seals |= seals;
    return 0;
}
