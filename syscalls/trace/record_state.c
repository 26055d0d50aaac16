/*
 * record_state.c - what a step through a recording shows besides the recording itself: at each event the
 * registers, the code around RIP, the line as strace writes it, and how much the program had printed.
 *
 *     CODE   rip, RECORD_CODE_SIZE bytes from rip - RECORD_CODE_BEFORE, set of 8-byte groups that could be
 *            read, length, text           numbered from 1; text is the function rip is in
 *     STATE  events, tid, kind (event_kind), mm, bytes on standard output, start and bytes of the range it is
 *            about (0 0: none), length, line, mask of registers that differ from the last STATE's, these
 *            registers, code (0: none)
 *
 * Each stands behind the records of its event. A guest executes the same few places most of the time: a CODE
 * is written once, unless its bytes changed.
 */
#include "../file.h"
#include "../kernel.h"
#include "../table.h"
#include "record_write.h"
#include "text.h"

#include <mseal-emu/design.h>
#include <mseal-emu/mm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PLACES 4096u

struct begun { /* the first arguments of a call that has not ended */
    struct begun *next;
    int tid;
    bool any_args;
    struct text line;
};
struct place {
    uint64_t rip, id;
    uint32_t valid;
    uint8_t code[RECORD_CODE_SIZE];
};
struct record_state {
    struct begun *begun;
    uint64_t reg[RECORD_REGS];
    uint64_t codes;
    int fault_tid; /* whose last access failed, at: */
    uint64_t fault_addr;
    struct text line;
    struct place place[PLACES];
};

bool recorder_keep_states(struct recorder *r)
{
    r->state = calloc(1, sizeof(*r->state));
    return r->state;
}

void record_state_destroy(struct record_state *s)
{
    if (!s)
        return;
    for (struct begun *b = s->begun, *next; b; b = next) {
        next = b->next;
        free(b->line.s);
        free(b);
    }
    free(s->line.s);
    free(s);
}

/* ---- the line ---- */

static void put_args(struct text *out, const struct event *ev, bool more)
{
    for (unsigned i = 0; i < ev->nargs; i++) {
        if (more || i)
            text_puts(out, ", ");
        text_write(out, ev->arg[i].s, ev->arg[i].len);
    }
}

static struct begun **begun_of(struct record_state *s, int tid)
{
    struct begun **p = &s->begun;

    while (*p && (*p)->tid != tid)
        p = &(*p)->next;
    return p;
}

static void begin(struct record_state *s, const struct event *ev)
{
    struct begun **p = begun_of(s, ev->tid);

    if (!*p && !(*p = calloc(1, sizeof(**p))))
        return;
    (*p)->tid = ev->tid;
    (*p)->any_args = ev->nargs;
    text_clear(&(*p)->line);
    put_args(&(*p)->line, ev, false);
}

static void make_call(struct record_state *s, const struct event *ev)
{
    struct begun *b = ev->kind == EVENT_EXIT ? *begun_of(s, ev->tid) : NULL;

    text_printf(&s->line, "%s(", ev->name);
    if (b)
        text_write(&s->line, b->line.s, b->line.len);
    if (b)
        text_write(&s->line, ev->cont.s, ev->cont.len);
    put_args(&s->line, ev, b && b->any_args);
    text_puts(&s->line, ") = ");
    text_write(&s->line, ev->result.s, ev->result.len);
    if (ev->aux.len)
        text_printf(&s->line, " (%.*s)", (int)ev->aux.len, ev->aux.s);
    put_injected(&s->line, ev->injected);
}

static void make_note(struct record_state *s, const struct event *ev, const char *before, const char *after)
{
    text_printf(&s->line, "%s%s%s", before, ev->name ? ev->name : "", ev->name && ev->detail.len ? " " : "");
    text_write(&s->line, ev->detail.s, ev->detail.len);
    text_puts(&s->line, after);
}

/* False: this kind of event is no step. */
static bool make_line(struct record_state *s, const struct event *ev)
{
    text_clear(&s->line);
    switch (ev->kind) {
    case EVENT_ENTER:
        begin(s, ev);
        return false;
    case EVENT_FAULT:
        s->fault_tid = ev->tid;
        s->fault_addr = ev->addr;
        return false;
    case EVENT_EXIT:
    case EVENT_CALL:
        make_call(s, ev);
        return true;
    case EVENT_SIGNAL:
        make_note(s, ev, "--- ", " ---");
        return true;
    case EVENT_STOP:
        make_note(s, ev, "--- stopped by ", " ---");
        return true;
    case EVENT_SUPERSEDED:
        make_note(s, ev, "+++ superseded by execve in pid ", " +++");
        return true;
    case EVENT_DEATH:
        make_note(s, ev, "+++ ", " +++");
        return true;
    default:
        return false;
    }
}

/* The range a memory call names, or the page a signal's fault was in. */
static void take_range(struct record_state *s, struct task *t, const struct event *ev, uint64_t range[2])
{
    const struct mseal_syscall *own =
        t->mm && ev->sysno >= 0 ? mm_design_call(t->mm, (uint64_t)ev->sysno) : NULL;
    const struct sys_row *row = ev->sysno >= 0 && ev->sysno < SYS_MAX ? sys_row((unsigned)ev->sysno) : NULL;
    const char *sig = own ? own->sig : row && row->classes & SC_MEMORY ? row->sig : NULL;

    range[0] = range[1] = 0;
    if (ev->kind == EVENT_EXIT && sig && !strncmp(sig, "ptr,size", 8) && t->args[0]) {
        range[0] = t->args[0];
        range[1] = t->args[1];
    } else if (ev->kind == EVENT_SIGNAL && ev->why.len && s->fault_tid == ev->tid) {
        range[0] = s->fault_addr;
        range[1] = 1;
    }
}

/* ---- registers and code ---- */

static void take_regs(struct task *t, const struct event *ev, uint64_t reg[RECORD_REGS])
{
    struct cpu_regs r;

    t->k->ops->get_regs(t, &r);
    /* The result is not in RAX yet; execve and sigreturn leave it as they put it. */
    if (ev->kind == EVENT_EXIT && ev->sysno != 59 && ev->sysno != 322 && ev->sysno != 15)
        r.rax = (uint64_t)ev->ret;
    memcpy(reg, (uint64_t[RECORD_REGS]){r.rax, r.rbx, r.rcx, r.rdx,    r.rsi,     r.rdi,    r.rbp,
                                        r.rsp, r.r8,  r.r9,  r.r10,    r.r11,     r.r12,    r.r13,
                                        r.r14, r.r15, r.rip, r.rflags, r.fs_base, r.gs_base},
           RECORD_REGS * sizeof(*reg));
}

/* Number of the code around rip, written when it is new. */
static uint64_t code_id(struct recorder *r, struct task *t, uint64_t rip)
{
    struct record_state *s = r->state;
    struct place *p = &s->place[(rip ^ rip >> 12) % PLACES], now = {.rip = rip};
    char symbol[256] = "";

    /* By groups, for the page before or behind may not be there. */
    for (unsigned i = 0; i < RECORD_CODE_SIZE / 8; i++)
        if (mm_access_remote(t->mm, rip - RECORD_CODE_BEFORE + 8 * i, now.code + 8 * i, 8, false, true) == 8)
            now.valid |= 1u << i;
        else
            memset(now.code + 8 * i, 0, 8);
    if (p->id && p->rip == rip && p->valid == now.valid && !memcmp(p->code, now.code, sizeof(now.code)))
        return p->id;
    now.id = ++s->codes;
    *p = now;
    if (t->k->ops->symbol)
        t->k->ops->symbol(t, rip, symbol, sizeof(symbol));
    record_begin(r, RECORD_CODE, r->nr);
    record_number(r, rip);
    record_raw(r, now.code, sizeof(now.code));
    record_number(r, now.valid);
    record_bytes(r, symbol, strlen(symbol));
    return now.id;
}

void recorder_state(struct recorder *r, struct task *t, const struct event *ev)
{
    struct record_state *s = r->state;
    uint64_t reg[RECORD_REGS], range[2], mask = 0, code = 0;
    struct stat st;

    if (!make_line(s, ev))
        return;
    memcpy(reg, s->reg, sizeof(reg));
    if (t->mm) {
        take_regs(t, ev, reg);
        code = code_id(r, t, reg[RECORD_RIP]);
    }
    record_begin(r, RECORD_STATE, ev->nr);
    record_number(r, (uint64_t)ev->tid);
    record_number(r, ev->kind);
    record_number(r, t->mm ? mm_id(t->mm) : 0);
    record_number(r, !fstat(1, &st) && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0);
    take_range(s, t, ev, range);
    record_number(r, range[0]);
    record_number(r, range[1]);
    record_bytes(r, s->line.s, s->line.len);
    for (unsigned i = 0; i < RECORD_REGS; i++)
        mask |= reg[i] != s->reg[i] ? UINT64_C(1) << i : 0;
    record_number(r, mask);
    for (unsigned i = 0; i < RECORD_REGS; i++)
        if (mask >> i & 1)
            record_number(r, reg[i]);
    record_number(r, code);
    memcpy(s->reg, reg, sizeof(reg));
}
