/*
 * sysfs.c - /sys: what libraries ask when they start.
 */
#include "procfs.h"

static const struct proc_row topology_rows[] = {TEXT("core_cpus_list", "0"),
                                                TEXT("core_id", "0"),
                                                TEXT("core_siblings", "1"),
                                                TEXT("core_siblings_list", "0"),
                                                TEXT("package_cpus_list", "0"),
                                                TEXT("physical_package_id", "0"),
                                                TEXT("thread_siblings", "1"),
                                                TEXT("thread_siblings_list", "0"),
                                                {NULL}};
static const struct proc_row cpu0_rows[] = {SYSFS_ROW("topology", topology_rows), {NULL}};
static const struct proc_row cpu_rows[] = {SYSFS_ROW("cpu0", cpu0_rows),
                                           TEXT("kernel_max", "0"),
                                           TEXT("offline", ""),
                                           TEXT("online", "0"),
                                           TEXT("possible", "0"),
                                           TEXT("present", "0"),
                                           {NULL}};
static const struct proc_row node_rows[] = {
    TEXT("has_cpu", "0"), TEXT("online", "0"), TEXT("possible", "0"), {NULL}};
static const struct proc_row clocksource0_rows[] = {
    TEXT("available_clocksource", "tsc "), TEXT_W("current_clocksource", "tsc"), {NULL}};
static const struct proc_row clocksource_rows[] = {SYSFS_ROW("clocksource0", clocksource0_rows), {NULL}};
static const struct proc_row system_rows[] = {SYSFS_ROW("clocksource", clocksource_rows),
                                              SYSFS_ROW("cpu", cpu_rows),
                                              SYSFS_ROW("node", node_rows),
                                              {NULL}};
static const struct proc_row devices_rows[] = {SYSFS_ROW("system", system_rows), {NULL}};
static const struct proc_row hugepages_rows[] = {
    TEXT("free_hugepages", "0"),
    ACCEPT("nr_hugepages", "0", proc_write_hugepages),
    ACCEPT("nr_hugepages_mempolicy", "0", proc_write_hugepages),
    ACCEPT("nr_overcommit_hugepages", "0", proc_write_hugepages),
    TEXT("resv_hugepages", "0"),
    TEXT("surplus_hugepages", "0"),
    {NULL},
};
static const struct proc_row hugepage_sizes[] = {
    SYSFS_ROW("hugepages-1048576kB", hugepages_rows), SYSFS_ROW("hugepages-2048kB", hugepages_rows), {NULL}};
static const struct proc_row thp_rows[] = {TEXT_W("defrag", "always defer defer+madvise [madvise] never"),
                                           TEXT_W("enabled", "always [madvise] never"),
                                           TEXT("hpage_pmd_size", "2097152"),
                                           {NULL}};
static const struct proc_row sys_mm_rows[] = {
    SYSFS_ROW("hugepages", hugepage_sizes), SYSFS_ROW("transparent_hugepage", thp_rows), {NULL}};
static const struct proc_row sys_kernel_rows[] = {SYSFS_ROW("mm", sys_mm_rows), {NULL}};
static const struct proc_row cgroup_rows[] = {{NULL}};
static const struct proc_row sys_fs_rows[] = {SYSFS_ROW("cgroup", cgroup_rows), {NULL}};
const struct proc_row sysfs_rows[] = {SYSFS_ROW("devices", devices_rows),
                                      SYSFS_ROW("fs", sys_fs_rows),
                                      SYSFS_ROW("kernel", sys_kernel_rows),
                                      {NULL}};
