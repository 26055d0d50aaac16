/*
 * monitor.c - gdb's `monitor` commands: what only this emulator knows of the address space.
 */
#include "priv.h"

#include <errno.h>
#include <inttypes.h>
#include <mseal-emu/design.h>
#include <stdlib.h>
#include <string.h>

static void maps(struct gdb *g, struct task *t, const char *arg, FILE *out)
{
    mm_print_maps(t->mm, out);
}

static void print_vma(struct mm *mm, const struct vma *v, FILE *out)
{
    char line[4352], flags[256];
    size_t n = mm_vmflags_text(mm, v, flags, sizeof(flags) - 1);

    flags[n < sizeof(flags) ? n : sizeof(flags) - 1] = '\0';
    mm_maps_line(mm, v, line, sizeof(line));
    fprintf(out, "%s    VmFlags: %s\n    mapped at event %" PRIu64, line, flags, v->birth);
    if (v->seal)
        fprintf(out, ", sealed at event %" PRIu64 " (seal %#" PRIx64 ")", v->sealed_at, v->seal);
    fputc('\n', out);
}

static void seals(struct gdb *g, struct task *t, const char *arg, FILE *out)
{
    struct mm *mm = t->mm;
    unsigned n = 0;

    for (const struct vma *v = mm_find_vma(mm, 0); v; v = mm_find_vma(mm, v->end)) {
        if (!v->seal)
            continue;
        print_vma(mm, v, out);
        n++;
    }
    fprintf(out, "%u of %" PRIu64 " areas sealed (design %s)\n", n, mm_vma_count(mm),
            mm_design(mm) ? mm_design(mm)->name : "none");
}

static void designs(struct gdb *g, struct task *t, const char *arg, FILE *out)
{
    const struct mseal_design *in_force = mm_design(t->mm), *d;
    bool found = false;

    for (unsigned i = 0; (d = mseal_design_at(i)); i++) {
        fprintf(out, "%c %-16s %s\n", d == in_force ? '*' : ' ', d->name, d->title);
        found |= d == in_force;
    }
    if (in_force && !found)
        fprintf(out, "* %-16s %s\n", in_force->name, in_force->title);
}

/* A number as in C, and nothing behind it: no sign, none that is too large, no expression. */
static bool parse_address(const char *arg, uint64_t *addr)
{
    char *end;

    errno = 0;
    *addr = strtoull(arg, &end, 0);
    end += strspn(end, " ");
    return *arg >= '0' && *arg <= '9' && !*end && !errno;
}

/* The calls that named an address, and what its area itself remembers. */
static void history(struct gdb *g, struct task *t, const char *arg, FILE *out)
{
    const struct vma *v;
    uint64_t addr;

    if (!parse_address(arg, &addr)) {
        fprintf(out, "usage: monitor history ADDRESS (a number: 4096, 0x1000)\n");
        return;
    }
    history_print(g, t, addr, out);
    v = mm_find_vma(t->mm, addr);
    if (v && v->start <= addr)
        print_vma(t->mm, v, out);
    else
        fprintf(out, "now nothing is mapped at %#" PRIx64 "\n", addr);
}

static void help(struct gdb *g, struct task *t, const char *arg, FILE *out);

static const struct {
    const char *name, *arg, *what;
    void (*fn)(struct gdb *g, struct task *t, const char *arg, FILE *out);
} commands[] = {
    {"help", "", "this list", help},
    {"maps", "", "the address space, as /proc/PID/maps shows it", maps},
    {"seals", "", "the sealed areas, and when they were sealed", seals},
    {"designs", "", "the sealing designs, * marks the one in force", designs},
    {"history", " ADDRESS",
     "the memory calls that named ADDRESS since gdb came, and when its area was mapped and sealed", history},
};
#define NR_COMMANDS (sizeof(commands) / sizeof(*commands))

static void help(struct gdb *g, struct task *t, const char *arg, FILE *out)
{
    for (size_t i = 0; i < NR_COMMANDS; i++)
        fprintf(out, "monitor %s%-*s %s\n", commands[i].name, (int)(20 - strlen(commands[i].name)),
                commands[i].arg, commands[i].what);
}

/* A word may be cut short; none at all asks for help. */
static void run(struct gdb *g, struct task *t, const char *line, FILE *out)
{
    size_t n = strcspn(line, " ");
    const char *arg = line + n + strspn(line + n, " ");

    if (!n)
        n = strlen(line = "help");
    for (size_t i = 0; i < NR_COMMANDS; i++)
        if (!strncmp(commands[i].name, line, n)) {
            if (*arg && !*commands[i].arg)
                fprintf(out, "monitor %s takes no argument\n", commands[i].name);
            else
                commands[i].fn(g, t, arg, out);
            return;
        }
    fprintf(out, "no such command: %.*s (monitor help lists them)\n", (int)n, line);
}

/* Output goes in packets of its own, before the OK. */
void packet_monitor(struct gdb *g, const char *args)
{
    struct task *t = general_task(g);
    char line[256], *text = NULL;
    size_t size = 0;
    FILE *out;

    line[take_bytes(&args, line, sizeof(line) - 1)] = '\0';
    out = t && t->mm ? open_memstream(&text, &size) : NULL;
    if (!out) {
        reply_error(g, ESRCH);
        return;
    }
    run(g, t, line, out);
    fclose(out);
    for (size_t at = 0, n; at < size; at += n) {
        n = size - at < PACKET_MAX / 4 ? size - at : PACKET_MAX / 4;
        g->out_len = 1;
        reply(g, "O");
        reply_hex(g, text + at, n);
        conn_send(g);
    }
    free(text);
    g->out_len = 1;
    reply_ok(g);
}
