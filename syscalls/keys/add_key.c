/*
 * add_key.c - add_key(2) and request_key(2): a new key, or one that is found (security/keys/keyctl.c, security/keys/key.c).
 */
#include "keyctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../handlers.h"

#define PAYLOAD_MAX (1024 * 1024 - 1)
#define USER_MAX    32767
#define PERM_NEW    0x3f010000u /* possessor: all; user: view */
#define POS_READ    0x02000000u

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
    char type[KEY_TYPE_MAX], desc[KEY_DESC_MAX] = "", *data = NULL;
    struct key *ring = NULL;
    bool possessed;
    int64_t r;
    int number;

    if (a[3] > PAYLOAD_MAX)
        return -EINVAL;
    r = key_type_in(t, a[0], type);
    if (!r && a[1]) {
        int64_t n = key_text_in(t, a[1], desc, sizeof(desc));

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
    char type[KEY_TYPE_MAX], desc[KEY_DESC_MAX], told[KEY_DESC_MAX];
    struct key *ring = NULL, *key;
    int64_t r = key_type_in(t, a[0], type), n;
    int number;

    if (r)
        return r;
    n = key_text_in(t, a[1], desc, sizeof(desc));
    if (n >= 0 && a[2])
        n = key_text_in(t, a[2], told, sizeof(told));
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
