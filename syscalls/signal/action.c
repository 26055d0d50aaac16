/*
 * action.c - what a task says about its signals: actions, masks, the alternate stack, and waiting for one.
 */
#include <errno.h>

#include "../handlers.h"
#include "../process.h"

#define KSIGSET_SIZE       sizeof(ksigset_t)
#define SIG_UNBLOCKABLE    (sigbit(SIGKILL) | sigbit(SIGSTOP))
#define SA_RESTORER_X86    UINT64_C(0x04000000)
#define SA_EXPOSE_TAGBITS_ UINT64_C(0x00000800)
/* Flags Linux 6.18 keeps; a program finds out what exists by reading back (sigaction(2), "Dynamically
 * probing"). */
#define SA_KNOWN                                                                                             \
    ((uint64_t)(unsigned)(SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER |  \
                          SA_RESETHAND) |                                                                    \
     SA_RESTORER_X86 | SA_EXPOSE_TAGBITS_)

int64_t sys_rt_sigaction(struct task *t, const uint64_t a[6])
{
    int sig = arg_int(a[0]);
    struct ksigaction act, *ka;
    struct ksigaction old;

    if (a[3] != KSIGSET_SIZE)
        return -EINVAL;
    if (a[1] && mm_copy_in(t->mm, &act, a[1], sizeof(act)))
        return -EFAULT;
    if (sig < 1 || sig > NR_SIGNALS || (a[1] && sigbit(sig) & SIG_UNBLOCKABLE))
        return -EINVAL;
    ka = &t->sighand->action[sig - 1];
    old = *ka;
    if (a[1]) {
        act.flags &= SA_KNOWN;
        act.mask &= ~SIG_UNBLOCKABLE;
        *ka = act;
        if (sig_handler_ignores(t->sighand, sig)) { /* POSIX: pending ones are discarded, blocked or not */
            sigqueue_flush(&t->proc->pending, sigbit(sig));
            list_for_each (n, &t->proc->threads)
                sigqueue_flush(&container_of(n, struct task, thread_node)->pending, sigbit(sig));
        }
    }
    if (a[2] && mm_copy_out(t->mm, a[2], &old, sizeof(old)))
        return -EFAULT;
    return 0;
}

int64_t sys_rt_sigprocmask(struct task *t, const uint64_t a[6])
{
    ksigset_t old = t->blocked, set;

    if (a[3] != KSIGSET_SIZE)
        return -EINVAL;
    if (a[1]) {
        if (mm_copy_in(t->mm, &set, a[1], sizeof(set)))
            return -EFAULT;
        switch (arg_int(a[0])) {
        case SIG_BLOCK:
            set_blocked(t, old | set);
            break;
        case SIG_UNBLOCK:
            set_blocked(t, old & ~set);
            break;
        case SIG_SETMASK:
            set_blocked(t, set);
            break;
        default:
            return -EINVAL;
        }
    }
    if (a[2] && mm_copy_out(t->mm, a[2], &old, sizeof(old)))
        return -EFAULT;
    return 0;
}

int64_t sys_rt_sigpending(struct task *t, const uint64_t a[6])
{
    ksigset_t set = (t->pending.set | t->proc->pending.set) & t->blocked;

    if (a[1] > KSIGSET_SIZE)
        return -EINVAL;
    return mm_copy_out(t->mm, a[0], &set, a[1]) ? -EFAULT : 0;
}

/* Sleep until a signal comes; the call is only restarted when no handler ran. */
static int64_t wait_for_signal(struct task *t, const char *what)
{
    int64_t ret = task_block(t, NULL, 0, what);

    return ret == -ERESTARTSYS ? -ERESTARTNOHAND : ret;
}

int64_t sys_pause(struct task *t, const uint64_t a[6])
{
    return wait_for_signal(t, "a signal (pause)");
}

int64_t sys_rt_sigsuspend(struct task *t, const uint64_t a[6])
{
    ksigset_t set;
    int64_t ret;

    if (!t->retrying) {
        if (a[1] != KSIGSET_SIZE)
            return -EINVAL;
        if (mm_copy_in(t->mm, &set, a[0], sizeof(set)))
            return -EFAULT;
        t->saved_blocked = t->blocked;
        set_blocked(t, set);
    }
    ret = wait_for_signal(t, "a signal (sigsuspend)");
    if (ret != SYS_BLOCK)
        t->restore_blocked = true;
    return ret;
}

/* While it waits the wanted signals are open in t->blocked, so that they wake it; real_blocked keeps the
 * mask. */
int64_t sys_rt_sigtimedwait(struct task *t, const uint64_t a[6])
{
    ksigset_t set;
    uint64_t ns = 0;
    struct ksiginfo info;
    int64_t ret;
    int sig;

    if (a[3] != KSIGSET_SIZE)
        return -EINVAL;
    if (mm_copy_in(t->mm, &set, a[0], sizeof(set)))
        return -EFAULT;
    if (a[2]) {
        ret = copy_timespec_in(t, a[2], &ns);
        if (ret)
            return ret;
    }
    if (t->retrying) {
        t->blocked = t->real_blocked;
        t->real_blocked = 0;
    }
    set &= ~SIG_UNBLOCKABLE;
    sig = dequeue_signal(t, ~set, &info);
    if (sig) {
        if (a[1] && mm_copy_out(t->mm, a[1], &info.info, sizeof(info.info)))
            return -EFAULT;
        return sig;
    }
    if (a[2] && !ns)
        return -EAGAIN;
    t->real_blocked = t->blocked;
    t->blocked &= ~set;
    ret = task_block(t, NULL, a[2] ? t->k->now_ns + ns : 0, "a signal (sigwait)");
    if (ret == SYS_BLOCK)
        return ret;
    t->blocked = t->real_blocked;
    t->real_blocked = 0;
    return ret == -ETIMEDOUT ? -EAGAIN : -EINTR;
}

/* ---- sigaltstack(2) ---- */

struct kstack_t {
    uint64_t sp;
    int32_t flags, pad;
    uint64_t size;
};
#define SS_AUTODISARM_ (1u << 31)
/* asm/signal.h; AT_MINSIGSTKSZ is not enforced below this without dynamic features */
#define MINSIGSTKSZ_X86 2048

/* Does sp lie on t's alternate signal stack? */
static bool on_sig_stack(const struct task *t, uint64_t sp)
{
    if (t->altstack_flags & SS_AUTODISARM_)
        return false;
    return sp > t->altstack_sp && sp - t->altstack_sp <= t->altstack_size;
}

int64_t sys_sigaltstack(struct task *t, const uint64_t a[6])
{
    struct kstack_t new, old = {.sp = t->altstack_sp, .size = t->altstack_size};
    struct cpu_regs regs;
    unsigned mode;

    t->k->ops->get_regs(t, &regs);
    if (a[0] && mm_copy_in(t->mm, &new, a[0], sizeof(new)))
        return -EFAULT;
    old.flags = (int32_t)(t->altstack_flags & SS_AUTODISARM_);
    if (!t->altstack_size)
        old.flags |= SS_DISABLE;
    else if (on_sig_stack(t, regs.rsp))
        old.flags |= SS_ONSTACK;

    if (a[0]) {
        if (on_sig_stack(t, regs.rsp))
            return -EPERM;
        mode = (unsigned)new.flags & ~SS_AUTODISARM_;
        if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0)
            return -EINVAL;
        if (mode == SS_DISABLE) {
            new.size = 0;
            new.sp = 0;
        } else if (new.size < MINSIGSTKSZ_X86 && !(t->altstack_sp == new.sp && t->altstack_size == new.size &&
                                                   t->altstack_flags == (unsigned)new.flags)) {
            return -ENOMEM;
        }
        t->altstack_sp = new.sp;
        t->altstack_size = new.size;
        t->altstack_flags = (unsigned)new.flags;
    }
    if (a[1] && mm_copy_out(t->mm, a[1], &old, sizeof(old)))
        return -EFAULT;
    return 0;
}
