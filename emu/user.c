/*
 * user.c - what happens between user code and kernel: the system call that code makes, here or while the engine stands for who
 * looks on, what becomes of one that was interrupted, and signals before the code goes on.
 */
#include "run.h"
#include "chaos.h"
#include "code/code.h"
#include "seal_image.h"
#include "syscalls/proc/ptrace.h"

#include <errno.h>
#include <string.h>

#define SYSCALL_NS KERNEL_SYSCALL_NS

static bool wants_restart(int64_t r)
{
    return r == -ERESTARTSYS || r == -ERESTARTNOINTR || r == -ERESTARTNOHAND || r == -ERESTART_RESTARTBLOCK;
}

bool user_syscall(void *ctx, uint64_t nr, const uint64_t a[6], uint64_t *result)
{
    struct machine *m = ctx;
    struct task *t = m->loaded;
    uint64_t page[MM_TLB_FEW];
    unsigned n;
    int64_t r;

    if (m->counting)
        sched_settle_clock(m);
    m->k.now_ns += SYSCALL_NS;
    charge_system(t, SYSCALL_NS);
    t->regs.orig_rax = nr;
    if (t->tracer && t->pt.syscalls) { /* made by user_call_traced() */
        *result = (uint64_t)-ENOSYS;
        m->in_syscall = true;
        machine_regs(t)->rax = *result;
        m->in_syscall = false;
        ptrace_syscall_entry(t);
        return false;
    }
    if (m->gdb && gdb_looks_on(m->gdb)) {
        memcpy(t->args, a, sizeof(t->args));
        gdb_call_made(m->gdb, t);
        *result = (uint64_t)-ENOSYS; /* as in Linux before the call */
        return false;
    }
    m->in_syscall = true;
    r = sys_dispatch(t, nr, a);
    if (m->seal_image)
        seal_image_syscall(m, t, nr, r);
    m->in_syscall = false;
    *result = (uint64_t)(r == SYS_BLOCK ? -ENOSYS : r); /* as in Linux before the call is over */
    if (m->chaos && !list_empty(&m->runq) && chaos_at_syscall(m)) {
        m->slice_ends = m->k.now_ns;
        return false;
    }
    if (m->code && code_stale(m->code, t))
        return false;
    if (m->leave || r == SYS_BLOCK || wants_restart(r) || t->state != TASK_RUNNING ||
        m->k.now_ns >= m->deadline)
        return false;
    n = mm_tlb_stale_pages(t->mm, page);
    if (n)
        cpu_forget_pages(m->cpu, page, n);
    return true;
}

/* The call is run again by going back to its instruction. */
static void restart_call(struct task *t, uint64_t nr)
{
    struct cpu_regs *r = machine_regs(t);

    r->rax = nr;
    r->rip -= 2;
    r->orig_rax = UINT64_MAX;
}

/* An interrupted call meets a handler with these sa_flags: EINTR or again (signal(7)). */
static void interrupt_call(struct task *t, uint64_t sa_flags)
{
    int64_t r = (int64_t)machine_rax(t);

    if (t->regs.orig_rax == UINT64_MAX || !wants_restart(r))
        return;
    if (r == -ERESTARTNOINTR || (r == -ERESTARTSYS && sa_flags & SA_RESTART))
        restart_call(t, t->regs.orig_rax);
    else
        machine_set_rax(t, (uint64_t)-EINTR);
}

/* No handler ran: the call goes on as if nothing had been. */
static void resume_call(struct task *t)
{
    int64_t r = (int64_t)machine_rax(t);

    if (t->regs.orig_rax == UINT64_MAX || !wants_restart(r))
        return;
    restart_call(t, r == -ERESTART_RESTARTBLOCK ? 219 /* restart_syscall */ : t->regs.orig_rax);
}

bool user_return(struct task *t)
{
    struct machine *m = machine_of(t);
    struct ksiginfo info;
    struct ksigaction action;
    bool handled = false;
    int signo;

    while ((signo = get_signal(t, &info, &action)) > 0) {
        interrupt_call(t, action.flags);
        if (m->code)
            code_before_handler(m->code, t);
        if (sigframe_push(t, signo, &info, &action)) {
            signal_delivered(t, signo, &action);
            handled = true;
            if (m->code)
                code_handler(m->code, t, signo);
            if (m->gdb)
                gdb_handler_entered(m->gdb, t);
        } else {
            if (signo == SIGSEGV) /* its own handler has no stack to run on */
                t->sighand->action[SIGSEGV - 1].handler = (uint64_t)(uintptr_t)SIG_DFL;
            force_sig_fault(t, SIGSEGV, 0x80, 0, 0);
        }
    }
    if (signo < 0)
        return false;
    if (!handled)
        resume_call(t);
    return true;
}

/* ---- calls while the engine stands ---- */

bool user_call_end(struct machine *m, struct task *t, int64_t r)
{
    if (r != SYS_BLOCK)
        machine_set_rax(t, (uint64_t)r);
    if (m->gdb)
        gdb_call_ended(m->gdb, t, r);
    return r != SYS_BLOCK;
}

/*
 * Number -1 is a debugger's or tracer's way to have no call made: the result is what it left in rax, -ENOSYS
 * if it left that alone.
 */
static int64_t observed_call(struct machine *m, struct task *t, uint64_t nr, const uint64_t args[6])
{
    int64_t rax = (int64_t)machine_regs(t)->rax, r = sys_dispatch(t, nr, args);

    if (m->seal_image)
        seal_image_syscall(m, t, nr, r);
    return (int)nr == -1 ? rax : r;
}

void user_call_debugged(struct machine *m, struct task *t)
{
    if (gdb_call_begins(m->gdb, t))
        user_call_end(m, t, observed_call(m, t, t->regs.orig_rax, t->args));
}

bool user_call_traced(struct machine *m, struct task *t)
{
    const struct cpu_regs *r = machine_regs(t);
    const uint64_t args[6] = {r->rdi, r->rsi, r->rdx, r->r10, r->r8, r->r9};

    t->pt.at_call = false;
    if (t->pt.signal) { /* PTRACE_CONT with a signal */
        struct ksiginfo info;

        siginfo_user(&info, t->tracer ? t->tracer : t, t->pt.signal, SI_USER);
        send_signal_task(t, &info);
    }
    t->pt.call_made = true;
    return user_call_end(m, t, observed_call(m, t, r->orig_rax, args));
}
