/* sock_diag.h - NETLINK_SOCK_DIAG (sock_diag.c). */
#ifndef SYSCALLS_NET_SOCK_DIAG_H
#define SYSCALLS_NET_SOCK_DIAG_H

#include "sock.h"

/* t sent `len` bytes of requests to the kernel by s, whose queue the answers come to. Lost where there is no memory. */
void sock_diag_request(struct task *t, struct sock *s, const void *buf, uint64_t len);

#endif
