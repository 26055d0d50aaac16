/*
 * msg.c - data through sockets: sendto, sendmsg, recvfrom, recvmsg (net/socket.c).
 */
#include "msg.h"

#include "../handlers.h"
#include "../process.h"

#include <stdlib.h>

#define MSG_MAX (1u << 20) /* bytes moved by one run of sendmsg or recvmsg */

/* Up to len bytes of what the iovecs have from `skip` on: how many, or -EFAULT. */
static int64_t gather(struct task *t, const struct iovec *iov, uint64_t n, uint64_t skip, char *buf,
                      uint64_t len)
{
    uint64_t have = 0;

    for (uint64_t i = 0; i < n && have < len; i++) {
        uint64_t part;

        if (skip >= iov[i].iov_len) {
            skip -= iov[i].iov_len;
            continue;
        }
        part = iov[i].iov_len - skip < len - have ? iov[i].iov_len - skip : len - have;
        if (mm_copy_in(t->mm, buf + have, (uintptr_t)iov[i].iov_base + skip, part))
            return -EFAULT;
        have += part;
        skip = 0;
    }
    return (int64_t)have;
}

/*
 * A message, or as much of a stream as goes: what is in buf comes behind what was sent before the call waited
 * (restart_data[0]). The files travel with the first byte: *fds is NULL then.
 */
static int64_t send_bytes(struct task *t, struct sock *s, const char *buf, uint64_t len, unsigned flags,
                          const struct sockaddr_storage *sa, unsigned sa_len, struct file ***fds,
                          unsigned *nr_fds)
{
    bool stream = s->type == SOCK_STREAM;
    uint64_t before = stream ? t->restart_data[0] : 0, sent = 0;
    int64_t r;

    do {
        bool first = !(before + sent);

        r = sock_send(t, s, buf + sent, len - sent, flags, sa, sa_len, first ? *fds : NULL,
                      first ? *nr_fds : 0);
        if (r < 0)
            break;
        if (first && (r || !stream)) {
            *fds = NULL;
            *nr_fds = 0;
        }
        sent += (uint64_t)r;
    } while (stream && sent < len);
    if (stream) {
        t->restart_data[0] += sent;
        if (r != SYS_BLOCK && t->restart_data[0])
            r = (int64_t)t->restart_data[0];
    }
    return r;
}

int64_t msg_send(struct task *t, struct file *f, struct sock *s, const struct user_msghdr *m, unsigned flags)
{
    unsigned namelen = m->name ? (unsigned)m->namelen : 0, nr_fds = 0;
    struct sockaddr_storage sa;
    struct iovec fast[8], *iov = NULL;
    struct file **fds = NULL;
    uint64_t skip, want;
    int64_t total, r;
    char *buf = NULL;

    if (f->flags & O_NONBLOCK)
        flags |= MSG_DONTWAIT;
    if (flags & MSG_OOB && !sock_has_urgent(s))
        return -EOPNOTSUPP;
    r = sock_addr_in(t, m->name, (int)namelen, &sa);
    if (r)
        return r;
    if (m->iovlen > IOV_MAX_)
        return -EMSGSIZE;
    total = iov_import(t, m->iov, m->iovlen, fast, &iov);
    if (total < 0)
        return total;
    r = scm_send(t, m, &fds, &nr_fds);
    if (r)
        goto out;
    skip = s->type == SOCK_STREAM ? t->restart_data[0] : 0;
    want = (uint64_t)total - skip < MSG_MAX ? (uint64_t)total - skip : MSG_MAX;
    buf = malloc(want + 1);
    r = buf ? gather(t, iov, m->iovlen, skip, buf, want) : -ENOMEM;
    if (r >= 0)
        r = send_bytes(t, s, buf, (uint64_t)r, flags, &sa, namelen, &fds, &nr_fds);
out:
    scm_put(fds, nr_fds);
    free(buf);
    if (iov != fast)
        free(iov);
    return r;
}

/* The sender's address, which a stream does not have; its length all the same. */
static int give_name(struct task *t, const struct sock *s, const struct sock_recv *got, uint64_t uname,
                     uint64_t unamelen)
{
    int zero = 0;

    if (s->type != SOCK_STREAM || got->from_len)
        return sock_addr_out(t, &got->from, s->type == SOCK_STREAM ? 0 : (int)got->from_len, uname, unamelen);
    return mm_copy_out(t->mm, unamelen, &zero, sizeof(zero)) ? -EFAULT : 0;
}

/* How much of len bytes a receive may take, see rw_stream_cut(). */
static int64_t takes(struct task *t, struct file *f, const struct iovec *iov, int n, uint64_t len,
                     unsigned flags)
{
    return flags & (MSG_OOB | MSG_TRUNC) ? (int64_t)len : rw_stream_cut(t, f, iov, n, len);
}

int64_t msg_receive(struct task *t, struct file *f, struct sock *s, struct user_msghdr *m, unsigned flags,
                    uint64_t unamelen)
{
    struct iovec fast[8], *iov = NULL;
    struct sock_recv got = {0};
    char *buf = NULL;
    int64_t total, n;
    uint64_t there;
    int err;

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
    n = total = takes(t, f, iov, (int)m->iovlen, (uint64_t)total, flags);
    if (n < 0)
        goto out;
    buf = malloc((size_t)total + 1);
    n = buf ? sock_recv(t, s, buf, (uint64_t)total, flags, &got) : -ENOMEM;
    if (n < 0)
        goto out;
    there = (uint64_t)(n < total ? n : total);
    err = iov_scatter(t, iov, (int)m->iovlen, buf, there) < there ? -EFAULT : 0;
    if (!err) {
        m->flags = (got.truncated ? MSG_TRUNC : 0) | (got.urgent ? MSG_OOB : 0) | (flags & MSG_CMSG_CLOEXEC);
        scm_receive(t, s, &got, m, flags);
        err = m->name ? give_name(t, s, &got, m->name, unamelen) : 0;
    }
    if (err)
        n = err;
out:
    scm_put(got.fds, got.nr_fds);
    free(buf);
    if (iov != fast)
        free(iov);
    return n;
}

/* sendto and recvfrom have one buffer: an iovec made up by us would have to lie in guest memory, so they go
 * by themselves. */
int64_t sys_sendto(struct task *t, const uint64_t a[6])
{
    uint64_t len = a[2] > MAX_RW_COUNT ? MAX_RW_COUNT : a[2], want;
    unsigned flags = arg_uint(a[3]), nr_fds = 0;
    struct sockaddr_storage sa;
    struct file *f, **fds = NULL;
    struct sock *s;
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
        r = t->restart_data[0] ? (int64_t)t->restart_data[0] : -EFAULT;
    else
        r = send_bytes(t, s, buf, want, flags, &sa, a[4] ? arg_uint(a[5]) : 0, &fds, &nr_fds);
    free(buf);
    return r;
}

int64_t sys_recvfrom(struct task *t, const uint64_t a[6])
{
    uint64_t len = a[2] > MSG_MAX ? MSG_MAX : a[2];
    struct iovec iov = {(void *)(uintptr_t)a[1], len};
    struct sock_recv got;
    struct file *f;
    struct sock *s;
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
    n = takes(t, f, &iov, 1, len, flags);
    if (n < 0)
        return n;
    len = (uint64_t)n;
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
    scm_put(got.fds, got.nr_fds);
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

    return err ? err : msg_send(t, f, s, &m, arg_uint(a[2]));
}

int64_t sys_recvmsg(struct task *t, const uint64_t a[6])
{
    struct user_msghdr m;
    struct file *f;
    struct sock *s;
    int64_t n = socket_and_header(t, a, &f, &s, &m);

    if (n)
        return n;
    n = msg_receive(t, f, s, &m, arg_uint(a[2]), a[1] + 8);
    if (n >= 0 &&
        (mm_copy_out(t->mm, a[1] + 40, &m.controllen, 8) || mm_copy_out(t->mm, a[1] + 48, &m.flags, 4)))
        return -EFAULT;
    return n;
}
