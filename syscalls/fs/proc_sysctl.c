/*
 * proc_sysctl.c - /proc/sys: settings of the machine. Those that mm and aio look at can be changed; the others are what they are.
 */
#include "../proc/system.h"
#include "../process.h"
#include "procfs.h"

#include <stdlib.h>

static int show_uuid(const struct proc_ref *ref, FILE *out)
{
    uint64_t a = kernel_random(ref->reader->k), b = kernel_random(ref->reader->k);

    fprintf(out, "%08lx-%04lx-4%03lx-%04lx-%012lx\n", (unsigned long)(a >> 32),
            (unsigned long)(a >> 16 & 0xffff), (unsigned long)(a & 0xfff),
            (unsigned long)(b >> 48 & 0x3fff) | 0x8000, (unsigned long)(b & 0xffffffffffff));
    return 0;
}

/* A number that the machine's root writes. */
static int64_t parse_value(const char *text, uint64_t max, uint64_t *out)
{
    char *end;
    unsigned long long v = strtoull(text, &end, 0);

    if (end == text || (*end && *end != '\n') || v > max)
        return -EINVAL;
    *out = v;
    return 0;
}

static int show_max_map_count(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "%lu\n", (unsigned long)ref->reader->k->sys.max_map_count);
    return 0;
}

static int64_t write_max_map_count(const struct proc_ref *ref, char *text, size_t len)
{
    uint64_t v;
    int64_t err = parse_value(text, INT_MAX, &v);

    if (err)
        return err;
    ref->reader->k->sys.max_map_count = v;
    return len;
}

static int show_mmap_min_addr(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "%lu\n", (unsigned long)ref->reader->k->sys.mmap_min_addr);
    return 0;
}

static int64_t write_mmap_min_addr(const struct proc_ref *ref, char *text, size_t len)
{
    uint64_t v;
    int64_t err = parse_value(text, UINT64_MAX >> 1, &v);

    if (err)
        return err;
    ref->reader->k->sys.mmap_min_addr = MM_PAGE_ALIGN(v);
    return len;
}

static int show_overcommit(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "%d\n", ref->reader->k->sys.overcommit);
    return 0;
}

static int64_t write_overcommit(const struct proc_ref *ref, char *text, size_t len)
{
    uint64_t v;
    int64_t err = parse_value(text, 2, &v);

    if (err)
        return err;
    ref->reader->k->sys.overcommit = v;
    return len;
}

int64_t proc_write_hugepages(const struct proc_ref *ref, char *text, size_t len)
{
    uint64_t v;
    int64_t err = parse_value(text, UINT64_MAX, &v);

    return err ? err : (int64_t)len;
}

static int show_aio_nr(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "%lu\n", (unsigned long)aio_in_use(ref->reader->k));
    return 0;
}

static int show_aio_max_nr(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "%lu\n", (unsigned long)ref->reader->k->aio_max_nr);
    return 0;
}

static int64_t write_aio_max_nr(const struct proc_ref *ref, char *text, size_t len)
{
    int64_t err = parse_value(text, UINT64_MAX >> 1, &ref->reader->k->aio_max_nr);

    return err ? err : (int64_t)len;
}

static const struct proc_row random_rows[] = {TEXT("boot_id", "6d736561-6c2d-4d75-8d75-2d6b65726e65"),
                                              TEXT("entropy_avail", "256"),
                                              TEXT("poolsize", "256"),
                                              ROW("uuid", show_uuid),
                                              {NULL}};
static const struct proc_row kernel_rows[] = {
    TEXT("cap_last_cap", "40"),
    TEXT_W("core_pattern", "core"),
    TEXT_W("core_uses_pid", "0"),
    TEXT_W("domainname", "(none)"),
    TEXT_W("hostname", KERNEL_NODENAME),
    TEXT_W("kptr_restrict", "1"),
    TEXT_W("msgmax", "8192"),
    TEXT_W("msgmnb", "16384"),
    TEXT("ngroups_max", "65536"),
    TEXT("osrelease", KERNEL_RELEASE),
    TEXT("ostype", "Linux"),
    TEXT_W("overflowgid", "65534"),
    TEXT_W("overflowuid", "65534"),
    TEXT_W("perf_event_paranoid", "2"),
    TEXT_W("pid_max", "4194304"),
    SYSCTL_ROW("random", random_rows),
    TEXT_W("randomize_va_space", "0"),
    TEXT_W("sched_rt_runtime_us", "950000"),
    TEXT_W("sem", "32000\t1024000000\t500\t32000"),
    TEXT_W("shmall", "18446744073692774399"),
    TEXT_W("shmmax", "18446744073692774399"),
    TEXT_W("shmmni", "4096"),
    TEXT_W("tainted", "0"),
    TEXT_W("threads-max", "65536"),
    TEXT("version", KERNEL_VERSION),
    {NULL},
};
static const struct proc_row vm_rows[] = {
    TEXT_W("hugetlb_shm_group", "0"),
    ROW_W("max_map_count", show_max_map_count, write_max_map_count),
    ROW_W("mmap_min_addr", show_mmap_min_addr, write_mmap_min_addr),
    ACCEPT("nr_hugepages", "0", proc_write_hugepages),
    ACCEPT("nr_hugepages_mempolicy", "0", proc_write_hugepages),
    ACCEPT("nr_overcommit_hugepages", "0", proc_write_hugepages),
    ROW_W("overcommit_memory", show_overcommit, write_overcommit),
    TEXT_W("overcommit_ratio", "50"),
    TEXT_W("swappiness", "60"),
    {NULL},
};
static const struct proc_row mqueue_rows[] = {
    TEXT_W("msg_default", "10"),   TEXT_W("msg_max", "10"),     TEXT_W("msgsize_default", "8192"),
    TEXT_W("msgsize_max", "8192"), TEXT_W("queues_max", "256"), {NULL},
};
static const struct proc_row inotify_rows[] = {
    TEXT_W("max_queued_events", "16384"),
    TEXT_W("max_user_instances", "128"),
    TEXT_W("max_user_watches", "65536"),
    {NULL},
};
static const struct proc_row fs_rows[] = {
    ROW_W("aio-max-nr", show_aio_max_nr, write_aio_max_nr),
    ROW("aio-nr", show_aio_nr),
    TEXT_W("dir-notify-enable", "1"),
    TEXT_W("file-max", "65536"),
    TEXT("file-nr", "0\t0\t65536"),
    SYSCTL_ROW("inotify", inotify_rows),
    TEXT_W("lease-break-time", "45"),
    TEXT_W("leases-enable", "1"),
    SYSCTL_ROW("mqueue", mqueue_rows),
    TEXT_W("nr_open", "1048576"),
    TEXT_W("pipe-max-size", "1048576"),
    TEXT_W("pipe-user-pages-hard", "0"),
    TEXT_W("pipe-user-pages-soft", "16384"),
    {NULL},
};
static const struct proc_row net_core_rows[] = {TEXT_W("somaxconn", "4096"), {NULL}};
static const struct proc_row net_rows[] = {SYSCTL_ROW("core", net_core_rows), {NULL}};
const struct proc_row sysctl_rows[] = {SYSCTL_ROW("fs", fs_rows),
                                       SYSCTL_ROW("kernel", kernel_rows),
                                       SYSCTL_ROW("net", net_rows),
                                       SYSCTL_ROW("vm", vm_rows),
                                       {NULL}};
