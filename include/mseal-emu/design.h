/*
 * design.h - what a sealing design is: data and a few functions.
 *
 * A design sees every CHANGE an operation is about to make (what would happen to this VMA) together with the
 * DOOR it came through (which system call), and says yes or no. The argument of 2023 was which of the
 * two to judge by. A design can be built into mm/designs/ or loaded from a shared object (--design ./mine.so) that
 * exports `const struct mseal_design mseal_design`.
 */
#ifndef MSEAL_EMU_DESIGN_H
#define MSEAL_EMU_DESIGN_H

#include <mseal-emu/mm.h>

#define MSEAL_DESIGN_ABI 2

/* The effect on a VMA. */
enum mm_change_kind {
    CHANGE_PROTECT, /* protection or pkey: old_flags -> new_flags, pkeys within them */
    CHANGE_UNMAP,   /* pages go away (munmap, and whatever unmaps on the way) */
    /* another mapping takes the place: mmap(MAP_FIXED), mremap's destination, shmat(SHM_REMAP) */
    CHANGE_REPLACE,
    CHANGE_MOVE,       /* mremap takes the pages away to new_start */
    CHANGE_SHRINK,     /* mremap makes it shorter */
    CHANGE_GROW,       /* mremap makes it longer */
    CHANGE_SAME,       /* mremap to the size and place it has */
    CHANGE_DUPLICATE,  /* mremap with old_size 0: a second mapping of the same object */
    CHANGE_DISCARD,    /* contents dropped: advice DONTNEED, FREE, REMOVE ... */
    CHANGE_INHERIT,    /* what a child gets: DONTFORK, WIPEONFORK, and back */
    CHANGE_GUARD,      /* guard markers installed or removed */
    CHANGE_ADVISE,     /* advice that changes no contents */
    CHANGE_LOCK,       /* mlock and munlock */
    CHANGE_NAME,       /* PR_SET_VMA */
    CHANGE_POLICY,     /* mbind */
    CHANGE_STACK_GROW, /* a fault below a VM_GROWSDOWN area */
    CHANGE_POKE,       /* forced write: /proc/PID/mem, ptrace */
    CHANGE_SEAL,       /* the design's own call sets a seal */
    /* pages declared broken: MADV_HWPOISON, contents lost; MADV_SOFT_OFFLINE, contents kept */
    CHANGE_POISON,
};

/* The system call (or kernel path) it came through. */
enum mm_door {
    DOOR_NONE,
    DOOR_MMAP,
    DOOR_MUNMAP,
    DOOR_MPROTECT,
    DOOR_PKEY_MPROTECT,
    DOOR_MREMAP,
    DOOR_MADVISE,
    DOOR_PROCESS_MADVISE,
    DOOR_BRK,
    DOOR_SHMAT,
    DOOR_SHMDT,
    DOOR_REMAP_FILE_PAGES,
    DOOR_MLOCK,
    DOOR_MUNLOCK,
    DOOR_PRCTL,
    DOOR_MBIND,
    DOOR_FAULT,
    DOOR_REMOTE,
    DOOR_SEAL,
    DOOR_EXEC,
    DOOR_EXIT,
    DOOR_AIO,   /* io_destroy unmaps its ring */
    DOOR_URING, /* IORING_OP_MADVISE: no system call has the address among its arguments */
};

struct mm_change {
    enum mm_change_kind kind;
    enum mm_door door;
    /* the part of the address space the step touches (may span VMAs in a pre-check) */
    uint64_t start, end;
    uint64_t old_flags, new_flags; /* VM_* with the pkey bits; CHANGE_PROTECT only */
    uint64_t new_start;            /* CHANGE_MOVE: where to */
    int advice;                    /* CHANGE_DISCARD, _INHERIT, _GUARD, _ADVISE: MADV_* */
    uint32_t pkru;                 /* of the calling task */
    struct mm *mm;                 /* for what the rule needs to know besides the VMA */
    uint64_t op_start, op_end;     /* all that the operation was asked to change */
    /* the system call itself asked for this effect (not a side effect of another) */
    bool direct;
};

/* How the base kernel, around the design, behaves: the differences between releases that programs can see. */
enum {
    RULE_MREMAP_CHECKS_FIRST = 1u << 0, /* 6.17: every EINVAL of mremap before the VMA is looked up */
    RULE_MREMAP_MULTI = 1u << 1,        /* 6.17: mremap moves several VMAs */
    /* <= 6.11: RLIMIT_AS is tested before the old mappings are gathered */
    RULE_LIMIT_BEFORE_UNMAP = 1u << 2,
    /* 6.12-6.16: destination unmapped before all of the source was looked at */
    RULE_MREMAP_DEST_FIRST = 1u << 3,
    RULE_GUARD_ADVICE = 1u << 4,          /* 6.13: MADV_GUARD_* exist */
    RULE_PROCESS_MADVISE_ALL = 1u << 5,   /* 6.13: process_madvise on oneself takes every advice */
    RULE_MREMAP_UNALIGNED_LATE = 1u << 6, /* 6.12-6.14: an unaligned new address is told after the seal */
    RULE_GATHER_SPLITS = 1u << 7,         /* 6.12: a refused unmap leaves the split at its start */
    /* 7.1: /proc/PID/mem writes only what the process could (Debian's default) */
    RULE_MEM_NO_FORCE = 1u << 8,
    /* 6.17 - 6.18.15: what follows an area that mseal merged with its successor stays apart */
    RULE_SEAL_MERGE_LAGS = 1u << 9,
    /* <= 6.12.43, <= 6.16: MADV_UNMERGEABLE drops all flags above the 32nd: seal and key */
    RULE_UNMERGEABLE_UNSEALS = 1u << 10,
};
#define RULES_LINUX_6_18                                                                                     \
    (RULE_MREMAP_CHECKS_FIRST | RULE_MREMAP_MULTI | RULE_GUARD_ADVICE | RULE_PROCESS_MADVISE_ALL |           \
     RULE_GATHER_SPLITS)

/* A system call the design adds. Arguments are decoded for traces by `sig`, see syscalls/syscalls.def. */
struct mseal_syscall {
    unsigned nr;
    const char *name;
    const char *sig;
    int64_t (*call)(struct mm *mm, const uint64_t args[6]);
};

/* A check's answer to CHANGE_UNMAP that is neither yes nor no: the area stays, without any access (XNU). */
#define MSEAL_REVOKE 1

/*
 * Refuses with err (negative errno) and says by which rule: for `return MSEAL_REFUSE(why, -EPERM, "sealed memory stays");` in a check.
 * sentence: a constant string. The line it stands on is what the decision table (mseal-emu designs NAME) shows as the rule's.
 */
#define MSEAL_REFUSE(why, err, sentence)                                                                     \
    ((why)[0] = (sentence), (why)[1] = __FILE__ ":" MSEAL_TEXT(__LINE__), (err))
#define MSEAL_TEXT(x)    MSEAL_TEXT_OF(x)
#define MSEAL_TEXT_OF(x) #x

/*
 * 0: go on. Negative errno: refused; why[0] gets one sentence naming the rule, why[1] where it stands, "FILE:LINE" (constant
 * strings, NULL: not told; both by MSEAL_REFUSE).
 * `range` is asked once per VMA of the whole range before an operation changes anything; `vma` is asked for each
 * VMA when the operation reaches it (the part change->start..end of it). Either may be NULL.
 */
typedef int (*mseal_check_fn)(const struct mm_change *change, const struct vma *vma, const char **why);

/* What to seal, for designs whose seals are separate; the others know one seal for all of it. */
enum mseal_keep { KEEP_ALL, KEEP_MAPPED /* existence only */, KEEP_PROTECTION /* protection only */ };

struct mseal_design {
    unsigned abi;       /* MSEAL_DESIGN_ABI */
    const char *name;   /* as --design takes it */
    const char *title;  /* one line */
    const char *source; /* where it was proposed or merged */
    unsigned rules;     /* RULE_* of the kernel around it */
    mseal_check_fn range;
    mseal_check_fn vma;
    /* May two neighbours with these words merge? NULL: if equal. `changed` is the one the operation works on. */
    bool (*can_merge)(uint64_t changed, uint64_t neighbour);
    uint64_t (*inherit)(uint64_t seal);    /* the child's word after fork; NULL: the same */
    const char *(*vmflags)(uint64_t seal); /* letters for smaps VmFlags, e.g. "sl "; NULL: none */
    const struct mseal_syscall *syscalls;  /* ends with name NULL; may be NULL */
    /* prot / flags bits of mmap and mprotect that the design defines; it takes them out and says what seal a new mapping gets.
     * NULL: none. 0 or negative errno. */
    int (*mmap_bits)(uint64_t *prot, uint64_t *flags, uint64_t *seal, const char **why);
    /* mprotect: a non-zero *seal becomes the word of every VMA in the range once the protection was changed. */
    int (*mprotect_bits)(uint64_t *prot, uint64_t *seal, const char **why);
    /* The strongest seal the design has, as its users would apply it to mapped memory: what programs that know no
     * design ask for with system call MSEAL_EMU_SEAL. NULL: the first of `syscalls` with (addr, len, 0). */
    int64_t (*seal)(struct mm *mm, uint64_t addr, uint64_t len, enum mseal_keep what);
    uint64_t (*revoked)(uint64_t seal); /* the word after MSEAL_REVOKE; NULL: unchanged */
};

/*
 * System calls of our own, above all of Linux': seal with whatever design is in force (addr, len, enum mseal_keep), and ask for
 * its name (buf, size: as much of it as fits, with its NUL; returns the name's length). On a real kernel they are ENOSYS; guest tests then use mseal(2).
 */
#define MSEAL_EMU_SEAL   4096
#define MSEAL_EMU_DESIGN 4097

/* ---- for designs: what they may call ---- */

/* Set bits on every VMA of [start, end) with Linux' apply loop: splits, merges, stops at the first that cannot be split.
 * fn gives the new word for a VMA (may be the old one: skipped). 0 or negative errno. */
int mm_seal_apply(struct mm *mm, uint64_t start, uint64_t end, uint64_t (*fn)(uint64_t old, uint64_t arg),
                  uint64_t arg);
/* Any hole in [start, end)? */
bool mm_range_has_gap(struct mm *mm, uint64_t start, uint64_t end);
/* Does the VMA hold private (copied or anonymous) pages in [start, end)? */
bool mm_vma_has_private_pages(struct mm *mm, const struct vma *v, uint64_t start, uint64_t end);
/* No vm_ops in Linux' sense: private anonymous or private /dev/zero. */
bool vma_is_anonymous(const struct vma *v);
bool pkru_allows_write(uint32_t pkru, const struct vma *v);
/* vm_file in Linux's sense. [vdso] and [vvar] have none, though something is behind them. */
bool vma_has_file(const struct vma *v);

/* The system call of this number that exists because of the design in force, NULL: none. */
const struct mseal_syscall *mm_design_call(const struct mm *mm, uint64_t nr);
/* Remember why the design's own call fails with err (negative), `why` a constant; returns err. See struct
 * mm_reason. */
int mm_fail(struct mm *mm, int err, const char *why);
int mm_fail_at(struct mm *mm, int err, enum mm_about about, uint64_t at, const char *why);

/* ---- finding designs ---- */
const struct mseal_design *mseal_design_find(const char *name); /* built in; aliases too; NULL: unknown */
const struct mseal_design *mseal_design_at(unsigned i);         /* in listing order; NULL past the end */

#endif
