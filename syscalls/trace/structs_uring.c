/* structs_uring.c - structures of io_uring, as strace shows them. */
#include <linux/io_uring.h>
#include <string.h>

#include "../kernel.h"
#include "strace.h"

static void print_request(struct call *c, const struct io_uring_params *p)
{
    text_puts(c->out, "{flags=");
    print_flags_named(c, "uring_setup", p->flags);
    text_printf(c->out, ", sq_thread_cpu=%u, sq_thread_idle=%u", p->sq_thread_cpu, p->sq_thread_idle);
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
    uint64_t addr;

    memcpy(&addr, (const char *)offsets + USER_ADDR_AT, sizeof(addr));
    text_printf(c->out, ", user_addr=%#lx}", addr);
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
    text_putc(c->out, '}');
}

/* An operation of a later kernel is a decimal number. */
static void print_op(struct call *c, unsigned op)
{
    if (xlat_name(xlat_find("uring_op")->x, op))
        print_xlat_named(c, "uring_op", op);
    else
        text_printf(c->out, "%u /* IORING_OP_??? */", op);
}

static void print_probe_op(struct call *c, const void *p)
{
    const struct io_uring_probe_op *op = p;

    text_puts(c->out, "{op=");
    print_op(c, op->op);
    text_puts(c->out, ", flags=");
    print_flags_named(c, "uring_probe", op->flags);
    text_putc(c->out, '}');
}

static void print_probe(struct call *c, uint64_t addr, const struct arg *a)
{
    struct io_uring_probe p;

    if (!get(c, &p, addr, sizeof(p))) {
        print_addr(c, addr);
        return;
    }
    text_puts(c->out, "{last_op=");
    print_op(c, p.last_op);
    text_printf(c->out, ", ops_len=%u, ops=", p.ops_len);
    print_array(c, addr + sizeof(p), p.ops_len, sizeof(struct io_uring_probe_op), print_probe_op);
    text_putc(c->out, '}');
}

const struct struct_type structs_uring[] = {
    {"uring_params", 0, NULL, print_params, true, STRUCT_SPLIT},
    {"uring_fd", sizeof(int), print_one_fd, NULL, false, STRUCT_PLAIN},
    {"uring_files_update", sizeof(struct io_uring_files_update), print_files_update, NULL, false,
     STRUCT_PLAIN},
    {"uring_rsrc", 0, NULL, print_rsrc, false, STRUCT_PLAIN},
    {"uring_rsrc_update", 0, NULL, print_rsrc_update, false, STRUCT_PLAIN},
    {"uring_restriction", sizeof(struct io_uring_restriction), print_restriction, NULL, false, STRUCT_PLAIN},
    {"uring_probe", 0, NULL, print_probe, false, STRUCT_ON_ERROR},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
