/* print_fd.c - descriptors and tasks, and what they stand for: -y, -Y, -P. */
#include "print.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "../file.h"
#include "../fs/vfs.h"
#include "../process.h"
#include "strace.h"

/* Paths in <> are escaped where they would end early or break the line. */
static void print_escaped(struct call *c, const char *path, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (path[i] < ' ' || path[i] > '~' || strchr("<>\\", path[i]))
            text_printf(c->out, "\\%o", (uint8_t)path[i]);
        else
            text_putc(c->out, path[i]);
}

void print_fd(struct call *c, int fd)
{
    struct file *f = c->tr->opt.fds && fd >= 0 ? fd_file_raw(c->t, fd) : NULL;
    int pid = f && c->tr->opt.fds & FD_PIDFD ? pidfd_pid(c->t, fd) : -1;
    unsigned mode = f && f->inode ? f->inode->mode : 0;
    char path[4352];

    text_printf(c->out, "%d", fd);
    if (pid > 0) {
        text_printf(c->out, "<pid:%d>", pid);
    } else if (f) {
        text_putc(c->out, '<');
        print_escaped(c, path, vfs_path(f, path, sizeof(path)));
        if (c->tr->opt.fds & FD_DEV && (S_ISCHR(mode) || S_ISBLK(mode)))
            text_printf(c->out, "<%s %u:%u>", S_ISCHR(mode) ? "char" : "block", major(f->inode->rdev),
                        minor(f->inode->rdev));
        text_putc(c->out, '>');
    }
}

void print_dirfd(struct call *c, int fd)
{
    if (fd != AT_FDCWD)
        print_fd(c, fd);
    else if (c->tr->opt.xlat == XLAT_ABBREV)
        text_puts(c->out, "AT_FDCWD");
    else
        text_puts(c->out, c->tr->opt.xlat == XLAT_RAW ? "-100" : "-100 /* AT_FDCWD */");
    if (fd == AT_FDCWD && c->tr->opt.fds) {
        char path[4352];
        int64_t len = vfs_cwd_path(c->t, path, sizeof(path));

        text_putc(c->out, '<');
        print_escaped(c, path, len > 0 ? (size_t)len : 0);
        text_putc(c->out, '>');
    }
}

void print_pid(struct call *c, int pid)
{
    const struct task *t = c->tr->opt.comm && pid > 0 ? find_task(c->tr->k, pid) : NULL;

    text_printf(c->out, t ? "%d<%.16s>" : "%d", pid, t ? t->comm : "");
}

static bool is_about(struct call *c, const struct arg *a, uint64_t v)
{
    const struct trace_filter *filter = c->tr->opt.filter;
    struct file *f;
    char path[4352];

    switch (a->kind) {
    case ARG_PATH:
        return get_string(c, v, path, 4096) && filter_path(filter, path);
    case ARG_FD:
    case ARG_DIRFD:
        f = (int)v >= 0 ? fd_file_raw(c->t, (int)v) : NULL;
        if (!f)
            return false;
        vfs_path(f, path, sizeof(path));
        return filter_path(filter, path);
    default:
        return false;
    }
}

bool touches_path(struct call *c, const struct sig *sig)
{
    for (int i = 0; sig && i < sig->n; i++)
        if (is_about(c, &sig->arg[i], c->args[i]))
            return true;
    return false;
}
