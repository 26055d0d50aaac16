/*
 * record_write.h - what the writers of a recording share: record.c, record_state.c.
 *
 * Records are put together in a buffer of ours and go to the file in large blocks. record_room() is asked
 * once for each record, so that the numbers in it are stored without a look at the end.
 */
#ifndef SYSCALLS_TRACE_RECORD_WRITE_H
#define SYSCALLS_TRACE_RECORD_WRITE_H

#include "event.h"
#include "record.h"

#define RECORD_BUFFER (64u << 10)
/* Bytes that record_tag() makes sure of: more than any record has beside its texts, bytes and areas. */
#define RECORD_LARGEST 512u

struct recorder {
    FILE *out;
    uint8_t *at;                       /* where the next byte goes in buf */
    uint64_t nr, addr;                 /* of the last record */
    uint64_t mm;                       /* of the last areas */
    int tid;                           /* of the last call */
    struct recorded **known;           /* strings, a hash table */
    size_t nr_known, room, nr_written; /* room: a power of two */
    struct record_state *state;        /* NULL: states are not wanted */
    uint8_t buf[RECORD_BUFFER];
};

/* record.c - makes room for n bytes, of at most RECORD_BUFFER; where they go. */
void record_flush(struct recorder *r);
static inline uint8_t *record_room(struct recorder *r, size_t n)
{
    if (__builtin_expect((size_t)(r->buf + RECORD_BUFFER - r->at) < n, 0))
        record_flush(r);
    return r->at;
}

/* At most 10 bytes, for which there is room at `at`; the place behind them. Most numbers need one: the rest is
 * not inlined. */
uint8_t *record_put_long(uint8_t *at, uint64_t v);
static inline uint8_t *record_put(uint8_t *at, uint64_t v)
{
    if (__builtin_expect(v > 127, 0))
        return record_put_long(at, v);
    *at = (uint8_t)v;
    return at + 1;
}

static inline void record_number(struct recorder *r, uint64_t v)
{
    r->at = record_put(r->at, v);
}

/* Small numbers of either sign as small ones without. */
static inline uint64_t record_zigzag(uint64_t v)
{
    return v << 1 ^ (uint64_t)((int64_t)v >> 63);
}

/* The beginning of a record of event nr, and room for the rest of it: where that goes. r->at is the caller's to set. */
static inline uint8_t *record_tag(struct recorder *r, int tag, uint64_t nr)
{
    uint64_t since = nr - r->nr;
    uint8_t *at = record_room(r, RECORD_LARGEST);

    r->nr = nr;
    if (__builtin_expect(since >= RECORD_FAR, 0)) {
        *at = (uint8_t)(tag | RECORD_FAR << RECORD_TAG_BITS);
        return record_put_long(at + 1, record_zigzag(since));
    }
    *at = (uint8_t)((unsigned)tag | since << RECORD_TAG_BITS);
    return at + 1;
}

static inline void record_begin(struct recorder *r, int tag, uint64_t nr)
{
    r->at = record_tag(r, tag, nr);
}

/* Their number and these bytes, of any length, with RECORD_LARGEST bytes of room behind them. */
void record_bytes(struct recorder *r, const void *s, size_t len);
/* The bytes alone. */
void record_raw(struct recorder *r, const void *s, size_t len);

#endif
