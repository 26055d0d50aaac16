/*
 * strace.c - lines of strace's text: begun when a call begins, ended when it ends, cut in two when another
 * task comes between.
 */
#include "strace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <mseal-emu/design.h>

#define RESULT_COLUMN 40

struct trace *trace_create(struct kernel *k, const struct trace_options *opt)
{
    struct trace *tr = calloc(1, sizeof(*tr));

    if (!tr)
        return NULL;
    tr->k = k;
    tr->opt = *opt;
    if (!tr->opt.strsize)
        tr->opt.strsize = 32;
    return tr;
}

void trace_destroy(struct trace *tr)
{
    if (!tr)
        return;
    trace_flush(tr);
    if (tr->opt.out && tr->opt.out != stderr)
        fclose(tr->opt.out);
    for (int i = 0; i < SYS_MAX; i++)
        free(tr->sigs[i]);
    free(tr->line.s);
    free(tr->aux.s);
    free(tr);
}

void trace_flush(struct trace *tr)
{
    if (tr->open) {
        fputs(" <unfinished ...>\n", tr->opt.out);
        tr->open = NULL;
    }
    fflush(tr->opt.out);
}

/* ---- the line in progress ---- */

static void emit(struct trace *tr)
{
    fwrite(tr->line.s, 1, tr->line.len, tr->opt.out);
    tr->column += tr->line.len;
    text_clear(&tr->line);
}

static void end_line(struct trace *tr)
{
    text_putc(&tr->line, '\n');
    emit(tr);
    tr->open = NULL;
    tr->column = 0;
    if (tr->opt.out == stderr)
        fflush(stderr);
}

/* Begin a line of t; a line of somebody else that is still open is cut. */
static void begin_line(struct trace *tr, struct task *t)
{
    text_clear(&tr->line);
    if (tr->open)
        fputs(" <unfinished ...>\n", tr->opt.out);
    tr->open = NULL;
    tr->column = 0;
    if (tr->k->nr_tasks > 1)
        tr->several = true;
    if (tr->opt.always_pid)
        text_printf(&tr->line, "%-5d ", t->tid);
    else if (tr->several && tr->opt.out != stderr)
        text_printf(&tr->line, "%-5d ", t->tid);
    else if (tr->k->nr_tasks > 1)
        text_printf(&tr->line, "[pid %5d] ", t->tid);
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

static void print_args(struct call *c, const struct sig *sig, int from, int to)
{
    bool any = from > 0;

    for (int i = from; i < to; i++) {
        if (!is_shown(c, sig, i))
            continue;
        if (any)
            text_puts(c->out, ", ");
        any = true;
        print_arg(c, &sig->arg[i], i);
    }
}

void trace_sys_enter(struct task *t)
{
    struct trace *tr = t->k->trace;
    struct call c = {.tr = tr, .t = t, .args = t->args, .out = &tr->line, .aux = &tr->aux};
    const char *name;
    unsigned classes;
    const struct sig *sig = call_sig(tr, t, &name, &classes);

    if (tr->nghosts)
        tell_ignored(tr, t);
    begin_line(tr, t);
    if (!sig) {
        text_printf(&tr->line, "syscall_%#lx(%#lx, %#lx, %#lx, %#lx, %#lx, %#lx", (unsigned long)t->sysno,
                    t->args[0], t->args[1], t->args[2], t->args[3], t->args[4], t->args[5]);
    } else if (t->sysno == 219 && t->restart_name) {
        text_printf(&tr->line, "restart_syscall(<... resuming interrupted %s ...>", t->restart_name);
    } else {
        text_printf(&tr->line, "%s(", name);
        if (t->sysno == 56)
            c.out = &tr->line; /* clone: all at the end */
        else
            print_args(&c, sig, 0, first_output(&c, sig));
    }
    if (classes & SC_NORETURN) { /* what follows is said now */
        text_putc(&tr->line, ')');
        while (tr->line.len < RESULT_COLUMN - 1)
            text_putc(&tr->line, ' ');
        text_puts(&tr->line, " = ?");
        end_line(tr);
        return;
    }
    emit(tr);
    tr->open = t;
}

void trace_first_exec(struct task *t, const struct exec_request *req)
{
    struct trace *tr = t->k->trace;
    unsigned limit = tr->opt.strsize;
    struct cpu_regs regs;

    t->k->ops->get_regs(t, &regs);
    begin_line(tr, t);
    text_puts(&tr->line, "execve(");
    print_quoted(&tr->line, (const uint8_t *)req->path, strlen(req->path), false, false);
    text_puts(&tr->line, ", [");
    for (int i = 0; i < req->argc; i++) {
        size_t len = strlen(req->argv[i]);

        text_puts(&tr->line, i ? ", " : "");
        if ((unsigned)i >= limit) {
            text_puts(&tr->line, "...");
            break;
        }
        print_quoted(&tr->line, (const uint8_t *)req->argv[i], len < limit ? len : limit, len > limit, false);
    }
    /* the stack at the start: argc, argv..., NULL, envp */
    text_printf(&tr->line, "], %#lx /* %d var%s */)", regs.rsp + 8 * ((uint64_t)req->argc + 2), req->envc,
                req->envc == 1 ? "" : "s");
    while (tr->line.len < RESULT_COLUMN - 1)
        text_putc(&tr->line, ' ');
    text_puts(&tr->line, " = 0");
    end_line(tr);
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
        text_printf(c->out, "%#lx (flags ", ret);
        print_flags_named(c, "open", (uint64_t)ret);
        text_putc(c->out, ')');
    } else if (kind && !strcmp(kind, "fdflags") && ret) {
        text_printf(c->out, "%#lx (flags ", ret);
        print_flags_named(c, "fd_flags", (uint64_t)ret);
        text_putc(c->out, ')');
    } else if (kind && !strcmp(kind, "seals") && ret) {
        text_printf(c->out, "%#lx (seals ", ret);
        print_flags_named(c, "seals", (uint64_t)ret);
        text_putc(c->out, ')');
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
    const char *name = NULL, *restart = restart_text(ret);
    unsigned classes;
    const struct sig *sig = call_sig(tr, t, &name, &classes);

    text_clear(&tr->aux);
    if (classes & SC_NORETURN)
        return;
    if (tr->open != t) {
        begin_line(tr, t);
        text_printf(&tr->line, "<... %s resumed>", name ? name : "syscall");
    }
    tr->open = t;
    if (sig && t->sysno == 56)
        print_clone(&c);
    else if (sig && !(t->sysno == 219 && t->restart_name)) {
        int first = first_output(&c, sig);

        for (int i = 0; i < sig->n; i++) /* what was shown as it went in says now what came out */
            if (sig->arg[i].type && sig->arg[i].type->print2 && sig->arg[i].type->at_entry)
                sig->arg[i].type->print2(&c, t->args[i], &sig->arg[i]);
        print_args(&c, sig, first, sig->n);
    }
    text_putc(&tr->line, ')');
    while (tr->column + tr->line.len < RESULT_COLUMN - 1)
        text_putc(&tr->line, ' ');
    text_puts(&tr->line, " = ");
    if (restart)
        text_printf(&tr->line, "? %s", restart);
    else if (ret < 0 && ret >= -4095)
        text_printf(&tr->line, "-1 %s (%s)", strerrorname_np((int)-ret), strerror((int)-ret));
    else if (sig)
        print_value(&c, sig);
    else
        text_printf(&tr->line, "%ld", ret);
    if (tr->aux.len) {
        text_puts(&tr->line, " (");
        text_printf(&tr->line, "%.*s)", (int)tr->aux.len, tr->aux.s);
    }
    if (ret == -ERESTART_RESTARTBLOCK)
        t->restart_name = name;
    end_line(tr);
    if (tr->nghosts)
        tell_ignored(tr, t);
}

void trace_blocked(struct task *t)
{
    if (t->k->trace->opt.out == stderr)
        fflush(stderr);
}

void trace_signal(struct task *t, const struct ksiginfo *info)
{
    struct trace *tr = t->k->trace;
    struct call c = {.tr = tr, .t = t, .out = &tr->line, .aux = &tr->aux};

    begin_line(tr, t);
    text_puts(&tr->line, "--- ");
    print_signo(&c, info->signo);
    text_putc(&tr->line, ' ');
    print_siginfo(&c, info);
    text_puts(&tr->line, " ---");
    end_line(tr);
}

void trace_stopped(struct task *t, int signo)
{
    struct trace *tr = t->k->trace;
    struct call c = {.tr = tr, .t = t, .out = &tr->line, .aux = &tr->aux};

    begin_line(tr, t);
    text_puts(&tr->line, "--- stopped by ");
    print_signo(&c, signo);
    text_puts(&tr->line, " ---");
    end_line(tr);
}

void trace_superseded(struct task *t, int pid)
{
    struct trace *tr = t->k->trace;

    begin_line(tr, t);
    text_printf(&tr->line, "+++ superseded by execve in pid %d +++", pid);
    end_line(tr);
}

void trace_exit(struct task *t, int status)
{
    struct trace *tr = t->k->trace;
    struct call c = {.tr = tr, .t = t, .out = &tr->line, .aux = &tr->aux};

    begin_line(tr, t);
    if (WIFEXITED(status)) {
        text_printf(&tr->line, "+++ exited with %d +++", WEXITSTATUS(status));
    } else {
        text_puts(&tr->line, "+++ killed by ");
        print_signo(&c, WTERMSIG(status));
        text_puts(&tr->line, WCOREDUMP(status) ? " (core dumped) +++" : " +++");
    }
    end_line(tr);
    if (tr->opt.out == stderr)
        fflush(stderr);
}
