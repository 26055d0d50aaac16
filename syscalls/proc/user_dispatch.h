/* user_dispatch.h - calls that become SIGSYS before the kernel looks at them (user_dispatch.c). */
#ifndef SYSCALLS_PROC_USER_DISPATCH_H
#define SYSCALLS_PROC_USER_DISPATCH_H

#include "../kernel.h"

/* prctl(PR_SET_SYSCALL_USER_DISPATCH, mode, offset, len, selector). 0, -EINVAL or -EFAULT. */
int64_t user_dispatch_set(struct task *t, uint64_t mode, uint64_t offset, uint64_t len, uint64_t selector);
/* Call nr of t, which has it on. True: it is not made, a signal comes in its place, and registers stay. */
bool user_dispatched(struct task *t, uint64_t nr);

#endif
