/*
 * proc_ns.c - namespaces in /proc/PID: there is one of each kind, with the numbers that Linux gives those it starts
 * with, so the maps of users are whole and cannot be changed.
 */
#include "nsfs.h"
#include "procfs.h"

#include <linux/capability.h>

#include "../process.h"

#define KINDS(X) X(USER) X(MNT) X(UTS) X(IPC) X(PID) X(CGROUP) X(NET) X(TIME)
#define FUNCTIONS(kind)                                                                                      \
    static int64_t link_##kind(const struct proc_ref *ref, char *buf, size_t size)                           \
    {                                                                                                        \
        return ns_name(NS_##kind, buf, size);                                                                \
    }                                                                                                        \
    static int follow_##kind(const struct proc_ref *ref, struct dentry **out)                                \
    {                                                                                                        \
        return ns_dentry(ref->reader->k, NS_##kind, out);                                                    \
    }
KINDS(FUNCTIONS)

#define NS(name, kind)                                                                                       \
    {                                                                                                        \
        name, S_IFLNK | 0777, .link = link_##kind, .follow = follow_##kind, .ptrace = true                   \
    }
const struct proc_row proc_ns_rows[] = {
    NS("cgroup", CGROUP),
    NS("ipc", IPC),
    NS("mnt", MNT),
    NS("net", NET),
    NS("pid", PID),
    NS("pid_for_children", PID),
    NS("time", TIME),
    NS("time_for_children", TIME),
    NS("user", USER),
    NS("uts", UTS),
    {NULL},
};

int proc_show_id_map(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "%10u %10u %10u\n", 0, 0, UINT32_MAX);
    return 0;
}

/* uid_map, gid_map, projid_map and setgroups of the first namespace stay what they are. */
int64_t proc_write_id_map(const struct proc_ref *ref, char *text, size_t len)
{
    return -EPERM;
}

int proc_show_setgroups(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "allow\n");
    return 0;
}

int proc_show_timens_offsets(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "%-10s %10d %9d\n%-10s %10d %9d\n", "monotonic", 0, 0, "boottime", 0, 0);
    return 0;
}

/* timens_offsets_write(): a namespace that somebody lives in has its offsets for ever. */
int64_t proc_write_timens_offsets(const struct proc_ref *ref, char *text, size_t len)
{
    char clock[10];
    long long sec;
    unsigned long nsec;

    if (sscanf(text, "%9s %lld %lu", clock, &sec, &nsec) != 3 || nsec >= 1000000000)
        return -EINVAL;
    if (strcmp(clock, "monotonic") && strcmp(clock, "1") && strcmp(clock, "boottime") && strcmp(clock, "7"))
        return -EINVAL;
    return capable(ref->reader, CAP_SYS_TIME) ? -EACCES : -EPERM;
}
