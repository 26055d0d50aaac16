/*
 * decode.c - from what the dispatcher, signal delivery and exits report to events: names, decoded arguments,
 * results, why.
 *
 * Renderers do the rest. Everything an event points to is valid until the next one.
 */
#include "strace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <mseal-emu/design.h>

struct trace *trace_create(struct kernel *k, const struct trace_options *opt)
{
    struct trace *tr = calloc(1, sizeof(*tr));

    if (!tr)
        return NULL;
    tr->k = k;
    tr->opt = *opt;
    tr->words = opt->text || opt->json || opt->states;
    tr->opt.layout.why = opt->explain;
    tr->opt.layout.stack = opt->stack;
    if (opt->text && !(tr->layout = layout_create(&tr->opt.layout)))
        goto fail;
    if (opt->summary && !(tr->summary = summary_create()))
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
        fclose(tr->opt.json);
    if (tr->opt.layout.out && tr->opt.layout.out != stderr)
        fclose(tr->opt.layout.out);
    for (int i = 0; i < SYS_MAX; i++)
        free(tr->sigs[i]);
    free(tr->line.s);
    free(tr->aux.s);
    free(tr->result.s);
    free(tr->why.s);
    free(tr->fault_why.s);
    free(tr->stack.s);
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

static struct event new_event(struct trace *tr, struct task *t, enum event_kind kind)
{
    text_clear(&tr->line);
    tr->nargs = 0;
    return (struct event){.kind = kind,
                          .nr = t->event,
                          .now_ns = tr->k->now_ns,
                          .pid = t->proc->pid,
                          .tid = t->tid,
                          .tasks = tr->k->nr_tasks,
                          .sysno = t->sysno};
}

static struct piece piece(const struct text *x)
{
    return (struct piece){x->s, x->len};
}

/* The next argument begins here in tr->line. */
static void begin_arg(struct trace *tr)
{
    if (tr->nargs < EVENT_ARGS)
        tr->arg_at[tr->nargs++] = tr->line.len;
}

static void take_args(struct trace *tr, struct event *ev)
{
    ev->nargs = tr->nargs;
    for (unsigned i = 0; i < tr->nargs; i++) {
        size_t end = i + 1 < tr->nargs ? tr->arg_at[i + 1] : tr->line.len;

        ev->arg[i] = (struct piece){tr->line.s + tr->arg_at[i], end - tr->arg_at[i]};
    }
    ev->cont = (struct piece){tr->line.s, tr->nargs ? tr->arg_at[0] : tr->line.len};
}

static void deliver(struct trace *tr, struct task *t, const struct event *ev)
{
    if (tr->layout && !tr->opt.summary_only)
        layout_event(tr->layout, ev);
    if (tr->opt.json)
        json_event(tr->opt.json, ev);
    if (tr->recorder)
        recorder_event(tr->recorder, ev, t->args);
    if (tr->opt.states)
        recorder_state(tr->recorder, t, ev);
    if (tr->summary)
        summary_event(tr->summary, ev);
}

/* What became different in t's address space, as an event of its own. */
static void tell_changes(struct trace *tr, struct task *t, const char *call, struct watch_change *c)
{
    struct event ev;

    if (!watch_update(tr->watch, t, c))
        return;
    if (tr->opt.explain || tr->opt.json || tr->opt.states ||
        c->sealed) /* a backtrace costs more than most calls: recording does without */
        watch_origin(tr->watch, t, call);
    watch_remember(tr->watch, t, call, c);
    ev = new_event(tr, t, c->sealed ? EVENT_SEAL : EVENT_VMA);
    ev.mm = c->mm;
    ev.addr = c->start;
    ev.end = c->end;
    ev.areas = c->areas;
    ev.nr_areas = c->n;
    ev.name = watch_who(tr->watch, t->event);
    deliver(tr, t, &ev);
}

/* -k: "main+0x2f (demo.c:12) [0x401136]", a line each. */
static void take_stack(struct trace *tr, struct task *t, struct event *ev)
{
    const struct machine_ops *ops = tr->k->ops;
    uint64_t pc[64];
    char sym[512];
    unsigned n;

    if (!tr->opt.stack || !ops->backtrace || !ops->symbol)
        return;
    text_clear(&tr->stack);
    n = ops->backtrace(t, pc, 64);
    for (unsigned i = 0; i < n; i++)
        text_printf(&tr->stack, " > %s [%#lx]\n",
                    ops->symbol(t, pc[i] - (i > 0), sym, sizeof(sym)) ? sym : "?", pc[i]);
    ev->stack = piece(&tr->stack);
}

/*
 * Signals that were ignored: Linux shows them to a tracer before it drops them. They are kept until their
 * process is next heard of.
 */
void trace_ignored(struct process *p, const struct ksiginfo *info)
{
    struct trace *tr = p->k->trace;

    if (tr->nghosts == TRACE_GHOSTS)
        return;
    tr->ghost[tr->nghosts].pid = p->pid;
    tr->ghost[tr->nghosts++].info = *info;
}

static void tell_ignored(struct trace *tr, struct task *t)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < tr->nghosts; i++)
        if (tr->ghost[i].pid == t->proc->pid)
            trace_signal(t, &tr->ghost[i].info);
        else
            tr->ghost[kept++] = tr->ghost[i];
    tr->nghosts = kept;
}

/* ---- what a call is called, and its argument types ---- */

static const struct sig *call_sig(struct trace *tr, const struct task *t, const char **name,
                                  unsigned *classes)
{
    const struct mseal_syscall *own = t->mm ? mm_design_call(t->mm, (uint64_t)t->sysno) : NULL;
    const struct sys_row *row;
    struct sig *sig;

    *classes = 0;
    if (own) {
        unsigned i = 0;

        *name = own->name;
        while (i < 7 && tr->own[i].text && tr->own[i].text != own->sig)
            i++;
        if (tr->own[i].text != own->sig) {
            tr->own[i].text = own->sig;
            sig_parse(&tr->own[i].sig, own->sig);
        }
        return &tr->own[i].sig;
    }
    row = t->sysno >= 0 && t->sysno < SYS_MAX ? sys_row((unsigned)t->sysno) : NULL;
    if (!row)
        return NULL;
    *name = row->name;
    *classes = row->classes;
    sig = tr->sigs[row->nr];
    if (!sig) {
        sig = malloc(sizeof(*sig));
        if (!sig)
            return NULL;
        sig_parse(sig, row->sig);
        tr->sigs[row->nr] = sig;
    }
    return sig;
}

/* ---- arguments ---- */

#define HAS_MODE(flags) ((flags)&0100 || ((flags)&020200000) == 020200000)

static bool is_output(const struct call *c, const struct sig *sig, int i)
{
    const struct arg *a = &sig->arg[i];

    if (a->kind == ARG_VARIANT) { /* output if the type it becomes is */
        const struct variant *v = variant_find(a->variant->name, (uint32_t)c->args[i - 1]);

        return v && v->type && v->type[0] == 'o' && strcmp(v->type, "octal");
    }
    return a->out;
}

static bool is_shown(const struct call *c, const struct sig *sig, int i)
{
    const struct arg *a = &sig->arg[i];

    if (a->kind == ARG_PAD)
        return false;
    if (a->kind == ARG_VARIANT) {
        const struct variant *v = variant_find(a->variant->name, (uint32_t)c->args[i - 1]);

        return v && v->type;
    }
    if (a->mode_if_creat)
        return HAS_MODE(c->args[(int)a->len]);
    return true;
}

/* strace names clone's arguments and hides those the flags do not use. */
static void print_clone(struct call *c)
{
    uint64_t flags = c->args[0];

    text_puts(c->out, "child_stack=");
    print_addr(c, c->args[1]);
    text_puts(c->out, ", flags=");
    if ((uint32_t)flags & ~0xffu)
        print_flags_named(c, "clone", (uint32_t)flags & ~0xffu);
    if (flags & 0xff) {
        if (flags & ~0xffull)
            text_putc(c->out, '|');
        print_signo(c, (int)(flags & 0xff));
    }
    if (flags & 0x00101000 /* PARENT_SETTID, PIDFD */) {
        int v;

        text_puts(c->out, ", parent_tid=");
        if (c->ret > 0 && get(c, &v, c->args[2], sizeof(v)))
            text_printf(c->out, "[%d]", v);
        else
            print_addr(c, c->args[2]);
    }
    if (flags & 0x00080000)
        text_printf(c->out, ", tls=%#lx", c->args[4]);
    if (flags & 0x01200000)
        text_printf(c->out, ", child_tidptr=%#lx", c->args[3]);
}

/* First argument that has to wait for the end of the call. */
static int first_output(const struct call *c, const struct sig *sig)
{
    int i = 0;

    while (i < sig->n && !is_output(c, sig, i)) {
        i++;
        if (sig->arg[i - 1].type && sig->arg[i - 1].type->how == STRUCT_SPLIT)
            break;
    }
    return i;
}

/* The arguments from..to-1, one behind the other in c->out; where each begins goes to the tracer. */
static void print_args(struct call *c, const struct sig *sig, int from, int to)
{
    for (int i = from; i < to; i++) {
        if (!is_shown(c, sig, i))
            continue;
        begin_arg(c->tr);
        print_arg(c, &sig->arg[i], i);
    }
}

static const char *nameless(struct trace *tr, const struct task *t)
{
    snprintf(tr->nameless, sizeof(tr->nameless), "syscall_%#lx", (unsigned long)t->sysno);
    return tr->nameless;
}

/* Is somebody interested in this call? */
static bool is_traced(const struct trace *tr, const struct task *t, const char *name, unsigned classes)
{
    return !tr->opt.filter || filter_call(tr->opt.filter, t->sysno, name, classes);
}

void trace_sys_enter(struct task *t)
{
    struct trace *tr = t->k->trace;
    struct call c = {.tr = tr, .t = t, .args = t->args, .out = &tr->line, .aux = &tr->aux};
    const char *name = NULL;
    unsigned classes;
    const struct sig *sig = call_sig(tr, t, &name, &classes);
    struct event ev;

    t->call_since = tr->k->now_ns;
    if (tr->nghosts)
        tell_ignored(tr, t);
    if (!is_traced(tr, t, name, classes) || !tr->words)
        return;
    ev = new_event(tr, t, classes & SC_NORETURN ? EVENT_CALL : EVENT_ENTER);
    ev.name = sig ? name : nameless(tr, t);
    if (!sig) {
        for (int i = 0; i < 6; i++) {
            begin_arg(tr);
            text_printf(&tr->line, "%#lx", t->args[i]);
        }
    } else if (t->sysno == 219 && t->restart_name) {
        begin_arg(tr);
        text_printf(&tr->line, "<... resuming interrupted %s ...>", t->restart_name);
    } else if (t->sysno != 56) { /* clone: all at the end */
        print_args(&c, sig, 0, first_output(&c, sig));
    }
    take_args(tr, &ev);
    if (ev.kind == EVENT_CALL) /* what follows is said now */
        ev.result = (struct piece){"?", 1};
    deliver(tr, t, &ev);
}

void trace_first_exec(struct task *t, const struct exec_request *req)
{
    struct trace *tr = t->k->trace;
    unsigned limit = tr->opt.strsize;
    struct watch_change changed;
    struct cpu_regs regs;
    struct event ev;

    if (tr->watch) {
        t->sysno = 59;
        tell_changes(tr, t, "execve", &changed);
        t->sysno = -1;
    }
    if (tr->opt.filter && !filter_call(tr->opt.filter, 59, "execve", sys_row(59)->classes))
        return;
    ev = new_event(tr, t, EVENT_CALL);
    ev.name = "execve";
    ev.sysno = 59;
    t->k->ops->get_regs(t, &regs);
    begin_arg(tr);
    print_quoted(&tr->line, (const uint8_t *)req->path, strlen(req->path), false, false);
    begin_arg(tr);
    text_putc(&tr->line, '[');
    for (int i = 0; i < req->argc; i++) {
        size_t len = strlen(req->argv[i]);

        text_puts(&tr->line, i ? ", " : "");
        if ((unsigned)i >= limit) {
            text_puts(&tr->line, "...");
            break;
        }
        print_quoted(&tr->line, (const uint8_t *)req->argv[i], len < limit ? len : limit, len > limit, false);
    }
    text_putc(&tr->line, ']');
    begin_arg(tr);
    /* the stack at the start: argc, argv..., NULL, envp */
    text_printf(&tr->line, "%#lx /* %d var%s */", regs.rsp + 8 * ((uint64_t)req->argc + 2), req->envc,
                req->envc == 1 ? "" : "s");
    take_args(tr, &ev);
    ev.result = (struct piece){"0", 1};
    deliver(tr, t, &ev);
}

static const char *restart_text(int64_t ret)
{
    switch (-ret) {
    case ERESTARTSYS:
        return "ERESTARTSYS (To be restarted if SA_RESTART is set)";
    case ERESTARTNOINTR:
        return "ERESTARTNOINTR (To be restarted)";
    case ERESTARTNOHAND:
        return "ERESTARTNOHAND (To be restarted if no handler)";
    case ERESTART_RESTARTBLOCK:
        return "ERESTART_RESTARTBLOCK (Interrupted by signal)";
    }
    return NULL;
}

static void print_value(struct call *c, const struct sig *sig)
{
    int64_t ret = c->ret;
    const struct arg *a = &sig->ret;
    const char *kind = NULL;

    if (a->kind == ARG_VARIANT) {
        const struct variant *v =
            variant_find(a->variant->name, (uint32_t)c->args[a->variant->name[0] == 'p' ? 0 : 1]);

        kind = v ? v->ret : NULL;
    }
    if (kind && !strcmp(kind, "flags")) {
        text_printf(c->out, "%#lx (flags ", (uint64_t)ret);
        print_flags_named(c, "open", (uint64_t)ret);
        text_putc(c->out, ')');
    } else if (kind && !strcmp(kind, "fdflags") && ret) {
        text_printf(c->out, "%#lx (flags ", (uint64_t)ret);
        print_flags_named(c, "fd_flags", (uint64_t)ret);
        text_putc(c->out, ')');
    } else if (kind && !strcmp(kind, "seals") && ret) {
        text_printf(c->out, "%#lx (seals ", ret);
        print_flags_named(c, "seals", (uint64_t)ret);
        text_putc(c->out, ')');
    } else if (a->kind == ARG_FD) {
        print_fd(c, (int)ret);
    } else if (a->kind == ARG_PTR || a->kind == ARG_HEX) {
        text_printf(c->out, "%#lx", ret);
    } else if (a->kind == ARG_OCTAL) {
        text_printf(c->out, "%#lo", ret);
        if (!ret)
            text_puts(c->out, "00");
    } else if (a->kind == ARG_SIG) {
        text_printf(c->out, "%ld (", ret);
        print_signo(c, (int)ret);
        text_putc(c->out, ')');
    } else if (a->kind == ARG_FLAGS) {
        text_printf(c->out, "%ld (", ret);
        print_flags(c, a->xlat, (uint64_t)ret);
        text_putc(c->out, ')');
    } else {
        text_printf(c->out, "%ld", ret);
    }
}

static void take_result(struct call *c, const struct sig *sig, struct event *ev)
{
    struct trace *tr = c->tr;
    const char *restart = restart_text(c->ret);

    ev->ret = c->ret;
    ev->failed = c->failed;
    if (!tr->words) /* who records wants numbers */
        return;
    text_clear(&tr->result);
    c->out = &tr->result;
    if (restart)
        text_printf(c->out, "? %s", restart);
    else if (c->ret < 0 && c->ret >= -4095)
        text_printf(c->out, "-1 %s (%s)", strerrorname_np((int)-c->ret), strerror((int)-c->ret));
    else if (sig)
        print_value(c, sig);
    else
        text_printf(c->out, "%ld", c->ret);
    ev->result = piece(&tr->result);
    ev->aux = piece(&tr->aux);
}

void trace_sys_exit(struct task *t, int64_t ret)
{
    struct trace *tr = t->k->trace;
    struct call c = {.tr = tr,
                     .t = t,
                     .args = t->args,
                     .out = &tr->line,
                     .aux = &tr->aux,
                     .ret = ret,
                     .done = true,
                     .failed = ret < 0};
    const char *name = NULL;
    unsigned classes;
    const struct sig *sig = call_sig(tr, t, &name, &classes);
    struct watch_change changed = {0};
    struct event ev;

    if (ret == -ERESTART_RESTARTBLOCK)
        t->restart_name = name;
    if (tr->watch)
        tell_changes(tr, t, name, &changed);
    if (classes & SC_NORETURN || !is_traced(tr, t, name, classes))
        goto out;
    text_clear(&tr->aux);
    ev = new_event(tr, t, EVENT_EXIT);
    ev.name = sig ? name : nameless(tr, t);
    ev.injected = t->injected;
    ev.nr_regs = sig ? (unsigned)sig->n : 6;
    ev.spent_ns = tr->k->now_ns - t->call_since + KERNEL_SYSCALL_NS;
    if (!tr->words) {
        ; /* nor here */
    } else if (sig && t->sysno == 56) {
        begin_arg(tr);
        print_clone(&c);
    } else if (sig && !(t->sysno == 219 && t->restart_name && ret != -ERESTART_RESTARTBLOCK)) {
        int first = first_output(&c, sig);

        for (int i = 0; i < sig->n; i++) /* what was shown as it went in says now what came out */
            if (sig->arg[i].type && sig->arg[i].type->print2 && sig->arg[i].type->at_entry)
                sig->arg[i].type->print2(&c, t->args[i], &sig->arg[i]);
        print_args(&c, sig, first, sig->n);
    }
    take_args(tr, &ev);
    take_result(&c, sig, &ev);
    if (tr->watch) {
        text_clear(&tr->why);
        explain_call(tr->watch, t, sig, ret, &changed, &tr->why);
        ev.why = piece(&tr->why);
    }
    take_stack(tr, t, &ev);
    deliver(tr, t, &ev);
out:
    if (tr->nghosts)
        tell_ignored(tr, t);
}

void trace_blocked(struct task *t)
{
    struct trace *tr = t->k->trace;
    struct watch_change changed;

    if (tr->watch)
        tell_changes(tr, t, "", &changed);
    if (tr->layout && tr->opt.layout.out == stderr)
        fflush(stderr);
}

/* ---- signals, faults, ends ---- */

void trace_signal(struct task *t, const struct ksiginfo *info)
{
    struct trace *tr = t->k->trace;
    struct call c = {.tr = tr, .t = t, .out = &tr->aux, .aux = &tr->aux};
    struct event ev = new_event(tr, t, EVENT_SIGNAL);

    if (tr->opt.filter && !filter_signal(tr->opt.filter, info->signo))
        return;
    text_clear(&tr->aux);
    print_signal_name(&c, info->signo);
    text_putc(&tr->aux, '\0');
    ev.name = tr->aux.s;
    c.out = &tr->line;
    print_siginfo(&c, info);
    ev.detail = piece(&tr->line);
    if (tr->fault_tid == t->tid && info->info.si_code > 0) {
        ev.why = piece(&tr->fault_why);
        tr->fault_tid = 0;
    }
    deliver(tr, t, &ev);
}

void trace_fault(struct task *t, const struct mm_fault *f, unsigned access, uint64_t rip)
{
    struct trace *tr = t->k->trace;
    struct watch_change changed;
    struct event ev;
    char sym[256];

    t->event = ++tr->k->event;
    if (!tr->watch)
        return;
    tell_changes(tr, t, "fault", &changed);
    text_clear(&tr->fault_why);
    explain_fault(tr->watch, t, f, access, &tr->fault_why);
    if (tr->k->ops->symbol && tr->k->ops->symbol(t, rip, sym, sizeof(sym)))
        text_printf(&tr->fault_why, "; the instruction is at %#lx, %s", rip, sym);
    tr->fault_tid = t->tid;
    ev = new_event(tr, t, EVENT_FAULT);
    ev.addr = f->addr;
    ev.mm = mm_id(t->mm);
    ev.name = access & MM_EXEC ? "exec" : access & MM_WRITE ? "write" : "read";
    ev.why = piece(&tr->fault_why);
    deliver(tr, t, &ev);
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
        struct event ev = new_event(tr, t, EVENT_SWITCH);

        deliver(tr, t, &ev);
    }
    tr->running = t->tid;
}

void trace_stopped(struct task *t, int signo)
{
    struct trace *tr = t->k->trace;
    struct call c = {.tr = tr, .t = t, .out = &tr->line, .aux = &tr->aux};
    struct event ev = new_event(tr, t, EVENT_STOP);

    print_signal_name(&c, signo);
    text_putc(&tr->line, '\0');
    ev.name = tr->line.s;
    deliver(tr, t, &ev);
}

void trace_superseded(struct task *t, int pid)
{
    struct trace *tr = t->k->trace;
    struct event ev = new_event(tr, t, EVENT_SUPERSEDED);

    text_printf(&tr->line, "%d", pid);
    ev.detail = piece(&tr->line);
    deliver(tr, t, &ev);
}

void trace_exit(struct task *t, int status)
{
    struct trace *tr = t->k->trace;
    struct call c = {.tr = tr, .t = t, .out = &tr->line, .aux = &tr->aux};
    struct event ev = new_event(tr, t, EVENT_DEATH);

    if (WIFEXITED(status)) {
        text_printf(&tr->line, "exited with %d", WEXITSTATUS(status));
    } else {
        text_puts(&tr->line, "killed by ");
        print_signal_name(&c, WTERMSIG(status));
        text_puts(&tr->line, WCOREDUMP(status) ? " (core dumped)" : "");
    }
    ev.detail = piece(&tr->line);
    deliver(tr, t, &ev);
    if (tr->layout && tr->opt.layout.out == stderr)
        fflush(stderr);
}

void trace_code(struct task *t, enum event_kind kind, uint64_t addr, const struct text *detail)
{
    struct trace *tr = t->k->trace;
    struct event ev = new_event(tr, t, kind);

    ev.addr = addr;
    ev.detail = piece(detail);
    deliver(tr, t, &ev);
}

bool trace_inject(struct task *t, int64_t *ret)
{
    struct trace *tr = t->k->trace;
    const char *name = NULL;
    unsigned classes;

    t->injected = false;
    if (!tr->opt.filter || !filter_injects(tr->opt.filter))
        return false;
    call_sig(tr, t, &name, &classes);
    t->injected = filter_inject(tr->opt.filter, t, name, classes, ret);
    return t->injected;
}
