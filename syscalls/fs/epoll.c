/*
 * epoll.c - epoll: level, edge and one-shot (fs/eventpoll.c).
 *
 * Readiness is asked of each file when somebody waits; what was reported moves to the end of the list, so
 * that a small buffer sees all files in turn. Edge-triggered interest remembers the file's change counter.
 */
#include "../handlers.h"
#include "../process.h"
#include "fs_calls.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>

#define MAX_ITEMS 65536u /* of one epoll file */
#define MAX_DEPTH 5

struct ep_item {
    struct epoll *ep;
    struct list_head node; /* epoll.items */
    struct ep_item *next;  /* file.watchers */
    struct file *file;     /* no reference: the file tells when it goes */
    int fd;
    struct epoll_event ev;
    uint64_t seen; /* EPOLLET: file's changes when last reported */
    bool armed;    /* EPOLLET: report once whatever seen says */
    bool disabled; /* EPOLLONESHOT has fired */
};
struct epoll {
    struct list_head items;
    unsigned n;
    struct waitq wait; /* the set of files changed */
};

static const struct file_ops epoll_ops;

static void item_remove(struct ep_item *it)
{
    struct ep_item **p = &it->file->watchers;

    while (*p != it)
        p = &(*p)->next;
    *p = it->next;
    list_del(&it->node);
    it->ep->n--;
    free(it);
}

void epoll_forget(struct file *f)
{
    while (f->watchers)
        item_remove(f->watchers);
}

static void epoll_release(struct file *f)
{
    struct epoll *ep = f->priv;

    while (!list_empty(&ep->items))
        item_remove(list_first(&ep->items, struct ep_item, node));
    free(ep);
}

/* Events of an item now; 0: none to report. */
static unsigned item_events(struct task *t, struct ep_item *it, bool wait)
{
    struct file *f = it->file;
    unsigned ev;

    if (it->disabled)
        return 0;
    ev = file_poll(t, f, wait) & (it->ev.events | POLLERR | POLLHUP);
    if (ev && (it->ev.events & EPOLLET) && f->ops->changes && !it->armed && it->seen == f->ops->changes(f)) {
        if (wait)
            file_poll(t, f, true);
        return 0;
    }
    return ev;
}

static unsigned epoll_poll(struct task *t, struct file *f, bool wait)
{
    struct epoll *ep = f->priv;

    if (wait)
        task_wait_add(t, &ep->wait);
    list_for_each (n, &ep->items)
        if (item_events(t, container_of(n, struct ep_item, node), wait))
            return POLLIN | POLLRDNORM;
    return 0;
}

static void epoll_fdinfo(struct file *f, FILE *out)
{
    struct epoll *ep = f->priv;

    list_for_each (n, &ep->items) {
        struct ep_item *it = container_of(n, struct ep_item, node);

        fprintf(out, "tfd: %8d events: %8x data: %16lx  pos:%ld ino:%lx sdev:%lx\n", it->fd, it->ev.events,
                (unsigned long)it->ev.data.u64, (long)it->file->pos, (unsigned long)it->file->inode->ino,
                (unsigned long)it->file->mf.dev);
    }
}

static const struct file_ops epoll_ops = {
    .lseek = noop_lseek, .poll = epoll_poll, .show_fdinfo = epoll_fdinfo, .release = epoll_release};

static int64_t do_create(struct task *t, unsigned flags)
{
    struct epoll *ep;
    struct file *f;

    if (flags & ~(unsigned)EPOLL_CLOEXEC)
        return -EINVAL;
    ep = calloc(1, sizeof(*ep));
    if (!ep)
        return -ENOMEM;
    list_init(&ep->items);
    waitq_init(&ep->wait);
    f = anon_file(t->k, "[eventpoll]", &epoll_ops, ep, O_RDWR);
    if (!f) {
        free(ep);
        return -ENFILE;
    }
    return fd_install_new(t, f, flags & EPOLL_CLOEXEC ? O_CLOEXEC : 0);
}

int64_t sys_epoll_create(struct task *t, const uint64_t a[6])
{
    return arg_int(a[0]) <= 0 ? -EINVAL : do_create(t, 0);
}

int64_t sys_epoll_create1(struct task *t, const uint64_t a[6])
{
    return do_create(t, arg_uint(a[0]));
}

/* ---- interest ---- */

static struct ep_item *item_find(struct epoll *ep, struct file *f, int fd)
{
    for (struct ep_item *it = f->watchers; it; it = it->next)
        if (it->ep == ep && it->fd == fd)
            return it;
    return NULL;
}

/* Would watching f from ep close a circle, or nest too deeply? */
static bool nests_badly(const struct epoll *ep, const struct file *f, int depth)
{
    const struct epoll *inner = f->priv;

    if (f->ops != &epoll_ops)
        return false;
    if (inner == ep || depth >= MAX_DEPTH)
        return true;
    list_for_each (n, &inner->items)
        if (nests_badly(ep, container_of(n, struct ep_item, node)->file, depth + 1))
            return true;
    return false;
}

static void item_set(struct ep_item *it, const struct epoll_event *ev)
{
    it->ev = *ev;
    it->armed = true;
    it->disabled = false;
    wake_up(&it->ep->wait);
}

int64_t sys_epoll_ctl(struct task *t, const uint64_t a[6])
{
    int op = arg_int(a[1]), fd = arg_int(a[2]);
    struct epoll_event ev = {0};
    struct file *epf, *f;
    struct ep_item *it;
    struct epoll *ep;

    if (op != EPOLL_CTL_DEL && mm_copy_in(t->mm, &ev, a[3], sizeof(ev)))
        return -EFAULT;
    epf = fd_file(t, arg_int(a[0]));
    f = fd_file(t, fd);
    if (!epf || !f)
        return -EBADF;
    if (!f->ops || !f->ops->poll)
        return -EPERM;
    if (epf == f || epf->ops != &epoll_ops)
        return -EINVAL;
    if (op != EPOLL_CTL_DEL && (ev.events & EPOLLEXCLUSIVE)) {
        if (op == EPOLL_CTL_MOD)
            return -EINVAL;
        if (f->ops == &epoll_ops || (ev.events & ~(EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLWAKEUP |
                                                   EPOLLET | EPOLLEXCLUSIVE)))
            return -EINVAL;
    }
    ep = epf->priv;
    if (op == EPOLL_CTL_ADD && nests_badly(ep, f, 1))
        return -ELOOP;
    it = item_find(ep, f, fd);
    switch (op) {
    case EPOLL_CTL_ADD:
        if (it)
            return -EEXIST;
        if (ep->n >= MAX_ITEMS)
            return -ENOSPC;
        it = calloc(1, sizeof(*it));
        if (!it)
            return -ENOMEM;
        it->ep = ep;
        it->file = f;
        it->fd = fd;
        it->next = f->watchers;
        f->watchers = it;
        list_add_tail(&ep->items, &it->node);
        ep->n++;
        item_set(it, &ev);
        return 0;
    case EPOLL_CTL_MOD:
        if (!it)
            return -ENOENT;
        if (it->ev.events & EPOLLEXCLUSIVE)
            return -EINVAL;
        item_set(it, &ev);
        return 0;
    case EPOLL_CTL_DEL:
        if (!it)
            return -ENOENT;
        item_remove(it);
        return 0;
    }
    return -EINVAL;
}

/* ---- waiting ---- */

static int64_t collect(struct task *t, struct epoll *ep, uint64_t uevents, int max, bool wait)
{
    struct list_head *last = ep->items.prev;
    int64_t n = 0;
    bool end = list_empty(&ep->items);

    for (struct list_head *p = ep->items.next, *next; !end && n < max; p = next) {
        struct ep_item *it = container_of(p, struct ep_item, node);
        unsigned ev = item_events(t, it, wait && !n);
        struct epoll_event out = {.events = ev, .data = it->ev.data};

        next = p->next;
        end = p == last;
        if (!ev)
            continue;
        if (mm_copy_out(t->mm, uevents + n * sizeof(out), &out, sizeof(out)))
            return n ? n : -EFAULT;
        n++;
        it->armed = false;
        if (it->file->ops->changes)
            it->seen = it->file->ops->changes(it->file);
        if (it->ev.events & EPOLLONESHOT)
            it->disabled = true;
        list_del(p);
        list_add_tail(&ep->items, p);
    }
    return n;
}

static int64_t do_wait(struct task *t, const uint64_t a[6], bool timed, uint64_t ns)
{
    struct file *f = fd_file(t, arg_int(a[0]));
    int max = arg_int(a[2]);
    uint64_t deadline;
    struct epoll *ep;
    int64_t n;

    if (max <= 0 || max > (int)(INT_MAX / sizeof(struct epoll_event)))
        return -EINVAL;
    if (!access_ok(a[1], max * sizeof(struct epoll_event)))
        return -EFAULT;
    if (!f)
        return -EBADF;
    if (f->ops != &epoll_ops)
        return -EINVAL;
    ep = f->priv;
    deadline = poll_deadline(t, timed, ns);
    n = collect(t, ep, a[1], max, !(deadline && t->k->now_ns >= deadline));
    if (n) {
        task_wait_end(t);
        return n;
    }
    task_wait_add(t, &ep->wait);
    return poll_wait(t, deadline, "epoll_wait");
}

static int64_t wait_ms(struct task *t, const uint64_t a[6])
{
    int ms = arg_int(a[3]);

    return do_wait(t, a, ms >= 0, (uint64_t)(ms < 0 ? 0 : ms) * 1000000);
}

int64_t sys_epoll_wait(struct task *t, const uint64_t a[6])
{
    return wait_ms(t, a);
}

int64_t sys_epoll_pwait(struct task *t, const uint64_t a[6])
{
    int64_t r = poll_mask_begin(t, a[4], a[5]);

    if (!r)
        r = wait_ms(t, a);
    poll_mask_end(t, r);
    return r;
}

int64_t sys_epoll_pwait2(struct task *t, const uint64_t a[6])
{
    uint64_t ns = 0;
    int64_t r = 0;

    if (a[3] && !t->restart_data[3])
        r = copy_timespec_in(t, a[3], &ns);
    if (!r)
        r = poll_mask_begin(t, a[4], a[5]);
    if (!r)
        r = do_wait(t, a, a[3], ns);
    poll_mask_end(t, r);
    return r;
}
