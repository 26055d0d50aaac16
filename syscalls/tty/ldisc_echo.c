/*
 * ldisc_echo.c - the output side of the line discipline: OPOST, echo, and what erasing looks like.
 *
 * Echo that finds no room, or stopped output, waits in echo[]; when that overflows, the oldest of it is lost.
 */
#include "ldisc.h"

#define OUTPUT(l, flag) ((l)->termios.c_oflag & (flag))
#define LOCAL(l, flag)  ((l)->termios.c_lflag & (flag))
#define CHAR(l, which)  ((l)->termios.c_cc[which])

enum { ECHO_BYTE, ECHO_CONTROL, ECHO_LINE_BEGINS, ECHO_BACK, ECHO_TAB };
#define TAB_AFTER_TAB 0x80 /* in the byte of ECHO_TAB, beside the columns modulo 8 */

static void show(struct ldisc *l, uint8_t c)
{
    l->ops->put(l->owner, &c, 1);
}

size_t ldisc_room(const struct ldisc *l)
{
    return l->stopped ? 0 : l->ops->room(l->owner);
}

/* One byte as OPOST has it. False: not enough room for what it becomes. */
static bool show_processed(struct ldisc *l, uint8_t c)
{
    size_t room = ldisc_room(l);
    unsigned spaces;

    if (!room)
        return false;
    switch (c) {
    case '\n':
        if (OUTPUT(l, ONLRET))
            l->column = 0;
        if (OUTPUT(l, ONLCR)) {
            if (room < 2)
                return false;
            l->column = 0;
            show(l, '\r');
        }
        l->canon_column = l->column;
        break;
    case '\r':
        if (OUTPUT(l, ONOCR) && !l->column)
            return true;
        if (OUTPUT(l, OCRNL))
            c = '\n';
        if (c == '\r' || OUTPUT(l, ONLRET))
            l->canon_column = l->column = 0;
        break;
    case '\t':
        spaces = 8 - (l->column & 7);
        if (OUTPUT(l, TABDLY) == XTABS) {
            if (room < spaces)
                return false;
            l->column += spaces;
            l->ops->put(l->owner, (const uint8_t *)"        ", spaces);
            return true;
        }
        l->column += spaces;
        break;
    case '\b':
        if (l->column)
            l->column--;
        break;
    default:
        if (ldisc_control(c))
            break;
        if (OUTPUT(l, OLCUC) && c >= 'a' && c <= 'z')
            c -= 32;
        if (!ldisc_continues(l, c))
            l->column++;
    }
    show(l, c);
    return true;
}

size_t ldisc_write(struct ldisc *l, const uint8_t *bytes, size_t n)
{
    size_t done = 0, room;

    ldisc_process_echoes(l);
    if (OUTPUT(l, OPOST)) {
        while (done < n && show_processed(l, bytes[done]))
            done++;
        return done;
    }
    room = ldisc_room(l);
    done = n < room ? n : room;
    if (done)
        l->ops->put(l->owner, bytes, done);
    return done;
}

/* ---- echo ---- */

static void erase_tab(struct ldisc *l, uint8_t columns)
{
    unsigned at = columns & TAB_AFTER_TAB ? columns : columns + l->canon_column;

    for (unsigned n = 8 - (at & 7); n; n--) {
        show(l, '\b');
        if (l->column)
            l->column--;
    }
}

static bool show_echo(struct ldisc *l, unsigned kind, uint8_t c)
{
    size_t room = ldisc_room(l);

    switch (kind) {
    case ECHO_LINE_BEGINS:
        l->canon_column = l->column;
        return true;
    case ECHO_BACK:
        if (l->column)
            l->column--;
        return true;
    case ECHO_CONTROL:
        if (room < 2)
            return false;
        show(l, '^');
        show(l, c ^ 0100);
        l->column += 2;
        return true;
    case ECHO_TAB:
        if (room < 8)
            return false;
        erase_tab(l, c);
        return true;
    }
    if (OUTPUT(l, OPOST))
        return show_processed(l, c);
    if (!room)
        return false;
    show(l, c);
    return true;
}

void ldisc_process_echoes(struct ldisc *l)
{
    while (l->echo_tail != l->echo_head) {
        uint16_t e = l->echo[l->echo_tail % LDISC_BUF];

        if (!show_echo(l, e >> 8, e & 0xff))
            break;
        l->echo_tail++;
    }
}

static void add_echo(struct ldisc *l, unsigned kind, uint8_t c)
{
    if (l->echo_head - l->echo_tail == LDISC_BUF)
        ldisc_process_echoes(l);
    if (l->echo_head - l->echo_tail == LDISC_BUF)
        l->echo_tail++;
    l->echo[l->echo_head++ % LDISC_BUF] = (uint16_t)(kind << 8 | c);
}

void ldisc_echo_raw(struct ldisc *l, uint8_t c)
{
    add_echo(l, ECHO_BYTE, c);
}

void ldisc_echo(struct ldisc *l, uint8_t c)
{
    add_echo(l, LOCAL(l, ECHOCTL) && ldisc_control(c) && c != '\t' ? ECHO_CONTROL : ECHO_BYTE, c);
}

void ldisc_echo_line_begins(struct ldisc *l)
{
    add_echo(l, ECHO_LINE_BEGINS, 0);
}

/* The column is one less, without a byte. */
static void echo_back(struct ldisc *l)
{
    add_echo(l, ECHO_BACK, 0);
}

/* Go back over a tab after `columns` of text since the last tab (after_tab) or the line's beginning. */
static void echo_erase_tab(struct ldisc *l, unsigned columns, bool after_tab)
{
    add_echo(l, ECHO_TAB, (columns & 7) | (after_tab ? TAB_AFTER_TAB : 0));
}

void ldisc_end_erasing(struct ldisc *l)
{
    if (l->erasing) {
        ldisc_echo_raw(l, '/');
        l->erasing = false;
    }
}

/* ---- erasing ---- */

/* How wide the text before an erased tab at l->head is, back to another tab or the line's beginning. */
static void show_tab_erased(struct ldisc *l)
{
    unsigned columns = 0;
    bool after_tab = false;

    for (size_t pos = l->head; pos != l->canon_head && !after_tab; pos--) {
        uint8_t c = ldisc_at(l, pos - 1);

        if (c == '\t')
            after_tab = true;
        else if (ldisc_control(c))
            columns += LOCAL(l, ECHOCTL) ? 2 : 0;
        else
            columns += !ldisc_continues(l, c);
    }
    echo_erase_tab(l, columns, after_tab);
}

static void wipe_column(struct ldisc *l)
{
    ldisc_echo_raw(l, '\b');
    ldisc_echo_raw(l, ' ');
    ldisc_echo_raw(l, '\b');
}

/* The character of n bytes that began at l->head is gone: c is its first byte, key what was typed. */
static void show_erased(struct ldisc *l, uint8_t c, size_t n, uint8_t key)
{
    if (LOCAL(l, ECHOPRT)) {
        if (!l->erasing)
            ldisc_echo_raw(l, '\\');
        l->erasing = true;
        ldisc_echo(l, c);
        for (size_t i = 1; i < n; i++) {
            ldisc_echo_raw(l, ldisc_at(l, l->head + i));
            echo_back(l);
        }
    } else if (key == CHAR(l, VERASE) && !LOCAL(l, ECHOE)) {
        ldisc_echo(l, key);
    } else if (c == '\t') {
        show_tab_erased(l);
    } else {
        if (ldisc_control(c) && LOCAL(l, ECHOCTL))
            wipe_column(l);
        if (!ldisc_control(c) || LOCAL(l, ECHOCTL))
            wipe_column(l);
    }
}

static bool word_byte(uint8_t c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' ||
           (c >= 0xc0 && c != 0xd7 && c != 0xf7); /* Latin-1, as the kernel's isalnum() */
}

void ldisc_erase(struct ldisc *l, uint8_t key)
{
    bool word = false, by_word = key != CHAR(l, VERASE) && key == CHAR(l, VWERASE) && LOCAL(l, IEXTEN);
    bool all = key != CHAR(l, VERASE) && !by_word;

    if (l->head == l->canon_head)
        return;
    if (all && !(LOCAL(l, ECHO) && LOCAL(l, ECHOK) && LOCAL(l, ECHOKE) && LOCAL(l, ECHOE))) {
        l->head = l->canon_head;
        if (!LOCAL(l, ECHO))
            return;
        ldisc_end_erasing(l);
        ldisc_echo(l, CHAR(l, VKILL));
        if (LOCAL(l, ECHOK))
            ldisc_echo_raw(l, '\n');
        return;
    }
    do {
        size_t at = l->head, n;
        uint8_t c;

        do
            c = ldisc_at(l, --at);
        while (ldisc_continues(l, c) && at != l->canon_head);
        if (ldisc_continues(l, c)) /* a character without its beginning stays */
            break;
        if (by_word && word && !word_byte(c))
            break;
        word |= word_byte(c);
        n = l->head - at;
        l->head = at;
        if (LOCAL(l, ECHO))
            show_erased(l, c, n, key);
    } while ((all || by_word) && l->head != l->canon_head);
    if (l->head == l->canon_head && LOCAL(l, ECHO))
        ldisc_end_erasing(l);
}
