/*
 * record.c - --record: the run in few bytes.
 *
 *     "MSEALREC1\n", then records, each a tag and numbers of 7 bits a byte, low ones first, bit 7 set where
 * more follow: STRING  length, bytes           the next string, numbered from 1; the first two are design and
 * program CALL    events since the last record, tid, name (string), mask, args..., result mask: bits 0-5
 * argument is there and not 0, bit 6: the call failed, bit 7: the argument bits 8-13 are addresses, which are
 * written as the signed distance from the last address written AREAS   events, mm, start (signed distance in
 * pages from the last), pages, count, then each area: pages since the last one's end, pages, bits (rwxs, 16:
 * sealed, 32: has a name, pkey << 6), [name, page offset], events since it was mapped, [seal, events since it
 * was sealed] WHO     string                  who made the areas before WHY     events, length, bytes   why
 * the call before was refused NOTE    events, tid, length, bytes   a signal, a fault, an end
 *
 * With --record-states also CODE and STATE (record_state.c).
 *
 * emu/cmd/recording.c reads it.
 */
#include "record_write.h"

#include <mseal-emu/mm.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER (64u << 10) /* bytes between two writes to the file */

struct known {
    const char *s; /* by identity: names live as long as the tracer */
    uint64_t id;
};

void record_number(struct recorder *r, uint64_t v)
{
    for (; v > 127; v >>= 7)
        putc_unlocked((int)(v & 127) | 128, r->out);
    putc_unlocked((int)v, r->out);
}

static void put_signed(struct recorder *r, int64_t v)
{
    record_number(r, (uint64_t)v << 1 ^ (uint64_t)(v >> 63));
}

void record_bytes(struct recorder *r, const char *s, size_t len)
{
    record_number(r, len);
    fwrite(s, 1, len, r->out);
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
        putc_unlocked(RECORD_STRING, r->out);
        record_bytes(r, s, strlen(s));
    }
    return r->known[i].id;
}

void record_tag(struct recorder *r, int tag, uint64_t nr)
{
    putc_unlocked(tag, r->out);
    put_signed(r, (int64_t)(nr - r->nr));
    r->nr = nr;
}

struct recorder *recorder_create(FILE *out, const char *design, const char *program)
{
    struct recorder *r = calloc(1, sizeof(*r));

    if (!r)
        return NULL;
    r->out = out;
    setvbuf(out, NULL, _IOFBF, BUFFER);
    fputs(RECORD_MAGIC, out);
    string_id(r, design);
    string_id(r, program ? program : "");
    return r;
}

void recorder_destroy(struct recorder *r)
{
    if (!r)
        return;
    if (ferror(r->out) | fclose(r->out))
        fputs("mseal-emu: the recording could not be written whole\n", stderr);
    record_state_destroy(r->state);
    free(r->known);
    free(r);
}

static void put_call(struct recorder *r, const struct event *ev, const uint64_t args[6])
{
    uint64_t name = string_id(r, ev->name), mask = ev->failed ? 1u << 6 : 0;

    for (int i = 0; i < 6 && (unsigned)i < ev->nr_regs; i++) {
        if (!args[i])
            continue;
        mask |= 1u << i;
        if (args[i] >= UINT64_C(1) << 32 && args[i] < MM_TASK_SIZE)
            mask |= 1u << 7 | 1u << (i + 8);
    }
    record_tag(r, RECORD_CALL, ev->nr);
    record_number(r, (uint64_t)ev->tid);
    record_number(r, name);
    record_number(r, mask);
    for (int i = 0; i < 6; i++) {
        if (mask & 1u << (i + 8)) {
            put_signed(r, (int64_t)(args[i] - r->addr));
            r->addr = args[i];
        } else if (mask & 1u << i) {
            record_number(r, args[i]);
        }
    }
    if (ev->ret >= INT64_C(1) << 32 && ev->ret < (int64_t)MM_TASK_SIZE) { /* odd: an address */
        uint64_t d =
            ((uint64_t)ev->ret - r->addr) << 1 ^ (uint64_t)((int64_t)((uint64_t)ev->ret - r->addr) >> 63);

        record_number(r, d << 1 | 1);
        r->addr = (uint64_t)ev->ret;
    } else {
        record_number(r, ((uint64_t)ev->ret << 1 ^ (uint64_t)(ev->ret >> 63)) << 1);
    }
}

static void put_areas(struct recorder *r, const struct event *ev)
{
    uint64_t at = ev->addr;

    for (unsigned i = 0; i < ev->nr_areas; i++)
        if (*ev->areas[i].name)
            string_id(r, ev->areas[i].name);
    record_tag(r, RECORD_AREAS, ev->nr);
    record_number(r, ev->mm);
    put_signed(r, (int64_t)(ev->addr - (r->addr & MM_PAGE_MASK)) >> MM_PAGE_SHIFT);
    r->addr = ev->addr;
    record_number(r, (ev->end - ev->addr) >> MM_PAGE_SHIFT);
    record_number(r, ev->nr_areas);
    for (unsigned i = 0; i < ev->nr_areas; i++) {
        const struct area *a = &ev->areas[i];
        uint64_t bits = (a->flags & VM_READ ? 1 : 0) | (a->flags & VM_WRITE ? 2 : 0) |
                        (a->flags & VM_EXEC ? 4 : 0) | (a->flags & VM_MAYSHARE ? 8 : 0) | (a->seal ? 16 : 0) |
                        (*a->name ? 32 : 0) | ((a->flags & VM_PKEY_MASK) >> VM_PKEY_SHIFT) << 6;

        record_number(r, (a->start - at) >> MM_PAGE_SHIFT);
        record_number(r, (a->end - a->start) >> MM_PAGE_SHIFT);
        record_number(r, bits);
        if (*a->name) {
            record_number(r, string_id(r, a->name));
            record_number(r, a->pgoff);
        }
        record_number(r, ev->nr - a->birth);
        if (a->seal) {
            record_number(r, a->seal);
            record_number(r, ev->nr - a->sealed_at);
        }
        at = a->end;
    }
    if (ev->name && *ev->name) {
        uint64_t who = string_id(r, ev->name);

        putc_unlocked(RECORD_WHO, r->out);
        record_number(r, who);
    }
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
        put_call(r, ev, args);
        break;
    case EVENT_VMA:
    case EVENT_SEAL:
        put_areas(r, ev);
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
        record_tag(r, RECORD_WHY, ev->nr);
        record_bytes(r, ev->why.s, ev->why.len);
    }
}
