/* proc_sched.c - what the scheduler says in /proc/PID: sched, schedstat, autogroup (kernel/sched/debug.c, autogroup.c). */
#include "procfs.h"

#include <linux/capability.h>
#include <stdlib.h>

#include "../process.h"

#define MS             1000000
#define NICE_0_LOAD    1048576
#define SCHED_SLICE_NS 2800000
#define PRIO_OF_NICE_0 120

static void show_ms(FILE *out, const char *name, uint64_t ns)
{
    fprintf(out, "%-45s:%14lu.%06lu\n", name, (unsigned long)(ns / MS), (unsigned long)(ns % MS));
}

static void show_number(FILE *out, const char *name, uint64_t n)
{
    fprintf(out, "%-45s:%21lu\n", name, (unsigned long)n);
}

int proc_show_sched(const struct proc_ref *ref, FILE *out)
{
    const struct task *t = ref->task;
    const struct process *p = t->proc;
    uint64_t ran = t->utime_ns + t->stime_ns;

    fprintf(out, "%s (%d, #threads: %u)\n", t->comm, t->tid, p->nr_threads);
    fprintf(out, "-------------------------------------------------------------------\n");
    show_ms(out, "se.exec_start", ref->reader->k->now_ns);
    show_ms(out, "se.vruntime", ran);
    show_ms(out, "se.sum_exec_runtime", ran);
    show_number(out, "se.nr_migrations", 0);
    show_number(out, "nr_switches", p->nvcsw + p->nivcsw);
    show_number(out, "nr_voluntary_switches", p->nvcsw);
    show_number(out, "nr_involuntary_switches", p->nivcsw);
    show_number(out, "se.load.weight", NICE_0_LOAD);
    show_number(out, "policy", (uint64_t)t->sched_policy);
    show_number(out, "prio",
                (uint64_t)(t->sched_priority ? 99 - t->sched_priority : PRIO_OF_NICE_0 + t->nice));
    show_number(out, "se.slice", SCHED_SLICE_NS);
    show_number(out, "clock-delta", 0);
    return 0;
}

/* Sets the counters of CONFIG_SCHEDSTATS back, which are not kept. */
int64_t proc_write_sched(const struct proc_ref *ref, char *text, size_t len)
{
    return (int64_t)len;
}

int proc_show_schedstat(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "0 0 0\n");
    return 0;
}

/* A session is a group, which the one who starts a session leaves. */
int proc_show_autogroup(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "/autogroup-%d nice %d\n", ref->task->proc->sid, ref->task->proc->autogroup_nice);
    return 0;
}

int64_t proc_write_autogroup(const struct proc_ref *ref, char *text, size_t len)
{
    const struct task *t = ref->task;
    char *end;
    long nice = strtol(text, &end, 0);

    if (end == text || (*end && *end != '\n') || nice < -20 || nice > 19)
        return -EINVAL;
    if (nice < 0 && !capable(ref->reader, CAP_SYS_NICE))
        return -EPERM;
    list_for_each (n, &t->k->processes) {
        struct process *p = container_of(n, struct process, node);

        if (p->sid == t->proc->sid)
            p->autogroup_nice = (int)nice;
    }
    return (int64_t)len;
}
