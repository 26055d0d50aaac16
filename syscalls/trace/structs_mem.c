/* structs_mem.c - structures of memory calls: userfaultfd's requests, mincore's answer, asynchronous I/O. */
#include <linux/aio_abi.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <string.h>

#include "strace.h"

/* ---- userfaultfd: what a request that failed gave back is not looked at ---- */

static void print_range(struct call *c, const struct uffdio_range *r)
{
    text_printf(c->out, "{start=%#llx, len=%#llx}", (unsigned long long)r->start, (unsigned long long)r->len);
}

/* How most of these structures begin; the caller closes the brace. */
static void print_range_mode(struct call *c, const struct uffdio_range *r, const char *modes, uint64_t mode)
{
    text_puts(c->out, "{range=");
    print_range(c, r);
    text_puts(c->out, ", mode=");
    print_flags_named(c, modes, mode);
}

static void print_uffd_range(struct call *c, uint64_t addr, const struct arg *a)
{
    struct uffdio_range r;

    if (get(c, &r, addr, sizeof(r)))
        print_range(c, &r);
    else
        print_addr(c, addr);
}

/* The features asked for, and those there are. */
static void print_uffd_api(struct call *c, uint64_t addr, const struct arg *a)
{
    const struct call_note *asked = c->done ? note_find(c) : NULL;
    struct call_note *note;
    struct uffdio_api api;

    if (!get(c, &api, addr, sizeof(api))) {
        if (!c->done)
            print_addr(c, addr);
        return;
    }
    if (!c->done) {
        text_printf(c->out, "{api=%#llx, features=", (unsigned long long)api.api);
        print_flags_named(c, "uffd_features", api.features);
        note = note_make(c, 1);
        if (note)
            note->v[note->n++] = api.features;
        return;
    }
    if (!c->failed && (!asked || asked->v[0] != api.features)) {
        text_puts(c->out, " => features=");
        print_flags_named(c, "uffd_features", api.features);
    }
    if (!c->failed) {
        text_puts(c->out, ", ioctls=");
        print_flags_named(c, "uffd_ioctls", api.ioctls);
    }
    text_putc(c->out, '}');
    note_drop(c);
}

static void print_uffd_register(struct call *c, uint64_t addr, const struct arg *a)
{
    struct uffdio_register r;

    if (!get(c, &r, addr, sizeof(r))) {
        print_addr(c, addr);
        return;
    }
    print_range_mode(c, &r.range, "uffd_register", r.mode);
    if (!c->failed) {
        text_puts(c->out, ", ioctls=");
        print_flags_named(c, "uffd_range_ioctls", r.ioctls);
    }
    text_putc(c->out, '}');
}

static void print_uffd_copy(struct call *c, uint64_t addr, const struct arg *a)
{
    struct uffdio_copy v;

    if (!get(c, &v, addr, sizeof(v))) {
        print_addr(c, addr);
        return;
    }
    text_printf(c->out, "{dst=%#llx, src=%#llx, len=%#llx, mode=", (unsigned long long)v.dst,
                (unsigned long long)v.src, (unsigned long long)v.len);
    print_flags_named(c, "uffd_copy", v.mode);
    if (!c->failed)
        text_printf(c->out, ", copy=%#llx", (unsigned long long)v.copy);
    text_putc(c->out, '}');
}

/* A range, a mode, and the bytes that were done. */
static void put_fill(struct call *c, uint64_t addr, const char *modes, const char *done)
{
    struct uffdio_zeropage v;

    if (!get(c, &v, addr, sizeof(v))) {
        print_addr(c, addr);
        return;
    }
    print_range_mode(c, &v.range, modes, v.mode);
    if (!c->failed)
        text_printf(c->out, done, (unsigned long long)v.zeropage);
    text_putc(c->out, '}');
}

static void print_uffd_zero(struct call *c, uint64_t addr, const struct arg *a)
{
    put_fill(c, addr, "uffd_zero", ", zeropage=%#llx");
}

static void print_uffd_continue(struct call *c, uint64_t addr, const struct arg *a)
{
    put_fill(c, addr, "uffd_continue", ", mapped=%llu");
}

static void print_uffd_poison(struct call *c, uint64_t addr, const struct arg *a)
{
    put_fill(c, addr, "uffd_poison", ", updated=%llu");
}

static void print_uffd_protect(struct call *c, uint64_t addr, const struct arg *a)
{
    struct uffdio_writeprotect v;

    if (!get(c, &v, addr, sizeof(v))) {
        print_addr(c, addr);
        return;
    }
    print_range_mode(c, &v.range, "uffd_protect", v.mode);
    text_putc(c->out, '}');
}

/* ---- nodes of memory ---- */

static void print_nodes(struct call *c, const void *p)
{
    text_printf(c->out, "%#016lx", *(const uint64_t *)p);
}

/* Argument a->len counts the bits, and one. */
static void print_nodemask(struct call *c, uint64_t addr, const struct arg *a)
{
    uint64_t bits = c->args[(int)a->len], n = (bits + 62) / 64;

    if (n < bits / 64 || (bits && !n) || (a->out && c->failed && bits))
        print_addr(c, addr);
    else
        print_array(c, addr, n, sizeof(uint64_t), print_nodes);
}

static void print_mpol_mode(struct call *c, const void *p)
{
    text_putc(c->out, '[');
    print_xlat_named(c, "mpol", *(const uint32_t *)p);
    text_putc(c->out, ']');
}

static void print_page(struct call *c, const void *p)
{
    print_addr(c, *(const uint64_t *)p);
}

static void print_node(struct call *c, const void *p)
{
    text_printf(c->out, "%d", *(const int *)p);
}

static void print_page_status(struct call *c, const void *p)
{
    int status = *(const int *)p;
    const char *name = status < 0 ? strerrorname_np(-status) : NULL;

    if (!name || c->tr->opt.xlat != XLAT_ABBREV)
        text_printf(c->out, "%d", status);
    if (name && c->tr->opt.xlat != XLAT_RAW)
        text_printf(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? " /* -%s */" : "-%s", name);
}

/* ---- mincore ---- */

static void print_mincore(struct call *c, uint64_t addr, const struct arg *a)
{
    uint64_t pages = c->args[1] / MM_PAGE_SIZE + (c->args[1] % MM_PAGE_SIZE != 0);
    uint8_t in;

    if (!addr || (pages && (c->failed || !get(c, &in, addr, 1)))) {
        print_addr(c, addr);
        return;
    }
    text_putc(c->out, '[');
    for (uint64_t i = 0; i < pages; i++) {
        text_puts(c->out, i ? ", " : "");
        if (is_too_many(c, i)) {
            text_puts(c->out, "...");
            break;
        }
        if (!get(c, &in, addr + i, 1)) {
            text_printf(c->out, "... /* %#lx */", addr + i);
            break;
        }
        text_printf(c->out, "%u", in & 1);
    }
    text_putc(c->out, ']');
}

/* ---- asynchronous I/O ---- */

#define FLAG_IOPRIO 2 /* IOCB_FLAG_IOPRIO */

static void put_reqprio(struct call *c, const struct iocb *cb)
{
    text_puts(c->out, ", aio_reqprio=");
    if (cb->aio_flags & FLAG_IOPRIO)
        put_ioprio(c, "%#x", (uint16_t)cb->aio_reqprio);
    else
        text_printf(c->out, "%d", cb->aio_reqprio);
}

static void print_iocb_head(struct call *c, const struct iocb *cb)
{
    text_printf(c->out, "{aio_data=%#llx", (unsigned long long)cb->aio_data);
    if (cb->aio_key)
        text_printf(c->out, ", aio_key=%u", cb->aio_key);
    if (cb->aio_rw_flags) {
        text_puts(c->out, ", aio_rw_flags=");
        print_flags_named(c, "rwf", (uint32_t)cb->aio_rw_flags);
    }
    text_puts(c->out, ", aio_lio_opcode=");
    print_decimal(c, "iocb_cmd", cb->aio_lio_opcode);
    if (cb->aio_reqprio)
        put_reqprio(c, cb);
    text_puts(c->out, ", aio_fildes=");
    print_fd(c, (int)cb->aio_fildes);
}

static void print_iocb_whole(struct call *c, const struct iocb *cb)
{
    bool writes = cb->aio_lio_opcode == IOCB_CMD_PWRITE, reads = cb->aio_lio_opcode == IOCB_CMD_PREAD;

    print_iocb_head(c, cb);
    if (cb->aio_lio_opcode == IOCB_CMD_POLL) {
        text_puts(c->out, ", aio_buf=");
        print_flags_named(c, "poll", cb->aio_buf);
    } else if (writes || reads || cb->aio_lio_opcode == IOCB_CMD_PREADV ||
               cb->aio_lio_opcode == IOCB_CMD_PWRITEV) {
        text_puts(c->out, ", aio_buf=");
        if (writes)
            print_mem(c, cb->aio_buf, cb->aio_nbytes, false);
        else
            print_addr(c, cb->aio_buf);
        text_printf(c->out, ", aio_nbytes=%llu, aio_offset=%lld", (unsigned long long)cb->aio_nbytes,
                    (long long)cb->aio_offset);
        if (cb->aio_flags & IOCB_FLAG_RESFD) {
            text_puts(c->out, ", aio_flags=IOCB_FLAG_RESFD, aio_resfd=");
            print_fd(c, (int)cb->aio_resfd);
        }
    }
    text_putc(c->out, '}');
}

static void print_iocb(struct call *c, const void *p)
{
    print_iocb_head(c, p);
    text_putc(c->out, '}');
}

/* Pointers to requests. */
static void print_iocbs(struct call *c, uint64_t addr, const struct arg *a)
{
    int64_t n = (int64_t)c->args[1];
    struct iocb cb;
    uint64_t p;

    if (n <= 0 || !get(c, &p, addr, sizeof(p))) {
        if (!n && addr)
            text_puts(c->out, "[]");
        else
            print_addr(c, addr);
        return;
    }
    text_putc(c->out, '[');
    for (int64_t i = 0; i < n; i++) {
        text_puts(c->out, i ? ", " : "");
        if (is_too_many(c, (uint64_t)i)) {
            text_puts(c->out, "...");
            break;
        }
        if (!get(c, &p, addr + 8 * (uint64_t)i, sizeof(p))) {
            text_printf(c->out, "... /* %#lx */", addr + 8 * (uint64_t)i);
            break;
        }
        if (get(c, &cb, p, sizeof(cb)))
            print_iocb_whole(c, &cb);
        else
            print_addr(c, p);
    }
    text_putc(c->out, ']');
}

static void print_io_event(struct call *c, const void *p)
{
    const struct io_event *e = p;

    text_printf(c->out, "{data=%#llx, obj=%#llx, res=%lld, res2=%lld}", (unsigned long long)e->data,
                (unsigned long long)e->obj, (long long)e->res, (long long)e->res2);
}

const struct struct_type structs_mem[] = {
    {"uffd_range", 0, NULL, print_uffd_range, false, STRUCT_PLAIN},
    {"uffd_api", 0, NULL, print_uffd_api, true, STRUCT_SPLIT},
    {"uffd_register", 0, NULL, print_uffd_register, false, STRUCT_ON_ERROR},
    {"uffd_copy", 0, NULL, print_uffd_copy, false, STRUCT_ON_ERROR},
    {"uffd_zero", 0, NULL, print_uffd_zero, false, STRUCT_ON_ERROR},
    {"uffd_continue", 0, NULL, print_uffd_continue, false, STRUCT_ON_ERROR},
    {"uffd_poison", 0, NULL, print_uffd_poison, false, STRUCT_ON_ERROR},
    {"uffd_protect", 0, NULL, print_uffd_protect, false, STRUCT_PLAIN},
    {"nodemask", 0, NULL, print_nodemask, false, STRUCT_ON_ERROR},
    {"mpol_mode", 4, print_mpol_mode, NULL, false, STRUCT_PLAIN},
    {"page", 8, print_page, NULL, false, STRUCT_PLAIN},
    {"node", 4, print_node, NULL, false, STRUCT_PLAIN},
    {"page_status", 4, print_page_status, NULL, false, STRUCT_PLAIN},
    {"mincore", 0, NULL, print_mincore, false, STRUCT_ON_ERROR},
    {"iocb", sizeof(struct iocb), print_iocb, NULL, false, STRUCT_PLAIN},
    {"iocbs", 0, NULL, print_iocbs, false, STRUCT_PLAIN},
    {"io_event", sizeof(struct io_event), print_io_event, NULL, false, STRUCT_PLAIN},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
