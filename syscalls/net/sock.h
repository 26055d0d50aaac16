/*
 * sock.h - sockets between tasks of the guest: the queue of messages both ends share, and addresses.
 *
 * AF_UNIX (names in the file system and abstract ones) and loopback AF_INET/AF_INET6 are the same machinery:
 * a name leads to a socket, connecting makes a pair, sending puts a message on the other's queue. AF_NETLINK
 * has ports of its own (netlink.c). Nothing here reaches the host's network.
 */
#ifndef SYSCALLS_NET_SOCK_H
#define SYSCALLS_NET_SOCK_H

#include "../fs/fs_calls.h"

#include <sys/socket.h>

#define SOCK_BUF     212992u /* net.core.wmem_default: bytes that may wait on one queue */
#define SCM_MAX_FDS  253u
#define SOCK_OPTIONS 66

struct skb { /* one message, or a piece of a stream */
    struct list_head node;
    struct file **fds;
    unsigned nr_fds;
    struct ucred cred;
    struct sockaddr_storage from;
    unsigned from_len;
    unsigned off, len;
    char data[];
};

enum sock_state { SS_NEW, SS_LISTEN, SS_CONNECTED };

struct sock {
    int family, type, protocol;
    enum sock_state state;
    struct kernel *k;
    struct file *file;      /* no reference: the file owns the socket; NULL: not accepted yet */
    struct sock *peer;      /* no reference: cleared when the other end goes */
    uint64_t ino, peer_ino; /* of its inode, and of the last peer's that went; 0: there was none */
    struct list_head queue; /* of skb: what came in */
    unsigned queued;        /* bytes on it */
    struct skb *urgent;     /* on it, or NULL: see urgent.c */
    bool urgent_taken;      /* MSG_OOB has received it */
    unsigned urgent_lost;   /* AF_UNIX: those that reads went over, which FIONREAD counts for ever */
    bool shut_rd, shut_wr, passcred, peer_gone, bound; /* bound: AF_NETLINK has its port */
    bool filtered;                                     /* SO_ATTACH_FILTER */
    bool addr_chosen, port_chosen; /* by bind(2): they stay when a datagram socket is disconnected */
    bool connecting;               /* TCP: connect(2) did not wait; the next one tells how it went */
    bool reset;                    /* TCP: no connection any more, by a reset or since it was refused */
    int error;                     /* SO_ERROR, told once */
    struct sockaddr_storage addr, peer_addr;
    unsigned addr_len, peer_len;
    struct dentry *at;                 /* AF_UNIX in the file system, reference held */
    struct list_head all;              /* vfs.sockets */
    struct list_head named;            /* vfs.net_names: has an address others can find */
    struct list_head backlog, pending; /* SS_LISTEN: sockets not yet accepted, by their `pending` */
    unsigned nr_backlog, max_backlog;
    struct ucred cred, peer_cred;
    struct group_list *groups, *peer_groups; /* references; NULL: none */
    struct landlock_layer *landlock;         /* of who made it, counted */
    struct waitq wait;
    uint64_t changes;
    struct list_head fasync; /* who is told by a signal */
    bool wants_room;         /* a send or poll found none: they are told when there is some */
    int reuse, reuse_port;
    int option[SOCK_OPTIONS];    /* numbers: the rows of sockopt.c */
    struct linger linger;        /* as SO_LINGER set it; nothing here waits for it */
    uint64_t rcvtimeo, sndtimeo; /* ns, 0: none */
    int sndbuf, rcvbuf;
};

/* task_block() of a call that SO_RCVTIMEO or SO_SNDTIMEO limits: timeo is theirs. -EAGAIN: it is over; -EINTR: a signal, which
 * without a limit would have the call begin anew. */
int64_t sock_wait(struct task *t, struct waitq *q, uint64_t timeo, const char *what);
extern const char sock_waits_for_data[]; /* the `what` of a receive */
struct sock *sock_create(struct task *t, int family, int type, int protocol);
void sock_release(struct sock *s);
/* Who is at an end, for SO_PEERCRED and its like of the other: t, as now; or who listened for it. And what is seen there. */
void sock_note_owner(struct task *t, struct sock *s);
void sock_answer_as(struct sock *s, const struct sock *listener);
void sock_note_peer(struct sock *s, const struct sock *peer);
struct file *sock_file(struct task *t, struct sock *s,
                       unsigned flags);       /* takes over s, also on failure (NULL) */
struct sock *file_sock(const struct file *f); /* NULL: no socket */
void sock_changed(struct sock *s);
void skb_unqueue(struct sock *s, struct skb *b); /* b goes */
/* A signal to who asked for it, for POLL_IN ... POLL_HUP; a task that waits in a receive makes it needless. */
void sock_tell(struct sock *s, int reason);
/* The other end of a connection sends no more: by shutdown, or (closed) because it is gone. */
void sock_tell_end(struct sock *s, bool closed);
void sock_pair(struct sock *a, struct sock *b);
bool sock_connects(const struct sock *s);  /* of a type that listens and accepts */
bool sock_is_stream(const struct sock *s); /* SOCK_STREAM */
bool sock_nothing_to_read(const struct sock *s);
/* A message from nobody in particular comes to `to`: len, or -ENOBUFS. */
int64_t sock_deliver(struct sock *to, const struct sockaddr_storage *from, unsigned from_len, const void *buf,
                     uint64_t len);

/* flags: MSG_DONTWAIT. to NULL: the peer. fds are taken over when bytes go out. Bytes, SYS_BLOCK or negative
 * errno. */
int64_t sock_send(struct task *t, struct sock *s, const void *buf, uint64_t len, unsigned flags,
                  const struct sockaddr_storage *to, unsigned to_len, struct file **fds, unsigned nr_fds);
struct sock_recv {
    struct sockaddr_storage from;
    unsigned from_len;
    struct file **fds; /* the receiver's now */
    unsigned nr_fds;
    struct ucred cred;
    bool truncated, have_cred, urgent; /* urgent: msg_flags has MSG_OOB */
};
int64_t sock_recv(struct task *t, struct sock *s, void *buf, uint64_t len, unsigned flags,
                  struct sock_recv *out);

/* calls.c: a descriptor's socket (EBADF, ENOTSOCK); addresses from and to the guest. 0 or negative errno. */
int sock_of(struct task *t, uint64_t fd, struct file **f, struct sock **s);
int sock_addr_in(struct task *t, uint64_t uaddr, int len, struct sockaddr_storage *sa);
int sock_addr_out(struct task *t, const struct sockaddr_storage *sa, int len, uint64_t uaddr, uint64_t ulen);

/* addr.c */
int sock_bind(struct task *t, struct sock *s, const struct sockaddr_storage *sa, unsigned len);
/* The socket an address leads to; negative errno as connect(2) gives. Binds s first where the family does. */
int sock_find(struct task *t, struct sock *s, const struct sockaddr_storage *sa, unsigned len,
              struct sock **out);
int sock_autobind(struct task *t, struct sock *s);
void sock_unbind(struct sock *s);
/* A datagram from 0.0.0.0 comes from 127.0.0.1. */
void sock_name_sender(struct sockaddr_storage *sa);
/* sa as a socket of this family names it: 127.0.0.1 is ::ffff:127.0.0.1 to one of AF_INET6. */
void sock_map_address(struct sockaddr_storage *sa, int family);
/* A datagram socket is connected to nobody any more (connect(2) to AF_UNSPEC). */
void sock_unconnect(struct sock *s);

void sock_options_init(struct sock *s); /* sockopt.c */
bool sock_v6_only(const struct sock *s);
bool sock_oob_inline(const struct sock *s);

/* tcp.c */
bool sock_is_tcp(const struct sock *s);
/* connect(2) of a socket that does not wait: with `found`, the connection is made, else it was refused. -EINPROGRESS. */
int tcp_connect_later(struct task *t, struct sock *s, bool found);
int tcp_connect_result(struct sock *s); /* and the next connect(2): 0 or negative errno */
/* s goes, and p is the other end: is that a reset? */
void tcp_closes(const struct sock *s, struct sock *p);
int64_t tcp_send_to_closed(struct sock *s, uint64_t len); /* what the other end will reset: len */
bool tcp_hung_up(const struct sock *s, bool eof);         /* POLLHUP; eof: nothing more comes */

/* urgent.c */
bool sock_has_urgent(const struct sock *s);      /* is it of a kind that has urgent data? */
bool sock_at_mark(const struct sock *s);         /* SIOCATMARK */
bool sock_skips_urgent(const struct sock *s);    /* the next read begins behind the urgent byte */
unsigned sock_before_mark(const struct sock *s); /* bytes that one read could have */
void sock_pass_urgent(struct sock *s);           /* a read begins: it goes over what it does not give */
void sock_urgent_came(struct sock *s);           /* the last message is an urgent byte */
/* recv(MSG_OOB): 1, 0 where len is 0, or -EINVAL: there is none to have this way. */
int64_t sock_recv_urgent(struct sock *s, char *buf, uint64_t len, unsigned flags, struct sock_recv *out);

/* netlink.c: what AF_NETLINK does in the calls of these names. */
int netlink_check(int type, int protocol); /* is there such a socket? 0 or negative errno */
int netlink_bind(struct task *t, struct sock *s, const struct sockaddr_storage *sa, unsigned len);
int netlink_connect(struct task *t, struct sock *s, const struct sockaddr_storage *sa, unsigned len);
int64_t netlink_send(struct task *t, struct sock *s, const void *buf, uint64_t len,
                     const struct sockaddr_storage *to, unsigned to_len);
/* The kernel sends something to s; lost where there is no memory. */
void netlink_deliver(struct sock *s, const void *buf, uint64_t len);

#endif
