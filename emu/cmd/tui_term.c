/*
 * tui_term.c - the screen on a terminal, and keys from it, by ncurses.
 *
 * What terminals can do, how they name their keys, when they change size and how they are left in order is
 * what ncurses knows and we do not want to. It is loaded when it is needed: linking it would cost every run
 * of a program the start of two more libraries.
 */
#include "emu/options.h"
#include "tui.h"

#define NCURSES_NOMACROS
#include <curses.h>
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ncurses' functions of these names. */
static struct {
    SCREEN *(*newterm)(const char *type, FILE *out, FILE *in);
    SCREEN *(*set_term)(SCREEN *s);
    int (*raw)(void), (*noecho)(void), (*nonl)(void), (*endwin)(void), (*start_color)(void),
        (*use_default_colors)(void);
    bool (*has_colors)(void);
    int (*keypad)(WINDOW *w, bool on), (*curs_set)(int how), (*init_pair)(short pair, short fg, short bg);
    int (*set_escdelay)(int ms);
    int (*getmaxx)(const WINDOW *w), (*getmaxy)(const WINDOW *w);
    int (*wgetch)(WINDOW *w), (*wmove)(WINDOW *w, int y, int x), (*waddch)(WINDOW *w, const chtype c);
    int (*werase)(WINDOW *w), (*wrefresh)(WINDOW *w), (*clearok)(WINDOW *w, bool on);
    int (*nodelay)(WINDOW *w, bool on);
    int (*setupterm)(const char *type, int fd, int *err);
    WINDOW **stdscr;
} nc;

static const struct {
    const char *name;
    void *at;
} symbols[] = {
#define SYMBOL(name)                                                                                         \
    {                                                                                                        \
#name, &nc.name                                                                                      \
    }
    SYMBOL(newterm),      SYMBOL(set_term),    SYMBOL(raw),
    SYMBOL(noecho),       SYMBOL(nonl),        SYMBOL(endwin),
    SYMBOL(keypad),       SYMBOL(start_color), SYMBOL(use_default_colors),
    SYMBOL(has_colors),   SYMBOL(curs_set),    SYMBOL(init_pair),
    SYMBOL(set_escdelay), SYMBOL(getmaxx),     SYMBOL(getmaxy),
    SYMBOL(wgetch),       SYMBOL(wmove),       SYMBOL(waddch),
    SYMBOL(werase),       SYMBOL(wrefresh),    SYMBOL(clearok),
    SYMBOL(setupterm),    SYMBOL(stdscr),      SYMBOL(nodelay),
#undef SYMBOL
};

static bool load(void)
{
    char name[32];
    void *so;

    snprintf(name, sizeof(name), "libncursesw.so.%d", NCURSES_VERSION_MAJOR);
    so = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; so && i < sizeof(symbols) / sizeof(*symbols); i++) {
        void *p = dlsym(so, symbols[i].name);

        if (!p)
            return false;
        memcpy(symbols[i].at, &p, sizeof(p));
    }
    return so;
}

int tui_term_check(void)
{
    const char *term = getenv("TERM");
    int known = 0;

    if (!isatty(0) || !isatty(1)) {
        fprintf(stderr, "mseal-emu tui: standard input and output must be a terminal (--print shows a screen "
                        "without one)\n");
        return EXIT_USAGE;
    }
    if (!load()) {
        fprintf(stderr, "mseal-emu tui: libncursesw.so.%d is needed and cannot be loaded\n",
                NCURSES_VERSION_MAJOR);
        return EXIT_FAILED;
    }
    if (!term || !*term || !strcmp(term, "dumb") || nc.setupterm(term, 1, &known) || known != 1) {
        fprintf(stderr, "mseal-emu tui: a terminal of unknown or too simple kind: TERM='%s'\n",
                term ? term : "");
        return EXIT_USAGE;
    }
    return 0;
}

static const struct {
    int theirs, ours;
} keys[] = {
    {KEY_UP, TUI_UP},         {KEY_DOWN, TUI_DOWN},
    {KEY_LEFT, TUI_LEFT},     {KEY_RIGHT, TUI_RIGHT},
    {KEY_PPAGE, TUI_PAGE_UP}, {KEY_NPAGE, TUI_PAGE_DOWN},
    {KEY_HOME, TUI_HOME},     {KEY_END, TUI_END},
    {KEY_RESIZE, TUI_RESIZE}, {KEY_BACKSPACE, TUI_BACKSPACE},
    {KEY_ENTER, TUI_ENTER},   {'\b', TUI_BACKSPACE},
    {'\n', TUI_ENTER},        {'\f', TUI_RESIZE},
    {'C' - '@', 'q'},
};

static int translated(int c)
{
    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        if (keys[i].theirs == c)
            return keys[i].ours;
    return c >= 0 && c < 128 ? c : TUI_NONE;
}

/* COLOR_PAIR() as a constant. */
#define PAIR(n) (NCURSES_BITS((chtype)(n), 0) & A_COLOR)

static void show(const struct tui_screen *s)
{
    static const chtype styles[TUI_STYLES] = {
        [TUI_PLAIN] = A_NORMAL,       [TUI_DIM] = A_DIM,    [TUI_BOLD] = A_BOLD, [TUI_TITLE] = A_REVERSE,
        [TUI_HIT] = A_BOLD | PAIR(1), [TUI_SEAL] = PAIR(2), [TUI_BAD] = PAIR(3),
    };

    nc.werase(*nc.stdscr);
    for (unsigned i = 0; i < s->rows * s->cols; i++) {
        nc.wmove(*nc.stdscr, (int)(i / s->cols), (int)(i % s->cols));
        nc.waddch(*nc.stdscr, (chtype)(unsigned char)s->ch[i] | styles[s->style[i]]);
    }
    nc.curs_set(s->cursor >= 0);
    if (s->cursor >= 0)
        nc.wmove(*nc.stdscr, (int)s->rows - 1, s->cursor);
    nc.wrefresh(*nc.stdscr);
}

static volatile sig_atomic_t ended;

static void on_signal(int signo)
{
    ended = signo;
}

/*
 * A key, ERR when the terminal went away or a signal ends us. Signals, SIGWINCH too, come only while ppoll()
 * waits: one that came between a look at `ended` and a read would be forgotten until the next key.
 */
static int next_key(const sigset_t *waiting)
{
    struct pollfd in = {.fd = 0, .events = POLLIN};

    for (;;) {
        int c = nc.wgetch(*nc.stdscr);

        if (c != ERR || ended || (in.revents & (POLLHUP | POLLERR | POLLNVAL)))
            return c;
        if (ppoll(&in, 1, NULL, waiting) < 0) {
            if (errno != EINTR)
                return ERR;
            in.revents = 0;
        }
    }
}

int tui_term_run(struct tui *ui)
{
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    struct sigaction act = {.sa_handler = on_signal};
    struct tui_screen s = {0};
    sigset_t held, waiting;
    int err = 0, c;

    if (!nc.newterm(NULL, stdout, stdin)) {
        fprintf(stderr, "mseal-emu tui: the terminal cannot be used\n");
        return EXIT_FAILED;
    }
    /* The terminal is put in order before we die of it. */
    sigemptyset(&held);
    sigaddset(&held, SIGWINCH);
    for (size_t i = 0; i < sizeof(ending) / sizeof(*ending); i++) {
        sigaction(ending[i], &act, NULL);
        sigaddset(&held, ending[i]);
    }
    sigprocmask(SIG_BLOCK, &held, &waiting);
    nc.raw();
    nc.noecho();
    nc.nonl();
    nc.set_escdelay(50);
    nc.keypad(*nc.stdscr, true);
    nc.nodelay(*nc.stdscr, true);
    if (nc.has_colors() && !getenv("NO_COLOR")) {
        nc.start_color();
        nc.use_default_colors();
        nc.init_pair(1, COLOR_CYAN, -1);
        nc.init_pair(2, COLOR_YELLOW, -1);
        nc.init_pair(3, COLOR_RED, -1);
    }
    for (;;) {
        unsigned rows = (unsigned)nc.getmaxy(*nc.stdscr), cols = (unsigned)nc.getmaxx(*nc.stdscr);

        if ((s.rows != rows || s.cols != cols) && !tui_screen_size(&s, rows, cols)) {
            err = EXIT_FAILED;
            break;
        }
        tui_draw(ui, &s);
        show(&s);
        c = next_key(&waiting);
        if (c == ERR)
            break;
        if (c == '\f')
            nc.clearok(*nc.stdscr, true);
        if (!tui_key(ui, translated(c)))
            break;
    }
    nc.endwin();
    tui_screen_free(&s);
    if (ended) {
        signal(ended, SIG_DFL);
        raise(ended);
    }
    sigprocmask(SIG_SETMASK, &waiting, NULL);
    return err;
}
