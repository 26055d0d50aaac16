/* seccomp.c - seccomp(2) and prctl(PR_SET_SECCOMP): how a task comes to its filters (seccomp.h). */
#include "seccomp.h"

#include <errno.h>

#include "../file.h"
#include "../handlers.h"

#define FILTER_FLAGS                                                                                         \
    (SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW |                  \
     SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_TSYNC_ESRCH |                                    \
     SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)

static bool may_assign_mode(const struct task *t, unsigned mode)
{
    return t->seccomp.mode == SECCOMP_MODE_DISABLED || t->seccomp.mode == mode;
}

static int64_t set_strict(struct task *t)
{
    if (!may_assign_mode(t, SECCOMP_MODE_STRICT))
        return -EINVAL;
    t->seccomp.mode = SECCOMP_MODE_STRICT;
    t->no_tsc = true;
    return 0;
}

/* One filter of a path may have a listener. */
static bool has_listener(const struct task *t)
{
    for (const struct seccomp_filter *f = t->seccomp.filter; f; f = f->prev)
        if (f->listener)
            return true;
    return false;
}

static int64_t set_filter(struct task *t, unsigned flags, uint64_t ufprog)
{
    bool wants_listener = flags & SECCOMP_FILTER_FLAG_NEW_LISTENER, sync = flags & SECCOMP_FILTER_FLAG_TSYNC;
    struct seccomp_filter *f;
    int64_t ret;
    int fd = -1;

    if (flags & ~(unsigned)FILTER_FLAGS)
        return -EINVAL;
    if (sync && wants_listener && !(flags & SECCOMP_FILTER_FLAG_TSYNC_ESRCH))
        return -EINVAL; /* a descriptor and a thread would look alike */
    if (flags & SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV && !wants_listener)
        return -EINVAL;
    ret = seccomp_filter_read(t, ufprog, &f);
    if (ret)
        return ret;
    f->log = flags & SECCOMP_FILTER_FLAG_LOG;
    f->wait_killable = flags & SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
    if (wants_listener) {
        ret = fd = seccomp_listener_create(t, f);
        if (fd < 0)
            goto fail;
    }
    ret = -EINVAL;
    if (!may_assign_mode(t, SECCOMP_MODE_FILTER))
        goto fail;
    ret = -EBUSY;
    if (wants_listener && has_listener(t))
        goto fail;
    ret = seccomp_filter_attach(t, f, sync);
    if (ret > 0 && flags & SECCOMP_FILTER_FLAG_TSYNC_ESRCH)
        ret = -ESRCH;
    if (ret)
        goto fail;
    t->seccomp.mode = SECCOMP_MODE_FILTER;
    return wants_listener ? fd : 0;
fail:
    if (fd >= 0)
        fd_close(t, fd);
    seccomp_filter_put(f);
    return ret;
}

static int64_t action_avail(struct task *t, uint64_t uaction)
{
    uint32_t action;

    if (mm_copy_in(t->mm, &action, uaction, sizeof(action)))
        return -EFAULT;
    switch (action) {
    case SECCOMP_RET_KILL_PROCESS:
    case SECCOMP_RET_KILL_THREAD:
    case SECCOMP_RET_TRAP:
    case SECCOMP_RET_ERRNO:
    case SECCOMP_RET_USER_NOTIF:
    case SECCOMP_RET_TRACE:
    case SECCOMP_RET_LOG:
    case SECCOMP_RET_ALLOW:
        return 0;
    }
    return -EOPNOTSUPP;
}

static int64_t notif_sizes(struct task *t, uint64_t usizes)
{
    const struct seccomp_notif_sizes sizes = {
        .seccomp_notif = sizeof(struct seccomp_notif),
        .seccomp_notif_resp = sizeof(struct seccomp_notif_resp),
        .seccomp_data = sizeof(struct seccomp_data),
    };

    return mm_copy_out(t->mm, usizes, &sizes, sizeof(sizes)) ? -EFAULT : 0;
}

int64_t sys_seccomp(struct task *t, const uint64_t a[6])
{
    unsigned flags = arg_uint(a[1]);

    switch (arg_uint(a[0])) {
    case SECCOMP_SET_MODE_STRICT:
        return flags || a[2] ? -EINVAL : set_strict(t);
    case SECCOMP_SET_MODE_FILTER:
        return set_filter(t, flags, a[2]);
    case SECCOMP_GET_ACTION_AVAIL:
        return flags ? -EINVAL : action_avail(t, a[2]);
    case SECCOMP_GET_NOTIF_SIZES:
        return flags ? -EINVAL : notif_sizes(t, a[2]);
    }
    return -EINVAL;
}

int64_t seccomp_set_mode(struct task *t, unsigned mode, uint64_t uargs)
{
    return mode == SECCOMP_MODE_STRICT   ? set_strict(t)
           : mode == SECCOMP_MODE_FILTER ? set_filter(t, 0, uargs)
                                         : -EINVAL;
}

void seccomp_fork(const struct task *t, struct task *c)
{
    c->no_new_privs = t->no_new_privs;
    c->no_tsc = t->no_tsc;
    c->seccomp.mode = t->seccomp.mode;
    c->seccomp.count = t->seccomp.count;
    if (!t->seccomp.filter)
        return;
    c->seccomp.filter = seccomp_filter_get(t->seccomp.filter);
    c->seccomp.filter->users++;
}

void seccomp_call_free(struct task *t)
{
    seccomp_notice_free(t);
    t->seccomp.waits = SECCOMP_WAITS_NOT;
}

void seccomp_exit(struct task *t)
{
    seccomp_filter_release(t->seccomp.filter);
    t->seccomp.filter = NULL;
}
