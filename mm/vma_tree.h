/*
 * vma_tree.h - the ordered, non-overlapping set of VMAs of one address space.
 *
 * A persistent (copy on write) B+ tree with the largest gap kept per node: snapshots are O(1), everything
 * else is O(log n). All changes go through one primitive, vma_tree_splice(), which replaces the VMAs of a
 * range by others, all or nothing. Splitting, merging and moving are splices.
 */
#ifndef MM_VMA_TREE_H
#define MM_VMA_TREE_H

#include <mseal-emu/mm.h>

struct vma_node; /* private: vma_node.h */
struct vma_arena;
struct vma_changes;

struct vma_tree {
    struct vma_node *root;   /* NULL: empty */
    struct vma_arena *arena; /* memory of the nodes, shared with snapshots; NULL until the first change */
    uint64_t count;
    unsigned height; /* levels */
    uint64_t lo, hi; /* the space in which gaps are looked for: [lo, hi) */
    /* Where the last search ended, and the leaf after it: searches change them, whatever const says. */
    const struct vma_node *finger, *ahead;
    struct vma_changes *changes; /* NULL: nobody looks at them (changes.c) */
};

/* An empty tree whose gaps are looked for in [lo, hi), page aligned. */
void vma_tree_init(struct vma_tree *t, uint64_t lo, uint64_t hi);
/* Drops the references on files; snapshots stay. */
void vma_tree_destroy(struct vma_tree *t);
/* O(1): dst becomes an independent tree with the same contents. */
void vma_tree_snapshot(struct vma_tree *dst, const struct vma_tree *src);

/* First VMA with end > addr, NULL: none. The pointer is valid until the next change of this tree. */
const struct vma *vma_tree_find(const struct vma_tree *t, uint64_t addr);
/* The same, by who is about to change something there: what a change touches is fetched into the cache. */
const struct vma *vma_tree_find_to_change(const struct vma_tree *t, uint64_t addr);
/* The VMA before / after the one that v is (v must be in the tree). NULL: none. */
const struct vma *vma_tree_next(const struct vma_tree *t, const struct vma *v);
const struct vma *vma_tree_prev(const struct vma_tree *t, const struct vma *v);

/* The VMAs that end at start and begin at end; NULL: none. [start, end) is free or lies in one VMA. */
void vma_tree_adjacent(const struct vma_tree *t, uint64_t start, uint64_t end, const struct vma **prev,
                       const struct vma **next);

/* Walking a range without searching anew for each VMA. No change of the tree while one is in use. */
struct vma_iter {
    const struct vma_tree *tree;
    void *leaf[16]; /* path, private */
    unsigned slot[16];
    unsigned depth;
};
/* Positions before the first VMA with end > addr; vma_iter_next() returns it first. */
void vma_iter_init(struct vma_iter *it, const struct vma_tree *t, uint64_t addr);
/* The VMA behind / before the position, which moves over it. NULL: none. */
const struct vma *vma_iter_next(struct vma_iter *it);
const struct vma *vma_iter_prev(struct vma_iter *it);

/*
 * Replace all VMAs that lie in [start, end) by with[0..n). Every old VMA that meets the range must lie in it
 * wholly and so must the new ones, in order and without overlap. The tree takes a reference on each new VMA's
 * file (and object count) and drops those of the old. `with` must not point into the tree, and the release of
 * a file must not change it. 0 or -ENOMEM with nothing changed.
 */
int vma_tree_splice(struct vma_tree *t, uint64_t start, uint64_t end, const struct vma *with, size_t n);
/*
 * The VMA holding addr, to be changed in place where nobody sees it (mm_take_changes does not tell): anything but start,
 * end and file. NULL: none, or out of memory.
 */
struct vma *vma_tree_edit(struct vma_tree *t, uint64_t addr);

/*
 * Lowest / highest start of a free stretch of len bytes within [lo, hi). Free means: no VMA, and for a
 * VM_GROWSDOWN VMA the guard gap below it is kept free as well (Linux' vm_start_gap). MM_NO_GAP: none.
 */
#define MM_NO_GAP UINT64_MAX
uint64_t vma_tree_gap_up(const struct vma_tree *t, uint64_t lo, uint64_t hi, uint64_t len,
                         uint64_t guard_gap);
uint64_t vma_tree_gap_down(const struct vma_tree *t, uint64_t lo, uint64_t hi, uint64_t len,
                           uint64_t guard_gap);

/* The tree and all its snapshots may take at most so many bytes more from the system. 0 or -ENOMEM. */
int vma_tree_limit_memory(struct vma_tree *t, uint64_t bytes);

#ifdef MM_DEBUG
/* The nth change from now on (1: the next) of this tree or one that shares memory with it finds none: for tests. */
void vma_tree_fail_once(struct vma_tree *t, unsigned nth);
#endif

/* Structure, order, gaps: 0, else -EINVAL with one line on why (may be NULL). */
int vma_tree_check(const struct vma_tree *t, FILE *why);

#endif
