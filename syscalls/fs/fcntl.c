/*
 * fcntl.c - fcntl(2) (fs/fcntl.c).
 */
#include "../handlers.h"
#include "fasync.h"
#include "dnotify.h"
#include "fs_calls.h"
#include "lease.h"
#include "pipe.h"

#define SETFL_MASK (O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME)

/* Not in the headers of some supported systems. */
#define F_GETOWNER_UIDS_ 17
#define F_DUPFD_QUERY_   1027
#define F_CREATED_QUERY_ 1028

struct request {
    struct task *t;
    struct file *f;
    int fd;
    unsigned cmd;
    uint64_t arg;
};

/* ---- of the descriptor ---- */

static int64_t dup_fd(const struct request *r)
{
    int fd = fd_install(r->t, file_get(r->f), r->arg > INT_MAX ? -1 : (int)r->arg, r->cmd == F_DUPFD_CLOEXEC);

    if (fd < 0)
        file_put(r->f);
    return fd;
}

static int64_t get_fd_flags(const struct request *r)
{
    return fd_get_cloexec(r->t, r->fd);
}

static int64_t set_fd_flags(const struct request *r)
{
    fd_set_cloexec(r->t, r->fd, r->arg & FD_CLOEXEC);
    return 0;
}

static int64_t is_dup_of(const struct request *r)
{
    struct file *g = fd_file_raw(r->t, (int)r->arg);

    return g ? g == r->f : -EBADF;
}

/* ---- of the open file ---- */

static int64_t get_flags(const struct request *r)
{
    return r->f->flags;
}

static int64_t set_flags(const struct request *r)
{
    struct file *f = r->f;
    unsigned arg = (unsigned)r->arg;

    if ((arg & O_NOATIME) && !(f->flags & O_NOATIME) && !inode_owner_or_capable(r->t, f->inode))
        return -EPERM;
    if ((arg & O_DIRECT) && !(f->flags & O_DIRECT) && !file_pipe(f) && !S_ISREG(f->inode->mode))
        return -EINVAL;
    if (((arg ^ f->flags) & O_ASYNC) && fasync_set(r->t, f, r->fd, arg & O_ASYNC) == -ENOMEM)
        return -ENOMEM;
    f->flags = (arg & SETFL_MASK) | (f->flags & ~SETFL_MASK);
    return 0;
}

static int64_t lock(const struct request *r)
{
    return fcntl_lock(r->t, r->f, r->cmd, r->arg);
}

static int64_t is_created(const struct request *r)
{
    return r->f->created;
}

/* ---- whom it tells, of what ---- */

static int64_t get_owner(const struct request *r)
{
    return fown_get(r->f);
}

static int64_t set_owner(const struct request *r)
{
    return fown_set(r->t, r->f, arg_int(r->arg));
}

static int64_t get_owner_ex(const struct request *r)
{
    return fown_get_ex(r->t, r->f, r->arg);
}

static int64_t set_owner_ex(const struct request *r)
{
    return fown_set_ex(r->t, r->f, r->arg);
}

static int64_t get_owner_uids(const struct request *r)
{
    unsigned uids[2] = {r->f->fown.uid, r->f->fown.euid};

    return mm_copy_out(r->t->mm, r->arg, uids, sizeof(uids));
}

static int64_t get_signum(const struct request *r)
{
    return r->f->fown.signum;
}

static int64_t set_signum(const struct request *r)
{
    if (r->arg > NR_SIGNALS)
        return -EINVAL;
    r->f->fown.signum = (int)r->arg;
    return 0;
}

static int64_t get_lease(const struct request *r)
{
    return lease_get(r->f);
}

static int64_t set_lease(const struct request *r)
{
    return lease_set(r->t, r->f, r->fd, (int)r->arg);
}

static int64_t notify(const struct request *r)
{
    return dnotify_set(r->t, r->f, r->fd, (unsigned)r->arg);
}

/* ---- of what was opened ---- */

static int64_t get_pipe_size(const struct request *r)
{
    struct pipe *p = file_pipe(r->f);

    return p ? (int64_t)p->max * PIPE_PAGE : -EBADF;
}

static int64_t set_pipe_size(const struct request *r)
{
    struct pipe *p = file_pipe(r->f);

    return p ? pipe_resize(r->t, p, r->arg) : -EBADF;
}

static bool is_memfd_like(const struct file *f)
{
    return f->mf.obj && (f->inode->sb->type == FS_TMP || f->inode->sb->type == FS_HUGETLB);
}

static int64_t add_seals(const struct request *r)
{
    if (!r->f->mf.writable)
        return -EPERM;
    if (!is_memfd_like(r->f) || r->arg & ~0x3full)
        return -EINVAL;
    return vm_object_add_seals(r->f->mf.obj, r->arg);
}

static int64_t get_seals(const struct request *r)
{
    return is_memfd_like(r->f) ? (int64_t)r->f->mf.obj->fseals : -EINVAL;
}

/* How long what is written will live, RWH_WRITE_LIFE_*: kept, for who asks. */
static int64_t set_rw_hint(const struct request *r)
{
    uint64_t hint;

    if (!inode_owner_or_capable(r->t, r->f->inode))
        return -EPERM;
    if (mm_copy_in(r->t->mm, &hint, r->arg, sizeof(hint)))
        return -EFAULT;
    if (hint > RWH_WRITE_LIFE_EXTREME)
        return -EINVAL;
    r->f->inode->rw_hint = (uint8_t)hint;
    return 0;
}

static int64_t get_rw_hint(const struct request *r)
{
    uint64_t hint = r->f->inode->rw_hint;

    return mm_copy_out(r->t->mm, r->arg, &hint, sizeof(hint));
}

static const struct command {
    unsigned cmd;
    int64_t (*run)(const struct request *r);
    bool of_path; /* of a file that was opened with O_PATH, too */
} commands[] = {
    {F_DUPFD, dup_fd, true},
    {F_DUPFD_CLOEXEC, dup_fd, true},
    {F_GETFD, get_fd_flags, true},
    {F_SETFD, set_fd_flags, true},
    {F_DUPFD_QUERY_, is_dup_of},
    {F_GETFL, get_flags, true},
    {F_SETFL, set_flags},
    {F_GETLK, lock},
    {F_SETLK, lock},
    {F_SETLKW, lock},
    {F_OFD_GETLK, lock},
    {F_OFD_SETLK, lock},
    {F_OFD_SETLKW, lock},
    {F_CREATED_QUERY_, is_created},
    {F_GETOWN, get_owner},
    {F_SETOWN, set_owner},
    {F_GETOWN_EX, get_owner_ex},
    {F_SETOWN_EX, set_owner_ex},
    {F_GETOWNER_UIDS_, get_owner_uids},
    {F_GETSIG, get_signum},
    {F_SETSIG, set_signum},
    {F_GETLEASE, get_lease},
    {F_SETLEASE, set_lease},
    {F_NOTIFY, notify},
    {F_GETPIPE_SZ, get_pipe_size},
    {F_SETPIPE_SZ, set_pipe_size},
    {F_ADD_SEALS, add_seals},
    {F_GET_SEALS, get_seals},
    {F_GET_RW_HINT, get_rw_hint},
    {F_SET_RW_HINT, set_rw_hint},
};

static const struct command *find_command(unsigned cmd)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
        if (commands[i].cmd == cmd)
            return &commands[i];
    return NULL;
}

int64_t sys_fcntl(struct task *t, const uint64_t a[6])
{
    struct request r = {t, fd_file_raw(t, arg_int(a[0])), arg_int(a[0]), arg_uint(a[1]), a[2]};
    const struct command *c = find_command(r.cmd);

    if (!r.f || (r.f->flags & O_PATH && (!c || !c->of_path)))
        return -EBADF;
    return c ? c->run(&r) : -EINVAL;
}
