/*
 * msg.c - data through sockets: sendto, sendmsg, recvfrom, recvmsg and their vectors, with descriptors
 * (SCM_RIGHTS) and credentials beside the bytes (net/socket.c, net/core/scm.c).
 */
#include "../handlers.h"
#include "../process.h"
#include "sock.h"

#include <stdlib.h>

#define MSG_MAX (1u << 20) /* bytes moved by one run of sendmsg or recvmsg */

struct user_msghdr {
    uint64_t name;
    int32_t namelen, pad;
    uint64_t iov, iovlen, control, controllen;
    uint32_t flags, pad2;
};

static void put_fds(struct file **fds, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        file_put(fds[i]);
    free(fds);
}

/* SCM_RIGHTS in what the sender gave: open files, referenced. */
static int control_in(struct task *t, const struct user_msghdr *m, struct file ***fds, unsigned *nr)
{
    uint64_t at = m->control, end = m->control + m->controllen;

    *fds = NULL;
    *nr = 0;
    if (m->controllen > 65536)
        return -ENOBUFS;
    while (end - at >= sizeof(struct cmsghdr) && at <= end) {
        struct cmsghdr c;

        if (mm_copy_in(t->mm, &c, at, sizeof(c)))
            return -EFAULT;
        if (c.cmsg_len < sizeof(c) || c.cmsg_len > end - at)
            return -EINVAL;
        if (c.cmsg_level == SOL_SOCKET && c.cmsg_type == SCM_RIGHTS) {
            unsigned n = (c.cmsg_len - sizeof(c)) / 4;
            struct file **v = realloc(*fds, (*nr + n + 1) * sizeof(*v));

            if (!v)
                return -ENOMEM;
            *fds = v;
            if (*nr + n > SCM_MAX_FDS)
                return -EINVAL;
            for (unsigned i = 0; i < n; i++) {
                int fd;
                struct file *f =
                    mm_copy_in(t->mm, &fd, at + sizeof(c) + i * 4, 4) ? NULL : fd_file_raw(t, fd);

                if (!f)
                    return -EBADF;
                (*fds)[(*nr)++] = file_get(f);
            }
        }
        at += (c.cmsg_len + 7) & ~7ul;
    }
    return 0;
}

static int64_t send_msg(struct task *t, struct file *f, struct sock *s, const struct user_msghdr *m,
                        unsigned flags)
{
    struct sockaddr_storage sa;
    struct iovec fast[8], *iov = NULL;
    struct file **fds = NULL;
    unsigned nr_fds = 0;
    int64_t total, r;
    char *buf = NULL;

    if (f->flags & O_NONBLOCK)
        flags |= MSG_DONTWAIT;
    if (flags & MSG_OOB && !sock_has_urgent(s))
        return -EOPNOTSUPP;
    r = sock_addr_in(t, m->name, m->name ? m->namelen : 0, &sa);
    if (r)
        return r;
    if (m->iovlen > IOV_MAX_)
        return -EMSGSIZE;
    total = iov_import(t, m->iov, m->iovlen, fast, &iov);
    if (total < 0)
        return total;
    r = control_in(t, m, &fds, &nr_fds);
    if (r)
        goto out;
    /* A stream that blocked half way goes on where it was. */
    uint64_t skip = s->type == SOCK_STREAM ? t->restart_data[0] : 0, have = 0;
    uint64_t want = total - skip < MSG_MAX ? total - skip : MSG_MAX;
    buf = malloc(want + 1);
    if (!buf) {
        r = -ENOMEM;
        goto out;
    }
    for (uint64_t i = 0, off = skip; i < m->iovlen && have < want; i++) {
        uint64_t part;

        if (off >= iov[i].iov_len) {
            off -= iov[i].iov_len;
            continue;
        }
        part = iov[i].iov_len - off < want - have ? iov[i].iov_len - off : want - have;
        if (mm_copy_in(t->mm, buf + have, (uintptr_t)iov[i].iov_base + off, part)) {
            r = -EFAULT;
            goto out;
        }
        have += part;
        off = 0;
    }
    uint64_t sent = 0;
    do {
        r = sock_send(t, s, buf + sent, have - sent, flags, &sa, m->name ? m->namelen : 0,
                      skip + sent ? NULL : fds, skip + sent ? 0 : nr_fds);
        if (r < 0)
            break;
        if (!(skip + sent) && (r || s->type != SOCK_STREAM)) {
            fds = NULL; /* they travel */
            nr_fds = 0;
        }
        sent += r;
    } while (s->type == SOCK_STREAM && sent < have);
    if (s->type == SOCK_STREAM) {
        t->restart_data[0] += sent;
        if (r != SYS_BLOCK && t->restart_data[0])
            r = t->restart_data[0];
    }
out:
    put_fds(fds, nr_fds);
    free(buf);
    if (iov != fast)
        free(iov);
    return r;
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

static int64_t recv_msg(struct task *t, struct file *f, struct sock *s, struct user_msghdr *m, unsigned flags,
                        uint64_t uname, uint64_t unamelen)
{
    struct iovec fast[8], *iov = NULL;
    struct sock_recv got = {0};
    uint64_t used = 0, at = 0;
    int64_t total, n;
    char *buf;

    if (f->flags & O_NONBLOCK)
        flags |= MSG_DONTWAIT;
    if (flags & MSG_ERRQUEUE && !(flags & MSG_OOB))
        return -EAGAIN;
    if (m->iovlen > IOV_MAX_)
        return -EMSGSIZE;
    total = iov_import(t, m->iov, m->iovlen, fast, &iov);
    if (total < 0)
        return total;
    if (total > MSG_MAX)
        total = MSG_MAX;
    buf = malloc(total + 1);
    n = buf ? sock_recv(t, s, buf, total, flags, &got) : -ENOMEM;
    if (n < 0)
        goto out;
    for (uint64_t i = 0, have = n < total ? n : total; i < m->iovlen && at < have; i++) {
        uint64_t part = iov[i].iov_len < have - at ? iov[i].iov_len : have - at;

        if (mm_copy_out(t->mm, (uintptr_t)iov[i].iov_base, buf + at, part)) {
            n = -EFAULT;
            goto out;
        }
        at += part;
    }
    m->flags = (got.truncated ? MSG_TRUNC : 0) | (got.urgent ? MSG_OOB : 0);
    if (s->passcred && got.have_cred &&
        !control_put(t, m, &used, SOL_SOCKET, SCM_CREDENTIALS, &got.cred, sizeof(got.cred)))
        m->flags |= MSG_CTRUNC;
    if (got.nr_fds) {
        unsigned room = m->control && m->controllen - used > sizeof(struct cmsghdr)
                            ? (m->controllen - used - sizeof(struct cmsghdr)) / 4
                            : 0;
        unsigned give = got.nr_fds < room ? got.nr_fds : room;
        int fds[SCM_MAX_FDS];
        unsigned k = 0;

        for (; k < give; k++) {
            fds[k] = fd_install(t, file_get(got.fds[k]), 0, flags & MSG_CMSG_CLOEXEC);
            if (fds[k] < 0) {
                file_put(got.fds[k]);
                break;
            }
        }
        if (k)
            control_put(t, m, &used, SOL_SOCKET, SCM_RIGHTS, fds, k * 4);
        if (k < got.nr_fds)
            m->flags |= MSG_CTRUNC;
    }
    m->controllen = used;
    if (flags & MSG_CMSG_CLOEXEC)
        m->flags |= MSG_CMSG_CLOEXEC;
    if (uname && (s->type != SOCK_STREAM || got.from_len)) {
        int err = sock_addr_out(t, &got.from, s->type == SOCK_STREAM ? 0 : got.from_len, uname, unamelen);

        if (err)
            n = err;
    } else if (uname) {
        int zero = 0;

        if (mm_copy_out(t->mm, unamelen, &zero, sizeof(zero)))
            n = -EFAULT;
    }
out:
    put_fds(got.fds, got.nr_fds);
    free(buf);
    if (iov != fast)
        free(iov);
    return n;
}

/* sendto and recvfrom have one buffer: an iovec made up by us would have to lie in guest memory, so they go
 * by themselves. */
int64_t sys_sendto(struct task *t, const uint64_t a[6])
{
    struct sockaddr_storage sa;
    struct file *f;
    struct sock *s;
    uint64_t len = a[2] > MAX_RW_COUNT ? MAX_RW_COUNT : a[2], want, sent = 0;
    unsigned flags = arg_uint(a[3]);
    int64_t r;
    char *buf;

    if (!access_ok(a[1], len))
        return -EFAULT;
    r = sock_of(t, a[0], &f, &s);
    if (!r)
        r = sock_addr_in(t, a[4], a[4] ? arg_int(a[5]) : 0, &sa);
    if (r)
        return r;
    if (flags & MSG_OOB && !sock_has_urgent(s))
        return -EOPNOTSUPP;
    if (f->flags & O_NONBLOCK)
        flags |= MSG_DONTWAIT;
    if (s->type != SOCK_STREAM && len > SOCK_BUF)
        return -EMSGSIZE;
    want = len - t->restart_data[0] < MSG_MAX ? len - t->restart_data[0] : MSG_MAX;
    buf = malloc(want + 1);
    if (!buf)
        return -ENOMEM;
    if (mm_copy_in(t->mm, buf, a[1] + t->restart_data[0], want))
        r = -EFAULT;
    else
        do {
            r = sock_send(t, s, buf + sent, want - sent, flags, &sa, a[4] ? arg_uint(a[5]) : 0, NULL, 0);
            sent += r > 0 ? r : 0;
        } while (r >= 0 && s->type == SOCK_STREAM && sent < want);
    free(buf);
    if (s->type == SOCK_STREAM) {
        t->restart_data[0] += sent;
        if (r != SYS_BLOCK && t->restart_data[0])
            r = t->restart_data[0];
    }
    return r;
}

int64_t sys_recvfrom(struct task *t, const uint64_t a[6])
{
    struct sock_recv got;
    struct file *f;
    struct sock *s;
    uint64_t len = a[2] > MSG_MAX ? MSG_MAX : a[2];
    unsigned flags = arg_uint(a[3]);
    int64_t n;
    char *buf;

    if (!access_ok(a[1], len))
        return -EFAULT;
    n = sock_of(t, a[0], &f, &s);
    if (n)
        return n;
    if (f->flags & O_NONBLOCK)
        flags |= MSG_DONTWAIT;
    buf = malloc(len + 1);
    if (!buf)
        return -ENOMEM;
    n = sock_recv(t, s, buf, len, flags, &got);
    if (n > 0 && mm_copy_out(t->mm, a[1], buf, (uint64_t)n < len ? (uint64_t)n : len))
        n = -EFAULT;
    free(buf);
    if (n >= 0 && a[4]) {
        int err = sock_addr_out(t, &got.from, s->type == SOCK_STREAM ? 0 : got.from_len, a[4], a[5]);

        if (err)
            n = err;
    }
    put_fds(got.fds, got.nr_fds);
    return n;
}

/* What sendmsg and recvmsg begin with: the socket, and the header at a[1]. 0 or negative errno. */
static int socket_and_header(struct task *t, const uint64_t a[6], struct file **f, struct sock **s,
                             struct user_msghdr *m)
{
    int err = sock_of(t, a[0], f, s);

    return err ? err : mm_copy_in(t->mm, m, a[1], 56);
}

int64_t sys_sendmsg(struct task *t, const uint64_t a[6])
{
    struct user_msghdr m;
    struct file *f;
    struct sock *s;
    int err = socket_and_header(t, a, &f, &s, &m);

    return err ? err : send_msg(t, f, s, &m, arg_uint(a[2]));
}

int64_t sys_recvmsg(struct task *t, const uint64_t a[6])
{
    struct user_msghdr m;
    struct file *f;
    struct sock *s;
    int64_t n = socket_and_header(t, a, &f, &s, &m);

    if (n)
        return n;
    n = recv_msg(t, f, s, &m, arg_uint(a[2]), m.name, a[1] + 8);
    if (n >= 0 &&
        (mm_copy_out(t->mm, a[1] + 40, &m.controllen, 8) || mm_copy_out(t->mm, a[1] + 48, &m.flags, 4)))
        return -EFAULT;
    return n;
}

/*
 * sendmmsg and recvmmsg wait for each message. restart_data[1]: how many were done before the call began to wait; [2]: when a
 * timeout that was given is over, ns.
 */
static void next_message(struct task *t, unsigned done)
{
    t->restart_data[0] = t->restart_data[3] = 0; /* of the last one alone */
    t->deadline = 0;
    t->restart_data[1] = done;
}

int64_t sys_sendmmsg(struct task *t, const uint64_t a[6])
{
    unsigned n = arg_uint(a[2]) < IOV_MAX_ ? arg_uint(a[2]) : IOV_MAX_, i = (unsigned)t->restart_data[1];
    struct file *f;
    struct sock *s;
    int64_t r = sock_of(t, a[0], &f, &s);

    while (!r && i < n) {
        uint64_t at = a[1] + i * sizeof(struct mmsghdr);
        struct user_msghdr m;
        unsigned len;

        r = mm_copy_in(t->mm, &m, at, 56) ? -EFAULT : send_msg(t, f, s, &m, arg_uint(a[3]));
        if (r < 0)
            break;
        len = (unsigned)r;
        r = mm_copy_out(t->mm, at + 56, &len, sizeof(len));
        if (!r)
            next_message(t, ++i);
    }
    return r != SYS_BLOCK && i ? (int64_t)i : r;
}

/*
 * What is left of the timeout, ns. It is looked at behind each message only: a wait for one does not end by it (recvmmsg(2),
 * BUGS). Each message takes its time, as a call for it alone would.
 */
static uint64_t time_left(const struct task *t)
{
    uint64_t now = t->k->now_ns + t->restart_data[1] * KERNEL_SYSCALL_NS;

    return now < t->restart_data[2] ? t->restart_data[2] - now : 0;
}

static int64_t receive_one(struct task *t, struct file *f, struct sock *s, uint64_t at, unsigned flags)
{
    struct user_msghdr m;
    unsigned len;
    int64_t r = mm_copy_in(t->mm, &m, at, 56) ? -EFAULT : recv_msg(t, f, s, &m, flags, m.name, at + 8);

    if (r < 0)
        return r;
    len = (unsigned)r;
    return mm_copy_out(t->mm, at + 40, &m.controllen, 8) || mm_copy_out(t->mm, at + 48, &m.flags, 4) ||
                   mm_copy_out(t->mm, at + 56, &len, sizeof(len))
               ? -EFAULT
               : 0;
}

int64_t sys_recvmmsg(struct task *t, const uint64_t a[6])
{
    unsigned n = arg_uint(a[2]) < IOV_MAX_ ? arg_uint(a[2]) : IOV_MAX_, i = (unsigned)t->restart_data[1];
    unsigned flags = arg_uint(a[3]);
    uint64_t given;
    struct file *f;
    struct sock *s;
    int64_t r = 0;

    if (a[4] && !t->retrying) {
        r = copy_timespec_in(t, a[4], &given);
        t->restart_data[2] = r ? 0 : t->k->now_ns + given;
    }
    if (!r)
        r = sock_of(t, a[0], &f, &s);
    while (!r && i < n) {
        r = receive_one(t, f, s, a[1] + i * sizeof(struct mmsghdr),
                        i && flags & MSG_WAITFORONE ? flags | MSG_DONTWAIT : flags);
        if (!r)
            next_message(t, ++i);
        if (!r && a[4] && !time_left(t))
            break;
    }
    if (r == SYS_BLOCK || !i)
        return r;
    return a[4] && copy_timespec_out(t, a[4], time_left(t)) ? -EFAULT : (int64_t)i;
}
