/*
 * decode.c - from what the dispatcher reports of calls to events: names, decoded arguments, results, why.
 *
 * Renderers do the rest. Everything an event points to is valid until the next one.
 */
#include "inject.h"
#include "strace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include <mseal-emu/design.h>

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

/* ---- what a call is called, and its argument types ---- */

static __attribute__((noinline, cold)) const struct traced_call *find_call(struct trace *tr,
                                                                           const struct task *t)
{
    uint64_t nr = (uint64_t)t->sysno;
    struct traced_call **slot = nr < SYS_MAX ? &tr->calls[nr] : &tr->far_calls;
    const struct mseal_syscall *own = t->mm ? mm_design_call(t->mm, nr) : NULL;
    const struct sys_row *row = nr < SYS_MAX ? sys_row((unsigned)nr) : NULL;

    while (*slot && (*slot)->nr != nr)
        slot = &(*slot)->next;
    if (*slot || (!own && !row) || !(*slot = calloc(1, sizeof(**slot))))
        return *slot;
    (*slot)->nr = nr;
    (*slot)->name = own ? own->name : row->name;
    (*slot)->classes = own ? SC_MEMORY : row->classes; /* what a design adds is about memory */
    (*slot)->recorded = tr->recorder ? recorder_string(tr->recorder, (*slot)->name) : NULL;
    sig_parse(&(*slot)->sig, own ? own->sig : row->sig);
    if (tr->opt.filter)
        (*slot)->rule = filter_injection(tr->opt.filter, (*slot)->name, (*slot)->classes);
    if ((*slot)->rule)
        (*slot)->nth = tr->nr_rules++;
    return *slot;
}

/* NULL: a number that nobody knows, or out of memory. All address spaces have the same design. */
static const struct traced_call *traced_call(struct trace *tr, const struct task *t)
{
    uint64_t nr = (uint64_t)t->sysno;

    return nr < SYS_MAX && tr->calls[nr] ? tr->calls[nr] : find_call(tr, t);
}

/* ---- arguments ---- */

#define MODE_FLAGS 020000100 /* O_CREAT, __O_TMPFILE */
#define CREAT_FLAG 0100

static bool is_shown(const struct call *c, const struct sig *sig, int i)
{
    const struct arg *a = &sig->arg[i];

    if (a->kind == ARG_PAD)
        return false;
    if (a->mode_if_creat)
        return c->args[(int)a->len] & (a->creat_only ? CREAT_FLAG : MODE_FLAGS);
    return true;
}

/* strace names clone's arguments and hides those the flags do not use. */
static void print_clone(struct call *c)
{
    uint64_t flags = c->args[0];

    text_puts(c->out, "child_stack=");
    print_addr(c, c->args[1]);
    text_puts(c->out, ", flags=");
    if (flags & ~0xffull || !flags)
        print_flags_named(c, "clone", flags & ~0xffull);
    if (flags & 0xff) {
        if (flags & ~0xffull)
            text_putc(c->out, '|');
        print_signo(c, (int)(flags & 0xff));
    }
    if (flags & 0x00101000 /* PARENT_SETTID, PIDFD */) {
        int v;

        text_puts(c->out, ", parent_tid=");
        if (c->ret >= 0 && !c->style.shallow && get(c, &v, c->args[2], sizeof(v)))
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
static int first_output(const struct sig *sig)
{
    int i = 0;

    while (i < sig->n && !sig->arg[i].out) {
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

/* What the end of the call has to say of its arguments. A structure told in two parts has its comma with the second. */
static void note_rest(const struct call *c, const struct sig *sig, struct event *ev)
{
    int from = first_output(sig);
    bool split = from && sig->arg[from - 1].type && sig->arg[from - 1].type->how == STRUCT_SPLIT;

    for (int i = from; i < sig->n; i++)
        ev->follows |= !split && is_shown(c, sig, i);
    ev->awaited = split || ev->follows;
    for (int i = 0; i < from; i++)
        ev->awaited |= sig->arg[i].type && sig->arg[i].type->at_entry && sig->arg[i].type->print2;
}

static const char *nameless(struct trace *tr, const struct task *t)
{
    snprintf(tr->nameless, sizeof(tr->nameless), "syscall_%#lx", (unsigned long)t->sysno);
    /* Who records knows texts by where they are. */
    return tr->watch ? watch_string(tr->watch, tr->nameless, strlen(tr->nameless)) : tr->nameless;
}

/* Is somebody interested in this call? */
static bool is_traced(const struct trace *tr, const struct task *t, const char *name, unsigned classes)
{
    return !t->proc->untold &&
           (!tr->opt.filter || (!t->untraced && filter_call(tr->opt.filter, name, classes)));
}

static void set_style(struct call *c, const char *name, unsigned classes)
{
    if (c->tr->opt.filter)
        c->style = filter_style(c->tr->opt.filter, name, classes);
}

/* -e raw */
static void print_raw_args(struct call *c, const struct sig *sig)
{
    int n = sig ? sig->n : 6;

    if (n && sig && sig->arg[n - 1].kind == ARG_VARIANT) /* stands for as many as it may have */
        n += variant_most_args(sig->arg[n - 1].variant) - 1;
    for (int i = 0; i < n; i++) {
        begin_arg(c->tr);
        text_printf(c->out, "%#lx", c->args[i]);
    }
}

static void tell_entry(struct trace *tr, struct task *t, const struct traced_call *call)
{
    struct call c = {.tr = tr, .t = t, .args = t->args, .out = &tr->line, .aux = &tr->aux};
    const struct sig *sig = call ? &call->sig : NULL;
    bool returns = !call || !(call->classes & SC_NORETURN) || t->inject.done & INJECTED_RESULT;
    struct event *ev = trace_event(tr, t, returns ? EVENT_ENTER : EVENT_CALL);
    struct sig resolved;

    set_style(&c, call ? call->name : NULL, call ? call->classes : 0);
    ev->name = call ? call->name : nameless(tr, t);
    if (!sig || c.style.raw) {
        print_raw_args(&c, sig);
    } else if (t->sysno == 219 && t->restart_name) {
        begin_arg(tr);
        text_printf(&tr->line, "<... resuming interrupted %s ...>", t->restart_name);
    } else if (t->sysno != 56) { /* clone: all at the end */
        sig = sig_resolve(sig, t->args, &resolved);
        print_args(&c, sig, 0, first_output(sig));
        note_rest(&c, sig, ev);
        for (int i = 0; i < sig->n; i++)
            if (sig->arg[i].type && sig->arg[i].type->before)
                sig->arg[i].type->before(&c, t->args[i]);
    }
    take_args(tr, ev);
    if (ev->kind == EVENT_CALL) /* what follows is said now */
        ev->result = (struct piece){"?", 1};
    trace_deliver(tr, t, ev);
}

/* Is t's call about a path or a descriptor that is wanted, if only some are? */
static bool is_about(struct trace *tr, struct task *t, const struct traced_call *call)
{
    struct call c = {.tr = tr, .t = t, .args = t->args, .out = &tr->line, .aux = &tr->aux};

    return !filter_is_about(tr->opt.filter) || is_about_wanted(&c, call ? &call->sig : NULL);
}

/* How many arguments there are to put something at. */
static unsigned nargs_of(const struct task *t, const struct traced_call *call)
{
    bool own = t->mm && mm_design_call(t->mm, call->nr);

    return own ? (unsigned)call->sig.n : sys_nargs((unsigned)call->nr);
}

void trace_sys_enter(struct task *t)
{
    struct trace *tr = t->k->trace;
    const struct traced_call *call;

    t->call_since = tr->k->now_ns;
    t->last_sysno = t->sysno;
    t->inject.rule = NULL;
    t->inject.done = 0;
    if (tr->nghosts)
        trace_tell_ignored(tr, t);
    if (!tr->words && !tr->opt.filter)
        return;
    call = traced_call(tr, t);
    t->untraced = tr->opt.filter && !is_about(tr, t, call);
    if (!is_traced(tr, t, call ? call->name : NULL, call ? call->classes : 0))
        return;
    if (call && call->rule) /* before the arguments are told: it may change what they point to */
        inject_enter(t, call->rule, call->nth, call->name, nargs_of(t, call));
    if (tr->words)
        tell_entry(tr, t, call);
}

static void print_strings(struct call *c, char *const *s, int n)
{
    unsigned limit = c->tr->opt.strsize;

    text_putc(c->out, '[');
    for (int i = 0; i < n; i++) {
        size_t len = strlen(s[i]), shown;

        text_puts(c->out, i ? ", " : "");
        if (!c->style.full && (unsigned)i >= limit) {
            text_puts(c->out, "...");
            break;
        }
        shown = len < limit ? len : limit;
        print_quoted(c->out, (const uint8_t *)s[i], shown, len > limit, in_hex(c, s[i], shown));
    }
    text_putc(c->out, ']');
}

/* What the kernel told the program under this key; 0: nothing. */
static uint64_t auxv_value(struct call *c, uint64_t auxv, uint64_t key)
{
    uint64_t entry[2];

    for (; get(c, entry, auxv, sizeof(entry)) && entry[0]; auxv += sizeof(entry))
        if (entry[0] == key)
            return entry[1];
    return 0;
}

void trace_first_exec(struct task *t, const struct exec_request *req)
{
    struct trace *tr = t->k->trace;
    uint64_t argv, envp;
    struct call c = {.tr = tr, .t = t, .out = &tr->line, .aux = &tr->aux};
    struct watch_change changed;
    struct cpu_regs regs;
    struct event *ev;

    if (tr->watch) {
        t->sysno = 59;
        trace_changes(tr, t, "execve", &changed);
        t->sysno = -1;
    }
    t->last_sysno = 59;
    if (tr->opt.filter)
        filter_resolve_paths(tr->opt.filter, t);
    if (tr->opt.filter && (!filter_call(tr->opt.filter, "execve", sys_row(59)->classes) ||
                           (filter_is_about(tr->opt.filter) && !filter_path(tr->opt.filter, req->path))))
        return;
    ev = trace_event(tr, t, EVENT_CALL);
    ev->name = "execve";
    ev->sysno = 59;
    t->k->ops->get_regs(t, &regs);
    set_style(&c, "execve", sys_row(59)->classes);
    argv = regs.rsp + 8; /* the stack at the start: argc, argv..., NULL, envp */
    envp = argv + 8 * ((uint64_t)req->argc + 1);
    begin_arg(tr);
    if (c.style.raw)
        print_addr(&c, auxv_value(&c, envp + 8 * ((uint64_t)req->envc + 1), AT_EXECFN));
    else
        print_bytes(&c, req->path, strlen(req->path));
    begin_arg(tr);
    if (c.style.raw || c.style.shallow)
        print_addr(&c, argv);
    else
        print_strings(&c, req->argv, req->argc);
    begin_arg(tr);
    if (c.style.raw || c.style.shallow)
        print_addr(&c, envp);
    else if (c.style.full)
        print_strings(&c, req->envp, req->envc);
    else
        text_printf(&tr->line, "%#lx /* %d var%s */", envp, req->envc, req->envc == 1 ? "" : "s");
    take_args(tr, ev);
    ev->result = (struct piece){"0", 1};
    trace_deliver(tr, t, ev);
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

static void take_result(struct call *c, const struct sig *sig, struct event *ev)
{
    struct trace *tr = c->tr;
    const char *restart = c->failed ? restart_text(c->ret) : NULL;

    ev->ret = c->ret;
    ev->failed = c->failed;
    if (!tr->words) /* who records wants numbers */
        return;
    text_clear(&tr->result);
    c->out = &tr->result;
    if (restart)
        text_printf(c->out, "? %s", restart);
    else if (c->failed && c->ret >= -4095 && !strerrorname_np((int)-c->ret))
        text_printf(c->out, "-1 (errno %d)", (int)-c->ret);
    else if (c->failed && c->ret >= -4095)
        text_printf(c->out, "-1 %s (%s)", strerrorname_np((int)-c->ret), strerror((int)-c->ret));
    else if (c->style.raw)
        text_printf(c->out, "%#lx", c->ret);
    else if (sig)
        print_result(c, sig);
    else
        text_printf(c->out, "%lu", c->ret);
    ev->result = trace_piece(&tr->result);
    ev->aux = trace_piece(&tr->aux);
}

/* The event of a call that is over, in words if somebody reads them. */
static __attribute__((noinline)) void tell_call(struct trace *tr, struct task *t, const char *name,
                                                unsigned classes, const struct sig *sig, int64_t ret)
{
    struct event *ev = trace_event(tr, t, EVENT_EXIT);
    struct call c = {.tr = tr,
                     .t = t,
                     .args = t->args,
                     .out = &tr->line,
                     .aux = &tr->aux,
                     .ret = ret,
                     .done = true,
                     .failed = ret < 0 && !(t->inject.done & INJECTED_VALUE)};

    text_clear(&tr->aux);
    ev->name = name;
    ev->injected = t->inject.done;
    ev->nr_regs = sig ? (unsigned)sig->n : 6;
    ev->spent_ns = tr->k->now_ns - t->call_since + KERNEL_SYSCALL_NS;
    set_style(&c, name, classes);
    if (!tr->words || c.style.raw) {
        ; /* nothing to be said, or nothing more */
    } else if (sig && t->sysno == 56) {
        begin_arg(tr);
        print_clone(&c);
    } else if (sig && !(t->sysno == 219 && t->restart_name && ret != -ERESTART_RESTARTBLOCK)) {
        struct sig resolved;
        const struct sig *now = sig_resolve(sig, t->args, &resolved);

        for (int i = 0; i < now->n; i++) /* what was shown as it went in says now what came out */
            if (now->arg[i].type && now->arg[i].type->print2 && now->arg[i].type->at_entry &&
                !(c.style.shallow && now->arg[i].type->how == STRUCT_SPLIT)) {
                c.at = i;
                now->arg[i].type->print2(&c, t->args[i], &now->arg[i]);
            }
        print_args(&c, now, first_output(now), now->n);
    }
    take_args(tr, ev);
    take_result(&c, sig, ev);
    if (tr->watch)
        ev->why = trace_piece(&tr->why);
    if (tr->opt.filter && sig) {
        dump_call(&c, sig, &tr->dump);
        ev->dump = trace_piece(&tr->dump);
    }
    trace_take_stack(tr, t, ev);
    trace_deliver(tr, t, ev);
}

void trace_sys_exit(struct task *t, int64_t ret)
{
    struct trace *tr = t->k->trace;
    const struct traced_call *call = traced_call(tr, t);
    const struct sig *sig = call ? &call->sig : NULL;
    const char *name = call ? call->name : NULL;
    unsigned classes = call ? call->classes : 0;
    struct watch_change changed;
    bool any = tr->watch && watch_update(tr->watch, t, name, &changed);
    /* Nobody sees a killed task come back from its call. */
    bool told = !(classes & SC_NORETURN && !(t->inject.done & INJECTED_RESULT)) && !sigkill_pending(t);

    /* Most calls that are recorded, in one step: no event is made, which nobody else would read. */
    if (tr->plain && told && call && call->recorded && !(any && changed.sealed) && !explain_may(t, ret)) {
        recorder_call(tr->recorder, any ? &changed : NULL, t->event, t->tid, call->recorded, (unsigned)sig->n,
                      t->args, ret);
        goto out;
    }
    if (t->inject.rule)
        inject_exit(t);
    if (ret == -ERESTART_RESTARTBLOCK)
        t->restart_name = name;
    if (any)
        trace_tell_change(tr, t, name, &changed);
    if (!told || !is_traced(tr, t, name, classes))
        goto out;
    if (!sig)
        name = nameless(tr, t);
    text_clear(&tr->why);
    if (tr->watch && explain_may(t, ret))
        explain_call(tr->watch, t, sig, ret, &changed, &tr->why);
    tell_call(tr, t, name, classes, sig, ret);
out:
    if (tr->nghosts)
        trace_tell_ignored(tr, t);
}

void trace_blocked(struct task *t)
{
    struct trace *tr = t->k->trace;
    struct watch_change changed;

    if (tr->watch)
        trace_changes(tr, t, "", &changed);
    if (tr->layout && tr->opt.layout.out == stderr)
        fflush(stderr);
}
