/*
 * json.c - events as JSON, one object a line. Bytes above 0x7f are written as the code points of the same
 * number, so that every string comes back as it was.
 */
#include "event.h"

#include <inttypes.h>
#include <mseal-emu/mm.h>
#include <string.h>

static const char *const kind_names[EVENT_KINDS] = {
    "enter", "exit",  "call", "signal", "stop",   "superseded", "ending", "detached",
    "death", "fault", "vma",  "seal",   "switch", "insn",       "func",
};

const char *event_kind_name(enum event_kind kind)
{
    return kind_names[kind];
}

void json_put_string(FILE *out, const char *s, size_t len)
{
    fputc('"', out);
    for (size_t i = 0; i < len; i++) {
        uint8_t ch = (uint8_t)s[i];

        if (ch == '"' || ch == '\\')
            fprintf(out, "\\%c", ch);
        else if (ch < ' ' || ch > '~')
            fprintf(out, "\\u%04x", ch);
        else
            fputc(ch, out);
    }
    fputc('"', out);
}

static void put(FILE *out, const char *key, struct piece p)
{
    if (!p.len)
        return;
    fprintf(out, ",\"%s\":", key);
    json_put_string(out, p.s, p.len);
}

static void put_change(FILE *out, const struct watch_change *c)
{
    fprintf(out, ",\"mm\":%" PRIu64 ",\"start\":\"%#" PRIx64 "\",\"end\":\"%#" PRIx64 "\",\"areas\":[", c->mm,
            c->start, c->end);
    for (size_t i = 0; i < c->n; i++) {
        const struct vma *v = &c->now[i];

        fprintf(out,
                "%s{\"start\":\"%#" PRIx64 "\",\"end\":\"%#" PRIx64
                "\",\"prot\":\"%c%c%c%c\",\"offset\":%" PRIu64,
                i ? "," : "", v->start, v->end, v->flags & VM_READ ? 'r' : '-',
                v->flags & VM_WRITE ? 'w' : '-', v->flags & VM_EXEC ? 'x' : '-',
                v->flags & VM_MAYSHARE ? 's' : 'p', (v->file ? v->pgoff : 0) << MM_PAGE_SHIFT);
        if (v->flags & VM_PKEY_MASK)
            fprintf(out, ",\"pkey\":%u", (unsigned)((v->flags & VM_PKEY_MASK) >> VM_PKEY_SHIFT));
        if (v->seal)
            fprintf(out, ",\"seal\":%" PRIu64 ",\"sealed_at\":%" PRIu64, v->seal, v->sealed_at);
        fprintf(out, ",\"mapped_at\":%" PRIu64, v->birth);
        put(out, "name", (struct piece){c->name[i], strlen(c->name[i])});
        fputc('}', out);
    }
    fputc(']', out);
}

void json_event(FILE *out, const struct event *ev)
{
    fprintf(out,
            "{\"event\":%" PRIu64 ",\"kind\":\"%s\",\"time\":%" PRIu64 ",\"pid\":%d,\"tid\":%d,\"tasks\":%u",
            ev->nr, kind_names[ev->kind], ev->now_ns, ev->pid, ev->tid, ev->tasks);
    if (ev->sysno >= 0)
        fprintf(out, ",\"nr\":%" PRId64, ev->sysno);
    if (ev->ip != EVENT_NO_IP)
        fprintf(out, ",\"ip\":\"%#" PRIx64 "\"", ev->ip);
    if (ev->comm)
        put(out, "comm", (struct piece){ev->comm, strlen(ev->comm)});
    if (ev->kind == EVENT_ENTER || ev->kind == EVENT_EXIT || ev->kind == EVENT_CALL) {
        fprintf(out, ",\"call\":\"%s\"", ev->name);
        if (ev->kind == EVENT_EXIT)
            put(out, "more", ev->cont);
        fputs(",\"args\":[", out);
        for (unsigned i = 0; i < ev->nargs; i++) {
            if (i)
                fputc(',', out);
            json_put_string(out, ev->arg[i].s, ev->arg[i].len);
        }
        fputc(']', out);
        if (ev->kind == EVENT_ENTER && ev->follows)
            fputs(",\"follows\":true", out);
        if (ev->kind == EVENT_ENTER && ev->awaited)
            fputs(",\"awaited\":true", out);
    } else if (ev->name && *ev->name) {
        put(out,
            ev->kind == EVENT_SIGNAL || ev->kind == EVENT_STOP ? "signal"
            : ev->kind == EVENT_FAULT                          ? "access"
                                                               : "by",
            (struct piece){ev->name, strlen(ev->name)});
    }
    if (ev->kind == EVENT_EXIT) {
        fprintf(out, ",\"return\":%" PRId64 ",\"failed\":%s,\"spent\":%" PRIu64, ev->ret,
                ev->failed ? "true" : "false", ev->spent_ns);
        if (ev->injected & INJECTED_RESULT)
            fputs(",\"injected\":true", out);
        if (ev->injected & INJECTED_ARGS)
            fputs(",\"poked\":true", out);
        if (ev->injected & INJECTED_DELAY)
            fputs(",\"delayed\":true", out);
    }
    put(out, "result", ev->result);
    put(out, "aux", ev->aux);
    put(out, "detail", ev->detail);
    if (ev->kind == EVENT_FAULT)
        fprintf(out, ",\"mm\":%" PRIu64 ",\"address\":\"%#" PRIx64 "\"", ev->mm, ev->addr);
    if (ev->kind == EVENT_INSN || ev->kind == EVENT_FUNC)
        fprintf(out, ",\"address\":\"%#" PRIx64 "\"", ev->addr);
    if (ev->kind == EVENT_VMA || ev->kind == EVENT_SEAL)
        put_change(out, ev->change);
    put(out, "why", ev->why);
    put(out, "dump", ev->dump);
    put(out, "stack", ev->stack);
    fputs("}\n", out);
}
