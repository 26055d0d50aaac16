/*
 * calls.c - the socket calls: socket, bind, connect, accept, send*, recv*, options (net/socket.c).
 */
#include "sock.h"
#include "../handlers.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/un.h>

#define MSG_MAX (1u << 20) /* bytes moved by one run of sendmsg or recvmsg */

static int sock_of(struct task *t, uint64_t fd, struct file **f, struct sock **s)
{
    *f = fd_file(t, arg_int(fd));
    if (!*f)
        return -EBADF;
    *s = file_sock(*f);
    return *s ? 0 : -ENOTSOCK;
}

static int addr_in(struct task *t, uint64_t uaddr, int len, struct sockaddr_storage *sa)
{
    memset(sa, 0, sizeof(*sa));
    if (len < 0 || len > (int)sizeof(*sa))
        return -EINVAL;
    return len && mm_copy_in(t->mm, sa, uaddr, len) ? -EFAULT : 0;
}

/* move_addr_to_user(): cut at what the caller has room for, the true length told. */
static int addr_out(struct task *t, const struct sockaddr_storage *sa, int len, uint64_t uaddr, uint64_t ulen)
{
    int room;

    if (mm_copy_in(t->mm, &room, ulen, sizeof(room)))
        return -EFAULT;
    if (room < 0)
        return -EINVAL;
    if (room > len)
        room = len;
    if (room && mm_copy_out(t->mm, uaddr, sa, room))
        return -EFAULT;
    return mm_copy_out(t->mm, ulen, &len, sizeof(len));
}

/* ---- making ------------------------------------------------------------------------------------------------------------ */

static int check_type(int family, int type, int protocol)
{
    switch (family) {
    case AF_UNIX:
        if (protocol && protocol != PF_UNIX)
            return -EPROTONOSUPPORT;
        return type == SOCK_STREAM || type == SOCK_DGRAM || type == SOCK_SEQPACKET ? 0 : -ESOCKTNOSUPPORT;
    case AF_INET:
    case AF_INET6:
        if (type == SOCK_STREAM)
            return !protocol || protocol == IPPROTO_TCP ? 0 : -EPROTONOSUPPORT;
        if (type == SOCK_DGRAM)
            return !protocol || protocol == IPPROTO_UDP ? 0 : -EPROTONOSUPPORT;
        return type == SOCK_RAW ? -EPERM : -ESOCKTNOSUPPORT;
    }
    return -EAFNOSUPPORT;
}

static int split_type(uint64_t arg, int *type, unsigned *flags)
{
    *flags = arg_uint(arg) & ~0xfu;
    *type = arg & 0xf;
    if (*flags & ~(unsigned)(SOCK_CLOEXEC | SOCK_NONBLOCK))
        return -EINVAL;
    return *type > SOCK_PACKET ? -EINVAL : 0;
}

int64_t sys_socket(struct task *t, const uint64_t a[6])
{
    unsigned flags;
    int type, err = split_type(a[1], &type, &flags);
    struct sock *s;
    struct file *f;

    if (!err)
        err = check_type(arg_int(a[0]), type, arg_int(a[2]));
    if (err)
        return err;
    s = sock_create(t, arg_int(a[0]), type, arg_int(a[2]));
    f = s ? sock_file(t, s, flags) : NULL;
    return f ? fd_install_new(t, f, flags & SOCK_CLOEXEC ? O_CLOEXEC : 0) : -ENFILE;
}

int64_t sys_socketpair(struct task *t, const uint64_t a[6])
{
    unsigned flags;
    int type, fd[2], err = split_type(a[1], &type, &flags);
    struct sock *s[2];
    struct file *f[2];

    if (!err)
        err = check_type(arg_int(a[0]), type, arg_int(a[2]));
    if (!err && arg_int(a[0]) != AF_UNIX)
        err = -EOPNOTSUPP;
    if (err)
        return err;
    s[0] = sock_create(t, AF_UNIX, type, 0);
    s[1] = sock_create(t, AF_UNIX, type, 0);
    if (!s[0] || !s[1]) {
        for (int i = 0; i < 2; i++)
            if (s[i])
                sock_release(s[i]);
        return -ENOMEM;
    }
    sock_pair(s[0], s[1]);
    f[0] = sock_file(t, s[0], flags);
    if (!f[0]) {
        sock_release(s[1]);
        return -ENFILE;
    }
    f[1] = sock_file(t, s[1], flags);
    if (!f[1]) {
        file_put(f[0]);
        return -ENFILE;
    }
    unsigned cloexec = flags & SOCK_CLOEXEC ? O_CLOEXEC : 0;
    fd[0] = fd_install_new(t, f[0], cloexec);
    if (fd[0] < 0) {
        file_put(f[1]);
        return fd[0];
    }
    fd[1] = fd_install_new(t, f[1], cloexec);
    if (fd[1] >= 0 && !mm_copy_out(t->mm, a[3], fd, sizeof(fd)))
        return 0;
    err = fd[1] < 0 ? fd[1] : -EFAULT;
    fd_close(t, fd[0]);
    if (fd[1] >= 0)
        fd_close(t, fd[1]);
    return err;
}

/* ---- connections -------------------------------------------------------------------------------------------------------- */

int64_t sys_bind(struct task *t, const uint64_t a[6])
{
    struct sockaddr_storage sa;
    struct file *f;
    struct sock *s;
    int err = sock_of(t, a[0], &f, &s);

    if (!err)
        err = addr_in(t, a[1], arg_int(a[2]), &sa);
    return err ? err : sock_bind(t, s, &sa, arg_uint(a[2]));
}

int64_t sys_listen(struct task *t, const uint64_t a[6])
{
    struct file *f;
    struct sock *s;
    int err = sock_of(t, a[0], &f, &s);
    unsigned backlog = arg_uint(a[1]);

    if (err)
        return err;
    if (s->type == SOCK_DGRAM)
        return -EOPNOTSUPP;
    if (s->state != SS_NEW && s->state != SS_LISTEN)
        return -EINVAL;
    if (s->family == AF_UNIX && list_empty(&s->named))
        return -EINVAL;
    if (s->family != AF_UNIX && (err = sock_autobind(t, s)))
        return err;
    s->state = SS_LISTEN;
    s->max_backlog = backlog > 4096 ? 4096 : backlog;
    s->cred = (struct ucred){t->proc->pid, t->cred.euid, t->cred.egid};
    return 0;
}

int64_t sys_connect(struct task *t, const uint64_t a[6])
{
    struct sockaddr_storage sa;
    struct file *f;
    struct sock *s, *to, *end;
    int err = sock_of(t, a[0], &f, &s), len = arg_int(a[2]);

    if (!err)
        err = addr_in(t, a[1], len, &sa);
    if (err)
        return err;
    if (len < 2)
        return -EINVAL;
    if (s->type == SOCK_DGRAM) {
        if (sa.ss_family == AF_UNSPEC) {
            s->peer = NULL;
            s->state = SS_NEW;
            return 0;
        }
        if (s->family != AF_UNIX && (err = sock_autobind(t, s)))
            return err;
        err = sock_find(t, s, &sa, len, &to);
        if (err == -ECONNREFUSED && s->family != AF_UNIX)
            return 0;
        if (err)
            return err;
        s->peer = to;
        s->state = SS_CONNECTED;
        s->peer_addr = to->addr;
        s->peer_len = to->addr_len;
        return 0;
    }
    if (s->state == SS_CONNECTED)
        return -EISCONN;
    if (s->state != SS_NEW)
        return -EINVAL;
    err = sock_find(t, s, &sa, len, &to);
    if (err)
        return err;
    if (to->state != SS_LISTEN)
        return -ECONNREFUSED;
    if (to->nr_backlog > to->max_backlog) {
        if (f->flags & O_NONBLOCK)
            return -EAGAIN;
        return task_block(t, &to->wait, 0, "connect");
    }
    if (s->family != AF_UNIX && (err = sock_autobind(t, s)))
        return err;
    end = sock_create(t, to->family, to->type, to->protocol);
    if (!end)
        return -ENOMEM;
    end->addr = to->addr;
    end->addr_len = to->addr_len;
    if (s->family != AF_UNIX) { /* the address that was called, not 0.0.0.0 */
        end->addr = sa;
        sock_name_sender(&end->addr);
        sock_name_sender(&s->addr);
    }
    s->cred = (struct ucred){t->proc->pid, t->cred.euid, t->cred.egid};
    end->cred = to->cred;
    sock_pair(s, end);
    list_add_tail(&to->backlog, &end->pending);
    to->nr_backlog++;
    sock_changed(to);
    return 0;
}

static int64_t do_accept(struct task *t, const uint64_t a[6], unsigned flags)
{
    struct file *f, *nf;
    struct sock *s, *end;
    int err, fd;

    if (flags & ~(unsigned)(SOCK_CLOEXEC | SOCK_NONBLOCK))
        return -EINVAL;
    err = sock_of(t, a[0], &f, &s);
    if (err)
        return err;
    if (s->type == SOCK_DGRAM)
        return -EOPNOTSUPP;
    if (s->state != SS_LISTEN)
        return -EINVAL;
    if (list_empty(&s->backlog)) {
        if (f->flags & O_NONBLOCK)
            return -EAGAIN;
        return task_block(t, &s->wait, 0, "accept");
    }
    end = list_first(&s->backlog, struct sock, pending);
    struct sockaddr_storage who = end->peer_addr;
    int who_len = end->peer_len;
    list_del(&end->pending);
    s->nr_backlog--;
    sock_changed(s);
    nf = sock_file(t, end, flags);
    if (!nf)
        return -ENFILE;
    if (a[1]) {
        err = addr_out(t, &who, who_len, a[1], a[2]);
        if (err) {
            file_put(nf);
            return err;
        }
    }
    fd = fd_install_new(t, nf, flags & SOCK_CLOEXEC ? O_CLOEXEC : 0);
    return fd;
}

int64_t sys_accept(struct task *t, const uint64_t a[6])
{
    return do_accept(t, a, 0);
}

int64_t sys_accept4(struct task *t, const uint64_t a[6])
{
    return do_accept(t, a, arg_uint(a[3]));
}

int64_t sys_shutdown(struct task *t, const uint64_t a[6])
{
    struct file *f;
    struct sock *s;
    int err = sock_of(t, a[0], &f, &s), how = arg_int(a[1]);

    if (err)
        return err;
    if (how < 0 || how > 2)
        return -EINVAL;
    if (s->state != SS_CONNECTED && s->type != SOCK_DGRAM)
        return -ENOTCONN;
    if (how != SHUT_WR)
        s->shut_rd = true;
    if (how != SHUT_RD)
        s->shut_wr = true;
    sock_changed(s);
    if (s->peer)
        sock_changed(s->peer);
    return 0;
}

int64_t sys_getsockname(struct task *t, const uint64_t a[6])
{
    struct file *f;
    struct sock *s;
    int err = sock_of(t, a[0], &f, &s);

    return err ? err : addr_out(t, &s->addr, s->addr_len, a[1], a[2]);
}

int64_t sys_getpeername(struct task *t, const uint64_t a[6])
{
    struct file *f;
    struct sock *s;
    int err = sock_of(t, a[0], &f, &s);

    if (err)
        return err;
    if (s->state != SS_CONNECTED)
        return -ENOTCONN;
    return addr_out(t, &s->peer_addr, s->peer_len, a[1], a[2]);
}

/* ---- messages ------------------------------------------------------------------------------------------------------------ */

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
                struct file *f = mm_copy_in(t->mm, &fd, at + sizeof(c) + i * 4, 4) ? NULL : fd_file_raw(t, fd);

                if (!f)
                    return -EBADF;
                (*fds)[(*nr)++] = file_get(f);
            }
        }
        at += (c.cmsg_len + 7) & ~7ul;
    }
    return 0;
}

static int64_t send_msg(struct task *t, struct file *f, struct sock *s, const struct user_msghdr *m, unsigned flags)
{
    struct sockaddr_storage sa;
    struct iovec fast[8], *iov = NULL;
    struct file **fds = NULL;
    unsigned nr_fds = 0;
    int64_t total, r;
    char *buf = NULL;

    if (f->flags & O_NONBLOCK)
        flags |= MSG_DONTWAIT;
    if (flags & MSG_OOB)
        return -EOPNOTSUPP;
    r = addr_in(t, m->name, m->name ? m->namelen : 0, &sa);
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
        r = sock_send(t, s, buf + sent, have - sent, flags, &sa, m->name ? m->namelen : 0, skip + sent ? NULL : fds,
                      skip + sent ? 0 : nr_fds);
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
static bool control_put(struct task *t, struct user_msghdr *m, uint64_t *used, int level, int type, const void *data, unsigned len)
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

static int64_t recv_msg(struct task *t, struct file *f, struct sock *s, struct user_msghdr *m, unsigned flags, uint64_t uname,
                        uint64_t unamelen)
{
    struct iovec fast[8], *iov = NULL;
    struct sock_recv got = {0};
    uint64_t used = 0, at = 0;
    int64_t total, n;
    char *buf;

    if (f->flags & O_NONBLOCK)
        flags |= MSG_DONTWAIT;
    if (flags & (MSG_OOB | MSG_ERRQUEUE))
        return flags & MSG_OOB ? -EINVAL : -EAGAIN;
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
    m->flags = got.truncated ? MSG_TRUNC : 0;
    if (s->passcred && got.have_cred && !control_put(t, m, &used, SOL_SOCKET, SCM_CREDENTIALS, &got.cred, sizeof(got.cred)))
        m->flags |= MSG_CTRUNC;
    if (got.nr_fds) {
        unsigned room = m->control && m->controllen - used > sizeof(struct cmsghdr)
                            ? (m->controllen - used - sizeof(struct cmsghdr)) / 4 : 0;
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
        int err = addr_out(t, &got.from, s->type == SOCK_STREAM ? 0 : got.from_len, uname, unamelen);

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

/* sendto and recvfrom have one buffer: an iovec made up by us would have to lie in guest memory, so they go by themselves. */
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
        r = addr_in(t, a[4], a[4] ? arg_int(a[5]) : 0, &sa);
    if (r)
        return r;
    if (flags & MSG_OOB)
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
    if (flags & MSG_OOB)
        return -EINVAL;
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
        int err = addr_out(t, &got.from, s->type == SOCK_STREAM ? 0 : got.from_len, a[4], a[5]);

        if (err)
            n = err;
    }
    put_fds(got.fds, got.nr_fds);
    return n;
}

int64_t sys_sendmsg(struct task *t, const uint64_t a[6])
{
    struct user_msghdr m;
    struct file *f;
    struct sock *s;
    int err = sock_of(t, a[0], &f, &s);

    if (err)
        return err;
    if (mm_copy_in(t->mm, &m, a[1], 56))
        return -EFAULT;
    return send_msg(t, f, s, &m, arg_uint(a[2]));
}

int64_t sys_recvmsg(struct task *t, const uint64_t a[6])
{
    struct user_msghdr m;
    struct file *f;
    struct sock *s;
    int64_t n = sock_of(t, a[0], &f, &s);

    if (n)
        return n;
    if (mm_copy_in(t->mm, &m, a[1], 56))
        return -EFAULT;
    n = recv_msg(t, f, s, &m, arg_uint(a[2]), m.name, a[1] + 8);
    if (n >= 0 && (mm_copy_out(t->mm, a[1] + 40, &m.controllen, 8) || mm_copy_out(t->mm, a[1] + 48, &m.flags, 4)))
        return -EFAULT;
    return n;
}

/* Each message after the first only as far as it goes without waiting. */
int64_t sys_sendmmsg(struct task *t, const uint64_t a[6])
{
    unsigned n = arg_uint(a[2]) < IOV_MAX_ ? arg_uint(a[2]) : IOV_MAX_, i;
    struct file *f;
    struct sock *s;
    int64_t r = sock_of(t, a[0], &f, &s);

    for (i = 0; !r && i < n; i++) {
        uint64_t at = a[1] + i * 64;
        struct user_msghdr m;
        unsigned len;

        r = mm_copy_in(t->mm, &m, at, 56) ? -EFAULT : send_msg(t, f, s, &m, arg_uint(a[3]) | (i ? MSG_DONTWAIT : 0));
        if (r < 0)
            break;
        t->restart_data[0] = 0;
        len = r;
        r = mm_copy_out(t->mm, at + 56, &len, sizeof(len));
    }
    return i ? (int64_t)i : r;
}

int64_t sys_recvmmsg(struct task *t, const uint64_t a[6])
{
    unsigned n = arg_uint(a[2]) < IOV_MAX_ ? arg_uint(a[2]) : IOV_MAX_, i;
    struct file *f;
    struct sock *s;
    int64_t r = sock_of(t, a[0], &f, &s);

    for (i = 0; !r && i < n; i++) {
        uint64_t at = a[1] + i * 64;
        struct user_msghdr m;
        unsigned len;

        r = mm_copy_in(t->mm, &m, at, 56) ? -EFAULT
                                          : recv_msg(t, f, s, &m, arg_uint(a[3]) | (i ? MSG_DONTWAIT : 0), m.name, at + 8);
        if (r < 0)
            break;
        len = r;
        r = mm_copy_out(t->mm, at + 40, &m.controllen, 8) || mm_copy_out(t->mm, at + 48, &m.flags, 4) ||
            mm_copy_out(t->mm, at + 56, &len, sizeof(len)) ? -EFAULT : 0;
    }
    return i ? (int64_t)i : r;
}

/* ---- options ------------------------------------------------------------------------------------------------------------ */

int64_t sys_setsockopt(struct task *t, const uint64_t a[6])
{
    int level = arg_int(a[1]), name = arg_int(a[2]), len = arg_int(a[4]), v = 0;
    struct timeval tv;
    struct file *f;
    struct sock *s;
    int err = sock_of(t, a[0], &f, &s);

    if (err)
        return err;
    if (len < 0)
        return -EINVAL;
    if (level == SOL_SOCKET && (name == SO_RCVTIMEO || name == SO_SNDTIMEO)) {
        if (len < (int)sizeof(tv))
            return -EINVAL;
        if (mm_copy_in(t->mm, &tv, a[3], sizeof(tv)))
            return -EFAULT;
        if (tv.tv_usec < 0 || tv.tv_usec >= 1000000)
            return -EDOM;
        *(name == SO_RCVTIMEO ? &s->rcvtimeo : &s->sndtimeo) =
            tv.tv_sec < 0 ? 1 : (uint64_t)tv.tv_sec * 1000000000 + tv.tv_usec * 1000;
        return 0;
    }
    if (len < (int)sizeof(v))
        return -EINVAL;
    if (mm_copy_in(t->mm, &v, a[3], sizeof(v)))
        return -EFAULT;
    if (level == SOL_SOCKET) {
        switch (name) {
        case SO_REUSEADDR:
        case SO_REUSEPORT:
            s->reuse = v != 0;
            return 0;
        case SO_KEEPALIVE:
            s->keepalive = v != 0;
            return 0;
        case SO_BROADCAST:
            s->broadcast = v != 0;
            return 0;
        case SO_PASSCRED:
            s->passcred = v != 0;
            return 0;
        case SO_SNDBUF:
        case SO_RCVBUF:
            v = v < 2304 / 2 ? 2304 : v > (int)SOCK_BUF ? (int)SOCK_BUF * 2 : v * 2;
            *(name == SO_SNDBUF ? &s->sndbuf : &s->rcvbuf) = v;
            return 0;
        case SO_LINGER:
        case SO_PRIORITY:
        case SO_OOBINLINE:
        case SO_TIMESTAMP:
        case SO_RCVLOWAT:
            return 0;
        }
        return -ENOPROTOOPT;
    }
    if (s->family == AF_UNIX)
        return -EOPNOTSUPP;
    if (level == IPPROTO_TCP && s->type == SOCK_STREAM) {
        if (name == TCP_NODELAY)
            s->nodelay = v != 0;
        return 0;
    }
    return level == IPPROTO_IP || level == IPPROTO_IPV6 ? 0 : -ENOPROTOOPT;
}

int64_t sys_getsockopt(struct task *t, const uint64_t a[6])
{
    int level = arg_int(a[1]), name = arg_int(a[2]), room, v;
    const void *from = &v;
    struct timeval tv;
    struct file *f;
    struct sock *s;
    int err = sock_of(t, a[0], &f, &s), len = sizeof(v);

    if (err)
        return err;
    if (mm_copy_in(t->mm, &room, a[4], sizeof(room)))
        return -EFAULT;
    if (room < 0)
        return -EINVAL;
    if (level == IPPROTO_TCP && s->type == SOCK_STREAM && s->family != AF_UNIX) {
        v = name == TCP_NODELAY ? s->nodelay : name == TCP_MAXSEG ? 65483 : 0;
    } else if (level != SOL_SOCKET) {
        return -EOPNOTSUPP;
    } else {
        switch (name) {
        case SO_TYPE:
            v = s->type;
            break;
        case SO_DOMAIN:
            v = s->family;
            break;
        case SO_PROTOCOL:
            v = s->family == AF_UNIX ? 0 : s->type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
            break;
        case SO_ERROR:
            v = s->error;
            s->error = 0;
            break;
        case SO_ACCEPTCONN:
            v = s->state == SS_LISTEN;
            break;
        case SO_REUSEADDR:
            v = s->reuse;
            break;
        case SO_KEEPALIVE:
            v = s->keepalive;
            break;
        case SO_BROADCAST:
            v = s->broadcast;
            break;
        case SO_PASSCRED:
            v = s->passcred;
            break;
        case SO_SNDBUF:
            v = s->sndbuf;
            break;
        case SO_RCVBUF:
            v = s->rcvbuf;
            break;
        case SO_PEERCRED:
            if (s->state != SS_CONNECTED)
                s->peer_cred = (struct ucred){0, -1, -1};
            from = &s->peer_cred;
            len = sizeof(s->peer_cred);
            break;
        case SO_RCVTIMEO:
        case SO_SNDTIMEO: {
            uint64_t ns = name == SO_RCVTIMEO ? s->rcvtimeo : s->sndtimeo;

            tv = (struct timeval){ns / 1000000000, ns % 1000000000 / 1000};
            from = &tv;
            len = sizeof(tv);
            break;
        }
        case SO_LINGER:
        case SO_OOBINLINE:
        case SO_PRIORITY:
        case SO_TIMESTAMP:
            v = 0;
            break;
        case SO_RCVLOWAT:
            v = 1;
            break;
        default:
            return -ENOPROTOOPT;
        }
    }
    if (len > room)
        len = room;
    if (mm_copy_out(t->mm, a[3], from, len))
        return -EFAULT;
    return mm_copy_out(t->mm, a[4], &len, sizeof(len));
}
