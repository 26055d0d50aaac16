/*
 * layout.c - strace's text out of events: lines begun when a call begins, ended when it ends, cut in two when
 * another task comes between.
 *
 * Where only some calls are wanted and their end decides (-z, -Z, --explain alone), the beginning is kept
 * until then.
 */
#include "../kernel.h"
#include "event.h"
#include "sheets.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

struct held { /* the beginning of a call of tid */
    struct held *next;
    int tid;
    bool in_call; /* it is not over */
    bool comma;   /* what follows is told with one before it */
    bool awaited; /* its end would say more of the arguments */
    bool waiting; /* the line is kept in `line` */
    char name[40];
    struct text line;
};

struct layout {
    struct layout_options opt;
    struct text line;
    size_t invisible;    /* bytes of the line that take no column */
    struct sheet *sheet; /* that the line goes to */
    struct sheets sheets;
    uint64_t last_ns; /* of the line before */
    bool any;         /* there was one */
    bool several;     /* more than one task has been seen: a pid column */
    struct held *held;
};

struct layout *layout_create(const struct layout_options *opt)
{
    struct layout *l = calloc(1, sizeof(*l));

    if (!l)
        return NULL;
    l->opt = *opt;
    l->sheets = (struct sheets){.first = opt->out, .name = opt->separately, .append = opt->append};
    return l;
}

void layout_destroy(struct layout *l)
{
    if (!l)
        return;
    sheets_destroy(&l->sheets);
    for (struct held *h = l->held, *next; h; h = next) {
        next = h->next;
        free(h->line.s);
        free(h);
    }
    free(l->line.s);
    free(l);
}

void layout_flush(struct layout *l)
{
    sheets_flush(&l->sheets);
}

/* ---- the line in progress ---- */

enum color { PLAIN, NAME = 36, ERROR = 31, SIGNAL = 33, NOTE = 35, DIM = 2 };

static void color(struct layout *l, enum color c)
{
    size_t before = l->line.len;

    if (!l->opt.color)
        return;
    text_printf(&l->line, "\033[%dm", c);
    l->invisible += l->line.len - before;
}

static void put(struct layout *l, struct piece p)
{
    text_write(&l->line, p.s, p.len);
}

static void emit(struct layout *l)
{
    fwrite(l->line.s, 1, l->line.len, l->sheet->out);
    l->sheet->column += l->line.len - l->invisible;
    l->invisible = 0;
    text_clear(&l->line);
}

static void end_line(struct layout *l)
{
    text_putc(&l->line, '\n');
    emit(l);
    l->sheet->open = 0;
    l->sheet->column = 0;
}

static void stamp(struct layout *l, const struct event *ev)
{
    stamp_put(&l->line, &l->opt.stamps, ev->now_ns, l->any ? ev->now_ns - l->last_ns : 0);
    l->last_ns = ev->now_ns;
    l->any = true;
}

static struct held *held_of(struct layout *l, int tid)
{
    struct held *h = l->held;

    while (h && h->tid != tid)
        h = h->next;
    if (!h && (h = calloc(1, sizeof(*h)))) {
        h->tid = tid;
        h->next = l->held;
        l->held = h;
    }
    return h;
}

static void put_pid(struct layout *l, const struct event *ev)
{
    char pid[64];

    snprintf(pid, sizeof(pid), l->opt.comm && ev->comm ? "%d<%s>" : "%d", ev->tid, ev->comm);
    if (l->opt.always_pid || (l->several && !l->opt.terminal && !l->opt.separately))
        text_printf(&l->line, "%-5s ", pid);
    else if (ev->tasks > 1 && !l->opt.separately)
        text_printf(&l->line, l->opt.comm ? "[pid  %s] " : "[pid %5s] ", pid);
}

/* -n: the call this is about, or the one before. -i */
static void put_place(struct layout *l, const struct event *ev)
{
    if (l->opt.number)
        text_printf(&l->line, ev->sysno < 0 ? "[????] " : "[%4ld] ", ev->sysno);
    if (l->opt.ip && ev->ip == EVENT_NO_IP)
        text_puts(&l->line, "[????????????????] ");
    else if (l->opt.ip)
        text_printf(&l->line, "[%016lx] ", ev->ip);
}

/* Begin a line of ev's task; a line of somebody else that is still open is cut. */
static void begin_line(struct layout *l, const struct event *ev)
{
    text_clear(&l->line);
    l->invisible = 0;
    sheet_cut(l->sheet);
    if (ev->tasks > 1)
        l->several = true;
    put_pid(l, ev);
    stamp(l, ev);
    put_place(l, ev);
}

static void pad(struct layout *l)
{
    while (l->sheet->column + l->line.len - l->invisible + 1 < l->opt.column)
        text_putc(&l->line, ' ');
}

static void forget(struct layout *l, int tid)
{
    for (struct held **p = &l->held; *p; p = &(*p)->next) {
        struct held *h = *p;

        if (h->tid != tid)
            continue;
        *p = h->next;
        free(h->line.s);
        free(h);
        return;
    }
}

/* ---- calls ---- */

static void put_args(struct layout *l, const struct event *ev, bool more)
{
    for (unsigned i = 0; i < ev->nargs; i++) {
        if (more || i)
            text_puts(&l->line, ", ");
        put(l, ev->arg[i]);
    }
}

void put_injected(struct text *line, unsigned injected)
{
    if (injected & INJECTED_ARGS)
        text_puts(line, injected & INJECTED_RESULT ? " (INJECTED: args, retval)" : " (INJECTED: args)");
    else if (injected & INJECTED_RESULT)
        text_puts(line, " (INJECTED)");
    if (injected & INJECTED_DELAY)
        text_puts(line, " (DELAYED)");
}

static void put_result(struct layout *l, const struct event *ev)
{
    text_putc(&l->line, ')');
    pad(l);
    text_puts(&l->line, " = ");
    color(l, ev->failed ? ERROR : PLAIN);
    put(l, ev->result);
    color(l, PLAIN);
    if (ev->aux.len) {
        text_puts(&l->line, " (");
        put(l, ev->aux);
        text_putc(&l->line, ')');
    }
    put_injected(&l->line, ev->injected);
    if (l->opt.stamps.spent && ev->kind == EVENT_EXIT)
        stamp_put_spent(&l->line, &l->opt.stamps, ev->spent_ns);
    end_line(l);
}

static void put_below(struct layout *l, const struct event *ev)
{
    if (ev->dump.len) {
        put(l, ev->dump);
        emit(l);
        l->sheet->column = 0;
    }
    if (l->opt.stack && ev->stack.len) {
        put(l, ev->stack);
        emit(l);
        l->sheet->column = 0;
    }
    if (!l->opt.why || !ev->why.len)
        return;
    color(l, NOTE);
    text_puts(&l->line, "    why: ");
    put(l, ev->why);
    color(l, PLAIN);
    end_line(l);
}

static void put_name(struct layout *l, const char *name)
{
    color(l, NAME);
    text_puts(&l->line, name);
    color(l, PLAIN);
    text_putc(&l->line, '(');
}

static void put_beginning(struct layout *l, const struct event *ev)
{
    put_name(l, ev->name);
    put_args(l, ev, false);
    if (ev->nargs && ev->follows)
        text_puts(&l->line, ", ");
}

static void enter(struct layout *l, const struct event *ev)
{
    struct held *h = held_of(l, ev->tid);

    if (!h)
        return;
    h->in_call = true;
    h->comma = ev->nargs && !ev->follows;
    h->awaited = ev->awaited;
    snprintf(h->name, sizeof(h->name), "%s", ev->name);
    h->waiting = l->opt.only != ONLY_ALL;
    if (h->waiting) {
        struct text now = l->line;
        size_t invisible = l->invisible;

        l->line = h->line;
        text_clear(&l->line);
        put_beginning(l, ev);
        h->line = l->line;
        l->line = now;
        l->invisible = invisible;
        return;
    }
    begin_line(l, ev);
    put_beginning(l, ev);
    emit(l);
    l->sheet->open = ev->tid;
}

bool layout_wants_status(const struct layout_options *opt, const struct event *ev)
{
    return opt->only != ONLY_STATUS || opt->status & (ev->failed ? STATUS_FAILED : STATUS_SUCCESSFUL);
}

static bool wanted(const struct layout *l, const struct event *ev)
{
    switch (l->opt.only) {
    case ONLY_STATUS:
        return layout_wants_status(&l->opt, ev);
    case ONLY_EXPLAINED:
        return ev->why.len;
    case ONLY_CODE:
        return false;
    default:
        return true;
    }
}

/* What there is of the line of a call that ends now. */
static void put_again(struct layout *l, const struct held *h, const struct event *ev)
{
    if (h->waiting) {
        begin_line(l, ev);
        text_write(&l->line, h->line.s, h->line.len);
        if (l->opt.color) /* the colours of the name */
            l->invisible += 9;
    } else if (l->sheet->open != ev->tid) {
        begin_line(l, ev);
        text_printf(&l->line, "<... %s resumed>", h->name);
    }
}

/* A task that is over comes back from no call. */
static void never_leave(struct layout *l, const struct event *ev)
{
    struct held *h = held_of(l, ev->tid);

    if (!h || !h->in_call ||
        (l->opt.only != ONLY_ALL && !(l->opt.only == ONLY_STATUS && l->opt.status & STATUS_UNFINISHED)))
        return;
    put_again(l, h, ev);
    text_puts(&l->line, h->awaited ? " <unfinished ...>)" : ")");
    pad(l);
    text_puts(&l->line, " = ?");
    end_line(l);
}

/* Its process goes on, but nothing more is told of it. */
static void detach(struct layout *l, const struct event *ev)
{
    struct held *h = held_of(l, ev->tid);

    if (h && h->in_call &&
        (l->opt.only == ONLY_ALL || (l->opt.only == ONLY_STATUS && l->opt.status & STATUS_DETACHED))) {
        put_again(l, h, ev);
        text_puts(&l->line, " <detached ...>");
        end_line(l);
    }
    forget(l, ev->tid);
}

static void leave(struct layout *l, const struct event *ev)
{
    struct held *h = held_of(l, ev->tid);

    if (h)
        h->in_call = false;
    if (!h || !wanted(l, ev))
        return;
    put_again(l, h, ev);
    put(l, ev->cont);
    put_args(l, ev, h->comma);
    put_result(l, ev);
    put_below(l, ev);
}

static void whole(struct layout *l, const struct event *ev)
{
    unsigned status = ev->result.len == 1 && *ev->result.s == '0' ? STATUS_SUCCESSFUL : STATUS_UNFINISHED;

    if (l->opt.only != ONLY_ALL && !(l->opt.only == ONLY_STATUS && l->opt.status & status))
        return;
    begin_line(l, ev);
    put_name(l, ev->name);
    put_args(l, ev, false);
    text_putc(&l->line, ')');
    pad(l);
    text_puts(&l->line, " = ");
    put(l, ev->result);
    end_line(l);
}

/* ---- the rest ---- */

/* A thread has another number in the midst of its call: a line that is open says so, and the call goes on below the other. */
static void change_number(struct layout *l, const struct event *ev)
{
    int from = atoi(ev->detail.s);
    struct sheet *sheet = sheet_of(&l->sheets, from);
    struct held *h;

    forget(l, ev->tid);
    h = held_of(l, from);
    if (h) {
        h->tid = ev->tid;
        h->waiting = false; /* strace loses what it kept */
    }
    if (sheet && sheet->open == from) {
        fprintf(sheet->out, " <pid changed to %d ...>\n", ev->tid);
        sheet->open = 0;
        sheet->column = 0;
    }
    sheets_over(&l->sheets, from);
    l->sheet = sheet_of(&l->sheets, ev->tid);
}

/* Is what is no call to be told? */
static bool noted(const struct layout *l, const struct event *ev)
{
    bool code = ev->kind == EVENT_INSN || ev->kind == EVENT_FUNC;

    return l->opt.only == ONLY_CODE ? code : l->opt.only != ONLY_EXPLAINED || ev->why.len || code;
}

static void note(struct layout *l, const struct event *ev, const char *before, const char *after)
{
    if (!noted(l, ev))
        return;
    begin_line(l, ev);
    color(l, SIGNAL);
    text_puts(&l->line, before);
    if (ev->name)
        text_puts(&l->line, ev->name);
    if (ev->name && ev->detail.len)
        text_putc(&l->line, ' ');
    put(l, ev->detail);
    text_puts(&l->line, after);
    color(l, PLAIN);
    end_line(l);
    put_below(l, ev);
}

void layout_event(struct layout *l, const struct event *ev)
{
    l->sheet = sheet_of(&l->sheets, ev->tid);
    if (!l->sheet || !l->sheet->out)
        return;
    switch (ev->kind) {
    case EVENT_ENTER:
        enter(l, ev);
        break;
    case EVENT_EXIT:
        leave(l, ev);
        break;
    case EVENT_CALL:
        whole(l, ev);
        break;
    case EVENT_SIGNAL:
        note(l, ev, "--- ", " ---");
        break;
    case EVENT_STOP:
        note(l, ev, "--- stopped by ", " ---");
        break;
    case EVENT_SUPERSEDED:
        change_number(l, ev);
        if (!(l->opt.quiet & QUIET_THREAD_EXECVE))
            note(l, ev, "+++ superseded by execve in pid ", " +++");
        break;
    case EVENT_DETACHED:
        detach(l, ev);
        break;
    case EVENT_ENDING:
        never_leave(l, ev);
        forget(l, ev->tid);
        break;
    case EVENT_DEATH:
        never_leave(l, ev);
        if (!(l->opt.quiet & QUIET_EXIT))
            note(l, ev, "+++ ", " +++");
        forget(l, ev->tid);
        break;
    case EVENT_INSN:
    case EVENT_FUNC:
        if (!noted(l, ev))
            return;
        begin_line(l, ev);
        put(l, ev->detail);
        end_line(l);
        break;
    default:
        return;
    }
    if (l->opt.terminal && !l->sheet->open)
        fflush(l->sheet->out);
    if (ev->kind == EVENT_DEATH || ev->kind == EVENT_DETACHED)
        sheets_over(&l->sheets, ev->tid);
}

void layout_task(struct layout *l, int tid)
{
    sheet_of(&l->sheets, tid);
}
