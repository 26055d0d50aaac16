/*
 * pidfd.c - descriptors that stand for processes (kernel/pid.c, kernel/signal.c), and reading other
 * processes' things.
 */
#include <errno.h>
#include <fcntl.h>
#include <mseal-emu/uffd.h>
#include <poll.h>

#include "../fs/vfs.h"
#include "../handlers.h"
#include "../process.h"

#define PIDFD_THREAD_               O_EXCL
#define PIDFD_SIGNAL_THREAD_        1u
#define PIDFD_SIGNAL_THREAD_GROUP_  2u
#define PIDFD_SIGNAL_PROCESS_GROUP_ 4u

static unsigned pidfd_poll(struct task *t, struct file *f, bool wait)
{
    struct process *p = f->priv;

    if (wait)
        task_wait_add(t, &p->exit_wait);
    return p->reaped ? POLLIN | POLLRDNORM | POLLHUP : p->zombie ? POLLIN | POLLRDNORM : 0;
}

static void pidfd_release(struct file *f)
{
    process_put(f->priv);
}

static void pidfd_fdinfo(struct file *f, FILE *out)
{
    struct process *p = f->priv;
    int pid = p->reaped ? -1 : p->pid;

    fprintf(out, "Pid:\t%d\nNSpid:\t%d\n", pid, pid);
}

static const struct file_ops pidfd_ops = {
    .poll = pidfd_poll, .show_fdinfo = pidfd_fdinfo, .release = pidfd_release};

static int pidfd_install(struct task *t, struct process *p, unsigned flags)
{
    struct file *f = anon_file(t->k, "[pidfd]", &pidfd_ops, p, O_RDWR | flags);

    if (!f)
        return -ENFILE;
    process_get(p);
    return fd_install(t, f, 0, true);
}

int pidfd_create(struct task *t, struct task *c, bool thread)
{
    return pidfd_install(t, c->proc, thread ? PIDFD_THREAD_ : 0);
}

static struct process *pidfd_process(struct task *t, int fd, int *err)
{
    struct file *f = fd_file(t, fd);

    *err = f ? -EINVAL : -EBADF;
    return f && f->ops == &pidfd_ops ? f->priv : NULL;
}

int pidfd_pid(struct task *t, int fd)
{
    int err;
    struct process *p = pidfd_process(t, fd, &err);

    return p ? p->pid : err;
}

int64_t sys_pidfd_open(struct task *t, const uint64_t a[6])
{
    int pid = arg_int(a[0]);
    unsigned flags = arg_uint(a[1]);
    struct task *o;

    if (flags & ~(unsigned)(O_NONBLOCK | PIDFD_THREAD_) || pid <= 0)
        return -EINVAL;
    o = find_task(t->k, pid);
    if (!o)
        return -ESRCH;
    if (!(flags & PIDFD_THREAD_) && o->proc->leader != o)
        return -ENOENT; /* 6.18: a thread that leads nobody */
    return pidfd_install(t, o->proc, flags);
}

int64_t sys_pidfd_send_signal(struct task *t, const uint64_t a[6])
{
    int sig = arg_int(a[1]), err;
    unsigned flags = arg_uint(a[3]);
    struct ksiginfo info;
    struct process *p;

    if (flags & ~(PIDFD_SIGNAL_THREAD_ | PIDFD_SIGNAL_THREAD_GROUP_ | PIDFD_SIGNAL_PROCESS_GROUP_) ||
        __builtin_popcount(flags) > 1)
        return -EINVAL;
    p = pidfd_process(t, arg_int(a[0]), &err);
    if (!p)
        return err == -EINVAL ? -EBADF : err;
    if (a[2]) {
        if (copy_siginfo_in(t, a[2], sig, &info))
            return -EFAULT;
        if ((info.info.si_code >= 0 || info.info.si_code == SI_TKILL) && p != t->proc)
            return -EPERM;
    } else {
        siginfo_user(&info, t, sig, flags & PIDFD_SIGNAL_THREAD_ ? SI_TKILL : SI_USER);
    }
    return p->reaped ? -ESRCH : kill_one(t, p->leader, &info, flags & PIDFD_SIGNAL_THREAD_);
}

int64_t sys_pidfd_getfd(struct task *t, const uint64_t a[6])
{
    struct task *o;
    struct file *f;
    struct process *p;
    int err;

    if (arg_uint(a[2]))
        return -EINVAL;
    p = pidfd_process(t, arg_int(a[0]), &err);
    if (!p)
        return err == -EINVAL ? -EBADF : err;
    o = p->reaped ? NULL : p->leader;
    if (!o)
        return -ESRCH;
    if (!ptrace_may_access(t, o))
        return -EPERM;
    if (!o->files)
        return -ESRCH;
    f = fd_file_raw(o, arg_int(a[1]));
    return f ? fd_install(t, file_get(f), 0, true) : -EBADF;
}

/* ---- process_vm_readv, process_vm_writev (mm/process_vm_access.c) ---- */

#define IOV_LIMIT 1024 /* UIO_MAXIOV */

static int copy_iovec(struct task *t, uint64_t addr, uint64_t n, struct iovec *iov)
{
    if (n > IOV_LIMIT)
        return -EINVAL;
    if (n && mm_copy_in(t->mm, iov, addr, n * sizeof(*iov)))
        return -EFAULT;
    for (uint64_t i = 0; i < n; i++)
        if ((int64_t)iov[i].iov_len < 0)
            return -EINVAL;
    return 0;
}

/* Linux pins the other side's pages; [vvar] has none that could be (check_vma_flags() in mm/gup.c). */
static bool has_pages(struct mm *mm, uint64_t addr)
{
    const struct vma *v = mm_find_vma(mm, addr);

    return !v || v->start > addr || !(v->flags & (VM_IO | VM_PFNMAP));
}

static int64_t vm_rw(struct task *t, const uint64_t a[6], bool write)
{
    struct iovec local[IOV_LIMIT], remote[IOV_LIMIT];
    uint64_t l = 0, loff = 0, total = 0;
    struct task *o;
    uint8_t buf[MM_PAGE_SIZE];
    int err;

    if (a[5])
        return -EINVAL;
    err = copy_iovec(t, a[1], a[2], local);
    if (!err)
        err = copy_iovec(t, a[3], a[4], remote);
    if (err)
        return err;
    o = find_task(t->k, arg_int(a[0]));
    if (!o || !o->mm)
        return -ESRCH;
    if (!ptrace_may_access(t, o))
        return -EPERM;
    for (uint64_t r = 0; r < a[4]; r++) {
        uint64_t roff = 0;

        while (roff < remote[r].iov_len) {
            uint64_t raddr = (uint64_t)(uintptr_t)remote[r].iov_base + roff, laddr, n, want;

            while (l < a[2] && loff == local[l].iov_len) {
                l++;
                loff = 0;
            }
            if (l == a[2])
                return (int64_t)total;
            laddr = (uint64_t)(uintptr_t)local[l].iov_base + loff;
            want = remote[r].iov_len - roff;
            if (want > local[l].iov_len - loff)
                want = local[l].iov_len - loff;
            n = MM_PAGE_SIZE - raddr % MM_PAGE_SIZE;
            if (want > n)
                want = n;
            if (userfault_waits_for(t, o->mm, raddr, want, write ? MM_WRITE : MM_READ))
                return SYS_BLOCK;
            /* Unlike ptrace this obeys the protection of the other side. */
            if (write) {
                n = mm_copy_in_partial(t->mm, buf, laddr, want);
                n = mm_copy_out_partial(o->mm, raddr, buf, n);
            } else {
                n = has_pages(o->mm, raddr) ? mm_copy_in_partial(o->mm, buf, raddr, want) : 0;
                n = mm_copy_out_partial(t->mm, laddr, buf, n);
            }
            total += n;
            if (n < want)
                return total && !mm_uffd_met(t->mm) ? (int64_t)total : -EFAULT;
            roff += n;
            loff += n;
        }
    }
    return (int64_t)total;
}

int64_t sys_process_vm_readv(struct task *t, const uint64_t a[6])
{
    return vm_rw(t, a, false);
}

int64_t sys_process_vm_writev(struct task *t, const uint64_t a[6])
{
    return vm_rw(t, a, true);
}

int64_t sys_kcmp(struct task *t, const uint64_t a[6])
{
    const struct task *x = find_task(t->k, arg_int(a[0])), *y = find_task(t->k, arg_int(a[1]));
    const void *p = NULL, *q = NULL;

    if (!x || !y)
        return -ESRCH;
    if (!ptrace_may_access(t, x) || !ptrace_may_access(t, y))
        return -EPERM;
    switch (arg_int(a[2])) {
    case 0: /* KCMP_FILE */
        p = fd_file_raw((struct task *)x, arg_int(a[3]));
        q = fd_file_raw((struct task *)y, arg_int(a[4]));
        if (!p || !q)
            return -EBADF;
        break;
    case 1: /* KCMP_VM */
        p = x->mm;
        q = y->mm;
        break;
    case 2: /* KCMP_FILES */
        p = x->files;
        q = y->files;
        break;
    case 3: /* KCMP_FS */
        p = x->fs;
        q = y->fs;
        break;
    case 4: /* KCMP_SIGHAND */
        p = x->sighand;
        q = y->sighand;
        break;
    case 5: /* KCMP_IO */
        break;
    case 6: /* KCMP_SYSVSEM */
        break;
    default:
        return -EINVAL;
    }
    /* Linux orders them by a scrambled address; any fixed order will do, ours is that of the tasks. */
    return p == q ? 0 : x->tid <= y->tid ? 1 : 2;
}
