/*
 * seccomp_notify.c - SECCOMP_RET_USER_NOTIF: another task, the supervisor, answers in the place of a call. It reads questions
 * from a descriptor that came with the filter (SECCOMP_FILTER_FLAG_NEW_LISTENER), and answers by number (seccomp_unotify(2)).
 *
 *     asked (the task sleeps) --RECV--> read --SEND--> answered, the task goes on
 */
#include "seccomp.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "../fs/fs_calls.h"
#include "../handlers.h"

struct seccomp_listener {
    struct seccomp_filter *f; /* holds it */
    struct list_head notices; /* struct seccomp_notice.node, oldest first */
    unsigned requests;        /* asked and not read yet, also by tasks that have gone on since */
    uint64_t next_id, changes;
    struct waitq wait;
};

struct seccomp_notice {
    struct list_head node;
    struct task *t;
    struct seccomp_filter *f; /* its listener, if there still is one, lists this */
    uint64_t id;
    struct seccomp_data data;
    enum { NOTICE_ASKED, NOTICE_READ, NOTICE_ANSWERED } state;
    struct seccomp_notif_resp answer;
};

/* ---- the task that asks ---- */

static void changed(struct seccomp_listener *l)
{
    l->changes++;
    wake_up(&l->wait);
}

static int64_t wait_for_answer(struct task *t, const struct seccomp_notice *n)
{
    const char *what = "the answer of a seccomp supervisor";

    t->seccomp.waits = SECCOMP_WAITS_SUPERVISOR;
    return n->f->wait_killable && n->state == NOTICE_READ ? task_block_killable(t, NULL, what)
                                                          : task_block(t, NULL, 0, what);
}

bool seccomp_notified(struct task *t, int64_t *ret)
{
    struct seccomp_notice *n = t->seccomp.notice;
    bool made;

    if (n->state != NOTICE_ANSWERED) {
        *ret = wait_for_answer(t, n);
        if (*ret != SYS_BLOCK)
            seccomp_call_free(t);
        return true;
    }
    made = n->answer.flags & SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    if (made)
        t->seccomp.verdict = SECCOMP_RET_ALLOW;
    *ret = n->answer.error ? n->answer.error : n->answer.val;
    seccomp_call_free(t);
    return !made;
}

bool seccomp_notify(struct task *t, struct seccomp_filter *f, const struct seccomp_data *sd, int64_t *ret)
{
    struct seccomp_listener *l = f->listener;
    struct seccomp_notice *n;

    *ret = -ENOSYS;
    if (!l)
        return true;
    *ret = -ENOMEM;
    n = calloc(1, sizeof(*n));
    if (!n)
        return true;
    n->t = t;
    n->f = f;
    n->id = l->next_id++;
    n->data = *sd;
    list_add_tail(&l->notices, &n->node);
    t->seccomp.notice = n;
    l->requests++;
    changed(l);
    return seccomp_notified(t, ret);
}

void seccomp_notice_free(struct task *t)
{
    struct seccomp_notice *n = t->seccomp.notice;

    if (!n)
        return;
    list_del(&n->node);
    free(n);
    t->seccomp.notice = NULL;
}

/* ---- the supervisor ---- */

static struct seccomp_notice *find_notice(struct seccomp_listener *l, uint64_t id)
{
    list_for_each (node, &l->notices) {
        struct seccomp_notice *n = container_of(node, struct seccomp_notice, node);

        if (n->id == id)
            return n;
    }
    return NULL;
}

static struct seccomp_notice *first_asked(struct seccomp_listener *l)
{
    list_for_each (node, &l->notices) {
        struct seccomp_notice *n = container_of(node, struct seccomp_notice, node);

        if (n->state == NOTICE_ASKED)
            return n;
    }
    return NULL;
}

static int64_t receive(struct task *t, struct seccomp_listener *l, uint64_t ubuf)
{
    struct seccomp_notif u;
    struct seccomp_notice *n;

    if (mm_copy_in(t->mm, &u, ubuf, sizeof(u)))
        return -EFAULT;
    for (size_t i = 0; i < sizeof(u); i++)
        if (((const char *)&u)[i])
            return -EINVAL;
    if (!l->requests)
        return l->f->users ? task_block(t, &l->wait, 0, "a call that a seccomp filter asks about") : -ENOENT;
    l->requests--;
    n = first_asked(l);
    if (!n) /* who asked was interrupted */
        return -ENOENT;
    u.id = n->id;
    u.pid = (uint32_t)n->t->tid;
    u.data = n->data;
    if (mm_copy_out(t->mm, ubuf, &u, sizeof(u))) {
        l->requests++;
        return -EFAULT;
    }
    n->state = NOTICE_READ;
    changed(l);
    return 0;
}

static void answer(struct seccomp_notice *n, const struct seccomp_notif_resp *with)
{
    n->answer = *with;
    n->state = NOTICE_ANSWERED;
    task_wake(n->t);
}

static int64_t send_answer(struct task *t, struct seccomp_listener *l, uint64_t ubuf)
{
    struct seccomp_notif_resp u;
    struct seccomp_notice *n;

    if (mm_copy_in(t->mm, &u, ubuf, sizeof(u)))
        return -EFAULT;
    if (u.flags & ~(unsigned)SECCOMP_USER_NOTIF_FLAG_CONTINUE || (u.flags && (u.error || u.val)))
        return -EINVAL;
    n = find_notice(l, u.id);
    if (!n)
        return -ENOENT;
    if (n->state != NOTICE_READ)
        return -EINPROGRESS;
    answer(n, &u);
    return 0;
}

static int64_t id_valid(struct task *t, struct seccomp_listener *l, uint64_t ubuf)
{
    const struct seccomp_notice *n;
    uint64_t id;

    if (mm_copy_in(t->mm, &id, ubuf, sizeof(id)))
        return -EFAULT;
    n = find_notice(l, id);
    return n && n->state == NOTICE_READ ? 0 : -ENOENT;
}

/* A descriptor for the task that asks; with ADDFD_FLAG_SEND its number is the answer. */
static int64_t add_fd(struct task *t, struct seccomp_listener *l, uint64_t ubuf, uint64_t size)
{
    struct seccomp_notif_addfd u;
    struct seccomp_notice *n;
    struct file *f;
    int64_t fd;
    int err = copy_struct_in(t, &u, sizeof(u), ubuf, size, sizeof(u));

    if (err)
        return err;
    if (u.newfd_flags & ~(unsigned)O_CLOEXEC ||
        u.flags & ~(unsigned)(SECCOMP_ADDFD_FLAG_SETFD | SECCOMP_ADDFD_FLAG_SEND) ||
        (u.newfd && !(u.flags & SECCOMP_ADDFD_FLAG_SETFD)))
        return -EINVAL;
    f = fd_file(t, (int)u.srcfd);
    if (!f)
        return -EBADF;
    n = find_notice(l, u.id);
    if (!n)
        return -ENOENT;
    if (n->state != NOTICE_READ)
        return -EINPROGRESS;
    file_get(f);
    if (u.flags & SECCOMP_ADDFD_FLAG_SETFD)
        fd = fd_install_at(n->t, f, u.newfd, u.newfd_flags & O_CLOEXEC);
    else
        fd = fd_install(n->t, f, 0, u.newfd_flags & O_CLOEXEC);
    if (fd < 0)
        file_put(f);
    else if (u.flags & SECCOMP_ADDFD_FLAG_SEND)
        answer(n, &(struct seccomp_notif_resp){.val = fd});
    return fd;
}

static int64_t listener_ioctl(struct task *t, struct file *f, unsigned cmd, uint64_t arg)
{
    struct seccomp_listener *l = f->priv;

    switch (cmd) {
    case SECCOMP_IOCTL_NOTIF_RECV:
        return receive(t, l, arg);
    case SECCOMP_IOCTL_NOTIF_SEND:
        return send_answer(t, l, arg);
    case SECCOMP_IOCTL_NOTIF_ID_VALID:
    case SECCOMP_IOR(2, uint64_t): /* what it was called first, with the wrong direction */
        return id_valid(t, l, arg);
    case SECCOMP_IOCTL_NOTIF_SET_FLAGS: /* which processor wakes whom is no matter here */
        return arg & ~SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP ? -EINVAL : 0;
    }
    if ((cmd & ~(unsigned)IOCSIZE_MASK) == (SECCOMP_IOCTL_NOTIF_ADDFD & ~(unsigned)IOCSIZE_MASK))
        return add_fd(t, l, arg, _IOC_SIZE(cmd)); /* its structure may grow */
    return -EINVAL;
}

/* ---- the descriptor ---- */

static unsigned listener_poll(struct task *t, struct file *f, bool wait)
{
    struct seccomp_listener *l = f->priv;
    unsigned bits = l->f->users ? 0 : POLLHUP;

    if (wait)
        task_wait_add(t, &l->wait);
    list_for_each (node, &l->notices) {
        const struct seccomp_notice *n = container_of(node, struct seccomp_notice, node);

        bits |= n->state == NOTICE_ASKED  ? POLLIN | POLLRDNORM
                : n->state == NOTICE_READ ? POLLOUT | POLLWRNORM
                                          : 0;
    }
    return bits;
}

static uint64_t listener_changes(struct file *f)
{
    return ((struct seccomp_listener *)f->priv)->changes;
}

/* Nobody will answer any more. */
static void listener_release(struct file *f)
{
    struct seccomp_listener *l = f->priv;

    l->f->listener = NULL;
    list_for_each_safe (node, tmp, &l->notices) {
        struct seccomp_notice *n = container_of(node, struct seccomp_notice, node);

        list_del(&n->node);
        if (n->state != NOTICE_ANSWERED)
            answer(n, &(struct seccomp_notif_resp){.error = -ENOSYS});
    }
    seccomp_filter_put(l->f);
    free(l);
}

static const struct file_ops listener_ops = {
    .ioctl = listener_ioctl,
    .poll = listener_poll,
    .changes = listener_changes,
    .release = listener_release,
};

void seccomp_listener_unused(struct seccomp_listener *l)
{
    changed(l);
}

int seccomp_listener_create(struct task *t, struct seccomp_filter *f)
{
    struct seccomp_listener *l = calloc(1, sizeof(*l));
    struct file *file;

    if (!l)
        return -ENOMEM;
    l->next_id = kernel_random(t->k);
    list_init(&l->notices);
    waitq_init(&l->wait);
    file = anon_file(t->k, "seccomp notify", &listener_ops, l, O_RDWR);
    if (!file) {
        free(l);
        return -ENFILE;
    }
    l->f = seccomp_filter_get(f);
    f->listener = l;
    return fd_install_new(t, file, O_CLOEXEC);
}
