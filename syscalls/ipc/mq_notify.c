/*
 * mq_notify.c - being told of a message that comes to an empty queue: mq_notify(2) (ipc/mqueue.c).
 *
 * SIGEV_THREAD is the C library's affair: it gives 32 bytes and a netlink socket, the kernel sends these
 * bytes there, the last of them saying why, and a thread of the library's own waits for them.
 */
#include "mqueue.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "../handlers.h"
#include "../net/sock.h"

/* The cookie's last byte. */
#define NOTIFY_WOKENUP 1
#define NOTIFY_REMOVED 2

static void forget(struct mq *q)
{
    struct file *socket = q->notify_socket;

    if (q->notify)
        process_put(q->notify);
    q->notify = NULL;
    q->notify_socket = NULL;
    if (socket)
        file_put(socket);
}

static void send_cookie(struct mq *q, uint8_t why)
{
    q->cookie[NOTIFY_COOKIE_LEN - 1] = why;
    netlink_deliver(file_sock(q->notify_socket), q->cookie, NOTIFY_COOKIE_LEN);
}

void mq_forget_notify(struct mq *q)
{
    if (q->notify_socket)
        send_cookie(q, NOTIFY_REMOVED);
    forget(q);
}

struct process *mq_notify_owner(struct mq *q)
{
    if (q->notify && q->notify->zombie)
        forget(q);
    return q->notify;
}

void mq_tell_owner(struct task *t, struct mq *q)
{
    struct process *owner = mq_notify_owner(q);
    struct ksiginfo info;

    if (!owner)
        return;
    if (q->event.notify == SIGEV_SIGNAL) {
        siginfo_user(&info, t, q->event.signo, SI_MESGQ);
        info.info.rt.value = q->event.value;
        send_signal_process(owner, &info);
    } else if (q->event.notify == SIGEV_THREAD) {
        send_cookie(q, NOTIFY_WOKENUP);
    }
    forget(q);
}

/* The event at addr, and for SIGEV_THREAD its cookie and socket (borrowed). 0 or negative errno. */
static int get_event(struct task *t, uint64_t addr, struct ksigevent *ev, uint8_t cookie[NOTIFY_COOKIE_LEN],
                     struct file **socket)
{
    const struct sock *s;

    if (mm_copy_in(t->mm, ev, addr, sizeof(*ev)))
        return -EFAULT;
    if (ev->notify != SIGEV_NONE && ev->notify != SIGEV_SIGNAL && ev->notify != SIGEV_THREAD)
        return -EINVAL;
    if (ev->notify == SIGEV_SIGNAL && (ev->signo < 0 || ev->signo > NR_SIGNALS))
        return -EINVAL;
    if (ev->notify != SIGEV_THREAD)
        return 0;
    if (mm_copy_in(t->mm, cookie, ev->value, NOTIFY_COOKIE_LEN))
        return -EFAULT;
    *socket = fd_file(t, ev->signo);
    if (!*socket)
        return -EBADF;
    s = file_sock(*socket);
    return !s ? -ENOTSOCK : s->family != AF_NETLINK ? -EINVAL : 0;
}

int64_t sys_mq_notify(struct task *t, const uint64_t a[6])
{
    uint8_t cookie[NOTIFY_COOKIE_LEN] = {0};
    struct file *f, *socket = NULL;
    struct ksigevent ev;
    struct mq *q;
    int err = a[1] ? get_event(t, a[1], &ev, cookie, &socket) : 0;

    if (!err)
        err = mq_of(t, arg_int(a[0]), &f, &q);
    if (err)
        return err;
    if (!a[1]) {
        if (q->notify == t->proc)
            mq_forget_notify(q);
        return 0;
    }
    if (mq_notify_owner(q))
        return -EBUSY;
    q->notify = process_get(t->proc);
    q->event = ev;
    q->notify_socket = socket ? file_get(socket) : NULL;
    memcpy(q->cookie, cookie, sizeof(cookie));
    return 0;
}
