/*
 * membarrier.c - membarrier(2): tasks switch only between instructions that all others see in order, so every barrier is
 * already there; what remains is the book of registrations (kernel/sched/membarrier.c of Linux 6.18).
 */
#include <errno.h>

#include "../handlers.h"

enum {
    CMD_QUERY = 0,
    CMD_GLOBAL = 1,
    CMD_GLOBAL_EXPEDITED = 2,
    CMD_REGISTER_GLOBAL_EXPEDITED = 4,
    CMD_PRIVATE_EXPEDITED = 8,
    CMD_REGISTER_PRIVATE_EXPEDITED = 16,
    CMD_PRIVATE_EXPEDITED_SYNC_CORE = 32,
    CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE = 64,
    CMD_PRIVATE_EXPEDITED_RSEQ = 128,
    CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ = 256,
    CMD_GET_REGISTRATIONS = 512,
};
#define CMD_ALL      1023 /* all but CMD_QUERY, which is 0 */
#define CMD_FLAG_CPU 1u

int64_t sys_membarrier(struct task *t, const uint64_t a[6])
{
    int cmd = arg_int(a[0]);
    unsigned flags = arg_uint(a[1]), *registered = mm_membarrier_state(t->mm);

    if (cmd == CMD_PRIVATE_EXPEDITED_RSEQ ? flags & ~CMD_FLAG_CPU : flags)
        return -EINVAL;
    switch (cmd) {
    case CMD_QUERY:
        return CMD_ALL;
    case CMD_GLOBAL:
    case CMD_GLOBAL_EXPEDITED:
        return 0;
    case CMD_REGISTER_GLOBAL_EXPEDITED:
    case CMD_REGISTER_PRIVATE_EXPEDITED:
    case CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE:
    case CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ:
        *registered |= (unsigned)cmd;
        return 0;
    case CMD_PRIVATE_EXPEDITED:
    case CMD_PRIVATE_EXPEDITED_SYNC_CORE:
    case CMD_PRIVATE_EXPEDITED_RSEQ:
        return *registered & (unsigned)cmd << 1 ? 0 : -EPERM; /* its registration is the next bit */
    case CMD_GET_REGISTRATIONS:
        return (int64_t)*registered;
    default:
        return -EINVAL;
    }
}
