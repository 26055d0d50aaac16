/*
 * vfs.h - the inside of the guest's file systems: superblocks, inodes, dentries, the path walk.
 *
 *     struct files (descriptors) -> struct file (open description) -+
 *                                                                   +-> struct dentry -> struct inode -> vm_object
 *     struct fs_struct (cwd, root, umask) --------------------------+   parent, covers/mounted
 *
 * The names and the order of checks follow Linux' fs/ (6.18). One dentry tree holds every file system; a
 * mount is a pair of dentries, the one covered and the root that stands for it. Times are ns since the epoch.
 */
#ifndef SYSCALLS_FS_VFS_H
#define SYSCALLS_FS_VFS_H

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/stat.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>

#include "../file.h"
#include "../table.h"

#define NAME_LEN_MAX    255
#define MAX_RW_COUNT    0x7ffff000u
#define SYMLINK_LIMIT   40
#define O_LARGEFILE_X86 0100000u   /* the kernel's value; glibc defines it as 0 on x86-64 */
#define O_TMPFILE_BIT   020000000u /* __O_TMPFILE without O_DIRECTORY */

enum fs_type {
    FS_HOST,
    FS_TMP,
    FS_PROC,
    FS_DEV,
    FS_SYS,
    FS_MQUEUE,
    FS_PIPE, /* from here on: mounted nowhere */
    FS_SOCK,
    FS_ANON,
    FS_HUGETLB,
    FS_NS,
    NR_FS_TYPES
};

struct super {
    enum fs_type type;
    struct kernel *k;
    const char *name; /* as /proc/mounts has it */
    uint64_t magic;   /* statfs f_type */
    uint64_t dev;     /* st_dev as stat(2) gives it */
    bool ro, noexec, nodev;
    uint64_t next_ino;
    uint64_t nr_inodes, max_inodes;
    struct dentry *root;
    char *host;         /* FS_HOST: host directory the root stands for, "" for the host's own / */
    struct super *next; /* vfs.supers, in mount order */
    unsigned mnt_id;
};

struct dirlist;
struct pipe;
struct tty;
struct flock_list;

/* Attributes to set: the bits of `valid` say which. */
struct iattr {
    unsigned valid; /* ATTR_* */
    unsigned mode;
    unsigned uid, gid;
    uint64_t size, atime, mtime;
};
enum { ATTR_MODE = 1, ATTR_UID = 2, ATTR_GID = 4, ATTR_SIZE = 8, ATTR_ATIME = 16, ATTR_MTIME = 32 };

/* All return 0 or negative errno; a missing operation is EPERM (changes) or ENOTDIR (lookup). */
struct inode_ops {
    /* Give child (name set, no inode yet) its inode; leave NULL when there is none. */
    int (*lookup)(struct task *t, struct dentry *dir, struct dentry *child);
    int (*list)(struct task *t, struct dentry *dir, struct dirlist *out);
    /* Make child: mode has the type; target for symbolic links, rdev for devices. */
    int (*create)(struct task *t, struct dentry *child, unsigned mode, uint64_t rdev, const char *target);
    int (*unlink)(struct task *t, struct dentry *child);
    int (*rmdir)(struct task *t, struct dentry *child);
    int (*link)(struct task *t, struct dentry *old, struct dentry *child);
    int (*rename)(struct task *t, struct dentry *old, struct dentry *child, unsigned flags);
    /* A regular file without a name, of O_TMPFILE in dir; NULL op: EOPNOTSUPP. */
    int (*tmpfile)(struct task *t, struct dentry *dir, unsigned mode, struct inode **out);
    /* What RENAME_WHITEOUT leaves in dir, NULL: no memory. NULL op: rename does it all. */
    struct inode *(*whiteout)(struct task *t, struct dentry *dir);
    /* Text of a symbolic link; its length, cut at size. */
    int64_t (*readlink)(struct task *t, struct dentry *d, char *buf, size_t size);
    /* Magic links (/proc/PID/exe, fd/N): the place itself, with a reference. NULL op: resolve the text. */
    int (*follow)(struct task *t, struct dentry *d, struct dentry **out);
    /* Called on an open after the checks; may replace f->ops and set f->priv. */
    int (*open)(struct task *t, struct dentry *d, struct file *f);
    int (*getattr)(struct inode *inode, struct dentry *d,
                   struct statx *stx); /* NULL: the fields of the inode */
    int (*setattr)(struct task *t, struct inode *inode, struct dentry *d, const struct iattr *a);
    /* Object that holds the bytes of a regular file, made at the first need. No reference is taken. */
    int (*object)(struct inode *inode, struct vm_object **out);
    uint64_t (*size)(struct inode *inode);
    void (*evict)(struct inode *inode); /* last reference gone */
    const struct xattr_ops *xattr;      /* NULL: no extended attributes (xattr.h) */
};

struct inode {
    struct super *sb;
    const struct inode_ops *ops;
    const struct file_ops *fops;
    unsigned refs;
    unsigned mode, uid, gid, nlink;
    uint8_t rw_hint; /* F_SET_RW_HINT */
    bool linkable;   /* of O_TMPFILE without O_EXCL: link(2) may give it its first name */
    uint64_t ino, dev, rdev;
    uint64_t atime, mtime, ctime, btime;
    struct vm_object *obj;
    struct xattr *xattrs;          /* of memory_xattrs */
    struct pipe *fifo;             /* the pipe behind a FIFO while it is open */
    struct flock_list *locks;      /* fcntl and flock locks, NULL: none yet */
    struct lease_list *leases;     /* NULL: there never was one */
    unsigned writers, readers;     /* open files that may be written, that may only be read */
    struct inotify_watch *watches; /* NULL: nobody watches */
    struct dnotify *dnotify;       /* directories: who is told by a signal */
    struct dentry *alias;          /* directories: their one dentry, no reference */
    struct inode *hash_next;       /* host inodes by (dev, ino) */
    void *priv;                    /* per file system */
    union {
        struct {                  /* FS_HOST */
            int fd, wfd;          /* open for reading / for writing, -1: not */
            uint64_t size, mtime; /* as last seen: a change of the host's file shows */
            uint64_t ino;         /* the host's number; the guest may see another */
        } host;
        char *target;   /* symbolic link of tmpfs */
        uint64_t id[3]; /* procfs: what this entry is about */
    };
};

struct dentry {
    struct dentry *parent; /* reference held; NULL: root of a file system */
    struct inode *inode;   /* reference held; NULL: negative (name to be created) */
    struct super *sb;
    unsigned refs;
    bool hashed; /* found by lookup */
    bool pinned; /* the file system holds a reference (tmpfs, mount points) */
    bool deleted;
    bool outside;           /* a file of the host given as stdin ...; name is its path without the first / */
    int host_fd;            /* 1 + the descriptor the emulator was given it as; 0: not given so */
    struct dentry *mounted; /* root of what is mounted here, reference held */
    struct dentry *covers;  /* on a root: the mount point it hides */
    struct list_head children, sibling;
    struct dentry *hash_next;
    unsigned name_len, room; /* room: length that fits inline_name */
    char *name;
    char inline_name[];
};

/* A task that is enough for path walks during set-up: may look everywhere. */
#define SETUP_TASK(kern, fs_)                                                                                \
    {                                                                                                        \
        .k = (kern), .fs = (fs_), .cred = {.cap_effective = UINT64_MAX }                                     \
    }

#define DHASH_BITS 14
#define IHASH_BITS 10
/* In the order in which setns(2) enters them. */
enum ns_kind { NS_USER, NS_MNT, NS_UTS, NS_IPC, NS_PID, NS_CGROUP, NS_NET, NS_TIME, NR_NS };

struct vfs {
    struct kernel *k;
    struct super *supers;
    struct dentry *root;
    struct dentry *dhash[1 << DHASH_BITS];
    struct inode *ihash[1 << IHASH_BITS];
    struct super *sb[NR_FS_TYPES]; /* the first of each type */
    struct dentry *tty;            /* /dev/pts/0 when the host gave us a terminal */
    int tty_fd;
    struct tty *host_tty;  /* job control of that */
    struct dentry *devpts; /* root of /dev/pts */
    struct list_head ptys; /* of pty: tty/pty.c */
    unsigned next_mnt_id;
    uint64_t next_anon_ino;
    struct list_head streams; /* of host_stream: descriptors the emulator was started with */
    unsigned nr_files, max_files;
    struct dentry *ns[NR_NS];            /* nsfs.c: what nobody asked for yet is NULL */
    struct list_head locks;              /* of struct flock_list: locks.c */
    struct list_head sockets, net_names; /* all, and those that are bound: net/ */
    unsigned next_port;
    unsigned pipe_pages;        /* capacity of all pipes */
    unsigned nr_watches;        /* of inotify and F_NOTIFY */
    struct host_stamp **stamps; /* hoststamp.c; NULL: the guest changed no file of the host yet */
    uint64_t nr_stamped;        /* files of the host that the guest made */
    uint32_t last_cookie;       /* of a rename that inotify saw */
    char uuid[37];              /* boot_id */
};

struct fs_struct {
    unsigned refs;
    unsigned umask;
    struct dentry *root, *cwd;
};

/* cwd.c: root or cwd becomes d. */
void fs_set_place(struct dentry **place, struct dentry *d);

/* ---- dcache.c ---- */
struct inode *inode_alloc(struct super *sb, unsigned mode); /* one reference; NULL: ENOMEM / too many */
struct inode *inode_get(struct inode *inode);
void inode_put(struct inode *inode);
struct dentry *dentry_alloc(struct super *sb, struct dentry *parent, const char *name, size_t len);
struct dentry *dentry_get(struct dentry *d);
void dentry_put(struct dentry *d);
void d_hash(struct dentry *d);
void d_drop(struct dentry *d); /* out of the hash; pinned ones lose that reference */
void d_pin(struct dentry *d);
struct dentry *d_find(struct vfs *v, struct dentry *dir, const char *name, size_t len); /* borrowed */
void d_move(struct dentry *d, struct dentry *dir, const char *name);
bool d_is_ancestor(const struct dentry *a,
                   const struct dentry *d); /* a == d or above it, within one file system */
/* Up across mounts. */
struct dentry *d_parent(struct dentry *d);
/* Path from root (the task's; NULL: the machine's), 0-terminated; length or -ENAMETOOLONG. *unreachable is
 * set when root is not above d. */
int64_t d_path(const struct dentry *d, const struct dentry *root, char *buf, size_t size, bool *unreachable);
struct super *super_create(struct vfs *v, enum fs_type type, const char *name, uint64_t magic, uint64_t dev);
uint64_t vfs_now(const struct kernel *k); /* virtual wall clock, ns */

/* ---- namei.c ---- */
enum {                    /* how to walk */
       LOOKUP_FOLLOW = 1, /* the last component too, if it is a symbolic link */
       LOOKUP_DIRECTORY = 2,
       LOOKUP_EMPTY = 4,  /* AT_EMPTY_PATH */
       LOOKUP_CREATE = 8, /* used by open */
};
enum last_type { LAST_NORM, LAST_ROOT, LAST_DOT, LAST_DOTDOT };
/* A walk that stopped before its last component. Release with walk_end(). */
struct walk {
    struct task *t;
    struct dentry *root, *cur; /* references held */
    char *rest, *buf;
    int links;
    unsigned resolve;       /* RESOLVE_* of openat2 */
    struct dentry *beneath; /* RESOLVE_BENEATH / IN_ROOT: the start */
    enum last_type last_type;
    char last[NAME_LEN_MAX + 1];
    bool trailing_slash;
};
#define AT_FDCWD_ -100
int walk_begin(struct walk *w, struct task *t, int dfd, const char *path, unsigned resolve);
int walk_to_parent(struct walk *w); /* 0: w->cur is the parent, w->last the name */
/* Go on where the link *d, which is put, points to: 0; 1: a magic link, *d is the place itself; or negative errno. */
int walk_follow(struct walk *w, struct dentry **d);
void walk_end(struct walk *w);
/* Look up w->last (any type) in w->cur: *out has a reference, may be negative. Mounts are crossed. */
int walk_last(struct walk *w, struct dentry **out);
/* A whole path to an existing place; *out gets a reference. */
int path_lookup(struct task *t, int dfd, const char *path, unsigned flags, struct dentry **out);
/* The same with a guest pointer and AT_* flags (AT_EMPTY_PATH, AT_SYMLINK_(NO)FOLLOW translated by the
 * caller). */
int user_path_lookup(struct task *t, int dfd, uint64_t upath, unsigned flags, struct dentry **out);
/* AT_SYMLINK_NOFOLLOW and AT_EMPTY_PATH as the walk's flags. */
static inline unsigned lookup_flags(unsigned at)
{
    return (at & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) | (at & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
}
/* One name in a directory, mounts not crossed; reference in *out, may be negative. */
int dir_lookup(struct task *t, struct dentry *dir, const char *name, size_t len, struct dentry **out);
/* getname(9): a path from the guest; buf has PATH_MAX bytes. Length, -ENOENT when empty (unless empty_ok),
 * ... */
int64_t getname(struct task *t, uint64_t upath, char *buf, bool empty_ok);
#define MAY_EXEC  1
#define MAY_WRITE 2
#define MAY_READ  4
int inode_permission(struct task *t, const struct inode *inode, unsigned mask);
bool task_capable(const struct task *t, int cap); /* CAP_* effective? */
bool inode_owner_or_capable(const struct task *t, const struct inode *inode);
bool task_in_group(const struct task *t, unsigned gid);
int may_create(struct task *t, struct dentry *dir); /* an entry in dir: 0 or negative errno */
int may_delete(struct task *t, struct dentry *dir, struct dentry *victim, bool isdir);

/* ---- file.c ---- */
struct file *file_alloc(struct kernel *k, const struct file_ops *ops,
                        unsigned flags); /* NULL: ENFILE/ENOMEM */
/* The open file behind a mapping; NULL: memory of the mapping's own. */
struct file *file_of_mapping(const struct mm_file *mf);
/* dentry_open: the last step of open(2). */
int64_t file_open_dentry(struct task *t, struct dentry *d, unsigned flags, struct file **out);
bool file_is_stream(const struct file *f); /* no position: pread is ESPIPE */
/* A file without a place in the tree: name is what /proc/PID/fd shows. Takes its own reference on inode. */
struct file *file_on_inode(struct kernel *k, struct inode *inode, const char *name,
                           const struct file_ops *ops, unsigned flags);
/* vfs_path() as seen from a root directory (NULL: the machine's). */
size_t vfs_path_from(const struct dentry *d, const struct dentry *root, char *buf, size_t size);
int64_t generic_lseek(struct file *f, int64_t off, int whence, uint64_t size);
/* file_ops.lseek of streams that do not say ESPIPE: the position stays 0. */
int64_t noop_lseek(struct file *f, int64_t off, int whence);
void inode_copy_attr(struct inode *inode, const struct iattr *a);
/* inode_ops.setattr of an inode that exists only here. */
int simple_setattr(struct task *t, struct inode *inode, struct dentry *d, const struct iattr *a);
/* An anonymous file "anon_inode:[name]" with its shared inode. */
struct file *anon_file(struct kernel *k, const char *name, const struct file_ops *ops, void *priv,
                       unsigned flags);
struct inode *anon_inode(struct kernel *k, enum fs_type type, unsigned mode);
uint64_t inode_size(struct inode *inode);
int inode_object(struct inode *inode, struct vm_object **out);
void file_accessed(struct file *f);
int do_truncate(struct task *t, struct inode *inode, struct dentry *d, uint64_t size);

/* ---- attr.c ---- */
/* Set attributes without more checks, and tell who watches. 0 or negative errno. */
int inode_setattr(struct task *t, struct inode *inode, struct dentry *d, const struct iattr *a);

/* ---- stat.c ---- */
int inode_getattr(struct inode *inode, struct dentry *d, struct statx *stx);
void generic_getattr(struct inode *inode, struct statx *stx);

/* ---- dirlist.c: directory listings in a fixed order ---- */
int dirlist_add(struct dirlist *l, const char *name, size_t len, uint64_t ino, unsigned mode);
extern const struct file_ops dir_file_ops;

/* ---- the file systems ---- */
extern const struct inode_ops tmpfs_fixed_dir_ops, tmpfs_file_ops;
extern const struct file_ops regular_file_ops; /* files whose bytes are a vm_object */
struct inode *tmpfs_inode(struct super *sb, unsigned mode, uint64_t rdev);
/* Of directories whose names are pinned dentries. */
int tmpfs_lookup(struct task *t, struct dentry *dir, struct dentry *child);
int tmpfs_list(struct task *t, struct dentry *dir, struct dirlist *out);
void tmpfs_instantiate(struct dentry *child,
                       struct inode *inode); /* child becomes its name; takes the reference */
void tmpfs_forget(struct dentry *child);     /* it is a name no more */
/* The root of sb is to be inode, whose reference it takes: a dentry, NULL: no memory, nor if inode is NULL. */
struct dentry *super_root(struct super *sb, struct inode *inode);
struct dentry *tmpfs_mount_root(struct vfs *v, const char *name, unsigned mode, uint64_t dev);
/* Makes dir/name in a tmpfs-like file system during set-up; no reference returned, NULL: ENOMEM. */
struct dentry *tmpfs_add(struct dentry *dir, const char *name, unsigned mode, uint64_t rdev,
                         const char *target);

struct super *hostfs_create(struct vfs *v, const char *host, bool ro);
int hostfs_root(struct super *sb);
struct inode *hostfs_inode_of_fd(struct super *sb, int fd);
bool hostfs_path(const struct dentry *d, char *buf, size_t size);

/* ---- hoststamp.c ---- */
static inline uint64_t ns_of(struct timespec ts)
{
    return (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}
enum {
    STAMP_NEW = 1,  /* the guest made it */
    STAMP_DATA = 2, /* mtime and ctime are now */
    STAMP_META = 4, /* ctime is now */
};
/* The guest just changed a file, whose attributes on the host are now st; a: times it set, NULL: none. */
void hostfs_stamp(struct inode *inode, const struct stat *st, unsigned what, const struct iattr *a);
void hostfs_stamp_path(struct inode *inode, const char *path, unsigned what); /* path: of the host */
void hostfs_stamp_dentry(struct dentry *d, unsigned what);
/* What the guest sees of (dev, ino) of the host: its number, and in *stx its times. */
uint64_t hostfs_shown_ino(struct vfs *v, uint64_t dev, uint64_t ino);
void hostfs_show_stamp(const struct inode *inode, struct statx *stx);
void hostfs_forget_stamp(const struct inode *inode); /* the file is gone */
void hostfs_stamps_free(struct vfs *v);

int devfs_mount(struct vfs *v);
int mqueue_mount(struct vfs *v, struct dentry *dev); /* ipc/mq_dir.c: /dev/mqueue */
int procfs_mount(struct vfs *v);
int sysfs_mount(struct vfs *v);
extern const struct file_ops tty_file_ops;    /* the host's terminal */
struct dentry *devfs_add_tty(struct task *t); /* for the first program; borrowed; NULL: no memory */
/* A memory device's operations by number; NULL: none of these. */
const struct file_ops *chrdev_ops(uint64_t rdev);
/* Open what a device node stands for; flags are open(2)'s. 0 or negative errno, -ENXIO: no such device. */
int64_t chrdev_open(struct task *t, struct file *f, unsigned flags);
extern const struct file_ops fifo_file_ops;
/* May return SYS_BLOCK: the open waits for the other side. */
int64_t fifo_open(struct task *t, struct inode *inode, struct file *f);
void fifo_evict(struct inode *inode); /* an inode's end: frees its pipe */

/* ---- mount.c ---- */
/* Where sb is mounted, as seen from a root directory; false: nowhere, or out of its sight. */
bool mount_path(const struct super *sb, const struct dentry *root, char *path, size_t size);
const char *super_type_name(const struct super *sb); /* as mount(8) has it */
/* A mount's number that is never used again, for statx and statmount: mnt_id and this (MNT_UNIQUE_ID_OFFSET). */
#define MOUNT_UNIQUE_OFFSET (UINT64_C(1) << 31)
int vfs_mount(struct vfs *v, struct dentry *at, struct dentry *root);
/* Where to mount on a guest path during set-up; missing directories are made up. Borrowed. */
int path_mount_point(struct vfs *v, const char *path, struct dentry **out);

/* write(2) to what nobody reads any more. */
void send_sigpipe(struct task *t);

static inline bool is_dir(const struct inode *i)
{
    return S_ISDIR(i->mode);
}

#endif
