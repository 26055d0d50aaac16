/*
 * calls.c - making and connecting sockets: socket, socketpair, bind, listen, connect, accept (net/socket.c).
 */
#include "sock.h"
#include "../landlock/landlock.h"
#include "../handlers.h"

#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>

int sock_of(struct task *t, uint64_t fd, struct file **f, struct sock **s)
{
    *f = fd_file(t, arg_int(fd));
    if (!*f)
        return -EBADF;
    *s = file_sock(*f);
    return *s ? 0 : -ENOTSOCK;
}

int sock_addr_in(struct task *t, uint64_t uaddr, int len, struct sockaddr_storage *sa)
{
    memset(sa, 0, sizeof(*sa));
    if (len < 0 || len > (int)sizeof(*sa))
        return -EINVAL;
    return len && mm_copy_in(t->mm, sa, uaddr, len) ? -EFAULT : 0;
}

/* move_addr_to_user(): cut at what the caller has room for, the true length told. */
int sock_addr_out(struct task *t, const struct sockaddr_storage *sa, int len, uint64_t uaddr, uint64_t ulen)
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

/* ---- making ---- */

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
    case AF_NETLINK:
        return netlink_check(type, protocol);
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

    if (arg_int(a[0]) == AF_UNIX && type == SOCK_RAW) /* as old programs have it */
        type = SOCK_DGRAM;
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
    int type, err = split_type(a[1], &type, &flags);
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
    return fd_install_pair(t, f, flags & SOCK_CLOEXEC ? O_CLOEXEC : 0, a[3]);
}

/* ---- connections ---- */

/* Of TCP sockets, before the address is looked at more closely. */
static int may_use_port(const struct task *t, const struct sock *s, const struct sockaddr_storage *sa,
                        int len, unsigned access)
{
    if (s->type != SOCK_STREAM || (s->family != AF_INET && s->family != AF_INET6) ||
        len < (int)sizeof(struct sockaddr_in) || (sa->ss_family != AF_INET && sa->ss_family != AF_INET6))
        return 0;
    return landlock_port(t, access,
                         ntohs(((const struct sockaddr_in *)sa)->sin_port)); /* AF_INET6's is there, too */
}

int64_t sys_bind(struct task *t, const uint64_t a[6])
{
    struct sockaddr_storage sa;
    struct file *f;
    struct sock *s;
    int err = sock_of(t, a[0], &f, &s);

    if (!err)
        err = sock_addr_in(t, a[1], arg_int(a[2]), &sa);
    if (!err)
        err = may_use_port(t, s, &sa, arg_int(a[2]), LL_BIND_TCP);
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
    if (!sock_connects(s))
        return -EOPNOTSUPP;
    if (s->state != SS_NEW && s->state != SS_LISTEN)
        return -EINVAL;
    if (s->family == AF_UNIX && list_empty(&s->named))
        return -EINVAL;
    if (s->family != AF_UNIX && (err = sock_autobind(t, s)))
        return err;
    s->state = SS_LISTEN;
    s->max_backlog = backlog > 4096 ? 4096 : backlog;
    sock_note_owner(t, s);
    sock_note_peer(s, s); /* itself, until somebody is there */
    return 0;
}

static int connect_datagram(struct task *t, struct sock *s, const struct sockaddr_storage *sa, unsigned len)
{
    struct sock *to;
    int err;

    if (sa->ss_family == AF_UNSPEC) {
        sock_unconnect(s);
        return 0;
    }
    if (s->family != AF_UNIX && (err = sock_autobind(t, s)))
        return err;
    err = sock_find(t, s, sa, len, &to);
    if (err && (err != -ECONNREFUSED || s->family == AF_UNIX))
        return err;
    s->peer = to; /* NULL: datagrams to nobody */
    s->state = SS_CONNECTED;
    s->peer_addr = s->family == AF_UNIX ? to->addr : *sa;
    s->peer_len = s->family == AF_UNIX ? to->addr_len : s->addr_len;
    if (s->family != AF_UNIX) {
        sock_name_sender(&s->peer_addr);
        sock_name_sender(&s->addr);
    }
    return 0;
}

/* The end of a connection to s that the listener `to` will accept, and whoever waits for one is told. 0 or -ENOMEM. */
static int make_end(struct task *t, struct sock *s, struct sock *to, const struct sockaddr_storage *sa)
{
    struct sock *end = sock_create(t, to->family, to->type, to->protocol);

    if (!end)
        return -ENOMEM;
    end->addr = to->addr;
    end->addr_len = to->addr_len;
    if (s->family != AF_UNIX) { /* the address that was called, not 0.0.0.0 */
        end->addr = *sa;
        sock_name_sender(&end->addr);
        sock_name_sender(&s->addr);
        sock_map_address(&end->addr, end->family);
    }
    sock_note_owner(t, s);
    sock_answer_as(end, to);
    sock_pair(s, end);
    if (s->family != AF_UNIX) {
        s->peer_addr = *sa;
        s->peer_len = s->addr_len;
        sock_name_sender(&s->peer_addr);
        sock_map_address(&end->peer_addr, end->family);
        end->peer_len = end->addr_len;
    }
    list_add_tail(&to->backlog, &end->pending);
    to->nr_backlog++;
    sock_tell(to, POLL_IN);
    sock_changed(to);
    if (s->family != AF_UNIX)
        sock_tell(s, POLL_OUT);
    return 0;
}

static int64_t connect_to_listener(struct task *t, struct sock *s, const struct sockaddr_storage *sa,
                                   unsigned len, bool nonblock)
{
    bool later = sock_is_tcp(s) && nonblock;
    struct sock *to;
    int err;

    if (s->connecting)
        return tcp_connect_result(s);
    if (s->state == SS_CONNECTED)
        return -EISCONN;
    if (s->state != SS_NEW)
        return -EINVAL;
    err = sock_find(t, s, sa, len, &to);
    if (!err && to->state != SS_LISTEN)
        err = -ECONNREFUSED;
    if (err)
        return err == -ECONNREFUSED && later ? tcp_connect_later(t, s, false) : err;
    if (to->nr_backlog > to->max_backlog)
        return nonblock ? -EAGAIN : sock_wait(t, &to->wait, s->sndtimeo, "connect");
    if (s->family != AF_UNIX && (err = sock_autobind(t, s)))
        return err;
    err = make_end(t, s, to, sa);
    return err || !later ? err : tcp_connect_later(t, s, true);
}

int64_t sys_connect(struct task *t, const uint64_t a[6])
{
    struct sockaddr_storage sa;
    struct file *f;
    struct sock *s;
    int err = sock_of(t, a[0], &f, &s), len = arg_int(a[2]);

    if (!err)
        err = sock_addr_in(t, a[1], len, &sa);
    if (!err)
        err = may_use_port(t, s, &sa, len, LL_CONNECT_TCP);
    if (err)
        return err;
    if (len < 2)
        return -EINVAL;
    if (s->family == AF_NETLINK)
        return netlink_connect(t, s, &sa, (unsigned)len);
    if (s->type == SOCK_DGRAM)
        return connect_datagram(t, s, &sa, (unsigned)len);
    return connect_to_listener(t, s, &sa, (unsigned)len, f->flags & O_NONBLOCK);
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
    if (!sock_connects(s))
        return -EOPNOTSUPP;
    if (s->state != SS_LISTEN)
        return -EINVAL;
    if (list_empty(&s->backlog)) {
        if (f->flags & O_NONBLOCK)
            return -EAGAIN;
        return sock_wait(t, &s->wait, s->rcvtimeo, "accept");
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
        err = sock_addr_out(t, &who, who_len, a[1], a[2]);
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
    bool was_shut;

    if (err)
        return err;
    if (how < 0 || how > 2)
        return -EINVAL;
    if (s->family == AF_NETLINK)
        return -EOPNOTSUPP;
    if ((s->state != SS_CONNECTED || s->reset) && s->type != SOCK_DGRAM && s->family != AF_UNIX)
        return -ENOTCONN;
    was_shut = s->shut_wr;
    if (how != SHUT_WR)
        s->shut_rd = true;
    if (how != SHUT_RD)
        s->shut_wr = true;
    sock_changed(s);
    if (s->peer) {
        if (how != SHUT_RD && sock_connects(s) && (s->family == AF_UNIX || !was_shut))
            sock_tell_end(s->peer, how == SHUT_RDWR);
        sock_changed(s->peer);
    }
    return 0;
}

int64_t sys_getsockname(struct task *t, const uint64_t a[6])
{
    struct file *f;
    struct sock *s;
    int err = sock_of(t, a[0], &f, &s);

    return err ? err : sock_addr_out(t, &s->addr, s->addr_len, a[1], a[2]);
}

int64_t sys_getpeername(struct task *t, const uint64_t a[6])
{
    struct file *f;
    struct sock *s;
    int err = sock_of(t, a[0], &f, &s);

    if (err)
        return err;
    if (s->family == AF_NETLINK)
        return sock_addr_out(t, &s->peer_addr, s->addr_len, a[1], a[2]);
    if (s->state != SS_CONNECTED || s->reset)
        return -ENOTCONN;
    return sock_addr_out(t, &s->peer_addr, s->peer_len, a[1], a[2]);
}
