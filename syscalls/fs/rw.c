/*
 * rw.c - read, write and their relatives (fs/read_write.c).
 *
 * Files with a position move bytes straight between the file and the frames behind the guest's buffer, page
 * by page. Streams (pipes, sockets, terminals) are another matter: rw_stream.c.
 */
#include "../handlers.h"
#include "fs_calls.h"
#include "notify.h"

#include <linux/capability.h>
#include <mseal-emu/uffd.h>
#include <signal.h>
#include <stdlib.h>

#define RLIMIT_FSIZE_ 1
#define VEC_PAGES     64

/* ---- user iovecs ---- */

int64_t iov_import(struct task *t, uint64_t uaddr, uint64_t n, struct iovec fast[8], struct iovec **out)
{
    uint64_t total = 0;
    struct iovec *v = fast;

    *out = NULL;
    if (n > IOV_MAX_)
        return -EINVAL;
    if (n > 8 && !(v = malloc(n * sizeof(*v))))
        return -ENOMEM;
    if (mm_copy_in(t->mm, v, uaddr, n * sizeof(*v))) {
        if (v != fast)
            free(v);
        return -EFAULT;
    }
    for (uint64_t i = 0; i < n; i++) {
        int64_t err = (int64_t)v[i].iov_len < 0                            ? -EINVAL
                      : !access_ok((uintptr_t)v[i].iov_base, v[i].iov_len) ? -EFAULT
                                                                           : 0;

        if (err) {
            if (v != fast)
                free(v);
            return err;
        }
        if (v[i].iov_len > MAX_RW_COUNT - total)
            v[i].iov_len = MAX_RW_COUNT - total;
        total += v[i].iov_len;
    }
    *out = v;
    return total;
}

/* ---- files with a position ---- */

static void frames_written(struct task *t, const struct iovec *v, int n, uint64_t bytes)
{
    struct physmem *pm = &t->k->sys.phys;

    for (int i = 0; i < n && bytes; i++) {
        uint64_t len = v[i].iov_len < bytes ? v[i].iov_len : bytes;
        uint64_t first = ((uint8_t *)v[i].iov_base - pm->base) >> MM_PAGE_SHIFT;
        uint64_t last = ((uint8_t *)v[i].iov_base + len - 1 - pm->base) >> MM_PAGE_SHIFT;

        for (; first <= last; first++)
            frame_written(pm, first);
        bytes -= len;
    }
}

/* Host views of up to VEC_PAGES pages of [addr, addr+len); neighbouring frames join. Pieces; *bytes: what
 * they cover. */
static int gather(struct task *t, uint64_t addr, uint64_t len, unsigned access, struct iovec v[VEC_PAGES],
                  uint64_t *bytes)
{
    int n = 0;

    *bytes = 0;
    for (int pages = 0; pages < VEC_PAGES && *bytes < len; pages++) {
        uint64_t part = len - *bytes;
        void *p = mm_user_ptr(t->mm, addr + *bytes, &part, access);

        if (!p)
            break;
        if (n && (char *)v[n - 1].iov_base + v[n - 1].iov_len == p)
            v[n - 1].iov_len += part;
        else
            v[n++] = (struct iovec){p, part};
        *bytes += part;
    }
    return n;
}

static int64_t move_vec(struct task *t, struct file *f, const struct iovec *v, int n, uint64_t *pos,
                        bool writing)
{
    int64_t done = 0;

    if (writing && f->ops->writev)
        return f->ops->writev(t, f, v, n, pos);
    if (!writing && f->ops->readv)
        return f->ops->readv(t, f, v, n, pos);
    for (int i = 0; i < n; i++) {
        int64_t part = writing ? f->ops->write(t, f, v[i].iov_base, v[i].iov_len, pos)
                               : f->ops->read(t, f, v[i].iov_base, v[i].iov_len, pos);

        if (part < 0)
            return done ? done : part;
        done += part;
        if ((uint64_t)part < v[i].iov_len)
            break;
    }
    return done;
}

/* What a transfer ends with whose buffer is no memory: where a read would have brought nothing, or an error, it ends with that. */
static int64_t no_buffer(struct task *t, struct file *f, uint64_t addr, uint64_t pos, bool writing)
{
    int64_t got = 1;
    char byte;

    if (!writing && access_ok(addr, 1) && !mm_uffd_met(t->mm))
        got = f->ops->read(t, f, &byte, 1, &pos);
    return got > 0 ? -EFAULT : got;
}

static int64_t rw_positioned(struct task *t, struct file *f, uint64_t addr, uint64_t len, uint64_t *pos,
                             bool writing)
{
    int64_t done = 0;

    if (!writing && f->inode && S_ISREG(f->inode->mode) && f->inode->ops->object) {
        uint64_t size = inode_size(f->inode), left = *pos < size ? size - *pos : 0;

        if (len > left) /* pages past the end of file must not be touched */
            len = left;
        file_accessed(f);
    }
    if (writing && f->ops->blind)
        return f->ops->write(t, f, NULL, len, pos);
    if (!len && !f->ops->readv && !f->ops->writev && !f->mf.obj)
        return writing ? f->ops->write(t, f, "", 0, pos) : 0;
    while (len) {
        struct iovec v[VEC_PAGES];
        uint64_t bytes;
        int n = gather(t, addr, len, writing ? MM_READ : MM_WRITE, v, &bytes);
        int64_t part;

        if (!n)
            return done && !mm_uffd_met(t->mm)
                       ? done
                       : no_buffer(t, f, addr, *pos, writing); /* else it is all done again */
        part = move_vec(t, f, v, n, pos, writing);
        if (part < 0)
            return done ? done : part;
        if (!writing)
            frames_written(t, v, n, part);
        done += part;
        addr += part;
        len -= part;
        if ((uint64_t)part < bytes)
            break;
    }
    return done;
}

/* ---- the calls ---- */

/* RLIMIT_FSIZE and the largest offset: how many bytes may be written at pos. */
static int64_t write_checks(struct task *t, struct file *f, uint64_t pos, uint64_t len)
{
    uint64_t limit = t->proc->rlim[RLIMIT_FSIZE_].cur;

    if (!f->inode || !S_ISREG(f->inode->mode) || !len)
        return len;
    if (limit != UINT64_MAX) {
        if (pos >= limit) {
            struct ksiginfo info = {.signo = SIGXFSZ};

            info.info.si_signo = SIGXFSZ;
            info.info.si_code = SI_KERNEL;
            send_signal_task(t, &info);
            return -EFBIG;
        }
        if (len > limit - pos)
            len = limit - pos;
    }
    if (pos > (uint64_t)INT64_MAX - len)
        return pos >= INT64_MAX ? -EFBIG : (int64_t)(INT64_MAX - pos);
    return len;
}

static int64_t move_iov(struct task *t, struct file *f, struct iovec *iov, int n, uint64_t total,
                        uint64_t *pos, bool writing, bool append)
{
    int64_t done = 0;

    if (file_is_stream(f))
        return writing ? rw_stream_write(t, f, iov, n, total) : rw_stream_read(t, f, iov, n, total);
    if ((int64_t)*pos < 0 || (int64_t)(*pos + total) < 0)
        return -EINVAL;
    if (writing && append && f->inode && S_ISREG(f->inode->mode))
        *pos = inode_size(f->inode);
    if (writing && f->inode && S_ISREG(f->inode->mode) && !f->inode->ops->object && !total)
        return rw_positioned(t, f, 0, 0, pos,
                             true); /* of /proc: who reads what is written has a word on nothing, too */
    if (writing && f->inode && S_ISREG(f->inode->mode)) {
        int64_t room = write_checks(t, f, *pos, total);

        if (room < 0)
            return room;
        if (room == 0)
            return 0;
        total = room;
        if (f->inode->mode & (S_ISUID | S_ISGID) && f->inode->sb->type == FS_TMP &&
            !task_capable(t, CAP_FSETID))
            f->inode->mode &= ~(S_ISUID | (f->inode->mode & S_IXGRP ? S_ISGID : 0));
    }
    for (int i = 0; i < n && total; i++) {
        uint64_t len = iov[i].iov_len < total ? iov[i].iov_len : total;
        int64_t part;

        if (!len)
            continue;
        part = rw_positioned(t, f, (uintptr_t)iov[i].iov_base, len, pos, writing);
        if (part < 0)
            return done && !mm_uffd_met(t->mm) ? done : part;
        done += part;
        total -= part;
        if ((uint64_t)part < len)
            break;
    }
    return done;
}

/* What is written once cannot be written again: its bytes are looked at before. False: a page is to be waited for. */
static bool all_there(struct task *t, const struct iovec *iov, int n)
{
    for (int i = 0; i < n; i++)
        if (!mm_uffd_all_there(t->mm, (uintptr_t)iov[i].iov_base, iov[i].iov_len))
            return false;
    return true;
}

static int64_t rw_iov(struct task *t, struct file *f, struct iovec *iov, int n, uint64_t total, uint64_t *pos,
                      bool writing, bool append)
{
    int64_t done = writing && !f->ops->blind && !all_there(t, iov, n)
                       ? -EFAULT
                       : move_iov(t, f, iov, n, total, pos, writing, append);

    if (done > 0)
        notify_dentry(f->dentry, writing ? IN_MODIFY : IN_ACCESS);
    return done;
}

int64_t rw_file(struct task *t, int fd, bool writing, struct file **out)
{
    struct file *f = fd_file(t, fd);

    if (!f || !(writing ? f->mf.writable : f->mf.readable))
        return -EBADF;
    if (writing ? !f->ops->write && !f->ops->writev : !f->ops->read && !f->ops->readv)
        return -EINVAL;
    *out = f;
    return 0;
}

/* vfs_read() and vfs_write(): one buffer. */
static int64_t rw_buffer(struct task *t, struct file *f, uint64_t buf, uint64_t len, uint64_t *pos,
                         bool writing)
{
    struct iovec iov = {(void *)(uintptr_t)buf, len < MAX_RW_COUNT ? len : MAX_RW_COUNT};

    if (!access_ok(buf, len))
        return -EFAULT;
    return rw_iov(t, f, &iov, 1, iov.iov_len, pos, writing, f->flags & O_APPEND);
}

static int64_t do_rw(struct task *t, const uint64_t a[6], bool writing)
{
    struct file *f;
    int64_t err = rw_file(t, (int)a[0], writing, &f);
    uint64_t pos;

    if (err)
        return err;
    pos = f->pos;
    file_get(f);
    err = rw_buffer(t, f, a[1], a[2], &pos, writing);
    if (err >= 0)
        f->pos = pos;
    file_put(f);
    return err;
}

static int64_t do_prw(struct task *t, const uint64_t a[6], bool writing)
{
    struct file *f = fd_file(t, (int)a[0]);
    uint64_t pos = a[3];
    int64_t err;

    if ((int64_t)pos < 0)
        return -EINVAL;
    if (!f)
        return -EBADF;
    if (file_is_stream(f))
        return -ESPIPE;
    err = rw_file(t, (int)a[0], writing, &f);
    return err ? err : rw_buffer(t, f, a[1], a[2], &pos, writing);
}

#define RWF_APPEND_    0x10
#define RWF_NOAPPEND_  0x20
#define RWF_NOWAIT_    0x8
#define RWF_DONTCACHE_ 0x80
#define RWF_NOSIGNAL_  0x100
#define RWF_KNOWN      0x1bfu /* HIPRI DSYNC SYNC NOWAIT APPEND NOAPPEND DONTCACHE NOSIGNAL */

int64_t file_rwv(struct task *t, struct file *f, struct iovec *iov, int n, uint64_t total, const uint64_t *at,
                 unsigned rwf, bool writing)
{
    bool append = ((f->flags & O_APPEND) && !(rwf & RWF_NOAPPEND_)) || (rwf & RWF_APPEND_);
    uint64_t pos = at ? *at : f->pos;
    unsigned flags = f->flags;
    int64_t done;

    if (rwf & ~RWF_KNOWN || (rwf & RWF_DONTCACHE_ && !(f->inode && f->inode->sb->type == FS_HOST)))
        return -EOPNOTSUPP;
    if ((rwf & (RWF_APPEND_ | RWF_NOAPPEND_)) == (RWF_APPEND_ | RWF_NOAPPEND_))
        return -EINVAL;
    file_get(f);
    f->flags |= rwf & RWF_NOWAIT_ ? O_NONBLOCK : 0; /* of this call */
    f->flags |= rwf & RWF_NOSIGNAL_ ? FILE_NOSIGPIPE : 0;
    done = total || file_is_stream(f) ? rw_iov(t, f, iov, n, total, &pos, writing, append) : 0;
    f->flags = flags;
    if (done >= 0 && !at)
        f->pos = pos;
    file_put(f);
    return done;
}

static int64_t do_rwv(struct task *t, int fd, uint64_t uiov, uint64_t n, const uint64_t *at, unsigned rwf,
                      bool writing)
{
    struct file *f;
    struct iovec fast[8], *iov;
    int64_t total, done;

    if (at && (int64_t)*at < 0)
        return -EINVAL;
    f = fd_file(t, fd);
    if (!f)
        return -EBADF;
    if (at && file_is_stream(f))
        return -ESPIPE;
    done = rw_file(t, fd, writing, &f);
    if (done)
        return done;
    total = iov_import(t, uiov, n, fast, &iov);
    if (total < 0)
        return total;
    done = file_rwv(t, f, iov, n, total, at, rwf, writing);
    if (iov != fast)
        free(iov);
    return done;
}

int64_t sys_read(struct task *t, const uint64_t a[6])
{
    return do_rw(t, a, false);
}

int64_t sys_write(struct task *t, const uint64_t a[6])
{
    return do_rw(t, a, true);
}

int64_t sys_pread64(struct task *t, const uint64_t a[6])
{
    return do_prw(t, a, false);
}

int64_t sys_pwrite64(struct task *t, const uint64_t a[6])
{
    return do_prw(t, a, true);
}

int64_t sys_readv(struct task *t, const uint64_t a[6])
{
    return do_rwv(t, (int)a[0], a[1], a[2], NULL, 0, false);
}

int64_t sys_writev(struct task *t, const uint64_t a[6])
{
    return do_rwv(t, (int)a[0], a[1], a[2], NULL, 0, true);
}

int64_t sys_preadv(struct task *t, const uint64_t a[6])
{
    return do_rwv(t, (int)a[0], a[1], a[2], &a[3], 0, false);
}

int64_t sys_pwritev(struct task *t, const uint64_t a[6])
{
    return do_rwv(t, (int)a[0], a[1], a[2], &a[3], 0, true);
}

int64_t sys_preadv2(struct task *t, const uint64_t a[6])
{
    return do_rwv(t, (int)a[0], a[1], a[2], a[3] == UINT64_MAX ? NULL : &a[3], a[5], false);
}

int64_t sys_pwritev2(struct task *t, const uint64_t a[6])
{
    return do_rwv(t, (int)a[0], a[1], a[2], a[3] == UINT64_MAX ? NULL : &a[3], a[5], true);
}

int64_t sys_lseek(struct task *t, const uint64_t a[6])
{
    struct file *f = fd_file(t, (int)a[0]);

    if (!f)
        return -EBADF;
    if ((unsigned)a[2] > SEEK_HOLE)
        return -EINVAL;
    if (!f->ops || !f->ops->lseek)
        return -ESPIPE;
    return f->ops->lseek(f, a[1], (int)a[2]);
}
