/*
 * resume.c - what gdb allows each thread to do: vCont and its forerunners. As long as gdb has said nothing
 * for a thread of a process it debugs, the thread is held; threads of other processes run.
 */
#include "priv.h"

#include <errno.h>

static bool matches(const struct action *a, const struct task *t)
{
    if (a->who.pid > 0 && a->who.pid != t->proc->pid)
        return false;
    return a->who.tid <= 0 || a->who.tid == t->tid;
}

struct action *action_of(struct gdb *g, const struct task *t)
{
    if (!inferior_of(g, t))
        return NULL;
    for (unsigned i = 0; i < g->nr_actions; i++)
        if (matches(&g->actions[i], t))
            return &g->actions[i];
    return NULL;
}

bool gdb_lets_run(const struct gdb *g, const struct task *t)
{
    return !inferior_of(g, t) || action_of((struct gdb *)g, t);
}

bool is_stepping(struct gdb *g, const struct task *t)
{
    const struct action *a = action_of(g, t);

    return a && a->step;
}

void resume_everything(struct gdb *g)
{
    g->actions[0] = (struct action){.who = {-1, -1}};
    g->nr_actions = 1;
    g->stopped = false;
}

/* Signals to deliver are in the packet: what the thread stopped with is known (stop.c), or made up. */
static bool parse_action(struct gdb *g, const char **s, struct action *a)
{
    char kind = **s;
    uint64_t v;

    *a = (struct action){.who = {-1, -1}};
    if (kind)
        ++*s;
    switch (kind) {
    case 'C':
    case 'S':
        if (!take_hex(s, &v))
            return false;
        a->signo = linux_signal((int)v);
        break;
    case 'r':
        if (!take_hex(s, &a->start) || !take_char(s, ',') || !take_hex(s, &a->end))
            return false;
        break;
    case 'c':
    case 's':
        break;
    default:
        return false;
    }
    a->step = kind == 's' || kind == 'S' || kind == 'r';
    return !take_char(s, ':') || take_id(s, &a->who);
}

static void resume(struct gdb *g)
{
    g->stopped = false;
    g->silent = true;
    /* What was not signalled is forgotten with the stop. */
    list_for_each (n, &g->tasks) {
        struct gdb_task *gt = container_of(n, struct gdb_task, node);
        const struct action *a = action_of(g, gt->t);

        if (a && !a->signo)
            gt->has_info = false;
    }
}

void packet_vcont(struct gdb *g, const char *s)
{
    g->nr_actions = 0;
    while (take_char(&s, ';') && g->nr_actions < MAX_ACTIONS) {
        if (!parse_action(g, &s, &g->actions[g->nr_actions])) {
            g->nr_actions = 0;
            reply_error(g, EINVAL);
            return;
        }
        g->nr_actions++;
    }
    if (!g->nr_actions)
        reply_error(g, EINVAL);
    else
        resume(g);
}

/* c and s concern the thread of Hc, the others go on. An address to go on at is refused. */
static void resume_one(struct gdb *g, const char *args, bool step)
{
    if (*args) {
        reply_error(g, EINVAL);
        return;
    }
    g->actions[0] = (struct action){.who = step && g->cont.tid <= 0 ? g->general : g->cont, .step = step};
    g->actions[1] = (struct action){.who = {-1, -1}};
    g->nr_actions = 2;
    resume(g);
}

void packet_continue(struct gdb *g, const char *args)
{
    resume_one(g, args, false);
}

void packet_step(struct gdb *g, const char *args)
{
    resume_one(g, args, true);
}
