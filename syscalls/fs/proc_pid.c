/*
 * proc_pid.c - /proc/PID: the rows, and the files that need few lines (fs/proc/base.c, fd.c).
 */
#include "procfs.h"
#include "../process.h"
#include "../signal/coredump.h"
#include "fs_calls.h"

#include <ctype.h>
#include <mseal-emu/design.h>
#include <stdlib.h>

/* The gate area of a kernel with CONFIG_LEGACY_VSYSCALL_XONLY, which is in no address space. */
static const char vsyscall_line[] =
    "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n";
static const char *const vsyscall_zeroes[] = {
    "Rss",
    "Pss",
    "Pss_Dirty",
    "Shared_Clean",
    "Shared_Dirty",
    "Private_Clean",
    "Private_Dirty",
    "Referenced",
    "Anonymous",
    "KSM",
    "LazyFree",
    "AnonHugePages",
    "ShmemPmdMapped",
    "FilePmdMapped",
    "Shared_Hugetlb",
    "Private_Hugetlb",
    "Swap",
    "SwapPss",
    "Locked",
};

static int show_maps(const struct proc_ref *ref, FILE *out)
{
    if (!ref->task->mm)
        return 0;
    mm_print_maps(ref->task->mm, out);
    if (ref->reader->k->cfg.vsyscall)
        fputs(vsyscall_line, out);
    return 0;
}

static int show_smaps(const struct proc_ref *ref, FILE *out)
{
    if (!ref->task->mm)
        return 0;
    mm_print_smaps(ref->task->mm, out);
    if (!ref->reader->k->cfg.vsyscall)
        return 0;
    fprintf(out, "%sSize:                  4 kB\nKernelPageSize:        4 kB\nMMUPageSize:           4 kB\n",
            vsyscall_line);
    for (size_t i = 0; i < sizeof(vsyscall_zeroes) / sizeof(*vsyscall_zeroes); i++)
        fprintf(out, "%s:%*d kB\n", vsyscall_zeroes[i], 23 - (int)strlen(vsyscall_zeroes[i]), 0);
    fputs("THPeligible:           0\nVmFlags: ex \n", out);
    return 0;
}

static int show_smaps_rollup(const struct proc_ref *ref, FILE *out)
{
    if (!ref->task->mm)
        return -ESRCH;
    mm_print_smaps_rollup(ref->task->mm, out);
    return 0;
}

static int show_numa_maps(const struct proc_ref *ref, FILE *out)
{
    if (ref->task->mm)
        mm_print_numa_maps(ref->task->mm, out);
    return 0;
}

/* A number in text, blanks around it. False: something else. (kstrtoint() after strstrip()) */
static bool parse_int(const char *text, int base, long *v)
{
    char *end;

    *v = strtol(text, &end, base);
    return end != text && !end[strspn(end, " \t\n\v\f\r")] && *v >= INT_MIN && *v <= INT_MAX;
}

/* clear_refs_write(): what goes beyond 12 bytes is not looked at. */
static int64_t write_clear_refs(const struct proc_ref *ref, char *text, size_t len)
{
    long which;
    int err;

    if (len > 12)
        text[12] = 0;
    if (!parse_int(text, 10, &which) || which < MM_CLEAR_ALL || which > MM_CLEAR_HIWATER)
        return -EINVAL;
    err = ref->task->mm ? mm_clear_refs(ref->task->mm, which) : 0;
    return err ? err : (int64_t)len;
}

/* Bytes of the task's memory as they are now: arguments and environment may be changed by the program. */
static int show_memory(struct task *t, uint64_t start, uint64_t end, FILE *out)
{
    char buf[4096];

    while (start < end) {
        uint64_t n = end - start < sizeof(buf) ? end - start : sizeof(buf);
        int64_t got = mm_access_remote(t->mm, start, buf, n, false, false);

        if (got <= 0)
            break;
        fwrite(buf, 1, got, out);
        start += got;
    }
    return 0;
}

static int show_cmdline(const struct proc_ref *ref, FILE *out)
{
    const struct mm_layout *l;
    char c;

    if (!ref->task->mm)
        return 0;
    l = mm_layout(ref->task->mm);
    if (l->arg_start >= l->arg_end)
        return 0;
    /* setproctitle(3): no NUL at the end means the text goes on into the environment, to its first NUL. */
    if (mm_access_remote(ref->task->mm, l->arg_end - 1, &c, 1, false, false) == 1 && c &&
        l->env_end > l->env_start) {
        for (uint64_t a = l->arg_start; a < l->env_end; a++) {
            if (mm_access_remote(ref->task->mm, a, &c, 1, false, false) != 1)
                break;
            putc(c, out);
            if (!c)
                break;
        }
        return 0;
    }
    return show_memory(ref->task, l->arg_start, l->arg_end, out);
}

static int show_environ(const struct proc_ref *ref, FILE *out)
{
    const struct mm_layout *l;

    if (!ref->task->mm)
        return 0;
    l = mm_layout(ref->task->mm);
    return show_memory(ref->task, l->env_start, l->env_end, out);
}

/* It lies above the environment's pointers on the stack that exec built. */
unsigned proc_auxv(struct task *t, uint64_t auxv[][2], unsigned max)
{
    uint64_t at, word;

    if (!t->mm)
        return 0;
    at = mm_layout(t->mm)->start_stack;
    if (mm_access_remote(t->mm, at, &word, 8, false, false) != 8 || word > 1u << 20)
        return 0;
    at += 8 * (word + 2);
    do {
        if (mm_access_remote(t->mm, at, &word, 8, false, false) != 8)
            return 0;
        at += 8;
    } while (word && at < mm_layout(t->mm)->stack_top);
    for (unsigned i = 0; i < max; i++, at += 16) {
        if (mm_access_remote(t->mm, at, auxv[i], 16, false, false) != 16)
            return i;
        if (!auxv[i][0])
            return i + 1;
    }
    return max;
}

static int show_auxv(const struct proc_ref *ref, FILE *out)
{
    uint64_t auxv[40][2];

    fwrite(auxv, sizeof(*auxv), proc_auxv(ref->task, auxv, 40), out);
    return 0;
}

static int show_comm(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "%.15s\n", ref->task->comm);
    return 0;
}

static int64_t write_comm(const struct proc_ref *ref, char *text, size_t len)
{
    if (ref->task->proc != ref->reader->proc)
        return -EINVAL;
    text[strcspn(text, "\n")] = 0;
    snprintf(ref->task->comm, sizeof(ref->task->comm), "%s", text);
    return len;
}

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

static int show_oom_score_adj(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "%d\n", ref->task->proc->oom_score_adj);
    return 0;
}

static int64_t write_oom_score_adj(const struct proc_ref *ref, char *text, size_t len)
{
    long v;

    if (!parse_int(text, 0, &v) || v < -1000 || v > 1000)
        return -EINVAL;
    if (v < ref->task->proc->oom_score_adj && !task_capable(ref->reader, 24 /* CAP_SYS_RESOURCE */))
        return -EACCES;
    ref->task->proc->oom_score_adj = v;
    return len;
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

static int show_id_map(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "%10u %10u %10u\n", 0, 0, UINT32_MAX);
    return 0;
}

static int show_loginuid(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "%u", UINT32_MAX);
    return 0;
}

static int show_sched(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "0 0 0\n");
    return 0;
}

static int show_coredump_filter(const struct proc_ref *ref, FILE *out)
{
    fprintf(out, "%08x\n", ref->task->proc->coredump_filter);
    return 0;
}

static int64_t write_coredump_filter(const struct proc_ref *ref, char *text, size_t len)
{
    char *end;
    unsigned long v = strtoul(text, &end, 0);

    if (!isdigit((unsigned char)*text) || (*end && *end != '\n'))
        return -EINVAL;
    if (v > UINT32_MAX)
        return -ERANGE;
    ref->task->proc->coredump_filter = v & CORE_ALL;
    return len;
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

/* Namespaces: one of each kind, with Linux' numbers of the first. */
static int64_t link_ns(const struct proc_ref *ref, char *buf, size_t size)
{
    return snprintf(buf, size, "ns:[4026531836]");
}

/* ---- mem ---- */

/* Reading always looks through protections; writing does where the kernel around the design still lets it. */
static bool may_force(const struct mm *mm, bool write)
{
    return !write || !(mm_design(mm)->rules & RULE_MEM_NO_FORCE);
}

static int64_t mem_rw(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos, bool write)
{
    struct proc_ref ref;
    int64_t n;

    if (!proc_ref_of(t, f->inode, &ref) || !ref.task->mm)
        return 0;
    n = mm_access_remote(ref.task->mm, *pos, buf, len, write, may_force(ref.task->mm, write));
    if (n > 0)
        *pos += n;
    return n;
}

static int64_t mem_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    return mem_rw(t, f, buf, len, pos, false);
}

static int64_t mem_write(struct task *t, struct file *f, const void *buf, uint64_t len, uint64_t *pos)
{
    return mem_rw(t, f, (void *)buf, len, pos, true);
}

int64_t proc_mem_lseek(struct file *f, int64_t off, int whence)
{
    if (whence == SEEK_CUR)
        off += f->pos;
    else if (whence != SEEK_SET)
        return -EINVAL;
    return f->pos = off;
}

static const struct file_ops mem_ops = {.read = mem_read, .write = mem_write, .lseek = proc_mem_lseek};

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

static const char ksm_stat[] =
    "ksm_rmap_items 0\nksm_zero_pages 0\nksm_merging_pages 0\nksm_process_profit 0\n"
    "ksm_merge_any: no\nksm_mergeable: no";

static const struct proc_row ns_rows[] = {
    {"cgroup", S_IFLNK | 0777, .link = link_ns}, {"ipc", S_IFLNK | 0777, .link = link_ns},
    {"mnt", S_IFLNK | 0777, .link = link_ns},    {"net", S_IFLNK | 0777, .link = link_ns},
    {"pid", S_IFLNK | 0777, .link = link_ns},    {"user", S_IFLNK | 0777, .link = link_ns},
    {"uts", S_IFLNK | 0777, .link = link_ns},    {NULL},
};

/* Both for a process and for each of its threads. */
#define PID_ROWS                                                                                             \
    FILE_P(auxv, show_auxv), FILE_R(cgroup, show_cgroup),                                                    \
        {"clear_refs", S_IFREG | 0200, .write = write_clear_refs}, FILE_R(cmdline, show_cmdline),            \
        {"comm", S_IFREG | 0644, .show = show_comm, .write = write_comm},                                    \
        {"coredump_filter", S_IFREG | 0644, .show = show_coredump_filter, .write = write_coredump_filter},   \
        TEXT("cpuset", "/"),                                                                                 \
        {"cwd", S_IFLNK | 0777, .link = link_cwd, .follow = follow_cwd, .ptrace = true},                     \
        FILE_P(environ, show_environ),                                                                       \
        {"exe", S_IFLNK | 0777, .link = link_exe, .follow = follow_exe, .ptrace = true},                     \
        {"fd", S_IFDIR | 0500, .dir = PROC_FDS}, {"fdinfo", S_IFDIR | 0555, .dir = PROC_FDINFOS},            \
        FILE_R(gid_map, show_id_map), FILE_P(io, show_io),                                                   \
        {"ksm_merging_pages", S_IFREG | 0400, .text = "0"}, {"ksm_stat", S_IFREG | 0400, .text = ksm_stat},  \
        FILE_R(limits, proc_show_limits), FILE_R(loginuid, show_loginuid),                                   \
        {"map_files", S_IFDIR | 0500, .dir = PROC_MAP_FILES}, {"maps",                                       \
                                                               S_IFREG | 0444,                               \
                                                               .show = show_maps,                            \
                                                               .records = PROC_LINES,                        \
                                                               .ioctl = proc_maps_ioctl,                     \
                                                               .of_memory = true},                           \
        {"mem", S_IFREG | 0600, .fops = &mem_ops, .ptrace = true},                                           \
        FILE_SEQ(mountinfo, proc_show_mountinfo, PROC_LINES),                                                \
        FILE_SEQ(mounts, proc_show_mounts, PROC_LINES),                                                      \
        {"net", S_IFDIR | 0555, .dir = PROC_ROWS, .rows = proc_net_rows},                                    \
        {"ns", S_IFDIR | 0511, .dir = PROC_ROWS, .rows = ns_rows},                                           \
        FILE_MEM(numa_maps, show_numa_maps, PROC_LINES), FILE_R(oom_adj, proc_show_oom_adj),                 \
        FILE_R(oom_score, show_oom_score),                                                                   \
        {"oom_score_adj", S_IFREG | 0644, .show = show_oom_score_adj, .write = write_oom_score_adj},         \
        {"pagemap", S_IFREG | 0400, .fops = &proc_pagemap_ops, .ptrace = true},                              \
        FILE_P(personality, show_personality), TEXT_W("projid_map", "         0          0 4294967295"),     \
        {"root", S_IFLNK | 0777, .link = link_root, .follow = follow_root, .ptrace = true},                  \
        FILE_R(schedstat, show_sched), FILE_R(sessionid, show_loginuid), TEXT_W("setgroups", "allow"),       \
        FILE_MEM(smaps, show_smaps, PROC_AREAS), FILE_MEM(smaps_rollup, show_smaps_rollup, PROC_WHOLE),      \
        FILE_R(stat, proc_show_stat), FILE_R(statm, proc_show_statm), FILE_R(status, proc_show_status),      \
        FILE_P(syscall, proc_show_syscall), FILE_R(timers, proc_show_timers),                                \
        {"timerslack_ns", S_IFREG | 0666, .show = proc_show_timerslack, .write = proc_write_timerslack},     \
        FILE_R(uid_map, show_id_map), FILE_R(wchan, show_wchan)

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
