/*
 * insn.c - --trace-insn: a line for each instruction when it is done, with the registers that it changed.
 *
 * The processor tells of an instruction before it runs, so what it changed is known when the next one is told
 * of, when a block outside of the range begins, or when user code is left.
 */
#include "priv.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "emu/disasm.h"
#include "syscalls/trace/trace.h"

#define CHANGES_COLUMN 64
#define SYS_exit       60
#define SYS_exit_group 231

static const char *const register_names[16] = {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp",
                                               "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};

/* Those an instruction of user code can change, high bits first as processors' manuals have them. */
static const struct {
    uint64_t bit;
    const char *name;
} flag_names[] = {{0x800, "OF"}, {0x400, "DF"}, {0x100, "TF"}, {0x80, "SF"},    {0x40, "ZF"},
                  {0x10, "AF"},  {4, "PF"},     {1, "CF"},     {0x40000, "AC"}, {0x200000, "ID"}};
#define FLAGS UINT64_C(0x240dd5)

/* The registers now, and where the next instruction is. */
static uint64_t look(struct task *t, struct shown_regs *s)
{
    struct cpu_regs r;

    machine_ops.get_regs(t, &r);
    const uint64_t general[16] = {r.rax, r.rbx, r.rcx, r.rdx, r.rsi, r.rdi, r.rbp, r.rsp,
                                  r.r8,  r.r9,  r.r10, r.r11, r.r12, r.r13, r.r14, r.r15};

    memcpy(s->general, general, sizeof(general));
    s->flags = r.rflags & FLAGS;
    memcpy(s->xmm, (const char *)r.fx + 160, sizeof(s->xmm));
    return r.rip;
}

static void put_name(struct code *c, struct task *t, uint64_t addr)
{
    const struct named *n = names_at(c->names, t, addr);

    if (!n || !*n->name)
        return;
    text_printf(&c->line, n->offset ? " <%s+%#" PRIx64 ">" : " <%s>", n->name, n->offset);
}

static bool jumps(const cs_insn *insn)
{
    for (unsigned i = 0; i < insn->detail->groups_count; i++)
        if (insn->detail->groups[i] == CS_GRP_JUMP || insn->detail->groups[i] == CS_GRP_CALL)
            return true;
    return false;
}

/* "0x401136 <main+0x4> call 0x401120 <square>" */
static void put_insn(struct code *c, struct task *t, uint64_t addr)
{
    uint8_t bytes[15];
    int64_t n = mm_access_remote(t->mm, addr, bytes, sizeof(bytes), false, true);
    cs_insn *insn;

    text_printf(&c->line, "%#" PRIx64, addr);
    put_name(c, t, addr);
    if (n <= 0 || !disasm_one(bytes, (size_t)n, addr, &insn)) {
        text_printf(&c->line, n > 0 ? " (%02x ...)" : " (gone)", bytes[0]);
        return;
    }
    text_printf(&c->line, " %s%s%s", insn->mnemonic, *insn->op_str ? " " : "", insn->op_str);
    if (insn->detail->x86.op_count == 1 && insn->detail->x86.operands[0].type == X86_OP_IMM && jumps(insn))
        put_name(c, t, (uint64_t)insn->detail->x86.operands[0].imm);
    disasm_free(insn);
}

static void put_flags(struct text *out, uint64_t flags)
{
    const char *before = "";

    text_puts(out, " flags=[");
    for (size_t i = 0; i < sizeof(flag_names) / sizeof(*flag_names); i++)
        if (flags & flag_names[i].bit) {
            text_printf(out, "%s%s", before, flag_names[i].name);
            before = " ";
        }
    text_putc(out, ']');
}

static void put_changes(struct text *out, const struct shown_regs *a, const struct shown_regs *b)
{
    if (!memcmp(a, b, sizeof(*a)))
        return;
    do
        text_putc(out, ' ');
    while (out->len < CHANGES_COLUMN);
    text_putc(out, ';');
    for (int i = 0; i < 16; i++)
        if (a->general[i] != b->general[i])
            text_printf(out, " %s=%#" PRIx64, register_names[i], b->general[i]);
    if (a->flags != b->flags)
        put_flags(out, b->flags);
    for (int i = 0; i < 16; i++)
        if (memcmp(a->xmm[i], b->xmm[i], 16))
            text_printf(out, " xmm%d=0x%016" PRIx64 "%016" PRIx64, i, b->xmm[i][1], b->xmm[i][0]);
}

void insn_begins(struct code *c, struct task *t, struct task_code *tc, uint64_t addr)
{
    struct begun *b = &tc->begun;
    uint8_t bytes[2] = {0};
    uint64_t nr;

    b->any = true;
    b->again = b->addr == addr;
    b->addr = addr;
    b->mm = mm_id(t->mm);
    look(t, &b->before);
    b->call =
        mm_access_remote(t->mm, addr, bytes, 2, false, true) == 2 && bytes[0] == 0x0f && bytes[1] == 0x05;
    nr = b->before.general[0];
    if (!b->call || (nr != SYS_exit && nr != SYS_exit_group))
        return;
    text_clear(&c->line); /* there is no afterwards */
    put_insn(c, t, addr);
    trace_code(t, EVENT_INSN, addr, &c->line);
    b->any = false;
}

/* Does it go on with the call once it is awake, or again? */
static bool waits(const struct task *t, const struct shown_regs *r)
{
    int64_t rax = (int64_t)r->general[0];

    return t->state != TASK_RUNNING || t->retrying || (rax <= -ERESTARTSYS && rax >= -ERESTART_RESTARTBLOCK);
}

void insn_done(struct code *c, struct task *t, struct task_code *tc, uint64_t next, bool trapped)
{
    struct begun *b = &tc->begun;
    struct shown_regs after;
    uint64_t rip;
    bool same, begun_again;

    if (!b->any)
        return;
    rip = look(t, &after);
    if (!next && b->call && waits(t, &after))
        return;
    b->any = false;
    text_clear(&c->line);
    if (b->mm != mm_id(t->mm)) { /* execve: all registers are another program's */
        text_printf(&c->line, "%#" PRIx64 " syscall", b->addr);
        trace_code(t, EVENT_INSN, b->addr, &c->line);
        return;
    }
    same = !memcmp(&after, &b->before, sizeof(after));
    begun_again = same && (next ? next : rip) == b->addr;
    if (begun_again && !trapped)
        return; /* it was begun, not done: told of when it is run again */
    if (same && b->again && !trapped)
        return; /* the engine's look at RCX after the last round */
    put_insn(c, t, b->addr);
    if (begun_again)
        text_puts(&c->line, "  ; not done");
    else
        put_changes(&c->line, &b->before, &after);
    trace_code(t, EVENT_INSN, b->addr, &c->line);
}
