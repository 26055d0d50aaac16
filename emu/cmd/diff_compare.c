/*
 * diff_compare.c - one step of both sides after another, and whether they are the same.
 *
 *      emulator   call --- call --- SIGALRM --- call --- SIGSEGV --- ... exit
 *                  |        |        | sent      |         |              |
 *      host       call --- call --- SIGALRM --- call --- SIGSEGV --- ... exit
 *
 * The order of calls and of faults is the program's own and must be the same. Signals from outside come when they come: the host's
 * are held back, and the emulator's are sent to the native side where the emulator had them.
 */
#include "diff_compare.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define SAME 0
#define DIFFERENT 1
#define THREADS 3

static bool returns_address(unsigned nr)
{
    return nr == SYS_mmap || nr == SYS_mremap || nr == SYS_shmat || nr == SYS_brk;
}

static bool is_error(int64_t ret)
{
    return ret < 0 && ret >= -4095;
}

static bool is_fault(const struct lockstep_record *r)
{
    return r->kind == LOCKSTEP_SIGNAL && r->code > 0 &&
           (r->signo == SIGSEGV || r->signo == SIGBUS || r->signo == SIGILL || r->signo == SIGFPE || r->signo == SIGTRAP);
}

/* ---- names ---- */

/* What this call made gets its name. Both sides did the same thing, so each may look at its own. */
static void name_result(struct diff *d, int side, const struct lockstep_record *r)
{
    struct diff_names *nm = &d->names[side];
    char name[24];

    if (is_error(r->ret))
        return;
    snprintf(name, sizeof(name), "map%u", (unsigned)d->memory_calls);
    switch (r->nr) {
    case SYS_mmap:
        if (!(r->args[3] & (MAP_FIXED | MAP_FIXED_NOREPLACE)))
            names_add(nm, (uint64_t)r->ret, r->args[1], name);
        break;
    case SYS_mremap:
        if (!(r->args[3] & MREMAP_FIXED) && (uint64_t)r->ret != r->args[0])
            names_add(nm, (uint64_t)r->ret, r->args[2], name);
        break;
    case SYS_shmat:
        if (!r->args[1])
            names_add(nm, (uint64_t)r->ret, 4096, name);
        break;
    case SYS_brk:
        if (!nm->heap)
            nm->heap = (uint64_t)r->ret;
        if (nm->heap_end < (uint64_t)r->ret)
            nm->heap_end = (uint64_t)r->ret;
        break;
    }
}

/* ---- one call ---- */

static const char *compare_args(struct diff *d, const struct lockstep_record r[2])
{
    for (unsigned i = 0, n = call_nr_args(r[0].nr); i < n; i++) {
        char a[DIFF_NAME], b[DIFF_NAME];

        if (r[0].args[i] != r[1].args[i] &&
            strcmp(names_of(&d->names[0], r[0].args[i], a), names_of(&d->names[1], r[1].args[i], b)))
            return "the arguments";
    }
    return NULL;
}

static const char *compare_result(struct diff *d, const struct lockstep_record r[2])
{
    char a[DIFF_NAME], b[DIFF_NAME];
    int64_t x = r[0].ret, y = r[1].ret;

    if (x == y || diff_excluded(&r[0], &r[1]))
        return NULL;
    if (is_error(x) || is_error(y) || !returns_address(r[0].nr))
        return "the result";
    if (r[0].nr == SYS_mremap && ((uint64_t)x == r[0].args[0]) != ((uint64_t)y == r[1].args[0]))
        return "the result: one side moved it";
    return strcmp(names_of(&d->names[0], (uint64_t)x, a), names_of(&d->names[1], (uint64_t)y, b)) ? "the result" : NULL;
}

static int compare_maps(struct diff *d, const struct diff_pair *p, bool *same)
{
    struct diff_maps m[2] = {0};
    int err = 0;

    *same = !strcmp(p->step[0].text, p->step[1].text);
    if (*same)
        return 0;
    for (int i = 0; i < 2 && !err; i++)
        err = maps_parse(&m[i], &d->names[i], p->step[i].text);
    *same = m[0].n == m[1].n;
    for (size_t i = 0; !err && *same && i < m[0].n; i++)
        *same = !strcmp(m[0].v[i].norm, m[1].v[i].norm);
    maps_free(&m[0]);
    maps_free(&m[1]);
    return err;
}

/* The emulator's record of a new image begins with what the native side is to have on its stack. */
static void take_image(struct diff *d, struct diff_pair *p)
{
    struct diff_step *e = &p->step[DIFF_EMU];
    size_t head = sizeof(struct lockstep_start);

    if (e->rec.text_len < head)
        return;
    if (d->run.same_layout && p->step[DIFF_NATIVE].rec.ret >= 0)
        native_copy_stack(&d->native, (const struct lockstep_start *)e->text);
    e->rec.text_len -= (uint32_t)head;
    memmove(e->text, e->text + head, e->rec.text_len + 1);
    for (int i = 0; i < 2; i++)
        names_image(&d->names[i], p->step[i].text);
}

static int memory_call(struct diff *d, struct diff_pair *p, int *result)
{
    struct lockstep_record r[2] = {p->step[0].rec, p->step[1].rec};
    bool exec = (r[0].nr == SYS_execve || r[0].nr == SYS_execveat) && !is_error(r[0].ret), same;
    const char *what = exec ? NULL : compare_args(d, r);
    int err;

    d->memory_calls++;
    if (exec)
        take_image(d, p);
    else
        for (int i = 0; i < 2; i++)
            name_result(d, i, &r[i]);
    if (!what)
        what = compare_result(d, r);
    if (what) {
        show_call_difference(d, p, what, true);
        *result = DIFFERENT;
        return 0;
    }
    err = compare_maps(d, p, &same);
    if (!err && !same) {
        show_call_difference(d, p, "the address space after it", true);
        *result = DIFFERENT;
    }
    return err;
}

/* What the emulator's side got from the world goes to the native side too. */
static void replay(struct diff *d, const struct diff_pair *p)
{
    const struct diff_step *e = &p->step[DIFF_EMU], *n = &p->step[DIFF_NATIVE];
    struct lockstep_output out[LOCKSTEP_OUTPUTS];
    bool result;
    unsigned nr = lockstep_outputs(e->rec.nr, n->rec.args, e->rec.ret, out, &result);
    size_t at = 0;

    for (unsigned i = 0; i < nr && at + out[i].len <= e->rec.text_len; at += out[i++].len)
        native_write(&d->native, out[i].addr, e->text + at, out[i].len);
    if (result)
        native_set_result(&d->native, e->rec.ret);
}

/* Flags of clone3(2) are in memory, and the same on both sides. */
static bool starts_thread(struct diff *d, const struct lockstep_record *native)
{
    uint64_t flags = native->args[0];
    struct iovec local = {&flags, sizeof(flags)}, remote = {(void *)native->args[0], sizeof(flags)};

    if (native->nr == SYS_clone3 && process_vm_readv(d->native.pid, &local, 1, &remote, 1, 0) < 0)
        return false;
    return (native->nr == SYS_clone || native->nr == SYS_clone3) && flags & CLONE_THREAD && !is_error(native->ret);
}

/* The native side's next call or end; signals from outside are held back, and calls that start over too. */
static int native_until(struct diff *d, struct diff_step *s, bool restarts)
{
    for (;;) {
        int err = d->held ? 0 : native_next(&d->native, s);

        d->held = false;
        if (err)
            return err;
        if (s->rec.kind == LOCKSTEP_SIGNAL && !is_fault(&s->rec) && s->rec.signo != SIGKILL)
            d->native.deliver = 0;
        else if (s->rec.kind != LOCKSTEP_CALL || restarts || s->rec.ret > -512 || s->rec.ret < -516)
            return 0;
    }
}

/*
 * May this call be there on one side only, after `last`? How much one read(2) gives of a file in /proc depends on what is in it, and a
 * program that wants random bits may want more of them.
 */
static bool may_be_extra(const struct lockstep_record *rec, const struct lockstep_record *last)
{
    return rec->kind == LOCKSTEP_CALL && ((rec->nr == SYS_read && last->nr == SYS_read && rec->args[0] == last->args[0]) ||
                                          (rec->nr == SYS_getrandom && last->nr == SYS_clock_gettime));
}

/* Who sends itself SIGKILL doesn't see the call end. */
static bool kills_itself(const struct lockstep_record *e, const struct lockstep_record *n)
{
    return n->kind == LOCKSTEP_EXIT && WIFSIGNALED(n->ret) && WTERMSIG(n->ret) == SIGKILL &&
           (e->nr == SYS_kill || e->nr == SYS_tkill || e->nr == SYS_tgkill);
}

/* Bring the native side to the call that the emulator is at. *extra: the emulator's has nothing to go with. */
static int native_catch_up(struct diff *d, struct diff_pair *p, bool *extra)
{
    static const struct lockstep_record none;
    struct lockstep_record *e = &p->step[DIFF_EMU].rec, *n = &p->step[DIFF_NATIVE].rec;
    const struct lockstep_record *last = d->calls ? d->history[(d->calls - 1) % DIFF_HISTORY] : &none;
    int err;

    for (;;) {
        err = native_until(d, &p->step[DIFF_NATIVE], e->ret <= -512 && e->ret >= -516);
        if (err)
            return err;
        if (n->nr == SYS_restart_syscall && e->nr != n->nr) {
            n->nr = e->nr; /* the host's was interrupted by a signal that was held back */
            memcpy(n->args, e->args, sizeof(n->args));
        }
        if ((n->kind == LOCKSTEP_CALL && n->nr == e->nr) || !may_be_extra(n, &last[DIFF_NATIVE]))
            break;
    }
    *extra = (n->kind != LOCKSTEP_CALL || n->nr != e->nr) && (may_be_extra(e, &last[DIFF_EMU]) || kills_itself(e, n));
    d->held = *extra;
    return 0;
}

static int one_call(struct diff *d, struct diff_pair *p, int *result)
{
    struct lockstep_record *e = &p->step[DIFF_EMU].rec, *n = &p->step[DIFF_NATIVE].rec;
    bool extra;
    int err = native_catch_up(d, p, &extra);

    if (err || extra)
        return err;
    if (n->kind != LOCKSTEP_CALL || n->nr != e->nr) {
        show_signal_difference(d, p, "they do different things");
        *result = DIFFERENT;
        return 0;
    }
    if (starts_thread(d, n)) {
        fprintf(stderr, "mseal-emu: diff: the program starts a thread: compared up to here\n");
        *result = THREADS;
        return 0;
    }
    if (lockstep_is_memory(e->nr))
        err = memory_call(d, p, result);
    else
        replay(d, p);
    d->history[d->calls % DIFF_HISTORY][DIFF_EMU] = *e;
    d->history[d->calls % DIFF_HISTORY][DIFF_NATIVE] = *n;
    d->calls++;
    return err;
}

/* ---- signals ---- */

static int one_fault(struct diff *d, struct diff_pair *p, int *result)
{
    struct lockstep_record *e = &p->step[DIFF_EMU].rec, *n = &p->step[DIFF_NATIVE].rec;
    int err = native_until(d, &p->step[DIFF_NATIVE], false);
    char a[DIFF_NAME], b[DIFF_NAME];
    const char *what = NULL;

    if (err)
        return err;
    d->faults++;
    if (n->kind != LOCKSTEP_SIGNAL)
        what = "a fault of one side only";
    else if (n->signo != e->signo)
        what = "the signal";
    else if (n->code != e->code)
        what = "the signal's code";
    else if (strcmp(names_of(&d->names[0], e->addr, a), names_of(&d->names[1], n->addr, b)))
        what = "the fault's address";
    if (what) {
        show_signal_difference(d, p, what);
        *result = DIFFERENT;
    }
    return 0;
}

static int outside_signal(struct diff *d, struct diff_pair *p, int *result)
{
    const struct diff_step *e = &p->step[DIFF_EMU];
    struct diff_step *n = &p->step[DIFF_NATIVE];
    int err = native_send(&d->native, e->rec.signo);

    for (;;) {
        if (!err)
            err = native_next(&d->native, n);
        if (err)
            return err;
        if (n->rec.kind != LOCKSTEP_SIGNAL || is_fault(&n->rec))
            break;
        if (n->rec.signo == e->rec.signo) {
            native_set_siginfo(&d->native, e->text, e->rec.text_len);
            return 0;
        }
        d->native.deliver = 0;
    }
    show_signal_difference(d, p, "a signal the host doesn't deliver");
    *result = DIFFERENT;
    return 0;
}

/* ---- the end ---- */

static int one_end(struct diff *d, struct diff_pair *p, int *result)
{
    int64_t a = p->step[DIFF_EMU].rec.ret, b;
    int err = native_until(d, &p->step[DIFF_NATIVE], false);

    if (err)
        return err;
    b = p->step[DIFF_NATIVE].rec.ret;
    if (p->step[DIFF_NATIVE].rec.kind != LOCKSTEP_EXIT || WTERMSIG(a) != WTERMSIG(b) ||
        (WIFEXITED(a) && WEXITSTATUS(a) != WEXITSTATUS(b))) {
        show_signal_difference(d, p, "how it ends");
        *result = DIFFERENT;
    }
    if (!show_output_difference("standard output", d->emu.out, d->native.out))
        *result = DIFFERENT;
    if (!show_output_difference("standard error", d->emu.err, d->native.err))
        *result = DIFFERENT;
    return 0;
}

int diff_compare(struct diff *d, struct diff_pair *p, int *result)
{
    struct diff_step *e = &p->step[DIFF_EMU];
    bool same;
    int err;

    *result = SAME;
    for (int i = 0; i < 2; i++)
        d->names[i].plain = d->run.same_layout;
    take_image(d, p);
    err = compare_maps(d, p, &same);
    if (err)
        return err;
    if (!same) {
        show_call_difference(d, p, "the program's image", true);
        *result = DIFFERENT;
        return 0;
    }
    while (*result == SAME) {
        err = emu_next(&d->emu, e);
        if (err == -EPIPE) {
            char text[4096];
            ssize_t n = pread(d->emu.err, text, sizeof(text), 0);

            fprintf(stderr, "mseal-emu: diff: the emulator stopped: %.*s\n", n > 0 ? (int)n : 0, text);
            return -EPIPE;
        }
        if (err)
            return err;
        if (e->rec.kind == LOCKSTEP_EXIT)
            return one_end(d, p, result);
        err = e->rec.kind == LOCKSTEP_CALL ? one_call(d, p, result)
              : is_fault(&e->rec)          ? one_fault(d, p, result)
                                           : outside_signal(d, p, result);
        if (err)
            return err;
    }
    return 0;
}
