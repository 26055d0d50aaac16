/*
 * userfault_copy.c - what the kernel's own accesses do at pages that userfaultfd(2) watches.
 *
 * In Linux the kernel sleeps in the middle of such an access. Here a system call runs to its end first: bytes
 * for the guest are kept, to be put there when the page is; bytes that the call needs it cannot get, so it
 * fails with EFAULT and is made again then. Who waits, and when, is the caller's affair.
 */
#include "mm.h"

#include <stdlib.h>
#include <string.h>

void mm_uffd_begin(struct mm *mm)
{
    mm->uffd.keeps = true;
    mm->uffd.met.reason = MM_FAULT_NONE;
    mm->uffd.first = NULL;
    mm->uffd.last = &mm->uffd.first;
}

struct mm_uffd_copy *mm_uffd_end(struct mm *mm, struct mm_fault *met)
{
    mm->uffd.keeps = false;
    *met = mm->uffd.met;
    mm->uffd.met.reason = MM_FAULT_NONE;
    return mm->uffd.first;
}

bool mm_uffd_met(const struct mm *mm)
{
    return mm->uffd.met.reason;
}

void mm_uffd_meet(struct mm *mm, uint64_t addr, uint16_t id, unsigned what)
{
    if (mm->uffd.keeps && !(id & MM_UFFD_USER_ONLY) && !mm->uffd.met.reason)
        mm->uffd.met =
            (struct mm_fault){.addr = addr, .reason = MM_FAULT_USERFAULT, .userfault = what, .uffd = id};
}

/* The fault that a write to addr would be, if it is one to wait for. */
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
    *mm->uffd.last = c;
    mm->uffd.last = &c->next;
    return true;
}
