/* sharing.c - counting the entries that show each frame. */
#include "sharing.h"

#include <stdlib.h>

static int count_entry(void *ctx, uint64_t addr, pte_t e)
{
    struct sharing *s = ctx;

    if (e & PTE_PRESENT)
        s->mapped[pte_pfn(e)]++;
    return 0;
}

void sharing_init(struct sharing *s, struct mm_system *sys)
{
    s->phys = &sys->phys;
    s->mapped = sys->mms && sys->mms->next ? calloc(sys->phys.fresh, sizeof(*s->mapped)) : NULL;
    for (struct mm *m = sys->mms; s->mapped && m; m = m->next)
        pt_walk(&m->pt, 0, UINT64_MAX, count_entry, s);
}

void sharing_destroy(struct sharing *s)
{
    free(s->mapped);
}

uint32_t sharing_mapcount(const struct sharing *s, pfn_t pfn)
{
    const struct frame *f = &s->phys->frames[pfn];

    return s->mapped ? s->mapped[pfn] : f->refs - (f->obj != NULL);
}
