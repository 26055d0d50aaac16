/*
 * queue.c - sending a signal: what is ignored, what is queued, who is woken (kernel/signal.c of 6.18).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "../process.h"
#include "../trace/trace.h"

/* Sent by the processor: delivered before all others. */
#define SIG_SYNCHRONOUS                                                                                      \
    (sigbit(SIGSEGV) | sigbit(SIGBUS) | sigbit(SIGILL) | sigbit(SIGTRAP) | sigbit(SIGFPE) | sigbit(SIGSYS))
#define SIG_UNBLOCKABLE (sigbit(SIGKILL) | sigbit(SIGSTOP))
#define SIGRTMIN_KERNEL 32

void sigqueue_init(struct sigqueue *q)
{
    q->set = 0;
    list_init(&q->list);
}

static void entry_free(struct ksiginfo *e)
{
    list_del(&e->node);
    e->k->nr_siginfo--;
    free(e);
}

void sigqueue_flush(struct sigqueue *q, ksigset_t which)
{
    q->set &= ~which;
    list_for_each_safe (n, tmp, &q->list) {
        struct ksiginfo *e = container_of(n, struct ksiginfo, node);

        if (sigbit(e->signo) & which)
            entry_free(e);
    }
}

bool sig_handler_ignores(const struct sighand *s, int signo)
{
    uint64_t handler = s->action[signo - 1].handler;

    return handler == (uint64_t)(uintptr_t)SIG_IGN ||
           (handler == (uint64_t)(uintptr_t)SIG_DFL && sigbit(signo) & SIG_KERNEL_IGNORE);
}

/* A blocked signal is kept even if it would be ignored now: the action may change before it is unblocked. */
static bool sig_ignored(const struct task *t, int signo)
{
    if ((t->blocked | t->real_blocked) & sigbit(signo))
        return false;
    return !t->tracer && sig_handler_ignores(t->sighand, signo);
}

static void flush_process(struct process *p, ksigset_t which)
{
    sigqueue_flush(&p->pending, which);
    list_for_each (n, &p->threads)
        sigqueue_flush(&container_of(n, struct task, thread_node)->pending, which);
}

/* What a signal does before anybody takes it: stop signals and SIGCONT cancel each other. False: drop it. */
static bool prepare_signal(struct task *t, const struct ksiginfo *info)
{
    struct process *p = t->proc;
    int signo = info->signo;

    if (p->exiting || p->zombie)
        return false;
    if (sigbit(signo) & SIG_KERNEL_STOP) {
        flush_process(p, sigbit(SIGCONT));
    } else if (signo == SIGCONT) {
        flush_process(p, SIG_KERNEL_STOP);
        process_continue(p);
    }
    if (!sig_ignored(t, signo))
        return true;
    if (t->k->trace)
        trace_ignored(p, info);
    return false;
}

static int enqueue(struct task *t, struct sigqueue *q, const struct ksiginfo *info)
{
    struct kernel *k = t->k;
    bool realtime = info->signo >= SIGRTMIN_KERNEL;
    struct ksiginfo *e = NULL;

    if (!realtime && q->set & sigbit(info->signo))
        return 0; /* the classic ones do not count */
    if (!realtime || k->nr_siginfo < t->proc->rlim[RLIMIT_SIGPENDING].cur)
        e = malloc(sizeof(*e));
    if (e) {
        *e = *info;
        e->k = k;
        k->nr_siginfo++;
        list_add_tail(&q->list, &e->node);
    } else if (realtime && info->info.si_code != SI_USER) {
        return -EAGAIN;
    } /* else: pending without its information, as Linux does */
    q->set |= sigbit(info->signo);
    return 0;
}

static bool alive(const struct task *t)
{
    return t->state != TASK_ZOMBIE && t->state != TASK_DEAD;
}

void signal_wake_up(struct task *t)
{
    if (t->state == TASK_SLEEPING && (t->wait_killable ? fatal_signal_pending(t) : signal_pending(t)))
        task_wake(t);
    else if (t->state == TASK_RUNNING && signal_pending(t))
        t->k->ops->wake(t);
}

static void wake_for_kill(struct task *t)
{
    if (t->state == TASK_STOPPED) {
        t->pt.stop = 0;
        t->state = TASK_RUNNING;
        t->k->ops->wake(t);
    } else {
        signal_wake_up(t);
    }
}

static bool wants_signal(const struct task *t, int signo)
{
    if (t->blocked & sigbit(signo) || !alive(t))
        return false;
    return signo == SIGKILL || (t->state != TASK_STOPPED && (t == t->k->current || !signal_pending(t)));
}

int send_signal_task(struct task *t, const struct ksiginfo *info)
{
    int err;

    if (!alive(t) || !prepare_signal(t, info))
        return 0;
    err = enqueue(t, &t->pending, info);
    if (!err && info->signo == SIGKILL)
        wake_for_kill(t);
    else if (!err)
        signal_wake_up(t);
    wake_up(&t->k->signal_wait);
    return err;
}

int send_signal_process(struct process *p, const struct ksiginfo *info)
{
    struct task *target = NULL;
    int err;

    if (!prepare_signal(p->leader, info))
        return 0;
    list_for_each (n, &p->threads) /* looked for before queueing: afterwards everybody has a signal pending */
    {
        struct task *t = container_of(n, struct task, thread_node);

        if (wants_signal(t, info->signo)) {
            target = t;
            break;
        }
    }
    err = enqueue(p->leader, &p->pending, info);
    wake_up(&p->k->signal_wait);
    if (err || !target)
        return err;
    if (info->signo == SIGKILL)
        wake_for_kill(target);
    else
        signal_wake_up(target);
    return 0;
}

/* ---- taking one out ---- */

static int next_signal(ksigset_t pending, ksigset_t mask)
{
    ksigset_t ready = pending & ~mask;

    if (!ready)
        return 0;
    if (ready & SIG_SYNCHRONOUS)
        ready &= SIG_SYNCHRONOUS;
    return __builtin_ctzll(ready) + 1;
}

/* Take the first entry of signo off q; the set's bit stays while another entry of it waits. */
static void collect(struct sigqueue *q, int signo, struct ksiginfo *info)
{
    struct ksiginfo *found = NULL;

    q->set &= ~sigbit(signo);
    list_for_each (n, &q->list) {
        struct ksiginfo *e = container_of(n, struct ksiginfo, node);

        if (e->signo != signo)
            continue;
        if (found) {
            q->set |= sigbit(signo);
            break;
        }
        found = e;
    }
    if (found) {
        *info = *found;
        list_init(&info->node);
        entry_free(found);
    } else {
        memset(info, 0, sizeof(*info));
        info->signo = info->info.si_signo = signo;
        info->info.si_code = SI_USER;
    }
}

int dequeue_signal(struct task *t, ksigset_t mask, struct ksiginfo *info)
{
    bool killed = sigkill_pending(t) && !(mask & sigbit(SIGKILL)); /* before all others */
    ksigset_t only = killed ? ~sigbit(SIGKILL) : mask;
    struct sigqueue *q = &t->pending;
    int signo = next_signal(q->set, only);

    if (!signo) {
        q = &t->proc->pending;
        signo = next_signal(q->set, only);
    }
    if (!signo)
        return 0;
    collect(q, signo, info);
    timers_signal_taken(t->proc, info);
    return signo;
}

bool signal_pending(const struct task *t)
{
    return t->stop_pending || t->pt.event || t->debug_interrupt ||
           ((t->pending.set | t->proc->pending.set) & ~t->blocked) != 0;
}

bool sigkill_pending(const struct task *t)
{
    return (t->pending.set | t->proc->pending.set) & sigbit(SIGKILL);
}

bool fatal_signal_pending(const struct task *t)
{
    ksigset_t ready = (t->pending.set | t->proc->pending.set) & ~t->blocked;

    if (sigkill_pending(t))
        return true;
    for (; ready; ready &= ready - 1) { /* Linux makes a fatal signal a SIGKILL when it is sent */
        int signo = __builtin_ctzll(ready) + 1;

        if (t->sighand->action[signo - 1].handler == (uint64_t)(uintptr_t)SIG_DFL &&
            !(sigbit(signo) & (SIG_KERNEL_IGNORE | SIG_KERNEL_STOP)))
            return true;
    }
    return false;
}

void set_blocked(struct task *t, ksigset_t mask)
{
    ksigset_t newly = mask & ~t->blocked;

    t->blocked = mask & ~SIG_UNBLOCKABLE;
    signal_wake_up(t); /* what was opened may be waiting already */
    if (!(t->proc->pending.set & newly))
        return;
    list_for_each (n, &t->proc->threads) /* somebody else may take now what t would have */
    {
        struct task *o = container_of(n, struct task, thread_node);

        if (o != t)
            signal_wake_up(o);
    }
}

/* What cannot be ignored: blocked or ignored, it takes its default action. */
void force_sig_info(struct task *t, const struct ksiginfo *info)
{
    struct ksigaction *ka = &t->sighand->action[info->signo - 1];
    bool blocked = t->blocked & sigbit(info->signo);

    if (blocked || ka->handler == (uint64_t)(uintptr_t)SIG_IGN) {
        ka->handler = (uint64_t)(uintptr_t)SIG_DFL;
        t->blocked &= ~sigbit(info->signo);
    }
    send_signal_task(t, info);
}

void force_sig_fault(struct task *t, int signo, int code, uint64_t addr, uint32_t pkey)
{
    struct ksiginfo info = {.signo = signo};

    info.info.si_signo = signo;
    info.info.si_code = code;
    info.info.fault.addr = addr;
    if (signo == SIGSEGV && code == SEGV_PKUERR)
        info.info.fault.pkey = pkey;
    if (signo == SIGBUS && (code == BUS_MCEERR_AR || code == BUS_MCEERR_AO))
        info.info.fault.lower = MM_PAGE_SHIFT; /* si_addr_lsb */
    force_sig_info(t, &info);
}

void siginfo_user(struct ksiginfo *info, const struct task *from, int signo, int code)
{
    memset(info, 0, sizeof(*info));
    info->signo = info->info.si_signo = signo;
    info->info.si_code = code;
    info->info.rt.pid = from->proc->pid;
    info->info.rt.uid = from->cred.uid;
}

void siginfo_kernel(struct ksiginfo *info, int signo)
{
    memset(info, 0, sizeof(*info));
    info->signo = info->info.si_signo = signo;
    info->info.si_code = SI_KERNEL;
}

/* ---- the table of handlers ---- */

struct sighand *sighand_create(void)
{
    struct sighand *s = calloc(1, sizeof(*s));

    if (s)
        s->refs = 1;
    return s;
}

void sighand_ignore(struct sighand *s, ksigset_t which)
{
    for (int i = 0; i < NR_SIGNALS; i++)
        if (which & sigbit(i + 1))
            s->action[i].handler = (uint64_t)(uintptr_t)SIG_IGN;
}

void sighand_put(struct sighand *s)
{
    if (s && --s->refs == 0)
        free(s);
}

void sighand_flush_on_exec(struct sighand *s)
{
    for (int i = 0; i < NR_SIGNALS; i++) {
        struct ksigaction *ka = &s->action[i];

        if (ka->handler != (uint64_t)(uintptr_t)SIG_IGN)
            ka->handler = (uint64_t)(uintptr_t)SIG_DFL;
        ka->flags = ka->restorer = ka->mask = 0;
    }
}
