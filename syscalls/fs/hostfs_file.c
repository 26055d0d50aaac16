/*
 * hostfs_file.c - the bytes of the host's regular files.
 *
 * Writes go to the host at once and into the pages that are cached, hence the host's file is always what
 * read(2) must return, except while it is mapped shared and writable.
 */
#include "hostfs.h"

#include <sys/uio.h>
#include <unistd.h>

/* After our own change: remember what the host says now without dropping the cache. */
static void refresh_own(struct inode *inode)
{
    struct stat st;

    if (inode->host.wfd >= 0 && !fstat(inode->host.wfd, &st)) {
        inode->host.size = st.st_size;
        inode->host.mtime = ns_of(st.st_mtim);
        hostfs_stamp(inode, &st, STAMP_DATA, NULL);
    }
}

static int hostfs_read_page(struct vm_object *obj, uint64_t index, void *page)
{
    struct inode *inode = obj->priv;
    uint64_t done = 0;

    if (!inode || inode->host.fd < 0)
        return -EIO;
    while (done < MM_PAGE_SIZE) {
        ssize_t n =
            pread(inode->host.fd, (char *)page + done, MM_PAGE_SIZE - done, (index << MM_PAGE_SHIFT) + done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        done += n;
    }
    memset((char *)page + done, 0, MM_PAGE_SIZE - done);
    return 0;
}

static int hostfs_write_back(struct vm_object *obj, uint64_t offset, const void *data, uint64_t len)
{
    struct inode *inode = obj->priv;

    if (!inode || inode->host.wfd < 0)
        return -EIO;
    if (offset >= obj->size)
        return 0;
    if (len > obj->size - offset)
        len = obj->size - offset;
    while (len) {
        ssize_t n = pwrite(inode->host.wfd, data, len, offset);

        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0) {
            data = (const char *)data + n;
            offset += n;
            len -= n;
        }
    }
    refresh_own(inode);
    return 0;
}

static const struct vm_object_ops hostfs_object_ops = {
    .read_page = hostfs_read_page,
    .write_back = hostfs_write_back,
};

int hostfs_object(struct inode *inode, struct vm_object **out)
{
    struct stat st;

    if (!inode->obj) {
        if (inode->host.fd < 0)
            return -ENODEV;
        if (fstat(inode->host.fd, &st))
            return -errno;
        inode->obj = vm_object_create(&inode->sb->k->sys, OBJ_FILE, st.st_size, &hostfs_object_ops, inode);
        if (!inode->obj)
            return -ENOMEM;
        inode->host.size = st.st_size;
        inode->host.mtime = ns_of(st.st_mtim);
    }
    *out = inode->obj;
    return 0;
}

uint64_t hostfs_size(struct inode *inode)
{
    struct stat st;

    if (S_ISREG(inode->mode) && inode->host.fd >= 0 && !fstat(inode->host.fd, &st))
        return st.st_size;
    if (S_ISREG(inode->mode) && inode->host.wfd >= 0 && !fstat(inode->host.wfd, &st))
        return st.st_size;
    return inode->host.size;
}

/* A host descriptor of d, which must still be the file the walk found. */
static int open_host(struct dentry *d, int flags)
{
    char path[PATH_MAX + NAME_LEN_MAX];
    struct stat st;
    int fd;

    if (!hostfs_path(d, path, sizeof(path)))
        return -ENAMETOOLONG;
    fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) || st.st_dev != d->inode->dev || st.st_ino != d->inode->host.ino) {
        close(fd);
        return -ENOENT;
    }
    return fd;
}

int hostfs_open(struct task *t, struct dentry *d, struct file *f)
{
    struct inode *inode = d->inode;

    if (!S_ISREG(inode->mode))
        return 0;
    if (inode->host.fd < 0) {
        inode->host.fd = open_host(d, O_RDONLY);
        if (inode->host.fd < 0 && f->mf.readable) {
            int err = inode->host.fd;

            inode->host.fd = -1;
            return err;
        }
        if (inode->host.fd < 0)
            inode->host.fd = -1;
    }
    if (f->mf.writable && inode->host.wfd < 0) {
        inode->host.wfd = open_host(d, O_WRONLY);
        if (inode->host.wfd < 0) {
            int err = inode->host.wfd;

            inode->host.wfd = -1;
            return err;
        }
    }
    if (inode->host.fd < 0) /* may only be written: no pages to map */
        return 0;
    return hostfs_object(inode, &(struct vm_object *){NULL});
}

static int64_t hostfs_readv(struct task *t, struct file *f, const struct iovec *iov, int n, uint64_t *pos)
{
    struct inode *inode = f->inode;
    ssize_t got;

    if (inode->obj && inode->obj->writable_maps) {
        int64_t done = 0;

        for (int i = 0; i < n; i++) {
            int64_t part = vm_object_read(inode->obj, *pos, iov[i].iov_base, iov[i].iov_len);

            if (part < 0)
                return done ? done : part;
            *pos += part;
            done += part;
            if ((uint64_t)part < iov[i].iov_len)
                break;
        }
        return done;
    }
    do {
        got = preadv(inode->host.fd, iov, n, *pos);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return -errno;
    *pos += got;
    return got;
}

static int64_t hostfs_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    struct iovec iov = {buf, len};

    return hostfs_readv(t, f, &iov, 1, pos);
}

/* Pages that are cached take what the host's file just got. */
static void update_cache(struct kernel *k, struct vm_object *obj, uint64_t off, const char *data,
                         uint64_t len)
{
    while (len && obj->nr_pages) {
        uint64_t in = off & (MM_PAGE_SIZE - 1), part = MM_PAGE_SIZE - in < len ? MM_PAGE_SIZE - in : len;
        int err;
        pfn_t pfn = vm_object_page(obj, off >> MM_PAGE_SHIFT, false, &err);

        if (pfn != PFN_NONE) {
            memcpy((char *)frame_ptr(&k->sys.phys, pfn) + in, data, part);
            frame_written(&k->sys.phys, pfn);
        }
        off += part;
        data += part;
        len -= part;
    }
}

static int64_t hostfs_writev(struct task *t, struct file *f, const struct iovec *iov, int n, uint64_t *pos)
{
    struct inode *inode = f->inode;
    ssize_t put;

    do {
        put = pwritev(inode->host.wfd, iov, n, *pos);
    } while (put < 0 && errno == EINTR);
    if (put < 0)
        return -errno;
    if (inode->obj) {
        uint64_t off = *pos, left = put;

        if (off + put > inode->obj->size)
            inode->obj->size = off + put;
        for (int i = 0; i < n && left; i++) {
            uint64_t part = iov[i].iov_len < left ? iov[i].iov_len : left;

            update_cache(t->k, inode->obj, off, iov[i].iov_base, part);
            off += part;
            left -= part;
        }
    }
    *pos += put;
    refresh_own(inode);
    return put;
}

static int64_t hostfs_write(struct task *t, struct file *f, const void *buf, uint64_t len, uint64_t *pos)
{
    struct iovec iov = {(void *)buf, len};

    return hostfs_writev(t, f, &iov, 1, pos);
}

static int64_t hostfs_lseek(struct file *f, int64_t off, int whence)
{
    return generic_lseek(f, off, whence, inode_size(f->inode));
}

static int64_t hostfs_fsync(struct file *f)
{
    int err = f->mf.obj ? vm_object_sync(f->mf.obj, 0, UINT64_MAX) : 0;

    if (!err && f->inode->host.wfd >= 0 && fsync(f->inode->host.wfd))
        err = -errno;
    return err;
}

const struct file_ops hostfs_file_ops = {
    .read = hostfs_read,
    .write = hostfs_write,
    .readv = hostfs_readv,
    .writev = hostfs_writev,
    .lseek = hostfs_lseek,
    .fsync = hostfs_fsync,
};
