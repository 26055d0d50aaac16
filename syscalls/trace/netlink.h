/*
 * netlink.h - the inside of telling netlink messages: what they are made of, as tables.
 *
 * A message is a header, a body (a structure that begins with the number of an address family) and attributes, which have a
 * header each and may have attributes inside. All that a family of messages has of its own are its tables.
 */
#ifndef SYSCALLS_TRACE_NETLINK_H
#define SYSCALLS_TRACE_NETLINK_H

#include <linux/netlink.h>

#include "fields.h"

struct nl_space;
struct nl_attr {
    const char *name; /* NULL ends a table */
    uint16_t type;
    enum nl_how {
        NL_BYTES, /* nobody looks into it */
        NL_VALUE, /* as `value` says, if as many bytes are there */
        NL_TEXT,
        NL_INSIDE,   /* attributes, of the space `inside` */
        NL_ADDRESS,  /* of the message's family */
        NL_HARDWARE, /* address */
        NL_NUMBERS,  /* of four bytes each */
        NL_OWN,      /* told by `own`, if value.size bytes are there */
    } how;
    struct field value;
    const struct nl_space *inside;
    void (*own)(struct call *c, uint64_t addr, uint64_t len);
};
#define NL_ATTR(t, h)                                                                                        \
    {                                                                                                        \
        .name = #t, .type = (t), .how = (h)                                                                  \
    }
#define NL_ATTR_NUMBER(t, bytes)                                                                             \
    {                                                                                                        \
        .name = #t, .type = (t), .how = NL_VALUE, .value = {.size = (bytes), .kind = FIELD_UNSIGNED }        \
    }
#define NL_ATTR_NAMED(t, bytes, k, names)                                                                    \
    {                                                                                                        \
        .name = #t, .type = (t), .how = NL_VALUE, .value = {.size = (bytes), .kind = (k), .table = (names) } \
    }
#define NL_ATTR_STRUCT(t, bytes, fields)                                                                     \
    {                                                                                                        \
        .name = #t, .type = (t), .how = NL_VALUE, .value = {                                                 \
            .size = (bytes),                                                                                 \
            .kind = FIELD_PART,                                                                              \
            .part = (fields)                                                                                 \
        }                                                                                                    \
    }
struct nl_space {
    const char *unknown; /* said of types that are not there */
    const struct nl_attr *attr;
};

struct nl_body {
    size_t size; /* bytes, 128 at most; attributes are behind them, where multiples of four are */
    const struct field *field;    /* the first is the family, a byte */
    const struct nl_space *space; /* NULL: no attributes are looked for */
};
struct nl_type {
    const char *name; /* NULL ends a table */
    uint16_t type;
    const struct nl_body *body; /* NULL: the family and bytes */
};
struct nl_protocol {
    int number;          /* NETLINK_* */
    const char *unknown; /* said of types that are not there */
    const struct nl_type *types;
    const char *(*flags)(unsigned type); /* the table of a header's flags */
    /* What is behind the header h: `first` of the len bytes is the address family. NULL: that and bytes. */
    const struct nl_body *(*body)(const struct nlmsghdr *h, uint8_t first, uint64_t len);
};
extern const struct nl_protocol netlink_route, netlink_sock_diag;
/* Parts of the first, in netlink_absent.c. */
extern const struct nl_body netlink_neighbour, netlink_neighbour_table, netlink_label, netlink_settings,
    netlink_namespace, netlink_hop, netlink_queue;

const struct nl_type *nl_type_find(const struct nl_protocol *p, unsigned type); /* NULL: unknown */

/* The number v by this name, NULL: of whose kind no other is known. */
void print_one_name(struct call *c, const char *name, const char *unknown, uint64_t v);

/*
 * One thing behind the other in len bytes at addr: each begins with a header of so many bytes (16 at most) of which the first
 * len_size say how long it is, and begins where a multiple of four is. print gets its header and all bytes from there on.
 */
struct nl_chain {
    size_t header, len_size;
    void (*print)(struct call *c, const void *header, uint64_t addr, uint64_t len, const void *about);
    const void *about;
};
void print_chain(struct call *c, uint64_t addr, uint64_t len, const struct nl_chain *chain);

/* netlink_attr.c: what is behind a header, of the family `first`; attributes that are no part of a body. */
void print_body(struct call *c, const struct nl_body *body, uint8_t first, uint64_t addr, uint64_t len);
void print_attributes(struct call *c, const struct nl_space *space, uint8_t family, uint64_t addr,
                      uint64_t len);

#endif
