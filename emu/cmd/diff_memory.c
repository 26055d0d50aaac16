/*
 * diff_memory.c - a call about memory on both sides: arguments, result, and the address space after it.
 */
#include "diff_compare.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

static bool returns_address(unsigned nr)
{
    return nr == SYS_mmap || nr == SYS_mremap || nr == SYS_shmat || nr == SYS_brk;
}

/* ---- names ---- */

/* What this call made gets its name. Both sides did the same thing, so each may look at its own. */
static void name_result(struct diff *d, int side, const struct lockstep_record *r, const char *maps)
{
    struct diff_names *nm = &d->names[side];
    char name[24];

    if (diff_is_error(r->ret))
        return;
    snprintf(name, sizeof(name), "map%u", (unsigned)d->memory_calls);
    switch (r->nr) {
    case SYS_mmap:
        if (!(r->args[3] & (MAP_FIXED | MAP_FIXED_NOREPLACE)))
            names_add(nm, (uint64_t)r->ret, r->args[1], name);
        break;
    case SYS_mremap:
        if (!(r->args[3] & MREMAP_FIXED) && (uint64_t)r->ret != r->args[0])
            names_add(nm, (uint64_t)r->ret, r->args[2], name);
        break;
    case SYS_shmat:
        if (!r->args[1])
            names_add(nm, (uint64_t)r->ret, 4096, name);
        break;
    case SYS_io_setup: /* where the ring is stands in memory */
        names_ring(nm, maps, name);
        break;
    case SYS_brk:
        if (!nm->heap)
            nm->heap = (uint64_t)r->ret;
        if (nm->heap_end < (uint64_t)r->ret)
            nm->heap_end = (uint64_t)r->ret;
        break;
    }
}

/* ---- one call ---- */

static const char *compare_args(struct diff *d, const struct lockstep_record r[2])
{
    for (unsigned i = 0, n = call_nr_args(r[0].nr); i < n; i++) {
        char a[DIFF_NAME], b[DIFF_NAME];

        if (r[0].args[i] != r[1].args[i] &&
            strcmp(names_of(&d->names[0], r[0].args[i], a), names_of(&d->names[1], r[1].args[i], b)))
            return "the arguments";
    }
    return NULL;
}

static const char *compare_result(struct diff *d, const struct lockstep_record r[2])
{
    char a[DIFF_NAME], b[DIFF_NAME];
    int64_t x = r[0].ret, y = r[1].ret;

    if (x == y || diff_excluded(&r[0], &r[1]))
        return NULL;
    if (diff_is_error(x) || diff_is_error(y) || !returns_address(r[0].nr))
        return "the result";
    if (r[0].nr == SYS_mremap && ((uint64_t)x == r[0].args[0]) != ((uint64_t)y == r[1].args[0]))
        return "the result: one side moved it";
    return strcmp(names_of(&d->names[0], (uint64_t)x, a), names_of(&d->names[1], (uint64_t)y, b))
               ? "the result"
               : NULL;
}

int diff_compare_maps(struct diff *d, const struct diff_pair *p, bool *same)
{
    struct diff_maps m[2] = {0};
    int err = 0;

    *same = !strcmp(p->step[0].text, p->step[1].text);
    if (*same)
        return 0;
    for (int i = 0; i < 2 && !err; i++)
        err = maps_parse(&m[i], &d->names[i], p->step[i].text);
    *same = m[0].n == m[1].n;
    for (size_t i = 0; !err && *same && i < m[0].n; i++)
        *same = !strcmp(m[0].v[i].norm, m[1].v[i].norm);
    maps_free(&m[0]);
    maps_free(&m[1]);
    return err;
}

/* The emulator's record of a new image begins with what the native side is to have on its stack. */
void diff_take_image(struct diff *d, struct diff_pair *p)
{
    struct diff_step *e = &p->step[DIFF_EMU];
    size_t head = sizeof(struct lockstep_start);

    if (e->rec.text_len < head)
        return;
    if (d->run.same_layout && p->step[DIFF_NATIVE].rec.ret >= 0)
        native_copy_stack(&d->native, (const struct lockstep_start *)e->text);
    e->rec.text_len -= (uint32_t)head;
    memmove(e->text, e->text + head, e->rec.text_len + 1);
    for (int i = 0; i < 2; i++)
        names_image(&d->names[i], p->step[i].text);
}

int diff_memory_call(struct diff *d, struct diff_pair *p, int *result)
{
    struct lockstep_record r[2] = {p->step[0].rec, p->step[1].rec};
    bool exec = (r[0].nr == SYS_execve || r[0].nr == SYS_execveat) && !diff_is_error(r[0].ret), same;
    const char *what = exec ? NULL : compare_args(d, r);
    int err;

    d->memory_calls++;
    if (exec)
        diff_take_image(d, p);
    else
        for (int i = 0; i < 2; i++)
            name_result(d, i, &r[i], p->step[i].text);
    if (!what)
        what = compare_result(d, r);
    if (what) {
        show_call_difference(d, p, what, true);
        *result = DIFFERENT;
        return 0;
    }
    err = diff_compare_maps(d, p, &same);
    if (!err && !same) {
        show_call_difference(d, p, "the address space after it", true);
        *result = DIFFERENT;
    }
    return err;
}
