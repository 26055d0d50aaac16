/*
 * dirlist.c - reading directories: getdents and getdents64.
 *
 * A listing is taken whole when reading begins (or after a seek to 0), ".", ".." and then the names in
 * byte order, so that every run shows the same order whatever the host's file system gives. d_off is the
 * index of the next entry.
 */
#include "../handlers.h"
#include "notify.h"
#include "vfs.h"

#include <dirent.h>
#include <stdlib.h>

struct dirlist_entry {
    uint64_t ino;
    unsigned char type;
    char *name;
};
struct dirlist {
    struct dirlist_entry *v;
    size_t n, room;
};

int dirlist_add(struct dirlist *l, const char *name, size_t len, uint64_t ino, unsigned mode)
{
    if (l->n == l->room) {
        size_t room = l->room ? l->room * 2 : 32;
        void *v = realloc(l->v, room * sizeof(*l->v));

        if (!v)
            return -ENOMEM;
        l->v = v;
        l->room = room;
    }
    char *copy = strndup(name, len);
    if (!copy)
        return -ENOMEM;
    l->v[l->n++] = (struct dirlist_entry){ino, IFTODT(mode), copy};
    return 0;
}

static void dirlist_free(struct dirlist *l)
{
    for (size_t i = 0; l && i < l->n; i++)
        free(l->v[i].name);
    if (l)
        free(l->v);
    free(l);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct dirlist_entry *)a)->name, ((const struct dirlist_entry *)b)->name);
}

/* Mount points that the file system below does not have itself. */
static int list_mount_points(struct dirlist *l, struct dentry *dir)
{
    size_t n = l->n;

    list_for_each (p, &dir->children) {
        struct dentry *d = container_of(p, struct dentry, sibling);
        bool seen = false;

        if (!d->mounted || !d->inode)
            continue;
        for (size_t i = 0; i < n && !seen; i++)
            seen = !strcmp(l->v[i].name, d->name);
        if (!seen && dirlist_add(l, d->name, d->name_len, d->inode->ino, d->inode->mode))
            return -ENOMEM;
    }
    return 0;
}

static int dirlist_read(struct task *t, struct file *f, struct dirlist **out)
{
    struct dirlist *l = calloc(1, sizeof(*l));
    struct dentry *dir = f->dentry, *up = dir == t->fs->root ? dir : d_parent(dir);
    int err = l ? 0 : -ENOMEM;

    if (!err) {
        err = dirlist_add(l, ".", 1, dir->inode->ino, S_IFDIR);
        if (!err)
            err = dirlist_add(l, "..", 2, up->inode->ino, S_IFDIR);
        if (!err)
            err = f->inode->ops->list(t, dir, l);
        if (!err)
            err = list_mount_points(l, dir);
        if (!err && l->n > 2)
            qsort(l->v + 2, l->n - 2, sizeof(*l->v), by_name);
    }
    if (err) {
        dirlist_free(l);
        return err;
    }
    *out = l;
    return 0;
}

/* struct linux_dirent has the type in its last byte, struct linux_dirent64 before the name. */
static int64_t fill_dirents(struct task *t, uint64_t a[3], bool is64)
{
    struct file *f = fd_file(t, (int)a[0]);
    uint64_t addr = a[1], room = (unsigned)a[2], done = 0;
    struct dirlist *l;
    int err;

    if (!f)
        return -EBADF;
    if (!f->inode || !is_dir(f->inode) || !f->inode->ops->list)
        return -ENOTDIR;
    if (f->dentry->deleted)
        return -ENOENT;
    if (!f->priv || f->pos == 0) {
        err = dirlist_read(t, f, &l);
        if (err)
            return err;
        dirlist_free(f->priv);
        f->priv = l;
    }
    l = f->priv;
    while (f->pos < l->n) {
        const struct dirlist_entry *e = &l->v[f->pos];
        size_t len = strlen(e->name), reclen;
        union {
            struct {
                uint64_t ino, off;
                uint16_t reclen;
                char rest[NAME_LEN_MAX + 16];
            } d;
            char raw[320];
        } u;

        reclen = is64 ? (19 + len + 1 + 7) & ~7ull : (18 + len + 2 + 7) & ~7ull;
        if (done + reclen > room)
            return done ? (int64_t)done : -EINVAL;
        memset(&u, 0, sizeof(u));
        u.d.ino = e->ino;
        u.d.off = f->pos + 1;
        u.d.reclen = reclen;
        if (is64)
            u.raw[18] = e->type;
        else
            u.raw[reclen - 1] = e->type;
        memcpy(u.raw + (is64 ? 19 : 18), e->name, len);
        if (mm_copy_out(t->mm, addr + done, &u, reclen))
            return done ? (int64_t)done : -EFAULT;
        done += reclen;
        f->pos++;
    }
    file_accessed(f);
    notify_dentry(f->dentry, IN_ACCESS);
    return done;
}

int64_t sys_getdents64(struct task *t, const uint64_t a[6])
{
    return fill_dirents(t, (uint64_t[3]){a[0], a[1], a[2]}, true);
}

int64_t sys_getdents(struct task *t, const uint64_t a[6])
{
    return fill_dirents(t, (uint64_t[3]){a[0], a[1], a[2]}, false);
}

static int64_t dir_lseek(struct file *f, int64_t off, int whence)
{
    struct dirlist *l = f->priv;

    return generic_lseek(f, off, whence, l ? l->n : 0);
}

static int64_t dir_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    return -EISDIR;
}

static int64_t dir_fsync(struct file *f)
{
    return 0;
}

static void dir_release(struct file *f)
{
    dirlist_free(f->priv);
}

const struct file_ops dir_file_ops = {
    .read = dir_read,
    .lseek = dir_lseek,
    .fsync = dir_fsync,
    .release = dir_release,
};
