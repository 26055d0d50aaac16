/* watch.c - what changed in the address spaces, and the calls that did it. */
#include "watch.h"

#include <stdlib.h>
#include <string.h>

#define MAX_ORIGINS  1000000 /* events with a backtrace; older ones are forgotten by halves */
#define CHANGES      4096    /* pieces of memory whose changes are remembered */
#define PAGE_HISTORY 16

struct origin {
    uint64_t event;
    const char *who;
};

enum { PAST_MAPPED = 1 << 3, PAST_SEALED = 1 << 4 };

struct watch {
    const char **name; /* of the areas of the last change */
    size_t name_room;
    struct origin *origin;
    size_t nr_origins, origin_room;
    struct past {
        uint64_t mm, start, end, event;
        const char *call;
        unsigned what; /* VM_READ ... and below; 0: nothing was there any more */
    } past[CHANGES];
    unsigned next_past;
    char **string; /* a hash table of what was interned */
    size_t nr_strings, string_room;
};

struct watch *watch_create(void)
{
    return calloc(1, sizeof(struct watch));
}

void watch_destroy(struct watch *w)
{
    if (!w)
        return;
    for (size_t i = 0; i < w->string_room; i++)
        free(w->string[i]);
    free(w->string);
    free(w->origin);
    free(w->name);
    free(w);
}

/* ---- strings ---- */

static size_t slot_of(const struct watch *w, const char *s, size_t len)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    size_t i;

    for (size_t k = 0; k < len; k++)
        h = (h ^ (uint8_t)s[k]) * UINT64_C(0x100000001b3);
    i = h & (w->string_room - 1);
    while (w->string[i] && (strncmp(w->string[i], s, len) || w->string[i][len]))
        i = (i + 1) & (w->string_room - 1);
    return i;
}

static bool more_strings(struct watch *w)
{
    char **old = w->string;
    size_t room = w->string_room;

    w->string_room = room ? 2 * room : 256;
    w->string = calloc(w->string_room, sizeof(*w->string));
    if (!w->string) {
        w->string = old;
        w->string_room = room;
        return false;
    }
    for (size_t i = 0; i < room; i++)
        if (old[i])
            w->string[slot_of(w, old[i], strlen(old[i]))] = old[i];
    free(old);
    return true;
}

const char *watch_string(struct watch *w, const char *s, size_t len)
{
    size_t i;

    if (2 * w->nr_strings >= w->string_room && !more_strings(w))
        return "";
    i = slot_of(w, s, len);
    if (!w->string[i]) {
        w->string[i] = strndup(s, len);
        if (!w->string[i])
            return "";
        w->nr_strings++;
    }
    return w->string[i];
}

/* ---- what changed ---- */

/* What the maps line of v, which has one, says behind the inode. */
static const char *name_of(struct watch *w, struct mm *mm, const struct vma *v)
{
    char name[4352];
    size_t len = mm_vma_name(mm, v, name, sizeof(name));

    return len ? watch_string(w, name, len) : "";
}

#define UNSEEN (VM_SOFTDIRTY | VM_ACCOUNT | VM_STACK_REGISTERED)

static uint64_t offset_of(const struct vma *v)
{
    return v->file ? v->pgoff : 0;
}

/* One that was mapped anew in the place of its like is another: what was in it is gone. */
static bool same(const struct vma *a, const struct vma *b)
{
    return a->start == b->start && a->end == b->end && !((a->flags ^ b->flags) & ~UNSEEN) &&
           a->seal == b->seal && a->birth == b->birth && offset_of(a) == offset_of(b) &&
           a->anon_name == b->anon_name;
}

/* One copy only: a loop of memory calls does not fit in the cache for code. */
static __attribute__((noinline)) void remember(struct watch *w, const struct watch_change *c, uint64_t start,
                                               uint64_t end, unsigned what)
{
    w->past[w->next_past++ % CHANGES] = (struct past){c->mm, start, end, c->event, c->call, what};
}

/* The parts of old that no area covers any more; before *i all areas end before it. */
static void remember_unmapped(struct watch *w, const struct watch_change *c, const struct vma *old, size_t *i)
{
    for (uint64_t at = old->start, until; at < old->end; at = until) {
        while (*i < c->n && c->now[*i].end <= at)
            ++*i;
        if (*i < c->n && c->now[*i].start <= at) {
            until = c->now[*i].end;
        } else {
            until = *i < c->n && c->now[*i].start < old->end ? c->now[*i].start : old->end;
            remember(w, c, at, until, 0);
        }
    }
}

static __attribute__((noinline, cold)) bool more_names(struct watch *w, size_t n)
{
    const char **name = reallocarray(w->name, 2 * n, sizeof(*name));

    if (!name)
        return false;
    w->name = name;
    w->name_room = 2 * n;
    return true;
}

static void widen(struct watch_change *c, const struct vma *v, size_t n)
{
    if (!n)
        return;
    if (v[0].start < c->start)
        c->start = v[0].start;
    if (v[n - 1].end > c->end)
        c->end = v[n - 1].end;
}

/* Leaves what differs. */
static __attribute__((noinline)) void drop_same(struct mm_changes *to)
{
    struct mm_changes d = *to;

    for (; d.nr_old && d.nr_now && same(d.old, d.now); d.nr_old--, d.nr_now--) {
        d.old++;
        d.now++;
    }
    /* From behind; of one and one it is known by now that they differ. */
    while (d.nr_old && d.nr_now && d.nr_old + d.nr_now > 2 &&
           same(&d.old[d.nr_old - 1], &d.now[d.nr_now - 1])) {
        d.nr_old--;
        d.nr_now--;
    }
    *to = d;
}

bool watch_update(struct watch *w, struct task *t, const char *call, struct watch_change *c)
{
    struct mm_changes to;
    const struct vma *v;
    size_t at = 0;

    c->end = 0;
    if (!t->mm || !mm_take_changes(t->mm, &to))
        return false;
    if (to.nr_old && to.nr_now)
        drop_same(&to);
    if (!(to.nr_old | to.nr_now))
        return false;
    if (to.nr_now > w->name_room && !more_names(w, to.nr_now))
        to.nr_now = w->name_room;
    c->mm = mm_id(t->mm);
    c->event = t->event;
    c->call = call ? call : "?";
    c->start = UINT64_MAX;
    widen(c, to.old, to.nr_old);
    widen(c, to.now, to.nr_now);
    c->now = v = to.now;
    c->name = w->name;
    c->n = to.nr_now;
    c->sealed = false;
    for (size_t i = 0; i < to.nr_now; i++, v++) {
        w->name[i] = mm_vma_is_named(t->mm, v) ? name_of(w, t->mm, v) : "";
        if (v->seal)
            c->sealed |= v->sealed_at == c->event;
        remember(w, c, v->start, v->end,
                 (unsigned)(v->flags & VM_PROT_MASK) | PAST_MAPPED | (v->seal ? PAST_SEALED : 0));
    }
    for (v = to.old; to.nr_old; to.nr_old--)
        remember_unmapped(w, c, v++, &at);
    return true;
}

/* ---- the history of a page ---- */

uint64_t watch_unmapped(const struct watch *w, uint64_t mm, uint64_t addr)
{
    for (unsigned i = 1; i <= CHANGES && i <= w->next_past; i++) {
        const struct past *p = &w->past[(w->next_past - i) % CHANGES];

        if (!p->what && p->mm == mm && p->start <= addr && addr < p->end)
            return p->event;
    }
    return 0;
}

void watch_history(const struct watch *w, uint64_t mm, uint64_t addr, struct text *out)
{
    const struct past *found[PAGE_HISTORY];
    unsigned n = 0;

    for (unsigned i = 1; i <= CHANGES && i <= w->next_past && n < PAGE_HISTORY; i++) {
        const struct past *p = &w->past[(w->next_past - i) % CHANGES];

        if (p->mm == mm && p->start <= addr && addr < p->end)
            found[n++] = p;
    }
    while (n-- > 0) {
        const struct past *p = found[n];
        const char *who = watch_who(w, p->event);

        text_printf(out, "  event %lu: %s: %lx-%lx ", p->event, p->call, p->start, p->end);
        if (p->what)
            text_printf(out, "%c%c%c%s", p->what & VM_READ ? 'r' : '-', p->what & VM_WRITE ? 'w' : '-',
                        p->what & VM_EXEC ? 'x' : '-', p->what & PAST_SEALED ? " sealed" : "");
        else
            text_puts(out, "not mapped");
        text_printf(out, "%s%s\n", *who ? ", by " : "", who);
    }
}

/* ---- who ---- */

#define FRAMES 4

void watch_origin(struct watch *w, struct task *t, const char *call)
{
    const struct machine_ops *ops = t->k->ops;
    struct text text = {0};
    uint64_t pc[FRAMES];
    unsigned n = 0;
    char sym[256];

    if (w->nr_origins && w->origin[w->nr_origins - 1].event >= t->event)
        return;
    if (w->nr_origins == w->origin_room) {
        size_t want = w->origin_room ? 2 * w->origin_room : 256;
        struct origin *o = want > MAX_ORIGINS ? NULL : realloc(w->origin, want * sizeof(*o));

        if (o) {
            w->origin = o;
            w->origin_room = want;
        } else if (w->nr_origins) {
            w->nr_origins /= 2;
            memmove(w->origin, w->origin + w->nr_origins, w->nr_origins * sizeof(*o));
        } else {
            return;
        }
    }
    if (t->sysno == 59 || t->sysno == 322) {
        text_puts(&text, "the program loader");
    } else if (ops->backtrace && ops->symbol) {
        n = ops->backtrace(t, pc, FRAMES);
        for (unsigned i = 0; i < n; i++) {
            text_puts(&text, i ? " <- " : "");
            if (ops->symbol(t, pc[i] - (i > 0), sym, sizeof(sym)))
                text_puts(&text, sym);
            else
                text_printf(&text, "%#lx", pc[i]);
            if (!strncmp(sym, "main+", 5))
                break; /* what calls main interests nobody */
        }
    }
    if (!text.len)
        text_puts(&text, call ? call : "?");
    w->origin[w->nr_origins++] = (struct origin){t->event, watch_string(w, text.s ? text.s : "?", text.len)};
    free(text.s);
}

const char *watch_who(const struct watch *w, uint64_t event)
{
    size_t lo = 0, hi = w->nr_origins;

    if (!hi || w->origin[hi - 1].event < event) /* most are asked for when they happen */
        return "";
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;

        if (w->origin[mid].event < event)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < w->nr_origins && w->origin[lo].event == event ? w->origin[lo].who : "";
}
