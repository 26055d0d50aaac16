/*
 * landlock.h - landlock(7): a task gives up rights on files, ports and other tasks, for itself and whom it makes
 * (security/landlock of 6.18, ABI 7).
 *
 * A ruleset is filled through its descriptor and then becomes a layer of the task's domain. Layers are only added; each
 * one is asked by itself, and all must agree:
 *
 *     task --> layer 2 --> layer 1 --> NULL
 *     child of before --------^
 *
 * ruleset.c is the calls, path.c rights on files, scope.c those on everything else.
 */
#ifndef SYSCALLS_LANDLOCK_LANDLOCK_H
#define SYSCALLS_LANDLOCK_LANDLOCK_H

#include "../file.h"

#define LANDLOCK_ABI 7

/* Rights on files and directories. */
enum {
    LL_EXECUTE = 1 << 0,
    LL_WRITE_FILE = 1 << 1,
    LL_READ_FILE = 1 << 2,
    LL_READ_DIR = 1 << 3,
    LL_REMOVE_DIR = 1 << 4,
    LL_REMOVE_FILE = 1 << 5,
    LL_MAKE_CHAR = 1 << 6,
    LL_MAKE_DIR = 1 << 7,
    LL_MAKE_REG = 1 << 8,
    LL_MAKE_SOCK = 1 << 9,
    LL_MAKE_FIFO = 1 << 10,
    LL_MAKE_BLOCK = 1 << 11,
    LL_MAKE_SYM = 1 << 12,
    LL_REFER = 1 << 13,
    LL_TRUNCATE = 1 << 14,
    LL_IOCTL_DEV = 1 << 15,
    LL_FS_ALL = (1 << 16) - 1,
    /* those that a file can have which is no directory */
    LL_FS_FILE = LL_EXECUTE | LL_WRITE_FILE | LL_READ_FILE | LL_TRUNCATE | LL_IOCTL_DEV,
};
enum { LL_BIND_TCP = 1, LL_CONNECT_TCP = 2, LL_NET_ALL = 3 };
enum { LL_SCOPE_ABSTRACT_UNIX = 1, LL_SCOPE_SIGNAL = 2, LL_SCOPE_ALL = 3 };

struct landlock_rule {
    struct inode *inode; /* with a reference; NULL: of a port */
    uint16_t port;
    unsigned access;
};

/* A ruleset, and once it is in force a layer: nothing is added to it any more. */
struct landlock_layer {
    unsigned refs;
    struct landlock_layer *parent; /* NULL: this is the first */
    unsigned depth;                /* how many layers there are up to this one; a ruleset has 0 */
    unsigned fs, net, scope;       /* rights it decides about; the others are not its matter */
    unsigned nr_rules, room;
    struct landlock_rule *rule;
};

/* ---- ruleset.c ---- */
struct landlock_layer *landlock_get(struct landlock_layer *l); /* NULL stays NULL */
void landlock_put(struct landlock_layer *l);

/* ---- path.c: 0 or -EACCES, -EXDEV ---- */
/* t wants all rights of `access` on d (a directory that is about to change, or a file). */
int landlock_check(const struct task *t, struct dentry *d, unsigned access);
/* Opening d with these O_* flags; exec: to run it. *refused gets what the open file will not permit. */
int landlock_open(const struct task *t, struct dentry *d, unsigned flags, bool exec, unsigned *refused);
/* Making something of this type (S_IFMT of mode) in a directory. */
int landlock_make(const struct task *t, struct dentry *dir, unsigned mode);
/* old gets a name in dir: a further one (link), or in the place of the one it has (rename). new: what has the name now; exchange:
 * and which takes old's. */
int landlock_link(const struct task *t, struct dentry *old, struct dentry *dir);
int landlock_rename(const struct task *t, struct dentry *old, struct dentry *dir, struct dentry *new,
                    bool exchange);
/* ioctl(2) on an open file that may be a device's. */
int landlock_ioctl(const struct file *f, unsigned cmd);

/* ---- scope.c ---- */
/* bind (LL_BIND_TCP) and connect (LL_CONNECT_TCP) of a TCP socket. 0 or -EACCES. */
int landlock_port(const struct task *t, unsigned access, uint16_t port);
/* May t look into target (ptrace, /proc/PID/mem)? */
bool landlock_may_trace(const struct task *t, const struct task *target);
/* May t reach a task (LL_SCOPE_SIGNAL) or an abstract socket (LL_SCOPE_ABSTRACT_UNIX) of that domain? */
bool landlock_reaches(const struct task *t, const struct landlock_layer *whose, unsigned scope);

#endif
