/* mm.h - the inside of struct mm, for the files of mm/ only. */
#ifndef MM_MM_H
#define MM_MM_H

#include "pagetable.h"
#include "vma_tree.h"

#include <errno.h>
#include <mseal-emu/design.h>

struct mm {
    struct mm_system *sys;
    unsigned refs;
    struct mm *next, **pprev; /* sys->mms */
    const struct mseal_design *design;
    struct vma_tree vmas;
    struct pagetable pt;
    struct mm_layout layout;
    uint64_t rlim[MM_NR_RLIMITS];
    uint32_t pkru;
    uint16_t pkey_map;        /* allocated protection keys; bit 0 always */
    uint64_t def_flags;       /* mlockall(MCL_FUTURE): VM_LOCKED | VM_LOCKONFAULT */
    unsigned mdwe;            /* PR_MDWE_* */
    bool cap_ipc_lock, cap_sys_admin, cap_sys_nice; /* of the owner, see mm_set_owner() */
    bool cap_sys_rawio;       /* may map below sys->mmap_min_addr */
    int owner_pid;
    unsigned owner_uid, owner_gid;
    struct mm_stats stats;    /* kept up to date by every change */
    uint64_t event;
    bool tlb_flush;           /* see mm_tlb_flush_needed() */
    uint64_t tlb_lo, tlb_hi;  /* addresses handed to the CPU since the last flush lie in here */
    int32_t execute_only_pkey;
    struct mm_names *names;   /* anon names, see names.h; NULL until the first is set */
    uint32_t mempolicy;       /* set_mempolicy, packed as struct vma.policy (mempolicy.c) */
    struct mm_refusal refusal;
    struct mm_change refused_change;
    bool refused;
};

/* --- vma.c: one VMA --------------------------------------------------------------------------- */
uint64_t vma_flags_from_prot(uint64_t prot);
static inline uint64_t vma_pages(const struct vma *v)
{
    return (v->end - v->start) >> MM_PAGE_SHIFT;
}
static inline uint64_t vma_pkey(const struct vma *v)
{
    return (v->flags & VM_PKEY_MASK) >> VM_PKEY_SHIFT;
}
/* Object behind a VMA, NULL for private anonymous memory. */
static inline struct vm_object *vma_object(const struct vma *v)
{
    return v->file ? v->file->obj : NULL;
}
/* Page index in the object of the page at addr. */
static inline uint64_t vma_index(const struct vma *v, uint64_t addr)
{
    return v->pgoff + ((addr - v->start) >> MM_PAGE_SHIFT);
}

/* --- asking the design (ask.c) ------------------------------------------------------------------ */
/* Pre-check of a whole range (design->range), then nothing has changed on refusal. */
int mm_ask_range(struct mm *mm, const struct mm_change *c);
/* At one VMA (design->vma). */
int mm_ask_vma(struct mm *mm, const struct mm_change *c, const struct vma *v);

/* --- merge.c: the one place that splits and merges ---------------------------------------------- */
/*
 * Give [start, end), which lies within VMA v, new attributes: splits v, merges with neighbours where Linux would
 * (vma_modify in mm/vma.c). On success *v is the VMA that now holds start (a copy). 0, -ENOMEM (map count).
 */
struct vma_change { /* what becomes different */
    uint64_t flags, seal;
    uint32_t anon_name, policy;
};
int vma_modify(struct mm *mm, struct vma *v, uint64_t start, uint64_t end, const struct vma_change *to);
/* Insert a new VMA, merged with neighbours if possible (vma_merge_new_range). */
int vma_insert(struct mm *mm, const struct vma *v);
/* Split so that addr is a boundary (map count limit checked by the caller's rules). 0 or -ENOMEM. */
int vma_split_at(struct mm *mm, uint64_t addr);

/* --- unmap.c ----------------------------------------------------------------------------------------- */
/* do_vmi_munmap: gather, ask, split, remove. `kind` and `door` tell the design what this is for. */
int mm_unmap_range(struct mm *mm, uint64_t start, uint64_t end, enum mm_change_kind kind, enum mm_door door, bool direct);
/* Page table entries of [start,end) go, with statistics and TLB (unmap_region). */
void mm_zap(struct mm *mm, const struct vma *v, uint64_t start, uint64_t end);

/* --- mmap.c ---------------------------------------------------------------------------------------- */
/* do_mmap(): mm_mmap() with the page offset in pages, on behalf of another door (shmat, remap_file_pages). */
int64_t mm_do_mmap(struct mm *mm, uint64_t addr, uint64_t len, uint64_t prot, uint64_t flags, struct mm_file *file,
                   uint64_t pgoff, enum mm_door door);

/* --- file_anon.c, shm.c: what a file is ----------------------------------------------------------- */
bool mm_file_is_anon_shmem(const struct mm_file *file); /* of MAP_SHARED | MAP_ANONYMOUS (shmem_anon_vm_ops) */
bool mm_file_is_shm(const struct mm_file *file);        /* of shmat (shm_vm_ops) */
void mm_shm_destroy(struct mm_system *sys);             /* all segments go: for mm_system_destroy() */

/* --- madvise.c ------------------------------------------------------------------------------------- */
/* As mm_zap() for pages that only lose their contents: guard markers stay (zap without ZAP_FLAG_DROP_MARKER). */
void mm_discard(struct mm *mm, const struct vma *v, uint64_t start, uint64_t end);
/* One VMA's part of a range. v is a copy; whoever changes the VMA leaves here what it became. */
struct vma_part {
    struct vma v;
    uint64_t start, end;
};
/* madvise_walk_vmas(): fn for each part of [start, end) that is mapped; stops at its first error. -ENOMEM: there was a hole. */
int mm_walk_parts(struct mm *mm, uint64_t start, uint64_t end, int (*fn)(struct mm *mm, struct vma_part *p, void *ctx),
                  void *ctx);
/* The address of the first entry in [start, end) that has one of the PTE_* bits. False: none. */
bool mm_find_entry(struct mm *mm, uint64_t start, uint64_t end, pte_t bits, uint64_t *at);
#define VM_SPECIAL (VM_IO | VM_DONTEXPAND | VM_PFNMAP | VM_MIXEDMAP)

/* --- layout.c: where a new mapping goes (get_unmapped_area) -------------------------------------------- */
/*
 * An address for len bytes (page aligned, not 0): addr itself with MAP_FIXED, near the hint addr, or the best free
 * place by mm->layout. flags: MAP_*; pgoff: page offset in file (ignored without one). The address, or -ENOMEM,
 * -EINVAL (unaligned MAP_FIXED), -EPERM (below mmap_min_addr without the capability). Nothing is reserved.
 */
int64_t mm_get_unmapped_area(struct mm *mm, struct mm_file *file, uint64_t addr, uint64_t len, uint64_t pgoff, uint64_t flags);

/* --- limits.c: may_expand_vm, RLIMIT_*, accounting -------------------------------------------------------- */
bool mm_may_expand(struct mm *mm, uint64_t vm_flags, uint64_t pages);
void mm_account(struct mm *mm, uint64_t vm_flags, bool file, int64_t pages);

/* --- tlb.c ---------------------------------------------------------------------------------------------------- */
/* Permissions or frames of [start, end) changed: a flush is due if the CPU may hold any of it. */
void mm_tlb_invalidate(struct mm *mm, uint64_t start, uint64_t end);

/* --- fault.c ----------------------------------------------------------------------------------------------------- */
/* mm_populate: fault in every page of [start,end) as MAP_POPULATE and mlock do. write: break COW. 0 or negative errno. */
int mm_populate(struct mm *mm, uint64_t start, uint64_t end, bool ignore_errors);
/*
 * anon_vma_prepare(): gives the VMA that holds addr an anon_vma identity if it has none: a neighbour's if the two could
 * merge (find_mergeable_anon_vma in mm/vma.c), else a new one. 0, or -ENOMEM.
 */
int mm_anon_vma_prepare(struct mm *mm, uint64_t addr);

/* --- shmem / special files made by mm itself (file_anon.c) ---------------------------------------------------- */
/* "/dev/zero (deleted)" of a MAP_SHARED|MAP_ANONYMOUS mapping, "/SYSVxxxxxxxx (deleted)" of a segment. One reference. */
struct mm_file *mm_file_create_shmem(struct mm_system *sys, const char *name, uint64_t size);

#if defined(MM_DEBUG)
#define mm_assert_valid(mm) mm_assert_valid_at((mm), __func__)
void mm_assert_valid_at(struct mm *mm, const char *where); /* aborts with the reason: test builds only */
#else
#define mm_assert_valid(mm) ((void)0)
#endif

#endif
