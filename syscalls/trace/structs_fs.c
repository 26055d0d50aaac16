/* structs_fs.c - structures of files and polling, as strace shows them. */
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <linux/stat.h>

#include "strace.h"

static void print_fdpair(struct call *c, const void *p)
{
    const int *fd = p;

    text_putc(c->out, '[');
    print_fd(c, fd[0]);
    text_puts(c->out, ", ");
    print_fd(c, fd[1]);
    text_putc(c->out, ']');
}

/* ---- poll and select: what goes in, and after the result what came ---- */

static void print_pollfds(struct call *c, uint64_t addr, const struct arg *a)
{
    uint64_t n = (uint32_t)c->args[1];
    struct pollfd p;
    const char *sep = "";

    if (c->done) {
        if (c->ret == 0) {
            text_puts(c->aux, "Timeout");
            return;
        }
        if (c->ret < 0 || c->style.shallow)
            return;
        if (n && !get(c, &p, addr, sizeof(p))) {
            if (addr && addr < UINT64_MAX - n * sizeof(p))
                text_printf(c->aux, "[%#lx]", addr);
            return;
        }
        for (uint64_t i = 0, told = 0; i < n && get(c, &p, addr + i * sizeof(p), sizeof(p)); i++)
            if (p.revents && told >= c->tr->opt.strsize) {
                text_puts(c->aux, ", ...");
                break;
            } else if (p.revents) {
                struct text *out = c->out;

                text_printf(c->aux, "%s{fd=%d, revents=", *sep ? sep : "[", p.fd);
                c->out = c->aux;
                print_flags_named(c, "poll", (uint16_t)p.revents);
                c->out = out;
                text_putc(c->aux, '}');
                sep = ", ";
                told++;
            }
        if (*sep)
            text_putc(c->aux, ']');
        return;
    }
    if (!n || !get(c, &p, addr, sizeof(p))) {
        if (n)
            print_addr(c, addr);
        else
            text_puts(c->out, addr ? "[]" : "NULL");
        return;
    }
    text_putc(c->out, '[');
    for (uint64_t i = 0; i < n; i++, sep = ", ") {
        text_puts(c->out, sep);
        if (is_too_many(c, i) || !get(c, &p, addr + i * sizeof(p), sizeof(p))) {
            text_puts(c->out, "...");
            break;
        }
        text_puts(c->out, "{fd=");
        print_fd(c, p.fd);
        if (p.fd >= 0) {
            text_puts(c->out, ", events=");
            print_flags_named(c, "poll", (uint16_t)p.events);
        }
        text_putc(c->out, '}');
    }
    text_putc(c->out, ']');
}

/* As it goes in, with -y what they stand for; as it comes out, numbers. */
static void put_fd_set(struct call *c, const uint8_t *bits, unsigned n)
{
    struct text *out = c->done ? c->aux : c->out;
    const char *sep = "";

    text_putc(out, '[');
    for (unsigned fd = 0; fd < n; fd++)
        if (bits[fd / 8] >> fd % 8 & 1 && (!c->done || c->ready++ < c->ret)) {
            text_puts(out, sep);
            if (c->done)
                text_printf(out, "%u", fd);
            else
                print_fd(c, (int)fd);
            sep = " ";
        }
    text_putc(out, ']');
}

/* select(4, [3], NULL, NULL, {...}) = 1 (in [3]) */
static void print_fd_set(struct call *c, uint64_t addr, const struct arg *a)
{
    uint8_t bits[128] = {0};
    int nfds = (int)c->args[0];
    unsigned n = nfds < 0 ? 0 : nfds > 1024 ? 1024 : (unsigned)nfds;
    bool ok = n && get(c, bits, addr, (n + 63) / 64 * 8);

    if (!c->done) {
        if (ok)
            put_fd_set(c, bits, n);
        else
            print_addr(c, addr);
        return;
    }
    if (c->ret == 0 && !c->aux->len)
        text_puts(c->aux, "Timeout");
    if (c->ret <= c->ready || !ok)
        return;
    for (unsigned fd = 0; fd < n; fd++)
        if (bits[fd / 8] >> fd % 8 & 1) {
            static const char *const names[] = {"nfds", "in", "out", "except"};

            text_printf(c->aux, "%s%s ", c->aux->len ? ", " : "", names[c->at]);
            put_fd_set(c, bits, n);
            return;
        }
}

static void print_sigset_ptr(struct call *c, uint64_t addr, const struct arg *a)
{
    uint64_t v[2], set;

    if (!get(c, v, addr, sizeof(v))) {
        print_addr(c, addr);
        return;
    }
    text_puts(c->out, "{sigmask=");
    if (v[1] == sizeof(set) && get(c, &set, v[0], sizeof(set)))
        print_sigset(c, set);
    else
        print_addr(c, v[0]);
    text_printf(c->out, ", sigsetsize=%lu}", v[1]);
}

static void print_epoll_event(struct call *c, const void *p)
{
    const struct epoll_event *e = p;

    text_puts(c->out, "{events=");
    print_flags_named(c, "epoll", e->events);
    text_printf(c->out, ", data=%#lx}", e->data.u64);
}

/* ---- directories and file systems ---- */

#define ST_VALID 0x20

static void print_statfs(struct call *c, const void *p)
{
    const struct statfs *s = p;

    text_puts(c->out, "{f_type=");
    if (xlat_name(xlat_find("fs_magic")->x, (uint64_t)s->f_type))
        print_xlat_named(c, "fs_magic", (uint64_t)s->f_type);
    else
        text_printf(c->out, "%#lx", s->f_type);
    text_printf(c->out,
                ", f_bsize=%lu, f_blocks=%lu, f_bfree=%lu, f_bavail=%lu, f_files=%lu, f_ffree=%lu, "
                "f_fsid={val=[%#x, %#x]}, f_namelen=%lu, f_frsize=%lu",
                s->f_bsize, s->f_blocks, s->f_bfree, s->f_bavail, s->f_files, s->f_ffree,
                (unsigned)s->f_fsid.__val[0], (unsigned)s->f_fsid.__val[1], s->f_namelen, s->f_frsize);
    if (s->f_flags & ST_VALID) {
        text_puts(c->out, ", f_flags=");
        print_flags_named(c, "st_flags", (uint64_t)s->f_flags);
    }
    text_putc(c->out, '}');
}

static void print_flock(struct call *c, const void *p)
{
    const struct {
        int16_t type, whence;
        int64_t start, len;
        int32_t pid;
    } *l = p;

    text_puts(c->out, "{l_type=");
    print_xlat_named(c, "lock_type", (uint16_t)l->type);
    text_puts(c->out, ", l_whence=");
    print_xlat_named(c, "whence", (uint16_t)l->whence);
    text_printf(c->out, ", l_start=%ld, l_len=%ld", l->start, l->len);
    if (c->done)
        text_printf(c->out, ", l_pid=%d", l->pid);
    text_putc(c->out, '}');
}

/* fcntl: who is told. */
static void print_owner(struct call *c, const void *p)
{
    const int *v = p;

    text_puts(c->out, "{type=");
    print_xlat_named(c, "owner", (uint32_t)v[0]);
    text_puts(c->out, ", pid=");
    print_pid(c, v[1]);
    text_putc(c->out, '}');
}

/* As much as argument a->len says there is: the first version at least. */
static void print_open_how(struct call *c, uint64_t addr, const struct arg *a)
{
    uint64_t size = c->args[(int)a->len];
    struct open_how h;

    if (size < sizeof(h) || !get(c, &h, addr, sizeof(h))) {
        print_addr(c, addr);
        return;
    }
    text_puts(c->out, "{flags=");
    print_flags_named(c, "open", h.flags);
    if (h.mode)
        text_printf(c->out, ", mode=%#03llo", (unsigned long long)h.mode);
    text_puts(c->out, ", resolve=");
    print_flags_named(c, "resolve", h.resolve);
    print_tail(c, addr, sizeof(h), size);
    text_putc(c->out, '}');
}

/* Where sendfile begins to read, and where it ended: [2] => [6]. */
static void print_sendfile_off(struct call *c, uint64_t addr, const struct arg *a)
{
    uint64_t off;

    if (!get(c, &off, addr, sizeof(off))) {
        if (!c->done)
            print_addr(c, addr);
        return;
    }
    if (!c->done || c->ret > 0)
        text_printf(c->out, c->done ? " => [%lu]" : "[%lu]", off);
}

static void print_utimbuf(struct call *c, const void *p)
{
    const int64_t *v = p;

    text_printf(c->out, "{actime=%ld", v[0]);
    print_when(c, v[0], 0, 9);
    text_printf(c->out, ", modtime=%ld", v[1]);
    print_when(c, v[1], 0, 9);
    text_putc(c->out, '}');
}

static void print_clone_range(struct call *c, const void *p)
{
    const struct file_clone_range *r = p;

    text_puts(c->out, "{src_fd=");
    print_fd(c, (int)r->src_fd);
    text_printf(c->out, ", src_offset=%llu, src_length=%llu, dest_offset=%llu}", r->src_offset, r->src_length,
                r->dest_offset);
}

const struct struct_type structs_fs[] = {
    {"fdpair", 8, print_fdpair, NULL, false, STRUCT_PLAIN},
    {"pollfd", 0, NULL, print_pollfds, true, STRUCT_PLAIN},
    {"fd_set", 0, NULL, print_fd_set, true, STRUCT_PLAIN, .sized = true},
    {"sigset_ptr", 0, NULL, print_sigset_ptr, false, STRUCT_PLAIN},
    {"epoll_event", 12, print_epoll_event, NULL, false, STRUCT_PLAIN},
    {"statfs", 120, print_statfs, NULL, false, STRUCT_PLAIN},
    {"flock", 32, print_flock, NULL, false, STRUCT_PLAIN},
    {"owner", 8, print_owner, NULL, false, STRUCT_PLAIN},
    {"open_how", 0, NULL, print_open_how, false, STRUCT_PLAIN, NULL, true},
    {"sendfile_off", 0, NULL, print_sendfile_off, true, STRUCT_SPLIT},
    {"utimbuf", 16, print_utimbuf, NULL, false, STRUCT_PLAIN},
    {"clone_range", sizeof(struct file_clone_range), print_clone_range, NULL, false, STRUCT_PLAIN},
    {NULL, 0, NULL, NULL, false, STRUCT_PLAIN},
};
