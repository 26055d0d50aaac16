/*
 * fault.c - one access to one page: which frame with which permissions, or which signal and why.
 *
 * Nothing about permissions is stored in a page table. Each fault asks the VMA and PKRU anew, in the order of
 * x86:
 *
 *     canonical? -> a VMA (or a stack that grows)? -> protection key -> write allowed? -> accessible at all?
 *        -> the page: guard marker, past end of file, read error, memory -> execute allowed?
 *
 * Execution comes last because the processor fetches from any present page and only then sees NX: a jump past
 * the end of a file gets SIGBUS even where nothing may be executed. (arch/x86/mm/fault.c, mm/memory.c;
 * Linux 6.18)
 */
#include "mm.h"

#include <signal.h>
#include <string.h>

#define PKRU_AD 1u /* access disabled */
#define PKRU_WD 2u /* write disabled */

static bool canonical(uint64_t addr)
{
    return addr + (UINT64_C(1) << 47) < UINT64_C(1) << 48;
}

static unsigned pkru_bits(uint32_t pkru, uint64_t pkey)
{
    return pkru >> (pkey * 2) & (PKRU_AD | PKRU_WD);
}

static bool pkru_allows(uint32_t pkru, const struct vma *v, unsigned access)
{
    unsigned denied = pkru_bits(pkru, vma_pkey(v));

    if (access & MM_EXEC || !denied)
        return true;
    return !(denied & PKRU_AD) && !(access & MM_WRITE);
}

/* --- making a page present -------------------------------------------------------------------- */

int mm_anon_vma_prepare(struct mm *mm, uint64_t addr)
{
    const struct vma *v = vma_tree_find(&mm->vmas, addr);
    struct vma *w;

    if (!v || v->start > addr || v->anon_vma)
        return 0;
    w = vma_tree_edit(&mm->vmas, addr);
    if (!w)
        return -ENOMEM;
    w->anon_vma = anon_vma_find(mm, w);
    return 0;
}

/* An entry that a fault makes in place of e keeps the mark of one that userfaultfd protected. */
static pte_t mark_of(const struct vma *v, pte_t e)
{
    return v->flags & VM_UFFD_WP ? e & PTE_UFFD_WP : 0;
}

/* Replaces the entry at addr, counters included. The reference on e's frame becomes the table's. False: no
 * memory, nothing changed. */
static bool set_entry(struct mm *mm, const struct vma *v, uint64_t addr, pte_t e)
{
    pte_t *slot = pt_slot(&mm->pt, addr), old;
    uint64_t *counter;

    if (!slot && mm_reclaim(mm->sys)) /* tables are paid from the frames */
        slot = pt_slot(&mm->pt, addr);
    if (!slot)
        return false;
    old = *slot;
    *slot = e;
    counter = mm_rss_counter(&mm->stats, old);
    if (counter)
        --*counter;
    counter = mm_rss_counter(&mm->stats, e);
    if (counter)
        ++*counter;
    if (old & PTE_PRESENT) {
        /*
         * A CPU that asks replaces its translation of the page by the one it gets now (but code it has already
         * found by virtual address may still be that of the old frame). When the kernel asks, nobody tells it.
         */
        if (!mm->cpu_asks || v->flags & VM_EXEC)
            mm_tlb_invalidate(mm, addr, addr + MM_PAGE_SIZE);
        frame_put(&mm->sys->phys, pte_pfn(old));
    }
    return true;
}

/* A page of our own at addr: zeroes, or a copy of frame `from` (PFN_NONE: zeroes). */
static enum mm_fault_reason make_private(struct mm *mm, const struct vma *v, uint64_t addr, pfn_t from,
                                         pte_t *e)
{
    struct physmem *pm = &mm->sys->phys;
    bool zero = from == PFN_NONE || !from;
    pfn_t pfn;

    if (!v->anon_vma && mm_anon_vma_prepare(mm, addr))
        return MM_FAULT_OOM;
    if (!zero)
        frame_get(pm, from); /* making room must not take it from us */
    pfn = mm_alloc_frame(mm->sys, zero);
    if (pfn != PFN_NONE && !zero)
        memcpy(frame_ptr(pm, pfn), frame_ptr(pm, from), MM_PAGE_SIZE);
    if (!zero)
        frame_put(pm, from);
    if (pfn == PFN_NONE)
        return MM_FAULT_OOM;
    *e = pte_make(pfn, PTE_PRESENT | PTE_ANON | mark_of(v, *e));
    if (set_entry(mm, v, addr, *e))
        return MM_FAULT_NONE;
    frame_put(pm, pfn);
    return MM_FAULT_OOM;
}

/* do_anonymous_page() */
static enum mm_fault_reason fault_anon(struct mm *mm, const struct vma *v, uint64_t addr, bool write,
                                       pte_t *e)
{
    if (write)
        return make_private(mm, v, addr, PFN_NONE, e);
    *e = pte_make(0, PTE_PRESENT | mark_of(v, *e));
    return set_entry(mm, v, addr, *e) ? MM_FAULT_NONE : MM_FAULT_OOM;
}

/* do_read_fault(), do_cow_fault() and do_shared_fault() */
static enum mm_fault_reason fault_object(struct mm *mm, const struct vma *v, uint64_t addr, bool write,
                                         pte_t *e)
{
    struct vm_object *obj = vma_object(v);
    struct physmem *pm = &mm->sys->phys;
    uint64_t index = vma_index(v, addr);
    int err = 0;
    pfn_t pfn;

    /* do_cow_fault() gets ready for the private page before it knows whether there is one to copy; merging
     * shows it. */
    if (write && !(v->flags & VM_SHARED) && !v->anon_vma && mm_anon_vma_prepare(mm, addr))
        return MM_FAULT_OOM;
    if (index >= MM_PAGE_ALIGN(obj->size) >> MM_PAGE_SHIFT)
        return MM_FAULT_PAST_EOF;
    if (obj->kind == OBJ_HUGETLB)
        return MM_FAULT_NO_HUGE;
    pfn = vm_object_page(obj, index, obj->kind != OBJ_SPECIAL, &err);
    if (pfn == PFN_NONE)
        return err == -ENOMEM ? MM_FAULT_OOM : err ? MM_FAULT_IO : MM_FAULT_PAST_EOF;
    if (pm->frames[pfn].flags & FRAME_POISON)
        return MM_FAULT_POISON;
    if (write && !(v->flags & VM_SHARED))
        return make_private(mm, v, addr, pfn, e);
    *e = pte_make(pfn, PTE_PRESENT | mark_of(v, *e));
    if (obj->kind == OBJ_SHMEM)
        *e |= PTE_SHMEM;
    if (v->flags & VM_PFNMAP)
        *e |= PTE_SPECIAL;
    frame_get(pm, pfn);
    if (!set_entry(mm, v, addr, *e)) {
        frame_put(pm, pfn);
        return MM_FAULT_OOM;
    }
    if (write)
        pm->frames[pfn].flags |= FRAME_DIRTY;
    return MM_FAULT_NONE;
}

/* do_wp_page(): a write to a page that is there */
static enum mm_fault_reason fault_write_present(struct mm *mm, const struct vma *v, uint64_t addr, pte_t *e)
{
    pte_t *slot;

    if (v->flags & VM_SHARED) {
        mm->sys->phys.frames[pte_pfn(*e)].flags |= FRAME_DIRTY;
        return MM_FAULT_NONE;
    }
    if (!(*e & PTE_ANON) || !pt_exclusive(&mm->pt, addr))
        return make_private(mm, v, addr, pte_pfn(*e), e);
    if (*e & PTE_LAZYFREE) {
        slot = pt_slot(&mm->pt, addr);
        if (!slot)
            return MM_FAULT_OOM;
        *e = *slot &= ~PTE_LAZYFREE;
    }
    return MM_FAULT_NONE;
}

enum mm_fault_reason mm_fault_page(struct mm *mm, const struct vma *v, uint64_t addr, bool write, pte_t *e)
{
    struct vm_object *obj = vma_object(v);

    addr &= MM_PAGE_MASK;
    *e = pt_get(&mm->pt, addr);
    if (*e & PTE_GUARD)
        return MM_FAULT_GUARD;
    if (*e & PTE_POISON)
        return MM_FAULT_POISON;
    if (*e & PTE_OLD) {
        pte_t *slot = pt_slot(&mm->pt, addr);

        if (!slot)
            return MM_FAULT_OOM;
        *e = *slot &= ~PTE_OLD;
    }
    if (*e & PTE_PRESENT)
        return write ? fault_write_present(mm, v, addr, e) : MM_FAULT_NONE;
    if (!obj || obj->kind == OBJ_ZERO)
        return fault_anon(mm, v, addr, write, e);
    return fault_object(mm, v, addr, write, e);
}

/* --- the access ------------------------------------------------------------------------------- */

/* What a CPU may do with the page without asking again. */
static unsigned grant(struct mm *mm, const struct vma *v, uint64_t addr, pte_t e, unsigned access)
{
    struct frame *f = &mm->sys->phys.frames[pte_pfn(e)];
    unsigned denied = pkru_bits(mm->pkru, vma_pkey(v)), perms = 0;

    if (!(denied & PKRU_AD))
        perms |= MM_READ;
    if (v->flags & VM_WRITE && !denied && !(e & PTE_UFFD_WP && v->flags & VM_UFFD_WP)) {
        /* A page that counts as clean must be asked for again, so that the write is seen. */
        if (access & MM_WRITE || (v->flags & VM_SHARED && f->flags & FRAME_DIRTY) ||
            (e & PTE_ANON && !(e & PTE_LAZYFREE) && pt_exclusive(&mm->pt, addr)))
            perms |= MM_WRITE;
    }
    if (v->flags & VM_EXEC && access & MM_EXEC)
        f->flags |= FRAME_EXEC;
    if (v->flags & VM_EXEC && f->flags & FRAME_EXEC)
        perms |= MM_EXEC;
    return perms;
}

const struct vma *mm_fault_vma(struct mm *mm, uint64_t addr, enum mm_fault_reason *reason)
{
    const struct vma *v = vma_tree_find(&mm->vmas, addr);

    if (v && v->start <= addr)
        return v;
    *reason = MM_FAULT_NO_VMA;
    if (!v || !(v->flags & VM_GROWSDOWN))
        return NULL;
    if (mm_expand_stack(mm, v, addr)) {
        *reason = MM_FAULT_STACK_LIMIT;
        return NULL;
    }
    return vma_tree_find(&mm->vmas, addr);
}

/* Checks everything and makes the page present. *v is a copy of the VMA, *userfault what userfaultfd is told. */
static enum mm_fault_reason resolve(struct mm *mm, uint64_t addr, unsigned access, struct vma *v, pte_t *e,
                                    unsigned *userfault)
{
    enum mm_fault_reason reason = MM_FAULT_NO_VMA;
    const struct vma *found;

    if (addr >= MM_TASK_SIZE)
        return canonical(addr) ? MM_FAULT_NO_VMA : MM_FAULT_NONCANONICAL;
    found = mm_fault_vma(mm, addr, &reason);
    if (!found)
        return reason;
    *v = *found;
    if (!pkru_allows(mm->pkru, v, access))
        return MM_FAULT_PKEY;
    if (access & MM_WRITE && !(v->flags & VM_WRITE))
        return MM_FAULT_PROT;
    if (!(v->flags & VM_PROT_MASK))
        return MM_FAULT_PROT;
    reason = v->uffd ? mm_userfault(mm, v, addr, access & MM_WRITE, userfault) : MM_FAULT_NONE;
    if (!reason)
        reason = mm_fault_page(mm, v, addr, access & MM_WRITE, e);
    if (!reason && access & MM_EXEC && !(v->flags & VM_EXEC))
        return MM_FAULT_PROT;
    return reason;
}

/* The signal for each reason. */
static void set_signal(struct mm_fault *f, enum mm_fault_reason reason, uint64_t addr, uint64_t pkey)
{
    static const struct {
        int signo, code;
    } table[] = {
        [MM_FAULT_NO_VMA] = {SIGSEGV, SEGV_MAPERR},
        [MM_FAULT_PROT] = {SIGSEGV, SEGV_ACCERR},
        [MM_FAULT_PKEY] = {SIGSEGV, SEGV_PKUERR},
        [MM_FAULT_PAST_EOF] = {SIGBUS, BUS_ADRERR},
        [MM_FAULT_GUARD] = {SIGSEGV, SEGV_MAPERR},
        [MM_FAULT_STACK_LIMIT] = {SIGSEGV, SEGV_MAPERR},
        [MM_FAULT_IO] = {SIGBUS, BUS_ADRERR},
        [MM_FAULT_OOM] = {SIGKILL, SI_KERNEL},
        [MM_FAULT_USERFAULT] = {SIGBUS, BUS_ADRERR},
        [MM_FAULT_POISON] = {SIGBUS, BUS_MCEERR_AR},
        [MM_FAULT_NO_HUGE] = {SIGBUS, BUS_ADRERR},
        [MM_FAULT_NONCANONICAL] = {SIGSEGV, SI_KERNEL}, /* a general protection fault: no address */
    };

    f->paddr = 0;
    f->perms = 0;
    f->signo = table[reason].signo;
    f->code = table[reason].code;
    f->pkey = reason == MM_FAULT_PKEY ? (int)pkey : 0;
    f->addr = reason == MM_FAULT_NONCANONICAL ? 0 : addr;
    f->reason = reason;
}

int mm_fault(struct mm *mm, uint64_t addr, unsigned access, struct mm_fault *f)
{
    struct vma v = {0};
    pte_t e = 0;
    enum mm_fault_reason reason;

    mm->cpu_asks = true;
    f->userfault = 0;
    reason = resolve(mm, addr, access, &v, &e, &f->userfault);
    mm->cpu_asks = false;
    f->uffd = v.uffd;
    if (reason) {
        set_signal(f, reason, addr, vma_pkey(&v));
        f->present = v.flags & VM_PROT_MASK && pt_get(&mm->pt, addr) & PTE_PRESENT;
        return -EFAULT;
    }
    f->paddr = (uint64_t)pte_pfn(e) << MM_PAGE_SHIFT;
    f->perms = grant(mm, &v, addr, e, access);
    f->signo = 0;
    f->reason = MM_FAULT_NONE;
    mm_tlb_note(mm, addr);
    return 0;
}

pfn_t mm_fault_frame(struct mm *mm, uint64_t addr, unsigned access)
{
    enum mm_fault_reason reason;
    struct vma v;
    unsigned userfault;
    pte_t e;

    reason = resolve(mm, addr, access, &v, &e, &userfault);
    if (reason == MM_FAULT_USERFAULT)
        mm_uffd_meet(mm, addr, v.uffd, userfault);
    return reason ? PFN_NONE : pte_pfn(e);
}
