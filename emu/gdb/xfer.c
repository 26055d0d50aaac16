/*
 * xfer.c - qXfer: documents that gdb reads in pieces. Each is made anew for every piece; nothing can change
 * between two.
 */
#include "priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A document for an annex. 0 or negative errno; nothing is written on failure. */
typedef int make_fn(struct gdb *g, const char *annex, FILE *out);

static int make_features(struct gdb *g, const char *annex, FILE *out)
{
    if (strcmp(annex, "target.xml"))
        return -ENOENT;
    regs_xml(g, out);
    return 0;
}

static int make_auxv(struct gdb *g, const char *annex, FILE *out)
{
    struct task *t = general_task(g);
    char path[32], buf[1024];
    struct file *f;
    int64_t n;
    int err;

    if (!t)
        return -ESRCH;
    snprintf(path, sizeof(path), "/proc/%d/auxv", t->proc->pid);
    err = vfs_open(t, path, 0, 0, &f);
    if (err)
        return err;
    n = file_pread(t, f, buf, sizeof(buf), 0);
    file_put(f);
    if (n > 0)
        fwrite(buf, 1, (size_t)n, out);
    return n < 0 ? (int)n : 0;
}

static int make_exec_file(struct gdb *g, const char *annex, FILE *out)
{
    struct task *t = general_task(g);
    struct inferior *inf = NULL;
    uint64_t pid;

    if (take_hex(&annex, &pid))
        inf = inferior_find(g, (int)pid);
    else if (t)
        inf = inferior_of(g, t);
    if (!inf)
        return -ESRCH;
    fputs(inf->p->exe, out);
    return 0;
}

static void put_escaped(FILE *out, const char *s)
{
    for (; *s; s++) {
        if (*s == '<' || *s == '&' || *s == '"')
            fprintf(out, "&#%d;", *s);
        else
            fputc((uint8_t)*s < ' ' || (uint8_t)*s > '~' ? '?' : *s, out);
    }
}

static int make_threads(struct gdb *g, const char *annex, FILE *out)
{
    fputs("<?xml version=\"1.0\"?><threads>", out);
    list_for_each (n, &g->inferiors) {
        const struct inferior *inf = container_of(n, struct inferior, node);

        list_for_each (m, &inf->p->threads) {
            const struct task *t = container_of(m, struct task, thread_node);

            if (task_over(t))
                continue;
            fprintf(out,
                    g->multiprocess ? "<thread id=\"p%2$x.%1$x\" core=\"0\" name=\""
                                    : "<thread id=\"%1$x\" core=\"0\" name=\"",
                    (unsigned)t->tid, (unsigned)inf->pid);
            put_escaped(out, t->comm);
            fputs("\">", out);
            if (t->retrying && t->wait_what) {
                fputs("waits: ", out);
                put_escaped(out, t->wait_what);
            }
            fputs("</thread>", out);
        }
    }
    fputs("</threads>\n", out);
    return 0;
}

/* siginfo_t of the signal the thread stopped with */
static int make_siginfo(struct gdb *g, const char *annex, FILE *out)
{
    struct task *t = general_task(g);
    const struct gdb_task *gt = t ? gdb_task_find(g, t) : NULL;

    if (!gt || !gt->has_info)
        return -ENOENT;
    fwrite(gt->info.info.raw, 1, sizeof(gt->info.info.raw), out);
    return 0;
}

/* `info os processes` */
static int make_osdata(struct gdb *g, const char *annex, FILE *out)
{
    if (*annex && strcmp(annex, "processes"))
        return -ENOENT;
    fprintf(out, "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"osdata.dtd\"><osdata type=\"%s\">",
            *annex ? annex : "types");
    if (!*annex) { /* what there is to ask for */
        fputs("<item><column name=\"Type\">processes</column><column name=\"Description\">Listing of all "
              "processes</column><column name=\"Title\">Processes</column></item></osdata>\n",
              out);
        return 0;
    }
    list_for_each (n, &g->m->k.processes) {
        const struct process *p = container_of(n, struct process, node);

        fprintf(out,
                "<item><column name=\"pid\">%d</column><column name=\"user\">%u</column><column "
                "name=\"command\">",
                p->pid, p->leader->cred.uid);
        put_escaped(out, p->exe);
        fputs("</column><column name=\"cores\">0</column></item>", out);
    }
    fputs("</osdata>\n", out);
    return 0;
}

static const struct {
    const char *name;
    make_fn *make;
} objects[] = {
    {"features:read:", make_features}, {"auxv:read:", make_auxv},       {"exec-file:read:", make_exec_file},
    {"threads:read:", make_threads},   {"siginfo:read:", make_siginfo}, {"osdata:read:", make_osdata},
};

/* ANNEX:OFFSET,LENGTH -> m and data, or l and the last data. */
static void send_piece(struct gdb *g, make_fn *make, const char *args)
{
    const char *colon = strchr(args, ':'), *s = colon ? colon + 1 : NULL;
    char annex[64], *text = NULL;
    size_t size = 0, n;
    uint64_t off, len;
    FILE *out;
    int err;

    if (!s || (size_t)(colon - args) >= sizeof(annex) || !take_hex(&s, &off) || !take_char(&s, ',') ||
        !take_hex(&s, &len)) {
        reply_error(g, EINVAL);
        return;
    }
    memcpy(annex, args, (size_t)(colon - args));
    annex[colon - args] = '\0';
    out = open_memstream(&text, &size);
    if (!out) {
        reply_error(g, ENOMEM);
        return;
    }
    err = make(g, annex, out);
    if (fclose(out) && !err)
        err = -ENOMEM;
    if (err) {
        reply_error(g, err);
    } else {
        if (off > size)
            off = size;
        if (len > size - off)
            len = size - off;
        reply(g, "m");
        n = reply_binary(g, text + off, len);
        if (off + n == size)
            g->out[1] = 'l';
    }
    free(text);
}

void packet_xfer(struct gdb *g, const char *args)
{
    for (size_t i = 0; i < sizeof(objects) / sizeof(*objects); i++) {
        size_t n = strlen(objects[i].name);

        if (!strncmp(args, objects[i].name, n)) {
            send_piece(g, objects[i].make, args + n);
            return;
        }
    }
}
