/* print_fields.c - structures field by field, as tables say. */
#include "fields.h"

#include <string.h>

#include "print_socket.h"

static uint64_t number_at(const uint8_t *p, unsigned size)
{
    uint64_t v = 0;

    memcpy(&v, p, size < sizeof(v) ? size : sizeof(v));
    return v;
}

static int64_t sign_extended(uint64_t v, unsigned size)
{
    unsigned unused = 64 - 8 * size;

    return (int64_t)(v << unused) >> unused;
}

/* Characters of which have are there: all but the last are shown, which should be NUL. */
static void print_chars(struct call *c, const char *p, size_t have)
{
    size_t n = strnlen(p, have);
    bool more = n && n == have;

    n -= more;
    print_quoted(c->out, (const uint8_t *)p, n, more, in_hex(c, p, n));
}

void print_field_value(struct call *c, const struct field *f, const void *whole, size_t have)
{
    const uint8_t *p = (const uint8_t *)whole + f->at;
    uint64_t v = number_at(p, f->size);

    switch ((enum field_kind)f->kind) {
    case FIELD_UNSIGNED:
        text_printf(c->out, "%lu", v);
        break;
    case FIELD_SIGNED:
        text_printf(c->out, "%ld", sign_extended(v, f->size));
        break;
    case FIELD_HEX:
        text_printf(c->out, "%#lx", v);
        break;
    case FIELD_FLAGS:
        print_flags_named(c, f->table, v);
        break;
    case FIELD_CONST:
        print_xlat_named(c, f->table, v);
        break;
    case FIELD_FD:
        print_fd(c, (int)v);
        break;
    case FIELD_DIRFD:
        print_dirfd(c, (int)v);
        break;
    case FIELD_PTR:
        print_addr(c, v);
        break;
    case FIELD_PATH:
        print_nul(c, v, 4095, SIZE_MAX);
        break;
    case FIELD_STRING:
        print_string(c, v);
        break;
    case FIELD_NAME:
        print_chars(c, (const char *)p, have - f->at < f->size ? have - f->at : f->size);
        break;
    case FIELD_IFINDEX:
        print_interface(c, (unsigned)v);
        break;
    case FIELD_NUMBERS:
        for (unsigned at = 0; at < f->size; at += 4)
            text_printf(c->out, "%s%lu", at ? ", " : "[", number_at(p + at, 4));
        text_putc(c->out, ']');
        break;
    case FIELD_PART:
        text_putc(c->out, '{');
        print_fields(c, f->part, p, f->size, "");
        text_putc(c->out, '}');
        break;
    case FIELD_OWN:
        f->own(c, whole);
        break;
    case FIELD_MORE:
        break;
    }
}

void print_fields(struct call *c, const struct field *f, const void *p, size_t have, const char *sep)
{
    for (; f->name && !(f->optional && have < (size_t)f->at + f->optional); f++) {
        if (f->if_mask && !(number_at((const uint8_t *)p + f->if_at, 4) & f->if_mask))
            continue;
        if (f->kind == FIELD_MORE) {
            if (c->style.full)
                continue;
            text_printf(c->out, "%s...", sep);
            return;
        }
        text_printf(c->out, "%s%s=", sep, f->name);
        print_field_value(c, f, p, have);
        sep = ", ";
    }
}
