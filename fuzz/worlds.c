/*
 * worlds.c - the search: states, their looks, what each letter of the alphabet makes of them.
 *
 *     opening -> state -> call -> state -> call ...
 *
 * A state is kept as the way to it; who needs it runs that again. A call that changes nothing leaves the
 * state as it was, so the next letter can be tried at once: most are of that kind.
 */
#include "worlds.h"
#include "mm/mm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct node {
    uint32_t parent; /* index, NONE: an opening's end */
    uint16_t letter;
    uint8_t depth, opening;
    uint64_t hash;
};
#define NONE UINT32_MAX

struct search {
    struct model *m;
    struct native *n;
    struct naive naive, saved;
    const char *design;
    const struct fuzz_op *alphabet;
    unsigned nletters, depth, with;
    bool all_or_nothing;
    struct node *node;
    uint32_t count, room;
    uint64_t *seen; /* hash set, a power of two */
    uint64_t nseen, seen_size;
    bool *found; /* rule x letter: there is a hole already */
    struct worlds_result *r;
    struct fuzz_seq host; /* calls that change nothing, gathered behind a state */
    bool promised[WORLD_PAGES];
};

/* ---- looking ---- */

static int look_at_entry(void *ctx, uint64_t addr, pte_t e)
{
    struct world_page *p = &((struct world *)ctx)->page[(addr - ARENA) >> MM_PAGE_SHIFT];

    p->has = e & PTE_GUARD ? HAS_GUARD : e & PTE_ANON ? HAS_OWN : pte_pfn(e) ? 4 : HAS_ZERO;
    p->lazy = e & PTE_LAZYFREE;
    return 0;
}

/* What a look at the page's first bytes would show. Nothing is faulted in. */
static int32_t word_at(struct mm *mm, const struct vma *v, uint64_t addr, unsigned has)
{
    struct vm_object *obj = v->file ? v->file->obj : NULL;
    int32_t word = 0;

    if (has == HAS_GUARD)
        return WORD_GUARD;
    if (has == HAS_OWN || has == 4) {
        memcpy(&word, frame_ptr(&mm->sys->phys, pte_pfn(pt_get(&mm->pt, addr))), sizeof(word));
        return word;
    }
    if (vma_is_anonymous(v) || has == HAS_ZERO)
        return 0;
    if (vma_index(v, addr) >= MM_PAGE_ALIGN(obj->size) >> MM_PAGE_SHIFT)
        return WORD_EOF;
    vm_object_read(obj, vma_index(v, addr) << MM_PAGE_SHIFT, &word, sizeof(word));
    return word;
}

/* No letter makes an object larger than a memfd is at first. */
static void look_at_object(struct world_object *o, struct vm_object *obj)
{
    int err;

    o->size = obj->size;
    o->fseals = obj->fseals;
    o->writable = obj->writable_maps;
    for (unsigned k = 0; k < MEMFD_PAGES && k << MM_PAGE_SHIFT < obj->size; k++) {
        vm_object_read(obj, k << MM_PAGE_SHIFT, &o->word[k], sizeof(o->word[0]));
        if (vm_object_page(obj, k, false, &err) != PFN_NONE)
            o->cached |= UINT64_C(1) << k;
    }
}

static bool is_shared_object(const struct search *s, const struct vma *v)
{
    return v->file && v->file->obj != model_file(s->m, FD_MEMFD0)->obj &&
           v->file->obj != model_file(s->m, FD_MEMFD1)->obj;
}

static void look(struct search *s, struct world *w)
{
    struct mm *mm = model_mm(s->m);
    uint32_t family[WORLD_PAGES], nfamilies = 0;
    const struct vm_object *object[WORLD_PAGES];
    unsigned nobjects = 0;
    const struct vma *v;
    struct vma_iter it;

    memset(w, 0, sizeof(*w));
    pt_walk(&mm->pt, ARENA, ARENA + WORLD_PAGES * MM_PAGE_SIZE, look_at_entry, w);
    vma_iter_init(&it, &mm->vmas, ARENA);
    while ((v = vma_iter_next(&it)) && v->start < ARENA + WORLD_PAGES * MM_PAGE_SIZE) {
        unsigned k = 0;

        while (k < nfamilies && family[k] != v->anon_vma)
            k++;
        if (k == nfamilies)
            family[nfamilies++] = v->anon_vma;
        if (is_shared_object(s, v)) {
            unsigned o = 0;

            while (o < nobjects && object[o] != v->file->obj)
                o++;
            if (o == nobjects) {
                look_at_object(&w->object[2 + o], v->file->obj);
                object[nobjects++] = v->file->obj;
            }
        }
        for (uint64_t at = v->start; at < v->end; at += MM_PAGE_SIZE) {
            unsigned i = (unsigned)((at - ARENA) >> MM_PAGE_SHIFT);
            struct world_page *p = &w->page[i];

            p->flags = v->flags;
            p->pgoff = vma_index(v, at);
            p->ino = v->file ? v->file->ino : 0;
            p->seal = v->seal;
            p->family = v->anon_vma ? (k + 1) | (v->anon_vma & ANON_VMA_FORKED) : 0;
            p->policy = v->policy >> 24 & 15;
            p->first = at == v->start;
            p->word = word_at(mm, v, at, p->has);
            p->shared = p->has == HAS_OWN && !pt_exclusive(&mm->pt, at);
            p->fresh = v->birth == mm->event;
            p->promised = s->promised[i];
        }
    }
    look_at_object(&w->object[0], model_file(s->m, FD_MEMFD0)->obj);
    look_at_object(&w->object[1], model_file(s->m, FD_MEMFD1)->obj);
    w->brk = mm->layout.brk;
    w->def_flags = mm->def_flags;
    w->leak = mm->locked_leak;
}

_Static_assert(sizeof(struct world) % sizeof(uint64_t) == 0, "hashed in eights");

static uint64_t hash_of(const struct world *w)
{
    struct world c = *w;
    uint64_t ino[WORLD_PAGES], h = UINT64_C(0xcbf29ce484222325);
    unsigned n = 0;

    for (unsigned i = 0; i < WORLD_PAGES; i++) { /* shared memory by order of appearance */
        unsigned k = 0;

        c.page[i].fresh = false;
        if (c.page[i].ino < 1024)
            continue;
        while (k < n && ino[k] != c.page[i].ino)
            k++;
        if (k == n)
            ino[n++] = c.page[i].ino;
        c.page[i].ino = 1024 + k;
    }
    for (size_t i = 0; i < sizeof(c); i += sizeof(h)) {
        uint64_t eight;

        memcpy(&eight, (const char *)&c + i, sizeof(eight));
        h = (h ^ eight) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 29;
    }
    return h ? h : 1;
}

/* ---- states ---- */

static bool add_seen(struct search *s, uint64_t hash)
{
    uint64_t mask = s->seen_size - 1, i;

    if (s->nseen * 2 >= s->seen_size) {
        uint64_t *old = s->seen, size = s->seen_size;

        s->seen = calloc(size * 2, sizeof(*old));
        if (!s->seen)
            abort();
        s->seen_size = size * 2;
        s->nseen = 0;
        for (i = 0; i < size; i++) {
            if (old[i])
                add_seen(s, old[i]);
        }
        free(old);
        mask = s->seen_size - 1;
    }
    for (i = hash & mask; s->seen[i]; i = (i + 1) & mask) {
        if (s->seen[i] == hash)
            return false;
    }
    s->seen[i] = hash;
    s->nseen++;
    return true;
}

static int add_node(struct search *s, struct node n)
{
    if (s->count == s->room) {
        struct node *more = realloc(s->node, s->room * 2 * sizeof(*more));

        if (!more)
            return -ENOMEM;
        s->node = more;
        s->room *= 2;
    }
    s->node[s->count++] = n;
    return 0;
}

/* The calls that lead to a state. */
static void way_to(const struct search *s, const struct node *n, struct fuzz_seq *seq)
{
    const struct fuzz_op *opening;
    const char *name;
    unsigned k = worlds_opening(n->opening, &opening, &name);

    seq->n = k + n->depth;
    if (k)
        memcpy(seq->op, opening, k * sizeof(*opening));
    for (; n->parent != NONE; n = &s->node[n->parent])
        seq->op[k + n->depth - 1] = s->alphabet[n->letter];
}

/* ---- calls ---- */

/* Sealing is what the design means by it, whatever its call is. */
static int64_t call(struct search *s, const struct fuzz_op *op)
{
    uint64_t seal[6] = {op->a[0], op->a[1], KEEP_ALL};
    int64_t ret;

    mm_set_event(model_mm(s->m), model_mm(s->m)->event + 1);
    if (!worlds_is_seal(op))
        return model_call(s->m, op);
    ret = mm_design_syscall(model_mm(s->m), MSEAL_EMU_SEAL, seal);
    for (unsigned i = 0; i < WORLD_PAGES && ret == 0; i++) {
        uint64_t addr = ARENA + i * MM_PAGE_SIZE;

        s->promised[i] |= addr >= op->a[0] && addr < op->a[0] + op->a[1];
    }
    return ret;
}

/* Promises end with the mapping. */
static void keep_promises(struct search *s, struct world *w)
{
    for (unsigned i = 0; i < WORLD_PAGES; i++) {
        if (!w->page[i].flags || w->page[i].fresh)
            s->promised[i] = w->page[i].promised = false;
    }
}

static void print_difference(const struct fuzz_seq *seq, const char *who)
{
    printf("tree and %s differ after:\n", who);
    for (unsigned i = 0; i < seq->n; i++) {
        printf("  ");
        fuzz_print_op(stdout, &seq->op[i]);
        printf("\n");
    }
}

/* The same sequence on the host, from the start. */
static void ask_host(struct search *s, const struct fuzz_seq *seq)
{
    static struct divergence d;

    s->r->sequences_on_host++;
    if (!fuzz_compare(s->m, s->n, seq, NULL, &d))
        return;
    s->r->differed = true;
    fuzz_print_divergence(stdout, seq, &d);
}

static void note_holes(struct search *s, const struct node *n, unsigned letter, unsigned broken)
{
    for (unsigned rule = 0; worlds_rule(rule); rule++) {
        struct hole *h = &s->r->hole[s->r->nholes];

        if (!(broken >> rule & 1) || s->found[rule * s->nletters + letter] || s->r->nholes == MAX_HOLES)
            continue;
        s->found[rule * s->nletters + letter] = true;
        s->r->nholes++;
        h->rule = rule;
        h->opening = n->opening;
        h->seq.world.pages = WORLD_PAGES;
        way_to(s, n, &h->seq);
        h->seq.op[h->seq.n++] = s->alphabet[letter];
    }
}

/* Runs up to the state n; *w is how it looks. */
static int reach(struct search *s, const struct node *n, struct world *w)
{
    static struct fuzz_seq seq;
    static const struct fuzz_world four = {
        .cap_ipc_lock = true, .memlock = 64 * MM_PAGE_SIZE, .pages = WORLD_PAGES};
    unsigned at;
    int err;

    if (model_mm(s->m))
        model_stop(s->m);
    err = model_start(s->m, &four);
    if (err)
        return err;
    memset(s->promised, 0, sizeof(s->promised));
    if (s->with & WORLDS_PAIR)
        naive_start(&s->naive, &four, s->design);
    way_to(s, n, &seq);
    for (unsigned i = 0; i < seq.n; i++) {
        int64_t ret = call(s, &seq.op[i]);

        if (fuzz_calls[seq.op[i].call].kind == CALL_FORK_LOOK && !ret)
            model_look_ends(s->m);
        else if (s->with & WORLDS_PAIR)
            naive_run(&s->naive, &seq.op[i]);
        look(s, w);
        keep_promises(s, w);
    }
    look(s, w);
    if (s->with & WORLDS_PAIR && !pair_same(s->m, &s->naive, &at)) {
        s->r->differed = true;
        print_difference(&seq, "naive model");
    }
    return 0;
}

/* One letter from the state that is set up. *changed: the state is another now. */
static int try_letter(struct search *s, uint32_t from, unsigned letter, const struct world *before,
                      bool *changed)
{
    const struct fuzz_op *op = &s->alphabet[letter];
    bool looks = fuzz_calls[op->call].kind == CALL_FORK_LOOK;
    struct node next = {from, (uint16_t)letter, (uint8_t)(s->node[from].depth + 1), s->node[from].opening, 0};
    bool promised[WORLD_PAGES];
    int64_t ret, naive_ret;
    struct world after;
    unsigned at;
    int err = 0;

    memcpy(promised, s->promised, sizeof(promised));
    ret = call(s, op);
    look(s, &after);
    s->r->calls++;
    note_holes(s, &s->node[from], letter, worlds_broken(before, &after, op, ret, s->all_or_nothing));
    keep_promises(s, &after);
    if (s->with & WORLDS_PAIR) {
        if (looks)
            s->saved = s->naive;
        naive_ret = naive_run(&s->naive, op);
        if (naive_ret != ret || !pair_same(s->m, &s->naive, &at)) {
            static struct fuzz_seq seq;

            way_to(s, &s->node[from], &seq);
            seq.op[seq.n++] = *op;
            s->r->differed = true;
            print_difference(&seq, "naive model");
        }
        if (looks)
            s->naive = s->saved;
    }
    if (looks) {
        if (!ret)
            model_look_ends(s->m);
        memcpy(s->promised, promised, sizeof(promised));
        *changed = false;
        return 0;
    }
    next.hash = hash_of(&after);
    *changed = next.hash != s->node[from].hash;
    if (next.depth < s->depth && (s->with & WORLDS_ALL || (*changed && add_seen(s, next.hash))))
        err = add_node(s, next);
    return err;
}

/* All letters from state n. On the host: those that change nothing in one go, each of the others by itself.
 */
static int expand(struct search *s, uint32_t n)
{
    static struct fuzz_seq seq, host;
    struct world before;
    bool changed = true;
    int err = 0;

    if (s->n) {
        way_to(s, &s->node[n], &seq);
        seq.world =
            (struct fuzz_world){.cap_ipc_lock = true, .memlock = 64 * MM_PAGE_SIZE, .pages = WORLD_PAGES};
        seq.blind = seq.n; /* seen when the way to here was gone */
        host = seq;
    }
    for (unsigned i = 0; i < s->nletters && !err; i++) {
        if (changed)
            err = reach(s, &s->node[n], &before);
        if (!err)
            err = try_letter(s, n, i, &before, &changed);
        if (s->n && !changed && host.n < MAX_OPS)
            host.op[host.n++] = s->alphabet[i];
        if (s->n && changed) {
            seq.op[seq.n++] = s->alphabet[i];
            model_stop(s->m);
            ask_host(s, &seq);
            seq.n--;
        }
    }
    if (s->n) {
        if (model_mm(s->m))
            model_stop(s->m);
        ask_host(s, &host);
    }
    return err;
}

int worlds_explore(const char *design, unsigned depth, unsigned with, bool progress, struct worlds_result *r)
{
    struct search s = {
        .design = design, .depth = depth, .with = with, .r = r, .room = 1024, .seen_size = 1 << 16};
    const struct fuzz_op *opening;
    const char *name;
    unsigned rules = 0;
    int err = -ENOMEM;

    /* Not all of *r: what is touched before the host's process is made is copied for every sequence. */
    r->states = r->calls = r->sequences_on_host = 0;
    r->nholes = 0;
    r->differed = false;
    if (with & WORLDS_HOST) {
        s.n = native_create();
        if (!s.n)
            return 125;
    }
    s.m = model_create(design);
    if (!s.m) {
        native_destroy(s.n);
        return 125;
    }
    s.all_or_nothing = mseal_design_find(design)->range && !mseal_design_find(design)->vma;
    s.alphabet = worlds_alphabet(&s.nletters);
    while (worlds_rule(rules))
        rules++;
    s.node = malloc(s.room * sizeof(*s.node));
    s.seen = calloc(s.seen_size, sizeof(*s.seen));
    s.found = calloc(rules * s.nletters, sizeof(*s.found));
    if (!s.node || !s.seen || !s.found)
        goto out;
    err = 0;
    for (unsigned o = 0; worlds_opening(o, &opening, &name), name && !err; o++) {
        struct world w;

        err = add_node(&s, (struct node){.parent = NONE, .opening = (uint8_t)o});
        if (!err)
            err = reach(&s, &s.node[s.count - 1], &w);
        if (!err)
            add_seen(&s, s.node[s.count - 1].hash = hash_of(&w));
    }
    for (uint32_t n = 0; n < s.count && !err; n++) {
        err = expand(&s, n);
        if (progress && n % 5000 == 4999)
            fprintf(stderr, "%s: %u of %u states so far, %llu calls, %llu sequences on the host\n", design,
                    n + 1, s.count, (unsigned long long)r->calls, (unsigned long long)r->sequences_on_host);
    }
    r->states = s.count;
out:
    if (model_mm(s.m))
        model_stop(s.m);
    model_destroy(s.m);
    native_destroy(s.n);
    free(s.node);
    free(s.seen);
    free(s.found);
    if (err)
        fprintf(stderr, "mseal-emu fuzz: out of memory\n");
    return err ? 125 : 0;
}
