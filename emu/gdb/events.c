/*
 * events.c - what happens between the program and the kernel, as gdb hears of it: signals, system calls, and
 * the processes and programs that calls make.
 */
#include "priv.h"

#include <stdlib.h>
#include <string.h>

static struct gdb *gdb_of(const struct task *t)
{
    return machine_of(t)->gdb;
}

/* ---- signals ---- */

/* The signal gdb wants t to get, with the siginfo it stopped with if it is the same. */
static int take_signal(struct gdb *g, struct task *t, struct ksiginfo *info)
{
    struct action *a = action_of(g, t);
    struct gdb_task *gt = gdb_task_find(g, t);
    int signo = a ? a->signo : 0;

    if (!signo)
        return 0;
    a->signo = 0;
    if (gt && gt->has_info && gt->info.signo == signo) {
        memcpy(&info->info, &gt->info.info, sizeof(info->info));
        info->signo = signo;
    } else {
        siginfo_user(info, t, signo, SI_USER);
    }
    if (gt)
        gt->has_info = false;
    return signo;
}

/*
 * gdb let go of t, which was stopped by a signal with RIP at rip: does t get it? Not if t is killed, gdb does
 * not want it to, or t is somewhere else by now, as after a function that gdb called and that ended in a fault.
 */
static bool stays(const struct gdb *g, struct task *t, int signo, uint64_t rip)
{
    return !((t->pending.set | t->proc->pending.set) & sigbit(SIGKILL)) && g->keep & sigbit(signo) &&
           machine_regs(t)->rip == rip;
}

/* machine_ops.filter_signal */
static int filter_signal(struct task *t, struct ksiginfo *info)
{
    struct gdb *g = gdb_of(t);
    struct gdb_task *gt;
    uint64_t rip;

    if (!inferior_of(g, t) || info->signo == SIGKILL)
        return info->signo;
    if (!gdb_lets_run(g, t))
        return -1;
    if (!info->signo)
        return take_signal(g, t, info);
    if (g->pass & sigbit(info->signo))
        return info->signo;
    gt = gdb_task(g, t);
    if (gt) {
        gt->info = *info;
        gt->has_info = true;
    }
    rip = machine_regs(t)->rip;
    stop_report(g, t, info->signo, "");
    if (!task_over(t) && !inferior_of(g, t))
        return stays(g, t, info->signo, rip) ? info->signo : 0;
    return task_over(t) || !gdb_lets_run(g, t) ? -1 : take_signal(g, t, info);
}

/* ---- system calls ---- */

static bool catches(const struct gdb *g, uint64_t nr)
{
    return g->catch_all || (nr < sizeof(g->catching) * 8 && g->catching[nr / 8] & 1u << nr % 8);
}

void gdb_call_made(struct gdb *g, struct task *t)
{
    struct gdb_task *gt = gdb_task(g, t);

    if (gt) {
        gt->call_waits = true;
        gt->entry_told = false;
    }
}

bool gdb_call_waits(const struct gdb *g, const struct task *t)
{
    const struct gdb_task *gt = gdb_task_find(g, t);

    return gt && gt->call_waits;
}

bool gdb_call_begins(struct gdb *g, struct task *t)
{
    struct gdb_task *gt = gdb_task_find(g, t);
    struct cpu_regs r;
    char extra[48];

    if (!gt || !gdb_lets_run(g, t))
        return false;
    gt->nr = t->regs.orig_rax;
    if (!gt->entry_told && inferior_of(g, t) && catches(g, gt->nr)) {
        gt->entry_told = true;
        snprintf(extra, sizeof(extra), "syscall_entry:%x;", (unsigned)gt->nr);
        stop_report(g, t, SIGTRAP, extra);
        if (task_over(t) || !gdb_lets_run(g, t))
            return false;
        machine_ops.get_regs(t, &r); /* gdb may have put others there */
        gt->nr = r.orig_rax;
        memcpy(t->args, (uint64_t[6]){r.rdi, r.rsi, r.rdx, r.r10, r.r8, r.r9}, sizeof(t->args));
    }
    gt->call_waits = false;
    return true;
}

static bool report_child(struct gdb *g, struct task *t, struct gdb_task *gt)
{
    struct task *child = gt->child;
    struct inferior *inf;
    char extra[64];

    gt->child = NULL;
    gt->vforked = t->vforking;
    if (!child || !(gt->vforked ? g->vfork_events : g->fork_events) ||
        !(inf = inferior_add(g, child->proc, true)))
        return false;
    points_copy(g, inf, inferior_of(g, t));
    snprintf(extra, sizeof(extra), "%s:p%x.%x;", gt->vforked ? "vfork" : "fork", (unsigned)inf->pid,
             (unsigned)child->tid);
    stop_report(g, t, SIGTRAP, extra);
    return true;
}

static void report_exec(struct gdb *g, struct task *t)
{
    char extra[2 * sizeof(t->proc->exe) + 16];
    size_t n = (size_t)snprintf(extra, sizeof(extra), "exec:");

    for (const char *p = t->proc->exe; *p; p++)
        n += (size_t)snprintf(extra + n, sizeof(extra) - n, "%02x", (uint8_t)*p);
    snprintf(extra + n, sizeof(extra) - n, ";");
    points_clear(g, inferior_of(g, t)); /* they were in what is gone */
    stop_report(g, t, SIGTRAP, extra);
}

/* May t's story be told on? */
static bool go_on(struct gdb *g, const struct task *t)
{
    return !task_over(t) && inferior_of(g, t) && gdb_lets_run(g, t);
}

void gdb_call_ended(struct gdb *g, struct task *t, int64_t result)
{
    struct gdb_task *gt = gdb_task_find(g, t);
    const struct point *p;
    bool told = false;
    char extra[48];

    if (!go_on(g, t))
        return;
    if (gt && result != SYS_BLOCK)
        history_note(g, t, gt->nr, result);
    if (gt && gt->child)
        told = report_child(g, t, gt);
    if (result == SYS_BLOCK || !go_on(g, t))
        return;
    if (gt && gt->vforked) {
        gt->vforked = false;
        if (g->vfork_events)
            stop_report(g, t, SIGTRAP, "vforkdone:;");
    }
    if (gt && gt->execed && go_on(g, t)) {
        gt->execed = false;
        if (g->exec_events)
            report_exec(g, t);
        told = true;
    }
    if (gt && go_on(g, t) && catches(g, gt->nr)) {
        snprintf(extra, sizeof(extra), "syscall_return:%x;", (unsigned)gt->nr);
        stop_report(g, t, SIGTRAP, extra);
        told = true;
    }
    if (go_on(g, t) && (p = watch_hit(g, t, false)))
        report_watch(g, t, p);
    else if (!told && go_on(g, t))
        report_step(g, t);
}

/* ---- what the kernel tells the machine ---- */

static int clone_cpu(struct task *parent, struct task *child, uint64_t rsp, uint64_t tls, bool set_tls)
{
    struct gdb *g = gdb_of(parent);
    int err = machine_ops.clone_cpu(parent, child, rsp, tls, set_tls);
    struct gdb_task *gt;

    if (!err && child->proc != parent->proc && inferior_of(g, parent) && (gt = gdb_task(g, parent)))
        gt->child = child;
    return err;
}

static void free_cpu(struct task *t)
{
    struct gdb *g = gdb_of(t);

    list_for_each_safe (n, tmp, &g->tasks) {
        struct gdb_task *gt = container_of(n, struct gdb_task, node);

        if (gt->child == t)
            gt->child = NULL;
        if (gt->t == t) {
            list_del(&gt->node);
            free(gt);
        }
    }
    if (g->open == t)
        g->open = NULL;
    machine_ops.free_cpu(t);
}

static int exec(struct task *t, struct exec_request *req)
{
    struct gdb *g = gdb_of(t);
    int err = machine_ops.exec(t, req);
    struct gdb_task *gt;

    if (!err && inferior_of(g, t) && (gt = gdb_task(g, t)))
        gt->execed = true;
    return err;
}

void events_hook(struct gdb *g)
{
    g->ops = machine_ops;
    g->ops.clone_cpu = clone_cpu;
    g->ops.free_cpu = free_cpu;
    g->ops.exec = exec;
    g->ops.filter_signal = filter_signal;
    g->m->k.ops = &g->ops;
}
