/* ranges.c - from names to addresses, for each address space. */
#include "ranges.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu/symbols.h"

#define SPACES       64   /* address spaces remembered */
#define SIZELESS_MAX 4096 /* of functions whose symbol has no size */

struct want {
    char *name; /* NULL: the range itself */
    struct range range;
    bool found;
};

struct ranges {
    struct want *want;
    size_t n;
    struct range_set set[SPACES];
    unsigned next;
    bool asked;
};

/* False: not two addresses. */
static bool parse_range(const char *s, struct range *r)
{
    char *end;

    if (*s < '0' || *s > '9')
        return false;
    r->lo = strtoull(s, &end, 0);
    if (*end++ != '-' || *end < '0' || *end > '9')
        return false;
    r->hi = strtoull(end, &end, 0);
    return !*end && r->lo < r->hi;
}

/* A number, or two of them the wrong way round, is a slip and no name. */
static bool parse(struct want *w)
{
    if (parse_range(w->name, &w->range)) {
        free(w->name);
        w->name = NULL;
        return true;
    }
    return *w->name && (*w->name < '0' || *w->name > '9');
}

struct ranges *ranges_create(const char *spec, const char **wrong)
{
    struct ranges *r = calloc(1, sizeof(*r));

    *wrong = NULL;
    for (const char *p = spec; r && *spec; p++) {
        size_t len = strcspn(p, ",");
        struct want *w = realloc(r->want, (r->n + 1) * sizeof(*w));

        if (!w)
            goto fail;
        r->want = w;
        w += r->n++;
        *w = (struct want){.name = strndup(p, len)};
        if (!w->name)
            goto fail;
        if (!parse(w)) {
            *wrong = p;
            goto fail;
        }
        p += len;
        if (!*p)
            break;
    }
    return r;
fail:
    ranges_destroy(r);
    return NULL;
}

void ranges_complain(const struct ranges *r)
{
    for (size_t i = 0; r && r->asked && i < r->n; i++)
        if (r->want[i].name && !r->want[i].found)
            fprintf(stderr, "mseal-emu: --trace-insn: no function or file '%s' was ever mapped\n",
                    r->want[i].name);
}

void ranges_destroy(struct ranges *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->n; i++)
        free(r->want[i].name);
    for (unsigned i = 0; i < SPACES; i++)
        free(r->set[i].r);
    free(r->want);
    free(r);
}

bool ranges_all(const struct ranges *r)
{
    return !r->n;
}

static bool add(struct range_set *s, uint64_t lo, uint64_t hi, size_t part)
{
    struct range *p = realloc(s->r, (s->n + 1) * sizeof(*p));

    if (!p)
        return false;
    s->r = p;
    p[s->n++] = (struct range){lo, hi, (unsigned)part};
    return true;
}

static bool is_file(const struct vma *v, const char *name)
{
    char path[4352];
    size_t len = v->file && v->file->path ? v->file->path(v->file, path, sizeof(path) - 1) : 0;
    const char *slash;

    path[len] = '\0';
    slash = strrchr(path, '/');
    return len && (!strcmp(path, name) || (slash && !strcmp(slash + 1, name)));
}

static bool find(struct range_set *s, struct task *t, struct want *w, size_t part)
{
    uint64_t addr, size;
    bool ok = true, file = false;

    for (const struct vma *v = mm_find_vma(t->mm, 0); v && ok; v = mm_find_vma(t->mm, v->end))
        if (v->flags & VM_EXEC && is_file(v, w->name)) {
            ok = add(s, v->start, v->end, part);
            file = true;
        }
    if (file || !ok) {
        w->found |= file;
        return ok;
    }
    addr = symbols_address(t, w->name, &size);
    if (!addr)
        return true;
    w->found = true;
    while (!size || (size < SIZELESS_MAX && symbols_function(t, addr + size) == addr))
        size++;
    return add(s, addr, addr + size, part);
}

const struct range_set *ranges_of(struct ranges *r, struct task *t)
{
    struct range_set *s = NULL;
    struct mm_stats st;
    bool ok = true;

    r->asked = true;
    mm_get_stats(t->mm, &st);
    for (unsigned i = 0; i < SPACES && !s; i++)
        if (r->set[i].mm == mm_id(t->mm))
            s = &r->set[i];
    if (s && s->exec_vm == st.exec_vm)
        return s;
    if (!s)
        s = &r->set[r->next++ % SPACES];
    s->mm = mm_id(t->mm);
    s->exec_vm = st.exec_vm;
    s->n = 0;
    for (size_t i = 0; i < r->n && ok; i++)
        ok = r->want[i].name ? find(s, t, &r->want[i], i)
                             : add(s, r->want[i].range.lo, r->want[i].range.hi, i);
    return ok ? s : NULL;
}
