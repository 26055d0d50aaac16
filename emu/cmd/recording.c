/* recording.c - a recording, record by record. The file may be anybody's: every number is checked. */
#include "recording.h"

#include <errno.h>
#include <inttypes.h>
#include <mseal-emu/mm.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static bool read_all(struct recording *r, FILE *in)
{
    size_t room = 0, n;

    do {
        if (r->size == room) {
            uint8_t *p = realloc(r->data, room = room ? 2 * room : 1 << 16);

            if (!p)
                return false;
            r->data = p;
        }
        n = fread(r->data + r->size, 1, room - r->size, in);
        r->size += n;
    } while (n);
    return !ferror(in);
}

static uint64_t number(struct recording *r)
{
    uint64_t v = 0;

    for (unsigned shift = 0; r->at < r->size && shift < 64; shift += 7) {
        uint8_t b = r->data[r->at++];

        v |= (uint64_t)(b & 127) << shift;
        if (b < 128)
            return v;
    }
    if (!r->broken)
        r->broken = "it ends in the middle of a record";
    return 0;
}

static int64_t unzigzag(uint64_t v)
{
    return (int64_t)(v >> 1 ^ -(v & 1));
}

static struct piece bytes(struct recording *r)
{
    uint64_t len = number(r);
    struct piece p = {(char *)r->data + r->at, len};

    if (len > r->size - r->at) {
        r->broken = "it ends in the middle of a text";
        return (struct piece){"", 0};
    }
    r->at += len;
    return p;
}

/* A string has its number before it. */
struct numbered {
    size_t number;
    char s[];
};

static char *numbered_copy(size_t number, struct piece p)
{
    struct numbered *copy = malloc(sizeof(*copy) + p.len + 1);

    if (!copy)
        return NULL;
    copy->number = number;
    memcpy(copy->s, p.s, p.len);
    copy->s[p.len] = '\0';
    return copy->s;
}

static void free_copy(char *s)
{
    if (s)
        free(s - offsetof(struct numbered, s));
}

size_t recording_string_number(const char *s)
{
    return *s ? ((const struct numbered *)(s - offsetof(struct numbered, s)))->number : 0;
}

static void add_string(struct recording *r)
{
    char *copy = numbered_copy(r->nr_strings + 1, bytes(r));

    if (r->nr_strings == r->string_room) {
        size_t room = r->string_room ? 2 * r->string_room : 256;
        struct recorded_string *s = realloc(r->string, room * sizeof(*s));

        if (s) {
            r->string = s;
            r->string_room = room;
        }
    }
    if (copy && r->nr_strings < r->string_room) {
        r->string[r->nr_strings++] = (struct recorded_string){copy, {0}};
    } else {
        free_copy(copy);
        r->broken = "out of memory";
    }
}

/* NULL: the recording is broken. */
static struct recorded_string *known(struct recording *r)
{
    uint64_t id = number(r);

    if (id == r->nr_strings + 1)
        add_string(r);
    if (id - 1 < r->nr_strings)
        return &r->string[id - 1];
    r->broken = r->broken ? r->broken : "a text that is not there";
    return NULL;
}

static const char *string(struct recording *r)
{
    const struct recorded_string *s = known(r);

    return s ? s->s : "";
}

/* One with a bit below it, which says that it is an address. */
static uint64_t value(struct recording *r)
{
    uint64_t first, v;

    if (r->at == r->size)
        return number(r); /* says what is wrong */
    first = r->data[r->at++];
    v = (uint64_t)unzigzag((first >> 1 & 63) | (first & 128 ? number(r) << 6 : 0));
    return first & 1 ? r->addr += v : v;
}

static void call(struct recording *r)
{
    struct recorded_string *s;
    uint64_t mask;

    r->tid = r->call_tid;
    s = known(r);
    if (!s)
        return;
    r->name = s->s;
    mask = number(r);
    for (unsigned i = 0; i < RECORD_VALUES; i++)
        if (mask >> i & 1)
            s->value[i] = value(r);
    memcpy(r->arg, s->value + RECORD_ARGS, sizeof(r->arg));
    r->ret = (int64_t)s->value[RECORD_RESULT];
    for (r->nargs = 6; r->nargs && !r->arg[r->nargs - 1];)
        r->nargs--;
}

static bool room_for_area(struct recording *r)
{
    size_t room = r->area_room ? 2 * r->area_room : 64;
    struct area *p;

    if (r->nr_areas < r->area_room)
        return true;
    p = realloc(r->area, room * sizeof(*p));
    if (!p)
        return false;
    r->area = p;
    r->area_room = room;
    return true;
}

/* The rest of an area that so many bits are said of. */
static void read_area(struct recording *r, struct area *a, unsigned bits)
{
    a->flags = (bits & VM_PROT_MASK) | (bits & RECORD_SHARED ? VM_MAYSHARE : 0) |
               (uint64_t)(bits >> RECORD_PKEY_SHIFT & 15) << VM_PKEY_SHIFT;
    a->name = bits & RECORD_NAMED ? string(r) : "";
    a->pgoff = bits & RECORD_NAMED ? number(r) : 0;
    a->birth = r->nr - (bits & RECORD_NEW ? 0 : number(r));
    a->seal = bits & RECORD_SEALED ? number(r) : 0;
    a->sealed_at = bits & RECORD_SEALED ? r->nr - number(r) : 0;
}

static void areas(struct recording *r)
{
    uint64_t first = r->addr >> MM_PAGE_SHIFT, at = first + (uint64_t)unzigzag(number(r)), pages;
    const uint64_t limit = MM_TASK_SIZE >> MM_PAGE_SHIFT;
    unsigned bits = 0;

    r->mm = r->areas_mm;
    r->addr = r->start = at << MM_PAGE_SHIFT;
    r->nr_areas = 0;
    while (!(bits & RECORD_LAST) && !r->broken) {
        bits = (unsigned)number(r);
        pages = number(r);
        if (at > limit || pages - 1 >= limit - at) {
            r->broken = r->broken ? r->broken : "an area that cannot be";
            break;
        }
        if (!(bits & RECORD_HOLE)) {
            if (!room_for_area(r)) {
                r->broken = "out of memory";
                break;
            }
            r->area[r->nr_areas] =
                (struct area){.start = at << MM_PAGE_SHIFT, .end = (at + pages) << MM_PAGE_SHIFT};
            read_area(r, &r->area[r->nr_areas++], bits);
        }
        at += pages;
    }
    r->end = at << MM_PAGE_SHIFT;
}

/* record_state.c has the form of both. */
static void code(struct recording *r)
{
    r->code_rip = number(r);
    r->code = r->data + r->at;
    if (RECORD_CODE_SIZE > r->size - r->at) {
        r->broken = "it ends in the middle of code";
        return;
    }
    r->at += RECORD_CODE_SIZE;
    r->code_valid = (uint32_t)number(r);
    r->text = bytes(r);
}

static void state(struct recording *r)
{
    uint64_t mask;

    r->tid = (int)number(r);
    r->kind = (unsigned)number(r);
    r->mm = number(r);
    r->printed = number(r);
    r->about = number(r);
    r->about_len = number(r);
    r->text = bytes(r);
    mask = number(r);
    for (unsigned i = 0; i < RECORD_REGS; i++)
        if (mask >> i & 1)
            r->reg[i] = number(r);
    r->code_id = number(r);
}

bool recording_next(struct recording *r)
{
    while (r->at < r->size && !r->broken) {
        unsigned since = r->data[r->at] >> RECORD_TAG_BITS;

        r->tag = r->data[r->at++] & ((1 << RECORD_TAG_BITS) - 1);
        r->nr += since < RECORD_FAR ? since : (uint64_t)unzigzag(number(r));
        switch (r->tag) {
        case RECORD_CALL:
            call(r);
            break;
        case RECORD_TASK:
            r->call_tid = (int)number(r);
            continue;
        case RECORD_AREAS:
            areas(r);
            break;
        case RECORD_MM:
            r->areas_mm = number(r);
            continue;
        case RECORD_WHO:
            r->name = string(r);
            break;
        case RECORD_NOTE:
            r->tid = (int)number(r);
            /* fallthrough */
        case RECORD_WHY:
            r->text = bytes(r);
            break;
        case RECORD_CODE:
            code(r);
            break;
        case RECORD_STATE:
            state(r);
            break;
        case RECORD_END:
            if (r->at < r->size)
                r->broken = "something follows its end";
            r->ended = true;
            return false;
        default:
            r->broken = "a record of no known kind";
        }
        return !r->broken;
    }
    if (!r->broken && !r->ended)
        r->broken = "it was cut off";
    return false;
}

bool recording_open(struct recording *r, FILE *in, const char *name, const char *who)
{
    const size_t magic = strlen(RECORD_MAGIC), version = magic - 2;

    memset(r, 0, sizeof(*r));
    if (!read_all(r, in)) {
        fprintf(stderr, "mseal-emu %s: %s: %s\n", who, name, strerror(errno));
        return false;
    }
    if (r->size < magic || memcmp(r->data, RECORD_MAGIC, magic)) {
        fprintf(stderr, "mseal-emu %s: %s: %s\n", who, name,
                r->size >= magic && !memcmp(r->data, RECORD_MAGIC, version)
                    ? "recorded by another version of mseal-emu"
                    : "not a recording (mseal-emu --record makes one)");
        return false;
    }
    r->at = magic;
    r->design = string(r);
    r->program = string(r);
    return true;
}

void recording_close(struct recording *r)
{
    for (size_t i = 0; i < r->nr_strings; i++)
        free_copy(r->string[i].s);
    free(r->string);
    free(r->area);
    free(r->data);
}

/* ---- text ---- */

/* Decimal what looks like a number or a size, hexadecimal what looks like an address or flags. */
static size_t argument_text(uint64_t v, unsigned i, char *buf, size_t size)
{
    const char *comma = i ? ", " : "";

    if (v >= UINT64_MAX - 4095)
        return (size_t)snprintf(buf, size, "%s%" PRId64, comma, (int64_t)v);
    if (v <= UINT32_MAX && v > UINT32_MAX - 4096) /* an int, such as descriptor -1 */
        return (size_t)snprintf(buf, size, "%s%d", comma, (int)v);
    if (v >> 32 || (v > 9999 && v % 4096) || (v > 65535 && !i))
        return (size_t)snprintf(buf, size, "%s%#" PRIx64, comma, v);
    return (size_t)snprintf(buf, size, "%s%" PRIu64, comma, v);
}

size_t recording_call_text(const struct recording *r, char *buf, size_t size)
{
    size_t n = (size_t)snprintf(buf, size, "%s(", r->name);

    for (unsigned i = 0; i < r->nargs && n < size; i++)
        n += argument_text(r->arg[i], i, buf + n, size - n);
    if (n >= size)
        return size - 1;
    if (r->ret < 0 && r->ret >= -4095)
        n += (size_t)snprintf(buf + n, size - n, ") = -1 %s",
                              strerrorname_np((int)-r->ret) ? strerrorname_np((int)-r->ret) : "?");
    else
        n += (size_t)snprintf(
            buf + n, size - n,
            r->ret >> 32 || (r->ret && !strcmp(r->name, "brk")) ? ") = %#" PRIx64 : ") = %" PRId64, r->ret);
    return n < size ? n : size - 1;
}
