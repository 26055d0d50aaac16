/*
 * file.c - struct file: making, releasing, naming open file descriptions; regular files over a vm_object.
 */
#include "fasync.h"
#include "fs_calls.h"
#include "lease.h"
#include "notify.h"
#include "stream.h"

#include <stdlib.h>

/* What O_PATH gives: a place, and nothing of what is there. */
static int64_t opath_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    return -EBADF;
}
static const struct file_ops opath_file_ops = {.read = opath_read};

static void file_release(struct mm_file *mf)
{
    struct file *f = file_of(mf);

    if (f->ops && f->ops != &opath_file_ops)
        notify_dentry(f->dentry, mf->writable ? IN_CLOSE_WRITE : IN_CLOSE_NOWRITE);
    if (f->inode) {
        locks_release_file(f);
        lease_release_file(f);
    }
    if (f->counted)
        (*(mf->writable ? &f->inode->writers : &f->inode->readers))--;
    if (f->watchers)
        epoll_forget(f);
    fasync_forget(f);
    if (f->ops && f->ops->release)
        f->ops->release(f);
    if (mf->obj)
        vm_object_put(mf->obj);
    inode_put(f->inode);
    dentry_put(f->dentry);
    f->k->vfs->nr_files--;
    free(f);
}

static size_t file_mm_path(const struct mm_file *mf, char *buf, size_t size)
{
    return vfs_path((const struct file *)mf, buf, size);
}

struct file *file_of_mapping(const struct mm_file *mf)
{
    return mf && mf->path == file_mm_path ? (struct file *)mf : NULL;
}

struct file *file_alloc(struct kernel *k, const struct file_ops *ops, unsigned flags)
{
    struct file *f;

    if (k->vfs->nr_files >= k->vfs->max_files || !(f = calloc(1, sizeof(*f))))
        return NULL;
    k->vfs->nr_files++;
    f->k = k;
    f->ops = ops;
    f->flags = flags;
    f->mf.refs = 1;
    f->mf.readable = (flags & O_ACCMODE) == O_RDONLY || (flags & O_ACCMODE) == O_RDWR;
    f->mf.writable = (flags & O_ACCMODE) == O_WRONLY || (flags & O_ACCMODE) == O_RDWR;
    f->mf.path = file_mm_path;
    f->mf.release = file_release;
    return f;
}

struct file *file_get(struct file *f)
{
    f->mf.refs++;
    return f;
}

void file_put(struct file *f)
{
    if (f)
        mm_file_put(&f->mf);
}

/* Linux' dev_t in mm's form: major << 20 | minor. */
static uint64_t mm_dev(uint64_t dev)
{
    return (uint64_t)major(dev) << 20 | minor(dev);
}

static void file_set_dentry(struct file *f, struct dentry *d)
{
    f->dentry = dentry_get(d);
    f->inode = inode_get(d->inode);
    f->mf.dev = mm_dev(d->inode->dev);
    f->mf.ino = d->inode->ino;
    f->mf.noexec = d->sb->noexec;
}

/* What an open means for what d is; regular files are their file system's. */
static int64_t open_by_type(struct task *t, struct dentry *d, struct file *f, unsigned flags)
{
    struct inode *inode = d->inode;

    if (d->host_fd)
        return stream_reopen(t, d, f, flags);
    switch (inode->mode & S_IFMT) {
    case S_IFDIR:
        f->ops = &dir_file_ops;
        return 0;
    case S_IFIFO:
        if (d->sb->type == FS_PIPE && !inode->fifo)
            return -ENXIO; /* a pipe of the host that was closed */
        f->ops = &fifo_file_ops;
        d_pin(d); /* the pipe behind it must outlive an open that waits */
        return fifo_open(t, inode, f);
    case S_IFCHR:
        return chrdev_open(t, f, flags);
    case S_IFBLK:
    case S_IFSOCK:
        return -ENXIO;
    }
    return 0;
}

int64_t file_open_dentry(struct task *t, struct dentry *d, unsigned flags, struct file **out)
{
    struct inode *inode = d->inode;
    struct file *f;
    int64_t err = 0;

    f = file_alloc(t->k, inode->fops, flags & ~(unsigned)(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC));
    if (!f)
        return -ENFILE;
    file_set_dentry(f, d);
    if (flags & O_PATH) {
        f->ops = &opath_file_ops;
        f->mf.readable = f->mf.writable = false;
        *out = f;
        return 0;
    }
    err = lease_break(t, inode, f->mf.writable, flags & O_NONBLOCK);
    if (!err)
        err = open_by_type(t, d, f, flags);
    if (!err && !d->host_fd && inode->ops->open)
        err = inode->ops->open(t, d, f);
    if (!err && !f->ops) /* no_open(): eventfd and its like have no second open */
        err = -ENXIO;
    if (!err && S_ISREG(inode->mode) && !f->mf.obj && inode->ops->object && !d->host_fd) {
        struct vm_object *obj;

        err = inode->ops->object(inode, &obj);
        if (!err)
            f->mf.obj = vm_object_get(obj);
    }
    if (err) {
        f->ops = NULL; /* nothing to release */
        file_put(f);
        return err;
    }
    if (S_ISREG(inode->mode) && (f->mf.readable || f->mf.writable)) {
        f->counted = true;
        (*(f->mf.writable ? &inode->writers : &inode->readers))++;
    }
    *out = f;
    return 0;
}

/* ---- anonymous files ---- */

/* setattr_copy(): what a->valid names, but for the size. */
void inode_copy_attr(struct inode *inode, const struct iattr *a)
{
    if (a->valid & ATTR_MODE)
        inode->mode = (inode->mode & S_IFMT) | (a->mode & 07777);
    if (a->valid & ATTR_UID)
        inode->uid = a->uid;
    if (a->valid & ATTR_GID)
        inode->gid = a->gid;
    if (a->valid & ATTR_ATIME)
        inode->atime = a->atime;
    if (a->valid & ATTR_MTIME)
        inode->mtime = a->mtime;
    inode->ctime = vfs_now(inode->sb->k);
}

/* Pipes and sockets have an inode each. */
int simple_setattr(struct task *t, struct inode *inode, struct dentry *d, const struct iattr *a)
{
    inode_copy_attr(inode, a);
    return 0;
}

/* Other anonymous files have one between them all (anon_inode_setattr() of fs/anon_inodes.c). */
static int shared_setattr(struct task *t, struct inode *inode, struct dentry *d, const struct iattr *a)
{
    return -EOPNOTSUPP;
}

struct inode *anon_inode(struct kernel *k, enum fs_type type, unsigned mode)
{
    static const struct inode_ops alone = {.setattr = simple_setattr}, shared = {.setattr = shared_setattr};
    struct inode *inode = inode_alloc(k->vfs->sb[type], mode);

    if (!inode)
        return NULL;
    inode->ops = type == FS_ANON ? &shared : &alone;
    inode->ino = ++k->vfs->next_anon_ino;
    return inode;
}

struct file *anon_file(struct kernel *k, const char *name, const struct file_ops *ops, void *priv,
                       unsigned flags)
{
    struct super *sb = k->vfs->sb[FS_ANON];
    struct inode *inode = anon_inode(k, FS_ANON, 0600);
    char text[64];
    struct dentry *d = NULL;
    struct file *f = NULL;

    if (inode) {
        inode->nlink = 1;
        int n = snprintf(text, sizeof(text), "anon_inode:%s", name);
        d = dentry_alloc(sb, NULL, text, n);
    }
    if (d) {
        d->inode = inode_get(inode);
        f = file_alloc(k, ops, flags);
    }
    if (f) {
        file_set_dentry(f, d);
        f->priv = priv;
    }
    inode_put(inode);
    dentry_put(d);
    return f;
}

struct file *file_on_inode(struct kernel *k, struct inode *inode, const char *name,
                           const struct file_ops *ops, unsigned flags)
{
    struct dentry *d = dentry_alloc(inode->sb, NULL, name, strlen(name));
    struct file *f = d ? file_alloc(k, ops, flags) : NULL;

    if (f) {
        d->inode = inode_get(inode);
        file_set_dentry(f, d);
    }
    dentry_put(d);
    return f;
}

/* A memfd: an inode of a kernel-internal tmpfs or hugetlbfs, named as in maps, "/memfd:NAME (deleted)". */
struct file *vfs_memfd(struct task *t, const char *name, struct vm_object *obj, unsigned flags)
{
    bool huge = obj->kind == OBJ_HUGETLB;
    struct super *sb = t->k->vfs->sb[huge ? FS_HUGETLB : FS_TMP];
    struct inode *inode = inode_alloc(sb, S_IFREG | 0777);
    char text[NAME_LEN_MAX + 32];
    struct file *f;

    if (!inode)
        return NULL;
    inode->ops = &tmpfs_file_ops;
    inode->fops = &regular_file_ops;
    inode->nlink = 0;
    if (!huge)
        inode->dev = makedev(0, 1); /* not that of /tmp */
    inode->ino = t->k->sys.next_anon_ino++;
    inode->obj = vm_object_get(obj);
    snprintf(text, sizeof(text), "memfd:%s", name);
    f = file_on_inode(t->k, inode, text, &regular_file_ops, (flags & ~(unsigned)O_CLOEXEC) | O_LARGEFILE_X86);
    if (f) {
        f->dentry->deleted = true;
        f->mf.obj = vm_object_get(obj);
    }
    inode_put(inode);
    return f;
}

/* ---- names ---- */

size_t vfs_path_from(const struct dentry *d, const struct dentry *root, char *buf, size_t size)
{
    static const char gone[] = " (deleted)";
    bool unreachable;
    int64_t n;

    if (!size)
        return 0;
    if (!d->parent && !d->covers && d->name_len) { /* pipe:[7], anon_inode:..., /memfd:x */
        n = snprintf(buf, size, "%s%s%s", d->deleted || d->outside ? "/" : "", d->name,
                     d->deleted ? gone : "");
        return (size_t)n < size ? (size_t)n : size - 1;
    }
    n = d_path(d, root, buf, size, &unreachable);
    if (n < 0) {
        *buf = 0;
        return 0;
    }
    if (d->deleted && n + sizeof(gone) <= size) {
        memcpy(buf + n, gone, sizeof(gone));
        n += sizeof(gone) - 1;
    }
    return n;
}

size_t vfs_path(const struct file *f, char *buf, size_t size)
{
    if (!f->dentry) {
        if (size)
            *buf = 0;
        return 0;
    }
    return vfs_path_from(f->dentry, NULL, buf, size);
}

/* ---- regular files: the bytes are a vm_object ---- */

uint64_t inode_size(struct inode *inode)
{
    if (inode->ops->size)
        return inode->ops->size(inode);
    return inode->obj ? inode->obj->size : 0;
}

int inode_object(struct inode *inode, struct vm_object **out)
{
    return inode->ops->object ? inode->ops->object(inode, out) : -ENODEV;
}

void file_accessed(struct file *f)
{
    /* relatime, as Linux mounts by default; a read-only file system keeps its times. */
    struct inode *inode = f->inode;
    uint64_t now;

    if (!inode || inode->sb->ro || inode->sb->type == FS_HOST || (f->flags & O_NOATIME))
        return;
    now = vfs_now(f->k);
    if (inode->atime <= inode->mtime || inode->atime <= inode->ctime ||
        now - inode->atime > 86400000000000ull)
        inode->atime = now;
}

int64_t generic_lseek(struct file *f, int64_t off, int whence, uint64_t size)
{
    int64_t pos;

    switch (whence) {
    case SEEK_SET:
        pos = off;
        break;
    case SEEK_CUR:
        if (__builtin_add_overflow((int64_t)f->pos, off, &pos))
            return -EOVERFLOW;
        break;
    case SEEK_END:
        if (__builtin_add_overflow((int64_t)size, off, &pos))
            return -EOVERFLOW;
        break;
    case SEEK_DATA:
        if ((uint64_t)off >= size)
            return -ENXIO;
        pos = off;
        break;
    case SEEK_HOLE:
        if ((uint64_t)off >= size)
            return -ENXIO;
        pos = size;
        break;
    default:
        return -EINVAL;
    }
    if (pos < 0)
        return -EINVAL;
    f->pos = pos;
    return pos;
}

static int64_t regular_lseek(struct file *f, int64_t off, int whence)
{
    uint64_t size = inode_size(f->inode);

    if ((whence == SEEK_DATA || whence == SEEK_HOLE) && f->mf.obj && f->inode->sb->type == FS_TMP) {
        int64_t pos = off < 0 ? -ENXIO : vm_object_seek(f->mf.obj, off, whence == SEEK_HOLE);

        if (pos >= 0)
            f->pos = pos;
        return pos;
    }
    return generic_lseek(f, off, whence, size);
}

static int64_t regular_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    int64_t n = vm_object_read(f->mf.obj, *pos, buf, len);

    if (n > 0)
        *pos += n;
    return n;
}

static int64_t regular_write(struct task *t, struct file *f, const void *buf, uint64_t len, uint64_t *pos)
{
    struct inode *inode = f->inode;
    struct vm_object *obj = f->mf.obj;
    int64_t n;

    /* A tmpfs may take half of memory, as Linux' default size= says. */
    if (obj->nr_pages + len / MM_PAGE_SIZE > t->k->sys.phys.nframes / 2)
        return -ENOSPC;
    n = vm_object_write(obj, *pos, buf, len);
    if (n == -ENOMEM)
        n = -ENOSPC;
    if (n > 0)
        *pos += n;
    inode->mtime = inode->ctime = vfs_now(t->k);
    return n;
}

static int64_t regular_fsync(struct file *f)
{
    return f->mf.obj ? vm_object_sync(f->mf.obj, 0, UINT64_MAX) : 0;
}

const struct file_ops regular_file_ops = {
    .read = regular_read,
    .write = regular_write,
    .lseek = regular_lseek,
    .fsync = regular_fsync,
};

int64_t file_pread(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t off)
{
    uint64_t done = 0;

    if (!f->ops || !f->ops->read || file_is_stream(f))
        return -EINVAL;
    while (done < len) {
        uint64_t pos = off + done;
        int64_t n = f->ops->read(t, f, (char *)buf + done, len - done, &pos);

        if (n < 0)
            return done ? (int64_t)done : n;
        if (!n)
            break;
        done += n;
    }
    return done;
}

int64_t noop_lseek(struct file *f, int64_t off, int whence)
{
    return f->pos;
}

bool file_is_stream(const struct file *f)
{
    return !f->ops || !f->ops->lseek || f->ops->lseek == noop_lseek;
}
