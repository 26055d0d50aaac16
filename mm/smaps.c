/*
 * smaps.c - /proc/PID/smaps: what each VMA costs in pages, and with whom it shares them; smaps_rollup: the sums; the
 * counters of statm and status.
 */
#include "mm.h"
#include "sharing.h"

#include <inttypes.h>

#define PSS_SHIFT  12 /* fraction bits of Pss */
#define HPAGE_SIZE (UINT64_C(2) << 20)

/* struct mem_size_stats, in pages; pss with fraction bits and in bytes */
struct costs {
    const struct sharing *sharing;
    uint64_t rss, referenced, anonymous, lazyfree;
    uint64_t shared_clean, shared_dirty, private_clean, private_dirty;
    uint64_t pss, pss_dirty, pss_anon, pss_file, pss_shmem, pss_locked;
    bool locked; /* the VMA that is counted */
};

/* smaps_account() */
static int account_page(void *ctx, uint64_t addr, pte_t e)
{
    struct costs *c = ctx;
    const struct frame *f = &c->sharing->phys->frames[pte_pfn(e)];
    uint64_t pss = MM_PAGE_SIZE << PSS_SHIFT;
    bool dirty, private;
    uint32_t n;

    if (!(e & PTE_PRESENT) || !pte_pfn(e) || e & PTE_SPECIAL)
        return 0;
    /* Private pages are born by a write; only MADV_FREE makes them clean. */
    dirty = e & PTE_ANON ? !(e & PTE_LAZYFREE) : f->flags & FRAME_DIRTY;
    n = sharing_mapcount(c->sharing, pte_pfn(e));
    private = n < 2;
    if (f->obj && f->obj->kind == OBJ_SPECIAL) { /* the kernel's own page: no mapping has a share in it */
        private = false;
        pss = 0;
    } else if (!private) {
        pss /= n;
    }
    c->rss++;
    c->referenced += !(e & (PTE_LAZYFREE | PTE_OLD));
    c->anonymous += !!(e & PTE_ANON);
    c->lazyfree += !!(e & PTE_LAZYFREE);
    c->pss += pss;
    c->pss_dirty += dirty ? pss : 0;
    *(e & PTE_ANON ? &c->pss_anon : e & PTE_SHMEM ? &c->pss_shmem : &c->pss_file) += pss;
    c->pss_locked += c->locked ? pss : 0;
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

static uint64_t pss_kb(uint64_t pss)
{
    return pss >> (PSS_SHIFT + 10);
}

static void print_costs(const struct costs *c, bool rollup, FILE *out)
{
    const struct {
        const char *label;
        uint64_t kb;
        bool of_rollup;
    } rows[] = {
        {"Rss:            ", kb(c->rss)},
        {"Pss:            ", pss_kb(c->pss)},
        {"Pss_Dirty:      ", pss_kb(c->pss_dirty)},
        {"Pss_Anon:       ", pss_kb(c->pss_anon), true},
        {"Pss_File:       ", pss_kb(c->pss_file), true},
        {"Pss_Shmem:      ", pss_kb(c->pss_shmem), true},
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
        {"Locked:         ", pss_kb(c->pss_locked)},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rollup || !rows[i].of_rollup)
            fprintf(out, "%s%8" PRIu64 " kB\n", rows[i].label, rows[i].kb);
}

/* Adds the pages of v. */
static void account_vma(struct mm *mm, const struct vma *v, struct costs *c)
{
    c->locked = v->flags & VM_LOCKED;
    pt_walk(&mm->pt, v->start, v->end, account_page, c);
}

void mm_print_smaps(struct mm *mm, FILE *out)
{
    struct sharing sharing;
    char line[8192], flags[512];
    struct vma_iter it;
    const struct vma *v;

    sharing_init(&sharing, mm->sys);
    vma_iter_init(&it, &mm->vmas, 0);
    while ((v = vma_iter_next(&it))) {
        struct costs c = {.sharing = &sharing};
        unsigned page_kb = (unsigned)(vma_page_size(v) >> 10);

        account_vma(mm, v, &c);
        fwrite(line, 1, mm_maps_line(mm, v, line, sizeof(line)), out);
        fprintf(out, "Size:           %8" PRIu64 " kB\nKernelPageSize: %8u kB\nMMUPageSize:    %8u kB\n",
                kb(vma_pages(v)), page_kb, page_kb);
        print_costs(&c, false, out);
        fprintf(out, "THPeligible:    %8u\n", thp_eligible(v));
        if (!mm->sys->no_pkeys)
            fprintf(out, "ProtectionKey:  %8u\n", (unsigned)vma_pkey(v));
        mm_vmflags_text(mm, v, flags, sizeof(flags));
        fprintf(out, "VmFlags: %s\n", flags);
    }
    sharing_destroy(&sharing);
}

void mm_print_smaps_rollup(struct mm *mm, FILE *out)
{
    uint64_t start = 0, end = 0;
    struct sharing sharing;
    struct costs c = {.sharing = &sharing};
    struct vma_iter it;
    const struct vma *v;

    sharing_init(&sharing, mm->sys);
    vma_iter_init(&it, &mm->vmas, 0);
    while ((v = vma_iter_next(&it))) {
        if (!end)
            start = v->start;
        end = v->end;
        account_vma(mm, v, &c);
    }
    fprintf(out, "%08" PRIx64 "-%08" PRIx64 " ---p 00000000 00:00 0 %*s[rollup]\n", start, end,
            end > UINT32_MAX ? start > UINT32_MAX ? 25 : 29 : 33, "");
    print_costs(&c, true, out);
    sharing_destroy(&sharing);
}

void mm_get_stats(struct mm *mm, struct mm_stats *st)
{
    mm_update_hiwater(mm);
    *st = mm->stats;
    st->pt_bytes =
        mm->pt.nodes > 1 ? (mm->pt.nodes - 1) << MM_PAGE_SHIFT : 0; /* the top level is not counted */
}
