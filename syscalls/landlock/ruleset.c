/* ruleset.c - landlock_create_ruleset, landlock_add_rule, landlock_restrict_self (landlock.h; security/landlock/syscalls.c). */
#include "landlock.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>

#include "../fs/fs_calls.h"
#include "../handlers.h"
#include "../process.h"

#define CREATE_VERSION     1
#define CREATE_ERRATA      2
#define ERRATA             7 /* what was mended of ABI 4 and 6 and is as it should be here, too */
#define RULE_PATH_BENEATH  1
#define RULE_NET_PORT      2
#define RESTRICT_LOG_FLAGS 7u /* what is logged: nothing here */
#define LOG_SUBDOMAINS_OFF 4u
#define MAX_LAYERS         16

/* ---- life ---- */

struct landlock_layer *landlock_get(struct landlock_layer *l)
{
    if (l)
        l->refs++;
    return l;
}

void landlock_put(struct landlock_layer *l)
{
    while (l && --l->refs == 0) {
        struct landlock_layer *parent = l->parent;

        for (unsigned i = 0; i < l->nr_rules; i++)
            inode_put(l->rule[i].inode);
        free(l->rule);
        free(l);
        l = parent;
    }
}

/* ---- the descriptor ---- */

static int64_t no_read(struct task *t, struct file *f, void *buf, uint64_t len, uint64_t *pos)
{
    return -EINVAL;
}

static int64_t no_write(struct task *t, struct file *f, const void *buf, uint64_t len, uint64_t *pos)
{
    return -EINVAL;
}

static void ruleset_release(struct file *f)
{
    landlock_put(f->priv);
}

static const struct file_ops ruleset_ops = {.read = no_read, .write = no_write, .release = ruleset_release};

static bool is_ruleset(const struct file *f)
{
    return f->ops == &ruleset_ops;
}

static int ruleset_of(struct task *t, uint64_t fd, struct landlock_layer **out)
{
    const struct file *f = fd_file(t, arg_int(fd));

    if (!f)
        return -EBADF;
    if (!is_ruleset(f))
        return -EBADFD;
    *out = f->priv;
    return 0;
}

/* ---- making and filling one ---- */

int64_t sys_landlock_create_ruleset(struct task *t, const uint64_t a[6])
{
    uint64_t handled[3]; /* struct landlock_ruleset_attr: file system, network, scopes */
    struct landlock_layer *l;
    struct file *f;
    int err;

    if (arg_uint(a[2])) {
        if (a[0] || a[1])
            return -EINVAL;
        return arg_uint(a[2]) == CREATE_VERSION  ? LANDLOCK_ABI
               : arg_uint(a[2]) == CREATE_ERRATA ? ERRATA
                                                 : -EINVAL;
    }
    if (!a[0])
        return -EFAULT;
    err = copy_struct_in(t, handled, sizeof(handled), a[0], a[1], sizeof(handled[0]));
    if (err)
        return err;
    if (handled[0] & ~(uint64_t)LL_FS_ALL || handled[1] & ~(uint64_t)LL_NET_ALL ||
        handled[2] & ~(uint64_t)LL_SCOPE_ALL)
        return -EINVAL;
    if (!handled[0] && !handled[1] && !handled[2])
        return -ENOMSG;
    l = calloc(1, sizeof(*l));
    if (!l)
        return -ENOMEM;
    l->refs = 1;
    l->fs = (unsigned)handled[0];
    l->net = (unsigned)handled[1];
    l->scope = (unsigned)handled[2];
    f = anon_file(t->k, "[landlock-ruleset]", &ruleset_ops, l, O_RDWR);
    if (!f) {
        landlock_put(l);
        return -ENFILE;
    }
    return fd_install_new(t, f, O_CLOEXEC);
}

/* Rules about the same become one. */
static int add(struct landlock_layer *l, struct inode *inode, uint16_t port, unsigned access)
{
    struct landlock_rule *r = l->rule;

    for (unsigned i = 0; i < l->nr_rules; i++, r++)
        if (r->inode == inode && r->port == port) {
            r->access |= access;
            return 0;
        }
    if (l->nr_rules == l->room) {
        unsigned room = l->room ? l->room * 2 : 8;

        r = realloc(l->rule, room * sizeof(*r));
        if (!r)
            return -ENOMEM;
        l->rule = r;
        l->room = room;
    }
    l->rule[l->nr_rules++] = (struct landlock_rule){inode ? inode_get(inode) : NULL, port, access};
    return 0;
}

static int add_path(struct task *t, struct landlock_layer *l, uint64_t uattr)
{
    struct {
        uint64_t access;
        int32_t parent;
    } __attribute__((packed)) u;
    struct file *f;

    if (mm_copy_in(t->mm, &u, uattr, sizeof(u)))
        return -EFAULT;
    if (!u.access)
        return -ENOMSG;
    if (u.access & ~(uint64_t)l->fs)
        return -EINVAL;
    f = fd_file_raw(t, u.parent);
    if (!f)
        return -EBADF;
    if (is_ruleset(f) || f->inode->sb->type == FS_ANON || f->inode->sb->type == FS_PIPE ||
        f->inode->sb->type == FS_SOCK || f->inode->sb->type == FS_NS)
        return -EBADFD;
    if (!is_dir(f->inode) && u.access & ~(uint64_t)LL_FS_FILE)
        return -EINVAL;
    return add(l, f->inode, 0, (unsigned)u.access);
}

static int add_port(struct task *t, struct landlock_layer *l, uint64_t uattr)
{
    uint64_t u[2]; /* rights, port */

    if (mm_copy_in(t->mm, u, uattr, sizeof(u)))
        return -EFAULT;
    if (!u[0])
        return -ENOMSG;
    if (u[0] & ~(uint64_t)l->net || u[1] > UINT16_MAX)
        return -EINVAL;
    return add(l, NULL, (uint16_t)u[1], (unsigned)u[0]);
}

int64_t sys_landlock_add_rule(struct task *t, const uint64_t a[6])
{
    struct landlock_layer *l;
    int err;

    if (arg_uint(a[3]))
        return -EINVAL;
    err = ruleset_of(t, a[0], &l);
    if (err)
        return err;
    switch (arg_uint(a[1])) {
    case RULE_PATH_BENEATH:
        return add_path(t, l, a[2]);
    case RULE_NET_PORT:
        return add_port(t, l, a[2]);
    }
    return -EINVAL;
}

/* ---- coming into force ---- */

/* The ruleset as it is now: what is added to it later does not count. */
static struct landlock_layer *make_layer(const struct landlock_layer *ruleset, struct landlock_layer *parent)
{
    struct landlock_layer *l = calloc(1, sizeof(*l));

    if (!l)
        return NULL;
    l->refs = 1;
    l->fs = ruleset->fs;
    l->net = ruleset->net;
    l->scope = ruleset->scope;
    for (unsigned i = 0; i < ruleset->nr_rules; i++) {
        const struct landlock_rule *r = &ruleset->rule[i];

        if (add(l, r->inode, r->port, r->access)) {
            landlock_put(l);
            return NULL;
        }
    }
    l->parent = landlock_get(parent);
    l->depth = parent ? parent->depth + 1 : 1;
    return l;
}

int64_t sys_landlock_restrict_self(struct task *t, const uint64_t a[6])
{
    struct landlock_layer *ruleset, *l, *old = t->cred.landlock;
    unsigned flags = arg_uint(a[1]);
    int err;

    if (!t->no_new_privs && !capable(t, CAP_SYS_ADMIN))
        return -EPERM;
    if (flags & ~RESTRICT_LOG_FLAGS)
        return -EINVAL;
    if (arg_int(a[0]) == -1 && flags == LOG_SUBDOMAINS_OFF)
        return 0;
    err = ruleset_of(t, a[0], &ruleset);
    if (err)
        return err;
    if (old && old->depth >= MAX_LAYERS)
        return -E2BIG;
    l = make_layer(ruleset, old);
    if (!l)
        return -ENOMEM;
    t->cred.landlock = l;
    landlock_put(old);
    return 0;
}
