/*
 * hostfs.c - files of the host, seen through the guest's own path walk.
 *
 * Each name is asked of the host anew (one lstat), so changes made by others show; inodes are shared by (dev,
 * ino), and with them the page cache of a file. Writes go to the host at once and into the pages that are
 * cached, hence the host's file is always what read(2) must return, except while it is mapped shared and
 * writable.
 */
#include "vfs.h"
#include "xattr.h"

#include <dirent.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct inode_ops hostfs_ops, hostfs_link_ops;
static const struct file_ops hostfs_file_ops;

bool hostfs_path(const struct dentry *d, char *buf, size_t size)
{
    size_t host = strlen(d->sb->host), at = size;

    buf[--at] = 0;
    for (; d->parent; d = d->parent) {
        if (at < d->name_len + 1u + host)
            return false;
        at -= d->name_len;
        memcpy(buf + at, d->name, d->name_len);
        buf[--at] = '/';
    }
    if (at == size - 1 && !host)
        buf[--at] = '/';
    if (at < host)
        return false;
    memcpy(buf + at - host, d->sb->host, host);
    at -= host;
    memmove(buf, buf + at, size - at);
    return true;
}

/* ---- inodes ---- */

static struct inode **ihash_slot(struct super *sb, uint64_t dev, uint64_t ino)
{
    struct inode **p = &sb->k->vfs->ihash[(ino ^ dev * 31) & ((1u << IHASH_BITS) - 1)];

    while (*p && ((*p)->host.ino != ino || (*p)->dev != dev || (*p)->sb != sb))
        p = &(*p)->hash_next;
    return p;
}

static void refresh(struct inode *inode, const struct stat *st)
{
    uint64_t mtime = ns_of(st->st_mtim), size = st->st_size;

    inode->mode = st->st_mode;
    inode->uid = st->st_uid;
    inode->gid = st->st_gid;
    inode->nlink = st->st_nlink;
    inode->rdev = st->st_rdev;
    inode->atime = ns_of(st->st_atim);
    inode->mtime = mtime;
    inode->ctime = ns_of(st->st_ctim);
    if (S_ISREG(inode->mode) && inode->obj && (size != inode->host.size || mtime != inode->host.mtime)) {
        /* Somebody else changed it: what is cached is read again. */
        if (size < inode->obj->size)
            vm_object_truncate(inode->obj, size);
        inode->obj->size = size;
        vm_object_punch(inode->obj, 0, MM_PAGE_ALIGN(size));
    }
    inode->host.size = size;
    inode->host.mtime = mtime;
}

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

static struct inode *inode_of_stat(struct super *sb, const struct stat *st)
{
    struct inode **slot = ihash_slot(sb, st->st_dev, st->st_ino), *inode = *slot;

    if (inode && (inode->mode & S_IFMT) == (st->st_mode & S_IFMT)) {
        refresh(inode, st);
        return inode_get(inode);
    }
    if (inode) /* the number was given to another file */
        *slot = inode->hash_next;
    inode = inode_alloc(sb, st->st_mode);
    if (!inode)
        return NULL;
    inode->dev = st->st_dev;
    inode->host.ino = st->st_ino;
    inode->ino = hostfs_shown_ino(sb->k->vfs, st->st_dev, st->st_ino);
    inode->host.fd = inode->host.wfd = -1;
    inode->ops = S_ISLNK(st->st_mode) ? &hostfs_link_ops : &hostfs_ops;
    inode->fops = &hostfs_file_ops;
    slot = ihash_slot(sb, st->st_dev, st->st_ino);
    inode->hash_next = *slot;
    *slot = inode;
    refresh(inode, st);
    return inode;
}

static void hostfs_evict(struct inode *inode)
{
    for (struct inode **p =
             &inode->sb->k->vfs->ihash[(inode->host.ino ^ inode->dev * 31) & ((1u << IHASH_BITS) - 1)];
         *p; p = &(*p)->hash_next)
        if (*p == inode) {
            *p = inode->hash_next;
            break;
        }
    if (!inode->nlink)
        hostfs_forget_stamp(inode);
    fifo_evict(inode);
    if (inode->obj) {
        vm_object_sync(inode->obj, 0, UINT64_MAX);
        inode->obj->priv = NULL;
    }
    if (inode->host.fd >= 0)
        close(inode->host.fd);
    if (inode->host.wfd >= 0)
        close(inode->host.wfd);
}

struct super *hostfs_create(struct vfs *v, const char *host, bool ro)
{
    struct super *sb = super_create(v, FS_HOST, "host", 0xef53, 0);

    if (!sb || !(sb->host = strdup(strcmp(host, "/") ? host : "")))
        return NULL;
    sb->ro = ro;
    sb->max_inodes = 1u << 20;
    return sb;
}

/* Makes sb->root. 0 or negative errno. */
int hostfs_root(struct super *sb)
{
    struct dentry *root;
    struct stat st;

    if (stat(*sb->host ? sb->host : "/", &st))
        return -errno;
    if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
        return -ENOTDIR;
    sb->dev = st.st_dev;
    root = dentry_alloc(sb, NULL, "", 0);
    if (!root)
        return -ENOMEM;
    root->inode = inode_of_stat(sb, &st);
    if (!root->inode) {
        dentry_put(root);
        return -ENOMEM;
    }
    if (S_ISDIR(st.st_mode))
        root->inode->alias = root;
    sb->root = root;
    return 0;
}

/* The inode of a descriptor that the emulator was started with; dups it. NULL: no memory or no regular file.
 */
struct inode *hostfs_inode_of_fd(struct super *sb, int fd)
{
    struct inode *inode;
    struct stat st;
    int mode = fcntl(fd, F_GETFL) & O_ACCMODE;

    if (fstat(fd, &st) || !S_ISREG(st.st_mode) || !(inode = inode_of_stat(sb, &st)))
        return NULL;
    if (mode != O_WRONLY && inode->host.fd < 0)
        inode->host.fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (mode != O_RDONLY && inode->host.wfd < 0)
        inode->host.wfd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    return inode;
}

/* ---- directories ---- */

static int hostfs_lookup(struct task *t, struct dentry *dir, struct dentry *child)
{
    char path[PATH_MAX + NAME_LEN_MAX];
    struct stat st;

    if (!hostfs_path(child, path, sizeof(path)))
        return -ENAMETOOLONG;
    if (lstat(path, &st))
        return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
    child->inode = inode_of_stat(dir->sb, &st);
    return child->inode ? 0 : -ENOMEM;
}

static int hostfs_list(struct task *t, struct dentry *dir, struct dirlist *out)
{
    char path[PATH_MAX + NAME_LEN_MAX];
    struct dirent *e;
    DIR *dp;
    int err = 0;

    if (!hostfs_path(dir, path, sizeof(path)))
        return -ENAMETOOLONG;
    dp = opendir(path);
    if (!dp)
        return -errno;
    while (!err && (e = readdir(dp)))
        if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
            err = dirlist_add(out, e->d_name, strlen(e->d_name),
                             hostfs_shown_ino(t->k->vfs, dir->inode->dev, e->d_ino), DTTOIF(e->d_type));
    closedir(dp);
    return err;
}

static int hostfs_create_node(struct task *t, struct dentry *child, unsigned mode, uint64_t rdev,
                              const char *target)
{
    char path[PATH_MAX + NAME_LEN_MAX];
    int fd, err = 0;

    if (!hostfs_path(child, path, sizeof(path)))
        return -ENAMETOOLONG;
    switch (mode & S_IFMT) {
    case S_IFREG:
        fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0)
            return -errno;
        fchmod(fd, mode & 07777);
        close(fd);
        break;
    case S_IFDIR:
        err = mkdir(path, 0700) || chmod(path, mode & 07777);
        break;
    case S_IFLNK:
        err = symlink(target, path);
        break;
    case S_IFIFO:
    case S_IFSOCK:
        err = mknod(path, (mode & S_IFMT) | 0600, 0) || chmod(path, mode & 07777);
        break;
    default:
        return -EPERM;
    }
    if (err)
        return -errno;
    err = hostfs_lookup(t, child->parent, child);
    if (!err && !child->inode)
        err = -ENOENT;
    if (!err) {
        if (is_dir(child->inode))
            child->inode->alias = child;
        d_hash(child);
        hostfs_stamp_dentry(child, STAMP_NEW);
        hostfs_stamp_dentry(child->parent, STAMP_DATA);
    }
    return err;
}

static void hostfs_gone(struct dentry *child)
{
    child->deleted = true;
    if (child->inode->nlink)
        child->inode->nlink--;
    d_drop(child);
}

static int hostfs_unlink(struct task *t, struct dentry *child)
{
    char path[PATH_MAX + NAME_LEN_MAX];
    struct stat st;
    int fd, err = 0;

    if (!hostfs_path(child, path, sizeof(path)))
        return -ENAMETOOLONG;
    fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC); /* under its other names it has a new ctime */
    if (unlink(path))
        err = -errno;
    else if (fd >= 0 && !fstat(fd, &st))
        hostfs_stamp(child->inode, &st, STAMP_META, NULL);
    if (fd >= 0)
        close(fd);
    if (err)
        return err;
    hostfs_gone(child);
    hostfs_stamp_dentry(child->parent, STAMP_DATA);
    return 0;
}

static int hostfs_rmdir(struct task *t, struct dentry *child)
{
    char path[PATH_MAX + NAME_LEN_MAX];

    if (!hostfs_path(child, path, sizeof(path)))
        return -ENAMETOOLONG;
    if (rmdir(path))
        return -errno;
    hostfs_gone(child);
    hostfs_stamp_dentry(child->parent, STAMP_DATA);
    return 0;
}

static int hostfs_link(struct task *t, struct dentry *old, struct dentry *child)
{
    char from[PATH_MAX + NAME_LEN_MAX], to[PATH_MAX + NAME_LEN_MAX];
    int err;

    if (!hostfs_path(old, from, sizeof(from)) || !hostfs_path(child, to, sizeof(to)))
        return -ENAMETOOLONG;
    if (linkat(AT_FDCWD, from, AT_FDCWD, to, 0))
        return -errno;
    err = hostfs_lookup(t, child->parent, child);
    if (!err && child->inode) {
        d_hash(child);
        hostfs_stamp_dentry(child, STAMP_META);
        hostfs_stamp_dentry(child->parent, STAMP_DATA);
    }
    return err;
}

static int hostfs_rename(struct task *t, struct dentry *old, struct dentry *child, unsigned flags)
{
    char from[PATH_MAX + NAME_LEN_MAX], to[PATH_MAX + NAME_LEN_MAX];

    if (!hostfs_path(old, from, sizeof(from)) || !hostfs_path(child, to, sizeof(to)))
        return -ENAMETOOLONG;
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, flags))
        return -errno;
    if (child->inode && !(flags & RENAME_EXCHANGE))
        hostfs_gone(child);
    /* Both still have their old names here. */
    hostfs_stamp_path(old->inode, to, STAMP_META);
    if (flags & RENAME_EXCHANGE)
        hostfs_stamp_path(child->inode, from, STAMP_META);
    hostfs_stamp_dentry(old->parent, STAMP_DATA);
    hostfs_stamp_dentry(child->parent, STAMP_DATA);
    return 0;
}

static int64_t hostfs_readlink(struct task *t, struct dentry *d, char *buf, size_t size)
{
    char path[PATH_MAX + NAME_LEN_MAX];
    ssize_t n;

    if (!hostfs_path(d, path, sizeof(path)))
        return -ENAMETOOLONG;
    n = readlink(path, buf, size);
    return n < 0 ? -errno : n;
}

/* ---- attributes ---- */

static int hostfs_getattr(struct inode *inode, struct dentry *d, struct statx *stx)
{
    char path[PATH_MAX + NAME_LEN_MAX];
    int fd = inode->host.fd >= 0 ? inode->host.fd : inode->host.wfd, err;

    if (fd >= 0)
        err = statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, (void *)stx);
    else if (!d || d->deleted || !hostfs_path(d, path, sizeof(path)))
        err = -1;
    else
        err = statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, (void *)stx);
    if (err) {
        generic_getattr(inode, stx); /* gone from the host meanwhile: as last seen */
        stx->stx_size = inode->host.size;
    }
    hostfs_show_stamp(inode, stx);
    return 0;
}

/* The virtual now is the host's now there. */
static struct timespec host_time(const struct iattr *a, unsigned which, uint64_t ns, uint64_t now)
{
    struct timespec ts = {0, UTIME_OMIT};

    if (a->valid & which) {
        ts.tv_sec = ns / 1000000000;
        ts.tv_nsec = ns == now ? UTIME_NOW : (long)(ns % 1000000000);
    }
    return ts;
}

static int hostfs_setattr(struct task *t, struct inode *inode, struct dentry *d, const struct iattr *a)
{
    char path[PATH_MAX + NAME_LEN_MAX];
    struct stat st;

    if (!d || !hostfs_path(d, path, sizeof(path)))
        return -ENAMETOOLONG;
    if (a->valid & ATTR_SIZE) {
        if (inode->host.wfd >= 0 ? ftruncate(inode->host.wfd, a->size) : truncate(path, a->size))
            return -errno;
        if (inode->obj)
            vm_object_truncate(inode->obj, a->size);
        inode->host.size = a->size;
    }
    if ((a->valid & ATTR_MODE) &&
        (inode->host.wfd >= 0 ? fchmod(inode->host.wfd, a->mode & 07777) : chmod(path, a->mode & 07777)))
        return -errno;
    if ((a->valid & (ATTR_UID | ATTR_GID)) &&
        lchown(path, a->valid & ATTR_UID ? a->uid : (uid_t)-1, a->valid & ATTR_GID ? a->gid : (gid_t)-1))
        return -errno;
    if (a->valid & (ATTR_ATIME | ATTR_MTIME)) {
        uint64_t now = vfs_now(t->k);
        struct timespec ts[2] = {host_time(a, ATTR_ATIME, a->atime, now),
                                 host_time(a, ATTR_MTIME, a->mtime, now)};

        if (inode->host.wfd >= 0 ? futimens(inode->host.wfd, ts)
                                 : utimensat(AT_FDCWD, path, ts, AT_SYMLINK_NOFOLLOW))
            return -errno;
    }
    if (inode->host.wfd >= 0 ? !fstat(inode->host.wfd, &st) : !lstat(path, &st)) {
        inode->host.size = st.st_size;
        inode->host.mtime = ns_of(st.st_mtim);
        refresh(inode, &st);
        hostfs_stamp(inode, &st, a->valid & ATTR_SIZE ? STAMP_DATA : STAMP_META, a);
    }
    return 0;
}

/* ---- regular files ---- */

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

static int hostfs_object(struct inode *inode, struct vm_object **out)
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

static uint64_t hostfs_size(struct inode *inode)
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

static int hostfs_open(struct task *t, struct dentry *d, struct file *f)
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

static const struct file_ops hostfs_file_ops = {
    .read = hostfs_read,
    .write = hostfs_write,
    .readv = hostfs_readv,
    .writev = hostfs_writev,
    .lseek = hostfs_lseek,
    .fsync = hostfs_fsync,
};

static const struct inode_ops hostfs_ops = {
    .lookup = hostfs_lookup,
    .list = hostfs_list,
    .create = hostfs_create_node,
    .unlink = hostfs_unlink,
    .rmdir = hostfs_rmdir,
    .link = hostfs_link,
    .rename = hostfs_rename,
    .open = hostfs_open,
    .getattr = hostfs_getattr,
    .setattr = hostfs_setattr,
    .object = hostfs_object,
    .size = hostfs_size,
    .evict = hostfs_evict,
    .xattr = &host_xattrs,
};

static const struct inode_ops hostfs_link_ops = {
    .readlink = hostfs_readlink,
    .getattr = hostfs_getattr,
    .setattr = hostfs_setattr,
    .evict = hostfs_evict,
    .xattr = &host_xattrs,
};
