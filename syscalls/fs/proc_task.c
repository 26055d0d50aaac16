/*
 * proc_task.c - files of /proc/PID about the task itself: its name, what it waits for, its children, its timers, how it is
 * killed (fs/proc/base.c, Linux 6.18).
 */
#include "procfs.h"
#include "../process.h"
#include "../signal/coredump.h"
#include "fs_calls.h"

#include <ctype.h>
#include <linux/capability.h>
#include <stdlib.h>

int proc_show_comm(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "%.15s\n", ref->task->comm);
    return 0;
}

int64_t proc_write_comm(const struct proc_ref *ref, char *text, size_t len)
{
    if (ref->task->proc != ref->reader->proc)
        return -EINVAL;
    text[strcspn(text, "\n")] = 0;
    snprintf(ref->task->comm, sizeof(ref->task->comm), "%s", text);
    return len;
}

/* The call it is in, -1 in none, with its arguments; its stack and place. "running": who knows. */
int proc_show_syscall(const struct proc_ref *ref, FILE *out)
{
    struct task *t = ref->task;
    struct cpu_regs regs;

    if (t != ref->reader && t->state == TASK_RUNNING) {
        fputs("running\n", out);
        return 0;
    }
    if (t->state == TASK_ZOMBIE || t->state == TASK_DEAD) {
        fputs("-1 0x0 0x0\n", out);
        return 0;
    }
    t->k->ops->get_regs(t, &regs);
    if (t == ref->reader || t->retrying) {
        fprintf(out, "%ld", (long)t->sysno);
        for (unsigned i = 0; i < 6; i++)
            fprintf(out, " 0x%lx", (unsigned long)t->args[i]);
    } else {
        fputs("-1", out);
    }
    fprintf(out, " 0x%lx 0x%lx\n", (unsigned long)regs.rsp, (unsigned long)regs.rip);
    return 0;
}

/* Those that this thread has, in the order they were made. */
int proc_show_children(const struct proc_ref *ref, FILE *out)
{
    list_for_each (n, &ref->task->proc->children) {
        const struct process *child = container_of(n, struct process, sibling);

        if (child->parent_task == ref->task)
            fprintf(out, "%d ", child->pid);
    }
    return 0;
}

int proc_show_timers(const struct proc_ref *ref, FILE *out)
{
    timers_show(ref->task->proc, out);
    return 0;
}

/* ---- timerslack_ns ---- */

#define TIMER_SLACK 50000 /* ns, of a task that was never given another */

static int may_see_slack(const struct proc_ref *ref)
{
    return ref->task == ref->reader || task_capable(ref->reader, CAP_SYS_NICE) ? 0 : -EPERM;
}

int proc_show_timerslack(const struct proc_ref *ref, FILE *out)
{
    int err = may_see_slack(ref);

    if (!err)
        fprintf(out, "%lu\n", (unsigned long)ref->task->timer_slack);
    return err;
}

int64_t proc_write_timerslack(const struct proc_ref *ref, char *text, size_t len)
{
    int err = may_see_slack(ref);
    unsigned long slack;
    char *end;

    if (*text < '0' || *text > '9')
        return -EINVAL;
    slack = strtoul(text, &end, 10);
    if (*end && strcmp(end, "\n") != 0)
        return -EINVAL;
    if (err)
        return err;
    ref->task->timer_slack = slack ? slack : TIMER_SLACK;
    return (int64_t)len;
}

/* ---- how it is killed ---- */

int proc_show_oom_score_adj(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "%d\n", ref->task->proc->oom_score_adj);
    return 0;
}

int64_t proc_write_oom_score_adj(const struct proc_ref *ref, char *text, size_t len)
{
    long v;

    if (!proc_parse_int(text, 0, &v) || v < -1000 || v > 1000)
        return -EINVAL;
    if (v < ref->task->proc->oom_score_adj && !task_capable(ref->reader, CAP_SYS_RESOURCE))
        return -EACCES;
    ref->task->proc->oom_score_adj = v;
    return len;
}

/* oom_adj: the old scale of oom_score_adj */
#define OOM_ADJUST_MAX 15
#define OOM_DISABLE    (-17)
#define OOM_SCORE_MAX  1000

int proc_show_oom_adj(const struct proc_ref *ref, FILE *out)
{
    int score = ref->task->proc->oom_score_adj;

    fprintf(out, "%d\n", score == OOM_SCORE_MAX ? OOM_ADJUST_MAX : score * -OOM_DISABLE / OOM_SCORE_MAX);
    return 0;
}

int proc_show_coredump_filter(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "%08x\n", ref->task->proc->coredump_filter);
    return 0;
}

int64_t proc_write_coredump_filter(const struct proc_ref *ref, char *text, size_t len)
{
    char *end;
    unsigned long v = strtoul(text, &end, 0);

    if (!isdigit((unsigned char)*text) || (*end && *end != '\n'))
        return -EINVAL;
    if (v > UINT32_MAX)
        return -ERANGE;
    ref->task->proc->coredump_filter = v & CORE_ALL;
    return len;
}
