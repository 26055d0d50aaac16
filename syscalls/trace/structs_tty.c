/* structs_tty.c - terminals. */
#include <asm/termbits.h>

#include "strace.h"

static const struct xlat iflags[] = {X(IGNBRK), X(BRKINT),  X(IGNPAR), X(PARMRK), X(INPCK), X(ISTRIP),
                                     X(INLCR),  X(IGNCR),   X(ICRNL),  X(IUCLC),  X(IXON),  X(IXANY),
                                     X(IXOFF),  X(IMAXBEL), X(IUTF8),  XEND};
static const struct xlat oflags[] = {
    XM(NL0, NLDLY), XM(NL1, NLDLY),   XM(CR0, CRDLY),   XM(CR1, CRDLY),   XM(CR2, CRDLY),
    XM(CR3, CRDLY), XM(TAB0, TABDLY), XM(TAB1, TABDLY), XM(TAB2, TABDLY), XM(TAB3, TABDLY),
    XM(BS0, BSDLY), XM(BS1, BSDLY),   XM(VT0, VTDLY),   XM(VT1, VTDLY),   XM(FF0, FFDLY),
    XM(FF1, FFDLY), X(OPOST),         X(OLCUC),         X(ONLCR),         X(OCRNL),
    X(ONOCR),       X(ONLRET),        X(OFILL),         X(OFDEL),         XEND};
static const struct xlat cflags[] = {XM(B0, CBAUD),      XM(B50, CBAUD),
                                     XM(B110, CBAUD),    XM(B300, CBAUD),
                                     XM(B600, CBAUD),    XM(B1200, CBAUD),
                                     XM(B2400, CBAUD),   XM(B4800, CBAUD),
                                     XM(B9600, CBAUD),   XM(B19200, CBAUD),
                                     XM(B38400, CBAUD),  XM(B57600, CBAUD),
                                     XM(B115200, CBAUD), XM(B230400, CBAUD),
                                     XM(CS5, CSIZE),     XM(CS6, CSIZE),
                                     XM(CS7, CSIZE),     XM(CS8, CSIZE),
                                     X(CSTOPB),          X(CREAD),
                                     X(PARENB),          X(PARODD),
                                     X(HUPCL),           X(CLOCAL),
                                     X(CRTSCTS),         XEND};
static const struct xlat lflags[] = {X(ISIG),   X(ICANON), X(XCASE),  X(ECHO),   X(ECHOE),   X(ECHOK),
                                     X(ECHONL), X(NOFLSH), X(TOSTOP), X(IEXTEN), X(ECHOCTL), X(ECHOPRT),
                                     X(ECHOKE), X(FLUSHO), X(PENDIN), XEND};
static const char *const controls[NCCS] = {
    [VINTR] = "VINTR",       [VQUIT] = "VQUIT",       [VERASE] = "VERASE",   [VKILL] = "VKILL",
    [VEOF] = "VEOF",         [VTIME] = "VTIME",       [VMIN] = "VMIN",       [VSWTC] = "VSWTC",
    [VSTART] = "VSTART",     [VSTOP] = "VSTOP",       [VSUSP] = "VSUSP",     [VEOL] = "VEOL",
    [VREPRINT] = "VREPRINT", [VDISCARD] = "VDISCARD", [VWERASE] = "VWERASE", [VLNEXT] = "VLNEXT",
    [VEOL2] = "VEOL2"};

static void print_field(struct call *c, const char *before, const struct xlat *x, uint32_t v)
{
    text_puts(c->out, before);
    print_flags(c, &(struct xlat_table){"", x, NULL, false}, v);
}

static void print_termios(struct call *c, const void *p)
{
    const struct termios *t = p;

    print_field(c, "{c_iflag=", iflags, t->c_iflag);
    print_field(c, ", c_oflag=", oflags, t->c_oflag);
    print_field(c, ", c_cflag=", cflags, t->c_cflag);
    print_field(c, ", c_lflag=", lflags, t->c_lflag);
    if (!c->style.full) {
        text_puts(c->out, ", ...}");
        return;
    }
    text_printf(c->out, t->c_line ? ", c_line=%#x, c_cc=[" : ", c_line=N_TTY, c_cc=[", t->c_line);
    for (int i = 0; i < NCCS; i++) {
        text_puts(c->out, i ? ", [" : "[");
        if (controls[i])
            text_puts(c->out, controls[i]);
        else
            text_printf(c->out, "%d", i);
        text_printf(c->out, "]=%#x", t->c_cc[i]);
    }
    text_puts(c->out, "]}");
}

static void print_winsize(struct call *c, const void *p)
{
    const uint16_t *w = p;

    text_printf(c->out, "{ws_row=%u, ws_col=%u, ws_xpixel=%u, ws_ypixel=%u}", w[0], w[1], w[2], w[3]);
}

const struct struct_type structs_tty[] = {
    {"winsize", 8, print_winsize, NULL, false, STRUCT_PLAIN},
    {"termios", sizeof(struct termios), print_termios, NULL, false, STRUCT_PLAIN},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
