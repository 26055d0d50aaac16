/* tui_keys.c - what keys do: moving through the run, and choosing what is looked at. */
#include "tui.h"

#include <inttypes.h>
#include <mseal-emu/mm.h>
#include <stdlib.h>
#include <string.h>

/* What a step is searched for. */
enum goal { ANY, CALL, REFUSED, FAULT, AREA, PAGE, TEXT };
struct move {
    int key;
    enum goal goal;
    int direction;
    const char *what; /* as a note tells that there is none */
};
static const struct move moves[] = {
    {TUI_RIGHT, ANY, 1, "event"},
    {'l', ANY, 1, "event"},
    {' ', ANY, 1, "event"},
    {TUI_LEFT, ANY, -1, "event"},
    {'h', ANY, -1, "event"},
    {TUI_BACKSPACE, ANY, -1, "event"},
    {'s', CALL, 1, "system call"},
    {'S', CALL, -1, "system call"},
    {'r', REFUSED, 1, "refused call"},
    {'R', REFUSED, -1, "refused call"},
    {'f', FAULT, 1, "fault"},
    {'F', FAULT, -1, "fault"},
    {'v', AREA, 1, "event on this area"},
    {'V', AREA, -1, "event on this area"},
    {'p', PAGE, 1, "event on this page"},
    {'P', PAGE, -1, "event on this page"},
    {'n', TEXT, 1, "line with that"},
    {'N', TEXT, -1, "line with that"},
};

const struct tui_help tui_help[] = {
    {"right l space", "next event"},
    {"left h backspace", "the event before"},
    {"s  S", "next system call, the one before"},
    {"r  R", "next refused call, the one before"},
    {"f  F", "next fault, the one before"},
    {"up k, down j", "choose an area"},
    {"v  V", "next event on the chosen area, the one before"},
    {"a", "choose a page by its address"},
    {"p  P", "next event on that page (or this event's), the one before"},
    {"g", "go to an event by its number"},
    {"/", "search in the trace"},
    {"n  N", "next line with what was searched, the one before"},
    {"page down, page up", "ten events; in the output: ten lines"},
    {"home <, end >", "first event, last event"},
    {"o tab", "trace or output"},
    {"w", "the whole line, who did it, and why it failed"},
    {"? ", "this help"},
    {"q", "quit"},
    {NULL, NULL},
};

const struct area *tui_chosen(struct tui *ui)
{
    const struct picture *p = tui_run_maps(ui->run, ui->at);

    if (ui->chosen != UINT64_MAX)
        for (size_t i = 0; i < p->n; i++)
            if (p->area[i].start <= ui->chosen && ui->chosen < p->area[i].end)
                return &p->area[i];
    for (size_t i = 0; i < p->n; i++)
        if (tui_step_touched_area(ui->run, ui->at, &p->area[i]))
            return &p->area[i];
    return p->n ? &p->area[p->n / 2] : NULL;
}

static void choose(struct tui *ui, int by)
{
    const struct picture *p = tui_run_maps(ui->run, ui->at);
    const struct area *a = tui_chosen(ui);

    if (!a || (by < 0 && a == p->area) || (by > 0 && a == p->area + p->n - 1))
        return;
    ui->chosen = a[by].start;
}

static bool contains(struct piece text, const char *what)
{
    return memmem(text.s, text.len, what, strlen(what));
}

static bool is_goal(const struct tui *ui, size_t i, enum goal goal, uint64_t mm, uint64_t start, uint64_t end)
{
    const struct tui_step *s = &ui->run->step[i];

    switch (goal) {
    case ANY:
        return true;
    case CALL:
        return tui_step_is_call(s);
    case REFUSED:
        return tui_step_is_refused(s);
    case FAULT:
        return tui_step_is_fault(s);
    case AREA:
    case PAGE:
        return tui_step_touches(ui->run, i, mm, start, end);
    case TEXT:
        return contains(s->line, ui->search);
    }
    return false;
}

/* The first page this event is about: of a range it names, else of what it changed. */
static uint64_t first_page(const struct tui *ui)
{
    const struct tui_step *s = &ui->run->step[ui->at];

    if (s->about)
        return s->about & MM_PAGE_MASK;
    return s->nr_changes ? ui->run->change[s->change].start : UINT64_MAX;
}

static void move(struct tui *ui, const struct move *m)
{
    uint64_t mm = ui->run->step[ui->at].mm, start = 0, end = 0;
    const struct area *a = tui_chosen(ui);
    size_t i = ui->at;

    if (m->goal == TEXT && !*ui->search) {
        snprintf(ui->note, sizeof(ui->note), "nothing was searched yet: / begins");
        return;
    }
    if (m->goal == AREA && a) {
        ui->chosen = start = a->start;
        end = a->end;
    } else if (m->goal == PAGE) {
        if (ui->page == UINT64_MAX)
            ui->page = first_page(ui);
        if (ui->page == UINT64_MAX) {
            snprintf(ui->note, sizeof(ui->note), "this event is about no page: a chooses one");
            return;
        }
        start = ui->page;
        end = start + MM_PAGE_SIZE;
        ui->chosen = start;
    }
    while (m->direction > 0 ? ++i < ui->run->n : i-- > 0)
        if (is_goal(ui, i, m->goal, mm, start, end)) {
            ui->at = i;
            if (m->goal != AREA && m->goal != PAGE)
                ui->chosen = UINT64_MAX;
            if (m->goal == PAGE)
                snprintf(ui->note, sizeof(ui->note), "page %" PRIx64, ui->page);
            return;
        }
    snprintf(ui->note, sizeof(ui->note), "no %s %s", m->what,
             m->direction > 0 ? "after this" : "before this");
}

static void jump(struct tui *ui, size_t to)
{
    ui->at = to < ui->run->n ? to : ui->run->n - 1;
    ui->chosen = UINT64_MAX;
}

/* Enter at the prompt. */
static void done(struct tui *ui)
{
    char what = ui->prompt, *end;
    uint64_t v = strtoull(ui->typed, &end, what == 'a' ? 16 : 0);
    size_t i = 0;

    ui->prompt = 0;
    if (!*ui->typed)
        return;
    if (what == '/') {
        strcpy(ui->search, ui->typed);
        move(ui, &(struct move){'n', TEXT, 1, "line with that"});
        return;
    }
    if (*end || *ui->typed == '-') {
        snprintf(ui->note, sizeof(ui->note), "not a number: %.100s", ui->typed);
        return;
    }
    if (what == 'a') {
        ui->page = ui->chosen = v & MM_PAGE_MASK;
        snprintf(ui->note, sizeof(ui->note), "page %" PRIx64 ": p and P go through its events", ui->page);
        return;
    }
    while (i + 1 < ui->run->n && ui->run->step[i].nr < v)
        i++;
    jump(ui, i);
    if (ui->run->step[i].nr != v)
        snprintf(ui->note, sizeof(ui->note), "event %" PRIu64 " is no step: this is the %s one", v,
                 ui->run->step[i].nr < v ? "last" : "next");
}

static void type(struct tui *ui, int key)
{
    size_t n = strlen(ui->typed);

    if (key == TUI_ENTER || key == '\n') {
        done(ui);
    } else if (key == TUI_ESC) {
        ui->prompt = 0;
    } else if (key == TUI_BACKSPACE || key == 8) {
        if (n)
            ui->typed[n - 1] = '\0';
        else
            ui->prompt = 0;
    } else if (key >= ' ' && key < 127 && n + 1 < sizeof(ui->typed)) {
        ui->typed[n] = (char)key;
        ui->typed[n + 1] = '\0';
    }
}

static void page(struct tui *ui, int by)
{
    if (ui->show == TUI_OUTPUT)
        ui->scroll = by < 0 ? ui->scroll + 10 : ui->scroll > 10 ? ui->scroll - 10 : 0;
    else
        jump(ui, by > 0 ? ui->at + 10 : ui->at > 10 ? ui->at - 10 : 0);
}

static void go(struct tui *ui, int end)
{
    jump(ui, end > 0 ? ui->run->n - 1 : 0);
}

static void show(struct tui *ui, int what)
{
    ui->show = (enum tui_show)what;
    ui->scroll = 0;
}

static void trace_or_output(struct tui *ui, int unused)
{
    show(ui, ui->show == TUI_OUTPUT ? TUI_TRACE : TUI_OUTPUT);
}

static void ask(struct tui *ui, int what)
{
    ui->prompt = (char)what;
    *ui->typed = '\0';
}

/* What keys do that search for nothing. */
static const struct action {
    int key;
    void (*run)(struct tui *ui, int arg);
    int arg;
} actions[] = {
    {TUI_UP, choose, -1}, {'k', choose, -1},       {TUI_DOWN, choose, 1},
    {'j', choose, 1},     {TUI_PAGE_UP, page, -1}, {TUI_PAGE_DOWN, page, 1},
    {TUI_HOME, go, -1},   {'<', go, -1},           {TUI_END, go, 1},
    {'>', go, 1},         {'o', trace_or_output},  {'\t', trace_or_output},
    {'w', show, TUI_WHY}, {'?', show, TUI_HELP},   {'g', ask, 'g'},
    {'/', ask, '/'},      {'a', ask, 'a'},
};

/* A key while the help or the whole line is shown; false: it means what it means elsewhere. */
static bool leave_text(struct tui *ui, int key)
{
    bool down = key == TUI_DOWN || key == 'j', up = key == TUI_UP || key == 'k';

    if (key == 'q' || (ui->show != TUI_HELP && ui->show != TUI_WHY))
        return false;
    if (ui->show == TUI_HELP && (down || up))
        ui->scroll = down ? ui->scroll + 1 : ui->scroll ? ui->scroll - 1 : 0;
    else
        show(ui, TUI_TRACE);
    return true;
}

bool tui_key(struct tui *ui, int key)
{
    if (key == TUI_RESIZE || key == TUI_NONE)
        return true;
    *ui->note = '\0';
    if (ui->prompt) {
        type(ui, key);
        return true;
    }
    if (leave_text(ui, key))
        return true;
    if (key == 'q')
        return false;
    for (size_t i = 0; i < sizeof(moves) / sizeof(*moves); i++)
        if (moves[i].key == key) {
            move(ui, &moves[i]);
            return true;
        }
    for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++)
        if (actions[i].key == key) {
            actions[i].run(ui, actions[i].arg);
            return true;
        }
    snprintf(ui->note, sizeof(ui->note), "no such key: ? lists them");
    return true;
}
