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

static const struct proc_row random_rows[] = {
    TEXT("boot_id", "6d736561-6c2d-4d75-8d75-2d6b65726e65"),
    TEXT("entropy_avail", "256"),
    TEXT("poolsize", "256"),
    TEXT_W("urandom_min_reseed_secs", "60"),
    ROW("uuid", show_uuid),
    TEXT_W("write_wakeup_threshold", "256"),
    {NULL},
};
static const struct proc_row keys_rows[] = {
    TEXT_W("gc_delay", "300"),
    TEXT_W("maxbytes", "20000"),
    TEXT_W("maxkeys", "200"),
    TEXT_W("persistent_keyring_expiry", "259200"),
    TEXT_W("root_maxbytes", "25000000"),
    TEXT_W("root_maxkeys", "1000000"),
    {NULL},
};
static const struct proc_row kernel_rows[] = {
    TEXT("arch", "x86_64"),
    TEXT_W("auto_msgmni", "0"),
    TEXT("bootloader_type", "0"),
    TEXT("bootloader_version", "0"),
    TEXT_W("bpf_stats_enabled", "0"),
    {"cad_pid", S_IFREG | 0600, .text = "1"},
    TEXT("cap_last_cap", "40"),
    TEXT_W("core_file_note_size_limit", "4194304"),
    TEXT("core_modes", "file"),
    TEXT_W("core_pattern", "core"),
    TEXT_W("core_pipe_limit", "0"),
    TEXT_W("core_sort_vma", "0"),
    TEXT_W("core_uses_pid", "0"),
    TEXT_W("ctrl-alt-del", "1"),
    TEXT_W("dmesg_restrict", "1"),
    TEXT_W("domainname", "(none)"),
    TEXT_W("hardlockup_all_cpu_backtrace", "0"),
    TEXT_W("hardlockup_panic", "0"),
    TEXT_W("hostname", KERNEL_NODENAME),
    TEXT_W("hung_task_all_cpu_backtrace", "0"),
    TEXT_W("hung_task_check_count", "4194304"),
    TEXT_W("hung_task_check_interval_secs", "0"),
    TEXT_W("hung_task_panic", "0"),
    TEXT_W("hung_task_timeout_secs", "120"),
    TEXT_W("hung_task_warnings", "10"),
    TEXT_W("io_delay_type", "0"),
    TEXT_W("io_uring_disabled", "0"),
    TEXT_W("io_uring_group", "-1"),
    SYSCTL_ROW("keys", keys_rows),
    TEXT_W("kptr_restrict", "1"),
    TEXT_W("max_lock_depth", "1024"),
    TEXT_W("max_rcu_stall_to_panic", "0"),
    TEXT("msg_next_id", "-1"),
    TEXT_W("msgmax", "8192"),
    TEXT_W("msgmnb", "16384"),
    TEXT_W("msgmni", "32000"),
    TEXT("ngroups_max", "65536"),
    TEXT("nmi_watchdog", "0"),
    TEXT_W("numa_balancing", "0"),
    TEXT_W("numa_balancing_promote_rate_limit_MBps", "65536"),
    TEXT_W("oops_all_cpu_backtrace", "0"),
    TEXT_W("oops_limit", "10000"),
    TEXT("osrelease", KERNEL_RELEASE),
    TEXT("ostype", "Linux"),
    TEXT_W("overflowgid", "65534"),
    TEXT_W("overflowuid", "65534"),
    TEXT_W("panic", "0"),
    TEXT_W("panic_on_io_nmi", "0"),
    TEXT_W("panic_on_oops", "0"),
    TEXT_W("panic_on_rcu_stall", "0"),
    TEXT_W("panic_on_unrecovered_nmi", "0"),
    TEXT_W("panic_on_warn", "0"),
    TEXT_W("panic_print", "0"),
    TEXT_W("perf_cpu_time_max_percent", "25"),
    TEXT_W("perf_event_max_contexts_per_stack", "8"),
    TEXT_W("perf_event_max_sample_rate", "100000"),
    TEXT_W("perf_event_max_stack", "127"),
    TEXT_W("perf_event_mlock_kb", "516"),
    TEXT_W("perf_event_paranoid", "2"),
    TEXT_W("pid_max", "4194304"),
    TEXT_W("poweroff_cmd", "/sbin/poweroff"),
    TEXT_W("print-fatal-signals", "0"),
    TEXT_W("printk", "4\t4\t1\t7"),
    TEXT_W("printk_delay", "0"),
    TEXT_W("printk_devkmsg", "ratelimit"),
    TEXT_W("printk_ratelimit", "5"),
    TEXT_W("printk_ratelimit_burst", "10"),
    SYSCTL_ROW("random", random_rows),
    TEXT_W("randomize_va_space", "0"),
    TEXT_W("real-root-dev", "0"),
    TEXT_W("sched_autogroup_enabled", "1"),
    TEXT_W("sched_cfs_bandwidth_slice_us", "5000"),
    TEXT_W("sched_deadline_period_max_us", "4194304"),
    TEXT_W("sched_deadline_period_min_us", "100"),
    TEXT_W("sched_rr_timeslice_ms", "100"),
    TEXT_W("sched_rt_period_us", "1000000"),
    TEXT_W("sched_rt_runtime_us", "950000"),
    TEXT_W("sem", "32000\t1024000000\t500\t32000"),
    TEXT("sem_next_id", "-1"),
    TEXT("shm_next_id", "-1"),
    TEXT_W("shm_rmid_forced", "0"),
    TEXT_W("shmall", "18446744073692774399"),
    TEXT_W("shmmax", "18446744073692774399"),
    TEXT_W("shmmni", "4096"),
    TEXT_W("soft_watchdog", "1"),
    TEXT_W("softlockup_all_cpu_backtrace", "0"),
    TEXT_W("softlockup_panic", "0"),
    TEXT_W("split_lock_mitigate", "1"),
    TEXT_W("sysctl_writes_strict", "1"),
    TEXT_W("tainted", "0"),
    TEXT_W("task_delayacct", "0"),
    TEXT_W("threads-max", "65536"),
    TEXT_W("timer_migration", "1"),
    TEXT_W("unknown_nmi_panic", "0"),
    TEXT_W("unprivileged_bpf_disabled", "2"),
    TEXT("version", KERNEL_VERSION),
    TEXT_W("warn_limit", "0"),
    TEXT_W("watchdog", "1"),
    TEXT_W("watchdog_thresh", "10"),
    {NULL},
};
static const struct proc_row vm_rows[] = {
    TEXT_W("admin_reserve_kbytes", "8192"),
    TEXT_W("compact_unevictable_allowed", "1"),
    TEXT_W("compaction_proactiveness", "20"),
    TEXT_W("defrag_mode", "0"),
    TEXT_W("dirty_background_bytes", "0"),
    TEXT_W("dirty_background_ratio", "10"),
    TEXT_W("dirty_bytes", "0"),
    TEXT_W("dirty_expire_centisecs", "3000"),
    TEXT_W("dirty_ratio", "20"),
    TEXT_W("dirty_writeback_centisecs", "500"),
    TEXT_W("dirtytime_expire_seconds", "43200"),
    TEXT_W("extfrag_threshold", "500"),
    TEXT_W("hugetlb_optimize_vmemmap", "0"),
    TEXT_W("hugetlb_shm_group", "0"),
    TEXT_W("laptop_mode", "0"),
    TEXT_W("legacy_va_layout", "0"),
    TEXT_W("lowmem_reserve_ratio", "256\t256\t32\t0\t0"),
    ROW_W("max_map_count", show_max_map_count, write_max_map_count),
    TEXT_W("memfd_noexec", "0"),
    TEXT_W("min_free_kbytes", "8192"),
    TEXT_W("min_slab_ratio", "5"),
    TEXT_W("min_unmapped_ratio", "1"),
    ROW_W("mmap_min_addr", show_mmap_min_addr, write_mmap_min_addr),
    {"mmap_rnd_bits", S_IFREG | 0600, .text = "28"},
    {"mmap_rnd_compat_bits", S_IFREG | 0600, .text = "8"},
    ACCEPT("nr_hugepages", "0", proc_write_hugepages),
    ACCEPT("nr_hugepages_mempolicy", "0", proc_write_hugepages),
    ACCEPT("nr_overcommit_hugepages", "0", proc_write_hugepages),
    TEXT_W("numa_stat", "1"),
    TEXT_W("oom_dump_tasks", "1"),
    TEXT_W("oom_kill_allocating_task", "0"),
    TEXT_W("overcommit_kbytes", "0"),
    ROW_W("overcommit_memory", show_overcommit, write_overcommit),
    TEXT_W("overcommit_ratio", "50"),
    TEXT_W("page-cluster", "3"),
    TEXT_W("page_lock_unfairness", "5"),
    TEXT_W("panic_on_oom", "0"),
    TEXT_W("percpu_pagelist_high_fraction", "0"),
    TEXT_W("shrink_inodes_with_pagecache", "0"),
    TEXT_W("stat_interval", "1"),
    TEXT_W("swappiness", "60"),
    TEXT_W("unprivileged_userfaultfd", "0"),
    TEXT_W("user_reserve_kbytes", "131072"),
    TEXT_W("vfs_cache_pressure", "100"),
    TEXT_W("vfs_cache_pressure_denom", "100"),
    TEXT_W("watermark_boost_factor", "15000"),
    TEXT_W("watermark_scale_factor", "10"),
    TEXT_W("zone_reclaim_mode", "0"),
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
static const struct proc_row epoll_rows[] = {
    TEXT_W("max_user_watches", "942080"),
    {NULL},
};
static const struct proc_row fs_rows[] = {
    ROW_W("aio-max-nr", show_aio_max_nr, write_aio_max_nr),
    ROW("aio-nr", show_aio_nr),
    TEXT_W("dentry-negative", "0"),
    TEXT("dentry-state", "0\t0\t45\t0\t0\t0"),
    TEXT_W("dir-notify-enable", "1"),
    SYSCTL_ROW("epoll", epoll_rows),
    TEXT_W("file-max", "65536"),
    TEXT("file-nr", "0\t0\t65536"),
    TEXT("inode-nr", "0\t0"),
    TEXT("inode-state", "0\t0\t0\t0\t0\t0\t0"),
    SYSCTL_ROW("inotify", inotify_rows),
    TEXT_W("lease-break-time", "45"),
    TEXT_W("leases-enable", "1"),
    TEXT_W("mount-max", "100000"),
    SYSCTL_ROW("mqueue", mqueue_rows),
    TEXT_W("nr_open", "1048576"),
    TEXT_W("overflowgid", "65534"),
    TEXT_W("overflowuid", "65534"),
    TEXT_W("pipe-max-size", "1048576"),
    TEXT_W("pipe-user-pages-hard", "0"),
    TEXT_W("pipe-user-pages-soft", "16384"),
    TEXT_W("protected_fifos", "0"),
    TEXT_W("protected_hardlinks", "1"),
    TEXT_W("protected_regular", "0"),
    TEXT_W("protected_symlinks", "0"),
    TEXT_W("suid_dumpable", "0"),
    {NULL},
};
static const struct proc_row user_rows[] = {
    TEXT_W("max_cgroup_namespaces", "16384"),
    TEXT_W("max_fanotify_groups", "128"),
    TEXT_W("max_fanotify_marks", "8192"),
    TEXT_W("max_inotify_instances", "128"),
    TEXT_W("max_inotify_watches", "65536"),
    TEXT_W("max_ipc_namespaces", "16384"),
    TEXT_W("max_mnt_namespaces", "16384"),
    TEXT_W("max_net_namespaces", "16384"),
    TEXT_W("max_pid_namespaces", "16384"),
    TEXT_W("max_time_namespaces", "16384"),
    TEXT_W("max_user_namespaces", "16384"),
    TEXT_W("max_uts_namespaces", "16384"),
    {NULL},
};
static const struct proc_row net_core_rows[] = {TEXT_W("somaxconn", "4096"), {NULL}};
static const struct proc_row net_rows[] = {SYSCTL_ROW("core", net_core_rows), {NULL}};
const struct proc_row sysctl_rows[] = {SYSCTL_ROW("fs", fs_rows),   SYSCTL_ROW("kernel", kernel_rows),
                                       SYSCTL_ROW("net", net_rows), SYSCTL_ROW("user", user_rows),
                                       SYSCTL_ROW("vm", vm_rows),   {NULL}};
