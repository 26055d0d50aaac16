/*
 * semctl.c - semctl(2), and /proc/sysvipc/sem (ipc/sem.c).
 */
#include "ipc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>

#include "../handlers.h"

#define SEMMSL_ 32000
#define SEMMNI_ 32000
#define SEMMNS_ 1024000000
#define SEMOPM_ 500
#define SEMUSZ_ 20

static int64_t info(struct task *t, int cmd, uint64_t addr)
{
    const struct ipc_namespace *ns = t->k->ipc;
    struct seminfo si = {.semmap = SEMMNS_,
                         .semmni = SEMMNI_,
                         .semmns = SEMMNS_,
                         .semmnu = SEMMNS_,
                         .semmsl = SEMMSL_,
                         .semopm = SEMOPM_,
                         .semume = SEMOPM_,
                         .semusz = SEMUSZ_,
                         .semvmx = SEMVMX_,
                         .semaem = SEMAEM_};

    if (cmd == SEM_INFO) {
        si.semusz = ns->sem.in_use;
        si.semaem = (int)ns->used_sems;
    }
    return mm_copy_out(t->mm, addr, &si, sizeof(si)) ? -EFAULT : ipc_max_index(&ns->sem);
}

static int64_t status(struct task *t, int id, int cmd, uint64_t addr)
{
    const struct ipc_ids *ids = &t->k->ipc->sem;
    const struct sem_set *set = (struct sem_set *)(cmd == IPC_STAT ? ipc_find(ids, id) : ipc_at(ids, id));
    struct semid_ds ds;

    if (!set)
        return -EINVAL;
    if (cmd != SEM_STAT_ANY && !ipc_permits(t, &set->o, 0444))
        return -EACCES;
    memset(&ds, 0, sizeof(ds));
    ipc_perm_out(&set->o, &ds.sem_perm);
    ds.sem_otime = set->otime;
    ds.sem_ctime = set->ctime;
    ds.sem_nsems = (unsigned)set->n;
    if (mm_copy_out(t->mm, addr, &ds, sizeof(ds)))
        return -EFAULT;
    return cmd == IPC_STAT ? 0 : set->o.id;
}

/* Values set by hand: nobody takes back what was done before. */
static void forget_undos(struct sem_set *set, int i)
{
    list_for_each (pos, &set->undos)
        container_of(pos, struct sem_undo, set_node)->adj[i] = 0;
}

static void set_value(struct task *t, struct sem_set *set, int i, int val)
{
    set->sem[i].val = val;
    set->sem[i].pid = t->proc->pid;
    forget_undos(set, i);
}

static int64_t setval(struct task *t, int id, int num, int val)
{
    struct sem_set *set;

    if (val < 0 || val > SEMVMX_)
        return -ERANGE;
    set = (struct sem_set *)ipc_find(&t->k->ipc->sem, id);
    if (!set || num < 0 || num >= set->n)
        return -EINVAL;
    if (!ipc_permits(t, &set->o, 0222))
        return -EACCES;
    set_value(t, set, num, val);
    set->ctime = ipc_now(t->k);
    sem_update(set);
    return 0;
}

static int64_t setall(struct task *t, struct sem_set *set, uint64_t addr)
{
    uint16_t *v = malloc((size_t)set->n * sizeof(*v));
    int err = 0;

    if (!v)
        return -ENOMEM;
    if (mm_copy_in(t->mm, v, addr, (size_t)set->n * sizeof(*v)))
        err = -EFAULT;
    for (int i = 0; i < set->n && !err; i++)
        err = v[i] > SEMVMX_ ? -ERANGE : 0;
    for (int i = 0; i < set->n && !err; i++)
        set_value(t, set, i, v[i]);
    free(v);
    if (err)
        return err;
    set->ctime = ipc_now(t->k);
    sem_update(set);
    return 0;
}

static int64_t getall(struct task *t, const struct sem_set *set, uint64_t addr)
{
    for (int i = 0; i < set->n; i++) {
        uint16_t v = (uint16_t)set->sem[i].val;

        if (mm_copy_out(t->mm, addr + 2 * (uint64_t)i, &v, sizeof(v)))
            return -EFAULT;
    }
    return 0;
}

/* Who waits because of semaphore `num`, to become zero or to grow. */
static int64_t count_waiting(const struct sem_set *set, int num, bool zero)
{
    int64_t n = 0;

    list_for_each (pos, &set->pending) {
        const struct sem_queue *q = container_of(pos, struct sem_queue, node);

        n += q->op[q->blocking].num == num && !q->op[q->blocking].op == zero;
    }
    return n;
}

static int64_t values(struct task *t, int id, int num, int cmd, uint64_t arg)
{
    struct sem_set *set = (struct sem_set *)ipc_find(&t->k->ipc->sem, id);

    if (!set)
        return -EINVAL;
    if (!ipc_permits(t, &set->o, cmd == SETALL ? 0222 : 0444))
        return -EACCES;
    if (cmd == SETALL)
        return setall(t, set, arg);
    if (cmd == GETALL)
        return getall(t, set, arg);
    if (num < 0 || num >= set->n)
        return -EINVAL;
    switch (cmd) {
    case GETVAL:
        return set->sem[num].val;
    case GETPID:
        return set->sem[num].pid;
    default:
        return count_waiting(set, num, cmd == GETZCNT);
    }
}

static int64_t change(struct task *t, int id, int cmd, uint64_t addr)
{
    struct ipc_object *o;
    struct semid_ds ds;
    int err;

    if (cmd == IPC_SET && mm_copy_in(t->mm, &ds, addr, sizeof(ds)))
        return -EFAULT;
    err = ipc_find_owned(t, &t->k->ipc->sem, id, &o);
    if (err)
        return err;
    if (cmd == IPC_RMID) {
        sem_set_free(t->k, (struct sem_set *)o);
        return 0;
    }
    err = ipc_perm_in(o, &ds.sem_perm);
    if (!err)
        ((struct sem_set *)o)->ctime = ipc_now(t->k);
    return err;
}

int64_t sys_semctl(struct task *t, const uint64_t a[6])
{
    int id = arg_int(a[0]), num = arg_int(a[1]), cmd = arg_int(a[2]);

    if (id < 0)
        return -EINVAL;
    switch (cmd) {
    case IPC_INFO:
    case SEM_INFO:
        return info(t, cmd, a[3]);
    case IPC_STAT:
    case SEM_STAT:
    case SEM_STAT_ANY:
        return status(t, id, cmd, a[3]);
    case GETALL:
    case GETVAL:
    case GETPID:
    case GETNCNT:
    case GETZCNT:
    case SETALL:
        return values(t, id, num, cmd, a[3]);
    case SETVAL:
        return setval(t, id, num, arg_int(a[3]));
    case IPC_SET:
    case IPC_RMID:
        return change(t, id, cmd, a[3]);
    }
    return -EINVAL;
}

void ipc_show_sem(const struct kernel *k, FILE *out)
{
    const struct ipc_ids *ids = &k->ipc->sem;

    fputs("       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n", out);
    for (int i = 0; i < ids->room; i++) {
        const struct sem_set *s = (struct sem_set *)ids->slot[i];

        if (s)
            fprintf(out, "%10d %10d  %4o %10u %5u %5u %5u %5u %10lu %10lu\n", s->o.key, s->o.id, s->o.mode,
                    (unsigned)s->n, s->o.uid, s->o.gid, s->o.cuid, s->o.cgid, (unsigned long)s->otime,
                    (unsigned long)s->ctime);
    }
}
