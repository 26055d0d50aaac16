/*
 * mqueue.h - what the files of POSIX message queues share: mqueue.c (queues), mq_dir.c (their names, /dev/mqueue), mq_msg.c
 * (messages, and who waits for one) and mq_notify.c (being told of one).
 */
#ifndef SYSCALLS_IPC_MQUEUE_H
#define SYSCALLS_IPC_MQUEUE_H

#include <fcntl.h>

#include "../file.h"
#include "../fs/vfs.h"
#include "ipc.h"

#define NOTIFY_COOKIE_LEN 32 /* bytes that SIGEV_THREAD sends */

struct mq_attr;

struct mq_message {
    struct list_head node;
    unsigned prio;
    uint64_t len;
    char text[];
};
struct mq {
    struct list_head node;    /* ipc_namespace.mqs; empty: unlinked */
    struct list_head charged; /* ipc_namespace.mqs_charged, as long as it exists */
    struct inode *inode;      /* it is the inode's priv and goes with it */
    struct dentry *name;      /* in /dev/mqueue, which holds the inode and us; no reference */
    int64_t maxmsg, msgsize, curmsgs;
    uint64_t bytes, changes;             /* text of all messages; for edge-triggered epoll */
    uint64_t charge;                     /* what counts for RLIMIT_MSGQUEUE */
    struct list_head messages;           /* by priority, then age */
    struct list_head senders, receivers; /* struct mq_wait.node: who waits, see mq_msg.c */
    struct waitq poll;
    /* The process that asked to be told of a message (NULL: nobody did), and how: */
    struct process *notify;
    struct ksigevent event;
    struct file *notify_socket; /* SIGEV_THREAD: where the cookie goes, reference held */
    uint8_t cookie[NOTIFY_COOKIE_LEN];
};

/* ---- mqueue.c ---- */
/* The queue of a descriptor: 0 or -EBADF. References are borrowed. */
int mq_of(struct task *t, int fd, struct file **f, struct mq **q);
/* A queue that name, new in the directory, is to stand for; attr NULL: the defaults. 0 or negative errno. */
int mq_create(struct task *t, struct dentry *name, unsigned mode, const struct mq_attr *attr);
void mq_unname(struct ipc_namespace *ns, struct mq *q); /* it goes when nobody has it open */

/* ---- mq_msg.c ---- */
void mq_drop_messages(struct mq *q);

/* ---- mq_notify.c ---- */
/* Who is to be told; NULL: nobody. */
struct process *mq_notify_owner(struct mq *q);
/* A message came to the empty queue, and nobody waited for it. */
void mq_tell_owner(struct task *t, struct mq *q);
/* The owner is told no more (a thread that waits for the cookie learns of that, too). */
void mq_forget_notify(struct mq *q);

#endif
