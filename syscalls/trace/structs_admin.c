/* structs_admin.c - what calls that administer a machine are told and tell, as strace shows it. */
#include <linux/mount.h>
#include <sys/timex.h>

#include "strace.h"

/* ---- the clock ---- */

static void print_timex(struct call *c, const void *p)
{
    const struct timex *tx = p;

    text_puts(c->out, "{modes=");
    print_flags_named(c, "timex_mode", tx->modes);
    text_printf(c->out, ", offset=%ld, freq=%ld, maxerror=%ld, esterror=%ld, status=", tx->offset, tx->freq,
                tx->maxerror, tx->esterror);
    print_flags_named(c, "timex_status", (unsigned)tx->status);
    text_printf(c->out, ", constant=%ld, precision=%ld, tolerance=%ld, time=", tx->constant, tx->precision,
                tx->tolerance);
    text_printf(c->out, "{tv_sec=%ld, tv_usec=%ld}", tx->time.tv_sec, tx->time.tv_usec);
    text_printf(
        c->out,
        ", tick=%ld, ppsfreq=%ld, jitter=%ld, shift=%d, stabil=%ld, jitcnt=%ld, calcnt=%ld, errcnt=%ld, "
        "stbcnt=%ld, tai=%d}",
        tx->tick, tx->ppsfreq, tx->jitter, tx->shift, tx->stabil, tx->jitcnt, tx->calcnt, tx->errcnt,
        tx->stbcnt, tx->tai);
}

/* ---- the page cache ---- */

static void print_range(struct call *c, const void *p)
{
    const uint64_t *v = p;

    text_printf(c->out, v[0] ? "{off=%#lx, len=%lu}" : "{off=%lu, len=%lu}", v[0], v[1]);
}

static void print_cachestat(struct call *c, const void *p)
{
    const uint64_t *v = p;

    text_printf(c->out,
                "{nr_cache=%lu, nr_dirty=%lu, nr_writeback=%lu, nr_evicted=%lu, nr_recently_evicted=%lu}",
                v[0], v[1], v[2], v[3], v[4]);
}

/* ---- mounts ---- */

#define MS_NO_TYPE (32u | MS_NO_DATA)          /* MS_REMOUNT */
#define MS_NO_DATA (4096u | 8192u | 15u << 17) /* MS_BIND, MS_MOVE, MS_UNBINDABLE ... MS_SHARED */

/* Strings that mount(2) looks at with these flags. */
static void print_if_used(struct call *c, uint64_t addr, unsigned unless)
{
    if (c->args[3] & unless)
        print_addr(c, addr);
    else
        print_string(c, addr);
}

static void print_mount_type(struct call *c, uint64_t addr, const struct arg *a)
{
    print_if_used(c, addr, MS_NO_TYPE);
}

static void print_mount_data(struct call *c, uint64_t addr, const struct arg *a)
{
    print_if_used(c, addr, MS_NO_DATA);
}

/* Its size is the argument after it. */
static void print_mount_attr(struct call *c, uint64_t addr, const struct arg *a)
{
    struct mount_attr m;

    if (c->args[4] < sizeof(m) || !get(c, &m, addr, sizeof(m))) {
        print_addr(c, addr);
        return;
    }
    text_puts(c->out, "{attr_set=");
    print_flags_named(c, "mount_attr", m.attr_set);
    text_puts(c->out, ", attr_clr=");
    print_flags_named(c, "mount_attr", m.attr_clr);
    text_puts(c->out, ", propagation=");
    print_flags_named(c, "propagation", m.propagation);
    text_puts(c->out, ", userns_fd=");
    print_fd(c, (int)m.userns_fd);
    text_putc(c->out, '}');
}

static void print_swap_flags(struct call *c, uint64_t v, const struct arg *a)
{
    unsigned flags = (unsigned)v & ~0x7fffu, priority = (unsigned)v & 0x7fff;

    if (!flags) {
        text_printf(c->out, "%u", priority);
        return;
    }
    print_flags_named(c, "swap", flags);
    if (priority)
        text_printf(c->out, "|%u", priority);
}

/* What a macro makes of parts: a number that is named by its call. False: the number was all. */
static bool begin_macro(struct call *c, uint32_t v, const char *macro)
{
    if (c->tr->opt.xlat != XLAT_ABBREV)
        text_printf(c->out, "%u", v);
    if (c->tr->opt.xlat == XLAT_RAW)
        return false;
    text_printf(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? " /* %s(" : "%s(", macro);
    return true;
}

static void end_macro(struct call *c)
{
    text_puts(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? ") */" : ")");
}

static void put_name(struct call *c, const char *table, unsigned v)
{
    const struct xlat_table *x = xlat_find(table);
    const char *name = xlat_name(x->x, v);

    if (name)
        text_puts(c->out, name);
    else
        text_printf(c->out, "%#x /* %s */", v, x->unknown);
}

static void print_qcmd(struct call *c, uint64_t v, const struct arg *a)
{
    if (!begin_macro(c, (uint32_t)v, "QCMD"))
        return;
    put_name(c, "quota_cmd", (uint32_t)v >> 8);
    text_puts(c->out, ", ");
    put_name(c, "quota_type", v & 0xff);
    end_macro(c);
}

/* ---- security modules ---- */

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
    print_array(c, addr, (uint64_t)c->ret, sizeof(uint64_t), print_lsm_id);
}

const struct struct_type structs_admin[] = {
    {"timex", sizeof(struct timex), print_timex, NULL, false, STRUCT_PLAIN},
    {"cachestat_range", 16, print_range, NULL, false, STRUCT_PLAIN},
    {"cachestat", 40, print_cachestat, NULL, false, STRUCT_PLAIN},
    {"mount_type", 0, NULL, print_mount_type, false, STRUCT_PLAIN},
    {"mount_data", 0, NULL, print_mount_data, false, STRUCT_PLAIN},
    {"mount_attr", 0, NULL, print_mount_attr, false, STRUCT_PLAIN},
    {"swap_flags", 0, NULL, print_swap_flags, false, STRUCT_PLAIN},
    {"qcmd", 0, NULL, print_qcmd, false, STRUCT_PLAIN},
    {"lsm_size", 0, NULL, print_lsm_size, false, STRUCT_ON_ERROR, note_size},
    {"lsm_ids", 0, NULL, print_lsm_ids, false, STRUCT_PLAIN},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
