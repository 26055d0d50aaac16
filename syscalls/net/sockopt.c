/*
 * sockopt.c - setsockopt and getsockopt (net/core/sock.c).
 */
#include "../handlers.h"
#include "sock.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/time.h>

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
    if (level == SOL_SOCKET && name == SO_LINGER) {
        struct linger linger;

        if (len < (int)sizeof(linger))
            return -EINVAL;
        if (mm_copy_in(t->mm, &linger, a[3], sizeof(linger)))
            return -EFAULT;
        s->linger.l_onoff = linger.l_onoff != 0;
        if (linger.l_onoff)
            s->linger.l_linger = linger.l_linger;
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
            v = s->family == AF_UNIX || s->family == AF_NETLINK ? 0
                : s->type == SOCK_STREAM                        ? IPPROTO_TCP
                                                                : IPPROTO_UDP;
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
            from = &s->linger;
            len = sizeof(s->linger);
            break;
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
