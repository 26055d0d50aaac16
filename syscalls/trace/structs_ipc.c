/* structs_ipc.c - structures of System V shared memory, semaphores and message queues, as strace shows them.
 */
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "../kernel.h"
#include "strace.h"

static void print_sembuf(struct call *c, const void *p)
{
    const struct sembuf *s = p;

    text_printf(c->out, "{sem_num=%u, sem_op=%d, sem_flg=", s->sem_num, s->sem_op);
    print_flags_named(c, "semop", (uint16_t)s->sem_flg);
    text_putc(c->out, '}');
}

static void print_perm(struct call *c, const char *name, const struct ipc_perm *p, bool whole)
{
    text_printf(c->out, "{%s={uid=", name);
    print_id(c, p->uid);
    text_puts(c->out, ", gid=");
    print_id(c, p->gid);
    text_printf(c->out, ", mode=%#03o", (unsigned)p->mode);
    if (whole) {
        text_printf(c->out, ", key=%u, cuid=", (unsigned)p->__key);
        print_id(c, p->cuid);
        text_puts(c->out, ", cgid=");
        print_id(c, p->cgid);
    }
    text_putc(c->out, '}');
}

static void print_shmid(struct call *c, const void *p)
{
    const struct shmid_ds *ds = p;

    print_perm(c, "shm_perm", &ds->shm_perm, true);
    text_printf(c->out,
                ", shm_segsz=%zu, shm_cpid=%d, shm_lpid=%d, shm_nattch=%lu, shm_atime=%lu, shm_dtime=%lu, "
                "shm_ctime=%lu}",
                ds->shm_segsz, ds->shm_cpid, ds->shm_lpid, (unsigned long)ds->shm_nattch,
                (unsigned long)ds->shm_atime, (unsigned long)ds->shm_dtime, (unsigned long)ds->shm_ctime);
}

static void print_shmid_set(struct call *c, const void *p)
{
    print_perm(c, "shm_perm", &((const struct shmid_ds *)p)->shm_perm, false);
    text_putc(c->out, '}');
}

static void print_shm_limits(struct call *c, const void *p)
{
    const struct shminfo *s = p;

    text_printf(c->out, "{shmmax=%lu, shmmin=%lu, shmmni=%lu, shmseg=%lu, shmall=%lu}", s->shmmax, s->shmmin,
                s->shmmni, s->shmseg, s->shmall);
}

static void print_shm_usage(struct call *c, const void *p)
{
    const struct shm_info *s = p;

    text_printf(c->out,
                "{used_ids=%d, shm_tot=%lu, shm_rss=%lu, shm_swp=%lu, swap_attempts=%lu, swap_successes=%lu}",
                s->used_ids, s->shm_tot, s->shm_rss, s->shm_swp, s->swap_attempts, s->swap_successes);
}

static void print_semid(struct call *c, const void *p)
{
    const struct semid_ds *ds = p;

    print_perm(c, "sem_perm", &ds->sem_perm, true);
    text_printf(c->out, ", sem_otime=%lu, sem_ctime=%lu, sem_nsems=%lu}", ds->sem_otime, ds->sem_ctime,
                (unsigned long)ds->sem_nsems);
}

static void print_semid_set(struct call *c, const void *p)
{
    print_perm(c, "sem_perm", &((const struct semid_ds *)p)->sem_perm, false);
    text_putc(c->out, '}');
}

static void print_seminfo(struct call *c, const void *p)
{
    const struct seminfo *s = p;

    text_printf(
        c->out,
        "{semmap=%d, semmni=%d, semmns=%d, semmnu=%d, semmsl=%d, semopm=%d, semume=%d, semusz=%d, semvmx=%d, "
        "semaem=%d}",
        s->semmap, s->semmni, s->semmns, s->semmnu, s->semmsl, s->semopm, s->semume, s->semusz, s->semvmx,
        s->semaem);
}

static void print_msqid(struct call *c, const void *p)
{
    const struct msqid_ds *ds = p;

    print_perm(c, "msg_perm", &ds->msg_perm, true);
    text_printf(c->out,
                ", msg_stime=%lu, msg_rtime=%lu, msg_ctime=%lu, msg_qnum=%lu, msg_qbytes=%lu, msg_lspid=%d, "
                "msg_lrpid=%d}",
                ds->msg_stime, ds->msg_rtime, ds->msg_ctime, (unsigned long)ds->msg_qnum,
                (unsigned long)ds->msg_qbytes, ds->msg_lspid, ds->msg_lrpid);
}

static void print_msqid_set(struct call *c, const void *p)
{
    const struct msqid_ds *ds = p;

    print_perm(c, "msg_perm", &ds->msg_perm, false);
    text_printf(c->out, ", msg_qbytes=%lu}", (unsigned long)ds->msg_qbytes);
}

static void print_msginfo(struct call *c, const void *p)
{
    const struct msginfo *m = p;

    text_printf(
        c->out, "{msgpool=%d, msgmap=%d, msgmax=%d, msgmnb=%d, msgmni=%d, msgssz=%d, msgtql=%d, msgseg=%u}",
        m->msgpool, m->msgmap, m->msgmax, m->msgmnb, m->msgmni, m->msgssz, m->msgtql, (unsigned)m->msgseg);
}

/* The whole buffer, whatever came of it. */
static void print_msgbuf(struct call *c, uint64_t addr, const struct arg *a)
{
    uint8_t text[4096];
    uint64_t n = c->args[2], limit = c->tr->opt.strsize;
    int64_t type;

    if (limit > sizeof(text))
        limit = sizeof(text);
    if (!get(c, &type, addr, sizeof(type)) || !get(c, text, addr + 8, n < limit ? n : limit)) {
        print_addr(c, addr);
        return;
    }
    text_printf(c->out, "{mtype=%ld, mtext=", type);
    print_quoted(c->out, text, n < limit ? n : limit, n > limit, in_hex(c, text, n < limit ? n : limit));
    text_putc(c->out, '}');
}

static void put_mq_attr(struct call *c, const int64_t *a, const char *flags)
{
    text_puts(c->out, "{mq_flags=");
    print_flags_named(c, flags, (uint64_t)a[0]);
    text_printf(c->out, ", mq_maxmsg=%ld, mq_msgsize=%ld, mq_curmsgs=%ld}", (long)a[1], (long)a[2],
                (long)a[3]);
}

static void print_mq_attr(struct call *c, const void *p)
{
    put_mq_attr(c, p, "mq_flags");
}

static void print_mq_open_attr(struct call *c, const void *p)
{
    put_mq_attr(c, p, "mq_open_flags");
}

/* ---- numbers ---- */

static void print_key(struct call *c, uint64_t v, const struct arg *a)
{
    if ((uint32_t)v)
        text_printf(c->out, "%#x", (uint32_t)v);
    else
        print_xlat_named(c, "ipc_key", 0);
}

#define IPC_64 0x100

/* A command, which may have IPC_64 beside it. */
static void put_command(struct call *c, uint32_t v, const char *table)
{
    if (v & IPC_64) {
        print_flags_named(c, "ipc_64", IPC_64);
        text_putc(c->out, '|');
    }
    print_xlat_named(c, table, v & ~(uint32_t)IPC_64);
}

static void print_shm_command(struct call *c, uint64_t v, const struct arg *a)
{
    put_command(c, (uint32_t)v, "shmctl");
}

static void print_sem_command(struct call *c, uint64_t v, const struct arg *a)
{
    put_command(c, (uint32_t)v, "semctl");
}

static void print_msg_command(struct call *c, uint64_t v, const struct arg *a)
{
    put_command(c, (uint32_t)v, "msgctl");
}

const struct struct_type structs_ipc[] = {
    {"sembuf", 6, print_sembuf, NULL, false, STRUCT_PLAIN},
    {"shmid", sizeof(struct shmid_ds), print_shmid, NULL, false, STRUCT_PLAIN},
    {"shmid_set", sizeof(struct shmid_ds), print_shmid_set, NULL, false, STRUCT_PLAIN},
    {"shm_limits", sizeof(struct shminfo), print_shm_limits, NULL, false, STRUCT_PLAIN},
    {"shm_usage", sizeof(struct shm_info), print_shm_usage, NULL, false, STRUCT_PLAIN},
    {"semid", sizeof(struct semid_ds), print_semid, NULL, false, STRUCT_PLAIN},
    {"semid_set", sizeof(struct semid_ds), print_semid_set, NULL, false, STRUCT_PLAIN},
    {"seminfo", sizeof(struct seminfo), print_seminfo, NULL, false, STRUCT_PLAIN},
    {"msqid", sizeof(struct msqid_ds), print_msqid, NULL, false, STRUCT_PLAIN},
    {"msqid_set", sizeof(struct msqid_ds), print_msqid_set, NULL, false, STRUCT_PLAIN},
    {"msginfo", sizeof(struct msginfo), print_msginfo, NULL, false, STRUCT_PLAIN},
    {"msgbuf", 0, NULL, print_msgbuf, false, STRUCT_PLAIN},
    {"ipc_key", 0, NULL, print_key, false, STRUCT_PLAIN},
    {"shmctl", 0, NULL, print_shm_command, false, STRUCT_PLAIN},
    {"semctl", 0, NULL, print_sem_command, false, STRUCT_PLAIN},
    {"msgctl", 0, NULL, print_msg_command, false, STRUCT_PLAIN},
    {"mq_open_attr", 64, print_mq_open_attr, NULL, false, STRUCT_PLAIN},
    {"mq_attr", 64, print_mq_attr, NULL, false, STRUCT_PLAIN},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
