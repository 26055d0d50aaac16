/*
 * uffd_read.c - the descriptor of userfaultfd(2): messages of faults and events, in the order of
 * userfaultfd_ctx_read().
 */
#include "../handlers.h"
#include "uffd.h"

#include <poll.h>

static struct fault_wait *next_untold(struct uffd *u)
{
    uffd_forget_strays(u);
    list_for_each (n, &u->faults)
        if (!container_of(n, struct fault_wait, node)->told)
            return container_of(n, struct fault_wait, node);
    return NULL;
}

static void tell_fault(const struct uffd *u, struct fault_wait *w, struct uffd_msg *msg)
{
    msg->event = UFFD_EVENT_PAGEFAULT;
    msg->arg.pagefault.flags = w->flags;
    msg->arg.pagefault.address = w->addr;
    if (u->features & FEATURE_THREAD_ID)
        msg->arg.pagefault.feat.ptid = (uint32_t)w->tid;
    w->told = true;
}

static int64_t uffd_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    struct uffd *u = f->priv;
    struct fault_wait *w;
    uint64_t done = 0;
    int err;

    if (!(u->features & FEATURE_READY) || len < sizeof(struct uffd_msg))
        return -EINVAL;
    for (; done + sizeof(struct uffd_msg) <= len; done += sizeof(struct uffd_msg)) {
        struct uffd_msg msg = {0};

        if ((w = next_untold(u)))
            tell_fault(u, w, &msg);
        else if (list_empty(&u->events))
            break;
        else if ((err = uffd_take_event(t, u, &msg)))
            return done ? (int64_t)done : err;
        memcpy((char *)buf + done, &msg, sizeof(msg));
    }
    if (done)
        return (int64_t)done;
    return f->flags & O_NONBLOCK ? -EAGAIN : task_block(t, &u->readers, 0, "read of a userfaultfd");
}

static unsigned uffd_poll(struct task *t, struct file *f, bool wait)
{
    struct uffd *u = f->priv;

    if (wait)
        task_wait_add(t, &u->readers);
    /* A blocking descriptor could block after poll had said it would not (userfaultfd_poll). */
    if (!(u->features & FEATURE_READY) || !(f->flags & O_NONBLOCK))
        return POLLERR;
    return next_untold(u) || !list_empty(&u->events) ? POLLIN : 0;
}

static uint64_t uffd_changes(struct file *f)
{
    return ((struct uffd *)f->priv)->changes;
}

static void uffd_fdinfo(struct file *f, FILE *out)
{
    struct uffd *u = f->priv;
    unsigned long pending = 0, total = 0;

    list_for_each (n, &u->faults) {
        pending += !container_of(n, struct fault_wait, node)->told;
        total++;
    }
    fprintf(out, "pending:\t%lu\ntotal:\t%lu\nAPI:\t%llx:%lx:%llx\n", pending, total,
            (unsigned long long)UFFD_API, (unsigned long)(u->features & ~FEATURE_READY),
            (unsigned long long)(API_IOCTLS | RANGE_IOCTLS));
}

static void uffd_release(struct file *f)
{
    struct uffd *u = f->priv;

    if (u)
        uffd_destroy(u);
}

const struct file_ops uffd_ops = {
    .read = uffd_read,
    .ioctl = uffd_ioctl,
    .poll = uffd_poll,
    .changes = uffd_changes,
    .show_fdinfo = uffd_fdinfo,
    .release = uffd_release,
    .unit = sizeof(struct uffd_msg),
};
