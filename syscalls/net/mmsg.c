/*
 * mmsg.c - many messages by one call: sendmmsg, recvmmsg (net/socket.c).
 */
#include "msg.h"

#include "../handlers.h"
#include "../process.h"

/*
 * sendmmsg and recvmmsg wait for each message. restart_data[1]: how many were done before the call began to wait; [2]: when a
 * timeout that was given is over, ns.
 */
static void next_message(struct task *t, unsigned done)
{
    t->restart_data[0] = t->restart_data[3] = 0; /* of the last one alone */
    t->deadline = 0;
    t->restart_data[1] = done;
}

int64_t sys_sendmmsg(struct task *t, const uint64_t a[6])
{
    unsigned n = arg_uint(a[2]) < IOV_MAX_ ? arg_uint(a[2]) : IOV_MAX_, i = (unsigned)t->restart_data[1];
    struct file *f;
    struct sock *s;
    int64_t r = sock_of(t, a[0], &f, &s);

    while (!r && i < n) {
        uint64_t at = a[1] + i * sizeof(struct mmsghdr);
        struct user_msghdr m;
        unsigned len;

        r = mm_copy_in(t->mm, &m, at, 56) ? -EFAULT : msg_send(t, f, s, &m, arg_uint(a[3]));
        if (r < 0)
            break;
        len = (unsigned)r;
        r = mm_copy_out(t->mm, at + 56, &len, sizeof(len));
        if (!r)
            next_message(t, ++i);
    }
    return r != SYS_BLOCK && i ? (int64_t)i : r;
}

/*
 * What is left of the timeout, ns. It is looked at behind each message only: a wait for one does not end by it (recvmmsg(2),
 * BUGS). Each message takes its time, as a call for it alone would.
 */
static uint64_t time_left(const struct task *t)
{
    uint64_t now = t->k->now_ns + t->restart_data[1] * KERNEL_SYSCALL_NS;

    return now < t->restart_data[2] ? t->restart_data[2] - now : 0;
}

static int64_t receive_one(struct task *t, struct file *f, struct sock *s, uint64_t at, unsigned flags)
{
    struct user_msghdr m;
    unsigned len;
    int64_t r = mm_copy_in(t->mm, &m, at, 56) ? -EFAULT : msg_receive(t, f, s, &m, flags, at + 8);

    if (r < 0)
        return r;
    len = (unsigned)r;
    return mm_copy_out(t->mm, at + 40, &m.controllen, 8) || mm_copy_out(t->mm, at + 48, &m.flags, 4) ||
                   mm_copy_out(t->mm, at + 56, &len, sizeof(len))
               ? -EFAULT
               : 0;
}

int64_t sys_recvmmsg(struct task *t, const uint64_t a[6])
{
    unsigned n = arg_uint(a[2]) < IOV_MAX_ ? arg_uint(a[2]) : IOV_MAX_, i = (unsigned)t->restart_data[1];
    unsigned flags = arg_uint(a[3]);
    uint64_t given;
    struct file *f;
    struct sock *s;
    int64_t r = 0;

    if (a[4] && !t->retrying) {
        r = copy_timespec_in(t, a[4], &given);
        t->restart_data[2] = r ? 0 : t->k->now_ns + given;
    }
    if (!r)
        r = sock_of(t, a[0], &f, &s);
    while (!r && i < n) {
        r = receive_one(t, f, s, a[1] + i * sizeof(struct mmsghdr),
                        i && flags & MSG_WAITFORONE ? flags | MSG_DONTWAIT : flags);
        if (!r)
            next_message(t, ++i);
        if (!r && a[4] && !time_left(t))
            break;
    }
    if (r == SYS_BLOCK || !i)
        return r;
    return a[4] && copy_timespec_out(t, a[4], time_left(t)) ? -EFAULT : (int64_t)i;
}
