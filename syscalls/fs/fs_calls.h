/*
 * fs_calls.h - helpers that the file system calls share; handlers themselves are declared through
 * syscalls.def.
 */
#ifndef SYSCALLS_FS_CALLS_H
#define SYSCALLS_FS_CALLS_H

#include "vfs.h"

/* ---- fdtable.c ---- */
/* Takes over the reference on f, dropping it on failure; flags: O_CLOEXEC. fd or negative errno. */
int fd_install_new(struct task *t, struct file *f, unsigned flags);
/* Two at once, whose numbers go to the guest's int[2] at ufds: 0, or negative errno and neither is open. */
int fd_install_pair(struct task *t, struct file *const f[2], unsigned flags, uint64_t ufds);
/* As dup2(2): fd stands for f from now on, whatever it was; takes over the reference on f. fd, -EBADF (beyond RLIMIT_NOFILE) or
 * -EMFILE. */
int fd_install_at(struct task *t, struct file *f, unsigned fd, bool cloexec);
bool fd_get_cloexec(struct task *t, int fd);
void fd_set_cloexec(struct task *t, int fd, bool on);
/* For /proc/PID/fd: lowest open descriptor >= from, or -1. */
int fd_next(struct files *fs, int from);
struct file *files_lookup(struct files *fs, int fd);
bool files_cloexec(struct files *fs, int fd);
int files_capacity(struct files *fs);

/* ---- locks.c ---- */
/* close(2) of one descriptor: drops the POSIX locks of this descriptor table. */
int file_flush(struct file *f, struct files *owner);
void locks_free(struct inode *inode);    /* of an inode that goes */
void locks_release_file(struct file *f); /* last close: flock and OFD locks */
int64_t fcntl_lock(struct task *t, struct file *f, unsigned cmd, uint64_t arg);

/* ---- poll.c ---- */
/* POLL* bits of any file; wait: put t on its queues too. */
unsigned file_poll(struct task *t, struct file *f, bool wait);
/* For a file's poll: look again at this time (virtual ns). */
void poll_wake_at(struct task *t, uint64_t ns);
/* The deadline of a relative timeout, the same over retries (restart_data[3]). 0: none, 1: over at once. */
uint64_t poll_deadline(struct task *t, bool given, uint64_t ns);
/* Nothing is ready: 0 if the time is over, SYS_BLOCK, or -EINTR. */
int64_t poll_wait(struct task *t, uint64_t deadline, const char *what);
/* The signal mask of ppoll & co (restart_data[2]); end with the call's result. */
int poll_mask_begin(struct task *t, uint64_t uset, uint64_t size);
void poll_mask_end(struct task *t, int64_t ret);

/* ---- epoll.c ---- */
void epoll_forget(struct file *f); /* its last descriptor is closed */

/* ---- eventfd.c ---- */
bool file_is_eventfd(const struct file *f);
void eventfd_signal(struct file *f); /* adds 1; a counter that is full stays so */

/* ---- rw.c ---- */
/* The file behind a descriptor that is to be read or written: EBADF, then EINVAL for what can't be at all. */
int64_t rw_file(struct task *t, int fd, bool writing, struct file **out);
/* What preadv2 and pwritev2 do once they know file and vector: at NULL is the file's position, rwf RWF_*. */
int64_t file_rwv(struct task *t, struct file *f, struct iovec *iov, int n, uint64_t total, const uint64_t *at,
                 unsigned rwf, bool writing);

/* ---- rw_stream.c ---- */
/* len bytes to a vector: how many there was memory for. */
uint64_t iov_scatter(struct task *t, const struct iovec *iov, int n, const char *buf, uint64_t len);
int64_t rw_stream_read(struct task *t, struct file *f, const struct iovec *iov, int n, uint64_t total);
int64_t rw_stream_write(struct task *t, struct file *f, const struct iovec *iov, int n, uint64_t total);
/*
 * f is about to be read, len bytes into a vector: how many it may be so that what is taken is what Linux takes where the
 * vector's memory ends early. -EFAULT: nothing is. In either case that memory has what would have come.
 */
int64_t rw_stream_cut(struct task *t, struct file *f, const struct iovec *iov, int n, uint64_t len);

/* ---- copy.c ---- */
/* vfs_clone_file_range(): -EOPNOTSUPP at best, as on ext4 and tmpfs, which cannot share blocks; else why it could not be either. */
int64_t file_clone(const struct file *in, const struct file *out);
/* splice(2) and tee(2) of files that are there; iat and oat: where in them, moved on, NULL: their position or a pipe. */
int64_t file_splice(struct task *t, struct file *in, uint64_t *iat, struct file *out, uint64_t *oat,
                    uint64_t len, unsigned flags);
int64_t file_tee(struct task *t, struct file *in, struct file *out, uint64_t len, unsigned flags);

/* ---- user buffers ---- */
#define IOV_MAX_ 1024
/* import_iovec: n iovec structures at uaddr, total cut at MAX_RW_COUNT. Length or negative errno; *out is
 * malloced unless n fits in fast[8]. */
int64_t iov_import(struct task *t, uint64_t uaddr, uint64_t n, struct iovec fast[8], struct iovec **out);
static inline bool access_ok(uint64_t addr, uint64_t len)
{
    return len <= MM_TASK_SIZE && addr <= MM_TASK_SIZE - len;
}
#endif
