/* route.h - the routes that there are, for NETLINK_ROUTE (route.c). */
#ifndef SYSCALLS_NET_ROUTE_H
#define SYSCALLS_NET_ROUTE_H

#include "nlmsg.h"

/* All routes of IPv4 and of IPv6, as a list. */
void route_put_all(struct nl_answer *a, bool four, bool six);

/* RTM_GETROUTE of one address, asked by somebody whose user id is uid: 0 and the answer sent, or negative errno. */
int route_request(struct sock *s, struct nl_answer *a, uint32_t uid);

#endif
