/*
 * lease.c - leases (fs/locks.c): F_SETLEASE asks to be told by a signal before others open a file in a way that conflicts, and
 * holds these up until the lease is given back, or 45 s of virtual time.
 *
 * Who has a file open is known of the guest's tasks; what other programs of the host do with it is not seen.
 */
#include "lease.h"
#include "fasync.h"

#include <linux/capability.h>
#include <poll.h>
#include <stdlib.h>

#define BREAK_TIME_NS UINT64_C(45000000000) /* /proc/sys/fs/lease-break-time */

struct lease {
    struct list_head node;
    struct file *file; /* no reference: it takes its lease off when it goes */
    int fd;            /* that it was asked for by */
    int type;          /* F_RDLCK or F_WRLCK */
    /* Others wait for it to be given back, or to become F_RDLCK: until when, ns; 0: nobody does. */
    uint64_t unlock_at, downgrade_at;
};
struct lease_list {
    struct list_head leases;
    struct waitq wait; /* who opens */
};

static struct lease *next_of(const struct inode *inode, const struct lease *after)
{
    const struct list_head *n = after ? after->node.next : inode->leases->leases.next;

    return n == &inode->leases->leases ? NULL : container_of(n, struct lease, node);
}

static struct lease *lease_of(const struct file *f)
{
    for (struct lease *l = f->inode->leases ? next_of(f->inode, NULL) : NULL; l; l = next_of(f->inode, l))
        if (l->file == f)
            return l;
    return NULL;
}

/* lease_modify(): F_UNLCK frees it. */
static void lease_become(struct inode *inode, struct lease *l, int type)
{
    l->downgrade_at = type == F_WRLCK ? l->downgrade_at : 0;
    l->unlock_at = type == F_UNLCK ? 0 : l->unlock_at;
    l->type = type;
    wake_up(&inode->leases->wait);
    if (type != F_UNLCK)
        return;
    l->file->fown = (struct fown){0};
    list_del(&l->node);
    free(l);
}

/* Those whose time to give them back is over end now. */
static void time_out(struct inode *inode)
{
    uint64_t now = inode->sb->k->now_ns;

    for (struct lease *l = next_of(inode, NULL), *next; l; l = next) {
        next = next_of(inode, l);
        if (l->unlock_at && l->unlock_at <= now)
            lease_become(inode, l, F_UNLCK);
        else if (l->downgrade_at && l->downgrade_at <= now)
            lease_become(inode, l, F_RDLCK);
    }
}

/* What its holder is to make of it. */
static int target_type(const struct lease *l)
{
    return l->unlock_at ? F_UNLCK : l->downgrade_at ? F_RDLCK : l->type;
}

/* ---- breaking ---- */

static struct lease *find_conflict(const struct inode *inode, bool write)
{
    for (struct lease *l = next_of(inode, NULL); l; l = next_of(inode, l))
        if (write || l->type == F_WRLCK)
            return l;
    return NULL;
}

int64_t lease_break(struct task *t, struct inode *inode, bool write, bool nonblock)
{
    struct lease *l;

    if (!inode->leases)
        return 0;
    time_out(inode);
    for (l = find_conflict(inode, write); l; l = next_of(inode, l)) {
        if (!write && l->type != F_WRLCK)
            continue;
        if (l->unlock_at || (!write && l->downgrade_at))
            continue;
        *(write ? &l->unlock_at : &l->downgrade_at) = t->k->now_ns + BREAK_TIME_NS;
        fown_tell(l->file, l->fd, POLL_MSG);
    }
    while ((l = find_conflict(inode, write))) {
        int64_t r;

        if (nonblock)
            return -EAGAIN;
        r = task_block(t, &inode->leases->wait, l->unlock_at ? l->unlock_at : l->downgrade_at,
                       "a lease of the file");
        if (r != -ETIMEDOUT)
            return r;
        t->deadline = 0;
        t->timed_out = false;
        time_out(inode);
    }
    return 0;
}

/* ---- fcntl(2) ---- */

/* check_conflicting_open(), and the leases of others. */
static int may_add(const struct file *f, int type)
{
    const struct inode *inode = f->inode;

    if (type == F_RDLCK && inode->writers)
        return -EAGAIN;
    if (type == F_WRLCK && (inode->writers != f->mf.writable || inode->readers != !f->mf.writable))
        return -EAGAIN;
    for (const struct lease *l = inode->leases ? next_of(inode, NULL) : NULL; l; l = next_of(inode, l))
        if (l->file != f && (type == F_WRLCK || l->unlock_at))
            return -EAGAIN;
    return 0;
}

static int64_t add(struct task *t, struct file *f, int fd, int type)
{
    struct lease *l = lease_of(f);
    int err = may_add(f, type);

    if (err)
        return err;
    if (l) {
        lease_become(f->inode, l, type);
        return 0;
    }
    if (!f->inode->leases) {
        f->inode->leases = malloc(sizeof(*f->inode->leases));
        if (!f->inode->leases)
            return -ENOMEM;
        list_init(&f->inode->leases->leases);
        waitq_init(&f->inode->leases->wait);
    }
    l = calloc(1, sizeof(*l));
    if (!l)
        return -ENOMEM;
    l->file = f;
    l->fd = fd;
    l->type = type;
    list_add_tail(&f->inode->leases->leases, &l->node);
    fown_set_default(t, f);
    return 0;
}

int64_t lease_set(struct task *t, struct file *f, int fd, int type)
{
    struct lease *l;

    if (is_dir(f->inode) || (type != F_RDLCK && type != F_WRLCK && type != F_UNLCK))
        return -EINVAL;
    if (f->inode->uid != t->cred.fsuid && !task_capable(t, CAP_LEASE))
        return -EACCES;
    if (!S_ISREG(f->inode->mode))
        return -EINVAL;
    if (f->inode->leases)
        time_out(f->inode);
    if (type != F_UNLCK)
        return add(t, f, fd, type);
    l = lease_of(f);
    if (!l)
        return -EAGAIN;
    lease_become(f->inode, l, F_UNLCK);
    return 0;
}

int lease_get(struct file *f)
{
    struct lease *l;

    if (f->inode->leases)
        time_out(f->inode);
    l = lease_of(f);
    return l ? target_type(l) : F_UNLCK;
}

void lease_release_file(struct file *f)
{
    struct lease *l = lease_of(f);

    if (l)
        lease_become(f->inode, l, F_UNLCK);
}
