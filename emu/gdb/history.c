/*
 * history.c - the memory calls of the processes debugged since gdb came, for `monitor history ADDRESS`.
 *
 * Only what the calls themselves say is kept, the last HISTORY of them; recordings of whole runs are
 * --record's business.
 */
#include "priv.h"
#include "../symbols.h"

#include <inttypes.h>
#include <mseal-emu/design.h>
#include <stdlib.h>
#include <string.h>

#define HISTORY 4096u
enum { NR_MMAP = 9, NR_BRK = 12, NR_MREMAP = 25, NR_SHMAT = 30, NR_EXECVE = 59, NR_EXECVEAT = 322 };

struct range {
    uint64_t start, end;
};
struct history_entry {
    uint64_t event, rip;
    int pid;
    struct range range[2];
    char *text; /* "mprotect(0x1000, 0x1000, 0x3) = -EPERM: ..." */
};
struct history {
    struct history_entry entry[HISTORY];
    uint64_t n; /* ever made */
};

/* What the call may have touched: by its arguments, or by its result where that is the place. */
static void ranges_of(const struct task *t, uint64_t nr, int64_t ret, struct range r[2])
{
    const uint64_t *a = t->args;
    bool ok = ret >= 0 || ret < -4095;

    r[0] = (struct range){a[0], a[0] + a[1]};
    r[1] = (struct range){0, 0};
    switch (nr) {
    case NR_MMAP:
        if (ok)
            r[0] = (struct range){(uint64_t)ret, (uint64_t)ret + a[1]};
        break;
    case NR_MREMAP:
        if (ok)
            r[1] = (struct range){(uint64_t)ret, (uint64_t)ret + a[2]};
        break;
    case NR_BRK:
        r[0] = (struct range){mm_layout(t->mm)->start_brk, a[0]};
        break;
    case NR_SHMAT: {
        const struct vma *v = ok ? mm_find_vma(t->mm, (uint64_t)ret) : NULL;

        r[0] = v ? (struct range){v->start, v->end} : (struct range){a[1], a[1] + 1};
        break;
    }
    case NR_EXECVE:
    case NR_EXECVEAT:
        r[0] = (struct range){0, MM_TASK_SIZE};
        break;
    }
}

static bool is_exec(uint64_t nr)
{
    return nr == NR_EXECVE || nr == NR_EXECVEAT;
}

/* Name and number of arguments; false: no call about memory. */
static bool known(struct task *t, uint64_t nr, const char **name, unsigned *nargs)
{
    const struct mseal_syscall *d = mm_design_call(t->mm, nr);
    const struct sys_row *row = nr < SYS_MAX ? sys_row((unsigned)nr) : NULL;
    const char *sig = d ? d->sig : row ? row->sig : NULL;

    if (is_exec(nr)) {
        *name = row->name;
        *nargs = 0; /* they were addresses in the old program */
        return true;
    }
    if (!sig || (!d && !(row->classes & SC_MEMORY)))
        return false;
    *name = d ? d->name : row->name;
    *nargs = *sig && *sig != ' ' && *sig != '=';
    for (; *sig && *sig != '='; sig++)
        *nargs += *sig == ',' && *nargs < 6;
    return true;
}

void history_note(struct gdb *g, struct task *t, uint64_t nr, int64_t ret)
{
    struct history_entry *e;
    const char *name;
    size_t size = 0;
    unsigned nargs;
    FILE *out;

    if (!t->mm || !known(t, nr, &name, &nargs) ||
        (!g->history && !(g->history = calloc(1, sizeof(*g->history)))))
        return;
    e = &g->history->entry[g->history->n % HISTORY];
    free(e->text);
    e->text = NULL;
    e->event = t->event;
    e->pid = t->proc->pid;
    e->rip = is_exec(nr) && !ret ? 0 : machine_regs(t)->rip; /* 0: the program that called is gone */
    ranges_of(t, nr, ret, e->range);
    out = open_memstream(&e->text, &size);
    if (!out)
        return;
    fprintf(out, "%s(", name);
    for (unsigned i = 0; i < nargs; i++)
        fprintf(out, "%s%#" PRIx64, i ? ", " : "", t->args[i]);
    if (ret < 0 && ret >= -4095) {
        const struct mm_refusal *refused = mm_last_refusal(t->mm);
        const struct mm_reason *reason = mm_last_reason(t->mm);
        const char *err = strerrorname_np((int)-ret), *why = refused  ? refused->why
                                                             : reason ? reason->why
                                                                      : NULL;

        fprintf(out, ") = -%s%s%s", err ? err : "?", why ? ": " : "", why ? why : "");
    } else {
        fprintf(out, ") = %#" PRIx64, (uint64_t)ret);
    }
    if (!fclose(out))
        g->history->n++;
}

static bool about(const struct history_entry *e, uint64_t addr)
{
    for (unsigned i = 0; i < 2; i++)
        if (e->range[i].start <= addr && addr < MM_PAGE_ALIGN(e->range[i].end - 1))
            return true;
    return false;
}

void history_print(struct gdb *g, struct task *t, uint64_t addr, FILE *out)
{
    const struct history *h = g->history;
    uint64_t first = h && h->n > HISTORY ? h->n - HISTORY : 0, shown = 0;
    char who[256];

    for (uint64_t i = first; h && i < h->n; i++) {
        const struct history_entry *e = &h->entry[i % HISTORY];

        if (e->pid != t->proc->pid || !about(e, addr))
            continue;
        fprintf(out, "event %" PRIu64 ": %s", e->event, e->text);
        if (e->rip && symbols_name(t, e->rip - 1, who, sizeof(who)))
            fprintf(out, "  in %s", who);
        fputc('\n', out);
        shown++;
    }
    if (first)
        fprintf(out, "(older than the last %u memory calls: forgotten)\n", HISTORY);
    if (!shown)
        fprintf(out, "no memory call named it since gdb came\n");
}

void history_free(struct gdb *g)
{
    for (unsigned i = 0; g->history && i < HISTORY; i++)
        free(g->history->entry[i].text);
    free(g->history);
    g->history = NULL;
}
