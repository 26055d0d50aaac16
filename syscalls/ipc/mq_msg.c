/*
 * mq_msg.c - messages of POSIX queues: mq_timedsend(2) and mq_timedreceive(2) (ipc/mqueue.c).
 *
 * Nobody overtakes who waits: a message that comes to waiting receivers is handed to one of them and never
 * seen on the queue, and room that a receiver makes is taken by a waiting sender's message at once. The most
 * important task comes first, and of equals who waits longest.
 */
#include "mqueue.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "../handlers.h"

#define MQ_PRIO_MAX_ 32768u
#define POLICY_FIFO  1
#define POLICY_RR    2

struct mq_wait { /* of a task that sleeps: task.mq_wait */
    struct list_head node;
    struct task *task;
    struct inode *inode;    /* the queue's, reference held: the descriptor may be closed meanwhile */
    struct mq_message *msg; /* a sender's; a receiver's once it has one */
    bool ready;             /* somebody did what it waits for */
};

void mq_drop_messages(struct mq *q)
{
    while (!list_empty(&q->messages)) {
        struct mq_message *m = list_first(&q->messages, struct mq_message, node);

        list_del(&m->node);
        free(m);
    }
}

static void insert(struct mq *q, struct mq_message *m)
{
    struct list_head *after = q->messages.prev;

    while (after != &q->messages && container_of(after, struct mq_message, node)->prio < m->prio)
        after = after->prev;
    list_add(after, &m->node);
    q->curmsgs++;
    q->bytes += m->len;
    q->changes++;
}

static struct mq_message *take_first(struct mq *q)
{
    struct mq_message *m = list_first(&q->messages, struct mq_message, node);

    list_del(&m->node);
    q->curmsgs--;
    q->bytes -= m->len;
    q->changes++;
    return m;
}

/* ---- waiting ---- */

/* task_struct.prio: lower is more important. */
static int importance(const struct task *t)
{
    bool rt = t->sched_policy == POLICY_FIFO || t->sched_policy == POLICY_RR;

    return rt ? 99 - t->sched_priority : 120 + t->nice;
}

void mq_wait_free(struct task *t)
{
    if (!t->mq_wait)
        return;
    list_del(&t->mq_wait->node);
    free(t->mq_wait->msg);
    inode_put(t->mq_wait->inode);
    free(t->mq_wait);
    t->mq_wait = NULL;
}

/* t becomes a waiter of `list`, msg (may be NULL) its waiter's. 0 or -ENOMEM. */
static int queue_up(struct task *t, struct mq *q, struct list_head *list, struct mq_message *msg)
{
    struct list_head *before = list->next;
    struct mq_wait *w = calloc(1, sizeof(*w));

    if (!w)
        return -ENOMEM;
    while (before != list && importance(container_of(before, struct mq_wait, node)->task) <= importance(t))
        before = before->next;
    *w = (struct mq_wait){.task = t, .inode = inode_get(q->inode), .msg = msg};
    list_add_tail(before, &w->node);
    t->mq_wait = w;
    return 0;
}

static struct mq_wait *first_waiter(struct list_head *list)
{
    return list_empty(list) ? NULL : list_first(list, struct mq_wait, node);
}

static void finish(struct mq_wait *w)
{
    list_del(&w->node);
    w->ready = true;
    task_wake(w->task);
}

/* 0: what t waits for was done; SYS_BLOCK; or -ERESTARTSYS or -ETIMEDOUT, and it waits no more. */
static int64_t wait_turn(struct task *t, uint64_t deadline, const char *what)
{
    int64_t ret = t->mq_wait->ready ? 0 : task_block(t, NULL, deadline, what);

    if (ret && ret != SYS_BLOCK)
        mq_wait_free(t);
    return ret;
}

/* The moment to give up; with absolute times on the wall clock. */
static int get_deadline(struct task *t, uint64_t addr, uint64_t *deadline)
{
    uint64_t ns;
    int err;

    *deadline = 0;
    if (!addr)
        return 0;
    err = copy_timespec_in(t, addr, &ns);
    return err ? err : clock_deadline(t, CLOCK_REALTIME, ns, true, deadline);
}

/* ---- sending ---- */

static int64_t wait_for_room(struct task *t, uint64_t deadline)
{
    int64_t ret = wait_turn(t, deadline, "room in a message queue");

    if (!ret)
        mq_wait_free(t);
    return ret;
}

/* The message at addr: 0 or negative errno. */
static int load_message(struct task *t, uint64_t addr, uint64_t len, unsigned prio, struct mq_message **out)
{
    struct mq_message *m = malloc(sizeof(*m) + len);

    if (!m)
        return -ENOMEM;
    m->prio = prio;
    m->len = len;
    if (mm_copy_in(t->mm, m->text, addr, len)) {
        free(m);
        return -EFAULT;
    }
    *out = m;
    return 0;
}

int64_t sys_mq_timedsend(struct task *t, const uint64_t a[6])
{
    struct mq_message *m;
    struct mq_wait *receiver;
    uint64_t deadline;
    struct file *f;
    struct mq *q;
    int err;

    if (t->retrying)
        return wait_for_room(t, t->deadline);
    err = get_deadline(t, a[4], &deadline);
    if (err)
        return err;
    if (arg_uint(a[3]) >= MQ_PRIO_MAX_)
        return -EINVAL;
    err = mq_of(t, arg_int(a[0]), &f, &q);
    if (err)
        return err;
    if ((f->flags & O_ACCMODE) == O_RDONLY)
        return -EBADF;
    if (a[2] > (uint64_t)q->msgsize)
        return -EMSGSIZE;
    err = load_message(t, a[1], a[2], arg_uint(a[3]), &m);
    if (err)
        return err;
    if (q->curmsgs >= q->maxmsg) {
        err = f->flags & O_NONBLOCK ? -EAGAIN : queue_up(t, q, &q->senders, m);
        if (!err)
            return wait_for_room(t, deadline);
        free(m);
        return err;
    }
    receiver = first_waiter(&q->receivers);
    if (receiver) {
        receiver->msg = m;
        finish(receiver);
        return 0;
    }
    insert(q, m);
    if (q->curmsgs == 1)
        mq_tell_owner(t, q);
    wake_up(&q->poll);
    return 0;
}

/* ---- receiving ---- */

/* m goes to the guest, and is freed. */
static int64_t give(struct task *t, const uint64_t a[6], struct mq_message *m)
{
    int64_t ret = (int64_t)m->len;

    if ((a[3] && mm_copy_out(t->mm, a[3], &m->prio, sizeof(m->prio))) ||
        mm_copy_out(t->mm, a[1], m->text, m->len))
        ret = -EFAULT;
    free(m);
    return ret;
}

static int64_t wait_for_message(struct task *t, const uint64_t a[6], uint64_t deadline)
{
    int64_t ret = wait_turn(t, deadline, "a message in a message queue");
    struct mq_message *m;

    if (ret)
        return ret;
    m = t->mq_wait->msg;
    t->mq_wait->msg = NULL;
    mq_wait_free(t);
    return give(t, a, m);
}

int64_t sys_mq_timedreceive(struct task *t, const uint64_t a[6])
{
    struct mq_message *m;
    struct mq_wait *sender;
    uint64_t deadline;
    struct file *f;
    struct mq *q;
    int err;

    if (t->retrying)
        return wait_for_message(t, a, t->deadline);
    err = get_deadline(t, a[4], &deadline);
    if (!err)
        err = mq_of(t, arg_int(a[0]), &f, &q);
    if (err)
        return err;
    if ((f->flags & O_ACCMODE) == O_WRONLY)
        return -EBADF;
    if (a[2] < (uint64_t)q->msgsize)
        return -EMSGSIZE;
    if (!q->curmsgs) {
        err = f->flags & O_NONBLOCK ? -EAGAIN : queue_up(t, q, &q->receivers, NULL);
        return err ? err : wait_for_message(t, a, deadline);
    }
    m = take_first(q);
    sender = first_waiter(&q->senders);
    if (sender) {
        insert(q, sender->msg);
        sender->msg = NULL;
        finish(sender);
    } else {
        wake_up(&q->poll);
    }
    return give(t, a, m);
}
