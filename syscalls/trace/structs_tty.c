/* structs_tty.c - terminals. */
#include <asm/termbits.h>

#include "strace.h"

#define OLD_CHARACTERS 8

/* strace says nothing of no flags here, and leaves the | before them. */
static void put_flags(struct call *c, const char *table, uint32_t v)
{
    if (v)
        print_flags_named(c, table, v);
}

static void put_output(struct call *c, uint32_t v)
{
    static const struct {
        const char *table;
        uint32_t mask;
    } delays[] = {{"tty_newline", NLDLY},   {"tty_return", CRDLY},   {"tty_tab", TABDLY},
                  {"tty_backspace", BSDLY}, {"tty_vertical", VTDLY}, {"tty_form", FFDLY}};

    for (unsigned i = 0; i < sizeof(delays) / sizeof(*delays); i++) {
        print_xlat_named(c, delays[i].table, v & delays[i].mask);
        text_putc(c->out, '|');
        v &= ~delays[i].mask;
    }
    put_flags(c, "tty_output", v);
}

static void put_control(struct call *c, uint32_t v)
{
    print_xlat_named(c, "tty_speed", v & CBAUD);
    text_putc(c->out, '|');
    if (v & CIBAUD) { /* another speed for what comes in */
        print_xlat_named(c, "tty_speed", (v & CIBAUD) >> IBSHIFT);
        text_puts(c->out, "<<");
        if (!print_raw(c, IBSHIFT, true))
            text_puts(c->out, c->tr->opt.xlat == XLAT_VERBOSE ? " /* IBSHIFT */" : "IBSHIFT");
        text_putc(c->out, '|');
    }
    print_xlat_named(c, "tty_size", v & CSIZE);
    text_putc(c->out, '|');
    put_flags(c, "tty_control", v & ~(uint32_t)(CBAUD | CIBAUD | CSIZE));
}

static void put_modes(struct call *c, uint32_t input, uint32_t output, uint32_t control, uint32_t local)
{
    text_puts(c->out, "{c_iflag=");
    put_flags(c, "tty_input", input);
    text_puts(c->out, ", c_oflag=");
    put_output(c, output);
    text_puts(c->out, ", c_cflag=");
    put_control(c, control);
    text_puts(c->out, ", c_lflag=");
    put_flags(c, "tty_local", local);
}

/* The line discipline and its n characters, with -v. False: that was all. */
static bool put_characters(struct call *c, uint8_t line, const uint8_t *cc, int n)
{
    const struct xlat *names = xlat_find("tty_character")->x;

    if (!c->style.full) {
        text_puts(c->out, ", ...");
        return false;
    }
    text_puts(c->out, ", c_line=");
    print_xlat_named(c, "tty_discipline", line);
    text_puts(c->out, ", c_cc=[");
    for (int i = 0; i < n; i++) {
        const char *name = xlat_name(names, (uint64_t)i);

        text_puts(c->out, i ? ", [" : "[");
        if (name)
            text_puts(c->out, name);
        else
            text_printf(c->out, "%d", i);
        text_printf(c->out, "]=%#x", cc[i]);
    }
    text_putc(c->out, ']');
    return true;
}

static void print_termios(struct call *c, const void *p)
{
    const struct termios *t = p;

    put_modes(c, t->c_iflag, t->c_oflag, t->c_cflag, t->c_lflag);
    put_characters(c, t->c_line, t->c_cc, NCCS);
    text_putc(c->out, '}');
}

static void print_termios2(struct call *c, const void *p)
{
    const struct termios2 *t = p;

    put_modes(c, t->c_iflag, t->c_oflag, t->c_cflag, t->c_lflag);
    if (put_characters(c, t->c_line, t->c_cc, NCCS))
        text_printf(c->out, ", c_ispeed=%u, c_ospeed=%u", t->c_ispeed, t->c_ospeed);
    text_putc(c->out, '}');
}

/* struct termio, which came first. */
static void print_termio(struct call *c, const void *p)
{
    const struct {
        uint16_t iflag, oflag, cflag, lflag;
        uint8_t line, cc[OLD_CHARACTERS];
    } *t = p;

    put_modes(c, t->iflag, t->oflag, t->cflag, t->lflag);
    put_characters(c, t->line, t->cc, OLD_CHARACTERS);
    text_putc(c->out, '}');
}

static void print_winsize(struct call *c, const void *p)
{
    const uint16_t *w = p;

    text_printf(c->out, "{ws_row=%u, ws_col=%u, ws_xpixel=%u, ws_ypixel=%u}", w[0], w[1], w[2], w[3]);
}

static void print_modem(struct call *c, const void *p)
{
    text_putc(c->out, '[');
    print_flags_named(c, "modem", *(const uint32_t *)p);
    text_putc(c->out, ']');
}

static void print_byte(struct call *c, uint64_t addr, const struct arg *a)
{
    print_mem(c, addr, 1, false);
}

const struct struct_type structs_tty[] = {
    {"winsize", 8, print_winsize, NULL, false, STRUCT_PLAIN},
    {"termios", sizeof(struct termios), print_termios, NULL, false, STRUCT_PLAIN},
    {"termios2", sizeof(struct termios2), print_termios2, NULL, false, STRUCT_PLAIN},
    {"termio", 18, print_termio, NULL, false, STRUCT_PLAIN},
    {"modem", 4, print_modem, NULL, false, STRUCT_PLAIN},
    {"tty_byte", 0, NULL, print_byte, false, STRUCT_TEXT},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
