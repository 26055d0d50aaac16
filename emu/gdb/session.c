/*
 * session.c - gdb comes, interrupts and goes; the stub's own beginning and end.
 */
#include "../options.h"
#include "priv.h"

#include <stdlib.h>

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
        hang_up(g);
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
    err = conn_listen(g, where);
    if (!err && !conn_watcher_start(g))
        err = EXIT_FAILED;
    if (err) {
        conn_unlisten(g);
        free(g);
        return err;
    }
    events_hook(g);
    m->gdb = g;
    return 0;
}

void gdb_destroy(struct gdb *g)
{
    struct machine *m = g->m;

    conn_watcher_stop(g);
    inferior_remove_all(g);
    vfile_close_all(g);
    history_free(g);
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
