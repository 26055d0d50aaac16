/*
 * hostfs.c - files of the host, seen through the guest's own path walk: names, inodes and attributes.
 *
 * Each name is asked of the host anew (one lstat), so changes made by others show; inodes are shared by (dev,
 * ino), and with them the page cache of a file.
 */
#include "hostfs.h"
#include "xattr.h"

#include <dirent.h>
#include <linux/fs.h>
#include <stdio.h>
#include <unistd.h>

static const struct inode_ops hostfs_ops, hostfs_link_ops;

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

static int hostfs_tmpfile(struct task *t, struct dentry *dir, unsigned mode, struct inode **out)
{
    char path[PATH_MAX + NAME_LEN_MAX];
    struct stat st;
    int fd, err = -ENOMEM;

    if (!hostfs_path(dir, path, sizeof(path)))
        return -ENAMETOOLONG;
    fd = open(path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EISDIR ? -EOPNOTSUPP : -errno;
    fchmod(fd, mode & 07777);
    *out = hostfs_inode_of_fd(dir->sb, fd);
    if (*out) {
        err = fstat(fd, &st) ? -errno : 0;
        if (!err)
            hostfs_stamp(*out, &st, STAMP_NEW, NULL);
        else
            inode_put(*out);
    }
    close(fd);
    return err;
}

/* A file of O_TMPFILE, or one that lost the name it was opened by, has no path, but is open. */
static int hostfs_link(struct task *t, struct dentry *old, struct dentry *child)
{
    char from[PATH_MAX + NAME_LEN_MAX], to[PATH_MAX + NAME_LEN_MAX];
    bool nameless = old->deleted && old->inode->host.fd >= 0;
    int err;

    if ((!nameless && !hostfs_path(old, from, sizeof(from))) || !hostfs_path(child, to, sizeof(to)))
        return -ENAMETOOLONG;
    if (nameless)
        snprintf(from, sizeof(from), "/proc/self/fd/%d", old->inode->host.fd);
    if (linkat(AT_FDCWD, from, AT_FDCWD, to, nameless ? AT_SYMLINK_FOLLOW : 0))
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

static const struct inode_ops hostfs_ops = {
    .lookup = hostfs_lookup,
    .list = hostfs_list,
    .create = hostfs_create_node,
    .unlink = hostfs_unlink,
    .rmdir = hostfs_rmdir,
    .link = hostfs_link,
    .rename = hostfs_rename,
    .tmpfile = hostfs_tmpfile,
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
