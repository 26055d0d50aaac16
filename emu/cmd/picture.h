/* picture.h - the areas of one address space while a recording goes by. */
#ifndef EMU_CMD_PICTURE_H
#define EMU_CMD_PICTURE_H

#include "recording.h"

struct picture_node;
/* Begins as {0}. */
struct picture {
    struct picture_node *root;
    size_t count; /* areas in the tree */
    uint64_t seed;
    struct area *area; /* picture_list(): in order, as of then */
    size_t n, room;
};
/*
 * What overlaps [start, end) gives way to the n areas, which are in order and within: n log of all there are.
 * False: out of memory, and nothing is changed.
 */
bool picture_apply(struct picture *p, uint64_t start, uint64_t end, const struct area *area, size_t n);
/* Puts all areas into p->area[0 .. p->n - 1]. False: out of memory. */
bool picture_list(struct picture *p);
/* No areas. The list's memory is kept until picture_free(). */
void picture_clear(struct picture *p);
void picture_free(struct picture *p);
/* As a line of maps, with its newline. */
size_t area_text(const struct area *a, char *buf, size_t size);

#endif
