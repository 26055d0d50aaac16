/*
 * getsockopt.c - getsockopt(2) (net/core/sock.c, net/ipv4/tcp.c).
 */
#include "sockopt.h"

#include "../handlers.h"
#include "../process.h"

#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/time.h>

/* Is it known who is at the other end? */
static bool knows_peer(const struct sock *s)
{
    return s->family == AF_UNIX && s->peer_cred.pid > 0;
}

static int peer_pidfd(struct task *t, const struct sock *s)
{
    struct process *p;

    if (!knows_peer(s))
        return -ENODATA;
    p = find_process(t->k, s->peer_cred.pid);
    return p && p->leader ? pidfd_create(t, p->leader, false) : -ESRCH;
}

/* SO_PEERGROUPS: all the groups, or how much room they need. */
static int64_t get_peer_groups(struct task *t, const struct sock *s, uint64_t addr, int room, uint64_t ulen)
{
    const struct group_list *g = s->peer_groups;
    int len = g ? (int)(g->n * sizeof(g->gid[0])) : 0;

    if (!knows_peer(s))
        return -ENODATA;
    if (room < len)
        return mm_copy_out(t->mm, ulen, &len, sizeof(len)) ? -EFAULT : -ERANGE;
    return (len && mm_copy_out(t->mm, addr, g->gid, (uint64_t)len)) ||
                   mm_copy_out(t->mm, ulen, &len, sizeof(len))
               ? -EFAULT
               : 0;
}

/* SO_COOKIE: the number of its inode, which no other socket of the machine has had. */
static int64_t get_cookie(struct task *t, const struct sock *s, uint64_t addr, int room, uint64_t ulen)
{
    int len = sizeof(s->ino);

    if (room < len)
        return -EINVAL;
    return mm_copy_out(t->mm, addr, &s->ino, sizeof(s->ino)) || mm_copy_out(t->mm, ulen, &len, sizeof(len))
               ? -EFAULT
               : 0;
}

static int protocol_of(const struct sock *s)
{
    switch (s->family) {
    case AF_NETLINK:
        return s->protocol;
    case AF_UNIX:
        return 0;
    }
    return s->type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
}

/* Of SOL_SOCKET, the numbers that are no row of the table: 0 and *v, or negative errno. */
static int get_state(struct task *t, struct sock *s, int name, int *v)
{
    switch (name) {
    case SO_TYPE:
        *v = s->type;
        return 0;
    case SO_DOMAIN:
        *v = s->family;
        return 0;
    case SO_PROTOCOL:
        *v = protocol_of(s);
        return 0;
    case SO_ERROR:
        *v = s->error;
        s->error = 0;
        return 0;
    case SO_ACCEPTCONN:
        *v = s->state == SS_LISTEN;
        return 0;
    case SO_REUSEADDR:
        *v = s->reuse;
        return 0;
    case SO_REUSEPORT:
        *v = s->reuse_port;
        return 0;
    case SO_PASSCRED:
        *v = s->passcred;
        return sock_family_bit(s) == FOR_INET ? -EOPNOTSUPP : 0;
    case SO_SNDBUF:
        *v = s->sndbuf;
        return 0;
    case SO_RCVBUF:
        *v = s->rcvbuf;
        return 0;
    case SO_PEERPIDFD_:
        *v = peer_pidfd(t, s);
        return *v < 0 ? *v : 0;
    case SO_INCOMING_NAPI_ID_:
        *v = 0; /* no device has brought anything */
        return 0;
    }
    return -ENOPROTOOPT;
}

/* Of SOL_SOCKET, what is no row of the table, up to 128 bytes; its length, or negative errno. */
static int get_socket(struct task *t, struct sock *s, int name, void *out)
{
    int err;

    switch (name) {
    case SO_LINGER:
        memcpy(out, &s->linger, sizeof(s->linger));
        return sizeof(s->linger);
    case SO_PEERCRED: {
        struct ucred cred = knows_peer(s) ? s->peer_cred : (struct ucred){0, -1, -1};

        memcpy(out, &cred, sizeof(cred));
        return sizeof(cred);
    }
    case SO_MEMINFO: {
        int info[SK_MEMINFO_VARS] = {
            [SK_MEMINFO_RMEM_ALLOC] = (int)s->queued,
            [SK_MEMINFO_RCVBUF] = s->rcvbuf,
            [SK_MEMINFO_SNDBUF] = s->sndbuf,
        };

        memcpy(out, info, sizeof(info));
        return sizeof(info);
    }
    case SO_RCVTIMEO:
    case SO_SNDTIMEO: {
        uint64_t ns = name == SO_RCVTIMEO ? s->rcvtimeo : s->sndtimeo;
        struct timeval tv = {ns / 1000000000, ns % 1000000000 / 1000};

        memcpy(out, &tv, sizeof(tv));
        return sizeof(tv);
    }
    }
    err = get_state(t, s, name, out);
    return err ? err : (int)sizeof(int);
}

/* SO_PEERNAME: all that the caller has room for, which must not be more than there is. */
static int64_t get_peer_name(struct task *t, const struct sock *s, uint64_t addr, int room)
{
    if (s->state != SS_CONNECTED)
        return -ENOTCONN;
    if ((int)s->peer_len < room)
        return -EINVAL;
    return mm_copy_out(t->mm, addr, &s->peer_addr, (uint64_t)room) ? -EFAULT : 0;
}

int64_t sys_getsockopt(struct task *t, const uint64_t a[6])
{
    int level = arg_int(a[1]), name = arg_int(a[2]), room, i;
    char out[128] = "";
    struct file *f;
    struct sock *s;
    int err = sock_of(t, a[0], &f, &s), len;

    if (err)
        return err;
    if (mm_copy_in(t->mm, &room, a[4], sizeof(room)))
        return -EFAULT;
    if (room < 0)
        return -EINVAL;
    if (!sock_has_level(s, level))
        return -EOPNOTSUPP;
    if (level == SOL_SOCKET && name == SO_PEERNAME)
        return get_peer_name(t, s, a[3], room);
    if (level == SOL_SOCKET && name == SO_PEERGROUPS)
        return get_peer_groups(t, s, a[3], room, a[4]);
    if (level == SOL_SOCKET && name == SO_COOKIE)
        return get_cookie(t, s, a[3], room, a[4]);
    i = sock_find_option(level, name);
    if (i >= 0) {
        len = sock_get_number(s, i, out);
    } else if (level == SOL_SOCKET) {
        len = get_socket(t, s, name, out);
    } else if (level == IPPROTO_TCP && name == TCP_CONGESTION) {
        memcpy(out, CONGESTION, sizeof(CONGESTION));
        len = CONGESTION_LEN;
    } else if (level == IPPROTO_TCP && name == TCP_INFO) {
        len = 104; /* all 0: nothing was measured */
    } else {
        len = -ENOPROTOOPT;
    }
    if (len < 0)
        return len;
    if (len > room)
        len = room;
    if (mm_copy_out(t->mm, a[3], out, (uint64_t)len))
        return -EFAULT;
    return mm_copy_out(t->mm, a[4], &len, sizeof(len));
}
