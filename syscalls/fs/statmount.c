/*
 * statmount.c - statmount(2) and listmount(2): the mounts of /proc/self/mountinfo, one at a time (fs/namespace.c).
 *
 * A mount's unique number counts up from 2^31, as in Linux; there is one mount namespace.
 */
#include "../handlers.h"
#include "fs_calls.h"
#include "statmount.h"

#include <stddef.h>
#include <sys/mount.h>

#define NAMESPACE     UINT64_C(0x1000) /* its own unique number */
#define ROOT_OF_ALL   UINT64_MAX       /* LSMT_ROOT */
#define LIST_MAX      1000000
#define LIST_REVERSE  1u
#define MOUNT_RDONLY  1u /* MOUNT_ATTR_* */
#define MOUNT_NODEV   4u
#define MOUNT_NOEXEC  8u
#define PROPAGATE_NOT (UINT64_C(1) << 18) /* MS_PRIVATE */
#define REQUEST_FIRST 24                  /* sizes of struct mnt_id_req */

/* struct mnt_id_req; its first version ends before the namespace. */
struct request {
    uint32_t size, ns_fd;
    uint64_t mount, param, ns;
};

enum { /* STATMOUNT_* */
       WANT_SB = 0x1,
       WANT_MOUNT = 0x2,
       WANT_PROPAGATE_FROM = 0x4,
       WANT_ROOT = 0x8,
       WANT_POINT = 0x10,
       WANT_TYPE = 0x20,
       WANT_NAMESPACE = 0x40,
       WANT_SOURCE = 0x200,
       WANT_SUPPORTED = 0x1000,
       HAVE_STRINGS = 0x6fb8, /* whatever is told as text, also what no mount here has */
       HAVE_ALL = 0x7fff,
};

static uint64_t unique_id(const struct super *sb)
{
    return MOUNT_UNIQUE_OFFSET + sb->mnt_id;
}

static const struct super *find_mount(const struct task *t, uint64_t id)
{
    char path[PATH_MAX];

    for (const struct super *sb = t->k->vfs->supers; sb; sb = sb->next)
        if (unique_id(sb) == id && t->fs && mount_path(sb, t->fs->root, path, sizeof(path)))
            return sb;
    return NULL;
}

static int request_in(struct task *t, uint64_t uaddr, struct request *r)
{
    uint32_t size;
    int err;

    if (mm_copy_in(t->mm, &size, uaddr, sizeof(size)))
        return -EFAULT;
    err = copy_struct_in(t, r, sizeof(*r), uaddr, size, REQUEST_FIRST);
    if (err)
        return err;
    if (r->ns_fd || r->mount <= MOUNT_UNIQUE_OFFSET)
        return -EINVAL;
    return r->ns && r->ns != NAMESPACE ? -ENOENT : 0;
}

/* ---- statmount ---- */

/* The strings of an answer, one behind the other; the first is empty, for what is not there. */
struct strings {
    char buf[PATH_MAX + 64];
    uint32_t len;
};

static uint32_t put_string(struct strings *s, const char *text)
{
    uint32_t at = s->len;

    s->len += (uint32_t)snprintf(s->buf + at, sizeof(s->buf) - at, "%s", text) + 1;
    return at;
}

static void describe(const struct super *sb, const struct dentry *root, uint64_t mask,
                     struct statmount_answer *a, struct strings *s)
{
    char path[PATH_MAX];

    a->mask = mask & (WANT_SB | WANT_MOUNT | WANT_PROPAGATE_FROM | WANT_ROOT | WANT_POINT | WANT_TYPE |
                      WANT_NAMESPACE | WANT_SOURCE | WANT_SUPPORTED);
    if (mask & WANT_SB) {
        a->dev_major = major(sb->dev);
        a->dev_minor = minor(sb->dev);
        a->magic = sb->magic;
        a->sb_flags = sb->ro ? MS_RDONLY : 0;
    }
    if (mask & WANT_MOUNT) {
        const struct super *up = sb->root->covers ? sb->root->covers->sb : NULL;

        a->mount = unique_id(sb);
        a->old_mount = sb->mnt_id;
        a->parent = up ? unique_id(up) : MOUNT_UNIQUE_OFFSET + 1;
        a->old_parent = up ? up->mnt_id : 1;
        a->attributes =
            (sb->ro ? MOUNT_RDONLY : 0) | (sb->nodev ? MOUNT_NODEV : 0) | (sb->noexec ? MOUNT_NOEXEC : 0);
        a->propagation = PROPAGATE_NOT;
    }
    if (mask & WANT_NAMESPACE)
        a->ns = NAMESPACE;
    if (mask & WANT_SUPPORTED)
        a->supported = HAVE_ALL;
    if (mask & HAVE_STRINGS)
        put_string(s, "");
    if (mask & WANT_TYPE)
        a->type = put_string(s, super_type_name(sb));
    if (mask & WANT_ROOT)
        a->root = put_string(s, "/");
    if (mask & WANT_POINT && mount_path(sb, root, path, sizeof(path)))
        a->point = put_string(s, path);
    if (mask & WANT_SOURCE)
        a->source = put_string(s, sb->name);
}

int64_t sys_statmount(struct task *t, const uint64_t a[6])
{
    struct statmount_answer answer = {0};
    struct strings strings = {.len = 0};
    const struct super *sb;
    uint64_t room = a[2], head;
    struct request r;
    int err;

    if (arg_uint(a[3]))
        return -EINVAL;
    err = request_in(t, a[0], &r);
    if (err)
        return err;
    if (!access_ok(a[1], room))
        return -EFAULT;
    sb = find_mount(t, r.mount);
    if (!sb)
        return -ENOENT;
    describe(sb, t->fs->root, r.param, &answer, &strings);
    head = room < sizeof(answer) ? room : sizeof(answer);
    if (strings.len && room < sizeof(answer) + strings.len)
        return -EOVERFLOW;
    answer.size = (uint32_t)head + strings.len;
    if (mm_copy_out(t->mm, a[1] + sizeof(answer), strings.buf, strings.len) ||
        mm_copy_out(t->mm, a[1], &answer, head))
        return -EFAULT;
    return 0;
}

/* ---- listmount ---- */

/* Is sb `top`, or mounted below it? */
static bool is_below(const struct super *sb, const struct super *top)
{
    while (sb != top && sb->root->covers)
        sb = sb->root->covers->sb;
    return sb == top;
}

/* The next mount of a list by its number, in the direction asked for; after 0: the first. */
static const struct super *next_mount(const struct task *t, const struct super *top, uint64_t after,
                                      bool reverse)
{
    const struct super *best = NULL;
    char path[PATH_MAX];

    for (const struct super *sb = t->k->vfs->supers; sb; sb = sb->next) {
        uint64_t id = unique_id(sb);

        if (after && (reverse ? id >= after : id <= after))
            continue;
        if (best && (reverse ? id <= unique_id(best) : id >= unique_id(best)))
            continue;
        if (mount_path(sb, t->fs->root, path, sizeof(path)) && (!top || (sb != top && is_below(sb, top))))
            best = sb;
    }
    return best;
}

int64_t sys_listmount(struct task *t, const uint64_t a[6])
{
    const struct super *top = NULL, *sb;
    uint64_t n = 0, room = a[2], last, id;
    bool reverse = a[3] & LIST_REVERSE;
    struct request r;
    int err;

    if (arg_uint(a[3]) & ~LIST_REVERSE)
        return -EINVAL;
    if (room > LIST_MAX)
        return -EOVERFLOW;
    if (!access_ok(a[1], room * sizeof(id)))
        return -EFAULT;
    err = request_in(t, a[0], &r);
    if (err)
        return err;
    last = r.param;
    if (last && last <= MOUNT_UNIQUE_OFFSET)
        return -EINVAL;
    if (r.mount != ROOT_OF_ALL && !(top = find_mount(t, r.mount)))
        return -ENOENT;
    for (; n < room && (sb = next_mount(t, top, last, reverse)); n++) {
        last = id = unique_id(sb);
        if (mm_copy_out(t->mm, a[1] + n * sizeof(id), &id, sizeof(id)))
            return -EFAULT;
    }
    return (int64_t)n;
}
