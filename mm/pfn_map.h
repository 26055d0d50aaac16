/*
 * pfn_map.h - which frame holds page number `index` of an object: a radix tree that is only as tall as its
 * largest index needs.
 */
#ifndef MM_PFN_MAP_H
#define MM_PFN_MAP_H

#include <mseal-emu/mm.h>

struct pfn_map {
    void *root;
    unsigned height; /* levels, 0: empty */
};

/* PFN_NONE: nothing there. */
pfn_t pfn_map_get(const struct pfn_map *m, uint64_t index);
/* The place must be free. 0 or -ENOMEM. */
int pfn_map_set(struct pfn_map *m, uint64_t index, pfn_t pfn);
/* Takes it out; PFN_NONE: nothing was there. Nodes that became empty are freed. */
pfn_t pfn_map_erase(struct pfn_map *m, uint64_t index);
/* The first page at or after *index, which moves there. PFN_NONE: no more. */
pfn_t pfn_map_next(const struct pfn_map *m, uint64_t *index);

#endif
