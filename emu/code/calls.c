/*
 * calls.c - --trace-calls: who calls whom, with what, and what comes back.
 *
 * A block of code that begins with the end of the block before it on top of the stack was called. A frame is
 * known by where its return address is, and is over once the stack pointer is above that; however that came
 * about:
 *
 *     stack  |  ...      |                        rsp above the slot, at the return address: a return
 *            |  return   | <- slot of the frame   rsp above the slot, elsewhere: left (longjmp, exceptions)
 *            |  locals   |                        rsp at the slot, at another function: a tail call
 *     rsp -> |  return   | <- slot of the next    rsp in another mapping: another stack
 */
#include "priv.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "syscalls/trace/trace.h"

#define MAX_FRAMES 1000000 /* of one stack; what is deeper is not told of */
#define MAX_INDENT 40

/* Does a pattern name the function at entry by another of its names ("fork" what is told as "__fork")? */
static bool has_another_name(struct code *c, struct task *t, uint64_t entry)
{
    const struct range_set *s = c->named ? ranges_of(c->named, t) : NULL;

    for (size_t i = 0; s && i < s->n; i++)
        if (s->r[i].lo == entry)
            return c->pattern[s->r[i].part].met = true;
    return false;
}

static bool is_wanted(struct code *c, struct task *t, const struct named *n, uint64_t entry)
{
    bool is = !c->nr_patterns;

    for (size_t i = 0; i < c->nr_patterns; i++) {
        struct pattern *p = &c->pattern[i];

        if (is && p->met) /* nothing to learn from it */
            continue;
        if (!fnmatch(p->text, n->name, 0) || !fnmatch(p->text, n->module, 0))
            is = p->met = true;
    }
    return has_another_name(c, t, entry) || is;
}

/* ---- lines ---- */

static void begin_line(struct code *c, unsigned depth)
{
    text_clear(&c->line);
    for (unsigned i = 0; i < depth && i < MAX_INDENT; i++)
        text_puts(&c->line, "| ");
    if (depth > MAX_INDENT)
        text_printf(&c->line, "(%u) ", depth);
}

static void put_function(struct code *c, const struct named *n, uint64_t addr)
{
    if (!n || !*n->name)
        text_printf(&c->line, "%#" PRIx64, addr);
    else if (n->offset || !n->function)
        text_printf(&c->line, "%s+%#" PRIx64, n->name, n->offset);
    else
        text_puts(&c->line, n->name);
}

static void tell_call(struct code *c, struct task *t, struct call_stack *s, struct call_frame *f,
                      const char *how)
{
    const struct named *n = names_at(c->names, t, f->entry);
    struct cpu_regs r;

    machine_ops.get_regs(t, &r);
    begin_line(c, s->base + s->depth);
    text_puts(&c->line, how);
    put_function(c, n, f->entry);
    text_printf(&c->line, "(%#" PRIx64 ", %#" PRIx64 ", %#" PRIx64 ")", r.rdi, r.rsi, r.rdx);
    if (n && n->function && *n->module)
        text_printf(&c->line, " [%s]", n->module);
    trace_code(t, EVENT_FUNC, f->entry, &c->line);
    f->told = true;
    s->depth++;
}

static void tell_return(struct code *c, struct task *t, struct call_stack *s, const struct call_frame *f,
                        bool left)
{
    s->depth--;
    begin_line(c, s->base + s->depth);
    put_function(c, names_at(c->names, t, f->entry), f->entry);
    if (left)
        text_puts(&c->line, " left without return");
    else
        text_printf(&c->line, " = %#" PRIx64, cpu_rax(c->m->cpu));
    trace_code(t, EVENT_FUNC, f->entry, &c->line);
}

/* ---- stacks ---- */

static void drop_stacks(struct task_code *tc)
{
    for (struct call_stack *s = tc->stacks, *next; s; s = next) {
        next = s->next;
        free(s->f);
        free(s);
    }
    tc->stacks = tc->stack = NULL;
    tc->block_end = 0;
}

void calls_free(struct task_code *tc)
{
    drop_stacks(tc);
}

static struct call_stack *new_stack(struct task_code *tc, struct task *t, uint64_t lo, uint64_t hi)
{
    struct call_stack *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->lo = lo;
    s->hi = hi;
    s->next = tc->stacks;
    tc->stacks = s;
    tc->stack_mm = mm_id(t->mm);
    return s;
}

/* The stack that rsp is in; a mapping that grew downwards is the one it was. NULL: none. */
static struct call_stack *stack_at(struct task_code *tc, struct task *t, uint64_t rsp)
{
    struct call_stack *s;
    const struct vma *v;

    if (tc->stacks && tc->stack_mm != mm_id(t->mm))
        drop_stacks(tc);                 /* execve */
    for (s = tc->stacks; s; s = s->next) /* these may lie within another */
        if (s->alternate && s->n && rsp > s->lo && rsp <= s->hi)
            return tc->stack = s;
    s = tc->stack;
    if (s && !s->alternate && rsp >= s->lo && rsp < s->hi)
        return s;
    v = mm_find_vma(t->mm, rsp);
    if (!v || v->start > rsp)
        return NULL;
    for (s = tc->stacks; s && (s->alternate || s->hi != v->end); s = s->next)
        ;
    if (!s && !(s = new_stack(tc, t, v->start, v->end)))
        return NULL;
    s->lo = v->start;
    return tc->stack = s;
}

/* A handler begins on the stack that was set aside for it. NULL: no memory. */
static struct call_stack *alternate_stack(struct task_code *tc, struct task *t, uint64_t lo, uint64_t hi)
{
    struct call_stack *s = tc->stacks;

    while (s && (!s->alternate || s->lo != lo || s->hi != hi))
        s = s->next;
    if (!s && !(s = new_stack(tc, t, lo, hi)))
        return NULL;
    s->alternate = true;
    if (!s->n && tc->stack && tc->stack != s)
        s->base = tc->stack->base + tc->stack->depth;
    return tc->stack = s;
}

void calls_fork(struct task_code *to, const struct task_code *from, uint64_t mm)
{
    for (const struct call_stack *s = from->stacks; s; s = s->next) {
        struct call_stack *copy = calloc(1, sizeof(*copy));

        if (!copy)
            return;
        *copy = *s;
        copy->room = s->n;
        copy->f = malloc(s->n * sizeof(*s->f) + 1);
        if (copy->f)
            memcpy(copy->f, s->f, s->n * sizeof(*s->f));
        else
            copy->n = copy->room = copy->depth = copy->stubs = 0;
        copy->next = to->stacks;
        to->stacks = copy;
        if (s == from->stack)
            to->stack = copy;
    }
    to->stack_mm = mm;
}

static struct call_frame *push(struct call_stack *s, uint64_t slot, uint64_t ret, uint64_t entry)
{
    struct call_frame *f;

    if (s->n == s->room) {
        size_t room = s->room ? 2 * s->room : 64;

        if (room > MAX_FRAMES || !(f = realloc(s->f, room * sizeof(*f))))
            return NULL;
        s->f = f;
        s->room = room;
    }
    f = &s->f[s->n++];
    *f = (struct call_frame){.slot = slot, .ret = ret, .entry = entry};
    return f;
}

/* Frames below rsp are over. */
static void pop(struct code *c, struct task *t, struct call_stack *s, uint64_t rsp, uint64_t addr)
{
    while (s->n && s->f[s->n - 1].slot < rsp) {
        const struct call_frame f = s->f[--s->n];
        bool last = !s->n || s->f[s->n - 1].slot >= rsp;

        s->stubs -= f.stub;
        if (f.told)
            tell_return(c, t, s, &f, !last || addr != f.ret);
    }
}

/* ---- what a block means ---- */

/* f's function is known now, or is another. */
static void enter(struct code *c, struct task *t, struct call_stack *s, struct call_frame *f,
                  const struct named *n, const char *how)
{
    if (!s->stubs && is_wanted(c, t, n, f->entry))
        tell_call(c, t, s, f, how);
}

static void called(struct code *c, struct task *t, struct call_stack *s, uint64_t rsp, uint64_t ret,
                   uint64_t addr)
{
    const struct named *n = names_at(c->names, t, addr);
    struct call_frame *f = n ? push(s, rsp, ret, addr) : NULL;

    if (!f)
        return;
    if (n->stub && !s->stubs) {
        f->stub = true;
        s->stubs++;
        return;
    }
    enter(c, t, s, f, n, "");
}

/* The stack is as when f was called, and this is not where it began: a stub that jumped on, a tail call, or
 * neither. */
static void moved(struct code *c, struct task *t, struct call_stack *s, struct call_frame *f, uint64_t addr)
{
    const struct named *n = names_at(c->names, t, addr);

    if (!n || n->stub || (n->function && n->offset))
        return;
    if (f->stub) {
        if (!n->function && s->n && n->module == names_at(c->names, t, f->entry)->module)
            return;
        f->stub = false;
        s->stubs--;
        f->entry = addr;
        enter(c, t, s, f, names_at(c->names, t, addr), "");
    } else if (n->function && !n->offset &&
               (!f->told || is_wanted(c, t, n, addr))) { /* else it returns for what was told */
        if (f->told)
            s->depth--; /* the new one returns in its place */
        f->told = false;
        f->entry = addr;
        enter(c, t, s, f, n, "-> ");
    }
}

void calls_block(struct code *c, struct task *t, struct task_code *tc, uint64_t addr, unsigned size)
{
    uint64_t rsp = cpu_rsp(c->m->cpu), ret = 0, end = tc->block_end;
    struct call_stack *before = tc->stack_mm == mm_id(t->mm) ? tc->stack : NULL, *s = stack_at(tc, t, rsp);
    struct call_frame *top;

    tc->block_end = addr + size;
    if (before && before != s && before->alternate &&
        !(s && s->alternate)) /* a handler that returns does so before it leaves its stack */
        pop(c, t, before, UINT64_MAX, 0);
    if (!s)
        return;
    pop(c, t, s, rsp, addr);
    top = s->n ? &s->f[s->n - 1] : NULL;
    if (top && top->slot == rsp) {
        if (top->entry != addr)
            moved(c, t, s, top, addr);
    } else if (end && addr != end && mm_access_remote(t->mm, rsp, &ret, 8, false, true) == 8 && ret == end) {
        called(c, t, s, rsp, ret, addr);
    }
}

void calls_handler(struct code *c, struct task *t, struct task_code *tc, int signo)
{
    const struct cpu_regs *r = &t->regs;
    bool alternate = t->altstack_size && r->rsp - t->altstack_sp < t->altstack_size;
    struct call_stack *s;
    const struct named *n;
    struct call_frame *f;
    uint64_t ret = 0;
    char how[32];

    s = alternate ? alternate_stack(tc, t, t->altstack_sp, t->altstack_sp + t->altstack_size)
                  : stack_at(tc, t, r->rsp);
    if (!s)
        return;
    mm_access_remote(t->mm, r->rsp, &ret, 8, false, true);
    pop(c, t, s, r->rsp, 0);
    n = names_at(c->names, t, r->rip);
    f = n ? push(s, r->rsp, ret, r->rip) : NULL;
    if (!f)
        return;
    snprintf(how, sizeof(how), "signal %d: ", signo);
    enter(c, t, s, f, n, how);
    tc->block_end = 0;
}
