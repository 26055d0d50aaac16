/* names.c - a hash table of code addresses, by their place in a file, so that all address spaces share it. */
#include "names.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "emu/symbols.h"

#define MAX_ENTRIES (1u << 20) /* then begin anew */

struct place {
    uint64_t dev, ino, at; /* ino 0: dev is the address space's number, at the address */
    struct named v;
    bool used;
};

struct names {
    struct place *e;
    size_t n, room; /* room: a power of two */
    void *strings;  /* tsearch(3) */
};

struct names *names_create(void)
{
    struct names *n = calloc(1, sizeof(*n));

    if (n && !(n->e = calloc(n->room = 4096, sizeof(*n->e)))) {
        free(n);
        n = NULL;
    }
    return n;
}

void names_destroy(struct names *n)
{
    if (!n)
        return;
    tdestroy(n->strings, free);
    free(n->e);
    free(n);
}

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static const char *keep(struct names *n, const char *s)
{
    char *copy, **node = tfind(s, &n->strings, compare);

    if (node)
        return *node;
    copy = strdup(s);
    if (!copy)
        return "";
    node = tsearch(copy, &n->strings, compare);
    if (node)
        return *node;
    free(copy);
    return "";
}

/* endbr64, bnd: what may stand before the jump. */
static bool is_stub(struct task *t, uint64_t pc)
{
    uint8_t b[16] = {0};
    int64_t got = mm_access_remote(t->mm, pc, b, sizeof(b), false, true);
    const uint8_t *p = b;

    if (got < 12)
        return false;
    if (!memcmp(p, "\xf3\x0f\x1e\xfa", 4))
        p += 4;
    if (p[0] == 0x68) { /* push $n; jmp .plt */
        p += 5;
        return p[0] == 0xe9 || (p[0] == 0xf2 && p[1] == 0xe9);
    }
    p += *p == 0xf2;
    return p[0] == 0xff && p[1] == 0x25;
}

static void fill(struct names *n, struct task *t, uint64_t pc, struct named *v)
{
    struct symbol s;

    symbols_look_up(t, pc, &s);
    v->function = s.name;
    v->module = keep(n, s.module);
    v->name = s.name ? keep(n, s.name) : v->module;
    v->offset = s.name ? s.offset : s.at;
    v->stub = (!s.name || s.offset) && is_stub(t, pc);
}

static struct place *slot(struct place *e, size_t room, const struct place *key)
{
    uint64_t h = (key->at ^ key->ino << 40 ^ key->dev << 17) * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = (h ^ h >> 29) & (room - 1);

    while (e[i].used && (e[i].at != key->at || e[i].ino != key->ino || e[i].dev != key->dev))
        i = (i + 1) & (room - 1);
    return &e[i];
}

static bool grow(struct names *n)
{
    struct place *e = calloc(2 * n->room, sizeof(*e));

    if (!e)
        return false;
    for (size_t i = 0; i < n->room; i++)
        if (n->e[i].used)
            *slot(e, 2 * n->room, &n->e[i]) = n->e[i];
    free(n->e);
    n->e = e;
    n->room *= 2;
    return true;
}

const struct named *names_at(struct names *n, struct task *t, uint64_t pc)
{
    const struct vma *v = mm_find_vma(t->mm, pc);
    struct place key = {.at = pc}, *e;

    if (v && v->start <= pc && v->file && v->file->ino) {
        key.dev = v->file->dev;
        key.ino = v->file->ino;
        key.at = (v->pgoff << MM_PAGE_SHIFT) + (pc - v->start);
    } else {
        key.dev = mm_id(t->mm);
    }
    if (n->n >= MAX_ENTRIES) {
        memset(n->e, 0, n->room * sizeof(*n->e));
        n->n = 0;
    }
    if (2 * n->n >= n->room && !grow(n))
        return NULL;
    e = slot(n->e, n->room, &key);
    if (!e->used) {
        *e = key;
        fill(n, t, pc, &e->v);
        e->used = true;
        n->n++;
    }
    return &e->v;
}
