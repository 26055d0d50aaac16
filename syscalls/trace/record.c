/*
 * record.c - --record: the run in few bytes.
 *
 * First "MSEALREC2\n", then records, each a tag and numbers of 7 bits a byte, low ones first, bit 7 set where
 * more follow; signed ones are written so that small ones stay small (record_zigzag):
 *
 * - STRING: length, bytes: the next string, numbered from 1. The first two are design and program.
 * - CALL: events since the last record, tid (signed distance from the last CALL's), name (string), mask,
 *   values. Values are the six arguments and the result; the mask says which differ from those of the last
 *   call of this name (0 before the first). A value has a bit below its number: 1: the number is the signed
 *   distance from the last address written, 0: it is the value, signed.
 * - AREAS: events, mm, start (signed distance in pages from the last address), pages, count, then each area:
 *   pages since the last one's end, pages, bits (rwxs; 16: sealed; 32: has a name; pkey << 6), [name, page
 *   offset], events since it was mapped, [seal, events since it was sealed].
 * - WHO: string: who made the areas before.
 * - WHY: events, length, bytes: why the call before was refused.
 * - NOTE: events, tid, length, bytes: a signal, a fault, an end.
 * - END: nothing follows. A recording without it was cut off.
 *
 * With --record-states also CODE and STATE (record_state.c).
 *
 * emu/cmd/recording.c reads it.
 */
#include "record_write.h"
#include "watch.h"

#include <mseal-emu/mm.h>
#include <stdlib.h>
#include <string.h>

struct known {
    const char *s; /* by identity: names live as long as the tracer */
    uint64_t id;
    uint64_t value[RECORD_VALUES]; /* of the last call of this name */
};

void record_flush(struct recorder *r)
{
    fwrite(r->buf, 1, (size_t)(r->at - r->buf), r->out);
    r->at = r->buf;
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
static struct known *known_at(const struct recorder *r, const char *s)
{
    size_t i = ((uintptr_t)s * UINT64_C(0x9e3779b97f4a7c15)) >> 32;

    for (;; i++) {
        struct known *k = &r->known[i & (r->room - 1)];

        if (!k->s || k->s == s)
            return k;
    }
}

static __attribute__((noinline, cold)) struct known *new_string(struct recorder *r, const char *s)
{
    struct known *k;

    if (2 * r->nr_known >= r->room) {
        struct known *old = r->known;

        k = calloc(2 * r->room, sizeof(*k));
        if (!k)
            return known_at(r, s); /* without a number: the reader says so */
        r->known = k;
        r->room *= 2;
        for (size_t i = 0; i < r->room / 2; i++)
            if (old[i].s)
                *known_at(r, old[i].s) = old[i];
        free(old);
    }
    k = known_at(r, s);
    *k = (struct known){s, ++r->nr_known, {0}};
    record_room(r, RECORD_LARGEST);
    *r->at++ = RECORD_STRING;
    record_bytes(r, s, strlen(s));
    return k;
}

/* What is known of a string, which is written when it is new. Valid until the next one. */
static inline struct known *known(struct recorder *r, const char *s)
{
    struct known *k = known_at(r, s);

    return k->s ? k : new_string(r, s);
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
    known(r, design);
    known(r, program ? program : "");
    return r;
}

void recorder_destroy(struct recorder *r)
{
    if (!r)
        return;
    record_tag(r, RECORD_END, r->nr);
    record_flush(r);
    if (ferror(r->out) | fclose(r->out))
        fputs("mseal-emu: the recording could not be written whole\n", stderr);
    record_state_destroy(r->state);
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

void recorder_call(struct recorder *r, uint64_t nr, int tid, const char *name, unsigned nr_regs,
                   const uint64_t args[6], int64_t ret)
{
    struct known *call = known(r, name);
    uint64_t *before = call->value, last = r->addr;
    unsigned mask = 0;
    uint8_t *at;

    for (unsigned i = 0; i < nr_regs; i++)
        mask |= (unsigned)(args[i] != before[i]) << i;
    mask |= (unsigned)((uint64_t)ret != before[RECORD_RESULT]) << RECORD_RESULT;
    record_tag(r, RECORD_CALL, nr);
    at = record_put(r->at, record_zigzag((uint64_t)(tid - r->tid)));
    r->tid = tid;
    at = record_put(at, call->id);
    *at++ = (uint8_t)mask;
    for (unsigned i; mask; mask &= mask - 1) {
        i = (unsigned)__builtin_ctz(mask);
        before[i] = i == RECORD_RESULT ? (uint64_t)ret : args[i];
        at = put_value(at, before[i], &last);
    }
    r->addr = last;
    r->at = at;
}

static uint8_t *put_area(struct recorder *r, uint8_t *at, const struct area *a, uint64_t nr, uint64_t before)
{
    uint64_t bits = (a->flags & VM_PROT_MASK) | !!(a->flags & VM_MAYSHARE) << 3 | !!a->seal << 4 |
                    !!*a->name << 5 | (a->flags & VM_PKEY_MASK) >> VM_PKEY_SHIFT << 6;

    _Static_assert(VM_READ == 1 && VM_WRITE == 2 && VM_EXEC == 4, "the bits of the form");

    at = record_put(at, (a->start - before) >> MM_PAGE_SHIFT);
    at = record_put(at, (a->end - a->start) >> MM_PAGE_SHIFT);
    at = record_put(at, bits);
    if (*a->name) {
        at = record_put(at, known(r, a->name)->id);
        at = record_put(at, a->pgoff);
    }
    at = record_put(at, nr - a->birth);
    if (a->seal) {
        at = record_put(at, a->seal);
        at = record_put(at, nr - a->sealed_at);
    }
    return at;
}

void recorder_areas(struct recorder *r, const struct watch_change *c, const char *who)
{
    uint64_t end = c->start;
    uint8_t *at;

    for (unsigned i = 0; i < c->n; i++)
        if (*c->areas[i].name)
            known(r, c->areas[i].name);
    record_tag(r, RECORD_AREAS, c->event);
    at = record_put(r->at, c->mm);
    at = record_put(
        at, record_zigzag((uint64_t)((int64_t)(c->start - (r->addr & MM_PAGE_MASK)) >> MM_PAGE_SHIFT)));
    at = record_put(at, (c->end - c->start) >> MM_PAGE_SHIFT);
    r->at = record_put(at, c->n);
    r->addr = c->start;
    for (unsigned i = 0; i < c->n; i++) {
        record_room(r, RECORD_LARGEST);
        r->at = put_area(r, r->at, &c->areas[i], c->event, end);
        end = c->areas[i].end;
    }
    if (*who) {
        uint64_t id = known(r, who)->id;

        record_room(r, RECORD_LARGEST);
        *r->at++ = RECORD_WHO;
        record_number(r, id);
    }
}

void recorder_why(struct recorder *r, uint64_t nr, struct piece why)
{
    if (!why.len)
        return;
    record_tag(r, RECORD_WHY, nr);
    record_bytes(r, why.s, why.len);
}

static void put_note(struct recorder *r, const struct event *ev)
{
    char text[256];
    int n = snprintf(text, sizeof(text), "%s%s%.*s", ev->name ? ev->name : "",
                     ev->name && ev->detail.len ? " " : "", (int)ev->detail.len,
                     ev->detail.len ? ev->detail.s : "");

    record_tag(r, RECORD_NOTE, ev->nr);
    record_number(r, (uint64_t)ev->tid);
    record_bytes(r, text, (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

void recorder_event(struct recorder *r, const struct event *ev, const uint64_t args[6])
{
    switch (ev->kind) {
    case EVENT_EXIT:
        recorder_call(r, ev->nr, ev->tid, ev->name, ev->nr_regs, args, ev->ret);
        break;
    case EVENT_VMA:
    case EVENT_SEAL:
        recorder_areas(r,
                       &(struct watch_change){.mm = ev->mm,
                                              .start = ev->addr,
                                              .end = ev->end,
                                              .event = ev->nr,
                                              .areas = ev->areas,
                                              .n = ev->nr_areas},
                       ev->name);
        break;
    case EVENT_SIGNAL:
    case EVENT_DEATH:
    case EVENT_STOP:
        put_note(r, ev);
        break;
    default:
        return;
    }
    recorder_why(r, ev->nr, ev->why);
}
