/* key.c - keys: their life, who may what, and how many a user may have (security/keys/key.c, permission.c). */
#include "keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *const key_type_names[NR_KEY_TYPES] = {"keyring", "user", "logon"};

int key_type_find(const char *name)
{
    for (int i = 0; i < NR_KEY_TYPES; i++)
        if (!strcmp(key_type_names[i], name))
            return i;
    return -1;
}

struct key_use key_use_of(struct kernel *k, unsigned uid)
{
    struct key_use u = {.max_keys = uid ? 200 : 1000000, .max_bytes = uid ? 20000 : 25000000};

    list_for_each (n, &k->keys) {
        const struct key *key = container_of(n, struct key, node);

        if (key->uid == uid) {
            u.keys++;
            u.bytes += key->quota;
        }
    }
    return u;
}

/* key_payload_reserve(): does that much more fit? */
static bool has_room(struct key *key, unsigned more, unsigned keys)
{
    struct key_use u = key_use_of(key->k, key->uid);

    return u.keys + keys <= u.max_keys && u.bytes + more <= u.max_bytes;
}

struct key *key_find(struct kernel *k, int serial)
{
    list_for_each (n, &k->keys) {
        struct key *key = container_of(n, struct key, node);

        if (key->serial == serial)
            return key;
    }
    return NULL;
}

struct key *key_alloc(struct kernel *k, enum key_type type, const char *desc, unsigned uid, unsigned gid,
                      unsigned perm, bool may_overrun)
{
    struct key *key = calloc(1, sizeof(*key)), *after = NULL;
    unsigned size = (unsigned)strlen(desc) + 1;

    if (!key)
        return NULL;
    *key = (struct key){
        .k = k, .refs = 1, .type = type, .uid = uid, .gid = gid, .perm = perm, .desc = strdup(desc)};
    if (!key->desc || (!may_overrun && !has_room(key, size, 1))) {
        free(key->desc);
        free(key);
        return NULL;
    }
    key->quota = size;
    do {
        key->serial = (int)(kernel_random(k) >> 33);
    } while (key->serial < 3 || key_find(k, key->serial));
    list_for_each (n, &k->keys)
        if (container_of(n, struct key, node)->serial > key->serial) {
            after = container_of(n, struct key, node);
            break;
        }
    list_add_tail(after ? &after->node : &k->keys, &key->node);
    return key;
}

struct key *key_get(struct key *key)
{
    if (key)
        key->refs++;
    return key;
}

void key_put(struct key *key)
{
    if (!key || --key->refs)
        return;
    keyring_clear(key);
    list_del(&key->node);
    free(key->desc);
    free(key->data);
    free(key->link);
    free(key);
}

int key_set_data(struct key *key, const void *data, unsigned len)
{
    void *copy;

    if (len > key->len && !has_room(key, len - key->len, 0))
        return -EDQUOT;
    copy = malloc(len + 1);
    if (!copy)
        return -ENOMEM;
    memcpy(copy, data, len);
    free(key->data);
    key->data = copy;
    key->quota += len - key->len;
    key->len = len;
    return 0;
}

int key_validate(const struct key *key)
{
    if (key->invalidated)
        return -ENOKEY;
    if (key->revoked)
        return -EKEYREVOKED;
    return key->expiry && key->expiry <= KERNEL_EPOCH_NS + key->k->now_ns ? -EKEYEXPIRED : 0;
}

void key_revoke(struct key *key)
{
    key->revoked = true;
    keyring_clear(key);
    key->quota -= key->len;
    key->len = 0;
}

static bool in_group(const struct task *t, unsigned gid)
{
    const struct group_list *g = t->cred.groups;

    for (unsigned i = 0; g && i < g->n; i++)
        if (g->gid[i] == gid)
            return true;
    return gid == t->cred.fsgid;
}

int key_permission(const struct task *t, const struct key *key, bool possessed, unsigned need)
{
    unsigned perm = key->perm;

    if (key->uid == t->cred.fsuid)
        perm = key->perm >> 16;
    else if (key->perm & 0x3f00 && in_group(t, key->gid))
        perm = key->perm >> 8;
    if (possessed)
        perm |= key->perm >> 24;
    return (perm & need) == need ? 0 : -EACCES;
}
