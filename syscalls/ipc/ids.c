/*
 * ids.c - identifiers, keys and permissions of System V objects (ipc/util.c).
 *
 * An id is index + 32768 * sequence number, given out as Linux does, so that a program sees the same numbers.
 */
#include "ipc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_OBJECTS 32000 /* SEMMNI and MSGMNI */
#define INDEX_BITS  15
#define INDEX_MASK  ((1 << INDEX_BITS) - 1)
#define SEQ_MAX     (INT32_MAX >> INDEX_BITS)
#define MIN_CYCLE   64 /* an index is used again only after this many */
#define RWXUGO      0777u

struct ipc_namespace *ipc_create(void)
{
    struct ipc_namespace *ns = calloc(1, sizeof(*ns));

    if (ns) {
        ns->sem.last_idx = ns->msg.last_idx = -1;
        list_init(&ns->mqs);
        list_init(&ns->mqs_charged);
    }
    return ns;
}

void ipc_destroy(struct kernel *k)
{
    struct ipc_namespace *ns = k->ipc;

    if (!ns)
        return;
    for (int i = 0; i < ns->sem.room; i++) {
        if (ns->sem.slot[i])
            sem_set_free(k, (struct sem_set *)ns->sem.slot[i]);
    }
    msg_destroy_all(ns);
    mq_destroy_all(ns);
    free(ns->sem.slot);
    free(ns->msg.slot);
    free(ns);
    k->ipc = NULL;
}

struct ipc_object *ipc_at(const struct ipc_ids *ids, int index)
{
    return (index & INDEX_MASK) < ids->room ? ids->slot[index & INDEX_MASK] : NULL;
}

struct ipc_object *ipc_find(const struct ipc_ids *ids, int id)
{
    struct ipc_object *o = ipc_at(ids, id);

    return o && o->id == id ? o : NULL;
}

int ipc_max_index(const struct ipc_ids *ids)
{
    for (int i = ids->room - 1; i >= 0; i--) {
        if (ids->slot[i])
            return i;
    }
    return 0;
}

static int grow(struct ipc_ids *ids, int room)
{
    struct ipc_object **slot;

    if (room <= ids->room)
        return 0;
    slot = realloc(ids->slot, (size_t)room * sizeof(*slot));
    if (!slot)
        return -ENOMEM;
    memset(slot + ids->room, 0, (size_t)(room - ids->room) * sizeof(*slot));
    ids->slot = slot;
    ids->room = room;
    return 0;
}

/* ipc_idr_alloc(): indices go round, so that an old id is not soon a new one. */
int ipc_add(struct task *t, struct ipc_ids *ids, struct ipc_object *o, int key, int flags)
{
    int limit = ids->in_use * 3 / 2 > MIN_CYCLE ? ids->in_use * 3 / 2 : MIN_CYCLE, idx;

    if (ids->in_use >= MAX_OBJECTS)
        return -ENOSPC;
    limit = limit < MAX_OBJECTS ? limit : MAX_OBJECTS;
    if (grow(ids, limit))
        return -ENOMEM;
    for (idx = ids->next_idx; idx < limit && ids->slot[idx]; idx++)
        ;
    if (idx >= limit) {
        for (idx = 0; idx < limit && ids->slot[idx]; idx++)
            ;
    }
    if (idx >= limit)
        return -ENOSPC;
    if (idx <= ids->last_idx)
        ids->seq = ids->seq + 1 >= SEQ_MAX ? 0 : ids->seq + 1;
    ids->last_idx = idx;
    ids->next_idx = idx + 1;
    ids->slot[idx] = o;
    ids->in_use++;
    *o = (struct ipc_object){.id = ids->seq << INDEX_BITS | idx,
                             .key = key,
                             .mode = (unsigned)flags & RWXUGO,
                             .uid = t->cred.euid,
                             .gid = t->cred.egid,
                             .cuid = t->cred.euid,
                             .cgid = t->cred.egid};
    return o->id;
}

void ipc_remove(struct ipc_ids *ids, struct ipc_object *o)
{
    ids->slot[o->id & INDEX_MASK] = NULL;
    ids->in_use--;
}

static bool is_owner(const struct task *t, const struct ipc_object *o)
{
    return t->cred.euid == o->cuid || t->cred.euid == o->uid;
}

static bool in_group(const struct task *t, unsigned gid)
{
    const struct group_list *g = t->cred.groups;

    for (unsigned i = 0; g && i < g->n; i++) {
        if (g->gid[i] == gid)
            return true;
    }
    return t->cred.egid == gid;
}

bool ipc_permits(const struct task *t, const struct ipc_object *o, unsigned flag)
{
    unsigned wanted = flag >> 6 | flag >> 3 | flag, granted = o->mode;

    if (is_owner(t, o))
        granted >>= 6;
    else if (in_group(t, o->cgid) || in_group(t, o->gid))
        granted >>= 3;
    return !(wanted & ~granted & 7) || capable(t, CAP_IPC_OWNER);
}

int64_t ipc_get(struct task *t, struct ipc_ids *ids, int key, int flags, int arg,
                int64_t (*create)(struct task *t, int key, int flags, int arg),
                int (*accept)(const struct ipc_object *o, int arg))
{
    for (int i = 0; key != IPC_PRIVATE && i < ids->room; i++) {
        struct ipc_object *o = ids->slot[i];
        int err;

        if (!o || o->key != key)
            continue;
        if (flags & IPC_CREAT && flags & IPC_EXCL)
            return -EEXIST;
        err = accept ? accept(o, arg) : 0;
        if (err)
            return err;
        return ipc_permits(t, o, (unsigned)flags & RWXUGO) ? o->id : -EACCES;
    }
    if (key != IPC_PRIVATE && !(flags & IPC_CREAT))
        return -ENOENT;
    return create(t, key, flags, arg);
}

int ipc_find_owned(struct task *t, const struct ipc_ids *ids, int id, struct ipc_object **o)
{
    *o = ipc_find(ids, id);
    if (!*o)
        return -EINVAL;
    return is_owner(t, *o) || capable(t, CAP_SYS_ADMIN) ? 0 : -EPERM;
}

void ipc_perm_out(const struct ipc_object *o, struct ipc_perm *p)
{
    p->__key = o->key;
    p->uid = o->uid;
    p->gid = o->gid;
    p->cuid = o->cuid;
    p->cgid = o->cgid;
    p->mode = (unsigned short)o->mode;
    p->__seq = (unsigned short)(o->id >> INDEX_BITS);
}

int ipc_perm_in(struct ipc_object *o, const struct ipc_perm *p)
{
    if (p->uid == UINT32_MAX || p->gid == UINT32_MAX)
        return -EINVAL;
    o->uid = p->uid;
    o->gid = p->gid;
    o->mode = (o->mode & ~RWXUGO) | (p->mode & RWXUGO);
    return 0;
}
