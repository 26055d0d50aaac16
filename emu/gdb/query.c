/*
 * query.c - q and Q packets: what the stub can do, what threads there are, what gdb wants to hear of.
 */
#include "priv.h"

#include <errno.h>
#include <string.h>

/* ---- features ---- */

static void query_supported(struct gdb *g, const char *args)
{
    const struct {
        const char *name;
        bool *flag;
    } theirs[] = {
        {"multiprocess+", &g->multiprocess}, {"swbreak+", &g->swbreak},
        {"hwbreak+", &g->hwbreak},           {"fork-events+", &g->fork_events},
        {"vfork-events+", &g->vfork_events}, {"exec-events+", &g->exec_events},
        {"no-resumed+", &g->no_resumed},
    };

    for (size_t i = 0; i < sizeof(theirs) / sizeof(*theirs); i++) {
        size_t n = strlen(theirs[i].name);

        for (const char *p = args; p && *p; p = strchr(p, ';')) {
            p += *p == ';' || *p == ':';
            if (!strncmp(p, theirs[i].name, n) && (!p[n] || p[n] == ';'))
                *theirs[i].flag = true;
        }
    }
    reply(g,
          "PacketSize=%x;QStartNoAckMode+;QPassSignals+;QProgramSignals+;QCatchSyscalls+;vContSupported+;"
          "multiprocess+;swbreak+;hwbreak+;fork-events+;vfork-events+;exec-events+;no-resumed+;"
          "qXfer:features:read+;qXfer:auxv:read+;qXfer:exec-file:read+;qXfer:threads:read+;"
          "qXfer:siginfo:read+;qXfer:osdata:read+",
          PACKET_MAX - 16);
}

/* ---- threads ---- */

static void query_current(struct gdb *g, const char *args)
{
    struct task *t = general_task(g);

    if (!t)
        return;
    reply(g, "QC");
    reply_id(g, t);
}

/* All at once: a thousand threads fit. */
static void query_threads(struct gdb *g, const char *args)
{
    char sep = 'm';

    list_for_each (n, &g->inferiors) {
        const struct inferior *inf = container_of(n, struct inferior, node);

        list_for_each (m, &inf->p->threads) {
            const struct task *t = container_of(m, struct task, thread_node);

            if (task_over(t))
                continue;
            reply(g, "%c", sep);
            reply_id(g, t);
            sep = ',';
        }
    }
    if (sep == 'm')
        reply(g, "l");
}

static void query_more_threads(struct gdb *g, const char *args)
{
    reply(g, "l");
}

/* A thread's name, and where it sleeps. */
static void query_extra(struct gdb *g, const char *args)
{
    struct task *t;
    struct gdb_id id;
    char text[128];
    int n;

    if (!take_id(&args, &id) || !(t = task_of_id(g, id))) {
        reply_error(g, ESRCH);
        return;
    }
    n = snprintf(text, sizeof(text), "%s%s%s", t->comm, t->retrying ? ", waits: " : "",
                 t->retrying && t->wait_what ? t->wait_what : "");
    reply_hex(g, text, n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

/* 1: detach when gdb quits, 0: kill */
static void query_attached(struct gdb *g, const char *args)
{
    const struct inferior *inf = NULL;
    struct task *t = general_task(g);
    uint64_t pid;

    if (take_char(&args, ':') && take_hex(&args, &pid))
        inf = inferior_find(g, (int)pid);
    else if (t)
        inf = inferior_of(g, t);
    reply(g, "%d", !inf || inf->ran_before);
}

static void query_symbol(struct gdb *g, const char *args)
{
    reply_ok(g); /* no symbols wanted */
}

/* ---- what gdb sets ---- */

static void set_noack(struct gdb *g, const char *args)
{
    g->noack = true;
    reply_ok(g);
}

static ksigset_t take_signals(const char *args)
{
    ksigset_t set = 0;
    uint64_t v;
    int signo;

    while (take_hex(&args, &v)) {
        signo = linux_signal((int)v);
        if (signo)
            set |= sigbit(signo);
        take_char(&args, ';');
    }
    return set;
}

static void set_pass(struct gdb *g, const char *args)
{
    g->pass = take_signals(args);
    reply_ok(g);
}

static void set_keep(struct gdb *g, const char *args)
{
    g->keep = take_signals(args);
    reply_ok(g);
}

/* 0, or 1 for all, or 1;NR;NR... */
static void set_catch(struct gdb *g, const char *args)
{
    uint64_t nr;
    bool on = take_char(&args, '1');

    memset(g->catching, 0, sizeof(g->catching));
    g->catch_all = on && !*args;
    while (on && take_char(&args, ';') && take_hex(&args, &nr))
        if (nr < sizeof(g->catching) * 8)
            g->catching[nr / 8] |= (uint8_t)(1u << nr % 8);
    reply_ok(g);
}

static void set_nonstop(struct gdb *g, const char *args)
{
    if (*args == '0')
        reply_ok(g);
    else
        reply_error(g, EINVAL);
}

static void set_nothing(struct gdb *g, const char *args)
{
    reply_ok(g);
}

/* ---- the tables ---- */

struct row {
    const char *name;
    void (*fn)(struct gdb *g, const char *args);
};

static const struct row queries[] = {
    {"Supported", query_supported},    {"C", query_current},
    {"fThreadInfo", query_threads},    {"sThreadInfo", query_more_threads},
    {"ThreadExtraInfo,", query_extra}, {"Attached", query_attached},
    {"Symbol:", query_symbol},         {"GetTLSAddr:", query_tls},
};
static const struct row settings[] = {
    {"StartNoAckMode", set_noack}, {"PassSignals:", set_pass}, {"ProgramSignals:", set_keep},
    {"CatchSyscalls:", set_catch}, {"NonStop:", set_nonstop},  {"DisableRandomization:", set_nothing},
};

static void find(struct gdb *g, const struct row *rows, size_t n, const char *args)
{
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(rows[i].name);

        /* qC alone is a C; qCRC: and others are not known */
        if (!strncmp(args, rows[i].name, len) && (len > 1 || !args[len])) {
            rows[i].fn(g, args + len);
            return;
        }
    }
}

void packet_query(struct gdb *g, const char *args)
{
    find(g, queries, sizeof(queries) / sizeof(*queries), args);
}

void packet_set(struct gdb *g, const char *args)
{
    find(g, settings, sizeof(settings) / sizeof(*settings), args);
}
