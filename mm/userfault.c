/*
 * userfault.c - the memory side of userfaultfd(2): areas a descriptor watches, pages it fills, protects and
 * moves.
 *
 * Source: mm/userfaultfd.c, fs/userfaultfd.c, Linux 6.18. Who waits for whom is the caller's affair: a
 * watched access gets MM_FAULT_USERFAULT, and is made again once the page is there. No design is asked: no
 * kernel's mseal looks at any of this.
 */
#include "mm.h"

#include <string.h>

static bool is_shmem(const struct vma *v)
{
    const struct vm_object *obj = vma_object(v);

    return obj && obj->kind == OBJ_SHMEM;
}

/* ---- the fault ---- */

/* Nothing is there yet: is somebody else to give it? *what: with what is there instead. */
static bool wants_page(const struct vma *v, uint64_t addr, unsigned *what)
{
    int err = 0;

    if (!is_shmem(v))
        return v->flags & VM_UFFD_MISSING;
    if (vma_index(v, addr) >= MM_PAGE_ALIGN(vma_object(v)->size) >> MM_PAGE_SHIFT)
        return false; /* past the end of the file: SIGBUS as ever */
    if (vm_object_page(vma_object(v), vma_index(v, addr), false, &err) == PFN_NONE)
        return v->flags & VM_UFFD_MISSING;
    if (!(v->flags & VM_UFFD_MINOR))
        return false;
    *what |= MM_USERFAULT_MINOR;
    return true;
}

enum mm_fault_reason mm_userfault(struct mm *mm, const struct vma *v, uint64_t addr, bool write,
                                  unsigned *what)
{
    pte_t e = pt_get(&mm->pt, addr), *slot;

    *what = write ? MM_USERFAULT_WRITE : 0;
    if (e & (PTE_GUARD | PTE_POISON))
        return MM_FAULT_NONE;
    if (!(e & PTE_PRESENT) && wants_page(v, addr, what))
        return MM_FAULT_USERFAULT;
    if (!write || !(v->flags & VM_UFFD_WP) || !(e & PTE_UFFD_WP))
        return MM_FAULT_NONE;
    if (v->uffd & MM_UFFD_ASYNC) {
        slot = pt_slot(&mm->pt, addr);
        if (!slot)
            return MM_FAULT_OOM;
        *slot &= ~PTE_UFFD_WP;
        return MM_FAULT_NONE;
    }
    *what |= MM_USERFAULT_WP;
    return MM_FAULT_USERFAULT;
}

/* ---- watching areas ---- */

/* vma_can_userfault() */
static bool can_watch(const struct vma *v, uint64_t modes, uint16_t id)
{
    if (v->flags & VM_DROPPABLE || (modes & VM_UFFD_MINOR && !is_shmem(v)))
        return false;
    if (id & MM_UFFD_ASYNC && modes == VM_UFFD_WP)
        return true;
    return vma_is_anonymous(v) || is_shmem(v);
}

/* The marks of write protection in the page table go. */
static void clear_marks(struct mm *mm, uint64_t start, uint64_t end)
{
    uint64_t at;

    for (; mm_find_entry(mm, start, end, PTE_UFFD_WP, &at); start = at + MM_PAGE_SIZE) {
        pte_t *slot = pt_slot(&mm->pt, at);

        if (slot)
            *slot &= ~PTE_UFFD_WP;
    }
}

static int set_watch(struct mm *mm, uint64_t start, uint64_t end, uint64_t modes, uint16_t id)
{
    while (start < end) {
        const struct vma *found = vma_tree_find(&mm->vmas, start);
        struct vma_change to;
        struct vma v;
        int err;

        if (!found || found->start >= end)
            return 0;
        v = *found;
        if (v.start > start)
            start = v.start;
        uint64_t to_addr = v.end < end ? v.end : end;
        to = (struct vma_change){(v.flags & ~VM_UFFD_MASK) | modes, v.seal, v.anon_name, v.policy, &id};
        if (v.uffd != id || (v.flags & VM_UFFD_MASK) != modes) {
            if (v.flags & VM_UFFD_WP & ~modes)
                clear_marks(mm, start, to_addr);
            err = vma_modify(mm, &v, start, to_addr, &to);
            if (err)
                return err;
        }
        start = to_addr;
    }
    return 0;
}

int mm_uffd_register(struct mm *mm, uint64_t start, uint64_t len, uint64_t modes, uint16_t id)
{
    const struct vma *v = vma_tree_find(&mm->vmas, start);
    struct vma_iter it;
    int err;

    if (!v || v->start >= start + len)
        return -EINVAL;
    vma_iter_init(&it, &mm->vmas, start);
    while ((v = vma_iter_next(&it)) && v->start < start + len) {
        if (!can_watch(v, modes, id))
            return -EINVAL;
        if (!(v->flags & VM_MAYWRITE))
            return -EPERM;
        if (v->uffd && v->uffd != id)
            return -EBUSY;
    }
    err = set_watch(mm, start, start + len, modes, id);
    mm_assert_valid(mm);
    return err;
}

int mm_uffd_unregister(struct mm *mm, uint64_t start, uint64_t len, uint16_t id)
{
    const struct vma *v = vma_tree_find(&mm->vmas, start);
    struct vma_iter it;
    int err;

    if (!v || v->start >= start + len)
        return -EINVAL;
    vma_iter_init(&it, &mm->vmas, start);
    while ((v = vma_iter_next(&it)) && v->start < start + len)
        if ((v->uffd && v->uffd != id) || !can_watch(v, v->flags & VM_UFFD_MASK, id))
            return -EINVAL;
    err = set_watch(mm, start, start + len, 0, 0);
    mm_assert_valid(mm);
    return err;
}

void mm_uffd_release(struct mm *mm, uint16_t id)
{
    for (const struct vma *v = vma_tree_find(&mm->vmas, 0); v;) {
        uint64_t next = v->end;

        if (v->uffd == id && set_watch(mm, v->start, v->end, 0, 0))
            return; /* no memory: what is left goes on being watched by nobody */
        v = vma_tree_find(&mm->vmas, next);
    }
    mm_assert_valid(mm);
}

/* ---- marks in the page table ---- */

int mm_uffd_write_protect(struct mm *mm, uint64_t start, uint64_t len, bool protect)
{
    uint64_t end = start + len, at = start;
    bool any = false, all;

    while (at < end) {
        const struct vma *v = vma_tree_find(&mm->vmas, at);
        uint64_t to;

        if (!v || v->start >= end)
            break;
        if (!(v->flags & VM_UFFD_WP))
            return -ENOENT;
        any = true;
        at = v->start > at ? v->start : at;
        to = v->end < end ? v->end : end;
        if (!protect)
            clear_marks(mm, at, to);
        all = !vma_is_anonymous(v) || v->uffd & MM_UFFD_EMPTY;
        for (; protect && at < to && (all || mm_find_entry(mm, at, to, PTE_PRESENT, &at));
             at += MM_PAGE_SIZE) {
            pte_t *slot = pt_slot(&mm->pt, at);

            if (!slot)
                return -ENOMEM;
            *slot |= PTE_UFFD_WP;
        }
        at = to;
    }
    mm_tlb_invalidate(mm, start, end);
    return any ? 0 : -ENOENT;
}

/* ---- filling ---- */

/* validate_dst_vma(): the area that holds all of [dst, dst+len) and is watched; NULL: ENOENT. */
static const struct vma *watched(struct mm *mm, uint64_t dst, uint64_t len)
{
    const struct vma *v = vma_tree_find(&mm->vmas, dst);

    return v && v->start <= dst && dst + len <= v->end && v->uffd ? v : NULL;
}

static int put_entry(struct mm *mm, uint64_t addr, pte_t e)
{
    pte_t *slot = pt_slot(&mm->pt, addr);
    uint64_t *counter = mm_rss_counter(&mm->stats, e);

    if (!slot)
        return -ENOMEM;
    *slot = e;
    if (counter)
        ++*counter;
    mm_tlb_invalidate(mm, addr, addr + MM_PAGE_SIZE);
    return 0;
}

/* mfill_atomic_pte_copy(): a private page with these bytes. */
static int fill_private(struct mm *mm, uint64_t addr, const void *bytes, pte_t mark)
{
    pfn_t pfn;
    int err = mm_anon_vma_prepare(mm, addr);

    if (err)
        return err;
    pfn = mm_alloc_frame(mm->sys, false);
    if (pfn == PFN_NONE)
        return -ENOMEM;
    memcpy(frame_ptr(&mm->sys->phys, pfn), bytes, MM_PAGE_SIZE);
    err = put_entry(mm, addr, pte_make(pfn, PTE_PRESENT | PTE_ANON | mark));
    if (err)
        frame_put(&mm->sys->phys, pfn);
    return err;
}

/* shmem_mfill_atomic_pte() and mfill_atomic_pte_continue(): the page of the object, which `bytes` (not NULL)
 * fills. */
static int fill_shared(struct mm *mm, const struct vma *v, uint64_t addr, const void *bytes, pte_t mark)
{
    struct vm_object *obj = vma_object(v);
    uint64_t index = vma_index(v, addr);
    int err = 0;
    pfn_t pfn;

    if (index >= MM_PAGE_ALIGN(obj->size) >> MM_PAGE_SHIFT)
        return -EFAULT;
    pfn = vm_object_page(obj, index, false, &err);
    if (bytes && pfn != PFN_NONE)
        return -EEXIST;
    if (!bytes && pfn == PFN_NONE)
        return -EFAULT;
    if (bytes) {
        pfn = vm_object_page(obj, index, true, &err);
        if (pfn == PFN_NONE)
            return -ENOMEM;
        memcpy(frame_ptr(&mm->sys->phys, pfn), bytes, MM_PAGE_SIZE);
        frame_written(&mm->sys->phys, pfn);
        mm->sys->phys.frames[pfn].flags |= FRAME_DIRTY;
    }
    frame_get(&mm->sys->phys, pfn);
    err = put_entry(mm, addr, pte_make(pfn, PTE_PRESENT | PTE_SHMEM | mark));
    if (err)
        frame_put(&mm->sys->phys, pfn);
    return err;
}

int mm_uffd_check_fill(struct mm *mm, enum mm_uffd_fill how, uint64_t dst, uint64_t len, bool protect)
{
    const struct vma *v = watched(mm, dst, len);

    if (!v)
        return -ENOENT;
    if (!vma_is_anonymous(v) && !is_shmem(v))
        return -EINVAL;
    if (protect && !(v->flags & VM_UFFD_WP))
        return -EINVAL;
    return how == MM_UFFD_CONTINUE && !is_shmem(v) ? -EINVAL : 0;
}

int mm_uffd_fill_page(struct mm *mm, enum mm_uffd_fill how, uint64_t dst, const void *bytes, bool protect)
{
    static const uint8_t zeroes[MM_PAGE_SIZE];
    const struct vma *v = watched(mm, dst, MM_PAGE_SIZE);
    pte_t mark = protect ? PTE_UFFD_WP : 0;
    int err = v ? 0 : -ENOENT;

    if (!err && pt_get(&mm->pt, dst) & ~PTE_UFFD_WP)
        err = -EEXIST;
    if (err)
        return err;
    if (how == MM_UFFD_POISON)
        err = put_entry(mm, dst, PTE_POISON);
    else if (how == MM_UFFD_CONTINUE)
        err = fill_shared(mm, v, dst, NULL, mark);
    else if (v->flags & VM_SHARED)
        err = fill_shared(mm, v, dst, bytes ? bytes : zeroes, mark);
    else if (bytes)
        err = fill_private(mm, dst, bytes, mark);
    else
        err = put_entry(mm, dst, pte_make(0, PTE_PRESENT | mark));
    mm_assert_valid(mm);
    return err;
}

/* ---- moving ---- */

/* validate_move_areas() */
static int check_move(const struct vma *from, const struct vma *to, uint64_t src, uint64_t dst, uint64_t len,
                      uint16_t id)
{
    if (from->flags & VM_SHARED || src + len > from->end || to->flags & VM_SHARED || dst + len > to->end)
        return -EINVAL;
    if ((from->flags ^ to->flags) & (VM_PROT_MASK | VM_PKEY_MASK | VM_LOCKED) || !(from->flags & VM_WRITE))
        return -EINVAL;
    if ((from->flags | to->flags) & VM_SPECIAL || to->uffd != id)
        return -EINVAL;
    return vma_is_anonymous(from) && vma_is_anonymous(to) ? 0 : -EINVAL;
}

static int move_page(struct mm *mm, uint64_t dst, uint64_t src, bool holes)
{
    pte_t e = pt_get(&mm->pt, src), *slot;
    int err;

    if (pt_get(&mm->pt, dst))
        return -EEXIST;
    if (!e)
        return holes ? 0 : -ENOENT;
    if (!(e & PTE_PRESENT))
        return -EFAULT;
    if (pte_pfn(e) && !pt_exclusive(&mm->pt, src))
        return -EBUSY;
    err = mm_anon_vma_prepare(mm, dst);
    slot = err ? NULL : pt_slot(&mm->pt, src);
    if (!slot)
        return err ? err : -ENOMEM;
    if (!pt_slot(&mm->pt, dst))
        return -ENOMEM;
    *pt_slot(&mm->pt, dst) = e & ~PTE_UFFD_WP;
    *pt_slot(&mm->pt, src) = 0;
    mm_tlb_invalidate(mm, src, src + MM_PAGE_SIZE);
    mm_tlb_invalidate(mm, dst, dst + MM_PAGE_SIZE);
    return 0;
}

int64_t mm_uffd_move(struct mm *mm, uint64_t dst, uint64_t src, uint64_t len, bool holes, uint16_t id)
{
    const struct vma *from = vma_tree_find(&mm->vmas, src), *to = vma_tree_find(&mm->vmas, dst);
    uint64_t done = 0;
    int err;

    if (!from || from->start > src || !to || to->start > dst)
        return -ENOENT;
    err = check_move(from, to, src, dst, len, id);
    for (; !err && done < len; done += err ? 0 : MM_PAGE_SIZE)
        err = move_page(mm, dst + done, src + done, holes);
    mm_assert_valid(mm);
    return done ? (int64_t)done : err;
}
