/*
 * netif.h - the one network interface there is: lo, up, with 127.0.0.1/8 and ::1/128, as in a network namespace of its own.
 */
#ifndef SYSCALLS_NET_NETIF_H
#define SYSCALLS_NET_NETIF_H

#include "sock.h"

#include <net/if.h>

#define LO_NAME   "lo"
#define LO_INDEX  1
#define LO_FLAGS  (IFF_UP | IFF_LOOPBACK | IFF_RUNNING) /* IFF_LOWER_UP (0x10000) only in messages */
#define LO_MTU    65536u
#define LO_TXQLEN 1000u

/* netif.c: SIOCGIF* on a socket of s's family. 0, or negative errno: ENOTTY where cmd is none of them. */
int64_t netif_ioctl(struct task *t, const struct sock *s, unsigned cmd, uint64_t arg);

/* rtnetlink.c: t sent `len` bytes of requests to the kernel by s, whose queue the answers come to. Lost where there is no memory. */
void rtnetlink_request(struct task *t, struct sock *s, const void *buf, uint64_t len);

#endif
