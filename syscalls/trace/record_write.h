/* record_write.h - what the writers of a recording share: record.c, record_state.c. */
#ifndef SYSCALLS_TRACE_RECORD_WRITE_H
#define SYSCALLS_TRACE_RECORD_WRITE_H

#include "event.h"
#include "record.h"

struct recorder {
    FILE *out;
    uint64_t nr, addr; /* of the last record */
    struct known *known;
    size_t nr_known, room;
    uint64_t strings;
    struct record_state *state; /* NULL: states are not wanted */
};

void record_tag(struct recorder *r, int tag, uint64_t nr);
void record_number(struct recorder *r, uint64_t v);
void record_bytes(struct recorder *r, const char *s, size_t len);

#endif
