/*
 * eventfd.c - counters one can wait for: eventfd(2), timerfd_create(2) (fs/eventfd.c, fs/timerfd.c).
 */
#include "../handlers.h"
#include "../process.h"
#include "fs_calls.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>

/* ---- eventfd ---- */

struct eventfd {
    uint64_t count, changes;
    bool semaphore;
    struct waitq wait;
};

static int64_t counter_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    struct eventfd *e = f->priv;
    uint64_t v;

    if (len < 8)
        return -EINVAL;
    if (!e->count)
        return f->flags & O_NONBLOCK ? -EAGAIN : task_block(t, &e->wait, 0, "read of an eventfd");
    v = e->semaphore ? 1 : e->count;
    e->count -= v;
    e->changes++;
    memcpy(buf, &v, 8);
    wake_up(&e->wait);
    return 8;
}

static int64_t counter_write(struct task *t, struct file *f, const void *buf, uint64_t len, uint64_t *pos)
{
    struct eventfd *e = f->priv;
    uint64_t v;

    if (len < 8)
        return -EINVAL;
    memcpy(&v, buf, 8);
    if (v == UINT64_MAX)
        return -EINVAL;
    if (v >= UINT64_MAX - e->count)
        return f->flags & O_NONBLOCK ? -EAGAIN : task_block(t, &e->wait, 0, "write of an eventfd");
    e->count += v;
    e->changes++;
    wake_up(&e->wait);
    return 8;
}

static unsigned eventfd_poll(struct task *t, struct file *f, bool wait)
{
    struct eventfd *e = f->priv;

    if (wait)
        task_wait_add(t, &e->wait);
    return (e->count ? POLLIN : 0) | (e->count < UINT64_MAX - 1 ? POLLOUT : 0) |
           (e->count == UINT64_MAX ? POLLERR : 0);
}

static uint64_t eventfd_changes(struct file *f)
{
    return ((struct eventfd *)f->priv)->changes;
}

static void eventfd_fdinfo(struct file *f, FILE *out)
{
    struct eventfd *e = f->priv;

    fprintf(out, "eventfd-count: %16lx\neventfd-id: 1\neventfd-semaphore: %d\n", (unsigned long)e->count,
            e->semaphore);
}

static void free_priv(struct file *f)
{
    free(f->priv);
}

static const struct file_ops eventfd_ops = {
    .read = counter_read,
    .write = counter_write,
    .lseek = noop_lseek,
    .poll = eventfd_poll,
    .changes = eventfd_changes,
    .show_fdinfo = eventfd_fdinfo,
    .release = free_priv,
    .unit = sizeof(uint64_t),
};

bool file_is_eventfd(const struct file *f)
{
    return f->ops == &eventfd_ops;
}

void eventfd_signal(struct file *f)
{
    struct eventfd *e = f->priv;

    if (e->count < UINT64_MAX - 1)
        e->count++;
    e->changes++;
    wake_up(&e->wait);
}

static int64_t do_eventfd(struct task *t, unsigned count, unsigned flags)
{
    struct eventfd *e;
    struct file *f;

    if (flags & ~(unsigned)(EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE))
        return -EINVAL;
    e = calloc(1, sizeof(*e));
    if (!e)
        return -ENOMEM;
    e->count = count;
    e->semaphore = flags & EFD_SEMAPHORE;
    waitq_init(&e->wait);
    f = anon_file(t->k, "[eventfd]", &eventfd_ops, e, O_RDWR | (flags & O_NONBLOCK));
    if (!f) {
        free(e);
        return -ENFILE;
    }
    return fd_install_new(t, f, flags & EFD_CLOEXEC ? O_CLOEXEC : 0);
}

int64_t sys_eventfd(struct task *t, const uint64_t a[6])
{
    return do_eventfd(t, arg_uint(a[0]), 0);
}

int64_t sys_eventfd2(struct task *t, const uint64_t a[6])
{
    return do_eventfd(t, arg_uint(a[0]), arg_uint(a[1]));
}

/* ---- timerfd ---- */

struct timerfd {
    int clock;
    uint64_t expires;  /* virtual monotonic ns, 0: not armed */
    uint64_t interval; /* ns */
    uint64_t ticks;    /* expirations not yet read */
    uint64_t changes;
    struct waitq wait;
};

/* Nothing runs when the timer goes off: the ticks are counted when somebody looks. */
static void timerfd_update(struct timerfd *tf, uint64_t now)
{
    uint64_t n = 1;

    if (!tf->expires || now < tf->expires)
        return;
    if (tf->interval) {
        n += (now - tf->expires) / tf->interval;
        tf->expires += n * tf->interval;
    } else {
        tf->expires = 0;
    }
    tf->ticks += n;
    tf->changes++;
}

static int64_t timerfd_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    struct timerfd *tf = f->priv;
    int64_t r;

    if (len < 8)
        return -EINVAL;
    timerfd_update(tf, t->k->now_ns);
    if (!tf->ticks) {
        if (f->flags & O_NONBLOCK)
            return -EAGAIN;
        t->deadline = tf->expires;
        r = task_block(t, &tf->wait, tf->expires, "read of a timerfd");
        return r == -ETIMEDOUT ? -EAGAIN : r;
    }
    memcpy(buf, &tf->ticks, 8);
    tf->ticks = 0;
    return 8;
}

static unsigned timerfd_poll(struct task *t, struct file *f, bool wait)
{
    struct timerfd *tf = f->priv;

    timerfd_update(tf, t->k->now_ns);
    if (tf->ticks)
        return POLLIN;
    if (wait) {
        task_wait_add(t, &tf->wait);
        if (tf->expires)
            poll_wake_at(t, tf->expires);
    }
    return 0;
}

static uint64_t timerfd_changes(struct file *f)
{
    return ((struct timerfd *)f->priv)->changes;
}

static const struct file_ops timerfd_ops = {
    .read = timerfd_read,
    .lseek = noop_lseek,
    .poll = timerfd_poll,
    .changes = timerfd_changes,
    .release = free_priv,
};

int64_t sys_timerfd_create(struct task *t, const uint64_t a[6])
{
    int clock = arg_int(a[0]);
    unsigned flags = arg_uint(a[1]);
    struct timerfd *tf;
    struct file *f;

    if (flags & ~(unsigned)(TFD_CLOEXEC | TFD_NONBLOCK))
        return -EINVAL;
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME &&
        clock != CLOCK_REALTIME_ALARM && clock != CLOCK_BOOTTIME_ALARM)
        return -EINVAL;
    if ((clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM) &&
        !task_capable(t, 35 /* CAP_WAKE_ALARM */))
        return -EPERM;
    tf = calloc(1, sizeof(*tf));
    if (!tf)
        return -ENOMEM;
    tf->clock = clock == CLOCK_REALTIME_ALARM   ? CLOCK_REALTIME
                : clock == CLOCK_BOOTTIME_ALARM ? CLOCK_BOOTTIME
                                                : clock;
    waitq_init(&tf->wait);
    f = anon_file(t->k, "[timerfd]", &timerfd_ops, tf, O_RDWR | (flags & O_NONBLOCK));
    if (!f) {
        free(tf);
        return -ENFILE;
    }
    return fd_install_new(t, f, flags & TFD_CLOEXEC ? O_CLOEXEC : 0);
}

static int timerfd_of(struct task *t, uint64_t fd, struct timerfd **out)
{
    struct file *f = fd_file(t, arg_int(fd));

    if (!f)
        return -EBADF;
    if (f->ops != &timerfd_ops)
        return -EINVAL;
    *out = f->priv;
    return 0;
}

static int put_setting(struct task *t, const struct timerfd *tf, uint64_t uptr)
{
    uint64_t left = tf->expires > t->k->now_ns ? tf->expires - t->k->now_ns : 0;

    if (copy_timespec_out(t, uptr, tf->interval) || copy_timespec_out(t, uptr + 16, left))
        return -EFAULT;
    return 0;
}

int64_t sys_timerfd_settime(struct task *t, const uint64_t a[6])
{
    struct timerfd *tf;
    uint64_t interval, value, expires = 0;
    unsigned flags = arg_uint(a[1]);
    int err = copy_timespec_in(t, a[2], &interval);

    if (!err)
        err = copy_timespec_in(t, a[2] + 16, &value);
    if (err)
        return err;
    if (flags & ~(unsigned)(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET))
        return -EINVAL;
    err = timerfd_of(t, a[0], &tf);
    if (!err && value)
        err = clock_deadline(t, tf->clock, value, flags & TFD_TIMER_ABSTIME, &expires);
    if (err)
        return err;
    timerfd_update(tf, t->k->now_ns);
    struct timerfd old = *tf;
    tf->ticks = 0;
    tf->expires = expires;
    tf->interval = interval;
    wake_up(&tf->wait);
    return a[3] ? put_setting(t, &old, a[3]) : 0;
}

int64_t sys_timerfd_gettime(struct task *t, const uint64_t a[6])
{
    struct timerfd *tf;
    int err = timerfd_of(t, a[0], &tf);

    if (err)
        return err;
    timerfd_update(tf, t->k->now_ns);
    return put_setting(t, tf, a[1]);
}
