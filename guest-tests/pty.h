/* pty.h - a pseudoterminal to look at: making one, typing, what is shown, and the same moment for both sides. */
#ifndef PTY_H
#define PTY_H

#include "probe.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

static int master, slave;
static char slave_name[32];

static inline void pty_open(void)
{
    int n, no = 0;

    master = must(open("/dev/ptmx", O_RDWR | O_NOCTTY));
    must(ioctl(master, TIOCGPTN, &n));
    must(ioctl(master, TIOCSPTLCK, &no));
    snprintf(slave_name, sizeof(slave_name), "/dev/pts/%d", n);
    slave = must(open(slave_name, O_RDWR | O_NOCTTY | O_NONBLOCK));
}

static inline void pty_close(void)
{
    close(slave);
    close(master);
}

/* Control characters as ^X, others above 126 as \ooo. */
static inline const char *visible(const char *s, ssize_t n)
{
    static char out[2][8192];
    static int turn;
    char *to = out[turn ^= 1], *p = to;

    if (n < 0)
        return strerrorname_np(errno);
    for (ssize_t i = 0; i < n && p < to + sizeof(out[0]) - 8; i++) {
        unsigned char c = (unsigned char)s[i];

        if (c < 32)
            p += sprintf(p, "^%c", c ^ 0100);
        else
            p += sprintf(p, c < 127 ? "%c" : "\\%o", c);
    }
    *p = 0;
    return to;
}

/* Wait until something can be read; 10 s are a failure. */
static inline bool ready(int fd)
{
    struct pollfd p = {fd, POLLIN, 0};

    return poll(&p, 1, 10000) == 1;
}

/* Type, and wait until the line discipline is through with it: a poll without input waits for the worker that carries the
 * bytes, setting what is set for a line discipline at work. */
static inline void type_bytes(const char *bytes, size_t n)
{
    struct pollfd p = {slave, POLLIN, 0};
    struct termios t;

    must(write(master, bytes, n));
    poll(&p, 1, 0);
    must(tcgetattr(slave, &t));
    must(tcsetattr(slave, TCSANOW, &t));
}

static inline void type_text(const char *text)
{
    type_bytes(text, strlen(text));
}

/* What the master sees of all that went out so far: a mark is written behind it. */
static inline const char *shown(void)
{
    char text[8192];
    ssize_t n = 0;

    must(write(slave, "|", 1));
    while ((!n || text[n - 1] != '|') && ready(master)) {
        ssize_t r = read(master, text + n, sizeof(text) - (size_t)n);

        if (r <= 0)
            break;
        n += r;
    }
    return visible(text, n);
}

/* Change a fresh terminal's settings: bits taken from and put into c_iflag, c_oflag and c_lflag. */
static inline void settings(tcflag_t ioff, tcflag_t ion, tcflag_t ooff, tcflag_t oon, tcflag_t loff,
                            tcflag_t lon)
{
    struct termios t;

    must(tcgetattr(slave, &t));
    t.c_iflag = (t.c_iflag & ~ioff) | ion;
    t.c_oflag = (t.c_oflag & ~ooff) | oon;
    t.c_lflag = (t.c_lflag & ~loff) | lon;
    must(tcsetattr(slave, TCSANOW, &t));
}

static inline void control_char(int which, cc_t c)
{
    struct termios t;

    must(tcgetattr(slave, &t));
    t.c_cc[which] = c;
    must(tcsetattr(slave, TCSANOW, &t));
}

#endif
