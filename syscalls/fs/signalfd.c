/*
 * signalfd.c - signals read from a descriptor (fs/signalfd.c).
 */
#include "../handlers.h"
#include "../process.h"
#include "fs_calls.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>

struct signalfd {
    ksigset_t mask;
};

static void fill(struct signalfd_siginfo *out, const struct ksiginfo *in)
{
    memset(out, 0, sizeof(*out));
    out->ssi_signo = in->info.si_signo;
    out->ssi_errno = in->info.si_errno;
    out->ssi_code = in->info.si_code;
    if (in->info.si_code == SI_TIMER) {
        out->ssi_tid = in->info.timer.tid;
        out->ssi_overrun = in->info.timer.overrun;
        out->ssi_ptr = in->info.timer.value;
        out->ssi_int = (int)in->info.timer.value;
        return;
    }
    switch (in->info.si_signo) {
    case SIGCHLD:
        out->ssi_pid = in->info.chld.pid;
        out->ssi_uid = in->info.chld.uid;
        out->ssi_status = in->info.chld.status;
        out->ssi_utime = in->info.chld.utime;
        out->ssi_stime = in->info.chld.stime;
        return;
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGTRAP:
        if (in->info.si_code > 0) {
            out->ssi_addr = in->info.fault.addr;
            return;
        }
    }
    out->ssi_pid = in->info.rt.pid;
    out->ssi_uid = in->info.rt.uid;
    out->ssi_ptr = in->info.rt.value;
    out->ssi_int = (int)in->info.rt.value;
}

static int64_t signalfd_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    struct signalfd *s = f->priv;
    uint64_t done = 0;
    struct ksiginfo info;

    if (len < sizeof(struct signalfd_siginfo))
        return -EINVAL;
    while (len - done >= sizeof(struct signalfd_siginfo) && dequeue_signal(t, ~s->mask, &info)) {
        fill((struct signalfd_siginfo *)((char *)buf + done), &info);
        done += sizeof(struct signalfd_siginfo);
    }
    if (done)
        return done;
    return f->flags & O_NONBLOCK ? -EAGAIN : task_block(t, &t->k->signal_wait, 0, "read of a signalfd");
}

static unsigned signalfd_poll(struct task *t, struct file *f, bool wait)
{
    struct signalfd *s = f->priv;

    if ((t->pending.set | t->proc->pending.set) & s->mask)
        return POLLIN;
    if (wait)
        task_wait_add(t, &t->k->signal_wait);
    return 0;
}

static void signalfd_fdinfo(struct file *f, FILE *out)
{
    fprintf(out, "sigmask:\t%016lx\n", (unsigned long)((struct signalfd *)f->priv)->mask);
}

static void signalfd_release(struct file *f)
{
    free(f->priv);
}

static const struct file_ops signalfd_ops = {
    .read = signalfd_read,
    .lseek = noop_lseek,
    .poll = signalfd_poll,
    .show_fdinfo = signalfd_fdinfo,
    .release = signalfd_release,
    .unit = sizeof(struct signalfd_siginfo),
};

static int64_t do_signalfd(struct task *t, int fd, uint64_t umask_, uint64_t size, unsigned flags)
{
    struct signalfd *s;
    struct file *f;
    ksigset_t mask;

    if (size != sizeof(mask))
        return -EINVAL;
    if (mm_copy_in(t->mm, &mask, umask_, sizeof(mask)))
        return -EFAULT;
    if (flags & ~(unsigned)(SFD_CLOEXEC | SFD_NONBLOCK))
        return -EINVAL;
    mask &= ~(sigbit(SIGKILL) | sigbit(SIGSTOP));
    if (fd != -1) {
        f = fd_file(t, fd);
        if (!f)
            return -EBADF;
        if (f->ops != &signalfd_ops)
            return -EINVAL;
        ((struct signalfd *)f->priv)->mask = mask;
        wake_up(&t->k->signal_wait);
        return fd;
    }
    s = calloc(1, sizeof(*s));
    if (!s)
        return -ENOMEM;
    s->mask = mask;
    f = anon_file(t->k, "[signalfd]", &signalfd_ops, s, O_RDWR | (flags & O_NONBLOCK));
    if (!f) {
        free(s);
        return -ENFILE;
    }
    return fd_install_new(t, f, flags & SFD_CLOEXEC ? O_CLOEXEC : 0);
}

int64_t sys_signalfd(struct task *t, const uint64_t a[6])
{
    return do_signalfd(t, arg_int(a[0]), a[1], a[2], 0);
}

int64_t sys_signalfd4(struct task *t, const uint64_t a[6])
{
    return do_signalfd(t, arg_int(a[0]), a[1], a[2], arg_uint(a[3]));
}
