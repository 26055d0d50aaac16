/* xlat_tty.c - names of terminals' settings, in strace's order. */
#include <asm/termbits.h>

#include "xlat.h"

static const struct xlat input[] = {X(IGNBRK), X(BRKINT),  X(IGNPAR), X(PARMRK), X(INPCK), X(ISTRIP),
                                    X(INLCR),  X(IGNCR),   X(ICRNL),  X(IUCLC),  X(IXON),  X(IXANY),
                                    X(IXOFF),  X(IMAXBEL), X(IUTF8),  XEND};
static const struct xlat output[] = {X(OPOST),  X(OLCUC), X(ONLCR), X(OCRNL), X(ONOCR),
                                     X(ONLRET), X(OFILL), X(OFDEL), XEND};
static const struct xlat control[] = {X(CSTOPB), X(CREAD),  X(PARENB),  X(PARODD), X(HUPCL),
                                      X(CLOCAL), X(CMSPAR), X(CRTSCTS), XEND};
static const struct xlat local[] = {X(ISIG),   X(ICANON), X(XCASE),  X(ECHO),    X(ECHOE),   X(ECHOK),
                                    X(ECHONL), X(NOFLSH), X(IEXTEN), X(ECHOCTL), X(ECHOPRT), X(ECHOKE),
                                    X(FLUSHO), X(PENDIN), X(TOSTOP), X(EXTPROC), XEND};
/* Delays of output, each a field of bits. */
static const struct xlat newlines[] = {X(NL0), X(NL1), XEND};
static const struct xlat returns[] = {X(CR0), X(CR1), X(CR2), X(CR3), XEND};
static const struct xlat tabs[] = {X(XTABS), X(TAB0), X(TAB1), X(TAB2), XEND};
static const struct xlat backspaces[] = {X(BS1), X(BS0), XEND};
static const struct xlat verticals[] = {X(VT0), X(VT1), XEND};
static const struct xlat forms[] = {X(FF0), X(FF1), XEND};
static const struct xlat speeds[] = {
    X(B0),       X(B50),      X(B75),      X(B110),     X(B134),     X(B150),     X(B200),
    X(B300),     X(B600),     X(B1200),    X(B1800),    X(B2400),    X(B4800),    X(B9600),
    X(B19200),   X(B38400),   X(B57600),   X(B115200),  X(B230400),  X(B460800),  X(B500000),
    X(B576000),  X(B921600),  X(B1000000), X(B1152000), X(B1500000), X(B2000000), X(B2500000),
    X(B3000000), X(B3500000), X(B4000000), X(BOTHER),   XEND};
static const struct xlat sizes[] = {X(CS5), X(CS6), X(CS7), X(CS8), XEND};
static const struct xlat disciplines[] = {{"N_TTY", 0, 0},
                                          {"N_SLIP", 1, 0},
                                          {"N_MOUSE", 2, 0},
                                          {"N_PPP", 3, 0},
                                          {"N_STRIP", 4, 0},
                                          {"N_AX25", 5, 0},
                                          {"N_X25", 6, 0},
                                          {"N_6PACK", 7, 0},
                                          {"N_MASC", 8, 0},
                                          {"N_R3964", 9, 0},
                                          {"N_PROFIBUS_FDL", 10, 0},
                                          {"N_IRDA", 11, 0},
                                          {"N_SMSBLOCK", 12, 0},
                                          {"N_HDLC", 13, 0},
                                          {"N_SYNC_PPP", 14, 0},
                                          {"N_HCI", 15, 0},
                                          {"N_GIGASET_M101", 16, 0},
                                          {"N_SLCAN", 17, 0},
                                          {"N_PPS", 18, 0},
                                          {"N_V253", 19, 0},
                                          {"N_CAIF", 20, 0},
                                          {"N_GSM0710", 21, 0},
                                          {"N_TI_WL", 22, 0},
                                          {"N_TRACESINK", 23, 0},
                                          {"N_TRACEROUTER", 24, 0},
                                          {"N_NCI", 25, 0},
                                          {"N_SPEAKUP", 26, 0},
                                          {"N_NULL", 27, 0},
                                          XEND};
static const struct xlat characters[] = {X(VINTR),  X(VQUIT), X(VERASE), X(VKILL),    X(VEOL2),    X(VSWTC),
                                         X(VSTART), X(VSTOP), X(VSUSP),  X(VREPRINT), X(VDISCARD), X(VWERASE),
                                         X(VLNEXT), X(VMIN),  X(VTIME),  X(VEOF),     X(VEOL),     XEND};
static const struct xlat modem_lines[] = {{"TIOCM_LE", 0x1, 0},
                                          {"TIOCM_DTR", 0x2, 0},
                                          {"TIOCM_RTS", 0x4, 0},
                                          {"TIOCM_ST", 0x8, 0},
                                          {"TIOCM_SR", 0x10, 0},
                                          {"TIOCM_CTS", 0x20, 0},
                                          {"TIOCM_CAR", 0x40, 0},
                                          {"TIOCM_RNG", 0x80, 0},
                                          {"TIOCM_DSR", 0x100, 0},
                                          {"TIOCM_OUT1", 0x2000, 0},
                                          {"TIOCM_OUT2", 0x4000, 0},
                                          {"TIOCM_LOOP", 0x8000, 0},
                                          XEND};
static const struct xlat tcflush_queues[] = {
    {"TCIFLUSH", 0, 0}, {"TCOFLUSH", 1, 0}, {"TCIOFLUSH", 2, 0}, XEND};
static const struct xlat tcflow_actions[] = {
    {"TCOOFF", 0, 0}, {"TCOON", 1, 0}, {"TCIOFF", 2, 0}, {"TCION", 3, 0}, XEND};

const struct xlat_table xlat_tty[] = {{"tty_input", input, 0},
                                      {"tty_output", output, 0},
                                      {"tty_control", control, 0},
                                      {"tty_local", local, 0},
                                      {"tty_newline", newlines, "NL?"},
                                      {"tty_return", returns, "CR?"},
                                      {"tty_tab", tabs, "TAB?"},
                                      {"tty_backspace", backspaces, "BS?"},
                                      {"tty_vertical", verticals, "VT?"},
                                      {"tty_form", forms, "FF?"},
                                      {"tty_speed", speeds, "B???"},
                                      {"tty_size", sizes, "CS?"},
                                      {"tty_discipline", disciplines, "N_???"},
                                      {"tty_character", characters, 0},
                                      {"modem", modem_lines, "TIOCM_???"},
                                      {"tcflush", tcflush_queues, "TC???"},
                                      {"tcflow", tcflow_actions, "TC???"},
                                      {0}};
