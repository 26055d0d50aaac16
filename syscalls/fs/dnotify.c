/*
 * dnotify.c - F_NOTIFY: a signal to who has a directory open when something in it is read, changed, made or removed
 * (fs/notify/dnotify/dnotify.c).
 *
 * It hears of what inotify hears of. A request belongs to a descriptor table and ends with its first close of the file.
 */
#include "dnotify.h"
#include "fasync.h"

#include <poll.h>
#include <stdlib.h>

#ifndef DN_MULTISHOT
#define DN_MULTISHOT 0x80000000u
#endif

struct dnotify {
    struct dnotify *next; /* of the same directory, the newest first */
    struct file *file;    /* no reference: close ends it */
    const struct files *owner;
    int fd;
    unsigned mask; /* DN_* */
};

static void dnotify_free(struct inode *dir, struct dnotify **p)
{
    struct dnotify *n = *p;

    *p = n->next;
    dir->sb->k->vfs->nr_watches--;
    free(n);
}

/* Its place in the list, or the list's end. */
static struct dnotify **find(const struct file *f, const struct files *owner)
{
    struct dnotify **p = &f->inode->dnotify;

    while (*p && ((*p)->file != f || (*p)->owner != owner))
        p = &(*p)->next;
    return p;
}

int dnotify_set(struct task *t, struct file *f, int fd, unsigned mask)
{
    struct dnotify *n;

    if (!(mask & ~DN_MULTISHOT)) {
        dnotify_flush(f, t->files);
        return 0;
    }
    if (!is_dir(f->inode))
        return -ENOTDIR;
    n = *find(f, t->files);
    if (!n) {
        n = calloc(1, sizeof(*n));
        if (!n)
            return -ENOMEM;
        n->file = f;
        n->owner = t->files;
        n->next = f->inode->dnotify;
        f->inode->dnotify = n;
        f->inode->sb->k->vfs->nr_watches++;
    }
    n->fd = fd;
    n->mask |= mask;
    fown_set_default(t, f);
    return 0;
}

void dnotify_flush(struct file *f, const struct files *owner)
{
    struct dnotify **p;

    if (!f->inode || !f->inode->dnotify)
        return;
    p = find(f, owner);
    if (*p)
        dnotify_free(f->inode, p);
}

void dnotify_tell(struct inode *dir, unsigned mask)
{
    for (struct dnotify **p = &dir->dnotify, *n; (n = *p);) {
        if (n->mask & mask)
            fown_tell(n->file, n->fd, POLL_MSG);
        if (n->mask & mask && !(n->mask & DN_MULTISHOT))
            dnotify_free(dir, p);
        else
            p = &n->next;
    }
}

void dnotify_event(struct inode *dir, uint32_t mask)
{
    dnotify_tell(dir, (mask & IN_ACCESS ? DN_ACCESS : 0) | (mask & IN_MODIFY ? DN_MODIFY : 0) |
                          (mask & (IN_CREATE | IN_MOVED_TO) ? DN_CREATE : 0) |
                          (mask & (IN_DELETE | IN_MOVED_FROM) ? DN_DELETE : 0) |
                          (mask & IN_ATTRIB ? DN_ATTRIB : 0));
}
