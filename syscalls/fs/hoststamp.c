/*
 * hoststamp.c - times and numbers of the host's files that the guest made or changed.
 *
 * The host stamps them with its own clock and numbers them as it likes: neither is the same in the next run.
 * The guest sees the virtual clock's times and numbers of ours instead, for as long as the host's own stamps
 * are those that our change left: a change by somebody else shows. The host's files keep the host's times, so
 * that tools outside do not find files from the future.
 */
#include "vfs.h"

#include <stdlib.h>

#define STAMP_BITS 12
/* Numbers no file system of the host is likely to use: the low half counts from 1. */
#define STAMP_INO (UINT64_C(1) << 48)

struct host_stamp {
    struct host_stamp *next;
    uint64_t dev, host_ino;
    uint64_t host_mtime, host_ctime;          /* after the guest's last change */
    uint64_t ino, atime, mtime, ctime, btime; /* what the guest sees; btime 0: the host's */
};

static struct host_stamp **slot(struct vfs *v, uint64_t dev, uint64_t ino)
{
    struct host_stamp **p = &v->stamps[(ino ^ dev * 31) & ((1u << STAMP_BITS) - 1)];

    while (*p && ((*p)->host_ino != ino || (*p)->dev != dev))
        p = &(*p)->next;
    return p;
}

/* The stamp of a file the guest is changing, made if there is none. NULL: no memory, the host's times show.
 */
static struct host_stamp *stamp_get(struct vfs *v, const struct stat *st)
{
    struct host_stamp **p, *s;

    if (!v->stamps)
        v->stamps = calloc(1u << STAMP_BITS, sizeof(struct host_stamp *));
    if (!v->stamps)
        return NULL;
    p = slot(v, st->st_dev, st->st_ino);
    if (*p)
        return *p;
    s = calloc(1, sizeof(*s));
    if (!s)
        return NULL;
    s->dev = st->st_dev;
    s->host_ino = s->ino = st->st_ino;
    s->atime = ns_of(st->st_atim);
    *p = s;
    return s;
}

void hostfs_stamp(struct inode *inode, const struct stat *st, unsigned what, const struct iattr *a)
{
    struct vfs *v = inode->sb->k->vfs;
    struct host_stamp *s = stamp_get(v, st);
    uint64_t now = vfs_now(inode->sb->k);

    if (!s)
        return;
    if (what & STAMP_NEW) {
        s->ino = inode->ino = STAMP_INO + ++v->nr_stamped;
        s->atime = s->btime = now;
    }
    if (what & (STAMP_NEW | STAMP_DATA))
        s->mtime = now;
    else if (s->host_mtime != ns_of(st->st_mtim)) /* never ours, or changed by somebody else since */
        s->mtime = ns_of(st->st_mtim);
    if (a && (a->valid & ATTR_MTIME))
        s->mtime = a->mtime;
    if (a && (a->valid & ATTR_ATIME))
        s->atime = a->atime;
    s->ctime = now;
    s->host_mtime = ns_of(st->st_mtim);
    s->host_ctime = ns_of(st->st_ctim);
}

void hostfs_stamp_path(struct inode *inode, const char *path, unsigned what)
{
    struct stat st;

    if (!lstat(path, &st))
        hostfs_stamp(inode, &st, what, NULL);
}

void hostfs_stamp_dentry(struct dentry *d, unsigned what)
{
    char path[PATH_MAX + NAME_LEN_MAX];

    if (hostfs_path(d, path, sizeof(path)))
        hostfs_stamp_path(d->inode, path, what);
}

uint64_t hostfs_shown_ino(struct vfs *v, uint64_t dev, uint64_t ino)
{
    struct host_stamp *s = v->stamps ? *slot(v, dev, ino) : NULL;

    return s ? s->ino : ino;
}

static bool same(const struct statx_timestamp *ts, uint64_t ns)
{
    return (uint64_t)ts->tv_sec * 1000000000 + ts->tv_nsec == ns;
}

static void put(struct statx_timestamp *ts, uint64_t ns)
{
    ts->tv_sec = (int64_t)(ns / 1000000000);
    ts->tv_nsec = ns % 1000000000;
}

void hostfs_show_stamp(const struct inode *inode, struct statx *stx)
{
    struct vfs *v = inode->sb->k->vfs;
    struct host_stamp *s = v->stamps ? *slot(v, inode->dev, inode->host.ino) : NULL;

    stx->stx_ino = inode->ino;
    if (!s)
        return;
    if (same(&stx->stx_mtime, s->host_mtime))
        put(&stx->stx_mtime, s->mtime);
    if (same(&stx->stx_ctime, s->host_ctime)) {
        put(&stx->stx_ctime, s->ctime);
        put(&stx->stx_atime, s->atime); /* not moved by reading, as on a mount with noatime */
    }
    if (s->btime)
        put(&stx->stx_btime, s->btime);
}

void hostfs_forget_stamp(const struct inode *inode)
{
    struct vfs *v = inode->sb->k->vfs;
    struct host_stamp **p, *s;

    if (!v->stamps || !*(p = slot(v, inode->dev, inode->host.ino)))
        return;
    s = *p;
    *p = s->next;
    free(s);
}

void hostfs_stamps_free(struct vfs *v)
{
    for (unsigned i = 0; v->stamps && i < 1u << STAMP_BITS; i++)
        for (struct host_stamp *s = v->stamps[i], *next; s; s = next) {
            next = s->next;
            free(s);
        }
    free(v->stamps);
    v->stamps = NULL;
}
