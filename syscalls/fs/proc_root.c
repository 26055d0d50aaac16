/*
 * proc_root.c - the top of /proc: what the machine says of itself, the same in each run.
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

/* The kernel's own objects take none of the machine's memory. */
static const char slabinfo[] =
    "slabinfo - version: 2.1\n"
    "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables <limit> <batchcount> "
    "<sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>\n"
    "kmalloc-4k             0      0   4096    8    8 : tunables    0    0    0 : slabdata      0      0      0";

const struct proc_row proc_root_rows[] = {
    ROW("buddyinfo", proc_show_buddyinfo),
    TEXT("cmdline", "mseal-emu"),
    TEXT("cgroups", "#subsys_name\thierarchy\tnum_cgroups\tenabled\n"
                    "cpuset\t0\t1\t1\ncpu\t0\t1\t1\nmemory\t0\t1\t1\npids\t0\t1\t1"),
    ROW("consoles", show_nothing),
    ROW("cpuinfo", show_cpuinfo),
    ROW("devices", show_devices),
    ROW("diskstats", show_nothing),
    TEXT("dma", " 4: cascade"),
    TEXT("execdomains", "0-0\tLinux           \t[kernel]"),
    ROW("filesystems", show_filesystems),
    ROW("interrupts", proc_show_interrupts),
    ROW("key-users", proc_show_key_users),
    ROW("keys", proc_show_keys),
    ROW("loadavg", show_loadavg),
    {"locks", S_IFREG | 0444, .show = proc_show_locks, .records = PROC_LINES},
    ROW("meminfo", proc_show_meminfo),
    ROW("misc", show_nothing),
    ROW("modules", show_nothing),
    {"mounts", S_IFLNK | 0777, .text = "self/mounts"},
    {"net", S_IFLNK | 0777, .text = "self/net"},
    TEXT("partitions", "major minor  #blocks  name\n"),
    {"self", S_IFLNK | 0777, .link = link_self},
    {"slabinfo", S_IFREG | 0400, .text = slabinfo},
    ROW("softirqs", proc_show_softirqs),
    ROW("stat", show_stat),
    ROW("swaps", show_nothing),
    SYSCTL_ROW("sys", sysctl_rows),
    DIR_ROW("sysvipc", sysvipc_rows),
    {"thread-self", S_IFLNK | 0777, .link = link_thread_self},
    DIR_ROW("tty", proc_tty_rows),
    ROW("uptime", show_uptime),
    ROW("version", show_version),
    ROW("vmstat", proc_show_vmstat),
    {NULL},
};
