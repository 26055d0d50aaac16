/* keyring.c - keyrings: keys that hold others, and the search through them (security/keys/keyring.c). */
#include "keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINK_BYTES 4 /* that a link counts (KEYQUOTA_LINK_BYTES) */
#define DEPTH_MAX  6 /* KEYRING_SEARCH_MAX_DEPTH */

struct key *keyring_lookup(const struct key *ring, enum key_type type, const char *desc)
{
    for (unsigned i = 0; i < ring->nr_links; i++)
        if (ring->link[i]->type == type && !strcmp(ring->link[i]->desc, desc))
            return ring->link[i];
    return NULL;
}

/* Directly or through others? */
static bool holds(const struct key *ring, const struct key *key, int depth)
{
    if (ring == key)
        return true;
    for (unsigned i = 0; ring->type == KEY_KEYRING && depth < DEPTH_MAX && i < ring->nr_links; i++)
        if (holds(ring->link[i], key, depth + 1))
            return true;
    return false;
}

static void remove_at(struct key *ring, unsigned i)
{
    struct key *key = ring->link[i];

    memmove(&ring->link[i], &ring->link[i + 1], (--ring->nr_links - i) * sizeof(struct key *));
    ring->quota -= LINK_BYTES;
    key_put(key);
}

int keyring_link(struct key *ring, struct key *key)
{
    struct key *same, **more;
    struct key_use u;

    if (ring->type != KEY_KEYRING)
        return -ENOTDIR;
    if (ring->restricted)
        return -EPERM;
    if (key->type == KEY_KEYRING && holds(key, ring, 0))
        return -EDEADLK;
    same = keyring_lookup(ring, key->type, key->desc);
    if (same == key)
        return 0;
    u = key_use_of(ring->k, ring->uid);
    if (u.bytes + LINK_BYTES > u.max_bytes)
        return -EDQUOT;
    more = realloc(ring->link, (ring->nr_links + 1) * sizeof(struct key *));
    if (!more)
        return -ENOMEM;
    ring->link = more;
    ring->link[ring->nr_links++] = key_get(key);
    ring->quota += LINK_BYTES;
    if (same)
        keyring_unlink(ring, same);
    return 0;
}

int keyring_unlink(struct key *ring, struct key *key)
{
    if (ring->type != KEY_KEYRING)
        return -ENOTDIR;
    for (unsigned i = 0; i < ring->nr_links; i++)
        if (ring->link[i] == key) {
            remove_at(ring, i);
            return 0;
        }
    return -ENOENT;
}

void keyring_clear(struct key *ring)
{
    while (ring->nr_links)
        remove_at(ring, ring->nr_links - 1);
}

struct search {
    struct task *t;
    enum key_type type;
    const char *desc;
    bool possessed;
    int err; /* the best so far: -EAGAIN is worst */
};

/* Does key end the search? *out: with success. */
static bool matches(struct search *s, struct key *key, struct key **out)
{
    int err;

    if (key->type != s->type || strcmp(key->desc, s->desc) || key->invalidated)
        return false;
    err = key_validate(key);
    if (!err)
        err = key_permission(s->t, key, s->possessed, KEY_SEARCH);
    if (err) {
        s->err = err;
        return false;
    }
    *out = key;
    return true;
}

static bool search_below(struct search *s, struct key *ring, int depth, struct key **out)
{
    for (unsigned i = 0; i < ring->nr_links; i++)
        if (matches(s, ring->link[i], out))
            return true;
    for (unsigned i = 0; i < ring->nr_links && depth < DEPTH_MAX; i++)
        if (ring->link[i]->type == KEY_KEYRING && !key_validate(ring->link[i]) &&
            !key_permission(s->t, ring->link[i], s->possessed, KEY_SEARCH) &&
            search_below(s, ring->link[i], depth + 1, out))
            return true;
    return false;
}

int keyring_search(struct task *t, struct key *ring, bool possessed, enum key_type type, const char *desc,
                   struct key **out)
{
    struct search s = {t, type, desc, possessed, -EAGAIN};
    int err;

    if (ring->type != KEY_KEYRING)
        return -ENOTDIR;
    err = key_permission(t, ring, possessed, KEY_SEARCH);
    if (!err)
        err = key_validate(ring);
    if (err)
        return err;
    return matches(&s, ring, out) || search_below(&s, ring, 0, out) ? 0 : s.err;
}
