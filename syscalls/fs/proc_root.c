/*
 * proc_root.c - the top of /proc, /proc/sys and /sys: what the machine says of itself, the same in each run.
 */
#include "../ipc/ipc.h"
#include "../proc/system.h"
#include "procfs.h"

#include <stdlib.h>

/* One processor, as emu/cpuid.c describes it. */
static int show_cpuinfo(const struct proc_ref *ref, FILE *out)
{
    fputs("processor\t: 0\n"
          "vendor_id\t: GenuineIntel\n"
          "cpu family\t: 6\n"
          "model\t\t: 44\n"
          "model name\t: mseal-emu virtual CPU\n"
          "stepping\t: 1\n"
          "microcode\t: 0x1\n"
          "cpu MHz\t\t: 1000.000\n"
          "cache size\t: 8192 KB\n"
          "physical id\t: 0\n"
          "siblings\t: 1\n"
          "core id\t\t: 0\n"
          "cpu cores\t: 1\n"
          "apicid\t\t: 0\n"
          "initial apicid\t: 0\n"
          "fpu\t\t: yes\n"
          "fpu_exception\t: yes\n"
          "cpuid level\t: 13\n"
          "wp\t\t: yes\n"
          "flags\t\t: fpu pse tsc msr pae cx8 apic pge cmov pat clflush mmx fxsr sse sse2 syscall nx lm "
          "constant_tsc "
          "nonstop_tsc pni pclmulqdq ssse3 cx16 sse4_1 sse4_2 popcnt aes lahf_lm pku ospke\n"
          "bugs\t\t:\n"
          "bogomips\t: 2000.00\n"
          "clflush size\t: 64\n"
          "cache_alignment\t: 64\n"
          "address sizes\t: 40 bits physical, 48 bits virtual\n"
          "power management:\n\n",
          out);
    return 0;
}

static int show_meminfo(const struct proc_ref *ref, FILE *out)
{
    const struct physmem *pm = &ref->reader->k->sys.phys;
    unsigned long total = pm->nframes * 4, avail = pm->nfree * 4;
    const struct {
        const char *name;
        unsigned long kib;
    } rows[] = {
        {"MemTotal", total},
        {"MemFree", avail},
        {"MemAvailable", avail},
        {"Buffers", 0},
        {"Cached", 0},
        {"SwapCached", 0},
        {"Active", 0},
        {"Inactive", 0},
        {"Unevictable", 0},
        {"Mlocked", 0},
        {"SwapTotal", 0},
        {"SwapFree", 0},
        {"Dirty", 0},
        {"Writeback", 0},
        {"AnonPages", total - avail},
        {"Mapped", 0},
        {"Shmem", 0},
        {"Slab", 0},
        {"KernelStack", 0},
        {"PageTables", 0},
        {"CommitLimit", total / 2},
        {"Committed_AS", 0},
        {"VmallocTotal", 34359738367ul},
        {"VmallocUsed", 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        fprintf(out, "%s:%*lu kB\n", rows[i].name, (int)(23 - strlen(rows[i].name)), rows[i].kib);
    fprintf(out, "HugePages_Total:       0\nHugePages_Free:        0\nHugePages_Rsvd:        0\n"
                 "HugePages_Surp:        0\nHugepagesize:       2048 kB\nHugetlb:               0 kB\n");
    return 0;
}

static int show_stat(const struct proc_ref *ref, FILE *out)
{
    const struct kernel *k = ref->reader->k;
    unsigned long ticks = k->now_ns / 10000000;

    fprintf(
        out,
        "cpu  %lu 0 0 0 0 0 0 0 0 0\ncpu0 %lu 0 0 0 0 0 0 0 0 0\nintr 0\nctxt 0\nbtime %lu\nprocesses %d\n"
        "procs_running 1\nprocs_blocked 0\nsoftirq 0 0 0 0 0 0 0 0 0 0 0\n",
        ticks, ticks, (unsigned long)(KERNEL_EPOCH_NS / 1000000000), k->next_pid - 1);
    return 0;
}

static int show_uptime(const struct proc_ref *ref, FILE *out)
{
    uint64_t cs = ref->reader->k->now_ns / 10000000;

    fprintf(out, "%lu.%02lu 0.00\n", (unsigned long)(cs / 100), (unsigned long)(cs % 100));
    return 0;
}

static int show_loadavg(const struct proc_ref *ref, FILE *out)
{
    const struct kernel *k = ref->reader->k;

    fprintf(out, "0.00 0.00 0.00 1/%u %d\n", k->nr_tasks, k->next_pid - 1);
    return 0;
}

static int show_version(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "Linux version %s (mseal-emu) %s\n", KERNEL_RELEASE, KERNEL_VERSION);
    return 0;
}

static int show_filesystems(const struct proc_ref *ref, FILE *out)
{
    fprintf(
        out,
        "nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\tdevtmpfs\nnodev\tpipefs\nnodev\tsockfs\nnodev\thugetlbfs\n"
        "nodev\tdevpts\n\text4\nnodev\tmqueue\n");
    return 0;
}

static int show_cmdline(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "mseal-emu\n");
    return 0;
}

static int show_devices(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "Character devices:\n  1 mem\n  5 /dev/tty\n136 pts\n\nBlock devices:\n");
    return 0;
}

static int show_nothing(const struct proc_ref *ref, FILE *out)
{
    return 0;
}

static int64_t link_self(const struct proc_ref *ref, char *buf, size_t size)
{
    return snprintf(buf, size, "%d", ref->reader->proc->pid);
}

static int64_t link_thread_self(const struct proc_ref *ref, char *buf, size_t size)
{
    return snprintf(buf, size, "%d/task/%d", ref->reader->proc->pid, ref->reader->tid);
}

static int64_t link_mounts(const struct proc_ref *ref, char *buf, size_t size)
{
    return snprintf(buf, size, "self/mounts");
}

static int64_t link_net(const struct proc_ref *ref, char *buf, size_t size)
{
    return snprintf(buf, size, "self/net");
}

/* ---- /proc/sys ---- */

#define SHOW_TEXT(fn, text)                                                                                  \
    static int fn(const struct proc_ref *ref, FILE *out)                                                     \
    {                                                                                                        \
        fputs(text "\n", out);                                                                               \
        return 0;                                                                                            \
    }
SHOW_TEXT(show_ostype, "Linux")
SHOW_TEXT(show_osrelease, KERNEL_RELEASE)
SHOW_TEXT(show_osversion, KERNEL_VERSION)
SHOW_TEXT(show_hostname, KERNEL_NODENAME)
SHOW_TEXT(show_domainname, "(none)")
SHOW_TEXT(show_0, "0")
SHOW_TEXT(show_1, "1")
SHOW_TEXT(show_2, "2")
SHOW_TEXT(show_10, "10")
SHOW_TEXT(show_45, "45")
SHOW_TEXT(show_128, "128")
SHOW_TEXT(show_256, "256")
SHOW_TEXT(show_8192, "8192")
SHOW_TEXT(show_cap_last_cap, "40")
SHOW_TEXT(show_4194304, "4194304")
SHOW_TEXT(show_65534, "65534")
SHOW_TEXT(show_65536, "65536")
SHOW_TEXT(show_core_pattern, "core")
SHOW_TEXT(show_msgmax, "8192")
SHOW_TEXT(show_shmmax, "18446744073692774399")
SHOW_TEXT(show_shmall, "18446744073692774399")
SHOW_TEXT(show_shmmni, "4096")
SHOW_TEXT(show_sem, "32000\t1024000000\t500\t32000")
SHOW_TEXT(show_file_nr, "0\t0\t65536")
SHOW_TEXT(show_nr_open, "1048576")
SHOW_TEXT(show_pipe_max_size, "1048576")
SHOW_TEXT(show_16384, "16384")
SHOW_TEXT(show_pipe_hard, "0")
SHOW_TEXT(show_somaxconn, "4096")
SHOW_TEXT(show_swappiness, "60")
SHOW_TEXT(show_overcommit_ratio, "50")
SHOW_TEXT(show_sched_rt, "950000")
SHOW_TEXT(show_boot_id, "6d736561-6c2d-4d75-8d75-2d6b65726e65")

static int show_uuid(const struct proc_ref *ref, FILE *out)
{
    uint64_t a = kernel_random(ref->reader->k), b = kernel_random(ref->reader->k);

    fprintf(out, "%08lx-%04lx-4%03lx-%04lx-%012lx\n", (unsigned long)(a >> 32),
            (unsigned long)(a >> 16 & 0xffff), (unsigned long)(a & 0xfff),
            (unsigned long)(b >> 48 & 0x3fff) | 0x8000, (unsigned long)(b & 0xffffffffffff));
    return 0;
}

/* Numbers that mm looks at: changeable by the machine's root. */
static int64_t parse_value(const struct proc_ref *ref, const char *text, uint64_t max, uint64_t *out)
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
    int64_t err = parse_value(ref, text, INT_MAX, &v);

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
    int64_t err = parse_value(ref, text, UINT64_MAX >> 1, &v);

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
    int64_t err = parse_value(ref, text, 2, &v);

    if (err)
        return err;
    ref->reader->k->sys.overcommit = v;
    return len;
}

/* Asked for or not, there is no memory for huge pages, as on a machine whose memory is in pieces. */
static int64_t write_hugepages(const struct proc_ref *ref, char *text, size_t len)
{
    uint64_t v;
    int64_t err = parse_value(ref, text, UINT64_MAX, &v);

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
    int64_t err = parse_value(ref, text, UINT64_MAX >> 1, &ref->reader->k->aio_max_nr);

    return err ? err : (int64_t)len;
}

#define ROW(n, fn)                                                                                           \
    {                                                                                                        \
        n, S_IFREG | 0444, .show = fn                                                                        \
    }
#define ROW_W(n, fn, w)                                                                                      \
    {                                                                                                        \
        n, S_IFREG | 0644, .show = fn, .write = w                                                            \
    }
#define DIR_ROW(n, r)                                                                                        \
    {                                                                                                        \
        n, S_IFDIR | 0555, .dir = PROC_ROWS, .rows = r                                                       \
    }
#define SYS_ROW(n, r)                                                                                        \
    {                                                                                                        \
        n, S_IFDIR | 0555, .dir = PROC_ROWS, .rows = r, .sysctl = true                                       \
    }

static const struct proc_row random_rows[] = {ROW("boot_id", show_boot_id),
                                              ROW("entropy_avail", show_16384),
                                              ROW("poolsize", show_16384),
                                              ROW("uuid", show_uuid),
                                              {NULL}};
static const struct proc_row kernel_rows[] = {
    ROW("cap_last_cap", show_cap_last_cap),
    ROW("core_pattern", show_core_pattern),
    ROW("core_uses_pid", show_0),
    ROW("domainname", show_domainname),
    ROW("hostname", show_hostname),
    ROW("kptr_restrict", show_1),
    ROW("msgmax", show_msgmax),
    ROW("msgmnb", show_16384),
    ROW("ngroups_max", show_65536),
    ROW("osrelease", show_osrelease),
    ROW("ostype", show_ostype),
    ROW("overflowgid", show_65534),
    ROW("overflowuid", show_65534),
    ROW("perf_event_paranoid", show_2),
    ROW("pid_max", show_4194304),
    SYS_ROW("random", random_rows),
    ROW("randomize_va_space", show_0),
    ROW("sched_rt_runtime_us", show_sched_rt),
    ROW("sem", show_sem),
    ROW("shmall", show_shmall),
    ROW("shmmax", show_shmmax),
    ROW("shmmni", show_shmmni),
    ROW("tainted", show_0),
    ROW("threads-max", show_65536),
    ROW("version", show_osversion),
    {NULL},
};
static const struct proc_row vm_rows[] = {
    ROW("hugetlb_shm_group", show_0),
    ROW_W("max_map_count", show_max_map_count, write_max_map_count),
    ROW_W("mmap_min_addr", show_mmap_min_addr, write_mmap_min_addr),
    ROW_W("nr_hugepages", show_0, write_hugepages),
    ROW_W("nr_hugepages_mempolicy", show_0, write_hugepages),
    ROW_W("nr_overcommit_hugepages", show_0, write_hugepages),
    ROW_W("overcommit_memory", show_overcommit, write_overcommit),
    ROW("overcommit_ratio", show_overcommit_ratio),
    ROW("swappiness", show_swappiness),
    {NULL},
};
static const struct proc_row mqueue_rows[] = {
    ROW("msg_default", show_10),   ROW("msg_max", show_10),     ROW("msgsize_default", show_8192),
    ROW("msgsize_max", show_8192), ROW("queues_max", show_256), {NULL},
};
static const struct proc_row inotify_rows[] = {
    ROW("max_queued_events", show_16384),
    ROW("max_user_instances", show_128),
    ROW("max_user_watches", show_65536),
    {NULL},
};
static const struct proc_row fs_rows[] = {
    ROW_W("aio-max-nr", show_aio_max_nr, write_aio_max_nr),
    ROW("aio-nr", show_aio_nr),
    ROW("dir-notify-enable", show_1),
    ROW("file-max", show_65536),
    ROW("file-nr", show_file_nr),
    SYS_ROW("inotify", inotify_rows),
    ROW("lease-break-time", show_45),
    ROW("leases-enable", show_1),
    SYS_ROW("mqueue", mqueue_rows),
    ROW("nr_open", show_nr_open),
    ROW("pipe-max-size", show_pipe_max_size),
    ROW("pipe-user-pages-hard", show_pipe_hard),
    ROW("pipe-user-pages-soft", show_16384),
    {NULL},
};
static const struct proc_row net_core_rows[] = {ROW("somaxconn", show_somaxconn), {NULL}};
static const struct proc_row net_rows[] = {SYS_ROW("core", net_core_rows), {NULL}};
static const struct proc_row sys_rows[] = {SYS_ROW("fs", fs_rows),
                                           SYS_ROW("kernel", kernel_rows),
                                           SYS_ROW("net", net_rows),
                                           SYS_ROW("vm", vm_rows),
                                           {NULL}};

static int show_sysvipc_sem(const struct proc_ref *ref, FILE *out)
{
    ipc_show_sem(ref->reader->k, out);
    return 0;
}

static int show_sysvipc_msg(const struct proc_ref *ref, FILE *out)
{
    ipc_show_msg(ref->reader->k, out);
    return 0;
}

static int show_sysvipc_shm(const struct proc_ref *ref, FILE *out)
{
    mm_shm_show(&ref->reader->k->sys, out);
    return 0;
}

static const struct proc_row sysvipc_rows[] = {
    ROW("msg", show_sysvipc_msg), ROW("sem", show_sysvipc_sem), ROW("shm", show_sysvipc_shm), {NULL}};

const struct proc_row proc_root_rows[] = {
    ROW("cmdline", show_cmdline),
    ROW("cpuinfo", show_cpuinfo),
    ROW("devices", show_devices),
    ROW("filesystems", show_filesystems),
    ROW("loadavg", show_loadavg),
    ROW("meminfo", show_meminfo),
    ROW("modules", show_nothing),
    {"mounts", S_IFLNK | 0777, .link = link_mounts},
    {"net", S_IFLNK | 0777, .link = link_net},
    {"self", S_IFLNK | 0777, .link = link_self},
    ROW("stat", show_stat),
    ROW("swaps", show_nothing),
    SYS_ROW("sys", sys_rows),
    DIR_ROW("sysvipc", sysvipc_rows),
    {"thread-self", S_IFLNK | 0777, .link = link_thread_self},
    ROW("uptime", show_uptime),
    ROW("version", show_version),
    {NULL},
};

/* ---- /sys: what libraries ask when they start ---- */

SHOW_TEXT(show_thp_enabled, "always [madvise] never")
SHOW_TEXT(show_thp_defrag, "always defer defer+madvise [madvise] never")
SHOW_TEXT(show_2097152, "2097152")
SHOW_TEXT(show_empty_line, "")

static const struct proc_row topology_rows[] = {ROW("core_cpus_list", show_0),
                                                ROW("core_id", show_0),
                                                ROW("core_siblings", show_1),
                                                ROW("core_siblings_list", show_0),
                                                ROW("package_cpus_list", show_0),
                                                ROW("physical_package_id", show_0),
                                                ROW("thread_siblings", show_1),
                                                ROW("thread_siblings_list", show_0),
                                                {NULL}};
static const struct proc_row cpu0_rows[] = {DIR_ROW("topology", topology_rows), {NULL}};
static const struct proc_row cpu_rows[] = {DIR_ROW("cpu0", cpu0_rows),
                                           ROW("kernel_max", show_0),
                                           ROW("offline", show_empty_line),
                                           ROW("online", show_0),
                                           ROW("possible", show_0),
                                           ROW("present", show_0),
                                           {NULL}};
static const struct proc_row node_rows[] = {
    ROW("has_cpu", show_0), ROW("online", show_0), ROW("possible", show_0), {NULL}};
static const struct proc_row system_rows[] = {DIR_ROW("cpu", cpu_rows), DIR_ROW("node", node_rows), {NULL}};
static const struct proc_row devices_rows[] = {DIR_ROW("system", system_rows), {NULL}};
static const struct proc_row hugepages_rows[] = {
    ROW("free_hugepages", show_0),
    ROW_W("nr_hugepages", show_0, write_hugepages),
    ROW_W("nr_hugepages_mempolicy", show_0, write_hugepages),
    ROW_W("nr_overcommit_hugepages", show_0, write_hugepages),
    ROW("resv_hugepages", show_0),
    ROW("surplus_hugepages", show_0),
    {NULL},
};
static const struct proc_row hugepage_sizes[] = {
    DIR_ROW("hugepages-1048576kB", hugepages_rows), DIR_ROW("hugepages-2048kB", hugepages_rows), {NULL}};
static const struct proc_row thp_rows[] = {ROW("defrag", show_thp_defrag),
                                           ROW("enabled", show_thp_enabled),
                                           ROW("hpage_pmd_size", show_2097152),
                                           {NULL}};
static const struct proc_row sys_mm_rows[] = {
    DIR_ROW("hugepages", hugepage_sizes), DIR_ROW("transparent_hugepage", thp_rows), {NULL}};
static const struct proc_row sys_kernel_rows[] = {DIR_ROW("mm", sys_mm_rows), {NULL}};
static const struct proc_row cgroup_rows[] = {{NULL}};
static const struct proc_row sys_fs_rows[] = {DIR_ROW("cgroup", cgroup_rows), {NULL}};
const struct proc_row sysfs_rows[] = {
    DIR_ROW("devices", devices_rows), DIR_ROW("fs", sys_fs_rows), DIR_ROW("kernel", sys_kernel_rows), {NULL}};
