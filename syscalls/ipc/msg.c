/*
 * msg.c - System V message queues: msgget(2), msgsnd(2), msgrcv(2), msgctl(2) and /proc/sysvipc/msg
 * (ipc/msg.c).
 */
#include "ipc.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/msg.h>

#include "../handlers.h"

#define MSGMAX_ 8192
#define MSGMNB_ 16384
#define MSGMNI_ 32000

struct message {
    struct list_head node;
    int64_t type;
    uint64_t len;
    char text[];
};
struct msg_queue {
    struct ipc_object o; /* first */
    struct list_head messages;
    struct waitq senders, receivers;
    int64_t stime, rtime, ctime;
    uint64_t cbytes, qnum, qbytes;
    int lspid, lrpid;
};

static int64_t queue_create(struct task *t, int key, int flags, int unused)
{
    struct msg_queue *q = calloc(1, sizeof(*q));
    int id;

    if (!q)
        return -ENOMEM;
    list_init(&q->messages);
    waitq_init(&q->senders);
    waitq_init(&q->receivers);
    q->qbytes = MSGMNB_;
    q->ctime = ipc_now(t->k);
    id = ipc_add(t, &t->k->ipc->msg, &q->o, key, flags);
    if (id < 0)
        free(q);
    return id;
}

int64_t sys_msgget(struct task *t, const uint64_t a[6])
{
    return ipc_get(t, &t->k->ipc->msg, arg_int(a[0]), arg_int(a[1]), 0, queue_create, NULL);
}

/* The queue of a call that may have waited: it may be gone by now. */
static int queue_find(struct task *t, int id, struct msg_queue **q)
{
    *q = (struct msg_queue *)ipc_find(&t->k->ipc->msg, id);
    return *q ? 0 : t->retrying ? -EIDRM : -EINVAL;
}

static int64_t wait_for(struct task *t, struct waitq *q, const char *what)
{
    int64_t ret = task_block(t, q, 0, what);

    return ret == -ERESTARTSYS ? -ERESTARTNOHAND : ret;
}

static void take_off(struct ipc_namespace *ns, struct msg_queue *q, struct message *m)
{
    list_del(&m->node);
    q->qnum--;
    q->cbytes -= m->len;
    ns->msg_bytes -= m->len;
    ns->msg_hdrs--;
}

static void queue_free(struct ipc_namespace *ns, struct msg_queue *q)
{
    wake_up(&q->receivers);
    wake_up(&q->senders);
    while (!list_empty(&q->messages)) {
        struct message *m = list_first(&q->messages, struct message, node);

        take_off(ns, q, m);
        free(m);
    }
    ipc_remove(&ns->msg, &q->o);
    free(q);
}

void msg_destroy_all(struct ipc_namespace *ns)
{
    for (int i = 0; i < ns->msg.room; i++) {
        if (ns->msg.slot[i])
            queue_free(ns, (struct msg_queue *)ns->msg.slot[i]);
    }
}

/* ---- sending ---- */

int64_t sys_msgsnd(struct task *t, const uint64_t a[6])
{
    struct ipc_namespace *ns = t->k->ipc;
    int id = arg_int(a[0]), err;
    struct msg_queue *q;
    struct message *m;
    int64_t type;

    if (mm_copy_in(t->mm, &type, a[1], sizeof(type)))
        return -EFAULT;
    if (a[2] > MSGMAX_ || id < 0 || type < 1)
        return -EINVAL;
    m = calloc(1, sizeof(*m) + a[2]);
    if (!m)
        return -ENOMEM;
    m->type = type;
    m->len = a[2];
    err = mm_copy_in(t->mm, m->text, a[1] + sizeof(type), m->len) ? -EFAULT : queue_find(t, id, &q);
    if (!err && !ipc_permits(t, &q->o, 0222))
        err = -EACCES;
    if (!err && (m->len + q->cbytes > q->qbytes || q->qnum + 1 > q->qbytes)) {
        free(m);
        return arg_int(a[3]) & IPC_NOWAIT ? -EAGAIN : wait_for(t, &q->senders, "room in a message queue");
    }
    if (err) {
        free(m);
        return err;
    }
    list_add_tail(&q->messages, &m->node);
    q->cbytes += m->len;
    q->qnum++;
    ns->msg_bytes += m->len;
    ns->msg_hdrs++;
    q->lspid = t->proc->pid;
    q->stime = ipc_now(t->k);
    wake_up(&q->receivers);
    return 0;
}

/* ---- receiving ---- */

/* convert_mode() and find_msg(). */
static struct message *choose(struct msg_queue *q, int64_t type, int flags)
{
    int64_t limit = type == INT64_MIN ? INT64_MAX : -type, n = 0;
    struct message *best = NULL;

    list_for_each (pos, &q->messages) {
        struct message *m = container_of(pos, struct message, node);

        if (flags & MSG_COPY) {
            if (n++ == type)
                return m;
        } else if (type < 0) {
            if (m->type <= limit && (!best || m->type < best->type))
                best = m;
        } else if (!type || (m->type == type) == !(flags & MSG_EXCEPT)) {
            return m;
        }
    }
    return best;
}

int64_t sys_msgrcv(struct task *t, const uint64_t a[6])
{
    int id = arg_int(a[0]), flags = arg_int(a[4]), err;
    struct msg_queue *q;
    struct message *m;
    int64_t n;

    if (id < 0 || (int64_t)a[2] < 0)
        return -EINVAL;
    if (flags & MSG_COPY && (flags & MSG_EXCEPT || !(flags & IPC_NOWAIT)))
        return -EINVAL;
    err = queue_find(t, id, &q);
    if (err)
        return err;
    if (!ipc_permits(t, &q->o, 0444))
        return -EACCES;
    m = choose(q, (int64_t)a[3], flags);
    if (!m)
        return flags & IPC_NOWAIT ? -ENOMSG : wait_for(t, &q->receivers, "a message of a queue");
    if (m->len > a[2] && !(flags & MSG_NOERROR))
        return -E2BIG;
    n = (int64_t)(m->len < a[2] ? m->len : a[2]);
    if (!(flags & MSG_COPY)) {
        take_off(t->k->ipc, q, m);
        q->rtime = ipc_now(t->k);
        q->lrpid = t->proc->pid;
        wake_up(&q->senders);
    }
    if (mm_copy_out(t->mm, a[1], &m->type, sizeof(m->type)) ||
        mm_copy_out(t->mm, a[1] + 8, m->text, (uint64_t)n))
        n = -EFAULT; /* and the message is lost, as in Linux */
    if (!(flags & MSG_COPY))
        free(m);
    return n;
}

/* ---- msgctl ---- */

static int64_t info(struct task *t, int cmd, uint64_t addr)
{
    const struct ipc_namespace *ns = t->k->ipc;
    struct msginfo mi = {.msgpool = MSGMNI_ * (MSGMNB_ / 1024),
                         .msgmap = MSGMNB_,
                         .msgmax = MSGMAX_,
                         .msgmnb = MSGMNB_,
                         .msgmni = MSGMNI_,
                         .msgssz = 16,
                         .msgtql = MSGMNB_,
                         .msgseg = 0xffff};

    if (cmd == MSG_INFO) {
        mi.msgpool = ns->msg.in_use;
        mi.msgmap = (int)ns->msg_hdrs;
        mi.msgtql = (int)ns->msg_bytes;
    }
    return mm_copy_out(t->mm, addr, &mi, sizeof(mi)) ? -EFAULT : ipc_max_index(&ns->msg);
}

static int64_t status(struct task *t, int id, int cmd, uint64_t addr)
{
    const struct ipc_ids *ids = &t->k->ipc->msg;
    const struct msg_queue *q = (struct msg_queue *)(cmd == IPC_STAT ? ipc_find(ids, id) : ipc_at(ids, id));
    struct msqid_ds ds;

    if (!q)
        return -EINVAL;
    if (cmd != MSG_STAT_ANY && !ipc_permits(t, &q->o, 0444))
        return -EACCES;
    memset(&ds, 0, sizeof(ds));
    ipc_perm_out(&q->o, &ds.msg_perm);
    ds.msg_stime = q->stime;
    ds.msg_rtime = q->rtime;
    ds.msg_ctime = q->ctime;
    ds.__msg_cbytes = q->cbytes;
    ds.msg_qnum = q->qnum;
    ds.msg_qbytes = q->qbytes;
    ds.msg_lspid = q->lspid;
    ds.msg_lrpid = q->lrpid;
    if (mm_copy_out(t->mm, addr, &ds, sizeof(ds)))
        return -EFAULT;
    return cmd == IPC_STAT ? 0 : q->o.id;
}

static int64_t change(struct task *t, int id, int cmd, uint64_t addr)
{
    struct msg_queue *q;
    struct msqid_ds ds;
    struct ipc_object *o;
    int err;

    if (cmd == IPC_SET && mm_copy_in(t->mm, &ds, addr, sizeof(ds)))
        return -EFAULT;
    err = ipc_find_owned(t, &t->k->ipc->msg, id, &o);
    if (err)
        return err;
    q = (struct msg_queue *)o;
    if (cmd == IPC_RMID) {
        queue_free(t->k->ipc, q);
        return 0;
    }
    if (ds.msg_qbytes > MSGMNB_ && !capable(t, CAP_SYS_RESOURCE))
        return -EPERM;
    err = ipc_perm_in(o, &ds.msg_perm);
    if (err)
        return err;
    q->qbytes = ds.msg_qbytes;
    q->ctime = ipc_now(t->k);
    wake_up(&q->receivers); /* who may no longer, hears it */
    wake_up(&q->senders);
    return 0;
}

int64_t sys_msgctl(struct task *t, const uint64_t a[6])
{
    int id = arg_int(a[0]), cmd = arg_int(a[1]);

    if (id < 0 || cmd < 0)
        return -EINVAL;
    switch (cmd) {
    case IPC_INFO:
    case MSG_INFO:
        return info(t, cmd, a[2]);
    case IPC_STAT:
    case MSG_STAT:
    case MSG_STAT_ANY:
        return status(t, id, cmd, a[2]);
    case IPC_SET:
    case IPC_RMID:
        return change(t, id, cmd, a[2]);
    }
    return -EINVAL;
}

void ipc_show_msg(const struct kernel *k, FILE *out)
{
    const struct ipc_ids *ids = &k->ipc->msg;

    fputs("       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime "
          "     rtime    "
          "  ctime\n",
          out);
    for (int i = 0; i < ids->room; i++) {
        const struct msg_queue *q = (struct msg_queue *)ids->slot[i];

        if (q)
            fprintf(out, "%10d %10d  %4o  %10lu %10lu %5u %5u %5u %5u %5u %5u %10lu %10lu %10lu\n", q->o.key,
                    q->o.id, q->o.mode, (unsigned long)q->cbytes, (unsigned long)q->qnum, (unsigned)q->lspid,
                    (unsigned)q->lrpid, q->o.uid, q->o.gid, q->o.cuid, q->o.cgid, (unsigned long)q->stime,
                    (unsigned long)q->rtime, (unsigned long)q->ctime);
    }
}
