/* proc_pty_lines.c - the line discipline of terminals: lines, editing, echo, raw reads, output, flow control. */
#include "pty.h"

#include <time.h>

struct typing {
    const char *fact;
    tcflag_t ioff, ion, ooff, oon, loff, lon;
    int which; /* c_cc[which] becomes c first; 0: none (VINTR stays) */
    cc_t c;
    const char *typed, *shown, *read;
};

static const struct typing typings[] = {
    {"a line is echoed and read", .typed = "abc\n", .shown = "abc^M^J|", .read = "abc^J/EAGAIN"},
    {"CR becomes NL", .typed = "abc\r", .shown = "abc^M^J|", .read = "abc^J/EAGAIN"},
    {"without ICRNL it stays", .ioff = ICRNL, .typed = "a\rb\n", .shown = "a^Mb^M^J|",
     .read = "a^Mb^J/EAGAIN"},
    {"IGNCR drops it", .ion = IGNCR, .typed = "a\rb\n", .shown = "ab^M^J|", .read = "ab^J/EAGAIN"},
    {"INLCR makes NL a CR", .ion = INLCR, .ioff = ICRNL, .typed = "a\nb\4", .shown = "a^Mb|",
     .read = "a^Mb/EAGAIN"},
    {"two lines are two reads", .typed = "a\nb\n", .shown = "a^M^Jb^M^J|", .read = "a^J/b^J/EAGAIN"},
    {"half a line is none", .typed = "abc", .shown = "abc|", .read = "EAGAIN"},
    {"ERASE", .typed = "abd\177c\n", .shown = "abd^H ^Hc^M^J|", .read = "abc^J/EAGAIN"},
    {"ERASE of nothing", .typed = "\177x\n", .shown = "x^M^J|", .read = "x^J/EAGAIN"},
    {"ERASE without ECHOE", .loff = ECHOE, .typed = "ab\177c\n", .shown = "ab^?c^M^J|",
     .read = "ac^J/EAGAIN"},
    {"ERASE with ECHOPRT", .lon = ECHOPRT, .typed = "abc\177\177d\n", .shown = "abc\\cb/d^M^J|",
     .read = "ad^J/EAGAIN"},
    {"ERASE of a control character", .typed = "a\1\177b\n", .shown = "a^A^H ^H^H ^Hb^M^J|",
     .read = "ab^J/EAGAIN"},
    {"ERASE of a tab", .typed = "ab\t\177c\n", .shown = "ab^I^H^H^H^H^H^Hc^M^J|", .read = "abc^J/EAGAIN"},
    {"ERASE of a tab after a tab", .typed = "\ta\t\177b\n", .shown = "^Ia^I^H^H^H^H^H^H^Hb^M^J|",
     .read = "^Iab^J/EAGAIN"},
    {"ERASE of half a character in UTF-8", .typed = "a\303\274\177b\n", .shown = "a\\303\\274^H ^Hb^M^J|",
     .read = "a\\303b^J/EAGAIN"},
    {"ERASE of a whole one with IUTF8", .ion = IUTF8, .typed = "a\303\274\177b\n",
     .shown = "a\\303\\274^H ^Hb^M^J|", .read = "ab^J/EAGAIN"},
    {"KILL", .typed = "abc\25d\n", .shown = "abc^H ^H^H ^H^H ^Hd^M^J|", .read = "d^J/EAGAIN"},
    {"KILL without ECHOKE", .loff = ECHOKE, .typed = "abc\25d\n", .shown = "abc^U^M^Jd^M^J|",
     .read = "d^J/EAGAIN"},
    {"KILL without ECHOK", .loff = ECHOKE | ECHOK, .typed = "abc\25d\n", .shown = "abc^Ud^M^J|",
     .read = "d^J/EAGAIN"},
    {"WERASE", .typed = "one two_2 \27x\n", .shown = "one two_2 ^H ^H^H ^H^H ^H^H ^H^H ^H^H ^Hx^M^J|",
     .read = "one x^J/EAGAIN"},
    {"WERASE without IEXTEN is a character", .loff = IEXTEN, .typed = "ab\27\n", .shown = "ab^W^M^J|",
     .read = "ab^W^J/EAGAIN"},
    {"EOF ends a line without itself", .typed = "abc\4", .shown = "abc|", .read = "abc/EAGAIN"},
    {"EOF alone is an end of file", .typed = "\4", .shown = "|", .read = "/EAGAIN"},
    {"an end of file and a line", .typed = "a\n\4b\n", .shown = "a^M^Jb^M^J|", .read = "a^J//b^J/EAGAIN"},
    {"EOL ends a line", .which = VEOL, .c = ';', .typed = "a;b\n", .shown = "a;b^M^J|",
     .read = "a;/b^J/EAGAIN"},
    {"EOL2 too", .which = VEOL2, .c = '.', .typed = "a.b\n", .shown = "a.b^M^J|", .read = "a./b^J/EAGAIN"},
    {"LNEXT takes what follows as it is", .typed = "a\26\177b\26\3\n", .shown = "a^^H^?b^^H^C^M^J|",
     .read = "a\\177b^C^J/EAGAIN"},
    {"REPRINT", .typed = "ab\22c\n", .shown = "ab^R^M^Jabc^M^J|", .read = "abc^J/EAGAIN"},
    {"control characters are shown with ^", .typed = "\1\33\n", .shown = "^A^[^M^J|",
     .read = "^A^[^J/EAGAIN"},
    {"without ECHOCTL as they are", .loff = ECHOCTL, .typed = "\1b\n", .shown = "^Ab^M^J|",
     .read = "^Ab^J/EAGAIN"},
    {"without ECHO nothing is", .loff = ECHO, .typed = "abc\177\n", .shown = "|", .read = "ab^J/EAGAIN"},
    {"ECHONL shows the line's end", .loff = ECHO, .lon = ECHONL, .typed = "abc\n", .shown = "^M^J|",
     .read = "abc^J/EAGAIN"},
    {"without OPOST NL is shown as it is", .ooff = OPOST, .typed = "a\n", .shown = "a^J|",
     .read = "a^J/EAGAIN"},
    {"ISTRIP", .ion = ISTRIP, .typed = "\301\n", .shown = "A^M^J|", .read = "A^J/EAGAIN"},
    {"IUCLC", .ion = IUCLC, .typed = "AbC\n", .shown = "abc^M^J|", .read = "abc^J/EAGAIN"},
    {"PARMRK doubles 0377", .ion = PARMRK, .typed = "\377\n", .shown = "\\377^M^J|",
     .read = "\\377\\377^J/EAGAIN"},
    {"raw: all there is is read", .loff = ICANON | ECHO, .typed = "a\nb\177\4", .shown = "|",
     .read = "a^Jb\\177^D/EAGAIN"},
    {"raw with echo", .loff = ICANON, .typed = "a\nb\177", .shown = "a^Jb^?|", .read = "a^Jb\\177/EAGAIN"},
    {"raw without ISIG: ^C is a character", .loff = ICANON | ISIG | ECHO, .typed = "\3\32\34", .shown = "|",
     .read = "^C^Z^\\/EAGAIN"},
    {"^C throws the line and its echo away", .typed = "abc\3d\n", .shown = "^Cd^M^J|", .read = "d^J/EAGAIN"},
    {"with NOFLSH it does not", .lon = NOFLSH, .typed = "abc\3d\n", .shown = "abc^Cd^M^J|",
     .read = "abcd^J/EAGAIN"},
    {"^Z and ^\\ are no input", .lon = NOFLSH, .typed = "a\32b\34c\n", .shown = "a^Zb^\\c^M^J|",
     .read = "abc^J/EAGAIN"},
    {"stop and start are no input", .typed = "a\23\21b\n", .shown = "ab^M^J|", .read = "ab^J/EAGAIN"},
    {"without IXON they are", .ioff = IXON, .typed = "a\23\21b\n", .shown = "a^S^Qb^M^J|",
     .read = "a^S^Qb^J/EAGAIN"},
    {"IXANY starts by any", .ion = IXANY, .typed = "a\23b\n", .shown = "ab^M^J|", .read = "ab^J/EAGAIN"},
    {"EXTPROC leaves all to others", .lon = EXTPROC, .typed = "ab\177\n", .shown = "|",
     .read = "ab\\177^J/EAGAIN"},
};

static void typing(const struct typing *c)
{
    char fact[160], text[8192];
    struct termios t;
    ssize_t n = 0, r;

    pty_open();
    settings(c->ioff, c->ion, c->ooff, c->oon, c->loff, c->lon);
    if (c->which) {
        must(tcgetattr(slave, &t));
        t.c_cc[c->which] = c->c;
        must(tcsetattr(slave, TCSANOW, &t));
    }
    type_text(c->typed);
    snprintf(fact, sizeof(fact), "%s: shown", c->fact);
    is_str(shown(), c->shown, fact);
    while ((r = read(slave, text + n, 1000)) >= 0) {
        n += r;
        text[n++] = '/';
    }
    n += sprintf(text + n, "%s", strerrorname_np(errno));
    snprintf(fact, sizeof(fact), "%s: read", c->fact);
    is_str(visible(text, n), c->read, fact);
    pty_close();
}

static const struct {
    const char *fact;
    tcflag_t off, on;
    const char *written, *shown;
} outputs[] = {
    {"NL becomes CR NL", 0, 0, "a\nb", "a^M^Jb|"},
    {"without ONLCR it does not", ONLCR, 0, "a\nb", "a^Jb|"},
    {"OCRNL", ONLCR, OCRNL, "a\rb", "a^Jb|"},
    {"ONOCR: no CR in column 0", 0, ONOCR, "\ra\r\rb", "a^Mb|"},
    {"OLCUC", 0, OLCUC, "aBc1", "ABC1|"},
    {"XTABS", 0, XTABS, "a\tbcd\t\n\tx", "a       bcd     ^M^J        x|"},
    {"a backspace is a column", 0, XTABS, "ab\b\tx", "ab^H       x|"},
    {"without OPOST all goes as it is", OPOST, XTABS | OLCUC, "a\tb\n", "a^Ib^J|"},
};

static void reads_in_parts(void)
{
    char text[8192];
    int n;

    pty_open();
    type_text("abcdef\n");
    is_num(read(slave, text, 3), 3, "a line can be read in parts");
    must(ioctl(slave, FIONREAD, &n));
    is_num(n, 4, "FIONREAD tells of the rest");
    is_num(read(slave, text, 100), 4, "up to its end");
    type_text("abc\4");
    is_num(read(slave, text, 3), 3, "a buffer filled just before an end of file");
    is_err(read(slave, text, 3), "EAGAIN", "takes that along");
    type_text("\4abc\n\4");
    must(ioctl(slave, FIONREAD, &n));
    is_num(n, 4, "FIONREAD does not count ends of files");
    must(tcflush(slave, TCIFLUSH));
    must(ioctl(slave, FIONREAD, &n));
    is_num(n, 0, "tcflush(TCIFLUSH)");
    type_text("abc");
    must(ioctl(slave, FIONREAD, &n));
    is_num(n, 0, "half a line is not counted");
    settings(0, 0, 0, 0, ICANON, 0);
    must(ioctl(slave, FIONREAD, &n));
    is_num(n, 3, "but is when lines are no more");
    settings(0, 0, 0, 0, 0, ICANON);
    is_num(read(slave, text, 100), 3, "and what was there before ICANON is a line");
    must(tcflush(slave, TCIOFLUSH));
    pty_close();

    pty_open();
    settings(0, 0, 0, 0, ECHO, 0);
    memset(text, 'x', sizeof(text));
    for (int i = 0; i < 100; i++)
        type_bytes(text, 64);
    type_text("\n");
    is_num(read(slave, text, sizeof(text)), 4096, "a line has 4096 bytes at most");
    is_true(text[4094] == 'x' && text[4095] == '\n', "its end always fits");
    pty_close();
}

static long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void raw_reads(void)
{
    struct pollfd p = {0, POLLIN, 0};
    char text[300];
    long before;

    pty_open();
    settings(0, 0, 0, 0, ICANON | ECHO, 0);
    p.fd = slave;
    control_char(VMIN, 3);
    type_text("ab");
    is_num(poll(&p, 1, 0), 0, "VMIN 3: two bytes are not enough for poll");
    is_num(read(slave, text, 10), 2, "a read that shall not wait gets them");
    type_text("abc");
    is_num(poll(&p, 1, 0), 1, "three are");
    is_num(read(slave, text, 2), 2, "a read for two bytes needs no more");
    must(fcntl(slave, F_SETFL, O_RDWR));
    type_text("de");
    is_num(read(slave, text, 10), 3, "a read that waits has three");
    control_char(VMIN, 100);
    memset(text, 'x', sizeof(text));
    type_bytes(text, 120);
    is_num(read(slave, text, sizeof(text)), 64, "VMIN 100: 64 bytes are enough");
    must(tcflush(slave, TCIFLUSH));
    control_char(VMIN, 0);
    is_num(read(slave, text, 10), 0, "VMIN 0, VTIME 0: nothing is there, 0");
    type_text("ab");
    is_num(read(slave, text, 10), 2, "what is there, without waiting");
    control_char(VTIME, 2);
    before = now_ms();
    is_num(read(slave, text, 10), 0, "VMIN 0, VTIME 2: nothing comes, 0");
    is_true(now_ms() - before >= 190, "after 0.2 seconds");
    type_text("a");
    is_num(read(slave, text, 10), 1, "the first byte ends it");
    control_char(VMIN, 5);
    type_text("abc");
    before = now_ms();
    is_num(read(slave, text, 10), 3, "VMIN 5, VTIME 2: what came before a pause");
    is_true(now_ms() - before >= 190, "of 0.2 seconds");
    pty_close();
}

static void flow_control(void)
{
    struct pollfd p = {0, POLLOUT, 0};
    char text[64];

    pty_open();
    p.fd = slave;
    type_text("\23");
    is_num(poll(&p, 1, 0), 0, "stopped by ^S: no room to write");
    is_err(write(slave, "x", 1), "EAGAIN", "nor is there");
    type_text("ab");
    is_num(poll(&(struct pollfd){master, POLLIN, 0}, 1, 0), 0, "echo waits");
    type_text("\21");
    is_num(poll(&p, 1, 0), 1, "^Q starts it");
    is_str(shown(), "ab|", "and echo comes");
    must(tcflow(slave, TCOOFF));
    is_err(write(slave, "x", 1), "EAGAIN", "tcflow(TCOOFF) stops output");
    type_text("\21");
    is_err(write(slave, "x", 1), "EAGAIN", "^Q does not start that");
    must(tcflow(slave, TCOON));
    is_num(write(slave, "x", 1), 1, "TCOON does");
    must(tcflow(slave, TCIOFF));
    must(tcflow(slave, TCION));
    is_str(shown(), "x^S^Q|", "TCIOFF and TCION send what stops and starts");
    is_err(ioctl(slave, TCXONC, 9), "EINVAL", "another TCXONC");
    is_err(ioctl(slave, TCFLSH, 9), "EINVAL", "another TCFLSH");
    type_text("\23");
    settings(IXON, 0, 0, 0, 0, 0);
    is_num(write(slave, "x", 1), 1, "without IXON nothing is stopped");
    must(ready(master) ? 0 : -1);
    is_num(read(master, text, sizeof(text)), 1, "and it is shown");
    pty_close();
}

static void waiting_reader(void)
{
    pid_t child;
    int status;

    pty_open();
    must(fcntl(slave, F_SETFL, 0));
    child = (pid_t)must(fork());
    if (!child) {
        char line[8];

        _exit(read(slave, line, sizeof(line)) != 2);
    }
    usleep(20000); /* it may wait by now */
    must(write(master, "a\n", 2));
    must(waitpid(child, &status, 0));
    is_num(status, 0, "a reader that waits is woken by a line");
    pty_close();
}

int main(void)
{
    for (size_t i = 0; i < sizeof(typings) / sizeof(*typings); i++)
        typing(&typings[i]);
    for (size_t i = 0; i < sizeof(outputs) / sizeof(*outputs); i++) {
        pty_open();
        settings(0, 0, outputs[i].off, outputs[i].on, 0, 0);
        must(write(slave, outputs[i].written, strlen(outputs[i].written)));
        is_str(shown(), outputs[i].shown, outputs[i].fact);
        pty_close();
    }
    reads_in_parts();
    raw_reads();
    flow_control();
    waiting_reader();
    return done();
}
