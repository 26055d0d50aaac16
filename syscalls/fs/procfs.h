/*
 * procfs.h - /proc inside: an entry is one row of a table; inodes are made from rows as they are looked up.
 */
#ifndef SYSCALLS_FS_PROCFS_H
#define SYSCALLS_FS_PROCFS_H

#include "vfs.h"

#include <stdio.h>

/* Which task and descriptor a row is about, and who reads it. */
struct proc_ref {
    struct task *reader;
    struct task *task; /* NULL in entries of the whole machine */
    int fd;            /* entries of fd/ and fdinfo/, else -1 */
    uint64_t addr;     /* entries of map_files/: where the mapping begins */
};

enum proc_dir { PROC_NODIR, PROC_ROWS, PROC_ROOT, PROC_TASKS, PROC_FDS, PROC_FDINFOS, PROC_MAP_FILES };
/* How far one read(2) goes: seq_file gives as many whole records as fit into a page. Most files are one record. */
enum proc_records { PROC_WHOLE, PROC_LINES, PROC_AREAS /* of smaps: begin with a line without a key */ };
struct proc_row {
    const char *name;
    unsigned mode;    /* with the type */
    const char *text; /* what a file (and a newline) or a symbolic link always says */
    int (*show)(const struct proc_ref *ref, FILE *out); /* text of a file: 0 or negative errno */
    int64_t (*write)(const struct proc_ref *ref, char *text,
                     size_t len); /* len or negative errno; text ends with 0 */
    int64_t (*link)(const struct proc_ref *ref, char *buf, size_t size); /* text of a symbolic link */
    int (*follow)(const struct proc_ref *ref, struct dentry **out);      /* where a magic link leads */
    enum proc_dir dir;
    const struct proc_row *rows; /* PROC_ROWS, and the fixed part of PROC_ROOT */
    const struct file_ops *fops; /* instead of show: mem, pagemap */
    /* of a file that show() makes; NULL: it knows no requests */
    int64_t (*ioctl)(struct task *t, const struct proc_ref *ref, unsigned cmd, uint64_t arg);
    enum proc_records records;
    bool of_memory; /* tells what the program did to its memory, nothing of the machine */
    bool ptrace;    /* needs ptrace_may_access() */
    bool sysctl;    /* a directory of /proc/sys */
    int limit;      /* for rows that share a function */
};

/* Rows of the machine's files: made at each look; that can be changed; that always say the same; that root could change on a real
 * machine (EIO here); that take what is written and stay. */
#define ROW(n, fn)                                                                                           \
    {                                                                                                        \
        n, S_IFREG | 0444, .show = fn                                                                        \
    }
#define ROW_W(n, fn, w)                                                                                      \
    {                                                                                                        \
        n, S_IFREG | 0644, .show = fn, .write = w                                                            \
    }
#define TEXT(n, s)                                                                                           \
    {                                                                                                        \
        n, S_IFREG | 0444, .text = s                                                                         \
    }
#define TEXT_W(n, s)                                                                                         \
    {                                                                                                        \
        n, S_IFREG | 0644, .text = s                                                                         \
    }
#define ACCEPT(n, s, w)                                                                                      \
    {                                                                                                        \
        n, S_IFREG | 0644, .text = s, .write = w                                                             \
    }
/* Directories: of /proc, /proc/sys and /sys. */
#define DIR_ROW(n, r)                                                                                        \
    {                                                                                                        \
        n, S_IFDIR | 0555, .dir = PROC_ROWS, .rows = r                                                       \
    }
#define SYSCTL_ROW(n, r)                                                                                     \
    {                                                                                                        \
        n, S_IFDIR | 0555, .dir = PROC_ROWS, .rows = r, .sysctl = true                                       \
    }
#define SYSFS_ROW(n, r)                                                                                      \
    {                                                                                                        \
        n, S_IFDIR | 0755, .dir = PROC_ROWS, .rows = r                                                       \
    }

extern const struct proc_row proc_root_rows[], sysctl_rows[], sysfs_rows[];
/* Asked for or not, there is no memory for huge pages, as on a machine whose memory is in pieces. */
int64_t proc_write_hugepages(const struct proc_ref *ref, char *text, size_t len);
extern const struct proc_row proc_fd_row, proc_fdinfo_row, proc_pid_row, proc_tid_row, proc_map_files_row;
extern const struct proc_row proc_net_rows[]; /* net/proc_net.c */

/* proc_status.c */
int proc_show_status(const struct proc_ref *ref, FILE *out);
int proc_show_stat(const struct proc_ref *ref, FILE *out);
int proc_show_statm(const struct proc_ref *ref, FILE *out);
int proc_show_limits(const struct proc_ref *ref, FILE *out);
int proc_show_mounts(const struct proc_ref *ref, FILE *out);
int proc_show_mountstats(const struct proc_ref *ref, FILE *out);
int proc_show_mountinfo(const struct proc_ref *ref, FILE *out);

/* proc_machine.c */
extern const struct proc_row proc_tty_rows[];
int proc_show_interrupts(const struct proc_ref *ref, FILE *out);
int proc_show_softirqs(const struct proc_ref *ref, FILE *out);
int proc_show_buddyinfo(const struct proc_ref *ref, FILE *out);

/* proc_sched.c */
int proc_show_sched(const struct proc_ref *ref, FILE *out);
int64_t proc_write_sched(const struct proc_ref *ref, char *text, size_t len);
int proc_show_schedstat(const struct proc_ref *ref, FILE *out);
int proc_show_autogroup(const struct proc_ref *ref, FILE *out);
int64_t proc_write_autogroup(const struct proc_ref *ref, char *text, size_t len);

/* proc_ns.c */
extern const struct proc_row proc_ns_rows[];
int proc_show_id_map(const struct proc_ref *ref, FILE *out);
int64_t proc_write_id_map(const struct proc_ref *ref, char *text, size_t len);
int proc_show_setgroups(const struct proc_ref *ref, FILE *out);
int proc_show_timens_offsets(const struct proc_ref *ref, FILE *out);
int64_t proc_write_timens_offsets(const struct proc_ref *ref, char *text, size_t len);

/* locks.c */
int proc_show_locks(const struct proc_ref *ref, FILE *out);

/* keys/proc_keys.c */
int proc_show_keys(const struct proc_ref *ref, FILE *out);
int proc_show_key_users(const struct proc_ref *ref, FILE *out);

/* proc_meminfo.c */
int proc_show_meminfo(const struct proc_ref *ref, FILE *out);
int proc_show_vmstat(const struct proc_ref *ref, FILE *out);
/* t's auxiliary vector: how many entries, its end among them; 0: t has no memory any more. */
unsigned proc_auxv(struct task *t, const uint64_t (**auxv)[2]);
int proc_show_ksm_stat(const struct proc_ref *ref, FILE *out);
/* lseek of mem and pagemap, which have no end. */
int64_t proc_mem_lseek(struct file *f, int64_t off, int whence);
extern const struct file_ops proc_pagemap_ops; /* proc_pagemap.c */
/* ioctl of maps, proc_mapquery.c: PROCMAP_QUERY. */
int64_t proc_maps_ioctl(struct task *t, const struct proc_ref *ref, unsigned cmd, uint64_t arg);
/* proc_mem.c */
int proc_show_maps(const struct proc_ref *ref, FILE *out);
int proc_show_smaps(const struct proc_ref *ref, FILE *out);
int proc_show_smaps_rollup(const struct proc_ref *ref, FILE *out);
int proc_show_numa_maps(const struct proc_ref *ref, FILE *out);
int proc_show_cmdline(const struct proc_ref *ref, FILE *out);
int proc_show_environ(const struct proc_ref *ref, FILE *out);
int proc_show_auxv(const struct proc_ref *ref, FILE *out);
int64_t proc_write_clear_refs(const struct proc_ref *ref, char *text, size_t len);
extern const struct file_ops proc_mem_ops;
/* proc_task.c */
int proc_show_comm(const struct proc_ref *ref, FILE *out);
int64_t proc_write_comm(const struct proc_ref *ref, char *text, size_t len);
int proc_show_oom_score_adj(const struct proc_ref *ref, FILE *out);
int64_t proc_write_oom_score_adj(const struct proc_ref *ref, char *text, size_t len);
int proc_show_coredump_filter(const struct proc_ref *ref, FILE *out);
int64_t proc_write_coredump_filter(const struct proc_ref *ref, char *text, size_t len);
int proc_show_syscall(const struct proc_ref *ref, FILE *out);
int proc_show_children(const struct proc_ref *ref, FILE *out);
int proc_show_timers(const struct proc_ref *ref, FILE *out);
int proc_show_timerslack(const struct proc_ref *ref, FILE *out);
int64_t proc_write_timerslack(const struct proc_ref *ref, char *text, size_t len);
int proc_show_oom_adj(const struct proc_ref *ref, FILE *out);
/* proc_map_files.c */
/* Where the mapping that an entry of about's map_files/ names begins. 0, -ENOENT, -EACCES. */
int proc_map_files_find(struct task *reader, struct task *about, const char *name, uint64_t *start);
unsigned proc_map_files_mode(const struct proc_ref *ref);
/* Calls add for each entry's name until it fails. 0 or negative errno. */
int proc_map_files_list(struct task *reader, struct task *about, int (*add)(void *ctx, const char *name),
                        void *ctx);
/* The row and reference of an open /proc file. false: its task is gone. */
bool proc_ref_of(struct task *reader, const struct inode *inode, struct proc_ref *ref);
/* A number in text, blanks around it. False: something else. (kstrtoint() after strstrip()) */
bool proc_parse_int(const char *text, int base, long *v);
/* Names in paths of /proc/mounts and maps: space, tab, newline, backslash as octal. */
void proc_escape(FILE *out, const char *s);

#endif
