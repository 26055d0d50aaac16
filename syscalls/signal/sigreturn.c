/* sigreturn.c - rt_sigreturn(2): the frame is the machine's. */
#include "../handlers.h"

int64_t sys_rt_sigreturn(struct task *t, const uint64_t a[6])
{
    return t->k->ops->sigreturn(t);
}
