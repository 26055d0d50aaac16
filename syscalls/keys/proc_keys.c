/* proc_keys.c - /proc/keys, what the reader may see of them, and /proc/key-users (security/keys/proc.c). */
#include "keys.h"

#include "../fs/procfs.h"

static void put_timeout(const struct key *key, FILE *out)
{
    static const struct {
        uint64_t seconds;
        char letter;
    } units[] = {{7 * 24 * 3600, 'w'}, {24 * 3600, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}};
    uint64_t now = KERNEL_EPOCH_NS + key->k->now_ns, left;
    char text[16] = "perm";

    if (key->expiry && key->expiry <= now) {
        snprintf(text, sizeof(text), "expd");
    } else if (key->expiry) {
        left = (key->expiry - now) / 1000000000;
        for (unsigned i = 0; i < sizeof(units) / sizeof(units[0]); i++)
            if (left >= units[i].seconds || units[i].letter == 's') {
                snprintf(text, sizeof(text), "%lu%c", (unsigned long)(left / units[i].seconds),
                         units[i].letter);
                break;
            }
    }
    fprintf(out, "%4s ", text);
}

int proc_show_keys(const struct proc_ref *ref, FILE *out)
{
    struct task *t = ref->reader;

    list_for_each (n, &t->k->keys) {
        const struct key *key = container_of(n, struct key, node);

        if (key_permission(t, key, key_possessed(t, key), KEY_VIEW))
            continue;
        fprintf(out, "%08x I%c-Q--%c %5u ", (unsigned)key->serial, key->revoked ? 'R' : '-',
                key->invalidated ? 'i' : '-', key->refs);
        put_timeout(key, out);
        fprintf(out, "%08x %5u %5u %-9.9s %s", key->perm, key->uid, key->gid, key_type_names[key->type],
                key->desc);
        if (key->type != KEY_KEYRING)
            fprintf(out, ": %u\n", key->len);
        else if (key->nr_links)
            fprintf(out, ": %u\n", key->nr_links);
        else
            fprintf(out, ": empty\n");
    }
    return 0;
}

int proc_show_key_users(const struct proc_ref *ref, FILE *out)
{
    struct kernel *k = ref->reader->k;

    list_for_each (n, &k->keys) {
        const struct key *key = container_of(n, struct key, node);
        struct key_use u = key_use_of(k, key->uid);
        bool first = true;

        list_for_each (m, &k->keys) {
            if (m == n)
                break;
            first &= container_of(m, struct key, node)->uid != key->uid;
        }
        if (first)
            fprintf(out, "%5u: %5u %u/%u %u/%u %u/%u\n", key->uid, u.keys, u.keys, u.keys, u.keys, u.max_keys,
                    u.bytes, u.max_bytes);
    }
    return 0;
}
