/*
 * run.c - where the run loop meets the debugger: breakpoints, single steps and watched accesses of user code, signals, system
 * calls and their consequences (fork, exec), and gdb's arrival.
 *
 * A single step is the processor's own: TF, and the trap that follows. A task's flags have TF only during that run, so neither
 * signal frames nor gdb see it; pushf alone stores it, which is put right.
 */
#include "../options.h"
#include "priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define X86_DB 1u

static struct gdb *gdb_of(const struct task *t)
{
    return machine_of(t)->gdb;
}

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

static void report_watch(struct gdb *g, struct task *t, const struct point *p)
{
    static const char *const names[] = {[WATCH_WRITE] = "watch", [WATCH_READ] = "rwatch", [WATCH_ACCESS] = "awatch"};
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

static void report_step(struct gdb *g, struct task *t)
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

/* machine_ops.filter_signal */
static int filter_signal(struct task *t, struct ksiginfo *info)
{
    struct gdb *g = gdb_of(t);
    struct gdb_task *gt;

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
    stop_report(g, t, info->signo, "");
    if (!inferior_of(g, t)) /* let go: the signal stays */
        return task_over(t) ? -1 : info->signo;
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
    if (!child || !(gt->vforked ? g->vfork_events : g->fork_events) || !(inf = inferior_add(g, child->proc, true)))
        return false;
    points_copy(g, inf, inferior_of(g, t));
    snprintf(extra, sizeof(extra), "%s:p%x.%x;", gt->vforked ? "vfork" : "fork", (unsigned)inf->pid, (unsigned)child->tid);
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

void gdb_call_ended(struct gdb *g, struct task *t, bool blocked)
{
    struct gdb_task *gt = gdb_task_find(g, t);
    const struct point *p;
    bool told = false;
    char extra[48];

    if (!go_on(g, t))
        return;
    if (gt && gt->child)
        told = report_child(g, t, gt);
    if (blocked || !go_on(g, t))
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

/* ---- gdb comes and goes ---- */

bool gdb_looks_on(const struct gdb *g)
{
    return g->conn >= 0;
}

bool gdb_wants_more(const struct gdb *g)
{
    list_for_each (n, &g->inferiors)
        if (!container_of(n, struct inferior, node)->p->zombie)
            return g->conn >= 0;
    return false;
}

static void connected(struct gdb *g, struct task *t, bool ran_before)
{
    if (inferior_add(g, t->proc, ran_before))
        stop_connected(g, t);
    else
        conn_close(g);
}

/* Whom an interrupt is told of: who runs, else who was looked at last, else anybody. */
static struct task *whom(struct gdb *g)
{
    struct task *t = g->m->k.current;

    if (t && !task_over(t) && inferior_of(g, t))
        return t;
    t = task_of_id(g, g->last);
    return t ? t : task_of_id(g, (struct gdb_id){0, 0});
}

static void news(struct gdb *g, bool block)
{
    struct task *t = NULL;

    switch (conn_news(g, block)) {
    case NEWS_CONNECT:
        list_for_each (n, &g->m->k.tasks) {
            struct task *o = container_of(n, struct task, node);

            if (!task_over(o) && o->mm && !t)
                t = o;
        }
        if (t && conn_accept(g, false))
            connected(g, t, true);
        break;
    case NEWS_INTERRUPT:
        t = whom(g);
        if (t)
            stop_report(g, t, SIGINT, "");
        break;
    case NEWS_PACKET:
        serve(g);
        break;
    case NEWS_GONE:
        conn_close(g);
        inferior_remove_all(g);
        resume_everything(g);
        break;
    case NEWS_NONE:
        break;
    }
    conn_running(g, true);
}

void gdb_poll(struct gdb *g)
{
    while (!list_empty(&g->inferiors) && stop_report_exits(g))
        ;
    if (__atomic_load_n(&g->attention, __ATOMIC_ACQUIRE))
        news(g, false);
}

bool gdb_idle(struct gdb *g)
{
    if (g->conn < 0 || list_empty(&g->inferiors))
        return false;
    if (!stop_nobody_runs(g))
        news(g, true);
    return true;
}

void gdb_begin(struct gdb *g, struct task *first)
{
    while (g->wait && g->conn < 0)
        conn_accept(g, true);
    if (g->conn >= 0)
        connected(g, first, false);
    else
        conn_running(g, true);
}

int gdb_create(struct machine *m, const char *where, bool wait)
{
    struct gdb *g = calloc(1, sizeof(*g));
    int err;

    if (!g) {
        fprintf(stderr, "mseal-emu: out of memory\n");
        return EXIT_FAILED;
    }
    g->m = m;
    g->listener = g->conn = g->wake = -1;
    g->wait = wait;
    list_init(&g->inferiors);
    list_init(&g->tasks);
    g->ops = machine_ops;
    g->ops.clone_cpu = clone_cpu;
    g->ops.free_cpu = free_cpu;
    g->ops.exec = exec;
    g->ops.filter_signal = filter_signal;
    err = conn_listen(g, where);
    if (!err && !conn_watcher_start(g))
        err = EXIT_FAILED;
    if (err) {
        conn_unlisten(g);
        free(g);
        return err;
    }
    m->k.ops = &g->ops;
    m->gdb = g;
    return 0;
}

void gdb_destroy(struct gdb *g)
{
    struct machine *m = g->m;

    conn_watcher_stop(g);
    inferior_remove_all(g);
    vfile_close_all(g);
    while (!list_empty(&g->tasks)) {
        struct gdb_task *gt = list_first(&g->tasks, struct gdb_task, node);

        list_del(&gt->node);
        free(gt);
    }
    conn_close(g);
    conn_unlisten(g);
    m->k.ops = &machine_ops;
    m->gdb = NULL;
    free(g);
}
