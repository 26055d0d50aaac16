/*
 * poll.c - poll, ppoll, select, pselect6 (fs/select.c).
 */
#include "../handlers.h"
#include "../process.h"
#include "fs_calls.h"

#include <poll.h>
#include <stdlib.h>

void poll_wake_at(struct task *t, uint64_t ns)
{
    if (!t->wake_at || ns < t->wake_at)
        t->wake_at = ns;
}

unsigned file_poll(struct task *t, struct file *f, bool wait)
{
    if (f->ops && f->ops->poll)
        return f->ops->poll(t, f, wait);
    return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM; /* DEFAULT_POLLMASK */
}

/* A relative timeout becomes a deadline at the first run only: restart_data[3] keeps it over retries.
 * 0: not given (wait for ever), 1: already over. */
uint64_t poll_deadline(struct task *t, bool given, uint64_t ns)
{
    t->wake_at = 0;
    if (!given)
        return 0;
    if (!t->restart_data[3])
        t->restart_data[3] = ns ? t->k->now_ns + ns : 1;
    return t->restart_data[3];
}

/* Nothing is ready: 0 if the time is over, else the task waits on the queues the files gave. */
int64_t poll_wait(struct task *t, uint64_t deadline, const char *what)
{
    int64_t r;

    if (deadline && t->k->now_ns >= deadline) {
        task_wait_end(t);
        return 0;
    }
    if (t->wake_at && (!deadline || t->wake_at < deadline)) /* a timerfd among the files */
        deadline = t->wake_at;
    t->deadline = deadline;
    r = task_block(t, NULL, deadline, what);
    return r == -ETIMEDOUT ? 0 : r == -ERESTARTSYS ? -EINTR : r;
}

/* The remaining time goes back to the guest, when the call ends (poll_select_finish). */
static uint64_t time_left(struct task *t, uint64_t deadline)
{
    return deadline > t->k->now_ns ? deadline - t->k->now_ns : 0;
}

/* ppoll & co: the mask that holds while the call waits. restart_data[2] remembers that it is in place. */
int poll_mask_begin(struct task *t, uint64_t uset, uint64_t size)
{
    ksigset_t set;

    if (!uset || t->restart_data[2])
        return 0;
    if (size != sizeof(set))
        return -EINVAL;
    if (mm_copy_in(t->mm, &set, uset, sizeof(set)))
        return -EFAULT;
    t->restart_data[2] = 1;
    t->saved_blocked = t->blocked;
    set_blocked(t, set);
    return 0;
}

void poll_mask_end(struct task *t, int64_t ret)
{
    if (!t->restart_data[2] || ret == SYS_BLOCK)
        return;
    t->restart_data[2] = 0;
    if (ret == -EINTR || ret == -ERESTARTNOHAND)
        t->restore_blocked = true; /* after the handler's frame is built */
    else
        set_blocked(t, t->saved_blocked);
}

/* ---- poll ---- */

static int64_t do_poll(struct task *t, uint64_t ufds, unsigned n, bool timed, uint64_t ns)
{
    struct pollfd few[16], *p = few;
    uint64_t deadline = poll_deadline(t, timed, ns);
    int64_t ready = 0;
    bool may_wait = !(deadline && t->k->now_ns >= deadline);

    if (n > t->proc->rlim[7].cur)
        return -EINVAL;
    if (n > 16 && !(p = malloc(n * sizeof(*p))))
        return -ENOMEM;
    if (mm_copy_in(t->mm, p, ufds, n * sizeof(*p))) {
        ready = -EFAULT;
        goto out;
    }
    for (unsigned i = 0; i < n; i++) {
        struct file *f = p[i].fd < 0 ? NULL : fd_file(t, p[i].fd);

        p[i].revents = 0;
        if (p[i].fd < 0)
            continue;
        if (!f)
            p[i].revents = POLLNVAL;
        else
            p[i].revents = file_poll(t, f, may_wait && !ready) & (p[i].events | POLLERR | POLLHUP);
        ready += p[i].revents != 0;
    }
    if (ready)
        task_wait_end(t);
    else
        ready = poll_wait(t, deadline, "poll");
    if (ready >= 0)
        for (unsigned i = 0; i < n; i++)
            if (mm_copy_out(t->mm, ufds + i * sizeof(*p) + offsetof(struct pollfd, revents), &p[i].revents,
                            2)) {
                ready = -EFAULT;
                break;
            }
out:
    if (p != few)
        free(p);
    return ready;
}

static int64_t poll_again(struct task *t);

/* After a signal without a handler it goes on until the same moment. restart_arg: descriptors, how many, is there a limit, deadline. */
static int64_t poll_until(struct task *t, uint64_t ns)
{
    int64_t r = do_poll(t, t->restart_arg[0], (unsigned)t->restart_arg[1], t->restart_arg[2], ns);

    if (r != -EINTR)
        return r;
    t->restart_arg[3] = t->restart_data[3];
    t->restart = poll_again;
    return -ERESTART_RESTARTBLOCK;
}

static int64_t poll_again(struct task *t)
{
    t->restart_data[3] = t->restart_arg[3];
    return poll_until(t, 0);
}

int64_t sys_poll(struct task *t, const uint64_t a[6])
{
    int ms = arg_int(a[2]);

    t->restart_arg[0] = a[0];
    t->restart_arg[1] = arg_uint(a[1]);
    t->restart_arg[2] = ms >= 0;
    return poll_until(t, (uint64_t)(ms < 0 ? 0 : ms) * 1000000);
}

/* The time that is left, where the call reports it. */
static void put_time_left(struct task *t, uint64_t uts, int64_t ret, bool timeval)
{
    uint64_t left = time_left(t, t->restart_data[3]);
    int64_t v[2] = {left / 1000000000, timeval ? left % 1000000000 / 1000 : left % 1000000000};

    if (uts && ret != SYS_BLOCK)
        mm_copy_out(t->mm, uts, v, sizeof(v));
}

int64_t sys_ppoll(struct task *t, const uint64_t a[6])
{
    uint64_t ns = 0;
    int64_t r;

    if (a[2] && !t->restart_data[3]) {
        r = copy_timespec_in(t, a[2], &ns);
        if (r)
            return r;
    }
    r = poll_mask_begin(t, a[3], a[4]);
    if (r)
        return r;
    r = do_poll(t, a[0], arg_uint(a[1]), a[2], ns);
    if (r == -EINTR)
        r = -ERESTARTNOHAND;
    put_time_left(t, a[2], r, false);
    poll_mask_end(t, r);
    return r;
}

/* ---- select ---- */

#define SELECT_IN  (POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR)
#define SELECT_OUT (POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR)
#define SELECT_EX  POLLPRI

static int64_t do_select(struct task *t, int n, const uint64_t uset[3], bool timed, uint64_t ns)
{
    static const unsigned masks[3] = {SELECT_IN, SELECT_OUT, SELECT_EX};
    uint64_t deadline = poll_deadline(t, timed, ns);
    bool may_wait = !(deadline && t->k->now_ns >= deadline);
    uint64_t *in[3] = {NULL}, *out[3] = {NULL}, *mem;
    int64_t ready = 0;
    size_t words;

    if (n < 0)
        return -EINVAL;
    if (n > files_capacity(t->files))
        n = files_capacity(t->files);
    words = (n + 63) / 64;
    mem = calloc(6 * words + 1, 8);
    if (!mem)
        return -ENOMEM;
    for (int s = 0; s < 3; s++) {
        in[s] = mem + s * words;
        out[s] = mem + (3 + s) * words;
        if (uset[s] && mm_copy_in(t->mm, in[s], uset[s], words * 8)) {
            ready = -EFAULT;
            goto out;
        }
    }
    for (int fd = 0; fd < n; fd++) {
        uint64_t bit = UINT64_C(1) << fd % 64;
        unsigned w = fd / 64, ev;
        struct file *f;

        if (!((in[0][w] | in[1][w] | in[2][w]) & bit))
            continue;
        f = fd_file(t, fd);
        if (!f) {
            task_wait_end(t);
            ready = -EBADF;
            goto out;
        }
        ev = file_poll(t, f, may_wait && !ready);
        for (int s = 0; s < 3; s++)
            if ((in[s][w] & bit) && (ev & masks[s])) {
                out[s][w] |= bit;
                ready++;
            }
    }
    if (ready)
        task_wait_end(t);
    else
        ready = poll_wait(t, deadline, "select");
    for (int s = 0; s < 3 && ready >= 0; s++)
        if (uset[s] && mm_copy_out(t->mm, uset[s], out[s], words * 8))
            ready = -EFAULT;
out:
    free(mem);
    return ready == -EINTR ? -ERESTARTNOHAND : ready;
}

int64_t sys_select(struct task *t, const uint64_t a[6])
{
    int64_t tv[2] = {0};
    uint64_t ns = 0;
    int64_t r;

    if (a[4] && !t->restart_data[3]) {
        if (mm_copy_in(t->mm, tv, a[4], sizeof(tv)))
            return -EFAULT;
        tv[0] = (int64_t)((uint64_t)tv[0] + (uint64_t)(tv[1] / 1000000)); /* wraps as in the kernel */
        tv[1] %= 1000000;
        if (tv[0] < 0 || tv[1] < 0)
            return -EINVAL;
        ns = tv[0] >= INT64_MAX / 1000000000 ? INT64_MAX
                                             : (uint64_t)tv[0] * 1000000000 + (uint64_t)tv[1] * 1000;
    }
    r = do_select(t, arg_int(a[0]), &a[1], a[4], ns);
    put_time_left(t, a[4], r, true);
    return r;
}

int64_t sys_pselect6(struct task *t, const uint64_t a[6])
{
    uint64_t sig[2] = {0}, ns = 0;
    int64_t r;

    if (a[5] && mm_copy_in(t->mm, sig, a[5], sizeof(sig)))
        return -EFAULT;
    if (a[4] && !t->restart_data[3]) {
        r = copy_timespec_in(t, a[4], &ns);
        if (r)
            return r;
    }
    r = poll_mask_begin(t, sig[0], sig[1]);
    if (r)
        return r;
    r = do_select(t, arg_int(a[0]), &a[1], a[4], ns);
    put_time_left(t, a[4], r, false);
    poll_mask_end(t, r);
    return r;
}
