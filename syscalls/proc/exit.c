/*
 * exit.c - exit, exit_group, and a parent's wait4 and waitid (kernel/exit.c).
 */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "../file.h"
#include "../handlers.h"
#include "../process.h"
#include "ptrace.h"
#include "rusage.h"

/* SYS_BLOCK: there is nothing to return to. */
int64_t sys_exit(struct task *t, const uint64_t a[6])
{
    task_exit(t, (arg_int(a[0]) & 0xff) << 8);
    return SYS_BLOCK;
}

int64_t sys_exit_group(struct task *t, const uint64_t a[6])
{
    if (t->retrying) /* it stood before its end */
        task_exit(t, t->proc->exit_status);
    else
        process_exit(t->proc, (arg_int(a[0]) & 0xff) << 8);
    return SYS_BLOCK;
}

/* ---- waiting for children ---- */

struct wait_request {
    enum { WAIT_ALL, WAIT_PID, WAIT_PGID } who;
    int id;
    unsigned options;
};
struct wait_result {
    int pid, status, code; /* status: wait4's word; code: CLD_* */
    unsigned uid;
    struct krusage ru;
};

static bool wanted(const struct task *t, const struct process *c, const struct wait_request *r)
{
    bool is_clone = c->exit_signal != SIGCHLD;

    if (r->who == WAIT_PID && c->pid != r->id)
        return false;
    if (r->who == WAIT_PGID && c->pgid != r->id)
        return false;
    if (r->options & __WNOTHREAD && c->parent_task != t)
        return false;
    return r->options & __WALL || is_clone == !!(r->options & __WCLONE);
}

/* Anything to tell about c? Fills *res and, unless WNOWAIT, marks it told. */
static bool look(struct process *c, const struct wait_request *r, struct wait_result *res)
{
    bool take = !(r->options & WNOWAIT);

    res->pid = c->pid;
    res->uid = c->leader->cred.uid;
    rusage_of(c, &res->ru, true);
    if (c->zombie) {
        if (!(r->options & WEXITED) || c->nr_kept)
            return false;
        res->status = c->exit_status;
        res->code = WIFEXITED(res->status) ? CLD_EXITED : WCOREDUMP(res->status) ? CLD_DUMPED : CLD_KILLED;
        if (take) {
            rusage_reaped(c->parent, c);
            process_reap(c);
        }
        return true;
    }
    if (c->stopped && !c->reported_stop && r->options & WUNTRACED) {
        res->status = c->stop_signal << 8 | 0x7f;
        res->code = CLD_STOPPED;
        if (take)
            c->reported_stop = true;
        return true;
    }
    if (c->continued && r->options & WCONTINUED) {
        res->status = 0xffff;
        res->code = CLD_CONTINUED;
        if (take)
            c->continued = false;
        return true;
    }
    return false;
}

/* As look(), for whom t traces: by thread, and whoever its parent is. */
static bool look_traced(struct task *t, const struct wait_request *r, struct wait_result *res, bool *any)
{
    list_for_each (n, &t->k->tasks) {
        struct task *c = container_of(n, struct task, node), *gone = NULL;
        int status;

        if (!c->tracer || c->tracer->proc != t->proc || (r->options & __WNOTHREAD && c->tracer != t))
            continue;
        if ((r->who == WAIT_PID && c->tid != r->id) || (r->who == WAIT_PGID && c->proc->pgid != r->id))
            continue;
        *any = true;
        status = ptrace_wait_status(c, !(r->options & WNOWAIT));
        if (!status && c->proc->zombie && c == c->proc->leader && c->proc->parent != t->proc &&
            r->options & WEXITED) {
            status = c->proc->exit_status;
            c->tracer = NULL; /* its parent hears of it too */
        } else if (!status && c->state == TASK_ZOMBIE && c != c->proc->leader && r->options & WEXITED) {
            status = c->exit_code;
            if (!(r->options & WNOWAIT))
                gone = c;
        } else if (!status) {
            continue;
        }
        memset(res, 0, sizeof(*res));
        res->pid = c->tid;
        res->uid = c->cred.uid;
        res->status = status;
        res->code = WIFSTOPPED(status) ? CLD_TRAPPED : WIFEXITED(status) ? CLD_EXITED : CLD_KILLED;
        rusage_of(c->proc, &res->ru, true);
        if (gone)
            thread_reap(gone);
        return true;
    }
    return false;
}

/* 1: *res is filled. 0: WNOHANG and nothing. Else -ECHILD, SYS_BLOCK, -ERESTARTSYS. */
static int64_t do_wait(struct task *t, const struct wait_request *r, struct wait_result *res)
{
    bool any = false;

    if (look_traced(t, r, res, &any))
        return 1;
    list_for_each_safe (n, tmp, &t->proc->children) {
        struct process *c = container_of(n, struct process, sibling);

        if (!wanted(t, c, r))
            continue;
        any = true;
        if (look(c, r, res))
            return 1;
    }
    if (!any)
        return -ECHILD;
    if (r->options & WNOHANG)
        return 0;
    return task_block(t, &t->proc->child_wait, 0, "a child");
}

int64_t sys_wait4(struct task *t, const uint64_t a[6])
{
    struct wait_request r = {.options = arg_uint(a[2])};
    struct wait_result res;
    int upid = arg_int(a[0]);
    int64_t ret;

    if (r.options & ~(unsigned)(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL))
        return -EINVAL;
    if (upid == INT32_MIN)
        return -ESRCH;
    r.options |= WEXITED;
    r.who = upid == -1 ? WAIT_ALL : upid > 0 ? WAIT_PID : WAIT_PGID;
    r.id = upid > 0 ? upid : upid ? -upid : t->proc->pgid;
    if (upid == 0) { /* the group of the first try counts, a handler may have changed it since */
        if (!t->restart_data[0])
            t->restart_data[0] = (uint64_t)t->proc->pgid;
        r.id = (int)t->restart_data[0];
    }
    ret = do_wait(t, &r, &res);
    if (ret != 1)
        return ret;
    if (a[1] && mm_copy_out(t->mm, a[1], &res.status, sizeof(res.status)))
        return -EFAULT;
    if (a[3] && mm_copy_out(t->mm, a[3], &res.ru, sizeof(res.ru)))
        return -EFAULT;
    return res.pid;
}

/* Only the fields Linux writes; the rest of the guest's siginfo_t stays as it was. */
static int write_siginfo(struct task *t, uint64_t addr, const struct wait_result *res)
{
    int32_t head[3] = {res ? SIGCHLD : 0, 0, res ? res->code : 0}, tail[3] = {0, 0, 0};

    if (res) {
        tail[0] = res->pid;
        tail[1] = (int32_t)res->uid;
        tail[2] = WIFEXITED(res->status) && res->code == CLD_EXITED ? WEXITSTATUS(res->status)
                  : res->code == CLD_TRAPPED                        ? res->status >> 8 /* with its event */
                  : res->code == CLD_STOPPED                        ? WSTOPSIG(res->status)
                  : res->code == CLD_CONTINUED                      ? SIGCONT
                                                                    : WTERMSIG(res->status);
    }
    if (mm_copy_out(t->mm, addr, head, sizeof(head)) || mm_copy_out(t->mm, addr + 16, tail, sizeof(tail)))
        return -EFAULT;
    return 0;
}

/* kernel_waitid(): 1, 0, SYS_BLOCK or negative errno. */
static int64_t find_waitid(struct task *t, const uint64_t a[6], struct wait_result *res)
{
    struct wait_request r = {.options = arg_uint(a[3])};
    int id = arg_int(a[1]);

    if (r.options &
        ~(unsigned)(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL))
        return -EINVAL;
    if (!(r.options & (WEXITED | WSTOPPED | WCONTINUED)))
        return -EINVAL;
    switch (arg_int(a[0])) {
    case P_ALL:
        r.who = WAIT_ALL;
        break;
    case P_PID:
        r.who = WAIT_PID;
        if (id <= 0)
            return -EINVAL;
        break;
    case P_PGID:
        r.who = WAIT_PGID;
        if (id < 0)
            return -EINVAL;
        if (!id)
            id = t->proc->pgid;
        break;
    case P_PIDFD:
        r.who = WAIT_PID;
        if (id < 0)
            return -EINVAL;
        id = pidfd_pid(t, id);
        if (id < 0)
            return id;
        break;
    default:
        return -EINVAL;
    }
    r.id = id;
    return do_wait(t, &r, res);
}

/* What was found is written even when nothing was: zeroes, and a bad address is worse than any other error. */
int64_t sys_waitid(struct task *t, const uint64_t a[6])
{
    struct wait_result res;
    int64_t ret = find_waitid(t, a, &res);

    if (ret == SYS_BLOCK)
        return ret;
    if (ret == 1 && a[4] && mm_copy_out(t->mm, a[4], &res.ru, sizeof(res.ru)))
        return -EFAULT;
    if (a[2] && write_siginfo(t, a[2], ret == 1 ? &res : NULL))
        return -EFAULT;
    return ret == 1 ? 0 : ret;
}
