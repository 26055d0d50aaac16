/*
 * dcache.c - life of inodes and dentries, and the hash that finds a name in a directory.
 *
 * A dentry lives as long as somebody holds it (a child holds its parent). File systems whose tree is the
 * dentries themselves (tmpfs, /dev) hold one more reference: they "pin" them.
 */
#include "fs_calls.h"
#include "notify.h"
#include "xattr.h"

#include <stdlib.h>

uint64_t vfs_now(const struct kernel *k)
{
    return KERNEL_EPOCH_NS + k->now_ns;
}

struct super *super_create(struct vfs *v, enum fs_type type, const char *name, uint64_t magic, uint64_t dev)
{
    struct super *sb = calloc(1, sizeof(*sb));

    if (!sb)
        return NULL;
    sb->type = type;
    sb->k = v->k;
    sb->name = name;
    sb->magic = magic;
    sb->dev = dev;
    sb->next_ino = 1;
    sb->max_inodes = v->k->sys.phys.nframes / 2;
    sb->mnt_id = 20 + v->next_mnt_id++;
    struct super **p = &v->supers;
    while (*p)
        p = &(*p)->next;
    *p = sb;
    if (!v->sb[type])
        v->sb[type] = sb;
    return sb;
}

struct inode *inode_alloc(struct super *sb, unsigned mode)
{
    struct inode *inode;

    if (sb->nr_inodes >= sb->max_inodes || !(inode = calloc(1, sizeof(*inode))))
        return NULL;
    sb->nr_inodes++;
    inode->sb = sb;
    inode->refs = 1;
    inode->mode = mode;
    inode->nlink = S_ISDIR(mode) ? 2 : 1;
    inode->dev = sb->dev;
    inode->uid = sb->k->cfg.uid;
    inode->gid = sb->k->cfg.gid;
    inode->atime = inode->mtime = inode->ctime = inode->btime = vfs_now(sb->k);
    return inode;
}

struct inode *inode_get(struct inode *inode)
{
    inode->refs++;
    return inode;
}

void inode_put(struct inode *inode)
{
    if (!inode || --inode->refs)
        return;
    inode->sb->nr_inodes--;
    if (inode->ops && inode->ops->evict)
        inode->ops->evict(inode);
    if (inode->obj)
        vm_object_put(inode->obj);
    xattrs_free(inode->xattrs);
    locks_free(inode);
    free(inode->leases);
    free(inode);
}

static unsigned hash_name(const struct dentry *dir, const char *name, size_t len)
{
    uint64_t h = (uintptr_t)dir >> 4;

    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)name[i]) * UINT64_C(0x100000001b3);
    return (h ^ h >> 29) & ((1u << DHASH_BITS) - 1);
}

struct dentry *dentry_alloc(struct super *sb, struct dentry *parent, const char *name, size_t len)
{
    struct dentry *d = calloc(1, sizeof(*d) + len + 1);

    if (!d)
        return NULL;
    d->sb = sb;
    d->parent = parent ? dentry_get(parent) : NULL;
    d->refs = 1;
    d->name_len = d->room = len;
    d->name = d->inline_name;
    memcpy(d->name, name, len);
    list_init(&d->children);
    list_init(&d->sibling);
    return d;
}

struct dentry *dentry_get(struct dentry *d)
{
    d->refs++;
    return d;
}

static void d_unhash(struct dentry *d)
{
    struct vfs *v = d->sb->k->vfs;

    if (!d->hashed)
        return;
    d->hashed = false;
    for (struct dentry **p = &v->dhash[hash_name(d->parent, d->name, d->name_len)]; *p; p = &(*p)->hash_next)
        if (*p == d) {
            *p = d->hash_next;
            break;
        }
    list_del(&d->sibling);
}

void dentry_put(struct dentry *d)
{
    /* A loop, not recursion: a chain of parents may be as long as a path. */
    while (d && --d->refs == 0) {
        struct dentry *parent = d->parent;

        d_unhash(d);
        if (d->deleted && d->inode && d->inode->watches && (!d->inode->nlink || is_dir(d->inode)))
            notify_gone(d->inode);
        if (d->inode && d->inode->alias == d)
            d->inode->alias = NULL;
        inode_put(d->inode);
        if (d->name != d->inline_name)
            free(d->name);
        free(d);
        d = parent;
    }
}

void d_hash(struct dentry *d)
{
    struct dentry **head = &d->sb->k->vfs->dhash[hash_name(d->parent, d->name, d->name_len)];

    if (d->hashed)
        return;
    d->hash_next = *head;
    *head = d;
    d->hashed = true;
    list_add_tail(&d->parent->children, &d->sibling);
}

void d_pin(struct dentry *d)
{
    if (!d->pinned) {
        d->pinned = true;
        dentry_get(d);
    }
}

void d_drop(struct dentry *d)
{
    d_unhash(d);
    if (d->pinned) {
        d->pinned = false;
        dentry_put(d);
    }
}

struct dentry *d_find(struct vfs *v, struct dentry *dir, const char *name, size_t len)
{
    for (struct dentry *d = v->dhash[hash_name(dir, name, len)]; d; d = d->hash_next)
        if (d->parent == dir && d->name_len == len && !memcmp(d->name, name, len))
            return d;
    return NULL;
}

/* d becomes dir/name, whatever had that name is out of the tree. */
void d_move(struct dentry *d, struct dentry *dir, const char *name)
{
    struct vfs *v = d->sb->k->vfs;
    size_t len = strlen(name);
    struct dentry *there = d_find(v, dir, name, len), *old = d->parent;

    if (there && there != d)
        d_unhash(there);
    d_unhash(d);
    if (d->name != d->inline_name)
        free(d->name);
    d->name = d->inline_name;
    if (len > d->room && !(d->name = malloc(len + 1))) {
        /* No memory for the longer name: the entry leaves the cache and is found again by the next look. */
        d->name = d->inline_name;
        d->name_len = 0;
        *d->name = 0;
        return;
    }
    memmove(d->name, name, len);
    d->name[len] = 0;
    d->name_len = len;
    d->parent = dentry_get(dir);
    dentry_put(old);
    d_hash(d);
}

bool d_is_ancestor(const struct dentry *a, const struct dentry *d)
{
    for (; d; d = d->parent)
        if (d == a)
            return true;
    return false;
}

struct dentry *d_parent(struct dentry *d)
{
    while (!d->parent && d->covers)
        d = d->covers;
    return d->parent ? d->parent : d;
}

int64_t d_path(const struct dentry *d, const struct dentry *root, char *buf, size_t size, bool *unreachable)
{
    size_t at = size;

    *unreachable = false;
    if (size < 2)
        return -ENAMETOOLONG;
    buf[--at] = 0;
    for (;;) {
        if (d == root)
            break;
        if (!d->parent) {
            if (d->covers) {
                d = d->covers;
                continue;
            }
            *unreachable = root != NULL;
            break;
        }
        if (at < d->name_len + 1u)
            return -ENAMETOOLONG;
        at -= d->name_len;
        memcpy(buf + at, d->name, d->name_len);
        buf[--at] = '/';
        d = d->parent;
    }
    if (at == size - 1)
        buf[--at] = '/';
    memmove(buf, buf + at, size - at);
    return size - at - 1;
}
