/*
 * phys.c - the machine's physical memory: one block of host memory cut into reference-counted frames.
 *
 * A free frame is in one of three places, and is taken from them in this order:
 *
 *     warm list   used before, still holds old bytes; last in, first out, so it is likely in the cache
 *     cold list   used before and given back to the host: reads as zeroes
 *     fresh       never used: [fresh, nframes)
 *
 * When a quarter of all frames ever used (and 64 MiB at least) lie on the warm list, they go back to the
 * host.
 */
#include <mseal-emu/mm.h>

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define FRAME_WARM  (1u << 31) /* on the warm list */
#define WARM_MIN    UINT64_C(16384)
#define SMALL_PART  (UINT64_C(4) << 20)
#define PHYSMEM_MIN (UINT64_C(1) << 20)
#define PHYSMEM_MAX ((uint64_t)PFN_NONE << MM_PAGE_SHIFT)

static void *reserve(uint64_t len)
{
    void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

int physmem_init(struct physmem *pm, uint64_t size)
{
    void (*code_changed)(void *, uint64_t, uint64_t) = pm->code_changed;
    void *code_ctx = pm->code_ctx;

    if (size < PHYSMEM_MIN)
        size = PHYSMEM_MIN;
    if (size > PHYSMEM_MAX)
        return -ENOMEM;
    memset(pm, 0, sizeof(*pm));
    pm->code_changed = code_changed;
    pm->code_ctx = code_ctx;
    pm->nframes = size >> MM_PAGE_SHIFT;
    pm->base = reserve(pm->nframes << MM_PAGE_SHIFT);
    pm->frames = reserve(pm->nframes * sizeof(struct frame));
    if (!pm->base || !pm->frames) {
        physmem_destroy(pm);
        return -ENOMEM;
    }
    /*
     * Frames are taken in order, so the block fills from below: large pages of the host save most of its
     * faults (and misses in its TLB). Small programs stay below them and small. Where the host has none,
     * nothing is lost.
     */
    if (size > SMALL_PART)
        madvise(pm->base + SMALL_PART, (pm->nframes << MM_PAGE_SHIFT) - SMALL_PART, MADV_HUGEPAGE);
    pm->warm_head = pm->cold_head = PFN_NONE;
    pm->fresh = 1; /* frame 0 is the zero page */
    pm->frames[0].refs = 1;
    pm->nfree = pm->nframes - 1;
    return 0;
}

void physmem_destroy(struct physmem *pm)
{
    if (pm->base)
        munmap(pm->base, pm->nframes << MM_PAGE_SHIFT);
    if (pm->frames)
        munmap(pm->frames, pm->nframes * sizeof(struct frame));
    memset(pm, 0, sizeof(*pm));
}

bool physmem_charge(struct physmem *pm, bool must)
{
    if (pm->nfree)
        pm->nfree--;
    else if (must)
        pm->overdraft++;
    else
        return false;
    return true;
}

void physmem_uncharge(struct physmem *pm)
{
    if (pm->overdraft)
        pm->overdraft--;
    else
        pm->nfree++;
}

/*
 * A frame off the best list. Nodes of page tables are charged but take no frame, so while nfree > 0 one of
 * the three places has a frame. *zeroed: it is known to hold zeroes only.
 */
static pfn_t take(struct physmem *pm, bool *zeroed)
{
    struct frame *f;
    pfn_t pfn;

    if (!physmem_charge(pm, false))
        return PFN_NONE;
    *zeroed = true;
    if (pm->warm_head != PFN_NONE) {
        pfn = pm->warm_head;
        pm->warm_head = (pfn_t)pm->frames[pfn].index;
        pm->nwarm--;
        *zeroed = false;
    } else if (pm->cold_head != PFN_NONE) {
        pfn = pm->cold_head;
        pm->cold_head = (pfn_t)pm->frames[pfn].index;
    } else {
        pfn = pm->fresh++;
    }
    f = &pm->frames[pfn];
    /* Only now does the CPU have to forget what it translated: a program that ends never pays for it. */
    if (f->flags & FRAME_EXEC && pm->code_changed)
        pm->code_changed(pm->code_ctx, (uint64_t)pfn << MM_PAGE_SHIFT, MM_PAGE_SIZE);
    f->refs = 1;
    f->flags = 0;
    f->obj = NULL;
    f->index = 0;
    return pfn;
}

pfn_t physmem_alloc(struct physmem *pm)
{
    bool zeroed;
    pfn_t pfn = take(pm, &zeroed);

    if (pfn != PFN_NONE && !zeroed)
        memset(frame_ptr(pm, pfn), 0, MM_PAGE_SIZE);
    return pfn;
}

pfn_t physmem_alloc_raw(struct physmem *pm)
{
    bool zeroed;

    return take(pm, &zeroed);
}

/* All warm frames go back to the host, each run of neighbours with one call, and become cold. */
static void give_back(struct physmem *pm)
{
    uint64_t run = 0;

    for (uint64_t pfn = 1; pfn <= pm->fresh; pfn++) {
        struct frame *f = pfn < pm->fresh ? &pm->frames[pfn] : NULL;

        if (f && f->flags & FRAME_WARM) {
            f->flags &= ~FRAME_WARM;
            f->index = pm->cold_head;
            pm->cold_head = (pfn_t)pfn;
            run++;
        } else if (run) {
            void *start = frame_ptr(pm, (pfn_t)(pfn - run));

            if (madvise(start, run << MM_PAGE_SHIFT,
                        MADV_DONTNEED)) /* only if the host locked us in memory */
                memset(start, 0, run << MM_PAGE_SHIFT);
            run = 0;
        }
    }
    pm->warm_head = PFN_NONE;
    pm->nwarm = 0;
}

void frame_get(struct physmem *pm, pfn_t pfn)
{
    if (pfn)
        pm->frames[pfn].refs++;
}

void frame_put(struct physmem *pm, pfn_t pfn)
{
    struct frame *f = &pm->frames[pfn];

    if (!pfn || --f->refs)
        return;
    f->obj = NULL;
    f->flags = (f->flags & FRAME_EXEC) | FRAME_WARM;
    f->index = pm->warm_head;
    pm->warm_head = pfn;
    pm->nwarm++;
    physmem_uncharge(pm);
    if (pm->nwarm >= WARM_MIN && pm->nwarm >= pm->fresh / 4)
        give_back(pm);
}

void frame_written(struct physmem *pm, pfn_t pfn)
{
    if (pm->frames[pfn].flags & FRAME_EXEC && pm->code_changed)
        pm->code_changed(pm->code_ctx, (uint64_t)pfn << MM_PAGE_SHIFT, MM_PAGE_SIZE);
}
