/*
 * record.c - --record: the run in few bytes.
 *
 * First "MSEALREC1\n", then records, each a tag and numbers of 7 bits a byte, low ones first, bit 7 set where
 * more follow; signed ones are written so that small ones stay small (record_zigzag):
 *
 * - STRING: length, bytes: the next string, numbered from 1. The first two are design and program.
 * - CALL: events since the last record, tid, name (string), mask, args, result. Mask: bits 0-5: the argument
 *   is there and not 0; 6: the call failed; 7: bits 8-13 say which arguments are addresses, written as the
 *   signed distance from the last address written. An odd result is such a distance, too.
 * - AREAS: events, mm, start (signed distance in pages from the last address), pages, count, then each area:
 *   pages since the last one's end, pages, bits (rwxs; 16: sealed; 32: has a name; pkey << 6), [name, page
 *   offset], events since it was mapped, [seal, events since it was sealed].
 * - WHO: string: who made the areas before.
 * - WHY: events, length, bytes: why the call before was refused.
 * - NOTE: events, tid, length, bytes: a signal, a fault, an end.
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

/* The number of a string, written when it is new. */
static uint64_t string_id(struct recorder *r, const char *s)
{
    size_t i;

    if (2 * r->nr_known >= r->room) {
        size_t room = r->room ? 2 * r->room : 256;
        struct known *k = calloc(room, sizeof(*k));

        if (!k)
            return 0;
        for (i = 0; i < r->room; i++) {
            size_t j = ((uintptr_t)r->known[i].s >> 4) & (room - 1);

            while (r->known[i].s && k[j].s)
                j = (j + 1) & (room - 1);
            if (r->known[i].s)
                k[j] = r->known[i];
        }
        free(r->known);
        r->known = k;
        r->room = room;
    }
    for (i = ((uintptr_t)s >> 4) & (r->room - 1); r->known[i].s && r->known[i].s != s;
         i = (i + 1) & (r->room - 1))
        ;
    if (!r->known[i].s) {
        r->known[i] = (struct known){s, ++r->strings};
        r->nr_known++;
        record_room(r, RECORD_LARGEST);
        *r->at++ = RECORD_STRING;
        record_bytes(r, s, strlen(s));
    }
    return r->known[i].id;
}

struct recorder *recorder_create(FILE *out, const char *design, const char *program)
{
    struct recorder *r = calloc(1, sizeof(*r));

    if (!r)
        return NULL;
    r->out = out;
    setvbuf(out, NULL, _IONBF, 0);
    r->at = r->buf;
    record_raw(r, RECORD_MAGIC, strlen(RECORD_MAGIC));
    string_id(r, design);
    string_id(r, program ? program : "");
    return r;
}

void recorder_destroy(struct recorder *r)
{
    if (!r)
        return;
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

void recorder_call(struct recorder *r, uint64_t nr, int tid, const char *name, unsigned nr_regs,
                   const uint64_t args[6], int64_t ret)
{
    uint64_t id = string_id(r, name), mask = ret < 0 ? 1u << 6 : 0, last;
    uint8_t *at;

    for (unsigned i = 0; i < 6 && i < nr_regs; i++) {
        if (!args[i])
            continue;
        mask |= 1u << i;
        if (is_address(args[i]))
            mask |= 1u << 7 | 1u << (i + 8);
    }
    record_tag(r, RECORD_CALL, nr);
    at = record_put(r->at, (uint64_t)tid);
    at = record_put(at, id);
    at = record_put(at, mask);
    last = r->addr;
    for (unsigned i = 0; i < 6 && i < nr_regs; i++) {
        if (mask & 1u << (i + 8)) {
            at = record_put(at, record_zigzag(args[i] - last));
            last = args[i];
        } else if (mask & 1u << i) {
            at = record_put(at, args[i]);
        }
    }
    if (is_address((uint64_t)ret)) { /* odd */
        at = record_put(at, record_zigzag((uint64_t)ret - last) << 1 | 1);
        last = (uint64_t)ret;
    } else {
        at = record_put(at, record_zigzag((uint64_t)ret) << 1);
    }
    r->addr = last;
    r->at = at;
}

static uint8_t *put_area(struct recorder *r, uint8_t *at, const struct area *a, uint64_t nr, uint64_t before)
{
    uint64_t bits = (a->flags & VM_READ ? 1 : 0) | (a->flags & VM_WRITE ? 2 : 0) |
                    (a->flags & VM_EXEC ? 4 : 0) | (a->flags & VM_MAYSHARE ? 8 : 0) | (a->seal ? 16 : 0) |
                    (*a->name ? 32 : 0) | ((a->flags & VM_PKEY_MASK) >> VM_PKEY_SHIFT) << 6;

    at = record_put(at, (a->start - before) >> MM_PAGE_SHIFT);
    at = record_put(at, (a->end - a->start) >> MM_PAGE_SHIFT);
    at = record_put(at, bits);
    if (*a->name) {
        at = record_put(at, string_id(r, a->name));
        at = record_put(at, a->pgoff);
    }
    at = record_put(at, nr - a->birth);
    if (a->seal) {
        at = record_put(at, a->seal);
        at = record_put(at, nr - a->sealed_at);
    }
    return at;
}

void recorder_areas(struct recorder *r, uint64_t nr, const struct watch_change *c, const char *who)
{
    uint64_t end = c->start;
    uint8_t *at;

    for (unsigned i = 0; i < c->n; i++)
        if (*c->areas[i].name)
            string_id(r, c->areas[i].name);
    record_tag(r, RECORD_AREAS, nr);
    at = record_put(r->at, c->mm);
    at = record_put(
        at, record_zigzag((uint64_t)((int64_t)(c->start - (r->addr & MM_PAGE_MASK)) >> MM_PAGE_SHIFT)));
    at = record_put(at, (c->end - c->start) >> MM_PAGE_SHIFT);
    r->at = record_put(at, c->n);
    r->addr = c->start;
    for (unsigned i = 0; i < c->n; i++) {
        record_room(r, RECORD_LARGEST);
        r->at = put_area(r, r->at, &c->areas[i], nr, end);
        end = c->areas[i].end;
    }
    if (*who) {
        uint64_t id = string_id(r, who);

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
        recorder_areas(r, ev->nr,
                       &(struct watch_change){ev->mm, ev->addr, ev->end, ev->areas, ev->nr_areas, false},
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
