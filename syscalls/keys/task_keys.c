/*
 * task_keys.c - the keyrings that a task has: its thread's, its process', its session's, its user's (security/keys/process_keys.c).
 *
 * They are part of its credentials: a session's are shared by who is forked, a process' by its threads made since, a thread's by
 * nobody; execve drops the last two.
 */
#include "keys.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>

#define PERM_OWN     0x3f010000u /* possessor: all; user: view */
#define PERM_SESSION 0x3f030000u /* anonymous: the user may read, too */
#define PERM_NAMED   0x3f130000u /* ... and link */
#define PERM_USER    0x1f3f0000u
#define NO_GID       65534u

void keys_of_child(struct cred *c, bool thread)
{
    key_put(c->keyring[KEYS_THREAD]);
    c->keyring[KEYS_THREAD] = NULL;
    if (thread)
        return;
    key_put(c->keyring[KEYS_PROCESS]);
    c->keyring[KEYS_PROCESS] = NULL;
}

void keys_get(struct cred *c)
{
    for (int i = 0; i < 3; i++)
        key_get(c->keyring[i]);
}

void keys_put(struct cred *c)
{
    for (int i = 0; i < 3; i++) {
        key_put(c->keyring[i]);
        c->keyring[i] = NULL;
    }
}

void keys_destroy(struct kernel *k)
{
    list_for_each (n, &k->keys)
        key_get(container_of(n, struct key, node)); /* none goes while links are dropped */
    list_for_each (n, &k->keys)
        keyring_clear(container_of(n, struct key, node));
    while (!list_empty(&k->keys)) {
        struct key *key = list_first(&k->keys, struct key, node);

        key->refs = 1;
        key_put(key);
    }
}

/* _uid.N or _uid_ses.N, which stay for good once they were asked for. Borrowed; NULL: no memory. */
static struct key *user_keyring(struct task *t, bool session)
{
    unsigned uid = t->cred.uid;
    struct key *ring;
    char name[32];

    snprintf(name, sizeof(name), session ? "_uid_ses.%u" : "_uid.%u", uid);
    list_for_each (n, &t->k->keys) {
        ring = container_of(n, struct key, node);
        if (ring->type == KEY_KEYRING && ring->uid == uid && ring->perm == PERM_USER &&
            !strcmp(ring->desc, name))
            return ring;
    }
    ring = key_alloc(t->k, KEY_KEYRING, name, uid, NO_GID, PERM_USER, true);
    if (ring && session) {
        struct key *user = user_keyring(t, false);

        if (!user || keyring_link(ring, user)) {
            key_put(ring);
            return NULL;
        }
    }
    return ring;
}

int keys_join_session(struct task *t, const char *name)
{
    struct key *ring = NULL;

    if (name)
        list_for_each (n, &t->k->keys) {
            struct key *key = container_of(n, struct key, node);

            if (key->type == KEY_KEYRING && !key->revoked && !strcmp(key->desc, name) &&
                !key_permission(t, key, false, KEY_SEARCH)) {
                ring = key_get(key);
                break;
            }
        }
    if (!ring)
        ring = key_alloc(t->k, KEY_KEYRING, name ? name : "_ses", t->cred.uid, t->cred.gid,
                         name ? PERM_NAMED : PERM_SESSION, !name);
    if (!ring)
        return -EDQUOT;
    key_put(t->cred.keyring[KEYS_SESSION]);
    t->cred.keyring[KEYS_SESSION] = ring;
    return ring->serial;
}

/* One of t's own keyrings, borrowed; NULL with *err. */
static struct key *own_keyring(struct task *t, int which, bool create, int *err)
{
    struct key **slot = &t->cred.keyring[which];

    *err = -ENOKEY;
    if (which == KEYS_SESSION) {
        struct key *users = user_keyring(t, true);

        *err = -ENOMEM;
        if (!users || ((!*slot || *slot == users) && create && keys_join_session(t, NULL) < 0))
            return NULL;
        if (!*slot)
            *slot = key_get(users);
    } else if (!*slot && create) {
        *slot = key_alloc(t->k, KEY_KEYRING, which == KEYS_THREAD ? "_tid" : "_pid", t->cred.uid, t->cred.gid,
                          PERM_OWN, true);
    }
    return *slot;
}

/* The keyrings that are searched, in this order; a task without a session has its user's. */
static struct key *searched(struct task *t, int i)
{
    if (i == KEYS_SESSION && !t->cred.keyring[i])
        return user_keyring(t, true);
    return t->cred.keyring[i];
}

/* Through keyrings that may be searched only. */
static bool reached(struct task *t, const struct key *ring, const struct key *key, int depth)
{
    if (ring == key)
        return true;
    if (ring->type != KEY_KEYRING || depth > 6 || key_validate(ring) ||
        key_permission(t, ring, true, KEY_SEARCH))
        return false;
    for (unsigned i = 0; i < ring->nr_links; i++)
        if (reached(t, ring->link[i], key, depth + 1))
            return true;
    return false;
}

bool key_possessed(struct task *t, const struct key *key)
{
    for (int i = 0; i < 3; i++) {
        const struct key *ring = searched(t, i);

        if (ring && reached(t, ring, key, 0))
            return true;
    }
    return false;
}

int keys_search(struct task *t, enum key_type type, const char *desc, struct key **out)
{
    int best = -EAGAIN;

    for (int i = 0; i < 3; i++) {
        struct key *ring = searched(t, i);
        int err = ring ? keyring_search(t, ring, true, type, desc, out) : -EAGAIN;

        if (!err)
            return 0;
        if (err != -EAGAIN)
            best = err;
    }
    return best;
}

/* What a number stands for, borrowed; NULL with *err. */
static struct key *key_by_number(struct task *t, int id, bool create, int *err)
{
    struct key *key;

    switch (id) {
    case KEY_SPEC_THREAD_KEYRING:
        return own_keyring(t, KEYS_THREAD, create, err);
    case KEY_SPEC_PROCESS_KEYRING:
        return own_keyring(t, KEYS_PROCESS, create, err);
    case KEY_SPEC_SESSION_KEYRING:
        return own_keyring(t, KEYS_SESSION, create, err);
    case KEY_SPEC_USER_KEYRING:
    case KEY_SPEC_USER_SESSION_KEYRING:
        *err = -ENOMEM;
        return user_keyring(t, id == KEY_SPEC_USER_SESSION_KEYRING);
    case KEY_SPEC_REQKEY_AUTH_KEY: /* of who instantiates a key, which nobody does */
    case KEY_SPEC_REQUESTOR_KEYRING:
        *err = -ENOKEY;
        return NULL;
    }
    *err = id < 1 ? -EINVAL : -ENOKEY;
    key = id < 1 ? NULL : key_find(t->k, id);
    return key && !key->invalidated ? key : NULL;
}

int key_lookup(struct task *t, int id, bool create, bool partial, unsigned need, struct key **out,
               bool *possessed)
{
    bool has;
    int err;
    struct key *key = key_by_number(t, id, create, &err);

    if (!key)
        return err;
    has = id < 0 || key_possessed(t, key);
    err = partial ? 0 : key_validate(key);
    if (!err && need)
        err = key_permission(t, key, has, need);
    if (err)
        return err;
    if (possessed)
        *possessed = has;
    *out = key_get(key);
    return 0;
}
