/*
 * naive.h - a second model of Linux' memory calls, as simple as one can be: one record for each page of the
 * arena.
 *
 *     page    0      1      2      3      4      5
 *           | rw-p | rw-p | r--p |      | r--s | r--s |     a VMA is a run of records: only its first page
 *             first         first         first             has `first`
 *
 * There is no tree, no page table, no frame and no reference count: every question is a loop over the
 * records. It is written from the manual pages and Linux' sources to be read beside them, not from mm/, and
 * shares nothing with mm/ but the names of flags. Two descriptions of the same thing that agree after every
 * call of a hundred million are hardly wrong in the same way.
 *
 * What it leaves out: System V segments, protection keys, max_map_count, all designs but `none` and
 * `linux-6.18`.
 */
#ifndef FUZZ_NAIVE_H
#define FUZZ_NAIVE_H

#include "fuzz.h"

enum { HAS_NOTHING, HAS_ZERO /* the zero page */, HAS_OWN /* a private page */, HAS_GUARD };

struct naive_page {
    uint64_t flags;  /* VM_*, 0: nothing is mapped here */
    uint64_t pgoff;  /* of this page */
    uint32_t family; /* Linux' anon_vma: 0 none, FAMILY_FORKED: came by fork */
    int32_t word;    /* HAS_OWN: what its first four bytes hold */
    uint8_t file;    /* FILE_*, 0: private anonymous */
    uint8_t has;     /* HAS_* ; pages of objects need no record, whoever looks finds them in the object */
    uint8_t policy;  /* of mbind, by mode */
    bool first, sealed;
    bool lazy;   /* HAS_OWN: given up by MADV_FREE */
    bool shared; /* HAS_OWN: a parent has it too */
};
#define FAMILY_FORKED (UINT32_C(1) << 31)
#define NAIVE_STICKY  VM_MAYBE_GUARD /* differences in it stop no merge */

/* Open files: the four there are at the start, then one for each shared anonymous mapping, FILE_SHARED + n
 * shows object n. */
enum { FILE_NONE, FILE_MEMFD0, FILE_MEMFD1, FILE_MEMFD0_RO, FILE_ZERO, FILE_SHARED };
#define NAIVE_OBJECTS                                                                                        \
    (2u + ARENA_PAGES + 1u) /* memfd0, memfd1, and shared ones: at most one for each page, and a new one */

struct naive_object {
    uint64_t size;   /* bytes */
    unsigned seals;  /* F_SEAL_* */
    uint64_t cached; /* bit for each page there is */
    int32_t word[ARENA_PAGES];
    uint64_t parents_write; /* pages of waiting parents' shared mappings that may write */
    const void *tree;       /* for the comparison: the tree model's file */
};

struct naive {
    const struct fuzz_world *world;
    bool mseal; /* the design has mseal(2) */
    unsigned n; /* pages of the arena */
    struct naive_page page[ARENA_PAGES];
    struct naive_object obj[NAIVE_OBJECTS];
    uint64_t brk, start_brk;
    uint64_t def_flags; /* mlockall(MCL_FUTURE) */
    uint64_t leak;      /* pages of locked_vm that no VMA has */
    uint32_t next_family;
    unsigned forks; /* parents that wait */
};

void naive_start(struct naive *w, const struct fuzz_world *world, const char *design);
/* The call's answer, as model_run() gives it. */
int64_t naive_run(struct naive *w, const struct fuzz_op *op);

/* ---- among the files of the naive model ---- */

/* naive_area.c: runs of pages */
static inline bool naive_mapped(const struct naive *w, unsigned i)
{
    return i < w->n && w->page[i].flags;
}
unsigned naive_begin(const struct naive *w, unsigned i); /* first page of the VMA of page i */
unsigned naive_end(const struct naive *w, unsigned i);   /* one past its last */
unsigned naive_next(const struct naive *w, unsigned i);  /* first mapped page at or after i, or w->n */
void naive_cut(struct naive *w, unsigned i);
void naive_join(struct naive *w, unsigned i);
/* The same after the VMA of page i - 1 grew up to there: it may have been made by fork. */
void naive_join_grown(struct naive *w, unsigned i);
/* Pages [from, to) of one VMA look like `as` in flags, sealed and policy from now on; cut out, and joined
 * with what is alike. */
void naive_change(struct naive *w, unsigned from, unsigned to, const struct naive_page *as);
/* [from, to) becomes one VMA like `as`, whose pgoff is the first page's, without pages; merge: with what is
 * alike. */
void naive_insert(struct naive *w, unsigned from, unsigned to, const struct naive_page *as, bool merge);
void naive_clear(struct naive *w, unsigned from, unsigned to);
/* The VMAs of [from, to) are to go. -EPERM: one is sealed. */
int naive_may_unmap(struct naive *w, unsigned from, unsigned to);
/* do_munmap() with its arguments' errors. */
int naive_munmap(struct naive *w, uint64_t addr, uint64_t len);
bool naive_may_expand(const struct naive *w, uint64_t flags, uint64_t pages);
bool naive_may_lock(const struct naive *w, uint64_t flags, uint64_t pages);
uint64_t naive_locked(const struct naive *w);
bool naive_can_lock(const struct naive *w);
/* Where [addr, addr + len) lies in pages; false: not wholly in the arena. */
bool naive_pages(const struct naive *w, uint64_t addr, uint64_t len, unsigned *from, unsigned *to);
/* get_unmapped_area(): an address or a negative errno. */
int64_t naive_place(const struct naive *w, uint64_t hint, uint64_t len, uint64_t map_flags);

/* naive_touch.c: pages and files */
bool naive_anonymous(const struct naive_page *p); /* no vm_ops: private anonymous or private /dev/zero */
struct naive_object *naive_object(struct naive *w, const struct naive_page *p); /* NULL: none */
struct naive_object *naive_new_object(struct naive *w, uint64_t size, unsigned *file);
void naive_family(struct naive *w, unsigned i);
enum { TOUCH_OK, TOUCH_GUARD, TOUCH_EOF };
int naive_touch(struct naive *w, unsigned i, bool write);
/* 0, or FAULT(). */
int64_t naive_access(struct naive *w, uint64_t addr, unsigned access);
int naive_populate(struct naive *w, unsigned from, unsigned to, bool go_on);
int naive_punch(struct naive_object *o, uint64_t offset, uint64_t len);
void naive_drop(struct naive_page *p);

int64_t naive_mmap(struct naive *w, const uint64_t a[6]);
int64_t naive_brk(struct naive *w, uint64_t brk);
int64_t naive_remap_file_pages(struct naive *w, const uint64_t a[6]);
int64_t naive_mremap(struct naive *w, const uint64_t a[6]);
int64_t naive_mprotect(struct naive *w, uint64_t addr, uint64_t len, uint64_t prot);
int64_t naive_mseal(struct naive *w, uint64_t addr, uint64_t len, uint64_t flags);
int64_t naive_mlock(struct naive *w, uint64_t addr, uint64_t len, int flags);
int64_t naive_munlock(struct naive *w, uint64_t addr, uint64_t len);
int64_t naive_mlockall(struct naive *w, int flags);
int64_t naive_munlockall(struct naive *w);
int64_t naive_mbind(struct naive *w, const uint64_t a[6]);
int64_t naive_madvise(struct naive *w, uint64_t addr, uint64_t len, int advice);
int64_t naive_msync(struct naive *w, uint64_t addr, uint64_t len, int flags);
int64_t naive_mincore(struct naive *w, uint64_t addr, uint64_t len);
int64_t naive_ftruncate(struct naive *w, int fd, uint64_t size);
int64_t naive_pread(struct naive *w, int fd, uint64_t offset);
int64_t naive_pwrite(struct naive *w, int fd, uint64_t offset, int32_t word);
int64_t naive_fallocate(struct naive *w, int fd, uint64_t offset, uint64_t len);
int64_t naive_add_seals(struct naive *w, int fd, unsigned seals);

#endif
