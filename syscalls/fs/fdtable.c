/*
 * fdtable.c - struct files: which descriptor number stands for which open file.
 */
#include "../handlers.h"
#include "fs_calls.h"
#include "vfs.h"

#include <stdlib.h>

#define RLIMIT_NOFILE_ 7

struct fd_slot {
    struct file *file;
    bool cloexec;
};
struct files {
    unsigned refs;
    unsigned room, next_free; /* no free number below next_free */
    struct fd_slot *fds;
};

struct files *files_create(void)
{
    struct files *fs = calloc(1, sizeof(*fs));

    if (fs)
        fs->refs = 1;
    return fs;
}

struct files *files_get(struct files *fs)
{
    fs->refs++;
    return fs;
}

struct files *files_clone(struct files *fs)
{
    struct files *n = files_create();

    if (!n)
        return NULL;
    if (fs->room) {
        n->fds = calloc(fs->room, sizeof(*n->fds));
        if (!n->fds) {
            free(n);
            return NULL;
        }
    }
    n->room = fs->room;
    n->next_free = fs->next_free;
    for (unsigned i = 0; i < fs->room; i++)
        if (fs->fds[i].file) {
            n->fds[i] = fs->fds[i];
            file_get(n->fds[i].file);
        }
    return n;
}

void files_put(struct files *fs)
{
    if (!fs || --fs->refs)
        return;
    for (unsigned i = 0; i < fs->room; i++)
        if (fs->fds[i].file) {
            file_flush(fs->fds[i].file, fs);
            file_put(fs->fds[i].file);
        }
    free(fs->fds);
    free(fs);
}

void files_close_on_exec(struct files *fs)
{
    for (unsigned i = 0; i < fs->room; i++)
        if (fs->fds[i].file && fs->fds[i].cloexec) {
            struct file *f = fs->fds[i].file;

            fs->fds[i] = (struct fd_slot){NULL, false};
            if (i < fs->next_free)
                fs->next_free = i;
            file_flush(f, fs);
            file_put(f);
        }
}

struct file *fd_file_raw(struct task *t, int fd)
{
    struct files *fs = t->files;

    if (fd >= 0 && (unsigned)fd < fs->room)
        return fs->fds[fd].file;
    return fd == WORK_FD ? t->work_file : NULL;
}

struct file *fd_file(struct task *t, int fd)
{
    struct file *f = fd_file_raw(t, fd);

    return f && !(f->flags & O_PATH) ? f : NULL;
}

static int files_grow(struct files *fs, unsigned need)
{
    unsigned room = fs->room ? fs->room : 64;

    while (room < need)
        room *= 2;
    if (room == fs->room)
        return 0;
    struct fd_slot *v = realloc(fs->fds, room * sizeof(*v));
    if (!v)
        return -ENOMEM;
    memset(v + fs->room, 0, (room - fs->room) * sizeof(*v));
    fs->fds = v;
    fs->room = room;
    return 0;
}

static uint64_t nofile_limit(const struct task *t)
{
    uint64_t cur = t->proc->rlim[RLIMIT_NOFILE_].cur;

    return cur < 1048576 ? cur : 1048576; /* fs.nr_open: bounds our memory too */
}

int fd_install(struct task *t, struct file *f, int from, bool cloexec)
{
    struct files *fs = t->files;
    uint64_t limit = nofile_limit(t);
    unsigned fd = from < 0 ? 0 : from;

    if (from < 0 || (uint64_t)from >= limit)
        return -EINVAL;
    bool dense = fd <= fs->next_free;
    if (fd < fs->next_free)
        fd = fs->next_free;
    while (fd < fs->room && fs->fds[fd].file)
        fd++;
    if (fd >= limit)
        return -EMFILE;
    if (fd >= fs->room && files_grow(fs, fd + 1))
        return -ENOMEM;
    fs->fds[fd] = (struct fd_slot){f, cloexec};
    if (dense)
        fs->next_free = fd + 1;
    return fd;
}

int fd_install_new(struct task *t, struct file *f, unsigned flags)
{
    int fd = fd_install(t, f, 0, flags & O_CLOEXEC);

    if (fd < 0)
        file_put(f);
    return fd == -EINVAL ? -EMFILE : fd;
}

int fd_install_pair(struct task *t, struct file *const f[2], unsigned flags, uint64_t ufds)
{
    int fd[2], err;

    fd[0] = fd_install_new(t, f[0], flags);
    if (fd[0] < 0) {
        file_put(f[1]);
        return fd[0];
    }
    fd[1] = fd_install_new(t, f[1], flags);
    if (fd[1] >= 0 && !mm_copy_out(t->mm, ufds, fd, sizeof(fd)))
        return 0;
    err = fd[1] < 0 ? fd[1] : -EFAULT;
    fd_close(t, fd[0]);
    if (fd[1] >= 0)
        fd_close(t, fd[1]);
    return err;
}

int fd_close(struct task *t, int fd)
{
    struct files *fs = t->files;
    struct file *f = fd_file_raw(t, fd);
    int err;

    if (!f)
        return -EBADF;
    fs->fds[fd] = (struct fd_slot){NULL, false};
    if ((unsigned)fd < fs->next_free)
        fs->next_free = fd;
    err = file_flush(f, fs);
    file_put(f);
    return err;
}

bool fd_get_cloexec(struct task *t, int fd)
{
    return t->files->fds[fd].cloexec;
}

void fd_set_cloexec(struct task *t, int fd, bool on)
{
    t->files->fds[fd].cloexec = on;
}

int fd_next(struct files *fs, int from)
{
    for (unsigned i = from < 0 ? 0 : from; fs && i < fs->room; i++)
        if (fs->fds[i].file)
            return i;
    return -1;
}

struct file *files_lookup(struct files *fs, int fd)
{
    return fs && fd >= 0 && (unsigned)fd < fs->room ? fs->fds[fd].file : NULL;
}

bool files_cloexec(struct files *fs, int fd)
{
    return fs->fds[fd].cloexec;
}

int files_capacity(struct files *fs)
{
    return fs && fs->room ? fs->room : 64;
}

/* ---- dup and close ---- */

int64_t sys_close(struct task *t, const uint64_t a[6])
{
    return fd_close(t, (int)a[0]);
}

int64_t sys_close_range(struct task *t, const uint64_t a[6])
{
    unsigned first = a[0], last = a[1], flags = a[2];

    if (flags & ~6u) /* CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC */
        return -EINVAL;
    if (first > last)
        return -EINVAL;
    if ((flags & 2) && t->files->refs > 1) {
        struct files *own = files_clone(t->files);

        if (!own)
            return -ENOMEM;
        files_put(t->files);
        t->files = own;
    }
    for (unsigned fd = first; fd <= last && fd < t->files->room; fd++) {
        if (!t->files->fds[fd].file)
            continue;
        if (flags & 4)
            t->files->fds[fd].cloexec = true;
        else
            fd_close(t, fd);
    }
    return 0;
}

int64_t sys_dup(struct task *t, const uint64_t a[6])
{
    struct file *f = fd_file_raw(t, (int)a[0]);
    int fd;

    if (!f)
        return -EBADF;
    fd = fd_install(t, file_get(f), 0, false);
    if (fd < 0)
        file_put(f);
    return fd == -EINVAL ? -EMFILE : fd;
}

int fd_install_at(struct task *t, struct file *f, unsigned fd, bool cloexec)
{
    struct file *old;

    if (fd >= nofile_limit(t))
        return -EBADF;
    if (fd >= t->files->room && files_grow(t->files, fd + 1))
        return -EMFILE;
    old = t->files->fds[fd].file;
    t->files->fds[fd] = (struct fd_slot){f, cloexec};
    if (fd == t->files->next_free)
        t->files->next_free++;
    if (old) {
        file_flush(old, t->files);
        file_put(old);
    }
    return (int)fd;
}

static int64_t do_dup2(struct task *t, unsigned oldfd, unsigned newfd, bool cloexec)
{
    struct file *f = fd_file_raw(t, (int)oldfd);
    int fd;

    if (!f)
        return -EBADF;
    fd = fd_install_at(t, file_get(f), newfd, cloexec);
    if (fd < 0)
        file_put(f);
    return fd;
}

int64_t sys_dup2(struct task *t, const uint64_t a[6])
{
    if ((unsigned)a[0] == (unsigned)a[1])
        return fd_file_raw(t, (int)a[0]) ? (int64_t)(unsigned)a[1] : -EBADF;
    return do_dup2(t, a[0], a[1], false);
}

int64_t sys_dup3(struct task *t, const uint64_t a[6])
{
    if ((unsigned)a[2] & ~O_CLOEXEC)
        return -EINVAL;
    if ((unsigned)a[0] == (unsigned)a[1])
        return -EINVAL;
    return do_dup2(t, a[0], a[1], a[2] & O_CLOEXEC);
}
