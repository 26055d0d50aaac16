/*
 * sharing.h - how many entries of page tables show a frame: Linux' mapcount.
 *
 * Tables shared since a fork have one entry for several address spaces, so while there is more than one address space
 * all tables are walked once to count.
 */
#ifndef MM_SHARING_H
#define MM_SHARING_H

#include "mm.h"

struct sharing {
    struct physmem *phys;
    uint32_t *mapped; /* entries that show each frame; NULL: as many as it has references */
};

/* Counts. When memory is short the references have to do. */
void sharing_init(struct sharing *s, struct mm_system *sys);
void sharing_destroy(struct sharing *s);
uint32_t sharing_mapcount(const struct sharing *s, pfn_t pfn);

#endif
