/*
 * drcov.c - --coverage: the blocks that were executed, in the format of DynamoRIO's drcov, which viewers of
 * coverage read.
 *
 * Version 2 with one row for each file and address it was mapped at: text lines, then a record of 8 bytes for
 * each block. All processes of the run go into one file; a block is there once, in the order of its first
 * execution.
 *
 *      DRCOV VERSION: 2
 *      DRCOV FLAVOR: drcov
 *      Module Table: version 2, count 2
 *      Columns: id, base, end, entry, path
 *       0, 0x555555554000, 0x555555560000, 0x0000000000000000, /usr/bin/true
 *      ...
 *      BB Table: 1234 bbs
 *      { uint32 offset from base; uint16 bytes; uint16 id } ...
 */
#include "priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct module {
    uint64_t base, end; /* [base, end) */
    uint64_t dev, ino;
    char *path;
};

struct block {
    uint32_t start;
    uint16_t size, module;
};
_Static_assert(sizeof(struct block) == 8, "as the file has it");

/* A table from two words, never {0, 0}, to one. */
struct table {
    struct entry {
        uint64_t a, b, value;
    } * e;
    size_t n, room;
};

struct drcov {
    FILE *out; /* NULL: nobody said where to */
    struct module *module;
    size_t nr_modules;
    struct block *block;
    size_t nr_blocks, block_room;
    struct table places; /* what was looked at in an address space already */
    struct table ends;   /* of blocks in modules: the lowest start */
    bool lost;           /* no memory */
};

/* ---- tables ---- */

static size_t slot(const struct entry *e, size_t room, uint64_t a, uint64_t b)
{
    uint64_t h = (a ^ b << 43 ^ b >> 21) * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = (h ^ h >> 32) & (room - 1);

    while ((e[i].a || e[i].b) && (e[i].a != a || e[i].b != b))
        i = (i + 1) & (room - 1);
    return i;
}

static bool grow(struct table *t)
{
    size_t room = t->room ? 2 * t->room : 4096;
    struct entry *e = calloc(room, sizeof(*e));

    if (!e)
        return false;
    for (size_t i = 0; i < t->room; i++)
        if (t->e[i].a || t->e[i].b)
            e[slot(e, room, t->e[i].a, t->e[i].b)] = t->e[i];
    free(t->e);
    t->e = e;
    t->room = room;
    return true;
}

/* The entry, made with `value` if there is none. NULL: no memory. */
static struct entry *put(struct table *t, uint64_t a, uint64_t b, uint64_t value)
{
    struct entry *e;

    if (2 * t->n >= t->room && !grow(t))
        return NULL;
    e = &t->e[slot(t->e, t->room, a, b)];
    if (!e->a && !e->b) {
        *e = (struct entry){a, b, value};
        t->n++;
    }
    return e;
}

/* ---- modules ---- */

/* The file v maps as a whole: from where its first byte is or would be, to the end of its last mapping. */
static void extent(struct task *t, const struct vma *v, uint64_t *base, uint64_t *end)
{
    *base = v->start - (v->pgoff << MM_PAGE_SHIFT);
    *end = v->end;
    for (const struct vma *w = mm_find_vma(t->mm, 0); w && w->start < v->start;
         w = mm_find_vma(t->mm, w->end))
        if (w->file && w->file->obj == v->file->obj && !w->pgoff)
            *base = w->start; /* the last one below v */
    for (const struct vma *w = mm_find_vma(t->mm, v->end); w && w->file && w->file->obj == v->file->obj;
         w = mm_find_vma(t->mm, w->end))
        if (w->pgoff)
            *end = w->end;
        else
            break;
}

static int module_of(struct drcov *d, struct task *t, const struct vma *v)
{
    struct module m = {.base = v->start, .end = v->end, .dev = mm_id(t->mm)}, *p;
    char path[4352] = "[vdso]";

    if (v->kind != VMA_VDSO) {
        size_t len = v->file && v->file->path ? v->file->path(v->file, path, sizeof(path) - 1) : 0;

        if (!len)
            return -1; /* made by the program itself: no viewer could show it */
        path[len] = '\0';
        extent(t, v, &m.base, &m.end);
        m.dev = v->file->dev;
        m.ino = v->file->ino;
    } else {
        m.dev = 0;
    }
    for (size_t i = 0; i < d->nr_modules; i++) {
        p = &d->module[i];
        if (p->base == m.base && p->dev == m.dev && p->ino == m.ino) {
            if (p->end < m.end)
                p->end = m.end;
            return (int)i;
        }
    }
    if (d->nr_modules > UINT16_MAX || !(p = realloc(d->module, (d->nr_modules + 1) * sizeof(*p))))
        return -1;
    d->module = p;
    m.path = strdup(path);
    if (!m.path)
        return -1;
    p[d->nr_modules] = m;
    return (int)d->nr_modules++;
}

/* ---- blocks ---- */

static bool append(struct drcov *d, struct block b)
{
    if (d->nr_blocks == d->block_room) {
        size_t room = d->block_room ? 2 * d->block_room : 4096;
        struct block *p = realloc(d->block, room * sizeof(*p));

        if (!p)
            return false;
        d->block = p;
        d->block_room = room;
    }
    d->block[d->nr_blocks++] = b;
    return true;
}

void drcov_block(struct drcov *d, struct task *t, uint64_t addr, unsigned size)
{
    const struct vma *v;
    struct mm_stats st;
    struct entry *e;
    uint64_t start;
    int id;

    mm_get_stats(t->mm, &st); /* other code may have come to the same address */
    e = put(&d->places, addr, mm_id(t->mm) << 40 ^ st.exec_vm << 16 ^ size, 1);
    if (!e || !e->value)
        return;
    e->value = 0;
    v = mm_find_vma(t->mm, addr);
    if (!v || v->start > addr || (id = module_of(d, t, v)) < 0)
        return;
    start = addr - d->module[id].base;
    if (start > UINT32_MAX || size > UINT16_MAX)
        return;
    /* Where a fault or a switch interrupted a block, its rest is translated as a block of its own: leave that
     * out. */
    e = put(&d->ends, start + size, (uint64_t)id + 1, UINT64_MAX);
    if (e && e->value <= start)
        return;
    if (e)
        e->value = start;
    if (!append(d, (struct block){(uint32_t)start, (uint16_t)size, (uint16_t)id}))
        d->lost = true;
}

/* ---- the file ---- */

struct drcov *drcov_create(void)
{
    return calloc(1, sizeof(struct drcov));
}

void drcov_to(struct drcov *d, FILE *out)
{
    d->out = out;
}

static void write_out(struct drcov *d)
{
    fprintf(d->out,
            "DRCOV VERSION: 2\nDRCOV FLAVOR: drcov\nModule Table: version 2, count %zu\nColumns: id, base, "
            "end, entry, path\n",
            d->nr_modules);
    for (size_t i = 0; i < d->nr_modules; i++)
        fprintf(d->out, "%3zu, 0x%016" PRIx64 ", 0x%016" PRIx64 ", 0x%016x, %s\n", i, d->module[i].base,
                d->module[i].end, 0, d->module[i].path);
    fprintf(d->out, "BB Table: %zu bbs\n", d->nr_blocks);
    fwrite(d->block, sizeof(*d->block), d->nr_blocks, d->out);
}

void drcov_destroy(struct drcov *d)
{
    if (!d)
        return;
    if (d->out) {
        write_out(d);
        if (d->lost || ferror(d->out) | fclose(d->out))
            fprintf(stderr, "mseal-emu: --coverage: the file could not be written as a whole\n");
    }
    for (size_t i = 0; i < d->nr_modules; i++)
        free(d->module[i].path);
    free(d->module);
    free(d->block);
    free(d->places.e);
    free(d->ends.e);
    free(d);
}
