/*
 * inotify.c - inotify(7): events of files and directories that guest tasks cause (fs/notify/).
 *
 * A watch hangs on an inode and belongs to one inotify descriptor. What other programs of the host do to
 * shared files is not seen.
 */
#include "../handlers.h"
#include "../process.h"
#include "dnotify.h"
#include "fasync.h"
#include "fs_calls.h"
#include "notify.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#ifndef IN_MASK_CREATE
#define IN_MASK_CREATE 0x10000000
#endif
#define EVENTS_MAX 16384 /* /proc/sys/fs/inotify/max_queued_events */
#define ALL_BITS                                                                                             \
    (IN_ALL_EVENTS | IN_UNMOUNT | IN_Q_OVERFLOW | IN_IGNORED | IN_ONLYDIR | IN_DONT_FOLLOW |                 \
     IN_EXCL_UNLINK | IN_MASK_ADD | IN_MASK_CREATE | IN_ISDIR | (uint32_t)IN_ONESHOT)

struct inotify {
    struct list_head events;  /* struct event.node */
    struct list_head watches; /* struct inotify_watch.node */
    unsigned nr_events;
    int last_wd;
    uint64_t changes;
    struct waitq wait;
    struct list_head fasync;
};
struct inotify_watch {
    struct list_head node;
    struct inotify_watch *next; /* of the same inode */
    struct inotify *in;
    struct inode *inode; /* reference held */
    int wd;
    uint32_t mask;
};
struct event {
    struct list_head node;
    struct { /* struct inotify_event without its name */
        int32_t wd;
        uint32_t mask, cookie, len;
    } e;
    char name[NAME_LEN_MAX + 1 + sizeof(struct inotify_event)];
};
_Static_assert(sizeof(((struct event *)0)->e) == sizeof(struct inotify_event), "what inotify(7) gives");

/* ---- events ---- */

static bool same_as_last(const struct inotify *in, int wd, uint32_t mask, const char *name)
{
    const struct event *last;

    if (list_empty(&in->events))
        return false;
    last = container_of(in->events.prev, struct event, node);
    return !(last->e.mask & IN_IGNORED) && last->e.wd == wd && last->e.mask == mask &&
           !strcmp(last->name, name);
}

static void queue_event(struct inotify *in, int wd, uint32_t mask, uint32_t cookie, const char *name)
{
    struct event *ev;

    if (same_as_last(in, wd, mask, name))
        return;
    if (in->nr_events >= EVENTS_MAX) {
        wd = -1;
        mask = IN_Q_OVERFLOW;
        name = "";
        if (same_as_last(in, wd, mask, name))
            return;
    }
    ev = calloc(1, sizeof(*ev));
    if (!ev)
        return;
    ev->e.wd = wd;
    ev->e.mask = mask;
    ev->e.cookie = cookie;
    if (*name) { /* padded with zeros to a multiple of the header's size */
        ev->e.len = (uint32_t)(strlen(name) / sizeof(ev->e) + 1) * (uint32_t)sizeof(ev->e);
        strcpy(ev->name, name);
    }
    list_add_tail(&in->events, &ev->node);
    in->nr_events++;
    in->changes++;
    wake_up(&in->wait);
    fasync_tell(&in->fasync, POLL_IN);
}

static void watch_free(struct inotify_watch *w)
{
    struct inotify_watch **p = &w->inode->watches;

    while (*p != w)
        p = &(*p)->next;
    *p = w->next;
    w->inode->sb->k->vfs->nr_watches--;
    list_del(&w->node);
    inode_put(w->inode);
    free(w);
}

static void watch_end(struct inotify_watch *w)
{
    queue_event(w->in, w->wd, IN_IGNORED, 0, "");
    watch_free(w);
}

void notify_inode_watches(struct inode *inode, uint32_t mask, const char *name, uint32_t cookie, bool deleted)
{
    if (inode->dnotify)
        dnotify_event(inode, mask);
    for (struct inotify_watch *w = inode->watches, *next; w; w = next) {
        next = w->next;
        if (!(w->mask & mask & IN_ALL_EVENTS) || (deleted && w->mask & IN_EXCL_UNLINK))
            continue;
        queue_event(w->in, w->wd, mask & (IN_DELETE_SELF | IN_MOVE_SELF) ? mask & ~(uint32_t)IN_ISDIR : mask,
                    cookie, name);
        if (w->mask & (uint32_t)IN_ONESHOT)
            watch_end(w);
    }
}

void notify_gone(struct inode *inode)
{
    inode_get(inode);
    notify_inode_watches(inode, IN_DELETE_SELF, "", 0, false);
    while (inode->watches)
        watch_end(inode->watches);
    inode_put(inode);
}

void notify_dentry_watches(struct dentry *d, uint32_t mask)
{
    if (is_dir(d->inode))
        mask |= IN_ISDIR;
    if (d->parent && d->parent->inode)
        notify_inode_watches(d->parent->inode, mask, d->name, 0, d->deleted);
    notify_inode_watches(d->inode, mask, "", 0, false);
}

/* ---- the descriptor ---- */

static int64_t inotify_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    struct inotify *in = f->priv;
    uint64_t done = 0;

    if (list_empty(&in->events))
        return f->flags & O_NONBLOCK ? -EAGAIN : task_block(t, &in->wait, 0, "read of an inotify descriptor");
    while (!list_empty(&in->events)) {
        struct event *ev = list_first(&in->events, struct event, node);
        uint64_t size = sizeof(ev->e) + ev->e.len;

        if (size > len - done)
            return done ? (int64_t)done : -EINVAL;
        memcpy((char *)buf + done, &ev->e, sizeof(ev->e));
        memcpy((char *)buf + done + sizeof(ev->e), ev->name, ev->e.len);
        done += size;
        list_del(&ev->node);
        in->nr_events--;
        free(ev);
    }
    return (int64_t)done;
}

static unsigned inotify_poll(struct task *t, struct file *f, bool wait)
{
    struct inotify *in = f->priv;

    if (wait)
        task_wait_add(t, &in->wait);
    return list_empty(&in->events) ? 0 : POLLIN | POLLRDNORM;
}

static uint64_t inotify_changes(struct file *f)
{
    return ((struct inotify *)f->priv)->changes;
}

static struct list_head *inotify_fasync(struct task *t, struct file *f)
{
    return &((struct inotify *)f->priv)->fasync;
}

static int64_t inotify_ioctl(struct task *t, struct file *f, unsigned cmd, uint64_t arg)
{
    struct inotify *in = f->priv;
    int n = 0;

    if (cmd != FIONREAD)
        return -ENOTTY;
    list_for_each (pos, &in->events)
        n += (int)(sizeof(struct inotify_event) + container_of(pos, struct event, node)->e.len);
    return mm_copy_out(t->mm, arg, &n, sizeof(n)) ? -EFAULT : 0;
}

static void inotify_release(struct file *f)
{
    struct inotify *in = f->priv;

    while (!list_empty(&in->watches))
        watch_free(list_first(&in->watches, struct inotify_watch, node));
    while (!list_empty(&in->events)) {
        struct event *ev = list_first(&in->events, struct event, node);

        list_del(&ev->node);
        free(ev);
    }
    free(in);
}

static const struct file_ops inotify_ops = {
    .read = inotify_read,
    .lseek = noop_lseek,
    .poll = inotify_poll,
    .changes = inotify_changes,
    .fasync = inotify_fasync,
    .ioctl = inotify_ioctl,
    .release = inotify_release,
    .unit = UINT32_MAX,
};

/* ---- the calls ---- */

static int64_t do_init(struct task *t, unsigned flags)
{
    struct inotify *in;
    struct file *f;

    if (flags & ~(unsigned)(IN_CLOEXEC | IN_NONBLOCK))
        return -EINVAL;
    in = calloc(1, sizeof(*in));
    if (!in)
        return -ENOMEM;
    list_init(&in->events);
    list_init(&in->watches);
    waitq_init(&in->wait);
    list_init(&in->fasync);
    f = anon_file(t->k, "inotify", &inotify_ops, in, O_RDONLY | (flags & O_NONBLOCK));
    if (!f) {
        free(in);
        return -ENFILE;
    }
    return fd_install_new(t, f, flags & IN_CLOEXEC ? O_CLOEXEC : 0);
}

int64_t sys_inotify_init(struct task *t, const uint64_t a[6])
{
    return do_init(t, 0);
}

int64_t sys_inotify_init1(struct task *t, const uint64_t a[6])
{
    return do_init(t, arg_uint(a[0]));
}

static int inotify_of(struct task *t, int fd, struct inotify **in)
{
    struct file *f = fd_file(t, fd);

    if (!f)
        return -EBADF;
    if (f->ops != &inotify_ops)
        return -EINVAL;
    *in = f->priv;
    return 0;
}

static int64_t watch_inode(struct inotify *in, struct inode *inode, uint32_t mask)
{
    uint32_t kept = mask & (IN_ALL_EVENTS | IN_EXCL_UNLINK | (uint32_t)IN_ONESHOT);
    struct inotify_watch *w;

    for (w = inode->watches; w; w = w->next) {
        if (w->in != in)
            continue;
        if (mask & IN_MASK_CREATE)
            return -EEXIST;
        w->mask = mask & IN_MASK_ADD ? w->mask | kept : kept;
        return w->wd;
    }
    w = calloc(1, sizeof(*w));
    if (!w)
        return -ENOMEM;
    w->in = in;
    w->inode = inode_get(inode);
    w->mask = kept;
    w->wd = ++in->last_wd;
    w->next = inode->watches;
    inode->watches = w;
    list_add_tail(&in->watches, &w->node);
    inode->sb->k->vfs->nr_watches++;
    return w->wd;
}

int64_t sys_inotify_add_watch(struct task *t, const uint64_t a[6])
{
    uint32_t mask = arg_uint(a[2]);
    struct inotify *in;
    struct dentry *d;
    int64_t ret;

    if (mask & ~ALL_BITS || !(mask & ALL_BITS))
        return -EINVAL;
    if (!fd_file(t, arg_int(a[0])))
        return -EBADF;
    if (mask & IN_MASK_ADD && mask & IN_MASK_CREATE)
        return -EINVAL;
    ret = inotify_of(t, arg_int(a[0]), &in);
    if (ret)
        return ret;
    ret = user_path_lookup(
        t, AT_FDCWD, a[1],
        (mask & IN_DONT_FOLLOW ? 0 : LOOKUP_FOLLOW) | (mask & IN_ONLYDIR ? LOOKUP_DIRECTORY : 0), &d);
    if (ret)
        return ret;
    ret = inode_permission(t, d->inode, MAY_READ);
    if (!ret)
        ret = watch_inode(in, d->inode, mask);
    dentry_put(d);
    return ret;
}

int64_t sys_inotify_rm_watch(struct task *t, const uint64_t a[6])
{
    struct inotify *in;
    int err = inotify_of(t, arg_int(a[0]), &in);

    if (err)
        return err;
    list_for_each (pos, &in->watches) {
        struct inotify_watch *w = container_of(pos, struct inotify_watch, node);

        if (w->wd == arg_int(a[1])) {
            watch_end(w);
            return 0;
        }
    }
    return -EINVAL;
}
