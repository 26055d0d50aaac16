/* tui_draw.c - the screen: cells, the arrangement of the panes in them, trace, output, why and help. */
#include "tui.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- cells ---- */

static void screen_clear(struct tui_screen *s)
{
    memset(s->ch, ' ', (size_t)s->rows * s->cols);
    memset(s->style, TUI_PLAIN, (size_t)s->rows * s->cols);
    s->cursor = -1;
}

bool tui_screen_size(struct tui_screen *s, unsigned rows, unsigned cols)
{
    rows = rows > TUI_MAX ? TUI_MAX : rows;
    cols = cols > TUI_MAX ? TUI_MAX : cols;
    tui_screen_free(s);
    s->ch = malloc((size_t)rows * cols + 1);
    s->style = malloc((size_t)rows * cols + 1);
    if (!s->ch || !s->style)
        return false;
    s->rows = rows;
    s->cols = cols;
    screen_clear(s);
    return true;
}

void tui_screen_free(struct tui_screen *s)
{
    free(s->ch);
    free(s->style);
    memset(s, 0, sizeof(*s));
}

unsigned tui_put(struct tui_screen *s, unsigned row, unsigned col, unsigned end, enum tui_style style,
                 const char *text, size_t len)
{
    if (end > s->cols)
        end = s->cols;
    for (size_t i = 0; row < s->rows && i < len && col < end; i++, col++) {
        s->ch[row * s->cols + col] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
        s->style[row * s->cols + col] = (uint8_t)style;
    }
    return col;
}

unsigned tui_printf(struct tui_screen *s, unsigned row, unsigned col, enum tui_style style, const char *fmt,
                    ...)
{
    char text[TUI_MAX + 1];
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return tui_put(s, row, col, s->cols, style, text, n < 0 ? 0 : strlen(text));
}

void tui_divider(struct tui_screen *s, unsigned row, unsigned col, unsigned end, const char *title)
{
    for (unsigned c = col; c < end; c++)
        tui_put(s, row, c, end, TUI_DIM, "-", 1);
    tui_put(s, row, col + 2, end, TUI_BOLD, title, strlen(title));
}

void tui_screen_print(const struct tui_screen *s, FILE *out)
{
    for (unsigned r = 0; r < s->rows; r++) {
        unsigned n = s->cols;

        while (n && s->ch[r * s->cols + n - 1] == ' ')
            n--;
        fprintf(out, "%.*s\n", (int)n, s->ch + r * s->cols);
    }
}

/* ---- text that may be long ---- */

/* Words in rows of width columns, rows at most, drawn unless s is NULL. The rows it takes. */
static unsigned wrapped(struct tui_screen *s, unsigned row, unsigned rows, unsigned width,
                        enum tui_style style, const char *before, struct piece text)
{
    unsigned used = 0, indent = (unsigned)strlen(before);

    while (used < rows && (text.len || !used)) {
        size_t room = width - indent, n = text.len < room ? text.len : room;

        if (n < text.len) {
            size_t cut = n;

            while (cut > room / 2 && text.s[cut] != ' ')
                cut--;
            if (cut > room / 2)
                n = cut;
        }
        if (s) {
            if (!used)
                tui_put(s, row, 0, width, TUI_BOLD, before, indent);
            tui_put(s, row + used, indent, width, style, text.s, n);
            if (used + 1 == rows && n < text.len)
                tui_put(s, row + used, width - 3, width, TUI_BOLD, "...", 3);
        }
        used++;
        text.s += n;
        text.len -= n;
        while (text.len && *text.s == ' ') {
            text.s++;
            text.len--;
        }
    }
    return used;
}

/* ---- trace, output, help ---- */

static void draw_trace(struct tui *ui, struct tui_screen *s, unsigned row, unsigned rows)
{
    size_t first = ui->at > rows / 2 ? ui->at - rows / 2 : 0;

    if (ui->run->n >= rows && first > ui->run->n - rows)
        first = ui->run->n - rows;
    if (ui->run->n < rows)
        first = 0;
    for (size_t i = first; i < ui->run->n && i < first + rows; i++, row++) {
        const struct tui_step *st = &ui->run->step[i];
        bool bad = st->why.len;
        char mark = tui_step_is_fault(st) ? '!' : bad ? 'x' : st->nr_changes ? '*' : ' ';
        unsigned col = tui_printf(s, row, 0, i == ui->at ? TUI_HIT : TUI_PLAIN, "%c%6" PRIu64 " %5d %c ",
                                  i == ui->at ? '>' : ' ', st->nr, st->tid, mark);

        tui_put(s, row, col, s->cols,
                i == ui->at ? TUI_HIT
                : bad       ? TUI_BAD
                            : TUI_PLAIN,
                st->line.s, st->line.len);
    }
}

/* The last lines of what had been printed by now, less scroll. */
static void draw_output(struct tui *ui, struct tui_screen *s, unsigned row, unsigned rows)
{
    size_t len = ui->run->step[ui->at].printed, at = 0;
    unsigned lines = 0, skip, width = s->cols;

    if (len > ui->run->output_len || ui->at + 1 == ui->run->n)
        len = ui->run->output_len;
    if (!len) {
        tui_printf(s, row, 2, TUI_DIM, "(nothing yet)");
        return;
    }
    for (int pass = 0; pass < 2; pass++) {
        unsigned line = 0;

        skip = lines > rows ? lines - rows : 0;
        if (ui->scroll > skip)
            ui->scroll = skip;
        skip -= ui->scroll;
        for (at = 0; at < len; line++) {
            const char *nl = memchr(ui->run->output + at, '\n', len - at);
            size_t n = nl ? (size_t)(nl - ui->run->output) - at : len - at, part = n < width ? n : width;

            if (pass && line >= skip && line < skip + rows)
                tui_put(s, row + line - skip, 0, s->cols, TUI_PLAIN, ui->run->output + at, part);
            at += part + (part == n && nl);
        }
        lines = line;
    }
}

static void draw_help(struct tui *ui, struct tui_screen *s)
{
    unsigned row = 1, lines = 0;

    while (tui_help[lines].keys)
        lines++;
    if (ui->scroll + s->rows - 4 > lines)
        ui->scroll = lines > s->rows - 4 ? lines - (s->rows - 4) : 0;
    tui_divider(s, row++, 0, s->cols, " keys (any other key goes back) ");
    for (unsigned i = ui->scroll; tui_help[i].keys && row < s->rows - 2; i++, row++) {
        tui_printf(s, row, 2, TUI_BOLD, "%s", tui_help[i].keys);
        tui_printf(s, row, 26, TUI_PLAIN, "%s", tui_help[i].what);
    }
    tui_printf(s, s->rows - 2, 2, TUI_DIM,
               "Maps: (rw) an area, [rw] a sealed one, ^ touched by the event, > chosen.");
    tui_printf(s, s->rows - 1, 2, TUI_DIM, "Input of the program: %s; it cannot read from this terminal.",
               ui->input);
}

/* ---- everything ---- */

static void draw_title(struct tui *ui, struct tui_screen *s)
{
    const struct tui_step *st = &ui->run->step[ui->at];
    char right[160];
    int n = snprintf(right, sizeof(right), "event %" PRIu64 "  task %d  step %zu/%zu  ? help", st->nr,
                     st->tid, ui->at + 1, ui->run->n);

    for (unsigned c = 0; c < s->cols; c++)
        tui_put(s, 0, c, s->cols, TUI_TITLE, " ", 1);
    tui_printf(s, 0, 0, TUI_TITLE, "%s  %s", ui->program, ui->run->rec.design);
    tui_put(s, 0, s->cols - (unsigned)n - 2, s->cols, TUI_TITLE, "  ", 2);
    tui_put(s, 0, s->cols - (unsigned)n, s->cols, TUI_TITLE, right, (size_t)n);
}

static void draw_bottom(struct tui *ui, struct tui_screen *s)
{
    unsigned row = s->rows - 1;

    for (unsigned c = 0; (ui->prompt || *ui->note) && c < s->cols; c++)
        tui_put(s, row, c, s->cols, TUI_PLAIN, " ", 1);
    if (ui->prompt) {
        const char *what = ui->prompt == 'g'   ? "go to event: "
                           : ui->prompt == '/' ? "search: "
                                               : "page at address: 0x";

        s->cursor = (int)tui_printf(s, row, 0, TUI_BOLD, "%s%s", what, ui->typed);
    } else if (*ui->note) {
        tui_printf(s, row, 0, TUI_BOLD, "%s", ui->note);
    }
}

void tui_draw(struct tui *ui, struct tui_screen *s)
{
    const struct tui_step *st = &ui->run->step[ui->at];
    struct piece told = st->why.len ? st->why : (struct piece){st->who, strlen(st->who)};
    const char *label = st->why.len ? "why: " : "by: ";
    enum tui_style style = st->why.len ? TUI_BAD : TUI_PLAIN;
    unsigned maps, regs = 8, row, why, left = 41, low;

    screen_clear(s);
    if (s->rows < TUI_MIN_ROWS || s->cols < TUI_MIN_COLS) {
        tui_printf(s, 0, 0, TUI_BOLD, "needs %d x %d, this is %u x %u", TUI_MIN_COLS, TUI_MIN_ROWS, s->cols,
                   s->rows);
        return;
    }
    draw_title(ui, s);
    if (ui->show == TUI_HELP) {
        draw_help(ui, s);
        return;
    }
    if (ui->show == TUI_WHY) {
        tui_divider(s, 1, 0, s->cols, " this event (any key goes back) ");
        row = 2 + wrapped(s, 2, s->rows - 4, s->cols, TUI_PLAIN, "", st->line);
        if (*st->who)
            row += wrapped(s, row, s->rows - 1 - row, s->cols, TUI_PLAIN,
                           "by: ", (struct piece){st->who, strlen(st->who)});
        if (st->why.len)
            wrapped(s, row, s->rows - row, s->cols, TUI_BAD, "why: ", st->why);
        return;
    }
    /* What is more than 24 rows is shared between maps, registers' neighbour and trace. */
    maps = 4 + (s->rows - TUI_MIN_ROWS) / 3;
    tui_draw_strip(ui, s, 1);
    tui_draw_maps(ui, s, 3, maps);
    row = 3 + maps;
    regs += (s->rows - TUI_MIN_ROWS) / 6;
    tui_draw_regs(ui, s, row, regs, left);
    tui_draw_code(ui, s, row, regs, left);
    row += regs + 1;
    low = s->rows - row - 1;
    why = told.len ? wrapped(NULL, 0, low - 3 < 3 ? low - 3 : 3 + (s->rows - TUI_MIN_ROWS) / 4, s->cols,
                             style, label, told)
                   : 0;
    tui_divider(s, row, 0, s->cols,
                ui->show == TUI_OUTPUT ? " output so far (o: trace) " : " trace (o: output) ");
    if (ui->show == TUI_OUTPUT)
        draw_output(ui, s, row + 1, low - why);
    else
        draw_trace(ui, s, row + 1, low - why);
    if (why)
        wrapped(s, s->rows - why, why, s->cols, style, label, told);
    draw_bottom(ui, s);
}
