/*
 * ldisc.c - the input side of the line discipline: lines, special characters, signals, flow control; settings.
 */
#include "ldisc.h"

#include <signal.h>
#include <string.h>

#define INPUT(l, flag) ((l)->termios.c_iflag & (flag))
#define LOCAL(l, flag) ((l)->termios.c_lflag & (flag))
#define CHAR(l, which) ((l)->termios.c_cc[which])
#define DISABLED       0 /* a control character that is off; and in in[], with ends[]: an end of file */

static const cc_t initial_chars[NCCS] = {
    [VINTR] = 3,  [VQUIT] = 28, [VERASE] = 127,  [VKILL] = 21,    [VEOF] = 4,     [VMIN] = 1,   [VSTART] = 17,
    [VSTOP] = 19, [VSUSP] = 26, [VREPRINT] = 18, [VDISCARD] = 15, [VWERASE] = 23, [VLNEXT] = 22};

void ldisc_init(struct ldisc *l, const struct ldisc_ops *ops, void *owner)
{
    struct termios2 sane = {.c_iflag = ICRNL | IXON,
                            .c_oflag = OPOST | ONLCR,
                            .c_cflag = B38400 | CS8 | CREAD,
                            .c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
                            .c_ispeed = 38400,
                            .c_ospeed = 38400};

    memset(l, 0, sizeof(*l));
    l->ops = ops;
    l->owner = owner;
    memcpy(sane.c_cc, initial_chars, sizeof(sane.c_cc));
    ldisc_set_termios(l, &sane);
}

bool ldisc_canonical(const struct ldisc *l)
{
    return LOCAL(l, ICANON) && !LOCAL(l, EXTPROC);
}

static void mark_special(struct ldisc *l)
{
    static const uint8_t lines[] = {VERASE, VKILL, VEOF, VEOL}, extended[] = {VWERASE, VLNEXT, VEOL2},
                         flow[] = {VSTART, VSTOP}, signals[] = {VINTR, VQUIT, VSUSP};

    memset(l->special, 0, sizeof(l->special));
    l->special['\r'] = INPUT(l, IGNCR | ICRNL);
    l->special['\n'] = INPUT(l, INLCR) || LOCAL(l, ICANON);
    for (size_t i = 0; i < sizeof(lines) && LOCAL(l, ICANON); i++)
        l->special[CHAR(l, lines[i])] = true;
    for (size_t i = 0; i < sizeof(extended) && LOCAL(l, ICANON) && LOCAL(l, IEXTEN); i++)
        l->special[CHAR(l, extended[i])] = true;
    if (LOCAL(l, ICANON) && LOCAL(l, IEXTEN) && LOCAL(l, ECHO))
        l->special[CHAR(l, VREPRINT)] = true;
    for (size_t i = 0; i < sizeof(flow) && INPUT(l, IXON); i++)
        l->special[CHAR(l, flow[i])] = true;
    for (size_t i = 0; i < sizeof(signals) && LOCAL(l, ISIG); i++)
        l->special[CHAR(l, signals[i])] = true;
    l->special[DISABLED] = false;
}

void ldisc_set_termios(struct ldisc *l, const struct termios2 *to)
{
    struct termios2 old = l->termios;

    l->termios = *to;
    if ((old.c_lflag ^ to->c_lflag) & (ICANON | EXTPROC)) {
        memset(l->ends, 0, sizeof(l->ends));
        l->canon_head = l->tail;
        if (to->c_lflag & ICANON &&
            l->head != l->tail) { /* what is there is a line, though nothing ended it */
            l->ends[(l->head - 1) % LDISC_BUF] = true;
            l->canon_head = l->head;
        }
        l->erasing = l->lnext = false;
    }
    mark_special(l);
    if (old.c_iflag & IXON && !INPUT(l, IXON) && !l->tc_stopped) { /* nobody could start it any more */
        ldisc_start(l);
        ldisc_process_echoes(l);
    }
}

void ldisc_flush_input(struct ldisc *l)
{
    l->head = l->tail = l->canon_head = 0;
    memset(l->ends, 0, sizeof(l->ends));
    l->erasing = l->lnext = false;
}

void ldisc_stop(struct ldisc *l)
{
    if (l->stopped)
        return;
    l->stopped = true;
    l->ops->flow(l->owner, true);
}

void ldisc_start(struct ldisc *l)
{
    if (!l->stopped || l->tc_stopped)
        return;
    l->stopped = false;
    l->ops->flow(l->owner, false);
}

/* ---- what comes in ---- */

static void put_byte(struct ldisc *l, uint8_t c, bool end)
{
    if (c == 0xff && INPUT(l, PARMRK)) /* said twice: once would begin a mark */
        l->in[l->head++ % LDISC_BUF] = c;
    l->ends[l->head % LDISC_BUF] = end;
    l->in[l->head++ % LDISC_BUF] = c;
}

static void echo_typed(struct ldisc *l, uint8_t c)
{
    if (l->canon_head == l->head)
        ldisc_echo_line_begins(l);
    ldisc_echo(l, c);
}

static void restart_by_any(struct ldisc *l)
{
    if (l->stopped && !l->tc_stopped && INPUT(l, IXON) && INPUT(l, IXANY)) {
        ldisc_start(l);
        ldisc_process_echoes(l);
    }
}

static void receive_plain(struct ldisc *l, uint8_t c)
{
    restart_by_any(l);
    if (LOCAL(l, ECHO)) {
        ldisc_end_erasing(l);
        echo_typed(l, c);
    }
    put_byte(l, c, false);
}

static void send_signal(struct ldisc *l, int signo, uint8_t c)
{
    l->ops->signal(l->owner, signo);
    if (!LOCAL(l, NOFLSH)) {
        l->echo_tail = l->echo_head;
        ldisc_flush_input(l);
        l->ops->flushed(l->owner);
    }
    if (INPUT(l, IXON))
        ldisc_start(l);
    if (LOCAL(l, ECHO))
        ldisc_echo(l, c);
}

static void line_ends(struct ldisc *l, uint8_t c)
{
    put_byte(l, c, true);
    l->canon_head = l->head;
    if (l->ops->line)
        l->ops->line(l->owner);
}

static void reprint(struct ldisc *l, uint8_t c)
{
    ldisc_end_erasing(l);
    ldisc_echo(l, c);
    ldisc_echo_raw(l, '\n');
    for (size_t pos = l->canon_head; pos != l->head; pos++)
        ldisc_echo(l, ldisc_at(l, pos));
}

/* Characters that mean something to a line. False: an ordinary one. */
static bool receive_canonical(struct ldisc *l, uint8_t c)
{
    bool extended = LOCAL(l, IEXTEN);

    if (c == CHAR(l, VERASE) || c == CHAR(l, VKILL) || (extended && c == CHAR(l, VWERASE))) {
        ldisc_erase(l, c);
    } else if (extended && c == CHAR(l, VLNEXT)) {
        l->lnext = true;
        if (!LOCAL(l, ECHO))
            return true;
        ldisc_end_erasing(l);
        if (LOCAL(l, ECHOCTL)) {
            ldisc_echo_raw(l, '^');
            ldisc_echo_raw(l, '\b');
        }
    } else if (extended && LOCAL(l, ECHO) && c == CHAR(l, VREPRINT)) {
        reprint(l, c);
    } else if (c == '\n') {
        if (LOCAL(l, ECHO | ECHONL))
            ldisc_echo_raw(l, c);
        line_ends(l, c);
    } else if (c == CHAR(l, VEOF)) {
        line_ends(l, DISABLED);
    } else if (c == CHAR(l, VEOL) || (extended && c == CHAR(l, VEOL2))) {
        if (LOCAL(l, ECHO))
            echo_typed(l, c);
        line_ends(l, c);
    } else {
        return false;
    }
    return true;
}

static void receive_special(struct ldisc *l, uint8_t c)
{
    static const struct {
        uint8_t which;
        int signo;
    } signals[] = {{VINTR, SIGINT}, {VQUIT, SIGQUIT}, {VSUSP, SIGTSTP}};

    if (INPUT(l, IXON) && c == CHAR(l, VSTART)) {
        ldisc_start(l);
        ldisc_process_echoes(l);
        return;
    }
    if (INPUT(l, IXON) && c == CHAR(l, VSTOP)) {
        ldisc_stop(l);
        return;
    }
    for (int i = 0; i < 3 && LOCAL(l, ISIG); i++)
        if (c == CHAR(l, signals[i].which)) {
            send_signal(l, signals[i].signo, c);
            return;
        }
    restart_by_any(l);
    if (c == '\r') {
        if (INPUT(l, IGNCR))
            return;
        if (INPUT(l, ICRNL))
            c = '\n';
    } else if (c == '\n' && INPUT(l, INLCR)) {
        c = '\r';
    }
    if (LOCAL(l, ICANON) && receive_canonical(l, c))
        return;
    if (LOCAL(l, ECHO)) {
        ldisc_end_erasing(l);
        if (c == '\n')
            ldisc_echo_raw(l, c);
        else
            echo_typed(l, c);
    }
    put_byte(l, c, false);
}

static void receive_byte(struct ldisc *l, uint8_t c)
{
    if (INPUT(l, ISTRIP))
        c &= 0x7f;
    if (INPUT(l, IUCLC) && LOCAL(l, IEXTEN))
        c = c >= 'A' && c <= 'Z' ? c + 32 : c;
    if (l->lnext) {
        l->lnext = false;
        receive_plain(l, c);
    } else if (LOCAL(l, EXTPROC)) {
        put_byte(l, c, false);
    } else if (l->special[c]) {
        receive_special(l, c);
    } else {
        receive_plain(l, c);
    }
}

/* Room for one more byte. Where a line is full before its end, the last byte gives way to the next. */
static bool make_room(struct ldisc *l)
{
    size_t used = l->head - l->tail, each = INPUT(l, PARMRK) ? 3 : 1;
    size_t room = (LDISC_BUF - used + each - 1) / each;

    if (room > 1)
        return true;
    if (!LOCAL(l, ICANON) || l->canon_head != l->tail)
        return false;
    if (!room)
        l->head--;
    return true;
}

size_t ldisc_receive(struct ldisc *l, const uint8_t *bytes, size_t n)
{
    size_t done = 0;

    for (; done < n && make_room(l); done++)
        receive_byte(l, bytes[done]);
    ldisc_process_echoes(l);
    return done;
}

/* ---- what the program reads ---- */

bool ldisc_available(const struct ldisc *l, size_t least)
{
    return ldisc_canonical(l) ? l->canon_head != l->tail : l->head - l->tail >= least;
}

static bool at_typed_eof(const struct ldisc *l)
{
    return l->tail != l->canon_head && l->ends[l->tail % LDISC_BUF] && ldisc_at(l, l->tail) == DISABLED;
}

size_t ldisc_count(const struct ldisc *l)
{
    size_t n = l->head - l->tail;

    if (!ldisc_canonical(l))
        return n;
    n = l->canon_head - l->tail;
    for (size_t pos = l->tail; pos != l->canon_head; pos++)
        n -= l->ends[pos % LDISC_BUF] && ldisc_at(l, pos) == DISABLED;
    return n;
}

size_t ldisc_read(struct ldisc *l, uint8_t *to, size_t n)
{
    size_t done = 0;

    if (!ldisc_canonical(l)) {
        for (; done < n && l->tail != l->head; l->tail++)
            to[done++] = ldisc_at(l, l->tail);
        return done;
    }
    while (l->tail != l->canon_head) {
        bool *end = &l->ends[l->tail % LDISC_BUF], last = *end;

        if (done == n && !at_typed_eof(l)) /* an end of file right after the last byte goes with it */
            break;
        if (!at_typed_eof(l))
            to[done++] = ldisc_at(l, l->tail);
        *end = false;
        l->tail++;
        if (last)
            break;
    }
    return done;
}
