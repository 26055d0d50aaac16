/*
 * mprotect.c - mprotect(2) and pkey_mprotect(2).
 *
 * Source: do_mprotect_pkey and mprotect_fixup (mm/mprotect.c), __arch_override_mprotect_pkey
 * (arch/x86/mm/pkeys.c), Linux 6.18. The VMAs are done one after the other: when one fails, those before it
 * stay changed.
 */
#include "mm.h"
#include "uapi.h"

#define PROT_GROWS (PROT_GROWSDOWN | PROT_GROWSUP)

struct request {
    uint64_t start, end;
    uint64_t prot; /* PROT_READ, _WRITE, _EXEC, _SEM */
    int pkey;      /* -1: mprotect(2) */
    uint64_t seal; /* word the design wants on the range afterwards, 0: none */
    struct mm_change change;
};

/* The key an area has afterwards. Execute-only memory gets its key by itself, and loses it when it becomes
 * something else. */
static uint64_t key_for(struct mm *mm, const struct vma *v, uint64_t prot, int pkey)
{
    int key;

    if (pkey != -1)
        return (uint64_t)pkey;
    if (prot == PROT_EXEC) {
        key = mm_execute_only_pkey(mm);
        if (key > 0)
            return (uint64_t)key;
    } else if ((v->flags & VM_PROT_MASK) == VM_EXEC && (int64_t)vma_pkey(v) == mm->execute_only_pkey) {
        return 0;
    }
    return vma_pkey(v);
}

static uint64_t flags_for(struct mm *mm, const struct vma *v, const struct request *r)
{
    uint64_t prot = r->prot;

    if (prot & PROT_READ && mm->read_implies_exec && v->flags & VM_MAYEXEC)
        prot |= PROT_EXEC;
    return (v->flags & ~(VM_PROT_MASK | VM_PKEY_MASK)) | vma_flags_from_prot(prot) |
           key_for(mm, v, prot, r->pkey) << VM_PKEY_SHIFT;
}

/* All of the design's areas in the range, before the first is changed. */
static int ask_range(struct mm *mm, struct request *r)
{
    struct vma_iter it;
    const struct vma *v;
    int err;

    if (!mm->design->range)
        return 0;
    vma_iter_init(&it, &mm->vmas, r->start);
    while ((v = vma_iter_next(&it)) && v->start < r->end) {
        r->change.old_flags = v->flags;
        r->change.new_flags = flags_for(mm, v, r);
        err = mm_ask_range_at(mm, &r->change, v);
        if (err)
            return err;
    }
    return 0;
}

/* May the area have the permissions at all? VM_MAY* lie four bits above their VM_*. */
static int check_permitted(struct mm *mm, const struct vma *v, uint64_t flags)
{
    uint64_t may = (flags & VM_MAYREAD ? VM_READ : 0) | (flags & VM_MAYWRITE ? VM_WRITE : 0) |
                   (flags & VM_MAYEXEC ? VM_EXEC : 0);

    if (flags & VM_PROT_MASK & ~may)
        return mm_fail_at(mm, -EACCES, MM_ABOUT_VMA, v->start,
                          "the mapping was made of something that does not allow this (a descriptor not open "
                          "for writing, noexec)");
    if (mm_deny_write_exec(mm, v->flags, flags))
        return mm_fail_at(mm, -EACCES, MM_ABOUT_VMA, v->start,
                          "PR_SET_MDWE: memory that was not executable never becomes so");
    return 0;
}

/* Charge or uncharge what changes with VM_WRITE: private memory that may be written is promised memory. */
static int recharge(struct mm *mm, const struct vma *v, uint64_t *flags, uint64_t pages)
{
    if (*flags & VM_WRITE) {
        if (!mm_may_expand(mm, *flags, pages) && mm_may_expand(mm, v->flags, pages))
            return -ENOMEM;
        if (v->flags & (VM_ACCOUNT | VM_WRITE | VM_HUGETLB | VM_SHARED | VM_NORESERVE))
            return 0;
        *flags |= VM_ACCOUNT;
        return mm_charge(mm, pages);
    }
    if (v->flags & VM_ACCOUNT && vma_is_anonymous(v) && !v->anon_vma)
        *flags &= ~VM_ACCOUNT;
    return 0;
}

/* mprotect_fixup(): [start, end) of *v, which becomes what it merged into. */
static int protect_area(struct mm *mm, struct vma *v, uint64_t start, uint64_t end, uint64_t flags)
{
    struct vma_change to = {.seal = v->seal, .anon_name = v->anon_name, .policy = v->policy};
    uint64_t pages = (end - start) >> MM_PAGE_SHIFT;
    const struct vma old = *v;
    int err;

    if (flags == old.flags)
        return 0;
    err = recharge(mm, &old, &flags, pages);
    if (err)
        return err;
    to.flags = flags;
    err = vma_modify(mm, v, start, end, &to);
    if (err) {
        if (flags & ~old.flags & VM_ACCOUNT)
            mm_uncharge(mm, pages);
        return err;
    }
    if (old.flags & ~flags & VM_ACCOUNT)
        mm_uncharge(mm, pages);
    mm_tlb_invalidate(mm, start, end);
    mm_account(mm, old.flags, old.file, -(int64_t)pages);
    mm_account(mm, flags, old.file, (int64_t)pages);
    /* Locked private memory that becomes writable is copied now: no fault later on. */
    if (flags & VM_WRITE && old.flags & VM_LOCKED && !(old.flags & (VM_WRITE | VM_SHARED)))
        mm_populate(mm, start, end, POPULATE_NOW);
    return 0;
}

/* v is the VMA at the start. */
static int protect_range(struct mm *mm, struct request *r, const struct vma *v)
{
    uint64_t at = r->start;
    int err;

    for (; at < r->end; v = vma_tree_find(&mm->vmas, at)) {
        struct vma area;
        uint64_t flags, to;

        if (!v || v->start > at)
            return mm_fail_at(mm, -ENOMEM, MM_ABOUT_HOLE, at, "the whole range must be mapped");
        area = *v;
        to = area.end > r->end ? r->end : area.end;
        flags = flags_for(mm, &area, r);
        err = check_permitted(mm, &area, flags);
        if (err)
            return err;
        r->change.old_flags = area.flags;
        r->change.new_flags = flags;
        err = mm_ask_vma(mm, &r->change, &area);
        if (!err)
            err = protect_area(mm, &area, at, to, flags);
        if (err)
            return err;
        at = area.end; /* what it merged with needs no change */
    }
    return 0;
}

/*
 * *first gets the VMA at the start. PROT_GROWSDOWN: from the start of the stack's area on. x86 has no stacks that grow
 * upwards.
 */
static int find_start(struct mm *mm, struct request *r, uint64_t grows, const struct vma **first)
{
    const struct vma *v = *first = vma_tree_find_to_change(&mm->vmas, r->start);

    if (!v || v->start >= r->end)
        return mm_fail_at(mm, -ENOMEM, MM_ABOUT_HOLE, r->start, "nothing of the range is mapped");
    if (grows & PROT_GROWSDOWN) {
        if (!(v->flags & VM_GROWSDOWN))
            return mm_fail_at(mm, -EINVAL, MM_ABOUT_VMA, v->start,
                              "PROT_GROWSDOWN is for areas that grow down");
        r->start = v->start;
        return 0;
    }
    if (v->start > r->start)
        return mm_fail_at(mm, -ENOMEM, MM_ABOUT_HOLE, r->start, "the start of the range is not mapped");
    return grows & PROT_GROWSUP ? mm_fail(mm, -EINVAL, "no area grows upwards on x86") : 0;
}

static uint64_t set_word(uint64_t old, uint64_t word)
{
    return word;
}

int64_t mm_mprotect(struct mm *mm, uint64_t addr, uint64_t len, uint64_t prot, int pkey)
{
    struct request r = {.prot = prot, .pkey = pkey};
    uint64_t grows = prot & PROT_GROWS;
    const char *why[2] = {NULL, NULL};
    const struct vma *first;
    int err;

    if (mm->design->mprotect_bits) {
        err = mm->design->mprotect_bits(&r.prot, &r.seal, why);
        if (err)
            return why[0] ? mm_fail(mm, err, why[0]) : err;
    }
    r.prot &= ~(uint64_t)PROT_GROWS;
    if (grows == PROT_GROWS)
        return mm_fail(mm, -EINVAL, "PROT_GROWSDOWN and PROT_GROWSUP exclude each other");
    if (addr & ~MM_PAGE_MASK)
        return mm_fail(mm, -EINVAL, "the address is not a multiple of the page size");
    if (!len)
        return 0;
    r.start = addr;
    r.end = addr + MM_PAGE_ALIGN(len);
    if (r.end <= r.start)
        return mm_fail(mm, -ENOMEM, "the range wraps around the end of the address space");
    if (r.prot & ~(uint64_t)(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM))
        return mm_fail(mm, -EINVAL, "unknown bits in the protection");
    if (pkey != -1 &&
        (pkey < 0 || pkey > 15 || !(mm->pkey_map & 1u << pkey) || pkey == mm->execute_only_pkey))
        return mm_fail(mm, -EINVAL, "the protection key is not allocated");
    err = find_start(mm, &r, grows, &first);
    if (err)
        return err;

    r.change = (struct mm_change){
        .kind = CHANGE_PROTECT,
        .door = pkey == -1 ? DOOR_MPROTECT : DOOR_PKEY_MPROTECT,
        .start = r.start,
        .end = r.end,
        .direct = true,
    };
    err = ask_range(mm, &r);
    if (!err)
        err = protect_range(mm, &r, first);
    if (!err && r.seal)
        err = mm_seal_apply(mm, r.start, r.end, set_word, r.seal);
    mm_assert_valid(mm);
    return err;
}
