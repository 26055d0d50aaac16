/* structs_admin.c - what calls that administer a machine are told and tell, as strace shows it. */
#include <linux/fanotify.h>
#include <linux/kexec.h>
#include <sys/timex.h>

#include "strace.h"

/* ---- the clock ---- */

static void print_timex(struct call *c, const void *p)
{
    const struct timex *tx = p;
    const char *state = xlat_name(xlat_find("clock_state")->x, (uint64_t)c->ret);

    text_puts(c->out, "{modes=");
    print_flags_named(c, "timex_mode", tx->modes);
    text_printf(c->out, ", offset=%ld, freq=%ld, maxerror=%ld, esterror=%ld, status=", tx->offset, tx->freq,
                tx->maxerror, tx->esterror);
    print_flags_named(c, "timex_status", (unsigned)tx->status);
    text_printf(c->out, ", constant=%ld, precision=%ld, tolerance=%ld, time=", tx->constant, tx->precision,
                tx->tolerance);
    text_printf(c->out, "{tv_sec=%ld, tv_usec=%lu}", tx->time.tv_sec, (unsigned long)tx->time.tv_usec);
    text_printf(
        c->out,
        ", tick=%ld, ppsfreq=%ld, jitter=%ld, shift=%d, stabil=%ld, jitcnt=%ld, calcnt=%ld, errcnt=%ld, "
        "stbcnt=%ld, tai=%d}",
        tx->tick, tx->ppsfreq, tx->jitter, tx->shift, tx->stabil, tx->jitcnt, tx->calcnt, tx->errcnt,
        tx->stbcnt, tx->tai);
    if (state) /* said of a clock that was told, too: the call's result */
        text_puts(c->aux, state);
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

/* ---- swapping ---- */

static void print_swap_flags(struct call *c, uint64_t v, const struct arg *a)
{
    unsigned flags = (unsigned)v & ~0x7fffu, priority = (unsigned)v & 0x7fff;

    if (flags) {
        print_flags_named(c, "swap", flags);
        text_putc(c->out, '|');
    }
    text_printf(c->out, "%u", priority);
}

/* ---- other kernels ---- */

static void print_segment(struct call *c, const void *p)
{
    const struct kexec_segment *s = p;

    text_puts(c->out, "{buf=");
    print_addr(c, (uint64_t)(uintptr_t)s->buf);
    text_printf(c->out, ", bufsz=%lu, mem=", s->bufsz);
    print_addr(c, (uint64_t)(uintptr_t)s->mem);
    text_printf(c->out, ", memsz=%lu}", s->memsz);
}

static void print_segments(struct call *c, uint64_t addr, const struct arg *a)
{
    if (c->args[1] > KEXEC_SEGMENT_MAX)
        print_addr(c, addr);
    else
        print_array(c, addr, c->args[1], sizeof(struct kexec_segment), print_segment);
}

static void print_kexec_flags(struct call *c, uint64_t v, const struct arg *a)
{
    print_with_flags(c, "kexec_arch", v & KEXEC_ARCH_MASK, "kexec", v & ~(uint64_t)KEXEC_ARCH_MASK);
}

/* ---- watching files ---- */

static void print_fan_init(struct call *c, uint64_t v, const struct arg *a)
{
    print_with_flags(c, "fan_class", v & FAN_ALL_CLASS_BITS, "fan_init", (uint32_t)v & ~FAN_ALL_CLASS_BITS);
}

static void print_fan_dirfd(struct call *c, uint64_t v, const struct arg *a)
{
    if ((int)v != FAN_NOFD)
        print_dirfd(c, (int)v);
    else if (c->tr->opt.xlat == XLAT_ABBREV)
        text_puts(c->out, "FAN_NOFD");
    else
        text_puts(c->out, c->tr->opt.xlat == XLAT_RAW ? "-1" : "-1 /* FAN_NOFD */");
}

const struct struct_type structs_admin[] = {
    {"timex", sizeof(struct timex), print_timex, NULL, false, STRUCT_PLAIN},
    {"cachestat_range", 16, print_range, NULL, false, STRUCT_PLAIN},
    {"cachestat", 40, print_cachestat, NULL, false, STRUCT_PLAIN},
    {"swap_flags", 0, NULL, print_swap_flags, false, STRUCT_PLAIN},
    {"kexec_segments", 0, NULL, print_segments, false, STRUCT_PLAIN},
    {"kexec_flags", 0, NULL, print_kexec_flags, false, STRUCT_PLAIN},
    {"fan_init", 0, NULL, print_fan_init, false, STRUCT_PLAIN},
    {"fan_dirfd", 0, NULL, print_fan_dirfd, false, STRUCT_PLAIN},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
