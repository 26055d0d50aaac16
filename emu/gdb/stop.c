/*
 * stop.c - telling gdb that something stopped: stop replies, the processes they are about, and signal
 * numbers, of which gdb has its own (include/gdb/signals.def of gdb).
 */
#include "priv.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* ---- signal numbers ---- */

static const uint8_t gdb_numbers[32] = {
    [SIGHUP] = 1,   [SIGINT] = 2,     [SIGQUIT] = 3,  [SIGILL] = 4,      [SIGTRAP] = 5,  [SIGABRT] = 6,
    [SIGBUS] = 10,  [SIGFPE] = 8,     [SIGKILL] = 9,  [SIGUSR1] = 30,    [SIGSEGV] = 11, [SIGUSR2] = 31,
    [SIGPIPE] = 13, [SIGALRM] = 14,   [SIGTERM] = 15, [SIGSTKFLT] = 143, [SIGCHLD] = 20, [SIGCONT] = 19,
    [SIGSTOP] = 17, [SIGTSTP] = 18,   [SIGTTIN] = 21, [SIGTTOU] = 22,    [SIGURG] = 16,  [SIGXCPU] = 24,
    [SIGXFSZ] = 25, [SIGVTALRM] = 26, [SIGPROF] = 27, [SIGWINCH] = 28,   [SIGIO] = 23,   [SIGPWR] = 32,
    [SIGSYS] = 12,
};

/* Real-time signals: 33..63 in a row, 32 and 64 came later. */
static int gdb_signal(int signo)
{
    if (signo < 32)
        return gdb_numbers[signo];
    return signo == 32 ? 77 : signo == 64 ? 78 : signo - 33 + 45;
}

int linux_signal(int gdb_signo)
{
    for (int i = 1; i <= NR_SIGNALS; i++)
        if (gdb_signal(i) == gdb_signo)
            return i;
    return 0;
}

/* ---- processes and tasks ---- */

bool task_over(const struct task *t)
{
    return t->state == TASK_ZOMBIE || t->state == TASK_DEAD;
}

struct inferior *inferior_find(const struct gdb *g, int pid)
{
    list_for_each (n, &g->inferiors) {
        struct inferior *inf = container_of(n, struct inferior, node);

        if (inf->pid == pid)
            return inf;
    }
    return NULL;
}

struct inferior *inferior_of(const struct gdb *g, const struct task *t)
{
    return t->proc ? inferior_find(g, t->proc->pid) : NULL;
}

struct inferior *inferior_add(struct gdb *g, struct process *p, bool ran_before)
{
    struct inferior *inf = inferior_find(g, p->pid);

    if (inf || !(inf = calloc(1, sizeof(*inf))))
        return inf;
    inf->p = process_get(p);
    inf->pid = p->pid;
    inf->ran_before = ran_before;
    list_init(&inf->points);
    list_add_tail(&g->inferiors, &inf->node);
    return inf;
}

void inferior_remove(struct gdb *g, struct inferior *inf)
{
    points_clear(g, inf);
    list_del(&inf->node);
    process_put(inf->p);
    free(inf);
}

void inferior_remove_all(struct gdb *g)
{
    while (!list_empty(&g->inferiors))
        inferior_remove(g, list_first(&g->inferiors, struct inferior, node));
}

struct task *task_of_id(const struct gdb *g, struct gdb_id id)
{
    list_for_each (n, &g->inferiors) {
        const struct inferior *inf = container_of(n, struct inferior, node);

        if (id.pid > 0 && id.pid != inf->pid)
            continue;
        list_for_each (m, &inf->p->threads) {
            struct task *t = container_of(m, struct task, thread_node);

            if (!task_over(t) && t->mm && (id.tid <= 0 || id.tid == t->tid))
                return t;
        }
    }
    return NULL;
}

struct task *general_task(const struct gdb *g)
{
    struct task *t = g->general.pid <= 0 && g->general.tid <= 0 ? task_of_id(g, g->last) : NULL;

    if (t) /* any: who stopped last */
        return t;
    return task_of_id(g, g->general);
}

struct gdb_task *gdb_task_find(const struct gdb *g, const struct task *t)
{
    list_for_each (n, &g->tasks) {
        struct gdb_task *gt = container_of(n, struct gdb_task, node);

        if (gt->t == t)
            return gt;
    }
    return NULL;
}

struct gdb_task *gdb_task(struct gdb *g, struct task *t)
{
    struct gdb_task *gt = gdb_task_find(g, t);

    if (gt || !(gt = calloc(1, sizeof(*gt))))
        return gt;
    gt->t = t;
    list_add_tail(&g->tasks, &gt->node);
    return gt;
}

/* ---- stop replies ---- */

static void begin_reply(struct gdb *g)
{
    g->out[0] = '$';
    g->out_len = 1;
}

static void make_reply(struct gdb *g, struct task *t, int signo, const char *extra)
{
    begin_reply(g);
    reply(g, "T%02x%sthread:", (unsigned)gdb_signal(signo), extra);
    reply_id(g, t);
    reply(g, ";");
    regs_expedite(g, t);
    g->last_signo = signo;
    g->last = g->general = g->cont = (struct gdb_id){t->proc->pid, t->tid};
}

/* ?: once more, or what is there to see for somebody who just came */
void packet_why(struct gdb *g, const char *args)
{
    struct task *t = task_of_id(g, g->last);

    if (!t)
        t = task_of_id(g, (struct gdb_id){0, 0});
    if (t)
        make_reply(g, t, g->last_signo, "");
    else
        reply(g, "W00");
}

void stop_report(struct gdb *g, struct task *t, int signo, const char *extra)
{
    g->nr_actions = 0;
    make_reply(g, t, signo, extra);
    conn_send(g);
    serve(g);
}

void stop_connected(struct gdb *g, struct task *t)
{
    g->nr_actions = 0;
    g->multiprocess = g->fork_events = g->vfork_events = g->exec_events = g->swbreak = false;
    g->hwbreak = g->no_resumed = g->extended = false;
    g->pass = 0;
    g->keep = ~(ksigset_t)0;
    g->catch_all = false;
    memset(g->catching, 0, sizeof(g->catching));
    g->last_signo = SIGTRAP;
    g->last = g->general = g->cont = (struct gdb_id){t->proc->pid, t->tid};
    serve(g);
}

/* The end of one process. The others stand still meanwhile. */
static void report_exit(struct gdb *g, struct inferior *inf)
{
    int status = inf->p->exit_status;

    begin_reply(g);
    if (WIFEXITED(status))
        reply(g, "W%02x", (unsigned)WEXITSTATUS(status));
    else
        reply(g, "X%02x", (unsigned)gdb_signal(WTERMSIG(status)));
    if (g->multiprocess)
        reply(g, ";process:%x", (unsigned)inf->pid);
    inferior_remove(g, inf);
    g->nr_actions = 0;
    conn_send(g);
    if (list_empty(&g->inferiors) && g->m->k.init_done)
        resume_everything(g); /* the machine is done, too */
    else
        serve(g);
}

bool stop_report_exits(struct gdb *g)
{
    list_for_each_safe (n, tmp, &g->inferiors) {
        struct inferior *inf = container_of(n, struct inferior, node);

        if (inf->p->zombie) {
            report_exit(g, inf);
            return true;
        }
    }
    return false;
}

bool stop_nobody_runs(struct gdb *g)
{
    if (!g->no_resumed)
        return false;
    list_for_each (n, &g->inferiors) {
        const struct inferior *inf = container_of(n, struct inferior, node);

        list_for_each (m, &inf->p->threads) {
            const struct task *t = container_of(m, struct task, thread_node);

            if (!task_over(t) && action_of(g, t))
                return false;
        }
    }
    begin_reply(g);
    reply(g, "N");
    g->nr_actions = 0;
    conn_send(g);
    serve(g);
    return true;
}
