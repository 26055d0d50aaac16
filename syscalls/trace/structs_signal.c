/* structs_signal.c - what goes with signals: actions, siginfo, stacks, as strace shows them. */
#include <string.h>
#include <sys/wait.h>

#include "strace.h"

static void print_handler(struct call *c, uint64_t h)
{
    const struct xlat_table *x = xlat_find("handler");

    if (xlat_name(x->x, h))
        print_xlat(c, x, h);
    else
        print_addr(c, h);
}

static void print_sigaction(struct call *c, const void *p)
{
    const struct ksigaction *sa = p;

    text_puts(c->out, "{sa_handler=");
    print_handler(c, sa->handler);
    text_puts(c->out, ", sa_mask=");
    print_sigset(c, sa->mask);
    text_puts(c->out, ", sa_flags=");
    print_flags_named(c, "sa", sa->flags);
    if (sa->flags & 0x04000000)
        text_printf(c->out, ", sa_restorer=%#lx", sa->restorer);
    text_putc(c->out, '}');
}

/* The table of a signal's own codes; NULL: it has none. */
static const char *code_table(int signo)
{
    switch (signo) {
    case SIGSEGV:
        return "segv";
    case SIGBUS:
        return "bus";
    case SIGFPE:
        return "fpe";
    case SIGILL:
        return "ill";
    case SIGTRAP:
        return "trap";
    case SIGCHLD:
        return "cld";
    case SIGIO:
        return "sigpoll";
    case SIGSYS:
        return "sys";
    }
    return NULL;
}

static void print_value(struct call *c, uint64_t v)
{
    text_printf(c->out, ", si_int=%d, si_ptr=", (int)v);
    print_addr(c, v);
}

static void put_sender(struct call *c, int pid, unsigned uid)
{
    text_puts(c->out, ", si_pid=");
    print_pid(c, pid);
    text_puts(c->out, ", si_uid=");
    print_id(c, uid);
}

static void print_chld(struct call *c, const struct ksiginfo *i)
{
    put_sender(c, i->info.chld.pid, i->info.chld.uid);
    text_puts(c->out, ", si_status=");
    if (i->info.si_code == CLD_EXITED)
        text_printf(c->out, "%d", i->info.chld.status);
    else
        print_signo(c, i->info.chld.status);
    print_ticks(c, ", si_utime=", i->info.chld.utime);
    print_ticks(c, ", si_stime=", i->info.chld.stime);
}

static void print_sys(struct call *c, const struct ksiginfo *i)
{
    text_puts(c->out, ", si_call_addr=");
    print_addr(c, i->info.sys.call_addr);
    text_puts(c->out, ", si_syscall=");
    print_sysno(c, (unsigned)i->info.sys.nr);
    text_puts(c->out, ", si_arch=");
    print_xlat_named(c, "audit_arch", i->info.sys.arch);
}

void print_siginfo(struct call *c, const struct ksiginfo *i)
{
    int code = i->info.si_code;
    const char *table = code <= 0 || code == SI_KERNEL ? "si" : code_table(i->info.si_signo);

    if (!i->info.si_signo && !code) {
        text_puts(c->out, "{}");
        return;
    }
    text_puts(c->out, "{si_signo=");
    print_signo(c, i->info.si_signo);
    text_puts(c->out, ", si_code=");
    if (table)
        print_xlat_named(c, table, (uint32_t)code);
    else
        text_printf(c->out, "%#x", (unsigned)code);
    if (i->info.si_errno) {
        text_puts(c->out, ", si_errno=");
        if (i->info.si_errno > 0)
            print_errno(c, i->info.si_errno);
        else
            text_printf(c->out, "%u", (unsigned)i->info.si_errno);
    }
    if (code == SI_KERNEL && (i->info.si_signo == SIGSEGV || i->info.si_signo == SIGBUS)) {
        text_puts(c->out, ", si_addr=");
        print_addr(c, i->info.fault.addr);
    } else if (code == SI_TIMER) {
        text_printf(c->out, ", si_timerid=%#x, si_overrun=%d", (unsigned)i->info.timer.tid,
                    i->info.timer.overrun);
        print_value(c, i->info.timer.value);
    } else if (code == SI_SIGIO || (code > 0 && code != SI_KERNEL && i->info.si_signo == SIGIO)) {
        text_printf(c->out, ", si_band=%ld, si_fd=%d", i->info.poll.band, i->info.poll.fd);
    } else if (code <= 0) {
        put_sender(c, i->info.rt.pid, i->info.rt.uid);
        if (code != SI_USER && code != SI_TKILL)
            print_value(c, i->info.rt.value);
    } else if (i->info.si_signo == SIGCHLD && code != SI_KERNEL) {
        print_chld(c, i);
    } else if (i->info.si_signo == SIGSYS && code != SI_KERNEL) {
        print_sys(c, i);
    } else if (!table || code == SI_KERNEL) { /* whose layout is not known: shown as if a task had sent it */
        if (i->info.rt.pid || i->info.rt.uid)
            put_sender(c, i->info.rt.pid, i->info.rt.uid);
        if (i->info.rt.value)
            print_value(c, i->info.rt.value);
    } else {
        text_puts(c->out, ", si_addr=");
        print_addr(c, i->info.fault.addr);
        if (i->info.si_signo == SIGSEGV && code == SEGV_PKUERR)
            text_printf(c->out, ", si_pkey=%u", i->info.fault.pkey);
    }
    text_putc(c->out, '}');
}

static void print_user_siginfo(struct call *c, const void *p)
{
    struct ksiginfo i;

    memcpy(&i.info, p, sizeof(i.info));
    i.signo = i.info.si_signo;
    print_siginfo(c, &i);
}

/* PTRACE_PEEKSIGINFO's, as many as its result says. */
static void print_siginfos(struct call *c, uint64_t addr, const struct arg *a)
{
    print_array(c, addr, (uint64_t)c->ret, 128, print_user_siginfo);
}

static void print_stack_t(struct call *c, const void *p)
{
    const struct {
        uint64_t sp;
        int32_t flags;
        uint64_t size;
    } *s = p;

    text_puts(c->out, "{ss_sp=");
    print_addr(c, s->sp);
    text_puts(c->out, ", ss_flags=");
    print_flags_named(c, "ss", (uint32_t)s->flags);
    text_printf(c->out, ", ss_size=%lu}", s->size);
}

/* As many bytes as are asked for, of those there are. */
static void print_pending(struct call *c, uint64_t addr, const struct arg *a)
{
    uint64_t set = 0, size = c->args[1];

    if (!size || size > sizeof(set) || !get(c, &set, addr, size))
        print_addr(c, addr);
    else
        print_sigset(c, set);
}

#define FRAME_MASK 304
/* rt_sigreturn({mask=[]}): the mask in the frame that the handler was entered with (emu/sigframe.c), whose first word is gone. */
static void print_sigreturn(struct call *c, uint64_t addr, const struct arg *a)
{
    struct cpu_regs r;
    uint64_t mask;

    c->t->k->ops->get_regs(c->t, &r);
    if (!get(c, &mask, r.rsp + FRAME_MASK - sizeof(uint64_t), sizeof(mask))) {
        print_addr(c, r.rsp);
        return;
    }
    text_puts(c->out, "{mask=");
    print_sigset(c, mask);
    text_putc(c->out, '}');
}

const struct struct_type structs_signal[] = {
    {"sigaction", 32, print_sigaction, NULL, false, STRUCT_PLAIN},
    {"siginfo", 128, print_user_siginfo, NULL, false, STRUCT_PLAIN},
    {"siginfos", 0, NULL, print_siginfos, false, STRUCT_PLAIN, NULL, true},
    {"stack_t", 24, print_stack_t, NULL, false, STRUCT_PLAIN},
    {"pending", 0, NULL, print_pending, false, STRUCT_PLAIN},
    {"sigreturn", 0, NULL, print_sigreturn, false, STRUCT_PLAIN},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
