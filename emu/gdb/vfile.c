/*
 * vfile.c - the guest's files for gdb (vFile packets): programs and libraries it loads symbols from, /proc
 * for `info proc`. They are seen through the eyes of the process debugged, and only read.
 */
#include "priv.h"
#include "syscalls/fs/vfs.h"

/* Numbers of gdb's File-I/O protocol; most are Linux'. */
static unsigned fileio_errno(int64_t err)
{
    switch (-err) {
    case EPERM:
    case ENOENT:
    case EINTR:
    case EBADF:
    case EACCES:
    case EFAULT:
    case EBUSY:
    case EEXIST:
    case ENODEV:
    case ENOTDIR:
    case EISDIR:
    case EINVAL:
    case ENFILE:
    case EMFILE:
    case EFBIG:
    case ENOSPC:
    case ESPIPE:
    case EROFS:
        return (unsigned)-err;
    case ENAMETOOLONG:
        return 91;
    default:
        return 9999;
    }
}

static void answer(struct gdb *g, int64_t r)
{
    if (r < 0)
        reply(g, "F-1,%x", fileio_errno(r));
    else
        reply(g, "F%llx", (unsigned long long)r);
}

static struct task *eyes(struct gdb *g)
{
    struct task *t = g->fs_pid ? task_of_id(g, (struct gdb_id){g->fs_pid, 0}) : general_task(g);

    return t && t->fs ? t : NULL;
}

static bool take_path(const char **s, char path[PATH_MAX])
{
    size_t n = take_bytes(s, path, PATH_MAX - 1);

    path[n] = '\0';
    return n && strlen(path) == n;
}

static struct file *file_at(struct gdb *g, const char **s, unsigned *fd)
{
    uint64_t v;

    if (!take_hex(s, &v) || v >= MAX_FILES || !g->files[v])
        return NULL;
    if (fd)
        *fd = (unsigned)v;
    return g->files[v];
}

static int64_t do_open(struct gdb *g, const char *s)
{
    struct task *t = eyes(g);
    char path[PATH_MAX];
    unsigned fd = 0;
    uint64_t flags;
    int err;

    if (!take_path(&s, path) || !take_char(&s, ',') || !take_hex(&s, &flags))
        return -EINVAL;
    if (flags & 3)
        return -EROFS;
    while (fd < MAX_FILES && g->files[fd])
        fd++;
    if (fd == MAX_FILES)
        return -EMFILE;
    if (!t)
        return -ENOENT;
    err = vfs_open(t, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0, &g->files[fd]);
    if (err)
        g->files[fd] = NULL;
    return err ? err : (int64_t)fd;
}

static int64_t do_close(struct gdb *g, const char *s)
{
    unsigned fd;
    struct file *f = file_at(g, &s, &fd);

    if (!f)
        return -EBADF;
    file_put(f);
    g->files[fd] = NULL;
    return 0;
}

/* F and a length, then binary data; the length is what fitted. */
static void send_data(struct gdb *g, const void *data, size_t len)
{
    char head[24];
    size_t n, h, start = g->out_len;

    for (;;) { /* once more with less if escapes did not fit */
        g->out_len = start;
        reply(g, "F%zx;", len);
        n = reply_binary(g, data, len);
        if (n == len)
            return;
        h = (size_t)snprintf(head, sizeof(head), "%zx", len);
        len = n > h ? n - h : 0;
    }
}

static int64_t do_pread(struct gdb *g, const char *s)
{
    static const char nothing[1];
    struct task *t = eyes(g);
    struct file *f = file_at(g, &s, NULL);
    uint8_t buf[PACKET_MAX / 2];
    uint64_t count, off;
    int64_t n;

    if (!f || !t)
        return -EBADF;
    if (!take_char(&s, ',') || !take_hex(&s, &count) || !take_char(&s, ',') || !take_hex(&s, &off))
        return -EINVAL;
    n = file_pread(t, f, buf, count < sizeof(buf) ? count : sizeof(buf), off);
    if (n < 0)
        return n;
    send_data(g, n ? (const void *)buf : nothing, (size_t)n);
    return 0;
}

static void put_be(uint8_t **p, uint64_t v, unsigned bytes)
{
    while (bytes--)
        *(*p)++ = (uint8_t)(v >> 8 * bytes);
}

/* struct fst of the protocol: big-endian, without gaps */
static int64_t do_fstat(struct gdb *g, const char *s)
{
    struct file *f = file_at(g, &s, NULL);
    struct statx stx = {0};
    uint8_t fst[64], *p = fst;
    int err;

    if (!f || !f->inode)
        return -EBADF;
    err = inode_getattr(f->inode, f->dentry, &stx);
    if (err)
        return err;
    put_be(&p, stx.stx_dev_minor | stx.stx_dev_major << 8, 4);
    put_be(&p, stx.stx_ino, 4);
    put_be(&p, stx.stx_mode, 4);
    put_be(&p, stx.stx_nlink, 4);
    put_be(&p, stx.stx_uid, 4);
    put_be(&p, stx.stx_gid, 4);
    put_be(&p, 0, 4);
    put_be(&p, stx.stx_size, 8);
    put_be(&p, stx.stx_blksize, 8);
    put_be(&p, stx.stx_blocks, 8);
    put_be(&p, (uint64_t)stx.stx_atime.tv_sec, 4);
    put_be(&p, (uint64_t)stx.stx_mtime.tv_sec, 4);
    put_be(&p, (uint64_t)stx.stx_ctime.tv_sec, 4);
    send_data(g, fst, sizeof(fst));
    return 0;
}

static int64_t do_readlink(struct gdb *g, const char *s)
{
    struct task *t = eyes(g);
    char path[PATH_MAX], text[PATH_MAX];
    struct dentry *d;
    int64_t n;

    if (!take_path(&s, path))
        return -EINVAL;
    n = t ? path_lookup(t, AT_FDCWD_, path, 0, &d) : -ENOENT;
    if (n)
        return n;
    n = d->inode && d->inode->ops->readlink ? d->inode->ops->readlink(t, d, text, sizeof(text)) : -EINVAL;
    dentry_put(d);
    if (n < 0)
        return n;
    send_data(g, text, (size_t)n);
    return 0;
}

static int64_t do_setfs(struct gdb *g, const char *s)
{
    uint64_t pid;

    if (!take_hex(&s, &pid) || pid > INT32_MAX)
        return -EINVAL;
    g->fs_pid = (int)pid;
    return 0;
}

static int64_t do_change(struct gdb *g, const char *s)
{
    return -EROFS;
}

static const struct {
    const char *name;
    int64_t (*fn)(struct gdb *g, const char *s); /* those that answered have added to the reply */
} calls[] = {
    {"open:", do_open},         {"close:", do_close}, {"pread:", do_pread},   {"fstat:", do_fstat},
    {"readlink:", do_readlink}, {"setfs:", do_setfs}, {"pwrite:", do_change}, {"unlink:", do_change},
};

void packet_vfile(struct gdb *g, const char *args)
{
    for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
        size_t n = strlen(calls[i].name);

        if (!strncmp(args, calls[i].name, n)) {
            int64_t r = calls[i].fn(g, args + n);

            if (g->out_len == 1)
                answer(g, r);
            return;
        }
    }
}

void vfile_close_all(struct gdb *g)
{
    for (unsigned i = 0; i < MAX_FILES; i++) {
        if (g->files[i])
            file_put(g->files[i]);
        g->files[i] = NULL;
    }
    g->fs_pid = 0;
}
