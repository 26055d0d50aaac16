/*
 * diff_follow.c - the native side goes where the emulator has gone: to its next call, past what may be there
 * on one side only.
 */
#include "diff_compare.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

bool diff_is_fault(const struct lockstep_record *r)
{
    return r->kind == LOCKSTEP_SIGNAL && r->code > 0 &&
           (r->signo == SIGSEGV || r->signo == SIGBUS || r->signo == SIGILL || r->signo == SIGFPE ||
            r->signo == SIGTRAP);
}

int diff_native_until(struct diff *d, struct diff_step *s, bool restarts)
{
    for (;;) {
        int err = d->held ? 0 : native_next(&d->native, s);

        d->held = false;
        if (err)
            return err;
        if (s->rec.kind == LOCKSTEP_SIGNAL && !diff_is_fault(&s->rec) && s->rec.signo != SIGKILL)
            native_swallow(&d->native, s->rec.signo);
        else if (s->rec.kind != LOCKSTEP_CALL || restarts || s->rec.ret > -512 || s->rec.ret < -516)
            return 0;
    }
}

/*
 * May this call be there on one side only, after `last`? How much one read(2) gives of a file in /proc
 * depends on what is in it, and a program that wants random bits may want more of them.
 */
static bool may_be_extra(const struct lockstep_record *rec, const struct lockstep_record *last)
{
    return rec->kind == LOCKSTEP_CALL &&
           ((rec->nr == SYS_read && last->nr == SYS_read && rec->args[0] == last->args[0]) ||
            (rec->nr == SYS_getrandom && last->nr == SYS_clock_gettime));
}

/* Who sends itself SIGKILL doesn't see the call end. */
static bool kills_itself(const struct lockstep_record *e, const struct lockstep_record *n)
{
    return n->kind == LOCKSTEP_EXIT && WIFSIGNALED(n->ret) && WTERMSIG(n->ret) == SIGKILL &&
           (e->nr == SYS_kill || e->nr == SYS_tkill || e->nr == SYS_tgkill);
}

int diff_catch_up(struct diff *d, struct diff_pair *p, bool *extra)
{
    static const struct lockstep_record none;
    struct lockstep_record *e = &p->step[DIFF_EMU].rec, *n = &p->step[DIFF_NATIVE].rec;
    const struct lockstep_record *last = d->calls ? d->history[(d->calls - 1) % DIFF_HISTORY] : &none;
    bool restarts = e->ret <= -512 && e->ret >= -516;
    int err;

    /* The host's clock and children are not the emulator's: what interrupted this call may have come before it. */
    d->native.interrupt = restarts || e->ret == -EINTR;
    d->native.wait = e->nr != SYS_wait4 || e->ret < 0 ? WAIT_ASKS : e->ret ? WAIT_FINDS : WAIT_FINDS_NONE;
    for (;;) {
        err = diff_native_until(d, &p->step[DIFF_NATIVE], restarts);
        if (err)
            return err;
        if (n->nr == SYS_restart_syscall && e->nr != n->nr) {
            n->nr = e->nr; /* the host's was interrupted by a signal that was held back */
            memcpy(n->args, e->args, sizeof(n->args));
        }
        if ((n->kind == LOCKSTEP_CALL && n->nr == e->nr) || !may_be_extra(n, &last[DIFF_NATIVE]))
            break;
    }
    *extra = (n->kind != LOCKSTEP_CALL || n->nr != e->nr) &&
             (may_be_extra(e, &last[DIFF_EMU]) || kills_itself(e, n));
    d->held = *extra;
    return 0;
}
