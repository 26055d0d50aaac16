/*
 * tui.h - mseal-emu tui: a recorded run (tui_run.c), where one looks at it and what a key does (tui_keys.c),
 * the screen as cells (tui_draw.c, tui_panes.c), and a terminal that shows them (tui_term.c).
 */
#ifndef EMU_CMD_TUI_H
#define EMU_CMD_TUI_H

#include "picture.h"
#include "recording.h"

/* ---- tui_run.c: the run ---- */

struct tui_change { /* the areas in [start, end) of mm became area[first] ... area[first + n - 1] */
    uint64_t mm, start, end;
    size_t first, n;
};
struct tui_step {
    uint64_t nr;
    int tid;
    unsigned kind; /* enum event_kind */
    uint64_t mm, printed, about, about_len, code;
    uint64_t reg[RECORD_REGS];
    struct piece line, why;
    const char *who; /* "" : nobody is known */
    size_t change, nr_changes;
};
struct tui_code {
    uint64_t rip;
    const uint8_t *bytes;
    uint32_t valid;
    struct piece symbol;
};
struct tui_run {
    struct recording rec; /* owns all texts */
    struct tui_step *step;
    size_t n, room;
    struct tui_change *change;
    size_t nr_changes, change_room;
    struct area *area;
    size_t nr_areas, area_room;
    struct tui_code *code; /* numbered from 1 */
    size_t nr_codes, code_room;
    char *output; /* what the program printed */
    size_t output_len;
    /* the address space as last asked for */
    struct picture maps;
    uint64_t maps_mm;
    size_t maps_at;
};
/* Read a recording with states; a broken end is left out. False: nothing in it, or out of memory. */
bool tui_run_load(struct tui_run *run, FILE *in);
void tui_run_free(struct tui_run *run);
/* The areas of step i's address space after it. */
const struct picture *tui_run_maps(struct tui_run *run, size_t i);
/* Has step i to do with [start, end) of mm? */
bool tui_step_touches(const struct tui_run *run, size_t i, uint64_t mm, uint64_t start, uint64_t end);
/* Was a itself made or named by step i? */
bool tui_step_touched_area(const struct tui_run *run, size_t i, const struct area *a);
bool tui_step_is_call(const struct tui_step *s);
bool tui_step_is_refused(const struct tui_step *s);
bool tui_step_is_fault(const struct tui_step *s);

/* ---- the screen ---- */

enum tui_style { TUI_PLAIN, TUI_DIM, TUI_BOLD, TUI_TITLE, TUI_HIT, TUI_SEAL, TUI_BAD, TUI_STYLES };
struct tui_screen {
    unsigned rows, cols;
    char *ch; /* rows * cols, printable ASCII */
    uint8_t *style;
    int cursor; /* column in the last row, -1: none */
};
#define TUI_MIN_ROWS 24
#define TUI_MIN_COLS 80
#define TUI_MAX      1000
bool tui_screen_size(struct tui_screen *s, unsigned rows, unsigned cols); /* false: out of memory */
void tui_screen_free(struct tui_screen *s);
/* Text from a column up to another; what is not ASCII becomes '?'. Returns the column behind it. */
unsigned tui_put(struct tui_screen *s, unsigned row, unsigned col, unsigned end, enum tui_style style,
                 const char *text, size_t len);
unsigned tui_printf(struct tui_screen *s, unsigned row, unsigned col, enum tui_style style, const char *fmt,
                    ...) __attribute__((format(printf, 5, 6)));
/* A row from one end to the other with a title in it. */
void tui_divider(struct tui_screen *s, unsigned row, unsigned col, unsigned end, const char *title);
void tui_screen_print(const struct tui_screen *s, FILE *out);

/* ---- tui_keys.c: where one is, and what a key does ---- */

enum tui_key { /* others are themselves */
               TUI_ENTER = 13,
               TUI_ESC = 27,
               TUI_BACKSPACE = 127,
               TUI_UP = 256,
               TUI_DOWN,
               TUI_LEFT,
               TUI_RIGHT,
               TUI_PAGE_UP,
               TUI_PAGE_DOWN,
               TUI_HOME,
               TUI_END,
               TUI_RESIZE,
               TUI_NONE
};
enum tui_show { TUI_TRACE, TUI_OUTPUT, TUI_WHY, TUI_HELP };
struct tui {
    struct tui_run *run;
    const char *program, *input; /* as the title and the help tell */
    size_t at;
    enum tui_show show;
    unsigned scroll; /* of TUI_OUTPUT and TUI_HELP, lines */
    uint64_t chosen; /* start of the area chosen with up and down, UINT64_MAX: the one touched */
    uint64_t page;   /* page followed with p, UINT64_MAX: the first one touched */
    char prompt;     /* 'g', '/', 'a': what is being typed; 0: nothing */
    char typed[128];
    char search[128];
    char note[128]; /* one line for the user, until the next key */
};
/* False: quit. */
bool tui_key(struct tui *ui, int key);
/* The area that is chosen, NULL: there are none. */
const struct area *tui_chosen(struct tui *ui);
struct tui_help {
    const char *keys, *what;
};
extern const struct tui_help tui_help[]; /* ends with {NULL} */

/* ---- tui_draw.c ---- */
void tui_draw(struct tui *ui, struct tui_screen *s);

/* ---- tui_panes.c ---- */
void tui_draw_strip(struct tui *ui, struct tui_screen *s, unsigned row);
void tui_draw_maps(struct tui *ui, struct tui_screen *s, unsigned row, unsigned rows);
void tui_draw_regs(struct tui *ui, struct tui_screen *s, unsigned row, unsigned rows, unsigned cols);
void tui_draw_code(struct tui *ui, struct tui_screen *s, unsigned row, unsigned rows, unsigned col);

/* ---- tui_term.c ---- */
/* 0, or the exit status after one line on stderr: no terminal, or of an unknown kind. */
int tui_term_check(void);
/* Show ui and do what keys say until it is to quit. */
int tui_term_run(struct tui *ui);

#endif
