/* mm.h - the inside of struct mm, for the files of mm/ only. */
#ifndef MM_MM_H
#define MM_MM_H

#include "pagetable.h"
#include "vma_tree.h"

#include <errno.h>
#include <mseal-emu/design.h>
#include <mseal-emu/uffd.h>

#define MM_TLB_FILTER_SHIFT 12 /* bits in a filter of tlb.c */
#define MM_TLB_FILTER_WORDS ((1u << MM_TLB_FILTER_SHIFT) / 64)

struct mm {
    struct mm_system *sys;
    unsigned refs;
    uint64_t id;              /* mm_id() */
    struct mm *next, **pprev; /* sys->mms */
    const struct mseal_design *design;
    uint64_t first_design_call; /* the smallest number of a call of its own, and of those all designs have */
    struct vma_tree vmas;
    struct pagetable pt;
    struct mm_layout layout;
    uint64_t rlim[MM_NR_RLIMITS];
    uint64_t rlim_data_max; /* hard limit of RLIMIT_DATA (may_expand_vm looks at it) */
    uint32_t pkru;
    uint16_t pkey_map;      /* allocated protection keys; bit 0 always */
    uint64_t poisoned_page; /* see mm_take_poisoned(); 0: none */
    bool read_implies_exec; /* personality(READ_IMPLIES_EXEC) */
    uint64_t def_flags;     /* mlockall(MCL_FUTURE): VM_LOCKED | VM_LOCKONFAULT */
    unsigned mdwe;          /* PR_MDWE_*, prctl(2) */
    unsigned thp_disable;   /* PR_SET_THP_DISABLE: 0, or 1 | its flags; fork copies it */
    bool merge_any;         /* PR_SET_MEMORY_MERGE; fork and execve copy it */
    unsigned futex_slots;   /* see mm_futex_slots() */
    unsigned membarrier;    /* registrations of membarrier(2); fork copies them */
    struct {                /* userfault_call.c */
        bool keeps;         /* a system call is under way, and userfaultfd is in use */
        struct mm_uffd_left left;
        struct mm_uffd_copy **last_copy;
        struct mm_uffd_event **last_event;
        uint64_t told;
    } uffd;
    uint64_t note;                                  /* see mm_note() */
    bool cap_ipc_lock, cap_sys_admin, cap_sys_nice; /* of the owner, see mm_set_owner() */
    bool cap_sys_rawio;                             /* may map below sys->mmap_min_addr */
    int owner_pid;
    unsigned owner_uid, owner_gid;
    /* pages of locked_vm that no VMA has: mremap(MREMAP_DONTUNMAP) of locked memory */
    uint64_t locked_leak;
    struct mm_stats stats; /* kept up to date by every change */
    uint64_t event;
    bool tlb_flush;        /* see mm_tlb_flush_needed() */
    unsigned tlb_nr_stale; /* while !tlb_flush: only these pages have to go */
    unsigned tlb_nr_gone;  /* these went last, and the CPU was not told of them since */
    uint64_t tlb_stale[MM_TLB_FEW], tlb_gone[MM_TLB_FEW];
    unsigned tlb_nr_noted; /* bits set in tlb_pages */
    bool cpu_asks;         /* within mm_fault(): the CPU takes the entry that is made */
    uint64_t tlb_pages[MM_TLB_FILTER_WORDS], tlb_regions[MM_TLB_FILTER_WORDS]; /* see tlb.c */
    uint64_t tlb_lo, tlb_hi; /* addresses handed to the CPU since the last flush lie in here */
    int32_t execute_only_pkey;
    struct mm_names *names; /* anon names, see names.h; NULL until the first is set */
    uint32_t mempolicy;     /* set_mempolicy, packed as struct vma.policy (mempolicy.c) */
    struct mm_refusal refusal;
    struct mm_change refused_change;
    bool refused;
    struct mm_reason reason; /* why NULL: none, see reason.c */
    uint64_t unchecked;      /* changes since the last check, in test builds (check.c) */
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

/* Linux' VM_SPECIAL: never merged, never locked, never expanded. */
#define VM_SPECIAL     (VM_IO | VM_DONTEXPAND | VM_PFNMAP | VM_MIXEDMAP)
#define VM_LOCKED_MASK (VM_LOCKED | VM_LOCKONFAULT)
/* Bytes of a page: 4096 but for hugetlbfs. */
uint64_t vma_page_size(const struct vma *v);
/* May the VMA be cut in two at addr (vm_ops->may_split)? 0, or -EINVAL: special mappings, [vdso] and [vvar], and huge pages
 * may not. */
int vma_check_split(struct mm *mm, const struct vma *v, uint64_t addr);
/* The part of v between the page aligned start and end, pgoff adjusted. */
struct vma vma_slice(const struct vma *v, uint64_t start, uint64_t end);
/* Linux' VM_SHARED && VM_MAYWRITE: counted in vm_object.writable_maps. */
static inline bool vma_is_shared_maywrite(const struct vma *v)
{
    return (v->flags & (VM_SHARED | VM_MAYWRITE)) == (VM_SHARED | VM_MAYWRITE);
}

/* --- asking the design (ask.c) ------------------------------------------------------------------ */
/* Pre-check of a whole range (design->range), then nothing has changed on refusal. */
int mm_ask_range(struct mm *mm,
                 const struct mm_change *c); /* MSEAL_REVOKE: at least one area answers so, none refuses */
/* design->range at one VMA, for callers whose change differs from VMA to VMA. */
int mm_ask_range_at(struct mm *mm, const struct mm_change *c, const struct vma *v);
/* At one VMA (design->vma). */
int mm_ask_vma(struct mm *mm, const struct mm_change *c, const struct vma *v);

/* --- seal.c -------------------------------------------------------------------------------------- */
uint64_t mm_first_design_call(const struct mseal_design *d);

/* --- merge.c: the one place that splits and merges ---------------------------------------------- */
/*
 * Give [start, end), which lies within VMA v, new attributes: splits v, merges with neighbours where Linux would
 * (vma_modify in mm/vma.c). On success *v is the VMA that now holds start (a copy). 0, -ENOMEM (map count).
 */
struct vma_change { /* what becomes different */
    uint64_t flags, seal;
    uint32_t anon_name, policy;
    const uint16_t *uffd; /* NULL: as it was */
};
int vma_modify(struct mm *mm, struct vma *v, uint64_t start, uint64_t end, const struct vma_change *to);
/* Insert a new VMA, merged with neighbours if possible (vma_merge_new_range). */
int vma_insert(struct mm *mm, const struct vma *v);
/* As vma_insert(), merging with the VMA before it only (Linux' just_expand: the heap never merges upwards). */
int vma_insert_expand(struct mm *mm, const struct vma *v);
/* Make v, which is in the tree, reach up to new_end; it may merge with what begins there. 0 or -ENOMEM. */
int vma_extend(struct mm *mm, const struct vma *v, uint64_t new_end);
/*
 * Split so that addr is a boundary. No limit is tested (Linux' __split_vma; callers that need split_vma()
 * compare mm->vmas.count with sys->max_map_count first). 0, -ENOMEM, or -EINVAL where the VMA may not be split.
 */
int vma_split_at(struct mm *mm, uint64_t addr);
/*
 * Linux' anon_vma: the identity of a set of private pages. Two VMAs that both have one merge only when it is the same;
 * ANON_VMA_FORKED marks one that came from a parent by fork, which never joins a VMA that has none.
 */
#define ANON_VMA_FORKED (1u << 31)
uint32_t anon_vma_new(struct mm_system *sys, bool forked);
/* The identity v gets at its first private page (anon_vma_prepare): its own, a compatible neighbour's, or a new one.
 * The caller stores it with vma_tree_edit(). */
uint32_t anon_vma_find(struct mm *mm, const struct vma *v);

/* --- unmap.c ----------------------------------------------------------------------------------------- */
/* do_vmi_munmap: gather, ask, split, remove. `kind` and `door` tell the design what this is for. */
int mm_unmap_range(struct mm *mm, uint64_t start, uint64_t end, enum mm_change_kind kind, enum mm_door door,
                   bool direct);
/* do_munmap(): the same with munmap(2)'s arguments and their errors. */
int mm_do_munmap(struct mm *mm, uint64_t start, uint64_t len, enum mm_change_kind kind, enum mm_door door,
                 bool direct);
/* The halves of mm_unmap_range(), for who has to check limits in between (mmap). */
struct unmap {
    uint64_t start, end;
    uint64_t nr_vmas;      /* 0: nothing is mapped there */
    uint64_t nr_pages;     /* mapped pages in the range */
    uint64_t nr_accounted; /* of these with VM_ACCOUNT: uncharged by the commit */
    struct vma first, last;
};
/* Ask for and count what lies in [start, end). `why` NULL: the design was asked already. 0 or negative errno: nothing is
 * changed but for a split at start. */
int unmap_gather(struct mm *mm, struct unmap *u, uint64_t start, uint64_t end, const struct mm_change *why);
/* Remove it. No change of VMAs may lie between. 0 or -ENOMEM with the VMAs still there. */
int unmap_commit(struct mm *mm, struct unmap *u);
/* After a gather, instead of the commit: Linux has cut the areas at both ends by then and does not mend that. */
void unmap_abort(struct mm *mm, const struct unmap *u);

/* --- zap.c: pages go ---------------------------------------------------------------------------------- */
/* Page table entries of [start,end) go, with statistics and TLB (unmap_region). v need not be in the tree any more. */
void mm_zap(struct mm *mm, const struct vma *v, uint64_t start, uint64_t end);
/* Pages [first, end) of an object go from every address space (unmap_mapping_pages). */
void mm_unmap_object(struct vm_object *obj, uint64_t first, uint64_t end, bool private_too);
/* The counter of st that an entry is counted in; NULL: none (the zero page, a marker). */
uint64_t *mm_rss_counter(struct mm_stats *st, pte_t e);
/* To be called before resident pages or mappings become fewer. */
void mm_update_hiwater(struct mm *mm);

/* --- object.c ----------------------------------------------------------------------------------------- */
/* A frame for any purpose, with one reference; clean file pages that nobody maps give way. PFN_NONE: exhausted. */
pfn_t mm_alloc_frame(struct mm_system *sys, bool zeroed);
/* The page at index, which nobody maps any more, goes from the cache. */
void vm_object_forget(struct vm_object *obj, uint64_t index);
/* Drops the clean file pages that nobody maps: they can be read again. False: there were none. */
bool mm_reclaim(struct mm_system *sys);

/* --- mmap.c ---------------------------------------------------------------------------------------- */
/* do_mmap(): mm_mmap() with the page offset in pages, on behalf of another door (shmat, remap_file_pages). */
int64_t mm_do_mmap(struct mm *mm, uint64_t addr, uint64_t len, uint64_t prot, uint64_t flags,
                   struct mm_file *file, uint64_t pgoff, enum mm_door door);
/* The protection key of execute-only memory, taken at first use (and mm->pkru set to deny reading); 0: none to be had. */
int mm_execute_only_pkey(struct mm *mm);

/* --- memory_failure.c -------------------------------------------------------------------------------- */
/* MADV_HWPOISON, or softly MADV_SOFT_OFFLINE, of c's pages, page by page. 0 or negative errno: the pages before are done. */
int mm_memory_failure(struct mm *mm, const struct mm_change *c, bool soft);

/* --- exec_maps.c ------------------------------------------------------------------------------------- */
void mm_vdso_destroy(struct mm_system *sys);

/* --- file_anon.c, shm.c: what a file is ----------------------------------------------------------- */
bool mm_file_is_anon_shmem(
    const struct mm_file *file);                 /* of MAP_SHARED | MAP_ANONYMOUS (shmem_anon_vm_ops) */
bool mm_file_is_shm(const struct mm_file *file); /* of shmat (shm_vm_ops) */
/* Would the segment behind file (of shmat) be gone for good if [start, end) were unmapped? */
bool mm_shm_ends_with(struct mm *mm, const struct mm_file *file, uint64_t start, uint64_t end);
void mm_shm_destroy(struct mm_system *sys); /* all segments go: for mm_system_destroy() */

/* --- madvise.c ------------------------------------------------------------------------------------- */
/* One VMA's part of a range. v is a copy; whoever changes the VMA leaves here what it became. */
struct vma_part {
    struct vma v;
    uint64_t start, end;
};
/* madvise_walk_vmas(): fn for each part of [start, end) that is mapped; stops at its first error. -ENOMEM: there was a hole. */
int mm_walk_parts(struct mm *mm, uint64_t start, uint64_t end,
                  int (*fn)(struct mm *mm, struct vma_part *p, void *ctx), void *ctx);
/* The address of the first entry in [start, end) that has one of the PTE_* bits. False: none. */
bool mm_find_entry(struct mm *mm, uint64_t start, uint64_t end, pte_t bits, uint64_t *at);

/* --- layout.c: where a new mapping goes (get_unmapped_area) -------------------------------------------- */
/*
 * An address for len bytes (page aligned, not 0): addr itself with MAP_FIXED, near the hint addr, or the best free
 * place by mm->layout. flags: MAP_*; pgoff: page offset in file (ignored without one). The address, or -ENOMEM,
 * -EINVAL (unaligned MAP_FIXED), -EPERM (below mmap_min_addr without the capability). Nothing is reserved.
 */
int64_t mm_get_unmapped_area(struct mm *mm, struct mm_file *file, uint64_t addr, uint64_t len, uint64_t pgoff,
                             uint64_t flags);

/* --- limits.c: may_expand_vm, RLIMIT_*, accounting -------------------------------------------------------- */
/* Do `pages` more pages of such a VMA stay within RLIMIT_AS and RLIMIT_DATA? */
bool mm_may_expand(struct mm *mm, uint64_t vm_flags, uint64_t pages);
/* total_vm and its parts (VmData, VmStk, VmExe+VmLib), in pages; negative: gone. */
void mm_account(struct mm *mm, uint64_t vm_flags, bool file, int64_t pages);
/* mm_account() for `pages` pages of v, and the object's writable_maps. Locked pages are the caller's. */
void vma_account(struct mm *mm, const struct vma *v, int64_t pages);
/* Overcommit (security_vm_enough_memory_mm): promise `pages` more pages. 0 or -ENOMEM. */
int mm_charge(struct mm *mm, uint64_t pages);
void mm_uncharge(struct mm *mm, uint64_t pages);
/* Would the heuristic of overcommit grant that many pages at all? For objects, which are not charged to an mm. */
bool mm_may_commit(struct mm *mm, uint64_t pages);
/* -ENOMEM for want of frames or table nodes, remembered as the reason. */
int mm_fail_memory(struct mm *mm);
/* RLIMIT_MEMLOCK for `bytes` more of locked memory (mlock_future_ok); true if not locked. */
bool mm_mlock_future_ok(struct mm *mm, bool locked, uint64_t bytes);
/* PR_SET_MDWE: would going from old to new flags give memory that is, or was, writable the right to be executed? */
bool mm_deny_write_exec(struct mm *mm, uint64_t old_flags, uint64_t new_flags);

/* --- tlb.c ---------------------------------------------------------------------------------------------------- */
/* Permissions or frames of [start, end) changed: what the CPU may hold of it has to go. */
void mm_tlb_invalidate(struct mm *mm, uint64_t start, uint64_t end);
/* The page at addr was handed to the CPU. */
void mm_tlb_note(struct mm *mm, uint64_t addr);

/* --- fault.c ----------------------------------------------------------------------------------------------------- */
/*
 * Makes the page at addr, which lies in v, present; for a write: ours to change in place. Looks at no permission. *e is
 * the entry. MM_FAULT_NONE, or why not: _GUARD, _PAST_EOF, _IO, _OOM. May invalidate v (the caller has a copy).
 */
enum mm_fault_reason mm_fault_page(struct mm *mm, const struct vma *v, uint64_t addr, bool write, pte_t *e);
/* mm_fault() for the kernel itself: the frame, PFN_NONE if the guest would get a signal. The CPU is not told. */
pfn_t mm_fault_frame(struct mm *mm, uint64_t addr, unsigned access);
/* userfault.c: is the access one that userfaultfd watches? MM_FAULT_NONE or MM_FAULT_USERFAULT with *what. */
enum mm_fault_reason mm_userfault(struct mm *mm, const struct vma *v, uint64_t addr, bool write,
                                  unsigned *what);
/* userfault_call.c: an access of the kernel met a watched page: it is to be repeated; or, a write, was kept (true). */
bool mm_uffd_meet(struct mm *mm, uint64_t addr, uint16_t id, unsigned what);      /* false: it is not */
bool mm_uffd_keep(struct mm *mm, uint64_t addr, const void *bytes, uint64_t len); /* within a page */
/* Watched areas of [start, end) go; one that id watches moves; its pages are about to go (true: that has to be told first). */
void mm_uffd_unmapping(struct mm *mm, uint64_t start, uint64_t end);
void mm_uffd_moved(struct mm *mm, uint16_t id, uint64_t start, uint64_t len, uint64_t to);
bool mm_uffd_removing(struct mm *mm, uint16_t id, uint64_t start, uint64_t end);
/* The VMA for an access at addr: grows a stack down to it if need be. NULL: none, *reason says why. */
const struct vma *mm_fault_vma(struct mm *mm, uint64_t addr, enum mm_fault_reason *reason);
/* expand_downwards(): makes the VM_GROWSDOWN VMA v begin at addr's page. 0 or negative errno. (stack.c) */
int mm_expand_stack(struct mm *mm, const struct vma *v, uint64_t addr);
unsigned mm_mdwe_inherited(const struct mm *mm); /* what fork and execve pass on (mdwe.c) */
/* ksm.c: may such an area be searched for equal pages? And the flags of a new one, with PR_SET_MEMORY_MERGE. */
bool mm_ksm_compatible(uint64_t vm_flags);
uint64_t mm_ksm_flags(const struct mm *mm, uint64_t vm_flags);
enum mm_populate {
    POPULATE_MAPPED, /* as MAP_POPULATE: errors do not count */
    POPULATE_LOCKED, /* as mlock: they do */
    POPULATE_NOW,    /* as MAP_POPULATE, but userfaultfd is not waited for */
};
/*
 * Fault in every page of [start,end). 0 or negative errno. (populate.c) At one that is to be waited for it ends with 0, and
 * what is left goes into mm->uffd.left.
 */
int mm_populate(struct mm *mm, uint64_t start, uint64_t end, enum mm_populate how);
/*
 * anon_vma_prepare(): gives the VMA that holds addr an anon_vma identity if it has none: a neighbour's if the two could
 * merge (find_mergeable_anon_vma in mm/vma.c), else a new one. 0, or -ENOMEM.
 */
int mm_anon_vma_prepare(struct mm *mm, uint64_t addr);

/* --- shmem / special files made by mm itself (file_anon.c) ---------------------------------------------------- */
/* "/dev/zero (deleted)" of a MAP_SHARED|MAP_ANONYMOUS mapping, "/SYSVxxxxxxxx (deleted)" of a segment. One reference. */
struct mm_file *mm_file_create_shmem(struct mm_system *sys, const char *name, uint64_t size);
/* "/anon_hugepage (deleted)" of MAP_ANONYMOUS | MAP_HUGETLB: size bytes in pages of page_size. One reference; NULL: no memory. */
struct mm_file *mm_file_create_hugetlb(struct mm_system *sys, uint64_t size, uint64_t page_size);

/* --- hugetlb.c ------------------------------------------------------------------------------------------------- */
/* An object of hugetlbfs: size bytes in pages of page_size, what mm_huge_page_size() says. NULL: no memory. */
struct vm_object *mm_hugetlb_object(struct mm_system *sys, uint64_t size, uint64_t page_size);
/* Bytes of a huge page of a file of hugetlbfs; 0: it is none. */
uint64_t mm_file_huge_size(const struct mm_file *f);
/*
 * Before mmap with these MAP_* flags: rounds *len up to the huge page's size if there is one. *own: the file that MAP_HUGETLB
 * without a file makes, with a reference; NULL: none is needed. 0, -EINVAL (size or length), -ENOMEM.
 */
int mm_hugetlb_prepare(struct mm *mm, uint64_t flags, uint64_t *len, struct mm_file *file,
                       struct mm_file **own);
/* hugetlbfs_file_mmap(): len bytes of file from page pgoff on are to be mapped. 0, -EINVAL (offset), -ENOMEM (no pages). */
int mm_hugetlb_mmap(struct mm *mm, const struct mm_file *file, uint64_t vm_flags, uint64_t len,
                    uint64_t pgoff);

/* --- clear_refs.c -------------------------------------------------------------------------------------------- */
/* The pages of [start, end), those that others show as well only if shared_too, count as unused. 0 or -ENOMEM. */
int mm_make_old(struct mm *mm, uint64_t start, uint64_t end, bool shared_too);

/* --- maps.c, mempolicy.c: text ------------------------------------------------------------------------------- */
/* vma_is_initial_heap(), vma_is_initial_stack() */
bool mm_vma_is_heap(const struct mm *mm, const struct vma *v);
bool mm_vma_is_stack(const struct mm *mm, const struct vma *v);
/* mpol_to_str(): "interleave=static:0". */
void mm_policy_text(uint32_t policy, char *buf, size_t size);

/* mm_check() of every address space, and of references: each frame and node of a table has exactly as many as are held. */
int mm_system_check(struct mm_system *sys, FILE *why);

#ifdef MM_DEBUG
/* Aborts with the reason: for test builds. */
void mm_assert_valid_at(struct mm *mm, const char *where);
#define mm_assert_valid(mm) mm_assert_valid_at((mm), __func__)
#else
#define mm_assert_valid(mm) ((void)0)
#endif

#endif
