/*
 * scm.c - what goes through sockets beside the bytes: descriptors (SCM_RIGHTS) and credentials (net/core/scm.c).
 */
#include "msg.h"

#include <stdlib.h>

void scm_put(struct file **fds, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        file_put(fds[i]);
    free(fds);
}

/* n descriptors at `at`, put behind the *nr files that are there. */
static int take_files(struct task *t, uint64_t at, unsigned n, struct file ***fds, unsigned *nr)
{
    struct file **v = realloc(*fds, (*nr + n + 1) * sizeof(*v));

    if (!v)
        return -ENOMEM;
    *fds = v;
    if (*nr + n > SCM_MAX_FDS)
        return -EINVAL;
    for (unsigned i = 0; i < n; i++) {
        int fd;
        struct file *f = mm_copy_in(t->mm, &fd, at + i * 4, 4) ? NULL : fd_file_raw(t, fd);

        if (!f)
            return -EBADF;
        v[(*nr)++] = file_get(f);
    }
    return 0;
}

int scm_send(struct task *t, const struct user_msghdr *m, struct file ***fds, unsigned *nr)
{
    uint64_t at = m->control, end = m->control + m->controllen;

    *fds = NULL;
    *nr = 0;
    if (m->controllen > 65536)
        return -ENOBUFS;
    while (end - at >= sizeof(struct cmsghdr) && at <= end) {
        struct cmsghdr c;
        int err = 0;

        if (mm_copy_in(t->mm, &c, at, sizeof(c)))
            return -EFAULT;
        if (c.cmsg_len < sizeof(c) || c.cmsg_len > end - at)
            return -EINVAL;
        if (c.cmsg_level == SOL_SOCKET && c.cmsg_type == SCM_RIGHTS)
            err = take_files(t, at + sizeof(c), (unsigned)((c.cmsg_len - sizeof(c)) / 4), fds, nr);
        if (err)
            return err;
        at += (c.cmsg_len + 7) & ~7ul;
    }
    return 0;
}

/* One control message; false: no room (MSG_CTRUNC). */
static bool control_put(struct task *t, struct user_msghdr *m, uint64_t *used, int level, int type,
                        const void *data, unsigned len)
{
    struct cmsghdr c = {.cmsg_len = sizeof(c) + len, .cmsg_level = level, .cmsg_type = type};
    uint64_t left = m->controllen - *used;

    if (!m->control || left < c.cmsg_len)
        return false;
    if (mm_copy_out(t->mm, m->control + *used, &c, sizeof(c)) ||
        mm_copy_out(t->mm, m->control + *used + sizeof(c), data, len))
        return false;
    *used += ((c.cmsg_len + 7) & ~7ul) < left ? (c.cmsg_len + 7) & ~7ul : left;
    return true;
}

/* New descriptors for the files, as many as there is room for; false: not all of them. */
static bool give_files(struct task *t, const struct sock_recv *got, struct user_msghdr *m, uint64_t *used,
                       unsigned flags)
{
    unsigned room = m->control && m->controllen - *used > sizeof(struct cmsghdr)
                        ? (m->controllen - *used - sizeof(struct cmsghdr)) / 4
                        : 0;
    unsigned give = got->nr_fds < room ? got->nr_fds : room, n = 0;
    int fds[SCM_MAX_FDS];

    for (; n < give; n++) {
        fds[n] = fd_install(t, file_get(got->fds[n]), 0, flags & MSG_CMSG_CLOEXEC);
        if (fds[n] < 0) {
            file_put(got->fds[n]);
            break;
        }
    }
    if (n)
        control_put(t, m, used, SOL_SOCKET, SCM_RIGHTS, fds, n * 4);
    return n == got->nr_fds;
}

void scm_receive(struct task *t, const struct sock *s, const struct sock_recv *got, struct user_msghdr *m,
                 unsigned flags)
{
    uint64_t used = 0;

    if (s->passcred && got->have_cred &&
        !control_put(t, m, &used, SOL_SOCKET, SCM_CREDENTIALS, &got->cred, sizeof(got->cred)))
        m->flags |= MSG_CTRUNC;
    if (got->nr_fds && !give_files(t, got, m, &used, flags))
        m->flags |= MSG_CTRUNC;
    m->controllen = used;
}
