/*
 * locks.c - flock(2), POSIX and open-file-description record locks (fs/locks.c).
 *
 * All locks of an inode are one array of ranges. An owner is a descriptor table (POSIX), an open file (OFD)
 * or an open file's flock, which covers everything and meets only other flocks.
 */
#include "../handlers.h"
#include "dnotify.h"
#include "fs_calls.h"
#include "procfs.h"

#include <stdlib.h>
#include <sys/file.h>
#include <sys/sysmacros.h>

enum lock_kind { LOCK_POSIX, LOCK_OFD, LOCK_FLOCK };
struct range_lock {
    enum lock_kind kind;
    const void *owner;
    int pid; /* l_pid for F_GETLK */
    bool write;
    uint64_t start, end; /* [start, end] */
};
struct flock_list {
    struct list_head node; /* vfs.locks */
    struct inode *inode;
    struct waitq wait;
    unsigned n, room;
    struct range_lock v[];
};
#define MAX_LOCKS 4096u /* of one file */
#define LOCK_END  ((uint64_t)INT64_MAX)

static struct flock_list *list_with_room(struct inode *inode, unsigned more)
{
    struct flock_list *l = inode->locks;
    unsigned room = l ? l->room : 0;

    if (l && l->n + more <= room)
        return l;
    /* Waiters point into the list: it may only move while nobody waits, so it is made large at once. */
    if (l && room >= MAX_LOCKS)
        return NULL;
    l = malloc(sizeof(*l) + MAX_LOCKS * sizeof(l->v[0]));
    if (l) {
        l->n = 0;
        l->room = MAX_LOCKS;
        l->inode = inode;
        list_add_tail(&inode->sb->k->vfs->locks, &l->node);
        waitq_init(&l->wait);
        inode->locks = l;
    }
    return l;
}

static bool same_space(enum lock_kind a, enum lock_kind b)
{
    return (a == LOCK_FLOCK) == (b == LOCK_FLOCK);
}

static const struct range_lock *find_conflict(const struct flock_list *l, const struct range_lock *want)
{
    for (unsigned i = 0; l && i < l->n; i++) {
        const struct range_lock *r = &l->v[i];

        if (same_space(r->kind, want->kind) && !(r->kind == want->kind && r->owner == want->owner) &&
            (r->write || want->write) && r->start <= want->end && want->start <= r->end)
            return r;
    }
    return NULL;
}

static void remove_at(struct flock_list *l, unsigned i)
{
    l->v[i] = l->v[--l->n];
}

/*
 * What the owner holds in [start, end] goes:
 *
 *      held    |-----------------|          |------|    |------|
 *      range        |------|              |----|          |------|
 *      stays   |---|        |----|             |---|    |-|
 */
static int cut(struct inode *inode, enum lock_kind kind, const void *owner, uint64_t start, uint64_t end)
{
    struct flock_list *l = inode->locks;

    for (unsigned i = 0; l && i < l->n;) {
        struct range_lock *r = &l->v[i];

        if (r->kind != kind || r->owner != owner || r->end < start || r->start > end) {
            i++;
            continue;
        }
        if (r->start < start && r->end > end) {
            if (l->n == l->room)
                return -ENOLCK;
            l->v[l->n] = *r;
            l->v[l->n++].start = end + 1;
            r->end = start - 1;
            i++;
        } else if (r->start < start) {
            r->end = start - 1;
            i++;
        } else if (r->end > end) {
            r->start = end + 1;
            i++;
        } else {
            remove_at(l, i);
        }
    }
    if (l)
        wake_up(&l->wait);
    return 0;
}

static int set_lock(struct inode *inode, const struct range_lock *want)
{
    struct flock_list *l;
    int err = cut(inode, want->kind, want->owner, want->start, want->end);

    if (err)
        return err;
    l = list_with_room(inode, 1);
    if (!l)
        return -ENOLCK;
    /* Neighbours of the same kind join, so that one owner's locks stay few. */
    struct range_lock add = *want;
    for (unsigned i = 0; i < l->n;) {
        struct range_lock *r = &l->v[i];

        if (r->kind == add.kind && r->owner == add.owner && r->write == add.write &&
            (r->end + 1 == add.start || add.end + 1 == r->start)) {
            add.start = r->start < add.start ? r->start : add.start;
            add.end = r->end > add.end ? r->end : add.end;
            remove_at(l, i);
        } else {
            i++;
        }
    }
    l->v[l->n++] = add;
    return 0;
}

void locks_free(struct inode *inode)
{
    if (!inode->locks)
        return;
    list_del(&inode->locks->node);
    free(inode->locks);
}

static unsigned show_locks_of(const struct flock_list *l, unsigned id, FILE *out)
{
    static const char *const kinds[] = {"POSIX  ADVISORY ", "OFDLCK ADVISORY ", "FLOCK  ADVISORY "};
    const struct inode *inode = l->inode;

    for (unsigned i = 0; i < l->n; i++) {
        const struct range_lock *r = &l->v[i];

        fprintf(out, "%u: %s %s %d %02x:%02x:%lu %ld ", ++id, kinds[r->kind], r->write ? "WRITE" : "READ",
                r->pid, major(inode->sb->dev), minor(inode->sb->dev), (unsigned long)inode->ino,
                (long)r->start);
        if (r->end == LOCK_END)
            fprintf(out, "EOF\n");
        else
            fprintf(out, "%ld\n", (long)r->end);
    }
    return id;
}

/* Those that are held; who waits for one is not told. */
int proc_show_locks(const struct proc_ref *ref, FILE *out)
{
    unsigned id = 0;

    list_for_each (n, &ref->reader->k->vfs->locks)
        id = show_locks_of(container_of(n, struct flock_list, node), id, out);
    return 0;
}

int file_flush(struct file *f, struct files *owner)
{
    if (f->inode && f->inode->locks)
        cut(f->inode, LOCK_POSIX, owner, 0, LOCK_END);
    dnotify_flush(f, owner);
    if (f->ops && f->ops->flush)
        f->ops->flush(f);
    return 0;
}

void locks_release_file(struct file *f)
{
    if (!f->inode->locks)
        return;
    cut(f->inode, LOCK_OFD, f, 0, LOCK_END);
    cut(f->inode, LOCK_FLOCK, f, 0, LOCK_END);
}

/* ---- flock(2) ---- */

int64_t sys_flock(struct task *t, const uint64_t a[6])
{
    struct file *f;
    int op = arg_int(a[1]), err;

    if (op & LOCK_MAND)
        return 0;
    if ((op & ~LOCK_NB) != LOCK_SH && (op & ~LOCK_NB) != LOCK_EX && (op & ~LOCK_NB) != LOCK_UN)
        return -EINVAL;
    f = fd_file(t, arg_int(a[0]));
    if (!f)
        return -EBADF;
    if ((op & ~LOCK_NB) == LOCK_UN)
        return cut(f->inode, LOCK_FLOCK, f, 0, LOCK_END);
    if (!f->mf.readable && !f->mf.writable)
        return -EBADF;

    struct range_lock want = {LOCK_FLOCK, f, t->proc->pid, (op & ~LOCK_NB) == LOCK_EX, 0, LOCK_END};
    if (find_conflict(f->inode->locks, &want)) {
        /* An upgrade is not atomic: the old lock is given up while we wait, as flock(2) warns. */
        if (op & LOCK_NB)
            return -EWOULDBLOCK;
        cut(f->inode, LOCK_FLOCK, f, 0, LOCK_END);
        return task_block(t, &f->inode->locks->wait, 0, "flock");
    }
    err = set_lock(f->inode, &want);
    return err;
}

/* ---- fcntl ---- */

static int flock_to_range(struct file *f, const struct flock *fl, struct range_lock *r)
{
    int64_t start, end;

    switch (fl->l_whence) {
    case SEEK_SET:
        start = 0;
        break;
    case SEEK_CUR:
        start = f->pos;
        break;
    case SEEK_END:
        start = inode_size(f->inode);
        break;
    default:
        return -EINVAL;
    }
    if (__builtin_add_overflow(start, fl->l_start, &start))
        return -EOVERFLOW;
    if (start < 0)
        return -EINVAL;
    if (fl->l_len > 0) {
        if (__builtin_add_overflow(start, fl->l_len - 1, &end))
            return -EOVERFLOW;
    } else if (fl->l_len < 0) {
        if (start + fl->l_len < 0)
            return -EINVAL;
        end = start - 1;
        start += fl->l_len;
    } else {
        end = INT64_MAX;
    }
    r->start = start;
    r->end = end;
    switch (fl->l_type) {
    case F_RDLCK:
    case F_WRLCK:
    case F_UNLCK:
        r->write = fl->l_type == F_WRLCK;
        return 0;
    }
    return -EINVAL;
}

/* Would t, waiting for `holder`, close a circle of processes that wait for each other's POSIX locks? */
static bool deadlock(struct task *t, const struct range_lock *holder)
{
    int pid = holder->pid;

    for (int depth = 0; depth < 10 && holder->kind == LOCK_POSIX; depth++) {
        struct task *blocker = NULL;

        if (pid == t->proc->pid)
            return true;
        list_for_each (n, &t->k->tasks) {
            struct task *o = container_of(n, struct task, node);

            if (o->proc->pid == pid && o->wait_lock_pid) {
                blocker = o;
                break;
            }
        }
        if (!blocker)
            return false;
        pid = blocker->wait_lock_pid;
    }
    return false;
}

int64_t fcntl_lock(struct task *t, struct file *f, unsigned cmd, uint64_t arg)
{
    bool ofd = cmd >= F_OFD_GETLK;
    struct range_lock want = {ofd ? LOCK_OFD : LOCK_POSIX,
                              ofd ? (void *)f : (void *)t->files,
                              ofd ? -1 : t->proc->pid,
                              false,
                              0,
                              0};
    const struct range_lock *hit;
    struct flock fl;
    int err;

    if (mm_copy_in(t->mm, &fl, arg, sizeof(fl)))
        return -EFAULT;
    if (ofd && fl.l_pid)
        return -EINVAL;
    if (cmd == F_GETLK || cmd == F_OFD_GETLK) {
        if (fl.l_type != F_RDLCK && fl.l_type != F_WRLCK && !(ofd && fl.l_type == F_UNLCK))
            return -EINVAL;
        err = flock_to_range(f, &fl, &want);
        if (err)
            return err;
        hit = find_conflict(f->inode->locks, &want);
        if (!hit) {
            fl.l_type = F_UNLCK;
        } else {
            fl.l_type = hit->write ? F_WRLCK : F_RDLCK;
            fl.l_whence = SEEK_SET;
            fl.l_start = hit->start;
            fl.l_len = hit->end == LOCK_END ? 0 : hit->end - hit->start + 1;
            fl.l_pid = hit->kind == LOCK_OFD ? -1 : hit->pid;
        }
        return mm_copy_out(t->mm, arg, &fl, sizeof(fl));
    }
    err = flock_to_range(f, &fl, &want);
    if (err)
        return err;
    if ((fl.l_type == F_RDLCK && !f->mf.readable) || (fl.l_type == F_WRLCK && !f->mf.writable))
        return -EBADF;
    t->wait_lock_pid = 0;
    if (fl.l_type == F_UNLCK)
        return cut(f->inode, want.kind, want.owner, want.start, want.end);
    hit = find_conflict(f->inode->locks, &want);
    if (!hit)
        return set_lock(f->inode, &want);
    if (cmd != F_SETLKW && cmd != F_OFD_SETLKW)
        return -EAGAIN;
    if (!ofd && deadlock(t, hit))
        return -EDEADLK;
    t->wait_lock_pid = ofd ? 0 : hit->pid;
    int64_t r = task_block(t, &f->inode->locks->wait, 0, "lock of a file range");
    if (r != SYS_BLOCK)
        t->wait_lock_pid = 0;
    return r;
}
