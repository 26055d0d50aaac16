/*
 * events.c - the tracer: who gets an event, and the events that are no calls (decode.c has those).
 */
#include "sheets.h"
#include "strace.h"

#include <mseal-emu/design.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

struct trace *trace_create(struct kernel *k, const struct trace_options *opt)
{
    struct trace *tr = calloc(1, sizeof(*tr));

    if (!tr)
        return NULL;
    tr->k = k;
    tr->opt = *opt;
    tr->words = opt->text || opt->json || opt->states;
    tr->plain = opt->record && !tr->words && !opt->explain && !opt->summary && !opt->filter && !opt->stack &&
                !opt->detach && opt->limit == UINT64_MAX;
    k->trace_entries = !tr->plain;
    tr->opt.layout.why = opt->explain;
    tr->opt.layout.stack = opt->stack;
    if (opt->text && !(tr->layout = layout_create(&tr->opt.layout)))
        goto fail;
    if (opt->summary && !(tr->summary = summary_create(&opt->summary_options)))
        goto fail;
    if (opt->record && !(tr->recorder = recorder_create(
                             opt->record, k->cfg.design ? k->cfg.design->name : "none", opt->program)))
        goto fail;
    if (opt->states && !recorder_keep_states(tr->recorder))
        goto fail;
    if ((opt->explain || opt->json || opt->record) && !(tr->watch = watch_create()))
        goto fail;
    return tr;
fail:
    layout_destroy(tr->layout);
    summary_destroy(tr->summary);
    recorder_destroy(tr->recorder);
    free(tr);
    return NULL;
}

void trace_destroy(struct trace *tr)
{
    if (!tr)
        return;
    layout_destroy(tr->layout);
    if (tr->summary)
        summary_print(tr->summary, tr->opt.layout.out);
    summary_destroy(tr->summary);
    recorder_destroy(tr->recorder);
    watch_destroy(tr->watch);
    filter_destroy(tr->opt.filter);
    if (tr->opt.json && tr->opt.json != tr->opt.layout.out)
        trace_close(tr->opt.json);
    if (tr->opt.layout.out && tr->opt.layout.out != stderr)
        trace_close(tr->opt.layout.out);
    for (int i = 0; i < SYS_MAX; i++)
        free(tr->calls[i]);
    for (struct traced_call *call; (call = tr->far_calls);) {
        tr->far_calls = call->next;
        free(call);
    }
    notes_destroy(tr->notes);
    free(tr->line.s);
    free(tr->aux.s);
    free(tr->result.s);
    free(tr->why.s);
    free(tr->fault_why.s);
    free(tr->stack.s);
    free(tr->dump.s);
    free(tr);
}

void trace_flush(struct trace *tr)
{
    if (tr->layout)
        layout_flush(tr->layout);
    if (tr->opt.json)
        fflush(tr->opt.json);
}

/* ---- events on their way ---- */

/* What is told with the number of the call before, whether that was traced or not. */
static bool is_between_calls(enum event_kind kind)
{
    return kind == EVENT_SIGNAL || kind == EVENT_STOP || kind == EVENT_SUPERSEDED || kind == EVENT_ENDING ||
           kind == EVENT_DEATH;
}

/* How many there are that are told of. */
static unsigned told_tasks(const struct trace *tr)
{
    unsigned n = 0;

    if (!tr->opt.detach)
        return tr->k->nr_tasks;
    list_for_each (node, &tr->k->tasks)
        n += !container_of(node, struct task, node)->proc->untold;
    return n;
}

/* In place; the arguments are not cleared. */
struct event *trace_event(struct trace *tr, struct task *t, enum event_kind kind)
{
    struct event *ev = &tr->event;
    struct cpu_regs regs;

    text_clear(&tr->line);
    tr->nargs = 0;
    memset(ev, 0, offsetof(struct event, arg));
    ev->kind = kind;
    ev->nr = t->event;
    ev->now_ns = tr->k->now_ns;
    ev->pid = t->proc->pid;
    ev->tid = t->tid;
    ev->tasks = told_tasks(tr);
    ev->sysno = t->sysno < 0 && is_between_calls(kind) ? t->last_sysno : t->sysno;
    ev->comm = t->comm;
    ev->ip = EVENT_NO_IP;
    if (t->mm && (tr->opt.layout.ip || tr->opt.json)) {
        t->k->ops->get_regs(t, &regs);
        ev->ip = regs.rip;
    }
    return ev;
}

struct piece trace_piece(const struct text *x)
{
    return (struct piece){x->s, x->len};
}

/* What -c and --syscall-limit count: a call that came back (the program's own start is one) as -z and the like want it. */
static bool is_counted(const struct trace *tr, const struct event *ev)
{
    return (ev->kind == EVENT_EXIT || (ev->kind == EVENT_CALL && !strcmp(ev->name, "execve"))) &&
           layout_wants_status(&tr->opt.layout, ev);
}

void trace_deliver(struct trace *tr, struct task *t, const struct event *ev)
{
    bool counted = is_counted(tr, ev);

    if (tr->told >= tr->opt.limit || t->proc->untold)
        return;
    tr->told += counted;
    if (tr->layout && !tr->opt.summary_only)
        layout_event(tr->layout, ev);
    if (tr->opt.json)
        json_event(tr->opt.json, ev);
    if (tr->recorder)
        recorder_event(tr->recorder, ev, t->args);
    if (tr->opt.states)
        recorder_state(tr->recorder, t, ev);
    if (tr->summary && counted)
        summary_event(tr->summary, ev);
}

void trace_tell_change(struct trace *tr, struct task *t, const char *call, const struct watch_change *c)
{
    struct event *ev;

    if (tr->opt.explain || tr->opt.json || tr->opt.states ||
        c->sealed) /* a backtrace costs more than most calls: recording does without */
        watch_origin(tr->watch, t, call);
    ev = trace_event(tr, t, c->sealed ? EVENT_SEAL : EVENT_VMA);
    ev->change = c;
    ev->name = watch_who(tr->watch, t->event);
    trace_deliver(tr, t, ev);
}

/* -k: "main+0x2f (demo.c:12) [0x401136]", a line each. */
void trace_take_stack(struct trace *tr, struct task *t, struct event *ev)
{
    const struct machine_ops *ops = tr->k->ops;
    uint64_t *pc = NULL;
    char sym[512];
    unsigned n;

    if (!tr->opt.stack || !ops->backtrace || !ops->symbol)
        return;
    pc = malloc((tr->opt.frames + 1) * sizeof(*pc));
    if (!pc)
        return;
    text_clear(&tr->stack);
    n = ops->backtrace(t, pc, tr->opt.frames + 1);
    for (unsigned i = 0; i < n && i < tr->opt.frames; i++)
        text_printf(&tr->stack, " > %s [%#lx]\n",
                    ops->symbol(t, pc[i] - (i > 0), sym, sizeof(sym)) ? sym : "?", pc[i]);
    if (n > tr->opt.frames)
        text_puts(&tr->stack, " > too many stack frames\n");
    free(pc);
    ev->stack = trace_piece(&tr->stack);
}

/*
 * Signals that were ignored: Linux shows them to a tracer before it drops them. They are kept until their
 * process is next heard of.
 */
void trace_ignored(struct process *p, const struct ksiginfo *info)
{
    struct trace *tr = p->k->trace;

    if (tr->nghosts == TRACE_GHOSTS || p->pending.set & sigbit(SIGKILL))
        return;
    tr->ghost[tr->nghosts].pid = p->pid;
    tr->ghost[tr->nghosts++].info = *info;
    p->k->trace_entries = true;
}

void trace_tell_ignored(struct trace *tr, struct task *t)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < tr->nghosts; i++)
        if (tr->ghost[i].pid == t->proc->pid)
            trace_signal(t, &tr->ghost[i].info);
        else
            tr->ghost[kept++] = tr->ghost[i];
    tr->nghosts = kept;
    t->k->trace_entries = !tr->plain || kept;
}

/* ---- signals, faults, ends ---- */

void trace_signal(struct task *t, const struct ksiginfo *info)
{
    struct trace *tr = t->k->trace;
    struct call c = {.tr = tr, .t = t, .out = &tr->aux, .aux = &tr->aux};
    struct event *ev = trace_event(tr, t, EVENT_SIGNAL);

    if (tr->opt.filter && !filter_signal(tr->opt.filter, info->signo))
        return;
    text_clear(&tr->aux);
    print_signal_name(&c, info->signo);
    text_putc(&tr->aux, '\0');
    ev->name = tr->aux.s;
    c.out = &tr->line;
    print_siginfo(&c, info);
    ev->detail = trace_piece(&tr->line);
    if (tr->fault_tid == t->tid && info->info.si_code > 0) {
        ev->why = trace_piece(&tr->fault_why);
        tr->fault_tid = 0;
    }
    trace_deliver(tr, t, ev);
}

/* Where the instruction is; of a jump to where none is, what the stack says of who called. */
static void explain_rip(struct trace *tr, struct task *t, unsigned access, uint64_t rip)
{
    const struct machine_ops *ops = tr->k->ops;
    uint64_t pc[2];
    char sym[256];

    if (!ops->symbol)
        return;
    if (ops->symbol(t, rip, sym, sizeof(sym)))
        text_printf(&tr->fault_why, "; the instruction is at %#lx, %s", rip, sym);
    else if (!(access & MM_EXEC))
        text_printf(&tr->fault_why, "; the instruction is at %#lx", rip);
    else if (ops->backtrace && ops->backtrace(t, pc, 2) == 2 && ops->symbol(t, pc[1] - 1, sym, sizeof(sym)))
        text_printf(&tr->fault_why, "; the return address is %#lx, behind %s", pc[1], sym);
}

void trace_fault(struct task *t, const struct mm_fault *f, unsigned access, uint64_t rip)
{
    struct trace *tr = t->k->trace;
    struct watch_change changed;
    struct event *ev;

    t->event = ++tr->k->event;
    if (!tr->watch)
        return;
    trace_changes(tr, t, "fault", &changed);
    text_clear(&tr->fault_why);
    explain_fault(tr->watch, t, f, access, &tr->fault_why);
    explain_rip(tr, t, access, rip);
    tr->fault_tid = t->tid;
    ev = trace_event(tr, t, EVENT_FAULT);
    ev->addr = f->addr;
    ev->mm = mm_id(t->mm);
    ev->name = access & MM_EXEC ? "exec" : access & MM_WRITE ? "write" : "read";
    ev->why = trace_piece(&tr->fault_why);
    trace_deliver(tr, t, ev);
}

void trace_page_history(struct trace *tr, struct task *t, uint64_t addr, struct text *out)
{
    if (tr->watch && t->mm)
        watch_history(tr->watch, mm_id(t->mm), addr, out);
}

void trace_switch(struct task *t)
{
    struct trace *tr = t->k->trace;

    if (tr->opt.json && tr->running != t->tid) {
        struct event *ev = trace_event(tr, t, EVENT_SWITCH);

        trace_deliver(tr, t, ev);
    }
    if (tr->layout && tr->opt.layout.separately && tr->running != t->tid && tr->told < tr->opt.limit &&
        !t->proc->untold)
        layout_task(tr->layout, t->tid);
    tr->running = t->tid;
}

void trace_stopped(struct task *t, int signo)
{
    struct trace *tr = t->k->trace;
    struct call c = {.tr = tr, .t = t, .out = &tr->line, .aux = &tr->aux};
    struct event *ev = trace_event(tr, t, EVENT_STOP);

    print_signal_name(&c, signo);
    text_putc(&tr->line, '\0');
    ev->name = tr->line.s;
    trace_deliver(tr, t, ev);
}

void trace_superseded(struct task *t, int pid)
{
    struct trace *tr = t->k->trace;
    struct event *ev = trace_event(tr, t, EVENT_SUPERSEDED);

    text_printf(&tr->line, "%d", pid);
    ev->detail = trace_piece(&tr->line);
    trace_deliver(tr, t, ev);
}

void trace_execed(struct task *t)
{
    struct trace *tr = t->k->trace;

    if (!tr->opt.detach)
        return;
    trace_deliver(tr, t, trace_event(tr, t, EVENT_DETACHED));
    t->proc->untold = true;
}

void trace_ending(struct task *t)
{
    struct trace *tr = t->k->trace;

    trace_deliver(tr, t, trace_event(tr, t, EVENT_ENDING));
}

void trace_exit(struct task *t, int status)
{
    struct trace *tr = t->k->trace;
    struct call c = {.tr = tr, .t = t, .out = &tr->line, .aux = &tr->aux};
    struct event *ev = trace_event(tr, t, EVENT_DEATH);

    ev->ip = EVENT_NO_IP;
    if (WIFEXITED(status)) {
        text_printf(&tr->line, "exited with %d", WEXITSTATUS(status));
    } else {
        text_puts(&tr->line, "killed by ");
        print_signal_name(&c, WTERMSIG(status));
        text_puts(&tr->line, WCOREDUMP(status) ? " (core dumped)" : "");
    }
    ev->detail = trace_piece(&tr->line);
    trace_deliver(tr, t, ev);
    if (tr->layout && tr->opt.layout.out == stderr)
        fflush(stderr);
}

void trace_code(struct task *t, enum event_kind kind, uint64_t addr, const struct text *detail)
{
    struct trace *tr = t->k->trace;
    struct event *ev = trace_event(tr, t, kind);

    ev->addr = addr;
    ev->detail = trace_piece(detail);
    trace_deliver(tr, t, ev);
}
