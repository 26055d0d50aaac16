/*
 * namei.c - from a path to a dentry, as Linux' fs/namei.c walks it.
 *
 * The walk is a loop over a string of what is left to do. A symbolic link is answered by putting its text in
 * front of that string:
 *
 *      cur = /usr/bin   rest = "awk/x"      awk -> /etc/alternatives/awk
 *      cur = /          rest = "etc/alternatives/awk/x"
 *
 * so trailing slashes, nested links and links to links need no case of their own. All links are resolved here
 * and never by the host, hence nothing leads out of the guest's root.
 */
#include "vfs.h"

#include <linux/capability.h>
#include <linux/openat2.h>
#include <stdlib.h>

/* ---- permissions ---- */

#define CAP_BIT(cap) (UINT64_C(1) << (cap))

bool task_capable(const struct task *t, int cap)
{
    return t->cred.cap_effective & CAP_BIT(cap);
}

bool task_in_group(const struct task *t, unsigned gid)
{
    const struct group_list *g = t->cred.groups;

    if (gid == t->cred.fsgid)
        return true;
    for (unsigned i = 0; g && i < g->n; i++)
        if (g->gid[i] == gid)
            return true;
    return false;
}

bool inode_owner_or_capable(const struct task *t, const struct inode *inode)
{
    return t->cred.fsuid == inode->uid || task_capable(t, CAP_FOWNER);
}

int inode_permission(struct task *t, const struct inode *inode, unsigned mask)
{
    unsigned mode = inode->mode;

    if ((mask & MAY_WRITE) && inode->sb->ro && (S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode)))
        return -EROFS;
    unsigned bits = inode->uid == t->cred.fsuid ? mode >> 6 : task_in_group(t, inode->gid) ? mode >> 3 : mode;
    if (!(mask & ~bits & 7))
        return 0;
    if (S_ISDIR(mode)) {
        if (!(mask & MAY_WRITE) && task_capable(t, CAP_DAC_READ_SEARCH))
            return 0;
    } else if (mask == MAY_READ && task_capable(t, CAP_DAC_READ_SEARCH)) {
        return 0;
    }
    /* All but executing what nobody may execute. */
    if (task_capable(t, CAP_DAC_OVERRIDE) && (!(mask & MAY_EXEC) || S_ISDIR(mode) || (mode & 0111)))
        return 0;
    return -EACCES;
}

int may_create(struct task *t, struct dentry *dir)
{
    if (dir->deleted)
        return -ENOENT;
    return inode_permission(t, dir->inode, MAY_WRITE | MAY_EXEC);
}

int may_delete(struct task *t, struct dentry *dir, struct dentry *victim, bool isdir)
{
    int err;

    if (!victim->inode)
        return -ENOENT;
    err = inode_permission(t, dir->inode, MAY_WRITE | MAY_EXEC);
    if (err)
        return err;
    if ((dir->inode->mode & S_ISVTX) && !task_capable(t, CAP_FOWNER) && victim->inode->uid != t->cred.fsuid &&
        dir->inode->uid != t->cred.fsuid)
        return -EPERM;
    if (isdir) {
        if (!is_dir(victim->inode))
            return -ENOTDIR;
        if (!victim->parent)
            return -EBUSY;
    } else if (is_dir(victim->inode)) {
        return -EISDIR;
    }
    if (dir->deleted)
        return -ENOENT;
    return 0;
}

/* ---- names from the guest ---- */

int64_t getname(struct task *t, uint64_t upath, char *buf, bool empty_ok)
{
    int64_t n = mm_copy_str(t->mm, buf, upath, PATH_MAX);

    if (n == 0 && !empty_ok)
        return -ENOENT;
    return n;
}

/* ---- one step ---- */

/* Inodes of /proc are made at each look. */
static bool same_thing(const struct inode *a, const struct inode *b)
{
    return a && b &&
           (a == b || (a->ops == b->ops && a->sb == b->sb && a->priv && a->priv == b->priv &&
                       !memcmp(a->id, b->id, sizeof(a->id))));
}

int dir_lookup(struct task *t, struct dentry *dir, const char *name, size_t len, struct dentry **out)
{
    struct dentry *d = d_find(t->k->vfs, dir, name, len);
    int err;

    if (d && d->pinned) {
        *out = dentry_get(d);
        return 0;
    }
    if (!dir->inode->ops->lookup)
        return -ENOTDIR;
    if (dir->deleted)
        return -ENOENT;
    /* Hosts' and proc's names may have changed behind our back: ask again, keep the dentry if it is the same
     * thing. */
    struct dentry *fresh = dentry_alloc(dir->sb, dir, name, len);
    if (!fresh)
        return -ENOMEM;
    err = dir->inode->ops->lookup(t, dir, fresh);
    if (err) {
        dentry_put(fresh);
        return err;
    }
    if (d && same_thing(fresh->inode, d->inode)) {
        dentry_put(fresh);
        *out = dentry_get(d);
        return 0;
    }
    if (d)
        d_drop(d);
    if (fresh->inode) {
        if (is_dir(fresh->inode)) {
            if (fresh->inode->alias && fresh->inode->alias->hashed) {
                /* Renamed on the host: the directory's one dentry moves along. */
                struct dentry *alias = dentry_get(fresh->inode->alias);

                if (!d_is_ancestor(alias, dir) && alias->parent) {
                    d_move(alias, dir, fresh->name);
                    dentry_put(fresh);
                    *out = alias;
                    return 0;
                }
                dentry_put(alias);
            } else {
                fresh->inode->alias = fresh;
            }
        }
        d_hash(fresh);
    }
    *out = fresh;
    return 0;
}

static struct dentry *cross_mounts(struct dentry *d)
{
    while (d->mounted) {
        struct dentry *root = dentry_get(d->mounted);

        dentry_put(d);
        d = root;
    }
    return d;
}

/* ".." never leaves the root of the task, nor the start of a RESOLVE_BENEATH / IN_ROOT walk. */
static int walk_dotdot(struct walk *w)
{
    struct dentry *up;

    if (w->cur == w->beneath)
        return (w->resolve & RESOLVE_BENEATH) ? -EXDEV : 0;
    if (w->cur == w->root)
        return 0;
    up = d_parent(w->cur);
    if ((w->resolve & RESOLVE_NO_XDEV) && up->sb != w->cur->sb)
        return -EXDEV;
    up = cross_mounts(dentry_get(up));
    dentry_put(w->cur);
    w->cur = up;
    return 0;
}

int walk_last(struct walk *w, struct dentry **out)
{
    struct dentry *d;
    int err;

    if (w->last_type == LAST_DOTDOT) {
        err = walk_dotdot(w);
        if (err)
            return err;
    }
    if (w->last_type != LAST_NORM) {
        *out = dentry_get(w->cur);
        return 0;
    }
    err = dir_lookup(w->t, w->cur, w->last, strlen(w->last), &d);
    if (err)
        return err;
    if (d->mounted) {
        if (w->resolve & RESOLVE_NO_XDEV) {
            dentry_put(d);
            return -EXDEV;
        }
        d = cross_mounts(d);
    }
    *out = d;
    return 0;
}

/* ---- the walk ---- */

/* What is left to do becomes text followed by the old rest. */
static int walk_prepend(struct walk *w, const char *text, size_t len)
{
    size_t rest = strlen(w->rest);
    char *buf = malloc(len + rest + 1);

    if (!buf)
        return -ENOMEM;
    memcpy(buf, text, len);
    memcpy(buf + len, w->rest, rest + 1);
    free(w->buf);
    w->buf = w->rest = buf;
    return 0;
}

static int walk_to_root(struct walk *w)
{
    struct dentry *root = w->root;

    if (w->resolve & RESOLVE_BENEATH)
        return -EXDEV;
    if (w->resolve & RESOLVE_IN_ROOT)
        root = w->beneath;
    if ((w->resolve & RESOLVE_NO_XDEV) && root->sb != w->cur->sb)
        return -EXDEV;
    dentry_get(root);
    dentry_put(w->cur);
    w->cur = root;
    return 0;
}

int walk_begin(struct walk *w, struct task *t, int dfd, const char *path, unsigned resolve)
{
    struct dentry *start = t->fs->cwd;

    memset(w, 0, sizeof(*w));
    w->t = t;
    w->resolve = resolve;
    if ((*path != '/' || (resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT))) && dfd != AT_FDCWD) {
        struct file *f = fd_file_raw(t, dfd);

        if (!f)
            return -EBADF;
        if (*path && (!f->dentry || !f->inode || !is_dir(f->inode)))
            return -ENOTDIR;
        start = f->dentry;
    }
    w->buf = w->rest = strdup(path);
    if (!w->buf)
        return -ENOMEM;
    w->root = dentry_get(t->fs->root);
    if (start)
        w->cur = dentry_get(start);
    if (resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT))
        w->beneath = dentry_get(start);
    if (*path == '/') {
        if (!w->cur)
            w->cur = dentry_get(w->root);
        return walk_to_root(w);
    }
    return 0;
}

void walk_end(struct walk *w)
{
    dentry_put(w->root);
    dentry_put(w->cur);
    dentry_put(w->beneath);
    free(w->buf);
    memset(w, 0, sizeof(*w));
}

/* Go on at what link points to. 0; 1: w->cur is the place; or negative errno. */
static int walk_push_link(struct walk *w, struct dentry *link)
{
    struct inode *inode = link->inode;
    char text[PATH_MAX];
    int64_t n;
    int err;

    if (++w->links > SYMLINK_LIMIT || (w->resolve & RESOLVE_NO_SYMLINKS))
        return -ELOOP;
    if (inode->ops->follow) {
        struct dentry *to = NULL;

        if (w->resolve & RESOLVE_CACHED) /* not without asking its file system */
            return -EAGAIN;
        if (w->resolve & RESOLVE_NO_MAGICLINKS)
            return -ELOOP;
        if (w->resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT))
            return -EXDEV;
        err = inode->ops->follow(w->t, link, &to);
        if (err)
            return err;
        if (to) {
            dentry_put(w->cur);
            w->cur = to;
            return 1; /* already there */
        }
    }
    if (!inode->ops->readlink)
        return -EINVAL;
    n = inode->ops->readlink(w->t, link, text, sizeof(text));
    if (n < 0)
        return n;
    if (n >= PATH_MAX)
        return -ENAMETOOLONG;
    if (n == 0)
        return -ENOENT;
    err = walk_prepend(w, text, n);
    if (!err && *text == '/')
        err = walk_to_root(w);
    return err;
}

int walk_follow(struct walk *w, struct dentry **d)
{
    int err = walk_push_link(w, *d);

    dentry_put(*d);
    *d = err == 1 ? dentry_get(w->cur) : NULL;
    return err;
}

int walk_to_parent(struct walk *w)
{
    for (;;) {
        char *name, *end;
        size_t len;
        int err;

        while (*w->rest == '/')
            w->rest++;
        name = w->rest;
        if (!*name) { /* only slashes: the root, or where a link led */
            w->last_type = LAST_ROOT;
            w->last[0] = 0;
            return 0;
        }
        if (!w->cur->inode || !is_dir(w->cur->inode))
            return -ENOTDIR;
        err = inode_permission(w->t, w->cur->inode, MAY_EXEC);
        if (err)
            return err;
        end = strchrnul(name, '/');
        len = end - name;
        if (len > NAME_LEN_MAX)
            return -ENAMETOOLONG;
        memcpy(w->last, name, len);
        w->last[len] = 0;
        w->last_type = !strcmp(w->last, ".") ? LAST_DOT : !strcmp(w->last, "..") ? LAST_DOTDOT : LAST_NORM;
        w->rest = end;
        while (*end == '/')
            end++;
        w->trailing_slash = *w->rest == '/';
        if (!*end)
            return 0;

        struct dentry *next;
        err = walk_last(w, &next);
        if (err)
            return err;
        if (!next->inode) {
            dentry_put(next);
            return -ENOENT;
        }
        if (S_ISLNK(next->inode->mode)) {
            err = walk_push_link(w, next);
            dentry_put(next);
            if (err < 0)
                return err;
            continue;
        }
        dentry_put(w->cur);
        w->cur = next;
    }
}

int path_lookup(struct task *t, int dfd, const char *path, unsigned flags, struct dentry **out)
{
    struct walk w;
    struct dentry *d = NULL;
    int err;

    *out = NULL;
    if (!*path && !(flags & LOOKUP_EMPTY))
        return -ENOENT;
    err = walk_begin(&w, t, dfd, path, 0);
    while (!err) {
        if (!*path && !w.cur) { /* AT_EMPTY_PATH on an anonymous file: the caller deals with it */
            err = -ENOTDIR;
            break;
        }
        err = walk_to_parent(&w);
        if (!err)
            err = walk_last(&w, &d);
        if (err)
            break;
        if (!d->inode) {
            err = -ENOENT;
            break;
        }
        if (S_ISLNK(d->inode->mode) && w.last_type == LAST_NORM &&
            ((flags & LOOKUP_FOLLOW) || w.trailing_slash)) {
            err = walk_follow(&w, &d);
            if (err != 1)
                continue;
            err = 0; /* a magic link: we are there, trailing slashes may remain */
        }
        if ((w.trailing_slash || (flags & LOOKUP_DIRECTORY)) && !is_dir(d->inode))
            err = -ENOTDIR;
        break;
    }
    walk_end(&w);
    if (err) {
        dentry_put(d);
        return err;
    }
    *out = d;
    return 0;
}

int user_path_lookup(struct task *t, int dfd, uint64_t upath, unsigned flags, struct dentry **out)
{
    char path[PATH_MAX];
    int64_t n = getname(t, upath, path, flags & LOOKUP_EMPTY);

    return n < 0 ? n : path_lookup(t, dfd, path, flags, out);
}
