/*
 * handlers.h - a prototype of every handler that syscalls.def names, so that writing one is: define it.
 *
 * Handlers take the raw argument registers and return a value, -errno, SYS_BLOCK or -ERESTART*; see task.h.
 */
#ifndef SYSCALLS_HANDLERS_H
#define SYSCALLS_HANDLERS_H

#include "table.h"

#define SYS(nr, name, classes, handler, sig) int64_t handler(struct task *t, const uint64_t a[6]);
#include "syscalls.def"
#undef SYS

/* Arguments as Linux' prototypes take them: the upper half of the register is not looked at. */
static inline int arg_int(uint64_t a)
{
    return (int)(uint32_t)a;
}
static inline unsigned arg_uint(uint64_t a)
{
    return (unsigned)a;
}

/*
 * copy_struct_from_user() of linux/uaccess.h: a structure that grows with the versions of a call. Known here are `size` bytes, its
 * first version had `first`, the caller has `usize`. Missing ones become 0; more than is known must be 0. -EINVAL, -E2BIG, -EFAULT.
 */
int copy_struct_in(struct task *t, void *dst, size_t size, uint64_t src, uint64_t usize, size_t first);

#endif
