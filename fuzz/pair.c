/*
 * pair.c - the naive model beside the tree: the same calls on both, and every page compared after each.
 *
 * The tree's areas and page table entries are written out as page records, so that comparing is comparing
 * records. What a page holds is looked at without touching it: a look must not fault anything in.
 */
#include "naive.h"
#include "mm/mm.h"

#include <errno.h>
#include <string.h>

#define HAS_SHOWN 4 /* in a look at the tree: an object's page, its word in .word */

struct look {
    struct naive_page page[ARENA_PAGES];
    const struct mm_file *file[ARENA_PAGES];
    const struct mm_system *sys;
};

static int look_at_entry(void *ctx, uint64_t addr, pte_t e)
{
    struct look *l = ctx;
    struct naive_page *p = &l->page[(addr - ARENA) >> MM_PAGE_SHIFT];

    if (e & PTE_GUARD) {
        p->has = HAS_GUARD;
        return 0;
    }
    p->has = e & PTE_ANON ? HAS_OWN : pte_pfn(e) ? HAS_SHOWN : HAS_ZERO;
    p->lazy = e & PTE_LAZYFREE;
    if (p->has != HAS_ZERO)
        memcpy(&p->word, frame_ptr(&l->sys->phys, pte_pfn(e)), sizeof(p->word));
    return 0;
}

static void look_at_tree(struct model *m, unsigned pages, struct look *l)
{
    struct mm *mm = model_mm(m);
    struct vma_iter it;
    const struct vma *v;
    uint64_t end = ARENA + pages * MM_PAGE_SIZE;

    memset(l->page, 0, pages * sizeof(l->page[0]));
    l->sys = mm->sys;
    vma_iter_init(&it, &mm->vmas, ARENA);
    while ((v = vma_iter_next(&it)) && v->start < end) {
        unsigned from = (unsigned)((v->start - ARENA) >> MM_PAGE_SHIFT),
                 to = (unsigned)((v->end - ARENA) >> MM_PAGE_SHIFT);

        for (unsigned i = from; i < to && i < pages; i++) {
            struct naive_page *p = &l->page[i];

            p->flags = v->flags;
            p->pgoff = v->pgoff + (i - from);
            p->family = v->anon_vma ? 1 | (v->anon_vma & ANON_VMA_FORKED) : 0;
            p->policy = v->policy >> 24 & 15;
            p->first = i == from;
            p->sealed = v->seal != 0;
            l->file[i] = v->file;
        }
    }
    pt_walk(&mm->pt, ARENA, end, look_at_entry, l);
}

/* Is the tree's file the one the naive model calls `id`? A shared object's is learnt when it is seen first.
 */
static bool same_file(struct model *m, struct naive *w, unsigned id, const struct mm_file *file)
{
    struct naive_object *o;

    if (id < FILE_SHARED)
        return file == (id ? model_file(m, FD_MEMFD0 + (int)id - FILE_MEMFD0) : NULL);
    o = &w->obj[2 + id - FILE_SHARED];
    if (o->tree)
        return o->tree == file;
    for (int fd = FD_MEMFD0; fd <= FD_FILLER; fd++) {
        if (file == model_file(m, fd))
            return false;
    }
    for (unsigned i = 0; i < w->n; i++) {
        const struct naive_page *p = &w->page[i];

        if (p->flags && p->file >= FILE_SHARED && p->file != id && naive_object(w, p)->tree == file)
            return false;
    }
    o->tree = file;
    return file != NULL;
}

static bool same_contents(struct naive *w, const struct naive_page *a, const struct naive_page *b)
{
    const struct naive_object *o;

    if (b->has != HAS_SHOWN)
        return a->has == b->has && a->word == b->word && a->lazy == b->lazy;
    o = naive_object(w, a);
    return a->has == HAS_NOTHING && o && a->pgoff < ARENA_PAGES && o->cached >> a->pgoff & 1 &&
           o->word[a->pgoff] == b->word;
}

bool pair_same(struct model *m, struct naive *w, unsigned *at)
{
    struct look l;

    look_at_tree(m, w->n, &l);
    for (unsigned i = 0; i < w->n; i++) {
        const struct naive_page *a = &w->page[i], *b = &l.page[i];
        uint32_t family = a->family ? 1 | (a->family & FAMILY_FORKED) : 0;

        if (!(a->flags | b->flags))
            continue;
        *at = i;
        if (a->flags != b->flags || a->pgoff != b->pgoff || a->first != b->first || a->sealed != b->sealed ||
            a->policy != b->policy || family != b->family || !same_contents(w, a, b) ||
            !same_file(m, w, a->file, l.file[i]))
            return false;
    }
    return true;
}

/* ---- pictures of page records ---- */

static void picture(const struct naive_page *page, unsigned n, char *out, size_t size)
{
    size_t at = 0;

    *out = 0;
    for (unsigned i = 0; i < n && at < size; i++) {
        const struct naive_page *p = &page[i];

        if (!p->flags)
            continue;
        if (p->first || !i)
            at += (size_t)snprintf(out + at, size - at, "%s+%02u %c%c%c%c %llx @%llx%s%s file %u policy %u ",
                                   at ? "\n" : "", i, p->flags & VM_READ ? 'r' : '-',
                                   p->flags & VM_WRITE ? 'w' : '-', p->flags & VM_EXEC ? 'x' : '-',
                                   p->flags & VM_SHARED ? 's' : 'p', (unsigned long long)p->flags,
                                   (unsigned long long)p->pgoff, p->sealed ? " sealed" : "",
                                   p->family & FAMILY_FORKED ? " forked"
                                   : p->family               ? " anon"
                                                             : "",
                                   p->file, p->policy);
        if (at < size)
            at += (size_t)snprintf(out + at, size - at,
                                   p->has == HAS_OWN || p->has == HAS_SHOWN ? "%c(%x)" : "%c",
                                   p->lazy ? 'l' : ".zoGs"[p->has], (unsigned)p -> word);
    }
    if (at < size)
        snprintf(out + at, size - at, "\n");
}

static void pictures(struct model *m, struct naive *w, struct divergence *d)
{
    struct look l;

    look_at_tree(m, w->n, &l);
    for (unsigned i = 0; i < w->n; i++) {
        for (int fd = FD_MEMFD0; fd <= FD_ZERO; fd++) {
            if (l.file[i] == model_file(m, fd) && l.page[i].flags)
                l.page[i].file = (uint8_t)(fd - FD_MEMFD0 + FILE_MEMFD0);
        }
    }
    picture(l.page, w->n, d->model.picture, sizeof(d->model.picture));
    picture(w->page, w->n, d->host.picture, sizeof(d->host.picture));
}

/* ---- running both ---- */

/* One call on both; false: the answers or the pages differ. */
static bool step(struct model *m, struct naive *w, const struct fuzz_op *op, struct divergence *d)
{
    int kind = fuzz_calls[op->call].kind;
    bool looks = kind == CALL_FORK_LOOK, same;
    int64_t a = model_call(m, op), b;
    struct naive parent;
    unsigned at;

    if (looks)
        parent = *w;
    b = kind == CALL_FORK_STAY && w->forks == MAX_PARENTS ? -EAGAIN : naive_run(w, op);
    same = a == b && pair_same(m, w, &at);
    if (!same && d) {
        d->model.ret = a;
        d->host.ret = b;
        pictures(m, w, d);
    }
    if (looks) {
        for (unsigned i = 2; i < NAIVE_OBJECTS; i++)
            parent.obj[i].tree = w->obj[i].tree;
        *w = parent;
        if (a == 0)
            model_look_ends(m);
    }
    mm_tlb_flush_needed(model_mm(m));
    return same;
}

bool pair_compare(struct model *m, const struct fuzz_seq *seq, struct divergence *d)
{
    static struct naive w;
    bool same = true;

    if (model_start(m, &seq->world) < 0) {
        fprintf(stderr, "mseal-emu fuzz: the model could not be set up\n");
        model_stop(m);
        return false;
    }
    naive_start(&w, &seq->world, model_design(m));
    for (d->at = 0; same && d->at < seq->n; d->at += same)
        same = step(m, &w, &seq->op[d->at], d);
    model_stop(m);
    return !same;
}

/* Both know no masks and no pages of other nodes: MPOL_MF_STRICT is for the host. */
static void fit_for_pair(struct fuzz_op *op)
{
    if (fuzz_calls[op->call].model && !strcmp(fuzz_calls[op->call].name, "mbind"))
        op->a[5] &= ~UINT64_C(1);
}

bool pair_random(struct model *m, struct fuzz_seq *seq, uint64_t seed, unsigned length)
{
    static struct naive w;
    struct rng r = {.s = seed * UINT64_C(0x9e3779b97f4a7c15) + 7};
    struct fuzz_gen g = {.r = &r, .m = m};
    bool same = true;

    for (int i = 0; i < 4; i++)
        rng_next(&r);
    *seq = (struct fuzz_seq){.seed = seed};
    seq->world.pages = one_in(&r, 8) ? ARENA_PAGES : 4u << rng_below(&r, 3);
    seq->world.cap_ipc_lock = g.cap_ipc_lock = !one_in(&r, 3);
    seq->world.memlock = one_in(&r, 8) ? 0 : (1 + rng_below(&r, seq->world.pages)) * MM_PAGE_SIZE;
    seq->world.as_room = one_in(&r, 8) ? 1 + rng_below(&r, seq->world.pages) : 0;
    seq->world.data_room = one_in(&r, 8) ? 1 + rng_below(&r, seq->world.pages) : 0;
    g.pages = seq->world.pages;
    fuzz_take_habits(&g);
    if (model_start(m, &seq->world) < 0) {
        fprintf(stderr, "mseal-emu fuzz: the model could not be set up\n");
        model_stop(m);
        return true;
    }
    naive_start(&w, &seq->world, model_design(m));
    while (same && seq->n < length) {
        struct fuzz_op *op = &seq->op[seq->n++];

        g.step = seq->n;
        fuzz_generate(&g, op);
        fit_for_pair(op);
        same = step(m, &w, op, NULL);
    }
    model_stop(m);
    return !same;
}
