/*
 * file.h - open files, descriptors, inodes and paths: the VFS of the guest.
 *
 * An inode is one of ours (tmpfs, proc, dev, pipe ...) or stands for a file of the host; the guest never holds a host
 * descriptor. struct file is an open file description (what dup and fork share).
 */
#ifndef SYSCALLS_FILE_H
#define SYSCALLS_FILE_H

#include <sys/stat.h>

#include "kernel.h"

struct file;
struct inode;
struct dentry;
struct iovec;
struct list_head;
struct fasync;

struct file_ops {
    /* Buffers are host memory (guest frames or a bounce buffer); user copies happen in the handlers. Streams ignore pos. */
    int64_t (*read)(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos);
    int64_t (*write)(struct task *t, struct file *f, const void *buf, uint64_t len, uint64_t *pos);
    /* Optional: several pieces of guest memory at once, for files with a position. */
    int64_t (*readv)(struct task *t, struct file *f, const struct iovec *iov, int n, uint64_t *pos);
    int64_t (*writev)(struct task *t, struct file *f, const struct iovec *iov, int n, uint64_t *pos);
    int64_t (*lseek)(struct file *f, int64_t off, int whence); /* NULL: a stream without position */
    int64_t (*ioctl)(struct task *t, struct file *f, unsigned cmd, uint64_t arg);
    /* POLL* bits now true; when waitq sets are given, also the queues to wait on (via task_wait_add). */
    unsigned (*poll)(struct task *t, struct file *f, bool wait);
    /* counts what may make poll() differ: edge-triggered epoll. NULL: level only */
    uint64_t (*changes)(struct file *f);
    /* The list of those that fasync_tell() tells when f is ready, t asks for it; NULL: it always is. No such operation: f
     * cannot have O_ASYNC. */
    struct list_head *(*fasync)(struct task *t, struct file *f);
    int64_t (*fsync)(struct file *f);
    /* May addr be asked for (0: anywhere) to show what is at off? 0 or negative errno. NULL: where mm_file.obj is. */
    int (*may_mmap)(struct file *f, uint64_t addr, uint64_t off);
    void (*show_fdinfo)(struct file *f, FILE *out); /* more lines of /proc/PID/fdinfo */
    void (*release)(struct file *f);
    void (*flush)(struct file *f); /* kernel.current closed a descriptor of it */
    /*
     * Optional, of a stream: what a read of len bytes would bring now, in bytes; its first `room` go to buf. *whole: how many
     * are taken where memory ends after `room`.
     */
    uint64_t (*peek)(struct file *f, void *buf, uint64_t len, uint64_t room, uint64_t *whole);
    /* Optional, of a stream: how much a write of len bytes takes whose memory ends after `have`; len: it is not looked at. */
    uint64_t (*write_cut)(struct file *f, uint64_t len, uint64_t have);
    unsigned unit;    /* bytes that a stream moves all or none of where memory ends early; 0: any */
    bool blind;       /* a write does not look at the bytes */
    bool byte_stream; /* a write that was taken in part goes on with the rest (or waits) */
};

#define FILE_NOSIGPIPE (1u << 31) /* in flags, while a call lasts: EPIPE comes without the signal */

/* Who gets a signal when a file is ready. */
struct fown {
    int type, pid;      /* F_OWNER_TID, F_OWNER_PID or F_OWNER_PGRP; 0: nobody */
    unsigned uid, euid; /* of the task that named the owner */
    int signum;         /* F_SETSIG; 0: SIGIO, without siginfo */
};

struct file {
    struct mm_file mf; /* first: mm sees an open file as this; mf.refs is the reference count */
    const struct file_ops *ops;
    struct kernel *k;
    struct inode *inode;   /* may be NULL for anonymous files (eventfd ...) */
    struct dentry *dentry; /* path it was opened by; NULL: anonymous */
    unsigned flags;        /* O_* as F_GETFL shows them */
    uint64_t pos;
    void *priv; /* per kind */
    struct fown fown;
    struct fasync *async;     /* O_ASYNC: its place in the list of who is told */
    struct ep_item *watchers; /* epoll interest in this file */
    bool counted;             /* among the inode's writers or readers */
    bool created;             /* this open made the file (F_CREATED_QUERY) */
    unsigned refused;         /* LL_TRUNCATE, LL_IOCTL_DEV: not permitted as it was opened */
};

struct file *file_get(struct file *f);
void file_put(struct file *f);
static inline struct file *file_of(struct mm_file *mf)
{
    return (struct file *)mf;
}

/* ---- descriptors (fs/fdtable.c) ---- */
struct files *files_create(void);
struct files *files_get(struct files *fs);
struct files *files_clone(struct files *fs); /* fork without CLONE_FILES */
void files_put(struct files *fs);
void files_close_on_exec(struct files *fs);
/* Borrowed reference, valid while the descriptor stays open; NULL: EBADF. O_PATH files only with fd_file_raw(). */
struct file *fd_file(struct task *t, int fd);
struct file *fd_file_raw(struct task *t, int fd);
/* Lowest free descriptor >= from; takes over the caller's reference on f. fd, -EMFILE or -EINVAL. */
int fd_install(struct task *t, struct file *f, int from, bool cloexec);
int fd_close(struct task *t, int fd);

/* ---- for other layers ---- */
/* Open a guest path (relative to t's cwd) as open(2) would: *out gets a new reference. 0 or negative errno. */
int vfs_open(struct task *t, const char *path, unsigned flags, unsigned mode, struct file **out);
/* Remove a guest path (relative to t's cwd) as unlink(2) would. 0 or negative errno. */
int vfs_unlink(struct task *t, const char *path);
/* Executable for exec: checks type and x permission. */
int vfs_open_exec(struct task *t, const char *path, struct file **out);
/* The same relative to dfd, with execveat's AT_SYMLINK_NOFOLLOW (-ELOOP on a link) and AT_EMPTY_PATH. */
int vfs_open_exec_at(struct task *t, int dfd, const char *path, unsigned at_flags, struct file **out);
/* Absolute guest path of an open file, " (deleted)" added; length. */
size_t vfs_path(const struct file *f, char *buf, size_t size);
/* Where t stands, as getcwd(2) tells it: the length, or negative errno. */
int64_t vfs_cwd_path(struct task *t, char *buf, size_t size);
/* Read from an open file at an offset into host memory (the ELF loader). Bytes or negative errno. */
int64_t file_pread(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t off);

/* memfd_create(2): a file around obj (it takes its own reference); name as the guest gave it, flags O_*. NULL: no memory. */
struct file *vfs_memfd(struct task *t, const char *name, struct vm_object *obj, unsigned flags);
/* Some task waits for input from outside (stdin, a terminal): wait in real time until there is some or timeout_ns (-1: for
 * ever) has passed, and wake it. 1: woken, 0: time is up, -1: nobody waits for the outside. */
int vfs_wait_host(struct kernel *k, int64_t timeout_ns);
/* Show a directory or file of the host, read-only, where a private file system (/tmp) would hide it. 0 or negative errno. */
int vfs_expose(struct kernel *k, const char *host_path);

/* Is this a file of /proc or /sys that tells of the machine or a task, not of its areas (maps, smaps, mem)? */
bool vfs_tells_of_machine(const struct file *f);
/* Is this /dev/random or /dev/urandom? */
bool vfs_is_random(const struct file *f);

/* Machine life: mounts, stdin/stdout/stderr of the first task. */
int vfs_init(struct kernel *k);
void vfs_destroy(struct kernel *k);
int vfs_setup_files(struct task *t);
struct fs_struct *fs_create(struct kernel *k); /* root /, cwd = the host's cwd, umask of the host */
struct fs_struct *fs_get(struct fs_struct *fs);
struct fs_struct *fs_clone(struct fs_struct *fs);
void fs_put(struct fs_struct *fs);

#endif
