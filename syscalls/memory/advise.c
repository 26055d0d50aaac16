/*
 * advise.c - madvise(2) and process_madvise(2).
 */
#include <errno.h>
#include <signal.h>
#include <sys/uio.h>

#include <mseal-emu/design.h>

#include "../handlers.h"
#include "../process.h"

#define MAX_RW_COUNT            (INT32_MAX & MM_PAGE_MASK)
#define PIDFD_SELF_THREAD       (-10000)
#define PIDFD_SELF_THREAD_GROUP (-10001) /* include/uapi/linux/fcntl.h */

/* The task behind a pidfd: 0, -EBADF, or -ESRCH (gone). */
static int pidfd_target(struct task *t, int fd, struct task **target)
{
    int pid;

    *target = t;
    if (fd == PIDFD_SELF_THREAD || fd == PIDFD_SELF_THREAD_GROUP)
        return 0;
    pid = pidfd_pid(t, fd);
    if (pid < 0)
        return -EBADF; /* also for files that are no pidfd */
    *target = find_task(t->k, pid);
    return *target ? 0 : -ESRCH;
}

/* Who declares memory broken that it uses is told so as if it had met the fault. */
static void tell_poisoned(struct task *t)
{
    uint64_t addr;

    if (mm_take_poisoned(t->mm, &addr))
        force_sig_fault(t, SIGBUS, BUS_MCEERR_AR, addr, 0);
}

int64_t sys_madvise(struct task *t, const uint64_t a[6])
{
    int64_t ret;

    creds_to_mm(t);
    ret = mm_madvise(t->mm, a[0], a[1], arg_int(a[2]));
    tell_poisoned(t);
    return ret;
}

/* import_iovec(): the vector's shape is checked whole before anything is done. Total length, or negative errno. */
static int64_t import_iovec(struct task *t, struct iovec *iov, uint64_t vec, uint64_t n)
{
    uint64_t total = 0;

    if (n > UIO_MAXIOV)
        return mm_fail(t->mm, -EINVAL, "the vector has more than 1024 elements");
    if (n && mm_copy_in(t->mm, iov, vec, n * sizeof(*iov)))
        return -EFAULT;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t base = (uint64_t)(uintptr_t)iov[i].iov_base;

        if ((int64_t)iov[i].iov_len < 0)
            return mm_fail(t->mm, -EINVAL, "an element's length is negative");
        if (base + iov[i].iov_len > MM_TASK_SIZE || base + iov[i].iov_len < base)
            return mm_fail(t->mm, -EFAULT, "an element reaches past the end of the address space");
        if (iov[i].iov_len > MAX_RW_COUNT - total)
            iov[i].iov_len = MAX_RW_COUNT - total;
        total += iov[i].iov_len;
    }
    return (int64_t)total;
}

int64_t sys_process_madvise(struct task *t, const uint64_t a[6])
{
    int pidfd = arg_int(a[0]), advice = arg_int(a[3]);
    struct iovec iov[UIO_MAXIOV];
    struct task *target;
    int64_t total, ret;
    uint64_t done = 0;
    bool remote;

    if (arg_uint(a[4]))
        return mm_fail(t->mm, -EINVAL, "unknown flags");
    total = import_iovec(t, iov, a[1], a[2]);
    if (total < 0)
        return total;
    ret = pidfd_target(t, pidfd, &target);
    if (ret)
        return ret;
    if (!target->mm)
        return -ESRCH;
    remote = target->mm != t->mm;
    if (remote && !ptrace_may_access(t, target))
        return -EPERM;
    if (remote) /* is the advice one that may be given to others? With nothing to advise, nobody looks at one's own. */
        ret = mm_process_madvise(target->mm, 0, 0, advice, remote);
    if (ret)
        return ret;
    if (remote && !capable(t, 23 /* CAP_SYS_NICE */))
        return -EPERM;
    creds_to_mm(t);
    for (uint64_t i = 0; i < a[2] && (int64_t)done < total; i++) {
        ret = mm_process_madvise(target->mm, (uint64_t)(uintptr_t)iov[i].iov_base, iov[i].iov_len, advice,
                                 remote);
        if (ret < 0)
            break;
        done += iov[i].iov_len;
    }
    tell_poisoned(t);
    return done ? (int64_t)done : ret;
}

/* mm/oom_kill.c: the memory of somebody who is being killed goes before he does. Here it goes with him, at once. */
int64_t sys_process_mrelease(struct task *t, const uint64_t a[6])
{
    struct task *target;
    int err;

    if (arg_uint(a[1]))
        return -EINVAL;
    err = pidfd_target(t, arg_int(a[0]), &target);
    if (err)
        return err;
    if (!target->mm)
        return -ESRCH;
    return target->proc->exiting ? 0 : -EINVAL;
}
