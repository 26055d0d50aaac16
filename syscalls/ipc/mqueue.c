/*
 * mqueue.c - POSIX message queues: mq_open(2), mq_unlink(2), mq_getsetattr(2) and queues as files
 * (ipc/mqueue.c). A queue is an inode that its name and its open files hold; names live in a directory of
 * their own.
 */
#include "mqueue.h"

#include <errno.h>
#include <linux/mqueue.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "../handlers.h"

#define QUEUES_MAX       256 /* /proc/sys/fs/mqueue */
#define MSG_MAX          10
#define MSGSIZE_MAX      8192
#define HARD_MSG_MAX     65536 /* with CAP_SYS_RESOURCE */
#define HARD_MSGSIZE_MAX (16 << 20)
#define MQ_LEVELS        32768u /* priorities there are */
#define FILE_SIZE        80     /* st_size */
#define MSG_OVERHEAD     48     /* charged for each message, and again for each priority in use */

static const struct file_ops mq_ops;

/* ---- life ---- */

static void mq_evict(struct inode *inode)
{
    struct mq *q = inode->priv;

    if (!q)
        return;
    mq_forget_notify(q);
    mq_drop_messages(q);
    list_del(&q->charged);
    free(q);
}

static uint64_t mq_size(struct inode *inode)
{
    return FILE_SIZE;
}

static const struct inode_ops mq_inode_ops = {.evict = mq_evict, .size = mq_size, .setattr = simple_setattr};

void mq_unname(struct ipc_namespace *ns, struct mq *q)
{
    list_del(&q->node);
    ns->nr_mqs--;
    q->inode->nlink = 0;
    tmpfs_forget(q->name); /* holds the inode */
}

void mq_destroy_all(struct ipc_namespace *ns)
{
    while (!list_empty(&ns->mqs))
        mq_unname(ns, list_first(&ns->mqs, struct mq, node));
    while (!list_empty(&ns->mqs_charged)) /* of files that are still under way in a socket */
        list_del(ns->mqs_charged.next);
}

/* ---- names ---- */

static struct mq *find_queue(struct ipc_namespace *ns, const char *name)
{
    list_for_each (n, &ns->mqs) {
        struct mq *q = container_of(n, struct mq, node);

        if (!strcmp(q->name->name, name))
            return q;
    }
    return NULL;
}

/* A name of the directory of queues: 0 or negative errno. */
static int get_name(struct task *t, uint64_t addr, char name[PATH_MAX])
{
    int64_t n = getname(t, addr, name, false);

    if (n < 0)
        return (int)n;
    if (strlen(name) > NAME_LEN_MAX)
        return -ENAMETOOLONG;
    return strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, "..") ? -EACCES : 0;
}

static uint64_t charge_of_user(const struct ipc_namespace *ns, unsigned uid)
{
    uint64_t sum = 0;

    list_for_each (n, &ns->mqs_charged) {
        const struct mq *q = container_of(n, struct mq, charged);

        sum += q->inode->uid == uid ? q->charge : 0;
    }
    return sum;
}

/* mqueue_get_inode(): do these sizes go? */
static int check_sizes(struct task *t, struct mq *q)
{
    bool mighty = task_capable(t, CAP_SYS_RESOURCE);
    uint64_t levels = q->maxmsg < MQ_LEVELS ? (uint64_t)q->maxmsg : MQ_LEVELS;

    if (q->maxmsg <= 0 || q->msgsize <= 0 || q->maxmsg > (mighty ? HARD_MSG_MAX : MSG_MAX) ||
        q->msgsize > (mighty ? HARD_MSGSIZE_MAX : MSGSIZE_MAX))
        return -EINVAL;
    q->charge = (uint64_t)q->maxmsg * (uint64_t)(q->msgsize + MSG_OVERHEAD) + levels * MSG_OVERHEAD;
    return charge_of_user(t->k->ipc, t->cred.fsuid) + q->charge > t->proc->rlim[RLIMIT_MSGQUEUE].cur ? -EMFILE
                                                                                                     : 0;
}

int mq_create(struct task *t, struct dentry *name, unsigned mode, const struct mq_attr *attr)
{
    struct ipc_namespace *ns = t->k->ipc;
    struct mq *q = calloc(1, sizeof(*q));
    int err = -ENOMEM;

    if (!q)
        return err;
    list_init(&q->node);
    list_init(&q->charged);
    list_init(&q->messages);
    list_init(&q->senders);
    list_init(&q->receivers);
    waitq_init(&q->poll);
    q->name = name;
    q->maxmsg = attr ? attr->mq_maxmsg : MSG_MAX;
    q->msgsize = attr ? attr->mq_msgsize : MSGSIZE_MAX;
    err = ns->nr_mqs >= QUEUES_MAX && !task_capable(t, CAP_SYS_RESOURCE) ? -ENOSPC : check_sizes(t, q);
    if (err)
        goto fail;
    q->inode = anon_inode(t->k, FS_MQUEUE, S_IFREG | (mode & 07777 & ~t->fs->umask));
    if (!q->inode) {
        err = -ENOMEM;
        goto fail;
    }
    q->inode->ops = &mq_inode_ops;
    q->inode->fops = &mq_ops;
    q->inode->priv = q;
    q->inode->nlink = 1;
    q->inode->uid = t->cred.fsuid;
    q->inode->gid = t->cred.fsgid;
    list_add_tail(&ns->mqs, &q->node);
    list_add_tail(&ns->mqs_charged, &q->charged);
    ns->nr_mqs++;
    tmpfs_instantiate(name, q->inode);
    return 0;

fail:
    free(q);
    return err;
}

/* A new one by its name alone. */
static int create_named(struct task *t, const char *text, unsigned mode, const struct mq_attr *attr,
                        struct mq **q)
{
    struct dentry *root = t->k->vfs->sb[FS_MQUEUE]->root, *name;
    int err;

    name = dentry_alloc(root->sb, root, text, strlen(text));
    if (!name)
        return -ENOMEM;
    err = mq_create(t, name, mode, attr);
    if (!err)
        *q = name->inode->priv;
    dentry_put(name);
    return err;
}

static int64_t open_queue(struct task *t, const char *name, unsigned flags, unsigned mode,
                          const struct mq_attr *attr)
{
    static const unsigned needs[] = {MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE};
    struct mq *q = find_queue(t->k->ipc, name);
    char shown[NAME_LEN_MAX + 2];
    struct file *f;
    int err, fd;

    if (q && (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
        return -EEXIST;
    if (!q && !(flags & O_CREAT))
        return -ENOENT;
    if (q && (flags & O_ACCMODE) == O_ACCMODE)
        return -EINVAL;
    err = q ? inode_permission(t, q->inode, needs[flags & O_ACCMODE]) : create_named(t, name, mode, attr, &q);
    if (err)
        return err;
    snprintf(shown, sizeof(shown), "/%s", name);
    f = file_on_inode(t->k, q->inode, shown, &mq_ops, (flags & (O_ACCMODE | O_NONBLOCK)) | O_LARGEFILE_X86);
    if (!f)
        return -ENFILE;
    fd = fd_install(t, f, 0, true);
    if (fd < 0)
        file_put(f);
    return fd;
}

int64_t sys_mq_open(struct task *t, const uint64_t a[6])
{
    char name[PATH_MAX];
    struct mq_attr attr;
    int err;

    if (a[3] && mm_copy_in(t->mm, &attr, a[3], sizeof(attr)))
        return -EFAULT;
    err = get_name(t, a[0], name);
    return err ? err : open_queue(t, name, arg_uint(a[1]), arg_uint(a[2]), a[3] ? &attr : NULL);
}

int64_t sys_mq_unlink(struct task *t, const uint64_t a[6])
{
    char name[PATH_MAX];
    struct mq *q;
    int err = get_name(t, a[0], name);

    if (err)
        return err;
    q = find_queue(t->k->ipc, name);
    if (!q)
        return -ENOENT;
    if (!inode_owner_or_capable(t, q->inode)) /* the directory is sticky */
        return -EPERM;
    mq_unname(t->k->ipc, q);
    return 0;
}

/* ---- queues as files ---- */

int mq_of(struct task *t, int fd, struct file **f, struct mq **q)
{
    *f = fd_file(t, fd);
    if (!*f || (*f)->ops != &mq_ops)
        return -EBADF;
    *q = (*f)->inode->priv;
    return 0;
}

int64_t sys_mq_getsetattr(struct task *t, const uint64_t a[6])
{
    struct mq_attr new, old = {0};
    struct file *f;
    struct mq *q;
    int err;

    if (a[1]) {
        if (mm_copy_in(t->mm, &new, a[1], sizeof(new)))
            return -EFAULT;
        if (new.mq_flags & ~(int64_t)O_NONBLOCK)
            return -EINVAL;
    }
    err = mq_of(t, arg_int(a[0]), &f, &q);
    if (err)
        return err;
    old.mq_flags = f->flags & O_NONBLOCK;
    old.mq_maxmsg = q->maxmsg;
    old.mq_msgsize = q->msgsize;
    old.mq_curmsgs = q->curmsgs;
    if (a[1])
        f->flags = (f->flags & ~(unsigned)O_NONBLOCK) | (unsigned)new.mq_flags;
    return a[2] && mm_copy_out(t->mm, a[2], &old, sizeof(old)) ? -EFAULT : 0;
}

static int64_t mq_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    struct mq *q = f->inode->priv;
    struct process *owner = mq_notify_owner(q);
    char text[FILE_SIZE + 1];
    uint64_t n;

    n = (uint64_t)snprintf(text, sizeof(text), "QSIZE:%-10lu NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d\n",
                           (unsigned long)q->bytes, owner ? q->event.notify : 0,
                           owner && q->event.notify == SIGEV_SIGNAL ? q->event.signo : 0,
                           owner ? owner->pid : 0);
    if (*pos >= n)
        return 0;
    n = n - *pos < len ? n - *pos : len;
    memcpy(buf, text + *pos, n);
    *pos += n;
    return (int64_t)n;
}

static int64_t mq_lseek(struct file *f, int64_t off, int whence)
{
    return generic_lseek(f, off, whence, FILE_SIZE);
}

static unsigned mq_poll(struct task *t, struct file *f, bool wait)
{
    struct mq *q = f->inode->priv;

    if (wait)
        task_wait_add(t, &q->poll);
    return (q->curmsgs ? POLLIN | POLLRDNORM : 0) | (q->curmsgs < q->maxmsg ? POLLOUT | POLLWRNORM : 0);
}

static uint64_t mq_changes(struct file *f)
{
    return ((const struct mq *)f->inode->priv)->changes;
}

/* A descriptor was closed: its process is told no more. */
static void mq_flush(struct file *f)
{
    struct mq *q = f->inode->priv;

    if (q->notify && f->k->current && f->k->current->proc == q->notify)
        mq_forget_notify(q);
}

static const struct file_ops mq_ops = {
    .read = mq_read,
    .lseek = mq_lseek,
    .poll = mq_poll,
    .changes = mq_changes,
    .flush = mq_flush,
};
