/* structs_xattr.c - extended attributes and handles of files, as strace shows them. */
#include <string.h>

#include "strace.h"

#define VALUE_MAX      65536 /* XATTR_SIZE_MAX */
#define NR_LISTXATTRAT 465

/* A NUL at the end of what is shown, as texts among values have, is left out. */
static void put_value(struct call *c, uint64_t addr, uint64_t size)
{
    uint64_t shown = size < c->tr->opt.strsize ? size : c->tr->opt.strsize;
    uint8_t last;

    if (size > VALUE_MAX)
        print_addr(c, addr);
    else if (shown && addr && get(c, &last, addr + shown - 1, 1) && !last)
        print_mem(c, addr, shown - 1, false);
    else
        print_mem(c, addr, size, false);
}

static void print_value(struct call *c, uint64_t addr, const struct arg *a)
{
    if (a->len != LEN_RET)
        put_value(c, addr, c->args[(int)a->len]);
    else if (c->args[3]) /* else only the size was asked for */
        put_value(c, addr, (uint64_t)c->ret);
    else
        print_addr(c, addr);
}

/* Names, each with its NUL. The size is the call's last argument. */
static void print_names(struct call *c, uint64_t addr, const struct arg *a)
{
    bool at = c->t->sysno == NR_LISTXATTRAT;

    if (c->args[at ? 4 : 2])
        print_mem(c, addr, (uint64_t)c->ret, false);
    else
        print_addr(c, addr);
}

/* The value is where the structure says; when the call has filled it, as long as its result. */
static void put_args(struct call *c, uint64_t addr, const struct arg *a, bool got)
{
    struct { /* struct xattr_args, which not all headers have */
        uint64_t value;
        uint32_t size, flags;
    } args;

    if (c->args[(int)a->len] < sizeof(args) || !get(c, &args, addr, sizeof(args))) {
        print_addr(c, addr);
        return;
    }
    text_puts(c->out, "{value=");
    if (!got)
        put_value(c, args.value, args.size);
    else if (args.size && !c->failed)
        put_value(c, args.value, (uint64_t)c->ret);
    else
        print_addr(c, args.value);
    text_printf(c->out, ", size=%u, flags=", args.size);
    print_flags_named(c, "xattr", args.flags);
    print_tail(c, addr, sizeof(args), c->args[(int)a->len]);
    text_putc(c->out, '}');
}

static void print_args(struct call *c, uint64_t addr, const struct arg *a)
{
    put_args(c, addr, a, false);
}

static void print_got_args(struct call *c, uint64_t addr, const struct arg *a)
{
    put_args(c, addr, a, true);
}

/* ---- name_to_handle_at, open_by_handle_at ---- */

#define HANDLE_MAX 128 /* MAX_HANDLE_SZ */

struct handle {
    uint32_t bytes;
    int32_t type;
    uint8_t opaque[HANDLE_MAX];
};

/* No more of it than a handle may have. */
static void put_handle(struct call *c, uint64_t addr, struct handle *h)
{
    uint32_t n = h->bytes < HANDLE_MAX ? h->bytes : HANDLE_MAX;

    text_printf(c->out, ", handle_type=%d, f_handle=", h->type);
    if (get(c, h->opaque, addr + 8, n))
        print_quoted(c->out, h->opaque, n, n < h->bytes, QUOTE_HEX);
    else
        text_puts(c->out, "???");
}

static void print_handle(struct call *c, uint64_t addr, const struct arg *a)
{
    struct handle h;

    if (!get(c, &h, addr, 8)) {
        print_addr(c, addr);
        return;
    }
    text_printf(c->out, "{handle_bytes=%u", h.bytes);
    put_handle(c, addr, &h);
    text_putc(c->out, '}');
}

/* What there is room for, then what was written or would have been. */
static void print_got_handle(struct call *c, uint64_t addr, const struct arg *a)
{
    const struct call_note *room = c->done ? note_find(c) : NULL;
    struct call_note *note;
    struct handle h;

    if (!get(c, &h, addr, 8)) {
        if (!c->done)
            print_addr(c, addr);
        return;
    }
    if (!c->done) {
        text_printf(c->out, "{handle_bytes=%u", h.bytes);
        note = note_make(c, 1);
        if (note)
            note->v[note->n++] = h.bytes;
        return;
    }
    if (room && room->v[0] != h.bytes)
        text_printf(c->out, " => %u", h.bytes);
    if (!c->failed)
        put_handle(c, addr, &h);
    text_putc(c->out, '}');
    note_drop(c);
}

const struct struct_type structs_xattr[] = {
    {"xattr_value", 0, NULL, print_value, false, STRUCT_TEXT},
    {"xattr_names", 0, NULL, print_names, false, STRUCT_TEXT},
    {"xattr_args", 0, NULL, print_args, false, STRUCT_PLAIN, NULL, true},
    {"got_xattr_args", 0, NULL, print_got_args, false, STRUCT_ON_ERROR, NULL, true},
    {"file_handle", 0, NULL, print_handle, false, STRUCT_PLAIN},
    {"got_handle", 0, NULL, print_got_handle, true, STRUCT_SPLIT},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
