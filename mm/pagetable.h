/*
 * pagetable.h - which frame is behind which page of one address space.
 *
 * Four levels of 512 entries like the processor's, but nodes carry reference counts: fork shares the whole
 * table in O(1) and a level is copied when one side writes to it. An entry says which frame and what kind;
 * permissions are NOT stored: mm_fault() derives them from the VMA each time, so mprotect never walks a
 * table.
 */
#ifndef MM_PAGETABLE_H
#define MM_PAGETABLE_H

#include <mseal-emu/mm.h>

/* An entry: frame number in the high half, PTE_* below. 0: nothing here. */
typedef uint64_t pte_t;
#define PTE_PRESENT (1ull << 0) /* pfn is valid and one reference on it is ours */
#define PTE_ANON                                                                                             \
    (1ull << 1) /* a private page (copied or anonymous), else the object's page or the zero page */
#define PTE_LAZYFREE (1ull << 2) /* MADV_FREE; a write clears it */
#define PTE_GUARD    (1ull << 3) /* MADV_GUARD_INSTALL marker; not PRESENT */
#define PTE_UFFD_WP  (1ull << 4) /* userfaultfd wants to hear of writes */
#define PTE_POISON   (1ull << 5) /* lost: SIGBUS; not PRESENT */
#define PTE_SHMEM    (1ull << 6) /* counted as shared memory */
#define PTE_SPECIAL  (1ull << 7) /* not counted at all: [vvar] */
#define PTE_OLD      (1ull << 8) /* not used since clear_refs */
static inline pfn_t pte_pfn(pte_t e)
{
    return (pfn_t)(e >> 32);
}
static inline pte_t pte_make(pfn_t pfn, uint64_t bits)
{
    return (pte_t)pfn << 32 | bits;
}

struct pt_node;
struct pagetable {
    struct pt_node *root;
    struct physmem *phys;
    uint64_t nodes; /* reachable from root, shared ones included: for VmPTE */
    /* The leaf of the last look-up: programs fault where they faulted before. */
    struct pt_node *last;
    uint64_t last_base;    /* address of its first page */
    bool last_own;         /* nobody else has this leaf or a node above it */
    struct pt_node *spare; /* a few empty nodes kept for the next one that is needed */
    unsigned nspare;
};

/* An empty table; its nodes are paid from phys. Destroying drops the frames it shows. */
void pt_init(struct pagetable *pt, struct physmem *phys);
void pt_destroy(struct pagetable *pt);
/* O(1). Afterwards pt_exclusive() is false for every page on both sides until its node was copied. child is
 * empty. */
void pt_share(struct pagetable *child, struct pagetable *parent);

/* The entry of the page at addr, 0: none. */
pte_t pt_get(struct pagetable *pt, uint64_t addr);
/* A slot to write, all nodes above made and unshared. NULL: out of memory. */
pte_t *pt_slot(struct pagetable *pt, uint64_t addr);
/* May the frame at addr be written in place: nodes on the path and the frame itself have one owner? */
bool pt_exclusive(struct pagetable *pt, uint64_t addr);
/* Is there a frame at addr that no other entry of any table shows, the page cache aside? */
bool pt_mapped_once(struct pagetable *pt, uint64_t addr);
/* Calls fn for each non-empty entry in [start, end); the walk skips empty subtrees. fn may not change the
 * table. Stops when fn returns non-zero. */
int pt_walk(const struct pagetable *pt, uint64_t start, uint64_t end,
            int (*fn)(void *ctx, uint64_t addr, pte_t e), void *ctx);
/* Empties [start, end), dropping frames; fn (may be NULL) sees each entry before and may keep it by returning
 * true. Whole subtrees go at once. */
void pt_clear(struct pagetable *pt, uint64_t start, uint64_t end,
              bool (*keep)(void *ctx, uint64_t addr, pte_t e), void *ctx);
/* mremap: moves entries, subtree-wise where alignment allows. The destination is empty. 0 or -ENOMEM (then
 * nothing moved). */
int pt_move(struct pagetable *pt, uint64_t from, uint64_t to, uint64_t len);

/* --- for check.c ------------------------------------------------------------------------------ */

/* Nodes already seen, and how many leaves show each frame; the caller owns the arrays. */
struct pt_census {
    uint32_t *shown;             /* by pfn */
    const struct pt_node **seen; /* open-addressed set of nodes with the number of parents met so far */
    uint32_t *parents;
    size_t size, nseen; /* size: a power of two */
};
/* Node counts and the remembered leaf: 0, else -EINVAL with one line on why. */
int pt_check(const struct pagetable *pt, FILE *why);
/* Adds one table to a census of all. False: out of memory. */
bool pt_census_add(struct pt_census *c, const struct pagetable *pt);
/* After all were added: every node has as many references as parents. 0, else -EINVAL with one line on why.
 */
int pt_census_check(const struct pt_census *c, FILE *why);

#endif
