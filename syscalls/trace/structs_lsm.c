/* structs_lsm.c - what security modules are asked and tell of a process, as strace shows it. */
#include "strace.h"

struct lsm_context { /* struct lsm_ctx, which ends in len - sizeof bytes of the module's own */
    uint64_t id, flags, len, ctx_len;
};
#define ONLY_ONE 1 /* LSM_FLAG_SINGLE: the module's number is told in the structure that is filled */

/* What was there before the call, too. */
static void note_size(struct call *c, uint64_t addr)
{
    struct call_note *n = note_make(c, 1);
    uint32_t size;

    if (n && get(c, &size, addr, sizeof(size)))
        n->v[0] = size;
    else
        note_drop(c);
}

static void print_lsm_size(struct call *c, uint64_t addr, const struct arg *a)
{
    const struct call_note *n = note_find(c);
    uint32_t size;

    if (!n || !get(c, &size, addr, sizeof(size)))
        print_addr(c, addr);
    else
        text_printf(c->out, n->v[0] == size ? "[%lu]" : "[%lu => %u]", (unsigned long)n->v[0], size);
    note_drop(c);
}

static void print_lsm_id(struct call *c, const void *p)
{
    print_xlat_named(c, "lsm_id", *(const uint64_t *)p);
}

static void print_lsm_ids(struct call *c, uint64_t addr, const struct arg *a)
{
    uint32_t size;

    if (note_find(c) && get(c, &size, c->args[1], sizeof(size)))
        print_array(c, addr, (uint64_t)c->ret, sizeof(uint64_t), print_lsm_id);
    else
        print_addr(c, addr);
}

/* ---- contexts ---- */

/* A number that nobody knows has no comment here. */
static void put_id(struct call *c, uint64_t id)
{
    if (xlat_name(xlat_find("lsm_id")->x, id))
        print_lsm_id(c, &id);
    else
        text_printf(c->out, "%#lx", id);
}

/* What is there of it: room bytes at addr. */
static void put_context(struct call *c, const struct lsm_context *x, uint64_t addr, uint32_t room)
{
    uint64_t len = (uint32_t)x->len < room ? (uint32_t)x->len : room, own;

    text_puts(c->out, "{id=");
    put_id(c, x->id);
    text_printf(c->out, ", flags=%#lx, len=%lu, ctx_len=%lu", x->flags, x->len, x->ctx_len);
    own = len > sizeof(*x) ? len - sizeof(*x) : 0;
    own = (uint32_t)x->ctx_len < own ? (uint32_t)x->ctx_len : own;
    if (own) {
        text_puts(c->out, ", ctx=");
        print_mem(c, addr + sizeof(*x), own, true);
    }
    text_putc(c->out, '}');
}

/* Contexts one behind the other, each as long as it says, in size bytes. */
static void put_contexts(struct call *c, uint64_t addr, uint32_t size)
{
    struct lsm_context x;

    if (size < sizeof(x) || !get(c, &x, addr, sizeof(x))) {
        print_addr(c, addr);
        return;
    }
    text_putc(c->out, '[');
    for (uint64_t i = 1;; i++) {
        if (is_too_many(c, i)) {
            text_puts(c->out, "...");
            break;
        }
        put_context(c, &x, addr, size);
        if (x.len < sizeof(x) || size <= x.len || addr + x.len < addr)
            break;
        addr += x.len;
        size -= (uint32_t)x.len;
        text_puts(c->out, ", ");
        if (size < sizeof(x) || !get(c, &x, addr, sizeof(x))) {
            text_printf(c->out, "... /* %#lx */", addr);
            break;
        }
    }
    text_putc(c->out, ']');
}

/* Where it gives one module's number it is told before and after; without a size it is an address. */
static void print_self(struct call *c, uint64_t addr, const struct arg *a)
{
    bool single = c->args[3] & ONLY_ONE;
    struct lsm_context x;
    uint32_t size;

    if (!c->done) {
        if (!get(c, &size, c->args[2], sizeof(size)) || (single && !get(c, &x, addr, sizeof(x)))) {
            print_addr(c, addr);
        } else if (single) {
            text_puts(c->out, "{id=");
            put_id(c, x.id);
            text_putc(c->out, '}');
        }
        return;
    }
    if (!note_find(c) || !get(c, &size, c->args[2], sizeof(size)) || (single && !get(c, &x, addr, sizeof(x))))
        return;
    if (single)
        text_puts(c->out, " => ");
    if (c->failed)
        print_addr(c, addr);
    else
        put_contexts(c, addr, size);
}

/* A context to be: as many bytes as the argument after it says. */
static void print_new(struct call *c, uint64_t addr, const struct arg *a)
{
    uint32_t size = (uint32_t)c->args[2];
    struct lsm_context x;

    if (size < sizeof(x) || !get(c, &x, addr, sizeof(x)))
        print_addr(c, addr);
    else
        put_context(c, &x, addr, size);
}

const struct struct_type structs_lsm[] = {
    {"lsm_size", 0, NULL, print_lsm_size, false, STRUCT_ON_ERROR, note_size},
    {"lsm_ids", 0, NULL, print_lsm_ids, false, STRUCT_PLAIN},
    {"lsm_self", 0, NULL, print_self, true, STRUCT_SPLIT},
    {"lsm_new", 0, NULL, print_new, false, STRUCT_PLAIN},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
