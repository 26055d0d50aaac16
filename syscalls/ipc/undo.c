/*
 * undo.c - SEM_UNDO: what a process did to semaphores is taken back when it ends (exit_sem() of ipc/sem.c).
 *
 * Tasks made with CLONE_SYSVSEM, threads above all, share one list; the last of them to end takes back.
 */
#include "ipc.h"

#include <stdlib.h>

struct sem_undo_list {
    unsigned refs;
    struct list_head undos; /* struct sem_undo.list_node, the newest first */
};

static struct sem_undo_list *list_of(struct task *t)
{
    if (!t->sem_undo) {
        t->sem_undo = calloc(1, sizeof(*t->sem_undo));
        if (!t->sem_undo)
            return NULL;
        t->sem_undo->refs = 1;
        list_init(&t->sem_undo->undos);
    }
    return t->sem_undo;
}

int sem_undo_share(struct task *t, struct task *c)
{
    if (!list_of(t))
        return -1;
    c->sem_undo = t->sem_undo;
    c->sem_undo->refs++;
    return 0;
}

struct sem_undo *sem_undo_get(struct task *t, struct sem_set *set)
{
    struct sem_undo_list *l = list_of(t);
    struct sem_undo *u;

    if (!l)
        return NULL;
    list_for_each (pos, &l->undos) {
        u = container_of(pos, struct sem_undo, list_node);
        if (u->set == set)
            return u;
    }
    u = calloc(1, sizeof(*u) + (size_t)set->n * sizeof(u->adj[0]));
    if (!u)
        return NULL;
    u->set = set;
    list_add(&l->undos, &u->list_node);
    list_add_tail(&set->undos, &u->set_node);
    return u;
}

void sem_undo_free(struct sem_undo *u)
{
    list_del(&u->set_node);
    list_del(&u->list_node);
    free(u);
}

static void take_back(struct task *t, struct sem_undo *u)
{
    struct sem_set *set = u->set;

    for (int i = 0; i < set->n; i++) {
        int val = set->sem[i].val + u->adj[i];

        if (!u->adj[i])
            continue;
        set->sem[i].val = val < 0 ? 0 : val > SEMVMX_ ? SEMVMX_ : val;
        set->sem[i].pid = t->proc->pid;
    }
    sem_undo_free(u);
    set->otime = ipc_now(t->k);
    sem_update(set);
}

void sem_task_exit(struct task *t)
{
    struct sem_undo_list *l = t->sem_undo;

    sem_wait_free(t);
    t->sem_undo = NULL;
    if (!l || --l->refs)
        return;
    while (!list_empty(&l->undos))
        take_back(t, list_first(&l->undos, struct sem_undo, list_node));
    free(l);
}
