/* print_const.c - constants, flags, signals and modes by their names; numbers with -X. */
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "strace.h"

bool print_raw(struct call *c, uint64_t v, bool named)
{
    if (c->tr->opt.xlat == XLAT_ABBREV || (c->tr->opt.xlat == XLAT_VERBOSE && !named))
        return false;
    text_printf(c->out, v ? "%#lx" : "%lu", v);
    return c->tr->opt.xlat == XLAT_RAW;
}

void print_xlat(struct call *c, const struct xlat_table *x, uint64_t v)
{
    const char *s = xlat_name(x->x, v);

    if (print_raw(c, v, s))
        return;
    if (s && c->tr->opt.xlat == XLAT_VERBOSE)
        text_printf(c->out, " /* %s */", s);
    else if (s)
        text_puts(c->out, s);
    else if (x->unknown && *x->unknown)
        text_printf(c->out, "%#lx /* %s */", v, x->unknown);
    else
        text_printf(c->out, v > 9 || x->unknown ? "%#lx" : "%lu", v);
}

/* Six bits that say how big huge pages are, in all calls that take them. */
#define SHIFT_FROM 26
#define SHIFT_MASK UINT64_C(63)

void print_flag_names(struct call *c, const struct xlat_table *x, uint64_t v)
{
    const char *sep = "";
    uint64_t rest = v;

    if (x->shift && v >> SHIFT_FROM & SHIFT_MASK) {
        uint64_t others = v & ~(SHIFT_MASK << SHIFT_FROM);

        if (others || x->type) {
            print_flag_names(c, x, others);
            text_putc(c->out, '|');
        }
        text_printf(c->out, "%lu<<%s", v >> SHIFT_FROM & SHIFT_MASK, x->shift);
        return;
    }
    if (!v) {
        const char *zero = NULL;

        for (const struct xlat *e = x->x; e->str; e++)
            if (!e->val && e->mask)
                zero = zero ? zero : e->str;
        text_puts(c->out, zero ? zero : "0");
        return;
    }
    if (x->type) {
        const struct xlat *e = x->x;

        while (e->str && (e->mask != x->type || e->val != (v & x->type)))
            e++;
        if (e->str)
            text_puts(c->out, e->str);
        else
            text_printf(c->out, "%#lx /* %s */", v & x->type, x->unknown);
        sep = "|";
        rest &= ~x->type;
    }
    for (const struct xlat *e = x->x; e->str; e++) {
        uint64_t mask = e->mask ? e->mask : e->val;

        if (mask == ~0ull || (v & mask) != e->val || (e->val && !(rest & e->val)) ||
            (x->type && mask == x->type))
            continue;
        text_printf(c->out, "%s%s", sep, e->str);
        sep = "|";
        rest &= ~mask;
    }
    if (rest && *sep)
        text_printf(c->out, "|%#lx", rest);
    else if (rest && x->unknown)
        text_printf(c->out, "%#lx /* %s */", rest, x->unknown);
    else if (rest)
        text_printf(c->out, "%#lx", rest);
}

bool has_flag(const struct xlat_table *x, uint64_t v)
{
    if (x->type)
        return true;
    for (const struct xlat *e = x->x; e->str; e++)
        if (v ? e->mask != ~0ull && (e->val || e->mask) && (v & (e->mask ? e->mask : e->val)) == e->val
              : !e->val && e->mask)
            return true;
    return false;
}

/* Flags with the permissions of an object in the lowest bits: IPC_CREAT|0600, each part for itself. */
static void print_mode_flags(struct call *c, const struct xlat_table *x, uint64_t v)
{
    const struct xlat_table flags = {.name = x->name, .x = x->x};
    uint64_t bits = x->shift ? v >> SHIFT_FROM & SHIFT_MASK : 0,
             others = v & ~0777ull & ~(bits << SHIFT_FROM);

    if (others) {
        print_flags(c, &flags, others);
        text_putc(c->out, '|');
    }
    if (bits) {
        text_printf(c->out, "%lu<<", bits);
        if (c->tr->opt.xlat == XLAT_ABBREV)
            text_puts(c->out, x->shift);
        else
            text_printf(c->out, c->tr->opt.xlat == XLAT_RAW ? "%d" : "%d /* %s */", SHIFT_FROM, x->shift);
        text_putc(c->out, '|');
    }
    text_printf(c->out, "%#03o", (unsigned)(v & 0777));
}

void print_flags(struct call *c, const struct xlat_table *x, uint64_t v)
{
    bool named = has_flag(x, v);

    if (x->mode) {
        print_mode_flags(c, x, v);
        return;
    }
    if (print_raw(c, v, named))
        return;
    if (c->tr->opt.xlat == XLAT_VERBOSE && named)
        text_puts(c->out, " /* ");
    print_flag_names(c, x, v);
    if (c->tr->opt.xlat == XLAT_VERBOSE && named)
        text_puts(c->out, " */");
}

/* Where strace has decimal numbers before or in the place of names. */
static void print_named_number(struct call *c, int64_t v, const char *prefix, const char *name)
{
    if (!name || c->tr->opt.xlat != XLAT_ABBREV)
        text_printf(c->out, "%ld", v);
    if (name && c->tr->opt.xlat == XLAT_VERBOSE)
        text_printf(c->out, " /* %s%s */", prefix, name);
    else if (name && c->tr->opt.xlat == XLAT_ABBREV)
        text_printf(c->out, "%s%s", prefix, name);
}

void print_sysno(struct call *c, unsigned nr)
{
    const struct sys_row *row = sys_row(nr);

    print_named_number(c, nr, "__NR_", row ? row->name : NULL);
}

void print_errno(struct call *c, int err)
{
    unsigned number = err < 0 ? 0u - (unsigned)err : (unsigned)err; /* of INT_MIN, too */

    print_named_number(c, err, err < 0 ? "-" : "", number ? strerrorname_np((int)number) : NULL);
}

void print_decimal(struct call *c, const char *table, uint64_t v)
{
    const struct xlat_table *x = xlat_find(table);
    const char *s = xlat_name(x->x, v);

    if (s && c->tr->opt.xlat == XLAT_ABBREV) {
        text_puts(c->out, s);
        return;
    }
    text_printf(c->out, "%lu", v);
    if (c->tr->opt.xlat != XLAT_RAW)
        text_printf(c->out, " /* %s */", s ? s : x->unknown);
}

void print_xlat_named(struct call *c, const char *table, uint64_t v)
{
    const struct xlat_table *x = xlat_find(table);

    if (x)
        print_xlat(c, x, v);
}

void print_flags_named(struct call *c, const char *table, uint64_t v)
{
    const struct xlat_table *x = xlat_find(table);

    if (x)
        print_flags(c, x, v);
}

void print_with_flags(struct call *c, const char *table, uint64_t v, const char *flag_table, uint64_t flags)
{
    print_xlat_named(c, table, v);
    if (!flags)
        return;
    text_putc(c->out, '|');
    print_flags_named(c, flag_table, flags);
}

void print_id(struct call *c, uint32_t id)
{
    text_printf(c->out, id == UINT32_MAX ? "-1" : "%u", id);
}

static const char *signal_name(int signo, char buf[16])
{
    const char *s = signo > 0 && signo < 32 ? xlat_name(xlat_find("signal")->x, (uint64_t)signo) : NULL;

    if (s)
        return s;
    if (signo == 32)
        return "SIGRTMIN";
    if (signo > 32 && signo <= NR_SIGNALS)
        snprintf(buf, 16, "SIGRT_%d", signo - 32);
    else
        snprintf(buf, 16, "%d", signo);
    return buf;
}

void print_signal_name(struct call *c, int signo)
{
    char buf[16];

    text_puts(c->out, signal_name(signo, buf));
}

void print_signo(struct call *c, int signo)
{
    char buf[16];

    if (c->tr->opt.xlat != XLAT_ABBREV)
        text_printf(c->out, "%d", signo);
    if (c->tr->opt.xlat == XLAT_VERBOSE && signo > 0 && signo <= NR_SIGNALS)
        text_printf(c->out, " /* %s */", signal_name(signo, buf));
    else if (c->tr->opt.xlat == XLAT_ABBREV)
        text_puts(c->out, signal_name(signo, buf));
}

void print_sigset(struct call *c, uint64_t set)
{
    bool invert = __builtin_popcountll(set) >= 2 * 64 / 3;
    const char *sep = "";
    char buf[16];

    if (invert)
        set = ~set;
    text_puts(c->out, invert ? "~[" : "[");
    for (; set; set &= set - 1) {
        int signo = __builtin_ctzll(set) + 1;
        const char *s = signal_name(signo, buf);

        text_puts(c->out, sep);
        if (c->tr->opt.xlat != XLAT_ABBREV)
            text_printf(c->out, "%d", signo);
        if (c->tr->opt.xlat != XLAT_RAW)
            text_printf(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? " /* %s */" : "%s",
                        strncmp(s, "SIG", 3) ? s : s + 3);
        sep = " ";
    }
    text_putc(c->out, ']');
}

void print_st_mode(struct call *c, unsigned mode)
{
    const char *type = xlat_name(xlat_find("file_type")->x, mode & S_IFMT);
    bool plain = mode & S_IFMT && !type;

    if (plain || c->tr->opt.xlat != XLAT_ABBREV)
        text_printf(c->out, "%#03o", mode);
    if (plain || c->tr->opt.xlat == XLAT_RAW)
        return;
    if (c->tr->opt.xlat == XLAT_VERBOSE)
        text_puts(c->out, " /* ");
    if (type)
        text_printf(c->out, "%s|", type);
    if (mode & S_ISUID)
        text_puts(c->out, "S_ISUID|");
    if (mode & S_ISGID)
        text_puts(c->out, "S_ISGID|");
    if (mode & S_ISVTX)
        text_puts(c->out, "S_ISVTX|");
    text_printf(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? "%#03o */" : "%#03o", mode & 0777);
}

void print_dev(struct call *c, uint64_t dev)
{
    if (c->tr->opt.xlat != XLAT_ABBREV)
        text_printf(c->out, "%#lx", dev);
    if (c->tr->opt.xlat == XLAT_VERBOSE)
        text_puts(c->out, " /* ");
    if (c->tr->opt.xlat != XLAT_RAW)
        text_printf(c->out, "makedev(%#x, %#x)", major(dev), minor(dev));
    if (c->tr->opt.xlat == XLAT_VERBOSE)
        text_puts(c->out, " */");
}
