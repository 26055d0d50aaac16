/*
 * devfs.c - /dev: the few devices every program expects.
 */
#include "../process.h"
#include "../tty/tty.h"
#include "stream.h"

#include <linux/capability.h>
#include <linux/random.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

static int64_t null_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    return 0;
}

static int64_t sink_write(struct task *t, struct file *f, const void *buf, uint64_t len, uint64_t *pos)
{
    return len;
}

static int64_t full_write(struct task *t, struct file *f, const void *buf, uint64_t len, uint64_t *pos)
{
    return len ? -ENOSPC : 0;
}

static int64_t zero_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    memset(buf, 0, len);
    return len;
}

static int64_t random_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    kernel_random_bytes(t->k, buf, len);
    return len;
}

static int64_t null_lseek(struct file *f, int64_t off, int whence)
{
    return f->pos = 0;
}

static unsigned always_ready(struct task *t, struct file *f, bool wait)
{
    return POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
}

static int64_t no_ioctl(struct task *t, struct file *f, unsigned cmd, uint64_t arg)
{
    return -ENOTTY;
}

/* A pool that is full. What is put in changes nothing, for all numbers are the seed's. */
static int64_t random_ioctl(struct task *t, struct file *f, unsigned cmd, uint64_t arg)
{
    int bits = 256, head[2];
    char some[256];

    switch (cmd) {
    case RNDGETENTCNT:
        return mm_copy_out(t->mm, arg, &bits, sizeof(bits));
    case RNDADDTOENTCNT:
    case RNDADDENTROPY:
    case RNDZAPENTCNT:
    case RNDCLEARPOOL:
    case RNDRESEEDCRNG:
        break;
    default:
        return -EINVAL;
    }
    if (!capable(t, CAP_SYS_ADMIN))
        return -EPERM;
    if (cmd == RNDADDTOENTCNT)
        return mm_copy_in(t->mm, &bits, arg, sizeof(bits)) ? -EFAULT : bits < 0 ? -EINVAL : 0;
    if (cmd != RNDADDENTROPY)
        return 0;
    if (mm_copy_in(t->mm, head, arg, sizeof(head)))
        return -EFAULT;
    if (head[0] < 0) /* bits, and bytes that follow */
        return -EINVAL;
    if (head[1] < 0)
        return -EFAULT;
    for (uint64_t at = 0, n; at < (uint64_t)head[1]; at += n) {
        n = (uint64_t)head[1] - at < sizeof(some) ? (uint64_t)head[1] - at : sizeof(some);
        if (mm_copy_in(t->mm, some, arg + sizeof(head) + at, n))
            return -EFAULT;
    }
    return 0;
}

/* It would tell of entropy to come, and there is always some. */
static struct list_head *random_fasync(struct task *t, struct file *f)
{
    return NULL;
}

static const struct file_ops null_ops = {.read = null_read,
                                         .write = sink_write,
                                         .lseek = null_lseek,
                                         .poll = always_ready,
                                         .ioctl = no_ioctl,
                                         .blind = true};
static const struct file_ops zero_ops = {.read = zero_read,
                                         .write = sink_write,
                                         .lseek = null_lseek,
                                         .poll = always_ready,
                                         .ioctl = no_ioctl,
                                         .blind = true};
static const struct file_ops full_ops = {.read = zero_read,
                                         .write = full_write,
                                         .lseek = null_lseek,
                                         .poll = always_ready,
                                         .ioctl = no_ioctl,
                                         .blind = true};
static const struct file_ops random_ops = {.read = random_read,
                                           .write = sink_write,
                                           .lseek = null_lseek,
                                           .poll = always_ready,
                                           .ioctl = random_ioctl,
                                           .fasync = random_fasync};

bool vfs_is_random(const struct file *f)
{
    return f->ops == &random_ops;
}

static const struct chrdev {
    const char *name;
    unsigned major, minor, mode;
    const struct file_ops *ops;
} chrdevs[] = {
    {"null", 1, 3, 0666, &null_ops},      {"zero", 1, 5, 0666, &zero_ops},
    {"full", 1, 7, 0666, &full_ops},      {"random", 1, 8, 0666, &random_ops},
    {"urandom", 1, 9, 0666, &random_ops}, {"tty", 5, 0, 0666, NULL},
    {"ptmx", 5, 2, 0666, NULL},
};

const struct file_ops *chrdev_ops(uint64_t rdev)
{
    for (size_t i = 0; i < sizeof(chrdevs) / sizeof(*chrdevs); i++)
        if (rdev == makedev(chrdevs[i].major, chrdevs[i].minor) && chrdevs[i].ops)
            return chrdevs[i].ops;
    return NULL;
}

/* mmap of /dev/zero: private is anonymous memory that remembers its file, shared is an object of its own. */
static int zero_object(struct file *f)
{
    if (f->inode->rdev != makedev(1, 5) || f->mf.obj)
        return 0;
    f->mf.obj = vm_object_create(&f->k->sys, OBJ_ZERO, 0, NULL, NULL);
    return f->mf.obj ? 0 : -ENOMEM;
}

int64_t chrdev_open(struct task *t, struct file *f, unsigned flags)
{
    uint64_t rdev = f->inode->rdev;
    struct tty *host = t->k->vfs->host_tty, *own = t->proc ? t->proc->tty : NULL;

    f->ops = chrdev_ops(rdev);
    if (f->ops)
        return zero_object(f);
    if (rdev == makedev(TTY_AUX_MAJOR, 2))
        return ptmx_open(t, f);
    if (rdev == makedev(TTY_AUX_MAJOR, 0) && !own)
        return -ENXIO;
    if (rdev == makedev(TTY_AUX_MAJOR, 0) && own != host)
        return pts_open_tty(t, f, own, flags);
    if (rdev == makedev(TTY_AUX_MAJOR, 0) || (host && rdev == host->dev))
        return tty_open(t, f, flags);
    return major(rdev) == PTS_MAJOR ? pts_open(t, f, minor(rdev), flags) : -ENXIO;
}

int devfs_mount(struct vfs *v)
{
    static const struct {
        const char *name, *target;
    } links[] = {{"fd", "/proc/self/fd"},
                 {"stdin", "/proc/self/fd/0"},
                 {"stdout", "/proc/self/fd/1"},
                 {"stderr", "/proc/self/fd/2"},
                 {"core", "/proc/kcore"}};
    struct dentry *dev = tmpfs_mount_root(v, "devtmpfs", 0755, makedev(0, 6)), *shm, *d;

    if (!dev)
        return -ENOMEM;
    for (size_t i = 0; i < sizeof(chrdevs) / sizeof(*chrdevs); i++)
        if (!tmpfs_add(dev, chrdevs[i].name, S_IFCHR | chrdevs[i].mode,
                       makedev(chrdevs[i].major, chrdevs[i].minor), NULL))
            return -ENOMEM;
    for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
        if (!tmpfs_add(dev, links[i].name, S_IFLNK | 0777, 0, links[i].target))
            return -ENOMEM;
    d = tmpfs_add(dev, "shm", S_IFDIR | 01777, 0, NULL);
    shm = tmpfs_mount_root(v, "tmpfs", 01777, makedev(0, 41));
    if (!d || !shm || vfs_mount(v, d, shm))
        return -ENOMEM;
    if (devpts_mount(v, dev) || mqueue_mount(v, dev))
        return -ENOMEM;
    shm->sb->nodev = true;
    dev->sb->noexec = true;

    struct dentry *at;
    int err = path_mount_point(v, "/dev", &at);
    return err ? err : vfs_mount(v, at, dev);
}

/* /dev/pts/0 is the terminal that the emulator was started on, and the first program's. */
struct dentry *devfs_add_tty(struct task *t)
{
    struct vfs *v = t->k->vfs;
    struct dentry *d;

    if (v->tty)
        return v->tty;
    v->host_tty = calloc(1, sizeof(*v->host_tty));
    d = v->host_tty ? devpts_add(v, t, 0) : NULL;
    if (!d)
        return NULL;
    v->host_tty->dev = d->inode->rdev;
    tty_take(t, v->host_tty);
    v->tty = dentry_get(d);
    return v->tty;
}
