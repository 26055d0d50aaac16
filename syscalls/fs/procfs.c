/*
 * procfs.c - /proc and /sys: directories and files made from tables of rows (fs/proc/).
 *
 * Nothing is stored: a name is looked up in its row table, a file's text is made when it is read from the
 * start. An inode keeps its row, the id of the task it is about and a descriptor number.
 */
#include "procfs.h"
#include "../process.h"
#include "fs_calls.h"

#include <ctype.h>
#include <stdlib.h>

enum { ID_TID = 0, ID_FD = 1, ID_ADDR = 2 }; /* of inode.id */

static const struct inode_ops proc_ops, proc_link_ops;
static const struct file_ops proc_file_ops;

static const struct proc_row *row_of(const struct inode *inode)
{
    return inode->priv;
}

bool proc_ref_of(struct task *reader, const struct inode *inode, struct proc_ref *ref)
{
    *ref = (struct proc_ref){.reader = reader, .fd = (int)inode->id[ID_FD] - 1, .addr = inode->id[ID_ADDR]};
    if (!inode->id[ID_TID])
        return true;
    ref->task = find_task(reader->k, inode->id[ID_TID]);
    return ref->task != NULL;
}

/* An inode number that depends on the path alone (FNV-1a). */
static uint64_t proc_ino(uint64_t dir, const char *name)
{
    uint64_t h = (dir ^ UINT64_C(0xcbf29ce484222325)) * UINT64_C(0x100000001b3);

    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
    return (h >> 32 ^ h) & 0x7fffffff;
}

static struct inode *proc_inode(struct super *sb, const struct proc_row *row, uint64_t ino, struct task *task,
                                int fd)
{
    struct inode *inode = inode_alloc(sb, row->mode);

    if (!inode)
        return NULL;
    inode->ops = S_ISLNK(row->mode) ? &proc_link_ops : &proc_ops;
    inode->fops = row->fops ? row->fops : &proc_file_ops;
    inode->priv = (void *)row;
    inode->id[ID_TID] = task ? task->tid : 0;
    inode->id[ID_FD] = fd + 1;
    inode->ino = ino;
    inode->uid = task ? task->cred.euid : 0;
    inode->gid = task ? task->cred.egid : 0;
    return inode;
}

/* ---- names ---- */

/* A decimal number without leading zeros, as names of tasks and descriptors; -1: none. */
static int64_t parse_number(const char *s)
{
    int64_t n = 0;

    if (!*s || (*s == '0' && s[1]))
        return -1;
    for (; *s; s++) {
        if (!isdigit((unsigned char)*s) || n > INT_MAX)
            return -1;
        n = n * 10 + (*s - '0');
    }
    return n > INT_MAX ? -1 : n;
}

static const struct proc_row *find_row(const struct proc_row *rows, const char *name)
{
    for (; rows && rows->name; rows++)
        if (!strcmp(rows->name, name))
            return rows;
    return NULL;
}

static int proc_lookup(struct task *t, struct dentry *dir, struct dentry *child)
{
    const struct proc_row *row = row_of(dir->inode), *found = NULL;
    struct task *about = NULL;
    int64_t n = parse_number(child->name);
    uint64_t addr = 0;
    int fd = -1, err;

    if (dir->inode->id[ID_TID]) {
        about = find_task(t->k, dir->inode->id[ID_TID]);
        if (!about)
            return -ENOENT;
    }
    switch (row->dir) {
    case PROC_ROOT:
        if (n > 0) {
            about = find_task(t->k, n);
            found = about ? &proc_pid_row : NULL;
            break;
        } /* fall through */
    case PROC_ROWS:
        found = find_row(row->rows, child->name);
        break;
    case PROC_TASKS:
        about = n > 0 ? find_task(t->k, n) : NULL;
        if (about && about->proc->pid == find_task(t->k, dir->inode->id[ID_TID])->proc->pid)
            found = &proc_tid_row;
        break;
    case PROC_FDS:
    case PROC_FDINFOS:
        if (n >= 0 && files_lookup(about->files, n)) {
            fd = n;
            found = row->dir == PROC_FDS ? &proc_fd_row : &proc_fdinfo_row;
        }
        break;
    case PROC_MAP_FILES:
        err = proc_map_files_find(t, about, child->name, &addr);
        if (err)
            return err;
        found = &proc_map_files_row;
        break;
    case PROC_NODIR:
        return -ENOTDIR;
    }
    if (!found)
        return -ENOENT; /* an error and no free name: nothing can be made here */
    child->inode = proc_inode(dir->sb, found, proc_ino(dir->inode->ino, child->name), about, fd);
    if (!child->inode)
        return -ENOMEM;
    if (fd >= 0 && S_ISLNK(found->mode)) {
        struct file *f = files_lookup(about->files, fd);

        child->inode->mode =
            S_IFLNK | (f->mf.readable || (f->flags & O_PATH) ? 0500 : 0) | (f->mf.writable ? 0300 : 0);
    }
    if (row->dir == PROC_MAP_FILES) {
        child->inode->id[ID_ADDR] = addr;
        child->inode->mode = proc_map_files_mode(&(struct proc_ref){.task = about, .addr = addr});
    }
    return 0;
}

static int list_name(struct dirlist *out, const struct dentry *dir, const char *name, unsigned mode)
{
    return dirlist_add(out, name, strlen(name), proc_ino(dir->inode->ino, name), mode);
}

static int list_number(struct dirlist *out, const struct dentry *dir, int n, unsigned mode)
{
    char name[24];

    snprintf(name, sizeof(name), "%d", n);
    return list_name(out, dir, name, mode);
}

struct listing {
    struct dirlist *out;
    const struct dentry *dir;
};

static int list_mapping(void *ctx, const char *name)
{
    struct listing *l = ctx;

    return list_name(l->out, l->dir, name, S_IFLNK);
}

static int proc_list(struct task *t, struct dentry *dir, struct dirlist *out)
{
    const struct proc_row *row = row_of(dir->inode);
    struct task *about = dir->inode->id[ID_TID] ? find_task(t->k, dir->inode->id[ID_TID]) : NULL;
    int err = 0;

    if (dir->inode->id[ID_TID] && !about)
        return -ENOENT;
    for (const struct proc_row *r = row->rows; r && r->name && !err; r++)
        err = list_name(out, dir, r->name, r->mode);
    if (row->dir == PROC_ROOT || row->dir == PROC_TASKS)
        list_for_each (n, &t->k->tasks) {
            struct task *o = container_of(n, struct task, node);

            if (!err && (row->dir == PROC_ROOT ? o->tid == o->proc->pid : o->proc == about->proc))
                err = list_number(out, dir, o->tid, S_IFDIR);
        }
    if (row->dir == PROC_MAP_FILES)
        err = proc_map_files_list(t, about, list_mapping, &(struct listing){out, dir});
    if (row->dir == PROC_FDS || row->dir == PROC_FDINFOS)
        for (int fd = fd_next(about->files, 0); fd >= 0 && !err; fd = fd_next(about->files, fd + 1))
            err = list_number(out, dir, fd, row->dir == PROC_FDS ? S_IFLNK : S_IFREG);
    return err;
}

/* ---- links ---- */

static int64_t proc_readlink(struct task *t, struct dentry *d, char *buf, size_t size)
{
    struct proc_ref ref;

    if (!proc_ref_of(t, d->inode, &ref))
        return -ENOENT;
    if (row_of(d->inode)->ptrace && !ptrace_may_access(t, ref.task))
        return -EACCES;
    if (row_of(d->inode)->text)
        return snprintf(buf, size, "%s", row_of(d->inode)->text);
    return row_of(d->inode)->link(&ref, buf, size);
}

static int proc_follow(struct task *t, struct dentry *d, struct dentry **out)
{
    const struct proc_row *row = row_of(d->inode);
    struct proc_ref ref;

    if (!proc_ref_of(t, d->inode, &ref))
        return -ENOENT;
    if (row->ptrace && !ptrace_may_access(t, ref.task))
        return -EACCES;
    return row->follow ? row->follow(&ref, out) : 0;
}

/* ---- files ---- */

struct proc_text {
    char *text;
    size_t len;
};

static int make_text(struct task *t, struct file *f)
{
    const struct proc_row *row = row_of(f->inode);
    struct proc_text *p = f->priv;
    struct proc_ref ref;
    FILE *out;
    int err;

    free(p->text);
    p->text = NULL;
    p->len = 0;
    if (!proc_ref_of(t, f->inode, &ref))
        return -ESRCH;
    if (!row->show && !row->text)
        return 0;
    out = open_memstream(&p->text, &p->len);
    if (!out)
        return -ENOMEM;
    err = row->show ? row->show(&ref, out) : 0;
    if (row->text)
        fprintf(out, "%s\n", row->text);
    if (fclose(out) && !err)
        err = -ENOMEM;
    return err;
}

static int proc_open(struct task *t, struct dentry *d, struct file *f)
{
    const struct proc_row *row = row_of(d->inode);
    struct proc_ref ref;

    if (S_ISDIR(d->inode->mode))
        return 0;
    if (!proc_ref_of(t, d->inode, &ref))
        return -ESRCH;
    if (row->ptrace && ref.task != t && !ptrace_may_access(t, ref.task))
        return -EACCES;
    if (row->fops)
        return 0;
    f->priv = calloc(1, sizeof(struct proc_text));
    return f->priv ? 0 : -ENOMEM;
}

static bool record_starts(const struct proc_text *p, enum proc_records kind, size_t at)
{
    return !at || at == p->len ||
           (p->text[at - 1] == '\n' && (kind == PROC_LINES || p->text[at] < 'A' || p->text[at] > 'Z'));
}

/* End of the record that holds byte `at`. */
static size_t record_end(const struct proc_text *p, enum proc_records kind, size_t at)
{
    for (const char *s = p->text + at, *end = p->text + p->len; s < end; s++) {
        s = memchr(s, '\n', end - s);
        if (!s)
            break;
        if (record_starts(p, kind, s + 1 - p->text))
            return s + 1 - p->text;
    }
    return p->len;
}

/* Bytes that a read at `at` may give: the rest of a record that was begun, then records that together stay below a page. */
static size_t readable(const struct proc_text *p, enum proc_records kind, size_t at)
{
    size_t from = at, end;

    if (kind == PROC_WHOLE)
        return p->len - at;
    if (!record_starts(p, kind, at))
        from = record_end(p, kind, at);
    end = from < p->len ? record_end(p, kind, from) : from;
    while (end < p->len) {
        size_t next = record_end(p, kind, end);

        if (next - from >= MM_PAGE_SIZE)
            break;
        end = next;
    }
    return end - at;
}

static int64_t proc_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    struct proc_text *p = f->priv;

    if (*pos == 0 || !p->text) {
        int err = make_text(t, f);

        if (err)
            return err;
    }
    if (*pos >= p->len)
        return 0;
    if (len > readable(p, row_of(f->inode)->records, *pos))
        len = readable(p, row_of(f->inode)->records, *pos);
    memcpy(buf, p->text + *pos, len);
    *pos += len;
    return len;
}

bool vfs_tells_of_machine(const struct file *f)
{
    const struct proc_row *row;

    if (!f->inode || !S_ISREG(f->inode->mode) ||
        (f->inode->sb->type != FS_PROC && f->inode->sb->type != FS_SYS))
        return false;
    row = row_of(f->inode);
    return (row->show || row->text) && !row->of_memory;
}

static int64_t proc_write(struct task *t, struct file *f, const void *buf, uint64_t len, uint64_t *pos)
{
    const struct proc_row *row = row_of(f->inode);
    char text[4096];
    struct proc_ref ref;
    int64_t n;

    if (!row->write)
        return -EIO;
    if (!proc_ref_of(t, f->inode, &ref))
        return -ESRCH;
    if (len >= sizeof(text))
        return -EINVAL;
    memcpy(text, buf, len);
    text[len] = 0;
    n = row->write(&ref, text, len);
    if (n > 0)
        *pos += n;
    return n;
}

static int64_t proc_ioctl(struct task *t, struct file *f, unsigned cmd, uint64_t arg)
{
    const struct proc_row *row = row_of(f->inode);
    struct proc_ref ref;

    if (!row->ioctl)
        return -ENOTTY;
    return proc_ref_of(t, f->inode, &ref) ? row->ioctl(t, &ref, cmd, arg) : -ESRCH;
}

static int64_t proc_lseek(struct file *f, int64_t off, int whence)
{
    if (whence != SEEK_SET && whence != SEEK_CUR)
        return -EINVAL;
    return generic_lseek(f, off, whence, 0);
}

static void proc_release(struct file *f)
{
    struct proc_text *p = f->priv;

    free(p->text);
    free(p);
}

static const struct file_ops proc_file_ops = {
    .read = proc_read,
    .write = proc_write,
    .lseek = proc_lseek,
    .ioctl = proc_ioctl,
    .release = proc_release,
};

/* proc_setattr() of fs/proc/base.c: what belongs to a process keeps its mode. */
static int proc_setattr(struct task *t, struct inode *inode, struct dentry *d, const struct iattr *a)
{
    if (a->valid & ATTR_MODE && d->parent)
        return -EPERM;
    inode_copy_attr(inode, a);
    return 0;
}

/* fd/ tells how many descriptors are open (proc_readfd_count(), since 6.2). */
static unsigned count_fds(struct files *files)
{
    unsigned n = 0;

    for (int fd = fd_next(files, 0); fd >= 0; fd = fd_next(files, fd + 1))
        n++;
    return n;
}

/*
 * Programs count threads by the links of task/ (proc_task_getattr(), proc_root_getattr()); other directories have
 * two and one for each directory in them, those of /proc/sys always one.
 */
static int proc_getattr(struct inode *inode, struct dentry *d, struct statx *stx)
{
    const struct proc_row *row = row_of(inode);
    struct kernel *k = inode->sb->k;
    struct task *about = inode->id[ID_TID] ? find_task(k, inode->id[ID_TID]) : NULL;

    generic_getattr(inode, stx);
    if (S_ISLNK(inode->mode))
        stx->stx_size = row == &proc_fd_row ? 64 : row->text ? strlen(row->text) : 0;
    if (S_ISREG(inode->mode) && inode->sb->type == FS_SYS)
        stx->stx_size = MM_PAGE_SIZE; /* what one look can bring */
    if (row->sysctl)
        stx->stx_nlink = 1;
    for (const struct proc_row *r = row->rows; r && r->name && !row->sysctl; r++)
        stx->stx_nlink += S_ISDIR(r->mode);
    if (row->dir == PROC_ROOT)
        list_for_each (n, &k->processes)
            stx->stx_nlink++;
    if (row->dir == PROC_TASKS && about)
        stx->stx_nlink += about->proc->nr_threads;
    if (row->dir == PROC_FDS && about)
        stx->stx_size = count_fds(about->files);
    if (row == &proc_fd_row || row == &proc_map_files_row)
        stx->stx_size = 64; /* what proc_fd_instantiate() and proc_map_files_instantiate() say */
    return 0;
}

static const struct inode_ops proc_ops = {.lookup = proc_lookup,
                                          .list = proc_list,
                                          .open = proc_open,
                                          .getattr = proc_getattr,
                                          .setattr = proc_setattr};
static const struct inode_ops proc_link_ops = {
    .readlink = proc_readlink, .follow = proc_follow, .getattr = proc_getattr, .setattr = proc_setattr};

bool proc_parse_int(const char *text, int base, long *v)
{
    char *end;

    *v = strtol(text, &end, base);
    return end != text && !end[strspn(end, " \t\n\v\f\r")] && *v >= INT_MIN && *v <= INT_MAX;
}

void proc_escape(FILE *out, const char *s)
{
    for (; *s; s++)
        if (strchr(" \t\n\\", *s))
            fprintf(out, "\\%03o", (unsigned char)*s);
        else
            putc(*s, out);
}

/* ---- mounting ---- */

static int mount_rows(struct vfs *v, enum fs_type type, const char *name, uint64_t magic, unsigned minor_,
                      const char *at, const struct proc_row *row)
{
    struct super *sb = super_create(v, type, name, magic, makedev(0, minor_));
    struct dentry *root, *where;
    int err;

    if (!sb || !(root = dentry_alloc(sb, NULL, "", 0)))
        return -ENOMEM;
    sb->root = root;
    sb->max_inodes = 1u << 20;
    sb->noexec = true;
    root->inode = proc_inode(sb, row, 1, NULL, -1);
    if (!root->inode)
        return -ENOMEM;
    root->inode->alias = root;
    err = path_mount_point(v, at, &where);
    return err ? err : vfs_mount(v, where, root);
}

int procfs_mount(struct vfs *v)
{
    static const struct proc_row root = {"", S_IFDIR | 0555, .dir = PROC_ROOT, .rows = proc_root_rows};

    return mount_rows(v, FS_PROC, "proc", 0x9fa0, 21, "/proc", &root);
}

int sysfs_mount(struct vfs *v)
{
    static const struct proc_row root = DIR_ROW("", sysfs_rows);

    return mount_rows(v, FS_SYS, "sysfs", 0x62656572, 22, "/sys", &root);
}
