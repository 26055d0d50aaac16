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
#include "run.h"
#include "chaos.h"
#include "code/code.h"
#include "syscalls/proc/ptrace.h"
#include "syscalls/trace/trace.h"

#include <stdio.h>

/* A system call takes KERNEL_SYSCALL_NS. */
#define BLOCK_NS 10      /* a block of code: about what it really takes */
#define SLICE_NS 1000000 /* a task's share while others wait */
#define TSC_NS   20      /* reading the clock takes time too: loops that wait for it end */

/* ---- the queue ---- */

static void enqueue(struct machine *m, struct task *t)
{
    if (list_empty(&t->run_node))
        list_add_tail(&m->runq, &t->run_node);
}

void sched_wake(struct task *t)
{
    struct machine *m = machine_of(t);

    m->leave = true; /* signals to look at, or no longer alone */
    if (t != m->k.current || !m->running)
        enqueue(m, t);
}

/* ---- time ---- */

void sched_settle_clock(struct machine *m)
{
    uint64_t blocks = cpu_blocks(m->cpu), ns = (blocks - m->counted) * BLOCK_NS;

    m->counted = blocks;
    m->k.now_ns += ns;
    if (m->loaded)
        charge_user(m->loaded, ns);
}

uint64_t machine_tsc(struct machine *m)
{
    sched_settle_clock(m);
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

/* ---- the loop ---- */

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
    sched_settle_clock(m);
    if (stop.event == CPU_BROKEN) {
        fprintf(stderr, "mseal-emu: the engine failed at %#lx: %s\n", (unsigned long)cpu_rip(m->cpu),
                stop.why);
        m->broken = true;
    } else if (m->gdb && gdb_after(m->gdb, t, &stop)) {
        if (gdb_call_waits(m->gdb, t))
            user_call_debugged(m, t);
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
    if (t->retrying && !user_call_end(m, t, sys_dispatch(t, (uint64_t)t->sysno, t->args)))
        goto out;
    if (t->pt.at_call && !user_call_traced(m, t))
        goto out;
    if (t->pt.call_made && t->state == TASK_RUNNING) {
        if (ptrace_event_due(t)) /* fork and exec tell of themselves before they end */
            goto out;
        t->pt.call_made = false;
        if (ptrace_syscall_exit(t))
            goto out;
    }
    if (m->gdb && gdb_call_waits(m->gdb, t)) {
        user_call_debugged(m, t);
        if (gdb_call_waits(m->gdb, t) || t->retrying)
            goto out;
    }
    while (t->state == TASK_RUNNING && !m->broken && !held(m, t)) {
        kernel_run_work(&m->k);
        if (!user_return(t) || held(m, t))
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
