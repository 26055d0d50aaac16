/*
 * proc_status.c - /proc/PID/{stat,status,statm,limits,mounts,mountinfo} (fs/proc/array.c, base.c,
 * task_mmu.c).
 */
#include "procfs.h"
#include "../process.h"
#include "../tty/tty.h"
#include "fs_calls.h"

#include <signal.h>

/* What array.c prints for a task's state. */
static const char *state_text(const struct task *t)
{
    switch (t->state) {
    case TASK_RUNNING:
        return "R (running)";
    case TASK_SLEEPING:
        return "S (sleeping)";
    case TASK_STOPPED:
        return "T (stopped)";
    case TASK_ZOMBIE:
        return "Z (zombie)";
    case TASK_DEAD:
        return "X (dead)";
    }
    return "R (running)";
}

static int parent_pid(const struct process *p)
{
    return p->parent ? p->parent->pid : 1;
}

struct sigsets {
    ksigset_t pending, shared, blocked, ignored, caught;
};

static struct sigsets collect_signals(const struct task *t)
{
    struct sigsets s = {t->pending.set, t->proc->pending.set, t->blocked, 0, 0};

    for (int sig = 1; t->sighand && sig <= NR_SIGNALS; sig++) {
        uint64_t h = t->sighand->action[sig - 1].handler;

        if (h == (uintptr_t)SIG_IGN)
            s.ignored |= sigbit(sig);
        else if (h != (uintptr_t)SIG_DFL)
            s.caught |= sigbit(sig);
    }
    return s;
}

static uint64_t kb(uint64_t pages)
{
    return pages * (MM_PAGE_SIZE / 1024);
}

static void status_mem(struct task *t, FILE *out)
{
    const struct mm_layout *l = mm_layout(t->mm);
    struct mm_stats st;
    uint64_t text, rss;

    mm_get_stats(t->mm, &st);
    rss = st.rss_anon + st.rss_file + st.rss_shmem;
    text = (MM_PAGE_ALIGN(l->end_code) - (l->start_code & MM_PAGE_MASK)) >> MM_PAGE_SHIFT;
    if (text > st.exec_vm)
        text = st.exec_vm;
    const struct {
        const char *name;
        uint64_t kib;
    } rows[] = {
        {"VmPeak", kb(st.hiwater_vm > st.total_vm ? st.hiwater_vm : st.total_vm)},
        {"VmSize", kb(st.total_vm)},
        {"VmLck", kb(st.locked_vm)},
        {"VmPin", kb(st.pinned_vm)},
        {"VmHWM", kb(st.hiwater_rss > rss ? st.hiwater_rss : rss)},
        {"VmRSS", kb(rss)},
        {"RssAnon", kb(st.rss_anon)},
        {"RssFile", kb(st.rss_file)},
        {"RssShmem", kb(st.rss_shmem)},
        {"VmData", kb(st.data_vm)},
        {"VmStk", kb(st.stack_vm)},
        {"VmExe", kb(text)},
        {"VmLib", kb(st.exec_vm - text)},
        {"VmPTE", st.pt_bytes / 1024},
        {"VmSwap", 0},
        {"HugetlbPages", 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        fprintf(out, "%s:\t%8lu kB\n", rows[i].name, (unsigned long)rows[i].kib);
    fprintf(out, "CoreDumping:\t0\nTHP_enabled:\t1\nuntag_mask:\t0xffffffffffffffff\n");
}

int proc_show_status(const struct proc_ref *ref, FILE *out)
{
    struct task *t = ref->task;
    const struct process *p = t->proc;
    const struct cred *c = &t->cred;
    struct sigsets s = collect_signals(t);
    unsigned queued = 0;

    list_for_each (n, &t->pending.list)
        queued++;
    list_for_each (n, &p->pending.list)
        queued++;
    fprintf(out, "Name:\t%.15s\nUmask:\t%04o\nState:\t%s\n", t->comm, t->fs ? t->fs->umask : 022,
            state_text(t));
    fprintf(out, "Tgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t%d\n", p->pid, t->tid, parent_pid(p),
            t->tracer ? t->tracer->proc->pid : 0);
    fprintf(out, "Uid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\nFDSize:\t%d\nGroups:\t", c->uid, c->euid,
            c->suid, c->fsuid, c->gid, c->egid, c->sgid, c->fsgid, t->files ? files_capacity(t->files) : 0);
    for (unsigned i = 0; c->groups && i < c->groups->n; i++)
        fprintf(out, "%u ", c->groups->gid[i]);
    fprintf(out, "%s\n", c->groups && c->groups->n ? "" : " ");
    fprintf(out, "NStgid:\t%d\nNSpid:\t%d\nNSpgid:\t%d\nNSsid:\t%d\nKthread:\t0\n", p->pid, t->tid, p->pgid,
            p->sid);
    if (t->mm)
        status_mem(t, out);
    fprintf(out, "Threads:\t%u\nSigQ:\t%u/%lu\n", p->nr_threads, queued, (unsigned long)p->rlim[11].cur);
    fprintf(out, "SigPnd:\t%016lx\nShdPnd:\t%016lx\nSigBlk:\t%016lx\nSigIgn:\t%016lx\nSigCgt:\t%016lx\n",
            (unsigned long)s.pending, (unsigned long)s.shared, (unsigned long)s.blocked,
            (unsigned long)s.ignored, (unsigned long)s.caught);
    fprintf(out, "CapInh:\t%016lx\nCapPrm:\t%016lx\nCapEff:\t%016lx\nCapBnd:\t%016lx\nCapAmb:\t%016lx\n",
            (unsigned long)c->cap_inheritable, (unsigned long)c->cap_permitted,
            (unsigned long)c->cap_effective, (unsigned long)c->cap_bounding, (unsigned long)c->cap_ambient);
    fprintf(out, "NoNewPrivs:\t%d\nSeccomp:\t%u\nSeccomp_filters:\t%u\n", t->no_new_privs, t->seccomp.mode,
            t->seccomp.count);
    fprintf(out, "Speculation_Store_Bypass:\tnot vulnerable\nSpeculationIndirectBranch:\tnot affected\n");
    fprintf(
        out,
        "Cpus_allowed:\t1\nCpus_allowed_list:\t0\nMems_allowed:\t00000000,00000001\nMems_allowed_list:\t0\n");
    fprintf(out, "voluntary_ctxt_switches:\t%lu\nnonvoluntary_ctxt_switches:\t%lu\n", (unsigned long)p->nvcsw,
            (unsigned long)p->nivcsw);
    return 0;
}

int proc_show_stat(const struct proc_ref *ref, FILE *out)
{
    struct task *t = ref->task;
    const struct process *p = t->proc;
    struct sigsets s = collect_signals(t);
    struct mm_stats st = {0};
    struct mm_layout none = {0};
    const struct mm_layout *l = t->mm ? mm_layout(t->mm) : &none;
    bool may = ptrace_may_access(ref->reader, t);
    const uint64_t tick = 10000000; /* ns of a clock tick: USER_HZ is 100 */

    if (t->mm)
        mm_get_stats(t->mm, &st);
    fprintf(out, "%d (%.15s) %c %d %d %d %d %d %u", t->tid, t->comm, *state_text(t), parent_pid(p), p->pgid,
            p->sid, p->tty ? (int)p->tty->dev : 0, p->tty ? p->tty->pgrp : -1, 4194304u);
    fprintf(out, " %lu %lu %lu %lu %lu %lu %lu %lu", (unsigned long)p->min_flt, (unsigned long)p->cmin_flt,
            (unsigned long)p->maj_flt, (unsigned long)p->cmaj_flt, (unsigned long)(p->utime_ns / tick),
            (unsigned long)(p->stime_ns / tick), (unsigned long)(p->cutime_ns / tick),
            (unsigned long)(p->cstime_ns / tick));
    fprintf(out, " %d %d %u 0 %lu %lu %lu %lu", 20 + t->nice, t->nice, p->nr_threads,
            (unsigned long)(p->start_ns / tick), (unsigned long)(st.total_vm * MM_PAGE_SIZE),
            (unsigned long)(st.rss_anon + st.rss_file + st.rss_shmem), (unsigned long)p->rlim[5].cur);
    fprintf(out, " %lu %lu %lu 0 0", may ? (unsigned long)l->start_code : 1,
            may ? (unsigned long)l->end_code : 1, may ? (unsigned long)l->start_stack : 0);
    fprintf(out, " %lu %lu %lu %lu 0 0 0 %d 0 %d %d 0 0 0", (unsigned long)(s.pending & 0x7fffffff),
            (unsigned long)(s.blocked & 0x7fffffff), (unsigned long)(s.ignored & 0x7fffffff),
            (unsigned long)(s.caught & 0x7fffffff), p->exit_signal ? p->exit_signal : SIGCHLD,
            t->sched_policy == 1 || t->sched_policy == 2 ? t->sched_priority : 0, t->sched_policy);
    fprintf(out, " %lu %lu %lu %lu %lu %lu %lu %d\n", may ? (unsigned long)l->start_data : 0,
            may ? (unsigned long)l->end_data : 0, may ? (unsigned long)l->start_brk : 0,
            may ? (unsigned long)l->arg_start : 0, may ? (unsigned long)l->arg_end : 0,
            may ? (unsigned long)l->env_start : 0, may ? (unsigned long)l->env_end : 0,
            may ? p->exit_status : 0);
    return 0;
}

int proc_show_statm(const struct proc_ref *ref, FILE *out)
{
    struct mm_stats st = {0};
    uint64_t text = 0;

    if (ref->task->mm) {
        const struct mm_layout *l = mm_layout(ref->task->mm);

        mm_get_stats(ref->task->mm, &st);
        text = (MM_PAGE_ALIGN(l->end_code) - (l->start_code & MM_PAGE_MASK)) >> MM_PAGE_SHIFT;
    }
    fprintf(out, "%lu %lu %lu %lu 0 %lu 0\n", (unsigned long)st.total_vm,
            (unsigned long)(st.rss_anon + st.rss_file + st.rss_shmem),
            (unsigned long)(st.rss_file + st.rss_shmem), (unsigned long)text,
            (unsigned long)(st.data_vm + st.stack_vm));
    return 0;
}

int proc_show_limits(const struct proc_ref *ref, FILE *out)
{
    static const struct {
        const char *name, *unit;
    } rows[16] = {
        {"Max cpu time", "seconds"},    {"Max file size", "bytes"},      {"Max data size", "bytes"},
        {"Max stack size", "bytes"},    {"Max core file size", "bytes"}, {"Max resident set", "bytes"},
        {"Max processes", "processes"}, {"Max open files", "files"},     {"Max locked memory", "bytes"},
        {"Max address space", "bytes"}, {"Max file locks", "locks"},     {"Max pending signals", "signals"},
        {"Max msgqueue size", "bytes"}, {"Max nice priority", NULL},     {"Max realtime priority", NULL},
        {"Max realtime timeout", "us"},
    };

    fprintf(out, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
    for (int i = 0; i < 16; i++) {
        uint64_t v[2] = {ref->task->proc->rlim[i].cur, ref->task->proc->rlim[i].max};

        fprintf(out, "%-25s", rows[i].name);
        for (int j = 0; j < 2; j++)
            if (v[j] == UINT64_MAX)
                fprintf(out, " %-20s", "unlimited");
            else
                fprintf(out, " %-20lu", (unsigned long)v[j]);
        if (rows[i].unit)
            fprintf(out, " %-10s\n", rows[i].unit);
        else
            fprintf(out, "\n");
    }
    return 0;
}

/* ---- mounts ---- */

static const char *mount_options(const struct super *sb, char *buf, size_t size)
{
    snprintf(buf, size, "%s%s%s,relatime", sb->ro ? "ro" : "rw", sb->nodev ? ",nodev" : "",
             sb->noexec ? ",noexec" : "");
    return buf;
}

int proc_show_mounts(const struct proc_ref *ref, FILE *out)
{
    struct task *t = ref->task ? ref->task : ref->reader;
    char path[PATH_MAX], opts[64];

    for (const struct super *sb = t->k->vfs->supers; sb; sb = sb->next) {
        if (!t->fs || !mount_path(sb, t->fs->root, path, sizeof(path)))
            continue;
        fprintf(out, "%s ", sb->name);
        proc_escape(out, path);
        fprintf(out, " %s %s 0 0\n", super_type_name(sb), mount_options(sb, opts, sizeof(opts)));
    }
    return 0;
}

/* No file system here counts what is done in it. */
int proc_show_mountstats(const struct proc_ref *ref, FILE *out)
{
    struct task *t = ref->task;
    char path[PATH_MAX];

    for (const struct super *sb = t->k->vfs->supers; sb; sb = sb->next) {
        if (!t->fs || !mount_path(sb, t->fs->root, path, sizeof(path)))
            continue;
        fprintf(out, "device %s mounted on ", sb->name);
        proc_escape(out, path);
        fprintf(out, " with fstype %s\n", super_type_name(sb));
    }
    return 0;
}

int proc_show_mountinfo(const struct proc_ref *ref, FILE *out)
{
    struct task *t = ref->task;
    char path[PATH_MAX], opts[64];

    for (const struct super *sb = t->k->vfs->supers; sb; sb = sb->next) {
        if (!t->fs || !mount_path(sb, t->fs->root, path, sizeof(path)))
            continue;
        fprintf(out, "%u %u %u:%u / ", sb->mnt_id, sb->root->covers ? sb->root->covers->sb->mnt_id : 1,
                major(sb->dev), minor(sb->dev));
        proc_escape(out, path);
        fprintf(out, " %s - %s %s %s\n", mount_options(sb, opts, sizeof(opts)), super_type_name(sb), sb->name,
                sb->ro ? "ro" : "rw");
    }
    return 0;
}
