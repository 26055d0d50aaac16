/*
 * table.c - the system call table in C, and the one way into it.
 *
 * The dispatcher looks a number up (the design's own calls first), runs the handler, and takes care of what
 * all calls share: event numbers, calls that wait and are run again, tracing, and telling once what is not
 * implemented.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <mseal-emu/emu.h>

#include "handlers.h"
#include "proc/seccomp.h"
#include "proc/user_dispatch.h"
#include "trace/inject.h"
#include "trace/lockstep.h"
#include "trace/trace.h"

#define TF                                   SC_FILE
#define TD                                   SC_DESC
#define TM                                   SC_MEMORY
#define TP                                   SC_PROCESS
#define TS                                   SC_SIGNAL
#define TN                                   SC_NETWORK
#define TI                                   SC_IPC
#define ST                                   SC_STAT
#define TC                                   SC_CREDS
#define CL                                   SC_CLOCK
#define PU                                   SC_PURE
#define NR                                   SC_NORETURN
#define SYS_TODO                             NULL
#define SYS(nr, name, classes, handler, sig) [nr] = {nr, #name, classes, handler, sig},
static const struct sys_row rows[SYS_MAX] = {
#include "syscalls.def"
};

const struct sys_row *sys_row(unsigned nr)
{
    return nr < SYS_MAX && rows[nr].name ? &rows[nr] : NULL;
}

const struct sys_row *sys_row_by_name(const char *name)
{
    for (unsigned nr = 0; nr < SYS_MAX; nr++)
        if (rows[nr].name && !strcmp(rows[nr].name, name))
            return &rows[nr];
    return NULL;
}

unsigned sys_nargs(unsigned nr)
{
    const struct sys_row *row = sys_row(nr);
    unsigned nargs;

    /* A variant may have more than the row shows, and behind sys_ni a design may have anything. */
    if (!row || !row->call || row->call == sys_ni || strstr(row->sig, "v:"))
        return 6;
    nargs = *row->sig && strncmp(row->sig, " = ", 3);
    for (const char *c = row->sig; *c && *c != '='; c++)
        nargs += *c == ',';
    return nargs;
}

/* A number Linux 6.18 has nothing behind (kernel/sys_ni.c). */
int64_t sys_ni(struct task *t, const uint64_t a[6])
{
    return -ENOSYS;
}

int copy_struct_in(struct task *t, void *dst, size_t size, uint64_t src, uint64_t usize, size_t first)
{
    if (usize < first)
        return -EINVAL;
    if (usize > MM_PAGE_SIZE)
        return -E2BIG;
    memset(dst, 0, size);
    if (mm_copy_in(t->mm, dst, src, usize < size ? usize : size))
        return -EFAULT;
    for (uint64_t i = size; i < usize; i++) {
        uint8_t byte;

        if (mm_copy_in(t->mm, &byte, src + i, 1))
            return -EFAULT;
        if (byte)
            return -E2BIG;
    }
    return 0;
}

static int64_t not_implemented(struct task *t, uint64_t nr)
{
    struct kernel *k = t->k;

    if (nr < SYS_MAX && rows[nr].name && !(k->unimplemented[nr / 8] & 1u << nr % 8)) {
        k->unimplemented[nr / 8] |= 1u << nr % 8;
        fprintf(stderr, "mseal-emu: system call %s (%u) is not implemented\n", rows[nr].name, (unsigned)nr);
    }
    return -ENOSYS;
}

static void call_begins(struct task *t, uint64_t nr, const uint64_t a[6])
{
    t->sysno = (int64_t)nr;
    memmove(t->args, a, sizeof(t->args));
    t->deadline = 0;
    t->timed_out = false;
    memset(t->restart_data, 0, sizeof(t->restart_data));
    t->event = ++t->k->event;
}

static struct mseal_emu_call told(const struct task *t)
{
    uint64_t nr = (uint64_t)t->sysno;

    return (struct mseal_emu_call){
        .event = t->event,
        .pid = t->proc->pid,
        .tid = t->tid,
        .nr = nr,
        .name = nr < SYS_MAX ? rows[nr].name : NULL,
        .args = t->args,
        .mm = t->mm,
    };
}

/* True: the machine's owner answered the call, *ret is its result. */
static bool hooked(const struct task *t, int64_t *ret)
{
    const struct mseal_emu_hooks *hooks = t->k->hooks;
    struct mseal_emu_call call = told(t);

    return hooks->enter && hooks->enter(hooks->ctx, &call, ret);
}

static void tell_result(const struct task *t, int64_t ret)
{
    const struct mseal_emu_hooks *hooks = t->k->hooks;
    struct mseal_emu_call call = told(t);

    if (hooks->leave)
        hooks->leave(hooks->ctx, &call, ret);
}

/* Asks seccomp about the number that t's call seems to have. True: it is not made, or not yet. */
static bool filtered(struct task *t, bool (*asks)(struct task *t, int64_t *ret), int64_t *ret)
{
    bool instead = t->inject.done & INJECTED_RESULT, stopped;
    int64_t nr = t->sysno;

    if (!instead)
        return asks(t, ret);
    t->sysno = inject_number(t);
    stopped = asks(t, ret);
    t->sysno = nr;
    if (!stopped || *ret != SYS_BLOCK)
        *ret = inject_result(t);
    return true;
}

static bool allowed(struct task *t, int64_t *ret)
{
    return false;
}

/* Who sees calls before they are made, or still does after a wait. True: it is not made, or not yet. */
static bool stopped_before(struct task *t, int64_t *ret)
{
    if (t->inject.rule && inject_stands_before(t, ret))
        return true;
    return filtered(t, t->seccomp.mode ? seccomp_stands_before : allowed, ret);
}

static bool still_stopped_before(struct task *t, int64_t *ret)
{
    t->retrying = false; /* if it is made, this is the first time */
    return t->inject.waits ? stopped_before(t, ret) : filtered(t, seccomp_still_stands_before, ret);
}

static int64_t handle(struct task *t, uint64_t nr)
{
    if (t->mm && mm_design_call(t->mm, nr))
        return mm_design_syscall(t->mm, (unsigned)nr, t->args);
    if (nr < SYS_MAX && rows[nr].call)
        return rows[nr].call(t, t->args);
    return not_implemented(t, nr);
}

/* t's call is over but for the delay that -e inject= may put behind it. */
static int64_t end_call(struct task *t, int64_t ret)
{
    if (t->inject.rule)
        ret = inject_hold_back(t, ret);
    t->retrying = ret == SYS_BLOCK;
    if (!t->retrying)
        t->sysno = -1;
    return ret;
}

int64_t sys_dispatch(struct task *t, uint64_t nr, const uint64_t a[6])
{
    struct kernel *k = t->k;
    bool stopped = false;
    int64_t ret;

    if (!list_empty(&k->dead))
        kernel_bury_dead(k, t);
    if (!t->retrying) {
        call_begins(t, nr, a);
        if (k->trace_entries | t->seccomp.mode | t->user_dispatch.on) {
            if (t->user_dispatch.on && user_dispatched(t, nr)) {
                t->sysno = -1; /* nobody hears of it */
                return (int64_t)nr;
            }
            if (k->trace_entries)
                trace_sys_enter(t);
            stopped = stopped_before(t, &ret);
        }
    } else if (t->inject.waits == INJECT_AFTER) {
        return end_call(t, t->inject.result);
    } else if (t->inject.waits | t->seccomp.waits) {
        stopped = still_stopped_before(t, &ret);
        nr = (uint64_t)t->sysno;
    }
    if (t->mm)
        mm_set_event(t->mm, t->event);

    if (stopped)
        ; /* it does not happen */
    else if (k->hooks && !t->retrying && hooked(t, &ret))
        ; /* nor does this one */
    else if (!list_empty(&k->uffds) || t->uffd_call)
        ret = userfault_call(t, nr, handle);
    else
        ret = handle(t, nr);

    if (!list_empty(&k->ready_work))
        kernel_run_work(k);
    t->retrying = ret == SYS_BLOCK;
    if (ret == SYS_BLOCK) {
        if (k->trace)
            trace_blocked(t);
        return ret;
    }
    task_wait_end(t);
    t->deadline = 0;
    if (k->trace)
        trace_sys_exit(t, ret);
    if (k->lockstep)
        lockstep_call(t, ret);
    if (k->hooks)
        tell_result(t, ret);
    return end_call(t, ret);
}
