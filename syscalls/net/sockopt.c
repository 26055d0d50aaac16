/*
 * sockopt.c - setsockopt and getsockopt (net/core/sock.c, net/ipv4/ip_sockglue.c, net/ipv4/tcp.c).
 *
 * Most options are numbers that are kept for who asks: rows of one table, with what they are at first. The few
 * that do something, or are no number, have code of their own.
 */
#include "../handlers.h"
#include "../proc/bpf.h"
#include "../process.h"
#include "sock.h"

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/time.h>

#define CONGESTION     "cubic"
#define CONGESTION_LEN 16 /* TCP_CA_NAME_MAX */

/* Newer than the headers of some supported systems. */
#define SO_INCOMING_NAPI_ID_ 56
#define SO_PREFER_BUSY_POLL_ 69
#define SO_RESERVE_MEM_      73
#define SO_RCVMARK_          75
#define SO_PASSPIDFD_        76
#define SO_PEERPIDFD_        77
#define SO_PASSRIGHTS_       83
#define NO_LIMIT             INT32_MIN

enum { FOR_UNIX = 1, FOR_INET = 2, FOR_NETLINK = 4, FOR_ALL = 7 };
enum { IS_BOOL = 1, GET_ANYWHERE = 2 /* `families` is about setting */, IS_FIXED = 4, IS_LONG = 8 };

static const struct option {
    int level, name;
    unsigned families, flags;
    int initial, least, most; /* what may be set; NO_LIMIT: anything */
} options[SOCK_OPTIONS] = {
    {SOL_SOCKET, SO_DEBUG, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_DONTROUTE, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_BROADCAST, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_KEEPALIVE, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_OOBINLINE, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_NO_CHECK, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_PRIORITY, FOR_ALL, 0, 0, NO_LIMIT},
    {SOL_SOCKET, SO_BSDCOMPAT, FOR_ALL, IS_FIXED},
    {SOL_SOCKET, SO_RCVLOWAT, FOR_ALL, 0, 1, NO_LIMIT},
    {SOL_SOCKET, SO_TIMESTAMP, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_TIMESTAMPNS, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_PASSSEC, FOR_UNIX | FOR_NETLINK, IS_BOOL},
    {SOL_SOCKET, SO_MARK, FOR_ALL, 0, 0, NO_LIMIT},
    {SOL_SOCKET, SO_RXQ_OVFL, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_WIFI_STATUS, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_PEEK_OFF, FOR_ALL, 0, -1, NO_LIMIT},
    {SOL_SOCKET, SO_NOFCS, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_LOCK_FILTER, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_SELECT_ERR_QUEUE, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_INCOMING_CPU, FOR_ALL, 0, -1, NO_LIMIT},
    {SOL_SOCKET, SO_BUSY_POLL, FOR_ALL, 0, 0, 0, INT32_MAX},
    {SOL_SOCKET, SO_MAX_PACING_RATE, FOR_ALL, IS_LONG, -1, NO_LIMIT},
    {SOL_SOCKET, SO_ZEROCOPY, FOR_INET, GET_ANYWHERE, 0, 0, 1},
    {SOL_SOCKET, SO_PREFER_BUSY_POLL_, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_RESERVE_MEM_, 0, GET_ANYWHERE},
    {SOL_SOCKET, SO_RCVMARK_, FOR_ALL, IS_BOOL},
    {SOL_SOCKET, SO_PASSPIDFD_, FOR_UNIX, IS_BOOL},
    {SOL_SOCKET, SO_PASSRIGHTS_, FOR_UNIX, IS_BOOL, 1},
    {IPPROTO_TCP, TCP_NODELAY, FOR_INET, IS_BOOL},
    {IPPROTO_TCP, TCP_CORK, FOR_INET, IS_BOOL},
    {IPPROTO_TCP, TCP_KEEPIDLE, FOR_INET, 0, 7200, 1, 32767},
    {IPPROTO_TCP, TCP_KEEPINTVL, FOR_INET, 0, 75, 1, 32767},
    {IPPROTO_TCP, TCP_KEEPCNT, FOR_INET, 0, 9, 1, 127},
    {IPPROTO_TCP, TCP_SYNCNT, FOR_INET, 0, 6, 1, 127},
    {IPPROTO_TCP, TCP_LINGER2, FOR_INET, 0, 60, NO_LIMIT},
    {IPPROTO_TCP, TCP_DEFER_ACCEPT, FOR_INET, 0, 0, NO_LIMIT},
    {IPPROTO_TCP, TCP_WINDOW_CLAMP, FOR_INET, 0, 0, NO_LIMIT},
    {IPPROTO_TCP, TCP_QUICKACK, FOR_INET, IS_BOOL, 1},
    {IPPROTO_TCP, TCP_MAXSEG, FOR_INET, 0, 65483, 88, 32767},
    {IPPROTO_TCP, TCP_USER_TIMEOUT, FOR_INET, 0, 0, 0, INT32_MAX},
    {IPPROTO_TCP, TCP_FASTOPEN, FOR_INET, 0, 0, 0, INT32_MAX},
    {IPPROTO_TCP, TCP_NOTSENT_LOWAT, FOR_INET, 0, 0, NO_LIMIT},
    {IPPROTO_IP, IP_TOS, FOR_INET, 0, 0, NO_LIMIT},
    {IPPROTO_IP, IP_TTL, FOR_INET, 0, 64, 1, 255},
    {IPPROTO_IP, IP_PKTINFO, FOR_INET, IS_BOOL},
    {IPPROTO_IP, IP_MTU_DISCOVER, FOR_INET, 0, 1, 0, 5},
    {IPPROTO_IP, IP_RECVERR, FOR_INET, IS_BOOL},
    {IPPROTO_IP, IP_RECVTTL, FOR_INET, IS_BOOL},
    {IPPROTO_IP, IP_RECVTOS, FOR_INET, IS_BOOL},
    {IPPROTO_IP, IP_FREEBIND, FOR_INET, IS_BOOL},
    {IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, FOR_INET, IS_BOOL},
    {IPPROTO_IP, IP_MULTICAST_TTL, FOR_INET, 0, 1, 0, 255},
    {IPPROTO_IP, IP_MULTICAST_LOOP, FOR_INET, IS_BOOL, 1},
    {IPPROTO_IPV6, IPV6_V6ONLY, FOR_INET, IS_BOOL},
    {IPPROTO_IPV6, IPV6_UNICAST_HOPS, FOR_INET, 0, 64, 0, 255},
    {IPPROTO_IPV6, IPV6_MULTICAST_HOPS, FOR_INET, 0, 1, 0, 255},
    {IPPROTO_IPV6, IPV6_MULTICAST_LOOP, FOR_INET, IS_BOOL, 1},
    {IPPROTO_IPV6, IPV6_RECVPKTINFO, FOR_INET, IS_BOOL},
    {IPPROTO_IPV6, IPV6_TCLASS, FOR_INET, 0, 0, 0, 255},
    {SOL_NETLINK, NETLINK_PKTINFO, FOR_NETLINK, IS_BOOL},
    {SOL_NETLINK, NETLINK_BROADCAST_ERROR, FOR_NETLINK, IS_BOOL},
    {SOL_NETLINK, NETLINK_NO_ENOBUFS, FOR_NETLINK, IS_BOOL},
    {SOL_NETLINK, NETLINK_LISTEN_ALL_NSID, FOR_NETLINK, IS_BOOL},
    {SOL_NETLINK, NETLINK_CAP_ACK, FOR_NETLINK, IS_BOOL},
    {SOL_NETLINK, NETLINK_EXT_ACK, FOR_NETLINK, IS_BOOL},
    {SOL_NETLINK, NETLINK_GET_STRICT_CHK, FOR_NETLINK, IS_BOOL},
};

static unsigned family_bit(const struct sock *s)
{
    return s->family == AF_UNIX ? FOR_UNIX : s->family == AF_NETLINK ? FOR_NETLINK : FOR_INET;
}

void sock_options_init(struct sock *s)
{
    for (unsigned i = 0; i < SOCK_OPTIONS; i++)
        s->option[i] = options[i].initial;
}

/* Its row's number, or -1. */
static int find_option(int level, int name)
{
    for (int i = 0; i < SOCK_OPTIONS; i++)
        if (options[i].level == level && options[i].name == name && level + name)
            return i;
    return -1;
}

bool sock_v6_only(const struct sock *s)
{
    return s->option[find_option(IPPROTO_IPV6, IPV6_V6ONLY)];
}

bool sock_oob_inline(const struct sock *s)
{
    return s->option[find_option(SOL_SOCKET, SO_OOBINLINE)];
}

/* Does the socket have options of this level? */
static bool has_level(const struct sock *s, int level)
{
    if (level == SOL_SOCKET)
        return true;
    if (level == SOL_NETLINK)
        return s->family == AF_NETLINK;
    if (s->family != AF_INET && s->family != AF_INET6)
        return false;
    return (level == IPPROTO_TCP && s->type == SOCK_STREAM) || level == IPPROTO_IP ||
           (level == IPPROTO_IPV6 && s->family == AF_INET6);
}

/* ---- setting ---- */

static int64_t set_number(struct sock *s, int i, int v)
{
    const struct option *o = &options[i];

    if (!(o->families & family_bit(s)))
        return -EOPNOTSUPP;
    if (o->flags & IS_FIXED)
        return 0;
    if (!(o->flags & IS_BOOL) && o->least != NO_LIMIT && (v < o->least || v > o->most))
        return -EINVAL;
    s->option[i] = o->flags & IS_BOOL ? v != 0 : v;
    return 0;
}

static int64_t set_timeout(struct task *t, struct sock *s, int name, uint64_t addr, int len)
{
    struct timeval tv;

    if (len < (int)sizeof(tv))
        return -EINVAL;
    if (mm_copy_in(t->mm, &tv, addr, sizeof(tv)))
        return -EFAULT;
    if (tv.tv_usec < 0 || tv.tv_usec >= 1000000)
        return -EDOM;
    *(name == SO_RCVTIMEO ? &s->rcvtimeo : &s->sndtimeo) =
        tv.tv_sec < 0 ? 1 : (uint64_t)tv.tv_sec * 1000000000 + (uint64_t)tv.tv_usec * 1000;
    return 0;
}

static int64_t set_linger(struct task *t, struct sock *s, uint64_t addr, int len)
{
    struct linger linger;

    if (len < (int)sizeof(linger))
        return -EINVAL;
    if (mm_copy_in(t->mm, &linger, addr, sizeof(linger)))
        return -EFAULT;
    s->linger.l_onoff = linger.l_onoff != 0;
    if (linger.l_onoff)
        s->linger.l_linger = linger.l_linger;
    return 0;
}

/*
 * SO_ATTACH_FILTER, of sockets that messages never come to: the filter would have nothing to look at, so it is checked and not
 * kept. Others are told that there are no filters.
 */
static int64_t set_filter(struct task *t, struct sock *s, uint64_t addr, int len)
{
    struct sock_fprog prog;
    struct sock_filter *insns;
    int64_t err;

    if (s->family != AF_NETLINK || s->protocol != NETLINK_KOBJECT_UEVENT)
        return -ENOPROTOOPT;
    if (len != (int)sizeof(prog))
        return -EINVAL;
    if (mm_copy_in(t->mm, &prog, addr, sizeof(prog)))
        return -EFAULT;
    if (s->option[find_option(SOL_SOCKET, SO_LOCK_FILTER)])
        return -EPERM;
    if (!prog.filter || !prog.len || prog.len > BPF_MAXINSNS)
        return -EINVAL;
    insns = malloc(prog.len * sizeof(*insns));
    if (!insns)
        return -ENOMEM;
    err = mm_copy_in(t->mm, insns, (uint64_t)(uintptr_t)prog.filter, prog.len * sizeof(*insns))
              ? -EFAULT
              : bpf_check(insns, prog.len, BPF_OF_PACKETS);
    free(insns);
    s->filtered |= !err;
    return err;
}

static int64_t drop_filter(struct sock *s)
{
    bool had = s->filtered;

    if (s->option[find_option(SOL_SOCKET, SO_LOCK_FILTER)])
        return -EPERM;
    s->filtered = false;
    return had ? 0 : -ENOENT;
}

/* Groups of messages that the kernel would send by itself: none of them ever comes. */
static int64_t set_membership(int group)
{
    return group >= 1 && group <= RTNLGRP_MAX ? 0 : -EINVAL;
}

/* What SOL_SOCKET has beside the table. */
static int64_t set_socket(struct task *t, struct sock *s, int name, int v)
{
    switch (name) {
    case SO_REUSEADDR:
        s->reuse = v != 0;
        return 0;
    case SO_REUSEPORT:
        if (v && family_bit(s) != FOR_INET)
            return -EOPNOTSUPP;
        s->reuse_port = v != 0;
        return 0;
    case SO_PASSCRED:
        if (family_bit(s) == FOR_INET)
            return -EOPNOTSUPP;
        s->passcred = v != 0;
        return 0;
    case SO_DETACH_FILTER:
        return drop_filter(s);
    case SO_SNDBUF:
    case SO_RCVBUF:
        v = v < 2304 / 2 ? 2304 : v > (int)SOCK_BUF ? (int)SOCK_BUF * 2 : v * 2;
        *(name == SO_SNDBUF ? &s->sndbuf : &s->rcvbuf) = v;
        return 0;
    case SO_SNDBUFFORCE:
    case SO_RCVBUFFORCE:
        if (!task_capable(t, CAP_NET_ADMIN))
            return -EPERM;
        v = v < 2304 / 2 ? 2304 : v > INT32_MAX / 2 ? INT32_MAX : v * 2;
        *(name == SO_SNDBUFFORCE ? &s->sndbuf : &s->rcvbuf) = v;
        return 0;
    }
    return -ENOPROTOOPT;
}

static int64_t set_congestion(struct task *t, uint64_t addr, int len)
{
    char name[CONGESTION_LEN] = "";

    if (len < 1)
        return -EINVAL;
    if (mm_copy_in(t->mm, name, addr, len < CONGESTION_LEN ? (uint64_t)len : CONGESTION_LEN - 1))
        return -EFAULT;
    return strcmp(name, CONGESTION) && strcmp(name, "reno") ? -ENOENT : 0;
}

int64_t sys_setsockopt(struct task *t, const uint64_t a[6])
{
    int level = arg_int(a[1]), name = arg_int(a[2]), len = arg_int(a[4]), v = 0, i;
    struct file *f;
    struct sock *s;
    int err = sock_of(t, a[0], &f, &s);

    if (err)
        return err;
    if (len < 0)
        return -EINVAL;
    if (!has_level(s, level))
        return s->family == AF_UNIX ? -EOPNOTSUPP : -ENOPROTOOPT;
    if (level == SOL_SOCKET && (name == SO_RCVTIMEO || name == SO_SNDTIMEO))
        return set_timeout(t, s, name, a[3], len);
    if (level == SOL_SOCKET && name == SO_LINGER)
        return set_linger(t, s, a[3], len);
    if (level == SOL_SOCKET && name == SO_ATTACH_FILTER)
        return set_filter(t, s, a[3], len);
    if (level == IPPROTO_TCP && name == TCP_CONGESTION)
        return set_congestion(t, a[3], len);
    if (len < (int)sizeof(v))
        return -EINVAL;
    if (mm_copy_in(t->mm, &v, a[3], sizeof(v)))
        return -EFAULT;
    i = find_option(level, name);
    if (i >= 0)
        return set_number(s, i, v);
    if (level == SOL_SOCKET)
        return set_socket(t, s, name, v);
    if (level == SOL_NETLINK && (name == NETLINK_ADD_MEMBERSHIP || name == NETLINK_DROP_MEMBERSHIP))
        return set_membership(v);
    /* groups to join and the like: there is no network */
    return level == IPPROTO_TCP || level == SOL_NETLINK ? -ENOPROTOOPT : 0;
}

/* ---- getting ---- */

#define MEMINFO_SIZE (9 * (int)sizeof(uint32_t)) /* SK_MEMINFO_VARS */

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

/* An answer that is no row of the table, up to 128 bytes; its length, or negative errno. */
static int get_socket(struct task *t, struct sock *s, int name, void *out)
{
    int *v = out;

    switch (name) {
    case SO_TYPE:
        *v = s->type;
        break;
    case SO_DOMAIN:
        *v = s->family;
        break;
    case SO_PROTOCOL:
        *v = s->family == AF_NETLINK  ? s->protocol
             : s->family == AF_UNIX   ? 0
             : s->type == SOCK_STREAM ? IPPROTO_TCP
                                      : IPPROTO_UDP;
        break;
    case SO_ERROR:
        *v = s->error;
        s->error = 0;
        break;
    case SO_ACCEPTCONN:
        *v = s->state == SS_LISTEN;
        break;
    case SO_REUSEADDR:
        *v = s->reuse;
        break;
    case SO_REUSEPORT:
        *v = s->reuse_port;
        break;
    case SO_PASSCRED:
        if (family_bit(s) == FOR_INET)
            return -EOPNOTSUPP;
        *v = s->passcred;
        break;
    case SO_SNDBUF:
        *v = s->sndbuf;
        break;
    case SO_RCVBUF:
        *v = s->rcvbuf;
        break;
    case SO_LINGER:
        memcpy(out, &s->linger, sizeof(s->linger));
        return sizeof(s->linger);
    case SO_PEERCRED: {
        struct ucred cred = knows_peer(s) ? s->peer_cred : (struct ucred){0, -1, -1};

        memcpy(out, &cred, sizeof(cred));
        return sizeof(cred);
    }
    case SO_PEERPIDFD_:
        *v = peer_pidfd(t, s);
        return *v < 0 ? *v : (int)sizeof(*v);
    case SO_INCOMING_NAPI_ID_:
        *v = 0; /* no device has brought anything */
        break;
    case SO_MEMINFO:
        memset(out, 0, MEMINFO_SIZE);
        v[0] = (int)s->queued;
        v[1] = s->rcvbuf;
        v[3] = s->sndbuf;
        return MEMINFO_SIZE;
    case SO_RCVTIMEO:
    case SO_SNDTIMEO: {
        uint64_t ns = name == SO_RCVTIMEO ? s->rcvtimeo : s->sndtimeo;
        struct timeval tv = {ns / 1000000000, ns % 1000000000 / 1000};

        memcpy(out, &tv, sizeof(tv));
        return sizeof(tv);
    }
    default:
        return -ENOPROTOOPT;
    }
    return sizeof(*v);
}

static int get_number(const struct sock *s, int i, void *out)
{
    int64_t wide = s->option[i];

    if (!(options[i].flags & GET_ANYWHERE) && !(options[i].families & family_bit(s)))
        return -EOPNOTSUPP;
    memcpy(out, &wide, sizeof(wide));
    return options[i].flags & IS_LONG ? sizeof(wide) : sizeof(s->option[i]);
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
    if (!has_level(s, level))
        return -EOPNOTSUPP;
    if (level == SOL_SOCKET && name == SO_PEERNAME)
        return get_peer_name(t, s, a[3], room);
    if (level == SOL_SOCKET && name == SO_PEERGROUPS)
        return get_peer_groups(t, s, a[3], room, a[4]);
    if (level == SOL_SOCKET && name == SO_COOKIE)
        return get_cookie(t, s, a[3], room, a[4]);
    i = find_option(level, name);
    if (i >= 0) {
        len = get_number(s, i, out);
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
