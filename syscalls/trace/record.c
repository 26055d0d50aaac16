/*
 * record.c - --record: the run in few bytes.
 *
 * First "MSEALREC3\n" and two strings, design and program; then records, each a byte (record.h: its kind, and how many
 * events since the last one) and numbers of 7 bits a byte, low ones first, bit 7 set where more follow; signed ones are
 * written so that small ones stay small (record_zigzag). A string is a number; the first that was not there yet is followed
 * by length and bytes.
 *
 * - TASK: tid: whose the calls are from now on.
 * - CALL: name (string), mask, values. Values are the result and the six arguments; the mask says which differ from those of
 *   the last call of this name (0 before the first). A value has a bit below its number: 1: the number is the signed
 *   distance from the last address written, 0: it is the value, signed.
 * - MM: number: which address space the areas are of from now on.
 * - AREAS: start (signed distance in pages from the last address), then piece by piece what is in the range from there: bits
 *   (record.h), pages; of an area also [name, page offset], [events since it was mapped], [seal, events since
 *   it was sealed].
 * - WHO: string: who made the areas before.
 * - WHY: length, bytes: why the call before was refused.
 * - NOTE: tid, length, bytes: a signal, a fault, an end.
 * - END: nothing follows. A recording without it was cut off.
 *
 * With --record-states also CODE and STATE (record_state.c).
 *
 * emu/cmd/recording.c reads it.
 */
#include "record_write.h"

#include <mseal-emu/mm.h>
#include <stdlib.h>
#include <string.h>

struct recorded {
    const char *s;                 /* by identity: names live as long as the tracer */
    uint64_t id;                   /* 0: not written yet */
    uint64_t value[RECORD_VALUES]; /* of the last call of this name */
};

void record_flush(struct recorder *r)
{
    fwrite(r->buf, 1, (size_t)(r->at - r->buf), r->out);
    r->at = r->buf;
}

uint8_t *record_put_long(uint8_t *at, uint64_t v)
{
    for (; v > 127; v >>= 7)
        *at++ = (uint8_t)(v | 128);
    *at++ = (uint8_t)v;
    return at;
}

void record_raw(struct recorder *r, const void *s, size_t len)
{
    if (len > RECORD_BUFFER / 2) {
        record_flush(r);
        fwrite(s, 1, len, r->out);
        return;
    }
    record_room(r, len + RECORD_LARGEST);
    memcpy(r->at, s, len);
    r->at += len;
}

void record_bytes(struct recorder *r, const void *s, size_t len)
{
    record_number(r, len);
    record_raw(r, s, len);
}

/* Where s is in the table, or belongs; it is never full. */
static struct recorded **place_of(const struct recorder *r, const char *s)
{
    size_t i = ((uintptr_t)s * UINT64_C(0x9e3779b97f4a7c15)) >> 32;

    for (;; i++) {
        struct recorded **p = &r->known[i & (r->room - 1)];

        if (!*p || (*p)->s == s)
            return p;
    }
}

static bool more_room(struct recorder *r)
{
    struct recorded **old = r->known;

    r->known = calloc(2 * r->room, sizeof(*r->known));
    if (!r->known) {
        r->known = old;
        return false;
    }
    r->room *= 2;
    for (size_t i = 0; i < r->room / 2; i++)
        if (old[i])
            *place_of(r, old[i]->s) = old[i];
    free(old);
    return true;
}

struct recorded *recorder_string(struct recorder *r, const char *s)
{
    struct recorded **p = place_of(r, s);

    if (*p)
        return *p;
    if (2 * ++r->nr_known > r->room && !more_room(r))
        return NULL;
    p = place_of(r, s);
    *p = calloc(1, sizeof(**p));
    if (*p)
        (*p)->s = s;
    return *p;
}

static __attribute__((noinline, cold)) void put_new_string(struct recorder *r, struct recorded *s)
{
    s->id = ++r->nr_written;
    record_number(r, s->id);
    record_bytes(r, s->s, strlen(s->s));
}

static void put_string(struct recorder *r, const char *s)
{
    struct recorded *known = recorder_string(r, s);

    if (known && !known->id)
        put_new_string(r, known);
    else
        record_number(r, known ? known->id : 0); /* out of memory: the reader says so */
}

struct recorder *recorder_create(FILE *out, const char *design, const char *program)
{
    struct recorder *r = calloc(1, sizeof(*r));

    if (!r)
        return NULL;
    r->room = 256;
    r->known = calloc(r->room, sizeof(*r->known));
    if (!r->known) {
        free(r);
        return NULL;
    }
    r->out = out;
    setvbuf(out, NULL, _IONBF, 0);
    r->at = r->buf;
    record_raw(r, RECORD_MAGIC, strlen(RECORD_MAGIC));
    put_string(r, design);
    put_string(r, program ? program : "");
    return r;
}

void recorder_destroy(struct recorder *r)
{
    if (!r)
        return;
    record_begin(r, RECORD_END, r->nr);
    record_flush(r);
    if (ferror(r->out) | fclose(r->out))
        fputs("mseal-emu: the recording could not be written whole\n", stderr);
    record_state_destroy(r->state);
    for (size_t i = 0; i < r->room; i++)
        free(r->known[i]);
    free(r->known);
    free(r);
}

static bool is_address(uint64_t v)
{
    return v >= UINT64_C(1) << 32 && v < MM_TASK_SIZE;
}

static uint8_t *put_value(uint8_t *at, uint64_t v, uint64_t *last)
{
    bool address = is_address(v);
    uint64_t n = record_zigzag(address ? v - *last : v);

    if (address)
        *last = v;
    *at++ = (uint8_t)((n > 63) << 7 | (n & 63) << 1 | address); /* all 64 bits, one more in the first byte */
    return n > 63 ? record_put(at, n >> 6) : at;
}

static __attribute__((noinline, cold)) void put_task(struct recorder *r, int tid)
{
    record_begin(r, RECORD_TASK, r->nr);
    record_number(r, (uint64_t)tid);
    r->tid = tid;
}

static __attribute__((noinline, cold)) void put_mm(struct recorder *r, uint64_t mm)
{
    record_begin(r, RECORD_MM, r->nr);
    record_number(r, mm);
    r->mm = mm;
}

/* The values that differ from before, and a mask of them. Not inlined: a loop makes the same calls again and again. */
static __attribute__((noinline)) uint8_t *put_values(uint8_t *at, uint64_t *before, const uint64_t *args,
                                                     unsigned nr_regs, int64_t ret, uint64_t *last)
{
    unsigned mask = 0;

    for (unsigned i = nr_regs; i-- > 0;)
        mask = mask << 1 | (args[i] != before[RECORD_ARGS + i]);
    mask = mask << 1 | ((uint64_t)ret != before[RECORD_RESULT]);
    *at++ = (uint8_t)mask;
    for (unsigned i; mask; mask &= mask - 1) {
        i = (unsigned)__builtin_ctz(mask);
        before[i] = i == RECORD_RESULT ? (uint64_t)ret : args[i - RECORD_ARGS];
        at = put_value(at, before[i], last);
    }
    return at;
}

/* What is not said of every area. */
static __attribute__((noinline)) uint8_t *put_rest(struct recorder *r, uint8_t *at, const struct vma *v,
                                                   const char *name, unsigned bits, uint64_t nr)
{
    if (bits & RECORD_NAMED) {
        r->at = at;
        put_string(r, name);
        at = record_put(r->at, v->file ? v->pgoff : 0);
    }
    if (!(bits & RECORD_NEW))
        at = record_put(at, nr - v->birth);
    if (bits & RECORD_SEALED) {
        at = record_put(at, v->seal);
        at = record_put(at, nr - v->sealed_at);
    }
    return at;
}

static inline uint8_t *put_area(struct recorder *r, uint8_t *at, const struct vma *v, const char *name,
                                unsigned bits, uint64_t nr)
{
    uint64_t flags = v->flags, seal = v->seal, pages = (v->end - v->start) >> MM_PAGE_SHIFT;

    _Static_assert(VM_READ == 1 && VM_WRITE == 2 && VM_EXEC == 4, "the bits of the form");

    bits |= (flags & VM_PROT_MASK) | (v->birth == nr ? RECORD_NEW : 0) | (*name ? RECORD_NAMED : 0);
    if (seal | (flags & (VM_MAYSHARE | VM_PKEY_MASK)))
        bits |= (seal ? RECORD_SEALED : 0) | (flags & VM_MAYSHARE ? RECORD_SHARED : 0) |
                (flags & VM_PKEY_MASK) >> VM_PKEY_SHIFT << RECORD_PKEY_SHIFT;
    at = record_put(at, bits);
    at = record_put(at, pages);
    return (bits & (RECORD_NEW | RECORD_NAMED | RECORD_SEALED)) == RECORD_NEW
               ? at
               : put_rest(r, at, v, name, bits, nr);
}

static inline uint8_t *put_hole(uint8_t *at, uint64_t len, unsigned last)
{
    at = record_put(at, RECORD_HOLE | last);
    return record_put(at, len >> MM_PAGE_SHIFT);
}

/* Inlined where calls are recorded, so that the two leave the registers to each other only once. */
static inline __attribute__((always_inline)) void put_areas(struct recorder *r, const struct watch_change *c)
{
    uint64_t nr = c->event, from = c->start, end = c->end, before = r->addr & MM_PAGE_MASK;
    size_t n = c->n;
    uint8_t *at;

    if (c->mm != r->mm)
        put_mm(r, c->mm);
    r->addr = from;
    at = record_tag(r, RECORD_AREAS, nr);
    at = record_put(at, record_zigzag((uint64_t)((int64_t)(from - before) >> MM_PAGE_SHIFT)));
    for (size_t i = 0; i < n; i++) {
        const struct vma *v = &c->now[i];

        if (i) {
            r->at = at;
            at = record_room(r, RECORD_LARGEST);
        }
        if (v->start > from)
            at = put_hole(at, v->start - from, 0);
        from = v->end;
        at = put_area(r, at, v, c->name[i], from == end ? RECORD_LAST : 0, nr);
    }
    r->at = from < end ? put_hole(at, end - from, RECORD_LAST) : at;
}

void recorder_call(struct recorder *r, const struct watch_change *c, uint64_t nr, int tid,
                   struct recorded *name, unsigned nr_regs, const uint64_t args[6], int64_t ret)
{
    uint64_t differ, *before = name->value;
    uint8_t *at;

    if (tid != r->tid)
        put_task(r, tid);
    if (c)
        put_areas(r, c);
    at = record_tag(r, RECORD_CALL, nr);
    if (name->id) {
        at = record_put(at, name->id);
    } else {
        r->at = at;
        put_new_string(r, name);
        at = r->at;
    }
    differ = (uint64_t)ret ^ before[RECORD_RESULT];
    for (unsigned i = 0; i < nr_regs; i++)
        differ |= args[i] ^ before[RECORD_ARGS + i];
    if (differ)
        at = put_values(at, before, args, nr_regs, ret, &r->addr);
    else
        *at++ = 0;
    r->at = at;
}

static void put_who(struct recorder *r, const char *who)
{
    record_begin(r, RECORD_WHO, r->nr);
    put_string(r, who);
}

static void put_note(struct recorder *r, const struct event *ev)
{
    char text[256];
    int n = snprintf(text, sizeof(text), "%s%s%.*s", ev->name ? ev->name : "",
                     ev->name && ev->detail.len ? " " : "", (int)ev->detail.len,
                     ev->detail.len ? ev->detail.s : "");

    record_begin(r, RECORD_NOTE, ev->nr);
    record_number(r, (uint64_t)ev->tid);
    record_bytes(r, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

void recorder_event(struct recorder *r, const struct event *ev, const uint64_t args[6])
{
    struct recorded *name;

    switch (ev->kind) {
    case EVENT_EXIT:
        name = recorder_string(r, ev->name);
        if (name)
            recorder_call(r, NULL, ev->nr, ev->tid, name, ev->nr_regs, args, ev->ret);
        break;
    case EVENT_VMA:
    case EVENT_SEAL:
        put_areas(r, ev->change);
        if (*ev->name)
            put_who(r, ev->name);
        break;
    case EVENT_SIGNAL:
    case EVENT_DEATH:
    case EVENT_STOP:
        put_note(r, ev);
        break;
    default:
        return;
    }
    if (ev->why.len) {
        record_begin(r, RECORD_WHY, ev->nr);
        record_bytes(r, ev->why.s, ev->why.len);
    }
}
