/*
 * seccomp_call.c - what filters make of a call (__seccomp_filter() of kernel/seccomp.c): nothing, an errno, a signal, an end, or
 * a question to the tracer or the supervisor, for which the task waits before the call begins.
 */
#include "seccomp.h"
#include "bpf.h"
#include "ptrace.h"

#include <errno.h>
#include <linux/audit.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include "../table.h"

/* ---- what filters see ---- */

struct view {
    struct task *t;
    bool whole; /* registers are there, not just number and architecture */
    struct seccomp_data data;
};

/* Most filters look at the number alone, and not all of a call's registers have been read for it. */
static void look_at_registers(struct view *v)
{
    struct cpu_regs r;

    v->t->k->ops->get_regs(v->t, &r);
    v->data.instruction_pointer = r.rip;
    memcpy(v->data.args, (const uint64_t[6]){r.rdi, r.rsi, r.rdx, r.r10, r.r8, r.r9}, sizeof(v->data.args));
    v->whole = true;
}

static uint32_t load(void *data, uint32_t off)
{
    struct view *v = data;
    uint32_t word;

    if (off >= offsetof(struct seccomp_data, instruction_pointer) && !v->whole)
        look_at_registers(v);
    memcpy(&word, (const char *)&v->data + off, sizeof(word));
    return word;
}

static int32_t action_of(uint32_t verdict)
{
    return (int32_t)(verdict & SECCOMP_RET_ACTION_FULL);
}

/* All filters are asked, the strictest is followed; of equally strict ones the newest. NULL: the call may be made. */
static struct seccomp_filter *ask_filters(struct view *v)
{
    struct task *t = v->t;
    struct seccomp_filter *strictest = NULL;
    unsigned nth = t->seccomp.count, at;

    t->seccomp.verdict = SECCOMP_RET_ALLOW;
    for (struct seccomp_filter *f = t->seccomp.filter; f; f = f->prev, nth--) {
        uint32_t verdict = bpf_run(f->insn, load, v, &at);

        if (action_of(verdict) >= action_of(t->seccomp.verdict))
            continue;
        strictest = f;
        t->seccomp.verdict = verdict;
        t->seccomp.said_by = nth;
        t->seccomp.said_at = at;
    }
    return strictest;
}

/* ---- what becomes of the call ---- */

static struct ksiginfo sigsys(const struct view *v, uint32_t reason)
{
    struct ksiginfo info = {.signo = SIGSYS};

    info.info.si_signo = SIGSYS;
    info.info.si_code = 1; /* SYS_SECCOMP */
    info.info.si_errno = (int32_t)reason;
    info.info.sys.call_addr = v->data.instruction_pointer;
    info.info.sys.nr = v->data.nr;
    info.info.sys.arch = v->data.arch;
    return info;
}

/* The signal finds the registers as they were before the call. */
static int64_t trap(struct view *v, uint32_t reason)
{
    struct ksiginfo info;

    look_at_registers(v);
    info = sigsys(v, reason);
    force_sig_info(v->t, &info);
    return v->data.nr;
}

/* A thread that is not the last one just ends; otherwise it is a death by a signal that nothing can prevent. */
static int64_t kill_task(struct view *v, bool thread_only, uint32_t reason)
{
    struct task *t = v->t;

    t->seccomp.mode = SECCOMP_MODE_DEAD;
    if (thread_only && t->proc->nr_threads > 1) {
        task_exit(t, SIGSYS);
        return SYS_BLOCK;
    }
    return trap(v, reason);
}

static bool stands_before(struct view *v, bool seen_by_tracer, int64_t *ret)
{
    struct task *t = v->t;
    struct seccomp_filter *f = ask_filters(v);
    uint32_t data = t->seccomp.verdict & SECCOMP_RET_DATA;

    t->seccomp.said_of = t->event;
    switch (t->seccomp.verdict & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW:
    case SECCOMP_RET_LOG:
        return false;
    case SECCOMP_RET_ERRNO:
        *ret = -(int64_t)(data > 4095 ? 4095 : data);
        return true;
    case SECCOMP_RET_TRAP:
        *ret = trap(v, data);
        return true;
    case SECCOMP_RET_TRACE:
        if (seen_by_tracer) {
            t->seccomp.verdict = SECCOMP_RET_ALLOW;
            return false;
        }
        *ret = -ENOSYS;
        if (!ptrace_seccomp_stop(t, data))
            return true;
        t->seccomp.waits = SECCOMP_WAITS_TRACER;
        *ret = SYS_BLOCK;
        return true;
    case SECCOMP_RET_USER_NOTIF:
        look_at_registers(v);
        return seccomp_notify(t, f, &v->data, ret);
    default: /* SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD, and what nobody knows yet */
        *ret = kill_task(v, action_of(t->seccomp.verdict) == (int32_t)SECCOMP_RET_KILL_THREAD, data);
        return true;
    }
}

static struct view view_of(struct task *t)
{
    return (struct view){.t = t, .data = {.nr = (int)t->sysno, .arch = AUDIT_ARCH_X86_64}};
}

static bool strict_permits(int64_t nr)
{
    return nr == SYS_read || nr == SYS_write || nr == SYS_exit || nr == SYS_rt_sigreturn;
}

bool seccomp_stands_before(struct task *t, int64_t *ret)
{
    struct view v = view_of(t);

    if (t->tracer && t->pt.options & PTRACE_O_SUSPEND_SECCOMP)
        return false;
    if (t->seccomp.mode == SECCOMP_MODE_FILTER)
        return stands_before(&v, false, ret);
    if (t->seccomp.mode == SECCOMP_MODE_STRICT && strict_permits(t->sysno))
        return false;
    t->seccomp.mode = SECCOMP_MODE_DEAD;
    task_exit(t, SIGKILL);
    *ret = SYS_BLOCK;
    return true;
}

/* The tracer may have put another call in the place of t's, which filters are asked about again, or none. */
static bool tracer_answered(struct task *t, int64_t *ret)
{
    struct cpu_regs r;
    struct view v;

    t->k->ops->get_regs(t, &r);
    if (sigkill_pending(t) || (int)r.orig_rax < 0) {
        *ret = (int64_t)r.rax;
        return true;
    }
    t->sysno = (int)r.orig_rax;
    memcpy(t->args, (const uint64_t[6]){r.rdi, r.rsi, r.rdx, r.r10, r.r8, r.r9}, sizeof(t->args));
    v = view_of(t);
    return stands_before(&v, true, ret);
}

bool seccomp_still_stands_before(struct task *t, int64_t *ret)
{
    bool at_tracer = t->seccomp.waits == SECCOMP_WAITS_TRACER;

    t->seccomp.waits = SECCOMP_WAITS_NOT;
    return at_tracer ? tracer_answered(t, ret) : seccomp_notified(t, ret);
}

/* ---- telling ---- */

static const char *action_name(uint32_t verdict)
{
    static const struct {
        uint32_t action;
        const char *name;
    } names[] = {
        {SECCOMP_RET_KILL_THREAD, "KILL_THREAD"}, {SECCOMP_RET_TRAP, "TRAP"},   {SECCOMP_RET_ERRNO, "ERRNO"},
        {SECCOMP_RET_USER_NOTIF, "USER_NOTIF"},   {SECCOMP_RET_TRACE, "TRACE"},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (names[i].action == (verdict & SECCOMP_RET_ACTION_FULL))
            return names[i].name;
    return "KILL_PROCESS";
}

size_t seccomp_tell(const struct task *t, char *buf, size_t size)
{
    const struct seccomp_filter *f = t->seccomp.filter;
    int n;

    if (!f || t->seccomp.said_of != t->event || action_of(t->seccomp.verdict) >= (int32_t)SECCOMP_RET_LOG) {
        *buf = 0;
        return 0;
    }
    for (unsigned i = t->seccomp.count; i > t->seccomp.said_by; i--)
        f = f->prev;
    n = snprintf(
        buf, size,
        "seccomp: filter %u of %u (installed at event %lu) answers SECCOMP_RET_%s in its instruction "
        "%u; the call was not made",
        t->seccomp.said_by, t->seccomp.count, (unsigned long)f->event, action_name(t->seccomp.verdict),
        t->seccomp.said_at);
    return n < 0 ? 0 : (size_t)n;
}
