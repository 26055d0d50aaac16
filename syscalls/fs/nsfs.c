/*
 * nsfs.c - namespaces as files (fs/nsfs.c) and setns(2). There is one of each kind, in which everybody lives: it can
 * be looked at, and entered by who may, which changes nothing but where the root of mounts is.
 */
#include "nsfs.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <stdio.h>

#include "../handlers.h"
#include "../process.h"
#include "fs_calls.h"

static const struct {
    const char *name;
    unsigned flag;
    uint64_t ino; /* PROC_*_INIT_INO */
} kinds[NR_NS] = {
    [NS_USER] = {"user", CLONE_NEWUSER, 4026531837}, [NS_MNT] = {"mnt", CLONE_NEWNS, 4026531832},
    [NS_UTS] = {"uts", CLONE_NEWUTS, 4026531838},    [NS_IPC] = {"ipc", CLONE_NEWIPC, 4026531839},
    [NS_PID] = {"pid", CLONE_NEWPID, 4026531836},    [NS_CGROUP] = {"cgroup", CLONE_NEWCGROUP, 4026531835},
    [NS_NET] = {"net", CLONE_NEWNET, 4026531833},    [NS_TIME] = {"time", CLONE_NEWTIME, 4026531834},
};

static const struct file_ops ns_ops;

/* ---- files ---- */

static enum ns_kind kind_of(const struct file *f)
{
    unsigned i = 0;

    while (i < NR_NS - 1 && kinds[i].ino != f->inode->ino)
        i++;
    return (enum ns_kind)i;
}

/* The inode cannot be changed (S_IMMUTABLE). */
static int ns_setattr(struct task *t, struct inode *inode, struct dentry *d, const struct iattr *a)
{
    return -EPERM;
}

static int ns_open(struct task *t, struct dentry *d, struct file *f)
{
    return f->mf.writable ? -EPERM : 0;
}

static const struct inode_ops ns_inode_ops = {.setattr = ns_setattr, .open = ns_open};

int ns_dentry(struct kernel *k, enum ns_kind kind, struct dentry **out)
{
    struct dentry **d = &k->vfs->ns[kind];
    struct inode *inode;
    char name[32];

    if (!*d) {
        inode = inode_alloc(k->vfs->sb[FS_NS], S_IFREG | 0444);
        if (!inode)
            return -ENOMEM;
        inode->ino = kinds[kind].ino;
        inode->nlink = 1;
        inode->ops = &ns_inode_ops;
        inode->fops = &ns_ops;
        *d = dentry_alloc(inode->sb, NULL, name, (size_t)ns_name(kind, name, sizeof(name)));
        if (!*d) {
            inode_put(inode);
            return -ENOMEM;
        }
        (*d)->inode = inode;
    }
    *out = dentry_get(*d);
    return 0;
}

int ns_name(enum ns_kind kind, char *buf, size_t size)
{
    return snprintf(buf, size, "%s:[%lu]", kinds[kind].name, (unsigned long)kinds[kind].ino);
}

void ns_release_all(struct vfs *v)
{
    for (unsigned i = 0; i < NR_NS; i++)
        dentry_put(v->ns[i]);
}

static int64_t open_ns(struct task *t, enum ns_kind kind)
{
    struct dentry *d;
    struct file *f = NULL;
    int64_t err = ns_dentry(t->k, kind, &d);

    if (err)
        return err;
    err = file_open_dentry(t, d, O_RDONLY, &f);
    dentry_put(d);
    return err ? err : fd_install_new(t, f, O_CLOEXEC);
}

static int64_t ns_ioctl(struct task *t, struct file *f, unsigned cmd, uint64_t arg)
{
    enum ns_kind kind = kind_of(f);
    uint32_t uid = 0;

    switch (cmd) {
    case NS_GET_USERNS:
        return kind == NS_USER ? -EPERM : open_ns(t, NS_USER);
    case NS_GET_PARENT:
        return kind == NS_USER || kind == NS_PID ? -EPERM : -EINVAL;
    case NS_GET_NSTYPE:
        return kinds[kind].flag;
    case NS_GET_OWNER_UID:
        if (kind != NS_USER)
            return -EINVAL;
        return mm_copy_out(t->mm, arg, &uid, sizeof(uid)) ? -EFAULT : 0;
    }
    return -ENOTTY;
}

static const struct file_ops ns_ops = {.ioctl = ns_ioctl};

/* ---- setns(2) ---- */

/* Where one lives is not entered anew; of mounts, root and working directory become the namespace's. */
static int enter(struct task *t, enum ns_kind kind)
{
    if (kind == NS_USER)
        return -EINVAL;
    if (!capable(t, CAP_SYS_ADMIN) || (kind == NS_MNT && !capable(t, CAP_SYS_CHROOT)))
        return -EPERM;
    if (kind == NS_MNT && t->fs->refs > 1)
        return -EINVAL;
    return kind == NS_TIME && t->proc->nr_threads > 1 ? -EUSERS : 0;
}

static int64_t enter_all(struct task *t, unsigned flags)
{
    for (unsigned i = 0; i < NR_NS; i++) {
        int err = flags & kinds[i].flag ? enter(t, (enum ns_kind)i) : 0;

        if (err)
            return err;
    }
    if (flags & CLONE_NEWNS) {
        fs_set_place(&t->fs->root, t->k->vfs->root);
        fs_set_place(&t->fs->cwd, t->k->vfs->root);
    }
    return 0;
}

int64_t sys_setns(struct task *t, const uint64_t a[6])
{
    struct file *f = fd_file(t, arg_int(a[0]));
    unsigned flags = arg_uint(a[1]), all = 0;
    struct task *target;
    int pid;

    if (!f)
        return -EBADF;
    if (f->ops == &ns_ops)
        return flags && flags != kinds[kind_of(f)].flag ? -EINVAL : enter_all(t, kinds[kind_of(f)].flag);
    pid = pidfd_pid(t, arg_int(a[0]));
    for (unsigned i = 0; i < NR_NS; i++)
        all |= kinds[i].flag;
    if (pid < 0 || !flags || flags & ~all)
        return -EINVAL;
    target = find_task(t->k, pid);
    if (!target)
        return -ESRCH;
    return ptrace_may_access(t, target) ? enter_all(t, flags) : -EPERM;
}
