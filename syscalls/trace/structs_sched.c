/* structs_sched.c - structures of scheduling and futexes, as strace shows them. */
#include <errno.h>
#include <linux/futex.h>
#include <stddef.h>

#include "../kernel.h"
#include "strace.h"

/* ---- scheduling ---- */

static void print_sched_param(struct call *c, const void *p)
{
    text_printf(c->out, "[%d]", *(const int *)p);
}

static void print_affinity(struct call *c, uint64_t addr, const struct arg *a)
{
    uint64_t n = a->len == LEN_RET ? (uint64_t)c->ret : c->args[1], mask[16] = {0};
    const char *sep = "";

    if (n > sizeof(mask))
        n = sizeof(mask);
    if (!get(c, mask, addr, n)) {
        print_addr(c, addr);
        return;
    }
    text_putc(c->out, '[');
    for (unsigned i = 0; i < n * 8; i++)
        if (mask[i / 64] >> i % 64 & 1) {
            text_printf(c->out, "%s%u", sep, i);
            sep = " ";
        }
    text_putc(c->out, ']');
}

/* struct sched_attr; not all headers have it. */
struct attr {
    uint32_t size, sched_policy;
    uint64_t sched_flags;
    int32_t sched_nice;
    uint32_t sched_priority;
    uint64_t sched_runtime, sched_deadline, sched_period;
    uint32_t sched_util_min, sched_util_max;
};
#define ATTR_SIZE_0    offsetof(struct attr, sched_util_min) /* of its first version */
#define ATTR_KEEP      0x18                                  /* SCHED_FLAG_KEEP_POLICY, _PARAMS */
#define ATTR_KEEP_NICE 0x10

/* size: bytes of it there are; said: what it claims; set: the fields that only keep what is are not told. */
static void put_attr(struct call *c, const struct attr *attr, uint32_t size, uint32_t said, bool set)
{
    text_printf(c->out, "{size=%u", attr->size);
    if (size >= ATTR_SIZE_0) {
        if (!set || (int)attr->sched_policy < 0 || !(attr->sched_flags & ATTR_KEEP)) {
            text_puts(c->out, ", sched_policy=");
            print_xlat_named(c, "sched_policy", attr->sched_policy);
        }
        text_puts(c->out, ", sched_flags=");
        print_flags_named(c, "sched_flags", attr->sched_flags);
        if (!set || !(attr->sched_flags & ATTR_KEEP_NICE))
            text_printf(
                c->out,
                ", sched_nice=%d, sched_priority=%u, sched_runtime=%lu, sched_deadline=%lu, sched_period=%lu",
                attr->sched_nice, attr->sched_priority, attr->sched_runtime, attr->sched_deadline,
                attr->sched_period);
        if (size >= sizeof(*attr))
            text_printf(c->out, ", sched_util_min=%u, sched_util_max=%u", attr->sched_util_min,
                        attr->sched_util_max);
    }
    text_puts(c->out, said > size ? ", ...}" : "}");
}

/* What is asked for; when it is too big, what the kernel knows. */
static void print_sched_attr(struct call *c, uint64_t addr, const struct arg *a)
{
    struct attr attr = {0};
    uint32_t said, size;

    if (!get(c, &attr.size, addr, sizeof(attr.size))) {
        if (!c->done)
            print_addr(c, addr);
        return;
    }
    if (c->done) {
        if (c->ret == -E2BIG)
            text_printf(c->out, " => {size=%u}", attr.size);
        return;
    }
    said = attr.size ? attr.size : ATTR_SIZE_0;
    size = said < sizeof(attr) ? said : sizeof(attr);
    if (size >= ATTR_SIZE_0 && !get(c, &attr, addr, size))
        print_addr(c, addr);
    else
        put_attr(c, &attr, size, said, true);
}

static void print_got_sched_attr(struct call *c, uint64_t addr, const struct arg *a)
{
    uint32_t room = (uint32_t)c->args[2];
    struct attr attr = {0};

    if (!room || !get(c, &attr, addr, room < sizeof(attr) ? room : sizeof(attr)))
        print_addr(c, addr);
    else
        put_attr(c, &attr, attr.size, attr.size, false);
}

/* ---- futexes ---- */

static void print_waitv(struct call *c, const void *p)
{
    const struct {
        uint64_t val, uaddr;
        uint32_t flags, reserved;
    } *w = p;

    text_printf(c->out, "{val=%#lx, uaddr=", w->val);
    print_addr(c, w->uaddr);
    text_puts(c->out, ", flags=");
    print_flags_named(c, "futex_flags", w->flags);
    if (w->reserved)
        text_printf(c->out, ", __reserved=%#x", w->reserved);
    text_putc(c->out, '}');
}

/* What futex_requeue takes: from where, to where. */
static void print_pair(struct call *c, uint64_t addr, const struct arg *a)
{
    print_array(c, addr, 2, 24, print_waitv);
}

/* kcmp: a descriptor of an epoll instance. */
static void print_kcmp_slot(struct call *c, const void *p)
{
    const uint32_t *v = p;

    text_puts(c->out, "{efd=");
    print_fd(c, (int)v[0]);
    text_puts(c->out, ", tfd=");
    print_fd(c, (int)v[1]);
    text_printf(c->out, ", toff=%u}", v[2]);
}

/* One part of a FUTEX_OP() at its place; what has no name says so behind the shift. */
static void put_op_part(struct call *c, const char *table, unsigned v, int shift)
{
    const char *name = xlat_name(xlat_find(table)->x, v);

    if (name)
        print_xlat_named(c, table, v);
    else
        text_printf(c->out, "%#x", v);
    text_printf(c->out, "<<%d", shift);
    if (!name || c->tr->opt.xlat == XLAT_RAW)
        text_printf(c->out, " /* FUTEX_OP_%s??? */", shift == 24 ? "CMP_" : "");
}

/* val3 of FUTEX_WAKE_OP: FUTEX_OP_ADD<<28|0x1<<12|FUTEX_OP_CMP_NE<<24|0x2 */
static void print_wake_op(struct call *c, uint64_t v, const struct arg *a)
{
    if (v >> 28 & FUTEX_OP_OPARG_SHIFT) {
        if (!print_raw(c, FUTEX_OP_OPARG_SHIFT, true))
            text_puts(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? " /* FUTEX_OP_OPARG_SHIFT */"
                                                              : "FUTEX_OP_OPARG_SHIFT");
        text_puts(c->out, "<<28|");
    }
    put_op_part(c, "wake_op", v >> 28 & 7, 28);
    text_printf(c->out, "|%#x<<12|", (unsigned)(v >> 12 & 0xfff));
    put_op_part(c, "wake_cmp", v >> 24 & 15, 24);
    text_printf(c->out, "|%#x", (unsigned)(v & 0xfff));
}

const struct struct_type structs_sched[] = {
    {"sched_param", 4, print_sched_param, NULL, false, STRUCT_PLAIN},
    {"affinity", 0, NULL, print_affinity, false, STRUCT_PLAIN, NULL, true},
    {"sched_attr", 0, NULL, print_sched_attr, true, STRUCT_SPLIT},
    {"got_sched_attr", 0, NULL, print_got_sched_attr, false, STRUCT_PLAIN},
    {"futex_waitv", 24, print_waitv, NULL, false, STRUCT_PLAIN},
    {"futex_pair", 0, NULL, print_pair, false, STRUCT_PLAIN},
    {"kcmp_slot", 12, print_kcmp_slot, NULL, false, STRUCT_PLAIN},
    {"wake_op", 0, NULL, print_wake_op, false, STRUCT_PLAIN},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
