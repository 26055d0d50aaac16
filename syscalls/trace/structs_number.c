/*
 * structs_number.c - numbers that are told by their parts or with a comment, as arguments and as results, and single ones
 * behind a pointer.
 */
#include <linux/futex.h>
#include <linux/ioprio.h>
#include <linux/prctl.h>
#include <sys/personality.h>

#include "strace.h"

/* v in a way of its own, and what it is called as a comment, whatever -X says. */
static void put_commented(struct call *c, const char *fmt, uint64_t v, const char *table)
{
    const struct xlat_table *x = xlat_find(table);
    const char *name = xlat_name(x->x, v);

    text_printf(c->out, fmt, v);
    text_printf(c->out, " /* %s */", name ? name : x->unknown);
}

static void print_syslog(struct call *c, uint64_t v, const struct arg *a)
{
    put_commented(c, "%d", (uint32_t)v, "syslog");
}

static void print_loglevel(struct call *c, uint64_t v, const struct arg *a)
{
    put_commented(c, "%d", (uint32_t)v, "loglevel");
}

static void print_xfeature(struct call *c, uint64_t v, const struct arg *a)
{
    if (c->tr->opt.xlat == XLAT_RAW)
        text_printf(c->out, v ? "%#lx" : "%lu", v);
    else
        put_commented(c, v ? "%#lx" : "%lu", v, "xfeature");
}

static void print_ptracer(struct call *c, uint64_t v, const struct arg *a)
{
    if (v != PR_SET_PTRACER_ANY) {
        text_printf(c->out, "%d", (int)v);
        return;
    }
    if (!print_raw(c, v, true))
        text_puts(c->out,
                  c->tr->opt.xlat == XLAT_VERBOSE ? " /* PR_SET_PTRACER_ANY */" : "PR_SET_PTRACER_ANY");
}

/* ---- personalities: a number in the lowest byte, and flags ---- */

#define PER_NOTHING 0xffffffff /* asks only what it is */

static void put_personality(struct call *c, uint32_t v)
{
    print_with_flags(c, "personality", v & PER_MASK, "personality_flags", v & ~(uint32_t)PER_MASK);
}

static void print_personality(struct call *c, uint64_t v, const struct arg *a)
{
    if (!c->done && (uint32_t)v == PER_NOTHING) {
        text_puts(c->out, "0xffffffff");
        return;
    }
    if (!c->done) {
        put_personality(c, (uint32_t)v);
        return;
    }
    text_printf(c->out, "%#x (", (unsigned)v);
    put_personality(c, (uint32_t)v);
    text_putc(c->out, ')');
}

/* ---- priorities of I/O: a class above its level ---- */

static void put_parts(struct call *c, uint32_t v)
{
    text_puts(c->out, "IOPRIO_PRIO_VALUE(");
    print_xlat_named(c, "ioprio_class", v >> IOPRIO_CLASS_SHIFT);
    text_printf(c->out, ", %u)", v & ((1u << IOPRIO_CLASS_SHIFT) - 1));
}

void put_ioprio(struct call *c, const char *fmt, uint32_t v)
{
    if (c->tr->opt.xlat != XLAT_ABBREV)
        text_printf(c->out, fmt, v);
    if (c->tr->opt.xlat == XLAT_RAW)
        return;
    text_puts(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? " /* " : "");
    put_parts(c, v);
    text_puts(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? " */" : "");
}

static void print_ioprio(struct call *c, uint64_t v, const struct arg *a)
{
    if (!c->done) {
        put_ioprio(c, "%d", (uint32_t)v);
        return;
    }
    text_printf(c->out, "%d", (int)v);
    if (c->tr->opt.xlat == XLAT_RAW)
        return;
    text_puts(c->out, " (");
    put_parts(c, (uint32_t)v);
    text_putc(c->out, ')');
}

/* membarrier's answer to MEMBARRIER_CMD_QUERY: those there are. */
static void print_membarrier(struct call *c, uint64_t v, const struct arg *a)
{
    if ((uint32_t)c->args[0] || !v) {
        text_printf(c->out, "%ld", (int64_t)v);
        return;
    }
    text_printf(c->out, "%#lx (", v);
    print_flags_named(c, "membarrier_there", v);
    text_putc(c->out, ')');
}

/* An operation of futex, by itself or with FUTEX_CLOCK_REALTIME; the rest is no part of any. */
static void print_futex_op(struct call *c, uint64_t v, const struct arg *a)
{
    const struct xlat_table *x = xlat_find("futex");
    uint32_t op = (uint32_t)v & ~(uint32_t)FUTEX_CLOCK_REALTIME;

    if (xlat_name(x->x, op) || op == (FUTEX_FD | FUTEX_PRIVATE_FLAG))
        print_flags(c, x, (uint32_t)v);
    else
        print_xlat(c, xlat_find("futex_unknown"), (uint32_t)v);
}

/* Which waiters are meant: a number in hexadecimal, or all. */
static void print_bitset(struct call *c, uint64_t v, const struct arg *a)
{
    const struct xlat_table *x = xlat_find("bitset");

    if (xlat_name(x->x, v))
        print_xlat(c, x, v);
    else
        text_printf(c->out, "%#lx", v);
}

/* ---- behind a pointer ---- */

static void print_signal_there(struct call *c, const void *p)
{
    text_putc(c->out, '[');
    print_signo(c, *(const int *)p);
    text_putc(c->out, ']');
}

static void print_unalign_there(struct call *c, const void *p)
{
    text_putc(c->out, '[');
    print_flags_named(c, "unalign", *(const uint32_t *)p);
    text_putc(c->out, ']');
}

static void print_tsc_there(struct call *c, const void *p)
{
    text_putc(c->out, '[');
    print_xlat_named(c, "tsc", *(const uint32_t *)p);
    text_putc(c->out, ']');
}

static void print_xfeatures_there(struct call *c, const void *p)
{
    uint64_t v = *(const uint64_t *)p;

    text_printf(c->out, v ? "[%#lx" : "[%lu", v);
    if (v && c->tr->opt.xlat != XLAT_RAW) {
        text_puts(c->out, " /* ");
        print_flag_names(c, xlat_find("xfeature_mask"), v);
        text_puts(c->out, " */");
    }
    text_putc(c->out, ']');
}

const struct struct_type structs_number[] = {
    {"syslog", 0, NULL, print_syslog, false, STRUCT_PLAIN},
    {"loglevel", 0, NULL, print_loglevel, false, STRUCT_PLAIN},
    {"xfeature", 0, NULL, print_xfeature, false, STRUCT_PLAIN},
    {"ptracer", 0, NULL, print_ptracer, false, STRUCT_PLAIN},
    {"personality", 0, NULL, print_personality, false, STRUCT_PLAIN},
    {"ioprio", 0, NULL, print_ioprio, false, STRUCT_PLAIN},
    {"membarrier", 0, NULL, print_membarrier, false, STRUCT_PLAIN},
    {"futex_op", 0, NULL, print_futex_op, false, STRUCT_PLAIN},
    {"bitset", 0, NULL, print_bitset, false, STRUCT_PLAIN},
    {"signal_there", 4, print_signal_there, NULL, false, STRUCT_PLAIN},
    {"unalign_there", 4, print_unalign_there, NULL, false, STRUCT_PLAIN},
    {"tsc_there", 4, print_tsc_there, NULL, false, STRUCT_PLAIN},
    {"xfeatures_there", 8, print_xfeatures_there, NULL, false, STRUCT_PLAIN},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
