/*
 * vma.h - areas of an address space: Linux' struct vm_area_struct (mm/vma_tree.h has the tree they are in).
 */
#ifndef MSEAL_EMU_VMA_H
#define MSEAL_EMU_VMA_H

#include <mseal-emu/object.h>

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

#endif
