/*
 * ranges.h - which code is meant: ADDR-ADDR, the name of a function, or a file's, separated by commas.
 *
 * Names mean other addresses in each address space, and none before their file is mapped.
 */
#ifndef EMU_CODE_RANGES_H
#define EMU_CODE_RANGES_H

#include "emu/machine.h"

struct range {
    uint64_t lo, hi; /* [lo, hi) */
    unsigned part;   /* which part of the text meant it, from 0 */
};
struct range_set {
    uint64_t mm, exec_vm; /* whose, and how much code it had then */
    struct range *r;
    size_t n;
};

struct ranges;
/* NULL: *wrong is the part that is no range (NULL: out of memory). "": everything. */
struct ranges *ranges_create(const char *spec, const char **wrong);
/* One line on stderr for each name that never meant anything. */
void ranges_complain(const struct ranges *r);
void ranges_destroy(struct ranges *r);
bool ranges_all(const struct ranges *r);
/* Those of t's address space as it is now. Valid until the next call; NULL: out of memory. */
const struct range_set *ranges_of(struct ranges *r, struct task *t);

#endif
