/*
 * ipc.h - System V semaphores and message queues: what both share (ipc/util.c of Linux 6.18), and their
 * tables; with them POSIX message queues.
 *
 * Shared memory is mm's (mm/shm.c): its segments are part of address spaces.
 */
#ifndef SYSCALLS_IPC_IPC_H
#define SYSCALLS_IPC_IPC_H

#include <stdio.h>
#include <sys/ipc.h>
#include <sys/stat.h>

#include "../process.h"

#define CAP_IPC_OWNER    15
#define CAP_SYS_ADMIN    21
#define CAP_SYS_RESOURCE 24

/* What a set and a queue begin with: struct kern_ipc_perm. */
struct ipc_object {
    int id, key;
    unsigned mode, uid, gid, cuid, cgid;
};

/* Objects of one kind, by the lower bits of their id. */
struct ipc_ids {
    struct ipc_object **slot;
    int room, in_use, next_idx, last_idx, seq;
};
struct sem_undo_list;
struct sem_queue;
struct ipc_namespace {
    struct ipc_ids sem, msg;
    int64_t used_sems;            /* semaphores of all sets */
    uint64_t msg_bytes, msg_hdrs; /* of all queues */
    struct list_head mqs;         /* POSIX message queues with a name: mqueue.c */
    struct list_head mqs_charged; /* and all of them */
    int nr_mqs;
};

static inline int64_t ipc_now(const struct kernel *k)
{
    return (int64_t)((KERNEL_EPOCH_NS + k->now_ns) / 1000000000);
}

/* ---- ids.c ---- */
struct ipc_object *ipc_find(const struct ipc_ids *ids,
                            int id); /* NULL: none, or an id of an earlier object */
struct ipc_object *ipc_at(const struct ipc_ids *ids, int index); /* whatever its sequence number */
int ipc_max_index(const struct ipc_ids *ids);                    /* of an object; 0 also when there is none */
/* Give o, made by t, its id, key and permissions. The id, -ENOSPC or -ENOMEM; o stays the caller's on
 * failure. */
int ipc_add(struct task *t, struct ipc_ids *ids, struct ipc_object *o, int key, int flags);
void ipc_remove(struct ipc_ids *ids, struct ipc_object *o); /* o is not freed */
/*
 * The front of semget(2) and msgget(2). `create` makes an object and returns its id; `accept` (may be NULL)
 * refuses an existing one with a negative errno.
 */
int64_t ipc_get(struct task *t, struct ipc_ids *ids, int key, int flags, int arg,
                int64_t (*create)(struct task *t, int key, int flags, int arg),
                int (*accept)(const struct ipc_object *o, int arg));
/* ipcperms(): may t do what the S_I* bits of `flag` say, at any of the three places? */
bool ipc_permits(const struct task *t, const struct ipc_object *o, unsigned flag);
/* For IPC_SET and IPC_RMID: *o and 0, -EINVAL (no such object) or -EPERM. */
int ipc_find_owned(struct task *t, const struct ipc_ids *ids, int id, struct ipc_object **o);
void ipc_perm_out(const struct ipc_object *o, struct ipc_perm *p);
int ipc_perm_in(struct ipc_object *o, const struct ipc_perm *p); /* 0 or -EINVAL */

/* ---- sem.c, semctl.c, undo.c ---- */
struct sem {
    int val, pid;
};
struct sem_set {
    struct ipc_object o;      /* first */
    struct list_head pending; /* struct sem_queue.node: who waits, in order */
    struct list_head undos;   /* struct sem_undo.set_node */
    int64_t otime, ctime;
    int n;
    struct sem sem[];
};
struct sem_undo { /* what one process has to give back to one set when it ends */
    struct list_head set_node, list_node;
    struct sem_set *set;
    int16_t adj[];
};
struct sem_queue { /* operations that wait; done by whoever makes them possible */
    struct list_head node;
    struct task *task;
    struct sem_undo *undo;
    int status; /* 1: waits; else the result */
    bool alter;
    unsigned n, blocking; /* operations; the one that cannot be done */
    struct {
        uint16_t num;
        int16_t op, flg;
    } op[];
};
#define SEMVMX_ 32767
#define SEMAEM_ 32767
/* Do what waits and can be done now; wakes whose operations are over. */
void sem_update(struct sem_set *set);
void sem_set_free(struct kernel *k, struct sem_set *set);           /* wakes all with EIDRM */
struct sem_undo *sem_undo_get(struct task *t, struct sem_set *set); /* NULL: no memory */
void sem_undo_free(struct sem_undo *u);
void ipc_show_sem(const struct kernel *k, FILE *out);

/* ---- msg.c ---- */
void ipc_show_msg(const struct kernel *k, FILE *out);
void msg_destroy_all(struct ipc_namespace *ns);

/* ---- mqueue.c ---- */
void mq_destroy_all(struct ipc_namespace *ns); /* before the inodes go */

#endif
