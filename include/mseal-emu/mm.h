/*
 * mm.h - the address space of a Linux process, without the kernel.
 *
 * libmseal-mm models what Linux' mm/ does: VMAs, page tables, frames, faults, the page cache, and the memory
 * system calls. It knows nothing of processors, ELF files, system call numbers or the host's files.
 *
 * Conventions: addresses and lengths are in bytes unless a name says pages; an operation returns a
 * value >= 0 or a negative errno, exactly what the system call of the same name returns in Linux 6.18;
 * "guest address" is an address of the modelled process and never a host pointer.
 *
 *     phys.h      frames: the memory of the machine
 *     object.h    what mappings show: the page cache, open files
 *     vma.h       areas
 *     mm.h        address spaces: their state, the operations, faults, copies, looking
 *     uffd.h      userfaultfd(2)
 *     pagemap.h   /proc/PID/pagemap and clear_refs
 *     design.h    sealing designs
 */
#ifndef MSEAL_EMU_MM_H
#define MSEAL_EMU_MM_H

#include <mseal-emu/object.h>
#include <mseal-emu/phys.h>
#include <mseal-emu/vma.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define MM_TASK_SIZE UINT64_C(0x7ffffffff000) /* end of user addresses (4-level paging) */

struct mseal_design;
struct mm_change;

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
