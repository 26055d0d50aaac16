/*
 * prctl.c - prctl(2), arch_prctl(2), personality(2): what a task says about itself (kernel/sys.c,
 * arch/x86/kernel/process_64.c).
 *
 * prctl is some fifty calls behind one number, told apart by its first argument: a function for each, and a table of them.
 */
#include <asm/prctl.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/prctl.h>
#include <string.h>
#include <sys/personality.h>

#include "../handlers.h"
#include "../futex/hash.h"
#include "../memory/prctl_mm.h"
#include "../process.h"
#include "prctl_caps.h"
#include "seccomp.h"
#include "user_dispatch.h"

#define TASK_COMM_LEN    16
#define DEFAULT_SLACK_NS 50000

/* Newer than the headers of some supported systems. */
#define PR_SET_MDWE_                 65
#define PR_GET_MDWE_                 66
#define PR_SET_MEMORY_MERGE_         67
#define PR_GET_MEMORY_MERGE_         68
#define PR_TIMER_CREATE_RESTORE_IDS_ 77
#define PR_FUTEX_HASH_               78
#define PR_GET_AUXV_                 0x41555856

static int64_t put_int(struct task *t, uint64_t addr, int value)
{
    return mm_copy_out(t->mm, addr, &value, sizeof(value)) ? -EFAULT : 0;
}

static int64_t set_pdeathsig(struct task *t, const uint64_t a[6])
{
    if (a[1] > NR_SIGNALS)
        return -EINVAL;
    t->pdeath_signal = (int)a[1];
    return 0;
}

static int64_t get_pdeathsig(struct task *t, const uint64_t a[6])
{
    return put_int(t, a[1], t->pdeath_signal);
}

static int64_t get_dumpable(struct task *t, const uint64_t a[6])
{
    return t->proc->dumpable;
}

static int64_t set_dumpable(struct task *t, const uint64_t a[6])
{
    if (a[1] > 1)
        return -EINVAL;
    t->proc->dumpable = a[1];
    return 0;
}

static int64_t set_name(struct task *t, const uint64_t a[6])
{
    char name[TASK_COMM_LEN] = "";

    /* strncpy_from_user of 15 bytes: what comes after is not looked at */
    for (int i = 0; i < TASK_COMM_LEN - 1; i++) {
        if (mm_copy_in(t->mm, &name[i], a[1] + (uint64_t)i, 1))
            return -EFAULT;
        if (!name[i])
            break;
    }
    memset(t->comm, 0, sizeof(t->comm));
    memcpy(t->comm, name, strlen(name));
    return 0;
}

static int64_t get_name(struct task *t, const uint64_t a[6])
{
    char name[TASK_COMM_LEN];

    memcpy(name, t->comm, sizeof(name));
    return mm_copy_out(t->mm, a[1], name, sizeof(name)) ? -EFAULT : 0;
}

static int64_t get_timing(struct task *t, const uint64_t a[6])
{
    return PR_TIMING_STATISTICAL;
}

static int64_t set_timing(struct task *t, const uint64_t a[6])
{
    return a[1] == PR_TIMING_STATISTICAL ? 0 : -EINVAL;
}

static int64_t set_tsc(struct task *t, const uint64_t a[6])
{
    unsigned how = arg_uint(a[1]);

    if (how != PR_TSC_ENABLE && how != PR_TSC_SIGSEGV)
        return -EINVAL;
    t->no_tsc = how == PR_TSC_SIGSEGV;
    return 0;
}

static int64_t get_tsc(struct task *t, const uint64_t a[6])
{
    return put_int(t, a[1], t->no_tsc ? PR_TSC_SIGSEGV : PR_TSC_ENABLE);
}

static int64_t get_seccomp(struct task *t, const uint64_t a[6])
{
    return t->seccomp.mode;
}

static int64_t set_seccomp(struct task *t, const uint64_t a[6])
{
    return a[1] > SECCOMP_MODE_FILTER ? -EINVAL : seccomp_set_mode(t, (unsigned)a[1], a[2]);
}

static int64_t set_user_dispatch(struct task *t, const uint64_t a[6])
{
    return user_dispatch_set(t, a[1], a[2], a[3], a[4]);
}

static int64_t set_timerslack(struct task *t, const uint64_t a[6])
{
    t->timer_slack = (int64_t)a[1] <= 0 ? DEFAULT_SLACK_NS : a[1];
    return 0;
}

static int64_t get_timerslack(struct task *t, const uint64_t a[6])
{
    return (int64_t)t->timer_slack;
}

static int64_t perf_events(struct task *t, const uint64_t a[6])
{
    return 0; /* there are none to be turned off or on */
}

/* PR_MCE_KILL is kept for who asks. A policy that is none counts as set, with the moment of the one before, as in Linux. */
static int64_t set_mce_kill(struct task *t, const uint64_t a[6])
{
    uint64_t what = a[1], policy = a[2];

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

static int64_t get_mce_kill(struct task *t, const uint64_t a[6])
{
    if (!t->mce_kill.set)
        return PR_MCE_KILL_DEFAULT;
    return t->mce_kill.early ? PR_MCE_KILL_EARLY : PR_MCE_KILL_LATE;
}

static int64_t set_child_subreaper(struct task *t, const uint64_t a[6])
{
    t->proc->child_subreaper = !!a[1];
    return 0;
}

static int64_t get_child_subreaper(struct task *t, const uint64_t a[6])
{
    return put_int(t, a[1], t->proc->child_subreaper);
}

static int64_t set_no_new_privs(struct task *t, const uint64_t a[6])
{
    if (a[1] != 1)
        return -EINVAL;
    t->no_new_privs = true;
    return 0;
}

static int64_t get_no_new_privs(struct task *t, const uint64_t a[6])
{
    return t->no_new_privs;
}

static int64_t get_tid_address(struct task *t, const uint64_t a[6])
{
    return mm_copy_out(t->mm, a[1], &t->clear_child_tid, sizeof(t->clear_child_tid)) ? -EFAULT : 0;
}

/* No misfeature that there is a control for is one of this processor. */
static int64_t speculation(uint64_t misfeature, int64_t answer)
{
    return misfeature == PR_SPEC_STORE_BYPASS || misfeature == PR_SPEC_INDIRECT_BRANCH ||
                   misfeature == PR_SPEC_L1D_FLUSH
               ? answer
               : -ENODEV;
}

static int64_t get_speculation(struct task *t, const uint64_t a[6])
{
    return speculation(a[1], PR_SPEC_NOT_AFFECTED);
}

static int64_t set_speculation(struct task *t, const uint64_t a[6])
{
    return speculation(a[1], -ENXIO);
}

static int64_t set_io_flusher(struct task *t, const uint64_t a[6])
{
    if (!capable(t, CAP_SYS_RESOURCE))
        return -EPERM;
    if (a[2] | a[3] | a[4] || a[1] > 1)
        return -EINVAL;
    t->io_flusher = a[1];
    return 0;
}

static int64_t get_io_flusher(struct task *t, const uint64_t a[6])
{
    if (!capable(t, CAP_SYS_RESOURCE))
        return -EPERM;
    return a[1] | a[2] | a[3] | a[4] ? -EINVAL : t->io_flusher;
}

static int64_t restore_timer_ids(struct task *t, const uint64_t a[6])
{
    enum { OFF, ON, GET };

    if (a[1] > GET)
        return -EINVAL;
    if (a[1] == GET)
        return t->proc->restore_timer_ids;
    t->proc->restore_timer_ids = a[1];
    return 0;
}

static const struct option {
    int option;
    int64_t (*run)(struct task *t, const uint64_t a[6]);
    int unused; /* the first argument that must be 0, as are those behind it, to the fifth; 0: none is looked at */
} options[] = {
    {PR_SET_PDEATHSIG, set_pdeathsig},
    {PR_GET_PDEATHSIG, get_pdeathsig},
    {PR_GET_DUMPABLE, get_dumpable},
    {PR_SET_DUMPABLE, set_dumpable},
    {PR_SET_NAME, set_name},
    {PR_GET_NAME, get_name},
    {PR_GET_KEEPCAPS, prctl_get_keepcaps},
    {PR_SET_KEEPCAPS, prctl_set_keepcaps},
    {PR_CAPBSET_READ, prctl_capbset_read},
    {PR_CAPBSET_DROP, prctl_capbset_drop},
    {PR_CAP_AMBIENT, prctl_cap_ambient},
    {PR_GET_SECUREBITS, prctl_get_securebits},
    {PR_SET_SECUREBITS, prctl_set_securebits},
    {PR_GET_TIMING, get_timing},
    {PR_SET_TIMING, set_timing},
    {PR_SET_TSC, set_tsc},
    {PR_GET_TSC, get_tsc},
    {PR_GET_SECCOMP, get_seccomp},
    {PR_SET_SECCOMP, set_seccomp},
    {PR_SET_SYSCALL_USER_DISPATCH, set_user_dispatch},
    {PR_SET_TIMERSLACK, set_timerslack},
    {PR_GET_TIMERSLACK, get_timerslack},
    {PR_TASK_PERF_EVENTS_DISABLE, perf_events},
    {PR_TASK_PERF_EVENTS_ENABLE, perf_events},
    {PR_MCE_KILL, set_mce_kill, 3},
    {PR_MCE_KILL_GET, get_mce_kill, 1},
    {PR_SET_CHILD_SUBREAPER, set_child_subreaper},
    {PR_GET_CHILD_SUBREAPER, get_child_subreaper},
    {PR_SET_NO_NEW_PRIVS, set_no_new_privs, 2},
    {PR_GET_NO_NEW_PRIVS, get_no_new_privs, 1},
    {PR_GET_TID_ADDRESS, get_tid_address},
    {PR_GET_SPECULATION_CTRL, get_speculation, 2},
    {PR_SET_SPECULATION_CTRL, set_speculation, 3},
    {PR_SET_IO_FLUSHER, set_io_flusher},
    {PR_GET_IO_FLUSHER, get_io_flusher},
    {PR_TIMER_CREATE_RESTORE_IDS_, restore_timer_ids, 2},
    {PR_SET_VMA, prctl_set_vma},
    {PR_SET_MM, prctl_set_mm},
    {PR_SET_THP_DISABLE, prctl_set_thp_disable},
    {PR_GET_THP_DISABLE, prctl_get_thp_disable},
    {PR_SET_MDWE_, prctl_set_mdwe},
    {PR_GET_MDWE_, prctl_get_mdwe},
    {PR_SET_MEMORY_MERGE_, prctl_set_memory_merge, 2},
    {PR_GET_MEMORY_MERGE_, prctl_get_memory_merge, 1},
    {PR_FUTEX_HASH_, prctl_futex_hash},
    {PR_GET_AUXV_, prctl_get_auxv, 3},
    /* PR_SET_PTRACER is of Yama, which is not there. */
};

int64_t sys_prctl(struct task *t, const uint64_t a[6])
{
    for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++) {
        const struct option *o = &options[i];

        if (o->option != arg_int(a[0]))
            continue;
        for (int n = o->unused; n && n < 5; n++)
            if (a[n])
                return -EINVAL;
        return o->run(t, a);
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
