/*
 * meminfo.c - what the machine's memory is in use for, counted when somebody asks (/proc/meminfo, fs/proc/meminfo.c of Linux
 * 6.18).
 */
#include "mm.h"

#include <stdlib.h>

/* What is known of a frame. */
#define SHOWN_ANON   1u /* by an entry for a private page */
#define SHOWN_OBJECT 2u /* by one for an object's page */
#define SHOWN_LOCKED 4u /* in a locked VMA */

struct marks {
    uint8_t *frame;
    bool locked; /* the VMA that is walked */
};

static int mark(void *ctx, uint64_t addr, pte_t e)
{
    struct marks *m = ctx;

    if (e & PTE_PRESENT && pte_pfn(e) && !(e & PTE_SPECIAL))
        m->frame[pte_pfn(e)] |= (e & PTE_ANON ? SHOWN_ANON : SHOWN_OBJECT) | (m->locked ? SHOWN_LOCKED : 0);
    return 0;
}

/* NULL: no memory. */
static uint8_t *mark_frames(struct mm_system *sys)
{
    struct marks m = {.frame = calloc(sys->phys.fresh, 1)};

    for (struct mm *mm = sys->mms; m.frame && mm; mm = mm->next) {
        struct vma_iter it;
        const struct vma *v;

        vma_iter_init(&it, &mm->vmas, 0);
        while ((v = vma_iter_next(&it))) {
            m.locked = v->flags & VM_LOCKED;
            pt_walk(&mm->pt, v->start, v->end, mark, &m);
        }
    }
    return m.frame;
}

void mm_get_meminfo(struct mm_system *sys, struct mm_meminfo *info)
{
    const struct physmem *pm = &sys->phys;
    uint8_t *marks = mark_frames(sys);
    uint64_t used = 0;

    *info = (struct mm_meminfo){.total = pm->nframes, .free = pm->nfree, .committed = sys->committed};
    for (pfn_t pfn = 1; pfn < pm->fresh; pfn++) {
        const struct frame *f = &pm->frames[pfn];

        if (!f->refs)
            continue;
        used++;
        if (f->obj) {
            info->cached++;
            info->shmem += f->obj->kind == OBJ_SHMEM;
            info->dirty += f->obj->kind != OBJ_SHMEM && f->flags & FRAME_DIRTY;
        }
        if (marks) {
            info->anon += !!(marks[pfn] & SHOWN_ANON);
            info->mapped += !!(marks[pfn] & SHOWN_OBJECT);
            info->mlocked += !!(marks[pfn] & SHOWN_LOCKED);
        }
    }
    info->tables = pm->nframes - 1 - pm->nfree - used;
    free(marks);
}
