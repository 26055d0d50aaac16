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

#endif
