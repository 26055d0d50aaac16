/*
 * sched.c - the run loop: which task runs, for how long, and what time it is.
 *
 * Everything here is decided by what the guest did, never by the host: tasks run first come first served and change only where
 * one blocks, faults fatally, or has used its share. Virtual time moves with system calls and, while anybody else could run or
 * a timer is pending, with executed blocks of code; when every task sleeps it jumps to the next deadline.
 *
 *      pick -> finish the system call that waited -> signals -> user code -> system calls, traps -+
 *       ^                                                                                         |
 *       +------------- blocked, share used up, over --------------------------------------------- +
 */
#include "machine.h"
#include "chaos.h"
#include "code/code.h"
#include "seal_image.h"
#include "symbols.h"
#include "task_cpu.h"
#include "vdso.h"
#include "syscalls/proc/ptrace.h"
#include "syscalls/table.h"
#include "syscalls/trace/trace.h"

#include <mseal-emu/emu.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SYSCALL_NS KERNEL_SYSCALL_NS
#define BLOCK_NS   10      /* and of a block of code: about what it really takes */
#define SLICE_NS   1000000 /* a task's share while others wait */
#define TSC_NS     20      /* reading the clock takes time too: loops that wait for it end */

/* ---- the queue ---- */

static void enqueue(struct machine *m, struct task *t)
{
    if (list_empty(&t->run_node))
        list_add_tail(&m->runq, &t->run_node);
}

static void wake(struct task *t)
{
    struct machine *m = machine_of(t);

    m->leave = true; /* signals to look at, or no longer alone */
    if (t != m->k.current || !m->running)
        enqueue(m, t);
}

static int clone_cpu(struct task *parent, struct task *child, uint64_t rsp, uint64_t tls, bool set_tls)
{
    machine_get_regs(parent, &child->regs);
    child->regs.rax = 0;
    child->regs.orig_rax = UINT64_MAX;
    if (rsp)
        child->regs.rsp = rsp;
    if (set_tls)
        child->regs.fs_base = tls;
    child->cpu = NULL;
    if (machine_of(parent)->code && child->mm != parent->mm)
        code_forked(machine_of(parent)->code, parent, child);
    wake(child);
    return 0;
}

static void free_cpu(struct task *t)
{
    struct machine *m = machine_of(t);

    if (m->loaded == t)
        m->loaded = NULL;
    m->mm = NULL; /* its address space may go, and another take its address */
    list_del(&t->run_node);
    if (m->code)
        code_gone(m->code, t);
    free(t->cpu);
    t->cpu = NULL;
}

/* /proc/PID/maps with "sl" after what is sealed. */
static void print_maps(struct mm *mm, FILE *out)
{
    const struct vma *v;
    char line[8448];

    for (uint64_t at = 0; (v = mm_find_vma(mm, at)); at = v->end) {
        size_t len = mm_maps_line(mm, v, line, sizeof(line));

        fprintf(out, v->seal ? "%.*s sl\n" : "%.*s\n", (int)len - 1, line);
    }
}

static void exit_mm(struct task *t)
{
    struct machine *m = machine_of(t);

    if (m->maps_out && t->proc == m->k.init)
        print_maps(t->mm, m->maps_out);
    if (m->k.hooks && m->k.hooks->exit)
        m->k.hooks->exit(m->k.hooks->ctx, t->proc->pid,
                         t->proc->exiting ? t->proc->exit_status : t->exit_code, t->mm);
}

const struct machine_ops machine_ops = {
    .get_regs = machine_get_regs,
    .set_regs = machine_set_regs,
    .set_fs_base = machine_set_fs_base,
    .get_fs_base = machine_fs_base,
    .set_gs_base = machine_set_gs_base,
    .get_gs_base = machine_gs_base,
    .set_pkru = machine_set_pkru,
    .exec = machine_exec,
    .clone_cpu = clone_cpu,
    .free_cpu = free_cpu,
    .wake = wake,
    .sigreturn = sigframe_pop,
    .fatal_signal = crash_report,
    .backtrace = symbols_backtrace,
    .symbol = symbols_name,
    .exit_mm = exit_mm,
};

/* ---- time ---- */

/* Blocks executed since the last look become time, and CPU time of the task that ran them. */
static void settle_clock(struct machine *m)
{
    uint64_t blocks = cpu_blocks(m->cpu), ns = (blocks - m->counted) * BLOCK_NS;

    m->counted = blocks;
    m->k.now_ns += ns;
    if (m->loaded)
        charge_user(m->loaded, ns);
}

uint64_t machine_tsc(struct machine *m)
{
    settle_clock(m);
    m->k.now_ns += TSC_NS;
    return m->k.now_ns;
}

/* Before user code: how many blocks until somebody has to be asked again; 0: nobody else is there, run freely. */
static uint64_t block_budget(struct machine *m, const struct task *t)
{
    uint64_t next = kernel_next_deadline(&m->k), cpu = timers_cpu_left(t), left;

    if (cpu != UINT64_MAX && (!next || m->k.now_ns + cpu < next))
        next = m->k.now_ns + cpu;
    m->deadline = next ? next : UINT64_MAX;
    if (!next && list_empty(&m->runq))
        return 0;
    left = list_empty(&m->runq) ? SLICE_NS : m->slice_ends > m->k.now_ns ? m->slice_ends - m->k.now_ns : 1;
    if (next && (next <= m->k.now_ns || next - m->k.now_ns < left))
        left = next > m->k.now_ns ? next - m->k.now_ns : 1;
    return left / BLOCK_NS + 1;
}

static void new_slice(struct machine *m)
{
    uint64_t share = SLICE_NS;

    if (m->chaos)
        share = chaos_share(m);
    else if (m->k.cfg.seed) /* another seed, another interleaving */
        share = SLICE_NS / 8 + kernel_random(&m->k) % SLICE_NS;
    m->slice_ends = m->k.now_ns + share;
}

/* ---- system calls ---- */

static bool wants_restart(int64_t r)
{
    return r == -ERESTARTSYS || r == -ERESTARTNOINTR || r == -ERESTARTNOHAND || r == -ERESTART_RESTARTBLOCK;
}

/* Called by the processor at each `syscall`. False: come back to the loop. */
static bool on_syscall(void *ctx, uint64_t nr, const uint64_t a[6], uint64_t *result)
{
    struct machine *m = ctx;
    struct task *t = m->loaded;
    uint64_t page[MM_TLB_FEW];
    unsigned n;
    int64_t r;

    if (m->counting)
        settle_clock(m);
    m->k.now_ns += SYSCALL_NS;
    charge_system(t, SYSCALL_NS);
    t->regs.orig_rax = nr;
    if (t->tracer && t->pt.syscalls) { /* made by traced_call() */
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

static int on_translate(void *ctx, uint64_t addr, unsigned access, struct mm_fault *f)
{
    struct machine *m = ctx;

    unsigned watched = m->gdb ? gdb_watched(m->gdb, m->loaded, addr) : 0;
    int err;

    f->reason = MM_FAULT_NONE;
    if (watched & access)
        return -EFAULT;
    err = mm_fault(m->loaded->mm, addr, access, f);
    f->perms &= ~watched;
    if (!err && m->seal_image)
        seal_image_translate(m, m->loaded->mm, addr, access, &f->perms);
    if (!err && mm_tlb_flush_needed(m->loaded->mm)) /* copy on write of a page with code */
        cpu_want_flush(m->cpu);
    return err;
}

static bool on_breakpoint(void *ctx, uint64_t addr)
{
    struct machine *m = ctx;

    return m->gdb && gdb_breakpoint(m->gdb, m->loaded, addr);
}

static unsigned nargs(void *ctx, uint64_t nr)
{
    const struct machine *m = ctx;

    return nr < SYS_MAX ? m->nargs[nr] : 6;
}

/* The design's own calls may have taken the place of others. */
static void learn_nargs(struct machine *m)
{
    const struct mseal_design *d = m->k.cfg.design;

    for (unsigned nr = 0; nr < SYS_MAX; nr++)
        m->nargs[nr] = (uint8_t)sys_nargs(nr);
    for (const struct mseal_syscall *s = d ? d->syscalls : NULL; s && s->name; s++)
        if (s->nr < SYS_MAX)
            m->nargs[s->nr] = 6;
}

static void on_insn(void *ctx, uint64_t addr)
{
    code_insn(((struct machine *)ctx)->code, addr);
}

static void on_block(void *ctx, uint64_t addr, unsigned size)
{
    code_block(((struct machine *)ctx)->code, addr, size);
}

static const struct cpu_ops cpu_ops = {
    .translate = on_translate,
    .syscall = on_syscall,
    .nargs = nargs,
    .breakpoint = on_breakpoint,
    .insn = on_insn,
    .block = on_block,
};

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

/* Signals before user code. False: t does not go on now. */
static bool return_to_user(struct task *t)
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

/* ---- the loop ---- */

/* The rest of a system call that did not happen within the engine. False: it waits. */
static bool end_call(struct machine *m, struct task *t, int64_t r)
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

/* gdb looks on: the call is made while the engine stands, with registers that can be looked at and changed. */
static void debugged_call(struct machine *m, struct task *t)
{
    if (gdb_call_begins(m->gdb, t))
        end_call(m, t, observed_call(m, t, t->regs.orig_rax, t->args));
}

/* The tracer has seen the call about to be made, and perhaps changed it: make it. False: t goes no further now. */
static bool traced_call(struct machine *m, struct task *t)
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
    return end_call(m, t, observed_call(m, t, r->orig_rax, args));
}

static void run_user_code(struct machine *m, struct task *t)
{
    struct cpu_stop stop;
    uint64_t budget = block_budget(m, t);
    bool trapped = false;

    if (m->gdb)
        gdb_before(m->gdb, t);
    if (m->code)
        code_before(m->code, t);
    machine_load(m, t);
    if (budget || m->counting) {
        /* Counting goes on once it began: changing it costs all translated code. */
        m->counting = true;
        cpu_set_budget(m->cpu, budget ? budget : UINT64_MAX);
    }
    m->leave = false;
    cpu_run(m->cpu, &stop);
    settle_clock(m);
    if (stop.event == CPU_BROKEN) {
        fprintf(stderr, "mseal-emu: the engine failed at %#lx: %s\n", (unsigned long)cpu_rip(m->cpu),
                stop.why);
        m->broken = true;
    } else if (m->gdb && gdb_after(m->gdb, t, &stop)) {
        if (gdb_call_waits(m->gdb, t))
            debugged_call(m, t);
    } else if (stop.event != CPU_STOPPED) {
        machine_trap(t, &stop);
        trapped = true;
        if (m->gdb)
            gdb_trapped(m->gdb, t);
    }
    if (m->code)
        code_after(m->code, t, trapped);
}

/* Does a debugger hold t? */
static bool held(const struct machine *m, const struct task *t)
{
    return m->gdb && !gdb_lets_run(m->gdb, t);
}

/* Run t until it cannot go on or its share is used up. */
static void run_task(struct machine *m, struct task *t)
{
    m->k.current = t;
    m->running = true;
    if (m->k.trace)
        trace_switch(t);
    new_slice(m);
    if (t->retrying && !end_call(m, t, sys_dispatch(t, (uint64_t)t->sysno, t->args)))
        goto out;
    if (t->pt.at_call && !traced_call(m, t))
        goto out;
    if (t->pt.call_made && t->state == TASK_RUNNING) {
        if (ptrace_event_due(t)) /* fork and exec tell of themselves before they end */
            goto out;
        t->pt.call_made = false;
        if (ptrace_syscall_exit(t))
            goto out;
    }
    if (m->gdb && gdb_call_waits(m->gdb, t)) {
        debugged_call(m, t);
        if (gdb_call_waits(m->gdb, t) || t->retrying)
            goto out;
    }
    while (t->state == TASK_RUNNING && !m->broken && !held(m, t)) {
        kernel_run_work(&m->k);
        if (!return_to_user(t) || held(m, t))
            break;
        run_user_code(m, t);
        if (m->gdb)
            gdb_poll(m->gdb);
        if (t->retrying)
            break; /* waits in a system call */
        if (m->k.now_ns >= m->deadline) {
            kernel_advance(&m->k, m->k.now_ns);
            timers_charge(t);
        }
        if (m->k.now_ns >= m->slice_ends) {
            if (!list_empty(&m->runq)) {
                if (m->chaos)
                    chaos_share_over(m, t);
                break;
            }
            new_slice(m);
        }
    }
out:
    m->running = false;
    if (t->state == TASK_RUNNING)
        enqueue(m, t);
    else if (t->state != TASK_SLEEPING)
        m->mm = NULL; /* its address space may be gone, and another at its place */
}

/* The next task, NULL: nobody can go on now. */
static struct task *pick(struct machine *m)
{
    struct task *best = NULL;

    list_for_each (n, &m->runq) {
        struct task *t = container_of(n, struct task, run_node);

        if (held(m, t))
            continue;
        if (m->chaos ? chaos_prefers(m, t, best) : !best)
            best = t;
        if (!m->chaos)
            break;
    }
    if (best)
        list_del(&best->run_node);
    return best;
}

static bool over(const struct machine *m)
{
    return m->broken || (m->k.init_done && !(m->gdb && gdb_wants_more(m->gdb)));
}

int machine_run(struct machine *m)
{
    unsigned rounds = 0;

    while (!over(m)) {
        struct task *t;
        uint64_t next;

        if (m->gdb)
            gdb_poll(m->gdb);
        kernel_run_work(&m->k);
        t = pick(m);
        if (!t) {
            int outside;

            next = kernel_next_deadline(&m->k);
            /* Who waits for a terminal or pipe of the host does so in real time, and sleepers beside it too. */
            outside = vfs_wait_host(&m->k, !next                ? -1
                                           : next > m->k.now_ns ? (int64_t)(next - m->k.now_ns)
                                                                : 0);
            if (outside > 0)
                continue;
            if (!next && outside == 0) /* interrupted */
                continue;
            if (!next && m->gdb && gdb_idle(m->gdb))
                continue;
            if (!next) {
                machine_deadlock_report(m);
                return MACHINE_FAILED;
            }
            kernel_advance(&m->k, next);
            continue;
        }
        if (++rounds % 16 == 0) /* the others' work must not keep input waiting */
            vfs_wait_host(&m->k, 0);
        if (t->state == TASK_RUNNING)
            run_task(m, t);
        m->k.current = NULL;
        kernel_bury_dead(&m->k, NULL);
    }
    if (m->gdb)
        gdb_poll(m->gdb); /* tells how it ended */
    return m->broken ? MACHINE_FAILED : m->k.init_status;
}

/* ---- life ---- */

static void code_changed(void *ctx, uint64_t paddr, uint64_t len)
{
    struct machine *m = ctx;

    cpu_code_changed(m->cpu, paddr, len);
}

int machine_init(struct machine *m, const struct kernel_config *cfg, const char **why)
{
    int err;

    memset(m, 0, sizeof(*m));
    list_init(&m->runq);
    *why = "out of memory";
    err = kernel_init(&m->k, cfg, &machine_ops, m);
    if (err)
        return err;
    if (cfg->vdso)
        err = mm_vdso_create(&m->k.sys, vdso_image, vdso_image_size);
    m->cpu = err ? NULL : cpu_create(&m->k.sys.phys, &cpu_ops, m, why);
    if (!m->cpu) {
        kernel_destroy(&m->k);
        return -ENOMEM;
    }
    if (cfg->chaos)
        chaos_init(m);
    learn_nargs(m);
    m->k.sys.phys.code_changed = code_changed;
    m->k.sys.phys.code_ctx = m;
    return 0;
}

void machine_destroy(struct machine *m)
{
    if (m->gdb)
        gdb_destroy(m->gdb);
    code_destroy(m->code);
    m->code = NULL;
    kernel_destroy(&m->k);
    cpu_destroy(m->cpu);
    symbols_forget();
}
