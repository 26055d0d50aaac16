/* stamps.c - times before lines and behind them, in strace's forms. */
#include "stamps.h"

#include <string.h>

#include "../kernel.h"

#define NS_DIGITS 9

void stamp_count(struct stamp_options *opt, unsigned t)
{
    opt->form = !t ? STAMP_NONE : t < 3 ? STAMP_TIME : STAMP_UNIX;
    opt->digits = t > 1 ? 6 : 0;
}

bool stamp_parse_unit(unsigned *digits, const char *unit)
{
    static const char *const units[] = {"s", "ms", "us", "ns"};

    if (!*unit)
        unit = "us";
    for (unsigned i = 0; i < sizeof(units) / sizeof(*units); i++)
        if (!strcmp(unit, units[i])) {
            *digits = 3 * i;
            return true;
        }
    return false;
}

static bool parse_word(struct stamp_options *opt, const char *word)
{
    static const char *const forms[] = {"none", "time", "unix"};
    static const char format[] = "format:", precision[] = "precision:";

    if (!strncmp(word, precision, strlen(precision)))
        return word[strlen(precision)] && stamp_parse_unit(&opt->digits, word + strlen(precision));
    if (*word && stamp_parse_unit(&opt->digits, word))
        return true;
    if (!strncmp(word, format, strlen(format)))
        word += strlen(format);
    for (unsigned i = 0; i < sizeof(forms) / sizeof(*forms); i++)
        if (!strcmp(word, forms[i])) {
            opt->form = (enum stamp_form)i;
            return true;
        }
    return false;
}

bool stamp_parse(struct stamp_options *opt, const char *text)
{
    char word[32];

    opt->form = STAMP_TIME;
    opt->digits = 0;
    for (;;) {
        size_t len = strcspn(text, ",");

        if (len >= sizeof(word))
            return false;
        memcpy(word, text, len);
        word[len] = 0;
        if (!parse_word(opt, word))
            return false;
        if (!text[len])
            return true;
        text += len + 1;
    }
}

/* ".123" of these nanoseconds. */
static void put_fraction(struct text *out, uint64_t ns, unsigned digits)
{
    for (unsigned i = digits; i < NS_DIGITS; i++)
        ns /= 10;
    if (digits)
        text_printf(out, ".%0*lu", (int)digits, ns);
}

void stamp_put(struct text *out, const struct stamp_options *opt, uint64_t now_ns, uint64_t elapsed_ns)
{
    uint64_t ns = KERNEL_EPOCH_NS + now_ns, s = ns / 1000000000, day = s % 86400;

    if (opt->form == STAMP_TIME)
        text_printf(out, "%02lu:%02lu:%02lu", day / 3600, day / 60 % 60, day % 60);
    else if (opt->form == STAMP_UNIX)
        text_printf(out, "%lu", s);
    if (opt->form != STAMP_NONE)
        put_fraction(out, ns % 1000000000, opt->digits);
    if (opt->relative) {
        text_printf(out, opt->form == STAMP_NONE ? "%6lu" : " (+%6lu", elapsed_ns / 1000000000);
        put_fraction(out, elapsed_ns % 1000000000, opt->relative_digits);
        text_puts(out, opt->form == STAMP_NONE ? "" : ")");
    }
    if (opt->form != STAMP_NONE || opt->relative)
        text_putc(out, ' ');
}

void stamp_put_spent(struct text *out, const struct stamp_options *opt, uint64_t ns)
{
    text_printf(out, " <%lu", ns / 1000000000);
    put_fraction(out, ns % 1000000000, opt->spent_digits);
    text_putc(out, '>');
}
