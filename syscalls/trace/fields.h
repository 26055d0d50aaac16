/* fields.h - structures told field by field, as a table says: "name=value, name=value". */
#ifndef SYSCALLS_TRACE_FIELDS_H
#define SYSCALLS_TRACE_FIELDS_H

#include "print.h"

enum field_kind {
    FIELD_UNSIGNED,
    FIELD_SIGNED,
    FIELD_HEX,
    FIELD_FLAGS, /* of table, a word of xlat.c */
    FIELD_CONST, /* of table */
    FIELD_FD,
    FIELD_DIRFD,
    FIELD_PTR,
    FIELD_PATH,   /* behind a pointer */
    FIELD_STRING, /* behind a pointer */
    FIELD_NAME,   /* characters in place, NUL-terminated if they are fewer */
    FIELD_IFINDEX,
    FIELD_NUMBERS, /* an array of four bytes each */
    FIELD_PART,    /* a structure inside, of the fields `part` */
    FIELD_OWN,     /* told by `own`, which gets the whole structure */
    FIELD_MORE,    /* what follows is only told with -v: else "..." stands for it */
};
struct field {
    const char *name; /* NULL ends a table */
    uint16_t at;      /* bytes from the structure's beginning */
    uint8_t size;     /* bytes */
    uint8_t kind;     /* enum field_kind */
    uint8_t optional; /* without so many bytes of it nothing is told from here on; 0: zeros stand for it */
    const char *table;
    uint16_t if_at; /* if_mask is not 0: only told if the four bytes there have one of these bits */
    uint32_t if_mask;
    const struct field *part;
    void (*own)(struct call *c, const void *p);
};
#define FIELDS_END                                                                                           \
    {                                                                                                        \
        .name = NULL                                                                                         \
    }
/* Row of member m of a struct s, which needs nothing more. */
#define FIELD(s, m, k)                                                                                       \
    {                                                                                                        \
        .name = #m, .at = offsetof(s, m), .size = sizeof(((s *)0)->m), .kind = (k)                           \
    }
#define FIELD_OF(s, m, k, t)                                                                                 \
    {                                                                                                        \
        .name = #m, .at = offsetof(s, m), .size = sizeof(((s *)0)->m), .kind = (k), .table = (t)             \
    }

/*
 * The fields of the structure at p, whose first have bytes its owner gave (the rest is zero), without braces.
 * sep goes before the first, ", " before all others.
 */
void print_fields(struct call *c, const struct field *f, const void *p, size_t have, const char *sep);
/* What one of them is, without its name. */
void print_field_value(struct call *c, const struct field *f, const void *whole, size_t have);

#endif
