/*
 * prctl.c - prctl(2), arch_prctl(2), personality(2): what a task says about itself (kernel/sys.c,
 * arch/x86/kernel/process_64.c).
 */
#include <asm/prctl.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/prctl.h>
#include <string.h>
#include <sys/personality.h>

#include "../handlers.h"
#include "../memory/prctl_mm.h"
#include "../process.h"
#include "seccomp.h"
#include "user_dispatch.h"

#define TASK_COMM_LEN 16
#define CAP_LAST      40

static int64_t put_int(struct task *t, uint64_t addr, int value)
{
    return mm_copy_out(t->mm, addr, &value, sizeof(value)) ? -EFAULT : 0;
}

static int64_t set_name(struct task *t, uint64_t addr)
{
    char name[TASK_COMM_LEN] = "";

    /* strncpy_from_user of 15 bytes: what comes after is not looked at */
    for (int i = 0; i < TASK_COMM_LEN - 1; i++) {
        if (mm_copy_in(t->mm, &name[i], addr + (uint64_t)i, 1))
            return -EFAULT;
        if (!name[i])
            break;
    }
    memset(t->comm, 0, sizeof(t->comm));
    memcpy(t->comm, name, strlen(name));
    return 0;
}

static int64_t capbset(struct task *t, uint64_t cap, bool drop)
{
    if (drop && !capable(t, CAP_SETPCAP))
        return -EPERM;
    if (cap > CAP_LAST)
        return -EINVAL;
    if (!drop)
        return (int64_t)(t->cred.cap_bounding >> cap & 1);
    t->cred.cap_bounding &= ~(UINT64_C(1) << cap);
    return 0;
}

static int64_t cap_ambient(struct task *t, const uint64_t a[6])
{
    struct cred *c = &t->cred;
    uint64_t bit;

    if (a[1] == PR_CAP_AMBIENT_CLEAR_ALL) {
        if (a[2] | a[3] | a[4])
            return -EINVAL;
        c->cap_ambient = 0;
        return 0;
    }
    if (a[2] > CAP_LAST || a[3] | a[4])
        return -EINVAL;
    bit = UINT64_C(1) << a[2];
    switch (a[1]) {
    case PR_CAP_AMBIENT_IS_SET:
        return !!(c->cap_ambient & bit);
    case PR_CAP_AMBIENT_RAISE:
        if (!(c->cap_permitted & c->cap_inheritable & bit))
            return -EPERM;
        c->cap_ambient |= bit;
        return 0;
    case PR_CAP_AMBIENT_LOWER:
        c->cap_ambient &= ~bit;
        return 0;
    }
    return -EINVAL;
}

static int64_t set_securebits(struct task *t, uint64_t bits)
{
    if (!capable(t, CAP_SETPCAP))
        return -EPERM;
    if (bits & ~UINT64_C(0xff))
        return -EPERM;
    t->cred.securebits = (unsigned)bits;
    return 0;
}

static int64_t io_flusher(struct task *t, const uint64_t a[6])
{
    bool set = arg_int(a[0]) == PR_SET_IO_FLUSHER;

    if (!capable(t, CAP_SYS_RESOURCE))
        return -EPERM;
    if (a[2] | a[3] | a[4] || a[1] > (set ? 1 : 0))
        return -EINVAL;
    if (!set)
        return t->io_flusher;
    t->io_flusher = a[1];
    return 0;
}

static int64_t restore_timer_ids(struct task *t, const uint64_t a[6])
{
    if (a[2] | a[3] | a[4] || a[1] > 2)
        return -EINVAL;
    if (a[1] == 2)
        return t->proc->restore_timer_ids;
    t->proc->restore_timer_ids = a[1];
    return 0;
}

static int64_t set_tsc(struct task *t, unsigned how)
{
    if (how != PR_TSC_ENABLE && how != PR_TSC_SIGSEGV)
        return -EINVAL;
    t->no_tsc = how == PR_TSC_SIGSEGV;
    return 0;
}

/* PR_MCE_KILL is kept for who asks. A policy that is none counts as set, with the moment of the one before, as in Linux. */
static int64_t set_mce_kill(struct task *t, uint64_t what, uint64_t policy)
{
    if (what == PR_MCE_KILL_CLEAR && !policy) {
        t->mce_kill.set = false;
        return 0;
    }
    if (what != PR_MCE_KILL_SET)
        return -EINVAL;
    t->mce_kill.set = policy != PR_MCE_KILL_DEFAULT;
    if (policy <= PR_MCE_KILL_DEFAULT)
        t->mce_kill.early = policy == PR_MCE_KILL_EARLY;
    return policy <= PR_MCE_KILL_DEFAULT ? 0 : -EINVAL;
}

int64_t sys_prctl(struct task *t, const uint64_t a[6])
{
    struct process *p = t->proc;
    char name[TASK_COMM_LEN];

    switch (arg_int(a[0])) {
    case PR_SET_PDEATHSIG:
        if (a[1] > NR_SIGNALS)
            return -EINVAL;
        t->pdeath_signal = (int)a[1];
        return 0;
    case PR_GET_PDEATHSIG:
        return put_int(t, a[1], t->pdeath_signal);
    case PR_GET_DUMPABLE:
        return p->dumpable;
    case PR_SET_DUMPABLE:
        if (a[1] > 1)
            return -EINVAL;
        p->dumpable = a[1];
        return 0;
    case PR_SET_NAME:
        return set_name(t, a[1]);
    case PR_GET_NAME:
        memcpy(name, t->comm, sizeof(name));
        return mm_copy_out(t->mm, a[1], name, sizeof(name)) ? -EFAULT : 0;
    case PR_GET_KEEPCAPS:
        return !!(t->cred.securebits & 1u << 4);
    case PR_SET_KEEPCAPS:
        if (a[1] > 1)
            return -EINVAL;
        if (t->cred.securebits & 1u << 5)
            return -EPERM;
        t->cred.securebits = (t->cred.securebits & ~(1u << 4)) | (unsigned)a[1] << 4;
        return 0;
    case PR_CAPBSET_READ:
        return capbset(t, a[1], false);
    case PR_CAPBSET_DROP:
        return capbset(t, a[1], true);
    case PR_CAP_AMBIENT:
        return cap_ambient(t, a);
    case PR_GET_SECUREBITS:
        return t->cred.securebits;
    case PR_SET_SECUREBITS:
        return set_securebits(t, a[1]);
    case PR_GET_TIMING:
        return PR_TIMING_STATISTICAL;
    case PR_SET_TIMING:
        return a[1] == PR_TIMING_STATISTICAL ? 0 : -EINVAL;
    case PR_SET_TSC:
        return set_tsc(t, arg_uint(a[1]));
    case PR_GET_TSC:
        return put_int(t, a[1], t->no_tsc ? PR_TSC_SIGSEGV : PR_TSC_ENABLE);
    case PR_GET_SECCOMP:
        return t->seccomp.mode;
    case PR_SET_SECCOMP:
        return a[1] > SECCOMP_MODE_FILTER ? -EINVAL : seccomp_set_mode(t, (unsigned)a[1], a[2]);
    case PR_SET_SYSCALL_USER_DISPATCH:
        return user_dispatch_set(t, a[1], a[2], a[3], a[4]);
    case PR_SET_TIMERSLACK:
        t->timer_slack = (int64_t)a[1] <= 0 ? 50000 : a[1];
        return 0;
    case PR_GET_TIMERSLACK:
        return (int64_t)t->timer_slack;
    case PR_TASK_PERF_EVENTS_DISABLE:
    case PR_TASK_PERF_EVENTS_ENABLE:
        return 0;
    case PR_MCE_KILL:
        return a[3] | a[4] ? -EINVAL : set_mce_kill(t, a[1], a[2]);
    case PR_MCE_KILL_GET:
        if (a[1] | a[2] | a[3] | a[4])
            return -EINVAL;
        return !t->mce_kill.set    ? PR_MCE_KILL_DEFAULT
               : t->mce_kill.early ? PR_MCE_KILL_EARLY
                                   : PR_MCE_KILL_LATE;
    case PR_SET_CHILD_SUBREAPER:
        p->child_subreaper = !!a[1];
        return 0;
    case PR_GET_CHILD_SUBREAPER:
        return put_int(t, a[1], p->child_subreaper);
    case PR_SET_NO_NEW_PRIVS:
        if (a[1] != 1 || a[2] | a[3] | a[4])
            return -EINVAL;
        t->no_new_privs = true;
        return 0;
    case PR_GET_NO_NEW_PRIVS:
        return a[1] | a[2] | a[3] | a[4] ? -EINVAL : t->no_new_privs;
    case PR_GET_TID_ADDRESS:
        return mm_copy_out(t->mm, a[1], &t->clear_child_tid, sizeof(t->clear_child_tid)) ? -EFAULT : 0;
    case PR_SET_PTRACER: /* of Yama, which is not there */
        return -EINVAL;
    case PR_GET_SPECULATION_CTRL:
    case PR_SET_SPECULATION_CTRL:
        if (a[3] | a[4] || (a[2] && arg_int(a[0]) == PR_GET_SPECULATION_CTRL))
            return -EINVAL;
        return a[1] == PR_SPEC_STORE_BYPASS || a[1] == PR_SPEC_INDIRECT_BRANCH || a[1] == PR_SPEC_L1D_FLUSH
                   ? arg_int(a[0]) == PR_GET_SPECULATION_CTRL ? PR_SPEC_NOT_AFFECTED : -ENXIO
                   : -ENODEV;
    case PR_SET_IO_FLUSHER:
    case PR_GET_IO_FLUSHER:
        return io_flusher(t, a);
    case 77: /* PR_TIMER_CREATE_RESTORE_IDS */
        return restore_timer_ids(t, a);
    case PR_SET_VMA:
        return prctl_set_vma(t, a);
    case PR_SET_MM:
        return prctl_set_mm(t, a);
    case PR_SET_THP_DISABLE:
        return prctl_set_thp_disable(t, a);
    case PR_GET_THP_DISABLE:
        return prctl_get_thp_disable(t, a);
    case 65: /* PR_SET_MDWE */
        return prctl_set_mdwe(t, a);
    case 66: /* PR_GET_MDWE */
        return prctl_get_mdwe(t, a);
    }
    return -EINVAL;
}

int64_t sys_arch_prctl(struct task *t, const uint64_t a[6])
{
    const struct machine_ops *ops = t->k->ops;
    uint64_t v;

    switch (arg_int(a[0])) {
    case ARCH_SET_FS:
        if (a[1] >= MM_TASK_SIZE)
            return -EPERM;
        ops->set_fs_base(t, a[1]);
        return 0;
    case ARCH_SET_GS:
        if (a[1] >= MM_TASK_SIZE)
            return -EPERM;
        ops->set_gs_base(t, a[1]);
        return 0;
    case ARCH_GET_FS:
        v = ops->get_fs_base(t);
        return mm_copy_out(t->mm, a[1], &v, sizeof(v)) ? -EFAULT : 0;
    case ARCH_GET_GS:
        v = ops->get_gs_base(t);
        return mm_copy_out(t->mm, a[1], &v, sizeof(v)) ? -EFAULT : 0;
    case ARCH_GET_CPUID:
        return 1;
    case ARCH_SET_CPUID:
        return -ENODEV;
    }
    return -EINVAL; /* with them shadow stacks (0x3001, 0x5001 ...), which this processor lacks */
}

int64_t sys_personality(struct task *t, const uint64_t a[6])
{
    uint32_t old = t->personality;

    if (arg_uint(a[0]) != UINT32_MAX)
        t->personality = arg_uint(a[0]);
    return old;
}

int64_t sys_unshare(struct task *t, const uint64_t a[6])
{
    uint64_t flags = arg_uint(a[0]);

    if (flags & ~UINT64_C(0x7e034f80))
        return -EINVAL;
    return unshare_parts(t, flags);
}
