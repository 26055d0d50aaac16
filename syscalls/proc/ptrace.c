/*
 * ptrace.c - ptrace(2): one task looks at and steers another (kernel/ptrace.c, arch/x86/kernel/ptrace.c of 6.18).
 *
 * A traced task stops where something happens to it (a signal, a system call, fork, exec); its tracer hears of it through wait4,
 * may change registers and memory, and lets it go on. Writing to its memory goes past the protection of pages: whether it
 * also goes past seals is for the sealing design to say (CHANGE_POKE).
 *
 *     running --signal, call, event--> stopped (pt.stop: the status) --PTRACE_CONT & co--> running
 */
#include "ptrace.h"
#include "seccomp.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "../handlers.h"

#define OPTIONS_MASK                                                                                         \
    (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |                \
     PTRACE_O_TRACEEXEC | PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACEEXIT | PTRACE_O_TRACESECCOMP |             \
     PTRACE_O_EXITKILL | PTRACE_O_SUSPEND_SECCOMP)
#define RFLAGS_TF 0x100u

/* ---- stopping ---- */

static void tell_tracer(struct task *t)
{
    struct ksiginfo info = {.signo = SIGCHLD};
    struct process *p = t->tracer->proc;

    info.info.si_signo = SIGCHLD;
    info.info.si_code = CLD_TRAPPED;
    info.info.chld.pid = t->tid;
    info.info.chld.uid = t->cred.uid;
    info.info.chld.status = t->pt.stop & 0x7f;
    if (!(p->leader->sighand->action[SIGCHLD - 1].flags & SA_NOCLDSTOP))
        send_signal_process(p, &info);
    wake_up(&p->child_wait);
}

/* code: the signal, with an event above bit 8. */
static void stop(struct task *t, int code, const struct ksiginfo *info)
{
    t->pt.stop = code;
    t->pt.told = false;
    t->pt.resumed = false;
    t->pt.signal = 0;
    t->pt.call_stop = 0;
    if (info) {
        t->pt.info = *info;
    } else {
        memset(&t->pt.info, 0, sizeof(t->pt.info));
        t->pt.info.signo = t->pt.info.info.si_signo = SIGTRAP;
        t->pt.info.info.si_code = code;
        t->pt.info.info.rt.pid = t->tid;
        t->pt.info.info.rt.uid = t->cred.uid;
    }
    t->state = TASK_STOPPED;
    tell_tracer(t);
}

static bool dying(const struct task *t)
{
    return sigkill_pending(t);
}

bool ptrace_signal(struct task *t, const struct ksiginfo *info)
{
    if (!t->tracer || info->signo == SIGKILL || dying(t) || seccomp_kills(t, info->signo))
        return false;
    stop(t, info->signo, info);
    t->pt.at_signal = true;
    return true;
}

int ptrace_signal_resumed(struct task *t, struct ksiginfo *info)
{
    int signo = t->pt.signal;

    if (!t->pt.at_signal || !t->pt.resumed)
        return 0;
    t->pt.at_signal = t->pt.resumed = false;
    if (!signo)
        return 0;
    *info = t->pt.info;
    if (info->signo != signo) { /* the tracer's own choice */
        memset(info, 0, sizeof(*info));
        info->signo = info->info.si_signo = signo;
        info->info.si_code = SI_USER;
        if (t->tracer) {
            info->info.rt.pid = t->tracer->proc->pid;
            info->info.rt.uid = t->tracer->cred.uid;
        }
    }
    if (t->blocked & sigbit(signo)) {
        send_signal_task(t, info);
        return 0;
    }
    return signo;
}

bool ptrace_event_due(struct task *t)
{
    int event = t->pt.event;

    if (!event || !t->tracer || dying(t))
        return false;
    t->pt.event = 0;
    stop(t, SIGTRAP | event << 8, NULL);
    return true;
}

static bool syscall_stop(struct task *t, int which)
{
    if (!t->tracer || !t->pt.syscalls || dying(t))
        return false;
    stop(t, SIGTRAP | (t->pt.options & PTRACE_O_TRACESYSGOOD ? 0x80 : 0), NULL);
    t->pt.call_stop = which;
    return true;
}

bool ptrace_syscall_entry(struct task *t)
{
    return t->pt.at_call = syscall_stop(t, PTRACE_SYSCALL_INFO_ENTRY);
}

bool ptrace_syscall_exit(struct task *t)
{
    return syscall_stop(t, PTRACE_SYSCALL_INFO_EXIT);
}

bool ptrace_seccomp_stop(struct task *t, unsigned data)
{
    if (!t->tracer || !(t->pt.options & PTRACE_O_TRACESECCOMP) || dying(t))
        return false;
    t->pt.message = data;
    stop(t, SIGTRAP | PTRACE_EVENT_SECCOMP << 8, NULL);
    t->pt.call_stop = PTRACE_SYSCALL_INFO_SECCOMP;
    t->pt.call_made = true; /* the stop after the call, if it is asked for */
    return true;
}

bool ptrace_exit_stop(struct task *t, int status)
{
    if (!t->tracer || !(t->pt.options & PTRACE_O_TRACEEXIT) || t->pt.ending || t->proc->execing)
        return false;
    t->pt.ending = true;
    t->pt.event = 0;
    t->pt.at_call = t->pt.call_made = t->pt.at_signal = false;
    t->pt.message = (uint64_t)status;
    stop(t, SIGTRAP | PTRACE_EVENT_EXIT << 8, NULL);
    return true;
}

void ptrace_vfork_done(struct task *t, int tid)
{
    if (!t->tracer || !(t->pt.options & PTRACE_O_TRACEVFORKDONE))
        return;
    t->pt.event = PTRACE_EVENT_VFORK_DONE;
    t->pt.message = (uint64_t)tid;
    t->k->ops->wake(t);
}

bool ptrace_keeps(struct task *t)
{
    struct process *tracer = t->tracer ? t->tracer->proc : NULL;
    struct ksiginfo info = {.signo = SIGCHLD};

    if (!tracer)
        return false;
    info.info.si_signo = SIGCHLD;
    info.info.si_code = WIFEXITED(t->exit_code) ? CLD_EXITED : CLD_KILLED;
    info.info.chld.pid = t->tid;
    info.info.chld.uid = t->cred.uid;
    info.info.chld.status = WIFEXITED(t->exit_code) ? WEXITSTATUS(t->exit_code) : WTERMSIG(t->exit_code);
    send_signal_process(tracer, &info);
    wake_up(&tracer->child_wait);
    return true;
}

int ptrace_wait_status(struct task *c, bool take)
{
    if (!c->pt.stop || c->pt.told || c->state != TASK_STOPPED)
        return 0;
    if (take)
        c->pt.told = true;
    return c->pt.stop << 8 | 0x7f;
}

/* ---- beginning and end ---- */

static void attach(struct task *t, struct task *c, unsigned options, bool seized)
{
    c->tracer = t;
    memset(&c->pt, 0, sizeof(c->pt));
    c->pt.options = options;
    c->pt.seized = seized;
}

static void resume(struct task *c, int signo)
{
    bool group = c->proc->stopped && !c->pt.stop;

    c->pt.stop = 0;
    c->pt.signal = signo;
    c->pt.resumed = true;
    if (group)
        c->proc->stopped = false;
    if (c->state == TASK_STOPPED) {
        c->state = TASK_RUNNING;
        c->k->ops->wake(c);
    }
}

static void detach(struct task *c, int signo)
{
    c->tracer = NULL;
    c->pt.syscalls = false;
    c->pt.event = 0;
    if (c->state == TASK_ZOMBIE && c != c->proc->leader)
        thread_reap(c);
    else if (c->pt.stop)
        resume(c, signo);
}

void ptrace_tracer_exit(struct task *t)
{
    list_for_each_safe (n, tmp, &t->k->tasks) {
        struct task *c = container_of(n, struct task, node);
        struct ksiginfo kill;

        if (c->tracer != t)
            continue;
        if (c->pt.options & PTRACE_O_EXITKILL) {
            siginfo_user(&kill, t, SIGKILL, SI_USER);
            send_signal_process(c->proc, &kill);
        }
        detach(c, c->pt.at_signal ? c->pt.info.signo : 0);
    }
}

void ptrace_cloned(struct task *t, struct task *child, uint64_t flags, int exit_signal)
{
    int event = flags & CLONE_VFORK      ? PTRACE_EVENT_VFORK
                : exit_signal != SIGCHLD ? PTRACE_EVENT_CLONE
                                         : PTRACE_EVENT_FORK;
    struct ksiginfo sigstop;

    memset(&child->pt, 0, sizeof(child->pt));
    child->tracer = NULL;
    if (!t->tracer || !(t->pt.options >> event & 1) || flags & CLONE_UNTRACED)
        return;
    attach(t->tracer, child, t->pt.options, t->pt.seized);
    if (t->pt.seized) {
        child->pt.event = PTRACE_EVENT_STOP;
    } else {
        siginfo_kernel(&sigstop, SIGSTOP);
        send_signal_task(child, &sigstop);
    }
    t->pt.event = event;
    t->pt.message = (uint64_t)child->tid;
    t->k->ops->wake(t); /* it does not just go on in user code */
}

void ptrace_exec(struct task *t)
{
    struct ksiginfo trap;

    if (!t->tracer)
        return;
    if (t->pt.options & PTRACE_O_TRACEEXEC) {
        t->pt.event = PTRACE_EVENT_EXEC;
        t->pt.message = (uint64_t)t->tid;
    } else if (!t->pt.seized) {
        memset(&trap, 0, sizeof(trap));
        trap.signo = trap.info.si_signo = SIGTRAP;
        trap.info.rt.pid = t->proc->pid;
        send_signal_task(t, &trap);
    }
}

void ptrace_over(struct process *p)
{
    if (p->leader->tracer)
        wake_up(&p->leader->tracer->proc->child_wait);
}

static int64_t traceme(struct task *t)
{
    if (t->tracer || !t->proc->parent)
        return -EPERM;
    attach(t->proc->parent_task ? t->proc->parent_task : t->proc->parent->leader, t, 0, false);
    return 0;
}

static int check_options(const struct task *t, uint64_t options)
{
    if (options & ~(uint64_t)OPTIONS_MASK)
        return -EINVAL;
    if (!(options & PTRACE_O_SUSPEND_SECCOMP))
        return 0;
    return capable(t, CAP_SYS_ADMIN) && t->seccomp.mode == SECCOMP_MODE_DISABLED ? 0 : -EPERM;
}

static int64_t do_attach(struct task *t, struct task *c, bool seize, uint64_t addr, uint64_t options)
{
    struct ksiginfo sigstop;

    int err;

    if (seize && (addr || options & ~(uint64_t)OPTIONS_MASK))
        return -EIO;
    err = seize ? check_options(t, options) : 0;
    if (err)
        return err;
    if (c->proc == t->proc || c->tracer || c->state == TASK_ZOMBIE || c->state == TASK_DEAD ||
        !ptrace_may_access(t, c))
        return -EPERM;
    attach(t, c, seize ? (unsigned)options : 0, seize);
    if (!seize) {
        if (c->state == TASK_STOPPED) { /* a stop that was there becomes ours */
            c->pt.stop = c->proc->stop_signal;
            return 0;
        }
        siginfo_user(&sigstop, t, SIGSTOP, SI_USER);
        send_signal_task(c, &sigstop);
    }
    return 0;
}

/* ---- the call ---- */

static int64_t go_on(struct task *c, int64_t request, uint64_t data)
{
    struct cpu_regs r;

    if (data > NR_SIGNALS)
        return -EIO;
    c->pt.syscalls = request == PTRACE_SYSCALL;
    c->k->ops->get_regs(c, &r);
    if (!(r.rflags & RFLAGS_TF) != (request != PTRACE_SINGLESTEP)) {
        r.rflags ^= RFLAGS_TF;
        c->k->ops->set_regs(c, &r);
    }
    resume(c, (int)data);
    return 0;
}

static int64_t on_stopped(struct task *t, struct task *c, int64_t request, uint64_t addr, uint64_t data)
{
    int err;

    switch (request) {
    case PTRACE_SETOPTIONS:
        err = check_options(t, data);
        if (!err)
            c->pt.options = (unsigned)data;
        return err;
    case PTRACE_CONT:
    case PTRACE_SYSCALL:
    case PTRACE_SINGLESTEP:
        return go_on(c, request, data);
    case PTRACE_DETACH:
        if (data > NR_SIGNALS)
            return -EIO;
        detach(c, (int)data);
        return 0;
    }
    return ptrace_state(t, c, request, addr, data);
}

int64_t sys_ptrace(struct task *t, const uint64_t a[6])
{
    int64_t request = (int64_t)a[0];
    struct ksiginfo kill;
    struct task *c;

    if (request == PTRACE_TRACEME)
        return traceme(t);
    c = find_task(t->k, arg_int(a[1]));
    if (!c)
        return -ESRCH;
    if (request == PTRACE_ATTACH || request == PTRACE_SEIZE)
        return do_attach(t, c, request == PTRACE_SEIZE, a[2], a[3]);
    if (c->tracer != t)
        return -ESRCH;
    if (request == PTRACE_KILL) {
        siginfo_user(&kill, t, SIGKILL, SI_USER);
        send_signal_process(c->proc, &kill);
        return 0;
    }
    if (request == PTRACE_INTERRUPT) {
        if (!c->pt.seized)
            return -EIO;
        if (c->state != TASK_STOPPED) {
            c->pt.event = PTRACE_EVENT_STOP;
            signal_wake_up(c);
        }
        return 0;
    }
    if (c->state != TASK_STOPPED || !c->mm)
        return -ESRCH;
    return on_stopped(t, c, request, a[2], a[3]);
}
