/* print_result.c - what a call that did not fail gives back: descriptors, addresses, numbers with names behind them. */
#include <string.h>

#include "strace.h"

/* "0x3 (flags FD_CLOEXEC)": names as -X has them. */
static void put_flags(struct call *c, const char *word, const char *table)
{
    text_printf(c->out, "%#lx", (uint64_t)c->ret);
    if (!c->ret)
        return;
    text_printf(c->out, " (%s", word);
    print_flags_named(c, table, (uint64_t)c->ret);
    text_putc(c->out, ')');
}

/* "0x3 (SECBIT_NOROOT|...)": names whatever -X says. */
static void put_flag_names(struct call *c, const char *word, const char *table)
{
    text_printf(c->out, "%#lx (%s", (uint64_t)c->ret, word);
    print_flag_names(c, xlat_find(table), (uint64_t)c->ret);
    text_putc(c->out, ')');
}

/* "1 (SUID_DUMP_USER)" or "0x1 (F_WRLCK)"; only the number if it has no name. */
static void put_name(struct call *c, const char *table, bool hex)
{
    const char *name = xlat_name(xlat_find(table)->x, (uint64_t)c->ret);

    text_printf(c->out, hex ? "%#lx" : "%ld", c->ret);
    if (name)
        text_printf(c->out, " (%s)", name);
}

/* "3 (SIGQUIT)" */
static void put_signal(struct call *c)
{
    text_printf(c->out, "%ld", c->ret);
    if (!c->ret)
        return;
    text_puts(c->out, " (");
    print_signal_name(c, (int)c->ret);
    text_putc(c->out, ')');
}

/*
 * By the word of a row of variants: fd, hex, sig, flags:TABLE (anyflags: zero too), name:TABLE, hexname:TABLE, or what
 * fcntl gives back.
 */
static bool print_by_word(struct call *c, const char *word)
{
    if (!word)
        return false;
    if (!strcmp(word, "fd"))
        print_fd(c, (int)c->ret);
    else if (!strcmp(word, "hex"))
        text_printf(c->out, "%#lx", c->ret);
    else if (!strcmp(word, "getfl"))
        put_flag_names(c, "flags ", "open");
    else if (!strcmp(word, "getfd"))
        put_flags(c, "flags ", "fd_flags");
    else if (!strcmp(word, "seals"))
        put_flags(c, "seals ", "seals");
    else if (!strncmp(word, "flags:", 6) && c->ret && c->tr->opt.xlat != XLAT_RAW)
        put_flag_names(c, "", word + 6);
    else if (!strncmp(word, "flags:", 6))
        text_printf(c->out, "%#lx", c->ret);
    else if (!strncmp(word, "anyflags:", 9))
        put_flag_names(c, "", word + 9);
    else if (!strncmp(word, "name:", 5))
        put_name(c, word + 5, false);
    else if (!strncmp(word, "hexname:", 8))
        put_name(c, word + 8, true);
    else if (!strcmp(word, "sig"))
        put_signal(c);
    else
        return false;
    return true;
}

void print_result(struct call *c, const struct sig *sig)
{
    int64_t ret = c->ret;
    const struct arg *a = &sig->ret;

    for (int i = 1; a->kind == ARG_VARIANT && i < sig->n; i++) /* the argument before decides of this, too */
        if (sig->arg[i].kind == ARG_VARIANT &&
            print_by_word(c, variant_find(a->variant, (uint32_t)c->args[i - 1])->ret))
            return;
    switch (a->kind) {
    case ARG_FD:
        print_fd(c, (int)ret);
        break;
    case ARG_PID:
        print_pid(c, (int)ret);
        break;
    case ARG_PTR:
    case ARG_HEX:
        text_printf(c->out, "%#lx", ret);
        break;
    case ARG_OCTAL:
        text_printf(c->out, "%#03lo", ret);
        break;
    case ARG_SIG:
        put_signal(c);
        break;
    case ARG_FLAGS:
        text_printf(c->out, "%ld (", ret);
        print_flag_names(c, a->xlat, (uint64_t)ret);
        text_putc(c->out, ')');
        break;
    case ARG_XLAT:
        text_printf(c->out, "%ld", ret);
        if (c->tr->opt.xlat != XLAT_RAW) {
            text_puts(c->out, " (");
            print_xlat(c, a->xlat, (uint64_t)ret);
            text_putc(c->out, ')');
        }
        break;
    case ARG_NUMBER:
        a->type->print2(c, (uint64_t)ret, a);
        break;
    default:
        text_printf(c->out, "%lu", ret);
    }
}
