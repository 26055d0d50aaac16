/*
 * run.c - user code under the debugger: breakpoints, single steps, watched accesses.
 *
 * A single step is the processor's own: TF, and the trap that follows. A task's flags have TF only during
 * that run, so neither signal frames nor gdb see it; pushf alone stores it, which is put right.
 */
#include "priv.h"

#define X86_DB 1u

/* ---- user code ---- */

void gdb_before(struct gdb *g, struct task *t)
{
    struct cpu_regs *r;

    g->stepping = NULL;
    if (t != g->open && !is_stepping(g, t))
        return;
    r = machine_regs(t);
    g->guest_tf = r->rflags & RFLAGS_TF;
    r->rflags |= RFLAGS_TF;
    g->step_from = r->rip;
    g->stepping = t;
}

/* pushf stored our TF. */
static void mend_pushf(struct gdb *g, struct task *t, const struct cpu_regs *r)
{
    uint8_t code[2];
    uint8_t high;

    if (mm_access_remote(t->mm, g->step_from, code, 2, false, true) != 2 || code[code[0] == 0x66] != 0x9c ||
        r->rip != g->step_from + 1 + (code[0] == 0x66) ||
        mm_access_remote(t->mm, r->rsp + 1, &high, 1, false, false) != 1)
        return;
    high &= 0xfe;
    mm_access_remote(t->mm, r->rsp + 1, &high, 1, true, false);
}

/* The run of t with TF is over. True: the instruction is done. */
static bool stepped(struct gdb *g, struct task *t, const struct cpu_stop *stop)
{
    struct cpu_regs *r;
    bool done = stop->event == CPU_TRAP && stop->vector == X86_DB;

    if (g->stepping != t)
        return false;
    g->stepping = NULL;
    if (g->guest_tf)
        return done;
    r = machine_regs(t);
    r->rflags &= ~RFLAGS_TF;
    if (gdb_call_waits(g, t))
        r->r11 &= ~RFLAGS_TF;
    else if (done)
        mend_pushf(g, t, r);
    return done;
}

void report_watch(struct gdb *g, struct task *t, const struct point *p)
{
    static const char *const names[] = {
        [WATCH_WRITE] = "watch", [WATCH_READ] = "rwatch", [WATCH_ACCESS] = "awatch"};
    char extra[48];

    snprintf(extra, sizeof(extra), "%s:%llx;", names[p->type], (unsigned long long)p->addr);
    stop_report(g, t, SIGTRAP, extra);
}

static void report_break(struct gdb *g, struct task *t)
{
    const struct point *p = point_at(g, t, machine_regs(t)->rip);
    bool hard = p && p->type == POINT_HARD;

    t->regs.orig_rax = UINT64_MAX;
    stop_report(g, t, SIGTRAP, hard && g->hwbreak ? "hwbreak:;" : !hard && g->swbreak ? "swbreak:;" : "");
}

void report_step(struct gdb *g, struct task *t)
{
    const struct action *a = action_of(g, t);
    uint64_t rip = machine_regs(t)->rip;

    if (!a || !a->step || (rip >= a->start && rip < a->end))
        return;
    t->regs.orig_rax = UINT64_MAX;
    stop_report(g, t, SIGTRAP, "");
}

bool gdb_after(struct gdb *g, struct task *t, const struct cpu_stop *stop)
{
    bool was_open = g->open == t, done = stepped(g, t, stop);
    const struct point *p;

    if (was_open) {
        g->open = NULL;
        g->m->mm = NULL; /* what was let in has to go */
    }
    if (gdb_call_waits(g, t))
        return true;
    if (stop->event == CPU_BREAK) {
        report_break(g, t);
        return true;
    }
    if (stop->event == CPU_FAULT && stop->fault.reason == MM_FAULT_NONE) { /* gdb_watched() refused it */
        g->watch.access = stop->access;
        g->watch.addr = stop->fault.addr;
        g->watch.size = insn_access_size(t, machine_regs(t)->rip);
        g->open = t;
        g->m->mm = NULL;
        watch_learn(g, t);
        return true;
    }
    if (done && was_open && (p = watch_hit(g, t, true))) {
        t->regs.orig_rax = UINT64_MAX;
        report_watch(g, t, p);
    } else if (done) {
        report_step(g, t);
    }
    return done;
}

/* Instructions that trap.c carries out (rdtsc, wrpkru) end no step by themselves. */
void gdb_trapped(struct gdb *g, struct task *t)
{
    if (is_stepping(g, t) && !signal_pending(t) && machine_regs(t)->rip != g->step_from)
        report_step(g, t);
}

void gdb_handler_entered(struct gdb *g, struct task *t)
{
    if (is_stepping(g, t)) {
        t->regs.orig_rax = UINT64_MAX;
        stop_report(g, t, SIGTRAP, "");
    }
}
