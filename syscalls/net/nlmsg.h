/*
 * nlmsg.h - what the kernel answers on a netlink socket: messages with attributes, put one behind the other into a datagram
 * (include/net/netlink.h).
 */
#ifndef SYSCALLS_NET_NLMSG_H
#define SYSCALLS_NET_NLMSG_H

#include "sock.h"

#include <linux/netlink.h>

#define NL_ANSWER_MAX 2048

/* One datagram to come. Who fills it sends it before it has more than NL_ANSWER_MAX bytes. */
struct nl_answer {
    const struct nlmsghdr *asked;
    uint32_t port; /* of who asked */
    char buf[NL_ANSWER_MAX];
    uint32_t len, message; /* bytes; where the last message begins */
};

/* One more message, of a type and NLM_F_*, that begins with a header of its kind. */
void nl_put_message(struct nl_answer *a, unsigned type, unsigned flags, const void *header, uint32_t len);
/* An attribute of the last message; data NULL: zeroes. */
void nl_put_attr(struct nl_answer *a, unsigned type, const void *data, uint32_t len);
void nl_put_u8(struct nl_answer *a, unsigned type, uint8_t value);
void nl_put_u32(struct nl_answer *a, unsigned type, uint32_t value);
/* What was put comes to s's queue, if it is anything; then the answer is empty again. */
void nl_send(struct sock *s, struct nl_answer *a);
/* The end of a list, with 0 or the negative errno it ended by. */
void nl_done(struct sock *s, struct nl_answer *a, int err);
/* The payload of the last attribute of a type in a request, behind a header of `header` bytes; *len: its bytes. NULL: none. */
const void *nl_find_attr(const struct nlmsghdr *h, uint32_t header, unsigned type, uint32_t *len);

/*
 * netlink_rcv_skb(): t sent `len` bytes of requests; each goes to `answer`, which returns 0 or a negative errno, and *listed when
 * its answer was a list, which no acknowledgement follows. Requests that are cut off or claim to be longer than what came are
 * passed over.
 */
void nl_requests(struct task *t, struct sock *s, const void *buf, uint64_t len,
                 int (*answer)(struct task *t, struct sock *s, struct nl_answer *a, bool *listed));

#endif
