/*
 * clone.c - fork, vfork, clone, clone3, unshare: which parts the child shares, which it copies (copy_process of
 * kernel/fork.c).
 */
#include <errno.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/resource.h>

#include "../file.h"
#include "../futex/hash.h"
#include "../handlers.h"
#include "../process.h"
#include "ptrace.h"
#include "seccomp.h"

#define CLONE_NAMESPACES                                                                                     \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |            \
     CLONE_NEWNET)
#define MAX_TASKS 32768 /* of ours: kernel/fork.c's max_threads of a small machine */

struct clone_args_in { /* what all four forms come down to */
    uint64_t flags;
    uint64_t pidfd, child_tid, parent_tid, stack, stack_size, tls;
    int exit_signal;
    int tid; /* clone3: the number that is asked for, 0: any */
};

/* Combinations refused by copy_process(), in its order. */
static int check_flags(const struct task *t, uint64_t f)
{
    if ((f & (CLONE_NEWNS | CLONE_FS)) == (CLONE_NEWNS | CLONE_FS))
        return -EINVAL;
    if ((f & (CLONE_NEWUSER | CLONE_FS)) == (CLONE_NEWUSER | CLONE_FS))
        return -EINVAL;
    if (f & CLONE_THREAD && !(f & CLONE_SIGHAND))
        return -EINVAL;
    if (f & CLONE_SIGHAND && !(f & CLONE_VM))
        return -EINVAL;
    if (f & CLONE_THREAD && f & (CLONE_NEWUSER | CLONE_NEWPID))
        return -EINVAL;
    if (f & CLONE_PIDFD && f & CLONE_DETACHED)
        return -EINVAL;
    if (f & CLONE_NAMESPACES)
        return -EPERM;
    return 0;
}

static int check_limits(const struct task *t)
{
    unsigned mine = 0;
    uint64_t limit = t->proc->rlim[RLIMIT_NPROC].cur;

    if (t->k->nr_tasks >= MAX_TASKS)
        return -EAGAIN;
    if (t->cred.uid == 0 || limit >= MAX_TASKS)
        return 0;
    list_for_each (n, &t->k->tasks)
        if (container_of(n, struct task, node)->cred.uid == t->cred.uid)
            mine++;
    return mine >= limit ? -EAGAIN : 0;
}

static int copy_process_part(struct task *t, struct task *c, const struct clone_args_in *args)
{
    const struct process *from = t->proc;
    struct process *p = process_alloc(t->k, c->tid), *parent;

    if (!p)
        return -ENOMEM;
    memcpy(p->rlim, from->rlim, sizeof(p->rlim));
    memcpy(p->exe, from->exe, sizeof(p->exe));
    p->exe_file = from->exe_file ? file_get(from->exe_file) : NULL;
    p->pgid = from->pgid;
    p->sid = from->sid;
    p->autogroup_nice = from->autogroup_nice;
    p->tty = from->tty;
    p->dumpable = from->dumpable;
    p->coredump_filter = from->coredump_filter;
    p->oom_score_adj = from->oom_score_adj;
    p->untold = from->untold;
    p->exit_signal = args->flags & CLONE_PARENT ? from->exit_signal : args->exit_signal;
    parent = args->flags & CLONE_PARENT ? from->parent : t->proc;
    p->parent = parent;
    p->parent_task = args->flags & CLONE_PARENT ? from->parent_task : t;
    if (parent)
        list_add_tail(&parent->children, &p->sibling);
    task_join(c, p);
    return 0;
}

/* The parts, shared or copied. Leaves what it has done in c for task_free(). */
static int copy_parts(struct task *t, struct task *c, uint64_t f)
{
    int err = 0;

    creds_copy(&c->cred, &t->cred);
    keys_of_child(&c->cred, f & CLONE_THREAD);
    c->files = f & CLONE_FILES ? files_get(t->files) : files_clone(t->files);
    if (!c->files)
        return -ENOMEM;
    c->fs = f & CLONE_FS ? fs_get(t->fs) : fs_clone(t->fs);
    if (!c->fs)
        return -ENOMEM;
    if (f & CLONE_SIGHAND) {
        c->sighand = t->sighand;
        c->sighand->refs++;
    } else {
        c->sighand = sighand_create();
        if (!c->sighand)
            return -ENOMEM;
        memcpy(c->sighand->action, t->sighand->action, sizeof(c->sighand->action));
        if (f & CLONE_CLEAR_SIGHAND)
            sighand_flush_on_exec(c->sighand);
    }
    if (f & CLONE_SYSVSEM && sem_undo_share(t, c))
        return -ENOMEM;
    c->mm = f & CLONE_VM ? mm_get(t->mm) : mm_fork(t->mm, &err);
    return c->mm ? 0 : err ? err : -ENOMEM;
}

static void copy_simple(const struct task *t, struct task *c, uint64_t f)
{
    memcpy(c->comm, t->comm, sizeof(c->comm));
    c->blocked = t->blocked;
    c->personality = t->personality;
    c->timer_slack = t->timer_slack;
    c->mce_kill = t->mce_kill;
    if (!(f & CLONE_VM) || f & CLONE_VFORK) {
        c->altstack_sp = t->altstack_sp;
        c->altstack_size = t->altstack_size;
        c->altstack_flags = t->altstack_flags;
    }
    c->ioprio = t->ioprio;
    c->io_flusher = t->io_flusher;
    c->nice = t->nice;
    c->sched_policy = t->sched_policy;
    c->sched_priority = t->sched_priority;
    if (t->reset_on_fork) {
        c->sched_policy = c->sched_priority = 0;
        c->nice = t->nice < 0 ? 0 : t->nice;
    }
}

/* Numbers that parent and child find in their memory. */
static int write_tids(struct task *t, struct task *c, const struct clone_args_in *args)
{
    int32_t tid = c->tid, fd;

    if (args->flags & CLONE_PIDFD) {
        fd = pidfd_create(t, c, args->flags & CLONE_THREAD);
        if (fd < 0)
            return fd;
        if (mm_copy_out(t->mm, args->pidfd, &fd, sizeof(fd))) {
            fd_close(t, fd);
            return -EFAULT;
        }
    }
    if (args->flags & CLONE_PARENT_SETTID)
        (void)mm_copy_out(t->mm, args->parent_tid, &tid, sizeof(tid));
    if (args->flags & CLONE_CHILD_SETTID)
        (void)mm_copy_out(c->mm, args->child_tid, &tid, sizeof(tid));
    if (args->flags & CLONE_CHILD_CLEARTID)
        c->clear_child_tid = args->child_tid;
    return 0;
}

static void unmake(struct task *c)
{
    struct process *p = c->proc && c->proc->leader == c ? c->proc : NULL;

    c->k->nr_tasks--;
    if (c->proc)
        c->proc->nr_threads--;
    if (p) {
        list_del(&p->sibling);
        list_del(&p->node);
    }
    task_free(c);
    if (p)
        process_put(p);
}

static int64_t do_clone(struct task *t, const struct clone_args_in *args)
{
    uint64_t f = args->flags;
    struct task *c;
    int err = check_flags(t, f), tid;

    if (!err && signal_pending(t)) /* the child shall not miss what is sent to all of a group */
        err = -ERESTARTNOINTR;
    if (!err)
        err = check_limits(t);
    if (err)
        return err;
    tid = args->tid ? claim_tid(t, args->tid) : alloc_tid(t->k);
    if (tid < 0)
        return tid;
    c = task_alloc(t->k);
    if (!c)
        return -ENOMEM;
    c->tid = tid;
    task_insert(t->k, c);
    copy_simple(t, c, f);
    seccomp_fork(t, c);
    if (f & CLONE_THREAD) {
        task_join(c, t->proc);
        futex_hash_for_threads(t->mm);
    } else {
        err = copy_process_part(t, c, args);
    }
    if (!err)
        err = copy_parts(t, c, f);
    if (!err)
        err = write_tids(t, c, args);
    if (!err)
        err = t->k->ops->clone_cpu(t, c, args->stack, args->tls, f & CLONE_SETTLS);
    if (err) {
        unmake(c);
        return err;
    }
    creds_to_mm(c);
    if (c->mm != t->mm && !list_empty(&t->k->uffds))
        userfault_forked(t, c);
    ptrace_cloned(t, c, f, args->exit_signal);
    if (f & CLONE_VFORK) {
        c->vfork_parent = t;
        t->vforking = true;
        t->restart_data[0] = (uint64_t)tid;
    }
    return tid;
}

/* The second half of vfork: the result is known, the child has not yet exec'ed or exited. */
static int64_t vfork_wait(struct task *t)
{
    int tid = (int)t->restart_data[0];
    struct task *c = find_task(t->k, tid);

    if (c && c->vfork_parent == t) {
        int64_t ret = task_block_killable(t, NULL, "a vfork child");

        if (ret == SYS_BLOCK)
            return ret;
    }
    t->vforking = false;
    ptrace_vfork_done(t, tid);
    return tid;
}

static int64_t clone_and_wait(struct task *t, const struct clone_args_in *args)
{
    int64_t ret = do_clone(t, args);

    if (ret <= 0 || !(args->flags & CLONE_VFORK))
        return ret;
    return ptrace_event_due(t) ? SYS_BLOCK : vfork_wait(t); /* a tracer hears of the child before it ends */
}

int64_t sys_fork(struct task *t, const uint64_t a[6])
{
    struct clone_args_in args = {.exit_signal = SIGCHLD};

    return do_clone(t, &args);
}

int64_t sys_vfork(struct task *t, const uint64_t a[6])
{
    struct clone_args_in args = {.flags = CLONE_VFORK | CLONE_VM, .exit_signal = SIGCHLD};

    return t->retrying ? vfork_wait(t) : clone_and_wait(t, &args);
}

int64_t sys_clone(struct task *t, const uint64_t a[6])
{
    struct clone_args_in args = {
        .flags = (uint32_t)a[0] & ~(uint64_t)CSIGNAL,
        .exit_signal = (int)(a[0] & CSIGNAL),
        .stack = a[1],
        .parent_tid = a[2],
        .pidfd = a[2],
        .child_tid = a[3],
        .tls = a[4],
    };

    if (t->retrying)
        return vfork_wait(t);
    if (args.flags & CLONE_PIDFD && args.flags & CLONE_PARENT_SETTID)
        return -EINVAL;
    return clone_and_wait(t, &args);
}

static bool clone3_valid(const struct clone_args_in *a)
{
    if (a->flags & ~(0xffffffffull | CLONE_CLEAR_SIGHAND | CLONE_INTO_CGROUP))
        return false;
    if (a->flags & (CLONE_DETACHED | (CSIGNAL & ~CLONE_NEWTIME)))
        return false;
    if ((a->flags & (CLONE_SIGHAND | CLONE_CLEAR_SIGHAND)) == (CLONE_SIGHAND | CLONE_CLEAR_SIGHAND))
        return false;
    if (a->flags & (CLONE_THREAD | CLONE_PARENT) && a->exit_signal)
        return false;
    if (!a->stack != !a->stack_size)
        return false;
    return a->stack + a->stack_size >= a->stack && a->stack + a->stack_size <= MM_TASK_SIZE;
}

int64_t sys_clone3(struct task *t, const uint64_t a[6])
{
    struct clone_args u;
    struct clone_args_in args;
    int err, tid = 0;

    if (t->retrying)
        return vfork_wait(t);
    err = copy_struct_in(t, &u, sizeof(u), a[0], a[1], CLONE_ARGS_SIZE_VER0);
    if (err)
        return err;
    if (u.set_tid_size > 32 || (!u.set_tid && u.set_tid_size) || (u.set_tid && !u.set_tid_size))
        return -EINVAL;
    if (u.exit_signal & ~(uint64_t)CSIGNAL || u.exit_signal > NR_SIGNALS)
        return -EINVAL;
    if (u.flags & CLONE_INTO_CGROUP && (u.cgroup > INT32_MAX || a[1] < CLONE_ARGS_SIZE_VER2))
        return -EINVAL;
    if (u.set_tid && mm_copy_in(t->mm, &tid, u.set_tid, sizeof(tid)))
        return -EFAULT;
    args = (struct clone_args_in){
        .tid = tid,
        .flags = u.flags,
        .pidfd = u.pidfd,
        .child_tid = u.child_tid,
        .parent_tid = u.parent_tid,
        .stack = u.stack,
        .stack_size = u.stack_size,
        .tls = u.tls,
        .exit_signal = (int)u.exit_signal,
    };
    if (!clone3_valid(&args) || u.set_tid_size > 1) /* there is one PID namespace */
        return -EINVAL;
    if (u.set_tid && !tid)
        return -EINVAL;
    if (u.flags & CLONE_INTO_CGROUP)
        return -EBADF;
    if (u.flags & CLONE_NEWTIME)
        return -EPERM;
    if (args.stack)
        args.stack += args.stack_size;
    return clone_and_wait(t, &args);
}

/* What clone shared is copied after all. Threads cannot be, namespaces need privileges nobody has. */
int64_t sys_unshare(struct task *t, const uint64_t a[6])
{
    uint64_t f = arg_uint(a[0]);

    if (f & ~UINT64_C(0x7e034f80))
        return -EINVAL;
    if (f & (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM) && t->proc->nr_threads > 1)
        return -EINVAL;
    if (f & CLONE_NAMESPACES || f & 0x80 /* CLONE_NEWTIME */)
        return -EPERM;
    if (f & CLONE_SYSVSEM)
        sem_task_exit(t);
    if (f & CLONE_FILES) {
        struct files *files = files_clone(t->files);

        if (!files)
            return -ENOMEM;
        files_put(t->files);
        t->files = files;
    }
    if (f & CLONE_FS) {
        struct fs_struct *fs = fs_clone(t->fs);

        if (!fs)
            return -ENOMEM;
        fs_put(t->fs);
        t->fs = fs;
    }
    return 0;
}

struct task *kernel_create_init(struct kernel *k)
{
    struct task *t = task_alloc(k);
    struct process *p = NULL;

    if (!t)
        return NULL;
    t->tid = alloc_tid(k);
    task_insert(k, t);
    creds_init(&t->cred, &k->cfg);
    p = process_alloc(k, t->tid);
    if (!p)
        goto fail;
    p->pgid = p->pid;
    p->sid = KERNEL_SHELL_SID;
    rlimits_init(p);
    task_join(t, p);
    t->sighand = sighand_create();
    t->files = files_create();
    t->fs = fs_create(k);
    t->mm = mm_create(&k->sys, k->cfg.design);
    if (!t->sighand || !t->files || !t->fs || !t->mm || vfs_setup_files(t))
        goto fail;
    sighand_ignore(t->sighand, k->cfg.ignored);
    rlimits_to_mm(p, t->mm);
    creds_to_mm(t);
    k->init = p;
    k->current = t;
    return t;

fail:
    unmake(t);
    return NULL;
}
