/*
 * proc_pid.c - /proc/PID: the rows, and the files that need few lines (fs/proc/base.c, fd.c).
 */
#include "procfs.h"
#include "../process.h"
#include "fs_calls.h"

#include <stdlib.h>

static int show_io(const struct proc_ref *ref, FILE *out)
{
    fprintf(
        out,
        "rchar: 0\nwchar: 0\nsyscr: 0\nsyscw: 0\nread_bytes: 0\nwrite_bytes: 0\ncancelled_write_bytes: 0\n");
    return 0;
}

static int show_oom_score(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "666\n");
    return 0;
}

static int show_personality(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "%08x\n", ref->task->personality);
    return 0;
}

static int show_cgroup(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "0::/\n");
    return 0;
}

static int show_wchan(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "0");
    return 0;
}

static int show_loginuid(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "%u", UINT32_MAX);
    return 0;
}

/* arch_status tells of AVX-512, which this processor lacks. */
static int show_nothing(const struct proc_ref *ref, FILE *out)
{
    return 0;
}

/* ---- links ---- */

static int64_t link_of_dentry(const struct proc_ref *ref, const struct dentry *d, char *buf, size_t size)
{
    char path[PATH_MAX + 16];
    size_t n;

    if (!d)
        return -ENOENT;
    n = vfs_path_from(d, ref->reader->fs->root, path, sizeof(path));
    if (n > size)
        n = size;
    memcpy(buf, path, n);
    return n;
}

static int follow_to(struct dentry *d, struct dentry **out)
{
    if (!d)
        return -ENOENT;
    *out = dentry_get(d);
    return 0;
}

static struct dentry *exe_of(const struct proc_ref *ref)
{
    struct file *f = ref->task->proc->exe_file;

    return ref->task->mm && f ? f->dentry : NULL;
}

static int64_t link_exe(const struct proc_ref *ref, char *buf, size_t size)
{
    return link_of_dentry(ref, exe_of(ref), buf, size);
}

static int follow_exe(const struct proc_ref *ref, struct dentry **out)
{
    return follow_to(exe_of(ref), out);
}

static int64_t link_cwd(const struct proc_ref *ref, char *buf, size_t size)
{
    return ref->task->fs ? link_of_dentry(ref, ref->task->fs->cwd, buf, size) : -ENOENT;
}

static int follow_cwd(const struct proc_ref *ref, struct dentry **out)
{
    return ref->task->fs ? follow_to(ref->task->fs->cwd, out) : -ENOENT;
}

static int64_t link_root(const struct proc_ref *ref, char *buf, size_t size)
{
    return ref->task->fs ? link_of_dentry(ref, ref->task->fs->root, buf, size) : -ENOENT;
}

static int follow_root(const struct proc_ref *ref, struct dentry **out)
{
    return ref->task->fs ? follow_to(ref->task->fs->root, out) : -ENOENT;
}

static int64_t link_fd(const struct proc_ref *ref, char *buf, size_t size)
{
    struct file *f = files_lookup(ref->task->files, ref->fd);

    return f ? link_of_dentry(ref, f->dentry, buf, size) : -ENOENT;
}

static int follow_fd(const struct proc_ref *ref, struct dentry **out)
{
    struct file *f = files_lookup(ref->task->files, ref->fd);

    return follow_to(f ? f->dentry : NULL, out);
}

static int show_fdinfo(const struct proc_ref *ref, FILE *out)
{
    struct file *f = files_lookup(ref->task->files, ref->fd);

    if (!f)
        return -ENOENT;
    fprintf(out, "pos:\t%ld\nflags:\t0%o\nmnt_id:\t%u\nino:\t%lu\n", (long)f->pos,
            f->flags | (files_cloexec(ref->task->files, ref->fd) ? O_CLOEXEC : 0), f->inode->sb->mnt_id,
            (unsigned long)f->inode->ino);
    if (f->ops && f->ops->show_fdinfo)
        f->ops->show_fdinfo(f, out);
    return 0;
}

/* ---- the rows ---- */

#define FILE_R(n, fn)                                                                                        \
    {                                                                                                        \
#n, S_IFREG | 0444, .show = fn                                                                       \
    }
#define FILE_SEQ(n, fn, kind)                                                                                \
    {                                                                                                        \
#n, S_IFREG | 0444, .show = fn, .records = kind                                                      \
    }
#define FILE_MEM(n, fn, kind)                                                                                \
    {                                                                                                        \
#n, S_IFREG | 0444, .show = fn, .records = kind, .of_memory = true                                   \
    }
#define FILE_P(n, fn)                                                                                        \
    {                                                                                                        \
#n, S_IFREG | 0400, .show = fn, .ptrace = true                                                       \
    }

/* Of security modules: there is none that has them. */
static int show_attr(const struct proc_ref *ref, FILE *out)
{
    return -EINVAL;
}

static int64_t write_attr(const struct proc_ref *ref, char *text, size_t len)
{
    return -EINVAL;
}

#define ATTR(n)                                                                                              \
    {                                                                                                        \
        n, S_IFREG | 0666, .show = show_attr, .write = write_attr                                            \
    }
static const struct proc_row attr_rows[] = {
    ATTR("current"),
    ATTR("exec"),
    ATTR("fscreate"),
    ATTR("keycreate"),
    {"prev", S_IFREG | 0444, .show = show_attr},
    ATTR("sockcreate"),
    {NULL},
};

#define ID_MAP(n, fn)                                                                                        \
    {                                                                                                        \
        n, S_IFREG | 0644, .show = fn, .write = proc_write_id_map                                            \
    }

/* Both for a process and for each of its threads; a row a line. */
/* clang-format off */
#define PID_ROWS \
    FILE_R(arch_status, show_nothing), \
    DIR_ROW("attr", attr_rows), \
    {"autogroup", S_IFREG | 0644, .show = proc_show_autogroup, .write = proc_write_autogroup}, \
    FILE_P(auxv, proc_show_auxv), \
    FILE_R(cgroup, show_cgroup), \
    {"clear_refs", S_IFREG | 0200, .write = proc_write_clear_refs}, \
    FILE_R(cmdline, proc_show_cmdline), \
    {"comm", S_IFREG | 0644, .show = proc_show_comm, .write = proc_write_comm}, \
    {"coredump_filter", S_IFREG | 0644, .show = proc_show_coredump_filter, .write = proc_write_coredump_filter}, \
    TEXT("cpuset", "/"), \
    {"cwd", S_IFLNK | 0777, .link = link_cwd, .follow = follow_cwd, .ptrace = true}, \
    FILE_P(environ, proc_show_environ), \
    {"exe", S_IFLNK | 0777, .link = link_exe, .follow = follow_exe, .ptrace = true}, \
    {"fd", S_IFDIR | 0500, .dir = PROC_FDS}, \
    {"fdinfo", S_IFDIR | 0555, .dir = PROC_FDINFOS}, \
    ID_MAP("gid_map", proc_show_id_map), \
    FILE_P(io, show_io), \
    {"ksm_merging_pages", S_IFREG | 0400, .text = "0"}, \
    FILE_P(ksm_stat, proc_show_ksm_stat), \
    FILE_R(limits, proc_show_limits), \
    FILE_R(loginuid, show_loginuid), \
    {"map_files", S_IFDIR | 0500, .dir = PROC_MAP_FILES}, \
    {"maps", S_IFREG | 0444, .show = proc_show_maps, .records = PROC_LINES, .ioctl = proc_maps_ioctl, .of_memory = true}, \
    {"mem", S_IFREG | 0600, .fops = &proc_mem_ops, .ptrace = true}, \
    FILE_SEQ(mountinfo, proc_show_mountinfo, PROC_LINES), \
    FILE_SEQ(mounts, proc_show_mounts, PROC_LINES), \
    {"mountstats", S_IFREG | 0400, .show = proc_show_mountstats, .records = PROC_LINES}, \
    {"net", S_IFDIR | 0555, .dir = PROC_ROWS, .rows = proc_net_rows}, \
    {"ns", S_IFDIR | 0511, .dir = PROC_ROWS, .rows = proc_ns_rows}, \
    FILE_MEM(numa_maps, proc_show_numa_maps, PROC_LINES), \
    FILE_R(oom_adj, proc_show_oom_adj), \
    FILE_R(oom_score, show_oom_score), \
    {"oom_score_adj", S_IFREG | 0644, .show = proc_show_oom_score_adj, .write = proc_write_oom_score_adj}, \
    {"pagemap", S_IFREG | 0400, .fops = &proc_pagemap_ops, .ptrace = true}, \
    FILE_P(personality, show_personality), \
    ID_MAP("projid_map", proc_show_id_map), \
    {"root", S_IFLNK | 0777, .link = link_root, .follow = follow_root, .ptrace = true}, \
    {"sched", S_IFREG | 0644, .show = proc_show_sched, .write = proc_write_sched}, \
    FILE_R(schedstat, proc_show_schedstat), \
    FILE_R(sessionid, show_loginuid), \
    ID_MAP("setgroups", proc_show_setgroups), \
    FILE_MEM(smaps, proc_show_smaps, PROC_AREAS), \
    FILE_MEM(smaps_rollup, proc_show_smaps_rollup, PROC_WHOLE), \
    FILE_R(stat, proc_show_stat), \
    FILE_R(statm, proc_show_statm), \
    FILE_R(status, proc_show_status), \
    FILE_P(syscall, proc_show_syscall), \
    {"timens_offsets", S_IFREG | 0644, .show = proc_show_timens_offsets, .write = proc_write_timens_offsets}, \
    FILE_R(timers, proc_show_timers), \
    {"timerslack_ns", S_IFREG | 0666, .show = proc_show_timerslack, .write = proc_write_timerslack}, \
    ID_MAP("uid_map", proc_show_id_map), \
    FILE_R(wchan, show_wchan)
/* clang-format on */

static const struct proc_row pid_rows[] = {
    PID_ROWS,
    {"task", S_IFDIR | 0555, .dir = PROC_TASKS},
    {NULL},
};
static const struct proc_row tid_rows[] = {PID_ROWS, FILE_R(children, proc_show_children), {NULL}};

const struct proc_row proc_pid_row = {"", S_IFDIR | 0555, .dir = PROC_ROWS, .rows = pid_rows};
const struct proc_row proc_tid_row = {"", S_IFDIR | 0555, .dir = PROC_ROWS, .rows = tid_rows};
const struct proc_row proc_fd_row = {"", S_IFLNK | 0700, .link = link_fd, .follow = follow_fd,
                                     .ptrace = true};
const struct proc_row proc_fdinfo_row = {"", S_IFREG | 0444, .show = show_fdinfo};
