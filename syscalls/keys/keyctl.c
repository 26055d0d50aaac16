/* keyctl.c - add_key(2), request_key(2) and what keyctl(2) does with keys (security/keys/keyctl.c). */
#include "keys.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../handlers.h"

#define TYPE_MAX    32
#define DESC_MAX    4096
#define PAYLOAD_MAX (1024 * 1024 - 1)
#define USER_MAX    32767
#define PERM_NEW    0x3f010000u /* possessor: all; user: view */
#define POS_READ    0x02000000u

/* ---- what calls are given ---- */

/* strncpy_from_user() and strndup_user(): its length, -EFAULT, or -EINVAL where it has `size` bytes or more. */
static int64_t string_in(struct task *t, uint64_t uaddr, char *buf, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (mm_copy_in(t->mm, buf + i, uaddr + i, 1))
            return -EFAULT;
        if (!buf[i])
            return (int64_t)i;
    }
    return -EINVAL;
}

static int type_in(struct task *t, uint64_t uaddr, char type[TYPE_MAX])
{
    int64_t n = string_in(t, uaddr, type, TYPE_MAX);

    return n < 0 ? (int)n : !n ? -EINVAL : type[0] == '.' ? -EPERM : 0;
}

/* user_preparse() and its like of the other types. */
static int check_new(enum key_type type, const char *desc, uint64_t len)
{
    const char *colon = strchr(desc, ':');

    if (type == KEY_KEYRING)
        return len ? -EINVAL : 0;
    if (type == KEY_LOGON && (!colon || colon == desc))
        return -EINVAL;
    return !len || len > USER_MAX ? -EINVAL : 0;
}

/* key_create_or_update() */
static int64_t make_key(struct task *t, struct key *ring, bool possessed, enum key_type type,
                        const char *desc, const void *data, uint64_t len)
{
    unsigned perm = type == KEY_LOGON ? PERM_NEW & ~POS_READ : PERM_NEW;
    struct key *key, *old;
    int err;

    if (ring->type != KEY_KEYRING)
        return -ENOTDIR;
    err = *desc ? check_new(type, desc, len) : -EINVAL;
    if (!err && ring->restricted)
        err = -EPERM;
    if (err)
        return err;
    old = type == KEY_KEYRING ? NULL : keyring_lookup(ring, type, desc);
    if (old && !key_validate(old)) {
        err = key_permission(t, old, possessed, KEY_WRITE);
        if (!err)
            err = key_set_data(old, data, (unsigned)len);
        return err ? err : old->serial;
    }
    key = key_alloc(t->k, type, desc, t->cred.fsuid, t->cred.fsgid, perm, false);
    if (!key)
        return -EDQUOT;
    err = type == KEY_KEYRING ? 0 : key_set_data(key, data, (unsigned)len);
    if (!err)
        err = keyring_link(ring, key);
    key_put(key);
    return err ? err : key->serial;
}

int64_t sys_add_key(struct task *t, const uint64_t a[6])
{
    char type[TYPE_MAX], desc[DESC_MAX] = "", *data = NULL;
    struct key *ring = NULL;
    bool possessed;
    int64_t r;
    int number;

    if (a[3] > PAYLOAD_MAX)
        return -EINVAL;
    r = type_in(t, a[0], type);
    if (!r && a[1]) {
        int64_t n = string_in(t, a[1], desc, sizeof(desc));

        r = n < 0 ? n : desc[0] == '.' && !strncmp(type, "keyring", 7) ? -EPERM : 0;
    }
    if (!r && a[3]) {
        data = malloc(a[3]);
        r = !data ? -ENOMEM : mm_copy_in(t->mm, data, a[2], a[3]) ? -EFAULT : 0;
    }
    if (!r)
        r = key_lookup(t, arg_int(a[4]), true, false, KEY_WRITE, &ring, &possessed);
    if (!r) {
        number = key_type_find(type);
        r = number < 0 ? -ENODEV : make_key(t, ring, possessed, (enum key_type)number, desc, data, a[3]);
    }
    key_put(ring);
    free(data);
    return r;
}

/* Nobody can be asked for a key that is not there: with something to tell him it is as if he were not installed. */
int64_t sys_request_key(struct task *t, const uint64_t a[6])
{
    char type[TYPE_MAX], desc[DESC_MAX], told[DESC_MAX];
    struct key *ring = NULL, *key;
    int64_t r = type_in(t, a[0], type), n;
    int number;

    if (r)
        return r;
    n = string_in(t, a[1], desc, sizeof(desc));
    if (n >= 0 && a[2])
        n = string_in(t, a[2], told, sizeof(told));
    if (n < 0)
        return n;
    if (arg_int(a[3]))
        r = key_lookup(t, arg_int(a[3]), true, false, KEY_WRITE, &ring, NULL);
    if (r)
        return r;
    number = key_type_find(type);
    r = number < 0 ? -ENOKEY : keys_search(t, (enum key_type)number, desc, &key);
    if (!r) {
        r = ring ? key_permission(t, key, true, KEY_LINK) : 0;
        if (!r && ring)
            r = keyring_link(ring, key);
        if (!r)
            r = key->serial;
    } else if (r == -EAGAIN || r == -EKEYREVOKED || r == -EKEYEXPIRED || r == -EACCES) {
        r = number >= 0 && a[2] ? -ENOENT : -ENOKEY;
    }
    key_put(ring);
    return r;
}

/* ---- operations ---- */

static int64_t get_keyring_id(struct task *t, const uint64_t a[6])
{
    struct key *key;
    int err = key_lookup(t, arg_int(a[1]), arg_int(a[2]), false, KEY_SEARCH, &key, NULL);

    if (err)
        return err;
    key_put(key);
    return key->serial;
}

static int64_t join_session(struct task *t, const uint64_t a[6])
{
    char name[DESC_MAX];
    int64_t n = a[1] ? string_in(t, a[1], name, sizeof(name)) : 1;

    if (n < 0)
        return n;
    if (!n)
        return -EINVAL;
    return a[1] && name[0] == '.' ? -EPERM : keys_join_session(t, a[1] ? name : NULL);
}

static int64_t update(struct task *t, const uint64_t a[6])
{
    char data[4096];
    struct key *key;
    int err;

    if (a[3] > sizeof(data))
        return -EINVAL;
    if (a[3] && mm_copy_in(t->mm, data, a[2], a[3]))
        return -EFAULT;
    err = key_lookup(t, arg_int(a[1]), false, false, KEY_WRITE, &key, NULL);
    if (err)
        return err;
    err = key->type == KEY_KEYRING ? -EOPNOTSUPP : !a[3] ? -EINVAL : key_set_data(key, data, (unsigned)a[3]);
    key_put(key);
    return err;
}

static int64_t revoke_key(struct task *t, const uint64_t a[6])
{
    struct key *key;
    int err = key_lookup(t, arg_int(a[1]), false, false, KEY_WRITE, &key, NULL);

    if (err == -EACCES)
        err = key_lookup(t, arg_int(a[1]), false, false, KEY_SETATTR, &key, NULL);
    if (err)
        return err;
    key_revoke(key);
    key_put(key);
    return 0;
}

static int64_t change_owner(struct task *t, const uint64_t a[6])
{
    unsigned uid = arg_uint(a[2]), gid = arg_uint(a[3]);
    struct key *key;
    int err;

    if (uid == UINT32_MAX && gid == UINT32_MAX)
        return 0;
    err = key_lookup(t, arg_int(a[1]), true, true, KEY_SETATTR, &key, NULL);
    if (err)
        return err;
    if (!capable(t, CAP_SYS_ADMIN) && ((uid != UINT32_MAX && uid != key->uid) ||
                                       (gid != UINT32_MAX && gid != key->gid && gid != t->cred.fsgid)))
        err = -EACCES;
    if (!err && uid != UINT32_MAX)
        key->uid = uid;
    if (!err && gid != UINT32_MAX)
        key->gid = gid;
    key_put(key);
    return err;
}

static int64_t set_permissions(struct task *t, const uint64_t a[6])
{
    struct key *key;
    int err;

    if (arg_uint(a[2]) & ~KEY_PERM_ALL)
        return -EINVAL;
    err = key_lookup(t, arg_int(a[1]), true, true, KEY_SETATTR, &key, NULL);
    if (err)
        return err;
    if (key->uid == t->cred.fsuid || capable(t, CAP_SYS_ADMIN))
        key->perm = arg_uint(a[2]);
    else
        err = -EACCES;
    key_put(key);
    return err;
}

/* A text with its end, if there is room for it: its length. */
static int64_t text_out(struct task *t, uint64_t ubuf, uint64_t room, const char *text)
{
    uint64_t len = strlen(text) + 1;

    return ubuf && room >= len && mm_copy_out(t->mm, ubuf, text, len) ? -EFAULT : (int64_t)len;
}

static int64_t describe(struct task *t, const uint64_t a[6])
{
    char text[DESC_MAX + 64];
    struct key *key;
    int err = key_lookup(t, arg_int(a[1]), false, true, KEY_VIEW, &key, NULL);

    if (!err && (err = key_validate(key)))
        key_put(key);
    if (err)
        return err;
    snprintf(text, sizeof(text), "%s;%u;%u;%08x;%s", key_type_names[key->type], key->uid, key->gid, key->perm,
             key->desc);
    key_put(key);
    return text_out(t, a[2], a[3], text);
}

static int64_t clear(struct task *t, const uint64_t a[6])
{
    struct key *ring;
    int err = key_lookup(t, arg_int(a[1]), true, false, KEY_WRITE, &ring, NULL);

    if (err)
        return err;
    if (ring->type == KEY_KEYRING)
        keyring_clear(ring);
    else
        err = -ENOTDIR;
    key_put(ring);
    return err;
}

static int64_t link_or_unlink(struct task *t, const uint64_t a[6], bool linking)
{
    struct key *ring, *key = NULL;
    int err = key_lookup(t, arg_int(a[2]), linking, false, KEY_WRITE, &ring, NULL);

    if (err)
        return err;
    err = key_lookup(t, arg_int(a[1]), linking, !linking, linking ? KEY_LINK : 0, &key, NULL);
    if (!err)
        err = linking ? keyring_link(ring, key) : keyring_unlink(ring, key);
    key_put(ring);
    key_put(key);
    return err;
}

static int64_t move(struct task *t, const uint64_t a[6])
{
    struct key *key, *from = NULL, *to = NULL, *same;
    int err;

    if (arg_uint(a[4]) & ~KEYCTL_MOVE_EXCL)
        return -EINVAL;
    err = key_lookup(t, arg_int(a[1]), true, false, KEY_LINK, &key, NULL);
    if (err)
        return err;
    err = key_lookup(t, arg_int(a[2]), false, false, KEY_WRITE, &from, NULL);
    if (!err)
        err = key_lookup(t, arg_int(a[3]), true, false, KEY_WRITE, &to, NULL);
    if (!err && from != to) {
        if (from->type != KEY_KEYRING || to->type != KEY_KEYRING)
            err = -ENOTDIR;
        else if (keyring_lookup(from, key->type, key->desc) != key)
            err = -ENOENT;
        else if ((same = keyring_lookup(to, key->type, key->desc)) && arg_uint(a[4]))
            err = -EEXIST;
        if (!err && !(err = keyring_link(to, key)))
            keyring_unlink(from, key);
    }
    key_put(key);
    key_put(from);
    key_put(to);
    return err;
}

static int64_t search(struct task *t, const uint64_t a[6])
{
    struct key *ring, *dest = NULL, *key;
    char type[TYPE_MAX], desc[DESC_MAX];
    int64_t r = type_in(t, a[2], type), n;
    bool possessed;
    int number;

    if (r)
        return r;
    n = string_in(t, a[3], desc, sizeof(desc));
    if (n < 0)
        return n;
    r = key_lookup(t, arg_int(a[1]), false, false, KEY_SEARCH, &ring, &possessed);
    if (r)
        return r;
    if (arg_int(a[4]))
        r = key_lookup(t, arg_int(a[4]), true, false, KEY_WRITE, &dest, NULL);
    number = key_type_find(type);
    if (!r && number < 0)
        r = -ENOKEY;
    if (!r)
        r = keyring_search(t, ring, possessed, (enum key_type)number, desc, &key);
    if (!r && dest)
        r = key_permission(t, key, possessed, KEY_LINK);
    if (!r && dest)
        r = keyring_link(dest, key);
    if (!r)
        r = key->serial;
    key_put(ring);
    key_put(dest);
    return r == -EAGAIN ? -ENOKEY : r;
}

static int64_t read_key(struct task *t, const uint64_t a[6])
{
    uint64_t len, room = a[2] ? a[3] : 0;
    bool possessed;
    struct key *key;
    int64_t r = key_lookup(t, arg_int(a[1]), false, false, 0, &key, &possessed);

    if (r)
        return r;
    /* A key that was found may be read by who has it. */
    if (key_permission(t, key, possessed, KEY_READ) &&
        !(possessed && !key_permission(t, key, true, KEY_SEARCH)))
        r = -EACCES;
    else if (key->type == KEY_LOGON)
        r = -EOPNOTSUPP;
    else if (key->type == KEY_USER)
        r = key->len <= room && room && mm_copy_out(t->mm, a[2], key->data, key->len) ? -EFAULT
                                                                                      : (int64_t)key->len;
    else {
        len = key->nr_links * sizeof(int);
        for (unsigned i = 0; i < key->nr_links && !r && (i + 1) * sizeof(int) <= room && len <= room; i++)
            r = mm_copy_out(t->mm, a[2] + i * sizeof(int), &key->link[i]->serial, sizeof(int)) ? -EFAULT : 0;
        r = r ? r : (int64_t)len;
    }
    key_put(key);
    return r;
}

static int64_t set_timeout(struct task *t, const uint64_t a[6])
{
    struct key *key;
    int err = key_lookup(t, arg_int(a[1]), true, true, KEY_SETATTR, &key, NULL);

    if (!err && (err = key_validate(key)))
        key_put(key);
    if (err)
        return err;
    key->expiry = arg_uint(a[2]) ? KERNEL_EPOCH_NS + t->k->now_ns + arg_uint(a[2]) * UINT64_C(1000000000) : 0;
    key_put(key);
    return 0;
}

/* KEYCTL_SET_REQKEY_KEYRING: kept for who asks, since request_key(2) makes no keys. */
static int64_t set_default(struct task *t, const uint64_t a[6])
{
    int to = arg_int(a[1]), old = t->cred.default_keyring;

    if (to != KEY_REQKEY_DEFL_NO_CHANGE && (to < 0 || to > 7 || to == KEY_REQKEY_DEFL_GROUP_KEYRING))
        return -EINVAL;
    if (to >= 0)
        t->cred.default_keyring = to;
    return old;
}

static int64_t get_security(struct task *t, const uint64_t a[6])
{
    struct key *key;
    int err = key_lookup(t, arg_int(a[1]), false, true, KEY_VIEW, &key, NULL);

    if (err)
        return err;
    key_put(key);
    return text_out(t, a[2], a[3], "");
}

static int64_t session_to_parent(struct task *t)
{
    struct process *p = t->proc->parent;
    struct task *parent = p ? p->leader : NULL;
    struct key *ring;
    int err = key_lookup(t, KEY_SPEC_SESSION_KEYRING, false, false, KEY_LINK, &ring, NULL);

    if (err)
        return err;
    if (!parent || p->zombie || p->nr_threads != 1 || parent->cred.uid != t->cred.uid ||
        parent->cred.euid != t->cred.euid || parent->cred.gid != t->cred.gid) {
        key_put(ring);
        return -EPERM;
    }
    key_put(parent->cred.keyring[KEYS_SESSION]);
    parent->cred.keyring[KEYS_SESSION] = ring;
    return 0;
}

static int64_t invalidate(struct task *t, const uint64_t a[6])
{
    struct key *key;
    int err = key_lookup(t, arg_int(a[1]), false, false, KEY_SEARCH, &key, NULL);

    if (err)
        return err;
    key->invalidated = true;
    list_for_each (n, &t->k->keys) {
        struct key *ring = container_of(n, struct key, node);

        if (ring->type == KEY_KEYRING)
            keyring_unlink(ring, key);
    }
    key_put(key);
    return 0;
}

static int64_t restrict_keyring(struct task *t, const uint64_t a[6])
{
    char type[TYPE_MAX];
    struct key *ring;
    int err = key_lookup(t, arg_int(a[1]), false, false, KEY_SETATTR, &ring, NULL);

    if (err)
        return err;
    if (a[2] && !a[3])
        err = -EINVAL;
    else if (!a[2] && a[3])
        err = -EINVAL;
    else if (a[2])
        err = (err = type_in(t, a[2], type)) ? err : key_type_find(type) < 0 ? -ENOKEY : -ENOENT;
    else if (ring->type != KEY_KEYRING)
        err = -ENOTDIR;
    else if (ring->restricted)
        err = -EEXIST;
    else
        ring->restricted = true;
    key_put(ring);
    return err;
}

static int64_t capabilities(struct task *t, const uint64_t a[6])
{
    const uint8_t what[2] = {KEYCTL_CAPS0_CAPABILITIES | KEYCTL_CAPS0_INVALIDATE |
                             KEYCTL_CAPS0_RESTRICT_KEYRING | KEYCTL_CAPS0_MOVE};
    uint64_t len = a[2] < sizeof(what) ? a[2] : sizeof(what);

    return a[1] && len && mm_copy_out(t->mm, a[1], what, len) ? -EFAULT : (int64_t)sizeof(what);
}

/* Who asks for keys that are to be made is nobody: there is no right to make one. */
static int64_t instantiate(const uint64_t a[6])
{
    unsigned err = arg_uint(a[3]);

    if (arg_int(a[0]) == KEYCTL_REJECT &&
        (!err || err >= 4096 || (err >= ERESTARTSYS && err <= ERESTART_RESTARTBLOCK)))
        return -EINVAL;
    return -EPERM;
}

int64_t sys_keyctl(struct task *t, const uint64_t a[6])
{
    switch (arg_int(a[0])) {
    case KEYCTL_GET_KEYRING_ID:
        return get_keyring_id(t, a);
    case KEYCTL_JOIN_SESSION_KEYRING:
        return join_session(t, a);
    case KEYCTL_UPDATE:
        return update(t, a);
    case KEYCTL_REVOKE:
        return revoke_key(t, a);
    case KEYCTL_CHOWN:
        return change_owner(t, a);
    case KEYCTL_SETPERM:
        return set_permissions(t, a);
    case KEYCTL_DESCRIBE:
        return describe(t, a);
    case KEYCTL_CLEAR:
        return clear(t, a);
    case KEYCTL_LINK:
        return link_or_unlink(t, a, true);
    case KEYCTL_UNLINK:
        return link_or_unlink(t, a, false);
    case KEYCTL_SEARCH:
        return search(t, a);
    case KEYCTL_READ:
        return read_key(t, a);
    case KEYCTL_INSTANTIATE:
    case KEYCTL_INSTANTIATE_IOV:
    case KEYCTL_NEGATE:
    case KEYCTL_REJECT:
        return instantiate(a);
    case KEYCTL_SET_REQKEY_KEYRING:
        return set_default(t, a);
    case KEYCTL_SET_TIMEOUT:
        return set_timeout(t, a);
    case KEYCTL_ASSUME_AUTHORITY:
        return arg_int(a[1]) < 0 ? -EINVAL : arg_int(a[1]) ? -ENOKEY : 0;
    case KEYCTL_GET_SECURITY:
        return get_security(t, a);
    case KEYCTL_SESSION_TO_PARENT:
        return session_to_parent(t);
    case KEYCTL_INVALIDATE:
        return invalidate(t, a);
    case KEYCTL_RESTRICT_KEYRING:
        return restrict_keyring(t, a);
    case KEYCTL_MOVE:
        return move(t, a);
    case KEYCTL_CAPABILITIES:
        return capabilities(t, a);
    }
    return -EOPNOTSUPP;
}
