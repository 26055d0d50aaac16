/*
 * setsockopt.c - setsockopt(2) (net/core/sock.c, net/ipv4/tcp.c).
 */
#include "sockopt.h"

#include "../handlers.h"
#include "../proc/bpf.h"
#include "../process.h"

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/time.h>

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
    if (s->option[sock_find_option(SOL_SOCKET, SO_LOCK_FILTER)])
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

    if (s->option[sock_find_option(SOL_SOCKET, SO_LOCK_FILTER)])
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
        if (v && sock_family_bit(s) != FOR_INET)
            return -EOPNOTSUPP;
        s->reuse_port = v != 0;
        return 0;
    case SO_PASSCRED:
        if (sock_family_bit(s) == FOR_INET)
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
    if (!sock_has_level(s, level))
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
    i = sock_find_option(level, name);
    if (i >= 0)
        return sock_set_number(s, i, v);
    if (level == SOL_SOCKET)
        return set_socket(t, s, name, v);
    if (level == SOL_NETLINK && (name == NETLINK_ADD_MEMBERSHIP || name == NETLINK_DROP_MEMBERSHIP))
        return set_membership(v);
    /* groups to join and the like: there is no network */
    return level == IPPROTO_TCP || level == SOL_NETLINK ? -ENOPROTOOPT : 0;
}
