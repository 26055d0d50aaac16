/*
 * mount.c - which file systems make up the guest's tree, and its life.
 *
 *      /          the host's --root, read-only (or not, --writable)
 *      /proc /sys ours: what Linux would say about this machine, the same in each run
 *      /dev       ours: null zero full random urandom tty ptmx fd stdin stdout stderr, shm/ and pts/
 *      /tmp       private and in memory, unless --writable or --rw /tmp
 *      DIR        each --rw DIR: the host's, writable
 *
 * The working directory, when it lies below the private /tmp, is shown there read-only.
 */
#include "fs_calls.h"
#include "nsfs.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* Of pipes, sockets, ...: netstat takes numbers of one digit for no sockets. */
#define FIRST_ANON_INO 1000

int vfs_mount(struct vfs *v, struct dentry *at, struct dentry *root)
{
    if (at->mounted || root->covers)
        return -EBUSY;
    d_pin(at);
    at->mounted = dentry_get(root);
    root->covers = at;
    return 0;
}

bool mount_path(const struct super *sb, const struct dentry *root, char *path, size_t size)
{
    bool unreachable;

    if (!sb->root || (!sb->root->covers && sb->root != sb->k->vfs->root))
        return false;
    return d_path(sb->root, root, path, size, &unreachable) >= 0 && !unreachable;
}

const char *super_type_name(const struct super *sb)
{
    return sb->type == FS_HOST ? "ext4" : sb->name;
}

/* The dentry of a guest path during set-up, directories made up as mount points where the file systems have
 * none; mode: type of the last component. Borrowed; NULL: out of memory or a file in the way. */
static struct dentry *mount_point(struct vfs *v, const char *path, unsigned mode)
{
    struct dentry *d = v->root;

    for (;;) {
        size_t len;

        while (d->mounted)
            d = d->mounted;
        while (*path == '/')
            path++;
        if (!*path)
            return d;
        len = strchrnul(path, '/') - path;
        if (!is_dir(d->inode) || len > NAME_LEN_MAX || d->sb->type == FS_PROC || d->sb->type == FS_SYS)
            return NULL;

        struct dentry *next = d_find(v, d, path, len);
        if (!next) {
            bool last = !path[len + strspn(path + len, "/")];

            next = dentry_alloc(d->sb, d, path, len);
            if (!next)
                return NULL;
            if (d->sb->type != FS_HOST || d->inode->ops->lookup(NULL, d, next) || !next->inode)
                next->inode = tmpfs_inode(v->sb[FS_TMP], (last ? mode : S_IFDIR) | 0755, 0);
            if (!next->inode) {
                dentry_put(next);
                return NULL;
            }
            if (is_dir(next->inode) && !next->inode->alias)
                next->inode->alias = next;
            d_hash(next);
            d_pin(next);
            dentry_put(next);
        }
        d = next;
        path += len;
    }
}

int path_mount_point(struct vfs *v, const char *path, struct dentry **out)
{
    *out = mount_point(v, path, S_IFDIR);
    return *out ? 0 : -ENOTDIR;
}

static int mount_at(struct vfs *v, const char *path, struct dentry *root)
{
    struct dentry *at;

    if (!root)
        return -ENOMEM;
    at = mount_point(v, path, root->inode->mode & S_IFMT);
    if (!at)
        return -ENOTDIR;
    return vfs_mount(v, at, root);
}

/* Guest path of a host path, or NULL when it lies outside of the root. */
static const char *guest_path(const struct vfs *v, const char *host)
{
    const char *root = v->root->sb->host;
    size_t n = strlen(root);

    if (strncmp(host, root, n) || (host[n] && host[n] != '/'))
        return NULL;
    return host[n] ? host + n : "/";
}

static int mount_host(struct vfs *v, const char *dir, bool ro)
{
    char real[PATH_MAX];
    const char *at;
    struct super *sb;
    int err;

    if (!realpath(dir, real))
        return -errno;
    at = guest_path(v, real);
    if (!at)
        return -EXDEV;
    if (!strcmp(at, "/")) {
        if (!ro)
            v->root->sb->ro = false;
        return 0;
    }
    sb = hostfs_create(v, real, ro);
    if (!sb)
        return -ENOMEM;
    err = hostfs_root(sb);
    return err ? err : mount_at(v, at, sb->root);
}

int vfs_expose(struct kernel *k, const char *host_path)
{
    struct vfs *v = k->vfs;
    struct fs_struct fs = {.refs = 1, .root = v->root, .cwd = v->root};
    struct task t = SETUP_TASK(k, &fs);
    char real[PATH_MAX];
    const char *at;
    struct dentry *d;

    if (!realpath(host_path, real))
        return -errno;
    at = guest_path(v, real);
    if (!at)
        return -EXDEV;
    if (!path_lookup(&t, AT_FDCWD, at, LOOKUP_FOLLOW, &d)) {
        dentry_put(d); /* it is seen already */
        return 0;
    }
    return mount_host(v, real, true);
}

/* File systems that are mounted nowhere. */
static const struct {
    const char *name;
    uint64_t magic;
    unsigned minor;
} internal[NR_FS_TYPES] = {
    [FS_PIPE] = {"pipefs", 0x50495045, 15},
    [FS_SOCK] = {"sockfs", 0x534f434b, 8},
    [FS_ANON] = {"anon_inodefs", 0x09041934, 16},
    [FS_HUGETLB] = {"hugetlbfs", MM_HUGETLB_MAGIC, MM_HUGETLB_DEV},
    [FS_NS] = {"nsfs", 0x6e736673, 4},
};

static int mount_all(struct vfs *v)
{
    const struct kernel_config *c = &v->k->cfg;
    char cwd[PATH_MAX], real[PATH_MAX];
    struct super *sb;
    bool tmp_is_host = c->writable;
    int err;

    v->next_anon_ino = FIRST_ANON_INO;
    for (int i = FS_PIPE; i < NR_FS_TYPES; i++)
        if (!super_create(v, i, internal[i].name, internal[i].magic, makedev(0, internal[i].minor)))
            return -ENOMEM;
    if (!realpath(c->root ? c->root : "/", real))
        return -errno;
    sb = hostfs_create(v, real, !c->writable);
    if (!sb)
        return -ENOMEM;
    struct dentry *tmp = tmpfs_mount_root(v, "tmpfs", 01777, makedev(0, 40));
    if (!tmp)
        return -ENOMEM;
    err = hostfs_root(sb);
    if (err)
        return err;
    v->root = sb->root;
    err = procfs_mount(v);
    if (!err)
        err = sysfs_mount(v);
    if (!err)
        err = devfs_mount(v);
    if (err)
        return err;
    for (const char *const *rw = c->rw; rw && *rw; rw++)
        if (realpath(*rw, real) && guest_path(v, real) &&
            (!strcmp(guest_path(v, real), "/tmp") || !strcmp(guest_path(v, real), "/")))
            tmp_is_host = true;
    if (!tmp_is_host && (err = mount_at(v, "/tmp", tmp)))
        return err;
    for (const char *const *rw = c->rw; rw && *rw; rw++) {
        err = mount_host(v, *rw, false);
        if (err && err != -EBUSY)
            return err;
    }
    if (!tmp_is_host && getcwd(cwd, sizeof(cwd)))
        vfs_expose(v->k, cwd);
    return 0;
}

int vfs_init(struct kernel *k)
{
    struct vfs *v = calloc(1, sizeof(*v));
    struct rlimit lim;
    int err;

    if (!v)
        return -ENOMEM;
    k->vfs = v;
    v->k = k;
    v->tty_fd = -1;
    v->max_files = 65536;
    list_init(&v->streams);
    list_init(&v->ptys);
    list_init(&v->locks);
    list_init(&v->sockets);
    list_init(&v->net_names);
    /* Guests' open files need descriptors of ours. */
    if (!getrlimit(RLIMIT_NOFILE, &lim) && lim.rlim_cur < lim.rlim_max) {
        lim.rlim_cur = lim.rlim_max;
        setrlimit(RLIMIT_NOFILE, &lim);
    }
    err = mount_all(v);
    if (err)
        vfs_destroy(k);
    return err;
}

static void drop_tree(struct dentry *d)
{
    /* Deepest first, without recursion: children hold their parents. */
    struct dentry *top = d;

    while (d) {
        struct dentry *child = NULL, *up;

        list_for_each (p, &d->children) {
            struct dentry *c = container_of(p, struct dentry, sibling);

            if (c->pinned) {
                child = c;
                break;
            }
        }
        if (child) {
            d = child;
            continue;
        }
        up = d == top ? NULL : d->parent;
        if (d->mounted) {
            d->mounted->covers = NULL;
            dentry_put(d->mounted);
            d->mounted = NULL;
        }
        if (d != top)
            d_drop(d);
        d = up;
    }
}

void vfs_destroy(struct kernel *k)
{
    struct vfs *v = k->vfs;

    if (!v)
        return;
    dentry_put(v->tty);
    ns_release_all(v);
    free(v->host_tty);
    for (struct super *sb = v->supers; sb; sb = sb->next)
        if (sb->root)
            drop_tree(sb->root);
    for (struct super *sb = v->supers; sb; sb = sb->next)
        dentry_put(sb->root);
    for (struct super *sb = v->supers, *next; sb; sb = next) {
        next = sb->next;
        free(sb->host);
        free(sb);
    }
    hostfs_stamps_free(v);
    if (v->tty_fd >= 0)
        close(v->tty_fd);
    free(v);
    k->vfs = NULL;
}

/* ---- struct fs_struct ---- */

struct fs_struct *fs_create(struct kernel *k)
{
    struct fs_struct *fs = calloc(1, sizeof(*fs));
    struct vfs *v = k->vfs;
    char cwd[PATH_MAX];
    const char *guest;

    if (!fs)
        return NULL;
    fs->refs = 1;
    fs->umask = umask(022);
    umask(fs->umask);
    fs->root = dentry_get(v->root);
    fs->cwd = dentry_get(v->root);
    if (getcwd(cwd, sizeof(cwd)) && (guest = guest_path(v, cwd))) {
        /* A walk needs a task; one with only this fs is enough. */
        struct task t = SETUP_TASK(k, fs);
        struct dentry *d;

        if (!path_lookup(&t, AT_FDCWD, guest, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &d)) {
            dentry_put(fs->cwd);
            fs->cwd = d;
        }
    }
    return fs;
}

struct fs_struct *fs_get(struct fs_struct *fs)
{
    fs->refs++;
    return fs;
}

struct fs_struct *fs_clone(struct fs_struct *fs)
{
    struct fs_struct *n = malloc(sizeof(*n));

    if (n)
        *n = (struct fs_struct){1, fs->umask, dentry_get(fs->root), dentry_get(fs->cwd)};
    return n;
}

void fs_put(struct fs_struct *fs)
{
    if (!fs || --fs->refs)
        return;
    dentry_put(fs->root);
    dentry_put(fs->cwd);
    free(fs);
}
