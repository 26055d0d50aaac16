/*
 * diff_names.c - addresses are renamed by the mapping they belong to, so that two layouts can be compared:
 * the program, its interpreter, heap and stack, and each mapping by the number of the call that made it.
 */
#include "diff.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NEAR (UINT64_C(16) << 20) /* how far behind a region an address is still named after it */

void names_reset(struct diff_names *nm)
{
    free(nm->r);
    free(nm->ino);
    memset(nm, 0, sizeof(*nm));
}

void names_add(struct diff_names *nm, uint64_t start, uint64_t len, const char *name)
{
    size_t kept = 0;
    uint64_t end = start + ((len + 4095) & ~UINT64_C(4095));

    for (size_t i = 0; i < nm->n; i++) /* what is wholly hidden need not be kept */
        if (nm->r[i].start < start || nm->r[i].end > end)
            nm->r[kept++] = nm->r[i];
    nm->n = kept;
    if (nm->n == nm->room) {
        size_t room = nm->room ? 2 * nm->room : 64;
        struct diff_region *r = realloc(nm->r, room * sizeof(*r));

        if (!r)
            return;
        nm->r = r;
        nm->room = room;
    }
    nm->r[nm->n].start = start;
    nm->r[nm->n].end = end;
    snprintf(nm->r[nm->n].name, sizeof(nm->r[nm->n].name), "%s", name);
    nm->n++;
}

/* The image of execve: what lies together belongs together, and the first file is the program's. */
void names_image(struct diff_names *nm, const char *maps)
{
    uint64_t start, end, from = 0, to = 0;
    bool program = true;

    nm->n = 0;
    nm->heap = nm->heap_end = 0; /* the numbers of files go on: those that are open stay */
    for (const char *line = maps; line && *line; line = strchr(line, '\n'), line += line != NULL) {
        int len = (int)strcspn(line, "\n");

        if (sscanf(line, "%" SCNx64 "-%" SCNx64, &start, &end) != 2)
            continue;
        if (memmem(line, (size_t)len, "[stack]", 7)) {
            names_add(nm, start, end - start, "stack");
            continue;
        }
        if (start != to) {
            if (to)
                names_add(nm, from, to - from, program ? "program" : "interpreter");
            program = program && !to;
            from = start;
        }
        to = end;
    }
    if (to)
        names_add(nm, from, to - from, program ? "program" : "interpreter");
}

void names_ring(struct diff_names *nm, const char *maps, const char *name)
{
    uint64_t start, end;

    for (const char *line = maps; line && *line; line = strchr(line, '\n'), line += line != NULL) {
        bool known = false;

        if (sscanf(line, "%" SCNx64 "-%" SCNx64, &start, &end) != 2 ||
            !memmem(line, strcspn(line, "\n"), "/[aio]", 6))
            continue;
        for (size_t i = 0; i < nm->n; i++)
            known |= nm->r[i].start == start;
        if (!known)
            names_add(nm, start, end - start, name);
    }
}

static bool in_heap(const struct diff_names *nm, uint64_t addr)
{
    return nm->heap && addr >= nm->heap && addr < nm->heap_end + NEAR;
}

static const struct diff_region *region_of(const struct diff_names *nm, uint64_t addr)
{
    const struct diff_region *near = NULL;

    for (size_t i = nm->n; i-- > 0;) {
        const struct diff_region *r = &nm->r[i];

        if (addr - r->start < r->end - r->start)
            return r;
        if (r->end <= addr && addr - r->end < NEAR && (!near || near->end < r->end))
            near = r;
    }
    return in_heap(nm, addr) ? NULL : near;
}

const char *names_of(const struct diff_names *nm, uint64_t addr, char buf[DIFF_NAME])
{
    const struct diff_region *r = addr < 65536 ? NULL : region_of(nm, addr);

    if (r && !strcmp(r->name, "stack"))
        snprintf(buf, DIFF_NAME, "stack");
    else if (r && !nm->plain)
        snprintf(buf, DIFF_NAME, "%s+%#" PRIx64, r->name, addr - r->start);
    else if (in_heap(nm, addr) && !nm->plain)
        snprintf(buf, DIFF_NAME, "heap+%#" PRIx64, addr - nm->heap);
    else
        snprintf(buf, DIFF_NAME, "%#" PRIx64, addr);
    return buf;
}
