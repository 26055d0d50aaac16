/*
 * proc_meminfo.c - /proc/meminfo and /proc/vmstat: what the machine's memory is in use for. What a kernel needs for itself is
 * nothing here, and neither are there swap, huge pages or a writer of dirty pages.
 *
 * Source: fs/proc/meminfo.c and mm/vmstat.c, Linux 6.18.
 */
#include "procfs.h"

#include <inttypes.h>

#define OVERCOMMIT_RATIO 50 /* percent */

/* The lists of pages that reclaim looks at: all are inactive. */
struct lists {
    uint64_t anon, file;
};

/* The machine as it is now. */
static struct lists look(const struct proc_ref *ref, struct mm_meminfo *m)
{
    mm_get_meminfo(&ref->reader->k->sys, m);
    return (struct lists){m->anon + m->shmem, m->cached - m->shmem};
}

static uint64_t kb(uint64_t pages)
{
    return pages << (MM_PAGE_SHIFT - 10);
}

int proc_show_meminfo(const struct proc_ref *ref, FILE *out)
{
    struct mm_meminfo m;
    struct lists l = look(ref, &m);
    const struct {
        const char *name;
        uint64_t kb;
    } rows[] = {
        {"MemTotal", kb(m.total)},
        {"MemFree", kb(m.free)},
        {"MemAvailable", kb(m.free + l.file - m.dirty)},
        {"Buffers", 0},
        {"Cached", kb(m.cached)},
        {"SwapCached", 0},
        {"Active", 0},
        {"Inactive", kb(l.anon + l.file)},
        {"Active(anon)", 0},
        {"Inactive(anon)", kb(l.anon)},
        {"Active(file)", 0},
        {"Inactive(file)", kb(l.file)},
        {"Unevictable", kb(m.mlocked)},
        {"Mlocked", kb(m.mlocked)},
        {"SwapTotal", 0},
        {"SwapFree", 0},
        {"Dirty", kb(m.dirty)},
        {"Writeback", 0},
        {"AnonPages", kb(m.anon)},
        {"Mapped", kb(m.mapped)},
        {"Shmem", kb(m.shmem)},
        {"KReclaimable", 0},
        {"Slab", 0},
        {"SReclaimable", 0},
        {"SUnreclaim", 0},
        {"KernelStack", 0},
        {"PageTables", kb(m.tables)},
        {"SecPageTables", 0},
        {"NFS_Unstable", 0},
        {"Bounce", 0},
        {"WritebackTmp", 0},
        {"CommitLimit", kb(m.total * OVERCOMMIT_RATIO / 100)},
        {"Committed_AS", kb(m.committed)},
        {"VmallocTotal", 34359738367}, /* of x86-64 with four levels of tables */
        {"VmallocUsed", 0},
        {"VmallocChunk", 0},
        {"Percpu", 0},
        {"AnonHugePages", 0},
        {"ShmemHugePages", 0},
        {"ShmemPmdMapped", 0},
        {"FileHugePages", 0},
        {"FilePmdMapped", 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        fprintf(out, "%s:%*s%8" PRIu64 " kB\n", rows[i].name, (int)(15 - strlen(rows[i].name)), "",
                rows[i].kb);
    fprintf(out, "HugePages_Total:       0\nHugePages_Free:        0\nHugePages_Rsvd:        0\n"
                 "HugePages_Surp:        0\nHugepagesize:       2048 kB\nHugetlb:               0 kB\n");
    return 0;
}

/* Without the counters of what never happens here. */
int proc_show_vmstat(const struct proc_ref *ref, FILE *out)
{
    struct mm_meminfo m;
    struct lists l = look(ref, &m);
    const struct {
        const char *name;
        uint64_t count;
    } rows[] = {
        {"nr_free_pages", m.free},
        {"nr_zone_inactive_anon", l.anon},
        {"nr_zone_active_anon", 0},
        {"nr_zone_inactive_file", l.file},
        {"nr_zone_active_file", 0},
        {"nr_zone_unevictable", m.mlocked},
        {"nr_mlock", m.mlocked},
        {"nr_inactive_anon", l.anon},
        {"nr_active_anon", 0},
        {"nr_inactive_file", l.file},
        {"nr_active_file", 0},
        {"nr_unevictable", m.mlocked},
        {"nr_slab_reclaimable", 0},
        {"nr_slab_unreclaimable", 0},
        {"nr_anon_pages", m.anon},
        {"nr_mapped", m.mapped},
        {"nr_file_pages", m.cached},
        {"nr_dirty", m.dirty},
        {"nr_writeback", 0},
        {"nr_shmem", m.shmem},
        {"nr_kernel_stack", 0},
        {"nr_page_table_pages", m.tables},
        {"pgpgin", 0},
        {"pgpgout", 0},
        {"pswpin", 0},
        {"pswpout", 0},
        {"pgfault", 0},
        {"pgmajfault", 0},
        {"oom_kill", 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        fprintf(out, "%s %" PRIu64 "\n", rows[i].name, rows[i].count);
    return 0;
}
