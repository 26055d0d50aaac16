/*
 * server.c - the stub's main loop while gdb has the word: a packet comes, a row of the table answers it.
 */
#include "priv.h"

#include <errno.h>
#include <string.h>

/* ---- packets of one letter ---- */

static void packet_extended(struct gdb *g, const char *args)
{
    g->extended = true;
    reply_ok(g);
}

/* Hc and Hg: the thread that later packets are about. */
static void packet_thread(struct gdb *g, const char *args)
{
    struct gdb_id id, *at = *args == 'c' ? &g->cont : &g->general;

    if (!*args++ || !take_id(&args, &id)) {
        reply_error(g, EINVAL);
        return;
    }
    if (id.tid > 0 && !task_of_id(g, id)) {
        reply_error(g, ESRCH);
        return;
    }
    *at = id;
    reply_ok(g);
}

static void packet_alive(struct gdb *g, const char *args)
{
    struct gdb_id id;

    if (take_id(&args, &id) && task_of_id(g, id))
        reply_ok(g);
    else
        reply_error(g, ESRCH);
}

/* ---- beginning and end of debugging a process ---- */

static void leave_if_done(struct gdb *g)
{
    if (list_empty(&g->inferiors))
        resume_everything(g);
}

/* D or D;PID */
static void packet_detach(struct gdb *g, const char *args)
{
    struct inferior *inf = NULL;
    uint64_t pid;

    if (take_char(&args, ';')) {
        inf = take_hex(&args, &pid) ? inferior_find(g, (int)pid) : NULL;
        if (!inf) {
            reply_error(g, ESRCH);
            return;
        }
        inferior_remove(g, inf);
    } else {
        inferior_remove_all(g);
    }
    reply_ok(g);
    leave_if_done(g);
}

static void kill_inferior(struct gdb *g, struct inferior *inf)
{
    struct ksiginfo info = {.signo = SIGKILL};

    info.info.si_signo = SIGKILL;
    info.info.si_code = SI_USER;
    if (!inf->p->zombie)
        send_signal_process(inf->p, &info);
    inferior_remove(g, inf);
}

static void packet_kill(struct gdb *g, const char *args)
{
    while (!list_empty(&g->inferiors))
        kill_inferior(g, list_first(&g->inferiors, struct inferior, node));
    g->silent = true;
    resume_everything(g);
}

/* Does any program run that gdb does not debug? */
static bool others_run(const struct gdb *g)
{
    list_for_each (n, &g->m->k.processes) {
        const struct process *p = container_of(n, struct process, node);

        if (!p->zombie && !(p->pending.set & sigbit(SIGKILL)) && !inferior_find(g, p->pid))
            return true;
    }
    return false;
}

/* An extended target outlives its programs: gdb may ask for another, and shall hear that there is none. */
static void packet_vkill(struct gdb *g, const char *args)
{
    uint64_t pid;
    struct inferior *inf = take_hex(&args, &pid) ? inferior_find(g, (int)pid) : NULL;

    if (!inf) {
        reply_error(g, ESRCH);
        return;
    }
    kill_inferior(g, inf);
    reply_ok(g);
    if (!g->extended || others_run(g))
        leave_if_done(g);
}

static void packet_attach(struct gdb *g, const char *args)
{
    uint64_t pid;
    struct process *p = take_hex(&args, &pid) ? find_process(&g->m->k, (int)pid) : NULL;
    struct inferior *inf = p && !p->zombie ? inferior_add(g, p, true) : NULL;

    if (!inf) {
        reply_error(g, ESRCH);
        return;
    }
    g->last = (struct gdb_id){inf->pid, 0};
    g->last_signo = 0;
    packet_why(g, "");
}

static void packet_vrun(struct gdb *g, const char *args)
{
    reply(g, "E.a program is run once: start mseal-emu again");
}

static void packet_vcont_query(struct gdb *g, const char *args)
{
    reply(g, "vCont;c;C;s;S;r");
}

static void packet_unknown(struct gdb *g, const char *args)
{
}

/* ---- the table ---- */

/* Longer names first where one begins another; what is in no row gets the empty reply: "not supported". */
static const struct {
    const char *name;
    void (*fn)(struct gdb *g, const char *args);
} packets[] = {
    {"?", packet_why},          {"!", packet_extended},     {"g", packet_get_regs},
    {"G", packet_set_regs},     {"p", packet_get_reg},      {"P", packet_set_reg},
    {"m", packet_read_memory},  {"M", packet_write_memory}, {"X", packet_write_binary},
    {"H", packet_thread},       {"T", packet_alive},        {"Z", packet_insert_point},
    {"z", packet_remove_point}, {"c", packet_continue},     {"s", packet_step},
    {"D", packet_detach},       {"k", packet_kill},         {"vCont?", packet_vcont_query},
    {"vCont", packet_vcont},    {"vKill;", packet_vkill},   {"vAttach;", packet_attach},
    {"vRun;", packet_vrun},     {"vFile:", packet_vfile},   {"vMustReplyEmpty", packet_unknown},
    {"qXfer:", packet_xfer},    {"qRcmd,", packet_monitor}, {"qSearch:memory:", packet_search_memory},
    {"q", packet_query},        {"Q", packet_set},
};

static void answer(struct gdb *g)
{
    for (size_t i = 0; i < sizeof(packets) / sizeof(*packets); i++) {
        size_t n = strlen(packets[i].name);

        if (!strncmp(g->in, packets[i].name, n)) {
            packets[i].fn(g, g->in + n);
            return;
        }
    }
}

void hang_up(struct gdb *g)
{
    conn_close(g);
    inferior_remove_all(g);
    vfile_close_all(g);
    resume_everything(g);
}

void serve(struct gdb *g)
{
    conn_running(g, false);
    g->stopped = true;
    while (g->stopped) {
        if (g->conn < 0 || !conn_read(g)) {
            hang_up(g);
            break;
        }
        g->out[0] = '$';
        g->out_len = 1;
        g->silent = false;
        answer(g);
        if (!g->silent)
            conn_send(g);
    }
    conn_running(g, true);
}
