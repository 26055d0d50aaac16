/*
 * sockopt.h - options of sockets. Most are numbers that are kept for who asks: rows of one table (sockopt.c), with what they are
 * at first. The few that do something, or are no number, have code of their own (setsockopt.c, getsockopt.c).
 */
#ifndef SYSCALLS_NET_SOCKOPT_H
#define SYSCALLS_NET_SOCKOPT_H

#include "sock.h"

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

enum sock_family_bit { FOR_UNIX = 1, FOR_INET = 2, FOR_NETLINK = 4, FOR_ALL = 7 };
enum sock_family_bit sock_family_bit(const struct sock *s);

bool sock_has_level(const struct sock *s, int level);    /* does the socket have options of this level? */
int sock_find_option(int level, int name);               /* its row's number, or -1 */
int64_t sock_set_number(struct sock *s, int row, int v); /* 0, -EOPNOTSUPP or -EINVAL */
/* To out, 4 or 8 bytes: how many, or -EOPNOTSUPP. */
int sock_get_number(const struct sock *s, int row, void *out);

#endif
