/*
 * keys.h - keys and keyrings of keyctl(2): what the kernel keeps for processes (include/linux/key.h, security/keys/ of 6.18).
 *
 * Types are keyring, user and logon. Nobody is asked for a key that is not there (/sbin/request-key), there are no persistent
 * keyrings, no watches and no cryptography. What was revoked or has expired stays until it is unlinked.
 */
#ifndef SYSCALLS_KEYS_KEYS_H
#define SYSCALLS_KEYS_KEYS_H

#include "../process.h"

enum key_type { KEY_KEYRING, KEY_USER, KEY_LOGON, NR_KEY_TYPES };
extern const char *const key_type_names[NR_KEY_TYPES];
int key_type_find(const char *name); /* or -1 */

/* What is asked of a key: bits of each eighth of its permissions. */
enum {
    KEY_VIEW = 0x01,
    KEY_READ = 0x02,
    KEY_WRITE = 0x04,
    KEY_SEARCH = 0x08,
    KEY_LINK = 0x10,
    KEY_SETATTR = 0x20
};
#define KEY_PERM_ALL 0x3f3f3f3fu

struct key {
    struct list_head node; /* kernel.keys, by serial number */
    struct kernel *k;
    unsigned refs; /* links, credentials, users' keyrings, calls */
    int serial;
    enum key_type type;
    unsigned uid, gid, perm;
    bool revoked, invalidated, restricted; /* KEYCTL_RESTRICT_KEYRING: no more links */
    uint64_t expiry;                       /* virtual wall clock, ns; 0: never */
    char *desc;
    void *data; /* of a user or logon key */
    unsigned len;
    struct key **link; /* of a keyring, references */
    unsigned nr_links, quota;
};

/* ---- key.c ---- */
/* One reference. NULL: no memory, or (unless may_overrun) more than a user may have. data is copied. */
struct key *key_alloc(struct kernel *k, enum key_type type, const char *desc, unsigned uid, unsigned gid,
                      unsigned perm, bool may_overrun);
struct key *key_get(struct key *key);
void key_put(struct key *key);
struct key *key_find(struct kernel *k, int serial); /* borrowed; NULL: none */
/* Its bytes are those now. 0, -ENOMEM or -EDQUOT. */
int key_set_data(struct key *key, const void *data, unsigned len);
int key_validate(const struct key *key); /* 0, -ENOKEY (invalidated), -EKEYREVOKED, -EKEYEXPIRED */
void key_revoke(struct key *key);
/* May t do all of `need`; possessed: it has the key by its own keyrings. 0 or -EACCES. */
int key_permission(const struct task *t, const struct key *key, bool possessed, unsigned need);
/* Of one user: keys and bytes that count, and how many there may be. */
struct key_use {
    unsigned keys, bytes, max_keys, max_bytes;
};
struct key_use key_use_of(struct kernel *k, unsigned uid);

/* ---- keyring.c ---- */
/* 0, -ENOTDIR, -EPERM (restricted), -EDEADLK, -ENOMEM, -EDQUOT. Another of that type and name is replaced. */
int keyring_link(struct key *ring, struct key *key);
int keyring_unlink(struct key *ring, struct key *key); /* 0, -ENOTDIR, -ENOENT */
void keyring_clear(struct key *ring);
/* The link of that type and name, borrowed; NULL: none. */
struct key *keyring_lookup(const struct key *ring, enum key_type type, const char *desc);
/*
 * A key that t finds from ring: *out borrowed. 0, -EAGAIN (there is none), -EACCES, -EKEYREVOKED ... as the best of what was met.
 */
int keyring_search(struct task *t, struct key *ring, bool possessed, enum key_type type, const char *desc,
                   struct key **out);

/* ---- task_keys.c ---- */
enum { KEYS_THREAD, KEYS_PROCESS, KEYS_SESSION }; /* of struct cred.keyring */
/* Is key reached from t's own keyrings? */
bool key_possessed(struct task *t, const struct key *key);
/* The key behind a number or KEY_SPEC_*, made if it is one of t's own keyrings and `create`; with a reference. partial: it
 * need not be valid. 0 or negative errno. */
int key_lookup(struct task *t, int id, bool create, bool partial, unsigned need, struct key **out,
               bool *possessed);
/* Search all of t's keyrings. As keyring_search(). */
int keys_search(struct task *t, enum key_type type, const char *desc, struct key **out);
/* A new session keyring of that name (NULL: anonymous), or the one there is. Its number or negative errno. */
int keys_join_session(struct task *t, const char *name);

#endif
