/*
 * diff_compare.c - one step of both sides after another, and whether they are the same.
 *
 *      emulator   call --- call --- SIGALRM --- call --- SIGSEGV --- ... exit
 *                  |        |        | sent      |         |              |
 *      host       call --- call --- SIGALRM --- call --- SIGSEGV --- ... exit
 *
 * The order of calls and of faults is the program's own and must be the same. Signals from outside come when
 * they come: the host's are held back, and the emulator's are sent to the native side where the emulator had
 * them.
 */
#include "diff_compare.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the emulator's side got from the world goes to the native side too. */
static void replay(struct diff *d, const struct diff_pair *p)
{
    const struct diff_step *e = &p->step[DIFF_EMU], *n = &p->step[DIFF_NATIVE];
    struct lockstep_output out[LOCKSTEP_OUTPUTS];
    bool result;
    unsigned nr = lockstep_outputs(e->rec.nr, n->rec.args, e->rec.ret, out, &result);
    size_t at = 0;

    if (e->rec.is_world) {
        out[nr++] = (struct lockstep_output){n->rec.args[1], e->rec.text_len};
        result = true;
    }
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
    return (native->nr == SYS_clone || native->nr == SYS_clone3) && flags & CLONE_THREAD &&
           !diff_is_error(native->ret);
}

static int one_call(struct diff *d, struct diff_pair *p, int *result)
{
    struct lockstep_record *e = &p->step[DIFF_EMU].rec, *n = &p->step[DIFF_NATIVE].rec;
    bool extra;
    int err = diff_catch_up(d, p, &extra);

    if (err || extra)
        return err;
    if (n->kind != LOCKSTEP_CALL || n->nr != e->nr) {
        show_signal_difference(d, p, "they do different things");
        *result = DIFFERENT;
        return 0;
    }
    if (starts_thread(d, n)) {
        fprintf(stderr,
                "mseal-emu: diff: the program starts a thread: no difference up to here, in %" PRIu64
                " calls, %" PRIu64 " of them about memory\n",
                d->calls, d->memory_calls);
        *result = THREADS;
        return 0;
    }
    if (lockstep_is_memory(e->nr))
        err = diff_memory_call(d, p, result);
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
    int err = diff_native_until(d, &p->step[DIFF_NATIVE], false);
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

    d->native.swallowed &= ~(UINT64_C(1) << (e->rec.signo - 1));
    for (;;) {
        if (!err)
            err = native_next(&d->native, n);
        if (err)
            return err;
        if (n->rec.kind != LOCKSTEP_SIGNAL || diff_is_fault(&n->rec))
            break;
        if (n->rec.signo == e->rec.signo) {
            native_set_siginfo(&d->native, e->text, e->rec.text_len);
            return 0;
        }
        native_swallow(&d->native, n->rec.signo);
    }
    show_signal_difference(d, p, "a signal the host doesn't deliver");
    *result = DIFFERENT;
    return 0;
}

/* ---- the end ---- */

static int one_end(struct diff *d, struct diff_pair *p, int *result)
{
    int64_t a = p->step[DIFF_EMU].rec.ret, b;
    int err = diff_native_until(d, &p->step[DIFF_NATIVE], false);

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
    diff_take_image(d, p);
    err = diff_compare_maps(d, p, &same);
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
              : diff_is_fault(&e->rec)     ? one_fault(d, p, result)
                                           : outside_signal(d, p, result);
        if (err)
            return err;
    }
    return 0;
}
