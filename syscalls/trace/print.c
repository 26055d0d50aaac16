/* print.c - arguments by type, as strace shows them. */
#include "print.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>

#include "strace.h"

/* ---- pieces ---- */

bool get(struct call *c, void *p, uint64_t addr, size_t size)
{
    return addr && c->t->mm && !mm_copy_in(c->t->mm, p, addr, size);
}

void print_addr(struct call *c, uint64_t addr)
{
    if (addr)
        text_printf(c->out, "%#lx", addr);
    else
        text_puts(c->out, "NULL");
}

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
    else if (x->unknown)
        text_printf(c->out, "%#lx /* %s */", v, x->unknown);
    else
        text_printf(c->out, v > 9 ? "%#lx" : "%lu", v);
}

/* Six bits that say how big huge pages are, in all calls that take them. */
#define SHIFT_FROM 26
#define SHIFT_MASK UINT64_C(63)

static void print_flag_names(struct call *c, const struct xlat_table *x, uint64_t v)
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

/* Is there a name in what v is told as? */
static bool has_name(const struct xlat_table *x, uint64_t v)
{
    if (x->type)
        return true;
    for (const struct xlat *e = x->x; e->str; e++)
        if (v ? e->val & v && (v & (e->mask ? e->mask : e->val)) == e->val : !e->val && e->mask)
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
    bool named = has_name(x, v);

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
            text_printf(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? " /* %s */" : "%s", strncmp(s, "SIG", 3) ? s : s + 3);
        sep = " ";
    }
    text_putc(c->out, ']');
}

void print_quoted(struct text *out, const uint8_t *p, size_t len, bool more, enum quoting quoting)
{
    text_putc(out, '"');
    for (size_t i = 0; i < len; i++) {
        uint8_t ch = p[i];

        if (quoting == QUOTE_HEX) {
            text_printf(out, "\\x%02x", ch);
            continue;
        }
        switch (ch) {
        case '"':
        case '\\':
            text_putc(out, '\\');
            text_putc(out, (char)ch);
            break;
        case '\f':
            text_puts(out, "\\f");
            break;
        case '\n':
            text_puts(out, "\\n");
            break;
        case '\r':
            text_puts(out, "\\r");
            break;
        case '\t':
            text_puts(out, "\\t");
            break;
        case '\v':
            text_puts(out, "\\v");
            break;
        default:
            if (ch >= ' ' && ch <= 0x7e) {
                text_putc(out, (char)ch);
            } else if (quoting == QUOTE_HEX_CHARS) {
                text_printf(out, "\\x%02x", ch);
            } else { /* octal, short unless a digit follows */
                bool digit = i + 1 < len && p[i + 1] >= '0' && p[i + 1] <= '9';

                text_printf(out, digit ? "\\%03o" : "\\%o", ch);
            }
        }
    }
    text_puts(out, more ? "\"..." : "\"");
}

enum quoting in_hex(const struct call *c, const void *bytes, size_t len)
{
    const uint8_t *p = bytes;

    if (c->tr->opt.hex != HEX_NON_ASCII)
        return c->tr->opt.hex == HEX_ALL ? QUOTE_HEX : c->tr->opt.hex == HEX_CHARS ? QUOTE_HEX_CHARS : QUOTE_OCTAL;
    for (size_t i = 0; i < len; i++)
        if (p[i] > '~' || (p[i] < ' ' && (p[i] < '\t' || p[i] > '\r')))
            return QUOTE_HEX;
    return QUOTE_OCTAL;
}

void print_bytes(struct call *c, const void *p, size_t len)
{
    print_quoted(c->out, p, len, false, in_hex(c, p, len));
}

void print_mem(struct call *c, uint64_t addr, uint64_t len, bool hex)
{
    unsigned limit = c->tr->opt.strsize;
    uint8_t buf[4096];
    uint64_t n = len < limit ? len : limit;

    if (n > sizeof(buf))
        n = sizeof(buf);
    if (!addr || (n && !get(c, buf, addr, n))) {
        print_addr(c, addr);
        return;
    }
    print_quoted(c->out, buf, n, len > n, hex ? QUOTE_HEX : in_hex(c, buf, n));
}

/*
 * The NUL-terminated string at addr, or what of it fits. Its length, size if no NUL was found that early, -1
 * if memory ends before.
 */
static ssize_t copy_string(struct call *c, uint64_t addr, char *buf, size_t size)
{
    size_t n = 0;

    while (addr && n < size) { /* page by page: what follows need not be there */
        uint64_t room = MM_PAGE_SIZE - (addr + n) % MM_PAGE_SIZE;
        char *end;

        if (room > size - n)
            room = size - n;
        if (!get(c, buf + n, addr + n, room))
            return -1;
        end = memchr(buf + n, 0, room);
        if (end)
            return end - buf;
        n += room;
    }
    return addr ? (ssize_t)n : -1;
}

bool get_string(struct call *c, uint64_t addr, char *buf, size_t size)
{
    ssize_t n = copy_string(c, addr, buf, size);

    return n >= 0 && (size_t)n < size;
}

/* A string shown whole up to PATH_MAX (paths), or up to -s bytes. */
static void print_nul(struct call *c, uint64_t addr, size_t limit)
{
    char buf[4097];
    size_t size = limit < sizeof(buf) - 1 ? limit + 1 : sizeof(buf);
    ssize_t n = copy_string(c, addr, buf, size);
    bool more = n == (ssize_t)size;

    if (n < 0) {
        print_addr(c, addr);
        return;
    }
    n -= more;
    print_quoted(c->out, (uint8_t *)buf, (size_t)n, more, in_hex(c, (uint8_t *)buf, (size_t)n));
}

void print_string(struct call *c, uint64_t addr)
{
    print_nul(c, addr, c->tr->opt.strsize);
}

void print_st_mode(struct call *c, unsigned mode)
{
    const char *type = xlat_name(xlat_find("file_type")->x, mode & S_IFMT);

    if (c->tr->opt.xlat != XLAT_ABBREV)
        text_printf(c->out, c->tr->opt.xlat == XLAT_RAW ? "0%o" : "0%o /* ", mode);
    if (c->tr->opt.xlat == XLAT_RAW)
        return;
    if (type)
        text_printf(c->out, "%s|", type);
    if (mode & S_ISUID)
        text_puts(c->out, "S_ISUID|");
    if (mode & S_ISGID)
        text_puts(c->out, "S_ISGID|");
    if (mode & S_ISVTX)
        text_puts(c->out, "S_ISVTX|");
    text_printf(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? "0%o */" : "0%o", mode & 0777);
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

/* ---- vectors ---- */

/* -s limits elements as it does bytes, unless all is to be shown. */
bool is_too_many(const struct call *c, uint64_t i)
{
    return !c->style.full && i >= c->tr->opt.strsize;
}

static void print_argv(struct call *c, uint64_t addr)
{
    const char *sep = "";
    uint64_t p;

    if (!get(c, &p, addr, sizeof(p))) {
        print_addr(c, addr);
        return;
    }
    text_putc(c->out, '[');
    for (unsigned i = 0; p; i++) {
        text_puts(c->out, sep);
        sep = ", ";
        if (is_too_many(c, i)) {
            text_puts(c->out, "...");
            break;
        }
        print_string(c, p);
        addr += 8;
        if (!get(c, &p, addr, sizeof(p))) {
            text_printf(c->out, ", ... /* %#lx */", addr);
            break;
        }
    }
    text_putc(c->out, ']');
}

static void print_envp(struct call *c, uint64_t addr)
{
    unsigned n = 0;
    uint64_t p;

    if (c->style.full) {
        print_argv(c, addr);
        return;
    }
    print_addr(c, addr);
    if (!addr)
        return;
    while (get(c, &p, addr + 8ull * n, sizeof(p)) && p)
        n++;
    text_printf(c->out, " /* %u var%s */", n, n == 1 ? "" : "s");
}

void print_iov(struct call *c, uint64_t addr, uint64_t n, bool data, uint64_t avail)
{
    if (!n) {
        text_puts(c->out, addr ? "[]" : "NULL");
        return;
    }
    for (uint64_t i = 0; i < n; i++) {
        struct iovec v;

        if (!get(c, &v, addr + i * sizeof(v), sizeof(v))) {
            if (i)
                text_printf(c->out, ", ... /* %#lx */]", addr + i * sizeof(v));
            else
                print_addr(c, addr);
            return;
        }
        text_puts(c->out, i ? ", " : "[");
        if (is_too_many(c, i)) {
            text_puts(c->out, "...");
            break;
        }
        text_puts(c->out, "{iov_base=");
        if (data) {
            uint64_t len = v.iov_len < avail ? v.iov_len : avail;

            print_mem(c, (uint64_t)(uintptr_t)v.iov_base, len, false);
            avail -= len;
        } else {
            print_addr(c, (uint64_t)(uintptr_t)v.iov_base);
        }
        text_printf(c->out, ", iov_len=%lu}", v.iov_len);
    }
    text_putc(c->out, ']');
}

void print_array(struct call *c, uint64_t addr, uint64_t n, size_t size,
                 void (*print)(struct call *c, const void *p))
{
    uint8_t buf[512] __attribute__((aligned(8)));

    if (!addr || (n && !get(c, buf, addr, size))) {
        print_addr(c, addr);
        return;
    }
    text_putc(c->out, '[');
    for (uint64_t i = 0; i < n; i++) {
        text_puts(c->out, i ? ", " : "");
        if (is_too_many(c, i)) {
            text_puts(c->out, "...");
            break;
        }
        if (!get(c, buf, addr + i * size, size)) {
            text_printf(c->out, "... /* %#lx */", addr + i * size);
            break;
        }
        print(c, buf);
    }
    text_putc(c->out, ']');
}

/* ---- by type ---- */

static uint64_t length_of(const struct call *c, const struct arg *a)
{
    if (a->len == LEN_RET)
        return c->ret > 0 ? (uint64_t)c->ret : 0;
    return a->len >= 0 ? c->args[(int)a->len] : 1;
}

static void print_struct(struct call *c, const struct arg *a, uint64_t v)
{
    const struct struct_type *s = a->type;
    uint8_t buf[512] __attribute__((aligned(8)));

    if (a->out && c->failed && s->how != STRUCT_ON_ERROR) {
        print_addr(c, v);
        return;
    }
    if (s->print2) {
        s->print2(c, v, a);
        return;
    }
    if (a->len != LEN_NONE && !a->mode_if_creat) {
        print_array(c, v, length_of(c, a), s->size, s->print);
        return;
    }
    if (!get(c, buf, v, s->size))
        print_addr(c, v);
    else
        s->print(c, buf);
}

static void print_nump(struct call *c, const struct arg *a, uint64_t v)
{
    int size = a->num_size == 16 ? 8 : a->num_size < 0 ? -a->num_size : a->num_size;
    int64_t n = 0;

    if ((a->out && c->failed) || !get(c, &n, v, (size_t)size)) {
        print_addr(c, v);
        return;
    }
    if (a->num_size == 16)
        text_printf(c->out, n ? "[%#lx]" : "[NULL]", (uint64_t)n);
    else if (a->num_size == -4)
        text_printf(c->out, "[%d]", (int)n);
    else
        text_printf(c->out, a->num_size < 0 ? "[%ld]" : "[%lu]", n);
}

/* What -e verbose=!SET does not follow; texts are shown all the same. */
static bool points_to_data(enum arg_kind kind)
{
    return kind == ARG_STRUCT || kind == ARG_NUMP || kind == ARG_SIGSET || kind == ARG_IOV ||
           kind == ARG_OIOV || kind == ARG_RIOV || kind == ARG_ARGV || kind == ARG_ENVP;
}

void print_arg(struct call *c, const struct arg *a, int index)
{
    uint64_t v = c->args[index], n = length_of(c, a);
    ksigset_t set = 0;

    if (c->style.shallow && points_to_data(a->kind)) {
        if (a->kind == ARG_STRUCT && a->len >= 0 && !a->mode_if_creat && v && !n)
            text_puts(c->out, "[]");
        else
            print_addr(c, v);
        return;
    }
    switch (a->kind) {
    case ARG_INT:
        text_printf(c->out, "%d", (int)v);
        break;
    case ARG_PID:
        print_pid(c, (int)v);
        break;
    case ARG_FD:
        print_fd(c, (int)v);
        break;
    case ARG_UINT:
        text_printf(c->out, "%u", (unsigned)v);
        break;
    case ARG_LONG:
    case ARG_OFF:
        text_printf(c->out, "%ld", (int64_t)v);
        break;
    case ARG_ULONG:
    case ARG_SIZE:
        text_printf(c->out, "%lu", v);
        break;
    case ARG_HEX:
    case ARG_HEXOFF:
        text_printf(c->out, "%#lx", v);
        break;
    case ARG_OCTAL:
        text_printf(c->out, "%#o", (unsigned)v);
        if (!v)
            text_puts(c->out, "00");
        break;
    case ARG_PTR:
        print_addr(c, v);
        break;
    case ARG_DIRFD:
        print_dirfd(c, (int)v);
        break;
    case ARG_ID:
        text_printf(c->out, (unsigned)v == UINT32_MAX ? "-1" : "%u", (unsigned)v);
        break;
    case ARG_SIG:
        print_signo(c, (int)v);
        break;
    case ARG_MODE:
        if (a->mode_if_creat)
            text_printf(c->out, "0%03o", (unsigned)v & 07777);
        else
            print_st_mode(c, (unsigned)v);
        break;
    case ARG_DEV:
        print_dev(c, v);
        break;
    case ARG_PATH:
        print_nul(c, v, 4095);
        break;
    case ARG_STR:
        print_string(c, v);
        break;
    case ARG_OPATH:
        if (c->failed)
            print_addr(c, v);
        else
            print_nul(c, v, 4095);
        break;
    case ARG_IN:
        print_mem(c, v, n, false);
        break;
    case ARG_OUT:
    case ARG_HEXOUT:
        if (c->failed)
            print_addr(c, v);
        else
            print_mem(c, v, n, a->kind == ARG_HEXOUT);
        break;
    case ARG_XLAT:
        print_xlat(c, a->xlat, (uint32_t)v == v ? v : (uint64_t)(int64_t)(int)v);
        break;
    case ARG_FLAGS:
        print_flags(c, a->xlat, a->xlat->x[0].mask == ~0ull ? v : (uint32_t)v);
        break;
    case ARG_STRUCT:
        print_struct(c, a, v);
        break;
    case ARG_IOV:
        print_iov(c, v, n, true, UINT64_MAX);
        break;
    case ARG_OIOV:
        print_iov(c, v, n, !c->failed, c->failed ? 0 : (uint64_t)c->ret);
        break;
    case ARG_RIOV:
        print_iov(c, v, n, false, 0);
        break;
    case ARG_ARGV:
        print_argv(c, v);
        break;
    case ARG_ENVP:
        print_envp(c, v);
        break;
    case ARG_SIGSET:
        if ((a->out && c->failed) || n != sizeof(set) || !get(c, &set, v, n))
            print_addr(c, v);
        else
            print_sigset(c, set);
        break;
    case ARG_NUMP:
        print_nump(c, a, v);
        break;
    case ARG_NUMBER:
        a->type->print2(c, v, a);
        break;
    default:
        break;
    }
}
