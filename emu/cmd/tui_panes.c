/* tui_panes.c - the address space as a strip and as a list, the registers, and the code around RIP. */
#include "emu/disasm.h"
#include "tui.h"

#include <inttypes.h>
#include <mseal-emu/mm.h>
#include <stdlib.h>
#include <string.h>

static char protection(const struct area *a)
{
    if (a->flags & VM_EXEC)
        return a->flags & VM_WRITE ? 'X' : 'x';
    return a->flags & VM_WRITE ? 'w' : a->flags & VM_READ ? 'r' : '-';
}

/* Columns an area takes in the strip: its two ends, and more the larger it is. */
static unsigned width_of(const struct area *a)
{
    uint64_t pages = (a->end - a->start) >> MM_PAGE_SHIFT;

    return 3 + (63 - (unsigned)__builtin_clzll(pages | 1)) / 4;
}

/* The same with the gap before it. */
static unsigned room_of(const struct picture *p, size_t i)
{
    return width_of(&p->area[i]) + (i && p->area[i - 1].end < p->area[i].start);
}

/* The area that should be seen: the chosen one. */
static size_t middle(struct tui *ui, const struct picture *p)
{
    const struct area *c = tui_chosen(ui);

    return c ? (size_t)(c - p->area) : 0;
}

void tui_draw_strip(struct tui *ui, struct tui_screen *s, unsigned row)
{
    const struct picture *p = tui_run_maps(ui->run, ui->at);
    size_t from = middle(ui, p), to = from, chosen = from;
    unsigned used = 0, col = 1;

    /* As many neighbours as fit, by turns from both sides. */
    for (bool more = p->n; more;) {
        more = false;
        if (to < p->n && used + room_of(p, to) <= s->cols - 2) {
            used += room_of(p, to++);
            more = true;
        }
        if (from && used + room_of(p, from - 1) <= s->cols - 2) {
            used += room_of(p, --from);
            more = true;
        }
    }
    if (from)
        tui_put(s, row, 0, 1, TUI_DIM, "<", 1);
    if (to < p->n)
        tui_put(s, row, s->cols - 1, s->cols, TUI_DIM, ">", 1);
    for (size_t i = from; i < to; i++) {
        const struct area *a = &p->area[i];
        bool touched = tui_step_touched_area(ui->run, ui->at, a);
        enum tui_style style = a->seal ? TUI_SEAL : touched ? TUI_HIT : TUI_PLAIN;
        unsigned w = width_of(a);
        char c = protection(a);

        if (i > from && p->area[i - 1].end < a->start)
            tui_put(s, row, col++, s->cols, TUI_DIM, " ", 1);
        for (unsigned k = 0; k < w; k++) {
            char what = k == 0 ? (a->seal ? '[' : '(') : k == w - 1 ? (a->seal ? ']' : ')') : c;

            tui_put(s, row, col + k, s->cols, style, &what, 1);
            if (touched && k && k < w - 1)
                tui_put(s, row + 1, col + k, s->cols, TUI_BOLD, "^", 1);
            else if (i == chosen && !k)
                tui_put(s, row + 1, col, s->cols, TUI_BOLD, ">", 1);
        }
        col += w;
    }
}

static void size_text(uint64_t bytes, char out[24])
{
    static const char units[] = "KMGT";
    unsigned u = 0;

    for (bytes >>= 10; bytes >= 10240 && u < 3; u++)
        bytes >>= 10;
    snprintf(out, 24, "%" PRIu64 "%c", bytes, units[u]);
}

void tui_draw_maps(struct tui *ui, struct tui_screen *s, unsigned row, unsigned rows)
{
    const struct picture *p = tui_run_maps(ui->run, ui->at);
    size_t chosen = middle(ui, p), first = chosen > (rows - 1) / 2 ? chosen - (rows - 1) / 2 : 0;

    if (p->n >= rows && first > p->n - rows)
        first = p->n - rows;
    if (p->n < rows)
        first = 0;
    if (!p->n)
        tui_printf(s, row, 2, TUI_DIM, "(no areas)");
    for (size_t i = first; i < p->n && i < first + rows; i++, row++) {
        const struct area *a = &p->area[i];
        bool touched = tui_step_touched_area(ui->run, ui->at, a);
        enum tui_style style = touched ? TUI_HIT : a->seal ? TUI_SEAL : TUI_PLAIN;
        char size[24];
        unsigned col;

        size_text(a->end - a->start, size);
        col = tui_printf(s, row, 0, style, "%c%c%012" PRIx64 "-%012" PRIx64 " %c%c%c%c %s %6s  ",
                         i == chosen ? '>' : ' ', touched ? '^' : ' ', a->start, a->end,
                         a->flags & VM_READ ? 'r' : '-', a->flags & VM_WRITE ? 'w' : '-',
                         a->flags & VM_EXEC ? 'x' : '-', a->flags & VM_MAYSHARE ? 's' : 'p',
                         a->seal ? "sealed" : "      ", size);
        /* Of a name that is too long the end tells more. */
        size_t len = strlen(a->name), room = s->cols - col;

        if (len > room) {
            col = tui_put(s, row, col, s->cols, style, "...", 3);
            tui_put(s, row, col, s->cols, style, a->name + len - (room - 3), room - 3);
        } else {
            tui_put(s, row, col, s->cols, style, a->name, len);
        }
    }
}

void tui_draw_regs(struct tui *ui, struct tui_screen *s, unsigned row, unsigned rows, unsigned cols)
{
    static const char *const names[RECORD_REGS] = {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp",
                                                   "rsp", "r8",  "r9",  "r10", "r11", "r12", "r13",
                                                   "r14", "r15", "rip", "rfl", "fs",  "gs"};
    const struct tui_step *st = &ui->run->step[ui->at], *before = NULL;
    char title[64];

    for (size_t i = ui->at; i-- > 0 && !before;)
        if (ui->run->step[i].tid == st->tid)
            before = &ui->run->step[i];
    snprintf(title, sizeof(title), " registers: rflags %" PRIx64 " ", st->reg[RECORD_RIP + 1]);
    tui_divider(s, row, 0, cols - 1, title);
    for (unsigned i = 0; i < RECORD_REGS; i++) {
        unsigned r = row + 1 + i % 8, col = i / 8 * 21;
        bool changed = before && before->reg[i] != st->reg[i];

        if (i >= 16) { /* room for the rest below the others only */
            r = row + 9 + (i - 16) % 2;
            col = (i - 16) / 2 * 21;
        }
        if (r >= row + rows + 1 || i == RECORD_RIP + 1)
            continue;
        col = tui_printf(s, r, col, changed ? TUI_BOLD : TUI_PLAIN, "%-3s%c", names[i], changed ? '*' : ' ');
        if (st->reg[i] > UINT64_MAX - 65536) /* errors and small negative numbers */
            tui_printf(s, r, col, changed ? TUI_BOLD : TUI_PLAIN, "%" PRId64, (int64_t)st->reg[i]);
        else
            tui_printf(s, r, col, changed ? TUI_BOLD : TUI_PLAIN, "%" PRIx64, st->reg[i]);
    }
}

/* ---- code ---- */

struct insn {
    uint64_t addr;
    unsigned size;
    char text[200];
};

/* The instruction at an offset of c's bytes. False: none. */
static bool decode(const struct tui_code *c, unsigned at, struct insn *out)
{
    uint8_t bytes[RECORD_CODE_SIZE];
    unsigned n = 0;
    cs_insn *insn;

    while (at + n < RECORD_CODE_SIZE && n < 15 && c->valid >> ((at + n) / 8) & 1) {
        bytes[n] = c->bytes[at + n];
        n++;
    }
    out->addr = c->rip - RECORD_CODE_BEFORE + at;
    if (!n || !disasm_one(bytes, n, out->addr, &insn))
        return false;
    out->size = insn->size;
    snprintf(out->text, sizeof(out->text), "%s%s%s", insn->mnemonic, *insn->op_str ? " " : "", insn->op_str);
    disasm_free(insn);
    return true;
}

/* How far rip is behind the beginning of its function: "main+0x2f (demo.c)". UINT64_MAX: not known. */
static uint64_t into_function(const struct tui_code *c)
{
    const char *plus = memmem(c->symbol.s, c->symbol.len, "+0", 2); /* not that of operator+ */
    char number[20] = "";

    if (!plus)
        return UINT64_MAX;
    snprintf(number, sizeof(number), "%.*s", (int)(c->symbol.s + c->symbol.len - plus - 1), plus + 1);
    return strtoull(number, NULL, 0);
}

/*
 * Instructions before RIP, the last `max` of them; how many. They are decoded from the function's beginning,
 * or from the earliest byte from which they meet RIP: after a few instructions it hardly matters where one
 * began.
 */
static unsigned before_rip(const struct tui_code *c, struct insn *out, unsigned max)
{
    uint64_t into = into_function(c);

    for (unsigned from = into < RECORD_CODE_BEFORE ? RECORD_CODE_BEFORE - (unsigned)into : 0;
         from < RECORD_CODE_BEFORE; from++) {
        struct insn now;
        unsigned at = from, n = 0;

        while (at < RECORD_CODE_BEFORE && decode(c, at, &now)) {
            if (n == max) {
                memmove(out, out + 1, (max - 1) * sizeof(*out));
                n--;
            }
            out[n++] = now;
            at += now.size;
        }
        if (at == RECORD_CODE_BEFORE)
            return n;
    }
    return 0;
}

static void draw_insn(struct tui_screen *s, unsigned row, unsigned col, const struct insn *i, bool now)
{
    tui_printf(s, row, col, now ? TUI_HIT : TUI_PLAIN, "%s%" PRIx64 ": %s", now ? "=>" : "  ", i->addr,
               i->text);
}

void tui_draw_code(struct tui *ui, struct tui_screen *s, unsigned row, unsigned rows, unsigned col)
{
    const struct tui_step *st = &ui->run->step[ui->at];
    const struct tui_code *c = st->code ? &ui->run->code[st->code] : NULL;
    struct insn insn[3];
    unsigned n = 0, at = RECORD_CODE_BEFORE, end = row + 1 + rows;
    char title[160];

    snprintf(title, sizeof(title), " %.*s ",
             c && c->symbol.len ? (int)(c->symbol.len > 150 ? 150 : c->symbol.len) : 4,
             c && c->symbol.len ? c->symbol.s : "code");
    if (strlen(title) > s->cols - col - 3)
        title[s->cols - col - 3] = '\0';
    tui_divider(s, row++, col, s->cols, title);
    if (!c) {
        tui_printf(s, row, col, TUI_DIM, "(the task has no address space any more)");
        return;
    }
    if (!capstone()) {
        tui_printf(s, row, col, TUI_DIM, "(no disassembly: capstone is not installed)");
        return;
    }
    n = before_rip(c, insn, 3);
    for (unsigned i = 0; i < n; i++)
        draw_insn(s, row++, col, &insn[i], false);
    for (bool now = true; row < end && decode(c, at, insn); now = false) {
        draw_insn(s, row++, col, insn, now);
        at += insn->size;
    }
    if (at == RECORD_CODE_BEFORE)
        tui_printf(s, row, col, TUI_BAD, "=>%" PRIx64 ": cannot be read", c->rip);
}
