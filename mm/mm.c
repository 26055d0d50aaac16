/*
 * mm.c - the life of an address space: the machine around it, creation, fork, pictures of it, the end.
 *
 * Source: mm_init, dup_mmap (kernel/fork.c, mm/mmap.c), exit_mmap (mm/mmap.c), Linux 6.18.
 */
#include "mm.h"
#include "names.h"
#include "uapi.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

/* ---- the machine ---------------------------------------------------------------------------- */

int mm_system_init(struct mm_system *sys, uint64_t memory)
{
    memset(sys, 0, sizeof(*sys));
    sys->max_map_count = 65530;
    sys->mmap_min_addr = 65536;
    sys->stack_guard_gap = 256 << MM_PAGE_SHIFT;
    sys->next_anon_ino = 1024;
    return physmem_init(&sys->phys, memory);
}

void mm_system_destroy(struct mm_system *sys)
{
    mm_shm_destroy(sys);
    mm_vdso_destroy(sys);
    physmem_destroy(&sys->phys);
}

/* ---- one address space ---------------------------------------------------------------------- */

static void link_mm(struct mm *mm)
{
    struct mm_system *sys = mm->sys;

    mm->id = ++sys->last_mm_id;
    mm->next = sys->mms;
    mm->pprev = &sys->mms;
    if (mm->next)
        mm->next->pprev = &mm->next;
    sys->mms = mm;
}

struct mm *mm_create(struct mm_system *sys, const struct mseal_design *design)
{
    struct mm *mm = calloc(1, sizeof(*mm));
    unsigned i;

    if (!mm)
        return NULL;
    mm->sys = sys;
    mm->refs = 1;
    mm->design = design ? design : mseal_design_find("none");
    mm->first_design_call = mm_first_design_call(mm->design);
    vma_tree_init(&mm->vmas, 0, MM_TASK_SIZE);
    pt_init(&mm->pt, &sys->phys);
    for (i = 0; i < MM_NR_RLIMITS; i++)
        mm->rlim[i] = MM_RLIM_INFINITY;
    mm->rlim[MM_RLIMIT_STACK] = 8 << 20;
    mm->rlim[MM_RLIMIT_MEMLOCK] = 8 << 20;
    mm->rlim_data_max = MM_RLIM_INFINITY;
    mm->layout.mmap_base = MM_TASK_SIZE - (UINT64_C(128) << 20);
    mm->pkey_map = sys->no_pkeys ? 0 : 1;
    mm->execute_only_pkey = sys->no_pkeys ? 0 : -1;
    mm->tlb_lo = UINT64_MAX;
    link_mm(mm);
    return mm;
}

struct mm *mm_get(struct mm *mm)
{
    mm->refs++;
    return mm;
}

/* Shared mappings that may write, and promised pages, of all VMAs: what outlives the mm must hear that they
 * go or come. */
static void account_outside(struct mm *mm, int sign)
{
    struct vma_iter it;
    const struct vma *v;

    vma_iter_init(&it, &mm->vmas, 0);
    while ((v = vma_iter_next(&it))) {
        uint64_t pages = vma_pages(v);

        if (vma_is_shared_maywrite(v) && vma_object(v))
            vma_object(v)->writable_maps += (uint64_t)(sign * (int64_t)pages);
        if (v->flags & VM_ACCOUNT)
            mm->sys->committed += (uint64_t)(sign * (int64_t)pages);
    }
}

void mm_put(struct mm *mm)
{
    if (!mm || --mm->refs)
        return;
    account_outside(mm, -1);
    *mm->pprev = mm->next;
    if (mm->next)
        mm->next->pprev = mm->pprev;
    pt_destroy(&mm->pt);
    vma_tree_destroy(&mm->vmas);
    mm_names_put(mm->names);
    free(mm);
}

/* ---- fork ----------------------------------------------------------------------------------- */

/* What becomes different in the child's copy of v. False: nothing. */
static bool child_vma(struct mm *child, struct vma *v)
{
    const struct mseal_design *d = child->design;
    struct vma old = *v;

    v->flags &= ~VM_LOCKED_MASK;
    if (!(v->uffd & MM_UFFD_FORKS)) { /* dup_userfaultfd() */
        v->flags &= ~VM_UFFD_MASK;
        v->uffd = 0;
    }
    if (v->flags & VM_WIPEONFORK)
        v->anon_vma = 0;
    else if (v->anon_vma)
        v->anon_vma = anon_vma_new(child->sys, true);
    if (d->inherit)
        v->seal = d->inherit(v->seal);
    if (!v->seal)
        v->sealed_at = 0;
    return v->flags != old.flags || v->anon_vma != old.anon_vma || v->seal != old.seal || v->uffd != old.uffd;
}

/* The child has the parent's VMAs and pages by now: take out what fork does not copy. 0 or -ENOMEM. */
static int adjust_child(struct mm *child, const struct vma_tree *parent)
{
    struct vma_iter it;
    const struct vma *v;
    struct vma mine, *edit;
    int err;

    vma_iter_init(&it, parent, 0);
    while ((v = vma_iter_next(&it))) {
        if (v->flags & (VM_DONTCOPY | VM_WIPEONFORK))
            mm_zap(child, v, v->start, v->end);
        if (v->flags & VM_DONTCOPY) {
            mm_account(child, v->flags, v->file, -(int64_t)vma_pages(v));
            err = vma_tree_splice(&child->vmas, v->start, v->end, NULL, 0);
            if (err)
                return err;
            continue;
        }
        mine = *v;
        if (!child_vma(child, &mine))
            continue;
        edit = vma_tree_edit(&child->vmas, v->start);
        if (!edit)
            return -ENOMEM;
        edit->flags = mine.flags;
        edit->uffd = mine.uffd;
        edit->anon_vma = mine.anon_vma;
        edit->seal = mine.seal;
        edit->sealed_at = mine.sealed_at;
    }
    return 0;
}

struct mm *mm_fork(struct mm *parent, int *err)
{
    struct mm *child = malloc(sizeof(*child));

    *err = -ENOMEM;
    if (!child)
        return NULL;
    *child = *parent;
    child->refs = 1;
    child->names = mm_names_get(parent->names);
    child->stats.locked_vm = child->stats.pinned_vm = child->locked_leak = 0;
    child->stats.hiwater_vm = child->stats.total_vm;
    child->stats.hiwater_rss = child->stats.rss_anon + child->stats.rss_file + child->stats.rss_shmem;
    child->def_flags &= ~VM_LOCKED_MASK;
    child->mdwe = mm_mdwe_inherited(parent);
    child->uffd.keeps = false;
    child->futex_slots = 0;
    child->refused = false;
    child->reason.why = NULL;
    child->refusal.change = NULL;
    child->tlb_flush = false;
    child->tlb_nr_stale = child->tlb_nr_noted = child->tlb_nr_gone = 0;
    child->tlb_lo = UINT64_MAX;
    child->tlb_hi = 0;
    vma_tree_snapshot(&child->vmas, &parent->vmas);
    pt_init(&child->pt, &parent->sys->phys);
    pt_share(&child->pt, &parent->pt);
    /* What the CPU may write now must fault first, in order to be copied. */
    mm_tlb_invalidate(parent, 0, MM_TASK_SIZE);
    link_mm(child);

    *err = adjust_child(child, &parent->vmas);
    account_outside(child, 1);
    if (!*err && child->sys->overcommit == 2 && !mm_may_commit(child, 0))
        *err = -ENOMEM;
    if (*err) {
        mm_put(child);
        return NULL;
    }
    mm_assert_valid(child);
    return child;
}

/* ---- what others set and read --------------------------------------------------------------- */

void mm_set_pkru(struct mm *mm, uint32_t pkru)
{
    mm->pkru = pkru;
}

uint32_t mm_pkru(const struct mm *mm)
{
    return mm->pkru;
}

void mm_set_read_implies_exec(struct mm *mm, bool on)
{
    mm->read_implies_exec = on;
}

void mm_set_event(struct mm *mm, uint64_t event)
{
    mm->event = event;
    mm->refused = false;
    mm->reason.why = NULL;
}

struct mm_layout *mm_layout(struct mm *mm)
{
    return &mm->layout;
}

const struct mseal_design *mm_design(const struct mm *mm)
{
    return mm->design;
}

uint64_t mm_id(const struct mm *mm)
{
    return mm->id;
}

const struct vma *mm_find_vma(struct mm *mm, uint64_t addr)
{
    return vma_tree_find(&mm->vmas, addr);
}

uint64_t mm_vma_count(const struct mm *mm)
{
    return mm->vmas.count;
}

/* ---- pictures ------------------------------------------------------------------------------- */

struct mm_snapshot {
    struct vma_tree vmas;
};

struct mm_snapshot *mm_snapshot_take(struct mm *mm)
{
    struct mm_snapshot *s = malloc(sizeof(*s));

    if (s)
        vma_tree_snapshot(&s->vmas, &mm->vmas);
    return s;
}

void mm_snapshot_put(struct mm_snapshot *s)
{
    if (!s)
        return;
    vma_tree_destroy(&s->vmas);
    free(s);
}

const struct vma *mm_snapshot_find(const struct mm_snapshot *s, uint64_t addr)
{
    return vma_tree_find(&s->vmas, addr);
}
