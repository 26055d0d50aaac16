/*
 * mm.h - the address space of a Linux process, without the kernel.
 *
 * libmseal-mm models what Linux' mm/ does: VMAs, page tables, frames, faults, the page cache, and the memory
 * system calls. It knows nothing of processors, ELF files, system call numbers or the host's files.
 *
 * Conventions: addresses and lengths are in bytes unless a name says pages; an operation returns a
 * value >= 0 or a negative errno, exactly what the system call of the same name returns in Linux 6.18;
 * "guest address" is an address of the modelled process and never a host pointer.
 */
#ifndef MSEAL_EMU_MM_H
#define MSEAL_EMU_MM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define MM_PAGE_SHIFT    12
#define MM_PAGE_SIZE     (UINT64_C(1) << MM_PAGE_SHIFT)
#define MM_PAGE_MASK     (~(MM_PAGE_SIZE - 1))
#define MM_PAGE_ALIGN(x) (((uint64_t)(x) + MM_PAGE_SIZE - 1) & MM_PAGE_MASK) /* wraps to 0 like Linux' */
#define MM_TASK_SIZE     UINT64_C(0x7ffffffff000) /* end of user addresses (4-level paging) */

struct mseal_design;
struct mm_change;

/* ---- frames: the machine's physical memory (mm/phys.c) -------------------------------------- */

typedef uint32_t pfn_t; /* frame number; 0 is the shared zero page */
#define PFN_NONE UINT32_MAX

/*
 * One block of host memory (anonymous, not reserved), cut into frames with reference counts.
 * A CPU maps the whole block once and translates through mm_fault().
 */
struct physmem {
    uint8_t *base;    /* host address of frame 0 */
    uint64_t nframes; /* size of the block in pages */
    uint64_t nfree;   /* frames that can still be had; nodes of page tables are paid from the same purse */
    struct frame *frames;
    pfn_t warm_head;    /* list of free frames that hold old bytes */
    pfn_t cold_head;    /* list of free frames given back to the host: they read as zeroes */
    uint64_t nwarm;     /* length of the warm list */
    uint64_t overdraft; /* table nodes taken when nothing was left (unmapping must not fail) */
    pfn_t fresh;        /* first frame that was never used */
    /* A frame that was handed out for execution changed under the CPU: its translations must go. */
    void (*code_changed)(void *ctx, uint64_t paddr, uint64_t len);
    void *code_ctx;
};

struct frame {
    uint32_t refs;         /* page table entries + page cache; 0: free */
    uint32_t flags;        /* FRAME_* */
    struct vm_object *obj; /* page cache owner, NULL: anonymous or no longer cached (truncated) */
    uint64_t index;        /* page index in obj, or next free frame */
};
#define FRAME_EXEC  1u /* handed to a CPU for instruction fetch since it was allocated */
#define FRAME_DIRTY 2u /* page cache: differs from the backing store */
/* page cache: lost (MADV_HWPOISON), but still there so that nobody gets another in its place */
#define FRAME_POISON 4u

/* size: bytes, rounded down to pages, at least 1 MiB. Returns 0 or -ENOMEM. */
int physmem_init(struct physmem *pm, uint64_t size);
/* Gives the block back; no frame may be in use by anybody who still looks. */
void physmem_destroy(struct physmem *pm);
/* A zeroed frame with one reference, or PFN_NONE when memory is exhausted. */
pfn_t physmem_alloc(struct physmem *pm);
/* As physmem_alloc() but the contents are left as they were (the caller overwrites all of it). */
pfn_t physmem_alloc_raw(struct physmem *pm);
/* One reference more / less; the last one frees the frame. The zero page is never counted. */
void frame_get(struct physmem *pm, pfn_t pfn);
void frame_put(struct physmem *pm, pfn_t pfn);
/* Pay for a table node of one page. False: memory is exhausted. `must`: never false, the debt is remembered. */
bool physmem_charge(struct physmem *pm, bool must);
void physmem_uncharge(struct physmem *pm);
static inline void *frame_ptr(const struct physmem *pm, pfn_t pfn)
{
    return pm->base + ((uint64_t)pfn << MM_PAGE_SHIFT);
}
/* To be called after the emulator itself (not guest code) changed bytes of a frame. */
void frame_written(struct physmem *pm, pfn_t pfn);

/* ---- objects: what a mapping shows; the page cache (mm/object.c) ----------------------------- */

enum vm_object_kind {
    OBJ_FILE,    /* backed by ops->read_page: a regular file of the host */
    OBJ_SHMEM,   /* memory only: tmpfs, memfd, shared anonymous, SysV segments */
    OBJ_ZERO,    /* private mappings of /dev/zero: like anonymous, but Linux remembers the file */
    OBJ_SPECIAL, /* frames installed once by the emulator ([vdso] ...): never read, never grown */
    OBJ_HUGETLB, /* hugetlbfs of a machine that reserves no huge pages: areas and sizes, never a page */
};

struct vm_object_ops {
    /* Fill one page (zeroes past the end of file). 0 or negative errno (the access then gets SIGBUS). */
    int (*read_page)(struct vm_object *obj, uint64_t index, void *page);
    /* Write len bytes at offset through to the backing store, may be NULL. 0 or negative errno. */
    int (*write_back)(struct vm_object *obj, uint64_t offset, const void *data, uint64_t len);
    void (*release)(struct vm_object *obj); /* last reference gone, frames already freed; may be NULL */
};

/*
 * Page-cache pages are found by index. Every user of the bytes, read(2), write(2), shared mappings and
 * private mappings before they copy, sees the same frames.
 */
struct vm_object {
    enum vm_object_kind kind;
    unsigned refs;
    uint64_t size;          /* bytes; an access past the page holding the last byte gets SIGBUS */
    unsigned fseals;        /* F_SEAL_* of memfds (fcntl(2)) */
    uint64_t writable_maps; /* pages of shared mappings that may write: F_SEAL_WRITE is EBUSY while > 0 */
    unsigned nr_vmas;       /* VMAs, in all address spaces and snapshots, that show this object */
    uint64_t nr_pages;      /* frames cached now */
    uint64_t page_size;     /* bytes: 2 MiB or 1 GiB of OBJ_HUGETLB, otherwise MM_PAGE_SIZE */
    /* the pages from mirror_at on are those from 0 on once more; 0 pages: none are */
    uint64_t mirror_at, mirror_pages;
    const struct vm_object_ops *ops; /* NULL for OBJ_SHMEM */
    void *priv;                      /* the owner's */
    struct mm_system *sys;
    void *pages; /* index -> pfn, private to object.c */
};

/* size: bytes; ops: NULL for OBJ_SHMEM; priv: the owner's. One reference; NULL: no memory. */
struct vm_object *vm_object_create(struct mm_system *sys, enum vm_object_kind kind, uint64_t size,
                                   const struct vm_object_ops *ops, void *priv);
/* One reference more (returns obj) / less: the last one frees the cached frames and calls ops->release. */
struct vm_object *vm_object_get(struct vm_object *obj);
void vm_object_put(struct vm_object *obj);
/* The cached frame at index; with create, one is read in or made. PFN_NONE and *err set on failure. No reference taken. */
pfn_t vm_object_page(struct vm_object *obj, uint64_t index, bool create, int *err);
/* read(2)/write(2) on the page cache. Return bytes moved (short at end of file), or negative errno.
 * vm_object_write grows the object (never past F_SEAL_GROW: -EPERM) and writes through if ops say so. */
int64_t vm_object_read(struct vm_object *obj, uint64_t offset, void *buf, uint64_t len);
int64_t vm_object_write(struct vm_object *obj, uint64_t offset, const void *buf, uint64_t len);
/* ftruncate(2): frees cached pages past the new end, unmaps them (private copies too) in every mm, zeroes the tail. */
int vm_object_truncate(struct vm_object *obj, uint64_t size);
/* Frees cached pages that lie wholly behind the end. */
void vm_object_trim(struct vm_object *obj);
/* fallocate(FALLOC_FL_PUNCH_HOLE | KEEP_SIZE) and MADV_REMOVE: offset and len in bytes. */
int vm_object_punch(struct vm_object *obj, uint64_t offset, uint64_t len);
/* Next data / hole at or after offset, as lseek(SEEK_DATA/SEEK_HOLE) on tmpfs; -ENXIO past the end. */
int64_t vm_object_seek(struct vm_object *obj, uint64_t offset, bool hole);
/* How many pages from index first to last are cached, and of these differ from the backing store. */
void vm_object_count(const struct vm_object *obj, uint64_t first, uint64_t last, uint64_t *cached,
                     uint64_t *dirty);
/* Write dirty pages of [offset, offset+len) back (msync, fsync, unmap of the last shared mapping). */
int vm_object_sync(struct vm_object *obj, uint64_t offset, uint64_t len);

/*
 * An open file as mappings see it. Owners embed it (a syscall layer's struct file). Linux merges two
 * neighbouring file mappings only if they came from the same open file, so identity matters here.
 */
struct mm_file {
    struct vm_object *obj;   /* what it maps; NULL: not mappable (ENODEV) */
    unsigned refs;           /* mappings + descriptors */
    bool readable, writable; /* opened for; PROT_WRITE of MAP_SHARED without writable is EACCES */
    bool noexec;             /* the mount forbids PROT_EXEC: EPERM */
    bool append_only;        /* O_APPEND inode attribute */
    uint64_t vm_flags;       /* VM_* that every mapping of it gets (what Linux' mmap handlers add), 0: none */
    uint64_t dev, ino;       /* as /proc/PID/maps shows them; dev is major << 20 | minor (Linux' dev_t) */
    /* Writes the path for /proc/PID/maps, " (deleted)" included, never more than size bytes; returns its length. */
    size_t (*path)(const struct mm_file *f, char *buf, size_t size);
    void (*release)(struct mm_file *f); /* refs reached 0 */
};
/* One reference more (returns f) / less: the last one calls f->release. */
struct mm_file *mm_file_get(struct mm_file *f);
void mm_file_put(struct mm_file *f);

/* ---- VMAs (mm/vma_tree.h has the tree) --------------------------------------------------------- */

/* Flags of a VMA; the numbers are ours, the names and their letters in smaps (VmFlags) are Linux'. */
#define VM_READ             (1ull << 0)
#define VM_WRITE            (1ull << 1)
#define VM_EXEC             (1ull << 2)
#define VM_SHARED           (1ull << 3)
#define VM_MAYREAD          (1ull << 4)
#define VM_MAYWRITE         (1ull << 5)
#define VM_MAYEXEC          (1ull << 6)
#define VM_MAYSHARE         (1ull << 7)
#define VM_GROWSDOWN        (1ull << 8)
#define VM_LOCKED           (1ull << 9)
#define VM_LOCKONFAULT      (1ull << 10)
#define VM_SEQ_READ         (1ull << 11)
#define VM_RAND_READ        (1ull << 12)
#define VM_DONTCOPY         (1ull << 13)
#define VM_DONTEXPAND       (1ull << 14)
#define VM_ACCOUNT          (1ull << 15)
#define VM_NORESERVE        (1ull << 16)
#define VM_HUGETLB          (1ull << 17)
#define VM_SYNC             (1ull << 18)
#define VM_WIPEONFORK       (1ull << 19)
#define VM_DONTDUMP         (1ull << 20)
#define VM_SOFTDIRTY        (1ull << 21)
#define VM_HUGEPAGE         (1ull << 22)
#define VM_NOHUGEPAGE       (1ull << 23)
#define VM_MERGEABLE        (1ull << 24)
#define VM_DROPPABLE        (1ull << 25)
#define VM_MIXEDMAP         (1ull << 26)
#define VM_IO               (1ull << 27)
#define VM_PFNMAP           (1ull << 28)
#define VM_MAYBE_GUARD      (1ull << 29) /* 'gu' */
#define VM_UFFD_MISSING     (1ull << 31) /* userfaultfd(2) */
#define VM_UFFD_WP          (1ull << 36)
#define VM_UFFD_MINOR       (1ull << 37)
#define VM_UFFD_MASK        (VM_UFFD_MISSING | VM_UFFD_WP | VM_UFFD_MINOR)
#define VM_STACK_REGISTERED (1ull << 30) /* ours: the [stack] made by exec */
#define VM_PKEY_SHIFT       32           /* 4 bits: protection key */
#define VM_PKEY_MASK        (15ull << VM_PKEY_SHIFT)
#define VM_PROT_MASK        (VM_READ | VM_WRITE | VM_EXEC)

/*
 * One area. A value: the tree hands out const pointers that stay valid until the next change of the
 * tree; whoever needs it longer copies it. The reference on file is the tree's.
 */
struct vma {
    uint64_t start, end;  /* [start, end), page aligned */
    uint64_t pgoff;       /* page offset in the file, or start >> 12 at birth for anonymous memory */
    uint64_t flags;       /* VM_* */
    uint64_t seal;        /* the sealing design's word; 0: not sealed */
    struct mm_file *file; /* NULL: private anonymous */
    uint32_t anon_vma;    /* identity of the set of private pages, 0: none yet (decides merging) */
    uint32_t anon_name;   /* PR_SET_VMA_ANON_NAME: index in mm->names, 0: none */
    uint32_t policy;      /* mbind, packed by mempolicy.c; 0: default */
    uint16_t kind;        /* VMA_* below */
    uint16_t uffd;        /* the userfaultfd that watches it, 0: none */
    uint64_t birth;       /* event number at which it was mapped (who mapped it) */
    uint64_t sealed_at;   /* event number at which seal became non-zero */
};
enum { VMA_NORMAL, VMA_VDSO, VMA_VVAR, VMA_SHM /* SysV: vm_private is the file's */, VMA_VVAR_VCLOCK };

/* [vdso], [vvar] or [vvar_vclock]: vm_ops is special_mapping_vmops. */
bool vma_is_special(const struct vma *v);

/* ---- the system and its address spaces -------------------------------------------------------- */

enum mm_rlimit { MM_RLIMIT_AS, MM_RLIMIT_DATA, MM_RLIMIT_STACK, MM_RLIMIT_MEMLOCK, MM_NR_RLIMITS };
#define MM_RLIM_INFINITY UINT64_MAX

#define MM_NR_SPECIALS 3

/* What all address spaces of one machine share. */
struct mm_system {
    struct physmem phys;
    uint64_t max_map_count;   /* /proc/sys/vm/max_map_count, 65530 */
    uint64_t mmap_min_addr;   /* 65536 */
    uint64_t stack_guard_gap; /* bytes, 256 pages */
    int overcommit;           /* 0 heuristic, 1 always, 2 never */
    struct mm *mms;           /* list of all address spaces */
    struct shm_ns *shm;       /* SysV segments (mm/shm.c) */
    uint64_t next_anon_ino;   /* inode numbers of memory-only objects */
    uint64_t next_anon_vma;
    uint64_t committed;     /* pages promised (VM_ACCOUNT): Committed_AS */
    bool no_pkeys;          /* the CPU has no protection keys: no execute-only memory, pkey_alloc fails */
    bool no_memory_failure; /* no CONFIG_MEMORY_FAILURE: MADV_HWPOISON and MADV_SOFT_OFFLINE are EINVAL */
    uint64_t last_mm_id;    /* see mm_id() */
    /* what [vvar], [vvar_vclock], [vdso] show; NULL: there is no vDSO */
    struct vm_object *special[MM_NR_SPECIALS];
    /* seconds since the epoch, for shm_atime & co; NULL: always 0 */
    uint64_t (*clock)(const struct mm_system *sys);
};
/* memory: bytes of guest RAM. 0 or -ENOMEM. */
int mm_system_init(struct mm_system *sys, uint64_t memory);
/* All address spaces, files and objects are gone before; segments of System V go with it. */
void mm_system_destroy(struct mm_system *sys);

struct mm; /* mm/mm.h has the inside */

/* An empty address space under a design (NULL: `none`), or NULL when out of memory. */
struct mm *mm_create(struct mm_system *sys, const struct mseal_design *design);
/* One user more (returns mm: CLONE_VM) / less: the last one unmaps everything. */
struct mm *mm_get(struct mm *mm);
void mm_put(struct mm *mm);
/* fork(2): the child's copy of parent; *err gets -ENOMEM when NULL is returned. Cost grows with VMAs, not with resident pages. */
struct mm *mm_fork(struct mm *parent, int *err);

/* Soft limits, in bytes: 8 MiB of stack and of locked memory at first, MM_RLIM_INFINITY of the others. */
void mm_set_rlimit(struct mm *mm, enum mm_rlimit which, uint64_t bytes);
uint64_t mm_get_rlimit(const struct mm *mm, enum mm_rlimit which);
/* Hard limit of RLIMIT_DATA: a soft limit of 0 stops nothing up to there (Linux' workaround for valgrind). */
void mm_set_rlimit_data_max(struct mm *mm, uint64_t bytes);
/* personality(2) READ_IMPLIES_EXEC of the calling task. */
void mm_set_read_implies_exec(struct mm *mm, bool on);
/* PKRU of the task that runs or calls: faults, copies and designs look at it. mmap and mprotect change it when they
 * make the first execute-only mapping, so read it back with mm_pkru(). */
void mm_set_pkru(struct mm *mm, uint32_t pkru);
uint32_t mm_pkru(const struct mm *mm);
/* Who owns the address space: what mlock, shmat, madvise and process_madvise look at. All zero (pid 0, root without capabilities) at first. */
struct mm_owner {
    int pid;
    unsigned uid, gid;
    bool cap_ipc_lock, cap_sys_admin, cap_sys_nice;
};
void mm_set_owner(struct mm *mm, const struct mm_owner *owner);
/* Number that the next changes of VMAs are recorded under (struct vma.birth, sealed_at). */
void mm_set_event(struct mm *mm, uint64_t event);

/* Set by exec, shown by /proc and used by prctl(PR_SET_MM_*) and brk. */
#define MM_AUXV_PAIRS 28
struct mm_layout {
    uint64_t start_code, end_code, start_data, end_data, start_brk, brk, start_stack;
    uint64_t arg_start, arg_end, env_start, env_end;
    uint64_t mmap_base; /* top of the top-down search */
    /* where bottom-up searches begin; 0: a third of the address space, as Linux does */
    uint64_t mmap_legacy_base;
    bool bottom_up; /* ADDR_COMPAT_LAYOUT: no top-down search at all */
    uint64_t stack_top;
    uint64_t auxv[MM_AUXV_PAIRS][2]; /* mm_struct.saved_auxv: ends with a pair of zeroes */
};
struct mm_layout *mm_layout(struct mm *mm);

/*
 * ---- operations: one per system call --------------------------------------------------------------
 *
 * Arguments and results are the call's (its manual page has them): PROT_*, MAP_*, MADV_* ... are Linux' numbers, addresses and
 * lengths are in bytes and checked as Linux checks them, errors are negative errno in Linux 6.18's order. What was done before
 * an error stays done where it does in Linux.
 */

/* mmap(2). off in bytes (unaligned: -EINVAL). file NULL with MAP_ANONYMOUS. Takes its own reference on file. */
int64_t mm_mmap(struct mm *mm, uint64_t addr, uint64_t len, uint64_t prot, uint64_t flags,
                struct mm_file *file, uint64_t off);
int64_t mm_munmap(struct mm *mm, uint64_t addr, uint64_t len);
/* io_destroy's vm_munmap() of a ring: munmap(2) on the kernel's own account (DOOR_AIO). */
int64_t mm_unmap_ring(struct mm *mm, uint64_t addr, uint64_t len);
/* pkey -1: mprotect(2); else pkey_mprotect(2). */
int64_t mm_mprotect(struct mm *mm, uint64_t addr, uint64_t len, uint64_t prot, int pkey);
int64_t mm_mremap(struct mm *mm, uint64_t addr, uint64_t old_len, uint64_t new_len, uint64_t flags,
                  uint64_t new_addr);
int64_t mm_brk(struct mm *mm, uint64_t brk);
int64_t mm_madvise(struct mm *mm, uint64_t addr, uint64_t len, int advice);
/* The same asked of io_uring (DOOR_URING). */
int64_t mm_uring_madvise(struct mm *mm, uint64_t addr, uint64_t len, int advice);
/* One iovec element of process_madvise(2); remote: the caller acts on another process. */
int64_t mm_process_madvise(struct mm *mm, uint64_t addr, uint64_t len, int advice, bool remote);
/* After madvise: the first page that the caller lost by MADV_HWPOISON since this was last asked; it gets SIGBUS,
 * BUS_MCEERR_AR. False: none. */
bool mm_take_poisoned(struct mm *mm, uint64_t *addr);
int64_t mm_mlock(struct mm *mm, uint64_t addr, uint64_t len, int flags /* MLOCK_ONFAULT */);
int64_t mm_munlock(struct mm *mm, uint64_t addr, uint64_t len);
int64_t mm_mlockall(struct mm *mm, int flags);
int64_t mm_munlockall(struct mm *mm);
int64_t mm_msync(struct mm *mm, uint64_t addr, uint64_t len, int flags);
int64_t mm_mincore(struct mm *mm, uint64_t addr, uint64_t len, uint64_t vec /* guest address */);
int64_t mm_remap_file_pages(struct mm *mm, uint64_t addr, uint64_t size, uint64_t prot, uint64_t pgoff,
                            uint64_t flags);
int64_t mm_pkey_alloc(struct mm *mm, uint64_t flags, uint64_t rights); /* the caller then updates its PKRU */
int64_t mm_pkey_free(struct mm *mm, int pkey);
int64_t mm_shmget(struct mm *mm, int key, uint64_t size, int flags);
int64_t mm_shmat(struct mm *mm, int id, uint64_t addr, int flags);
int64_t mm_shmdt(struct mm *mm, uint64_t addr);
int64_t mm_shmctl(struct mm *mm, int id, int cmd, uint64_t buf /* guest address */);
/* The table of segments as /proc/sysvipc/shm shows it. */
void mm_shm_show(struct mm_system *sys, FILE *out);
int64_t mm_set_vma_name(struct mm *mm, uint64_t addr, uint64_t len, uint64_t name /* guest address or 0 */);
int64_t mm_mbind(struct mm *mm, uint64_t addr, uint64_t len, int mode, uint64_t nodemask, uint64_t maxnode,
                 unsigned flags);
int64_t mm_set_mempolicy(struct mm *mm, int mode, uint64_t nodemask, uint64_t maxnode);
int64_t mm_get_mempolicy(struct mm *mm, uint64_t mode, uint64_t nodemask, uint64_t maxnode, uint64_t addr,
                         uint64_t flags);
int64_t mm_set_mempolicy_home_node(struct mm *mm, uint64_t addr, uint64_t len, uint64_t node, uint64_t flags);
/* migrate_pages(2) of mm: with one node nothing moves, the checks remain. */
int64_t mm_migrate_pages(struct mm *mm, uint64_t maxnode, uint64_t old_nodes, uint64_t new_nodes);
/* move_pages(2) of one page: its node, -ENOENT (nobody touched it) or -EFAULT (no area, or the page of zeroes). */
int mm_page_node(struct mm *mm, uint64_t addr);
int64_t mm_set_mdwe(struct mm *mm, uint64_t bits); /* prctl(PR_SET_MDWE) */
int64_t mm_get_mdwe(struct mm *mm);
/* State that only its system call looks at, kept here since it belongs to the address space and goes with fork. */
unsigned *mm_thp_disable(struct mm *mm);             /* prctl(PR_SET_THP_DISABLE): 0, or 1 | its flags */
unsigned *mm_membarrier_state(struct mm *mm);        /* commands registered with membarrier(2) */
int64_t mm_set_memory_merge(struct mm *mm, bool on); /* prctl(PR_SET_MEMORY_MERGE): 0 or -ENOMEM */
bool mm_memory_merge(const struct mm *mm);
/* prctl(PR_FUTEX_HASH): slots of its own for futexes, with bits of whoever keeps it; 0 at first and after fork. */
unsigned *mm_futex_slots(struct mm *mm);
/* mm replaces old by execve: what prctl set and stays. */
void mm_exec_inherit(struct mm *mm, const struct mm *old);
uint64_t *mm_note(struct mm *mm); /* a word for whoever runs the address space: 0 at first, fork copies it */
/* memfd_create(2)'s object (the file around it is the caller's). page_size: MM_PAGE_SIZE, or what mm_huge_page_size() says.
 * NULL: no memory. */
struct vm_object *mm_memfd_object(struct mm_system *sys, uint64_t page_size, bool allow_sealing,
                                  bool noexec_seal);
/* Huge pages as MAP_HUGETLB, MFD_HUGETLB and SHM_HUGETLB ask for them: log is their six bits, 0 the usual size. Bytes; 0:
 * there is no such size. */
uint64_t mm_huge_page_size(unsigned log);
#define MM_HUGETLB_MAGIC 0x958458f6 /* statfs(2) of hugetlbfs */
#define MM_HUGETLB_DEV   17         /* 00:11 in maps: the kernel's own mount of it */
/* fcntl(F_ADD_SEALS): 0, -EPERM (F_SEAL_SEAL set), -EBUSY (F_SEAL_WRITE while writably mapped), -EINVAL. */
int vm_object_add_seals(struct vm_object *obj, unsigned seals);
/* A system call that the design in force adds (mseal 462 ...). -ENOSYS: it adds no such number. */
int64_t mm_design_syscall(struct mm *mm, unsigned nr, const uint64_t args[6]);
const struct mseal_design *mm_design(const struct mm *mm);

/* For the loader and the emulator: map at a fixed place with given flags, no checks of limits. */
int64_t mm_map_special(struct mm *mm, uint64_t addr, uint64_t len, uint64_t vm_flags, struct vm_object *obj,
                       uint32_t kind);
/* Give the machine a vDSO: an ELF image of `size` bytes (up to a few pages), copied. Once. 0 or -ENOMEM. */
int mm_vdso_create(struct mm_system *sys, const void *image, uint64_t size);
/* exec maps it, where Linux does, with [vvar] and [vvar_vclock] before it; there must be one. Its address or negative errno. */
int64_t mm_map_vdso(struct mm *mm);
/* exec's stack: a VM_GROWSDOWN area of `size` bytes that ends at top. 0 or negative errno. */
int64_t mm_map_stack(struct mm *mm, uint64_t top, uint64_t size, bool exec);

/* ---- faults ------------------------------------------------------------------------------------------ */

enum { MM_READ = 1, MM_WRITE = 2, MM_EXEC = 4 };

enum mm_fault_reason {
    MM_FAULT_NONE,
    MM_FAULT_NO_VMA,
    MM_FAULT_PROT,
    MM_FAULT_PKEY,
    MM_FAULT_PAST_EOF,
    MM_FAULT_GUARD,
    MM_FAULT_STACK_LIMIT,
    MM_FAULT_IO,
    MM_FAULT_OOM,
    MM_FAULT_NONCANONICAL,
    MM_FAULT_USERFAULT, /* watched: SIGBUS, or wait and try again */
    MM_FAULT_POISON,    /* UFFDIO_POISON, MADV_HWPOISON */
    MM_FAULT_NO_HUGE    /* hugetlbfs has no page left */
};

struct mm_fault {
    uint64_t paddr;  /* success: address of the page in the physmem block */
    unsigned perms;  /* success: MM_READ|MM_WRITE|MM_EXEC the CPU may cache */
    int signo, code; /* failure: SIGSEGV/SIGBUS (SIGKILL when out of memory), SEGV_MAPERR ... */
    int pkey;        /* SEGV_PKUERR: the key */
    uint64_t addr;   /* failure: si_addr */
    bool present;    /* failure: the processor saw a page there (X86_PF_PROT) */
    enum mm_fault_reason reason;
    unsigned userfault; /* MM_FAULT_USERFAULT: MM_USERFAULT_* */
    uint16_t uffd;      /* and which userfaultfd */
};
enum { MM_USERFAULT_WRITE = 1, MM_USERFAULT_WP = 2, MM_USERFAULT_MINOR = 4 }; /* UFFD_PAGEFAULT_FLAG_* */
/*
 * Resolve one access of user code. 0, or -EFAULT with the signal in *f. Does demand paging, copy on
 * write and stack growth. A write needs MM_WRITE in access; perms may be less than the VMA allows
 * (asked again at the next access that needs more).
 */
int mm_fault(struct mm *mm, uint64_t addr, unsigned access, struct mm_fault *f);

/* The CPU caches translations. True: everything it holds of this mm must go before the guest runs on. Clears the flag. */
bool mm_tlb_flush_needed(struct mm *mm);
/*
 * The same for a CPU that can forget single pages: how many must go, in page[]; more than MM_TLB_FEW: everything. What is
 * reported here is not reported there.
 */
#define MM_TLB_FEW 16
unsigned mm_tlb_stale_pages(struct mm *mm, uint64_t page[MM_TLB_FEW]);

/* ---- copies: the kernel's view of guest memory (mm/uaccess.c) ------------------------------------------- */

int mm_copy_in(struct mm *mm, void *dst, uint64_t src, uint64_t len); /* 0 or -EFAULT */
int mm_copy_out(struct mm *mm, uint64_t dst, const void *src,
                uint64_t len); /* 0 or -EFAULT, may be partly done */
/* Bytes copied before the first fault (read(2) returns them). */
uint64_t mm_copy_in_partial(struct mm *mm, void *dst, uint64_t src, uint64_t len);
uint64_t mm_copy_out_partial(struct mm *mm, uint64_t dst, const void *src, uint64_t len);
/* A string with its NUL; its length, -EFAULT, or -ENAMETOOLONG if size bytes hold no NUL. */
int64_t mm_copy_str(struct mm *mm, char *dst, uint64_t src, uint64_t size);
/* A host pointer to guest bytes [addr, addr+*len): *len is cut at the page end. NULL: fault. Valid until mm changes. */
void *mm_user_ptr(struct mm *mm, uint64_t addr, uint64_t *len, unsigned access);
/* ptrace and /proc/PID/mem: ignores protection, copies private pages (FOLL_FORCE). Bytes done or -EIO. */
int64_t mm_access_remote(struct mm *mm, uint64_t addr, void *buf, uint64_t len, bool write, bool force);
/* fn for each page of [start, end) that has an entry in the page table; ends when it gives anything but 0, and returns that. fn may
 * read memory, but change no mapping. */
int mm_each_page(struct mm *mm, uint64_t start, uint64_t end, int (*fn)(void *ctx, uint64_t addr), void *ctx);
/* Futex and friends: identity of the word at addr: same key <=> same word. private: (mm, addr), else (object or frame, offset). */
struct mm_key {
    const void *owner;
    uint64_t offset;
};
int mm_futex_key(struct mm *mm, uint64_t addr, bool private_, struct mm_key *key); /* 0 or -EFAULT */
bool mm_key_is_private(const struct mm_key *key); /* of a word that was asked for with private_ */

/* ---- userfaultfd(2): mm/userfault.c. Ranges are page aligned and checked; 0 or negative errno ---- */

/* What mm has to know of a userfaultfd is in its id: */
#define MM_UFFD_USER_ONLY 0x8000u /* the kernel's own accesses get EFAULT (UFFD_USER_MODE_ONLY) */
#define MM_UFFD_MOVES     0x4000u /* mremap takes the watch along (UFFD_FEATURE_EVENT_REMAP) */
#define MM_UFFD_FORKS     0x2000u /* and so does fork (UFFD_FEATURE_EVENT_FORK) */
#define MM_UFFD_TELLS     0x1000u /* madvise tells before it drops pages (UFFD_FEATURE_EVENT_REMOVE) */
#define MM_UFFD_EMPTY     0x0800u /* pages that nobody touched are protected, too (UFFD_FEATURE_WP_UNPOPULATED) */
#define MM_UFFD_ASYNC     0x0400u /* a write takes the protection off, nobody is told (UFFD_FEATURE_WP_ASYNC) */
#define MM_UFFD_ID        0x03ffu /* its number */
/* Watch [start, start+len) for id (not 0): modes VM_UFFD_*. -EINVAL, -EPERM, -EBUSY. */
int mm_uffd_register(struct mm *mm, uint64_t start, uint64_t len, uint64_t modes, uint16_t id);
int mm_uffd_unregister(struct mm *mm, uint64_t start, uint64_t len, uint16_t id);
void mm_uffd_release(struct mm *mm, uint16_t id); /* all that id watches */
enum mm_uffd_fill { MM_UFFD_COPY, MM_UFFD_ZERO, MM_UFFD_CONTINUE, MM_UFFD_POISON };
/* May [dst, dst+len) be filled so? -ENOENT: not one watched area. */
int mm_uffd_check_fill(struct mm *mm, enum mm_uffd_fill how, uint64_t dst, uint64_t len, bool protect);
/* One page; bytes: of MM_UFFD_COPY, else NULL. -EEXIST: there is one. */
int mm_uffd_fill_page(struct mm *mm, enum mm_uffd_fill how, uint64_t dst, const void *bytes, bool protect);
int mm_uffd_write_protect(struct mm *mm, uint64_t start, uint64_t len, bool protect);
/* Bytes moved, or negative errno. */
int64_t mm_uffd_move(struct mm *mm, uint64_t dst, uint64_t src, uint64_t len, bool holes, uint16_t id);
bool mm_uffd_is_watched(struct mm *mm, uint16_t id); /* does id watch anything? */

/* ---- /proc/PID/clear_refs: mm/clear_refs.c ---- */

/* What is written there: pages of all areas, of those without a file, of those with one; nothing; the peak of resident pages. */
enum mm_clear_refs {
    MM_CLEAR_ALL = 1,
    MM_CLEAR_ANON,
    MM_CLEAR_MAPPED,
    MM_CLEAR_SOFT_DIRTY, /* not kept: CONFIG_MEM_SOFT_DIRTY */
    MM_CLEAR_HIWATER,
};
/* Pages count as unused until the next access. 0 or -ENOMEM, some are done then. */
int mm_clear_refs(struct mm *mm, enum mm_clear_refs which);

/* ---- /proc/PID/pagemap: mm/pagemap.c ---- */

/* The entry of the page at addr as Linux' Documentation/admin-guide/mm/pagemap.rst has it; frames: with its frame's number. */
uint64_t mm_pagemap_entry(struct mm *mm, uint64_t addr, bool frames);
enum { /* categories of pages: PAGE_IS_* */
       MM_PAGE_IS_WPALLOWED = 1 << 0,
       MM_PAGE_IS_WRITTEN = 1 << 1,
       MM_PAGE_IS_FILE = 1 << 2,
       MM_PAGE_IS_PRESENT = 1 << 3,
       MM_PAGE_IS_SWAPPED = 1 << 4,
       MM_PAGE_IS_PFNZERO = 1 << 5,
       MM_PAGE_IS_GUARD = 1 << 8,
       MM_PAGE_CATEGORIES = (1 << 9) - 1 /* those that Linux knows */
};
struct mm_page_region {
    uint64_t start, end, categories;
};
struct mm_page_scan {
    uint64_t start, end;             /* page aligned */
    bool protect, must_protect;      /* PM_SCAN_WP_MATCHING, PM_SCAN_CHECK_WPASYNC */
    uint64_t inverted, all, any;     /* which pages: categories, some of them the other way round */
    uint64_t returned;               /* categories to tell */
    uint64_t max_pages, max_regions; /* max_regions 0: none is told */
    uint64_t walk_end;               /* how far it got */
};
/* The regions found, for the caller to free, also after an error: their number, -EPERM (must_protect), -ENOMEM. */
int64_t mm_pagemap_scan(struct mm *mm, struct mm_page_scan *s, struct mm_page_region **regions);
/*
 * Around a system call of an address space that is watched. Bytes that it copies out to a page that is to be waited for are
 * kept, and it seems to have succeeded; what happens to watched areas is noted. The lists are the caller's to free.
 */
struct mm_uffd_copy {
    struct mm_uffd_copy *next;
    uint64_t addr, len;
    uint8_t bytes[];
};
struct mm_uffd_event {
    struct mm_uffd_event *next;
    enum { MM_UFFD_UNMAPPED, MM_UFFD_MOVED, MM_UFFD_REMOVING } kind;
    uint16_t id;
    uint64_t start, end, to; /* to: of MM_UFFD_MOVED */
};
struct mm_uffd_populate { /* pages to be made present, from the first that is to be waited for; end 0: none */
    uint64_t start, end;
    bool mlock; /* errors count */
};
struct mm_uffd_left {
    struct mm_uffd_copy *copies; /* the oldest first, as the events */
    struct mm_uffd_event *events;
    struct mm_uffd_populate populate;
    /* the first access that failed since its page is to be waited for; reason: was there one? */
    struct mm_fault met;
};
/* told: up to here MM_UFFD_REMOVING was told already, so that madvise goes on; at first 0. */
void mm_uffd_begin(struct mm *mm, uint64_t told);
void mm_uffd_end(struct mm *mm, struct mm_uffd_left *left);
/* In between: did an access fail so? */
bool mm_uffd_met(const struct mm *mm);
/* In between: could [addr, addr+len) be read without waiting? If not, that counts as an access that failed. */
bool mm_uffd_all_there(struct mm *mm, uint64_t addr, uint64_t len);
/* Goes on with *p, and leaves in it what is to be made present once the page of *f is there. 0 or an error of mlock. */
int mm_uffd_populate(struct mm *mm, struct mm_uffd_populate *p, struct mm_fault *f);
/* Would such an access to some page of [addr, addr+len) have to wait? *f is the fault. */
bool mm_uffd_missing(struct mm *mm, uint64_t addr, uint64_t len, unsigned access, struct mm_fault *f);

/* ---- looking ------------------------------------------------------------------------------------------------ */

const struct vma *mm_find_vma(struct mm *mm, uint64_t addr); /* first with end > addr, or NULL */
uint64_t mm_vma_count(const struct mm *mm);
/* A number no other address space of the system has or had, from 1. */
uint64_t mm_id(const struct mm *mm);
/*
 * For one observer: what changed since it last asked, as the VMAs of a range that has all of it, then and now. Valid
 * until the next change; of the files of old ones only the identity is left. The first time the range is the whole
 * address space, and nothing was there before. False: nothing changed.
 */
struct mm_changes {
    const struct vma *old, *now;
    size_t nr_old, nr_now;
};
bool mm_take_changes(struct mm *mm, struct mm_changes *changes);
/* Text exactly as Linux' /proc/PID/maps, smaps, smaps_rollup and numa_maps, and one line of the first. */
void mm_print_maps(struct mm *mm, FILE *out);
void mm_print_smaps(struct mm *mm, FILE *out);
void mm_print_smaps_rollup(struct mm *mm, FILE *out);
void mm_print_numa_maps(struct mm *mm, FILE *out);
size_t mm_maps_line(struct mm *mm, const struct vma *v, char *buf, size_t size);
bool mm_vma_is_named(const struct mm *mm, const struct vma *v); /* that line has one */
/* Of that line the name alone: a path, "[heap]" ..., or nothing. Its length, cut to what fits into buf. */
size_t mm_vma_name(struct mm *mm, const struct vma *v, char *buf, size_t size);
/* Two-letter VmFlags of a VMA, "rd ex mr mw me " as in smaps. */
size_t mm_vmflags_text(struct mm *mm, const struct vma *v, char *buf, size_t size);

struct mm_stats { /* pages */
    uint64_t total_vm, data_vm, exec_vm, stack_vm, locked_vm, pinned_vm;
    uint64_t rss_anon, rss_file, rss_shmem, hiwater_rss, hiwater_vm, pt_bytes;
};
void mm_get_stats(struct mm *mm, struct mm_stats *st);

/* The machine's memory, in pages; cached: with shmem. Short of memory for counting: anon, mapped and mlocked are 0. */
struct mm_meminfo {
    uint64_t total, free, cached, shmem, dirty, anon, mapped, mlocked, tables, committed;
};
void mm_get_meminfo(struct mm_system *sys, struct mm_meminfo *info);

/* The last refusal by the design: what was asked, of which VMA, and the sentence. NULL: none since mm_set_event(). */
struct mm_refusal {
    const struct mm_change *change;
    struct vma vma; /* its file pointer is only an identity */
    int err;
    const char *why;
    /* the rule's "FILE:LINE" in the source of the design, as its compiler was given it; NULL: not told */
    const char *where;
};
const struct mm_refusal *mm_last_refusal(const struct mm *mm);

/* What a reason is about, and what its `at` means then. */
enum mm_about {
    MM_ABOUT_ARGUMENTS, /* the arguments alone: 0 */
    MM_ABOUT_VMA,       /* the area at this address */
    MM_ABOUT_HOLE,      /* nothing is mapped at this address */
    MM_ABOUT_AS,
    MM_ABOUT_DATA,
    MM_ABOUT_STACK,
    MM_ABOUT_MEMLOCK,   /* the limit; bytes asked for on top of what is there */
    MM_ABOUT_MAP_COUNT, /* sys->max_map_count: 0 */
    MM_ABOUT_COMMIT,    /* overcommit: bytes asked for */
    MM_ABOUT_MEMORY,    /* frames or nodes are exhausted: 0 */
    MM_ABOUT_COPY_IN,
    MM_ABOUT_COPY_OUT, /* the caller's memory cannot be read, written: the first such byte's address */
};
/* Why the last operation that failed by itself, not by a design's word, returned err. NULL: none since
 * mm_set_event(). */
struct mm_reason {
    int err; /* what was returned; an operation may pass it on as another errno */
    enum mm_about about;
    uint64_t at;
    const char *why; /* half a sentence that names the rule */
};
const struct mm_reason *mm_last_reason(const struct mm *mm);

/* A frozen picture of the VMAs: O(1) to take, never changes. */
struct mm_snapshot;
struct mm_snapshot *mm_snapshot_take(struct mm *mm);
void mm_snapshot_put(struct mm_snapshot *s);
const struct vma *mm_snapshot_find(const struct mm_snapshot *s, uint64_t addr);

/* Everything that must hold holds (tree order, counters, page tables): 0, else -EINVAL and one line on `why`. */
int mm_check(struct mm *mm, FILE *why);

#endif
