/*
 * smaps.c - /proc/PID/smaps: what each VMA costs in pages, and with whom it shares them; the counters of
 * statm and status.
 *
 * Sharing counts page table entries, as Linux' mapcount does. Tables shared since a fork have one entry for
 * several address spaces, so while there is more than one address space all tables are walked once to count.
 */
#include "mm.h"

#include <inttypes.h>
#include <stdlib.h>

#define PSS_SHIFT  12 /* fraction bits of Pss */
#define HPAGE_SIZE (UINT64_C(2) << 20)

struct sharing {
    struct physmem *pm;
    uint32_t *mapped; /* entries that show each frame; NULL: as many as it has references */
};

static int count_mapped(void *ctx, uint64_t addr, pte_t e)
{
    struct sharing *s = ctx;

    if (e & PTE_PRESENT)
        s->mapped[pte_pfn(e)]++;
    return 0;
}

/* When memory is short the references have to do. */
static void sharing_init(struct sharing *s, struct mm *mm)
{
    struct mm_system *sys = mm->sys;

    s->pm = &sys->phys;
    s->mapped = sys->mms && sys->mms->next ? calloc(sys->phys.fresh, sizeof(*s->mapped)) : NULL;
    for (struct mm *m = sys->mms; s->mapped && m; m = m->next)
        pt_walk(&m->pt, 0, UINT64_MAX, count_mapped, s);
}

static uint32_t mapcount(const struct sharing *s, pfn_t pfn)
{
    const struct frame *f = &s->pm->frames[pfn];

    return s->mapped ? s->mapped[pfn] : f->refs - (f->obj != NULL);
}

/* struct mem_size_stats, in pages; pss with fraction bits and in bytes */
struct costs {
    const struct sharing *sharing;
    uint64_t rss, referenced, anonymous, lazyfree;
    uint64_t shared_clean, shared_dirty, private_clean, private_dirty;
    uint64_t pss, pss_dirty;
};

/* smaps_account() */
static int account_page(void *ctx, uint64_t addr, pte_t e)
{
    struct costs *c = ctx;
    const struct frame *f = &c->sharing->pm->frames[pte_pfn(e)];
    uint64_t pss = MM_PAGE_SIZE << PSS_SHIFT;
    bool dirty, private;
    uint32_t n;

    if (!(e & PTE_PRESENT) || !pte_pfn(e) || e & PTE_SPECIAL)
        return 0;
    /* Private pages are born by a write; only MADV_FREE makes them clean. */
    dirty = e & PTE_ANON ? !(e & PTE_LAZYFREE) : f->flags & FRAME_DIRTY;
    n = mapcount(c->sharing, pte_pfn(e));
    private = n < 2;
    if (f->obj && f->obj->kind == OBJ_SPECIAL) { /* the kernel's own page: no mapping has a share in it */
        private = false;
        pss = 0;
    } else if (!private) {
        pss /= n;
    }
    c->rss++;
    c->referenced += !(e & PTE_LAZYFREE);
    c->anonymous += !!(e & PTE_ANON);
    c->lazyfree += !!(e & PTE_LAZYFREE);
    c->pss += pss;
    c->pss_dirty += dirty ? pss : 0;
    *(private ? dirty ? &c->private_dirty : &c->private_clean
      : dirty ? &c->shared_dirty
              : &c->shared_clean) += 1;
    return 0;
}

static uint64_t kb(uint64_t pages)
{
    return pages << (MM_PAGE_SHIFT - 10);
}

/* thp_vma_allowable_orders() with huge pages of anonymous memory on request, as the distributions have it. */
static bool thp_eligible(const struct vma *v)
{
    uint64_t last = (v->end - HPAGE_SIZE) & ~(HPAGE_SIZE - 1);

    if (!vma_is_anonymous(v) || (v->flags & (VM_HUGEPAGE | VM_NOHUGEPAGE | VM_GROWSDOWN)) != VM_HUGEPAGE)
        return false;
    return v->end >= HPAGE_SIZE && last >= v->start;
}

static void print_costs(const struct costs *c, bool locked, FILE *out)
{
    const struct {
        const char *label;
        uint64_t kb;
    } rows[] = {
        {"Rss:            ", kb(c->rss)},
        {"Pss:            ", c->pss >> (PSS_SHIFT + 10)},
        {"Pss_Dirty:      ", c->pss_dirty >> (PSS_SHIFT + 10)},
        {"Shared_Clean:   ", kb(c->shared_clean)},
        {"Shared_Dirty:   ", kb(c->shared_dirty)},
        {"Private_Clean:  ", kb(c->private_clean)},
        {"Private_Dirty:  ", kb(c->private_dirty)},
        {"Referenced:     ", kb(c->referenced)},
        {"Anonymous:      ", kb(c->anonymous)},
        {"KSM:            ", 0},
        {"LazyFree:       ", kb(c->lazyfree)},
        {"AnonHugePages:  ", 0},
        {"ShmemPmdMapped: ", 0},
        {"FilePmdMapped:  ", 0},
        {"Shared_Hugetlb: ", 0},
        {"Private_Hugetlb:", 0},
        {"Swap:           ", 0},
        {"SwapPss:        ", 0},
        {"Locked:         ", locked ? c->pss >> (PSS_SHIFT + 10) : 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        fprintf(out, "%s%8" PRIu64 " kB\n", rows[i].label, rows[i].kb);
}

void mm_print_smaps(struct mm *mm, FILE *out)
{
    struct sharing sharing;
    char line[8192], flags[512];
    struct vma_iter it;
    const struct vma *v;

    sharing_init(&sharing, mm);
    vma_iter_init(&it, &mm->vmas, 0);
    while ((v = vma_iter_next(&it))) {
        struct costs c = {.sharing = &sharing};
        unsigned page_kb = (unsigned)(vma_page_size(v) >> 10);

        pt_walk(&mm->pt, v->start, v->end, account_page, &c);
        fwrite(line, 1, mm_maps_line(mm, v, line, sizeof(line)), out);
        fprintf(out, "Size:           %8" PRIu64 " kB\nKernelPageSize: %8u kB\nMMUPageSize:    %8u kB\n",
                kb(vma_pages(v)), page_kb, page_kb);
        print_costs(&c, v->flags & VM_LOCKED, out);
        fprintf(out, "THPeligible:    %8u\n", thp_eligible(v));
        if (!mm->sys->no_pkeys)
            fprintf(out, "ProtectionKey:  %8u\n", (unsigned)vma_pkey(v));
        mm_vmflags_text(mm, v, flags, sizeof(flags));
        fprintf(out, "VmFlags: %s\n", flags);
    }
    free(sharing.mapped);
}

void mm_get_stats(struct mm *mm, struct mm_stats *st)
{
    mm_update_hiwater(mm);
    *st = mm->stats;
    st->pt_bytes =
        mm->pt.nodes > 1 ? (mm->pt.nodes - 1) << MM_PAGE_SHIFT : 0; /* the top level is not counted */
}
