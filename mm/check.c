/*
 * check.c - everything that must hold holds. Slow, and meant to be: tests call it after every change.
 */
#include "mm.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

static int __attribute__((format(printf, 2, 3))) bad(FILE *why, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vfprintf(why, fmt, ap);
    va_end(ap);
    fputc('\n', why);
    return -EINVAL;
}

/* --- VMAs and what is counted of them --------------------------------------------------------- */

static int check_vma(const struct vma *v, FILE *why)
{
    if ((v->start | v->end) & ~MM_PAGE_MASK || v->start >= v->end || v->end > MM_TASK_SIZE)
        return bad(why, "VMA %#" PRIx64 "-%#" PRIx64 " is no range of pages", v->start, v->end);
    if (v->pgoff + vma_pages(v) < v->pgoff)
        return bad(why, "VMA %#" PRIx64 ": page offset %#" PRIx64 " wraps", v->start, v->pgoff);
    if (v->flags & VM_SHARED && !v->file)
        return bad(why, "VMA %#" PRIx64 " is shared but has no file", v->start);
    if (v->file && (!v->file->obj || !v->file->refs || !v->file->obj->nr_vmas))
        return bad(why, "VMA %#" PRIx64 ": its file is not held", v->start);
    return 0;
}

static int check_counts(struct mm *mm, FILE *why)
{
    struct mm sum = {.sys = mm->sys};
    const struct mm_stats *a = &mm->stats, *b = &sum.stats;
    uint64_t locked = 0, count = 0;
    struct vma_iter it;
    const struct vma *v;

    vma_iter_init(&it, &mm->vmas, 0);
    while ((v = vma_iter_next(&it))) {
        if (check_vma(v, why))
            return -EINVAL;
        mm_account(&sum, v->flags, v->file, (int64_t)vma_pages(v));
        locked += v->flags & VM_LOCKED ? vma_pages(v) : 0;
        count++;
    }
    if (count != mm->vmas.count)
        return bad(why, "%" PRIu64 " VMAs counted, there are %" PRIu64, mm->vmas.count, count);
    if (a->total_vm != b->total_vm || a->data_vm != b->data_vm || a->exec_vm != b->exec_vm ||
        a->stack_vm != b->stack_vm)
        return bad(why,
                   "total/data/exec/stack_vm are %" PRIu64 "/%" PRIu64 "/%" PRIu64 "/%" PRIu64
                   ", not %" PRIu64 "/%" PRIu64 "/%" PRIu64 "/%" PRIu64,
                   b->total_vm, b->data_vm, b->exec_vm, b->stack_vm, a->total_vm, a->data_vm, a->exec_vm,
                   a->stack_vm);
    if (a->locked_vm != locked + mm->locked_leak)
        return bad(why, "locked_vm is %" PRIu64 ", not %" PRIu64, locked + mm->locked_leak, a->locked_vm);
    return 0;
}

/* --- pages ------------------------------------------------------------------------------------ */

struct pages_ctx {
    struct mm *mm;
    struct vma_iter it;
    const struct vma *v; /* the first that ends behind the entry */
    struct mm_stats rss;
    FILE *why;
};

/* An entry that shows a page of the VMA's object shows the right one. */
static int check_object_entry(struct pages_ctx *c, uint64_t addr, pte_t e)
{
    struct vm_object *obj = vma_object(c->v);
    int err = 0;

    if (!obj || obj->kind == OBJ_ZERO)
        return bad(c->why, "page %#" PRIx64 " of anonymous memory is not private", addr);
    if (vm_object_page(obj, vma_index(c->v, addr), false, &err) != pte_pfn(e))
        return bad(c->why, "page %#" PRIx64 " shows another page than its file has there", addr);
    if (!(e & PTE_SHMEM) != (obj->kind != OBJ_SHMEM))
        return bad(c->why, "page %#" PRIx64 " is counted in the wrong place", addr);
    return 0;
}

static int check_entry(void *ctx, uint64_t addr, pte_t e)
{
    struct pages_ctx *c = ctx;
    const struct physmem *pm = &c->mm->sys->phys;
    uint64_t *counter = mm_rss_counter(&c->rss, e);

    while (c->v && c->v->end <= addr)
        c->v = vma_iter_next(&c->it);
    if (!c->v || c->v->start > addr)
        return bad(c->why, "page %#" PRIx64 " is in no VMA", addr);
    if (counter)
        ++*counter;
    if (e & PTE_GUARD)
        return e == PTE_GUARD ? 0 : bad(c->why, "guard marker %#" PRIx64 " is a page as well", addr);
    if (e & PTE_POISON)
        return e == PTE_POISON ? 0 : bad(c->why, "poisoned page %#" PRIx64 " is a page as well", addr);
    if (e == PTE_UFFD_WP) /* nobody touched it since it was protected */
        return 0;
    if (!(e & PTE_PRESENT))
        return bad(c->why, "entry %#" PRIx64 " of page %#" PRIx64 " is neither page nor marker", e, addr);
    if (pte_pfn(e) >= pm->fresh || !pm->frames[pte_pfn(e)].refs)
        return bad(c->why, "page %#" PRIx64 " shows the free frame %u", addr, pte_pfn(e));
    if (e & PTE_LAZYFREE && !(e & PTE_ANON))
        return bad(c->why, "page %#" PRIx64 " is lazily free but not private", addr);
    if (!(e & PTE_ANON))
        return pte_pfn(e) ? check_object_entry(c, addr, e) : 0;
    if (c->v->flags & VM_SHARED || pm->frames[pte_pfn(e)].obj)
        return bad(c->why, "private page %#" PRIx64 " in a shared mapping or the page cache", addr);
    if (!c->v->anon_vma)
        return bad(c->why, "VMA %#" PRIx64 " has the private page %#" PRIx64 " but no anon_vma", c->v->start,
                   addr);
    return 0;
}

static int check_pages(struct mm *mm, FILE *why)
{
    struct pages_ctx c = {.mm = mm, .why = why};
    const struct mm_stats *st = &mm->stats;

    if (pt_check(&mm->pt, why))
        return -EINVAL;
    vma_iter_init(&c.it, &mm->vmas, 0);
    c.v = vma_iter_next(&c.it);
    if (pt_walk(&mm->pt, 0, UINT64_MAX, check_entry, &c))
        return -EINVAL;
    if (c.rss.rss_anon != st->rss_anon || c.rss.rss_file != st->rss_file || c.rss.rss_shmem != st->rss_shmem)
        return bad(why,
                   "rss anon/file/shmem are %" PRIu64 "/%" PRIu64 "/%" PRIu64 ", not %" PRIu64 "/%" PRIu64
                   "/%" PRIu64,
                   c.rss.rss_anon, c.rss.rss_file, c.rss.rss_shmem, st->rss_anon, st->rss_file,
                   st->rss_shmem);
    return 0;
}

int mm_check(struct mm *mm, FILE *why)
{
    if (vma_tree_check(&mm->vmas, why) || check_counts(mm, why) || check_pages(mm, why))
        return -EINVAL;
    return 0;
}

/* --- the whole machine ------------------------------------------------------------------------ */

static int check_frames(struct mm_system *sys, const struct pt_census *c, FILE *why)
{
    const struct physmem *pm = &sys->phys;
    uint64_t used = c->nseen;
    int err = 0;

    for (pfn_t pfn = 1; pfn < pm->fresh; pfn++) {
        const struct frame *f = &pm->frames[pfn];

        used += f->refs != 0;
        if (f->refs && f->refs != c->shown[pfn] + (f->obj != NULL))
            return bad(why, "frame %u has %u references, %u pages show it and %u caches", pfn, f->refs,
                       c->shown[pfn], f->obj != NULL);
        if (!f->refs && c->shown[pfn])
            return bad(why, "frame %u is free but shown", pfn);
        if (f->refs && f->obj && vm_object_page(f->obj, f->index, false, &err) != pfn)
            return bad(why, "frame %u is not where it says in its object", pfn);
    }
    if (pm->nfree + used != pm->nframes - 1 + pm->overdraft)
        return bad(why, "%" PRIu64 " frames free and %" PRIu64 " used of %" PRIu64, pm->nfree, used,
                   pm->nframes - 1);
    return 0;
}

int mm_system_check(struct mm_system *sys, FILE *why)
{
    struct pt_census c = {.shown = calloc(sys->phys.nframes, sizeof(*c.shown))};
    int ret = -ENOMEM;

    if (!c.shown)
        goto out;
    for (struct mm *mm = sys->mms; mm; mm = mm->next) {
        ret = mm_check(mm, why);
        if (ret)
            goto out;
        ret = -ENOMEM;
        if (!pt_census_add(&c, &mm->pt))
            goto out;
    }
    ret = pt_census_check(&c, why);
    if (!ret)
        ret = check_frames(sys, &c, why);
out:
    free(c.shown);
    free(c.seen);
    free(c.parents);
    return ret;
}

/* --- test builds ------------------------------------------------------------------------------ */

#ifdef MM_DEBUG

/*
 * Checking after every change would make a program with n areas and pages cost n times as much. Up to MUCH of them are
 * checked after each change; more only every few changes, so that a change's share is never above that.
 */
#define MUCH      2048
#define VMA_COST  2 /* pages that could be looked at in the same time */
#define NODE_COST 8

static bool is_due(struct mm *mm)
{
    const struct mm_stats *st = &mm->stats;
    uint64_t cost =
        mm->vmas.count * VMA_COST + mm->pt.nodes * NODE_COST + st->rss_anon + st->rss_file + st->rss_shmem;

    if (++mm->unchecked * MUCH < cost)
        return false;
    mm->unchecked = 0;
    return true;
}

void mm_assert_valid_at(struct mm *mm, const char *where)
{
    if (!is_due(mm) || !mm_check(mm, stderr))
        return;
    fprintf(stderr, "mseal-emu: an address space is broken after %s\n", where);
    abort();
}

#endif
