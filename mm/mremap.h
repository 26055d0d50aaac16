/* mremap.h - a mremap(2) under way, for the files that carry it out. */
#ifndef MM_MREMAP_H
#define MM_MREMAP_H

#include "mm.h"
#include "uapi.h"

struct remap {
    struct mm *mm;
    uint64_t addr, old_len, new_len; /* lengths page aligned */
    uint64_t flags;                  /* MREMAP_* */
    uint64_t new_addr;
    struct vma v;        /* the VMA at addr, a copy */
    bool populate_grown; /* grown and locked: fault the new pages in */
};

/* MREMAP_FIXED or MREMAP_DONTUNMAP: new_addr was given (or hinted). */
static inline bool remap_has_target(const struct remap *r)
{
    return r->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP);
}
/* The change as the design sees it, for [addr, addr + old_len). */
struct mm_change remap_change(const struct remap *r);
/* Look the VMA at addr up. 0 or -EFAULT. */
int remap_lookup(struct remap *r);
/* Lengths in huge pages where the VMA has such (align_hugetlb). 0, -EINVAL: not aligned, or it would grow. */
int remap_align_huge(struct remap *r);
/* vma_to_resize(): may the VMA be resized or moved at all? 0 or negative errno. */
int remap_check_vma(struct remap *r);

/* --- mremap_move.c: where nothing else is said, the mapping's address or a negative errno ---- */
/* What is longer than new_len goes. 0 or negative errno. */
int remap_cut(struct remap *r);
/* The destination goes (MREMAP_FIXED): r->v is to be looked up again. 0 or negative errno. */
int remap_clear_way(struct remap *r);
/* Clears the way, cuts, then moves. */
int64_t remap_to(struct remap *r);
/* The second half: nothing is in the way any more, and old_len <= new_len. */
int64_t remap_to_free(struct remap *r);
/* Make it longer in place, or with MREMAP_MAYMOVE anywhere. */
int64_t remap_grow(struct remap *r);

/* --- mremap_old.c: the order of things up to Linux 6.16 ---- */
int64_t remap_before_6_17(struct remap *r);

#endif
