/* watch.c - the areas as they were last told, and the calls that made them. */
#include "watch.h"

#include <stdlib.h>
#include <string.h>

#define MAX_WATCHED  64      /* address spaces remembered; one that comes back is told anew as a whole */
#define MAX_ORIGINS  1000000 /* events with a backtrace; older ones are forgotten by halves */
#define UNMAPPED     1024
#define CHANGES      4096 /* remembered for the history of a page */
#define PAGE_HISTORY 16

struct space {
    uint64_t mm;
    struct area *a;
    size_t n, room;
    uint64_t used; /* for finding the oldest */
};

struct origin {
    uint64_t event;
    const char *who;
};

struct watch {
    struct space space[MAX_WATCHED];
    unsigned nr_spaces;
    struct space *last; /* asked for */
    uint64_t clock;
    struct area *fresh; /* of the last change */
    size_t fresh_room;
    struct origin *origin;
    size_t nr_origins, origin_room;
    struct {
        uint64_t mm, start, end, event;
    } unmapped[UNMAPPED];
    unsigned next_unmapped;
    struct past {
        uint64_t mm, start, end, event, flags;
        bool mapped, sealed;
        const char *call;
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
    for (unsigned i = 0; i < w->nr_spaces; i++)
        free(w->space[i].a);
    for (size_t i = 0; i < w->string_room; i++)
        free(w->string[i]);
    free(w->string);
    free(w->origin);
    free(w->fresh);
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

/* ---- areas ---- */

/* What the maps line of v says behind the inode. */
static const char *name_of(struct watch *w, struct mm *mm, const struct vma *v)
{
    char name[4352];
    size_t len = mm_vma_name(mm, v, name, sizeof(name));

    return len ? watch_string(w, name, len) : "";
}

static bool same(const struct area *a, const struct area *b)
{
    return a->start == b->start && a->end == b->end && a->pgoff == b->pgoff && a->flags == b->flags &&
           a->seal == b->seal && a->name == b->name;
}

static struct space *find_space(struct watch *w, uint64_t mm, bool *created)
{
    struct space *s = w->last && w->last->mm == mm ? w->last : NULL, *oldest = w->space;

    for (unsigned i = 0; i < w->nr_spaces && !s; i++) {
        if (w->space[i].mm == mm)
            s = &w->space[i];
        else if (w->space[i].used < oldest->used)
            oldest = &w->space[i];
    }
    *created = !s;
    if (!s) {
        s = w->nr_spaces < MAX_WATCHED ? &w->space[w->nr_spaces++] : oldest;
        s->mm = mm;
        s->n = 0;
    }
    s->used = ++w->clock;
    w->last = s;
    return s;
}

/* First area with end > addr. */
static size_t lower(const struct space *s, uint64_t addr)
{
    size_t lo = 0, hi = s->n;

    while (lo < hi) {
        size_t mid = (lo + hi) / 2;

        if (s->a[mid].end > addr)
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

static bool room(struct area **a, size_t *have, size_t want)
{
    struct area *p;

    if (want <= *have)
        return true;
    want += want / 2 + 64;
    p = realloc(*a, want * sizeof(*p));
    if (!p)
        return false;
    *a = p;
    *have = want;
    return true;
}

static bool collect(struct watch *w, struct mm *mm, uint64_t lo, uint64_t hi, size_t *n)
{
    *n = 0;
    for (const struct vma *v = mm_find_vma(mm, lo); v && v->start < hi;
         v = v->end < hi ? mm_find_vma(mm, v->end) : NULL) {
        if (!room(&w->fresh, &w->fresh_room, *n + 1))
            return false;
        w->fresh[(*n)++] = (struct area){
            v->start,
            v->end,
            v->file ? v->pgoff : 0,
            v->flags & ~(VM_SOFTDIRTY | VM_ACCOUNT | VM_STACK_REGISTERED),
            v->seal,
            v->birth,
            v->sealed_at,
            name_of(w, mm, v),
        };
    }
    return true;
}

/* Parts of old areas that nothing covers any more. */
static void note_unmapped(struct watch *w, const struct task *t, const struct area *old,
                          const struct area *now, size_t n, uint64_t mm)
{
    uint64_t at = old->start;

    for (size_t i = 0; i <= n && at < old->end; i++) {
        uint64_t until = i < n ? now[i].start : old->end;

        if (i < n && now[i].end <= at)
            continue;
        if (until > old->end)
            until = old->end;
        if (at < until) {
            unsigned k = w->next_unmapped++ % UNMAPPED;

            w->unmapped[k].mm = mm;
            w->unmapped[k].start = at;
            w->unmapped[k].end = until;
            w->unmapped[k].event = t->event;
        }
        if (i < n)
            at = now[i].end;
    }
}

bool watch_update(struct watch *w, struct task *t, struct watch_change *c)
{
    uint64_t lo = 0, hi = MM_TASK_SIZE;
    size_t n, from, to, skip = 0;
    struct space *s;
    bool created;

    memset(c, 0, sizeof(*c));
    if (!t->mm)
        return false;
    s = find_space(w, mm_id(t->mm), &created);
    if (!mm_take_changes(t->mm, &lo, &hi) && !created)
        return false;
    if (created) {
        lo = 0;
        hi = MM_TASK_SIZE;
    }
    if (!collect(w, t->mm, lo, hi, &n))
        return false;
    from = lower(s, lo);
    for (to = from; to < s->n && s->a[to].start < hi; to++)
        ;
    while (from < to && skip < n && same(&s->a[from], &w->fresh[skip])) {
        from++;
        skip++;
    }
    while (from < to && skip < n && same(&s->a[to - 1], &w->fresh[n - 1])) {
        to--;
        n--;
    }
    if (from == to && skip == n)
        return false;
    c->areas = w->fresh + skip;
    c->n = (unsigned)(n - skip);
    c->mm = s->mm;
    c->start =
        from < to && (!c->n || s->a[from].start < c->areas[0].start) ? s->a[from].start : c->areas[0].start;
    c->end = from < to && (!c->n || s->a[to - 1].end > c->areas[c->n - 1].end) ? s->a[to - 1].end
                                                                               : c->areas[c->n - 1].end;
    for (unsigned i = 0; i < c->n; i++)
        c->sealed |= c->areas[i].seal && c->areas[i].sealed_at == t->event;
    for (size_t i = from; i < to; i++)
        note_unmapped(w, t, &s->a[i], c->areas, c->n, s->mm);
    if (!room(&s->a, &s->room, s->n - (to - from) + c->n)) {
        s->mm = 0; /* forgotten: told as a whole next time */
        return true;
    }
    memmove(s->a + from + c->n, s->a + to, (s->n - to) * sizeof(*s->a));
    memcpy(s->a + from, c->areas, c->n * sizeof(*s->a));
    s->n = s->n - (to - from) + c->n;
    return true;
}

uint64_t watch_unmapped(const struct watch *w, uint64_t mm, uint64_t addr)
{
    for (unsigned i = 1; i <= UNMAPPED && i <= w->next_unmapped; i++) {
        unsigned k = (w->next_unmapped - i) % UNMAPPED;

        if (w->unmapped[k].mm == mm && w->unmapped[k].start <= addr && addr < w->unmapped[k].end)
            return w->unmapped[k].event;
    }
    return 0;
}

/* ---- the history of a page ---- */

static void remember(struct watch *w, struct past p)
{
    w->past[w->next_past++ % CHANGES] = p;
}

void watch_remember(struct watch *w, struct task *t, const char *call, const struct watch_change *c)
{
    struct past p = {.mm = c->mm, .event = t->event, .call = call ? call : "?"};
    uint64_t at = c->start;

    for (unsigned i = 0; i <= c->n; i++) { /* areas, and the holes before, between and after them */
        p.start = at;
        p.end = i < c->n ? c->areas[i].start : c->end;
        p.mapped = p.sealed = false;
        if (p.start < p.end)
            remember(w, p);
        if (i == c->n)
            break;
        p.start = c->areas[i].start;
        p.end = at = c->areas[i].end;
        p.mapped = true;
        p.flags = c->areas[i].flags;
        p.sealed = c->areas[i].seal;
        remember(w, p);
    }
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
        if (p->mapped)
            text_printf(out, "%c%c%c%s", p->flags & VM_READ ? 'r' : '-', p->flags & VM_WRITE ? 'w' : '-',
                        p->flags & VM_EXEC ? 'x' : '-', p->sealed ? " sealed" : "");
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
