/*
 * userfault_call.c - a system call in an address space that userfaultfd(2) watches.
 *
 * In Linux the kernel sleeps in the middle of an access to a watched page. Here a system call runs to its end
 * first: bytes for the guest are kept, to be put there when the page is; bytes that the call needs it cannot
 * get, so it fails with EFAULT and is made again then. What it does to watched areas is noted, for who wants
 * to hear of it. Who waits, and when, is the caller's affair.
 */
#include "mm.h"

#include <stdlib.h>
#include <string.h>

void mm_uffd_begin(struct mm *mm, uint64_t told)
{
    mm->uffd.keeps = true;
    mm->uffd.told = told;
    memset(&mm->uffd.left, 0, sizeof(mm->uffd.left));
    mm->uffd.last_copy = &mm->uffd.left.copies;
    mm->uffd.last_event = &mm->uffd.left.events;
}

void mm_uffd_end(struct mm *mm, struct mm_uffd_left *left)
{
    mm->uffd.keeps = false;
    *left = mm->uffd.left;
    memset(&mm->uffd.left, 0, sizeof(mm->uffd.left));
}

/* ---- accesses ---- */

bool mm_uffd_met(const struct mm *mm)
{
    return mm->uffd.left.met.reason;
}

bool mm_uffd_meet(struct mm *mm, uint64_t addr, uint16_t id, unsigned what)
{
    if (!mm->uffd.keeps || id & MM_UFFD_USER_ONLY)
        return false;
    if (!mm->uffd.left.met.reason)
        mm->uffd.left.met =
            (struct mm_fault){.addr = addr, .reason = MM_FAULT_USERFAULT, .userfault = what, .uffd = id};
    return true;
}

int mm_uffd_populate(struct mm *mm, struct mm_uffd_populate *p, struct mm_fault *f)
{
    struct mm_uffd_left left;
    int err;

    mm_uffd_begin(mm, 0);
    err = mm_populate(mm, p->start, p->end, p->mlock ? POPULATE_LOCKED : POPULATE_MAPPED);
    mm_uffd_end(mm, &left);
    *p = left.populate;
    *f = left.met;
    return err;
}

/* The fault that an access to addr would be, if it is one to wait for. */
static bool would_wait(struct mm *mm, uint64_t addr, unsigned access, struct mm_fault *f)
{
    const struct vma *v = vma_tree_find(&mm->vmas, addr);

    if (!v || v->start > addr || !v->uffd || v->uffd & MM_UFFD_USER_ONLY)
        return false;
    if (!(v->flags & (access & MM_WRITE ? VM_WRITE : VM_PROT_MASK)))
        return false;
    *f = (struct mm_fault){.addr = addr, .uffd = v->uffd};
    f->reason = mm_userfault(mm, v, addr, access & MM_WRITE, &f->userfault);
    return f->reason;
}

bool mm_uffd_missing(struct mm *mm, uint64_t addr, uint64_t len, unsigned access, struct mm_fault *f)
{
    for (uint64_t at = addr; at < addr + len; at = (at & MM_PAGE_MASK) + MM_PAGE_SIZE)
        if (would_wait(mm, at, access, f))
            return true;
    return false;
}

bool mm_uffd_all_there(struct mm *mm, uint64_t addr, uint64_t len)
{
    struct mm_fault f;

    if (!mm->uffd.keeps || !mm_uffd_missing(mm, addr, len, MM_READ, &f))
        return true;
    mm_uffd_meet(mm, f.addr, f.uffd, f.userfault);
    return false;
}

bool mm_uffd_keep(struct mm *mm, uint64_t addr, const void *bytes, uint64_t len)
{
    struct mm_uffd_copy *c;
    struct mm_fault f;

    if (!mm->uffd.keeps || !would_wait(mm, addr, MM_WRITE, &f))
        return false;
    c = malloc(sizeof(*c) + len);
    if (!c)
        return false;
    c->next = NULL;
    c->addr = addr;
    c->len = len;
    memcpy(c->bytes, bytes, len);
    *mm->uffd.last_copy = c;
    mm->uffd.last_copy = &c->next;
    return true;
}

/* ---- areas ---- */

bool mm_uffd_is_watched(struct mm *mm, uint16_t id)
{
    struct vma_iter it;
    const struct vma *v;

    vma_iter_init(&it, &mm->vmas, 0);
    while ((v = vma_iter_next(&it)))
        if (v->uffd == id)
            return true;
    return false;
}

/* Out of memory: nobody hears of it. */
static void note(struct mm *mm, struct mm_uffd_event e)
{
    struct mm_uffd_event *copy = malloc(sizeof(*copy));

    if (!copy)
        return;
    *copy = e;
    *mm->uffd.last_event = copy;
    mm->uffd.last_event = &copy->next;
}

static bool is_noted(const struct mm *mm, uint16_t id, uint64_t start, uint64_t end)
{
    for (const struct mm_uffd_event *e = mm->uffd.left.events; e; e = e->next)
        if (e->kind == MM_UFFD_UNMAPPED && e->id == id && e->start == start && e->end == end)
            return true;
    return false;
}

void mm_uffd_unmapping(struct mm *mm, uint64_t start, uint64_t end)
{
    struct vma_iter it;
    const struct vma *v;

    if (!mm->uffd.keeps)
        return;
    vma_iter_init(&it, &mm->vmas, start);
    while ((v = vma_iter_next(&it)) &&
           v->start < end) /* once for each, however many areas it watches there */
        if (v->uffd && !is_noted(mm, v->uffd, start, end))
            note(mm,
                 (struct mm_uffd_event){.kind = MM_UFFD_UNMAPPED, .id = v->uffd, .start = start, .end = end});
}

void mm_uffd_moved(struct mm *mm, uint16_t id, uint64_t start, uint64_t len, uint64_t to)
{
    if (mm->uffd.keeps && id & MM_UFFD_MOVES)
        note(mm, (struct mm_uffd_event){
                     .kind = MM_UFFD_MOVED, .id = id, .start = start, .end = start + len, .to = to});
}

bool mm_uffd_removing(struct mm *mm, uint16_t id, uint64_t start, uint64_t end)
{
    if (!mm->uffd.keeps || !(id & MM_UFFD_TELLS) || start < mm->uffd.told)
        return false;
    note(mm, (struct mm_uffd_event){.kind = MM_UFFD_REMOVING, .id = id, .start = start, .end = end});
    return true;
}
