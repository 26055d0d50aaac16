/* seccomp_dump.c - what a tracer may read of its tracee's filters: programs and flags (checkpoint and restore). */
#include "seccomp.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/ptrace.h>

/* The nth of c's filters, from the oldest, which is 0. */
static int find_filter(const struct task *t, const struct task *c, uint64_t nth,
                       const struct seccomp_filter **out)
{
    const struct seccomp_filter *f = c->seccomp.filter;

    if (!capable(t, CAP_SYS_ADMIN) || t->seccomp.mode != SECCOMP_MODE_DISABLED)
        return -EACCES;
    if (c->seccomp.mode != SECCOMP_MODE_FILTER)
        return -EINVAL;
    if (nth >= c->seccomp.count)
        return -ENOENT;
    for (uint64_t i = c->seccomp.count - 1; i > nth; i--)
        f = f->prev;
    *out = f;
    return 0;
}

int64_t seccomp_get_filter(struct task *t, const struct task *c, uint64_t nth, uint64_t to)
{
    const struct seccomp_filter *f;
    int err = find_filter(t, c, nth, &f);

    if (err)
        return err;
    if (to && mm_copy_out(t->mm, to, f->insn, f->len * sizeof(*f->insn)))
        return -EFAULT;
    return f->len;
}

int64_t seccomp_get_metadata(struct task *t, const struct task *c, uint64_t size, uint64_t data)
{
    struct seccomp_metadata u = {0};
    const struct seccomp_filter *f;
    int err;

    if (!capable(t, CAP_SYS_ADMIN) || t->seccomp.mode != SECCOMP_MODE_DISABLED)
        return -EACCES;
    size = size < sizeof(u) ? size : sizeof(u);
    if (size < sizeof(u.filter_off))
        return -EINVAL;
    if (mm_copy_in(t->mm, &u.filter_off, data, sizeof(u.filter_off)))
        return -EFAULT;
    err = find_filter(t, c, u.filter_off, &f);
    if (err)
        return err;
    u.flags = f->log ? SECCOMP_FILTER_FLAG_LOG : 0;
    return mm_copy_out(t->mm, data, &u, size) ? -EFAULT : (int64_t)size;
}
