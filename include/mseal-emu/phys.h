/*
 * phys.h - frames: the physical memory of a machine, one block of the host's with reference counts (mm/phys.c).
 */
#ifndef MSEAL_EMU_PHYS_H
#define MSEAL_EMU_PHYS_H

#include <stdbool.h>
#include <stdint.h>

#define MM_PAGE_SHIFT    12
#define MM_PAGE_SIZE     (UINT64_C(1) << MM_PAGE_SHIFT)
#define MM_PAGE_MASK     (~(MM_PAGE_SIZE - 1))
#define MM_PAGE_ALIGN(x) (((uint64_t)(x) + MM_PAGE_SIZE - 1) & MM_PAGE_MASK) /* wraps to 0 like Linux' */

struct vm_object;

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

#endif
