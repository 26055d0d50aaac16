/*
 * user_dispatch.c - prctl(PR_SET_SYSCALL_USER_DISPATCH): calls from outside of a region become SIGSYS, for programs that carry out
 * another system's calls themselves (kernel/entry/syscall_user_dispatch.c of 6.18).
 */
#include "user_dispatch.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/prctl.h>

#include "../process.h"

#define DISPATCH_INCLUSIVE_ON 2 /* PR_SYS_DISPATCH_INCLUSIVE_ON: calls from inside of the region */
#define SYS_USER_DISPATCH_    2 /* si_code */

int64_t user_dispatch_set(struct task *t, uint64_t mode, uint64_t offset, uint64_t len, uint64_t selector)
{
    switch (mode) {
    case PR_SYS_DISPATCH_OFF:
        if (offset || len || selector)
            return -EINVAL;
        break;
    case PR_SYS_DISPATCH_ON:
        if (offset && offset + len <= offset)
            return -EINVAL;
        break;
    case DISPATCH_INCLUSIVE_ON:
        if (!len || offset + len <= offset)
            return -EINVAL;
        offset += len; /* the region that is exempt is all the others: it wraps around */
        len = -len;
        break;
    default:
        return -EINVAL;
    }
    if (selector >= MM_TASK_SIZE)
        return -EFAULT;
    t->user_dispatch.on = mode != PR_SYS_DISPATCH_OFF;
    t->user_dispatch.offset = offset;
    t->user_dispatch.len = len;
    t->user_dispatch.selector = selector;
    return 0;
}

/* No handler gets it. */
static void die(struct task *t, int signo)
{
    struct ksiginfo info;

    siginfo_kernel(&info, signo);
    t->sighand->action[signo - 1].handler = (uint64_t)(uintptr_t)SIG_DFL;
    force_sig_info(t, &info);
}

bool user_dispatched(struct task *t, uint64_t nr)
{
    struct ksiginfo info = {.signo = SIGSYS};
    struct cpu_regs r;
    uint8_t block = PR_SYS_DISPATCH_ON;

    t->k->ops->get_regs(t, &r);
    if (r.rip - t->user_dispatch.offset < t->user_dispatch.len)
        return false;
    if (t->user_dispatch.selector) {
        if (mm_copy_in(t->mm, &block, t->user_dispatch.selector, sizeof(block))) {
            die(t, SIGSEGV);
            return true;
        }
        if (block == SYSCALL_DISPATCH_FILTER_ALLOW)
            return false;
        if (block != SYSCALL_DISPATCH_FILTER_BLOCK) {
            die(t, SIGSYS);
            return true;
        }
    }
    info.info.si_signo = SIGSYS;
    info.info.si_code = SYS_USER_DISPATCH_;
    info.info.sys.call_addr = r.rip;
    info.info.sys.nr = (int32_t)nr;
    info.info.sys.arch = AUDIT_ARCH_X86_64;
    force_sig_info(t, &info);
    return true;
}
