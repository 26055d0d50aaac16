/*
 * numa_maps.c - /proc/PID/numa_maps: the policy of each VMA and where its pages are; on a machine with one node, all there.
 *
 * Source: show_numa_map in fs/proc/task_mmu.c, Linux 6.18. "active" counts what was used again after it came: here pages of
 * files, and what is locked.
 */
#include "sharing.h"

#include <inttypes.h>

struct census {
    const struct sharing *sharing;
    uint64_t pages, anon, dirty, active;
    uint32_t mapcount_max;
    bool locked;
};

/* gather_pte_stats() */
static int count_page(void *ctx, uint64_t addr, pte_t e)
{
    struct census *c = ctx;
    const struct frame *f = &c->sharing->phys->frames[pte_pfn(e)];
    uint32_t n;

    if (!(e & PTE_PRESENT) || !pte_pfn(e) || e & PTE_SPECIAL)
        return 0;
    n = sharing_mapcount(c->sharing, pte_pfn(e));
    if (n > c->mapcount_max)
        c->mapcount_max = n;
    c->pages++;
    c->anon += !!(e & PTE_ANON);
    c->dirty += e & PTE_ANON ? !(e & PTE_LAZYFREE) : f->flags & FRAME_DIRTY ? 1 : 0;
    c->active += c->locked || !(e & (PTE_ANON | PTE_SHMEM));
    return 0;
}

static void print_pages(struct mm *mm, const struct vma *v, const struct sharing *sharing, FILE *out)
{
    struct census c = {.sharing = sharing, .locked = v->flags & VM_LOCKED};

    pt_walk(&mm->pt, v->start, v->end, count_page, &c);
    if (!c.pages)
        return;
    if (c.anon)
        fprintf(out, " anon=%" PRIu64, c.anon);
    if (c.dirty)
        fprintf(out, " dirty=%" PRIu64, c.dirty);
    if (c.pages != c.anon && c.pages != c.dirty)
        fprintf(out, " mapped=%" PRIu64, c.pages);
    if (c.mapcount_max > 1)
        fprintf(out, " mapmax=%u", c.mapcount_max);
    if (c.active < c.pages && !(v->flags & VM_HUGETLB))
        fprintf(out, " active=%" PRIu64, c.active);
    fprintf(out, " N0=%" PRIu64 " kernelpagesize_kB=%" PRIu64, c.pages, vma_page_size(v) >> 10);
}

/* seq_path() with "\n\t= " escaped */
static void print_path(const struct mm_file *file, FILE *out)
{
    char path[4096];
    size_t n = file->path ? file->path(file, path, sizeof(path)) : 0;

    fputs(" file=", out);
    for (size_t i = 0; i < n; i++)
        if (path[i] == '\n' || path[i] == '\t' || path[i] == '=' || path[i] == ' ' || path[i] == '\\')
            fprintf(out, "\\%03o", (unsigned char)path[i]);
        else
            putc(path[i], out);
}

void mm_print_numa_maps(struct mm *mm, FILE *out)
{
    struct sharing sharing;
    char policy[64];
    struct vma_iter it;
    const struct vma *v;

    sharing_init(&sharing, mm->sys);
    vma_iter_init(&it, &mm->vmas, 0);
    while ((v = vma_iter_next(&it))) {
        mm_policy_text(v->policy ? v->policy : mm->mempolicy, policy, sizeof(policy));
        fprintf(out, "%08" PRIx64 " %s", v->start, policy);
        if (vma_has_file(v))
            print_path(v->file, out);
        else if (mm_vma_is_heap(mm, v))
            fputs(" heap", out);
        else if (mm_vma_is_stack(mm, v))
            fputs(" stack", out);
        if (v->flags & VM_HUGETLB)
            fputs(" huge", out);
        print_pages(mm, v, &sharing, out);
        putc('\n', out);
    }
    sharing_destroy(&sharing);
}
