/* structs_uring.c - structures of io_uring, as strace shows them. */
#include <linux/io_uring.h>
#include <string.h>

#include "../kernel.h"
#include "strace.h"

static void print_request(struct call *c, const struct io_uring_params *p)
{
    text_puts(c->out, "{flags=");
    print_flags_named(c, "uring_setup", p->flags);
    text_printf(c->out, ", sq_thread_cpu=%#x, sq_thread_idle=%u", p->sq_thread_cpu, p->sq_thread_idle);
    if (p->flags & IORING_SETUP_ATTACH_WQ) {
        text_puts(c->out, ", wq_fd=");
        print_fd(c, (int)p->wq_fd);
    }
    if (p->resv[0] || p->resv[1] || p->resv[2])
        text_printf(c->out, ", resv=[%#x, %#x, %#x]", p->resv[0], p->resv[1], p->resv[2]);
}

/* What both kinds of offsets end with; older headers have no name for it. */
#define USER_ADDR_AT 32

static void put_user_addr(struct call *c, const void *offsets)
{
    uint32_t reserved;
    uint64_t addr;

    memcpy(&reserved, (const char *)offsets + USER_ADDR_AT - sizeof(reserved), sizeof(reserved));
    memcpy(&addr, (const char *)offsets + USER_ADDR_AT, sizeof(addr));
    if (reserved)
        text_printf(c->out, ", resv1=%#x", reserved);
    text_printf(c->out, addr ? ", user_addr=%#lx}" : ", user_addr=%lu}", addr);
}

static void print_answer(struct call *c, const struct io_uring_params *p)
{
    const struct io_sqring_offsets *s = &p->sq_off;
    const struct io_cqring_offsets *q = &p->cq_off;

    text_printf(c->out, ", sq_entries=%u, cq_entries=%u, features=", p->sq_entries, p->cq_entries);
    print_flags_named(c, "uring_features", p->features);
    text_printf(c->out,
                ", sq_off={head=%u, tail=%u, ring_mask=%u, ring_entries=%u, flags=%u, dropped=%u, array=%u",
                s->head, s->tail, s->ring_mask, s->ring_entries, s->flags, s->dropped, s->array);
    put_user_addr(c, s);
    text_printf(c->out,
                ", cq_off={head=%u, tail=%u, ring_mask=%u, ring_entries=%u, overflow=%u, cqes=%u, flags=%u",
                q->head, q->tail, q->ring_mask, q->ring_entries, q->overflow, q->cqes, q->flags);
    put_user_addr(c, q);
}

/* What is asked for as the call begins, and what came of it when it ends. */
static void print_params(struct call *c, uint64_t addr, const struct arg *a)
{
    struct io_uring_params p;

    if (!get(c, &p, addr, sizeof(p))) {
        if (!c->done)
            print_addr(c, addr);
        return;
    }
    if (!c->done) {
        print_request(c, &p);
        return;
    }
    if (!c->failed)
        print_answer(c, &p);
    text_putc(c->out, '}');
}

static void print_one_fd(struct call *c, const void *p)
{
    print_fd(c, *(const int *)p);
}

static void print_vector(struct call *c, const void *p)
{
    const uint64_t *v = p;

    text_puts(c->out, "{iov_base=");
    print_addr(c, v[0]);
    text_printf(c->out, ", iov_len=%lu}", v[1]);
}

static void print_tag(struct call *c, const void *p)
{
    text_printf(c->out, "%#lx", *(const uint64_t *)p);
}

static void print_files_update(struct call *c, const void *p)
{
    const struct io_uring_files_update *u = p;

    text_printf(c->out, "{offset=%u", u->offset);
    if (u->resv)
        text_printf(c->out, ", resv=%#x", u->resv);
    text_puts(c->out, ", fds=");
    print_array(c, u->fds, c->args[3], sizeof(int), print_one_fd);
    text_putc(c->out, '}');
}

/* Of FILES2 and BUFFERS2 and of their updates: what the elements are, the call's number says. */
static void print_elements(struct call *c, uint64_t data, uint64_t tags, uint64_t n)
{
    bool files = c->args[1] == IORING_REGISTER_FILES2 || c->args[1] == IORING_REGISTER_FILES_UPDATE2;

    text_puts(c->out, ", data=");
    print_array(c, data, n, files ? sizeof(int) : 16, files ? print_one_fd : print_vector);
    text_puts(c->out, ", tags=");
    if (tags)
        print_array(c, tags, n, sizeof(uint64_t), print_tag);
    else
        text_puts(c->out, "NULL");
}

/* The call's last argument is the structure's size. */
static void print_rsrc(struct call *c, uint64_t addr, const struct arg *a)
{
    struct io_uring_rsrc_register r;

    if (c->args[3] != sizeof(r) || !get(c, &r, addr, sizeof(r))) {
        print_addr(c, addr);
        return;
    }
    text_printf(c->out, "{nr=%u, flags=", r.nr);
    print_flags_named(c, "uring_rsrc", r.flags);
    if (r.resv2)
        text_printf(c->out, ", resv2=%#lx", (unsigned long)r.resv2);
    print_elements(c, r.data, r.tags, r.nr);
    text_putc(c->out, '}');
}

static void print_rsrc_update(struct call *c, uint64_t addr, const struct arg *a)
{
    struct io_uring_rsrc_update2 u;

    if (c->args[3] != sizeof(u) || !get(c, &u, addr, sizeof(u))) {
        print_addr(c, addr);
        return;
    }
    text_printf(c->out, "{offset=%u", u.offset);
    if (u.resv)
        text_printf(c->out, ", resv=%#x", u.resv);
    print_elements(c, u.data, u.tags, u.nr);
    text_printf(c->out, ", nr=%u", u.nr);
    if (u.resv2)
        text_printf(c->out, ", resv2=%#x", u.resv2);
    text_putc(c->out, '}');
}

/* What should be zero, if it is not. */
static void put_reserved(struct call *c, const char *name, const uint32_t *v, unsigned n)
{
    bool any = false;

    for (unsigned i = 0; i < n; i++)
        any |= v[i];
    if (!any)
        return;
    text_printf(c->out, ", %s=[", name);
    for (unsigned i = 0; i < n; i++)
        text_printf(c->out, i ? ", %#x" : "%#x", v[i]);
    text_putc(c->out, ']');
}

/* A ring of buffers; older headers have no flags in it. */
static void print_buf_ring(struct call *c, const void *p)
{
    const struct {
        uint64_t ring_addr;
        uint32_t ring_entries;
        uint16_t bgid, flags;
        uint64_t resv[3];
    } *r = p;

    text_printf(c->out, r->ring_addr ? "{ring_addr=%#lx" : "{ring_addr=%lu", r->ring_addr);
    text_printf(c->out, ", ring_entries=%u, bgid=%u, flags=", r->ring_entries, r->bgid);
    print_flags_named(c, "uring_buf_ring", r->flags);
    if (r->resv[0] || r->resv[1] || r->resv[2])
        text_printf(c->out, ", resv=[%#lx, %#lx, %#lx]", r->resv[0], r->resv[1], r->resv[2]);
    text_putc(c->out, '}');
}

static void print_restriction(struct call *c, const void *p)
{
    const struct io_uring_restriction *r = p;

    text_puts(c->out, "{opcode=");
    print_xlat_named(c, "uring_restriction", r->opcode);
    switch (r->opcode) {
    case IORING_RESTRICTION_REGISTER_OP:
        text_puts(c->out, ", register_op=");
        print_xlat_named(c, "uring_register", r->register_op);
        break;
    case IORING_RESTRICTION_SQE_OP:
        text_puts(c->out, ", sqe_op=");
        print_xlat_named(c, "uring_op", r->sqe_op);
        break;
    default:
        text_puts(c->out, ", sqe_flags=");
        print_flags_named(c, "uring_sqe", r->sqe_flags);
    }
    if (r->resv)
        text_printf(c->out, ", resv=%#x", r->resv);
    put_reserved(c, "resv2", r->resv2, 3);
    text_putc(c->out, '}');
}

static void print_op(struct call *c, unsigned op)
{
    print_decimal(c, "uring_op", op);
}

static void print_probe_op(struct call *c, const void *p)
{
    const struct io_uring_probe_op *op = p;

    text_puts(c->out, "{op=");
    print_op(c, op->op);
    if (op->resv)
        text_printf(c->out, ", resv=%#x", op->resv);
    text_puts(c->out, ", flags=");
    print_flags_named(c, "uring_probe", op->flags);
    if (op->resv2)
        text_printf(c->out, ", resv2=%#x", op->resv2);
    text_putc(c->out, '}');
}

static void print_probe(struct call *c, uint64_t addr, const struct arg *a)
{
    static const struct io_uring_probe empty;
    struct io_uring_probe p;

    if (!get(c, &p, addr, sizeof(p)) || (c->failed && !memcmp(&p, &empty, sizeof(p)))) {
        print_addr(c, addr);
        return;
    }
    text_puts(c->out, "{last_op=");
    print_op(c, p.last_op);
    text_printf(c->out, ", ops_len=%u", p.ops_len);
    if (p.resv)
        text_printf(c->out, ", resv=%#x", p.resv);
    put_reserved(c, "resv2", p.resv2, 3);
    text_puts(c->out, ", ops=");
    print_array(c, addr + sizeof(p), (uint32_t)c->args[3], sizeof(struct io_uring_probe_op), print_probe_op);
    text_putc(c->out, '}');
}

#define REGISTERED_RING 0x80000000u /* the ring is told by its number */

static void print_register(struct call *c, uint64_t v, const struct arg *a)
{
    print_xlat_named(c, "uring_register", (uint32_t)v & ~REGISTERED_RING);
    if ((uint32_t)v & REGISTERED_RING) {
        text_putc(c->out, '|');
        print_flags_named(c, "uring_register_flags", REGISTERED_RING);
    }
}

const struct struct_type structs_uring[] = {
    {"uring_register", 0, NULL, print_register, false, STRUCT_PLAIN},
    {"uring_params", 0, NULL, print_params, true, STRUCT_SPLIT},
    {"uring_fd", sizeof(int), print_one_fd, NULL, false, STRUCT_PLAIN},
    {"uring_files_update", sizeof(struct io_uring_files_update), print_files_update, NULL, false,
     STRUCT_PLAIN},
    {"uring_rsrc", 0, NULL, print_rsrc, false, STRUCT_PLAIN},
    {"uring_rsrc_update", 0, NULL, print_rsrc_update, false, STRUCT_PLAIN},
    {"uring_restriction", sizeof(struct io_uring_restriction), print_restriction, NULL, false, STRUCT_PLAIN},
    {"uring_buf_ring", 40, print_buf_ring, NULL, false, STRUCT_PLAIN},
    {"uring_probe", 0, NULL, print_probe, false, STRUCT_ON_ERROR},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
