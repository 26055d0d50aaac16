/* structs_time.c - times, intervals and timers, as strace shows them. */
#include <errno.h>

#include "strace.h"

void print_timespec(struct call *c, const void *p)
{
    const int64_t *ts = p;

    text_printf(c->out, "{tv_sec=%ld, tv_nsec=%lu}", ts[0], ts[1]);
}

void print_timeval(struct call *c, const void *p)
{
    const int64_t *tv = p;

    text_printf(c->out, "{tv_sec=%ld, tv_usec=%lu}", tv[0], tv[1]);
}

/* A time to wait at most, and behind what came, what is left of it. */
static void print_left(struct call *c, uint64_t addr, void (*print)(struct call *c, const void *p))
{
    struct text *out = c->out;
    int64_t v[2];

    if (c->done && (c->ret <= 0 || !addr))
        return;
    if (c->done) {
        c->out = c->aux;
        text_puts(c->out, c->aux->len ? ", left " : "left ");
    }
    if (!c->style.shallow && get(c, v, addr, sizeof(v)))
        print(c, v);
    else
        print_addr(c, addr);
    c->out = out;
}

static void print_left_timeval(struct call *c, uint64_t addr, const struct arg *a)
{
    print_left(c, addr, print_timeval);
}

static void print_left_timespec(struct call *c, uint64_t addr, const struct arg *a)
{
    print_left(c, addr, print_timespec);
}

/* ppoll says nothing of it where it says nothing of what came. */
static void print_poll_timespec(struct call *c, uint64_t addr, const struct arg *a)
{
    if (!c->done || c->aux->len || !c->style.shallow)
        print_left(c, addr, print_timespec);
}

/* What is left of a sleep is only written when a signal cut it short. */
static void print_remaining(struct call *c, uint64_t addr, const struct arg *a)
{
    int64_t ts[2];

    if (c->ret == -ERESTART_RESTARTBLOCK && get(c, ts, addr, sizeof(ts)))
        print_timespec(c, ts);
    else
        print_addr(c, addr);
}

static void print_itimerval(struct call *c, const void *p)
{
    const int64_t *v = p;

    text_puts(c->out, "{it_interval=");
    print_timeval(c, v);
    text_puts(c->out, ", it_value=");
    print_timeval(c, v + 2);
    text_putc(c->out, '}');
}

static void print_itimerspec(struct call *c, const void *p)
{
    const int64_t *v = p;

    text_puts(c->out, "{it_interval=");
    print_timespec(c, v);
    text_puts(c->out, ", it_value=");
    print_timespec(c, v + 2);
    text_putc(c->out, '}');
}

static void print_utime(struct call *c, const int64_t ts[2])
{
    const char *special = ts[1] == 0x3fffffff ? "UTIME_NOW" : ts[1] == 0x3ffffffe ? "UTIME_OMIT" : NULL;

    if (!special || c->tr->opt.xlat != XLAT_ABBREV)
        print_timespec(c, ts);
    if (!special)
        print_when(c, ts[0], (uint64_t)ts[1], 9);
    else if (c->tr->opt.xlat != XLAT_RAW)
        text_printf(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? " /* %s */" : "%s", special);
}

static void print_timespec_pair(struct call *c, const void *p)
{
    const int64_t *v = p;

    text_putc(c->out, '[');
    print_utime(c, v);
    text_puts(c->out, ", ");
    print_utime(c, v + 2);
    text_putc(c->out, ']');
}

static void print_timeval_pair(struct call *c, const void *p)
{
    const int64_t *v = p;

    text_putc(c->out, '[');
    print_timeval(c, v);
    print_when(c, v[0], (uint64_t)v[1], 6);
    text_puts(c->out, ", ");
    print_timeval(c, v + 2);
    print_when(c, v[2], (uint64_t)v[3], 6);
    text_putc(c->out, ']');
}

static void print_timezone(struct call *c, const void *p)
{
    const int32_t *z = p;

    text_printf(c->out, "{tz_minuteswest=%d, tz_dsttime=%d}", z[0], z[1]);
}

#define TICKS 100 /* a second, for programs */

void print_ticks(struct call *c, const char *before, uint64_t n)
{
    text_printf(c->out, "%s%lu", before, n);
    if (n && c->tr->opt.xlat != XLAT_RAW)
        text_printf(c->out, " /* %lu.%02lu s */", n / TICKS, n % TICKS);
}

/* time's answer behind its pointer. */
static void print_time_there(struct call *c, const void *p)
{
    const int64_t *t = p;

    text_printf(c->out, "[%ld", *t);
    print_when(c, *t, 0, 9);
    text_putc(c->out, ']');
}

/* And as the result. */
static void print_date(struct call *c, uint64_t v, const struct arg *a)
{
    char date[32];

    text_printf(c->out, "%ld", (int64_t)v);
    if (v && put_date(date, (int64_t)v))
        text_printf(c->out, " (%s+0000)", date);
}

static void print_tms(struct call *c, const void *p)
{
    const uint64_t *v = p;

    print_ticks(c, "{tms_utime=", v[0]);
    print_ticks(c, ", tms_stime=", v[1]);
    print_ticks(c, ", tms_cutime=", v[2]);
    print_ticks(c, ", tms_cstime=", v[3]);
    text_putc(c->out, '}');
}

static void print_timerid(struct call *c, const void *p)
{
    text_printf(c->out, "[%d]", *(const int32_t *)p);
}

static void print_sigevent(struct call *c, const void *p)
{
    const struct {
        uint64_t value;
        int32_t signo, notify, tid;
    } *ev = p;

    text_putc(c->out, '{');
    if (ev->value) {
        text_printf(c->out, "sigev_value={sival_int=%d, sival_ptr=", (int)ev->value);
        print_addr(c, ev->value);
        text_puts(c->out, "}, ");
    }
    text_puts(c->out, "sigev_signo=");
    if (ev->notify == 0 || ev->notify == 2 || ev->notify == 4) /* in which a signal is meant */
        print_signo(c, ev->signo);
    else
        text_printf(c->out, "%u", (unsigned)ev->signo);
    text_puts(c->out, ", sigev_notify=");
    print_xlat_named(c, "sigev", (uint32_t)ev->notify);
    if (ev->notify == 4)
        text_printf(c->out, ", sigev_notify_thread_id=%d", ev->tid);
    text_putc(c->out, '}');
}

const struct struct_type structs_time[] = {
    {"timespec", 16, print_timespec, NULL, true, STRUCT_PLAIN},
    {"left_timeval", 0, NULL, print_left_timeval, true, STRUCT_PLAIN},
    {"left_timespec", 0, NULL, print_left_timespec, true, STRUCT_PLAIN},
    {"poll_timespec", 0, NULL, print_poll_timespec, true, STRUCT_PLAIN},
    {"rem_timespec", 0, NULL, print_remaining, false, STRUCT_ON_ERROR},
    {"timeval", 16, print_timeval, NULL, true, STRUCT_PLAIN},
    {"itimerval", 32, print_itimerval, NULL, false, STRUCT_PLAIN},
    {"itimerspec", 32, print_itimerspec, NULL, false, STRUCT_PLAIN},
    {"timespec_pair", 32, print_timespec_pair, NULL, false, STRUCT_PLAIN},
    {"timeval_pair", 32, print_timeval_pair, NULL, false, STRUCT_PLAIN},
    {"timezone", 8, print_timezone, NULL, false, STRUCT_PLAIN},
    {"time_there", 8, print_time_there, NULL, false, STRUCT_PLAIN},
    {"date", 0, NULL, print_date, false, STRUCT_PLAIN},
    {"tms", 32, print_tms, NULL, false, STRUCT_PLAIN},
    {"timerid", 4, print_timerid, NULL, false, STRUCT_PLAIN},
    {"sigevent", 64, print_sigevent, NULL, false, STRUCT_PLAIN},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
