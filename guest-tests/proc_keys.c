/* proc_keys.c - keys and keyrings: add_key, request_key, keyctl and /proc/keys, in a session of their own. */
#include "probe.h"
#include <linux/keyctl.h>

#define WILD ((void *)16)

static char buf[4096];

static long ctl(int command, long a, long b, long c, long d)
{
    return syscall(SYS_keyctl, command, a, b, c, d);
}

static int add(const char *type, const char *desc, const void *data, size_t len, int ring)
{
    return (int)syscall(SYS_add_key, type, desc, data, len, ring);
}

static int request(const char *type, const char *desc, int dest)
{
    return (int)syscall(SYS_request_key, type, desc, NULL, dest);
}

/* What KEYCTL_DESCRIBE tells behind the owner's numbers. */
static const char *described(int key)
{
    long n = ctl(KEYCTL_DESCRIBE, key, (long)buf, sizeof(buf), 0);
    char *s = buf;

    if (n < 0)
        return strerrorname_np(errno);
    for (int i = 0; i < 3 && s; i++)
        s = strchr(s + 1, ';');
    return s ? s : buf;
}

static bool in_proc(int key, const char *text)
{
    char number[16];
    const char *line;

    snprintf(number, sizeof(number), "%08x ", key);
    line = strstr(proc_read("/proc/keys"), number);
    snprintf(buf, sizeof(buf), "%.*s", line ? (int)strcspn(line, "\n") : 0, line ? line : "");
    return strstr(buf, text);
}

static void making(void)
{
    int k = add("user", "aa", "hello", 5, KEY_SPEC_SESSION_KEYRING), ring, inner, logon;

    is_true(k > 0, "add_key");
    is_str(described(k), ";3f010000;aa", "its permissions and name");
    is_num(ctl(KEYCTL_READ, k, (long)buf, 100, 0), 5, "KEYCTL_READ: as long as it is");
    is_true(!memcmp(buf, "hello", 5), "what it holds");
    is_num(ctl(KEYCTL_READ, k, (long)buf, 3, 0), 5, "too little room");
    is_err(ctl(KEYCTL_READ, k, (long)WILD, 100, 0), "EFAULT", "none at all");
    is_num(add("user", "aa", "worlds", 6, KEY_SPEC_SESSION_KEYRING), k, "the same again changes it");
    is_num(ctl(KEYCTL_READ, k, (long)buf, 100, 0), 6, "to the new bytes");
    is_ok(ctl(KEYCTL_UPDATE, k, (long)"new", 3, 0), "as KEYCTL_UPDATE does");
    ring = add("keyring", "ring", NULL, 0, KEY_SPEC_SESSION_KEYRING);
    inner = add("user", "bb", "x", 1, ring);
    is_num(ctl(KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, (long)"user", (long)"bb", 0), inner,
           "KEYCTL_SEARCH looks inside");
    is_num(request("user", "bb", 0), inner, "so does request_key");
    is_err(request("user", "cc", 0), "ENOKEY", "which makes none without being told more");
    is_num(ctl(KEYCTL_READ, ring, (long)buf, 100, 0), 4, "a keyring holds numbers");
    is_num(*(int *)buf, inner, "of its keys");
    logon = add("logon", "a:d", "x", 1, ring);
    is_str(described(logon), ";3d010000;a:d", "a logon key has a prefix");
    is_err(ctl(KEYCTL_READ, logon, (long)buf, 10, 0), "EOPNOTSUPP", "and is not to be read");
    is_true(in_proc(inner, "user      bb: 1") && in_proc(ring, "keyring   ring: 2"), "/proc/keys");

    is_err(add("nope", "d", "x", 1, ring), "ENODEV", "no such type");
    is_err(add(".x", "d", "x", 1, ring), "EPERM", "one of the kernel's own");
    is_err(add("user", "", "x", 1, ring), "EINVAL", "no name");
    is_err(add("user", "d", NULL, 0, ring), "EINVAL", "nothing in it");
    is_err(add("user", "d", WILD, 5, ring), "EFAULT", "something that is nowhere");
    is_err(add("user", "d", "x", 1, k), "ENOTDIR", "in what is no keyring");
    is_err(add("user", "d", "x", 1, 0), "EINVAL", "in no key");
    is_err(add("keyring", ".d", NULL, 0, ring), "EPERM", "a keyring's name may not begin with a dot");
    is_err(add("logon", "d", "x", 1, ring), "EINVAL", "a logon key without prefix");
    is_err(add("user", "d", "x", 2000000, ring), "EINVAL", "a megabyte");

    is_ok(ctl(KEYCTL_LINK, k, ring, 0, 0), "KEYCTL_LINK");
    is_err(ctl(KEYCTL_LINK, ring, ring, 0, 0), "EDEADLK", "not to itself");
    is_err(ctl(KEYCTL_LINK, KEY_SPEC_SESSION_KEYRING, ring, 0, 0), "EDEADLK", "nor what holds it");
    is_ok(ctl(KEYCTL_UNLINK, k, ring, 0, 0), "KEYCTL_UNLINK");
    is_err(ctl(KEYCTL_UNLINK, k, ring, 0, 0), "ENOENT", "once");
    is_ok(ctl(KEYCTL_CLEAR, ring, 0, 0, 0), "KEYCTL_CLEAR");
    is_num(ctl(KEYCTL_READ, ring, (long)buf, 100, 0), 0, "leaves nothing");
    is_ok(ctl(KEYCTL_RESTRICT_KEYRING, ring, 0, 0, 0), "KEYCTL_RESTRICT_KEYRING");
    is_err(add("user", "d", "x", 1, ring), "EPERM", "no more links");
    is_err(ctl(KEYCTL_RESTRICT_KEYRING, ring, 0, 0, 0), "EEXIST", "for good");
}

static void rights(void)
{
    int k = add("user", "zz", "x", 1, KEY_SPEC_SESSION_KEYRING);

    is_err(ctl(KEYCTL_SETPERM, k, 0x40000000, 0, 0), "EINVAL", "permissions that are none");
    is_ok(ctl(KEYCTL_SETPERM, k, 0x3f000000, 0, 0), "all for who has it");
    is_str(described(k), ";3f000000;zz", "as told");
    is_ok(ctl(KEYCTL_SETPERM, k, 0, 0, 0), "none for anybody");
    is_str(described(k), "EACCES", "it is not seen");
    is_err(ctl(KEYCTL_READ, k, (long)buf, 9, 0), "EACCES", "not read");
    is_err(ctl(KEYCTL_SETPERM, k, 0x3f3f0000, 0, 0), "EACCES", "and not given back");
    is_ok(ctl(KEYCTL_UNLINK, k, KEY_SPEC_SESSION_KEYRING, 0, 0), "only unlinked");
}

static void endings(void)
{
    int k = add("user", "tt", "x", 1, KEY_SPEC_SESSION_KEYRING);

    is_ok(ctl(KEYCTL_SET_TIMEOUT, k, 100, 0, 0), "KEYCTL_SET_TIMEOUT");
    is_true(in_proc(k, " 1m ") || in_proc(k, " 99s "), "/proc/keys tells how long");
    is_ok(ctl(KEYCTL_SET_TIMEOUT, k, 0, 0, 0), "0: for ever");
    is_true(in_proc(k, "perm"), "as at first");
    must(ctl(KEYCTL_SET_TIMEOUT, k, 1, 0, 0));
    usleep(1200000);
    is_err(ctl(KEYCTL_READ, k, (long)buf, 9, 0), "EKEYEXPIRED", "a second later");
    is_err(ctl(KEYCTL_SET_TIMEOUT, k, 0, 0, 0), "EKEYEXPIRED", "it is too late");
    k = add("user", "rr", "x", 1, KEY_SPEC_SESSION_KEYRING);
    is_ok(ctl(KEYCTL_REVOKE, k, 0, 0, 0), "KEYCTL_REVOKE");
    is_err(ctl(KEYCTL_READ, k, (long)buf, 9, 0), "EKEYREVOKED", "ends it");
    k = add("user", "iv", "x", 1, KEY_SPEC_SESSION_KEYRING);
    is_ok(ctl(KEYCTL_INVALIDATE, k, 0, 0, 0), "KEYCTL_INVALIDATE");
    is_true(request("user", "iv", 0) < 0 && (errno == ENOKEY || errno == EKEYREVOKED),
            "it is not found any more");
}

static int others(char *arg)
{
    return ctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 0, 0, 0) == -1 && errno == ENOKEY &&
           ctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_THREAD_KEYRING, 0, 0, 0) == -1 &&
           ctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0, 0, 0) == *(int *)arg;
}

static void keyrings(int session)
{
    is_err(ctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 0, 0, 0), "ENOKEY",
           "no keyring of the process");
    is_true(ctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1, 0, 0) > 0, "made when asked for");
    is_str(described(KEY_SPEC_PROCESS_KEYRING), ";3f010000;_pid", "its name");
    must(ctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_THREAD_KEYRING, 1, 0, 0));
    is_num(in_child(others, (char *)&session), 1, "a child has the session alone");
    is_err(ctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_GROUP_KEYRING, 0, 0, 0), "EINVAL", "no keyrings of groups");
    is_err(ctl(KEYCTL_GET_KEYRING_ID, 0, 0, 0, 0), "EINVAL", "no key 0");
    is_true(ctl(KEYCTL_JOIN_SESSION_KEYRING, (long)"named", 0, 0, 0) != session, "a session with a name");
    is_str(described(KEY_SPEC_SESSION_KEYRING), ";3f130000;named", "and permissions of its own");
    is_err(ctl(KEYCTL_JOIN_SESSION_KEYRING, (long)".x", 0, 0, 0), "EPERM", "not with a dot");
    is_num(ctl(KEYCTL_SET_REQKEY_KEYRING, 3, 0, 0, 0), 0, "where requested keys go");
    is_num(ctl(KEYCTL_SET_REQKEY_KEYRING, -1, 0, 0, 0), 3, "is kept");
    is_err(ctl(KEYCTL_SET_REQKEY_KEYRING, KEY_REQKEY_DEFL_GROUP_KEYRING, 0, 0, 0), "EINVAL", "not to groups");
    is_err(ctl(KEYCTL_INSTANTIATE, 5, (long)"x", 1, 0), "EPERM", "nobody was asked for a key");
    is_err(ctl(99, 0, 0, 0, 0), "EOPNOTSUPP", "an unknown command");
}

int main(void)
{
    int session = (int)ctl(KEYCTL_JOIN_SESSION_KEYRING, 0, 0, 0, 0);

    if (session < 0) {
        told_skip("keys", "this kernel was built without them, or lets nobody at them");
        return done();
    }
    is_str(described(session), ";3f030000;_ses", "a new session");
    making();
    rights();
    endings();
    keyrings(session);
    return done();
}
