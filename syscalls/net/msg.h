/* msg.h - sendmsg and its like: a message of the guest's, its data (msg.c) and what goes beside them (scm.c). */
#ifndef SYSCALLS_NET_MSG_H
#define SYSCALLS_NET_MSG_H

#include "sock.h"

struct user_msghdr { /* struct user_msghdr of include/linux/socket.h */
    uint64_t name;
    int32_t namelen, pad;
    uint64_t iov, iovlen, control, controllen;
    uint32_t flags, pad2;
};

/* One message through s, the socket of f. Bytes, SYS_BLOCK or negative errno; t->restart_data[0] counts what a stream had sent
 * before it waited. */
int64_t msg_send(struct task *t, struct file *f, struct sock *s, const struct user_msghdr *m, unsigned flags);
/* The same: m's flags and controllen are set, what came is stored where m says, the name's length at unamelen. */
int64_t msg_receive(struct task *t, struct file *f, struct sock *s, struct user_msghdr *m, unsigned flags,
                    uint64_t unamelen);

/* SCM_RIGHTS in what the sender gave: open files, referenced, nr of them in *fds, to be put by the caller also where this
 * fails. 0 or negative errno. */
int scm_send(struct task *t, const struct user_msghdr *m, struct file ***fds, unsigned *nr);
/* What came beside the bytes, as control messages: m's controllen is what they take, its flags have MSG_CTRUNC where there is
 * no room. */
void scm_receive(struct task *t, const struct sock *s, const struct sock_recv *got, struct user_msghdr *m,
                 unsigned flags);
void scm_put(struct file **fds, unsigned n); /* drops n files, and their array */

#endif
