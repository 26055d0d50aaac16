/*
 * keyctl_ring.c - what keyctl(2) does with keyrings: who has which, what they link to (security/keys/keyctl.c).
 */
#include "keyctl.h"

#include <errno.h>
#include <linux/keyctl.h>

#include "../handlers.h"

int64_t keyctl_get_keyring_id(struct task *t, const uint64_t a[6])
{
    struct key *key;
    int err = key_lookup(t, arg_int(a[1]), arg_int(a[2]), false, KEY_SEARCH, &key, NULL);

    if (err)
        return err;
    key_put(key);
    return key->serial;
}

int64_t keyctl_join_session(struct task *t, const uint64_t a[6])
{
    char name[KEY_DESC_MAX];
    int64_t n = a[1] ? key_text_in(t, a[1], name, sizeof(name)) : 1;

    if (n < 0)
        return n;
    if (!n)
        return -EINVAL;
    return a[1] && name[0] == '.' ? -EPERM : keys_join_session(t, a[1] ? name : NULL);
}

int64_t keyctl_clear(struct task *t, const uint64_t a[6])
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

int64_t keyctl_link(struct task *t, const uint64_t a[6])
{
    return link_or_unlink(t, a, true);
}

int64_t keyctl_unlink(struct task *t, const uint64_t a[6])
{
    return link_or_unlink(t, a, false);
}

int64_t keyctl_move(struct task *t, const uint64_t a[6])
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

int64_t keyctl_search(struct task *t, const uint64_t a[6])
{
    struct key *ring, *dest = NULL, *key;
    char type[KEY_TYPE_MAX], desc[KEY_DESC_MAX];
    int64_t r = key_type_in(t, a[2], type), n;
    bool possessed;
    int number;

    if (r)
        return r;
    n = key_text_in(t, a[3], desc, sizeof(desc));
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

int64_t keyctl_session_to_parent(struct task *t, const uint64_t a[6])
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

/* KEYCTL_SET_REQKEY_KEYRING: kept for who asks, since request_key(2) makes no keys. */
int64_t keyctl_set_default(struct task *t, const uint64_t a[6])
{
    int to = arg_int(a[1]), old = t->cred.default_keyring;

    if (to != KEY_REQKEY_DEFL_NO_CHANGE && (to < 0 || to > 7 || to == KEY_REQKEY_DEFL_GROUP_KEYRING))
        return -EINVAL;
    if (to >= 0)
        t->cred.default_keyring = to;
    return old;
}

int64_t keyctl_restrict(struct task *t, const uint64_t a[6])
{
    char type[KEY_TYPE_MAX];
    struct key *ring;
    int err = key_lookup(t, arg_int(a[1]), false, false, KEY_SETATTR, &ring, NULL);

    if (err)
        return err;
    if (a[2] && !a[3])
        err = -EINVAL;
    else if (!a[2] && a[3])
        err = -EINVAL;
    else if (a[2])
        err = (err = key_type_in(t, a[2], type)) ? err : key_type_find(type) < 0 ? -ENOKEY : -ENOENT;
    else if (ring->type != KEY_KEYRING)
        err = -ENOTDIR;
    else if (ring->restricted)
        err = -EEXIST;
    else
        ring->restricted = true;
    key_put(ring);
    return err;
}
