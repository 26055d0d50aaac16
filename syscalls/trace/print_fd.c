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
    enum quoting quoting = in_hex(c, path, len);

    for (size_t i = 0; i < len; i++) {
        bool plain = path[i] >= ' ' && path[i] <= '~' && !strchr("<>\\", path[i]);

        if (plain && quoting != QUOTE_HEX)
            text_putc(c->out, path[i]);
        else
            text_printf(c->out, quoting == QUOTE_OCTAL ? "\\%o" : "\\x%02x", (uint8_t)path[i]);
    }
}

/* The path of f, of a device with its numbers; that it is deleted is said behind the brackets. */
static void print_place(struct call *c, const struct file *f, bool device)
{
    static const char gone[] = " (deleted)";
    char path[4352];
    size_t len = vfs_path(f, path, sizeof(path));
    bool deleted = len > strlen(gone) && !memcmp(path + len - strlen(gone), gone, strlen(gone));

    text_putc(c->out, '<');
    print_escaped(c, path, deleted ? len - strlen(gone) : len);
    if (device)
        text_printf(c->out, "<%s %u:%u>", S_ISCHR(f->inode->mode) ? "char" : "block", major(f->inode->rdev),
                    minor(f->inode->rdev));
    text_puts(c->out, deleted ? ">(deleted)" : ">");
}

/* ---- kinds of files that are told by more than a path; each true: it was such a file ---- */

static bool tell_device(struct call *c, struct file *f)
{
    unsigned mode = f->inode ? f->inode->mode : 0;

    if (!S_ISCHR(mode) && !S_ISBLK(mode))
        return false;
    print_place(c, f, true);
    return true;
}

/* What /proc/PID/fdinfo/FD says of `key`, a hexadecimal or decimal number. False: nothing. */
static bool fdinfo_number(struct file *f, const char *key, int base, uint64_t *v)
{
    char *text = NULL, *at = NULL;
    size_t size = 0;
    FILE *out = f->ops && f->ops->show_fdinfo ? open_memstream(&text, &size) : NULL;

    if (!out)
        return false;
    f->ops->show_fdinfo(f, out);
    if (!fclose(out))
        at = strstr(text, key);
    if (at)
        *v = strtoull(at + strlen(key), NULL, base);
    free(text);
    return at;
}

static bool tell_pidfd(struct call *c, struct file *f)
{
    uint64_t pid;

    if (!fdinfo_number(f, "Pid:", 10, &pid))
        return false;
    if ((int64_t)pid > 0)
        text_printf(c->out, "<pid:%lu>", pid);
    else /* it was waited for */
        print_place(c, f, false);
    return true;
}

static bool tell_eventfd(struct call *c, struct file *f)
{
    uint64_t count, id, semaphore;

    if (!fdinfo_number(f, "eventfd-count:", 16, &count) || !fdinfo_number(f, "eventfd-id:", 10, &id) ||
        !fdinfo_number(f, "eventfd-semaphore:", 10, &semaphore))
        return false;
    text_printf(c->out, "<{eventfd-count=%#lx, eventfd-id=%lu, eventfd-semaphore=%lu}>", count, id,
                semaphore);
    return true;
}

static bool tell_signalfd(struct call *c, struct file *f)
{
    uint64_t set;

    if (!fdinfo_number(f, "sigmask:", 16, &set))
        return false;
    text_puts(c->out, "<signalfd:");
    print_sigset(c, set);
    text_putc(c->out, '>');
    return true;
}

static const struct {
    unsigned asked; /* FD_* */
    bool (*tell)(struct call *c, struct file *f);
} kinds[] = {
    {FD_PIDFD, tell_pidfd},     {FD_SOCKET, print_endpoint},  {FD_DEV, tell_device},
    {FD_EVENTFD, tell_eventfd}, {FD_SIGNALFD, tell_signalfd},
};

void print_fd(struct call *c, int fd)
{
    struct file *f = c->tr->opt.fds && fd >= 0 ? fd_file_raw(c->t, fd) : NULL;

    text_printf(c->out, "%d", fd);
    if (!f)
        return;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (c->tr->opt.fds & kinds[i].asked && kinds[i].tell(c, f))
            return;
    if (c->tr->opt.fds & FD_PATH)
        print_place(c, f, false);
}

void print_dirfd(struct call *c, int fd)
{
    if (fd != AT_FDCWD)
        print_fd(c, fd);
    else if (c->tr->opt.xlat == XLAT_ABBREV)
        text_puts(c->out, "AT_FDCWD");
    else
        text_puts(c->out, c->tr->opt.xlat == XLAT_RAW ? "-100" : "-100 /* AT_FDCWD */");
    if (fd == AT_FDCWD && c->tr->opt.fds & FD_PATH) {
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
        if (filter_fd(filter, (int)v))
            return true;
        f = (int)v >= 0 ? fd_file_raw(c->t, (int)v) : NULL;
        if (!f)
            return false;
        vfs_path(f, path, sizeof(path));
        return filter_path(filter, path);
    default:
        return false;
    }
}

bool is_about_wanted(struct call *c, const struct sig *sig)
{
    for (int i = 0; sig && i < sig->n; i++)
        if (is_about(c, &sig->arg[i], c->args[i]))
            return true;
    return false;
}
