/*
 * madvise.c - madvise(2) and process_madvise(2): one table says what each advice is, one walk applies it VMA by VMA.
 *
 * Follows mm/madvise.c of Linux 6.18. A hole in the range does not stop the walk: what is mapped gets the advice and
 * the call returns ENOMEM at the end. Any other error stops it, and what came before stays done.
 */
#include "mm.h"
#include "uapi.h"

#define HPAGE_SIZE (MM_PAGE_SIZE * 512)
#define HPAGE_MASK (~(HPAGE_SIZE - 1))

struct advice {
    int nr;
    enum mm_change_kind kind;
    bool remote;         /* process_madvise(2) may give it to another process */
    uint64_t clear, set; /* what becomes of vm_flags, when apply is NULL */
    /* Refuses kinds of VMA before the flags change, or (no clear, no set) does all of it. */
    int (*apply)(struct mm *mm, struct vma_part *r, int advice);
};

/* First entry of [start, end) with one of the bits `want`; its address goes to *at. */
struct entry_search {
    pte_t want;
    uint64_t at;
};

static int entry_matches(void *ctx, uint64_t addr, pte_t e)
{
    struct entry_search *s = ctx;

    s->at = addr;
    return (e & s->want) != 0;
}

bool mm_find_entry(struct mm *mm, uint64_t start, uint64_t end, pte_t want, uint64_t *at)
{
    struct entry_search s = {.want = want};

    if (start >= end || !pt_walk(&mm->pt, start, end, entry_matches, &s))
        return false;
    *at = s.at;
    return true;
}

/*
 * As mm_zap() for pages that only lose their contents (zap without ZAP_FLAG_DROP_MARKER). Guard markers survive: the
 * stretches between them are zapped.
 *
 *      start                         end
 *      | pages  G  pages  G G  pages |
 *      `-zap-'     `-zap-'     `-zap-'
 */
static void discard(struct mm *mm, const struct vma *v, uint64_t start, uint64_t end)
{
    uint64_t guard;

    while ((v->flags & VM_MAYBE_GUARD) && mm_find_entry(mm, start, end, PTE_GUARD, &guard)) {
        if (start < guard)
            mm_zap(mm, v, start, guard);
        start = guard + MM_PAGE_SIZE;
    }
    if (start < end)
        mm_zap(mm, v, start, end);
}

static int advise_dontneed(struct mm *mm, struct vma_part *r, int advice)
{
    uint64_t forbidden = VM_PFNMAP | (advice == MADV_DONTNEED_LOCKED ? 0 : VM_LOCKED);

    if (r->v.flags & VM_HUGETLB) /* has no pages; part of one at the end does not count */
        return r->start & (vma_page_size(&r->v) - 1)
                   ? mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, r->v.start, "huge pages are dropped whole")
                   : 0;
    if (r->v.flags & forbidden)
        return mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, r->v.start,
                          "locked memory keeps its contents (MADV_DONTNEED_LOCKED drops them)");
    if (mm_uffd_removing(mm, r->v.uffd, r->start, r->end))
        return -EFAULT;
    discard(mm, &r->v, r->start, r->end);
    return 0;
}

/*
 * The pages stay readable until memory gets short, which never happens to them here: only the mark is made, which smaps
 * counts. Pages that another process or mapping shows too are not marked, as in Linux.
 */
static int advise_free(struct mm *mm, struct vma_part *r, int advice)
{
    uint64_t at = r->start;
    bool marked = false;

    if (r->v.flags & (VM_PFNMAP | VM_HUGETLB | VM_LOCKED))
        return mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, r->v.start,
                          "locked or special memory cannot be given up");
    if (!vma_is_anonymous(&r->v))
        return mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, r->v.start, "MADV_FREE is for private anonymous memory");
    if (mm_uffd_removing(mm, r->v.uffd, r->start, r->end))
        return -EFAULT;
    for (uint64_t lost = at; mm_find_entry(mm, lost, r->end, PTE_POISON, &lost); lost += MM_PAGE_SIZE)
        mm_zap(mm, &r->v, lost, lost + MM_PAGE_SIZE);
    for (; mm_find_entry(mm, at, r->end, PTE_ANON, &at); at += MM_PAGE_SIZE) {
        pte_t *slot;

        if (!pt_exclusive(&mm->pt, at))
            continue;
        slot = pt_slot(&mm->pt, at);
        if (!slot)
            break; /* advice only: a mark less */
        *slot |= PTE_LAZYFREE;
        marked = true;
    }
    if (marked)
        mm_tlb_invalidate(mm, r->start, r->end);
    return 0;
}

static int advise_remove(struct mm *mm, struct vma_part *r, int advice)
{
    struct mm_file *file = r->v.file;

    if (r->v.flags & VM_LOCKED)
        return mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, r->v.start, "locked memory cannot be removed");
    if (!vma_has_file(&r->v) || !file->obj)
        return mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, r->v.start,
                          "MADV_REMOVE needs something behind the mapping");
    if ((r->v.flags & (VM_SHARED | VM_MAYWRITE)) != (VM_SHARED | VM_MAYWRITE))
        return mm_fail_at(mm, -EACCES, MM_ABOUT_VMA, r->v.start,
                          "MADV_REMOVE needs a shared mapping that may write");
    if (file->obj->kind == OBJ_SPECIAL)
        return mm_fail_at(mm, -ENODEV, MM_ABOUT_VMA, r->v.start, "no file system is behind the mapping");
    if (file->append_only)
        return mm_fail_at(mm, -EPERM, MM_ABOUT_VMA, r->v.start, "the file is append-only");
    if (mm_uffd_removing(mm, r->v.uffd, r->start, r->end))
        return -EFAULT;
    return vm_object_punch(file->obj, vma_index(&r->v, r->start) << MM_PAGE_SHIFT, r->end - r->start);
}

/* Reading ahead has no effect a program could see without a clock. */
static int advise_willneed(struct mm *mm, struct vma_part *r, int advice)
{
    return 0;
}

static int advise_cold(struct mm *mm, struct vma_part *r, int advice)
{
    if (r->v.flags & (VM_LOCKED | VM_PFNMAP | VM_HUGETLB))
        return mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, r->v.start, "locked or special memory stays");
    mm_make_old(mm, r->start, r->end, false); /* a hint: no harm in a lack of memory */
    return 0;
}

/* There is nowhere to page out to. But what may be dropped instead is: pages given up by MADV_FREE, MAP_DROPPABLE. */
static int advise_pageout(struct mm *mm, struct vma_part *r, int advice)
{
    uint64_t at = r->start;

    if (r->v.flags & (VM_LOCKED | VM_PFNMAP | VM_HUGETLB))
        return mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, r->v.start, "locked or special memory stays");
    for (; mm_find_entry(mm, at, r->end, r->v.flags & VM_DROPPABLE ? PTE_ANON : PTE_LAZYFREE, &at);
         at += MM_PAGE_SIZE) {
        if (pt_exclusive(&mm->pt, at))
            mm_zap(mm, &r->v, at, at + MM_PAGE_SIZE);
    }
    return 0;
}

static int advise_guard_install(struct mm *mm, struct vma_part *r, int advice)
{
    int err;

    if (r->v.flags & (VM_SPECIAL | VM_HUGETLB | VM_LOCKED))
        return mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, r->v.start, "locked or special memory takes no guards");
    r->v = *vma_tree_find(&mm->vmas, r->start);
    r->v.flags |= VM_MAYBE_GUARD;
    if (vma_tree_splice(&mm->vmas, r->v.start, r->v.end, &r->v, 1))
        return mm_fail_memory(mm);
    if (vma_is_anonymous(&r->v)) {
        err = mm_anon_vma_prepare(mm, r->start);
        if (err)
            return err;
    }
    discard(mm, &r->v, r->start, r->end);
    for (uint64_t at = r->start; at < r->end; at += MM_PAGE_SIZE) {
        pte_t *slot = pt_slot(&mm->pt, at);

        if (!slot)
            return mm_fail_memory(mm);
        *slot = PTE_GUARD;
    }
    return 0;
}

static int advise_guard_remove(struct mm *mm, struct vma_part *r, int advice)
{
    uint64_t at = r->start;

    if (r->v.flags & (VM_SPECIAL | VM_HUGETLB))
        return mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, r->v.start, "special memory has no guards");
    if (!(r->v.flags & VM_MAYBE_GUARD))
        return 0;
    for (; mm_find_entry(mm, at, r->end, PTE_GUARD, &at); at += MM_PAGE_SIZE) {
        pte_t *slot = pt_slot(&mm->pt, at);

        if (!slot)
            return mm_fail_memory(mm);
        *slot = 0;
    }
    return 0;
}

/*
 * Huge pages are not modelled, their effect is: all of an aligned 2 MiB block that has a page becomes present.
 * Linux refuses a VMA that holds no such block or has no pages yet, and reports a block without any.
 */
static int advise_collapse(struct mm *mm, struct vma_part *r, int advice)
{
    uint64_t first = (r->v.start + HPAGE_SIZE - 1) & HPAGE_MASK,
             block = (r->start + HPAGE_SIZE - 1) & HPAGE_MASK;
    uint64_t at;
    int err = 0;

    if (r->v.flags & (VM_SPECIAL | VM_HUGETLB | VM_NOHUGEPAGE))
        return mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, r->v.start, "the area may not have huge pages");
    if (first < r->v.start || first + HPAGE_SIZE > r->v.end || !vma_is_anonymous(&r->v) || !r->v.anon_vma)
        return mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, r->v.start,
                          "the area holds no aligned 2 MiB block of private pages");
    if (block >
        (r->end & HPAGE_MASK)) /* inside of one block: Linux counts -1 of them, and didn't collapse as many */
        return mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, r->v.start, "the range holds no boundary of 2 MiB");
    for (; block + HPAGE_SIZE <= (r->end & HPAGE_MASK); block += HPAGE_SIZE) {
        if (mm_find_entry(mm, block, block + HPAGE_SIZE, PTE_GUARD, &at) ||
            !mm_find_entry(mm, block, block + HPAGE_SIZE, PTE_PRESENT, &at))
            err = mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, block,
                             "a block of 2 MiB in the range has no pages, or guards");
        else if (mm_populate(mm, block, block + HPAGE_SIZE, POPULATE_NOW) < 0)
            return -ENOMEM;
    }
    return err;
}

/* --- advice that only changes vm_flags: which VMAs can't have it ----------------------------------------- */

static int refuse_io(struct mm *mm, struct vma_part *r, int advice)
{
    return r->v.flags & VM_IO
               ? mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, r->v.start, "the advice is not for memory of devices")
               : 0;
}

static int refuse_unless_private_anon(struct mm *mm, struct vma_part *r, int advice)
{
    return vma_has_file(&r->v) || (r->v.flags & VM_SHARED)
               ? mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, r->v.start,
                            "MADV_WIPEONFORK is for private anonymous memory")
               : 0;
}

static int refuse_droppable(struct mm *mm, struct vma_part *r, int advice)
{
    return r->v.flags & VM_DROPPABLE ? mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, r->v.start,
                                                  "MAP_DROPPABLE memory keeps this attribute")
                                     : 0;
}

static int refuse_undumpable(struct mm *mm, struct vma_part *r, int advice)
{
    if (!(r->v.flags & VM_HUGETLB) && (r->v.flags & VM_SPECIAL))
        return mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, r->v.start, "special mappings are never dumped");
    return refuse_droppable(mm, r, advice);
}

/* Memory that KSM can't look at: the advice is taken and forgotten. */
#define IGNORED 1
static int ignore_unless_ksm(struct mm *mm, struct vma_part *r, int advice)
{
    return mm_ksm_compatible(r->v.flags) ? 0 : IGNORED;
}

static const struct advice advices[] = {
    {MADV_NORMAL, CHANGE_ADVISE, false, VM_RAND_READ | VM_SEQ_READ, 0, NULL},
    {MADV_RANDOM, CHANGE_ADVISE, false, VM_SEQ_READ, VM_RAND_READ, NULL},
    {MADV_SEQUENTIAL, CHANGE_ADVISE, false, VM_RAND_READ, VM_SEQ_READ, NULL},
    {MADV_WILLNEED, CHANGE_ADVISE, true, 0, 0, advise_willneed},
    {MADV_DONTNEED, CHANGE_DISCARD, false, 0, 0, advise_dontneed},
    {MADV_FREE, CHANGE_DISCARD, false, 0, 0, advise_free},
    {MADV_REMOVE, CHANGE_DISCARD, false, 0, 0, advise_remove},
    {MADV_DONTFORK, CHANGE_INHERIT, false, 0, VM_DONTCOPY, NULL},
    {MADV_DOFORK, CHANGE_INHERIT, false, VM_DONTCOPY, 0, refuse_io},
    {MADV_MERGEABLE, CHANGE_ADVISE, false, 0, VM_MERGEABLE, ignore_unless_ksm},
    {MADV_UNMERGEABLE, CHANGE_ADVISE, false, VM_MERGEABLE, 0, NULL},
    {MADV_HUGEPAGE, CHANGE_ADVISE, false, VM_NOHUGEPAGE, VM_HUGEPAGE, NULL},
    {MADV_NOHUGEPAGE, CHANGE_ADVISE, false, VM_HUGEPAGE, VM_NOHUGEPAGE, NULL},
    {MADV_DONTDUMP, CHANGE_ADVISE, false, 0, VM_DONTDUMP, NULL},
    {MADV_DODUMP, CHANGE_ADVISE, false, VM_DONTDUMP, 0, refuse_undumpable},
    {MADV_WIPEONFORK, CHANGE_INHERIT, false, 0, VM_WIPEONFORK, refuse_unless_private_anon},
    {MADV_KEEPONFORK, CHANGE_INHERIT, false, VM_WIPEONFORK, 0, refuse_droppable},
    {MADV_COLD, CHANGE_ADVISE, true, 0, 0, advise_cold},
    {MADV_PAGEOUT, CHANGE_ADVISE, true, 0, 0, advise_pageout},
    {MADV_POPULATE_READ, CHANGE_ADVISE, false, 0, 0, NULL},
    {MADV_POPULATE_WRITE, CHANGE_ADVISE, false, 0, 0, NULL},
    {MADV_DONTNEED_LOCKED, CHANGE_DISCARD, false, 0, 0, advise_dontneed},
    {MADV_COLLAPSE, CHANGE_ADVISE, true, 0, 0, advise_collapse},
    {MADV_HWPOISON, CHANGE_POISON, false, 0, 0, NULL},
    {MADV_SOFT_OFFLINE, CHANGE_POISON, false, 0, 0, NULL},
    {MADV_GUARD_INSTALL, CHANGE_GUARD, false, 0, 0, advise_guard_install},
    {MADV_GUARD_REMOVE, CHANGE_GUARD, false, 0, 0, advise_guard_remove},
};

/* NULL: EINVAL. */
static const struct advice *advice_find(const struct mm *mm, int nr)
{
    if (mm->design && !(mm->design->rules & RULE_GUARD_ADVICE) &&
        (nr == MADV_GUARD_INSTALL || nr == MADV_GUARD_REMOVE))
        return NULL;
    for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++) {
        if (advices[i].nr == nr)
            return advices[i].kind == CHANGE_POISON && mm->sys->no_memory_failure ? NULL : &advices[i];
    }
    return NULL;
}

/* What the walk carries along. */
struct advising {
    const struct advice *a;
    struct mm_change c;
};

/*
 * ~VM_MERGEABLE was a number of 32 bits (ksm_madvise in mm/ksm.c up to Linux 6.16; CVE-2025-40040), so that all flags above went
 * with it: the seal, the protection key, and that the memory is droppable.
 */
static void drop_high_flags(struct vma_change *to)
{
    to->flags &= ~(VM_PKEY_MASK | VM_DROPPABLE);
    to->seal = 0;
}

static int advise_vma(struct mm *mm, struct vma_part *r, void *ctx)
{
    struct advising *ad = ctx;
    const struct advice *a = ad->a;
    struct vma_change to = {.seal = r->v.seal, .anon_name = r->v.anon_name, .policy = r->v.policy};
    int err;

    ad->c.start = r->start;
    ad->c.end = r->end;
    err = mm_ask_vma(mm, &ad->c, &r->v);
    if (!err && a->apply)
        err = a->apply(mm, r, a->nr);
    if (err || !(a->set | a->clear))
        return err == IGNORED ? 0 : err;
    to.flags = (r->v.flags & ~a->clear) | a->set;
    if (to.flags == r->v.flags)
        return 0;
    if (a->nr == MADV_UNMERGEABLE && mm->design && mm->design->rules & RULE_UNMERGEABLE_UNSEALS)
        drop_high_flags(&to);
    err = vma_modify(mm, &r->v, r->start, r->end, &to);
    return err == -ENOMEM ? -EAGAIN : err; /* as madvise(2) says: a kernel resource */
}

int mm_walk_parts(struct mm *mm, uint64_t start, uint64_t end,
                  int (*fn)(struct mm *mm, struct vma_part *p, void *ctx), void *ctx)
{
    int unmapped = 0;

    while (start < end) {
        const struct vma *v = vma_tree_find(&mm->vmas, start);
        struct vma_part p;
        int err;

        if (!v)
            return mm_fail_at(mm, -ENOMEM, MM_ABOUT_HOLE, start,
                              "part of the range is not mapped (the mapped parts were done)");
        if (start < v->start) {
            unmapped = mm_fail_at(mm, -ENOMEM, MM_ABOUT_HOLE, start,
                                  "part of the range is not mapped (the mapped parts were done)");
            start = v->start;
            if (start >= end)
                break;
        }
        p = (struct vma_part){.v = *v, .start = start, .end = v->end < end ? v->end : end};
        err = fn(mm, &p, ctx);
        if (err)
            return err;
        /* Merged with what follows: that has the attribute already. */
        start = p.v.start <= p.start && p.v.end > p.end ? p.v.end : p.end;
    }
    return unmapped;
}

/* MADV_POPULATE_*: check_vma_flags() of mm/gup.c makes every mapping that can't be accessed so EINVAL. */
static int advise_populate(struct mm *mm, uint64_t start, uint64_t end, bool write)
{
    for (; start < end; start += MM_PAGE_SIZE) {
        const struct vma *v = vma_tree_find(&mm->vmas, start);
        enum mm_fault_reason reason;
        struct vma copy;
        unsigned what;
        pte_t e;

        if (!v || v->start > start)
            return mm_fail_at(mm, -ENOMEM, MM_ABOUT_HOLE, start, "the whole range must be mapped");
        if ((v->flags & (VM_IO | VM_PFNMAP)) || !(v->flags & (write ? VM_WRITE : VM_READ)))
            return mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, v->start,
                              "the area does not permit the access that would populate it");
        if (mm->pkru >> (2 * vma_pkey(v)) & (write ? 3 : 1))
            return mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, v->start,
                              "the protection key denies the access that would populate it");
        copy = *v;
        if (copy.uffd && mm_userfault(mm, &copy, start, write, &what)) {
            mm_uffd_meet(mm, start, copy.uffd, what);
            return mm_fail_at(mm, -EFAULT, MM_ABOUT_VMA, start,
                              "a page in it is missing that userfaultfd is to bring");
        }
        reason = mm_fault_page(mm, &copy, start, write, &e); /* not mm_fault(): no CPU gets the entry */
        if (reason == MM_FAULT_OOM)
            return mm_fail_memory(mm);
        if (reason)
            return mm_fail_at(mm, reason == MM_FAULT_POISON ? -EHWPOISON : -EFAULT, MM_ABOUT_VMA, start,
                              reason == MM_FAULT_POISON ? "a page in it is lost"
                              : reason == MM_FAULT_GUARD
                                  ? "a page in it has a guard"
                                  : "a page in it cannot be had: it lies past the end of the file");
    }
    return 0;
}

static int64_t do_madvise(struct mm *mm, uint64_t addr, uint64_t len, const struct advice *a,
                          enum mm_door door)
{
    uint64_t size = MM_PAGE_ALIGN(len);
    struct advising ad = {
        .a = a,
        .c = {.kind = a->kind,
              .door = door,
              .start = addr,
              .end = addr + size,
              .advice = a->nr,
              .pkru = mm->pkru,
              .direct = true},
    };
    int err;

    if (addr & ~MM_PAGE_MASK)
        return mm_fail(mm, -EINVAL, "the address is not a multiple of the page size");
    if (len && !size)
        return mm_fail(mm, -EINVAL, "the length rounded up to pages is 0");
    if (addr + size < addr)
        return mm_fail(mm, -EINVAL, "the range wraps around the end of the address space");
    if (!len)
        return 0;
    err = mm_ask_range(mm, &ad.c);
    if (err)
        return err;
    if (a->kind == CHANGE_POISON)
        err = mm_memory_failure(mm, &ad.c, a->nr == MADV_SOFT_OFFLINE);
    else if (a->nr == MADV_POPULATE_READ || a->nr == MADV_POPULATE_WRITE)
        err = advise_populate(mm, addr, addr + size, a->nr == MADV_POPULATE_WRITE);
    else
        err = mm_walk_parts(mm, addr, addr + size, advise_vma, &ad);
    mm_assert_valid(mm);
    return err;
}

static int64_t madvise_through(struct mm *mm, uint64_t addr, uint64_t len, int advice, enum mm_door door)
{
    const struct advice *a = advice_find(mm, advice);

    return a ? do_madvise(mm, addr, len, a, door) : mm_fail(mm, -EINVAL, "this kernel has no such advice");
}

int64_t mm_madvise(struct mm *mm, uint64_t addr, uint64_t len, int advice)
{
    return madvise_through(mm, addr, len, advice, DOOR_MADVISE);
}

int64_t mm_uring_madvise(struct mm *mm, uint64_t addr, uint64_t len, int advice)
{
    return madvise_through(mm, addr, len, advice, DOOR_URING);
}

int64_t mm_process_madvise(struct mm *mm, uint64_t addr, uint64_t len, int advice, bool remote)
{
    const struct advice *a = advice_find(mm, advice);

    if (!a)
        return mm_fail(mm, -EINVAL, "this kernel has no such advice");
    if (!a->remote && (remote || (mm->design && !(mm->design->rules & RULE_PROCESS_MADVISE_ALL))))
        return mm_fail(mm, -EINVAL, "process_madvise does not take this advice");
    return do_madvise(mm, addr, len, a, DOOR_PROCESS_MADVISE);
}
