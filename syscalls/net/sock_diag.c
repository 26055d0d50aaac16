/*
 * sock_diag.c - NETLINK_SOCK_DIAG requests: the sockets there are, as ss(8) lists them (net/core/sock_diag.c,
 * net/ipv4/inet_diag.c, net/unix/diag.c).
 *
 * Told is what this machine knows of a socket. What is not: timers, memory, and what TCP measures (INET_DIAG_INFO). Filters of
 * a list (INET_DIAG_REQ_BYTECODE) are not looked at: who sends one checks what comes, too.
 */
#include "sock_diag.h"
#include "nlmsg.h"
#include "../fs/vfs.h"

#include <arpa/inet.h>
#include <linux/capability.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <sys/un.h>

/* Newer than some headers. */
#define DIAG_CGROUP_ID 21
#define DIAG_SOCKOPT   22
#define FULL           (NL_ANSWER_MAX - 512) /* bytes, from which on an answer is sent */
#define THE_CGROUP     UINT64_C(1)

/* The cookie of who does not know it. */
static bool cookie_fits(const struct sock *s, const uint32_t cookie[2])
{
    return (cookie[0] == UINT32_MAX && cookie[1] == UINT32_MAX) ||
           (cookie[0] == (uint32_t)s->ino && cookie[1] == (uint32_t)(s->ino >> 32));
}

static void put_cookie(const struct sock *s, uint32_t cookie[2])
{
    cookie[0] = (uint32_t)s->ino;
    cookie[1] = (uint32_t)(s->ino >> 32);
}

/* Nothing more comes in. */
static bool ended(const struct sock *s)
{
    return s->shut_rd || (s->state == SS_CONNECTED && (!s->peer || s->peer->shut_wr));
}

/* 1: it receives no more, 2: it sends no more. In AF_UNIX each is the other end's doing, too. */
static unsigned shutdown_bits(const struct sock *s)
{
    bool pair = s->family == AF_UNIX && sock_connects(s) && s->peer;

    return (sock_connects(s) ? ended(s) : s->shut_rd) | (s->shut_wr || (pair && s->peer->shut_rd) ? 2u : 0);
}

/* ---- IPv4 and IPv6 ---- */

static bool has_port(const struct sock *s)
{
    return s->addr_len && ((const struct sockaddr_in *)&s->addr)->sin_port;
}

unsigned sock_inet_state(const struct sock *s)
{
    if (!sock_is_tcp(s))
        return s->peer_len ? TCP_ESTABLISHED : has_port(s) ? TCP_CLOSE : 0;
    if (s->state == SS_LISTEN)
        return TCP_LISTEN;
    if (s->state == SS_NEW)
        return has_port(s) && !s->connecting ? SOCK_STATE_BOUND : 0;
    if (s->reset || (ended(s) && s->shut_wr))
        return 0;
    return s->shut_wr ? TCP_FIN_WAIT2 : ended(s) ? TCP_CLOSE_WAIT : TCP_ESTABLISHED;
}

static void put_end(const struct sockaddr_storage *sa, unsigned len, uint16_t *port, uint32_t addr[4])
{
    const struct sockaddr_in *four = (const void *)sa;
    const struct sockaddr_in6 *six = (const void *)sa;

    if (!len)
        return;
    *port = four->sin_port; /* at the same place in both */
    if (sa->ss_family == AF_INET)
        addr[0] = four->sin_addr.s_addr;
    else
        memcpy(addr, &six->sin6_addr, sizeof(six->sin6_addr));
}

static void inet_identity(const struct sock *s, struct inet_diag_sockid *id)
{
    memset(id, 0, sizeof(*id));
    put_end(&s->addr, s->addr_len, &id->idiag_sport, id->idiag_src);
    if (s->state != SS_LISTEN)
        put_end(&s->peer_addr, s->peer_len, &id->idiag_dport, id->idiag_dst);
    put_cookie(s, id->idiag_cookie);
}

static void put_inet(const struct task *t, struct nl_answer *a, const struct sock *s, unsigned flags,
                     unsigned ext)
{
    unsigned state = sock_inet_state(s);
    bool tcp = sock_is_tcp(s), waits = state == TCP_LISTEN || state == SOCK_STATE_BOUND || state == TCP_CLOSE;
    struct inet_diag_msg m = {
        .idiag_family = (uint8_t)s->family,
        .idiag_state = (uint8_t)(state == SOCK_STATE_BOUND ? TCP_CLOSE : state),
        .idiag_rqueue = s->state == SS_LISTEN ? s->nr_backlog : s->queued + (state == TCP_CLOSE_WAIT),
        .idiag_wqueue = s->state == SS_LISTEN ? s->max_backlog : 0,
        .idiag_uid = s->cred.uid,
        .idiag_inode = (uint32_t)s->ino,
    };
    /* bits of struct inet_diag_sockopt: is_icsk; of IPv4 alone: mc_all; mc_loop */
    uint8_t options[2] = {(uint8_t)(0x10 | (tcp ? 2 : 0) | (s->family == AF_INET ? 0x40 : 0))};
    const uint64_t cgroup = THE_CGROUP;

    inet_identity(s, &m.id);
    nl_put_message(a, SOCK_DIAG_BY_FAMILY, flags, &m, sizeof(m));
    nl_put_u8(a, INET_DIAG_SHUTDOWN, (uint8_t)shutdown_bits(s));
    if (ext & 1u << (INET_DIAG_TOS - 1))
        nl_put_u8(a, INET_DIAG_TOS, 0);
    if (s->family == AF_INET6 && ext & 1u << (INET_DIAG_TCLASS - 1))
        nl_put_u8(a, INET_DIAG_TCLASS, 0);
    if (s->family == AF_INET6 && waits)
        nl_put_u8(a, INET_DIAG_SKV6ONLY, sock_v6_only(s));
    if (task_capable(t, CAP_NET_ADMIN))
        nl_put_u32(a, INET_DIAG_MARK, 0);
    nl_put_attr(a, DIAG_CGROUP_ID, &cgroup, sizeof(cgroup));
    nl_put_attr(a, DIAG_SOCKOPT, options, sizeof(options));
}

static bool wanted_inet(const struct sock *s, const struct inet_diag_req_v2 *r, int protocol)
{
    unsigned state = sock_inet_state(s);
    struct inet_diag_sockid id;

    if (s->family != r->sdiag_family || (protocol == IPPROTO_TCP) != sock_is_tcp(s) || !state ||
        !(r->idiag_states & 1u << state))
        return false;
    inet_identity(s, &id);
    return (!r->id.idiag_sport || r->id.idiag_sport == id.idiag_sport) &&
           (!r->id.idiag_dport || r->id.idiag_dport == id.idiag_dport);
}

/* Those that listen come first, then those that only have an address, then connections. */
static int list_inet(struct task *t, struct sock *asker, struct nl_answer *a,
                     const struct inet_diag_req_v2 *r, int protocol)
{
    if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP && protocol != IPPROTO_UDPLITE)
        return -ENOENT;
    for (int pass = 0; pass < 3 && protocol != IPPROTO_UDPLITE; pass++)
        list_for_each (n, &t->k->vfs->sockets) {
            const struct sock *s = container_of(n, struct sock, all);
            unsigned state = sock_inet_state(s);

            if ((state == TCP_LISTEN         ? 0
                 : state == SOCK_STATE_BOUND ? 1
                                             : 2) != pass ||
                !wanted_inet(s, r, protocol))
                continue;
            put_inet(t, a, s, NLM_F_MULTI, r->idiag_ext);
            if (a->len > FULL)
                nl_send(asker, a);
        }
    return 0;
}

/* One, by both its ends; or one that listens, by its own. */
static int one_inet(struct task *t, struct sock *asker, struct nl_answer *a, const struct inet_diag_req_v2 *r,
                    int protocol)
{
    list_for_each (n, &t->k->vfs->sockets) {
        const struct sock *s = container_of(n, struct sock, all);
        struct inet_diag_sockid id;

        if (s->family != r->sdiag_family || (protocol == IPPROTO_TCP) != sock_is_tcp(s) ||
            !sock_inet_state(s) || sock_inet_state(s) == SOCK_STATE_BOUND)
            continue;
        inet_identity(s, &id);
        if (id.idiag_sport != r->id.idiag_sport || id.idiag_dport != r->id.idiag_dport ||
            memcmp(id.idiag_src, r->id.idiag_src, sizeof(id.idiag_src)) ||
            memcmp(id.idiag_dst, r->id.idiag_dst, sizeof(id.idiag_dst)) ||
            !cookie_fits(s, r->id.idiag_cookie))
            continue;
        put_inet(t, a, s, 0, r->idiag_ext);
        nl_send(asker, a);
        return 0;
    }
    return -ENOENT;
}

/* A request for a protocol with a number that does not fit brings it as an attribute; its low bits are in the header. */
static int answer_inet(struct task *t, struct sock *asker, struct nl_answer *a, bool *listed)
{
    struct inet_diag_req_v2 r;
    uint32_t len;
    const void *wide;
    int protocol;

    if (a->asked->nlmsg_len < NLMSG_LENGTH(sizeof(r)))
        return -EINVAL;
    memcpy(&r, NLMSG_DATA(a->asked), sizeof(r));
    wide = nl_find_attr(a->asked, sizeof(r), 3 /* INET_DIAG_REQ_PROTOCOL */, &len);
    protocol = wide && len >= sizeof(uint32_t) ? *(const int *)wide : r.sdiag_protocol;
    if (!(a->asked->nlmsg_flags & NLM_F_DUMP))
        return one_inet(t, asker, a, &r, protocol);
    *listed = true;
    nl_done(asker, a, list_inet(t, asker, a, &r, protocol));
    return 0;
}

/* ---- AF_UNIX ---- */

static unsigned unix_state(const struct sock *s)
{
    return s->state == SS_LISTEN                 ? TCP_LISTEN
           : s->peer || s->state == SS_CONNECTED ? TCP_ESTABLISHED
                                                 : TCP_CLOSE;
}

/* The numbers of those who connected and were not accepted yet. */
static void put_waiting(struct nl_answer *a, const struct sock *s)
{
    uint32_t inos[64];
    unsigned n = 0;

    list_for_each (p, &s->backlog) {
        const struct sock *peer = container_of(p, struct sock, pending)->peer;

        if (n < 64)
            inos[n++] = peer ? (uint32_t)peer->ino : 0;
    }
    nl_put_attr(a, UNIX_DIAG_ICONS, inos, n * (uint32_t)sizeof(inos[0]));
}

static void put_unix(struct nl_answer *a, const struct sock *s, unsigned flags, unsigned show)
{
    struct unix_diag_msg m = {.udiag_family = AF_UNIX,
                              .udiag_type = (uint8_t)s->type,
                              .udiag_state = (uint8_t)unix_state(s),
                              .udiag_ino = (uint32_t)s->ino};
    const char *name = ((const struct sockaddr_un *)&s->addr)->sun_path;

    put_cookie(s, m.udiag_cookie);
    nl_put_message(a, SOCK_DIAG_BY_FAMILY, flags, &m, sizeof(m));
    if (show & UDIAG_SHOW_NAME && s->addr_len > sizeof(sa_family_t))
        nl_put_attr(a, UNIX_DIAG_NAME, name, s->addr_len - (uint32_t)sizeof(sa_family_t));
    if (show & UDIAG_SHOW_VFS && s->at) {
        const struct unix_diag_vfs v = {.udiag_vfs_ino = (uint32_t)s->at->inode->ino,
                                        .udiag_vfs_dev =
                                            major(s->at->inode->dev) << 20 | minor(s->at->inode->dev)};

        nl_put_attr(a, UNIX_DIAG_VFS, &v, sizeof(v));
    }
    if (show & UDIAG_SHOW_PEER && s->peer)
        nl_put_u32(a, UNIX_DIAG_PEER, (uint32_t)s->peer->ino);
    if (show & UDIAG_SHOW_ICONS && s->state == SS_LISTEN)
        put_waiting(a, s);
    if (show & UDIAG_SHOW_RQLEN) {
        const struct unix_diag_rqlen q = {.udiag_rqueue = s->state == SS_LISTEN ? s->nr_backlog : s->queued,
                                          .udiag_wqueue = s->state == SS_LISTEN ? s->max_backlog
                                                          : s->peer             ? s->peer->queued
                                                                                : 0};

        nl_put_attr(a, UNIX_DIAG_RQLEN, &q, sizeof(q));
    }
    nl_put_u8(a, UNIX_DIAG_SHUTDOWN, (uint8_t)shutdown_bits(s));
    if (show & 0x40 /* UDIAG_SHOW_UID */)
        nl_put_u32(a, 7 /* UNIX_DIAG_UID */, s->cred.uid);
}

static int answer_unix(struct task *t, struct sock *asker, struct nl_answer *a, bool *listed)
{
    bool list = a->asked->nlmsg_flags & NLM_F_DUMP;
    struct unix_diag_req r;

    if (a->asked->nlmsg_len < NLMSG_LENGTH(sizeof(r)))
        return -EINVAL;
    memcpy(&r, NLMSG_DATA(a->asked), sizeof(r));
    if (!list && !r.udiag_ino)
        return -EINVAL;
    list_for_each (n, &t->k->vfs->sockets) {
        const struct sock *s = container_of(n, struct sock, all);

        if (s->family != AF_UNIX || (list ? !s->ino || !(r.udiag_states & 1u << unix_state(s))
                                          : s->ino != r.udiag_ino || !cookie_fits(s, r.udiag_cookie)))
            continue;
        put_unix(a, s, list ? NLM_F_MULTI : 0, r.udiag_show);
        if (!list || a->len > FULL)
            nl_send(asker, a);
        if (!list)
            return 0;
    }
    *listed = list;
    if (list)
        nl_done(asker, a, 0);
    return list ? 0 : -ENOENT;
}

/* ---- requests ---- */

/* sock_diag_rcv_msg() */
static int answer_one(struct task *t, struct sock *s, struct nl_answer *a, bool *listed)
{
    const struct sock_diag_req *r = NLMSG_DATA(a->asked);

    if (a->asked->nlmsg_type == SOCK_DESTROY)
        return -ENOENT;
    if (a->asked->nlmsg_type != SOCK_DIAG_BY_FAMILY || a->asked->nlmsg_len < NLMSG_LENGTH(sizeof(*r)) ||
        r->sdiag_family >= AF_MAX)
        return -EINVAL;
    if (r->sdiag_family == AF_UNIX)
        return answer_unix(t, s, a, listed);
    return r->sdiag_family == AF_INET || r->sdiag_family == AF_INET6 ? answer_inet(t, s, a, listed) : -ENOENT;
}

void sock_diag_request(struct task *t, struct sock *s, const void *buf, uint64_t len)
{
    nl_requests(t, s, buf, len, answer_one);
}
