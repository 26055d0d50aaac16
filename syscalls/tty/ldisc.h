/*
 * ldisc.h - the line discipline of terminals, N_TTY (drivers/tty/n_tty.c of 6.18): what makes lines, echo and signals of the
 * bytes that come in, and line ends of those that go out. It knows no files, no tasks and no pseudoterminals.
 *
 *      what was typed -> ldisc_receive() -> in[] -> ldisc_read()  -> the program
 *                              | echo, signal
 *      what is shown  <- ops->put()      <------- ldisc_write()   <- the program
 */
#ifndef SYSCALLS_TTY_LDISC_H
#define SYSCALLS_TTY_LDISC_H

#include <asm/termbits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LDISC_BUF 4096u /* N_TTY_BUF_SIZE */

/* What a line discipline needs of its terminal. All get ldisc.owner. */
struct ldisc_ops {
    size_t (*room)(void *owner); /* bytes that put() takes now */
    void (*put)(void *owner, const uint8_t *bytes, size_t n);
    void (*signal)(void *owner, int signo);  /* SIGINT, SIGQUIT, SIGTSTP to who is in the foreground */
    void (*flushed)(void *owner);            /* after such a signal: input and output are thrown away */
    void (*flow)(void *owner, bool stopped); /* output was stopped, goes on */
    void (*line)(void *owner);               /* one more line can be read; NULL: nobody asks */
};

struct ldisc {
    const struct ldisc_ops *ops;
    void *owner;
    struct termios2 termios;
    bool special[256];     /* input bytes that mean more than themselves */
    uint8_t in[LDISC_BUF]; /* ring, by the counts below modulo its size */
    bool ends[LDISC_BUF];  /* a line ends with this byte */
    size_t head, tail; /* bytes that came, that were read: these only grow (an erased byte is taken back) */
    size_t canon_head; /* end of the last whole line */
    uint16_t echo[LDISC_BUF]; /* what is still to be shown: kind << 8 | byte */
    size_t echo_head, echo_tail;
    unsigned column, canon_column; /* where output stands; where the line that is typed began */
    bool lnext, erasing;           /* the next byte stands for itself; between \ and / of ECHOPRT */
    bool stopped, tc_stopped;      /* output is; by tcflow(TCOOFF) */
};

/* As a terminal is made: cooked, 38400 baud, stty sane. */
void ldisc_init(struct ldisc *l, const struct ldisc_ops *ops, void *owner);
void ldisc_set_termios(struct ldisc *l, const struct termios2 *to);
/* Are lines put together (ICANON)? */
bool ldisc_canonical(const struct ldisc *l);
/* Bytes came in: how many of them were taken, fewer when the program reads too slowly. */
size_t ldisc_receive(struct ldisc *l, const uint8_t *bytes, size_t n);
/* Is there what a read may have: a line, or (raw) `least` bytes? */
bool ldisc_available(const struct ldisc *l, size_t least);
/* What FIONREAD tells: bytes in whole lines, or all that came. */
size_t ldisc_count(const struct ldisc *l);
/* A line or a part of it, or (raw) all bytes there are; at most n. 0 also for an end of file that was typed. */
size_t ldisc_read(struct ldisc *l, uint8_t *to, size_t n);
/* Bytes go out: how many of them did; fewer when there is no room or output is stopped. */
size_t ldisc_write(struct ldisc *l, const uint8_t *bytes, size_t n);
/* Room for output, 0 while it is stopped. */
size_t ldisc_room(const struct ldisc *l);
void ldisc_flush_input(struct ldisc *l);
/* Show what could not be shown before. */
void ldisc_process_echoes(struct ldisc *l);
void ldisc_stop(struct ldisc *l);
void ldisc_start(struct ldisc *l);

/* ---- between ldisc.c and ldisc_echo.c ---- */
static inline uint8_t ldisc_at(const struct ldisc *l, size_t pos)
{
    return l->in[pos % LDISC_BUF];
}
/* 10xxxxxx of UTF-8, where the terminal is told to know of it: no character of its own. */
static inline bool ldisc_continues(const struct ldisc *l, uint8_t c)
{
    return l->termios.c_iflag & IUTF8 && (c & 0xc0) == 0x80;
}
static inline bool ldisc_control(uint8_t c)
{
    return c < 32 || c == 127;
}
void ldisc_echo(struct ldisc *l, uint8_t c);     /* ^X for a control character, with ECHOCTL */
void ldisc_echo_raw(struct ldisc *l, uint8_t c); /* the byte itself */
void ldisc_echo_line_begins(struct ldisc *l);    /* remember the column */
void ldisc_end_erasing(struct ldisc *l);
/* ERASE, WERASE or KILL was typed. */
void ldisc_erase(struct ldisc *l, uint8_t c);

#endif
