/*
 * every_call.c LAST - the system calls up to number LAST, with arguments of all kinds: one of them at a time is varied.
 *
 * Only to be run as tests/cli/strace_every.sh does, with -e inject, so that nothing of it happens: what is compared is how
 * calls are told.
 */
#include "every.h"

#define SYS(nr, name, classes, handler, types) {nr, #handler, types},
static const struct row {
    int nr;
    const char *handler, *types;
} rows[] = {
#include "../../syscalls/syscalls.def"
};
#define NR_ROWS (sizeof(rows) / sizeof(*rows))

/* ---- what arguments point to, besides ---- */

static uint64_t zeros[512];
static uint64_t ones[64]; /* all bits */
static struct {
    void *base;
    uint64_t len;
} vectors[3] = {{text, 40}, {(void *)16, 3}, {short_text, 4}};

/* ---- values of an argument of a type ---- */

struct values {
    unsigned n;
    uint64_t v[300];
};

static void add(struct values *x, uint64_t v)
{
    x->v[x->n++] = v;
}

static void add_range(struct values *x, uint64_t from, uint64_t to)
{
    while (from <= to)
        add(x, from++);
}

static void add_pointers(struct values *x)
{
    add(x, (uint64_t)small);
    add(x, (uint64_t)zeros);
    add(x, (uint64_t)ones);
    add(x, (uint64_t)words);
    add(x, (uint64_t)vectors);
    add(x, (uint64_t)strings);
    add(x, (uint64_t)(last + sizeof(last) - 8));
    add(x, (uint64_t)(last + sizeof(last) - 3));
    add(x, 0);
    add(x, 16);
    add(x, ~0ull);
}

static void add_numbers(struct values *x)
{
    static const uint64_t numbers[] = {1,  0,  2,          8,     16,         24,         40,
                                       64, 88, 0xffffffff, ~0ull, 0x7fffffff, 0x80000000, ~0ull << 31};

    for (unsigned i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        add(x, numbers[i]);
}

static void add_flags(struct values *x)
{
    add(x, 0);
    for (unsigned bit = 0; bit < 32; bit++)
        add(x, 1ull << bit);
    for (unsigned bit = 0; bit < 30; bit++)
        add(x, 3ull << bit);
    add(x, 0xffffffff);
    add(x, ~0ull);
    add(x, 0x55555555);
    add(x, 0xaaaaaaaa);
    add_range(x, 5, 15);
}

static void add_constants(struct values *x)
{
    add_range(x, 0, 79);
    add_range(x, 100, 104);
    add_range(x, 124, 130);
    add_range(x, 0x1001, 0x1026);
    add_range(x, 1024, 1046);
    add_range(x, 0x4200, 0x4212);
    add(x, 0xffffffff);
    add(x, 0xfffffffe);
    add(x, ~0ull);
    add(x, 0x80000000);
}

static int starts(const char *s, const char *with)
{
    while (*with && *s == *with) {
        s++;
        with++;
    }
    return !*with;
}

/* The first of them is the usual one. */
static void values_of(const char *type, struct values *x)
{
    x->n = 0;
    if (starts(type, "fd") || starts(type, "dirfd")) {
        add(x, 99);
        add(x, 0xffffff9c);
        add(x, ~0ull - 99);
        add(x, 0xffffffff);
        add(x, 0xffffff00);
    } else if (starts(type, "path") || starts(type, "str") || starts(type, "opath")) {
        add(x, (uint64_t)text);
        add(x, (uint64_t)short_text);
        add_pointers(x);
    } else if (starts(type, "f:") || starts(type, "F:") || starts(type, "mode") || starts(type, "octal")) {
        add_flags(x);
    } else if (starts(type, "x:") || starts(type, "X:")) {
        add_constants(x);
    } else if (starts(type, "n:")) {
        add_constants(x);
        add_flags(x);
        add_numbers(x);
    } else if (starts(type, "sig") && !starts(type, "sigset")) {
        add_range(x, 0, 70);
        add(x, 0xffffffff);
    } else if (starts(type, "argv") || starts(type, "envp")) {
        add(x, (uint64_t)strings);
        add_pointers(x);
    } else if (starts(type, "iov") || starts(type, "oiov") || starts(type, "riov")) {
        add(x, (uint64_t)vectors);
        add_pointers(x);
    } else if (starts(type, "int") && !starts(type, "intp")) {
        add_numbers(x);
    } else if ((starts(type, "uint") || starts(type, "long") || starts(type, "ulong") ||
                starts(type, "size") || starts(type, "off") || starts(type, "pid") || starts(type, "uid") ||
                starts(type, "gid") || starts(type, "hex") || starts(type, "uhex") || starts(type, "dev")) &&
               !starts(type, "uintp") && !starts(type, "ulongp") && !starts(type, "offp") &&
               !starts(type, "hexout")) {
        add_numbers(x);
    } else if (starts(type, "v:")) {
        add_pointers(x);
        add_numbers(x);
    } else {
        add_pointers(x);
    }
}

/* ---- */

static struct values values[ARGS];

static void vary(const struct row *row)
{
    const char *type[ARGS], *p = row->types;
    uint64_t a[ARGS];
    unsigned n = 0;

    while (n < ARGS && *p && *p != ' ') {
        type[n++] = p;
        while (*p && *p != ',' && *p != ' ')
            p++;
        if (*p == ',')
            p++;
    }
    for (unsigned i = n; i && n < ARGS && starts(type[i - 1], "v:"); n++) /* stands for all that follow */
        type[n] = type[i - 1];
    for (unsigned i = 0; i < ARGS; i++) {
        if (i < n)
            values_of(type[i], &values[i]);
        a[i] = i < n ? values[i].v[0] : 0x1234560 + i;
    }
    call(row->nr, a);
    for (unsigned i = 0; i < n; i++) {
        for (unsigned j = 1; j < values[i].n; j++) {
            a[i] = values[i].v[j];
            call(row->nr, a);
            if (i + 1 < n && starts(type[i + 1], "v:") && !starts(type[i], "v:"))
                for (unsigned k = 1; k < values[i + 1].n; k++) {
                    a[i + 1] = values[i + 1].v[k];
                    call(row->nr, a);
                }
            if (i + 1 < n)
                a[i + 1] = values[i + 1].v[0];
        }
        a[i] = values[i].v[0];
    }
}

/* Those that there are, but for what would end or replace the program, and for requests to devices: too many have no name. */
static int is_asked(const struct row *row, int last_nr)
{
    static const int others[] = {15 /* rt_sigreturn */,     16 /* ioctl */,
                                 59 /* execve */,           60 /* exit */,
                                 219 /* restart_syscall */, 231 /* exit_group */};

    for (unsigned i = 0; i < sizeof(others) / sizeof(*others); i++)
        if (row->nr == others[i])
            return 0;
    return row->nr <= last_nr && starts(row->handler, "sys_") && !starts(row->handler, "sys_ni");
}

static int number(const char *s)
{
    int n = 0;

    while (*s >= '0' && *s <= '9')
        n = n * 10 + (*s++ - '0');
    return n;
}

static void run(const long *stack)
{
    fill();
    for (unsigned i = 0; i < sizeof(ones) / sizeof(*ones); i++)
        ones[i] = ~0ull;
    for (unsigned i = 0; stack[0] == 2 && i < NR_ROWS; i++)
        if (is_asked(&rows[i], number((const char *)stack[2])))
            vary(&rows[i]);
    call(231, (const uint64_t[ARGS]){stack[0] != 2});
    for (;;)
        ;
}
