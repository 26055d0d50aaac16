/*
 * lsm.c - lsm_list_modules(2) and attributes of security modules (security/lsm_syscalls.c): the modules of a kernel with
 * CONFIG_LSM as Linux has it, none of which gives tasks attributes.
 */
#include <errno.h>

#include "../handlers.h"

#define LSM_ID_CAPABILITY 100
#define LSM_ID_LOCKDOWN   108
#define LSM_ID_BPF        109
#define LSM_ID_LANDLOCK   110
#define LSM_FLAG_SINGLE   1

struct lsm_ctx {
    uint64_t id, flags, len, ctx_len;
};

int64_t sys_lsm_list_modules(struct task *t, const uint64_t a[6])
{
    static const uint64_t ids[] = {LSM_ID_LOCKDOWN, LSM_ID_CAPABILITY, LSM_ID_LANDLOCK, LSM_ID_BPF};
    uint32_t room, need = sizeof(ids);

    if (arg_uint(a[2]))
        return -EINVAL;
    if (mm_copy_in(t->mm, &room, a[1], sizeof(room)) || mm_copy_out(t->mm, a[1], &need, sizeof(need)))
        return -EFAULT;
    if (room < need)
        return -E2BIG;
    return mm_copy_out(t->mm, a[0], ids, sizeof(ids)) ? -EFAULT : (int64_t)(sizeof(ids) / sizeof(*ids));
}

int64_t sys_lsm_get_self_attr(struct task *t, const uint64_t a[6])
{
    uint32_t room, none = 0;
    struct lsm_ctx ctx;

    if (!arg_uint(a[0]) || !a[2])
        return -EINVAL;
    if (mm_copy_in(t->mm, &room, a[2], sizeof(room)))
        return -EFAULT;
    if (arg_uint(a[3])) {
        if (arg_uint(a[3]) != LSM_FLAG_SINGLE || !a[1])
            return -EINVAL;
        if (mm_copy_in(t->mm, &ctx, a[1], sizeof(ctx)))
            return -EFAULT;
        if (!ctx.id)
            return -EINVAL;
    }
    return mm_copy_out(t->mm, a[2], &none, sizeof(none)) ? -EFAULT : -EOPNOTSUPP;
}

int64_t sys_lsm_set_self_attr(struct task *t, const uint64_t a[6])
{
    uint32_t size = arg_uint(a[2]);
    struct lsm_ctx ctx;

    if (arg_uint(a[3]) || size < sizeof(ctx))
        return -EINVAL;
    if (size > MM_PAGE_SIZE)
        return -E2BIG;
    if (mm_copy_in(t->mm, &ctx, a[1], sizeof(ctx)))
        return -EFAULT;
    if (size < ctx.len || ctx.ctx_len > UINT64_MAX - sizeof(ctx) || ctx.len < sizeof(ctx) + ctx.ctx_len)
        return -EINVAL;
    return -EOPNOTSUPP;
}
