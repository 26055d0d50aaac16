/*
 * uffd.h - userfaultfd(2): areas whose pages somebody else provides (mm/userfault.c, mm/userfault_call.c).
 *
 * Ranges are page aligned and checked; 0 or negative errno.
 */
#ifndef MSEAL_EMU_UFFD_H
#define MSEAL_EMU_UFFD_H

#include <mseal-emu/mm.h>

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

#endif
