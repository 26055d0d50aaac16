/*
 * creds.c - who a task is and what it may: user and group ids, capabilities (kernel/sys.c,
 * kernel/capability.c, security/commoncap.c). The machine has one user besides root as far as we know: the
 * one it was started for.
 */
#include <errno.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../fs/vfs.h"
#include "../handlers.h"
#include "../landlock/landlock.h"
#include "../process.h"

#define CAP_ALL                 ((UINT64_C(1) << (CAP_LAST_CAP + 1)) - 1)
#define NGROUPS_MAX_LINUX       65536
#define SECBIT_NO_SETUID_FIXUP_ (1u << 2)
#define SECBIT_KEEP_CAPS_       (1u << 4)

static struct group_list *groups_alloc(unsigned n)
{
    struct group_list *g = malloc(sizeof(*g) + n * sizeof(g->gid[0]));

    if (g) {
        g->refs = 1;
        g->n = n;
    }
    return g;
}

struct group_list *groups_get(struct group_list *g)
{
    if (g)
        g->refs++;
    return g;
}

void groups_put(struct group_list *g)
{
    if (g && --g->refs == 0)
        free(g);
}

/* The host's supplementary groups, if the machine's user is the one we run as. */
static struct group_list *host_groups(const struct kernel_config *cfg)
{
    struct group_list *g;
    int n = cfg->uid == geteuid() ? getgroups(0, NULL) : 0;

    g = groups_alloc(n > 0 ? (unsigned)n : 0);
    if (g && g->n && getgroups((int)g->n, g->gid) != n)
        g->n = 0;
    return g;
}

void creds_init(struct cred *c, const struct kernel_config *cfg)
{
    memset(c, 0, sizeof(*c));
    c->uid = c->euid = c->suid = c->fsuid = cfg->uid;
    c->gid = c->egid = c->sgid = c->fsgid = cfg->gid;
    c->cap_bounding = CAP_ALL;
    if (cfg->uid == 0)
        c->cap_permitted = c->cap_effective = CAP_ALL;
    c->groups = host_groups(cfg);
}

void creds_copy(struct cred *to, const struct cred *from)
{
    *to = *from;
    groups_get(to->groups);
    landlock_get(to->landlock);
    keys_get(to);
}

void creds_release(struct cred *c)
{
    groups_put(c->groups);
    c->groups = NULL;
    landlock_put(c->landlock);
    c->landlock = NULL;
    keys_put(c);
}

/* bprm_fill_uid(), and where cap_bprm_creds_from_file() takes it back: from who may not see what comes of it. */
bool creds_of_program(struct task *t, struct file *file, unsigned *euid, unsigned *egid)
{
    const struct cred *c = &t->cred;
    struct statx stx = {0};

    *euid = c->euid;
    *egid = c->egid;
    if (file && !t->no_new_privs && !inode_getattr(file->inode, file->dentry, &stx)) {
        if (stx.stx_mode & S_ISUID)
            *euid = stx.stx_uid;
        if ((stx.stx_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
            *egid = stx.stx_gid;
    }
    if ((*euid != c->uid || *egid != c->gid) && t->tracer && !capable(t->tracer, CAP_SYS_PTRACE) &&
        !capable(t, CAP_SETUID)) {
        *euid = c->uid;
        *egid = c->gid;
    }
    return *euid != c->uid || *egid != c->gid;
}

/* Root gets everything in its bounds, others what they inherit. */
void creds_exec(struct task *t, struct file *file)
{
    struct cred *c = &t->cred;
    unsigned euid, egid;
    bool secure = creds_of_program(t, file, &euid, &egid);

    if (secure || euid != c->euid || egid != c->egid)
        t->pdeath_signal = 0;
    if (secure)
        c->cap_ambient = 0;
    t->proc->dumpable = !secure;
    c->euid = c->suid = c->fsuid = euid;
    c->egid = c->sgid = c->fsgid = egid;
    keys_of_child(c, false);
    if (c->euid == 0 || c->uid == 0) {
        c->cap_permitted = c->cap_bounding | c->cap_inheritable;
        c->cap_effective = c->euid == 0 ? c->cap_permitted : 0;
    } else {
        c->cap_permitted = c->cap_effective = c->cap_ambient;
    }
    c->securebits &= ~SECBIT_KEEP_CAPS_;
    creds_to_mm(t);
}

bool capable(const struct task *t, int cap)
{
    return t->cred.cap_effective & UINT64_C(1) << cap;
}

void creds_to_mm(const struct task *t)
{
    struct mm_owner o = {
        .pid = t->proc->pid,
        .uid = t->cred.euid,
        .gid = t->cred.egid,
        .cap_ipc_lock = capable(t, CAP_IPC_LOCK),
        .cap_sys_admin = capable(t, CAP_SYS_ADMIN),
        .cap_sys_nice = capable(t, CAP_SYS_NICE),
    };

    if (t->mm)
        mm_set_owner(t->mm, &o);
}

bool may_kill(const struct task *t, const struct process *target, int sig)
{
    const struct cred *c = &t->cred, *o = &target->leader->cred;

    if (t->proc == target || c->euid == o->suid || c->euid == o->uid || c->uid == o->suid || c->uid == o->uid)
        return true;
    return capable(t, CAP_KILL) || (sig == SIGCONT && t->proc->sid == target->sid);
}

/* kernel/ptrace.c __ptrace_may_access() with real ids: also /proc/PID/mem, process_vm_readv, kcmp,
 * pidfd_getfd. */
bool ptrace_may_access(const struct task *t, const struct task *target)
{
    const struct cred *c = &t->cred, *o = &target->cred;

    if (t->proc == target->proc)
        return true;
    if (!landlock_may_trace(t, target))
        return false;
    if (capable(t, CAP_SYS_PTRACE))
        return true;
    if (c->uid != o->euid || c->uid != o->suid || c->uid != o->uid)
        return false;
    if (c->gid != o->egid || c->gid != o->sgid || c->gid != o->gid)
        return false;
    return target->proc->dumpable && !(o->cap_permitted & ~c->cap_permitted);
}

/* ---- reading ---- */

int64_t sys_getuid(struct task *t, const uint64_t a[6])
{
    return t->cred.uid;
}

int64_t sys_geteuid(struct task *t, const uint64_t a[6])
{
    return t->cred.euid;
}

int64_t sys_getgid(struct task *t, const uint64_t a[6])
{
    return t->cred.gid;
}

int64_t sys_getegid(struct task *t, const uint64_t a[6])
{
    return t->cred.egid;
}

static int64_t put_three(struct task *t, const uint64_t a[6], unsigned x, unsigned y, unsigned z)
{
    if (mm_copy_out(t->mm, a[0], &x, sizeof(x)) || mm_copy_out(t->mm, a[1], &y, sizeof(y)) ||
        mm_copy_out(t->mm, a[2], &z, sizeof(z)))
        return -EFAULT;
    return 0;
}

int64_t sys_getresuid(struct task *t, const uint64_t a[6])
{
    return put_three(t, a, t->cred.uid, t->cred.euid, t->cred.suid);
}

int64_t sys_getresgid(struct task *t, const uint64_t a[6])
{
    return put_three(t, a, t->cred.gid, t->cred.egid, t->cred.sgid);
}

int64_t sys_getgroups(struct task *t, const uint64_t a[6])
{
    const struct group_list *g = t->cred.groups;
    int size = arg_int(a[0]), n = g ? (int)g->n : 0;

    if (size < 0)
        return -EINVAL;
    if (size) {
        if (n > size)
            return -EINVAL;
        if (n && mm_copy_out(t->mm, a[1], g->gid, (uint64_t)n * sizeof(g->gid[0])))
            return -EFAULT;
    }
    return n;
}

static int compare_gid(const void *a, const void *b)
{
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

    return x < y ? -1 : x > y;
}

int64_t sys_setgroups(struct task *t, const uint64_t a[6])
{
    int n = arg_int(a[0]);
    struct group_list *g;

    if (!capable(t, CAP_SETGID))
        return -EPERM;
    if ((unsigned)n > NGROUPS_MAX_LINUX)
        return -EINVAL;
    g = groups_alloc((unsigned)n);
    if (!g)
        return -ENOMEM;
    if (n && mm_copy_in(t->mm, g->gid, a[1], (uint64_t)n * sizeof(g->gid[0]))) {
        groups_put(g);
        return -EFAULT;
    }
    qsort(g->gid, (size_t)n, sizeof(g->gid[0]), compare_gid);
    groups_put(t->cred.groups);
    t->cred.groups = g;
    return 0;
}

/* ---- changing ---- */

#define KEEP UINT32_MAX

/* cap_emulate_setxuid(): what becomes of the capabilities when a root leaves or comes. */
static void fix_caps(struct cred *c, const struct cred *old)
{
    bool was_root = old->uid == 0 || old->euid == 0 || old->suid == 0;
    bool is_root = c->uid == 0 || c->euid == 0 || c->suid == 0;

    if (c->securebits & SECBIT_NO_SETUID_FIXUP_)
        return;
    if (was_root && !is_root) {
        if (!(c->securebits & SECBIT_KEEP_CAPS_))
            c->cap_permitted = c->cap_effective = 0;
        c->cap_ambient = 0;
    }
    if (old->euid == 0 && c->euid != 0)
        c->cap_effective = 0;
    if (old->euid != 0 && c->euid == 0)
        c->cap_effective = c->cap_permitted;
}

static int64_t commit(struct task *t, struct cred *new)
{
    if (new->euid != t->cred.euid || new->egid != t->cred.egid) {
        t->proc->dumpable = false;
        t->pdeath_signal = 0;
    }
    fix_caps(new, &t->cred);
    t->cred = *new;
    creds_to_mm(t);
    return 0;
}

static bool one_of(unsigned id, unsigned x, unsigned y, unsigned z)
{
    return id == KEEP || id == x || id == y || id == z;
}

int64_t sys_setuid(struct task *t, const uint64_t a[6])
{
    struct cred c = t->cred;
    unsigned uid = arg_uint(a[0]);

    if (uid == KEEP)
        return -EINVAL;
    if (capable(t, CAP_SETUID))
        c.uid = c.suid = uid;
    else if (uid != c.uid && uid != c.suid)
        return -EPERM;
    c.fsuid = c.euid = uid;
    return commit(t, &c);
}

int64_t sys_setgid(struct task *t, const uint64_t a[6])
{
    struct cred c = t->cred;
    unsigned gid = arg_uint(a[0]);

    if (gid == KEEP)
        return -EINVAL;
    if (capable(t, CAP_SETGID))
        c.gid = c.sgid = gid;
    else if (gid != c.gid && gid != c.sgid)
        return -EPERM;
    c.fsgid = c.egid = gid;
    return commit(t, &c);
}

int64_t sys_setreuid(struct task *t, const uint64_t a[6])
{
    struct cred c = t->cred;
    unsigned ruid = arg_uint(a[0]), euid = arg_uint(a[1]);
    bool priv = capable(t, CAP_SETUID);

    if (!priv && (!one_of(ruid, c.uid, c.euid, c.uid) || !one_of(euid, c.uid, c.euid, c.suid)))
        return -EPERM;
    if (ruid != KEEP)
        c.uid = ruid;
    if (euid != KEEP)
        c.euid = euid;
    if (ruid != KEEP || (euid != KEEP && euid != t->cred.uid))
        c.suid = c.euid;
    c.fsuid = c.euid;
    return commit(t, &c);
}

int64_t sys_setregid(struct task *t, const uint64_t a[6])
{
    struct cred c = t->cred;
    unsigned rgid = arg_uint(a[0]), egid = arg_uint(a[1]);
    bool priv = capable(t, CAP_SETGID);

    if (!priv && (!one_of(rgid, c.gid, c.egid, c.gid) || !one_of(egid, c.gid, c.egid, c.sgid)))
        return -EPERM;
    if (rgid != KEEP)
        c.gid = rgid;
    if (egid != KEEP)
        c.egid = egid;
    if (rgid != KEEP || (egid != KEEP && egid != t->cred.gid))
        c.sgid = c.egid;
    c.fsgid = c.egid;
    return commit(t, &c);
}

int64_t sys_setresuid(struct task *t, const uint64_t a[6])
{
    struct cred c = t->cred;
    unsigned id[3] = {arg_uint(a[0]), arg_uint(a[1]), arg_uint(a[2])};

    if (!capable(t, CAP_SETUID))
        for (int i = 0; i < 3; i++)
            if (!one_of(id[i], c.uid, c.euid, c.suid))
                return -EPERM;
    if (id[0] != KEEP)
        c.uid = id[0];
    if (id[1] != KEEP)
        c.euid = id[1];
    c.fsuid = c.euid;
    if (id[2] != KEEP)
        c.suid = id[2];
    return commit(t, &c);
}

int64_t sys_setresgid(struct task *t, const uint64_t a[6])
{
    struct cred c = t->cred;
    unsigned id[3] = {arg_uint(a[0]), arg_uint(a[1]), arg_uint(a[2])};

    if (!capable(t, CAP_SETGID))
        for (int i = 0; i < 3; i++)
            if (!one_of(id[i], c.gid, c.egid, c.sgid))
                return -EPERM;
    if (id[0] != KEEP)
        c.gid = id[0];
    if (id[1] != KEEP)
        c.egid = id[1];
    c.fsgid = c.egid;
    if (id[2] != KEEP)
        c.sgid = id[2];
    return commit(t, &c);
}

/* These two answer with the old id, whatever happened. */
int64_t sys_setfsuid(struct task *t, const uint64_t a[6])
{
    unsigned uid = arg_uint(a[0]), old = t->cred.fsuid;
    const struct cred *c = &t->cred;

    if (uid != KEEP &&
        (uid == c->uid || uid == c->euid || uid == c->suid || uid == c->fsuid || capable(t, CAP_SETUID)))
        t->cred.fsuid = uid;
    return old;
}

int64_t sys_setfsgid(struct task *t, const uint64_t a[6])
{
    unsigned gid = arg_uint(a[0]), old = t->cred.fsgid;
    const struct cred *c = &t->cred;

    if (gid != KEEP &&
        (gid == c->gid || gid == c->egid || gid == c->sgid || gid == c->fsgid || capable(t, CAP_SETGID)))
        t->cred.fsgid = gid;
    return old;
}

/* ---- capget(2), capset(2) ---- */

/* How many 32-bit words a version has; an unknown version is answered with ours and EINVAL. */
static int cap_words(struct task *t, uint64_t header, struct __user_cap_header_struct *h)
{
    uint32_t version = _LINUX_CAPABILITY_VERSION_3;

    if (mm_copy_in(t->mm, h, header, sizeof(*h)))
        return -EFAULT;
    switch (h->version) {
    case _LINUX_CAPABILITY_VERSION_1:
        return _LINUX_CAPABILITY_U32S_1;
    case _LINUX_CAPABILITY_VERSION_2:
    case _LINUX_CAPABILITY_VERSION_3:
        return _LINUX_CAPABILITY_U32S_3;
    }
    return mm_copy_out(t->mm, header, &version, sizeof(version)) ? -EFAULT : -EINVAL;
}

int64_t sys_capget(struct task *t, const uint64_t a[6])
{
    struct __user_cap_header_struct h;
    struct __user_cap_data_struct d[2];
    int words = cap_words(t, a[0], &h);
    const struct task *target;

    if (words < 0)
        return words == -EINVAL && !a[1] ? 0 : words;
    if (h.pid < 0)
        return -EINVAL;
    target = h.pid ? find_task(t->k, h.pid) : t;
    if (!target)
        return -ESRCH;
    if (!a[1])
        return 0;
    for (int i = 0; i < 2; i++) {
        d[i].effective = (uint32_t)(target->cred.cap_effective >> 32 * i);
        d[i].permitted = (uint32_t)(target->cred.cap_permitted >> 32 * i);
        d[i].inheritable = (uint32_t)(target->cred.cap_inheritable >> 32 * i);
    }
    return mm_copy_out(t->mm, a[1], d, (uint64_t)words * sizeof(d[0])) ? -EFAULT : 0;
}

int64_t sys_capset(struct task *t, const uint64_t a[6])
{
    struct __user_cap_header_struct h;
    struct __user_cap_data_struct d[2] = {{0}};
    uint64_t eff, perm, inh;
    int words = cap_words(t, a[0], &h);
    struct cred *c = &t->cred;

    if (words < 0)
        return words;
    if (h.pid && h.pid != t->tid)
        return -EPERM;
    if (mm_copy_in(t->mm, d, a[1], (uint64_t)words * sizeof(d[0])))
        return -EFAULT;
    eff = (d[0].effective | (uint64_t)d[1].effective << 32) & CAP_ALL;
    perm = (d[0].permitted | (uint64_t)d[1].permitted << 32) & CAP_ALL;
    inh = (d[0].inheritable | (uint64_t)d[1].inheritable << 32) & CAP_ALL;
    if (!capable(t, CAP_SETPCAP) && inh & ~(c->cap_inheritable | c->cap_permitted))
        return -EPERM;
    if (inh & ~(c->cap_inheritable | c->cap_bounding))
        return -EPERM;
    if (perm & ~c->cap_permitted || eff & ~perm)
        return -EPERM;
    c->cap_effective = eff;
    c->cap_permitted = perm;
    c->cap_inheritable = inh;
    c->cap_ambient &= perm & inh;
    creds_to_mm(t);
    return 0;
}
