/*
 * kill.c - kill(2) and its family: whom a pid means, who may, with which siginfo.
 */
#include <errno.h>
#include <string.h>

#include "../file.h"
#include "../handlers.h"
#include "../landlock/landlock.h"
#include "../process.h"

int64_t kill_one(struct task *from, struct task *target, const struct ksiginfo *info, bool thread)
{
    int sig = info->signo;

    if (sig < 0 || sig > NR_SIGNALS)
        return -EINVAL;
    if (!may_kill(from, target->proc, sig) ||
        (from->proc != target->proc && !landlock_reaches(from, target->cred.landlock, LL_SCOPE_SIGNAL)))
        return -EPERM;
    if (!sig)
        return 0;
    return thread ? send_signal_task(target, info) : send_signal_process(target->proc, info);
}

/* All processes of a group (pgid > 0), or everybody else (pgid 0: kill(-1)). */
static int64_t kill_many(struct task *t, int pgid, const struct ksiginfo *info)
{
    int64_t last = -ESRCH;
    unsigned count = 0, sent = 0;

    list_for_each_safe (n, tmp, &t->k->processes) {
        struct process *p = container_of(n, struct process, node);
        int64_t err;

        if (pgid ? p->pgid != pgid : p == t->proc)
            continue;
        err = kill_one(t, p->leader, info, false);
        count++;
        if (!err)
            sent++;
        if (pgid || err != -EPERM)
            last = err;
    }
    if (!count)
        return -ESRCH;
    if (pgid)
        return sent ? 0 : last;
    return last == -ESRCH ? 0 : last; /* kill(-1): EPERM of some does not count */
}

static int64_t kill_something(struct task *t, int pid, const struct ksiginfo *info)
{
    struct task *target;

    if (pid > 0) {
        target = find_task(t->k, pid);
        if (!target && pid == 1) /* the invisible init: there, and not ours */
            return info->signo < 0 || info->signo > NR_SIGNALS ? -EINVAL : -EPERM;
        return target ? kill_one(t, target, info, false) : -ESRCH;
    }
    if (pid == INT32_MIN)
        return -ESRCH;
    if (pid == -1)
        return kill_many(t, 0, info);
    return kill_many(t, pid ? -pid : t->proc->pgid, info);
}

int64_t sys_kill(struct task *t, const uint64_t a[6])
{
    struct ksiginfo info;

    siginfo_user(&info, t, arg_int(a[1]), SI_USER);
    return kill_something(t, arg_int(a[0]), &info);
}

static int64_t kill_thread(struct task *t, int tgid, int tid, const struct ksiginfo *info)
{
    struct task *target = find_task(t->k, tid);

    if (!target || (tgid > 0 && target->proc->pid != tgid))
        return -ESRCH;
    return kill_one(t, target, info, true);
}

int64_t sys_tkill(struct task *t, const uint64_t a[6])
{
    struct ksiginfo info;

    if (arg_int(a[0]) <= 0)
        return -EINVAL;
    siginfo_user(&info, t, arg_int(a[1]), SI_TKILL);
    return kill_thread(t, 0, arg_int(a[0]), &info);
}

int64_t sys_tgkill(struct task *t, const uint64_t a[6])
{
    struct ksiginfo info;

    if (arg_int(a[0]) <= 0 || arg_int(a[1]) <= 0)
        return -EINVAL;
    siginfo_user(&info, t, arg_int(a[2]), SI_TKILL);
    return kill_thread(t, arg_int(a[0]), arg_int(a[1]), &info);
}

/* The number in the call wins over the one in the structure. 0 or -EFAULT. */
int copy_siginfo_in(struct task *t, uint64_t addr, int signo, struct ksiginfo *info)
{
    memset(info, 0, sizeof(*info));
    if (mm_copy_in(t->mm, &info->info, addr, sizeof(info->info)))
        return -EFAULT;
    info->signo = info->info.si_signo = signo;
    return 0;
}

/* Nobody may look like the kernel or like kill(2) to others. */
static bool forged(const struct task *t, const struct ksiginfo *info, int pid)
{
    return (info->info.si_code >= 0 || info->info.si_code == SI_TKILL) && t->proc->pid != pid;
}

int64_t sys_rt_sigqueueinfo(struct task *t, const uint64_t a[6])
{
    struct ksiginfo info;
    struct task *target;

    if (copy_siginfo_in(t, a[2], arg_int(a[1]), &info))
        return -EFAULT;
    if (forged(t, &info, arg_int(a[0])))
        return -EPERM;
    target = find_task(t->k, arg_int(a[0]));
    return target ? kill_one(t, target, &info, false) : -ESRCH;
}

int64_t sys_rt_tgsigqueueinfo(struct task *t, const uint64_t a[6])
{
    struct ksiginfo info;

    if (copy_siginfo_in(t, a[3], arg_int(a[2]), &info))
        return -EFAULT;
    if (arg_int(a[0]) <= 0 || arg_int(a[1]) <= 0)
        return -EINVAL;
    if (forged(t, &info, arg_int(a[1])))
        return -EPERM;
    return kill_thread(t, arg_int(a[0]), arg_int(a[1]), &info);
}
