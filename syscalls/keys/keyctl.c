/* keyctl.c - keyctl(2): the table of its operations, and those on a key (security/keys/keyctl.c). */
#include "keyctl.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>

#include "../handlers.h"

/* strncpy_from_user() and strndup_user() */
int64_t key_text_in(struct task *t, uint64_t uaddr, char *buf, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (mm_copy_in(t->mm, buf + i, uaddr + i, 1))
            return -EFAULT;
        if (!buf[i])
            return (int64_t)i;
    }
    return -EINVAL;
}

int key_type_in(struct task *t, uint64_t uaddr, char type[KEY_TYPE_MAX])
{
    int64_t n = key_text_in(t, uaddr, type, KEY_TYPE_MAX);

    return n < 0 ? (int)n : !n ? -EINVAL : type[0] == '.' ? -EPERM : 0;
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
    char text[KEY_DESC_MAX + 64];
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

static int64_t get_security(struct task *t, const uint64_t a[6])
{
    struct key *key;
    int err = key_lookup(t, arg_int(a[1]), false, true, KEY_VIEW, &key, NULL);

    if (err)
        return err;
    key_put(key);
    return text_out(t, a[2], a[3], "");
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

static int64_t capabilities(struct task *t, const uint64_t a[6])
{
    const uint8_t what[2] = {KEYCTL_CAPS0_CAPABILITIES | KEYCTL_CAPS0_INVALIDATE |
                             KEYCTL_CAPS0_RESTRICT_KEYRING | KEYCTL_CAPS0_MOVE};
    uint64_t len = a[2] < sizeof(what) ? a[2] : sizeof(what);

    return a[1] && len && mm_copy_out(t->mm, a[1], what, len) ? -EFAULT : (int64_t)sizeof(what);
}

/* Who asks for keys that are to be made is nobody: there is no right to make one. */
static int64_t instantiate(struct task *t, const uint64_t a[6])
{
    return -EPERM;
}

static int64_t reject(struct task *t, const uint64_t a[6])
{
    unsigned err = arg_uint(a[3]);

    if (!err || err >= 4096 || (err >= ERESTARTSYS && err <= ERESTART_RESTARTBLOCK))
        return -EINVAL;
    return -EPERM;
}

static int64_t assume_authority(struct task *t, const uint64_t a[6])
{
    return arg_int(a[1]) < 0 ? -EINVAL : arg_int(a[1]) ? -ENOKEY : 0;
}

static const struct operation {
    int op;
    int64_t (*run)(struct task *t, const uint64_t a[6]);
} operations[] = {
    {KEYCTL_GET_KEYRING_ID, keyctl_get_keyring_id},
    {KEYCTL_JOIN_SESSION_KEYRING, keyctl_join_session},
    {KEYCTL_UPDATE, update},
    {KEYCTL_REVOKE, revoke_key},
    {KEYCTL_CHOWN, change_owner},
    {KEYCTL_SETPERM, set_permissions},
    {KEYCTL_DESCRIBE, describe},
    {KEYCTL_CLEAR, keyctl_clear},
    {KEYCTL_LINK, keyctl_link},
    {KEYCTL_UNLINK, keyctl_unlink},
    {KEYCTL_SEARCH, keyctl_search},
    {KEYCTL_READ, read_key},
    {KEYCTL_INSTANTIATE, instantiate},
    {KEYCTL_INSTANTIATE_IOV, instantiate},
    {KEYCTL_NEGATE, instantiate},
    {KEYCTL_REJECT, reject},
    {KEYCTL_SET_REQKEY_KEYRING, keyctl_set_default},
    {KEYCTL_SET_TIMEOUT, set_timeout},
    {KEYCTL_ASSUME_AUTHORITY, assume_authority},
    {KEYCTL_GET_SECURITY, get_security},
    {KEYCTL_SESSION_TO_PARENT, keyctl_session_to_parent},
    {KEYCTL_INVALIDATE, invalidate},
    {KEYCTL_RESTRICT_KEYRING, keyctl_restrict},
    {KEYCTL_MOVE, keyctl_move},
    {KEYCTL_CAPABILITIES, capabilities},
};

int64_t sys_keyctl(struct task *t, const uint64_t a[6])
{
    for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++)
        if (operations[i].op == arg_int(a[0]))
            return operations[i].run(t, a);
    return -EOPNOTSUPP;
}
