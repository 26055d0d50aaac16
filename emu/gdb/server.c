/*
 * server.c - the stub's main loop while gdb has the word: a packet comes, a row of the table answers it. What replies are made
 * of and how arguments are taken apart is here, too.
 */
#include "priv.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- replies ---- */

#define ROOM(g) (PACKET_MAX - (g)->out_len)

void reply(struct gdb *g, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(g->out + g->out_len, ROOM(g), fmt, ap);
    va_end(ap);
    if (n > 0)
        g->out_len += (size_t)n < ROOM(g) ? (size_t)n : ROOM(g) - 1;
}

void reply_ok(struct gdb *g)
{
    reply(g, "OK");
}

void reply_error(struct gdb *g, int err)
{
    g->out_len = 1;
    reply(g, "E%02x", (unsigned)(err < 0 ? -err : err) & 0xff);
}

void reply_hex(struct gdb *g, const void *data, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *p = data;

    for (; len && ROOM(g) > 2; len--, p++) {
        g->out[g->out_len++] = digits[*p >> 4];
        g->out[g->out_len++] = digits[*p & 15];
    }
}

size_t reply_binary(struct gdb *g, const void *data, size_t len)
{
    const uint8_t *p = data;
    size_t n = 0;

    for (; n < len && ROOM(g) > 2; n++) {
        if (p[n] == '$' || p[n] == '#' || p[n] == '}' || p[n] == '*') {
            g->out[g->out_len++] = '}';
            g->out[g->out_len++] = (char)(p[n] ^ 0x20);
        } else {
            g->out[g->out_len++] = (char)p[n];
        }
    }
    return n;
}

void reply_id(struct gdb *g, const struct task *t)
{
    if (g->multiprocess)
        reply(g, "p%x.%x", (unsigned)t->proc->pid, (unsigned)t->tid);
    else
        reply(g, "%x", (unsigned)t->tid);
}

/* ---- arguments ---- */

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool take_hex(const char **s, uint64_t *v)
{
    const char *p = *s;

    for (*v = 0; digit(*p) >= 0; p++) {
        if (*v >> 60)
            return false;
        *v = *v << 4 | (uint64_t)digit(*p);
    }
    if (p == *s)
        return false;
    *s = p;
    return true;
}

bool take_char(const char **s, char c)
{
    if (**s != c)
        return false;
    ++*s;
    return true;
}

static bool take_one_id(const char **s, int *id)
{
    uint64_t v;

    *id = -1;
    if (!strncmp(*s, "-1", 2)) {
        *s += 2;
        return true;
    }
    if (!take_hex(s, &v) || v > INT32_MAX)
        return false;
    *id = (int)v;
    return true;
}

bool take_id(const char **s, struct gdb_id *id)
{
    if (!take_char(s, 'p')) {
        id->pid = 0;
        return take_one_id(s, &id->tid);
    }
    if (!take_one_id(s, &id->pid))
        return false;
    id->tid = -1;
    return !take_char(s, '.') || take_one_id(s, &id->tid);
}

size_t take_bytes(const char **s, void *buf, size_t size)
{
    uint8_t *out = buf;
    size_t n = 0;

    for (; n < size && digit((*s)[0]) >= 0 && digit((*s)[1]) >= 0; n++, *s += 2)
        out[n] = (uint8_t)(digit((*s)[0]) << 4 | digit((*s)[1]));
    return n;
}

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
    g->general = (struct gdb_id){inf->pid, inf->pid};
    reply(g, "T00thread:");
    reply_id(g, p->leader);
    reply(g, ";");
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
    {"?", packet_why},
    {"!", packet_extended},
    {"g", packet_get_regs},
    {"G", packet_set_regs},
    {"p", packet_get_reg},
    {"P", packet_set_reg},
    {"m", packet_read_memory},
    {"M", packet_write_memory},
    {"X", packet_write_binary},
    {"H", packet_thread},
    {"T", packet_alive},
    {"Z", packet_insert_point},
    {"z", packet_remove_point},
    {"c", packet_continue},
    {"s", packet_step},
    {"D", packet_detach},
    {"k", packet_kill},
    {"vCont?", packet_vcont_query},
    {"vCont", packet_vcont},
    {"vKill;", packet_vkill},
    {"vAttach;", packet_attach},
    {"vFile:", packet_vfile},
    {"vMustReplyEmpty", packet_unknown},
    {"qXfer:", packet_xfer},
    {"qRcmd,", packet_monitor},
    {"qSearch:memory:", packet_search_memory},
    {"q", packet_query},
    {"Q", packet_set},
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

void serve(struct gdb *g)
{
    conn_running(g, false);
    g->stopped = true;
    while (g->stopped) {
        if (g->conn < 0 || !conn_read(g)) {
            conn_close(g);
            inferior_remove_all(g); /* as gdb's detach: the program goes on */
            vfile_close_all(g);
            resume_everything(g);
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
