/*
 * sock.c - sockets from the first to the last moment: made, connected, told of what happens, gone (net/core/sock.c,
 * net/unix/af_unix.c).
 */
#include "sock.h"

#include "../fs/fasync.h"
#include "../landlock/landlock.h"
#include "../process.h"

#include <signal.h>
#include <stdlib.h>

const char sock_waits_for_data[] = "data on a socket";

bool sock_is_stream(const struct sock *s)
{
    return s->type == SOCK_STREAM;
}

bool sock_connects(const struct sock *s)
{
    return s->type == SOCK_STREAM || s->type == SOCK_SEQPACKET;
}

void sock_changed(struct sock *s)
{
    s->changes++;
    wake_up(&s->wait);
}

/* sock_wake_async() */
void sock_tell(struct sock *s, int reason)
{
    list_for_each (n, &s->wait.waiters)
        if (container_of(n, struct wait_entry, node)->task->wait_what == sock_waits_for_data &&
            (reason == POLL_IN || reason == POLL_HUP))
            return;
    fasync_tell(&s->fasync, reason);
}

void sock_tell_end(struct sock *s, bool closed)
{
    if (s->family == AF_UNIX) {
        sock_tell(s, closed ? POLL_HUP : POLL_IN);
    } else if (s->shut_rd && s->shut_wr) {
        sock_tell(s, POLL_HUP);
    } else { /* of a FIN, and of data that may have come with it */
        sock_tell(s, POLL_IN);
        sock_tell(s, POLL_IN);
    }
}

void sock_note_owner(struct task *t, struct sock *s)
{
    s->cred = (struct ucred){t->proc->pid, t->cred.euid, t->cred.egid};
    groups_put(s->groups);
    s->groups = groups_get(t->cred.groups);
}

void sock_answer_as(struct sock *s, const struct sock *listener)
{
    s->cred = listener->cred;
    groups_put(s->groups);
    s->groups = groups_get(listener->groups);
}

void sock_note_peer(struct sock *s, const struct sock *peer)
{
    s->peer_cred = peer->cred;
    groups_put(s->peer_groups);
    s->peer_groups = groups_get(peer->groups);
}

/* What s has of the other end when a connection is made. */
static void know(struct sock *s, const struct sock *peer)
{
    sock_note_peer(s, peer);
    s->peer_addr = peer->addr;
    s->peer_len = peer->addr_len;
}

struct sock *sock_create(struct task *t, int family, int type, int protocol)
{
    struct sock *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->k = t->k;
    list_add_tail(&t->k->vfs->sockets, &s->all);
    s->family = family;
    s->type = type;
    s->protocol = protocol;
    s->state = SS_NEW;
    s->sndbuf = s->rcvbuf = SOCK_BUF;
    sock_options_init(s);
    sock_note_owner(t, s);
    s->landlock = landlock_get(t->cred.landlock);
    s->addr.ss_family = family;
    s->peer_addr.ss_family = family;
    s->addr_len = family == AF_UNIX ? 2 : family == AF_INET ? 16 : family == AF_NETLINK ? 12 : 28;
    list_init(&s->queue);
    list_init(&s->named);
    list_init(&s->backlog);
    list_init(&s->pending);
    waitq_init(&s->wait);
    list_init(&s->fasync);
    return s;
}

static void skb_free(struct skb *b)
{
    for (unsigned i = 0; i < b->nr_fds; i++)
        file_put(b->fds[i]);
    free(b->fds);
    free(b);
}

void skb_unqueue(struct sock *s, struct skb *b)
{
    if (b == s->urgent)
        s->urgent = NULL;
    list_del(&b->node);
    s->queued -= b->len;
    skb_free(b);
}

/* Whoever is connected to s sees an end of file, or a reset if bytes were left unread. Many datagram sockets
 * may be. */
static void sock_disconnect(struct sock *s)
{
    s->peer = NULL;
    list_for_each (n, &s->k->vfs->sockets) {
        struct sock *p = container_of(n, struct sock, all);

        if (p->peer != s)
            continue;
        p->peer = NULL;
        p->peer_ino = s->ino;
        p->peer_gone = true;
        if (sock_is_tcp(s))
            tcp_closes(s, p);
        else if (sock_connects(s) && (s->queued || !s->file))
            p->error = ECONNRESET;
        if (p->error && s->family != AF_UNIX)
            sock_tell(p, POLL_ERR);
        else if (sock_connects(s) && (s->family == AF_UNIX || !s->shut_wr))
            sock_tell_end(p, true);
        sock_changed(p);
    }
}

void sock_release(struct sock *s)
{
    sock_unbind(s);
    while (!list_empty(&s->backlog)) { /* connections nobody accepted */
        struct sock *c = list_first(&s->backlog, struct sock, pending);

        list_del(&c->pending);
        sock_release(c);
    }
    sock_disconnect(s);
    while (!list_empty(&s->queue))
        skb_unqueue(s, list_first(&s->queue, struct skb, node));
    wake_up(&s->wait);
    list_del(&s->all);
    groups_put(s->groups);
    groups_put(s->peer_groups);
    landlock_put(s->landlock);
    free(s);
}

void sock_pair(struct sock *a, struct sock *b)
{
    a->peer = b;
    b->peer = a;
    a->state = b->state = SS_CONNECTED;
    know(a, b);
    know(b, a);
}

int64_t sock_wait(struct task *t, struct waitq *q, uint64_t timeo, const char *what)
{
    int64_t r;

    if (timeo && !t->restart_data[3])
        t->restart_data[3] = t->k->now_ns + timeo;
    r = task_block(t, q, t->restart_data[3], what);
    if (r == -ERESTARTSYS && timeo) /* sock_intr_errno(): the limit would begin anew */
        return -EINTR;
    return r == -ETIMEDOUT ? -EAGAIN : r;
}
