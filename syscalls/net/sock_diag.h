/* sock_diag.h - what is told of sockets: NETLINK_SOCK_DIAG (sock_diag.c), /proc/net (proc_net.c). */
#ifndef SYSCALLS_NET_SOCK_DIAG_H
#define SYSCALLS_NET_SOCK_DIAG_H

#include "sock.h"

/* t sent `len` bytes of requests to the kernel by s, whose queue the answers come to. Lost where there is no memory. */
void sock_diag_request(struct task *t, struct sock *s, const void *buf, uint64_t len);

/* The state of a socket of TCP or UDP, TCP_ESTABLISHED ... as ss names it; 0: it is not listed. */
#define SOCK_STATE_BOUND 13 /* TCP_BOUND_INACTIVE: asked of NETLINK_SOCK_DIAG, and told as TCP_CLOSE */
unsigned sock_inet_state(const struct sock *s);

#endif
